#include "hints.h"

#include "base/text.h"
#include "format.h"
#include "params_kinds.h"

#include <math.h>

const char *const hints_names[HINTS__COUNT] = {
	[HINTS_WIDTH] = "Sec-CH-Width",
	[HINTS_VIEWPORT] = "Sec-CH-Viewport-Width",
	[HINTS_RATIO] = "Sec-CH-DPR",
	[HINTS_SAVE] = "Save-Data",
};

/* Steps of a half, then of a quarter: no picture has twice the pixels that are seen, but for the
 * smallest. */
const struct snap_steps hints_widths = { 13,
	{ 160, 240, 320, 480, 640, 800, 960, 1280, 1600, 1920, 2560, 3200, 3840 } };
const struct snap_steps hints_ratios = { 4, { 10, 15, 20, 30 } };

/* A number above 0, or 0. */
static double
number(const char *value)
{
	double ret;

	return text_to_real(value, 0, 1e15, &ret) ? ret : 0;
}

void
hints_read(enum hints_kind kind, const char *value, struct hints *ret)
{
	switch (kind) {
	case HINTS_WIDTH:
		ret->width = number(value);
		break;
	case HINTS_VIEWPORT:
		ret->viewport = number(value);
		break;
	case HINTS_RATIO:
		ret->ratio = number(value);
		break;
	case HINTS_SAVE:
		ret->save = text_same(value, "on");
		break;
	case HINTS__COUNT:
		break;
	}
}

static void
put(struct params *p, const char *name, double value)
{
	char text[PARAMS_KINDS_NUMBER];

	params_kinds_number(value, text);
	(void)!params_put(p, name, text, false);
}

/* The first step that is not below a value in units of the steps, or the last. */
static int32_t
step(const struct snap_steps *own, const struct snap_steps *others, double value)
{
	/* 1.1 is eleven tenths, whatever is left of it in binary */
	double up = ceil(params_kinds_round(value < PARAMS_SIDE_MAX ? value : PARAMS_SIDE_MAX, 3));

	return snap_up(own->count > 0 ? own : others, (int32_t)up);
}

/* Make all lengths device px, as the width is. */
static void
multiply(struct params *p)
{
	double ratio = p->dpr;

	p->h = (int32_t)params_kinds_round(p->h * ratio, 0);
	p->blur = params_kinds_round(p->blur * ratio, 2);
	p->sharp = params_kinds_round(p->sharp * ratio, 2);
	params_unset(p, "dpr");
	params_settle(p);
}

static bool
has_lengths(const struct params *p)
{
	return p->h > 0 || p->blur > 0 || p->sharp > 0;
}

/* Tell whether a quality matters, as far as the query tells. */
static bool
may_be_lossy(const struct params *p)
{
	return p->f == PARAMS_F_AUTO || p->f == PARAMS_F_ORIGINAL ||
	       format_row((enum format)p->f)->lossy;
}

uint32_t
hints_apply(const struct hints *hints, const struct snap_rules *snaps, int32_t quality,
	const struct params *asked, const struct params *preset, struct params *p)
{
	uint32_t depends = 0;
	bool by_page = false, by_width = false, ratio = params_is_auto(p, "dpr");

	if (params_is_auto(p, "w")) {
		depends |= HINTS_BIT(HINTS_WIDTH);
		by_width = hints->width > 0;
		if (!by_width)
			depends |= HINTS_BIT(HINTS_VIEWPORT);
		by_page = !by_width && hints->viewport > 0;
		params_unset(p, "w");
		if (by_width || by_page)
			put(p, "w",
				step(&snaps->w, &hints_widths,
					by_width ? hints->width : hints->viewport));
		else if (preset != NULL && preset->w > 0)
			put(p, "w", preset->w);
	}
	/* where nothing is multiplied, it makes no difference */
	ratio = ratio || ((by_width || by_page) && p->dpr == 1);
	if (ratio) {
		params_unset(p, "dpr");
		if (has_lengths(p) || (p->w > 0 && !by_width)) {
			depends |= HINTS_BIT(HINTS_RATIO);
			if (hints->ratio > 0)
				put(p, "dpr",
					step(&snaps->dpr, &hints_ratios, hints->ratio * 10) / 10.0);
		}
	}
	if (by_width)
		multiply(p);
	if (quality > 0 && !params_given(asked, "q") && may_be_lossy(p) && params_acts(p)) {
		depends |= HINTS_BIT(HINTS_SAVE);
		if (hints->save && snaps->q.count > 0)
			quality = snap_up(&snaps->q, quality);
		if (hints->save && (p->q == 0 || p->q > quality))
			put(p, "q", quality);
	}
	return depends;
}

void
hints_drop(struct params *p)
{
	if (params_is_auto(p, "w"))
		params_unset(p, "w");
	if (params_is_auto(p, "dpr"))
		params_unset(p, "dpr");
}
