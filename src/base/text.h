/*
 * Strict text to value and back, independent of the locale.
 */
#ifndef LIMNER_BASE_TEXT_H
#define LIMNER_BASE_TEXT_H

#include "base/buf.h"

/*
 * Read a whole decimal number: optional sign, digits, nothing around. Outputs are written only on
 * success; false when the text is not a number or lies outside min…max.
 */
bool text_to_int(const char *s, int64_t min, int64_t max, int64_t *ret) MUST_USE;

/* Read a plain decimal such as "-1.25" (no exponent, hex, inf or nan; at most 15 digits). */
bool text_to_real(const char *s, double min, double max, double *ret) MUST_USE;

/* Read a byte count: "512", "20KB", "20MB", "1G" (powers of 1024, up to T; case is ignored). */
bool text_to_bytes(const char *s, uint64_t *ret) MUST_USE;

/* Read a time span in milliseconds: "250ms", "8" or "8s", "5m", "2h", "30d"; decimals allowed. */
bool text_to_ms(const char *s, uint64_t *ret) MUST_USE;

/* Read yes/no, true/false, on/off, 1/0, without regard to case. */
bool text_to_bool(const char *s, bool *ret) MUST_USE;

/*
 * Decode %XX once; a plus stays a plus.
 *
 * size    of ret, with its NUL
 * n       bytes written (they may hold NUL)
 * Returns false when a % is not followed by two hex digits and `loose` is not set (when it is, such
 *         a % stands for itself), or when the result does not fit.
 */
bool text_url_decode(
	const char *s, size_t len, bool loose, char *ret, size_t size, size_t *n) MUST_USE;

/*
 * Append s with every byte outside A-Z a-z 0-9 - . _ ~ (and / when keep_slash) as %XX, upper case.
 *
 * Source  RFC 3986 2.3; the same rule AWS signs with.
 */
bool text_url_encode(
	struct buf *out, const char *s, size_t len, bool keep_slash, struct err *err) MUST_USE;

/*
 * Append s as the inside of a JSON string: quotes, backslash and control bytes escaped, each byte
 * that is not UTF-8 as U+FFFD. All or nothing.
 */
bool text_json(struct buf *out, const char *s, struct err *err) MUST_USE;

/* Tell whether n bytes are valid UTF-8 (no overlong forms, no surrogates, up to U+10FFFF). */
bool text_is_utf8(const char *s, size_t n) MUST_USE;

/* Find the length of the UTF-8 character that begins s, 1…4; 0 when none does. */
size_t text_utf8_step(const char *s, size_t n);

/* Compare two texts without regard to the case of A-Z. */
bool text_same(const char *a, const char *b);

#define TEXT_HTTP_DATE 30 /* "Sun, 06 Nov 1994 08:49:37 GMT" and its NUL */

/* Write seconds since 1970 as an IMF-fixdate (RFC 9110 5.6.7). */
void text_http_date(int64_t unix_s, char ret[TEXT_HTTP_DATE]);

/*
 * Read any of the three date forms of RFC 9110 5.6.7 (the two obsolete ones as well).
 *
 * The day must exist and be the day of the week it says. Years of two digits are 1970…2069.
 */
bool text_from_http_date(const char *s, int64_t *ret_unix_s) MUST_USE;

/* Write "20150830T123600Z" (ISO 8601 basic, as AWS wants it). */
void text_basic_date(int64_t unix_s, char ret[17]);

/* Copy s into ret[size]; false (and ret untouched) when it does not fit whole. */
bool text_copy(char *ret, size_t size, const char *s) MUST_USE;

/* Find the length of s without blanks (space, tab) at either end; *ret points at its start. */
size_t text_trim(const char *s, size_t n, const char **ret);

#endif
