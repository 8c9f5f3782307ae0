#include "tags.h"

#include "base/digest.h"

#include <string.h>

#define HASH_BYTES                                                                                 \
	8 /* of the digest; two originals in four thousand million share a tag at worst */

static bool
add_hashed(const struct config_origin *origin, char kind, const char *key, size_t n,
	const char *separator, struct buf *out, struct err *err)
{
	struct buf text = BUF_INIT(4096);
	unsigned char digest[DIGEST_SIZE];
	char hex[DIGEST_HEX];
	bool ok = buf_addf(&text, err, "%s\n", origin->title) && buf_add(&text, key, n, err) &&
		  digest_sha256(text.bytes, text.len, digest, err);

	buf_done(&text);
	if (!ok)
		return false;
	digest_hex(digest, HASH_BYTES, hex);
	return buf_addf(out, err, "%s%c-%s", separator, kind, hex);
}

bool
tags_print(const struct config_origin *origin, const char *key, const char *preset,
	const char *separator, struct buf *out, struct err *err)
{
	size_t n = strlen(key), count = 2; /* with the preset's */

	if (n == 0 || key[n - 1] == '/')
		return add_hashed(origin, 'f', key, n, "", out, err);
	if (!add_hashed(origin, 'k', key, n, "", out, err) ||
		!add_hashed(origin, 'f', key, 0, separator, out, err))
		return false;
	for (const char *slash = strchr(key, '/'); slash != NULL && ++count < TAGS_MAX;
		slash = strchr(slash + 1, '/'))
		if (!add_hashed(origin, 'f', key, (size_t)(slash + 1 - key), separator, out, err))
			return false;
	return preset[0] == '\0' || buf_addf(out, err, "%sp-%s", separator, preset);
}
