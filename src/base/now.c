#include "base/now.h"

#include <limits.h>
#include <time.h>

int64_t
now_unix_s(void)
{
	return (int64_t)time(NULL);
}

uint64_t
now_mono_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

int
now_left_ms(uint64_t until_us)
{
	uint64_t now = now_mono_us(), ms;

	if (until_us <= now)
		return 0;
	ms = (until_us - now + 999u) / 1000u;
	return ms > INT_MAX ? INT_MAX : (int)ms;
}
