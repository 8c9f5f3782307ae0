/*
 * Pixels to bytes, in the plan's format: in its byte budget, and in time. Only image.c calls this.
 */
#ifndef LIMNER_IMAGE_WRITE_H
#define LIMNER_IMAGE_WRITE_H

#include "ladder.h"
#include "plan.h"

struct _Image; /* GraphicsMagick's */

/* What came of it. */
struct image_written {
	enum format format;
	int32_t width, height; /* px */
	int quality;           /* 0 for formats without */
	int encodes;           /* how often it was encoded */
	bool hurried;          /* time was short: another format, or less effort, than planned */
	bool over_budget;      /* more bytes than asked, the fewest that were made */
};

/*
 * Encode, as often as the byte budget needs (BUDGET_TRIES at most).
 *
 * image   without metadata; what the format cannot hold of its transparency is made up for, which
 *         for GIF changes it
 * pace    how fast this process encodes; learns
 * drawn   the original had a palette: PNG may get one again, where it hardly shows
 * ret     with the caller's limit; written only on success
 * Fails   ERR_MEMORY when GraphicsMagick's limits or memory ran out; ERR_INTERNAL otherwise
 */
bool image_write(struct _Image *image, const struct plan *plan, struct ladder_pace *pace,
	bool drawn, struct buf *ret, struct image_written *ret_written, struct err *err) MUST_USE;

#endif
