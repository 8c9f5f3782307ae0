/* What is left of a request: a line in the log, and counts. */
#include "base/log.h"
#include "base/now.h"
#include "walk.h"

#include <stdio.h>

/* Add what the client sent as it stands, shortened. */
static void
log_text(const struct walk *w, struct log_line *line, const char *name, const char *param)
{
	const char *value = w->gw->param(w->gw->self, param);
	char text[256];

	(void)snprintf(text, sizeof text, "%s", value != NULL ? value : "");
	log_field(line, name, text);
}

void
walk_log_request(const struct walk *w, int status, const struct err *err)
{
	struct log_line line = { 0 };
	struct buf query = BUF_INIT(1024);
	struct err ignored;
	const struct request *req = &w->req;
	struct params asked = req->asked;

	/* whoever reads the log gets no URL that lets in; exp tells why one does not */
	(void)!params_put(&asked, "sig", "", true);
	(void)!params_canonical(&asked, &query, &ignored);
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
	if (w->res.status == 308)
		return METRICS_REDIRECT;
	if (w->answered != FORMAT_NONE || (w->req.transform && w->req.head_only))
		return METRICS_PICTURE;
	return w->reason != ERR_NONE ? METRICS_INSTEAD : METRICS_ORIGINAL;
}

/* Count a request; err: NULL when it was answered as it should be. */
void
walk_log_count(const struct walk *w, const struct err *err, bool whole)
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
