#include "image_focus.h"

#include <stddef.h>
#include <stdlib.h>

/* What may draw the eye to a px. */
enum lure { EDGE, COLOUR, SKIN, LURES };

/* How much each counts, where it is above what the picture has on the whole. */
static const int32_t weights[LURES] = { 4, 2, 2 };

struct field {
	int32_t w, h;
	unsigned char *luma;        /* on grey where it is clear */
	unsigned char *lure[LURES]; /* 0…255 each, before its average is taken off */
};

static int32_t
absolute(int32_t v)
{
	return v < 0 ? -v : v;
}

static int32_t
least(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

static int32_t
most(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

/* How near a colour is to skin's, of any brightness but black and white: 0…255. */
static int32_t
skin_of(int32_t r, int32_t g, int32_t b)
{
	int32_t luma = (77 * r + 150 * g + 29 * b) / 256;
	int32_t cb = (-43 * r - 85 * g + 128 * b) / 256, cr = (128 * r - 107 * g - 21 * b) / 256;
	int32_t off = 12 * absolute(cb + 22) + 15 * absolute(cr - 24);

	return luma < 40 || luma > 245 ? 0 : most(0, 255 - off);
}

static void
look_at_colours(const unsigned char *rgba, struct field *f)
{
	for (int32_t i = 0; i < f->w * f->h; i++, rgba += 4) {
		int32_t r = rgba[0], g = rgba[1], b = rgba[2], a = rgba[3];
		int32_t luma = (77 * r + 150 * g + 29 * b) / 256;
		int32_t strong = most(r, most(g, b)) - least(r, least(g, b));

		f->luma[i] = (unsigned char)((luma * a + 128 * (255 - a)) / 255);
		f->lure[COLOUR][i] = (unsigned char)(strong * a / 255);
		f->lure[SKIN][i] = (unsigned char)(skin_of(r, g, b) * a / 255);
	}
}

static void
look_for_edges(struct field *f)
{
	for (int32_t y = 0; y < f->h; y++) {
		const unsigned char *row = f->luma + (ptrdiff_t)y * f->w;
		const unsigned char *above = y > 0 ? row - f->w : row;
		const unsigned char *below = y + 1 < f->h ? row + f->w : row;

		for (int32_t x = 0; x < f->w; x++) {
			int32_t across = row[least(x + 1, f->w - 1)] - row[most(x - 1, 0)];
			int32_t edge = absolute(across) + absolute(below[x] - above[x]);

			f->lure[EDGE][(ptrdiff_t)y * f->w + x] = (unsigned char)least(edge, 255);
		}
	}
}

/* Add up what stands out, by columns and by rows. */
static void
add_up(const struct field *f, int64_t *columns, int64_t *rows)
{
	int32_t n = f->w * f->h;

	for (int l = 0; l < LURES; l++) {
		int64_t sum = 0;
		int32_t average;

		for (int32_t i = 0; i < n; i++)
			sum += f->lure[l][i];
		average = (int32_t)(sum / n);
		for (int32_t i = 0; i < n; i++) {
			int32_t over = weights[l] * most(0, f->lure[l][i] - average);

			columns[i % f->w] += over;
			rows[i / f->w] += over;
		}
	}
}

/*
 * What a window shows: what lies in its middle counts four times as much as what lies at its rims,
 * so that nothing is cut through when it need not be.
 */
static int64_t
worth(const int64_t *sums, int32_t at, int32_t window)
{
	int64_t n = window, ret = 0;

	for (int32_t i = 0; i < window; i++) {
		int64_t t = 2 * i + 1 - n;

		ret += sums[at + i] * (4 * n * n - 3 * t * t) / (n * n);
	}
	return ret;
}

/* Slide a window along a side, from the middle outwards; a little more must be there to leave it.
 */
static int32_t
best_middle(const int64_t *sums, int32_t side, int32_t window)
{
	int32_t room = side - window, best = room / 2;
	int64_t best_worth = -1;

	for (int32_t i = 0; i <= room; i++) {
		int32_t at = room / 2 + (i % 2 == 0 ? i / 2 : -(i + 1) / 2);
		int64_t off, v;

		/* an odd room has one place more above the middle than below */
		if (at < 0)
			at = room;
		off = absolute(2 * at - room);
		v = worth(sums, at, window) / 64 * (64 - 8 * off / room);
		if (v > best_worth) {
			best_worth = v;
			best = at;
		}
	}
	return (int32_t)((int64_t)IMAGE_FOCUS_UNIT * (2 * best + window) / (2 * (int64_t)side));
}

bool
image_focus_find(const unsigned char *rgba, int32_t w, int32_t h, int32_t win_w, int32_t win_h,
	int32_t *ret_x, int32_t *ret_y, struct err *err)
{
	size_t n = (size_t)w * (size_t)h;
	unsigned char *bytes = malloc((1 + LURES) * n);
	int64_t *sums = calloc((size_t)w + (size_t)h, sizeof *sums);
	struct field f = { .w = w, .h = h, .luma = bytes };
	bool ok = bytes != NULL && sums != NULL;

	if (!ok) {
		err_set(err, ERR_MEMORY, "%s", "");
		goto out;
	}
	for (size_t l = 0; l < LURES; l++)
		f.lure[l] = bytes + (1 + l) * n;
	look_at_colours(rgba, &f);
	look_for_edges(&f);
	add_up(&f, sums, sums + w);
	*ret_x = win_w < w ? best_middle(sums, w, win_w) : IMAGE_FOCUS_UNIT / 2;
	*ret_y = win_h < h ? best_middle(sums + w, h, win_h) : IMAGE_FOCUS_UNIT / 2;
out:
	free(bytes);
	free(sums);
	return ok;
}
