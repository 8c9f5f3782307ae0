/*
 * A TCP proxy that spoils what passes, in one way, for tests against a real server.
 *
 *   proxy HOST:PORT FAULT [N]
 *
 *   pass            as it came
 *   delay N         holds each answer back for N ms
 *   trickle N       lets N bytes of an answer pass every 10 ms
 *   cut N           ends the connection after N bytes of the first answer on it
 *   reset N         resets it there
 *   shorter N       promises N bytes less than come
 *   longer N        promises N bytes more than come, and ends
 *   busy N          answers the first N requests with 503 SlowDown itself, the others pass
 *   refuse N        resets the first N connections before reading
 *   drop N          reads from the first N connections and never answers
 *   freeze N        lets N bytes of an answer pass, and nothing more ever
 *   flip N          turns a bit of the Nth byte of each body
 *   sum N           gives each answer the checksum N (CRC-32)
 *   archive         says of each object that it lies in an archive
 *   region          answers what is not signed for eu-central-1 itself: the bucket is there
 *
 * Prints its port on 127.0.0.1, then a line per connection ("connection 3") and per request
 * ("request GET /path"). Requests have no body. Runs until it is killed.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum fault {
	PASS,
	DELAY,
	TRICKLE,
	CUT,
	RESET,
	SHORTER,
	LONGER,
	BUSY,
	REFUSE,
	DROP,
	FREEZE,
	FLIP,
	SUM,
	ARCHIVE,
	REGION,
	FAULTS
};

static const char *const names[] = { "pass", "delay", "trickle", "cut", "reset", "shorter",
	"longer", "busy", "refuse", "drop", "freeze", "flip", "sum", "archive", "region" };

static enum fault fault;
static long amount;
static struct sockaddr_in server;
static long *shared_left; /* of what is counted over all connections */

/* One connection and the answer it is in. */
struct link {
	int client, upstream;
	char head[65536]; /* of the answer, until it is whole */
	size_t head_len;
	bool in_body;
	long long body_left; /* of the answer, as the server promised it */
	long long body_at;   /* of the byte that comes next */
	long passed;         /* bytes of this connection's answers */
	bool head_only;      /* the request was HEAD */
};

static void
pause_ms(long ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&time, NULL);
}

static void
say(const char *what, const char *text, size_t n)
{
	char line[2048];
	int len = snprintf(line, sizeof line, "%s %.*s\n", what, (int)n, text);

	/* one write: children share the output */
	if (len > 0 && len < (int)sizeof line)
		(void)!write(STDOUT_FILENO, line, (size_t)len);
}

static void
break_off(struct link *l, bool with_reset)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	if (with_reset)
		(void)setsockopt(l->client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	(void)close(l->client);
	_exit(0);
}

static void
hang(void)
{
	for (;;)
		(void)pause();
}

static void
send_plain(struct link *l, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(l->client, bytes, n, MSG_NOSIGNAL);

		if (sent <= 0)
			_exit(0);
		bytes += sent;
		n -= (size_t)sent;
	}
}

/* Hand bytes of an answer on, up to where the fault strikes. */
static void
hand_on(struct link *l, const char *bytes, size_t n)
{
	bool limited = fault == CUT || fault == RESET || fault == FREEZE;

	if (fault == TRICKLE) {
		for (size_t i = 0; i < n; i += (size_t)amount) {
			send_plain(l, bytes + i, n - i < (size_t)amount ? n - i : (size_t)amount);
			pause_ms(10);
		}
		return;
	}
	if (limited && l->passed + (long)n >= amount) {
		send_plain(l, bytes, (size_t)(amount - l->passed));
		if (fault == FREEZE)
			hang();
		pause_ms(20); /* what was sent shall arrive before the reset does */
		break_off(l, fault == RESET);
	}
	send_plain(l, bytes, n);
	l->passed += (long)n;
}

/* Send a field before the others, where the fault is to say something of the object. */
static void
send_field(struct link *l)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t line = strcspn(l->head, "\n") + 1;
	unsigned long long bits = (unsigned long long)amount << 4; /* 32, filled up to 36 */
	char field[80];
	int n = 0;

	hand_on(l, l->head, line);
	if (fault == ARCHIVE)
		n = snprintf(field, sizeof field, "x-amz-storage-class: GLACIER\r\n");
	if (fault == SUM)
		n = snprintf(field, sizeof field, "x-amz-checksum-crc32: %c%c%c%c%c%c==\r\n",
			alphabet[bits >> 30 & 63], alphabet[bits >> 24 & 63],
			alphabet[bits >> 18 & 63], alphabet[bits >> 12 & 63],
			alphabet[bits >> 6 & 63], alphabet[bits & 63]);
	hand_on(l, field, (size_t)n);
	hand_on(l, l->head + line, l->head_len - line);
}

/* Send the head of an answer, its length made wrong where that is the fault. */
static void
send_head(struct link *l)
{
	static const char name[] = "\r\nContent-Length:";
	char *at = strcasestr(l->head, name), digits[32];
	size_t before;
	int n;

	l->body_left = at != NULL ? strtoll(at + sizeof name - 1, NULL, 10) : 0;
	if (l->head_only || strncmp(l->head + 9, "304", 3) == 0)
		l->body_left = 0;
	l->body_at = 0;
	if (fault == ARCHIVE || fault == SUM) {
		send_field(l);
		return;
	}
	if (at == NULL || (fault != SHORTER && fault != LONGER)) {
		hand_on(l, l->head, l->head_len);
		return;
	}
	before = (size_t)(at - l->head) + sizeof name - 1;
	n = snprintf(digits, sizeof digits, " %lld",
		strtoll(at + sizeof name - 1, NULL, 10) + (fault == LONGER ? amount : -amount));
	hand_on(l, l->head, before);
	hand_on(l, digits, (size_t)n);
	before += strcspn(l->head + before, "\r");
	hand_on(l, l->head + before, l->head_len - before);
}

