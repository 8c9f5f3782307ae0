/*
 * One setter and one printer per kind of setting.
 */
#include "config.h"

#include "base/text.h"
#include "networks.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#define KB     ((uint64_t)1024)
#define MB     (1024 * KB)
#define GB     (1024 * MB)
#define SECOND ((uint64_t)1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define SHOWN  40 /* bytes of a wrong value that a complaint repeats */

static const struct unit {
	const char *name;
	uint64_t size;
} byte_units[] = { { "GB", GB }, { "MB", MB }, { "KB", KB }, { "", 1 } },
  ms_units[] = { { "d", DAY }, { "h", HOUR }, { "m", MINUTE }, { "s", SECOND }, { "ms", 1 } };

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
	case SETTING_TEXT:
	case SETTING_WORD:
	case SETTING_PATH:
	case SETTING_LOG:
	case SETTING_MOUNT:
	case SETTING_HOST:
	case SETTING_URL:
	case SETTING_BASE:
	case SETTING_NAMES:
	case SETTING_NETWORKS:
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

void
settings_allowed(const struct setting *row, char ret[SETTINGS_WHY])
{
	char lo[32], hi[32];

	switch (row->kind) {
	case SETTING_INT:
	case SETTING_INT64:
		(void)snprintf(ret, SETTINGS_WHY, "a whole number from %" PRIu64 " to %" PRIu64,
			row->min, row->max);
		return;
	case SETTING_BYTES:
		print_units(lo, sizeof lo, byte_units, row->min);
		print_units(hi, sizeof hi, byte_units, row->max);
		(void)snprintf(ret, SETTINGS_WHY, "a size such as 512KB, 20MB, 1GB; from %s to %s",
			lo, hi);
		return;
	case SETTING_MS:
		print_units(lo, sizeof lo, ms_units, row->min);
		print_units(hi, sizeof hi, ms_units, row->max);
		(void)snprintf(ret, SETTINGS_WHY,
			"a time such as 250ms, 8s, 5m, 2h, 30d; from %s to %s", lo, hi);
		return;
	case SETTING_BOOL:
		(void)snprintf(ret, SETTINGS_WHY, "yes or no");
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
	case SETTING_LOG:
		(void)snprintf(
			ret, SETTINGS_WHY, "stderr, syslog, none, or a path with a / or . in it");
		return;
	case SETTING_MOUNT:
		(void)snprintf(
			ret, SETTINGS_WHY, "a path that begins and ends with /, as URLs spell it");
		return;
	case SETTING_HOST:
		(void)snprintf(
			ret, SETTINGS_WHY, "a host such as img.example.com, or *.example.com");
		return;
	case SETTING_URL:
		(void)snprintf(ret, SETTINGS_WHY, "http://host, https://host, or that with :port");
		return;
	case SETTING_BASE:
		(void)snprintf(ret, SETTINGS_WHY,
			"http(s)://host[:port]/path/, escaped, without ?, # and name@");
		return;
	case SETTING_NAMES:
		(void)snprintf(ret, SETTINGS_WHY,
			"up to 16 names of headers, not of cookies, logins, conditions or the connection");
		return;
	case SETTING_NETWORKS:
		(void)snprintf(ret, SETTINGS_WHY,
			"addresses, or networks such as 10.0.0.0/8 and fd00::/8");
		return;
	case SETTING_STEPS:
	case SETTING_TENTHS:
		(void)snprintf(ret, SETTINGS_WHY,
			"up to %d ascending numbers%s with commas between them, from %s%" PRIu64
			" to %" PRIu64,
			SNAP_STEPS, row->kind == SETTING_TENTHS ? " (one decimal)" : "",
			row->kind == SETTING_TENTHS ? "0." : "", row->min,
			row->kind == SETTING_TENTHS ? row->max / 10 : row->max);
		return;
	}
	ret[0] = '\0';
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

static bool
set_number(const struct setting *row, void *field, const char *value)
{
	int64_t number;

	if (!text_to_int(value, (int64_t)row->min, (int64_t)row->max, &number))
		return false;
	if (row->kind == SETTING_INT)
		*(int32_t *)field = (int32_t)number;
	else
		*(int64_t *)field = number;
	return true;
}

static bool
set_measure(const struct setting *row, void *field, const char *value)
{
	uint64_t number;

	if (!(row->kind == SETTING_BYTES ? text_to_bytes(value, &number)
					 : text_to_ms(value, &number)))
		return false;
	if (number < row->min || number > row->max)
		return false;
	*(uint64_t *)field = number;
	return true;
}

static bool
set_choice(const struct setting *row, void *field, const char *value)
{
	const struct param_choice *choice;

	for (choice = row->choices; choice->name != NULL; choice++) {
		if (strcasecmp(choice->name, value) == 0) {
			*(int32_t *)field = choice->value;
			return true;
		}
	}
	return false;
}

/* Copy a path; a relative one counts from the folder. An empty one stays empty. */
static bool
set_path(const struct setting *row, void *field, const char *value, const char *folder)
{
	char path[4096];
	int n;

	if (*value == '\0' || *value == '/' || *folder == '\0')
		return text_copy(field, row->size, value);
	if (value[0] == '.' && value[1] == '/')
		value += 2;
	n = snprintf(path, sizeof path, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, value);
	return n > 0 && (size_t)n < sizeof path && text_copy(field, row->size, path);
}

static bool
set_log(const struct setting *row, void *field, const char *value, const char *folder)
{
	static const char *const words[] = { "stderr", "syslog", "none" };
	size_t i;

	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(value, words[i]) == 0)
			return text_copy(field, row->size, value);
	/* A misspelt word must not become a file of that name. */
	return strpbrk(value, "/.") != NULL && set_path(row, field, value, folder);
}

