/*
 * Looking things up in the settings, and printing them.
 */
#include "config.h"

#include "base/text.h"

#include <string.h>
#include <strings.h>

const struct config_preset *
config_preset(const struct config *cfg, const struct config_origin *origin, const char *name)
{
	const struct config_preset *everybodys = NULL;
	size_t i;

	for (i = 0; i < cfg->preset_count; i++) {
		const struct config_preset *preset = &cfg->presets[i];

		if (strcmp(preset->name, name) != 0)
			continue;
		if (preset->origin[0] == '\0')
			everybodys = preset;
		else if (strcmp(preset->origin, config_origin_name(origin)) == 0)
			return preset;
	}
	return everybodys;
}

int32_t
config_error_age(const struct config_policy *policy, enum err_kind kind, bool instead)
{
	const struct err_row *row = err_row(kind);

	if (policy != NULL && kind < ERR__COUNT &&
		(policy->error_ages.given & (uint64_t)1 << kind) != 0)
		return policy->error_ages.seconds[kind];
	return instead ? row->original_s : row->max_age_s;
}

/* Tell how closely an origin's host names this one: 0 not at all, 1 as any host. */
static size_t
host_rank(const char *mine, const char *host, size_t n)
{
	size_t m = strlen(mine);

	if (m == 0)
		return 1;
	if (m == n && strncasecmp(mine, host, n) == 0)
		return SIZE_MAX;
	if (mine[0] != '*')
		return 0;
	/* "*.example.com" ends as "img.example.com" does, from its dot on */
	m--;
	return n > m && strncasecmp(mine + 1, host + n - m, m) == 0 ? m + 1 : 0;
}

const struct config_origin *
config_origin(const struct config *cfg, const char *host, const char *path)
{
	const struct config_origin *best = NULL;
	size_t longest = 0, nearest = 0, len = strcspn(host, ":");
	size_t i;

	if (len > 0 && host[len - 1] == '.')
		len--;
	for (i = 0; i < cfg->origin_count; i++) {
		const struct config_origin *origin = &cfg->origins[i];
		size_t n = strlen(origin->mount);
		size_t rank = host_rank(origin->host, host, len);

		if (rank == 0 || rank < nearest || strncmp(origin->mount, path, n) != 0)
			continue;
		if (rank > nearest || n > longest) {
			best = origin;
			nearest = rank;
			longest = n;
		}
	}
	return best;
}

const char *
config_origin_name(const struct config_origin *origin)
{
	const char *blank = strchr(origin->title, ' ');

	return blank != NULL ? blank + 1 : "";
}

/* ---- The settings in force ---- */

static void
print_setting(const struct setting *row, const void *base, FILE *f)
{
	(void)fprintf(f, "%s =", row->name);
	settings_print(row, base, f);
	(void)fputc('\n', f);
}

static void
print_section(enum setting_section section, const struct config *cfg, FILE *f)
{
	const struct setting *row;

	if (section != SETTING_MAIN)
		(void)fprintf(f, "\n[%s]\n", settings_section_name(section));
	for (row = settings_table; row < settings_table + settings_table_count; row++)
		if (row->section == section)
			print_setting(row,
				(row->flags & SETTING_POLICY) != 0 ? (const void *)&cfg->policy
								   : cfg,
				f);
}

/* An origin's own settings, and what holds here alone. */
static void
print_origin(const struct config *cfg, const struct config_origin *origin, FILE *f)
{
	enum setting_section section = (enum setting_section)(SETTING_FILE + origin->kind);
	const struct setting *row;

	(void)fprintf(f, "\n[%s]\n", origin->title);
	for (row = settings_table; row < settings_table + settings_table_count; row++) {
		if (row->section == section)
			print_setting(row, origin, f);
		else if ((row->flags & SETTING_POLICY) != 0 &&
			 !settings_same(row, &cfg->policy, &origin->policy))
			print_setting(row, &origin->policy, f);
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

	(void)fprintf(f, "\n[preset %s%s%s]\n", preset->origin,
		preset->origin[0] != '\0' ? "/" : "", preset->name);
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

	if (cfg->piece_count == 0)
		(void)fputs("# no file: defaults and environment\n", f);
	for (i = 0; i < cfg->piece_count; i++)
		(void)fprintf(f, "# %s\n", cfg->pieces[i].path);
	(void)fputc('\n', f);
	print_section(SETTING_MAIN, cfg, f);
	print_section(SETTING_CACHE, cfg, f);
	for (i = 0; i < cfg->origin_count; i++)
		print_origin(cfg, &cfg->origins[i], f);
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
		"# Files in limner.conf.d beside this one, NAME.conf, are read after it by name: each may say\n"
		"# again what was said before, and wins. So does, over all files, a credential of systemd\n"
		"# (LoadCredential=) that is called as the variable named with each setting; and over that,\n"
		"# the variable itself.\n"
		"# Relative paths count from this file's folder. Values stand without quotes; what follows\n"
		"# a ; with a blank before it is a remark. `limner check` tells whether all is well.\n"
		"#\n"
		"# One process serves many origins: sections [file photos], [s3 shop], each with a name of its\n"
		"# own and another mount or host. Settings marked * may also stand in an origin's section, and\n"
		"# then hold there alone. LIMNER_S3_SHOP_BUCKET is the bucket of [s3 shop].\n" },
	{ SETTING_CACHE, true, "# What caches are told (Cache-Control of good answers).\n" },
	{ SETTING_FILE, true,
		"# Originals in a folder: https://host/img/a.jpg is /srv/limner/a.jpg.\n" },
	{ SETTING_S3, false,
		"# Originals in S3. To use it, take the # from [s3] and bucket too, and remove [file] or\n"
		"# give it another mount.\n" },
	{ SETTING_HTTP, false,
		"# Originals on a web server. To use it, take the # from [http] and url too, and remove [file]\n"
		"# or give it another mount.\n" },
};

static const char preset_sample[] =
	"# Presets: sets of parameters with a name. ?t=A&width=300&height=200 takes what is set here and\n"
	"# adds what the URL says, which wins. Any parameter but t, v, exp and sig may stand here; `limner params`\n"
	"# lists them. [preset shop/card] is known to the origin named shop alone, and there it is the\n"
	"# card.\n"
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

	settings_print_allowed(row, allowed);
	settings_env_name(row, row->section, "", variable);
	(void)fputs("\n# ", f);
	for (c = row->summary; *c != '\0'; c++)
		(void)fputs(*c == '\n' ? "\n# " : (const char[]){ *c, '\0' }, f);
	(void)fprintf(f, "\n# %s: %s.%s\n", variable, allowed,
		(row->flags & SETTING_POLICY) != 0 ? " *" : "");
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
		for (k = 0; k < settings_table_count; k++)
			if (settings_table[k].section == sections[i].section)
				describe_setting(&settings_table[k], f);
		(void)fputc('\n', f);
	}
	(void)fputs(preset_sample, f);
}
