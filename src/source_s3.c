/* Originals in an S3 bucket: signs each call, and understands what the server says. */
#include "base/digest.h"
#include "base/now.h"
#include "base/text.h"
#include "condition.h"
#include "credentials.h"
#include "etag.h"
#include "fields.h"
#include "s3_answer.h"
#include "s3_check.h"
#include "sigv4.h"
#include "source.h"
#include "transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define KEY_MAX   1024 /* bytes, S3's limit */
#define URL_MAX   8192 /* base, bucket and key, each byte of them encoded */
#define EXTRAS    5    /* fields that settings ask for */
#define PAUSE_MS  50   /* before the first further try; doubled before each next one */
#define PAUSE_MAX 1000 /* ms */

struct s3 {
	const struct config_origin *origin; /* borrowed from the configuration */
	struct transport *transport;        /* owned */
	struct credentials *credentials;    /* owned; NULL when anonymous */
	struct credentials_keys keys;       /* of the last request */
	char base[384];                     /* "https://s3.example.net" */
	const char *host;                   /* within base */
	char region[64];                    /* the setting, until a server knew better */
	int64_t clock_s;                    /* to add to our clock to have the server's */
	char customer_md5[25];              /* of the key for SSE-C, in base64 */
};

/* What one call has learnt. */
struct lessons {
	bool region, clock;
};

/* Stands before the caller's sink, to judge the head before anything is believed. */
struct watch {
	const struct source_call *call;
	const struct source_sink *sink;
	bool verify; /* the bytes, if the ETag allows */
	struct s3_check check;
	bool asked_range;     /* a Range was sent */
	bool asked_condition; /* If-None-Match or If-Modified-Since was sent */
	bool own_match;       /* If-Match is ours to judge: S3 takes one strong tag only */
	bool own_none_match;  /* the same for If-None-Match */
	bool answered;        /* by a 304 of our own */
	bool changed;         /* the range is of another object than If-Range means */
	bool last; /* no other try will follow: wait for the first byte to the deadline */
	/* What the sink was told to set lives here: its last piece may come when the transfer is
	 * over. */
	bool stream, *live; /* live: the transport's own, while it runs */
};

static bool
misconfigured(struct err *err, const char *why)
{
	(void)err_set(err, ERR_INTERNAL, "%s", "");
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

/* Write scheme and host, with the bucket before the host where it is addressed so. */
static void
write_base(struct s3 *s3)
{
	const struct config_origin *origin = s3->origin;
	const char *endpoint = origin->endpoint, *rest;
	bool virtual = origin->addressing == CONFIG_ADDRESS_VIRTUAL;
	char aws[128];

	if (endpoint[0] == '\0') {
		(void)snprintf(aws, sizeof aws, "https://s3.%s.amazonaws.com%s", s3->region,
			strncmp(s3->region, "cn-", 3) == 0 ? ".cn" : "");
		endpoint = aws;
	}
	rest = strstr(endpoint, "://");
	rest = rest != NULL ? rest + 3 : endpoint;
	(void)snprintf(s3->base, sizeof s3->base, "%.*s%s%s%s", (int)(rest - endpoint), endpoint,
		virtual ? origin->bucket : "", virtual ? "." : "", rest);
}

/* Check the key objects are encrypted with, and make what is sent along with it. */
static bool
settle_customer_key(struct s3 *s3, bool tls, struct err *err)
{
	const char *text = s3->origin->sse_customer_key;
	unsigned char key[32], md5[DIGEST_MD5_SIZE];

	if (text[0] == '\0')
		return true;
	if (!tls)
		return misconfigured(
			err, "sse_customer_key would be sent in the clear: it needs https");
	if (!digest_from_base64(text, key, sizeof key))
		return misconfigured(err, "sse_customer_key is not 32 bytes in base64");
	if (!digest_md5(key, sizeof key, md5, err))
		return false;
	digest_base64(md5, sizeof md5, s3->customer_md5);
	return true;
}

/* Settle scheme and host. A default port is left out: what is signed is what libcurl would send. */
static bool
settle_base(struct s3 *s3, struct err *err)
{
	size_t n, scheme;
	bool tls;

	if (s3->region[0] == '\0')
		(void)!text_copy(s3->region, sizeof s3->region, s3->origin->region);
	write_base(s3);
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
	return settle_customer_key(s3, tls, err);
}

static void
s3_close(void *state)
{
	struct s3 *s3 = state;

	credentials_close(s3->credentials);
	transport_close(s3->transport);
	explicit_bzero(s3, sizeof *s3);
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
	if (!settle_base(s3, err) || !transport_open(&s3->transport, err) ||
		(!origin->anonymous && !credentials_open(origin, environ, &s3->credentials, err)))
		goto out;
	*ret_state = s3;
	ok = true;
out:
	if (!ok)
		s3_close(s3);
	return ok;
}

/* ------------------------------------------------------------------ asking */

/* Append base and path: /bucket/key, or /key where the host names the bucket, each byte encoded
 * once and never normalised. */
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
	if (!buf_addf(out, err, "%s/", s3->base))
		return false;
	if (s3->origin->addressing == CONFIG_ADDRESS_PATH &&
		!(text_url_encode(out, bucket, strlen(bucket), false, err) &&
			buf_adds(out, "/", err)))
		return false;
	return text_url_encode(out, full, (size_t)n, true, err);
}

