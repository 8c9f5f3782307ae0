#include "handler.h"

#include "admission.h"
#include "base/log.h"
#include "base/now.h"
#include "base/text.h"
#include "etag.h"
#include "plan.h"
#include "probe.h"
#include "spool.h"
#include "tags.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SNIFF 1024 /* bytes that tell a format, SVG included */

/* Everything one request gathers on its way. */
struct walk {
	struct handler *h;
	const struct gateway *gw;
	struct request req;
	struct response res;
	struct source_head head; /* what the origin said */
	struct source_report report;
	struct image_made made; /* the cell's word, if it was asked */
	struct spool
		original; /* kept until the answer is decided: it may take the picture's place */
	enum err_kind reason; /* why the answer is not what was asked for, ERR_NONE when it is */
	char detail[256];     /* for the log */
	uint64_t started_us, deadline_us, fetched_us, queued_us;
	bool head_sent;       /* pass-through has begun: no other answer is possible any more */
	bool streaming;       /* the original goes to the client as it comes */
	bool *stream;         /* the fetch's own word for that */
	bool decoded;         /* the cell was asked */
	enum format answered; /* of the picture that is the answer; none otherwise */
};

/* What holds where the request leads to. */
static const struct config_policy *
policy_of(const struct walk *w)
{
	return &w->req.origin->policy;
}

/* Who asks for text about a picture has no use for the original in its place: faults are errors. */
static bool
wants_errors(const struct walk *w)
{
	return policy_of(w)->on_error == CONFIG_ERROR ||
	       format_is_text((enum format)w->req.params.f);
}

/* ------------------------------------------------------------------ answers */

static void
add_timing(struct walk *w)
{
	char text[256];
	int n = 0;
	const struct {
		const char *name;
		uint64_t us;
	} rows[] = {
		{ "fetch", w->fetched_us },
		{ "queue", w->queued_us },
		{ "decode", w->made.times.decode_us },
		{ "resize", w->made.times.resize_us },
		{ "encode", w->made.times.encode_us },
		{ "total", now_mono_us() - w->started_us },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].us > 0 || strcmp(rows[i].name, "total") == 0)
			n += snprintf(text + n, sizeof text - (size_t)n, "%s%s;dur=%.1f",
				n > 0 ? ", " : "", rows[i].name, (double)rows[i].us / 1000.0);
	response_field(&w->res, "Server-Timing", "%s", text);
}

static void
add_reason(struct walk *w)
{
	const char *slug = w->reason != ERR_NONE ? err_row(w->reason)->slug : "";
	const char *dropped = w->req.notes.dropped;

	if (slug[0] != '\0' && dropped[0] != '\0')
		response_field(&w->res, "Limner-Reason", "%s, bad-value=\"%s\"", slug, dropped);
	else if (slug[0] != '\0')
		response_field(&w->res, "Limner-Reason", "%s", slug);
	else if (dropped[0] != '\0')
		response_field(&w->res, "Limner-Reason", "bad-value=\"%s\"", dropped);
}

/* Name the headers the answer depended on. */
static void
add_vary(struct walk *w, const char *origin_vary)
{
	char text[REQUEST_VARY];

	request_vary(&w->req, origin_vary, text);
	if (text[0] != '\0')
		response_field(&w->res, "Vary", "%s", text);
}

/* Words by which caches can be told to drop the answer, in the headers that are set for them. */
static void
add_tags(struct walk *w)
{
	const char *list = w->h->cfg->tag_headers;
	const char *preset = w->req.unknown_preset ? "" : w->req.asked.t;
	struct buf tags = BUF_INIT(2047); /* what a field may have */
	struct err ignored;
	char name[64];
	size_t n;

	if (*list != '\0' && tags_print(w->req.origin, w->req.key, preset, ",", &tags, &ignored))
		for (; *list != '\0'; list += n + strspn(list + n, ", ")) {
			n = strcspn(list, ", ");
			(void)snprintf(name, sizeof name, "%.*s", (int)n, list);
			response_field(&w->res, name, "%s", buf_text(&tags));
		}
	buf_done(&tags);
}

/* Name the canonical URL of a picture: a reference of a query alone keeps the path as it was
 * asked for, and leads to no other host. */
static void
add_canonical(struct walk *w, const char *field)
{
	struct buf query = BUF_INIT(2047);
	struct err ignored;

	if (params_canonical(&w->req.asked, &query, &ignored))
		response_field(&w->res, field, "?%s", buf_text(&query));
	buf_done(&query);
}

