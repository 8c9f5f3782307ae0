#include "gif.h"
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

#define WHITE 0xffffffff
#define BLACK 0x000000ff
#define HALF  0x00000080

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

/* What is seen during a frame: the white patch, the black one, green and blue. */
enum { A, B, G, C, POINTS };
static const long points[POINTS][2] = { { 16, 11 }, { 48, 29 }, { 48, 9 }, { 4, 36 } };

/* clang-format off */
static const struct {
	const char *name;
	int frame;
	uint32_t seen[POINTS];
} frames[] = {
	{ "frames-keep.gif", 1, { PICTURES_RED, PICTURES_YELLOW, PICTURES_GREEN, PICTURES_BLUE } },
	{ "frames-keep.gif", 2, { WHITE, PICTURES_YELLOW, PICTURES_GREEN, PICTURES_BLUE } },
	{ "frames-keep.gif", 3, { WHITE, BLACK, PICTURES_GREEN, PICTURES_BLUE } },
	{ "frames-keep.gif", 9, { WHITE, BLACK, PICTURES_GREEN, PICTURES_BLUE } },
	{ "frames-clear.gif", 2, { WHITE, PICTURES_YELLOW, PICTURES_GREEN, PICTURES_BLUE } },
	{ "frames-clear.gif", 3, { PICTURES_CLEAR, BLACK, PICTURES_GREEN, PICTURES_BLUE } },
	{ "frames-restore.gif", 2, { WHITE, PICTURES_YELLOW, PICTURES_GREEN, PICTURES_BLUE } },
	{ "frames-restore.gif", 3, { PICTURES_RED, BLACK, PICTURES_GREEN, PICTURES_BLUE } },
	{ "frames-ground.gif", 1, { WHITE, PICTURES_CLEAR, PICTURES_CLEAR, PICTURES_CLEAR } },
	{ "frames-ground.gif", 2, { PICTURES_CLEAR, BLACK, PICTURES_CLEAR, PICTURES_CLEAR } },
	{ "frames-ground.gif", 3, { WHITE, PICTURES_CLEAR, PICTURES_CLEAR, PICTURES_CLEAR } },
	{ "frames-half.gif", 1, { PICTURES_RED, PICTURES_YELLOW, PICTURES_GREEN, PICTURES_BLUE } },
	{ "frames-half.gif", 2, { PICTURES_RED, PICTURES_CLEAR, PICTURES_CLEAR, PICTURES_BLUE } },
	{ "frames-alike.gif", 2, { PICTURES_RED, PICTURES_YELLOW, PICTURES_GREEN, PICTURES_BLUE } },
	{ "frames-alike.gif", 3, { WHITE, WHITE, WHITE, WHITE } },
	{ "frames-alone.gif", 1, { PICTURES_RED, PICTURES_YELLOW, PICTURES_GREEN, PICTURES_BLUE } },
	{ "frames-local.gif", 1, { 0xaa2056ff, 0x5120afff, 0xb4204cff, 0x2f20d1ff } },
	{ "frames-local.gif", 2, { 0x56c920ff, 0xafd820ff, 0x4cc720ff, 0xd1de20ff } },
	{ "frames.webp", 1, { PICTURES_RED, PICTURES_YELLOW, PICTURES_GREEN, PICTURES_BLUE } },
	{ "frames.webp", 2, { WHITE, PICTURES_YELLOW, PICTURES_GREEN, PICTURES_BLUE } },
	{ "frames.webp", 3, { PICTURES_CLEAR, BLACK, PICTURES_GREEN, PICTURES_BLUE } },
	{ "frames.webp", 4, { PICTURES_CLEAR, BLACK, 0x106010ff, PICTURES_BLUE } },
	{ "frames.webp", 5, { PICTURES_CLEAR, BLACK, HALF, PICTURES_BLUE } },
};

/* First the file itself, then what was made of it. */
static const struct {
	const char *query; /* NULL: the file itself */
	int most;          /* tolerance */
	long scale;        /* the points' coordinates are divided by this */
} ways[] = {
	{ NULL, 6, 1 },
	{ "f=gif", 6, 1 },
	{ "f=webp&q=90", 14, 1 },
	{ "f=webp&w=32", 30, 2 },
	{ "f=gif&w=32", 30, 2 },
};
/* clang-format on */

