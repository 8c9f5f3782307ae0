#include "manual_mdoc.h"

#include "cli_help.h"
#include "dialect.h"
#include "manual_words.h"

#include <string.h>

#define COLUMNS 79 /* longest line of text in the pages */

static void
put_escaped(FILE *f, const char *text, size_t n, const char *also)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\\')
			(void)fputs("\\e", f);
		else if (strchr(also, text[i]) != NULL)
			(void)fputs(text[i] == '"' ? "\\(dq" : "\\-", f);
		else
			(void)fputc(text[i], f);
	}
}

/* Write one argument of a macro: nothing in it is a macro itself, or punctuation. */
static void
put_argument(FILE *f, const char *text)
{
	(void)fputs(" \"\\&", f);
	put_escaped(f, text, strlen(text), "\"-");
	(void)fputc('"', f);
}

/* Write lines of text, each sentence on one of its own, as mdoc wants it. */
static void
put_text(FILE *f, const char *text)
{
	size_t column = 0, n;

	for (text += strspn(text, " \n"); *text != '\0'; text += n, text += strspn(text, " \n")) {
		const char *end;

		n = strcspn(text, " \n");
		if (column > 0 && column + 1 + n > COLUMNS) {
			(void)fputc('\n', f);
			column = 0;
		}
		if (column > 0)
			(void)fputc(' ', f);
		else if (*text == '.' || *text == '\'')
			(void)fputs("\\&", f);
		put_escaped(f, text, n, "");
		column += n + (column > 0);
		end = text + n - 1;
		if (n > 1 && *end == ')')
			end--;
		if (n > 1 && (*end == '.' || *end == '?' || *end == '!')) {
			(void)fputc('\n', f);
			column = 0;
		}
	}
	if (column > 0)
		(void)fputc('\n', f);
}

/* Write what a fact is and the fact: "Allowed: yes or no." */
static void
put_fact(FILE *f, const char *what, const char *fact)
{
	char line[512];

	(void)snprintf(line, sizeof line, "%s: %s.", what, fact);
	put_text(f, line);
}

static void
put_literal_fact(FILE *f, const char *what, const char *macro, const char *fact)
{
	(void)fprintf(f, "%s:\n.%s", what, macro);
	put_argument(f, fact);
	(void)fputs(" .\n", f);
}

void
manual_mdoc_synopsis(FILE *f)
{
	for (int i = 0; i < CLI_HELP__COUNT; i++) {
		const struct cli_help *help = &cli_help_table[i];

		(void)fprintf(f, ".Nm\n.Op Fl \\-config Ar file\n.Cm %s\n.No", help->name);
		put_argument(f, help->arguments);
		(void)fputc('\n', f);
	}
}

/* Details are lines: those that begin with blanks are to be typed, or show how. */
static void
put_details(FILE *f, const char *text)
{
	bool literal = false, gap = true;
	char prose[256];

	for (size_t n; *text != '\0'; text += n + (text[n] == '\n')) {
		bool shown = strncmp(text, "  ", 2) == 0;

		n = strcspn(text, "\n");
		if (shown != literal && n > 0) {
			(void)fputs(shown ? ".Bd -literal -offset indent\n" : ".Ed\n", f);
			literal = shown;
		} else if (gap && n > 0 && !shown) {
			(void)fputs(".Pp\n", f);
		}
		gap = n == 0;
		if (shown) {
			put_escaped(f, text + 2, n - 2, "-");
			(void)fputc('\n', f);
		} else if (n > 0) {
			(void)snprintf(prose, sizeof prose, "%.*s", (int)n, text);
			put_text(f, prose);
		}
	}
	(void)fputs(literal ? ".Ed\n" : "", f);
}

void
manual_mdoc_commands(FILE *f)
{
	for (int i = 0; i < CLI_HELP__COUNT; i++) {
		const struct cli_help *help = &cli_help_table[i];

		(void)fprintf(f, ".It Cm %s No", help->name);
		put_argument(f, help->arguments);
		(void)fputc('\n', f);
		put_text(f, help->summary);
		put_details(f, help->details);
	}
}

void
manual_mdoc_params(FILE *f)
{
	char allowed[MANUAL_WORDS_ALLOWED];

	for (size_t i = 0; i < param_count; i++) {
		const struct param_def *def = &param_table[i];

		(void)fputs(".It Ic", f);
		put_argument(f, def->name);
		for (size_t a = 0; a < PARAM_ALIASES && def->aliases[a] != NULL; a++) {
			(void)fputs(" ,", f);
			put_argument(f, def->aliases[a]);
		}
		(void)fputc('\n', f);
		put_text(f, def->summary);
		manual_words_allowed(def, allowed);
		put_fact(f, "Allowed", allowed);
		if (def->unset[0] != '\0')
			put_literal_fact(f, "Left out", "Ql", def->unset);
		put_literal_fact(f, "Example", "Ql", def->example);
	}
}

void
manual_mdoc_dialects(FILE *f)
{
	for (const struct param_choice *c = dialect_table_choices; c->name != NULL; c++) {
		const struct dialect *d = dialect_of(c->value);

		(void)fputs(".It Ic", f);
		put_argument(f, c->name);
		(void)fputc('\n', f);
		put_text(f, d->rows != NULL ? d->summary : "The parameters above.");
	}
}

void
manual_mdoc_settings(FILE *f, enum setting_section section)
{
	char allowed[SETTINGS_WHY], variable[SETTINGS_ENV];

	for (size_t i = 0; i < settings_table_count; i++) {
		const struct setting *row = &settings_table[i];

		if (row->section != section)
			continue;
		(void)fputs(".It Ic", f);
		put_argument(f, row->name);
		(void)fputc('\n', f);
		put_text(f, row->summary);
		settings_print_allowed(row, allowed);
		put_fact(f, "Allowed", allowed);
		if (row->unset[0] != '\0')
			put_literal_fact(f, "Left out", "Ql", row->unset);
		settings_env_name(row, section, "", variable);
		put_literal_fact(f, "Variable", "Ev", variable);
		if ((row->flags & SETTING_POLICY) != 0)
			put_text(f, "May stand in an origin's section.");
	}
}

void
manual_mdoc_reasons(FILE *f)
{
	char error[MANUAL_WORDS_AGE], instead[MANUAL_WORDS_AGE], line[512];

	for (int kind = 0; kind < ERR__COUNT; kind++) {
		const struct err_row *row = err_row((enum err_kind)kind);

		if (!manual_words_is_reason((enum err_kind)kind))
			continue;
		(void)fprintf(f, ".It Sy %s\n", row->slug);
		(void)snprintf(line, sizeof line, "%c%s.", row->happened[0], row->happened + 1);
		if (line[0] >= 'a' && line[0] <= 'z' && strncmp(line, "max", 3) != 0)
			line[0] = (char)(line[0] - 'a' + 'A');
		put_text(f, line);
		manual_words_age(row->max_age_s, error);
		manual_words_age(row->original_s, instead);
		if (row->original_s == ERR_AS_DONE)
			(void)snprintf(line, sizeof line, "No failure, %s.", instead);
		else if (!manual_words_is_error((enum err_kind)kind))
			(void)snprintf(line, sizeof line, "What stands in: 200, %s.", instead);
		else if (row->original_s == ERR_NO_ORIGINAL)
			(void)snprintf(line, sizeof line, "%d, %s.", row->status, error);
		else
			(void)snprintf(line, sizeof line,
				"What stands in: 200, %s; as an error: %d, %s.", instead,
				row->status, error);
		put_text(f, line);
	}
}
