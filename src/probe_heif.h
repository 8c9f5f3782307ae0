/*
 * AVIF and HEIC: the primary picture of an ISO base media file.
 */
#ifndef LIMNER_PROBE_HEIF_H
#define LIMNER_PROBE_HEIF_H

#include "probe.h"
#include "probe_bytes.h"

/*
 * Read size and properties of the primary item; of a grid, those of the whole.
 *
 * width, height and orientation are as after the file's own crop, turn and mirror (clap, irot,
 * imir): these are part of the picture, decoders do them, and EXIF's orientation says the same a
 * second time, so it does not count.
 *
 * Fails   ERR_BROKEN; ERR_NOT_AN_IMAGE for high dynamic range (PQ, HLG)
 * Source  ISO/IEC 14496-12 4.2, 8.11; 23008-12 6.5, 9.3; MIAF (23000-22) 7.3.6.7; AVIF 1.1
 */
bool probe_heif_picture(struct span file, struct image_info *info, struct err *err) MUST_USE;

/*
 * Find the colour profile (ICC) of the primary item.
 *
 * Returns  where it lies in the file; empty when there is none
 */
struct span probe_heif_profile(const unsigned char *bytes, size_t n);

/*
 * Hide every item of a file but the primary one, as its flags can say, for a decoder that refuses
 * files with several pictures. What belongs to the primary item, tiles and transparency, is found
 * by its references all the same.
 */
void probe_heif_single_out(unsigned char *bytes, size_t n);

#endif
