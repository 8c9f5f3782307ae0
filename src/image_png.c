#include "image_png.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define LEVEL 9 /* a byte or less to a pixel: the time is well spent */

static void
put_be(unsigned char *to, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		to[i] = (unsigned char)(v >> (24 - 8 * i));
}

static bool
add_chunk(struct buf *ret, const char *name, const unsigned char *bytes, size_t n, struct err *err)
{
	unsigned char length[4], sum[4];
	uLong crc = crc32(0, (const Bytef *)name, 4);

	put_be(length, (uint32_t)n);
	/* without bytes crc32 would start anew */
	put_be(sum, (uint32_t)(n > 0 ? crc32(crc, bytes, (uInt)n) : crc));
	return buf_add(ret, length, 4, err) && buf_add(ret, name, 4, err) &&
	       buf_add(ret, bytes, n, err) && buf_add(ret, sum, 4, err);
}

static int
bits_for(int count)
{
	return count <= 2 ? 1 : count <= 4 ? 2 : count <= 16 ? 4 : 8;
}

/* Rows as they are compressed: a filter's number (none), then pixels from the highest bit on. */
static void
pack(const unsigned char *index, size_t width, size_t height, int bits, unsigned char *to)
{
	size_t across = 1 + (width * (size_t)bits + 7) / 8;

	memset(to, 0, across * height);
	for (size_t y = 0; y < height; y++)
		for (size_t x = 0; x < width; x++) {
			size_t bit = x * (size_t)bits;

			to[y * across + 1 + bit / 8] |=
				(unsigned char)(index[y * width + x]
						<< (8 - bits - (int)(bit % 8)));
		}
}

static bool
add_header(int32_t width, int32_t height, const struct palette *palette, struct buf *ret,
	struct err *err)
{
	unsigned char header[13] = { 0 }, colours[3 * PALETTE_MAX], alphas[PALETTE_MAX];
	size_t see_through = 0;

	put_be(header, (uint32_t)width);
	put_be(header + 4, (uint32_t)height);
	header[8] = (unsigned char)bits_for(palette->count);
	header[9] = 3;
	for (int i = 0; i < palette->count; i++) {
		memcpy(colours + 3 * i, palette->rgba[i], 3);
		alphas[i] = palette->rgba[i][3];
		if (alphas[i] != 255)
			see_through = (size_t)i + 1;
	}
	return buf_add(ret, "\x89PNG\r\n\x1a\n", 8, err) &&
	       add_chunk(ret, "IHDR", header, sizeof header, err) &&
	       add_chunk(ret, "PLTE", colours, 3 * (size_t)palette->count, err) &&
	       (see_through == 0 || add_chunk(ret, "tRNS", alphas, see_through, err));
}

bool
image_png_write(const unsigned char *index, int32_t width, int32_t height,
	const struct palette *palette, struct buf *ret, struct err *err)
{
	int bits = bits_for(palette->count);
	size_t n = (1 + ((size_t)width * (size_t)bits + 7) / 8) * (size_t)height;
	unsigned char *rows = malloc(n), *packed = NULL;
	uLongf len = compressBound(n);
	bool ok = false;

	if (rows != NULL)
		packed = malloc(len);
	if (packed == NULL) {
		err_set(err, ERR_MEMORY, "%s", "");
		goto out;
	}
	pack(index, (size_t)width, (size_t)height, bits, rows);
	if (compress2(packed, &len, rows, n, LEVEL) != Z_OK) {
		err_set(err, ERR_MEMORY, "%s", "");
		goto out;
	}
	ok = add_header(width, height, palette, ret, err) &&
	     add_chunk(ret, "IDAT", packed, len, err) && add_chunk(ret, "IEND", NULL, 0, err);
out:
	free(rows);
	free(packed);
	return ok;
}
