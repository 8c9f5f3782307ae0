/*
 * Request and original to geometry, format and quality. Pure: same arguments, same plan.
 */
#ifndef LIMNER_PLAN_H
#define LIMNER_PLAN_H

#include "probe.h"
#include "request.h"

struct plan_rect {
	int32_t x, y, w, h; /* px */
};

/*
 * Steps in the order they are done; "oriented" lengths are after the EXIF orientation was applied.
 */
struct plan {
	int shrink; /* JPEG: decode at 1/shrink; 1, 2, 4 or 8 */
	int32_t hint_w,
		hint_h;  /* size hint that yields it, stored orientation; 0 when shrink is 1 */
	int orientation; /* to apply, 1…8 */
	int32_t source_w, source_h; /* oriented size after decoding: floor(side / shrink) */
	struct plan_rect crop;      /* of that, before resizing (only to bound extreme covers) */
	int32_t resize_w, resize_h;
	struct plan_rect extract;   /* of the resized picture; cover's cut */
	int32_t canvas_w, canvas_h; /* final size */
	int32_t place_x, place_y;   /* where the picture lies on the canvas (pad) */
	uint32_t bg;                /* 0xRRGGBBAA under the picture and beside it */
	bool flatten;               /* lay the picture on bg: opaque output or bg asked for */
	enum format format;
	enum format wanted; /* differs from format when this build cannot write it */
	int quality;        /* 1…100; 0 for formats without */
	int32_t frames;     /* 1: a still; else all of an animation's are kept */
	int32_t frame;      /* a still's: which one is taken, from 1 */
	bool unchanged;     /* same size, format and turn: only the coding differs, so the original
			       may be the better answer */
};

/*
 * Decide everything about one picture.
 *
 * info      as probed
 * writable  FORMAT_BIT()s this build can encode, JPEG and PNG at least; FORMAT_MOVES() of those it
 *           can animate
 * Fails     ERR_PIXELS if the original has more than the origin's max_pixels or the result would
 *           have more than its max_result_pixels; if an animation has more than max_frames, or
 *           more pixels than max_animation_pixels on all the frames that must be looked at
 * Source    fit arithmetic: cover without enlarging keeps the box's aspect (r = min(sw/W, sh/H,
 * 1)); lengths are CSS px × dpr, rounded half up Tests     tests/unit/test_plan.c, tests/data/plans
 */
bool plan_resolve(const struct request *req, const struct image_info *info, uint32_t writable,
	struct plan *ret, struct err *err) MUST_USE;

/*
 * Tell which formats this request may yield whatever the original is (FORMAT_BIT()s), for
 * validators that are checked before anything is fetched.
 */
uint32_t plan_formats(const struct request *req, uint32_t writable);

/* Print one step per line, "name value"; the form golden tests compare. */
void plan_print(const struct plan *plan, FILE *f);

#endif
