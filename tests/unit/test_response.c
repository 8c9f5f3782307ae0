#include "response.h"
#include "suites.h"

#include <stdio.h>
#include <string.h>

static char sent[65536];
static size_t sent_len, sent_limit;

static const char *
no_param(void *self, const char *name)
{
	(void)self;
	(void)name;
	return NULL;
}

static bool
collect(void *self, const void *bytes, size_t n)
{
	(void)self;
	if (sent_len + n >= sent_limit)
		return false;
	memcpy(sent + sent_len, bytes, n);
	sent_len += n;
	sent[sent_len] = '\0';
	return true;
}

static const struct gateway gw = { .param = no_param, .write = collect };

static void
setup(void)
{
	sent_len = 0;
	sent_limit = sizeof sent;
	sent[0] = '\0';
}

START_TEST(says_what_the_failure_table_says)
{
	static const struct {
		enum err_kind kind;
		const char *status, *cache;
	} rows[] = {
		{ ERR_BAD_PATH, "Status: 400 ", "Cache-Control: public, max-age=3600\r\n" },
		{ ERR_BAD_PARAMETER, "Status: 400 ", "Cache-Control: public, max-age=3600\r\n" },
		{ ERR_METHOD, "Status: 405 ", "Allow: GET, HEAD\r\n" },
		{ ERR_METHOD, "Status: 405 ", "Cache-Control: public, max-age=3600\r\n" },
		{ ERR_NOT_FOUND, "Status: 404 ", "Cache-Control: public, max-age=60\r\n" },
		{ ERR_PRECONDITION, "Status: 412 ", "Cache-Control: no-store\r\n" },
		{ ERR_RANGE, "Status: 416 ", "Cache-Control: no-store\r\n" },
		{ ERR_ORIGIN, "Status: 502 ", "Cache-Control: no-store\r\n" },
		{ ERR_ORIGIN_LATE, "Status: 504 ", "Cache-Control: no-store\r\n" },
		{ ERR_TOO_LARGE, "Status: 413 ", "Cache-Control: public, max-age=600\r\n" },
		{ ERR_NOT_AN_IMAGE, "Status: 415 ", "Cache-Control: public, max-age=60\r\n" },
		{ ERR_BROKEN, "Status: 422 ", "Cache-Control: public, max-age=60\r\n" },
		{ ERR_LATE, "Status: 504 ", "Cache-Control: no-store\r\n" },
		{ ERR_MAY_NOT_PASS, "Status: 415 ", "Cache-Control: public, max-age=60\r\n" },
		{ ERR_BUSY, "Status: 503 ", "Retry-After: 1\r\n" },
		{ ERR_BUSY, "Status: 503 ", "Cache-Control: no-store\r\n" },
		{ ERR_INTERNAL, "Status: 500 ", "Cache-Control: no-store\r\n" },
	};
	struct request req = { .id = "0123456789abcdef" };
	struct response res = { 0 };
	struct err err = { 0 };
	char length[64];
	const char *body;

	(void)err_set(&err, rows[_i].kind, "%s", "");
	response_error(&res, NULL, &req, &err);
	ck_assert(response_send(&res, &gw, false));
	ck_assert_msg(strncmp(sent, rows[_i].status, strlen(rows[_i].status)) == 0, "%d: %s",
		rows[_i].kind, sent);
	ck_assert_msg(strstr(sent, rows[_i].cache) != NULL, "%d: %s", rows[_i].kind, sent);
	body = strstr(sent, "\r\n\r\n");
	ck_assert_ptr_nonnull(body);
	ck_assert_ptr_nonnull(strstr(body, "\"request\":\"0123456789abcdef\""));
	(void)snprintf(length, sizeof length, "Content-Length: %zu\r\n", strlen(body + 4));
	ck_assert_msg(strstr(sent, length) != NULL, "%s not in %s", length, sent);
	response_done(&res);
}
END_TEST

