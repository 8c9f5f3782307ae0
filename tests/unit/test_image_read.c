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

/* Encoders that limner never uses leak when they give up. */
#ifdef __SANITIZE_ADDRESS__
#	include <sanitizer/lsan_interface.h>
#	define LEAKS_COUNT(yes) ((yes) ? __lsan_enable() : __lsan_disable())
#else
#	define LEAKS_COUNT(yes) ((void)(yes))
#endif

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

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

static const char *const quads[] = { "quad.avif", "10-bit.avif", "crop.avif", "grid.avif",
	"orientation-5.avif", "orientation-6.avif", "quad.heic", "two.heic", "quad.jxl",
	"lossless.jxl", "p3.jxl", "orientation-6.jxl", "orientation-7.jxl", "quad.tif",
	"16-bit.tif", "bigtiff.tif", "jpeg.tif", "p3.tif", "palette.tif", "orientation-6.tif",
	"quad.bmp", "palette.bmp", "zeros.bmp" };

/* Whatever it comes in, the motif is the same; browsers show none of these formats, so it is a
 * JPEG.
 */
START_TEST(shows_the_same_in_every_format)
{
	static const char *const ways[] = { "", "w=40", "w=600&up=1", "w=20&h=20&fit=fill" };
	/* what the same numbers mean in Display P3, where they are no colours of sRGB: clipped */
	static const uint32_t wide[4] = { 0xf50000ff, 0x00c300ff, 0x2020e9ff, 0xe0e000ff };
	bool p3 = strncmp(quads[_i], "p3.", 3) == 0;

	for (int i = 0; i < COUNT(ways); i++) {
		struct picture s = pictures_render(quads[_i], ways[i]);

		pictures_expect_quarters(&s, quads[_i], p3 ? wide : pictures_quarters, 28);
		free(s.rgba);
	}
}
END_TEST

START_TEST(makes_what_browsers_show)
{
	static const struct {
		const char *name;
		enum format want;
	} rows[] = { { "quad.avif", FORMAT_JPEG }, { "quad.heic", FORMAT_JPEG },
		{ "quad.jxl", FORMAT_JPEG }, { "quad.tif", FORMAT_JPEG },
		{ "quad.bmp", FORMAT_JPEG }, { "zeros.bmp", FORMAT_JPEG },
		{ "alpha.avif", FORMAT_PNG }, { "alpha.heic", FORMAT_PNG },
		{ "alpha.jxl", FORMAT_PNG }, { "alpha.tif", FORMAT_PNG },
		{ "half.bmp", FORMAT_PNG } };

	for (int i = 0; i < COUNT(rows); i++) {
		struct buf original, result = BUF_INIT(1 << 20);
		struct plan plan;
		struct err err;

		if (!pictures_readable(rows[i].name))
			continue;
		original = pictures_read(rows[i].name);
		ck_assert(pictures_render_bytes(&original, "w=20", &plan, &result, &err));
		ck_assert_msg(plan.format == rows[i].want, "%s became %s", rows[i].name,
			format_row(plan.format)->name);
		buf_done(&original);
		buf_done(&result);
	}
}
END_TEST

START_TEST(keeps_transparency)
{
	static const char *const names[] = { "alpha.avif", "alpha.heic", "alpha.jxl", "alpha.tif" };

	for (int i = 0; i < COUNT(names); i++) {
		struct picture s;

		if (!pictures_readable(names[i]))
			continue;
		s = pictures_render(names[i], "f=png");
		ck_assert_int_lt(pictures_pixel(&s, 2, 2)[3], 8);
		pictures_expect(&s, names[i], 30, 30, 0xffffffff, 8);
		free(s.rgba);
	}
}
END_TEST

/* Bitmaps of 32 bits: alpha counts, but not where nobody filled it in. */
START_TEST(takes_a_bitmap_s_fourth_byte_for_alpha_unless_zero)
{
	struct picture s = pictures_render("half.bmp", "f=png");

	pictures_expect(&s, "half.bmp", 10, 10, 0xe0202080, 2);
	pictures_expect(&s, "half.bmp", 50, 30, 0xe0e02080, 2);
	free(s.rgba);
	s = pictures_render("zeros.bmp", "f=png");
	pictures_expect(&s, "zeros.bmp", 10, 10, PICTURES_RED, 0);
	free(s.rgba);
}
END_TEST

