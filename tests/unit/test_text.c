#include "base/text.h"
#include "suites.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

/* clang-format off */
static const struct {
	const char *in;
	bool ok;
	int64_t want;
} ints[] = {
	{ "0", true, 0 }, { "7", true, 7 }, { "+7", true, 7 }, { "-7", true, -7 },
	{ "007", true, 7 }, { "-0", true, 0 },
	{ "9223372036854775807", true, INT64_MAX }, { "-9223372036854775808", true, INT64_MIN },
	{ "9223372036854775808", false, 0 }, { "-9223372036854775809", false, 0 },
	{ "99999999999999999999999", false, 0 }, { "-99999999999999999999999", false, 0 },
	{ "", false, 0 }, { "-", false, 0 }, { "+", false, 0 }, { "+-1", false, 0 },
	{ " 1", false, 0 }, { "1 ", false, 0 }, { "1.0", false, 0 }, { "0x10", false, 0 },
	{ "1e3", false, 0 }, { "a", false, 0 }, { "1\n", false, 0 }, { "\xd9\xa1", false, 0 },
};

static const struct {
	const char *in;
	bool ok;
	double want;
} reals[] = {
	{ "0", true, 0 }, { "1.5", true, 1.5 }, { "-1.25", true, -1.25 }, { "+2.0", true, 2 },
	{ ".5", true, 0.5 }, { "-.5", true, -0.5 }, { "0.1", true, 0.1 }, { "0.3", true, 0.3 },
	{ "123456789.123456", true, 123456789.123456 },
	{ "999999999999999", true, 999999999999999.0 }, { "0.00000000000001", true, 1e-14 },
	{ "0.12345678901234", true, 0.12345678901234 }, { "0.123456789012345", false, 0 },
	{ "9999999999999999", false, 0 }, { "0.0000000000000001", false, 0 },
	{ "", false, 0 }, { ".", false, 0 }, { "5.", false, 0 }, { "-", false, 0 },
	{ "1,5", false, 0 }, { "1.5.1", false, 0 }, { "1e2", false, 0 }, { "0x1", false, 0 },
	{ "inf", false, 0 }, { "nan", false, 0 }, { " 1", false, 0 }, { "1 ", false, 0 },
	{ "--1", false, 0 },
};

static const struct {
	const char *in;
	bool ok;
	uint64_t want;
} bytes[] = {
	{ "0", true, 0 }, { "512", true, 512 }, { "512b", true, 512 }, { "20KB", true, 20480 },
	{ "20k", true, 20480 }, { "20MB", true, 20971520 }, { "20mb", true, 20971520 },
	{ "1GB", true, UINT64_C(1) << 30 }, { "2T", true, UINT64_C(2) << 40 },
	{ "18446744073709551615", true, UINT64_MAX }, { "18446744073709551616", false, 0 },
	{ "16777215T", true, UINT64_C(16777215) << 40 }, { "16777216T", false, 0 },
	{ "", false, 0 }, { "B", false, 0 }, { "MB", false, 0 }, { "-1", false, 0 },
	{ "+1", false, 0 }, { "1.5MB", false, 0 }, { "1 MB", false, 0 }, { "1MBx", false, 0 },
	{ "1BB", false, 0 }, { "1X", false, 0 },
};

static const struct {
	const char *in;
	bool ok;
	uint64_t want;
} spans[] = {
	{ "0", true, 0 }, { "250ms", true, 250 }, { "8", true, 8000 }, { "8s", true, 8000 },
	{ "1.5s", true, 1500 }, { ".25", true, 250 }, { "5m", true, 300000 },
	{ "2h", true, 7200000 }, { "30d", true, UINT64_C(2592000000) },
	{ "0.5d", true, 43200000 }, { "0.4ms", true, 0 }, { "0.5ms", true, 1 },
	{ "104249991d", true, UINT64_C(9007199222400000) }, { "104249992d", false, 0 },
	{ "", false, 0 }, { "s", false, 0 }, { "-1s", false, 0 }, { "+1s", false, 0 },
	{ "1 s", false, 0 }, { "1y", false, 0 }, { "1sm", false, 0 }, { "1e3", false, 0 },
};

