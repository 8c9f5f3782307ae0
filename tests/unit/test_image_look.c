#include "image_look.h"
#include "pictures.h"
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* GraphicsMagick's headers test macros that need not be defined. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wundef"
#include <magick/api.h>
#pragma GCC diagnostic pop

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

/* A drawing, 4 bytes a px. */
struct drawing {
	long w, h;
	unsigned char *rgba;
};

static void
draw(struct drawing *d, long x, long y, long w, long h, uint32_t rgba)
{
	for (long at_y = y; at_y < y + h; at_y++)
		for (long at_x = x; at_x < x + w; at_x++)
			for (int c = 0; c < 4; c++)
				d->rgba[4 * (at_y * d->w + at_x) + c] =
					(unsigned char)(rgba >> (24 - 8 * c));
}

static struct drawing
drawing(long w, long h, uint32_t rgba)
{
	struct drawing d = { w, h, malloc((size_t)(4 * w * h)) };

	ck_assert_ptr_nonnull(d.rgba);
	draw(&d, 0, 0, w, h, rgba);
	return d;
}

/* What the plan for a drawing comes to once it was looked at, as a picture stored turned so. */
static struct plan
look(const struct drawing *d, const char *query, int orientation)
{
	struct image_info info = { .format = FORMAT_PNG, .alpha = true };
	struct request req;
	struct plan plan;
	struct err err = { 0 };
	ExceptionInfo e;
	char uri[128];
	Image *image;

	info.width = (int32_t)d->w;
	info.height = (int32_t)d->h;
	info.orientation = orientation;
	memset(&req, 0, sizeof req);
	(void)snprintf(uri, sizeof uri, "/a?%s", query);
	ck_assert_msg(request_from_text(&pictures_cfg, uri, &req, &err), "%s", err.say);
	ck_assert(plan_resolve(&req, &info, image_writable(), &plan, &err));
	GetExceptionInfo(&e);
	image = ConstituteImage(
		(unsigned long)d->w, (unsigned long)d->h, "RGBA", CharPixel, d->rgba, &e);
	ck_assert_ptr_nonnull(image);
	ck_assert_msg(image_look(image, &plan, &err), "%s: %s", query, err.detail);
	ck_assert_int_eq(plan.trim, 0);
	ck_assert_int_eq(plan.smart, false);
	DestroyImage(image);
	DestroyExceptionInfo(&e);
	return plan;
}

static void
expect_part(const struct plan *p, const char *what, int32_t x, int32_t y, int32_t w, int32_t h)
{
	ck_assert_msg(p->part.x == x && p->part.y == y && p->part.w == w && p->part.h == h,
		"%s: part %dx%d+%d+%d", what, p->part.w, p->part.h, p->part.x, p->part.y);
}

START_TEST(trims_whichever_way_the_picture_is_stored)
{
	static const int32_t want[][4] = { { 10, 5, 20, 15 }, { 30, 5, 20, 15 }, { 30, 20, 20, 15 },
		{ 10, 20, 20, 15 }, { 5, 10, 15, 20 }, { 20, 10, 15, 20 }, { 20, 30, 15, 20 },
		{ 5, 30, 15, 20 } };
	struct drawing d = drawing(60, 40, 0xf0f0f0ff);
	struct plan p;

	/* two that touch neither each other's rows nor columns, so that each side counts */
	draw(&d, 10, 5, 3, 3, PICTURES_RED);
	draw(&d, 20, 12, 10, 8, PICTURES_BLUE);
	p = look(&d, "trim=10", _i + 1);
	expect_part(&p, "trim=10", want[_i][0], want[_i][1], want[_i][2], want[_i][3]);
	ck_assert_int_eq(p.canvas_w, want[_i][2]);
	ck_assert_int_eq(p.canvas_h, want[_i][3]);
	ck_assert_int_eq(p.unchanged, false);
	free(d.rgba);
}
END_TEST

