#include "image_frames.h"

#include "base/now.h"
#include "image_gif.h"
#include "image_look.h"
#include "image_magick.h"
#include "image_ops.h"
#include "image_webp_anim.h"

#include <string.h>

/* ---- A reader of either format ---- */

struct reader {
	enum format format;
	struct image_gif_reader gif;
	struct image_webp_reader webp;
	int32_t plays; /* 0: for ever */
};

static bool
reader_open(struct reader *r, const unsigned char *bytes, size_t n, const struct image_info *info,
	struct err *err)
{
	bool ok;

	memset(r, 0, sizeof *r);
	r->format = info->format;
	if (r->format == FORMAT_GIF) {
		r->plays = gif_plays(bytes, n);
		return image_gif_read_open(&r->gif, bytes, n, info->width, info->height, err);
	}
	ok = image_webp_anim_read_open(&r->webp, bytes, n, info->width, info->height, err);
	r->plays = r->webp.plays;
	return ok;
}

static bool
reader_next(struct reader *r, int32_t *ret_ms, struct err *err)
{
	return r->format == FORMAT_GIF ? image_gif_read_next(&r->gif, ret_ms, err)
				       : image_webp_anim_read_next(&r->webp, ret_ms, err);
}

/* A file that is cut off behind the frames that were counted has lost some. */
static bool
reader_end(struct reader *r, struct err *err)
{
	struct gif_frame more;
	bool end;

	/* libwebpdemux has looked at the whole file before */
	return r->format != FORMAT_GIF || gif_next(&r->gif.walk, &more, &end, err);
}

static void
reader_done(struct reader *r)
{
	image_gif_read_done(&r->gif);
	image_webp_anim_read_done(&r->webp);
}

/* The frame read last, for GraphicsMagick, with the file's colour profile. */
static bool
reader_image(const struct reader *r, Image **ret, struct err *err)
{
	const struct image_canvas *c = r->format == FORMAT_GIF ? &r->gif.canvas : &r->webp.canvas;

	if (!image_canvas_to_image(c->rgba, 4 * (size_t)c->w, c->w, c->h, ret, err))
		return false;
	if (r->webp.icc != NULL)
		(void)SetImageProfile(*ret, "ICM", r->webp.icc, r->webp.icc_len);
	return true;
}

/* ---- A writer of either format ---- */

struct writer {
	enum format format;
	struct image_gif_writer gif;
	struct image_webp_writer webp;
	struct image_canvas frame; /* the next one */
	struct buf *out;           /* borrowed */
};

static bool
writer_open(
	struct writer *w, const struct plan *plan, int32_t plays, struct buf *out, struct err *err)
{
	int32_t width = plan->canvas_w, height = plan->canvas_h;

	memset(w, 0, sizeof *w);
	w->format = plan->format;
	w->out = out;
	if (!image_canvas_make(&w->frame, width, height, err))
		return false;
	return w->format == FORMAT_GIF
		       ? image_gif_write_open(&w->gif, out, width, height, plays, err)
		       : image_webp_anim_write_open(
				 &w->webp, width, height, plays, plan->quality, err);
}

static bool
writer_add(struct writer *w, int32_t ms, struct err *err)
{
	return w->format == FORMAT_GIF ? image_gif_write_add(&w->gif, &w->frame, ms, err)
				       : image_webp_anim_write_add(&w->webp, &w->frame, ms, err);
}

static bool
writer_end(struct writer *w, struct err *err)
{
	return w->format == FORMAT_GIF ? image_gif_write_end(&w->gif, err)
				       : image_webp_anim_write_end(&w->webp, w->out, err);
}

static void
writer_done(struct writer *w)
{
	image_gif_write_done(&w->gif);
	image_webp_anim_write_done(&w->webp);
	image_canvas_done(&w->frame);
}

/* ---- The two ways through ---- */

bool
image_frames_read(const unsigned char *bytes, size_t n, const struct image_info *info,
	const struct plan *plan, Image **ret, struct err *err)
{
	struct reader r;
	int32_t ms;
	bool ok = reader_open(&r, bytes, n, info, err);

	for (int32_t i = 0; ok && i < plan->frame; i++)
		ok = reader_next(&r, &ms, err);
	ok = ok && reader_image(&r, ret, err);
	reader_done(&r);
	return ok;
}

/* Decide on the first frame, for all of them, what only pixels can tell. */
static bool
look_first(const struct reader *r, struct plan *plan, struct err *err)
{
	Image *image = NULL;
	bool ok = true;

	if (plan->trim == 0 && !plan->smart)
		return true;
	ok = reader_image(r, &image, err) && image_look(image, plan, err);
	if (image != NULL)
		DestroyImageList(image);
	return ok;
}

/* Do the plan on the frame read last, and hand it to the writer's canvas. */
static bool
make_frame(const struct reader *r, struct writer *w, const struct plan *plan,
	const struct image_info *info, const struct image_profiles *profiles, struct err *err)
{
	Image *image = NULL;
	bool ok = reader_image(r, &image, err) &&
		  image_ops_apply(&image, plan, info, profiles, err) &&
		  image_canvas_take(&w->frame, image, err);

	if (image != NULL)
		DestroyImageList(image);
	return ok;
}

bool
image_frames_render(const unsigned char *bytes, size_t n, const struct image_info *info,
	const struct plan *plan, const struct image_profiles *profiles, struct buf *ret,
	struct image_made *ret_made, struct err *err)
{
	struct image_times times = { 0, 0, 0 };
	struct plan seen = *plan;
	struct reader r;
	struct writer w = { .format = FORMAT_NONE };
	int32_t ms = 0;
	bool ok = reader_open(&r, bytes, n, info, err);

	for (int32_t i = 0; ok && i < plan->frames; i++) {
		uint64_t began = now_mono_us(), decoded, made;

		ok = reader_next(&r, &ms, err);
		decoded = now_mono_us();
		if (i == 0)
			ok = ok && look_first(&r, &seen, err) &&
			     writer_open(&w, &seen, r.plays, ret, err);
		ok = ok && make_frame(&r, &w, &seen, info, profiles, err);
		made = now_mono_us();
		ok = ok && writer_add(&w, ms, err);
		times.decode_us += decoded - began;
		times.resize_us += made - decoded;
		times.encode_us += now_mono_us() - made;
	}
	ok = ok && reader_end(&r, err) && writer_end(&w, err);
	if (!ok)
		buf_reset(ret);
	*ret_made = (struct image_made){ .format = seen.format,
		.wanted = seen.wanted,
		.width = seen.canvas_w,
		.height = seen.canvas_h,
		.frames = seen.frames,
		.quality = seen.quality,
		.encodes = 1,
		.over_budget = seen.max_bytes > 0 && (int64_t)ret->len > seen.max_bytes,
		.times = times };
	writer_done(&w);
	reader_done(&r);
	return ok;
}
