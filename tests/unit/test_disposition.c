#include "disposition.h"
#include "suites.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct {
	const char *dl, *key, *type, *ascii, *encoded; /* "" and "": no field */
} rows[] = {
	{ "0", "a.jpg", "image/jpeg", "", "" },
	{ "", "a.jpg", "image/jpeg", "", "" },
	/* the original's name, with the ending of what is sent */
	{ "1", "a.jpg", "image/jpeg", "a.jpg", "a.jpg" },
	{ "1", "photos/2024/a.jpg", "image/webp", "a.webp", "a.webp" },
	{ "1", "a.JPEG", "image/jpeg", "a.JPEG", "a.JPEG" },
	{ "1", "a.tif", "image/tiff", "a.tif", "a.tif" },
	{ "1", "a", "image/png", "a.png", "a.png" },
	{ "1", "a.svgz", "image/svg+xml", "a.svgz", "a.svgz" },
	{ "1", "a.jpg", "image/SVG+xml; charset=utf-8", "a.svg", "a.svg" },
	{ "1", "a.jpg", "text/plain", "a.txt", "a.txt" },
	{ "1", "a.jpg", "application/json", "a.json", "a.json" },
	{ "1", "folder/", "image/png", "picture.png", "picture.png" },
	{ "1", ".jpg", "image/png", "jpg.png", "jpg.png" },
	/* what no format has keeps its ending */
	{ "1", "a.pdf", "application/pdf", "a.pdf", "a.pdf" },
	{ "1", "a.jpg", "application/octet-stream", "a.jpg", "a.jpg" },
	{ "report", "b/a.pdf", "application/pdf", "report.pdf", "report.pdf" },
	{ "report.PDF", "b/a.pdf", "application/pdf", "report.PDF", "report.PDF" },
	{ "report.x", "b/a.pdf", "application/pdf", "report.x.pdf", "report.x.pdf" },
	/* and none of a stranger's choice */
	{ "setup.exe", "doc.bin", "application/octet-stream", "setup.exe.bin", "setup.exe.bin" },
	{ "cat.jpg", "x.html", "text/html", "cat.html", "cat.html" },
	{ "x.exe", "noext", "application/octet-stream", "x", "x" },
	{ "x.exe.jpg", "noext", "application/octet-stream", "x", "x" },
	{ "x ..exe", "noext", "application/octet-stream", "x", "x" },
	{ "x.exe", "b.d/.profile", "application/octet-stream", "x", "x" },
	{ "x.exe", "a.", "application/octet-stream", "x", "x" },
	{ "x.exe", "a.0123456789012345678901234567890123456789012345678901234567890123", "text/x", "x", "x" },
	{ "photo", "bad.a\xe2\x80\xaegpj", "application/octet-stream", "photo.agpj", "photo.agpj" },
	{ "photo", "c.a\x01" "b", "application/octet-stream", "photo.ab", "photo.ab" },
	{ "photo", "d.\xe2\x80\xae", "application/octet-stream", "photo", "photo" },
	{ "photo", "e.a\"b ", "application/octet-stream", "photo.a_b", "photo.a_b" },
	{ "report", "b.d/a", "application/pdf", "report", "report" },
	/* a name of one's own */
	{ "cat.jpg", "a.png", "image/jpeg", "cat.jpg", "cat.jpg" },
	{ "cat.jpg", "a.png", "image/avif", "cat.avif", "cat.avif" },
	{ "cat.jpeg", "a.png", "image/jpeg", "cat.jpeg", "cat.jpeg" },
	{ "v1.2", "a.png", "image/jpeg", "v1.2.jpg", "v1.2.jpg" },
	{ "my cat;1", "a.png", "image/png", "my cat;1.png", "my%20cat%3B1.png" },
	{ "10", "a.png", "image/png", "10.png", "10.png" },
	{ "\xec\x82\xac\xec\xa7\x84.jpg", "a.png", "image/png", "__.png", "%EC%82%AC%EC%A7%84.png" },
	{ "\xf0\x9f\x90\xb1", "a.png", "image/png", "_.png", "%F0%9F%90%B1.png" },
	{ "caf\xc3\xa9", "a.png", "image/png", "caf_.png", "caf%C3%A9.png" },
	{ "100%25\"q'", "a.png", "image/png", "100_25_q'.png", "100%2525_q%27.png" },
	/* and no way out of a folder, a field or its own end */
	{ "../../etc/passwd", "a.png", "image/png", "passwd.png", "passwd.png" },
	{ "C:\\Windows\\cat.png", "a.png", "image/png", "cat.png", "cat.png" },
	{ "..", "a.png", "image/png", "a.png", "a.png" },
	{ "/", "a.png", "image/png", "a.png", "a.png" },
	{ " .hidden. ", "a.png", "image/png", "hidden.png", "hidden.png" },
	{ "a\r\nSet-Cookie: b=c", "a.png", "image/png", "aSet-Cookie_ b=c.png", "aSet-Cookie_%20b%3Dc.png" },
	{ "a\x7f\xc2\x85" "b", "a.png", "image/png", "ab.png", "ab.png" },
	{ "cat\xe2\x80\xaegnp.exe", "a.png", "image/png", "catgnp.exe.png", "catgnp.exe.png" },
	{ "con<>|?*", "a.png", "image/png", "con_____.png", "con_____.png" },
	{ "not\xffutf8", "a.png", "image/png", "a.png", "a.png" },
	{ "\xe2\x82", "a.png", "image/png", "a.png", "a.png" },
	{ "1", "photos\\x:y.png", "image/png", "x_y.png", "x_y.png" },
};
/* clang-format on */
#define ROWS ((int)(sizeof rows / sizeof rows[0]))

