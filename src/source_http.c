/* Originals on a web server: one fixed base URL, redirects followed by ourselves, each checked. */
#include "base/text.h"
#include "condition.h"
#include "etag.h"
#include "fields.h"
#include "source.h"
#include "transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KEY_MAX 1024  /* bytes */
#define URL_MAX 16384 /* bytes: a location, each byte of it encoded */

struct http {
	const struct config_origin *origin; /* borrowed from the configuration */
	struct transport *transport;        /* owned */
	char base[512];                     /* ends with /, has no default port */
};

/* Stands before the caller's sink, to judge the head before anything is believed. */
struct watch {
	const struct source_call *call;
	const struct source_sink *sink;
	bool with_range;      /* not yet given up */
	bool asked_range;     /* a Range was sent */
	bool asked_condition; /* If-None-Match or If-Modified-Since was sent */
	bool answered;        /* by a 304 of our own */
	bool changed;         /* the range is of another object than If-Range means */
};

/* ------------------------------------------------------------------ opening */

/* How many bytes of a URL say where to connect: "https://host:port". */
static size_t
place(const char *url)
{
	const char *host = strstr(url, "://");

	return host != NULL ? (size_t)(host - url) + 3 + strcspn(host + 3, "/?#") : 0;
}

static bool
same_place(const char *a, const char *b)
{
	size_t n = place(a);

	return n == place(b) && strncasecmp(a, b, n) == 0;
}

static bool
is_tls(const char *url)
{
	return strncasecmp(url, "https:", 6) == 0;
}

/* Settle the base: a slash at its end, and no port that goes without saying. */
static bool
settle_base(struct http *http, struct err *err)
{
	const char *url = http->origin->url, *port = is_tls(url) ? ":443" : ":80";
	size_t n = place(url), m = strlen(port), len = strlen(url);
	bool slash = len == 0 || url[len - 1] != '/';
	int written;

	if (n == 0 || (!is_tls(url) && strncasecmp(url, "http:", 5) != 0) ||
		strpbrk(url, "@?#\\ ") != NULL) {
		(void)err_set(err, ERR_INTERNAL, "%s", "");
		return err_detail(err, "http: the url is not http(s)://host[:port]/path");
	}
	if (n > m && strncmp(url + n - m, port, m) == 0)
		written = snprintf(http->base, sizeof http->base, "%.*s%s%s", (int)(n - m), url,
			url + n, slash ? "/" : "");
	else
		written = snprintf(http->base, sizeof http->base, "%s%s", url, slash ? "/" : "");
	if (written < 0 || (size_t)written >= sizeof http->base) {
		(void)err_set(err, ERR_INTERNAL, "%s", "");
		return err_detail(err, "http: the url is too long");
	}
	return true;
}

static void
http_close(void *state)
{
	struct http *http = state;

	transport_close(http->transport);
	free(http);
}

static bool
http_open(const struct config_origin *origin, void **ret_state, struct err *err)
{
	struct http *http = calloc(1, sizeof *http);

	if (http == NULL)
		return err_set(err, ERR_INTERNAL, "%s", "");
	http->origin = origin;
	if (!settle_base(http, err) || !transport_open(&http->transport, err)) {
		http_close(http);
		return false;
	}
	*ret_state = http;
	return true;
}

/* ------------------------------------------------------------------ asking */

/* Tell whether a server could leave the base by this key; some take a backslash for a slash. */
static bool
has_dots(const char *key)
{
	size_t n;

	for (;;) {
		n = strcspn(key, "/\\");
		if ((n == 1 && key[0] == '.') || (n == 2 && key[0] == '.' && key[1] == '.'))
			return true;
		if (key[n] == '\0')
			return false;
		key += n + 1;
	}
}

