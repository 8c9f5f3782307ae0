#include "pictures.h"
#include "random.h"
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

static const char *const originals[] = { "quad.jpg", "quad.png", "quad.gif", "quad.webp",
	"progressive.jpg", "palette.png", "lossless.webp", "animated.gif", "icc-garbage.jpg",
	"icc-mismatch.jpg", "no-eoi.jpg", "trailing.jpg" };

START_TEST(makes_every_format_of_every_format)
{
	static const char *const formats[] = { "jpg", "png", "gif", "webp" };

	for (size_t i = 0; i < 4; i++)
		for (int way = 0; way < 3; way++) {
			static const char *const sizes[] = { "", "&w=40", "&w=150&up=1" };
			char query[64];
			struct picture s;

			(void)snprintf(
				query, sizeof query, "f=%s&frame=first%s", formats[i], sizes[way]);
			s = pictures_render(originals[_i], query);
			pictures_expect_quarters(&s, originals[_i], pictures_quarters, 28);
			free(s.rgba);
		}
}
END_TEST

/* clang-format off */
static const struct {
	const char *name;
	enum err_kind fails;
} hurt[] = {
	{ "truncated.jpg", ERR_BROKEN },
	{ "truncated.png", ERR_BROKEN },
	{ "truncated.gif", ERR_BROKEN },
	{ "truncated.webp", ERR_BROKEN },
	{ "text.jpg", ERR_NOT_AN_IMAGE },
	{ "ink.icc", ERR_NOT_AN_IMAGE },
	{ "empty.jpg", ERR_NOT_AN_IMAGE },
};
/* clang-format on */

START_TEST(makes_nothing_of_half_a_picture)
{
	struct buf original = pictures_read(hurt[_i].name), result = BUF_INIT(1 << 20);
	struct plan plan;
	struct err err;

	ck_assert_msg(!pictures_render_bytes(&original, "w=20", &plan, &result, &err),
		"%s was rendered", hurt[_i].name);
	ck_assert_msg(err.kind == hurt[_i].fails, "%s: %s", hurt[_i].name, err_row(err.kind)->slug);
	ck_assert_uint_eq(result.len, 0);
	buf_done(&original);
	buf_done(&result);
}
END_TEST

/* Cut anywhere after the header, a JPEG is refused unless only its end marker is missing. */
START_TEST(sees_where_ever_a_jpeg_is_cut)
{
	struct buf original = pictures_read(_i == 0 ? "quad.jpg" : "progressive.jpg");
	size_t whole = original.len;
	int made = 0;

	for (size_t n = whole - 1; n > whole / 2; n -= 3) {
		struct buf result = BUF_INIT(1 << 20);
		struct plan plan;
		struct err err;

		original.len = n;
		if (pictures_render_bytes(&original, "w=20", &plan, &result, &err)) {
			made++;
			ck_assert_msg(n + 4 >= whole, "cut %zu before its end", whole - n);
		} else {
			ck_assert_msg(err.kind == ERR_BROKEN, "cut at %zu: %s", n,
				err_row(err.kind)->slug);
		}
		buf_done(&result);
	}
	ck_assert_int_le(made, 2);
	buf_done(&original);
}
END_TEST

/* Make a JPEG of that size: red rises to the right, green downwards, with blocks in blue. */
static struct buf
make_jpeg(unsigned long w, unsigned long h)
{
	ImageInfo *info = CloneImageInfo(NULL);
	unsigned char *rgb = malloc(3 * w * h), *p = rgb;
	struct buf ret = BUF_INIT(1 << 20);
	ExceptionInfo e;
	struct err err;
	size_t len = 0;
	Image *image;
	void *blob;

	ck_assert_ptr_nonnull(rgb);
	for (unsigned long y = 0; y < h; y++)
		for (unsigned long x = 0; x < w; x++) {
			*p++ = (unsigned char)(255 * x / w);
			*p++ = (unsigned char)(255 * y / h);
			*p++ = (x / 16 + y / 16) % 2 == 0 ? 60 : 190;
		}
	GetExceptionInfo(&e);
	image = ConstituteImage(w, h, "RGB", CharPixel, rgb, &e);
	ck_assert_ptr_nonnull(image);
	(void)snprintf(image->magick, sizeof image->magick, "JPEG");
	info->quality = 95;
	blob = ImageToBlob(info, image, &len, &e);
	ck_assert_ptr_nonnull(blob);
	ck_assert(buf_add(&ret, blob, len, &err));
	MagickFree(blob);
	free(rgb);
	DestroyImage(image);
	DestroyImageInfo(info);
	DestroyExceptionInfo(&e);
	return ret;
}

