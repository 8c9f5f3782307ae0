#include "base/now.h"
#include "scripted.h"
#include "sigv4.h"
#include "source.h"
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
#define ACCEPT  { SCRIPTED_ACCEPT, NULL, 0 }
#define AWAIT   { SCRIPTED_AWAIT, NULL, 0 }
#define SEND(t) { SCRIPTED_SEND, t, 0 }
#define END     { SCRIPTED_END, NULL, 0 }
#define OK(t)   SEND("HTTP/1.1 200 OK\r\nETag: \"a\"\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n" \
	"Content-Length: 2\r\n\r\n" t)
#define PART(t) SEND("HTTP/1.1 206 Partial Content\r\nETag: \"a\"\r\nContent-Range: bytes 0-1/9\r\n" \
	"Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 2\r\n\r\n" t)
/* clang-format on */

#define TOKEN "FwoGZXIvYXdzEBYaDEXAMPLE//////+=="

static struct scripted server;
static struct config_origin origin;
static char host[64];

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

/* Start the script, point the origin at it, and fetch once. What was asked is in server.text. */
static struct outcome
fetch(const struct scripted_step *steps, struct source_call call)
{
	struct outcome o = { .ok = false };
	const struct source_sink sink = { &o, see_head, see_body };
	struct source *source = NULL;

	scripted_start(&server, steps);
	(void)snprintf(host, sizeof host, "127.0.0.1:%d", server.port);
	(void)snprintf(origin.endpoint, sizeof origin.endpoint, "http://%s", host);
	ck_assert_msg(source_open(&origin, &source, &o.err), "%s", o.err.detail);
	if (call.key == NULL)
		call.key = "k";
	call.deadline_us = now_mono_us() + 3000000;
	o.ok = source_fetch(source, &call, &sink, &o.report, &o.err);
	source_close(source);
	scripted_stop(&server);
	return o;
}

static void
setup(void)
{
	memset(&server, 0, sizeof server);
	origin = (struct config_origin){
		.kind = CONFIG_S3,
		.bucket = "bucket",
		.region = "eu-west-3",
		.endpoint = "http://127.0.0.1:1",
		.access_key = "AKIAIOSFODNN7EXAMPLE",
		.secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		.connect_ms = 2000,
		.stall_ms = 2000,
	};
}

static void
teardown(void)
{
	scripted_stop(&server);
}

/* Copy the value of a field that the server heard; "" when there was none. */
static void
heard(const char *name, char *ret, size_t size)
{
	char wanted[64];
	const char *s;

	(void)snprintf(wanted, sizeof wanted, "\r\n%s: ", name);
	s = strcasestr(server.text, wanted);
	ret[0] = '\0';
	if (s == NULL)
		return;
	s += strlen(wanted);
	ck_assert_uint_lt(strcspn(s, "\r"), size);
	(void)snprintf(ret, size, "%.*s", (int)strcspn(s, "\r"), s);
}

/* ------------------------------------------------------------------ asking */

START_TEST(signs_host_and_every_amz_field)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, OK("ok"), END };
	bool with_token = _i == 1;
	char date[32], hash[80], token[128], authorization[512];
	const struct sigv4_keys keys = { origin.access_key, origin.secret_key, "eu-west-3", "s3" };
	const struct sigv4_pair fields[] = { { "host", host }, { "x-amz-date", date },
		{ "x-amz-content-sha256", SIGV4_EMPTY }, { "x-amz-security-token", TOKEN } };
	const struct sigv4_call what = { "GET", "/bucket/in/%ED%95%9C%20%2B%25", NULL, 0, fields,
		with_token ? 4 : 3, SIGV4_EMPTY };
	struct buf want = BUF_INIT(1024);
	struct outcome o;

	(void)snprintf(origin.prefix, sizeof origin.prefix, "in/");
	if (with_token)
		(void)snprintf(origin.session_token, sizeof origin.session_token, TOKEN);
	o = fetch(steps, (struct source_call){ .key = "\xed\x95\x9c +%", .range = "bytes=0-1" });
	ck_assert_msg(o.ok, "%s", o.err.detail);
	ck_assert_str_eq(o.body, "ok");
	heard("x-amz-date", date, sizeof date);
	heard("x-amz-content-sha256", hash, sizeof hash);
	heard("x-amz-security-token", token, sizeof token);
	heard("Authorization", authorization, sizeof authorization);
	ck_assert_uint_eq(strlen(date), 16);
	ck_assert_str_eq(hash, SIGV4_EMPTY);
	ck_assert_str_eq(token, with_token ? TOKEN : "");
	ck_assert(sigv4_authorization(&keys, &what, date, &want, &o.err));
	ck_assert_str_eq(authorization, buf_text(&want));
	ck_assert_ptr_nonnull(strstr(authorization,
		with_token
			? "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,"
			: "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"));
	ck_assert_msg(
		strncmp(server.text, "GET /bucket/in/%ED%95%9C%20%2B%25 HTTP/1.1\r\n", 44) == 0,
		"%s", server.text);
	heard("Host", token, sizeof token);
	ck_assert_str_eq(token, host);
	buf_done(&want);
}
END_TEST

START_TEST(sends_nothing_of_itself_when_anonymous)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, OK("ok"), END };
	struct outcome o;

	origin.anonymous = true;
	o = fetch(steps, (struct source_call){ .key = "k" });
	ck_assert_msg(o.ok, "%s", o.err.detail);
	ck_assert_msg(strcasestr(server.text, "\r\nauthorization") == NULL &&
			      strcasestr(server.text, "x-amz-") == NULL,
		"%s", server.text);
}
END_TEST

/* clang-format off */
static const struct {
	const char *key, *path;
} keys[] = {
	{ "a b&c=d;e?f#g@h:i", "/bucket/a%20b%26c%3Dd%3Be%3Ff%23g%40h%3Ai" },
	{ "..", "/bucket/.." },
	{ "../other/secret", "/bucket/../other/secret" },
	{ "a/./b//c/", "/bucket/a/./b//c/" },
	{ "/lead", "/bucket//lead" },
	{ "%2F%zz", "/bucket/%252F%25zz" },
	{ "\001\t\n\177", "/bucket/%01%09%0A%7F" },
	{ "e\xcc\x81", "/bucket/e%CC%81" },
};
/* clang-format on */

START_TEST(spells_a_key_as_one_path)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, OK("ok"), END };
	struct outcome o = fetch(steps, (struct source_call){ .key = keys[_i].key });
	size_t n = strlen(keys[_i].path);

	ck_assert_msg(o.ok, "%s", o.err.detail);
	ck_assert_msg(strncmp(server.text + 4, keys[_i].path, n) == 0 && server.text[4 + n] == ' ',
		"want %s, got %s", keys[_i].path, server.text);
}
END_TEST

