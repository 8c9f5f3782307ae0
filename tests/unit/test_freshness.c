#include "freshness.h"
#include "suites.h"

#include <string.h>

#define HOUR UINT64_C(3600000)

/* What an origin says, and what becomes of it. Times are those of Thu, 01 Jan 1970 + seconds. */
/* clang-format off */
static const struct {
	const char *cache_control, *expires, *age, *date;
	int64_t now_s;
	enum freshness_rule rule;
	const char *want;
} rows[] = {
	{ "", "", "", "", 0, FRESHNESS_SETTINGS, "public, max-age=3600, stale-while-revalidate=7200" },
	/* an Age alone says nothing of the settings */
	{ "", "", "100", "", 0, FRESHNESS_SETTINGS, "public, max-age=3600, stale-while-revalidate=7200" },
	{ "max-age=60", "", "", "", 0, FRESHNESS_OBJECT, "max-age=60" },
	{ "max-age=60", "", "0", "", 0, FRESHNESS_OBJECT, "max-age=60" },
	{ "max-age=60", "", "20", "", 0, FRESHNESS_OBJECT, "max-age=40" },
	{ "max-age=60", "", "61", "", 0, FRESHNESS_OBJECT, "max-age=0" },
	{ "max-age=60", "", "20, 7", "", 0, FRESHNESS_OBJECT, "max-age=40" },
	{ "max-age=60", "", "-5", "", 0, FRESHNESS_OBJECT, "max-age=60" },
	{ "max-age=60", "", "soon", "", 0, FRESHNESS_OBJECT, "max-age=60" },
	{ "public,Max-Age=\"60\" , s-maxage=90,stale-if-error=5", "", "20", "", 0, FRESHNESS_OBJECT,
	  "public, Max-Age=40, s-maxage=70, stale-if-error=5" },
	{ "x=\"a, max-age=9\", max-age=60", "", "20", "", 0, FRESHNESS_OBJECT,
	  "x=\"a, max-age=9\", max-age=40" },
	{ "max-age=no, max-age, ,x-max-age=30", "", "20", "", 0, FRESHNESS_OBJECT,
	  "max-age=no, max-age, x-max-age=30" },
	/* Expires: against the origin's clock, and against ours where it has none */
	{ "", "Thu, 01 Jan 1970 01:00:00 GMT", "", "Thu, 01 Jan 1970 00:30:00 GMT", 7, FRESHNESS_EXPIRES,
	  "public, max-age=1800" },
	{ "", "Thu, 01 Jan 1970 01:00:00 GMT", "60", "Thu, 01 Jan 1970 00:30:00 GMT", 7,
	  FRESHNESS_EXPIRES, "public, max-age=1740" },
	{ "", "Thu, 01 Jan 1970 01:00:00 GMT", "", "", 3000, FRESHNESS_EXPIRES, "public, max-age=600" },
	{ "", "Thu, 01 Jan 1970 01:00:00 GMT", "", "yesterday", 3000, FRESHNESS_EXPIRES,
	  "public, max-age=600" },
	{ "", "Thu, 01 Jan 1970 01:00:00 GMT", "", "", 3601, FRESHNESS_EXPIRES, "public, max-age=0" },
	{ "", "Thu, 01 Jan 1970 01:00:00 GMT", "9999", "Thu, 01 Jan 1970 00:30:00 GMT", 0,
	  FRESHNESS_EXPIRES, "public, max-age=0" },
	/* what is no date has passed (RFC 9111 5.3) */
	{ "", "0", "", "", 0, FRESHNESS_EXPIRES, "public, max-age=0" },
	{ "", "-1", "", "", 0, FRESHNESS_EXPIRES, "public, max-age=0" },
	{ "", "Fri, 31 Dec 9999 23:59:59 GMT", "", "", 0, FRESHNESS_EXPIRES, "public, max-age=2147483647" },
	/* a time in Cache-Control goes before it, and where there is none it counts */
	{ "s-maxage=9", "0", "", "", 0, FRESHNESS_OBJECT, "s-maxage=9" },
	{ "public, Max-Age=\"60\"", "0", "", "", 0, FRESHNESS_OBJECT, "public, Max-Age=\"60\"" },
	{ "no-cache", "Thu, 01 Jan 1970 01:00:00 GMT", "", "", 0, FRESHNESS_OBJECT, "no-cache" },
	{ "no-store", "Thu, 01 Jan 1970 01:00:00 GMT", "", "", 0, FRESHNESS_OBJECT, "no-store" },
	{ "public", "0", "", "", 0, FRESHNESS_OBJECT, "public, max-age=0" },
	{ "public", "Thu, 01 Jan 1970 01:00:00 GMT", "60", "Thu, 01 Jan 1970 00:30:00 GMT", 7,
	  FRESHNESS_OBJECT, "public, max-age=1740" },
	{ "public, x-max-age=3", "", "", "", 0, FRESHNESS_OBJECT, "public, x-max-age=3, max-age=3600" },
	{ "private", "", "5", "", 0, FRESHNESS_OBJECT, "private, max-age=3600" },
};
/* clang-format on */
#define ROWS ((int)(sizeof rows / sizeof rows[0]))

