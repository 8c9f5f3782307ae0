/*
 * Making a picture smaller by exact means: each px of the result is the mean of what lies under it,
 * px that lie under it in part included by that part. Nothing is moved, whatever the ratio. Only
 * image_ops calls this.
 */
#ifndef LIMNER_IMAGE_SHRINK_H
#define LIMNER_IMAGE_SHRINK_H

#include <stdint.h>

struct _Image; /* GraphicsMagick's */
struct _ExceptionInfo;

/*
 * Make a smaller copy; colours are weighed by alpha. Whole numbers throughout.
 *
 * w, h     no more than the picture's
 * Returns  NULL, with GraphicsMagick's report, when its limits or memory ran out. The caller's to
 *          destroy
 */
struct _Image *image_shrink(
	const struct _Image *image, int32_t w, int32_t h, struct _ExceptionInfo *exception);

#endif
