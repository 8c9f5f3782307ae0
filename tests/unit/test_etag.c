#include "etag.h"
#include "suites.h"

#include <stdio.h>
#include <string.h>

#define HASH  "0123456789abcdef"
#define OTHER "fedcba9876543210"

static struct config cfg;
static struct err err;

static void
setup(void)
{
	struct params_notes notes = { "" };

	memset(&cfg, 0, sizeof cfg);
	cfg.origin_count = 1;
	(void)snprintf(cfg.origins[0].mount, sizeof cfg.origins[0].mount, "/img/");
	cfg.origins[0].policy.jpeg_quality = cfg.origins[0].policy.webp_quality = 80;
	cfg.origins[0].policy.avif_quality = 55;
	cfg.origins[0].policy.avif_speed = 8;
	cfg.origins[0].policy.webp_lossless = CONFIG_LOSSLESS_AUTO;
	cfg.origins[0].policy.avif_max_pixels = 2000000;
	cfg.preset_count = 1;
	(void)snprintf(cfg.presets[0].name, sizeof cfg.presets[0].name, "card");
	params_init(&cfg.presets[0].params);
	ck_assert(
		params_parse(&cfg.presets[0].params, "w=300&h=200&fit=cover", true, &notes, &err));
}

static void
hash_of(const char *uri, char ret[ETAG_HASH])
{
	struct request req;

	ck_assert_msg(request_from_text(&cfg, uri, &req, &err), "%s: %s", uri, err.say);
	ck_assert_msg(etag_hash(&cfg, &req, ret, &err), "%s", err.say);
	ck_assert_msg(strlen(ret) == 16 && strspn(ret, "0123456789abcdef") == 16, "%s", ret);
}

/* ---- The hash ---- */

static const struct {
	const char *one, *other;
	bool same;
} pairs[] = {
	{ "/img/a.jpg?w=300", "/img/a.jpg?w=300", true },
	{ "/img/a.jpg?w=300&h=200", "/img/a.jpg?height=200&width=300", true },
	{ "/img/a.jpg?w=300&h=200", "/img/a.jpg?s=300x200&dpr=1", true },
	{ "/img/a.jpg?t=card", "/img/a.jpg?w=300&h=200&fit=cover", true },
	{ "/img/a.jpg?t=card", "/img/a.jpg?t=card&w=300", true },
	{ "/img/a.jpg?w=300&v=1", "/img/a.jpg?w=300&v=2", true }, /* no effect on pixels */
	{ "/img/a.jpg?w=300", "/img/a.jpg?w=300&dl=cat.jpg", true },
	{ "/img/a.jpg?w=300&dl", "/img/a.jpg?w=300&dl=0", true },
	{ "/img/a.jpg?w=300", "/img/b.jpg?w=300", true }, /* the origin's half tells */
	{ "/img/a.jpg?w=300", "/img/a.jpg?w=301", false },
	{ "/img/a.jpg?w=300", "/img/a.jpg?h=300", false },
	{ "/img/a.jpg?w=300", "/img/a.jpg?w=300&q=70", false },
	{ "/img/a.jpg?w=300", "/img/a.jpg?w=300&f=webp", false },
	{ "/img/a.jpg?t=card", "/img/a.jpg?t=card&fit=pad", false },
};

START_TEST(hashes_what_shapes_the_bytes_and_nothing_else)
{
	char one[ETAG_HASH], other[ETAG_HASH];

	hash_of(pairs[_i].one, one);
	hash_of(pairs[_i].other, other);
	ck_assert_msg((strcmp(one, other) == 0) == pairs[_i].same, "%s %s, %s %s", pairs[_i].one,
		one, pairs[_i].other, other);
}
END_TEST

