/*
 * Each step of a plan on pixels, in the fixed order: shrink's last partial row and column, orient,
 * crop, resize, to sRGB, turn, canvas and background, effects, metadata. Only image.c calls this.
 *
 * Two steps change places where the outcome is the same or better, and cheaper: what is cropped is
 * turned upright after it was made small, and CMYK and Lab become sRGB before resizing
 * (image_colour_is_first). So does all that is resized in linear light: it is sRGB's curve that is
 * undone.
 */
#ifndef LIMNER_IMAGE_OPS_H
#define LIMNER_IMAGE_OPS_H

#include "image_colour.h"

/*
 * Do the steps before encoding.
 *
 * image   taken over, whatever happens: *image is the result or NULL. As decoded: of the probed
 * size, or that divided by plan->shrink, rounded up Fails   ERR_MEMORY when GraphicsMagick's limits
 * or memory ran out; ERR_BROKEN otherwise
 */
bool image_ops_apply(struct _Image **image, const struct plan *plan, const struct image_info *info,
	const struct image_profiles *profiles, struct err *err) MUST_USE;

/*
 * Lay a frame on a transparent canvas of the whole picture's size (a GIF's or WebP's first frame
 * may cover only a part). What lies outside is cut off. Otherwise as image_ops_apply.
 */
bool image_ops_place(struct _Image **image, int64_t x, int64_t y, int32_t canvas_w,
	int32_t canvas_h, struct err *err) MUST_USE;

/* Make a fault of what GraphicsMagick reported: ERR_MEMORY for its limits, else `otherwise`. */
bool image_ops_fault(
	const struct _ExceptionInfo *exception, enum err_kind otherwise, struct err *err);

#endif