/* Append base and key, each byte of it encoded once. */
static bool
make_url(const struct http *http, const char *key, struct buf *out, struct err *err)
{
	size_t n = strlen(key);

	if (n == 0 || n > KEY_MAX)
		return err_set(err, ERR_BAD_PATH, "The path is empty or longer than 1024 bytes.");
	if (has_dots(key))
		return err_set(err, ERR_BAD_PATH, "The path has a dot segment.");
	if (!text_is_utf8(key, n))
		return err_set(err, ERR_BAD_PATH, "The path is not UTF-8.");
	return buf_adds(out, http->base, err) && text_url_encode(out, key, n, true, err);
}

/* Add conditions and range as they came: web servers know lists, * and weak tags. */
static bool
add_conditions(struct watch *w, struct fields *f, struct err *err)
{
	const struct source_call *call = w->call;
	size_t before;

	if (fields_given(call->if_match)) {
		if (!fields_add(f, "If-Match", call->if_match, err))
			return false;
	} else if (!fields_add_date(f, "If-Unmodified-Since", call->if_unmodified_since, err)) {
		return false;
	}
	before = f->count;
	if (fields_given(call->if_none_match)) {
		if (!fields_add(f, "If-None-Match", call->if_none_match, err))
			return false;
	} else if (!fields_add_date(f, "If-Modified-Since", call->if_modified_since, err)) {
		return false;
	}
	w->asked_condition = f->count > before;
	w->asked_range = w->with_range && !call->head_only && condition_range(call->range);
	if (!w->asked_range)
		return true;
	return fields_add(f, "Range", call->range, err) &&
	       (!fields_given(call->if_range) || fields_add(f, "If-Range", call->if_range, err));
}

/* ------------------------------------------------------------------ understanding the answer */

/* Tell whether the object is the one the client means, in case the server did not look. */
static bool
is_meant(const struct source_call *call, const struct source_head *head)
{
	int64_t since, changed;

	if (fields_given(call->if_match))
		return etag_in_list(call->if_match, head->etag, false);
	return !fields_given(call->if_unmodified_since) ||
	       !text_from_http_date(call->if_unmodified_since, &since) ||
	       !text_from_http_date(head->last_modified, &changed) || changed <= since;
}

