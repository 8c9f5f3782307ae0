/*
 * The two clocks.
 */
#ifndef LIMNER_BASE_NOW_H
#define LIMNER_BASE_NOW_H

#include <stdint.h>

/* Seconds since 1970, as the calendar has it. */
int64_t now_unix_s(void);

/* Microseconds on a clock that never jumps; only differences mean something. */
uint64_t now_mono_us(void);

/* Milliseconds from now until a time on that clock, rounded up; 0 when it has passed. */
int now_left_ms(uint64_t until_us);

#endif
