/*
 * SHA-256, HMAC-SHA-256, MD5, hex and base64, from libcrypto.
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

/* The same, a piece at a time: open (NULL when libcrypto refuses), add, close (ret may be NULL). */
struct digest_md5;
struct digest_md5 *digest_md5_open(void);
void digest_md5_add(struct digest_md5 *sum, const void *bytes, size_t n);
void digest_md5_close(struct digest_md5 *sum, unsigned char ret[DIGEST_MD5_SIZE]);

/* Write n bytes as base64 with its padding and a NUL; ret has room for 4 * ((n + 2) / 3) + 1. */
void digest_base64(const unsigned char *bytes, size_t n, char *ret);

/*
 * Read base64 with its padding, that spells exactly n bytes.
 *
 * n        at most 48
 * Returns  false when it is anything else
 */
bool digest_from_base64(const char *text, unsigned char *ret, size_t n) MUST_USE;

/* Write n bytes as 2n lower-case hex digits and a NUL; ret has room for 2n + 1. */
void digest_hex(const unsigned char *bytes, size_t n, char *ret);

#endif
