/*
 * Conditions and ranges of a request, as far as origins understand them.
 *
 * Pure. Servers behind an origin ignore lists of tags, * and W/, or answer a range nobody can use.
 */
#ifndef LIMNER_CONDITION_H
#define LIMNER_CONDITION_H

#include "source.h"

/*
 * Find the one tag in a field that holds exactly one, of visible ASCII; NULL otherwise.
 *
 * weak  tags are compared weakly: a weak one may go as the strong one of the same text
 */
const char *condition_tag(const char *field, bool weak);

/* Tell whether this is one well-formed byte range; all else is answered with the whole. */
bool condition_range(const char *range);

/* Tell whether If-Range still means this object: strong tags are compared, or exact dates. */
bool condition_in_range_of(const char *if_range, const struct source_head *head);

#endif
