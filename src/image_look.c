#include "image_look.h"

#include "image_focus.h"
#include "image_magick.h"
#include "image_ops.h"
#include "plan_geometry.h"

#include <stdlib.h>

#define FOCUS_SIDE 128 /* px of the copy that attention is looked for in */
#define SAMPLES    4   /* px read for each of a small copy's, per direction */

/* ---- The border ---- */

/* What makes a px look like another: colours weighed by alpha, or inks; 0…MaxRGB each. */
struct shade {
	int32_t c[4];
};

static struct shade
shade_of(const PixelPacket *p, const Image *image)
{
	struct shade s = { { p->red, p->green, p->blue, 0 } };

	if (image->colorspace == CMYKColorspace) {
		s.c[3] = p->opacity;
	} else if (image->matte) {
		s.c[3] = MaxRGB - p->opacity;
		for (int i = 0; i < 3; i++)
			s.c[i] = (int32_t)((int64_t)s.c[i] * s.c[3] / MaxRGB);
	}
	return s;
}

static bool
is_alike(const PixelPacket *p, const Image *image, const struct shade *border, int32_t tolerance)
{
	struct shade s = shade_of(p, image);

	for (int i = 0; i < 4; i++)
		if (s.c[i] > border->c[i] + tolerance || s.c[i] < border->c[i] - tolerance)
			return false;
	return true;
}

/* The colour of the corner that is seen upper left. */
static bool
corner(const Image *image, int orientation, struct shade *ret, ExceptionInfo *e)
{
	bool right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
	bool low = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
	const PixelPacket *p = AcquireImagePixels(image, right ? (long)image->columns - 1 : 0,
		low ? (long)image->rows - 1 : 0, 1, 1, e);

	if (p == NULL)
		return false;
	*ret = shade_of(p, image);
	return true;
}

/* Find what is left when the border goes; of a picture that is all border, everything. */
static bool
find_inner(const Image *image, const struct plan *plan, struct plan_rect *ret, ExceptionInfo *e)
{
	long w = (long)image->columns, h = (long)image->rows;
	long left = w, right = -1, top = h, bottom = -1;
	int32_t tolerance = plan->trim * (int32_t)(MaxRGB / 255);
	struct shade border;

	if (!corner(image, plan->orientation, &border, e))
		return false;
	for (long y = 0; y < h; y++) {
		const PixelPacket *row = AcquireImagePixels(image, 0, y, image->columns, 1, e);
		long x = 0, last = w - 1;

		if (row == NULL)
			return false;
		while (x < w && is_alike(row + x, image, &border, tolerance))
			x++;
		if (x == w)
			continue;
		while (last > right && is_alike(row + last, image, &border, tolerance))
			last--;
		top = y < top ? y : top;
		bottom = y;
		left = x < left ? x : left;
		right = last > right ? last : right;
	}
	if (bottom < 0)
		*ret = (struct plan_rect){ 0, 0, (int32_t)w, (int32_t)h };
	else
		*ret = (struct plan_rect){ (int32_t)left, (int32_t)top, (int32_t)(right - left + 1),
			(int32_t)(bottom - top + 1) };
	return true;
}

/* ---- A small copy ---- */

struct sum {
	uint64_t r, g, b, a; /* colours weighed by a */
	uint32_t n;
};

static void
add_px(struct sum *s, const PixelPacket *p, const Image *image)
{
	uint64_t r = p->red, g = p->green, b = p->blue, a = MaxRGB;

	if (image->colorspace == CMYKColorspace) {
		uint64_t light = (uint64_t)(MaxRGB - p->opacity);

		r = (MaxRGB - r) * light / MaxRGB;
		g = (MaxRGB - g) * light / MaxRGB;
		b = (MaxRGB - b) * light / MaxRGB;
	} else if (image->matte) {
		a = (uint64_t)(MaxRGB - p->opacity);
	}
	s->r += r * a;
	s->g += g * a;
	s->b += b * a;
	s->a += a;
	s->n++;
}

static void
write_px(const struct sum *s, unsigned char *to)
{
	uint64_t whole = s->a > 0 ? s->a * (MaxRGB / 255) : 1;

	to[0] = (unsigned char)((s->r + whole / 2) / whole);
	to[1] = (unsigned char)((s->g + whole / 2) / whole);
	to[2] = (unsigned char)((s->b + whole / 2) / whole);
	to[3] = (unsigned char)((s->a / s->n + MaxRGB / 510) / (MaxRGB / 255));
}

/* The px of a side that go into one of the copy: from *ret on, so many, so far apart. */
static int32_t
samples(int32_t at, int32_t side, int32_t copy, int32_t *ret, int32_t *ret_step)
{
	int32_t begin = (int32_t)((int64_t)at * side / copy);
	int32_t n = (int32_t)((int64_t)(at + 1) * side / copy) - begin;
	int32_t count = n < SAMPLES ? n : SAMPLES;

	*ret_step = n / count;
	*ret = begin + *ret_step / 2;
	return count;
}

