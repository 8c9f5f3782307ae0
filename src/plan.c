#include "plan.h"

#include "plan_geometry.h"

#include <string.h>

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

/* The format where none is asked for: the original's own, or what every browser shows. */
static enum format
plain_format(const struct image_info *info, bool see_through, uint32_t writable)
{
	if (format_row(info->format)->browsers && (writable & FORMAT_BIT(info->format)) != 0)
		return info->format;
	return next_best(FORMAT_NONE, see_through, writable);
}

/*
 * The best format for f=auto among those the client named; FORMAT_NONE when it named none, or none
 * with as much weight as the plain one. AVIF only for so many pixels: for more it takes too long.
 */
static enum format
negotiate(const struct plan_wish *wish, enum format plain, bool see_through, uint32_t writable,
	int64_t pixels)
{
	if (pixels > wish->policy.avif_max_pixels)
		writable &= ~FORMAT_BIT(FORMAT_AVIF);
	if (see_through)
		writable &= ~FORMAT_BIT(FORMAT_JXL);
	for (size_t i = 0; wish->params.f == PARAMS_F_AUTO && i < ACCEPT_FORMATS; i++)
		if ((writable & FORMAT_BIT(wish->auto_order[i])) != 0 &&
			(wish->auto_above[i] & FORMAT_BIT(plain)) == 0)
			return wish->auto_order[i];
	return FORMAT_NONE;
}

static bool
names_format(const struct params *p)
{
	return p->f != PARAMS_F_AUTO && p->f != PARAMS_F_ORIGINAL;
}

/* Tell whether all frames are wanted, and there are several that this build can read. */
static bool
is_to_move(const struct plan_wish *wish)
{
	return wish->params.frame == PARAMS_FRAME_ALL && wish->info.frames > 1 &&
	       (wish->writable & FORMAT_MOVES(wish->info.format)) != 0;
}

/* Those formats only that hold several frames; what is negotiated must not cost the animation. */
static uint32_t
formats_that_move(uint32_t writable)
{
	return writable & (writable >> 16 | ~0xffffu);
}

/* Decide whether the picture moves, or which frame it shows: the last where there are fewer. */
static void
make_frames(struct plan *plan)
{
	const struct plan_wish *wish = &plan->wish;
	int32_t frames = wish->info.frames > 1 ? wish->info.frames : 1;
	int32_t frame = wish->params.frame == PARAMS_FRAME_ALL ? 1 : wish->params.frame;
	bool moves = is_to_move(wish) && (wish->writable & FORMAT_MOVES(plan->format)) != 0;

	/* without a reader for all frames there is the first */
	if ((wish->writable & FORMAT_MOVES(wish->info.format)) == 0)
		frame = 1;
	plan->frames = moves ? frames : 1;
	plan->frame = frame < frames ? frame : frames;
}

