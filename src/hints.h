/*
 * Client hints: what of a query they fill in where it says auto. Pure.
 *
 * w=auto is the width the page gives the picture (Sec-CH-Width, in device px), else that of the
 * page itself (Sec-CH-Viewport-Width, in CSS px). dpr=auto is Sec-CH-DPR; so is the dpr beside
 * w=auto, where the query leaves it out. Save-Data lowers the quality where the query names none.
 *
 * Widths and ratios go up to the next step, or down to the last: those of snap_w and snap_dpr, else
 * these of hints_widths and hints_ratios, so that caches keep a few pictures only.
 *
 * Source  https://wicg.github.io/responsive-image-client-hints/, https://wicg.github.io/savedata/
 */
#ifndef LIMNER_HINTS_H
#define LIMNER_HINTS_H

#include "snap.h"

enum hints_kind { HINTS_WIDTH, HINTS_VIEWPORT, HINTS_RATIO, HINTS_SAVE, HINTS__COUNT };

#define HINTS_BIT(kind) (1u << (unsigned)(kind))

/* "Sec-CH-Width": the field that carries one. */
extern const char *const hints_names[HINTS__COUNT];

extern const struct snap_steps hints_widths, hints_ratios; /* px; tenths */

/* What a client told; 0 for what it did not. */
struct hints {
	double width;    /* of the picture, device px */
	double viewport; /* of the page, CSS px */
	double ratio;    /* device px to a CSS px */
	bool save;       /* it would rather have fewer bytes */
};

/* Read one field into its place. What is no number above 0, or not "on", is as if it were not
 * there; how large one is does not matter, for the last step holds. */
void hints_read(enum hints_kind kind, const char *value, struct hints *ret);

/*
 * Fill a picture's parameters in, the preset's laid under; no auto is left in them. With
 * Sec-CH-Width all lengths become device px, and dpr 1.
 *
 * asked    the query's own
 * preset   its preset's, or NULL: the width of that stands where w=auto finds no hint
 * quality  that Save-Data lowers to; 0: it changes nothing
 * Returns  HINTS_BIT()s of what the result depends on, there or not
 */
uint32_t hints_apply(const struct hints *hints, const struct snap_rules *snaps, int32_t quality,
	const struct params *asked, const struct params *preset, struct params *p);

/* Leave out what says auto: what it means where hints do not count. */
void hints_drop(struct params *p);

#endif
