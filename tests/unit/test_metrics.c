#include "metrics.h"
#include "suites.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct config *cfg;
static char file[1200];

static void
setup(void)
{
	cfg = calloc(1, sizeof *cfg);
	ck_assert_ptr_nonnull(cfg);
	(void)snprintf(cfg->runtime_dir, sizeof cfg->runtime_dir, "/tmp/limner-metrics-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(cfg->runtime_dir));
	(void)snprintf(file, sizeof file, "%s/metrics", cfg->runtime_dir);
	cfg->origin_count = 2;
	(void)snprintf(cfg->origins[0].title, sizeof cfg->origins[0].title, "s3 photos");
	(void)snprintf(cfg->origins[1].title, sizeof cfg->origins[1].title, "file");
}

static void
teardown(void)
{
	char path[1300];

	(void)snprintf(path, sizeof path, "%s.lock", file);
	(void)unlink(path);
	(void)unlink(file);
	(void)rmdir(cfg->runtime_dir);
	free(cfg);
}

static struct metrics
shared(void)
{
	struct metrics m = { .file = NULL };
	struct err err = { 0 };

	ck_assert_msg(metrics_share(&m, cfg, &err), "%s", err.detail);
	ck_assert(m.shared);
	return m;
}

/* Print, and find the number of a series; -1 when there is none. */
static double
number(struct metrics *m, const char *series)
{
	struct buf out = BUF_INIT(1048576);
	struct err err = { 0 };
	char line[256];
	double ret = -1;
	const char *s;

	ck_assert_msg(metrics_print(m, &out, &err), "%s", err.detail);
	(void)snprintf(line, sizeof line, "\n%s ", series);
	s = strstr(buf_text(&out), line);
	if (s != NULL)
		ret = strtod(s + strlen(line), NULL);
	buf_done(&out);
	return ret;
}

static const struct metrics_request picture = {
	.origin = "s3 photos",
	.status = 200,
	.answer = METRICS_PICTURE,
	.format = FORMAT_WEBP,
	.stage_us = { 30000, 0, 1000, 2001, 99, 12000000 },
	.received = 5000,
	.sent = 700,
	.origin_status = 200,
	.origin_tries = 3,
	.origin_code = "",
	.key_requests = 1,
};
static const struct metrics_request refused = {
	.origin = "s3 photos",
	.status = 502,
	.answer = METRICS_ERROR,
	.reason = ERR_ORIGIN,
	.sent = 80,
	.stage_us = { [METRICS_TOTAL] = 10 },
	.origin_status = 403,
	.origin_tries = 1,
	.origin_code = "SignatureDoesNotMatch",
};

/* clang-format off */
static const struct {
	const char *series;
	double value;
} counted[] = {
	{ "limner_requests_total{origin=\"s3 photos\",status=\"200\"}", 2 },
	{ "limner_requests_total{origin=\"s3 photos\",status=\"502\"}", 1 },
	{ "limner_requests_total{origin=\"s3 photos\",status=\"404\"}", 0 },
	{ "limner_requests_total{origin=\"file\",status=\"other\"}", 1 },
	{ "limner_requests_total{origin=\"none\",status=\"404\"}", 1 },
	{ "limner_requests_total{origin=\"none\",status=\"200\"}", -1 },
	{ "limner_requests_total{origin=\"other\",status=\"304\"}", 1 },
	{ "limner_answers_total{origin=\"s3 photos\",kind=\"picture\"}", 2 },
	{ "limner_answers_total{origin=\"s3 photos\",kind=\"error\"}", 1 },
	{ "limner_answers_total{origin=\"file\",kind=\"instead\"}", 1 },
	{ "limner_reasons_total{origin=\"s3 photos\",reason=\"origin\"}", 1 },
	{ "limner_reasons_total{origin=\"s3 photos\",reason=\"none\"}", -1 },
	{ "limner_reasons_total{origin=\"file\",reason=\"memory\"}", 1 },
	{ "limner_pictures_total{origin=\"s3 photos\",format=\"webp\"}", 2 },
	{ "limner_pictures_total{origin=\"s3 photos\",format=\"jpg\"}", 0 },
	{ "limner_sent_bytes_total{origin=\"s3 photos\"}", 1480 },
	{ "limner_cell_failures_total{origin=\"file\",cause=\"memory\"}", 1 },
	{ "limner_cell_failures_total{origin=\"file\",cause=\"late\"}", 0 },
	{ "limner_origin_answers_total{origin=\"s3 photos\",status=\"2xx\"}", 2 },
	{ "limner_origin_answers_total{origin=\"s3 photos\",status=\"4xx\"}", 1 },
	{ "limner_origin_answers_total{origin=\"file\",status=\"none\"}", 1 },
	{ "limner_origin_errors_total{origin=\"s3 photos\",code=\"SignatureDoesNotMatch\"}", 1 },
	{ "limner_origin_errors_total{origin=\"s3 photos\",code=\"other\"}", 0 },
	{ "limner_origin_errors_total{origin=\"file\",code=\"other\"}", 1 },
	{ "limner_origin_retries_total{origin=\"s3 photos\"}", 4 },
	{ "limner_origin_received_bytes_total{origin=\"s3 photos\"}", 10000 },
	{ "limner_key_requests_total{origin=\"s3 photos\"}", 2 },
	{ "limner_stage_duration_seconds_bucket{stage=\"fetch\",le=\"0.025\"}", 0 },
	{ "limner_stage_duration_seconds_bucket{stage=\"fetch\",le=\"0.05\"}", 2 },
	{ "limner_stage_duration_seconds_count{stage=\"fetch\"}", 2 },
	{ "limner_stage_duration_seconds_sum{stage=\"fetch\"}", 0.06 },
	{ "limner_stage_duration_seconds_count{stage=\"queue\"}", 0 },
	{ "limner_stage_duration_seconds_bucket{stage=\"decode\",le=\"0.001\"}", 2 },
	{ "limner_stage_duration_seconds_bucket{stage=\"resize\",le=\"0.001\"}", 0 },
	{ "limner_stage_duration_seconds_bucket{stage=\"resize\",le=\"0.0025\"}", 2 },
	{ "limner_stage_duration_seconds_sum{stage=\"encode\"}", 0.000198 },
	{ "limner_stage_duration_seconds_bucket{stage=\"total\",le=\"10\"}", 1 },
	{ "limner_stage_duration_seconds_bucket{stage=\"total\",le=\"+Inf\"}", 3 },
	{ "limner_stage_duration_seconds_sum{stage=\"total\"}", 24.00001 },
	{ "limner_metrics_shared", 1 },
};
/* clang-format on */

START_TEST(counts_each_part_of_a_request_once)
{
	struct metrics m = shared();

	metrics_count(&m, &picture);
	metrics_count(&m, &picture);
	metrics_count(&m, &refused);
	metrics_count(&m, &(struct metrics_request){ .origin = "file",
				  .status = 599,
				  .answer = METRICS_INSTEAD,
				  .reason = ERR_MEMORY,
				  .in_cell = true,
				  .origin_tries = 1,
				  .origin_code = "NobodyKnows" });
	metrics_count(&m, &(struct metrics_request){ .status = 404, .answer = METRICS_ERROR });
	metrics_count(&m, &(struct metrics_request){ .origin = "s3 later", .status = 304 });
	for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
		double got = number(&m, counted[i].series);

		ck_assert_msg(got > counted[i].value - 1e-9 && got < counted[i].value + 1e-9,
			"%s: %g, not %g", counted[i].series, got, counted[i].value);
	}
	metrics_close(&m);
	metrics_close(&m);
}
END_TEST

