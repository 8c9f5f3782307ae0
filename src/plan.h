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

/* What a plan was made of: values alone, so that it can be made again where the pixels are. */
struct plan_wish {
	struct params params;
	struct config_policy policy;
	struct image_info info;
	uint32_t accepts, writable;             /* FORMAT_BIT()s */
	enum format auto_order[ACCEPT_FORMATS]; /* as in the request */
	uint32_t auto_above[ACCEPT_FORMATS];    /* the same */
};

/*
 * What was found by looking at the pixels, in the orientation they are stored in. Zeroed: nobody
 * looked.
 */
struct plan_sight {
	struct plan_rect trimmed; /* what trim leaves of the original; w 0: not looked for */
	bool focused;             /* the focal point of g=smart was looked for: */
	int32_t focus_x, focus_y; /* in thousandths of the part's sides */
};

/* Which line of the fit arithmetic decided the size. */
enum plan_size_rule {
	PLAN_SIZE_KEPT,     /* no box */
	PLAN_SIZE_WIDTH,    /* the box's width, the height follows */
	PLAN_SIZE_HEIGHT,   /* the other way round */
	PLAN_SIZE_UP,       /* nothing: the original is smaller, and up is 0 */
	PLAN_SIZE_COVER,    /* the box, filled */
	PLAN_SIZE_COVER_UP, /* the box made smaller in its shape, for up is 0 */
	PLAN_SIZE_FILL,     /* the box, stretched into */
};

/* Why the format is what it is. */
enum plan_format_rule {
	PLAN_FORMAT_ASKED,    /* named in the query or the preset */
	PLAN_FORMAT_ACCEPTED, /* f=auto: the client names it */
	PLAN_FORMAT_ORIGINAL, /* the original's own */
	PLAN_FORMAT_SHOWN, /* not every browser shows the original's: PNG with alpha, else JPEG */
	PLAN_FORMAT_NEXT,  /* the next best after one that cannot be written so */
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
	int32_t trim;          /* tolerance, while the border is still to be looked for; or 0 */
	bool smart;            /* the focal point is still to be looked for, in the part */
	struct plan_rect part; /* of the source: what trim and crop leave, to be fitted */
	struct plan_rect crop; /* of the source, before resizing: the part, or less of it to bound
				  extreme covers */
	bool linear;           /* resize in linear light */
	int32_t resize_w, resize_h;
	struct plan_rect extract;   /* of the resized picture; cover's cut */
	int turn;                   /* what rot and flip come to, as an orientation: 1…8 */
	int32_t canvas_w, canvas_h; /* final size */
	int32_t place_x, place_y;   /* where the picture lies on the canvas (pad) */
	uint32_t bg;                /* 0xRRGGBBAA under the picture and beside it */
	bool flatten;               /* lay the picture on bg: opaque output or bg asked for */
	int32_t blur, sharp;        /* sigma, thousandths of a px of the result; 0 off */
	enum format format;
	enum format wanted; /* differs from format when this build cannot write it */
	int quality;        /* 1…100; 0 for formats without */
	int32_t frames;     /* 1: a still; else all of an animation's are kept */
	int32_t frame;      /* a still's: which one is taken, from 1 */
	int speed;          /* AVIF: 0 slowest … 10; 0 for the others */
	bool progressive;   /* JPEG */
	bool lossless;      /* WebP: where there are few colours and it is no larger */
	int meta;           /* enum params_meta: what of the metadata goes along */
	uint32_t may;       /* FORMAT_BIT()s this build can write a picture of that size in */
	int webp_quality, jpeg_quality; /* should time lead to one of these */
	int64_t max_bytes;              /* of the result; 0 no matter */
	uint64_t deadline_us; /* when the answer must be ready, on now_mono_us's clock; 0 no matter.
				 Whoever renders sets it: a plan knows no clock */
	bool unchanged; /* same size, format and turn: only the coding differs, so the original
			   may be the better answer */
	/* for people: what decided */
	enum plan_size_rule size_rule;
	enum plan_format_rule format_rule;
	bool boxed; /* the box was over PARAMS_SIDE_MAX */
	struct plan_wish wish;
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
 *           1)); lengths are CSS px × dpr, rounded half up. Box and gravity are those of the
 *           result as seen: as if the picture were turned by rot and flip before it is fitted
 * Tests     tests/unit/test_plan.c, tests/data/plans
 */
bool plan_resolve(const struct request *req, const struct image_info *info, uint32_t writable,
	struct plan *ret, struct err *err) MUST_USE;

/*
 * Decide again, now that the pixels were looked at. How they are decoded stays as it is.
 *
 * plan    of plan_resolve; unchanged on failure
 * sight   of pixels decoded by it. A focal point is one of the part, so trim is looked for first
 * Fails   ERR_PIXELS if the result would now have more than max_result_pixels
 */
bool plan_seen(struct plan *plan, const struct plan_sight *sight, struct err *err) MUST_USE;

/*
 * Tell which formats this request may yield whatever the original is (FORMAT_BIT()s), for
 * validators that are checked before anything is fetched.
 */
uint32_t plan_formats(const struct request *req, uint32_t writable);

/* Print one step per line, "name value"; the form golden tests compare. */
void plan_print(const struct plan *plan, FILE *f);

#endif
