#include "image_colour.h"
#include "pictures.h"
#include "suites.h"

#include <lcms2.h>
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

/* A level in 255 of light whose amount is that of level v under a gamma of 1. */
#define LIT_E0 0xf0
#define LIT_C0 0xe1
#define LIT_20 0x63

static const uint32_t lit[4] = { (uint32_t)LIT_E0 << 24 | LIT_20 << 16 | LIT_20 << 8 | 0xff,
	(uint32_t)LIT_20 << 24 | LIT_C0 << 16 | LIT_20 << 8 | 0xff,
	(uint32_t)LIT_20 << 24 | LIT_20 << 16 | LIT_E0 << 8 | 0xff,
	(uint32_t)LIT_E0 << 24 | LIT_E0 << 16 | LIT_20 << 8 | 0xff };

START_TEST(takes_gamma_as_browsers_do)
{
	static const char *const names[] = { "gamma.png", "gamma-palette.png" };

	for (int way = 0; way < 2; way++) {
		struct picture s = pictures_render(names[_i], way == 0 ? "f=png" : "w=32&f=png");

		pictures_expect_quarters(&s, names[_i], lit, 2);
		free(s.rgba);
	}
}
END_TEST

START_TEST(believes_an_srgb_chunk_over_gamma)
{
	struct picture s = pictures_render("gamma-srgb.png", "f=png");

	pictures_expect_quarters(&s, "gamma-srgb.png", pictures_quarters, 1);
	free(s.rgba);
}
END_TEST

/* The same numbers, said to be Display P3's by cHRM and by a profile: lcms2's f50000 and 00c300. */
START_TEST(takes_primaries_like_a_profile_of_the_same)
{
	static const char *const names[] = { "gamma-p3.png", "p3.png" };
	struct picture s = pictures_render(names[_i], "f=png");

	pictures_expect(&s, names[_i], 8, 8, 0xf50000ff, 3);
	pictures_expect(&s, names[_i], 50, 8, 0x00c300ff, 3);
	free(s.rgba);
}
END_TEST

/* The darkest hundredth of light, in steps that 8 bits would not tell apart. */
START_TEST(keeps_what_sixteen_bits_tell_apart)
{
	struct picture s = pictures_render("gamma-deep.png", _i == 0 ? "f=png" : "w=48&f=png");
	int levels = 1;

	for (long x = 1; x < s.w; x++) {
		int step = pictures_pixel(&s, x, 20)[0] - pictures_pixel(&s, x - 1, 20)[0];

		ck_assert_msg(step >= 0 && step <= 2, "%ld: a step of %d", x, step);
		levels += step > 0;
	}
	ck_assert_int_gt(levels, 20);
	free(s.rgba);
}
END_TEST

START_TEST(keeps_transparency_of_one_deep_colour)
{
	static const uint32_t want[4] = { PICTURES_CLEAR, PICTURES_GREEN, PICTURES_BLUE,
		PICTURES_YELLOW };
	struct picture s = pictures_render("deep-clear.png", "f=png");

	pictures_expect_quarters(&s, "deep-clear.png", want, 0);
	/* and under it there is no colour to be coded */
	ck_assert_int_eq(pictures_pixel(&s, 5, 5)[0], 0);
	free(s.rgba);
}
END_TEST

