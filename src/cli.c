#include "cli.h"

#include "cli_cdn.h"
#include "cli_check.h"
#include "cli_explain.h"
#include "cli_help.h"
#include "cli_sign.h"
#include "cli_warm.h"
#include "config.h"
#include "image.h"
#include "manual.h"
#include "plan.h"
#include "probe.h"
#include "request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
complain(const char *what, const struct err *err)
{
	bool ours = err->kind == ERR_INTERNAL; /* its own words say more than the name of the row */

	(void)fprintf(stderr, "limner: %s: %s%s%s\n", what, ours ? "" : err_row(err->kind)->slug,
		ours ? "" : ": ", err->say);
	if (err->detail[0] != '\0')
		(void)fprintf(stderr, "limner: %s\n", err->detail);
	return CLI_HELP_FAILED;
}

/* ---------------------------------------------------------------------- render */

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
	int status = CLI_HELP_FAILED;

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
	if (in == NULL || query == NULL)
		return cli_help_usage(CLI_HELP_RENDER);
	if (strcmp(out, "-") == 0 && isatty(1)) {
		(void)fprintf(stderr, "limner: render: say where with -o FILE (-o - for a pipe)\n");
		return CLI_HELP_USAGE;
	}
	/* any origin will do, the first: what the file is not asked for does not count */
	cfg->origin_count = 1;
	cfg->origins[0].host[0] = '\0';
	cfg->origins[0].policy.sign_key[0] = '\0';
	cfg->origins[0].policy.strict =
		true; /* whoever types a parameter wants to hear of a mistake */
	if (!image_open(cfg, &err))
		return complain("render", &err);
	if (!buf_add_file(&original, in, &err) || !request_for(cfg, query, &req, &err) ||
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
						: params_describe(stdout, what)))
		return cli_help_usage(CLI_HELP_PARAMS);
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
	return cli_help_usage(CLI_HELP_CONFIG);
}

static int
manual(int argc, char *argv[], struct config *cfg)
{
	(void)cfg;
	if (argc != 2 || !manual_print(argv[1], stdout))
		return cli_help_usage(CLI_HELP_MANUAL);
	return 0;
}

static int (*const commands[CLI_HELP__COUNT])(int argc, char *argv[], struct config *cfg) = {
	[CLI_HELP_RENDER] = render,
	[CLI_HELP_EXPLAIN] = cli_explain,
	[CLI_HELP_CHECK] = cli_check,
	[CLI_HELP_SIGN] = cli_sign,
	[CLI_HELP_WARM] = cli_warm,
	[CLI_HELP_CDN] = cli_cdn,
	[CLI_HELP_PURGE_TAGS] = cli_cdn_purge_tags,
	[CLI_HELP_PARAMS] = params,
	[CLI_HELP_CONFIG] = config,
	[CLI_HELP_MANUAL] = manual,
};

void
cli_mistakes(const struct config_mistakes *mistakes)
{
	for (size_t i = 0; i < mistakes->count; i++)
		(void)fprintf(stderr, "limner: %s\n", mistakes->text[i]);
	if (mistakes->left_out > 0)
		(void)fprintf(stderr, "limner: and %zu mistakes more\n", mistakes->left_out);
}

/* Run one with the settings loaded, but for what describes the program and must work beside a
 * broken configuration. */
static int
run_with(enum cli_help_command command, const char *path, int argc, char *argv[], char *const env[])
{
	bool bare = command == CLI_HELP_PARAMS || command == CLI_HELP_MANUAL ||
		    command == CLI_HELP_WARM || (command == CLI_HELP_CONFIG && argc > 1);
	struct config_mistakes mistakes = { .count = 0 };
	struct config *cfg = calloc(1, sizeof *cfg);
	int status = CLI_HELP_FAILED;

	if (cfg == NULL)
		return status;
	if (bare || config_load_all(path, env, cfg, &mistakes)) {
		status = commands[command](argc, argv, cfg);
	} else {
		cli_mistakes(&mistakes);
		(void)fprintf(stderr, "limner: nothing was done; limner config sample prints "
				      "every setting with what is allowed\n");
		status = CLI_HELP_SETTINGS;
	}
	free(cfg);
	return status;
}

int
cli_run(int argc, char *argv[], char *const env[])
{
	const char *path = getenv("LIMNER_CONFIG");
	bool help = strcmp(argv[0], "help") == 0;
	enum cli_help_command command = cli_help_find(argv[help && argc > 1]);

	if (help && argc == 1) {
		cli_help_all(stdout);
		return 0;
	}
	if (command == CLI_HELP__COUNT)
		return cli_help_unknown(argv[help]);
	if (help || (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))) {
		cli_help_print(command);
		return 0;
	}
	if (command == CLI_HELP_CHECK && argc > 1 && argv[argc - 1][0] != '-')
		path = argv[--argc];
	return run_with(command, path, argc, argv, env);
}
