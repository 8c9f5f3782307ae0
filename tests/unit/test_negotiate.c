/* What an answer depends on beside its URL, through the whole handler: fields of the request in,
 * Vary and fields for the client out. */
#include "base/log.h"
#include "handler.h"
#include "image.h"
#include "probe.h"
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

/* Ask for mountains.jpg (2000x1500), missing.jpg or what else is in www/samples; 0: no answer. */
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

	(void)snprintf(
		root, sizeof root, "LIMNER_FILE_ROOT=%s/www/samples", top != NULL ? top : ".");
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
	{ "mountains.jpg?w=40", "GET", "", 200 },
	{ "mountains.jpg?w=40", "GET", "tag", 304 },
	{ "mountains.jpg?w=40", "HEAD", "", 200 },
	{ "mountains.jpg", "GET", "", 200 },
	{ "mountains.jpg", "GET", "tag", 304 },
	{ "mountains.jpg", "HEAD", "", 200 },
	{ "mountains.jpg", "GET", "HTTP_RANGE=bytes=0-9", 206 },
	{ "mountains.jpg", "GET", "HTTP_RANGE=bytes=900000-", 416 },
	{ "mountains.jpg", "GET", "HTTP_IF_MATCH=\"no\"", 412 },
	{ "mountains.jpg?t=nobodys", "GET", "", 200 },
	{ "mountains.jpg?width=40", "GET", "", 308 },
	{ "missing.jpg?w=40", "GET", "", 404 },
	{ "missing.jpg", "GET", "", 404 },
	{ "mountains.jpg", "POST", "", 405 },
	{ "mountains.jpg", "OPTIONS", "", 405 },
	{ "../mountains.jpg", "GET", "", 400 },
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

#define WANTS "HTTP_ACCESS_CONTROL_REQUEST_METHOD=GET"

START_TEST(tells_pages_what_they_may_ask_for)
{
	(void)snprintf(method, sizeof method, "OPTIONS");
	allow("*");
	/* a picture nobody has to fetch for that, whatever its query says */
	ck_assert_int_eq(ask_with("missing.jpg?w=wide", PAGE, WANTS, NULL), 204);
	ck_assert_str_eq(field("Access-Control-Allow-Origin"), "*");
	ck_assert_str_eq(field("Access-Control-Allow-Methods"), "GET, HEAD");
	ck_assert_ptr_nonnull(strstr(field("Access-Control-Allow-Headers"), "If-None-Match"));
	ck_assert_ptr_nonnull(strstr(field("Access-Control-Allow-Headers"), "Range"));
	ck_assert_str_eq(field("Access-Control-Max-Age"), "86400");
	ck_assert_str_eq(field("Content-Length"), "");
	ck_assert_str_eq(field("Vary"), "");
	ck_assert_str_eq(strstr(buf_text(&out), "\r\n\r\n"), "\r\n\r\n");
	allow("https://a.example, https://*.example.com");
	ck_assert_int_eq(ask_with("mountains.jpg", PAGE, WANTS, NULL), 204);
	ck_assert_str_eq(field("Access-Control-Allow-Origin"), "https://www.example.com");
	ck_assert_str_eq(field("Vary"), "Origin");
	ck_assert_int_eq(ask_with("mountains.jpg", OTHER, WANTS, NULL), 204);
	ck_assert_str_eq(field("Access-Control-Allow-Origin"), "");
	ck_assert_str_eq(field("Access-Control-Allow-Methods"), "");
	ck_assert_str_eq(field("Vary"), "Origin");
	/* what is none: pages of limner's own, no field, another method, nobody's pages */
	ck_assert_int_eq(ask_with("-/health", PAGE, WANTS, NULL), 405);
	ck_assert_int_eq(ask_with("mountains.jpg", PAGE, NULL, NULL), 405);
	(void)snprintf(method, sizeof method, "POST");
	ck_assert_int_eq(ask_with("mountains.jpg", PAGE, WANTS, NULL), 405);
	(void)snprintf(method, sizeof method, "OPTIONS");
	allow("");
	ck_assert_int_eq(ask_with("mountains.jpg", PAGE, WANTS, NULL), 405);
}
END_TEST

