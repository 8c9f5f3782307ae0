#include "sigv4.h"

#include "base/digest.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define PAIRS_MAX 32
#define TEXT_MAX  65536 /* canonical request: a key is at most 3 KB encoded, a token a few KB */

/* The characters that are not percent-encoded, slash apart (RFC 3986 2.3). */
static bool
is_unreserved(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

/*
 * Order two raw strings as their percent-encoded forms would be ordered. The first byte that
 * differs decides, and a % comes before every unreserved character.
 */
static int
compare_encoded(const char *a, const char *b)
{
	const unsigned char *x = (const unsigned char *)a, *y = (const unsigned char *)b;
	bool plain_x, plain_y;

	while (*x != '\0' && *x == *y) {
		x++;
		y++;
	}
	if (*x == *y)
		return 0;
	if (*x == '\0' || *y == '\0')
		return *x == '\0' ? -1 : 1;
	plain_x = is_unreserved(*x);
	plain_y = is_unreserved(*y);
	if (plain_x != plain_y)
		return plain_x ? 1 : -1;
	return *x < *y ? -1 : 1;
}

static int
compare_query(const struct sigv4_pair *a, const struct sigv4_pair *b)
{
	int order = compare_encoded(a->name, b->name);

	return order != 0 ? order : compare_encoded(a->value, b->value);
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* By name alone: fields of one name keep their order, for their values are joined in it. */
static int
compare_header(const struct sigv4_pair *a, const struct sigv4_pair *b)
{
	const char *x = a->name, *y = b->name;

	while (*x != '\0' && lower(*x) == lower(*y)) {
		x++;
		y++;
	}
	return (unsigned char)lower(*x) - (unsigned char)lower(*y);
}

/* A stable insertion sort: there are a handful of pairs. */
static void
sort(const struct sigv4_pair *pairs, size_t count, const struct sigv4_pair *ret[PAIRS_MAX],
	int (*compare)(const struct sigv4_pair *, const struct sigv4_pair *))
{
	for (size_t i = 0; i < count; i++) {
		size_t at = i;

		while (at > 0 && compare(ret[at - 1], &pairs[i]) > 0) {
			ret[at] = ret[at - 1];
			at--;
		}
		ret[at] = &pairs[i];
	}
}

static bool
too_many(struct err *err)
{
	(void)err_set(err, ERR_INTERNAL, "%s", "");
	return err_detail(err, "more than %d headers or query parameters to sign", PAIRS_MAX);
}

bool
sigv4_query(const struct sigv4_call *call, struct buf *out, struct err *err)
{
	const struct sigv4_pair *sorted[PAIRS_MAX];

	if (call->query_count > PAIRS_MAX)
		return too_many(err);
	sort(call->query, call->query_count, sorted, compare_query);
	for (size_t i = 0; i < call->query_count; i++) {
		const struct sigv4_pair *pair = sorted[i];

		if ((i > 0 && !buf_adds(out, "&", err)) ||
			!text_url_encode(out, pair->name, strlen(pair->name), false, err) ||
			!buf_adds(out, "=", err) ||
			!text_url_encode(out, pair->value, strlen(pair->value), false, err))
			return false;
	}
	return true;
}

/* Append a field's value without blanks around it, each run inside as one space. */
static bool
add_value(const char *value, struct buf *out, struct err *err)
{
	static const char blanks[] = " \t\r\n";
	const char *s = value + strspn(value, blanks);

	while (*s != '\0') {
		size_t n = strcspn(s, blanks);
		size_t gap = strspn(s + n, blanks);

		if (!buf_add(out, s, n, err) || (s[n + gap] != '\0' && !buf_adds(out, " ", err)))
			return false;
		s += n + gap;
	}
	return true;
}

static bool
add_name(const char *name, struct buf *out, struct err *err)
{
	for (; *name != '\0'; name++) {
		char c = lower(*name);

		if (!buf_add(out, &c, 1, err))
			return false;
	}
	return true;
}

/* Append "name:value\n" for each name once; a repeated field's values are joined by commas. */
static bool
add_headers(const struct sigv4_pair *const *sorted, size_t count, struct buf *out, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		bool again = i > 0 && compare_header(sorted[i - 1], sorted[i]) == 0;
		bool more = i + 1 < count && compare_header(sorted[i], sorted[i + 1]) == 0;

		if (!(again ? buf_adds(out, ",", err)
			    : add_name(sorted[i]->name, out, err) && buf_adds(out, ":", err)) ||
			!add_value(sorted[i]->value, out, err) ||
			(!more && !buf_adds(out, "\n", err)))
			return false;
	}
	return true;
}

/* Append the names in the order they are signed in: "host;x-amz-date". */
static bool
add_signed_names(const struct sigv4_call *call, struct buf *out, struct err *err)
{
	const struct sigv4_pair *sorted[PAIRS_MAX];

	if (call->header_count > PAIRS_MAX)
		return too_many(err);
	sort(call->headers, call->header_count, sorted, compare_header);
	for (size_t i = 0; i < call->header_count; i++) {
		if (i > 0 && compare_header(sorted[i - 1], sorted[i]) == 0)
			continue;
		if ((i > 0 && !buf_adds(out, ";", err)) || !add_name(sorted[i]->name, out, err))
			return false;
	}
	return true;
}

bool
sigv4_canonical(const struct sigv4_call *call, struct buf *out, struct err *err)
{
	const struct sigv4_pair *sorted[PAIRS_MAX];

	if (call->header_count > PAIRS_MAX)
		return too_many(err);
	sort(call->headers, call->header_count, sorted, compare_header);
	return buf_addf(out, err, "%s\n%s\n", call->method, call->path) &&
	       sigv4_query(call, out, err) && buf_adds(out, "\n", err) &&
	       add_headers(sorted, call->header_count, out, err) && buf_adds(out, "\n", err) &&
	       add_signed_names(call, out, err) && buf_addf(out, err, "\n%s", call->payload_hash);
}

/* Derive the key of one day, region and service from the secret. */
static bool
signing_key(const struct sigv4_keys *keys, const char *date, unsigned char ret[DIGEST_SIZE],
	struct err *err)
{
	const char *const steps[] = { keys->region, keys->service, "aws4_request" };
	unsigned char last[DIGEST_SIZE];
	char secret[256];
	int n = snprintf(secret, sizeof secret, "AWS4%s", keys->secret_key);
	bool ok;

	if (n < 0 || (size_t)n >= sizeof secret) {
		(void)err_set(err, ERR_INTERNAL, "%s", "");
		return err_detail(err, "the secret key is too long");
	}
	ok = digest_hmac_sha256(secret, (size_t)n, date, 8, ret, err);
	for (size_t i = 0; ok && i < sizeof steps / sizeof steps[0]; i++) {
		memcpy(last, ret, sizeof last);
		ok = digest_hmac_sha256(last, sizeof last, steps[i], strlen(steps[i]), ret, err);
	}
	explicit_bzero(secret, sizeof secret);
	explicit_bzero(last, sizeof last);
	return ok;
}

/* Compute the signature of a canonical request, as hex. */
static bool
sign(const struct sigv4_keys *keys, const struct buf *canonical, const char *date,
	const char *scope, char ret[DIGEST_HEX], struct err *err)
{
	unsigned char hash[DIGEST_SIZE], key[DIGEST_SIZE];
	char hex[DIGEST_HEX], to_sign[512];
	int n;
	bool ok;

	if (!digest_sha256(canonical->bytes, canonical->len, hash, err))
		return false;
	digest_hex(hash, sizeof hash, hex);
	n = snprintf(to_sign, sizeof to_sign, "AWS4-HMAC-SHA256\n%s\n%s\n%s", date, scope, hex);
	if (n < 0 || (size_t)n >= sizeof to_sign) {
		(void)err_set(err, ERR_INTERNAL, "%s", "");
		return err_detail(err, "the region's name is too long");
	}
	ok = signing_key(keys, date, key, err) &&
	     digest_hmac_sha256(key, sizeof key, to_sign, (size_t)n, hash, err);
	explicit_bzero(key, sizeof key);
	if (ok)
		digest_hex(hash, sizeof hash, ret);
	return ok;
}

bool
sigv4_authorization(const struct sigv4_keys *keys, const struct sigv4_call *call, const char *date,
	struct buf *out, struct err *err)
{
	struct buf canonical = BUF_INIT(TEXT_MAX);
	char scope[256], signature[DIGEST_HEX];
	bool ok = false;
	int n = snprintf(
		scope, sizeof scope, "%.8s/%s/%s/aws4_request", date, keys->region, keys->service);

	if (n < 0 || (size_t)n >= sizeof scope) {
		(void)err_set(err, ERR_INTERNAL, "%s", "");
		return err_detail(err, "the region's name is too long");
	}
	if (!sigv4_canonical(call, &canonical, err) ||
		!sign(keys, &canonical, date, scope, signature, err))
		goto out;
	ok = buf_addf(out, err,
		     "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=", keys->access_key,
		     scope) &&
	     add_signed_names(call, out, err) && buf_addf(out, err, ", Signature=%s", signature);
out:
	/* a limit of ours, not of an original */
	if (!ok && err->kind == ERR_TOO_LARGE)
		(void)err_set(err, ERR_INTERNAL, "%s", "");
	buf_done(&canonical);
	return ok;
}
