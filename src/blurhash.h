/*
 * A picture in some twenty letters, for pages to show while the picture is on its way. Pure.
 */
#ifndef LIMNER_BLURHASH_H
#define LIMNER_BLURHASH_H

#include <stdint.h>

#define BLURHASH_ACROSS 9                                           /* most components per axis */
#define BLURHASH_SIZE   (6 + 2 * BLURHASH_ACROSS * BLURHASH_ACROSS) /* with the NUL at the end */

/*
 * Write the BlurHash. Pixels that can be seen through lie on white.
 *
 * rgba    4 bytes a pixel, sRGB, alpha not multiplied; a thumbnail is enough
 * x, y    components across and down, 1…9
 * Source  https://github.com/woltapp/blurhash/blob/master/Algorithm.md
 */
void blurhash_write(const unsigned char *rgba, int32_t width, int32_t height, int x, int y,
	char ret[BLURHASH_SIZE]);

#endif
