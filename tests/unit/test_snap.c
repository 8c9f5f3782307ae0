#include "snap.h"
#include "suites.h"

#include <string.h>

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

static struct err err;

/* ---- Reading and printing ---- */

static const struct {
	const char *text;
	int places;
	const char *printed; /* NULL: refused */
} texts[] = {
	{ "", 0, "" },
	{ "100", 0, "100" },
	{ "100,200, 400 ,800", 0, "100, 200, 400, 800" },
	{ " 1 2 3 ", 0, "1, 2, 3" },
	{ "1.5, 2, 3.5", 1, "1.5, 2, 3.5" },
	{ "1.5", 0, NULL },
	{ "1.25", 1, NULL },
	{ "200, 100", 0, NULL },
	{ "100, 100", 0, NULL },
	{ "0", 0, NULL },
	{ "1001", 0, NULL },
	{ "wide", 0, NULL },
	{ "100;200", 0, NULL },
	{ "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32",
		0,
		"1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, "
		"24, 25, 26, 27, 28, 29, 30, 31, 32" },
	{ "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33",
		0, NULL },
};

START_TEST(reads_ascending_steps_alone)
{
	struct snap_steps snap = { .count = 1, .steps = { 7 } }, again = snap;
	char text[SNAP_TEXT];
	bool ok = snap_parse(texts[_i].text, 1, 1000, texts[_i].places, &snap);

	ck_assert_msg(ok == (texts[_i].printed != NULL), "%s", texts[_i].text);
	if (!ok) {
		ck_assert(memcmp(&snap, &again, sizeof snap) == 0);
		return;
	}
	snap_print(&snap, texts[_i].places, text);
	ck_assert_str_eq(text, texts[_i].printed);
	ck_assert(snap_parse(text, 1, 1000, texts[_i].places, &again));
	ck_assert(memcmp(&snap, &again, sizeof snap) == 0);
}
END_TEST

/* ---- Snapping ---- */

static const struct {
	const char *w, *h, *query, *snapped;
} snaps[] = {
	{ "100, 200", "", "w=1", "w=100" },
	{ "100, 200", "", "w=100", "w=100" },
	{ "100, 200", "", "w=101", "w=200" },
	{ "100, 200", "", "w=300", "w=200" },
	{ "100, 200", "", "h=33", "h=33" },
	{ "100, 200", "", "q=33", "q=50" },
	{ "100, 200", "", "q=33&dpr=1.1", "q=50&dpr=1.5" },
	{ "100, 200", "", "dpr=3", "dpr=2" },
	{ "100, 200", "", "f=webp", "f=webp" },
	/* the side without steps follows */
	{ "100, 200", "", "w=150&h=75", "w=200&h=100" },
	{ "100, 200", "", "w=300&h=100", "w=200&h=67" },
	{ "100, 200", "", "w=1&h=8192", "w=100&h=8192" },
	{ "100, 200", "", "w=8000&h=1", "w=200&h=1" },
	{ "", "50", "w=300&h=100", "w=150&h=50" },
	/* both have some: each for itself */
	{ "100, 200", "50, 70", "w=150&h=60", "w=200&h=70" },
	{ "", "", "w=150&h=60", "w=150&h=60" },
};

START_TEST(snaps_up_and_keeps_the_shape)
{
	struct snap_rules rules = { 0 };
	struct params_notes notes;
	struct buf text = BUF_INIT(256);
	struct params p;

	ck_assert(snap_parse(snaps[_i].w, 1, 8192, 0, &rules.w));
	ck_assert(snap_parse(snaps[_i].h, 1, 8192, 0, &rules.h));
	ck_assert(snap_parse("50, 90", 1, 100, 0, &rules.q));
	ck_assert(snap_parse("1, 1.5, 2", 0.5, 5, 1, &rules.dpr));
	params_init(&p);
	ck_assert(params_parse(&p, snaps[_i].query, true, &notes, &err));
	for (int round = 0; round < 2; round++) { /* what was snapped stays */
		snap_apply(&rules, &p);
		buf_reset(&text);
		ck_assert(params_canonical(&p, &text, &err));
		ck_assert_str_eq(buf_text(&text), snaps[_i].snapped);
	}
	buf_done(&text);
}
END_TEST

Suite *
suite_snap(void)
{
	Suite *suite = suite_create("snap");
	TCase *tc = tcase_create("snap");

	tcase_add_loop_test(tc, reads_ascending_steps_alone, 0, COUNT(texts));
	tcase_add_loop_test(tc, snaps_up_and_keeps_the_shape, 0, COUNT(snaps));
	suite_add_tcase(suite, tc);
	return suite;
}