START_TEST(starts_over_when_an_error_comes_late)
{
	struct request req = { .id = "0" };
	struct response res = { 0 };
	struct err err = { 0 };

	response_start(&res, 200);
	response_field(&res, "ETag", "\"x\"");
	response_field(&res, "Content-Type", "image/jpeg");
	(void)err_set(&err, ERR_ORIGIN, "%s", "");
	response_error(&res, NULL, &req, &err);
	ck_assert(response_send(&res, &gw, false));
	ck_assert_ptr_null(strstr(sent, "ETag"));
	ck_assert_ptr_null(strstr(sent, "image/jpeg"));
	response_done(&res);
}
END_TEST

START_TEST(leaves_out_a_field_that_would_split_the_head)
{
	struct response res = { 0 };

	response_start(&res, 200);
	response_field(&res, "Content-Type", "%s", "image/png\r\nSet-Cookie: a=b");
	response_field(&res, "ETag", "%s", "\"x\ny\"");
	ck_assert(response_send(&res, &gw, false));
	ck_assert_str_eq(sent, "Status: 200 OK\r\nContent-Length: 0\r\n\r\n");
	response_done(&res);
}
END_TEST

START_TEST(sends_no_body_for_head_and_304)
{
	struct response res = { 0 };

	response_start(&res, 200);
	res.bytes = (const unsigned char *)"abc";
	res.len = 3;
	ck_assert(response_send(&res, &gw, true));
	ck_assert_str_eq(sent, "Status: 200 OK\r\nContent-Length: 3\r\n\r\n");
	setup();
	response_start(&res, 304);
	res.bytes = (const unsigned char *)"abc";
	res.len = 3;
	ck_assert(response_send(&res, &gw, false));
	ck_assert_str_eq(sent, "Status: 304 Not Modified\r\n\r\n");
	response_done(&res);
}
END_TEST

START_TEST(notices_that_the_peer_is_gone)
{
	struct response res = { 0 };

	sent_limit = 60;
	response_start(&res, 200);
	res.bytes = (const unsigned char *)"0123456789012345678901234567890123456789";
	res.len = 40;
	ck_assert(!response_send(&res, &gw, false));
	ck_assert_uint_eq(res.sent, 0);
	response_done(&res);
}
END_TEST

/* The ages themselves: test_freshness. */
START_TEST(says_how_long_an_answer_is_kept)
{
	static struct config_origin origin = { .policy = { .max_age_ms = 86400000,
						       .immutable_ms = 31536000000,
						       .object_expires = true } };
	struct source_head head = { .expires = "Fri, 31 Dec 9999 23:59:59 GMT" };
	struct request req = { .origin = &origin };
	struct response res = { 0 };
	struct err err = { 0 };

	params_init(&req.asked);
	response_start(&res, 200);
	response_cache_done(&res, &req, &head);
	/* nobody's clock is there yet: what is left is more than a max-age can say */
	ck_assert_str_eq(buf_text(&res.head), "Cache-Control: public, max-age=2147483647\r\n");
	ck_assert(params_set(&req.asked, "v", "7", &err));
	response_start(&res, 200);
	response_cache_done(&res, &req, &head);
	ck_assert_str_eq(
		buf_text(&res.head), "Cache-Control: public, max-age=31536000, immutable\r\n");
	response_start(&res, 200);
	response_cache_age(&res, ERR_NO_STORE);
	response_cache_age(&res, 60);
	ck_assert_str_eq(buf_text(&res.head),
		"Cache-Control: no-store\r\nCache-Control: public, max-age=60\r\n");
	response_done(&res);
}
END_TEST

START_TEST(keeps_errors_as_long_as_the_settings_say)
{
	struct config_policy policy = { 0 };
	struct request req = { .id = "0" };
	struct response res = { 0 };
	struct err err = { 0 };
	char why[SETTINGS_WHY];

	ck_assert(settings_ages_read(
		"not-found 5m, origin 3s, pixels no-store", &policy.error_ages, why));
	(void)err_set(&err, ERR_NOT_FOUND, "%s", "");
	response_error(&res, &policy, &req, &err);
	ck_assert_ptr_nonnull(
		strstr(buf_text(&res.head), "Cache-Control: public, max-age=300\r\n"));
	(void)err_set(&err, ERR_ORIGIN, "%s", "");
	response_error(&res, &policy, &req, &err);
	ck_assert_ptr_nonnull(strstr(buf_text(&res.head), "Cache-Control: public, max-age=3\r\n"));
	(void)err_set(&err, ERR_PIXELS, "%s", "");
	response_error(&res, &policy, &req, &err);
	ck_assert_ptr_nonnull(strstr(buf_text(&res.head), "Cache-Control: no-store\r\n"));
	(void)err_set(&err, ERR_BROKEN, "%s", "");
	response_error(&res, &policy, &req, &err);
	ck_assert_ptr_nonnull(strstr(buf_text(&res.head), "Cache-Control: public, max-age=60\r\n"));
	response_done(&res);
}
END_TEST