/*
 * Over many odd sizes: what is decoded small has the size planned (image_render would fail), and
 * shows the same as the whole picture resized.
 */
START_TEST(decodes_small_to_exactly_the_planned_size)
{
	int seen[9] = { 0 };

	for (unsigned long w = 31 + (unsigned long)_i; w < 500; w += w / 3)
		for (unsigned long h = 29 + (unsigned long)(_i % 3); h < 400; h += h / 2) {
			struct buf original = make_jpeg(w, h), result = BUF_INIT(1 << 20);
			struct plan plan;
			struct picture s;
			struct err err;

			ck_assert_msg(pictures_render_bytes(&original,
					      _i % 2 == 0 ? "w=24&h=20&fit=cover&f=png"
							  : "w=8&h=8&fit=cover&f=png",
					      &plan, &result, &err),
				"%lu x %lu: %s", w, h, err.detail);
			seen[plan.shrink]++;
			s = pictures_look(&result, "small");
			for (int i = 0; i < 9; i++) {
				long x = (i % 3 + 1) * s.w / 4, y = (i / 3 + 1) * s.h / 4;
				double at_x = plan.crop.x + (plan.extract.x + (double)x + 0.5) *
								    plan.crop.w / plan.resize_w;
				double at_y = plan.crop.y + (plan.extract.y + (double)y + 0.5) *
								    plan.crop.h / plan.resize_h;
				const unsigned char *p = pictures_pixel(&s, x, y);
				double dr = p[0] - 255 * (at_x * plan.shrink - 0.5) / (double)w;
				double dg = p[1] - 255 * (at_y * plan.shrink - 0.5) / (double)h;

				ck_assert_msg(dr * dr < 6 * 6 && dg * dg < 6 * 6,
					"%lu x %lu by %d: pixel %ld,%ld is off by %.0f, %.0f", w, h,
					plan.shrink, x, y, dr, dg);
			}
			free(s.rgba);
			buf_done(&original);
			buf_done(&result);
		}
	ck_assert_msg(
		seen[1] > 0 && seen[2] > 0 && seen[4] > 0 && seen[8] > 0, "reductions never seen");
}
END_TEST

/* What is cropped of a JPEG, decoded small or not, is what was asked for, to half a decoded px. */
START_TEST(shows_the_part_that_was_cropped)
{
	/* clang-format off */
	static const struct {
		unsigned long w, h;
		int x, y, cw, ch, to;
		int shrink;
	} rows[] = {
		{ 500, 400, 37, 23, 301, 211, 30, 4 },
		{ 501, 399, 200, 188, 301, 211, 30, 4 },
		{ 503, 401, 301, 201, 202, 200, 12, 8 },
		{ 503, 401, 3, 1, 100, 400, 40, 1 },
		{ 503, 401, 101, 1, 402, 400, 100, 2 },
	};
	/* clang-format on */
	struct buf original = make_jpeg(rows[_i].w, rows[_i].h), result = BUF_INIT(1 << 20);
	struct plan plan;
	struct picture s;
	struct err err;
	char query[96];

	(void)snprintf(query, sizeof query, "w=%d&crop=%d,%d,%d,%d&f=png", rows[_i].to, rows[_i].x,
		rows[_i].y, rows[_i].cw, rows[_i].ch);
	ck_assert_msg(pictures_render_bytes(&original, query, &plan, &result, &err), "%s: %s",
		query, err.detail);
	ck_assert_int_eq(plan.shrink, rows[_i].shrink);
	s = pictures_look(&result, query);
	for (int i = 0; i < 25; i++) {
		long x = (i % 5) * (s.w - 1) / 4, y = (i / 5) * (s.h - 1) / 4;
		const unsigned char *p = pictures_pixel(&s, x, y);
		double at_x = rows[_i].x + ((double)x + 0.5) * rows[_i].cw / (double)s.w;
		double at_y = rows[_i].y + ((double)y + 0.5) * rows[_i].ch / (double)s.h;
		double dr = p[0] - 255 * (at_x - 0.5) / (double)rows[_i].w;
		double dg = p[1] - 255 * (at_y - 0.5) / (double)rows[_i].h;
		double most = 2.5 + 255 * 0.5 * plan.shrink / (double)rows[_i].h;

		ck_assert_msg(dr < most && dr > -most && dg < most && dg > -most,
			"%s: pixel %ld,%ld is off by %.1f, %.1f", query, x, y, dr, dg);
	}
	free(s.rgba);
	buf_done(&original);
	buf_done(&result);
}
END_TEST

