#include "plan.h"
#include "suites.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WRITABLE                                                                                   \
	(FORMAT_BIT(FORMAT_JPEG) | FORMAT_BIT(FORMAT_PNG) | FORMAT_BIT(FORMAT_GIF) |               \
		FORMAT_BIT(FORMAT_WEBP))

/* The settings every plan here is made with; presets: A covers and may enlarge. */
static struct config *
settings(void)
{
	static struct config cfg;
	struct err err = { 0 };

	memset(&cfg, 0, sizeof cfg);
	cfg.origins[0].policy.max_pixels = 100000000;
	cfg.origins[0].policy.max_result_pixels = 40000000;
	cfg.origins[0].policy.max_frames = 100;
	cfg.origins[0].policy.max_animation_pixels = 2000000;
	cfg.origins[0].policy.jpeg_quality = 80;
	cfg.origins[0].policy.webp_quality = 75;
	cfg.origins[0].policy.avif_quality = 55;
	cfg.origins[0].policy.avif_speed = 8;
	cfg.origins[0].policy.avif_max_pixels = 1000000;
	cfg.origin_count = 1;
	(void)snprintf(cfg.origins[0].mount, sizeof cfg.origins[0].mount, "/");
	cfg.preset_count = 1;
	(void)snprintf(cfg.presets[0].name, sizeof cfg.presets[0].name, "A");
	params_init(&cfg.presets[0].params);
	ck_assert(params_set(&cfg.presets[0].params, "fit", "cover", &err));
	ck_assert(params_set(&cfg.presets[0].params, "up", "1", &err));
	return &cfg;
}

static void
ask(const struct config *cfg, const char *uri, struct request *req)
{
	struct err err = { 0 };

	memset(req, 0, sizeof *req);
	ck_assert_msg(request_from_text(cfg, uri, req, &err), "%s: %s", uri, err.say);
}

/* Let a client take one more of the formats, which comes after those before. */
static void
take(struct request *req, enum format format)
{
	size_t i = 0;

	req->accepts |= FORMAT_BIT(format);
	while (i < ACCEPT_FORMATS - 1 && req->auto_order[i] != FORMAT_NONE)
		i++;
	req->auto_order[i] = format;
}

/* "gif 4000x3000 frames=3 orientation=6 alpha accepts=webp prefers=png writes=avif moves=gif" */
static void
describe(char *line, struct image_info *info, struct request *req, uint32_t *writable)
{
	char *rest = NULL, *word = strtok_r(line, " \n", &rest);

	*info = (struct image_info){ .format = format_by_name(word), .orientation = 1 };
	while ((word = strtok_r(NULL, " \n", &rest)) != NULL) {
		if (sscanf(word, "%dx%d", &info->width, &info->height) == 2)
			continue;
		if (sscanf(word, "orientation=%d", &info->orientation) == 1)
			continue;
		if (strncmp(word, "accepts=", 8) == 0)
			take(req, format_by_name(word + 8));
		else if (strncmp(word, "prefers=", 8) == 0)
			for (size_t i = 0; i < ACCEPT_FORMATS; i++)
				req->auto_above[i] |= FORMAT_BIT(format_by_name(word + 8));
		else if (strncmp(word, "writes=", 7) == 0)
			*writable |= FORMAT_BIT(format_by_name(word + 7));
		else if (strcmp(word, "alpha") == 0)
			info->alpha = true;
		else if (strncmp(word, "moves=", 6) == 0)
			*writable |= FORMAT_MOVES(format_by_name(word + 6));
		else if (sscanf(word, "frames=%d", &info->frames) == 1)
			info->animated = true;
		else if (strcmp(word, "animated") == 0)
			info->animated = true;
		else if (strcmp(word, "cmyk") == 0)
			info->cmyk = true;
		else
			ck_abort_msg("what is %s?", word);
	}
}

