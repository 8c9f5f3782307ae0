/* A worker in a process of its own, and a web server's side of FastCGI written here. */
#include "base/buf.h"
#include "judged.h"
#include "master.h"
#include "server.h"
#include "suites.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BEGIN = 1, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6 }; /* types of records */

static struct config cfg;
static struct sockaddr_un at;
static pid_t worker;

/* Start a worker on a socket of its own. */
static void
start_worker(int32_t max_requests)
{
	char where[128];
	struct err err = { 0 };
	int fd = -1;

	memset(&cfg, 0, sizeof cfg);
	cfg.origin_count = 1;
	cfg.origins[0].policy.deadline_ms = 8000;
	(void)snprintf(cfg.origins[0].mount, sizeof cfg.origins[0].mount, "/img/");
	(void)snprintf(cfg.origins[0].root, sizeof cfg.origins[0].root, "/");
	at.sun_family = AF_UNIX;
	(void)snprintf(at.sun_path, sizeof at.sun_path, "/tmp/limner-test.%d", (int)getpid());
	(void)snprintf(where, sizeof where, "unix:%s", at.sun_path);
	ck_assert_msg(master_listen(where, &fd, &err), "%s", err.detail);
	worker = fork();
	ck_assert_int_ge(worker, 0);
	if (worker == 0) {
		(void)alarm(30); /* nothing is left over, whatever goes wrong */
		_exit(server_fcgi(&cfg, fd, max_requests));
	}
	(void)close(fd);
}

/* Wait at most so long for the worker's end. Returns its exit status, or -1 if it did not end. */
static int
end_worker(int wait_ms)
{
	int status = -1;

	for (int ms = 0; ms < wait_ms; ms += 10) {
		if (waitpid(worker, &status, WNOHANG) == worker) {
			(void)unlink(at.sun_path);
			return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
		}
		(void)usleep(10000);
	}
	(void)kill(worker, SIGKILL);
	(void)waitpid(worker, &status, 0);
	(void)unlink(at.sun_path);
	return -1;
}

