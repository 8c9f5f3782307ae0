#include "probe.h"
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct {
	const char *name;
	struct image_info want;
} pictures[] = {
	{ "1x1.png",           { FORMAT_PNG,  1,  1,  1, false, false, false, false, false, 1 } },
	{ "1x97.jpg",          { FORMAT_JPEG, 1,  97, 1, false, false, false, false, false, 1 } },
	{ "alpha.gif",         { FORMAT_GIF,  60, 60, 1, true,  false, false, false, false, 1 } },
	{ "alpha.png",         { FORMAT_PNG,  60, 60, 1, true,  false, false, false, false, 1 } },
	{ "alpha.webp",        { FORMAT_WEBP, 60, 60, 1, true,  false, false, false, false, 1 } },
	{ "animated.gif",      { FORMAT_GIF,  64, 40, 1, false, true,  false, false, false, 2 } },
	{ "animated.webp",     { FORMAT_WEBP, 72, 46, 1, true,  true,  false, false, false, 2 } },
	{ "cmyk.jpg",          { FORMAT_JPEG, 64, 40, 1, false, false, true,  false, false, 1 } },
	{ "cmyk-plain.jpg",    { FORMAT_JPEG, 64, 40, 1, false, false, true,  false, false, 1 } },
	{ "ycck.jpg",          { FORMAT_JPEG, 64, 40, 1, false, false, true,  false, false, 1 } },
	{ "cmyk-profile.jpg",  { FORMAT_JPEG, 64, 40, 1, false, false, true,  false, true, 1 } },
	{ "grey.jpg",          { FORMAT_JPEG, 64, 40, 1, false, false, false, true,  false, 1 } },
	{ "grey-linear.jpg",   { FORMAT_JPEG, 64, 40, 1, false, false, false, true,  true, 1 } },
	{ "grey.png",          { FORMAT_PNG,  64, 40, 1, false, false, false, true,  false, 1 } },
	{ "icc-garbage.jpg",   { FORMAT_JPEG, 64, 40, 1, false, false, false, false, true, 1 } },
	{ "lossless.webp",     { FORMAT_WEBP, 64, 40, 1, false, false, false, false, false, 1 } },
	{ "offset.gif",        { FORMAT_GIF,  80, 50, 1, true,  false, false, false, false, 1 } },
	{ "orientation-1.jpg", { FORMAT_JPEG, 64, 40, 1, false, false, false, false, false, 1 } },
	{ "orientation-2.jpg", { FORMAT_JPEG, 64, 40, 2, false, false, false, false, false, 1 } },
	{ "orientation-3.jpg", { FORMAT_JPEG, 64, 40, 3, false, false, false, false, false, 1 } },
	{ "orientation-4.jpg", { FORMAT_JPEG, 64, 40, 4, false, false, false, false, false, 1 } },
	{ "orientation-5.jpg", { FORMAT_JPEG, 40, 64, 5, false, false, false, false, false, 1 } },
	{ "orientation-6.jpg", { FORMAT_JPEG, 40, 64, 6, false, false, false, false, false, 1 } },
	{ "orientation-7.jpg", { FORMAT_JPEG, 40, 64, 7, false, false, false, false, false, 1 } },
	{ "orientation-8.jpg", { FORMAT_JPEG, 40, 64, 8, false, false, false, false, false, 1 } },
	{ "orientation-6.png", { FORMAT_PNG,  40, 64, 6, false, false, false, false, false, 1 } },
	{ "orientation-6.webp", { FORMAT_WEBP, 40, 64, 6, false, false, false, false, false, 1 } },
	{ "p3.jpg",            { FORMAT_JPEG, 64, 40, 1, false, false, false, false, true, 1 } },
	{ "p3.png",            { FORMAT_PNG,  64, 40, 1, false, false, false, false, true, 1 } },
	{ "palette.png",       { FORMAT_PNG,  64, 40, 1, false, false, false, false, false, 1 } },
	{ "progressive.jpg",   { FORMAT_JPEG, 64, 40, 1, false, false, false, false, false, 1 } },
	{ "trailing.jpg",      { FORMAT_JPEG, 64, 40, 1, false, false, false, false, false, 1 } },
	{ "quad.avif",         { FORMAT_AVIF, 64, 40, 1, false, false, false, false, false, 1 } },
	{ "10-bit.avif",       { FORMAT_AVIF, 64, 40, 1, false, false, false, false, false, 1 } },
	{ "alpha.avif",        { FORMAT_AVIF, 60, 60, 1, true,  false, false, false, false, 1 } },
	{ "crop.avif",         { FORMAT_AVIF, 64, 40, 1, false, false, false, false, false, 1 } },
	{ "grey.avif",         { FORMAT_AVIF, 64, 40, 1, false, false, false, true,  false, 1 } },
	{ "grid.avif",         { FORMAT_AVIF, 512, 320, 1, false, false, false, false, false, 1 } },
	{ "orientation-5.avif", { FORMAT_AVIF, 64, 40, 1, false, false, false, false, false, 1 } },
	{ "orientation-6.avif", { FORMAT_AVIF, 64, 40, 1, false, false, false, false, false, 1 } },
	{ "quad.heic",         { FORMAT_HEIC, 64, 40, 1, false, false, false, false, false, 1 } },
	{ "alpha.heic",        { FORMAT_HEIC, 60, 60, 1, true,  false, false, false, false, 1 } },
	{ "two.heic",          { FORMAT_HEIC, 64, 40, 1, false, false, false, false, false, 1 } },
	{ "quad.jxl",          { FORMAT_JXL,  64, 40, 1, false, false, false, false, false, 1 } },
	{ "alpha.jxl",         { FORMAT_JXL,  60, 60, 1, true,  false, false, false, false, 1 } },
	{ "animated.jxl",      { FORMAT_JXL,  64, 40, 1, true,  true,  false, false, false, 1 } },
	{ "grey.jxl",          { FORMAT_JXL,  64, 40, 1, false, false, false, true,  false, 1 } },
	{ "p3.jxl",            { FORMAT_JXL,  64, 40, 1, false, false, false, false, true, 1 } },
	{ "orientation-6.jxl", { FORMAT_JXL,  40, 64, 6, false, false, false, false, false, 1 } },
	{ "orientation-7.jxl", { FORMAT_JXL,  40, 64, 7, false, false, false, false, false, 1 } },
	{ "quad.tif",          { FORMAT_TIFF, 64, 40, 1, false, false, false, false, false, 1 } },
	{ "alpha.tif",         { FORMAT_TIFF, 60, 60, 1, true,  false, false, false, false, 1 } },
	{ "bigtiff.tif",       { FORMAT_TIFF, 64, 40, 1, false, false, false, false, false, 1 } },
	{ "cmyk.tif",          { FORMAT_TIFF, 64, 40, 1, false, false, true,  false, false, 1 } },
	{ "fax.tif",           { FORMAT_TIFF, 64, 40, 1, false, false, false, true,  false, 1 } },
	{ "palette.tif",       { FORMAT_TIFF, 64, 40, 1, false, false, false, false, false, 1 } },
	{ "p3.tif",            { FORMAT_TIFF, 64, 40, 1, false, false, false, false, true, 1 } },
	{ "orientation-6.tif", { FORMAT_TIFF, 40, 64, 6, false, false, false, false, false, 1 } },
	{ "quad.bmp",          { FORMAT_BMP,  64, 40, 1, false, false, false, false, false, 1 } },
	{ "palette.bmp",       { FORMAT_BMP,  64, 40, 1, false, false, false, false, false, 1 } },
	{ "half.bmp",          { FORMAT_BMP,  64, 40, 1, true,  false, false, false, false, 1 } },
	{ "zeros.bmp",         { FORMAT_BMP,  64, 40, 1, false, false, false, false, false, 1 } },
	{ "truncated.jpg",     { FORMAT_JPEG, 64, 40, 1, false, false, false, false, false, 1 } },
};

