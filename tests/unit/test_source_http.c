#include "base/now.h"
#include "scripted.h"
#include "source.h"
#include "suites.h"
#include "transport.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* clang-format off */
#define ACCEPT   { SCRIPTED_ACCEPT, NULL, 0 }
#define AWAIT    { SCRIPTED_AWAIT, NULL, 0 }
#define SEND(t)  { SCRIPTED_SEND, t, 0 }
#define FILL(n)  { SCRIPTED_FILL, NULL, n }
#define PAUSE(n) { SCRIPTED_PAUSE, NULL, n }
#define CLOSE    { SCRIPTED_CLOSE, NULL, 0 }
#define END      { SCRIPTED_END, NULL, 0 }
#define OK(t)    SEND("HTTP/1.1 200 OK\r\nETag: \"a\"\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n" \
	"Content-Length: 2\r\n\r\n" t)
#define PART(t)  SEND("HTTP/1.1 206 Partial Content\r\nETag: \"a\"\r\nContent-Range: bytes 0-1/9\r\n" \
	"Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 2\r\n\r\n" t)
#define TO(l)    SEND("HTTP/1.1 302 Found\r\nLocation: " l "\r\nContent-Length: 4\r\n\r\nsaid")
/* clang-format on */

#define THEN      "Sun, 06 Nov 1994 08:49:37 GMT"
#define BEFORE    "Sat, 05 Nov 1994 08:49:37 GMT"
#define STEPS_MAX 12

static struct scripted server, other;
static struct config_origin origin;

/* ------------------------------------------------------------------ a resolver that lies */

/* What names ending in ".lies.test" resolve to; the same symbol as libc's, so that libcurl asks it.
 */
static const char *lies[4];
static int lookups;

/* Make one entry by asking the real resolver for a number. */
static int
real_getaddrinfo(
	const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **ret)
{
	int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");

	memcpy(&real, &symbol, sizeof real);
	return real(node, service, hints, ret);
}

int
getaddrinfo(const char *restrict node, const char *restrict service,
	const struct addrinfo *restrict hints, struct addrinfo **restrict ret)
{
	size_t n = node != NULL ? strlen(node) : 0;
	struct addrinfo **end = ret;
	int bad = EAI_NONAME;

	if (n < 10 || strcmp(node + n - 10, ".lies.test") != 0)
		return real_getaddrinfo(node, service, hints, ret);
	lookups++;
	*ret = NULL;
	for (size_t i = 0; i < sizeof lies / sizeof lies[0] && lies[i] != NULL; i++) {
		bad = real_getaddrinfo(lies[i], service, hints, end);
		if (bad != 0)
			return bad;
		while (*end != NULL)
			end = &(*end)->ai_next;
	}
	return bad;
}

/* A server with a public address, as far as libcurl knows: really it is on this host. */
#define PUBLIC "1.2.3.4"

/* glibc's own way to declare it: a union of every kind of address. */
int
connect(int fd, __CONST_SOCKADDR_ARG any, socklen_t len)
{
	int (*real)(int, const struct sockaddr *, socklen_t);
	const struct sockaddr *at = any.__sockaddr__;
	void *symbol = dlsym(RTLD_NEXT, "connect");
	struct sockaddr_in to;

	memcpy(&real, &symbol, sizeof real);
	if (at->sa_family != AF_INET || len != sizeof to)
		return real(fd, at, len);
	memcpy(&to, at, sizeof to);
	if (to.sin_addr.s_addr == inet_addr(PUBLIC))
		to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return real(fd, (const struct sockaddr *)&to, len);
}

/* ------------------------------------------------------------------ one fetch */

/* What came of one fetch. */
struct outcome {
	bool ok;
	int heads;
	struct source_head head;
	char body[256];
	size_t len;
	struct source_report report;
	struct err err;
};

static bool
see_head(void *self, const struct source_head *head, bool *ret_stream, struct err *err)
{
	struct outcome *o = self;

	(void)ret_stream;
	(void)err;
	o->head = *head;
	o->heads++;
	return true;
}

static bool
see_body(void *self, const void *bytes, size_t n, struct err *err)
{
	struct outcome *o = self;

	(void)err;
	ck_assert_uint_lt(o->len + n, sizeof o->body);
	memcpy(o->body + o->len, bytes, n);
	o->len += n;
	return true;
}

