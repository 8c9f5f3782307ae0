/*
 * What a web server gives us: an environment, and a place to write.
 *
 * Three kinds exist: FastCGI streams and the process's own environment (server), and arrays in
 * memory (tests). libfcgi's FCGX calls do not serve plain CGI, hence this wall.
 */
#ifndef LIMNER_GATEWAY_H
#define LIMNER_GATEWAY_H

#include <stdbool.h>
#include <stddef.h>

struct gateway {
	void *self;
	/* A CGI variable, or NULL. Borrowed, valid until the request ends. */
	const char *(*param)(void *self, const char *name);
	/* Send n bytes (head, then body). False: the peer is gone, stop. */
	bool (*write)(void *self, const void *bytes, size_t n);
	/*
	 * Tell whether the peer is known to be gone, without waiting. For while nothing is written;
	 * NULL where it cannot be known.
	 */
	bool (*gone)(void *self);
};

#define GATEWAY_LOOK_MS 250 /* how often to ask while waiting for something else */

/* The same for a gateway that may be NULL: nobody who could leave. */
static inline bool
gateway_gone(const struct gateway *gw)
{
	return gw != NULL && gw->gone != NULL && gw->gone(gw->self);
}

/* How long to wait in one go: the time left, but for a look at the peer in between. */
static inline int
gateway_wait_ms(const struct gateway *gw, int left_ms)
{
	bool looks = gw != NULL && gw->gone != NULL;

	return looks && left_ms > GATEWAY_LOOK_MS ? GATEWAY_LOOK_MS : left_ms;
}

#endif
