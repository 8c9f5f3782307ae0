/*
 * Parts of the reference page (www/reference.html), made from the tables.
 */
#ifndef LIMNER_MANUAL_HTML_H
#define LIMNER_MANUAL_HTML_H

#include "config.h"

#include <stdio.h>

/* Whole tables. */
void manual_html_params(FILE *f);
void manual_html_settings(FILE *f, enum setting_section section);
void manual_html_reasons(FILE *f);

#endif
