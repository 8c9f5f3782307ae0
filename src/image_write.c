#include "image_write.h"

#include "base/now.h"
#include "budget.h"
#include "image_encode.h"
#include "image_magick.h"
#include "image_ops.h"

#define RESERVE_US     10000   /* of the time left, for handing over what was made */
#define PALETTE_PIXELS 1000000 /* for more it takes longer to find few colours than to encode */

/* What one call of image_write works on. */
struct writer {
	Image *image;
	const struct plan *plan;
	struct ladder_pace *pace;
	struct ladder_rung rung;
	bool palette;                  /* may make do with few colours */
	struct image_written *written; /* of the best so far */
};

static uint64_t
left_us(const struct plan *plan)
{
	uint64_t now = now_mono_us() + RESERVE_US;

	if (plan->deadline_us == 0)
		return UINT64_MAX;
	return plan->deadline_us > now ? plan->deadline_us - now : 0;
}

static int64_t
pixels_of(const struct writer *w, double scale)
{
	return (int64_t)((double)w->image->columns * (double)w->image->rows * scale * scale) + 1;
}

/* Quality as it counts for the format that is written, which need not be the planned one. */
static int
quality_for(const struct writer *w)
{
	if (w->rung.format == w->plan->format)
		return w->plan->quality;
	if (!format_row(w->rung.format)->lossy)
		return 0;
	return w->rung.format == FORMAT_WEBP ? w->plan->webp_quality : w->plan->jpeg_quality;
}

/* The picture smaller by a factor; to be destroyed by the caller. NULL with err. */
static Image *
scaled(const Image *image, double scale, struct err *err)
{
	unsigned long w = (unsigned long)((double)image->columns * scale + 0.5);
	unsigned long h = (unsigned long)((double)image->rows * scale + 0.5);
	ExceptionInfo e;
	Image *made;

	GetExceptionInfo(&e);
	made = ResizeImage(image, w > 0 ? w : 1, h > 0 ? h : 1, LanczosFilter, 1, &e);
	if (made == NULL)
		image_ops_fault(&e, ERR_INTERNAL, err);
	DestroyExceptionInfo(&e);
	return made;
}

static bool
encode(struct writer *w, const struct budget_try *at, struct buf *ret,
	struct image_written *ret_written, struct err *err)
{
	const struct image_coding how = { .format = w->rung.format,
		.quality = at->quality,
		.speed = w->rung.speed,
		.quick = w->rung.quick,
		.progressive = w->plan->progressive,
		.lossless = w->plan->lossless,
		.palette = w->palette };
	Image *small = at->scale < 1 ? scaled(w->image, at->scale, err) : NULL;
	Image *image = small != NULL ? small : w->image;
	uint64_t began = now_mono_us();
	bool ok;

	buf_reset(ret);
	ok = (at->scale >= 1 || small != NULL) && image_encode(image, &how, ret, err);
	if (ok) {
		ladder_learn(w->pace, &w->rung, at->quality, pixels_of(w, at->scale),
			now_mono_us() - began);
		*ret_written = (struct image_written){ .format = how.format,
			.width = (int32_t)image->columns,
			.height = (int32_t)image->rows,
			.quality = at->quality };
	}
	if (small != NULL)
		DestroyImage(small);
	return ok;
}

/* Encode until the budget is met or nothing better can be made; *ret is the best. */
static bool
search(struct writer *w, struct buf *ret, bool *ret_hurried, struct err *err)
{
	size_t max = w->plan->max_bytes > 0 ? (size_t)w->plan->max_bytes : SIZE_MAX;
	struct buf other = BUF_INIT(ret->limit), swap;
	struct image_written written;
	size_t last, bytes = 0; /* what the last try came to, which need not be the best */
	struct budget b;
	bool ok;

	budget_start(&b, max, quality_for(w));
	ok = encode(w, &b.at, ret, w->written, err);
	if (ok && ret->len > max && w->rung.format == FORMAT_PNG && !w->palette &&
		pixels_of(w, 1) <= PALETTE_PIXELS) {
		/* fewer colours before fewer pixels */
		w->palette = true;
		b.tries++;
		ok = encode(w, &b.at, ret, w->written, err);
	}
	for (last = ret->len; ok && budget_next(&b, last); last = bytes) {
		if (ladder_estimate(w->pace, &w->rung, b.at.quality, pixels_of(w, b.at.scale)) >
			left_us(w->plan)) {
			*ret_hurried = true;
			b.tries--;
			break;
		}
		ok = encode(w, &b.at, &other, &written, err);
		bytes = other.len;
		if (ok && (bytes <= max || (ret->len > max && bytes < ret->len))) {
			swap = *ret;
			*ret = other;
			other = swap;
			*w->written = written;
		}
	}
	if (!ok)
		buf_reset(ret);
	w->written->encodes = b.tries;
	w->written->over_budget = ret->len > max;
	buf_done(&other);
	return ok;
}

bool
image_write(Image *image, const struct plan *plan, struct ladder_pace *pace, bool drawn,
	struct buf *ret, struct image_written *ret_written, struct err *err)
{
	const struct ladder_rung wanted = { .format = plan->format, .speed = plan->speed };
	struct writer w = {
		.image = image, .plan = plan, .pace = pace, .palette = drawn, .written = ret_written
	};
	bool hurried;

	*ret_written = (struct image_written){ .format = plan->format };
	hurried = ladder_choose(pace, &wanted, plan->quality,
		(int64_t)image->columns * (int64_t)image->rows, image->matte != MagickFalse,
		plan->may, left_us(plan), &w.rung);
	if (!search(&w, ret, &hurried, err))
		return false;
	ret_written->hurried = hurried;
	return true;
}
