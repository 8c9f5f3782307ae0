/*
 * The picture formats limner knows: a row each, with name, type, magic bytes and what browsers do.
 *
 * Knowing a format is not decoding it: GraphicsMagick is asked at start which it reads and writes.
 */
#ifndef LIMNER_FORMAT_H
#define LIMNER_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum format {
	FORMAT_NONE,
	FORMAT_JPEG,
	FORMAT_PNG,
	FORMAT_GIF,
	FORMAT_WEBP,
	FORMAT_AVIF,
	FORMAT_JXL,
	FORMAT_HEIC,
	FORMAT_TIFF,
	FORMAT_BMP,
	FORMAT_ICO,
	FORMAT_SVG,
	/* no pictures: what is told of one */
	FORMAT_JSON,
	FORMAT_BLURHASH,
	FORMAT__COUNT
};

#define FORMAT_BIT(f) (1u << (unsigned)(f))

/* Beside the bit of a format: its animations too. */
#define FORMAT_MOVES(f) (1u << ((unsigned)(f) + 16u))
_Static_assert((int)FORMAT__COUNT <= 16, "two bits of 32 for each format");

struct format_row {
	const char *name; /* canonical, as in f= and in the ETag's token: "jpg" */
	const char *mime;
	const char *magick; /* GraphicsMagick's name for it, or NULL: never handed to a decoder */
	bool alpha;         /* can hold transparency */
	bool browsers;      /* shown by every browser in use */
	bool lossy;         /* q means something */
};

/* Tell whether a format is text about a picture. */
static inline bool
format_is_text(enum format format)
{
	return format == FORMAT_JSON || format == FORMAT_BLURHASH;
}

/* Look up a row; FORMAT_NONE has name "none" and type application/octet-stream. Never NULL. */
const struct format_row *format_row(enum format format);

/* Find a format by its canonical name or a usual spelling ("jpeg"); FORMAT_NONE when unknown. */
enum format format_by_name(const char *name);

/*
 * Tell the format from the first bytes, by our own table of magic numbers.
 *
 * n       32 are enough for all but SVG, which is looked for in the first 1024
 * Returns FORMAT_NONE when nothing matches.
 */
enum format format_sniff(const unsigned char *bytes, size_t n);

/*
 * Guess a media type from the ending of a key, for files whose bytes say nothing.
 *
 * Returns "application/octet-stream" when the ending is unknown. Static text.
 */
const char *format_mime_by_ending(const char *key);

#endif
