#include "cli_warm.h"

#include "base/now.h"
#include "base/text.h"
#include "cli_help.h"
#include "warm.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIST_MAX    268435456 /* bytes of a list, bases included */
#define STATUS_MAX  600
#define FAILED_MAX  20 /* that are named */
#define SLOWEST_MAX 3
#define BAR         30     /* columns */
#define DRAW_US     100000 /* between two looks of the progress */
#define TIMEOUT_MS  30000  /* longer than limner and a CDN take at worst */

struct options {
	const char *list, *base, *accept;
	int64_t jobs;
};

/* What came of it so far. */
struct tally {
	const struct warm_plan *plan;
	uint64_t since_us, drawn_us;
	size_t done, failed, stood_in;
	size_t status[STATUS_MAX]; /* how often; [0]: no answer */
	size_t cache[3];           /* by enum warm_cache */
	uint64_t bytes;
	struct warm_result slowest[SLOWEST_MAX]; /* the slowest first */
	struct warm_result failures[FAILED_MAX]; /* the first ones */
};

/* ---- The list ---- */

/* Append a line's URL and a NUL; a path goes behind the base. */
static bool
add_line(const char *line, size_t n, const char *base, struct buf *out, struct err *err)
{
	bool whole = memmem(line, n, "://", 3) != NULL && line[0] != '/';
	size_t len = strlen(base);

	if (!whole && (base[0] == '\0' || line[0] != '/'))
		return err_set(err, ERR_INTERNAL, "%.*s: %s", (int)(n < 80 ? n : 80), line,
			line[0] == '/' ? "a path needs --base https://host"
				       : "neither a path nor a URL");
	while (len > 0 && base[len - 1] == '/')
		len--;
	return (whole || buf_add(out, base, len, err)) && buf_add(out, line, n, err) &&
	       buf_add(out, "", 1, err);
}

/* Take the list apart: a URL a line; what begins with # is a remark. */
static bool
split_list(const struct buf *list, const char *base, struct buf *out, size_t *ret_count,
	struct err *err)
{
	const char *at = (const char *)list->bytes, *end = at + list->len, *line;
	size_t n, len;

	for (*ret_count = 0; at < end; at += n + 1) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		n = stop != NULL ? (size_t)(stop - at) : (size_t)(end - at);
		len = text_trim(at, n, &line);
		while (len > 0 && line[len - 1] == '\r')
			len--;
		if (len == 0 || line[0] == '#')
			continue;
		if (memchr(line, '\0', len) != NULL)
			return err_set(err, ERR_INTERNAL, "a NUL byte in the list");
		if (!add_line(line, len, base, out, err))
			return false;
		++*ret_count;
	}
	return true;
}

/* Point at each URL. NULL without memory. */
static const char **
point(const struct buf *urls, size_t count)
{
	const char **ret = calloc(count > 0 ? count : 1, sizeof *ret);
	const char *at = (const char *)urls->bytes;

	for (size_t i = 0; ret != NULL && i < count; i++, at += strlen(at) + 1)
		ret[i] = at;
	return ret;
}

/* ---- Counting ---- */

/* An answer that caches keep and browsers show. */
static bool
is_good(const struct warm_result *result)
{
	return result->status >= 200 && result->status < 400;
}

static void
draw(const struct tally *t)
{
	int filled = (int)(t->done * BAR / t->plan->count);

	(void)fprintf(stderr, "\r[%.*s%*s] %zu of %zu, %zu failed ", filled,
		"##############################", BAR - filled, "", t->done, t->plan->count,
		t->failed);
}

static void
count(void *self, const struct warm_result *result)
{
	struct tally *t = self;
	struct warm_result slow = *result;

	t->done++;
	t->status[result->status < STATUS_MAX ? result->status : STATUS_MAX - 1]++;
	t->cache[result->cache]++;
	t->bytes += result->bytes;
	t->stood_in += is_good(result) && result->reason[0] != '\0';
	if (!is_good(result)) {
		if (t->failed < FAILED_MAX)
			t->failures[t->failed] = *result;
		t->failed++;
	}
	for (size_t i = 0; i < SLOWEST_MAX; i++)
		if (slow.us > t->slowest[i].us) {
			struct warm_result other = t->slowest[i];

			t->slowest[i] = slow;
			slow = other;
		}
	if (isatty(STDERR_FILENO) &&
		(now_mono_us() - t->drawn_us >= DRAW_US || t->done == t->plan->count)) {
		t->drawn_us = now_mono_us();
		draw(t);
	}
}

/* ---- The summary ---- */