START_TEST(names_each_header_once)
{
	allow("https://www.example.com");
	ck_assert_int_eq(
		ask_with("mountains.jpg?w=40&f=auto", PAGE, "HTTP_ACCEPT=image/webp", NULL), 200);
	ck_assert_str_eq(field("Vary"), "Origin, Accept");
	(void)snprintf(cfg->origins[0].forward_headers, sizeof cfg->origins[0].forward_headers,
		"X-Key, Origin, accept");
	ck_assert_int_eq(ask_with("missing.jpg?w=40&f=auto", PAGE, NULL, NULL), 404);
	ck_assert_str_eq(field("Vary"), "Origin, X-Key, accept");
	ck_assert_int_eq(ask_with("-/health", PAGE, NULL, NULL), 200);
	ck_assert_str_eq(field("Vary"), "");
	ck_assert_str_eq(field("Access-Control-Allow-Origin"), "");
}
END_TEST

/* ---- Client hints ---- */

#define WIDTH_VARY "Sec-CH-Width"
#define PAGE_VARY  "Sec-CH-Width, Sec-CH-Viewport-Width"

static const struct {
	const char *path, *fields[3];
	int w, h; /* of the picture; 0: the original as it is */
	const char *vary;
} hinted[] = {
	{ "mountains.jpg?w=auto&fit=cover", { "HTTP_SEC_CH_WIDTH=200" }, 240, 180,
		WIDTH_VARY ", Save-Data" },
	/* device px already: no ratio makes it twice as wide */
	{ "mountains.jpg?w=auto", { "HTTP_SEC_CH_WIDTH=160", "HTTP_SEC_CH_DPR=2" }, 160, 120,
		WIDTH_VARY ", Save-Data" },
	{ "mountains.jpg?w=auto&dpr=2", { "HTTP_SEC_CH_WIDTH=160", "HTTP_SEC_CH_DPR=2" }, 160, 120,
		WIDTH_VARY ", Save-Data" },
	{ "mountains.jpg?w=auto", { "HTTP_SEC_CH_VIEWPORT_WIDTH=150" }, 160, 120,
		PAGE_VARY ", Sec-CH-DPR, Save-Data" },
	{ "mountains.jpg?w=auto", { "HTTP_SEC_CH_VIEWPORT_WIDTH=150", "HTTP_SEC_CH_DPR=2" }, 320,
		240, PAGE_VARY ", Sec-CH-DPR, Save-Data" },
	/* nothing is enlarged for a hint */
	{ "mountains.jpg?w=auto&q=70", { "HTTP_SEC_CH_WIDTH=3000" }, 2000, 1500, WIDTH_VARY },
	{ "mountains.jpg?w=auto&q=70&up=1", { "HTTP_SEC_CH_WIDTH=2100" }, 2560, 1920, WIDTH_VARY },
	/* what is wrong, or not there, is looked at all the same */
	{ "mountains.jpg?w=auto", { "HTTP_SEC_CH_WIDTH=wide" }, 0, 0, PAGE_VARY },
	{ "mountains.jpg?w=auto", { NULL }, 0, 0, PAGE_VARY },
	{ "mountains.jpg?t=card&w=auto", { NULL }, 80, 60, PAGE_VARY ", Save-Data" },
	{ "mountains.jpg?t=card&w=auto", { "HTTP_SEC_CH_WIDTH=100" }, 160, 120,
		WIDTH_VARY ", Save-Data" },
	{ "mountains.jpg?w=50&dpr=auto", { "HTTP_SEC_CH_DPR=1.25" }, 75, 56,
		"Sec-CH-DPR, Save-Data" },
	{ "mountains.jpg?w=50&dpr=auto", { "HTTP_SEC_CH_DPR=-1" }, 50, 38,
		"Sec-CH-DPR, Save-Data" },
	/* who does not ask gets what the URL says */
	{ "mountains.jpg?w=50",
		{ "HTTP_SEC_CH_WIDTH=200", "HTTP_SEC_CH_VIEWPORT_WIDTH=200", "HTTP_SEC_CH_DPR=2" },
		50, 38, "Save-Data" },
	{ "mountains.jpg?w=50&q=70", { "HTTP_SAVE_DATA=on" }, 50, 38, "" },
	{ "mountains.jpg?w=50&f=png", { "HTTP_SAVE_DATA=on" }, 50, 38, "" },
	{ "mountains.jpg", { "HTTP_SEC_CH_WIDTH=200", "HTTP_SAVE_DATA=on" }, 0, 0, "" },
	{ "mountains.jpg?t=nobodys&w=auto", { "HTTP_SEC_CH_WIDTH=200" }, 0, 0, "" },
	{ "mountains.jpg?w=auto&f=auto", { "HTTP_SEC_CH_WIDTH=200", "HTTP_ACCEPT=image/webp" }, 240,
		180, "Accept, " WIDTH_VARY ", Save-Data" },
};