/* Fetch once from origin.url. */
static void
fetch_as_set(struct source_call call, struct outcome *o)
{
	const struct source_sink sink = { o, see_head, see_body };
	struct source *source = NULL;

	ck_assert_msg(source_open(&origin, &source, &o->err), "%s", o->err.detail);
	if (call.key == NULL)
		call.key = "k";
	call.deadline_us = now_mono_us() + 3000000;
	o->ok = source_fetch(source, &call, &sink, &o->report, &o->err);
	source_close(source);
}

static void
point_at(const struct scripted *at, const char *path)
{
	(void)snprintf(origin.url, sizeof origin.url, "http://127.0.0.1:%d%s", at->port, path);
}

/* Start the script, point the origin at it, and fetch once. What was asked is in server.text. */
static struct outcome
fetch(const struct scripted_step *steps, struct source_call call)
{
	struct outcome o = { .ok = false };

	scripted_start(&server, steps);
	point_at(&server, "/in/");
	fetch_as_set(call, &o);
	scripted_stop(&server);
	return o;
}

static void
setup(void)
{
	memset(&server, 0, sizeof server);
	memset(&other, 0, sizeof other);
	memset(lies, 0, sizeof lies);
	origin = (struct config_origin){
		.kind = CONFIG_HTTP,
		.allow_private = true,
		.redirects = 3,
		.http2 = true,
		.connect_ms = 2000,
		.stall_ms = 2000,
	};
}

static void
teardown(void)
{
	scripted_stop(&server);
	scripted_stop(&other);
}

/* ------------------------------------------------------------------ asking */

/* clang-format off */
static const struct {
	const char *path, *key, *line;
} keys[] = {
	{ "", "a.jpg", "/a.jpg" },
	{ "/", "a.jpg", "/a.jpg" },
	{ "/in", "a.jpg", "/in/a.jpg" },
	{ "/in%20side/", "a.jpg", "/in%20side/a.jpg" },
	{ "/", "a b&c=d;e?f#g@h:i", "/a%20b%26c%3Dd%3Be%3Ff%23g%40h%3Ai" },
	{ "/", "a/.../b//c/", "/a/.../b//c/" },
	{ "/in/", "/lead", "/in//lead" },
	{ "/", "//127.0.0.1/x", "///127.0.0.1/x" },
	{ "/", "http://127.0.0.1/x", "/http%3A//127.0.0.1/x" },
	{ "/", "@127.0.0.1/x", "/%40127.0.0.1/x" },
	{ "/", "%2F%zz%2e%2e", "/%252F%25zz%252e%252e" },
	{ "/", "\001\t\n\177", "/%01%09%0A%7F" },
	{ "/", "e\xcc\x81", "/e%CC%81" },
};
/* clang-format on */

START_TEST(spells_a_key_as_one_path)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, OK("ok"), END };
	struct outcome o = { .ok = false };
	size_t n = strlen(keys[_i].line);

	scripted_start(&server, steps);
	point_at(&server, keys[_i].path);
	fetch_as_set((struct source_call){ .key = keys[_i].key }, &o);
	scripted_stop(&server);
	ck_assert_msg(o.ok, "%s", o.err.detail);
	ck_assert_str_eq(o.body, "ok");
	ck_assert_msg(strncmp(server.text + 4, keys[_i].line, n) == 0 && server.text[4 + n] == ' ',
		"want %s, got %s", keys[_i].line, server.text);
	ck_assert_msg(strcasestr(server.text, "accept-encoding") == NULL, "%s", server.text);
}
END_TEST

START_TEST(refuses_keys_that_could_leave_the_base)
{
	static const char *const bad[] = { "", ".", "..", "../x", "a/../b", "a/..", "./a", "a/./b",
		"..\\x", "a\\..\\b", "caf\xe9" };

	origin.allow_private = true;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct outcome o = { .ok = false };

		(void)snprintf(origin.url, sizeof origin.url, "http://127.0.0.1:1/in/");
		fetch_as_set((struct source_call){ .key = bad[i] }, &o);
		ck_assert_msg(
			!o.ok && o.err.kind == ERR_BAD_PATH, "%s: %d", bad[i], (int)o.err.kind);
		ck_assert_int_eq(o.report.tries, 0);
	}
}
END_TEST

