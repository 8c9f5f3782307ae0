/*
 * Print the canonical form of each URL on standard input, as limner sees it; or the word that
 * caches make of each Accept field.
 *
 *   canonical CONFIG <URIS: lines of "host<tab>/img/a.jpg?query"
 *   canonical CONFIG --pictures <REQUESTS: the same, and behind tabs Sec-CH-Width,
 *             Sec-CH-Viewport-Width, Sec-CH-DPR and Save-Data: what picture each comes to
 *   canonical --accept <FIELDS
 */
#include "cdn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As limner reads Accept: of the formats that are taken, as much as three words can tell. */
static void
print_words(void)
{
	const uint32_t webp = FORMAT_BIT(FORMAT_WEBP), both = webp | FORMAT_BIT(FORMAT_AVIF);
	static char line[65536];

	while (fgets(line, sizeof line, stdin) != NULL) {
		struct accept_weights weights;
		uint32_t bits;

		line[strcspn(line, "\n")] = '\0';
		accept_read(line, &weights);
		bits = accept_bits(&weights);
		(void)puts((bits & both) == both ? "avif" : (bits & webp) != 0 ? "webp" : "-");
	}
}

/* The host, the path with its query, and the hints of one request. */
static const char *
field_of(void *self, const char *name)
{
	static const char *const names[] = { "HTTP_HOST", "REQUEST_URI", "HTTP_SEC_CH_WIDTH",
		"HTTP_SEC_CH_VIEWPORT_WIDTH", "HTTP_SEC_CH_DPR", "HTTP_SAVE_DATA" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i]) == 0)
			return ((const char *const *)self)[i];
	return NULL;
}

/* Print the parameters in force, "original" where no picture is made, or why there is no answer. */
static void
print_picture(const struct config *cfg, char *line)
{
	static struct request req;
	const char *fields[6];
	struct gateway gw = { .self = fields, .param = field_of };
	struct buf out = BUF_INIT(65536);
	struct err err = { 0 };

	for (size_t i = 0; i < 6; i++) {
		char *tab = strchr(line, '\t');

		fields[i] = line;
		line = tab != NULL ? tab + 1 : line + strlen(line);
		if (tab != NULL)
			*tab = '\0';
	}
	if (!request_parse(cfg, &gw, &req, &err))
		(void)puts(err.say);
	else if (!req.transform)
		(void)puts("original");
	else if (params_canonical(&req.params, &out, &err))
		(void)puts(buf_text(&out));
	buf_done(&out);
}

int
main(int argc, char *argv[])
{
	static char line[65536];
	struct config *cfg = calloc(1, sizeof *cfg);
	char *const env[] = { NULL };
	struct err err = { 0 };

	if (argc == 2 && strcmp(argv[1], "--accept") == 0) {
		free(cfg);
		print_words();
		return 0;
	}
	if (cfg == NULL || argc < 2 || argc > 3 || !config_load(argv[1], env, cfg, &err)) {
		(void)fprintf(stderr, "canonical: %s\n", err.detail);
		return 1;
	}
	while (fgets(line, sizeof line, stdin) != NULL) {
		struct buf out = BUF_INIT(65536);
		char *uri = strchr(line, '\t');

		line[strcspn(line, "\n")] = '\0';
		if (argc == 3) {
			print_picture(cfg, line);
			continue;
		}
		if (uri == NULL)
			return 1;
		*uri++ = '\0';
		if (!cdn_canonical(cfg, line, uri, &out, &err)) {
			(void)fprintf(stderr, "canonical: %s: %s\n", uri, err.say);
			return 1;
		}
		(void)printf("%s\n", buf_text(&out));
		buf_done(&out);
	}
	free(cfg);
	return 0;
}
