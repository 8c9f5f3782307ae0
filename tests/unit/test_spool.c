#include "spool.h"
#include "suites.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];
static struct spool spool;
static struct err err;

static void
setup(void)
{
	(void)snprintf(folder, sizeof folder, "%s", "/tmp/limner-spool-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	spool = (struct spool){ .limit = 1000, .memory = 100, .folder = folder };
	memset(&err, 0, sizeof err);
}

static void
teardown(void)
{
	spool_done(&spool);
	ck_assert_int_eq(rmdir(folder), 0); /* nothing with a name was left in it */
}

/* Add n bytes that tell where they stand, in pieces. */
static void
fill(size_t n, size_t piece)
{
	unsigned char bytes[1000];

	while (n > 0) {
		size_t now = n < piece ? n : piece;

		for (size_t i = 0; i < now; i++)
			bytes[i] = (unsigned char)((spool.len + i) % 251);
		ck_assert_msg(spool_add(&spool, bytes, now, &err), "%s", err.detail);
		n -= now;
	}
}

static void
shows(size_t n)
{
	ck_assert_msg(spool_view(&spool, &err), "%s", err.detail);
	ck_assert_uint_eq(spool.len, n);
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(spool.bytes[i] == i % 251, "byte %zu", i);
}

static const struct {
	size_t expect, total, piece;
	bool filed;
} rows[] = {
	{ 0, 100, 7, false },
	{ 0, 101, 7, true },
	{ 100, 100, 100, false },
	{ 101, 101, 101, true },
	{ 900, 1000, 250, true },
	{ 50, 1000, 99, true }, /* more than was promised */
	{ 101, 1, 1, true },    /* less */
	{ 0, 1000, 1000, true },
	{ 0, 0, 1, false },
	{ 500, 0, 1, true },
};

START_TEST(keeps_what_is_large_in_a_file)
{
	if (rows[_i].expect > 0)
		ck_assert_msg(spool_expect(&spool, rows[_i].expect, &err), "%s", err.detail);
	fill(rows[_i].total, rows[_i].piece);
	ck_assert_int_eq(spool.filed, rows[_i].filed);
	ck_assert(rows[_i].filed == (spool.buf.bytes == NULL) || rows[_i].total == 0);
	shows(rows[_i].total);
	shows(rows[_i].total); /* again is harmless */
	spool_done(&spool);
	ck_assert_uint_eq(spool.len, 0);
	fill(120, 60); /* and it can be used anew */
	shows(120);
}
END_TEST

START_TEST(takes_no_byte_more_than_its_limit)
{
	fill(1000, 100);
	ck_assert(!spool_add(&spool, "x", 1, &err));
	ck_assert_int_eq(err.kind, ERR_TOO_LARGE);
	shows(1000);
	spool_done(&spool);
	ck_assert(!spool_expect(&spool, 1001, &err));
	ck_assert_int_eq(err.kind, ERR_TOO_LARGE);
}
END_TEST

START_TEST(stays_in_memory_where_no_file_can_be_made)
{
	spool.folder = "/nowhere/at/all";
	fill(100, 100);
	ck_assert(spool_add(&spool, "x", 1, &err));
	ck_assert(!spool.filed);
	ck_assert_uint_eq(spool.len, 101);
	ck_assert(spool_expect(&spool, 500, &err));
	ck_assert(!spool.filed);
	ck_assert(!spool_expect(&spool, 1001, &err)); /* the limit holds all the same */
	ck_assert_int_eq(err.kind, ERR_TOO_LARGE);
}
END_TEST

START_TEST(is_not_held_by_a_child)
{
	char line[256];
	bool held = false;
	int status;
	pid_t pid;
	FILE *f;

	fill(1000, 100);
	shows(1000);
	pid = fork();
	if (pid == 0) {
		f = fopen("/proc/self/maps", "r");
		while (f != NULL && fgets(line, sizeof line, f) != NULL)
			held = held || strstr(line, folder) != NULL;
		_exit(f == NULL || held);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	/* while here it is */
	f = fopen("/proc/self/maps", "r");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof line, f) != NULL)
		held = held || strstr(line, folder) != NULL;
	(void)fclose(f);
	ck_assert(held);
}
END_TEST

Suite *
suite_spool(void)
{
	Suite *s = suite_create("spool");
	TCase *t = tcase_create("spool");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(
		t, keeps_what_is_large_in_a_file, 0, (int)(sizeof rows / sizeof rows[0]));
	tcase_add_test(t, takes_no_byte_more_than_its_limit);
	tcase_add_test(t, stays_in_memory_where_no_file_can_be_made);
	tcase_add_test(t, is_not_held_by_a_child);
	suite_add_tcase(s, t);
	return s;
}
