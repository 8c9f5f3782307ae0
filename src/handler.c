#include "handler.h"

#include "admission.h"
#include "base/now.h"
#include "base/text.h"
#include "probe.h"
#include "walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ pictures */

/* The original is larger than a picture may be made of: let it stream, where that is allowed. */
static bool
too_large(struct walk *w, struct err *err)
{
	w->reason = ERR_TOO_LARGE;
	if (walk_policy(w)->pass == CONFIG_PASS_NONE || walk_wants_errors(w))
		return err_set(err, ERR_TOO_LARGE, "%s", "");
	w->streaming = *w->stream = true;
	return true;
}

static bool
keep_head(void *self, const struct source_head *head, bool *ret_stream, struct err *err)
{
	struct walk *w = self;

	w->head = *head;
	w->stream = ret_stream;
	w->fetched_us = now_mono_us() - w->started_us;
	if (head->status == 304)
		return true;
	if (head->has_length && head->length > walk_policy(w)->max_original_bytes) {
		if (!too_large(w, err))
			return false;
		return walk_policy(w)->pass != CONFIG_PASS_ANY || walk_pass_start(w, NULL, 0, err);
	}
	if (head->has_length && !w->req.head_only)
		return spool_expect(&w->original, (size_t)head->length, err);
	return true;
}

static bool
keep_body(void *self, const void *bytes, size_t n, struct err *err)
{
	struct walk *w = self;

	if (w->head_sent)
		return walk_pass_send(w, bytes, n, err);
	/* an origin that tells no length beforehand: only now it shows */
	if (!w->streaming && n > w->original.limit - w->original.len) {
		if (!too_large(w, err))
			return false;
		w->original.limit += n;
	}
	/* until there is a picture nothing is written, which would tell as well */
	if (!w->streaming && gateway_gone(w->gw))
		return err_set(err, ERR_PEER_GONE, "%s", "");
	if (!spool_add(&w->original, bytes, n, err))
		return false;
	return !w->streaming || w->original.len < WALK_PASS_SNIFF || walk_pass_begin(w, err);
}

/* A picture asked for in another spelling says its canonical one, where that is set. */
static void
say_canonical(struct walk *w)
{
	if (w->req.spelling != SPELLING_CANONICAL &&
		walk_policy(w)->canonical == CONFIG_CANONICAL_HEADER)
		walk_fields_canonical(w, "Content-Location");
}

/* With the fields that the 200 would have had (RFC 9110 15.4.5). */
static bool
not_modified(struct walk *w, const char *tag)
{
	response_start(&w->res, 304);
	walk_fields_vary(w, w->head.vary);
	say_canonical(w);
	walk_fields_freshness(w, tag);
	walk_fields_timing(w);
	return true;
}

/* HEAD: what GET would say as far as it can be known without the bytes. */
static bool
foretell(struct walk *w, const char *hash)
{
	uint32_t formats = plan_formats(&w->req, image_writable());
	char etag[ETAG_MADE] = "";
	const char *type = "";

	if (formats == 0) /* what is named cannot be written: no tag, a short life */
		w->reason = ERR_NO_ENCODER;
	for (int f = FORMAT_NONE + 1; f < FORMAT__COUNT; f++)
		if (formats == FORMAT_BIT(f)) {
			/* f=auto may come to the original, in whatever format that is */
			type = w->req.negotiated ? "" : format_row((enum format)f)->mime;
			(void)etag_make(w->head.etag, hash, (enum format)f, etag);
		}
	response_start(&w->res, 200);
	w->res.has_length = false;
	walk_fields_common(w, type);
	say_canonical(w);
	walk_fields_freshness(w, etag);
	return true;
}

/* Probe, plan, render: the three steps whose failure the original makes good. */
static bool
make_picture(struct walk *w, struct err *err)
{
	const struct config *cfg = w->h->cfg;
	struct plan *plan = &w->plan;
	uint64_t since;
	int slot;
	bool ok;

	w->probed = probe_image(w->original.bytes, w->original.len, &w->info, err);
	w->planned = w->probed && plan_resolve(&w->req, &w->info, image_writable(), plan, err);
	if (!w->planned)
		return false;
	since = now_mono_us();
	ok = admission_enter(cfg, w->gw, w->deadline_us, &slot, err);
	if (cfg->max_renders > 0)
		w->queued_us = now_mono_us() - since;
	if (!ok)
		return false;
	if (gateway_gone(w->gw)) {
		admission_leave(slot);
		return err_set(err, ERR_PEER_GONE, "%s", "");
	}
	w->decoded = true;
	w->res.body.limit = cfg->cell_memory_bytes;
	ok = cell_render(&w->h->cell, w->original.bytes, w->original.len, &w->info, plan, w->gw,
		w->deadline_us, &w->res.body, &w->made, err);
	admission_leave(slot);
	if (!ok)
		return false;
	/* Where originals are kept back, a larger picture is the price. */
	if (plan->unchanged && !w->made.hurried && w->res.body.len >= w->original.len &&
		walk_pass_may(w, w->original.bytes, w->original.len, err))
		return err_set(err, ERR_NOT_SMALLER, "%s", "");
	return true;
}

