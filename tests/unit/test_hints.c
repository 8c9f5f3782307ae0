/* What client hints make of a query: which are believed, what they fill in, and what the answer
 * then depends on. */
#include "hints.h"
#include "suites.h"

#include <stdio.h>
#include <string.h>

static const struct {
	enum hints_kind kind;
	const char *value;
	double want;
} values[] = {
	{ HINTS_WIDTH, "1", 1 },
	{ HINTS_WIDTH, "1280", 1280 },
	{ HINTS_WIDTH, "65535", 65535 },
	{ HINTS_WIDTH, "65536", 65536 },
	{ HINTS_WIDTH, "0", 0 },
	{ HINTS_WIDTH, "0.0", 0 },
	{ HINTS_WIDTH, "9999999999999999", 0 },
	{ HINTS_WIDTH, "-5", 0 },
	{ HINTS_WIDTH, "12.5", 12.5 },
	{ HINTS_WIDTH, "auto", 0 },
	{ HINTS_WIDTH, "320, 640", 0 },
	{ HINTS_WIDTH, "", 0 },
	{ HINTS_VIEWPORT, "360", 360 },
	{ HINTS_VIEWPORT, "360px", 0 },
	{ HINTS_VIEWPORT, "99999999999999999999", 0 },
	{ HINTS_RATIO, "2", 2 },
	{ HINTS_RATIO, "2.625", 2.625 },
	{ HINTS_RATIO, "0.1", 0.1 },
	{ HINTS_RATIO, "20", 20 },
	{ HINTS_RATIO, "0", 0 },
	{ HINTS_RATIO, "20.5", 20.5 },
	{ HINTS_RATIO, "1e1", 0 },
	{ HINTS_RATIO, "nan", 0 },
	{ HINTS_RATIO, "", 0 },
	{ HINTS_SAVE, "on", 1 },
	{ HINTS_SAVE, "ON", 1 },
	{ HINTS_SAVE, "off", 0 },
	{ HINTS_SAVE, "1", 0 },
	{ HINTS_SAVE, "", 0 },
};

START_TEST(believes_values_alone)
{
	struct hints h = { 0 };

	hints_read(values[_i].kind, values[_i].value, &h);
	ck_assert_msg((values[_i].kind == HINTS_WIDTH             ? h.width
			      : values[_i].kind == HINTS_VIEWPORT ? h.viewport
			      : values[_i].kind == HINTS_RATIO    ? h.ratio
								  : h.save) == values[_i].want,
		"%s: %s", hints_names[values[_i].kind], values[_i].value);
}
END_TEST

#define W HINTS_BIT(HINTS_WIDTH)
#define V HINTS_BIT(HINTS_VIEWPORT)
#define R HINTS_BIT(HINTS_RATIO)
#define S HINTS_BIT(HINTS_SAVE)

