#include "base/err.h"
#include "suites.h"

#include <string.h>

/* The failure table of the documentation, once more and by hand: users rely on it. */
/* clang-format off */
static const struct {
	enum err_kind kind;
	const char *slug;
	int status;
	int32_t max_age_s, original_s;
} table[] = {
	{ ERR_BAD_PATH, "bad-path", 400, 3600, ERR_NO_ORIGINAL },
	{ ERR_BAD_PARAMETER, "bad-parameter", 400, 3600, ERR_NO_ORIGINAL },
	{ ERR_METHOD, "method", 405, 3600, ERR_NO_ORIGINAL },
	{ ERR_UNSIGNED, "unsigned", 403, 60, ERR_NO_ORIGINAL },
	{ ERR_SIGNATURE, "bad-signature", 403, 60, ERR_NO_ORIGINAL },
	{ ERR_EXPIRED, "expired", 403, 60, ERR_NO_ORIGINAL },
	{ ERR_NOT_FOUND, "not-found", 404, 60, ERR_NO_ORIGINAL },
	{ ERR_PRECONDITION, "precondition", 412, ERR_NO_STORE, ERR_NO_ORIGINAL },
	{ ERR_RANGE, "range", 416, ERR_NO_STORE, ERR_NO_ORIGINAL },
	{ ERR_ORIGIN, "origin", 502, ERR_NO_STORE, ERR_NO_ORIGINAL },
	{ ERR_ARCHIVED, "archived", 502, ERR_NO_STORE, ERR_NO_ORIGINAL },
	{ ERR_ORIGIN_LATE, "origin-late", 504, ERR_NO_STORE, ERR_NO_ORIGINAL },
	{ ERR_UNKNOWN_PRESET, "unknown-preset", 400, 60, 60 },
	{ ERR_OTHER_TYPE, "other-type", 415, 60, 60 },
	{ ERR_NOT_AN_IMAGE, "not-an-image", 415, 60, 60 },
	{ ERR_BROKEN, "broken", 422, 60, 60 },
	{ ERR_PIXELS, "pixels", 413, 60, 60 },
	{ ERR_TOO_LARGE, "too-large", 413, 600, 600 },
	{ ERR_CRASHED, "crashed", 500, ERR_NO_STORE, 60 },
	{ ERR_MEMORY, "memory", 500, ERR_NO_STORE, 60 },
	{ ERR_LATE, "late", 504, ERR_NO_STORE, 60 },
	{ ERR_NO_ENCODER, "no-encoder", 415, 60, 60 },
	{ ERR_LATE_FORMAT, "late-format", 504, ERR_NO_STORE, 60 },
	{ ERR_OVER_BUDGET, "over-budget", 200, 0, ERR_AS_DONE },
	{ ERR_NOT_SMALLER, "not-smaller", 200, 0, ERR_AS_DONE },
	{ ERR_MAY_NOT_PASS, "may-not-pass", 415, 60, ERR_NO_ORIGINAL },
	{ ERR_BUSY, "busy", 503, ERR_NO_STORE, ERR_NO_ORIGINAL },
	{ ERR_INTERNAL, "internal", 500, ERR_NO_STORE, 60 },
	{ ERR_PEER_GONE, "peer-gone", 499, ERR_NO_STORE, ERR_NO_ORIGINAL },
};
/* clang-format on */
#define TABLE_ROWS ((int)(sizeof table / sizeof table[0]))

START_TEST(answers_as_the_failure_table_says)
{
	const struct err_row *row = err_row(table[_i].kind);

	ck_assert_str_eq(row->slug, table[_i].slug);
	ck_assert_msg(row->status == table[_i].status, "%s: status %d", row->slug, row->status);
	ck_assert_msg(row->max_age_s == table[_i].max_age_s, "%s: age %d", row->slug,
		(int)row->max_age_s);
	ck_assert_msg(row->original_s == table[_i].original_s, "%s: original's age %d", row->slug,
		(int)row->original_s);
	ck_assert_msg(
		err_takes_original(table[_i].kind) == (table[_i].original_s != ERR_NO_ORIGINAL),
		"%s", row->slug);
}
END_TEST

