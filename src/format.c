#include "format.h"
#include "base/text.h"

#include <string.h>

#define SVG_LOOKED_AT 1024 /* bytes; a drawing announces itself before that */

/* clang-format off */
static const struct format_row rows[] = {
	/* name, type, GraphicsMagick's name; alpha, browsers, lossy */
	[FORMAT_NONE] = { "none", "application/octet-stream", NULL, false, false, false },
	[FORMAT_JPEG] = { "jpg",  "image/jpeg",    "JPEG", false, true,  true },
	[FORMAT_PNG]  = { "png",  "image/png",     "PNG",  true,  true,  false },
	[FORMAT_GIF]  = { "gif",  "image/gif",     "GIF",  true,  true,  false },
	[FORMAT_WEBP] = { "webp", "image/webp",    "WEBP", true,  true,  true },
	[FORMAT_AVIF] = { "avif", "image/avif",    "AVIF", true,  false, true },
	[FORMAT_JXL]  = { "jxl",  "image/jxl",     "JXL",  true,  false, true },
	[FORMAT_HEIC] = { "heic", "image/heic",    "HEIC", true,  false, true },
	[FORMAT_TIFF] = { "tiff", "image/tiff",    "TIFF", true,  false, false },
	[FORMAT_BMP]  = { "bmp",  "image/bmp",     "BMP",  true,  true,  false },
	[FORMAT_ICO]  = { "ico",  "image/x-icon",  NULL,   true,  true,  false },
	[FORMAT_SVG]  = { "svg",  "image/svg+xml", NULL,   true,  true,  false },
	[FORMAT_JSON] = { "json", "application/json", NULL, true, false, false },
	[FORMAT_BLURHASH] = { "blurhash", "text/plain", NULL, true, false, false },
};

/* Other spellings of names, in f= and at the end of keys. */
static const struct {
	const char *name;
	enum format format;
} spellings[] = {
	{ "jpeg", FORMAT_JPEG }, { "jpe", FORMAT_JPEG }, { "jfif", FORMAT_JPEG },
	{ "apng", FORMAT_PNG }, { "heif", FORMAT_HEIC }, { "tif", FORMAT_TIFF },
};

/* What buckets hold beside pictures. */
static const struct {
	const char *ending, *mime;
} others[] = {
	{ "avi", "video/x-msvideo" }, { "css", "text/css" }, { "csv", "text/csv" },
	{ "gz", "application/gzip" }, { "htm", "text/html" }, { "html", "text/html" },
	{ "js", "text/javascript" }, { "m4a", "audio/mp4" },
	{ "md", "text/markdown" }, { "mjs", "text/javascript" }, { "mov", "video/quicktime" },
	{ "mp3", "audio/mpeg" }, { "mp4", "video/mp4" }, { "ogg", "audio/ogg" },
	{ "otf", "font/otf" }, { "pdf", "application/pdf" }, { "ttf", "font/ttf" },
	{ "txt", "text/plain" }, { "wasm", "application/wasm" }, { "wav", "audio/wav" },
	{ "webm", "video/webm" }, { "woff", "font/woff" }, { "woff2", "font/woff2" },
	{ "xml", "application/xml" }, { "zip", "application/zip" },
};

/*
 * Magic numbers. The weak ones (BM, an icon's) also ask for bytes further on that are always zero
 * there, so that no text is taken for a picture.
 */
#define ANY4 "\0\0\0\0"
#define ALL4 "\xff\xff\xff\xff"
static const struct {
	enum format format;
	unsigned char len;
	const char *bytes;
	const char *mask; /* NULL: every bit counts */
} magics[] = {
	{ FORMAT_JPEG, 3, "\xff\xd8\xff", NULL },
	{ FORMAT_PNG, 8, "\x89PNG\r\n\x1a\n", NULL },
	{ FORMAT_GIF, 6, "GIF87a", NULL },
	{ FORMAT_GIF, 6, "GIF89a", NULL },
	{ FORMAT_WEBP, 12, "RIFF" ANY4 "WEBP", ALL4 ANY4 ALL4 },
	{ FORMAT_JXL, 2, "\xff\x0a", NULL },
	{ FORMAT_JXL, 12, "\0\0\0\x0cJXL \r\n\x87\n", NULL },
	{ FORMAT_TIFF, 4, "II*\0", NULL },
	{ FORMAT_TIFF, 4, "MM\0*", NULL },
	{ FORMAT_TIFF, 4, "II+\0", NULL },
	{ FORMAT_TIFF, 4, "MM\0+", NULL },
	/* the size of the header that follows is below 256 */
	{ FORMAT_BMP, 18, "BM" ANY4 ANY4 ANY4 ANY4,
	  "\xff\xff" ANY4 ANY4 ANY4 "\0\xff\xff\xff" },
	/* fewer than 256 pictures, and a reserved byte in the first one's row */
	{ FORMAT_ICO, 10, "\0\0\x01\0\0\0\0\0\0\0", ALL4 "\0\xff\0\0\0\xff" },
};

