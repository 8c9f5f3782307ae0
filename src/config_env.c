/*
 * The settings' variables in the environment.
 */
#include "config_loader.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *
config_env_variable(char *const env[], const char *name)
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
find_meaning(struct config_loader *l, const char *variable, struct meaning *ret, size_t *ret_count)
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
				return config_load_fail(
					l, "means both [%s] and [%s]", other, origin->title);
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
unknown_variable(struct config_loader *l, const char *variable)
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
		return config_load_fail(l, "no such setting; did you mean %s?", best.name);
	return config_load_fail(l, "no such setting");
}

static bool
set_variable(struct config_loader *l, const char *name, const char *value)
{
	struct meaning m = { 0 };
	const struct setting *row;
	char why[SETTINGS_WHY];
	size_t count;

	l->variable = name;
	l->origin = NULL;
	if (!find_meaning(l, name, &m, &count))
		return false;
	if (count == 0 && !find_new(name, &m))
		return unknown_variable(l, name);
	row = &settings_table[m.row];
	if (settings_is_origin(m.section) && m.origin == NULL &&
		!config_file_origin(l, m.section, m.name, &m.origin))
		return false;
	l->origin = m.origin;
	if (!settings_set(row, config_file_base(l, row, m.origin), value, "", why))
		return config_load_fail(l, "%s", why);
	config_file_set(l, m.origin)[m.row] = true;
	return true;
}

void
config_env_set(struct config_loader *l, const char *name, const char *value)
{
	if (!set_variable(l, name, value))
		l->lost_variable = true;
	l->variable = NULL;
}

void
config_env_read(struct config_loader *l, char *const env[])
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
		config_env_set(l, name, strchr(*env, '=') + 1);
	}
}
