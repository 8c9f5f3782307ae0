/*
 * Validators that need no second look at the original.
 *
 * "<origin's tag>-<hash of what was asked, the settings that shape pixels, and the pipeline's
 * epoch>.<format>": the origin's half can be given back to the origin as its own condition.
 */
#ifndef LIMNER_ETAG_H
#define LIMNER_ETAG_H

#include "request.h"

#define ETAG_MAX  256 /* an origin's tag, with quotes and NUL; longer ones are treated as absent */
#define ETAG_MADE (ETAG_MAX + 32)
#define ETAG_HASH 17   /* 16 hex digits and a NUL */
#define ETAG_LIST 1024 /* of origin halves: shorter than the field they come from */

/* Raise when the same request must give other bytes than the version before. */
#define ETAG_EPOCH "2"

/*
 * Hash the effective parameters, the settings that change pixels, and the epoch. Preset name and
 * version are left out: t=card and what card stands for, v=1 and v=2 have the same hash.
 *
 * Fails   ERR_INTERNAL
 */
bool etag_hash(const struct config *cfg, const struct request *req, char ret[ETAG_HASH],
	struct err *err) MUST_USE;

/*
 * Make the strong tag of a picture, with its quotes. False (and ret "") when the origin gave no
 * strong tag, for then nothing can be promised.
 */
bool etag_make(const char *origin_tag, const char *hash, enum format format, char ret[ETAG_MADE]);

/*
 * Find, in an If-None-Match list, the tags of ours that count: same hash, and a format among
 * `formats`. Weak ones count as well: a CDN that compresses weakens tags on the way.
 *
 * ret      their origin halves, a list of strong tags fit to be sent to the origin. What does not
 *          fit into it is left out
 * Returns  false (ret "") when none does ("*" included: it says nothing about the origin's tag)
 */
bool etag_origin_halves(
	const char *if_none_match, const char *hash, uint32_t formats, char ret[ETAG_LIST]);

/*
 * Find, among those, the first whose origin half is origin_tag (compared weakly), for the 304.
 *
 * ret  the tag as the 200 has it, strong, however it was presented (RFC 9110 15.4.5). False: none
 */
bool etag_presented(const char *if_none_match, const char *origin_tag, const char *hash,
	uint32_t formats, char ret[ETAG_MADE]);

/* Compare a field of tags (list or *) with one, strongly or weakly (RFC 9110 8.8.3.2, 13.1). */
bool etag_in_list(const char *list, const char *tag, bool weak);

#endif
