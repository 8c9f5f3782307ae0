#include "base/now.h"
#include "scripted.h"
#include "status.h"
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
#define ACCEPT  { SCRIPTED_ACCEPT, NULL, 0 }
#define AWAIT   { SCRIPTED_AWAIT, NULL, 0 }
#define SEND(t) { SCRIPTED_SEND, t, 0 }
#define END     { SCRIPTED_END, NULL, 0 }
/* clang-format on */

static struct config *cfg;
static struct source *sources[CONFIG_ORIGINS_MAX];
static struct status_look look;
static struct response res;
static struct scripted server;

static void
setup(void)
{
	cfg = calloc(1, sizeof *cfg);
	ck_assert_ptr_nonnull(cfg);
	(void)snprintf(cfg->runtime_dir, sizeof cfg->runtime_dir, "/tmp");
	cfg->origin_count = 1;
	cfg->origins[0] = (struct config_origin){
		.title = "o",
		.bucket = "b",
		.region = "r",
		.access_key = "a",
		.secret_key = "s",
		.connect_ms = 2000,
		.stall_ms = 2000,
		.answer_ms = 2000,
		.allow_private = true,
	};
	memset(sources, 0, sizeof sources);
	memset(&look, 0, sizeof look);
	memset(&res, 0, sizeof res);
}

static void
teardown(void)
{
	for (size_t i = 0; i < CONFIG_ORIGINS_MAX; i++)
		source_close(sources[i]);
	response_done(&res);
	scripted_stop(&server);
	free(cfg);
}

/* clang-format off */
static const struct {
	enum config_origin_kind kind;
	struct scripted_step answer;
	int status;
	const char *state;
} rows[] = {
	{ CONFIG_S3, SEND("HTTP/1.1 404 Not Found\r\nContent-Length: 39\r\n\r\n<Error><Code>NoSuchKey</Code></Error>\n\n"), 200, "ok" },
	{ CONFIG_S3, SEND("HTTP/1.1 403 Forbidden\r\nContent-Length: 40\r\n\r\n<Error><Code>AccessDenied</Code></Error>"), 200, "ok" },
	{ CONFIG_S3, SEND("HTTP/1.1 404 Not Found\r\nContent-Length: 40\r\n\r\n<Error><Code>NoSuchBucket</Code></Error>"), 503, "origin" },
	{ CONFIG_S3, SEND("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"), 503, "origin" },
	{ CONFIG_S3, SEND("HTTP/1.1 403 Forbidden\r\nContent-Length: 46\r\n\r\n<Error><Code>InvalidAccessKeyId</Code></Error>"), 503, "origin" },
	{ CONFIG_S3, SEND("HTTP/1.1 503 Slow\r\nContent-Length: 36\r\n\r\n<Error><Code>SlowDown</Code></Error>"), 503, "origin" },
	{ CONFIG_S3, { SCRIPTED_PAUSE, NULL, 9000 }, 503, "origin-late" },
	{ CONFIG_HTTP, SEND("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"), 200, "ok" },
	{ CONFIG_HTTP, SEND("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"), 200, "ok" },
	{ CONFIG_HTTP, SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), 200, "ok" },
	{ CONFIG_HTTP, SEND("HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno"), 503, "origin" },
	{ CONFIG_HTTP, { SCRIPTED_PAUSE, NULL, 9000 }, 503, "origin-late" },
	{ CONFIG_HTTP, { SCRIPTED_RESET, NULL, 0 }, 503, "origin-late" },
};
/* clang-format on */

START_TEST(is_ready_when_the_origin_answers)
{
	struct scripted_step steps[] = { ACCEPT, AWAIT, rows[_i].answer, END };
	struct config_origin *origin = &cfg->origins[0];
	uint64_t begun = now_mono_us();
	char want[64];

	scripted_start(&server, steps);
	origin->kind = rows[_i].kind;
	(void)snprintf(
		origin->endpoint, sizeof origin->endpoint, "http://127.0.0.1:%d", server.port);
	(void)snprintf(origin->url, sizeof origin->url, "http://127.0.0.1:%d/", server.port);
	status_ready(&res, cfg, sources, &look);
	ck_assert_int_eq(res.status, rows[_i].status);
	(void)snprintf(want, sizeof want, "{\"runtime_dir\":\"ok\",\"o\":\"%s\"}", rows[_i].state);
	ck_assert_msg(strstr(buf_text(&res.body), want) != NULL, "%s", buf_text(&res.body));
	ck_assert(now_mono_us() - begun < 3000000);
	ck_assert((strstr(buf_text(&res.head), "Retry-After: 1\r\n") != NULL) ==
		  (rows[_i].status == 503));
	/* kept for a moment: nobody would answer now */
	begun = now_mono_us();
	status_ready(&res, cfg, sources, &look);
	ck_assert_int_eq(res.status, rows[_i].status);
	ck_assert(now_mono_us() - begun < 500000);
}
END_TEST

START_TEST(bounds_the_time_for_all_origins_together)
{
	static const struct scripted_step steps[] = { ACCEPT, END };
	uint64_t begun;

	scripted_start(&server, steps);
	cfg->origins[0].kind = CONFIG_S3;
	cfg->origins[0].answer_ms = 9000;
	(void)snprintf(cfg->origins[0].endpoint, sizeof cfg->origins[0].endpoint,
		"http://127.0.0.1:%d", server.port);
	for (cfg->origin_count = 1; cfg->origin_count < 8; cfg->origin_count++)
		cfg->origins[cfg->origin_count] = cfg->origins[0];
	begun = now_mono_us();
	status_ready(&res, cfg, sources, &look);
	ck_assert_int_eq(res.status, 503);
	ck_assert_uint_lt(now_mono_us() - begun, 3000000);
}
END_TEST

Suite *
suite_status(void)
{
	Suite *s = suite_create("status");
	TCase *t = tcase_create("status");

	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(
		t, is_ready_when_the_origin_answers, 0, (int)(sizeof rows / sizeof rows[0]));
	tcase_add_test(t, bounds_the_time_for_all_origins_together);
	suite_add_tcase(s, t);
	return s;
}
