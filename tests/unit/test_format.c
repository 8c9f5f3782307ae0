#include "format.h"
#include "suites.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

/* clang-format off */
#define BYTES(text) (text), sizeof(text) - 1
#define FTYP(size, brands_) "\0\0\0" size "ftyp" brands_

static const struct {
	const char *what, *bytes;
	size_t n;
	enum format want;
} sniffed[] = {
	{ "JFIF", BYTES("\xff\xd8\xff\xe0\0\x10JFIF\0"), FORMAT_JPEG },
	{ "Exif", BYTES("\xff\xd8\xff\xe1"), FORMAT_JPEG },
	{ "cut JPEG", BYTES("\xff\xd8"), FORMAT_NONE },
	{ "PNG", BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), FORMAT_PNG },
	{ "PNG through a text filter", BYTES("\x89PNG\n\x1a\n\0\0\0\rIHDR"), FORMAT_NONE },
	{ "GIF87a", BYTES("GIF87a\1\0\1\0"), FORMAT_GIF },
	{ "GIF89a", BYTES("GIF89a\1\0\1\0"), FORMAT_GIF },
	{ "GIF88a", BYTES("GIF88a\1\0\1\0"), FORMAT_NONE },
	{ "WebP", BYTES("RIFF\x24\0\0\0WEBPVP8 "), FORMAT_WEBP },
	{ "WAV", BYTES("RIFF\x24\0\0\0WAVEfmt "), FORMAT_NONE },
	{ "cut WebP", BYTES("RIFF\x24\0\0\0WEB"), FORMAT_NONE },
	{ "JXL codestream", BYTES("\xff\x0a\xfa\x1f"), FORMAT_JXL },
	{ "JXL container", BYTES("\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14" "ftypjxl "), FORMAT_JXL },
	{ "AVIF", BYTES(FTYP("\x20", "avif\0\0\0\0" "avifmif1miafMA1B")), FORMAT_AVIF },
	{ "animated AVIF", BYTES(FTYP("\x20", "avis\0\0\0\0" "msf1avismiafMA1B")), FORMAT_AVIF },
	{ "AVIF by a compatible brand", BYTES(FTYP("\x1c", "mif1\0\0\0\0" "mif1avifmiaf")),
	  FORMAT_AVIF },
	{ "AVIF, major brand unknown", BYTES(FTYP("\x1c", "miaf\0\0\0\0" "mif1avifmiaf")),
	  FORMAT_AVIF },
	{ "HEIC", BYTES(FTYP("\x18", "heic\0\0\0\0" "mif1heic")), FORMAT_HEIC },
	{ "HEIC that says avif too", BYTES(FTYP("\x18", "heic\0\0\0\0" "avifheic")), FORMAT_HEIC },
	{ "heix", BYTES(FTYP("\x10", "heix\0\0\0\0")), FORMAT_HEIC },
	{ "hevc", BYTES(FTYP("\x10", "hevc\0\0\0\0")), FORMAT_HEIC },
	{ "heim", BYTES(FTYP("\x10", "heim\0\0\0\0")), FORMAT_HEIC },
	{ "heis", BYTES(FTYP("\x10", "heis\0\0\0\0")), FORMAT_HEIC },
	{ "hevm", BYTES(FTYP("\x10", "hevm\0\0\0\0")), FORMAT_HEIC },
	{ "hevs", BYTES(FTYP("\x10", "hevs\0\0\0\0")), FORMAT_HEIC },
	{ "mif1 alone", BYTES(FTYP("\x14", "mif1\0\0\0\0" "mif1")), FORMAT_HEIC },
	{ "msf1 alone", BYTES(FTYP("\x10", "msf1\0\0\0\0")), FORMAT_HEIC },
	{ "MP4", BYTES(FTYP("\x18", "isom\0\0\0\0" "isommp42")), FORMAT_NONE },
	{ "MP4 whose version spells a brand", BYTES(FTYP("\x18", "isomavif" "isommp42")),
	  FORMAT_NONE },
	{ "brand after the box", BYTES(FTYP("\x14", "isom\0\0\0\0" "mp42avif")), FORMAT_NONE },
	{ "box to the end of the file", BYTES(FTYP("\0", "isom\0\0\0\0" "mp42avif")), FORMAT_AVIF },
	{ "cut ftyp", BYTES(FTYP("\x18", "avif")), FORMAT_NONE },
	{ "TIFF little endian", BYTES("II*\0\x08\0\0\0"), FORMAT_TIFF },
	{ "TIFF big endian", BYTES("MM\0*\0\0\0\x08"), FORMAT_TIFF },
	{ "BigTIFF", BYTES("II+\0\x08\0\0\0"), FORMAT_TIFF },
	{ "BigTIFF big endian", BYTES("MM\0+\0\x08\0\0"), FORMAT_TIFF },
	{ "BMP", BYTES("BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\2\0\0\0"), FORMAT_BMP },
	{ "text that begins with BM", BYTES("BMW makes cars, and motorcycles too."), FORMAT_NONE },
	{ "icon", BYTES("\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0"), FORMAT_ICO },
	{ "MPEG video", BYTES("\0\0\1\xb3\x14\0\xf0\x13\xff\xff"), FORMAT_NONE },
	{ "SVG", BYTES("<svg xmlns='http://www.w3.org/2000/svg'/>"), FORMAT_SVG },
	{ "SVG without attributes", BYTES("<svg>"), FORMAT_SVG },
	{ "SVG with a prefix", BYTES("<svg:svg xmlns:svg='x'>"), FORMAT_SVG },
	{ "SVG behind all it may have", BYTES("\xef\xbb\xbf \r\n<?xml version='1.0'?>\n"
	  "<!-- a <svg in a comment -->\n<?xml-stylesheet href='a'?>"
	  "<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'x' [<!ENTITY a '<b>'>]>\n\t<svg\n>"),
	  FORMAT_SVG },
	{ "HTML with SVG inside", BYTES("<!DOCTYPE html><html><svg >"), FORMAT_NONE },
	{ "another element", BYTES("<svgs >"), FORMAT_NONE },
	{ "comment without end", BYTES("<!-- <svg >"), FORMAT_NONE },
	{ "comment that only begins", BYTES("<!--><svg >"), FORMAT_NONE },
	{ "cut SVG", BYTES("<svg"), FORMAT_NONE },
	{ "text", BYTES("This is no picture, whatever it is called.\n"), FORMAT_NONE },
	{ "zeros", BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
	  FORMAT_NONE },
	{ "nothing", BYTES(""), FORMAT_NONE },
};

