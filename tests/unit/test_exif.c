#include "exif.h"
#include "suites.h"

#include <stdlib.h>
#include <string.h>

/* Orientation 6, artist, copyright, a directory of places; a second directory with a thumbnail. */
#define LITTLE                                                                                     \
	"II*\0\x08\0\0\0" /* 0 */                                                                  \
	"\x04\0"          /* 8: four entries */                                                    \
	"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"                                                       \
	"\x3b\x01\x02\0\x08\0\0\0\x5e\0\0\0" /* artist at 94 */                                    \
	"\x98\x82\x02\0\x03\0\0\0me\0\0"     /* copyright in place */                              \
	"\x25\x88\x04\0\x01\0\0\0\x66\0\0\0" /* places at 102 */                                   \
	"\x40\0\0\0"                         /* 58: the second directory at 64 */                  \
	"\0\0"                                                                                     \
	"\x02\0" /* 64 */                                                                          \
	"\x01\x02\x04\0\x01\0\0\0\x80\0\0\0"                                                       \
	"\x02\x02\x04\0\x01\0\0\0\x06\0\0\0"                                                       \
	"\0\0\0\0"                                                                                 \
	"Jo Kim\0\0"                                         /* 94 */                              \
	"\x01\0\x01\0\x02\0\x02\0\0\0N\0\0\0\0\0\0\0here..." /* 102: places; 120: …there */      \
	"\0THUMBS"                                           /* 128 */

static const unsigned char block[] = LITTLE;

static struct buf
made(bool keep, const unsigned char *exif, size_t n)
{
	struct buf b = BUF_INIT(100000);
	struct err err;

	ck_assert(keep ? exif_keep(exif, n, &b, &err) : exif_copyright(exif, n, &b, &err));
	return b;
}

static bool
has(const struct buf *b, const char *text)
{
	return b->len > 0 && memmem(b->bytes, b->len, text, strlen(text)) != NULL;
}

START_TEST(keeps_all_but_the_turn_and_the_thumbnail)
{
	const unsigned char *thumb = memmem(block, sizeof block, "THUMBS", 6);
	unsigned char exif[sizeof block];
	struct buf b;

	ck_assert_ptr_nonnull(thumb);
	memcpy(exif, block, sizeof block);
	exif[64 + 10] = (unsigned char)(thumb - block);
	b = made(true, exif, sizeof block - 1);
	ck_assert_int_eq(b.bytes[10 + 8], 1);
	ck_assert(has(&b, "Jo Kim") && has(&b, "me") && has(&b, "here"));
	ck_assert(!has(&b, "THUMBS"));
	ck_assert_uint_eq(b.len, (size_t)(thumb - block)); /* it was the end of the block */
	ck_assert_mem_eq(b.bytes + 58, "\0\0\0\0", 4);
	buf_done(&b);
}
END_TEST

START_TEST(keeps_the_copyright_and_nothing_else)
{
	unsigned char prefixed[sizeof block + 6];
	struct buf b = made(false, block, sizeof block - 1), again;

	ck_assert(has(&b, "Jo Kim") && has(&b, "me"));
	ck_assert(!has(&b, "here") && !has(&b, "THUMBS") && !has(&b, "\x25\x88"));
	ck_assert_int_eq(b.bytes[8], 2);
	memcpy(prefixed, "Exif\0\0", 6);
	memcpy(prefixed + 6, block, sizeof block);
	again = made(false, prefixed, sizeof block + 5);
	ck_assert_uint_eq(again.len, b.len);
	buf_done(&again);
	/* its own work is understood, and stays as it is */
	again = made(false, b.bytes, b.len);
	ck_assert_uint_eq(again.len, b.len);
	ck_assert_mem_eq(again.bytes, b.bytes, b.len);
	buf_done(&again);
	buf_done(&b);
}
END_TEST

START_TEST(makes_nothing_of_what_is_no_exif)
{
	static const char *const texts[] = { "", "Exif\0\0", "II*\0\xff\xff\xff\xff",
		"hello, world" };
	static const size_t lengths[] = { 0, 6, 8, 12 };

	for (size_t i = 0; i < 4; i++) {
		struct buf b = made(false, (const unsigned char *)texts[i], lengths[i]);

		ck_assert_uint_eq(b.len, 0);
		buf_done(&b);
	}
}
END_TEST

/* Cut anywhere, and with any byte wrong, it is read inside its bounds (the sanitizers look on). */
START_TEST(survives_every_cut_and_every_wrong_byte)
{
	for (size_t n = 0; n < sizeof block; n++) {
		unsigned char *exact = malloc(n + 1);
		struct buf b;

		ck_assert_ptr_nonnull(exact);
		memcpy(exact, block, n);
		for (int keep = 0; keep < 2; keep++) {
			b = made(keep == 1, exact, n);
			ck_assert_uint_le(b.len, 3000);
			buf_done(&b);
		}
		free(exact);
		for (unsigned v = 0; v < 256; v += 5) {
			unsigned char wrong[sizeof block];

			memcpy(wrong, block, sizeof block);
			wrong[n] = (unsigned char)v;
			for (int keep = 0; keep < 2; keep++) {
				b = made(keep == 1, wrong, sizeof block - 1);
				buf_done(&b);
			}
		}
	}
}
END_TEST

Suite *
suite_exif(void)
{
	Suite *s = suite_create("exif");
	TCase *t = tcase_create("exif");

	tcase_add_test(t, keeps_all_but_the_turn_and_the_thumbnail);
	tcase_add_test(t, keeps_the_copyright_and_nothing_else);
	tcase_add_test(t, makes_nothing_of_what_is_no_exif);
	tcase_add_test(t, survives_every_cut_and_every_wrong_byte);
	suite_add_tcase(s, t);
	return s;
}