static const struct {
	const char *in;
	bool ok, want;
} bools[] = {
	{ "yes", true, true }, { "YES", true, true }, { "true", true, true }, { "On", true, true },
	{ "1", true, true }, { "no", true, false }, { "False", true, false },
	{ "off", true, false }, { "0", true, false },
	{ "", false, false }, { "2", false, false }, { "y", false, false },
	{ "yes ", false, false },
	{ "01", false, false },
};

static const struct {
	const char *in;
	bool loose, ok;
	const char *want;
	size_t want_len;
} decoded[] = {
	{ "abc", false, true, "abc", 3 }, { "", false, true, "", 0 },
	{ "a%20b+c", false, true, "a b+c", 5 }, { "%2f%2F", false, true, "//", 2 },
	{ "%2525", false, true, "%25", 3 }, { "a%00b", false, true, "a\0b", 3 },
	{ "%EA%B0%80", false, true, "\xea\xb0\x80", 3 }, { "%ff", false, true, "\xff", 1 },
	{ "100%", false, false, NULL, 0 }, { "%4", false, false, NULL, 0 },
	{ "%zz", false, false, NULL, 0 }, { "%4g", false, false, NULL, 0 },
	{ "%g4", false, false, NULL, 0 }, { "% 41", false, false, NULL, 0 },
	{ "100%", true, true, "100%", 4 }, { "%4", true, true, "%4", 2 },
	{ "%zz", true, true, "%zz", 3 }, { "%%41", true, true, "%A", 2 },
	{ "0123456789abcde", false, true, "0123456789abcde", 15 },
	{ "0123456789abcdef", false, false, NULL, 0 },
	{ "0123456789abcde%41", false, false, NULL, 0 },
};

static const struct {
	const char *in;
	bool keep_slash;
	const char *want;
} encoded[] = {
	{ "", false, "" },
	{ "AZaz09-._~", false, "AZaz09-._~" },
	{ "/a b/", true, "/a%20b/" }, { "/a b/", false, "%2Fa%20b%2F" },
	{ "!\"#$%&'()*+,:;<=>?@[\\]^`{|}", false,
	  "%21%22%23%24%25%26%27%28%29%2A%2B%2C%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E%60%7B%7C%7D" },
	{ "\xea\xb0\x80\x01\x7f\xff", false, "%EA%B0%80%01%7F%FF" },
};

