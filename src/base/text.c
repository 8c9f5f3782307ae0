#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Bounds of what can be printed with a four-digit year: 0001-01-01 and 9999-12-31, midnight. */
#define FIRST_S (-62135596800)
#define LAST_S  253402300799

#define EXACT_MAX 9007199254740992.0 /* 2^53: doubles count up to here without a gap */

static const char *const days[7] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
static const char *const long_days[7] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday",
	"Friday", "Saturday" };
static const char *const months[12] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
	"Sep", "Oct", "Nov", "Dec" };

/* ctype.h follows the locale; these do not. */
static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool
text_same(const char *a, const char *b)
{
	while (*a != '\0' && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

bool
text_to_int(const char *s, int64_t min, int64_t max, int64_t *ret)
{
	bool minus = *s == '-';
	int64_t value = 0; /* kept negative: that side reaches one further */

	if (minus || *s == '+')
		s++;
	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		int digit = *s - '0';

		if (!is_digit(*s) || value < (INT64_MIN + digit) / 10)
			return false;
		value = value * 10 - digit;
	}
	if (!minus) {
		if (value == INT64_MIN)
			return false;
		value = -value;
	}
	if (value < min || value > max)
		return false;
	*ret = value;
	return true;
}

/*
 * Read a decimal at the start of s and tell where it ends; NULL when there is none.
 *
 * With at most 15 digits both the digits as a whole number and the power of ten are exact doubles,
 * so the one division rounds correctly.
 */
static const char *
read_decimal(const char *s, double *ret)
{
	bool minus = *s == '-';
	int64_t digits = 0;
	double scale = 1;
	int n = 0;

	if (minus || *s == '+')
		s++;
	for (; is_digit(*s) && n < 16; s++, n++)
		digits = digits * 10 + (*s - '0');
	if (*s == '.' && is_digit(s[1])) {
		for (s++; is_digit(*s) && n < 16; s++, n++) {
			digits = digits * 10 + (*s - '0');
			scale *= 10;
		}
	}
	if (n == 0 || n > 15)
		return NULL;
	*ret = (double)(minus ? -digits : digits) / scale;
	return s;
}

bool
text_to_real(const char *s, double min, double max, double *ret)
{
	double value;
	const char *end = read_decimal(s, &value);

	if (end == NULL || *end != '\0' || value < min || value > max)
		return false;
	*ret = value;
	return true;
}

bool
text_to_bytes(const char *s, uint64_t *ret)
{
	static const char units[] = "kmgt";
	uint64_t value = 0;
	const char *unit;

	if (!is_digit(*s))
		return false;
	for (; is_digit(*s); s++) {
		uint64_t digit = (uint64_t)(*s - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	unit = *s == '\0' ? NULL : strchr(units, lower(*s));
	if (unit != NULL) {
		unsigned shift = 10 * (unsigned)(unit - units + 1);

		if (value > UINT64_MAX >> shift)
			return false;
		value <<= shift;
		s++;
	}
	if (lower(*s) == 'b')
		s++;
	if (*s != '\0')
		return false;
	*ret = value;
	return true;
}

bool
text_to_ms(const char *s, uint64_t *ret)
{
	static const struct {
		const char *name;
		double ms;
	} units[] = { { "ms", 1 }, { "", 1e3 }, { "s", 1e3 }, { "m", 6e4 }, { "h", 3.6e6 },
		{ "d", 8.64e7 } };
	double value;
	const char *end = is_digit(*s) || *s == '.' ? read_decimal(s, &value) : NULL;

	if (end == NULL)
		return false;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (strcmp(end, units[i].name) != 0)
			continue;
		value *= units[i].ms;
		if (value > EXACT_MAX)
			return false;
		*ret = (uint64_t)(value + 0.5);
		return true;
	}
	return false;
}

bool
text_to_bool(const char *s, bool *ret)
{
	static const char *const names[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (text_same(s, names[i])) {
			*ret = i % 2 == 1;
			return true;
		}
	}
	return false;
}

static int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
text_url_decode(const char *s, size_t len, bool loose, char *ret, size_t size, size_t *n)
{
	size_t at = 0;

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '%') {
			int high = len - i > 2 ? hex_value(s[i + 1]) : -1;
			int low = len - i > 2 ? hex_value(s[i + 2]) : -1;

			if (high >= 0 && low >= 0) {
				c = (char)(high * 16 + low);
				i += 2;
			} else if (!loose) {
				return false;
			}
		}
		if (at + 1 >= size)
			return false;
		ret[at++] = c;
	}
	if (at >= size)
		return false;
	ret[at] = '\0';
	*n = at;
	return true;
}