/* Where the corner seen upper left has a colour of its own, nothing is like the border. */
START_TEST(takes_the_border_from_the_corner_seen_upper_left)
{
	/* stored upper left 0, upper right 1, lower left 2, lower right 3 */
	static const int seen[] = { 0, 1, 3, 2, 0, 2, 3, 1 };

	for (int corner = 0; corner < 4; corner++) {
		struct drawing d = drawing(60, 40, 0xf0f0f0ff);
		struct plan p;
		bool whole;

		draw(&d, 25, 15, 10, 10, PICTURES_RED);
		draw(&d, corner % 2 * 59, corner / 2 * 39, 1, 1, 0x000000ff);
		p = look(&d, "trim=10", _i + 1);
		whole = p.part.w == p.source_w && p.part.h == p.source_h;
		ck_assert_msg(whole == (corner == seen[_i]), "corner %d: part %dx%d", corner,
			p.part.w, p.part.h);
		free(d.rgba);
	}
}
END_TEST

START_TEST(trims_within_the_tolerance)
{
	struct drawing d = drawing(30, 30, 0xf0f0f0ff);
	struct plan p;

	draw(&d, 0, 0, 30, 4, 0xe8f0f0ff);
	draw(&d, 10, 10, 5, 5, PICTURES_RED);
	p = look(&d, "trim=8", 1);
	expect_part(&p, "trim=8", 10, 10, 5, 5);
	p = look(&d, "trim=7", 1);
	expect_part(&p, "trim=7", 0, 4, 30, 26);
	free(d.rgba);
}
END_TEST

START_TEST(leaves_a_picture_of_one_colour_whole)
{
	struct drawing d = drawing(30, 20, 0xf0f0f0ff);
	struct plan p = look(&d, "trim=10&w=15", 1);

	expect_part(&p, "plain", 0, 0, 30, 20);
	ck_assert_int_eq(p.canvas_w, 15);
	ck_assert_int_eq(p.canvas_h, 10);
	free(d.rgba);
}
END_TEST

/* What cannot be seen has no colour; what can be seen a little is no border. */
START_TEST(trims_what_is_clear)
{
	struct drawing d = drawing(40, 40, 0x00000000);
	struct plan p;

	draw(&d, 0, 0, 20, 40, 0xffffff00);
	draw(&d, 8, 9, 20, 10, 0x00000040);
	p = look(&d, "trim=1", 1);
	expect_part(&p, "clear", 8, 9, 20, 10);
	free(d.rgba);
}
END_TEST

/* clang-format off */
static const struct {
	const char *query;
	int32_t w, h;
	uint32_t corner; /* of the result, upper left; the same px of a JPEG may be off a little */
} trimmed[] = {
	{ "trim=20", 80, 40, PICTURES_RED },
	{ "trim=20&w=40", 40, 20, PICTURES_RED },
	{ "trim=20&w=160", 80, 40, PICTURES_RED },
	{ "trim=20&w=160&up=1", 160, 80, PICTURES_RED },
	{ "trim=20&w=40&h=40&fit=cover&g=e", 40, 40, PICTURES_GREEN },
	{ "trim=20&crop=40,0,400,40", 40, 40, PICTURES_GREEN },
	{ "trim=20&crop=0.5,0,0.5,1&w=20", 20, 20, PICTURES_GREEN },
	{ "trim=20&rot=270&w=20", 20, 40, PICTURES_GREEN },
	{ "trim=20&w=40&h=40&fit=pad&g=n&bg=0000ff", 40, 40, PICTURES_RED },
};
/* clang-format on */

START_TEST(fits_what_trim_leaves)
{
	static const char *const formats[] = { "PNG", "GIF", "JPEG" };
	struct drawing d = drawing(200, 150, 0xffffffff);

	/* edges on blocks of a JPEG's, so that they stay sharp */
	draw(&d, 48, 64, 40, 40, PICTURES_RED);
	draw(&d, 88, 64, 40, 40, PICTURES_GREEN);
	for (size_t i = 0; i < 3; i++) {
		struct buf original = pictures_make(d.rgba, d.w, d.h, formats[i]);
		struct buf result = BUF_INIT(1 << 20);
		struct plan plan;
		struct picture s;
		struct err err;
		char query[96];

		(void)snprintf(query, sizeof query, "%s&f=png", trimmed[_i].query);
		ck_assert_msg(pictures_render_bytes(&original, query, &plan, &result, &err),
			"%s: %s", query, err.detail);
		s = pictures_look(&result, query);
		ck_assert_msg(s.w == trimmed[_i].w && s.h == trimmed[_i].h, "%s of %s: %ld x %ld",
			query, formats[i], s.w, s.h);
		pictures_expect(&s, query, 1, 1, trimmed[_i].corner, 40);
		free(s.rgba);
		buf_done(&original);
		buf_done(&result);
	}
	free(d.rgba);
}
END_TEST