/* Render, or fail the test. */
static struct plan
make(const struct buf *original, const char *query, const char *what, struct buf *ret)
{
	struct plan plan;
	struct err err;

	ck_assert_msg(pictures_render_bytes(original, query, &plan, ret, &err), "%s?%s: %s %s",
		what, query, err_row(err.kind)->slug, err.detail);
	return plan;
}

/* Does a frame show what it should? Its colours, where GIF has no half. */
static void
check_frame(const struct buf *file, const char *what, int frame, const uint32_t seen[POINTS],
	int most, long scale)
{
	bool is_gif = format_sniff(file->bytes, file->len) == FORMAT_GIF;
	struct buf shown = BUF_INIT(1 << 20);
	struct picture s;
	char query[32];

	(void)snprintf(query, sizeof query, "f=png&frame=%d", frame);
	(void)make(file, query, what, &shown);
	s = pictures_look(&shown, what);
	for (int i = 0; i < POINTS; i++) {
		long x = points[i][0] / scale, y = points[i][1] / scale;

		/* a trace that resizing left is as good as nothing */
		if (seen[i] == PICTURES_CLEAR)
			ck_assert_msg(pictures_pixel(&s, x, y)[3] <= 2, "%s: %ld,%ld", what, x, y);
		else if (!is_gif || seen[i] != HALF)
			pictures_expect(&s, what, x, y, seen[i], most);
	}
	free(s.rgba);
	buf_done(&shown);
}

START_TEST(shows_each_frame_as_browsers_do)
{
	struct buf original = pictures_read(frames[_i].name);

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		struct buf made = BUF_INIT(1 << 20);
		const struct buf *file = &original;
		char what[96];

		(void)snprintf(what, sizeof what, "%s?%s frame %d", frames[_i].name,
			ways[i].query != NULL ? ways[i].query : "", frames[_i].frame);
		if (ways[i].query != NULL) {
			(void)make(&original, ways[i].query, what, &made);
			file = &made;
		}
		check_frame(
			file, what, frames[_i].frame, frames[_i].seen, ways[i].most, ways[i].scale);
		buf_done(&made);
	}
	buf_done(&original);
}
END_TEST

/* clang-format off */
static const struct {
	const char *name;
	int32_t plays; /* 0: for ever */
	int32_t delays[8]; /* of the frames after it became a GIF, 1/100 s; ends with -1 */
} clocks[] = {
	{ "frames-keep.gif", 0, { 10, 20, 5, -1 } },
	{ "frames-clear.gif", 2, { 0, 1, 100, -1 } },
	{ "frames-restore.gif", 4, { 7, 7, 7, -1 } },
	{ "frames-once.gif", 1, { 3, 3, 3, -1 } },
	{ "frames-ground.gif", 0, { 4, 4, 4, -1 } },
	{ "frames-alike.gif", 0, { 9, 9, 9, -1 } },
	/* 10, 25, 0, 333 and 44 ms: rounded, but 0.41 s together as they were */
	{ "frames.webp", 3, { 1, 3, 0, 33, 4, -1 } },
};
/* clang-format on */

static void
check_clock(const struct buf *b, const char *what, const int32_t *delays, int32_t plays)
{
	struct gif_walk walk = gif_begin(b->bytes, b->len);
	struct gif_frame frame;
	struct err err;
	bool end = false;

	for (; *delays >= 0; delays++) {
		ck_assert_msg(gif_next(&walk, &frame, &end, &err) && !end, "%s: ends", what);
		ck_assert_msg(frame.delay == *delays, "%s: %d, not %d", what, frame.delay, *delays);
	}
	ck_assert_msg(gif_next(&walk, &frame, &end, &err) && end, "%s: more frames", what);
	ck_assert_int_eq(gif_plays(b->bytes, b->len), plays);
}

/* Through WebP and back nothing is lost either. (tests/gateway/animation asks others' readers.) */
START_TEST(keeps_frames_times_and_plays)
{
	struct buf original = pictures_read(clocks[_i].name), gif = BUF_INIT(1 << 20),
		   webp = BUF_INIT(1 << 20), back = BUF_INIT(1 << 20);
	struct plan plan = make(&original, "f=gif", clocks[_i].name, &gif);

	check_clock(&gif, clocks[_i].name, clocks[_i].delays, clocks[_i].plays);
	ck_assert_msg(plan.frames > 1 && clocks[_i].delays[plan.frames] == -1, "%d", plan.frames);
	(void)make(&original, "f=webp&w=40", clocks[_i].name, &webp);
	ck_assert_int_eq(format_sniff(webp.bytes, webp.len), FORMAT_WEBP);
	(void)make(&webp, "f=gif", clocks[_i].name, &back);
	check_clock(&back, clocks[_i].name, clocks[_i].delays, clocks[_i].plays);
	buf_done(&original);
	buf_done(&gif);
	buf_done(&webp);
	buf_done(&back);
}
END_TEST