START_TEST(refuses_a_base_that_is_none)
{
	static const char *const bad[] = { "", "www.example.net", "ftp://www.example.net/",
		"file:///etc/", "http://me:secret@www.example.net/",
		"http://www.example.net/?a=", "http://www.example.net/#a",
		"http://www.example.net\\@127.0.0.1/" };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct source *source = NULL;
		struct err err = { 0 };

		(void)snprintf(origin.url, sizeof origin.url, "%s", bad[i]);
		ck_assert_msg(!source_open(&origin, &source, &err), "%s", bad[i]);
		ck_assert_int_eq(err.kind, ERR_INTERNAL);
	}
}
END_TEST

/* clang-format off */
static const struct {
	const char *what;
	struct source_call call;
	const char *sent, *unsent; /* lines */
} forwarded[] = {
	{ "a strong tag", { .if_none_match = "\"b\"" }, "\r\nIf-None-Match: \"b\"\r\n", "-" },
	{ "a weak tag as it is", { .if_none_match = "W/\"b\"" }, "\r\nIf-None-Match: W/\"b\"\r\n", "-" },
	{ "a list", { .if_none_match = "\"b\", W/\"c\"" }, "\r\nIf-None-Match: \"b\", W/\"c\"\r\n", "-" },
	{ "tags before dates", { .if_none_match = "\"x\"", .if_modified_since = THEN }, "\r\nIf-None-Match: \"x\"\r\n", "\r\nIf-Modified" },
	{ "a date", { .if_modified_since = "Sunday, 06-Nov-94 08:49:37 GMT" }, "\r\nIf-Modified-Since: " THEN "\r\n", "-" },
	{ "no date", { .if_modified_since = "yesterday" }, "", "\r\nIf-Modified" },
	{ "If-Match", { .if_match = "\"x\", \"a\"" }, "\r\nIf-Match: \"x\", \"a\"\r\n", "-" },
	{ "any to match", { .if_match = "*" }, "\r\nIf-Match: *\r\n", "-" },
	{ "If-Unmodified-Since", { .if_unmodified_since = THEN }, "\r\nIf-Unmodified-Since: " THEN "\r\n", "-" },
	{ "If-Match before dates", { .if_match = "\"a\"", .if_unmodified_since = THEN }, "\r\nIf-Match: \"a\"\r\n", "\r\nIf-Unmod" },
	{ "a range", { .range = "bytes=5-" }, "\r\nRange: bytes=5-\r\n", "-" },
	{ "a suffix", { .range = "bytes=-5" }, "\r\nRange: bytes=-5\r\n", "-" },
	{ "its condition", { .range = "bytes=0-1", .if_range = "\"a\"" }, "\r\nIf-Range: \"a\"\r\n", "-" },
	{ "no condition of no range", { .if_range = "\"a\"" }, "", "\r\nIf-Range" },
	{ "no two ranges", { .range = "bytes=0-1,3-4" }, "", "\r\nRange" },
	{ "no other unit", { .range = "lines=0-1" }, "", "\r\nRange" },
	{ "no range of a head", { .range = "bytes=0-1", .head_only = true }, "HEAD ", "\r\nRange" },
	{ "other fields", { .forwarded = "X-A: 1\nAccept-Language: ko, en;q=0.5\n" }, "\r\nX-A: 1\r\nAccept-Language: ko, en;q=0.5\r\n", "-" },
};
/* clang-format on */

START_TEST(forwards_what_was_asked)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT,
		SEND("HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 0\r\n\r\n"), END };
	struct outcome o = fetch(steps, forwarded[_i].call);

	ck_assert_msg(o.ok, "%s: %s", forwarded[_i].what, o.err.detail);
	ck_assert_msg(strstr(server.text, forwarded[_i].sent) != NULL, "%s: %s", forwarded[_i].what,
		server.text);
	if (strcmp(forwarded[_i].unsent, "-") != 0)
		ck_assert_msg(strstr(server.text, forwarded[_i].unsent) == NULL, "%s: %s",
			forwarded[_i].what, server.text);
}
END_TEST

/* ------------------------------------------------------------------ understanding the answer */

