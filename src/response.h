/*
 * Status, headers, caching and body to the gateway.
 *
 * A CGI response: "Status:" first, then the fields, then the body. Nothing is written before the
 * whole head is known, and but for pass-through the body's length is known with it.
 */
#ifndef LIMNER_RESPONSE_H
#define LIMNER_RESPONSE_H

#include "freshness.h"
#include "request.h"

struct response {
	int status;
	struct buf head;            /* owned; field lines so far */
	struct buf body;            /* owned */
	const unsigned char *bytes; /* what to send: body's, or the original's (borrowed) */
	size_t len;
	bool has_length; /* false: HEAD of a picture not made */
	uint64_t sent;   /* body bytes that went out */
};

/* Start over with a status; whatever was filled before is gone. */
void response_start(struct response *r, int status);

/* Add a field; control bytes in the value are refused (the field is left out). */
void response_field(struct response *r, const char *name, const char *format, ...) PRINTF(3, 4);

/* Cache-Control of an answer that is good, as freshness_good writes it, shortened for a signed URL.
 */
enum freshness_rule response_cache_done(
	struct response *r, const struct request *req, const struct source_head *head);

/* The shorter of an age and the time that is left to a signed URL; seconds. */
uint64_t response_age(const struct request *req, uint64_t age_s);

/* Cache-Control by age: seconds, or ERR_NO_STORE. */
void response_cache_age(struct response *r, int32_t max_age_s);

/* Make the whole JSON answer for a fault. policy: of the origin, or the general one; NULL: the ages
 * are those of base/err.h's table. */
void response_error(struct response *r, const struct config_policy *policy,
	const struct request *req, const struct err *err);

/* Send status, fields and an empty line. False: the peer is gone. */
bool response_send_head(struct response *r, const struct gateway *gw);

/* Send all: head with Content-Length when known, and bytes unless head_only. False: peer gone. */
bool response_send(struct response *r, const struct gateway *gw, bool head_only);

void response_done(struct response *r);

#endif
