/*
 * How long caches may keep an answer: one Cache-Control, from the settings and what the origin
 * said.
 *
 * Pure: whoever calls knows the time.
 */
#ifndef LIMNER_FRESHNESS_H
#define LIMNER_FRESHNESS_H

#include "source.h"

/* What decides about a good answer, the first that holds. */
enum freshness_rule {
	FRESHNESS_VERSION, /* v was given: a URL of its own for what is in it */
	FRESHNESS_OBJECT,  /* the object's own Cache-Control */
	FRESHNESS_EXPIRES, /* its Expires */
	FRESHNESS_SETTINGS,
	/* freshness_good knows none of these */
	FRESHNESS_SIGNED,  /* one of those above, but no longer than the URL is signed for */
	FRESHNESS_FAILURE, /* the age of its reason */
	FRESHNESS_CLOSED,  /* a failure whose original is private or no-cache: its own Cache-Control
			    */
	FRESHNESS_SILENT,  /* a 304 without one: what the cache has stays */
	FRESHNESS_OTHER,   /* pages and redirects */
};

#define FRESHNESS_TEXT 512 /* bytes, with the NUL */

/*
 * Tell whether the object's own Cache-Control counts, and keeps it from shared caches, or from
 * being used by any that has not asked (no-cache): then it goes out as it is, whatever else is
 * said.
 */
bool freshness_is_closed(const struct config_policy *policy, const struct source_head *head);

/*
 * Write the Cache-Control of a good answer.
 *
 * An origin that is a cache itself says how old its answer is (Age). limner's answer begins anew,
 * so that age is taken off the object's own times, or caches would keep it for twice as long. An
 * object's own Cache-Control that names no time gets one: what is left until its Expires, where
 * that counts, else that of the settings. A version is kept for good whatever time the object
 * names, but keeps its must-revalidate.
 *
 * versioned  v was given
 * now_s      seconds since 1970; counts where the origin sent no Date
 * Source     RFC 9111 4.2.1 and 4.2.3 (ages), 5.1 (Age), 5.2.2.2 and 5.2.2.4, 5.3 (Expires: what is
 * no date has passed)
 */
enum freshness_rule freshness_good(const struct config_policy *policy, bool versioned,
	const struct source_head *head, int64_t now_s, char ret[FRESHNESS_TEXT]);

/*
 * Shorten the Cache-Control of a good answer that is not closed, whose signed URL will be over: no
 * cache keeps it for longer, and none uses it when it is stale (RFC 9111 5.2.2.2). A time of shared
 * caches' own (s-maxage) stays one.
 *
 * max_age_s  where it names no time
 * left_s     until the URL is over, above 0
 * text       what freshness_good wrote
 */
void freshness_limit(uint64_t max_age_s, int64_t left_s, char text[FRESHNESS_TEXT]);

/* The same of a failure. seconds: as config_error_age tells, not ERR_AS_DONE. */
void freshness_failure(int32_t seconds, char ret[FRESHNESS_TEXT]);

#endif
