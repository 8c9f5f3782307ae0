#include "plan_geometry.h"

#define LANCZOS_REACH 3         /* px of the coarser side that the widest filter looks at */
#define TINY          64        /* px of the longer side; what a description needs to see */
#define WHOLE_MAX     (1 << 30) /* px; keeps products of two lengths inside 63 bits */
#define FOCUS_UNIT    1000      /* a focal point has three decimals */
#define CROP_UNIT     100000    /* crop's numbers have five */

/* A factor as num/den, so that sizes come out the same on every machine. */
struct ratio {
	int64_t num, den;
};

static const struct ratio one = { 1, 1 };

static bool
ratio_less(struct ratio a, struct ratio b)
{
	return a.num * b.den < b.num * a.den;
}

static struct ratio
ratio_min(struct ratio a, struct ratio b)
{
	return ratio_less(b, a) ? b : a;
}

static struct ratio
ratio_max(struct ratio a, struct ratio b)
{
	return ratio_less(a, b) ? b : a;
}

/* side × r, rounded half up, at least 1. */
static int64_t
ratio_of(int64_t side, struct ratio r)
{
	int64_t v = (2 * side * r.num + r.den) / (2 * r.den);

	return v < 1 ? 1 : v;
}

static int64_t
clamp(int64_t v, int64_t min, int64_t max)
{
	return v < min ? min : v > max ? max : v;
}

static int64_t
round_half_up(double v)
{
	return v < 0 ? -(int64_t)(0.5 - v) : (int64_t)(v + 0.5);
}

/* Lengths while they are decided: the whole picture may be resized to more than an int32_t holds.
 */
struct geometry {
	int64_t sw, sh;           /* what is shown of the original, oriented */
	int64_t box_w, box_h;     /* device px; 0 unset */
	int64_t whole_w, whole_h; /* the whole picture after resizing */
	int64_t cut_x, cut_y, cut_w, cut_h;
	int64_t canvas_w, canvas_h;
	struct plan_rect focus; /* a point, in FOCUS_UNITths */
	enum plan_size_rule rule;
	bool boxed; /* the box was too large */
};

static void
swap(int64_t *a, int64_t *b)
{
	int64_t c = *a;

	*a = *b;
	*b = c;
}

/* ---- Turning ---- */

/* Where a part of a picture (w x h) comes to lie when an orientation is applied. */
static struct plan_rect
oriented(const struct plan_rect *r, int orientation, int32_t w, int32_t h)
{
	int32_t right = w - r->x - r->w, below = h - r->y - r->h;

	switch (orientation) {
	case 2:
		return (struct plan_rect){ right, r->y, r->w, r->h };
	case 3:
		return (struct plan_rect){ right, below, r->w, r->h };
	case 4:
		return (struct plan_rect){ r->x, below, r->w, r->h };
	case 5:
		return (struct plan_rect){ r->y, r->x, r->h, r->w };
	case 6:
		return (struct plan_rect){ below, r->x, r->h, r->w };
	case 7:
		return (struct plan_rect){ below, right, r->h, r->w };
	case 8:
		return (struct plan_rect){ r->y, right, r->h, r->w };
	default:
		return *r;
	}
}

/* The orientation that undoes one: a quarter turn is undone the other way round. */
static int
undoing(int orientation)
{
	return orientation == 6 ? 8 : orientation == 8 ? 6 : orientation;
}

struct plan_rect
plan_geometry_as_stored(const struct plan *plan, const struct plan_rect *r)
{
	return oriented(r, undoing(plan->orientation), plan->source_w, plan->source_h);
}

/* rot, clockwise, and then flip, as one of the eight orientations. */
static int
turn_of(const struct params *p)
{
	static const int turns[][4] = {
		/* flip: none, h, v, hv */
		{ 1, 2, 4, 3 },
		{ 6, 5, 7, 8 },
		{ 3, 4, 2, 1 },
		{ 8, 7, 5, 6 },
	};

	return turns[p->rot / 90 % 4][p->flip % 4];
}

