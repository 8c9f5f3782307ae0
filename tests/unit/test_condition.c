#include "condition.h"
#include "suites.h"

#define ROWS(table) (int)(sizeof(table) / sizeof(table)[0])

/* Of 1000 bytes. */
static const struct {
	const char *range;
	int outcome; /* 200: the whole is meant, 206, 416 */
	uint64_t from, length;
} spans[] = {
	{ "bytes=0-0", 206, 0, 1 },
	{ "bytes=0-499", 206, 0, 500 },
	{ "bytes=500-", 206, 500, 500 },
	{ "bytes=999-999", 206, 999, 1 },
	{ "bytes=990-2000", 206, 990, 10 },
	{ "bytes=0-9223372036854775807", 206, 0, 1000 },
	{ "bytes=-1", 206, 999, 1 },
	{ "bytes=-1000", 206, 0, 1000 },
	{ "bytes=-5000", 206, 0, 1000 },
	{ "BYTES=1-2", 206, 1, 2 },
	{ "bytes=1000-", 416, 0, 0 },
	{ "bytes=1000-1001", 416, 0, 0 },
	{ "bytes=9223372036854775807-", 416, 0, 0 },
	{ "bytes=-0", 416, 0, 0 },
	{ "bytes=0-1,5-6", 200, 0, 1000 },
	{ "bytes=5-4", 200, 0, 1000 },
	{ "bytes=-", 200, 0, 1000 },
	{ "bytes=", 200, 0, 1000 },
	{ "bytes=1", 200, 0, 1000 },
	{ "bytes=a-b", 200, 0, 1000 },
	{ "bytes=0x1-2", 200, 0, 1000 },
	{ "bytes= 1-2", 200, 0, 1000 },
	{ "bytes=1--2", 200, 0, 1000 },
	{ "bytes=99999999999999999999-", 200, 0, 1000 },
	{ "bytes=000000000000000000000000000001-2", 200, 0, 1000 },
	{ "pages=1-2", 200, 0, 1000 },
	{ "", 200, 0, 1000 },
};

START_TEST(reads_a_range_of_bytes)
{
	struct condition_span span;
	struct err err = { 0 };
	bool partial = false;
	bool ok = condition_span(spans[_i].range, 1000, &partial, &span, &err);

	ck_assert_msg(ok == (spans[_i].outcome != 416), "%s", spans[_i].range);
	if (!ok) {
		ck_assert_int_eq(err.kind, ERR_RANGE);
		return;
	}
	ck_assert_msg(partial == (spans[_i].outcome == 206) && span.from == spans[_i].from &&
			      span.length == spans[_i].length,
		"%s: %llu bytes from %llu on", spans[_i].range, (unsigned long long)span.length,
		(unsigned long long)span.from);
}
END_TEST

START_TEST(finds_no_range_in_nothing)
{
	static const char *const outside[] = { "bytes=0-", "bytes=0-0", "bytes=-1" };
	struct condition_span span;
	struct err err = { 0 };
	bool partial;

	ck_assert(!condition_span(outside[_i], 0, &partial, &span, &err));
	ck_assert_int_eq(err.kind, ERR_RANGE);
}
END_TEST

#define DATE "Sun, 06 Nov 1994 08:49:37 GMT"

static const struct {
	const char *if_range;
	bool holds; /* for the tag "a" and DATE */
} if_ranges[] = {
	{ NULL, true },
	{ "", true },
	{ "\"a\"", true },
	{ "\"b\"", false },
	{ "W/\"a\"", false },
	{ "\"a\", \"b\"", false },
	{ "*", false },
	{ "a", false },
	{ DATE, true },
	{ "Sunday, 06-Nov-94 08:49:37 GMT", true },
	{ "Sun, 06 Nov 1994 08:49:38 GMT", false }, /* later is not the same */
	{ "Sun, 06 Nov 1994 08:49:36 GMT", false },
	{ "yesterday", false },
};

START_TEST(compares_if_range_strongly)
{
	const char *text = if_ranges[_i].if_range;

	ck_assert_msg(condition_in_range_of(text, "\"a\"", DATE) == if_ranges[_i].holds, "%s",
		text != NULL ? text : "NULL");
	/* without validators there is nothing it could mean */
	ck_assert(condition_in_range_of(text, "", "") == (text == NULL || text[0] == '\0'));
}
END_TEST

static const struct {
	const char *field, *strong, *weak;
} tags[] = {
	{ "\"a\"", "\"a\"", "\"a\"" },
	{ "W/\"a\"", NULL, "\"a\"" },
	{ "\"a\", \"b\"", NULL, NULL },
	{ "\"a,b\"", "\"a,b\"", "\"a,b\"" },
	{ "*", NULL, NULL },
	{ "\"a b\"", NULL, NULL },
	{ "\"", NULL, NULL },
	{ "", NULL, NULL },
};

START_TEST(finds_the_only_tag_of_a_field)
{
	const char *strong = condition_tag(tags[_i].field, false);
	const char *weak = condition_tag(tags[_i].field, true);

	ck_assert_pstr_eq(strong, tags[_i].strong);
	ck_assert_pstr_eq(weak, tags[_i].weak);
}
END_TEST

Suite *
suite_condition(void)
{
	Suite *s = suite_create("condition");
	TCase *t = tcase_create("condition");

	tcase_add_loop_test(t, reads_a_range_of_bytes, 0, ROWS(spans));
	tcase_add_loop_test(t, finds_no_range_in_nothing, 0, 3);
	tcase_add_loop_test(t, compares_if_range_strongly, 0, ROWS(if_ranges));
	tcase_add_loop_test(t, finds_the_only_tag_of_a_field, 0, ROWS(tags));
	suite_add_tcase(s, t);
	return s;
}