/* One file: the request's line, the original's, and the plan (or the fault's slug). */
static void
check_golden(const char *folder, const char *name)
{
	const struct config *cfg = settings();
	char path[512], uri[512], original[256], want[1024] = "", got[1024] = "";
	uint32_t writable = WRITABLE;
	struct image_info info;
	struct request req;
	struct plan plan;
	struct err err = { 0 };
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s", path);
	ck_assert_msg(fscanf(f, "GET %511s\n", uri) == 1, "%s: no request", name);
	ck_assert_ptr_nonnull(fgets(original, sizeof original, f));
	ck_assert_uint_gt(fread(want, 1, sizeof want - 1, f), 0);
	(void)fclose(f);
	ask(cfg, uri, &req);
	describe(original, &info, &req, &writable);
	f = fmemopen(got, sizeof got, "w");
	ck_assert_ptr_nonnull(f);
	if (plan_resolve(&req, &info, writable, &plan, &err))
		plan_print(&plan, f);
	else
		(void)fprintf(f, "fails %s\n", err_row(err.kind)->slug);
	(void)fclose(f);
	ck_assert_msg(strcmp(want, got) == 0, "%s: %s gave\n%s", name, uri, got);
}

START_TEST(comes_to_the_plans_written_down)
{
	const char *top = getenv("top_srcdir");
	char folder[512];
	struct dirent *entry;
	int count = 0;
	DIR *d;

	(void)snprintf(folder, sizeof folder, "%s/tests/data/plans", top != NULL ? top : ".");
	d = opendir(folder);
	ck_assert_msg(d != NULL, "%s", folder);
	while ((entry = readdir(d)) != NULL) {
		size_t len = strlen(entry->d_name);

		if (len < 5 || strcmp(entry->d_name + len - 4, ".txt") != 0)
			continue;
		check_golden(folder, entry->d_name);
		count++;
	}
	(void)closedir(d);
	ck_assert_int_ge(count, 30);
}
END_TEST

static struct plan
plan_of(const char *uri, int32_t w, int32_t h, int orientation)
{
	const struct config *cfg = settings();
	struct image_info info = {
		.format = FORMAT_JPEG, .width = w, .height = h, .orientation = orientation
	};
	struct request req;
	struct plan plan;
	struct err err = { 0 };

	ask(cfg, uri, &req);
	ck_assert_msg(plan_resolve(&req, &info, WRITABLE, &plan, &err), "%s: %s", uri, err.detail);
	return plan;
}

static const char *const asks[] = { "/a?w=20", "/a?h=9", "/a?w=17&h=11", "/a?w=17&h=11&fit=cover",
	"/a?w=3&h=50&fit=cover&up=1", "/a?w=40&h=40&fit=pad&g=se", "/a?w=12&h=30&fit=fill",
	"/a?w=10&h=10&fit=outside", "/a?w=90&h=2&fit=cover&g=0.3,0.9", "/a?w=1&h=1&fit=cover",
	"/a?w=8&dpr=2.5", "/a?f=png", "/a?w=17&h=11&fit=cover&crop=3,2,50,40",
	"/a?w=40&h=30&fit=pad&g=se&rot=90", "/a?w=20&crop=0.3,0.2,0.41,0.37&rot=270&flip=h",
	"/a?w=3&h=50&fit=cover&up=1&crop=0.1,0.05,0.8,0.8&rot=90&g=0.3,0.9" };

