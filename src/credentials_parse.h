/*
 * What credential services answer: members of JSON, elements of XML, ISO 8601 dates.
 *
 * Pure, and no more than those answers need: texts of one flat object or a few elements.
 */
#ifndef LIMNER_CREDENTIALS_PARSE_H
#define LIMNER_CREDENTIALS_PARSE_H

#include "base/err.h"

#include <stddef.h>

/*
 * Find the text member `name` of the outermost JSON object, with its escapes undone.
 *
 * size    of ret, with its NUL
 * Returns false (ret is "") when it is missing or no text, does not fit, holds escapes beyond
 * ASCII, or when what stands before it is no JSON
 */
bool credentials_parse_json(const char *json, const char *name, char *ret, size_t size) MUST_USE;

/*
 * Copy the text of the first element <name>.
 *
 * Returns false (ret is "") when it is missing, does not fit, or holds elements or entities.
 */
bool credentials_parse_xml(const char *xml, const char *name, char *ret, size_t size) MUST_USE;

/* Read "2026-11-22T15:04:05Z", with or without a fraction; "+00:00" may stand for the Z. */
bool credentials_parse_date(const char *s, int64_t *ret_unix_s) MUST_USE;

#endif
