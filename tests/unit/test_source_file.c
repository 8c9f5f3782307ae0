#include "base/now.h"
#include "base/text.h"
#include "source.h"
#include "suites.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BODY "0123456789"

static char root[64];
static struct config_origin origin;

/* What a sink saw. */
struct seen {
	struct source_head head;
	struct buf body;
	int heads;
};

static bool
see_head(void *self, const struct source_head *head, bool *ret_stream, struct err *err)
{
	struct seen *s = self;

	(void)err;
	(void)ret_stream;
	s->head = *head;
	s->heads++;
	return true;
}

static bool
see_body(void *self, const void *bytes, size_t n, struct err *err)
{
	struct seen *s = self;

	return buf_add(&s->body, bytes, n, err);
}

static void
put(const char *name, const char *text)
{
	char path[512];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", root, name);
	f = fopen(path, "wb");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static void
setup(void)
{
	char path[512], secret[512];

	(void)snprintf(root, sizeof root, "%s", "/tmp/limner-source-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	(void)snprintf(secret, sizeof secret, "%s/secret.txt", root);
	put("secret.txt", "secret");
	(void)snprintf(path, sizeof path, "%s/in", root);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof path, "%s/in/folder", root);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	put("in/a.txt", BODY);
	put("in/folder/b c%2Fd&=+#?.txt", BODY);
	(void)snprintf(path, sizeof path, "%s/in/out.txt", root);
	ck_assert_int_eq(symlink("../secret.txt", path), 0);
	(void)snprintf(path, sizeof path, "%s/in/absolute.txt", root);
	ck_assert_int_eq(symlink(secret, path), 0);
	(void)snprintf(path, sizeof path, "%s/in/up", root);
	ck_assert_int_eq(symlink("..", path), 0);
	(void)snprintf(path, sizeof path, "%s/in/inside.txt", root);
	ck_assert_int_eq(symlink("folder/../a.txt", path), 0);
	(void)snprintf(path, sizeof path, "%s/in/pipe", root);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	memset(&origin, 0, sizeof origin);
	origin.kind = CONFIG_FILE;
	(void)snprintf(origin.root, sizeof origin.root, "%s/in", root);
}

static void
teardown(void)
{
	char command[128];
	pid_t pid;

	(void)snprintf(command, sizeof command, "%s", root);
	pid = fork();
	if (pid == 0) {
		(void)execlp("rm", "rm", "-rf", command, (char *)NULL);
		_exit(1);
	}
	(void)waitpid(pid, NULL, 0);
}

static bool
fetch(const struct source_call *given, struct seen *seen, struct err *err)
{
	struct source *s = NULL;
	struct source_report report;
	struct source_sink sink = { seen, see_head, see_body };
	struct source_call call = *given;
	bool ok;

	memset(seen, 0, sizeof *seen);
	seen->body.limit = 1000;
	if (call.deadline_us == 0)
		call.deadline_us = now_mono_us() + 5000000u;
	ck_assert(source_open(&origin, &s, err));
	ok = source_fetch(s, &call, &sink, &report, err);
	source_close(s);
	return ok;
}

START_TEST(says_no_date_that_is_still_to_come)
{
	const struct timespec times[2] = { { .tv_sec = 4102444800 }, { .tv_sec = 4102444800 } };
	int64_t said, before = now_unix_s();
	struct err err = { 0 };
	struct seen seen;
	char path[512];

	(void)snprintf(path, sizeof path, "%s/in/a.txt", root);
	ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
	ck_assert(fetch(&(struct source_call){ .key = "a.txt" }, &seen, &err));
	ck_assert(text_from_http_date(seen.head.last_modified, &said));
	ck_assert_int_ge(said, before);
	ck_assert_int_le(said, now_unix_s());
	buf_done(&seen.body);
}
END_TEST

START_TEST(opens_only_what_lies_in_the_root)
{
	static const struct {
		const char *key;
		enum err_kind want;
	} rows[] = {
		{ "a.txt", ERR_NONE },
		{ "folder/b c%2Fd&=+#?.txt", ERR_NONE },
		{ "inside.txt", ERR_NONE }, /* a link that stays inside */
		{ "nothing.txt", ERR_NOT_FOUND },
		{ "folder", ERR_NOT_FOUND },
		{ "folder/", ERR_NOT_FOUND },
		{ "a.txt/", ERR_NOT_FOUND },
		{ "a.txt/b", ERR_NOT_FOUND },
		{ "/a.txt", ERR_NOT_FOUND },
		{ "folder//b c%2Fd&=+#?.txt", ERR_NOT_FOUND }, /* another key's name */
		{ "./a.txt", ERR_NOT_FOUND },
		{ "../secret.txt", ERR_NOT_FOUND },
		{ "folder/../../secret.txt", ERR_NOT_FOUND },
		{ "out.txt", ERR_NOT_FOUND },
		{ "absolute.txt", ERR_NOT_FOUND },
		{ "up/secret.txt", ERR_NOT_FOUND },
		{ "pipe", ERR_NOT_FOUND },
	};
	struct source_call call = { .key = rows[_i].key };
	struct err err = { 0 };
	struct seen seen;
	bool ok = fetch(&call, &seen, &err);

	ck_assert_msg(ok == (rows[_i].want == ERR_NONE) && err.kind == rows[_i].want,
		"%s: got %d, want %d (%s)", rows[_i].key, err.kind, rows[_i].want, err.detail);
	if (ok) {
		ck_assert_str_eq(buf_text(&seen.body), BODY);
		ck_assert_uint_eq(seen.head.length, 10);
	}
	buf_done(&seen.body);
}
END_TEST

START_TEST(answers_ranges_as_the_rfc_says)
{
	static const struct {
		const char *range;
		int status; /* 416: refused */
		const char *body, *content_range;
	} rows[] = {
		{ "bytes=0-3", 206, "0123", "bytes 0-3/10" },
		{ "bytes=4-", 206, "456789", "bytes 4-9/10" },
		{ "bytes=-3", 206, "789", "bytes 7-9/10" },
		{ "bytes=-30", 206, BODY, "bytes 0-9/10" },
		{ "bytes=8-99", 206, "89", "bytes 8-9/10" },
		{ "BYTES=9-9", 206, "9", "bytes 9-9/10" },
		{ "bytes=10-", 416, "", "" },
		{ "bytes=-0", 416, "", "" },
		{ "bytes=3-1", 200, BODY, "" },
		{ "bytes=0-1,3-4", 200, BODY, "" },
		{ "bytes=-", 200, BODY, "" },
		{ "bytes=a-b", 200, BODY, "" },
		{ "lines=1-2", 200, BODY, "" },
		{ "bytes=99999999999999999999-", 200, BODY, "" },
	};
	struct source_call call = { .key = "a.txt", .range = rows[_i].range };
	struct err err = { 0 };
	struct seen seen;
	bool ok = fetch(&call, &seen, &err);

	ck_assert_msg(ok == (rows[_i].status != 416), "%s", rows[_i].range);
	if (ok) {
		ck_assert_msg(seen.head.status == rows[_i].status, "%s: %d", rows[_i].range,
			seen.head.status);
		ck_assert_str_eq(buf_text(&seen.body), rows[_i].body);
		ck_assert_str_eq(seen.head.content_range, rows[_i].content_range);
		ck_assert_uint_eq(seen.head.length, strlen(rows[_i].body));
	} else {
		ck_assert_int_eq(err.kind, ERR_RANGE);
	}
	buf_done(&seen.body);
}
END_TEST

START_TEST(weighs_conditions_in_the_order_of_the_rfc)
{
	struct source_call call = { .key = "a.txt" };
	struct err err = { 0 };
	struct seen seen;
	char tag[256], weak[300], date[64];
	const struct {
		const char *if_match, *if_none_match, *if_modified, *if_unmodified, *range,
			*if_range;
		int status; /* 412: refused */
	} rows[] = {
		{ .if_none_match = tag, .status = 304 },
		{ .if_none_match = weak, .status = 304 },
		{ .if_none_match = "*", .status = 304 },
		{ .if_none_match = "\"other\"", .status = 200 },
		{ .if_none_match = "\"other\"", .if_modified = date, .status = 200 },
		{ .if_modified = date, .status = 304 },
		{ .if_modified = "Sun, 06 Nov 1994 08:49:37 GMT", .status = 200 },
		{ .if_modified = "nonsense", .status = 200 },
		{ .if_match = tag, .status = 200 },
		{ .if_match = weak, .status = 412 },
		{ .if_match = "\"other\"", .status = 412 },
		{ .if_unmodified = date, .status = 200 },
		{ .if_unmodified = "Sun, 06 Nov 1994 08:49:37 GMT", .status = 412 },
		{ .range = "bytes=0-1", .if_range = tag, .status = 206 },
		{ .range = "bytes=0-1", .if_range = "\"other\"", .status = 200 },
		{ .range = "bytes=0-1", .if_range = weak, .status = 200 },
		{ .range = "bytes=0-1", .if_range = date, .status = 206 },
	};

	ck_assert(fetch(&call, &seen, &err));
	buf_done(&seen.body);
	(void)snprintf(tag, sizeof tag, "%s", seen.head.etag);
	(void)snprintf(weak, sizeof weak, "W/%s", tag);
	(void)snprintf(date, sizeof date, "%s", seen.head.last_modified);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool ok;

		call = (struct source_call){ .key = "a.txt",
			.if_match = rows[i].if_match,
			.if_none_match = rows[i].if_none_match,
			.if_modified_since = rows[i].if_modified,
			.if_unmodified_since = rows[i].if_unmodified,
			.range = rows[i].range,
			.if_range = rows[i].if_range };
		ok = fetch(&call, &seen, &err);
		ck_assert_msg(ok == (rows[i].status != 412), "row %zu", i);
		if (ok)
			ck_assert_msg(seen.head.status == rows[i].status, "row %zu: %d", i,
				seen.head.status);
		else
			ck_assert_int_eq(err.kind, ERR_PRECONDITION);
		if (seen.head.status == 304)
			ck_assert_uint_eq(seen.body.len, 0);
		buf_done(&seen.body);
	}
}
END_TEST