/* The point to keep: asked for in the picture as it will be seen, found in it as it is stored. */
static struct plan_rect
focus_of(const struct plan *plan, const struct plan_sight *sight)
{
	const struct params_point *g = &plan->wish.params.g;
	struct plan_rect point = { FOCUS_UNIT / 2, FOCUS_UNIT / 2, 0, 0 };

	if (!params_is_smart(g)) {
		point.x = (int32_t)round_half_up(g->x * FOCUS_UNIT);
		point.y = (int32_t)round_half_up(g->y * FOCUS_UNIT);
		return oriented(&point, undoing(plan->turn), FOCUS_UNIT, FOCUS_UNIT);
	}
	if (!sight->focused)
		return point;
	point.x = sight->focus_x;
	point.y = sight->focus_y;
	return oriented(&point, plan->orientation, FOCUS_UNIT, FOCUS_UNIT);
}

/* ---- The part that is shown ---- */

/* One side of crop's rectangle: whole px of a side, at least one; none when it lies outside. */
static bool
crop_side(double at, double length, bool fractions, int32_t side, int32_t *ret_at, int32_t *ret)
{
	int64_t scale = fractions ? side : 1, end = (int64_t)side * CROP_UNIT;
	int64_t a = round_half_up(at * CROP_UNIT) * scale;
	int64_t b = a + round_half_up(length * CROP_UNIT) * scale;

	if (a >= end || b <= a)
		return false;
	b = b < end ? b : end;
	a = (a + CROP_UNIT / 2) / CROP_UNIT;
	b = (b + CROP_UNIT / 2) / CROP_UNIT;
	a = clamp(a, 0, side - 1);
	*ret_at = (int32_t)a;
	*ret = (int32_t)(b > a ? b - a : 1);
	return true;
}

/* Cut crop's rectangle out of what trim left; one that misses it altogether is no crop. */
static struct plan_rect
cropped(const struct params_rect *c, struct plan_rect whole)
{
	bool fractions = c->x <= 1 && c->y <= 1 && c->w <= 1 && c->h <= 1;
	struct plan_rect r;

	if (c->w <= 0 || c->h <= 0 || !crop_side(c->x, c->w, fractions, whole.w, &r.x, &r.w) ||
		!crop_side(c->y, c->h, fractions, whole.h, &r.y, &r.h))
		return whole;
	r.x += whole.x;
	r.y += whole.y;
	return r;
}

/* What trim and crop leave of the oriented original. */
static struct plan_rect
shown(const struct plan *plan, const struct plan_sight *sight)
{
	const struct image_info *info = &plan->wish.info;
	struct plan_rect whole = { 0, 0, probe_width(info), probe_height(info) };

	if (sight->trimmed.w > 0)
		whole = oriented(&sight->trimmed, plan->orientation, info->width, info->height);
	return cropped(&plan->wish.params.crop, whole);
}

/* The same of a source decoded at 1/d: its edges at the nearest px. */
static void
part_side(int64_t at, int64_t length, int d, int32_t source, int32_t *ret_at, int32_t *ret)
{
	int64_t a = (2 * at + d) / (2 * d), b = (2 * (at + length) + d) / (2 * d);

	b = clamp(b, 1, source);
	a = clamp(a, 0, b - 1);
	*ret_at = (int32_t)a;
	*ret = (int32_t)(b - a);
}

/* ---- Fitting ---- */

/* CSS px × dpr, then both sides into bounds without changing the box's aspect. */
static void
make_box(const struct params *p, struct geometry *g)
{
	int64_t tenths = round_half_up(p->dpr * 10), longest;

	g->box_w = p->w > 0 ? clamp((p->w * tenths + 5) / 10, 1, INT32_MAX) : 0;
	g->box_h = p->h > 0 ? clamp((p->h * tenths + 5) / 10, 1, INT32_MAX) : 0;
	longest = g->box_w > g->box_h ? g->box_w : g->box_h;
	if (longest <= PARAMS_SIDE_MAX)
		return;
	g->boxed = true;
	if (g->box_w > 0)
		g->box_w = ratio_of(g->box_w, (struct ratio){ PARAMS_SIDE_MAX, longest });
	if (g->box_h > 0)
		g->box_h = ratio_of(g->box_h, (struct ratio){ PARAMS_SIDE_MAX, longest });
}

