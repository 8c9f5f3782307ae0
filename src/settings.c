/*
 * The table's rows as a whole: where a field is, what it is called, what is wrong with its text.
 */
#include "config.h"

#include "base/text.h"
#include "settings_read.h"

#include <ctype.h>
#include <string.h>

#define SHOWN 40 /* bytes of a wrong value that a complaint repeats */

const char *
settings_section_name(enum setting_section section)
{
	switch (section) {
	case SETTING_MAIN:
		return "";
	case SETTING_CACHE:
		return "cache";
	case SETTING_FILE:
		return "file";
	case SETTING_S3:
		return "s3";
	case SETTING_HTTP:
		return "http";
	case SETTING__SECTIONS:
		break;
	}
	return "?";
}

bool
settings_is_origin(enum setting_section section)
{
	return section >= SETTING_FILE && section < SETTING__SECTIONS;
}

bool
settings_belongs(const struct setting *row, enum setting_section section)
{
	return row->section == section ||
	       ((row->flags & SETTING_POLICY) != 0 && settings_is_origin(section));
}

void
settings_init(enum setting_section section, void *base)
{
	char why[SETTINGS_WHY];
	size_t i;

	/* Defaults go through the same setters; the unit test proves that each is taken. */
	for (i = 0; i < settings_table_count; i++) {
		const struct setting *row = &settings_table[i];
		bool policy = (row->flags & SETTING_POLICY) != 0;

		if (row->section == section)
			(void)!settings_set(row,
				policy ? (void *)&((struct config *)base)->policy : base,
				row->unset, "", why);
	}
}

/* How many bytes a row's field has. */
static size_t
field_size(const struct setting *row)
{
	switch (row->kind) {
	case SETTING_INT:
	case SETTING_CHOICE:
		return sizeof(int32_t);
	case SETTING_INT64:
	case SETTING_BYTES:
	case SETTING_MS:
		return sizeof(uint64_t);
	case SETTING_BOOL:
		return sizeof(bool);
	case SETTING_STEPS:
	case SETTING_TENTHS:
		return sizeof(struct snap_steps);
	case SETTING_AGES:
		return sizeof(struct config_ages);
	case SETTING_TEXT:
	case SETTING_WORD:
	case SETTING_PATH:
	case SETTING_LOG:
	case SETTING_MOUNT:
	case SETTING_HOST:
	case SETTING_URL:
	case SETTING_BASE:
	case SETTING_KEYS:
	case SETTING_NAMES:
	case SETTING_NETWORKS:
	case SETTING_LIST:
		break;
	}
	return row->size;
}

void
settings_copy(const struct setting *row, const void *from, void *to)
{
	memcpy((char *)to + row->offset, (const char *)from + row->offset, field_size(row));
}

bool
settings_same(const struct setting *row, const void *one, const void *other)
{
	return memcmp((const char *)one + row->offset, (const char *)other + row->offset,
		       field_size(row)) == 0;
}

void
settings_env_name(const struct setting *row, enum setting_section section, const char *name,
	char ret[SETTINGS_ENV])
{
	const char *in = settings_section_name(section);
	char *c;

	(void)snprintf(ret, SETTINGS_ENV, "LIMNER_%s%s%s%s%s", in, *in != '\0' ? "_" : "", name,
		*name != '\0' ? "_" : "", row->name);
	for (c = ret; *c != '\0'; c++)
		*c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
}

bool
settings_set(const struct setting *row, void *base, const char *value, const char *folder,
	char why[SETTINGS_WHY])
{
	char allowed[SETTINGS_WHY];
	const char *c;
	bool clean = true;

	/* Control bytes would end up in headers, log lines or host names. */
	for (c = value; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			clean = false;
	why[0] = '\0';
	if (clean && settings_read(row, (char *)base + row->offset, value, folder, why))
		return true;
	if (why[0] != '\0') /* of a list: which member it is */
		return false;
	settings_print_allowed(row, allowed);
	if ((row->flags & SETTING_SECRET) != 0)
		(void)snprintf(why, SETTINGS_WHY, "the value is not %.130s", allowed);
	else if (*value == '\0')
		(void)snprintf(why, SETTINGS_WHY, "empty, but must be %.120s", allowed);
	else
		(void)snprintf(why, SETTINGS_WHY, "\"%.*s%s\" is not %.100s", SHOWN, value,
			strlen(value) > SHOWN ? "..." : "", allowed);
	return false;
}

/* Count the letters to add, drop or change that make one name the other (Levenshtein). */
static size_t
distance(const char *a, const char *b)
{
	size_t row[SETTINGS_ENV];
	size_t m = strlen(a), n = strlen(b);
	size_t i, j;

	if (m >= SETTINGS_ENV || n >= SETTINGS_ENV)
		return SIZE_MAX;
	for (j = 0; j <= n; j++)
		row[j] = j;
	for (i = 1; i <= m; i++) {
		size_t before = row[0]; /* the cell above and to the left */

		row[0] = i;
		for (j = 1; j <= n; j++) {
			size_t above = row[j];
			size_t best = before + (a[i - 1] != b[j - 1]);

			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			before = above;
		}
	}
	return row[n];
}

void
settings_liken(struct settings_likeness *best, const char *typed, const char *name)
{
	size_t far = distance(typed, name);
	size_t n = strlen(name);

	if (far > (n > 8 ? 3u : 2u) || far * 2 > n)
		return;
	if (best->name[0] == '\0' || far < best->distance)
		if (text_copy(best->name, sizeof best->name, name))
			best->distance = far;
}
