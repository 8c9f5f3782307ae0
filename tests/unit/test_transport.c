#include "base/now.h"
#include "scripted.h"
#include "suites.h"
#include "transport.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* clang-format off */
#define ACCEPT   { SCRIPTED_ACCEPT, NULL, 0 }
#define AWAIT    { SCRIPTED_AWAIT, NULL, 0 }
#define SEND(t)  { SCRIPTED_SEND, t, 0 }
#define FILL(n)  { SCRIPTED_FILL, NULL, n }
#define PAUSE(n) { SCRIPTED_PAUSE, NULL, n }
#define RESET    { SCRIPTED_RESET, NULL, 0 }
#define CLOSE    { SCRIPTED_CLOSE, NULL, 0 }
#define END      { SCRIPTED_END, NULL, 0 }
/* clang-format on */

#define STEPS 10

static struct transport *transport;
static struct scripted server;

/* One fetch: what is asked, what the sink does, and what came of it. */
struct fetch {
	const char *path; /* "/" when NULL */
	const char *host; /* 127.0.0.1 when NULL */
	bool head_only;
	bool stream;
	bool stream_late;          /* said at the first piece of the body */
	int deadline_ms, stall_ms; /* 5000 when 0 */
	enum err_kind head_fails, body_fails;

	bool *late;
	bool ok;
	int heads;
	struct source_head seen; /* by the sink */
	struct source_head head;
	char body[65536];
	size_t len;
	char error[8192];
	struct source_report report;
	struct err err;
	int took_ms;
};

static bool
see_head(void *self, const struct source_head *head, bool *ret_stream, struct err *err)
{
	struct fetch *f = self;

	f->seen = *head;
	f->heads++;
	*ret_stream = f->stream;
	f->late = ret_stream;
	return f->head_fails == ERR_NONE || err_set(err, f->head_fails, "said by the sink");
}

static bool
see_body(void *self, const void *bytes, size_t n, struct err *err)
{
	struct fetch *f = self;

	ck_assert_int_eq(f->heads, 1);
	ck_assert_uint_lt(f->len + n, sizeof f->body);
	memcpy(f->body + f->len, bytes, n);
	f->len += n;
	if (f->stream_late)
		*f->late = true;
	return f->body_fails == ERR_NONE || err_set(err, f->body_fails, "said by the sink");
}

static void
fetch(struct fetch *f)
{
	static const char *const headers[] = { "Host: pictures.example:8080", "X-Test: yes" };
	struct buf error = BUF_INIT(TRANSPORT_ERROR_MAX);
	const struct source_sink sink = { f, see_head, see_body };
	uint64_t start = now_mono_us();
	char url[1024];
	const struct transport_request req = {
		.url = url,
		.headers = headers,
		.header_count = 2,
		.head_only = f->head_only,
		.http2 = true,
		.ca_file = "",
		.connect_ms = 2000,
		.stall_ms = f->stall_ms > 0 ? (uint64_t)f->stall_ms : 5000,
		.deadline_us =
			start + (f->deadline_ms > 0 ? (uint64_t)f->deadline_ms : 5000) * 1000,
	};

	(void)snprintf(url, sizeof url, "http://%s:%d%s", f->host != NULL ? f->host : "127.0.0.1",
		server.port, f->path != NULL ? f->path : "/");
	f->ok = transport_fetch(transport, &req, &sink, &f->head, &error, &f->report, &f->err);
	f->took_ms = (int)((now_mono_us() - start) / 1000);
	(void)snprintf(f->error, sizeof f->error, "%s", buf_text(&error));
	buf_done(&error);
	if (f->ok)
		ck_assert_int_eq(f->err.kind, ERR_NONE);
}

static void
setup(void)
{
	struct err err = { 0 };

	memset(&server, 0, sizeof server);
	ck_assert(transport_open(&transport, &err));
}

static void
teardown(void)
{
	transport_close(transport);
	scripted_stop(&server);
}

/* ------------------------------------------------------------------ answers that are fine */