START_TEST(makes_stills_of_animations_where_that_is_asked)
{
	static const char *const queries[] = { "f=jpg", "f=png", "f=gif&frame=first",
		"f=webp&frame=2" };
	struct buf original = pictures_read("frames-keep.gif"), made = BUF_INIT(1 << 20);
	struct image_info info;
	struct err err;

	(void)make(&original, queries[_i], "frames-keep.gif", &made);
	ck_assert(probe_image(made.bytes, made.len, &info, &err));
	ck_assert_int_eq(info.frames, 1);
	ck_assert(!info.animated);
	buf_done(&original);
	buf_done(&made);
}
END_TEST

/* Each of the plan's steps is done on each frame: here a canvas and its colour. */
START_TEST(does_the_plan_on_every_frame)
{
	struct buf original = pictures_read("frames-ground.gif"), made = BUF_INIT(1 << 20);

	for (int format = 0; format < 2; format++) {
		buf_reset(&made);
		(void)make(&original,
			format == 0 ? "f=gif&w=64&h=64&fit=pad&bg=2020e0"
				    : "f=webp&q=95&w=64&h=64&fit=pad&bg=2020e0",
			"padded", &made);
		for (int frame = 1; frame <= 3; frame++) {
			struct buf shown = BUF_INIT(1 << 20);
			struct picture s;
			char query[32];

			(void)snprintf(query, sizeof query, "f=png&frame=%d", frame);
			(void)make(&made, query, "padded", &shown);
			s = pictures_look(&shown, "padded");
			ck_assert(s.w == 64 && s.h == 64);
			pictures_expect(&s, "bar", 30, 3, PICTURES_BLUE, 12);
			pictures_expect(&s, "ground", 30, 30, PICTURES_BLUE, 12);
			pictures_expect(&s, "A", 16, 23, frame == 2 ? PICTURES_BLUE : WHITE, 12);
			pictures_expect(&s, "B", 48, 41, frame == 2 ? BLACK : PICTURES_BLUE, 12);
			free(s.rgba);
			buf_done(&shown);
		}
	}
	buf_done(&original);
	buf_done(&made);
}
END_TEST

static const char *const cut[] = { "frames-clear.gif", "frames-local.gif", "frames.webp" };

/* Tell whether all that is there of a GIF are whole frames: such a one was shorter from the start.
 */
static bool
is_whole(const struct buf *b)
{
	struct gif_walk walk = gif_begin(b->bytes, b->len);
	struct gif_frame frame;
	struct err err;
	bool end = false;
	int count = 0;

	while (gif_next(&walk, &frame, &end, &err) && !end)
		count++;
	return end && count > 0;
}

START_TEST(never_takes_a_part_for_the_whole)
{
	struct buf original = pictures_read(cut[_i]), made = BUF_INIT(1 << 20);
	size_t whole = original.len;
	struct plan plan;
	struct err err;
	int whole_ones = 0;

	for (size_t n = 1; n < whole; n++) {
		original.len = n;
		buf_reset(&made);
		if (pictures_render_bytes(&original, "w=30", &plan, &made, &err)) {
			/* one whole frame is a still, whatever was to follow */
			ck_assert_msg(plan.format == FORMAT_GIF &&
					      (plan.frames == 1 || is_whole(&original)),
				"%s: %zu of %zu bytes", cut[_i], n, whole);
			whole_ones++;
			continue;
		}
		ck_assert_msg(err.kind == ERR_BROKEN || err.kind == ERR_NOT_AN_IMAGE,
			"%s: %zu of %zu bytes: %s", cut[_i], n, whole, err_row(err.kind)->slug);
		ck_assert_uint_eq(made.len, 0);
	}
	/* behind each frame, and behind or within what is said of the next */
	ck_assert_int_le(whole_ones, 30);
	original.len = whole;
	buf_done(&original);
	buf_done(&made);
}
END_TEST

