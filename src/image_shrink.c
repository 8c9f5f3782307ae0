#include "image_shrink.h"

#include "image_magick.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FULL 65535u /* of a 16-bit value */

/*
 * Lengths are counted in parts of a px, so that all are whole: n px of the picture are m parts long
 * each, m of the copy n parts each.
 */
struct share {
	uint32_t at;            /* px of the copy that begins it, */
	uint32_t first, second; /* and its parts in that one and in the next */
};

static struct share
share_of(uint64_t i, uint64_t n, uint64_t m)
{
	uint64_t begin = i * m, end = begin + m, at = begin / n, border = (at + 1) * n;

	if (end <= border)
		return (struct share){ (uint32_t)at, (uint32_t)m, 0 };
	return (struct share){ (uint32_t)at, (uint32_t)(border - begin), (uint32_t)(end - border) };
}

/* Four values a px: colours weighed by alpha, and alpha. */
struct rows {
	uint64_t *line;   /* one row of the picture, shrunk across: mean × columns */
	uint64_t *sum[2]; /* rows of the copy, the one that is filled and the next */
	struct share *shares;
};

static void
add(uint64_t *to, const uint32_t v[4], uint64_t weight)
{
	for (int c = 0; c < 4; c++)
		to[c] += v[c] * weight;
}

static void
shrink_across(const PixelPacket *px, const Image *image, const struct rows *r)
{
	for (unsigned long x = 0; x < image->columns; x++, px++) {
		const struct share *s = &r->shares[x];
		uint32_t v[4] = { ScaleQuantumToShort(px->red), ScaleQuantumToShort(px->green),
			ScaleQuantumToShort(px->blue), FULL };

		if (image->matte) {
			v[3] = FULL - ScaleQuantumToShort(px->opacity);
			for (int c = 0; c < 3; c++)
				v[c] = (uint32_t)(((uint64_t)v[c] * v[3] + FULL / 2) / FULL);
		}
		add(r->line + (size_t)4 * s->at, v, s->first);
		if (s->second > 0)
			add(r->line + (size_t)4 * (s->at + 1), v, s->second);
	}
}

/* A mean colour; parts is how many the sum is of, or what alpha they come to. */
static Quantum
mean(uint64_t sum, uint64_t parts)
{
	uint64_t v = (sum + parts / 2) / parts;

	return ScaleShortToQuantum(v < FULL ? v : FULL);
}

/* Write a row of the copy from sums of `parts` each. A product of three stays below 2^62. */
static void
write_row(PixelPacket *px, const Image *image, const uint64_t *sum, uint64_t parts)
{
	for (unsigned long x = 0; x < image->columns; x++, px++, sum += 4) {
		uint64_t scale = image->matte ? FULL : 1, whole = image->matte ? sum[3] : parts;

		px->opacity = (Quantum)(MaxRGB - mean(sum[3], parts));
		/* what is clear has no colour to show */
		px->red = px->green = px->blue = MaxRGB;
		if (whole == 0)
			continue;
		px->red = mean(sum[0] * scale, whole);
		px->green = mean(sum[1] * scale, whole);
		px->blue = mean(sum[2] * scale, whole);
	}
}

static bool
put_row(Image *made, struct rows *r, uint32_t y, uint64_t parts, ExceptionInfo *e)
{
	PixelPacket *px = SetImagePixelsEx(made, 0, (long)y, made->columns, 1, e);
	uint64_t *done = r->sum[0];

	if (px == NULL)
		return false;
	write_row(px, made, done, parts);
	if (!SyncImagePixelsEx(made, e))
		return false;
	r->sum[0] = r->sum[1];
	r->sum[1] = done;
	memset(done, 0, 4 * made->columns * sizeof *done);
	return true;
}

static bool
shrink(const Image *image, Image *made, struct rows *r, ExceptionInfo *e)
{
	size_t values = 4 * made->columns;
	uint64_t parts = (uint64_t)image->columns * image->rows;

	for (unsigned long x = 0; x < image->columns; x++)
		r->shares[x] = share_of(x, image->columns, made->columns);
	for (unsigned long y = 0; y < image->rows; y++) {
		struct share s = share_of(y, image->rows, made->rows);
		struct share next = share_of(y + 1, image->rows, made->rows);
		const PixelPacket *px = AcquireImagePixels(image, 0, (long)y, image->columns, 1, e);

		if (px == NULL)
			return false;
		memset(r->line, 0, values * sizeof *r->line);
		shrink_across(px, image, r);
		for (size_t i = 0; i < values; i++) {
			r->sum[0][i] += r->line[i] * s.first;
			r->sum[1][i] += r->line[i] * s.second;
		}
		if (next.at > s.at && !put_row(made, r, s.at, parts, e))
			return false;
	}
	return true;
}

Image *
image_shrink(const Image *image, int32_t w, int32_t h, ExceptionInfo *e)
{
	Image *made = CloneImage(image, (unsigned long)w, (unsigned long)h, MagickTrue, e);
	size_t values = 4 * (size_t)w;
	uint64_t *room = calloc(3 * values, sizeof *room);
	struct rows r = { .shares = calloc(image->columns, sizeof *r.shares) };
	bool ok = made != NULL && room != NULL && r.shares != NULL;

	if (ok) {
		r.line = room;
		r.sum[0] = room + values;
		r.sum[1] = room + 2 * values;
		made->storage_class = DirectClass;
		made->is_monochrome = MagickFalse;
		ok = shrink(image, made, &r, e);
	} else if (made != NULL) {
		ThrowException(e, ResourceLimitError, "no memory to shrink", NULL);
	}
	free(room);
	free(r.shares);
	if (!ok && made != NULL) {
		DestroyImage(made);
		made = NULL;
	}
	return made;
}
