/*
 * What loading the settings keeps while it goes on, for the files it is spread over: config_file.c
 * reads the file, config_env.c the environment, config_load.c does both and sees that all fits.
 * Nobody else includes this.
 */
#ifndef LIMNER_CONFIG_LOADER_H
#define LIMNER_CONFIG_LOADER_H

#include "config.h"

#include <limits.h>

#define CONFIG_LOADER_LINE 8192 /* a session token is the longest value there is */

struct config_loader {
	struct config *cfg;
	struct err *err;
	bool failed;
	/* where a mistake is: a variable, else a line of the file, else the file */
	const char *variable;
	int number;
	char folder[PATH_MAX];
	FILE *file;
	char line[CONFIG_LOADER_LINE]; /* whole, without blanks before it */
	bool cut;                      /* libinih was given only its beginning */
	/* where the reading is */
	enum setting_section section;
	struct config_origin *origin; /* whose section it is, or NULL */
	struct config_preset *preset; /* or NULL */
	bool cache_opened;
	/* rows of settings_table that were set, in the file or the environment: [0] for all
	 * origins, then for each */
	bool set[CONFIG_ORIGINS_MAX + 1][SETTINGS_MAX];
};

/* Record the first mistake, with where it is; later ones are often only its consequences. Returns
 * false. */
bool config_load_fail(struct config_loader *l, const char *format, ...) PRINTF(2, 3);

/* The struct a row's field is in. origin: whose it is, or NULL. */
void *config_file_base(
	struct config_loader *l, const struct setting *row, struct config_origin *origin);

/* Which rows were set, of an origin or (NULL) of all. */
bool *config_file_set(struct config_loader *l, const struct config_origin *origin);

/* Make an origin with its defaults. name: "" for a section without one. */
bool config_file_origin(struct config_loader *l, enum setting_section section, const char *name,
	struct config_origin **ret) MUST_USE;

/* Find the folder that relative paths count from; absolute, for workers may change theirs. */
bool config_file_folder(struct config_loader *l) MUST_USE;

/* Read the file of cfg->path. */
bool config_file_read(struct config_loader *l) MUST_USE;

/* The value of a variable; NULL when it is not there, or empty. */
const char *config_env_variable(char *const env[], const char *name);

/* Read the LIMNER_* variables. */
bool config_env_read(struct config_loader *l, char *const env[]) MUST_USE;

#endif