/* Headers made by hand; NUL bytes count, so lengths are given. */
#define BYTES(s) s, sizeof(s) - 1
#define SOF      "\xff\xc0\x00\x0b\x08\x00\x28\x00\x40\x01\x01\x11\x00"
#define APP1     "\xff\xd8\xff\xe1\x00\x22" "Exif\0\0"
#define BMP(sides, compression) "BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0" sides "\x01\0\x18\0" compression \
	"\0\0\0" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define JXL  "\0\0\0\x0cJXL \r\n\x87\n"
/* a meta box of that size; primary item 1; properties of 2 x 3 px and one byte; which are its */
#define AVIF "\0\0\0\x10" "ftypavif\0\0\0\0"
#define META(size) "\0\0\0" size "meta\0\0\0\0\0\0\0\x0epitm\0\0\0\0\0\x01"
#define IPRP(size, ipco) "\0\0\0" size "iprp\0\0\0" ipco "ipco"
#define ISPE "\0\0\0\x14ispe\0\0\0\0\0\0\0\x02\0\0\0\x03"
#define TURN(name, how) "\0\0\0\x09" name how
#define IPMA(property) "\0\0\0\x14ipma\0\0\0\0\0\0\0\x01\0\x01\x01" property
#define IPMA2 "\0\0\0\x15ipma\0\0\0\0\0\0\0\x01\0\x01\x02\x81\x82"
static const struct {
	const char *what;
	const char *bytes;
	size_t n;
	enum err_kind fails; /* ERR_NONE: it is read, with this size and orientation */
	int32_t width, height;
	int orientation;
} headers[] = {
	{ "nothing at all", BYTES(""), ERR_NOT_AN_IMAGE, 0, 0, 0 },
	{ "words", BYTES("Only words, whatever the name says."), ERR_NOT_AN_IMAGE, 0, 0, 0 },
	{ "a drawing", BYTES("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), ERR_NOT_AN_IMAGE, 0, 0, 0 },
	{ "JPEG: only its start", BYTES("\xff\xd8\xff"), ERR_BROKEN, 0, 0, 0 },
	{ "JPEG: start and end", BYTES("\xff\xd8\xff\xd9"), ERR_BROKEN, 0, 0, 0 },
	{ "JPEG: pixels before a frame", BYTES("\xff\xd8\xff\xda\x00\x02" SOF), ERR_BROKEN, 0, 0, 0 },
	{ "JPEG: frame header too short", BYTES("\xff\xd8\xff\xc0\x00\x05\x08\x00\x28"), ERR_BROKEN, 0, 0, 0 },
	{ "JPEG: no width", BYTES("\xff\xd8\xff\xc0\x00\x0b\x08\x00\x28\x00\x00\x01\x01\x11\x00"), ERR_BROKEN, 0, 0, 0 },
	{ "JPEG: no height", BYTES("\xff\xd8\xff\xc0\x00\x0b\x08\x00\x00\x00\x40\x01\x01\x11\x00"), ERR_BROKEN, 0, 0, 0 },
	{ "JPEG: a segment longer than the file", BYTES("\xff\xd8\xff\xe1\xff\xff" SOF), ERR_BROKEN, 0, 0, 0 },
	{ "JPEG: fill bytes and rubbish", BYTES("\xff\xd8\xff\xff\xff\x01" "rubbish" SOF), ERR_NONE, 64, 40, 1 },
	{ "JPEG: the second frame does not count", BYTES("\xff\xd8" SOF "\xff\xc0\x00\x0b\x08\x00\x01\x00\x02\x01\x01\x11\x00"), ERR_NONE, 64, 40, 1 },
	{ "JPEG: tables are no frames", BYTES("\xff\xd8\xff\xc4\x00\x0b\x08\x00\x01\x00\x02\x01\x01\x11\x00" SOF), ERR_NONE, 64, 40, 1 },
	{ "orientation 6, low byte first", BYTES(APP1 "II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0" SOF), ERR_NONE, 64, 40, 6 },
	{ "orientation 6, high byte first", BYTES(APP1 "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0" SOF), ERR_NONE, 64, 40, 6 },
	{ "orientation 0", BYTES(APP1 "II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0" SOF), ERR_NONE, 64, 40, 1 },
	{ "orientation 9", BYTES(APP1 "II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x09\0\0\0\0\0\0\0" SOF), ERR_NONE, 64, 40, 1 },
	{ "orientation 65535", BYTES(APP1 "II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\xff\xff\0\0\0\0\0\0" SOF), ERR_NONE, 64, 40, 1 },
	{ "orientation as text", BYTES(APP1 "II*\0\x08\0\0\0\x01\0\x12\x01\x02\0\x01\0\0\0\x06\0\0\0\0\0\0\0" SOF), ERR_NONE, 64, 40, 1 },
	{ "directory out of the block", BYTES(APP1 "II*\0\xff\xff\xff\xff\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0" SOF), ERR_NONE, 64, 40, 1 },
	{ "directory at the block's end", BYTES(APP1 "II*\0\x19\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\xff" SOF), ERR_NONE, 64, 40, 1 },
	{ "directory inside itself", BYTES(APP1 "II*\0\0\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0" SOF), ERR_NONE, 64, 40, 1 },
	{ "more entries than bytes", BYTES(APP1 "II*\0\x08\0\0\0\xff\xff\x0f\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0" SOF), ERR_NONE, 64, 40, 1 },
	{ "neither II nor MM", BYTES(APP1 "XX*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0" SOF), ERR_NONE, 64, 40, 1 },
	{ "PNG: no header", BYTES("\x89PNG\r\n\x1a\n\0\0\0\x0dIDAT\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\0\0\0\0"), ERR_BROKEN, 0, 0, 0 },
	{ "PNG: no width", BYTES("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\0\0\0\0\x01\x08\x02\0\0\0\0\0\0\0"), ERR_BROKEN, 0, 0, 0 },
	{ "PNG: wider than can be", BYTES("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\x80\0\0\0\0\0\0\x01\x08\x02\0\0\0\0\0\0\0"), ERR_BROKEN, 0, 0, 0 },
	{ "PNG: a chunk longer than the file", BYTES("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x02\0\0\0\x03\x08\x02\0\0\0\0\0\0\0\xff\xff\xff\xfftRNS\0\0\0\0"), ERR_NONE, 2, 3, 1 },
	{ "GIF: no frame", BYTES("GIF89a\x02\0\x03\0\0\0\0;"), ERR_BROKEN, 0, 0, 0 },
	{ "GIF: a frame beyond the screen", BYTES("GIF89a\0\0\0\0\0\0\0,\x01\0\x02\0\x03\0\x04\0\0\x02\x01\0\0;"), ERR_NONE, 4, 6, 1 },
	{ "GIF: frame without size", BYTES("GIF89a\0\0\0\0\0\0\0,\0\0\0\0\0\0\0\0\0\x02\x01\0\0;"), ERR_BROKEN, 0, 0, 0 },
	{ "WebP: cut in its header", BYTES("RIFF\x20\0\0\0WEBPVP8 \x10\0\0\0\x30\x01\0"), ERR_BROKEN, 0, 0, 0 },
	{ "WebP: not a key frame", BYTES("RIFF\x20\0\0\0WEBPVP8 \x0a\0\0\0\x31\x01\0\x9d\x01\x2a\x02\0\x03\0"), ERR_BROKEN, 0, 0, 0 },
	{ "WebP: a key frame", BYTES("RIFF\x20\0\0\0WEBPVP8 \x0a\0\0\0\x30\x01\0\x9d\x01\x2a\x02\0\x03\0"), ERR_NONE, 2, 3, 1 },
	{ "WebP: no width", BYTES("RIFF\x20\0\0\0WEBPVP8 \x0a\0\0\0\x30\x01\0\x9d\x01\x2a\0\0\x03\0"), ERR_BROKEN, 0, 0, 0 },
	{ "WebP: orientation behind a JPEG's prefix", BYTES("RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\x08\0\0\0\x01\0\0\x02\0\0" "EXIF\x20\0\0\0" "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"), ERR_NONE, 2, 3, 6 },
	{ "TIFF: no directory", BYTES("II*\0\x08\0\0\0"), ERR_BROKEN, 0, 0, 0 },
	{ "TIFF: sides as LONG and SHORT", BYTES("MM\0*\0\0\0\x08\0\x03" "\x01\0\0\x03\0\0\0\x01\0\x02\0\0" "\x01\x01\0\x04\0\0\0\x01\0\0\0\x03" "\x01\x06\0\x03\0\0\0\x01\0\x02\0\0"), ERR_NONE, 2, 3, 1 },
	{ "TIFF: sides in another place", BYTES("MM\0*\0\0\0\x08\0\x03" "\x01\0\0\x03\0\0\0\x02\0\x02\0\0" "\x01\x01\0\x04\0\0\0\x02\0\0\0\x03" "\x01\x06\0\x03\0\0\0\x01\0\x02\0\0"), ERR_BROKEN, 0, 0, 0 },
	{ "TIFF: a thumbnail first", BYTES("MM\0*\0\0\0\x08\0\x04" "\0\xfe\0\x04\0\0\0\x01\0\0\0\x01" "\x01\0\0\x03\0\0\0\x01\0\x02\0\0" "\x01\x01\0\x04\0\0\0\x01\0\0\0\x03" "\x01\x06\0\x03\0\0\0\x01\0\x02\0\0"), ERR_NOT_AN_IMAGE, 0, 0, 0 },
	{ "TIFF: a camera's raw file", BYTES("MM\0*\0\0\0\x08\0\x04" "\x01\0\0\x03\0\0\0\x01\0\x02\0\0" "\x01\x01\0\x04\0\0\0\x01\0\0\0\x03" "\x01\x06\0\x03\0\0\0\x01\0\x02\0\0" "\xc6\x12\0\x01\0\0\0\x04\x01\x06\0\0"), ERR_NOT_AN_IMAGE, 0, 0, 0 },
	{ "TIFF: CIE L*a*b*", BYTES("MM\0*\0\0\0\x08\0\x03" "\x01\0\0\x03\0\0\0\x01\0\x02\0\0" "\x01\x01\0\x04\0\0\0\x01\0\0\0\x03" "\x01\x06\0\x03\0\0\0\x01\0\x08\0\0"), ERR_NONE, 2, 3, 1 },
	{ "TIFF: L*a*b* of fax machines", BYTES("MM\0*\0\0\0\x08\0\x03" "\x01\0\0\x03\0\0\0\x01\0\x02\0\0" "\x01\x01\0\x04\0\0\0\x01\0\0\0\x03" "\x01\x06\0\x03\0\0\0\x01\0\x0a\0\0"), ERR_NOT_AN_IMAGE, 0, 0, 0 },
	{ "TIFF: more entries than bytes", BYTES("MM\0*\0\0\0\x08\xff\xff" "\x01\0\0\x03\0\0\0\x01\0\x02\0\0" "\x01\x01\0\x04\0\0\0\x01\0\0\0\x03"), ERR_NONE, 2, 3, 1 },
	{ "BigTIFF: offsets of another size", BYTES("II+\0\x04\0\0\0\x10\0\0\0\0\0\0\0"), ERR_BROKEN, 0, 0, 0 },
	{ "BigTIFF: a directory beyond all", BYTES("II+\0\x08\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"), ERR_BROKEN, 0, 0, 0 },
	{ "BigTIFF: more entries than can be", BYTES("II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"), ERR_BROKEN, 0, 0, 0 },
	{ "BMP: OS/2", BYTES("BM\0\0\0\0\0\0\0\0\x1a\0\0\0\x0c\0\0\0\x02\0\x03\0\x01\0\x18\0"), ERR_NONE, 2, 3, 1 },
	{ "BMP: from the top down", BYTES(BMP("\x02\0\0\0\xfd\xff\xff\xff", "\0")), ERR_NONE, 2, 3, 1 },
	{ "BMP: no number has this negative", BYTES(BMP("\x02\0\0\0\0\0\0\x80", "\0")), ERR_BROKEN, 0, 0, 0 },
	{ "BMP: to the left of itself", BYTES(BMP("\xfe\xff\xff\xff\x03\0\0\0", "\0")), ERR_BROKEN, 0, 0, 0 },
	{ "BMP: a JPEG inside", BYTES(BMP("\x02\0\0\0\x03\0\0\0", "\x04")), ERR_NOT_AN_IMAGE, 0, 0, 0 },
	{ "BMP: a PNG inside", BYTES(BMP("\x02\0\0\0\x03\0\0\0", "\x05")), ERR_NOT_AN_IMAGE, 0, 0, 0 },
	{ "BMP: cut in its header", BYTES("BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x03\0\0\0"), ERR_BROKEN, 0, 0, 0 },
	{ "JXL: only its start", BYTES("\xff\x0a"), ERR_BROKEN, 0, 0, 0 },
	{ "JXL: eighths, square, no metadata", BYTES("\xff\x0a\x43\x02"), ERR_NONE, 16, 16, 1 },
	{ "JXL: eighths, 5:4", BYTES("\xff\x0a\x89\x03"), ERR_NONE, 50, 40, 1 },
	{ "JXL: an empty container", BYTES(JXL), ERR_BROKEN, 0, 0, 0 },
	{ "JXL: a codestream in a box", BYTES(JXL "\0\0\0\x0c" "jxlc\xff\x0a\x43\x02"), ERR_NONE, 16, 16, 1 },
	{ "JXL: a part of one, behind another box", BYTES(JXL "\0\0\0\x09" "free." "\0\0\0\x10" "jxlp\0\0\0\0\xff\x0a\x43\x02"), ERR_NONE, 16, 16, 1 },
	{ "JXL: a box of 64 bits", BYTES(JXL "\0\0\0\x01" "jxlc\0\0\0\0\0\0\0\x14\xff\x0a\x43\x02"), ERR_NONE, 16, 16, 1 },
	{ "JXL: a box smaller than its head", BYTES(JXL "\0\0\0\x01" "free\0\0\0\0\0\0\0\x08\0\0\0\x0c" "jxlc\xff\x0a\x43\x02"), ERR_BROKEN, 0, 0, 0 },
	{ "AVIF: only its brands", BYTES(AVIF), ERR_BROKEN, 0, 0, 0 },
	{ "AVIF: no primary picture", BYTES(AVIF "\0\0\0\x0c" "meta\0\0\0\0"), ERR_BROKEN, 0, 0, 0 },
	{ "AVIF: size", BYTES(AVIF META("\x5b") IPRP("\x41", "\x25") ISPE TURN("irot", "\0") IPMA("\x81")), ERR_NONE, 2, 3, 1 },
	{ "AVIF: a quarter turn", BYTES(AVIF META("\x5c") IPRP("\x42", "\x25") ISPE TURN("irot", "\x03") IPMA2), ERR_NONE, 3, 2, 1 },
	{ "AVIF: half a turn", BYTES(AVIF META("\x5c") IPRP("\x42", "\x25") ISPE TURN("irot", "\x02") IPMA2), ERR_NONE, 2, 3, 1 },
	{ "AVIF: a mirror", BYTES(AVIF META("\x5c") IPRP("\x42", "\x25") ISPE TURN("imir", "\x01") IPMA2), ERR_NONE, 2, 3, 1 },
	{ "AVIF: a property that is not there", BYTES(AVIF META("\x5b") IPRP("\x41", "\x25") ISPE TURN("irot", "\0") IPMA("\x8f")), ERR_BROKEN, 0, 0, 0 },
	{ "AVIF: beyond white", BYTES(AVIF META("\x66") IPRP("\x4c", "\x2f") ISPE "\0\0\0\x13" "colrnclx\0\x09\0\x10\0\x09\x80" IPMA2), ERR_NOT_AN_IMAGE, 0, 0, 0 },
	{ "WebP: unknown stream", BYTES("RIFF\x20\0\0\0WEBPVP9 \x0a\0\0\0\x30\x01\0\x9d\x01\x2a\x02\0\x03\0"), ERR_BROKEN, 0, 0, 0 },
};
/* clang-format on */

/* Read an original into memory of exactly its size, so that a sanitizer sees every step beyond. */
static unsigned char *
read_original(const char *name, size_t *n)
{
	const char *top = getenv("top_srcdir");
	unsigned char room[16384], *bytes;
	char path[512];
	FILE *f;

	(void)snprintf(
		path, sizeof path, "%s/tests/data/originals/%s", top != NULL ? top : ".", name);
	f = fopen(path, "rb");
	ck_assert_msg(f != NULL, "%s is missing", path);
	*n = fread(room, 1, sizeof room, f);
	ck_assert_uint_lt(*n, sizeof room);
	(void)fclose(f);
	bytes = malloc(*n > 0 ? *n : 1);
	ck_assert_ptr_nonnull(bytes);
	memcpy(bytes, room, *n);
	return bytes;
}

START_TEST(reads_what_a_picture_is)
{
	const struct image_info *want = &pictures[_i].want;
	struct image_info got;
	struct err err = { 0 };
	size_t n;
	unsigned char *bytes = read_original(pictures[_i].name, &n);

	ck_assert_msg(probe_image(bytes, n, &got, &err), "%s: %s", pictures[_i].name, err.detail);
	ck_assert_msg(got.format == want->format && got.width == want->width &&
			      got.height == want->height && got.orientation == want->orientation,
		"%s: format %d, %d x %d, orientation %d", pictures[_i].name, (int)got.format,
		got.width, got.height, got.orientation);
	ck_assert_msg(got.alpha == want->alpha && got.animated == want->animated &&
			      got.cmyk == want->cmyk && got.grey == want->grey &&
			      got.icc == want->icc,
		"%s: alpha %d animated %d cmyk %d grey %d icc %d", pictures[_i].name, got.alpha,
		got.animated, got.cmyk, got.grey, got.icc);
	ck_assert_msg(got.frames == want->frames, "%s: %d frames", pictures[_i].name, got.frames);
	free(bytes);
}
END_TEST

START_TEST(survives_headers_that_lie)
{
	struct image_info got = { 0 };
	struct err err = { 0 };
	unsigned char *bytes = malloc(headers[_i].n > 0 ? headers[_i].n : 1);
	bool ok;

	ck_assert_ptr_nonnull(bytes);
	memcpy(bytes, headers[_i].bytes, headers[_i].n);
	ok = probe_image(bytes, headers[_i].n, &got, &err);
	ck_assert_msg(ok == (headers[_i].fails == ERR_NONE) && err.kind == headers[_i].fails,
		"%s: %s", headers[_i].what, err_row(err.kind)->slug);
	ck_assert_msg(got.width == headers[_i].width && got.height == headers[_i].height &&
			      got.orientation == headers[_i].orientation,
		"%s: %d x %d, orientation %d", headers[_i].what, got.width, got.height,
		got.orientation);
	free(bytes);
}
END_TEST

/* Every beginning of a picture is either not one, or broken, or read; never read beyond. */
START_TEST(survives_every_cut_and_every_changed_byte)
{
	size_t n, reads = 0;
	unsigned char *bytes = read_original(pictures[_i].name, &n);
	struct image_info got;
	struct err err;

	for (size_t cut = 0; cut < n; cut++) {
		unsigned char *part = malloc(cut > 0 ? cut : 1);

		ck_assert_ptr_nonnull(part);
		memcpy(part, bytes, cut);
		reads += probe_image(part, cut, &got, &err);
		free(part);
	}
	for (size_t at = 0; at < 2 * n; at++) {
		unsigned char was = bytes[at / 2];

		bytes[at / 2] = at % 2 == 0 ? 0xff : 0;
		if (probe_image(bytes, n, &got, &err)) {
			reads++;
			ck_assert_msg(got.width > 0 && got.height > 0 && got.orientation >= 1 &&
					      got.orientation <= 8,
				"%s with byte %zu changed: %d x %d, orientation %d",
				pictures[_i].name, at / 2, got.width, got.height, got.orientation);
		} else {
			ck_assert_msg(err.kind == ERR_BROKEN || err.kind == ERR_NOT_AN_IMAGE,
				"%s with byte %zu changed: %s", pictures[_i].name, at / 2,
				err_row(err.kind)->slug);
		}
		bytes[at / 2] = was;
	}
	ck_assert_uint_gt(reads, 0);
	free(bytes);
}
END_TEST

START_TEST(swaps_sides_for_pictures_lying_down)
{
	struct image_info info = { .width = 3, .height = 2 };

	for (info.orientation = 1; info.orientation <= 8; info.orientation++) {
		bool down = info.orientation >= 5;

		ck_assert_int_eq(probe_width(&info), down ? 2 : 3);
		ck_assert_int_eq(probe_height(&info), down ? 3 : 2);
	}
}
END_TEST

Suite *
suite_probe(void)
{
	Suite *s = suite_create("probe");
	TCase *c = tcase_create("probe");
	int count = (int)(sizeof pictures / sizeof pictures[0]);

	tcase_add_loop_test(c, reads_what_a_picture_is, 0, count);
	tcase_add_loop_test(
		c, survives_headers_that_lie, 0, (int)(sizeof headers / sizeof headers[0]));
	tcase_add_loop_test(c, survives_every_cut_and_every_changed_byte, 0, count);
	tcase_add_test(c, swaps_sides_for_pictures_lying_down);
	suite_add_tcase(s, c);
	return s;
}
