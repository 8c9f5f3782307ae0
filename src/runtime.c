#include "runtime.h"

#include "base/now.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_MS 5 /* between tries for a lock */

bool
runtime_open_folder(const char *folder)
{
	struct stat st;

	if (geteuid() != 0) {
		(void)mkdir(folder, 0700);
		return true;
	}
	if (stat(folder, &st) < 0)
		return false;
	errno = EPERM;
	return st.st_uid == 0;
}

int
runtime_open_lock(const char *path)
{
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

int
runtime_lock(const char *path, int wait_ms)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	uint64_t until = now_mono_us() + (uint64_t)wait_ms * 1000u;
	int fd = runtime_open_lock(path), why;

	while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EINTR && (errno != EWOULDBLOCK || now_mono_us() >= until)) {
			why = errno;
			(void)close(fd);
			errno = why;
			return -1;
		}
		(void)nanosleep(&pause, NULL);
	}
	return fd;
}

bool
runtime_is_ours(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_uid == geteuid() && (st->st_mode & 077) == 0;
}
