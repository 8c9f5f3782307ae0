#include "explain.h"

#include "base/text.h"
#include "etag.h"
#include "params_kinds.h"
#include "tags.h"

#include <inttypes.h>
#include <string.h>

#define BIT(i) ((uint64_t)1 << (i))

/* ---- Text of strangers ---- */

void
explain_text(const char *text, FILE *f)
{
	size_t n;

	for (; *text != '\0'; text += n) {
		unsigned char c = (unsigned char)*text;

		n = text_utf8_step(text, strlen(text));
		/* C0, DEL and, in two bytes, C1 */
		if (n == 0 || c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)text[1] < 0xa0))
			(void)fputc('?', f);
		else
			(void)fprintf(f, "%.*s", (int)n, text);
		n += n == 0;
	}
}

/* ---- Where parameters come from ---- */

/* One pair of the query, and what the query would mean without it. */
struct piece {
	struct params_pair pair;
	const char *raw;
	size_t len;
	struct params without;
	struct params_notes notes;
};

struct pieces {
	const struct request *req;
	struct params whole; /* as read, before it snaps to steps */
	struct params_notes notes;
	struct piece at[EXPLAIN_PAIRS];
	size_t count;
};

static const void *
field_of(const struct params *p, size_t i)
{
	return (const char *)p + param_table[i].offset;
}

static bool
same(const struct params *a, const struct params *b, size_t i)
{
	return ((a->given ^ b->given) & BIT(i)) == 0 &&
	       memcmp(field_of(a, i), field_of(b, i), param_table[i].size) == 0;
}

static bool
all_same(const struct params *a, const struct params *b)
{
	for (size_t i = 0; i < param_count; i++)
		if (!same(a, b, i))
			return false;
	return true;
}

/* Read a query as the origin's dialect does, up to the steps it snaps to. */
static void
read_query(const struct request *req, const char *query, struct params *ret,
	struct params_notes *notes)
{
	struct err ignored;
	bool asks;

	params_init(ret);
	ret->no_sign = req->origin->policy.sign_key[0] == '\0';
	/* what strict refuses has been refused */
	(void)!dialect_parse(
		req->origin->policy.dialect, query, false, ret, notes, &asks, &ignored);
}

/* Read the query once more without each of its pairs. */
static bool
take_apart(const struct request *req, const char *query, struct pieces *ret, struct err *err)
{
	const char *rest = query, *before;
	struct buf other = BUF_INIT(65536);
	struct params_pair pair;
	bool ok = true;

	ret->req = req;
	ret->count = 0;
	read_query(req, query, &ret->whole, &ret->notes);
	for (before = rest; ok && ret->count < EXPLAIN_PAIRS && params_next_pair(&rest, &pair);
		before = rest) {
		struct piece *piece = &ret->at[ret->count++];

		piece->pair = pair;
		piece->raw = before + strspn(before, "&");
		piece->len = (size_t)(rest - piece->raw);
		buf_reset(&other);
		ok = buf_add(&other, query, (size_t)(piece->raw - query), err) &&
		     buf_adds(&other, rest, err);
		if (!ok)
			break;
		read_query(req, buf_text(&other), &piece->without, &piece->notes);
	}
	buf_done(&other);
	return ok;
}

/* The pair that gave a parameter, or else one that changed it; NULL for none. */
static const struct piece *
giver_of(const struct pieces *pieces, size_t i)
{
	const struct piece *changed = NULL;
	struct params usual;

	/* any pair brings with it what the dialect means by saying nothing */
	dialect_defaults(pieces->req->origin->policy.dialect, &usual);
	if ((usual.given & BIT(i)) != 0 && same(&usual, &pieces->whole, i))
		return NULL;
	for (size_t k = 0; k < pieces->count; k++) {
		const struct piece *piece = &pieces->at[k];

		if (same(&piece->without, &pieces->whole, i))
			continue;
		if ((piece->without.given & BIT(i)) == 0 ||
			params_find(piece->pair.name) == &param_table[i])
			return piece;
		changed = piece;
	}
	return changed;
}

