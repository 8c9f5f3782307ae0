/*
 * From a setting's text to its field.
 */
#ifndef LIMNER_SETTINGS_READ_H
#define LIMNER_SETTINGS_READ_H

#include "config.h"

/*
 * Read one value, by its row's kind and bounds.
 *
 * field   where the row's offset leads; written on success only
 * value   without control bytes
 * folder  that relative paths count from, no slash at the end; "" leaves them as they are
 *
 * Returns false when the value is not what settings_print_allowed says; where a member of a list is
 * at fault, why says which, and is left alone otherwise.
 */
bool settings_read(const struct setting *row, void *field, const char *value, const char *folder,
	char why[SETTINGS_WHY]) MUST_USE;

#endif
