/*
 * Pictures of several frames: reads them one after another, does the plan on each, writes them. In
 * memory are a few canvases, however many frames there are. Only image.c calls this.
 */
#ifndef LIMNER_IMAGE_FRAMES_H
#define LIMNER_IMAGE_FRAMES_H

#include "image.h"
#include "image_colour.h"

struct _Image; /* GraphicsMagick's */

/*
 * Read one frame as it is seen: laid over those before it.
 *
 * plan    its frame says which
 * ret     owned by the caller; of the probed size
 * Fails   as image_read
 */
bool image_frames_read(const unsigned char *bytes, size_t n, const struct image_info *info,
	const struct plan *plan, struct _Image **ret, struct err *err) MUST_USE;

/*
 * Make an animation of an animation: plan->frames frames, their times and the number of plays as
 * they were.
 *
 * ret, ret_made, Fails  as image_render
 */
bool image_frames_render(const unsigned char *bytes, size_t n, const struct image_info *info,
	const struct plan *plan, const struct image_profiles *profiles, struct buf *ret,
	struct image_made *ret_made, struct err *err) MUST_USE;

#endif
