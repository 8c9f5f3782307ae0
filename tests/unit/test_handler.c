#include "admission.h"
#include "base/log.h"
#include "base/now.h"
#include "handler.h"
#include "image.h"
#include "judged.h"
#include "scripted.h"
#include "suites.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A gateway in memory: an environment of a few variables, and what was answered. */
struct memory {
	const char *uri, *method, *header, *value; /* header: one more variable, or NULL */
	const char *header2, *value2;              /* and another */
	struct buf out;
	size_t gone_after; /* bytes after which the peer is gone; 0: it stays */
	int looks;         /* after so many looks it has left; 0: it stays */
	int looked;
	bool weighs; /* at each look */
	long most_kb;
};

static char root[64];
static struct config *cfg;
static struct handler handler;
static struct memory mem;

static const char *
param(void *self, const char *name)
{
	const struct memory *m = self;

	if (strcmp(name, "REQUEST_URI") == 0)
		return m->uri;
	if (strcmp(name, "REQUEST_METHOD") == 0)
		return m->method != NULL ? m->method : "GET";
	if (m->header != NULL && strcmp(name, m->header) == 0)
		return m->value;
	if (m->header2 != NULL && strcmp(name, m->header2) == 0)
		return m->value2;
	return NULL;
}

static bool
take(void *self, const void *bytes, size_t n)
{
	struct memory *m = self;
	struct err err;

	if (m->gone_after > 0 && m->out.len + n > m->gone_after)
		return false;
	return buf_add(&m->out, bytes, n, &err);
}

/* Memory of this process that no file could give back, in KB. */
static long
anonymous_kb(void)
{
	char line[128];
	long kb = -1;
	FILE *f = fopen("/proc/self/status", "r");

	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, "RssAnon:", 8) == 0)
			kb = strtol(line + 8, NULL, 10);
	if (f != NULL)
		(void)fclose(f);
	return kb;
}

static bool
left(void *self)
{
	struct memory *m = self;
	long kb = m->weighs ? anonymous_kb() : 0;

	if (kb > m->most_kb)
		m->most_kb = kb;
	m->looked++;
	return m->looks > 0 && m->looked >= m->looks;
}

static void
put(const char *name, const void *bytes, size_t n)
{
	char path[512];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", root, name);
	f = fopen(path, "wb");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes, 1, n, f), n);
	ck_assert_int_eq(fclose(f), 0);
}

/* Make a small original from a sample. */
static void
make(const char *name, const char *sample, const char *query, struct buf *ret)
{
	const char *top = getenv("top_srcdir");
	struct buf bytes = BUF_INIT(10000000);
	struct image_made made;
	struct image_info info;
	struct request req = { 0 };
	struct plan plan;
	struct err err = { 0 };
	char path[1024], uri[256];
	unsigned char piece[4096];
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/www/samples/%s", top != NULL ? top : ".", sample);
	f = fopen(path, "rb");
	ck_assert_msg(f != NULL, "%s", path);
	while ((n = fread(piece, 1, sizeof piece, f)) > 0)
		ck_assert(buf_add(&bytes, piece, n, &err));
	(void)fclose(f);
	(void)snprintf(uri, sizeof uri, "/img/x?%s", query);
	ret->limit = 10000000;
	ck_assert_msg(request_from_text(cfg, uri, &req, &err) &&
			      probe_image(bytes.bytes, bytes.len, &info, &err) &&
			      plan_resolve(&req, &info, image_writable(), &plan, &err) &&
			      image_render(bytes.bytes, bytes.len, &info, &plan, ret, &made, &err),
		"%s %s: %s %s", sample, query, err.say, err.detail);
	put(name, ret->bytes, ret->len);
	buf_done(&bytes);
}

