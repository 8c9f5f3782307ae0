#include "cli.h"

#include "cli_cdn.h"
#include "cli_check.h"
#include "cli_explain.h"
#include "cli_sign.h"
#include "config.h"
#include "image.h"
#include "plan.h"
#include "probe.h"
#include "request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct cli_command {
	const char *name, *arguments, *summary;
	int (*run)(int argc, char *argv[], struct config *cfg);
};

static int
complain(const char *what, const struct err *err)
{
	bool ours = err->kind == ERR_INTERNAL; /* its own words say more than the name of the row */

	(void)fprintf(stderr, "limner: %s: %s%s%s\n", what, ours ? "" : err_row(err->kind)->slug,
		ours ? "" : ": ", err->say);
	if (err->detail[0] != '\0')
		(void)fprintf(stderr, "limner: %s\n", err->detail);
	return 1;
}

/* ---------------------------------------------------------------------- render */

static bool
read_file(const char *path, struct buf *ret, struct err *err)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
	char piece[65536];
	size_t n;
	bool ok = f != NULL;

	while (ok && (n = fread(piece, 1, sizeof piece, f)) > 0)
		ok = buf_add(ret, piece, n, err);
	if (f == NULL || ferror(f)) {
		(void)err_set(err, ERR_INTERNAL, "cannot read %s: %s", path, strerror(errno));
		ok = false;
	}
	if (f != NULL && f != stdin)
		(void)fclose(f);
	return ok;
}

static bool
write_file(const char *path, const struct buf *b, struct err *err)
{
	FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "wbe");
	bool ok = f != NULL && fwrite(b->bytes, 1, b->len, f) == b->len && fflush(f) == 0;

	if (!ok)
		(void)err_set(err, ERR_INTERNAL, "cannot write %s: %s", path, strerror(errno));
	if (f != NULL && f != stdout && fclose(f) != 0 && ok)
		ok = err_set(err, ERR_INTERNAL, "cannot write %s: %s", path, strerror(errno));
	return ok;
}

/* A request for a picture that lies at hand: any key will do, the query is what counts. */
static bool
request_for(const struct config *cfg, const char *query, struct request *ret, struct err *err)
{
	struct buf uri = BUF_INIT(8192);
	bool ok = buf_addf(&uri, err, "%sfile?%s", cfg->origins[0].mount, query) &&
		  request_from_text(cfg, buf_text(&uri), ret, err);

	buf_done(&uri);
	return ok;
}

/* Whoever names the output knows the format: its ending counts where f does not. */
static bool
follow_ending(const char *out, struct request *req, struct err *err)
{
	const char *dot = strrchr(out, '.');
	enum format format = dot != NULL ? format_by_name(dot + 1) : FORMAT_NONE;

	if (params_given(&req->params, "f") || !(image_writable() & FORMAT_BIT(format)))
		return true;
	return params_set(&req->params, "f", format_row(format)->name, err);
}

/* Say what came of it. */
static void
report_made(const char *out, const struct image_made *made, size_t n, size_t original)
{
	char frames[32] = "";

	if (made->frames > 1)
		(void)snprintf(frames, sizeof frames, ", %" PRId32 " frames", made->frames);
	(void)fprintf(stderr,
		"%s: %s %" PRId32 "x%" PRId32 "%s, %zu bytes (original %zu); decode %.1f, "
		"resize %.1f, encode %.1f ms\n",
		out, format_row(made->format)->name, made->width, made->height, frames, n, original,
		(double)made->times.decode_us / 1000, (double)made->times.resize_us / 1000,
		(double)made->times.encode_us / 1000);
	if (made->encodes > 1)
		(void)fprintf(stderr, "limner: encoded %d times, the best with quality %d%s\n",
			made->encodes, made->quality, made->over_budget ? ", still over max" : "");
	if (made->format != made->wanted)
		(void)fprintf(stderr, "limner: this build cannot write %s\n",
			format_row(made->wanted)->name);
}

static int
render(int argc, char *argv[], struct config *cfg)
{
	const char *in = NULL, *query = NULL, *out = "-";
	struct buf original = BUF_INIT(cfg->origins[0].policy.max_original_bytes),
		   result = BUF_INIT(cfg->cell_memory_bytes);
	struct image_made made = { 0 };
	struct image_info info;
	struct request req = { 0 };
	struct plan plan;
	struct err err = { 0 };
	int status = 1;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-o") == 0 && i + 1 < argc)
			out = argv[++i];
		else if (in == NULL)
			in = argv[i];
		else if (query == NULL)
			query = argv[i];
		else
			in = query = NULL, i = argc;
	}
	if (in == NULL || query == NULL) {
		(void)fprintf(stderr, "usage: limner render FILE 'w=300&fit=cover' -o OUT\n");
		return 2;
	}
	if (strcmp(out, "-") == 0 && isatty(1)) {
		(void)fprintf(stderr, "limner: render: say where with -o FILE (-o - for a pipe)\n");
		return 2;
	}
	/* any origin will do, the first: what the file is not asked for does not count */
	cfg->origin_count = 1;
	cfg->origins[0].host[0] = '\0';
	cfg->origins[0].policy.sign_key[0] = '\0';
	cfg->origins[0].policy.strict =
		true; /* whoever types a parameter wants to hear of a mistake */
	if (!image_open(cfg, &err)) {
		(void)complain("render", &err);
		return 1;
	}
	if (!read_file(in, &original, &err) || !request_for(cfg, query, &req, &err) ||
		!follow_ending(out, &req, &err) ||
		!probe_image(original.bytes, original.len, &info, &err) ||
		!plan_resolve(&req, &info, image_writable(), &plan, &err) ||
		!image_render(original.bytes, original.len, &info, &plan, &result, &made, &err) ||
		!write_file(out, &result, &err)) {
		(void)complain("render", &err);
		goto out;
	}
	report_made(out, &made, result.len, original.len);
	status = 0;
