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
};

#endif
