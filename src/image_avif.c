#include "image_avif.h"

#include <stdio.h>

#ifdef HAVE_AVIF
#	include <avif/avif.h>

#	define SPREAD 4 /* quantizer steps the encoder may stray from what quality says */

static bool
refused(avifResult result, struct err *err)
{
	err_set(err, result == AVIF_RESULT_OUT_OF_MEMORY ? ERR_MEMORY : ERR_INTERNAL, "%s", "");
	return err_detail(err, "libavif: %s", avifResultToString(result));
}

/* libavif before 1.0 knows quantizers alone, 0 best to 63; the middle of the two is what counts. */
#	if AVIF_VERSION_MAJOR < 1
static void
set_quantizers(int quality, int *ret_min, int *ret_max)
{
	int middle = ((100 - quality) * 63 + 50) / 100;
	int spread = middle < SPREAD ? middle : SPREAD;

	if (63 - middle < spread)
		spread = 63 - middle;
	*ret_min = middle - spread;
	*ret_max = middle + spread;
}
#	endif

static void
set_encoder(avifEncoder *encoder, const struct image_avif *from)
{
	/* edges of transparency show long before colour does: half as far from the best */
	int alpha = from->quality + (100 - from->quality) / 2;

	encoder->maxThreads = 1;
	encoder->speed = from->speed;
	/* libaom's for stills: bits go where the eye looks; another encoder passes over it. Speed 7
	 * and above leave it out by themselves. */
	avifEncoderSetCodecSpecificOption(encoder, "deltaq-mode", "3");
#	if AVIF_VERSION_MAJOR < 1
	set_quantizers(from->quality, &encoder->minQuantizer, &encoder->maxQuantizer);
	set_quantizers(alpha, &encoder->minQuantizerAlpha, &encoder->maxQuantizerAlpha);
#	else
	encoder->quality = from->quality;
	encoder->qualityAlpha = alpha;
#	endif
}

/* Metadata, whose functions tell of failure in newer versions only. */
static avifResult
set_metadata(avifImage *image, const struct image_avif *from)
{
	avifResult result = AVIF_RESULT_OK;

#	if AVIF_VERSION_MAJOR < 1
	if (from->exif != NULL)
		avifImageSetMetadataExif(image, from->exif, from->exif_len);
	if (from->xmp != NULL)
		avifImageSetMetadataXMP(image, from->xmp, from->xmp_len);
#	else
	if (from->exif != NULL)
		result = avifImageSetMetadataExif(image, from->exif, from->exif_len);
	if (from->xmp != NULL && result == AVIF_RESULT_OK)
		result = avifImageSetMetadataXMP(image, from->xmp, from->xmp_len);
#	endif
	return result;
}

static avifResult
fill(avifImage *image, const struct image_avif *from)
{
	union {
		const unsigned char *from;
		uint8_t *to; /* libavif only reads here, but does not say so */
	} pixels = { from->rgba };
	avifRGBImage rgb;

	image->colorPrimaries = AVIF_COLOR_PRIMARIES_BT709;
	image->transferCharacteristics = AVIF_TRANSFER_CHARACTERISTICS_SRGB;
	image->matrixCoefficients = AVIF_MATRIX_COEFFICIENTS_BT601;
	image->yuvRange = AVIF_RANGE_FULL;
	avifRGBImageSetDefaults(&rgb, image);
	rgb.depth = 8;
	rgb.format = AVIF_RGB_FORMAT_RGBA;
	rgb.ignoreAlpha = !from->alpha;
	rgb.pixels = pixels.to;
	rgb.rowBytes = 4 * (uint32_t)from->width;
	return avifImageRGBToYUV(image, &rgb);
}

const char *
image_avif_version(void)
{
	static char text[320];
	char codecs[256]; /* as large as libavif counts on */

	if (avifCodecName(AVIF_CODEC_CHOICE_AUTO, AVIF_CODEC_FLAG_CAN_ENCODE) == NULL)
		return NULL;
	avifCodecVersions(codecs);
	(void)snprintf(text, sizeof text, "libavif %s (%s)", avifVersion(), codecs);
	return text;
}

bool
image_avif_write(const struct image_avif *from, struct buf *ret, struct err *err)
{
	avifPixelFormat chroma =
		from->quality >= 90 ? AVIF_PIXEL_FORMAT_YUV444 : AVIF_PIXEL_FORMAT_YUV420;
	avifImage *image =
		avifImageCreate((uint32_t)from->width, (uint32_t)from->height, 8, chroma);
	avifEncoder *encoder = avifEncoderCreate();
	avifRWData out = AVIF_DATA_EMPTY;
	avifResult result = AVIF_RESULT_OUT_OF_MEMORY;
	bool ok = false;

	if (image == NULL || encoder == NULL)
		goto out;
	set_encoder(encoder, from);
	result = fill(image, from);
	if (result == AVIF_RESULT_OK)
		result = set_metadata(image, from);
	if (result == AVIF_RESULT_OK)
		result = avifEncoderWrite(encoder, image, &out);
	if (result == AVIF_RESULT_OK)
		ok = buf_add(ret, out.data, out.size, err);
out:
	if (result != AVIF_RESULT_OK)
		refused(result, err);
	avifRWDataFree(&out);
	if (encoder != NULL)
		avifEncoderDestroy(encoder);
	if (image != NULL)
		avifImageDestroy(image);
	return ok;
}

#else

const char *
image_avif_version(void)
{
	return NULL;
}

bool
image_avif_write(const struct image_avif *from, struct buf *ret, struct err *err)
{
	(void)from;
	(void)ret;
	return err_set(err, ERR_INTERNAL, "%s", "");
}

#endif
