#include "pictures.h"
#include "suites.h"

#include <lcms2.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static const char *const turned[] = { "orientation-1.jpg", "orientation-2.jpg", "orientation-3.jpg",
	"orientation-4.jpg", "orientation-5.jpg", "orientation-6.jpg", "orientation-7.jpg",
	"orientation-8.jpg", "orientation-6.png", "orientation-6.webp", "orientation-6.tif",
	"orientation-6.jxl", "orientation-7.jxl", "orientation-5.avif", "orientation-6.avif" };

START_TEST(brings_every_orientation_upright)
{
	static const char *const ways[] = { "f=png", "w=32&f=png", "w=20&h=20&fit=fill&f=png",
		"w=128&up=1&f=png", "w=7&h=40&fit=pad&f=png" };

	for (size_t i = 0; i < 4; i++) {
		struct picture s = pictures_render(turned[_i], ways[i]);

		if (i != 2)
			ck_assert_int_gt(s.w, s.h);
		pictures_expect_quarters(&s, turned[_i], pictures_quarters, 24);
		free(s.rgba);
	}
}
END_TEST

START_TEST(crops_what_is_seen_and_not_what_is_stored)
{
	/* the right half of the upright picture: green over yellow */
	struct picture s = pictures_render(turned[_i], "w=20&h=40&fit=cover&g=e&f=png");

	pictures_expect(&s, turned[_i], 14, 8, PICTURES_GREEN, 24);
	pictures_expect(&s, turned[_i], 14, 32, PICTURES_YELLOW, 24);
	pictures_expect(&s, turned[_i], 2, 8, PICTURES_GREEN, 24);
	free(s.rgba);
	/* a strip that is cropped before it is enlarged */
	s = pictures_render(turned[_i], "w=2&h=160&fit=cover&g=1,0&up=1&f=png");
	pictures_expect(&s, turned[_i], 1, 30, PICTURES_GREEN, 24);
	pictures_expect(&s, turned[_i], 1, 130, PICTURES_YELLOW, 24);
	free(s.rgba);
}
END_TEST

/* A crop of the upright picture around its middle shows all four quarters, turned as asked. */
START_TEST(crops_and_turns_what_is_seen)
{
	/* clang-format off */
	static const struct {
		const char *query;
		int quarters[4]; /* of the upright picture: upper left, right, lower left, right */
	} rows[] = {
		{ "crop=16,10,32,20", { 0, 1, 2, 3 } },
		{ "crop=0.25,0.25,0.5,0.5&w=16", { 0, 1, 2, 3 } },
		{ "crop=0.25,0.25,0.5,0.5&w=90&h=50&fit=fill&up=1", { 0, 1, 2, 3 } },
		{ "rot=90", { 2, 0, 3, 1 } },
		{ "rot=180", { 3, 2, 1, 0 } },
		{ "rot=270", { 1, 3, 0, 2 } },
		{ "flip=h", { 1, 0, 3, 2 } },
		{ "flip=v", { 2, 3, 0, 1 } },
		{ "flip=hv", { 3, 2, 1, 0 } },
		{ "rot=90&flip=h", { 0, 2, 1, 3 } },
		{ "rot=90&flip=v", { 3, 1, 2, 0 } },
		{ "rot=270&flip=h&w=20&crop=16,10,32,20", { 3, 1, 2, 0 } },
		{ "rot=270&flip=hv&w=20&h=20&fit=cover", { 2, 0, 3, 1 } },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint32_t want[4];
		struct picture s;
		char query[96];

		(void)snprintf(query, sizeof query, "%s&f=png", rows[i].query);
		for (int q = 0; q < 4; q++)
			want[q] = pictures_quarters[rows[i].quarters[q]];
		s = pictures_render(turned[_i], query);
		pictures_expect_quarters(&s, query, want, 28);
		free(s.rgba);
	}
}
END_TEST

START_TEST(crops_one_corner)
{
	/* the corner's px alone: lower left of the upright picture is blue */
	struct picture s = pictures_render(turned[_i], "crop=0,30,20,300&f=png");

	ck_assert_int_eq(s.w, 20);
	ck_assert_int_eq(s.h, 10);
	for (long at = 0; at < 200; at++)
		pictures_expect(&s, turned[_i], at % 20, at / 20, PICTURES_BLUE, 24);
	free(s.rgba);
}
END_TEST

