/*
 * What an original is, read from its header by our own bounded parsers.
 *
 * Pure. Known before any decoder sees the bytes: format, size, orientation; so that limits hold
 * before memory is spent and the plan needs no pixels. Reads inside bytes[0…n) only.
 */
#ifndef LIMNER_PROBE_H
#define LIMNER_PROBE_H

#include "base/err.h"
#include "format.h"

struct image_info {
	enum format format;
	int32_t width, height; /* px as decoders return them, before orientation; 1…2^31-1 */
	int orientation; /* still to be applied, EXIF 1…8; anything else in the file counts as 1.
			    AVIF and HEIC: 1, for decoders turn them */
	bool alpha;      /* may hold transparency; in an animation, some frame as it is seen */
	bool animated;   /* more than one frame announced; the pages of a TIFF are none */
	bool cmyk;
	bool grey;
	bool icc;       /* a profile is embedded */
	int32_t frames; /* counted, GIF and WebP; 1 for all others, whatever they announce */
};

/*
 * Read the header of a whole original.
 *
 * A GIF is as large as its screen, or its first frame where that reaches farther (as in browsers).
 *
 * Fails   ERR_NOT_AN_IMAGE when the magic bytes are unknown or of a format limner does not decode,
 *         or the picture of a kind that GraphicsMagick gets wrong;
 *         ERR_BROKEN when the header is cut off or says nothing usable (0 px sides)
 * Source  ITU-T T.81 B.2; PNG (ISO/IEC 15948) 11.2, eXIf; GIF89a 18-23; RFC 9649 (WebP);
 *         Exif 2.3 (orientation, tag 0x0112); BITMAPCOREHEADER to BITMAPV5HEADER (Microsoft);
 *         those of AVIF, HEIC, JXL and TIFF are in probe_heif.h, probe_jxl.h and probe_tiff.h
 */
bool probe_image(
	const unsigned char *bytes, size_t n, struct image_info *ret, struct err *err) MUST_USE;

/* Sides as seen after the orientation is applied: swapped for 5…8. */
int32_t probe_width(const struct image_info *info);
int32_t probe_height(const struct image_info *info);

#endif
