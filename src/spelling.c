#include "spelling.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define PAIRS_MAX 64
#define BYTES_MAX 4096

/* A query's pairs, decoded, in its own order. */
struct pairs {
	char text[BYTES_MAX + PAIRS_MAX]; /* each with its NUL */
	const char *pair[PAIRS_MAX];
	size_t count;
};

/* Take a query apart. False when it is too large, or has a NUL that would hide what follows. */
static bool
split(const char *query, struct pairs *ret)
{
	size_t at = 0, len, n;

	ret->count = 0;
	for (; *query != '\0'; query += len + (query[len] == '&')) {
		len = strcspn(query, "&");
		if (len == 0)
			continue;
		if (ret->count == PAIRS_MAX || !text_url_decode(query, len, true, ret->text + at,
						       sizeof ret->text - at, &n))
			return false;
		if (strlen(ret->text + at) != n)
			return false;
		ret->pair[ret->count++] = ret->text + at;
		at += n + 1;
	}
	return true;
}

static bool
same(const struct pairs *one, const struct pairs *other)
{
	for (size_t i = 0; i < one->count; i++)
		if (strcmp(one->pair[i], other->pair[i]) != 0)
			return false;
	return one->count == other->count;
}

static int
compare(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

enum spelling
spelling_of(const char *raw, const char *canonical)
{
	struct pairs a, b;

	if (!split(raw, &a) || !split(canonical, &b) || a.count != b.count)
		return SPELLING_OTHER;
	if (same(&a, &b))
		return SPELLING_CANONICAL;
	qsort(a.pair, a.count, sizeof a.pair[0], compare);
	qsort(b.pair, b.count, sizeof b.pair[0], compare);
	return same(&a, &b) ? SPELLING_ORDER : SPELLING_OTHER;
}
