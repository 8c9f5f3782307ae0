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

/*
 * Tell whether If-Range still means this: strong tags are compared, or exact dates (RFC 9110
 * 13.1.5). "" and NULL: there is no such condition.
 */
bool condition_in_range_of(const char *if_range, const char *etag, const char *last_modified);

/* Bytes of a whole: from 0 on. */
struct condition_span {
	uint64_t from, length;
};

/*
 * Read "bytes=FIRST-LAST", one range of so many bytes (RFC 9110 14.1.2). Several ranges, other
 * units and nonsense are ignored, as the RFC allows: the whole is meant.
 *
 * ret_partial  whether it is a part; the span is the whole otherwise
 * Fails        ERR_RANGE when it lies outside
 */
bool condition_span(const char *range, uint64_t size, bool *ret_partial, struct condition_span *ret,
	struct err *err) MUST_USE;

#endif
