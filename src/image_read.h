/*
 * Bytes to pixels, by the decoder that the probe named. Only image.c calls this.
 *
 * What costs no pixel is let pass, what does is a failure: decoders report both alike, so every
 * report is judged here.
 */
#ifndef LIMNER_IMAGE_READ_H
#define LIMNER_IMAGE_READ_H

#include "plan.h"

struct _Image; /* GraphicsMagick's */

/* Listen to what decoders report. Before InitializeMagick. */
void image_read_open(void);

/*
 * Decode; of an animation the first frame, laid on the whole picture's canvas.
 *
 * info    as probed; its format is forced on the decoder
 * ret     owned by the caller; of the probed size, or that divided by plan->shrink, rounded up
 * Fails   ERR_BROKEN (does not decode, or only in part), ERR_MEMORY, ERR_PIXELS (another size than
 *         was probed), ERR_NOT_AN_IMAGE (sound, but of a kind the decoder has not learnt)
 */
bool image_read(const unsigned char *bytes, size_t n, const struct image_info *info,
	const struct plan *plan, struct _Image **ret, struct err *err) MUST_USE;

#endif
