/*
 * What to try next to make a picture fit into so many bytes: quality falls to a floor first, then
 * size. Pure.
 */
#ifndef LIMNER_BUDGET_H
#define LIMNER_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

#define BUDGET_FLOOR 40 /* quality below which size falls instead */
#define BUDGET_TRIES 6  /* encodings of one picture at most */

struct budget_try {
	int quality;  /* as asked at first; 0 for formats without */
	double scale; /* of both sides, in (0,1] */
};

struct budget {
	size_t max;
	struct budget_try at; /* the try whose outcome is awaited */
	int fits, exceeds;    /* qualities known to, 0 and 101 while none is */
	int tries;            /* so far, that one included */
};

/*
 * Begin. b->at is the first try: as asked.
 *
 * max      bytes, above 0
 * quality  1…100, or 0 for formats without
 */
void budget_start(struct budget *b, size_t max, int quality);

/*
 * Tell what the try came to; false when there is none better to make, else b->at is the next.
 *
 * Every try that fits is better than those before that fitted. When none does, the one with the
 * fewest bytes is what there is.
 */
bool budget_next(struct budget *b, size_t bytes);

#endif