/* clang-format off */
static const struct {
	const char *what;
	struct source_call call;
	struct scripted_step answer;
	bool ok;
	enum err_kind kind;
	int status; /* seen by the sink */
} answers[] = {
	{ "an object", { .key = "k" }, OK("ok"), true, ERR_NONE, 200 },
	{ "a part", { .range = "bytes=0-1" }, PART("ok"), true, ERR_NONE, 206 },
	{ "the whole instead of a part", { .range = "bytes=0-1" }, OK("ok"), true, ERR_NONE, 200 },
	{ "a part nobody asked for", { .key = "k" }, PART("ok"), false, ERR_ORIGIN, 0 },
	{ "a part of unknown place", { .range = "bytes=0-1" },
	  SEND("HTTP/1.1 206 Partial Content\r\nContent-Length: 2\r\n\r\nok"), false, ERR_ORIGIN, 0 },
	{ "not modified", { .if_none_match = "\"a\"" }, SEND("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n"), true, ERR_NONE, 304 },
	{ "not modified since", { .if_modified_since = THEN }, SEND("HTTP/1.1 304 Not Modified\r\n\r\n"), true, ERR_NONE, 304 },
	{ "not modified, unasked", { .key = "k" }, SEND("HTTP/1.1 304 Not Modified\r\n\r\n"), false, ERR_ORIGIN, 0 },
	{ "a server that knows no tags", { .if_none_match = "\"x\", W/\"a\"" }, OK("ok"), true, ERR_NONE, 304 },
	{ "another object", { .if_none_match = "\"x\"" }, OK("ok"), true, ERR_NONE, 200 },
	{ "a server that knows no If-Match", { .if_match = "\"x\"" }, OK("ok"), false, ERR_PRECONDITION, 0 },
	{ "the one meant", { .if_match = "\"x\", \"a\"" }, OK("ok"), true, ERR_NONE, 200 },
	{ "no weak match", { .if_match = "W/\"a\"" }, OK("ok"), false, ERR_PRECONDITION, 0 },
	{ "changed since", { .if_unmodified_since = BEFORE }, OK("ok"), false, ERR_PRECONDITION, 0 },
	{ "unchanged since", { .if_unmodified_since = THEN }, OK("ok"), true, ERR_NONE, 200 },
	{ "precondition", { .if_match = "\"x\"" }, SEND("HTTP/1.1 412 No\r\nContent-Length: 0\r\n\r\n"), false, ERR_PRECONDITION, 0 },
	{ "range", { .range = "bytes=7-" }, SEND("HTTP/1.1 416 No\r\nContent-Range: bytes */5\r\nContent-Length: 0\r\n\r\n"), false, ERR_RANGE, 0 },
	{ "missing", { .key = "k" }, SEND("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"), false, ERR_NOT_FOUND, 0 },
	{ "gone", { .key = "k" }, SEND("HTTP/1.1 410 No\r\nContent-Length: 0\r\n\r\n"), false, ERR_NOT_FOUND, 0 },
	{ "login", { .key = "k" }, SEND("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"), false, ERR_ORIGIN, 0 },
	{ "forbidden", { .key = "k" }, SEND("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"), false, ERR_ORIGIN, 0 },
	{ "another 4xx", { .key = "k" }, SEND("HTTP/1.1 418 No\r\nContent-Length: 0\r\n\r\n"), false, ERR_ORIGIN, 0 },
	{ "too many", { .key = "k" }, SEND("HTTP/1.1 429 No\r\nContent-Length: 0\r\n\r\n"), false, ERR_ORIGIN, 0 },
	{ "broken", { .key = "k" }, SEND("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"), false, ERR_ORIGIN, 0 },
	{ "nothing", { .key = "k" }, SEND("HTTP/1.1 204 No Content\r\n\r\n"), false, ERR_ORIGIN, 0 },
	{ "a choice", { .key = "k" }, SEND("HTTP/1.1 300 Many\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"), false, ERR_ORIGIN, 0 },
};
/* clang-format on */

