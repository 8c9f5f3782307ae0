#include "rules.h"
#include "grammar.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FIELDS_MAX 64
#define HEAD_MAX   20480 /* bytes of all field lines CloudFront takes */

struct field {
	char name[64], value[4096];
};

/* A head taken to pieces, and where faults are told. */
struct head {
	const struct rules_answer *answer;
	rules_found *found;
	void *self;
	int status;
	struct field fields[FIELDS_MAX];
	size_t count;
	bool limners;
};

static void __attribute__((format(printf, 3, 4)))
wrong(const struct head *h, const char *rule, const char *format, ...)
{
	char why[512];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(why, sizeof why, format, ap);
	va_end(ap);
	h->found(h->self, rule, why);
}

static const char *
get(const struct head *h, const char *name)
{
	for (size_t i = 0; i < h->count; i++)
		if (strcasecmp(h->fields[i].name, name) == 0)
			return h->fields[i].value;
	return NULL;
}

/* ---- Taking a head to pieces ---- */

static void
add_field(struct head *h, const char *line, size_t n)
{
	const char *colon = memchr(line, ':', n);
	size_t name_len = colon != NULL ? (size_t)(colon - line) : 0, from;
	struct field *f = &h->fields[h->count];

	for (size_t i = 0; i < n; i++)
		if (((unsigned char)line[i] < 0x20 && line[i] != '\t') ||
			(unsigned char)line[i] > 0x7e) {
			wrong(h, "bytes", "0x%02x in \"%.*s\"", (unsigned char)line[i], (int)n,
				line);
			return;
		}
	for (size_t i = 0; i < name_len; i++)
		if (!grammar_is_token_char(line[i]))
			name_len = 0;
	if (name_len == 0 || name_len >= sizeof f->name) {
		wrong(h, "field", "\"%.*s\" is no field", (int)n, line);
		return;
	}
	for (from = name_len + 1; from < n && (line[from] == ' ' || line[from] == '\t'); from++)
		;
	if (h->count == FIELDS_MAX || n - from >= sizeof f->value) {
		wrong(h, "size", "too many fields, or one that is too long");
		return;
	}
	(void)snprintf(f->name, sizeof f->name, "%.*s", (int)name_len, line);
	(void)snprintf(f->value, sizeof f->value, "%.*s", (int)(n - from), line + from);
	h->count++;
}

static void
take_apart(struct head *h)
{
	const char *line = h->answer->head, *end;
	size_t lines = 0, n, all = strlen(line);

	if (all >= HEAD_MAX)
		wrong(h, "size", "a head of %zu bytes", all);
	for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		n = (size_t)(end - line);
		if (n > 0 && line[n - 1] == '\r')
			n--;
		if (n == 0)
			break;
		if (lines++ > 0) {
			add_field(h, line, n);
			continue;
		}
		if (strncmp(line, "Status: ", 8) == 0)
			h->status = (int)strtol(line + 8, NULL, 10);
		else if (strncmp(line, "HTTP/", 5) == 0 && strchr(line, ' ') != NULL)
			h->status = (int)strtol(strchr(line, ' ') + 1, NULL, 10);
		if (h->status < 200 || h->status > 599)
			wrong(h, "status", "\"%.*s\"", (int)n, line);
	}
	if (end == NULL)
		wrong(h, "field", "the head has no end");
}

/* ---- Rules for every answer ---- */

static void
judge_repeats(const struct head *h)
{
	static const char several[] = " set-cookie link via connection warning ";
	char name[72];

	for (size_t i = 0; i < h->count; i++)
		for (size_t j = i + 1; j < h->count; j++) {
			if (strcasecmp(h->fields[i].name, h->fields[j].name) != 0)
				continue;
			(void)snprintf(name, sizeof name, " %s ", h->fields[i].name);
			if (strcasestr(several, name) == NULL)
				wrong(h, "twice", "%s", h->fields[i].name);
		}
}

static void
judge_dates(const struct head *h)
{
	static const char *const names[] = { "Date", "Last-Modified", "Expires" };
	const char *date = get(h, "Date"), *changed = get(h, "Last-Modified"), *value;
	long long a, b;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		value = get(h, names[i]);
		if (value != NULL && !grammar_read_date(value, &a))
			wrong(h, "date", "%s: %s", names[i], value);
	}
	if (h->answer->cgi && date != NULL)
		wrong(h, "server", "Date is the web server's to say");
	if (!h->answer->cgi && date == NULL)
		wrong(h, "date", "no Date");
	/* web servers look at the clock now and then only */
	if (date != NULL && changed != NULL && grammar_read_date(date, &a) &&
		grammar_read_date(changed, &b) && b > a + 2)
		wrong(h, "date", "Last-Modified %s is after Date %s", changed, date);
}

