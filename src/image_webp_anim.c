#include "image_webp_anim.h"

#include <string.h>

#ifdef LIMNER_WEBP

#	include <stdio.h>
#	include <stdlib.h>
#	include <webp/demux.h>
#	include <webp/encode.h>
#	include <webp/mux.h>

#	define METHOD      3        /* of 0 (fast) to 6 (small) */
#	define DURATION    0xffffff /* ms, the most a frame can say */
#	define ALIKE       2   /* a lossy frame need not tell values apart that differ by less */
#	define COLOURS_MAX 256 /* with so few, coding without loss is tried as well */
#	define BLOCK       16  /* px; a side of the blocks that lossy coding works in */

bool
image_webp_anim_built(void)
{
	return true;
}

const char *
image_webp_anim_version(void)
{
	static char text[48];
	unsigned v = (unsigned)WebPGetEncoderVersion();

	(void)snprintf(text, sizeof text, "libwebp %u.%u.%u", v >> 16, v >> 8 & 0xff, v & 0xff);
	return text;
}

/* ---- Reading ---- */

static bool
broken(const char *what, struct err *err)
{
	err_set(err, ERR_BROKEN, "%s", "");
	return err_detail(err, "%s", what);
}

bool
image_webp_anim_read_open(struct image_webp_reader *r, const unsigned char *bytes, size_t n,
	int32_t w, int32_t h, struct err *err)
{
	WebPData data = { bytes, n };
	WebPAnimDecoderOptions options;
	WebPAnimInfo info;
	WebPChunkIterator chunk;

	memset(r, 0, sizeof *r);
	if (!WebPAnimDecoderOptionsInit(&options))
		return err_set(err, ERR_INTERNAL, "%s", "");
	options.color_mode = MODE_RGBA;
	options.use_threads = 0;
	r->decoder = WebPAnimDecoderNew(&data, &options);
	if (r->decoder == NULL || !WebPAnimDecoderGetInfo(r->decoder, &info))
		return broken("an animated WebP that is cut off or damaged", err);
	if (info.canvas_width != (uint32_t)w || info.canvas_height != (uint32_t)h)
		return err_set(err, ERR_PIXELS, "%s", "");
	r->canvas.w = w;
	r->canvas.h = h;
	r->plays = (int32_t)info.loop_count;
	if (WebPDemuxGetChunk(WebPAnimDecoderGetDemuxer(r->decoder), "ICCP", 1, &chunk)) {
		r->icc = chunk.chunk.bytes;
		r->icc_len = chunk.chunk.size;
		WebPDemuxReleaseChunkIterator(&chunk);
	}
	return true;
}

bool
image_webp_anim_read_next(struct image_webp_reader *r, int32_t *ret_ms, struct err *err)
{
	int at_ms = 0;

	if (!WebPAnimDecoderGetNext(r->decoder, &r->canvas.rgba, &at_ms))
		return broken("a frame of an animated WebP is damaged", err);
	*ret_ms = at_ms > r->at_ms ? at_ms - r->at_ms : 0;
	r->at_ms = at_ms;
	return true;
}

void
image_webp_anim_read_done(struct image_webp_reader *r)
{
	if (r->decoder != NULL)
		WebPAnimDecoderDelete(r->decoder);
	r->decoder = NULL;
	r->canvas.rgba = NULL;
}

/* ---- Writing ---- */

static bool
failed(bool memory, const char *what, int code, struct err *err)
{
	err_set(err, memory ? ERR_MEMORY : ERR_INTERNAL, "%s", "");
	return err_detail(err, "libwebp: %s %d", what, code);
}

bool
image_webp_anim_write_open(struct image_webp_writer *w, int32_t width, int32_t height,
	int32_t plays, int quality, struct err *err)
{
	memset(w, 0, sizeof *w);
	w->plays = plays > 0xffff ? 0xffff : plays;
	w->quality = quality;
	w->mux = WebPMuxNew();
	if (w->mux == NULL)
		return failed(true, "mux", 0, err);
	return image_canvas_make(&w->shown, width, height, err);
}