out:
	buf_done(&original);
	buf_done(&result);
	image_close();
	return status;
}

static int
params(int argc, char *argv[], struct config *cfg)
{
	const char *what = argc == 2 ? argv[1] : "text";
	const struct param_choice *dialect = dialect_table_choices;

	(void)cfg;
	while (dialect->name != NULL && strcmp(dialect->name, what) != 0)
		dialect++;
	if (argc == 2 && strcmp(what, "dialects") == 0) {
		dialect_describe_page(stdout);
		return 0;
	}
	if (argc > 2 || !(dialect->name != NULL ? dialect_describe(stdout, dialect->value)
						: params_describe(stdout, what))) {
		(void)fprintf(stderr, "usage: limner params [text|json|md|dialects|DIALECT]\n");
		return 2;
	}
	return 0;
}

static int
config(int argc, char *argv[], struct config *cfg)
{
	if (argc == 2 && strcmp(argv[1], "sample") == 0) {
		config_describe(stdout);
		return 0;
	}
	if (argc == 1) {
		config_print(cfg, stdout);
		return 0;
	}
	(void)fprintf(stderr, "usage: limner config [sample]\n");
	return 2;
}

static const struct cli_command commands[] = {
	{ "render", "FILE QUERY -o OUT",
		"Make one picture from a file; - is standard input or output.", render },
	{ "explain", "URL [-H 'NAME: VALUE']",
		"Tell what a request would do and why, and the head of its answer.", cli_explain },
	{ "check", "[-q] [CONFIG]",
		"Print abilities and settings (but with -q), and try all that is needed.",
		cli_check },
	{ "cdn", "cloudfront|varnish|nginx", "Print what a cache in front needs to know.",
		cli_cdn },
	{ "purge-tags", "URL|KEY", "Print the cache tags of an original or folder/.",
		cli_cdn_purge_tags },
	{ "sign", "[--expires 1h] URL...|-", "Print URLs with the signature their origin wants.",
		cli_sign },
	{ "params", "[FORM|DIALECT]",
		"Describe the query parameters (text, json, md), or a dialect's; dialects: www's page.",
		params },
	{ "config", "[sample]", "Print the settings in force, or a commented sample file.",
		config },
};

void
cli_mistakes(const struct config_mistakes *mistakes)
{
	for (size_t i = 0; i < mistakes->count; i++)
		(void)fprintf(stderr, "limner: %s\n", mistakes->text[i]);
	if (mistakes->left_out > 0)
		(void)fprintf(stderr, "limner: and %zu mistakes more\n", mistakes->left_out);
}

void
cli_usage(int mistake)
{
	FILE *f = mistake ? stderr : stdout;

	(void)fprintf(f,
		"limner %s: makes pictures in the size a request asks for\n\n"
		"  limner [--config FILE] COMMAND …\n",
		LIMNER_VERSION);
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		(void)fprintf(f, "    %-10s %-24s %s\n", commands[i].name, commands[i].arguments,
			commands[i].summary);
	(void)fprintf(f,
		"\n  Settings: --config FILE, else LIMNER_CONFIG, else limner.conf beside the program, else\n"
		"  " LIMNER_SYSCONFDIR
		"/limner/limner.conf; LIMNER_<SECTION>_<KEY> in the environment wins.\n"
		"\n  limner [--config FILE] --listen unix:PATH|tcp:ADDRESS:PORT [--workers N]\n"
		"    serve FastCGI on a socket of its own\n\n"
		"  With a listening socket on standard input (spawn-fcgi, lighttpd, mod_fcgid, systemd)\n"
		"  it serves FastCGI there; with GATEWAY_INTERFACE in the environment it answers one\n"
		"  CGI request.\n");
}

int
cli_run(int argc, char *argv[], char *const env[])
{
	const char *path = getenv("LIMNER_CONFIG");
	struct config_mistakes mistakes = { .count = 0 };
	struct config *cfg = NULL;
	int status = 2;

	if (strcmp(argv[0], "help") == 0) {
		cli_usage(0);
		return 0;
	}
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(argv[0], commands[i].name) != 0)
			continue;
		if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
			(void)printf("usage: limner %s %s\n\n%s\n", commands[i].name,
				commands[i].arguments, commands[i].summary);
			return 0;
		}
		cfg = calloc(1, sizeof *cfg);
		if (cfg == NULL)
			return 1;
		if (commands[i].run == cli_check && argc > 1 && argv[argc - 1][0] != '-')
			path = argv[--argc];
		/* What describes the program must work beside a broken configuration. */
		if (commands[i].run != params && !(commands[i].run == config && argc == 2) &&
			!config_load_all(path, env, cfg, &mistakes)) {
			cli_mistakes(&mistakes);
			(void)fprintf(stderr,
				"limner: nothing was done; limner config sample prints "
				"every setting with what is allowed\n");
			status = 1;
		} else {
			status = commands[i].run(argc, argv, cfg);
		}
		free(cfg);
		return status;
	}
	(void)fprintf(stderr, "limner: no command %s\n\n", argv[0]);
	cli_usage(1);
	return status;
}
