#include "cli_help.h"
#include "config.h"
#include "dialect.h"
#include "manual.h"
#include "params.h"
#include "suites.h"

#include <stdlib.h>
#include <string.h>

/* A page as text, to be freed. */
static char *
page(const char *name)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	ck_assert_ptr_nonnull(f);
	ck_assert(manual_print(name, f));
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_ptr_nonnull(text);
	return text;
}

static void
has(const char *text, const char *before, const char *name, const char *after)
{
	char line[256];

	(void)snprintf(line, sizeof line, "%s%s%s", before, name, after);
	ck_assert_msg(strstr(text, line) != NULL, "no %s", line);
}

START_TEST(has_every_command_and_parameter)
{
	char *text = page("limner.1");

	for (int i = 0; i < CLI_HELP__COUNT; i++)
		has(text, "\n.It Cm ", cli_help_table[i].name, " No");
	for (size_t i = 0; i < param_count; i++)
		has(text, "\n.It Ic \"\\&", param_table[i].name, "\"");
	for (const struct param_choice *c = dialect_table_choices; c->name != NULL; c++)
		has(text, "\n.It Ic \"\\&", c->name, "\"\n");
	free(text);
}
END_TEST

START_TEST(has_every_reason)
{
	char *man = page("limner.1"), *html = page("reference.html");

	for (int kind = ERR_NONE + 1; kind < ERR_PEER_GONE; kind++) {
		ck_assert_msg(err_row((enum err_kind)kind)->happened[0] != '\0', "%s",
			err_row((enum err_kind)kind)->slug);
		has(man, "\n.It Sy ", err_row((enum err_kind)kind)->slug, "\n");
		has(html, "\n<tr id=\"reason.", err_row((enum err_kind)kind)->slug, "\">");
	}
	/* nobody reads a reason that no answer has */
	ck_assert_ptr_null(strstr(man, "peer-gone"));
	/* another format stands in whatever is set */
	ck_assert_ptr_nonnull(strstr(html, "</td><td>kept 60 s</td><td></td></tr>\n"
					   "<tr id=\"reason.late-format\">"));
	free(man);
	free(html);
}
END_TEST

START_TEST(has_every_setting)
{
	char *man = page("limner.conf.5"), *html = page("reference.html"), variable[SETTINGS_ENV];

	for (size_t i = 0; i < settings_table_count; i++) {
		const struct setting *row = &settings_table[i];

		settings_env_name(row, row->section, "", variable);
		has(man, "\n.Ev \"\\&", variable, "\" .\n");
		has(html, "<code>", variable, "</code></td></tr>\n");
	}
	for (size_t i = 0; i < param_count; i++)
		has(html, "\n<tr id=\"", param_table[i].name, "\"><td>");
	free(man);
	free(html);
}
END_TEST

START_TEST(writes_text_as_pages_want_it)
{
	char *man = page("limner.conf.5"), *html = page("reference.html");

	/* a sentence begins a line, and what looks like a macro is none */
	ck_assert_ptr_nonnull(strstr(man, "one request each.\n0: this process serves alone"));
	ck_assert_ptr_nonnull(strstr(man, "\nOnly ?t=<preset> makes pictures"));
	ck_assert_ptr_nonnull(strstr(html, "Only ?t=&#60;preset&#62; makes pictures"));
	for (const char *line = man; line != NULL; line = strchr(line + 1, '\n'))
		ck_assert_msg(strncmp(line, "\n@", 2) != 0 && strncmp(line, "\n. ", 3) != 0,
			"%.60s", line);
	free(man);
	free(html);
}
END_TEST

START_TEST(knows_no_other_page)
{
	ck_assert(!manual_print("limner.2", stdout));
	ck_assert(!manual_print("", stdout));
}
END_TEST

Suite *
suite_manual(void)
{
	Suite *s = suite_create("manual");
	TCase *t = tcase_create("manual");

	tcase_add_test(t, has_every_command_and_parameter);
	tcase_add_test(t, has_every_reason);
	tcase_add_test(t, has_every_setting);
	tcase_add_test(t, writes_text_as_pages_want_it);
	tcase_add_test(t, knows_no_other_page);
	suite_add_tcase(s, t);
	return s;
}
