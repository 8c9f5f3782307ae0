/*
 * Keys to sign S3 requests with, from where production keeps them.
 *
 * In the order the AWS tools use: the origin's own settings, the environment, web identity (STS),
 * shared files and profiles, the container endpoint, the instance role. Temporary keys are kept
 * with their end, renewed ahead of it, and shared between processes through the runtime folder.
 */
#ifndef LIMNER_CREDENTIALS_H
#define LIMNER_CREDENTIALS_H

#include "config.h"

struct credentials;

struct credentials_keys {
	char access_key[160], secret_key[160];
	char session_token[4096]; /* "" without one */
	int64_t expires_s;        /* unix time; 0: never, or nobody knows */
};

/*
 * Settle where the keys of one origin come from; nothing is fetched yet.
 *
 * The first that is there counts: access_key and secret_key of the origin; its profile, when the
 * settings name one; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (AWS_SESSION_TOKEN);
 * AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN; the profile AWS_PROFILE or "default" of the shared
 * files; AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or …_FULL_URI; the instance role.
 *
 * origin   borrowed until credentials_close
 * env      "NAME=value" strings, NULL at the end; copied as far as needed. Only AWS_* and HOME
 * (where the shared files lie) are read: HTTP_* of a CGI environment are a stranger's words. Fails
 * ERR_INTERNAL when no source is there at all, one is there only in part, or a file or profile that
 * was named is not
 */
bool credentials_open(const struct config_origin *origin, char *const env[],
	struct credentials **ret, struct err *err) MUST_USE;

/*
 * Get keys that are good now: from memory, else from the runtime folder, else from the source.
 *
 * Temporary keys are renewed in the last five minutes, or in the last quarter of a short life;
 * while that fails, or another process does it, the old ones serve to their end.
 *
 * Fails   ERR_ORIGIN when the source gives none and the old ones are over; ERR_ORIGIN_LATE when the
 *         deadline passed over it; ERR_INTERNAL without memory
 */
bool credentials_get(struct credentials *c, uint64_t deadline_us, struct credentials_keys *ret,
	struct err *err) MUST_USE;

/*
 * Tell that the server refused these keys (expired, revoked): the next get asks the source.
 *
 * Returns false when that is no use: the keys are fixed, or were refused a moment ago as well.
 */
bool credentials_refused(struct credentials *c, const struct credentials_keys *keys);

/* How often a service was asked for keys, by this process. */
int credentials_asked(const struct credentials *c);

/* Where the keys come from, in words, for `limner check`: "settings", "instance role", … */
const char *credentials_source(const struct credentials *c);

/* Tell whether the keys come from a service, and so are to be shared in runtime_dir. */
bool credentials_shares(const struct credentials *c);

/* NULL is allowed. */
void credentials_close(struct credentials *c);

#endif