START_TEST(changes_with_the_settings_that_shape_pixels)
{
	char seen[16][ETAG_HASH];
	size_t i, k;

	hash_of("/img/a.jpg?w=300", seen[0]);
	cfg.origins[0].policy.jpeg_quality++;
	hash_of("/img/a.jpg?w=300", seen[1]);
	cfg.origins[0].policy.webp_quality++;
	hash_of("/img/a.jpg?w=300", seen[2]);
	cfg.origins[0].policy.avif_quality++;
	hash_of("/img/a.jpg?w=300", seen[3]);
	(void)snprintf(cfg.cmyk_digest, sizeof cfg.cmyk_digest, "0123456789abcdef");
	hash_of("/img/a.jpg?w=300", seen[4]);
	cfg.origins[0].policy.avif_speed--;
	hash_of("/img/a.jpg?w=300", seen[5]);
	cfg.origins[0].policy.jpeg_progressive = true;
	hash_of("/img/a.jpg?w=300", seen[6]);
	cfg.origins[0].policy.webp_lossless = CONFIG_LOSSLESS_NO;
	hash_of("/img/a.jpg?w=300", seen[7]);
	cfg.origins[0].policy.avif_max_pixels--;
	hash_of("/img/a.jpg?w=300", seen[8]);
	for (i = 0; i < 9; i++)
		for (k = i + 1; k < 9; k++)
			ck_assert_str_ne(seen[i], seen[k]);
	/* limits do not */
	cfg.origins[0].policy.max_pixels = cfg.origins[0].policy.max_result_pixels = 12345;
	cfg.origins[0].policy.strict = true;
	hash_of("/img/a.jpg?w=300", seen[9]);
	ck_assert_str_eq(seen[8], seen[9]);
	cfg.origins[0].policy.linear = true;
	hash_of("/img/a.jpg?w=300", seen[10]);
	for (i = 0; i < 9; i++)
		ck_assert_str_ne(seen[i], seen[10]);
}
END_TEST

START_TEST(reads_the_settings_of_the_requests_origin)
{
	char one[ETAG_HASH], other[ETAG_HASH];

	cfg.origins[1] = cfg.origins[0];
	cfg.origin_count = 2;
	(void)snprintf(cfg.origins[1].mount, sizeof cfg.origins[1].mount, "/other/");
	hash_of("/img/a.jpg?w=300", one);
	hash_of("/other/a.jpg?w=300", other);
	ck_assert_str_eq(one, other);
	cfg.origins[1].policy.jpeg_quality = 70;
	hash_of("/other/a.jpg?w=300", other);
	ck_assert_str_ne(one, other);
	hash_of("/img/a.jpg?w=300", other);
	ck_assert_str_eq(one, other);
}
END_TEST

START_TEST(is_the_same_on_every_host)
{
	char hash[ETAG_HASH];

	/* printf
	 * 'epoch=2\njpeg=80\nwebp=80\navif=55\ncmyk=\navif_speed=8\njpeg_progressive=0\nwebp_lossless=1\navif_max_pixels=2000000\nw=300'
	 * | sha256sum */
	hash_of("/img/a.jpg?w=300", hash);
	ck_assert_str_eq(hash, "ea3a4eff391f1b63");
}
END_TEST

/* ---- Making ---- */

static const struct {
	const char *origin;
	enum format format;
	const char *want; /* "" for none */
} made[] = {
	{ "\"abc\"", FORMAT_JPEG, "\"abc-" HASH ".jpg\"" },
	{ "\"abc\"", FORMAT_WEBP, "\"abc-" HASH ".webp\"" },
	{ "\"9b2cf535f27731c974343645a3985328-3\"", FORMAT_PNG,
		"\"9b2cf535f27731c974343645a3985328-3-" HASH ".png\"" },
	{ "\"a.b,c\x80\xFF!\"", FORMAT_GIF, "\"a.b,c\x80\xFF!-" HASH ".gif\"" },
	{ "", FORMAT_JPEG, "" },
	{ "\"\"", FORMAT_JPEG, "" },
	{ "\"", FORMAT_JPEG, "" },
	{ "abc", FORMAT_JPEG, "" },
	{ "W/\"abc\"", FORMAT_JPEG, "" },
	{ "\"a\"b\"", FORMAT_JPEG, "" },
	{ "\"a b\"", FORMAT_JPEG, "" },
	{ "\"a\x7F\"", FORMAT_JPEG, "" },
	{ "\"a\r\nX: y\"", FORMAT_JPEG, "" },
	{ "\"abc", FORMAT_JPEG, "" },
};

START_TEST(promises_only_on_a_strong_tag)
{
	char got[ETAG_MADE] = "before";

	ck_assert(
		etag_make(made[_i].origin, HASH, made[_i].format, got) == (*made[_i].want != '\0'));
	ck_assert_str_eq(got, made[_i].want);
}
END_TEST

START_TEST(gives_back_the_origins_half_of_what_it_made)
{
	char tag[ETAG_MADE], origin[ETAG_LIST], presented[ETAG_MADE];
	uint32_t formats = FORMAT_BIT(made[_i].format);

	if (!etag_make(made[_i].origin, HASH, made[_i].format, tag))
		return;
	ck_assert(etag_origin_halves(tag, HASH, formats, origin));
	ck_assert(etag_presented(tag, origin, HASH, formats, presented));
	ck_assert_str_eq(origin, made[_i].origin);
	ck_assert_str_eq(presented, tag);
}
END_TEST