START_TEST(answers_head_without_a_body)
{
	struct source_call call = { .key = "a.txt", .head_only = true };
	struct err err = { 0 };
	struct seen seen;

	ck_assert(fetch(&call, &seen, &err));
	ck_assert_uint_eq(seen.body.len, 0);
	ck_assert_uint_eq(seen.head.length, 10);
	ck_assert_str_eq(seen.head.content_type, "text/plain");
}
END_TEST

START_TEST(keeps_its_tag_until_the_file_changes)
{
	struct source_call call = { .key = "a.txt" };
	struct err err = { 0 };
	struct seen before, same, after;

	ck_assert(fetch(&call, &before, &err) && fetch(&call, &same, &err));
	put("in/a.txt", "other bytes");
	ck_assert(fetch(&call, &after, &err));
	ck_assert_str_eq(before.head.etag, same.head.etag);
	ck_assert_str_ne(before.head.etag, after.head.etag);
	buf_done(&before.body);
	buf_done(&same.body);
	buf_done(&after.body);
}
END_TEST

START_TEST(says_the_origin_failed_when_the_root_is_gone)
{
	struct source_call call = { .key = "a.txt" };
	struct err err = { 0 };
	struct seen seen;

	(void)snprintf(origin.root, sizeof origin.root, "%s/nowhere", root);
	ck_assert(!fetch(&call, &seen, &err));
	ck_assert_int_eq(err.kind, ERR_ORIGIN);
}
END_TEST

START_TEST(reports_a_deadline_that_passed)
{
	struct source_call call = { .key = "a.txt", .deadline_us = 1 };
	struct err err = { 0 };
	struct seen seen;

	ck_assert(!fetch(&call, &seen, &err));
	ck_assert_int_eq(err.kind, ERR_ORIGIN_LATE);
	buf_done(&seen.body);
}
END_TEST

Suite *
suite_source_file(void)
{
	Suite *s = suite_create("source_file");
	TCase *t = tcase_create("source_file");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, says_no_date_that_is_still_to_come);
	tcase_add_loop_test(t, opens_only_what_lies_in_the_root, 0, 17);
	tcase_add_loop_test(t, answers_ranges_as_the_rfc_says, 0, 14);
	tcase_add_test(t, weighs_conditions_in_the_order_of_the_rfc);
	tcase_add_test(t, answers_head_without_a_body);
	tcase_add_test(t, keeps_its_tag_until_the_file_changes);
	tcase_add_test(t, says_the_origin_failed_when_the_root_is_gone);
	tcase_add_test(t, reports_a_deadline_that_passed);
	suite_add_tcase(s, t);
	return s;
}