/* Fields of every answer that carries a picture or an original. */
static void
add_common(struct walk *w, const char *type)
{
	if (type[0] != '\0')
		response_field(&w->res, "Content-Type", "%s", type);
	response_field(&w->res, "X-Content-Type-Options", "nosniff");
	/* An SVG opened by itself is a document: without this it could run scripts on this host. */
	if (strncasecmp(type, "image/svg", 9) == 0)
		response_field(&w->res, "Content-Security-Policy",
			"default-src 'none'; style-src 'unsafe-inline'; sandbox");
	add_vary(w, w->head.vary);
	add_tags(w);
	add_reason(w);
	add_timing(w);
}

/* Validators and age of what is good, or of what only stands in (no validators, a short life). */
static void
add_freshness(struct walk *w, const char *etag)
{
	int32_t age = err_row(w->reason)->original_s;

	if (w->reason != ERR_NONE && age != ERR_AS_DONE) {
		/* what its owner calls private does not become public by failing */
		if (response_is_closed(policy_of(w), &w->head))
			response_field(&w->res, "Cache-Control", "%s", w->head.cache_control);
		else
			response_cache_age(&w->res, age);
		return;
	}
	if (etag[0] != '\0')
		response_field(&w->res, "ETag", "%s", etag);
	if (w->head.last_modified[0] != '\0')
		response_field(&w->res, "Last-Modified", "%s", w->head.last_modified);
	/*
	 * A 304 from S3 may leave out the object's own Cache-Control, and ours in its place would
	 * replace what a cache has stored: silence keeps it.
	 */
	if (w->res.status == 304 && policy_of(w)->object_cache_control &&
		w->head.cache_control[0] == '\0' && w->req.origin->kind != CONFIG_FILE)
		return;
	response_cache_done(&w->res, &w->req, &w->head);
}

/* The original's own type; its bytes know better than a missing or generic one. */
static const char *
original_type(const struct walk *w, const unsigned char *bytes, size_t n)
{
	enum format format = w->head.content_encoding[0] == '\0' && w->reason != ERR_NONE
				     ? format_sniff(bytes, n)
				     : FORMAT_NONE;

	if (format != FORMAT_NONE)
		return format_row(format)->mime;
	if (w->head.content_type[0] != '\0')
		return w->head.content_type;
	return format_mime_by_ending(w->req.key);
}

static bool
may_be_image(const char *type)
{
	return type[0] == '\0' || strncasecmp(type, "image/", 6) == 0 ||
	       strcasecmp(type, "application/octet-stream") == 0 ||
	       strcasecmp(type, "binary/octet-stream") == 0;
}

/* Decide whether an original may be handed out, by its first bytes (none for HEAD). */
static bool
may_pass(const struct walk *w, const unsigned char *bytes, size_t n, struct err *err)
{
	switch ((enum config_pass)policy_of(w)->pass) {
	case CONFIG_PASS_ANY:
		return true;
	case CONFIG_PASS_IMAGES:
		/* without bytes (HEAD) a type that says nothing is no reason to refuse */
		if (n > 0 ? format_sniff(bytes, n) != FORMAT_NONE
			  : may_be_image(w->head.content_type))
			return true;
		break;
	case CONFIG_PASS_NONE:
		break;
	}
	return err_set(err, ERR_MAY_NOT_PASS, "%s", "");
}

/* Fetch from the request's origin, opening it first where that has not been done. */
static bool
fetch(struct walk *w, const struct source_call *call, const struct source_sink *sink,
	struct err *err)
{
	struct source **source = &w->h->sources[w->req.origin - w->h->cfg->origins];
	struct err why = { 0 };

	if (*source == NULL && !source_open(w->req.origin, source, &why)) {
		(void)err_set(err, ERR_ORIGIN, "%s", "");
		return err_detail(err, "%s", why.detail[0] != '\0' ? why.detail : why.say);
	}
	return source_fetch(*source, call, sink, &w->report, err);
}

/* -------------------------------------------------------------- pass-through */

/* A 304 must name the tag; where the origin's does not, it is the one that was asked for. */
static void
name_only_tag(struct walk *w)
{
	const char *tag = w->req.if_.if_none_match;

	if (w->head.etag[0] == '\0' && tag[0] == '"' && strchr(tag, ',') == NULL)
		(void)!text_copy(w->head.etag, sizeof w->head.etag, tag);
}

