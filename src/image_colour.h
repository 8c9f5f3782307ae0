/*
 * Pixels of any colour space to sRGB, by embedded profiles or by arithmetic. Only image_ops calls
 * this.
 */
#ifndef LIMNER_IMAGE_COLOUR_H
#define LIMNER_IMAGE_COLOUR_H

#include "plan.h"

struct _Image; /* GraphicsMagick's */
struct _ExceptionInfo;

/* Profiles a render needs; bytes owned by image.c. */
struct image_profiles {
	const unsigned char *srgb, *cmyk; /* ICC; cmyk may be NULL */
	size_t srgb_len, cmyk_len;
};

/*
 * Tell whether pixels must become sRGB before anything is computed from them: inks, where
 * GraphicsMagick would take black for transparency, and CIE Lab, whose signed axes it would take
 * for unsigned.
 */
bool image_colour_is_first(const struct _Image *image);

/*
 * Convert in place, transparency kept: by the embedded profile; else, of a PNG, by what its gAMA
 * and cHRM say; else inks by the profile of the settings, or by arithmetic. Pictures with more than
 * 8 bits a sample keep 16 on the way.
 *
 * A broken profile, or one of another colour space than the picture's, counts as none.
 *
 * exception  GraphicsMagick's report when false is returned; its limits or memory ran out
 */
bool image_colour_to_srgb(struct _Image *image, const struct image_info *info,
	const struct image_profiles *profiles, struct _ExceptionInfo *exception) MUST_USE;

#endif
