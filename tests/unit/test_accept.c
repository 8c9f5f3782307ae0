/* What a client takes, by its Accept: weights as RFC 9110 has them, and the order of the setting.
 */
#include "accept.h"
#include "suites.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct {
	const char *field;
	int avif, webp, jxl;
} fields[] = {
	/* what Chromium, Firefox and Safari send for an img */
	{ "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", 1000, 1000, 0 },
	{ "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5", 1000, 1000, 0 },
	{ "image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,"
	  "image/svg+xml,image/*;q=0.8,*/*;q=0.5", 1000, 1000, 1000 },
	/* ranges promise nothing, and take nothing back from what is named */
	{ "*/*", 0, 0, 0 }, { "image/*", 0, 0, 0 }, { "", 0, 0, 0 }, { "image/png", 0, 0, 0 },
	{ "image/*;q=0,image/avif,*/*;q=0", 1000, 0, 0 },
	/* weights */
	{ "image/avif;q=0.5,image/webp;q=0.75,image/jxl;q=0.001", 500, 750, 1 },
	{ "image/webp;q=1.000,image/avif;q=1.,image/jxl;q=0.", 1000, 1000, 0 },
	{ "image/avif;q=0,image/webp;Q=0.000,image/jxl;q=1", 0, 0, 1000 },
	{ " image/webp ; q=0.5\t, image/avif\t;q=0.25", 250, 500, 0 },
	{ "image/webp; level=1; q=0.5", 0, 500, 0 }, { "image/webp;;q=0.5;", 0, 500, 0 },
	{ "image/webp;q=0.9;ext=1", 0, 900, 0 }, { "image/webp;xq=0", 0, 1000, 0 },
	{ "image/webp;q=0.5;q=0.4", 0, 400, 0 },
	{ "image/webp;q=0.5,image/webp,image/avif,image/avif;q=0", 1000, 1000, 0 },
	/* no weights: the member is as if it were not there */
	{ "image/webp;q=", 0, 0, 0 }, { "image/webp;q=x", 0, 0, 0 }, { "image/webp;q=.5", 0, 0, 0 },
	{ "image/webp;q=2", 0, 0, 0 }, { "image/webp;q=1.001", 0, 0, 0 },
	{ "image/webp;q=0.1234", 0, 0, 0 }, { "image/webp;q=-1", 0, 0, 0 },
	{ "image/webp;q=0.5 x", 0, 0, 0 }, { "image/webp;q=01", 0, 0, 0 },
	{ "image/webp;q=x,image/webp;q=0.3", 0, 300, 0 },
	/* no members */
	{ "image/webp2,image/webpx,image/avif-sequence,ximage/avif", 0, 0, 0 },
	{ "image/ webp,image /avif,webp,image/avif image/webp", 0, 0, 0 },
	{ ",, ,IMAGE/JXL,", 0, 0, 1000 }, { ";q=1,image/webp", 0, 1000, 0 },
	{ "text/x;a=\",image/webp,\",image/avif", 1000, 0, 0 },
	{ "text/x;a=\"\\\",image/webp,\",image/avif", 1000, 0, 0 },
	{ "image/avif,text/x;a=\",image/webp", 1000, 0, 0 },
};
/* clang-format on */

START_TEST(reads_weights_of_what_is_named)
{
	struct accept_weights w;

	accept_read(fields[_i].field, &w);
	ck_assert_msg(w.of[0] == fields[_i].avif && w.of[1] == fields[_i].webp &&
			      w.of[2] == fields[_i].jxl,
		"%s: %d %d %d", fields[_i].field, (int)w.of[0], (int)w.of[1], (int)w.of[2]);
	ck_assert_uint_eq(
		accept_bits(&w), (fields[_i].avif > 0 ? FORMAT_BIT(FORMAT_AVIF) : 0) |
					 (fields[_i].webp > 0 ? FORMAT_BIT(FORMAT_WEBP) : 0) |
					 (fields[_i].jxl > 0 ? FORMAT_BIT(FORMAT_JXL) : 0));
}
END_TEST

START_TEST(reads_no_field_that_is_too_long)
{
	static char field[ACCEPT_FIELD_MAX + 2];
	struct accept_weights w;

	memset(field, ',', sizeof field - 2);
	memcpy(field, "image/avif", 10);
	accept_read(field, &w);
	ck_assert_int_eq(w.of[0], 1000);
	field[sizeof field - 2] = ',';
	accept_read(field, &w);
	ck_assert_int_eq(w.of[0], 0);
	accept_read(NULL, &w);
	ck_assert_uint_eq(accept_bits(&w), 0);
}
END_TEST

static const struct {
	const char *word;
	uint32_t bits;
} words[] = {
	{ "avif", FORMAT_BIT(FORMAT_AVIF) | FORMAT_BIT(FORMAT_WEBP) },
	{ "WebP", FORMAT_BIT(FORMAT_WEBP) },
	{ "-", 0 },
	{ "", 0 },
	{ "image/avif", 0 },
	{ "avif,webp", 0 },
};

START_TEST(reads_a_caches_word)
{
	struct accept_weights w;

	accept_read_word(words[_i].word, &w);
	ck_assert_uint_eq(accept_bits(&w), words[_i].bits);
}
END_TEST