/* Each byte wrong in turn: a picture or a fault, and nothing worse (the sanitizers watch). */
START_TEST(survives_bytes_that_are_wrong)
{
	struct buf original = pictures_read(cut[_i]);

	for (size_t at = 6; at < original.len; at++) {
		unsigned char was = original.bytes[at];
		struct buf made = BUF_INIT(1 << 20);
		struct plan plan;
		struct err err;

		original.bytes[at] = (unsigned char)(was ^ (1u << at % 8) ^ 0x80);
		if (!pictures_render_bytes(&original, "w=30", &plan, &made, &err))
			ck_assert_uint_eq(made.len, 0);
		original.bytes[at] = was;
		buf_done(&made);
	}
	buf_done(&original);
}
END_TEST

/* A frame may reach beyond the screen, lie outside of it, or have no size at all. */
START_TEST(takes_frames_as_they_lie)
{
	struct buf original = pictures_read("frames-keep.gif"), made = BUF_INIT(1 << 20);
	struct gif_walk walk = gif_begin(original.bytes, original.len);
	static const int32_t places[][2] = { { 60, 35 }, { 64, 0 }, { 65000, 65000 } };
	size_t first, second;
	struct gif_frame frame;
	struct err err;
	bool end;

	ck_assert(gif_next(&walk, &frame, &end, &err));
	first = walk.at;
	ck_assert(gif_next(&walk, &frame, &end, &err) && !end && first < walk.at);
	second = walk.at - frame.n;
	for (size_t i = 0; i < 3; i++) {
		unsigned char *p = original.bytes + second;

		p[1] = (unsigned char)(places[i][0] & 0xff);
		p[2] = (unsigned char)(places[i][0] >> 8);
		p[3] = (unsigned char)(places[i][1] & 0xff);
		p[4] = (unsigned char)(places[i][1] >> 8);
		buf_reset(&made);
		(void)make(&original, "f=gif", "moved", &made);
		check_frame(&made, "moved", 2, frames[0].seen, 6, 1);
	}
	memset(original.bytes + second + 5, 0, 4);
	buf_reset(&made);
	(void)make(&original, "f=gif", "without size", &made);
	check_frame(&made, "without size", 2, frames[0].seen, 6, 1);
	buf_done(&original);
	buf_done(&made);
}
END_TEST

/* What pixels alone can tell is told by the first frame, for all of them. */
START_TEST(decides_on_the_first_frame_for_all)
{
	static const struct {
		const char *query;
		bool padded; /* 64 x 40 on a ground of 80 x 80, else as it is */
		int32_t w, h;
	} rows[] = {
		{ "f=gif&trim=9", true, 64, 40 },
		{ "f=webp&trim=9", true, 64, 40 },
		{ "f=gif&w=20&h=20&fit=cover&g=smart", false, 20, 20 },
		{ "f=webp&trim=9&w=20&h=20&fit=cover&g=smart", true, 20, 20 },
	};
	struct buf original = pictures_read("frames-keep.gif"), padded = BUF_INIT(1 << 20),
		   made = BUF_INIT(1 << 20);
	struct image_info info;
	struct err err;

	(void)make(&original, "f=gif&w=80&h=80&fit=pad&bg=202020", "padded", &padded);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_reset(&made);
		(void)make(rows[i].padded ? &padded : &original, rows[i].query, "looked at", &made);
		ck_assert(probe_image(made.bytes, made.len, &info, &err));
		ck_assert_msg(
			info.frames == 3 && info.width == rows[i].w && info.height == rows[i].h,
			"%s: %d frames of %d x %d", rows[i].query, info.frames, info.width,
			info.height);
	}
	buf_done(&original);
	buf_done(&padded);
	buf_done(&made);
}
END_TEST

Suite *
suite_image_frames(void)
{
	Suite *s = suite_create("image_frames");
	TCase *c = tcase_create("image_frames");

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(
		c, shows_each_frame_as_browsers_do, 0, (int)(sizeof frames / sizeof frames[0]));
	tcase_add_loop_test(
		c, keeps_frames_times_and_plays, 0, (int)(sizeof clocks / sizeof clocks[0]));
	tcase_add_loop_test(c, makes_stills_of_animations_where_that_is_asked, 0, 4);
	tcase_add_test(c, does_the_plan_on_every_frame);
	tcase_add_test(c, decides_on_the_first_frame_for_all);
	tcase_add_loop_test(c, never_takes_a_part_for_the_whole, 0, 3);
	tcase_add_loop_test(c, survives_bytes_that_are_wrong, 0, 3);
	tcase_add_test(c, takes_frames_as_they_lie);
	suite_add_tcase(s, c);
	return s;
}
