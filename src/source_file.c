/* Originals in a folder: nothing outside it is ever opened. */
#include "base/now.h"
#include "base/text.h"
#include "condition.h"
#include "etag.h"
#include "format.h"
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

static bool
file_open(const struct config_origin *origin, void **ret_state, struct err *err)
{
	/* The folder itself is opened per fetch, so that one mounted later or replaced is seen. */
	const struct config_origin **state = malloc(sizeof *state);

	if (state == NULL)
		return err_set(err, ERR_INTERNAL, "%s", "");
	*state = origin;
	*ret_state = state;
	return true;
}

/* Keys that no file can have: the file system would fold them into another key's name. */
static bool
spells_a_file(const char *key)
{
	size_t n;

	for (;;) {
		n = strcspn(key, "/");
		if (n == 0 || (n == 1 && key[0] == '.') ||
			(n == 2 && key[0] == '.' && key[1] == '.'))
			return false;
		if (key[n] == '\0')
			return true;
		key += n + 1;
	}
}

/* The kernel before 5.6 (or a seccomp filter) has no openat2: walk, following no link at all. */
static int
open_by_walk(int root, const char *key)
{
	char part[256];
	int at = root, next;
	size_t n;

	for (;;) {
		n = strcspn(key, "/");
		if (n >= sizeof part) {
			errno = ENAMETOOLONG;
			next = -1;
		} else {
			memcpy(part, key, n);
			part[n] = '\0';
			next = openat(at, part,
				FLAGS | O_NOFOLLOW | (key[n] == '/' ? O_DIRECTORY | O_PATH : 0));
		}
		if (at != root) {
			int saved = errno;

			(void)close(at);
			errno = saved;
		}
		if (next < 0 || key[n] == '\0')
			return next;
		at = next;
		key += n + 1;
	}
}