/* clang-format off */
static const struct {
	const char *query, *preset; /* NULL: none */
	struct hints hints;
	const char *want;
	uint32_t depends;
} rows[] = {
	/* w=auto: the picture's own width, in device px */
	{ "w=auto", NULL, { 640, 0, 0, false }, "w=640", W | S },
	{ "w=auto", NULL, { 641, 0, 0, false }, "w=800", W | S },
	{ "w=auto", NULL, { 1, 0, 0, false }, "w=160", W | S },
	{ "w=auto", NULL, { 9999, 0, 0, false }, "w=3840", W | S },
	{ "w=auto", NULL, { 1e15, 0, 0, false }, "w=3840", W | S },
	{ "w=auto", NULL, { 160.5, 0, 0, false }, "w=240", W | S },
	{ "w=auto", NULL, { 640, 400, 2, false }, "w=640", W | S },
	{ "w=auto&dpr=2", NULL, { 640, 400, 2, false }, "w=640", W | S },
	{ "w=auto&dpr=auto", NULL, { 640, 400, 2, false }, "w=640", W | S },
	{ "w=auto&dpr=1", NULL, { 640, 400, 2, false }, "w=640", W | S },
	{ "s=autox", NULL, { 640, 0, 0, false }, "w=640", W | S },
	/* else the page's, in CSS px */
	{ "w=auto", NULL, { 0, 400, 0, false }, "w=480", W | V | R | S },
	{ "w=auto", NULL, { 0, 400, 2, false }, "w=480&dpr=2", W | V | R | S },
	{ "w=auto", NULL, { 0, 400, 1.05, false }, "w=480&dpr=1.5", W | V | R | S },
	{ "w=auto&dpr=auto", NULL, { 0, 400, 2.625, false }, "w=480&dpr=3", W | V | R | S },
	{ "w=auto&dpr=1.3", NULL, { 0, 400, 2, false }, "w=480&dpr=1.3", W | V | S },
	{ "w=auto", "dpr=2", { 0, 400, 3, false }, "w=480&dpr=2", W | V | S },
	/* else nothing is asked for, or what the preset says */
	{ "w=auto", NULL, { 0, 0, 2, false }, "", W | V },
	{ "w=auto", NULL, { 0, 0, 2, true }, "", W | V },
	{ "w=auto&q=70", NULL, { 0, 0, 2, false }, "q=70", W | V },
	{ "w=auto&h=90", NULL, { 0, 0, 2, false }, "h=90", W | V | S },
	{ "w=auto&h=90&dpr=auto", NULL, { 0, 0, 2, false }, "h=90&dpr=2", W | V | R | S },
	{ "w=auto", "w=1000&fit=cover", { 0, 0, 2, false }, "w=1000&fit=cover", W | V | S },
	{ "w=auto", "w=1000&fit=cover", { 640, 0, 2, false }, "w=640&fit=cover", W | S },
	{ "", "w=auto", { 640, 0, 2, false }, "w=640", W | S },
	{ "", "w=auto", { 0, 0, 2, false }, "", W | V },
	{ "w=30", "w=auto", { 640, 0, 2, false }, "w=30", S },
	/* the other lengths become device px too */
	{ "w=auto&h=90", NULL, { 640, 0, 2, false }, "w=640&h=180", W | R | S },
	{ "w=auto&h=90", NULL, { 640, 0, 0, false }, "w=640&h=90", W | R | S },
	{ "w=auto&h=90&dpr=3", NULL, { 640, 0, 2, false }, "w=640&h=270", W | S },
	{ "w=auto&blur=1.5&sharp=0.25", NULL, { 640, 0, 3, false }, "w=640&blur=4.5&sharp=0.75", W | R | S },
	{ "w=auto&h=8000", NULL, { 640, 0, 2, false }, "w=328&h=8192", W | R | S },
	/* dpr=auto */
	{ "w=300&dpr=auto", NULL, { 640, 400, 2, false }, "w=300&dpr=2", R | S },
	{ "w=300&dpr=auto", NULL, { 640, 400, 0, false }, "w=300", R | S },
	{ "w=300&dpr=auto", NULL, { 0, 0, 0.4, false }, "w=300", R | S },
	{ "w=300&dpr=auto", NULL, { 0, 0, 10, false }, "w=300&dpr=3", R | S },
	{ "blur=1&dpr=auto", NULL, { 0, 0, 2, false }, "dpr=2&blur=1", R | S },
	{ "dpr=auto", NULL, { 0, 0, 2, false }, "", 0 },
	{ "f=webp&dpr=auto", NULL, { 0, 0, 2, false }, "f=webp", S },
	{ "w=300", "dpr=auto", { 0, 0, 2, false }, "w=300&dpr=2", R | S },
	/* who does not ask is not told */
	{ "w=300", NULL, { 640, 400, 2, false }, "w=300", S },
	{ "w=300&dpr=1", NULL, { 640, 400, 2, false }, "w=300", S },
	{ "", NULL, { 640, 400, 2, true }, "", 0 },
	/* Save-Data */
	{ "w=300", NULL, { 0, 0, 0, true }, "w=300&q=45", S },
	{ "w=300&f=auto", NULL, { 0, 0, 0, true }, "w=300&q=45&f=auto", S },
	{ "w=300&q=90", NULL, { 0, 0, 0, true }, "w=300&q=90", 0 },
	{ "w=300", "q=90", { 0, 0, 0, true }, "w=300&q=45", S },
	{ "w=300", "q=30", { 0, 0, 0, true }, "w=300&q=30", S },
	{ "w=300&f=png", NULL, { 0, 0, 0, true }, "w=300&f=png", 0 },
	{ "f=json", NULL, { 0, 0, 0, true }, "f=json", 0 },
};
/* clang-format on */

static void
parse(const char *query, struct params *ret)
{
	struct params_notes notes;
	struct err err = { 0 };

	params_init(ret);
	ck_assert_msg(params_parse(ret, query, true, &notes, &err), "%s: %s", query, err.say);
}

