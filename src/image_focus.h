/*
 * Where attention falls in a small picture: on edges, strong colours and skin that are not all over
 * it. Whole numbers throughout: the same on every machine.
 */
#ifndef LIMNER_IMAGE_FOCUS_H
#define LIMNER_IMAGE_FOCUS_H

#include "base/err.h"

#include <stdint.h>

#define IMAGE_FOCUS_UNIT 1000

/*
 * Find the middle of the part that a window should show. A picture in which nothing stands out is
 * shown by its middle.
 *
 * rgba          w x h px, 8 bits, not premultiplied
 * win_w, win_h  of the window, 1…w and 1…h
 * ret_x, ret_y  in IMAGE_FOCUS_UNITths of the sides
 * Fails         ERR_MEMORY
 */
bool image_focus_find(const unsigned char *rgba, int32_t w, int32_t h, int32_t win_w, int32_t win_h,
	int32_t *ret_x, int32_t *ret_y, struct err *err) MUST_USE;

#endif
