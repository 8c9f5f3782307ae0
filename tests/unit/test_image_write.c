#include "base/now.h"
#include "image_avif.h"
#include "pictures.h"
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t deadline_us; /* of what make renders */

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

static bool
writes(enum format format)
{
	return (image_writable() & FORMAT_BIT(format)) != 0;
}

/* Render an original as the server would. */
static void
render(const char *name, const char *query, struct plan *plan, struct buf *ret)
{
	struct buf original = pictures_read(name);
	struct err err;

	buf_reset(ret);
	ret->limit = 1 << 24;
	ck_assert_msg(pictures_render_bytes(&original, query, plan, ret, &err), "%s?%s: %s %s",
		name, query, err_row(err.kind)->slug, err.detail);
	buf_done(&original);
}

/* Find a box or chunk by its name; NULL when there is none. */
static const unsigned char *
find(const struct buf *b, const char *name)
{
	return memmem(b->bytes, b->len, name, strlen(name));
}

/* ---- AVIF ---- */

START_TEST(writes_avif_where_libavif_is)
{
	ck_assert(writes(FORMAT_AVIF) == (image_avif_version() != NULL));
}
END_TEST

START_TEST(keeps_colours_and_transparency_in_avif)
{
	static const char *const ways[] = { "f=avif&q=90", "f=avif", "f=avif&w=37&q=70" };
	struct picture s, want;
	long off = 0;

	if (!writes(FORMAT_AVIF))
		return;
	for (size_t i = 0; i < 3; i++) {
		s = pictures_render("quad.png", ways[i]);
		pictures_expect_quarters(&s, ways[i], pictures_quarters, 24);
		free(s.rgba);
	}
	s = pictures_render("alpha.png", "f=avif");
	want = pictures_render("alpha.png", "f=png");
	for (long i = 3; i < 4 * s.w * s.h; i += 4)
		off += labs((long)s.rgba[i] - want.rgba[i]);
	ck_assert_int_lt(off / (s.w * s.h), 4);
	free(want.rgba);
	free(s.rgba);
}
END_TEST

/* AV1 sequence: av1C's third byte has the subsampling; colr's nclx what the numbers mean. */
START_TEST(says_in_avif_what_its_numbers_mean)
{
	static const unsigned char nclx[] = { 'n', 'c', 'l', 'x', 0, 1, 0, 13, 0, 6, 0x80 };
	struct buf b = { 0 };
	struct plan plan;
	const unsigned char *av1c;

	if (!writes(FORMAT_AVIF))
		return;
	for (int q = 80; q <= 90; q += 10) {
		char query[32];

		(void)snprintf(query, sizeof query, "f=avif&q=%d", q);
		render("quad.png", query, &plan, &b);
		ck_assert_ptr_nonnull(memmem(b.bytes, b.len, nclx, sizeof nclx));
		av1c = find(&b, "av1C");
		ck_assert_ptr_nonnull(av1c);
		/* high_bitdepth 0x40; chroma_subsampling_x 0x08 and _y 0x04 */
		ck_assert_uint_eq(av1c[6] & 0x4c, q >= 90 ? 0 : 0x0c);
		ck_assert_ptr_null(find(&b, "prof"));
	}
	buf_done(&b);
}
END_TEST

START_TEST(weighs_less_with_less_quality_or_more_time)
{
	struct buf low = { 0 }, high = { 0 };
	struct plan plan;

	if (!writes(FORMAT_AVIF))
		return;
	render("dogs.jpg", "w=300&f=avif&q=30", &plan, &low);
	render("dogs.jpg", "w=300&f=avif&q=80", &plan, &high);
	ck_assert_uint_lt(low.len * 2, high.len);
	ck_assert_int_eq(plan.speed, 8);
	pictures_cfg.origins[0].policy.avif_speed = 10;
	render("dogs.jpg", "w=300&f=avif&q=80", &plan, &low);
	ck_assert_int_eq(plan.speed, 10);
	ck_assert(low.len != high.len || memcmp(low.bytes, high.bytes, low.len) != 0);
	buf_done(&low);
	buf_done(&high);
}
END_TEST

