#include "etag.h"

#include "base/digest.h"
#include "base/text.h"

#include <string.h>

#define HASH_DIGITS (ETAG_HASH - 1)

/* ---- Making ---- */

bool
etag_hash(const struct config *cfg, const struct request *req, char ret[ETAG_HASH], struct err *err)
{
	struct buf text = BUF_INIT(8192);
	const struct config_policy *policy = &req->origin->policy;
	struct params shaping = req->params;
	unsigned char digest[DIGEST_SIZE];
	char hex[DIGEST_HEX];
	bool ok = false;

	/*
	 * What shapes the bytes, and nothing else. A preset's name says nothing that its parameters
	 * do not, and must not live on when they change; a version has its own URL, so the tag need
	 * not tell versions apart; nor does a name to save by change a byte, and a signature lets
	 * in, and shapes nothing.
	 */
	memset(shaping.t, 0, sizeof shaping.t);
	memset(shaping.v, 0, sizeof shaping.v);
	memset(shaping.dl, 0, sizeof shaping.dl);
	shaping.dl[0] = '0';
	params_unsign(&shaping);
	if (!buf_addf(&text, err,
		    "epoch=%s\njpeg=%d\nwebp=%d\navif=%d\ncmyk=%s\navif_speed=%d\njpeg_progressive=%d\nwebp_lossless=%d\navif_max_pixels=%lld\n",
		    ETAG_EPOCH, (int)policy->jpeg_quality, (int)policy->webp_quality,
		    (int)policy->avif_quality, cfg->cmyk_digest, (int)policy->avif_speed,
		    policy->jpeg_progressive, (int)policy->webp_lossless,
		    (long long)policy->avif_max_pixels))
		goto out;
	if (policy->linear && !buf_adds(&text, "linear=1\n", err))
		goto out;
	/* what f=auto comes to: one original may be sent to one client, and made anew for another
	 */
	if (req->negotiated && !buf_addf(&text, err, "accepts=%x\n", (unsigned)req->accepts))
		goto out;
	for (size_t i = 0; req->negotiated && i < ACCEPT_FORMATS; i++)
		if (!buf_addf(&text, err, "auto=%s\n", format_row(req->auto_order[i])->name) ||
			(req->auto_above[i] != 0 &&
				!buf_addf(&text, err, "above=%x\n", (unsigned)req->auto_above[i])))
			goto out;
	/* where originals are kept back, the picture is sent that would be no smaller */
	if (policy->pass != CONFIG_PASS_ANY &&
		!buf_addf(&text, err, "pass=%d\n", (int)policy->pass))
		goto out;
	if (!params_canonical(&shaping, &text, err))
		goto out;
	if (!digest_sha256(text.bytes, text.len, digest, err))
		goto out;
	digest_hex(digest, sizeof digest, hex);
	memcpy(ret, hex, HASH_DIGITS);
	ret[HASH_DIGITS] = '\0';
	ok = true;
out:
	buf_done(&text);
	return ok;
}

static bool
is_etagc(char c)
{
	unsigned char u = (unsigned char)c;

	return u == 0x21 || (u >= 0x23 && u <= 0x7e) || u >= 0x80;
}

/* Tell whether s is one strong tag, quotes included, with something between them. */
static bool
is_strong(const char *s)
{
	size_t n = strlen(s);
	size_t i;

	/* Servers that send "" send it for every object. */
	if (n < 3 || s[0] != '"' || s[n - 1] != '"')
		return false;
	for (i = 1; i < n - 1; i++)
		if (!is_etagc(s[i]))
			return false;
	return true;
}

bool
etag_make(const char *origin_tag, const char *hash, enum format format, char ret[ETAG_MADE])
{
	size_t n = strlen(origin_tag);

	ret[0] = '\0';
	if (n >= ETAG_MAX || !is_strong(origin_tag))
		return false;
	(void)snprintf(ret, ETAG_MADE, "%.*s-%.*s.%s\"", (int)n - 1, origin_tag, HASH_DIGITS, hash,
		format_row(format)->name);
	return true;
}

