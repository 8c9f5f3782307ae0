#include "image_encode.h"

#include "image_avif.h"
#include "image_magick.h"
#include "image_ops.h"

#include <stdio.h>
#include <stdlib.h>

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
	info->interlace = NoInterlace;
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
	if (DispatchImage(image, 0, 0, image->columns, image->rows, "RGBA", CharPixel, rgba, e))
		return rgba;
	image_ops_fault(e, ERR_INTERNAL, err);
	free(rgba);
	return NULL;
}

static bool
encode_avif(const Image *image, const struct image_coding *how, struct buf *ret, ExceptionInfo *e,
	struct err *err)
{
	unsigned char *rgba = take_pixels(image, e, err);
	const struct image_avif from = { .rgba = rgba,
		.width = (int32_t)image->columns,
		.height = (int32_t)image->rows,
		.alpha = image->matte != MagickFalse,
		.quality = how->quality,
		.speed = how->speed };
	bool ok = rgba != NULL && image_avif_write(&from, ret, err);

	free(rgba);
	return ok;
}

bool
image_encode(Image *image, const struct image_coding *how, struct buf *ret, struct err *err)
{
	ExceptionInfo e;
	bool ok;

	GetExceptionInfo(&e);
	if (image->matte && IsOpaqueImage(image, &e))
		image->matte = MagickFalse;
	ok = how->format == FORMAT_AVIF ? encode_avif(image, how, ret, &e, err)
					: encode_by_magick(image, how, ret, &e, err);
	DestroyExceptionInfo(&e);
	return ok;
}