START_TEST(understands_an_answer)
{
	const struct scripted_step steps[] = { ACCEPT, AWAIT, answers[_i].answer, END };
	struct outcome o = fetch(steps, answers[_i].call);
	const char *what = answers[_i].what;

	ck_assert_msg(o.ok == answers[_i].ok, "%s: %s", what, o.err.detail);
	ck_assert_msg(o.err.kind == answers[_i].kind, "%s: %d", what, (int)o.err.kind);
	ck_assert_msg(o.heads == (o.ok ? 1 : 0), "%s: %d heads", what, o.heads);
	ck_assert_msg(o.head.status == answers[_i].status, "%s: %d", what, o.head.status);
	ck_assert_msg(o.len == (o.ok && o.head.status != 304 ? 2 : 0), "%s: %zu", what, o.len);
	if (o.err.kind == ERR_RANGE)
		ck_assert_str_eq(o.report.content_range, "bytes */5");
}
END_TEST

START_TEST(asks_again_without_a_range_of_another_object)
{
	static const struct scripted_step parts[] = { ACCEPT, AWAIT, PART("no"), ACCEPT, AWAIT,
		OK("ok"), END };
	static const struct scripted_step outside[] = { ACCEPT, AWAIT,
		SEND("HTTP/1.1 416 No\r\nContent-Length: 0\r\n\r\n"), AWAIT, OK("ok"), END };
	const struct source_call call = { .range = "bytes=0-1", .if_range = "\"x\"" };
	struct outcome o = fetch(_i == 0 ? parts : outside, call);

	ck_assert_msg(o.ok, "%s", o.err.detail);
	ck_assert_int_eq(o.heads, 1);
	ck_assert_int_eq(o.head.status, 200);
	ck_assert_str_eq(o.body, "ok");
	ck_assert_int_eq(o.report.tries, 2);
	ck_assert_ptr_null(strstr(strstr(server.text, "\r\n\r\n"), "\r\nRange"));
}
END_TEST

/* ------------------------------------------------------------------ redirects */

/* clang-format off */
static const struct {
	const char *location, *line;
} turns[] = {
	{ "/x/y", "GET /x/y " },
	{ "y?z=1&a=%20#part", "GET /in/y?z=1&a=%20 " },
	{ "../y", "GET /y " },
	{ "?z", "GET /in/k?z " },
	{ "a b\xc3\xa9", "GET /in/a%20b%c3%a9 " },
};
/* clang-format on */

START_TEST(goes_where_a_redirect_leads)
{
	char answer[256];
	const struct scripted_step steps[] = { ACCEPT, AWAIT, SEND(answer), AWAIT, OK("ok"), END };
	struct outcome o;

	(void)snprintf(answer, sizeof answer,
		"HTTP/1.1 301 Moved\r\nLocation: %s\r\nContent-Length: 4\r\n\r\nsaid",
		turns[_i].location);
	o = fetch(steps, (struct source_call){ .forwarded = "X-A: 1\n", .if_match = "\"a\"" });
	ck_assert_msg(o.ok, "%s: %s", turns[_i].location, o.err.detail);
	ck_assert_str_eq(o.body, "ok");
	ck_assert_int_eq(o.report.tries, 2);
	answer[0] = '\0';
	ck_assert_msg(strcasestr(server.text, turns[_i].line) != NULL, "%s", server.text);
	/* the same server: conditions and other fields go along */
	ck_assert_ptr_nonnull(
		strstr(strstr(server.text, "\r\n\r\n"), "\r\nIf-Match: \"a\"\r\nX-A: 1\r\n"));
}
END_TEST

START_TEST(counts_redirects)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, TO("/1"), AWAIT, TO("/2"),
		AWAIT, TO("/3"), AWAIT, OK("ok"), END };
	struct outcome o;

	origin.redirects = 3;
	o = fetch(steps, (struct source_call){ .key = "k" });
	ck_assert_msg(o.ok, "%s", o.err.detail);
	ck_assert_int_eq(o.report.tries, 4);
	origin.redirects = 2;
	o = fetch(steps, (struct source_call){ .key = "k" });
	ck_assert_int_eq(o.err.kind, ERR_ORIGIN);
	ck_assert_msg(strstr(o.err.detail, "too many redirects") != NULL, "%s", o.err.detail);
	ck_assert_ptr_null(strstr(server.text, "GET /3 "));
	origin.redirects = 0;
	o = fetch(steps, (struct source_call){ .key = "k" });
	ck_assert_int_eq(o.err.kind, ERR_ORIGIN);
}
END_TEST