static void
judge_tag(const struct head *h)
{
	const char *tag = get(h, "ETag"), *s = tag;

	if (tag == NULL)
		return;
	s += strncmp(s, "W/", 2) == 0 ? 2 : 0;
	if (*s != '"' || strcspn(s + 1, "\" ") + 2 != strlen(s) || s[strlen(s) - 1] != '"')
		wrong(h, "etag", "%s", tag);
}

/* Look up a directive: its value, "" when it has none, NULL when it is not there. Static. */
static const char *
cache_word(const char *s, const char *name, int *ret_times)
{
	static char value[64];
	const char *ret = NULL;

	*ret_times = 0;
	while (*s != '\0') {
		const char *start = grammar_blanks(s), *end = grammar_directive(start);
		size_t n = strcspn(start, "=, \t");

		if (end == NULL)
			break;
		if (n == strlen(name) && strncasecmp(start, name, n) == 0) {
			(void)snprintf(value, sizeof value, "%.*s",
				start[n] == '=' ? (int)(end - start - (long)n - 1) : 0,
				start + n + 1);
			ret = value;
			++*ret_times;
		}
		s = grammar_blanks(end);
		s += *s == ',';
	}
	return ret;
}

static bool
cache_has(const char *s, const char *name)
{
	int times;

	return cache_word(s, name, &times) != NULL;
}

static void
judge_cache(const struct head *h)
{
	static const char *const seconds[] = { "max-age", "s-maxage", "stale-while-revalidate",
		"stale-if-error" };
	static const char *const bare[] = { "no-store", "public", "immutable", "must-revalidate",
		"proxy-revalidate", "no-transform", "must-understand" };
	const char *s = get(h, "Cache-Control"), *value;
	bool lives = false;
	int times;

	/* a 304 may leave out what the origin did not say: the stored one stays (RFC 9111 3.2) */
	if (s == NULL && h->limners && h->status != 304)
		wrong(h, "cache-control", "there is none");
	if (s == NULL)
		return;
	if (!grammar_is_list(s, grammar_directive)) {
		wrong(h, "cache-control", "%s", s);
		return;
	}
	for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
		value = cache_word(s, seconds[i], &times);
		if (times > 1)
			wrong(h, "cache-control", "%s twice in %s", seconds[i], s);
		if (value != NULL && !grammar_is_digits(value))
			wrong(h, "cache-control", "%s is no number of seconds in %s", seconds[i],
				s);
		lives = lives || (value != NULL && i < 2);
	}
	for (size_t i = 0; i < sizeof bare / sizeof bare[0]; i++) {
		value = cache_word(s, bare[i], &times);
		if (times > 1 || (value != NULL && *value != '\0'))
			wrong(h, "cache-control", "%s twice or with a value in %s", bare[i], s);
	}
	if (cache_has(s, "no-store") &&
		(lives || cache_has(s, "immutable") || cache_has(s, "public") ||
			cache_has(s, "stale-while-revalidate")))
		wrong(h, "contradiction", "%s", s);
	if (cache_has(s, "public") && cache_has(s, "private"))
		wrong(h, "contradiction", "%s", s);
	if (cache_has(s, "immutable") && !lives)
		wrong(h, "contradiction", "immutable without an age: %s", s);
}

static void
judge_vary(const struct head *h)
{
	const char *s = get(h, "Vary"), *start;
	size_t n;

	if (s == NULL)
		return;
	if (!grammar_is_list(s, grammar_token)) {
		wrong(h, "vary", "%s", s);
		return;
	}
	if (strchr(s, '*') != NULL && (h->limners || strcmp(s, "*") != 0))
		wrong(h, "vary", "%s", s);
	for (start = s; *start != '\0'; start += n + strspn(start + n, ", \t")) {
		n = strcspn(start, ", \t");
		if (grammar_list_has(start + n, start, n))
			wrong(h, "vary", "a name twice: %s", s);
	}
}

/* One page's answer must not be kept for another's. */
static void
judge_cors(const struct head *h)
{
	const char *s = get(h, "Access-Control-Allow-Origin"), *vary = get(h, "Vary");

	if (s != NULL && *s != '*' && (vary == NULL || !grammar_list_has(vary, "Origin", 6)))
		wrong(h, "cors", "for %s alone, and no Vary: Origin", s);
}

