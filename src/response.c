#include "response.h"

#include "base/now.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HEAD_LIMIT 16384 /* bytes; CDNs stop at about 20,000 */
#define BODY_LIMIT 4096  /* of what is made here: errors and health */

static const char *
reason_phrase(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} rows[] = {
		{ 200, "OK" },
		{ 204, "No Content" },
		{ 206, "Partial Content" },
		{ 304, "Not Modified" },
		{ 308, "Permanent Redirect" },
		{ 400, "Bad Request" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 412, "Precondition Failed" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 416, "Range Not Satisfiable" },
		{ 422, "Unprocessable Content" },
		{ 500, "Internal Server Error" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].status == status)
			return rows[i].phrase;
	return "Status";
}

void
response_start(struct response *r, int status)
{
	r->status = status;
	r->head.limit = HEAD_LIMIT;
	if (r->body.limit == 0)
		r->body.limit = BODY_LIMIT;
	buf_reset(&r->head);
	r->bytes = NULL;
	r->len = 0;
	r->has_length = true;
}

void
response_field(struct response *r, const char *name, const char *format, ...)
{
	struct err err;
	char value[2048];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(value, sizeof value, format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof value)
		return;
	for (int i = 0; i < n; i++)
		if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
			return;
	/* A head that does not fit loses a field, never the answer. */
	(void)!buf_addf(&r->head, &err, "%s: %s\r\n", name, value);
}

uint64_t
response_age(const struct request *req, uint64_t age_s)
{
	return req->left_s > 0 && (uint64_t)req->left_s < age_s ? (uint64_t)req->left_s : age_s;
}

enum freshness_rule
response_cache_done(struct response *r, const struct request *req, const struct source_head *head)
{
	const struct config_policy *policy = &req->origin->policy;
	char text[FRESHNESS_TEXT];
	enum freshness_rule rule =
		freshness_good(policy, params_given(&req->asked, "v"), head, now_unix_s(), text);

	if (req->left_s > 0 && !freshness_is_closed(policy, head)) {
		freshness_limit(policy->max_age_ms / 1000, req->left_s, text);
		rule = FRESHNESS_SIGNED;
	}
	response_field(r, "Cache-Control", "%s", text);
	return rule;
}

void
response_cache_age(struct response *r, int32_t max_age_s)
{
	char text[FRESHNESS_TEXT];

	freshness_failure(max_age_s, text);
	response_field(r, "Cache-Control", "%s", text);
}

void
response_error(struct response *r, const struct config_policy *policy, const struct request *req,
	const struct err *err)
{
	const struct err_row *row = err_row(err->kind);
	struct err ignored;

	response_start(r, row->status);
	buf_reset(&r->body);
	r->body.limit = BODY_LIMIT;
	response_field(r, "Content-Type", "application/json");
	response_cache_age(r, config_error_age(policy, err->kind, false));
	response_field(r, "Limner-Reason", "%s", row->slug);
	response_field(r, "X-Content-Type-Options", "nosniff");
	if (row->status == 405)
		response_field(r, "Allow", "GET, HEAD");
	if (row->status == 503)
		response_field(r, "Retry-After", "1");
	if (!buf_addf(&r->body, &ignored, "{\"error\":\"%s\",\"message\":\"", row->slug) ||
		!text_json(&r->body, err->say, &ignored) ||
		!buf_addf(&r->body, &ignored, "\",\"request\":\"%s\"}\n", req->id))
		buf_reset(&r->body);
	r->bytes = r->body.bytes;
	r->len = r->body.len;
}

bool
response_send_head(struct response *r, const struct gateway *gw)
{
	struct err err;
	struct buf all = BUF_INIT(HEAD_LIMIT + 256);
	bool ok;

	ok = buf_addf(&all, &err, "Status: %d %s\r\n", r->status, reason_phrase(r->status)) &&
	     buf_add(&all, r->head.bytes, r->head.len, &err) && buf_adds(&all, "\r\n", &err);
	if (ok)
		ok = gw->write(gw->self, all.bytes, all.len);
	buf_done(&all);
	return ok;
}

bool
response_send(struct response *r, const struct gateway *gw, bool head_only)
{
	/* neither has a body, nor may tell its length (RFC 9110 8.6) */
	if (r->has_length && r->status != 304 && r->status != 204)
		response_field(r, "Content-Length", "%zu", r->len);
	if (!response_send_head(r, gw))
		return false;
	if (head_only || r->status == 304 || r->len == 0)
		return true;
	if (!gw->write(gw->self, r->bytes, r->len))
		return false;
	r->sent = r->len;
	return true;
}

void
response_done(struct response *r)
{
	buf_done(&r->head);
	buf_done(&r->body);
}