static bool
answer_original(struct walk *w, const char *hash, enum format format, struct err *err)
{
	char etag[ETAG_MADE] = "";

	w->reason = err->kind;
	(void)snprintf(w->detail, sizeof w->detail, "%s", err->detail);
	if (walk_wants_errors(w) && err->kind != ERR_NOT_SMALLER)
		return false;
	if (!walk_pass_may(w, w->original.bytes, w->original.len, err))
		return false;
	response_start(&w->res, 200);
	walk_fields_common(w, walk_pass_type(w, w->original.bytes, w->original.len));
	if (w->head.content_encoding[0] != '\0')
		response_field(&w->res, "Content-Encoding", "%s", w->head.content_encoding);
	if (err->kind == ERR_NOT_SMALLER) {
		(void)etag_make(w->head.etag, hash, format, etag);
		say_canonical(w);
	}
	walk_fields_freshness(w, etag);
	w->res.bytes = w->original.bytes;
	w->res.len = w->original.len;
	return true;
}

static bool
answer_picture(struct walk *w, const char *hash)
{
	char etag[ETAG_MADE] = "";

	response_start(&w->res, 200);
	if (w->made.hurried)
		w->reason = ERR_LATE_FORMAT;
	else if (w->made.format != w->made.wanted)
		w->reason = ERR_NO_ENCODER;
	else
		(void)etag_make(w->head.etag, hash, w->made.format, etag);
	if (w->reason == ERR_NONE && w->made.over_budget)
		w->reason = ERR_OVER_BUDGET;
	w->answered = w->made.format;
	walk_fields_common(w, format_row(w->made.format)->mime);
	say_canonical(w);
	walk_fields_freshness(w, etag);
	w->res.bytes = w->res.body.bytes;
	w->res.len = w->res.body.len;
	return true;
}

/* Fetch on the conditions that w forwards; bytes end up in w->original, or streamed. */
static bool
fetch_original(struct walk *w, struct err *err)
{
	struct source_sink sink = { w, keep_head, keep_body };
	struct source_call call = {
		.key = w->req.key,
		.head_only = w->req.head_only,
		.if_none_match = w->halves,
		.if_modified_since = w->since,
		.forwarded = w->req.forwarded,
		.version = walk_pass_version(w),
		.deadline_us = w->deadline_us,
		.peer = w->gw,
	};

	w->original.limit = walk_policy(w)->max_original_bytes;
	w->original.memory = w->h->cfg->spool_above_bytes;
	w->original.folder = w->h->cfg->spool_dir;
	if (!walk_pass_fetch(w, &call, &sink, err))
		return false;
	w->fetched_us = now_mono_us() - w->started_us;
	if (w->streaming && !w->head_sent)
		return walk_pass_begin(w, err);
	return spool_view(&w->original, err);
}

/* The picture, foretold or made, or the original in its place. */
static bool
made_or_instead(struct walk *w, const char *hash, struct err *err)
{
	if (w->req.head_only)
		return foretell(w, hash);
	if (make_picture(w, err)) {
		(void)snprintf(w->detail, sizeof w->detail, "%s", err->detail);
		return answer_picture(w, hash);
	}
	if (!err_takes_original(err->kind))
		return false;
	return answer_original(w, hash, w->info.format, err);
}

static bool
picture(struct walk *w, struct err *err)
{
	char hash[ETAG_HASH], tag[ETAG_MADE] = "";
	bool unchanged;

	if (!etag_hash(w->h->cfg, &w->req, hash, err))
		return false;
	walk_conditions_forward(w, hash);
	if (!fetch_original(w, err))
		return false;
	if (w->head.status == 304) {
		if (walk_conditions_confirmed(w, hash, tag))
			return not_modified(w, tag);
		w->halves[0] = '\0';
		w->since = "";
		if (!fetch_original(w, err))
			return false;
	}
	if (w->streaming)
		return true;
	if (!made_or_instead(w, hash, err) || !walk_conditions_hold(w, hash, &unchanged, err))
		return false;
	if (unchanged) {
		memcpy(tag, w->tag, sizeof tag);
		return not_modified(w, tag);
	}
	return walk_conditions_range(w, err);
}

/* ---------------------------------------------------------------- the walk */

/* Answer with why a URL, which is the whole query here, is answered as it is. */
static bool
explain(struct walk *w, struct err *err)
{
	const char *uri = w->gw->param(w->gw->self, "REQUEST_URI");
	const char *url = uri != NULL ? strchr(uri, '?') : NULL;

	if (url == NULL || url[1] == '\0' || w->explaining)
		return err_set(err, ERR_BAD_PATH,
			"A URL must follow, such as /-/explain?/img/a.jpg?w=300");
	status_explain(&w->res);
	return walk_explain(w->h, w->gw, url + 1, &w->res.body, err) && status_explained(&w->res);
}

