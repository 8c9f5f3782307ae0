/*
 * Looking things up in the settings, and printing them.
 */
#include "config.h"

#include "base/text.h"

#include <string.h>

const struct config_preset *
config_preset(const struct config *cfg, const char *name)
{
	size_t i;

	for (i = 0; i < cfg->preset_count; i++)
		if (strcmp(cfg->presets[i].name, name) == 0)
			return &cfg->presets[i];
	return NULL;
}

const struct config_origin *
config_origin(const struct config *cfg, const char *path)
{
	const struct config_origin *best = NULL;
	size_t longest = 0;
	size_t i;

	for (i = 0; i < cfg->origin_count; i++) {
		size_t n = strlen(cfg->origins[i].mount);

		if (n > longest && strncmp(cfg->origins[i].mount, path, n) == 0) {
			best = &cfg->origins[i];
			longest = n;
		}
	}
	return best;
}

const char *
config_origin_kind_name(enum config_origin_kind kind)
{
	return settings_section_name(kind == CONFIG_S3 ? SETTING_S3 : SETTING_FILE);
}

/* ---- The settings in force ---- */

static void
print_section(enum setting_section section, const void *base, FILE *f)
{
	size_t i;

	if (section != SETTING_MAIN)
		(void)fprintf(f, "\n[%s]\n", settings_section_name(section));
	for (i = 0; i < settings_count; i++) {
		if (settings_table[i].section != section)
			continue;
		(void)fprintf(f, "%s =", settings_table[i].name);
		settings_print(&settings_table[i], base, f);
		(void)fputc('\n', f);
	}
}

/* A preset is printed from its canonical form, one parameter a line. */
static void
print_preset(const struct config_preset *preset, FILE *f)
{
	struct buf text = BUF_INIT(4096);
	struct err err;
	char pair[1024];
	const char *c;
	size_t n, len;

	(void)fprintf(f, "\n[preset %s]\n", preset->name);
	if (!params_canonical(&preset->params, &text, &err)) {
		(void)fputs("# cannot be printed\n", f);
		buf_done(&text);
		return;
	}
	for (c = buf_text(&text); *c != '\0'; c += n + (c[n] == '&')) {
		n = strcspn(c, "&");
		if (!text_url_decode(c, n, true, pair, sizeof pair, &len))
			continue;
		len = strcspn(pair, "=");
		(void)fprintf(f, "%.*s = %s\n", (int)len, pair, pair + len + (pair[len] == '='));
	}
	buf_done(&text);
}

void
config_print(const struct config *cfg, FILE *f)
{
	size_t i;

	(void)fprintf(f, "# %s\n\n",
		cfg->path[0] != '\0' ? cfg->path : "no file: defaults and environment");
	print_section(SETTING_MAIN, cfg, f);
	print_section(SETTING_CACHE, cfg, f);
	for (i = 0; i < cfg->origin_count; i++)
		print_section(cfg->origins[i].kind == CONFIG_S3 ? SETTING_S3 : SETTING_FILE,
			&cfg->origins[i], f);
	for (i = 0; i < cfg->preset_count; i++)
		print_preset(&cfg->presets[i], f);
}

/* ---- The sample ---- */

/* What the sample says of each section; live sections have their head in force. */
static const struct {
	enum setting_section section;
	bool live;
	const char *remark;
} sections[] = {
	{ SETTING_MAIN, true,
		"# limner.conf: where originals are, and how pictures are made of them.\n"
		"#\n"
		"# Each setting stands here with what it is when left out. Take the # away to change it.\n"
		"# The variable of the environment that is named with each wins over this file.\n"
		"# Relative paths count from this file's folder. Values stand without quotes; what follows\n"
		"# a ; with a blank before it is a remark. `limner check` tells whether all is well.\n" },
	{ SETTING_CACHE, true, "# What caches are told (Cache-Control of good answers).\n" },
	{ SETTING_FILE, true,
		"# Originals in a folder: https://host/img/a.jpg is /srv/limner/a.jpg.\n" },
	{ SETTING_S3, false,
		"# Originals in S3. To use it, take the # from [s3] and bucket too, and remove [file] or\n"
		"# give it another mount.\n" },
};

static const char preset_sample[] =
	"# Presets: sets of parameters with a name. ?t=A&width=300&height=200 takes what is set here and\n"
	"# adds what the URL says, which wins. Any parameter but t and v may stand here; `limner params`\n"
	"# lists them.\n"
	"[preset A]\n"
	"fit = cover\n"
	"up = 1\n"
	"\n"
	"[preset card]\n"
	"w = 300\n"
	"h = 200\n"
	"fit = cover\n";

static void
describe_setting(const struct setting *row, FILE *f)
{
	char allowed[SETTINGS_WHY], variable[SETTINGS_ENV];
	const char *value = row->example != NULL ? row->example : row->unset;
	/* The folder is the one thing nobody can leave as it is. */
	bool live = row->section == SETTING_FILE && strcmp(row->name, "root") == 0;
	const char *c;

	settings_allowed(row, allowed);
	settings_env_name(row, variable);
	(void)fputs("\n# ", f);
	for (c = row->summary; *c != '\0'; c++)
		(void)fputs(*c == '\n' ? "\n# " : (const char[]){ *c, '\0' }, f);
	(void)fprintf(f, "\n# %s: %s.\n", variable, allowed);
	(void)fprintf(
		f, "%s%s =%s%s\n", live ? "" : "#", row->name, *value != '\0' ? " " : "", value);
}

void
config_describe(FILE *f)
{
	size_t i, k;

	for (i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		(void)fputs(sections[i].remark, f);
		if (sections[i].section != SETTING_MAIN)
			(void)fprintf(f, "%s[%s]\n", sections[i].live ? "" : "#",
				settings_section_name(sections[i].section));
		for (k = 0; k < settings_count; k++)
			if (settings_table[k].section == sections[i].section)
				describe_setting(&settings_table[k], f);
		(void)fputc('\n', f);
	}
	(void)fputs(preset_sample, f);
}