/* An image of one pixel, samples as GraphicsMagick's decoders leave them, converted. */
static PixelPacket
convert_one(PixelPacket p, ColorspaceType space, unsigned depth, const char *profile)
{
	unsigned char srgb[4096];
	cmsUInt32Number len = sizeof srgb;
	cmsHPROFILE made = cmsCreate_sRGBProfile();
	struct image_profiles profiles = { srgb, NULL, 0, 0 };
	struct image_info info = { .format = FORMAT_TIFF };
	ExceptionInfo e;
	Image *image;

	ck_assert(cmsSaveProfileToMem(made, srgb, &len));
	cmsCloseProfile(made);
	profiles.srgb_len = len;
	GetExceptionInfo(&e);
	image = ConstituteImage(1, 1, "RGBA", ShortPixel, &(unsigned short[4]){ 0 }, &e);
	ck_assert_ptr_nonnull(image);
	image->colorspace = space;
	image->depth = depth;
	*SetImagePixelsEx(image, 0, 0, 1, 1, &e) = p;
	ck_assert(SyncImagePixelsEx(image, &e));
	if (profile != NULL) {
		struct buf holder = pictures_read(profile);
		ImageInfo *how = CloneImageInfo(NULL);
		size_t n = 0;
		const unsigned char *bytes;
		Image *other;

		(void)snprintf(how->magick, sizeof how->magick, "PNG");
		other = BlobToImage(how, holder.bytes, holder.len, &e);
		ck_assert_ptr_nonnull(other);
		bytes = GetImageProfile(other, "ICM", &n);
		ck_assert_ptr_nonnull(bytes);
		ck_assert(SetImageProfile(image, "ICM", bytes, n));
		DestroyImage(other);
		DestroyImageInfo(how);
		buf_done(&holder);
	}
	ck_assert(image_colour_to_srgb(image, &info, &profiles, &e));
	ck_assert_int_eq(image->colorspace, RGBColorspace);
	p = *AcquireImagePixels(image, 0, 0, 1, 1, &e);
	DestroyImage(image);
	DestroyExceptionInfo(&e);
	return p;
}

static int
off(Quantum q, double level)
{
	double d = (double)q / 257 - level;

	return (int)(100 * (d < 0 ? -d : d));
}

/* L* 40.79 a* -20.32 b* 25.39 under D50 is 72 105 52 in sRGB, by lcms2's own floating point. */
START_TEST(reads_lab_with_signed_axes)
{
	PixelPacket deep = { .red = (Quantum)(40.79 / 100 * 65535),
		.green = (Quantum)(65536 - 20.32 * 256),
		.blue = (Quantum)(25.39 * 256),
		.opacity = OpaqueOpacity };
	PixelPacket flat = { .red = 104 * 257,
		.green = (256 - 20) * 257,
		.blue = 25 * 257,
		.opacity = OpaqueOpacity };

	deep = convert_one(deep, LABColorspace, 16, NULL);
	ck_assert_msg(
		off(deep.red, 72) < 100 && off(deep.green, 105) < 100 && off(deep.blue, 52) < 100,
		"%d %d %d", deep.red / 257, deep.green / 257, deep.blue / 257);
	flat = convert_one(flat, LABColorspace, 8, NULL);
	ck_assert_msg(
		off(flat.red, 72) < 200 && off(flat.green, 105) < 200 && off(flat.blue, 52) < 200,
		"%d %d %d", flat.red / 257, flat.green / 257, flat.blue / 257);
}
END_TEST

/* Display P3's half-bright red, half seen: 16 bits in, no rounding to 8 on the way. */
START_TEST(converts_deep_profiles_without_rounding)
{
	PixelPacket p = { .red = 30001, .green = 20002, .blue = 10003, .opacity = 32768 };
	PixelPacket deep = convert_one(p, RGBColorspace, 16, "p3.png");
	PixelPacket flat = convert_one(p, RGBColorspace, 8, "p3.png");

	ck_assert_int_eq(deep.opacity, 32768);
	ck_assert_int_eq(flat.opacity, 32768);
	ck_assert_int_eq(flat.red % 257, 0);
	ck_assert_int_ne(deep.red % 257, 0);
	ck_assert_msg(off(deep.red, (double)flat.red / 257) < 150 &&
			      off(deep.blue, (double)flat.blue / 257) < 150,
		"%d %d", deep.red, flat.red);
	ck_assert_int_gt(deep.red, p.red);
	ck_assert_int_lt(deep.blue, p.blue);
}
END_TEST

Suite *
suite_image_colour(void)
{
	Suite *s = suite_create("image_colour");
	TCase *c = tcase_create("image_colour");

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_loop_test(c, takes_gamma_as_browsers_do, 0, 2);
	tcase_add_test(c, believes_an_srgb_chunk_over_gamma);
	tcase_add_loop_test(c, takes_primaries_like_a_profile_of_the_same, 0, 2);
	tcase_add_loop_test(c, keeps_what_sixteen_bits_tell_apart, 0, 2);
	tcase_add_test(c, keeps_transparency_of_one_deep_colour);
	tcase_add_test(c, reads_lab_with_signed_axes);
	tcase_add_test(c, converts_deep_profiles_without_rounding);
	suite_add_tcase(s, c);
	return s;
}
