/*
 * Two front doors for handler_serve.
 *
 * FastCGI: libfcgi reads and writes the records, but never sees the listening socket. Accepting and
 * waiting happen here, because a wait must end for three things at once (a signal to stop, a new
 * connection, a request on a connection the web server keeps open), and because a peer that
 * connects and says nothing must not hold a worker for ever. The signals to stop are blocked and
 * read from a descriptor: none can slip in between a look at a flag and a wait, and none interrupts
 * an answer.
 */
#include "server.h"

#include "base/log.h"
#include "base/now.h"
#include "handler.h"
#include "response.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* How long a web server may take to send a request's head once it connected. */
#define REQUEST_S 10
/*
 * How long a web server may refuse to take more of an answer: longer than any of them waits for its
 * own client (lighttpd: 360 s), so that only a web server that hangs is given up.
 */
#define ANSWER_S 400
/* Told to stop, alone, how long to go on with those who wait on the socket */
#define WAITING_US 2000000u
/* The most of a request's body that is read, and thrown away, to keep a connection. */
#define BODY_MAX (1U << 20)

/* ------------------------------------------------------------------ connections */

struct server {
	int listening;     /* borrowed */
	int stop;          /* readable once a signal to stop came */
	bool alone;        /* no other process is known to take who waits on the socket */
	uint64_t until_us; /* alone and told to stop: who waits is served until then; 0: not told */
	FCGX_Request request;
};

bool
server_is_listening(int fd)
{
	int on = 0;
	socklen_t n = sizeof on;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &n) == 0 && on != 0;
}

static bool
readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

/*
 * Block the signals to stop and return the descriptor they are read from, or -1.
 *
 * SIGHUP and SIGUSR1 are among them because Apache sends such signals to its whole process group;
 * what the parent told us to ignore (nohup) stays ignored.
 */
static int
stop_open(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1 };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction was;
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		if (signals[i] != SIGTERM && sigaction(signals[i], NULL, &was) == 0 &&
			was.sa_handler == SIG_IGN)
			continue;
		(void)sigaddset(&set, signals[i]);
	}
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/*
 * Tell whether a peer may speak to us: FCGI_WEB_SERVER_ADDRS, when set, lists the addresses.
 *
 * Source  FastCGI specification 1.0, section 3.2
 */
static bool
peer_allowed(int fd)
{
	const char *list = getenv("FCGI_WEB_SERVER_ADDRS");
	struct sockaddr_storage from = { 0 };
	struct sockaddr_in in;
	struct in_addr allowed;
	socklen_t n = sizeof from;
	char word[INET_ADDRSTRLEN];

	if (getpeername(fd, (struct sockaddr *)&from, &n) != 0)
		return false;
	if (list == NULL || from.ss_family == AF_UNIX)
		return true;
	if (from.ss_family != AF_INET)
		return false;
	memcpy(&in, &from, sizeof in);
	while (*list != '\0') {
		size_t len = strcspn(list, ",");
		const char *start = list;

		list += len + (list[len] == ',');
		if (len >= sizeof word)
			continue;
		memcpy(word, start, len);
		word[len] = '\0';
		if (inet_pton(AF_INET, word, &allowed) == 1 && allowed.s_addr == in.sin_addr.s_addr)
			return true;
	}
	return false;
}

/* Accept one connection: -1 when there is none after all, -2 when the socket is of no use. */
static int
accept_peer(int listening)
{
	const struct timeval in = { .tv_sec = REQUEST_S }, out = { .tv_sec = ANSWER_S };
	const int on = 1;
	int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0) {
		switch (errno) {
		case EBADF:
		case EINVAL:
		case ENOTSOCK:
		case EOPNOTSUPP:
		case EMFILE:
		case ENFILE:
		case ENOBUFS:
		case ENOMEM:
			return -2;
		default: /* another worker was faster, or the peer left: accept(2) */
			return -1;
		}
	}
	if (!peer_allowed(fd)) {
		log_event("refused", "a peer that FCGI_WEB_SERVER_ADDRS does not name");
		(void)close(fd);
		return -1;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &in, sizeof in);
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &out, sizeof out);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* fails on a unix socket */
	return fd;
}

/*
 * Wait for the first bytes on a new connection. Told to stop meanwhile, wait a moment longer: a web
 * server that has just connected is about to send.
 */
static bool
speaks(const struct server *s, int fd)
{
	struct pollfd p[2] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = s->stop, .events = POLLIN },
	};

	(void)poll(p, 2, REQUEST_S * 1000);
	if (p[0].revents == 0 && p[1].revents != 0)
		(void)poll(p, 1, 1000);
	return p[0].revents != 0;
}

/*
 * Let go of the connection, if there is one, without a word. Detached, because libfcgi would wait
 * up to two seconds for the web server to close its end as well.
 */
static void
drop(struct server *s)
{
	if (s->request.ipcFd < 0)
		return;
	(void)FCGX_Detach(&s->request);
	FCGX_Free(&s->request, 1);
}

/*
 * Told to stop: tell whether to serve who waits on the socket all the same. Under a master another
 * worker will; alone, the socket ends with this process, and who waits would be cut off. Not for
 * ever: mod_fcgid kills after 8 s.
 */
