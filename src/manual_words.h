/*
 * What the manual says in the same words on every page.
 */
#ifndef LIMNER_MANUAL_WORDS_H
#define LIMNER_MANUAL_WORDS_H

#include "base/err.h"
#include "params.h"

#define MANUAL_WORDS_AGE     32
#define MANUAL_WORDS_ALLOWED (PARAMS_ALLOWED + 16)

/* How long caches keep an answer, from a row of the failure table: seconds or an ERR_ word. */
void manual_words_age(int32_t age, char ret[MANUAL_WORDS_AGE]);

/* What a parameter allows, with its unit. */
void manual_words_allowed(const struct param_def *def, char ret[MANUAL_WORDS_ALLOWED]);

/* Tell whether a reason stands in answers, and so in tables of them. */
bool manual_words_is_reason(enum err_kind kind);

/* Tell whether it can be an error; what is not always has an answer that is as good, or nearly. */
bool manual_words_is_error(enum err_kind kind);

#endif