static const struct {
	const char *name;
	enum format want;
} names[] = {
	{ "jpg", FORMAT_JPEG }, { "jpeg", FORMAT_JPEG }, { "JPG", FORMAT_JPEG },
	{ "png", FORMAT_PNG },
	{ "gif", FORMAT_GIF }, { "webp", FORMAT_WEBP }, { "avif", FORMAT_AVIF },
	{ "jxl", FORMAT_JXL },
	{ "heic", FORMAT_HEIC }, { "heif", FORMAT_HEIC }, { "tiff", FORMAT_TIFF },
	{ "tif", FORMAT_TIFF },
	{ "bmp", FORMAT_BMP }, { "ico", FORMAT_ICO }, { "svg", FORMAT_SVG },
	{ "", FORMAT_NONE }, { "none", FORMAT_NONE }, { "mvg", FORMAT_NONE },
	{ "jpgx", FORMAT_NONE },
	{ "jp", FORMAT_NONE }, { "auto", FORMAT_NONE },
};

static const struct {
	const char *key, *want;
} endings[] = {
	{ "a.jpg", "image/jpeg" }, { "a.JPEG", "image/jpeg" }, { "x/y.z/a.png", "image/png" },
	{ "a.tar.webp", "image/webp" }, { "a.svg", "image/svg+xml" }, { "a.txt", "text/plain" },
	{ "a.html", "text/html" }, { "a.mp4", "video/mp4" }, { "a.pdf", "application/pdf" },
	{ ".gif", "image/gif" }, { "\xea\xb0\x80.avif", "image/avif" },
	{ "a", "application/octet-stream" }, { "", "application/octet-stream" },
	{ "a.", "application/octet-stream" }, { "a.jpg/", "application/octet-stream" },
	{ "a.jpg/b", "application/octet-stream" }, { "a.jpg.bak", "application/octet-stream" },
	{ "a.none", "application/octet-stream" }, { "jpg", "application/octet-stream" },
};
/* clang-format on */

/* Exactly so many bytes on the heap, that a read beyond them is seen by a sanitizer. */
static enum format
sniff_exactly(const char *bytes, size_t n)
{
	unsigned char *copy = malloc(n > 0 ? n : 1);
	enum format got;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, bytes, n);
	got = format_sniff(copy, n);
	free(copy);
	return got;
}