/* clang-format off */
static const struct scripted_step nowhere[][5] = {
	{ ACCEPT, AWAIT, TO("ftp://127.0.0.1/x"), END },
	{ ACCEPT, AWAIT, TO("file:///etc/passwd"), END },
	{ ACCEPT, AWAIT, TO("gopher://127.0.0.1:1/x"), END },
	{ ACCEPT, AWAIT, TO("javascript:alert(1)"), END },
	{ ACCEPT, AWAIT, TO("http://me:secret@127.0.0.1:1/x"), END },
	{ ACCEPT, AWAIT, TO("http://me@127.0.0.1:1/x"), END },
	{ ACCEPT, AWAIT, TO("http://"), END },
	{ ACCEPT, AWAIT, TO("http://[::1/x"), END },
	{ ACCEPT, AWAIT, TO(""), END },
	{ ACCEPT, AWAIT, SEND("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"), END },
};
/* clang-format on */

START_TEST(goes_nowhere_else)
{
	struct outcome o = fetch(nowhere[_i], (struct source_call){ .key = "k" });

	ck_assert(!o.ok);
	ck_assert_int_eq(o.err.kind, ERR_ORIGIN);
	ck_assert_msg(strstr(o.err.detail, "redirect") != NULL, "%s", o.err.detail);
	ck_assert_int_eq(o.report.tries, 1);
}
END_TEST

START_TEST(drops_forwarded_fields_at_another_server)
{
	char there[128], back[128];
	const struct scripted_step first[] = { ACCEPT, AWAIT, SEND(there), AWAIT, OK("ok"), END };
	const struct scripted_step second[] = { ACCEPT, AWAIT, SEND(back), END };
	struct outcome o = { .ok = false };
	const char *again;

	/* each script holds the text the moment it starts: ports are known only then */
	(void)snprintf(back, sizeof back,
		"HTTP/1.1 302 Found\r\nLocation: //localhost/x\r\nContent-Length: 0\r\n\r\n");
	scripted_start(&other, second);
	(void)snprintf(there, sizeof there,
		"HTTP/1.1 307 Found\r\nLocation: http://127.0.0.1:%d/o\r\nContent-Length: 0\r\n\r\n",
		other.port);
	scripted_start(&server, first);
	point_at(&server, "/in/");
	origin.redirects = 1;
	fetch_as_set((struct source_call){ .forwarded = "X-A: 1\n" }, &o);
	scripted_stop(&other);
	scripted_stop(&server);
	ck_assert_int_eq(o.err.kind, ERR_ORIGIN); /* the second redirect is one too many */
	again = strstr(server.text, "X-A: 1");
	ck_assert_msg(again != NULL, "%s", server.text);
	ck_assert_msg(strncmp(other.text, "GET /o ", 7) == 0, "%s", other.text);
	ck_assert_msg(strstr(other.text, "X-A") == NULL, "%s", other.text);
}
END_TEST

/* ------------------------------------------------------------------ addresses */

