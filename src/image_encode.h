/*
 * One encoding of pixels. Only the image files call this; which encoding it is to be, image_write
 * decides.
 */
#ifndef LIMNER_IMAGE_ENCODE_H
#define LIMNER_IMAGE_ENCODE_H

#include "base/buf.h"
#include "format.h"

struct _Image; /* GraphicsMagick's */

/* How pixels are to be written. */
struct image_coding {
	enum format format;
	int quality;      /* 1…100; 0 for formats without */
	int speed;        /* AVIF: 0 slowest … 10 */
	bool quick;       /* the others: with least effort */
	bool progressive; /* JPEG */
	bool lossless;    /* WebP: where there are few colours and it is no larger */
	bool palette;     /* PNG: few colours even where there are many, if it hardly shows */
};

/*
 * Encode.
 *
 * image   without metadata; what the format cannot hold of its transparency is made up for, which
 *         for GIF changes it
 * ret     empty, with the caller's limit
 * Fails   ERR_MEMORY when limits or memory ran out; ERR_INTERNAL otherwise
 */
bool image_encode(struct _Image *image, const struct image_coding *how, struct buf *ret,
	struct err *err) MUST_USE;

/*
 * All pixels as 8-bit RGBA, rows without padding; owned by the caller. NULL with err (ERR_MEMORY,
 * ERR_INTERNAL).
 */
unsigned char *image_encode_pixels(
	const struct _Image *image, int32_t *ret_width, int32_t *ret_height, struct err *err);

#endif
