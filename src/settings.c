/*
 * The settings, a row each, and one setter and one printer per kind of value.
 */
#include "config.h"

#include "base/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#define KB      ((uint64_t)1024)
#define MB      (1024 * KB)
#define GB      (1024 * MB)
#define SECOND  ((uint64_t)1000)
#define MINUTE  (60 * SECOND)
#define HOUR    (60 * MINUTE)
#define DAY     (24 * HOUR)
#define BILLION UINT64_C(1000000000)
#define SHOWN   40 /* bytes of a wrong value that a complaint repeats */

/* These stop the compiler when a row's kind and its field's type do not belong together. */
/* clang-format off */
#define FIELD(type, in, f) (offsetof(struct in, f) + \
	0 * sizeof(char[_Generic(((struct in *)0)->f, type: 1, default: -1)]))
#define ROW(what, type, in, f) .kind = SETTING_##what, .offset = FIELD(type, in, f)
#define TEXT_OF(what, in, f) ROW(what, char *, in, f), .size = sizeof(((struct in *)0)->f)
#define INT(f, lo, hi)    ROW(INT, int32_t, config, f), .min = (lo), .max = (hi)
#define INT64(f, lo, hi)  ROW(INT64, int64_t, config, f), .min = (lo), .max = (hi)
#define BYTES(f, lo, hi)  ROW(BYTES, uint64_t, config, f), .min = (lo), .max = (hi)
#define MS(in, f, lo, hi) ROW(MS, uint64_t, in, f), .min = (lo), .max = (hi)
#define BOOL(in, f)       ROW(BOOL, bool, in, f)
#define CHOICE(f, list)   ROW(CHOICE, int32_t, config, f), .choices = (list)
/* clang-format on */

static const struct param_choice on_errors[] = {
	{ "original", CONFIG_ORIGINAL },
	{ "error", CONFIG_ERROR },
	{ NULL, 0 },
};
static const struct param_choice passes[] = {
	{ "any", CONFIG_PASS_ANY },
	{ "images", CONFIG_PASS_IMAGES },
	{ "none", CONFIG_PASS_NONE },
	{ NULL, 0 },
};
static const struct param_choice log_formats[] = {
	{ "kv", CONFIG_LOG_KV },
	{ "json", CONFIG_LOG_JSON },
	{ NULL, 0 },
};