static bool
is_media_type(const char *s)
{
	s = grammar_token(s);
	s = s != NULL && *s == '/' ? grammar_token(s + 1) : NULL;
	s = s != NULL ? grammar_parameters(s, true) : NULL;
	return s != NULL && *s == '\0';
}

static void
judge_lists(const struct head *h)
{
	static const struct {
		const char *name;
		const char *(*element)(const char *);
	} rows[] = { { "Allow", grammar_token }, { "Server-Timing", grammar_metric },
		{ "Link", grammar_link_value }, { "Content-Encoding", grammar_token },
		{ "Accept-CH", grammar_token } };
	const char *s;

	for (size_t i = 0; i < h->count; i++)
		for (size_t j = 0; j < sizeof rows / sizeof rows[0]; j++)
			if (strcasecmp(h->fields[i].name, rows[j].name) == 0 &&
				!grammar_is_list(h->fields[i].value, rows[j].element))
				wrong(h, "syntax", "%s: %s", rows[j].name, h->fields[i].value);
	s = get(h, "Content-Disposition");
	if (s != NULL) {
		const char *type = grammar_token(s);
		const char *end = type != NULL ? grammar_parameters(type, true) : NULL;

		if (end == NULL || *end != '\0')
			wrong(h, "syntax", "Content-Disposition: %s", s);
	}
	s = get(h, "Accept-Ranges");
	if (s != NULL && strcmp(s, "bytes") != 0 && strcmp(s, "none") != 0)
		wrong(h, "syntax", "Accept-Ranges: %s", s);
	s = get(h, "Age");
	if (s != NULL && !grammar_is_digits(s))
		wrong(h, "syntax", "Age: %s", s);
	s = get(h, "Content-Type");
	if (s != NULL && !is_media_type(s))
		wrong(h, "content-type", "%s", s);
}

static void
judge_references(const struct head *h)
{
	static const char *const names[] = { "Location", "Content-Location" };
	bool moved = h->status == 301 || h->status == 302 || h->status == 303 || h->status == 307 ||
		     h->status == 308;
	const char *s;

	for (size_t i = 0; i < 2; i++) {
		s = get(h, names[i]);
		if (s != NULL && (*s == '\0' || strpbrk(s, " \t\"<>\\^`{|}") != NULL))
			wrong(h, "location", "%s: %s", names[i], s);
	}
	if (moved != (get(h, "Location") != NULL))
		wrong(h, "location", "Location and %d do not go together", h->status);
}

/* Fields that only one status has, or that it must have. */
static void
judge_status(const struct head *h)
{
	const char *s = get(h, "Retry-After");
	long long at;

	if ((h->status == 405) != (get(h, "Allow") != NULL))
		wrong(h, "allow", "Allow and %d do not go together", h->status);
	if (h->status == 401 && get(h, "WWW-Authenticate") == NULL)
		wrong(h, "authenticate", "401 without WWW-Authenticate");
	if (s != NULL && !grammar_is_digits(s) && !grammar_read_date(s, &at))
		wrong(h, "retry-after", "%s", s);
	if (h->limners && h->status == 503 && (s == NULL || !grammar_is_digits(s)))
		wrong(h, "retry-after", "503 without seconds to wait");
	if (h->status != 304)
		return;
	if (get(h, "Content-Length") != NULL || get(h, "Content-Range") != NULL ||
		get(h, "Content-Encoding") != NULL || get(h, "Transfer-Encoding") != NULL)
		wrong(h, "not-modified", "304 speaks of a body");
	if (get(h, "ETag") == NULL && get(h, "Last-Modified") == NULL)
		wrong(h, "not-modified", "304 without a validator");
}

