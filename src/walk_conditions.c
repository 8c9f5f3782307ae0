/*
 * Conditions and ranges on pictures, in the order of RFC 9110 13.2.2.
 *
 * What the origin can decide is asked of it, so that nothing is made: tags of ours it may confirm
 * by their origin halves, and the one date that only a picture can have told. All else waits for
 * the picture: a fallback has no validators, and is never confirmed.
 */
#include "base/text.h"
#include "condition.h"
#include "image.h"
#include "walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The one format a picture of this request has, whatever the original is; none where that depends.
 */
static enum format
only_format(uint32_t formats)
{
	for (int f = FORMAT_NONE + 1; f < FORMAT__COUNT; f++)
		if (formats == FORMAT_BIT(f))
			return (enum format)f;
	return FORMAT_NONE;
}

void
walk_conditions_forward(struct walk *w, const char *hash)
{
	const struct request_conditions *c = &w->req.if_;
	uint32_t formats = plan_formats(&w->req, image_writable());

	w->halves[0] = '\0';
	w->since = "";
	/* these come first, and need the picture's own tag */
	if (c->if_match[0] != '\0' || c->if_unmodified_since[0] != '\0')
		return;
	if (c->if_none_match[0] != '\0')
		(void)etag_origin_halves(c->if_none_match, hash, formats, w->halves);
	else if (only_format(formats) != FORMAT_NONE)
		w->since = c->if_modified_since;
}

/*
 * A fallback says no date: who names the original's to the second has it from a picture, if not
 * from HEAD, which foretells one, or from the original itself. That it was made by other settings
 * is told by the tag, which therefore must be known.
 */
static bool
is_its_date(const struct walk *w, const char *date)
{
	int64_t a, b;

	return text_from_http_date(date, &a) && text_from_http_date(w->head.last_modified, &b) &&
	       a == b;
}

bool
walk_conditions_confirmed(const struct walk *w, const char *hash, char ret_tag[ETAG_MADE])
{
	const char *list = w->req.if_.if_none_match;
	uint32_t formats = plan_formats(&w->req, image_writable());

	if (w->since[0] != '\0')
		return is_its_date(w, w->since) &&
		       etag_make(w->head.etag, hash, only_format(formats), ret_tag);
	/* an origin that leaves its tag out means the only one it was asked for */
	return etag_presented(list, w->head.etag, hash, formats, ret_tag) ||
	       (strchr(w->halves, ',') == NULL &&
		       etag_presented(list, w->halves, hash, formats, ret_tag));
}

/* Compare a field of tags with the answer's; foretold, it may be any of several. */
static bool
has_tag(struct walk *w, const char *hash, const char *list, bool weak)
{
	uint32_t formats = plan_formats(&w->req, image_writable());
	char tag[ETAG_MADE];

	if (w->tag[0] != '\0' || !w->req.head_only)
		return etag_in_list(list, w->tag, weak);
	if (etag_in_list(list, "", weak))
		return true;
	for (int f = FORMAT_NONE + 1; f < FORMAT__COUNT; f++)
		if ((formats & FORMAT_BIT(f)) != 0 &&
			etag_make(w->head.etag, hash, (enum format)f, tag) &&
			etag_in_list(list, tag, weak)) {
			(void)snprintf(w->tag, sizeof w->tag, "%s", tag);
			return true;
		}
	return false;
}

bool
walk_conditions_instead(const struct walk *w, struct err *err)
{
	const char *list = w->req.if_.if_match;

	return list[0] == '\0' || etag_in_list(list, "", false) ||
	       err_set(err, ERR_PRECONDITION, "%s", "");
}

bool
walk_conditions_hold(struct walk *w, const char *hash, bool *ret_unchanged, struct err *err)
{
	const struct request_conditions *c = &w->req.if_;
	int64_t since, changed;

	*ret_unchanged = false;
	if (!w->validates)
		return walk_conditions_instead(w, err);
	if (c->if_match[0] != '\0') {
		if (!has_tag(w, hash, c->if_match, false))
			return err_set(err, ERR_PRECONDITION, "%s", "");
	} else if (text_from_http_date(c->if_unmodified_since, &since) &&
		   text_from_http_date(w->head.last_modified, &changed) && changed > since) {
		return err_set(err, ERR_PRECONDITION, "%s", "");
	}
	if (c->if_none_match[0] != '\0')
		*ret_unchanged = has_tag(w, hash, c->if_none_match, true);
	else
		*ret_unchanged =
			w->tag[0] != '\0' && is_its_date(w, c->if_modified_since) &&
			only_format(plan_formats(&w->req, image_writable())) != FORMAT_NONE;
	return true;
}

bool
walk_conditions_range(struct walk *w, struct err *err)
{
	const struct request_conditions *c = &w->req.if_;
	struct condition_span span;
	size_t whole = w->res.len;
	bool partial;

	/* parts of what has no tag could not be put together */
	if (w->tag[0] == '\0')
		return true;
	response_field(&w->res, "Accept-Ranges", "bytes");
	if (w->req.head_only || c->range[0] == '\0' ||
		/* its original's date is no strong validator of a picture: quality and format can
		 * be others (RFC 9110 13.1.5) */
		!condition_in_range_of(c->if_range, w->tag, ""))
		return true;
	if (!condition_span(c->range, whole, &partial, &span, err)) {
		(void)snprintf(w->report.content_range, sizeof w->report.content_range,
			"bytes */%zu", whole);
		return false;
	}
	if (!partial)
		return true;
	w->res.status = 206;
	w->res.bytes += span.from;
	w->res.len = (size_t)span.length;
	response_field(&w->res, "Content-Range", "bytes %" PRIu64 "-%" PRIu64 "/%zu", span.from,
		span.from + span.length - 1, whole);
	return true;
}
