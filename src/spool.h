/*
 * An original on its way in: in memory while it is small, in a file without a name once it is not.
 *
 * What lies in the file is looked at through a mapping, whose pages the kernel can take back: a few
 * large originals at a time do not fill a host's memory.
 */
#ifndef LIMNER_SPOOL_H
#define LIMNER_SPOOL_H

#include "base/buf.h"

struct spool {
	size_t limit;               /* of all bytes */
	size_t memory;              /* most bytes kept in memory */
	const char *folder;         /* borrowed; for the file */
	const unsigned char *bytes; /* the content: while in memory, and from spool_view on */
	size_t len;
	struct buf buf; /* owned */
	bool filed;
	int fd;    /* while bytes still come */
	void *map; /* owned; NULL before spool_view */
};

/*
 * Append n bytes. Not after spool_view.
 *
 * Fails   ERR_TOO_LARGE over the limit; ERR_INTERNAL without memory, file or room for it
 */
bool spool_add(struct spool *s, const void *bytes, size_t n, struct err *err) MUST_USE;

/* Prepare for so many bytes, so that they are not moved about as they come. Fails as spool_add. */
bool spool_expect(struct spool *s, size_t n, struct err *err) MUST_USE;

/* Make bytes and len show all that came. Fails ERR_INTERNAL. */
bool spool_view(struct spool *s, struct err *err) MUST_USE;

/* Let go of everything; limits and folder stay. May be called twice. */
void spool_done(struct spool *s);

#endif
