/*
 * Looking at pixels as they were decoded: the border that trim takes off, where attention falls,
 * and a small copy for whoever wants to know more. Nothing here changes a picture.
 */
#ifndef LIMNER_IMAGE_LOOK_H
#define LIMNER_IMAGE_LOOK_H

#include "plan.h"

struct _Image; /* GraphicsMagick's */

/* A picture made small: 8 bits, not premultiplied, by rows from the top. */
struct image_small {
	int32_t w, h;
	unsigned char *rgba; /* owned by the caller */
};

/*
 * Find what the plan has to know of the pixels (trim, smart) and decide it again.
 *
 * image  as decoded by the plan; of an animation the first frame, and the plan serves the others
 * Fails  ERR_MEMORY; ERR_PIXELS as plan_seen
 */
bool image_look(const struct _Image *image, struct plan *plan, struct err *err) MUST_USE;

/*
 * Make a small copy of a part of a picture, of a handful of px for each of its own. Inks become RGB
 * by arithmetic, profiles are not looked at.
 *
 * part     inside the picture
 * longest  side of the copy, px; a smaller part is not enlarged
 * ret      written only on success
 * Fails    ERR_MEMORY
 */
bool image_look_small(const struct _Image *image, const struct plan_rect *part, int32_t longest,
	struct image_small *ret, struct err *err) MUST_USE;

#endif