/* clang-format off */
static const struct {
	const char *host, *why;
	const char *lies[4];
} private[] = {
	{ "127.0.0.1", "127.0.0.1 is loopback", { NULL } },
	{ "127.1", "127.0.0.1 is loopback", { NULL } },
	{ "127.9.9.9", "127.9.9.9 is loopback", { NULL } },
	{ "2130706433", "127.0.0.1 is loopback", { NULL } },
	{ "0x7f000001", "127.0.0.1 is loopback", { NULL } },
	{ "0x7f.0.0.1", "127.0.0.1 is loopback", { NULL } },
	{ "0177.0.0.1", "127.0.0.1 is loopback", { NULL } },
	{ "017700000001", "127.0.0.1 is loopback", { NULL } },
	{ "0", "0.0.0.0 is this network", { NULL } },
	{ "[::1]", "::1 is loopback", { NULL } },
	{ "[::]", ":: is unspecified", { NULL } },
	{ "[::ffff:127.0.0.1]", "::ffff:127.0.0.1 is loopback", { NULL } },
	{ "[::ffff:7f00:1]", "::ffff:127.0.0.1 is loopback", { NULL } },
	{ "[::127.0.0.1]", "::127.0.0.1 is IPv4-compatible", { NULL } },
	{ "[64:ff9b::7f00:1]", "64:ff9b::7f00:1 is loopback", { NULL } },
	{ "[2002:7f00:1::]", "2002:7f00:1:: is loopback", { NULL } },
	{ "[fe80::1]", "fe80::1 is link-local", { NULL } },
	{ "[fd00::1]", "fd00::1 is private", { NULL } },
	{ "169.254.169.254", "169.254.169.254 is link-local", { NULL } },
	{ "0xa9fea9fe", "169.254.169.254 is link-local", { NULL } },
	{ "10.0.0.1", "10.0.0.1 is private", { NULL } },
	{ "172.31.0.1", "172.31.0.1 is private", { NULL } },
	{ "192.168.1.1", "192.168.1.1 is private", { NULL } },
	{ "100.64.0.1", "100.64.0.1 is shared by a carrier", { NULL } },
	{ "224.0.0.1", "224.0.0.1 is multicast", { NULL } },
	{ "255.255.255.255", "255.255.255.255 is broadcast", { NULL } },
	{ "localhost", " is loopback", { NULL } },
	{ "LOCALHOST", " is loopback", { NULL } },
	{ "any.localhost", " is loopback", { NULL } },
	{ "a.lies.test", "127.0.0.1 is loopback", { "127.0.0.1", NULL } },
	{ "b.lies.test", "::1 is loopback", { "::1", NULL } },
	{ "c.lies.test", "169.254.169.254 is link-local", { "169.254.169.254", NULL } },
	{ "d.lies.test", "10.1.2.3 is private", { "10.1.2.3", NULL } },
	{ "e.lies.test", "::ffff:127.0.0.1 is loopback", { "::ffff:127.0.0.1", NULL } },
	{ "f.lies.test", " is ", { "10.1.2.3", "::1", "127.0.0.1", "fd00::1" } },
};
/* clang-format on */

static void
tell_lies(int i)
{
	memcpy(lies, private[i].lies, sizeof lies);
	lookups = 0;
}

/* Each leads to a server that is there, as far as this host's own addresses go. */
START_TEST(refuses_a_private_address)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, OK("no"), END };
	struct outcome o = { .ok = false };

	origin.allow_private = false;
	tell_lies(_i);
	scripted_start(&server, steps);
	(void)snprintf(
		origin.url, sizeof origin.url, "http://%s:%d/", private[_i].host, server.port);
	fetch_as_set((struct source_call){ .key = "k" }, &o);
	scripted_stop(&server);
	ck_assert_msg(
		!o.ok && o.err.kind == ERR_ORIGIN, "%s: %d", private[_i].host, (int)o.err.kind);
	ck_assert_msg(strstr(o.err.detail, "not connected: ") != NULL &&
			      strstr(o.err.detail, private[_i].why) != NULL,
		"%s: %s", private[_i].host, o.err.detail);
	ck_assert_msg(strstr(o.err.say, "127") == NULL, "%s", o.err.say);
	ck_assert_str_eq(server.text, "");
	ck_assert_int_eq(lookups > 0, private[_i].lies[0] != NULL);
}
END_TEST

/* The first step is to a public server, and is allowed; what it leads to is not. */
START_TEST(refuses_a_redirect_to_it)
{
	char answer[256];
	const struct scripted_step first[] = { ACCEPT, AWAIT, SEND(answer), END };
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, OK("no"), END };
	struct outcome o = { .ok = false };

	origin.allow_private = false;
	tell_lies(_i);
	scripted_start(&other, steps);
	(void)snprintf(answer, sizeof answer,
		"HTTP/1.1 302 Found\r\nLocation: http://%s:%d/x\r\nContent-Length: 0\r\n\r\n",
		private[_i].host, other.port);
	scripted_start(&server, first);
	(void)snprintf(origin.url, sizeof origin.url, "http://" PUBLIC ":%d/", server.port);
	fetch_as_set((struct source_call){ .key = "k" }, &o);
	scripted_stop(&server);
	scripted_stop(&other);
	ck_assert_msg(strncmp(server.text, "GET /k ", 7) == 0, "%s", server.text);
	ck_assert_msg(
		!o.ok && o.err.kind == ERR_ORIGIN, "%s: %d", private[_i].host, (int)o.err.kind);
	ck_assert_msg(strstr(o.err.detail, private[_i].why) != NULL &&
			      strstr(o.err.detail, "redirected to http://") != NULL,
		"%s: %s", private[_i].host, o.err.detail);
	ck_assert_str_eq(other.text, "");
}
END_TEST