/* What every plan must keep to, whatever was asked of whatever size. */
START_TEST(keeps_every_step_inside_the_one_before)
{
	for (int32_t w = 1; w < 400; w = w * 5 / 4 + 1)
		for (int32_t h = 1; h < 400; h = h * 4 / 3 + 1) {
			int orientation = (w + h) % 8 + 1;
			bool down = orientation >= 5;
			struct plan p = plan_of(asks[_i], w, h, orientation);
			const struct plan_rect *c = &p.crop, *x = &p.extract;
			const char *what = asks[_i];

			ck_assert_msg(p.source_w == (down ? h : w) / p.shrink &&
					      p.source_h == (down ? w : h) / p.shrink,
				"%s of %d x %d: source", what, w, h);
			ck_assert_msg(c->x >= 0 && c->y >= 0 && c->w >= 1 && c->h >= 1 &&
					      c->x + c->w <= p.source_w &&
					      c->y + c->h <= p.source_h,
				"%s of %d x %d: crop", what, w, h);
			ck_assert_msg(c->x >= p.part.x && c->y >= p.part.y &&
					      c->x + c->w <= p.part.x + p.part.w &&
					      c->y + c->h <= p.part.y + p.part.h,
				"%s of %d x %d: crop out of its part", what, w, h);
			ck_assert_msg(x->x >= 0 && x->y >= 0 && x->w >= 1 && x->h >= 1 &&
					      x->x + x->w <= p.resize_w &&
					      x->y + x->h <= p.resize_h,
				"%s of %d x %d: extract", what, w, h);
			ck_assert_msg(
				p.place_x >= 0 && p.place_y >= 0 &&
					p.place_x + (p.turn >= 5 ? x->h : x->w) <= p.canvas_w &&
					p.place_y + (p.turn >= 5 ? x->w : x->h) <= p.canvas_h,
				"%s of %d x %d: place", what, w, h);
			ck_assert_msg((strstr(what, "up=1") != NULL ||
					      strstr(what, "fit=fill") != NULL) ||
					      (x->w <= (down ? h : w) && x->h <= (down ? w : h)),
				"%s of %d x %d: enlarged to %d x %d", what, w, h, x->w, x->h);
		}
}
END_TEST

/*
 * GraphicsMagick 1.3.40 (coders/jpeg.c) reduces by the whole part of the smaller of width / hint
 * width and height / hint height, by nothing sensible if that is 0, and libjpeg rounds the sides
 * up.
 */
START_TEST(hints_at_exactly_the_reduction_it_expects)
{
	static const char *const boxes[] = { "/a?w=21&h=13", "/a?w=9&h=40&fit=cover", "/a?w=1&h=1",
		"/a?w=21&h=13&crop=0.2,0.1,0.6,0.9" };
	int seen[9] = { 0 };

	for (int32_t w = 1; w < 700; w += 1 + w / 64)
		for (int32_t h = 1; h < 700; h += 1 + h / 16) {
			int orientation = w % 8 + 1;
			bool down = orientation >= 5;
			struct plan p = plan_of(boxes[_i], w, h, orientation);
			double x, y;

			seen[p.shrink]++;
			if (p.shrink == 1) {
				ck_assert_int_eq(p.hint_w + p.hint_h, 0);
				continue;
			}
			ck_assert_msg(
				p.hint_w <= w && p.hint_h <= h, "%d x %d: hint above it", w, h);
			x = (double)w / p.hint_w;
			y = (double)h / p.hint_h;
			ck_assert_msg((int)(x < y ? x : y) == p.shrink,
				"%d x %d: hint %d x %d for %d", w, h, p.hint_w, p.hint_h, p.shrink);
			/* a part may lose a px at an edge that falls between two */
			ck_assert_msg(
				p.part.w + 1 + (p.part.w < p.source_w) >= 2 * p.resize_w &&
					p.part.h + 1 + (p.part.h < p.source_h) >= 2 * p.resize_h,
				"%d x %d: too little left", w, h);
			ck_assert_msg(
				p.source_w == (down ? h : w) / p.shrink, "%d x %d: source", w, h);
		}
	ck_assert_msg(seen[1] && seen[2] && seen[4] && seen[8], "reductions never seen");
}
END_TEST

