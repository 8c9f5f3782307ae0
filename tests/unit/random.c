#include "random.h"

#include <check.h>
#include <stdio.h>

#define COUNT(rows) ((uint32_t)(sizeof(rows) / sizeof(rows)[0]))

uint32_t
random_below(uint64_t *state, uint32_t below)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*state >> 33) % below;
}

void
random_spelling(struct buf *b, const char *text, uint64_t *state)
{
	struct err err;

	for (; *text != '\0'; text++) {
		bool letter = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
		char c = letter && random_below(state, 2) == 1 ? (char)(*text ^ 0x20) : *text;

		if (random_below(state, 4) == 0)
			ck_assert(buf_addf(b, &err, "%%%02x", (unsigned)(unsigned char)c));
		else
			ck_assert(buf_add(b, &c, 1, &err));
	}
}

void
random_value(const struct param_def *def, uint64_t *state, char ret[RANDOM_VALUE])
{
	static const char *const colours[] = { "fff", "102030", "11223344", "red", "transparent" };
	uint32_t n = 0;

	switch (def->kind) {
	case PARAM_INT:
		if (def->choices != NULL && random_below(state, 2) == 0) {
			(void)snprintf(
				ret, RANDOM_VALUE, "%s", def->choices[random_below(state, 2)].name);
			break;
		}
		(void)snprintf(ret, RANDOM_VALUE, "%u",
			(uint32_t)def->min +
				random_below(state, (uint32_t)(def->max - def->min) + 1));
		break;
	case PARAM_REAL:
		(void)snprintf(ret, RANDOM_VALUE, "%u.%u", 1 + random_below(state, 4),
			random_below(state, 10));
		break;
	case PARAM_BOOL:
		(void)snprintf(
			ret, RANDOM_VALUE, "%s", random_below(state, 2) == 0 ? "yes" : "off");
		break;
	case PARAM_POINT:
	case PARAM_CHOICE:
		while (def->choices[n].name != NULL)
			n++;
		if (def->kind == PARAM_POINT && random_below(state, 2) == 0)
			(void)snprintf(ret, RANDOM_VALUE, "0.%03u,.%u", random_below(state, 1000),
				random_below(state, 10));
		else
			(void)snprintf(
				ret, RANDOM_VALUE, "%s", def->choices[random_below(state, n)].name);
		break;
	case PARAM_COLOUR:
		(void)snprintf(
			ret, RANDOM_VALUE, "%s", colours[random_below(state, COUNT(colours))]);
		break;
	case PARAM_TEXT:
		(void)snprintf(ret, RANDOM_VALUE, "%u_%u", random_below(state, 999),
			random_below(state, 9));
		break;
	case PARAM_RECT:
		if (random_below(state, 2) == 0) {
			(void)snprintf(ret, RANDOM_VALUE, "0.%u,.%u,0.%u5,1",
				random_below(state, 9), random_below(state, 9),
				random_below(state, 9));
			break;
		}
		(void)snprintf(ret, RANDOM_VALUE, "%u,0.%u,%u.5,%u", random_below(state, 5000),
			random_below(state, 9), random_below(state, 99),
			1 + random_below(state, 999));
		break;
	case PARAM_SIZE:
		ret[0] = '\0'; /* two parameters in one: not here */
		break;
	}
}

void
random_query(struct buf *b, struct random_pair *pairs, size_t n, uint64_t *state)
{
	struct err err;

	for (size_t i = n; i > 1; i--) {
		size_t k = random_below(state, (uint32_t)i);
		struct random_pair swapped = pairs[i - 1];

		pairs[i - 1] = pairs[k];
		pairs[k] = swapped;
	}
	for (size_t i = 0; i < n; i++) {
		const struct param_def *def = &param_table[pairs[i].row];
		uint32_t a = random_below(state, PARAM_ALIASES);

		if (random_below(state, 5) == 0)
			ck_assert(buf_adds(b, "utm_x=1&", &err));
		/* overridden later, so without trace */
		if (random_below(state, 5) == 0)
			ck_assert(buf_addf(b, &err, "%s=%s&", def->name, def->unset));
		random_spelling(b, def->aliases[a] != NULL ? def->aliases[a] : def->name, state);
		ck_assert(buf_adds(b, "=", &err));
		if (def->kind == PARAM_TEXT)
			ck_assert(buf_adds(b, pairs[i].value, &err));
		else
			random_spelling(b, pairs[i].value, state);
		ck_assert(buf_adds(b, "&", &err));
	}
}
