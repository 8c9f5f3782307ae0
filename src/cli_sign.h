/*
 * limner sign: URLs with the signature their origin wants.
 */
#ifndef LIMNER_CLI_SIGN_H
#define LIMNER_CLI_SIGN_H

#include "config.h"

/*
 * Print each URL (a path, or with scheme and host) in its canonical form, signed with the first key
 * of its origin; an origin of another dialect has its query kept as it stands. - reads URLs from
 * standard input, one a line.
 *
 * Returns 0, 2 (usage) or 3 (some URL is of no origin that signs; the others are printed).
 */
int cli_sign(int argc, char *argv[], struct config *cfg);

#endif