START_TEST(never_hints_for_anything_but_jpeg)
{
	const struct config *cfg = settings();
	struct image_info info = { .width = 4000, .height = 3000, .orientation = 1 };
	struct request req;
	struct plan plan;
	struct err err = { 0 };

	ask(cfg, "/a?w=100", &req);
	for (int f = FORMAT_PNG; f <= FORMAT_WEBP; f++) {
		info.format = (enum format)f;
		ck_assert(plan_resolve(&req, &info, WRITABLE, &plan, &err));
		ck_assert_int_eq(plan.shrink, 1);
		ck_assert_int_eq(plan.hint_w, 0);
	}
}
END_TEST

/* What has to be resized stays in proportion to what is wanted of it, however thin the strip. */
START_TEST(bounds_what_a_cover_of_a_strip_costs)
{
	static const struct {
		int32_t w, h;
		const char *uri;
	} rows[] = {
		{ 10000, 10, "/a?w=300&h=200&fit=cover&up=1" },
		{ 10, 10000, "/a?w=300&h=200&fit=cover&up=1&g=s" },
		{ 10000, 100, "/a?w=30&h=20&fit=cover&g=e" },
		{ 60000, 1, "/a?w=64&h=64&fit=cover&up=1" },
	};
	struct plan p = plan_of(rows[_i].uri, rows[_i].w, rows[_i].h, 1);
	int64_t area = (int64_t)p.resize_w * p.resize_h;

	ck_assert_msg(area <= 5 * (int64_t)p.canvas_w * p.canvas_h, "%s: resizes to %d x %d",
		rows[_i].uri, p.resize_w, p.resize_h);
	ck_assert_msg(
		p.crop.w < p.source_w || p.crop.h < p.source_h, "%s: not cropped", rows[_i].uri);
}
END_TEST

/* The same picture, cropped first or not, shows the same part: the middle of the cut stays. */
START_TEST(crops_first_without_moving_the_cut)
{
	static const double focus[] = { 0, 0.25, 0.5, 0.8, 1 };
	char uri[128];
	struct plan p;
	double scale, middle, x;

	(void)snprintf(uri, sizeof uri, "/a?w=40&h=40&fit=cover&up=1&g=%.2f,0.5", focus[_i]);
	p = plan_of(uri, 2000, 16, 1);
	scale = 40.0 / 16;
	ck_assert_int_lt(p.crop.w, 2000);
	middle = p.crop.x * scale + p.extract.x + 20;
	x = focus[_i] * 2000 * scale;
	x = x < 20 ? 20 : x > 2000 * scale - 20 ? 2000 * scale - 20 : x;
	ck_assert_msg(middle > x - 1.5 && middle < x + 1.5, "%s: %f instead of %f", uri, middle, x);
}
END_TEST

/* A plan turned by rot and flip is the plan of the turned picture: same canvas, same part seen. */
START_TEST(fits_the_picture_as_it_will_be_turned)
{
	static const char *const boxes[] = { "/a?w=60&h=40&fit=cover&g=0.2,0.7", "/a?w=50",
		"/a?w=30&h=80&fit=pad&g=w", "/a?w=31&h=17&fit=fill", "/a?h=40&fit=outside&w=9" };
	/* where the picture's upper left corner is seen: right, low */
	static const struct {
		const char *turn;
		bool sideways, mirror_x, mirror_y;
	} rows[] = { { "", false, false, false }, { "&flip=h", false, true, false },
		{ "&flip=v", false, false, true }, { "&flip=hv", false, true, true },
		{ "&rot=180", false, true, true }, { "&rot=180&flip=h", false, false, true },
		{ "&rot=90", true, true, false }, { "&rot=270", true, false, true },
		{ "&rot=90&flip=h", true, false, false }, { "&rot=270&flip=h", true, true, true },
		{ "&rot=90&flip=hv", true, false, true } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct plan turned, p;
		char uri[128];
		int32_t x, y;

		(void)snprintf(uri, sizeof uri, "%s%s", boxes[_i], rows[i].turn);
		turned = plan_of(uri, 403, 201, 1);
		p = rows[i].sideways ? plan_of(boxes[_i], 201, 403, 1)
				     : plan_of(boxes[_i], 403, 201, 1);
		ck_assert_msg(turned.canvas_w == p.canvas_w && turned.canvas_h == p.canvas_h &&
				      turned.place_x == p.place_x && turned.place_y == p.place_y,
			"%s: canvas %d x %d", uri, turned.canvas_w, turned.canvas_h);
		/* the cut, in the picture before it is turned */
		x = rows[i].mirror_x ? p.resize_w - p.extract.x - p.extract.w : p.extract.x;
		y = rows[i].mirror_y ? p.resize_h - p.extract.y - p.extract.h : p.extract.y;
		if (rows[i].sideways) {
			int32_t swapped = x;

			x = y;
			y = swapped;
		}
		/* half px are rounded up on either side */
		ck_assert_msg(abs(turned.extract.x - x) <= 1 && abs(turned.extract.y - y) <= 1,
			"%s: cut at %d,%d, not %d,%d", uri, turned.extract.x, turned.extract.y, x,
			y);
		ck_assert_int_eq(turned.unchanged, false);
	}
}
END_TEST