START_TEST(makes_the_same_avif_again)
{
	struct buf one = { 0 }, other = { 0 };
	struct plan plan;

	if (!writes(FORMAT_AVIF))
		return;
	render("p3.jpg", "w=30&f=avif", &plan, &one);
	render("p3.jpg", "w=30&f=avif", &plan, &other);
	ck_assert_uint_eq(one.len, other.len);
	ck_assert_mem_eq(one.bytes, other.bytes, one.len);
	buf_done(&one);
	buf_done(&other);
}
END_TEST

/* ---- The others ---- */

/* A JPEG's frame header: its marker's second byte, and the first component's sampling. */
static void
look_at_frame(const struct buf *b, unsigned *ret_marker, unsigned *ret_sampling)
{
	for (size_t at = 2; at + 12 < b->len;
		at += 2u + ((size_t)b->bytes[at + 2] << 8 | b->bytes[at + 3]))
		if (b->bytes[at + 1] == 0xc0 || b->bytes[at + 1] == 0xc2) {
			*ret_marker = b->bytes[at + 1];
			*ret_sampling = b->bytes[at + 11];
			return;
		}
	ck_abort_msg("no frame");
}

START_TEST(codes_jpeg_as_it_is_set)
{
	struct buf b = { 0 };
	struct plan plan;
	unsigned marker, sampling;

	for (int progressive = 0; progressive < 2; progressive++) {
		pictures_cfg.origins[0].policy.jpeg_progressive = progressive == 1;
		render("dogs.jpg", "w=200&q=89", &plan, &b);
		look_at_frame(&b, &marker, &sampling);
		ck_assert_uint_eq(marker, progressive ? 0xc2 : 0xc0);
		ck_assert_uint_eq(sampling, 0x22);
		render("dogs.jpg", "w=200&q=90", &plan, &b);
		look_at_frame(&b, &marker, &sampling);
		ck_assert_uint_eq(sampling, 0x11);
	}
	buf_done(&b);
}
END_TEST

START_TEST(writes_webp_without_loss_where_that_is_no_larger)
{
	struct buf lossy = { 0 }, b = { 0 };
	struct picture s, want;
	struct plan plan;

	render("quad.png", "f=webp", &plan, &lossy);
	ck_assert_ptr_nonnull(find(&lossy, "VP8 "));
	pictures_cfg.origins[0].policy.webp_lossless = CONFIG_LOSSLESS_AUTO;
	render("quad.png", "f=webp", &plan, &b);
	ck_assert_ptr_nonnull(find(&b, "VP8L"));
	ck_assert_uint_le(b.len, lossy.len);
	s = pictures_look(&b, "lossless");
	want = pictures_render("quad.png", "f=png");
	ck_assert_mem_eq(s.rgba, want.rgba, (size_t)(4 * s.w * s.h));
	free(s.rgba);
	free(want.rgba);
	render("dogs.jpg", "w=200&f=webp", &plan, &b);
	ck_assert_ptr_null(find(&b, "VP8L"));
	buf_done(&lossy);
	buf_done(&b);
}
END_TEST

/* Few colours, with all kinds of transparency among them: not one level is lost. */
START_TEST(gives_png_a_palette_where_there_are_few_colours)
{
	static const char *const names[] = { "alpha.png", "palette.png", "quad.png" };
	struct buf b = { 0 }, original = pictures_read(names[_i]);
	struct picture s, want = pictures_look(&original, names[_i]);
	struct plan plan;

	render(names[_i], "f=png", &plan, &b);
	ck_assert_ptr_nonnull(find(&b, "PLTE"));
	s = pictures_look(&b, names[_i]);
	ck_assert_int_eq(s.w * s.h, want.w * want.h);
	for (long i = 0; i < s.w * s.h; i++)
		ck_assert(want.rgba[4 * i + 3] == 0
				  ? s.rgba[4 * i + 3] == 0
				  : memcmp(s.rgba + 4 * i, want.rgba + 4 * i, 4) == 0);
	buf_done(&original);
	free(s.rgba);
	free(want.rgba);
	buf_done(&b);
}
END_TEST

