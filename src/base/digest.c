#include "base/digest.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

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

bool
digest_md5(const void *bytes, size_t n, unsigned char ret[DIGEST_MD5_SIZE], struct err *err)
{
	unsigned char made[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (EVP_Digest(bytes, n, made, &len, EVP_md5(), NULL) != 1 || len != DIGEST_MD5_SIZE) {
		(void)err_set(err, ERR_INTERNAL, "%s", "");
		return err_detail(err, "libcrypto refused MD5");
	}
	for (size_t i = 0; i < DIGEST_MD5_SIZE; i++)
		ret[i] = made[i];
	return true;
}

/* libcrypto's context under our name; no field of ours is there. */
struct digest_sum *
digest_sum_open(enum digest_kind kind)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const EVP_MD *md = kind == DIGEST_SUM_MD5    ? EVP_md5()
			   : kind == DIGEST_SUM_SHA1 ? EVP_sha1()
						     : EVP_sha256();

	if (ctx != NULL && EVP_DigestInit_ex(ctx, md, NULL) != 1) {
		EVP_MD_CTX_free(ctx);
		ctx = NULL;
	}
	return (struct digest_sum *)ctx;
}

void
digest_sum_add(struct digest_sum *sum, const void *bytes, size_t n)
{
	(void)EVP_DigestUpdate((EVP_MD_CTX *)sum, bytes, n);
}

void
digest_sum_close(struct digest_sum *sum, unsigned char ret[DIGEST_SIZE])
{
	EVP_MD_CTX *ctx = (EVP_MD_CTX *)sum;
	unsigned char made[EVP_MAX_MD_SIZE] = { 0 };

	(void)EVP_DigestFinal_ex(ctx, made, NULL);
	if (ret != NULL)
		memcpy(ret, made, (size_t)EVP_MD_CTX_size(ctx));
	EVP_MD_CTX_free(ctx);
}

void
digest_base64(const unsigned char *bytes, size_t n, char *ret)
{
	(void)EVP_EncodeBlock((unsigned char *)ret, bytes, (int)n);
}

bool
digest_from_base64(const char *text, unsigned char *ret, size_t n)
{
	unsigned char made[48 + 3];
	size_t len = strlen(text), padding = len - strcspn(text, "=");

	if (n == 0 || n > 48 || len != (n + 2) / 3 * 4 || padding != (3 - n % 3) % 3 ||
		strspn(text + len - padding, "=") != padding ||
		strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") !=
			len - padding ||
		EVP_DecodeBlock(made, (const unsigned char *)text, (int)len) < (int)n)
		return false;
	memcpy(ret, made, n);
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

bool
digest_same(const void *one, const void *other, size_t n)
{
	return CRYPTO_memcmp(one, other, n) == 0;
}

bool
digest_from_hex(const char *text, unsigned char *ret, size_t n)
{
	static const char hex[] = "0123456789abcdef0123456789ABCDEF";

	for (size_t i = 0; i < 2 * n; i++) {
		const char *digit = text[i] != '\0' ? strchr(hex, text[i]) : NULL;
		unsigned char value;

		if (digit == NULL)
			return false;
		value = (unsigned char)((digit - hex) & 15);
		ret[i / 2] = (unsigned char)(i % 2 == 0 ? value << 4 : ret[i / 2] | value);
	}
	return true;
}
