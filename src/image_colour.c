#include "image_colour.h"

#include "image_magick.h"

#include <lcms2.h>
#include <math.h>
#include <stdlib.h>

/*
 * More pixels than these are converted in 8 bits, whatever they have: in 16, only lcms2's slow way
 * is right (its tables are off by up to 26 levels in 255 where colours leave sRGB), 0.2 s a
 * million.
 */
#define DEEP_PIXELS_MAX 4000000u

/* Samples of a row as lcms2 takes them. */
struct form {
	cmsUInt32Number type; /* 0: the picture has no such samples */
	bool deep;            /* 16 bits each */
};

/* The form samples of this image have under a profile of that colour space. */
static struct form
form_under(const Image *image, cmsColorSpaceSignature space, bool grey)
{
	bool cmyk = image->colorspace == CMYKColorspace, lab = image->colorspace == LABColorspace;
	bool deep = image->depth > 8 && image->columns * image->rows <= DEEP_PIXELS_MAX;

	if (space == cmsSigLabData && lab)
		return (struct form){ TYPE_Lab_16, true };
	if (space == cmsSigCmykData && cmyk)
		return (struct form){ TYPE_CMYK_8, false };
	if (space == cmsSigRgbData && !cmyk && !lab)
		return (struct form){ deep ? TYPE_RGB_16 : TYPE_RGB_8, deep };
	if (space == cmsSigGrayData && grey)
		return (struct form){ deep ? TYPE_GRAY_16 : TYPE_GRAY_8, deep };
	return (struct form){ 0, false };
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
pack_row(const PixelPacket *row, unsigned long n, cmsUInt32Number type, unsigned char *to)
{
	for (unsigned long x = 0; x < n; x++) {
		*to++ = ScaleQuantumToChar(row[x].red);
		if (type == TYPE_GRAY_8)
			continue;
		*to++ = ScaleQuantumToChar(row[x].green);
		*to++ = ScaleQuantumToChar(row[x].blue);
		if (type == TYPE_CMYK_8)
			*to++ = ScaleQuantumToChar(row[x].opacity); /* black ink */
	}
}

/* A TIFF's a* or b*, two's complement in the file's depth, to ICC's: 128 more, in 257ths. */
static cmsUInt16Number
signed_axis(Quantum q, bool deep)
{
	int v = ScaleQuantumToShort(q), parts = 256;

	if (!deep) {
		v >>= 8; /* the byte that was made wider */
		parts = 1;
	}
	if (v >= 128 * parts)
		v -= 256 * parts;
	return (cmsUInt16Number)((v + 128 * parts) * 257 / parts);
}

static void
pack_row_deep(const PixelPacket *row, unsigned long n, cmsUInt32Number type, bool deep_axes,
	cmsUInt16Number *to)
{
	for (unsigned long x = 0; x < n; x++) {
		*to++ = ScaleQuantumToShort(row[x].red);
		if (type == TYPE_GRAY_16)
			continue;
		*to++ = type == TYPE_Lab_16 ? signed_axis(row[x].green, deep_axes)
					    : ScaleQuantumToShort(row[x].green);
		*to++ = type == TYPE_Lab_16 ? signed_axis(row[x].blue, deep_axes)
					    : ScaleQuantumToShort(row[x].blue);
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

static void
unpack_row_deep(const cmsUInt16Number *from, PixelPacket *row, unsigned long n)
{
	for (unsigned long x = 0; x < n; x++, from += 3) {
		row[x].red = ScaleShortToQuantum(from[0]);
		row[x].green = ScaleShortToQuantum(from[1]);
		row[x].blue = ScaleShortToQuantum(from[2]);
	}
}

/* Run every row through a transform. */
static bool
transform_rows(Image *image, cmsHTRANSFORM t, struct form form, ExceptionInfo *e)
{
	unsigned long n = image->columns;
	bool deep_axes = image->depth > 8;
	cmsUInt16Number *in = malloc(4 * n * sizeof *in), *out = malloc(3 * n * sizeof *out);
	bool ok = in != NULL && out != NULL;

	image->storage_class = DirectClass;
	for (unsigned long y = 0; ok && y < image->rows; y++) {
		PixelPacket *row = GetImagePixelsEx(image, 0, (long)y, n, 1, e);

		if (row == NULL) {
			ok = false;
			break;
		}
		if (form.deep)
			pack_row_deep(row, n, form.type, deep_axes, in);
		else
			pack_row(row, n, form.type, (unsigned char *)in);
		cmsDoTransform(t, in, out, (cmsUInt32Number)n);
		if (form.deep)
			unpack_row_deep(out, row, n);
		else
			unpack_row((unsigned char *)out, row, n, form.type == TYPE_CMYK_8);
		ok = SyncImagePixelsEx(image, e) != MagickFail;
	}
	image->colorspace = RGBColorspace;
	image->is_grayscale = image->is_monochrome = MagickFalse;
	free(in);
	free(out);
	return ok;
}

/* What lcms2 shall prepare: tables cost 4 ms, 40 for inks, and a little truth. */
static cmsUInt32Number
flags_for(const Image *image, struct form form)
{
	unsigned long pixels = image->columns * image->rows;

	if (form.deep)
		return pixels <= DEEP_PIXELS_MAX ? cmsFLAGS_NOOPTIMIZE : 0;
	return pixels < (form.type == TYPE_CMYK_8 ? 100000u : 10000u) ? cmsFLAGS_NOOPTIMIZE : 0;
}

/*
 * Convert by a profile, which may be NULL. *ret_done stays false when there is none, or it is of
 * another colour space than the picture: it is then as if there were none.
 */
static bool
convert(Image *image, cmsHPROFILE from, const struct image_profiles *profiles, bool grey,
	bool *ret_done, ExceptionInfo *e)
{
	cmsHPROFILE srgb =
		cmsOpenProfileFromMem(profiles->srgb, (cmsUInt32Number)profiles->srgb_len);
	cmsHTRANSFORM t = NULL;
	struct form form;
	bool ok = true;

	if (from == NULL || srgb == NULL)
		goto out;
	form = form_under(image, cmsGetColorSpace(from), grey);
	if (form.type == 0)
		goto out;
	if ((form.type == TYPE_RGB_8 || form.type == TYPE_RGB_16) && is_srgb(from, srgb)) {
		*ret_done = true;
		goto out;
	}
	t = cmsCreateTransform(from, form.type, srgb, form.deep ? TYPE_RGB_16 : TYPE_RGB_8,
		INTENT_PERCEPTUAL, flags_for(image, form));
	if (t == NULL)
		goto out;
	*ret_done = true;
	ok = transform_rows(image, t, form, e);
out:
	if (t != NULL)
		cmsDeleteTransform(t);
	if (from != NULL)
		cmsCloseProfile(from);
	if (srgb != NULL)
		cmsCloseProfile(srgb);
	return ok;
}

static cmsHPROFILE
open_profile(const unsigned char *icc, size_t len)
{
	return icc != NULL && len > 0 ? cmsOpenProfileFromMem(icc, (cmsUInt32Number)len) : NULL;
}

/* A PNG's cHRM, or sRGB's white and primaries. */
static void
primaries_of(const Image *image, cmsCIExyY *ret_white, cmsCIExyYTRIPLE *ret)
{
	const ChromaticityInfo *c = &image->chromaticity;
	bool said = c->white_point.y > 0 && c->red_primary.y > 0 && c->green_primary.y > 0 &&
		    c->blue_primary.y > 0;

	*ret_white = (cmsCIExyY){ 0.3127, 0.3290, 1 };
	*ret = (cmsCIExyYTRIPLE){ { 0.64, 0.33, 1 }, { 0.30, 0.60, 1 }, { 0.15, 0.06, 1 } };
	if (!said)
		return;
	*ret_white = (cmsCIExyY){ c->white_point.x, c->white_point.y, 1 };
	*ret = (cmsCIExyYTRIPLE){ { c->red_primary.x, c->red_primary.y, 1 },
		{ c->green_primary.x, c->green_primary.y, 1 },
		{ c->blue_primary.x, c->blue_primary.y, 1 } };
}

/*
 * The profile a PNG describes by gAMA and cHRM, as browsers take them; NULL when it has an sRGB
 * chunk, or says nothing, or nothing sensible. A gAMA about 1/2.2 means sRGB's own curve.
 *
 * Source  PNG (ISO/IEC 15948) 11.3.2.1, 11.3.2.2, 13.13
 */
static cmsHPROFILE
open_described(const Image *image, bool grey)
{
	static const cmsFloat64Number srgb[] = { 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92,
		0.04045 };
	bool gamma =
		image->gamma >= 0.1 && image->gamma <= 2.5 && fabs(image->gamma * 2.2 - 1) >= 0.05;
	cmsToneCurve *curve, *curves[3];
	cmsHPROFILE made = NULL;
	cmsCIExyYTRIPLE primaries;
	cmsCIExyY white;

	if (image->rendering_intent != UndefinedIntent ||
		(!gamma && (grey || image->chromaticity.white_point.y <= 0)))
		return NULL;
	curve = gamma ? cmsBuildGamma(NULL, 1 / image->gamma)
		      : cmsBuildParametricToneCurve(NULL, 4, srgb);
	if (curve == NULL)
		return NULL;
	curves[0] = curves[1] = curves[2] = curve;
	primaries_of(image, &white, &primaries);
	made = grey ? cmsCreateGrayProfile(cmsD50_xyY(), curve)
		    : cmsCreateRGBProfile(&white, &primaries, curves);
	cmsFreeToneCurve(curve);
	return made;
}

bool
image_colour_is_first(const Image *image)
{
	return image->colorspace == CMYKColorspace || image->colorspace == LABColorspace;
}

bool
image_colour_to_srgb(Image *image, const struct image_info *info,
	const struct image_profiles *profiles, ExceptionInfo *e)
{
	size_t len = 0;
	const unsigned char *icc = GetImageProfile(image, "ICM", &len);
	bool done = false;

	if (!convert(image, open_profile(icc, len), profiles, info->grey, &done, e))
		return false;
	if (!done && icc == NULL && info->format == FORMAT_PNG &&
		!convert(image, open_described(image, info->grey), profiles, info->grey, &done, e))
		return false;
	if (!done && image->colorspace == LABColorspace &&
		!convert(image, cmsCreateLab4Profile(NULL), profiles, false, &done, e))
		return false;
	if (!done && image->colorspace == CMYKColorspace &&
		!convert(image, open_profile(profiles->cmyk, profiles->cmyk_len), profiles, false,
			&done, e))
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