/* A description needs no more than a thumbnail of what was asked for. */
static void
make_tiny(struct params *p, struct geometry *g)
{
	int64_t longest = g->box_w > g->box_h ? g->box_w : g->box_h;

	if (longest == 0)
		g->box_w = g->box_h = TINY;
	if (longest == 0 || (p->fit == PARAMS_FILL && (g->box_w == 0 || g->box_h == 0)))
		p->fit = PARAMS_INSIDE;
	if (longest <= TINY)
		return;
	if (g->box_w > 0)
		g->box_w = ratio_of(g->box_w, (struct ratio){ TINY, longest });
	if (g->box_h > 0)
		g->box_h = ratio_of(g->box_h, (struct ratio){ TINY, longest });
}

static void
scale_whole(struct geometry *g, struct ratio k)
{
	g->whole_w = ratio_of(g->sw, k);
	g->whole_h = ratio_of(g->sh, k);
}

/*
 * Where a cut of `part` lies in `whole` so that the focal point comes as near its middle as it can.
 */
static int64_t
focal_offset(int32_t focus, int64_t whole, int64_t part)
{
	int64_t twice = 2 * focus * whole - FOCUS_UNIT * part; /* in 2 FOCUS_UNITths of a px */

	return clamp(twice < 0 ? 0 : (twice + FOCUS_UNIT) / (2 * FOCUS_UNIT), 0, whole - part);
}

static void
fit_cover(const struct params *p, struct geometry *g)
{
	struct ratio a, b;

	g->rule = PLAN_SIZE_COVER;
	if (!p->up) {
		/* rule 2: both sides of the box shrink together until nothing is enlarged */
		struct ratio r = ratio_min(ratio_min((struct ratio){ g->sw, g->box_w },
						   (struct ratio){ g->sh, g->box_h }),
			one);
		if (ratio_less(r, one))
			g->rule = PLAN_SIZE_COVER_UP;
		g->box_w = ratio_of(g->box_w, r);
		g->box_h = ratio_of(g->box_h, r);
	}
	a = (struct ratio){ g->box_w, g->sw };
	b = (struct ratio){ g->box_h, g->sh };
	scale_whole(g, ratio_max(a, b));
	if (g->whole_w < g->box_w)
		g->whole_w = g->box_w;
	if (g->whole_h < g->box_h)
		g->whole_h = g->box_h;
	g->cut_w = g->box_w;
	g->cut_h = g->box_h;
	g->cut_x = focal_offset(g->focus.x, g->whole_w, g->cut_w);
	g->cut_y = focal_offset(g->focus.y, g->whole_h, g->cut_h);
}

/* The factor of every fit that keeps the picture whole and its aspect. */
static struct ratio
whole_factor(const struct params *p, struct geometry *g)
{
	struct ratio a = { g->box_w, g->sw }, b = { g->box_h, g->sh };
	bool by_height = g->box_w == 0;

	if (g->box_w > 0 && g->box_h > 0)
		by_height = p->fit == PARAMS_OUTSIDE ? ratio_less(a, b) : ratio_less(b, a);
	g->rule = by_height ? PLAN_SIZE_HEIGHT : PLAN_SIZE_WIDTH;
	if (by_height)
		a = b;
	if (p->up || !ratio_less(one, a))
		return a;
	g->rule = PLAN_SIZE_UP;
	return one;
}

static void
make_geometry(const struct params *p, struct geometry *g)
{
	bool both = g->box_w > 0 && g->box_h > 0;

	if (g->box_w == 0 && g->box_h == 0) {
		scale_whole(g, one);
	} else if (p->fit == PARAMS_COVER && both) {
		fit_cover(p, g);
		g->canvas_w = g->cut_w;
		g->canvas_h = g->cut_h;
		return;
	} else if (p->fit == PARAMS_FILL) {
		/* stretching: a side left out stays as long as it is */
		g->rule = PLAN_SIZE_FILL;
		g->whole_w = g->box_w > 0 ? g->box_w : g->sw;
		g->whole_h = g->box_h > 0 ? g->box_h : g->sh;
	} else {
		scale_whole(g, whole_factor(p, g));
	}
	g->cut_w = g->canvas_w = g->whole_w;
	g->cut_h = g->canvas_h = g->whole_h;
	if (p->fit == PARAMS_PAD && both) {
		g->canvas_w = g->box_w;
		g->canvas_h = g->box_h;
	}
}