START_TEST(takes_the_longest_tag_and_none_longer)
{
	char origin[400], tag[ETAG_MADE], back[ETAG_LIST], presented[ETAG_MADE], list[400];
	uint32_t formats = FORMAT_BIT(FORMAT_WEBP);

	memset(origin, 'x', sizeof origin);
	origin[0] = origin[ETAG_MAX - 2] = '"';
	origin[ETAG_MAX - 1] = '\0';
	ck_assert(etag_make(origin, HASH, FORMAT_WEBP, tag));
	(void)snprintf(list, sizeof list, "W/%s", tag);
	ck_assert(etag_origin_halves(list, HASH, formats, back));
	ck_assert(etag_presented(list, back, HASH, formats, presented));
	ck_assert_str_eq(back, origin);
	ck_assert_str_eq(presented, tag);
	memset(origin, 'x', sizeof origin);
	origin[0] = origin[ETAG_MAX - 1] = '"';
	origin[ETAG_MAX] = '\0';
	ck_assert(!etag_make(origin, HASH, FORMAT_WEBP, tag));
	/* a longer one presented by a stranger does not count either */
	(void)snprintf(list, sizeof list, "\"%.*s-" HASH ".webp\"", ETAG_MAX - 2, origin + 1);
	ck_assert(!etag_origin_halves(list, HASH, formats, back));
	ck_assert_str_eq(back, "");
}
END_TEST

/* ---- Reading ---- */

static const struct {
	const char *list;
	const char *origin; /* NULL: none counts */
	const char *tag;
} presented[] = {
	{ "\"abc-" HASH ".jpg\"", "\"abc\"", "\"abc-" HASH ".jpg\"" },
	{ "W/\"abc-" HASH ".jpg\"", "\"abc\"", "\"abc-" HASH ".jpg\"" },
	{ "\"abc-3-" HASH ".webp\"", "\"abc-3\"", "\"abc-3-" HASH ".webp\"" },
	{ "\"x\", \"abc-" HASH ".jpg\" , \"y\"", "\"abc\"", "\"abc-" HASH ".jpg\"" },
	{ "\"a,b-" HASH ".jpg\"", "\"a,b\"", "\"a,b-" HASH ".jpg\"" },
	{ "\"" OTHER ".jpg-" HASH ".jpg\"", "\"" OTHER ".jpg\"", "\"" OTHER ".jpg-" HASH ".jpg\"" },
	{ "\"old-" OTHER ".jpg\",\"abc-" HASH ".jpg\"", "\"abc\"", "\"abc-" HASH ".jpg\"" },
	{ "rubbish, \"abc-" HASH ".jpg\"", "\"abc\"", "\"abc-" HASH ".jpg\"" },
	{ "\"abc-" OTHER ".jpg\"", NULL, NULL }, /* asked otherwise, or an older build */
	{ "\"abc-" HASH ".png\"", NULL, NULL },  /* a format this request cannot yield */
	{ "\"abc-" HASH ".jpeg\"", NULL, NULL }, /* our token is jpg */
	{ "\"abc-" HASH ".none\"", NULL, NULL },
	{ "\"abc-" HASH ".\"", NULL, NULL },
	{ "\"abc-" HASH "\"", NULL, NULL },
	{ "\"abc" HASH ".jpg\"", NULL, NULL },
	{ "\"-" HASH ".jpg\"", NULL, NULL }, /* no origin's half */
	{ "\"" HASH ".jpg\"", NULL, NULL },
	{ "\".jpg\"", NULL, NULL },
	{ "abc-" HASH ".jpg", NULL, NULL },
	{ "\"abc-" HASH ".jpg", NULL, NULL },
	{ "w/\"abc-" HASH ".jpg\"", NULL, NULL }, /* the W is upper case */
	{ "*", NULL, NULL },
	{ "\"abc\"", NULL, NULL },
	{ "", NULL, NULL },
	{ ",,", NULL, NULL },
};

START_TEST(finds_a_tag_of_its_own_that_counts)
{
	char origin[ETAG_LIST] = "", tag[ETAG_MADE] = "";
	uint32_t formats = FORMAT_BIT(FORMAT_JPEG) | FORMAT_BIT(FORMAT_WEBP);
	const char *want = presented[_i].origin;

	ck_assert_msg(
		etag_origin_halves(presented[_i].list, HASH, formats, origin) == (want != NULL),
		"%s gives %s", presented[_i].list, origin);
	ck_assert_str_eq(origin, want != NULL ? want : "");
	ck_assert_int_eq(etag_presented(presented[_i].list, want != NULL ? want : "\"abc\"", HASH,
				 formats, tag),
		want != NULL);
	ck_assert_str_eq(tag, want != NULL ? presented[_i].tag : "");
}
END_TEST

