#include "image_write.h"

#include "image_encode.h"

bool
image_write(struct _Image *image, const struct plan *plan, struct buf *ret, struct err *err)
{
	const struct image_coding how = { plan->format, plan->quality, plan->speed };

	return image_encode(image, &how, ret, err);
}
