#include "admission.h"
#include "base/now.h"
#include "suites.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct config cfg;

static void
setup(void)
{
	memset(&cfg, 0, sizeof cfg);
	(void)snprintf(cfg.runtime_dir, sizeof cfg.runtime_dir, "%s", "/tmp/limner-slots-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(cfg.runtime_dir));
	cfg.max_renders = 2;
	cfg.queue_ms = 50;
}

static void
teardown(void)
{
	char path[sizeof cfg.runtime_dir + 32];

	for (int i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof path, "%s/slot.%d", cfg.runtime_dir, i);
		(void)unlink(path);
	}
	(void)rmdir(cfg.runtime_dir);
}

START_TEST(admits_as_many_as_it_may_and_no_more)
{
	uint64_t deadline = now_mono_us() + 5000000u;
	struct err err = { 0 };
	int first, second, third;

	ck_assert(admission_enter(&cfg, NULL, deadline, &first, &err));
	ck_assert(admission_enter(&cfg, NULL, deadline, &second, &err));
	ck_assert(!admission_enter(&cfg, NULL, deadline, &third, &err));
	ck_assert_int_eq(err.kind, ERR_BUSY);
	ck_assert_int_eq(third, -1);
	admission_leave(first);
	ck_assert(admission_enter(&cfg, NULL, deadline, &third, &err));
	admission_leave(second);
	admission_leave(third);
}
END_TEST

START_TEST(gets_the_slot_of_a_holder_that_was_killed)
{
	uint64_t deadline = now_mono_us() + 5000000u;
	struct err err = { 0 };
	int slot, ready[2];
	char byte;
	pid_t pid;

	cfg.max_renders = 1;
	cfg.queue_ms = 5000;
	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (admission_enter(&cfg, NULL, deadline, &slot, &err) &&
			write(ready[1], "x", 1) == 1)
			(void)pause();
		_exit(1);
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert(admission_enter(&cfg, NULL, deadline, &slot, &err));
	ck_assert_int_ge(slot, 0);
	admission_leave(slot);
	(void)waitpid(pid, NULL, 0);
	(void)close(ready[0]);
	(void)close(ready[1]);
}
END_TEST

START_TEST(does_not_wait_past_the_deadline)
{
	uint64_t start = now_mono_us();
	struct err err = { 0 };
	int first, second;

	cfg.max_renders = 1;
	cfg.queue_ms = 60000;
	ck_assert(admission_enter(&cfg, NULL, start + 30000u, &first, &err));
	ck_assert(!admission_enter(&cfg, NULL, start + 30000u, &second, &err));
	ck_assert_int_eq(err.kind, ERR_LATE);
	admission_leave(first);
}
END_TEST

static bool
left(void *self)
{
	int *looks = self;

	return --*looks <= 0;
}

START_TEST(waits_for_nobody_who_has_left)
{
	uint64_t start = now_mono_us();
	struct err err = { 0 };
	int first, second, looks = 3;
	const struct gateway peer = { .self = &looks, .gone = left };

	cfg.max_renders = 1;
	cfg.queue_ms = 60000;
	ck_assert(admission_enter(&cfg, &peer, start + 60000000u, &first, &err));
	ck_assert_int_eq(looks, 3); /* a slot that is free is not waited for */
	ck_assert(!admission_enter(&cfg, &peer, start + 60000000u, &second, &err));
	ck_assert_int_eq(err.kind, ERR_PEER_GONE);
	ck_assert_int_eq(second, -1);
	ck_assert_uint_lt(now_mono_us() - start, 2000000u);
	admission_leave(first);
}
END_TEST

START_TEST(makes_pictures_without_a_limit_or_without_a_folder)
{
	struct err err = { 0 };
	int slot;

	cfg.max_renders = 0;
	ck_assert(admission_enter(&cfg, NULL, 0, &slot, &err));
	ck_assert_int_eq(slot, -1);
	cfg.max_renders = 1;
	(void)rmdir(cfg.runtime_dir);
	(void)snprintf(cfg.runtime_dir, sizeof cfg.runtime_dir, "%s", "/proc/limner");
	ck_assert(admission_enter(&cfg, NULL, 0, &slot, &err));
	ck_assert_int_eq(slot, -1);
	ck_assert_ptr_nonnull(strstr(err.detail, "/proc/limner"));
}
END_TEST

/* As somebody who serves: take a slot. Exits with 0 when there was one. */
static void
enter_as(uid_t uid)
{
	struct err err = { 0 };
	int slot, status;
	pid_t pid = fork();

	if (pid == 0) {
		if (setuid(uid) != 0 ||
			!admission_enter(&cfg, NULL, now_mono_us() + 5000000u, &slot, &err))
			_exit(2);
		_exit(slot >= 0 ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

/* A command as root before anybody serves: it must leave nothing that shuts others out. */
START_TEST(leaves_nothing_of_roots_in_the_way)
{
	const uid_t nobody = 65534;
	char folder[sizeof cfg.runtime_dir], path[sizeof cfg.runtime_dir + 32];
	struct err err = { 0 };
	struct stat st;
	int slot;

	if (geteuid() != 0)
		return;
	cfg.max_renders = 1;
	memcpy(folder, cfg.runtime_dir, sizeof folder);
	ck_assert_int_eq(chmod(folder, 0755), 0);
	/* no folder: none is made */
	ck_assert_int_eq(chown(folder, nobody, (gid_t)-1), 0);
	(void)snprintf(cfg.runtime_dir, sizeof cfg.runtime_dir, "%.900s/run", folder);
	ck_assert(admission_enter(&cfg, NULL, now_mono_us() + 5000000u, &slot, &err));
	ck_assert_int_eq(slot, -1);
	ck_assert_ptr_nonnull(strstr(err.detail, strerror(ENOENT)));
	ck_assert_int_lt(stat(cfg.runtime_dir, &st), 0);
	enter_as(nobody);
	/* another user's: no file */
	(void)snprintf(path, sizeof path, "%s/slot.0", cfg.runtime_dir);
	ck_assert_int_eq(unlink(path), 0);
	err = (struct err){ 0 };
	ck_assert(admission_enter(&cfg, NULL, now_mono_us() + 5000000u, &slot, &err));
	ck_assert_int_eq(slot, -1);
	ck_assert_ptr_nonnull(strstr(err.detail, strerror(EPERM)));
	ck_assert_int_lt(stat(path, &st), 0);
	enter_as(nobody);
	(void)unlink(path);
	(void)rmdir(cfg.runtime_dir);
	memcpy(cfg.runtime_dir, folder, sizeof folder);
}
END_TEST

Suite *
suite_admission(void)
{
	Suite *s = suite_create("admission");
	TCase *t = tcase_create("admission");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, admits_as_many_as_it_may_and_no_more);
	tcase_add_test(t, gets_the_slot_of_a_holder_that_was_killed);
	tcase_add_test(t, does_not_wait_past_the_deadline);
	tcase_add_test(t, waits_for_nobody_who_has_left);
	tcase_add_test(t, makes_pictures_without_a_limit_or_without_a_folder);
	tcase_add_test(t, leaves_nothing_of_roots_in_the_way);
	suite_add_tcase(s, t);
	return s;
}
