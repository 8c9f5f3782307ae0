/*
 * limner check: is all as it should be, and if not, what is to be done?
 */
#ifndef LIMNER_CLI_CHECK_H
#define LIMNER_CLI_CHECK_H

#include "config.h"

/*
 * Print abilities and settings (but with -q), and try everything that is needed to serve: as the
 * user who runs it, who should be the web server's.
 *
 * Returns 0, 2 (usage) or 3 (something does not work; warnings do not count).
 */
int cli_check(int argc, char *argv[], struct config *cfg);

#endif