static bool
start_original(struct walk *w, const unsigned char *bytes, size_t n, struct err *err)
{
	struct response *res = &w->res;

	if (w->head.status != 304 && !may_pass(w, bytes, n, err))
		return false;
	response_start(res, w->head.status);
	if (w->head.status != 304) {
		add_common(w, original_type(w, bytes, n));
	} else {
		add_timing(w);
		name_only_tag(w);
		add_vary(w, w->head.vary);
	}
	add_freshness(w, w->head.etag);
	if (w->head.content_encoding[0] != '\0')
		response_field(res, "Content-Encoding", "%s", w->head.content_encoding);
	if (w->head.content_range[0] != '\0')
		response_field(res, "Content-Range", "%s", w->head.content_range);
	if (w->reason == ERR_NONE && policy_of(w)->pass == CONFIG_PASS_ANY && w->head.status != 304)
		response_field(res, "Accept-Ranges", "bytes");
	if (w->head.has_length && w->head.status != 304)
		response_field(res, "Content-Length", "%" PRIu64, w->head.length);
	w->head_sent = true;
	if (!response_send_head(res, w->gw))
		return err_set(err, ERR_PEER_GONE, "%s", "");
	return true;
}

static bool
send_piece(struct walk *w, const void *bytes, size_t n, struct err *err)
{
	if (n > 0 && !w->gw->write(w->gw->self, bytes, n))
		return err_set(err, ERR_PEER_GONE, "%s", "");
	w->res.sent += n;
	return true;
}

/* Send the head now that enough is known, and what was held back for knowing it. */
static bool
begin_stream(struct walk *w, struct err *err)
{
	bool ok = spool_view(&w->original, err) &&
		  start_original(w, w->original.bytes, w->original.len, err) &&
		  send_piece(w, w->original.bytes, w->original.len, err);

	spool_done(&w->original);
	return ok;
}

static bool
pass_head(void *self, const struct source_head *head, bool *ret_stream, struct err *err)
{
	struct walk *w = self;

	w->head = *head;
	w->fetched_us = now_mono_us() - w->started_us;
	w->streaming = *ret_stream = true;
	if (w->req.head_only || w->head.status == 304)
		return true;
	/* Only a restricted pass-through has to see bytes before it can say yes. */
	if (policy_of(w)->pass == CONFIG_PASS_ANY)
		return start_original(w, NULL, 0, err);
	return true;
}

static bool
pass_body(void *self, const void *bytes, size_t n, struct err *err)
{
	struct walk *w = self;

	if (w->head.status == 304)
		return err_set(
			err, ERR_NONE, "%s", ""); /* decided already; the bytes are not needed */
	if (w->head_sent)
		return send_piece(w, bytes, n, err);
	if (!spool_add(&w->original, bytes, n, err))
		return false;
	return w->original.len < SNIFF || begin_stream(w, err);
}

/* The version to fetch, where the origin keeps several. */
static const char *
version_of(const struct walk *w)
{
	return w->req.origin->version ? w->req.params.v : "";
}

/* The original as it is. A reason given: it stands in for a picture, and nothing validates it. */
static bool
pass_through(struct walk *w, struct err *err)
{
	const struct request_conditions *c = &w->req.if_;
	bool plain = w->reason == ERR_NONE;
	bool ranges = plain && policy_of(w)->pass == CONFIG_PASS_ANY;
	struct source_sink sink = { w, pass_head, pass_body };
	struct source_call call = {
		.key = w->req.key,
		.head_only = w->req.head_only,
		.if_none_match = plain ? c->if_none_match : "",
		.if_match = plain ? c->if_match : "",
		.if_modified_since = plain ? c->if_modified_since : "",
		.if_unmodified_since = plain ? c->if_unmodified_since : "",
		.forwarded = w->req.forwarded,
		.range = ranges ? c->range : "",
		.if_range = ranges ? c->if_range : "",
		.version = version_of(w),
		.deadline_us = w->deadline_us,
		.peer = w->gw,
	};

	if (policy_of(w)->pass == CONFIG_PASS_NONE)
		return err_set(err, ERR_MAY_NOT_PASS, "%s", "");
	w->original.limit = SNIFF + 1048576; /* pieces are smaller than that */
	w->original.memory = w->original.limit;
	if (!fetch(w, &call, &sink, err))
		return false;
	return w->head_sent || begin_stream(w, err);
}

