/*
 * What loading the settings keeps while it goes on, for the files it is spread over: config_file.c
 * reads a file, config_folder.c the files of folders, config_env.c the environment, config_load.c
 * does all and sees that it fits.
 * Nobody else includes this.
 */
#ifndef LIMNER_CONFIG_LOADER_H
#define LIMNER_CONFIG_LOADER_H

#include "config.h"

#include <limits.h>

#define CONFIG_LOADER_LINE 8192 /* a session token is the longest value there is */

struct config_loader {
	struct config *cfg;
	struct config_mistakes *mistakes;
	/* where a mistake is: a variable, else a line of the piece, else the piece, else the file
	 */
	const char *variable, *holder; /* holder: what has it, "" for the environment */
	struct config_piece *piece;    /* that is being read, or NULL */
	int number;
	char folder[PATH_MAX];
	FILE *file;
	char line[CONFIG_LOADER_LINE]; /* whole, without blanks before it */
	bool cut;                      /* libinih was given only its beginning */
	bool pending;                  /* libinih has yet to say what its line means */
	bool skip;                     /* up to the next section: nobody knows this one */
	/* where the reading is */
	enum setting_section section;
	struct config_origin *origin; /* whose section it is, or NULL */
	struct config_preset *preset; /* or NULL */
	/* what was opened and set in this piece: not twice, but again in another */
	bool cache_opened, opened[CONFIG_ORIGINS_MAX], preset_opened[CONFIG_PRESETS_MAX];
	bool set_here[CONFIG_ORIGINS_MAX + 1][SETTINGS_MAX];
	uint64_t given_here[CONFIG_PRESETS_MAX]; /* bits as in struct params */
	/* what was wrong with: [0] what is for all, then each origin */
	bool faulty[CONFIG_ORIGINS_MAX + 1];
	/* what seems to be missing may stand where nobody understood it */
	bool lost_section, lost_variable;
	/* rows of settings_table that were set, in the file or the environment: [0] for all
	 * origins, then for each */
	bool set[CONFIG_ORIGINS_MAX + 1][SETTINGS_MAX];
};

/* Record a mistake, with where it is, and whose: the origin's whose section is open. Returns
 * false. */
bool config_load_fail(struct config_loader *l, const char *format, ...) PRINTF(2, 3);

/* The struct a row's field is in. origin: whose it is, or NULL. */
void *config_file_base(
	struct config_loader *l, const struct setting *row, struct config_origin *origin);

/* Where an origin's (NULL: what is for all) place in set and faulty is. */
size_t config_file_index(const struct config_loader *l, const struct config_origin *origin);

/* Which rows were set, of an origin or (NULL) of all. */
bool *config_file_set(struct config_loader *l, const struct config_origin *origin);

/* Make an origin with its defaults. name: "" for a section without one. */
bool config_file_origin(struct config_loader *l, enum setting_section section, const char *name,
	struct config_origin **ret) MUST_USE;

/* Find the folder that relative paths count from; absolute, for workers may change theirs. */
bool config_file_folder(struct config_loader *l) MUST_USE;

/* Read one file, the next piece. */
void config_file_read(struct config_loader *l, const char *path);

/* The value of a variable; NULL when it is not there, or empty. */
const char *config_env_variable(char *const env[], const char *name);

/* Set what a variable means; its value is not empty. */
void config_env_set(struct config_loader *l, const char *name, const char *value);

/* Read the files in PATH.d that end in .conf, where that folder is. */
void config_folder_drop_ins(struct config_loader *l);

/* Read systemd's credentials with a variable's name, where env says that there are some. */
void config_folder_credentials(struct config_loader *l, char *const env[]);

/* Read the LIMNER_* variables. */
void config_env_read(struct config_loader *l, char *const env[]);

#endif
