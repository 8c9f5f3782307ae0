/*
 * An object's bytes against the sum an S3 server keeps of them: a checksum of the whole object, or
 * the ETag where that is their MD5.
 *
 * Sums of parts' sums ("…-3") are of no use here; an ETag is an MD5 where the object was stored in
 * one part and is not encrypted with keys of its own. The last piece of a body is held back until
 * the sum is known: what is wrong never looks whole.
 */
#ifndef LIMNER_S3_CHECK_H
#define LIMNER_S3_CHECK_H

#include "base/buf.h"
#include "base/crc.h"
#include "base/digest.h"
#include "source.h"

/* Zero-initialised it checks nothing, and pieces go straight on. */
struct s3_check {
	const char *of;         /* what is compared: "ETag", "crc32", …; NULL while nothing is */
	struct digest_sum *sum; /* owned; NULL where crc serves */
	struct crc crc;
	unsigned char want[DIGEST_SIZE];
	size_t size;     /* bytes of want */
	struct buf held; /* owned; the last piece */
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
