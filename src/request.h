/*
 * From the gateway's environment to a typed request.
 *
 * Everything is copied into bounded fields; nothing of the gateway is kept. What does not fit and
 * matters is a 400, what does not fit and may be ignored (conditions) is ignored, nothing is cut.
 */
#ifndef LIMNER_REQUEST_H
#define LIMNER_REQUEST_H

#include "config.h"
#include "format.h"
#include "gateway.h"
#include "sign.h"
#include "spelling.h"

#define REQUEST_KEY_MAX 1024 /* bytes, S3's limit */

enum request_kind {
	REQUEST_PICTURE,
	REQUEST_PREFLIGHT, /* a browser asks for a page whether it may ask; origin is there, no key
			    */
	REQUEST_HEALTH,
	REQUEST_READY,
	REQUEST_METRICS,
	REQUEST_EXPLAIN
};

/* Conditions and range as the client sent them; "" when absent. */
struct request_conditions {
	char if_none_match[1024];
	char if_match[1024];
	char if_modified_since[64];
	char if_unmodified_since[64];
	char if_range[256];
	char range[256];
};

struct request {
	enum request_kind kind;
	bool head_only;
	char id[17];                        /* random hex, in the log and in error bodies */
	const struct config_origin *origin; /* borrowed from the configuration */
	char key[REQUEST_KEY_MAX + 1];      /* decoded; UTF-8 without NUL */
	struct params asked;                /* as in the URL, snapped */
	struct params params;               /* with the preset laid under */
	struct params_notes notes;
	enum sign_verdict signature;
	int64_t left_s;      /* how long a signed URL is good for; 0: for good */
	bool transform;      /* false: the original passes through */
	bool unknown_preset; /* t names nothing; transform is false then */
	bool other_type;     /* the dialect makes no picture of such a key; transform is false */
	bool negotiated;     /* f=auto and transform: the answer depends on accept_name */
	const char *accept_name; /* "Accept", or what the configuration names; borrowed */
	uint32_t hinted;         /* HINTS_BIT()s of the hints the answer depends on */
	enum spelling spelling;  /* of the query, beside the canonical form of asked */
	uint32_t accepts; /* FORMAT_BIT()s Accept names (AVIF WEBP JXL); 0 unless negotiated */
	enum format auto_order[ACCEPT_FORMATS]; /* those of auto_formats, best first; NONE ends */
	uint32_t auto_above[ACCEPT_FORMATS];    /* as accept_above tells of each */
	struct request_conditions if_;
	char allow_origin[CORS_ORIGIN]; /* as cors_allow found it */
	char forwarded[2048]; /* what forward_headers lets through, "Name: value\n" each */
	char cf_id[96];       /* X-Amz-Cf-Id, for the log */
};

/*
 * Read a query as an origin does: in its dialect, snapped to its steps. The generated edge function
 * does the same (cdn_function.js).
 *
 * asked     initialised
 * ret_asks  whether the dialect's own conditions for making a picture hold
 * Fails     as dialect_parse
 */
bool request_asked(const struct config_origin *origin, const char *query, struct params *asked,
	struct params_notes *notes, bool *ret_asks, struct err *err) MUST_USE;

/*
 * Read one request from a gateway.
 *
 * The path comes from REQUEST_URI, raw, decoded once; only where a gateway has none, SCRIPT_NAME
 * and PATH_INFO (already decoded) and QUERY_STRING serve.
 *
 * ret     id, head_only, origin, key and cf_id are filled as far as reading got, also on failure
 * Fails   ERR_METHOD, with the origin where the path has one; ERR_BAD_PATH; ERR_BAD_PARAMETER
 * (strict); ERR_NOT_FOUND when no origin is mounted there, or when it is /-/ready, /-/metrics or
 * /-/explain and status_from does not hold who asks, or a proxy asks; ERR_UNSIGNED, ERR_SIGNATURE,
 * ERR_EXPIRED
 */
bool request_parse(const struct config *cfg, const struct gateway *gw, struct request *ret,
	struct err *err) MUST_USE;

/* The same from "/img/a.jpg?w=300" or "https://host/img/a.jpg?w=300", for the command line and
 * tests. Fails as request_parse, but lets every signature pass. */
bool request_from_text(
	const struct config *cfg, const char *uri, struct request *ret, struct err *err) MUST_USE;

#define REQUEST_VARY 512

/*
 * Write which of the request's headers the answer depends on, commas between them; "" for none:
 * Origin where it decides who may read the answer, Accept where it chose the format, the hints that
 * were looked at, and what was forwarded and the origin's own Vary names.
 *
 * origin_vary  "*" for all that may be forwarded; NULL for an answer that no picture and no
 * original had a part in
 */
void request_vary(const struct request *req, const char *origin_vary, char ret[REQUEST_VARY]);

#endif
