#include "base/digest.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

bool
digest_sha256(const void *bytes, size_t n, unsigned char ret[DIGEST_SIZE], struct err *err)
{
	unsigned char made[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (EVP_Digest(bytes, n, made, &len, EVP_sha256(), NULL) != 1 || len != DIGEST_SIZE) {
		(void)err_set(err, ERR_INTERNAL, "%s", "");
		return err_detail(err, "libcrypto refused SHA-256");
	}
	for (size_t i = 0; i < DIGEST_SIZE; i++)
		ret[i] = made[i];
	return true;
}

bool
digest_hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t n,
	unsigned char ret[DIGEST_SIZE], struct err *err)
{
	/* Made aside: sigv4 feeds each result back as the next key. */
	unsigned char made[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (key_len > INT_MAX ||
		HMAC(EVP_sha256(), key_len > 0 ? key : "", (int)key_len, bytes, n, made, &len) ==
			NULL ||
		len != DIGEST_SIZE) {
		(void)err_set(err, ERR_INTERNAL, "%s", "");
		return err_detail(err, "libcrypto refused HMAC-SHA-256");
	}
	for (size_t i = 0; i < DIGEST_SIZE; i++)
		ret[i] = made[i];
	return true;
}

void
digest_hex(const unsigned char *bytes, size_t n, char *ret)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		ret[2 * i] = hex[bytes[i] >> 4];
		ret[2 * i + 1] = hex[bytes[i] & 15];
	}
	ret[2 * n] = '\0';
}
