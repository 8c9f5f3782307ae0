/*
 * AWS Signature Version 4, as a function of (keys, call, time).
 *
 * Pure. Signs what S3 sees: the path is encoded once and never normalised.
 */
#ifndef LIMNER_SIGV4_H
#define LIMNER_SIGV4_H

#include "base/buf.h"

/* SHA-256 of the empty body, in hex: the payload hash of GET and HEAD. */
#define SIGV4_EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct sigv4_keys {
	const char *access_key, *secret_key; /* borrowed */
	const char *region, *service;        /* "us-east-1", "s3" */
};

struct sigv4_pair {
	const char *name, *value; /* borrowed; raw, not encoded */
};

struct sigv4_call {
	const char *method;               /* "GET" */
	const char *path;                 /* as on the wire: percent-encoded once, begins with / */
	const struct sigv4_pair *query;   /* raw; encoded and sorted here */
	size_t query_count;               /* at most 32 */
	const struct sigv4_pair *headers; /* to sign, any order and case: host, every x-amz-* */
	size_t header_count;              /* at most 32 */
	const char *payload_hash;         /* hex, or "UNSIGNED-PAYLOAD" */
};

/* Append the canonical query: encoded, sorted by name then value, "name=" without a value. */
bool sigv4_query(const struct sigv4_call *call, struct buf *out, struct err *err) MUST_USE;

/* Append the canonical request (for tests, and for explaining a SignatureDoesNotMatch). */
bool sigv4_canonical(const struct sigv4_call *call, struct buf *out, struct err *err) MUST_USE;

/*
 * Append the value of the Authorization header.
 *
 * date    "20150830T123600Z", the same as in the signed x-amz-date header
 * Fails   ERR_INTERNAL without memory or SHA-256, or with more than 32 headers or
 *         query parameters, or a limit of ours passed (64 KB of text, 250 bytes of secret)
 * Source  https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 *         https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
bool sigv4_authorization(const struct sigv4_keys *keys, const struct sigv4_call *call,
	const char *date, struct buf *out, struct err *err) MUST_USE;

#endif
