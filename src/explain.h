/*
 * Why an answer is what it is, in words: what each room decided, and by which rule.
 *
 * Nothing is decided here. Rules come from where they were decided (plan, freshness), and what of a
 * query does what is found by reading the query again without each of its parts.
 */
#ifndef LIMNER_EXPLAIN_H
#define LIMNER_EXPLAIN_H

#include "freshness.h"
#include "plan.h"

/* Print a stranger's text, such as it may go to a terminal: ? for controls and what is no UTF-8. */
void explain_text(const char *text, FILE *f);

/*
 * Print what a request means: origin, key, where each parameter comes from, what of the query is
 * ignored and why, canonical form, the ETag's hash, Vary and cache tags.
 *
 * query   raw; of more than EXPLAIN_PAIRS pairs the rest is not looked at one by one
 * vary    as the answer says it, "" for none
 * Fails   as params_canonical
 */
#define EXPLAIN_PAIRS 64
bool explain_request(const struct config *cfg, const struct request *req, const char *query,
	const char *vary, FILE *f, struct err *err) MUST_USE;

/* Print what the original is. info: NULL when it was not looked into. */
void explain_original(const struct source_head *head, const struct image_info *info, FILE *f);

/* Print the rules that decided size, format and quality, and then the plan. */
void explain_plan(const struct plan *plan, FILE *f);

/* Print by which rule the answer is cached, and why it is not what was asked for, if so. */
void explain_answer(const struct config_policy *policy, enum freshness_rule rule,
	enum err_kind reason, FILE *f);

#endif