/* Tell whether a part of the upright picture is in the cut. */
static bool
shows(const struct plan *p, double x, double y, double w, double h)
{
	double scale = (double)p->resize_w / p->crop.w;
	double left = p->crop.x + p->extract.x / scale, top = p->crop.y + p->extract.y / scale;

	return x >= left - 1 && y >= top - 1 && x + w <= left + p->extract.w / scale + 1 &&
	       y + h <= top + p->extract.h / scale + 1;
}

/* A blob on grey that is not quite plain, as if it were noise. */
static struct drawing
noisy(long w, long h)
{
	struct drawing d = drawing(w, h, 0x808080ff);
	uint32_t seed = 1;

	for (long i = 0; i < w * h; i++) {
		seed = seed * 1664525 + 1013904223;
		for (int c = 0; c < 3; c++)
			d.rgba[4 * i + c] = (unsigned char)(0x7c + (seed >> 24) % 9);
	}
	return d;
}

START_TEST(looks_where_something_stands_out)
{
	static const uint32_t colours[] = { 0xe02020ff, 0x20a0f0ff, 0xd9a384ff, 0xffffffff };
	static const char *const boxes[] = { "w=60&h=100", "w=50&h=50", "w=14&h=60" };
	char query[96];

	for (int wide = 0; wide < 2; wide++)
		for (int place = 0; place < 5; place++) {
			long w = wide ? 400 : 160, h = wide ? 160 : 400;
			long x = wide ? place * 90 : 60, y = wide ? 70 : place * 90;
			struct drawing d = noisy(w, h);
			struct plan p;

			draw(&d, x, y, 24, 24, colours[_i]);
			for (size_t b = 0; b < 3; b++) {
				(void)snprintf(query, sizeof query, "%s&fit=cover&g=smart",
					boxes[wide ? b : 1]);
				p = look(&d, query, 1);
				ck_assert_msg(shows(&p, (double)x, (double)y, 24, 24),
					"%s of %ldx%ld: %ld,%ld is not in %dx%d+%d+%d", query, w, h,
					x, y, p.extract.w, p.extract.h, p.extract.x, p.extract.y);
			}
			free(d.rgba);
		}
}
END_TEST

/* However it is stored, and however the result will be turned, the blob stays in the picture. */
START_TEST(keeps_its_eye_on_what_is_turned)
{
	static const char *const turns[] = { "", "&rot=90", "&rot=180&flip=h", "&rot=270&flip=v" };
	/* the blob's corner in the upright picture, stored at 10,20 of 400x160 */
	static const int32_t at[][2] = { { 10, 20 }, { 366, 20 }, { 366, 116 }, { 10, 116 },
		{ 20, 10 }, { 116, 10 }, { 116, 366 }, { 20, 366 } };
	struct drawing d = noisy(400, 160);
	char query[96];

	draw(&d, 10, 20, 24, 24, PICTURES_RED);
	for (size_t i = 0; i < 4; i++) {
		struct plan p;

		(void)snprintf(query, sizeof query, "w=50&h=50&fit=cover&g=smart%s", turns[i]);
		p = look(&d, query, _i + 1);
		ck_assert_msg(shows(&p, at[_i][0], at[_i][1], 24, 24), "%s, stored %d: %dx%d+%d+%d",
			query, _i + 1, p.extract.w, p.extract.h, p.extract.x, p.extract.y);
	}
	free(d.rgba);
}
END_TEST

START_TEST(looks_only_in_what_is_cropped)
{
	struct drawing d = noisy(400, 160);
	struct plan p;

	draw(&d, 10, 20, 24, 24, PICTURES_RED);
	draw(&d, 310, 20, 20, 20, PICTURES_GREEN);
	p = look(&d, "crop=100,0,300,160&w=40&h=40&fit=cover&g=smart", 1);
	ck_assert_msg(shows(&p, 310, 20, 20, 20), "extract at %d", p.extract.x);
	free(d.rgba);
}
END_TEST

