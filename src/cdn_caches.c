/*
 * Caches of one's own: Varnish and nginx.
 */
#include "cdn.h"

#include "base/text.h"
#include "cdn_templates.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define PIECE_LIMIT 262144 /* bytes of a field */

/* What folded Accept says: a word in a header of its own, or three values of Accept itself. */
struct accept_words {
	const char *name, *neither, *webp, *avif;
};

static struct accept_words
accept_words(const struct config *cfg)
{
	struct accept_words ret = { "Accept", "*/*", "image/webp", "image/avif,image/webp" };

	if (cfg->accept_header[0] != '\0')
		ret = (struct accept_words){ cfg->accept_header, "-", "webp", "avif" };
	if (!cdn_makes_avif(cfg))
		ret.avif = ret.webp;
	return ret;
}

/* Split host:port; the host in brackets when it is an IPv6 address. */
static bool
split_backend(const char *backend, char host[256], char port[8], struct err *err)
{
	const char *colon = strrchr(backend, ':');
	size_t n = colon != NULL ? (size_t)(colon - backend) : 0;
	bool bracketed = n > 2 && backend[0] == '[' && backend[n - 1] == ']';
	int64_t number;

	if (n == 0 || n >= 256 || !text_to_int(colon + 1, 1, 65535, &number))
		goto wrong;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)backend[i]) &&
			strchr(bracketed ? ".-_:[]" : ".-_", backend[i]) == NULL)
			goto wrong;
	if (bracketed) {
		backend++;
		n -= 2;
	}
	memcpy(host, backend, n);
	host[n] = '\0';
	(void)snprintf(port, 8, "%" PRId64, number);
	return true;
wrong:
	(void)err_set(err, ERR_INTERNAL, "%s", "");
	return err_detail(err, "%.100s is not host:port", backend);
}

/* Seconds the web server in front of limner may take: its deadline, and something to spare. */
static uint64_t
patience(const struct config *cfg)
{
	uint64_t most = 0;

	for (size_t i = 0; i < cfg->origin_count; i++)
		if (cfg->origins[i].policy.deadline_ms > most)
			most = cfg->origins[i].policy.deadline_ms;
	return most / 1000 + 3;
}

/* The longest time something may be stale, over all origins, in seconds. */
static uint64_t
longest_stale(const struct config *cfg)
{
	uint64_t most = 0;

	for (size_t i = 0; i < cfg->origin_count; i++) {
		const struct config_policy *policy = &cfg->origins[i].policy;

		if (policy->swr_ms > most)
			most = policy->swr_ms;
		if (policy->sie_ms > most)
			most = policy->sie_ms;
	}
	return most / 1000;
}

/* Add a text as a regular expression that matches it and nothing else, safe inside quotes. */
static bool
add_pattern(const char *text, struct buf *out, struct err *err)
{
	for (; *text != '\0'; text++) {
		bool plain = isalnum((unsigned char)*text) || strchr("/-_", *text) != NULL;

		if (!buf_addf(out, err, plain ? "%c" : "\\x%02x", (unsigned char)*text))
			return false;
	}
	return true;
}

/* ---- Varnish ---- */

/* "w|width", and for a side the name that speaks of both. */
static bool
add_names(const struct param_def *def, bool both, struct buf *out, struct err *err)
{
	if (!buf_adds(out, def->name, err))
		return false;
	for (size_t a = 0; a < PARAM_ALIASES && def->aliases[a] != NULL; a++)
		if (!buf_addf(out, err, "|%s", def->aliases[a]))
			return false;
	for (size_t i = 0; i < param_count && both && (def->flags & PARAM_SIDE) != 0; i++)
		if (param_table[i].kind == PARAM_SIZE &&
			!buf_addf(out, err, "|%s", param_table[i].name))
			return false;
	return true;
}

