/*
 * What of an original's EXIF may go into a picture made of it. Pure; bounded: offsets that lead out
 * of the block, or round in it, lead nowhere.
 */
#ifndef LIMNER_EXIF_H
#define LIMNER_EXIF_H

#include "base/buf.h"

#define EXIF_MAX 65000 /* bytes; what one JPEG segment holds */

/*
 * Copy a block for a picture that is upright: orientation 1, no thumbnail.
 *
 * exif    a TIFF header and what follows, or that behind "Exif\0\0"
 * ret     appended to: a TIFF block; nothing when this is none, or has more than EXIF_MAX bytes
 * Fails   ERR_TOO_LARGE, ERR_INTERNAL (memory), as buf_add
 * Source  Exif 2.3, 4.6; TIFF 6.0, section 2
 */
bool exif_keep(const unsigned char *exif, size_t n, struct buf *ret, struct err *err) MUST_USE;

/*
 * Write a block with artist and copyright alone, as far as there are any. Nothing else of the
 * original's survives: no place, no time, no camera.
 *
 * As exif_keep.
 */
bool exif_copyright(const unsigned char *exif, size_t n, struct buf *ret, struct err *err) MUST_USE;

#endif