/* Brands of ISO base media files; the generic ones hold for either kind. */
static const struct {
	char name[5];
	enum format format;
	bool generic;
} brands[] = {
	{ "avif", FORMAT_AVIF, false }, { "avis", FORMAT_AVIF, false },
	{ "heic", FORMAT_HEIC, false }, { "heix", FORMAT_HEIC, false },
	{ "hevc", FORMAT_HEIC, false }, { "hevx", FORMAT_HEIC, false },
	{ "heim", FORMAT_HEIC, false }, { "heis", FORMAT_HEIC, false },
	{ "hevm", FORMAT_HEIC, false }, { "hevs", FORMAT_HEIC, false },
	{ "mif1", FORMAT_HEIC, true }, { "msf1", FORMAT_HEIC, true },
};
/* clang-format on */
_Static_assert(sizeof rows / sizeof rows[0] == FORMAT__COUNT, "a row for each format");

const struct format_row *
format_row(enum format format)
{
	return (size_t)format < FORMAT__COUNT ? &rows[format] : &rows[FORMAT_NONE];
}

enum format
format_by_name(const char *name)
{
	for (size_t i = FORMAT_NONE + 1; i < FORMAT__COUNT; i++)
		if (text_same(name, rows[i].name))
			return (enum format)i;
	for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++)
		if (text_same(name, spellings[i].name))
			return spellings[i].format;
	return FORMAT_NONE;
}

static bool
matches(const unsigned char *bytes, const char *want, const char *mask, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char bits = mask != NULL ? (unsigned char)mask[i] : 0xff;

		if ((bytes[i] & bits) != ((unsigned char)want[i] & bits))
			return false;
	}
	return true;
}

/*
 * Tell by the brands of the first box, the major one first. "mif1" and "msf1" say only that it is
 * some HEIF file: a brand that names the coding wins over them, wherever it stands.
 *
 * Source  ISO/IEC 14496-12 4.3 (ftyp), 23008-12 annexes B and F; AVIF 1.1, section 6
 */
static enum format
sniff_brands(const unsigned char *bytes, size_t n)
{
	enum format found = FORMAT_NONE;
	size_t end;

	if (n < 16 || memcmp(bytes + 4, "ftyp", 4) != 0)
		return FORMAT_NONE;
	end = (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
	if (end == 0 || end > n)
		end = n;
	for (size_t at = 8; at + 4 <= end; at += 4) {
		if (at == 12) /* a version number */
			continue;
		for (size_t i = 0; i < sizeof brands / sizeof brands[0]; i++) {
			if (memcmp(bytes + at, brands[i].name, 4) != 0)
				continue;
			if (!brands[i].generic)
				return brands[i].format;
			found = brands[i].format;
		}
	}
	return found;
}

/* Find where text stands in n bytes at or after `at` and return what follows it; n when nowhere. */
static size_t
skip_past(const unsigned char *bytes, size_t n, size_t at, const char *text)
{
	size_t len = strlen(text);

	for (; at + len <= n; at++)
		if (memcmp(bytes + at, text, len) == 0)
			return at + len;
	return n;
}

/* The end of a <!DOCTYPE …>, which may hold declarations in brackets. */
static size_t
skip_doctype(const unsigned char *bytes, size_t n, size_t at)
{
	bool inside = false;

	for (; at < n; at++) {
		if (bytes[at] == '[')
			inside = true;
		else if (bytes[at] == ']')
			inside = false;
		else if (bytes[at] == '>' && !inside)
			return at + 1;
	}
	return n;
}

static bool
begins(const unsigned char *bytes, size_t n, size_t at, const char *text)
{
	size_t len = strlen(text);

	return n - at >= len && memcmp(bytes + at, text, len) == 0;
}

static bool
sniff_svg(const unsigned char *bytes, size_t n)
{
	size_t at = 0;

	if (n > SVG_LOOKED_AT)
		n = SVG_LOOKED_AT;
	if (begins(bytes, n, at, "\xef\xbb\xbf"))
		at += 3;
	while (at < n) {
		if (bytes[at] != 0 && strchr(" \t\r\n", bytes[at]) != NULL)
			at++;
		else if (begins(bytes, n, at, "<?"))
			at = skip_past(bytes, n, at, "?>");
		else if (begins(bytes, n, at, "<!--"))
			at = skip_past(bytes, n, at + 4, "-->");
		else if (begins(bytes, n, at, "<!DOCTYPE"))
			at = skip_doctype(bytes, n, at);
		else
			break;
	}
	if (!begins(bytes, n, at, "<svg") || n - at < 5)
		return false;
	return bytes[at + 4] != 0 && strchr(" \t\r\n>/:", bytes[at + 4]) != NULL;
}

enum format
format_sniff(const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
		if (n >= magics[i].len &&
			matches(bytes, magics[i].bytes, magics[i].mask, magics[i].len))
			return magics[i].format;
	return sniff_svg(bytes, n) ? FORMAT_SVG : sniff_brands(bytes, n);
}

const char *
format_mime_by_ending(const char *key)
{
	const char *ending = strrchr(key, '.');
	enum format format;

	if (ending == NULL)
		return rows[FORMAT_NONE].mime;
	ending++;
	format = format_by_name(ending);
	if (format != FORMAT_NONE)
		return rows[format].mime;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (text_same(ending, others[i].ending))
			return others[i].mime;
	return rows[FORMAT_NONE].mime;
}
