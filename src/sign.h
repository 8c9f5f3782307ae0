/*
 * Signatures of URLs: whoever has an origin's key decides which pictures may be asked for.
 *
 * Signed is what a URL means, not how it is written, so that aliases, order and escapes may differ:
 * the origin's mount and the key, each byte but A-Z a-z 0-9 - . _ ~ / as %XX, and, where there is
 * a query, "?" and its canonical form without sig. The signature is HMAC-SHA-256 of that in
 * base64url (RFC 4648 5) without padding. Pure: the time is the caller's.
 */
#ifndef LIMNER_SIGN_H
#define LIMNER_SIGN_H

#include "config.h"

#define SIGN_SIZE 44 /* bytes of a signature, with its NUL */

enum sign_verdict {
	SIGN_UNASKED, /* none is wanted here, and there is none */
	SIGN_GOOD,
	SIGN_MISSING,
	SIGN_WRONG,
	SIGN_EXPIRED, /* it was good until exp */
};

/*
 * Append what is signed: "/img/a.jpg?w=300&exp=1893456000".
 *
 * key    of the original, decoded
 * asked  of the URL; its sig does not count
 */
bool sign_text(const struct config_origin *origin, const char *key, const struct params *asked,
	struct buf *out, struct err *err) MUST_USE;

/* Sign with the first of the origin's keys; it must have one. Fails ERR_INTERNAL, as sign_text. */
bool sign_make(const struct config_origin *origin, const char *key, const struct params *asked,
	char ret[SIGN_SIZE], struct err *err) MUST_USE;

/*
 * Compare a URL's signature with what each of the origin's keys would make.
 *
 * wanted  whether there must be one
 * now_s   unix time; a URL is over from the second of its exp on
 * Fails   as sign_make
 */
bool sign_check(const struct config_origin *origin, const char *key, const struct params *asked,
	bool wanted, int64_t now_s, enum sign_verdict *ret, struct err *err) MUST_USE;

/* The word for a verdict, for people. */
const char *sign_verdict_name(enum sign_verdict verdict);

#endif