static void
print_raw(const struct piece *piece, FILE *f)
{
	/* a stranger's bytes go to a terminal */
	for (size_t k = 0; k < piece->len && k < 80; k++)
		(void)fputc(piece->raw[k] > ' ' && piece->raw[k] < 0x7f ? piece->raw[k] : '?', f);
	if (piece->len > 80)
		(void)fputs("...", f);
}

static void
print_value(const struct params *p, size_t i, FILE *f)
{
	struct buf text = BUF_INIT(2048);
	struct err ignored;

	if (params_kinds_print(&param_table[i], field_of(p, i), &text, &ignored))
		(void)fputs(buf_text(&text), f);
	buf_done(&text);
}

static bool
is_number(size_t i, const struct params *p, double *ret)
{
	if (param_table[i].kind == PARAM_INT)
		*ret = *(const int32_t *)field_of(p, i);
	else if (param_table[i].kind == PARAM_REAL)
		*ret = *(const double *)field_of(p, i);
	return param_table[i].kind == PARAM_INT || param_table[i].kind == PARAM_REAL;
}

/* Say what became of a value on the way, where the pair names the parameter itself. */
static void
print_change(const struct pieces *pieces, const struct piece *piece, size_t i, FILE *f)
{
	struct params strict;
	double typed, made;

	params_init(&strict);
	if (params_find(piece->pair.name) != &param_table[i] ||
		pieces->req->origin->policy.dialect != DIALECT_LIMNER)
		return;
	if (!params_put(&strict, piece->pair.name, piece->pair.value, true))
		(void)fputs(", brought into its bounds", f);
	else if (!same(&strict, &pieces->whole, i))
		(void)fputs(", shrunk as the other side was", f);
	else if (is_number(i, &strict, &made) &&
		 text_to_real(piece->pair.value, -1e15, 1e15, &typed) &&
		 (typed < made || typed > made))
		(void)fputs(", rounded", f);
}

/* Tell who gave a parameter: what it was before the client's hints had a say. NULL: the hints did.
 */
static const struct params *
print_source(const struct config *cfg, const struct pieces *pieces, const struct piece *piece,
	size_t i, FILE *f)
{
	const struct request *req = pieces->req;
	const struct config_preset *preset = config_preset(cfg, req->origin, req->asked.t);

	if ((req->asked.given & BIT(i)) != 0) {
		if (piece != NULL)
			print_raw(piece, f);
		else
			(void)fprintf(f, "%s",
				req->origin->policy.dialect == DIALECT_LIMNER
					? "the query"
					: "what its dialect means by saying nothing");
		return &req->asked;
	}
	if (preset != NULL && (preset->params.given & BIT(i)) != 0) {
		(void)fprintf(f, "preset %s", preset->name);
		return &preset->params;
	}
	if (strcmp(param_table[i].name, "fit") == 0 && req->asked.t[0] != '\0') {
		(void)fprintf(f, "t=%s", req->asked.t);
		return &req->params;
	}
	(void)fputs(req->hinted != 0 ? "the client's hints"
				     : "what its dialect means by saying nothing",
		f);
	return NULL;
}

static void
explain_parameter(const struct config *cfg, const struct pieces *pieces, size_t i, FILE *f)
{
	const struct request *req = pieces->req;
	const struct piece *piece = giver_of(pieces, i);
	const struct params *said;

	(void)fprintf(f, "  %-8s ", param_table[i].name);
	print_value(&req->params, i, f);
	(void)fputs(": ", f);
	said = print_source(cfg, pieces, piece, i, f);
	if (said == &req->asked) {
		if (piece != NULL)
			print_change(pieces, piece, i, f);
		if (!same(&req->asked, &pieces->whole, i)) {
			(void)fputs(", snapped from ", f);
			print_value(&pieces->whole, i, f);
		}
	}
	if (said != NULL && !same(said, &req->params, i))
		(void)fputs(", by the client's hints", f);
	(void)fputc('\n', f);
}

/* Tell whether something of a pair is left in the end: auto without a hint is not. */
static bool
is_heard(const struct pieces *pieces, const struct piece *piece)
{
	for (size_t i = 0; i < param_count; i++)
		if (!same(&piece->without, &pieces->whole, i) &&
			((pieces->req->params.given & BIT(i)) != 0 ||
				(pieces->whole.given & BIT(i)) == 0))
			return true;
	return false;
}

