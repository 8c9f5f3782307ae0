/*
 * The settings' file.
 *
 * libinih splits the file into names and values. This file reads the lines for it: libinih of
 * Debian holds 200 bytes of a line and counts no lines, and a value must neither be cut nor
 * complained of without saying where it stands.
 */
#include "base/text.h"
#include "config_loader.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t\r\f\v"

/* ---- Sections and keys ---- */

/* The struct a row's field is in. */
void *
config_file_base(struct config_loader *l, const struct setting *row, struct config_origin *origin)
{
	if ((row->flags & SETTING_POLICY) != 0)
		return origin != NULL ? &origin->policy : &l->cfg->policy;
	return origin != NULL ? (void *)origin : l->cfg;
}

size_t
config_file_index(const struct config_loader *l, const struct config_origin *origin)
{
	return origin != NULL ? 1 + (size_t)(origin - l->cfg->origins) : 0;
}

bool *
config_file_set(struct config_loader *l, const struct config_origin *origin)
{
	return l->set[config_file_index(l, origin)];
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
find_origin(const struct config_loader *l, const char *title)
{
	size_t i;

	for (i = 0; i < l->cfg->origin_count; i++)
		if (strcmp(l->cfg->origins[i].title, title) == 0)
			return &l->cfg->origins[i];
	return NULL;
}

/* Make an origin with its defaults. name: "" for a section without one. */
bool
config_file_origin(struct config_loader *l, enum setting_section section, const char *name,
	struct config_origin **ret)
{
	const char *kind = settings_section_name(section);
	struct config_origin *origin;
	size_t i;

	if (*name != '\0' && !is_name(name))
		return config_load_fail(
			l, "[%s %.40s]: names are letters, digits, '_' and '-'", kind, name);
	if (strlen(name) >= CONFIG_NAME)
		return config_load_fail(l, "[%s %.40s...]: names have at most %d bytes", kind, name,
			CONFIG_NAME - 1);
	for (i = 0; *name != '\0' && i < l->cfg->origin_count; i++)
		if (strcmp(config_origin_name(&l->cfg->origins[i]), name) == 0)
			return config_load_fail(l, "[%s %s]: there is [%s] already", kind, name,
				l->cfg->origins[i].title);
	if (l->cfg->origin_count == CONFIG_ORIGINS_MAX)
		return config_load_fail(l, "more than %d origins", CONFIG_ORIGINS_MAX);
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
open_preset(struct config_loader *l, const char *name)
{
	const char *slash = strchr(name, '/');
	size_t n = slash != NULL ? (size_t)(slash - name) : 0;
	const char *own = slash != NULL ? slash + 1 : name;
	struct config_preset made, *preset = l->cfg->presets;

	if (*name == '\0')
		return config_load_fail(l, "a preset needs a name: [preset card]");
	if (n >= sizeof made.origin || !text_copy(made.name, sizeof made.name, own))
		return config_load_fail(l, "[preset %.40s...]: names have at most %zu bytes", name,
			sizeof made.name - 1);
	memcpy(made.origin, name, n);
	made.origin[n] = '\0';
	if (!is_name(made.name) || (slash != NULL && !is_name(made.origin)))
		return config_load_fail(
			l, "[preset %.40s]: names are letters, digits, '_' and '-'", name);
	while (preset < l->cfg->presets + l->cfg->preset_count &&
		(strcmp(preset->name, made.name) != 0 || strcmp(preset->origin, made.origin) != 0))
		preset++;
	if (preset == l->cfg->presets + CONFIG_PRESETS_MAX)
		return config_load_fail(l, "more than %d presets", CONFIG_PRESETS_MAX);
	if (l->preset_opened[preset - l->cfg->presets])
		return config_load_fail(l, "[preset %.40s] is already there", name);
	l->preset_opened[preset - l->cfg->presets] = true;
	l->preset = preset;
	if (preset < l->cfg->presets + l->cfg->preset_count)
		return true;
	params_init(&made.params);
	*preset = made;
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
no_section(struct config_loader *l, const char *head)
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
		return config_load_fail(l, "no section [%.40s]; did you mean [%s%.40s]?", head,
			best.name, head + strcspn(head, " \t"));
	return config_load_fail(l, "no section [%.40s]; there are %s and [preset NAME]", head, all);
}

/* An origin's section, of an earlier file perhaps; not twice in one. */
static bool
open_origin(struct config_loader *l, enum setting_section section, const char *name)
{
	char title[sizeof l->origin->title];

	(void)snprintf(title, sizeof title, "%s%s%s", settings_section_name(section),
		*name != '\0' ? " " : "", name);
	l->origin = find_origin(l, title);
	if (l->origin == NULL && !config_file_origin(l, section, name, &l->origin))
		return false;
	if (l->opened[l->origin - l->cfg->origins]) {
		l->origin = NULL; /* whose settings are not at fault */
		return config_load_fail(l, "section [%s] is already there", title);
	}
	l->opened[l->origin - l->cfg->origins] = true;
	return true;
}

static bool
open_section(struct config_loader *l, const char *head)
{
	enum setting_section s;
	const char *name;

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
				return config_load_fail(l, "section [%s] is already there", head);
			l->cache_opened = true;
			return true;
		}
		return open_origin(l, s, name);
	}
	return no_section(l, head);
}