/* Take what the server sent. */
static void
from_server(struct link *l, char *bytes, size_t n)
{
	while (n > 0) {
		size_t take = n;

		if (!l->in_body) {
			if (l->head_len + 2 > sizeof l->head)
				_exit(1);
			if (l->head_len == 0 && fault == DELAY)
				pause_ms(amount);
			l->head[l->head_len++] = *bytes++;
			l->head[l->head_len] = '\0';
			n--;
			if (l->head_len >= 4 &&
				strcmp(l->head + l->head_len - 4, "\r\n\r\n") == 0) {
				send_head(l);
				l->head_len = 0;
				l->in_body = l->body_left > 0;
			}
			continue;
		}
		if ((long long)take > l->body_left)
			take = (size_t)l->body_left;
		if (fault == FLIP && amount >= l->body_at && amount - l->body_at < (long long)take)
			bytes[amount - l->body_at] ^= 1;
		l->body_at += (long long)take;
		hand_on(l, bytes, take);
		bytes += take;
		n -= take;
		l->body_left -= (long long)take;
		l->in_body = l->body_left > 0;
		if (!l->in_body && fault == LONGER)
			break_off(l, false);
	}
}

static void
from_client(struct link *l, const char *head)
{
	static const char busy[] = "HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\n"
				   "Content-Length: 36\r\n\r\n<Error><Code>SlowDown</Code></Error>";

	static const char region[] =
		"HTTP/1.1 400 Bad Request\r\nContent-Type: application/xml\r\n"
		"Content-Length: 89\r\n\r\n<Error><Code>AuthorizationHeaderMalformed</Code>"
		"<Region>eu-central-1</Region></Error>    ";

	say("request", head, strcspn(head, "\r"));
	l->head_only = strncmp(head, "HEAD ", 5) == 0;
	if (fault == BUSY && __atomic_fetch_sub(shared_left, 1, __ATOMIC_SEQ_CST) > 0) {
		send_plain(l, busy, sizeof busy - 1 - (l->head_only ? 36 : 0));
		return;
	}
	if (fault == REGION && strstr(head, "/eu-central-1/s3/aws4_request") == NULL) {
		send_plain(l, region, sizeof region - 1);
		return;
	}
	if (send(l->upstream, head, strlen(head), MSG_NOSIGNAL) != (ssize_t)strlen(head))
		_exit(1);
}

static void
serve(int client)
{
	static struct link l;
	static char head[65536], piece[65536];
	struct pollfd ends[2];
	size_t len = 0;
	ssize_t n;
	int one = 1;

	l.client = client;
	l.upstream = socket(AF_INET, SOCK_STREAM, 0);
	if (l.upstream < 0 || connect(l.upstream, (struct sockaddr *)&server, sizeof server) < 0)
		_exit(1);
	(void)setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	ends[0] = (struct pollfd){ client, POLLIN, 0 };
	ends[1] = (struct pollfd){ l.upstream, POLLIN, 0 };
	while (poll(ends, 2, -1) > 0) {
		if (ends[1].revents != 0) {
			n = read(l.upstream, piece, sizeof piece);
			if (n <= 0)
				_exit(0);
			from_server(&l, piece, (size_t)n);
		}
		if (ends[0].revents != 0) {
			n = read(client, head + len, sizeof head - 1 - len);
			if (n <= 0)
				_exit(0);
			len += (size_t)n;
			head[len] = '\0';
			if (len >= 4 && strcmp(head + len - 4, "\r\n\r\n") == 0) {
				from_client(&l, head);
				len = 0;
			}
		}
	}
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

/* Read the arguments. False when they make no sense. */
static bool
understand(int argc, char *argv[])
{
	char host[64];
	int port;

	if (argc < 3 || argc > 4 || sscanf(argv[1], "%63[0-9.]:%d", host, &port) != 2)
		return false;
	server = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	if (inet_pton(AF_INET, host, &server.sin_addr) != 1)
		return false;
	while (fault < FAULTS && strcmp(argv[2], names[fault]) != 0)
		fault++;
	amount = argc == 4 ? strtol(argv[3], NULL, 10) : 0;
	return fault < FAULTS &&
	       (fault == PASS || fault == CUT || fault == RESET || fault == FLIP || fault == SUM ||
		       fault == ARCHIVE || fault == REGION || amount > 0);
}

int
main(int argc, char *argv[])
{
	char number[32];
	int listener, fd;

	shared_left = mmap(NULL, sizeof *shared_left, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!understand(argc, argv))
		return 2;
	listener = listen_somewhere();
	if (listener < 0 || shared_left == MAP_FAILED)
		return 1;
	*shared_left = amount;
	(void)signal(SIGCHLD, SIG_IGN);
	for (int connection = 1;; connection++) {
		fd = accept(listener, NULL, NULL);
		if (fd < 0)
			return 1;
		(void)snprintf(number, sizeof number, "%d", connection);
		say("connection", number, strlen(number));
		/* a child for each, so that a silent one holds up nobody */
		if (fork() == 0) {
			struct link l = { .client = fd };

			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			(void)close(listener);
			if (fault == REFUSE && connection <= amount)
				break_off(&l, true);
			if (fault == DROP && connection <= amount)
				hang();
			serve(fd);
			_exit(0);
		}
		(void)close(fd);
	}
}
