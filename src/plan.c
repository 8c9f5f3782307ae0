#include "plan.h"

#define LANCZOS_REACH 3         /* px of the coarser side that the widest filter looks at */
#define WHOLE_MAX     (1 << 30) /* px; keeps products of two lengths inside 63 bits */

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
	int64_t sw, sh;           /* the original as seen */
	int64_t box_w, box_h;     /* device px; 0 unset */
	int64_t whole_w, whole_h; /* the whole picture after resizing */
	int64_t cut_x, cut_y, cut_w, cut_h;
	int64_t canvas_w, canvas_h;
};

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
	if (g->box_w > 0)
		g->box_w = ratio_of(g->box_w, (struct ratio){ PARAMS_SIDE_MAX, longest });
	if (g->box_h > 0)
		g->box_h = ratio_of(g->box_h, (struct ratio){ PARAMS_SIDE_MAX, longest });
}

static void
scale_whole(struct geometry *g, struct ratio k)
{
	g->whole_w = ratio_of(g->sw, k);
	g->whole_h = ratio_of(g->sh, k);
}

/* Where a cut of `part` lies in `whole` so that the focal point comes as near its middle as it can.
 */
static int64_t
focal_offset(double focus, int64_t whole, int64_t part)
{
	return clamp(round_half_up(focus * (double)whole - (double)part / 2), 0, whole - part);
}

