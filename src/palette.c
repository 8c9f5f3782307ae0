#include "palette.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS    16384 /* of the table that counts colours; twice the most it is asked for */
#define BIN_BITS 5     /* of each channel that tell colours apart while a palette is sought */
#define BINS     (1u << 4 * BIN_BITS)

/* ---- Counting ---- */

struct colours {
	uint32_t colour[SLOTS];
	int16_t at[SLOTS]; /* its number, from 1; 0: the slot is free */
	int count;
};

static uint32_t
colour_of(const unsigned char *p)
{
	if (p[3] == 0)
		return 0;
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The number of a colour, from 1; it is added when it is new. 0 when that would be one too many. */
static int
number_of(struct colours *c, uint32_t colour, int most)
{
	uint32_t slot = (colour * 2654435761u) >> 18;

	while (c->at[slot] != 0 && c->colour[slot] != colour)
		slot = (slot + 1) % SLOTS;
	if (c->at[slot] == 0) {
		if (c->count == most)
			return 0;
		c->colour[slot] = colour;
		c->at[slot] = (int16_t)++c->count;
	}
	return c->at[slot];
}

bool
palette_within(const unsigned char *rgba, size_t n, int most)
{
	struct colours *c = calloc(1, sizeof *c);
	bool within = c != NULL;

	for (size_t i = 0; i < n && within; i++)
		within = number_of(c, colour_of(rgba + 4 * i), most) != 0;
	free(c);
	return within;
}

/* Put colours with transparency first, so that the list of their alphas is short. */
static void
sort(struct palette *p, unsigned char *index, size_t n)
{
	struct palette sorted = { .count = p->count };
	unsigned char to[PALETTE_MAX];
	int at = 0;

	for (int opaque = 0; opaque < 2; opaque++)
		for (int i = 0; i < p->count; i++)
			if ((p->rgba[i][3] == 255) == (opaque == 1)) {
				memcpy(sorted.rgba[at], p->rgba[i], 4);
				to[i] = (unsigned char)at++;
			}
	for (size_t i = 0; i < n; i++)
		index[i] = to[index[i]];
	*p = sorted;
}

bool
palette_exact(const unsigned char *rgba, size_t n, struct palette *ret, unsigned char *ret_index)
{
	struct colours *c = calloc(1, sizeof *c);
	bool ok = c != NULL;

	for (size_t i = 0; i < n && ok; i++) {
		uint32_t colour = colour_of(rgba + 4 * i);
		int number = number_of(c, colour, PALETTE_MAX);

		ok = number != 0;
		if (!ok)
			break;
		ret_index[i] = (unsigned char)(number - 1);
		for (int k = 0; k < 4; k++)
			ret->rgba[number - 1][k] = (unsigned char)(colour >> 8 * k);
	}
	if (ok) {
		ret->count = c->count;
		sort(ret, ret_index, n);
	}
	free(c);
	return ok;
}

/* ---- Reducing ---- */

/* Colours that fall together, as sums of their channels (multiplied by alpha) and of the squares.
 */
struct sums {
	double n, of[4], squares;
};

struct box {
	uint32_t from, to; /* its bins are order[from…to) */
	struct sums sums;
	double badness; /* squared distance of all its pixels from their mean */
};

struct reduction {
	struct sums *bins;
	uint32_t *order; /* bins in use, box by box */
	uint32_t used;
	struct box boxes[PALETTE_MAX];
	int count;
	bool opaque[PALETTE_MAX]; /* of the palette */
	bool any_opaque;
	double mean[PALETTE_MAX][4]; /* of each box; the palette, multiplied by alpha */
};

static void
premultiply(const unsigned char *p, double ret[4])
{
	for (int k = 0; k < 3; k++)
		ret[k] = p[k] * p[3] / 255.0;
	ret[3] = p[3];
}

static void
add(struct sums *to, const struct sums *from)
{
	to->n += from->n;
	to->squares += from->squares;
	for (int k = 0; k < 4; k++)
		to->of[k] += from->of[k];
}

static void
gather(struct reduction *r, const unsigned char *rgba, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t bin = 0;
		double v[4];
		struct sums *s;

		premultiply(rgba + 4 * i, v);
		for (int k = 0; k < 4; k++)
			bin = bin << BIN_BITS | (uint32_t)v[k] >> (8 - BIN_BITS);
		s = &r->bins[bin];
		if (s->n == 0)
			r->order[r->used++] = bin;
		s->n++;
		for (int k = 0; k < 4; k++) {
			s->of[k] += v[k];
			s->squares += v[k] * v[k];
		}
	}
}

static void
measure(const struct reduction *r, struct box *b)
{
	b->sums = (struct sums){ 0 };
	for (uint32_t i = b->from; i < b->to; i++)
		add(&b->sums, &r->bins[r->order[i]]);
	b->badness = b->sums.squares;
	for (int k = 0; k < 4; k++)
		b->badness -= b->sums.of[k] * b->sums.of[k] / b->sums.n;
}

