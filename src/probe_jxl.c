#include "probe_jxl.h"

#define CHANNELS_MAX 64 /* extra ones looked at; pictures have one or two */

/* Bits of a codestream, low ones first. Beyond the end they are zeros, and `over` tells. */
struct bits {
	struct span s;
	size_t at;
	bool over;
};

static uint32_t
take(struct bits *b, int n)
{
	uint32_t v = 0;

	for (int i = 0; i < n; i++, b->at++) {
		if (b->at / 8 >= b->s.n) {
			b->over = true;
			return 0;
		}
		v |= (uint32_t)(b->s.at[b->at / 8] >> b->at % 8 & 1) << i;
	}
	return v;
}

static bool
flag(struct bits *b)
{
	return take(b, 1) != 0;
}

/* One of four ways to write a number: so many bits, and what is added to them. */
struct way {
	int bits;
	uint32_t more;
};

static uint32_t
number(struct bits *b, const struct way ways[4])
{
	const struct way *way = &ways[take(b, 2)];

	return take(b, way->bits) + way->more;
}

static const struct way sides[4] = { { 9, 1 }, { 13, 1 }, { 18, 1 }, { 30, 1 } };
static const struct way kinds[4] = { { 0, 0 }, { 0, 1 }, { 4, 2 }, { 6, 18 } };

/* A width that follows from the height; 0 when it is written out. */
static uint64_t
width_by_ratio(uint32_t ratio, uint64_t height)
{
	static const struct {
		uint32_t num, den;
	} ratios[8] = { { 0, 1 }, { 1, 1 }, { 12, 10 }, { 4, 3 }, { 3, 2 }, { 16, 9 }, { 5, 4 },
		{ 2, 1 } };

	return height * ratios[ratio].num / ratios[ratio].den;
}

static void
read_size(struct bits *b, uint64_t *ret_w, uint64_t *ret_h)
{
	bool by_8 = flag(b);
	uint32_t ratio;

	*ret_h = by_8 ? 8 * (take(b, 5) + 1) : number(b, sides);
	ratio = take(b, 3);
	*ret_w = width_by_ratio(ratio, *ret_h);
	if (ratio == 0)
		*ret_w = by_8 ? 8 * (take(b, 5) + 1) : number(b, sides);
}

static void
skip_preview(struct bits *b)
{
	static const struct way by_8[4] = { { 0, 16 }, { 0, 32 }, { 5, 1 }, { 9, 33 } };
	static const struct way plain[4] = { { 6, 1 }, { 8, 65 }, { 10, 321 }, { 12, 1345 } };
	const struct way *ways = flag(b) ? by_8 : plain;

	(void)number(b, ways);
	if (take(b, 3) == 0)
		(void)number(b, ways);
}

static void
skip_animation(struct bits *b)
{
	static const struct way ticks[4] = { { 0, 100 }, { 0, 1000 }, { 10, 1 }, { 30, 1 } };
	static const struct way per[4] = { { 0, 1 }, { 0, 1001 }, { 8, 1 }, { 10, 1 } };
	static const struct way loops[4] = { { 0, 0 }, { 3, 0 }, { 16, 0 }, { 32, 0 } };

	(void)number(b, ticks);
	(void)number(b, per);
	(void)number(b, loops);
	(void)flag(b);
}

static void
skip_depth(struct bits *b)
{
	static const struct way whole[4] = { { 0, 8 }, { 0, 10 }, { 0, 12 }, { 6, 1 } };
	static const struct way real[4] = { { 0, 32 }, { 0, 16 }, { 0, 24 }, { 6, 1 } };

	if (!flag(b)) {
		(void)number(b, whole);
		return;
	}
	(void)number(b, real);
	(void)take(b, 4);
}

/* Read one extra channel; true when it is transparency. */
static bool
is_alpha(struct bits *b)
{
	static const struct way shifts[4] = { { 0, 0 }, { 0, 3 }, { 0, 4 }, { 3, 1 } };
	static const struct way lengths[4] = { { 0, 0 }, { 4, 0 }, { 5, 16 }, { 10, 48 } };
	static const struct way filters[4] = { { 0, 1 }, { 2, 0 }, { 4, 3 }, { 8, 19 } };
	uint32_t kind, len;

	if (flag(b))
		return true;
	kind = number(b, kinds);
	skip_depth(b);
	(void)number(b, shifts);
	len = number(b, lengths);
	for (uint32_t i = 0; i < len; i++)
		(void)take(b, 8);
	if (kind == 0)
		(void)flag(b);
	else if (kind == 2)
		for (int i = 0; i < 4; i++)
			(void)take(b, 16);
	else if (kind == 5)
		(void)number(b, filters);
	return kind == 0;
}

static void
read_metadata(struct bits *b, struct image_info *info)
{
	static const struct way counts[4] = { { 0, 0 }, { 0, 1 }, { 4, 2 }, { 12, 1 } };
	uint64_t w, h;
	uint32_t extra;

	if (flag(b))
		return;
	if (flag(b)) {
		info->orientation = (int)take(b, 3) + 1;
		if (flag(b))
			read_size(b, &w, &h);
		if (flag(b))
			skip_preview(b);
		info->animated = flag(b);
		if (info->animated)
			skip_animation(b);
	}
	skip_depth(b);
	(void)flag(b); /* buffers of 16 bits suffice */
	extra = number(b, counts);
	for (uint32_t i = 0; i < extra && i < CHANNELS_MAX; i++)
		info->alpha = is_alpha(b) || info->alpha;
	(void)flag(b); /* coded in XYB */
	if (!flag(b)) {
		info->icc = flag(b);
		info->grey = number(b, kinds) == 1;
	}
}

/* The codestream in a container's boxes; nothing when there is none. Of a split one the first part
 * has the header.
 */
static struct span
find_codestream(struct span file)
{
	for (size_t at = 0; file.n - at >= 8;) {
		struct span name = span_from(file, at + 4, 4);
		uint64_t size = be32(file.at + at);
		size_t head = 8;

		if (size == 1 && file.n - at >= 16) {
			size = be64(file.at + at + 8);
			head = 16;
		}
		if (size == 0 || size > file.n - at)
			size = file.n - at;
		if (size < head)
			break;
		if (span_begins(name, "jxlc", 4))
			return span_from(file, at + head, (size_t)size - head);
		if (span_begins(name, "jxlp", 4))
			return span_from(
				span_from(file, at + head, (size_t)size - head), 4, (size_t)size);
		at += (size_t)size;
	}
	return (struct span){ file.at, 0 };
}

bool
probe_jxl_picture(struct span file, struct image_info *info, struct err *err)
{
	struct bits b = { .s = span_begins(file, "\xff\x0a", 2) ? file : find_codestream(file) };
	uint64_t w = 0, h = 0;

	if (!span_begins(b.s, "\xff\x0a", 2))
		return err_set(err, ERR_BROKEN, "%s", "");
	b.at = 16;
	read_size(&b, &w, &h);
	read_metadata(&b, info);
	if (b.over || w > INT32_MAX || h > INT32_MAX)
		return err_set(err, ERR_BROKEN, "%s", "");
	info->width = (int32_t)w;
	info->height = (int32_t)h;
	return true;
}
