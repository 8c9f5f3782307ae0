/* What an answer depends on beside its URL, through the whole handler: fields of the request in,
 * Vary and fields for the client out. */
#include "base/log.h"
#include "handler.h"
#include "image.h"
#include "suites.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct config *cfg;
static struct handler handler;
static struct buf out;
static char uri[256], method[16];

/* What every test may set for its origin. */
#define policy (cfg->origins[0].policy)

/* A gateway of "NAME=value" strings, NULL at the end. */
static const char *
param(void *self, const char *name)
{
	const char *const *env = self;
	size_t n = strlen(name);

	if (strcmp(name, "REQUEST_URI") == 0)
		return uri;
	if (strcmp(name, "REQUEST_METHOD") == 0)
		return method;
	for (; *env != NULL; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return *env + n + 1;
	return NULL;
}

static bool
take(void *self, const void *bytes, size_t n)
{
	struct err err;

	(void)self;
	return buf_add(&out, bytes, n, &err);
}

/* Ask for quad.jpg (400x400), missing.jpg or what else is in tests/data/originals; 0: no answer. */
static int
ask(const char *path, const char **env)
{
	struct gateway gw = { .self = env, .param = param, .write = take };

	(void)snprintf(uri, sizeof uri, "/img/%s", path);
	buf_reset(&out);
	if (!handler_serve(&handler, &gw))
		return 0;
	return (int)strtol(buf_text(&out) + strlen("Status: "), NULL, 10);
}

/* The same with at most three fields; NULL and "" are none. */
static int
ask_with(const char *path, const char *one, const char *two, const char *three)
{
	const char *env[] = { one != NULL ? one : "", two != NULL ? two : "",
		three != NULL ? three : "", NULL };

	return ask(path, env);
}

/* The value of a field, or "" when it is not there. Static, eight of them. */
static const char *
field(const char *name)
{
	static char values[8][512];
	static size_t turn;
	char *value = values[turn++ % 8], start[64];
	size_t n = (size_t)snprintf(start, sizeof start, "\r\n%s: ", name);
	const char *at = strstr(buf_text(&out), start);

	value[0] = '\0';
	if (at != NULL)
		(void)snprintf(value, sizeof values[0], "%.*s", (int)strcspn(at + n, "\r"), at + n);
	return value;
}

static void
setup(void)
{
	static char root[PATH_MAX], log[] = "LIMNER_LOG=none";
	const char *top = getenv("top_srcdir");
	char *env[] = { root, log, NULL };
	struct err err = { 0 };

	(void)snprintf(root, sizeof root, "LIMNER_FILE_ROOT=%s/tests/data/originals",
		top != NULL ? top : ".");
	cfg = calloc(1, sizeof *cfg);
	ck_assert_msg(config_load("/dev/null", env, cfg, &err), "%s", err.detail);
	ck_assert(log_open(cfg->log, false, &err));
	ck_assert_msg(image_open(cfg, &err), "%s", err.detail);
	handler_open(&handler, cfg);
	out = BUF_INIT(20000000);
	(void)snprintf(method, sizeof method, "GET");
}

static void
teardown(void)
{
	handler_close(&handler);
	image_close();
	free(cfg);
	buf_done(&out);
}

/* ---- Whose pages may read it ---- */

#define PAGE  "HTTP_ORIGIN=https://www.example.com"
#define OTHER "HTTP_ORIGIN=https://www.example.net"

static void
allow(const char *list)
{
	ck_assert(cors_valid(list));
	(void)snprintf(policy.cors, sizeof policy.cors, "%s", list);
}

/* A picture, its 304, originals and theirs, HEAD, another spelling's redirect, errors. */
static const struct {
	const char *path, *method, *more;
	int status;
} answers[] = {
	{ "quad.jpg?w=40", "GET", "", 200 },
	{ "quad.jpg?w=40", "GET", "tag", 304 },
	{ "quad.jpg?w=40", "HEAD", "", 200 },
	{ "quad.jpg", "GET", "", 200 },
	{ "quad.jpg", "GET", "tag", 304 },
	{ "quad.jpg", "HEAD", "", 200 },
	{ "quad.jpg", "GET", "HTTP_RANGE=bytes=0-9", 206 },
	{ "quad.jpg", "GET", "HTTP_RANGE=bytes=900000-", 416 },
	{ "quad.jpg", "GET", "HTTP_IF_MATCH=\"no\"", 412 },
	{ "quad.jpg?t=nobodys", "GET", "", 200 },
	{ "quad.jpg?width=40", "GET", "", 308 },
	{ "missing.jpg?w=40", "GET", "", 404 },
	{ "missing.jpg", "GET", "", 404 },
	{ "../quad.jpg", "GET", "", 400 },
};

static void
answer(size_t i, const char *page)
{
	char tag[300];

	policy.canonical = CONFIG_CANONICAL_REDIRECT;
	(void)snprintf(method, sizeof method, "%s", answers[i].method);
	(void)snprintf(tag, sizeof tag, "%s", answers[i].more);
	if (strcmp(tag, "tag") == 0) {
		ck_assert_int_eq(ask_with(answers[i].path, page, NULL, NULL), 200);
		(void)snprintf(tag, sizeof tag, "HTTP_IF_NONE_MATCH=%s", field("ETag"));
	}
	ck_assert_int_eq(ask_with(answers[i].path, page, tag, NULL), answers[i].status);
}

START_TEST(lets_everybodys_pages_read_every_answer)
{
	allow("*");
	answer((size_t)_i, PAGE);
	ck_assert_str_eq(field("Access-Control-Allow-Origin"), "*");
	ck_assert_str_eq(field("Timing-Allow-Origin"), "*");
	ck_assert_str_eq(field("Cross-Origin-Resource-Policy"), "cross-origin");
	ck_assert_ptr_nonnull(strstr(field("Access-Control-Expose-Headers"), "Limner-Reason"));
	ck_assert_ptr_nonnull(strstr(field("Access-Control-Expose-Headers"), "Server-Timing"));
	ck_assert_str_eq(field("Vary"), ""); /* it is the same for all, who send no Origin too */
	answer((size_t)_i, "");
	ck_assert_str_eq(field("Access-Control-Allow-Origin"), "*");
}
END_TEST

START_TEST(lets_the_pages_of_a_list_read_every_answer)
{
	allow("https://a.example, https://*.example.com");
	answer((size_t)_i, PAGE);
	ck_assert_str_eq(field("Access-Control-Allow-Origin"), "https://www.example.com");
	ck_assert_str_eq(field("Timing-Allow-Origin"), "https://www.example.com");
	ck_assert_str_eq(field("Cross-Origin-Resource-Policy"), "cross-origin");
	ck_assert_str_eq(field("Vary"), "Origin");
	/* what others are sent must not be taken for these pages' */
	for (int k = 0; k < 2; k++) {
		answer((size_t)_i, k == 0 ? OTHER : "");
		ck_assert_str_eq(field("Access-Control-Allow-Origin"), "");
		ck_assert_str_eq(field("Access-Control-Expose-Headers"), "");
		ck_assert_str_eq(field("Timing-Allow-Origin"), "");
		ck_assert_str_eq(field("Vary"), "Origin");
	}
}
END_TEST

START_TEST(says_nothing_of_it_where_nothing_is_set)
{
	answer((size_t)_i, PAGE);
	ck_assert_ptr_null(strstr(buf_text(&out), "Access-Control"));
	ck_assert_ptr_null(strstr(buf_text(&out), "Cross-Origin"));
	ck_assert_ptr_null(strstr(buf_text(&out), "Timing-Allow"));
	ck_assert_str_eq(field("Vary"), "");
}
END_TEST

START_TEST(names_each_header_once)
{
	allow("https://www.example.com");
	ck_assert_int_eq(
		ask_with("quad.jpg?w=40&f=auto", PAGE, "HTTP_ACCEPT=image/webp", NULL), 200);
	ck_assert_str_eq(field("Vary"), "Origin, Accept");
	(void)snprintf(cfg->origins[0].forward_headers, sizeof cfg->origins[0].forward_headers,
		"X-Key, Origin, accept");
	ck_assert_int_eq(ask_with("missing.jpg?w=40&f=auto", PAGE, NULL, NULL), 404);
	ck_assert_str_eq(field("Vary"), "Origin, Accept, X-Key");
	ck_assert_int_eq(ask_with("-/health", PAGE, NULL, NULL), 200);
	ck_assert_str_eq(field("Vary"), "");
	ck_assert_str_eq(field("Access-Control-Allow-Origin"), "");
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(table)[0])

Suite *
suite_negotiate(void)
{
	Suite *s = suite_create("negotiate");
	TCase *t = tcase_create("negotiate");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, lets_everybodys_pages_read_every_answer, 0, ROWS(answers));
	tcase_add_loop_test(t, lets_the_pages_of_a_list_read_every_answer, 0, ROWS(answers));
	tcase_add_loop_test(t, says_nothing_of_it_where_nothing_is_set, 0, ROWS(answers));
	tcase_add_test(t, names_each_header_once);
	suite_add_tcase(s, t);
	return s;
}
