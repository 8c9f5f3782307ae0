#include "image_canvas.h"

#include "image_magick.h"
#include "image_ops.h"

#include <stdlib.h>
#include <string.h>

bool
image_canvas_make(struct image_canvas *c, int32_t w, int32_t h, struct err *err)
{
	*c = (struct image_canvas){ .w = w, .h = h };
	c->rgba = calloc((size_t)w * (size_t)h, 4);
	if (c->rgba != NULL)
		return true;
	err_set(err, ERR_MEMORY, "%s", "");
	return err_detail(err, "no canvas of %d x %d px", (int)w, (int)h);
}

void
image_canvas_done(struct image_canvas *c)
{
	free(c->rgba);
	c->rgba = NULL;
}

static int32_t
between(int64_t v, int32_t most)
{
	return v < 0 ? 0 : v > most ? most : (int32_t)v;
}

struct plan_rect
image_canvas_within(const struct image_canvas *c, struct plan_rect r)
{
	struct plan_rect in = { between(r.x, c->w), between(r.y, c->h), 0, 0 };

	in.w = between((int64_t)r.x + r.w, c->w) - in.x;
	in.h = between((int64_t)r.y + r.h, c->h) - in.y;
	return in;
}

void
image_canvas_clear(struct image_canvas *c, const struct plan_rect *r)
{
	for (int32_t y = r->y; y < r->y + r->h; y++)
		memset(c->rgba + image_canvas_at(c, r->x, y), 0, 4 * (size_t)r->w);
}

void
image_canvas_copy(
	struct image_canvas *to, const struct image_canvas *from, const struct plan_rect *r)
{
	for (int32_t y = r->y; y < r->y + r->h; y++) {
		size_t at = image_canvas_at(to, r->x, y);

		memcpy(to->rgba + at, from->rgba + at, 4 * (size_t)r->w);
	}
}

/* Rows of an image, or the fault that there are none. */
static const PixelPacket *
rows_of(const Image *image, long x, long y, unsigned long w, ExceptionInfo *e, struct err *err)
{
	const PixelPacket *row = AcquireImagePixels(image, x, y, w, 1, e);

	if (row == NULL)
		image_ops_fault(e, ERR_BROKEN, err);
	return row;
}

static void
put(unsigned char *to, const PixelPacket *from)
{
	to[0] = (unsigned char)ScaleQuantumToChar(from->red);
	to[1] = (unsigned char)ScaleQuantumToChar(from->green);
	to[2] = (unsigned char)ScaleQuantumToChar(from->blue);
}

bool
image_canvas_lay(struct image_canvas *c, const Image *image, int32_t x, int32_t y, struct err *err)
{
	struct plan_rect r = image_canvas_within(
		c, (struct plan_rect){ x, y, (int32_t)image->columns, (int32_t)image->rows });
	const PixelPacket *from = NULL;
	ExceptionInfo e;
	bool ok = true;

	if (r.w <= 0 || r.h <= 0)
		return true;
	GetExceptionInfo(&e);
	for (int32_t row = 0; ok && row < r.h; row++) {
		unsigned char *to = c->rgba + image_canvas_at(c, r.x, r.y + row);

		from = rows_of(image, r.x - x, r.y - y + row, (unsigned long)r.w, &e, err);
		ok = from != NULL;
		for (int32_t i = 0; ok && i < r.w; i++, to += 4) {
			if (image->matte && from[i].opacity != OpaqueOpacity)
				continue;
			put(to, &from[i]);
			to[3] = 255;
		}
	}
	DestroyExceptionInfo(&e);
	return ok;
}

/* One row; tells whether a pixel is not opaque. */
static bool
import_row(PixelPacket *to, const unsigned char *from, int32_t w)
{
	unsigned all = 255;

	for (int32_t x = 0; x < w; x++, from += 4) {
		to[x].red = ScaleCharToQuantum(from[0]);
		to[x].green = ScaleCharToQuantum(from[1]);
		to[x].blue = ScaleCharToQuantum(from[2]);
		to[x].opacity = (Quantum)(MaxRGB - ScaleCharToQuantum(from[3]));
		all &= from[3];
	}
	return all != 255;
}

bool
image_canvas_to_image(const unsigned char *rgba, size_t stride, int32_t w, int32_t h, Image **ret,
	struct err *err)
{
	Image *image = AllocateImage(NULL);
	ExceptionInfo e;
	bool ok = image != NULL;

	GetExceptionInfo(&e);
	if (ok) {
		image->columns = (unsigned long)w;
		image->rows = (unsigned long)h;
		image->storage_class = DirectClass;
		image->depth = 8;
	}
	for (int32_t y = 0; ok && y < h; y++) {
		PixelPacket *row = SetImagePixelsEx(image, 0, y, image->columns, 1, &e);

		ok = row != NULL;
		if (!ok)
			break;
		if (import_row(row, rgba + (size_t)y * stride, w))
			image->matte = MagickTrue;
		ok = SyncImagePixelsEx(image, &e);
	}
	if (ok)
		*ret = image;
	else if (image != NULL)
		DestroyImage(image);
	if (!ok)
		image_ops_fault(&e, ERR_MEMORY, err);
	DestroyExceptionInfo(&e);
	return ok;
}

bool
image_canvas_take(struct image_canvas *c, const Image *image, struct err *err)
{
	const PixelPacket *from = NULL;
	unsigned char *to = c->rgba;
	ExceptionInfo e;
	bool ok = true;

	if (image->columns != (unsigned long)c->w || image->rows != (unsigned long)c->h)
		return err_set(err, ERR_INTERNAL, "%s", "");
	GetExceptionInfo(&e);
	for (int32_t y = 0; ok && y < c->h; y++) {
		from = rows_of(image, 0, y, image->columns, &e, err);
		ok = from != NULL;
		for (int32_t x = 0; ok && x < c->w; x++, to += 4) {
			put(to, &from[x]);
			to[3] = image->matte ? (unsigned char)ScaleQuantumToChar(
						       (Quantum)(MaxRGB - from[x].opacity))
					     : 255;
			/* what nobody sees is no change either */
			if (to[3] == 0)
				memset(to, 0, 4);
		}
	}
	DestroyExceptionInfo(&e);
	return ok;
}

struct plan_rect
image_canvas_changed(const struct image_canvas *a, const struct image_canvas *b, int most)
{
	int32_t left = a->w, top = -1, right = -1, bottom = -1;

	for (int32_t y = 0; y < a->h; y++) {
		const unsigned char *p = a->rgba + image_canvas_at(a, 0, y);
		const unsigned char *q = b->rgba + image_canvas_at(b, 0, y);

		if (memcmp(p, q, 4 * (size_t)a->w) == 0)
			continue;
		for (int32_t x = 0; x < a->w; x++, p += 4, q += 4) {
			if (!image_canvas_differs(p, q, most))
				continue;
			left = x < left ? x : left;
			right = x > right ? x : right;
			top = top < 0 ? y : top;
			bottom = y;
		}
	}
	if (bottom < 0)
		return (struct plan_rect){ 0, 0, 0, 0 };
	return (struct plan_rect){ left, top, right - left + 1, bottom - top + 1 };
}
