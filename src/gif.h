/*
 * GIF as a container: finding frames, and putting frames together. Pixels are others' business:
 * between here and a decoder or encoder go GIFs of one frame.
 *
 * Pure. Reads inside bytes[0…n) only.
 *
 * Source  GIF89a specification, 18-26; the loop count is Netscape's application extension
 */
#ifndef LIMNER_GIF_H
#define LIMNER_GIF_H

#include "base/buf.h"

#include <stdint.h>

/* What becomes of a frame before the next one is drawn. */
enum gif_dispose { GIF_KEEP, GIF_CLEAR, GIF_RESTORE };

struct gif_frame {
	int32_t x, y, w, h; /* px of the screen; parts may lie beyond it */
	int32_t delay;      /* 1/100 s, as stored */
	enum gif_dispose dispose;
	int32_t clear;  /* palette index that is seen through, -1 none */
	const void *at; /* its descriptor; borrowed from the file */
	size_t n;       /* bytes of descriptor, palette and data */
};

/* A walk over a file's frames, in constant memory. */
struct gif_walk {
	const unsigned char *bytes;
	size_t n, at;
};

/* Begin at the first frame. The file's magic bytes have been looked at. */
struct gif_walk gif_begin(const unsigned char *bytes, size_t n);

/*
 * Go to the next frame.
 *
 * ret_end  set at the end of the file: true and no frame
 * Fails    ERR_BROKEN when the file is cut off within a frame or what belongs to one
 */
bool gif_next(
	struct gif_walk *walk, struct gif_frame *ret, bool *ret_end, struct err *err) MUST_USE;

/*
 * How often it is played, as browsers do: 0 for ever, 1 without a word on it, else one more than
 * the number stored.
 */
int32_t gif_plays(const unsigned char *bytes, size_t n);

/*
 * Make a GIF of one frame alone, as large as the frame.
 *
 * walk  the frame's, for the palette they may share
 * ret   appended to
 * Fails as buf_add
 */
bool gif_still(const struct gif_walk *walk, const struct gif_frame *frame, struct buf *ret,
	struct err *err) MUST_USE;

/* Begin an animation. w, h: 1…65535 px; plays as gif_plays tells. Fails as buf_add. */
bool gif_head(struct buf *b, int32_t w, int32_t h, int32_t plays, struct err *err) MUST_USE;

/*
 * Append the frame of a GIF of one frame: pixels, palette and which index is clear are taken from
 * there, place, delay and disposal from `how`.
 *
 * Fails   as buf_add; ERR_BROKEN when that is no GIF of a frame
 */
bool gif_add(struct buf *b, const unsigned char *still, size_t n, const struct gif_frame *how,
	struct err *err) MUST_USE;

/* End it. Fails as buf_add. */
bool gif_end(struct buf *b, struct err *err) MUST_USE;

#endif
