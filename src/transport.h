/*
 * HTTP requests to origins: the only door to libcurl.
 *
 * One connection cache lives as long as the transport, so that requests of one worker reuse
 * connections, DNS answers and TLS sessions. Paths are sent as they are (no dot-segment removal),
 * redirects are never followed, no credentials or proxies are taken from the environment. The
 * program must ignore SIGPIPE.
 */
#ifndef LIMNER_TRANSPORT_H
#define LIMNER_TRANSPORT_H

#include "source.h"

#define TRANSPORT_ERROR_MAX 4096

struct transport;

struct transport_request {
	const char *url;            /* http(s)://…, path percent-encoded */
	const char *method;         /* NULL: GET, or HEAD if head_only */
	const char *body;           /* text to send with a method; NULL: none */
	const char *const *headers; /* "Name: value", header_count of them */
	size_t header_count;
	bool head_only;
	bool public_only;    /* connect to no loopback, private, … address (base: address.h) */
	bool http2;          /* where a TLS server offers it */
	const char *ca_file; /* PEM bundle, or "" for the system's */
	uint64_t connect_ms, stall_ms;
	uint64_t answer_ms; /* longest wait for the first byte of an answer; 0: the deadline */
	uint64_t deadline_us;
	const struct gateway *peer; /* who waits, as in source_call */
};

/* Set up libcurl and a connection cache. Fails ERR_INTERNAL. */
bool transport_open(struct transport **ret, struct err *err) MUST_USE;
void transport_close(struct transport *t);

/*
 * Send one request and push the answer into the sink.
 *
 * The sink sees 200, 206 and 304 only: its head callback once, its body callback for each piece.
 * Answers of other statuses put at most TRANSPORT_ERROR_MAX bytes of their body into ret_error (its
 * limit is the caller's). Interim answers (1xx) are skipped. A connection that is reset before
 * any byte of the answer came is tried once more. A body is complete only when its length was
 * known beforehand or it was chunked: one that ends where the connection does is refused.
 *
 * stall_ms  once the sink set *ret_stream, the longest wait for the next byte, at least 1; until
 *           then deadline_us holds alone. Time spent in the sink does not count.
 * ret_head  filled on success, whatever the status
 * report    status, tries, bytes, fleeting and trouble are filled, on failure too
 * Fails     ERR_ORIGIN (network, TLS, broken off, fewer bytes than promised, senseless head);
 *           ERR_ORIGIN_LATE (connect or total deadline, or stalled); ERR_INTERNAL; ERR_PEER_GONE;
 * or the sink's fault. With a status other than 200, 206, 304 it returns true: head->status says
 * which.
 *
 * public_only holds for the address a connection is made to, after the name was looked up; of
 * several, those that are refused are left out.
 */
bool transport_fetch(struct transport *t, const struct transport_request *req,
	const struct source_sink *sink, struct source_head *ret_head, struct buf *ret_error,
	struct source_report *report, struct err *err) MUST_USE;

/*
 * Find where a redirect leads, relative to the URL that gave it.
 *
 * Fails   ERR_ORIGIN when it is no URL, neither http nor https, or has a name or password in it
 * Source  RFC 3986 5.2, RFC 9110 10.2.2
 */
bool transport_resolve(
	const char *url, const char *location, struct buf *ret, struct err *err) MUST_USE;

/* libcurl's version line, for `limner check`. Static text. */
const char *transport_version(void);

#endif