START_TEST(reads_grey_and_two_levels)
{
	static const char *const greys[] = { "grey.avif", "grey.jxl" };
	struct picture s = pictures_render("fax.tif", "f=png");

	pictures_expect(&s, "fax.tif", 10, 20, 0x000000ff, 0);
	pictures_expect(&s, "fax.tif", 50, 20, 0xffffffff, 0);
	free(s.rgba);
	for (int i = 0; i < COUNT(greys); i++) {
		/* Rec. 601 luma of the four colours */
		static const uint32_t want[4] = { 0x595959ff, 0x7e7e7eff, 0x353535ff, 0xcacacaff };

		s = pictures_render(greys[i], "f=png");
		pictures_expect_quarters(&s, greys[i], want, 6);
		free(s.rgba);
	}
}
END_TEST

START_TEST(says_what_is_beyond_its_decoders)
{
	struct buf original = pictures_read("animated.jxl"), result = BUF_INIT(1 << 20);
	struct plan plan;
	struct err err;

	ck_assert(!pictures_render_bytes(&original, "w=20", &plan, &result, &err));
	ck_assert_msg(err.kind == ERR_NOT_AN_IMAGE, "%s %s", err_row(err.kind)->slug, err.detail);
	buf_done(&original);
	buf_done(&result);
}
END_TEST

/* Cut off anywhere, none is made into half a picture. */
static const struct {
	const char *name;
	size_t spare; /* bytes at the end that hold no pixels */
} whole[] = { { "quad.avif", 0 }, { "quad.heic", 0 }, { "quad.jxl", 0 }, { "lossless.jxl", 0 },
	{ "orientation-6.jxl", 0 }, { "quad.tif", 100 }, { "jpeg.tif", 100 }, { "bigtiff.tif", 70 },
	{ "quad.bmp", 0 }, { "palette.bmp", 0 } };

START_TEST(makes_nothing_of_a_picture_cut_off)
{
	struct buf original = pictures_read(whole[_i].name);
	size_t n = original.len, step = n > 2000 ? 41 : 1;

	for (size_t cut = 1 + whole[_i].spare; cut < n; cut += step) {
		struct buf result = BUF_INIT(1 << 20);
		struct plan plan;
		struct err err;

		original.len = n - cut;
		ck_assert_msg(!pictures_render_bytes(&original, "w=20", &plan, &result, &err),
			"%s was made without its last %zu bytes", whole[_i].name, cut);
		ck_assert_msg(err.kind == ERR_BROKEN || err.kind == ERR_NOT_AN_IMAGE,
			"%s without its last %zu bytes: %s", whole[_i].name, cut,
			err_row(err.kind)->slug);
		buf_done(&result);
	}
	buf_done(&original);
}
END_TEST

/* A TIFF's pixels lie before its directory: hurt where they are, whatever the compression. */
START_TEST(makes_nothing_of_a_tiff_with_a_hole)
{
	static const struct {
		const char *name;
		size_t from, until;
		int filled; /* with this byte */
	} rows[] = { { "quad.tif", 200, 388, 0 }, { "jpeg.tif", 328, 360, 0 },
		{ "jpeg.tif", 290, 326, 0xff }, { "bigtiff.tif", 60, 117, 0xff },
		{ "fax.tif", 12, 20, 0 } };
	struct buf original = pictures_read(rows[_i].name), result = BUF_INIT(1 << 20);
	struct plan plan;
	struct err err;

	memset(original.bytes + rows[_i].from, rows[_i].filled, rows[_i].until - rows[_i].from);
	ck_assert_msg(!pictures_render_bytes(&original, "w=20", &plan, &result, &err),
		"%s with a hole was made", rows[_i].name);
	ck_assert_int_eq(err.kind, ERR_BROKEN);
	buf_done(&original);
	buf_done(&result);
}
END_TEST

/* ------------------------------------------------ what must never be reached */

/* One coder of GraphicsMagick's, with a picture in its format if it writes any. */
struct coder {
	char name[64];
	bool ours;
	unsigned char *bytes; /* owned */
	size_t n;
};

