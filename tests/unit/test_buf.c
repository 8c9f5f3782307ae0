#include "base/buf.h"
#include "suites.h"

#include <string.h>

START_TEST(is_empty_text_before_anything_is_added)
{
	struct buf b = BUF_INIT(10);

	ck_assert_str_eq(buf_text(&b), "");
	ck_assert_uint_eq(b.len, 0);
	buf_done(&b);
}
END_TEST

START_TEST(holds_what_was_added_and_ends_in_nul)
{
	struct buf b = BUF_INIT(100);
	struct err err;

	ck_assert(buf_add(&b, "a\0b", 3, &err));
	ck_assert(buf_adds(&b, "cd", &err));
	ck_assert(buf_addf(&b, &err, "%d-%s", 42, "x"));
	ck_assert(buf_add(&b, NULL, 0, &err));
	ck_assert_uint_eq(b.len, 9);
	ck_assert_mem_eq(b.bytes, "a\0bcd42-x", 10);
	buf_done(&b);
}
END_TEST

START_TEST(grows_byte_by_byte_up_to_its_limit)
{
	struct buf b = BUF_INIT(5000);
	struct err err;

	for (size_t i = 0; i < 5000; i++) {
		unsigned char c = (unsigned char)(i * 7);

		ck_assert(buf_add(&b, &c, 1, &err));
		ck_assert_uint_eq(b.bytes[b.len], 0);
		ck_assert_uint_le(b.size, b.limit + 1);
	}
	for (size_t i = 0; i < 5000; i++)
		ck_assert_uint_eq(b.bytes[i], (unsigned char)(i * 7));
	ck_assert(!buf_add(&b, "x", 1, &err));
	ck_assert_int_eq(err.kind, ERR_TOO_LARGE);
	ck_assert_uint_eq(b.len, 5000);
	buf_done(&b);
}
END_TEST

START_TEST(refuses_more_than_its_limit_and_keeps_what_it_has)
{
	struct buf b = BUF_INIT(5);
	struct err err = { 0 };

	ck_assert(buf_adds(&b, "abc", &err));
	ck_assert(!buf_adds(&b, "def", &err));
	ck_assert_int_eq(err.kind, ERR_TOO_LARGE);
	ck_assert(!buf_addf(&b, &err, "%d", 123));
	ck_assert(!buf_reserve(&b, 3, &err));
	ck_assert(!buf_reserve(&b, SIZE_MAX, &err));
	ck_assert_str_eq(buf_text(&b), "abc");
	ck_assert(buf_adds(&b, "de", &err));
	ck_assert_str_eq(buf_text(&b), "abcde");
	buf_done(&b);
}
END_TEST

START_TEST(holds_nothing_with_a_limit_of_zero)
{
	struct buf b = { 0 };
	struct err err;

	ck_assert(!buf_adds(&b, "a", &err));
	ck_assert_int_eq(err.kind, ERR_TOO_LARGE);
	ck_assert(buf_adds(&b, "", &err));
	ck_assert_str_eq(buf_text(&b), "");
	buf_done(&b);
}
END_TEST

START_TEST(reserves_room_that_can_be_written)
{
	struct buf b = BUF_INIT(1000);
	struct err err;

	ck_assert(buf_adds(&b, "abc", &err));
	ck_assert(buf_reserve(&b, 997, &err));
	memset(b.bytes + b.len, 'y', 997);
	b.len += 997;
	ck_assert_mem_eq(b.bytes, "abcy", 4);
	ck_assert_uint_ge(b.size, 1001);
	buf_done(&b);
}
END_TEST

START_TEST(forgets_its_content_and_keeps_its_memory)
{
	struct buf b = BUF_INIT(100);
	struct err err;
	size_t size;

	ck_assert(buf_adds(&b, "abc", &err));
	size = b.size;
	buf_reset(&b);
	ck_assert_str_eq(buf_text(&b), "");
	ck_assert_uint_eq(b.len, 0);
	ck_assert_uint_eq(b.size, size);
	buf_done(&b);
}
END_TEST

START_TEST(may_be_done_twice_and_used_again)
{
	struct buf b = BUF_INIT(100);
	struct err err;

	ck_assert(buf_adds(&b, "abc", &err));
	buf_done(&b);
	ck_assert_ptr_null(b.bytes);
	buf_done(&b);
	buf_reset(&b);
	ck_assert_uint_eq(b.limit, 100);
	ck_assert(buf_adds(&b, "d", &err));
	ck_assert_str_eq(buf_text(&b), "d");
	buf_done(&b);
}
END_TEST

Suite *
suite_buf(void)
{
	Suite *suite = suite_create("buf");
	TCase *tc = tcase_create("buf");

	tcase_add_test(tc, is_empty_text_before_anything_is_added);
	tcase_add_test(tc, holds_what_was_added_and_ends_in_nul);
	tcase_add_test(tc, grows_byte_by_byte_up_to_its_limit);
	tcase_add_test(tc, refuses_more_than_its_limit_and_keeps_what_it_has);
	tcase_add_test(tc, holds_nothing_with_a_limit_of_zero);
	tcase_add_test(tc, reserves_room_that_can_be_written);
	tcase_add_test(tc, forgets_its_content_and_keeps_its_memory);
	tcase_add_test(tc, may_be_done_twice_and_used_again);
	suite_add_tcase(suite, tc);
	return suite;
}
