/*
 * The CloudFront Function: the table of parameters and the origins as data, and a small program
 * that reads them (cdn_function.js).
 */
#include "cdn.h"

#include "cdn_templates.h"
#include "colour.h"
#include "params_kinds.h"

#include <ctype.h>
#include <string.h>

#define FLAG_CLAMP 1
#define FLAG_SIDE  2
#define FLAG_NAME  4
#define FLAG_BARE  8

static bool
add_words(const struct param_def *def, struct buf *out, struct err *err)
{
	static const char *const bools = "0=0 1=1 no=0 yes=1 false=0 true=1 off=0 on=1";

	if (def->kind == PARAM_BOOL)
		return buf_adds(out, bools, err);
	if ((def->flags & (PARAM_SIDE | PARAM_AUTO)) != 0)
		return buf_adds(out, "auto=0", err);
	for (const struct param_choice *c = def->choices; c != NULL && c->name != NULL; c++)
		if (!buf_addf(out, err, "%s%s=%d", c > def->choices ? " " : "", c->name,
			    (int)c->value))
			return false;
	return true;
}

/* One row: ['w',['width'],'int','',1,8192,2,0,''], */
static bool
add_row(const struct param_def *def, struct buf *out, struct err *err)
{
	char min[PARAMS_KINDS_NUMBER], max[PARAMS_KINDS_NUMBER];
	int how = ((def->flags & PARAM_CLAMP) != 0 ? FLAG_CLAMP : 0) |
		  ((def->flags & PARAM_SIDE) != 0 ? FLAG_SIDE : 0) |
		  ((def->flags & PARAM_NAME) != 0 ? FLAG_NAME : 0) |
		  ((def->flags & PARAM_BARE) != 0 ? FLAG_BARE : 0);

	params_kinds_number(def->min, min);
	params_kinds_number(def->kind == PARAM_TEXT ? (double)(def->size - 1) : def->max, max);
	if (!buf_addf(out, err, "['%s',[", def->name))
		return false;
	for (size_t a = 0; a < PARAM_ALIASES && def->aliases[a] != NULL; a++)
		if (!buf_addf(out, err, "%s'%s'", a > 0 ? "," : "", def->aliases[a]))
			return false;
	return buf_addf(out, err, "],'%s','%s',%s,%s,%d,%d,'", params_kinds_name(def->kind),
		       def->unset, min, max, how, def->places) &&
	       add_words(def, out, err) && buf_adds(out, "'],\n", err);
}

/* Names run into the digits of the one before: letters are small in them, and large in those. */
static bool
add_colours(struct buf *out, struct err *err)
{
	const char *name;
	uint32_t rgba;

	for (size_t i = 0; (name = colour_name(i, &rgba)) != NULL; i++) {
		char hex[COLOUR_TEXT];

		if (strstr(name, "grey") != NULL) /* has a twin with gray */
			continue;
		colour_print(rgba, hex);
		for (char *c = hex; *c != '\0'; c++)
			*c = (char)toupper((unsigned char)*c);
		if (!buf_addf(out, err, "%s%s", name, hex))
			return false;
	}
	return true;
}

static bool
add_snap(const struct snap_steps *snap, int places, struct buf *out, struct err *err)
{
	char text[SNAP_TEXT];
	char *to = text;

	snap_print(snap, places, text);
	for (const char *c = text; *c != '\0'; c++)
		if (*c != ' ')
			*to++ = *c;
	*to = '\0';
	return buf_addf(out, err, "[%s]", text);
}

/* A text of ours inside quotes: mounts and hosts hold neither controls nor bytes above 0x7e. */
static bool
add_quoted(const char *text, struct buf *out, struct err *err)
{
	if (!buf_adds(out, "'", err))
		return false;
	for (; *text != '\0'; text++)
		if (!buf_addf(out, err, "%s%c", *text == '\'' || *text == '\\' ? "\\" : "", *text))
			return false;
	return buf_adds(out, "'", err);
}

/* How many rows at the table's end this origin does not know. */
static size_t
hidden_rows(const struct config *cfg, const struct config_origin *origin)
{
	size_t n = 0;

	for (size_t i = 0; origin->policy.sign_key[0] == '\0' && i < param_count; i++)
		n += (param_table[i].flags & PARAM_SIGN) != 0 && cdn_knows(cfg, &param_table[i]);
	return n;
}

static bool
add_origin(const struct config *cfg, const struct config_origin *origin, struct buf *out,
	struct err *err)
{
	const struct snap_rules *snaps = &origin->policy.snaps;
	struct buf presets = BUF_INIT(CDN_FUNCTION_MAX);
	size_t hidden = hidden_rows(cfg, origin);
	char host[sizeof origin->host];
	bool ok;