/* Append the query as it was signed: the version, if one is meant. */
static bool
add_query(const struct source_call *call, struct buf *url, struct err *err)
{
	if (!fields_given(call->version))
		return true;
	return buf_adds(url, "?versionId=", err) &&
	       text_url_encode(url, call->version, strlen(call->version), false, err);
}

/* List the fields that settings ask for. */
static size_t
list_extras(const struct s3 *s3, bool with_sum, struct sigv4_pair ret[EXTRAS])
{
	const struct config_origin *origin = s3->origin;
	size_t n = 0;

	if (with_sum)
		ret[n++] = (struct sigv4_pair){ "x-amz-checksum-mode", "ENABLED" };
	if (origin->requester_pays)
		ret[n++] = (struct sigv4_pair){ "x-amz-request-payer", "requester" };
	if (origin->sse_customer_key[0] != '\0') {
#define SSE "x-amz-server-side-encryption-customer-"
		ret[n++] = (struct sigv4_pair){ SSE "algorithm", "AES256" };
		ret[n++] = (struct sigv4_pair){ SSE "key", origin->sse_customer_key };
		ret[n++] = (struct sigv4_pair){ SSE "key-MD5", s3->customer_md5 };
#undef SSE
	}
	return n;
}

static bool
add_extras(const struct s3 *s3, bool with_sum, struct fields *f, struct err *err)
{
	struct sigv4_pair extras[EXTRAS];
	size_t n = list_extras(s3, with_sum, extras);
	bool ok = true;

	for (size_t i = 0; ok && i < n; i++)
		ok = fields_add(f, extras[i].name, extras[i].value, err);
	return ok;
}

/* Add what authenticates the call: every x-amz-* and the host are signed, and nothing else. */
static bool
add_signature(const struct s3 *s3, const struct source_call *call, bool with_sum, const char *path,
	struct fields *f, struct err *err)
{
	struct buf authorization = BUF_INIT(2048);
	char date[17];
	const struct sigv4_keys keys = { s3->keys.access_key, s3->keys.secret_key, s3->region,
		"s3" };
	const struct sigv4_pair version = { "versionId", call->version };
	struct sigv4_pair headers[4 + EXTRAS] = {
		{ "host", s3->host },
		{ "x-amz-content-sha256", SIGV4_EMPTY },
		{ "x-amz-date", date },
		{ "x-amz-security-token", s3->keys.session_token },
	};
	struct sigv4_call what = {
		.method = call->head_only ? "HEAD" : "GET",
		.path = path,
		.query = &version,
		.query_count = fields_given(call->version) ? 1 : 0,
		.headers = headers,
		.header_count = s3->keys.session_token[0] != '\0' ? 4 : 3,
		.payload_hash = SIGV4_EMPTY,
	};
	bool ok;