START_TEST(loses_nothing_that_processes_add_at_once)
{
	enum { PROCESSES = 4, EACH = 20000 };
	struct metrics m;
	pid_t pids[PROCESSES];
	int go[2], status;
	char byte;

	ck_assert_int_eq(pipe(go), 0);
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		ck_assert_int_ge(pids[i], 0);
		if (pids[i] != 0)
			continue;
		(void)close(go[1]);
		(void)!read(go[0], &byte, 1); /* all begin when the pipe is closed, the file too */
		m = shared();
		for (int k = 0; k < EACH; k++)
			metrics_count(&m, &picture);
		_exit(0);
	}
	(void)close(go[0]);
	(void)close(go[1]);
	for (int i = 0; i < PROCESSES; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_int_eq(status, 0);
	}
	m = shared();
	ck_assert_double_eq(
		number(&m, "limner_requests_total{origin=\"s3 photos\",status=\"200\"}"),
		PROCESSES * EACH);
	ck_assert_double_eq(number(&m, "limner_sent_bytes_total{origin=\"s3 photos\"}"),
		700.0 * PROCESSES * EACH);
	ck_assert_double_eq(number(&m, "limner_stage_duration_seconds_sum{stage=\"total\"}"),
		12.0 * PROCESSES * EACH);
	metrics_close(&m);
}
END_TEST