START_TEST(keeps_a_drawing_on_a_palette_and_nothing_else)
{
	struct buf b = { 0 };
	struct picture s;
	struct plan plan;
	size_t drawn;

	render("drum.gif", "w=100&f=png", &plan, &b);
	ck_assert_ptr_nonnull(find(&b, "PLTE"));
	drawn = b.len;
	s = pictures_look(&b, "drum.gif");
	ck_assert_int_eq(s.w, plan.canvas_w);
	ck_assert_uint_lt(drawn, (size_t)(s.w * s.h * 2));
	free(s.rgba);
	/* a photograph has no palette, and is given none */
	render("bowl.png", "w=100", &plan, &b);
	ck_assert_ptr_null(find(&b, "PLTE"));
	/* but for want of bytes */
	render("bowl.png", "w=100&max=8000", &plan, &b);
	ck_assert_uint_le(b.len, 8000);
	ck_assert_ptr_nonnull(find(&b, "PLTE"));
	buf_done(&b);
}
END_TEST

START_TEST(writes_jpeg_xl_where_it_can)
{
	struct picture s;
	struct plan plan;
	struct buf b = { 0 };

	if (!writes(FORMAT_JXL))
		return;
	s = pictures_render("quad.jpg", "f=jxl&q=90");
	pictures_expect_quarters(&s, "jxl", pictures_quarters, 24);
	free(s.rgba);
	/* the encoder has no transparency */
	render("alpha.png", "f=jxl", &plan, &b);
	ck_assert_int_eq(plan.wanted, FORMAT_JXL);
	ck_assert_int_eq(format_sniff(b.bytes, b.len), FORMAT_WEBP);
	buf_done(&b);
}
END_TEST

static TCase *
others(void)
{
	TCase *t = tcase_create("others");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, codes_jpeg_as_it_is_set);
	tcase_add_test(t, writes_webp_without_loss_where_that_is_no_larger);
	tcase_add_loop_test(t, gives_png_a_palette_where_there_are_few_colours, 0, 3);
	tcase_add_test(t, keeps_a_drawing_on_a_palette_and_nothing_else);
	tcase_add_test(t, writes_jpeg_xl_where_it_can);
	return t;
}

/* ---- Metadata ---- */

/* quad.jpg with an EXIF segment: turned by 180, by Jo, and a place. */
static struct buf
with_exif(void)
{
	static const char segment[] = "\xff\xe1\0\x4e"
				      "Exif\0\0MM\0*\0\0\0\x08\0\x03"
				      "\x01\x12\0\x03\0\0\0\x01\0\x03\0\0"
				      "\x01\x3b\0\x02\0\0\0\x09\0\0\0\x32"
				      "\x88\x25\0\x04\0\0\0\x01\0\0\0\x3c\0\0\0\0"
				      "Jo Kim Z\0\0\0\0PLACE\0\0\0\0";
	struct buf plain = pictures_read("quad.jpg"), b = BUF_INIT(1 << 20);
	struct err err;

	ck_assert(buf_add(&b, plain.bytes, 2, &err) && buf_add(&b, segment, 80, &err) &&
		  buf_add(&b, plain.bytes + 2, plain.len - 2, &err));
	buf_done(&plain);
	return b;
}

START_TEST(takes_along_what_it_was_asked_to)
{
	static const struct {
		const char *meta;
		bool artist, place;
	} rows[] = { { "none", false, false }, { "copyright", true, false },
		{ "keep", true, true } };
	static const char *const formats[] = { "jpg", "png", "webp", "avif" };
	struct buf original = with_exif(), b = BUF_INIT(1 << 20);
	struct plan plan;
	struct err err;

	if (_i == 3 && !writes(FORMAT_AVIF))
		return;
	for (size_t i = 0; i < 3; i++) {
		char query[64];
		struct picture s;

		(void)snprintf(query, sizeof query, "f=%s&meta=%s", formats[_i], rows[i].meta);
		buf_reset(&b);
		ck_assert_msg(pictures_render_bytes(&original, query, &plan, &b, &err), "%s: %s",
			query, err.detail);
		ck_assert_int_eq(plan.orientation, 3);
		ck_assert_msg((find(&b, "Jo Kim Z") != NULL) == rows[i].artist, "%s", query);
		ck_assert_msg((find(&b, "PLACE") != NULL) == rows[i].place, "%s", query);
		/* turned already, and nothing says that it is to be turned again */
		ck_assert_ptr_null(memmem(b.bytes, b.len, "\x01\x12\0\x03\0\0\0\x01\0\x03", 10));
		s = pictures_look(&b, query);
		pictures_expect(&s, query, 3, 3, pictures_quarters[3], 28);
		free(s.rgba);
	}
	buf_done(&b);
	buf_done(&original);
}
END_TEST