/* Inks as Adobe writes them, inverted: the right way round, none negative. */
START_TEST(shows_cmyk_the_right_way_round)
{
	static const char *const names[] = { "cmyk.jpg", "ycck.jpg", "cmyk-plain.jpg", "cmyk.tif" };
	static const uint32_t arithmetic[] = { 0x00ffffff, 0xff00ffff, 0xffff00ff, 0x000000ff };

	for (int way = 0; way < 2; way++) {
		struct picture s = pictures_render(names[_i], way == 0 ? "f=png" : "w=32&f=png");

		pictures_expect_quarters(&s, names[_i], arithmetic, 24);
		free(s.rgba);
	}
}
END_TEST

/* What lcms2 makes of full cyan, magenta, yellow and of black with the test's press profile. */
static void
expect_inks(const char *name, const char *query)
{
	/* GraphicsMagick's cyan, magenta and yellow of the drawing, and black as ink alone */
	static const unsigned char inks[4][4] = { { 255, 0, 0, 0 }, { 0, 255, 0, 0 },
		{ 0, 0, 255, 0 }, { 0, 0, 0, 255 } };
	struct buf icc = pictures_read("ink.icc");
	cmsHPROFILE from = cmsOpenProfileFromMem(icc.bytes, (cmsUInt32Number)icc.len);
	cmsHPROFILE srgb = cmsCreate_sRGBProfile();
	cmsHTRANSFORM t = cmsCreateTransform(
		from, TYPE_CMYK_8, srgb, TYPE_RGB_8, INTENT_PERCEPTUAL, cmsFLAGS_NOOPTIMIZE);
	struct picture s = pictures_render(name, query);
	uint32_t want[4];

	ck_assert_ptr_nonnull(t);
	for (int i = 0; i < 4; i++) {
		unsigned char rgb[3];

		cmsDoTransform(t, inks[i], rgb, 1);
		want[i] = (uint32_t)rgb[0] << 24 | (uint32_t)rgb[1] << 16 | (uint32_t)rgb[2] << 8 |
			  0xff;
	}
	/* far enough from plain arithmetic to tell the two apart */
	ck_assert_int_lt((int)(want[0] >> 8 & 0xff), 230);
	pictures_expect_quarters(&s, name, want, 12);
	free(s.rgba);
	cmsDeleteTransform(t);
	cmsCloseProfile(from);
	cmsCloseProfile(srgb);
	buf_done(&icc);
}

START_TEST(converts_cmyk_by_its_own_profile)
{
	expect_inks("cmyk-profile.jpg", _i == 0 ? "f=png" : "w=32&f=png");
}
END_TEST

START_TEST(converts_cmyk_without_profile_by_the_setting)
{
	image_close();
	pictures_open(256u << 20, "ink.icc");
	ck_assert_ptr_nonnull(strstr(image_cmyk_profile(), "ink.icc"));
	expect_inks("cmyk.jpg", "f=png");
}
END_TEST

START_TEST(does_not_start_with_a_cmyk_profile_that_is_none)
{
	static const char *const names[] = { "text.jpg", "missing.icc", "empty.jpg" };
	static struct config cfg;
	struct err err = { 0 };

	image_close();
	cfg = pictures_cfg;
	(void)snprintf(cfg.cmyk_profile, sizeof cfg.cmyk_profile, "%s", names[_i]);
	ck_assert(!image_open(&cfg, &err));
	ck_assert_ptr_nonnull(strstr(err.detail, "is no CMYK profile"));
	pictures_open(256u << 20, NULL);
}
END_TEST

/* Display P3's numbers become the sRGB numbers of the same colours, as lcms2 itself computes them.
 */
