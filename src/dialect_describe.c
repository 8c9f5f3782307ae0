#include "dialect.h"

#include "html.h"

#include <string.h>

#define SILENT (DIALECT_MUTE | DIALECT_ABSENT)

bool
dialect_describe(FILE *f, int32_t id)
{
	const struct dialect *d = dialect_of(id);

	if (d->rows == NULL)
		return params_describe(f, "text");
	(void)fprintf(f, "  %s\n", d->summary);
	for (const struct dialect_row *row = d->rows; row->name != NULL; row++) {
		char allowed[PARAMS_VALUE];

		if ((row->flags & SILENT) != 0)
			continue;
		dialect_allowed(row, allowed);
		(void)fprintf(f, "\n  %s%s%s\n    %s\n    %s\n    %s\n", row->name,
			row->aliases[0] != NULL ? ", " : "",
			row->aliases[0] != NULL ? row->aliases[0] : "", row->meaning, allowed,
			row->example);
	}
	return true;
}

/* What a row becomes: the words and what they stand for, or the parameter. */
static void
put_becomes(FILE *f, const struct dialect_row *row)
{
	const char *separator = "";

	for (const struct dialect_word *w = row->words; w != NULL && w->word != NULL; w++) {
		(void)fprintf(f, "%s", separator);
		html_text(f, strcmp(w->word, "*") == 0 ? "else" : w->word);
		if (w->sets[0] != '\0')
			html_code(f, ": ", w->sets, "");
		else
			(void)fprintf(f, ": –");
		separator = "; ";
	}
	if (row->target != NULL)
		html_code(f, separator, row->target, "");
}

static void
put_rows(FILE *f, const struct dialect *d)
{
	(void)fprintf(f, "<table>\n<tr><th>Name</th><th>Meaning</th><th>Allowed</th>"
			 "<th>Becomes</th><th>Example</th></tr>\n");
	for (const struct dialect_row *row = d->rows; row->name != NULL; row++) {
		char allowed[PARAMS_VALUE];

		if ((row->flags & SILENT) != 0)
			continue;
		html_code(f, "<tr><td>", row->name, "");
		if (row->aliases[0] != NULL)
			html_code(f, " ", row->aliases[0], "");
		(void)fprintf(f, "</td><td>");
		html_text(f, row->meaning);
		(void)fprintf(f, "</td><td>");
		dialect_allowed(row, allowed);
		html_text(f, row->words != NULL && row->takes == NULL ? "" : allowed);
		(void)fprintf(f, "</td><td>");
		put_becomes(f, row);
		html_code(f, "</td><td>", row->example, "</td></tr>\n");
	}
	(void)fprintf(f, "</table>\n");
}

static void
put_names(FILE *f, const struct dialect *d, unsigned flag, const char *title)
{
	const char *separator = title;

	for (const struct dialect_row *row = d->rows; row->name != NULL; row++) {
		if ((row->flags & flag) == 0)
			continue;
		html_code(f, separator, row->name, "");
		separator = " ";
	}
	if (separator != title)
		(void)fprintf(f, "</p>\n");
}

void
dialect_describe_page(FILE *f)
{
	(void)fprintf(f,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<title>limner: dialects</title>\n<style>\n"
		"  body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 75rem;\n"
		"    font: 1rem/1.5 system-ui, sans-serif; }\n"
		"  table { border-collapse: collapse; width: 100%%; font-size: .9rem; }\n"
		"  th, td { padding: .35rem .6rem; border-bottom: 1px solid #8884;\n"
		"    text-align: left; vertical-align: top; }\n"
		"  code { font-family: ui-monospace, monospace; }\n"
		"</style>\n</head>\n<body>\n<h1>Dialects</h1>\n"
		"<p>What an origin with <code>dialect = …</code> understands instead of limner's "
		"own parameters.</p>\n");
	for (const struct param_choice *c = dialect_table_choices; c->name != NULL; c++) {
		const struct dialect *d = dialect_of(c->value);

		if (d->rows == NULL)
			continue;
		(void)fprintf(f, "<h2 id=\"%s\">%s</h2>\n<p>", c->name, c->name);
		html_text(f, d->summary);
		if (d->defaults[0] != '\0')
			html_code(f, " Beneath all that is asked: ", d->defaults, ".");
		(void)fprintf(f, "</p>\n");
		put_rows(f, d);
		put_names(f, d, DIALECT_MUTE, "<p>Understood, and without effect: ");
		put_names(f, d, DIALECT_ABSENT,
			"<p>Dropped, and named in <code>Limner-Reason</code>: ");
	}
	(void)fprintf(f, "</body>\n</html>\n");
}