/* The lines that ask whether a name stands there twice, and those that take each to its place. */
static bool
add_rows(const struct config *cfg, struct buf *once, struct buf *names, struct err *err)
{
	struct buf own = BUF_INIT(256), touched = BUF_INIT(256);
	bool ok = true;

	for (size_t i = 0; ok && i < param_count; i++) {
		const struct param_def *def = &param_table[i];
		const char *text;

		if (!cdn_knows(cfg, def))
			continue;
		buf_reset(&own);
		buf_reset(&touched);
		ok = add_names(def, false, &own, err) && add_names(def, true, &touched, err);
		text = buf_text(&touched);
		ok = ok && buf_addf(once, err,
				   " &&\n\t\treq.http.X-Limner-Query !~ "
				   "\"(?i)&(?:%s)(?:=[^&]*)?&(?:.*&)?(?:%s)(?:[=&]|$)\"",
				   text, text);
		text = buf_text(&own);
		ok = ok && buf_addf(names, err,
				   "\t\tif (req.http.X-Limner-Query ~ \"(?i)&(?:%s)(?:[=&]|$)\") "
				   "{\n\t\t\tset req.http.X-Limner-Made = req.http.X-Limner-Made + "
				   "\"&%s=\" +\n\t\t\t\tregsub(req.http.X-Limner-Query, "
				   "\"(?i)^.*&(?:%s)(?:=([^&]*))?(?:&.*)?$\", \"\\1\");\n\t\t}\n",
				   text, def->name, text);
	}
	buf_done(&own);
	buf_done(&touched);
	return ok;
}

static bool
add_condition(const struct config_origin *origin, struct buf *out, struct err *err)
{
	bool domain = origin->host[0] == '*';

	if (!buf_adds(out, "(req.url ~ \"^", err) || !add_pattern(origin->mount, out, err) ||
		!buf_adds(out, "\"", err))
		return false;
	if (origin->host[0] != '\0' &&
		(!buf_addf(out, err, " && req.http.Host ~ \"(?i)^%s", domain ? ".+" : "") ||
			!add_pattern(origin->host + (domain ? 1 : 0), out, err) ||
			!buf_adds(out, "\\.?(:[0-9]+)?$\"", err)))
		return false;
	return buf_adds(out, ")", err);
}

/* The lines for one mount: what is done to a request below it. */
static bool
add_mount(const struct config_origin *origin, bool first, struct buf *out, struct err *err)
{
	if (!buf_adds(out, first ? "\tif " : " elseif ", err) || !add_condition(origin, out, err) ||
		!buf_adds(out, " {\n\t\tset req.http.X-Limner = \"1\";\n\t\tif (req.url !~ \"^",
			err) ||
		!add_pattern(origin->mount, out, err) || !buf_adds(out, "-/\") {\n", err))
		return false;
	/* names nobody knows are a mistake limner has to see */
	if (origin->policy.strict || !cdn_may_normalise(origin)) {
		if (origin->policy.strict &&
			!buf_adds(out, "\t\t\tset req.url = std.querysort(req.url);\n", err))
			return false;
	} else if (!buf_adds(out, "\t\t\tcall limner_query;\n", err)) {
		return false;
	}
	if (!cdn_forwards_accept(origin) &&
		!buf_adds(out,
			"\t\t\tif (req.restarts == 0) {\n\t\t\t\tcall limner_accept;\n\t\t\t}\n",
			err))
		return false;
	return buf_adds(out, "\t\t}\n\t}", err);
}

