#include "s3_check.h"

#include "base/text.h"

#include <string.h>

#define PIECE_MAX 1048576 /* bytes; what comes at once is smaller */

/* How each checksum is worked out; in the order of enum source_sum. */
static const struct {
	const char *name;
	size_t size; /* bytes */
	bool is_crc;
	enum crc_kind crc;
	enum digest_kind digest;
} kinds[] = {
	[SOURCE_SHA256] = { "sha256", 32, false, 0, DIGEST_SUM_SHA256 },
	[SOURCE_SHA1] = { "sha1", 20, false, 0, DIGEST_SUM_SHA1 },
	[SOURCE_CRC64NVME] = { "crc64nvme", 8, true, CRC_64NVME, 0 },
	[SOURCE_CRC32C] = { "crc32c", 4, true, CRC_32C, 0 },
	[SOURCE_CRC32] = { "crc32", 4, true, CRC_32, 0 },
};
_Static_assert(sizeof kinds / sizeof kinds[0] == SOURCE__SUMS, "a row for each sum");

/* Begin with the MD5 that the ETag is, if it is one. */
static void
begin_etag(struct s3_check *c, const struct source_head *head)
{
	size_t n = head->etag[0] == '"' ? strspn(head->etag + 1, "0123456789abcdef") : 0;

	/* "…-3": of parts; with keys of KMS or the customer's it is a sum of something else */
	if (n != 32 || strcmp(head->etag + 33, "\"") != 0 || head->customer_encryption[0] != '\0' ||
		(head->encryption[0] != '\0' && !text_same(head->encryption, "AES256")))
		return;
	c->sum = digest_sum_open(DIGEST_SUM_MD5); /* a policy without MD5: nothing is checked */
	if (c->sum == NULL || !digest_from_hex(head->etag + 1, c->want, DIGEST_MD5_SIZE))
		return;
	c->size = DIGEST_MD5_SIZE;
	c->of = "ETag";
}

void
s3_check_begin(struct s3_check *c, const struct source_head *head)
{
	bool parts = text_same(head->checksum_type, "COMPOSITE");

	s3_check_done(c);
	if (head->status != 200)
		return;
	c->held = BUF_INIT(PIECE_MAX);
	/* what is no base64 of the right length is a sum of parts, or of something unknown */
	for (size_t i = 0; i < SOURCE__SUMS && !parts && c->of == NULL; i++) {
		if (!digest_from_base64(head->checksums[i], c->want, kinds[i].size))
			continue;
		if (kinds[i].is_crc)
			crc_begin(&c->crc, kinds[i].crc);
		else
			c->sum = digest_sum_open(kinds[i].digest);
		c->size = kinds[i].size;
		if (kinds[i].is_crc || c->sum != NULL)
			c->of = kinds[i].name;
	}
	if (c->of == NULL)
		begin_etag(c, head);
}

bool
s3_check_body(struct s3_check *c, const struct source_sink *sink, const void *bytes, size_t n,
	struct err *err)
{
	if (c->of == NULL)
		return sink->body(sink->self, bytes, n, err);
	if (c->sum != NULL)
		digest_sum_add(c->sum, bytes, n);
	else
		crc_add(&c->crc, bytes, n);
	if (c->held.len > 0 && !sink->body(sink->self, c->held.bytes, c->held.len, err))
		return false;
	buf_reset(&c->held);
	return buf_add(&c->held, bytes, n, err);
}

bool
s3_check_end(struct s3_check *c, const struct source_sink *sink, struct err *err)
{
	const char *of = c->of;
	unsigned char made[DIGEST_SIZE] = { 0 };

	if (of == NULL)
		return true;
	if (c->sum != NULL)
		digest_sum_close(c->sum, made);
	for (size_t i = 0; c->sum == NULL && i < c->size; i++) /* the highest byte first */
		made[i] = (unsigned char)(crc_end(&c->crc) >> (8 * (c->size - 1 - i)));
	c->sum = NULL;
	c->of = NULL;
	if (memcmp(made, c->want, c->size) != 0) {
		(void)err_set(err, ERR_ORIGIN, "%s", "");
		return err_detail(err, "s3: the bytes are not those of the %s (verify)", of);
	}
	return c->held.len == 0 || sink->body(sink->self, c->held.bytes, c->held.len, err);
}

void
s3_check_done(struct s3_check *c)
{
	if (c->sum != NULL)
		digest_sum_close(c->sum, NULL);
	c->sum = NULL;
	c->of = NULL;
	buf_done(&c->held);
}
