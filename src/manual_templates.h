/*
 * The pages that limner manual fills in, as lines: made from manual_limner.mdoc, manual_conf.mdoc
 * and manual_reference.html by the Makefile. A line that begins with @ names what takes its place.
 */
#ifndef LIMNER_MANUAL_TEMPLATES_H
#define LIMNER_MANUAL_TEMPLATES_H

/* Each line with its end; NULL after the last. */
extern const char *const manual_templates_limner[];
extern const char *const manual_templates_conf[];
extern const char *const manual_templates_reference[];

#endif