static int
open_beneath(int root, const char *key)
{
	struct open_how how = {
		.flags = FLAGS,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	/* EAGAIN: something was renamed while the kernel looked; it asks to be asked again. */
	for (int i = 0; i < 8; i++) {
		fd = syscall(SYS_openat2, root, key, &how, sizeof how);
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		return open_by_walk(root, key);
	return (int)fd;
}

static bool
open_file(const struct config_origin *origin, const char *key, int *ret_fd, struct stat *ret_st,
	struct err *err)
{
	int root, fd, why;

	if (!spells_a_file(key))
		return err_set(err, ERR_NOT_FOUND, "%s", "");
	root = open(origin->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0) {
		(void)err_set(err, ERR_ORIGIN, "%s", "");
		return err_detail(err, "root %s: %s", origin->root, strerror(errno));
	}
	fd = open_beneath(root, key);
	why = errno;
	(void)close(root);
	if (fd < 0) {
		switch (why) {
		case ENOENT:
		case ENOTDIR:
		case EISDIR:
		case ENAMETOOLONG:
		case ELOOP:
		case EXDEV: /* a link that leads out of the root */
		case ENXIO: /* a socket or a pipe nobody writes to */
			(void)err_set(err, ERR_NOT_FOUND, "%s", "");
			break;
		default:
			(void)err_set(err, ERR_ORIGIN, "%s", "");
			break;
		}
		return err_detail(err, "open: %s", strerror(why));
	}
	if (fstat(fd, ret_st) < 0 || !S_ISREG(ret_st->st_mode)) {
		(void)close(fd);
		(void)err_set(err, ERR_NOT_FOUND, "%s", "");
		return err_detail(err, "not a regular file");
	}
	*ret_fd = fd;
	return true;
}

static void
describe(int fd, const struct stat *st, const char *key, struct source_head *head)
{
	unsigned char first[1024];
	ssize_t n = pread(fd, first, sizeof first, 0);
	enum format format = format_sniff(first, n > 0 ? (size_t)n : 0);
	int64_t now;

	*head = (struct source_head){ .status = 200, .has_length = true };
	head->length = (uint64_t)st->st_size;
	/* Time and size, not the inode: the same file copied to a second host keeps its tag. */
	(void)snprintf(head->etag, sizeof head->etag, "\"%" PRIx64 "-%" PRIx64 "\"",
		(uint64_t)st->st_mtim.tv_sec * 1000000000u + (uint64_t)st->st_mtim.tv_nsec,
		(uint64_t)st->st_size);
	/* a file from the future was changed now, as far as caches may know (RFC 9110 8.8.2.1) */
	now = now_unix_s();
	text_http_date(st->st_mtim.tv_sec < now ? st->st_mtim.tv_sec : now, head->last_modified);
	(void)snprintf(head->content_type, sizeof head->content_type, "%s",
		format != FORMAT_NONE ? format_row(format)->mime : format_mime_by_ending(key));
}

static bool
given(const char *s)
{
	return s != NULL && s[0] != '\0';
}

/*
 * RFC 9110 13.2.2, in its order. Sets head->status to 304 when that is the answer.
 */
static bool
check_conditions(const struct source_call *call, const struct stat *st, struct source_head *head,
	struct err *err)
{
	int64_t when;

	if (given(call->if_match)) {
		if (!etag_in_list(call->if_match, head->etag, false))
			return err_set(err, ERR_PRECONDITION, "%s", "");
	} else if (given(call->if_unmodified_since) &&
		   text_from_http_date(call->if_unmodified_since, &when) &&
		   st->st_mtim.tv_sec > when) {
		return err_set(err, ERR_PRECONDITION, "%s", "");
	}
	if (given(call->if_none_match)) {
		if (etag_in_list(call->if_none_match, head->etag, true))
			head->status = 304;
	} else if (given(call->if_modified_since) &&
		   text_from_http_date(call->if_modified_since, &when) &&
		   st->st_mtim.tv_sec <= when) {
		head->status = 304;
	}
	return true;
}

static bool
check_range(const struct source_call *call, const struct stat *st, struct source_head *head,
	struct condition_span *span, struct err *err)
{
	uint64_t size = (uint64_t)st->st_size;
	bool partial = false;

	*span = (struct condition_span){ 0, size };
	if (head->status != 200 || !given(call->range) || call->head_only ||
		!condition_in_range_of(call->if_range, head->etag, head->last_modified))
		return true;
	if (!condition_span(call->range, size, &partial, span, err))
		return false;
	if (partial) {
		head->status = 206;
		head->length = span->length;
		(void)snprintf(head->content_range, sizeof head->content_range,
			"bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, span->from,
			span->from + span->length - 1, size);
	}
	return true;
}

static bool
send_bytes(int fd, struct condition_span span, uint64_t deadline_us, const struct source_sink *sink,
	struct source_report *report, struct err *err)
{
	unsigned char piece[65536];
	size_t want;
	ssize_t n;

	while (span.length > 0) {
		want = span.length < sizeof piece ? (size_t)span.length : sizeof piece;
		n = pread(fd, piece, want, (off_t)span.from);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) { /* a file that shrank is an origin that broke off */
			(void)err_set(err, ERR_ORIGIN, "%s", "");
			return err_detail(err, "read: %s", n < 0 ? strerror(errno) : "cut short");
		}
		report->bytes += (uint64_t)n;
		if (!sink->body(sink->self, piece, (size_t)n, err))
			return false;
		if (deadline_us != 0 && now_mono_us() > deadline_us)
			return err_set(err, ERR_ORIGIN_LATE, "%s", "");
		span.from += (uint64_t)n;
		span.length -= (uint64_t)n;
	}
	return true;
}

static bool
file_fetch(void *state, const struct source_call *call, const struct source_sink *sink,
	struct source_report *report, struct err *err)
{
	const struct config_origin *origin = *(const struct config_origin **)state;
	struct source_head head;
	struct stat st;
	struct condition_span span;
	bool stream = false, ok = false;
	int fd = -1;

	*report = (struct source_report){ .tries = 1 };
	if (!open_file(origin, call->key, &fd, &st, err))
		goto out;
	describe(fd, &st, call->key, &head);
	if (!check_conditions(call, &st, &head, err) || !check_range(call, &st, &head, &span, err))
		goto out;
	report->status = head.status;
	if (!sink->head(sink->self, &head, &stream, err))
		goto out;
	if (!call->head_only && head.status != 304 &&
		!send_bytes(fd, span, stream ? 0 : call->deadline_us, sink, report, err))
		goto out;
	ok = true;
out:
	if (!ok &&
		report->status == 0) /* after a head the fault is the sink's, or the head stands */
		report->status = err_row(err->kind)->status;
	if (!ok && err->kind == ERR_RANGE)
		(void)snprintf(report->content_range, sizeof report->content_range,
			"bytes */%" PRIu64, (uint64_t)st.st_size);
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

static void
file_close(void *state)
{
	free(state);
}

const struct source_kind source_file_kind = { file_open, file_fetch, file_close };
