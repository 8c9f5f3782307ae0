/* The fields of an answer: what it is, how long it may be kept, what it depended on. */
#include "base/now.h"
#include "base/text.h"
#include "disposition.h"
#include "tags.h"
#include "walk.h"

#include <stdio.h>
#include <string.h>

#define PREFLIGHT_S 86400 /* the longest a browser takes (Firefox); Chromium makes it 7200 */

void
walk_fields_timing(struct walk *w)
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

void
walk_fields_reason(struct walk *w)
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
void
walk_fields_vary(struct walk *w, const char *origin_vary)
{
	char text[REQUEST_VARY];

	request_vary(&w->req, origin_vary, text);
	if (text[0] != '\0')
		response_field(&w->res, "Vary", "%s", text);
}

/*
 * An error names what decided it. Where the original was in hand, or its answer is kept back, that
 * is what the answer would name: hints may have led to a picture and its fault, or to none. What is
 * missing is missing in every format and size, but a header that the origin saw may be why; before
 * that only the URL counted.
 */
void
walk_fields_vary_error(struct walk *w, enum err_kind kind)
{
	if (kind == ERR_NOT_FOUND) {
		w->req.negotiated = false;
		w->req.hinted = 0;
		walk_fields_vary(w, "*");
		return;
	}
	walk_fields_vary(w, w->head.status != 0 || kind == ERR_MAY_NOT_PASS ? w->head.vary : NULL);
}

/*
 * The hints to send; Save-Data comes without being asked for. And whose pages may read the answer:
 * by script, in its times, and under an embedder policy that asks for a word (require-corp), for
 * which no list can be given: showing is not reading.
 */
void
walk_fields_client(struct walk *w)
{
	const char *allow = w->req.allow_origin;

	if (w->req.origin == NULL)
		return;
	if (walk_policy(w)->client_hints)
		response_field(&w->res, "Accept-CH", "%s, %s, %s", hints_names[HINTS_WIDTH],
			hints_names[HINTS_VIEWPORT], hints_names[HINTS_RATIO]);
	if (walk_policy(w)->cors[0] == '\0')
		return;
	response_field(&w->res, "Cross-Origin-Resource-Policy", "cross-origin");
	if (allow[0] == '\0')
		return;
	response_field(&w->res, "Access-Control-Allow-Origin", "%s", allow);
	if (w->req.kind == REQUEST_PREFLIGHT) {
		response_field(&w->res, "Access-Control-Allow-Methods", "GET, HEAD");
		response_field(&w->res, "Access-Control-Allow-Headers",
			"If-Match, If-Modified-Since, If-None-Match, If-Range, If-Unmodified-Since, Range");
		response_field(&w->res, "Access-Control-Max-Age", "%d", PREFLIGHT_S);
		return;
	}
	response_field(&w->res, "Access-Control-Expose-Headers",
		"Content-Disposition, Content-Location, Content-Range, ETag, Limner-Reason, Server-Timing");
	response_field(&w->res, "Timing-Allow-Origin", "%s", allow);
}

/* Words by which caches can be told to drop the answer, in the headers that are set for them. */
void
walk_fields_tags(struct walk *w)
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
void
walk_fields_canonical(struct walk *w, const char *field)
{
	struct buf query = BUF_INIT(2047);
	struct err ignored;

	if (params_canonical(&w->req.asked, &query, &ignored))
		response_field(&w->res, field, "?%s", buf_text(&query));
	buf_done(&query);
}

/* The name to save the answer by, where dl asks for that. */
static void
say_disposition(struct walk *w, const char *type)
{
	struct buf value = BUF_INIT(2047); /* what a field may have */
	struct err ignored;

	if (type[0] != '\0' &&
		disposition_print(w->req.params.dl, w->req.key, type, &value, &ignored) &&
		value.len > 0)
		response_field(&w->res, "Content-Disposition", "%s", buf_text(&value));
	buf_done(&value);
}

/* Name the original as what a picture is one form of (RFC 6596), where it is handed out to whoever
 * asks without a signature: a reference of a path alone, which leads to no other host. */
static void
say_original(struct walk *w)
{
	struct buf path = BUF_INIT(2000); /* of what a field may have; longer ones are left out */
	const struct config_policy *policy = walk_policy(w);
	bool closed = policy->sign_key[0] != '\0' && policy->sign_required == CONFIG_SIGN_ALL;
	struct err ignored;

	if (w->req.asked.given != 0 && policy->pass != CONFIG_PASS_NONE && !closed &&
		buf_adds(&path, w->req.origin->mount, &ignored) &&
		text_url_encode(&path, w->req.key, strlen(w->req.key), true, &ignored))
		response_field(&w->res, "Link", "<%s>; rel=\"canonical\"", buf_text(&path));
	buf_done(&path);
}

/* Fields of every answer that carries a picture or an original. */
void
walk_fields_common(struct walk *w, const char *type)
{
	if (type[0] != '\0')
		response_field(&w->res, "Content-Type", "%s", type);
	response_field(&w->res, "X-Content-Type-Options", "nosniff");
	/* An SVG opened by itself is a document: without this it could run scripts on this host. */
	if (strncasecmp(type, "image/svg", 9) == 0)
		response_field(&w->res, "Content-Security-Policy",
			"default-src 'none'; style-src 'unsafe-inline'; sandbox");
	say_disposition(w, type);
	say_original(w);
	walk_fields_vary(w, w->head.vary);
	walk_fields_tags(w);
	walk_fields_reason(w);
	walk_fields_timing(w);
}

/* Validators and age of what is good, or of what only stands in (no validators, a short life). */
void
walk_fields_freshness(struct walk *w, const char *etag)
{
	const struct config_policy *policy = walk_policy(w);
	int32_t age = config_error_age(policy, w->reason, true);

	if (w->reason != ERR_NONE && age != ERR_AS_DONE) {
		/* what its owner calls private does not become public by failing */
		w->freshness = FRESHNESS_FAILURE;
		if (freshness_is_closed(policy, &w->head)) {
			w->freshness = FRESHNESS_CLOSED;
			response_field(&w->res, "Cache-Control", "%s", w->head.cache_control);
		} else {
			response_cache_age(&w->res,
				age < 0 ? age : (int32_t)response_age(&w->req, (uint64_t)age));
		}
		return;
	}
	w->validates = true;
	(void)snprintf(w->tag, sizeof w->tag, "%s", etag);
	if (etag[0] != '\0')
		response_field(&w->res, "ETag", "%s", etag);
	if (w->head.last_modified[0] != '\0')
		response_field(&w->res, "Last-Modified", "%s", w->head.last_modified);
	/*
	 * A 304 from S3 may leave out the object's own Cache-Control and Expires, and ours in their
	 * place would replace what a cache has stored: silence keeps it.
	 */
	if (w->res.status == 304 && (policy->object_cache_control || policy->object_expires) &&
		w->head.cache_control[0] == '\0' &&
		(!policy->object_expires || w->head.expires[0] == '\0') &&
		w->req.origin->kind != CONFIG_FILE && w->req.left_s == 0) {
		w->freshness = FRESHNESS_SILENT;
		return;
	}
	w->freshness = response_cache_done(&w->res, &w->req, &w->head);
}