static void
setup(void)
{
	static char file_root[128], deadline[] = "LIMNER_DEADLINE=5s", log[] = "LIMNER_LOG=none";
	char *env[] = { file_root, deadline, log, NULL };
	struct buf b = { 0 };
	struct err err = { 0 };

	(void)snprintf(root, sizeof root, "%s", "/tmp/limner-handler-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	(void)snprintf(file_root, sizeof file_root, "LIMNER_FILE_ROOT=%s", root);
	cfg = calloc(1, sizeof *cfg);
	ck_assert_msg(config_load("/dev/null", env, cfg, &err), "%s", err.detail);
	ck_assert(log_open(cfg->log, false, &err));
	ck_assert_msg(image_open(cfg, &err), "%s", err.detail);
	make("a.jpg", "mountains.jpg", "w=160&q=90", &b);
	put("cut.jpg", b.bytes, b.len / 2);
	buf_done(&b);
	make("alpha.png", "bowl.png", "w=60", &b);
	buf_done(&b);
	make("low.jpg", "mountains.jpg", "w=160&q=10", &b);
	buf_done(&b);
	put("text.jpg", "hello, world\n", 13);
	put("empty.jpg", "", 0);
	put("logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>", 41);
	put("page.html", "<!doctype html><p>x", 19);
	handler_open(&handler, cfg);
	mem = (struct memory){ .out = BUF_INIT(20000000) };
}

static void
teardown(void)
{
	pid_t pid;

	handler_close(&handler);
	image_close();
	free(cfg);
	buf_done(&mem.out);
	pid = fork();
	if (pid == 0) {
		(void)execlp("rm", "rm", "-rf", root, (char *)NULL);
		_exit(1);
	}
	(void)waitpid(pid, NULL, 0);
}

static bool
ask(const char *uri, const char *header, const char *value)
{
	struct gateway gw = { .self = &mem, .param = param, .write = take, .gone = left };
	bool head_only = mem.method != NULL && strcmp(mem.method, "HEAD") == 0, whole;

	mem.uri = uri;
	mem.header = header;
	mem.value = value;
	buf_reset(&mem.out);
	mem.looked = 0;
	whole = handler_serve(&handler, &gw);
	judged(buf_text(&mem.out), mem.out.len,
		head_only ? JUDGED_NONE
		: whole   ? JUDGED_WHOLE
			  : JUDGED_BROKEN_OFF);
	return whole;
}

static int
status(void)
{
	return strncmp(buf_text(&mem.out), "Status: ", 8) == 0
		       ? (int)strtol(buf_text(&mem.out) + 8, NULL, 10)
		       : 0;
}

/* The value of a field, or "" when it is not there. Static. */
static const char *
field(const char *name)
{
	static char value[512];
	char start[64];
	const char *at, *end;
	size_t n = (size_t)snprintf(start, sizeof start, "\r\n%s: ", name);

	at = strstr(buf_text(&mem.out), start);
	end = at != NULL ? strstr(at + n, "\r\n") : NULL;
	if (end == NULL)
		return "";
	(void)snprintf(value, sizeof value, "%.*s", (int)(end - at - (long)n), at + n);
	return value;
}

static size_t
body(const unsigned char **ret)
{
	const char *at = strstr(buf_text(&mem.out), "\r\n\r\n");

	ck_assert_ptr_nonnull(at);
	*ret = (const unsigned char *)at + 4;
	return mem.out.len - (size_t)(at + 4 - buf_text(&mem.out));
}

static void
body_is(int32_t w, int32_t h, enum format format)
{
	const unsigned char *bytes;
	struct image_info info;
	struct err err = { 0 };
	size_t n = body(&bytes);

	ck_assert_msg(probe_image(bytes, n, &info, &err), "%s", err.say);
	ck_assert_msg(info.width == w && info.height == h && info.format == format,
		"%dx%d %s, want %dx%d %s", info.width, info.height, format_row(info.format)->name,
		w, h, format_row(format)->name);
}

static enum format
body_sniffed(void)
{
	const unsigned char *bytes;
	size_t n = body(&bytes);

	return format_sniff(bytes, n);
}

static void
body_is_file(const char *name)
{
	unsigned char file[100000];
	const unsigned char *bytes;
	char path[512];
	size_t n = body(&bytes), have;
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", root, name);
	f = fopen(path, "rb");
	ck_assert_ptr_nonnull(f);
	have = fread(file, 1, sizeof file, f);
	(void)fclose(f);
	ck_assert_uint_eq(n, have);
	ck_assert_mem_eq(bytes, file, n);
}

START_TEST(makes_the_picture_that_was_asked_for)
{
	static const struct {
		const char *uri;
		int32_t w, h;
		enum format format;
		const char *type;
	} rows[] = {
		{ "/img/a.jpg?w=80", 80, 60, FORMAT_JPEG, "image/jpeg" },
		{ "/img/a.jpg?w=80&h=80&fit=cover&f=png", 80, 80, FORMAT_PNG, "image/png" },
		{ "/img/a.jpg?s=50x50&f=webp", 50, 38, FORMAT_WEBP, "image/webp" },
		{ "/img/a.jpg?height=30&format=gif", 40, 30, FORMAT_GIF, "image/gif" },
		{ "/img/alpha.png?w=30", 30, 23, FORMAT_PNG, "image/png" },
		{ "/img/a.jpg?w=20&h=40&fit=pad&dpr=2", 40, 80, FORMAT_JPEG, "image/jpeg" },
	};

	ck_assert(ask(rows[_i].uri, NULL, NULL));
	ck_assert_msg(status() == 200, "%s: %s", rows[_i].uri, buf_text(&mem.out));
	ck_assert_str_eq(field("Content-Type"), rows[_i].type);
	ck_assert_str_ne(field("ETag"), "");
	ck_assert_str_ne(field("Last-Modified"), "");
	ck_assert_str_eq(field("Limner-Reason"), "");
	ck_assert_str_eq(field("X-Content-Type-Options"), "nosniff");
	ck_assert_ptr_nonnull(strstr(field("Server-Timing"), "decode;dur="));
	ck_assert_str_eq(field("Cache-Control"),
		"public, max-age=86400, stale-while-revalidate=2592000, stale-if-error=2592000");
	body_is(rows[_i].w, rows[_i].h, rows[_i].format);
}
END_TEST

START_TEST(answers_with_the_original_when_the_picture_fails)
{
	static const struct {
		const char *uri, *file, *reason;
	} rows[] = {
		{ "/img/text.jpg?w=80", "text.jpg", "not-an-image" },
		{ "/img/empty.jpg?w=80", "empty.jpg", "not-an-image" },
		{ "/img/cut.jpg?w=80", "cut.jpg", "broken" },
		{ "/img/logo.svg?w=80", "logo.svg", "not-an-image" },
		{ "/img/a.jpg?t=nobody", "a.jpg", "unknown-preset" },
		{ "/img/a.jpg?w=80&t=no.body", "a.jpg", "unknown-preset, bad-value=\"t\"" },
		{ "/img/a.jpg?w=8000&h=8000&fit=fill&up=1", "a.jpg", "pixels" },
	};

	ck_assert(ask(rows[_i].uri, NULL, NULL));
	ck_assert_msg(status() == 200, "%s: %s", rows[_i].uri, buf_text(&mem.out));
	body_is_file(rows[_i].file);
	ck_assert_str_eq(field("Limner-Reason"), rows[_i].reason);
	ck_assert_str_eq(field("Cache-Control"), "public, max-age=60");
	ck_assert_str_eq(field("ETag"), "");
	ck_assert_str_eq(field("Last-Modified"), "");
}
END_TEST

START_TEST(keeps_to_its_limits)
{
	cfg->origins[0].policy.max_pixels = 100;
	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_str_eq(field("Limner-Reason"), "pixels");
	body_is_file("a.jpg");
	cfg->origins[0].policy.max_pixels = 1000000;
	cfg->origins[0].policy.max_original_bytes = 1000;
	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Limner-Reason"), "too-large");
	ck_assert_str_eq(field("Cache-Control"), "public, max-age=600");
	body_is_file("a.jpg");
	cfg->origins[0].policy.pass = CONFIG_PASS_NONE;
	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_int_eq(status(), 413);
}
END_TEST

START_TEST(answers_errors_where_errors_are_wanted)
{
	static const struct {
		const char *uri;
		int status;
	} rows[] = {
		{ "/img/text.jpg?w=80", 415 },
		{ "/img/cut.jpg?w=80", 422 },
		{ "/img/a.jpg?t=nobody", 400 },
		{ "/img/a.jpg?w=80", 200 },
	};

	cfg->origins[0].policy.on_error = CONFIG_ERROR;
	ck_assert(ask(rows[_i].uri, NULL, NULL));
	ck_assert_int_eq(status(), rows[_i].status);
}
END_TEST

START_TEST(passes_through_what_it_may)
{
	static const struct {
		const char *uri;
		enum config_pass pass;
		int status;
	} rows[] = {
		{ "/img/a.jpg", CONFIG_PASS_ANY, 200 },
		{ "/img/page.html", CONFIG_PASS_ANY, 200 },
		{ "/img/a.jpg", CONFIG_PASS_IMAGES, 200 },
		{ "/img/logo.svg", CONFIG_PASS_IMAGES, 200 },
		{ "/img/page.html", CONFIG_PASS_IMAGES, 415 },
		{ "/img/text.jpg", CONFIG_PASS_IMAGES, 415 },
		{ "/img/text.jpg?w=80", CONFIG_PASS_IMAGES, 415 },
		{ "/img/cut.jpg?w=80", CONFIG_PASS_IMAGES, 200 },
		{ "/img/a.jpg", CONFIG_PASS_NONE, 415 },
		{ "/img/cut.jpg?w=80", CONFIG_PASS_NONE, 415 },
		{ "/img/a.jpg?w=80", CONFIG_PASS_NONE, 200 },
	};

	cfg->origins[0].policy.pass = (int32_t)rows[_i].pass;
	ck_assert(ask(rows[_i].uri, NULL, NULL));
	ck_assert_msg(status() == rows[_i].status, "%s: %d", rows[_i].uri, status());
	if (status() == 200 && strchr(rows[_i].uri, '?') == NULL) {
		body_is_file(rows[_i].uri + 5);
		ck_assert_str_ne(field("ETag"), "");
		ck_assert_str_ne(field("Last-Modified"), "");
		ck_assert_str_eq(field("Limner-Reason"), "");
	}
}
END_TEST

START_TEST(shuts_an_svg_in)
{
	ck_assert(ask("/img/logo.svg", NULL, NULL));
	ck_assert_str_eq(field("Content-Type"), "image/svg+xml");
	ck_assert_ptr_nonnull(strstr(field("Content-Security-Policy"), "sandbox"));
}
END_TEST

START_TEST(confirms_its_own_tag_without_decoding)
{
	char tag[512];

	ck_assert(ask("/img/a.jpg?w=80&q=70", NULL, NULL));
	(void)snprintf(tag, sizeof tag, "%s", field("ETag"));
	ck_assert_ptr_nonnull(strstr(tag, ".jpg\""));
	cell_close(&handler.cell);
	ck_assert(ask("/img/a.jpg?q=70&width=80", "HTTP_IF_NONE_MATCH", tag));
	ck_assert_int_eq(status(), 304);
	ck_assert_str_eq(field("ETag"), tag);
	ck_assert_str_eq(field("Content-Length"), "");
	ck_assert_int_eq(handler.cell.pid, 0); /* nobody was asked to decode */
	/* another picture, another tag; a changed original as well */
	ck_assert(ask("/img/a.jpg?w=81&q=70", "HTTP_IF_NONE_MATCH", tag));
	ck_assert_int_eq(status(), 200);
	put("a.jpg", "other", 5);
	ck_assert(ask("/img/a.jpg?w=80&q=70", "HTTP_IF_NONE_MATCH", tag));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Limner-Reason"), "not-an-image");
}
END_TEST

/* Ask, with a condition besides, and tell whether nobody was asked to decode. */
static bool
undecoded(const char *uri, const char *header, const char *value)
{
	cell_close(&handler.cell);
	ck_assert(ask(uri, header, value));
	return handler.cell.pid == 0;
}

START_TEST(confirms_by_the_list_of_tags_without_decoding)
{
	char tag[512], list[1024];

	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	(void)snprintf(tag, sizeof tag, "%s", field("ETag"));
	/* a tag of an older original besides, in front of it */
	(void)snprintf(list, sizeof list, "\"other\", \"0-0%s, W/%s", strrchr(tag, '-'), tag);
	ck_assert(undecoded("/img/a.jpg?w=80", "HTTP_IF_NONE_MATCH", list));
	ck_assert_int_eq(status(), 304);
	ck_assert_str_eq(field("ETag"), tag);
	/* the older one alone says nothing */
	*strstr(list, ", W/") = '\0';
	ck_assert(ask("/img/a.jpg?w=80", "HTTP_IF_NONE_MATCH", list));
	ck_assert_int_eq(status(), 200);
}
END_TEST

START_TEST(confirms_by_the_very_date_where_the_tag_is_known)
{
	char tag[512], date[64];

	ck_assert(ask("/img/a.jpg?w=80&f=jpg", NULL, NULL));
	(void)snprintf(tag, sizeof tag, "%s", field("ETag"));
	(void)snprintf(date, sizeof date, "%s", field("Last-Modified"));
	ck_assert(undecoded("/img/a.jpg?w=80&f=jpg", "HTTP_IF_MODIFIED_SINCE", date));
	ck_assert_int_eq(status(), 304);
	ck_assert_str_eq(field("ETag"), tag);
	ck_assert_str_eq(field("Last-Modified"), date);
	/* whoever knows another date may have it of a fallback; without a format the tag would need
	 * a look at the original */
	ck_assert(ask("/img/a.jpg?w=80&f=jpg", "HTTP_IF_MODIFIED_SINCE",
		"Fri, 01 Jan 2100 00:00:00 GMT"));
	ck_assert_int_eq(status(), 200);
	body_is(80, 60, FORMAT_JPEG);
	ck_assert(ask("/img/a.jpg?w=80", "HTTP_IF_MODIFIED_SINCE", date));
	ck_assert_int_eq(status(), 200);
	/* tags go before dates */
	mem.header2 = "HTTP_IF_NONE_MATCH";
	mem.value2 = "\"other\"";
	ck_assert(ask("/img/a.jpg?w=80&f=jpg", "HTTP_IF_MODIFIED_SINCE", date));
	ck_assert_int_eq(status(), 200);
}
END_TEST

START_TEST(believes_a_304_without_a_tag_that_can_mean_but_one)
{
	static const struct scripted_step steps[] = {
		{ SCRIPTED_ACCEPT, NULL, 0 },
		{ SCRIPTED_AWAIT, NULL, 0 },
		{ SCRIPTED_SEND, "HTTP/1.1 304 Not Modified\r\n\r\n", 0 },
		{ SCRIPTED_AWAIT, NULL, 0 },
		{ SCRIPTED_SEND, "HTTP/1.1 304 Not Modified\r\n\r\n", 0 },
		{ SCRIPTED_AWAIT, NULL, 0 },
		{ SCRIPTED_SEND, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 0 },
		{ SCRIPTED_END, NULL, 0 },
	};
	struct config_origin *web = &cfg->origins[1];
	struct scripted server;
	char tag[512], two[1100];

	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	(void)snprintf(tag, sizeof tag, "%s", field("ETag"));
	(void)snprintf(two, sizeof two, "%s, \"0-0%s", tag, strrchr(tag, '-'));
	scripted_start(&server, steps);
	*web = cfg->origins[0];
	web->kind = CONFIG_HTTP;
	web->allow_private = true;
	(void)snprintf(web->mount, sizeof web->mount, "/web/");
	(void)snprintf(web->url, sizeof web->url, "http://127.0.0.1:%d/", server.port);
	cfg->origin_count = 2;
	ck_assert(ask("/web/a.jpg?w=80", "HTTP_IF_NONE_MATCH", tag));
	ck_assert_int_eq(status(), 304);
	ck_assert_str_eq(field("ETag"), tag);
	/* which of two it confirms nobody knows: the original is asked for again, plainly */
	ck_assert(ask("/web/a.jpg?w=80", "HTTP_IF_NONE_MATCH", two));
	ck_assert_int_eq(status(), 404);
	handler_close(&handler);
	handler_open(&handler, cfg);
	scripted_stop(&server);
	ck_assert_ptr_null(strstr(strrchr(server.text, '/'), "If-None-Match"));
}
END_TEST

START_TEST(confirms_what_exists_once_it_is_made)
{
	char tag[512];

	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	(void)snprintf(tag, sizeof tag, "%s", field("ETag"));
	ck_assert(ask("/img/a.jpg?w=80", "HTTP_IF_NONE_MATCH", "*"));
	ck_assert_int_eq(status(), 304);
	ck_assert_str_eq(field("ETag"), tag);
	ck_assert_str_ne(field("Last-Modified"), "");
	ck_assert(ask("/img/nothing.jpg?w=80", "HTTP_IF_NONE_MATCH", "*"));
	ck_assert_int_eq(status(), 404);
	/* both conditions, in their order */
	mem.header2 = "HTTP_IF_NONE_MATCH";
	mem.value2 = tag;
	ck_assert(ask("/img/a.jpg?w=80", "HTTP_IF_MATCH", "\"other\""));
	ck_assert_int_eq(status(), 412);
	ck_assert(ask("/img/a.jpg?w=80", "HTTP_IF_MATCH", tag));
	ck_assert_int_eq(status(), 304);
	ck_assert_str_eq(field("ETag"), tag);
	/* a date is not looked at where there is If-Match */
	mem.header2 = "HTTP_IF_UNMODIFIED_SINCE";
	mem.value2 = "Sat, 01 Jan 2000 00:00:00 GMT";
	ck_assert(ask("/img/a.jpg?w=80", "HTTP_IF_MATCH", tag));
	ck_assert_int_eq(status(), 200);
	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_int_eq(status(), 412);
	/* HEAD may not know which of several tags it has: it is one of them */
	mem.header2 = NULL;
	mem.method = "HEAD";
	ck_assert(undecoded("/img/a.jpg?w=80", "HTTP_IF_MATCH", tag));
	ck_assert_int_eq(status(), 200);
	ck_assert(ask("/img/a.jpg?w=80", "HTTP_IF_MATCH", "\"other\""));
	ck_assert_int_eq(status(), 412);
	ck_assert(undecoded("/img/a.jpg?w=80", "HTTP_IF_NONE_MATCH", "*"));
	ck_assert_int_eq(status(), 304);
	ck_assert(ask("/img/a.jpg?w=80", "HTTP_RANGE", "bytes=0-1"));
	ck_assert_int_eq(status(), 200);
}
END_TEST

START_TEST(sends_a_part_of_a_picture)
{
	unsigned char whole[100000];
	const unsigned char *bytes;
	char tag[512], date[64], want[64];
	size_t n, part;

	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_str_eq(field("Accept-Ranges"), "bytes");
	(void)snprintf(date, sizeof date, "%s", field("Last-Modified"));
	(void)snprintf(tag, sizeof tag, "%s", field("ETag"));
	n = body(&bytes);
	ck_assert_uint_le(n, sizeof whole);
	memcpy(whole, bytes, n);
	mem.header2 = "HTTP_IF_RANGE";
	mem.value2 = tag;
	ck_assert(ask("/img/a.jpg?w=80", "HTTP_RANGE", "bytes=100-299"));
	ck_assert_int_eq(status(), 206);
	(void)snprintf(want, sizeof want, "bytes 100-299/%zu", n);
	ck_assert_str_eq(field("Content-Range"), want);
	ck_assert_str_eq(field("Content-Length"), "200");
	ck_assert_str_eq(field("ETag"), tag);
	part = body(&bytes);
	ck_assert_uint_eq(part, 200);
	ck_assert_mem_eq(bytes, whole + 100, 200);
	mem.value2 = "\"other\"";
	ck_assert(ask("/img/a.jpg?w=80", "HTTP_RANGE", "bytes=100-299"));
	ck_assert_int_eq(status(), 200);
	ck_assert_uint_eq(body(&bytes), n);
	/* its original's date is that of every quality, and no more than the original's */
	mem.value2 = date;
	ck_assert(ask("/img/a.jpg?w=80", "HTTP_RANGE", "bytes=100-299"));
	ck_assert_int_eq(status(), 200);
	ck_assert_uint_eq(body(&bytes), n);
	ck_assert(ask("/img/a.jpg", "HTTP_RANGE", "bytes=100-299"));
	ck_assert_int_eq(status(), 206);
	mem.header2 = NULL;
	ck_assert(ask("/img/a.jpg?w=80", "HTTP_RANGE", "bytes=9999999-"));
	ck_assert_int_eq(status(), 416);
	(void)snprintf(want, sizeof want, "bytes */%zu", n);
	ck_assert_str_eq(field("Content-Range"), want);
	ck_assert_str_eq(field("ETag"), "");
	/* what has no tag goes out whole */
	ck_assert(ask("/img/cut.jpg?w=80", "HTTP_RANGE", "bytes=100-299"));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Accept-Ranges"), "");
	body_is_file("cut.jpg");
}
END_TEST

START_TEST(refuses_what_does_not_match)
{
	static const struct {
		const char *uri, *value;
		int status;
	} rows[] = {
		{ "/img/a.jpg?w=80", "\"other\"", 412 },
		{ "/img/a.jpg?w=80", "*", 200 },
		{ "/img/cut.jpg?w=80", "\"other\"", 412 }, /* it has no tag at all */
		{ "/img/cut.jpg?w=80", "*", 200 },
		{ "/img/a.jpg?t=nobody", "\"other\"", 412 },
		{ "/img/a.jpg?t=nobody", "*", 200 },
		{ "/img/nothing.jpg?w=80", "\"other\"", 404 },
		{ "/img/nothing.jpg?t=nobody", "\"other\"", 404 },
	};

	ck_assert(ask(rows[_i].uri, "HTTP_IF_MATCH", rows[_i].value));
	ck_assert_msg(status() == rows[_i].status, "%s: %d", rows[_i].uri, status());
	if (status() == 412)
		ck_assert_str_eq(field("Cache-Control"), "no-store");
	/* also where the original streams out before anything is made */
	cfg->origins[0].policy.max_original_bytes = 1000;
	ck_assert(ask(rows[_i].uri, "HTTP_IF_MATCH", rows[_i].value));
	ck_assert_msg(status() == rows[_i].status, "streaming, %s: %d", rows[_i].uri, status());
}
END_TEST

START_TEST(never_confirms_a_fallback)
{
	static const char *const rows[] = { "\"anything\"", "*", "W/\"x\"" };

	ck_assert(ask("/img/cut.jpg?w=80", "HTTP_IF_NONE_MATCH", rows[_i]));
	ck_assert_int_eq(status(), 200);
	ck_assert(ask(
		"/img/cut.jpg?w=80", "HTTP_IF_MODIFIED_SINCE", "Fri, 01 Jan 2100 00:00:00 GMT"));
	ck_assert_int_eq(status(), 200);
	ck_assert(ask("/img/a.jpg?t=nobody", "HTTP_IF_NONE_MATCH", rows[_i]));
	ck_assert_int_eq(status(), 200);
}
END_TEST

START_TEST(confirms_an_original_by_tag_or_date)
{
	char tag[512];

	ck_assert(ask("/img/a.jpg", NULL, NULL));
	(void)snprintf(tag, sizeof tag, "%s", field("ETag"));
	ck_assert(ask("/img/a.jpg", "HTTP_IF_NONE_MATCH", tag));
	ck_assert_int_eq(status(), 304);
	ck_assert_str_eq(field("ETag"), tag);
	ck_assert(ask("/img/a.jpg", "HTTP_IF_MODIFIED_SINCE", "Fri, 01 Jan 2100 00:00:00 GMT"));
	ck_assert_int_eq(status(), 304);
	ck_assert(ask("/img/a.jpg", "HTTP_IF_MATCH", "\"other\""));
	ck_assert_int_eq(status(), 412);
	ck_assert(ask("/img/a.jpg", "HTTP_RANGE", "bytes=2-3"));
	ck_assert_int_eq(status(), 206);
	ck_assert_str_eq(field("Content-Length"), "2");
	ck_assert(ask("/img/a.jpg", "HTTP_RANGE", "bytes=9999999-"));
	ck_assert_int_eq(status(), 416);
	ck_assert_int_eq(strncmp(field("Content-Range"), "bytes */", 8), 0);
}
END_TEST

START_TEST(foretells_without_decoding)
{
	mem.method = "HEAD";
	ck_assert(ask("/img/a.jpg?w=80&f=webp", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Content-Type"), "image/webp");
	ck_assert_ptr_nonnull(strstr(field("ETag"), ".webp\""));
	ck_assert_str_eq(field("Content-Length"), "");
	ck_assert_int_eq(handler.cell.pid, 0);
	ck_assert(ask("/img/a.jpg", NULL, NULL));
	ck_assert_str_ne(field("Content-Length"), "");
	ck_assert(ask("/img/nothing.jpg?w=80", NULL, NULL));
	ck_assert_int_eq(status(), 404);
	if ((image_writable() & FORMAT_BIT(FORMAT_AVIF)) == 0) {
		ck_assert(ask("/img/a.jpg?w=80&f=avif", NULL, NULL));
		ck_assert_str_eq(field("Limner-Reason"), "no-encoder");
		ck_assert_str_eq(field("ETag"), "");
		ck_assert_str_eq(field("Cache-Control"), "public, max-age=60");
	}
	cfg->origins[0].policy.max_original_bytes = 1000;
	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_str_eq(field("Limner-Reason"), "too-large");
	ck_assert_str_ne(field("Content-Length"), "");
	cfg->origins[0].policy.on_error = CONFIG_ERROR;
	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_int_eq(status(), 413);
}
END_TEST

START_TEST(sends_the_original_when_it_is_the_smaller_one)
{
	ck_assert(ask("/img/low.jpg?q=95", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Limner-Reason"), "not-smaller");
	ck_assert_str_ne(field("ETag"), "");
	ck_assert_ptr_nonnull(strstr(field("Cache-Control"), "max-age=86400"));
	body_is_file("low.jpg");
}
END_TEST

/* Any format will do for f=auto, so the original's does; by its name a format is wanted. */
START_TEST(sends_the_smaller_original_whatever_was_negotiated)
{
	char tag[200];

	ck_assert(ask("/img/low.jpg?f=auto&q=95", "HTTP_ACCEPT", "image/webp,*/*"));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Limner-Reason"), "not-smaller");
	ck_assert_str_eq(field("Content-Type"), "image/jpeg");
	ck_assert_str_eq(field("Vary"), "Accept");
	body_is_file("low.jpg");
	/* the tag says what was sent */
	(void)snprintf(tag, sizeof tag, "%s", field("ETag"));
	ck_assert_ptr_nonnull(strstr(tag, ".jpg\""));
	ck_assert_str_ne(tag, "");
	ck_assert(ask("/img/low.jpg?f=webp&q=95", NULL, NULL));
	ck_assert_str_eq(field("Limner-Reason"), "");
	body_is(160, 120, FORMAT_WEBP);
	ck_assert(ask("/img/low.jpg?f=auto&q=95&w=100", "HTTP_ACCEPT", "image/webp,*/*"));
	body_is(100, 75, FORMAT_WEBP);
}
END_TEST

/* One client may be sent the original, and for another it is made anew: not under one tag. */
START_TEST(tags_what_each_accept_comes_to_apart)
{
	char webp[200];

	ck_assert(ask("/img/a.jpg?f=auto&w=100", "HTTP_ACCEPT", "image/webp,*/*"));
	(void)snprintf(webp, sizeof webp, "%s", field("ETag"));
	ck_assert(ask("/img/a.jpg?f=auto&w=100", "HTTP_ACCEPT", "*/*"));
	ck_assert_str_ne(field("ETag"), "");
	ck_assert_int_ne(strncmp(webp, field("ETag"), strcspn(webp, ".")), 0);
	/* nor where JPEG is preferred */
	ck_assert(ask("/img/a.jpg?f=auto&w=100", "HTTP_ACCEPT", "image/jpeg,image/webp;q=0.1"));
	body_is(100, 75, FORMAT_JPEG);
	ck_assert_int_ne(strncmp(webp, field("ETag"), strcspn(webp, ".")), 0);
	ck_assert(ask("/img/a.jpg?f=auto&w=100", "HTTP_ACCEPT", "image/png,image/webp;q=0.1"));
	body_is(100, 75, FORMAT_WEBP);
	/* that tag is no news to the client that has it, and none of the other's */
	ck_assert(ask("/img/a.jpg?f=auto&w=100", "HTTP_IF_NONE_MATCH", webp));
	ck_assert_int_eq(status(), 200);
}
END_TEST

/* What is left by trimming may be as small as AVIF is made for, and the border was not. */
START_TEST(wants_the_format_that_fits_what_is_left)
{
	struct buf b = { 0 };

	if (!(image_writable() & FORMAT_BIT(FORMAT_AVIF)))
		return;
	make("framed.png", "bowl.png", "w=40&h=200&fit=pad&bg=204080&f=png", &b);
	buf_done(&b);
	cfg->origins[0].policy.avif_max_pixels = 40 * 60;
	ck_assert(ask("/img/framed.png?f=auto&trim=20", "HTTP_ACCEPT", "image/avif"));
	ck_assert_int_eq(status(), 200);
	ck_assert_int_eq(body_sniffed(), FORMAT_AVIF);
	ck_assert_str_eq(field("Limner-Reason"), "");
	ck_assert_ptr_nonnull(strstr(field("ETag"), ".avif\""));
}
END_TEST

/* A format that cannot be written is missed even where the original would do. */
START_TEST(does_not_call_the_next_best_format_unchanged)
{
	struct buf b = { 0 };

	make("alpha.webp", "bowl.png", "w=60&f=webp&q=10", &b);
	buf_done(&b);
	ck_assert(ask("/img/alpha.webp?f=jxl&q=100", NULL, NULL));
	ck_assert_str_eq(field("Limner-Reason"), "no-encoder");
	ck_assert_str_eq(field("ETag"), "");
}
END_TEST

START_TEST(keeps_originals_back_even_when_they_are_smaller)
{
	cfg->origins[0].policy.pass = CONFIG_PASS_NONE;
	ck_assert(ask("/img/low.jpg?q=95", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Limner-Reason"), "");
	body_is(160, 120, FORMAT_JPEG);
	ck_assert_uint_gt(mem.out.len, 1500); /* low.jpg itself has fewer */
}
END_TEST

START_TEST(writes_the_next_best_format_when_it_must)
{
	ck_assert(ask("/img/a.jpg?w=80&f=avif", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	if (image_writable() & FORMAT_BIT(FORMAT_AVIF)) {
		ck_assert_str_eq(field("Content-Type"), "image/avif");
		ck_assert_int_eq(body_sniffed(), FORMAT_AVIF);
		ck_assert_str_eq(field("Limner-Reason"), "");
		ck_assert_ptr_nonnull(strstr(field("ETag"), ".avif\""));
		return;
	}
	ck_assert_str_eq(field("Limner-Reason"), "no-encoder");
	ck_assert_str_eq(field("ETag"), "");
	ck_assert_str_eq(field("Cache-Control"), "public, max-age=60");
	body_is(80, 60, FORMAT_WEBP);
}
END_TEST

/*
 * Twelve megapixels, and AVIF with all the effort there is: minutes. The deadline leaves what a
 * JPEG of that size needs on this machine today, and half again.
 */
START_TEST(steps_down_to_what_can_be_done_in_time)
{
	struct buf big = { 0 };
	uint64_t began, took;

	if ((image_writable() & FORMAT_BIT(FORMAT_AVIF)) == 0)
		return;
	make("big.jpg", "mountains.jpg", "w=4000&h=3000&fit=fill&up=1", &big);
	buf_done(&big);
	cfg->origins[0].policy.deadline_ms = 60000;
	cfg->origins[0].policy.avif_speed = 0;
	ck_assert(ask("/img/big.jpg?w=80", NULL, NULL)); /* the cell is there */
	began = now_mono_us();
	ck_assert(ask("/img/big.jpg?w=2000&f=jpg", NULL, NULL));
	took = now_mono_us() - began;
	body_is(2000, 1500, FORMAT_JPEG);
	cfg->origins[0].policy.deadline_ms = 300 + 3 * took / 1000;
	began = now_mono_us();
	ck_assert(ask("/img/big.jpg?w=2000&f=avif", NULL, NULL));
	took = now_mono_us() - began;
	ck_assert_str_eq(field("Limner-Reason"), "late-format");
	ck_assert_uint_lt(took / 1000, cfg->origins[0].policy.deadline_ms);
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("ETag"), "");
	ck_assert_str_eq(field("Cache-Control"), "public, max-age=60");
	if (body_sniffed() != FORMAT_AVIF)
		body_is(2000, 1500, body_sniffed());
	/* no time at all: JPEG is tried to the last, and the original is in hand */
	cfg->origins[0].policy.deadline_ms = 100;
	ck_assert(ask("/img/big.jpg?w=3000&f=avif", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	ck_assert_int_eq(body_sniffed(), FORMAT_JPEG);
}
END_TEST

START_TEST(answers_text_about_a_picture_or_an_error)
{
	static const struct {
		const char *uri;
		int status;
		const char *reason;
	} rows[] = {
		{ "/img/text.jpg?f=json", 415, "not-an-image" },
		{ "/img/logo.svg?f=blurhash", 415, "not-an-image" },
		{ "/img/cut.jpg?f=json", 422, "broken" },
		{ "/img/a.jpg?t=nobody&f=json", 400, "unknown-preset" },
		{ "/img/nothing.jpg?f=json", 404, "not-found" },
	};

	ck_assert(ask("/img/a.jpg?f=json", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Content-Type"), "application/json");
	ck_assert_ptr_nonnull(strstr(field("ETag"), ".json\""));
	ck_assert_ptr_nonnull(strstr(buf_text(&mem.out), "{\"width\":160,\"height\":120,"));
	ck_assert(ask("/img/a.jpg?f=json", "HTTP_IF_NONE_MATCH", field("ETag")));
	ck_assert_int_eq(status(), 304);
	ck_assert(ask("/img/a.jpg?f=blurhash&w=10", NULL, NULL));
	ck_assert_str_eq(field("Content-Type"), "text/plain");
	ck_assert_str_eq(field("Content-Length"), "28");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ck_assert(ask(rows[i].uri, NULL, NULL));
		ck_assert_msg(status() == rows[i].status, "%s: %d", rows[i].uri, status());
		ck_assert_str_eq(field("Limner-Reason"), rows[i].reason);
		ck_assert_str_eq(field("Content-Type"), "application/json");
		ck_assert_ptr_nonnull(strstr(buf_text(&mem.out), "{\"error\":\""));
	}
	cfg->origins[0].policy.max_original_bytes = 1000;
	ck_assert(ask("/img/a.jpg?f=json", NULL, NULL));
	ck_assert_int_eq(status(), 413);
}
END_TEST

START_TEST(keeps_to_the_bytes_that_were_asked)
{
	const unsigned char *bytes;
	struct err err = { 0 };
	size_t most;

	ck_assert(ask("/img/a.jpg?w=100&f=jpg", NULL, NULL));
	most = body(&bytes);
	ck_assert_uint_gt(most, 1500);
	ck_assert(ask("/img/a.jpg?w=100&f=jpg&max=1500", NULL, NULL));
	ck_assert_uint_le(body(&bytes), 1500);
	ck_assert_str_eq(field("Limner-Reason"), "");
	ck_assert_str_ne(field("ETag"), "");
	params_init(&cfg->presets[0].params);
	ck_assert(params_set(&cfg->presets[0].params, "w", "100", &err) &&
		  params_set(&cfg->presets[0].params, "max", "2000", &err));
	cfg->presets[0].params.max = 100; /* less than a JPEG's tables; nobody may ask it */
	(void)snprintf(cfg->presets[0].name, sizeof cfg->presets[0].name, "tiny");
	cfg->preset_count = 1;
	ck_assert(ask("/img/a.jpg?t=tiny", NULL, NULL));
	ck_assert_str_eq(field("Limner-Reason"), "over-budget");
	ck_assert_str_ne(field("ETag"), "");
	ck_assert_ptr_nonnull(strstr(field("Cache-Control"), "max-age=86400"));
}
END_TEST

START_TEST(varies_only_when_the_answer_depended_on_accept)
{
	char tag[200];

	ck_assert(ask("/img/a.jpg?w=80&f=auto", "HTTP_ACCEPT", "image/webp,*/*"));
	ck_assert_str_eq(field("Vary"), "Accept");
	body_is(80, 60, FORMAT_WEBP);
	ck_assert(ask("/img/a.jpg?w=80&f=auto", "HTTP_ACCEPT", "*/*"));
	ck_assert_str_eq(field("Vary"), "Accept");
	body_is(80, 60, FORMAT_JPEG);
	ck_assert(ask("/img/a.jpg?w=80", "HTTP_ACCEPT", "image/webp,*/*"));
	ck_assert_str_eq(field("Vary"), "");
	/* refused is not accepted; fallbacks depended on it as well, and so does HEAD */
	ck_assert(ask("/img/a.jpg?w=80&f=auto", "HTTP_ACCEPT", "image/avif;q=0, image/webp"));
	ck_assert_int_eq(body_sniffed(), FORMAT_WEBP);
	ck_assert(ask("/img/cut.jpg?w=80&f=auto", "HTTP_ACCEPT", "image/webp"));
	ck_assert_str_eq(field("Limner-Reason"), "broken");
	ck_assert_str_eq(field("Vary"), "Accept");
	if (image_writable() & FORMAT_BIT(FORMAT_AVIF)) {
		ck_assert(ask("/img/a.jpg?w=80&f=auto", "HTTP_ACCEPT", "image/avif,image/webp"));
		ck_assert_int_eq(body_sniffed(), FORMAT_AVIF);
		/* a higher weight goes before the setting's order, and has a tag of its own */
		(void)snprintf(tag, sizeof tag, "%s", field("ETag"));
		ck_assert(ask("/img/a.jpg?w=80&f=auto", "HTTP_ACCEPT",
			"image/avif;q=0.9,image/webp;q=0.95"));
		ck_assert_int_eq(body_sniffed(), FORMAT_WEBP);
		ck_assert_int_ne(strncmp(tag, field("ETag"), strcspn(tag, ".")), 0);
		(void)snprintf(cfg->origins[0].policy.auto_formats,
			sizeof cfg->origins[0].policy.auto_formats, "webp, avif");
		ck_assert(ask("/img/a.jpg?w=80&f=auto", "HTTP_ACCEPT", "image/avif,image/webp"));
		ck_assert_int_eq(body_sniffed(), FORMAT_WEBP);
		(void)snprintf(cfg->origins[0].policy.auto_formats,
			sizeof cfg->origins[0].policy.auto_formats, "avif, webp");
		cfg->origins[0].policy.avif_max_pixels = 80 * 60 - 1;
		ck_assert(ask("/img/a.jpg?w=80&f=auto", "HTTP_ACCEPT", "image/avif,image/webp"));
		ck_assert_int_eq(body_sniffed(), FORMAT_WEBP);
		ck_assert_ptr_nonnull(strstr(field("ETag"), ".webp\""));
	}
	mem.method = "HEAD";
	ck_assert(ask("/img/a.jpg?s=20x20&f=auto", "HTTP_ACCEPT", "image/webp"));
	ck_assert_str_eq(field("Vary"), "Accept");
	/* the format depends on the original as well, which HEAD does not see */
	ck_assert_str_eq(field("Content-Type"), "");
	ck_assert_str_eq(field("ETag"), "");
}
END_TEST

START_TEST(goes_by_the_word_a_cache_made_of_accept)
{
	(void)snprintf(cfg->accept_header, sizeof cfg->accept_header, "X-Fmt");
	ck_assert(ask("/img/a.jpg?w=80&f=auto", "HTTP_X_FMT", "webp"));
	ck_assert_str_eq(field("Vary"), "X-Fmt");
	body_is(80, 60, FORMAT_WEBP);
	ck_assert(ask("/img/a.jpg?w=80&f=auto", "HTTP_X_FMT", "-"));
	body_is(80, 60, FORMAT_JPEG);
	ck_assert(ask("/img/a.jpg?w=80&f=auto", "HTTP_ACCEPT", "image/webp,*/*"));
	ck_assert_str_eq(field("Vary"), "X-Fmt");
	body_is(80, 60, FORMAT_JPEG);
}
END_TEST

START_TEST(varies_an_error_by_what_decided_it)
{
	struct config_policy *policy = &cfg->origins[0].policy;

	policy->client_hints = true;
	ck_assert(ask("/img/nothing.jpg?w=auto&dpr=auto&f=auto", "HTTP_SEC_CH_WIDTH", "80"));
	ck_assert_int_eq(status(), 404);
	ck_assert_str_eq(field("Vary"), "");
	(void)snprintf(
		cfg->origins[0].forward_headers, sizeof cfg->origins[0].forward_headers, "X-Key");
	(void)snprintf(policy->cors, sizeof policy->cors, "https://a.example");
	ck_assert(ask("/img/nothing.jpg?w=auto&f=auto", "HTTP_SEC_CH_WIDTH", "80"));
	ck_assert_int_eq(status(), 404);
	ck_assert_str_eq(field("Vary"), "Origin, X-Key");
	ck_assert(ask("/img/..?w=auto&f=auto", NULL, NULL));
	ck_assert_int_eq(status(), 400);
	ck_assert_str_eq(field("Vary"), "Origin");
	policy->cors[0] = '\0';
	/* with the hint there would be a picture, without it there is but the original */
	policy->pass = CONFIG_PASS_NONE;
	ck_assert(ask("/img/a.jpg?w=auto", "HTTP_SEC_CH_WIDTH", "80"));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Vary"), "Sec-CH-Width, Save-Data");
	ck_assert(ask("/img/a.jpg?w=auto", NULL, NULL));
	ck_assert_int_eq(status(), 415);
	ck_assert_ptr_nonnull(strstr(field("Vary"), "Sec-CH-Width"));
	/* and no picture that could fail */
	policy->pass = CONFIG_PASS_ANY;
	policy->on_error = CONFIG_ERROR;
	ck_assert(ask("/img/cut.jpg?w=auto", "HTTP_SEC_CH_WIDTH", "80"));
	ck_assert_int_eq(status(), 422);
	ck_assert_str_eq(field("Vary"), "Sec-CH-Width, Save-Data");
}
END_TEST

START_TEST(tells_the_canonical_url_or_redirects_there)
{
	char etag[256];

	ck_assert(ask("/img/a.jpg?height=60&width=80", NULL, NULL));
	ck_assert_str_eq(field("Content-Location"), "?w=80&h=60");
	/* what a cache has stored is confirmed as it was told (RFC 9110 15.4.5) */
	(void)snprintf(etag, sizeof etag, "%s", field("ETag"));
	ck_assert(ask("/img/a.jpg?height=60&width=80", "HTTP_IF_NONE_MATCH", etag));
	ck_assert_int_eq(status(), 304);
	ck_assert_str_eq(field("Content-Location"), "?w=80&h=60");
	mem.method = "HEAD";
	ck_assert(ask("/img/a.jpg?height=60&width=80", NULL, NULL));
	ck_assert_str_eq(field("Content-Location"), "?w=80&h=60");
	mem.method = NULL;
	/* the original being the smaller one */
	ck_assert(ask("/img/low.jpg?quality=95", NULL, NULL));
	ck_assert_str_eq(field("Limner-Reason"), "not-smaller");
	ck_assert_str_eq(field("Content-Location"), "?q=95");
	(void)snprintf(etag, sizeof etag, "%s", field("ETag"));
	ck_assert(ask("/img/low.jpg?quality=95", "HTTP_IF_NONE_MATCH", etag));
	ck_assert_int_eq(status(), 304);
	ck_assert_str_eq(field("Content-Location"), "?q=95");
	ck_assert(ask("/img/a.jpg?w=80&h=60", NULL, NULL));
	ck_assert_str_eq(field("Content-Location"), "");
	cfg->origins[0].policy.canonical = CONFIG_CANONICAL_OFF;
	ck_assert(ask("/img/a.jpg?height=60&width=80", NULL, NULL));
	ck_assert_str_eq(field("Content-Location"), "");

	cfg->origins[0].policy.canonical = CONFIG_CANONICAL_REDIRECT;
	ck_assert(snap_parse("100", 1, 8192, 0, &cfg->origins[0].policy.snaps.w));
	ck_assert(ask("/img/a.jpg?width=80&utm=x", NULL, NULL));
	ck_assert_int_eq(status(), 308);
	ck_assert_str_eq(field("Location"), "?w=100");
	ck_assert_str_eq(field("Cache-Control"), "public, max-age=86400");
	ck_assert_str_eq(field("Content-Length"), "0");
	/* where it leads, in any order and escapes: an answer */
	ck_assert(ask("/img/a.jpg?w=100", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	ck_assert(ask("/img/a.jpg?q=50&w=%3100", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	/* originals and unknown presets have none */
	ck_assert(ask("/img/a.jpg?utm=x", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	ck_assert(ask("/img/a.jpg?width=80&t=nobodys", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Limner-Reason"), "unknown-preset");
}
END_TEST

START_TEST(tags_pictures_originals_and_fallbacks)
{
	static const char *const uris[] = { "/img/a.jpg?w=80", "/img/a.jpg", "/img/a.jpg?t=no" };
	char first[128];

	ck_assert(ask(uris[0], NULL, NULL));
	ck_assert_str_eq(field("Cache-Tag"), "");
	(void)snprintf(cfg->tag_headers, sizeof cfg->tag_headers, "Cache-Tag, X-Tags");
	ck_assert(ask(uris[0], NULL, NULL));
	(void)snprintf(first, sizeof first, "%s", field("Cache-Tag"));
	ck_assert_uint_eq(strlen(first), 37); /* k-… and f-… of the whole origin */
	ck_assert_str_eq(field("X-Tags"), first);
	for (size_t i = 1; i < 3; i++) {
		ck_assert(ask(uris[i], NULL, NULL));
		ck_assert_str_eq(field("Cache-Tag"), first);
	}
	ck_assert(ask("/img/text.jpg?w=80", NULL, NULL));
	ck_assert_uint_eq(strlen(field("Cache-Tag")), 37);
	ck_assert_str_ne(field("Cache-Tag"), first);
	/* what is missing is kept too, until it is there */
	ck_assert(ask("/img/nothing.jpg?w=80", NULL, NULL));
	ck_assert_int_eq(status(), 404);
	(void)snprintf(first, sizeof first, "%s", field("Cache-Tag"));
	ck_assert_uint_eq(strlen(first), 37);
	ck_assert(ask("/img/nothing.jpg", NULL, NULL));
	ck_assert_str_eq(field("Cache-Tag"), first);
	/* of no original there is none to name */
	ck_assert(ask("/img/", NULL, NULL));
	ck_assert_str_eq(field("Cache-Tag"), "");
	ck_assert(ask("/elsewhere/a.jpg", NULL, NULL));
	ck_assert_str_eq(field("Cache-Tag"), "");
}
END_TEST

START_TEST(names_what_it_dropped)
{
	ck_assert(ask("/img/a.jpg?w=80&q=high&dpr=x", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Limner-Reason"), "bad-value=\"q,dpr\"");
	body_is(80, 60, FORMAT_JPEG);
	cfg->origins[0].policy.strict = true;
	ck_assert(ask("/img/a.jpg?w=80&q=high", NULL, NULL));
	ck_assert_int_eq(status(), 400);
	ck_assert_ptr_nonnull(strstr(buf_text(&mem.out), "1 to 100"));
}
END_TEST

START_TEST(refuses_what_it_must)
{
	static const struct {
		const char *method, *uri;
		int status;
		const char *cache;
	} rows[] = {
		{ "POST", "/img/a.jpg?w=80", 405, "public, max-age=3600" },
		{ "GET", "/img/../a.jpg", 400, "public, max-age=3600" },
		{ "GET", "/img/%2e%2e/a.jpg", 400, "public, max-age=3600" },
		{ "GET", "/img/a%00.jpg", 400, "public, max-age=3600" },
		{ "GET", "/img/nothing.jpg", 404, "public, max-age=60" },
		{ "GET", "/img/nothing.jpg?w=80", 404, "public, max-age=60" },
		{ "GET", "/elsewhere/a.jpg", 404, "public, max-age=60" },
	};

	mem.method = rows[_i].method;
	ck_assert(ask(rows[_i].uri, NULL, NULL));
	ck_assert_msg(status() == rows[_i].status, "%s: %d", rows[_i].uri, status());
	ck_assert_str_eq(field("Cache-Control"), rows[_i].cache);
	ck_assert_str_eq(field("Content-Type"), "application/json");
	if (rows[_i].status == 405)
		ck_assert_str_eq(field("Allow"), "GET, HEAD");
}
END_TEST

START_TEST(answers_502_when_the_origin_fails)
{
	char file[64] = "/img/a.jpg?w=80";

	(void)snprintf(cfg->origins[0].root, sizeof cfg->origins[0].root, "%s/gone", root);
	ck_assert(ask(file, NULL, NULL));
	ck_assert_int_eq(status(), 502);
	ck_assert_str_eq(field("Cache-Control"), "no-store");
	ck_assert_ptr_null(strstr(buf_text(&mem.out), root)); /* no paths to strangers */
}
END_TEST

START_TEST(answers_503_when_the_queue_is_full)
{
	int slot;
	struct err err = { 0 };

	cfg->max_renders = 1;
	cfg->queue_ms = 20;
	(void)snprintf(cfg->runtime_dir, sizeof cfg->runtime_dir, "%s/run", root);
	ck_assert_int_eq(mkdir(cfg->runtime_dir, 0700), 0); /* root makes none */
	ck_assert(admission_enter(cfg, NULL, now_mono_us() + 1000000u, &slot, &err));
	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_int_eq(status(), 503);
	ck_assert_str_eq(field("Cache-Control"), "no-store");
	ck_assert_str_eq(field("Retry-After"), "1");
	admission_leave(slot);
	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_int_eq(status(), 200);
}
END_TEST

START_TEST(says_so_when_the_peer_is_gone_in_the_middle)
{
	mem.gone_after = 600;
	ck_assert(!ask("/img/a.jpg", NULL, NULL));
	ck_assert(!ask("/img/a.jpg?w=80", NULL, NULL));
}
END_TEST

START_TEST(makes_nothing_for_a_peer_that_is_gone)
{
	uint64_t start;

	mem.looks = 1; /* gone when the first bytes come */
	ck_assert(!ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_uint_eq(mem.out.len, 0);
	ck_assert_int_eq(handler.cell.pid, 0); /* none was needed */
	mem.looks = 0;
	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	/* gone while the cell is at it */
	ck_assert_int_eq(kill(handler.cell.pid, SIGSTOP), 0);
	mem.looks = 4;
	start = now_mono_us();
	ck_assert(!ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_uint_lt(now_mono_us() - start, 3000000u); /* long before the deadline of 5 s */
	ck_assert_uint_eq(mem.out.len, 0);
	ck_assert_int_eq(handler.cell.pid, 0);
}
END_TEST

/* Give a picture a long tail, which decoders do not mind. */
static void
lengthen(const char *name, off_t bytes)
{
	char path[512];

	(void)snprintf(path, sizeof path, "%s/%s", root, name);
	ck_assert_int_eq(truncate(path, bytes), 0);
}

START_TEST(holds_a_large_original_without_the_memory_for_it)
{
	long before, in_file, in_memory;

	lengthen("a.jpg", 60 << 20);
	cfg->origins[0].policy.max_original_bytes = 100u << 20;
	cfg->spool_above_bytes = 4u << 20;
	(void)snprintf(cfg->spool_dir, sizeof cfg->spool_dir, "%s", root);
	mem.weighs = true;
	before = anonymous_kb();
	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_str_eq(field("Limner-Reason"), "");
	body_is(80, 60, FORMAT_JPEG);
	in_file = mem.most_kb - before;
	ck_assert_msg(in_file < 12 << 10, "%ld KB", in_file);
	/* the same picture either way; and the measure does measure */
	cfg->spool_above_bytes = 100u << 20;
	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	body_is(80, 60, FORMAT_JPEG);
	in_memory = mem.most_kb - before;
	ck_assert_msg(in_memory > 50 << 10, "%ld KB", in_memory);
}
END_TEST

START_TEST(answers_with_a_large_original_from_its_file)
{
	lengthen("text.jpg", 3 << 20);
	cfg->spool_above_bytes = 1u << 20;
	(void)snprintf(cfg->spool_dir, sizeof cfg->spool_dir, "%s", root);
	ck_assert(ask("/img/text.jpg?w=80", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Limner-Reason"), "not-an-image");
	ck_assert_str_eq(field("Content-Length"), "3145728");
	ck_assert_ptr_nonnull(strstr(buf_text(&mem.out), "\r\n\r\nhello, world\n"));
	ck_assert_uint_gt(mem.out.len, 3145728u);
	/* without a place for it it stays in memory */
	(void)snprintf(cfg->spool_dir, sizeof cfg->spool_dir, "%s/gone", root);
	ck_assert(ask("/img/text.jpg?w=80", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Content-Length"), "3145728");
}
END_TEST

START_TEST(outlives_the_death_of_its_cell)
{
	siginfo_t dead;

	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_int_gt(handler.cell.pid, 0);
	ck_assert_int_eq(kill(handler.cell.pid, SIGKILL), 0);
	/* gone, and left to be reaped by whom it belongs to */
	ck_assert_int_eq(waitid(P_PID, (id_t)handler.cell.pid, &dead, WEXITED | WNOWAIT), 0);
	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Limner-Reason"), "");
}
END_TEST

START_TEST(answers_with_the_original_when_the_decoder_hangs)
{
	uint64_t start;

	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_int_eq(kill(handler.cell.pid, SIGSTOP), 0);
	cfg->origins[0].policy.deadline_ms = 300;
	start = now_mono_us();
	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_uint_ge(now_mono_us() - start, 300000u);
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Limner-Reason"), "late");
	ck_assert_str_eq(field("ETag"), "");
	body_is_file("a.jpg");
	ck_assert_int_eq(handler.cell.pid, 0);
}
END_TEST

/* A second origin over the same folder, with settings of its own. */
static struct config_policy *
add_origin(const char *mount)
{
	struct config_origin *other = &cfg->origins[cfg->origin_count++];

	*other = cfg->origins[0];
	(void)snprintf(other->title, sizeof other->title, "file other");
	(void)snprintf(other->mount, sizeof other->mount, "%s", mount);
	return &other->policy;
}

START_TEST(names_what_is_saved_by_what_is_sent)
{
	static const struct {
		const char *uri, *want;
	} rows[] = {
		{ "/img/a.jpg?w=80", "" },
		{ "/img/a.jpg?w=80&dl", "a.jpg" },
		{ "/img/a.jpg?w=80&f=webp&dl=1", "a.webp" },
		{ "/img/a.jpg?w=80&f=png&dl=cat.jpg", "cat.png" },
		{ "/img/a.jpg?f=json&dl", "a.json" },
		{ "/img/a.jpg?f=blurhash&dl", "a.txt" },
		/* the original, as asked for or in a picture's place */
		{ "/img/a.jpg?dl", "a.jpg" },
		{ "/img/page.html?dl=report", "report.html" },
		{ "/img/text.jpg?w=80&f=webp&dl", "text.jpg" },
		{ "/img/cut.jpg?w=80&f=webp&dl=cat.webp", "cat.jpg" },
		{ "/img/a.jpg?t=nobody&f=webp&dl=cat.webp", "cat.jpg" },
		{ "/img/low.jpg?f=webp&q=100&dl=x", "x.webp" },
		{ "/img/nothing.jpg?dl", "" },
	};
	char want[256];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		(void)snprintf(want, sizeof want,
			"attachment; filename=\"%s\"; filename*=UTF-8''%s", rows[i].want,
			rows[i].want);
		ck_assert(ask(rows[i].uri, NULL, NULL));
		ck_assert_msg(strcmp(field("Content-Disposition"),
				      rows[i].want[0] != '\0' ? want : "") == 0,
			"%s: %s", rows[i].uri, buf_text(&mem.out));
	}
	/* dl alone makes no picture, and no tag of its own */
	ck_assert(ask("/img/a.jpg?dl=1", NULL, NULL));
	ck_assert_str_eq(field("Accept-Ranges"), "bytes");
	(void)snprintf(want, sizeof want, "%s", field("ETag"));
	ck_assert(ask("/img/a.jpg", NULL, NULL));
	ck_assert_str_eq(field("ETag"), want);
	mem.method = "HEAD";
	ck_assert(ask("/img/a.jpg?w=80&f=webp&dl", NULL, NULL));
	ck_assert_str_eq(field("Content-Disposition"),
		"attachment; filename=\"a.webp\"; filename*=UTF-8''a.webp");
	/* what will be sent is not known yet */
	ck_assert(ask("/img/a.jpg?w=80&dl", NULL, NULL));
	ck_assert_str_eq(field("Content-Disposition"), "");
}
END_TEST

/* The page's text; the handler itself answers what is explained. */
static const char *
page_of(const char *url)
{
	static char uri[512];

	(void)snprintf(uri, sizeof uri, "/-/explain?%s", url);
	ck_assert(ask(uri, "REMOTE_ADDR", "127.0.0.1"));
	return strstr(buf_text(&mem.out), "\r\n\r\n") + 4;
}

START_TEST(explains_what_it_would_answer)
{
	static const char *const lines[] = { "origin     file, mounted at /img/\n",
		"\n  w        80: w=80\n", "\nhash       ",
		"\n           jpg 160x120, orientation 1",
		"\ncache      max_age and what goes with it\n",
		"\nsize       80x60: the width decides", "\nformat     webp: f names it\n",
		"\nquality    80: webp_quality of the settings\n", "\nresize 80x60\n",
		"\nStatus: 200 OK\nContent-Type: image/webp\n" };
	char tag[256], page[64];
	const char *text;

	ck_assert(ask("/img/a.jpg?w=80&f=webp", NULL, NULL));
	(void)snprintf(tag, sizeof tag, "\nETag: %s\n", field("ETag"));
	text = page_of("/img/a.jpg?w=80&f=webp");
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Content-Type"), "text/plain; charset=utf-8");
	ck_assert_str_eq(field("Cache-Control"), "no-store");
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		ck_assert_msg(strstr(text, lines[i]) != NULL, "no %s in\n%s", lines[i], text);
	ck_assert_msg(strstr(text, tag) != NULL, "no %s in\n%s", tag, text);
	/* of an original nothing but its head is needed */
	text = page_of("/img/page.html");
	ck_assert_ptr_nonnull(strstr(text, "\npasses     nothing asks for a picture\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nStatus: 200 OK\n"));
	ck_assert_ptr_null(strstr(text, "doctype"));
	/* failures */
	text = page_of("/img/cut.jpg?w=80");
	ck_assert_ptr_nonnull(
		strstr(text, "\nreason     broken\ncache      the age of its reason\n"));
	text = page_of("/img/text.jpg?w=80");
	ck_assert_ptr_nonnull(strstr(text, "\nno plan: not-an-image"));
	text = page_of("/img/nothing.jpg?w=80");
	ck_assert_ptr_nonnull(strstr(text, "\nreason     not-found\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nStatus: 404 Not Found\n"));
	text = page_of("/img/%2e%2e/a.jpg");
	ck_assert_int_eq(strncmp(text, "Status: 400 ", 12), 0);
	/* of an origin that does not work the log's own words */
	(void)add_origin("/gone/");
	(void)snprintf(cfg->origins[1].root, sizeof cfg->origins[1].root, "/nonexistent");
	text = page_of("/gone/a.jpg?w=80");
	ck_assert_ptr_nonnull(strstr(text, "\nStatus: 502 Bad Gateway\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nno plan: origin: "));
	text = page_of("/gone/a.jpg");
	ck_assert_ptr_nonnull(strstr(text, "\nno answer: origin: "));
	/* no page explains itself */
	text = page_of("/-/explain?/-/explain?/img/a.jpg");
	ck_assert_int_eq(strncmp(text, "Status: 400 ", 12), 0);
	(void)page_of("");
	ck_assert_int_eq(status(), 400);
	/* and it is for those who may see how it goes */
	(void)snprintf(page, sizeof page, "/img/-/explain?/img/a.jpg?w=80");
	ck_assert(ask(page, "REMOTE_ADDR", "192.0.2.1"));
	ck_assert_int_eq(status(), 404);
	ck_assert(ask(page, NULL, NULL));
	ck_assert_int_eq(status(), 404);
}
END_TEST

/* The same URL with its signature. */
static const char *
signed_uri(const char *uri)
{
	static char text[512];
	struct request req;
	struct err err = { 0 };

	ck_assert(request_from_text(cfg, uri, &req, &err));
	ck_assert(sign_make(req.origin, req.key, &req.asked, req.asked.sig, &err));
	(void)snprintf(text, sizeof text, "%s&sig=%s", uri, req.asked.sig);
	return text;
}

START_TEST(names_the_original_where_it_is_handed_out)
{
	static const char link[] = "</img/a.jpg>; rel=\"canonical\"";

	ck_assert(ask("/img/%61.jpg?w=80", NULL, NULL));
	ck_assert_str_eq(field("Link"), link);
	ck_assert(ask("/img/a.jpg?dl", NULL, NULL));
	ck_assert_str_eq(field("Link"), link);
	ck_assert(ask("/img/a.jpg?t=nobody", NULL, NULL));
	ck_assert_str_eq(field("Link"), link);
	mem.method = "HEAD";
	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_str_eq(field("Link"), link);
	mem.method = NULL;
	ck_assert(ask("/img/a.jpg?utm_source=x", NULL, NULL));
	ck_assert_str_eq(field("Link"), "");
	ck_assert(ask("/img/nothing.jpg?w=80", NULL, NULL));
	ck_assert_str_eq(field("Link"), "");
	cfg->origins[0].policy.pass = CONFIG_PASS_IMAGES;
	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_str_eq(field("Link"), link);
	cfg->origins[0].policy.pass = CONFIG_PASS_NONE;
	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_str_eq(field("Link"), "");
	cfg->origins[0].policy.pass = CONFIG_PASS_ANY;
	/* an original whose URL has to be signed answers 403 to it */
	(void)snprintf(cfg->origins[0].policy.sign_key, sizeof cfg->origins[0].policy.sign_key,
		"a key of sixteen bytes and more");
	cfg->origins[0].policy.sign_required = CONFIG_SIGN_PICTURES;
	ck_assert(ask(signed_uri("/img/a.jpg?w=80"), NULL, NULL));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Link"), link);
	cfg->origins[0].policy.sign_required = CONFIG_SIGN_ALL;
	ck_assert(ask(signed_uri("/img/a.jpg?w=80"), NULL, NULL));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Link"), "");
}
END_TEST

START_TEST(keeps_failures_as_long_as_is_set)
{
	struct config_policy *policy = &cfg->origins[0].policy, *other = add_origin("/other/");
	char why[SETTINGS_WHY];

	ck_assert(settings_ages_read(
		"not-an-image 5m, broken no-store, not-found 2m", &policy->error_ages, why));
	/* what leads to no origin goes by the general policy */
	ck_assert(settings_ages_read("not-found 7s, method 9s", &cfg->policy.error_ages, why));
	ck_assert(settings_ages_read("method 8s", &other->error_ages, why));
	ck_assert(ask("/img/text.jpg?w=80", NULL, NULL));
	ck_assert_str_eq(field("Limner-Reason"), "not-an-image");
	ck_assert_str_eq(field("Cache-Control"), "public, max-age=300");
	ck_assert(ask("/img/cut.jpg?w=80", NULL, NULL));
	ck_assert_str_eq(field("Cache-Control"), "no-store");
	ck_assert(ask("/img/nothing.jpg?w=80", NULL, NULL));
	ck_assert_str_eq(field("Cache-Control"), "public, max-age=120");
	ck_assert(ask("/other/text.jpg?w=80", NULL, NULL));
	ck_assert_str_eq(field("Cache-Control"), "public, max-age=60");
	ck_assert(ask("/elsewhere/a.jpg", NULL, NULL));
	ck_assert_str_eq(field("Cache-Control"), "public, max-age=7");
	policy->on_error = other->on_error = CONFIG_ERROR;
	ck_assert(ask("/img/text.jpg?w=80", NULL, NULL));
	ck_assert_int_eq(status(), 415);
	ck_assert_str_eq(field("Cache-Control"), "public, max-age=300");
	mem.method = "POST";
	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_str_eq(field("Cache-Control"), "public, max-age=3600");
	ck_assert(ask("/other/a.jpg?w=80", NULL, NULL));
	ck_assert_str_eq(field("Cache-Control"), "public, max-age=8");
	ck_assert(ask("/elsewhere/a.jpg?w=80", NULL, NULL));
	ck_assert_str_eq(field("Cache-Control"), "public, max-age=9");
}
END_TEST

START_TEST(keeps_each_origin_to_its_own_settings)
{
	struct config_policy *other = add_origin("/other/");
	char tag[512];

	other->max_age_ms = 5000;
	other->swr_ms = other->sie_ms = 0;
	other->max_pixels = 100;
	ck_assert(ask("/other/a.jpg?w=80", NULL, NULL));
	ck_assert_str_eq(field("Limner-Reason"), "pixels");
	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	ck_assert_str_eq(field("Limner-Reason"), "");
	ck_assert_ptr_nonnull(strstr(field("Cache-Control"), "max-age=86400"));
	other->max_pixels = 1000000;
	ck_assert(ask("/other/a.jpg?w=80", NULL, NULL));
	ck_assert_str_eq(field("Cache-Control"), "public, max-age=5");
	other->on_error = CONFIG_ERROR;
	ck_assert(ask("/other/text.jpg?w=80", NULL, NULL));
	ck_assert_int_eq(status(), 415);
	ck_assert(ask("/img/text.jpg?w=80", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	other->pass = CONFIG_PASS_NONE;
	ck_assert(ask("/other/a.jpg", NULL, NULL));
	ck_assert_int_eq(status(), 415);
	ck_assert(ask("/img/a.jpg", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	other->max_original_bytes = 1000;
	ck_assert(ask("/other/a.jpg?w=80", NULL, NULL));
	ck_assert_int_eq(status(), 413);
	/* a tag made by other settings is no tag of this origin */
	ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
	(void)snprintf(tag, sizeof tag, "%s", field("ETag"));
	other->max_original_bytes = 1000000;
	other->pass = CONFIG_PASS_ANY;
	ck_assert(ask("/other/a.jpg?w=80", "HTTP_IF_NONE_MATCH", tag));
	ck_assert_int_eq(status(), 304);
	other->jpeg_quality = 30;
	ck_assert(ask("/other/a.jpg?w=80", "HTTP_IF_NONE_MATCH", tag));
	ck_assert_int_eq(status(), 200);
}
END_TEST

START_TEST(speaks_the_dialect_of_each_origin)
{
	struct config_policy *other = add_origin("/other/");

	other->dialect = DIALECT_DAANGN;
	ck_assert(ask("/other/a.jpg?s=50x50&t=inside&q=80", NULL, NULL));
	ck_assert_str_eq(field("Limner-Reason"), "");
	body_is(50, 38, FORMAT_JPEG);
	ck_assert(ask("/other/a.jpg?w=50", NULL, NULL));
	body_is_file("a.jpg");
	ck_assert_str_eq(field("Limner-Reason"), "");
	ck_assert(ask("/img/a.jpg?w=40", NULL, NULL));
	body_is(40, 30, FORMAT_JPEG);
	/* an ending the dialect does not have: the original for a short while, or an error */
	put("a.bmp", "BM", 2);
	ck_assert(ask("/other/a.bmp?s=50x50&t=inside&q=80", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Limner-Reason"), "other-type");
	ck_assert_str_eq(field("Cache-Control"), "public, max-age=60");
	ck_assert_str_eq(field("ETag"), "");
	body_is_file("a.bmp");
	other->on_error = CONFIG_ERROR;
	ck_assert(ask("/other/a.bmp?s=50x50&t=inside&q=80", NULL, NULL));
	ck_assert_int_eq(status(), 415);
	ck_assert(ask("/other/a.bmp", NULL, NULL));
	ck_assert_int_eq(status(), 200);
}
END_TEST

START_TEST(goes_on_serving_beside_a_broken_origin)
{
	char gone[128];
	int i;

	(void)add_origin("/broken/");
	(void)snprintf(gone, sizeof gone, "%s/later", root);
	(void)snprintf(cfg->origins[1].root, sizeof cfg->origins[1].root, "%s", gone);
	for (i = 0; i < 2; i++) {
		ck_assert(ask("/broken/a.jpg?w=80", NULL, NULL));
		ck_assert_int_eq(status(), 502);
		ck_assert_str_eq(field("Cache-Control"), "no-store");
		ck_assert_ptr_null(strstr(buf_text(&mem.out), gone));
		ck_assert(ask("/img/a.jpg?w=80", NULL, NULL));
		ck_assert_int_eq(status(), 200);
	}
	/* nor does one that cannot even be opened */
	cfg->origins[2] = (struct config_origin){ .kind = CONFIG_S3, .mount = "/no-bucket/" };
	cfg->origins[2].policy = cfg->policy;
	cfg->origin_count = 3;
	ck_assert(ask("/no-bucket/a.jpg?w=80", NULL, NULL));
	ck_assert_int_eq(status(), 502);
	/* it comes back by itself */
	ck_assert_int_eq(mkdir(gone, 0755), 0);
	ck_assert(ask("/broken/a.jpg", NULL, NULL));
	ck_assert_int_eq(status(), 404);
}
END_TEST

/* clang-format off */
static const char *const numbers[] = {
	"\nlimner_requests_total{origin=\"none\",status=\"404\"} 2\n",
	"\nlimner_requests_total{origin=\"file\",status=\"200\"} 4\n",
	"\nlimner_requests_total{origin=\"file\",status=\"308\"} 1\n",
	"\nlimner_requests_total{origin=\"file\",status=\"404\"} 1\n",
	"\nlimner_requests_total{origin=\"file\",status=\"499\"} 1\n",
	"\nlimner_requests_total{origin=\"file\",status=\"500\"} 0\n",
	"\nlimner_requests_total{origin=\"file\",status=\"other\"} 0\n",
	"\nlimner_answers_total{origin=\"file\",kind=\"picture\"} 1\n",
	"\nlimner_answers_total{origin=\"file\",kind=\"original\"} 1\n",
	"\nlimner_answers_total{origin=\"file\",kind=\"instead\"} 1\n",
	"\nlimner_answers_total{origin=\"file\",kind=\"error\"} 1\n",
	"\nlimner_answers_total{origin=\"file\",kind=\"redirect\"} 1\n",
	"\nlimner_answers_total{origin=\"file\",kind=\"broken-off\"} 2\n",
	"\nlimner_origin_answers_total{origin=\"file\",status=\"2xx\"} 5\n",
	"\nlimner_origin_answers_total{origin=\"file\",status=\"4xx\"} 1\n",
	"\nlimner_origin_answers_total{origin=\"file\",status=\"5xx\"} 0\n",
	"\nlimner_reasons_total{origin=\"file\",reason=\"not-an-image\"} 1\n",
	"\nlimner_reasons_total{origin=\"file\",reason=\"not-found\"} 1\n",
	"\nlimner_reasons_total{origin=\"file\",reason=\"peer-gone\"} 2\n",
	"\nlimner_pictures_total{origin=\"file\",format=\"webp\"} 1\n",
	"\nlimner_stage_duration_seconds_count{stage=\"total\"} 9\n",
	"\nlimner_stage_duration_seconds_count{stage=\"decode\"} 1\n",
	"\nlimner_metrics_shared 0\n",
};
/* clang-format on */

START_TEST(is_healthy_without_an_origin)
{
	(void)snprintf(cfg->origins[0].root, sizeof cfg->origins[0].root, "%s/gone", root);
	ck_assert(ask("/-/health", NULL, NULL));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Cache-Control"), "no-store");
	ck_assert_ptr_nonnull(strstr(buf_text(&mem.out), "\"status\":\"ok\""));
}
END_TEST

START_TEST(shows_its_numbers_to_this_host_alone)
{
	ck_assert(ask("/img/a.jpg?w=80&f=webp", NULL, NULL));
	ck_assert(ask("/img/a.jpg", NULL, NULL));
	ck_assert(ask("/img/text.jpg?w=80", NULL, NULL));
	ck_assert(ask("/img/gone.jpg?w=80", NULL, NULL));
	ck_assert(ask("/elsewhere", NULL, NULL));
	ck_assert(ask("/-/metrics", "REMOTE_ADDR", "203.0.113.7"));
	ck_assert_int_eq(status(), 404);
	mem.gone_after = 100; /* in the middle */
	ck_assert(!ask("/img/a.jpg", NULL, NULL));
	mem.gone_after = 0;
	mem.looks = 1; /* before there was an answer */
	ck_assert(!ask("/img/a.jpg?w=80", NULL, NULL));
	mem.looks = 0;
	cfg->origins[0].policy.canonical = CONFIG_CANONICAL_REDIRECT;
	ck_assert(ask("/img/a.jpg?width=80", NULL, NULL));
	ck_assert_int_eq(status(), 308);
	ck_assert(ask("/-/metrics", "REMOTE_ADDR", "127.0.0.1"));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
	ck_assert_str_eq(field("Cache-Control"), "no-store");
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		ck_assert_msg(strstr(buf_text(&mem.out), numbers[i]) != NULL, "%s", numbers[i]);
	/* the page itself is not counted */
	ck_assert(ask("/-/metrics", "REMOTE_ADDR", "127.0.0.1"));
	ck_assert_ptr_nonnull(strstr(buf_text(&mem.out), numbers[0]));
}
END_TEST

START_TEST(is_ready_when_its_origins_answer)
{
	char folder[1200];

	(void)snprintf(cfg->runtime_dir, sizeof cfg->runtime_dir, "%s", root);
	ck_assert(ask("/-/ready", "REMOTE_ADDR", "203.0.113.7"));
	ck_assert_int_eq(status(), 404);
	ck_assert(ask("/-/ready", "REMOTE_ADDR", "127.0.0.1"));
	ck_assert_int_eq(status(), 200);
	ck_assert_str_eq(field("Cache-Control"), "no-store");
	ck_assert_ptr_nonnull(strstr(buf_text(&mem.out), "\"file\":\"ok\""));
	(void)add_origin("/broken/");
	(void)snprintf(cfg->origins[1].root, sizeof cfg->origins[1].root, "%s/later", root);
	/* for a moment the outcome is kept */
	ck_assert(ask("/-/ready", "REMOTE_ADDR", "127.0.0.1"));
	ck_assert_int_eq(status(), 200);
	handler.look.at_us -= 1000000;
	ck_assert(ask("/-/ready", "REMOTE_ADDR", "127.0.0.1"));
	ck_assert_int_eq(status(), 503);
	ck_assert_str_eq(field("Retry-After"), "1");
	ck_assert_str_eq(field("Cache-Control"), "no-store");
	ck_assert_ptr_nonnull(strstr(buf_text(&mem.out), "\"file other\":\"origin\""));
	ck_assert_ptr_nonnull(strstr(buf_text(&mem.out), "\"file\":\"ok\""));
	ck_assert_ptr_null(strstr(buf_text(&mem.out), root));
	/* it comes back by itself, but not without a folder to share in */
	(void)snprintf(folder, sizeof folder, "%s/later", root);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	handler.look.looked = false;
	ck_assert(ask("/-/ready", "REMOTE_ADDR", "127.0.0.1"));
	ck_assert_int_eq(status(), 200);
	(void)snprintf(cfg->runtime_dir, sizeof cfg->runtime_dir, "%s/none", root);
	handler.look.looked = false;
	ck_assert(ask("/-/ready", "REMOTE_ADDR", "127.0.0.1"));
	ck_assert_int_eq(status(), 503);
	ck_assert_ptr_nonnull(strstr(buf_text(&mem.out), "\"runtime_dir\":\"unusable\""));
}
END_TEST

Suite *
suite_handler(void)
{
	Suite *s = suite_create("handler");
	TCase *t = tcase_create("handler");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, makes_the_picture_that_was_asked_for, 0, 6);
	tcase_add_loop_test(t, answers_with_the_original_when_the_picture_fails, 0, 7);
	tcase_add_test(t, keeps_to_its_limits);
	tcase_add_loop_test(t, answers_errors_where_errors_are_wanted, 0, 4);
	tcase_add_loop_test(t, passes_through_what_it_may, 0, 11);
	tcase_add_test(t, shuts_an_svg_in);
	tcase_add_test(t, confirms_its_own_tag_without_decoding);
	tcase_add_test(t, confirms_by_the_list_of_tags_without_decoding);
	tcase_add_test(t, confirms_by_the_very_date_where_the_tag_is_known);
	tcase_add_test(t, believes_a_304_without_a_tag_that_can_mean_but_one);
	tcase_add_test(t, confirms_what_exists_once_it_is_made);
	tcase_add_test(t, sends_a_part_of_a_picture);
	tcase_add_loop_test(t, refuses_what_does_not_match, 0, 8);
	tcase_add_loop_test(t, never_confirms_a_fallback, 0, 3);
	tcase_add_test(t, confirms_an_original_by_tag_or_date);
	tcase_add_test(t, foretells_without_decoding);
	tcase_add_test(t, sends_the_original_when_it_is_the_smaller_one);
	tcase_add_test(t, sends_the_smaller_original_whatever_was_negotiated);
	tcase_add_test(t, tags_what_each_accept_comes_to_apart);
	tcase_add_test(t, wants_the_format_that_fits_what_is_left);
	tcase_add_test(t, does_not_call_the_next_best_format_unchanged);
	tcase_add_test(t, keeps_originals_back_even_when_they_are_smaller);
	tcase_add_test(t, writes_the_next_best_format_when_it_must);
	tcase_add_test(t, steps_down_to_what_can_be_done_in_time);
	tcase_add_test(t, keeps_to_the_bytes_that_were_asked);
	tcase_add_test(t, answers_text_about_a_picture_or_an_error);
	tcase_add_test(t, varies_only_when_the_answer_depended_on_accept);
	tcase_add_test(t, goes_by_the_word_a_cache_made_of_accept);
	tcase_add_test(t, varies_an_error_by_what_decided_it);
	tcase_add_test(t, tells_the_canonical_url_or_redirects_there);
	tcase_add_test(t, tags_pictures_originals_and_fallbacks);
	tcase_add_test(t, names_what_it_dropped);
	tcase_add_loop_test(t, refuses_what_it_must, 0, 7);
	tcase_add_test(t, answers_502_when_the_origin_fails);
	tcase_add_test(t, answers_503_when_the_queue_is_full);
	tcase_add_test(t, says_so_when_the_peer_is_gone_in_the_middle);
	tcase_add_test(t, makes_nothing_for_a_peer_that_is_gone);
	tcase_add_test(t, holds_a_large_original_without_the_memory_for_it);
	tcase_add_test(t, answers_with_a_large_original_from_its_file);
	tcase_add_test(t, outlives_the_death_of_its_cell);
	tcase_add_test(t, answers_with_the_original_when_the_decoder_hangs);
	tcase_add_test(t, names_what_is_saved_by_what_is_sent);
	tcase_add_test(t, explains_what_it_would_answer);
	tcase_add_test(t, names_the_original_where_it_is_handed_out);
	tcase_add_test(t, keeps_failures_as_long_as_is_set);
	tcase_add_test(t, keeps_each_origin_to_its_own_settings);
	tcase_add_test(t, speaks_the_dialect_of_each_origin);
	tcase_add_test(t, goes_on_serving_beside_a_broken_origin);
	tcase_add_test(t, is_healthy_without_an_origin);
	tcase_add_test(t, shows_its_numbers_to_this_host_alone);
	tcase_add_test(t, is_ready_when_its_origins_answer);
	suite_add_tcase(s, t);
	return s;
}
