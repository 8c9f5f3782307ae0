/*
 * Loading the settings: file, environment, and what must hold between them.
 *
 * libinih splits the file into names and values. This file reads the lines for it: libinih of
 * Debian holds 200 bytes of a line and counts no lines, and a value must neither be cut nor
 * complained of without saying where it stands.
 */
#include "config.h"

#include "base/digest.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#ifndef LIMNER_SYSCONFDIR
#	define LIMNER_SYSCONFDIR "/usr/local/etc"
#endif

#define LINE_SIZE  8192 /* a session token is the longest value there is */
#define PATH_SHOWN 96   /* bytes of a path that a complaint repeats */

struct loader {
	struct config *cfg;
	struct err *err;
	bool failed;
	/* where a mistake is: a variable, else a line of the file, else the file */
	const char *variable;
	int number;
	char folder[PATH_MAX];
	FILE *file;
	char line[LINE_SIZE]; /* whole, without blanks before it */
	bool cut;             /* libinih was given only its beginning */
	/* where the reading is */
	enum setting_section section;
	struct config_origin *origin; /* whose section it is, or NULL */
	struct config_preset *preset; /* or NULL */
	bool cache_opened;
	/* rows of settings_table that were set, in the file or the environment: [0] for all
	 * origins, then for each */
	bool set[CONFIG_ORIGINS_MAX + 1][SETTINGS_MAX];
};

/* ---- Mistakes ---- */

/* Record the first mistake; later ones are often only its consequences. */
static bool PRINTF(2, 3) fail(struct loader *l, const char *format, ...)
{
	char text[320];
	const char *path = l->cfg->path;
	size_t n = strlen(path);
	const char *cut = n > PATH_SHOWN ? "..." : "";
	va_list ap;

	if (l->failed)
		return false;
	l->failed = true;
	va_start(ap, format);
	(void)vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	if (n > PATH_SHOWN)
		path += n - PATH_SHOWN;
	(void)err_set(l->err, ERR_INTERNAL, "%s", "");
	if (l->variable != NULL)
		return err_detail(l->err, "%.*s: %s", SETTINGS_ENV, l->variable, text);
	if (l->number > 0)
		return err_detail(l->err, "%s%s:%d: %s", cut, path, l->number, text);
	if (*path != '\0')
		return err_detail(l->err, "%s%s: %s", cut, path, text);
	return err_detail(l->err, "%s", text);
}

/* ---- Sections and keys ---- */

/* The struct a row's field is in. */
static void *
base_of(struct loader *l, const struct setting *row, struct config_origin *origin)
{
	if ((row->flags & SETTING_POLICY) != 0)
		return origin != NULL ? &origin->policy : &l->cfg->policy;
	return origin != NULL ? (void *)origin : l->cfg;
}

static bool *
set_of(struct loader *l, const struct config_origin *origin)
{
	return l->set[origin != NULL ? 1 + (origin - l->cfg->origins) : 0];
}

/* Letters, digits, '_' and '-': what needs no escape in a log, a path or a file. */
static bool
is_name(const char *name)
{
	return *name != '\0' &&
	       name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				 "0123456789_-")] == '\0';
}

static struct config_origin *
find_origin(const struct loader *l, const char *title)
{
	size_t i;

	for (i = 0; i < l->cfg->origin_count; i++)
		if (strcmp(l->cfg->origins[i].title, title) == 0)
			return &l->cfg->origins[i];
	return NULL;
}

/* Make an origin with its defaults. name: "" for a section without one. */
static bool
make_origin(struct loader *l, enum setting_section section, const char *name,
	struct config_origin **ret)
{
	const char *kind = settings_section_name(section);
	struct config_origin *origin;
	size_t i;

