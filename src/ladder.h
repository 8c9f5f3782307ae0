/*
 * What encoding costs, and what to step down to when there is not the time for it: AVIF, AVIF
 * quickly, WebP, WebP quickly, JPEG (PNG where something shows through). Pure.
 */
#ifndef LIMNER_LADDER_H
#define LIMNER_LADDER_H

#include "format.h"

/* One way to encode. */
struct ladder_rung {
	enum format format;
	int speed;     /* AVIF: 0 slowest … 10 */
	bool quick;    /* the others: least effort */
	bool lossless; /* WebP */
};

/* How this process keeps up with the table of costs: 1 as it says, 2 twice as slow; 0 unknown. */
struct ladder_pace {
	double of[FORMAT__COUNT];
};

/* How long an encoding will take, us. pixels: of the result. */
uint64_t ladder_estimate(const struct ladder_pace *pace, const struct ladder_rung *rung,
	int quality, int64_t pixels);

/* Take one into account that took so long; small pictures say nothing. */
void ladder_learn(struct ladder_pace *pace, const struct ladder_rung *rung, int quality,
	int64_t pixels, uint64_t us);

/*
 * Choose the first rung, from the one wanted down, that will be done in time; the last one when
 * none will.
 *
 * see_through  the picture has transparency, which JPEG would lose
 * formats      FORMAT_BIT()s that can be written
 * left_us      UINT64_MAX: all the time there is
 * Returns      true when that is not the one wanted
 */
bool ladder_choose(const struct ladder_pace *pace, const struct ladder_rung *wanted, int quality,
	int64_t pixels, bool see_through, uint32_t formats, uint64_t left_us,
	struct ladder_rung *ret);

#endif
