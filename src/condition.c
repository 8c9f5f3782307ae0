#include "condition.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static bool
given(const char *s)
{
	return s != NULL && s[0] != '\0';
}

/* Visible ASCII only: what may stand in a header. */
static bool
is_graphic(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

const char *
condition_tag(const char *field, bool weak)
{
	size_t n;

	if (weak && strncmp(field, "W/", 2) == 0)
		field += 2;
	n = strlen(field);
	if (n < 2 || field[0] != '"' || strchr(field + 1, '"') != field + n - 1)
		return NULL;
	return is_graphic(field) ? field : NULL;
}

bool
condition_range(const char *range)
{
	static const char digits[] = "0123456789";
	size_t first, last;

	if (!given(range) || strncmp(range, "bytes=", 6) != 0)
		return false;
	range += 6;
	first = strspn(range, digits);
	if (range[first] != '-')
		return false;
	last = strspn(range + first + 1, digits);
	if (range[first + 1 + last] != '\0' || first > 18 || last > 18)
		return false;
	if (first == 0 || last == 0)
		return first != last;
	return strtoull(range, NULL, 10) <= strtoull(range + first + 1, NULL, 10);
}

bool
condition_in_range_of(const char *if_range, const struct source_head *head)
{
	int64_t a, b;

	if (!given(if_range))
		return true;
	if (if_range[0] == '"')
		return strcmp(if_range, head->etag) == 0;
	return text_from_http_date(if_range, &a) && text_from_http_date(head->last_modified, &b) &&
	       a == b;
}