START_TEST(refuses_a_size_other_than_probed)
{
	struct buf original = pictures_read("quad.jpg"), result = BUF_INIT(1 << 20);
	struct image_made made;
	struct image_info info;
	struct plan plan;
	struct request req;
	struct err err = { 0 };

	memset(&req, 0, sizeof req);
	ck_assert(request_from_text(&pictures_cfg, "/a?w=20", &req, &err));
	ck_assert(probe_image(original.bytes, original.len, &info, &err));
	info.width--;
	ck_assert(plan_resolve(&req, &info, image_writable(), &plan, &err));
	ck_assert(!image_render(original.bytes, original.len, &info, &plan, &result, &made, &err));
	ck_assert_int_eq(err.kind, ERR_PIXELS);
	buf_done(&original);
	buf_done(&result);
}
END_TEST

START_TEST(decodes_with_the_decoder_it_was_told)
{
	static const char *const names[] = { "quad.png", "quad.gif", "quad.webp", "text.jpg" };
	struct buf original = pictures_read(names[_i]), result = BUF_INIT(1 << 20);
	struct image_info info = { FORMAT_JPEG, 64, 40, 1, false, false, false, false, false, 1 };
	struct image_made made;
	struct request req;
	struct plan plan;
	struct err err = { 0 };

	memset(&req, 0, sizeof req);
	ck_assert(request_from_text(&pictures_cfg, "/a?w=64", &req, &err));
	ck_assert(plan_resolve(&req, &info, image_writable(), &plan, &err));
	ck_assert_msg(
		!image_render(original.bytes, original.len, &info, &plan, &result, &made, &err),
		"%s passed for a JPEG", names[_i]);
	ck_assert_int_eq(err.kind, ERR_BROKEN);
	buf_done(&original);
	buf_done(&result);
}
END_TEST

START_TEST(keeps_grey_grey)
{
	static const char *const names[] = { "grey.jpg", "grey.png" };
	struct buf original = pictures_read(names[_i]), result = BUF_INIT(1 << 20);
	struct image_info info;
	struct plan plan;
	struct err err;

	ck_assert(pictures_render_bytes(&original, "w=32", &plan, &result, &err));
	ck_assert(probe_image(result.bytes, result.len, &info, &err));
	ck_assert(info.grey);
	buf_done(&original);
	buf_done(&result);
}
END_TEST

/* Append every chunk or segment name of a result. */
static void
list_parts(const struct buf *b, char *ret, size_t size)
{
	enum format format = format_sniff(b->bytes, b->len);
	size_t at = format == FORMAT_JPEG ? 2 : format == FORMAT_PNG ? 8 : 12;

	ret[0] = '\0';
	while (at + 8 <= b->len) {
		const unsigned char *p = b->bytes + at;
		size_t used = strlen(ret);

		if (format == FORMAT_JPEG) {
			(void)snprintf(ret + used, size - used, "%02x ", p[1]);
			if (p[1] == 0xda)
				break;
			at += 2 + ((size_t)p[2] << 8 | p[3]);
		} else if (format == FORMAT_PNG) {
			(void)snprintf(ret + used, size - used, "%.4s ", (const char *)p + 4);
			at += 12 + ((size_t)p[2] << 8 | p[3]);
		} else {
			(void)snprintf(ret + used, size - used, "%.4s ", (const char *)p);
			at += 8 + ((size_t)p[4] | (size_t)p[5] << 8);
			at += at & 1;
		}
	}
}

