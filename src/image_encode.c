#include "image_encode.h"

#include "image_avif.h"
#include "image_magick.h"
#include "image_ops.h"
#include "image_png.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FEW_COLOURS 4096 /* a drawing with soft edges has fewer, a photograph more */
#define UNSEEN      4.0  /* of 255: mean difference of a channel that a palette may make */

/* GIF knows only seen and unseen: what is less than half there goes. */
static bool
make_alpha_binary(Image *image, ExceptionInfo *e)
{
	for (unsigned long y = 0; y < image->rows; y++) {
		PixelPacket *row = GetImagePixelsEx(image, 0, (long)y, image->columns, 1, e);

		if (row == NULL)
			return false;
		for (unsigned long x = 0; x < image->columns; x++)
			row[x].opacity =
				row[x].opacity > MaxRGB / 2 ? TransparentOpacity : OpaqueOpacity;
		if (!SyncImagePixelsEx(image, e))
			return false;
	}
	image->storage_class = DirectClass;
	return true;
}

static void
set_options(ImageInfo *info, const struct image_coding *how)
{
	info->quality = (unsigned long)how->quality;
	info->interlace = how->progressive && !how->quick ? LineInterlace : NoInterlace;
	if (how->format == FORMAT_PNG)
		/* tens: zlib's level; 5 adaptive filters, or none for grey and palettes; 1 the
		 * first filter */
		info->quality = how->quick ? 11 : 65;
	if (how->format == FORMAT_JPEG) {
		/* full colour resolution where quality is wanted, else half in both directions */
		(void)CloneString(&info->sampling_factor, how->quality >= 90 ? "1x1" : "2x2");
		(void)AddDefinitions(info,
			how->quick ? "jpeg:optimize-coding=FALSE" : "jpeg:optimize-coding=TRUE",
			NULL);
	}
	if (how->format == FORMAT_WEBP)
		(void)AddDefinitions(info, how->quick ? "webp:method=0" : "webp:method=4", NULL);
	if (how->format == FORMAT_WEBP && how->lossless)
		(void)AddDefinitions(info, "webp:lossless=TRUE", NULL);
}

/*
 * Name the XMP of a WebP as readers look for it: GraphicsMagick 1.3.40 writes a NUL for the blank
 * in its name, and no flag.
 *
 * Source  RFC 9649 2.7
 */
static void
mend_xmp(struct buf *webp)
{
	for (size_t at = 12; webp->len - at >= 8;) {
		unsigned char *chunk = webp->bytes + at;
		size_t len = (size_t)chunk[7] << 24 | (size_t)chunk[6] << 16 |
			     (size_t)chunk[5] << 8 | chunk[4];

		if (memcmp(chunk, "XMP", 4) == 0 && memcmp(webp->bytes + 12, "VP8X", 4) == 0) {
			chunk[3] = ' ';
			webp->bytes[20] |= 0x04;
		}
		if (len + (len & 1) > webp->len - at - 8)
			return;
		at += 8 + len + (len & 1);
	}
}

/* By GraphicsMagick's own encoders. */
static bool
encode_by_magick(Image *image, const struct image_coding *how, struct buf *ret, ExceptionInfo *e,
	struct err *err)
{
	ImageInfo *info = CloneImageInfo(NULL);
	size_t len = 0;
	void *blob = NULL;
	bool ok = false;

	set_options(info, how);
	/* what an encoding before this one noted there; metadata are profiles */
	DestroyImageAttributes(image);
	(void)snprintf(image->magick, sizeof image->magick, "%s", format_row(how->format)->magick);
	if (how->format != FORMAT_GIF || !image->matte || make_alpha_binary(image, e))
		blob = ImageToBlob(info, image, &len, e);
	if (blob == NULL || len == 0) {
		if (e->severity == UndefinedException)
			GetImageException(image, e);
		image_ops_fault(e, ERR_INTERNAL, err);
	} else {
		ok = buf_add(ret, blob, len, err);
	}
	if (ok && how->format == FORMAT_WEBP && ret->len > 30)
		mend_xmp(ret);
	MagickFree(blob);
	DestroyImageInfo(info);
	return ok;
}

