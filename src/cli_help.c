#include "cli_help.h"

#include "config.h"

#include <string.h>

#ifndef LIMNER_SYSCONFDIR
#	define LIMNER_SYSCONFDIR "/usr/local/etc"
#endif

/* clang-format off */
const struct cli_help cli_help_table[CLI_HELP__COUNT] = {
	[CLI_HELP_RENDER] = { "render", "FILE QUERY [-o OUT]",
		"Make one picture from a file.",
		"FILE and OUT may be - for standard input and output. The format is what f says, else what\n"
		"OUT ends in. A mistake in QUERY is an error here, whatever the settings say.\n\n"
		"  limner render photo.jpg 'w=300&h=200&fit=cover' -o small.webp\n"
		"  curl -s https://example.com/photo.jpg | limner render - 'w=300&f=avif' -o - >small.avif\n"
		"  limner render photo.jpg 'w=300&f=json' -o -\n" },
	[CLI_HELP_EXPLAIN] = { "explain", "URL [-H 'NAME: VALUE']...",
		"Tell what a request would do and why, and the head of its answer.",
		"URL is a path, or with scheme and host where origins differ by host. The original is\n"
		"fetched, the picture is made, and nothing is kept. -H is a header of the client.\n\n"
		"  limner explain '/img/a.jpg?w=300'\n"
		"  limner explain '/img/a.jpg?w=300&f=auto' -H 'Accept: image/avif'\n"
		"  limner explain 'https://shop.example.com/img/a.jpg?t=card'\n" },
	[CLI_HELP_CHECK] = { "check", "[-q] [CONFIG]",
		"Tell whether all is as it should be, and what to do if not.",
		"Prints what this build can do and the settings in force (-q: neither), then tries folders,\n"
		"limits and every origin. Run it as the web server's user. 0: limner can serve, though there\n"
		"may be warnings; 1: mistakes in the settings, all of which are told; 3: something does not\n"
		"work.\n\n"
		"  limner check\n"
		"  limner check -q ./limner.conf\n"
		"  setpriv --reuid=www-data --regid=www-data --init-groups limner check\n" },
	[CLI_HELP_SIGN] = { "sign", "[--expires TIME] URL...|-",
		"Print URLs with the signature their origin wants.",
		"Each URL is written in its canonical form and signed with the first sign_key of its origin;\n"
		"with - URLs come from standard input, one a line. TIME is how long they are good for: 30m,\n"
		"8h, 7d; without it, for good.\n\n"
		"  limner sign --expires 8h '/img/a.jpg?w=300'\n"
		"  limner sign - <urls >signed-urls\n" },
	[CLI_HELP_WARM] = { "warm", "[--base URL] [--jobs N] [--accept TYPES] LIST|-",
		"Ask for many URLs, so that the caches on the way have them.",
		"LIST has a URL a line, or a path that follows BASE; # begins a remark. N URLs are asked for\n"
		"at a time (4; 64 at most). TYPES is what Accept says, for f=auto. Ends with what came of it:\n"
		"answers by status, hits of caches that tell (X-Cache, Age), bytes, the slowest, and what\n"
		"failed; Ctrl-C ends it early. 3: some failed, or it was ended. The settings are not looked\n"
		"at.\n\n"
		"  limner warm --base https://img.example.com paths.txt\n"
		"  limner sign --expires 7d - <paths.txt | limner warm --base https://img.example.com -\n"
		"  limner warm --jobs 16 --accept 'image/avif,image/webp' urls.txt\n" },
	[CLI_HELP_CDN] = { "cdn", "cloudfront|varnish|nginx|vectors ...",
		"Print what a cache in front needs to know.",
		"  limner cdn cloudfront -o FOLDER          write function, policies and errors, with what to do\n"
		"                                           with each\n"
		"  limner cdn cloudfront function           print one of them: function, cache-policy,\n"
		"                                           origin-request-policy, response, errors, tags\n"
		"  limner cdn varnish 127.0.0.1:8080        print a whole VCL; the host and port are those of\n"
		"                                           limner's web server\n"
		"  limner cdn nginx 127.0.0.1:8080          print a whole server\n"
		"  limner cdn vectors                       print queries, and what has to become of them\n" },
	[CLI_HELP_PURGE_TAGS] = { "purge-tags", "URL|KEY",
		"Print the cache tags of an original, or of a folder/.",
		"The tags are in answers where tag_headers is set; with them goes the call that drops all\n"
		"sizes from CloudFront.\n\n"
		"  limner purge-tags /img/photos/a.jpg\n"
		"  limner purge-tags https://shop.example.com/img/photos/\n"
		"  limner purge-tags photos/a.jpg           in every origin\n" },
	[CLI_HELP_PARAMS] = { "params", "[text|json|md|dialects|DIALECT]",
		"Describe the parameters of queries, or those of a dialect.",
		"dialects prints www/dialects.html; a dialect is seed, daangn, imgix, cloudflare or weserv.\n"
		"The settings are not looked at.\n\n"
		"  limner params\n"
		"  limner params imgix\n" },
	[CLI_HELP_CONFIG] = { "config", "[sample]",
		"Print the settings in force, or a sample file with all of them.",
		"The sample has each setting with what it means, what is allowed, its variable in the\n"
		"environment, and what it is when left out.\n\n"
		"  limner config\n"
		"  limner config sample >limner.conf\n" },
	[CLI_HELP_MANUAL] = { "manual", "PAGE",
		"Print a page of the manual.",
		"PAGE is limner.1 or limner.conf.5, to be read with man, or reference.html. The settings are\n"
		"not looked at.\n\n"
		"  limner manual limner.conf.5 >limner.conf.5 && man ./limner.conf.5\n"
		"  limner manual reference.html >reference.html\n" },
};
/* clang-format on */