static bool
watch_head(void *self, const struct source_head *head, bool *ret_stream, struct err *err)
{
	struct watch *w = self;
	const struct source_call *call = w->call;

	if (head->status == 304 && !w->asked_condition)
		return source_senseless(err, "http: 304 without a condition");
	if (head->status == 206 && (!w->asked_range || head->content_range[0] == '\0'))
		return source_senseless(err, "http: 206 without a range");
	if (head->status != 304 && !is_meant(call, head))
		return err_set(err, ERR_PRECONDITION, "%s", "");
	if (head->status != 304 && fields_given(call->if_none_match) &&
		etag_in_list(call->if_none_match, head->etag, true)) {
		struct source_head unchanged = *head;

		unchanged.status = 304;
		unchanged.has_length = false;
		unchanged.length = 0;
		unchanged.content_range[0] = '\0';
		w->answered = w->sink->head(w->sink->self, &unchanged, ret_stream, err);
		return false; /* the bytes that would follow are not needed */
	}
	if (head->status == 206 &&
		!condition_in_range_of(call->if_range, head->etag, head->last_modified)) {
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

/* Turn an answer that is no object into our fault. */
static bool
refused(int status, struct err *err)
{
	enum err_kind kind = ERR_ORIGIN;

	if (status == 404 || status == 410)
		kind = ERR_NOT_FOUND;
	if (status == 412)
		kind = ERR_PRECONDITION;
	if (status == 416)
		kind = ERR_RANGE;
	(void)err_set(err, kind, "%s", "");
	return err_detail(err, "http: %d", status);
}

/* ------------------------------------------------------------------ the way to the answer */

static bool
is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Ask one URL. True: *ret_head tells the status, which may be a redirect's. */
static bool
ask(struct http *http, struct watch *w, const char *url, bool trusted, struct source_head *ret_head,
	struct source_report *report, struct err *err)
{
	const struct config_origin *origin = http->origin;
	const struct source_call *call = w->call;
	const struct source_sink sink = { w, watch_head, watch_body };
	struct buf ignored = BUF_INIT(TRANSPORT_ERROR_MAX);
	struct fields f = FIELDS_INIT;
	const char *lines[FIELDS_COUNT];
	int tries = report->tries;
	bool ok = false;

	if (!add_conditions(w, &f, err) || (trusted && !fields_add_lines(&f, call->forwarded, err)))
		goto out;
	fields_lines(&f, lines);
	const struct transport_request req = {
		.url = url,
		.headers = lines,
		.header_count = f.count,
		.head_only = call->head_only,
		.public_only = !origin->allow_private,
		.http2 = origin->http2,
		.ca_file = origin->ca_file,
		.connect_ms = origin->connect_ms,
		.stall_ms = origin->stall_ms,
		.deadline_us = call->deadline_us,
		.peer = call->peer,
	};
	ok = transport_fetch(http->transport, &req, &sink, ret_head, &ignored, report, err);
	report->tries += tries;
out:
	fields_done(&f);
	buf_done(&ignored);
	return ok;
}

/* Put into *url where the redirect leads. */
static bool
turn(struct buf *url, const char *location, struct err *err)
{
	struct buf next = BUF_INIT(URL_MAX);
	bool ok = false;

	if (location[0] == '\0') {
		(void)source_senseless(err, "http: a redirect without a location");
		goto out;
	}
	if (!transport_resolve(buf_text(url), location, &next, err))
		goto out;
	if (is_tls(buf_text(url)) && !is_tls(buf_text(&next))) {
		(void)source_senseless(err, "http: a redirect from https to http");
		goto out;
	}
	buf_reset(url);
	ok = buf_adds(url, buf_text(&next), err);
out:
	buf_done(&next);
	return ok;
}

/*
 * Ask, and go where redirects lead. The client's own fields go to the configured server only: they
 * are dropped at the first step elsewhere, and stay so if a later one leads back.
 */
static bool
follow(struct http *http, struct watch *w, struct source_report *report, struct err *err)
{
	struct buf url = BUF_INIT(URL_MAX);
	struct source_head head = { 0 };
	bool trusted = true, ok = false;
	int hops = 0;

	if (!make_url(http, w->call->key, &url, err))
		goto out;
	for (;;) {
		if (!ask(http, w, buf_text(&url), trusted, &head, report, err))
			break;
		if (!is_redirect(head.status)) {
			ok = head.status == 200 || head.status == 206 || head.status == 304 ||
			     refused(head.status, err);
			break;
		}
		if (hops++ == http->origin->redirects) {
			(void)source_senseless(err, "http: too many redirects");
			break;
		}
		if (!turn(&url, head.location, err))
			break;
		trusted = trusted && same_place(buf_text(&url), http->base);
	}
	if (!ok && hops > 0)
		(void)err_detail(err, "redirected to %.120s", buf_text(&url));
	if (head.status == 416)
		(void)!text_copy(
			report->content_range, sizeof report->content_range, head.content_range);
out:
	buf_done(&url);
	return ok;
}

static bool
http_fetch(void *state, const struct source_call *call, const struct source_sink *sink,
	struct source_report *report, struct err *err)
{
	struct watch w = { .call = call, .sink = sink, .with_range = true };
	struct err why = { 0 };
	bool ok = follow(state, &w, report, &why);

	/* RFC 9110 13.1.5: when If-Range does not hold, Range counts as not sent */
	if (!ok && w.asked_range && fields_given(call->if_range) &&
		(w.changed || why.kind == ERR_RANGE)) {
		w.with_range = false;
		why = (struct err){ 0 };
		ok = follow(state, &w, report, &why);
	}
	if (!ok && w.answered)
		ok = true;
	if (!ok)
		*err = why;
	return ok;
}

const struct source_kind source_http_kind = { http_open, http_fetch, http_close };