static void
use_hints(void)
{
	struct config_preset *card = &cfg->presets[cfg->preset_count++];
	struct err err;

	policy.client_hints = true;
	(void)snprintf(card->name, sizeof card->name, "card");
	params_init(&card->params);
	ck_assert(params_set(&card->params, "w", "80", &err));
}

/* The size of what was answered: w is 0 for the original as it is. */
static void
measure(int *w, int *h)
{
	const char *bytes = strstr(buf_text(&out), "\r\n\r\n");
	struct image_info info;
	struct err err;
	size_t n;

	ck_assert_ptr_nonnull(bytes);
	bytes += 4;
	n = out.len - (size_t)(bytes - buf_text(&out));
	ck_assert(probe_image((const unsigned char *)bytes, n, &info, &err));
	/* a picture's tag ends with its format */
	*w = strchr(field("ETag"), '.') == NULL || *field("Limner-Reason") != '\0' ? 0 : info.width;
	*h = *w > 0 ? info.height : 0;
}

START_TEST(makes_what_hints_and_query_ask_for)
{
	const char *const *f = hinted[_i].fields;
	int w, h;

	use_hints();
	ck_assert_int_eq(ask_with(hinted[_i].path, f[0], f[1], f[2]), 200);
	ck_assert_str_eq(field("Accept-CH"), "Sec-CH-Width, Sec-CH-Viewport-Width, Sec-CH-DPR");
	ck_assert_msg(strcmp(field("Vary"), hinted[_i].vary) == 0, "%s varies by %s",
		hinted[_i].path, field("Vary"));
	measure(&w, &h);
	ck_assert_msg(w == hinted[_i].w && h == hinted[_i].h, "%s is %dx%d", hinted[_i].path, w, h);
	/* HEAD and a confirmation say the same */
	(void)snprintf(method, sizeof method, "HEAD");
	ck_assert_int_eq(ask_with(hinted[_i].path, f[0], f[1], f[2]), 200);
	ck_assert_str_eq(field("Vary"), hinted[_i].vary);
}
END_TEST

START_TEST(looks_at_no_hint_where_none_is_wanted)
{
	static const char *const fields[] = { "HTTP_SEC_CH_WIDTH=160",
		"HTTP_SEC_CH_VIEWPORT_WIDTH=160", "HTTP_SAVE_DATA=on" };
	int w, h;

	ck_assert_int_eq(
		ask_with("mountains.jpg?w=auto&h=30&dpr=auto", fields[0], fields[1], fields[2]),
		200);
	measure(&w, &h);
	ck_assert_int_eq(w, 40);
	ck_assert_str_eq(field("Vary"), "");
	ck_assert_str_eq(field("Accept-CH"), "");
	ck_assert_str_eq(field("Content-Location"), "?h=30");
	ck_assert_int_eq(ask_with("mountains.jpg?w=auto", fields[0], fields[1], fields[2]), 200);
	measure(&w, &h);
	ck_assert_int_eq(w, 0);
}
END_TEST