/* What trim leaves is fitted like a whole original, and a plan that cannot be is left as it was. */
START_TEST(decides_again_once_the_pixels_were_seen)
{
	struct plan_sight sight = { .trimmed = { 100, 50, 200, 400 } };
	struct plan p =
		plan_of("/a?trim=9&w=90&h=90&fit=cover&g=smart&crop=0,0,1,0.5", 1000, 800, 6);
	struct err err = { 0 };

	ck_assert_int_eq(p.trim, 9);
	ck_assert_int_eq(p.shrink, 1);
	ck_assert(plan_seen(&p, &sight, &err));
	/* upright, 400 x 200 lie at 350,100; of these the upper half is taken */
	ck_assert_int_eq(p.trim, 0);
	ck_assert_int_eq(p.part.x, 350);
	ck_assert_int_eq(p.part.y, 100);
	ck_assert_int_eq(p.part.w, 400);
	ck_assert_int_eq(p.part.h, 100);
	ck_assert_int_eq(p.smart, true);
	ck_assert_int_eq(p.resize_w, 360);
	/* seen at a quarter of the stored height, which is a quarter from the right */
	sight.focused = true;
	sight.focus_x = 500;
	sight.focus_y = 250;
	ck_assert(plan_seen(&p, &sight, &err));
	ck_assert_int_eq(p.smart, false);
	ck_assert_int_eq(p.extract.x, 270 - 45);
	p = plan_of("/a?trim=9&w=1000&up=1", 1000, 1000, 1);
	sight = (struct plan_sight){ .trimmed = { 0, 0, 1, 1000 } };
	ck_assert(!plan_seen(&p, &sight, &err));
	ck_assert_int_eq(err.kind, ERR_PIXELS);
	ck_assert_int_eq(p.trim, 9);
	ck_assert_int_eq(p.canvas_h, 1000);
}
END_TEST

/* clang-format off */
#define J FORMAT_BIT(FORMAT_JPEG)
#define P FORMAT_BIT(FORMAT_PNG)
#define G FORMAT_BIT(FORMAT_GIF)
#define W FORMAT_BIT(FORMAT_WEBP)
#define A FORMAT_BIT(FORMAT_AVIF)
#define MG FORMAT_MOVES(FORMAT_GIF)
#define MW FORMAT_MOVES(FORMAT_WEBP)
static const struct {
	const char *uri;
	uint32_t accepts, writable, want;
} yields[] = {
	{ "/a?w=3",        0,     J | P | G | W,     J | P | G | W },
	{ "/a?w=3",        A | W, J | P | G | W | A, J | P | G | W },
	{ "/a?w=3",        0,     J | P,             J | P },
	{ "/a?f=original", 0,     J | P | G | W,     J | P | G | W },
	{ "/a?f=webp",     0,     J | P | G | W,     W },
	{ "/a?f=avif",     0,     J | P | G | W,     0 },
	{ "/a?f=avif",     0,     J | P | G | W | A, A },
	/* besides what is accepted, an original that is the smaller one, or moves */
	{ "/a?f=auto",     0,     J | P | G | W | A, J | P | G | W },
	{ "/a?f=auto",     W,     J | P | G | W | A, J | P | G | W },
	{ "/a?f=auto&s=9x9", A | W, J | P | G | W | A, J | P | G | W | A },
	{ "/a?f=auto",     A | W, J | P | G | W,     J | P | G | W },
	{ "/a?f=auto",     A | W, J | P,             J | P },
	{ "/a?f=auto",     A,     J | P | G | W | A | MG | MW, J | P | G | W | A },
	{ "/a?f=webp",     0,     J | P | G | W | MG,          W },
	{ "/a?w=3",        A | W, J | P | G | W | A | MG | MW, J | P | G | W },
};
/* clang-format on */