/* What begins formats that GraphicsMagick reads but does not write, or that do harm. */
static const struct {
	const char *name, *bytes;
} scripts[] = {
	{ "MVG", "push graphic-context\nviewbox 0 0 9 9\nimage over 0,0 0,0 '/etc/hostname'\n" },
	{ "MSL", "<?xml version=\"1.0\"?><image><read filename=\"/etc/hostname\"/></image>" },
	{ "SVG",
		"<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"file:///etc/hostname\"/></svg>" },
	{ "PS", "%!PS-Adobe-3.0\n(/etc/hostname) (r) file\n" },
	{ "EPS", "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n" },
	{ "PDF", "%PDF-1.4\n1 0 obj\n<<>>\nendobj\n" },
	{ "XBM", "#define a_width 9\n#define a_height 9\nstatic char a_bits[] = { 0 };\n" },
	{ "XPM", "/* XPM */\nstatic char *a[] = { \"1 1 1 1\", \"a c red\", \"a\" };\n" },
	{ "HTML", "<html><img src=\"/etc/hostname\"></html>" },
	{ "TXT", "@/etc/hostname" },
	{ "FILE", "file:///etc/hostname" },
	{ "URL", "http://127.0.0.1:1/a.png" },
	{ "DCM", "DICM" },
	{ "WMF", "\xd7\xcd\xc6\x9a\0\0" },
};

/* The bytes that coder writes; nothing when it writes none, or several files, or to a screen. */
static void
encode(const MagickInfo *coder, const Image *quad, struct coder *ret)
{
	static const char *const elsewhere[] = { "X", "XC", "SHOW", "WIN", "PRINT", "PREVIEW",
		"HTM", "HTML", "SHTML", "HISTOGRAM", "BROWSE", "LAUNCH", "SCAN", "UIL", "MPC",
		"CACHE" };
	ImageInfo *info = CloneImageInfo(NULL);
	ExceptionInfo e;
	Image *copy;
	void *bytes;

	GetExceptionInfo(&e);
	for (int i = 0; i < COUNT(elsewhere); i++)
		if (strcmp(coder->name, elsewhere[i]) == 0)
			goto out;
	if (coder->encoder == NULL || !coder->blob_support)
		goto out;
	copy = CloneImage(quad, 0, 0, MagickTrue, &e);
	ck_assert_ptr_nonnull(copy);
	(void)snprintf(copy->magick, sizeof copy->magick, "%s", coder->name);
	(void)snprintf(copy->filename, sizeof copy->filename, "%s:x", coder->name);
	LEAKS_COUNT(false);
	bytes = ImageToBlob(info, copy, &ret->n, &e);
	LEAKS_COUNT(true);
	if (bytes != NULL && ret->n > 0) {
		ret->bytes = malloc(ret->n);
		ck_assert_ptr_nonnull(ret->bytes);
		memcpy(ret->bytes, bytes, ret->n);
	} else {
		ret->n = 0;
	}
	MagickFree(bytes);
	DestroyImageList(copy);
out:
	DestroyImageInfo(info);
	DestroyExceptionInfo(&e);
}

static bool
is_ours(const char *name)
{
	for (int f = FORMAT_NONE + 1; f < FORMAT__COUNT; f++)
		if (format_row((enum format)f)->magick != NULL &&
			strcmp(format_row((enum format)f)->magick, name) == 0)
			return true;
	return false;
}

/* List what the linked library can do before image_open takes most of it away. */
static struct coder *
list_coders(size_t *ret_n)
{
	unsigned char rgb[3 * 9 * 9];
	struct coder *coders;
	MagickInfo **all;
	ExceptionInfo e;
	Image *quad;
	size_t n = 0;

	InitializeMagickEx(NULL, MAGICK_OPT_NO_SIGNAL_HANDER, NULL);
	GetExceptionInfo(&e);
	for (size_t i = 0; i < sizeof rgb; i++)
		rgb[i] = (unsigned char)(i * 7);
	quad = ConstituteImage(9, 9, "RGB", CharPixel, rgb, &e);
	all = GetMagickInfoArray(&e);
	ck_assert(quad != NULL && all != NULL);
	while (all[n] != NULL)
		n++;
	coders = calloc(n, sizeof *coders);
	ck_assert_ptr_nonnull(coders);
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(coders[i].name, sizeof coders[i].name, "%s", all[i]->name);
		coders[i].ours = is_ours(all[i]->name);
		encode(all[i], quad, &coders[i]);
	}
	MagickFree(all);
	DestroyImageList(quad);
	DestroyExceptionInfo(&e);
	DestroyMagick();
	*ret_n = n;
	return coders;
}

