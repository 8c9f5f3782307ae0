/*
 * The pages about limner itself: is it alive, may it be given work, what has it done.
 */
#ifndef LIMNER_STATUS_H
#define LIMNER_STATUS_H

#include "metrics.h"
#include "response.h"
#include "source.h"

#define STATUS_READY_MS 2000 /* for trying all origins */
#define STATUS_KEPT_MS  1000 /* how long an outcome is good for */

/* What the last look found, so that many who ask do not trouble the origins. */
struct status_look {
	bool looked, ready;
	uint64_t at_us; /* when it was over */
	char text[4096];
};

/* 200 as long as the process runs. */
void status_health(struct response *r);

/*
 * 200 when every origin answers and the runtime folder can be written to, else 503.
 *
 * sources  one for each of cfg->origins, NULL until opened; opened here where they can be
 * look     of the process; used again while it is fresh
 */
void status_ready(struct response *r, const struct config *cfg, struct source **sources,
	struct status_look *look);

/* Begin a page of plain text for people, whose body the caller fills; and end it. Returns true. */
void status_explain(struct response *r);
bool status_explained(struct response *r);

/* All numbers, in Prometheus's format. Fails as metrics_print. */
bool status_metrics(struct response *r, struct metrics *metrics, struct err *err) MUST_USE;

#endif