void
image_webp_anim_write_done(struct image_webp_writer *w)
{
	WebPMuxDelete(w->mux);
	w->mux = NULL;
	image_canvas_done(&w->shown);
}

/* Pixels to be coded: a part of a canvas, or a copy of one. */
struct piece {
	const unsigned char *rgba; /* of its first pixel */
	size_t stride;             /* bytes from row to row */
	int32_t w, h;
};

/* Tell whether so few colours are in there that a palette holds them. */
static bool
has_few_colours(const struct piece *piece)
{
	uint32_t seen[4 * COLOURS_MAX]; /* a table by hash */
	bool used[4 * COLOURS_MAX] = { false };
	uint32_t count = 0, last = 0;

	for (int32_t y = 0; y < piece->h; y++) {
		const unsigned char *p = piece->rgba + (size_t)y * piece->stride;

		for (int32_t x = 0; x < piece->w; x++, p += 4) {
			uint32_t v, at;

			memcpy(&v, p, 4);
			if (v == last && count > 0)
				continue;
			last = v;
			at = (v * UINT32_C(2654435761)) >> 22;
			while (used[at] && seen[at] != v)
				at = (at + 1) % (4 * COLOURS_MAX);
			if (used[at])
				continue;
			if (++count > COLOURS_MAX)
				return false;
			used[at] = true;
			seen[at] = v;
		}
	}
	return true;
}

/* Code pixels as a still WebP. */
static bool
encode(const struct piece *piece, int quality, bool lossless, WebPMemoryWriter *ret,
	struct err *err)
{
	WebPConfig config;
	WebPPicture picture;
	bool ok;

	WebPMemoryWriterInit(ret);
	if (!WebPConfigInit(&config) || !WebPPictureInit(&picture))
		return failed(false, "version", 0, err);
	config.quality = (float)quality;
	config.method = METHOD;
	if (lossless && !WebPConfigLosslessPreset(&config, 2))
		return failed(false, "preset", 0, err);
	picture.use_argb = lossless;
	picture.width = piece->w;
	picture.height = piece->h;
	picture.writer = WebPMemoryWrite;
	picture.custom_ptr = ret;
	ok = WebPPictureImportRGBA(&picture, piece->rgba, (int)piece->stride) &&
	     WebPEncode(&config, &picture);
	if (!ok) {
		bool memory = picture.error_code == VP8_ENC_ERROR_OUT_OF_MEMORY ||
			      picture.error_code == VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY;

		failed(memory, "encode", (int)picture.error_code, err);
		WebPMemoryWriterClear(ret);
	}
	WebPPictureFree(&picture);
	return ok;
}

/* The smaller of both ways, where the second has a chance. */
static bool
encode_best(const struct piece *piece, int quality, WebPMemoryWriter *ret, struct err *err)
{
	WebPMemoryWriter other;

	if (!encode(piece, quality, false, ret, err))
		return false;
	if (!has_few_colours(piece))
		return true;
	if (!encode(piece, quality, true, &other, err)) {
		WebPMemoryWriterClear(ret);
		return false;
	}
	if (other.size <= ret->size) {
		WebPMemoryWriter lossy = *ret;

		*ret = other;
		other = lossy;
	}
	WebPMemoryWriterClear(&other);
	return true;
}

/* What a block of a rectangle is to the frame that is drawn over what is shown. */
enum block { BLOCK_SAME, BLOCK_OPAQUE, BLOCK_OTHER };

static enum block
look_at_block(const struct image_webp_writer *w, const struct image_canvas *frame,
	const struct plan_rect *r)
{
	enum block ret = BLOCK_SAME;

	for (int32_t y = r->y; y < r->y + r->h; y++)
		for (int32_t x = r->x; x < r->x + r->w; x++) {
			size_t at = image_canvas_at(frame, x, y);

			if (ret == BLOCK_SAME &&
				image_canvas_differs(w->shown.rgba + at, frame->rgba + at, ALIKE))
				ret = BLOCK_OPAQUE;
			if (ret != BLOCK_SAME && frame->rgba[at + 3] != 255)
				return BLOCK_OTHER;
		}
	return ret;
}

