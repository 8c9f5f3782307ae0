#include "base/digest.h"
#include "suites.h"

#include <string.h>

/* clang-format off */
/* The examples published with FIPS 180-4, and the empty message. */
static const struct {
	const char *in, *want;
} hashes[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	  "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	  "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
};

/* RFC 4231 4.2 to 4.8; key and data are text or one byte repeated. Case 5 is cut to 128 bits. */
static const struct {
	const char *key;
	unsigned char key_byte;
	size_t key_len;
	const char *data;
	unsigned char data_byte;
	size_t data_len;
	const char *want;
} macs[] = {
	{ NULL, 0x0b, 20, "Hi There", 0, 8,
	  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ "Jefe", 0, 4, "what do ya want for nothing?", 0, 28,
	  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ NULL, 0xaa, 20, NULL, 0xdd, 50,
	  "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
	{ "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16"
	  "\x17\x18\x19", 0, 25, NULL, 0xcd, 50,
	  "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
	{ NULL, 0x0c, 20, "Test With Truncation", 0, 20, "a3b6167473100ee06e0c796c2955552b" },
	{ NULL, 0xaa, 131, "Test Using Larger Than Block-Size Key - Hash Key First", 0, 54,
	  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
	{ NULL, 0xaa, 131, "This is a test using a larger than block-size key and a larger than "
	  "block-size data. The key needs to be hashed before being used by the HMAC algorithm.", 0,
	  152, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
};
/* clang-format on */
#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

START_TEST(hashes_the_published_messages)
{
	unsigned char got[DIGEST_SIZE];
	char hex[DIGEST_HEX];
	struct err err;

	ck_assert(digest_sha256(hashes[_i].in, strlen(hashes[_i].in), got, &err));
	digest_hex(got, sizeof got, hex);
	ck_assert_str_eq(hex, hashes[_i].want);
}
END_TEST

START_TEST(hashes_a_million_letters)
{
	static char text[1000000];
	unsigned char got[DIGEST_SIZE];
	char hex[DIGEST_HEX];
	struct err err;

	memset(text, 'a', sizeof text);
	ck_assert(digest_sha256(text, sizeof text, got, &err));
	digest_hex(got, sizeof got, hex);
	ck_assert_str_eq(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
END_TEST

START_TEST(takes_nothing_at_all)
{
	unsigned char got[DIGEST_SIZE];
	char hex[DIGEST_HEX];
	struct err err;

	ck_assert(digest_sha256(NULL, 0, got, &err));
	digest_hex(got, sizeof got, hex);
	ck_assert_str_eq(hex, hashes[0].want);
	ck_assert(digest_hmac_sha256(NULL, 0, NULL, 0, got, &err));
	digest_hex(got, sizeof got, hex);
	ck_assert_str_eq(hex, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}
END_TEST

START_TEST(signs_the_published_messages)
{
	unsigned char key[256], data[256], got[DIGEST_SIZE];
	char hex[DIGEST_HEX];
	struct err err;

	memset(key, macs[_i].key_byte, sizeof key);
	memset(data, macs[_i].data_byte, sizeof data);
	if (macs[_i].key != NULL)
		memcpy(key, macs[_i].key, macs[_i].key_len);
	if (macs[_i].data != NULL)
		memcpy(data, macs[_i].data, macs[_i].data_len);
	ck_assert(digest_hmac_sha256(key, macs[_i].key_len, data, macs[_i].data_len, got, &err));
	digest_hex(got, sizeof got, hex);
	hex[strlen(macs[_i].want)] = '\0';
	ck_assert_str_eq(hex, macs[_i].want);
}
END_TEST

START_TEST(may_use_the_last_result_as_key)
{
	unsigned char chained[DIGEST_SIZE], apart[DIGEST_SIZE];
	struct err err;

	ck_assert(digest_hmac_sha256("k", 1, "one", 3, chained, &err));
	ck_assert(digest_hmac_sha256(chained, sizeof chained, "two", 3, apart, &err));
	ck_assert(digest_hmac_sha256(chained, sizeof chained, "two", 3, chained, &err));
	ck_assert_mem_eq(chained, apart, sizeof apart);
}
END_TEST

START_TEST(refuses_a_key_libcrypto_cannot_count)
{
	unsigned char got[DIGEST_SIZE] = { 1, 2, 3 };
	struct err err;

	ck_assert(!digest_hmac_sha256("k", SIZE_MAX / 2 + 2, "data", 4, got, &err));
	ck_assert_int_eq(err.kind, ERR_INTERNAL);
	ck_assert_mem_eq(got, "\1\2\3", 3);
}
END_TEST

START_TEST(prints_lower_case_hex)
{
	char got[7] = "xxxxxx";

	digest_hex((const unsigned char *)"\x00\xab\xff", 3, got);
	ck_assert_str_eq(got, "00abff");
	digest_hex((const unsigned char *)"", 0, got);
	ck_assert_str_eq(got, "");
}
END_TEST

/* clang-format off */
/* The examples of RFC 1321, A.5. */
static const struct {
	const char *in, *want;
} sums[] = {
	{ "", "d41d8cd98f00b204e9800998ecf8427e" },
	{ "a", "0cc175b9c0f1b6a831c399e269772661" },
	{ "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
	{ "12345678901234567890123456789012345678901234567890123456789012345678901234567890", "57edf4a22be3c955ac49da2e2107b67a" },
};
/* clang-format on */

START_TEST(sums_at_once_and_by_pieces)
{
	unsigned char got[DIGEST_MD5_SIZE], all[DIGEST_SIZE];
	char hex[DIGEST_HEX];
	struct digest_sum *sum = digest_sum_open(DIGEST_SUM_MD5);
	struct err err = { 0 };

	ck_assert(digest_md5(sums[_i].in, strlen(sums[_i].in), got, &err));
	digest_hex(got, sizeof got, hex);
	ck_assert_str_eq(hex, sums[_i].want);
	ck_assert_ptr_nonnull(sum);
	for (const char *s = sums[_i].in; *s != '\0'; s++)
		digest_sum_add(sum, s, 1);
	digest_sum_close(sum, all);
	digest_hex(all, DIGEST_MD5_SIZE, hex);
	ck_assert_str_eq(hex, sums[_i].want);
}
END_TEST

START_TEST(sums_by_pieces_what_the_standards_do)
{
	/* FIPS 180-4's example "abc" */
	static const struct {
		enum digest_kind kind;
		size_t size;
		const char *want;
	} rows[] = {
		{ DIGEST_SUM_SHA1, 20, "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ DIGEST_SUM_SHA256, 32,
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	};
	unsigned char got[DIGEST_SIZE], read[DIGEST_SIZE];
	char hex[DIGEST_HEX];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct digest_sum *sum = digest_sum_open(rows[i].kind);

		ck_assert_ptr_nonnull(sum);
		digest_sum_add(sum, "ab", 2);
		digest_sum_add(sum, "c", 1);
		digest_sum_close(sum, got);
		digest_hex(got, rows[i].size, hex);
		ck_assert_str_eq(hex, rows[i].want);
		ck_assert(digest_from_hex(hex, read, rows[i].size));
		ck_assert_mem_eq(read, got, rows[i].size);
	}
	ck_assert(digest_from_hex("00fFaBx", read, 3));
	ck_assert_mem_eq(read, "\0\xff\xab", 3);
	ck_assert(!digest_from_hex("00f", read, 2));
	ck_assert(!digest_from_hex("0g", read, 1));
	digest_sum_close(digest_sum_open(DIGEST_SUM_SHA1), NULL);
}
END_TEST

/* clang-format off */
/* The examples of RFC 4648, 10; and what is none. */
static const struct {
	const char *in, *text;
} spellings[] = {
	{ "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
};
static const char *const unspellings[] = { "", "Zg", "Zg=", "Zg===", "Z===", "Zm8=", "Zm9v", "Z g==",
	"Zg==\n", "Z-==", "Zg=g", "=Zg=" };
/* clang-format on */

START_TEST(spells_and_reads_base64)
{
	const char *in = spellings[_i].in;
	unsigned char got[8] = "xxxxxxx";
	char text[16];

	digest_base64((const unsigned char *)in, strlen(in), text);
	ck_assert_str_eq(text, spellings[_i].text);
	ck_assert(digest_from_base64(text, got, strlen(in)));
	ck_assert_mem_eq(got, in, strlen(in));
	ck_assert_int_eq(got[strlen(in)], 'x');
	ck_assert(!digest_from_base64(text, got, strlen(in) + 1));
}
END_TEST

START_TEST(reads_no_other_base64)
{
	unsigned char got[1] = "x";

	ck_assert_msg(!digest_from_base64(unspellings[_i], got, 1), "%s", unspellings[_i]);
	ck_assert_int_eq(got[0], 'x');
}
END_TEST

Suite *
suite_digest(void)
{
	Suite *suite = suite_create("digest");
	TCase *tc = tcase_create("digest");

	tcase_add_loop_test(tc, hashes_the_published_messages, 0, COUNT(hashes));
	tcase_add_test(tc, hashes_a_million_letters);
	tcase_add_test(tc, takes_nothing_at_all);
	tcase_add_loop_test(tc, signs_the_published_messages, 0, COUNT(macs));
	tcase_add_test(tc, may_use_the_last_result_as_key);
	tcase_add_test(tc, refuses_a_key_libcrypto_cannot_count);
	tcase_add_test(tc, prints_lower_case_hex);
	tcase_add_test(tc, sums_by_pieces_what_the_standards_do);
	tcase_add_loop_test(tc, sums_at_once_and_by_pieces, 0, COUNT(sums));
	tcase_add_loop_test(tc, spells_and_reads_base64, 0, COUNT(spellings));
	tcase_add_loop_test(tc, reads_no_other_base64, 0, COUNT(unspellings));
	suite_add_tcase(suite, tc);
	return suite;
}