static struct config_policy policy;

static void
setup(void)
{
	memset(&policy, 0, sizeof policy);
	policy.max_age_ms = HOUR;
	policy.swr_ms = 2 * HOUR;
	policy.immutable_ms = 8 * HOUR;
	policy.object_cache_control = policy.object_expires = true;
}

START_TEST(goes_by_what_the_origin_says)
{
	struct source_head head = { .status = 200 };
	char text[FRESHNESS_TEXT];

	(void)snprintf(head.cache_control, sizeof head.cache_control, "%s", rows[_i].cache_control);
	(void)snprintf(head.expires, sizeof head.expires, "%s", rows[_i].expires);
	(void)snprintf(head.age, sizeof head.age, "%s", rows[_i].age);
	(void)snprintf(head.date, sizeof head.date, "%s", rows[_i].date);
	ck_assert_int_eq(
		freshness_good(&policy, false, &head, rows[_i].now_s, text), rows[_i].rule);
	ck_assert_str_eq(text, rows[_i].want);
}
END_TEST

START_TEST(goes_by_the_settings)
{
	struct source_head head = { .cache_control = "max-age=5", .expires = "0" };
	char text[FRESHNESS_TEXT];

	policy.object_cache_control = policy.object_expires = false;
	policy.shared_max_age_ms = 24 * HOUR;
	policy.sie_ms = 3 * HOUR;
	ck_assert_int_eq(freshness_good(&policy, false, &head, 0, text), FRESHNESS_SETTINGS);
	ck_assert_str_eq(text, "public, max-age=3600, s-maxage=86400, "
			       "stale-while-revalidate=7200, stale-if-error=10800");
	policy.swr_ms = policy.sie_ms = policy.shared_max_age_ms = 0;
	(void)freshness_good(&policy, false, &head, 0, text);
	ck_assert_str_eq(text, "public, max-age=3600");
	/* a Cache-Control that does not count leaves Expires nothing to say */
	policy.object_expires = true;
	ck_assert_int_eq(freshness_good(&policy, false, &head, 0, text), FRESHNESS_SETTINGS);
	head.cache_control[0] = '\0';
	ck_assert_int_eq(freshness_good(&policy, false, &head, 0, text), FRESHNESS_EXPIRES);
	policy.object_expires = false;
	ck_assert_int_eq(freshness_good(&policy, false, &head, 0, text), FRESHNESS_SETTINGS);
}
END_TEST

