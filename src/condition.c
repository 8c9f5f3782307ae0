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
condition_in_range_of(const char *if_range, const char *etag, const char *last_modified)
{
	int64_t a, b;

	if (!given(if_range))
		return true;
	if (if_range[0] == '"')
		return strcmp(if_range, etag) == 0;
	return text_from_http_date(if_range, &a) && text_from_http_date(last_modified, &b) &&
	       a == b;
}

/* Read both ends, -1 for one that is left out. False: nothing that could be followed. */
static bool
read_ends(const char *range, int64_t *ret_first, int64_t *ret_last)
{
	char number[24];
	const char *dash;
	size_t n;

	*ret_first = *ret_last = -1;
	if (strncasecmp(range, "bytes=", 6) != 0 || strchr(range, ',') != NULL)
		return false;
	range += 6;
	dash = strchr(range, '-');
	n = dash != NULL ? (size_t)(dash - range) : sizeof number;
	if (n >= sizeof number)
		return false;
	memcpy(number, range, n);
	number[n] = '\0';
	if (n > 0 && !text_to_int(number, 0, INT64_MAX, ret_first))
		return false;
	if (dash[1] != '\0' && !text_to_int(dash + 1, 0, INT64_MAX, ret_last))
		return false;
	if (*ret_first < 0 || *ret_last < 0)
		return *ret_first != *ret_last;
	return *ret_first <= *ret_last;
}

bool
condition_span(const char *range, uint64_t size, bool *ret_partial, struct condition_span *ret,
	struct err *err)
{
	int64_t first, last;

	*ret = (struct condition_span){ 0, size };
	*ret_partial = read_ends(range, &first, &last);
	if (!*ret_partial)
		return true;
	if (first < 0) { /* the last n bytes */
		if (last == 0 || size == 0)
			return err_set(err, ERR_RANGE, "%s", "");
		ret->length = (uint64_t)last < size ? (uint64_t)last : size;
		ret->from = size - ret->length;
		return true;
	}
	if ((uint64_t)first >= size)
		return err_set(err, ERR_RANGE, "%s", "");
	ret->from = (uint64_t)first;
	ret->length = size - ret->from;
	if (last >= 0 && (uint64_t)last - ret->from + 1 < ret->length)
		ret->length = (uint64_t)last - ret->from + 1;
	return true;
}