	if (*name != '\0' && !is_name(name))
		return fail(l, "[%s %.40s]: names are letters, digits, '_' and '-'", kind, name);
	if (strlen(name) >= CONFIG_NAME)
		return fail(l, "[%s %.40s...]: names have at most %d bytes", kind, name,
			CONFIG_NAME - 1);
	for (i = 0; *name != '\0' && i < l->cfg->origin_count; i++)
		if (strcmp(config_origin_name(&l->cfg->origins[i]), name) == 0)
			return fail(l, "[%s %s]: there is [%s] already", kind, name,
				l->cfg->origins[i].title);
	if (l->cfg->origin_count == CONFIG_ORIGINS_MAX)
		return fail(l, "more than %d origins", CONFIG_ORIGINS_MAX);
	origin = &l->cfg->origins[l->cfg->origin_count++];
	origin->kind = (enum config_origin_kind)(section - SETTING_FILE);
	(void)snprintf(origin->title, sizeof origin->title, "%s%s%s", kind,
		*name != '\0' ? " " : "", name);
	settings_init(section, origin);
	*ret = origin;
	return true;
}

/* [preset card], or [preset photos/card]: of the origin of that name alone. */
static bool
open_preset(struct loader *l, const char *name)
{
	const char *slash = strchr(name, '/');
	size_t n = slash != NULL ? (size_t)(slash - name) : 0;
	const char *own = slash != NULL ? slash + 1 : name;
	struct config_preset *preset = &l->cfg->presets[l->cfg->preset_count];
	size_t i;

	if (*name == '\0')
		return fail(l, "a preset needs a name: [preset card]");
	if (l->cfg->preset_count == CONFIG_PRESETS_MAX)
		return fail(l, "more than %d presets", CONFIG_PRESETS_MAX);
	if (n >= sizeof preset->origin || !text_copy(preset->name, sizeof preset->name, own))
		return fail(l, "[preset %.40s...]: names have at most %zu bytes", name,
			sizeof preset->name - 1);
	memcpy(preset->origin, name, n);
	preset->origin[n] = '\0';
	if (!is_name(preset->name) || (slash != NULL && !is_name(preset->origin)))
		return fail(l, "[preset %.40s]: names are letters, digits, '_' and '-'", name);
	for (i = 0; i < l->cfg->preset_count; i++)
		if (strcmp(l->cfg->presets[i].name, preset->name) == 0 &&
			strcmp(l->cfg->presets[i].origin, preset->origin) == 0)
			return fail(l, "[preset %.40s] is already there", name);
	params_init(&preset->params);
	l->preset = preset;
	l->cfg->preset_count++;
	return true;
}

/* Tell whether a section's head is of this kind: its word alone, or with a name after it. */
static bool
names_section(const char *head, const char *kind, const char **ret_name)
{
	size_t n = strlen(kind);

	if (strncmp(head, kind, n) != 0 || (head[n] != '\0' && head[n] != ' ' && head[n] != '\t'))
		return false;
	*ret_name = head + n + strspn(head + n, " \t");
	return true;
}

static bool
no_section(struct loader *l, const char *head)
{
	struct settings_likeness best = { .distance = 0 };
	char word[SETTINGS_ENV], all[128] = "";
	enum setting_section s;
	size_t n = 0;

	(void)snprintf(word, sizeof word, "%.*s", (int)strcspn(head, " \t"), head);
	for (s = SETTING_CACHE; s < SETTING__SECTIONS; s++) {
		settings_liken(&best, word, settings_section_name(s));
		n += (size_t)snprintf(all + n, sizeof all - n, "%s[%s]",
			s > SETTING_CACHE ? ", " : "", settings_section_name(s));
	}
	if (best.name[0] != '\0' && best.distance > 0)
		return fail(l, "no section [%.40s]; did you mean [%s%.40s]?", head, best.name,
			head + strcspn(head, " \t"));
	return fail(l, "no section [%.40s]; there are %s and [preset NAME]", head, all);
}

static bool
open_section(struct loader *l, const char *head)
{
	enum setting_section s;
	const char *name;
	char title[sizeof l->origin->title];

	l->preset = NULL;
	l->origin = NULL;
	if (names_section(head, "preset", &name))
		return open_preset(l, name);
	for (s = SETTING_CACHE; s < SETTING__SECTIONS; s++) {
		if (!names_section(head, settings_section_name(s), &name))
			continue;
		l->section = s;
		if (s == SETTING_CACHE) {
			if (*name != '\0')
				break;
			if (l->cache_opened)
				return fail(l, "section [%s] is already there", head);
			l->cache_opened = true;
			return true;
		}
		(void)snprintf(title, sizeof title, "%s%s%s", settings_section_name(s),
			*name != '\0' ? " " : "", name);
		if (find_origin(l, title) != NULL)
			return fail(l, "section [%s] is already there", title);
		return make_origin(l, s, name, &l->origin);
	}
	return no_section(l, head);
}

