#include "budget.h"
#include "suites.h"

#include <math.h>

/* Encoders in numbers: bytes by quality and scale. */
static size_t
bytes_of(int kind, struct budget_try at)
{
	double q = at.quality > 0 ? at.quality : 50, area = at.scale * at.scale;

	switch (kind) {
	case 0: /* as JPEG does */
		return (size_t)(100 + 200000 * area * exp2((q - 80) / 25));
	case 1: /* hardly less with less quality */
		return (size_t)(2000 + 200000 * area * (0.9 + q / 1000));
	case 2: /* falls off a cliff */
		return (size_t)(q > 60 ? 200000 * area : 20000 * area);
	default: /* never small */
		return 300000;
	}
}

START_TEST(meets_every_budget_that_can_be_met)
{
	for (int quality = 0; quality <= 100; quality += 10)
		for (size_t max = 3000; max < 400000; max = max * 5 / 4) {
			struct budget b;
			size_t bytes;
			bool met = false;
			struct budget_try best = { 0, 0 };

			budget_start(&b, max, quality);
			ck_assert_int_eq(b.at.quality, quality);
			ck_assert(b.at.scale == 1);
			do {
				bytes = bytes_of(_i, b.at);
				ck_assert_int_le(b.tries, BUDGET_TRIES);
				ck_assert_int_le(b.at.quality, quality);
				ck_assert_int_ge(b.at.quality,
					quality < BUDGET_FLOOR ? quality : BUDGET_FLOOR);
				ck_assert(b.at.scale == 1 || b.at.quality <= BUDGET_FLOOR);
				if (bytes > max)
					continue;
				/* each that fits is better than the one before */
				ck_assert(b.at.scale > best.scale || b.at.quality > best.quality);
				best = b.at;
				met = true;
			} while (budget_next(&b, bytes));
			ck_assert_msg(met, "encoder %d, quality %d, max %zu: %zu bytes after %d",
				_i, quality, max, bytes, b.tries);
		}
}
END_TEST

START_TEST(is_content_with_what_fits_at_once)
{
	struct budget b;

	budget_start(&b, 5000, 80);
	ck_assert(!budget_next(&b, 5000));
	ck_assert_int_eq(b.tries, 1);
}
END_TEST

START_TEST(comes_near_the_budget)
{
	for (size_t max = 70000; max < 200000; max += 3000) {
		struct budget b;
		struct budget_try best = { 0, 0 };
		size_t bytes;

		budget_start(&b, max, 80);
		do {
			bytes = bytes_of(0, b.at);
			if (bytes <= max)
				best = b.at;
		} while (budget_next(&b, bytes));
		/* three points of quality higher would not fit, or are more than asked */
		best.quality += 3;
		ck_assert_msg(best.quality > 80 || bytes_of(0, best) > max, "%zu: %d", max,
			best.quality - 3);
	}
}
END_TEST

START_TEST(ends_when_nothing_helps)
{
	struct budget b;

	budget_start(&b, 1000, 80);
	while (budget_next(&b, bytes_of(3, b.at)))
		ck_assert_int_le(b.tries, BUDGET_TRIES);
	ck_assert_int_le(b.tries, BUDGET_TRIES);
	ck_assert(b.at.scale > 0);
}
END_TEST

Suite *
suite_budget(void)
{
	Suite *s = suite_create("budget");
	TCase *t = tcase_create("budget");

	tcase_add_loop_test(t, meets_every_budget_that_can_be_met, 0, 3);
	tcase_add_test(t, is_content_with_what_fits_at_once);
	tcase_add_test(t, comes_near_the_budget);
	tcase_add_test(t, ends_when_nothing_helps);
	suite_add_tcase(s, t);
	return s;
}
