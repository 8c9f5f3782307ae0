#include "accept.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const enum format formats[ACCEPT_FORMATS] = { FORMAT_AVIF, FORMAT_WEBP, FORMAT_JXL };

static const enum format plain[ACCEPT_PLAIN] = { FORMAT_JPEG, FORMAT_PNG, FORMAT_GIF };

/* Ranges that may speak of those, the one that counts less behind. */
enum { IMAGES, ANYTHING, RANGES };
static const char *const ranges[RANGES] = { "image/*", "*/*" };

/* Which of the formats this is; ACCEPT_FORMATS when it is none. */
static size_t
place_of(enum format format)
{
	size_t i = 0;

	while (i < ACCEPT_FORMATS && formats[i] != format)
		i++;
	return i;
}

/* Read 0, 0.5, 1.000: in thousandths, or -1 when it is none. */
static int32_t
read_weight(const char *text, size_t n)
{
	int32_t value = 0, unit = 1000;

	if (n == 0 || n > 5 || (text[0] != '0' && text[0] != '1') || (n > 1 && text[1] != '.'))
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (i == 1)
			continue;
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value += (text[i] - '0') * unit;
		unit /= 10;
	}
	return value <= 1000 ? value : -1;
}

/* The bytes up to one of these, which are none inside quotes. */
static size_t
span(const char *text, size_t n, const char *ends)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < n; i++) {
		if (text[i] == '"')
			quoted = !quoted;
		else if (quoted && text[i] == '\\' && i + 1 < n)
			i++;
		else if (!quoted && strchr(ends, text[i]) != NULL)
			break;
	}
	return i;
}

/* The weight among a member's parameters, each behind its semicolon; the least where it is said
 * twice, -1 when one is none. */
static int32_t
weight_of(const char *params, size_t n)
{
	int32_t least = 1000;

	while (n > 0) {
		const char *param;
		size_t len = 1 + span(params + 1, n - 1, ";");
		size_t m = text_trim(params + 1, len - 1, &param);

		if (m >= 2 && (param[0] == 'q' || param[0] == 'Q') && param[1] == '=') {
			int32_t weight = read_weight(param + 2, m - 2);

			least = weight < least ? weight : least;
		}
		params += len;
		n -= len;
	}
	return least;
}

/* Note a member's weight where it names this type; the higher counts. */
static void
note(const char *type, size_t n, const char *mime, int32_t weight, int32_t *ret)
{
	if (n == strlen(mime) && strncasecmp(type, mime, n) == 0 && weight > *ret)
		*ret = weight;
}

static void
read_member(const char *member, size_t n, struct accept_weights *ret, int32_t ranged[RANGES])
{
	size_t len = span(member, n, ";");
	int32_t weight = weight_of(member + len, n - len);
	const char *type;

	len = text_trim(member, len, &type);
	for (size_t i = 0; i < ACCEPT_FORMATS; i++)
		note(type, len, format_row(formats[i])->mime, weight, &ret->of[i]);
	for (size_t i = 0; i < ACCEPT_PLAIN; i++)
		note(type, len, format_row(plain[i])->mime, weight, &ret->plain[i]);
	for (size_t i = 0; i < RANGES; i++)
		note(type, len, ranges[i], weight, &ranged[i]);
}

void
accept_read(const char *field, struct accept_weights *ret)
{
	size_t left = field != NULL ? strlen(field) : 0, n;
	int32_t ranged[RANGES] = { -1, -1 }; /* not named */

	memset(ret, 0, sizeof *ret);
	if (left > ACCEPT_FIELD_MAX)
		return;
	for (size_t i = 0; i < ACCEPT_PLAIN; i++)
		ret->plain[i] = -1;
	while (left > 0) {
		n = span(field, left, ",");
		read_member(field, n, ret, ranged);
		n += n < left;
		field += n;
		left -= n;
	}
	for (size_t i = 0; i < ACCEPT_PLAIN; i++) {
		for (size_t k = 0; ret->plain[i] < 0 && k < RANGES; k++)
			ret->plain[i] = ranged[k];
		if (ret->plain[i] < 0)
			ret->plain[i] = 0;
	}
}

void
accept_read_word(const char *word, struct accept_weights *ret)
{
	bool avif = text_same(word, "avif");

	memset(ret, 0, sizeof *ret);
	if (avif)
		ret->of[place_of(FORMAT_AVIF)] = 1000;
	if (avif || text_same(word, "webp"))
		ret->of[place_of(FORMAT_WEBP)] = 1000;
}

uint32_t
accept_bits(const struct accept_weights *weights)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < ACCEPT_FORMATS; i++)
		if (weights->of[i] > 0)
			bits |= FORMAT_BIT(formats[i]);
	return bits;
}

uint32_t
accept_above(const struct accept_weights *weights, enum format format)
{
	size_t at = place_of(format);
	uint32_t bits = 0;

	for (size_t i = 0; at < ACCEPT_FORMATS && i < ACCEPT_PLAIN; i++)
		if (weights->plain[i] > weights->of[at])
			bits |= FORMAT_BIT(plain[i]);
	return bits;
}

/* Step to the next name of a list: which format it is, ACCEPT_FORMATS for none of them. False at
 * the list's end. */
static bool
next_format(const char **list, size_t *ret)
{
	const char *name = *list + strspn(*list, ", ");
	size_t n = strcspn(name, ", ");
	char text[8];

	*list = name + n;
	if (n == 0)
		return false;
	(void)snprintf(text, sizeof text, "%.*s", (int)n, name);
	*ret = n < sizeof text ? place_of(format_by_name(text)) : ACCEPT_FORMATS;
	return true;
}

bool
accept_list_valid(const char *list)
{
	bool seen[ACCEPT_FORMATS] = { false };
	size_t i;

	while (next_format(&list, &i)) {
		if (i == ACCEPT_FORMATS || seen[i])
			return false;
		seen[i] = true;
	}
	return true;
}

void
accept_order(
	const struct accept_weights *weights, const char *list, enum format ret[ACCEPT_FORMATS])
{
	size_t places[ACCEPT_FORMATS], count = 0, i;

	while (count < ACCEPT_FORMATS && next_format(&list, &i)) {
		size_t at = count;

		if (i == ACCEPT_FORMATS || weights->of[i] <= 0)
			continue;
		for (; at > 0 && weights->of[places[at - 1]] < weights->of[i]; at--)
			places[at] = places[at - 1];
		places[at] = i;
		count++;
	}
	for (i = 0; i < ACCEPT_FORMATS; i++)
		ret[i] = i < count ? formats[places[i]] : FORMAT_NONE;
}