START_TEST(hands_on_head_and_body)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT,
		SEND("HTTP/1.1 200 OK\r\neTaG: \"abc\"\r\nLAST-MODIFIED:Sun, 06 Nov 1994 08:49:37 GMT"
		     "\r\nContent-Type: \t image/jpeg  \r\ncache-control: max-age=5\r\n"
		     "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"),
		END };
	struct fetch f = { .path = "/b/../c/./d//e%2F%20?x=1" };

	scripted_start(&server, steps);
	fetch(&f);
	ck_assert_msg(f.ok, "%s", f.err.detail);
	ck_assert_int_eq(f.heads, 1);
	ck_assert_str_eq(f.seen.etag, "\"abc\"");
	ck_assert_str_eq(f.seen.last_modified, "Sun, 06 Nov 1994 08:49:37 GMT");
	ck_assert_str_eq(f.seen.content_type, "image/jpeg");
	ck_assert_str_eq(f.seen.cache_control, "max-age=5");
	ck_assert_str_eq(f.seen.content_encoding, "gzip");
	ck_assert_str_eq(f.seen.content_range, "");
	ck_assert(f.seen.has_length);
	ck_assert_uint_eq(f.seen.length, 5);
	ck_assert_str_eq(f.body, "hello");
	ck_assert_int_eq(f.report.status, 200);
	ck_assert_int_eq(f.report.tries, 1);
	ck_assert_uint_eq(f.report.bytes, 5);
	scripted_stop(&server);
	/* the path as it is, our Host once, and nothing that asks for another body */
	ck_assert_msg(strncmp(server.text, "GET /b/../c/./d//e%2F%20?x=1 HTTP/1.1\r\n", 39) == 0,
		"%s", server.text);
	ck_assert_ptr_nonnull(strstr(server.text, "\r\nHost: pictures.example:8080\r\n"));
	ck_assert_ptr_nonnull(strstr(server.text, "\r\nX-Test: yes\r\n"));
	ck_assert_ptr_null(strstr(server.text, "127.0.0.1"));
	ck_assert_ptr_null(strcasestr(server.text, "\r\nExpect:"));
	ck_assert_ptr_null(strcasestr(server.text, "\r\nAccept-Encoding:"));
}
END_TEST

START_TEST(takes_chunks_and_ignores_trailers)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT,
		SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nETag: \"a\"\r\n\r\n5\r\nhello"
		     "\r\n6\r\n world\r\n0\r\nETag: \"trailer\"\r\n\r\n"),
		END };
	struct fetch f = { 0 };

	scripted_start(&server, steps);
	fetch(&f);
	ck_assert_msg(f.ok, "%s", f.err.detail);
	ck_assert_str_eq(f.body, "hello world");
	ck_assert(!f.seen.has_length);
	ck_assert_str_eq(f.head.etag, "\"a\"");
}
END_TEST

START_TEST(skips_interim_answers)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT,
		SEND("HTTP/1.1 100 Continue\r\nETag: \"interim\"\r\n\r\n"
		     "HTTP/1.1 103 Early Hints\r\nContent-Length: 7\r\n\r\n"
		     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
		END };
	struct fetch f = { 0 };

	scripted_start(&server, steps);
	fetch(&f);
	ck_assert_msg(f.ok, "%s", f.err.detail);
	ck_assert_int_eq(f.heads, 1);
	ck_assert_str_eq(f.seen.etag, "");
	ck_assert_uint_eq(f.seen.length, 2);
	ck_assert_str_eq(f.body, "ok");
}
END_TEST

START_TEST(takes_no_more_than_promised)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT,
		SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokMORE"), CLOSE, END };
	struct fetch f = { 0 };

	scripted_start(&server, steps);
	fetch(&f);
	ck_assert_msg(f.ok, "%s", f.err.detail);
	ck_assert_str_eq(f.body, "ok");
	ck_assert_uint_eq(f.report.bytes, 2);
}
END_TEST

START_TEST(asks_for_the_head_alone)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT,
		SEND("HTTP/1.1 200 OK\r\nContent-Length: 12345678901\r\n\r\n"), END };
	struct fetch f = { .head_only = true };

	scripted_start(&server, steps);
	fetch(&f);
	ck_assert_msg(f.ok, "%s", f.err.detail);
	ck_assert_int_eq(f.heads, 1);
	ck_assert(f.seen.has_length);
	ck_assert_uint_eq(f.seen.length, 12345678901);
	scripted_stop(&server);
	ck_assert_msg(strncmp(server.text, "HEAD / HTTP/1.1\r\n", 17) == 0, "%s", server.text);
}
END_TEST