static const struct {
	const char *in, *want;
} jsons[] = {
	{ "", "" }, { "plain /", "plain /" }, { "a\"b\\c", "a\\\"b\\\\c" },
	{ "\b\f\n\r\t", "\\b\\f\\n\\r\\t" }, { "\x01\x1f\x7f", "\\u0001\\u001f\\u007f" },
	{ "\xea\xb0\x80\xf0\x9f\x98\x80", "\xea\xb0\x80\xf0\x9f\x98\x80" },
	{ "a\xff" "b\xc3", "a\xef\xbf\xbd" "b\xef\xbf\xbd" },
	{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
};

static const struct {
	const char *in;
	bool want;
} utf8[] = {
	{ "", true }, { "abc", true }, { "\x7f", true }, { "\xc2\x80", true }, { "\xdf\xbf", true },
	{ "\xe0\xa0\x80", true }, { "\xed\x9f\xbf", true }, { "\xee\x80\x80", true },
	{ "\xef\xbf\xbf", true }, { "\xf0\x90\x80\x80", true }, { "\xf4\x8f\xbf\xbf", true },
	{ "\x80", false }, { "\xbf", false }, { "\xc0\x80", false }, { "\xc1\xbf", false },
	{ "\xe0\x9f\xbf", false }, { "\xed\xa0\x80", false }, { "\xed\xbf\xbf", false },
	{ "\xf0\x8f\xbf\xbf", false }, { "\xf4\x90\x80\x80", false }, { "\xf5\x80\x80\x80", false },
	{ "\xff", false }, { "\xc2", false }, { "\xc2" "a", false }, { "\xe2\x82", false },
	{ "\xe2\x82" "a", false }, { "\xf0\x9f\x98", false }, { "\xf0\x9f\x98" "a", false },
	{ "ok\xc2\xa9 then \xfe", false },
};

static const struct {
	const char *in;
	bool ok;
	int64_t want;
} dates[] = {
	/* the examples of RFC 9110 5.6.7 */
	{ "Sun, 06 Nov 1994 08:49:37 GMT", true, 784111777 },
	{ "Sunday, 06-Nov-94 08:49:37 GMT", true, 784111777 },
	{ "Sun Nov  6 08:49:37 1994", true, 784111777 },
	{ "Thu, 01 Jan 1970 00:00:00 GMT", true, 0 },
	{ "Thu Jan 01 00:00:00 1970", true, 0 },
	{ "Wed, 31 Dec 1969 23:59:59 GMT", true, -1 },
	{ "Tue, 29 Feb 2000 12:00:00 GMT", true, 951825600 },
	{ "Thu, 29 Feb 2024 23:59:59 GMT", true, 1709251199 },
	{ "Fri, 31 Dec 9999 23:59:59 GMT", true, INT64_C(253402300799) },
	{ "Saturday, 31-Dec-16 23:59:60 GMT", true, 1483228800 },
	{ "Thursday, 01-Jan-70 00:00:00 GMT", true, 0 },
	{ "Tuesday, 01-Jan-69 00:00:00 GMT", true, INT64_C(3124224000) },
	{ "Thu, 29 Feb 2023 00:00:00 GMT", false, 0 },
	{ "Wed, 29 Feb 1900 00:00:00 GMT", false, 0 },
	{ "Sun, 31 Apr 2022 00:00:00 GMT", false, 0 },
	{ "Sun, 00 Nov 1994 08:49:37 GMT", false, 0 },
	{ "Sun, 06 Nov 1994 24:00:00 GMT", false, 0 },
	{ "Sun, 06 Nov 1994 08:60:00 GMT", false, 0 },
	{ "Sun, 06 Nov 1994 08:49:61 GMT", false, 0 },
	{ "Mon, 06 Nov 1994 08:49:37 GMT", false, 0 },
	{ "Sun, 6 Nov 1994 08:49:37 GMT", false, 0 },
	{ "Sun, 06 nov 1994 08:49:37 GMT", false, 0 },
	{ "Sun, 06 Nov 1994 08:49:37 UTC", false, 0 },
	{ "Sun, 06 Nov 1994 08:49:37 GMT ", false, 0 },
	{ " Sun, 06 Nov 1994 08:49:37 GMT", false, 0 },
	{ "Sun, 06 Nov 1994 08:49:37", false, 0 },
	{ "Sun, 06 Nov 19940 08:49:37 GMT", false, 0 },
	{ "Sun, -6 Nov 1994 08:49:37 GMT", false, 0 },
	{ "Sun Nov 6 08:49:37 1994", false, 0 },
	{ "Sun, 06", false, 0 }, { "Sun", false, 0 }, { "", false, 0 }, { "784111777", false, 0 },
};
/* clang-format on */

START_TEST(reads_whole_numbers)
{
	int64_t got = 4711;

	ck_assert_msg(text_to_int(ints[_i].in, INT64_MIN, INT64_MAX, &got) == ints[_i].ok, "%s",
		ints[_i].in);
	ck_assert_msg(got == (ints[_i].ok ? ints[_i].want : 4711), "%s gives %lld", ints[_i].in,
		(long long)got);
}
END_TEST

START_TEST(keeps_whole_numbers_in_bounds)
{
	int64_t got = 4711;

	ck_assert(!text_to_int("0", 1, 8192, &got));
	ck_assert(!text_to_int("8193", 1, 8192, &got));
	ck_assert(!text_to_int("-1", 1, 8192, &got));
	ck_assert_int_eq(got, 4711);
	ck_assert(text_to_int("1", 1, 8192, &got));
	ck_assert_int_eq(got, 1);
	ck_assert(text_to_int("8192", 1, 8192, &got));
	ck_assert_int_eq(got, 8192);
}
END_TEST

START_TEST(reads_decimals_exactly)
{
	double got = 4711;

	ck_assert_msg(
		text_to_real(reals[_i].in, -1e15, 1e15, &got) == reals[_i].ok, "%s", reals[_i].in);
	/* Equal to the last bit: what the compiler makes of the same digits. */
	ck_assert_msg(!(got < (reals[_i].ok ? reals[_i].want : 4711)) &&
			      !(got > (reals[_i].ok ? reals[_i].want : 4711)),
		"%s gives %.17g", reals[_i].in, got);
}
END_TEST

START_TEST(keeps_decimals_in_bounds)
{
	double got = 4711;

	ck_assert(!text_to_real("0.4", 0.5, 5, &got));
	ck_assert(!text_to_real("5.01", 0.5, 5, &got));
	ck_assert_double_eq(got, 4711);
	ck_assert(text_to_real("0.5", 0.5, 5, &got));
	ck_assert_double_eq(got, 0.5);
	ck_assert(text_to_real("5", 0.5, 5, &got));
	ck_assert_double_eq(got, 5);
}
END_TEST

/* Any locale with a decimal comma or a dotless i will do; a bare machine may have none. */
START_TEST(does_not_follow_the_locale)
{
	static const char *const names[] = { "de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "tr_TR.UTF-8" };
	char date[TEXT_HTTP_DATE];
	double got = 0;

	for (int i = 0; i < COUNT(names); i++) {
		if (setlocale(LC_ALL, names[i]) == NULL)
			continue;
		ck_assert(text_to_real("1.5", 0, 2, &got));
		ck_assert_double_eq(got, 1.5);
		ck_assert(!text_to_real("1,5", 0, 2, &got));
		ck_assert(text_same("FIT", "fit"));
		text_http_date(784111777, date);
		ck_assert_str_eq(date, "Sun, 06 Nov 1994 08:49:37 GMT");
	}
	(void)setlocale(LC_ALL, "C");
}
END_TEST

START_TEST(reads_byte_counts)
{
	uint64_t got = 4711;

	ck_assert_msg(text_to_bytes(bytes[_i].in, &got) == bytes[_i].ok, "%s", bytes[_i].in);
	ck_assert_msg(got == (bytes[_i].ok ? bytes[_i].want : 4711), "%s gives %llu", bytes[_i].in,
		(unsigned long long)got);
}
END_TEST

START_TEST(reads_time_spans)
{
	uint64_t got = 4711;

	ck_assert_msg(text_to_ms(spans[_i].in, &got) == spans[_i].ok, "%s", spans[_i].in);
	ck_assert_msg(got == (spans[_i].ok ? spans[_i].want : 4711), "%s gives %llu", spans[_i].in,
		(unsigned long long)got);
}
END_TEST

START_TEST(reads_yes_and_no)
{
	bool got = !bools[_i].want;

	ck_assert_msg(text_to_bool(bools[_i].in, &got) == bools[_i].ok, "%s", bools[_i].in);
	ck_assert_msg(got == (bools[_i].ok ? bools[_i].want : !bools[_i].want), "%s", bools[_i].in);
}
END_TEST

START_TEST(decodes_percent_once)
{
	char got[16];
	size_t n = 0;

	ck_assert_msg(text_url_decode(decoded[_i].in, strlen(decoded[_i].in), decoded[_i].loose,
			      got, sizeof got, &n) == decoded[_i].ok,
		"%s", decoded[_i].in);
	if (!decoded[_i].ok)
		return;
	ck_assert_msg(n == decoded[_i].want_len && memcmp(got, decoded[_i].want, n + 1) == 0,
		"%s gives %s", decoded[_i].in, got);
}
END_TEST

START_TEST(decodes_no_further_than_it_was_told)
{
	char got[16];
	size_t n;

	ck_assert(text_url_decode("ab%41", 2, false, got, sizeof got, &n));
	ck_assert_str_eq(got, "ab");
	ck_assert(!text_url_decode("ab%41", 4, false, got, sizeof got, &n));
	ck_assert(text_url_decode("ab%41", 4, true, got, sizeof got, &n));
	ck_assert_str_eq(got, "ab%4");
	ck_assert(!text_url_decode("", 0, false, got, 0, &n));
}
END_TEST

START_TEST(encodes_all_but_unreserved_bytes)
{
	struct buf b = BUF_INIT(1000);
	struct err err;

	ck_assert(text_url_encode(
		&b, encoded[_i].in, strlen(encoded[_i].in), encoded[_i].keep_slash, &err));
	ck_assert_str_eq(buf_text(&b), encoded[_i].want);
	buf_done(&b);
}
END_TEST

START_TEST(decodes_what_it_encodes)
{
	char all[255], got[256];
	struct buf b = BUF_INIT(1000);
	struct err err;
	size_t n;

	for (size_t i = 0; i < sizeof all; i++)
		all[i] = (char)(i + 1);
	ck_assert(text_url_encode(&b, all, sizeof all, false, &err));
	ck_assert(text_url_decode(buf_text(&b), b.len, false, got, sizeof got, &n));
	ck_assert_uint_eq(n, sizeof all);
	ck_assert_mem_eq(got, all, n);
	buf_done(&b);
}
END_TEST

START_TEST(adds_all_or_nothing_at_the_limit)
{
	struct buf b = BUF_INIT(5);
	struct err err;

	ck_assert(buf_adds(&b, "ab", &err));
	ck_assert(!text_url_encode(&b, "a ", 2, false, &err));
	ck_assert_int_eq(err.kind, ERR_TOO_LARGE);
	ck_assert_str_eq(buf_text(&b), "ab");
	ck_assert(!text_json(&b, "xy\n", &err));
	ck_assert_str_eq(buf_text(&b), "ab");
	ck_assert(text_url_encode(&b, " ", 1, false, &err));
	ck_assert_str_eq(buf_text(&b), "ab%20");
	buf_done(&b);
}
END_TEST

START_TEST(escapes_for_json)
{
	struct buf b = BUF_INIT(1000);
	struct err err;

	ck_assert(text_json(&b, jsons[_i].in, &err));
	ck_assert_str_eq(buf_text(&b), jsons[_i].want);
	buf_done(&b);
}
END_TEST

START_TEST(knows_valid_utf8)
{
	ck_assert_msg(
		text_is_utf8(utf8[_i].in, strlen(utf8[_i].in)) == utf8[_i].want, "row %d", _i);
}
END_TEST

START_TEST(steps_through_utf8)
{
	ck_assert_uint_eq(text_utf8_step("", 0), 0);
	ck_assert_uint_eq(text_utf8_step("\0", 1), 1);
	ck_assert_uint_eq(text_utf8_step("ab", 2), 1);
	ck_assert_uint_eq(text_utf8_step("\xc3\xa9x", 3), 2);
	ck_assert_uint_eq(text_utf8_step("\xea\xb0\x80", 3), 3);
	ck_assert_uint_eq(text_utf8_step("\xf0\x9f\x98\x80", 4), 4);
	ck_assert_uint_eq(text_utf8_step("\xf0\x9f\x98\x80", 3), 0);
}
END_TEST

START_TEST(compares_without_case)
{
	ck_assert(text_same("", ""));
	ck_assert(text_same("aBc", "AbC"));
	ck_assert(!text_same("abc", "abcd"));
	ck_assert(!text_same("abcd", "abc"));
	ck_assert(!text_same("[", "{")); /* differ in the same bit as letters do */
	ck_assert(!text_same("@", "`"));
}
END_TEST

START_TEST(reads_http_dates)
{
	int64_t got = 4711;

	ck_assert_msg(text_from_http_date(dates[_i].in, &got) == dates[_i].ok, "%s", dates[_i].in);
	ck_assert_msg(got == (dates[_i].ok ? dates[_i].want : 4711), "%s gives %lld", dates[_i].in,
		(long long)got);
}
END_TEST

START_TEST(prints_http_dates_it_can_read)
{
	static const int64_t times[] = { 784111777, 0, -1, 951825600, 4102444799, 253402300799,
		-62135596800 };
	char date[TEXT_HTTP_DATE];
	int64_t got;

	text_http_date(784111777, date);
	ck_assert_str_eq(date, "Sun, 06 Nov 1994 08:49:37 GMT");
	for (int i = 0; i < COUNT(times); i++) {
		text_http_date(times[i], date);
		ck_assert_msg(text_from_http_date(date, &got) && got == times[i], "%s", date);
	}
	/* a day at a time over four centuries, the length of the calendar's cycle */
	for (int64_t t = 0; t < INT64_C(146097) * 86400; t += 86400 * 7 + 3601) {
		text_http_date(t, date);
		ck_assert_msg(text_from_http_date(date, &got) && got == t, "%s", date);
	}
}
END_TEST

START_TEST(prints_dates_beyond_the_calendar_as_its_ends)
{
	char date[TEXT_HTTP_DATE], basic[17];

	text_http_date(INT64_MAX, date);
	ck_assert_str_eq(date, "Fri, 31 Dec 9999 23:59:59 GMT");
	text_http_date(INT64_MIN, date);
	ck_assert_str_eq(date, "Mon, 01 Jan 0001 00:00:00 GMT");
	text_basic_date(INT64_MAX, basic);
	ck_assert_str_eq(basic, "99991231T235959Z");
}
END_TEST

START_TEST(prints_basic_dates)
{
	char date[17];

	text_basic_date(1440938160, date);
	ck_assert_str_eq(date, "20150830T123600Z");
	text_basic_date(0, date);
	ck_assert_str_eq(date, "19700101T000000Z");
}
END_TEST

START_TEST(copies_only_what_fits)
{
	char got[4] = "old";

	ck_assert(!text_copy(got, sizeof got, "four"));
	ck_assert_str_eq(got, "old");
	ck_assert(text_copy(got, sizeof got, "new"));
	ck_assert_str_eq(got, "new");
	ck_assert(text_copy(got, sizeof got, ""));
	ck_assert_str_eq(got, "");
	ck_assert(!text_copy(got, 0, ""));
}
END_TEST

START_TEST(trims_blanks_at_both_ends)
{
	static const struct {
		const char *in, *want;
	} rows[] = { { "", "" }, { " \t ", "" }, { "a", "a" }, { " \ta b\t ", "a b" },
		{ "\na ", "\na" } };
	const char *start;

	for (int i = 0; i < COUNT(rows); i++) {
		size_t n = text_trim(rows[i].in, strlen(rows[i].in), &start);

		ck_assert_msg(n == strlen(rows[i].want) && memcmp(start, rows[i].want, n) == 0,
			"row %d", i);
	}
	ck_assert_uint_eq(text_trim("ab  cd", 4, &start), 2); /* looks no further than told */
}
END_TEST

Suite *
suite_text(void)
{
	Suite *suite = suite_create("text");
	TCase *tc = tcase_create("text");

	tcase_add_loop_test(tc, reads_whole_numbers, 0, COUNT(ints));
	tcase_add_test(tc, keeps_whole_numbers_in_bounds);
	tcase_add_loop_test(tc, reads_decimals_exactly, 0, COUNT(reals));
	tcase_add_test(tc, keeps_decimals_in_bounds);
	tcase_add_test(tc, does_not_follow_the_locale);
	tcase_add_loop_test(tc, reads_byte_counts, 0, COUNT(bytes));
	tcase_add_loop_test(tc, reads_time_spans, 0, COUNT(spans));
	tcase_add_loop_test(tc, reads_yes_and_no, 0, COUNT(bools));
	tcase_add_loop_test(tc, decodes_percent_once, 0, COUNT(decoded));
	tcase_add_test(tc, decodes_no_further_than_it_was_told);
	tcase_add_loop_test(tc, encodes_all_but_unreserved_bytes, 0, COUNT(encoded));
	tcase_add_test(tc, decodes_what_it_encodes);
	tcase_add_test(tc, adds_all_or_nothing_at_the_limit);
	tcase_add_loop_test(tc, escapes_for_json, 0, COUNT(jsons));
	tcase_add_loop_test(tc, knows_valid_utf8, 0, COUNT(utf8));
	tcase_add_test(tc, steps_through_utf8);
	tcase_add_test(tc, compares_without_case);
	tcase_add_loop_test(tc, reads_http_dates, 0, COUNT(dates));
	tcase_add_test(tc, prints_http_dates_it_can_read);
	tcase_add_test(tc, prints_dates_beyond_the_calendar_as_its_ends);
	tcase_add_test(tc, prints_basic_dates);
	tcase_add_test(tc, copies_only_what_fits);
	tcase_add_test(tc, trims_blanks_at_both_ends);
	suite_add_tcase(suite, tc);
	return suite;
}
