#include "cli.h"

#include "base/log.h"
#include "base/now.h"
#include "cli_cdn.h"
#include "cli_check.h"
#include "config.h"
#include "etag.h"
#include "handler.h"
#include "image.h"
#include "plan.h"
#include "probe.h"
#include "request.h"
#include "source.h"

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

/* --------------------------------------------------------------------- explain */

struct collected {
	struct source_head head;
	struct buf bytes;
};

static bool
collect_head(void *self, const struct source_head *head, bool *ret_stream, struct err *err)
{
	struct collected *c = self;

	(void)err;
	*ret_stream = false;
	c->head = *head;
	return true;
}

static bool
collect_body(void *self, const void *bytes, size_t n, struct err *err)
{
	struct collected *c = self;

	return buf_add(&c->bytes, bytes, n, err);
}

static bool
fetch(const struct request *req, bool head_only, struct collected *c, struct source_report *report,
	struct err *err)
{
	struct source *source = NULL;
	struct source_sink sink = { c, collect_head, collect_body };
	struct source_call call = {
		.key = req->key,
		.head_only = head_only,
		.forwarded = req->forwarded,
		.version = req->origin->version ? req->params.v : "",
		.deadline_us = now_mono_us() + req->origin->policy.deadline_ms * 1000u,
	};
	bool ok = source_open(req->origin, &source, err) &&
		  source_fetch(source, &call, &sink, report, err);

	source_close(source);
	return ok;
}

/* A gateway that asks for one URL and prints the head of the answer. */
struct asker {
	const char *uri;
	char tail[4];  /* the last bytes of the head so far */
	bool headless; /* the head is printed; what follows is the body */
};

static const char *
asker_param(void *self, const char *name)
{
	const struct asker *a = self;

	if (strcmp(name, "REQUEST_URI") == 0)
		return a->uri;
	return strcmp(name, "REQUEST_METHOD") == 0 ? "GET" : NULL;
}

static bool
asker_write(void *self, const void *bytes, size_t n)
{
	struct asker *a = self;
	const char *text = bytes;

	for (size_t i = 0; i < n && !a->headless; i++) {
		memmove(a->tail, a->tail + 1, 3);
		a->tail[3] = text[i];
		if (text[i] != '\r')
			(void)putchar(text[i]);
		a->headless = memcmp(a->tail, "\r\n\r\n", 4) == 0;
	}
	return true;
}

/* What the request means, before anything is fetched. */
static bool
explain_request(const struct config *cfg, const struct request *req, struct err *err)
{
	struct buf asked = BUF_INIT(4096), effective = BUF_INIT(4096);
	char hash[ETAG_HASH];
	bool ok = params_canonical(&req->asked, &asked, err) &&
		  params_canonical(&req->params, &effective, err) && etag_hash(cfg, req, hash, err);

	if (ok) {
		(void)printf("origin     %s, mounted at %s\nkey        %s\ndialect    %s\n"
			     "asked      %s\neffective  %s\nhash       %s\n",
			req->origin->title, req->origin->mount, req->key,
			dialect_table_choices[req->origin->policy.dialect].name, buf_text(&asked),
			buf_text(&effective), hash);
		if (req->notes.dropped[0] != '\0')
			(void)printf("dropped    %s (not valid)\n", req->notes.dropped);
		if (!req->transform)
			(void)printf("passes     nothing asks for a picture%s\n",
				req->unknown_preset ? ": no preset has that name"
				: req->other_type   ? ": the dialect makes none of such a name"
						    : "");
	}
	buf_done(&asked);
	buf_done(&effective);
	return ok;
}

/* What the original is, and what would be done with it. */
static void
explain_original(const struct request *req)
{
	struct collected c = { .bytes = BUF_INIT(req->origin->policy.max_original_bytes) };
	struct source_report report = { 0 };
	struct image_info info;
	struct plan plan;
	struct err err = { 0 };
	bool ok = fetch(req, false, &c, &report, &err);

	if (ok)
		(void)printf("original   %s, %" PRIu64 " bytes, ETag %s\n", c.head.content_type,
			c.head.length, c.head.etag);
	ok = ok && probe_image(c.bytes.bytes, c.bytes.len, &info, &err);
	if (ok)
		(void)printf("           %s %" PRId32 "x%" PRId32 ", orientation %d%s%s%s%s\n",
			format_row(info.format)->name, info.width, info.height, info.orientation,
			info.alpha ? ", alpha" : "", info.cmyk ? ", CMYK" : "",
			info.icc ? ", profile" : "", info.animated ? ", animated" : "");
	if (ok && info.frames > 1)
		(void)printf("           %" PRId32 " frames\n", info.frames);
	ok = ok && plan_resolve(req, &info, image_writable(), &plan, &err);
	(void)printf("\n");
	if (ok)
		plan_print(&plan, stdout);
	else
		(void)printf("no plan: %s%s%s\n", err_row(err.kind)->slug,
			err.detail[0] != '\0' ? ": " : "", err.detail);
	buf_done(&c.bytes);
}

static int
explain(int argc, char *argv[], struct config *cfg)
{
	struct asker asker = { 0 };
	struct gateway gw = { .self = &asker, .param = asker_param, .write = asker_write };
	struct handler h = { 0 };
	struct request req = { 0 };
	struct err err = { 0 };
	bool ok = true;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: limner explain '/img/a.jpg?w=300'\n");
		return 2;
	}
	asker.uri = argv[1]; /* of a whole URL the host counts too */
	if (!log_open("none", false, &err) || !image_open(cfg, &err))
		return complain("explain", &err);
	handler_open(&h, cfg);
	/* a request that is refused is explained by its answer */
	if (request_from_text(cfg, asker.uri, &req, &err) && req.kind == REQUEST_PICTURE) {
		ok = explain_request(cfg, &req, &err);
		if (ok && req.transform)
			explain_original(&req);
		(void)printf("\n");
	}
	(void)fflush(stdout); /* the cell is forked: nothing must be printed twice */
	ok = ok && handler_serve(&h, &gw);
	handler_close(&h);
	image_close();
	return ok ? 0 : complain("explain", &err);
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
	{ "explain", "URL", "Tell what a request would do, and the head of its answer.", explain },
	{ "check", "[-q] [CONFIG]",
		"Print abilities and settings (but with -q), and try all that is needed.",
		cli_check },
	{ "cdn", "cloudfront|varnish|nginx", "Print what a cache in front needs to know.",
		cli_cdn },
	{ "purge-tags", "URL|KEY", "Print the cache tags of an original or folder/.",
		cli_cdn_purge_tags },
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
