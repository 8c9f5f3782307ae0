/*
 * The files that limner cdn fills in, as lines: made from cdn_function.js, cdn_hints.js,
 * cdn_varnish.vcl and cdn_nginx.conf by the Makefile.
 */
#ifndef LIMNER_CDN_TEMPLATES_H
#define LIMNER_CDN_TEMPLATES_H

/* Each line with its end; NULL after the last. */
extern const char *const cdn_templates_function[];
extern const char *const cdn_templates_hints[];
extern const char *const cdn_templates_varnish[];
extern const char *const cdn_templates_nginx[];

#endif
