#include "admission.h"

#include "base/now.h"
#include "runtime.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_MS 10 /* between looks at the slots: flock has no "any of these" */

/* One look at every slot. Returns a locked descriptor, -1 when all are taken, -2 on a fault. */
static int
try_slots(const struct config *cfg)
{
	char path[sizeof cfg->runtime_dir + 32];
	int fd;

	for (int32_t i = 0; i < cfg->max_renders; i++) {
		(void)snprintf(path, sizeof path, "%s/slot.%d", cfg->runtime_dir, (int)i);
		fd = runtime_open_lock(path);
		if (fd < 0)
			return -2;
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return fd;
		(void)close(fd);
	}
	return -1;
}

bool
admission_enter(const struct config *cfg, const struct gateway *peer, uint64_t deadline_us,
	int *ret_slot, struct err *err)
{
	struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	uint64_t until = now_mono_us() + cfg->queue_ms * 1000u;
	bool usable;
	int fd;

	*ret_slot = -1;
	if (cfg->max_renders == 0)
		return true;
	if (until > deadline_us)
		until = deadline_us;
	usable = runtime_open_folder(cfg->runtime_dir);
	for (;;) {
		fd = usable ? try_slots(cfg) : -2;
		if (fd >= 0) {
			*ret_slot = fd;
			return true;
		}
		if (fd == -2) {
			(void)err_detail(
				err, "runtime_dir %s: %s", cfg->runtime_dir, strerror(errno));
			return true;
		}
		if (now_mono_us() >= until)
			return err_set(err, until == deadline_us ? ERR_LATE : ERR_BUSY, "%s", "");
		if (gateway_gone(peer))
			return err_set(err, ERR_PEER_GONE, "%s", "");
		(void)nanosleep(&pause, NULL);
	}
}

void
admission_leave(int slot)
{
	if (slot >= 0)
		(void)close(slot);
}
