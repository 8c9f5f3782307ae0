#include "base/now.h"
#include "cell.h"
#include "suites.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct config *cfg;
static struct cell cell;
static struct buf original, result;
static struct image_info info;
static struct plan plan;
static struct image_made made;

static void
resolve(const char *query)
{
	struct request req = { 0 };
	struct err err = { 0 };
	char uri[256];

	(void)snprintf(uri, sizeof uri, "/img/x?%s", query);
	ck_assert(request_from_text(cfg, uri, &req, &err));
	ck_assert(plan_resolve(&req, &info, image_writable(), &plan, &err));
}

static void
read_original(const char *path)
{
	unsigned char piece[4096];
	struct err err = { 0 };
	size_t n;
	FILE *f;

	buf_reset(&original);
	f = fopen(path, "rb");
	ck_assert_msg(f != NULL, "%s", path);
	while ((n = fread(piece, 1, sizeof piece, f)) > 0)
		ck_assert(buf_add(&original, piece, n, &err));
	(void)fclose(f);
	ck_assert(probe_image(original.bytes, original.len, &info, &err));
}

static void
setup(void)
{
	static char log[] = "LIMNER_LOG=none", memory[] = "LIMNER_CELL_MEMORY=256MB";
	char *env[] = { log, memory, NULL };
	const char *top = getenv("top_srcdir");
	struct err err = { 0 };
	char path[1024];

	cfg = calloc(1, sizeof *cfg);
	ck_assert_msg(config_load("/dev/null", env, cfg, &err), "%s", err.detail);
	ck_assert(image_open(cfg, &err));
	original = BUF_INIT(10000000);
	result = BUF_INIT(10000000);
	(void)snprintf(path, sizeof path, "%s/www/samples/mountains.jpg", top != NULL ? top : ".");
	read_original(path);
	resolve("w=120&h=80&fit=cover");
	cell_open(&cell, cfg);
}

static void
teardown(void)
{
	cell_close(&cell);
	image_close();
	buf_done(&original);
	buf_done(&result);
	free(cfg);
}

static bool
render(uint64_t ms, struct err *err)
{
	return cell_render(&cell, original.bytes, original.len, &info, &plan, NULL,
		now_mono_us() + ms * 1000u, &result, &made, err);
}

START_TEST(makes_what_the_same_code_makes_here)
{
	struct buf here = BUF_INIT(10000000);
	struct err err = { 0 };

	ck_assert_msg(render(30000, &err), "%s %s", err.say, err.detail);
	ck_assert(image_render(original.bytes, original.len, &info, &plan, &here, &made, &err));
	ck_assert_uint_eq(result.len, here.len);
	ck_assert_mem_eq(result.bytes, here.bytes, here.len);
	buf_done(&here);
}
END_TEST

/* Their decoders reserve much and start threads of their own: in the cell's limits too. */
START_TEST(reads_every_format_within_its_limits)
{
	static const char *const names[] = { "quad.avif", "10-bit.avif", "grid.avif", "quad.heic",
		"two.heic", "quad.jxl", "lossless.jxl", "quad.tif", "jpeg.tif", "quad.bmp" };
	const char *top = getenv("top_srcdir");

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct err err = { 0 };
		char path[1024];

		(void)snprintf(path, sizeof path, "%s/tests/data/originals/%s",
			top != NULL ? top : ".", names[i]);
		read_original(path);
		resolve("w=40");
		ck_assert_msg(render(30000, &err), "%s: %s %s", names[i], err_row(err.kind)->slug,
			err.detail);
		ck_assert_int_eq(format_sniff(result.bytes, result.len), FORMAT_JPEG);
		/* header only, and half of it */
		for (int part = 2; part <= 8; part *= 2) {
			original.len = original.len / 2;
			ck_assert(!render(30000, &err));
			ck_assert_msg(err.kind == ERR_BROKEN, "%s: %s %s", names[i],
				err_row(err.kind)->slug, err.detail);
		}
	}
}
END_TEST

START_TEST(keeps_its_child_and_renews_it_in_time)
{
	struct err err = { 0 };
	pid_t first;

	cfg->cell_pictures = 2;
	ck_assert_int_eq(cell.pid, 0);
	ck_assert(render(30000, &err));
	first = cell.pid;
	ck_assert_int_gt(first, 0);
	ck_assert(render(30000, &err));
	ck_assert_int_eq(cell.pid, first);
	ck_assert(render(30000, &err));
	ck_assert_int_ne(cell.pid, first);
	ck_assert_int_eq(kill(first, 0), -1); /* gone and buried */
}
END_TEST

START_TEST(reports_what_the_picture_lacks)
{
	struct err err = { 0 };

	original.len = original.len / 2;
	ck_assert(!render(30000, &err));
	ck_assert_int_eq(err.kind, ERR_BROKEN);
	ck_assert_int_gt(cell.pid, 0); /* no reason to lose the child */
}
END_TEST

