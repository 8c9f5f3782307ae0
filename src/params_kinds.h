/*
 * What each kind of parameter value does: read, print, and say what it allows.
 *
 * Pure, and only for params: others see parameters, never their kinds.
 */
#ifndef LIMNER_PARAMS_KINDS_H
#define LIMNER_PARAMS_KINDS_H

#include "params.h"

#define PARAMS_KINDS_ALLOWED PARAMS_ALLOWED
#define PARAMS_KINDS_NUMBER  24

/*
 * Read a value into its row's field (every kind but SIZE, which has none).
 *
 * value   not empty
 * strict  refuse numbers out of bounds instead of clamping them; sides over max are never clamped
 *         here, but held to INT32_MAX
 * field   of the row's type; written only on success
 */
bool params_kinds_set(
	const struct param_def *def, const char *value, bool strict, void *field) MUST_USE;

/* Append a field's value in its one spelling, percent-encoded but for commas. Fails as buf_add. */
bool params_kinds_print(
	const struct param_def *def, const void *field, struct buf *out, struct err *err) MUST_USE;

/* Say what a row allows, as the end of "w must be …": "a number from 1 to 100". */
void params_kinds_allowed(const struct param_def *def, char ret[PARAMS_KINDS_ALLOWED]);

/* Print a number below 10^12 with up to five decimals, as short as it goes. */
void params_kinds_number(double value, char ret[PARAMS_KINDS_NUMBER]);

/* Name a kind: "int", "choice". Static text. */
const char *params_kinds_name(enum param_kind kind);

/* Round half up to so many decimals. */
double params_kinds_round(double value, int places);

#endif