/* Complain of a key that no row of this section has. */
static bool
unknown_key(struct loader *l, const char *name)
{
	struct settings_likeness best = { .distance = 0 };
	const char *here = l->origin != NULL ? l->origin->title : settings_section_name(l->section);
	char in[SETTINGS_ENV];
	size_t i;

	(void)snprintf(in, sizeof in, *here != '\0' ? "in [%s]" : "here%s", here);
	for (i = 0; i < settings_table_count; i++)
		if (settings_belongs(&settings_table[i], l->section))
			settings_liken(&best, name, settings_table[i].name);
	if (best.name[0] != '\0')
		return fail(
			l, "no setting \"%.40s\" %s; did you mean \"%s\"?", name, in, best.name);
	for (i = 0; i < settings_table_count; i++) {
		if (strcmp(settings_table[i].name, name) != 0)
			continue;
		if (settings_table[i].section == SETTING_MAIN)
			return fail(l, "no setting \"%s\" %s; it belongs before the first section",
				name, in);
		return fail(l, "no setting \"%s\" %s; it belongs in [%s]", name, in,
			settings_section_name(settings_table[i].section));
	}
	return fail(l, "no setting \"%.40s\" %s", name, in);
}

static bool
set_key(struct loader *l, const char *name, const char *value)
{
	bool *set = set_of(l, l->origin);
	char why[SETTINGS_WHY];
	size_t i;

	for (i = 0; i < settings_table_count; i++)
		if (settings_belongs(&settings_table[i], l->section) &&
			strcmp(settings_table[i].name, name) == 0)
			break;
	if (i == settings_table_count)
		return unknown_key(l, name);
	if (set[i])
		return fail(l, "%s is already set", name);
	set[i] = true;
	if (!settings_set(&settings_table[i], base_of(l, &settings_table[i], l->origin), value,
		    l->folder, why))
		return fail(l, "%s: %s", name, why);
	return true;
}

/* Complain of a preset's line, with the nearest name if no parameter is called so. */
static bool
bad_parameter(struct loader *l, const char *name, const struct err *why)
{
	struct settings_likeness best = { .distance = 0 };
	size_t i, k;

	for (i = 0; i < param_count; i++) {
		settings_liken(&best, name, param_table[i].name);
		for (k = 0; k < PARAM_ALIASES && param_table[i].aliases[k] != NULL; k++)
			settings_liken(&best, name, param_table[i].aliases[k]);
	}
	if (best.name[0] != '\0' && best.distance > 0)
		return fail(l, "[preset %s] no parameter \"%.40s\"; did you mean \"%s\"?",
			l->preset->name, name, best.name);
	return fail(l, "[preset %s] %s", l->preset->name, why->say);
}

static bool
set_parameter(struct loader *l, const char *name, const char *value)
{
	struct params one;
	struct err why;

	/* A preset in a preset has no meaning, and a version in one would make every URL immutable.
	 */
	if (strcasecmp(name, "t") == 0 || strcasecmp(name, "v") == 0)
		return fail(l, "[preset %s] \"%s\" belongs in URLs, not in presets",
			l->preset->name, name);
	params_init(&one);
	if (!params_set(&one, name, value, &why))
		return bad_parameter(l, name, &why);
	if ((one.given & l->preset->params.given) != 0)
		return fail(l, "[preset %s] %.40s is already set", l->preset->name, name);
	params_overlay(&l->preset->params, &one);
	return true;
}

/* ---- The file ---- */

/* Read one line into l->line, without blanks before it. False at the end, or after a mistake. */
static bool
read_line(struct loader *l)
{
	size_t n = 0;
	int c;

	for (c = getc(l->file); c != EOF && c != '\n'; c = getc(l->file)) {
		if (n == 0 && (c == ' ' || c == '\t'))
			continue; /* or libinih would take it for the line before, continued */
		if (c == '\0' || n == sizeof l->line - 1) {
			l->number++;
			return fail(l, c == '\0' ? "a NUL byte" : "the line is too long");
		}
		l->line[n++] = (char)c;
	}
	l->line[n] = '\0';
	if (c == EOF && n == 0)
		return false;
	l->number++;
	if (l->number == 1 && strncmp(l->line, "\xEF\xBB\xBF", 3) == 0)
		memmove(l->line, l->line + 3, n - 3 + 1); /* some editors' mark of UTF-8 */
	return true;
}

