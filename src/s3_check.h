/*
 * An object's bytes against its ETag, where that is their MD5.
 *
 * It is for objects that were stored in one part and are not encrypted with keys of their own. The
 * last piece of a body is held back until the sum is known: what is wrong never looks whole.
 */
#ifndef LIMNER_S3_CHECK_H
#define LIMNER_S3_CHECK_H

#include "base/buf.h"
#include "source.h"

/* Zero-initialised it checks nothing, and pieces go straight on. */
struct s3_check {
	struct digest_md5 *sum; /* owned; NULL while nothing is checked */
	char want[33];          /* hex */
	struct buf held;        /* owned; the last piece */
};

/* Begin where the head of a 200 names a sum; elsewhere nothing is checked. */
void s3_check_begin(struct s3_check *c, const struct source_head *head);

/* Take a piece, and hand the one before on. Fails with the sink's fault, or ERR_INTERNAL. */
bool s3_check_body(struct s3_check *c, const struct source_sink *sink, const void *bytes, size_t n,
	struct err *err) MUST_USE;

/* Hand the last piece on, if the sum is right. Fails ERR_ORIGIN, or with the sink's fault. */
bool s3_check_end(struct s3_check *c, const struct source_sink *sink, struct err *err) MUST_USE;

/* Free; may be called twice. */
void s3_check_done(struct s3_check *c);

#endif