START_TEST(converts_wide_gamut_to_srgb)
{
	static const char *const names[] = { "p3.jpg", "p3.png" };
	static const char *const ways[] = { "f=png", "w=32&f=png", "w=300&up=1&f=png" };
	static const double curve[] = { 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045 };
	cmsToneCurve *one = cmsBuildParametricToneCurve(NULL, 4, curve);
	cmsToneCurve *three[] = { one, one, one };
	cmsCIExyY white = { 0.3127, 0.3290, 1 };
	cmsCIExyYTRIPLE p3 = { { 0.680, 0.320, 1 }, { 0.265, 0.690, 1 }, { 0.150, 0.060, 1 } };
	cmsHPROFILE from = cmsCreateRGBProfile(&white, &p3, three), srgb = cmsCreate_sRGBProfile();
	cmsHTRANSFORM t = cmsCreateTransform(
		from, TYPE_RGB_8, srgb, TYPE_RGB_8, INTENT_PERCEPTUAL, cmsFLAGS_NOOPTIMIZE);
	uint32_t want[4];

	ck_assert_ptr_nonnull(t);
	for (int i = 0; i < 4; i++) {
		unsigned char rgb[3];

		for (int c = 0; c < 3; c++)
			rgb[c] = (unsigned char)(pictures_quarters[i] >> (24 - 8 * c));
		cmsDoTransform(t, rgb, rgb, 1);
		want[i] = (uint32_t)rgb[0] << 24 | (uint32_t)rgb[1] << 16 | (uint32_t)rgb[2] << 8 |
			  0xff;
	}
	/* green shows whether anything was converted */
	ck_assert_int_lt((int)(want[1] >> 24), 0x10);
	for (size_t i = 0; i < 3; i++) {
		struct picture s = pictures_render(names[_i], ways[i]);

		pictures_expect_quarters(&s, names[_i], want, _i == 0 ? 8 : 3);
		free(s.rgba);
	}
	cmsDeleteTransform(t);
	cmsCloseProfile(from);
	cmsCloseProfile(srgb);
	cmsFreeToneCurve(one);
}
END_TEST

/* Linear light under a grey profile becomes sRGB's curve: half the light is 188, not 128. */
START_TEST(converts_grey_by_its_profile)
{
	struct picture s = pictures_render("grey-linear.jpg", _i == 0 ? "f=png" : "w=32&f=png");

	pictures_expect(&s, "grey-linear.jpg", s.w / 4, s.h / 2, 0xbcbcbcff, 3);
	pictures_expect(&s, "grey-linear.jpg", s.w * 3 / 4, s.h / 2, 0xffffffff, 3);
	free(s.rgba);
}
END_TEST

/* White on transparent black: no pixel that is seen at all may be darker than white. */
START_TEST(keeps_edges_of_alpha_free_of_dark_fringes)
{
	static const char *const names[] = { "alpha.png", "alpha.webp", "alpha.gif", "alpha.tif",
		"alpha.jxl" };
	static const char *const ways[] = { "w=29&f=png", "w=7&f=png", "w=100&up=1&f=png",
		"w=30&h=22&fit=fill&f=png", "w=25&f=webp&q=100" };

	if (!pictures_readable(names[_i]))
		return;
	for (size_t i = 0; i < 5; i++) {
		struct picture s = pictures_render(names[_i], ways[i]);
		long seen = 0, clear = 0;

		for (long at = 0; at < s.w * s.h; at++) {
			const unsigned char *p = s.rgba + 4 * at;

			seen += p[3] > 200;
			clear += p[3] < 20;
			ck_assert_msg(p[3] < 8 || (p[0] > 240 && p[1] > 240 && p[2] > 240),
				"%s?%s: %02x%02x%02x%02x", names[_i], ways[i], p[0], p[1], p[2],
				p[3]);
		}
		/* the rectangle takes a third of the picture */
		ck_assert_msg(seen * 5 > s.w * s.h && clear * 5 > s.w * s.h, "%s?%s: %ld, %ld",
			names[_i], ways[i], seen, clear);
		free(s.rgba);
	}
}
END_TEST