static bool
set_word(const struct setting *row, void *field, const char *value)
{
	const char *c;

	for (c = value; *c != '\0'; c++)
		if (!isalnum((unsigned char)*c) && strchr("._-", *c) == NULL)
			return false;
	return text_copy(field, row->size, value);
}

static bool
set_mount(const struct setting *row, void *field, const char *value)
{
	size_t n = strlen(value);
	size_t i;

	if (n == 0 || value[0] != '/' || value[n - 1] != '/')
		return false;
	for (i = 0; i < n; i++)
		if (value[i] <= ' ' || value[i] > '~' || value[i] == '?' || value[i] == '#')
			return false;
	return text_copy(field, row->size, value);
}

static bool
set_host(const struct setting *row, void *field, const char *value)
{
	const char *c = value[0] == '*' && value[1] == '.' ? value + 2 : value;

	if (*value != '\0' && !isalnum((unsigned char)*c))
		return false;
	for (; *c != '\0'; c++)
		if (!isalnum((unsigned char)*c) && strchr(".-_", *c) == NULL)
			return false;
	return text_copy(field, row->size, value);
}

static bool
set_url(const struct setting *row, void *field, const char *value)
{
	char url[1024];
	const char *host, *c;
	size_t n = strlen(value);

	if (n == 0)
		return text_copy(field, row->size, "");
	if (value[n - 1] == '/')
		n--;
	if (n >= sizeof url)
		return false;
	memcpy(url, value, n);
	url[n] = '\0';
	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
		return false;
	host = strstr(url, "://") + 3;
	/* A host and a port, nothing else: no path, query, or name and password. */
	if (!isalnum((unsigned char)*host) && *host != '[')
		return false;
	for (c = host; *c != '\0'; c++)
		if (!isalnum((unsigned char)*c) && strchr(".-_:[]", *c) == NULL)
			return false;
	return text_copy(field, row->size, url);
}

/* Tell whether a path is one as URLs spell it, and nothing in it leads upward. */
static bool
is_url_path(const char *path)
{
	const char *c;
	size_t n;

	for (c = path; *c != '\0'; c++) {
		if (*c <= ' ' || *c > '~' || strchr("?#\\\"<>^`{|}", *c) != NULL)
			return false;
		if (*c == '%' && (!isxdigit((unsigned char)c[1]) || !isxdigit((unsigned char)c[2])))
			return false;
	}
	for (c = path; *c == '/'; c += n) {
		n = 1 + strcspn(c + 1, "/");
		if ((n == 2 && c[1] == '.') || (n == 3 && c[1] == '.' && c[2] == '.'))
			return false;
	}
	return true;
}

/* A server and the folder that keys count from. */
static bool
set_base(const struct setting *row, void *field, const char *value)
{
	char server[256];
	struct setting as_url = { .size = sizeof server };
	const char *host = strstr(value, "://");
	size_t n = host != NULL ? (size_t)(host - value) + 3 + strcspn(host + 3, "/") : 0;

	if (*value == '\0')
		return text_copy(field, row->size, "");
	if (n == 0 || n >= sizeof server)
		return false;
	memcpy(server, value, n);
	server[n] = '\0';
	return set_url(&as_url, server, server) && is_url_path(value + n) &&
	       text_copy(field, row->size, value);
}

