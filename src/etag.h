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
#define ETAG_HASH 17 /* 16 hex digits and a NUL */

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
 * Find, in an If-None-Match list, a tag of ours that counts: same hash, and a format among
 * `formats`.
 *
 * ret_origin  its origin half with quotes, fit to be sent to the origin as its only strong tag
 * ret_tag     the tag as presented, for the 304
 * Returns     false when none does ("*" included: it says nothing about the origin's tag)
 */
bool etag_origin_half(const char *if_none_match, const char *hash, uint32_t formats,
	char ret_origin[ETAG_MAX], char ret_tag[ETAG_MADE]);

/* Compare a field of tags (list or *) with one, strongly or weakly (RFC 9110 8.8.3.2, 13.1). */
bool etag_in_list(const char *list, const char *tag, bool weak);

#endif