START_TEST(keeps_the_numbers_and_gives_new_origins_a_row)
{
	struct metrics m = shared(), other;
	struct stat st;

	metrics_count(&m, &picture);
	ck_assert_int_eq(stat(file, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	/* a process with another configuration, beside the first */
	cfg->origin_count = 1;
	(void)snprintf(cfg->origins[0].title, sizeof cfg->origins[0].title, "http new");
	other = shared();
	metrics_count(&other, &(struct metrics_request){ .origin = "http new", .status = 200 });
	ck_assert_double_eq(
		number(&other, "limner_requests_total{origin=\"s3 photos\",status=\"200\"}"), 1);
	ck_assert_double_eq(
		number(&m, "limner_requests_total{origin=\"http new\",status=\"200\"}"), 1);
	metrics_close(&other);
	metrics_close(&m);
}
END_TEST

START_TEST(counts_together_what_has_no_row)
{
	struct metrics m;
	struct err err = { 0 };
	double all = 0;

	for (int k = 0; k < 3; k++) {
		cfg->origin_count = CONFIG_ORIGINS_MAX;
		for (int i = 0; i < CONFIG_ORIGINS_MAX; i++)
			(void)snprintf(cfg->origins[i].title, sizeof cfg->origins[i].title,
				"s3 o%d", k * CONFIG_ORIGINS_MAX + i);
		m = (struct metrics){ .file = NULL };
		ck_assert_msg(metrics_share(&m, cfg, &err), "%s", err.detail);
		for (int i = 0; i < CONFIG_ORIGINS_MAX; i++)
			metrics_count(&m, &(struct metrics_request){
						  .origin = cfg->origins[i].title, .status = 200 });
		all = number(&m, "limner_requests_total{origin=\"other\",status=\"200\"}");
		metrics_close(&m);
	}
	ck_assert_double_eq(all, CONFIG_ORIGINS_MAX);
}
END_TEST

/* Spoil the file in one way. */
static void
spoil(int how)
{
	unsigned char no_end[64];
	int fd = open(file, O_RDWR);

	memset(no_end, 'x', sizeof no_end);
	ck_assert_int_ge(fd, 0);
	switch (how) {
	case 0: /* cut off */
		ck_assert_int_eq(ftruncate(fd, 100), 0);
		break;
	case 1: /* longer: another version's */
		ck_assert_int_eq(ftruncate(fd, 1000000), 0);
		break;
	case 2: /* no magic word */
		ck_assert_int_eq(pwrite(fd, "LIMNER", 6, 0), 6);
		break;
	case 3: /* another meaning of the numbers */
		ck_assert_int_eq(pwrite(fd, "zz", 2, 20), 2);
		break;
	case 4: /* rows without end; the number lies behind magic and layout */
		ck_assert_int_eq(pwrite(fd, no_end, 4, 80), 4);
		break;
	case 5: /* titles without end */
		ck_assert_int_eq(pwrite(fd, no_end, 64, 88), 64);
		break;
	case 6: /* nothing at all */
		ck_assert_int_eq(ftruncate(fd, 0), 0);
		break;
	case 7: /* anybody may have written it */
		ck_assert_int_eq(fchmod(fd, 0666), 0);
		break;
	default:
		break;
	}
	(void)close(fd);
}

START_TEST(replaces_what_is_not_its_own)
{
	struct metrics m = shared();
	struct stat before, after;

	metrics_count(&m, &picture);
	metrics_close(&m);
	ck_assert_int_eq(stat(file, &before), 0);
	spoil(_i);
	m = shared();
	ck_assert_int_eq(stat(file, &after), 0);
	ck_assert_int_eq(after.st_mode & 0777, 0600);
	ck_assert(_i == 8 ? before.st_ino == after.st_ino : before.st_ino != after.st_ino);
	metrics_count(&m, &picture);
	ck_assert_double_eq(
		number(&m, "limner_requests_total{origin=\"s3 photos\",status=\"200\"}"),
		_i == 8 ? 2 : 1);
	metrics_close(&m);
}
END_TEST

START_TEST(counts_alone_where_the_folder_is_of_no_use)
{
	struct metrics m = { .file = NULL };
	struct err err = { 0 };
	char folder[sizeof cfg->runtime_dir], path[1300];

	memcpy(folder, cfg->runtime_dir, sizeof folder);
	metrics_open(&m, cfg);
	switch (_i) {
	case 0:
		(void)snprintf(cfg->runtime_dir, sizeof cfg->runtime_dir, "/proc/limner");
		break;
	case 1: /* a link to somewhere */
		(void)snprintf(path, sizeof path, "%s/elsewhere", folder);
		ck_assert_int_eq(symlink(path, file), 0);
		break;
	case 2: /* no file */
		ck_assert_int_eq(mkdir(file, 0700), 0);
		break;
	default: /* no lock to be had */
		(void)snprintf(path, sizeof path, "%s.lock", file);
		ck_assert_int_eq(mkdir(path, 0700), 0);
		break;
	}
	ck_assert(!metrics_share(&m, cfg, &err));
	ck_assert_int_eq(err.kind, ERR_INTERNAL);
	ck_assert_ptr_nonnull(strstr(err.detail, cfg->runtime_dir));
	metrics_count(&m, &picture);
	ck_assert_double_eq(
		number(&m, "limner_requests_total{origin=\"s3 photos\",status=\"200\"}"), 1);
	ck_assert_double_eq(number(&m, "limner_metrics_shared"), 0);
	metrics_close(&m);
	memcpy(cfg->runtime_dir, folder, sizeof folder);
	(void)rmdir(file);
	(void)snprintf(path, sizeof path, "%s.lock", file);
	(void)rmdir(path);
}
END_TEST

START_TEST(counts_nothing_before_it_is_opened)
{
	struct metrics m = { .file = NULL };
	struct buf out = BUF_INIT(100);
	struct err err = { 0 };

	metrics_count(&m, &picture);
	ck_assert(!metrics_print(&m, &out, &err));
	ck_assert_int_eq(err.kind, ERR_INTERNAL);
	metrics_open(&m, cfg);
	ck_assert(!metrics_print(&m, &out, &err));
	ck_assert_int_eq(err.kind, ERR_TOO_LARGE);
	metrics_close(&m);
	buf_done(&out);
}
END_TEST

/* What may be done to the file while others count. */
static void
harm(int how)
{
	int fd;

	switch (how) {
	case 0:
		ck_assert_int_eq(truncate(file, 0), 0);
		break;
	case 1:
		ck_assert_int_eq(truncate(file, 4096), 0);
		break;
	case 2:
		ck_assert_int_eq(unlink(file), 0);
		break;
	default: /* another version's takes its place */
		ck_assert_int_eq(unlink(file), 0);
		fd = open(file, O_WRONLY | O_CREAT | O_EXCL, 0600);
		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(write(fd, "later", 5), 5);
		(void)close(fd);
		break;
	}
}

START_TEST(goes_on_counting_when_the_file_is_harmed)
{
	static const char series[] = "limner_requests_total{origin=\"s3 photos\",status=\"200\"}";
	struct metrics m = shared(), other = shared();
	struct stat st;

	metrics_count(&m, &picture);
	harm(_i);
	metrics_count(&m, &picture);
	metrics_count(&other, &picture);
	/* together again, but where they would take the file from somebody else */
	ck_assert_int_eq(m.shared, _i != 3);
	ck_assert_int_eq(other.shared, _i != 3);
	ck_assert_double_eq(number(&m, series), _i != 3 ? 2 : 1);
	ck_assert_int_eq(stat(file, &st), 0);
	if (_i == 3)
		ck_assert_int_eq(st.st_size, 5);
	/* the page alone: nothing is counted in between */
	if (_i != 3)
		harm(_i);
	ck_assert_double_eq(number(&other, series), _i != 3 ? 0 : 1);
	metrics_close(&other);
	metrics_close(&m);
}
END_TEST

Suite *
suite_metrics(void)
{
	Suite *s = suite_create("metrics");
	TCase *t = tcase_create("metrics");

	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, counts_each_part_of_a_request_once);
	tcase_add_test(t, loses_nothing_that_processes_add_at_once);
	tcase_add_test(t, keeps_the_numbers_and_gives_new_origins_a_row);
	tcase_add_test(t, counts_together_what_has_no_row);
	tcase_add_loop_test(t, replaces_what_is_not_its_own, 0, 9);
	tcase_add_loop_test(t, counts_alone_where_the_folder_is_of_no_use, 0, 4);
	tcase_add_loop_test(t, goes_on_counting_when_the_file_is_harmed, 0, 4);
	tcase_add_test(t, counts_nothing_before_it_is_opened);
	suite_add_tcase(s, t);
	return s;
}