static void
judge_range(const struct head *h)
{
	const char *range = get(h, "Content-Range"), *length = get(h, "Content-Length");
	unsigned long long from, to, all;
	char end, star;

	if (h->status == 206 && get(h, "ETag") == NULL && get(h, "Last-Modified") == NULL)
		wrong(h, "range", "206 without a validator");
	if (range == NULL) {
		if (h->status == 206 && (get(h, "Content-Type") == NULL ||
						strncasecmp(get(h, "Content-Type"),
							"multipart/byteranges", 20) != 0))
			wrong(h, "range", "206 without Content-Range");
		return;
	}
	if (h->status == 416) {
		if (sscanf(range, "bytes */%llu%c", &all, &end) != 1)
			wrong(h, "range", "416 with %s", range);
		return;
	}
	if (h->status != 206) {
		wrong(h, "range", "Content-Range with %d", h->status);
		return;
	}
	if (sscanf(range, "bytes %llu-%llu/%llu%c", &from, &to, &all, &end) != 3 &&
		sscanf(range, "bytes %llu-%llu/%c%c", &from, &to, &star, &end) != 3) {
		wrong(h, "range", "%s", range);
		return;
	}
	if (strchr(range, '*') == NULL && to >= all)
		wrong(h, "range", "beyond the end: %s", range);
	if (from > to)
		wrong(h, "range", "backwards: %s", range);
	if (length != NULL && strtoull(length, NULL, 10) != to - from + 1)
		wrong(h, "range", "%s, and Content-Length %s", range, length);
}

static void
judge_length(const struct head *h)
{
	const struct rules_answer *a = h->answer;
	const char *length = get(h, "Content-Length");

	if (length != NULL && !grammar_is_digits(length))
		wrong(h, "length", "%s", length);
	if (length != NULL && get(h, "Transfer-Encoding") != NULL)
		wrong(h, "length", "Content-Length and Transfer-Encoding");
	if (!a->has_body)
		return;
	if ((a->head_only || h->status == 304 || h->status == 204) && a->body_len > 0)
		wrong(h, "length", "%zu bytes of body where there is none", a->body_len);
	else if (!a->head_only && h->status != 304 && length != NULL && !a->broken_off &&
		 strtoull(length, NULL, 10) != a->body_len)
		wrong(h, "length", "Content-Length %s, and %zu bytes", length, a->body_len);
	if (a->broken_off && length != NULL && a->body_len > strtoull(length, NULL, 10))
		wrong(h, "length", "Content-Length %s, and more", length);
}

/* ---- Rules for what limner made ---- */

/* What a picture's tag says it is: "…-<16 hex digits>.<format>". NULL: no tag of a picture. */
static const char *
made_format(const struct head *h)
{
	static char format[16];
	const char *tag = get(h, "ETag");
	const char *dot = tag != NULL ? strrchr(tag, '.') : NULL;

	if (dot == NULL || dot - tag < 18 || dot[-17] != '-' ||
		strspn(dot - 16, "0123456789abcdef") < 16)
		return NULL;
	(void)snprintf(format, sizeof format, "%.*s", (int)strcspn(dot + 1, "\""), dot + 1);
	return format;
}

static const struct {
	const char *format, *type, *magic; /* magic: of the bytes at `at` */
	size_t at;
} formats[] = {
	{ "jpg", "image/jpeg", "\xff\xd8\xff", 0 },
	{ "png", "image/png", "\x89PNG\r\n\x1a\n", 0 },
	{ "gif", "image/gif", "GIF8", 0 },
	{ "webp", "image/webp", "WEBPVP8", 8 },
	{ "avif", "image/avif", "ftypavi", 4 },
	{ "json", "application/json", "{", 0 },
};

/* Type, tag and bytes say the same. */
static void
judge_type(const struct head *h)
{
	const struct rules_answer *a = h->answer;
	const char *type = get(h, "Content-Type"), *format = made_format(h);
	bool whole = h->status == 200 && !a->head_only;
	size_t n;

	if (format != NULL && !a->cached && strncmp(get(h, "ETag"), "W/", 2) == 0)
		wrong(h, "etag", "a picture's is strong, but %s", get(h, "ETag"));
	if (type == NULL) {
		if (!a->head_only && h->status != 304 && h->status != 308 &&
			!(a->has_body && a->body_len == 0))
			wrong(h, "content-type", "a body without a type");
		return;
	}
	if (h->status >= 400 && strcmp(type, "application/json") != 0)
		wrong(h, "content-type", "an error in %s", type);
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		n = strlen(formats[i].magic);
		if (format != NULL && h->status < 300 && strcmp(format, formats[i].format) == 0 &&
			strcmp(type, formats[i].type) != 0)
			wrong(h, "content-type", "%s, and a tag of %s", type, format);
		if (format != NULL && whole && a->body != NULL && !a->broken_off &&
			strcmp(type, formats[i].type) == 0 &&
			(a->body_len < formats[i].at + n ||
				memcmp(a->body + formats[i].at, formats[i].magic, n) != 0))
			wrong(h, "content-type", "%s, but not by its bytes", type);
	}
	if (h->status == 304 && !a->cached)
		wrong(h, "not-modified", "304 with Content-Type");
	if (strncasecmp(type, "image/svg", 9) == 0 && get(h, "Content-Security-Policy") == NULL)
		wrong(h, "content-type", "SVG that may run scripts");
}

