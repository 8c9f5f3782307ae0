#include "image_describe.h"

#include "blurhash.h"
#include "image_encode.h"

#include <stdlib.h>
#include <string.h>

/* The mean of the colours that are most alike: of the fullest of 4096 bins. */
static void
find_dominant(const unsigned char *rgba, size_t n, unsigned ret[3])
{
	static const int channels = 3;
	uint32_t(*bins)[4] = calloc(4096, sizeof *bins); /* alpha, and channels weighed by it */
	size_t best = 0;

	ret[0] = ret[1] = ret[2] = 255;
	if (bins == NULL)
		return;
	for (size_t i = 0; i < n; i++) {
		const unsigned char *p = rgba + 4 * i;
		size_t at = (size_t)(p[0] >> 4) << 8 | (size_t)(p[1] >> 4) << 4 | p[2] >> 4;

		bins[at][3] += p[3];
		for (int k = 0; k < channels; k++)
			bins[at][k] += (uint32_t)p[k] * p[3] / 255;
		if (bins[at][3] > bins[best][3])
			best = at;
	}
	for (int k = 0; k < channels && bins[best][3] >= 255; k++) {
		ret[k] = bins[best][k] / (bins[best][3] / 255);
		ret[k] = ret[k] > 255 ? 255 : ret[k];
	}
	free(bins);
}

static bool
shows_through(const unsigned char *rgba, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (rgba[4 * i + 3] != 255)
			return true;
	return false;
}

bool
image_describe(const struct _Image *image, const struct image_info *info, const struct plan *plan,
	size_t bytes, struct buf *ret, struct err *err)
{
	int32_t w, h;
	unsigned char *rgba = image_encode_pixels(image, &w, &h, err);
	size_t n = rgba != NULL ? (size_t)w * (size_t)h : 0;
	char hash[BLURHASH_SIZE];
	unsigned dominant[3];
	bool ok;

	if (rgba == NULL)
		return false;
	blurhash_write(rgba, w, h, w < h ? 3 : 4, w > h ? 3 : 4, hash);
	if (plan->format == FORMAT_BLURHASH) {
		ok = buf_adds(ret, hash, err);
	} else {
		find_dominant(rgba, n, dominant);
		ok = buf_addf(ret, err,
			"{\"width\":%d,\"height\":%d,\"format\":\"%s\",\"bytes\":%zu,"
			"\"alpha\":%s,\"animated\":%s,\"dominant\":\"#%02x%02x%02x\","
			"\"blurhash\":\"%s\"}\n",
			(int)probe_width(info), (int)probe_height(info),
			format_row(info->format)->name, bytes,
			shows_through(rgba, n) ? "true" : "false",
			info->animated ? "true" : "false", dominant[0], dominant[1], dominant[2],
			hash);
	}
	free(rgba);
	return ok;
}
