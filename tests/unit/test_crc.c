#include "base/crc.h"
#include "suites.h"

#include <inttypes.h>
#include <string.h>

/* The catalogue's check values, and RFC 3720 B.4's examples. */
static const char zeroes[32];
static const struct {
	enum crc_kind kind;
	const char *bytes;
	size_t n;
	uint64_t sum;
} rows[] = {
	{ CRC_32, "123456789", 9, 0xcbf43926 },
	{ CRC_32C, "123456789", 9, 0xe3069283 },
	{ CRC_64NVME, "123456789", 9, 0xae8b14860a799888 },
	{ CRC_32, "", 0, 0 },
	{ CRC_32C, "", 0, 0 },
	{ CRC_64NVME, "", 0, 0 },
	{ CRC_32C, zeroes, sizeof zeroes, 0x8a9136aa },
	{ CRC_32, "The quick brown fox jumps over the lazy dog", 43, 0x414fa339 },
};

START_TEST(sums_up_at_once_and_in_pieces)
{
	struct crc c;

	/* first piece of every length: whole eights and rests */
	for (size_t cut = 0; cut <= rows[_i].n; cut++) {
		crc_begin(&c, rows[_i].kind);
		crc_add(&c, rows[_i].bytes, cut);
		crc_add(&c, rows[_i].bytes + cut, rows[_i].n - cut);
		ck_assert_msg(crc_end(&c) == rows[_i].sum, "%zu: %" PRIx64, cut, crc_end(&c));
	}
}
END_TEST

START_TEST(sees_every_bit)
{
	unsigned char bytes[40];
	struct crc c;
	uint64_t sum;

	memset(bytes, 'x', sizeof bytes);
	crc_begin(&c, (enum crc_kind)_i);
	crc_add(&c, bytes, sizeof bytes);
	sum = crc_end(&c);
	for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
		bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
		crc_begin(&c, (enum crc_kind)_i);
		crc_add(&c, bytes, sizeof bytes);
		ck_assert_uint_ne(crc_end(&c), sum);
		bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
}
END_TEST

Suite *
suite_crc(void)
{
	Suite *s = suite_create("crc");
	TCase *t = tcase_create("crc");

	tcase_add_loop_test(
		t, sums_up_at_once_and_in_pieces, 0, (int)(sizeof rows / sizeof rows[0]));
	tcase_add_loop_test(t, sees_every_bit, CRC_32, CRC_64NVME + 1);
	suite_add_tcase(s, t);
	return s;
}
