#include "cli_sign.h"

#include "base/now.h"
#include "base/text.h"
#include "cli_help.h"
#include "request.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define URL_MAX 16384 /* bytes */

static int
complain(const char *url, const char *why)
{
	(void)fprintf(stderr, "limner: sign: %s: %s\n", url, why);
	return CLI_HELP_FAILED;
}

/* Append a query as it stands, without what it was signed with before. */
static bool
add_query(const char *query, struct buf *out, struct err *err)
{
	struct params_pair pair;
	const char *from = query + strspn(query, "&");

	for (; params_next_pair(&query, &pair); from = query + strspn(query, "&")) {
		const struct param_def *def = params_find(pair.name);

		if (def != NULL && (def->flags & PARAM_SIGN) != 0)
			continue;
		if (!buf_add(out, from, (size_t)(query - from), err) || !buf_adds(out, "&", err))
			return false;
	}
	return true;
}

/* Append the URL, from its scheme or path on to its signature. */
static bool
add_url(const char *url, const struct request *req, const struct params *asked, struct buf *out,
	struct err *err)
{
	const char *scheme = strstr(url, "://"), *query = strchr(url, '?');
	struct params sign = *asked;
	size_t host = 0;

	if (url[0] != '/' && scheme != NULL)
		host = (size_t)(scheme - url) + 3 + strcspn(scheme + 3, "/?");
	if (!buf_add(out, url, host, err) || !buf_adds(out, req->origin->mount, err) ||
		!text_url_encode(out, req->key, strlen(req->key), true, err) ||
		!buf_adds(out, "?", err))
		return false;
	if (req->origin->policy.dialect != DIALECT_LIMNER) {
		if (!add_query(query != NULL ? query + 1 : "", out, err))
			return false;
		params_init(&sign);
		if ((asked->exp > 0 && !buf_addf(out, err, "exp=%.0f&", asked->exp)) ||
			!params_set(&sign, "sig", asked->sig, err))
			return false;
	}
	return params_canonical(&sign, out, err);
}

static int
sign_one(const struct config *cfg, const char *url, int64_t exp_s)
{
	struct buf out = BUF_INIT(URL_MAX);
	struct request req = { 0 };
	struct err err = { 0 };
	char number[24], sig[SIGN_SIZE];
	int status = 0;

	if (!request_from_text(cfg, url, &req, &err) || req.origin == NULL)
		return complain(url, err.say[0] != '\0' ? err.say : "No picture.");
	if (req.origin->policy.sign_key[0] == '\0') {
		(void)fprintf(stderr,
			"limner: sign: %s: [%s] has no sign_key: set one, such as openssl rand "
			"-base64 24 prints\n",
			url, req.origin->title);
		return CLI_HELP_FAILED;
	}
	if (req.notes.dropped[0] != '\0')
		(void)fprintf(stderr, "limner: sign: %s: not valid, and left out: %s\n", url,
			req.notes.dropped);
	(void)snprintf(number, sizeof number, "%" PRId64, exp_s);
	if ((exp_s > 0 && !params_set(&req.asked, "exp", number, &err)) ||
		!sign_make(req.origin, req.key, &req.asked, sig, &err) ||
		!params_set(&req.asked, "sig", sig, &err) ||
		!add_url(url, &req, &req.asked, &out, &err))
		status = complain(url, err.say);
	else
		(void)printf("%s\n", buf_text(&out));
	buf_done(&out);
	return status;
}

static int
sign_lines(const struct config *cfg, int64_t exp_s)
{
	static char line[URL_MAX];
	int status = 0;

	while (fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		/* a list as warm takes it: with remarks */
		if (line[0] != '\0' && line[0] != '#' && sign_one(cfg, line, exp_s) != 0)
			status = CLI_HELP_FAILED;
	}
	return status;
}

int
cli_sign(int argc, char *argv[], struct config *cfg)
{
	uint64_t ms = 0;
	int64_t exp_s = 0;
	int i = 1, status = 0;

	if (argc > 2 && strcmp(argv[1], "--expires") == 0) {
		if (!text_to_ms(argv[2], &ms) || ms < 1000) {
			(void)fprintf(stderr,
				"limner: sign: %s is not a time such as 30m, 8h, 7d\n", argv[2]);
			return CLI_HELP_USAGE;
		}
		exp_s = now_unix_s() + (int64_t)(ms / 1000);
		i = 3;
	}
	if (i >= argc || (argv[i][0] == '-' && argv[i][1] != '\0'))
		return cli_help_usage(CLI_HELP_SIGN);
	for (; i < argc; i++)
		if ((strcmp(argv[i], "-") == 0 ? sign_lines(cfg, exp_s)
					       : sign_one(cfg, argv[i], exp_s)) != 0)
			status = CLI_HELP_FAILED;
	return status;
}