/* clang-format off */
static const struct {
	const char *name, *query;
	long x, y;
	uint32_t want;
} laid[] = {
	/* a picture with alpha on a background: outside, inside */
	{ "alpha.png", "f=jpg", 2, 2, 0xffffffff },
	{ "alpha.png", "f=jpg&bg=ff0000", 2, 2, 0xff0000ff },
	{ "alpha.png", "f=jpg&bg=ff0000", 30, 30, 0xffffffff },
	{ "alpha.png", "f=png&bg=ff0000", 2, 2, 0xff0000ff },
	{ "alpha.png", "f=png&bg=ff000080", 2, 2, 0xff000080 },
	{ "alpha.png", "f=png&bg=ff000080", 30, 30, 0xffffffff },
	{ "alpha.gif", "f=jpg&bg=0000ff", 2, 2, 0x0000ffff },
	{ "alpha.webp", "f=gif", 2, 2, PICTURES_CLEAR },
	{ "alpha.png", "f=gif", 2, 2, PICTURES_CLEAR },
	{ "alpha.png", "f=gif", 30, 30, 0xffffffff },
	{ "alpha.png", "f=gif&w=31", 1, 1, PICTURES_CLEAR },
	{ "alpha.gif", "f=gif&w=31", 15, 15, 0xffffffff },
	/* pad: above the picture, in it, and where gravity puts it */
	{ "quad.jpg", "w=64&h=64&fit=pad", 32, 3, 0xffffffff },
	{ "quad.jpg", "w=64&h=64&fit=pad&bg=008000", 32, 3, 0x008000ff },
	{ "quad.jpg", "w=64&h=64&fit=pad", 10, 18, PICTURES_RED },
	{ "quad.jpg", "w=64&h=64&fit=pad&g=n", 10, 5, PICTURES_RED },
	{ "quad.jpg", "w=64&h=64&fit=pad&g=s", 10, 58, PICTURES_BLUE },
	{ "quad.png", "w=64&h=64&fit=pad", 32, 3, PICTURES_CLEAR },
	{ "quad.png", "w=64&h=64&fit=pad&bg=008000", 32, 3, 0x008000ff },
	{ "quad.gif", "w=64&h=64&fit=pad", 32, 3, PICTURES_CLEAR },
	{ "quad.gif", "w=64&h=64&fit=pad", 10, 18, PICTURES_RED },
	{ "quad.webp", "w=64&h=64&fit=pad", 32, 3, PICTURES_CLEAR },
	/* beside a picture that lies on its side; gravity is that of the result */
	{ "quad.png", "w=64&h=64&fit=pad&rot=90&g=e&bg=008000", 3, 32, 0x008000ff },
	{ "quad.png", "w=64&h=64&fit=pad&rot=90&g=e&bg=008000", 60, 10, PICTURES_RED },
	{ "quad.png", "w=64&h=64&fit=pad&rot=90&g=e&bg=008000", 30, 10, PICTURES_BLUE },
	{ "alpha.png", "w=80&h=60&fit=pad&f=png", 3, 3, PICTURES_CLEAR },
	/* a colour beside a grey picture stays a colour */
	{ "grey.jpg", "w=64&h=64&fit=pad&bg=ff0000", 32, 3, 0xff0000ff },
	{ "grey.png", "w=64&h=64&fit=pad&bg=ff0000", 32, 3, 0xff0000ff },
	/* first frames that cover only a part */
	{ "offset.gif", "f=png", 3, 3, PICTURES_CLEAR },
	{ "offset.gif", "f=png", 15, 10, PICTURES_RED },
	{ "offset.gif", "f=png", 68, 40, PICTURES_YELLOW },
	{ "offset.gif", "f=jpg&bg=ff00ff", 3, 3, 0xff00ffff },
	{ "animated.webp", "f=png", 3, 3, PICTURES_CLEAR },
	{ "animated.webp", "f=png", 12, 10, PICTURES_RED },
	{ "animated.webp", "f=png", 66, 40, PICTURES_YELLOW },
	{ "animated.webp", "f=jpg", 3, 3, 0xffffffff },
	/* nothing smaller than this */
	{ "1x1.png", "f=png", 0, 0, PICTURES_BLUE },
	{ "1x1.png", "f=jpg", 0, 0, PICTURES_BLUE },
	{ "1x1.png", "w=50&up=1", 25, 25, PICTURES_BLUE },
	{ "1x1.png", "w=50&h=20&fit=cover&up=1&f=webp", 25, 10, PICTURES_BLUE },
	{ "1x97.jpg", "w=1", 0, 50, PICTURES_GREEN },
	{ "1x97.jpg", "h=10", 0, 5, PICTURES_GREEN },
	{ "1x97.jpg", "w=40&h=40&fit=cover&up=1", 20, 20, PICTURES_GREEN },
	{ "1x97.jpg", "w=9&h=5&fit=fill", 4, 2, PICTURES_GREEN },
};
/* clang-format on */

