#include "image_avif.h"
#include "pictures.h"
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
set_up(void)
{
	pictures_open(256u << 20, NULL);
}

static void
tear_down(void)
{
	image_close();
}

static bool
writes(enum format format)
{
	return (image_writable() & FORMAT_BIT(format)) != 0;
}

/* Render an original as the server would. */
static void
render(const char *name, const char *query, struct plan *plan, struct buf *ret)
{
	struct buf original = pictures_read(name);
	struct err err;

	buf_reset(ret);
	ret->limit = 1 << 24;
	ck_assert_msg(pictures_render_bytes(&original, query, plan, ret, &err), "%s?%s: %s %s",
		name, query, err_row(err.kind)->slug, err.detail);
	buf_done(&original);
}

/* Find a box or chunk by its name; NULL when there is none. */
static const unsigned char *
find(const struct buf *b, const char *name)
{
	return memmem(b->bytes, b->len, name, strlen(name));
}

/* ---- AVIF ---- */

START_TEST(writes_avif_where_libavif_is)
{
	ck_assert(writes(FORMAT_AVIF) == (image_avif_version() != NULL));
}
END_TEST

START_TEST(keeps_colours_and_transparency_in_avif)
{
	static const char *const ways[] = { "f=avif&q=90", "f=avif", "f=avif&w=37&q=70" };
	struct picture s, want;
	long off = 0;

	if (!writes(FORMAT_AVIF))
		return;
	for (size_t i = 0; i < 3; i++) {
		s = pictures_render("quad.png", ways[i]);
		pictures_expect_quarters(&s, ways[i], pictures_quarters, 24);
		free(s.rgba);
	}
	s = pictures_render("alpha.png", "f=avif");
	want = pictures_render("alpha.png", "f=png");
	for (long i = 3; i < 4 * s.w * s.h; i += 4)
		off += labs((long)s.rgba[i] - want.rgba[i]);
	ck_assert_int_lt(off / (s.w * s.h), 4);
	free(want.rgba);
	free(s.rgba);
}
END_TEST

/* AV1 sequence: av1C's third byte has the subsampling; colr's nclx what the numbers mean. */
START_TEST(says_in_avif_what_its_numbers_mean)
{
	static const unsigned char nclx[] = { 'n', 'c', 'l', 'x', 0, 1, 0, 13, 0, 6, 0x80 };
	struct buf b = { 0 };
	struct plan plan;
	const unsigned char *av1c;

	if (!writes(FORMAT_AVIF))
		return;
	for (int q = 80; q <= 90; q += 10) {
		char query[32];

		(void)snprintf(query, sizeof query, "f=avif&q=%d", q);
		render("quad.png", query, &plan, &b);
		ck_assert_ptr_nonnull(memmem(b.bytes, b.len, nclx, sizeof nclx));
		av1c = find(&b, "av1C");
		ck_assert_ptr_nonnull(av1c);
		/* high_bitdepth 0x40; chroma_subsampling_x 0x08 and _y 0x04 */
		ck_assert_uint_eq(av1c[6] & 0x4c, q >= 90 ? 0 : 0x0c);
		ck_assert_ptr_null(find(&b, "prof"));
	}
	buf_done(&b);
}
END_TEST

START_TEST(weighs_less_with_less_quality_or_more_time)
{
	struct buf low = { 0 }, high = { 0 };
	struct plan plan;

	if (!writes(FORMAT_AVIF))
		return;
	render("dogs.jpg", "w=300&f=avif&q=30", &plan, &low);
	render("dogs.jpg", "w=300&f=avif&q=80", &plan, &high);
	ck_assert_uint_lt(low.len * 2, high.len);
	ck_assert_int_eq(plan.speed, 8);
	pictures_cfg.origins[0].policy.avif_speed = 10;
	render("dogs.jpg", "w=300&f=avif&q=80", &plan, &low);
	ck_assert_int_eq(plan.speed, 10);
	ck_assert(low.len != high.len || memcmp(low.bytes, high.bytes, low.len) != 0);
	buf_done(&low);
	buf_done(&high);
}
END_TEST

START_TEST(makes_the_same_avif_again)
{
	struct buf one = { 0 }, other = { 0 };
	struct plan plan;

	if (!writes(FORMAT_AVIF))
		return;
	render("p3.jpg", "w=30&f=avif", &plan, &one);
	render("p3.jpg", "w=30&f=avif", &plan, &other);
	ck_assert_uint_eq(one.len, other.len);
	ck_assert_mem_eq(one.bytes, other.bytes, one.len);
	buf_done(&one);
	buf_done(&other);
}
END_TEST

static TCase *
avif(void)
{
	TCase *t = tcase_create("avif");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, writes_avif_where_libavif_is);
	tcase_add_test(t, keeps_colours_and_transparency_in_avif);
	tcase_add_test(t, says_in_avif_what_its_numbers_mean);
	tcase_add_test(t, weighs_less_with_less_quality_or_more_time);
	tcase_add_test(t, makes_the_same_avif_again);
	return t;
}

Suite *
suite_image_write(void)
{
	Suite *s = suite_create("image_write");

	suite_add_tcase(s, avif());
	return s;
}
