#include "image_effects.h"

#include "image_magick.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FULL      65535u /* of a 16-bit value */
#define SMALL     3000   /* thousandths: below it a kernel is exact and cheap, above boxes do */
#define TAPS_MAX  19     /* of the kernel of a sigma just below SMALL */
#define BOXES     3
#define LANES     32  /* columns that are read together: a line of the processor's cache */
#define THRESHOLD 514 /* two levels of 255 */

/* ---- Lines ---- */

struct blur {
	long reach; /* px on either side that a px depends on */
	int taps;   /* of the kernel; 0: by boxes */
	uint32_t weights[TAPS_MAX];
	long radius[BOXES];
};

/* A Gaussian, cut off at three sigma; the weights add up to 65536. */
static void
make_kernel(struct blur *b, double sigma)
{
	double raw[TAPS_MAX], sum = 0;
	uint32_t total = 0;

	b->reach = (long)ceil(3 * sigma);
	b->taps = (int)(2 * b->reach + 1);
	for (int i = 0; i < b->taps; i++) {
		double x = (double)(i - b->reach), unit = sigma * sqrt(2);

		/* all that falls on the px, not what falls on its middle */
		raw[i] = erf((x + 0.5) / unit) - erf((x - 0.5) / unit);
		sum += raw[i];
	}
	for (int i = 0; i < b->taps; i++) {
		b->weights[i] = (uint32_t)(65536 * raw[i] / sum + 0.5);
		total += b->weights[i];
	}
	b->weights[b->reach] += 65536 - total;
}

/*
 * Three boxes of odd widths whose variances, (width² - 1) / 12 each, add up to sigma's as nearly as
 * they can; their outcome differs from a Gaussian's by a few hundredths.
 */
static void
make_boxes(struct blur *b, double sigma)
{
	double twelve = 12 * sigma * sigma;
	long narrow = (long)sqrt(twelve / BOXES + 1), narrow_ones;

	narrow -= narrow % 2 == 0;
	narrow_ones =
		(long)((BOXES * (double)(narrow + 2) * (double)(narrow + 2) - BOXES - twelve) /
				(double)(4 * narrow + 4) +
			0.5);
	b->taps = 0;
	b->reach = 0;
	for (long i = 0; i < BOXES; i++) {
		b->radius[i] = (i < narrow_ones ? narrow : narrow + 2) / 2;
		b->reach += b->radius[i];
	}
}

static void
box(const uint16_t *from, uint16_t *to, long n, long radius)
{
	uint32_t width = (uint32_t)(2 * radius + 1), sum = 0;

	for (uint32_t i = 0; i < width; i++)
		sum += from[i];
	for (long i = 0; i < n; i++) {
		to[i] = (uint16_t)((sum + width / 2) / width);
		if (i + 1 < n)
			sum += (uint32_t)from[i + (long)width] - from[i];
	}
}

/*
 * Blur one line: n px after `reach` others, which get the colour of the line's ends, as do those
 * behind. The result is in `to`; both have room for n + 2 * reach.
 */
static void
blur_line(const struct blur *b, uint16_t *from, uint16_t *to, long n)
{
	long left = n + 2 * b->reach;

	for (long i = 0; i < b->reach; i++) {
		from[i] = from[b->reach];
		from[b->reach + n + i] = from[b->reach + n - 1];
	}
	if (b->taps == 0) {
		left -= 2 * b->radius[0];
		box(from, to, left, b->radius[0]);
		left -= 2 * b->radius[1];
		box(to, from, left, b->radius[1]);
		box(from, to, n, b->radius[2]);
		return;
	}
	for (long i = 0; i < n; i++) {
		uint32_t sum = 32768;

		for (int k = 0; k < b->taps; k++)
			sum += b->weights[k] * from[i + k];
		to[i] = (uint16_t)(sum >> 16);
	}
}

/* ---- Planes ---- */

/* n values a px, by rows. */
struct planes {
	long w, h, n;
	uint16_t *v; /* owned */
};

static bool
blur_rows(const struct planes *p, const struct blur *b)
{
	size_t len = (size_t)(p->w + 2 * b->reach);
	uint16_t *room = malloc(2 * len * sizeof *room), *from = room, *to = room + len;

	if (room == NULL)
		return false;
	for (long y = 0; y < p->h; y++)
		for (long c = 0; c < p->n; c++) {
			uint16_t *row = p->v + y * p->w * p->n + c;

			for (long x = 0; x < p->w; x++)
				from[b->reach + x] = row[x * p->n];
			blur_line(b, from, to, p->w);
			for (long x = 0; x < p->w; x++)
				row[x * p->n] = to[x];
		}
	free(room);
	return true;
}

static bool
blur_columns(const struct planes *p, const struct blur *b)
{
	long len = p->h + 2 * b->reach, across = p->w * p->n;
	uint16_t *room = malloc((LANES + 1) * (size_t)len * sizeof *room);
	uint16_t *to = room + LANES * len;

	if (room == NULL)
		return false;
	for (long x = 0; x < across; x += LANES) {
		long lanes = across - x < LANES ? across - x : LANES;

		for (long y = 0; y < p->h; y++)
			for (long l = 0; l < lanes; l++)
				room[l * len + b->reach + y] = p->v[y * across + x + l];
		for (long l = 0; l < lanes; l++) {
			blur_line(b, room + l * len, to, p->h);
			memcpy(room + l * len, to, (size_t)p->h * sizeof *to);
		}
		for (long y = 0; y < p->h; y++)
			for (long l = 0; l < lanes; l++)
				p->v[y * across + x + l] = room[l * len + y];
	}
	free(room);
	return true;
}

