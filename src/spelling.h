/*
 * How a query as it was sent compares with its canonical form. Pure.
 */
#ifndef LIMNER_SPELLING_H
#define LIMNER_SPELLING_H

#include <stdbool.h>

enum spelling {
	SPELLING_CANONICAL, /* the same, but for escapes: something on the way may write others */
	SPELLING_ORDER,     /* the same pairs in another order: a cache on the way may sort them */
	SPELLING_OTHER,
};

/*
 * Compare two query strings, still percent-encoded.
 *
 * Only SPELLING_OTHER may be redirected: what differs in escapes or order alone could come back
 * from a cache or client that writes them its own way, again and again. Queries of more than 64
 * pairs or 4096 bytes are OTHER.
 */
enum spelling spelling_of(const char *raw, const char *canonical);

#endif