START_TEST(refuses_keys_that_no_object_can_have)
{
	char key[1026];
	const char *const bad[] = { "", key, "caf\xe9", "\xed\xa0\x80" };
	static const struct scripted_step none[] = { END };
	struct outcome o;

	memset(key, 'k', sizeof key - 1);
	key[sizeof key - 1] = '\0';
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		o = fetch(none, (struct source_call){ .key = bad[i] });
		ck_assert_msg(!o.ok && o.err.kind == ERR_BAD_PATH, "%zu: %d", i, (int)o.err.kind);
		ck_assert_int_eq(o.report.tries, 0);
	}
	/* the limit holds for prefix and key together */
	key[1024] = '\0';
	(void)snprintf(origin.prefix, sizeof origin.prefix, "p");
	o = fetch(none, (struct source_call){ .key = key });
	ck_assert_int_eq(o.err.kind, ERR_BAD_PATH);
}
END_TEST

START_TEST(takes_a_key_of_1024_bytes)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, OK("ok"), END };
	char key[1025];
	struct outcome o;

	for (size_t i = 0; i < 1024; i += 2)
		memcpy(key + i, "\xc3\xa9", 2);
	key[1024] = '\0';
	o = fetch(steps, (struct source_call){ .key = key });
	ck_assert_msg(o.ok, "%s", o.err.detail);
}
END_TEST

