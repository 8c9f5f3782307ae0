#include "cell.h"

#include "base/now.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What goes to the child, one message; the original's bytes lie in the `in` memory file. */
struct cell_job {
	struct image_info info;
	struct plan plan;
	uint64_t bytes;
	uint64_t seconds; /* processor time this picture may take */
};

/* What comes back; the result's bytes lie in the `out` memory file. */
struct cell_outcome {
	bool ok;
	struct err err;
	struct image_made made;
	uint64_t bytes;
};

/* ------------------------------------------------------------------ the child */

static void
limit(int what, rlim_t soft, rlim_t hard)
{
	struct rlimit r = { soft, hard };

	(void)setrlimit(what, &r);
}

/* Address space in use; the limit is laid on top, so shared libraries do not count. */
static uint64_t
address_space(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f != NULL) {
		if (fscanf(f, "%lu", &pages) != 1)
			pages = 0;
		(void)fclose(f);
	}
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void
close_but(const int *keep, size_t n)
{
	unsigned from = 3;

	/* keep is sorted: close the gaps between, so no connection of the worker's stays open here
	 */
	for (size_t i = 0; i <= n; i++) {
		unsigned until = i < n ? (unsigned)keep[i] : UINT_MAX;

		if (until > from)
			(void)close_range(from, i < n ? until - 1 : until, 0);
		from = until + 1;
	}
}

