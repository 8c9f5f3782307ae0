#include "request.h"
#include "suites.h"

#include <stdio.h>
#include <string.h>

static struct config cfg;
static struct request req;
static struct err err;

/* A gateway of "NAME=value" strings, NULL at the end. */
static const char *
array_param(void *self, const char *name)
{
	const char *const *env = self;
	size_t n = strlen(name);

	for (; *env != NULL; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return *env + n + 1;
	return NULL;
}

static bool
parse(const char **env)
{
	struct gateway gw = { .self = env, .param = array_param };

	return request_parse(&cfg, &gw, &req, &err);
}

static void
add_preset(const char *name, const char *query)
{
	struct config_preset *preset = &cfg.presets[cfg.preset_count++];
	struct params_notes notes = { "" };

	(void)snprintf(preset->name, sizeof preset->name, "%s", name);
	params_init(&preset->params);
	ck_assert(params_parse(&preset->params, query, true, &notes, &err));
}

static void
setup(void)
{
	memset(&cfg, 0, sizeof cfg);
	memset(&req, 0x5a, sizeof req);
	memset(&err, 0, sizeof err);
	cfg.origin_count = 2;
	cfg.origins[0].kind = CONFIG_FILE;
	(void)snprintf(cfg.origins[0].mount, sizeof cfg.origins[0].mount, "/img/");
	(void)snprintf(cfg.origins[0].policy.auto_formats,
		sizeof cfg.origins[0].policy.auto_formats, "avif, webp");
	cfg.origins[1].kind = CONFIG_S3;
	(void)snprintf(cfg.origins[1].mount, sizeof cfg.origins[1].mount, "/img/s3/");
	add_preset("card", "w=300&h=200&fit=cover");
	add_preset("A", "fit=cover&up=1");
	add_preset("fill", "w=50&fit=pad");
	add_preset("nothing", "");
}

/* ---- Keys ---- */

static const struct {
	const char *uri, *key;
} keys[] = {
	{ "/img/a.jpg", "a.jpg" },
	{ "/img/a.jpg?w=300", "a.jpg" },
	{ "/img/a%20b.jpg", "a b.jpg" },
	{ "/img/a b.jpg", "a b.jpg" },
	{ "/img/a+b.jpg", "a+b.jpg" },
	{ "/img/a%2Bb.jpg", "a+b.jpg" },
	{ "/img/100%25.jpg", "100%.jpg" },
	{ "/img/100%.jpg", "100%.jpg" },
	{ "/img/%zz.jpg", "%zz.jpg" },
	{ "/img/a%2525.jpg", "a%25.jpg" },
	{ "/img/a&b=c.jpg", "a&b=c.jpg" },
	{ "/img/a%26b%3Dc.jpg", "a&b=c.jpg" },
	{ "/img/a%23b.jpg", "a#b.jpg" },
	{ "/img/a%3Fw=3.jpg?w=4", "a?w=3.jpg" },
	{ "/img/a.jpg?w=4?h=5", "a.jpg" },
	{ "/img/(a)[1].jpg", "(a)[1].jpg" },
	{ "/img/%EA%B3%A0%EC%96%91%EC%9D%B4.jpg", "\xEA\xB3\xA0\xEC\x96\x91\xEC\x9D\xB4.jpg" },
	{ "/img/\xEA\xB3\xA0\xEC\x96\x91\xEC\x9D\xB4.jpg",
		"\xEA\xB3\xA0\xEC\x96\x91\xEC\x9D\xB4.jpg" },
	{ "/img/%F0%9F%90%88.jpg", "\xF0\x9F\x90\x88.jpg" },
	{ "/img/%C3%A9.jpg", "\xC3\xA9.jpg" },   /* NFC */
	{ "/img/e%CC%81.jpg", "e\xCC\x81.jpg" }, /* NFD: another key */
	{ "/img//a.jpg", "/a.jpg" },
	{ "/img/a//b.jpg", "a//b.jpg" },
	{ "/img/a%2F%2Fb.jpg", "a//b.jpg" },
	{ "/img/a/b/", "a/b/" },
	{ "/img//", "/" },
	{ "/img/a%2Fb.jpg", "a/b.jpg" },
	{ "/img/.a", ".a" },
	{ "/img/...", "..." },
	{ "/img/a..b/..c/d..", "a..b/..c/d.." },
	{ "/img/a%0Ab", "a\nb" },
	{ "/img/-/health/", "-/health/" },
	{ "/img/-/Health", "-/Health" },
	{ "http://example.com/img/a.jpg?w=3", "a.jpg" },
	{ "HTTPS://example.com:8443/img/a.jpg", "a.jpg" },
};

START_TEST(finds_the_key_the_url_spells)
{
	ck_assert_msg(
		request_from_text(&cfg, keys[_i].uri, &req, &err), "%s: %s", keys[_i].uri, err.say);
	ck_assert_msg(strcmp(req.key, keys[_i].key) == 0, "%s: %s", keys[_i].uri, req.key);
	ck_assert_ptr_eq(req.origin, &cfg.origins[0]);
	ck_assert_int_eq(req.kind, REQUEST_PICTURE);
}
END_TEST

static const struct {
	const char *uri;
	enum err_kind kind;
} bad_paths[] = {
	{ "/img/", ERR_BAD_PATH },
	{ "/img/?w=3", ERR_BAD_PATH },
	{ "/img/.", ERR_BAD_PATH },
	{ "/img/..", ERR_BAD_PATH },
	{ "/img/../a.jpg", ERR_BAD_PATH },
	{ "/img/a/../b.jpg", ERR_BAD_PATH },
	{ "/img/a/./b.jpg", ERR_BAD_PATH },
	{ "/img/a/..", ERR_BAD_PATH },
	{ "/img/a/../", ERR_BAD_PATH },
	{ "/img/%2e%2E/a.jpg", ERR_BAD_PATH },
	{ "/img/a%2F..%2Fb.jpg", ERR_BAD_PATH },
	{ "/img/a/.%2e", ERR_BAD_PATH },
	{ "/img/a%00.jpg", ERR_BAD_PATH },
	{ "/img/%00", ERR_BAD_PATH },
	{ "/img/%C3.jpg", ERR_BAD_PATH },
	{ "/img/%ED%A0%80.jpg", ERR_BAD_PATH }, /* a surrogate */
	{ "/img/%C0%AF", ERR_BAD_PATH },        /* an overlong slash */
	{ "/img", ERR_NOT_FOUND },
	{ "/", ERR_NOT_FOUND },
	{ "/?/img/a.jpg", ERR_NOT_FOUND },
	{ "/IMG/a.jpg", ERR_NOT_FOUND },
	{ "/%69mg/a.jpg", ERR_NOT_FOUND },
	{ "/img%2Fa.jpg", ERR_NOT_FOUND },
	{ "//img/a.jpg", ERR_NOT_FOUND },
	{ "http://example.com", ERR_NOT_FOUND },
	{ "http://example.com?/img/a.jpg", ERR_NOT_FOUND },
	{ "ftp://example.com/img/a.jpg", ERR_NOT_FOUND },
	{ "img/a.jpg", ERR_NOT_FOUND },
	{ "/health", ERR_NOT_FOUND },
	{ "/-/Health", ERR_NOT_FOUND },
};

START_TEST(refuses_a_path_that_names_no_key)
{
	ck_assert_msg(!request_from_text(&cfg, bad_paths[_i].uri, &req, &err), "%s gives %s",
		bad_paths[_i].uri, req.key);
	ck_assert_msg(err.kind == bad_paths[_i].kind, "%s: %s", bad_paths[_i].uri, err.say);
	ck_assert_uint_eq(strlen(req.id), 16);
}
END_TEST

START_TEST(takes_a_key_of_1024_bytes_and_not_one_more)
{
	char uri[8192];
	size_t i, n = 5;

	(void)snprintf(uri, sizeof uri, "/img/");
	for (i = 0; i < 1024; i++, n += 3)
		memcpy(uri + n, "%41", 4);
	ck_assert_msg(request_from_text(&cfg, uri, &req, &err), "%s", err.say);
	ck_assert_uint_eq(strlen(req.key), 1024);
	memcpy(uri + n, "B", 2);
	ck_assert(!request_from_text(&cfg, uri, &req, &err));
	ck_assert_int_eq(err.kind, ERR_BAD_PATH);
	ck_assert_str_eq(err.say, "The key has more than 1024 bytes.");
}
END_TEST

START_TEST(goes_to_the_origin_with_the_longest_mount)
{
	ck_assert(request_from_text(&cfg, "/img/s3/a.jpg", &req, &err));
	ck_assert_ptr_eq(req.origin, &cfg.origins[1]);
	ck_assert_str_eq(req.key, "a.jpg");
	/* an escaped letter of the mount belongs to a key of the shorter one */
	ck_assert(request_from_text(&cfg, "/img/%733/a.jpg", &req, &err));
	ck_assert_ptr_eq(req.origin, &cfg.origins[0]);
	ck_assert_str_eq(req.key, "s3/a.jpg");
}
END_TEST

START_TEST(falls_back_on_the_decoded_variables)
{
	const char *env[] = { "REQUEST_METHOD=GET", "SCRIPT_NAME=/img", "PATH_INFO=/100%25 a.jpg",
		"QUERY_STRING=w=3", NULL };
	const char *bare[] = { "PATH_INFO=/img/a.png", "QUERY_STRING=w=3", NULL };
	char info[3000];
	const char *huge[] = { "REQUEST_METHOD=GET", info, NULL };

	ck_assert_msg(parse(env), "%s", err.say);
	ck_assert_str_eq(req.key, "100%25 a.jpg"); /* not decoded again */
	ck_assert_int_eq(req.params.w, 3);
	/* as somebody would try the program in a shell */
	ck_assert_msg(parse(bare), "%s", err.say);
	ck_assert_str_eq(req.key, "a.png");
	(void)snprintf(info, sizeof info, "PATH_INFO=/img/%01025d", 0);
	ck_assert(!parse(huge));
	ck_assert_int_eq(err.kind, ERR_BAD_PATH);
	(void)snprintf(info, sizeof info, "PATH_INFO=/img/%02900d", 0);
	ck_assert(!parse(huge));
	ck_assert_int_eq(err.kind, ERR_BAD_PATH);
}
END_TEST

static const struct {
	const char *method, *uri;
	bool ok, head_only;
	enum request_kind kind;
} methods[] = {
	{ "GET", "/img/a.jpg", true, false, REQUEST_PICTURE },
	{ "HEAD", "/img/a.jpg", true, true, REQUEST_PICTURE },
	{ "POST", "/img/a.jpg", false, false, REQUEST_PICTURE },
	{ "get", "/img/a.jpg", false, false, REQUEST_PICTURE },
	{ "OPTIONS", "*", false, false, REQUEST_PICTURE },
	{ "OPTIONS", "/img/a.jpg", false, false, REQUEST_PICTURE },
	{ "POST", "/img/", false, false, REQUEST_PICTURE },
	{ "POST", "/nowhere", false, false, REQUEST_PICTURE },
	{ "GET", "/-/health", true, false, REQUEST_HEALTH },
	{ "HEAD", "/-/health?x=1", true, true, REQUEST_HEALTH },
	{ "GET", "/img/-/health", true, false, REQUEST_HEALTH },
	{ "GET", "/img/s3/-/health", true, false, REQUEST_HEALTH },
	{ "DELETE", "/-/health", false, false, REQUEST_PICTURE },
};

START_TEST(answers_get_and_head_alone)
{
	char method[32], uri[64];
	const char *env[] = { method, uri, NULL };

	(void)snprintf(method, sizeof method, "REQUEST_METHOD=%s", methods[_i].method);
	(void)snprintf(uri, sizeof uri, "REQUEST_URI=%s", methods[_i].uri);
	ck_assert_msg(parse(env) == methods[_i].ok, "%s %s", method, uri);
	if (!methods[_i].ok)
		ck_assert_int_eq(err.kind, ERR_METHOD);
	ck_assert(req.head_only == methods[_i].head_only);
	ck_assert_int_eq(req.kind, methods[_i].kind);
}
END_TEST

static const struct {
	const char *uri, *from, *mark; /* mark: one more variable, or NULL */
	enum request_kind kind;        /* REQUEST_PICTURE: there is no such page */
} pages[] = {
	{ "/-/metrics", "127.0.0.1", NULL, REQUEST_METRICS },
	{ "/-/metrics?x=1", "::1", NULL, REQUEST_METRICS },
	{ "/img/-/metrics", "127.0.0.1", NULL, REQUEST_METRICS },
	{ "/-/ready", "127.0.0.1", NULL, REQUEST_READY },
	{ "/img/s3/-/ready", "10.1.2.3", NULL, REQUEST_READY },
	{ "/-/metrics", "10.2.0.1", NULL, REQUEST_PICTURE },
	{ "/-/ready", "10.2.0.1", NULL, REQUEST_PICTURE },
	{ "/img/-/ready", "203.0.113.1", NULL, REQUEST_PICTURE },
	{ "/-/metrics", "", NULL, REQUEST_PICTURE },
	{ "/-/metrics", NULL, NULL, REQUEST_PICTURE },
	/* a proxy speaks for others */
	{ "/-/metrics", "127.0.0.1", "HTTP_X_FORWARDED_FOR=203.0.113.1", REQUEST_PICTURE },
	{ "/-/ready", "::1", "HTTP_FORWARDED=for=203.0.113.1", REQUEST_PICTURE },
	{ "/-/ready", "127.0.0.1", "HTTP_VIA=1.1 varnish", REQUEST_PICTURE },
	{ "/-/ready", "127.0.0.1", "HTTP_X_AMZ_CF_ID=a", REQUEST_PICTURE },
	{ "/-/ready", "127.0.0.1", "HTTP_X_REAL_IP=127.0.0.1", REQUEST_PICTURE },
	/* and so does a load balancer in a network that the settings name */
	{ "/-/metrics", "10.1.2.3", "HTTP_X_FORWARDED_FOR=203.0.113.1", REQUEST_PICTURE },
	{ "/-/metrics", "10.1.2.3", "HTTP_FORWARDED=for=203.0.113.1", REQUEST_PICTURE },
	{ "/-/ready", "10.1.2.3", "HTTP_VIA=1.1 varnish", REQUEST_PICTURE },
	{ "/-/ready", "10.1.2.3", "HTTP_X_AMZ_CF_ID=a", REQUEST_PICTURE },
	{ "/-/ready", "10.1.2.3", "HTTP_X_REAL_IP=10.1.2.3", REQUEST_PICTURE },
	/* not health, and not these */
	{ "/-/health", "203.0.113.1", NULL, REQUEST_HEALTH },
	{ "/-/health", NULL, NULL, REQUEST_HEALTH },
};

START_TEST(shows_its_pages_to_whom_it_may)
{
	char uri[64], from[64];
	const char *env[] = { uri, pages[_i].from != NULL ? from : pages[_i].mark, pages[_i].mark,
		NULL };
	bool seen = pages[_i].kind != REQUEST_PICTURE;

	(void)snprintf(cfg.status_from, sizeof cfg.status_from, "127.0.0.0/8, ::1, 10.1.0.0/16");
	(void)snprintf(uri, sizeof uri, "REQUEST_URI=%s", pages[_i].uri);
	(void)snprintf(
		from, sizeof from, "REMOTE_ADDR=%s", pages[_i].from != NULL ? pages[_i].from : "");
	ck_assert_msg(parse(env) == seen, "%s %s", uri, from);
	ck_assert_int_eq(req.kind, pages[_i].kind);
	if (!seen)
		ck_assert_int_eq(err.kind, ERR_NOT_FOUND);
	/* nobody at all */
	cfg.status_from[0] = '\0';
	ck_assert(parse(env) == (pages[_i].kind == REQUEST_HEALTH));
}
END_TEST

/* ---- Parameters ---- */

static const struct {
	const char *query;
	bool require_t;
	const char *canonical; /* of the effective parameters */
	bool transform, unknown;
} effects[] = {
	{ "", false, "", false, false },
	{ "x=1&utm_source=mail", false, "", false, false },
	{ "w=300", false, "w=300", true, false },
	{ "f=webp", false, "f=webp", true, false },
	{ "fit=cover", false, "fit=cover", false, false },
	{ "v=2", false, "v=2", false, false },
	/* presets: the URL wins field by field */
	{ "t=card", false, "t=card&w=300&h=200&fit=cover", true, false },
	{ "t=card&w=100", false, "t=card&w=100&h=200&fit=cover", true, false },
	{ "fit=pad&t=card", false, "t=card&w=300&h=200&fit=pad", true, false },
	{ "t=A&width=300&height=200", false, "t=A&w=300&h=200&fit=cover&up=1", true, false },
	{ "t=A", false, "t=A&fit=cover&up=1", false, false },
	{ "t=nothing", false, "t=nothing", false, false },
	{ "t=nothing&w=10", false, "t=nothing&w=10", true, false },
	{ "t=card&t=&w=3", false, "w=3", true, false },
	/* Daangn's words */
	{ "t=crop&s=300x200", false, "t=crop&w=300&h=200&fit=cover", true, false },
	{ "t=cover&s=300x200", false, "t=cover&w=300&h=200&fit=cover", true, false },
	{ "t=inside&s=300x200", false, "t=inside&w=300&h=200&fit=inside", true, false },
	{ "t=outside&s=300x200", false, "t=outside&w=300&h=200&fit=outside", true, false },
	{ "t=contain&s=300x200", false, "t=contain&w=300&h=200&fit=pad", true, false },
	{ "t=crop&s=300x200&fit=pad", false, "t=crop&w=300&h=200&fit=pad", true, false },
	{ "t=crop", false, "t=crop&fit=cover", false, false },
	{ "t=fill", false, "t=fill&w=50&fit=pad", true, false }, /* a preset has that name */
	/* unknown */
	{ "t=crops&w=300", false, "t=crops&w=300", false, true },
	{ "t=Card", false, "t=Card", false, true },
	/* only t triggers */
	{ "w=300", true, "w=300", false, false },
	{ "t=&w=300", true, "w=300", false, false },
	{ "t=card", true, "t=card&w=300&h=200&fit=cover", true, false },
	{ "t=A&w=3", true, "t=A&w=3&fit=cover&up=1", true, false },
	{ "t=A", true, "t=A&fit=cover&up=1", false, false },
	{ "t=crop&s=300x200", true, "t=crop&w=300&h=200", false, true },
	{ "t=other", true, "t=other", false, true },
};

START_TEST(lays_presets_under_what_was_asked)
{
	struct buf text = BUF_INIT(1024);
	char uri[128];

	cfg.origins[0].policy.require_t = effects[_i].require_t;
	(void)snprintf(uri, sizeof uri, "/img/a.jpg?%s", effects[_i].query);
	ck_assert_msg(request_from_text(&cfg, uri, &req, &err), "%s: %s", uri, err.say);
	ck_assert(params_canonical(&req.params, &text, &err));
	ck_assert_msg(strcmp(buf_text(&text), effects[_i].canonical) == 0, "%s: %s", uri,
		buf_text(&text));
	ck_assert_msg(
		req.transform == effects[_i].transform, "%s: transform %d", uri, req.transform);
	ck_assert_msg(req.unknown_preset == effects[_i].unknown, "%s: unknown %d", uri,
		req.unknown_preset);
	buf_done(&text);
}
END_TEST

START_TEST(keeps_what_was_asked_apart_from_the_preset)
{
	ck_assert(request_from_text(&cfg, "/img/a.jpg?t=card&h=7", &req, &err));
	ck_assert_int_eq(req.asked.w, 0);
	ck_assert_int_eq(req.asked.h, 7);
	ck_assert(!params_given(&req.asked, "fit"));
	ck_assert(params_given(&req.params, "fit"));
	ck_assert_int_eq(cfg.presets[0].params.h, 200);
}
END_TEST

static const struct {
	const char *host, *uri;
	int want;
} by_host[] = {
	{ "HTTP_HOST=shop.example.com", "REQUEST_URI=/img/a.jpg", 2 },
	{ "HTTP_HOST=SHOP.example.com:8443", "REQUEST_URI=/img/a.jpg", 2 },
	{ "HTTP_HOST=www.example.com", "REQUEST_URI=/img/a.jpg", 0 },
	{ "HTTP_HOST=shop.example.com", "REQUEST_URI=/img/s3/a.jpg", 2 },
	{ "HTTP_HOST=www.example.com", "REQUEST_URI=/img/s3/a.jpg", 1 },
	{ "SERVER_NAME=shop.example.com", "REQUEST_URI=/img/a.jpg", 0 }, /* not what was asked */
	{ "HTTP_HOST=www.example.com", "REQUEST_URI=http://shop.example.com/img/a.jpg", 2 },
	{ "HTTP_HOST=shop.example.com", "REQUEST_URI=http://www.example.com:80/img/a.jpg", 0 },
};

START_TEST(goes_to_the_origin_of_the_host)
{
	const char *env[] = { "REQUEST_METHOD=GET", by_host[_i].host, by_host[_i].uri, NULL };

	cfg.origins[2] = cfg.origins[0];
	(void)snprintf(cfg.origins[2].host, sizeof cfg.origins[2].host, "shop.example.com");
	(void)snprintf(cfg.origins[2].title, sizeof cfg.origins[2].title, "file shop");
	cfg.origin_count = 3;
	ck_assert_msg(parse(env), "%s", err.say);
	ck_assert_msg(req.origin == &cfg.origins[by_host[_i].want], "%s %s: %d", env[1], env[2],
		(int)(req.origin - cfg.origins));
}
END_TEST

START_TEST(asks_the_origin_before_everybody)
{
	cfg.origins[1].policy.strict = cfg.origins[1].policy.require_t = true;
	(void)snprintf(cfg.origins[1].title, sizeof cfg.origins[1].title, "s3 shop");
	add_preset("card", "w=30");
	(void)snprintf(cfg.presets[cfg.preset_count - 1].origin, CONFIG_NAME, "shop");
	ck_assert(request_from_text(&cfg, "/img/s3/a.jpg?t=card", &req, &err));
	ck_assert(req.transform && req.params.w == 30 && req.params.h == 0);
	ck_assert(request_from_text(&cfg, "/img/a.jpg?t=card", &req, &err));
	ck_assert(req.transform && req.params.w == 300 && req.params.h == 200);
	ck_assert(request_from_text(&cfg, "/img/s3/a.jpg?w=10", &req, &err));
	ck_assert(!req.transform); /* require_t */
	ck_assert(!request_from_text(&cfg, "/img/s3/a.jpg?w=many", &req, &err));
	ck_assert(request_from_text(&cfg, "/img/a.jpg?w=many", &req, &err));
}
END_TEST

static const struct {
	const char *query;
	bool lenient, strict;
	const char *dropped;
} mistakes[] = {
	{ "w=300", true, true, "" },
	{ "t=card", true, true, "" },
	{ "t=crop&s=3x2", true, true, "" },
	{ "t=other", true, false, "" },
	{ "w=many&h=20", true, false, "w" },
	{ "w=300&colour=red", true, false, "" },
};

START_TEST(refuses_mistakes_only_when_strict)
{
	char uri[128];

	(void)snprintf(uri, sizeof uri, "/img/a.jpg?%s", mistakes[_i].query);
	ck_assert_msg(request_from_text(&cfg, uri, &req, &err) == mistakes[_i].lenient, "%s", uri);
	ck_assert_str_eq(req.notes.dropped, mistakes[_i].dropped);
	cfg.origins[0].policy.strict = true;
	ck_assert_msg(request_from_text(&cfg, uri, &req, &err) == mistakes[_i].strict, "%s", uri);
	if (!mistakes[_i].strict)
		ck_assert_int_eq(err.kind, ERR_BAD_PARAMETER);
	ck_assert_str_eq(req.key, "a.jpg");
}
END_TEST

/* ---- Fields ---- */

#define AVIF FORMAT_BIT(FORMAT_AVIF)
#define WEBP FORMAT_BIT(FORMAT_WEBP)
#define JXL  FORMAT_BIT(FORMAT_JXL)

static const struct {
	const char *accept;
	uint32_t want;
} accepts[] = {
	{ "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", AVIF | WEBP },
	{ "image/avif,image/jxl,image/webp,*/*", AVIF | WEBP | JXL },
	{ "*/*", 0 },
	{ "image/*", 0 },
	{ "", 0 },
	{ "image/png", 0 },
	{ "IMAGE/WebP", WEBP },
	{ " image/webp ; q=0.5 , image/avif;q=0", WEBP },
	{ "image/webp;q=0.001", WEBP },
	{ "image/webp;q=0.0, image/avif;Q=0.000", 0 },
	{ "image/webp; level=1; q=0", 0 },
	{ "image/webp;q=1", WEBP },
	{ "image/webp;q=", 0 },
	{ "image/webp2", 0 },
	{ "image/webpx,image/avif-sequence", 0 },
	{ ",,image/jxl,", JXL },
};

START_TEST(reads_accept_only_for_f_auto)
{
	char accept[128];
	const char *env[] = { "REQUEST_METHOD=GET", "REQUEST_URI=/img/a.jpg?f=auto", accept, NULL };

	(void)snprintf(accept, sizeof accept, "HTTP_ACCEPT=%s", accepts[_i].accept);
	ck_assert_msg(parse(env), "%s", err.say);
	ck_assert(req.negotiated && req.transform);
	ck_assert_msg(req.accepts == accepts[_i].want, "%s: %x", accepts[_i].accept, req.accepts);
	ck_assert_int_eq(req.auto_order[0], (req.accepts & AVIF) != 0   ? FORMAT_AVIF
					    : (req.accepts & WEBP) != 0 ? FORMAT_WEBP
									: FORMAT_NONE);
	env[1] = "REQUEST_URI=/img/a.jpg?f=webp";
	ck_assert(parse(env));
	ck_assert(!req.negotiated);
	ck_assert_uint_eq(req.accepts, 0);
	cfg.origins[0].policy.require_t = true;
	env[1] = "REQUEST_URI=/img/a.jpg?f=auto";
	ck_assert(parse(env));
	ck_assert(!req.negotiated); /* nothing is made, so nothing depends on the field */
}
END_TEST

START_TEST(copies_conditions_whole_or_not_at_all)
{
	char longest[1100] = "HTTP_IF_MATCH=";
	const char *env[] = { "REQUEST_METHOD=GET", "REQUEST_URI=/img/a.jpg",
		"HTTP_IF_NONE_MATCH=\"a\", W/\"b\"", longest,
		"HTTP_IF_MODIFIED_SINCE=Sun, 06 Nov 1994 08:49:37 GMT",
		"HTTP_IF_UNMODIFIED_SINCE=a\r\nX-Evil: 1", "HTTP_RANGE=bytes=0-9",
		"HTTP_IF_RANGE=\"a\"", NULL };

	memset(longest + 14, 'x', 1024);
	ck_assert_msg(parse(env), "%s", err.say);
	ck_assert_str_eq(req.if_.if_none_match, "\"a\", W/\"b\"");
	ck_assert_str_eq(req.if_.if_match, "");
	ck_assert_str_eq(req.if_.if_modified_since, "Sun, 06 Nov 1994 08:49:37 GMT");
	ck_assert_str_eq(req.if_.if_unmodified_since, "");
	ck_assert_str_eq(req.if_.range, "bytes=0-9");
	ck_assert_str_eq(req.if_.if_range, "\"a\"");
	longest[14 + 1023] = '\0';
	ck_assert(parse(env));
	ck_assert_uint_eq(strlen(req.if_.if_match), 1023);
	/* without its condition the range could be a part of another version */
	env[7] = "HTTP_IF_RANGE=\"a\x01\"";
	ck_assert(parse(env));
	ck_assert_str_eq(req.if_.range, "");
	ck_assert_str_eq(req.if_.if_range, "");
}
END_TEST

START_TEST(forwards_what_the_origin_lets_through)
{
	char longest[1100] = "HTTP_X_LONG=", vary[REQUEST_VARY];
	const char *env[] = { "REQUEST_METHOD=GET", "REQUEST_URI=/img/a.jpg?w=3&f=auto",
		"HTTP_X_API_KEY=one two", "HTTP_X_OTHER=no", "HTTP_X_BAD=a\r\nX-Evil: 1",
		"HTTP_X_EMPTY=", "HTTP_ACCEPT_LANGUAGE=ko, en;q=0.5", longest, NULL };

	(void)snprintf(cfg.origins[0].forward_headers, sizeof cfg.origins[0].forward_headers,
		"X-Api-Key, X-Absent, X-Bad, X-Empty, X-Long, Accept-Language, Accept");
	memset(longest + 12, 'x', 1024);
	ck_assert_msg(parse(env), "%s", err.say);
	ck_assert_str_eq(req.forwarded, "X-Api-Key: one two\nAccept-Language: ko, en;q=0.5\n");
	request_vary(&req, "", vary);
	ck_assert_str_eq(vary, "Accept");
	request_vary(&req, "Origin,accept-language , X-Api-Key-2,X-Absent", vary);
	ck_assert_str_eq(vary, "Accept, X-Absent, Accept-Language");
	env[1] = "REQUEST_URI=/img/a.jpg";
	ck_assert(parse(env));
	request_vary(&req, "accept", vary);
	ck_assert_str_eq(vary, "Accept");
	request_vary(&req, "*", vary);
	ck_assert_str_eq(
		vary, "X-Api-Key, X-Absent, X-Bad, X-Empty, X-Long, Accept-Language, Accept");
	/* each once, however often it is named and spelt */
	env[1] = "REQUEST_URI=/img/a.jpg?f=auto";
	(void)snprintf(cfg.origins[0].forward_headers, sizeof cfg.origins[0].forward_headers,
		"X-Key, Origin, accept");
	(void)snprintf(cfg.origins[0].policy.cors, sizeof cfg.origins[0].policy.cors,
		"https://www.example.com");
	ck_assert(parse(env));
	request_vary(&req, "*", vary);
	ck_assert_str_eq(vary, "Origin, Accept, X-Key");
	cfg.origins[0].policy.cors[0] = '\0';
	env[1] = "REQUEST_URI=/img/a.jpg";
	/* nothing goes to an origin that asks for nothing, and nothing depends on it */
	cfg.origins[0].forward_headers[0] = '\0';
	ck_assert(parse(env));
	ck_assert_str_eq(req.forwarded, "");
	request_vary(&req, "*", vary);
	ck_assert_str_eq(vary, "");
}
END_TEST

START_TEST(keeps_cloudfronts_id_fit_for_the_log)
{
	const char *env[] = { "REQUEST_METHOD=PUT", "REQUEST_URI=/img/a.jpg",
		"HTTP_X_AMZ_CF_ID=Ab-9_==\n x\xC3\x7F", NULL };
	char longest[200] = "HTTP_X_AMZ_CF_ID=";

	ck_assert(!parse(env)); /* the id is there all the same */
	ck_assert_str_eq(req.cf_id, "Ab-9_==__x__");
	memset(longest + 17, 'a', 96);
	env[2] = longest;
	ck_assert(!parse(env));
	ck_assert_str_eq(req.cf_id, "");
}
END_TEST

START_TEST(gives_each_request_an_id_of_its_own)
{
	char first[17];

	ck_assert(request_from_text(&cfg, "/img/a.jpg", &req, &err));
	ck_assert_uint_eq(strspn(req.id, "0123456789abcdef"), 16);
	memcpy(first, req.id, sizeof first);
	ck_assert(request_from_text(&cfg, "/img/a.jpg", &req, &err));
	ck_assert_str_ne(first, req.id);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(table)[0])

Suite *
suite_request(void)
{
	Suite *s = suite_create("request");
	TCase *t = tcase_create("request");

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_loop_test(t, finds_the_key_the_url_spells, 0, ROWS(keys));
	tcase_add_loop_test(t, refuses_a_path_that_names_no_key, 0, ROWS(bad_paths));
	tcase_add_test(t, takes_a_key_of_1024_bytes_and_not_one_more);
	tcase_add_test(t, goes_to_the_origin_with_the_longest_mount);
	tcase_add_loop_test(t, goes_to_the_origin_of_the_host, 0, ROWS(by_host));
	tcase_add_test(t, asks_the_origin_before_everybody);
	tcase_add_test(t, falls_back_on_the_decoded_variables);
	tcase_add_loop_test(t, answers_get_and_head_alone, 0, ROWS(methods));
	tcase_add_loop_test(
		t, shows_its_pages_to_whom_it_may, 0, (int)(sizeof pages / sizeof pages[0]));
	tcase_add_loop_test(t, lays_presets_under_what_was_asked, 0, ROWS(effects));
	tcase_add_test(t, keeps_what_was_asked_apart_from_the_preset);
	tcase_add_loop_test(t, refuses_mistakes_only_when_strict, 0, ROWS(mistakes));
	tcase_add_loop_test(t, reads_accept_only_for_f_auto, 0, ROWS(accepts));
	tcase_add_test(t, copies_conditions_whole_or_not_at_all);
	tcase_add_test(t, forwards_what_the_origin_lets_through);
	tcase_add_test(t, keeps_cloudfronts_id_fit_for_the_log);
	tcase_add_test(t, gives_each_request_an_id_of_its_own);
	suite_add_tcase(s, t);
	return s;
}