START_TEST(knows_not_modified_and_parts)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT,
		SEND("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\nETag: \"a\"\r\n\r\n"),
		AWAIT,
		SEND("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/99\r\n"
		     "Content-Length: 2\r\n\r\nab"),
		END };
	struct fetch f = { 0 }, part = { 0 };

	scripted_start(&server, steps);
	fetch(&f);
	ck_assert_msg(f.ok, "%s", f.err.detail);
	ck_assert_int_eq(f.seen.status, 304);
	ck_assert(!f.seen.has_length);
	ck_assert_uint_eq(f.len, 0);
	fetch(&part);
	ck_assert_msg(part.ok, "%s", part.err.detail);
	ck_assert_int_eq(part.seen.status, 206);
	ck_assert_str_eq(part.seen.content_range, "bytes 0-1/99");
	ck_assert_str_eq(part.body, "ab");
}
END_TEST

START_TEST(uses_one_connection_for_many_requests)
{
	/* one ACCEPT: a second connection would wait in vain */
	static const struct scripted_step steps[] = { ACCEPT, AWAIT,
		SEND("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"), AWAIT,
		SEND("HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nb"), AWAIT,
		SEND("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nc"), END };
	struct fetch a = { 0 }, b = { 0 }, c = { 0 };

	scripted_start(&server, steps);
	fetch(&a);
	fetch(&b);
	fetch(&c);
	ck_assert_str_eq(a.body, "a");
	ck_assert_str_eq(b.error, "b");
	ck_assert_msg(c.ok, "%s", c.err.detail);
	ck_assert_str_eq(c.body, "c");
}
END_TEST

START_TEST(treats_over_long_values_as_absent)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT,
		SEND("HTTP/1.1 200 OK\r\nETag: \""), FILL(300),
		SEND("\"\r\nLast-Modified: \001bad\r\nContent-Type: "), FILL(9000),
		SEND("\r\nContent-Length: 2\r\n\r\nok"), END };
	struct fetch f = { 0 };

	scripted_start(&server, steps);
	fetch(&f);
	ck_assert_msg(f.ok, "%s", f.err.detail);
	ck_assert_str_eq(f.seen.etag, "");
	ck_assert_str_eq(f.seen.last_modified, "");
	ck_assert_str_eq(f.seen.content_type, "");
	ck_assert_str_eq(f.body, "ok");
}
END_TEST

START_TEST(takes_no_proxy_from_the_environment)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT,
		SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), END };
	struct fetch f = { 0 };

	ck_assert_int_eq(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
	ck_assert_int_eq(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
	scripted_start(&server, steps);
	fetch(&f);
	(void)unsetenv("http_proxy");
	(void)unsetenv("ALL_PROXY");
	ck_assert_msg(f.ok, "%s", f.err.detail);
}
END_TEST

/* ------------------------------------------------------------------ other statuses */

/* clang-format off */
static const struct {
	int status;
	const char *answer;
} others[] = {
	{ 301, "HTTP/1.1 301 Moved Permanently\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 4\r\n\r\nsaid" },
	{ 403, "HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nsaid" },
	{ 404, "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsaid\r\n0\r\n\r\n" },
	{ 503, "HTTP/1.1 503 Slow Down\r\nConnection: close\r\n\r\nsaid" },
};
/* clang-format on */

START_TEST(keeps_the_body_of_another_status_from_the_sink)
{
	const struct scripted_step steps[] = { ACCEPT, AWAIT, SEND(others[_i].answer), CLOSE, END };
	struct fetch f = { 0 };

	scripted_start(&server, steps);
	fetch(&f);
	ck_assert_msg(f.ok, "%d: %s", others[_i].status, f.err.detail);
	ck_assert_int_eq(f.heads, 0);
	ck_assert_int_eq(f.head.status, others[_i].status);
	ck_assert_int_eq(f.report.status, others[_i].status);
	ck_assert_msg(strcmp(f.error, "said") == 0, "%d: %s", others[_i].status, f.error);
}
END_TEST

START_TEST(reads_at_most_4096_bytes_of_an_error)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT,
		SEND("HTTP/1.1 500 No\r\nContent-Length: 1000000\r\n\r\n"), FILL(100000), END };
	struct fetch f = { 0 };

	scripted_start(&server, steps);
	fetch(&f);
	ck_assert_msg(f.ok, "%s", f.err.detail);
	ck_assert_int_eq(f.head.status, 500);
	ck_assert_uint_eq(strlen(f.error), TRANSPORT_ERROR_MAX);
	ck_assert_int_lt(f.took_ms, 2000);
}
END_TEST

