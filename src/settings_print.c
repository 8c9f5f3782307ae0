/*
 * Printing settings: their values, and what is allowed, one printer per kind.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#define KB     ((uint64_t)1024)
#define MB     (1024 * KB)
#define GB     (1024 * MB)
#define SECOND ((uint64_t)1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static const struct unit {
	const char *name;
	uint64_t size;
} byte_units[] = { { "GB", GB }, { "MB", MB }, { "KB", KB }, { "", 1 } },
  ms_units[] = { { "d", DAY }, { "h", HOUR }, { "m", MINUTE }, { "s", SECOND }, { "ms", 1 } };

/* Write a number with the largest unit that divides it. */
static void
print_units(char *ret, size_t size, const struct unit *units, uint64_t value)
{
	while (units->size > 1 && (value == 0 || value % units->size != 0))
		units++;
	(void)snprintf(
		ret, size, "%" PRIu64 "%s", value / units->size, value > 0 ? units->name : "");
}

static void
allowed_choices(const struct param_choice *choices, char ret[SETTINGS_WHY])
{
	size_t at = (size_t)snprintf(ret, SETTINGS_WHY, "%s", choices->name);

	for (choices++; choices->name != NULL && at < SETTINGS_WHY; choices++)
		at += (size_t)snprintf(ret + at, SETTINGS_WHY - at, "%s%s",
			choices[1].name != NULL ? ", " : " or ", choices->name);
}

/* What is allowed in kinds of which every row allows the same. */
static const char *const alike[] = {
	[SETTING_BOOL] = "yes or no",
	[SETTING_LOG] = "stderr, syslog, none, or a path with a / or . in it",
	[SETTING_MOUNT] = "a path that begins and ends with /, as URLs spell it",
	[SETTING_HOST] = "a host such as img.example.com, or *.example.com",
	[SETTING_URL] = "http://host, https://host, or that with :port",
	[SETTING_BASE] = "http(s)://host[:port]/path/, escaped, without ?, # and name@",
	[SETTING_KEYS] = "one or two keys of 16 to 128 visible characters, comma between them",
	[SETTING_NAMES] = "up to 16 names of headers, not of cookies, logins, conditions or the "
			  "connection",
	[SETTING_NETWORKS] = "addresses, or networks such as 10.0.0.0/8 and fd00::/8",
	[SETTING_AGES] = "reasons, each with a time up to 1d or no-store, commas between them",
};

static void
allowed_measures(const struct setting *row, char ret[SETTINGS_WHY])
{
	bool bytes = row->kind == SETTING_BYTES;
	char lo[32], hi[32];

	print_units(lo, sizeof lo, bytes ? byte_units : ms_units, row->min);
	print_units(hi, sizeof hi, bytes ? byte_units : ms_units, row->max);
	(void)snprintf(ret, SETTINGS_WHY, "%s; from %s to %s",
		bytes ? "a size such as 512KB, 20MB, 1GB" : "a time such as 250ms, 8s, 5m, 2h, 30d",
		lo, hi);
}

static void
allowed_steps(const struct setting *row, char ret[SETTINGS_WHY])
{
	bool tenths = row->kind == SETTING_TENTHS;

	(void)snprintf(ret, SETTINGS_WHY,
		"up to %d ascending numbers%s with commas between them, from %s%" PRIu64
		" to %" PRIu64,
		SNAP_STEPS, tenths ? " (one decimal)" : "", tenths ? "0." : "", row->min,
		tenths ? row->max / 10 : row->max);
}

void
settings_print_allowed(const struct setting *row, char ret[SETTINGS_WHY])
{
	switch (row->kind) {
	case SETTING_INT:
	case SETTING_INT64:
		(void)snprintf(ret, SETTINGS_WHY, "a whole number from %" PRIu64 " to %" PRIu64,
			row->min, row->max);
		return;
	case SETTING_BYTES:
	case SETTING_MS:
		allowed_measures(row, ret);
		return;
	case SETTING_CHOICE:
		allowed_choices(row->choices, ret);
		return;
	case SETTING_TEXT:
		(void)snprintf(ret, SETTINGS_WHY, "text of at most %zu bytes", row->size - 1);
		return;
	case SETTING_WORD:
		(void)snprintf(ret, SETTINGS_WHY, "letters, digits, '.', '_' and '-', at most %zu",
			row->size - 1);
		return;
	case SETTING_PATH:
		(void)snprintf(ret, SETTINGS_WHY, "a path of at most %zu bytes", row->size - 1);
		return;
	case SETTING_LIST:
		(void)snprintf(ret, SETTINGS_WHY, "%s", row->allowed);
		return;
	case SETTING_STEPS:
	case SETTING_TENTHS:
		allowed_steps(row, ret);
		return;
	case SETTING_BOOL:
	case SETTING_LOG:
	case SETTING_MOUNT:
	case SETTING_HOST:
	case SETTING_URL:
	case SETTING_BASE:
	case SETTING_KEYS:
	case SETTING_NAMES:
	case SETTING_NETWORKS:
	case SETTING_AGES:
		break;
	}
	(void)snprintf(ret, SETTINGS_WHY, "%s", alike[row->kind]);
}

static const char *
choice_name(const struct param_choice *choice, int32_t value)
{
	while (choice->name != NULL && choice->value != value)
		choice++;
	return choice->name != NULL ? choice->name : "?";
}

void
settings_print(const struct setting *row, const void *base, FILE *f)
{
	const void *field = (const char *)base + row->offset;
	const char *text = field;
	char number[SNAP_TEXT];

	switch (row->kind) {
	case SETTING_INT:
		(void)snprintf(number, sizeof number, "%" PRId32, *(const int32_t *)field);
		text = number;
		break;
	case SETTING_INT64:
		(void)snprintf(number, sizeof number, "%" PRId64, *(const int64_t *)field);
		text = number;
		break;
	case SETTING_BYTES:
	case SETTING_MS:
		print_units(number, sizeof number, row->kind == SETTING_MS ? ms_units : byte_units,
			*(const uint64_t *)field);
		text = number;
		break;
	case SETTING_BOOL:
		text = *(const bool *)field ? "yes" : "no";
		break;
	case SETTING_CHOICE:
		text = choice_name(row->choices, *(const int32_t *)field);
		break;
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
		if ((row->flags & SETTING_SECRET) != 0 && *text != '\0')
			text = "(set)";
		break;
	case SETTING_STEPS:
	case SETTING_TENTHS:
		snap_print(field, row->kind == SETTING_TENTHS, number);
		text = number;
		break;
	case SETTING_AGES:
		settings_ages_print(field, f);
		return;
	}
	if (*text != '\0')
		(void)fprintf(f, " %s", text);
}
