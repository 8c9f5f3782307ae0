#include "ladder.h"
#include "suites.h"

#define EVERY                                                                                      \
	(FORMAT_BIT(FORMAT_JPEG) | FORMAT_BIT(FORMAT_PNG) | FORMAT_BIT(FORMAT_WEBP) |              \
		FORMAT_BIT(FORMAT_AVIF))

static const struct ladder_pace as_written;

/* clang-format off */
static const struct {
	struct ladder_rung wanted;
	int64_t pixels;
	bool see_through;
	uint32_t formats;
	uint64_t left_us;
	struct ladder_rung want;
	bool stepped;
} rows[] = {
	/* time enough, or no matter: as wanted, at any speed */
	{ { FORMAT_AVIF, 8, false, false }, 500000, false, EVERY, UINT64_MAX, { FORMAT_AVIF, 8, false, false }, false },
	{ { FORMAT_AVIF, 0, false, false }, 500000000, false, EVERY, UINT64_MAX, { FORMAT_AVIF, 0, false, false }, false },
	{ { FORMAT_AVIF, 8, false, false }, 500000, false, EVERY, 8000000, { FORMAT_AVIF, 8, false, false }, false },
	{ { FORMAT_JPEG, 0, false, false }, 500000, false, EVERY, 100000, { FORMAT_JPEG, 0, false, false }, false },
	/* 12 megapixels: 4.8 s, or 1.1 s quickly; WebP 1.7 s, or 0.6 s quickly */
	{ { FORMAT_AVIF, 8, false, false }, 12000000, false, EVERY, 8000000, { FORMAT_AVIF, 8, false, false }, false },
	{ { FORMAT_AVIF, 8, false, false }, 12000000, false, EVERY, 4000000, { FORMAT_AVIF, 10, false, false }, true },
	{ { FORMAT_AVIF, 8, false, false }, 12000000, false, EVERY, 1000000, { FORMAT_WEBP, 0, true, false }, true },
	{ { FORMAT_AVIF, 8, false, false }, 12000000, false, EVERY, 400000, { FORMAT_JPEG, 0, true, false }, true },
	{ { FORMAT_AVIF, 8, false, false }, 12000000, false, EVERY, 0, { FORMAT_JPEG, 0, true, false }, true },
	{ { FORMAT_AVIF, 8, false, false }, 12000000, true, EVERY, 0, { FORMAT_PNG, 0, true, false }, true },
	/* too long a side for WebP, or none in this build */
	{ { FORMAT_AVIF, 8, false, false }, 12000000, false, EVERY & ~FORMAT_BIT(FORMAT_WEBP), 1000000, { FORMAT_JPEG, 0, true, false }, true },
	/* from where one stands, down only */
	{ { FORMAT_WEBP, 0, false, false }, 12000000, false, EVERY, 1000000, { FORMAT_WEBP, 0, true, false }, true },
	{ { FORMAT_WEBP, 0, false, true }, 12000000, false, EVERY, 4000000, { FORMAT_WEBP, 0, true, false }, true },
	{ { FORMAT_WEBP, 0, false, false }, 12000000, false, EVERY, 100000, { FORMAT_JPEG, 0, true, false }, true },
	{ { FORMAT_JPEG, 0, false, false }, 12000000, false, EVERY, 100000, { FORMAT_JPEG, 0, true, false }, true },
	{ { FORMAT_PNG, 0, false, false }, 12000000, false, EVERY, 100000, { FORMAT_JPEG, 0, true, false }, true },
	{ { FORMAT_PNG, 0, false, false }, 12000000, true, EVERY, 100000, { FORMAT_PNG, 0, true, false }, true },
};
/* clang-format on */

START_TEST(steps_down_as_far_as_it_must)
{
	struct ladder_rung got;
	bool stepped = ladder_choose(&as_written, &rows[_i].wanted, 55, rows[_i].pixels,
		rows[_i].see_through, rows[_i].formats, rows[_i].left_us, &got);

	ck_assert_msg(got.format == rows[_i].want.format && got.speed == rows[_i].want.speed &&
			      got.quick == rows[_i].want.quick &&
			      got.lossless == rows[_i].want.lossless,
		"row %d: %s, speed %d%s", _i, format_row(got.format)->name, got.speed,
		got.quick ? ", quick" : "");
	ck_assert_int_eq(stepped, rows[_i].stepped);
}
END_TEST

START_TEST(costs_more_the_more_there_is_to_do)
{
	struct ladder_rung rung = { .format = FORMAT_AVIF };
	uint64_t before = UINT64_MAX, now;

	for (rung.speed = 0; rung.speed <= 10; rung.speed++) {
		now = ladder_estimate(&as_written, &rung, 55, 1000000);
		ck_assert_uint_le(now, before);
		ck_assert_uint_gt(ladder_estimate(&as_written, &rung, 95, 1000000), now);
		ck_assert_uint_gt(ladder_estimate(&as_written, &rung, 55, 3000000), 2 * now);
		before = now;
	}
}
END_TEST

START_TEST(learns_how_fast_it_is_here)
{
	const struct ladder_rung rung = { .format = FORMAT_AVIF, .speed = 8 },
				 jpeg = { FORMAT_JPEG, 0, false, false };
	uint64_t table = ladder_estimate(&as_written, &rung, 55, 1000000), got;
	struct ladder_pace pace = { { 0 } };

	ladder_learn(&pace, &rung, 55, 100, 1000000); /* too small to tell anything */
	ck_assert_uint_eq(ladder_estimate(&pace, &rung, 55, 1000000), table);
	ladder_learn(&pace, &rung, 55, 500000, 2 * table); /* four times slower than the table */
	got = ladder_estimate(&pace, &rung, 55, 1000000);
	ck_assert_msg(
		got > 39 * table / 10 && got < 41 * table / 10, "%llu", (unsigned long long)got);
	for (int i = 0; i < 20; i++)
		ladder_learn(&pace, &rung, 55, 1000000, table);
	got = ladder_estimate(&pace, &rung, 55, 1000000);
	ck_assert_uint_lt(got, 11 * table / 10);
	/* one format's pace is no other's */
	ck_assert_uint_eq(ladder_estimate(&pace, &jpeg, 80, 1000000),
		ladder_estimate(&as_written, &jpeg, 80, 1000000));
	/* however absurd a measurement: bounded */
	ladder_learn(&pace, &jpeg, 80, 30000, UINT64_MAX / 2000);
	ck_assert_uint_le(ladder_estimate(&pace, &jpeg, 80, 1000000),
		50 * ladder_estimate(&as_written, &jpeg, 80, 1000000) + 50);
}
END_TEST

Suite *
suite_ladder(void)
{
	Suite *s = suite_create("ladder");
	TCase *t = tcase_create("ladder");

	tcase_add_loop_test(t, steps_down_as_far_as_it_must, 0, sizeof rows / sizeof rows[0]);
	tcase_add_test(t, costs_more_the_more_there_is_to_do);
	tcase_add_test(t, learns_how_fast_it_is_here);
	suite_add_tcase(s, t);
	return s;
}
