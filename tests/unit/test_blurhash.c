#include "blurhash.h"
#include "suites.h"

#include <stdlib.h>
#include <string.h>

static void
ramps(int x, int y, unsigned char *p)
{
	p[0] = (unsigned char)(8 * x);
	p[1] = (unsigned char)(10 * y);
	p[2] = (unsigned char)(5 * (x + y));
}

static void
plain(int x, int y, unsigned char *p)
{
	(void)x;
	(void)y;
	p[0] = 30;
	p[1] = 144;
	p[2] = 255;
}

static void
halves(int x, int y, unsigned char *p)
{
	(void)y;
	p[0] = p[1] = p[2] = x < 10 ? 255 : 0;
}

static void
noise(int x, int y, unsigned char *p)
{
	p[0] = (unsigned char)(x * x * y);
	p[1] = (unsigned char)(7 * x + 3 * y * y);
	p[2] = (unsigned char)((x ^ y) * 4);
}

/*
 * What blurhash 2.0.5 of npm makes of the same pixels, once its largest component is sought among
 * amounts, as the algorithm's own C has it, and not among signed values.
 */
/* clang-format off */
static const struct {
	void (*draw)(int x, int y, unsigned char *p);
	int width, height, x, y;
	const char *want;
} rows[] = {
	{ ramps, 32, 24, 4, 3, "LxH27+2jwzX7m9WYjvf5gIflfOfl" },
	{ ramps, 24, 32, 3, 4, "TbCtkN7AwvmPajjwdNe?fOq8bXjv" },
	{ plain, 16, 16, 1, 1, "003f%^" },
	{ halves, 20, 20, 4, 4, "U~Lqe9~qxuIUt7ofj[ayfQfQfQfQt7ofj[ay" },
	{ noise, 40, 30, 9, 9,
	  "|RF?ajRdN8T9NfJCR#XUSbOQa7VrSjaMXNnUfzo4R-izj0buafbrkBn%njS#aOnTS^i_e:r^jbsBWCR9afs.nlknjI"
	  "kSWEkVeVWqg0j0oejFockAW.VxXOo^nQX5j@jIa#TInPo|jFbIo]nkX5WCW-WFXgo3epoLjHbZnl" },
};
/* clang-format on */

START_TEST(writes_what_others_write)
{
	unsigned char *rgba = malloc((size_t)(4 * rows[_i].width * rows[_i].height));
	char got[BLURHASH_SIZE];

	ck_assert_ptr_nonnull(rgba);
	for (int y = 0; y < rows[_i].height; y++)
		for (int x = 0; x < rows[_i].width; x++) {
			unsigned char *p = rgba + 4 * (y * rows[_i].width + x);

			rows[_i].draw(x, y, p);
			p[3] = 255;
		}
	blurhash_write(rgba, rows[_i].width, rows[_i].height, rows[_i].x, rows[_i].y, got);
	ck_assert_str_eq(got, rows[_i].want);
	free(rgba);
}
END_TEST

START_TEST(lays_what_is_seen_through_on_white)
{
	unsigned char clear[4 * 4] = { 9, 200, 3, 0, 1, 2, 3, 0, 0, 0, 0, 0, 7, 7, 7, 0 };
	unsigned char white[4 * 4];
	char one[BLURHASH_SIZE], other[BLURHASH_SIZE];

	memset(white, 255, sizeof white);
	blurhash_write(clear, 2, 2, 3, 3, one);
	blurhash_write(white, 2, 2, 3, 3, other);
	ck_assert_str_eq(one, other);
}
END_TEST

Suite *
suite_blurhash(void)
{
	Suite *s = suite_create("blurhash");
	TCase *t = tcase_create("blurhash");

	tcase_add_loop_test(t, writes_what_others_write, 0, sizeof rows / sizeof rows[0]);
	tcase_add_test(t, lays_what_is_seen_through_on_white);
	suite_add_tcase(s, t);
	return s;
}