/* ------------------------------------------------------------------ pictures */

/* The original is larger than a picture may be made of: let it stream, where that is allowed. */
static bool
too_large(struct walk *w, struct err *err)
{
	w->reason = ERR_TOO_LARGE;
	if (policy_of(w)->pass == CONFIG_PASS_NONE || wants_errors(w))
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
	if (head->has_length && head->length > policy_of(w)->max_original_bytes) {
		if (!too_large(w, err))
			return false;
		return policy_of(w)->pass != CONFIG_PASS_ANY || start_original(w, NULL, 0, err);
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
		return send_piece(w, bytes, n, err);
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
	return !w->streaming || w->original.len < SNIFF || begin_stream(w, err);
}

static bool
not_modified(struct walk *w, const char *tag)
{
	response_start(&w->res, 304);
	add_vary(w, w->head.vary);
	add_freshness(w, tag);
	add_timing(w);
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
	add_common(w, type);
	add_freshness(w, etag);
	return true;
}

/* Probe, plan, render: the three steps whose failure the original makes good. */
static bool
make_picture(struct walk *w, struct plan *plan, struct image_info *info, struct err *err)
{
	const struct config *cfg = w->h->cfg;
	uint64_t since;
	int slot;
	bool ok;

	if (!probe_image(w->original.bytes, w->original.len, info, err) ||
		!plan_resolve(&w->req, info, image_writable(), plan, err))
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
	ok = cell_render(&w->h->cell, w->original.bytes, w->original.len, info, plan, w->gw,
		w->deadline_us, &w->res.body, &w->made, err);
	admission_leave(slot);
	if (!ok)
		return false;
	/* Where originals are kept back, a larger picture is the price. */
	if (plan->unchanged && w->res.body.len >= w->original.len &&
		may_pass(w, w->original.bytes, w->original.len, err))
		return err_set(err, ERR_NOT_SMALLER, "%s", "");
	return true;
}

static bool
answer_original(struct walk *w, const char *hash, enum format format, struct err *err)
{
	char etag[ETAG_MADE] = "";

	w->reason = err->kind;
	(void)snprintf(w->detail, sizeof w->detail, "%s", err->detail);
	if (wants_errors(w) && err->kind != ERR_NOT_SMALLER)
		return false;
	if (!may_pass(w, w->original.bytes, w->original.len, err))
		return false;
	response_start(&w->res, 200);
	add_common(w, original_type(w, w->original.bytes, w->original.len));
	if (w->head.content_encoding[0] != '\0')
		response_field(&w->res, "Content-Encoding", "%s", w->head.content_encoding);
	if (err->kind == ERR_NOT_SMALLER)
		(void)etag_make(w->head.etag, hash, format, etag);
	add_freshness(w, etag);
	w->res.bytes = w->original.bytes;
	w->res.len = w->original.len;
	return true;
}

static bool
answer_picture(struct walk *w, const char *hash, const struct plan *plan)
{
	char etag[ETAG_MADE] = "";

	response_start(&w->res, 200);
	if (w->made.hurried)
		w->reason = ERR_LATE_FORMAT;
	else if (w->made.format != plan->wanted)
		w->reason = ERR_NO_ENCODER;
	else
		(void)etag_make(w->head.etag, hash, w->made.format, etag);
	if (w->reason == ERR_NONE && w->made.over_budget)
		w->reason = ERR_OVER_BUDGET;
	w->answered = w->made.format;
	add_common(w, format_row(w->made.format)->mime);
	if (w->req.spelling != SPELLING_CANONICAL &&
		policy_of(w)->canonical == CONFIG_CANONICAL_HEADER)
		add_canonical(w, "Content-Location");
	add_freshness(w, etag);
	w->res.bytes = w->res.body.bytes;
	w->res.len = w->res.body.len;
	return true;
}

/* Fetch with the condition our own tag stands for; bytes end up in w->original, or streamed. */
static bool
fetch_original(struct walk *w, const char *origin_half, struct err *err)
{
	struct source_sink sink = { w, keep_head, keep_body };
	struct source_call call = {
		.key = w->req.key,
		.head_only = w->req.head_only,
		.if_none_match = origin_half,
		.forwarded = w->req.forwarded,
		.version = version_of(w),
		.deadline_us = w->deadline_us,
		.peer = w->gw,
	};

	w->original.limit = policy_of(w)->max_original_bytes;
	w->original.memory = w->h->cfg->spool_above_bytes;
	w->original.folder = w->h->cfg->spool_dir;
	if (!fetch(w, &call, &sink, err))
		return false;
	w->fetched_us = now_mono_us() - w->started_us;
	if (w->streaming && !w->head_sent)
		return begin_stream(w, err);
	return spool_view(&w->original, err);
}

static bool
picture(struct walk *w, struct err *err)
{
	char hash[ETAG_HASH], half[ETAG_MAX] = "", tag[ETAG_MADE] = "";
	struct image_info info = { 0 };
	struct plan plan = { 0 };

	if (!etag_hash(w->h->cfg, &w->req, hash, err))
		return false;
	(void)etag_origin_half(
		w->req.if_.if_none_match, hash, plan_formats(&w->req, image_writable()), half, tag);
	if (!fetch_original(w, half, err))
		return false;
	if (w->streaming)
		return true;
	if (w->head.status == 304)
		return not_modified(w, tag);
	if (w->req.head_only)
		return foretell(w, hash);
	if (make_picture(w, &plan, &info, err)) {
		(void)snprintf(w->detail, sizeof w->detail, "%s", err->detail);
		return answer_picture(w, hash, &plan);
	}
	if (!err_takes_original(err->kind))
		return false;
	return answer_original(w, hash, info.format, err);
}

/* ---------------------------------------------------------------- the walk */

/* Answer with a page about limner itself. */
static bool
answer_page(struct walk *w, struct err *err)
{
	if (w->req.kind == REQUEST_HEALTH)
		status_health(&w->res);
	else if (w->req.kind == REQUEST_READY)
		status_ready(&w->res, w->h->cfg, w->h->sources, &w->h->look);
	else if (!status_metrics(&w->res, &w->h->metrics, err))
		return false;
	add_timing(w);
	return true;
}

/* Send a picture's query in another spelling to its canonical one, which never comes here again. */
static bool
redirect(struct walk *w)
{
	response_start(&w->res, 308);
	add_canonical(w, "Location");
	add_tags(w);
	add_reason(w);
	/* the configuration decides where to, and may change as pictures may */
	response_field(&w->res, "Cache-Control", "public, max-age=%" PRIu64,
		policy_of(w)->max_age_ms / 1000);
	add_timing(w);
	return true;
}

static bool
answer(struct walk *w, struct err *err)
{
	if (w->req.kind != REQUEST_PICTURE)
		return answer_page(w, err);
	if (w->req.unknown_preset || w->req.other_type) {
		w->reason = w->req.unknown_preset ? ERR_UNKNOWN_PRESET : ERR_OTHER_TYPE;
		if (wants_errors(w))
			return err_set(err, w->reason, "%s", "");
		return pass_through(w, err);
	}
	if (w->req.transform && w->req.spelling == SPELLING_OTHER &&
		policy_of(w)->canonical == CONFIG_CANONICAL_REDIRECT)
		return redirect(w);
	return w->req.transform ? picture(w, err) : pass_through(w, err);
}

/* Add what the client sent as it stands, shortened. */
static void
log_text(const struct walk *w, struct log_line *line, const char *name, const char *param)
{
	const char *value = w->gw->param(w->gw->self, param);
	char text[256];

	(void)snprintf(text, sizeof text, "%s", value != NULL ? value : "");
	log_field(line, name, text);
}

static void
log_request(const struct walk *w, int status, const struct err *err)
{
	struct log_line line = { 0 };
	struct buf query = BUF_INIT(1024);
	struct err ignored;
	const struct request *req = &w->req;

	(void)!params_canonical(&req->asked, &query, &ignored);
	log_field(&line, "event", "request");
	log_field(&line, "id", req->id);
	log_text(w, &line, "method", "REQUEST_METHOD");
	if (req->key[0] != '\0')
		log_field(&line, "key", req->key);
	else
		log_text(w, &line, "path", "REQUEST_URI");
	log_field(&line, "query", buf_text(&query));
	log_number(&line, "status", status);
	if (err != NULL)
		log_field(&line, "reason", err_row(err->kind)->slug);
	else if (w->reason != ERR_NONE)
		log_field(&line, "reason", err_row(w->reason)->slug);
	log_field(&line, "dropped", req->notes.dropped);
	if (req->origin != NULL)
		log_field(&line, "origin", req->origin->title);
	if (w->report.tries > 0) {
		log_number(&line, "origin_status", w->report.status);
		log_number(&line, "origin_tries", w->report.tries);
		log_field(&line, "origin_code", w->report.code);
		log_number(&line, "in", (int64_t)w->report.bytes);
	}
	log_number(&line, "out", (int64_t)w->res.sent);
	if (w->fetched_us > 0)
		log_us(&line, "fetch_ms", w->fetched_us);
	if (w->queued_us > 0)
		log_us(&line, "queue_ms", w->queued_us);
	if (w->decoded) {
		log_us(&line, "decode_ms", w->made.times.decode_us);
		log_us(&line, "resize_ms", w->made.times.resize_us);
		log_us(&line, "encode_ms", w->made.times.encode_us);
		if (w->made.quality > 0)
			log_number(&line, "quality", w->made.quality);
		if (w->made.encodes > 1)
			log_number(&line, "encodes", w->made.encodes);
	}
	log_us(&line, "total_ms", now_mono_us() - w->started_us);
	log_field(&line, "cf_id", req->cf_id);
	log_field(&line, "detail", err != NULL ? err->detail : w->detail);
	log_write(&line);
	buf_done(&query);
}

static enum metrics_answer
answer_of(const struct walk *w, bool ok, bool whole)
{
	if (!whole)
		return METRICS_BROKEN_OFF;
	if (!ok)
		return METRICS_ERROR;
	if (w->res.status == 304)
		return METRICS_NOT_MODIFIED;
	if (w->answered != FORMAT_NONE || (w->req.transform && w->req.head_only))
		return METRICS_PICTURE;
	return w->reason != ERR_NONE ? METRICS_INSTEAD : METRICS_ORIGINAL;
}

/* Count a request; err: NULL when it was answered as it should be. */
static void
count_request(const struct walk *w, const struct err *err, bool whole)
{
	const struct metrics_request r = {
		.origin = w->req.origin != NULL ? w->req.origin->title : NULL,
		.status = w->res.status,
		.answer = answer_of(w, err == NULL, whole),
		.reason = err != NULL ? err->kind : w->reason,
		.format = w->answered,
		.in_cell = w->decoded,
		.stage_us = { w->fetched_us, w->queued_us, w->made.times.decode_us,
			w->made.times.resize_us, w->made.times.encode_us,
			now_mono_us() - w->started_us },
		.received = w->report.bytes,
		.sent = w->res.sent,
		.origin_status = w->report.status,
		.origin_tries = w->report.tries,
		.origin_code = w->report.code,
		.key_requests = w->report.key_requests,
	};

	if (w->req.kind == REQUEST_PICTURE) /* who looks at the numbers is not one of them */
		metrics_count(&w->h->metrics, &r);
}

bool
handler_serve(struct handler *h, const struct gateway *gw)
{
	struct walk *w = calloc(1, sizeof *w);
	struct err err = { 0 };
	bool ok, whole = true;

	if (w == NULL) {
		static const char sorry[] = "Status: 500 Internal Server Error\r\n"
					    "Cache-Control: no-store\r\nContent-Length: 0\r\n\r\n";
		return gw->write(gw->self, sorry, sizeof sorry - 1);
	}
	w->h = h;
	w->gw = gw;
	w->started_us = now_mono_us();
	response_start(&w->res, 500);
	ok = request_parse(h->cfg, gw, &w->req, &err);
	if (ok && w->req.origin != NULL)
		w->deadline_us = w->started_us + policy_of(w)->deadline_ms * 1000u;
	ok = ok && answer(w, &err);
	if (!ok && !w->head_sent) {
		response_error(&w->res, &w->req, &err);
		if (err.kind == ERR_RANGE && w->report.content_range[0] != '\0')
			response_field(&w->res, "Content-Range", "%s", w->report.content_range);
		if (err.kind == ERR_NOT_FOUND)
			add_vary(w, "*");
		add_timing(w);
	}
	if (!ok && err.kind == ERR_PEER_GONE)
		whole = false;
	else if (!w->head_sent)
		whole = response_send(&w->res, gw, w->req.head_only);
	else
		whole = ok; /* broken off after the head: the client must not take it for whole */
	log_request(w, w->res.status, ok ? NULL : &err);
	count_request(w, ok ? NULL : &err, whole);
	spool_done(&w->original);
	response_done(&w->res);
	free(w);
	return whole;
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
