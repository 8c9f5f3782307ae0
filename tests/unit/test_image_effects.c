#include "pictures.h"
#include "suites.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 96

static void
set_up(void)
{
	pictures_open(256u << 20, NULL);
}

static void
tear_down(void)
{
	image_close();
}

/* A square whose px come from a function of how far right (or down) they are. */
static struct picture
render(uint32_t (*px)(long at), bool down, const char *query)
{
	static unsigned char rgba[4 * SIDE * SIDE];
	struct buf original, result = BUF_INIT(1 << 20);
	struct picture ret;
	struct plan plan;
	struct err err;

	for (long i = 0; i < SIDE * SIDE; i++)
		for (int c = 0; c < 4; c++)
			rgba[4 * i + c] =
				(unsigned char)(px(down ? i / SIDE : i % SIDE) >> (24 - 8 * c));
	original = pictures_make(rgba, SIDE, SIDE, "PNG");
	ck_assert_msg(pictures_render_bytes(&original, query, &plan, &result, &err), "%s: %s",
		query, err.detail);
	ck_assert_int_eq(plan.unchanged, false);
	ret = pictures_look(&result, query);
	ck_assert_int_eq(ret.w, SIDE);
	buf_done(&original);
	buf_done(&result);
	return ret;
}

static uint32_t
black_and_white(long at)
{
	return at < SIDE / 2 ? 0x000000ff : 0xffffffff;
}

static uint32_t
plain(long at)
{
	return at >= 0 ? 0x123456ff : 0;
}

static uint32_t
dark_and_light(long at)
{
	return at < SIDE / 2 ? 0x604030ff : 0xa08070ff;
}

static uint32_t
noise(long at)
{
	return at % 2 == 0 ? 0x808080ff : 0x828282ff;
}

/* Blue, of which nothing is seen, beside half-clear yellow and whole yellow. */
static uint32_t
clear_and_not(long at)
{
	return at < SIDE / 3 ? 0x0000ff00 : at < 2 * SIDE / 3 ? 0xffff0080 : 0xffff00ff;
}

/* A Gaussian makes of an edge its own integral. */
START_TEST(blurs_as_a_gaussian_does)
{
	/* clang-format off */
	static const struct {
		const char *query;
		double sigma, most;
	} rows[] = {
		{ "blur=0.5&f=png", 0.5, 2.6 },
		{ "blur=1.3&f=png", 1.3, 2 },
		{ "blur=1.3&dpr=2&f=png", 2.6, 2 },
		{ "blur=2.9&f=png", 2.9, 2 },
		{ "blur=3&f=png", 3, 4 },
		{ "blur=5.5&f=png", 5.5, 4 },
		{ "blur=4&dpr=2&f=png", 8, 4 },
		{ "blur=10&f=png", 10, 4 },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (int down = 0; down < 2; down++) {
			struct picture s = render(black_and_white, down, rows[i].query);

			for (long at = 0; at < SIDE; at++) {
				double d = (double)at + 0.5 - SIDE / 2.0;
				double want = 127.5 * (1 + erf(d / rows[i].sigma / sqrt(2)));
				double got = pictures_pixel(&s, down ? 7 : at, down ? at : 7)[0];

				ck_assert_msg(fabs(got - want) < rows[i].most,
					"%s: %ld is %f, not %f", rows[i].query, at, got, want);
			}
			free(s.rgba);
		}
}
END_TEST

static const char *const ways[] = { "blur=1&f=png", "blur=10&dpr=5&f=png", "sharp=0.7&f=png",
	"sharp=10&f=png", "blur=3&sharp=2&f=png", "blur=0.1&f=png" };

START_TEST(leaves_what_is_plain)
{
	struct picture s = render(plain, false, ways[_i]);

	for (long i = 0; i < SIDE * SIDE; i++)
		pictures_expect(&s, ways[_i], i % SIDE, i / SIDE, 0x123456ff, 0);
	free(s.rgba);
}
END_TEST

/* What is clear has no colour to give, whatever is stored there. */
START_TEST(lets_no_hidden_colour_through)
{
	for (int down = 0; down < 2; down++) {
		struct picture s = render(clear_and_not, down, ways[_i]);

		for (long i = 0; i < SIDE * SIDE; i++) {
			const unsigned char *p = s.rgba + 4 * i;

			ck_assert_msg(p[3] < 6 || (p[0] > 235 && p[1] > 235 && p[2] < 20),
				"%s: px %ld is %02x%02x%02x%02x", ways[_i], i, p[0], p[1], p[2],
				p[3]);
		}
		free(s.rgba);
	}
}
END_TEST

START_TEST(sharpens_edges_and_nothing_else)
{
	struct picture s = render(dark_and_light, false, "sharp=1&f=png");
	const unsigned char *dark = pictures_pixel(&s, SIDE / 2 - 1, 9);
	const unsigned char *light = pictures_pixel(&s, SIDE / 2, 9);

	/* an edge of 64 levels: the px beside it differs from its surroundings by 20 of them,
	 * of which two are let pass */
	for (int c = 0; c < 3; c++) {
		static const int was[2][3] = { { 0x60, 0x40, 0x30 }, { 0xa0, 0x80, 0x70 } };

		ck_assert_int_ge(was[0][c] - dark[c], 17);
		ck_assert_int_le(was[0][c] - dark[c], 18);
		/* all colours by the same, so that none is added */
		ck_assert_int_eq(was[0][c] - dark[c], was[0][0] - dark[0]);
		ck_assert_int_le(abs(light[c] - was[1][c] - (was[0][0] - dark[0])), 1);
	}
	pictures_expect(&s, "dark", 10, 9, 0x604030ff, 0);
	pictures_expect(&s, "light", 80, 9, 0xa08070ff, 0);
	free(s.rgba);
	s = render(noise, true, "sharp=1&f=png");
	for (long y = 0; y < SIDE; y++)
		pictures_expect(&s, "noise", 9, y, noise(y), 0);
	free(s.rgba);
}
END_TEST

START_TEST(sharpens_without_touching_alpha)
{
	struct picture s = render(clear_and_not, false, "sharp=2&f=png");

	for (long x = 0; x < SIDE; x++)
		ck_assert_int_eq(pictures_pixel(&s, x, 9)[3], (int)(clear_and_not(x) & 0xff));
	free(s.rgba);
}
END_TEST

/* A picture smaller than the blur reaches. */
START_TEST(blurs_the_smallest_pictures)
{
	static const char *const names[] = { "1x1.png", "1x97.jpg" };
	struct picture s = pictures_render(names[_i], "blur=10&dpr=5&sharp=9&f=png");

	pictures_expect(&s, names[_i], 0, s.h / 2, _i == 0 ? PICTURES_BLUE : PICTURES_GREEN, 16);
	free(s.rgba);
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

Suite *
suite_image_effects(void)
{
	Suite *s = suite_create("image_effects");
	TCase *c = tcase_create("image_effects");

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, blurs_as_a_gaussian_does);
	tcase_add_loop_test(c, leaves_what_is_plain, 0, COUNT(ways));
	tcase_add_loop_test(c, lets_no_hidden_colour_through, 0, COUNT(ways));
	tcase_add_test(c, sharpens_edges_and_nothing_else);
	tcase_add_test(c, sharpens_without_touching_alpha);
	tcase_add_loop_test(c, blurs_the_smallest_pictures, 0, 2);
	suite_add_tcase(s, c);
	return s;
}
