#include "explain.h"
#include "suites.h"

#include <stdlib.h>
#include <string.h>

#define ALL                                                                                        \
	(FORMAT_BIT(FORMAT_JPEG) | FORMAT_BIT(FORMAT_PNG) | FORMAT_BIT(FORMAT_GIF) |               \
		FORMAT_BIT(FORMAT_WEBP) | FORMAT_BIT(FORMAT_AVIF) | FORMAT_MOVES(FORMAT_GIF) |     \
		FORMAT_MOVES(FORMAT_WEBP))

static struct config *cfg;

static void
setup(void)
{
	static const char *const env[] = { "LIMNER_CACHE_SNAP_H=100,200",
		"LIMNER_FILE_IMGIX_MOUNT=/imgix/", "LIMNER_FILE_IMGIX_DIALECT=imgix",
		"LIMNER_FILE_STRICT_MOUNT=/strict/", "LIMNER_FILE_STRICT_STRICT=yes",
		"LIMNER_FILE_HINTS_MOUNT=/hints/", "LIMNER_FILE_HINTS_CLIENT_HINTS=yes",
		"LIMNER_FILE_ONLY_MOUNT=/only/", "LIMNER_FILE_ONLY_REQUIRE_T=yes",
		"LIMNER_FILE_DAANGN_MOUNT=/daangn/", "LIMNER_FILE_DAANGN_DIALECT=daangn",
		"LIMNER_FILE_SIGNED_MOUNT=/signed/",
		"LIMNER_FILE_SIGNED_SIGN_KEY=a-key-for-tests-alone", "LIMNER_FILE_MOUNT=/img/",
		NULL };
	struct err err = { 0 };

	cfg = calloc(1, sizeof *cfg);
	ck_assert_msg(config_load("/dev/null", (char *const *)(uintptr_t)env, cfg, &err), "%s",
		err.detail);
	cfg->preset_count = 1;
	(void)snprintf(cfg->presets[0].name, sizeof cfg->presets[0].name, "card");
	params_init(&cfg->presets[0].params);
	ck_assert(params_set(&cfg->presets[0].params, "q", "60", &err) &&
		  params_set(&cfg->presets[0].params, "fit", "cover", &err));
}

static void
teardown(void)
{
	free(cfg);
}

static void
ask(const char *uri, struct request *req)
{
	struct err err = { 0 };

	ck_assert_msg(request_from_text(cfg, uri, req, &err), "%s: %s", uri, err.say);
}

/* ---- Where parameters come from ---- */