/*
 * Names of headers that may go on to an origin. What tells people apart would make answers private
 * that caches are told to keep; conditions, ranges and the connection are limner's own business.
 */
static bool
may_be_forwarded(const char *name)
{
	static const char *const whole[] = { "Host", "Connection", "Keep-Alive", "TE", "Trailer",
		"Transfer-Encoding", "Upgrade", "Expect", "Range", "Cookie", "Authorization",
		"Accept-Encoding", "HTTP2-Settings", "Via" };
	static const char *const beginnings[] = { "If-", "Content-", "Proxy-" };
	size_t i;

	for (i = 0; i < sizeof whole / sizeof whole[0]; i++)
		if (strcasecmp(name, whole[i]) == 0)
			return false;
	for (i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
		if (strncasecmp(name, beginnings[i], strlen(beginnings[i])) == 0)
			return false;
	return strcasecmp(name, "Proxy") != 0;
}

static bool
set_names(const struct setting *row, void *field, const char *value)
{
	char names[256] = "", name[64];
	size_t n, at = 0, count = 0;
	const char *c;

	for (c = value + strspn(value, ", "); *c != '\0'; c += n + strspn(c + n, ", ")) {
		n = strcspn(c, ", ");
		if (n >= sizeof name || ++count > 16)
			return false;
		memcpy(name, c, n);
		name[n] = '\0';
		if (strspn(name,
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") !=
				n ||
			!may_be_forwarded(name) || at + n + 3 > sizeof names)
			return false;
		at += (size_t)snprintf(
			names + at, sizeof names - at, "%s%s", count > 1 ? ", " : "", name);
	}
	return text_copy(field, row->size, names);
}

static bool
set_kind(const struct setting *row, void *field, const char *value, const char *folder)
{
	switch (row->kind) {
	case SETTING_INT:
	case SETTING_INT64:
		return set_number(row, field, value);
	case SETTING_BYTES:
	case SETTING_MS:
		return set_measure(row, field, value);
	case SETTING_BOOL:
		return text_to_bool(value, field);
	case SETTING_CHOICE:
		return set_choice(row, field, value);
	case SETTING_TEXT:
		return text_copy(field, row->size, value);
	case SETTING_WORD:
		return set_word(row, field, value);
	case SETTING_PATH:
		return set_path(row, field, value, folder);
	case SETTING_LOG:
		return set_log(row, field, value, folder);
	case SETTING_MOUNT:
		return set_mount(row, field, value);
	case SETTING_HOST:
		return set_host(row, field, value);
	case SETTING_URL:
		return set_url(row, field, value);
	case SETTING_BASE:
		return set_base(row, field, value);
	case SETTING_NAMES:
		return set_names(row, field, value);
	case SETTING_NETWORKS:
		return networks_valid(value) && text_copy(field, row->size, value);
	case SETTING_STEPS:
		return snap_parse(value, (double)row->min, (double)row->max, 0, field);
	case SETTING_TENTHS:
		return snap_parse(value, (double)row->min / 10, (double)row->max / 10, 1, field);
	}
	return false;
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
	if (clean && set_kind(row, (char *)base + row->offset, value, folder))
		return true;
	settings_allowed(row, allowed);
	if ((row->flags & SETTING_SECRET) != 0)
		(void)snprintf(why, SETTINGS_WHY, "the value is not %.130s", allowed);
	else if (*value == '\0')
		(void)snprintf(why, SETTINGS_WHY, "empty, but must be %.120s", allowed);
	else
		(void)snprintf(why, SETTINGS_WHY, "\"%.*s%s\" is not %.100s", SHOWN, value,
			strlen(value) > SHOWN ? "..." : "", allowed);
	return false;
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
	case SETTING_NAMES:
	case SETTING_NETWORKS:
		if ((row->flags & SETTING_SECRET) != 0 && *text != '\0')
			text = "(set)";
		break;
	case SETTING_STEPS:
	case SETTING_TENTHS:
		snap_print(field, row->kind == SETTING_TENTHS, number);
		text = number;
		break;
	}
	if (*text != '\0')
		(void)fprintf(f, " %s", text);
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
