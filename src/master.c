#include "master.h"

#include "base/log.h"
#include "base/now.h"
#include "base/text.h"
#include "server.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define YOUNG_US     1000000u  /* a worker that fails before this age is not replaced at once */
#define PAUSE_MIN_US 100000u   /* first pause; it doubles */
#define PAUSE_MAX_US 10000000u /* last one */

/* ------------------------------------------------------------------ the socket */

static bool
failed(struct err *err, const char *what)
{
	int code = errno;

	(void)err_set(err, ERR_INTERNAL, "%s", "");
	return err_detail(err, "%s: %s", what, strerror(code));
}

static bool
wrong(struct err *err, const char *where)
{
	(void)err_set(err, ERR_INTERNAL, "%s", "");
	return err_detail(
		err, "\"%s\" is not unix:PATH, tcp:ADDRESS:PORT or tcp:[ADDRESS]:PORT", where);
}

/* Remove a socket file nobody listens on any more. What is no socket is never removed. */
static bool
remove_stale(const struct sockaddr_un *at, struct err *err)
{
	struct stat st;
	int fd;
	bool used;

	if (lstat(at->sun_path, &st) != 0)
		return errno == ENOENT || failed(err, at->sun_path);
	if (!S_ISSOCK(st.st_mode)) {
		errno = ENOTSOCK;
		return failed(err, at->sun_path);
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return failed(err, "socket");
	used = connect(fd, (const struct sockaddr *)at, sizeof *at) == 0 || errno != ECONNREFUSED;
	(void)close(fd);
	if (used) {
		errno = EADDRINUSE;
		return failed(err, at->sun_path);
	}
	return unlink(at->sun_path) == 0 || failed(err, at->sun_path);
}

static bool
listen_unix(const char *path, int *ret_fd, struct err *err)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	mode_t before;
	int fd, bound;

	if (path[0] == '\0' || strlen(path) >= sizeof at.sun_path) {
		errno = path[0] == '\0' ? EINVAL : ENAMETOOLONG;
		return failed(err, "socket's path");
	}
	memcpy(at.sun_path, path, strlen(path) + 1);
	if (!remove_stale(&at, err))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return failed(err, "socket");
	before = umask(0117); /* owner and group: the web server joins the group */
	bound = bind(fd, (const struct sockaddr *)&at, sizeof at);
	(void)umask(before);
	if (bound != 0 || listen(fd, SOMAXCONN) != 0) {
		(void)failed(err, path);
		(void)close(fd);
		return false;
	}
	*ret_fd = fd;
	return true;
}

static bool
listen_tcp(const char *where, const char *address, int *ret_fd, struct err *err)
{
	const struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
	};
	struct addrinfo *info = NULL;
	const char *colon = strrchr(address, ':');
	const int on = 1;
	char host[64];
	int64_t port;
	size_t n;
	int fd;
	bool ok = false;

	/* getaddrinfo would take 80000 for 14464 */
	if (colon == NULL || colon == address || !text_to_int(colon + 1, 0, 65535, &port))
		return wrong(err, where);
	n = (size_t)(colon - address);
	if (address[0] == '[' && address[n - 1] == ']') {
		address++;
		n -= 2;
	} else if (memchr(address, ':', n) != NULL) {
		return wrong(
			err, where); /* of 2001:db8::1:9000 nobody knows where the port begins */
	}
	if (n == 0 || n >= sizeof host)
		return wrong(err, where);
	memcpy(host, address, n);
	host[n] = '\0';
	/* glibc takes * for all addresses; 0.0.0.0 and [::] say so aloud */
	if (strcmp(host, "*") == 0 || getaddrinfo(host, colon + 1, &hints, &info) != 0)
		return wrong(err, where);
	fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		(void)failed(err, "socket");
		goto out;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, info->ai_addr, info->ai_addrlen) != 0 || listen(fd, SOMAXCONN) != 0) {
		(void)failed(err, where);
		(void)close(fd);
		goto out;
	}
	*ret_fd = fd;
	ok = true;
out:
	freeaddrinfo(info);
	return ok;
}

bool
master_listen(const char *where, int *ret_fd, struct err *err)
{
	if (strncmp(where, "unix:", 5) == 0)
		return listen_unix(where + 5, ret_fd, err);
	if (strncmp(where, "tcp:", 4) == 0)
		return listen_tcp(where, where + 4, ret_fd, err);
	return wrong(err, where);
}

void
master_close(int fd)
{
	struct sockaddr_un at = { .sun_family = AF_UNSPEC };
	socklen_t n = sizeof at;

	if (getsockname(fd, (struct sockaddr *)&at, &n) == 0 && at.sun_family == AF_UNIX &&
		n > offsetof(struct sockaddr_un, sun_path) && n <= sizeof at &&
		at.sun_path[0] != '\0')
		(void)unlink(at.sun_path);
	(void)close(fd);
}

/* ------------------------------------------------------------------ the workers */

struct worker {
	pid_t pid;         /* 0: none runs */
	uint64_t born_us;  /* now_mono_us's clock, as is */
	uint64_t due_us;   /* when the next may start */
	uint64_t pause_us; /* before the next one, when this one dies young */
};

