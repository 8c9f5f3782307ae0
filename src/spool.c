#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static bool
cannot(const struct spool *s, struct err *err)
{
	int why = errno;

	(void)err_set(err, ERR_INTERNAL, "%s", "");
	return err_detail(err, "spool_dir %.160s: %s", s->folder, strerror(why));
}

static bool
write_all(int fd, const unsigned char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t wrote = write(fd, bytes, n);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return false;
		bytes += wrote;
		n -= (size_t)wrote;
	}
	return true;
}

/* Open a file that nobody else can, and that is gone when it is closed. */
static int
open_nameless(const char *folder)
{
	char path[1100];
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
	int n;

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return fd;
	/* not every file system knows nameless files */
	n = snprintf(path, sizeof path, "%s/limner-XXXXXX", folder);
	if (n < 0 || (size_t)n >= sizeof path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		(void)unlink(path);
	return fd;
}

/*
 * From here on bytes go to the file; those in memory first. Where none can be made they stay in
 * memory: the limit on an original holds all the same.
 */
static bool
move_out(struct spool *s, struct err *err)
{
	s->fd = open_nameless(s->folder);
	if (s->fd < 0) {
		s->memory = s->limit;
		return true;
	}
	s->filed = true;
	s->bytes = NULL;
	if (!write_all(s->fd, s->buf.bytes, s->buf.len))
		return cannot(s, err);
	buf_done(&s->buf);
	return true;
}

bool
spool_add(struct spool *s, const void *bytes, size_t n, struct err *err)
{
	if (n > s->limit - s->len)
		return err_set(err, ERR_TOO_LARGE, "%s", "");
	if (!s->filed && (s->len > s->memory || n > s->memory - s->len) && !move_out(s, err))
		return false;
	if (s->filed) {
		if (!write_all(s->fd, bytes, n))
			return cannot(s, err);
		s->len += n;
		return true;
	}
	s->buf.limit = s->memory;
	if (!buf_add(&s->buf, bytes, n, err))
		return false;
	s->bytes = s->buf.bytes;
	s->len = s->buf.len;
	return true;
}

bool
spool_expect(struct spool *s, size_t n, struct err *err)
{
	if (n > s->limit - s->len)
		return err_set(err, ERR_TOO_LARGE, "%s", "");
	if (s->filed)
		return true;
	if ((s->len > s->memory || n > s->memory - s->len) && !move_out(s, err))
		return false;
	if (s->filed)
		return true;
	s->buf.limit = s->memory;
	return buf_reserve(&s->buf, n, err);
}

bool
spool_view(struct spool *s, struct err *err)
{
	void *map;

	if (!s->filed || s->map != NULL || s->len == 0)
		return true;
	map = mmap(NULL, s->len, PROT_READ, MAP_PRIVATE, s->fd, 0);
	if (map == MAP_FAILED)
		return cannot(s, err);
	/* the cell is forked from here and lives on: it must not hold the file */
	(void)madvise(map, s->len, MADV_DONTFORK);
	(void)close(s->fd);
	s->fd = -1;
	s->map = map;
	s->bytes = map;
	return true;
}

void
spool_done(struct spool *s)
{
	buf_done(&s->buf);
	if (s->map != NULL)
		(void)munmap(s->map, s->len);
	else if (s->filed && s->fd >= 0)
		(void)close(s->fd);
	s->map = NULL;
	s->fd = -1;
	s->filed = false;
	s->bytes = NULL;
	s->len = 0;
}
