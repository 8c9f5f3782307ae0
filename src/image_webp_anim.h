/*
 * The door to libwebp, libwebpdemux and libwebpmux: animated WebP, frame by frame. Built without
 * them, everything here fails but image_webp_anim_built. Only image.c and image_frames.c call this.
 */
#ifndef LIMNER_IMAGE_WEBP_ANIM_H
#define LIMNER_IMAGE_WEBP_ANIM_H

#include "base/buf.h"
#include "image_canvas.h"

/* Tell whether this build reads and writes animated WebP. */
bool image_webp_anim_built(void);

/* Versions of the libraries, for `limner check`: "libwebp 1.2.4"; "" without them. Static text. */
const char *image_webp_anim_version(void);

struct image_webp_reader {
	void *decoder;              /* owned; a WebPAnimDecoder */
	struct image_canvas canvas; /* as seen during the frame read last; borrowed from decoder */
	int32_t plays;              /* 0: for ever */
	int32_t at_ms;              /* end of that frame */
	const unsigned char *icc;   /* borrowed from the file; NULL without a profile */
	size_t icc_len;
};

/*
 * Begin. bytes are borrowed until image_webp_anim_read_done.
 *
 * Fails   ERR_BROKEN (cut off, or no WebP), ERR_PIXELS (another size than w x h), ERR_INTERNAL
 *         (built without)
 */
bool image_webp_anim_read_open(struct image_webp_reader *r, const unsigned char *bytes, size_t n,
	int32_t w, int32_t h, struct err *err) MUST_USE;

/* Bring the canvas to the next frame; what a file calls background is clear. Fails: ERR_BROKEN. */
bool image_webp_anim_read_next(
	struct image_webp_reader *r, int32_t *ret_ms, struct err *err) MUST_USE;

/* May be called twice. */
void image_webp_anim_read_done(struct image_webp_reader *r);

struct image_webp_writer {
	void *mux;                 /* owned; a WebPMux */
	struct image_canvas shown; /* what the next frame is drawn on */
	int32_t plays;
	int quality; /* 1…100 */
	int32_t frames;
};

/* Begin. plays: 0 for ever. Fails: ERR_MEMORY, ERR_INTERNAL (built without). */
bool image_webp_anim_write_open(struct image_webp_writer *w, int32_t width, int32_t height,
	int32_t plays, int quality, struct err *err) MUST_USE;

/*
 * Add a frame: the rectangle that changed, so that each frame stays one, whatever is in it.
 * (libwebpmux's own WebPAnimEncoder makes one of two frames that look alike.)
 *
 * Fails   ERR_MEMORY, ERR_INTERNAL
 */
bool image_webp_anim_write_add(struct image_webp_writer *w, const struct image_canvas *frame,
	int32_t ms, struct err *err) MUST_USE;

/* Finish and append the file to ret. Fails: ERR_MEMORY, ERR_INTERNAL, as buf_add. */
bool image_webp_anim_write_end(
	struct image_webp_writer *w, struct buf *ret, struct err *err) MUST_USE;

/* May be called twice. */
void image_webp_anim_write_done(struct image_webp_writer *w);

#endif
