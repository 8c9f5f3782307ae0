#include "manual.h"

#include "manual_html.h"
#include "manual_mdoc.h"
#include "manual_templates.h"

#include <string.h>

struct part {
	const char *line;
	void (*print)(FILE *f); /* or */
	void (*settings)(FILE *f, enum setting_section section);
	enum setting_section section;
};

/* clang-format off */
static const struct part mdoc[] = {
	{ "@synopsis\n", manual_mdoc_synopsis, NULL, SETTING_MAIN },
	{ "@commands\n", manual_mdoc_commands, NULL, SETTING_MAIN },
	{ "@params\n", manual_mdoc_params, NULL, SETTING_MAIN },
	{ "@dialects\n", manual_mdoc_dialects, NULL, SETTING_MAIN },
	{ "@reasons\n", manual_mdoc_reasons, NULL, SETTING_MAIN },
	{ "@settings\n", NULL, manual_mdoc_settings, SETTING_MAIN },
	{ "@settings cache\n", NULL, manual_mdoc_settings, SETTING_CACHE },
	{ "@settings file\n", NULL, manual_mdoc_settings, SETTING_FILE },
	{ "@settings s3\n", NULL, manual_mdoc_settings, SETTING_S3 },
	{ "@settings http\n", NULL, manual_mdoc_settings, SETTING_HTTP },
	{ NULL, NULL, NULL, SETTING_MAIN },
}, html[] = {
	{ "@params\n", manual_html_params, NULL, SETTING_MAIN },
	{ "@reasons\n", manual_html_reasons, NULL, SETTING_MAIN },
	{ "@settings\n", NULL, manual_html_settings, SETTING_MAIN },
	{ "@settings cache\n", NULL, manual_html_settings, SETTING_CACHE },
	{ "@settings file\n", NULL, manual_html_settings, SETTING_FILE },
	{ "@settings s3\n", NULL, manual_html_settings, SETTING_S3 },
	{ "@settings http\n", NULL, manual_html_settings, SETTING_HTTP },
	{ NULL, NULL, NULL, SETTING_MAIN },
};
/* clang-format on */

static const struct page {
	const char *name;
	const char *const *lines;
	const struct part *parts;
} pages[] = {
	{ "limner.1", manual_templates_limner, mdoc },
	{ "limner.conf.5", manual_templates_conf, mdoc },
	{ "reference.html", manual_templates_reference, html },
};

static void
put_line(const char *line, const struct part *part, FILE *f)
{
	while (part->line != NULL && strcmp(part->line, line) != 0)
		part++;
	if (part->line == NULL)
		(void)fputs(line, f);
	else if (part->print != NULL)
		part->print(f);
	else
		part->settings(f, part->section);
}

bool
manual_print(const char *page, FILE *f)
{
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		if (strcmp(page, pages[i].name) != 0)
			continue;
		for (const char *const *line = pages[i].lines; *line != NULL; line++)
			put_line(*line, pages[i].parts, f);
		return true;
	}
	return false;
}