/* Tell whether the origin has no use for a row: one that signs, without a key. */
static bool
is_unknown(const struct request *req, const struct param_def *def)
{
	return (def->flags & PARAM_SIGN) != 0 && req->origin->policy.sign_key[0] == '\0';
}

/* Say why a pair has no effect. */
static void
explain_idle(const struct pieces *pieces, const struct piece *piece, FILE *f)
{
	const struct param_def *def = params_find(piece->pair.name);
	char allowed[PARAMS_ALLOWED];
	struct params alone;

	(void)fputs("  ", f);
	print_raw(piece, f);
	params_init(&alone);
	if (pieces->req->origin->policy.dialect != DIALECT_LIMNER) {
		bool noted = strcmp(piece->notes.dropped, pieces->notes.dropped) != 0;

		(void)fprintf(f, ": %s\n",
			noted ? "not valid, or without a counterpart here" : "without effect here");
	} else if (def == NULL) {
		(void)fputs(": no such parameter\n", f);
	} else if (is_unknown(pieces->req, def)) {
		(void)fputs(": no such parameter without a sign_key\n", f);
	} else if (!piece->pair.whole ||
		   !params_put(&alone, piece->pair.name, piece->pair.value, false)) {
		params_allowed(def, allowed);
		(void)fprintf(f, ": not valid, %s must be %s\n", def->name, allowed);
	} else if (!all_same(&piece->without, &pieces->whole)) {
		(void)fputs(": no hint of the client's says more\n", f);
	} else {
		(void)fputs(": another one counts\n", f);
	}
}

static void
explain_parameters(const struct config *cfg, const struct pieces *pieces, FILE *f)
{
	const struct request *req = pieces->req;
	const char *heading = "ignored\n";

	(void)fputs("parameters\n", f);
	for (size_t i = 0; i < param_count; i++)
		if ((req->params.given & BIT(i)) != 0)
			explain_parameter(cfg, pieces, i, f);
	(void)fputs("  left out", f);
	for (size_t i = 0; i < param_count; i++)
		if ((req->params.given & BIT(i)) == 0 && param_table[i].kind != PARAM_SIZE &&
			!is_unknown(req, &param_table[i]))
			(void)fprintf(f, " %s%s%s", param_table[i].name,
				param_table[i].unset[0] != '\0' ? "=" : "", param_table[i].unset);
	(void)fputc('\n', f);
	for (size_t k = 0; k < pieces->count; k++) {
		if (is_heard(pieces, &pieces->at[k]))
			continue;
		(void)fputs(heading, f);
		heading = "";
		explain_idle(pieces, &pieces->at[k], f);
	}
}

/* ---- The request ---- */

static void
explain_spelling(const struct request *req, FILE *f)
{
	static const char *const does[] = { [CONFIG_CANONICAL_OFF] = "which nothing says",
		[CONFIG_CANONICAL_HEADER] = "which Content-Location says",
		[CONFIG_CANONICAL_REDIRECT] = "where it is redirected to" };
	bool redirects = req->origin->policy.canonical == CONFIG_CANONICAL_REDIRECT;

	if (req->origin->policy.dialect != DIALECT_LIMNER)
		(void)fputs(" (the dialect's own spelling stays)", f);
	else if (req->spelling == SPELLING_ORDER)
		(void)fprintf(f, " (asked for in another order%s)",
			redirects ? ", which is no reason to redirect" : "");
	else if (req->spelling == SPELLING_OTHER && req->transform)
		(void)fprintf(f, " (asked for otherwise, %s)", does[req->origin->policy.canonical]);
	(void)fputc('\n', f);
}

static void
explain_tags(const struct config *cfg, const struct request *req, FILE *f)
{
	struct buf tags = BUF_INIT(8192);
	struct err ignored;

	if (tags_print(req->origin, req->key, req->unknown_preset ? "" : req->asked.t, " ", &tags,
		    &ignored))
		(void)fprintf(f, "tags       %s%s\n", buf_text(&tags),
			cfg->tag_headers[0] == '\0' ? " (not said: tag_headers is empty)" : "");
	buf_done(&tags);
}