/*
 * Copy a part of a frame with holes where nothing changed, to be laid over what is shown. NULL when
 * that cannot be, or saves little: what is seen through can only be drawn by taking the place.
 */
static unsigned char *
with_holes(const struct image_webp_writer *w, const struct image_canvas *frame,
	const struct plan_rect *r)
{
	int32_t across = (r->w + BLOCK - 1) / BLOCK, down = (r->h + BLOCK - 1) / BLOCK;
	int64_t same = 0;
	unsigned char *ret = malloc(4 * (size_t)r->w * (size_t)r->h);
	struct image_canvas copy = { r->w, r->h, ret };

	for (int32_t y = 0; ret != NULL && y < r->h; y++)
		memcpy(ret + 4 * (size_t)y * (size_t)r->w,
			frame->rgba + image_canvas_at(frame, r->x, r->y + y), 4 * (size_t)r->w);
	for (int32_t i = 0; ret != NULL && i < across * down; i++) {
		struct plan_rect in = { i % across * BLOCK, i / across * BLOCK, BLOCK, BLOCK }, at;
		enum block block;

		in = image_canvas_within(&copy, in);
		at = (struct plan_rect){ r->x + in.x, r->y + in.y, in.w, in.h };
		block = look_at_block(w, frame, &at);
		if (block == BLOCK_OTHER)
			goto no;
		if (block == BLOCK_SAME) {
			image_canvas_clear(&copy, &in);
			same++;
		}
	}
	if (4 * same >= (int64_t)across * down)
		return ret;
no:
	free(ret);
	return NULL;
}

static bool
push(struct image_webp_writer *w, const struct plan_rect *r, const WebPMemoryWriter *bits,
	int32_t ms, bool blend, struct err *err)
{
	WebPMuxFrameInfo frame = { .bitstream = { bits->mem, bits->size },
		.x_offset = r->x,
		.y_offset = r->y,
		.duration = ms > DURATION ? DURATION : ms,
		.id = WEBP_CHUNK_ANMF,
		.dispose_method = WEBP_MUX_DISPOSE_NONE,
		.blend_method = blend ? WEBP_MUX_BLEND : WEBP_MUX_NO_BLEND };
	WebPMuxError got = WebPMuxPushFrame(w->mux, &frame, 1);

	return got == WEBP_MUX_OK || failed(got == WEBP_MUX_MEMORY_ERROR, "frame", (int)got, err);
}

/* A frame in which nothing changes: one pixel that is clear, laid over what is there. */
static bool
push_nothing(struct image_webp_writer *w, int32_t ms, struct err *err)
{
	static const unsigned char clear[4] = { 0, 0, 0, 0 };
	const struct plan_rect r = { 0, 0, 1, 1 };
	const struct piece piece = { clear, 4, 1, 1 };
	WebPMemoryWriter bits;
	bool ok = encode(&piece, w->quality, true, &bits, err);

	ok = ok && push(w, &r, &bits, ms, true, err);
	WebPMemoryWriterClear(&bits);
	return ok;
}

/* Take over what was drawn. Holes show on what was there, so that small changes add up to a large.
 */
static void
remember(struct image_webp_writer *w, const struct image_canvas *frame, const struct plan_rect *r,
	const unsigned char *holes)
{
	if (holes == NULL) {
		image_canvas_copy(&w->shown, frame, r);
		return;
	}
	for (int32_t y = r->y; y < r->y + r->h; y++)
		for (int32_t x = r->x; x < r->x + r->w; x++, holes += 4) {
			size_t at = image_canvas_at(frame, x, y);

			if (holes[3] != 0)
				memcpy(w->shown.rgba + at, frame->rgba + at, 4);
		}
}