START_TEST(kills_a_child_that_hangs)
{
	struct err err = { 0 };
	uint64_t start;
	pid_t pid;

	ck_assert(render(30000, &err));
	pid = cell.pid;
	ck_assert_int_eq(kill(pid, SIGSTOP), 0);
	start = now_mono_us();
	ck_assert(!render(200, &err));
	ck_assert_int_eq(err.kind, ERR_LATE);
	ck_assert_uint_ge(now_mono_us() - start, 200000u);
	ck_assert_int_eq(kill(pid, 0), -1);
	ck_assert(render(30000, &err));
}
END_TEST

/* The child is stopped, gets the job, then the signal: it dies with a picture in hand. */
static void
die_by(int sig, enum err_kind want)
{
	struct err err = { 0 };
	pid_t pid, helper;

	ck_assert(render(30000, &err));
	pid = cell.pid;
	ck_assert_int_eq(kill(pid, SIGSTOP), 0);
	helper = fork();
	if (helper == 0) {
		(void)usleep(200000);
		(void)kill(pid, sig);
		(void)kill(pid, SIGCONT);
		_exit(0);
	}
	ck_assert_int_gt(helper, 0);
	ck_assert(!render(30000, &err));
	ck_assert_int_eq(waitpid(helper, NULL, 0), helper);
	ck_assert_msg(err.kind == want, "%d: %s", err.kind, err.detail);
	ck_assert(render(30000, &err));
}

START_TEST(survives_a_crash_of_its_child)
{
	die_by(SIGSEGV, ERR_CRASHED);
}
END_TEST

START_TEST(takes_the_kernels_kill_for_want_of_memory)
{
	die_by(SIGKILL, ERR_MEMORY);
}
END_TEST

START_TEST(takes_spent_processor_time_for_lateness)
{
	die_by(SIGXCPU, ERR_LATE);
}
END_TEST

#ifdef __SANITIZE_ADDRESS__
#	define SANITIZED 1
#else
#	define SANITIZED 0
#endif

START_TEST(bounds_the_memory_of_a_picture)
{
	struct err err = { 0 };

	cfg->cell_memory_bytes = 16u << 20;
	resolve("w=4000&h=4000&fit=fill&up=1"); /* 128 MB of pixels */
	ck_assert(!render(30000, &err));
	/* the sanitizers' own allocator ends the process instead of saying no */
	ck_assert_msg(err.kind == (SANITIZED ? ERR_CRASHED : ERR_MEMORY), "%d: %s %s", err.kind,
		err.say, err.detail);
	resolve("w=120");
	ck_assert_msg(render(30000, &err), "%s", err.detail);
}
END_TEST

START_TEST(ignores_the_signals_that_stop_a_service)
{
	struct err err = { 0 };
	pid_t pid;

	ck_assert(render(30000, &err));
	pid = cell.pid;
	ck_assert_int_eq(kill(pid, SIGTERM), 0);
	ck_assert_int_eq(kill(pid, SIGINT), 0);
	ck_assert_int_eq(kill(pid, SIGQUIT), 0);
	ck_assert_int_eq(kill(pid, SIGUSR1), 0);
	ck_assert(render(30000, &err));
	ck_assert_int_eq(cell.pid, pid);
}
END_TEST

START_TEST(holds_no_descriptor_of_the_workers)
{
	struct err err = { 0 };
	int pipes[2], n = 0;
	char byte, path[64];

	ck_assert_int_eq(pipe(pipes), 0);
	ck_assert(render(30000, &err));
	(void)close(pipes[1]);
	ck_assert_int_eq(read(pipes[0], &byte, 1), 0); /* the last writer is gone: end of file */
	(void)close(pipes[0]);
	for (int fd = 0; fd < 64; fd++) {
		(void)snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)cell.pid, fd);
		if (readlink(path, &byte, 1) >= 0)
			n++;
	}
	ck_assert_int_eq(n, 6); /* 0, 1, 2, socket, in, out */
}
END_TEST

Suite *
suite_cell(void)
{
	Suite *s = suite_create("cell");
	TCase *t = tcase_create("cell");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, makes_what_the_same_code_makes_here);
	tcase_add_test(t, reads_every_format_within_its_limits);
	tcase_add_test(t, keeps_its_child_and_renews_it_in_time);
	tcase_add_test(t, reports_what_the_picture_lacks);
	tcase_add_test(t, kills_a_child_that_hangs);
	tcase_add_test(t, survives_a_crash_of_its_child);
	tcase_add_test(t, takes_the_kernels_kill_for_want_of_memory);
	tcase_add_test(t, takes_spent_processor_time_for_lateness);
	tcase_add_test(t, bounds_the_memory_of_a_picture);
	tcase_add_test(t, ignores_the_signals_that_stop_a_service);
	tcase_add_test(t, holds_no_descriptor_of_the_workers);
	suite_add_tcase(s, t);
	return s;
}