START_TEST(takes_nothing_but_pixels_along)
{
	static const char *const names[] = { "orientation-6.jpg", "p3.jpg", "p3.png",
		"orientation-6.png", "orientation-6.webp", "cmyk-profile.jpg", "icc-garbage.jpg",
		"offset.gif" };
	static const struct {
		const char *query, *parts;
	} rows[] = {
		{ "f=jpg", "e0 db db c0 c4 c4 c4 c4 da " },
		{ "f=jpg&w=30", "e0 db db c0 c4 c4 c4 c4 da " },
		{ "f=png&bg=fff", "IHDR IDAT IEND " },
		{ "f=png&w=30&bg=fff", "IHDR IDAT IEND " },
		{ "f=webp&bg=fff", "VP8  " },
		{ "f=webp&w=30&bg=fff", "VP8  " },
	};
	struct buf original = pictures_read(names[_i]);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf result = BUF_INIT(1 << 20);
		struct plan plan;
		struct err err;
		char parts[256], *end;

		ck_assert(pictures_render_bytes(&original, rows[i].query, &plan, &result, &err));
		list_parts(&result, parts, sizeof parts);
		/* a second of the same says nothing */
		end = strstr(parts, "PLTE ");
		if (end != NULL)
			memmove(end, end + 5, strlen(end + 5) + 1);
		ck_assert_msg(strcmp(parts, rows[i].parts) == 0, "%s?%s: %s", names[_i],
			rows[i].query, parts);
		buf_done(&result);
	}
	buf_done(&original);
}
END_TEST

/* Render in a process of its own and hand back a sum over the bytes. */
static uint64_t
render_elsewhere(const char *query)
{
	int ends[2];
	uint64_t sum = 0;
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		struct buf original = pictures_read("p3.png"), result = BUF_INIT(1 << 20);
		struct plan plan;
		struct err err;

		if (!pictures_render_bytes(&original, query, &plan, &result, &err))
			_exit(1);
		sum = 14695981039346656037u;
		for (size_t i = 0; i < result.len; i++)
			sum = (sum ^ result.bytes[i]) * 1099511628211u;
		_exit(write(ends[1], &sum, sizeof sum) == sizeof sum ? 0 : 1);
	}
	(void)close(ends[1]);
	ck_assert_int_eq(read(ends[0], &sum, sizeof sum), sizeof sum);
	(void)close(ends[0]);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	return sum;
}

/* No date, no name of a file or process: other processes, a second later, make the same bytes. */
START_TEST(makes_the_same_bytes_again)
{
	static const char *const ways[] = { "w=30&f=jpg", "w=30&f=png", "w=30&f=gif",
		"w=30&f=webp" };
	uint64_t first[4];

	for (size_t i = 0; i < 4; i++)
		first[i] = render_elsewhere(ways[i]);
	(void)usleep(1100000);
	for (size_t i = 0; i < 4; i++)
		ck_assert_msg(first[i] == render_elsewhere(ways[i]), "%s", ways[i]);
}
END_TEST

START_TEST(says_when_memory_runs_out)
{
	struct buf original = pictures_read("quad.png"), result = BUF_INIT(1 << 26);
	struct plan plan;
	struct err err;

	image_close();
	pictures_open(4u << 20, NULL);
	ck_assert(!pictures_render_bytes(&original, "w=2000&up=1", &plan, &result, &err));
	ck_assert_msg(err.kind == ERR_MEMORY, "%s %s", err_row(err.kind)->slug, err.detail);
	ck_assert_uint_eq(result.len, 0);
	/* and the next one is made all the same */
	ck_assert_msg(
		pictures_render_bytes(&original, "w=40", &plan, &result, &err), "%s", err.detail);
	buf_done(&original);
	buf_done(&result);
}
END_TEST

START_TEST(keeps_to_the_limit_of_the_result)
{
	struct buf original = pictures_read("quad.jpg"), result = BUF_INIT(100);
	struct plan plan;
	struct err err;

	ck_assert(!pictures_render_bytes(&original, "w=60", &plan, &result, &err));
	ck_assert_int_eq(err.kind, ERR_TOO_LARGE);
	ck_assert_uint_eq(result.len, 0);
	buf_done(&original);
	buf_done(&result);
}
END_TEST

START_TEST(weighs_less_with_less_quality)
{
	static const char *const formats[] = { "jpg", "webp" };
	struct buf original = make_jpeg(200, 160);
	size_t before = 0;

	for (int q = 10; q <= 90; q += 40) {
		struct buf result = BUF_INIT(1 << 20);
		char query[32];
		struct plan plan;
		struct err err;

		(void)snprintf(query, sizeof query, "f=%s&q=%d", formats[_i], q);
		ck_assert(pictures_render_bytes(&original, query, &plan, &result, &err));
		ck_assert_msg(result.len > before, "%s: %zu after %zu", query, result.len, before);
		before = result.len;
		buf_done(&result);
	}
	buf_done(&original);
}
END_TEST

