/*
 * The door to libavif: pixels to an AVIF still. Only the image files call this.
 *
 * 8 bits, sRGB said in the container (CICP), one thread, the same bytes each time. Builds without
 * libavif have the functions and no encoder.
 */
#ifndef LIMNER_IMAGE_AVIF_H
#define LIMNER_IMAGE_AVIF_H

#include "base/buf.h"

struct image_avif {
	const unsigned char *rgba; /* 4 bytes a pixel, rows without padding, alpha not multiplied */
	int32_t width, height;     /* px */
	bool alpha;                /* false: the fourth byte is ignored */
	int quality;               /* 1…100; 90 and more keep colour at full resolution */
	int speed;                 /* 0 slowest and smallest … 10 */
	const unsigned char *exif; /* a TIFF header and what follows, or NULL */
	size_t exif_len;
	const unsigned char *xmp; /* or NULL */
	size_t xmp_len;
};

/* Name and versions of library and encoder, or NULL when this build cannot write AVIF. */
const char *image_avif_version(void);

/*
 * Encode.
 *
 * ret     appended to, within the caller's limit
 * Fails   ERR_MEMORY; ERR_INTERNAL when the encoder refuses
 * Source  quality to quantizer as libheif and libavif 1.x have it: (100 - q) * 63 / 100; CICP
 *         1/13/6, full range: ITU-T H.273, and what libavif's own tools write for sRGB
 */
bool image_avif_write(const struct image_avif *from, struct buf *ret, struct err *err) MUST_USE;

#endif
