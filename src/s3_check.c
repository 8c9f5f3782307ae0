#include "s3_check.h"

#include "base/digest.h"
#include "base/text.h"

#include <string.h>

#define PIECE_MAX 1048576 /* bytes; what comes at once is smaller */

void
s3_check_begin(struct s3_check *c, const struct source_head *head)
{
	size_t n = head->etag[0] == '"' ? strspn(head->etag + 1, "0123456789abcdef") : 0;

	/* "…-3": of parts; with keys of KMS or the customer's it is a sum of something else */
	if (head->status != 200 || n != 32 || strcmp(head->etag + 33, "\"") != 0 ||
		head->customer_encryption[0] != '\0' ||
		(head->encryption[0] != '\0' && !text_same(head->encryption, "AES256")))
		return;
	s3_check_done(c);
	memcpy(c->want, head->etag + 1, 32);
	c->want[32] = '\0';
	c->held = BUF_INIT(PIECE_MAX);
	c->sum = digest_md5_open(); /* a policy without MD5: nothing is checked */
}

bool
s3_check_body(struct s3_check *c, const struct source_sink *sink, const void *bytes, size_t n,
	struct err *err)
{
	if (c->sum == NULL)
		return sink->body(sink->self, bytes, n, err);
	digest_md5_add(c->sum, bytes, n);
	if (c->held.len > 0 && !sink->body(sink->self, c->held.bytes, c->held.len, err))
		return false;
	buf_reset(&c->held);
	return buf_add(&c->held, bytes, n, err);
}

bool
s3_check_end(struct s3_check *c, const struct source_sink *sink, struct err *err)
{
	unsigned char md5[DIGEST_MD5_SIZE];
	char hex[2 * DIGEST_MD5_SIZE + 1];

	if (c->sum == NULL)
		return true;
	digest_md5_close(c->sum, md5);
	c->sum = NULL;
	digest_hex(md5, sizeof md5, hex);
	if (strcmp(hex, c->want) != 0) {
		(void)err_set(err, ERR_ORIGIN, "%s", "");
		return err_detail(err, "s3: the bytes are not those of the ETag (verify_md5)");
	}
	return c->held.len == 0 || sink->body(sink->self, c->held.bytes, c->held.len, err);
}

void
s3_check_done(struct s3_check *c)
{
	if (c->sum != NULL)
		digest_md5_close(c->sum, NULL);
	c->sum = NULL;
	buf_done(&c->held);
}
