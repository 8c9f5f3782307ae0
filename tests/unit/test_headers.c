/* The rules that judge every answer of the tests: heads that break each, and heads that break none.
 */
#include "../headers/rules.h"
#include "suites.h"

#include <stdio.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof(table)[0])

#define OK    "Status: 200 OK\r\n"
#define JPEG  "Content-Type: image/jpeg\r\n"
#define SNIFF "X-Content-Type-Options: nosniff\r\n"
#define TIME  "Server-Timing: fetch;dur=0.1, total;dur=2.5\r\n"
#define CACHE                                                                                      \
	"Cache-Control: public, max-age=86400, stale-while-revalidate=2592000, stale-if-error=2592000\r\n"
#define TAG   "ETag: \"abc-0123456789abcdef.jpg\"\r\n"
#define THEN  "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
#define JSON  "Content-Type: application/json\r\n" SNIFF TIME
#define END   "\r\n"
#define BYTES "\xff\xd8\xff\xe0" /* 4 of a JPEG */
#define SHORT "Cache-Control: public, max-age=60\r\n"
#define NONE  "Cache-Control: no-store\r\n"
#define GOOD  JPEG SNIFF TIME CACHE TAG THEN "Content-Length: 4\r\n"
#define HTTP  "HTTP/1.1 200 OK\r\nDate: Mon, 07 Nov 1994 08:49:37 GMT\r\n"

enum how { CGI, SERVER, CACHED, CGI_HEAD, SERVER_HEAD, CUT };

