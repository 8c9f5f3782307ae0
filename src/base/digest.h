/*
 * SHA-256, HMAC-SHA-256 and hex, from libcrypto.
 *
 * Source  FIPS 180-4, RFC 2104.
 */
#ifndef LIMNER_BASE_DIGEST_H
#define LIMNER_BASE_DIGEST_H

#include "base/err.h"

#include <stddef.h>

#define DIGEST_SIZE 32
#define DIGEST_HEX  65 /* 64 hex digits and a NUL */

/* Fails   ERR_INTERNAL when libcrypto refuses (out of memory, or a policy without SHA-256). */
bool digest_sha256(
	const void *bytes, size_t n, unsigned char ret[DIGEST_SIZE], struct err *err) MUST_USE;
bool digest_hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t n,
	unsigned char ret[DIGEST_SIZE], struct err *err) MUST_USE;

/* Write n bytes as 2n lower-case hex digits and a NUL; ret has room for 2n + 1. */
void digest_hex(const unsigned char *bytes, size_t n, char *ret);

#endif
