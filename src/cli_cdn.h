/*
 * The commands for caches in front: cdn and purge-tags.
 */
#ifndef LIMNER_CLI_CDN_H
#define LIMNER_CLI_CDN_H

#include "config.h"

/*
 * cloudfront [PIECE | -o FOLDER], varnish HOST:PORT, nginx HOST:PORT, vectors. Exit status 0, 1, 2.
 */
int cli_cdn(int argc, char *argv[], struct config *cfg);

/* Print an original's cache tags, and the call that drops them from CloudFront. */
int cli_cdn_purge_tags(int argc, char *argv[], struct config *cfg);

#endif
