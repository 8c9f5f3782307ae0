/* Whose pages may read answers: lists of origins, and what is said to a page of one. */
#include "cors.h"
#include "suites.h"

#include <string.h>

static const struct {
	const char *list;
	bool valid, varies;
} lists[] = {
	{ "", true, false },
	{ " ", true, false },
	{ "*", true, false },
	{ " * ", true, false },
	{ "https://www.example.com", true, true },
	{ "https://www.example.com, http://localhost:3000", true, true },
	{ "https://*.example.com", true, true },
	{ "https://*.example.com:8443 HTTPS://A.example", true, true },
	{ "http://[::1]:8080", true, true },
	{ "http://[::1]", true, true },
	{ "*, https://www.example.com", false, true },
	{ "**", false, true },
	{ "www.example.com", false, true },
	{ "//www.example.com", false, true },
	{ "ftp://www.example.com", false, true },
	{ "null", false, true },
	{ "https://", false, true },
	{ "https://*", false, true },
	{ "https://*.", false, true },
	{ "https://www.*.com", false, true },
	{ "https://*x.example.com", false, true },
	{ "https://www.example.com/", false, true },
	{ "https://www.example.com/page", false, true },
	{ "https://me@www.example.com", false, true },
	{ "https://www.example.com:", false, true },
	{ "https://www.example.com:0", false, true },
	{ "https://www.example.com:+81", false, true },
	{ "https://www.example.com:65536", false, true },
	{ "https://www.example.com:443", false, true },
	{ "http://www.example.com:80", false, true },
	{ "http://www.example.com:443", true, true },
	{ "http://[::1", false, true },
	{ "http://[]", false, true },
	{ "http://[::1]x", false, true },
};

START_TEST(takes_lists_of_origins_alone)
{
	char longest[600] = "https://";

	ck_assert_msg(cors_valid(lists[_i].list) == lists[_i].valid, "%s", lists[_i].list);
	ck_assert_msg(cors_varies(lists[_i].list) == lists[_i].varies, "%s", lists[_i].list);
	memset(longest + 8, 'x', CORS_ORIGIN - 9);
	ck_assert(cors_valid(longest));
	longest[CORS_ORIGIN - 1] = 'x';
	ck_assert(!cors_valid(longest));
}
END_TEST

static const struct {
	const char *list, *origin, *want;
} pages[] = {
	{ "", "https://a.example", "" },
	{ "*", "https://a.example", "*" },
	{ "*", "", "*" },
	{ "*", "null", "*" },
	{ "https://a.example", "https://a.example", "https://a.example" },
	{ "https://a.example", "", "" },
	{ "https://a.example", "null", "" },
	{ "https://a.example", "http://a.example", "" },
	{ "http://a.example", "https://a.example", "" },
	{ "https://a.example", "https://a.example:8443", "" },
	{ "https://a.example:8443", "https://a.example", "" },
	{ "https://a.example:8443", "https://a.example:8443", "https://a.example:8443" },
	{ "https://a.example", "https://a.example.evil.example", "" },
	{ "https://a.example", "https://aa.example", "" },
	{ "https://a.example", "https://a.example/", "" },
	{ "https://b.example, https://a.example", "https://a.example", "https://a.example" },
	{ "HTTPS://A.example", "https://a.EXAMPLE", "https://a.EXAMPLE" },
	{ "https://*.a.example", "https://b.a.example", "https://b.a.example" },
	{ "https://*.a.example", "https://c.b.a.example", "https://c.b.a.example" },
	{ "https://*.a.example", "https://a.example", "" },
	{ "https://*.a.example", "https://.a.example", "" },
	{ "https://*.a.example", "https://ba.example", "" },
	{ "https://*.a.example", "https://*.a.example", "" },
	{ "https://*.a.example", "https://evil.example/.a.example", "" },
	{ "https://*.a.example", "https://evil.example#.a.example", "" },
	{ "https://*.a.example", "https://x\r\nX-Evil: 1.a.example", "" },
	{ "http://[::1]:8080", "http://[::1]:8080", "http://[::1]:8080" },
};

START_TEST(tells_a_page_that_it_may_read)
{
	char got[CORS_ORIGIN] = "before";

	cors_allow(pages[_i].list, pages[_i].origin, got);
	ck_assert_msg(strcmp(got, pages[_i].want) == 0, "%s by %s: %s", pages[_i].origin,
		pages[_i].list, got);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(table)[0])

Suite *
suite_cors(void)
{
	Suite *s = suite_create("cors");
	TCase *t = tcase_create("cors");

	tcase_add_loop_test(t, takes_lists_of_origins_alone, 0, ROWS(lists));
	tcase_add_loop_test(t, tells_a_page_that_it_may_read, 0, ROWS(pages));
	suite_add_tcase(s, t);
	return s;
}
