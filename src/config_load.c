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
	struct config_preset *preset; /* or NULL */
	bool opened[SETTING__SECTIONS];
	struct config_origin *origins[SETTING__SECTIONS];
	uint64_t set; /* bit i: row i of settings_table was set, in the file or the environment */
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

/* The struct a section's rows point into; an origin comes into being when first asked for. */
static void *
base_of(struct loader *l, enum setting_section section)
{
	struct config_origin *origin;

	if (section != SETTING_FILE && section != SETTING_S3)
		return l->cfg;
	if (l->origins[section] == NULL) {
		origin = &l->cfg->origins[l->cfg->origin_count++];
		origin->kind = section == SETTING_S3 ? CONFIG_S3 : CONFIG_FILE;
		settings_init(section, origin);
		l->origins[section] = origin;
	}
	return l->origins[section];
}

static bool
open_preset(struct loader *l, const char *name)
{
	const char *c;

	if (*name == '\0')
		return fail(l, "a preset needs a name: [preset card]");
	for (c = name; *c != '\0'; c++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-",
			    *c) == NULL)
			return fail(
				l, "[preset %.40s]: names are letters, digits, '_' and '-'", name);
	if (config_preset(l->cfg, name) != NULL)
		return fail(l, "[preset %.40s] is already there", name);
	if (l->cfg->preset_count == CONFIG_PRESETS_MAX)
		return fail(l, "more than %d presets", CONFIG_PRESETS_MAX);
	l->preset = &l->cfg->presets[l->cfg->preset_count];
	if (!text_copy(l->preset->name, sizeof l->preset->name, name))
		return fail(l, "[preset %.40s...]: names have at most %zu bytes", name,
			sizeof l->preset->name - 1);
	params_init(&l->preset->params);
	l->cfg->preset_count++;
	return true;
}

static bool
open_section(struct loader *l, const char *name)
{
	struct settings_likeness best = { .distance = 0 };
	enum setting_section s;

	l->preset = NULL;
	if (strncmp(name, "preset", 6) == 0 &&
		(name[6] == '\0' || name[6] == ' ' || name[6] == '\t'))
		return open_preset(l, name + 6 + strspn(name + 6, " \t"));
	for (s = SETTING_CACHE; s < SETTING__SECTIONS; s++) {
		if (strcmp(settings_section_name(s), name) != 0) {
			settings_liken(&best, name, settings_section_name(s));
			continue;
		}
		if (l->opened[s])
			return fail(l, "section [%s] is already there", name);
		l->opened[s] = true;
		l->section = s;
		(void)base_of(l, s);
		return true;
	}
	if (best.name[0] != '\0')
		return fail(l, "no section [%.40s]; did you mean [%s]?", name, best.name);
	return fail(
		l, "no section [%.40s]; there are [cache], [file], [s3] and [preset NAME]", name);
}

