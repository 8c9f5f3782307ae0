/* Originals in an S3 bucket: signs each call, and understands what the server says. */
#include "base/now.h"
#include "base/text.h"
#include "etag.h"
#include "sigv4.h"
#include "source.h"
#include "transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_MAX    1024  /* bytes, S3's limit */
#define URL_MAX    8192  /* base, bucket and key, each byte of them encoded */
#define FIELDS_MAX 16384 /* bytes of all fields sent */
#define FIELDS     16

struct s3 {
	const struct config_origin *origin; /* borrowed from the configuration */
	struct transport *transport;        /* owned */
	char base[256];                     /* "https://s3.example.net" */
	const char *host;                   /* within base */
};

/* The fields of one call: text laid end to end, because it moves while it grows. */
struct fields {
	struct buf text; /* owned */
	size_t at[FIELDS];
	size_t count;
};

/* Stands before the caller's sink, to judge the head before anything is believed. */
struct watch {
	const struct source_call *call;
	const struct source_sink *sink;
	bool asked_range;     /* a Range was sent */
	bool asked_condition; /* If-None-Match or If-Modified-Since was sent */
	bool own_match;       /* If-Match is ours to judge: S3 takes one strong tag only */
	bool own_none_match;  /* the same for If-None-Match */
	bool answered;        /* by a 304 of our own */
	bool changed;         /* the range is of another object than If-Range means */
};

static bool
given(const char *s)
{
	return s != NULL && s[0] != '\0';
}

static bool
misconfigured(struct err *err, const char *why)
{
	(void)err_set(err, ERR_INTERNAL, "%s", "");
	return err_detail(err, "s3: %s", why);
}

static bool
senseless(struct err *err, const char *why)
{
	(void)err_set(err, ERR_ORIGIN, "%s", "");
	return err_detail(err, "s3: %s", why);
}

