/*
 * Few colours: finding a palette for a picture, and laying the picture on it. Pure.
 */
#ifndef LIMNER_PALETTE_H
#define LIMNER_PALETTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PALETTE_MAX 256

struct palette {
	int count;
	unsigned char rgba[PALETTE_MAX][4]; /* those with transparency first */
};

/*
 * Tell whether the pixels have no more than so many colours. What cannot be seen is one colour.
 *
 * rgba  4 bytes a pixel, n pixels
 * most  at most 8192
 */
bool palette_within(const unsigned char *rgba, size_t n, int most);

/*
 * Find the palette of a picture that has no more than PALETTE_MAX colours, exactly.
 *
 * ret_index  n bytes
 * Returns    false when there are more
 */
bool palette_exact(
	const unsigned char *rgba, size_t n, struct palette *ret, unsigned char *ret_index);

/*
 * Make do with PALETTE_MAX colours, dithered.
 *
 * ret_index     width * height bytes
 * ret_distance  root of the mean squared difference of a channel (weighed by alpha), of 255
 * Returns       false without memory
 * Source        median cut by variance (Heckbert 1982, Wu 1991); error diffusion of Floyd and
 *               Steinberg (1976)
 */
bool palette_reduce(const unsigned char *rgba, int32_t width, int32_t height, struct palette *ret,
	unsigned char *ret_index, double *ret_distance);

#endif