static int
join(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct timeval most = { .tv_sec = 1, .tv_usec = 500000 };

	ck_assert_int_eq(connect(fd, (const struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most), 0);
	return fd;
}

static void
record(struct buf *out, unsigned char type, const void *bytes, size_t n)
{
	const unsigned char head[8] = { 1, type, 0, 1, (unsigned char)(n >> 8), (unsigned char)n };
	struct err err;

	ck_assert(buf_add(out, head, sizeof head, &err) && buf_add(out, bytes, n, &err));
}

static void
pair(struct buf *out, const char *name, const char *value)
{
	const unsigned char lengths[2] = { (unsigned char)strlen(name),
		(unsigned char)strlen(value) };
	struct err err;

	ck_assert(buf_add(out, lengths, 2, &err) && buf_adds(out, name, &err) &&
		  buf_adds(out, value, &err));
}

/* Send a request; its body has body_len bytes. */
static void
ask(int fd, const char *method, const char *uri, bool keep, size_t body_len)
{
	const unsigned char begin[8] = { 0, 1, keep ? 1 : 0 };
	static const unsigned char body[4096];
	struct buf out = BUF_INIT(1U << 20), params = BUF_INIT(4096);

	pair(&params, "REQUEST_METHOD", method);
	pair(&params, "REQUEST_URI", uri);
	record(&out, BEGIN, begin, sizeof begin);
	record(&out, PARAMS, params.bytes, params.len);
	record(&out, PARAMS, "", 0);
	for (size_t n = 0; n < body_len; n += sizeof body)
		record(&out, STDIN, body, sizeof body);
	record(&out, STDIN, "", 0);
	ck_assert_int_eq(send(fd, out.bytes, out.len, MSG_NOSIGNAL), (ssize_t)out.len);
	buf_done(&out);
	buf_done(&params);
}

static bool
take(int fd, void *bytes, size_t n)
{
	unsigned char *to = bytes;

	for (ssize_t got; n > 0; n -= (size_t)got, to += got) {
		got = recv(fd, to, n, 0);
		if (got <= 0)
			return false;
	}
	return true;
}

/* Read an answer. Returns its status; 0 when it did not come whole, with FCGI_END_REQUEST. */
static int
answer(int fd)
{
	unsigned char head[8], trash[256];
	struct buf out = BUF_INIT(1U << 20);
	struct err err;
	int status = 0;

	while (take(fd, head, sizeof head)) {
		size_t n = (size_t)head[4] << 8 | head[5];

		ck_assert(buf_reserve(&out, n, &err));
		if (!take(fd, out.bytes + out.len, n) || !take(fd, trash, head[6]))
			break;
		if (head[1] == END) {
			if (sscanf(buf_text(&out), "Status: %d", &status) != 1)
				status = -1;
			judged(buf_text(&out), out.len, JUDGED_BROKEN_OFF);
			break;
		}
		if (head[1] == STDOUT)
			out.len += n;
		out.bytes[out.len] = '\0';
	}
	buf_done(&out);
	return status;
}

static bool
closed(int fd)
{
	char c;

	return recv(fd, &c, 1, 0) == 0;
}

START_TEST(keeps_a_connection_when_asked_to)
{
	int fd;

	start_worker(0);
	fd = join();
	for (int i = 0; i < 3; i++) {
		ask(fd, "GET", "/img/-/health", true, 0);
		ck_assert_int_eq(answer(fd), 200);
	}
	/* a body nobody asked for is not taken for the next request */
	ask(fd, "POST", "/img/a.jpg", true, 100000);
	ck_assert_int_eq(answer(fd), 405);
	ask(fd, "GET", "/img/-/health", false, 0);
	ck_assert_int_eq(answer(fd), 200);
	ck_assert(closed(fd));
	(void)close(fd);
	(void)kill(worker, SIGTERM);
	ck_assert_int_eq(end_worker(3000), 0);
}
END_TEST

START_TEST(lets_an_idle_connection_go_for_a_new_one)
{
	int first, second;

	start_worker(0);
	first = join();
	ask(first, "GET", "/img/-/health", true, 0);
	ck_assert_int_eq(answer(first), 200);
	second = join();
	ask(second, "GET", "/img/-/health", true, 0);
	ck_assert_int_eq(answer(second), 200);
	ck_assert(closed(first));
	(void)close(first);
	(void)close(second);
	(void)kill(worker, SIGTERM);
	ck_assert_int_eq(end_worker(3000), 0);
}
END_TEST

START_TEST(serves_both_when_others_wait)
{
	int first, second;

	start_worker(0);
	first = join();
	ask(first, "GET", "/img/-/health", true, 0);
	ck_assert_int_eq(answer(first), 200);
	(void)kill(worker, SIGSTOP);
	ask(first, "GET", "/img/-/health", true, 0);
	second = join();
	ask(second, "GET", "/img/-/health", true, 0);
	(void)kill(worker, SIGCONT);
	ck_assert_int_eq(answer(first), 200);
	ck_assert(closed(first));
	ck_assert_int_eq(answer(second), 200);
	(void)close(first);
	(void)close(second);
	(void)kill(worker, SIGTERM);
	ck_assert_int_eq(end_worker(3000), 0);
}
END_TEST

START_TEST(leaves_on_a_signal)
{
	static const int rows[] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1 };
	int fd;

	start_worker(0);
	fd = join(); /* idle, with a connection kept */
	ask(fd, "GET", "/img/-/health", true, 0);
	ck_assert_int_eq(answer(fd), 200);
	(void)kill(worker, rows[_i]);
	ck_assert_msg(end_worker(3000) == 0, "signal %d", rows[_i]);
	ck_assert(closed(fd));
	(void)close(fd);
}
END_TEST