/* clang-format off */
static const struct {
	const char *what;
	struct source_call call;
	const char *sent, *unsent; /* lines */
} forwarded[] = {
	{ "no blank in a tag", { .if_none_match = "\"a b\"" }, "", "\r\nIf-None-Match" },
	{ "a strong tag", { .if_none_match = "\"ab\"" }, "\r\nIf-None-Match: \"ab\"\r\n", "-" },
	{ "a weak tag goes as a strong one", { .if_none_match = "W/\"ab\"" }, "\r\nIf-None-Match: \"ab\"\r\n", "W/" },
	{ "no list", { .if_none_match = "\"a\", \"b\"" }, "", "\r\nIf-None-Match" },
	{ "no star", { .if_none_match = "*" }, "", "\r\nIf-None-Match" },
	{ "no naked word", { .if_none_match = "ab" }, "", "\r\nIf-None-Match" },
	{ "nothing after the tag", { .if_none_match = "\"ab\" " }, "", "\r\nIf-None-Match" },
	{ "tags before dates", { .if_none_match = "\"x\"", .if_modified_since = "Sun, 06 Nov 1994 08:49:37 GMT" }, "\r\nIf-None-Match: \"x\"\r\n", "\r\nIf-Modified" },
	{ "no date beside a list", { .if_none_match = "\"x\", \"y\"", .if_modified_since = "Sun, 06 Nov 1994 08:49:37 GMT" }, "", "\r\nIf-Modified" },
	{ "a date", { .if_modified_since = "Sunday, 06-Nov-94 08:49:37 GMT" }, "\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "-" },
	{ "no date", { .if_modified_since = "yesterday" }, "", "\r\nIf-Modified" },
	{ "If-Match", { .if_match = "\"a\"" }, "\r\nIf-Match: \"a\"\r\n", "-" },
	{ "no star to match", { .if_match = "*" }, "", "\r\nIf-Match" },
	{ "If-Unmodified-Since", { .if_unmodified_since = "Sun, 06 Nov 1994 08:49:37 GMT" }, "\r\nIf-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "-" },
	{ "If-Match before dates", { .if_match = "\"a\"", .if_unmodified_since = "Sun, 06 Nov 1994 08:49:37 GMT" }, "\r\nIf-Match: \"a\"\r\n", "\r\nIf-Unmod" },
	{ "a range", { .range = "bytes=5-" }, "\r\nRange: bytes=5-\r\n", "-" },
	{ "a suffix", { .range = "bytes=-5" }, "\r\nRange: bytes=-5\r\n", "-" },
	{ "a span", { .range = "bytes=5-5" }, "\r\nRange: bytes=5-5\r\n", "-" },
	{ "a backward span", { .range = "bytes=5-4" }, "", "\r\nRange" },
	{ "no two ranges", { .range = "bytes=0-1,3-4" }, "", "\r\nRange" },
	{ "no minus twice", { .range = "bytes=5--7" }, "", "\r\nRange" },
	{ "no empty range", { .range = "bytes=-" }, "", "\r\nRange" },
	{ "no other unit", { .range = "lines=0-1" }, "", "\r\nRange" },
	{ "no number beyond reason", { .range = "bytes=0-9999999999999999999" }, "", "\r\nRange" },
	{ "no range of a head", { .range = "bytes=0-1", .head_only = true }, "HEAD ", "\r\nRange" },
};
/* clang-format on */

START_TEST(forwards_what_s3_understands)
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

/* ------------------------------------------------------------------ understanding */

/* clang-format off */
static const struct {
	const char *answer;
	bool head_only, forbidden_is_missing;
	enum err_kind kind;
	const char *code;
} refusals[] = {
#define XML(status, code) "HTTP/1.1 " status "\r\n\r\n<?xml version=\"1.0\"?><Error><Code>" code "</Code><Message>no</Message></Error>"
	{ XML("404 Not Found", "NoSuchKey"), false, false, ERR_NOT_FOUND, "NoSuchKey" },
	{ XML("404 Not Found", "NoSuchBucket"), false, false, ERR_ORIGIN, "NoSuchBucket" },
	{ XML("404 Not Found", "NoSuchBucket"), false, true, ERR_ORIGIN, "NoSuchBucket" },
	{ "HTTP/1.1 404 Not Found\r\n\r\n", true, false, ERR_NOT_FOUND, "" },
	{ XML("403 Forbidden", "AccessDenied"), false, false, ERR_ORIGIN, "AccessDenied" },
	{ XML("403 Forbidden", "AccessDenied"), false, true, ERR_NOT_FOUND, "AccessDenied" },
	{ XML("403 Forbidden", "InvalidObjectState"), false, false, ERR_ARCHIVED, "InvalidObjectState" },
	{ XML("403 Forbidden", "InvalidObjectState"), false, true, ERR_ARCHIVED, "InvalidObjectState" },
	{ XML("403 Forbidden", "SignatureDoesNotMatch"), false, true, ERR_ORIGIN, "SignatureDoesNotMatch" },
	{ XML("403 Forbidden", "InvalidAccessKeyId"), false, true, ERR_ORIGIN, "InvalidAccessKeyId" },
	{ "HTTP/1.1 403 Forbidden\r\n\r\n", true, false, ERR_ORIGIN, "" },
	{ "HTTP/1.1 403 Forbidden\r\n\r\n", true, true, ERR_NOT_FOUND, "" },
	{ XML("412 Precondition Failed", "PreconditionFailed"), false, false, ERR_PRECONDITION, "PreconditionFailed" },
	{ XML("416 Range", "InvalidRange"), false, false, ERR_RANGE, "InvalidRange" },
	{ XML("400 Bad Request", "ExpiredToken"), false, false, ERR_ORIGIN, "ExpiredToken" },
	{ XML("301 Moved", "PermanentRedirect"), false, false, ERR_ORIGIN, "PermanentRedirect" },
	{ "HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:1/\r\n\r\n", false, false, ERR_ORIGIN, "" },
	{ XML("500 Internal", "InternalError"), false, false, ERR_ORIGIN, "InternalError" },
	{ XML("503 Slow", "SlowDown"), false, false, ERR_ORIGIN, "SlowDown" },
	{ XML("400 Bad", "<b>no code</b>"), false, false, ERR_ORIGIN, "" },
	{ "HTTP/1.1 200 OK\r\n\r\nno length", false, false, ERR_ORIGIN, "" },
	{ "HTTP/1.1 204 No Content\r\n\r\n", false, false, ERR_ORIGIN, "" },
	{ "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n", false, false, ERR_ORIGIN, "" },
	{ "HTTP/1.1 206 Part\r\nContent-Range: bytes 0-1/9\r\nContent-Length: 2\r\n\r\nok", false, false, ERR_ORIGIN, "" },
#undef XML
};
/* clang-format on */

START_TEST(turns_a_refusal_into_its_fault)
{
	const struct scripted_step steps[] = { ACCEPT, AWAIT, SEND(refusals[_i].answer),
		{ SCRIPTED_CLOSE, NULL, 0 }, END };
	struct outcome o;

	origin.forbidden_is_missing = refusals[_i].forbidden_is_missing;
	o = fetch(steps, (struct source_call){ .head_only = refusals[_i].head_only });
	ck_assert_msg(!o.ok && o.heads == 0, "%s", refusals[_i].answer);
	ck_assert_msg(
		o.err.kind == refusals[_i].kind, "%s: %d", refusals[_i].answer, (int)o.err.kind);
	ck_assert_msg(strcmp(o.report.code, refusals[_i].code) == 0, "%s: %s", refusals[_i].answer,
		o.report.code);
	ck_assert_msg(strstr(o.err.detail, refusals[_i].code) != NULL, "%s", o.err.detail);
}
END_TEST

/* clang-format off */
#define DONE "x-amz-restore: ongoing-request=\"false\", expiry-date=\"Fri, 21 Dec 2012 00:00:00 GMT\"\r\n"
static const struct {
	const char *fields;
	bool archived;
} archives[] = {
	{ "", false },
	{ "x-amz-storage-class: STANDARD_IA\r\n", false },
	{ "x-amz-storage-class: GLACIER_IR\r\n", false },
	{ "x-amz-storage-class: GLACIER\r\n", true },
	{ "x-amz-storage-class: DEEP_ARCHIVE\r\n", true },
	{ "x-amz-storage-class: GLACIER\r\nx-amz-restore: ongoing-request=\"true\"\r\n", true },
	{ "x-amz-storage-class: GLACIER\r\n" DONE, false },
	{ DONE "x-amz-storage-class: DEEP_ARCHIVE\r\n", false },
	{ "x-amz-storage-class: INTELLIGENT_TIERING\r\n", false },
	{ "x-amz-storage-class: INTELLIGENT_TIERING\r\nx-amz-archive-status: ARCHIVE_ACCESS\r\n", true },
	{ "x-amz-storage-class: INTELLIGENT_TIERING\r\nx-amz-archive-status: DEEP_ARCHIVE_ACCESS\r\n"
	  "x-amz-restore: ongoing-request=\"true\"\r\n", true },
};
#undef DONE
/* clang-format on */

START_TEST(tells_of_an_archive_by_head_as_by_get)
{
	char text[512];
	const struct scripted_step steps[] = { ACCEPT, AWAIT, SEND(text), END };
	struct outcome o;

	(void)snprintf(text, sizeof text,
		"HTTP/1.1 200 OK\r\nETag: \"a\"\r\n%sContent-Length: 2\r\n\r\n",
		archives[_i].fields);
	o = fetch(steps, (struct source_call){ .head_only = true, .if_none_match = "\"b\"" });
	ck_assert_msg(o.ok == !archives[_i].archived, "%s: %s", archives[_i].fields, o.err.detail);
	ck_assert_int_eq(o.heads, archives[_i].archived ? 0 : 1);
	ck_assert_int_eq(o.report.tries, 1);
	if (!o.ok)
		ck_assert_int_eq(o.err.kind, ERR_ARCHIVED);
	/* a list is ours to judge: it must not turn what GET is refused into a 304 */
	o = fetch(
		steps, (struct source_call){ .head_only = true, .if_none_match = "\"a\", \"b\"" });
	ck_assert(o.ok == !archives[_i].archived);
	/* bytes that come are bytes */
	memcpy(text + strlen(text), "ok", 3);
	o = fetch(steps, (struct source_call){ .head_only = false });
	ck_assert_msg(o.ok, "%s", o.err.detail);
	ck_assert_str_eq(o.body, "ok");
}
END_TEST

/* ------------------------------------------------------------------ asking again */

/* clang-format off */
static const struct {
	const char *what;
	struct scripted_step answer;
	bool head_only, learned;
	const char *code;
} lessons[] = {
	{ "by the text", SEND("HTTP/1.1 400 Bad\r\nContent-Length: 89\r\n\r\n<Error><Code>AuthorizationHeaderMalformed</Code><Region>ap-northeast-2</Region></Error>  "), false, true, "AuthorizationHeaderMalformed" },
	{ "by a field", SEND("HTTP/1.1 301 Moved\r\nx-amz-bucket-region: ap-northeast-2\r\nContent-Length: 45\r\n\r\n<Error><Code>PermanentRedirect</Code></Error>"), false, true, "PermanentRedirect" },
	{ "of a new bucket", SEND("HTTP/1.1 307 Moved\r\nx-amz-bucket-region: ap-northeast-2\r\nContent-Length: 45\r\n\r\n<Error><Code>TemporaryRedirect</Code></Error>"), false, true, "TemporaryRedirect" },
	{ "of a head", SEND("HTTP/1.1 301 Moved\r\nx-amz-bucket-region: ap-northeast-2\r\nContent-Length: 0\r\n\r\n"), true, true, "" },
	{ "no other place", SEND("HTTP/1.1 301 Moved\r\nx-amz-bucket-region: ap-northeast-2.evil.example\r\nContent-Length: 0\r\n\r\n"), true, false, "" },
	{ "not the same", SEND("HTTP/1.1 301 Moved\r\nx-amz-bucket-region: eu-west-3\r\nContent-Length: 0\r\n\r\n"), true, false, "" },
	{ "not of a denial", SEND("HTTP/1.1 403 No\r\nx-amz-bucket-region: ap-northeast-2\r\nContent-Length: 0\r\n\r\n"), true, false, "" },
	{ "not of another fault", SEND("HTTP/1.1 400 Bad\r\nx-amz-bucket-region: ap-northeast-2\r\nContent-Length: 42\r\n\r\n<Error><Code>InvalidRequest</Code></Error>"), false, false, "InvalidRequest" },
};
/* clang-format on */

START_TEST(learns_the_region_a_bucket_is_in)
{
	const struct scripted_step steps[] = { ACCEPT, AWAIT, lessons[_i].answer, AWAIT,
		lessons[_i].head_only ? (struct scripted_step)OK("")
				      : (struct scripted_step)OK("ok"),
		END };
	struct outcome o = fetch(steps, (struct source_call){ .head_only = lessons[_i].head_only });

	ck_assert_msg(o.ok == lessons[_i].learned, "%s: %s", lessons[_i].what, o.err.detail);
	ck_assert_msg(o.report.tries == (lessons[_i].learned ? 2 : 1), "%s", lessons[_i].what);
	ck_assert_msg((strstr(server.text, "/ap-northeast-2/s3/") != NULL) == lessons[_i].learned,
		"%s: %s", lessons[_i].what, server.text);
	ck_assert_ptr_nonnull(strstr(server.text, "/eu-west-3/s3/"));
	ck_assert_str_eq(o.report.code, lessons[_i].code);
	ck_assert_str_eq(o.report.region, lessons[_i].learned ? "ap-northeast-2" : "");
	ck_assert_int_eq(o.report.clock_s, 0);
}
END_TEST

START_TEST(remembers_the_region)
{
	const struct scripted_step steps[] = { ACCEPT, AWAIT, lessons[0].answer, AWAIT, OK("ok"),
		AWAIT, OK("ok"), END };
	struct outcome o = { .ok = false };
	const struct source_sink sink = { &o, see_head, see_body };
	const struct source_call call = { .key = "k", .deadline_us = now_mono_us() + 3000000 };
	struct source *source = NULL;

	scripted_start(&server, steps);
	(void)snprintf(origin.endpoint, sizeof origin.endpoint, "http://127.0.0.1:%d", server.port);
	ck_assert(source_open(&origin, &source, &o.err));
	ck_assert(source_fetch(source, &call, &sink, &o.report, &o.err));
	ck_assert_int_eq(o.report.tries, 2);
	ck_assert(source_fetch(source, &call, &sink, &o.report, &o.err));
	ck_assert_int_eq(o.report.tries, 1);
	source_close(source);
}
END_TEST

START_TEST(learns_no_second_region_in_a_row)
{
	const struct scripted_step elsewhere = SEND(
		"HTTP/1.1 301 Moved\r\nx-amz-bucket-region: us-west-1\r\nContent-Length: 0\r\n\r\n");
	const struct scripted_step steps[] = { ACCEPT, AWAIT, lessons[0].answer, AWAIT, elsewhere,
		AWAIT, lessons[0].answer, AWAIT, OK("ok"), END };
	struct outcome o = fetch(steps, (struct source_call){ .key = "k" });

	ck_assert_int_eq(o.err.kind, ERR_ORIGIN);
	ck_assert_int_eq(o.report.tries, 2);
	ck_assert_msg(strstr(o.err.detail, "region is us-west-1") != NULL, "%s", o.err.detail);
}
END_TEST

/* clang-format off */
#define LATE(date, code) SEND("HTTP/1.1 403 Forbidden\r\nDate: " date "\r\nContent-Length: 48\r\n\r\n" \
	"<Error><Code>" code "</Code></Error>")
static const struct {
	const char *what;
	struct scripted_step answer;
	bool head_only, learned;
} clocks[] = {
	{ "named", LATE("Sun, 06 Nov 2033 08:49:37 GMT", "RequestTimeTooSkewed"), false, true },
	{ "of a head", SEND("HTTP/1.1 403 No\r\nDate: Sun, 06 Nov 2033 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n"), true, true },
	{ "of another refusal", LATE("Sun, 06 Nov 2033 08:49:37 GMT", "AccessDenied........"), false, false },
	{ "without a date", LATE("soon", "RequestTimeTooSkewed"), false, false },
};
/* clang-format on */

START_TEST(learns_the_clock_of_the_server)
{
	const struct scripted_step steps[] = { ACCEPT, AWAIT, clocks[_i].answer, AWAIT,
		clocks[_i].head_only ? (struct scripted_step)OK("")
				     : (struct scripted_step)OK("ok"),
		END };
	struct outcome o = fetch(steps, (struct source_call){ .head_only = clocks[_i].head_only });

	ck_assert_msg(o.ok == clocks[_i].learned, "%s: %s", clocks[_i].what, o.err.detail);
	ck_assert_msg(o.report.tries == (clocks[_i].learned ? 2 : 1), "%s", clocks[_i].what);
	ck_assert_msg((strstr(server.text, "x-amz-date: 20331106T0849") != NULL) == o.ok, "%s: %s",
		clocks[_i].what, server.text);
	ck_assert_msg((o.report.clock_s > 0) == o.ok, "%s", clocks[_i].what);
	/* the scope has the same date as the field */
	ck_assert_msg((strstr(server.text, "/20331106/eu-west-3/s3/") != NULL) == o.ok, "%s",
		server.text);
}
END_TEST

/* clang-format off */
#define BUSY(status) SEND("HTTP/1.1 " status "\r\nContent-Length: 36\r\n\r\n<Error><Code>SlowDown</Code></Error>")
#define RESET { SCRIPTED_RESET, NULL, 0 }
#define CLOSE { SCRIPTED_CLOSE, NULL, 0 }
static const struct {
	const char *what;
	struct scripted_step steps[12];
	int retries, tries;
	bool ok;
} patience[] = {
	{ "503", { ACCEPT, AWAIT, BUSY("503 Slow"), AWAIT, OK("ok"), END }, 1, 2, true },
	{ "500", { ACCEPT, AWAIT, BUSY("500 Oh"), AWAIT, OK("ok"), END }, 1, 2, true },
	{ "429", { ACCEPT, AWAIT, BUSY("429 Many"), AWAIT, OK("ok"), END }, 1, 2, true },
	{ "a word in 400", { ACCEPT, AWAIT, SEND("HTTP/1.1 400 Bad\r\nContent-Length: 42\r\n\r\n<Error><Code>RequestTimeout</Code></Error>"), AWAIT, OK("ok"), END }, 1, 2, true },
	{ "twice", { ACCEPT, AWAIT, BUSY("503 Slow"), AWAIT, BUSY("503 Slow"), AWAIT, OK("ok"), END }, 2, 3, true },
	{ "once too often", { ACCEPT, AWAIT, BUSY("503 Slow"), AWAIT, BUSY("503 Slow"), AWAIT, OK("ok"), END }, 1, 2, false },
	{ "not by setting", { ACCEPT, AWAIT, BUSY("503 Slow"), AWAIT, OK("ok"), END }, 0, 1, false },
	{ "three resets", { ACCEPT, AWAIT, RESET, ACCEPT, AWAIT, RESET, ACCEPT, AWAIT, RESET, ACCEPT, AWAIT, OK("ok") }, 1, 4, true },
	{ "half a head", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\nETag: "), CLOSE, ACCEPT, AWAIT, OK("ok"), END }, 1, 2, true },
	{ "silence", { ACCEPT, AWAIT, ACCEPT, AWAIT, OK("ok"), END }, 1, 2, true },
	{ "half a refusal", { ACCEPT, AWAIT, SEND("HTTP/1.1 503 Slow\r\nContent-Length: 99\r\n\r\n<Er"), RESET, ACCEPT, AWAIT, OK("ok"), END }, 1, 2, true },
	{ "never after a head", { ACCEPT, AWAIT, SEND("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nok"), CLOSE, ACCEPT, AWAIT, OK("ok"), END }, 3, 1, false },
	{ "not what is missing", { ACCEPT, AWAIT, SEND("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"), AWAIT, OK("ok"), END }, 3, 1, false },
	{ "not what is forbidden", { ACCEPT, AWAIT, SEND("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"), AWAIT, OK("ok"), END }, 3, 1, false },
};
/* clang-format on */

START_TEST(asks_again_where_that_may_help)
{
	struct scripted_step steps[13];
	struct outcome o;

	memcpy(steps, patience[_i].steps, sizeof patience[_i].steps);
	steps[12] = (struct scripted_step)END;
	origin.retries = patience[_i].retries;
	origin.answer_ms = 300;
	o = fetch(steps, (struct source_call){ .key = "k" });
	ck_assert_msg(o.ok == patience[_i].ok, "%s: %s", patience[_i].what, o.err.detail);
	ck_assert_msg(
		o.report.tries == patience[_i].tries, "%s: %d", patience[_i].what, o.report.tries);
	ck_assert_msg(!o.ok || (o.heads == 1 && strcmp(o.body, "ok") == 0), "%s: %s",
		patience[_i].what, o.body);
}
END_TEST

/* clang-format off */
static const struct {
	const char *what;
	struct scripted_step steps[10];
	bool ok;
	int tries;
	uint64_t bytes;
	const char *code;
} reports[] = {
	{ "nothing refused", { ACCEPT, AWAIT, OK("ok"), END }, true, 1, 2, "" },
	{ "overcome", { ACCEPT, AWAIT, BUSY("503 Slow"), AWAIT, OK("ok"), END }, true, 2, 38, "SlowDown" },
	{ "the later one", { ACCEPT, AWAIT, BUSY("503 Slow"), AWAIT, SEND("HTTP/1.1 404 No\r\n"
		"Content-Length: 37\r\n\r\n<Error><Code>NoSuchKey</Code></Error>"), END }, false, 2, 73, "NoSuchKey" },
	{ "the later has none", { ACCEPT, AWAIT, BUSY("503 Slow"), AWAIT,
		SEND("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"), END }, false, 2, 36, "SlowDown" },
	{ "then another pass", { ACCEPT, AWAIT, BUSY("503 Slow"), AWAIT, PART("pa"), ACCEPT, AWAIT, OK("ok"), END },
		true, 3, 38, "SlowDown" },
};
/* clang-format on */

START_TEST(reports_what_all_tries_came_to)
{
	struct outcome o;

	origin.retries = 1;
	o = fetch(reports[_i].steps,
		(struct source_call){ .range = "bytes=0-1", .if_range = "\"b\"" });
	ck_assert_msg(o.ok == reports[_i].ok, "%s: %s", reports[_i].what, o.err.detail);
	ck_assert_msg(
		o.report.tries == reports[_i].tries, "%s: %d", reports[_i].what, o.report.tries);
	ck_assert_msg(o.report.bytes == reports[_i].bytes, "%s: %d", reports[_i].what,
		(int)o.report.bytes);
	ck_assert_str_eq(o.report.code, reports[_i].code);
}
END_TEST

START_TEST(never_waits_past_the_deadline)
{
	static const struct scripted_step once[] = { AWAIT, BUSY("503 Slow") };
	struct scripted_step steps[26] = { ACCEPT };
	uint64_t begun = now_mono_us();
	struct outcome o;

	for (size_t i = 1; i < 25; i++)
		steps[i] = once[(i - 1) % 2];
	steps[25] = (struct scripted_step)END;
	origin.retries = 10;
	o = fetch(steps, (struct source_call){ .key = "k" }); /* in 3 s */
	ck_assert_int_eq(o.err.kind, ERR_ORIGIN);
	ck_assert_str_eq(o.report.code, "SlowDown");
	ck_assert_int_ge(o.report.tries, 5);
	ck_assert_int_le(o.report.tries, 10); /* all pauses together are longer */
	ck_assert_int_le((int)((now_mono_us() - begun) / 1000), 3100);
}
END_TEST

/* ------------------------------------------------------------------ the bytes */

/* clang-format off */
#define SUM(fields, text) SEND("HTTP/1.1 200 OK\r\n" fields "Content-Length: 2\r\n\r\n" text)
#define OK_MD5 "444bcb3a3fcf8389296c49467f27e1d6" /* of "ok" */
static const struct {
	const char *what;
	struct scripted_step answer;
	bool unset, ok;
} sums[] = {
	{ "the sum is right", SUM("ETag: \"" OK_MD5 "\"\r\n", "ok"), false, true },
	{ "the sum is wrong", SUM("ETag: \"" OK_MD5 "\"\r\n", "ko"), false, false },
	{ "by setting", SUM("ETag: \"" OK_MD5 "\"\r\n", "ko"), true, true },
	{ "encrypted by S3's keys", SUM("ETag: \"" OK_MD5 "\"\r\nx-amz-server-side-encryption: AES256\r\n", "ko"), false, false },
	{ "encrypted by KMS", SUM("ETag: \"" OK_MD5 "\"\r\nx-amz-server-side-encryption: aws:kms\r\n", "ko"), false, true },
	{ "encrypted by the customer", SUM("ETag: \"" OK_MD5 "\"\r\nx-amz-server-side-encryption-customer-algorithm: AES256\r\n", "ko"), false, true },
	{ "stored in parts", SUM("ETag: \"" OK_MD5 "-2\"\r\n", "ko"), false, true },
	{ "no MD5", SUM("ETag: \"0123\"\r\n", "ko"), false, true },
	{ "no tag", SUM("", "ko"), false, true },
	{ "another alphabet", SUM("ETag: \"444bcb3a3fcf8389296c49467f27e1dz\"\r\n", "ko"), false, true },
	{ "crc32 is right", SUM("ETag: \"x\"\r\nx-amz-checksum-crc32: edzdRw==\r\n", "ok"), false, true },
	{ "crc32 is wrong", SUM("ETag: \"x\"\r\nx-amz-checksum-crc32: edzdRw==\r\nx-amz-checksum-type: FULL_OBJECT\r\n", "ko"), false, false },
	{ "crc32 of parts", SUM("ETag: \"x-2\"\r\nx-amz-checksum-crc32: edzdRw==-2\r\n", "ko"), false, true },
	{ "crc32c is right", SUM("ETag: \"x\"\r\nx-amz-checksum-crc32c: bstgcA==\r\n", "ok"), false, true },
	{ "crc32c is wrong", SUM("ETag: \"x\"\r\nx-amz-checksum-crc32c: bstgcA==\r\nx-amz-checksum-type: FULL_OBJECT\r\n", "ko"), false, false },
	{ "crc32c of parts", SUM("ETag: \"x-2\"\r\nx-amz-checksum-crc32c: bstgcA==-2\r\n", "ko"), false, true },
	{ "crc64nvme is right", SUM("ETag: \"x\"\r\nx-amz-checksum-crc64nvme: lLDhMq8T4xE=\r\n", "ok"), false, true },
	{ "crc64nvme is wrong", SUM("ETag: \"x\"\r\nx-amz-checksum-crc64nvme: lLDhMq8T4xE=\r\nx-amz-checksum-type: FULL_OBJECT\r\n", "ko"), false, false },
	{ "crc64nvme of parts", SUM("ETag: \"x-2\"\r\nx-amz-checksum-crc64nvme: lLDhMq8T4xE=-2\r\n", "ko"), false, true },
	{ "sha1 is right", SUM("ETag: \"x\"\r\nx-amz-checksum-sha1: eoX0dku9ba8cNUXvu/DyeabcC+s=\r\n", "ok"), false, true },
	{ "sha1 is wrong", SUM("ETag: \"x\"\r\nx-amz-checksum-sha1: eoX0dku9ba8cNUXvu/DyeabcC+s=\r\nx-amz-checksum-type: FULL_OBJECT\r\n", "ko"), false, false },
	{ "sha1 of parts", SUM("ETag: \"x-2\"\r\nx-amz-checksum-sha1: eoX0dku9ba8cNUXvu/DyeabcC+s=-2\r\n", "ko"), false, true },
	{ "sha256 is right", SUM("ETag: \"x\"\r\nx-amz-checksum-sha256: Jok2eyBcFs4y7UIAlCuLix4mLfxw2byfvHfElpmk8d8=\r\n", "ok"), false, true },
	{ "sha256 is wrong", SUM("ETag: \"x\"\r\nx-amz-checksum-sha256: Jok2eyBcFs4y7UIAlCuLix4mLfxw2byfvHfElpmk8d8=\r\nx-amz-checksum-type: FULL_OBJECT\r\n", "ko"), false, false },
	{ "sha256 of parts", SUM("ETag: \"x-2\"\r\nx-amz-checksum-sha256: Jok2eyBcFs4y7UIAlCuLix4mLfxw2byfvHfElpmk8d8=-2\r\n", "ko"), false, true },
	{ "a sum of parts that looks whole", SUM("ETag: \"x-2\"\r\nx-amz-checksum-crc32: edzdRw==\r\nx-amz-checksum-type: COMPOSITE\r\n", "ko"), false, true },
	{ "stored in parts, summed as a whole", SUM("ETag: \"x-2\"\r\nx-amz-checksum-crc64nvme: lLDhMq8T4xE=\r\nx-amz-checksum-type: FULL_OBJECT\r\n", "ko"), false, false },
	{ "encrypted by KMS, summed", SUM("ETag: \"" OK_MD5 "\"\r\nx-amz-server-side-encryption: aws:kms\r\nx-amz-checksum-crc32: edzdRw==\r\n", "ko"), false, false },
	{ "no checksum but a word", SUM("ETag: \"" OK_MD5 "\"\r\nx-amz-checksum-crc32: what\r\n", "ok"), false, true },
	{ "too short for one", SUM("ETag: \"x\"\r\nx-amz-checksum-sha256: edzdRw==\r\n", "ko"), false, true },
	{ "a word instead, and the ETag", SUM("ETag: \"" OK_MD5 "\"\r\nx-amz-checksum-sha1: what\r\n", "ko"), false, false },
	{ "checksums by setting", SUM("ETag: \"x\"\r\nx-amz-checksum-crc32: edzdRw==\r\n", "ko"), true, true },
};
/* clang-format on */

START_TEST(compares_bytes_with_their_sum)
{
	const struct scripted_step steps[] = { ACCEPT, AWAIT, sums[_i].answer, END };
	struct outcome o;

	origin.verify = !sums[_i].unset;
	o = fetch(steps, (struct source_call){ .key = "k" });
	ck_assert_msg(o.ok == sums[_i].ok, "%s: %s", sums[_i].what, o.err.detail);
	/* the end of what is wrong is never handed on */
	ck_assert_msg(o.len == (sums[_i].ok ? 2 : 0), "%s: %zu", sums[_i].what, o.len);
	ck_assert_msg(o.ok || o.err.kind == ERR_ORIGIN, "%s", sums[_i].what);
	ck_assert_msg((strcasestr(server.text, "\r\nx-amz-checksum-mode: ENABLED\r\n") != NULL) ==
			      !sums[_i].unset,
		"%s", server.text);
	ck_assert_msg((strstr(server.text, "SignedHeaders=host;x-amz-checksum-mode;") != NULL) ==
			      !sums[_i].unset,
		"%s", server.text);
}
END_TEST

START_TEST(compares_no_part_and_no_head)
{
	const struct scripted_step part[] = { ACCEPT, AWAIT,
		SEND("HTTP/1.1 206 Part\r\nETag: \"" OK_MD5 "\"\r\nContent-Range: bytes 0-1/9\r\n"
		     "x-amz-checksum-crc32: edzdRw==\r\n"
		     "Content-Length: 2\r\n\r\nko"),
		END };
	const struct scripted_step head[] = { ACCEPT, AWAIT, SUM("ETag: \"" OK_MD5 "\"\r\n", ""),
		END };
	struct outcome o;

	origin.verify = true;
	o = fetch(part, (struct source_call){ .range = "bytes=0-1" });
	ck_assert_msg(o.ok && o.len == 2, "%s", o.err.detail);
	ck_assert_ptr_null(strcasestr(server.text, "x-amz-checksum-mode"));
	o = fetch(head, (struct source_call){ .head_only = true });
	ck_assert_msg(o.ok, "%s", o.err.detail);
	ck_assert_ptr_null(strcasestr(server.text, "x-amz-checksum-mode"));
}
END_TEST

/* ------------------------------------------------------------------ how objects are kept */

START_TEST(names_the_bucket_in_the_host)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, OK("ok"), END };
	char text[80], want[80];
	struct outcome o = { .ok = false };
	const struct source_sink sink = { &o, see_head, see_body };
	const struct source_call call = { .key = "a b/../k",
		.deadline_us = now_mono_us() + 3000000 };
	struct source *source = NULL;

	scripted_start(&server, steps);
	(void)snprintf(
		origin.endpoint, sizeof origin.endpoint, "http://s3.localhost:%d", server.port);
	(void)snprintf(want, sizeof want, "bucket.s3.localhost:%d", server.port);
	origin.addressing = CONFIG_ADDRESS_VIRTUAL;
	ck_assert(source_open(&origin, &source, &o.err));
	o.ok = source_fetch(source, &call, &sink, &o.report, &o.err);
	source_close(source);
	scripted_stop(&server);
	ck_assert_msg(o.ok, "%s", o.err.detail);
	heard("Host", text, sizeof text);
	ck_assert_str_eq(text, want);
	ck_assert_msg(
		strncmp(server.text, "GET /a%20b/../k HTTP/1.1\r\n", 26) == 0, "%s", server.text);
}
END_TEST