/* What was made is what counts, not who said so: one picture, one tag. */
START_TEST(tags_pictures_by_hint_and_by_query_alike)
{
	static const struct {
		const char *query, *fields[2], *same;
	} pairs[] = {
		{ "w=auto", { "HTTP_SEC_CH_WIDTH=160" }, "w=160" },
		{ "w=auto", { "HTTP_SEC_CH_WIDTH=121" }, "w=160" },
		{ "w=auto", { "HTTP_SEC_CH_VIEWPORT_WIDTH=150", "HTTP_SEC_CH_DPR=2" },
			"w=160&dpr=2" },
		{ "w=50&dpr=auto", { "HTTP_SEC_CH_DPR=2" }, "w=50&dpr=2" },
		{ "w=50", { "HTTP_SAVE_DATA=on" }, "w=50&q=45" },
	};

	use_hints();
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		char path[128], tag[200], known[256];

		(void)snprintf(path, sizeof path, "mountains.jpg?%s", pairs[i].query);
		ck_assert_int_eq(ask_with(path, pairs[i].fields[0], pairs[i].fields[1], NULL), 200);
		(void)snprintf(tag, sizeof tag, "%s", field("ETag"));
		ck_assert_str_ne(tag, "");
		ck_assert_str_eq(field("Content-Location"), "");
		(void)snprintf(path, sizeof path, "mountains.jpg?%s", pairs[i].same);
		ck_assert_int_eq(ask_with(path, NULL, NULL, NULL), 200);
		ck_assert_msg(strcmp(field("ETag"), tag) == 0, "%s and %s", pairs[i].query,
			pairs[i].same);
		/* a copy is confirmed, but not to who should have another */
		(void)snprintf(known, sizeof known, "HTTP_IF_NONE_MATCH=%s", tag);
		(void)snprintf(path, sizeof path, "mountains.jpg?%s", pairs[i].query);
		ck_assert_int_eq(
			ask_with(path, pairs[i].fields[0], pairs[i].fields[1], known), 304);
		ck_assert_str_ne(field("Vary"), "");
		ck_assert_str_ne(field("Accept-CH"), "");
		ck_assert_int_eq(
			ask_with(path, known, "HTTP_SEC_CH_WIDTH=999", "HTTP_SEC_CH_DPR=3"), 200);
	}
}
END_TEST

START_TEST(saves_bytes_for_who_asks)
{
	size_t plain;

	use_hints();
	ck_assert_int_eq(ask_with("mountains.jpg?w=300&f=webp", NULL, NULL, NULL), 200);
	plain = out.len;
	ck_assert_int_eq(
		ask_with("mountains.jpg?w=300&f=webp", "HTTP_SAVE_DATA=on", NULL, NULL), 200);
	ck_assert_uint_lt(out.len, plain);
	policy.save_data_quality = 0;
	ck_assert_int_eq(
		ask_with("mountains.jpg?w=300&f=webp", "HTTP_SAVE_DATA=on", NULL, NULL), 200);
	ck_assert_uint_gt(out.len, plain - 100);
	ck_assert_str_eq(field("Vary"), "");
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
	tcase_add_test(t, tells_pages_what_they_may_ask_for);
	tcase_add_test(t, names_each_header_once);
	tcase_add_loop_test(t, makes_what_hints_and_query_ask_for, 0, ROWS(hinted));
	tcase_add_test(t, looks_at_no_hint_where_none_is_wanted);
	tcase_add_test(t, tags_pictures_by_hint_and_by_query_alike);
	tcase_add_test(t, saves_bytes_for_who_asks);
	suite_add_tcase(s, t);
	return s;
}