/* Every frame up to the last one needed costs a canvas of pixels. */
static bool
is_too_long(const struct plan *plan, struct err *err)
{
	const struct config_policy *policy = &plan->wish.policy;
	const struct image_info *info = &plan->wish.info;
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
make_format(const struct plan_wish *wish, bool see_through, uint32_t writable, struct plan *plan)
{
	enum format plain = plain_format(&wish->info, see_through, writable);

	if (names_format(&wish->params)) {
		plan->wanted = (enum format)wish->params.f;
		plan->format = plan->wanted;
		/* GraphicsMagick's encoder for JPEG XL fails where there is transparency */
		if ((writable & FORMAT_BIT(plan->wanted)) == 0 ||
			(plan->wanted == FORMAT_JXL && see_through))
			plan->format = next_best(plan->wanted, see_through, writable);
		return;
	}
	plan->format = negotiate(wish, plain, see_through,
		is_to_move(wish) ? formats_that_move(writable) : writable,
		(int64_t)plan->canvas_w * plan->canvas_h);
	if (plan->format == FORMAT_NONE)
		plan->format = plain;
	/* nobody asked for it by name, so nothing is missed */
	plan->wanted = plan->format;
}

/* Tell what led to the format, for people. */
static enum plan_format_rule
format_rule(const struct plan *plan)
{
	const struct plan_wish *wish = &plan->wish;

	if (names_format(&wish->params))
		return plan->format == plan->wanted ? PLAN_FORMAT_ASKED : PLAN_FORMAT_NEXT;
	if (wish->params.f == PARAMS_F_AUTO && (wish->accepts & FORMAT_BIT(plan->format)) != 0)
		return PLAN_FORMAT_ACCEPTED;
	if (plan->format == wish->info.format)
		return PLAN_FORMAT_ORIGINAL;
	return format_row(wish->info.format)->browsers ? PLAN_FORMAT_NEXT : PLAN_FORMAT_SHOWN;
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

/* Sigmas are CSS px, as lengths are: what is blurred on one screen is as blurred on a finer one. */
static void
make_effects(const struct params *p, struct plan *plan)
{
	int32_t tenths = (int32_t)(p->dpr * 10 + 0.5);

	plan->blur = (int32_t)(p->blur * 100 + 0.5) * tenths;
	plan->sharp = (int32_t)(p->sharp * 100 + 0.5) * tenths;
}

static bool
is_unchanged(const struct image_info *info, const struct plan *plan)
{
	/* f=auto asks for whatever is best: the original's own format will do, if it is shown */
	bool fits = plan->format == info->format ||
		    (plan->wish.params.f == PARAMS_F_AUTO &&
			    (format_row(info->format)->browsers ||
				    (plan->wish.accepts & FORMAT_BIT(info->format)) != 0));

	/* an embedded profile does no harm: browsers honour it, so the original looks the same */
	return plan->canvas_w == probe_width(info) && plan->canvas_h == probe_height(info) &&
	       plan->orientation == 1 && fits && plan->format == plan->wanted && !plan->flatten &&
	       !info->cmyk && (!info->animated || plan->frames > 1) &&
	       plan->wish.params.trim == 0 && plan->part.w == plan->source_w &&
	       plan->part.h == plan->source_h && plan->turn == 1 && plan->blur == 0 &&
	       plan->sharp == 0;
}

static bool
decide(struct plan *plan, const struct plan_sight *sight, struct err *err)
{
	const struct plan_wish *wish = &plan->wish;
	const struct params *p = &wish->params;
	const struct image_info *info = &wish->info;
	bool see_through = info->alpha && !(params_given(p, "bg") && (p->bg & 0xff) == 0xff);

	plan->orientation = info->orientation;
	if (!plan_geometry(plan, sight, err))
		return false;
	plan->may = formats_of_size(wish->writable, plan->canvas_w, plan->canvas_h);
	make_format(wish, see_through, plan->may, plan);
	plan->format_rule = format_rule(plan);
	make_frames(plan);
	if (is_too_long(plan, err))
		return false;
	plan->linear = wish->policy.linear &&
		       (plan->resize_w != plan->crop.w || plan->resize_h != plan->crop.h);
	plan->quality = quality_of(&wish->policy, p, plan->format);
	plan->progressive = plan->format == FORMAT_JPEG && wish->policy.jpeg_progressive;
	plan->lossless =
		plan->format == FORMAT_WEBP && wish->policy.webp_lossless == CONFIG_LOSSLESS_AUTO;
	plan->webp_quality = quality_of(&wish->policy, p, FORMAT_WEBP);
	plan->jpeg_quality = quality_of(&wish->policy, p, FORMAT_JPEG);
	plan->max_bytes = p->max;
	plan->meta = p->meta;
	plan->speed = plan->format == FORMAT_AVIF ? wish->policy.avif_speed : 0;
	make_background(p, info, plan);
	make_effects(p, plan);
	plan->unchanged = is_unchanged(info, plan);
	return true;
}

bool
plan_resolve(const struct request *req, const struct image_info *info, uint32_t writable,
	struct plan *ret, struct err *err)
{
	struct plan plan = { .wish = { .params = req->params,
				     .policy = req->origin->policy,
				     .info = *info,
				     .accepts = req->accepts,
				     .writable = writable } };
	const struct plan_sight nothing = { 0 };

	memcpy(plan.wish.auto_order, req->auto_order, sizeof plan.wish.auto_order);
	memcpy(plan.wish.auto_above, req->auto_above, sizeof plan.wish.auto_above);
	if ((int64_t)info->width * info->height > req->origin->policy.max_pixels) {
		err_set(err, ERR_PIXELS, "%s", "");
		return err_detail(err, "the original is %d x %d px", (int)probe_width(info),
			(int)probe_height(info));
	}
	if (!decide(&plan, &nothing, err))
		return false;
	*ret = plan;
	return true;
}

bool
plan_seen(struct plan *plan, const struct plan_sight *sight, struct err *err)
{
	struct plan again = { .wish = plan->wish, .deadline_us = plan->deadline_us };

	if (!decide(&again, sight, err))
		return false;
	*plan = again;
	return true;
}

uint32_t
plan_formats(const struct request *req, uint32_t writable)
{
	uint32_t ret = FORMAT_BIT(FORMAT_JPEG) | FORMAT_BIT(FORMAT_PNG);

	/* a format that stands in for the one asked for gets no validator, so it is not among them
	 */
	if (names_format(&req->params))
		return writable & FORMAT_BIT(req->params.f);
	/* what f=auto comes to depends on the original too: on its size, on whether it moves, and
	 * on whether it is the smaller one */
	if (req->params.f == PARAMS_F_AUTO)
		ret |= req->accepts;
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

static void
print_sigma(FILE *f, const char *name, int32_t thousandths)
{
	if (thousandths > 0)
		fprintf(f, "%s %d.%03d\n", name, thousandths / 1000, thousandths % 1000);
}

void
plan_print(const struct plan *plan, FILE *f)
{
	fprintf(f, "shrink %d\n", plan->shrink);
	fprintf(f, "hint %dx%d\n", plan->hint_w, plan->hint_h);
	fprintf(f, "orientation %d\n", plan->orientation);
	fprintf(f, "source %dx%d\n", plan->source_w, plan->source_h);
	if (plan->trim > 0)
		fprintf(f, "trim %d\n", plan->trim);
	if (plan->smart)
		fprintf(f, "smart yes\n");
	if (plan->part.w != plan->source_w || plan->part.h != plan->source_h)
		print_rect(f, "part", &plan->part);
	print_rect(f, "crop", &plan->crop);
	if (plan->linear)
		fprintf(f, "linear yes\n");
	fprintf(f, "resize %dx%d\n", plan->resize_w, plan->resize_h);
	print_rect(f, "extract", &plan->extract);
	if (plan->turn != 1)
		fprintf(f, "turn %d\n", plan->turn);
	fprintf(f, "canvas %dx%d\n", plan->canvas_w, plan->canvas_h);
	fprintf(f, "place %d,%d\n", plan->place_x, plan->place_y);
	fprintf(f, "bg %08x\n", plan->bg);
	fprintf(f, "flatten %s\n", plan->flatten ? "yes" : "no");
	print_sigma(f, "blur", plan->blur);
	print_sigma(f, "sharp", plan->sharp);
	fprintf(f, "format %s\n", format_row(plan->format)->name);
	fprintf(f, "wanted %s\n", format_row(plan->wanted)->name);
	fprintf(f, "quality %d\n", plan->quality);
	if (plan->format == FORMAT_AVIF)
		fprintf(f, "speed %d\n", plan->speed);
	if (plan->progressive)
		fprintf(f, "progressive yes\n");
	if (plan->lossless)
		fprintf(f, "lossless where smaller\n");
	if (plan->meta != PARAMS_META_NONE)
		fprintf(f, "meta %s\n", plan->meta == PARAMS_META_KEEP ? "keep" : "copyright");
	if (plan->max_bytes > 0)
		fprintf(f, "max %lld\n", (long long)plan->max_bytes);
	if (plan->frames > 1)
		fprintf(f, "frames %d\n", plan->frames);
	if (plan->frame > 1)
		fprintf(f, "frame %d\n", plan->frame);
	fprintf(f, "unchanged %s\n", plan->unchanged ? "yes" : "no");
}