START_TEST(names_what_is_saved)
{
	struct buf got = BUF_INIT(2048);
	char want[2048] = "";
	struct err err = { 0 };

	if (rows[_i].ascii[0] != '\0')
		(void)snprintf(want, sizeof want,
			"attachment; filename=\"%s\"; filename*=UTF-8''%s", rows[_i].ascii,
			rows[_i].encoded);
	ck_assert(disposition_print(rows[_i].dl, rows[_i].key, rows[_i].type, &got, &err));
	ck_assert_str_eq(buf_text(&got), want);
	buf_done(&got);
}
END_TEST

START_TEST(cuts_long_names_between_characters)
{
	struct buf got = BUF_INIT(2048);
	struct err err = { 0 };
	char name[1025], want[2048] = "attachment; filename=\"";

	for (size_t i = 0; i + 3 < sizeof name; i += 3)
		memcpy(name + i, "\xec\x82\xac", 4);
	ck_assert(disposition_print("1", name, "image/jpeg", &got, &err));
	/* 65 characters of three bytes and .jpg are 199; one more would be 202 */
	for (int i = 0; i < 65; i++)
		want[strlen(want)] = '_';
	(void)snprintf(want + strlen(want), 64, ".jpg\"; filename*=UTF-8''");
	ck_assert_uint_eq(got.len, strlen(want) + 65 * 9 + 4);
	ck_assert_int_eq(strncmp(buf_text(&got), want, strlen(want)), 0);
	ck_assert_str_eq(buf_text(&got) + got.len - 13, "%EC%82%AC.jpg");
	/* without room there is no half of a field */
	got.limit = got.len + 20;
	ck_assert(!disposition_print("1", "a.jpg", "image/jpeg", &got, &err));
	buf_done(&got);
}
END_TEST

Suite *
suite_disposition(void)
{
	Suite *s = suite_create("disposition");
	TCase *t = tcase_create("disposition");

	tcase_add_loop_test(t, names_what_is_saved, 0, ROWS);
	tcase_add_test(t, cuts_long_names_between_characters);
	suite_add_tcase(s, t);
	return s;
}
