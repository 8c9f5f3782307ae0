#include "palette.h"
#include "suites.h"

#include <stdlib.h>
#include <string.h>

#define SIDE 64

/* A smooth ramp of two channels, round and see-through towards the corners where so asked. */
static unsigned char *
ramp(bool round)
{
	unsigned char *rgba = malloc(SIDE * SIDE * 4);

	ck_assert_ptr_nonnull(rgba);
	for (int y = 0; y < SIDE; y++)
		for (int x = 0; x < SIDE; x++) {
			unsigned char *p = rgba + 4 * (y * SIDE + x);
			int far = (x - 32) * (x - 32) + (y - 32) * (y - 32);
			int alpha = far < 600 ? 255 : far > 900 ? 0 : 255 * (900 - far) / 300;

			p[0] = (unsigned char)(4 * x);
			p[1] = (unsigned char)(4 * y);
			p[2] = 100;
			p[3] = (unsigned char)(round ? alpha : 255);
		}
	return rgba;
}

START_TEST(counts_colours)
{
	unsigned char *rgba = ramp(false);

	ck_assert(palette_within(rgba, SIDE * SIDE, 4096));
	ck_assert(!palette_within(rgba, SIDE * SIDE, 4095));
	ck_assert(palette_within(rgba, SIDE, SIDE));
	ck_assert(!palette_within(rgba, SIDE, SIDE - 1));
	for (size_t i = 0; i < SIDE * SIDE; i++)
		rgba[4 * i + 3] = 0; /* nothing of it is seen */
	ck_assert(palette_within(rgba, SIDE * SIDE, 1));
	free(rgba);
}
END_TEST

START_TEST(finds_a_small_palette_exactly)
{
	unsigned char rgba[300 * 4], index[300];
	struct palette p;

	for (int i = 0; i < 300; i++) {
		rgba[4 * i] = (unsigned char)(i % 256);
		rgba[4 * i + 1] = 7;
		rgba[4 * i + 2] = (unsigned char)(i % 3);
		rgba[4 * i + 3] = (unsigned char)(i % 256 < 9 ? 20 * (i % 256) : 255);
	}
	ck_assert(palette_exact(rgba, 200, &p, index));
	ck_assert_int_eq(p.count, 200);
	for (int i = 0; i < 200; i++) {
		const unsigned char *q = p.rgba[index[i]];

		ck_assert_int_eq(q[3], rgba[4 * i + 3]);
		ck_assert(q[3] == 0 || memcmp(q, rgba + 4 * i, 3) == 0);
	}
	for (int i = 0; i < 200; i++)
		ck_assert_int_eq(p.rgba[i][3] == 255, i >= 9);
	for (int i = 0; i < 300; i++)
		rgba[4 * i + 2] = (unsigned char)(i / 256);
	ck_assert(!palette_exact(rgba, 300, &p, index));
}
END_TEST

START_TEST(makes_do_with_few_colours)
{
	unsigned char *rgba = ramp(_i == 1), index[SIDE * SIDE];
	struct palette p;
	double distance = 99, sum[4] = { 0 };

	ck_assert(palette_reduce(rgba, SIDE, SIDE, &p, index, &distance));
	ck_assert_int_le(p.count, PALETTE_MAX);
	ck_assert_int_gt(p.count, 200);
	ck_assert_msg(distance > 0 && distance < 5, "%f", distance);
	for (int i = 0; i < SIDE * SIDE; i++) {
		const unsigned char *q = p.rgba[index[i]], *want = rgba + 4 * i;

		/* what is nothing stays nothing, what is whole stays whole */
		if (want[3] == 0)
			ck_assert_int_le(q[3], 2);
		if (want[3] == 255)
			ck_assert_int_eq(q[3], 255);
		for (int k = 0; k < 4; k++)
			sum[k] += q[k] * (k < 3 ? q[3] / 255.0 : 1) -
				  want[k] * (k < 3 ? want[3] / 255.0 : 1);
	}
	/* dithered: on the whole nothing is lighter or darker */
	for (int k = 0; k < 4; k++)
		ck_assert_msg(sum[k] / (SIDE * SIDE) < 1 && sum[k] / (SIDE * SIDE) > -1, "%d: %f",
			k, sum[k] / (SIDE * SIDE));
	free(rgba);
}
END_TEST

Suite *
suite_palette(void)
{
	Suite *s = suite_create("palette");
	TCase *t = tcase_create("palette");

	tcase_add_test(t, counts_colours);
	tcase_add_test(t, finds_a_small_palette_exactly);
	tcase_add_loop_test(t, makes_do_with_few_colours, 0, 2);
	suite_add_tcase(s, t);
	return s;
}
