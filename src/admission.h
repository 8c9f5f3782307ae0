/*
 * How many pictures may be made at the same time on this host, whoever started the processes.
 *
 * A slot is a locked file in the runtime folder: unrelated processes (mod_fcgid may start a
 * hundred) share the count, and the kernel frees the slot of a holder that dies.
 */
#ifndef LIMNER_ADMISSION_H
#define LIMNER_ADMISSION_H

#include "config.h"
#include "gateway.h"

/*
 * Take a slot, waiting in the queue for cfg->queue_ms at most, never past the deadline.
 *
 * peer      who waits, or NULL
 * ret_slot  to be given to admission_leave; -1 when cfg->max_renders is 0 (no limit), or when the
 *           runtime folder cannot be used: pictures are still made then, and err->detail says why
 * Fails     ERR_BUSY when no slot came free in time, ERR_LATE when the deadline came first,
 *           ERR_PEER_GONE when nobody waits any more
 */
bool admission_enter(const struct config *cfg, const struct gateway *peer, uint64_t deadline_us,
	int *ret_slot, struct err *err) MUST_USE;

/* Give the slot back; -1 is allowed. */
void admission_leave(int slot);

#endif
