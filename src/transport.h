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
	const char *const *headers; /* "Name: value", header_count of them */
	size_t header_count;
	bool head_only;
	const char *ca_file; /* PEM bundle, or "" for the system's */
	uint64_t connect_ms, stall_ms;
	uint64_t deadline_us;
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
 * report    status, tries and bytes are filled, on failure too
 * Fails     ERR_ORIGIN (network, TLS, broken off, fewer bytes than promised, senseless head);
 *           ERR_ORIGIN_LATE (connect or total deadline, or stalled); ERR_INTERNAL; or the sink's
 *           fault. With a status other than 200, 206, 304 it returns true: head->status says which.
 */
bool transport_fetch(struct transport *t, const struct transport_request *req,
	const struct source_sink *sink, struct source_head *ret_head, struct buf *ret_error,
	struct source_report *report, struct err *err) MUST_USE;

/* libcurl's version line, for `limner check`. Static text. */
const char *transport_version(void);

#endif
