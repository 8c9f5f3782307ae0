#include "grammar.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool
grammar_is_token_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

const char *
grammar_token(const char *s)
{
	const char *start = s;

	while (grammar_is_token_char(*s))
		s++;
	return s > start ? s : NULL;
}

const char *
grammar_quoted(const char *s)
{
	if (*s++ != '"')
		return NULL;
	for (; *s != '"'; s++) {
		if (*s == '\\')
			s++;
		if (*s == '\0')
			return NULL;
	}
	return s + 1;
}

const char *
grammar_token_or_quoted(const char *s)
{
	return *s == '"' ? grammar_quoted(s) : grammar_token(s);
}

const char *
grammar_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/* *( OWS ";" OWS grammar_token [ "=" ( grammar_token / grammar_quoted-string ) ] ) */
const char *
grammar_parameters(const char *s, bool with_value)
{
	for (;;) {
		const char *next = grammar_blanks(s);

		if (*next != ';')
			return s;
		s = grammar_token(grammar_blanks(next + 1));
		if (s == NULL || (*s != '=' && with_value))
			return NULL;
		if (*s == '=')
			s = grammar_token_or_quoted(s + 1);
		if (s == NULL)
			return NULL;
	}
}

/* Tell whether s is one or more of these, with commas between and nothing left out. */
bool
grammar_is_list(const char *s, const char *(*element)(const char *))
{
	for (;;) {
		s = element(grammar_blanks(s));
		if (s == NULL)
			return false;
		s = grammar_blanks(s);
		if (*s == '\0')
			return true;
		if (*s++ != ',')
			return false;
	}
}

bool
grammar_is_digits(const char *s)
{
	return *s != '\0' && s[strspn(s, "0123456789")] == '\0';
}

const char *
grammar_metric(const char *s)
{
	s = grammar_token(s);
	return s != NULL ? grammar_parameters(s, true) : NULL;
}

const char *
grammar_directive(const char *s)
{
	s = grammar_token(s);
	return s != NULL && *s == '=' ? grammar_token_or_quoted(s + 1) : s;
}

const char *
grammar_link_value(const char *s)
{
	if (*s != '<')
		return NULL;
	s += strcspn(s, "> \t\"");
	return *s == '>' ? grammar_parameters(s + 1, false) : NULL;
}

bool
grammar_list_has(const char *list, const char *token, size_t n)
{
	while (*(list += strspn(list, ", \t")) != '\0') {
		size_t len = strcspn(list, ", \t");

		if (len == n && strncasecmp(list, token, n) == 0)
			return true;
		list += len;
	}
	return false;
}

/* Read an IMF-fixdate (RFC 9110 5.6.7) into minutes and seconds that can be compared. */
bool
grammar_read_date(const char *s, long long *ret)
{
	static const char days[] = "ThuFriSatSunMonTueWed"; /* the first of January 1970, and on */
	static const char months[] = "MarAprMayJunJulAugSepOctNovDecJanFeb";
	static const char shape[] = "Aaa, 00 Aaa 0000 00:00:00 GMT";
	long long day, month, year, hour, minute, second;

	if (strlen(s) != sizeof shape - 1)
		return false;
	for (size_t i = 0; i < sizeof shape - 1; i++)
		if (shape[i] == '0' ? strchr("0123456789", s[i]) == NULL
				    : shape[i] != 'A' && shape[i] != 'a' && shape[i] != s[i])
			return false;
	day = strtol(s + 5, NULL, 10);
	year = strtol(s + 12, NULL, 10);
	hour = strtol(s + 17, NULL, 10);
	minute = strtol(s + 20, NULL, 10);
	second = strtol(s + 23, NULL, 10);
	for (month = 0; month < 12; month++)
		if (strncmp(months + month * 3, s + 8, 3) == 0)
			break;
	if (month == 12 || day < 1 || day > 31 || year < 1970 || hour > 23 || minute > 59 ||
		second > 60)
		return false;
	/* years that begin in March have their odd day at the end */
	year -= month >= 10;
	day += 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 - 719469;
	*ret = ((day * 24 + hour) * 60 + minute) * 60 + second;
	return strncmp(days + day % 7 * 3, s, 3) == 0;
}
