/*
 * Pixels to bytes, in the plan's format. Only image.c calls this.
 */
#ifndef LIMNER_IMAGE_WRITE_H
#define LIMNER_IMAGE_WRITE_H

#include "plan.h"

struct _Image; /* GraphicsMagick's */

/*
 * Encode.
 *
 * image   without metadata; what the format cannot hold of its transparency is made up for
 * ret     with the caller's limit
 * Fails   ERR_MEMORY when GraphicsMagick's limits or memory ran out; ERR_INTERNAL otherwise
 */
bool image_write(
	struct _Image *image, const struct plan *plan, struct buf *ret, struct err *err) MUST_USE;

#endif