	for (size_t i = 0; i < sizeof host; i++)
		host[i] = (char)tolower((unsigned char)origin->host[i]);
	ok = cdn_auto_presets(cfg, origin, "','", &presets, err) && buf_adds(out, "[", err) &&
	     add_quoted(origin->mount, out, err) && buf_adds(out, ",", err) &&
	     add_quoted(host, out, err) &&
	     buf_addf(out, err, ",%d,[%s%s%s],[",
		     cdn_may_normalise(origin) ? (int)origin->policy.strict : -1,
		     presets.len > 0 ? "'" : "", buf_text(&presets), presets.len > 0 ? "'" : "") &&
	     add_snap(&snaps->w, 0, out, err) && buf_adds(out, ",", err) &&
	     add_snap(&snaps->h, 0, out, err) && buf_adds(out, ",", err) &&
	     add_snap(&snaps->q, 0, out, err) && buf_adds(out, ",", err) &&
	     add_snap(&snaps->dpr, 1, out, err) &&
	     buf_addf(out, err, "],%d,%d", cdn_forwards_accept(origin),
		     origin->policy.client_hints) &&
	     (hidden == 0 || buf_addf(out, err, ",%zu", hidden)) && buf_adds(out, "],\n", err);
	buf_done(&presets);
	return ok;
}

/* What stands at the top: the rest has no room for remarks. */
static const char heading[] =
	"// limner " LIMNER_VERSION
	": CloudFront Function for viewer requests, JavaScript runtime 2.0. Made by limner cdn\n"
	"// from the settings: change those. With its remarks: src/cdn_function.js.\n";

/* The part for client hints. */
static bool
add_hints(struct buf *out, struct err *err)
{
	struct buf widths = BUF_INIT(SNAP_TEXT + 2), ratios = BUF_INIT(SNAP_TEXT + 2);
	bool ok = add_snap(&hints_widths, 0, &widths, err) &&
		  add_snap(&hints_ratios, 1, &ratios, err);

	if (ok) {
		const struct cdn_field fields[] = {
			{ "WIDTHS", buf_text(&widths) },
			{ "RATIOS", buf_text(&ratios) },
		};

		ok = cdn_fill(
			cdn_templates_hints, fields, sizeof fields / sizeof fields[0], out, err);
	}
	buf_done(&widths);
	buf_done(&ratios);
	return ok;
}

bool
cdn_function(const struct config *cfg, struct buf *out, struct err *err)
{
	const struct config_origin *order[CONFIG_ORIGINS_MAX];
	struct buf table = BUF_INIT(65536), colours = BUF_INIT(65536), origins = BUF_INIT(65536);
	char header[sizeof cfg->accept_header];
	size_t was = out->len;
	bool hints = cdn_takes_hints(cfg), ok = add_colours(&colours, err);

	for (size_t i = 0; i < sizeof header; i++)
		header[i] = (char)tolower((unsigned char)cfg->accept_header[i]);
	for (size_t i = 0; ok && i < param_count; i++)
		ok = !cdn_knows(cfg, &param_table[i]) || add_row(&param_table[i], &table, err);
	cdn_order(cfg, order);
	for (size_t i = 0; ok && i < cfg->origin_count; i++)
		ok = add_origin(cfg, order[i], &origins, err);
	if (ok) {
		const struct cdn_field fields[] = {
			{ "TABLE", buf_text(&table) },
			{ "COLOURS", buf_text(&colours) },
			{ "ORIGINS", buf_text(&origins) },
			{ "HEADER", header },
			/* o is origin there (cdn_squeeze.sed) */
			{ "HINT", hints ? "hint(request.headers,got,o);" : "" },
			/* no client sends the other */
			{ "AVIF", cdn_makes_avif(cfg) ? "avif" : "-" },
		};

		ok = buf_adds(out, heading, err) &&
		     cdn_fill(cdn_templates_function, fields, sizeof fields / sizeof fields[0], out,
			     err) &&
		     (!hints || add_hints(out, err));
	}
	if (ok && out->len - was > CDN_FUNCTION_MAX)
		ok = err_set(err, ERR_TOO_LARGE,
			"The function would have %zu bytes; CloudFront takes %d. Fewer steps or "
			"origins make it smaller.",
			out->len - was, CDN_FUNCTION_MAX);
	buf_done(&table);
	buf_done(&colours);
	buf_done(&origins);
	return ok;
}
