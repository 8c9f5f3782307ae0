#include "sign.h"

#include "base/digest.h"
#include "base/text.h"

#include <string.h>

#define TEXT_MAX 16384 /* bytes: mount, key and query, each byte of them encoded */

bool
sign_text(const struct config_origin *origin, const char *key, const struct params *asked,
	struct buf *out, struct err *err)
{
	struct params plain = *asked;
	struct buf query = BUF_INIT(TEXT_MAX);
	bool ok = false;

	if (!params_put(&plain, "sig", "", true)) {
		(void)err_set(err, ERR_INTERNAL, "%s", "");
		goto out;
	}
	ok = params_canonical(&plain, &query, err) && buf_adds(out, origin->mount, err) &&
	     text_url_encode(out, key, strlen(key), true, err) &&
	     buf_adds(out, query.len > 0 ? "?" : "", err) && buf_adds(out, buf_text(&query), err);
out:
	buf_done(&query);
	return ok;
}

static bool
make_with(
	const char *secret, size_t n, const struct buf *text, char ret[SIGN_SIZE], struct err *err)
{
	unsigned char mac[DIGEST_SIZE];
	char base64[4 * ((DIGEST_SIZE + 2) / 3) + 1];

	if (!digest_hmac_sha256(secret, n, text->bytes, text->len, mac, err))
		return false;
	digest_base64(mac, sizeof mac, base64);
	for (size_t i = 0; i < SIGN_SIZE - 1; i++)
		ret[i] = base64[i] == '+' ? '-' : base64[i] == '/' ? '_' : base64[i];
	ret[SIGN_SIZE - 1] = '\0';
	return true;
}

bool
sign_make(const struct config_origin *origin, const char *key, const struct params *asked,
	char ret[SIGN_SIZE], struct err *err)
{
	const char *secret = origin->policy.sign_key;
	struct buf text = BUF_INIT(TEXT_MAX);
	bool ok = sign_text(origin, key, asked, &text, err) &&
		  make_with(secret, strcspn(secret, ","), &text, ret, err);

	buf_done(&text);
	return ok;
}

bool
sign_check(const struct config_origin *origin, const char *key, const struct params *asked,
	bool wanted, int64_t now_s, enum sign_verdict *ret, struct err *err)
{
	const char *secret = origin->policy.sign_key;
	struct buf text = BUF_INIT(TEXT_MAX);
	char made[SIGN_SIZE];
	bool good = false, ok;
	size_t n;

	if (asked->sig[0] == '\0') {
		*ret = wanted ? SIGN_MISSING : SIGN_UNASKED;
		return true;
	}
	ok = sign_text(origin, key, asked, &text, err);
	for (; ok && *secret != '\0'; secret += n + (secret[n] == ',')) {
		n = strcspn(secret, ",");
		ok = make_with(secret, n, &text, made, err);
		/* a shorter one has zeroes where the other has letters */
		good = (ok && digest_same(made, asked->sig, SIGN_SIZE)) || good;
	}
	if (ok)
		*ret = !good                                           ? SIGN_WRONG
		       : asked->exp > 0 && (double)now_s >= asked->exp ? SIGN_EXPIRED
								       : SIGN_GOOD;
	buf_done(&text);
	return ok;
}

const char *
sign_verdict_name(enum sign_verdict verdict)
{
	static const char *const names[] = {
		[SIGN_UNASKED] = "none, and none is wanted",
		[SIGN_GOOD] = "good",
		[SIGN_MISSING] = "missing",
		[SIGN_WRONG] = "wrong",
		[SIGN_EXPIRED] = "good, but over",
	};

	return names[verdict];
}