static const struct {
	const char *list, *tag;
	bool strong, weak;
} lists[] = {
	{ "\"a\"", "\"a\"", true, true },
	{ "W/\"a\"", "\"a\"", false, true },
	{ "\"a\"", "W/\"a\"", false, true },
	{ "W/\"a\"", "W/\"a\"", false, true },
	{ "\"b\", W/\"a\", \"a\"", "\"a\"", true, true },
	{ "\"b\",\"c\"", "\"a\"", false, false },
	{ "*", "\"a\"", true, true },
	{ " * ", "\"a\"", true, true },
	{ "\"*\"", "\"a\"", false, false },
	{ "\"a,b\"", "\"a\"", false, false },
	{ "\"x,\"a\",y\"", "\"a\"", false, false },
	{ "\"A\"", "\"a\"", false, false },
	{ "\"a\"", "", false, false },
	{ "", "\"a\"", false, false },
	{ "a", "\"a\"", false, false },
	{ "\"\"", "\"\"", true, true },
};

START_TEST(compares_lists_as_rfc_9110_does)
{
	ck_assert_msg(etag_in_list(lists[_i].list, lists[_i].tag, false) == lists[_i].strong,
		"strongly: %s in %s", lists[_i].tag, lists[_i].list);
	ck_assert_msg(etag_in_list(lists[_i].list, lists[_i].tag, true) == lists[_i].weak,
		"weakly: %s in %s", lists[_i].tag, lists[_i].list);
}
END_TEST

START_TEST(gives_back_the_halves_of_a_whole_list)
{
	const char *list =
		"\"old-" HASH ".jpg\", \"x\", W/\"new-" HASH ".jpg\", \"no-" OTHER ".jpg\"";
	uint32_t formats = FORMAT_BIT(FORMAT_JPEG);
	char halves[ETAG_LIST], tag[ETAG_MADE], many[8192] = "";
	size_t len = 0;

	ck_assert(etag_origin_halves(list, HASH, formats, halves));
	ck_assert_str_eq(halves, "\"old\", \"new\"");
	ck_assert(etag_presented(list, "\"new\"", HASH, formats, tag));
	ck_assert_str_eq(tag, "\"new-" HASH ".jpg\"");
	ck_assert(etag_presented(list, "W/\"old\"", HASH, formats, tag));
	ck_assert_str_eq(tag, "\"old-" HASH ".jpg\"");
	ck_assert(!etag_presented(list, "\"ne\"", HASH, formats, tag));
	ck_assert(!etag_presented(list, "\"newer\"", HASH, formats, tag));
	ck_assert(!etag_presented(list, "\"x\"", HASH, formats, tag));
	ck_assert(!etag_presented(list, "\"no\"", HASH, formats, tag));
	ck_assert(!etag_presented(list, "", HASH, formats, tag));
	/* more than fits: whole tags alone */
	for (int i = 0; i < 200; i++)
		len += (size_t)snprintf(
			many + len, sizeof many - len, "\"tag%d-" HASH ".jpg\",", i);
	ck_assert(etag_origin_halves(many, HASH, formats, halves));
	ck_assert_uint_gt(strlen(halves), ETAG_LIST - 20);
	ck_assert_int_eq(halves[strlen(halves) - 1], '"');
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(table)[0])

Suite *
suite_etag(void)
{
	Suite *s = suite_create("etag");
	TCase *t = tcase_create("etag");

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_loop_test(t, hashes_what_shapes_the_bytes_and_nothing_else, 0, ROWS(pairs));
	tcase_add_test(t, changes_with_the_settings_that_shape_pixels);
	tcase_add_test(t, reads_the_settings_of_the_requests_origin);
	tcase_add_test(t, is_the_same_on_every_host);
	tcase_add_loop_test(t, promises_only_on_a_strong_tag, 0, ROWS(made));
	tcase_add_loop_test(t, gives_back_the_origins_half_of_what_it_made, 0, ROWS(made));
	tcase_add_test(t, takes_the_longest_tag_and_none_longer);
	tcase_add_loop_test(t, finds_a_tag_of_its_own_that_counts, 0, ROWS(presented));
	tcase_add_test(t, gives_back_the_halves_of_a_whole_list);
	tcase_add_loop_test(t, compares_lists_as_rfc_9110_does, 0, ROWS(lists));
	suite_add_tcase(s, t);
	return s;
}
