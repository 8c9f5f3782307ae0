/*
 * Trying one origin for `limner check`, and saying what is to be done about it.
 */
#ifndef LIMNER_CLI_CHECK_ORIGIN_H
#define LIMNER_CLI_CHECK_ORIGIN_H

#include "cli_findings.h"
#include "config.h"

/*
 * Ask for an original nobody has: an origin that is set up well says that it is not there. Of a
 * folder some files are looked at as well, of S3 it is told where the keys come from.
 */
void cli_check_origin(const struct config_origin *origin, struct cli_findings *f);

#endif