START_TEST(asks_for_the_version_meant)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, OK("ok"), END };
	struct outcome o = fetch(steps, (struct source_call){ .key = "k", .version = "a+/=&x" });

	ck_assert_msg(o.ok, "%s", o.err.detail);
	ck_assert_msg(strncmp(server.text, "GET /bucket/k?versionId=a%2B%2F%3D%26x HTTP/1.1\r\n",
			      49) == 0,
		"%s", server.text);
}
END_TEST

/* clang-format off */
static const struct {
	const char *answer;
	bool head_only;
	enum err_kind kind;
} versions[] = {
	{ "HTTP/1.1 404 No\r\nContent-Length: 41\r\n\r\n<Error><Code>NoSuchVersion</Code></Error>", false, ERR_NOT_FOUND },
	{ "HTTP/1.1 400 No\r\nContent-Length: 43\r\n\r\n<Error><Code>InvalidArgument</Code></Error>", false, ERR_NOT_FOUND },
	{ "HTTP/1.1 405 No\r\nContent-Length: 44\r\n\r\n<Error><Code>MethodNotAllowed</Code></Error>", false, ERR_NOT_FOUND },
	{ "HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n", true, ERR_NOT_FOUND },
	{ "HTTP/1.1 400 No\r\nContent-Length: 40\r\n\r\n<Error><Code>ExpiredToken</Code></Error>", false, ERR_ORIGIN },
	{ "HTTP/1.1 403 No\r\nContent-Length: 40\r\n\r\n<Error><Code>AccessDenied</Code></Error>", false, ERR_ORIGIN },
};
/* clang-format on */

