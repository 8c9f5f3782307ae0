/*
 * What one request gathers on its way, for the files the walk is spread over: handler.c knows the
 * order, walk_fields.c writes an answer's fields, walk_conditions.c compares a picture with what
 * the client has of it, walk_pass.c streams originals, walk_log.c tells what came of it. Nobody
 * else includes this.
 */
#ifndef LIMNER_WALK_H
#define LIMNER_WALK_H

#include "etag.h"
#include "handler.h"
#include "plan.h"
#include "spool.h"

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
	bool head_sent;         /* pass-through has begun: no other answer is possible any more */
	bool streaming;         /* the original goes to the client as it comes */
	bool *stream;           /* the fetch's own word for that */
	bool decoded;           /* the cell was asked */
	bool validates;         /* the answer in res carries what validators there are */
	char tag[ETAG_MADE];    /* its ETag; "" when it has none */
	char halves[ETAG_LIST]; /* If-None-Match for the origin; "" for none */
	const char *since;      /* If-Modified-Since for it; borrowed from req */
	enum format answered;   /* of the picture that is the answer; none otherwise */
	/* for who asks why: */
	struct image_info info;
	struct plan plan;
	bool understood;      /* req is whole, and for an original or a picture */
	bool probed, planned; /* info, plan are filled */
	enum freshness_rule freshness;
	bool explaining; /* this is such a question: pages are not explained */
	bool ok;         /* answered as it should be; false: err says why not */
	struct err err;
};

/* What holds where the request leads to. */
static inline const struct config_policy *
walk_policy(const struct walk *w)
{
	return &w->req.origin->policy;
}

/* Who asks for text about a picture has no use for the original in its place: faults are errors. */
static inline bool
walk_wants_errors(const struct walk *w)
{
	return walk_policy(w)->on_error == CONFIG_ERROR ||
	       format_is_text((enum format)w->req.params.f);
}

/* ---- Fields of the answer in w->res ---- */

/* Server-Timing: the stages so far. */
void walk_fields_timing(struct walk *w);

/* Limner-Reason: why the answer is not what was asked for, and what of the query was dropped. */
void walk_fields_reason(struct walk *w);

/* The cache tags of the original, where the configuration names fields for them. */
void walk_fields_tags(struct walk *w);

/* Vary: the request's headers the answer depended on; origin_vary as for request_vary. */
void walk_fields_vary(struct walk *w, const char *origin_vary);

/* The same of an error of this kind. A missing original takes what Accept and hints chose out of
 * req. */
void walk_fields_vary_error(struct walk *w, enum err_kind kind);

/* What an origin tells every client: the hints it takes, and whose pages may read the answer. */
void walk_fields_client(struct walk *w);

/* Name the request's canonical URL in a field, where the query was spelled otherwise. */
void walk_fields_canonical(struct walk *w, const char *field);

/* What every answer with a picture or an original carries. type: "" when not known, which leaves a
 * name to save it by open as well. */
void walk_fields_common(struct walk *w, const char *type);

/* Validators and age of what is good, or of what only stands in (no validators, a short life). */
void walk_fields_freshness(struct walk *w, const char *etag);

/* ---- Conditions on pictures ---- */

/* Choose what of the client's conditions the origin is asked: halves and since. */
void walk_conditions_forward(struct walk *w, const char *hash);

/*
 * Find the tag of the picture that the origin's 304 confirms. False: it confirms none that is
 * known (a later date, a tag among several), and the original must be fetched after all.
 */
bool walk_conditions_confirmed(const struct walk *w, const char *hash, char ret_tag[ETAG_MADE]);

/* Judge them by an original that stands in for a picture: it has no tag to match. Fails
 * ERR_PRECONDITION. */
bool walk_conditions_instead(const struct walk *w, struct err *err) MUST_USE;

/*
 * Judge the conditions by the 200 in w->res.
 *
 * ret_unchanged  the client's copy is still good: w->tag is its tag, where that is known
 * Fails          ERR_PRECONDITION
 */
bool walk_conditions_hold(
	struct walk *w, const char *hash, bool *ret_unchanged, struct err *err) MUST_USE;

/*
 * Cut the 200 in w->res down to the range that was asked for, where it has a strong tag.
 *
 * Fails   ERR_RANGE, with the size in w->report.content_range
 */
bool walk_conditions_range(struct walk *w, struct err *err) MUST_USE;

/* ---- Originals ---- */

#define WALK_PASS_SNIFF 1024 /* bytes that tell a format, SVG included */

/* The original's own type; its bytes know better than a missing or generic one. */
const char *walk_pass_type(const struct walk *w, const unsigned char *bytes, size_t n);

/* Decide whether an original may be handed out, by its first bytes (none for HEAD). Fails
 * ERR_MAY_NOT_PASS. */
bool walk_pass_may(
	const struct walk *w, const unsigned char *bytes, size_t n, struct err *err) MUST_USE;

/* Fetch from the request's origin, opening it first where that has not been done. Fails as
 * source_fetch. */
bool walk_pass_fetch(struct walk *w, const struct source_call *call, const struct source_sink *sink,
	struct err *err) MUST_USE;

/* The version to fetch, where the origin keeps several; "" else. */
const char *walk_pass_version(const struct walk *w);

/* Send the head of an original, judged by the bytes that are there. Fails ERR_MAY_NOT_PASS,
 * ERR_PEER_GONE. */
bool walk_pass_start(
	struct walk *w, const unsigned char *bytes, size_t n, struct err *err) MUST_USE;

/* Send a piece of its body. Fails ERR_PEER_GONE. */
bool walk_pass_send(struct walk *w, const void *bytes, size_t n, struct err *err) MUST_USE;

/* Send the head now that enough is known, and what was held back for knowing it. */
bool walk_pass_begin(struct walk *w, struct err *err) MUST_USE;

/* The original as it is. A reason given: it stands in for a picture, and nothing validates it. */
bool walk_pass_through(struct walk *w, struct err *err) MUST_USE;

/* ---- The whole ---- */

/*
 * Walk one request to its end, h and gw being set. Returns as handler_serve; w->ok and w->err say
 * what came of it.
 */
bool handler_walk(struct walk *w);

/* Release what a walk holds, and itself. */
void handler_done(struct walk *w);

/* As handler_explain. */
bool walk_explain(struct handler *h, const struct gateway *gw, const char *url, struct buf *out,
	struct err *err) MUST_USE;

/* ---- Afterwards ---- */

/* Write the request's line. err: NULL when it was answered as it should be. */
void walk_log_request(const struct walk *w, int status, const struct err *err);

/* Count it; err as above, whole: false when the answer broke off. */
void walk_log_count(const struct walk *w, const struct err *err, bool whole);

#endif
