#include "base/text.h"
#include "params.h"
#include "params_kinds.h"

#include <string.h>

static void
describe_text(FILE *f, const struct param_def *def, const char *allowed)
{
	char names[64];
	size_t at = (size_t)snprintf(names, sizeof names, "%s", def->name);

	for (size_t a = 0; a < PARAM_ALIASES && def->aliases[a] != NULL && at < sizeof names; a++)
		at += (size_t)snprintf(names + at, sizeof names - at, ", %s", def->aliases[a]);
	(void)fprintf(f, "  %-16s%s\n  %-16s%s", names, def->summary, "", allowed);
	if (def->unit[0] != '\0')
		(void)fprintf(f, " (%s)", def->unit);
	if (def->unset[0] != '\0')
		(void)fprintf(f, "; left out: %s", def->unset);
	(void)fprintf(f, "\n  %-16s%s\n", "", def->example);
}

static void
describe_md(FILE *f, const struct param_def *def, const char *allowed)
{
	(void)fprintf(f, "| `%s` | ", def->name);
	for (size_t a = 0; a < PARAM_ALIASES && def->aliases[a] != NULL; a++)
		(void)fprintf(f, "%s`%s`", a > 0 ? " " : "", def->aliases[a]);
	(void)fprintf(f, " | %s | %s", def->summary, allowed);
	if (def->unit[0] != '\0')
		(void)fprintf(f, " (%s)", def->unit);
	(void)fprintf(f, " | ");
	if (def->unset[0] != '\0')
		(void)fprintf(f, "`%s`", def->unset);
	(void)fprintf(f, " | `%s` |\n", def->example);
}

/* Print ,"name":"text" with whatever needs escaping escaped. */
static bool
json_member(FILE *f, const char *name, const char *text)
{
	struct buf escaped = BUF_INIT(4096);
	struct err err;
	bool ok = text_json(&escaped, text, &err);

	if (ok)
		(void)fprintf(f, ",\"%s\":\"%s\"", name, buf_text(&escaped));
	buf_done(&escaped);
	return ok;
}

static bool
describe_json(FILE *f, const struct param_def *def, const char *allowed)
{
	char min[PARAMS_KINDS_NUMBER], max[PARAMS_KINDS_NUMBER];

	/* Names consist of letters alone, so they need no escaping. */
	(void)fprintf(f, "{\"name\":\"%s\",\"aliases\":[", def->name);
	for (size_t a = 0; a < PARAM_ALIASES && def->aliases[a] != NULL; a++)
		(void)fprintf(f, "%s\"%s\"", a > 0 ? "," : "", def->aliases[a]);
	(void)fprintf(f, "],\"kind\":\"%s\",\"acts\":%s,\"clamp\":%s", params_kinds_name(def->kind),
		(def->flags & PARAM_ACTS) != 0 ? "true" : "false",
		(def->flags & PARAM_CLAMP) != 0 ? "true" : "false");
	if (def->max > def->min) {
		params_kinds_number(def->min, min);
		params_kinds_number(def->max, max);
		(void)fprintf(f, ",\"min\":%s,\"max\":%s,\"places\":%d", min, max, def->places);
	}
	if (def->kind == PARAM_TEXT)
		(void)fprintf(f, ",\"length\":%zu", def->size - 1);
	if (def->choices != NULL) {
		(void)fprintf(f, ",\"choices\":[");
		for (const struct param_choice *c = def->choices; c->name != NULL; c++)
			(void)fprintf(f, "%s\"%s\"", c > def->choices ? "," : "", c->name);
		(void)fprintf(f, "]");
	}
	if (!json_member(f, "allowed", allowed) || !json_member(f, "unset", def->unset) ||
		!json_member(f, "unit", def->unit) || !json_member(f, "group", def->group) ||
		!json_member(f, "summary", def->summary) ||
		!json_member(f, "example", def->example))
		return false;
	(void)fprintf(f, "}");
	return true;
}

bool
params_describe(FILE *f, const char *form)
{
	bool json = strcmp(form, "json") == 0, md = strcmp(form, "md") == 0;

	if (!json && !md && strcmp(form, "text") != 0)
		return false;
	if (md)
		(void)fprintf(f, "| Name | Aliases | Meaning | Allowed | Left out | Example |\n"
				 "|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < param_count; i++) {
		const struct param_def *def = &param_table[i];
		char allowed[PARAMS_KINDS_ALLOWED] = "";

		params_kinds_allowed(def, allowed);
		if (json) {
			(void)fprintf(f, "%s", i == 0 ? "[\n" : ",\n");
			if (!describe_json(f, def, allowed))
				return false;
		} else if (md) {
			describe_md(f, def, allowed);
		} else {
			describe_text(f, def, allowed);
		}
	}
	(void)fprintf(f, "%s", json ? "\n]\n" : "");
	return true;
}
