#include "suites.h"
#include "tags.h"

#include <string.h>

static struct config_origin origin = { .title = "s3 shop" };
static struct err err;

/* The tags; good until asked again. */
static const char *
tags(const char *key, const char *preset)
{
	static char text[8192];
	struct buf b = BUF_INIT(sizeof text - 1);

	ck_assert(tags_print(&origin, key, preset, ",", &b, &err));
	(void)snprintf(text, sizeof text, "%s", buf_text(&b));
	buf_done(&b);
	return text;
}

START_TEST(are_stable_and_shared_by_what_belongs_together)
{
	char folder[64], key[64];

	/* sha256("s3 shop\na.jpg"), sha256("s3 shop\n"): a change would leave old answers untagged
	 */
	ck_assert_str_eq(tags("a.jpg", ""), "k-de6cc028ae35a480,f-57fd120287f1feae");
	ck_assert_str_eq(strrchr(tags("a.jpg", "card"), ','), ",p-card");
	(void)snprintf(folder, sizeof folder, "%s", tags("x/y/", ""));
	ck_assert(strstr(tags("x/y/a.jpg", ""), folder) != NULL);
	ck_assert(strstr(tags("x/y/z/b.jpg", "card"), folder) != NULL);
	ck_assert(strstr(tags("x/a.jpg", ""), folder) == NULL);
	(void)snprintf(key, sizeof key, "%.18s", tags("a.jpg", ""));
	origin.title[0] = 'S'; /* another origin's key of that name is another original */
	ck_assert(strstr(tags("a.jpg", ""), key) == NULL);
	origin.title[0] = 's';
}
END_TEST

START_TEST(stay_within_what_caches_take)
{
	char key[1025];
	const char *text;
	size_t count = 1;

	for (size_t i = 0; i < sizeof key - 1; i++)
		key[i] = i % 2 != 0 ? '/' : ",\xff \x01"[i / 2 % 4];
	key[sizeof key - 2] = 'a';
	key[sizeof key - 1] = '\0';
	text = tags(key, "card");
	for (const char *c = text; *c != '\0'; c++) {
		ck_assert(*c > ' ' && *c <= '~');
		count += *c == ',';
	}
	ck_assert_uint_eq(count, TAGS_MAX);
	ck_assert(strlen(text) < 2047); /* a response's field */
}
END_TEST

Suite *
suite_tags(void)
{
	Suite *suite = suite_create("tags");
	TCase *tc = tcase_create("tags");

	tcase_add_test(tc, are_stable_and_shared_by_what_belongs_together);
	tcase_add_test(tc, stay_within_what_caches_take);
	suite_add_tcase(suite, tc);
	return suite;
}