/* Answer with a page about limner itself. */
static bool
answer_page(struct walk *w, struct err *err)
{
	if (w->req.kind == REQUEST_HEALTH)
		status_health(&w->res);
	else if (w->req.kind == REQUEST_READY)
		status_ready(&w->res, w->h->cfg, w->h->sources, &w->h->look);
	else if (w->req.kind == REQUEST_EXPLAIN ? !explain(w, err)
						: !status_metrics(&w->res, &w->h->metrics, err))
		return false;
	walk_fields_timing(w);
	return true;
}

/* Tell a browser what a page may ask for; the fields for its clients do (walk_fields_client). */
static bool
answer_preflight(struct walk *w)
{
	response_start(&w->res, 204);
	/* browsers go by Access-Control-Max-Age; no cache should keep OPTIONS */
	response_cache_age(&w->res, ERR_NO_STORE);
	response_field(&w->res, "X-Content-Type-Options", "nosniff");
	walk_fields_vary(w, NULL);
	walk_fields_timing(w);
	return true;
}

/* Send a picture's query in another spelling to its canonical one, which never comes here again. */
static bool
redirect(struct walk *w)
{
	response_start(&w->res, 308);
	walk_fields_canonical(w, "Location");
	walk_fields_vary(w, NULL);
	walk_fields_tags(w);
	walk_fields_reason(w);
	/* the configuration decides where to, and may change as pictures may */
	response_cache_age(
		&w->res, (int32_t)response_age(&w->req, walk_policy(w)->max_age_ms / 1000));
	walk_fields_timing(w);
	return true;
}

static bool
answer(struct walk *w, struct err *err)
{
	if (w->req.kind == REQUEST_PREFLIGHT)
		return answer_preflight(w);
	if (w->req.kind != REQUEST_PICTURE)
		return answer_page(w, err);
	if (w->req.unknown_preset || w->req.other_type) {
		w->reason = w->req.unknown_preset ? ERR_UNKNOWN_PRESET : ERR_OTHER_TYPE;
		if (walk_wants_errors(w))
			return err_set(err, w->reason, "%s", "");
		return walk_pass_through(w, err);
	}
	if (w->req.transform && w->req.spelling == SPELLING_OTHER &&
		walk_policy(w)->canonical == CONFIG_CANONICAL_REDIRECT)
		return redirect(w);
	return w->req.transform ? picture(w, err) : walk_pass_through(w, err);
}

bool
handler_walk(struct walk *w)
{
	struct err *err = &w->err;

	w->started_us = now_mono_us();
	w->freshness = FRESHNESS_OTHER;
	response_start(&w->res, 500);
	w->ok = request_parse(w->h->cfg, w->gw, &w->req, err);
	/* of a URL that is not signed as it should be all else is known */
	w->understood = (w->ok || w->req.signature > SIGN_GOOD) && w->req.kind == REQUEST_PICTURE;
	if (w->ok && w->req.origin != NULL)
		w->deadline_us = w->started_us + walk_policy(w)->deadline_ms * 1000u;
	w->ok = w->ok && answer(w, err);
	if (!w->ok && !w->head_sent) {
		response_error(&w->res, w->req.origin != NULL ? walk_policy(w) : &w->h->cfg->policy,
			&w->req, err);
		if (err->kind == ERR_RANGE && w->report.content_range[0] != '\0')
			response_field(&w->res, "Content-Range", "%s", w->report.content_range);
		walk_fields_vary_error(w, err->kind);
		if (w->req.key[0] != '\0')
			walk_fields_tags(w);
		walk_fields_timing(w);
	}
	if (!w->head_sent)
		walk_fields_client(w);
	if (!w->ok && err->kind == ERR_PEER_GONE)
		return false;
	if (!w->head_sent)
		return response_send(&w->res, w->gw, w->req.head_only);
	return w->ok; /* broken off after the head: the client must not take it for whole */
}

void
handler_done(struct walk *w)
{
	spool_done(&w->original);
	response_done(&w->res);
	free(w);
}

bool
handler_serve(struct handler *h, const struct gateway *gw)
{
	struct walk *w = calloc(1, sizeof *w);
	bool whole;

	if (w == NULL) {
		static const char sorry[] = "Status: 500 Internal Server Error\r\n"
					    "Cache-Control: no-store\r\nContent-Length: 0\r\n\r\n";
		return gw->write(gw->self, sorry, sizeof sorry - 1);
	}
	w->h = h;
	w->gw = gw;
	whole = handler_walk(w);
	walk_log_request(w, w->res.status, w->ok ? NULL : &w->err);
	walk_log_count(w, w->ok ? NULL : &w->err, whole);
	handler_done(w);
	return whole;
}

bool
handler_explain(struct handler *h, const struct gateway *gw, const char *url, struct buf *out,
	struct err *err)
{
	return walk_explain(h, gw, url, out, err);
}

void
handler_open(struct handler *h, const struct config *cfg)
{
	memset(h, 0, sizeof *h);
	h->cfg = cfg;
	cell_open(&h->cell, cfg);
	metrics_open(&h->metrics, cfg);
}

void
handler_close(struct handler *h)
{
	cell_close(&h->cell);
	metrics_close(&h->metrics);
	for (size_t i = 0; i < CONFIG_ORIGINS_MAX; i++) {
		source_close(h->sources[i]);
		h->sources[i] = NULL;
	}
}
