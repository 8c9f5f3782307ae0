/*
 * The child process pixels are touched in.
 *
 * A decoder that crashes, hangs or eats memory costs one picture, not a worker: the cell is killed
 * and made anew, and the worker still holds the original. Original in and result out go through
 * memory files, the plan and the outcome through a socket pair. The cell is forked when first
 * needed, kept for the next picture, and dies with its worker.
 */
#ifndef LIMNER_CELL_H
#define LIMNER_CELL_H

#include "image.h"

#include <sys/types.h>

struct cell {
	const struct config *cfg; /* borrowed */
	pid_t pid;                /* 0: none runs */
	int socket, in, out;      /* -1: closed */
	int32_t pictures;         /* done by this child */
};

/* Prepare; nothing is forked yet. image_open must have been called. */
void cell_open(struct cell *c, const struct config *cfg);

/*
 * Render one picture in the child.
 *
 * peer         who waits for it, or NULL; the child is killed when it is gone
 * deadline_us  on now_mono_us's clock; the child encodes so as to be done by then, and is killed
 *              when it passes
 * ret          with the caller's limit; written only on success
 * Fails        as image_render; ERR_CRASHED (the child died), ERR_LATE (deadline), ERR_MEMORY,
 *              ERR_PEER_GONE;
 *              ERR_CRASHED as well when no child can be made
 */
bool cell_render(struct cell *c, const unsigned char *bytes, size_t n,
	const struct image_info *info, const struct plan *plan, const struct gateway *peer,
	uint64_t deadline_us, struct buf *ret, struct image_made *ret_made,
	struct err *err) MUST_USE;

/* End the child, if any. May be called twice. */
void cell_close(struct cell *c);

#endif
