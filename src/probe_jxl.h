/*
 * JPEG XL: the header of a codestream, bare or in its container.
 */
#ifndef LIMNER_PROBE_JXL_H
#define LIMNER_PROBE_JXL_H

#include "probe.h"
#include "probe_bytes.h"

/*
 * Read size, orientation and channels.
 *
 * Fails   ERR_BROKEN
 * Source  ISO/IEC 18181-1 annex D (SizeHeader, ImageMetadata), 18181-2 (jxlc, jxlp)
 */
bool probe_jxl_picture(struct span file, struct image_info *info, struct err *err) MUST_USE;

#endif