/* Made once with metadata, a picture of any format is an original that has them. */
START_TEST(finds_metadata_in_what_it_wrote)
{
	static const char *const formats[] = { "jpg", "png", "webp" };
	struct buf original = with_exif(), once = BUF_INIT(1 << 20), twice = BUF_INIT(1 << 20);
	struct plan plan;
	struct err err;
	char query[64];

	(void)snprintf(query, sizeof query, "f=%s&meta=keep", formats[_i]);
	ck_assert(pictures_render_bytes(&original, query, &plan, &once, &err));
	ck_assert(pictures_render_bytes(&once, "f=jpg&meta=keep", &plan, &twice, &err));
	ck_assert_msg(find(&twice, "Jo Kim Z") != NULL, "%s", query);
	ck_assert_msg(find(&twice, "PLACE") != NULL, "%s", query);
	buf_reset(&twice);
	ck_assert(pictures_render_bytes(&once, "f=jpg&meta=copyright", &plan, &twice, &err));
	ck_assert_msg(find(&twice, "Jo Kim Z") != NULL, "%s", query);
	ck_assert_msg(find(&twice, "PLACE") == NULL, "%s", query);
	buf_done(&original);
	buf_done(&once);
	buf_done(&twice);
}
END_TEST

/* A JPEG with XMP: an APP1 segment of Adobe's. */
START_TEST(carries_xmp_where_readers_look_for_it)
{
	static const char head[] = "\xff\xd8\xff\xe1\0\x2c"
				   "http://ns.adobe.com/xap/1.0/\0<x>Jo Kim</x>";
	struct buf quad = pictures_read("quad.jpg"), original = BUF_INIT(1 << 20),
		   once = BUF_INIT(1 << 20), twice = BUF_INIT(1 << 20);
	struct plan plan;
	struct err err;

	ck_assert_uint_eq(sizeof head - 1, 2 + 2 + 0x2c);
	ck_assert(buf_add(&original, head, sizeof head - 1, &err));
	ck_assert(buf_add(&original, quad.bytes + 2, quad.len - 2, &err));
	ck_assert(pictures_render_bytes(&original, "f=webp&meta=keep", &plan, &once, &err));
	ck_assert_ptr_nonnull(memmem(once.bytes, once.len, "XMP ", 4));
	ck_assert_int_eq(once.bytes[20] & 4, 4);
	ck_assert(pictures_render_bytes(&once, "f=jpg&meta=keep", &plan, &twice, &err));
	ck_assert_ptr_nonnull(find(&twice, "<x>Jo Kim</x>"));
	buf_reset(&once);
	ck_assert(pictures_render_bytes(&original, "f=webp&meta=copyright", &plan, &once, &err));
	ck_assert_ptr_null(find(&once, "Jo Kim"));
	buf_done(&quad);
	buf_done(&original);
	buf_done(&once);
	buf_done(&twice);
}
END_TEST

static TCase *
metadata(void)
{
	TCase *t = tcase_create("metadata");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, takes_along_what_it_was_asked_to, 0, 4);
	tcase_add_loop_test(t, finds_metadata_in_what_it_wrote, 0, 3);
	tcase_add_test(t, carries_xmp_where_readers_look_for_it);
	return t;
}

/* ---- Text ---- */

START_TEST(describes_the_original)
{
	struct buf b = { 0 }, original = pictures_read("orientation-6.jpg");
	char want[160];
	struct plan plan;

	render("orientation-6.jpg", "f=json", &plan, &b);
	/* as seen: 40 across and 64 down as stored are turned */
	(void)snprintf(want, sizeof want,
		"{\"width\":64,\"height\":40,\"format\":\"jpg\",\"bytes\":%zu,\"alpha\":false,"
		"\"animated\":false,\"dominant\":\"#",
		original.len);
	ck_assert_msg(strncmp(buf_text(&b), want, strlen(want)) == 0, "%s", buf_text(&b));
	render("animated.gif", "f=json&w=5000", &plan, &b);
	ck_assert_ptr_nonnull(strstr(buf_text(&b), "\"animated\":true"));
	ck_assert_int_le(plan.canvas_w, 64);
	render("alpha.png", "f=json", &plan, &b);
	ck_assert_ptr_nonnull(strstr(buf_text(&b), "\"alpha\":true"));
	/* a photograph is decoded at an eighth */
	render("dogs.jpg", "f=json", &plan, &b);
	ck_assert_int_eq(plan.shrink, 8);
	ck_assert_ptr_nonnull(strstr(buf_text(&b), "\"width\":1200,\"height\":1802"));
	buf_done(&b);
	buf_done(&original);
}
END_TEST