/* ------------------------------------------------------------------ answers that are not */

/* clang-format off */
static const struct {
	const char *what;
	struct scripted_step steps[STEPS];
	int tries;
} broken[] = {
	{ "short", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), CLOSE, END }, 1 },
	{ "reset half-way", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), PAUSE(50), RESET, END }, 1 },
	{ "chunks cut off", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), CLOSE, END }, 1 },
	{ "chunk cut off", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe"), CLOSE, END }, 1 },
	{ "no length", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\n\r\nhello"), CLOSE, END }, 1 },
	{ "not chunked", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nhello"), CLOSE, END }, 1 },
	{ "two lengths", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nhello"), END }, 1 },
	{ "a negative length", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhello"), CLOSE, END }, 1 },
	{ "a length in words", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello"), CLOSE, END }, 1 },
	{ "head cut off", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"), CLOSE, END }, 1 },
	{ "interim only", { ACCEPT, AWAIT, SEND("HTTP/1.1 100 Continue\r\n\r\n"), CLOSE, END }, 1 },
	{ "a lie about HTTP/2", { ACCEPT, AWAIT, SEND("HTTP/2 200\r\n\r\nhello"), CLOSE, END }, 1 },
	{ "no HTTP", { ACCEPT, AWAIT, SEND("hello\r\n\r\nhello"), CLOSE, END }, 1 },
	{ "a line without end", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\nX: "), FILL(200000), END }, 1 },
	{ "a long head", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\nX: "), FILL(40000), SEND("\r\nY: "), FILL(40000), SEND("\r\nContent-Length: 5\r\n\r\nhello"), END }, 1 },
	{ "nothing, twice", { ACCEPT, AWAIT, CLOSE, ACCEPT, AWAIT, CLOSE, END }, 2 },
	{ "reset, twice", { ACCEPT, AWAIT, RESET, ACCEPT, AWAIT, RESET, END }, 2 },
	{ "an error cut off", { ACCEPT, AWAIT, SEND("HTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\nhalf"), CLOSE, END }, 1 },
};
/* clang-format on */

START_TEST(refuses_a_broken_answer)
{
	struct fetch f = { 0 };

	scripted_start(&server, broken[_i].steps);
	fetch(&f);
	ck_assert_msg(!f.ok, "%s", broken[_i].what);
	ck_assert_msg(f.err.kind == ERR_ORIGIN, "%s: %d", broken[_i].what, (int)f.err.kind);
	ck_assert_msg(
		f.report.tries == broken[_i].tries, "%s: %d", broken[_i].what, f.report.tries);
	ck_assert_msg(f.err.detail[0] != '\0', "%s", broken[_i].what);
	ck_assert_msg(strstr(f.err.say, "127.0.0.1") == NULL, "%s", f.err.say);
	ck_assert_msg(f.took_ms < 3000, "%s: %d ms", broken[_i].what, f.took_ms);
}
END_TEST

START_TEST(tries_again_after_one_reset)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, RESET, ACCEPT, AWAIT,
		SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), END };
	struct fetch f = { 0 };

	scripted_start(&server, steps);
	fetch(&f);
	ck_assert_msg(f.ok, "%s", f.err.detail);
	ck_assert_int_eq(f.report.tries, 2);
	ck_assert_str_eq(f.body, "ok");
}
END_TEST

/* Whether the reset comes before or after the connection is up is a matter of luck: five times. */
START_TEST(tries_again_after_a_reset_at_once)
{
	static const struct scripted_step steps[] = { ACCEPT, RESET, ACCEPT, AWAIT,
		SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), END };
	struct fetch f = { 0 };

	scripted_start(&server, steps);
	fetch(&f);
	ck_assert_msg(f.ok, "%s", f.err.detail);
	ck_assert_int_eq(f.report.tries, 2);
}
END_TEST

START_TEST(survives_a_connection_closed_while_idle)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT,
		SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), CLOSE, ACCEPT, AWAIT,
		SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"), END };
	struct fetch a = { 0 }, b = { 0 };

	scripted_start(&server, steps);
	fetch(&a);
	(void)usleep(50000);
	fetch(&b);
	ck_assert_str_eq(a.body, "ok");
	ck_assert_msg(b.ok, "%s", b.err.detail);
	ck_assert_str_eq(b.body, "OK");
}
END_TEST

START_TEST(gets_over_a_name_that_is_not_found)
{
	static const struct scripted_step steps[] = { { SCRIPTED_ACCEPT, NULL, 0 },
		{ SCRIPTED_AWAIT, NULL, 0 },
		{ SCRIPTED_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 0 },
		{ SCRIPTED_END, NULL, 0 } };
	struct fetch f;

	scripted_start(&server, steps);
	for (int i = 0; i < 3; i++) {
		/* two dots in a row: no resolver needs to be asked */
		f = (struct fetch){ .host = "no..name" };
		fetch(&f);
		ck_assert_int_eq(f.err.kind, ERR_ORIGIN);
		ck_assert_msg(strncmp(f.err.detail, "curl 6:", 7) == 0, "%s", f.err.detail);
		ck_assert(f.report.fleeting);
	}
	f = (struct fetch){ .path = "/" };
	fetch(&f);
	ck_assert_msg(f.ok && f.len == 2, "%s", f.err.detail);
}
END_TEST

START_TEST(reports_a_refused_connection_at_once)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct fetch f = { 0 };

	/* bound but not listening: nobody else gets the port meanwhile */
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	server.port = ntohs(at.sin_port);
	fetch(&f);
	(void)close(fd);
	ck_assert(!f.ok);
	ck_assert_int_eq(f.err.kind, ERR_ORIGIN);
	ck_assert_int_eq(f.report.tries, 1);
	ck_assert_int_eq(f.report.status, 0);
	ck_assert_int_eq(f.report.trouble, SOURCE_NO_CONNECTION);
	ck_assert_int_lt(f.took_ms, 1000);
}
END_TEST

/* ------------------------------------------------------------------ time */

/* clang-format off */
static const struct {
	const char *what;
	struct scripted_step steps[STEPS];
	bool stream;
	int deadline_ms, stall_ms;
	bool ok;
	int from_ms, to_ms;
} times[] = {
	{ "no head in time", { ACCEPT, AWAIT, END }, false, 300, 5000, false, 290, 900 },
	{ "half a head in time", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\n"), END }, true, 300, 50, false, 290, 900 },
	{ "no end in time", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), END }, false, 300, 50, false, 290, 900 },
	{ "a trickle past the deadline", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"), PAUSE(200), SEND("ab"), PAUSE(200), SEND("c"), PAUSE(200), SEND("d"), END }, false, 300, 5000, false, 290, 560 },
	{ "the same, streamed", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"), PAUSE(200), SEND("ab"), PAUSE(200), SEND("c"), PAUSE(200), SEND("d"), END }, true, 300, 2000, true, 550, 1500 },
	{ "a stall while streaming", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), END }, true, 4000, 300, false, 290, 900 },
	{ "a stall after the head", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), END }, true, 4000, 300, false, 290, 900 },
};
/* clang-format on */