bool
cdn_caches_varnish(const struct config *cfg, const char *backend, struct buf *out, struct err *err)
{
	const struct config_origin *order[CONFIG_ORIGINS_MAX];
	struct buf once = BUF_INIT(PIECE_LIMIT), names = BUF_INIT(PIECE_LIMIT),
		   origins = BUF_INIT(PIECE_LIMIT);
	struct accept_words words = accept_words(cfg);
	char host[256], port[8], seconds[24], grace[24];
	bool ok = split_backend(backend, host, port, err) && add_rows(cfg, &once, &names, err);

	cdn_order(cfg, order);
	for (size_t i = 0; ok && i < cfg->origin_count; i++)
		ok = add_mount(order[i], i == 0, &origins, err);
	ok = ok && buf_adds(&origins, "\n", err);
	(void)snprintf(seconds, sizeof seconds, "%" PRIu64, patience(cfg));
	(void)snprintf(grace, sizeof grace, "%" PRIu64, longest_stale(cfg));
	if (ok) {
		const struct cdn_field fields[] = {
			{ "BACKEND", backend },
			{ "HOST", host },
			{ "PORT", port },
			{ "PATIENCE", seconds },
			{ "GRACE", grace },
			{ "ONCE", buf_text(&once) },
			{ "NAMES", buf_text(&names) },
			{ "ORIGINS", buf_text(&origins) },
			{ "ACCEPT", words.name },
			{ "NEITHER", words.neither },
			{ "WEBP", words.webp },
			{ "AVIF", words.avif },
		};

		ok = cdn_fill(
			cdn_templates_varnish, fields, sizeof fields / sizeof fields[0], out, err);
	}
	buf_done(&once);
	buf_done(&names);
	buf_done(&origins);
	return ok;
}

/* ---- nginx ---- */