START_TEST(misses_a_version_that_never_was)
{
	const struct scripted_step steps[] = { ACCEPT, AWAIT, SEND(versions[_i].answer), END };
	struct outcome o = fetch(
		steps, (struct source_call){ .version = "x", .head_only = versions[_i].head_only });

	ck_assert_msg(
		o.err.kind == versions[_i].kind, "%s: %d", versions[_i].answer, (int)o.err.kind);
	/* where no version was asked for, it would be the server's fault */
	if (!versions[_i].head_only && versions[_i].kind == ERR_NOT_FOUND) {
		o = fetch(steps, (struct source_call){ .key = "k" });
		ck_assert_msg(
			o.err.kind == ERR_ORIGIN, "%s: %d", versions[_i].answer, (int)o.err.kind);
	}
}
END_TEST

START_TEST(signs_what_settings_ask_for)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, OK("ok"), END };
	char text[512];
	struct outcome o;

	origin.requester_pays = true;
	o = fetch(steps, (struct source_call){ .key = "k" });
	ck_assert_msg(o.ok, "%s", o.err.detail);
	heard("x-amz-request-payer", text, sizeof text);
	ck_assert_str_eq(text, "requester");
	heard("Authorization", text, sizeof text);
	ck_assert_msg(strstr(text, "SignedHeaders=host;x-amz-content-sha256;x-amz-date;"
				   "x-amz-request-payer,") != NULL,
		"%s", text);
}
END_TEST