static const struct {
	const char *rules; /* that are broken, blank-separated; "" for none */
	enum how how;
	const char *head, *body;
} rows[] = {
	/* clang-format off */
	/* what limner answers */
	{ "", CGI, OK GOOD END, BYTES },
	{ "", CGI, OK GOOD "Accept-Ranges: bytes\r\nLink: <https://x/a>; rel=\"canonical\", </b>; rel=next\r\n"
		"Content-Disposition: attachment; filename=\"a;b.jpg\"\r\nVary: Accept, Origin\r\n"
		"Content-Location: ?w=3\r\n" END, BYTES },
	{ "", CGI_HEAD, OK SNIFF TIME CACHE THEN END, "" },
	{ "", CGI, "Status: 304 Not Modified\r\n" TIME CACHE TAG THEN END, "" },
	{ "", CGI, "Status: 304 Not Modified\r\n" TIME "ETag: W/\"a\"\r\n" END, "" },
	{ "", CGI, "Status: 206 Partial Content\r\n" GOOD "Content-Range: bytes 2-5/9\r\n" END, "abcd" },
	{ "", CGI, "Status: 206 Partial Content\r\n" JPEG SNIFF TIME CACHE THEN "Content-Range: bytes 2-5/9\r\n"
		"Content-Length: 4\r\n" END, "abcd" },
	/* a cache may weaken what it compresses */
	{ "", CACHED, HTTP JPEG SNIFF CACHE "ETag: W/\"abc-0123456789abcdef.jpg\"\r\nContent-Length: 4\r\n" END, BYTES },
	{ "", CGI, OK GOOD "Access-Control-Allow-Origin: *\r\n" END, BYTES },
	{ "", CGI, OK GOOD "Access-Control-Allow-Origin: https://a.example\r\nVary: Accept, origin\r\n" END, BYTES },
	{ "", CGI, "Status: 416 Range Not Satisfiable\r\n" JSON NONE "Limner-Reason: range\r\n"
		"Content-Range: bytes */9\r\nContent-Length: 2\r\n" END, "{}" },
	/* an origin need not say how much there is */
	{ "", CGI, "Status: 416 Range Not Satisfiable\r\n" JSON NONE "Limner-Reason: range\r\nContent-Length: 2\r\n" END, "{}" },
	{ "", CGI, "Status: 405 Method Not Allowed\r\n" JSON SHORT "Allow: GET, HEAD\r\nContent-Length: 2\r\n" END, "{}" },
	{ "", CGI, "Status: 503 Service Unavailable\r\n" JSON NONE "Retry-After: 1\r\nContent-Length: 2\r\n" END, "{}" },
	{ "", CGI, "Status: 308 Permanent Redirect\r\n" TIME SHORT "Location: ?w=80\r\nContent-Length: 0\r\n" END, "" },
	{ "", CGI, OK JPEG SNIFF TIME SHORT "Limner-Reason: broken, bad-value=\"w, \\\"h\"\r\nContent-Length: 4\r\n" END, "text" },
	{ "", CGI, OK GOOD "Limner-Reason: not-smaller\r\n" END, BYTES },
	{ "", CGI, OK GOOD "Limner-Reason: bad-value=\"w\"\r\n" END, BYTES },
	{ "", SERVER, HTTP GOOD "Server: x/1 (y)\r\nConnection: close\r\nVia: 1.1 a\r\nVia: 1.1 b\r\n" END, BYTES },
	{ "", CACHED, HTTP JPEG SNIFF CACHE "Age: 12\r\nContent-Length: 4\r\n" END, BYTES },
	{ "", CACHED, "HTTP/1.1 304 Not Modified\r\nDate: Mon, 07 Nov 1994 08:49:37 GMT\r\n" JPEG CACHE TAG END, "" },
	{ "", CUT, OK GOOD END, "\xff" },
	/* a web server's own */
	{ "", SERVER, "HTTP/1.1 404 Not Found\r\nDate: Mon, 07 Nov 1994 08:49:37 GMT\r\n"
		"Content-Type: text/html; charset=iso-8859-1\r\nContent-Length: 2\r\n" END, "<p" },
	{ "date", SERVER, "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n" END, "" },
	{ "server-timing", SERVER, HTTP JPEG SNIFF CACHE "Content-Length: 4\r\n" END, BYTES },

	{ "status", CGI, "Status: 99 No\r\n" GOOD END, BYTES },
	{ "field", CGI, OK GOOD "No colon here\r\n" END, BYTES },
	{ "field", CGI, OK GOOD "Two words: here\r\n" END, BYTES },
	{ "field", CGI, OK GOOD "Blank : before\r\n" END, BYTES },
	{ "field", CGI, OK GOOD " folded\r\n" END, BYTES },
	{ "field", CGI, OK GOOD, BYTES },
	{ "bytes", CGI, OK GOOD "X: a\x01" "b\r\n" END, BYTES },
	{ "bytes", CGI, OK GOOD "X: a\x7f\r\n" END, BYTES },
	{ "bytes", CGI, OK GOOD "X: \xc3\xa9\r\n" END, BYTES },
	{ "bytes", CGI, OK GOOD "X: a\rb\r\n" END, BYTES },
	{ "twice", CGI, OK GOOD "etag: \"abc-0123456789abcdef.jpg\"\r\n" END, BYTES },
	{ "twice", CGI, OK GOOD JPEG END, BYTES },
	{ "twice", CGI, OK GOOD "Content-Length: 4\r\n" END, BYTES },
	{ "twice", CGI, OK GOOD CACHE END, BYTES },
	{ "date", CGI, OK JPEG SNIFF TIME CACHE "Last-Modified: Mon, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 4\r\n" END, BYTES },
	{ "date", CGI, OK JPEG SNIFF TIME CACHE "Last-Modified: Sunday, 06-Nov-94 08:49:37 GMT\r\nContent-Length: 4\r\n" END, BYTES },
	{ "date", CGI, OK JPEG SNIFF TIME CACHE "Last-Modified: Sun, 06 Nov 1994 24:49:37 GMT\r\nContent-Length: 4\r\n" END, BYTES },
	{ "date", CGI, OK JPEG SNIFF TIME CACHE "Expires: 0\r\nContent-Length: 4\r\n" END, BYTES },
	{ "date", SERVER, "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:30 GMT\r\n" GOOD END, BYTES },
	{ "date", SERVER, "HTTP/1.1 200 OK\r\n" GOOD END, BYTES },
	{ "twice", SERVER, HTTP "Date: Mon, 07 Nov 1994 08:49:37 GMT\r\n" GOOD END, BYTES },
	{ "server", CGI, OK "Date: Mon, 07 Nov 1994 08:49:37 GMT\r\n" GOOD END, BYTES },
	{ "server", CGI, OK GOOD "Connection: close\r\n" END, BYTES },
	{ "etag", CGI, OK JPEG SNIFF TIME CACHE "ETag: abc\r\nContent-Length: 4\r\n" END, BYTES },
	{ "etag", CGI, OK JPEG SNIFF TIME CACHE "ETag: \"a b\"\r\nContent-Length: 4\r\n" END, BYTES },
	{ "etag", CGI, OK JPEG SNIFF TIME CACHE "ETag: w/\"a\"\r\nContent-Length: 4\r\n" END, BYTES },
	{ "etag", CGI, OK JPEG SNIFF TIME CACHE "ETag: \"a\", \"b\"\r\nContent-Length: 4\r\n" END, BYTES },
	{ "etag", CGI, "Status: 304 Not Modified\r\n" TIME CACHE "ETag: W/\"abc-0123456789abcdef.jpg\"\r\n" END, "" },
	{ "etag", SERVER, HTTP JPEG SNIFF TIME CACHE "ETag: W/\"abc-0123456789abcdef.jpg\"\r\nContent-Length: 4\r\n" END, BYTES },
	{ "cors", CGI, OK GOOD "Access-Control-Allow-Origin: https://a.example\r\n" END, BYTES },
	{ "cors", SERVER, HTTP GOOD "Access-Control-Allow-Origin: https://a.example\r\nVary: Accept, X-Origin\r\n" END, BYTES },
	{ "cors", CGI, "Status: 304 Not Modified\r\n" TIME CACHE TAG "Access-Control-Allow-Origin: https://a.example\r\n" END, "" },
	{ "cache-control", CGI, OK JPEG SNIFF TIME "Content-Length: 4\r\n" END, BYTES },
	{ "cache-control", CGI, OK JPEG SNIFF TIME "Cache-Control: public max-age=1\r\nContent-Length: 4\r\n" END, BYTES },
	{ "cache-control", CGI, OK JPEG SNIFF TIME "Cache-Control: public,\r\nContent-Length: 4\r\n" END, BYTES },
	{ "cache-control", CGI, OK JPEG SNIFF TIME "Cache-Control: max-age=-1\r\nContent-Length: 4\r\n" END, BYTES },
	{ "cache-control", CGI, OK JPEG SNIFF TIME "Cache-Control: max-age=1, max-age=2\r\nContent-Length: 4\r\n" END, BYTES },
	{ "cache-control", CGI, OK JPEG SNIFF TIME "Cache-Control: max-age\r\nContent-Length: 4\r\n" END, BYTES },
	{ "cache-control", CGI, OK JPEG SNIFF TIME "Cache-Control: public=1\r\nContent-Length: 4\r\n" END, BYTES },
	{ "contradiction", CGI, OK JPEG SNIFF TIME "Cache-Control: no-store, max-age=60\r\nContent-Length: 4\r\n" END, BYTES },
	{ "contradiction", CGI, OK JPEG SNIFF TIME "Cache-Control: public, private\r\nContent-Length: 4\r\n" END, BYTES },
	{ "contradiction", CGI, OK JPEG SNIFF TIME "Cache-Control: public, immutable\r\nContent-Length: 4\r\n" END, BYTES },
	{ "vary", CGI, OK GOOD "Vary: *\r\n" END, BYTES },
	{ "vary", CGI, OK GOOD "Vary: Accept, *\r\n" END, BYTES },
	{ "vary", CGI, OK GOOD "Vary: Accept,, Origin\r\n" END, BYTES },
	{ "vary", CGI, OK GOOD "Vary: Accept, Origin, accept\r\n" END, BYTES },
	{ "syntax", CGI, OK JPEG SNIFF CACHE "Server-Timing: total;dur=\r\nContent-Length: 4\r\n" END, BYTES },
	{ "syntax", CGI, OK JPEG SNIFF CACHE "Server-Timing: a b;dur=1\r\nContent-Length: 4\r\n" END, BYTES },
	{ "syntax", CGI, OK GOOD "Link: https://x/a; rel=canonical\r\n" END, BYTES },
	{ "syntax", CGI, OK GOOD "Link: <https://x/a b>; rel=canonical\r\n" END, BYTES },
	{ "syntax", CGI, OK GOOD "Link: </a>; rel=\"canonical\r\n" END, BYTES },
	{ "syntax", CGI, OK GOOD "Content-Disposition: attachment; filename=a b\r\n" END, BYTES },
	{ "syntax", CGI, OK GOOD "Content-Disposition: attachment; filename\r\n" END, BYTES },
	{ "syntax", CGI, OK GOOD "Accept-Ranges: byte\r\n" END, BYTES },
	{ "syntax", CACHED, HTTP JPEG SNIFF CACHE "Age: -1\r\nContent-Length: 4\r\n" END, BYTES },
	{ "content-type", CGI, OK SNIFF TIME CACHE "Content-Length: 4\r\n" END, BYTES },
	{ "content-type", CGI, OK "Content-Type: jpeg\r\n" SNIFF TIME CACHE "Content-Length: 4\r\n" END, BYTES },
	{ "content-type", CGI, OK "Content-Type: image/png\r\n" SNIFF TIME CACHE TAG "Content-Length: 4\r\n" END, BYTES },
	{ "content-type", CGI, OK GOOD END, "GIF8" },
	{ "content-type", CGI, "Status: 404 Not Found\r\n" JPEG SNIFF TIME SHORT "Content-Length: 4\r\n" END, BYTES },
	{ "content-type", CGI, OK "Content-Type: image/svg+xml\r\n" SNIFF TIME CACHE "Content-Length: 4\r\n" END, "<svg" },
	{ "location", CGI, "Status: 308 Permanent Redirect\r\n" TIME SHORT "Content-Length: 0\r\n" END, "" },
	{ "location", CGI, OK GOOD "Location: ?w=80\r\n" END, BYTES },
	{ "location", CGI, OK GOOD "Content-Location: ?t=a b\r\n" END, BYTES },
	{ "allow", CGI, "Status: 405 Method Not Allowed\r\n" JSON SHORT "Content-Length: 2\r\n" END, "{}" },
	{ "allow", CGI, OK GOOD "Allow: GET\r\n" END, BYTES },
	{ "syntax", CGI, "Status: 405 Method Not Allowed\r\n" JSON SHORT "Allow: GET HEAD\r\nContent-Length: 2\r\n" END, "{}" },
	{ "authenticate", CGI, "Status: 401 Unauthorized\r\n" JSON SHORT "Content-Length: 2\r\n" END, "{}" },
	{ "retry-after", CGI, "Status: 503 Service Unavailable\r\n" JSON NONE "Content-Length: 2\r\n" END, "{}" },
	{ "retry-after", CGI, "Status: 503 Service Unavailable\r\n" JSON NONE "Retry-After: soon\r\nContent-Length: 2\r\n" END, "{}" },
	{ "not-modified", CGI, "Status: 304 Not Modified\r\n" TIME CACHE TAG "Content-Length: 0\r\n" END, "" },
	{ "not-modified", CGI, "Status: 304 Not Modified\r\n" TIME CACHE TAG JPEG END, "" },
	{ "not-modified", CGI, "Status: 304 Not Modified\r\n" TIME CACHE END, "" },
	{ "length", CGI, "Status: 304 Not Modified\r\n" TIME CACHE TAG END, BYTES },
	{ "length", CGI_HEAD, OK GOOD END, BYTES },
	{ "length", CGI, OK GOOD END, "\xff\xd8\xff" },
	{ "length", CUT, OK GOOD END, "\xff\xd8\xff\xe0\xff" },
	{ "length", CGI, OK JPEG SNIFF TIME CACHE TAG END, BYTES },
	{ "length", CGI, OK JPEG SNIFF TIME CACHE "Content-Length: 4, 4\r\n" END, BYTES },
	{ "length", SERVER, HTTP GOOD "Transfer-Encoding: chunked\r\n" END, BYTES },
	{ "range", CGI, "Status: 206 Partial Content\r\n" GOOD END, BYTES },
	{ "range", CGI, "Status: 206 Partial Content\r\n" JPEG SNIFF TIME CACHE "Content-Range: bytes 2-5/9\r\n"
		"Content-Length: 4\r\n" END, "abcd" },
	{ "range", CGI, "Status: 206 Partial Content\r\n" GOOD "Content-Range: bytes 2-6/9\r\n" END, BYTES },
	{ "range", CGI, "Status: 206 Partial Content\r\n" GOOD "Content-Range: bytes 6-9/9\r\n" END, BYTES },
	{ "range", CGI, "Status: 206 Partial Content\r\n" GOOD "Content-Range: 2-5/9\r\n" END, BYTES },
	{ "range", CGI, "Status: 206 Partial Content\r\n" GOOD "Content-Range: bytes */9\r\n" END, BYTES },
	{ "range", CGI, OK GOOD "Content-Range: bytes 0-3/9\r\n" END, BYTES },
	{ "range", CGI, "Status: 416 Range Not Satisfiable\r\n" JSON NONE "Content-Range: bytes 0-1/9\r\nContent-Length: 2\r\n" END, "{}" },
	{ "validators", CGI, "Status: 404 Not Found\r\n" JSON SHORT TAG "Content-Length: 2\r\n" END, "{}" },
	{ "validators", CGI, "Status: 502 Bad Gateway\r\n" JSON NONE THEN "Content-Length: 2\r\n" END, "{}" },
	{ "validators", CGI, OK JPEG SNIFF TIME SHORT THEN "Limner-Reason: broken\r\nContent-Length: 4\r\n" END, BYTES },
	{ "validators", CGI, OK JPEG SNIFF TIME SHORT "Accept-Ranges: bytes\r\nLimner-Reason: broken\r\nContent-Length: 4\r\n" END, BYTES },
	{ "validators", CGI, OK JPEG SNIFF TIME CACHE "Limner-Reason: broken\r\nContent-Length: 4\r\n" END, BYTES },
	{ "reason", CGI, OK GOOD "Limner-Reason: Broken!\r\n" END, BYTES },
	{ "reason", CGI, OK GOOD "Limner-Reason: bad-value=w\r\n" END, BYTES },
	{ "nosniff", CGI, OK JPEG TIME CACHE "Content-Length: 4\r\n" END, BYTES },
	{ "nosniff", CGI, OK JPEG "X-Content-Type-Options: sniff\r\n" TIME CACHE "Content-Length: 4\r\n" END, BYTES },
	{ "server-timing", CGI, OK JPEG SNIFF CACHE "Content-Length: 4\r\n" END, BYTES },
	/* clang-format on */
};