START_TEST(keeps_to_its_times)
{
	struct fetch f = { .stream = times[_i].stream,
		.deadline_ms = times[_i].deadline_ms,
		.stall_ms = times[_i].stall_ms };

	scripted_start(&server, times[_i].steps);
	fetch(&f);
	ck_assert_msg(f.ok == times[_i].ok, "%s: %s", times[_i].what, f.err.detail);
	ck_assert_msg(
		f.ok || f.err.kind == ERR_ORIGIN_LATE, "%s: %d", times[_i].what, (int)f.err.kind);
	ck_assert_msg(f.took_ms >= times[_i].from_ms && f.took_ms <= times[_i].to_ms,
		"%s: %d ms, want %d to %d", times[_i].what, f.took_ms, times[_i].from_ms,
		times[_i].to_ms);
}
END_TEST

/* The sink may make up its mind when it has seen too much. */
START_TEST(streams_from_when_the_sink_says_so)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT,
		SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"),
		PAUSE(400), SEND("2\r\ncd\r\n"), PAUSE(200), SEND("0\r\n\r\n"), END };
	static const struct scripted_step stalls[] = { ACCEPT, AWAIT,
		SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"), END };
	struct fetch f = { .stream_late = true, .deadline_ms = 300 };
	struct fetch g = { .stream_late = true, .deadline_ms = 3000, .stall_ms = 200 };

	scripted_start(&server, steps);
	fetch(&f);
	ck_assert_msg(f.ok, "%s", f.err.detail);
	ck_assert_str_eq(f.body, "abcd");
	scripted_stop(&server);
	scripted_start(&server, stalls);
	fetch(&g);
	ck_assert_int_eq(g.err.kind, ERR_ORIGIN_LATE);
	ck_assert_int_lt(g.took_ms, 1000);
}
END_TEST

