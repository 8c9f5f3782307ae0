/*
 * Blurring and sharpening, in time that does not grow with sigma once that is large. Only image_ops
 * calls this.
 *
 * Edges of the picture are taken to go on as they are. Clear px lend nobody their colour: colours
 * are weighed by alpha. Whole numbers but for the weights of a small kernel.
 */
#ifndef LIMNER_IMAGE_EFFECTS_H
#define LIMNER_IMAGE_EFFECTS_H

#include "plan.h"

struct _Image; /* GraphicsMagick's */
struct _ExceptionInfo;

/*
 * Do a plan's blur (alpha is blurred too) and then its sharp, in place. An RGB picture.
 *
 * Sharpening is an unsharp mask on luma alone, so that edges get no coloured rims: px are moved
 * away from their surroundings by as much as they differ, less two levels of 255, which leaves
 * noise where it is. Alpha stays.
 *
 * exception  GraphicsMagick's report when false is returned; its limits or memory ran out
 */
bool image_effects_apply(
	struct _Image *image, const struct plan *plan, struct _ExceptionInfo *exception) MUST_USE;

#endif
