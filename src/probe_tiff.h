/*
 * TIFF: pictures of that format, and the block of the same make that holds a camera's notes.
 */
#ifndef LIMNER_PROBE_TIFF_H
#define LIMNER_PROBE_TIFF_H

#include "probe.h"
#include "probe_bytes.h"

/*
 * Find the orientation in a TIFF block (EXIF): its first directory only, so there is no chain of
 * directories to run round in. Anything out of range or out of the block is orientation 1.
 */
int probe_tiff_orientation(struct span tiff);

/*
 * Read the first page of a TIFF or BigTIFF of either byte order.
 *
 * Fails   ERR_BROKEN; ERR_NOT_AN_IMAGE for a camera's raw file, whose first page is a thumbnail,
 *         and for CIE L*a*b* and other colour spaces that GraphicsMagick gets wrong
 * Source  TIFF 6.0; BigTIFF (libtiff.gitlab.io/libtiff/specification/bigtiff.html); DNG 1.6
 */
bool probe_tiff_picture(struct span tiff, struct image_info *info, struct err *err) MUST_USE;

#endif
