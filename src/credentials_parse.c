#include "credentials_parse.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* ---- JSON ---- */

static void
skip_blanks(const char **s)
{
	*s += strspn(*s, " \t\r\n");
}

/* Read four hex digits; -1 when they are not. */
static int
read_hex4(const char *s)
{
	static const char digits[] = "0123456789abcdef";
	int value = 0;

	for (int i = 0; i < 4; i++) {
		char c = s[i] >= 'A' && s[i] <= 'F' ? (char)(s[i] - 'A' + 'a') : s[i];
		const char *at = c != '\0' ? strchr(digits, c) : NULL;

		if (at == NULL)
			return -1;
		value = value * 16 + (int)(at - digits);
	}
	return value;
}

/* Read what follows a backslash. False for what is no escape, or is beyond ASCII. */
static bool
read_escape(const char **s, char *ret)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *at;
	int code;

	if (**s == 'u') {
		code = read_hex4(*s + 1);
		if (code <= 0 || code > 0x7f)
			return false;
		*s += 5;
		*ret = (char)code;
		return true;
	}
	at = **s != '\0' ? strchr(names, **s) : NULL;
	if (at == NULL)
		return false;
	*ret = values[at - names];
	(*s)++;
	return true;
}

/* Read a text from its opening quote to behind its closing one. */
static bool
read_text(const char **s, char *ret, size_t size)
{
	size_t n = 0;
	char c;

	if (**s != '"')
		return false;
	for ((*s)++; **s != '"';) {
		c = **s;
		if (c == '\0')
			return false;
		(*s)++;
		if (c == '\\' && !read_escape(s, &c))
			return false;
		if (n + 1 >= size)
			return false;
		ret[n++] = c;
	}
	(*s)++;
	ret[n] = '\0';
	return true;
}

/* Pass over a text, whatever is escaped in it. */
static bool
skip_text(const char **s)
{
	for ((*s)++; **s != '"'; (*s)++) {
		if (**s == '\\' && (*s)[1] != '\0')
			(*s)++;
		if (**s == '\0')
			return false;
	}
	(*s)++;
	return true;
}

/* Pass over any value; brackets are counted, not matched by kind. */
static bool
skip_value(const char **s)
{
	size_t depth = 0, n;

	do {
		skip_blanks(s);
		if (**s == '"') {
			if (!skip_text(s))
				return false;
		} else if (**s == '{' || **s == '[') {
			depth++;
			(*s)++;
		} else if (depth > 0 && **s != '\0' && strchr("}],:", **s) != NULL) {
			depth -= **s == '}' || **s == ']';
			(*s)++;
		} else {
			n = strcspn(*s, "{}[],:\" \t\r\n");
			if (n == 0)
				return false;
			*s += n;
		}
	} while (depth > 0);
	return true;
}

bool
credentials_parse_json(const char *json, const char *name, char *ret, size_t size)
{
	const char *s = json;
	char member[64];
	const char *key;

	ret[0] = '\0';
	skip_blanks(&s);
	if (*s != '{')
		return false;
	do {
		s++; /* { or , */
		skip_blanks(&s);
		key = s;
		if (!read_text(&s, member, sizeof member)) {
			member[0] = '\0'; /* longer or stranger than any name looked for */
			s = key;
			if (*s != '"' || !skip_text(&s))
				return false;
		}
		skip_blanks(&s);
		if (*s != ':')
			return false;
		s++;
		skip_blanks(&s);
		if (strcmp(member, name) == 0) {
			if (read_text(&s, ret, size))
				return true;
			ret[0] = '\0';
			return false;
		}
		if (!skip_value(&s))
			return false;
		skip_blanks(&s);
	} while (*s == ',');
	return false;
}

/* ---- XML ---- */

bool
credentials_parse_xml(const char *xml, const char *name, char *ret, size_t size)
{
	char tag[64];
	const char *s;
	size_t n;

	ret[0] = '\0';
	(void)snprintf(tag, sizeof tag, "<%s>", name);
	s = strstr(xml, tag);
	if (s == NULL)
		return false;
	s += strlen(tag);
	n = strcspn(s, "<&");
	if (s[n] != '<' || s[n + 1] != '/' || n >= size)
		return false;
	memcpy(ret, s, n);
	ret[n] = '\0';
	return true;
}

/* ---- Dates ---- */

/* Read a number of so many digits within its bounds, and the letter behind it. */
static bool
read_part(const char **s, int digits, int min, int max, char end, int *ret)
{
	*ret = 0;
	for (; digits > 0; digits--, (*s)++) {
		if (**s < '0' || **s > '9')
			return false;
		*ret = *ret * 10 + (**s - '0');
	}
	if (end != '\0' && *(*s)++ != end)
		return false;
	return *ret >= min && *ret <= max;
}

bool
credentials_parse_date(const char *s, int64_t *ret_unix_s)
{
	struct tm tm = { 0 };
	time_t when;
	int month_day;

	if (!read_part(&s, 4, 1970, 9999, '-', &tm.tm_year) ||
		!read_part(&s, 2, 1, 12, '-', &tm.tm_mon) ||
		!read_part(&s, 2, 1, 31, 'T', &tm.tm_mday) ||
		!read_part(&s, 2, 0, 23, ':', &tm.tm_hour) ||
		!read_part(&s, 2, 0, 59, ':', &tm.tm_min) ||
		!read_part(&s, 2, 0, 59, '\0', &tm.tm_sec))
		return false;
	if (*s == '.')
		s += 1 + strspn(s + 1, "0123456789");
	if (strcmp(s, "Z") != 0 && strcmp(s, "+00:00") != 0)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	month_day = tm.tm_mday;
	when = timegm(&tm);
	if (tm.tm_mday != month_day)
		return false; /* the 31st of a shorter month */
	*ret_unix_s = when;
	return true;
}
