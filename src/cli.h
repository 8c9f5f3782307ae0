/*
 * The command line: render, explain, check, params, config. Uses the same code as the server.
 */
#ifndef LIMNER_CLI_H
#define LIMNER_CLI_H

#include "config.h"

/* Run a command. argv[0] is the command's name. Returns the exit status: 0, 1 (failed), 2 (usage).
 */
int cli_run(int argc, char *argv[], char *const env[]);

/* Print what is wrong with the settings to stderr, a line each. */
void cli_mistakes(const struct config_mistakes *mistakes);

/* Print usage; to stderr when it answers a mistake. */
void cli_usage(int mistake);

#endif
