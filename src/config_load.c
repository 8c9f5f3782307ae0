/*
 * Loading the settings: files, environment, and what must hold between them.
 */
#include "base/digest.h"
#include "base/text.h"
#include "config_loader.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#ifndef LIMNER_SYSCONFDIR
#	define LIMNER_SYSCONFDIR "/usr/local/etc"
#endif

#define PATH_SHOWN 96 /* bytes of a path that a complaint repeats */

/* ---- Mistakes ---- */

bool
config_load_fail(struct config_loader *l, const char *format, ...)
{
	struct config_mistakes *m = l->mistakes;
	const char *path = l->piece != NULL ? l->piece->path : l->cfg->path;
	char text[280], line[16] = "";
	size_t n = strlen(path);
	const char *cut = n > PATH_SHOWN ? "..." : "";
	va_list ap;

	l->faulty[config_file_index(l, l->origin)] = true;
	if (m->count == CONFIG_MISTAKES_MAX) {
		m->left_out++;
		return false;
	}
	va_start(ap, format);
	(void)vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	if (n > PATH_SHOWN)
		path += n - PATH_SHOWN;
	if (l->number > 0)
		(void)snprintf(line, sizeof line, ":%d", l->number);
	if (l->variable != NULL)
		(void)snprintf(m->text[m->count++], sizeof m->text[0], "%s%.*s: %s", l->holder,
			SETTINGS_ENV, l->variable, text);
	else
		(void)snprintf(m->text[m->count++], sizeof m->text[0], "%s%s%s%s%s", cut, path,
			line, *path != '\0' ? ": " : "", text);
	return false;
}

/* ---- The whole ---- */

static bool
is_set(struct config_loader *l, const struct config_origin *origin, const char *name)
{
	size_t i;

	for (i = 0; i < settings_table_count; i++)
		if (config_file_set(l, origin)[i] && strcmp(settings_table[i].name, name) == 0)
			return true;
	return false;
}

/* Complain of a setting an origin cannot do without. */
static bool
needs(struct config_loader *l, const struct config_origin *origin, const char *key)
{
	char env_name[SETTINGS_ENV] = "";
	enum setting_section s = (enum setting_section)(SETTING_FILE + origin->kind);
	size_t i;

	for (i = 0; i < settings_table_count; i++)
		if (settings_table[i].section == s && strcmp(settings_table[i].name, key) == 0)
			settings_env_name(
				&settings_table[i], s, config_origin_name(origin), env_name);
	return config_load_fail(l, "[%s] needs a %s (or %s)", origin->title, key, env_name);
}

static void
finish_s3(struct config_loader *l, struct config_origin *s3, char *const env[])
{
	const char *region = config_env_variable(env, "AWS_REGION");

	if (s3->bucket[0] == '\0')
		(void)needs(l, s3, "bucket");
	if (!is_set(l, s3, "region") && region != NULL) {
		l->variable = "AWS_REGION";
		if (!text_copy(s3->region, sizeof s3->region, region))
			(void)config_load_fail(l, "longer than %zu bytes", sizeof s3->region - 1);
		l->variable = NULL;
	}
	(void)!text_copy(s3->runtime_dir, sizeof s3->runtime_dir, l->cfg->runtime_dir);
	if ((s3->access_key[0] == '\0') != (s3->secret_key[0] == '\0'))
		(void)config_load_fail(
			l, "[%s] has only one of access_key and secret_key", s3->title);
	if (s3->access_key[0] != '\0' && s3->profile[0] != '\0')
		(void)config_load_fail(l, "[%s] has both an access_key and a profile", s3->title);
}

/* What the tag of a picture knows of the press profile: its bytes, wherever they lie. */
static void
digest_profile(struct config_loader *l, struct config *cfg)
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
		(void)config_load_fail(l, "cmyk_profile %.200s: %s", cfg->cmyk_profile,
			err.kind == ERR_TOO_LARGE ? "too large" : strerror(errno));
	}
	if (f != NULL)
		(void)fclose(f);
	buf_done(&icc);
}

/* What an origin does not say for itself is as for all. */
static void
inherit(struct config_loader *l, struct config_origin *origin)
{
	size_t i;

	for (i = 0; i < settings_table_count; i++)
		if ((settings_table[i].flags & SETTING_POLICY) != 0 &&
			!config_file_set(l, origin)[i])
			settings_copy(&settings_table[i], &l->cfg->policy, &origin->policy);
}

