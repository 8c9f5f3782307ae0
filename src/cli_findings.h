/*
 * What `limner check` finds: said at once, and counted.
 */
#ifndef LIMNER_CLI_FINDINGS_H
#define LIMNER_CLI_FINDINGS_H

#include "base/err.h"

/* Zero-initialised is none. */
struct cli_findings {
	int problems; /* what does not work */
	int warnings; /* what works, but not as well as it could */
};

/* Print "subject: NOT WORKING: …", or "subject: WARNING: …", and count it. */
void cli_findings_problem(struct cli_findings *f, const char *subject, const char *format, ...)
	PRINTF(3, 4);
void cli_findings_warning(struct cli_findings *f, const char *subject, const char *format, ...)
	PRINTF(3, 4);

/* Print what to do about the last one. */
void cli_findings_advice(const char *format, ...) PRINTF(1, 2);

#endif