/* clang-format off */
static const struct {
	const char *what;
	struct source_call call;
	int status; /* the sink's, or 0 */
	enum err_kind kind;
} judged[] = {
	{ "a list with the tag", { .if_none_match = "\"x\", \"a\"" }, 304, ERR_NONE },
	{ "a list with the weak tag", { .if_none_match = "\"x\", W/\"a\"" }, 304, ERR_NONE },
	{ "a list without", { .if_none_match = "\"x\", \"y\"" }, 200, ERR_NONE },
	{ "any", { .if_none_match = "*" }, 304, ERR_NONE },
	{ "of a head", { .if_none_match = "*", .head_only = true }, 304, ERR_NONE },
	{ "a match", { .if_match = "\"x\", \"a\"" }, 200, ERR_NONE },
	{ "a match of any", { .if_match = "*" }, 200, ERR_NONE },
	{ "no match", { .if_match = "\"x\", \"y\"" }, 0, ERR_PRECONDITION },
	{ "no strong match", { .if_match = "W/\"a\"" }, 0, ERR_PRECONDITION },
};
/* clang-format on */

START_TEST(judges_itself_what_s3_would_ignore)
{
	static const struct scripted_step get[] = { ACCEPT, AWAIT, OK("ok"), END };
	static const struct scripted_step head[] = { ACCEPT, AWAIT, OK(""), END };
	struct outcome o = fetch(judged[_i].call.head_only ? head : get, judged[_i].call);

	ck_assert_msg(
		o.ok == (judged[_i].kind == ERR_NONE), "%s: %s", judged[_i].what, o.err.detail);
	ck_assert_msg(o.err.kind == judged[_i].kind, "%s: %d", judged[_i].what, (int)o.err.kind);
	ck_assert_msg(o.head.status == judged[_i].status, "%s: %d", judged[_i].what, o.head.status);
	ck_assert_msg(o.len == (judged[_i].status == 200 ? 2 : 0), "%s", judged[_i].what);
	ck_assert_str_eq(o.head.etag, judged[_i].status != 0 ? "\"a\"" : "");
	if (judged[_i].status == 304)
		ck_assert(!o.head.has_length);
}
END_TEST

