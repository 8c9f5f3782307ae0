#include "budget.h"

#include <math.h>

#define NEAR   0.95 /* of the budget is as good as all of it */
#define HALVES 25   /* points of quality that halve the bytes, about */
#define SAFETY 0.96 /* bytes fall a little slower than pixels */
#define HASTE  0.85 /* after that was not enough */
#define LEAST  0.02 /* scale below which nothing is a picture any more */

void
budget_start(struct budget *b, size_t max, int quality)
{
	*b = (struct budget){ .max = max, .at = { quality, 1 }, .exceeds = 101, .tries = 1 };
}

/* Bytes are about proportional to pixels. */
static bool
smaller(struct budget *b, size_t bytes)
{
	double factor = (b->at.scale < 1 ? HASTE : SAFETY) * sqrt((double)b->max / (double)bytes);

	if (b->at.scale <= LEAST)
		return false;
	b->at.scale *= factor;
	if (b->at.scale < LEAST)
		b->at.scale = LEAST;
	return true;
}

/* The first step down, by rule of thumb. */
static int
guess(const struct budget *b, size_t bytes)
{
	double over = log2((double)bytes / (double)b->max);
	double q = floor(b->at.quality - HALVES * over);

	if (q > b->at.quality - 1)
		q = b->at.quality - 1;
	return q > BUDGET_FLOOR ? (int)q : BUDGET_FLOOR;
}

bool
budget_next(struct budget *b, size_t bytes)
{
	bool fits = bytes <= b->max;
	int q = b->at.quality;

	if (b->tries == BUDGET_TRIES || (fits && (b->tries == 1 || q == 0 || b->at.scale < 1)))
		return false;
	if (fits)
		b->fits = q;
	else
		b->exceeds = q;
	if (!fits && q <= BUDGET_FLOOR) {
		b->tries++;
		return smaller(b, bytes);
	}
	if (fits && (b->exceeds - q <= 1 || (double)bytes >= NEAR * (double)b->max))
		return false;
	if (b->tries == 1)
		b->at.quality = guess(b, bytes);
	else if (b->fits == 0)
		b->at.quality = BUDGET_FLOOR;
	else if (b->exceeds - b->fits <= 1)
		return false;
	else
		b->at.quality = (b->fits + b->exceeds) / 2;
	b->tries++;
	return true;
}