/* The first letter tells the components: 4 x 3, 3 x 4, 4 x 4; as the picture asked for lies. */
START_TEST(hashes_the_picture_that_is_asked_for)
{
	static const struct {
		const char *query;
		char first;
		size_t length;
	} rows[] = { { "f=blurhash", 'T', 28 }, { "f=blurhash&w=90&h=40&fit=cover", 'L', 28 },
		{ "f=blurhash&w=900&h=900&fit=cover", 'U', 36 },
		{ "f=blurhash&h=30&fit=fill", 'T', 28 } };
	struct buf b = { 0 }, whole = { 0 };
	struct plan plan;

	render("dogs.jpg", "f=blurhash", &plan, &whole);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		render("dogs.jpg", rows[i].query, &plan, &b);
		ck_assert_uint_eq(b.len, rows[i].length);
		ck_assert_int_eq(b.bytes[0], rows[i].first);
		ck_assert_int_le(plan.canvas_w, 64);
	}
	render("dogs.jpg", "f=blurhash&w=90&h=40&fit=cover", &plan, &b);
	ck_assert_str_ne(buf_text(&b), buf_text(&whole));
	buf_done(&b);
	buf_done(&whole);
}
END_TEST

static TCase *
text(void)
{
	TCase *t = tcase_create("text");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, describes_the_original);
	tcase_add_test(t, hashes_the_picture_that_is_asked_for);
	return t;
}

/* ---- A byte budget ---- */

/* Render a sample, and tell what was made. */
static struct image_made
make(const char *name, const char *query, struct plan *plan, struct buf *ret)
{
	struct buf original = pictures_read(name);
	struct image_made made;
	struct image_info info;
	struct request req = { 0 };
	struct err err = { 0 };
	char uri[128];

	(void)snprintf(uri, sizeof uri, "/a?%s", query);
	buf_reset(ret);
	ret->limit = 1 << 24;
	ck_assert_msg(request_from_text(&pictures_cfg, uri, &req, &err) &&
			      probe_image(original.bytes, original.len, &info, &err) &&
			      plan_resolve(&req, &info, image_writable(), plan, &err),
		"%s?%s: %s", name, query, err.say);
	plan->deadline_us = deadline_us;
	ck_assert_msg(image_render(original.bytes, original.len, &info, plan, ret, &made, &err),
		"%s?%s: %s %s", name, query, err.say, err.detail);
	ck_assert_int_eq(format_sniff(ret->bytes, ret->len), made.format);
	buf_done(&original);
	return made;
}

/* clang-format off */
static const struct {
	const char *query;
	size_t max;
	bool full; /* at full size: less quality is enough */
} budgets[] = {
	{ "w=300&f=jpg&q=95", 20000, true },
	{ "w=300&f=jpg&q=95", 3000, false },
	{ "w=300&f=jpg&q=20", 3000, false },
	{ "w=300&f=webp&q=95", 12000, true },
	{ "w=300&f=webp&q=95", 2000, false },
	{ "w=300&f=png", 40000, false },
	{ "w=300&f=gif", 15000, false },
	{ "w=200&f=avif&q=80", 3500, true },
	{ "w=200&f=avif&q=80", 1200, false },
};
/* clang-format on */

