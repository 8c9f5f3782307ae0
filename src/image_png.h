/*
 * A PNG with a palette, which GraphicsMagick writes badly where there is transparency. The door to
 * zlib.
 */
#ifndef LIMNER_IMAGE_PNG_H
#define LIMNER_IMAGE_PNG_H

#include "base/buf.h"
#include "palette.h"

/*
 * Write it, with as many bits to a pixel as the palette needs.
 *
 * index   width * height bytes, each below the palette's count
 * ret     appended to, within the caller's limit
 * Fails   ERR_MEMORY, ERR_TOO_LARGE
 * Source  PNG (ISO/IEC 15948) 5, 11.2
 */
bool image_png_write(const unsigned char *index, int32_t width, int32_t height,
	const struct palette *palette, struct buf *ret, struct err *err) MUST_USE;

#endif