START_TEST(lays_pictures_where_and_on_what_was_asked)
{
	struct picture s = pictures_render(laid[_i].name, laid[_i].query);
	char what[128];

	(void)snprintf(what, sizeof what, "%s?%s", laid[_i].name, laid[_i].query);
	pictures_expect(&s, what, laid[_i].x, laid[_i].y, laid[_i].want, 16);
	free(s.rgba);
}
END_TEST

/* Black and white lines of a px each are half the light, which is 188; half the values are 128. */
START_TEST(resizes_light_where_it_is_told_to)
{
	static const char *const ways[] = { "w=32&f=png", "w=20&f=png", "w=8&h=50&fit=fill&f=png" };
	static unsigned char rgba[4 * 64 * 64];
	struct buf original;

	for (int i = 0; i < 64 * 64; i++) {
		memset(rgba + 4 * i, i % 2 == 0 ? 0 : 255, 3);
		/* and the lower half, in which nothing but alpha differs */
		if (i >= 64 * 32)
			memset(rgba + 4 * i, 100, 3);
		rgba[4 * i + 3] = i < 64 * 32 || i % 2 == 0 ? 255 : 0;
	}
	original = pictures_make(rgba, 64, 64, "PNG");
	for (int linear = 0; linear < 2; linear++) {
		struct buf result = BUF_INIT(1 << 20);
		struct picture s;
		struct plan plan;
		struct err err;

		pictures_cfg.origins[0].policy.linear = linear != 0;
		ck_assert(pictures_render_bytes(&original, ways[_i], &plan, &result, &err));
		ck_assert_int_eq(plan.linear, linear != 0);
		s = pictures_look(&result, ways[_i]);
		for (long x = 2; x < s.w - 2; x++) {
			pictures_expect(
				&s, ways[_i], x, s.h / 4, linear ? 0xbcbcbcff : 0x808080ff, 16);
			pictures_expect(&s, ways[_i], x, 3 * s.h / 4, 0x64646480, 16);
		}
		free(s.rgba);
		buf_reset(&result);
		ck_assert(pictures_render_bytes(&original, "f=png", &plan, &result, &err));
		ck_assert_int_eq(plan.linear, false);
		buf_done(&result);
	}
	buf_done(&original);
}
END_TEST

