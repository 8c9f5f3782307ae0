#include "spelling.h"
#include "suites.h"

#include <stdio.h>
#include <string.h>

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

static const struct {
	const char *raw, *canonical;
	enum spelling want;
} rows[] = {
	{ "", "", SPELLING_CANONICAL },
	{ "w=300", "w=300", SPELLING_CANONICAL },
	{ "&w=300&", "w=300", SPELLING_CANONICAL },
	/* escapes that something on the way may write otherwise */
	{ "g=0.3%2c0.4", "g=0.3,0.4", SPELLING_CANONICAL },
	{ "v=%7Ea", "v=~a", SPELLING_CANONICAL },
	{ "%77=300", "w=300", SPELLING_CANONICAL },
	/* order */
	{ "q=80&w=300", "w=300&q=80", SPELLING_ORDER },
	{ "q=80&w=%3300", "w=300&q=80", SPELLING_ORDER },
	/* anything else */
	{ "width=300", "w=300", SPELLING_OTHER },
	{ "W=300", "w=300", SPELLING_OTHER },
	{ "w=299.6", "w=300", SPELLING_OTHER },
	{ "w=300&w=300", "w=300", SPELLING_OTHER },
	{ "w=300&x=1", "w=300", SPELLING_OTHER },
	{ "", "w=300", SPELLING_OTHER },
	{ "w=300", "", SPELLING_OTHER },
	{ "w=300%00", "w=300", SPELLING_OTHER },
};

START_TEST(tells_escapes_and_order_from_other_spellings)
{
	ck_assert_msg(
		spelling_of(rows[_i].raw, rows[_i].canonical) == rows[_i].want, "%s", rows[_i].raw);
}
END_TEST

START_TEST(takes_large_queries_for_other_ones)
{
	static char raw[20000];

	memset(raw, '&', 1000); /* empty pairs are none */
	(void)snprintf(raw + 1000, sizeof raw - 1000, "w=300");
	ck_assert_int_eq(spelling_of(raw, "w=300"), SPELLING_CANONICAL);
	for (size_t i = 0; i < 65; i++)
		memcpy(raw + 4 * i, "a=b&", 5);
	ck_assert_int_eq(spelling_of(raw, raw), SPELLING_OTHER);
	memset(raw, 'v', sizeof raw - 1);
	ck_assert_int_eq(spelling_of(raw, raw), SPELLING_OTHER);
}
END_TEST

Suite *
suite_spelling(void)
{
	Suite *suite = suite_create("spelling");
	TCase *tc = tcase_create("spelling");

	tcase_add_loop_test(tc, tells_escapes_and_order_from_other_spellings, 0, COUNT(rows));
	tcase_add_test(tc, takes_large_queries_for_other_ones);
	suite_add_tcase(suite, tc);
	return suite;
}
