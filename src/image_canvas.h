/*
 * Pixels between frames: a canvas of 8-bit RGBA that frames are laid on, and what changed on it
 * from one frame to the next. Only the image_* files of animations call this.
 */
#ifndef LIMNER_IMAGE_CANVAS_H
#define LIMNER_IMAGE_CANVAS_H

#include "plan.h"

struct _Image; /* GraphicsMagick's */

struct image_canvas {
	int32_t w, h;        /* px */
	unsigned char *rgba; /* owned; 4 × w × h bytes, not premultiplied; all 0 where clear */
};

/* Make a clear canvas. Fails: ERR_MEMORY. */
bool image_canvas_make(struct image_canvas *c, int32_t w, int32_t h, struct err *err) MUST_USE;

/* Free it. May be called twice. */
void image_canvas_done(struct image_canvas *c);

/* Where a rectangle and a canvas meet; w or h is 0 when they do not. */
struct plan_rect image_canvas_within(const struct image_canvas *c, struct plan_rect r);

/* Both of these take a rectangle within the canvas; the canvases are of one size. */
void image_canvas_clear(struct image_canvas *c, const struct plan_rect *r);
void image_canvas_copy(
	struct image_canvas *to, const struct image_canvas *from, const struct plan_rect *r);

/*
 * Lay a picture at x, y: its opaque pixels take the place of what was there, as in GIF. What lies
 * outside is cut off.
 *
 * Fails   ERR_MEMORY, ERR_BROKEN
 */
bool image_canvas_lay(struct image_canvas *c, const struct _Image *image, int32_t x, int32_t y,
	struct err *err) MUST_USE;

/*
 * Copy a part of a canvas to an image of GraphicsMagick's; its matte is set where a pixel is not
 * opaque.
 *
 * rgba    of the part's first pixel
 * stride  bytes from row to row
 * ret     owned by the caller
 * Fails   ERR_MEMORY
 */
bool image_canvas_to_image(const unsigned char *rgba, size_t stride, int32_t w, int32_t h,
	struct _Image **ret, struct err *err) MUST_USE;

/* Copy an image of the canvas's size. Fails: ERR_MEMORY, ERR_INTERNAL (another size). */
bool image_canvas_take(
	struct image_canvas *c, const struct _Image *image, struct err *err) MUST_USE;

/*
 * The smallest rectangle that holds every pixel that differs in any channel by more than `most`; w
 * is 0 when none does. Canvases of one size.
 */
struct plan_rect image_canvas_changed(
	const struct image_canvas *a, const struct image_canvas *b, int most);

/* Tell whether two pixels differ so. */
static inline bool
image_canvas_differs(const unsigned char *a, const unsigned char *b, int most)
{
	for (int i = 0; i < 4; i++)
		if (a[i] - b[i] > most || b[i] - a[i] > most)
			return true;
	return false;
}

/* Bytes from the canvas's begin to a pixel. */
static inline size_t
image_canvas_at(const struct image_canvas *c, int32_t x, int32_t y)
{
	return 4 * ((size_t)y * (size_t)c->w + (size_t)x);
}

#endif
