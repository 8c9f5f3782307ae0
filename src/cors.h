/*
 * Whose pages' scripts may read answers. Pure.
 *
 * A list is "" (nobody's), "*" (everybody's), or origins as browsers send them, with commas or
 * blanks between them: http(s)://host[:port], in which "*." is any host below that one.
 *
 * Source  https://fetch.spec.whatwg.org/#http-cors-protocol and #origin-header
 */
#ifndef LIMNER_CORS_H
#define LIMNER_CORS_H

#include <stdbool.h>

#define CORS_LIST   512 /* bytes, with the NUL */
#define CORS_ORIGIN 272 /* the same: scheme, host of 253 at most, port */

/*
 * Tell whether a text is such a list. A path, a name and password, and a port that browsers leave
 * out (80 of http, 443 of https) make it none: no origin would be that.
 */
bool cors_valid(const char *list);

/* Tell whether answers depend on the Origin field: the list is neither empty nor "*". */
bool cors_varies(const char *list);

/*
 * Find what Access-Control-Allow-Origin says to a page: "*", its own origin, or "" for nothing.
 *
 * origin  the field as it was sent; "" without one
 */
void cors_allow(const char *list, const char *origin, char ret[CORS_ORIGIN]);

#endif
