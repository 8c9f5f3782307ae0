#include "html.h"

void
html_text(FILE *f, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '<' || *text == '>' || *text == '&')
			(void)fprintf(f, "&#%d;", *text);
		else
			(void)fputc(*text, f);
	}
}

void
html_code(FILE *f, const char *before, const char *text, const char *after)
{
	(void)fprintf(f, "%s<code>", before);
	html_text(f, text);
	(void)fprintf(f, "</code>%s", after);
}