START_TEST(takes_the_304_of_a_tag_it_sent)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT,
		SEND("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n"), END };
	struct outcome o = fetch(steps, (struct source_call){ .if_none_match = "\"a\"" });

	ck_assert_msg(o.ok, "%s", o.err.detail);
	ck_assert_int_eq(o.head.status, 304);
	ck_assert_int_eq(o.heads, 1);
}
END_TEST

/* clang-format off */
static const struct {
	const char *what, *if_range;
	int status; /* what the sink shall see of a server that ignores If-Range */
} parts[] = {
	{ "no condition", "", 206 },
	{ "this object", "\"a\"", 206 },
	{ "another object", "\"b\"", 200 },
	{ "a weak tag never holds", "W/\"a\"", 200 },
	{ "this date", "Sun, 06 Nov 1994 08:49:37 GMT", 206 },
	{ "another date", "Sun, 06 Nov 1994 08:49:38 GMT", 200 },
	{ "nonsense", "a", 200 },
};
/* clang-format on */

START_TEST(sends_the_whole_when_if_range_fails)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, PART("pa"), ACCEPT, AWAIT,
		OK("ok"), END };
	struct outcome o = fetch(steps,
		(struct source_call){ .range = "bytes=0-1", .if_range = parts[_i].if_range });
	const char *range = strstr(server.text, "\r\nRange:");

	ck_assert_msg(o.ok, "%s: %s", parts[_i].what, o.err.detail);
	ck_assert_msg(o.head.status == parts[_i].status, "%s: %d", parts[_i].what, o.head.status);
	ck_assert_int_eq(o.heads, 1);
	ck_assert_str_eq(o.body, parts[_i].status == 206 ? "pa" : "ok");
	ck_assert_ptr_nonnull(range);
	ck_assert_msg(strstr(range + 1, "\r\nRange:") == NULL, "%s", parts[_i].what);
}
END_TEST

