#include "image_gif.h"

#include "image_magick.h"
#include "image_ops.h"
#include "image_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DELAY_MAX  0xffff /* 1/100 s */
#define PHOTOGRAPH 600    /* colours, in steps of 8 */

/* ---- Reading ---- */

bool
image_gif_read_open(struct image_gif_reader *r, const unsigned char *bytes, size_t n, int32_t w,
	int32_t h, struct err *err)
{
	memset(r, 0, sizeof *r);
	r->walk = gif_begin(bytes, n);
	return image_canvas_make(&r->canvas, w, h, err);
}

void
image_gif_read_done(struct image_gif_reader *r)
{
	image_canvas_done(&r->canvas);
	image_canvas_done(&r->saved);
}

static struct plan_rect
rect_of(const struct image_canvas *c, const struct gif_frame *f)
{
	return image_canvas_within(c, (struct plan_rect){ f->x, f->y, f->w, f->h });
}

/* Do what the last frame wanted done when its time was over. */
static void
dispose(struct image_gif_reader *r)
{
	struct plan_rect rect = rect_of(&r->canvas, &r->last);

	if (r->last.dispose == GIF_CLEAR)
		image_canvas_clear(&r->canvas, &rect);
	else if (r->last.dispose == GIF_RESTORE)
		image_canvas_copy(&r->canvas, &r->saved, &rect);
}

static bool
save(struct image_gif_reader *r, const struct gif_frame *f, struct err *err)
{
	struct plan_rect rect = rect_of(&r->canvas, f);

	if (r->saved.rgba == NULL && !image_canvas_make(&r->saved, r->canvas.w, r->canvas.h, err))
		return false;
	image_canvas_copy(&r->saved, &r->canvas, &rect);
	return true;
}

static bool
draw(struct image_gif_reader *r, const struct gif_frame *f, struct err *err)
{
	const struct image_info info = {
		.format = FORMAT_GIF, .width = f->w, .height = f->h, .orientation = 1
	};
	const struct plan plan = { .shrink = 1, .orientation = 1 };
	struct buf still = BUF_INIT(f->n + 1024);
	Image *image = NULL;
	bool ok = gif_still(&r->walk, f, &still, err) &&
		  image_read(still.bytes, still.len, &info, &plan, &image, err) &&
		  image_canvas_lay(&r->canvas, image, f->x, f->y, err);

	if (image != NULL)
		DestroyImageList(image);
	buf_done(&still);
	return ok;
}

bool
image_gif_read_next(struct image_gif_reader *r, int32_t *ret_ms, struct err *err)
{
	struct gif_frame frame;
	bool end;

	if (!gif_next(&r->walk, &frame, &end, err))
		return false;
	if (end) {
		err_set(err, ERR_BROKEN, "%s", "");
		return err_detail(err, "fewer frames than were counted");
	}
	dispose(r);
	if (frame.dispose == GIF_RESTORE && !save(r, &frame, err))
		return false;
	/* a frame without pixels only takes time */
	if (frame.w > 0 && frame.h > 0 && !draw(r, &frame, err))
		return false;
	r->last = frame;
	*ret_ms = frame.delay * 10;
	return true;
}

/* ---- Writing ---- */

bool
image_gif_write_open(struct image_gif_writer *w, struct buf *out, int32_t width, int32_t height,
	int32_t plays, struct err *err)
{
	memset(w, 0, sizeof *w);
	w->out = out;
	return image_canvas_make(&w->shown, width, height, err) &&
	       image_canvas_make(&w->pending, width, height, err) &&
	       gif_head(out, width, height, plays, err);
}

void
image_gif_write_done(struct image_gif_writer *w)
{
	image_canvas_done(&w->shown);
	image_canvas_done(&w->pending);
}

/* The smallest rectangle around two. */
static struct plan_rect
both(struct plan_rect a, struct plan_rect b)
{
	int32_t right = a.x + a.w, bottom = a.y + a.h;

	if (a.w == 0)
		return b;
	if (b.w == 0)
		return a;
	right = b.x + b.w > right ? b.x + b.w : right;
	bottom = b.y + b.h > bottom ? b.y + b.h : bottom;
	a.x = b.x < a.x ? b.x : a.x;
	a.y = b.y < a.y ? b.y : a.y;
	a.w = right - a.x;
	a.h = bottom - a.y;
	return a;
}

/* What of the pending frame must be gone before the next is drawn; w is 0 when nothing must. */
static struct plan_rect
clearings(const struct image_canvas *pending, const struct image_canvas *next)
{
	struct plan_rect rect = { 0, 0, 0, 0 };

	for (int32_t y = 0; next != NULL && y < next->h; y++)
		for (int32_t x = 0; x < next->w; x++) {
			size_t at = image_canvas_at(next, x, y);

			if (pending->rgba[at + 3] != 0 && next->rgba[at + 3] == 0)
				rect = both(rect, (struct plan_rect){ x, y, 1, 1 });
		}
	return rect;
}