static void
note(void *self, const char *rule, const char *why)
{
	char *all = self, with_blank[64];
	size_t len = strlen(all);

	(void)why;
	(void)snprintf(with_blank, sizeof with_blank, "%s ", rule);
	if (strstr(all, with_blank) == NULL)
		(void)snprintf(all + len, 256 - len, "%s", with_blank);
}

static void
judge(const char *head, const char *body, enum how how, char found[256])
{
	const struct rules_answer answer = { .head = head,
		.cgi = how == CGI || how == CGI_HEAD || how == CUT,
		.cached = how == CACHED,
		.head_only = how == CGI_HEAD || how == SERVER_HEAD,
		.broken_off = how == CUT,
		.has_body = true,
		.body = (const unsigned char *)body,
		.body_len = strlen(body) };

	found[0] = '\0';
	rules_judge(&answer, note, found);
}

START_TEST(names_the_rule_that_is_broken)
{
	char found[256], want[256];

	judge(rows[_i].head, rows[_i].body, rows[_i].how, found);
	(void)snprintf(
		want, sizeof want, "%s%s", rows[_i].rules, rows[_i].rules[0] != '\0' ? " " : "");
	ck_assert_msg(strcmp(found, want) == 0, "row %d: \"%s\", not \"%s\":\n%s", _i, found, want,
		rows[_i].head);
}
END_TEST

START_TEST(knows_how_much_cloudfront_takes)
{
	static char head[30000];
	char found[256];
	size_t len = (size_t)snprintf(head, sizeof head, "%s", OK GOOD);

	for (int i = 0; len < 20480; i++)
		len += (size_t)snprintf(head + len, sizeof head - len, "X-%d: %01000d\r\n", i, 0);
	(void)snprintf(head + len, sizeof head - len, END);
	judge(head, BYTES, CGI, found);
	ck_assert_str_eq(found, "size ");
}
END_TEST

Suite *
suite_headers(void)
{
	Suite *s = suite_create("headers");
	TCase *t = tcase_create("headers");

	tcase_add_loop_test(t, names_the_rule_that_is_broken, 0, ROWS(rows));
	tcase_add_test(t, knows_how_much_cloudfront_takes);
	suite_add_tcase(s, t);
	return s;
}