static bool
goes_as_it_is(char c, bool keep_slash)
{
	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') ||
	       (c != '\0' && strchr("-._~", c) != NULL) || (keep_slash && c == '/');
}

bool
text_url_encode(struct buf *out, const char *s, size_t len, bool keep_slash, struct err *err)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t want = 0;

	for (size_t i = 0; i < len; i++)
		want += goes_as_it_is(s[i], keep_slash) ? 1 : 3;
	/* All or nothing: a limit must never cut an escape in two. */
	if (!buf_reserve(out, want, err))
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		char escape[3] = { '%', hex[c >> 4], hex[c & 15] };
		bool plain = goes_as_it_is(s[i], keep_slash);

		if (!buf_add(out, plain ? &s[i] : escape, plain ? 1 : 3, err))
			return false;
	}
	return true;
}

size_t
text_utf8_step(const char *s, size_t n)
{
	const unsigned char *b = (const unsigned char *)s;
	unsigned char low = 0x80, high = 0xbf; /* of the second byte */
	size_t len;

	if (n == 0)
		return 0;
	if (b[0] < 0x80)
		return 1;
	if (b[0] < 0xc2 || b[0] > 0xf4)
		return 0;
	len = b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
	if (b[0] == 0xe0)
		low = 0xa0; /* below: overlong */
	else if (b[0] == 0xed)
		high = 0x9f; /* above: surrogates */
	else if (b[0] == 0xf0)
		low = 0x90; /* below: overlong */
	else if (b[0] == 0xf4)
		high = 0x8f; /* above: past U+10FFFF */
	if (n < len || b[1] < low || b[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((b[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

bool
text_is_utf8(const char *s, size_t n)
{
	while (n > 0) {
		size_t step = text_utf8_step(s, n);

		if (step == 0)
			return false;
		s += step;
		n -= step;
	}
	return true;
}

bool
text_json(struct buf *out, const char *s, struct err *err)
{
	static const char named[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	size_t left = strlen(s), len = out->len;
	bool ok = true;

	while (left > 0 && ok) {
		size_t step = text_utf8_step(s, left);
		const char *name = strchr(named, *s);

		if (step == 0) /* JSON is UTF-8; what is not becomes the replacement character */
			ok = buf_adds(out, "\xef\xbf\xbd", err);
		else if (name != NULL)
			ok = buf_addf(out, err, "\\%c", letters[name - named]);
		else if (step == 1 && ((unsigned char)*s < 0x20 || *s == 0x7f))
			ok = buf_addf(out, err, "\\u%04x", (unsigned)*s);
		else
			ok = buf_add(out, s, step, err);
		step = step == 0 ? 1 : step;
		s += step;
		left -= step;
	}
	if (!ok && out->bytes != NULL) {
		out->len = len;
		out->bytes[len] = '\0';
	}
	return ok;
}

/* Calendar fields of a time, held inside years that print with four digits. */
static struct tm
calendar(int64_t unix_s)
{
	struct tm tm = { 0 };
	time_t t = (time_t)(unix_s < FIRST_S ? FIRST_S : unix_s > LAST_S ? LAST_S : unix_s);

	(void)gmtime_r(&t, &tm);
	return tm;
}

void
text_http_date(int64_t unix_s, char ret[TEXT_HTTP_DATE])
{
	struct tm tm = calendar(unix_s);

	/* Not strftime: its names follow the locale. The remainders tell the compiler the widths.
	 */
	(void)snprintf(ret, TEXT_HTTP_DATE, "%s, %02u %s %04u %02u:%02u:%02u GMT",
		days[(unsigned)tm.tm_wday % 7], (unsigned)tm.tm_mday % 100,
		months[(unsigned)tm.tm_mon % 12], (unsigned)(tm.tm_year + 1900) % 10000,
		(unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
}

void
text_basic_date(int64_t unix_s, char ret[17])
{
	struct tm tm = calendar(unix_s);

	(void)snprintf(ret, 17, "%04u%02u%02uT%02u%02u%02uZ", (unsigned)(tm.tm_year + 1900) % 10000,
		(unsigned)(tm.tm_mon + 1) % 100, (unsigned)tm.tm_mday % 100,
		(unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
}

static bool
read_number(const char **s, size_t width, int *ret)
{
	int value = 0;

	for (size_t i = 0; i < width; i++, (*s)++) {
		if (!is_digit(**s))
			return false;
		value = value * 10 + (**s - '0');
	}
	*ret = value;
	return true;
}

static bool
read_name(const char **s, const char *const *names, int count, int *ret)
{
	for (int i = 0; i < count; i++) {
		size_t len = strlen(names[i]);

		if (strncmp(*s, names[i], len) == 0) {
			*s += len;
			*ret = i;
			return true;
		}
	}
	return false;
}

/*
 * Read the field a letter stands for: those of strptime, but %e is a day padded with a blank and
 * %y a year of two digits. (strptime itself follows the locale and takes what no date has.)
 */
static bool
read_field(const char **s, char letter, struct tm *tm)
{
	bool ok;

	switch (letter) {
	case 'a':
		return read_name(s, days, 7, &tm->tm_wday);
	case 'A':
		return read_name(s, long_days, 7, &tm->tm_wday);
	case 'b':
		return read_name(s, months, 12, &tm->tm_mon);
	case 'e':
		if (**s == ' ') {
			(*s)++;
			return read_number(s, 1, &tm->tm_mday);
		}
		return read_number(s, 2, &tm->tm_mday);
	case 'd':
		return read_number(s, 2, &tm->tm_mday);
	case 'H':
		return read_number(s, 2, &tm->tm_hour);
	case 'M':
		return read_number(s, 2, &tm->tm_min);
	case 'S':
		return read_number(s, 2, &tm->tm_sec);
	case 'Y':
		ok = read_number(s, 4, &tm->tm_year);
		tm->tm_year -= 1900;
		return ok;
	case 'y':
		/* The rule of a sliding century needs a clock; nothing older than 1970 is meant. */
		ok = read_number(s, 2, &tm->tm_year);
		tm->tm_year += tm->tm_year < 70 ? 100 : 0;
		return ok;
	default:
		return false;
	}
}

static bool
read_date(const char *s, const char *pattern, struct tm *ret)
{
	for (; *pattern != '\0'; pattern++) {
		if (*pattern == '%') {
			pattern++;
			if (!read_field(&s, *pattern, ret))
				return false;
		} else if (*s++ != *pattern) {
			return false;
		}
	}
	return *s == '\0';
}

bool
text_from_http_date(const char *s, int64_t *ret_unix_s)
{
	static const char *const patterns[] = { "%a, %d %b %Y %H:%M:%S GMT",
		"%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y" };

	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		struct tm tm = { 0 }, made;
		time_t t;

		if (!read_date(s, patterns[i], &tm))
			continue;
		if (tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60) /* 60: a leap second */
			return false;
		made = tm;
		made.tm_sec = 0; /* a leap second may end the day, which is no other day then */
		t = timegm(&made);
		/* A day the month has not got falls into another month. */
		if (made.tm_mon != tm.tm_mon || made.tm_wday != tm.tm_wday)
			return false;
		*ret_unix_s = (int64_t)t + tm.tm_sec;
		return true;
	}
	return false;
}

bool
text_copy(char *ret, size_t size, const char *s)
{
	size_t len = strlen(s);

	if (len >= size)
		return false;
	memcpy(ret, s, len + 1);
	return true;
}

size_t
text_trim(const char *s, size_t n, const char **ret)
{
	while (n > 0 && (*s == ' ' || *s == '\t')) {
		s++;
		n--;
	}
	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	*ret = s;
	return n;
}