/* Complain of a key that no row of this section has. */
static bool
unknown_key(struct loader *l, const char *name)
{
	struct settings_likeness best = { .distance = 0 };
	const char *here = settings_section_name(l->section);
	char in[16];
	size_t i;

	(void)snprintf(in, sizeof in, *here != '\0' ? "in [%s]" : "here%s", here);
	for (i = 0; i < settings_count; i++)
		if (settings_table[i].section == l->section)
			settings_liken(&best, name, settings_table[i].name);
	if (best.name[0] != '\0')
		return fail(
			l, "no setting \"%.40s\" %s; did you mean \"%s\"?", name, in, best.name);
	for (i = 0; i < settings_count; i++) {
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
	char why[SETTINGS_WHY];
	size_t i;

	for (i = 0; i < settings_count; i++)
		if (settings_table[i].section == l->section &&
			strcmp(settings_table[i].name, name) == 0)
			break;
	if (i == settings_count)
		return unknown_key(l, name);
	if ((l->set & UINT64_C(1) << i) != 0)
		return fail(l, "%s is already set", name);
	l->set |= UINT64_C(1) << i;
	if (!settings_set(&settings_table[i], base_of(l, l->section), value, l->folder, why))
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

static bool
set_variable(struct loader *l, const char *name, const char *value)
{
	struct settings_likeness best = { .distance = 0 };
	char env_name[SETTINGS_ENV], why[SETTINGS_WHY];
	size_t i;

	l->variable = name;
	for (i = 0; i < settings_count; i++) {
		settings_env_name(&settings_table[i], env_name);
		if (strcmp(name, env_name) != 0) {
			settings_liken(&best, name, env_name);
			continue;
		}
		if (!settings_set(&settings_table[i], base_of(l, settings_table[i].section), value,
			    "", why))
			return fail(l, "%s", why);
		l->set |= UINT64_C(1) << i;
		l->variable = NULL;
		return true;
	}
	if (best.name[0] != '\0')
		return fail(l, "no such setting; did you mean %s?", best.name);
	return fail(l, "no such setting");
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

/* Keys of AWS's own variables serve all or none: an id of one with the secret of another signs
 * nothing. */
static bool
borrow_aws(struct loader *l, struct config_origin *s3, char *const env[])
{
	const struct {
		const char *name;
		char *field;
		size_t size;
	} rows[] = {
		{ "AWS_ACCESS_KEY_ID", s3->access_key, sizeof s3->access_key },
		{ "AWS_SECRET_ACCESS_KEY", s3->secret_key, sizeof s3->secret_key },
		{ "AWS_SESSION_TOKEN", s3->session_token, sizeof s3->session_token },
	};
	size_t i;

	if (s3->anonymous || s3->access_key[0] != '\0' || s3->secret_key[0] != '\0')
		return true;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *value = variable(env, rows[i].name);

		if (value != NULL && !text_copy(rows[i].field, rows[i].size, value)) {
			l->variable = rows[i].name;
			return fail(l, "longer than %zu bytes", rows[i].size - 1);
		}
	}
	return true;
}

/* ---- The whole ---- */

static bool
is_set(const struct loader *l, enum setting_section section, const char *name)
{
	size_t i;

	for (i = 0; i < settings_count; i++)
		if (settings_table[i].section == section &&
			strcmp(settings_table[i].name, name) == 0)
			return (l->set & UINT64_C(1) << i) != 0;
	return false;
}

static bool
finish_s3(struct loader *l, struct config_origin *s3, char *const env[])
{
	const char *region = variable(env, "AWS_REGION");

	if (s3->bucket[0] == '\0')
		return fail(l, "[s3] needs a bucket (or LIMNER_S3_BUCKET)");
	if (!is_set(l, SETTING_S3, "region") && region != NULL) {
		l->variable = "AWS_REGION";
		if (!text_copy(s3->region, sizeof s3->region, region))
			return fail(l, "longer than %zu bytes", sizeof s3->region - 1);
		l->variable = NULL;
	}
	if (!borrow_aws(l, s3, env))
		return false;
	if ((s3->access_key[0] == '\0') != (s3->secret_key[0] == '\0'))
		return fail(l, "[s3] has only one of access_key and secret_key");
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

static bool
finish(struct loader *l, char *const env[])
{
	const struct config *cfg = l->cfg;
	size_t i, k;

	if (cfg->cmyk_profile[0] != '\0' && !digest_profile(l, l->cfg))
		return false;
	if (cfg->origin_count == 0)
		(void)base_of(l, SETTING_FILE);
	if (l->origins[SETTING_S3] != NULL && !finish_s3(l, l->origins[SETTING_S3], env))
		return false;
	for (i = 0; i < cfg->origin_count; i++)
		for (k = i + 1; k < cfg->origin_count; k++)
			if (strcmp(cfg->origins[i].mount, cfg->origins[k].mount) == 0)
				return fail(l,
					"[%s] and [%s] are both mounted at %.80s: give one another mount",
					config_origin_kind_name(cfg->origins[i].kind),
					config_origin_kind_name(cfg->origins[k].kind),
					cfg->origins[i].mount);
	return true;
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
