/*
 * Bytes that grow to a limit.
 *
 * A buffer knows the most it may hold from the start, so nothing a stranger sends grows without
 * bound. Invariants: len <= limit; once something was added, bytes[len] is NUL (not counted).
 */
#ifndef LIMNER_BASE_BUF_H
#define LIMNER_BASE_BUF_H

#include "base/err.h"

#include <stddef.h>

struct buf {
	unsigned char *bytes; /* owned; NULL while empty */
	size_t len;
	size_t size; /* allocated */
	size_t limit;
};

#define BUF_INIT(most) ((struct buf){ .limit = (most) })

/*
 * Append n bytes.
 *
 * Fails   ERR_TOO_LARGE over the limit; ERR_INTERNAL without memory. The content stays as it was.
 */
bool buf_add(struct buf *b, const void *bytes, size_t n, struct err *err) MUST_USE;
bool buf_adds(struct buf *b, const char *text, struct err *err) MUST_USE;
bool buf_addf(struct buf *b, struct err *err, const char *format, ...) PRINTF(3, 4) MUST_USE;

/* Make room for n more bytes at bytes + len, so that adding up to n cannot fail. Fails as buf_add.
 */
bool buf_reserve(struct buf *b, size_t n, struct err *err) MUST_USE;

/* Append a file's bytes; path "-" is standard input. Fails ERR_INTERNAL with the path and why. */
bool buf_add_file(struct buf *b, const char *path, struct err *err) MUST_USE;

/* The content as text: "" while empty. Borrowed, until the buffer changes. */
const char *buf_text(const struct buf *b);

/* Forget the content, keep the memory. */
void buf_reset(struct buf *b);

/* Free the memory; the limit stays. May be called twice. */
void buf_done(struct buf *b);

#endif
