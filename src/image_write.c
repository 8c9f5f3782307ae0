#include "image_write.h"

#include "image_magick.h"
#include "image_ops.h"

#include <stdio.h>

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
set_options(ImageInfo *info, enum format format, int quality)
{
	info->quality = (unsigned long)quality;
	info->interlace = NoInterlace;
	if (format == FORMAT_PNG)
		/* zlib's level 6; adaptive filters, or none for grey and palettes */
		info->quality = 65;
	if (format == FORMAT_JPEG) {
		/* full colour resolution where quality is wanted, else half in both directions */
		(void)CloneString(&info->sampling_factor, quality >= 90 ? "1x1" : "2x2");
		(void)AddDefinitions(info, "jpeg:optimize-coding=TRUE", NULL);
	}
	if (format == FORMAT_WEBP)
		(void)AddDefinitions(info, "webp:method=4", NULL);
}

bool
image_write(Image *image, const struct plan *plan, struct buf *ret, struct err *err)
{
	ImageInfo *info = CloneImageInfo(NULL);
	size_t len = 0;
	void *blob = NULL;
	ExceptionInfo e;
	bool ok = false;

	GetExceptionInfo(&e);
	set_options(info, plan->format, plan->quality);
	(void)snprintf(image->magick, sizeof image->magick, "%s", format_row(plan->format)->magick);
	if (image->matte && IsOpaqueImage(image, &e))
		image->matte = MagickFalse;
	if (plan->format != FORMAT_GIF || !image->matte || make_alpha_binary(image, &e))
		blob = ImageToBlob(info, image, &len, &e);
	if (blob == NULL || len == 0) {
		if (e.severity == UndefinedException)
			GetImageException(image, &e);
		image_ops_fault(&e, ERR_INTERNAL, err);
		goto out;
	}
	ok = buf_add(ret, blob, len, err);
out:
	MagickFree(blob);
	DestroyExceptionInfo(&e);
	DestroyImageInfo(info);
	return ok;
}