static bool
blur_planes(const struct planes *p, int32_t thousandths)
{
	struct blur b;

	if (thousandths < SMALL)
		make_kernel(&b, thousandths / 1000.0);
	else
		make_boxes(&b, thousandths / 1000.0);
	return blur_rows(p, &b) && blur_columns(p, &b);
}

/* ---- Pictures ---- */

static uint32_t
alpha_of(const PixelPacket *p, const Image *image)
{
	return image->matte ? FULL - ScaleQuantumToShort(p->opacity) : FULL;
}

static uint32_t
luma_of(const PixelPacket *p)
{
	return (77u * ScaleQuantumToShort(p->red) + 150u * ScaleQuantumToShort(p->green) +
		       29u * ScaleQuantumToShort(p->blue)) /
	       256;
}

static uint16_t
weighed(uint32_t v, uint32_t alpha)
{
	return (uint16_t)((v * (uint64_t)alpha + FULL / 2) / FULL);
}

static uint32_t
unweighed(uint32_t v, uint32_t alpha)
{
	uint64_t ret = (v * (uint64_t)FULL + alpha / 2) / alpha;

	return ret < FULL ? (uint32_t)ret : FULL;
}

/* What is done with the px of a picture and their values. */
typedef void (*px_step)(PixelPacket *px, const Image *image, uint16_t *v);

static void
read_colours(PixelPacket *px, const Image *image, uint16_t *v)
{
	uint32_t alpha = alpha_of(px, image);

	v[0] = weighed(ScaleQuantumToShort(px->red), alpha);
	v[1] = weighed(ScaleQuantumToShort(px->green), alpha);
	v[2] = weighed(ScaleQuantumToShort(px->blue), alpha);
	if (image->matte)
		v[3] = (uint16_t)alpha;
}

static void
write_colours(PixelPacket *px, const Image *image, uint16_t *v)
{
	uint32_t alpha = image->matte ? v[3] : FULL;

	if (image->matte)
		px->opacity = (Quantum)(MaxRGB - ScaleShortToQuantum(alpha));
	if (alpha == 0)
		return;
	px->red = ScaleShortToQuantum(unweighed(v[0], alpha));
	px->green = ScaleShortToQuantum(unweighed(v[1], alpha));
	px->blue = ScaleShortToQuantum(unweighed(v[2], alpha));
}

static void
read_luma(PixelPacket *px, const Image *image, uint16_t *v)
{
	uint32_t alpha = alpha_of(px, image);

	v[0] = weighed(luma_of(px), alpha);
	if (image->matte)
		v[1] = (uint16_t)alpha;
}

static Quantum
moved(Quantum q, int32_t by)
{
	int32_t v = (int32_t)ScaleQuantumToShort(q) + by;

	v = v < 0 ? 0 : v > (int32_t)FULL ? (int32_t)FULL : v;
	return ScaleShortToQuantum(v);
}

static void
sharpen(PixelPacket *px, const Image *image, uint16_t *v)
{
	uint32_t around = image->matte ? v[1] : FULL;
	int32_t by;

	if (around == 0 || alpha_of(px, image) == 0)
		return;
	by = (int32_t)luma_of(px) - (int32_t)unweighed(v[0], around);
	if (by > -THRESHOLD && by < THRESHOLD)
		return;
	by += by < 0 ? THRESHOLD : -THRESHOLD;
	px->red = moved(px->red, by);
	px->green = moved(px->green, by);
	px->blue = moved(px->blue, by);
}

static bool
for_each(Image *image, const struct planes *p, px_step step, ExceptionInfo *e)
{
	for (long y = 0; y < p->h; y++) {
		PixelPacket *row = GetImagePixelsEx(image, 0, y, image->columns, 1, e);
		uint16_t *v = p->v + y * p->w * p->n;

		if (row == NULL)
			return false;
		for (long x = 0; x < p->w; x++)
			step(row + x, image, v + x * p->n);
		if (!SyncImagePixelsEx(image, e))
			return false;
	}
	return true;
}

/* Take n values of each px, blur them, and do something with the outcome. */
static bool
by_blurring(Image *image, int32_t sigma, long n, px_step take, px_step give, ExceptionInfo *e)
{
	struct planes p = { (long)image->columns, (long)image->rows, n, NULL };
	bool ok = false;

	p.v = malloc((size_t)(p.w * p.h * n) * sizeof *p.v);
	if (p.v == NULL || (for_each(image, &p, take, e) && !blur_planes(&p, sigma)))
		ThrowException(e, ResourceLimitError, "no memory for an effect", NULL);
	else
		ok = e->severity < ErrorException && for_each(image, &p, give, e);
	free(p.v);
	return ok;
}

bool
image_effects_apply(Image *image, const struct plan *plan, ExceptionInfo *e)
{
	if (plan->blur == 0 && plan->sharp == 0)
		return true;
	image->storage_class = DirectClass;
	image->is_monochrome = MagickFalse;
	if (plan->blur > 0 && !by_blurring(image, plan->blur, image->matte ? 4 : 3, read_colours,
				      write_colours, e))
		return false;
	return plan->sharp == 0 ||
	       by_blurring(image, plan->sharp, image->matte ? 2 : 1, read_luma, sharpen, e);
}
