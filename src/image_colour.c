#include "image_colour.h"

#include "image_magick.h"

#include <lcms2.h>
#include <stdlib.h>

/* The form samples of this image have under a profile of that colour space; 0: they do not match.
 */
static cmsUInt32Number
samples_under(const Image *image, cmsColorSpaceSignature space, bool grey)
{
	bool cmyk = image->colorspace == CMYKColorspace;

	if (space == cmsSigCmykData && cmyk)
		return TYPE_CMYK_8;
	if (space == cmsSigRgbData && !cmyk)
		return TYPE_RGB_8;
	return space == cmsSigGrayData && grey ? TYPE_GRAY_8 : 0;
}

/* Tell whether a profile gives sRGB's colours within one level in 255, as most pictures' do. */
static bool
is_srgb(cmsHPROFILE from, cmsHPROFILE srgb)
{
	static const unsigned char levels[] = { 0, 40, 90, 150, 210, 255 };
	cmsHTRANSFORM t = cmsCreateTransform(from, TYPE_RGB_8, srgb, TYPE_RGB_8, INTENT_PERCEPTUAL,
		cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE);
	bool same = t != NULL;

	for (unsigned i = 0; same && i < 6 * 6 * 6; i++) {
		unsigned char in[3] = { levels[i / 36], levels[i / 6 % 6], levels[i % 6] };
		unsigned char out[3] = { 0 };

		cmsDoTransform(t, in, out, 1);
		for (int c = 0; c < 3; c++)
			same = same && out[c] <= in[c] + 1 && out[c] + 1 >= in[c];
	}
	if (t != NULL)
		cmsDeleteTransform(t);
	return same;
}

static void
pack_row(const PixelPacket *row, unsigned long n, cmsUInt32Number samples, unsigned char *to)
{
	for (unsigned long x = 0; x < n; x++) {
		*to++ = ScaleQuantumToChar(row[x].red);
		if (samples == TYPE_GRAY_8)
			continue;
		*to++ = ScaleQuantumToChar(row[x].green);
		*to++ = ScaleQuantumToChar(row[x].blue);
		if (samples == TYPE_CMYK_8)
			*to++ = ScaleQuantumToChar(row[x].opacity); /* black ink */
	}
}

static void
unpack_row(const unsigned char *from, PixelPacket *row, unsigned long n, bool opaque)
{
	for (unsigned long x = 0; x < n; x++, from += 3) {
		row[x].red = ScaleCharToQuantum(from[0]);
		row[x].green = ScaleCharToQuantum(from[1]);
		row[x].blue = ScaleCharToQuantum(from[2]);
		if (opaque)
			row[x].opacity = OpaqueOpacity;
	}
}

/*
 * Run every row through a transform, in 8 bits: lcms2 prepares and does that several times faster
 * than 16, and the result will have no more.
 */
static bool
transform_rows(Image *image, cmsHTRANSFORM t, cmsUInt32Number samples, ExceptionInfo *e)
{
	unsigned long n = image->columns;
	unsigned char *in = malloc(4 * n), *out = malloc(3 * n);
	bool ok = in != NULL && out != NULL;

	image->storage_class = DirectClass;
	for (unsigned long y = 0; ok && y < image->rows; y++) {
		PixelPacket *row = GetImagePixelsEx(image, 0, (long)y, n, 1, e);

		if (row == NULL) {
			ok = false;
			break;
		}
		pack_row(row, n, samples, in);
		cmsDoTransform(t, in, out, (cmsUInt32Number)n);
		unpack_row(out, row, n, samples == TYPE_CMYK_8);
		ok = SyncImagePixelsEx(image, e) != MagickFail;
	}
	image->colorspace = RGBColorspace;
	image->is_grayscale = image->is_monochrome = MagickFalse;
	free(in);
	free(out);
	return ok;
}

/*
 * Convert by an embedded profile. *ret_done stays false when the profile is broken or of another
 * colour space than the picture: it is then as if there were none.
 */
static bool
convert(Image *image, const unsigned char *icc, size_t len, const struct image_profiles *profiles,
	bool grey, bool *ret_done, ExceptionInfo *e)
{
	cmsHPROFILE from = cmsOpenProfileFromMem(icc, (cmsUInt32Number)len);
	cmsHPROFILE srgb =
		cmsOpenProfileFromMem(profiles->srgb, (cmsUInt32Number)profiles->srgb_len);
	cmsUInt32Number samples, flags = 0;
	cmsHTRANSFORM t = NULL;
	bool ok = true;

	if (from == NULL || srgb == NULL)
		goto out;
	samples = samples_under(image, cmsGetColorSpace(from), grey);
	if (samples == 0)
		goto out;
	if (samples == TYPE_RGB_8 && is_srgb(from, srgb)) {
		*ret_done = true;
		goto out;
	}
	/* tables take 4 ms to prepare, 40 for inks: not worth it for few pixels */
	if (image->columns * image->rows < (samples == TYPE_CMYK_8 ? 100000 : 10000))
		flags = cmsFLAGS_NOOPTIMIZE;
	t = cmsCreateTransform(from, samples, srgb, TYPE_RGB_8, INTENT_PERCEPTUAL, flags);
	if (t == NULL)
		goto out;
	*ret_done = true;
	ok = transform_rows(image, t, samples, e);
out:
	if (t != NULL)
		cmsDeleteTransform(t);
	if (from != NULL)
		cmsCloseProfile(from);
	if (srgb != NULL)
		cmsCloseProfile(srgb);
	return ok;
}

bool
image_colour_to_srgb(Image *image, const struct image_info *info,
	const struct image_profiles *profiles, ExceptionInfo *e)
{
	size_t len = 0;
	const unsigned char *icc = GetImageProfile(image, "ICM", &len);
	bool done = false;

	if (icc != NULL && len > 0 && !convert(image, icc, len, profiles, info->grey, &done, e))
		return false;
	if (!done && image->colorspace == CMYKColorspace && profiles->cmyk != NULL &&
		!convert(image, profiles->cmyk, profiles->cmyk_len, profiles, false, &done, e))
		return false;
	/* what is left is grey, RGB without a usable profile, or inks to be converted by arithmetic
	 */
	if (image->colorspace != RGBColorspace && !IsGrayColorspace(image->colorspace)) {
		bool cmyk = image->colorspace == CMYKColorspace;

		if (!TransformColorspace(image, RGBColorspace))
			return false;
		if (cmyk)
			image->matte = MagickFalse;
	}
	return true;
}