	what.header_count += list_extras(s3, with_sum, headers + what.header_count);
	text_basic_date(now_unix_s() + s3->clock_s, date);
	ok = sigv4_authorization(&keys, &what, date, &authorization, err);
	for (size_t i = 1; ok && i < what.header_count; i++)
		ok = fields_add(f, headers[i].name, headers[i].value, err);
	ok = ok && fields_add(f, "Authorization", buf_text(&authorization), err);
	buf_done(&authorization);
	return ok;
}

/* Add conditions and range, all unsigned: proxies on the way may know them. */
static bool
add_conditions(struct watch *w, bool with_range, struct fields *f, struct err *err)
{
	const struct source_call *call = w->call;
	size_t before;

	if (fields_given(call->if_match)) {
		const char *tag = condition_tag(call->if_match, false);

		w->own_match = tag == NULL;
		if (tag != NULL && !fields_add(f, "If-Match", tag, err))
			return false;
	} else if (!fields_add_date(f, "If-Unmodified-Since", call->if_unmodified_since, err)) {
		return false;
	}
	before = f->count;
	if (fields_given(call->if_none_match)) {
		const char *tag = condition_tag(call->if_none_match, true);

		w->own_none_match = tag == NULL;
		if (tag != NULL && !fields_add(f, "If-None-Match", tag, err))
			return false;
	} else if (!fields_add_date(f, "If-Modified-Since", call->if_modified_since, err)) {
		return false;
	}
	w->asked_condition = f->count > before;
	w->asked_range = with_range && !call->head_only && condition_range(call->range);
	return !w->asked_range || fields_add(f, "Range", call->range, err);
}

/* ------------------------------------------------------------------ understanding the answer */

static bool
watch_head(void *self, const struct source_head *head, bool *ret_stream, struct err *err)
{
	struct watch *w = self;
	const struct source_call *call = w->call;

	if (head->status == 304 && !w->asked_condition)
		return source_senseless(err, "s3: 304 without a condition");
	if (head->status == 206 && (!w->asked_range || head->content_range[0] == '\0'))
		return source_senseless(err, "s3: 206 without a range");
	/* GET would be refused: HEAD must not promise a picture */
	if (call->head_only && head->status == 200 && s3_answer_archived(head)) {
		(void)err_set(err, ERR_ARCHIVED, "%s", "");
		return err_detail(
			err, "s3: archived: %s %s", head->storage_class, head->archive_status);
	}
	if (w->own_match && head->status != 304 && !etag_in_list(call->if_match, head->etag, false))
		return err_set(err, ERR_PRECONDITION, "%s", "");
	if (w->own_none_match && head->status != 304 &&
		etag_in_list(call->if_none_match, head->etag, true)) {
		struct source_head unchanged = *head;

		unchanged.status = 304;
		unchanged.has_length = false;
		unchanged.length = 0;
		unchanged.content_range[0] = '\0';
		w->answered = w->sink->head(w->sink->self, &unchanged, &w->stream, err);
		return false; /* the bytes that would follow are not needed */
	}
	if (head->status == 206 &&
		!condition_in_range_of(call->if_range, head->etag, head->last_modified)) {
		w->changed = true;
		return false;
	}
	if (w->verify && !call->head_only)
		s3_check_begin(&w->check, head);
	w->live = ret_stream;
	w->stream = false;
	if (!w->sink->head(w->sink->self, head, &w->stream, err))
		return false;
	*ret_stream = w->stream;
	return true;
}

static bool
watch_body(void *self, const void *bytes, size_t n, struct err *err)
{
	struct watch *w = self;

	if (!s3_check_body(&w->check, w->sink, bytes, n, err))
		return false;
	*w->live = w->stream;
	return true;
}