/* clang-format off */
static const struct {
	const char *uri;
	const char *lines[4]; /* that must be there */
	const char *not;      /* what must not be, or NULL */
} origins[] = {
	{ "/img/a.jpg?w=300", { "  w        300: w=300\n", "\ncanonical  ?w=300\n" }, "ignored" },
	{ "/img/a.jpg?Width=300", { "  w        300: Width=300\n", "(asked for otherwise, which Content-Location says)" }, "ignored" },
	{ "/img/a.jpg?h=150", { "  h        200: h=150, snapped from 150\n" }, NULL },
	{ "/img/a.jpg?h=900", { "  h        200: h=900, snapped from 900\n" }, NULL },
	{ "/img/a.jpg?q=500", { "  q        100: q=500, brought into its bounds\n" }, NULL },
	{ "/img/a.jpg?dpr=1.26&w=9", { "  dpr      1.3: dpr=1.26, rounded\n" }, NULL },
	{ "/img/a.jpg?w=9000", { "  w        8192: w=9000, brought into its bounds\n" }, NULL },
	{ "/img/a.jpg?w=300&h=16384", { "  w        4: w=300, shrunk as the other side was, snapped from 150\n",
	  "  h        200: h=16384, brought into its bounds, snapped from 8192\n" }, NULL },
	{ "/img/a.jpg?s=300x200", { "  w        300: s=300x200\n", "  h        200: s=300x200\n" }, NULL },
	{ "/img/a.jpg?w=200&w=300", { "  w        300: w=300\n", "ignored\n  w=200: another one counts\n" }, NULL },
	{ "/img/a.jpg?w=300&w=wide", { "  w        300: w=300\n",
	  "  w=wide: not valid, w must be a number from 1 to 8192, or auto\n" }, NULL },
	{ "/img/a.jpg?w=3&utm_source=x%1b[1m", { "  utm_source=x%1b[1m: no such parameter\n" }, NULL },
	{ "/img/\xec\x82\xac%1b[1m%c2%9bx%7f.jpg?w=3", { "\nkey        \xec\x82\xac?[1m?x?.jpg\n" }, "\x1b" },
	{ "/img/a.jpg?w=3&x=\x1b[1m", { "  x=?[1m: no such parameter\n" }, "\x1b" },
	{ "/img/a.jpg?t=card&w=300&up=1", { "  t        card: t=card\n", "  q        60: preset card\n",
	  "  fit      cover: preset card\n", "  up       1: up=1\n" }, NULL },
	{ "/img/a.jpg?t=card&q=70", { "  q        70: q=70\n" }, "q        60" },
	{ "/img/a.jpg?t=crop&w=30&h=100", { "  fit      cover: t=crop\n" }, NULL },
	{ "/img/a.jpg?t=nobody", { "passes     no preset has that name\n" }, NULL },
	{ "/img/a.jpg?dl", { "  dl       1: dl\n", "passes     nothing asks for a picture\n" }, NULL },
	{ "/img/a.jpg?", { "left out t w h fit=inside up=0 g=c ", "\nvary       nothing of the client's\n" }, "ignored" },
	{ "/img/a.jpg?w=3&sig=x", { "  sig=x: no such parameter without a sign_key\n" }, "dl=0 v exp" },
	{ "/signed/a.jpg?w=3&exp=9", { "  exp      9: exp=9\n", "dl=0 v sig\n",
	  "\nsignature  missing; it is of /signed/a.jpg?w=3&exp=9\n" }, "ignored" },
	{ "/img/a.jpg?h=200&w=300", { "(asked for in another order)" }, NULL },
	{ "/only/a.jpg?w=300", { "  w        300: w=300\n", "passes     only t=<preset> makes pictures here\n" }, NULL },
	{ "/only/a.jpg?t=card&w=300", { "preset card" }, "passes" },
	{ "/daangn/a.jpg?s=300x300&q=80", { "passes     the dialect makes no picture of so little\n" }, NULL },
	{ "/daangn/a.pdf?s=300x300&q=80&t=crop", { "passes     the dialect makes no pictures of such a name\n" }, NULL },
	{ "/strict/a.jpg?w=300", { "origin     file strict, mounted at /strict/\n", "  w        300: w=300\n" }, NULL },
	{ "/imgix/a.jpg?w=300&fit=max&ixlib=x&orient=3&zz=1", { "dialect    imgix\n", "  fit      inside: fit=max\n",
	  "  ixlib=x: without effect here\n", "  orient=3: not valid, or without a counterpart here\n" }, NULL },
	{ "/imgix/a.jpg?w=300", { "  up       1: what its dialect means by saying nothing\n", "(the dialect's own spelling stays)" }, NULL },
};
/* clang-format on */

static char *
explained(const struct request *req, const char *query)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	struct err err = { 0 };

	ck_assert(explain_request(cfg, req, query, "", f, &err));
	ck_assert_int_eq(fclose(f), 0);
	return text;
}

START_TEST(tells_where_each_parameter_comes_from)
{
	struct request req;
	char *text;

	ask(origins[_i].uri, &req);
	text = explained(&req, strchr(origins[_i].uri, '?') + 1);
	for (size_t i = 0; i < 4 && origins[_i].lines[i] != NULL; i++)
		ck_assert_msg(strstr(text, origins[_i].lines[i]) != NULL, "%s: no %s in\n%s",
			origins[_i].uri, origins[_i].lines[i], text);
	if (origins[_i].not != NULL)
		ck_assert_msg(
			strstr(text, origins[_i].not ) == NULL, "%s: %s", origins[_i].uri, text);
	free(text);
}
END_TEST

/* Hundreds of pairs cost no more than EXPLAIN_PAIRS of them. */
START_TEST(looks_at_so_many_pairs)
{
	char uri[4096] = "/img/a.jpg?w=300", want[32];
	struct request req;
	char *text;

	for (int i = 0; i < 300; i++)
		(void)snprintf(uri + strlen(uri), 16, "&x%d=1", i);
	ask(uri, &req);
	text = explained(&req, strchr(uri, '?') + 1);
	ck_assert_ptr_nonnull(strstr(text, "  w        300: w=300\n"));
	(void)snprintf(want, sizeof want, "  x%d=1:", EXPLAIN_PAIRS - 2);
	ck_assert_ptr_nonnull(strstr(text, want));
	(void)snprintf(want, sizeof want, "  x%d=1:", EXPLAIN_PAIRS - 1);
	ck_assert_ptr_null(strstr(text, want));
	free(text);
}
END_TEST