static void
print_failures(const struct tally *t)
{
	size_t named = t->failed < FAILED_MAX ? t->failed : FAILED_MAX;

	for (size_t i = 0; i < named; i++) {
		const struct warm_result *f = &t->failures[i];

		if (f->status == 0)
			(void)printf("failed: %s: %s\n", t->plan->urls[f->index], f->why);
		else
			(void)printf("failed: %s: %d%s%s\n", t->plan->urls[f->index], f->status,
				f->reason[0] != '\0' ? " " : "", f->reason);
	}
	if (t->failed > named)
		(void)printf("and %zu more\n", t->failed - named);
}

static void
print_summary(const struct tally *t)
{
	double seconds = (double)(now_mono_us() - t->since_us) / 1e6;

	(void)printf("%zu of %zu URLs in %.1f s%s, %zu failed\n", t->done, t->plan->count, seconds,
		warm_stopped() ? " (stopped)" : "", t->failed);
	for (int i = 0; i < STATUS_MAX; i++) {
		if (t->status[i] > 0 && i > 0)
			(void)printf("  %d: %zu\n", i, t->status[i]);
		else if (t->status[i] > 0)
			(void)printf("  no answer: %zu\n", t->status[i]);
	}
	if (t->stood_in > 0)
		(void)printf("  with a Limner-Reason: %zu\n", t->stood_in);
	(void)printf("cache: %zu hits, %zu misses, %zu do not say\nbytes: %" PRIu64 "\n",
		t->cache[WARM_HIT], t->cache[WARM_MISS], t->cache[WARM_UNSAID], t->bytes);
	for (size_t i = 0; i < SLOWEST_MAX && t->slowest[i].us > 0; i++)
		(void)printf("slowest: %.0f ms %s\n", (double)t->slowest[i].us / 1000,
			t->plan->urls[t->slowest[i].index]);
	print_failures(t);
}

/* ---- The command ---- */

static void
on_interrupt(int number)
{
	(void)number;
	warm_stop();
}

static int
warm(const struct warm_plan *plan)
{
	/* the second time it ends at once */
	const struct sigaction once = { .sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND };
	struct tally *t = calloc(1, sizeof *t);
	struct err err = { 0 };
	bool ok;

	if (t == NULL)
		return CLI_HELP_FAILED;
	t->plan = plan;
	t->since_us = now_mono_us();
	(void)sigaction(SIGINT, &once, NULL);
	(void)sigaction(SIGTERM, &once, NULL);
	(void)fflush(stdout); /* the jobs are forked: nothing must be printed twice */
	ok = warm_run(plan, count, t, &err);
	if (isatty(STDERR_FILENO))
		(void)fprintf(stderr, "\n");
	if (!ok)
		(void)fprintf(stderr, "limner: warm: %s\n", err.say);
	else
		print_summary(t);
	ok = ok && t->failed == 0 && t->done == plan->count;
	free(t);
	return ok ? 0 : CLI_HELP_FAILED;
}

/* Read the command line. False: it makes no sense. */
static bool
understand(int argc, char *argv[], struct options *ret)
{
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;

		if (strcmp(argv[i], "-") == 0 || argv[i][0] != '-') {
			if (ret->list != NULL)
				return false;
			ret->list = argv[i];
			continue;
		}
		if (value == NULL)
			return false;
		if (strcmp(argv[i], "--base") == 0)
			ret->base = value;
		else if (strcmp(argv[i], "--accept") == 0)
			ret->accept = value;
		else if (strcmp(argv[i], "--jobs") != 0 ||
			 !text_to_int(value, 1, WARM_JOBS_MAX, &ret->jobs))
			return false;
		i++;
	}
	return ret->list != NULL;
}

int
cli_warm(int argc, char *argv[], struct config *cfg)
{
	struct options o = { .base = "", .accept = "", .jobs = 4 };
	struct buf list = BUF_INIT(LIST_MAX), urls = BUF_INIT(LIST_MAX);
	struct warm_plan plan = { .timeout_ms = TIMEOUT_MS };
	const char **pointers = NULL;
	struct err err = { 0 };
	int status = CLI_HELP_FAILED;

	(void)cfg;
	if (!understand(argc, argv, &o))
		return cli_help_usage(CLI_HELP_WARM);
	if (!buf_add_file(&list, o.list, &err) ||
		!split_list(&list, o.base, &urls, &plan.count, &err)) {
		(void)fprintf(stderr, "limner: warm: %s\n", err.say);
		goto out;
	}
	pointers = point(&urls, plan.count);
	plan.urls = pointers;
	plan.jobs = (int)o.jobs;
	plan.accept = o.accept;
	if (pointers != NULL)
		status = warm(&plan);
out:
	free(pointers);
	buf_done(&urls);
	buf_done(&list);
	return status;
}
