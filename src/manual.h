/*
 * The manual: hand-written pages (manual_limner.mdoc, manual_conf.mdoc, manual_reference.html) in
 * which the tables of commands, parameters, settings and reasons take their places.
 *
 * packaging/man and www have what this prints; tests/style/docs compares them.
 */
#ifndef LIMNER_MANUAL_H
#define LIMNER_MANUAL_H

#include <stdbool.h>
#include <stdio.h>

/* Print a page: limner.1, limner.conf.5 or reference.html. False when there is none so called. */
bool manual_print(const char *page, FILE *f);

#endif