/* clang-format off */
const struct setting settings_table[] = {
	{ "workers", SETTING_MAIN, INT(workers, 0, 1024), .unset = "4",
	  .summary = "Processes that answer side by side, one request each. 0: this process serves\n"
	             "alone, as mod_fcgid wants it." },
	{ "max_requests", SETTING_MAIN, INT(max_requests, 0, BILLION), .unset = "10000",
	  .summary = "A worker makes room for a fresh one after so many requests. 0: never." },
	{ "deadline", SETTING_MAIN, MS(config, deadline_ms, 100, 10 * MINUTE), .unset = "8s",
	  .summary = "Time for one picture, fetching included; stay below the CDN's own patience." },
	{ "strict", SETTING_MAIN, BOOL(config, strict), .unset = "no",
	  .summary = "Answer 400 to mistakes in the query, instead of doing what can be done." },
	{ "require_t", SETTING_MAIN, BOOL(config, require_t), .unset = "no",
	  .summary = "Only ?t=<preset> makes pictures; without it the original is handed out." },
	{ "on_error", SETTING_MAIN, CHOICE(on_error, on_errors), .unset = "original",
	  .summary = "What takes the place of a picture that cannot be made: the original, or an error." },
	{ "pass", SETTING_MAIN, CHOICE(pass, passes), .unset = "any",
	  .summary = "Which originals may be handed out as they are." },
	{ "max_original", SETTING_MAIN, BYTES(max_original_bytes, KB, 4 * GB), .unset = "50MB",
	  .summary = "Larger originals are not made into pictures." },
	{ "max_pixels", SETTING_MAIN, INT64(max_pixels, 1, BILLION), .unset = "50000000",
	  .summary = "Originals with more pixels are not decoded." },
	{ "max_result_pixels", SETTING_MAIN, INT64(max_result_pixels, 1, BILLION), .unset = "36000000",
	  .summary = "Pictures with more pixels are not made." },
	{ "cell_memory", SETTING_MAIN, BYTES(cell_memory_bytes, 16 * MB, 64 * GB), .unset = "1GB",
	  .summary = "Memory of the process that decodes; a picture that needs more is not made." },
	{ "cell_pictures", SETTING_MAIN, INT(cell_pictures, 1, BILLION), .unset = "500",
	  .summary = "That process is replaced after so many pictures." },
	{ "max_renders", SETTING_MAIN, INT(max_renders, 0, 1024), .unset = "0",
	  .summary = "Pictures made at the same time on this host by all processes together; more wait\n"
	             "in a queue. 0: no limit but the number of workers." },
	{ "queue", SETTING_MAIN, MS(config, queue_ms, 0, 10 * MINUTE), .unset = "2s",
	  .summary = "Longest wait in that queue; then the answer is 503." },
	{ "runtime_dir", SETTING_MAIN, TEXT_OF(PATH, config, runtime_dir), .unset = "/run/limner",
	  .summary = "Folder for what processes share (the queue's slots). It must be there and writable for\n"
	             "the web server's user where max_renders is set; limner check tells." },
	{ "jpeg_quality", SETTING_MAIN, INT(jpeg_quality, 1, 100), .unset = "80",
	  .summary = "Quality of JPEG when the query names none." },
	{ "webp_quality", SETTING_MAIN, INT(webp_quality, 1, 100), .unset = "80",
	  .summary = "Quality of WebP when the query names none." },
	{ "avif_quality", SETTING_MAIN, INT(avif_quality, 1, 100), .unset = "55",
	  .summary = "Quality of AVIF when the query names none." },
	{ "cmyk_profile", SETTING_MAIN, TEXT_OF(PATH, config, cmyk_profile), .unset = "",
	  .summary = "Colour profile (ICC, CMYK) of originals in inks that carry none. Empty: they are\n"
	             "converted by arithmetic, without knowing the press." },
	{ "log", SETTING_MAIN, TEXT_OF(LOG, config, log), .unset = "stderr",
	  .summary = "Where the log goes." },
	{ "log_format", SETTING_MAIN, CHOICE(log_format, log_formats), .unset = "kv",
	  .summary = "One line per request, as key=value or as JSON." },

	{ "max_age", SETTING_CACHE, MS(config, max_age_ms, 0, 3650 * DAY), .unset = "1d",
	  .summary = "How long caches keep a good answer." },
	{ "stale_while_revalidate", SETTING_CACHE, MS(config, swr_ms, 0, 3650 * DAY), .unset = "30d",
	  .summary = "How long they may use it after that while they ask again." },
	{ "stale_if_error", SETTING_CACHE, MS(config, sie_ms, 0, 3650 * DAY), .unset = "30d",
	  .summary = "How long they may use it after that while limner does not answer." },
	{ "immutable", SETTING_CACHE, MS(config, immutable_ms, 0, 3650 * DAY), .unset = "365d",
	  .summary = "max_age of URLs with v=<version>." },
	{ "object_cache_control", SETTING_CACHE, BOOL(config, object_cache_control), .unset = "yes",
	  .summary = "The Cache-Control stored with an object wins over the settings above." },

	{ "mount", SETTING_FILE, TEXT_OF(MOUNT, config_origin, mount), .unset = "/img/",
	  .summary = "The part of the URL's path that is not part of the file's name." },
	{ "root", SETTING_FILE, TEXT_OF(PATH, config_origin, root), .unset = "/srv/limner",
	  .summary = "The folder; nothing outside it is ever opened. Links in it must be relative and stay\n"
	             "inside." },

	{ "mount", SETTING_S3, TEXT_OF(MOUNT, config_origin, mount), .unset = "/img/",
	  .summary = "The part of the URL's path that is not part of the object's key." },
	{ "bucket", SETTING_S3, TEXT_OF(WORD, config_origin, bucket), .unset = "",
	  .summary = "The bucket; the one setting S3 cannot do without.", .example = "my-pictures" },
	{ "region", SETTING_S3, TEXT_OF(WORD, config_origin, region), .unset = "us-east-1",
	  .summary = "The bucket's region. Where neither this file nor LIMNER_S3_REGION has one,\n"
	             "AWS_REGION serves." },
	{ "endpoint", SETTING_S3, TEXT_OF(URL, config_origin, endpoint), .unset = "",
	  .summary = "The server, where it is not AWS (Ceph, MinIO, R2, B2). Empty: AWS, by region.",
	  .example = "https://s3.example.net" },
	{ "prefix", SETTING_S3, TEXT_OF(TEXT, config_origin, prefix), .unset = "",
	  .summary = "Put before every key as it stands; a folder ends with /.", .example = "originals/" },
	{ "access_key", SETTING_S3, TEXT_OF(TEXT, config_origin, access_key), .flags = SETTING_SECRET,
	  .unset = "",
	  .summary = "The key's id. Without a key here or in LIMNER_S3_*, AWS_ACCESS_KEY_ID,\n"
	             "AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN serve." },
	{ "secret_key", SETTING_S3, TEXT_OF(TEXT, config_origin, secret_key), .flags = SETTING_SECRET,
	  .unset = "", .summary = "The secret half of the key." },
	{ "session_token", SETTING_S3, TEXT_OF(TEXT, config_origin, session_token),
	  .flags = SETTING_SECRET, .unset = "", .summary = "Comes with temporary keys." },
	{ "anonymous", SETTING_S3, BOOL(config_origin, anonymous), .unset = "no",
	  .summary = "Ask without signing, for public buckets." },
	{ "ca_file", SETTING_S3, TEXT_OF(PATH, config_origin, ca_file), .unset = "",
	  .summary = "Certificates (PEM) to trust for the endpoint. Empty: the system's." },
	{ "forbidden_is_missing", SETTING_S3, BOOL(config_origin, forbidden_is_missing), .unset = "no",
	  .summary = "Answer 404 where S3 says 403, as it does of missing objects to keys that may\n"
	             "not list the bucket." },
	{ "connect_timeout", SETTING_S3, MS(config_origin, connect_ms, 10, MINUTE), .unset = "2s",
	  .summary = "Time for one connection, TLS included." },
	{ "stall_timeout", SETTING_S3, MS(config_origin, stall_ms, 100, 10 * MINUTE), .unset = "10s",
	  .summary = "Longest pause in a transfer." },
};
/* clang-format on */
const size_t settings_count = sizeof settings_table / sizeof settings_table[0];
_Static_assert(sizeof settings_table / sizeof settings_table[0] <= 64, "config.c keeps 64 bits");

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
	case SETTING__SECTIONS:
		break;
	}
	return "?";
}

void
settings_init(enum setting_section section, void *base)
{
	char why[SETTINGS_WHY];
	size_t i;

	/* Defaults go through the same setters; the unit test proves that each is taken. */
	for (i = 0; i < settings_count; i++)
		if (settings_table[i].section == section)
			(void)!settings_set(
				&settings_table[i], base, settings_table[i].unset, "", why);
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
	case SETTING_URL:
		(void)snprintf(ret, SETTINGS_WHY, "http://host, https://host, or that with :port");
		return;
	}
	ret[0] = '\0';
}

void
settings_env_name(const struct setting *row, char ret[SETTINGS_ENV])
{
	const char *section = settings_section_name(row->section);
	char *c;

	(void)snprintf(ret, SETTINGS_ENV, "LIMNER_%s%s%s", section, *section != '\0' ? "_" : "",
		row->name);
	for (c = ret; *c != '\0'; c++)
		*c = (char)toupper((unsigned char)*c);
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
	case SETTING_URL:
		return set_url(row, field, value);
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
	char number[32];

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
	case SETTING_URL:
		if ((row->flags & SETTING_SECRET) != 0 && *text != '\0')
			text = "(set)";
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
