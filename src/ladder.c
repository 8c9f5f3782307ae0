#include "ladder.h"

#define ENOUGH_PIXELS 20000 /* fewer, and starting costs more than encoding */
#define MARGIN        1.5   /* estimates are that much too low at times */
#define PACE_MIN      0.2
#define PACE_MAX      50.0

/*
 * ns per pixel, photographs with fine detail, one core of 2020's servers: measured for AVIF with
 * libaom 3.6 (4:2:0, quality 55; speeds 0 to 4 by their documented ratios), for the rest with
 * GraphicsMagick 1.3.40, its 16-bit pixels included. Only proportions matter: the pace corrects
 * what they start from.
 */
static const double avif_ns[] = { 100000, 50000, 25000, 12000, 6000, 3600, 1000, 450, 400, 90, 90 };
static const struct {
	double full, quick;
} others_ns[FORMAT__COUNT] = {
	[FORMAT_JPEG] = { 30, 20 },
	[FORMAT_PNG] = { 160, 60 },
	[FORMAT_GIF] = { 250, 250 },
	[FORMAT_WEBP] = { 140, 50 },
	[FORMAT_JXL] = { 700, 700 },
};
#define FULL_CHROMA   1.7 /* times as long, from quality 90 on */
#define LOSSLESS_WEBP 6.0

static double
table_ns(const struct ladder_rung *rung, int quality)
{
	double ns = rung->quick ? others_ns[rung->format].quick : others_ns[rung->format].full;

	if (rung->format == FORMAT_AVIF)
		ns = avif_ns[rung->speed < 0 ? 0 : rung->speed > 10 ? 10 : rung->speed];
	if (rung->format == FORMAT_AVIF && quality >= 90)
		ns *= FULL_CHROMA;
	if (rung->format == FORMAT_WEBP && rung->lossless)
		ns *= LOSSLESS_WEBP;
	return ns;
}

uint64_t
ladder_estimate(
	const struct ladder_pace *pace, const struct ladder_rung *rung, int quality, int64_t pixels)
{
	double factor = pace->of[rung->format] > 0 ? pace->of[rung->format] : 1;

	return (uint64_t)(table_ns(rung, quality) * (double)pixels * factor / 1000) + 1;
}

void
ladder_learn(struct ladder_pace *pace, const struct ladder_rung *rung, int quality, int64_t pixels,
	uint64_t us)
{
	double *of = &pace->of[rung->format];
	double ns = table_ns(rung, quality), now;

	if (pixels < ENOUGH_PIXELS || ns <= 0)
		return;
	now = (double)us * 1000 / ((double)pixels * ns);
	now = now < PACE_MIN ? PACE_MIN : now > PACE_MAX ? PACE_MAX : now;
	/* one slow picture is no rule, but the next should be on the safe side */
	*of = *of > 0 ? (3 * *of + now) / 4 : now;
}

bool
ladder_choose(const struct ladder_pace *pace, const struct ladder_rung *wanted, int quality,
	int64_t pixels, bool see_through, uint32_t formats, uint64_t left_us,
	struct ladder_rung *ret)
{
	const struct ladder_rung rungs[] = {
		*wanted,
		{ .format = FORMAT_AVIF, .speed = 10 },
		{ .format = FORMAT_WEBP },
		{ .format = FORMAT_WEBP, .quick = true },
		{ .format = see_through ? FORMAT_PNG : FORMAT_JPEG, .quick = true },
	};
	/* where the wanted one stands among them: nothing above it is stepped to */
	size_t n = sizeof rungs / sizeof rungs[0];
	size_t from = wanted->format == FORMAT_AVIF || wanted->format == FORMAT_JXL ? 1
		      : wanted->format == FORMAT_WEBP                               ? 3
										    : n - 1;
	size_t last = 0;

	*ret = *wanted;
	if (left_us == UINT64_MAX)
		return false;
	for (size_t i = 0; i < n; i = i == 0 ? from : i + 1) {
		if ((formats & FORMAT_BIT(rungs[i].format)) == 0 && i > 0)
			continue;
		last = i;
		if (MARGIN * (double)ladder_estimate(pace, &rungs[i], quality, pixels) <=
			(double)left_us)
			break;
	}
	*ret = rungs[last];
	return last > 0;
}