/* AVIF first, then WebP. */
static void
take_all(struct request *req, uint32_t accepts)
{
	if ((accepts & A) != 0)
		take(req, FORMAT_AVIF);
	if ((accepts & W) != 0)
		take(req, FORMAT_WEBP);
}

START_TEST(tells_which_formats_a_request_may_yield)
{
	struct request req;
	uint32_t got;

	ask(settings(), yields[_i].uri, &req);
	take_all(&req, yields[_i].accepts);
	got = plan_formats(&req, yields[_i].writable);
	ck_assert_msg(got == yields[_i].want, "%s accepting %x writing %x: %x", yields[_i].uri,
		yields[_i].accepts, yields[_i].writable, got);
}
END_TEST

/* A validator may only be given to a format that plan_formats names, and always then. */
START_TEST(yields_only_formats_it_told_of)
{
	const struct config *cfg = settings();
	struct request req;
	struct plan plan;
	struct err err = { 0 };

	ask(cfg, yields[_i].uri, &req);
	take_all(&req, yields[_i].accepts);
	for (int f = FORMAT_JPEG; f <= FORMAT_WEBP; f++)
		for (int way = 0; way < 4; way++) {
			struct image_info info = { .format = (enum format)f,
				.width = 9,
				.height = 9,
				.orientation = 1,
				.alpha = way % 2 != 0,
				.frames = way / 2 == 0 ? 1 : 3 };

			ck_assert(plan_resolve(&req, &info, yields[_i].writable, &plan, &err));
			ck_assert_msg(plan.format != plan.wanted ||
					      (yields[_i].want & FORMAT_BIT(plan.format)) != 0,
				"%s of %s: %s", yields[_i].uri, format_row(info.format)->name,
				format_row(plan.format)->name);
		}
}
END_TEST

Suite *
suite_plan(void)
{
	Suite *s = suite_create("plan");
	TCase *c = tcase_create("plan");

	tcase_add_test(c, comes_to_the_plans_written_down);
	tcase_add_loop_test(
		c, keeps_every_step_inside_the_one_before, 0, (int)(sizeof asks / sizeof asks[0]));
	tcase_add_loop_test(c, hints_at_exactly_the_reduction_it_expects, 0, 4);
	tcase_add_test(c, never_hints_for_anything_but_jpeg);
	tcase_add_loop_test(c, bounds_what_a_cover_of_a_strip_costs, 0, 4);
	tcase_add_loop_test(c, crops_first_without_moving_the_cut, 0, 5);
	tcase_add_loop_test(c, fits_the_picture_as_it_will_be_turned, 0, 5);
	tcase_add_test(c, decides_again_once_the_pixels_were_seen);
	tcase_add_loop_test(c, tells_which_formats_a_request_may_yield, 0,
		(int)(sizeof yields / sizeof yields[0]));
	tcase_add_loop_test(
		c, yields_only_formats_it_told_of, 0, (int)(sizeof yields / sizeof yields[0]));
	suite_add_tcase(s, c);
	return s;
}
