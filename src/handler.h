/*
 * The walk of one request, from environment to answer: the only place that knows the order.
 */
#ifndef LIMNER_HANDLER_H
#define LIMNER_HANDLER_H

#include "cell.h"
#include "response.h"
#include "source.h"

struct handler {
	const struct config *cfg; /* borrowed */
	struct source *sources[CONFIG_ORIGINS_MAX];
	struct cell cell;
};

/* Open every origin and prepare the cell. Fails as source_open. */
bool handler_open(struct handler *h, const struct config *cfg, struct err *err) MUST_USE;

/*
 * Serve one request and log one line.
 *
 * Returns false when a pass-through broke off after its head was sent, or the peer was gone: the
 * gateway must then end the connection without the look of success.
 */
bool handler_serve(struct handler *h, const struct gateway *gw) MUST_USE;

void handler_close(struct handler *h);

#endif
