/*
 * One question for keys to the place they come from.
 *
 * Nothing is kept here but the session with an instance's service; lives, sharing and pauses are
 * credentials.c's.
 */
#ifndef LIMNER_CREDENTIALS_SOURCES_H
#define LIMNER_CREDENTIALS_SOURCES_H

#include "credentials_place.h"
#include "transport.h"

/*
 * Ask the place for keys, once (a container's endpoint up to three times).
 *
 * transport  may be NULL for the kinds that are no service
 * ret        expires_s is set for all services
 * Fails      ERR_ORIGIN, ERR_ORIGIN_LATE when deadline_us passed, ERR_INTERNAL
 * Source     https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 *            https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 *            https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
 */
bool credentials_sources_ask(struct credentials_place *place, struct transport *transport,
	uint64_t deadline_us, struct credentials_keys *ret, struct err *err) MUST_USE;

#endif