/* Whoever sets a key wants it to count; whoever wants signatures needs one. */
static void
finish_signing(
	struct config_loader *l, const struct config_origin *origin, struct config_policy *policy)
{
	if (policy->sign_key[0] != '\0') {
		if (!is_set(l, NULL, "sign_required") && !is_set(l, origin, "sign_required"))
			policy->sign_required = CONFIG_SIGN_ALL;
	} else if (policy->sign_required != CONFIG_SIGN_NO && origin != NULL) {
		(void)config_load_fail(l,
			"[%s] wants signatures (sign_required) and has no sign_key", origin->title);
	}
}

/* No two origins may wait for the same URLs. */
static void
check_mounts(struct config_loader *l)
{
	const struct config *cfg = l->cfg;
	const struct config_origin *one, *other;

	for (one = cfg->origins; one < cfg->origins + cfg->origin_count; one++)
		for (other = one + 1; other < cfg->origins + cfg->origin_count; other++)
			if (strcmp(one->mount, other->mount) == 0 &&
				strcasecmp(one->host, other->host) == 0 &&
				!l->faulty[config_file_index(l, one)] &&
				!l->faulty[config_file_index(l, other)])
				(void)config_load_fail(l,
					"[%s] and [%s] are both mounted at %.80s: give one another mount",
					one->title, other->title, one->mount);
}

/* No preset may be for an origin that is not there. */
static void
check_presets(struct config_loader *l)
{
	const struct config *cfg = l->cfg;
	const struct config_origin *one;
	size_t i;

	for (i = 0; i < cfg->preset_count; i++) {
		const struct config_preset *preset = &cfg->presets[i];
		bool found = preset->origin[0] == '\0';

		for (one = cfg->origins; one < cfg->origins + cfg->origin_count; one++)
			found = found || strcmp(config_origin_name(one), preset->origin) == 0;
		if (!found)
			(void)config_load_fail(l, "[preset %s/%s]: no origin is called %s",
				preset->origin, preset->name, preset->origin);
	}
}

static void
finish(struct config_loader *l, char *const env[])
{
	struct config *cfg = l->cfg;
	struct config_origin *origin;

	l->origin = NULL;
	l->number = 0;
	if (cfg->cmyk_profile[0] != '\0')
		digest_profile(l, cfg);
	finish_signing(l, NULL, &cfg->policy);
	if (cfg->origin_count == 0)
		(void)!config_file_origin(l, SETTING_FILE, "", &origin);
	for (origin = cfg->origins; origin < cfg->origins + cfg->origin_count; origin++) {
		inherit(l, origin);
		/* what it lacks may stand on a line that was not understood */
		if (l->faulty[config_file_index(l, origin)] || l->lost_variable)
			continue;
		l->origin = origin;
		finish_signing(l, origin, &origin->policy);
		if (origin->kind == CONFIG_S3)
			finish_s3(l, origin, env);
		if (origin->kind == CONFIG_HTTP && origin->url[0] == '\0')
			(void)config_load_fail(l, "[%s] needs a url", origin->title);
		l->origin = NULL;
	}
	check_mounts(l);
	if (!l->lost_section && !l->lost_variable)
		check_presets(l);
}

/* Look for limner.conf beside the running program, then in the system's folder; "" if nowhere. */
static bool
find_default(struct config_loader *l)
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
config_load_all(const char *path, char *const env[], struct config *ret,
	struct config_mistakes *ret_mistakes)
{
	struct config_loader l = { .cfg = ret, .mistakes = ret_mistakes, .holder = "" };

	settings_init(SETTING_MAIN, ret);
	settings_init(SETTING_CACHE, ret);
	if (path == NULL || *path == '\0')
		path = config_env_variable(env, "LIMNER_CONFIG");
	if (path != NULL ? !text_copy(ret->path, sizeof ret->path, path) : !find_default(&l))
		return config_load_fail(&l, "the path of the settings has more than %zu bytes",
			sizeof ret->path - 1);
	if (ret->path[0] != '\0' && config_file_folder(&l)) {
		config_file_read(&l, ret->path);
		config_folder_drop_ins(&l);
	}
	config_folder_credentials(&l, env);
	config_env_read(&l, env);
	finish(&l, env);
	return ret_mistakes->count == 0;
}

bool
config_load(const char *path, char *const env[], struct config *ret, struct err *err)
{
	struct config_mistakes mistakes = { .count = 0 };

	if (config_load_all(path, env, ret, &mistakes))
		return true;
	(void)err_set(err, ERR_INTERNAL, "%s", "");
	return err_detail(err, "%s", mistakes.text[0]);
}