/* Whatever curve a picture's numbers follow, plain colours stay the same. */
START_TEST(resizes_the_light_of_any_profile)
{
	static const char *const names[] = { "quad.jpg", "quad.gif", "palette.png", "p3.png",
		"cmyk-profile.jpg", "grey-linear.jpg", "orientation-6.jpg", "alpha.png" };
	static const char *const ways[] = { "w=32&f=png", "w=20&f=png" };

	for (size_t i = 0; i < 2; i++) {
		struct picture plain, linear;

		pictures_cfg.origins[0].policy.linear = false;
		plain = pictures_render(names[_i], ways[i]);
		pictures_cfg.origins[0].policy.linear = true;
		linear = pictures_render(names[_i], ways[i]);
		for (int q = 0; q < 4; q++) {
			long x = (q % 2 == 0 ? 1 : 3) * plain.w / 4;
			long y = (q < 2 ? 1 : 3) * plain.h / 4;
			const unsigned char *p = pictures_pixel(&plain, x, y);

			pictures_expect(&linear, names[_i], x, y,
				(uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
					p[3],
				2);
		}
		free(plain.rgba);
		free(linear.rgba);
	}
}
END_TEST

/* Numbers that are amounts of light already come out of it as they would without. */
START_TEST(knows_which_numbers_are_light)
{
	struct picture plain, linear;

	plain = pictures_render("grey-linear.jpg", "w=13&f=png");
	pictures_cfg.origins[0].policy.linear = true;
	linear = pictures_render("grey-linear.jpg", "w=13&f=png");
	for (long x = 0; x < plain.w; x++) {
		const unsigned char *p = pictures_pixel(&plain, x, plain.h / 2);

		pictures_expect(&linear, "grey-linear.jpg", x, plain.h / 2,
			(uint32_t)p[0] * 0x01010100u + 0xff, 2);
	}
	free(plain.rgba);
	free(linear.rgba);
}
END_TEST

/* The mean of what lies under a px of the result, to the px that is under it in part. */
START_TEST(shrinks_by_any_ratio_without_shifting)
{
	static const int32_t sides[][2] = { { 1000, 128 }, { 997, 131 }, { 811, 90 }, { 640, 71 },
		{ 903, 43 }, { 500, 99 } };
	int32_t n = sides[_i][0], m = sides[_i][1];
	unsigned char *rgba = malloc((size_t)(4 * n * 24));
	struct buf original, result = BUF_INIT(1 << 20);
	char query[96];
	struct picture s;
	struct plan plan;
	struct err err;

	ck_assert_ptr_nonnull(rgba);
	/* two waves, long enough for the smaller picture to hold */
	for (int32_t i = 0; i < n * 24; i++) {
		double at = ((double)(i % n) + 0.5) / n;

		rgba[4 * i] = (unsigned char)lrint(127.5 + 100 * sin(at * m * 0.9));
		rgba[4 * i + 1] = (unsigned char)lrint(255 * at);
		rgba[4 * i + 2] = 77;
		rgba[4 * i + 3] = 255;
	}
	original = pictures_make(rgba, n, 24, "PNG");
	(void)snprintf(query, sizeof query, "w=%d&h=3&fit=fill&f=png", m);
	ck_assert(pictures_render_bytes(&original, query, &plan, &result, &err));
	s = pictures_look(&result, query);
	for (long x = 4; x < m - 4; x++) {
		double at = ((double)x + 0.5) / m;
		const unsigned char *p = pictures_pixel(&s, x, 1);

		ck_assert_msg(fabs(p[0] - 127.5 - 100 * sin(at * m * 0.9)) < 6 &&
				      fabs(p[1] - 255 * at) < 1.6 && p[2] == 77,
			"%d to %d: px %ld is %d %d %d, not %.1f %.1f", n, m, x, p[0], p[1], p[2],
			127.5 + 100 * sin(at * m * 0.9), 255 * at);
	}
	free(s.rgba);
	free(rgba);
	buf_done(&original);
	buf_done(&result);
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

Suite *
suite_image_ops(void)
{
	Suite *s = suite_create("image_ops");
	TCase *c = tcase_create("image_ops");

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_loop_test(c, brings_every_orientation_upright, 0, COUNT(turned));
	tcase_add_loop_test(c, crops_what_is_seen_and_not_what_is_stored, 0, COUNT(turned));
	tcase_add_loop_test(c, crops_and_turns_what_is_seen, 0, COUNT(turned));
	tcase_add_loop_test(c, crops_one_corner, 0, COUNT(turned));
	tcase_add_loop_test(c, shows_cmyk_the_right_way_round, 0, 4);
	tcase_add_loop_test(c, converts_cmyk_by_its_own_profile, 0, 2);
	tcase_add_test(c, converts_cmyk_without_profile_by_the_setting);
	tcase_add_loop_test(c, does_not_start_with_a_cmyk_profile_that_is_none, 0, 3);
	tcase_add_loop_test(c, converts_wide_gamut_to_srgb, 0, 2);
	tcase_add_loop_test(c, converts_grey_by_its_profile, 0, 2);
	tcase_add_loop_test(c, keeps_edges_of_alpha_free_of_dark_fringes, 0, 5);
	tcase_add_loop_test(c, lays_pictures_where_and_on_what_was_asked, 0, COUNT(laid));
	tcase_add_loop_test(c, resizes_light_where_it_is_told_to, 0, 3);
	tcase_add_loop_test(c, resizes_the_light_of_any_profile, 0, 8);
	tcase_add_test(c, knows_which_numbers_are_light);
	tcase_add_loop_test(c, shrinks_by_any_ratio_without_shifting, 0, 6);
	suite_add_tcase(s, c);
	return s;
}
