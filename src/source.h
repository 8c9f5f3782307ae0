/*
 * Where originals come from: one interface, a row per kind.
 *
 * Bytes are pushed into a sink as they arrive, so that the same fetch serves a picture (collected
 * up to a limit) and a pass-through (streamed in constant memory).
 */
#ifndef LIMNER_SOURCE_H
#define LIMNER_SOURCE_H

#include "config.h"
#include "gateway.h"

/* Checksums S3 may keep of an object, the strongest first. */
enum source_sum {
	SOURCE_SHA256,
	SOURCE_SHA1,
	SOURCE_CRC64NVME,
	SOURCE_CRC32C,
	SOURCE_CRC32,
	SOURCE__SUMS
};

/* What the origin said of an object; "" when it did not say. */
struct source_head {
	int status; /* 200, 206 or 304: anything else became an error */
	char etag[256];
	char last_modified[64];
	char content_type[128];
	char content_range[128];
	char cache_control[256];
	char expires[64];
	char age[32];
	char content_encoding[64];
	char date[64];                                /* the origin's clock */
	char bucket_region[64];                       /* x-amz-bucket-region */
	char encryption[32], customer_encryption[32]; /* x-amz-server-side-encryption… */
	char checksums[SOURCE__SUMS][56];             /* x-amz-checksum-sha256…, in base64 */
	char checksum_type[16];                       /* x-amz-checksum-type */
	char storage_class[32];                       /* x-amz-storage-class */
	char archive_status[32];                      /* x-amz-archive-status */
	char restore[128];                            /* x-amz-restore */
	char location[4096];                          /* of a redirect, as it stands */
	char vary[512];
	char x_cache[64], reason[64]; /* X-Cache, Limner-Reason: of caches in front of limner */
	bool has_length;
	uint64_t length; /* bytes of the body to come; of HEAD: of the body GET would send */
};

struct source_call {
	const char *key; /* decoded, NUL-terminated UTF-8, 1…1024 bytes */
	bool head_only;
	/* as the client sent them, lists and * included; NULL or "" when absent */
	const char *if_none_match, *if_match, *if_modified_since, *if_unmodified_since;
	const char *range, *if_range;
	const char *
		forwarded; /* more of the client's fields, "Name: value\n" each; NULL or "": none */
	const char *version; /* of the object, where the origin keeps several; NULL or "": newest */
	uint64_t deadline_us;       /* on now_mono_us's clock */
	const struct gateway *peer; /* who waits: looked at now and then; NULL: nobody */
};

struct source_sink {
	void *self;
	/*
	 * Called once, before any byte. *ret_stream set: the deadline no longer holds, only the
	 * origin's stall limit does; it may be kept, and set as late as by a call of body. False
	 * (err filled): stop, source_fetch fails with it.
	 */
	bool (*head)(void *self, const struct source_head *head, bool *ret_stream, struct err *err);
	/* Called for each piece. False (err filled): stop. */
	bool (*body)(void *self, const void *bytes, size_t n, struct err *err);
};

/* Why a server was not even spoken to. */
enum source_trouble {
	SOURCE_NO_TROUBLE,
	SOURCE_NO_NAME,       /* nobody knows the host */
	SOURCE_NO_CONNECTION, /* nothing listens there, or something is in the way */
	SOURCE_NOT_PUBLIC,    /* an address that is not connected to */
	SOURCE_NO_TLS,        /* what listens does not speak it, or not as we do */
	SOURCE_NO_TRUST,      /* its certificate is another's, over, or signed by a stranger */
};

/* What is worth logging of a fetch; filled on failure too. */
struct source_report {
	int status;     /* the origin's HTTP status, 0 when none (file: the status it would have) */
	int tries;      /* requests sent; more than 1 after a reset, a busy server, a lesson */
	bool fleeting;  /* the fault lies in the network, and no head came: it may be gone soon */
	uint64_t bytes; /* of bodies received, by all tries */
	char code[64];  /* S3's error code, the last one: also when a further try went well */
	enum source_trouble trouble; /* of the last try */
	char region[64];        /* S3: where the bucket turned out to be; "" as the setting says */
	int64_t clock_s;        /* S3: how much the server's clock is ahead, where that mattered */
	int key_requests;       /* for temporary keys, to where they come from */
	char content_range[64]; /* of a refused range, when the origin said its size */
};

#define SOURCE_NOBODYS "limner-check/no-such-picture" /* a key to try an origin with */

struct source;

struct source_kind {
	bool (*open)(const struct config_origin *origin, void **ret_state, struct err *err);
	bool (*fetch)(void *state, const struct source_call *call, const struct source_sink *sink,
		struct source_report *report, struct err *err);
	void (*close)(void *state);
};

/* The rows: each defined in its own file. */
extern const struct source_kind source_file_kind, source_s3_kind, source_http_kind;

/* Allocate and open. Fails ERR_INTERNAL (no memory, root not a directory, no credentials). */
bool source_open(const struct config_origin *origin, struct source **ret, struct err *err) MUST_USE;

/*
 * Fetch one object.
 *
 * Fails   ERR_BAD_PATH (prefix and key are over 1024 bytes, or not UTF-8); ERR_NOT_FOUND;
 *         ERR_ARCHIVED;
 *         ERR_PRECONDITION; ERR_RANGE; ERR_ORIGIN (refused, broken off, short, senseless: never
 *         a 404 for a network fault); ERR_ORIGIN_LATE; ERR_PEER_GONE; or what the sink said. Bytes
 * may have reached the sink before a failure: what it holds then is not the object.
 */
bool source_fetch(struct source *s, const struct source_call *call, const struct source_sink *sink,
	struct source_report *report, struct err *err) MUST_USE;

/* Halves of a sink for who does not look at them. */
bool source_ignore_head(
	void *self, const struct source_head *head, bool *ret_stream, struct err *err);
bool source_ignore_body(void *self, const void *bytes, size_t n, struct err *err);

/*
 * Tell whether the origin answers, by asking for an object nobody has. A server that says 403 to
 * that counts: it is there, and knows who asks. Fails as source_fetch; report as there.
 */
bool source_try(struct source *s, uint64_t deadline_us, struct source_report *report,
	struct err *err) MUST_USE;

/* Record that an origin's answer makes no sense; why: for the log. Returns false. */
bool source_senseless(struct err *err, const char *why);

/* Free; NULL is allowed. */
void source_close(struct source *s);

#endif
