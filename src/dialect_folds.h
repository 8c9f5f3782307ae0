/*
 * The few values of other dialects that no table translates. Only for dialect.c and its table.
 */
#ifndef LIMNER_DIALECT_FOLDS_H
#define LIMNER_DIALECT_FOLDS_H

#include "dialect.h"

/* A query on its way: what was given, and what has become of it. */
struct dialect_reading {
	const struct dialect *dialect;
	bool strict;
	struct params params;
	uint64_t given, dropped; /* bits of rows */
	char values[DIALECT_ROWS][PARAMS_VALUE];
};

/* The value given for a row, by its name; NULL when there is none (or not yet). */
const char *dialect_folds_value(const struct dialect_reading *r, const char *name);

/* Set what a native query says, "fit=cover&up=1". False when one of its values is not valid. */
bool dialect_folds_put(struct dialect_reading *r, const char *query) MUST_USE;

/* One for each kind of value; see the rows that have it. */
dialect_fold dialect_folds_number, dialect_folds_pixels, dialect_folds_imgix_crop,
	dialect_folds_argb, dialect_folds_fill_colour, dialect_folds_imgix_rect, dialect_folds_auto,
	dialect_folds_imgix_trim, dialect_folds_ratio, dialect_folds_point,
	dialect_folds_css_colour, dialect_folds_focal, dialect_folds_turn, dialect_folds_flop,
	dialect_folds_page;

void dialect_folds_finish_imgix(struct dialect_reading *r);
void dialect_folds_finish_cloudflare(struct dialect_reading *r);
void dialect_folds_finish_weserv(struct dialect_reading *r);

#endif