/* A name that was public a moment ago: each new connection is judged by itself. */
START_TEST(refuses_a_name_that_changed_its_mind)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, OK("ok"), CLOSE, ACCEPT, AWAIT,
		OK("no"), END };
	struct outcome a = { .ok = false }, b = { .ok = false };

	origin.allow_private = false;
	scripted_start(&server, steps);
	(void)snprintf(origin.url, sizeof origin.url, "http://r.lies.test:%d/", server.port);
	lies[0] = PUBLIC;
	fetch_as_set((struct source_call){ .key = "first" }, &a);
	ck_assert_msg(a.ok, "%s", a.err.detail);
	lies[0] = "127.0.0.1";
	fetch_as_set((struct source_call){ .key = "second" }, &b);
	scripted_stop(&server);
	ck_assert_int_eq(b.err.kind, ERR_ORIGIN);
	ck_assert_msg(strstr(b.err.detail, "127.0.0.1 is loopback") != NULL, "%s", b.err.detail);
	ck_assert_ptr_null(strstr(server.text, "second"));
}
END_TEST

START_TEST(leaves_out_the_private_one_of_several_addresses)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, OK("ok"), END };
	struct outcome o = { .ok = false };

	origin.allow_private = false;
	lies[0] = "10.255.255.1";
	lies[1] = "::1";
	lies[2] = PUBLIC;
	scripted_start(&server, steps);
	(void)snprintf(origin.url, sizeof origin.url, "http://s.lies.test:%d/", server.port);
	fetch_as_set((struct source_call){ .key = "k" }, &o);
	ck_assert_msg(o.ok, "%s", o.err.detail);
}
END_TEST

/* What would reach the server without the guard does so with allow_private. */
START_TEST(connects_to_it_where_that_is_allowed)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, OK("ok"), END };
	static const char *const hosts[] = { "127.1", "0x7f000001", "017700000001", "localhost",
		"any.localhost", "a.lies.test", "[::ffff:127.0.0.1]" };
	struct outcome o = { .ok = false };

	lies[0] = "127.0.0.1";
	scripted_start(&server, steps);
	(void)snprintf(origin.url, sizeof origin.url, "http://%s:%d/", hosts[_i], server.port);
	fetch_as_set((struct source_call){ .key = "k" }, &o);
	ck_assert_msg(o.ok, "%s: %s", hosts[_i], o.err.detail);
}
END_TEST

Suite *
suite_source_http(void)
{
	Suite *s = suite_create("source_http");
	TCase *t = tcase_create("source_http");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 20);
	tcase_add_loop_test(t, spells_a_key_as_one_path, 0, sizeof keys / sizeof keys[0]);
	tcase_add_test(t, refuses_keys_that_could_leave_the_base);
	tcase_add_test(t, refuses_a_base_that_is_none);
	tcase_add_loop_test(t, forwards_what_was_asked, 0, sizeof forwarded / sizeof forwarded[0]);
	tcase_add_loop_test(t, understands_an_answer, 0, sizeof answers / sizeof answers[0]);
	tcase_add_loop_test(t, asks_again_without_a_range_of_another_object, 0, 2);
	tcase_add_loop_test(t, goes_where_a_redirect_leads, 0, sizeof turns / sizeof turns[0]);
	tcase_add_test(t, counts_redirects);
	tcase_add_loop_test(t, goes_nowhere_else, 0, sizeof nowhere / sizeof nowhere[0]);
	tcase_add_test(t, drops_forwarded_fields_at_another_server);
	tcase_add_loop_test(t, refuses_a_private_address, 0, sizeof private / sizeof private[0]);
	tcase_add_loop_test(t, refuses_a_redirect_to_it, 0, sizeof private / sizeof private[0]);
	tcase_add_test(t, refuses_a_name_that_changed_its_mind);
	tcase_add_test(t, leaves_out_the_private_one_of_several_addresses);
	tcase_add_loop_test(t, connects_to_it_where_that_is_allowed, 0, 7);
	suite_add_tcase(s, t);
	return s;
}
