#include "warm.h"

#include "base/now.h"
#include "transport.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define URL_MAX   16384 /* bytes, after a redirect */
#define REDIRECTS 3

/* What the jobs have in common. */
struct common {
	size_t next; /* URL that nobody asks for yet */
	volatile sig_atomic_t stop;
};

/* A pipe takes so much at once and never mixes it with what others write. */
_Static_assert(sizeof(struct warm_result) <= PIPE_BUF, "a result is written in one piece");

static struct common *common; /* where the signal handler finds it */

void
warm_stop(void)
{
	if (common != NULL)
		common->stop = 1;
}

bool
warm_stopped(void)
{
	return common != NULL && common->stop != 0;
}

/* ---- One URL ---- */

static bool
has_stopped(void *self)
{
	(void)self;
	return warm_stopped();
}

/* What a cache says of itself: CloudFront's "Hit from cloudfront", Varnish's and nginx's "HIT". */
static enum warm_cache
cache_of(const struct source_head *head)
{
	if (strcasestr(head->x_cache, "hit") != NULL || strtol(head->age, NULL, 10) > 0)
		return WARM_HIT;
	return head->x_cache[0] != '\0' || head->age[0] != '\0' ? WARM_MISS : WARM_UNSAID;
}

/* Ask, and go where redirects lead. */
static bool
follow(struct transport *t, const struct warm_plan *plan, const char *url,
	struct warm_result *result, struct err *err)
{
	const struct source_sink sink = { NULL, source_ignore_head, source_ignore_body };
	const struct gateway waiter = { .gone = has_stopped };
	struct buf at = BUF_INIT(URL_MAX), next = BUF_INIT(URL_MAX),
		   body = BUF_INIT(TRANSPORT_ERROR_MAX);
	struct source_report report = { 0 };
	struct source_head head;
	char accept[256];
	const char *fields[] = { accept };
	bool ok = buf_adds(&at, url, err);

	(void)snprintf(accept, sizeof accept, "Accept: %s", plan->accept);
	for (int hops = 0; ok; hops++) {
		const struct transport_request req = {
			.url = buf_text(&at),
			.headers = fields,
			.header_count = plan->accept[0] != '\0',
			.http2 = true,
			.ca_file = "",
			.deadline_us = now_mono_us() + plan->timeout_ms * 1000u,
			.peer = &waiter,
		};

		buf_reset(&body);
		ok = transport_fetch(t, &req, &sink, &head, &body, &report, err);
		result->bytes += report.bytes;
		if (!ok)
			break;
		result->status = head.status;
		result->cache = cache_of(&head);
		(void)snprintf(result->reason, sizeof result->reason, "%s", head.reason);
		if (head.status < 300 || head.status > 399 || head.location[0] == '\0' ||
			hops == REDIRECTS)
			break;
		buf_reset(&next);
		ok = transport_resolve(buf_text(&at), head.location, &next, err);
		buf_reset(&at);
		ok = ok && buf_adds(&at, buf_text(&next), err);
	}
	buf_done(&at);
	buf_done(&next);
	buf_done(&body);
	return ok;
}

/* ---- A job ---- */

/* Ask for URLs until there are none, and write what became of them. */
static void
work(const struct warm_plan *plan, int out)
{
	struct transport *t = NULL;
	struct warm_result result;
	struct err err = { 0 };

	if (!transport_open(&t, &err))
		_exit(1);
	while (!warm_stopped()) {
		size_t i = __atomic_fetch_add(&common->next, 1, __ATOMIC_SEQ_CST);
		uint64_t since = now_mono_us();

		if (i >= plan->count)
			break;
		memset(&result, 0, sizeof result);
		result.index = i;
		err = (struct err){ 0 };
		if (!follow(t, plan, plan->urls[i], &result, &err)) {
			if (err.kind == ERR_PEER_GONE) /* given up: nobody knows what it would be */
				break;
			result.status = 0;
			(void)snprintf(result.why, sizeof result.why, "%s",
				err.detail[0] != '\0' ? err.detail : err.say);
		}
		result.us = now_mono_us() - since;
		if (write(out, &result, sizeof result) != (ssize_t)sizeof result)
			break;
	}
	transport_close(t);
	_exit(0);
}

/* Start a job. It does not hear of Ctrl-C, which the terminal sends to all: it is told to stop. */
static bool
start(const struct warm_plan *plan, const int ends[2])
{
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid > 0;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	(void)signal(SIGINT, SIG_IGN);
	(void)close(ends[0]);
	work(plan, ends[1]);
	return false;
}

/* ---- All of them ---- */

/* Read results until no job is left to write any. */
static void
collect(int in, void (*on_result)(void *self, const struct warm_result *result), void *self)
{
	struct warm_result result;
	size_t have = 0;
	ssize_t n;

	for (;;) {
		n = read(in, (char *)&result + have, sizeof result - have);
		if (n == 0 || (n < 0 && errno != EINTR))
			return;
		have += n > 0 ? (size_t)n : 0;
		if (have < sizeof result)
			continue;
		have = 0;
		on_result(self, &result);
	}
}

bool
warm_run(const struct warm_plan *plan,
	void (*on_result)(void *self, const struct warm_result *result), void *self,
	struct err *err)
{
	struct common *made =
		mmap(NULL, sizeof *made, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ends[2] = { -1, -1 }, jobs = 0;
	bool ok = false;

	if (made == MAP_FAILED)
		return err_set(err, ERR_INTERNAL, "no memory: %s", strerror(errno));
	common = made;
	(void)signal(SIGPIPE, SIG_IGN); /* as transport wants it */
	if (pipe(ends) != 0)
		goto out;
	while (jobs < plan->jobs && (size_t)jobs < plan->count && start(plan, ends))
		jobs++;
	(void)close(ends[1]);
	if (jobs > 0 || plan->count == 0) {
		collect(ends[0], on_result, self);
		ok = true;
	}
	(void)close(ends[0]);
	while (jobs-- > 0)
		while (wait(NULL) < 0 && errno == EINTR)
			continue;
out:
	/* kept mapped: a signal may still come */
	return ok || err_set(err, ERR_INTERNAL, "no process: %s", strerror(errno));
}