START_TEST(looks_at_the_middle_where_nothing_stands_out)
{
	static const char *const boxes[] = { "w=50&h=50", "w=51&h=40", "w=13&h=60", "w=90&h=20" };
	struct drawing d = drawing(403, 161, 0x336699ff);

	for (size_t i = 0; i < 4; i++) {
		struct plan smart, middle;
		char query[96];

		(void)snprintf(query, sizeof query, "%s&fit=cover&g=smart", boxes[i]);
		smart = look(&d, query, 1);
		(void)snprintf(query, sizeof query, "%s&fit=cover", boxes[i]);
		middle = look(&d, query, 1);
		ck_assert_msg(abs(smart.extract.x - middle.extract.x) <= 1 &&
				      abs(smart.extract.y - middle.extract.y) <= 1,
			"%s: %d,%d", query, smart.extract.x, smart.extract.y);
	}
	free(d.rgba);
}
END_TEST

START_TEST(makes_a_small_copy)
{
	struct drawing d = drawing(300, 200, PICTURES_RED);
	struct plan_rect part = { 100, 50, 200, 120 };
	struct image_small small;
	struct err err;
	ExceptionInfo e;
	Image *image;

	/* half of the part is clear, its own colour must not shine through */
	draw(&d, 200, 0, 100, 200, 0x00ff0000);
	GetExceptionInfo(&e);
	image = ConstituteImage(300, 200, "RGBA", CharPixel, d.rgba, &e);
	ck_assert_ptr_nonnull(image);
	ck_assert(image_look_small(image, &part, 25, &small, &err));
	ck_assert_int_eq(small.w, 25);
	ck_assert_int_eq(small.h, 15);
	for (int32_t at = 0; at < 25 * 15; at++) {
		const unsigned char *p = small.rgba + 4 * at;
		int x = at % 25;

		ck_assert_int_eq(p[3] == 255, x < 12);
		ck_assert_int_eq(p[3] == 0, x > 12);
		ck_assert(p[3] == 0 || (p[0] == 0xe0 && p[1] == 0x20 && p[2] == 0x20));
	}
	free(small.rgba);
	/* what is small enough is copied as it is */
	part = (struct plan_rect){ 195, 0, 10, 3 };
	ck_assert(image_look_small(image, &part, 25, &small, &err));
	ck_assert_int_eq(small.w, 10);
	ck_assert_int_eq(small.h, 3);
	ck_assert_int_eq(small.rgba[4 * 4 + 3], 255);
	ck_assert_int_eq(small.rgba[4 * 5 + 3], 0);
	free(small.rgba);
	DestroyImage(image);
	DestroyExceptionInfo(&e);
	free(d.rgba);
}
END_TEST

/* Inks are looked at as the colours they give: the yellow quarter has no blue. */
START_TEST(sees_inks_as_colours)
{
	struct picture s = pictures_render("cmyk.jpg", "w=10&h=40&fit=cover&g=smart&f=png");

	ck_assert_int_eq(s.w, 10);
	free(s.rgba);
	s = pictures_render("cmyk.jpg", "trim=10&f=png");
	ck_assert_int_eq(s.w, 64);
	free(s.rgba);
}
END_TEST

Suite *
suite_image_look(void)
{
	Suite *s = suite_create("image_look");
	TCase *c = tcase_create("image_look");

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_loop_test(c, trims_whichever_way_the_picture_is_stored, 0, 8);
	tcase_add_loop_test(c, takes_the_border_from_the_corner_seen_upper_left, 0, 8);
	tcase_add_test(c, trims_within_the_tolerance);
	tcase_add_test(c, leaves_a_picture_of_one_colour_whole);
	tcase_add_test(c, trims_what_is_clear);
	tcase_add_loop_test(c, fits_what_trim_leaves, 0, (int)(sizeof trimmed / sizeof trimmed[0]));
	tcase_add_loop_test(c, looks_where_something_stands_out, 0, 4);
	tcase_add_loop_test(c, keeps_its_eye_on_what_is_turned, 0, 8);
	tcase_add_test(c, looks_only_in_what_is_cropped);
	tcase_add_test(c, looks_at_the_middle_where_nothing_stands_out);
	tcase_add_test(c, makes_a_small_copy);
	tcase_add_test(c, sees_inks_as_colours);
	suite_add_tcase(s, c);
	return s;
}