/* Cut a box in two at its mean, across the channel that varies most; false when it is one bin. */
static bool
cut(struct reduction *r, struct box *b, struct box *ret)
{
	double spread[4] = { 0 }, mean[4];
	uint32_t left = b->from, right = b->to, hold;
	int widest = 0;

	for (int k = 0; k < 4; k++)
		mean[k] = b->sums.of[k] / b->sums.n;
	for (uint32_t i = b->from; i < b->to; i++)
		for (int k = 0; k < 4; k++) {
			const struct sums *s = &r->bins[r->order[i]];
			double d = s->of[k] / s->n - mean[k];

			spread[k] += d * d * s->n;
		}
	for (int k = 1; k < 4; k++)
		if (spread[k] > spread[widest])
			widest = k;
	while (left < right) {
		const struct sums *s = &r->bins[r->order[left]];

		if (s->of[widest] / s->n <= mean[widest]) {
			left++;
			continue;
		}
		hold = r->order[--right];
		r->order[right] = r->order[left];
		r->order[left] = hold;
	}
	if (left == b->from || left == b->to)
		return false;
	*ret = (struct box){ .from = left, .to = b->to };
	b->to = left;
	measure(r, b);
	measure(r, ret);
	return true;
}

static void
cut_all(struct reduction *r)
{
	r->boxes[0] = (struct box){ .from = 0, .to = r->used };
	measure(r, &r->boxes[0]);
	r->count = 1;
	while (r->count < PALETTE_MAX) {
		int worst = 0;

		for (int i = 1; i < r->count; i++)
			if (r->boxes[i].badness > r->boxes[worst].badness)
				worst = i;
		if (r->boxes[worst].badness <= 0)
			break;
		if (cut(r, &r->boxes[worst], &r->boxes[r->count]))
			r->count++;
		else
			r->boxes[worst].badness = 0;
	}
}

static void
fill_palette(struct reduction *r, struct palette *ret)
{
	ret->count = r->count;
	for (int i = 0; i < r->count; i++) {
		const struct sums *s = &r->boxes[i].sums;
		double alpha = s->of[3] / s->n;
		unsigned char *p = ret->rgba[i];

		/* what is nearly whole or nearly nothing is that: edges of a logo must not shine */
		p[3] = (unsigned char)(alpha > 253 ? 255 : alpha < 2 ? 0 : alpha + 0.5);
		for (int k = 0; k < 3; k++) {
			double v = p[3] == 0 ? 0 : s->of[k] / s->n * 255 / (alpha > 0 ? alpha : 1);

			p[k] = (unsigned char)(v > 255 ? 255 : v + 0.5);
		}
		r->opaque[i] = p[3] == 255;
		r->any_opaque = r->any_opaque || r->opaque[i];
		premultiply(p, r->mean[i]);
	}
}

static int
nearest(const struct reduction *r, const double v[4], bool opaque)
{
	double least = INFINITY;
	int best = 0;

	for (int i = 0; i < r->count; i++) {
		double d = 0;

		/* holes in what was whole would be seen on any background */
		if (opaque && r->any_opaque && !r->opaque[i])
			continue;
		for (int k = 0; k < 4; k++)
			d += (v[k] - r->mean[i][k]) * (v[k] - r->mean[i][k]);
		if (d < least) {
			least = d;
			best = i;
		}
	}
	return best;
}

/* rows: two of (width + 2) pixels' errors, zeroed: this row's and the next one's. */
static double
dither(const struct reduction *r, const unsigned char *rgba, int32_t width, int32_t height,
	double *rows, unsigned char *index)
{
	size_t across = 4 * ((size_t)width + 2);
	double *here = rows, *below = rows + across, *hold, sum = 0;

	for (int32_t y = 0; y < height; y++) {
		for (int32_t x = 0; x < width; x++) {
			size_t at = (size_t)y * (size_t)width + (size_t)x;
			double v[4], want[4], *e = here + 4 * (x + 1), *f = below + 4 * (x + 1);
			int i;

			premultiply(rgba + 4 * at, v);
			for (int k = 0; k < 4; k++) {
				want[k] = v[k] + e[k];
				want[k] = want[k] < 0 ? 0 : want[k] > 255 ? 255 : want[k];
			}
			/* nothing is strewn over what cannot be seen */
			i = nearest(r, v[3] == 0 ? v : want, rgba[4 * at + 3] == 255);
			index[at] = (unsigned char)i;
			for (int k = 0; k < 4; k++) {
				double off = v[3] == 0 ? 0 : want[k] - r->mean[i][k];

				sum += (v[k] - r->mean[i][k]) * (v[k] - r->mean[i][k]);
				e[4 + k] += off * 7 / 16;
				f[k - 4] += off * 3 / 16;
				f[k] += off * 5 / 16;
				f[4 + k] += off * 1 / 16;
			}
		}
		hold = here;
		here = below;
		below = hold;
		memset(below, 0, across * sizeof *below);
	}
	return sqrt(sum / (4.0 * width * height));
}

bool
palette_reduce(const unsigned char *rgba, int32_t width, int32_t height, struct palette *ret,
	unsigned char *ret_index, double *ret_distance)
{
	size_t n = (size_t)width * (size_t)height;
	struct reduction *r = calloc(1, sizeof *r);
	double *rows = calloc(2 * 4 * ((size_t)width + 2), sizeof *rows);
	bool ok = false;

	if (r == NULL || rows == NULL)
		goto out;
	r->bins = calloc(BINS, sizeof *r->bins);
	r->order = calloc(BINS, sizeof *r->order);
	if (r->bins == NULL || r->order == NULL)
		goto out;
	gather(r, rgba, n);
	cut_all(r);
	fill_palette(r, ret);
	*ret_distance = dither(r, rgba, width, height, rows, ret_index);
	sort(ret, ret_index, n);
	ok = true;
out:
	if (r != NULL) {
		free(r->bins);
		free(r->order);
	}
	free(r);
	free(rows);
	return ok;
}