START_TEST(covers_every_kind)
{
	/* ERR_NONE is no failure and has no line above. */
	ck_assert_int_eq(TABLE_ROWS, ERR__COUNT - 1);
	ck_assert(!err_takes_original(ERR_NONE));
}
END_TEST

START_TEST(has_a_slug_of_its_own_for_every_kind)
{
	for (int i = 0; i < ERR__COUNT; i++) {
		const char *slug = err_row((enum err_kind)i)->slug;

		ck_assert_msg(strspn(slug, "abcdefghijklmnopqrstuvwxyz-") == strlen(slug) &&
				      slug[0] != '\0',
			"%s", slug);
		for (int k = 0; k < i; k++)
			ck_assert_str_ne(slug, err_row((enum err_kind)k)->slug);
	}
}
END_TEST

START_TEST(takes_an_unknown_kind_for_an_internal_fault)
{
	ck_assert_ptr_eq(err_row(ERR__COUNT), err_row(ERR_INTERNAL));
	ck_assert(err_takes_original(ERR__COUNT));
}
END_TEST

START_TEST(says_the_rows_sentence_when_nothing_better_is_given)
{
	struct err err;

	ck_assert(!err_set(&err, ERR_NOT_FOUND, "%s", ""));
	ck_assert_int_eq(err.kind, ERR_NOT_FOUND);
	ck_assert_str_eq(err.say, "There is no such picture.");
	ck_assert_str_eq(err.detail, "");
}
END_TEST

START_TEST(overwrites_the_fault_before)
{
	struct err err;

	(void)err_set(&err, ERR_ORIGIN, "%s", "");
	(void)err_detail(&err, "errno %d", 5);
	ck_assert(!err_set(&err, ERR_BAD_PARAMETER, "%s must be %d.", "q", 3));
	ck_assert_int_eq(err.kind, ERR_BAD_PARAMETER);
	ck_assert_str_eq(err.say, "q must be 3.");
	ck_assert_str_eq(err.detail, "");
}
END_TEST

START_TEST(appends_details_one_after_the_other)
{
	struct err err;

	(void)err_set(&err, ERR_ORIGIN, "%s", "");
	ck_assert(!err_detail(&err, "curl %d", 7));
	ck_assert_str_eq(err.detail, "curl 7");
	ck_assert(!err_detail(&err, "try %d", 2));
	ck_assert_str_eq(err.detail, "curl 7; try 2");
}
END_TEST

START_TEST(cuts_text_that_is_too_long)
{
	char text[1000];
	struct err err;

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	(void)err_set(&err, ERR_ORIGIN, "%s", text);
	ck_assert_uint_eq(strlen(err.say), sizeof err.say - 1);
	/* Each length near the end, so that the separator meets every remainder. */
	for (size_t left = 0; left < 6; left++) {
		(void)err_set(&err, ERR_ORIGIN, "%s", "");
		(void)err_detail(&err, "%.*s", (int)(sizeof err.detail - 1 - left), text);
		ck_assert_uint_eq(strlen(err.detail), sizeof err.detail - 1 - left);
		(void)err_detail(&err, "%s", text);
		ck_assert_uint_eq(strlen(err.detail), sizeof err.detail - 1);
	}
}
END_TEST

Suite *
suite_err(void)
{
	Suite *suite = suite_create("err");
	TCase *tc = tcase_create("err");

	tcase_add_loop_test(tc, answers_as_the_failure_table_says, 0, TABLE_ROWS);
	tcase_add_test(tc, covers_every_kind);
	tcase_add_test(tc, has_a_slug_of_its_own_for_every_kind);
	tcase_add_test(tc, takes_an_unknown_kind_for_an_internal_fault);
	tcase_add_test(tc, says_the_rows_sentence_when_nothing_better_is_given);
	tcase_add_test(tc, overwrites_the_fault_before);
	tcase_add_test(tc, appends_details_one_after_the_other);
	tcase_add_test(tc, cuts_text_that_is_too_long);
	suite_add_tcase(suite, tc);
	return suite;
}
