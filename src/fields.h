/*
 * The header fields of one request to an origin, as they are put together.
 */
#ifndef LIMNER_FIELDS_H
#define LIMNER_FIELDS_H

#include "base/buf.h"

#define FIELDS_COUNT 32    /* of one request */
#define FIELDS_MAX   16384 /* bytes of them all */

/* Lines laid end to end with a NUL behind each, because the text moves while it grows. */
struct fields {
	struct buf text; /* owned */
	size_t at[FIELDS_COUNT];
	size_t count;
};

#define FIELDS_INIT ((struct fields){ .text = BUF_INIT(FIELDS_MAX) })

/* Tell whether a text was given at all: neither NULL nor empty. */
bool fields_given(const char *text);

/* Append "name: value". Fails ERR_INTERNAL when there are too many, or as buf_add. */
bool fields_add(struct fields *f, const char *name, const char *value, struct err *err) MUST_USE;

/*
 * Append a date in the form every server reads; one that is no date counts as absent (RFC 9110).
 * Fails as fields_add.
 */
bool fields_add_date(
	struct fields *f, const char *name, const char *value, struct err *err) MUST_USE;

/* Append lines as they are, a field each; NULL and "": none. Fails as fields_add. */
bool fields_add_lines(struct fields *f, const char *lines, struct err *err) MUST_USE;

/* Point at each line. Borrowed, until another is added. */
void fields_lines(const struct fields *f, const char *ret[FIELDS_COUNT]);

/* Free; may be called twice. */
void fields_done(struct fields *f);

#endif