/* Take note of a section's head; libinih tells of a section only with its first key. */
static bool
read_section(struct loader *l)
{
	char name[256];
	const char *end = strchr(l->line, ']');
	const char *from, *rest;
	size_t n;

	if (end == NULL)
		return true; /* libinih complains */
	n = text_trim(l->line + 1, (size_t)(end - l->line - 1), &from);
	if (n >= sizeof name)
		return fail(l, "the section's name is too long");
	memcpy(name, from, n);
	name[n] = '\0';
	rest = end + 1 + strspn(end + 1, " \t\r");
	if (*rest != '\0' && *rest != ';' && *rest != '#')
		return fail(l, "nothing may follow [%.40s] on its line", name);
	return open_section(l, name);
}

/* What libinih calls for the next line, as it would fgets. */
static char *
on_line(char *ret, int size, void *loader)
{
	struct loader *l = loader;
	size_t n;

	if (l->failed || size < 3 || !read_line(l))
		return NULL;
	if (l->line[0] == '[' && !read_section(l))
		return NULL;
	n = strlen(l->line);
	l->cut = n > (size_t)size - 2;
	if (l->cut)
		n = (size_t)size - 2;
	memcpy(ret, l->line, n);
	ret[n] = '\n';
	ret[n + 1] = '\0';
	return ret;
}

/* Find the value of a line libinih saw only in part, by libinih's own rules. */
static const char *
long_value(struct loader *l)
{
	char *value = strpbrk(l->line, "=:");
	char *c;

	if (value == NULL)
		return "";
	value += 1 + strspn(value + 1, " \t");
	for (c = value; *c != '\0'; c++)
		if (*c == ';' && c > value && (c[-1] == ' ' || c[-1] == '\t'))
			break;
	while (c > value && (c[-1] == ' ' || c[-1] == '\t' || c[-1] == '\r'))
		c--;
	*c = '\0';
	return value;
}

/* What libinih calls for each name and value. 0 is a mistake. */
static int
on_pair(void *loader, const char *section, const char *name, const char *value)
{
	struct loader *l = loader;
	size_t n;

	(void)section; /* known from the head already */
	if (l->failed)
		return 0;
	if (l->cut)
		value = long_value(l);
	n = strlen(value);
	if (n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n - 1] == value[0])
		return fail(l, "%.40s: write the value without quotes", name);
	return l->preset != NULL ? set_parameter(l, name, value) : set_key(l, name, value);
}

/* Find the folder that relative paths count from; absolute, for workers may change theirs. */
static bool
find_folder(struct loader *l)
{
	const char *slash = strrchr(l->cfg->path, '/');
	char folder[sizeof l->cfg->path];
	size_t n = slash != NULL ? (size_t)(slash - l->cfg->path) : 0;

	if (slash == NULL) {
		folder[0] = '.';
		folder[1] = '\0';
	} else {
		n = n > 0 ? n : 1;
		memcpy(folder, l->cfg->path, n);
		folder[n] = '\0';
	}
	if (folder[0] == '/')
		return text_copy(l->folder, sizeof l->folder, folder);
	if (realpath(folder, l->folder) == NULL)
		return fail(l, "its folder cannot be found: %s", strerror(errno));
	return true;
}

static bool
read_file(struct loader *l)
{
	int bad;
	bool broken;

	l->file = fopen(l->cfg->path, "re");
	if (l->file == NULL)
		return fail(l, "cannot be opened: %s", strerror(errno));
	bad = ini_parse_stream(on_line, l, on_pair, l);
	broken = ferror(l->file) != 0;
	if (broken && !l->failed)
		(void)fail(l, "cannot be read: %s", strerror(errno));
	(void)fclose(l->file);
	l->file = NULL;
	if (bad > 0 && (!l->failed || bad < l->number)) {
		l->failed = false; /* this one comes first; libinih goes on after a mistake */
		l->number = bad;
		return fail(l, "neither [section] nor name = value");
	}
	if (bad < 0)
		return fail(l, "out of memory");
	l->number = 0;
	return !l->failed;
}

