/*
 * What a page builder wants to know of a picture, as text. Only image.c calls this.
 */
#ifndef LIMNER_IMAGE_DESCRIBE_H
#define LIMNER_IMAGE_DESCRIBE_H

#include "plan.h"

struct _Image; /* GraphicsMagick's */

/*
 * Write the plan's format, FORMAT_JSON or FORMAT_BLURHASH.
 *
 * image   a thumbnail of what is asked for
 * info    as probed: the JSON is about the original
 * bytes   of the original
 * ret     appended to, within the caller's limit
 * Fails   ERR_MEMORY; ERR_INTERNAL
 */
bool image_describe(const struct _Image *image, const struct image_info *info,
	const struct plan *plan, size_t bytes, struct buf *ret, struct err *err) MUST_USE;

#endif
