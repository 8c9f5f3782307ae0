/*
 * Which of the places keys come from: the first in AWS's order that is there.
 *
 * Looks at settings, environment and files only; nothing is asked of the network.
 */
#ifndef LIMNER_CREDENTIALS_PLACE_H
#define LIMNER_CREDENTIALS_PLACE_H

#include "credentials.h"
#include "credentials_files.h"

enum credentials_kind {
	CREDENTIALS_SETTINGS,
	CREDENTIALS_ENVIRONMENT,
	CREDENTIALS_WEB_IDENTITY,
	CREDENTIALS_FILES,
	CREDENTIALS_CONTAINER,
	CREDENTIALS_INSTANCE,
};

struct credentials_place {
	enum credentials_kind kind;
	struct credentials_keys fixed; /* settings and environment */
	/* shared files */
	char credentials_file[1024], config_file[1024];
	char profile[128];
	/* services */
	char url[1024];     /* STS; the container's endpoint; the instance's, no slash at the end */
	char ca_file[1024]; /* "" for the system's */
	char token_file[1024];       /* web identity and container: read for each question */
	char token[4096];            /* container, without a file; instance: the session's */
	char role[256], session[65]; /* web identity */
};

/* Find the first place that is there. Fails as credentials_open. */
bool credentials_place_settle(const struct config_origin *origin, char *const env[],
	struct credentials_place *ret, struct err *err) MUST_USE;

/* Read the place's profile from both files, the first one's keys winning. Fails ERR_INTERNAL. */
bool credentials_place_profile(const struct credentials_place *place,
	struct credentials_profile *ret, struct err *err) MUST_USE;

/* Tell whether keys are whole and may go into header fields. Fails with the kind given. */
bool credentials_place_check(
	const struct credentials_keys *keys, enum err_kind kind, struct err *err) MUST_USE;

#endif
