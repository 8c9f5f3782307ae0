/*
 * Asking for many URLs at a time, to fill the caches on the way.
 *
 * Each job is a process of its own with a connection that it keeps; they take URLs from one list as
 * they get done.
 */
#ifndef LIMNER_WARM_H
#define LIMNER_WARM_H

#include "base/err.h"

#include <stddef.h>

#define WARM_JOBS_MAX 64

struct warm_plan {
	const char *const *urls; /* http(s)://…; borrowed */
	size_t count;
	int jobs;            /* 1 to WARM_JOBS_MAX */
	const char *accept;  /* the field, or "" for none */
	uint64_t timeout_ms; /* for one URL, redirects included */
};

enum warm_cache { WARM_UNSAID, WARM_HIT, WARM_MISS };

/* What became of one URL. */
struct warm_result {
	size_t index; /* of the plan's URLs */
	int status;   /* of the last answer; 0: there was none */
	enum warm_cache cache;
	uint64_t bytes; /* of bodies */
	uint64_t us;
	char reason[64]; /* Limner-Reason; "" */
	char why[256];   /* there is no answer; "" */
};

/*
 * Ask for all of them. Redirects are followed, three at most.
 *
 * on_result  called for each URL that was asked for, in the order they got done
 * Fails      ERR_INTERNAL: no memory, no process
 */
bool warm_run(const struct warm_plan *plan,
	void (*on_result)(void *self, const struct warm_result *result), void *self,
	struct err *err) MUST_USE;

/* End a run early: what is being asked for is given up. For signal handlers. */
void warm_stop(void);

/* Tell whether it was. */
bool warm_stopped(void);

#endif