START_TEST(sends_the_whole_when_a_range_fails_with_if_range)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT,
		SEND("HTTP/1.1 416 Range\r\nContent-Length: 40\r\n\r\n"
		     "<Error><Code>InvalidRange</Code></Error>"),
		AWAIT, OK("ok"), END };
	struct outcome o =
		fetch(steps, (struct source_call){ .range = "bytes=50-", .if_range = "\"old\"" });

	ck_assert_msg(o.ok, "%s", o.err.detail);
	ck_assert_int_eq(o.head.status, 200);
	ck_assert_str_eq(o.body, "ok");
	ck_assert_int_eq(o.report.tries, 2);
	ck_assert_uint_eq(o.report.bytes, 40 + 2);
	ck_assert_str_eq(o.report.code, "InvalidRange");
}
END_TEST

/* ------------------------------------------------------------------ opening */

/* clang-format off */
static const struct {
	const char *what;
	size_t field;
	const char *value;
	bool ok;
} openings[] = {
#define FIELD(f) offsetof(struct config_origin, f)
	{ "as it is", FIELD(bucket), "bucket", true },
	{ "AWS's own address", FIELD(endpoint), "", true },
	{ "TLS", FIELD(endpoint), "https://s3.example.net:9000", true },
	{ "no bucket", FIELD(bucket), "", false },
	{ "no region", FIELD(region), "", false },
	{ "no scheme", FIELD(endpoint), "s3.example.net", false },
	{ "another scheme", FIELD(endpoint), "ftp://s3.example.net", false },
	{ "no host", FIELD(endpoint), "http://", false },
	{ "a path", FIELD(endpoint), "http://s3.example.net/minio", false },
	{ "a user", FIELD(endpoint), "http://me@s3.example.net", false },
	{ "a line", FIELD(endpoint), "http://s3.example.net\r\nX: y", false },
	{ "no key", FIELD(access_key), "", false },
	{ "no secret", FIELD(secret_key), "", false },
	{ "a secret with its line's end", FIELD(secret_key), "secret\n", false },
	{ "a token in two lines", FIELD(session_token), "to\nken", false },
	{ "a customer's key in the clear", FIELD(sse_customer_key), "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", false },
#undef FIELD
};
/* clang-format on */

START_TEST(opens_only_what_can_work)
{
	struct source *source = NULL;
	struct err err = { 0 };
	bool ok;

	(void)snprintf((char *)&origin + openings[_i].field, 48, "%s", openings[_i].value);
	ok = source_open(&origin, &source, &err);
	ck_assert_msg(ok == openings[_i].ok, "%s: %s", openings[_i].what, err.detail);
	ck_assert_msg(
		ok || (err.kind == ERR_INTERNAL && err.detail[0] != '\0'), "%s", openings[_i].what);
	ck_assert_msg(strstr(err.detail, "wJalr") == NULL && strstr(err.detail, "secret\n") == NULL,
		"%s", err.detail);
	source_close(source);
}
END_TEST

/* clang-format off */
static const struct {
	const char *key;
	bool ok;
} customer_keys[] = {
	{ "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", true },
	{ "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE", false },
	{ "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MA==", false },
	{ "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEy", false },
	{ "MDEyMzQ1Njc4OTAxMjM0NTY3ODkw\nTIzNDU2Nzg5MDE=", false },
	{ "01234567890123456789012345678901", false },
};
/* clang-format on */

START_TEST(takes_a_customers_key_of_32_bytes)
{
	struct source *source = NULL;
	struct err err = { 0 };

	(void)snprintf(origin.endpoint, sizeof origin.endpoint, "https://s3.example.net");
	(void)snprintf(origin.sse_customer_key, sizeof origin.sse_customer_key, "%s",
		customer_keys[_i].key);
	ck_assert_msg(source_open(&origin, &source, &err) == customer_keys[_i].ok, "%s: %s",
		customer_keys[_i].key, err.detail);
	source_close(source);
}
END_TEST

Suite *
suite_source_s3(void)
{
	Suite *s = suite_create("source_s3");
	TCase *t = tcase_create("source_s3");

#define COUNT(rows) (int)(sizeof(rows) / sizeof(rows)[0])
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 20);
	tcase_add_loop_test(t, signs_host_and_every_amz_field, 0, 2);
	tcase_add_test(t, sends_nothing_of_itself_when_anonymous);
	tcase_add_loop_test(t, spells_a_key_as_one_path, 0, COUNT(keys));
	tcase_add_test(t, refuses_keys_that_no_object_can_have);
	tcase_add_test(t, takes_a_key_of_1024_bytes);
	tcase_add_loop_test(t, forwards_what_s3_understands, 0, COUNT(forwarded));
	tcase_add_loop_test(t, tells_of_an_archive_by_head_as_by_get, 0,
		(int)(sizeof archives / sizeof archives[0]));
	tcase_add_loop_test(t, turns_a_refusal_into_its_fault, 0, COUNT(refusals));
	tcase_add_loop_test(t, learns_the_region_a_bucket_is_in, 0, COUNT(lessons));
	tcase_add_test(t, remembers_the_region);
	tcase_add_test(t, learns_no_second_region_in_a_row);
	tcase_add_loop_test(t, learns_the_clock_of_the_server, 0, COUNT(clocks));
	tcase_add_loop_test(t, asks_again_where_that_may_help, 0, COUNT(patience));
	tcase_add_loop_test(
		t, reports_what_all_tries_came_to, 0, sizeof reports / sizeof reports[0]);
	tcase_add_test(t, never_waits_past_the_deadline);
	tcase_add_loop_test(t, compares_bytes_with_their_sum, 0, COUNT(sums));
	tcase_add_test(t, compares_no_part_and_no_head);
	tcase_add_test(t, names_the_bucket_in_the_host);
	tcase_add_test(t, asks_for_the_version_meant);
	tcase_add_loop_test(t, misses_a_version_that_never_was, 0, COUNT(versions));
	tcase_add_test(t, signs_what_settings_ask_for);
	tcase_add_loop_test(t, judges_itself_what_s3_would_ignore, 0, COUNT(judged));
	tcase_add_test(t, takes_the_304_of_a_tag_it_sent);
	tcase_add_loop_test(t, sends_the_whole_when_if_range_fails, 0, COUNT(parts));
	tcase_add_test(t, sends_the_whole_when_a_range_fails_with_if_range);
	tcase_add_loop_test(t, opens_only_what_can_work, 0, COUNT(openings));
	tcase_add_loop_test(t, takes_a_customers_key_of_32_bytes, 0, COUNT(customer_keys));
#undef COUNT
	suite_add_tcase(s, t);
	return s;
}