START_TEST(keeps_versions_for_good_but_for_what_is_private)
{
	struct source_head head = { .cache_control = "max-age=5", .expires = "0", .age = "3" };
	char text[FRESHNESS_TEXT];

	ck_assert_int_eq(freshness_good(&policy, true, &head, 0, text), FRESHNESS_VERSION);
	ck_assert_str_eq(text, "public, max-age=28800, immutable");
	(void)snprintf(head.cache_control, sizeof head.cache_control, "Private, max-age=5");
	ck_assert_int_eq(freshness_good(&policy, true, &head, 0, text), FRESHNESS_OBJECT);
	ck_assert_str_eq(text, "Private, max-age=2");
	ck_assert(freshness_is_closed(&policy, &head));
	(void)snprintf(head.cache_control, sizeof head.cache_control, "No-Cache");
	ck_assert_int_eq(freshness_good(&policy, true, &head, 0, text), FRESHNESS_OBJECT);
	ck_assert_str_eq(text, "No-Cache");
	ck_assert(freshness_is_closed(&policy, &head));
	policy.object_cache_control = false;
	ck_assert(!freshness_is_closed(&policy, &head));
	ck_assert_int_eq(freshness_good(&policy, true, &head, 0, text), FRESHNESS_VERSION);
	(void)snprintf(head.cache_control, sizeof head.cache_control, "max-age=0, must-revalidate");
	(void)freshness_good(&policy, true, &head, 0, text);
	ck_assert_str_eq(text, "public, max-age=28800, immutable");
	policy.object_cache_control = true;
	ck_assert_int_eq(freshness_good(&policy, true, &head, 0, text), FRESHNESS_VERSION);
	ck_assert_str_eq(text, "public, max-age=28800, immutable, must-revalidate");
}
END_TEST

static const struct {
	const char *text;
	uint64_t left;
	const char *want;
} limits[] = {
	{ "public, max-age=60", 90, "60" },
	{ "public, max-age=60", 30, "30" },
	{ "max-age=\"60\"", 90, "60" },
	{ "max-age=60, S-MaxAge=\"20\"", 90, "60, s-maxage=20" },
	{ "max-age=60, S-MaxAge=20", 30, "30, s-maxage=20" },
	{ "max-age=60;s-maxage=20", 90, "50" },
	{ "x=\"a, max-age=9\"", 90, "50" },
	{ "public", 90, "50" },
};

START_TEST(ends_with_the_url)
{
	char text[FRESHNESS_TEXT], want[64];

	(void)snprintf(text, sizeof text, "%s", limits[_i].text);
	freshness_limit(50, (int64_t)limits[_i].left, text);
	(void)snprintf(want, sizeof want, "public, max-age=%s, must-revalidate", limits[_i].want);
	ck_assert_str_eq(text, want);
}
END_TEST

START_TEST(has_room_for_the_longest_field)
{
	struct source_head head = { .age = "1" };
	char text[FRESHNESS_TEXT];

	/* each comma may become two bytes */
	for (size_t i = 0; i < sizeof head.cache_control - 1; i++)
		head.cache_control[i] = i % 2 ? ',' : 'a';
	(void)freshness_good(&policy, false, &head, 0, text);
	ck_assert_uint_eq(strlen(text), 128 + 2 * 127 + strlen(", max-age=3600"));
}
END_TEST

START_TEST(says_how_long_failures_are_kept)
{
	char text[FRESHNESS_TEXT];

	freshness_failure(ERR_NO_STORE, text);
	ck_assert_str_eq(text, "no-store");
	freshness_failure(0, text);
	ck_assert_str_eq(text, "public, max-age=0");
	freshness_failure(600, text);
	ck_assert_str_eq(text, "public, max-age=600");
}
END_TEST

Suite *
suite_freshness(void)
{
	Suite *s = suite_create("freshness");
	TCase *t = tcase_create("freshness");

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_loop_test(t, goes_by_what_the_origin_says, 0, ROWS);
	tcase_add_test(t, goes_by_the_settings);
	tcase_add_test(t, keeps_versions_for_good_but_for_what_is_private);
	tcase_add_loop_test(t, ends_with_the_url, 0, (int)(sizeof limits / sizeof limits[0]));
	tcase_add_test(t, has_room_for_the_longest_field);
	tcase_add_test(t, says_how_long_failures_are_kept);
	suite_add_tcase(s, t);
	return s;
}