/* Apply hints as a request does; static text. */
static const char *
applied(size_t i, const struct snap_rules *snaps, int32_t quality, uint32_t *ret_depends)
{
	static char text[256];
	struct buf out = BUF_INIT(255);
	struct params asked, preset, p;
	struct err err = { 0 };

	parse(rows[i].query, &asked);
	parse(rows[i].preset != NULL ? rows[i].preset : "", &preset);
	p = preset;
	params_overlay(&p, &asked);
	*ret_depends = hints_apply(&rows[i].hints, snaps, quality, &asked,
		rows[i].preset != NULL ? &preset : NULL, &p);
	ck_assert(params_canonical(&p, &out, &err));
	(void)snprintf(text, sizeof text, "%s", buf_text(&out));
	buf_done(&out);
	return text;
}

START_TEST(fills_in_what_is_left_open)
{
	const struct snap_rules none = { 0 };
	uint32_t depends;
	const char *got = applied((size_t)_i, &none, 45, &depends);

	ck_assert_msg(strcmp(got, rows[_i].want) == 0, "%s gives %s", rows[_i].query, got);
	ck_assert_msg(depends == rows[_i].depends, "%s depends on %x", rows[_i].query, depends);
	(void)applied((size_t)_i, &none, 0, &depends);
	ck_assert_uint_eq(depends, rows[_i].depends & ~S);
}
END_TEST

START_TEST(goes_by_the_steps_that_are_set)
{
	struct snap_rules snaps = { 0 };
	struct hints hints = { .width = 501, .viewport = 300, .ratio = 1.3, .save = true };
	struct params asked, p;

	ck_assert(snap_parse("100, 500, 700", 1, 8192, 0, &snaps.w));
	ck_assert(snap_parse("1, 1.4, 2.5", 0.5, 5, 1, &snaps.dpr));
	ck_assert(snap_parse("40 60", 1, 100, 0, &snaps.q));
	parse("w=auto", &asked);
	p = asked;
	(void)hints_apply(&hints, &snaps, 45, &asked, NULL, &p);
	ck_assert_int_eq(p.w, 700);
	ck_assert_int_eq(p.q, 60);
	hints.width = 0;
	p = asked;
	(void)hints_apply(&hints, &snaps, 45, &asked, NULL, &p);
	ck_assert_int_eq(p.w, 500);
	ck_assert_double_eq(p.dpr, 1.4);
	ck_assert(snap_parse("1, 1.1, 2.5", 0.5, 5, 1, &snaps.dpr));
	hints.ratio = 1.1;
	p = asked;
	(void)hints_apply(&hints, &snaps, 45, &asked, NULL, &p);
	ck_assert_double_eq(p.dpr, 1.1);
}
END_TEST

/* The built-in steps: what is there already stays, and few values are left of all there are. */
START_TEST(leaves_few_sizes)
{
	const struct snap_rules none = { 0 };
	bool seen[8193] = { false };
	struct params asked, p;
	int count = 0;

	parse("w=auto", &asked);
	for (int32_t w = 1; w < 5000; w++) {
		struct hints hints = { .width = w };

		p = asked;
		(void)hints_apply(&hints, &none, 0, &asked, NULL, &p);
		ck_assert_msg(p.w >= w || p.w == 3840, "%d: %d", (int)w, (int)p.w);
		count += !seen[p.w];
		seen[p.w] = true;
		hints.width = p.w;
		p = asked;
		(void)hints_apply(&hints, &none, 0, &asked, NULL, &p);
		ck_assert_double_eq(p.w, hints.width);
	}
	ck_assert_int_eq(count, hints_widths.count);
}
END_TEST

START_TEST(drops_what_says_auto)
{
	struct params p;

	parse("w=auto&h=3&dpr=auto", &p);
	hints_drop(&p);
	ck_assert(!params_given(&p, "w"));
	ck_assert(!params_given(&p, "dpr"));
	ck_assert_double_eq(p.dpr, 1);
	ck_assert_int_eq(p.h, 3);
	parse("w=2&dpr=3", &p);
	hints_drop(&p);
	ck_assert_int_eq(p.w, 2);
	ck_assert_double_eq(p.dpr, 3);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(table)[0])

Suite *
suite_hints(void)
{
	Suite *s = suite_create("hints");
	TCase *t = tcase_create("hints");

	tcase_add_loop_test(t, believes_values_alone, 0, ROWS(values));
	tcase_add_loop_test(t, fills_in_what_is_left_open, 0, ROWS(rows));
	tcase_add_test(t, goes_by_the_steps_that_are_set);
	tcase_add_test(t, leaves_few_sizes);
	tcase_add_test(t, drops_what_says_auto);
	suite_add_tcase(s, t);
	return s;
}