static void
nothing(int signal)
{
	(void)signal;
}

START_TEST(goes_on_after_signals)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, PAUSE(200),
		SEND("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab"), PAUSE(200), SEND("cd"),
		END };
	const struct itimerval often = { { 0, 10000 }, { 0, 10000 } }, never = { 0 };
	struct sigaction act = { .sa_handler = nothing }, old;
	struct fetch f = { 0 };

	scripted_start(&server, steps);
	ck_assert_int_eq(sigaction(SIGALRM, &act, &old), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
	fetch(&f);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
	ck_assert_int_eq(sigaction(SIGALRM, &old, NULL), 0);
	ck_assert_msg(f.ok, "%s", f.err.detail);
	ck_assert_str_eq(f.body, "abcd");
}
END_TEST

/* ------------------------------------------------------------------ the sink's word */

START_TEST(passes_on_what_the_sink_says)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT,
		SEND("HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\nsome"), ACCEPT, AWAIT,
		SEND("HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\nsome"), ACCEPT, AWAIT,
		SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), END };
	struct fetch a = { .head_fails = ERR_TOO_LARGE }, b = { .body_fails = ERR_PEER_GONE };
	struct fetch c = { 0 };

	scripted_start(&server, steps);
	fetch(&a);
	ck_assert(!a.ok);
	ck_assert_int_eq(a.err.kind, ERR_TOO_LARGE);
	ck_assert_str_eq(a.err.say, "said by the sink");
	ck_assert_uint_eq(a.len, 0);
	fetch(&b);
	ck_assert(!b.ok);
	ck_assert_int_eq(b.err.kind, ERR_PEER_GONE);
	ck_assert_int_lt(b.took_ms, 1000);
	/* the rest of a dropped answer is not taken for the next one's */
	fetch(&c);
	ck_assert_msg(c.ok, "%s", c.err.detail);
	ck_assert_str_eq(c.body, "ok");
}
END_TEST

Suite *
suite_transport(void)
{
	Suite *s = suite_create("transport");
	TCase *t = tcase_create("transport");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 20);
	tcase_add_test(t, hands_on_head_and_body);
	tcase_add_test(t, takes_chunks_and_ignores_trailers);
	tcase_add_test(t, skips_interim_answers);
	tcase_add_test(t, takes_no_more_than_promised);
	tcase_add_test(t, asks_for_the_head_alone);
	tcase_add_test(t, knows_not_modified_and_parts);
	tcase_add_test(t, uses_one_connection_for_many_requests);
	tcase_add_test(t, treats_over_long_values_as_absent);
	tcase_add_test(t, takes_no_proxy_from_the_environment);
	tcase_add_loop_test(t, keeps_the_body_of_another_status_from_the_sink, 0,
		sizeof others / sizeof others[0]);
	tcase_add_test(t, reads_at_most_4096_bytes_of_an_error);
	tcase_add_loop_test(t, refuses_a_broken_answer, 0, sizeof broken / sizeof broken[0]);
	tcase_add_test(t, tries_again_after_one_reset);
	tcase_add_loop_test(t, tries_again_after_a_reset_at_once, 0, 5);
	tcase_add_test(t, survives_a_connection_closed_while_idle);
	tcase_add_test(t, gets_over_a_name_that_is_not_found);
	tcase_add_test(t, reports_a_refused_connection_at_once);
	tcase_add_loop_test(t, keeps_to_its_times, 0, sizeof times / sizeof times[0]);
	tcase_add_test(t, streams_from_when_the_sink_says_so);
	tcase_add_test(t, goes_on_after_signals);
	tcase_add_test(t, passes_on_what_the_sink_says);
	suite_add_tcase(s, t);
	return s;
}