#define J FORMAT_BIT(FORMAT_JPEG)
#define P FORMAT_BIT(FORMAT_PNG)
#define G FORMAT_BIT(FORMAT_GIF)

static const struct {
	const char *field;
	uint32_t avif, webp; /* what goes before each */
} above[] = {
	/* no browser prefers JPEG */
	{ "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", 0, 0 },
	{ "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5", 0, 0 },
	{ "image/jpeg,image/webp;q=0.1", J, J },
	{ "image/jpeg;q=0.5,image/avif;q=0.5,image/webp;q=0.499", 0, J },
	/* the type itself, else its range, else everything; what none of them names is not taken */
	{ "image/avif;q=0.6,image/webp;q=0.4,image/*;q=0.5", 0, J | P | G },
	{ "image/avif;q=0.6,image/webp;q=0.4,*/*;q=0.5", 0, J | P | G },
	{ "image/webp;q=0.4,image/*;q=0.3,*/*", J | P | G, 0 },
	{ "image/webp;q=0.4,image/png;q=0.3,image/gif;q=0,*/*", J | P, J },
	{ "image/avif;q=0.001,image/webp;q=0.9", 0, 0 },
	/* of two the higher; a wrong weight is none */
	{ "image/png;q=0.2,image/webp;q=0.5,image/png;q=0.7", P, P },
	{ "image/png;q=x,image/webp;q=0.5,image/*;q=0.7", J | P | G, J | P | G },
	{ "", 0, 0 },
};

START_TEST(tells_which_plain_formats_go_before)
{
	struct accept_weights w;

	accept_read(above[_i].field, &w);
	ck_assert_msg(accept_above(&w, FORMAT_AVIF) == above[_i].avif, "%s: avif %x",
		above[_i].field, accept_above(&w, FORMAT_AVIF));
	ck_assert_msg(accept_above(&w, FORMAT_WEBP) == above[_i].webp, "%s: webp %x",
		above[_i].field, accept_above(&w, FORMAT_WEBP));
	ck_assert_uint_eq(accept_above(&w, FORMAT_NONE), 0);
	ck_assert_uint_eq(accept_above(&w, FORMAT_JPEG), 0);
}
END_TEST

static const struct {
	const char *field, *list, *want;
} orders[] = {
	{ "image/webp,image/avif", "avif, webp", "avif webp" },
	{ "image/avif,image/webp", "webp avif", "webp avif" },
	{ "image/avif;q=0.9,image/webp", "avif, webp", "webp avif" },
	{ "image/avif;q=0.9,image/webp;q=0.9", "avif,webp", "avif webp" },
	{ "image/avif;q=0.5,image/webp;q=0.9,image/jxl", "avif, webp, jxl", "jxl webp avif" },
	{ "image/avif,image/webp;q=0.9,image/jxl", "webp, jxl, avif", "jxl avif webp" },
	{ "image/avif,image/webp", "webp", "webp" },
	{ "image/avif,image/webp;q=0", "avif, webp", "avif" },
	{ "image/avif", "webp, jxl", "" },
	{ "image/avif,image/webp", "", "" },
	{ "*/*", "avif, webp", "" },
};

START_TEST(orders_by_weight_then_by_the_list)
{
	struct accept_weights w;
	enum format order[ACCEPT_FORMATS];
	char got[64] = "";

	accept_read(orders[_i].field, &w);
	accept_order(&w, orders[_i].list, order);
	for (size_t i = 0, n = 0; i < ACCEPT_FORMATS; i++)
		if (order[i] != FORMAT_NONE)
			n += (size_t)snprintf(got + n, sizeof got - n, "%s%s", n > 0 ? " " : "",
				format_row(order[i])->name);
	ck_assert_msg(strcmp(got, orders[_i].want) == 0, "%s by %s: %s", orders[_i].field,
		orders[_i].list, got);
}
END_TEST

static const struct {
	const char *list;
	bool valid;
} lists[] = {
	{ "", true },
	{ "avif", true },
	{ "avif, webp, jxl", true },
	{ "jxl webp", true },
	{ "AVIF", true },
	{ "avif, avif", false },
	{ "jpg", false },
	{ "avif, png", false },
	{ "avif;webp", false },
	{ "auto", false },
	{ "none", false },
	{ "averylongname", false },
};

START_TEST(takes_lists_of_these_formats_alone)
{
	ck_assert_msg(accept_list_valid(lists[_i].list) == lists[_i].valid, "%s", lists[_i].list);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(table)[0])

Suite *
suite_accept(void)
{
	Suite *s = suite_create("accept");
	TCase *t = tcase_create("accept");

	tcase_add_loop_test(t, reads_weights_of_what_is_named, 0, ROWS(fields));
	tcase_add_test(t, reads_no_field_that_is_too_long);
	tcase_add_loop_test(t, reads_a_caches_word, 0, ROWS(words));
	tcase_add_loop_test(t, tells_which_plain_formats_go_before, 0, ROWS(above));
	tcase_add_loop_test(t, orders_by_weight_then_by_the_list, 0, ROWS(orders));
	tcase_add_loop_test(t, takes_lists_of_these_formats_alone, 0, ROWS(lists));
	suite_add_tcase(s, t);
	return s;
}