/* Add a word in double quotes. */
static bool
add_quoted(const char *text, struct buf *out, struct err *err)
{
	if (!buf_adds(out, "\"", err))
		return false;
	for (; *text != '\0'; text++)
		if (!buf_addf(out, err, "%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text))
			return false;
	return buf_adds(out, "\"", err);
}

/* Add $http_name for each header that an origin's own server sees: its answers may differ. */
static bool
add_forwarded(const char *list, struct buf *out, struct err *err)
{
	size_t n;

	for (list += strspn(list, ", "); *list != '\0'; list += n + strspn(list + n, ", ")) {
		n = strcspn(list, ", ");
		if (!buf_adds(out, " $http_", err))
			return false;
		for (size_t i = 0; i < n; i++)
			if (!buf_addf(out, err, "%c",
				    list[i] == '-' ? '_' : tolower((unsigned char)list[i])))
				return false;
	}
	return true;
}

static bool
add_location(const struct config *cfg, const struct config_origin *const *order, size_t at,
	struct buf *out, struct err *err)
{
	const char *mount = order[at]->mount;
	struct accept_words words = accept_words(cfg);
	bool accept = false, dialect = false;
	const char *word;

	for (size_t i = 0; i < at; i++)
		if (strcmp(order[i]->mount, mount) == 0)
			return true; /* one location serves every host's */
	if (!buf_adds(out, "\tlocation ^~ ", err) || !add_quoted(mount, out, err) ||
		!buf_adds(out,
			" {\n\t\tproxy_pass http://limner;\n\t\tproxy_http_version 1.1;\n"
			"\t\tproxy_set_header Connection \"\";\n\t\tproxy_set_header Host $http_host;\n"
			"\t\tproxy_set_header Cookie \"\";\n"
			"\t\t# without it limner would show its own pages to everybody\n"
			"\t\tproxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n",
			err))
		return false;
	for (size_t i = at; i < cfg->origin_count; i++)
		if (strcmp(order[i]->mount, mount) == 0) {
			accept = accept || cdn_forwards_accept(order[i]);
			dialect = dialect || !cdn_may_normalise(order[i]);
		}
	/* in which words a dialect leaves the format open is limner's to know */
	word = dialect ? "$limner_formats" : "$limner_accept";
	if ((!accept || cfg->accept_header[0] != '\0') &&
		!buf_addf(out, err, "\t\tproxy_set_header %s %s;\n", words.name, word))
		return false;
	if (!buf_addf(out, err,
		    "\t\tproxy_cache limner;\n"
		    "\t\t# the headers that answers vary by stand in the key, in few words\n"
		    "\t\tproxy_ignore_headers Vary;\n"
		    "\t\tproxy_cache_key \"$http_host$request_uri %s",
		    word))
		return false;
	for (size_t i = at; i < cfg->origin_count; i++) {
		if (strcmp(order[i]->mount, mount) != 0)
			continue;
		if (!add_forwarded(order[i]->forward_headers, out, err) ||
			(cors_varies(order[i]->policy.cors) &&
				!add_forwarded("Origin", out, err)) ||
			(order[i]->policy.client_hints &&
				!buf_adds(out, " $limner_hints$limner_save", err)))
			return false;
	}
	return buf_addf(out, err,
		"\";\n\t\tproxy_cache_revalidate on;\n"
		"\t\t# how long stale answers serve is what their Cache-Control says\n"
		"\t\tproxy_cache_background_update on;\n"
		"\t\tproxy_cache_lock on;\n\t\tproxy_cache_lock_timeout %" PRIu64 "s;\n"
		"\t\tproxy_connect_timeout 2s;\n\t\tproxy_read_timeout %" PRIu64 "s;\n"
		"\t\tadd_header X-Cache $upstream_cache_status always;\n\t}\n",
		patience(cfg), patience(cfg));
}

/* What of client hints goes into keys, where an origin takes them. A query in escapes, and a
 * preset, may leave something to them without showing it. */
static const char hint_maps[] =
	"# The client hints an answer may depend on, as they come: limner takes them in steps.\n"
	"map $args $limner_hints {\n"
	"\tdefault \"\";\n"
	"\t\"~*auto|%|(^|&)t=\" \"$http_sec_ch_width,$http_sec_ch_viewport_width,$http_sec_ch_dpr \";\n"
	"}\n"
	"map $http_save_data $limner_save {\n"
	"\tdefault \"\";\n"
	"\t\"~*^on$\" \"on \";\n"
	"}\n\n";

/* The presets that leave the format to limner, whichever origin's they are. */
static bool
add_presets(const struct config *cfg, struct buf *out, struct err *err)
{
	for (size_t i = 0; i < cfg->preset_count; i++)
		if (cfg->presets[i].params.f == PARAMS_F_AUTO &&
			!buf_addf(out, err, "\t\"~*(^|&)t=%s(&|$)\" \"auto \";\n",
				cfg->presets[i].name))
			return false;
	return true;
}

static bool
add_format_names(struct buf *out, struct err *err)
{
	for (size_t i = 0; i < param_count; i++)
		if (strcmp(param_table[i].name, "f") == 0)
			return add_names(&param_table[i], false, out, err);
	return true;
}

bool
cdn_caches_nginx(const struct config *cfg, const char *backend, struct buf *out, struct err *err)
{
	const struct config_origin *order[CONFIG_ORIGINS_MAX];
	struct buf presets = BUF_INIT(PIECE_LIMIT), locations = BUF_INIT(PIECE_LIMIT),
		   names = BUF_INIT(256);
	struct accept_words words = accept_words(cfg);
	char host[256], port[8], inactive[24];
	bool ok = split_backend(backend, host, port, err) && add_presets(cfg, &presets, err) &&
		  add_format_names(&names, err);

	cdn_order(cfg, order);
	for (size_t i = 0; ok && i < cfg->origin_count; i++)
		ok = add_location(cfg, order, i, &locations, err);
	/* what nobody asks for that long goes; nginx counts from the last request */
	(void)snprintf(inactive, sizeof inactive, "%" PRIu64, longest_stale(cfg) + 86400);
	if (ok) {
		const struct cdn_field fields[] = {
			{ "BACKEND", backend },
			{ "INACTIVE", inactive },
			{ "FORMAT", buf_text(&names) },
			{ "PRESETS", buf_text(&presets) },
			{ "HINTS", cdn_takes_hints(cfg) ? hint_maps : "" },
			{ "LOCATIONS", buf_text(&locations) },
			{ "NEITHER", words.neither },
			{ "WEBP", words.webp },
			{ "AVIF", words.avif },
		};

		ok = cdn_fill(
			cdn_templates_nginx, fields, sizeof fields / sizeof fields[0], out, err);
	}
	buf_done(&presets);
	buf_done(&locations);
	buf_done(&names);
	return ok;
}
