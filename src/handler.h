/*
 * The walk of one request, from environment to answer: the only place that knows the order.
 */
#ifndef LIMNER_HANDLER_H
#define LIMNER_HANDLER_H

#include "cell.h"
#include "metrics.h"
#include "response.h"
#include "source.h"
#include "status.h"

struct handler {
	const struct config *cfg;                   /* borrowed */
	struct source *sources[CONFIG_ORIGINS_MAX]; /* owned; NULL until first needed */
	struct cell cell;
	struct metrics metrics; /* of this process alone, until metrics_share */
	struct status_look look;
};

/*
 * Prepare. An origin is opened when the first request for it comes, and tried anew with the next
 * when it does not open: meanwhile its own requests are answered 502, and no others.
 */
void handler_open(struct handler *h, const struct config *cfg);

/*
 * Serve one request and log one line.
 *
 * Returns false when a pass-through broke off after its head was sent, or the peer was gone: the
 * gateway must then end the connection without the look of success.
 */
bool handler_serve(struct handler *h, const struct gateway *gw) MUST_USE;

/*
 * Tell why a URL is answered as it is: append the rules that decided, and the head of the answer.
 * It is asked for as a client would, pixels included, but leaves no line in the log and no count.
 *
 * gw      who asks: their headers count, but for conditions and ranges; NULL: nobody
 * url     "/img/a.jpg?w=300", or with scheme and host
 * Fails   ERR_INTERNAL, ERR_TOO_LARGE over the limit of out
 */
bool handler_explain(struct handler *h, const struct gateway *gw, const char *url, struct buf *out,
	struct err *err) MUST_USE;

void handler_close(struct handler *h);

#endif