/*
 * Choose the decoder's own reduction: the most that leaves of the part that is shown twice the
 * wanted size for a good filter.
 * A pixel less is enough, for the wanted size was rounded: 1802 to 450.5 is still four to one.
 *
 * The hint is the reduced size. With sides of 8 px and more, side / floor(side / d) lies in
 * [d, d + 1), and GraphicsMagick cuts that to d; a hint above the original would enlarge instead.
 */
static void
make_shrink(const struct geometry *g, struct plan *plan)
{
	const struct image_info *info = &plan->wish.info;
	/* a border is found, and cut, to the px */
	bool may = info->format == FORMAT_JPEG && plan->wish.params.trim == 0;

	plan->shrink = 1;
	for (int d = 8; d >= 2 && may; d /= 2) {
		int64_t w = g->sw / d, h = g->sh / d;

		if (info->width / d < 8 || info->height / d < 8 || w + 1 < 2 * g->whole_w ||
			h + 1 < 2 * g->whole_h)
			continue;
		plan->shrink = d;
		plan->hint_w = info->width / d;
		plan->hint_h = info->height / d;
		break;
	}
	plan->source_w = probe_width(info) / plan->shrink;
	plan->source_h = probe_height(info) / plan->shrink;
}

/* One axis of crop, resize and extract. */
struct axis {
	int64_t source, whole; /* px of the part, before and after resizing */
	int64_t cut_at, cut;   /* the wanted part of whole */
	int64_t crop_at, crop; /* of source, in the part */
	int64_t resize, extract_at;
};

static void
axis_crop(struct axis *a, int64_t margin)
{
	int64_t begin = a->cut_at * a->source / a->whole;
	int64_t end = ((a->cut_at + a->cut) * a->source + a->whole - 1) / a->whole;

	begin = clamp(begin - margin, 0, a->source);
	end = clamp(end + margin, 0, a->source);
	a->crop_at = begin;
	a->crop = end - begin;
	a->resize = ratio_of(a->crop, (struct ratio){ a->whole, a->source });
	if (a->resize < a->cut)
		a->resize = a->cut;
	a->extract_at = a->cut_at - (2 * begin * a->whole + a->source) / (2 * a->source);
	a->extract_at = clamp(a->extract_at, 0, a->resize - a->cut);
}

/* Source px around the cut that its filter may look at. */
static int64_t
axis_reach(const struct axis *a)
{
	int64_t per_px = (a->source + a->whole - 1) / a->whole;

	return LANCZOS_REACH * (per_px > 1 ? per_px : 1) + 1;
}

/*
 * Decide crop, resize and extract. Only where the resized whole would be far more than is wanted of
 * it (a thin strip made to cover a box) is the source cropped first, with room for the filter while
 * that stays in proportion.
 */
static void
make_steps(const struct geometry *g, struct plan *plan)
{
	const struct plan_rect *part = &plan->part;
	struct axis x = { part->w, g->whole_w, g->cut_x, g->cut_w, 0, part->w, g->whole_w,
		g->cut_x };
	struct axis y = { part->h, g->whole_h, g->cut_y, g->cut_h, 0, part->h, g->whole_h,
		g->cut_y };
	int64_t bound = 4 * g->cut_w * g->cut_h;
	int64_t margins[][2] = { { axis_reach(&x), axis_reach(&y) }, { 1, 1 }, { 0, 0 } };

	for (size_t i = 0; i < 3 && x.resize * y.resize > bound; i++) {
		axis_crop(&x, margins[i][0]);
		axis_crop(&y, margins[i][1]);
	}
	plan->crop = (struct plan_rect){ part->x + (int32_t)x.crop_at, part->y + (int32_t)y.crop_at,
		(int32_t)x.crop, (int32_t)y.crop };
	plan->resize_w = (int32_t)clamp(x.resize, 1, INT32_MAX);
	plan->resize_h = (int32_t)clamp(y.resize, 1, INT32_MAX);
	plan->extract = (struct plan_rect){ (int32_t)x.extract_at, (int32_t)y.extract_at,
		(int32_t)x.cut, (int32_t)y.cut };
}

