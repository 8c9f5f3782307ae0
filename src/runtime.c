#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

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

bool
runtime_is_ours(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_uid == geteuid() && (st->st_mode & 077) == 0;
}