static bool
serves_on(struct server *s, bool somebody_waits)
{
	uint64_t now_us = now_mono_us();

	if (s->until_us == 0)
		s->until_us = now_us + WAITING_US;
	return s->alone && somebody_waits && now_us < s->until_us;
}

/*
 * Wait until a connection has something to say.
 *
 * A kept connection waits beside the listening socket and gives way to a new connection: web
 * servers keep more connections than there are workers.
 *
 * Returns 1 (s->request has it), 0 (stop) or -1 (the socket is of no use, errno says why).
 */
static int
wait_for_peer(struct server *s)
{
	for (;;) {
		struct pollfd p[3] = {
			{ .fd = s->stop, .events = POLLIN },
			{ .fd = s->request.ipcFd, .events = POLLIN }, /* -1 is skipped */
			{ .fd = s->listening, .events = POLLIN },
		};
		int fd;

		if (poll(p, 3, -1) < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		if (p[0].revents != 0 && !serves_on(s, p[2].revents != 0))
			return 0;
		if (p[0].revents == 0 && p[1].revents != 0)
			return 1;
		if (p[2].revents == 0)
			continue;
		fd = accept_peer(s->listening);
		if (fd == -2)
			return -1;
		if (fd < 0)
			continue;
		if (!speaks(s, fd)) {
			(void)close(fd);
			continue;
		}
		drop(s);
		s->request.ipcFd = fd;
		s->request.keepConnection = 1; /* or FCGX_Accept_r would close it first */
		return 1;
	}
}

/* ------------------------------------------------------------------ the answer */

/*
 * An answer on its way out, its first bytes held back: an answer that breaks off before anything
 * has left can still become an error, and the head leaves in one piece with the start of the body.
 */
struct out {
	bool (*write)(void *to, const unsigned char *bytes, size_t n);
	void *to;
	const char *(*param)(void *to, const char *name);
	bool (*closed)(void *to); /* by the peer; NULL: cannot be known */
	unsigned char held[8192];
	size_t len;
	bool left; /* some of it has gone out */
	bool gone; /* nobody takes it any more */
};

static bool
out_flush(struct out *out)
{
	if (out->len > 0 && !out->gone) {
		out->left = true;
		out->gone = !out->write(out->to, out->held, out->len);
	}
	out->len = 0;
	return !out->gone;
}

static bool
out_write(void *self, const void *bytes, size_t n)
{
	struct out *out = self;

	if (n > sizeof out->held - out->len && !out_flush(out))
		return false;
	if (n > sizeof out->held) {
		out->left = true;
		out->gone = out->gone || !out->write(out->to, bytes, n);
	} else if (n > 0) {
		memcpy(out->held + out->len, bytes, n);
		out->len += n;
	}
	return !out->gone;
}

static const char *
out_param(void *self, const char *name)
{
	struct out *out = self;

	return out->param(out->to, name);
}

static bool
out_gone(void *self)
{
	struct out *out = self;

	out->gone = out->gone || (out->closed != NULL && out->closed(out->to));
	return out->gone;
}

/* Put an error in the place of what is held. */
static void
out_error(struct out *out, uint64_t started_us, const struct err *err)
{
	const struct gateway gw = { .self = out, .param = out_param, .write = out_write };
	struct request req = { 0 };
	struct response res = { 0 };
	const char *method = out_param(out, "REQUEST_METHOD");

	out->len = 0;
	response_error(&res, NULL, &req, err);
	response_field(&res, "Server-Timing", "total;dur=%.1f",
		(double)(now_mono_us() - started_us) / 1000.0);
	(void)response_send(&res, &gw, method != NULL && strcmp(method, "HEAD") == 0);
	response_done(&res);
}

/* Counting alone is no reason not to serve; main says once why it is so. */
static void
open_handler(struct handler *h, const struct config *cfg)
{
	struct err ignored;

	handler_open(h, cfg);
	(void)!metrics_share(&h->metrics, cfg, &ignored);
}

/* Serve one request. Returns false when it broke off after some of it had gone out. */
static bool
out_serve(struct out *out, struct handler *h)
{
	const struct gateway gw = {
		.self = out, .param = out_param, .write = out_write, .gone = out_gone
	};
	struct err err = { 0 };
	uint64_t started_us = now_mono_us();

	if (!handler_serve(h, &gw)) {
		if (out->left || out->gone)
			return false;
		(void)err_set(&err, ERR_ORIGIN, "%s", "");
		log_event("replaced", "an answer that broke off at once, by status %d",
			err_row(err.kind)->status);
		out_error(out, started_us, &err);
	}
	return out_flush(out);
}

/* ------------------------------------------------------------------ FastCGI */

static const char *
fcgi_param(void *to, const char *name)
{
	FCGX_Request *request = to;

	return FCGX_GetParam(name, request->envp);
}

static bool
fcgi_write(void *to, const unsigned char *bytes, size_t n)
{
	FCGX_Request *request = to;

	while (n > 0) {
		int piece = n < (1U << 20) ? (int)n : 1 << 20;

		if (FCGX_PutStr((const char *)bytes, piece, request->out) != piece)
			return false;
		bytes += piece;
		n -= (size_t)piece;
	}
	return true;
}

/*
 * A web server whose client left closes the connection: nginx always, lighttpd 1.4.69 over HTTP/2
 * (and of a reset by chance), mod_fcgid 2.3.9 never. What may still be read from it are the last
 * records of the request; behind them is its end.
 */
static bool
fcgi_closed(void *to)
{
	const FCGX_Request *request = to;
	struct pollfd p = { .fd = request->ipcFd, .events = POLLRDHUP };

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

/*
 * Read the rest of the request's body: libfcgi would take what is left of it for the next request.
 * Returns false when there is too much of it.
 */
static bool
drain(FCGX_Request *request)
{
	char trash[4096];
	size_t total = 0;

	while (total < BODY_MAX) {
		int n = FCGX_GetStr(trash, sizeof trash, request->in);

		total += (size_t)n;
		if (n < (int)sizeof trash)
			return FCGX_GetError(request->in) == 0;
	}
	return false;
}

/*
 * End a request whose answer was sent. The connection is kept if the web server asked for it,
 * unless this worker leaves or others wait to be served.
 */
static void
finish(struct server *s, bool last)
{
	FCGX_Request *request = &s->request;

	if (request->keepConnection) {
		bool drained = drain(request);

		if (!drained || last || readable(s->stop) || readable(s->listening))
			request->keepConnection = 0;
		if (drained && !request->keepConnection)
			(void)FCGX_Detach(request); /* nothing can be on its way: as in drop */
	}
	FCGX_Finish_r(request);
}

/*
 * End an answer that broke off: the connection closed without FCGI_END_REQUEST, which would let
 * most web servers keep the client waiting for the rest, or even take the answer for whole.
 *
 * nginx 1.22 goes by its own fastcgi_keep_conn: off, a closed connection is an orderly end to it,
 * but a stream that ends before Content-Length is not; on, it is the other way round. Apache
 * (mod_fcgid) and lighttpd cut the client off either way.
 */
static void
break_off(struct server *s)
{
	if (!s->request.keepConnection)
		(void)FCGX_FClose(s->request.out); /* the end of the stream, not of the request */
	drop(s);
}

/* Serve requests until told to stop. Returns the exit status. */
static int
serve(struct server *s, struct handler *h, int32_t max_requests)
{
	int32_t served = 0;

	while (max_requests == 0 || served < max_requests) {
		struct out out = { .write = fcgi_write,
			.to = &s->request,
			.param = fcgi_param,
			.closed = fcgi_closed };
		int ready = wait_for_peer(s);

		if (ready < 0) {
			log_event("failed", "accept: %s", strerror(errno));
			return 1;
		}
		if (ready == 0)
			return 0;
		if (FCGX_Accept_r(&s->request) != 0)
			continue; /* closed, or not FastCGI: libfcgi has let it go */
		served++;
		if (out_serve(&out, h))
			finish(s, served == max_requests);
		else
			break_off(s);
	}
	return 0;
}

int
server_fcgi(const struct config *cfg, int fd, int32_t max_requests)
{
	struct server s = { .listening = fd, .alone = cfg->workers == 0 };
	struct handler h = { 0 };
	int flags = fcntl(fd, F_GETFL);
	int status = 1;

	/* blocked before FCGX_Init sets handlers of its own: a signal in between would be lost */
	s.stop = stop_open();
	/* no socket for libfcgi: what it cannot read it drops, and comes back to us */
	if (FCGX_Init() != 0 || FCGX_InitRequest(&s.request, -1, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
		log_event("failed", "libfcgi does not start");
		return 1;
	}
	/* workers race for each connection: who comes late must not wait in accept */
	if (s.stop < 0 || flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
		log_event("failed", "listening socket: %s", strerror(errno));
	} else {
		open_handler(&h, cfg);
		status = serve(&s, &h, max_requests);
		drop(&s);
		handler_close(&h);
	}
	if (s.stop >= 0)
		(void)close(s.stop);
	return status;
}

/* ------------------------------------------------------------------ CGI */

static const char *
cgi_param(void *to, const char *name)
{
	(void)to;
	return getenv(name);
}

static bool
cgi_write(void *to, const unsigned char *bytes, size_t n)
{
	(void)to;
	while (n > 0) {
		ssize_t wrote = write(STDOUT_FILENO, bytes, n);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return false;
		bytes += wrote;
		n -= (size_t)wrote;
	}
	return true;
}

int
server_cgi(const struct config *cfg)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct out out = { .write = cgi_write, .param = cgi_param };
	struct handler h = { 0 };
	bool ok;

	(void)sigaction(SIGPIPE, &ignore, NULL);
	open_handler(&h, cfg);
	ok = out_serve(&out, &h);
	handler_close(&h);
	/*
	 * CGI has no way to say that an answer broke off but to end before Content-Length is
	 * reached. Apache believes the length only once it has sent the head: give it the time.
	 */
	if (!ok && !out.gone)
		(void)sleep(1);
	return ok ? 0 : 1;
}