static const char *
phone_param(void *self, const char *name)
{
	(void)self;
	if (strcmp(name, "REQUEST_URI") == 0)
		return "/hints/a.jpg?w=auto&h=auto&t=card";
	if (strcmp(name, "REQUEST_METHOD") == 0)
		return "GET";
	return strcmp(name, "HTTP_SEC_CH_VIEWPORT_WIDTH") == 0 ? "390"
	       : strcmp(name, "HTTP_SEC_CH_DPR") == 0          ? "3"
							       : NULL;
}

START_TEST(tells_what_client_hints_filled_in)
{
	const struct gateway phone = { .param = phone_param };
	struct request req;
	struct err err = { 0 };
	char *text;

	ck_assert(request_parse(cfg, &phone, &req, &err));
	text = explained(&req, "w=auto&h=auto&t=card");
	ck_assert_msg(strstr(text, ": w=auto, by the client's hints\n") != NULL, "%s", text);
	ck_assert_msg(strstr(text, "  dpr      3: the client's hints\n") != NULL, "%s", text);
	free(text);
	/* nobody says anything */
	ask("/hints/a.jpg?w=auto&h=20", &req);
	text = explained(&req, "w=auto&h=20");
	ck_assert_msg(
		strstr(text, "ignored\n  w=auto: no hint of the client's says more\n") != NULL,
		"%s", text);
	free(text);
}
END_TEST

/* ---- The original ---- */

