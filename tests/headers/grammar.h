/*
 * Words of the grammar of fields (RFC 9110 5.6): each steps over what it knows, and returns NULL
 * where that is not what stands there.
 */
#ifndef LIMNER_TESTS_HEADERS_GRAMMAR_H
#define LIMNER_TESTS_HEADERS_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>

bool grammar_is_token_char(char c);
bool grammar_is_digits(const char *s);

const char *grammar_token(const char *s);
const char *grammar_quoted(const char *s);
const char *grammar_token_or_quoted(const char *s);

/* Blanks, or none. */
const char *grammar_blanks(const char *s);

/* ";name=value" as often as it comes; with_value: none without "=value". */
const char *grammar_parameters(const char *s, bool with_value);

/* A metric of Server-Timing, a directive of Cache-Control (RFC 9111 5.2), a link (RFC 8288 3). */
const char *grammar_metric(const char *s);
const char *grammar_directive(const char *s);
const char *grammar_link_value(const char *s);

/* Tell whether s is one or more of these, with commas between and nothing left out. */
bool grammar_is_list(const char *s, const char *(*element)(const char *));

/* Tell whether a list of tokens has this one of n characters, in whatever case. */
bool grammar_list_has(const char *list, const char *token, size_t n);

/* Read an IMF-fixdate (5.6.7) whose weekday is right, 1970 or later, as seconds since then. */
bool grammar_read_date(const char *s, long long *ret);

#endif