static void
fit_cover(const struct params *p, struct geometry *g)
{
	struct ratio a, b;

	if (!p->up) {
		/* rule 2: both sides of the box shrink together until nothing is enlarged */
		struct ratio r = ratio_min(ratio_min((struct ratio){ g->sw, g->box_w },
						   (struct ratio){ g->sh, g->box_h }),
			one);
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
	g->cut_x = focal_offset(p->g.x, g->whole_w, g->cut_w);
	g->cut_y = focal_offset(p->g.y, g->whole_h, g->cut_h);
}

/* The factor of every fit that keeps the picture whole and its aspect. */
static struct ratio
whole_factor(const struct params *p, const struct geometry *g)
{
	struct ratio a = { g->box_w, g->sw }, b = { g->box_h, g->sh }, k;

	if (g->box_w == 0)
		k = b;
	else if (g->box_h == 0)
		k = a;
	else if (p->fit == PARAMS_OUTSIDE)
		k = ratio_max(a, b);
	else
		k = ratio_min(a, b);
	return p->up ? k : ratio_min(k, one);
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
 * Choose the decoder's own reduction: the most that leaves twice the wanted size for a good filter.
 * A pixel less is enough, for the wanted size was rounded: 1802 to 450.5 is still four to one.
 *
 * The hint is the reduced size. With sides of 8 px and more, side / floor(side / d) lies in
 * [d, d + 1), and GraphicsMagick cuts that to d; a hint above the original would enlarge instead.
 */
static void
make_shrink(const struct image_info *info, const struct geometry *g, struct plan *plan)
{
	plan->shrink = 1;
	for (int d = 8; d >= 2 && info->format == FORMAT_JPEG; d /= 2) {
		int64_t w = g->sw / d, h = g->sh / d;

		if (w < 8 || h < 8 || w + 1 < 2 * g->whole_w || h + 1 < 2 * g->whole_h)
			continue;
		plan->shrink = d;
		plan->hint_w = info->width / d;
		plan->hint_h = info->height / d;
		break;
	}
	plan->source_w = (int32_t)(g->sw / plan->shrink);
	plan->source_h = (int32_t)(g->sh / plan->shrink);
}

/* One axis of crop, resize and extract. */
struct axis {
	int64_t source, whole; /* px before and after resizing, uncropped */
	int64_t cut_at, cut;   /* the wanted part of whole */
	int64_t crop_at, crop; /* of source */
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
	struct axis x = { plan->source_w, g->whole_w, g->cut_x, g->cut_w, 0, plan->source_w,
		g->whole_w, g->cut_x };
	struct axis y = { plan->source_h, g->whole_h, g->cut_y, g->cut_h, 0, plan->source_h,
		g->whole_h, g->cut_y };
	int64_t bound = 4 * g->cut_w * g->cut_h;
	int64_t margins[][2] = { { axis_reach(&x), axis_reach(&y) }, { 1, 1 }, { 0, 0 } };

	for (size_t i = 0; i < 3 && x.resize * y.resize > bound; i++) {
		axis_crop(&x, margins[i][0]);
		axis_crop(&y, margins[i][1]);
	}
	plan->crop = (struct plan_rect){ (int32_t)x.crop_at, (int32_t)y.crop_at, (int32_t)x.crop,
		(int32_t)y.crop };
	plan->resize_w = (int32_t)clamp(x.resize, 1, INT32_MAX);
	plan->resize_h = (int32_t)clamp(y.resize, 1, INT32_MAX);
	plan->extract = (struct plan_rect){ (int32_t)x.extract_at, (int32_t)y.extract_at,
		(int32_t)x.cut, (int32_t)y.cut };
	plan->canvas_w = (int32_t)g->canvas_w;
	plan->canvas_h = (int32_t)g->canvas_h;
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

/* Which of these formats can hold a picture of that size. */
static uint32_t
formats_of_size(uint32_t formats, int64_t w, int64_t h)
{
	int64_t longest = w > h ? w : h;

	if (longest > 16383)
		formats &= ~FORMAT_BIT(FORMAT_WEBP);
	if (longest > 65500)
		formats &= ~FORMAT_BIT(FORMAT_JPEG);
	if (longest > 65535)
		formats &= ~FORMAT_BIT(FORMAT_GIF);
	return formats;
}

/* The format that takes the place of one that cannot be written. */
static enum format
next_best(enum format wanted, bool see_through, uint32_t writable)
{
	if ((wanted == FORMAT_AVIF || wanted == FORMAT_JXL) &&
		(writable & FORMAT_BIT(FORMAT_WEBP)) != 0)
		return FORMAT_WEBP;
	if (see_through || (writable & FORMAT_BIT(FORMAT_JPEG)) == 0)
		return FORMAT_PNG;
	return FORMAT_JPEG;
}

/* The best format for f=auto among those the client named; FORMAT_NONE when it named none. */
static enum format
negotiate(const struct request *req, uint32_t writable)
{
	uint32_t both = req->accepts & writable;

	if (req->params.f != PARAMS_F_AUTO)
		return FORMAT_NONE;
	if ((both & FORMAT_BIT(FORMAT_AVIF)) != 0)
		return FORMAT_AVIF;
	if ((both & FORMAT_BIT(FORMAT_WEBP)) != 0)
		return FORMAT_WEBP;
	return FORMAT_NONE;
}

static bool
names_format(const struct request *req)
{
	return req->params.f != PARAMS_F_AUTO && req->params.f != PARAMS_F_ORIGINAL;
}

/* Tell whether all frames are wanted, and there are several that this build can read. */
static bool
is_to_move(const struct request *req, const struct image_info *info, uint32_t writable)
{
	return req->params.frame == PARAMS_FRAME_ALL && info->frames > 1 &&
	       (writable & FORMAT_MOVES(info->format)) != 0;
}

/* Those formats only that hold several frames; what is negotiated must not cost the animation. */
static uint32_t
formats_that_move(uint32_t writable)
{
	return writable & (writable >> 16 | ~0xffffu);
}

/* Decide whether the picture moves, or which frame it shows: the last where there are fewer. */
static void
make_frames(const struct request *req, const struct image_info *info, uint32_t writable,
	struct plan *plan)
{
	bool moves =
		is_to_move(req, info, writable) && (writable & FORMAT_MOVES(plan->format)) != 0;
	int32_t frame = req->params.frame == PARAMS_FRAME_ALL ? 1 : req->params.frame;

	/* without a reader for all frames there is the first */
	if (frame > 1 && (writable & FORMAT_MOVES(info->format)) == 0)
		frame = 1;
	plan->frames = moves ? info->frames : 1;
	plan->frame = (int32_t)clamp(frame, 1, info->frames > 1 ? info->frames : 1);
}

/* Every frame up to the last one needed costs a canvas of pixels. */
static bool
is_too_long(const struct config_policy *policy, const struct image_info *info,
	const struct plan *plan, struct err *err)
{
	int64_t frames = plan->frames > 1 ? plan->frames : plan->frame;

	if (frames == 1 ||
		(frames <= policy->max_frames &&
			frames <= policy->max_animation_pixels / info->width / info->height))
		return false;
	err_set(err, ERR_PIXELS, "%s", "");
	(void)err_detail(err, "%lld frames of %d x %d px", (long long)frames, (int)info->width,
		(int)info->height);
	return true;
}

static void
make_format(const struct request *req, const struct image_info *info, bool see_through,
	uint32_t writable, struct plan *plan)
{
	if (names_format(req)) {
		plan->wanted = (enum format)req->params.f;
		plan->format = plan->wanted;
		if ((writable & FORMAT_BIT(plan->wanted)) == 0)
			plan->format = next_best(plan->wanted, see_through, writable);
		return;
	}
	plan->format = negotiate(
		req, is_to_move(req, info, writable) ? formats_that_move(writable) : writable);
	if (plan->format == FORMAT_NONE && format_row(info->format)->browsers)
		plan->format = info->format;
	if (plan->format == FORMAT_NONE || (writable & FORMAT_BIT(plan->format)) == 0)
		plan->format = next_best(plan->format, see_through, writable);
	/* nobody asked for it by name, so nothing is missed */
	plan->wanted = plan->format;
}

static int
quality_of(const struct config_policy *policy, const struct params *p, enum format format)
{
	if (!format_row(format)->lossy)
		return 0;
	if (p->q > 0)
		return p->q;
	if (format == FORMAT_WEBP)
		return policy->webp_quality;
	return format == FORMAT_AVIF ? policy->avif_quality : policy->jpeg_quality;
}

/* Lay a colour on white, for formats that hold no transparency. */
static uint32_t
opaque(uint32_t rgba)
{
	uint32_t alpha = rgba & 0xff, ret = 0;

	for (int shift = 24; shift >= 8; shift -= 8) {
		uint32_t v = rgba >> shift & 0xff;

		ret |= ((v * alpha + 255 * (255 - alpha) + 127) / 255) << shift;
	}
	return ret | 0xff;
}

static void
make_background(const struct params *p, const struct image_info *info, struct plan *plan)
{
	bool asked = params_given(p, "bg");
	bool can_alpha = format_row(plan->format)->alpha;

	plan->bg = asked ? p->bg : 0xffffff00;
	if (!can_alpha)
		plan->bg = opaque(plan->bg);
	plan->flatten = info->alpha && (asked || !can_alpha);
}

static bool
is_unchanged(const struct image_info *info, const struct plan *plan)
{
	/* an embedded profile does no harm: browsers honour it, so the original looks the same */
	return plan->canvas_w == probe_width(info) && plan->canvas_h == probe_height(info) &&
	       plan->orientation == 1 && plan->format == info->format && !plan->flatten &&
	       !info->cmyk && (!info->animated || plan->frames > 1);
}

bool
plan_resolve(const struct request *req, const struct image_info *info, uint32_t writable,
	struct plan *ret, struct err *err)
{
	const struct config_policy *policy = &req->origin->policy;
	const struct params *p = &req->params;
	struct geometry g = { .sw = probe_width(info), .sh = probe_height(info) };
	struct plan plan = { .orientation = info->orientation };
	bool see_through = info->alpha && !(params_given(p, "bg") && (p->bg & 0xff) == 0xff);

	if (too_many_pixels(g.sw, g.sh, policy->max_pixels, "the original", err))
		return false;
	make_box(p, &g);
	make_geometry(p, &g);
	if (too_many_pixels(g.canvas_w, g.canvas_h, policy->max_result_pixels, "the result", err))
		return false;
	if (g.whole_w > WHOLE_MAX || g.whole_h > WHOLE_MAX)
		return err_set(err, ERR_PIXELS, "%s", "");
	make_shrink(info, &g, &plan);
	make_steps(&g, &plan);
	/* what a cover is cut from; make_steps keeps it within four times unless one px is huge */
	if (too_many_pixels(plan.resize_w, plan.resize_h, 4 * policy->max_result_pixels,
		    "the resized picture", err))
		return false;
	if (p->fit == PARAMS_PAD) {
		plan.place_x = (int32_t)round_half_up(p->g.x * (double)(g.canvas_w - g.cut_w));
		plan.place_y = (int32_t)round_half_up(p->g.y * (double)(g.canvas_h - g.cut_h));
	}
	make_format(
		req, info, see_through, formats_of_size(writable, g.canvas_w, g.canvas_h), &plan);
	make_frames(req, info, writable, &plan);
	if (is_too_long(policy, info, &plan, err))
		return false;
	plan.quality = quality_of(policy, p, plan.format);
	make_background(p, info, &plan);
	plan.unchanged = is_unchanged(info, &plan);
	*ret = plan;
	return true;
}

uint32_t
plan_formats(const struct request *req, uint32_t writable)
{
	uint32_t ret = FORMAT_BIT(FORMAT_JPEG) | FORMAT_BIT(FORMAT_PNG);
	enum format chosen = negotiate(req, writable);

	/* a format that stands in for the one asked for gets no validator, so it is not among them
	 */
	if (names_format(req))
		return writable & FORMAT_BIT(req->params.f);
	/* an animation that the chosen format would cost its motion becomes another */
	if (chosen != FORMAT_NONE && req->params.frame == PARAMS_FRAME_ALL && writable >> 16 != 0 &&
		(writable & FORMAT_MOVES(chosen)) == 0)
		return writable &
		       (FORMAT_BIT(chosen) | FORMAT_BIT(FORMAT_WEBP) | FORMAT_BIT(FORMAT_GIF));
	if (chosen != FORMAT_NONE)
		return FORMAT_BIT(chosen);
	for (int f = FORMAT_NONE + 1; f < FORMAT__COUNT; f++)
		if (format_row((enum format)f)->browsers)
			ret |= FORMAT_BIT(f);
	return ret & writable;
}

static void
print_rect(FILE *f, const char *name, const struct plan_rect *r)
{
	fprintf(f, "%s %dx%d+%d+%d\n", name, r->w, r->h, r->x, r->y);
}

void
plan_print(const struct plan *plan, FILE *f)
{
	fprintf(f, "shrink %d\n", plan->shrink);
	fprintf(f, "hint %dx%d\n", plan->hint_w, plan->hint_h);
	fprintf(f, "orientation %d\n", plan->orientation);
	fprintf(f, "source %dx%d\n", plan->source_w, plan->source_h);
	print_rect(f, "crop", &plan->crop);
	fprintf(f, "resize %dx%d\n", plan->resize_w, plan->resize_h);
	print_rect(f, "extract", &plan->extract);
	fprintf(f, "canvas %dx%d\n", plan->canvas_w, plan->canvas_h);
	fprintf(f, "place %d,%d\n", plan->place_x, plan->place_y);
	fprintf(f, "bg %08x\n", plan->bg);
	fprintf(f, "flatten %s\n", plan->flatten ? "yes" : "no");
	fprintf(f, "format %s\n", format_row(plan->format)->name);
	fprintf(f, "wanted %s\n", format_row(plan->wanted)->name);
	fprintf(f, "quality %d\n", plan->quality);
	if (plan->frames > 1)
		fprintf(f, "frames %d\n", plan->frames);
	if (plan->frame > 1)
		fprintf(f, "frame %d\n", plan->frame);
	fprintf(f, "unchanged %s\n", plan->unchanged ? "yes" : "no");
}
