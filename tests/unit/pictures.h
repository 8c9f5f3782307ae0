/*
 * Pictures for the tests of image and image_ops: rendering originals of tests/data/originals and
 * looking at what came out. Each function fails the running test when something goes wrong.
 */
#ifndef LIMNER_TESTS_PICTURES_H
#define LIMNER_TESTS_PICTURES_H

#include "image.h"

/* The colours of the originals called quad and orientation: 0xRRGGBBAA. */
#define PICTURES_RED    0xe02020ff
#define PICTURES_GREEN  0x20c020ff
#define PICTURES_BLUE   0x2020e0ff
#define PICTURES_YELLOW 0xe0e020ff
#define PICTURES_CLEAR  0xffffff00

/* Upper left, upper right, lower left, lower right. */
extern const uint32_t pictures_quarters[4];

/* The settings in force since pictures_open. */
extern struct config pictures_cfg;

/* A result decoded again. */
struct picture {
	long w, h;
	unsigned char *rgba; /* owned by the caller */
};

/* image_open with so much memory; cmyk_profile is the name of an original, or NULL. */
void pictures_open(uint64_t memory, const char *cmyk_profile);

/* The bytes of an original, or of a sample in www; the caller frees them. */
struct buf pictures_read(const char *name);

/*
 * Tell whether the linked GraphicsMagick reads an original at all: that of Debian 13 (1.3.45,
 * or 1.4 snapshot-20250331, as it calls itself) says "Image type not supported" of JPEG XL with
 * alpha, which 1.3.40 (Debian 12) reads.
 */
bool pictures_readable(const char *name);

/* Encode a drawing, 4 bytes a px; the caller frees the bytes. */
struct buf pictures_make(const unsigned char *rgba, long w, long h, const char *magick);

/* Probe, plan and render bytes as the server would; false with err when one of them fails. */
bool pictures_render_bytes(const struct buf *original, const char *query, struct plan *plan,
	struct buf *ret, struct err *err);

/* Decode, by the magic bytes. */
struct picture pictures_look(const struct buf *b, const char *what);

/* Render an original and look at the result, which must be of the planned size and format. */
struct picture pictures_render(const char *name, const char *query);

const unsigned char *pictures_pixel(const struct picture *s, long x, long y);

/* Compare a pixel, no channel farther off than `most`. */
void pictures_expect(
	const struct picture *s, const char *what, long x, long y, uint32_t want, int most);

/* Compare the four quarters, each in its middle and near the picture's corner. */
void pictures_expect_quarters(
	const struct picture *s, const char *what, const uint32_t want[4], int most);

#endif
