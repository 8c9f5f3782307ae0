#include "base/log.h"
#include "suites.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))
#define STAMP       "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\\.[0-9]{3}Z"

static char path[256];
static int saved_stderr = -1, packets[2] = { -1, -1 };

/*
 * Put stderr on a socket that keeps packets apart: what one write sends, one read gets, so a line
 * in two pieces would be seen.
 */
static void
catch_stderr(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, packets), 0);
	saved_stderr = dup(STDERR_FILENO);
	ck_assert_int_ge(dup2(packets[1], STDERR_FILENO), 0);
}

static void
release_stderr(void)
{
	if (saved_stderr < 0)
		return;
	(void)dup2(saved_stderr, STDERR_FILENO);
	(void)close(saved_stderr);
	(void)close(packets[0]);
	(void)close(packets[1]);
	saved_stderr = -1;
}

static void
make_path(void)
{
	const char *folder = getenv("TMPDIR");
	int fd;

	(void)snprintf(path, sizeof path, "%s/limner-log-XXXXXX",
		folder != NULL && folder[0] != '\0' ? folder : "/tmp");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	(void)close(fd);
}

static void
restore(void)
{
	struct err err;

	release_stderr();
	(void)unlink(path);
	ck_assert(log_open("stderr", false, &err));
}

/* One packet as text, "" when there is none. */
static const char *
caught(void)
{
	static char text[65536];
	ssize_t n = recv(packets[0], text, sizeof text - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static const char *
file_text(void)
{
	static char text[65536];
	FILE *f = fopen(path, "r");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	(void)fclose(f);
	return text;
}

static bool
matches(const char *text, const char *pattern)
{
	regex_t re;
	bool found;

	ck_assert_int_eq(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
	found = regexec(&re, text, 0, NULL, 0) == 0;
	regfree(&re);
	return found;
}

/* clang-format off */
static const struct {
	const char *value, *kv, *json;
} values[] = {
	{ "plain", "plain", "plain" },
	{ "/a.jpg?w=3", "\"/a.jpg?w=3\"", "/a.jpg?w=3" },
	{ "a b", "\"a b\"", "a b" },
	{ "say \"x\"", "\"say \\\"x\\\"\"", "say \\\"x\\\"" },
	{ "c:\\d", "\"c:\\\\d\"", "c:\\\\d" },
	{ "x\nevent=forged status=200", "\"x\\x0aevent=forged status=200\"",
	  "x\\nevent=forged status=200" },
	{ "\x1b[31m\r\t\x7f", "\"\\x1b[31m\\x0d\\x09\\x7f\"", "\\u001b[31m\\r\\t\\u007f" },
	{ "\xea\xb0\x80.jpg", "\"\xea\xb0\x80.jpg\"", "\xea\xb0\x80.jpg" },
	{ "\xc2\x85 next line", "\"\\xc2\\x85 next line\"", NULL },
	{ "bad \xff\xc3", "\"bad \\xff\\xc3\"", "bad \xef\xbf\xbd\xef\xbf\xbd" },
};
/* clang-format on */

START_TEST(writes_key_and_value_that_cannot_be_forged)
{
	struct log_line line = { 0 };
	struct err err;
	char want[256];
	const char *got;

	catch_stderr();
	ck_assert(log_open("stderr", false, &err));
	log_field(&line, "a", values[_i].value);
	log_number(&line, "b", -5);
	log_write(&line);
	got = caught();
	release_stderr();
	(void)snprintf(want, sizeof want, " a=%s b=-5\n", values[_i].kv);
	ck_assert_msg(matches(got, "^time=" STAMP " a="), "%s", got);
	ck_assert_str_eq(strchr(got, ' '), want);
}
END_TEST

START_TEST(writes_one_json_object)
{
	struct log_line line = { 0 };
	struct err err;
	char want[256];
	const char *got;

	if (values[_i].json == NULL)
		return;
	catch_stderr();
	ck_assert(log_open("stderr", true, &err));
	log_field(&line, "a", values[_i].value);
	log_number(&line, "b", -5);
	log_us(&line, "c_ms", 1250);
	log_write(&line);
	got = caught();
	release_stderr();
	(void)snprintf(
		want, sizeof want, ",\"a\":\"%s\",\"b\":-5,\"c_ms\":1.3}\n", values[_i].json);
	ck_assert_msg(matches(got, "^\\{\"time\":\"" STAMP "\",\"a\":"), "%s", got);
	ck_assert_str_eq(strchr(got, ','), want);
}
END_TEST

START_TEST(writes_a_line_at_once_and_nothing_else)
{
	struct log_line line = { 0 };
	struct err err;
	const char *got;

	catch_stderr();
	ck_assert(log_open("stderr", false, &err));
	log_field(&line, "event", "one");
	log_write(&line);
	log_write(&line); /* freed and empty: no line */
	log_event("two", "%s %d", "n is", 3);
	got = caught();
	ck_assert_msg(matches(got, "^time=" STAMP " event=one\n$"), "%s", got);
	got = caught();
	ck_assert_msg(matches(got, "^time=" STAMP " event=two message=\"n is 3\"\n$"), "%s", got);
	ck_assert_str_eq(caught(), "");
}
END_TEST

START_TEST(leaves_out_what_is_empty)
{
	struct log_line line = { 0 };
	struct err err;

	catch_stderr();
	ck_assert(log_open("stderr", false, &err));
	log_field(&line, "a", "");
	log_field(&line, "b", NULL);
	log_field(&line, "c", "1");
	log_write(&line);
	ck_assert_str_eq(strchr(caught(), ' '), " c=1\n");
}
END_TEST

START_TEST(rounds_microseconds_to_tenths_of_milliseconds)
{
	static const struct {
		uint64_t us;
		const char *want;
	} rows[] = { { 0, " t=0.0\n" }, { 49, " t=0.0\n" }, { 50, " t=0.1\n" }, { 949, " t=0.9\n" },
		{ 950, " t=1.0\n" }, { 1234567, " t=1234.6\n" },
		{ UINT64_MAX, " t=18446744073709551.6\n" } };
	struct err err;

	catch_stderr();
	ck_assert(log_open("stderr", false, &err));
	for (int i = 0; i < COUNT(rows); i++) {
		struct log_line line = { 0 };

		log_us(&line, "t", rows[i].us);
		log_write(&line);
		ck_assert_str_eq(strchr(caught(), ' '), rows[i].want);
	}
}
END_TEST

/* A stranger's longest key must not push out the rest, nor leave half a field. */
START_TEST(drops_a_field_that_has_no_room_and_keeps_the_others)
{
	static char huge[20000], key[1025];
	struct log_line line = { 0 };
	struct err err;
	const char *got;

	memset(huge, '"', sizeof huge - 1);
	memset(key, 1, sizeof key - 1);
	catch_stderr();
	ck_assert(log_open("stderr", false, &err));
	log_field(&line, "key", key);
	log_field(&line, "huge", huge);
	log_field(&line, "last", "1");
	log_write(&line);
	got = caught();
	ck_assert_msg(matches(got, " key=\"(\\\\x01)+\" last=1\n$"), "%.60s", got);
	ck_assert_uint_ge(strlen(got), 4096);
}
END_TEST

START_TEST(appends_to_a_file_only_the_group_may_read)
{
	struct err err;
	struct stat st;
	const char *text;

	ck_assert_int_eq(unlink(path), 0);
	ck_assert(log_open(path, false, &err));
	log_event("one", "%s", "");
	ck_assert(log_open(path, true, &err));
	log_event("two", "%s", "");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0137, 0);
	text = file_text();
	ck_assert_msg(matches(text, "^time=" STAMP " event=one\n"
				    "\\{\"time\":\"" STAMP "\",\"event\":\"two\"\\}\n$"),
		"%s", text);
}
END_TEST

/* Appending, so that several processes and logrotate's copytruncate do not tear lines. */
START_TEST(writes_at_the_end_whatever_others_wrote)
{
	struct err err;
	FILE *f;

	ck_assert(log_open(path, false, &err));
	log_event("one", "%s", "");
	f = fopen(path, "a");
	ck_assert_ptr_nonnull(f);
	(void)fputs("theirs\n", f);
	(void)fclose(f);
	log_event("two", "%s", "");
	ck_assert_msg(matches(file_text(), "event=one\ntheirs\ntime=[^\n]* event=two\n$"), "%s",
		file_text());
	ck_assert_int_eq(truncate(path, 0), 0);
	log_event("three", "%s", "");
	ck_assert_msg(matches(file_text(), "^time=[^\n]* event=three\n$"), "%s", file_text());
}
END_TEST

START_TEST(goes_to_stderr_when_the_file_cannot_be_opened)
{
	struct err err = { 0 };

	catch_stderr();
	ck_assert(!log_open("/nonexistent/limner.log", false, &err));
	ck_assert_int_eq(err.kind, ERR_INTERNAL);
	ck_assert_msg(strstr(err.detail, "/nonexistent/limner.log") != NULL, "%s", err.detail);
	ck_assert_ptr_null(strstr(err.say, "nonexistent"));
	log_event("still", "%s", "here");
	ck_assert_ptr_nonnull(strstr(caught(), "event=still message=here\n"));
}
END_TEST

START_TEST(is_silent_where_told)
{
	static const char *const targets[] = { "none", "syslog" };
	struct err err;

	catch_stderr();
	ck_assert(log_open(targets[_i], false, &err));
	log_event("test", "%s", "a line of limner's own tests");
	ck_assert_str_eq(caught(), "");
}
END_TEST

Suite *
suite_log(void)
{
	Suite *suite = suite_create("log");
	TCase *tc = tcase_create("log");

	tcase_add_checked_fixture(tc, make_path, restore);
	tcase_add_loop_test(tc, writes_key_and_value_that_cannot_be_forged, 0, COUNT(values));
	tcase_add_loop_test(tc, writes_one_json_object, 0, COUNT(values));
	tcase_add_test(tc, writes_a_line_at_once_and_nothing_else);
	tcase_add_test(tc, leaves_out_what_is_empty);
	tcase_add_test(tc, rounds_microseconds_to_tenths_of_milliseconds);
	tcase_add_test(tc, drops_a_field_that_has_no_room_and_keeps_the_others);
	tcase_add_test(tc, appends_to_a_file_only_the_group_may_read);
	tcase_add_test(tc, writes_at_the_end_whatever_others_wrote);
	tcase_add_test(tc, goes_to_stderr_when_the_file_cannot_be_opened);
	tcase_add_loop_test(tc, is_silent_where_told, 0, 2);
	suite_add_tcase(suite, tc);
	return suite;
}