/* All pixels as 8-bit RGBA; NULL with err when there is no memory. The caller frees them. */
static unsigned char *
take_pixels(const Image *image, ExceptionInfo *e, struct err *err)
{
	size_t n = 4 * (size_t)image->columns * image->rows;
	unsigned char *rgba = malloc(n);

	if (rgba == NULL) {
		err_set(err, ERR_MEMORY, "%s", "");
		(void)err_detail(err, "%zu bytes of pixels", n);
		return NULL;
	}
	if (DispatchImage(image, 0, 0, image->columns, image->rows, "RGBA", CharPixel, rgba, e)) {
		/* of an image without transparency anything may stand there */
		for (size_t i = 3; i < n && !image->matte; i += 4)
			rgba[i] = 255;
		return rgba;
	}
	image_ops_fault(e, ERR_INTERNAL, err);
	free(rgba);
	return NULL;
}

static bool
encode_avif(const Image *image, const struct image_coding *how, struct buf *ret, ExceptionInfo *e,
	struct err *err)
{
	unsigned char *rgba = take_pixels(image, e, err);
	size_t exif_len = 0, xmp_len = 0;
	const unsigned char *exif = GetImageProfile(image, "EXIF", &exif_len);
	const unsigned char *xmp = GetImageProfile(image, "XMP", &xmp_len);
	const struct image_avif from = { .rgba = rgba,
		.width = (int32_t)image->columns,
		.height = (int32_t)image->rows,
		.alpha = image->matte != MagickFalse,
		.quality = how->quality,
		.speed = how->speed,
		/* HEIF knows where the header begins; "Exif" and two zeros are JPEG's */
		.exif = exif_len > 6 ? exif + 6 : NULL,
		.exif_len = exif_len > 6 ? exif_len - 6 : 0,
		.xmp = xmp,
		.xmp_len = xmp_len };
	bool ok = rgba != NULL && image_avif_write(&from, ret, err);

	free(rgba);
	return ok;
}

/* Grey without transparency is a byte to a pixel anyway, and what is kept beside pixels is lost. */
static bool
wants_no_palette(const Image *image, ExceptionInfo *e)
{
	size_t n;

	return GetImageProfile(image, "EXIF", &n) != NULL ||
	       GetImageProfile(image, "XMP", &n) != NULL ||
	       (!image->matte && IsGrayImage(image, e));
}

/*
 * Put a PNG with a palette in the place of the one in ret, where the picture has few colours, or
 * may make do with few, and it is smaller so.
 */
static bool
try_palette(const Image *image, const struct image_coding *how, struct buf *ret, ExceptionInfo *e,
	struct err *err)
{
	int32_t w = (int32_t)image->columns, h = (int32_t)image->rows;
	size_t n = (size_t)image->columns * image->rows;
	unsigned char *rgba = NULL, *index = NULL;
	struct buf other = BUF_INIT(ret->limit), swap;
	struct palette palette;
	double distance = 0;
	bool ok = true;

	if (image->storage_class == PseudoClass && !image->matte)
		return true; /* it has one */
	rgba = take_pixels(image, e, err);
	index = rgba != NULL ? malloc(n) : NULL;
	if (index == NULL) {
		ok = rgba == NULL ? false : err_set(err, ERR_MEMORY, "%s", "");
		goto out;
	}
	if (!palette_exact(rgba, n, &palette, index) &&
		(!how->palette || !palette_reduce(rgba, w, h, &palette, index, &distance) ||
			distance > UNSEEN))
		goto out;
	ok = image_png_write(index, w, h, &palette, &other, err);
	if (ok && other.len < ret->len) {
		swap = *ret;
		*ret = other;
		other = swap;
	}
out:
	free(rgba);
	free(index);
	buf_done(&other);
	return ok;
}