static int
compare_ints(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

static void
confine(const struct cell *c, pid_t parent)
{
	int keep[3] = { c->socket, c->in, c->out };
	int null = open("/dev/null", O_RDWR);
	uint64_t space = address_space();
	sigset_t none;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(1);
	(void)prctl(PR_SET_NAME, "limner-cell");
	/* A stop reaches the whole group; the answer in hand is finished, so only the worker
	 * decides. */
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGQUIT, SIG_IGN);
	(void)signal(SIGUSR1, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (null >= 0) {
		(void)dup2(null, 0);
		(void)dup2(null, 1);
#ifndef __SANITIZE_ADDRESS__
		/* libjxl complains of strangers' pictures there, a line for each */
		(void)dup2(null, 2);
#endif
	}
	qsort(keep, 3, sizeof keep[0], compare_ints);
	close_but(keep, 3);
	/* decoders of AVIF and HEIC start a thread per processor: an arena for each would use the
	 * limit up */
	(void)mallopt(M_ARENA_MAX, 1);
	limit(RLIMIT_CORE, 0, 0);
	limit(RLIMIT_NOFILE, 32, 32);
	if (space > 0)
		limit(RLIMIT_AS, space + c->cfg->cell_memory_bytes,
			space + c->cfg->cell_memory_bytes);
	limit(RLIMIT_FSIZE, c->cfg->cell_memory_bytes, c->cfg->cell_memory_bytes);
}

static bool
write_all(int fd, const unsigned char *bytes, size_t n)
{
	size_t done = 0;
	ssize_t k;

	while (done < n) {
		k = pwrite(fd, bytes + done, n - done, (off_t)done);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		done += (size_t)k;
	}
	return true;
}

static void
do_job(const struct cell *c, const struct cell_job *job, struct cell_outcome *outcome)
{
	struct buf result = BUF_INIT(c->cfg->cell_memory_bytes);
	struct rusage used;
	void *bytes;

	memset(outcome, 0, sizeof *outcome);
	if (getrusage(RUSAGE_SELF, &used) == 0)
		limit(RLIMIT_CPU,
			(rlim_t)used.ru_utime.tv_sec + (rlim_t)used.ru_stime.tv_sec + job->seconds +
				2,
			RLIM_INFINITY);
	bytes = mmap(NULL, job->bytes, PROT_READ, MAP_SHARED, c->in, 0);
	if (bytes == MAP_FAILED) {
		(void)err_set(&outcome->err, ERR_MEMORY, "%s", "");
		return;
	}
	outcome->ok = image_render(
		bytes, job->bytes, &job->info, &job->plan, &result, &outcome->made, &outcome->err);
	(void)munmap(bytes, job->bytes);
	if (outcome->ok && !write_all(c->out, result.bytes, result.len)) {
		outcome->ok = false;
		(void)err_set(&outcome->err, ERR_MEMORY, "%s", "");
	}
	outcome->bytes = result.len;
	buf_done(&result);
}

static _Noreturn void
live(const struct cell *c, pid_t parent)
{
	struct cell_job job;
	struct cell_outcome outcome;
	ssize_t n;

	confine(c, parent);
	for (;;) {
		n = recv(c->socket, &job, sizeof job, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n != (ssize_t)sizeof job)
			_exit(0);
		do_job(c, &job, &outcome);
		if (send(c->socket, &outcome, sizeof outcome, MSG_NOSIGNAL) !=
			(ssize_t)sizeof outcome)
			_exit(1);
	}
}

/* ----------------------------------------------------------------- the worker */

void
cell_open(struct cell *c, const struct config *cfg)
{
	*c = (struct cell){ .cfg = cfg, .socket = -1, .in = -1, .out = -1 };
}

/* Let go of the child: kill it if it must not go on, and tell how it ended. */
static int
bury(struct cell *c, bool kill_it)
{
	int status = 0;

	if (c->socket >= 0)
		(void)close(c->socket);
	if (c->in >= 0)
		(void)close(c->in);
	if (c->out >= 0)
		(void)close(c->out);
	if (c->pid > 0) {
		if (kill_it)
			(void)kill(c->pid, SIGKILL);
		while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	cell_open(c, c->cfg);
	return status;
}

static bool
spawn(struct cell *c, struct err *err)
{
	int pair[2] = { -1, -1 };
	pid_t parent = getpid();

	c->in = memfd_create("limner-original", MFD_CLOEXEC);
	c->out = memfd_create("limner-result", MFD_CLOEXEC);
	if (c->in < 0 || c->out < 0 ||
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		goto fail;
	c->pid = fork();
	if (c->pid < 0) {
		c->pid = 0;
		goto fail;
	}
	if (c->pid == 0) {
		c->socket = pair[1];
		live(c, parent);
	}
	(void)close(pair[1]);
	c->socket = pair[0];
	return true;
fail:
	(void)err_set(err, ERR_CRASHED, "%s", "");
	(void)err_detail(err, "no cell: %s", strerror(errno));
	for (int i = 0; i < 2; i++)
		if (pair[i] >= 0)
			(void)close(pair[i]);
	(void)bury(c, false);
	return false;
}

/* The child is gone: say what that means for the picture. */
static bool
fell(struct cell *c, struct err *err)
{
	int status = bury(c, true);
	int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	/* Nobody here sent a SIGKILL, so it was the kernel, out of memory. */
	(void)err_set(err,
		sig == SIGKILL   ? ERR_MEMORY
		: sig == SIGXCPU ? ERR_LATE
				 : ERR_CRASHED,
		"%s", "");
	return err_detail(err, "cell ended: signal %d, exit %d", sig,
		WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* Wait for the outcome. */
static bool
await(struct cell *c, const struct gateway *peer, uint64_t deadline_us,
	struct cell_outcome *outcome, struct err *err)
{
	struct pollfd p = { .fd = c->socket, .events = POLLIN };
	int left, n;

	for (;;) {
		left = now_left_ms(deadline_us);
		n = poll(&p, 1, gateway_wait_ms(peer, left));
		if (n > 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (gateway_gone(peer)) {
			(void)bury(c, true);
			return err_set(err, ERR_PEER_GONE, "%s", "");
		}
		if (n == 0 && left > 0)
			continue;
		(void)bury(c, true);
		return err_set(err, ERR_LATE, "%s", "");
	}
	if (recv(c->socket, outcome, sizeof *outcome, 0) != (ssize_t)sizeof *outcome)
		return fell(c, err);
	return true;
}

static bool
read_result(struct cell *c, uint64_t n, struct buf *ret, struct err *err)
{
	size_t done = 0;
	ssize_t k;

	if (n > ret->limit) {
		(void)err_set(err, ERR_MEMORY, "%s", "");
		return err_detail(err, "result of %llu bytes", (unsigned long long)n);
	}
	buf_reset(ret);
	if (!buf_reserve(ret, (size_t)n, err))
		return false;
	while (done < n) {
		k = pread(c->out, ret->bytes + done, (size_t)n - done, (off_t)done);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0) {
			(void)err_set(err, ERR_CRASHED, "%s", "");
			return err_detail(err, "result cut short");
		}
		done += (size_t)k;
	}
	ret->len = (size_t)n;
	ret->bytes[ret->len] = '\0';
	return true;
}

static bool
hand_over(struct cell *c, const struct cell_job *job, const unsigned char *bytes, struct err *err)
{
	if (ftruncate(c->in, 0) < 0 || !write_all(c->in, bytes, (size_t)job->bytes)) {
		(void)err_set(err, ERR_MEMORY, "%s", "");
		return err_detail(err, "memory file: %s", strerror(errno));
	}
	if (send(c->socket, job, sizeof *job, MSG_NOSIGNAL) != (ssize_t)sizeof *job)
		return fell(c, err);
	return true;
}

bool
cell_render(struct cell *c, const unsigned char *bytes, size_t n, const struct image_info *info,
	const struct plan *plan, const struct gateway *peer, uint64_t deadline_us, struct buf *ret,
	struct image_made *ret_made, struct err *err)
{
	struct cell_job job;
	struct cell_outcome outcome;
	bool ok;

	memset(&job, 0, sizeof job);
	job.info = *info;
	job.plan = *plan;
	job.plan.deadline_us = deadline_us;
	job.bytes = n;
	job.seconds = (uint64_t)now_left_ms(deadline_us) / 1000u;
	/* A child that died while idle is found out here, not by the picture that comes next. */
	if (c->pid > 0 && waitpid(c->pid, NULL, WNOHANG) == c->pid) {
		c->pid = 0;
		(void)bury(c, false);
	}
	if (c->pid > 0 && c->pictures >= c->cfg->cell_pictures)
		cell_close(c);
	if (c->pid == 0 && !spawn(c, err))
		return false;
	if (!hand_over(c, &job, bytes, err) || !await(c, peer, deadline_us, &outcome, err))
		return false;
	c->pictures++;
	ok = outcome.ok;
	*ret_made = outcome.made;
	if (!ok)
		*err = outcome.err;
	else
		ok = read_result(c, outcome.bytes, ret, err);
	/* Give the memory back now: a worker may be idle for long. */
	if (ftruncate(c->in, 0) < 0 || ftruncate(c->out, 0) < 0)
		cell_close(c);
	return ok;
}

void
cell_close(struct cell *c)
{
	if (c->pid > 0 || c->socket >= 0)
		(void)bury(c, true);
}
