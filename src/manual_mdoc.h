/*
 * Parts of manual pages made from the tables, in the language of manual pages.
 *
 * Source  https://man.openbsd.org/mdoc.7
 */
#ifndef LIMNER_MANUAL_MDOC_H
#define LIMNER_MANUAL_MDOC_H

#include "config.h"

#include <stdio.h>

/* A line each for SYNOPSIS. */
void manual_mdoc_synopsis(FILE *f);

/* The items of lists (-tag). */
void manual_mdoc_commands(FILE *f);
void manual_mdoc_params(FILE *f);
void manual_mdoc_dialects(FILE *f);
void manual_mdoc_settings(FILE *f, enum setting_section section);
void manual_mdoc_reasons(FILE *f);

#endif