static bool
add_row(const Image *image, const struct plan_rect *part, int32_t y, struct sum *sums, int32_t w,
	ExceptionInfo *e)
{
	const PixelPacket *row =
		AcquireImagePixels(image, part->x, part->y + y, (unsigned long)part->w, 1, e);

	if (row == NULL)
		return false;
	for (int32_t x = 0; x < w; x++) {
		int32_t at, step;

		for (int32_t n = samples(x, part->w, w, &at, &step); n > 0; n--, at += step)
			add_px(&sums[x], row + at, image);
	}
	return true;
}

static bool
fill(const Image *image, const struct plan_rect *part, struct image_small *small, ExceptionInfo *e)
{
	unsigned char *to = small->rgba;

	for (int32_t y = 0; y < small->h; y++) {
		struct sum *sums = calloc((size_t)small->w, sizeof *sums);
		int32_t at, step, n = samples(y, part->h, small->h, &at, &step);
		bool ok = sums != NULL;

		for (; ok && n > 0; n--, at += step)
			ok = add_row(image, part, at, sums, small->w, e);
		for (int32_t x = 0; ok && x < small->w; x++, to += 4)
			write_px(&sums[x], to);
		free(sums);
		if (!ok)
			return false;
	}
	return true;
}

bool
image_look_small(const Image *image, const struct plan_rect *part, int32_t longest,
	struct image_small *ret, struct err *err)
{
	struct image_small small = { part->w, part->h, NULL };
	int32_t side = part->w > part->h ? part->w : part->h;
	ExceptionInfo e;
	bool ok = false;

	if (side > longest) {
		small.w = (int32_t)((2 * (int64_t)part->w * longest + side) / (2 * (int64_t)side));
		small.h = (int32_t)((2 * (int64_t)part->h * longest + side) / (2 * (int64_t)side));
		small.w = small.w > 0 ? small.w : 1;
		small.h = small.h > 0 ? small.h : 1;
	}
	GetExceptionInfo(&e);
	small.rgba = malloc(4 * (size_t)small.w * (size_t)small.h);
	if (small.rgba == NULL || !fill(image, part, &small, &e)) {
		image_ops_fault(&e, ERR_MEMORY, err);
		goto out;
	}
	*ret = small;
	small.rgba = NULL;
	ok = true;
out:
	free(small.rgba);
	DestroyExceptionInfo(&e);
	return ok;
}

/* ---- Looking ---- */

/* How much of a side of the copy the cut takes, when the part's is resized to `whole`. */
static int32_t
window(int32_t copy, int32_t cut, int32_t whole)
{
	int64_t n = (2 * (int64_t)copy * cut + whole) / (2 * (int64_t)whole);

	return (int32_t)(n < 1 ? 1 : n > copy ? copy : n);
}

static bool
find_focus(const Image *image, const struct plan *plan, struct plan_sight *sight, struct err *err)
{
	struct plan_rect part = plan_geometry_as_stored(plan, &plan->part);
	bool sideways = plan->orientation >= 5;
	int32_t cut_w = sideways ? plan->extract.h : plan->extract.w;
	int32_t cut_h = sideways ? plan->extract.w : plan->extract.h;
	struct image_small small;
	int32_t win_w, win_h;
	bool ok;

	if (!image_look_small(image, &part, FOCUS_SIDE, &small, err))
		return false;
	/* a cover cut takes the whole of one side, and of the other what its shape leaves */
	if ((int64_t)part.w * cut_h > (int64_t)part.h * cut_w) {
		win_w = window(small.w, (int32_t)((int64_t)part.h * cut_w / cut_h), part.w);
		win_h = small.h;
	} else {
		win_w = small.w;
		win_h = window(small.h, (int32_t)((int64_t)part.w * cut_h / cut_w), part.h);
	}
	ok = image_focus_find(
		small.rgba, small.w, small.h, win_w, win_h, &sight->focus_x, &sight->focus_y, err);
	sight->focused = ok;
	free(small.rgba);
	return ok;
}

bool
image_look(const Image *image, struct plan *plan, struct err *err)
{
	struct plan_sight sight = { .focused = false };
	ExceptionInfo e;
	bool ok = true;

	if (plan->trim > 0) {
		GetExceptionInfo(&e);
		ok = find_inner(image, plan, &sight.trimmed, &e) ||
		     image_ops_fault(&e, ERR_MEMORY, err);
		DestroyExceptionInfo(&e);
		ok = ok && plan_seen(plan, &sight, err);
	}
	if (ok && plan->smart)
		ok = find_focus(image, plan, &sight, err) && plan_seen(plan, &sight, err);
	return ok;
}
