/*
 * What the commands are called and how they are used: one row each, read by --help, by complaints
 * about a command line, and by who looks for a command.
 */
#ifndef LIMNER_CLI_HELP_H
#define LIMNER_CLI_HELP_H

#include <stdio.h>

enum cli_help_command {
	CLI_HELP_RENDER,
	CLI_HELP_EXPLAIN,
	CLI_HELP_CHECK,
	CLI_HELP_SIGN,
	CLI_HELP_WARM,
	CLI_HELP_CDN,
	CLI_HELP_PURGE_TAGS,
	CLI_HELP_PARAMS,
	CLI_HELP_CONFIG,
	CLI_HELP_MANUAL,
	CLI_HELP__COUNT
};

/* Exit statuses of all commands. */
#define CLI_HELP_SETTINGS 1 /* mistakes in the settings; nothing was done */
#define CLI_HELP_USAGE    2 /* the command line makes no sense; nothing was done */
#define CLI_HELP_FAILED   3

struct cli_help {
	const char *name, *arguments;
	const char *summary; /* one line */
	const char *details; /* lines: what the arguments mean, examples */
};

extern const struct cli_help cli_help_table[CLI_HELP__COUNT];

/* Find a command by its name; CLI_HELP__COUNT when there is none. */
enum cli_help_command cli_help_find(const char *name);

/* Print all there is to say of a command. */
void cli_help_print(enum cli_help_command command);

/* Complain of a command line: how it should be, to stderr. Returns CLI_HELP_USAGE. */
int cli_help_usage(enum cli_help_command command);

/* Complain of a command that is none, with the nearest name. Returns CLI_HELP_USAGE. */
int cli_help_unknown(const char *name);

/* Print what there is at all. */
void cli_help_all(FILE *f);

#endif
