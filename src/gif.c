#include "gif.h"

#include <string.h>

#define HEAD       13 /* bytes of signature and screen descriptor */
#define DESCRIPTOR 10
#define PALETTE    0x80 /* flag: a palette follows; its size is in the low bits */

static int32_t
le16(const unsigned char *p)
{
	return p[0] | p[1] << 8;
}

static size_t
palette_size(unsigned char flags)
{
	return (flags & PALETTE) != 0 ? (size_t)3 << ((flags & 7) + 1) : 0;
}

/* Find the end of a chain of sub-blocks; false when it is cut off. */
static bool
skip_blocks(const struct gif_walk *w, size_t *at)
{
	while (*at < w->n && w->bytes[*at] != 0)
		*at += 1u + w->bytes[*at];
	if (*at >= w->n)
		return false;
	++*at;
	return true;
}

static bool
cut_off(struct err *err)
{
	err_set(err, ERR_BROKEN, "%s", "");
	return err_detail(err, "a GIF that is cut off");
}

struct gif_walk
gif_begin(const unsigned char *bytes, size_t n)
{
	struct gif_walk walk = { bytes, n, n };

	if (n >= HEAD)
		walk.at = HEAD + palette_size(bytes[10]);
	return walk;
}

/* Take in a graphic control extension: flags, delay, index. */
static void
take_control(const struct gif_walk *w, struct gif_frame *frame)
{
	const unsigned char *p = w->bytes + w->at + 3;
	/* browsers take 4, which means nothing, for "restore" too */
	static const enum gif_dispose meanings[8] = { GIF_KEEP, GIF_KEEP, GIF_CLEAR, GIF_RESTORE,
		GIF_RESTORE, GIF_KEEP, GIF_KEEP, GIF_KEEP };

	if (w->n - w->at < 8 || p[-1] != 4)
		return;
	frame->dispose = meanings[p[0] >> 2 & 7];
	frame->delay = le16(p + 1);
	frame->clear = (p[0] & 1) != 0 ? p[3] : -1;
}

bool
gif_next(struct gif_walk *w, struct gif_frame *ret, bool *ret_end, struct err *err)
{
	struct gif_frame frame = { .clear = -1 };

	*ret_end = false;
	while (w->at < w->n && w->bytes[w->at] != 0x3b) {
		const unsigned char *p = w->bytes + w->at;
		size_t end;

		if (*p == 0x21 && w->n - w->at >= 2) {
			if (p[1] == 0xf9)
				take_control(w, &frame);
			w->at += 2;
			if (!skip_blocks(w, &w->at))
				return cut_off(err);
			continue;
		}
		if (*p != 0x2c) { /* bytes that mean nothing: decoders skip them */
			w->at++;
			continue;
		}
		end = w->at + DESCRIPTOR;
		if (w->n - w->at < DESCRIPTOR)
			return cut_off(err);
		end += palette_size(p[9]) + 1;
		if (!skip_blocks(w, &end))
			return cut_off(err);
		frame.x = le16(p + 1);
		frame.y = le16(p + 3);
		frame.w = le16(p + 5);
		frame.h = le16(p + 7);
		frame.at = p;
		frame.n = end - w->at;
		w->at = end;
		*ret = frame;
		return true;
	}
	*ret_end = true;
	return true;
}

int32_t
gif_plays(const unsigned char *bytes, size_t n)
{
	struct gif_walk w = gif_begin(bytes, n);
	int32_t plays = 1;

	while (w.at < w.n && bytes[w.at] != 0x3b) {
		const unsigned char *p = bytes + w.at;

		if (*p == 0x2c && n - w.at >= DESCRIPTOR) {
			w.at += DESCRIPTOR + palette_size(p[9]) + 1;
		} else if (*p == 0x21 && n - w.at >= 2) {
			/* 11 bytes of name, then a block of 3: 1 and the count */
			if (p[1] == 0xff && n - w.at >= 18 &&
				(memcmp(p + 2, "\x0bNETSCAPE2.0\x03\x01", 14) == 0 ||
					memcmp(p + 2,
						"\x0b"
						"ANIMEXTS1.0\x03\x01",
						14) == 0))
				plays = le16(p + 16) == 0 ? 0 : le16(p + 16) + 1;
			w.at += 2;
		} else {
			w.at++;
			continue;
		}
		if (!skip_blocks(&w, &w.at))
			break;
	}
	return plays;
}