struct master {
	const struct config *cfg; /* borrowed */
	int fd;                   /* borrowed */
	struct worker *workers;   /* owned; count of them */
	size_t count;
	sigset_t signals; /* what the master waits for */
	sigset_t before;  /* the mask it was started with: the workers' */
	int stops;        /* signals to stop so far */
};

static _Noreturn void
work(const struct master *m, pid_t master)
{
	/* a master that dies by force takes its workers with it, but not the answers in hand */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != master)
		_exit(1);
	(void)sigprocmask(SIG_SETMASK, &m->before, NULL);
	_exit(server_fcgi(m->cfg, m->fd, m->cfg->max_requests));
}

static void
start(struct master *m, struct worker *w, uint64_t now_us)
{
	pid_t master = getpid();
	pid_t pid = fork();

	if (pid == 0)
		work(m, master);
	w->born_us = now_us;
	if (pid > 0) {
		w->pid = pid;
		return;
	}
	log_event("failed", "fork: %s", strerror(errno));
	w->due_us = now_us + PAUSE_MAX_US;
}

/* Note that a worker ended, and when the next may start. */
static void
ended(const struct master *m, struct worker *w, int status, uint64_t now_us)
{
	bool well = WIFEXITED(status) && WEXITSTATUS(status) == 0;

	if (!well && WIFSIGNALED(status))
		log_event("worker-ended", "process %d by signal %d", (int)w->pid, WTERMSIG(status));
	else if (!well)
		log_event("worker-ended", "process %d with status %d", (int)w->pid,
			WEXITSTATUS(status));
	w->pid = 0;
	w->due_us = now_us;
	if (well || m->stops > 0 || now_us - w->born_us >= YOUNG_US) {
		w->pause_us = PAUSE_MIN_US;
		return;
	}
	w->due_us += w->pause_us;
	w->pause_us = w->pause_us * 2 < PAUSE_MAX_US ? w->pause_us * 2 : PAUSE_MAX_US;
}

static void
reap(struct master *m)
{
	for (size_t i = 0; i < m->count; i++) {
		struct worker *w = &m->workers[i];
		int status = 0;

		/* each by its own number: other children are not ours to reap */
		if (w->pid > 0 && waitpid(w->pid, &status, WNOHANG) == w->pid)
			ended(m, w, status, now_mono_us());
	}
}

/* Start what is due. Returns how long to sleep until the next is, in microseconds. */
static uint64_t
fill(struct master *m)
{
	uint64_t now_us = now_mono_us(), sleep_us = 60 * PAUSE_MAX_US;

	for (size_t i = 0; i < m->count; i++) {
		struct worker *w = &m->workers[i];

		if (w->pid == 0 && w->due_us <= now_us)
			start(m, w, now_us);
		if (w->pid == 0 && w->due_us - now_us < sleep_us)
			sleep_us = w->due_us - now_us;
	}
	return sleep_us;
}

static bool
any_runs(const struct master *m)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->workers[i].pid > 0)
			return true;
	return false;
}

static void
stop(struct master *m, int sig)
{
	m->stops++;
	log_event("stop",
		m->stops == 1 ? "signal %d: answers in hand are finished"
			      : "signal %d again: workers are killed",
		sig);
	for (size_t i = 0; i < m->count; i++)
		if (m->workers[i].pid > 0)
			(void)kill(m->workers[i].pid, m->stops == 1 ? SIGTERM : SIGKILL);
}

static void
run(struct master *m)
{
	uint64_t sleep_us = 60 * PAUSE_MAX_US;

	for (;;) {
		struct timespec t;
		int sig;

		reap(m);
		if (m->stops == 0)
			sleep_us = fill(m);
		else if (!any_runs(m))
			return;
		t.tv_sec = (time_t)(sleep_us / 1000000);
		t.tv_nsec = (long)(sleep_us % 1000000) * 1000;
		sig = sigtimedwait(&m->signals, NULL, &t);
		if (sig == SIGTERM || sig == SIGINT || sig == SIGQUIT)
			stop(m, sig);
	}
}

int
master_run(const struct config *cfg, int fd)
{
	struct master m = { .cfg = cfg, .fd = fd };

	m.count = cfg->workers > 0 ? (size_t)cfg->workers : 1;
	m.workers = calloc(m.count, sizeof m.workers[0]);
	if (m.workers == NULL) {
		log_event("failed", "no memory");
		return 1;
	}
	for (size_t i = 0; i < m.count; i++)
		m.workers[i].pause_us = PAUSE_MIN_US;
	(void)sigemptyset(&m.signals);
	(void)sigaddset(&m.signals, SIGTERM);
	(void)sigaddset(&m.signals, SIGINT);
	(void)sigaddset(&m.signals, SIGQUIT);
	(void)sigaddset(&m.signals, SIGHUP);
	(void)sigaddset(&m.signals, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &m.signals, &m.before);
	(void)signal(
		SIGCHLD, SIG_DFL); /* a parent that ignored it would leave us nothing to reap */
	log_event("start", "%zu workers", m.count);
	run(&m);
	log_event("end", "all workers have ended");
	free(m.workers);
	return 0;
}