/* The pending frame's pixels within a rectangle; those that are shown already are left clear. */
static unsigned char *
cut_out(const struct image_gif_writer *w, const struct plan_rect *r, struct err *err)
{
	unsigned char *ret = malloc(4 * (size_t)r->w * (size_t)r->h), *to = ret;

	if (ret == NULL) {
		err_set(err, ERR_MEMORY, "%s", "");
		return NULL;
	}
	for (int32_t y = r->y; y < r->y + r->h; y++) {
		size_t at = image_canvas_at(&w->pending, r->x, y);

		for (int32_t x = 0; x < r->w; x++, at += 4, to += 4) {
			memcpy(to, w->pending.rgba + at, 4);
			if (memcmp(to, w->shown.rgba + at, 4) == 0)
				to[3] = 0;
		}
	}
	return ret;
}

/*
 * Tell whether pixels are a photograph's, by counting colours in steps of 8. Only those are
 * dithered: drawings have hardly more colours than a palette, and patterns would be noise in them,
 * another in each frame and costly to code.
 */
static bool
is_photograph(const unsigned char *rgba, size_t pixels)
{
	uint32_t seen[1024] = { 0 }; /* a bit for each of 32 x 32 x 32 */
	int count = 0;

	for (size_t i = 0; i < pixels && count < PHOTOGRAPH; i++, rgba += 4) {
		unsigned at = (rgba[0] >> 3u) << 10 | (rgba[1] >> 3u) << 5 | rgba[2] >> 3u;
		uint32_t bit = UINT32_C(1) << (at & 31);

		if (rgba[3] == 0 || (seen[at >> 5] & bit) != 0)
			continue;
		seen[at >> 5] |= bit;
		count++;
	}
	return count >= PHOTOGRAPH;
}

static bool
write_still(Image *image, bool dither, struct buf *ret, struct err *err)
{
	ImageInfo *info = CloneImageInfo(NULL);
	size_t len = 0;
	void *blob;
	ExceptionInfo e;
	bool ok;

	GetExceptionInfo(&e);
	info->dither = dither ? MagickTrue : MagickFalse;
	(void)snprintf(image->magick, sizeof image->magick, "GIF");
	blob = ImageToBlob(info, image, &len, &e);
	ok = blob != NULL && len > 0;
	if (!ok) {
		if (e.severity == UndefinedException)
			GetImageException(image, &e);
		image_ops_fault(&e, ERR_INTERNAL, err);
	}
	ok = ok && buf_add(ret, blob, len, err);
	MagickFree(blob);
	DestroyExceptionInfo(&e);
	DestroyImageInfo(info);
	return ok;
}

/* Code a rectangle of the pending frame as a GIF of its own. */
static bool
encode(const struct image_gif_writer *w, const struct plan_rect *r, struct buf *ret,
	struct err *err)
{
	unsigned char *rgba = cut_out(w, r, err);
	Image *image = NULL;
	bool ok = rgba != NULL &&
		  image_canvas_to_image(rgba, 4 * (size_t)r->w, r->w, r->h, &image, err) &&
		  write_still(image, is_photograph(rgba, (size_t)r->w * (size_t)r->h), ret, err);

	if (image != NULL)
		DestroyImageList(image);
	free(rgba);
	return ok;
}

/* Write the pending frame, now that the next is known (NULL: there is none). */
static bool
flush(struct image_gif_writer *w, const struct image_canvas *next, struct err *err)
{
	struct plan_rect whole = { 0, 0, w->shown.w, w->shown.h };
	struct plan_rect gone = clearings(&w->pending, next), r = whole;
	int64_t end_ms = w->begins_ms + w->pending_ms;
	int64_t delay = (end_ms + 5) / 10 - (w->begins_ms + 5) / 10;
	struct buf still = BUF_INIT(w->out->limit);
	struct gif_frame how;
	bool ok;

	if (w->frames > 1)
		r = both(image_canvas_changed(&w->shown, &w->pending, 0), gone);
	/* nothing changed: a pixel that is clear carries the time */
	if (r.w == 0)
		r.w = r.h = 1;
	how = (struct gif_frame){ .x = r.x,
		.y = r.y,
		.w = r.w,
		.h = r.h,
		.dispose = gone.w > 0 ? GIF_CLEAR : GIF_KEEP,
		.delay = (int32_t)(delay > DELAY_MAX ? DELAY_MAX : delay) };
	ok = encode(w, &r, &still, err) && gif_add(w->out, still.bytes, still.len, &how, err);
	buf_done(&still);
	image_canvas_copy(&w->shown, &w->pending, &whole);
	if (gone.w > 0)
		image_canvas_clear(&w->shown, &r);
	w->begins_ms = end_ms;
	return ok;
}

/* All or nothing, and nothing has no colour. */
static void
make_binary(struct image_canvas *c)
{
	unsigned char *p = c->rgba, *end = p + 4 * (size_t)c->w * (size_t)c->h;

	for (; p < end; p += 4) {
		if (p[3] < 128)
			memset(p, 0, 4);
		else
			p[3] = 255;
	}
}

bool
image_gif_write_add(
	struct image_gif_writer *w, struct image_canvas *frame, int32_t ms, struct err *err)
{
	const struct plan_rect whole = { 0, 0, frame->w, frame->h };

	make_binary(frame);
	if (w->frames > 0 && !flush(w, frame, err))
		return false;
	image_canvas_copy(&w->pending, frame, &whole);
	w->pending_ms = ms;
	w->frames++;
	return true;
}

bool
image_gif_write_end(struct image_gif_writer *w, struct err *err)
{
	return flush(w, NULL, err) && gif_end(w->out, err);
}