/* Append a graphic control extension. */
static bool
add_control(struct buf *b, int32_t delay, enum gif_dispose dispose, int32_t clear, struct err *err)
{
	static const unsigned char methods[] = { 1, 2, 3 };
	unsigned char ext[8] = { 0x21, 0xf9, 4 };

	ext[3] = (unsigned char)(methods[dispose] << 2 | (clear >= 0 ? 1 : 0));
	ext[4] = (unsigned char)(delay & 0xff);
	ext[5] = (unsigned char)(delay >> 8 & 0xff);
	ext[6] = (unsigned char)(clear >= 0 ? clear : 0);
	return buf_add(b, ext, sizeof ext, err);
}

/* Append a screen descriptor whose palette has the size and order that `flags` tell. */
static bool
add_screen(struct buf *b, int32_t w, int32_t h, unsigned char flags, struct err *err)
{
	const unsigned char screen[7] = { (unsigned char)(w & 0xff), (unsigned char)(w >> 8),
		(unsigned char)(h & 0xff), (unsigned char)(h >> 8), flags, 0, 0 };

	return buf_adds(b, "GIF89a", err) && buf_add(b, screen, sizeof screen, err);
}

/* Append a descriptor at a place of its own; palette and data as given. */
static bool
add_picture(struct buf *b, const struct gif_frame *how, unsigned char flags,
	const unsigned char *palette, const unsigned char *data, size_t n, struct err *err)
{
	const unsigned char head[DESCRIPTOR] = { 0x2c, (unsigned char)(how->x & 0xff),
		(unsigned char)(how->x >> 8), (unsigned char)(how->y & 0xff),
		(unsigned char)(how->y >> 8), (unsigned char)(how->w & 0xff),
		(unsigned char)(how->w >> 8), (unsigned char)(how->h & 0xff),
		(unsigned char)(how->h >> 8), flags };

	return buf_add(b, head, sizeof head, err) &&
	       buf_add(b, palette, palette_size(flags), err) && buf_add(b, data, n, err);
}

bool
gif_still(const struct gif_walk *walk, const struct gif_frame *frame, struct buf *ret,
	struct err *err)
{
	const unsigned char *p = frame->at;
	struct gif_frame alone = *frame;
	unsigned char global = walk->bytes[10];
	size_t local = palette_size(p[9]);

	alone.x = alone.y = 0;
	return add_screen(ret, frame->w, frame->h, global, err) &&
	       buf_add(ret, walk->bytes + HEAD, palette_size(global), err) &&
	       add_control(ret, 0, GIF_KEEP, frame->clear, err) &&
	       add_picture(ret, &alone, p[9], p + DESCRIPTOR, p + DESCRIPTOR + local,
		       frame->n - DESCRIPTOR - local, err) &&
	       gif_end(ret, err);
}

bool
gif_head(struct buf *b, int32_t w, int32_t h, int32_t plays, struct err *err)
{
	unsigned char count[3] = { 0, 0, 0 };

	/* no palette: each frame has its own */
	if (!add_screen(b, w, h, 0x70, err))
		return false;
	if (plays == 1)
		return true;
	if (plays > 1) {
		int32_t more = plays - 1 > 0xffff ? 0xffff : plays - 1;

		count[0] = (unsigned char)(more & 0xff);
		count[1] = (unsigned char)(more >> 8);
	}
	return buf_add(b, "\x21\xff\x0bNETSCAPE2.0\x03\x01", 16, err) &&
	       buf_add(b, count, sizeof count, err);
}

bool
gif_add(struct buf *b, const unsigned char *still, size_t n, const struct gif_frame *how,
	struct err *err)
{
	struct gif_walk walk = gif_begin(still, n);
	struct gif_frame got;
	const unsigned char *p, *palette;
	unsigned char flags, colours;
	size_t local;
	bool end;

	if (!gif_next(&walk, &got, &end, err))
		return false;
	if (end)
		return cut_off(err);
	p = got.at;
	local = palette_size(p[9]);
	palette = local > 0 ? p + DESCRIPTOR : still + HEAD;
	colours = local > 0 ? p[9] : still[10];
	/* interlacing is the picture's, presence and size of a palette are the palette's */
	flags = (unsigned char)((p[9] & 0x40) | (colours & (PALETTE | 7)));
	return add_control(b, how->delay, how->dispose, got.clear, err) &&
	       add_picture(b, how, flags, palette, p + DESCRIPTOR + local,
		       got.n - DESCRIPTOR - local, err);
}

bool
gif_end(struct buf *b, struct err *err)
{
	return buf_add(b, "\x3b", 1, err);
}