/* Visible ASCII only: what may stand in a header, and what keys and tokens are made of. */
static bool
is_graphic(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

/* ------------------------------------------------------------------ opening */

/* Settle scheme and host. A default port is left out: what is signed is what libcurl would send. */
static bool
settle_base(struct s3 *s3, struct err *err)
{
	const struct config_origin *origin = s3->origin;
	const char *china = strncmp(origin->region, "cn-", 3) == 0 ? ".cn" : "";
	size_t n, scheme;
	bool tls;

	if (origin->endpoint[0] == '\0')
		(void)snprintf(s3->base, sizeof s3->base, "https://s3.%s.amazonaws.com%s",
			origin->region, china);
	else if (!text_copy(s3->base, sizeof s3->base, origin->endpoint))
		return misconfigured(err, "the endpoint is too long");
	tls = strncmp(s3->base, "https://", 8) == 0;
	if (!tls && strncmp(s3->base, "http://", 7) != 0)
		return misconfigured(err, "the endpoint does not begin with http:// or https://");
	scheme = tls ? 8 : 7;
	s3->host = s3->base + scheme;
	if (s3->host[0] == '\0' || !is_graphic(s3->host) ||
		strcspn(s3->host, "/?#@\\") != strlen(s3->host))
		return misconfigured(
			err, "the endpoint is not scheme://host or scheme://host:port");
	n = strlen(s3->base);
	if (tls && n > scheme + 4 && strcmp(s3->base + n - 4, ":443") == 0)
		s3->base[n - 4] = '\0';
	if (!tls && n > scheme + 3 && strcmp(s3->base + n - 3, ":80") == 0)
		s3->base[n - 3] = '\0';
	return true;
}

static bool
check_keys(const struct config_origin *origin, struct err *err)
{
	if (origin->anonymous)
		return true;
	if (origin->access_key[0] == '\0' || origin->secret_key[0] == '\0')
		return misconfigured(err, "no access_key and secret_key, and not anonymous");
	if (!is_graphic(origin->access_key) || !is_graphic(origin->secret_key) ||
		!is_graphic(origin->session_token))
		return misconfigured(err, "a key or the session token holds a blank");
	return true;
}

static void
s3_close(void *state)
{
	struct s3 *s3 = state;

	transport_close(s3->transport);
	free(s3);
}

static bool
s3_open(const struct config_origin *origin, void **ret_state, struct err *err)
{
	struct s3 *s3 = calloc(1, sizeof *s3);
	bool ok = false;

	if (s3 == NULL)
		return err_set(err, ERR_INTERNAL, "%s", "");
	s3->origin = origin;
	if (origin->bucket[0] == '\0') {
		(void)misconfigured(err, "no bucket");
		goto out;
	}
	if (origin->region[0] == '\0' || !is_graphic(origin->region)) {
		(void)misconfigured(err, "no region");
		goto out;
	}
	if (!settle_base(s3, err) || !check_keys(origin, err) ||
		!transport_open(&s3->transport, err))
		goto out;
	*ret_state = s3;
	ok = true;
out:
	if (!ok)
		s3_close(s3);
	return ok;
}

/* ------------------------------------------------------------------ asking */

static bool
add_field(struct fields *f, const char *name, const char *value, struct err *err)
{
	if (f->count == FIELDS)
		return err_set(err, ERR_INTERNAL, "%s", "");
	f->at[f->count++] = f->text.len;
	return buf_addf(&f->text, err, "%s: %s", name, value) && buf_add(&f->text, "", 1, err);
}

/* Append base and path: /bucket/key, each byte encoded once and never normalised. */
static bool
make_url(const struct s3 *s3, const char *key, struct buf *out, struct err *err)
{
	const char *prefix = s3->origin->prefix, *bucket = s3->origin->bucket;
	char full[KEY_MAX + 1];
	int n = snprintf(full, sizeof full, "%s%s", prefix, key);

	if (key[0] == '\0' || n < 0 || (size_t)n >= sizeof full)
		return err_set(err, ERR_BAD_PATH, "The path is empty or longer than 1024 bytes.");
	if (!text_is_utf8(full, (size_t)n))
		return err_set(err, ERR_BAD_PATH, "The path is not UTF-8.");
	return buf_addf(out, err, "%s/", s3->base) &&
	       text_url_encode(out, bucket, strlen(bucket), false, err) &&
	       buf_adds(out, "/", err) && text_url_encode(out, full, (size_t)n, true, err);
}

/* Add what authenticates the call: every x-amz-* and the host are signed, and nothing else. */
static bool
add_signature(const struct s3 *s3, const struct source_call *call, const char *path,
	struct fields *f, struct err *err)
{
	const struct config_origin *origin = s3->origin;
	struct buf authorization = BUF_INIT(2048);
	char date[17];
	const struct sigv4_keys keys = { origin->access_key, origin->secret_key, origin->region,
		"s3" };
	const struct sigv4_pair headers[] = {
		{ "host", s3->host },
		{ "x-amz-content-sha256", SIGV4_EMPTY },
		{ "x-amz-date", date },
		{ "x-amz-security-token", origin->session_token },
	};
	const struct sigv4_call what = {
		.method = call->head_only ? "HEAD" : "GET",
		.path = path,
		.headers = headers,
		.header_count = origin->session_token[0] != '\0' ? 4 : 3,
		.payload_hash = SIGV4_EMPTY,
	};
	bool ok;

	text_basic_date(now_unix_s(), date);
	ok = sigv4_authorization(&keys, &what, date, &authorization, err);
	for (size_t i = 1; ok && i < what.header_count; i++)
		ok = add_field(f, headers[i].name, headers[i].value, err);
	ok = ok && add_field(f, "Authorization", buf_text(&authorization), err);
	buf_done(&authorization);
	return ok;
}

/*
 * Find the one tag in a field that holds exactly one. S3 servers ignore lists, * and W/; where
 * tags are compared weakly, a weak one may go as the strong one of the same text.
 */
static const char *
one_tag(const char *field, bool weak)
{
	size_t n;

	if (weak && strncmp(field, "W/", 2) == 0)
		field += 2;
	n = strlen(field);
	if (n < 2 || field[0] != '"' || strchr(field + 1, '"') != field + n - 1)
		return NULL;
	return is_graphic(field) ? field : NULL;
}

/* Add a date in the form every server reads; one that is no date counts as absent (RFC 9110). */
static bool
add_date(struct fields *f, const char *name, const char *value, struct err *err)
{
	char date[TEXT_HTTP_DATE];
	int64_t when;

	if (!given(value) || !text_from_http_date(value, &when))
		return true;
	text_http_date(when, date);
	return add_field(f, name, date, err);
}

/* Tell whether this is one well-formed byte range; all else is answered with the whole. */
static bool
one_range(const char *range)
{
	static const char digits[] = "0123456789";
	size_t first, last;

	if (!given(range) || strncmp(range, "bytes=", 6) != 0)
		return false;
	range += 6;
	first = strspn(range, digits);
	if (range[first] != '-')
		return false;
	last = strspn(range + first + 1, digits);
	if (range[first + 1 + last] != '\0' || first > 18 || last > 18)
		return false;
	if (first == 0 || last == 0)
		return first != last;
	return strtoull(range, NULL, 10) <= strtoull(range + first + 1, NULL, 10);
}

/* Add conditions and range, all unsigned: proxies on the way may know them. */
static bool
add_conditions(struct watch *w, bool with_range, struct fields *f, struct err *err)
{
	const struct source_call *call = w->call;
	size_t before;

	if (given(call->if_match)) {
		const char *tag = one_tag(call->if_match, false);

		w->own_match = tag == NULL;
		if (tag != NULL && !add_field(f, "If-Match", tag, err))
			return false;
	} else if (!add_date(f, "If-Unmodified-Since", call->if_unmodified_since, err)) {
		return false;
	}
	before = f->count;
	if (given(call->if_none_match)) {
		const char *tag = one_tag(call->if_none_match, true);

		w->own_none_match = tag == NULL;
		if (tag != NULL && !add_field(f, "If-None-Match", tag, err))
			return false;
	} else if (!add_date(f, "If-Modified-Since", call->if_modified_since, err)) {
		return false;
	}
	w->asked_condition = f->count > before;
	w->asked_range = with_range && !call->head_only && one_range(call->range);
	return !w->asked_range || add_field(f, "Range", call->range, err);
}

/* ------------------------------------------------------------------ understanding the answer */

/* Tell whether If-Range still means this object: strong tags are compared, or exact dates. */
static bool
in_range_of(const char *if_range, const struct source_head *head)
{
	int64_t a, b;

	if (!given(if_range))
		return true;
	if (if_range[0] == '"')
		return strcmp(if_range, head->etag) == 0;
	return text_from_http_date(if_range, &a) && text_from_http_date(head->last_modified, &b) &&
	       a == b;
}

static bool
watch_head(void *self, const struct source_head *head, bool *ret_stream, struct err *err)
{
	struct watch *w = self;
	const struct source_call *call = w->call;

	if (head->status == 304 && !w->asked_condition)
		return senseless(err, "304 without a condition");
	if (head->status == 206 && (!w->asked_range || head->content_range[0] == '\0'))
		return senseless(err, "206 without a range");
	if (w->own_match && head->status != 304 && !etag_in_list(call->if_match, head->etag, false))
		return err_set(err, ERR_PRECONDITION, "%s", "");
	if (w->own_none_match && head->status != 304 &&
		etag_in_list(call->if_none_match, head->etag, true)) {
		struct source_head unchanged = *head;

		unchanged.status = 304;
		unchanged.has_length = false;
		unchanged.length = 0;
		unchanged.content_range[0] = '\0';
		w->answered = w->sink->head(w->sink->self, &unchanged, ret_stream, err);
		return false; /* the bytes that would follow are not needed */
	}
	if (head->status == 206 && !in_range_of(call->if_range, head)) {
		w->changed = true;
		return false;
	}
	return w->sink->head(w->sink->self, head, ret_stream, err);
}

static bool
watch_body(void *self, const void *bytes, size_t n, struct err *err)
{
	struct watch *w = self;

	return w->sink->body(w->sink->self, bytes, n, err);
}

/* Copy the text of an element of an S3 error: "" when it is missing or not a plain word. */
static void
take_element(const char *xml, const char *tag, char *ret, size_t size)
{
	const char *s = strstr(xml, tag);
	size_t n;

	ret[0] = '\0';
	if (s == NULL)
		return;
	s += strlen(tag);
	n = strcspn(s, "<& \t\r\n");
	if (s[n] != '<' || n >= size)
		return;
	memcpy(ret, s, n);
	ret[n] = '\0';
}

/* Turn an answer that is no object into our fault. */
static bool
refused(const struct config_origin *origin, int status, const char *xml,
	struct source_report *report, struct err *err)
{
	enum err_kind kind = ERR_ORIGIN;
	char region[64];
	const char *code = report->code;

	take_element(xml, "<Code>", report->code, sizeof report->code);
	take_element(xml, "<Region>", region, sizeof region);
	/* an answer to HEAD has no code: the object is what is most likely missing */
	if (status == 404 && (code[0] == '\0' || strcmp(code, "NoSuchKey") == 0))
		kind = ERR_NOT_FOUND;
	if (status == 403 && origin->forbidden_is_missing &&
		(code[0] == '\0' || strcmp(code, "AccessDenied") == 0))
		kind = ERR_NOT_FOUND;
	if (status == 412)
		kind = ERR_PRECONDITION;
	if (status == 416)
		kind = ERR_RANGE;
	(void)err_set(err, kind, "%s", "");
	(void)err_detail(err, "s3: %d %s", status, code);
	if (region[0] != '\0')
		(void)err_detail(err, "the bucket's region is %s", region);
	return false;
}

/* Ask once. */
static bool
ask(struct s3 *s3, struct watch *w, bool with_range, struct source_report *report, struct err *err)
{
	const struct config_origin *origin = s3->origin;
	const struct source_call *call = w->call;
	const struct source_sink sink = { w, watch_head, watch_body };
	struct buf url = BUF_INIT(URL_MAX), xml = BUF_INIT(TRANSPORT_ERROR_MAX);
	struct fields f = { .text = BUF_INIT(FIELDS_MAX) };
	struct source_head head = { 0 };
	const char *lines[FIELDS];
	bool ok = false;

	if (!make_url(s3, call->key, &url, err) || !add_field(&f, "Host", s3->host, err) ||
		(!origin->anonymous &&
			!add_signature(s3, call, buf_text(&url) + strlen(s3->base), &f, err)) ||
		!add_conditions(w, with_range, &f, err))
		goto out;
	for (size_t i = 0; i < f.count; i++)
		lines[i] = buf_text(&f.text) + f.at[i];
	const struct transport_request req = {
		.url = buf_text(&url),
		.headers = lines,
		.header_count = f.count,
		.head_only = call->head_only,
		.ca_file = origin->ca_file,
		.connect_ms = origin->connect_ms,
		.stall_ms = origin->stall_ms,
		.deadline_us = call->deadline_us,
	};
	if (!transport_fetch(s3->transport, &req, &sink, &head, &xml, report, err))
		goto out;
	ok = head.status == 200 || head.status == 206 || head.status == 304 ||
	     refused(origin, head.status, buf_text(&xml), report, err);
	if (head.status == 416)
		(void)!text_copy(
			report->content_range, sizeof report->content_range, head.content_range);
out:
	buf_done(&f.text);
	buf_done(&url);
	buf_done(&xml);
	return ok;
}

static bool
s3_fetch(void *state, const struct source_call *call, const struct source_sink *sink,
	struct source_report *report, struct err *err)
{
	struct watch w = { .call = call, .sink = sink };
	struct err why = { 0 };
	bool ok = ask(state, &w, true, report, &why);

	/* RFC 9110 13.1.5: when If-Range does not hold, Range counts as not sent */
	if (!ok && w.asked_range && given(call->if_range) && (w.changed || why.kind == ERR_RANGE)) {
		report->code[0] = '\0';
		ok = ask(state, &w, false, report, &why);
	}
	if (!ok && w.answered)
		ok = true;
	if (!ok)
		*err = why;
	return ok;
}

const struct source_kind source_s3_kind = { s3_open, s3_fetch, s3_close };