/* Complain of a key that no row of this section has. */
static bool
unknown_key(struct config_loader *l, const char *name)
{
	struct settings_likeness best = { .distance = 0 };
	const char *here = l->origin != NULL ? l->origin->title : settings_section_name(l->section);
	char in[SETTINGS_ENV];
	size_t i;

	(void)snprintf(in, sizeof in, *here != '\0' ? "in [%s]" : "here%s", here);
	for (i = 0; i < settings_table_count; i++)
		if (settings_belongs(&settings_table[i], l->section))
			settings_liken(&best, name, settings_table[i].name);
	for (i = 0; i < settings_table_count; i++) {
		if (strcmp(settings_table[i].name, name) != 0)
			continue;
		if (settings_table[i].section == SETTING_MAIN)
			return config_load_fail(l,
				"no setting \"%s\" %s; it belongs before the first section", name,
				in);
		return config_load_fail(l, "no setting \"%s\" %s; it belongs in [%s]", name, in,
			settings_section_name(settings_table[i].section));
	}
	if (best.name[0] != '\0')
		return config_load_fail(
			l, "no setting \"%.40s\" %s; did you mean \"%s\"?", name, in, best.name);
	return config_load_fail(l, "no setting \"%.40s\" %s", name, in);
}

static bool
set_key(struct config_loader *l, const char *name, const char *value)
{
	bool *here = l->set_here[config_file_index(l, l->origin)];
	char why[SETTINGS_WHY];
	size_t i;

	for (i = 0; i < settings_table_count; i++)
		if (settings_belongs(&settings_table[i], l->section) &&
			strcmp(settings_table[i].name, name) == 0)
			break;
	if (i == settings_table_count)
		return unknown_key(l, name);
	if (here[i])
		return config_load_fail(l, "%s is already set", name);
	here[i] = config_file_set(l, l->origin)[i] = true;
	if ((settings_table[i].flags & SETTING_SECRET) != 0 && *value != '\0')
		l->piece->secrets = true;
	if (!settings_set(&settings_table[i], config_file_base(l, &settings_table[i], l->origin),
		    value, l->folder, why))
		return config_load_fail(l, "%s: %s", name, why);
	return true;
}

/* Complain of a preset's line, with the nearest name if no parameter is called so. */
static bool
bad_parameter(struct config_loader *l, const char *name, const struct err *why)
{
	struct settings_likeness best = { .distance = 0 };
	size_t i, k;

	for (i = 0; i < param_count; i++) {
		settings_liken(&best, name, param_table[i].name);
		for (k = 0; k < PARAM_ALIASES && param_table[i].aliases[k] != NULL; k++)
			settings_liken(&best, name, param_table[i].aliases[k]);
	}
	if (best.name[0] != '\0' && best.distance > 0)
		return config_load_fail(l,
			"[preset %s] no parameter \"%.40s\"; did you mean \"%s\"?", l->preset->name,
			name, best.name);
	return config_load_fail(l, "[preset %s] %s", l->preset->name, why->say);
}

static bool
set_parameter(struct config_loader *l, const char *name, const char *value)
{
	const struct param_def *def = params_find(name);
	struct params one;
	struct err why;
	uint64_t *given;

	/* A preset in a preset has no meaning, a version in one would make every URL immutable, and
	 * a signature is one URL's. */
	if (strcasecmp(name, "t") == 0 || strcasecmp(name, "v") == 0 ||
		(def != NULL && (def->flags & PARAM_SIGN) != 0))
		return config_load_fail(l, "[preset %s] \"%s\" belongs in URLs, not in presets",
			l->preset->name, name);
	params_init(&one);
	if (!params_set(&one, name, value, &why))
		return bad_parameter(l, name, &why);
	given = &l->given_here[l->preset - l->cfg->presets];
	if ((one.given & *given) != 0)
		return config_load_fail(
			l, "[preset %s] %.40s is already set", l->preset->name, name);
	*given |= one.given;
	params_overlay(&l->preset->params, &one);
	return true;
}

/* ---- The file ---- */

/* Read one line into l->line, without blanks before it; a bad one as if it were empty. False at
 * the end. */