enum cli_help_command
cli_help_find(const char *name)
{
	int i = 0;

	while (i < CLI_HELP__COUNT && strcmp(cli_help_table[i].name, name) != 0)
		i++;
	return (enum cli_help_command)i;
}

void
cli_help_print(enum cli_help_command command)
{
	const struct cli_help *help = &cli_help_table[command];

	(void)printf("usage: limner [--config FILE] %s %s\n\n%s\n\n%s\n"
		     "Exit status: 0 done, 1 mistakes in the settings, 2 in the command line, 3 it "
		     "failed.\n",
		help->name, help->arguments, help->summary, help->details);
}

int
cli_help_usage(enum cli_help_command command)
{
	const struct cli_help *help = &cli_help_table[command];

	(void)fprintf(stderr, "usage: limner %s %s\nlimner %s --help has examples\n", help->name,
		help->arguments, help->name);
	return CLI_HELP_USAGE;
}

int
cli_help_unknown(const char *name)
{
	struct settings_likeness best = { .distance = 0 };

	for (int i = 0; i < CLI_HELP__COUNT; i++)
		settings_liken(&best, name, cli_help_table[i].name);
	if (best.name[0] != '\0')
		(void)fprintf(stderr, "limner: no command %s; did you mean %s?\n", name, best.name);
	else
		(void)fprintf(stderr, "limner: no command %s; limner --help lists them\n", name);
	return CLI_HELP_USAGE;
}

void
cli_help_all(FILE *f)
{
	(void)fprintf(f,
		"limner %s: makes pictures in the size a request asks for\n\n"
		"  limner [--config FILE] COMMAND ...\n",
		LIMNER_VERSION);
	for (int i = 0; i < CLI_HELP__COUNT; i++)
		(void)fprintf(
			f, "    %-10s  %s\n", cli_help_table[i].name, cli_help_table[i].summary);
	(void)fprintf(f,
		"  limner COMMAND --help\n    how it is used, with examples\n\n"
		"  limner [--config FILE] --listen unix:PATH|tcp:ADDRESS:PORT [--workers N]\n"
		"    serve FastCGI on a socket of its own\n\n"
		"  With a listening socket on standard input (spawn-fcgi, lighttpd, mod_fcgid, systemd)\n"
		"  it serves FastCGI there; with GATEWAY_INTERFACE in the environment it answers one\n"
		"  CGI request.\n\n"
		"  Settings: --config FILE, else LIMNER_CONFIG, else limner.conf beside the program, else\n"
		"  " LIMNER_SYSCONFDIR
		"/limner/limner.conf; over them the drop-ins beside that file\n"
		"  (limner.conf.d/*.conf), systemd's credentials, and LIMNER_<SECTION>_<KEY> in the\n"
		"  environment.\n\n"
		"  Exit status: 0 done, 1 mistakes in the settings, 2 in the command line, 3 it failed.\n");
}