START_TEST(answers_what_came_before_the_signal)
{
	int fd;

	start_worker(0);
	fd = join();
	ask(fd, "GET", "/img/-/health", true, 0);
	ck_assert_int_eq(answer(fd), 200);
	(void)kill(worker, SIGSTOP);
	(void)close(fd);
	fd = join();
	(void)kill(worker, SIGCONT);
	(void)usleep(100000); /* accepted, nothing sent yet */
	(void)kill(worker, SIGTERM);
	(void)usleep(100000);
	ask(fd, "GET", "/img/-/health", true, 0);
	ck_assert_int_eq(answer(fd), 200);
	ck_assert(closed(fd));
	(void)close(fd);
	ck_assert_int_eq(end_worker(3000), 0);
}
END_TEST

/* Nobody else will take them when the socket ends with this process. */
START_TEST(serves_who_waits_before_it_leaves)
{
	int fds[3];

	start_worker(0);
	fds[0] = join();
	ask(fds[0], "GET", "/img/-/health", true, 0);
	ck_assert_int_eq(answer(fds[0]), 200);
	(void)close(fds[0]);
	(void)kill(worker, SIGSTOP);
	for (int i = 0; i < 3; i++) {
		fds[i] = join();
		ask(fds[i], "GET", "/img/-/health", false, 0);
	}
	(void)kill(worker, SIGTERM);
	(void)kill(worker, SIGCONT);
	for (int i = 0; i < 3; i++) {
		ck_assert_msg(answer(fds[i]) == 200, "who waited as number %d", i + 1);
		(void)close(fds[i]);
	}
	ck_assert_int_eq(end_worker(3000), 0);
}
END_TEST

START_TEST(is_not_held_by_a_silent_peer)
{
	int fd;

	start_worker(0);
	fd = join();
	(void)usleep(100000);
	(void)kill(worker, SIGTERM);
	ck_assert_int_eq(end_worker(3000), 0);
	(void)close(fd);
}
END_TEST

START_TEST(drops_what_is_not_fastcgi)
{
	static const char http[] = "GET /img/a.jpg HTTP/1.1\r\nHost: a\r\n\r\n";
	int fd;

	start_worker(0);
	fd = join();
	ck_assert_int_eq(send(fd, http, sizeof http - 1, MSG_NOSIGNAL), (ssize_t)sizeof http - 1);
	ck_assert(closed(fd));
	(void)close(fd);
	fd = join();
	ask(fd, "GET", "/img/-/health", false, 0);
	ck_assert_int_eq(answer(fd), 200);
	(void)close(fd);
	(void)kill(worker, SIGTERM);
	ck_assert_int_eq(end_worker(3000), 0);
}
END_TEST

START_TEST(leaves_after_so_many_requests)
{
	int fd;

	start_worker(3);
	fd = join();
	for (int i = 0; i < 3; i++) {
		ask(fd, "GET", "/img/-/health", true, 0);
		ck_assert_int_eq(answer(fd), 200);
	}
	ck_assert(closed(fd));
	(void)close(fd);
	ck_assert_int_eq(end_worker(3000), 0);
}
END_TEST

Suite *
suite_server(void)
{
	Suite *s = suite_create("server");
	TCase *t = tcase_create("fastcgi");

	tcase_set_timeout(t, 30);
	tcase_add_test(t, keeps_a_connection_when_asked_to);
	tcase_add_test(t, lets_an_idle_connection_go_for_a_new_one);
	tcase_add_test(t, serves_both_when_others_wait);
	tcase_add_loop_test(t, leaves_on_a_signal, 0, 5);
	tcase_add_test(t, answers_what_came_before_the_signal);
	tcase_add_test(t, serves_who_waits_before_it_leaves);
	tcase_add_test(t, is_not_held_by_a_silent_peer);
	tcase_add_test(t, drops_what_is_not_fastcgi);
	tcase_add_test(t, leaves_after_so_many_requests);
	suite_add_tcase(s, t);
	return s;
}