/* Why the original is the answer, though nothing failed. */
static const char *
why_passes(const struct request *req)
{
	const struct config_policy *policy = &req->origin->policy;

	if (req->unknown_preset)
		return "no preset has that name";
	if (req->other_type)
		return "the dialect makes no pictures of such a name";
	if (!params_acts(&req->params))
		return "nothing asks for a picture";
	return policy->require_t || dialect_of(policy->dialect)->only_presets
		       ? "only t=<preset> makes pictures here"
		       : "the dialect makes no picture of so little";
}

bool
explain_request(const struct config *cfg, const struct request *req, const char *query,
	const char *vary, FILE *f, struct err *err)
{
	struct buf asked = BUF_INIT(8192), effective = BUF_INIT(8192), text = BUF_INIT(16384);
	char hash[ETAG_HASH];
	struct pieces pieces;
	bool ok = params_canonical(&req->asked, &asked, err) &&
		  params_canonical(&req->params, &effective, err) &&
		  sign_text(req->origin, req->key, &req->asked, &text, err) &&
		  etag_hash(cfg, req, hash, err) && take_apart(req, query, &pieces, err);

	if (!ok)
		goto out;
	(void)fprintf(f, "origin     %s, mounted at %s\nkey        ", req->origin->title,
		req->origin->mount);
	explain_text(req->key, f);
	(void)fprintf(f, "\ndialect    %s\nasked      %s\n",
		dialect_table_choices[req->origin->policy.dialect].name, buf_text(&asked));
	(void)fprintf(f, "effective  %s\n", buf_text(&effective));
	explain_parameters(cfg, &pieces, f);
	(void)fprintf(f, "canonical  ?%s", buf_text(&asked));
	explain_spelling(req, f);
	if (req->origin->policy.sign_key[0] != '\0')
		(void)fprintf(f, "signature  %s; it is of %s\n", sign_verdict_name(req->signature),
			buf_text(&text));
	(void)fprintf(f, "hash       %s\nvary       %s\n", hash,
		vary[0] != '\0' ? vary : "nothing of the client's");
	explain_tags(cfg, req, f);
	if (!req->transform)
		(void)fprintf(f, "passes     %s\n", why_passes(req));
out:
	buf_done(&asked);
	buf_done(&effective);
	buf_done(&text);
	return ok;
}

/* ---- The original and the picture ---- */

void
explain_original(const struct source_head *head, const struct image_info *info, FILE *f)
{
	(void)fputs("original   ", f);
	explain_text(head->content_type, f);
	(void)fprintf(f, ", %" PRIu64 " bytes, ETag ", head->length);
	explain_text(head->etag, f);
	(void)fputc('\n', f);
	if (info == NULL)
		return;
	(void)fprintf(f, "           %s %" PRId32 "x%" PRId32 ", orientation %d%s%s%s%s\n",
		format_row(info->format)->name, info->width, info->height, info->orientation,
		info->alpha ? ", alpha" : "", info->cmyk ? ", CMYK" : "",
		info->icc ? ", profile" : "", info->animated ? ", animated" : "");
	if (info->frames > 1)
		(void)fprintf(f, "           %" PRId32 " frames\n", info->frames);
}

static void
explain_size(const struct plan *plan, FILE *f)
{
	static const char *const rules[] = {
		[PLAN_SIZE_KEPT] = "nothing asks for another",
		[PLAN_SIZE_WIDTH] = "the width decides, the shape stays",
		[PLAN_SIZE_HEIGHT] = "the height decides, the shape stays",
		[PLAN_SIZE_UP] = "not larger than the original, for up is 0",
		[PLAN_SIZE_COVER] = "the box, filled; what is too much is cut off",
		[PLAN_SIZE_COVER_UP] = "the box's shape, smaller, for up is 0",
		[PLAN_SIZE_FILL] = "stretched into the box",
	};

	(void)fprintf(f, "size       %" PRId32 "x%" PRId32 ": %s", plan->canvas_w, plan->canvas_h,
		rules[plan->size_rule]);
	if (plan->canvas_w != plan->extract.w && plan->wish.params.fit == PARAMS_PAD)
		(void)fputs(", on a canvas of the box's size", f);
	if (plan->boxed)
		(void)fprintf(f, "; the box was above %d px", PARAMS_SIDE_MAX);
	(void)fputc('\n', f);
}