START_TEST(keeps_to_its_byte_budget)
{
	struct buf b = { 0 };
	struct plan plan;
	struct image_made made, free_of_it;
	char query[64];

	if (strstr(budgets[_i].query, "avif") != NULL && !writes(FORMAT_AVIF))
		return;
	free_of_it = make("dogs.jpg", budgets[_i].query, &plan, &b);
	ck_assert_uint_gt(b.len, budgets[_i].max);
	ck_assert_int_eq(free_of_it.encodes, 1);
	(void)snprintf(query, sizeof query, "%s&max=%zu", budgets[_i].query, budgets[_i].max);
	made = make("dogs.jpg", query, &plan, &b);
	ck_assert_msg(b.len <= budgets[_i].max && !made.over_budget, "%s: %zu", query, b.len);
	ck_assert_int_ge(made.encodes, 2);
	ck_assert_int_le(made.encodes, 6);
	if (budgets[_i].full) {
		ck_assert_int_eq(made.width, plan.canvas_w);
		ck_assert_int_ge(made.quality, 40);
		ck_assert_int_lt(made.quality, free_of_it.quality);
		/* not far less than what was allowed */
		ck_assert_msg(2 * b.len > budgets[_i].max, "%s: %zu", query, b.len);
	} else {
		ck_assert_int_lt(made.width, plan.canvas_w);
		ck_assert_int_le(made.quality, 40);
		ck_assert_int_le(abs(made.width * plan.canvas_h - made.height * plan.canvas_w),
			plan.canvas_w + plan.canvas_h);
	}
	ck_assert_int_eq(made.format, plan.format);
	buf_done(&b);
}
END_TEST

START_TEST(says_when_the_budget_cannot_be_met)
{
	struct buf b = { 0 }, most = { 0 };
	struct plan plan;
	struct image_made made;

	(void)make("dogs.jpg", "w=40&h=40&fit=cover&q=90", &plan, &most);
	made = make("dogs.jpg", "w=40&h=40&fit=cover&q=90&max=1024", &plan, &b);
	ck_assert(!made.over_budget);
	plan.max_bytes = 30; /* a JPEG's tables alone have more */
	buf_reset(&b);
	{
		struct buf original = pictures_read("dogs.jpg");
		struct image_info info;
		struct err err;

		ck_assert(probe_image(original.bytes, original.len, &info, &err));
		ck_assert(
			image_render(original.bytes, original.len, &info, &plan, &b, &made, &err));
		buf_done(&original);
	}
	ck_assert(made.over_budget);
	ck_assert_int_le(made.encodes, 6);
	ck_assert_uint_lt(b.len, most.len);
	buf_done(&b);
	buf_done(&most);
}
END_TEST

/* ---- Too little time ---- */

START_TEST(steps_down_when_time_is_short)
{
	struct buf b = { 0 };
	struct plan plan;
	struct image_made made;
	const char *query = "w=1600&f=avif&q=70";

	if (!writes(FORMAT_AVIF))
		return;
	deadline_us = now_mono_us() + 600000000u;
	made = make("dogs.jpg", query, &plan, &b);
	ck_assert_int_eq(made.format, FORMAT_AVIF);
	ck_assert(!made.hurried);
	deadline_us = 1; /* gone by */
	made = make("dogs.jpg", query, &plan, &b);
	ck_assert_int_eq(made.format, FORMAT_JPEG);
	ck_assert(made.hurried);
	ck_assert_int_eq(made.width, plan.canvas_w);
	made = make("alpha.png", "f=webp&w=1600&up=1", &plan, &b);
	ck_assert_int_eq(made.format, FORMAT_PNG);
	/* a search ends with what it has */
	made = make("dogs.jpg", "w=600&f=jpg&q=95&max=2000", &plan, &b);
	ck_assert(made.hurried);
	ck_assert_int_eq(made.encodes, 1);
	deadline_us = 0;
	buf_done(&b);
}
END_TEST

static TCase *
limits(void)
{
	TCase *t = tcase_create("limits");

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, keeps_to_its_byte_budget, 0, sizeof budgets / sizeof budgets[0]);
	tcase_add_test(t, says_when_the_budget_cannot_be_met);
	tcase_add_test(t, steps_down_when_time_is_short);
	return t;
}

static TCase *
avif(void)
{
	TCase *t = tcase_create("avif");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, writes_avif_where_libavif_is);
	tcase_add_test(t, keeps_colours_and_transparency_in_avif);
	tcase_add_test(t, says_in_avif_what_its_numbers_mean);
	tcase_add_test(t, weighs_less_with_less_quality_or_more_time);
	tcase_add_test(t, makes_the_same_avif_again);
	return t;
}

Suite *
suite_image_write(void)
{
	Suite *s = suite_create("image_write");

	suite_add_tcase(s, avif());
	suite_add_tcase(s, limits());
	suite_add_tcase(s, others());
	suite_add_tcase(s, metadata());
	suite_add_tcase(s, text());
	return s;
}
