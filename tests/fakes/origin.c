/*
 * An origin that misbehaves in one way, whatever it is asked for.
 *
 *   origin MODE [FILE]
 *
 *   ok          answers with FILE (without one: 100000 bytes of "x"), as S3 would
 *   cut         promises all of it, sends half and closes
 *   stall       promises all of it, sends half and falls silent
 *   slow        says nothing at all
 *   reset-once  resets the first connection, then as ok
 *   503         answers as S3 does when it has too much to do
 *
 * Prints its port on 127.0.0.1, then a line per request: the connection's number, method and
 * path, and "if-none-match" or "range" if these were sent. Runs until it is killed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum mode { OK, CUT, STALL, SLOW, RESET_ONCE, BUSY, MODES };

static const char *const names[] = { "ok", "cut", "stall", "slow", "reset-once", "503" };

static char *body;
static size_t body_len;

static bool
send_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		bytes += sent;
		n -= (size_t)sent;
	}
	return true;
}

/* Read one request's head. False when the client is gone. */
static bool
read_head(int fd, char *ret, size_t size)
{
	size_t n = 0;

	while (n + 1 < size && read(fd, ret + n, 1) == 1) {
		ret[++n] = '\0';
		if (n >= 4 && strcmp(ret + n - 4, "\r\n\r\n") == 0)
			return true;
	}
	return false;
}

static void
note(int connection, const char *head)
{
	char line[2048];
	int n = snprintf(line, sizeof line, "%d %.*s%s%s\n", connection, (int)strcspn(head, "\r"),
		head, strcasestr(head, "\r\nif-none-match:") != NULL ? " if-none-match" : "",
		strcasestr(head, "\r\nrange:") != NULL ? " range" : "");

	/* one write: children share the output */
	if (n > 0 && n < (int)sizeof line)
		(void)!write(STDOUT_FILENO, line, (size_t)n);
}

/* Promise the whole body, send n bytes of it. */
static bool
answer(int fd, bool head_only, size_t n)
{
	char head[512];
	int len = snprintf(head, sizeof head,
		"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nETag: \"0123456789abcdef\"\r\n"
		"Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: %zu\r\n\r\n",
		body_len);

	return send_all(fd, head, (size_t)len) && (head_only || send_all(fd, body, n));
}

static void
serve(int fd, int connection, enum mode mode)
{
	static const char busy[] =
		"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/xml\r\n"
		"Content-Length: 36\r\n\r\n<Error><Code>SlowDown</Code></Error>";
	char head[16384];

	while (read_head(fd, head, sizeof head)) {
		bool head_only = strncmp(head, "HEAD ", 5) == 0;

		note(connection, head);
		if (mode == CUT || mode == STALL)
			(void)answer(fd, head_only, body_len / 2);
		if (mode == CUT)
			return;
		while (mode == SLOW || mode == STALL)
			(void)pause();
		if (!(mode == BUSY ? send_all(fd, busy, sizeof busy - 1)
				   : answer(fd, head_only, body_len)))
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

static bool
load(const char *path)
{
	FILE *f = path != NULL ? fopen(path, "rb") : NULL;
	long size = 100000;

	if (path != NULL && (f == NULL || fseek(f, 0, SEEK_END) != 0))
		return false;
	if (f != NULL)
		size = ftell(f);
	body_len = size > 0 ? (size_t)size : 0;
	body = malloc(body_len + 1);
	if (body == NULL)
		return false;
	memset(body, 'x', body_len);
	if (f == NULL)
		return true;
	rewind(f);
	body_len = fread(body, 1, body_len, f);
	return fclose(f) == 0;
}

static int
listen_somewhere(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 64) < 0 ||
		getsockname(fd, (struct sockaddr *)&at, &len) < 0)
		return -1;
	(void)printf("%d\n", ntohs(at.sin_port));
	(void)fflush(stdout);
	return fd;
}

int
main(int argc, char *argv[])
{
	enum mode mode = OK;
	int listener, fd;

	while (argc > 1 && mode < MODES && strcmp(argv[1], names[mode]) != 0)
		mode++;
	if (argc < 2 || argc > 3 || mode == MODES || !load(argc == 3 ? argv[2] : NULL))
		return 2;
	listener = listen_somewhere();
	if (listener < 0)
		return 1;
	(void)signal(SIGCHLD, SIG_IGN);
	for (int connection = 1;; connection++) {
		fd = accept(listener, NULL, NULL);
		if (fd < 0)
			return 1;
		if (mode == RESET_ONCE && connection == 1) {
			reset(fd);
			continue;
		}
		/* a child for each, so that a silent one holds up nobody */
		if (fork() == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			(void)close(listener);
			serve(fd, connection, mode);
			(void)shutdown(fd, SHUT_WR);
			_exit(0);
		}
		(void)close(fd);
	}
}