/* "slug", "bad-value="…"", or both. */
static bool
is_reason(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz-");

	if (strncmp(s, "bad-value=", 10) == 0)
		n = 0;
	else if (n == 0)
		return false;
	s += n;
	if (*s == '\0')
		return n > 0;
	if (n > 0 && (s[0] != ',' || s[1] != ' '))
		return false;
	s += n > 0 ? 2 : 0;
	if (strncmp(s, "bad-value=", 10) != 0)
		return false;
	s = grammar_quoted(s + 10);
	return s != NULL && *s == '\0';
}

/* What stands in for a picture must not be taken for it. */
static void
judge_reason(const struct head *h)
{
	const char *reason = get(h, "Limner-Reason"), *cache = get(h, "Cache-Control");
	bool validators = get(h, "ETag") != NULL || get(h, "Last-Modified") != NULL;
	const char *age;
	int times;

	if (h->status >= 400 && (validators || get(h, "Accept-Ranges") != NULL))
		wrong(h, "validators", "an error with validators, or with ranges");
	if (reason == NULL)
		return;
	if (!is_reason(reason)) {
		wrong(h, "reason", "%s", reason);
		return;
	}
	if (h->status >= 400 || strncmp(reason, "not-smaller", 11) == 0 ||
		strncmp(reason, "over-budget", 11) == 0 || strncmp(reason, "bad-value", 9) == 0)
		return;
	/* a cache in front may cut what it keeps */
	if (validators || (get(h, "Accept-Ranges") != NULL && !h->answer->cached) ||
		h->status != 200)
		wrong(h, "validators", "%d, %s: it stands in, and validates", h->status, reason);
	age = cache != NULL ? cache_word(cache, "max-age", &times) : NULL;
	if (age != NULL &&
		strtoull(age, NULL, 10) > (h->answer->error_age > 0 ? h->answer->error_age : 600))
		wrong(h, "validators", "%s is kept for %s s", reason, age);
}

static void
judge_promises(const struct head *h)
{
	static const char *const servers[] = { "Connection", "Keep-Alive", "Transfer-Encoding",
		"Server", "Date", "Via", "Age", "Set-Cookie" };
	const char *sniff = get(h, "X-Content-Type-Options");
	bool has_body = h->status != 304 && h->status != 308;
	/* only an original may stream without a length, and HEAD of a picture has none */
	bool streams = h->answer->head_only ||
		       ((h->status == 200 || h->status == 206) && made_format(h) == NULL);

	if (has_body ? sniff == NULL || strcmp(sniff, "nosniff") != 0 : false)
		wrong(h, "nosniff", "X-Content-Type-Options: %s", sniff != NULL ? sniff : "");
	if (get(h, "Server-Timing") == NULL && !h->answer->cached)
		wrong(h, "server-timing", "there is none");
	if (h->answer->cgi)
		for (size_t i = 0; i < sizeof servers / sizeof servers[0]; i++)
			if (get(h, servers[i]) != NULL)
				wrong(h, "server", "%s is the web server's to say", servers[i]);
	if (get(h, "Content-Length") == NULL && h->status != 304 && h->status != 204 && !streams &&
		!h->answer->cached)
		wrong(h, "length", "no Content-Length");
}

/* ---- All of them ---- */

static bool
is_limners(const struct head *h)
{
	const char *type = get(h, "Content-Type");

	return h->status < 400 || get(h, "Limner-Reason") != NULL ||
	       get(h, "Server-Timing") != NULL || type == NULL ||
	       strncasecmp(type, "text/html", 9) != 0;
}

void
rules_judge(const struct rules_answer *answer, rules_found *found, void *self)
{
	struct head *h = calloc(1, sizeof *h);

	if (h == NULL)
		abort();
	h->answer = answer;
	h->found = found;
	h->self = self;
	take_apart(h);
	h->limners = answer->cgi || is_limners(h);
	judge_repeats(h);
	judge_dates(h);
	judge_tag(h);
	judge_cache(h);
	judge_vary(h);
	judge_cors(h);
	judge_lists(h);
	judge_references(h);
	judge_status(h);
	judge_range(h);
	judge_length(h);
	if (h->limners) {
		judge_type(h);
		judge_reason(h);
		judge_promises(h);
	}
	free(h);
}