/* Neither by the bytes' own looks, nor declared as any format of ours, does it become a picture. */
static void
expect_unreachable(const char *name, const unsigned char *bytes, size_t n)
{
	enum format seen = format_sniff(bytes, n);
	struct image_info info = {
		.format = FORMAT_NONE, .width = 9, .height = 9, .orientation = 1
	};
	struct err err = { 0 };

	/* other names of our own formats (JPG, PNG24, BMP3, PTIF, …) write what we read */
	if (format_row(seen)->magick == NULL)
		ck_assert_msg(!probe_image(bytes, n, &info, &err) && err.kind == ERR_NOT_AN_IMAGE,
			"%s is taken for a picture", name);
	for (int f = FORMAT_NONE + 1; f < FORMAT__COUNT; f++) {
		struct plan plan = { .shrink = 1,
			.orientation = 1,
			.source_w = 9,
			.source_h = 9,
			.crop = { 0, 0, 9, 9 },
			.resize_w = 9,
			.resize_h = 9,
			.extract = { 0, 0, 9, 9 },
			.canvas_w = 9,
			.canvas_h = 9,
			.format = FORMAT_PNG,
			.wanted = FORMAT_PNG };
		struct buf result = BUF_INIT(1 << 20);
		struct image_made made;

		if ((enum format)f == seen)
			continue;
		info = (struct image_info){
			.format = (enum format)f, .width = 9, .height = 9, .orientation = 1
		};
		memset(&err, 0, sizeof err);
		ck_assert_msg(!image_render(bytes, n, &info, &plan, &result, &made, &err),
			"%s passed for %s", name, format_row((enum format)f)->name);
		ck_assert_msg(err.kind == ERR_BROKEN || err.kind == ERR_NOT_AN_IMAGE,
			"%s as %s: %s %s", name, format_row((enum format)f)->name,
			err_row(err.kind)->slug, err.detail);
		buf_done(&result);
	}
}

START_TEST(reaches_no_other_coder)
{
	size_t n = 0, written = 0, ours = 0;
	struct coder *coders;

	image_close();
	coders = list_coders(&n);
	ck_assert_uint_gt(n, 100);
	set_up();
	for (size_t i = 0; i < n; i++) {
		ExceptionInfo e;
		const MagickInfo *found;

		GetExceptionInfo(&e);
		found = GetMagickInfo(coders[i].name, &e);
		DestroyExceptionInfo(&e);
		ck_assert_msg((found != NULL) == coders[i].ours, "%s is %s", coders[i].name,
			found != NULL ? "still there" : "gone");
		ours += coders[i].ours;
		written += coders[i].n > 0;
		if (coders[i].n > 0)
			expect_unreachable(coders[i].name, coders[i].bytes, coders[i].n);
		free(coders[i].bytes);
	}
	free(coders);
	ck_assert_uint_ge(ours, 4);
	ck_assert_uint_gt(written, 50);
	for (int i = 0; i < COUNT(scripts); i++)
		expect_unreachable(scripts[i].name, (const unsigned char *)scripts[i].bytes,
			strlen(scripts[i].bytes));
}
END_TEST

START_TEST(takes_no_settings_from_the_environment)
{
	struct buf original = pictures_read("quad.png"), result = BUF_INIT(1 << 20);
	struct plan plan;
	struct err err;

	image_close();
	ck_assert_int_eq(setenv("MAGICK_CODER_STABILITY", "UNSTABLE", 1), 0);
	ck_assert_int_eq(setenv("MAGICK_LIMIT_PIXELS", "1", 1), 0);
	ck_assert_int_eq(setenv("MAGICK_CONFIGURE_PATH", "/nowhere", 1), 0);
	ck_assert_int_eq(setenv("LIMNER_TEST", "kept", 1), 0);
	set_up();
	ck_assert_ptr_null(getenv("MAGICK_CODER_STABILITY"));
	ck_assert_ptr_null(getenv("MAGICK_LIMIT_PIXELS"));
	ck_assert_ptr_null(getenv("MAGICK_CONFIGURE_PATH"));
	ck_assert_str_eq(getenv("LIMNER_TEST"), "kept");
	ck_assert(pictures_render_bytes(&original, "w=20", &plan, &result, &err));
	buf_done(&original);
	buf_done(&result);
}
END_TEST

Suite *
suite_image_read(void)
{
	Suite *s = suite_create("image_read");
	TCase *c = tcase_create("image_read");

	tcase_set_timeout(c, 120);
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_loop_test(c, shows_the_same_in_every_format, 0, COUNT(quads));
	tcase_add_test(c, makes_what_browsers_show);
	tcase_add_test(c, keeps_transparency);
	tcase_add_test(c, takes_a_bitmap_s_fourth_byte_for_alpha_unless_zero);
	tcase_add_test(c, reads_grey_and_two_levels);
	tcase_add_test(c, says_what_is_beyond_its_decoders);
	tcase_add_loop_test(c, makes_nothing_of_a_picture_cut_off, 0, COUNT(whole));
	tcase_add_loop_test(c, makes_nothing_of_a_tiff_with_a_hole, 0, 5);
	tcase_add_test(c, reaches_no_other_coder);
	tcase_add_test(c, takes_no_settings_from_the_environment);
	suite_add_tcase(s, c);
	return s;
}
