/*
 * GraphicsMagick behind a handful of functions.
 *
 * Renders in the calling process: the cell, `limner render` and tests. One thread, resource limits
 * set at start (no disk, no map), no signal handlers.
 */
#ifndef LIMNER_IMAGE_H
#define LIMNER_IMAGE_H

#include "plan.h"

struct image_times {
	uint64_t decode_us, resize_us, encode_us;
};

/* What came of a plan: where pixels had a say, it is not what the plan foretold. */
struct image_made {
	enum format format;
	enum format wanted;    /* differs from format when this build cannot write it */
	int32_t width, height; /* px */
	int32_t frames;        /* 1 for a still */
	int quality;           /* 0 for formats without */
	int encodes;           /* how often it was encoded, for a byte budget */
	bool hurried;     /* for want of time in another format, or with less effort: not what the
			     same request gives on a better day */
	bool over_budget; /* the byte budget could not be met: these are the fewest bytes */
	struct image_times times;
};

/*
 * Start GraphicsMagick for this process and its children, with no coders but those of our formats;
 * its own variables (MAGICK_…) leave the environment.
 *
 * cfg     max_pixels, cell_memory_bytes and cmyk_profile are used; borrowed until image_close
 * Fails   ERR_INTERNAL when the sRGB profile cannot be made, or JPEG or PNG are missing, or
 *         cmyk_profile is set and is none
 */
bool image_open(const struct config *cfg, struct err *err) MUST_USE;
void image_close(void);

/*
 * FORMAT_BIT()s the linked libraries read and write, among the formats limner handles; and among
 * those written FORMAT_MOVES() of formats whose animations can be both read and written.
 */
uint32_t image_readable(void);
uint32_t image_writable(void);

/* One line on the library, for `limner check`; static text. */
const char *image_version(void);

/* What reads and writes animated WebP, "libwebp 1.2.4"; "" when this build has nothing for it. */
const char *image_webp_version(void);

/* Where the CMYK profile in use came from, or "" when CMYK without a profile is converted by
 * arithmetic. */
const char *image_cmyk_profile(void);

/*
 * Decode, do the plan, encode (or describe: f=json, f=blurhash): one frame of an animation, or all
 * of them, as the plan says.
 *
 * What costs no pixel is let pass: a broken or unfitting ICC profile (ignored), broken EXIF, bytes
 * behind the end or a few between segments, a missing end marker, checksums of PNG chunks.
 *
 * info    as probed; its format is forced on the decoder
 * ret     with the caller's limit; written only on success
 * plan    with a deadline, cheaper encodings take the place of one that would not be done by then
 * Fails   ERR_BROKEN (does not decode, or only in part), ERR_MEMORY, ERR_PIXELS (decoded size is
 * not what was probed), ERR_NOT_AN_IMAGE (the library reads no such format, or not this kind of
 * it), ERR_INTERNAL (encoder)
 */
bool image_render(const unsigned char *bytes, size_t n, const struct image_info *info,
	const struct plan *plan, struct buf *ret, struct image_made *ret_made,
	struct err *err) MUST_USE;

#endif