static void
explain_format(const struct plan *plan, FILE *f)
{
	static const char *const rules[] = {
		[PLAN_FORMAT_ASKED] = "f names it",
		[PLAN_FORMAT_ACCEPTED] = "f=auto, and the client accepts it",
		[PLAN_FORMAT_ORIGINAL] = "the original's own",
		[PLAN_FORMAT_SHOWN] =
			"browsers do not show the original's; with alpha png, else jpg",
		[PLAN_FORMAT_NEXT] = "the next best, for the one before it cannot be written so",
	};
	const struct plan_wish *wish = &plan->wish;
	bool avif = wish->params.f == PARAMS_F_AUTO && plan->format != FORMAT_AVIF &&
		    (wish->accepts & plan->may & FORMAT_BIT(FORMAT_AVIF)) != 0;
	bool preferred = false;

	for (size_t i = 0; wish->params.f == PARAMS_F_AUTO && i < ACCEPT_FORMATS; i++)
		preferred |= (wish->auto_above[i] & FORMAT_BIT(plan->format)) != 0;
	(void)fprintf(
		f, "format     %s: %s", format_row(plan->format)->name, rules[plan->format_rule]);
	if (preferred)
		(void)fputs("; the client gives it more weight", f);
	else if (avif && plan->frames > 1)
		(void)fputs("; not avif, which would not move", f);
	else if (avif && (int64_t)plan->canvas_w * plan->canvas_h > wish->policy.avif_max_pixels)
		(void)fprintf(f, "; not avif, for more than avif_max_pixels = %" PRId64,
			wish->policy.avif_max_pixels);
	(void)fputc('\n', f);
}

void
explain_plan(const struct plan *plan, FILE *f)
{
	const struct params *p = &plan->wish.params;

	explain_size(plan, f);
	explain_format(plan, f);
	if (!format_row(plan->format)->lossy)
		(void)fputs("quality    none: the format loses nothing\n", f);
	else if (p->q > 0)
		(void)fprintf(f, "quality    %d: q\n", plan->quality);
	else
		(void)fprintf(f, "quality    %d: %s of the settings\n", plan->quality,
			plan->format == FORMAT_WEBP   ? "webp_quality"
			: plan->format == FORMAT_AVIF ? "avif_quality"
						      : "jpeg_quality");
	if (plan->unchanged)
		(void)fputs("unchanged  the original itself, if the picture is no smaller\n", f);
	(void)fputc('\n', f);
	plan_print(plan, f);
}

/* ---- The answer ---- */

void
explain_answer(
	const struct config_policy *policy, enum freshness_rule rule, enum err_kind reason, FILE *f)
{
	static const char *const rules[] = {
		[FRESHNESS_VERSION] = "immutable, for v is given",
		[FRESHNESS_OBJECT] = "the object's own Cache-Control",
		[FRESHNESS_EXPIRES] = "the object's own Expires",
		[FRESHNESS_SETTINGS] = "max_age and what goes with it",
		[FRESHNESS_SIGNED] = "no longer than the URL is signed for",
		[FRESHNESS_CLOSED] =
			"the object's own Cache-Control, for it is private or no-cache",
		[FRESHNESS_SILENT] = "not said, so that a cache keeps what it has",
		[FRESHNESS_OTHER] = "as the kind of answer",
	};

	if (reason != ERR_NONE)
		(void)fprintf(f, "reason     %s\n", err_row(reason)->slug);
	if (rule != FRESHNESS_FAILURE)
		(void)fprintf(f, "cache      %s\n", rules[rule]);
	else
		(void)fprintf(f, "cache      the age of its reason%s\n",
			(policy->error_ages.given & BIT(reason)) != 0 ? ", by error_ages" : "");
}