START_TEST(hands_no_control_of_the_origins_to_a_terminal)
{
	const struct source_head head = { .content_type = "image/\x1b[1mjpeg\xff",
		.etag = "\"a\x9b\xc2\x85\xc3\xa9\"",
		.length = 7 };
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	explain_original(&head, NULL, f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_str_eq(text, "original   image/?[1mjpeg?, 7 bytes, ETag \"a??\xc3\xa9\"\n");
	free(text);
}
END_TEST

/* ---- What decided about the picture ---- */

/* clang-format off */
#define OPAQUE 400, 300, FORMAT_JPEG, false, 1
static const struct {
	const char *query;
	int32_t w, h;
	enum format format;
	bool alpha;
	int32_t frames;
	const char *accept;
	uint32_t writable;
	const char *want[3];
} plans[] = {
	{ "q=70", OPAQUE, "", ALL, { "size       400x300: nothing asks for another\n", "format     jpg: the original's own\n",
	  "quality    70: q\n" } },
	{ "w=40", OPAQUE, "", ALL, { "size       40x30: the width decides", "quality    80: jpeg_quality of the settings\n" } },
	{ "w=200&h=100", OPAQUE, "", ALL, { "size       133x100: the height decides" } },
	{ "w=200&h=100&fit=outside", OPAQUE, "", ALL, { "size       200x150: the width decides" } },
	{ "w=100&rot=90", OPAQUE, "", ALL, { "size       100x133: the width decides" } },
	{ "w=800", OPAQUE, "", ALL, { "size       400x300: not larger than the original, for up is 0\n" } },
	{ "w=800&up=1", OPAQUE, "", ALL, { "size       800x600: the width decides" } },
	{ "w=100&h=100&fit=cover", OPAQUE, "", ALL, { "size       100x100: the box, filled" } },
	{ "w=800&h=200&fit=cover", OPAQUE, "", ALL, { "size       400x100: the box's shape, smaller, for up is 0\n" } },
	{ "w=50&h=100&fit=fill", OPAQUE, "", ALL, { "size       50x100: stretched into the box\n" } },
	{ "w=100&h=100&fit=pad", OPAQUE, "", ALL, { "size       100x100: the width decides, the shape stays" } },
	{ "h=100&w=200&fit=pad", OPAQUE, "", ALL, { "the height decides, the shape stays, on a canvas of the box's size\n" } },
	{ "w=8000&dpr=2&fit=pad", OPAQUE, "", ALL, { "; the box was above 8192 px\n" } },
	{ "f=webp", OPAQUE, "", ALL, { "format     webp: f names it\n", "quality    80: webp_quality of the settings\n" } },
	{ "f=png", OPAQUE, "", ALL, { "quality    none: the format loses nothing\n" } },
	{ "f=avif", OPAQUE, "", ALL & ~FORMAT_BIT(FORMAT_AVIF), { "format     webp: the next best, for" } },
	{ "f=auto", OPAQUE, "image/avif", ALL, { "format     avif: f=auto, and the client accepts it\n",
	  "quality    55: avif_quality of the settings\n" } },
	{ "f=auto", OPAQUE, "", ALL, { "format     jpg: the original's own\n", "unchanged  the original itself" } },
	{ "f=auto", OPAQUE, "image/jpeg,image/avif;q=0.9,image/webp", ALL,
	  { "format     webp: f=auto, and the client accepts it\n" } },
	{ "f=auto", OPAQUE, "image/*,image/avif;q=0.9,image/webp;q=0.8", ALL,
	  { "format     jpg: the original's own; the client gives it more weight\n" } },
	{ "f=auto&w=2000&up=1", OPAQUE, "image/avif,image/webp", ALL,
	  { "format     webp: f=auto, and the client accepts it; not avif, for more than avif_max_pixels = 2000000\n" } },
	{ "f=auto&w=9", 40, 30, FORMAT_GIF, false, 3, "image/avif", ALL,
	  { "format     gif: the original's own; not avif, which would not move\n" } },
	{ "w=9", 40, 30, FORMAT_TIFF, true, 1, "", ALL, { "format     png: browsers do not show the original's" } },
	{ "w=9", 40, 30, FORMAT_HEIC, false, 1, "", ALL, { "format     jpg: browsers do not show the original's" } },
	{ "w=9", 40, 30, FORMAT_BMP, false, 1, "", ALL, { "format     jpg: the next best, for" } },
};
/* clang-format on */

START_TEST(tells_which_rule_decided)
{
	struct image_info info = { .format = plans[_i].format,
		.width = plans[_i].w,
		.height = plans[_i].h,
		.orientation = 1,
		.alpha = plans[_i].alpha,
		.frames = plans[_i].frames,
		.animated = plans[_i].frames > 1 };
	char uri[256], *text = NULL;
	struct accept_weights weights;
	struct request req;
	struct plan plan;
	struct err err = { 0 };
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	cfg->origins[0].policy.snaps.h.count = 0;
	(void)snprintf(uri, sizeof uri, "/img/a?%s", plans[_i].query);
	ask(uri, &req);
	accept_read(plans[_i].accept, &weights);
	req.accepts = accept_bits(&weights);
	accept_order(&weights, req.origin->policy.auto_formats, req.auto_order);
	for (size_t i = 0; i < ACCEPT_FORMATS; i++)
		req.auto_above[i] = accept_above(&weights, req.auto_order[i]);
	ck_assert_msg(plan_resolve(&req, &info, plans[_i].writable, &plan, &err), "%s", err.detail);
	explain_plan(&plan, f);
	ck_assert_int_eq(fclose(f), 0);
	for (size_t i = 0; i < 3 && plans[_i].want[i] != NULL; i++)
		ck_assert_msg(strstr(text, plans[_i].want[i]) != NULL, "%s: no %s in\n%s",
			plans[_i].query, plans[_i].want[i], text);
	/* the plan itself follows */
	ck_assert_ptr_nonnull(strstr(text, "\n\nshrink "));
	free(text);
}
END_TEST

START_TEST(tells_by_which_rule_it_is_kept)
{
	struct config_policy policy = { 0 };
	char *text = NULL, why[SETTINGS_WHY];
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	ck_assert(settings_ages_read("broken 5m", &policy.error_ages, why));
	explain_answer(&policy, FRESHNESS_VERSION, ERR_NONE, f);
	explain_answer(&policy, FRESHNESS_SIGNED, ERR_NONE, f);
	explain_answer(&policy, FRESHNESS_OBJECT, ERR_NOT_SMALLER, f);
	explain_answer(&policy, FRESHNESS_FAILURE, ERR_BROKEN, f);
	explain_answer(&policy, FRESHNESS_FAILURE, ERR_PIXELS, f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_str_eq(text,
		"cache      immutable, for v is given\n"
		"cache      no longer than the URL is signed for\n"
		"reason     not-smaller\ncache      the object's own Cache-Control\n"
		"reason     broken\ncache      the age of its reason, by error_ages\n"
		"reason     pixels\ncache      the age of its reason\n");
	free(text);
}
END_TEST

Suite *
suite_explain(void)
{
	Suite *s = suite_create("explain");
	TCase *t = tcase_create("explain");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(
		t, tells_where_each_parameter_comes_from, 0, sizeof origins / sizeof origins[0]);
	tcase_add_test(t, looks_at_so_many_pairs);
	tcase_add_test(t, hands_no_control_of_the_origins_to_a_terminal);
	tcase_add_test(t, tells_what_client_hints_filled_in);
	tcase_add_loop_test(t, tells_which_rule_decided, 0, sizeof plans / sizeof plans[0]);
	tcase_add_test(t, tells_by_which_rule_it_is_kept);
	suite_add_tcase(s, t);
	return s;
}
