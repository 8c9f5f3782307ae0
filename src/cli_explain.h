/*
 * The command that tells why a URL is answered as it is.
 */
#ifndef LIMNER_CLI_EXPLAIN_H
#define LIMNER_CLI_EXPLAIN_H

#include "config.h"

/* limner explain URL [-H 'Name: value']..., in any order. Returns the exit status. */
int cli_explain(int argc, char *argv[], struct config *cfg);

#endif
