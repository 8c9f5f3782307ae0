#include "cli_explain.h"

#include "cli_help.h"
#include "handler.h"
#include "image.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define OUT_LIMIT 1048576 /* bytes of an explanation */

/* Whoever types the command: the fields they name are their client's. */
struct typist {
	char **argv; /* behind the command: the URL, and -H and a field any number of times */
	int argc;
};

/* Tell whether a variable is the one of this field: HTTP_X_NAME for X-Name. */
static bool
is_variable_of(const char *variable, const char *field, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = field[i] == '-' ? '_' : field[i];

		if (strncasecmp(&variable[i], &c, 1) != 0)
			return false;
	}
	return variable[n] == '\0';
}

static const char *
typist_param(void *self, const char *name)
{
	const struct typist *t = self;

	for (int i = 0; i + 1 < t->argc && strncmp(name, "HTTP_", 5) == 0; i++) {
		const char *field;
		size_t n;

		if (strcmp(t->argv[i], "-H") != 0)
			continue;
		field = t->argv[++i];
		n = strcspn(field, ":");
		if (field[n] == ':' && is_variable_of(name + 5, field, n))
			return field + n + 1 + strspn(field + n + 1, " ");
	}
	return NULL;
}

static bool
typist_write(void *self, const void *bytes, size_t n)
{
	(void)self;
	(void)bytes;
	(void)n;
	return true; /* the explanation is printed; nothing is sent */
}

/* The URL among the arguments, before or behind the fields; NULL when they are none that can be. */
static const char *
find_url(int argc, char *argv[])
{
	const char *url = NULL;

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "-H") == 0) {
			if (++i == argc || strchr(argv[i], ':') == NULL)
				return NULL;
		} else if (url != NULL) {
			return NULL;
		} else {
			url = argv[i];
		}
	return url;
}

int
cli_explain(int argc, char *argv[], struct config *cfg)
{
	struct typist typist = { argv + 1, argc - 1 };
	const struct gateway gw = { .self = &typist, .param = typist_param, .write = typist_write };
	struct buf out = BUF_INIT(OUT_LIMIT);
	struct handler h = { 0 };
	struct err err = { 0 };
	const char *url = find_url(argc, argv);
	bool ok;

	if (url == NULL)
		return cli_help_usage(CLI_HELP_EXPLAIN);
	ok = image_open(cfg, &err);
	if (ok) {
		handler_open(&h, cfg);
		ok = handler_explain(&h, &gw, url, &out, &err); /* the host of a whole URL counts */
		handler_close(&h);
		image_close();
	}
	if (ok)
		ok = fwrite(out.bytes, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
	else
		(void)fprintf(stderr, "limner: explain: %s\n",
			err.detail[0] != '\0' ? err.detail : err.say);
	buf_done(&out);
	return ok ? 0 : CLI_HELP_FAILED;
}
