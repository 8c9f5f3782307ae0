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

/* Tell whether so few colours are in there that a palette holds them. */
static bool
has_few_colours(const struct image_canvas *c, const struct plan_rect *r)
{
	uint32_t seen[4 * COLOURS_MAX]; /* a table by hash */
	bool used[4 * COLOURS_MAX] = { false };
	uint32_t count = 0, last = 0;

	for (int32_t y = r->y; y < r->y + r->h; y++) {
		const unsigned char *p = c->rgba + image_canvas_at(c, r->x, y);

		for (int32_t x = 0; x < r->w; x++, p += 4) {
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
encode(const unsigned char *rgba, size_t stride, const struct plan_rect *r, int quality,
	bool lossless, WebPMemoryWriter *ret, struct err *err)
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
	picture.width = r->w;
	picture.height = r->h;
	picture.writer = WebPMemoryWrite;
	picture.custom_ptr = ret;
	ok = WebPPictureImportRGBA(&picture, rgba, (int)stride) && WebPEncode(&config, &picture);
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
encode_best(const struct image_canvas *c, const struct plan_rect *r, int quality,
	WebPMemoryWriter *ret, struct err *err)
{
	const unsigned char *rgba = c->rgba + image_canvas_at(c, r->x, r->y);
	size_t stride = 4 * (size_t)c->w;
	WebPMemoryWriter other;

	if (!encode(rgba, stride, r, quality, false, ret, err))
		return false;
	if (!has_few_colours(c, r))
		return true;
	if (!encode(rgba, stride, r, quality, true, &other, err)) {
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
	WebPMemoryWriter bits;
	bool ok = encode(clear, 4, &r, w->quality, true, &bits, err);

	ok = ok && push(w, &r, &bits, ms, true, err);
	WebPMemoryWriterClear(&bits);
	return ok;
}

bool
image_webp_anim_write_add(
	struct image_webp_writer *w, const struct image_canvas *frame, int32_t ms, struct err *err)
{
	struct plan_rect r = { 0, 0, frame->w, frame->h };
	WebPMemoryWriter bits;
	bool ok;

	if (w->frames++ > 0)
		r = image_canvas_changed(&w->shown, frame, w->quality < 100 ? ALIKE : 0);
	if (r.w == 0)
		return push_nothing(w, ms, err);
	/* places are even */
	r.w += r.x & 1;
	r.h += r.y & 1;
	r.x &= ~1;
	r.y &= ~1;
	if (!encode_best(frame, &r, w->quality, &bits, err))
		return false;
	ok = push(w, &r, &bits, ms, false, err);
	WebPMemoryWriterClear(&bits);
	image_canvas_copy(&w->shown, frame, &r);
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
