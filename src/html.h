/*
 * Text in HTML pages.
 */
#ifndef LIMNER_HTML_H
#define LIMNER_HTML_H

#include <stdio.h>

/* Write text so that a browser shows it as it is. Line ends stay. */
void html_text(FILE *f, const char *text);

/* Write text as code, between two pieces of HTML. */
void html_code(FILE *f, const char *before, const char *text, const char *after);

#endif