static bool
read_line(struct config_loader *l)
{
	const char *bad = NULL;
	size_t n = 0;
	int c;

	for (c = getc(l->file); c != EOF && c != '\n'; c = getc(l->file)) {
		if (n == 0 && (c == ' ' || c == '\t'))
			continue; /* or libinih would take it for the line before, continued */
		if (c == '\0' || n == sizeof l->line - 1)
			bad = c == '\0' ? "a NUL byte" : "the line is too long";
		if (bad == NULL)
			l->line[n++] = (char)c;
	}
	l->line[n] = '\0';
	if (c == EOF && n == 0)
		return false;
	l->number++;
	if (bad != NULL) {
		(void)config_load_fail(l, "%s", bad);
		n = 0;
		l->line[0] = '\0';
	}
	if (l->number == 1 && strncmp(l->line, "\xEF\xBB\xBF", 3) == 0)
		memmove(l->line, l->line + 3, n - 3 + 1); /* some editors' mark of UTF-8 */
	return true;
}

/* Take note of a section's head; libinih tells of a section only with its first key. */
static bool
read_section(struct config_loader *l)
{
	char name[256];
	const char *end = strchr(l->line, ']');
	const char *from, *rest;
	size_t n;

	if (end == NULL)
		return config_load_fail(l, "[ without ]: a section is [NAME]");
	n = text_trim(l->line + 1, (size_t)(end - l->line - 1), &from);
	if (n >= sizeof name)
		return config_load_fail(l, "the section's name is too long");
	memcpy(name, from, n);
	name[n] = '\0';
	rest = end + 1 + strspn(end + 1, " \t\r");
	if (*rest != '\0' && *rest != ';' && *rest != '#')
		return config_load_fail(l, "nothing may follow [%.40s] on its line", name);
	return open_section(l, name);
}

/* What libinih calls for the next line, as it would fgets. */
static char *
on_line(char *ret, int size, void *loader)
{
	struct config_loader *l = loader;
	size_t n;

	/* libinih goes on after a line it makes nothing of, and tells of the first one only */
	if (l->pending)
		(void)config_load_fail(l, "neither [section] nor name = value");
	l->pending = false;
	if (size < 3 || !read_line(l))
		return NULL;
	if (l->line[0] == '[') {
		l->skip = !read_section(l);
		l->lost_section = l->lost_section || l->skip;
	}
	if (l->skip)
		l->line[0] = '\0';
	l->pending = strchr("[;#", l->line[strspn(l->line, BLANKS)]) == NULL;
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
long_value(struct config_loader *l)
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

/* What libinih calls for each name and value. Mistakes are kept here, not there. */
static int
on_pair(void *loader, const char *section, const char *name, const char *value)
{
	struct config_loader *l = loader;
	size_t n;

	(void)section; /* known from the head already */
	l->pending = false;
	if (l->cut)
		value = long_value(l);
	n = strlen(value);
	if (n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n - 1] == value[0])
		(void)config_load_fail(l, "%.40s: write the value without quotes", name);
	else if (l->preset != NULL)
		(void)set_parameter(l, name, value);
	else
		(void)set_key(l, name, value);
	return 1;
}

/* Find the folder that relative paths count from; absolute, for workers may change theirs. */
bool
config_file_folder(struct config_loader *l)
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
		return config_load_fail(l, "its folder cannot be found: %s", strerror(errno));
	return true;
}

/* Nothing of the next piece was seen yet. */
static bool
begin_piece(struct config_loader *l, const char *path)
{
	if (l->cfg->piece_count == CONFIG_PIECES_MAX)
		return config_load_fail(l, "more than %d drop-ins", CONFIG_PIECES_MAX - 1);
	l->piece = &l->cfg->pieces[l->cfg->piece_count++];
	if (!text_copy(l->piece->path, sizeof l->piece->path, path))
		return config_load_fail(l, "its path is too long");
	l->section = SETTING_MAIN;
	l->pending = l->skip = l->cache_opened = false;
	memset(l->opened, 0, sizeof l->opened);
	memset(l->preset_opened, 0, sizeof l->preset_opened);
	memset(l->set_here, 0, sizeof l->set_here);
	memset(l->given_here, 0, sizeof l->given_here);
	l->file = fopen(path, "re");
	if (l->file == NULL)
		(void)config_load_fail(l, "cannot be opened: %s%s", strerror(errno),
			errno == EACCES ? "; the web server's user must be able to read it" : "");
	return l->file != NULL;
}

void
config_file_read(struct config_loader *l, const char *path)
{
	int outcome;

	if (!begin_piece(l, path)) {
		l->lost_section = l->lost_variable = true;
		l->piece = NULL;
		return;
	}
	errno = 0;
	outcome = ini_parse_stream(on_line, l, on_pair, l);
	l->number = ferror(l->file) || outcome < 0 ? 0 : l->number;
	if (ferror(l->file)) {
		(void)config_load_fail(l, "cannot be read: %s", strerror(errno));
	} else if (outcome < 0) {
		(void)config_load_fail(l, "out of memory");
	}
	(void)fclose(l->file);
	l->file = NULL;
	l->number = 0;
	l->piece = NULL;
	l->origin = NULL;
	l->preset = NULL;
}
