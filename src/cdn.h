/*
 * What a cache in front of limner needs to know, made of the configuration and the tables.
 *
 * One file per kind of cache: cdn_function.c and cdn_policies.c for CloudFront, cdn_caches.c for
 * Varnish and nginx. They decide the cache's key; limner answers rightly without any of them.
 */
#ifndef LIMNER_CDN_H
#define LIMNER_CDN_H

#include "request.h"

#define CDN_FUNCTION_MAX 10240 /* bytes; CloudFront's quota */

/* What takes the place of @NAME@ in a template. */
struct cdn_field {
	const char *name, *text;
};

/*
 * Fill a template in. All names of the template must be among the fields.
 *
 * Fails   ERR_INTERNAL, ERR_TOO_LARGE over the limit of out
 */
bool cdn_fill(const char *const lines[], const struct cdn_field *fields, size_t n, struct buf *out,
	struct err *err) MUST_USE;

/*
 * Tell whether caches may write an origin's queries anew. Where it is no, they leave them as they
 * are and are right all the same.
 */
bool cdn_may_normalise(const struct config_origin *origin);

/* Tell whether any origin knows a parameter: what URLs are signed with, some do not. */
bool cdn_knows(const struct config *cfg, const struct param_def *def);

/* Tell whether an origin's own server sees the client's Accept, which must then stay as it is. */
bool cdn_forwards_accept(const struct config_origin *origin);

/* Tell whether any origin takes client hints. */
bool cdn_takes_hints(const struct config *cfg);

/* Tell whether f=auto may come to AVIF at any origin: else caches need not tell it apart. */
bool cdn_makes_avif(const struct config *cfg);

/* Add the presets with f=auto that hold for an origin, with `separator` between them. */
bool cdn_auto_presets(const struct config *cfg, const struct config_origin *origin,
	const char *separator, struct buf *out, struct err *err) MUST_USE;

/*
 * Point at the origins in the order they are looked at: the first whose host and mount match is the
 * one config_origin would find.
 */
void cdn_order(const struct config *cfg, const struct config_origin *ret[CONFIG_ORIGINS_MAX]);

/*
 * Print the CloudFront Function for viewer requests.
 *
 * Fails   ERR_TOO_LARGE when it has more bytes than CloudFront takes
 */
bool cdn_function(const struct config *cfg, struct buf *out, struct err *err) MUST_USE;

/* What one of CloudFront's pieces is called, its file, and how the AWS CLI takes it. */
struct cdn_piece {
	const char *name, *file, *how;
	bool (*print)(const struct config *cfg, struct buf *out, struct err *err);
};

extern const struct cdn_piece cdn_policies[]; /* ends with a NULL name */

/*
 * Print the configuration of a cache of one's own; `backend` is host:port of limner's web server.
 *
 * Fails   ERR_INTERNAL, text in detail, when that is no host and port
 */
bool cdn_caches_varnish(
	const struct config *cfg, const char *backend, struct buf *out, struct err *err) MUST_USE;
bool cdn_caches_nginx(
	const struct config *cfg, const char *backend, struct buf *out, struct err *err) MUST_USE;

/*
 * Write a query as the edge function does: the canonical form, or the query itself where limner
 * should see it as it was sent: where nobody serves the path, for a mistake under strict, and for a
 * t no preset can have.
 *
 * uri     "/img/a.jpg?w=300"; host may be ""
 */
bool cdn_canonical(const struct config *cfg, const char *host, const char *uri, struct buf *out,
	struct err *err) MUST_USE;

/* Print test vectors as JSON: queries, and what cdn_canonical makes of them for each origin. */
bool cdn_vectors(const struct config *cfg, struct buf *out, struct err *err) MUST_USE;

#endif
