#include "cli_findings.h"

#include <stdarg.h>
#include <stdio.h>

static void
say(const char *before, const char *word, const char *format, va_list ap)
{
	(void)printf("%s%s", before, word);
	(void)vprintf(format, ap);
	(void)putchar('\n');
}

void
cli_findings_problem(struct cli_findings *f, const char *subject, const char *format, ...)
{
	va_list ap;

	f->problems++;
	va_start(ap, format);
	say(subject, ": NOT WORKING: ", format, ap);
	va_end(ap);
}

void
cli_findings_warning(struct cli_findings *f, const char *subject, const char *format, ...)
{
	va_list ap;

	f->warnings++;
	va_start(ap, format);
	say(subject, ": WARNING: ", format, ap);
	va_end(ap);
}

void
cli_findings_advice(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say("  ", "", format, ap);
	va_end(ap);
}
