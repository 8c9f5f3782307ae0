/* Originals as they are: fetched, judged whether they may go out, and streamed. */
#include "base/now.h"
#include "base/text.h"
#include "condition.h"
#include "walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The original's own type; its bytes know better than a missing or generic one. */
const char *
walk_pass_type(const struct walk *w, const unsigned char *bytes, size_t n)
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
bool
walk_pass_may(const struct walk *w, const unsigned char *bytes, size_t n, struct err *err)
{
	switch ((enum config_pass)walk_policy(w)->pass) {
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
bool
walk_pass_fetch(struct walk *w, const struct source_call *call, const struct source_sink *sink,
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

/* A 304 must name the tag; where the origin's does not, it is the one that was asked for. */
static void
name_only_tag(struct walk *w)
{
	const char *tag = condition_tag(w->req.if_.if_none_match, true);

	if (w->head.etag[0] == '\0' && tag != NULL)
		(void)!text_copy(w->head.etag, sizeof w->head.etag, tag);
}

bool
walk_pass_start(struct walk *w, const unsigned char *bytes, size_t n, struct err *err)
{
	struct response *res = &w->res;

	if (w->head.status != 304 && !walk_pass_may(w, bytes, n, err))
		return false;
	if (w->reason != ERR_NONE && !walk_conditions_instead(w, err))
		return false;
	response_start(res, w->head.status);
	if (w->head.status != 304) {
		walk_fields_common(w, walk_pass_type(w, bytes, n));
	} else {
		walk_fields_timing(w);
		name_only_tag(w);
		walk_fields_vary(w, w->head.vary);
	}
	walk_fields_freshness(w, w->head.etag);
	if (w->head.content_encoding[0] != '\0')
		response_field(res, "Content-Encoding", "%s", w->head.content_encoding);
	if (w->head.content_range[0] != '\0')
		response_field(res, "Content-Range", "%s", w->head.content_range);
	if (w->reason == ERR_NONE && walk_policy(w)->pass == CONFIG_PASS_ANY &&
		w->head.status != 304)
		response_field(res, "Accept-Ranges", "bytes");
	if (w->head.has_length && w->head.status != 304)
		response_field(res, "Content-Length", "%" PRIu64, w->head.length);
	walk_fields_client(w);
	w->head_sent = true;
	if (!response_send_head(res, w->gw))
		return err_set(err, ERR_PEER_GONE, "%s", "");
	return true;
}

bool
walk_pass_send(struct walk *w, const void *bytes, size_t n, struct err *err)
{
	if (n > 0 && !w->gw->write(w->gw->self, bytes, n))
		return err_set(err, ERR_PEER_GONE, "%s", "");
	w->res.sent += n;
	return true;
}

/* Send the head now that enough is known, and what was held back for knowing it. */
bool
walk_pass_begin(struct walk *w, struct err *err)
{
	bool ok = spool_view(&w->original, err) &&
		  walk_pass_start(w, w->original.bytes, w->original.len, err) &&
		  walk_pass_send(w, w->original.bytes, w->original.len, err);

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
	if (walk_policy(w)->pass == CONFIG_PASS_ANY)
		return walk_pass_start(w, NULL, 0, err);
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
		return walk_pass_send(w, bytes, n, err);
	if (!spool_add(&w->original, bytes, n, err))
		return false;
	return w->original.len < WALK_PASS_SNIFF || walk_pass_begin(w, err);
}

/* The version to fetch, where the origin keeps several. */
const char *
walk_pass_version(const struct walk *w)
{
	return w->req.origin->version ? w->req.params.v : "";
}

/* The original as it is. A reason given: it stands in for a picture, and nothing validates it. */
bool
walk_pass_through(struct walk *w, struct err *err)
{
	const struct request_conditions *c = &w->req.if_;
	bool plain = w->reason == ERR_NONE;
	bool ranges = plain && walk_policy(w)->pass == CONFIG_PASS_ANY;
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
		.version = walk_pass_version(w),
		.deadline_us = w->deadline_us,
		.peer = w->gw,
	};

	if (walk_policy(w)->pass == CONFIG_PASS_NONE)
		return err_set(err, ERR_MAY_NOT_PASS, "%s", "");
	w->original.limit = WALK_PASS_SNIFF + 1048576; /* pieces are smaller than that */
	w->original.memory = w->original.limit;
	if (!walk_pass_fetch(w, &call, &sink, err))
		return false;
	return w->head_sent || walk_pass_begin(w, err);
}