/* Turn an answer that is no object into our fault. */
static bool
refused(int status, const struct s3_answer *answer, struct source_report *report, struct err *err)
{
	if (answer->code[0] != '\0')
		(void)!text_copy(report->code, sizeof report->code, answer->code);
	(void)err_set(err, answer->kind, "%s", "");
	(void)err_detail(err, "s3: %d %s", status, answer->code);
	if (answer->region[0] != '\0')
		(void)err_detail(err, "the bucket's region is %s", answer->region);
	return false;
}

/*
 * Tell whether this refusal may be one of keys that are over: an answer to HEAD has no body to say
 * so, and with keys that end it must not pass for a missing object.
 */
static bool
says_nothing_of_keys(
	const struct s3 *s3, const struct source_call *call, const struct s3_answer *answer)
{
	return call->head_only && answer->code[0] == '\0' && !answer->moved && !answer->skewed &&
	       s3->credentials != NULL && s3->keys.expires_s != 0;
}

/* Ask once. ret_answer: what a server meant that sent no object. */
static bool
ask(struct s3 *s3, struct watch *w, bool with_range, struct s3_answer *ret_answer,
	struct source_report *report, struct err *err)
{
	const struct config_origin *origin = s3->origin;
	const struct source_call *call = w->call;
	const struct source_sink sink = { w, watch_head, watch_body };
	struct buf url = BUF_INIT(URL_MAX), xml = BUF_INIT(TRANSPORT_ERROR_MAX);
	struct fields f = FIELDS_INIT;
	struct source_head head = { 0 };
	const char *lines[FIELDS_COUNT];
	/* of a part the whole's sum says nothing */
	bool with_sum = w->verify && !call->head_only && !(with_range && fields_given(call->range));
	bool ok = false;

	report->tries = 0;
	report->bytes = 0;
	report->fleeting = false;
	if (s3->credentials != NULL &&
		!credentials_get(s3->credentials, call->deadline_us, &s3->keys, err))
		goto out;
	if (!make_url(s3, call->key, &url, err) || !fields_add(&f, "Host", s3->host, err) ||
		!(origin->anonymous ? add_extras(s3, with_sum, &f, err)
				    : add_signature(s3, call, with_sum,
					      buf_text(&url) + strlen(s3->base), &f, err)) ||
		!add_query(call, &url, err) || !add_conditions(w, with_range, &f, err))
		goto out;
	fields_lines(&f, lines);
	const struct transport_request req = {
		.url = buf_text(&url),
		.headers = lines,
		.header_count = f.count,
		.head_only = call->head_only,
		.ca_file = origin->ca_file,
		.connect_ms = origin->connect_ms,
		.stall_ms = origin->stall_ms,
		.answer_ms = w->last ? 0 : origin->answer_ms,
		.deadline_us = call->deadline_us,
		.peer = call->peer,
	};
	if (!transport_fetch(s3->transport, &req, &sink, &head, &xml, report, err))
		goto out;
	ok = head.status == 200 || head.status == 206 || head.status == 304;
	if (ok) {
		ok = s3_check_end(&w->check, w->sink, err);
	} else {
		s3_answer_read(origin, call, now_unix_s() + s3->clock_s, &head, buf_text(&xml),
			ret_answer);
		if (head.status == 400 && says_nothing_of_keys(s3, call, ret_answer))
			ret_answer->kind = ERR_ORIGIN;
		(void)refused(head.status, ret_answer, report, err);
	}
	if (head.status == 416)
		(void)!text_copy(
			report->content_range, sizeof report->content_range, head.content_range);
out:
	fields_done(&f);
	buf_done(&url);
	buf_done(&xml);
	return ok;
}

/*
 * Learn from an answer what the next request needs: another region, another clock. It is kept for
 * as long as the process lives. Each is learnt once a call: true when there is reason to ask again.
 */
static bool
learn(struct s3 *s3, const struct s3_answer *answer, struct lessons *had,
	struct source_report *report)
{
	struct err ignored;

	if (answer->moved && !had->region && strcmp(answer->region, s3->region) != 0) {
		had->region = true;
		memcpy(s3->region, answer->region, sizeof s3->region);
		memcpy(report->region, answer->region, sizeof report->region);
		return settle_base(s3, &ignored);
	}
	if (answer->skewed && !had->clock) {
		had->clock = true;
		s3->clock_s = report->clock_s = answer->date_s - now_unix_s();
		return true;
	}
	return false;
}

