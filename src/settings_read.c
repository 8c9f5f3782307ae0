/*
 * One reader per kind of setting.
 */
#include "settings_read.h"

#include "base/text.h"
#include "networks.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool
read_number(const struct setting *row, void *field, const char *value)
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
read_measure(const struct setting *row, void *field, const char *value)
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
read_choice(const struct setting *row, void *field, const char *value)
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
read_path(const struct setting *row, void *field, const char *value, const char *folder)
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
read_log(const struct setting *row, void *field, const char *value, const char *folder)
{
	static const char *const words[] = { "stderr", "syslog", "none" };
	size_t i;

	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(value, words[i]) == 0)
			return text_copy(field, row->size, value);
	/* A misspelt word must not become a file of that name. */
	return strpbrk(value, "/.") != NULL && read_path(row, field, value, folder);
}

static bool
read_word(const struct setting *row, void *field, const char *value)
{
	const char *c;

	for (c = value; *c != '\0'; c++)
		if (!isalnum((unsigned char)*c) && strchr("._-", *c) == NULL)
			return false;
	return text_copy(field, row->size, value);
}

static bool
read_mount(const struct setting *row, void *field, const char *value)
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
read_host(const struct setting *row, void *field, const char *value)
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
read_url(const struct setting *row, void *field, const char *value)
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
read_base(const struct setting *row, void *field, const char *value)
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
	return read_url(&as_url, server, server) && is_url_path(value + n) &&
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
read_names(const struct setting *row, void *field, const char *value)
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

/* Keys to sign with, kept with nothing but a comma between them. */
static bool
read_keys(const struct setting *row, void *field, const char *value)
{
	char keys[2 * (128 + 1) + 1] = "";
	size_t n, at = 0, count = 0;

	for (; *value != '\0'; value += n + (value[n] == ',')) {
		const char *key;
		size_t len;

		n = strcspn(value, ",");
		len = text_trim(value, n, &key);
		if (len < 16 || len > 128 || ++count > 2)
			return false;
		for (size_t i = 0; i < len; i++)
			if (key[i] <= ' ' || key[i] > '~')
				return false;
		at += (size_t)snprintf(
			keys + at, sizeof keys - at, "%s%.*s", count > 1 ? "," : "", (int)len, key);
	}
	return text_copy(field, row->size, keys);
}

bool
settings_read(const struct setting *row, void *field, const char *value, const char *folder,
	char why[SETTINGS_WHY])
{
	switch (row->kind) {
	case SETTING_INT:
	case SETTING_INT64:
		return read_number(row, field, value);
	case SETTING_BYTES:
	case SETTING_MS:
		return read_measure(row, field, value);
	case SETTING_BOOL:
		return text_to_bool(value, field);
	case SETTING_CHOICE:
		return read_choice(row, field, value);
	case SETTING_TEXT:
		return text_copy(field, row->size, value);
	case SETTING_WORD:
		return read_word(row, field, value);
	case SETTING_PATH:
		return read_path(row, field, value, folder);
	case SETTING_LOG:
		return read_log(row, field, value, folder);
	case SETTING_MOUNT:
		return read_mount(row, field, value);
	case SETTING_HOST:
		return read_host(row, field, value);
	case SETTING_URL:
		return read_url(row, field, value);
	case SETTING_BASE:
		return read_base(row, field, value);
	case SETTING_KEYS:
		return read_keys(row, field, value);
	case SETTING_NAMES:
		return read_names(row, field, value);
	case SETTING_NETWORKS:
		return networks_valid(value) && text_copy(field, row->size, value);
	case SETTING_LIST:
		return row->valid(value) && text_copy(field, row->size, value);
	case SETTING_STEPS:
		return snap_parse(value, (double)row->min, (double)row->max, 0, field);
	case SETTING_TENTHS:
		return snap_parse(value, (double)row->min / 10, (double)row->max / 10, 1, field);
	case SETTING_AGES:
		return settings_ages_read(value, field, why);
	}
	return false;
}
