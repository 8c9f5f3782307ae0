/*
 * Metadata on their way past the steps on pixels, which lose all of them. Only image.c calls this.
 */
#ifndef LIMNER_IMAGE_META_H
#define LIMNER_IMAGE_META_H

#include "plan.h"

struct _Image; /* GraphicsMagick's */

struct image_meta {
	struct buf exif, xmp, iptc; /* owned; exif begins with "Exif\0\0" where there is any */
};

/*
 * Take from a decoded image what the plan keeps.
 *
 * Fails   ERR_INTERNAL, ERR_TOO_LARGE: memory
 */
bool image_meta_take(const struct _Image *image, const struct plan *plan, struct image_meta *ret,
	struct err *err) MUST_USE;

/* Put it on the image that is encoded. False with err (ERR_MEMORY). */
bool image_meta_put(struct _Image *image, const struct image_meta *meta, struct err *err) MUST_USE;

void image_meta_done(struct image_meta *meta);

#endif
