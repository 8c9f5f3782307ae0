/* Choose the front door: FastCGI on a socket, one CGI request, or the command line. */
#include "admission.h"
#include "base/log.h"
#include "base/text.h"
#include "cli.h"
#include "cli_help.h"
#include "config.h"
#include "handler.h"
#include "image.h"
#include "master.h"
#include "metrics.h"
#include "server.h"
#include "source.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
	const char *config, *listen;
	int32_t workers; /* -1: not given */
};

static void
load(const struct options *o, struct config *cfg)
{
	struct config_mistakes mistakes = { .count = 0 };
	struct err err = { 0 };

	/* stderr is where a web server looks for why its program does not start */
	if (!config_load_all(o->config, environ, cfg, &mistakes)) {
		cli_mistakes(&mistakes);
		exit(CLI_HELP_SETTINGS);
	}
	if (!image_open(cfg, &err)) {
		(void)fprintf(stderr, "limner: %s\n", err.detail[0] != '\0' ? err.detail : err.say);
		exit(CLI_HELP_FAILED);
	}
	if (o->workers >= 0)
		cfg->workers = o->workers;
	if (!log_open(cfg->log, cfg->log_format == CONFIG_LOG_JSON, &err))
		log_event("log", "%s", err.detail);
}

/* Look at what every worker will need, to say once what is wrong with it. */
static void
look_ahead(const struct config *cfg)
{
	struct metrics metrics = { .file = NULL };
	struct source *source;
	struct err err;
	int slot;

	/* one that does not open is no reason to let the others wait */
	for (size_t i = 0; i < cfg->origin_count; i++) {
		source = NULL;
		err = (struct err){ 0 };
		if (!source_open(&cfg->origins[i], &source, &err))
			log_event("origin", "%s does not open: %s", cfg->origins[i].title,
				err.detail[0] != '\0' ? err.detail : err.say);
		source_close(source);
	}
	if (cfg->credentials_why != 0)
		log_event("credentials", "CREDENTIALS_DIRECTORY is not read: %s",
			strerror(cfg->credentials_why));
	err = (struct err){ 0 };
	if (admission_enter(cfg, NULL, 0, &slot, &err) && slot < 0 && cfg->max_renders > 0)
		log_event("max_renders", "not in force: %s", err.detail);
	admission_leave(slot);
	if (!metrics_share(&metrics, cfg, &err))
		log_event("metrics", "each process counts for itself: %s", err.detail);
	metrics_close(&metrics);
}

static int
serve(const struct config *cfg, int fd)
{
	look_ahead(cfg);
	return cfg->workers > 0 ? master_run(cfg, fd) : server_fcgi(cfg, fd, 0);
}

/* systemd hands sockets over from fd 3 on, to the process it names (sd_listen_fds(3)). */
static int
inherited_socket(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	int64_t n;

	if (server_is_listening(STDIN_FILENO))
		return STDIN_FILENO;
	if (pid != NULL && fds != NULL && text_to_int(pid, getpid(), getpid(), &n) &&
		text_to_int(fds, 1, 1, &n) && server_is_listening(3))
		return 3;
	return -1;
}

static bool
is_option(const char *s)
{
	return strcmp(s, "--config") == 0 || strcmp(s, "--listen") == 0 ||
	       strcmp(s, "--workers") == 0;
}

/* Take --config FILE out of a command's own arguments, so that it may stand anywhere. */
static int
take_config(int argc, char *argv[], struct options *o)
{
	int n = 0;

	for (int i = 0; i < argc; i++) {
		if (i > 0 && i + 1 < argc && strcmp(argv[i], "--config") == 0)
			o->config = argv[++i];
		else
			argv[n++] = argv[i];
	}
	argv[n] = NULL;
	return n;
}

/* Returns the index of the first argument that is no option; exits on a mistake. */
static int
parse_options(int argc, char *argv[], struct options *o)
{
	int i;
	int64_t n;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;

		if (strcmp(argv[i], "--version") == 0) {
			(void)printf("limner %s\n", LIMNER_VERSION);
			exit(0);
		}
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			cli_help_all(stdout);
			exit(0);
		}
		if (value != NULL && strcmp(argv[i], "--config") == 0) {
			o->config = value;
		} else if (value != NULL && strcmp(argv[i], "--listen") == 0) {
			o->listen = value;
		} else if (value != NULL && strcmp(argv[i], "--workers") == 0 &&
			   text_to_int(value, 0, 1024, &n)) {
			o->workers = (int32_t)n;
		} else {
			(void)fprintf(stderr, "limner: %s %s; limner --help has them all\n",
				argv[i], is_option(argv[i]) ? "wants a value" : "is no option");
			exit(CLI_HELP_USAGE);
		}
		i++;
	}
	return i;
}

int
main(int argc, char *argv[])
{
	struct options o = { .workers = -1 };
	static struct config cfg;
	struct err err = { 0 };
	int first, fd, status;

	/* A memory file or a connection in the place of a closed one would be written to. */
	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		(void)close(fd);
	/* Some servers put the query on a CGI program's command line (RFC 3875 4.4): it is no
	 * option. */
	if (getenv("GATEWAY_INTERFACE") != NULL && !server_is_listening(STDIN_FILENO)) {
		load(&o, &cfg);
		return server_cgi(&cfg);
	}
	first = parse_options(argc, argv, &o);
	if (first < argc) {
		argc = first + take_config(argc - first, argv + first, &o);
		if (o.config != NULL && setenv("LIMNER_CONFIG", o.config, 1) != 0)
			return CLI_HELP_FAILED;
		return cli_run(argc - first, argv + first, environ);
	}
	fd = o.listen == NULL ? inherited_socket() : -1;
	if (fd < 0 && o.listen == NULL && o.workers >= 0)
		(void)fprintf(stderr, "limner: --workers goes with a socket: --listen\n\n");
	if (fd < 0 && o.listen == NULL) {
		cli_help_all(stderr);
		return CLI_HELP_USAGE;
	}
	load(&o, &cfg);
	if (o.listen != NULL && !master_listen(o.listen, &fd, &err)) {
		(void)fprintf(stderr, "limner: %s\n", err.detail);
		return CLI_HELP_FAILED;
	}
	status = serve(&cfg, fd);
	if (o.listen != NULL)
		master_close(fd);
	return status;
}
