/*
 * Random requests for the tests of params and dialect, always the same ones: a failing round can be
 * found again by its number.
 */
#ifndef LIMNER_TESTS_RANDOM_H
#define LIMNER_TESTS_RANDOM_H

#include "params.h"

#define RANDOM_VALUE 64

uint32_t random_below(uint64_t *state, uint32_t below);

/* Append text with letters in any case, some of its bytes percent-encoded. */
void random_spelling(struct buf *b, const char *text, uint64_t *state);

/* A valid value of a row. */
void random_value(const struct param_def *def, uint64_t *state, char ret[RANDOM_VALUE]);

struct random_pair {
	size_t row; /* of param_table */
	char value[RANDOM_VALUE];
};

/*
 * Write pairs as a query, shuffled, under some of their names, among names nobody knows and values
 * that are overridden later.
 */
void random_query(struct buf *b, struct random_pair *pairs, size_t n, uint64_t *state);

#endif
