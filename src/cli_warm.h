/*
 * limner warm: ask for many URLs, so that the caches on the way have them.
 */
#ifndef LIMNER_CLI_WARM_H
#define LIMNER_CLI_WARM_H

#include "config.h"

/*
 * Ask for each URL of a list, show how far it is where standard error is a terminal, and tell what
 * came of it. The settings are not looked at.
 *
 * Returns 0, 2 (usage) or 3 (no list, an answer that is an error, none, or stopped by Ctrl-C).
 */
int cli_warm(int argc, char *argv[], struct config *cfg);

#endif
