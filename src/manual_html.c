#include "manual_html.h"

#include "html.h"
#include "manual_words.h"

static void
put_cell(FILE *f, const char *text)
{
	(void)fputs("</td><td>", f);
	html_text(f, text);
}

static void
put_code_cell(FILE *f, const char *text)
{
	if (*text != '\0')
		html_code(f, "</td><td>", text, "");
	else
		(void)fputs("</td><td>", f);
}

void
manual_html_params(FILE *f)
{
	char allowed[MANUAL_WORDS_ALLOWED];

	(void)fputs("<table>\n<tr><th>Name</th><th>Meaning</th><th>Allowed</th><th>Left out</th>"
		    "<th>Example</th></tr>\n",
		f);
	for (size_t i = 0; i < param_count; i++) {
		const struct param_def *def = &param_table[i];

		(void)fprintf(f, "<tr id=\"%s\"><td>", def->name);
		html_code(f, "", def->name, "");
		for (size_t a = 0; a < PARAM_ALIASES && def->aliases[a] != NULL; a++)
			html_code(f, " ", def->aliases[a], "");
		put_cell(f, def->summary);
		manual_words_allowed(def, allowed);
		put_cell(f, allowed);
		put_code_cell(f, def->unset);
		put_code_cell(f, def->example);
		(void)fputs("</td></tr>\n", f);
	}
	(void)fputs("</table>\n", f);
}

void
manual_html_settings(FILE *f, enum setting_section section)
{
	const char *title = settings_section_name(section);
	char allowed[SETTINGS_WHY], variable[SETTINGS_ENV];

	(void)fputs("<table>\n<tr><th>Name</th><th>Meaning</th><th>Allowed</th><th>Left out</th>"
		    "<th>Variable</th></tr>\n",
		f);
	for (size_t i = 0; i < settings_table_count; i++) {
		const struct setting *row = &settings_table[i];

		if (row->section != section)
			continue;
		(void)fprintf(f, "<tr id=\"%s.%s\"><td>", title, row->name);
		html_code(f, "", row->name, (row->flags & SETTING_POLICY) != 0 ? " *" : "");
		put_cell(f, row->summary);
		settings_print_allowed(row, allowed);
		put_cell(f, allowed);
		put_code_cell(f, row->unset);
		settings_env_name(row, section, "", variable);
		put_code_cell(f, variable);
		(void)fputs("</td></tr>\n", f);
	}
	(void)fputs("</table>\n", f);
}

void
manual_html_reasons(FILE *f)
{
	char error[MANUAL_WORDS_AGE], instead[MANUAL_WORDS_AGE];

	(void)fputs(
		"<table>\n<tr><th>Reason</th><th>What happened</th><th>What stands in (200)</th>"
		"<th>As an error</th></tr>\n",
		f);
	for (int kind = 0; kind < ERR__COUNT; kind++) {
		const struct err_row *row = err_row((enum err_kind)kind);

		if (!manual_words_is_reason((enum err_kind)kind))
			continue;
		manual_words_age(row->max_age_s, error);
		manual_words_age(row->original_s, instead);
		(void)fprintf(f, "<tr id=\"reason.%s\"><td>", row->slug);
		html_code(f, "", row->slug, "");
		put_cell(f, row->happened);
		put_cell(f, row->original_s == ERR_NO_ORIGINAL ? "" : instead);
		(void)fputs("</td><td>", f);
		if (manual_words_is_error((enum err_kind)kind))
			(void)fprintf(f, "%d, %s", row->status, error);
		(void)fputs("</td></tr>\n", f);
	}
	(void)fputs("</table>\n", f);
}
