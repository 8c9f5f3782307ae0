/*
 * SHA-256, HMAC-SHA-256, SHA-1, MD5, hex and base64, from libcrypto.
 *
 * Source  FIPS 180-4, RFC 2104, RFC 1321, RFC 4648.
 */
#ifndef LIMNER_BASE_DIGEST_H
#define LIMNER_BASE_DIGEST_H

#include "base/err.h"

#include <stddef.h>

#define DIGEST_SIZE     32
#define DIGEST_HEX      65 /* 64 hex digits and a NUL */
#define DIGEST_MD5_SIZE 16

/* Fails   ERR_INTERNAL when libcrypto refuses (out of memory, or a policy without SHA-256). */
bool digest_sha256(
	const void *bytes, size_t n, unsigned char ret[DIGEST_SIZE], struct err *err) MUST_USE;
bool digest_hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t n,
	unsigned char ret[DIGEST_SIZE], struct err *err) MUST_USE;

/*
 * MD5, where a protocol asks for it (never for trust).
 *
 * Fails   ERR_INTERNAL when libcrypto refuses (a policy without MD5)
 */
bool digest_md5(
	const void *bytes, size_t n, unsigned char ret[DIGEST_MD5_SIZE], struct err *err) MUST_USE;

/* A sum of bytes that come a piece at a time. */
enum digest_kind { DIGEST_SUM_MD5, DIGEST_SUM_SHA1, DIGEST_SUM_SHA256 };

struct digest_sum;

/* Returns NULL when libcrypto refuses. */
struct digest_sum *digest_sum_open(enum digest_kind kind);
void digest_sum_add(struct digest_sum *sum, const void *bytes, size_t n);

/* Free, and write the sum (16, 20 or 32 bytes); ret may be NULL. */
void digest_sum_close(struct digest_sum *sum, unsigned char ret[DIGEST_SIZE]);

/* Write n bytes as base64 with its padding and a NUL; ret has room for 4 * ((n + 2) / 3) + 1. */
void digest_base64(const unsigned char *bytes, size_t n, char *ret);

/*
 * Read base64 with its padding, that spells exactly n bytes.
 *
 * n        at most 48
 * Returns  false when it is anything else
 */
bool digest_from_base64(const char *text, unsigned char *ret, size_t n) MUST_USE;

/* Tell whether two texts of n bytes are the same, in a time that does not tell where they differ.
 */
bool digest_same(const void *one, const void *other, size_t n) MUST_USE;

/* Read 2n hex digits of either case; what follows them does not count. False when there are fewer.
 */
bool digest_from_hex(const char *text, unsigned char *ret, size_t n) MUST_USE;

/* Write n bytes as 2n lower-case hex digits and a NUL; ret has room for 2n + 1. */
void digest_hex(const unsigned char *bytes, size_t n, char *ret);

#endif