static bool
too_many_pixels(int64_t w, int64_t h, int64_t limit, const char *what, struct err *err)
{
	if (w <= limit && h <= limit && w * h <= limit)
		return false;
	err_set(err, ERR_PIXELS, "%s", "");
	(void)err_detail(err, "%s is %lld x %lld px", what, (long long)w, (long long)h);
	return true;
}

/* The canvas as seen, and where the turned cut lies on it. */
static void
make_canvas(struct geometry *g, struct plan *plan)
{
	const struct params_point *p = &plan->wish.params.g;
	/* nothing is found in the pixels that would tell where on a canvas they should lie */
	bool smart = params_is_smart(p);
	int64_t x = smart ? FOCUS_UNIT / 2 : round_half_up(p->x * FOCUS_UNIT);
	int64_t y = smart ? FOCUS_UNIT / 2 : round_half_up(p->y * FOCUS_UNIT);

	if (plan->turn >= 5) {
		swap(&g->canvas_w, &g->canvas_h);
		swap(&g->cut_w, &g->cut_h);
	}
	plan->canvas_w = (int32_t)g->canvas_w;
	plan->canvas_h = (int32_t)g->canvas_h;
	x = 2 * x * (g->canvas_w - g->cut_w) + FOCUS_UNIT;
	y = 2 * y * (g->canvas_h - g->cut_h) + FOCUS_UNIT;
	plan->place_x = (int32_t)(x / (2 * FOCUS_UNIT));
	plan->place_y = (int32_t)(y / (2 * FOCUS_UNIT));
}

bool
plan_geometry(struct plan *plan, const struct plan_sight *sight, struct err *err)
{
	struct params tiny = plan->wish.params;
	const struct params *p = &plan->wish.params;
	const struct config_policy *policy = &plan->wish.policy;
	struct plan_rect part = shown(plan, sight);
	struct geometry g = { .sw = part.w, .sh = part.h };

	plan->turn = turn_of(p);
	g.focus = focus_of(plan, sight);
	make_box(p, &g);
	if (format_is_text((enum format)p->f)) {
		make_tiny(&tiny, &g);
		p = &tiny;
	}
	if (plan->turn >= 5)
		swap(&g.box_w, &g.box_h);
	make_geometry(p, &g);
	if (too_many_pixels(g.canvas_w, g.canvas_h, policy->max_result_pixels, "the result", err))
		return false;
	if (g.whole_w > WHOLE_MAX || g.whole_h > WHOLE_MAX)
		return err_set(err, ERR_PIXELS, "%s", "");
	make_shrink(&g, plan);
	part_side(part.x, part.w, plan->shrink, plan->source_w, &plan->part.x, &plan->part.w);
	part_side(part.y, part.h, plan->shrink, plan->source_h, &plan->part.y, &plan->part.h);
	make_steps(&g, plan);
	/* what a cover is cut from; make_steps keeps it within four times unless one px is huge */
	if (too_many_pixels(plan->resize_w, plan->resize_h, 4 * policy->max_result_pixels,
		    "the resized picture", err))
		return false;
	plan->trim = sight->trimmed.w > 0 ? 0 : p->trim;
	plan->smart = params_is_smart(&p->g) && !sight->focused && p->fit == PARAMS_COVER &&
		      (g.cut_w < g.whole_w || g.cut_h < g.whole_h);
	make_canvas(&g, plan);
	/* by the sides as they will be seen */
	if (plan->turn >= 5 && (g.rule == PLAN_SIZE_WIDTH || g.rule == PLAN_SIZE_HEIGHT))
		g.rule = g.rule == PLAN_SIZE_WIDTH ? PLAN_SIZE_HEIGHT : PLAN_SIZE_WIDTH;
	plan->size_rule = g.rule;
	plan->boxed = g.boxed;
	return true;
}
