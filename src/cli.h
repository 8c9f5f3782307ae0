/*
 * The command line: uses the same code as the server. cli_help.h has the commands.
 */
#ifndef LIMNER_CLI_H
#define LIMNER_CLI_H

#include "config.h"

/* Run a command. argv[0] is its name. Returns the exit status, as cli_help.h has them. */
int cli_run(int argc, char *argv[], char *const env[]);

/* Print what is wrong with the settings to stderr, a line each. */
void cli_mistakes(const struct config_mistakes *mistakes);

#endif
