/*
 * Steps that sizes and qualities snap up to, so that a site's pictures come in a few sizes only.
 *
 * Pure. What is done here the generated edge function does as well (cdn_function.js): change both.
 */
#ifndef LIMNER_SNAP_H
#define LIMNER_SNAP_H

#include "params.h"

#define SNAP_STEPS 32

/* Ascending; zero after the last, so that equal steps are equal bytes. */
struct snap_steps {
	int32_t count;             /* 0: values stay as they are */
	int32_t steps[SNAP_STEPS]; /* in units of the row: px, per cent, tenths for dpr */
};

struct snap_rules {
	struct snap_steps w, h, q, dpr;
};

/*
 * Read "100, 200, 400": ascending numbers with commas or blanks between them; "" is none.
 *
 * places  decimals a step may have, 0 or 1; steps are kept in units of the last one
 * Returns false when one is no number, out of bounds or not above the one before, or when there
 *         are more than SNAP_STEPS; ret is untouched then
 */
bool snap_parse(
	const char *text, double min, double max, int places, struct snap_steps *ret) MUST_USE;

#define SNAP_TEXT 256

/* Print as it is read: "100, 200, 400"; "" for none. */
void snap_print(const struct snap_steps *snap, int places, char ret[SNAP_TEXT]);

/* The first of the steps, of which there must be some, that is not below a value; or the last. */
int32_t snap_up(const struct snap_steps *snap, int32_t value);

/*
 * Snap what was given up to the next step, or down to the last when it is above that.
 *
 * A side with steps snaps to them; a side without, when the other has some, follows in
 * proportion, so that the box keeps its shape. What was not given stays so, and so does auto.
 */
void snap_apply(const struct snap_rules *snaps, struct params *p);

#endif