/* ---- The environment ---- */

static const char *
variable(char *const env[], const char *name)
{
	size_t n = strlen(name);

	for (; env != NULL && *env != NULL; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=' && (*env)[n + 1] != '\0')
			return *env + n + 1;
	return NULL;
}

/* What a variable may mean: a row, and whose it is. */
struct meaning {
	size_t row;
	enum setting_section section;
	struct config_origin *origin; /* or NULL: of all, or one not there yet */
	char name[CONFIG_NAME];       /* of that one */
};

/* Look for one that sets a key for all, or of an origin that is there. False: two are meant. */
static bool
find_meaning(struct loader *l, const char *variable, struct meaning *ret, size_t *ret_count)
{
	char env_name[SETTINGS_ENV], other[CONFIG_NAME + 8] = "";
	struct config_origin *origin;
	size_t i, k;

	*ret_count = 0;
	for (i = 0; i < settings_table_count; i++) {
		const struct setting *row = &settings_table[i];

		settings_env_name(row, row->section, "", env_name);
		if (!settings_is_origin(row->section) && strcmp(variable, env_name) == 0) {
			*ret = (struct meaning){ i, row->section, NULL, "" };
			*ret_count = 1;
			return true;
		}
		for (k = 0; k < l->cfg->origin_count; k++) {
			enum setting_section s;

			origin = &l->cfg->origins[k];
			s = (enum setting_section)(SETTING_FILE + origin->kind);
			settings_env_name(row, s, config_origin_name(origin), env_name);
			if (!settings_belongs(row, s) || strcmp(variable, env_name) != 0)
				continue;
			if (++*ret_count > 1)
				return fail(l, "means both [%s] and [%s]", other, origin->title);
			(void)snprintf(other, sizeof other, "%s", origin->title);
			*ret = (struct meaning){ i, s, origin, "" };
		}
	}
	return true;
}

/* Read a variable as LIMNER_<kind>_<name>_<key> of an origin yet to be made; longest key first. */
static bool
find_new(const char *variable, struct meaning *ret)
{
	char prefix[SETTINGS_ENV], key[SETTINGS_ENV];
	size_t i, k, n = strlen(variable), longest = 0;
	enum setting_section s;

	for (s = SETTING_FILE; s < SETTING__SECTIONS; s++) {
		for (i = 0; i < settings_table_count; i++) {
			const struct setting *row = &settings_table[i];
			size_t before, after = strlen(row->name);
			const char *from;

			if (!settings_belongs(row, s) || after <= longest)
				continue;
			settings_env_name(row, s, "", prefix);
			before = strlen(prefix) - after;
			if (strcmp(variable, prefix) == 0) {
				*ret = (struct meaning){ i, s, NULL, "" };
				return true;
			}
			(void)snprintf(key, sizeof key, "_%s", prefix + before);
			if (n < before + 2 + after || strncmp(variable, prefix, before) != 0 ||
				strcmp(variable + n - after - 1, key) != 0 ||
				n - before - after - 1 >= sizeof ret->name)
				continue;
			*ret = (struct meaning){ i, s, NULL, "" };
			from = variable + before;
			for (k = 0; from + k < variable + n - after - 1; k++)
				ret->name[k] = (char)tolower((unsigned char)from[k]);
			longest = after;
		}
	}
	return longest > 0;
}

static bool
unknown_variable(struct loader *l, const char *variable)
{
	struct settings_likeness best = { .distance = 0 };
	char env_name[SETTINGS_ENV];
	enum setting_section s;
	size_t i;

	for (i = 0; i < settings_table_count; i++) {
		for (s = SETTING_MAIN; s < SETTING__SECTIONS; s++) {
			if (!settings_belongs(&settings_table[i], s))
				continue;
			settings_env_name(&settings_table[i], s, "", env_name);
			settings_liken(&best, variable, env_name);
		}
	}
	if (best.name[0] != '\0')
		return fail(l, "no such setting; did you mean %s?", best.name);
	return fail(l, "no such setting");
}

static bool
set_variable(struct loader *l, const char *name, const char *value)
{
	struct meaning m = { 0 };
	const struct setting *row;
	char why[SETTINGS_WHY];
	size_t count;

	l->variable = name;
	if (!find_meaning(l, name, &m, &count))
		return false;
	if (count == 0 && !find_new(name, &m))
		return unknown_variable(l, name);
	row = &settings_table[m.row];
	if (settings_is_origin(m.section) && m.origin == NULL &&
		!make_origin(l, m.section, m.name, &m.origin))
		return false;
	if (!settings_set(row, base_of(l, row, m.origin), value, "", why))
		return fail(l, "%s", why);
	set_of(l, m.origin)[m.row] = true;
	l->variable = NULL;
	return true;
}

static bool
read_environment(struct loader *l, char *const env[])
{
	char name[SETTINGS_ENV];
	size_t n;

	for (; env != NULL && *env != NULL; env++) {
		n = strspn(*env, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
		if (strncmp(*env, "LIMNER_", 7) != 0 || n == 7 || (*env)[n] != '=')
			continue;
		if ((*env)[n + 1] == '\0' || strncmp(*env, "LIMNER_CONFIG=", 14) == 0)
			continue;
		if (n >= sizeof name)
			n = sizeof name - 1;
		memcpy(name, *env, n);
		name[n] = '\0';
		if (!set_variable(l, name, strchr(*env, '=') + 1))
			return false;
	}
	return true;
}

/* ---- The whole ---- */

static bool
is_set(struct loader *l, const struct config_origin *origin, const char *name)
{
	size_t i;

	for (i = 0; i < settings_table_count; i++)
		if (set_of(l, origin)[i] && strcmp(settings_table[i].name, name) == 0)
			return true;
	return false;
}

/* Complain of a setting an origin cannot do without. */
static bool
needs(struct loader *l, const struct config_origin *origin, const char *key)
{
	char env_name[SETTINGS_ENV] = "";
	enum setting_section s = (enum setting_section)(SETTING_FILE + origin->kind);
	size_t i;

	for (i = 0; i < settings_table_count; i++)
		if (settings_table[i].section == s && strcmp(settings_table[i].name, key) == 0)
			settings_env_name(
				&settings_table[i], s, config_origin_name(origin), env_name);
	return fail(l, "[%s] needs a %s (or %s)", origin->title, key, env_name);
}

static bool
finish_s3(struct loader *l, struct config_origin *s3, char *const env[])
{
	const char *region = variable(env, "AWS_REGION");

	if (s3->bucket[0] == '\0')
		return needs(l, s3, "bucket");
	if (!is_set(l, s3, "region") && region != NULL) {
		l->variable = "AWS_REGION";
		if (!text_copy(s3->region, sizeof s3->region, region))
			return fail(l, "longer than %zu bytes", sizeof s3->region - 1);
		l->variable = NULL;
	}
	(void)!text_copy(s3->runtime_dir, sizeof s3->runtime_dir, l->cfg->runtime_dir);
	if ((s3->access_key[0] == '\0') != (s3->secret_key[0] == '\0'))
		return fail(l, "[%s] has only one of access_key and secret_key", s3->title);
	if (s3->access_key[0] != '\0' && s3->profile[0] != '\0')
		return fail(l, "[%s] has both an access_key and a profile", s3->title);
	return true;
}

/* What the tag of a picture knows of the press profile: its bytes, wherever they lie. */
static bool
digest_profile(struct loader *l, struct config *cfg)
{
	struct buf icc = BUF_INIT(CONFIG_PROFILE_MAX);
	unsigned char piece[4096], digest[DIGEST_SIZE];
	char hex[DIGEST_HEX];
	struct err err = { 0 };
	FILE *f = fopen(cfg->cmyk_profile, "rbe");
	size_t n;
	bool ok = f != NULL;

	while (ok && (n = fread(piece, 1, sizeof piece, f)) > 0)
		ok = buf_add(&icc, piece, n, &err);
	ok = ok && ferror(f) == 0 && digest_sha256(icc.bytes, icc.len, digest, &err);
	if (ok) {
		digest_hex(digest, sizeof digest, hex);
		memcpy(cfg->cmyk_digest, hex, sizeof cfg->cmyk_digest - 1);
	} else {
		(void)fail(l, "cmyk_profile %.200s: %s", cfg->cmyk_profile,
			err.kind == ERR_TOO_LARGE ? "too large" : strerror(errno));
	}
	if (f != NULL)
		(void)fclose(f);
	buf_done(&icc);
	return ok;
}

/* What an origin does not say for itself is as for all. */
static void
inherit(struct loader *l, struct config_origin *origin)
{
	size_t i;

	for (i = 0; i < settings_table_count; i++)
		if ((settings_table[i].flags & SETTING_POLICY) != 0 && !set_of(l, origin)[i])
			settings_copy(&settings_table[i], &l->cfg->policy, &origin->policy);
}

/* No two origins may wait for the same URLs, and no preset for an origin that is not there. */
static bool
check_origins(struct loader *l)
{
	const struct config *cfg = l->cfg;
	const struct config_origin *one, *other;
	size_t i;

	for (one = cfg->origins; one < cfg->origins + cfg->origin_count; one++)
		for (other = one + 1; other < cfg->origins + cfg->origin_count; other++)
			if (strcmp(one->mount, other->mount) == 0 &&
				strcasecmp(one->host, other->host) == 0)
				return fail(l,
					"[%s] and [%s] are both mounted at %.80s: give one another mount",
					one->title, other->title, one->mount);
	for (i = 0; i < cfg->preset_count; i++) {
		const struct config_preset *preset = &cfg->presets[i];
		bool found = preset->origin[0] == '\0';

		for (one = cfg->origins; one < cfg->origins + cfg->origin_count; one++)
			found = found || strcmp(config_origin_name(one), preset->origin) == 0;
		if (!found)
			return fail(l, "[preset %s/%s]: no origin is called %s", preset->origin,
				preset->name, preset->origin);
	}
	return true;
}

static bool
finish(struct loader *l, char *const env[])
{
	struct config *cfg = l->cfg;
	struct config_origin *origin;

	if (cfg->cmyk_profile[0] != '\0' && !digest_profile(l, l->cfg))
		return false;
	if (cfg->origin_count == 0 && !make_origin(l, SETTING_FILE, "", &origin))
		return false;
	for (origin = cfg->origins; origin < cfg->origins + cfg->origin_count; origin++) {
		inherit(l, origin);
		if (origin->kind == CONFIG_S3 && !finish_s3(l, origin, env))
			return false;
		if (origin->kind == CONFIG_HTTP && origin->url[0] == '\0')
			return fail(l, "[%s] needs a url", origin->title);
	}
	return check_origins(l);
}

/* Look for limner.conf beside the running program, then in the system's folder; "" if nowhere. */
static bool
find_default(struct loader *l)
{
	char path[sizeof l->cfg->path] = "";
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - sizeof "/limner.conf");
	char *slash;

	path[n > 0 ? n : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash != NULL) {
		memcpy(slash, "/limner.conf", sizeof "/limner.conf");
		if (access(path, F_OK) == 0)
			return text_copy(l->cfg->path, sizeof l->cfg->path, path);
	}
	if (access(LIMNER_SYSCONFDIR "/limner/limner.conf", F_OK) != 0)
		return true;
	return text_copy(
		l->cfg->path, sizeof l->cfg->path, LIMNER_SYSCONFDIR "/limner/limner.conf");
}

bool
config_load(const char *path, char *const env[], struct config *ret, struct err *err)
{
	struct loader l = { .cfg = ret, .err = err };

	settings_init(SETTING_MAIN, ret);
	settings_init(SETTING_CACHE, ret);
	if (path == NULL || *path == '\0')
		path = variable(env, "LIMNER_CONFIG");
	if (path != NULL ? !text_copy(ret->path, sizeof ret->path, path) : !find_default(&l))
		return fail(&l, "the path of the settings has more than %zu bytes",
			sizeof ret->path - 1);
	if (ret->path[0] != '\0' && (!find_folder(&l) || !read_file(&l)))
		return false;
	return read_environment(&l, env) && finish(&l, env);
}