START_TEST(tells_formats_by_their_first_bytes)
{
	enum format got = sniff_exactly(sniffed[_i].bytes, sniffed[_i].n);

	ck_assert_msg(got == sniffed[_i].want, "%s is %s", sniffed[_i].what, format_row(got)->name);
}
END_TEST

START_TEST(reads_nothing_beyond_what_is_there)
{
	for (size_t n = 0; n < sniffed[_i].n; n++)
		(void)sniff_exactly(sniffed[_i].bytes, n);
}
END_TEST

START_TEST(looks_for_a_drawing_only_near_the_beginning)
{
	char text[1100];

	memset(text, ' ', sizeof text);
	memcpy(text + 1024 - 5, "<svg ", 5);
	ck_assert_int_eq(sniff_exactly(text, sizeof text), FORMAT_SVG);
	memset(text, ' ', sizeof text);
	memcpy(text + 1024 - 4, "<svg ", 5);
	ck_assert_int_eq(sniff_exactly(text, sizeof text), FORMAT_NONE);
}
END_TEST

START_TEST(hands_no_other_format_to_a_decoder)
{
	static const enum format decoded[] = { FORMAT_JPEG, FORMAT_PNG, FORMAT_GIF, FORMAT_WEBP,
		FORMAT_AVIF, FORMAT_JXL, FORMAT_HEIC, FORMAT_TIFF, FORMAT_BMP };
	static const char *const magick[] = { "JPEG", "PNG", "GIF", "WEBP", "AVIF", "JXL", "HEIC",
		"TIFF", "BMP" };
	int found = 0;

	for (int i = 0; i < COUNT(decoded); i++)
		ck_assert_str_eq(format_row(decoded[i])->magick, magick[i]);
	for (int i = 0; i < FORMAT__COUNT; i++)
		found += format_row((enum format)i)->magick != NULL;
	ck_assert_int_eq(found, COUNT(decoded));
}
END_TEST

START_TEST(has_a_full_row_for_every_format)
{
	for (int i = FORMAT_NONE + 1; i < FORMAT__COUNT; i++) {
		const struct format_row *row = format_row((enum format)i);

		ck_assert_int_eq(format_by_name(row->name), i);
		ck_assert_msg(
			i >= FORMAT_JSON || strncmp(row->mime, "image/", 6) == 0, "%s", row->name);
	}
	ck_assert_str_eq(format_row(FORMAT_NONE)->name, "none");
	ck_assert_str_eq(format_row(FORMAT_NONE)->mime, "application/octet-stream");
	ck_assert_ptr_eq(format_row(FORMAT__COUNT), format_row(FORMAT_NONE));
	ck_assert(!format_row(FORMAT_JPEG)->alpha);
	ck_assert(format_row(FORMAT_JPEG)->lossy);
	ck_assert(!format_row(FORMAT_PNG)->lossy);
	ck_assert(!format_row(FORMAT_TIFF)->browsers);
}
END_TEST

START_TEST(finds_formats_by_usual_names)
{
	ck_assert_msg(format_by_name(names[_i].name) == names[_i].want, "%s", names[_i].name);
}
END_TEST

START_TEST(guesses_types_by_the_ending)
{
	const char *got = format_mime_by_ending(endings[_i].key);

	ck_assert_msg(strcmp(got, endings[_i].want) == 0, "%s is %s", endings[_i].key, got);
}
END_TEST

Suite *
suite_format(void)
{
	Suite *suite = suite_create("format");
	TCase *tc = tcase_create("format");

	tcase_add_loop_test(tc, tells_formats_by_their_first_bytes, 0, COUNT(sniffed));
	tcase_add_loop_test(tc, reads_nothing_beyond_what_is_there, 0, COUNT(sniffed));
	tcase_add_test(tc, looks_for_a_drawing_only_near_the_beginning);
	tcase_add_test(tc, hands_no_other_format_to_a_decoder);
	tcase_add_test(tc, has_a_full_row_for_every_format);
	tcase_add_loop_test(tc, finds_formats_by_usual_names, 0, COUNT(names));
	tcase_add_loop_test(tc, guesses_types_by_the_ending, 0, COUNT(endings));
	suite_add_tcase(suite, tc);
	return suite;
}
