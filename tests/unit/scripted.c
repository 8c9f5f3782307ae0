#include "scripted.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Nothing here may use Check: a child that asserted would be a second test program. */
static void
send_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return;
		bytes += sent;
		n -= (size_t)sent;
	}
}

static void
await(int fd, int heard)
{
	static const char end[] = "\r\n\r\n";
	size_t at = 0;
	char c;

	/* byte by byte, so that what follows stays in the socket for the next await */
	while (at < sizeof end - 1 && read(fd, &c, 1) == 1) {
		at = c == end[at] ? at + 1 : c == end[0] ? 1 : 0;
		if (write(heard, &c, 1) != 1)
			return;
	}
}

static void
reset(int fd)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	(void)close(fd);
}

static void
fill(int fd, int n)
{
	char piece[1024];

	memset(piece, 'x', sizeof piece);
	for (; n > 0; n -= (int)sizeof piece)
		send_all(fd, piece, n < (int)sizeof piece ? (size_t)n : sizeof piece);
}

static void
play(int listener, int heard, const struct scripted_step *step)
{
	int fd = -1;

	for (;; step++) {
		const struct timespec time = { step->n / 1000, (long)(step->n % 1000) * 1000000 };

		switch (step->verb) {
		case SCRIPTED_END:
			for (;;)
				(void)pause();
		case SCRIPTED_ACCEPT:
			if (fd >= 0)
				(void)close(fd);
			fd = accept(listener, NULL, NULL);
			break;
		case SCRIPTED_AWAIT:
			await(fd, heard);
			break;
		case SCRIPTED_SEND:
			send_all(fd, step->text, strlen(step->text));
			break;
		case SCRIPTED_FILL:
			fill(fd, step->n);
			break;
		case SCRIPTED_PAUSE:
			(void)nanosleep(&time, NULL);
			break;
		case SCRIPTED_RESET:
			reset(fd);
			fd = -1;
			break;
		case SCRIPTED_CLOSE:
			(void)close(fd);
			fd = -1;
			break;
		}
	}
}

void
scripted_start(struct scripted *s, const struct scripted_step *steps)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), ends[2];

	memset(s, 0, sizeof *s);
	ck_assert_int_ge(listener, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(listen(listener, 8), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&at, &len), 0);
	ck_assert_int_eq(pipe(ends), 0);
	s->port = ntohs(at.sin_port);
	s->heard = ends[0];
	s->pid = fork();
	ck_assert_int_ge(s->pid, 0);
	if (s->pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)close(ends[0]);
		play(listener, ends[1], steps);
		_exit(0);
	}
	(void)close(ends[1]);
	(void)close(listener);
}

void
scripted_stop(struct scripted *s)
{
	size_t len = 0;
	ssize_t n;

	if (s->pid <= 0)
		return;
	(void)kill(s->pid, SIGKILL);
	(void)waitpid(s->pid, NULL, 0);
	s->pid = 0;
	while (len < sizeof s->text - 1) {
		n = read(s->heard, s->text + len, sizeof s->text - 1 - len);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	s->text[len] = '\0';
	(void)close(s->heard);
}