/* Wait before another try, half of it by chance so that many do not come back at once. */
static bool
pause_before(int retry, uint64_t deadline_us)
{
	uint32_t most = retry < 5 ? (uint32_t)PAUSE_MS << retry : PAUSE_MAX, chance = 0;
	struct timespec time = { 0, 0 };

	(void)!getrandom(&chance, sizeof chance, 0);
	if (most > PAUSE_MAX)
		most = PAUSE_MAX;
	most = most / 2 + chance % (most / 2 + 1);
	if (now_left_ms(deadline_us) <= (int)most)
		return false;
	time.tv_sec = most / 1000;
	time.tv_nsec = (long)(most % 1000) * 1000000;
	(void)nanosleep(&time, NULL); /* a signal ends it early: no harm */
	return true;
}

/* Tell whether other keys may do: the server does not know these, and there can be newer ones. */
static bool
renew_keys(struct s3 *s3, const char *code)
{
	static const char *const codes[] = { "ExpiredToken", "InvalidToken", "InvalidAccessKeyId",
		"ExpiredTokenException", "TokenRefreshRequired" };

	for (size_t i = 0; s3->credentials != NULL && i < sizeof codes / sizeof codes[0]; i++)
		if (strcmp(code, codes[i]) == 0)
			return credentials_refused(s3->credentials, &s3->keys);
	return false;
}

/* Ask until there is an answer to believe, or no reason or time to ask again. */
static bool
ask_patiently(struct s3 *s3, struct watch *w, bool with_range, struct source_report *report,
	struct err *err)
{
	struct lessons had = { .region = false };
	uint64_t bytes = report->bytes; /* of all tries, whatever pass they are of */
	int tries = report->tries, retry = 0;
	bool renewed = false;

	for (;;) {
		struct s3_answer answer = { .kind = ERR_NONE };
		bool ok;

		w->last = retry >= s3->origin->retries ||
			  (uint64_t)now_left_ms(w->call->deadline_us) <= 2 * s3->origin->answer_ms;
		ok = ask(s3, w, with_range, &answer, report, err);
		tries += report->tries;
		bytes += report->bytes;
		report->tries = tries;
		report->bytes = bytes;
		if (ok)
			return true;
		if (!renewed && (renew_keys(s3, answer.code) ||
					((report->status == 400 || report->status == 403) &&
						says_nothing_of_keys(s3, w->call, &answer) &&
						credentials_refused(s3->credentials, &s3->keys)))) {
			renewed = true;
			continue;
		}
		if (learn(s3, &answer, &had, report))
			continue;
		if ((!answer.busy && !report->fleeting) || retry >= s3->origin->retries ||
			!pause_before(retry++, w->call->deadline_us))
			return false;
	}
}

static bool
s3_fetch(void *state, const struct source_call *call, const struct source_sink *sink,
	struct source_report *report, struct err *err)
{
	const struct s3 *s3 = state;
	struct watch w = { .call = call, .sink = sink, .verify = s3->origin->verify };
	struct err why = { 0 };
	int asked = s3->credentials != NULL ? credentials_asked(s3->credentials) : 0;
	bool ok = ask_patiently(state, &w, true, report, &why);

	/* RFC 9110 13.1.5: when If-Range does not hold, Range counts as not sent */
	if (!ok && w.asked_range && fields_given(call->if_range) &&
		(w.changed || why.kind == ERR_RANGE)) {
		ok = ask_patiently(state, &w, false, report, &why);
	}
	if (s3->credentials != NULL)
		report->key_requests = credentials_asked(s3->credentials) - asked;
	s3_check_done(&w.check);
	if (!ok && w.answered)
		ok = true;
	if (!ok)
		*err = why;
	return ok;
}

const struct source_kind source_s3_kind = { s3_open, s3_fetch, s3_close };