bool
image_webp_anim_write_add(
	struct image_webp_writer *w, const struct image_canvas *frame, int32_t ms, struct err *err)
{
	struct plan_rect r = { 0, 0, frame->w, frame->h };
	struct piece piece;
	unsigned char *holes = NULL;
	WebPMemoryWriter bits;
	bool ok;

	if (w->frames++ > 0)
		r = image_canvas_changed(&w->shown, frame, ALIKE);
	if (r.w == 0)
		return push_nothing(w, ms, err);
	/* places are even */
	r.w += r.x & 1;
	r.h += r.y & 1;
	r.x &= ~1;
	r.y &= ~1;
	if (w->frames > 1)
		holes = with_holes(w, frame, &r);
	piece = holes != NULL ? (struct piece){ holes, 4 * (size_t)r.w, r.w, r.h }
			      : (struct piece){ frame->rgba + image_canvas_at(frame, r.x, r.y),
					4 * (size_t)frame->w, r.w, r.h };
	ok = encode_best(&piece, w->quality, &bits, err);
	if (ok) {
		ok = push(w, &r, &bits, ms, holes != NULL, err);
		WebPMemoryWriterClear(&bits);
	}
	remember(w, frame, &r, holes);
	free(holes);
	return ok;
}

bool
image_webp_anim_write_end(struct image_webp_writer *w, struct buf *ret, struct err *err)
{
	WebPMuxAnimParams params = { .bgcolor = 0, .loop_count = w->plays };
	WebPData file;
	WebPMuxError got = WebPMuxSetAnimationParams(w->mux, &params);
	bool ok;

	WebPDataInit(&file);
	if (got == WEBP_MUX_OK)
		got = WebPMuxSetCanvasSize(w->mux, w->shown.w, w->shown.h);
	if (got == WEBP_MUX_OK)
		got = WebPMuxAssemble(w->mux, &file);
	if (got != WEBP_MUX_OK)
		return failed(got == WEBP_MUX_MEMORY_ERROR, "assemble", (int)got, err);
	ok = buf_add(ret, file.bytes, file.size, err);
	WebPDataClear(&file);
	return ok;
}

#else

bool
image_webp_anim_built(void)
{
	return false;
}

const char *
image_webp_anim_version(void)
{
	return "";
}

static bool
not_built(struct err *err)
{
	err_set(err, ERR_INTERNAL, "%s", "");
	return err_detail(err, "built without libwebpmux");
}

bool
image_webp_anim_read_open(struct image_webp_reader *r, const unsigned char *bytes, size_t n,
	int32_t w, int32_t h, struct err *err)
{
	(void)bytes;
	(void)n;
	(void)w;
	(void)h;
	memset(r, 0, sizeof *r);
	return not_built(err);
}

bool
image_webp_anim_read_next(struct image_webp_reader *r, int32_t *ret_ms, struct err *err)
{
	(void)r;
	(void)ret_ms;
	return not_built(err);
}

void
image_webp_anim_read_done(struct image_webp_reader *r)
{
	(void)r;
}

bool
image_webp_anim_write_open(struct image_webp_writer *w, int32_t width, int32_t height,
	int32_t plays, int quality, struct err *err)
{
	(void)width;
	(void)height;
	(void)plays;
	(void)quality;
	memset(w, 0, sizeof *w);
	return not_built(err);
}

bool
image_webp_anim_write_add(
	struct image_webp_writer *w, const struct image_canvas *frame, int32_t ms, struct err *err)
{
	(void)w;
	(void)frame;
	(void)ms;
	return not_built(err);
}

bool
image_webp_anim_write_end(struct image_webp_writer *w, struct buf *ret, struct err *err)
{
	(void)w;
	(void)ret;
	return not_built(err);
}

void
image_webp_anim_write_done(struct image_webp_writer *w)
{
	(void)w;
}

#endif
