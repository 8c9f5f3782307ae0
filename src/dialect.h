/*
 * Other services' query strings, folded into the same parameters: a table of rows per dialect.
 *
 * A dialect is chosen by an origin's settings, never guessed from a query: the same word means
 * different things in them. Canonical form, ETag and log come from the parameters alone, so that
 * nothing below knows which dialect was spoken. Pure: no I/O, no clock, no globals.
 */
#ifndef LIMNER_DIALECT_H
#define LIMNER_DIALECT_H

#include "params.h"

#include <stdio.h>

enum dialect_id {
	DIALECT_LIMNER, /* params.h's own names */
	DIALECT_SEED,
	DIALECT_DAANGN,
	DIALECT_IMGIX,
	DIALECT_CLOUDFLARE,
	DIALECT_WESERV,
	DIALECT__COUNT
};

struct dialect_reading; /* a query on its way (dialect_folds.h) */
struct dialect_row;

/*
 * Fold one value into reading->params where a table does not do.
 *
 * Called twice: at once with fresh parameters, to know whether the value is good, and in table
 * order when all values are known. False: not valid, or nothing limner has a parameter for.
 */
typedef bool dialect_fold(
	struct dialect_reading *reading, const struct dialect_row *row, const char *value);

struct dialect_word {
	const char *word; /* theirs */
	const char *sets; /* as it would be asked here: "fit=cover&up=1"; "" nothing */
};

enum dialect_flag {
	DIALECT_FIRST = 1,  /* of a list with commas the first word counts */
	DIALECT_JOINS = 2,  /* given again, the values are a list */
	DIALECT_MUTE = 4,   /* understood, and without effect here */
	DIALECT_ABSENT = 8, /* theirs alone: always dropped and noted */
};

/* One name of a dialect. A value is looked for among the words, then folded or handed on. */
struct dialect_row {
	const char *name;
	const char *aliases[2];
	const char *target; /* the parameter a value becomes that is no word; NULL: none */
	double scale;    /* numbers are multiplied by it on the way; 0: handed on as they stand */
	double min, max; /* of a number, when max is above min */
	const struct dialect_word *words; /* ends with a NULL word; NULL: none */
	dialect_fold *fold;               /* instead of target, though it may use it */
	const char *bare;  /* the value of a name alone; NULL: it unsets, as everywhere */
	unsigned flags;    /* enum dialect_flag */
	const char *takes; /* what is allowed, where words and target do not say it */
	const char *meaning, *example; /* for people; "" for rows without effect */
};

struct dialect {
	const struct dialect_row *rows; /* NULL: params.h's own; ends with a NULL name */
	const char *summary;
	const char *defaults; /* asked here, what asking nothing means there: "up=1" */
	const char *needs;    /* names with commas: without each of them no picture is made */
	const char *endings;  /* of keys, with commas; NULL: pictures are made of any */
	bool exact_endings;   /* their case counts */
	bool presets;         /* t names a preset, as in the configuration */
	bool only_presets;    /* and nothing else makes pictures */
	void (*finish)(struct dialect_reading *reading); /* what needs all values; or NULL */
};

#define DIALECT_ROWS 64 /* at most, of one dialect */

extern const struct dialect dialect_table[DIALECT__COUNT];

/* The dialects' names, in the order of their ids; ends with a NULL name. */
extern const struct param_choice dialect_table_choices[];

const struct dialect *dialect_of(int32_t id);

/*
 * Read a raw query string as params_parse does: & alone separates, names and words ignore case, the
 * last duplicate wins, what is unknown is ignored, what is not valid is dropped and noted under its
 * foreign name. An empty value unsets, but for names that mean something alone (we, flip, trim).
 *
 * p          initialised; unchanged on failure. With what the dialect means by asking nothing,
 *            when a picture is asked for; but where presets come first (dialect_defaults)
 * ret_asks   false when the dialect's own condition for making pictures does not hold
 * Fails      ERR_BAD_PARAMETER, strict only, naming the foreign parameter and what is allowed
 */
bool dialect_parse(int32_t id, const char *query, bool strict, struct params *p,
	struct params_notes *notes, bool *ret_asks, struct err *err) MUST_USE;

/* Initialise p with what the dialect means by asking nothing. */
void dialect_defaults(int32_t id, struct params *p);

/* Tell whether pictures are made of originals with such a name. */
bool dialect_takes_key(int32_t id, const char *key);

/* Describe a dialect for people; for limner's own, that is params_describe's text. */
bool dialect_describe(FILE *f, int32_t id) MUST_USE;

/* Write www/dialects.html: all but limner's own. */
void dialect_describe_page(FILE *f);

/* Say what a row allows, as the end of "fm must be …". */
void dialect_allowed(const struct dialect_row *row, char ret[PARAMS_VALUE]);

#endif