static const struct {
	const char *own, *query, *want; /* with 500 s left */
} signed_ages[] = {
	{ "", "", "public, max-age=500, must-revalidate" },
	{ "", "v=1", "public, max-age=500, must-revalidate" },
	{ "max-age=5", "", "public, max-age=5, must-revalidate" },
	{ "public, Max-Age=300, stale-while-revalidate=9999", "",
		"public, max-age=300, must-revalidate" },
	{ "max-age=50, s-maxage=4000", "", "public, max-age=50, s-maxage=500, must-revalidate" },
	{ "max-age=4000, S-MaxAge=\"50\"", "",
		"public, max-age=500, s-maxage=50, must-revalidate" },
	{ "s-maxage=0", "", "public, max-age=0, s-maxage=0, must-revalidate" },
	{ "x-max-age=5, x=\"a, max-age=6\", max-age=\"7\"", "",
		"public, max-age=7, must-revalidate" },
	{ "s-maxage=90, no-cache", "", "s-maxage=90, no-cache" },
	{ "max-age=4000", "", "public, max-age=500, must-revalidate" },
	{ "max-age=99999999999999", "", "public, max-age=500, must-revalidate" },
	{ "no-cache", "", "no-cache" },
	{ "Max-Age=\"20\"", "", "public, max-age=20, must-revalidate" },
	{ "immutable", "", "public, max-age=500, must-revalidate" },
	{ "private, max-age=4000", "", "private, max-age=4000" },
	{ "no-store", "v=1", "no-store" },
};

START_TEST(keeps_a_signed_answer_no_longer_than_it_is_signed)
{
	static struct config_origin origin = { .policy = { .max_age_ms = 86400000,
						       .swr_ms = 2592000000,
						       .immutable_ms = 31536000000,
						       .object_cache_control = true } };
	struct request req = { .origin = &origin, .left_s = 500 };
	struct source_head head = { 0 };
	struct response res = { 0 };
	struct params_notes notes;
	struct err err = { 0 };
	char want[128];

	params_init(&req.asked);
	ck_assert(params_parse(&req.asked, signed_ages[_i].query, true, &notes, &err));
	(void)snprintf(head.cache_control, sizeof head.cache_control, "%s", signed_ages[_i].own);
	response_start(&res, 200);
	ck_assert_int_eq(response_cache_done(&res, &req, &head) == FRESHNESS_SIGNED,
		strstr(signed_ages[_i].want, "must-revalidate") != NULL);
	(void)snprintf(want, sizeof want, "Cache-Control: %s\r\n", signed_ages[_i].want);
	ck_assert_str_eq(buf_text(&res.head), want);
	ck_assert_uint_eq(response_age(&req, 499), 499);
	ck_assert_uint_eq(response_age(&req, 501), 500);
	response_done(&res);
}
END_TEST

Suite *
suite_response(void)
{
	Suite *s = suite_create("response");
	TCase *t = tcase_create("response");

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_loop_test(t, says_what_the_failure_table_says, 0, 17);
	tcase_add_test(t, starts_over_when_an_error_comes_late);
	tcase_add_test(t, leaves_out_a_field_that_would_split_the_head);
	tcase_add_test(t, sends_no_body_for_head_and_304);
	tcase_add_test(t, notices_that_the_peer_is_gone);
	tcase_add_test(t, says_how_long_an_answer_is_kept);
	tcase_add_test(t, keeps_errors_as_long_as_the_settings_say);
	tcase_add_loop_test(t, keeps_a_signed_answer_no_longer_than_it_is_signed, 0,
		(int)(sizeof signed_ages / sizeof signed_ages[0]));
	suite_add_tcase(s, t);
	return s;
}