START_TEST(reads_and_writes_what_browsers_show)
{
	uint32_t four = FORMAT_BIT(FORMAT_JPEG) | FORMAT_BIT(FORMAT_PNG) | FORMAT_BIT(FORMAT_GIF) |
			FORMAT_BIT(FORMAT_WEBP);

	ck_assert_uint_eq(image_readable() & four, four);
	ck_assert_uint_eq(image_writable() & four, four);
	ck_assert_uint_eq(image_readable() & FORMAT_BIT(FORMAT_SVG), 0);
	ck_assert_ptr_nonnull(strstr(image_version(), "GraphicsMagick"));
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

static void
add_faults(TCase *c)
{
	tcase_add_loop_test(c, makes_nothing_of_half_a_picture, 0, COUNT(hurt));
	tcase_add_loop_test(c, sees_where_ever_a_jpeg_is_cut, 0, 2);
	tcase_add_test(c, refuses_a_size_other_than_probed);
	tcase_add_loop_test(c, decodes_with_the_decoder_it_was_told, 0, 4);
	tcase_add_test(c, says_when_memory_runs_out);
	tcase_add_test(c, keeps_to_the_limit_of_the_result);
}

/* The same request in other words gives the same bytes, and so does the canonical form of it. */
START_TEST(gives_one_byte_string_whatever_order_and_spelling)
{
	static const char *const pictures[] = { "quad.png", "alpha.png", "orientation-6.jpg",
		"animated.gif" };
	uint64_t state = 20261125 + (uint64_t)_i;
	struct buf original = pictures_read(pictures[_i]);

	for (int round = 0; round < 40; round++) {
		struct random_pair pairs[64];
		struct buf queries[2] = { BUF_INIT(8192), BUF_INIT(8192) };
		struct buf made[2] = { BUF_INIT(1 << 20), BUF_INIT(1 << 20) };
		struct err errs[2] = { { 0 }, { 0 } };
		struct plan plan;
		bool ok[2];
		size_t n = 0;

		for (size_t i = 0; i < param_count; i++) {
			const struct param_def *def = &param_table[i];

			/* sides stay small, for speed; a preset is not there */
			if (def->kind == PARAM_SIZE || strcmp(def->name, "t") == 0 ||
				random_below(&state, 2) == 0)
				continue;
			pairs[n].row = i;
			random_value(def, &state, pairs[n].value);
			if ((def->flags & PARAM_SIDE) != 0)
				(void)snprintf(pairs[n].value, RANDOM_VALUE, "%u",
					1 + random_below(&state, 90));
			n++;
		}
		for (int k = 0; k < 2; k++) {
			random_query(&queries[k], pairs, n, &state);
			ok[k] = pictures_render_bytes(
				&original, buf_text(&queries[k]), &plan, &made[k], &errs[k]);
		}
		ck_assert_msg(ok[0] == ok[1] && errs[0].kind == errs[1].kind, "%s and %s",
			buf_text(&queries[0]), buf_text(&queries[1]));
		ck_assert_msg(
			!ok[0] || (made[0].len == made[1].len &&
					  memcmp(made[0].bytes, made[1].bytes, made[0].len) == 0),
			"%s and %s", buf_text(&queries[0]), buf_text(&queries[1]));
		for (int k = 0; k < 2; k++) {
			buf_done(&queries[k]);
			buf_done(&made[k]);
		}
	}
	buf_done(&original);
}
END_TEST

Suite *
suite_image(void)
{
	Suite *s = suite_create("image");
	TCase *c = tcase_create("image");

	tcase_set_timeout(c, 120);
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_loop_test(c, makes_every_format_of_every_format, 0, COUNT(originals));
	tcase_add_loop_test(c, decodes_small_to_exactly_the_planned_size, 0, 4);
	tcase_add_loop_test(c, shows_the_part_that_was_cropped, 0, 5);
	tcase_add_loop_test(c, keeps_grey_grey, 0, 2);
	tcase_add_loop_test(c, takes_nothing_but_pixels_along, 0, 8);
	tcase_add_test(c, makes_the_same_bytes_again);
	tcase_add_loop_test(c, weighs_less_with_less_quality, 0, 2);
	tcase_add_test(c, reads_and_writes_what_browsers_show);
	add_faults(c);
	tcase_add_loop_test(c, gives_one_byte_string_whatever_order_and_spelling, 0, 4);
	suite_add_tcase(s, c);
	return s;
}