/* Put a WebP without loss in the place of the one in ret, where there are few colours and it is no
 * larger. */
static bool
try_lossless(Image *image, const struct image_coding *how, struct buf *ret, ExceptionInfo *e,
	struct err *err)
{
	struct image_coding exactly = *how;
	struct buf other = BUF_INIT(ret->limit), swap;
	unsigned char *rgba = take_pixels(image, e, err);
	bool ok = rgba != NULL;

	if (ok && palette_within(rgba, (size_t)image->columns * image->rows, FEW_COLOURS)) {
		exactly.lossless = true;
		exactly.quality = 75; /* effort, here */
		ok = encode_by_magick(image, &exactly, &other, e, err);
		if (ok && other.len <= ret->len) {
			swap = *ret;
			*ret = other;
			other = swap;
		}
	}
	free(rgba);
	buf_done(&other);
	return ok;
}

static bool
encode(Image *image, const struct image_coding *how, struct buf *ret, ExceptionInfo *e,
	struct err *err)
{
	struct image_coding first = *how;

	if (how->format == FORMAT_AVIF)
		return encode_avif(image, how, ret, e, err);
	first.lossless = false;
	if (!encode_by_magick(image, &first, ret, e, err))
		return false;
	if (how->format == FORMAT_PNG && !how->quick && !wants_no_palette(image, e))
		return try_palette(image, how, ret, e, err);
	if (how->format == FORMAT_WEBP && how->lossless && !how->quick)
		return try_lossless(image, how, ret, e, err);
	return true;
}

/* The level nearest to one that shows the same once it is multiplied by that opacity, in 8 bits. */
static Quantum
settle(Quantum level, unsigned opacity)
{
	unsigned shown = (ScaleQuantumToChar(level) * opacity + 127) / 255;
	unsigned settled = opacity == 0 ? 0 : (shown * 255 + opacity / 2) / opacity;

	return ScaleCharToQuantum(settled < 255 ? settled : 255);
}

/*
 * Colours no finer than can be seen where little or nothing shows: noise there costs a lossless
 * coding a third of its bytes.
 */
static bool
settle_hidden(Image *image, ExceptionInfo *e)
{
	image->storage_class = DirectClass;
	for (unsigned long y = 0; y < image->rows; y++) {
		PixelPacket *row = GetImagePixelsEx(image, 0, (long)y, image->columns, 1, e);

		if (row == NULL)
			return false;
		for (unsigned long x = 0; x < image->columns; x++) {
			unsigned opacity = 255u - ScaleQuantumToChar(row[x].opacity);

			if (opacity == 255)
				continue;
			row[x].red = settle(row[x].red, opacity);
			row[x].green = settle(row[x].green, opacity);
			row[x].blue = settle(row[x].blue, opacity);
		}
		if (!SyncImagePixelsEx(image, e))
			return false;
	}
	return true;
}

bool
image_encode(Image *image, const struct image_coding *how, struct buf *ret, struct err *err)
{
	ExceptionInfo e;
	bool ok;

	GetExceptionInfo(&e);
	if (image->matte && IsOpaqueImage(image, &e))
		image->matte = MagickFalse;
	ok = (how->format != FORMAT_PNG || !image->matte || settle_hidden(image, &e) ||
		     image_ops_fault(&e, ERR_MEMORY, err)) &&
	     encode(image, how, ret, &e, err);
	DestroyExceptionInfo(&e);
	return ok;
}

unsigned char *
image_encode_pixels(const Image *image, int32_t *ret_width, int32_t *ret_height, struct err *err)
{
	ExceptionInfo e;
	unsigned char *rgba;

	GetExceptionInfo(&e);
	rgba = take_pixels(image, &e, err);
	DestroyExceptionInfo(&e);
	*ret_width = (int32_t)image->columns;
	*ret_height = (int32_t)image->rows;
	return rgba;
}