/* ---- Reading ---- */

/* One tag of a list: as presented, and what is between its quotes. */
struct tag {
	const char *text, *inner; /* borrowed from the list */
	size_t len, inner_len;
	bool weak;
};

/*
 * Find the next tag (RFC 9110 8.8.3), from *list on. Commas inside quotes are part of a tag. What
 * is no tag is skipped to the next comma.
 */
static bool
next_tag(const char **list, struct tag *ret)
{
	const char *c = *list;

	for (;;) {
		c += strspn(c, ", \t");
		if (*c == '\0')
			return false;
		ret->text = c;
		ret->weak = c[0] == 'W' && c[1] == '/';
		if (ret->weak)
			c += 2;
		if (*c == '"') {
			ret->inner = ++c;
			while (is_etagc(*c))
				c++;
			if (*c == '"') {
				ret->inner_len = (size_t)(c++ - ret->inner);
				ret->len = (size_t)(c - ret->text);
				*list = c;
				return true;
			}
		}
		c += strcspn(c, ",");
	}
}

/* Tell where the origin's half ends: its length, or 0 when this is no tag of ours that counts. */
static size_t
origin_half(const struct tag *tag, const char *hash, uint32_t formats)
{
	const char *dot = memrchr(tag->inner, '.', tag->inner_len);
	size_t before, token_len;
	enum format f;

	if (dot == NULL)
		return 0;
	before = (size_t)(dot - tag->inner);
	token_len = tag->inner_len - before - 1;
	/* From the right: an origin's own tag may hold dots and dashes ("…-12" of S3's multiparts).
	 */
	if (before < HASH_DIGITS + 2 || memcmp(dot - HASH_DIGITS, hash, HASH_DIGITS) != 0 ||
		dot[-HASH_DIGITS - 1] != '-')
		return 0;
	for (f = FORMAT_NONE; f < FORMAT__COUNT; f++) {
		const char *name = format_row(f)->name;

		if ((formats & FORMAT_BIT(f)) != 0 && strlen(name) == token_len &&
			memcmp(name, dot + 1, token_len) == 0)
			return before - HASH_DIGITS - 1;
	}
	return 0;
}

bool
etag_origin_halves(
	const char *if_none_match, const char *hash, uint32_t formats, char ret[ETAG_LIST])
{
	struct tag tag;
	size_t n, len = 0;

	ret[0] = '\0';
	while (next_tag(&if_none_match, &tag)) {
		n = origin_half(&tag, hash, formats);
		if (n == 0 || n + 3 > ETAG_MAX || tag.len >= ETAG_MADE || len + n + 5 > ETAG_LIST)
			continue;
		len += (size_t)snprintf(ret + len, ETAG_LIST - len, "%s\"%.*s\"",
			len > 0 ? ", " : "", (int)n, tag.inner);
	}
	return len > 0;
}

bool
etag_presented(const char *if_none_match, const char *origin_tag, const char *hash,
	uint32_t formats, char ret[ETAG_MADE])
{
	struct tag tag, origin;
	size_t n;

	if (!next_tag(&origin_tag, &origin))
		return false;
	while (next_tag(&if_none_match, &tag)) {
		n = origin_half(&tag, hash, formats);
		if (n != origin.inner_len || n == 0 || tag.len >= ETAG_MADE ||
			memcmp(tag.inner, origin.inner, n) != 0)
			continue;
		(void)snprintf(ret, ETAG_MADE, "\"%.*s\"", (int)tag.inner_len, tag.inner);
		return true;
	}
	return false;
}

bool
etag_in_list(const char *list, const char *tag, bool weak)
{
	struct tag one, other;
	const char *star;

	if (text_trim(list, strlen(list), &star) == 1 && *star == '*')
		return true;
	if (!next_tag(&tag, &one))
		return false;
	while (next_tag(&list, &other)) {
		if (!weak && (one.weak || other.weak))
			continue;
		if (one.inner_len == other.inner_len &&
			memcmp(one.inner, other.inner, one.inner_len) == 0)
			return true;
	}
	return false;
}
