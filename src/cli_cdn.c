#include "cli_cdn.h"

#include "cdn.h"
#include "cli_help.h"
#include "tags.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define OUT_LIMIT 16777216 /* bytes of one piece */

static int
complain(const struct err *err)
{
	(void)fprintf(stderr, "limner: %s\n", err->detail[0] != '\0' ? err->detail : err->say);
	return CLI_HELP_FAILED;
}

static bool
write_all(const char *path, const struct buf *b, struct err *err)
{
	FILE *f = fopen(path, "wbe");
	bool ok = f != NULL && fwrite(b->bytes, 1, b->len, f) == b->len;

	if (f != NULL && fclose(f) != 0)
		ok = false;
	if (!ok) {
		(void)err_set(err, ERR_INTERNAL, "%s", "");
		(void)err_detail(err, "cannot write %s: %s", path, strerror(errno));
	}
	return ok;
}

/* Write each piece to its file, and say what to do with it. */
static int
write_pieces(const struct config *cfg, const char *folder)
{
	struct buf out = BUF_INIT(OUT_LIMIT);
	struct err err = { 0 };
	char path[4096];
	bool ok = true;

	for (const struct cdn_piece *piece = cdn_policies; ok && piece->name != NULL; piece++) {
		buf_reset(&out);
		(void)snprintf(path, sizeof path, "%s/%s", folder, piece->file);
		ok = piece->print(cfg, &out, &err) && write_all(path, &out, &err);
		if (ok)
			(void)printf("%s\n  %s\n", path, piece->how);
	}
	buf_done(&out);
	return ok ? 0 : complain(&err);
}

static int
print(bool ok, const struct buf *out, const struct err *err)
{
	if (!ok)
		return complain(err);
	return fwrite(out->bytes, 1, out->len, stdout) == out->len && fflush(stdout) == 0
		       ? 0
		       : CLI_HELP_FAILED;
}

int
cli_cdn(int argc, char *argv[], struct config *cfg)
{
	struct buf out = BUF_INIT(OUT_LIMIT);
	struct err err = { 0 };
	const char *what = argc > 1 ? argv[1] : "";
	int status = -1;

	if (strcmp(what, "cloudfront") == 0 && argc == 4 && strcmp(argv[2], "-o") == 0)
		return write_pieces(cfg, argv[3]);
	if (strcmp(what, "cloudfront") == 0 && argc == 3)
		for (const struct cdn_piece *piece = cdn_policies; piece->name != NULL; piece++)
			if (strcmp(argv[2], piece->name) == 0)
				status = print(piece->print(cfg, &out, &err), &out, &err);
	if (strcmp(what, "varnish") == 0 && argc == 3)
		status = print(cdn_caches_varnish(cfg, argv[2], &out, &err), &out, &err);
	else if (strcmp(what, "nginx") == 0 && argc == 3)
		status = print(cdn_caches_nginx(cfg, argv[2], &out, &err), &out, &err);
	else if (strcmp(what, "vectors") == 0 && argc == 2)
		status = print(cdn_vectors(cfg, &out, &err), &out, &err);
	buf_done(&out);
	return status >= 0 ? status : cli_help_usage(CLI_HELP_CDN);
}

/* Print one origin's tags of a key. A picture's own is what drops all its sizes, a folder's all in
 * it. */
static bool
print_tags(const struct config_origin *origin, const char *key, struct err *err)
{
	struct buf tags = BUF_INIT(OUT_LIMIT);
	bool ok = tags_print(origin, key, "", "\n", &tags, err);

	if (ok)
		(void)printf("%s (%s):\n%s\n\n"
			     "aws cloudfront create-invalidation --distribution-id "
			     "\"$DISTRIBUTION\" --paths '#%.*s'\n",
			*key != '\0' ? key : "everything", origin->title, buf_text(&tags),
			(int)strcspn(buf_text(&tags), "\n"), buf_text(&tags));
	buf_done(&tags);
	return ok;
}

/* Find the origin whose mount a path or URL is, without a name after it: a folder, though no
 * picture. NULL when it is none. */
static const struct config_origin *
mounted(const struct config *cfg, const char *url)
{
	const char *scheme = strstr(url, "://"), *path = url;
	const struct config_origin *origin;
	char host[256] = "";

	if (url[0] != '/' && scheme != NULL) {
		size_t n = strcspn(scheme + 3, "/?");

		path = scheme + 3 + n;
		if (n >= sizeof host)
			return NULL;
		memcpy(host, scheme + 3, n);
		host[n] = '\0';
	}
	origin = config_origin(cfg, host, path);
	return origin != NULL && strcspn(path, "?") == strlen(origin->mount) ? origin : NULL;
}

/* A folder typed without its slash is a name as any other: say so where it looks like one. */
static void
warn_of_folder(const char *key)
{
	const char *slash = strrchr(key, '/'), *name = slash != NULL ? slash + 1 : key;

	if (*name != '\0' && strchr(name, '.') == NULL)
		(void)fprintf(stderr,
			"limner: these are the tags of one original; a folder ends with a slash: %s/\n",
			key);
}

int
cli_cdn_purge_tags(int argc, char *argv[], struct config *cfg)
{
	struct request req = { 0 };
	struct err err = { 0 };
	bool url = argc == 2 && (argv[1][0] == '/' || strstr(argv[1], "://") != NULL);

	if (argc != 2)
		return cli_help_usage(CLI_HELP_PURGE_TAGS);
	if (cfg->tag_headers[0] == '\0')
		(void)fprintf(
			stderr, "limner: answers carry no tags yet: set tag_headers in [cache]\n");
	if (url) {
		req.origin = mounted(cfg, argv[1]);
		if (req.origin == NULL && !request_from_text(cfg, argv[1], &req, &err))
			return complain(&err);
		warn_of_folder(req.key);
		return print_tags(req.origin, req.key, &err) ? 0 : complain(&err);
	}
	warn_of_folder(argv[1]);
	for (size_t i = 0; i < cfg->origin_count; i++)
		if (!print_tags(&cfg->origins[i], argv[1], &err))
			return complain(&err);
	return 0;
}
