/*
 * Animated GIF, frame by frame: read onto a canvas, and written from canvases. GraphicsMagick codes
 * each frame's pixels; disposal, timing and loops are dealt with here. Only image_frames.c calls
 * this.
 */
#ifndef LIMNER_IMAGE_GIF_H
#define LIMNER_IMAGE_GIF_H

#include "gif.h"
#include "image_canvas.h"

struct image_gif_reader {
	struct gif_walk walk;
	struct image_canvas canvas; /* as seen during the frame read last */
	struct image_canvas saved;  /* what a frame hides that gives it back; made when needed */
	struct gif_frame last;
};

/* Begin; w, h as probed. bytes are borrowed. Fails: ERR_MEMORY. */
bool image_gif_read_open(struct image_gif_reader *r, const unsigned char *bytes, size_t n,
	int32_t w, int32_t h, struct err *err) MUST_USE;

/*
 * Bring the canvas to the next frame, as browsers do: background is clear, whatever the file says.
 *
 * ret_ms  how long it is shown
 * Fails   as image_read; ERR_BROKEN too when the file has no further frame
 */
bool image_gif_read_next(struct image_gif_reader *r, int32_t *ret_ms, struct err *err) MUST_USE;

/* May be called twice. */
void image_gif_read_done(struct image_gif_reader *r);

struct image_gif_writer {
	struct buf *out;             /* borrowed */
	struct image_canvas shown;   /* what the next frame is drawn on */
	struct image_canvas pending; /* a frame waits: its disposal depends on the one after it */
	int32_t frames;              /* taken so far */
	int64_t pending_ms;          /* of the frame that waits */
	int64_t begins_ms;           /* when that frame begins */
};

/* Begin; out is borrowed until the end. plays: gif_plays. Fails: ERR_MEMORY, as buf_add. */
bool image_gif_write_open(struct image_gif_writer *w, struct buf *out, int32_t width,
	int32_t height, int32_t plays, struct err *err) MUST_USE;

/*
 * Add a frame: only what changed is coded, with a palette of its own, so that what stands still
 * never flickers. What is less than half there is not there.
 *
 * frame   changed: its alpha becomes all or nothing
 * ms      GIF counts in 1/100 s; what rounding takes from one frame it gives to the next
 * Fails   as image_write, as buf_add
 */
bool image_gif_write_add(struct image_gif_writer *w, struct image_canvas *frame, int32_t ms,
	struct err *err) MUST_USE;

/* Finish the file. Fails as image_gif_write_add. */
bool image_gif_write_end(struct image_gif_writer *w, struct err *err) MUST_USE;

/* May be called twice. */
void image_gif_write_done(struct image_gif_writer *w);

#endif
