#include "request.h"

#include "base/digest.h"
#include "base/now.h"
#include "base/text.h"
#include "networks.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

/* Where the path and the query lie in what the gateway gave. */
struct target {
	const char *path;
	size_t path_len;
	const char *query;
	char host[256]; /* with its port; "" when nobody said, or it is none */
	bool decoded;   /* by the web server */
};

/* ---- Fields ---- */

static const char *
param(const struct gateway *gw, const char *name)
{
	const char *value = gw->param(gw->self, name);

	return value != NULL ? value : "";
}

/* Copy a field that may be sent on to an origin. What does not fit, or is no field, is no field. */
static bool
copy_field(char *ret, size_t size, const char *value)
{
	const char *c;

	for (c = value; *c != '\0'; c++)
		if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f)
			return false;
	return text_copy(ret, size, value);
}

static void
read_conditions(const struct gateway *gw, struct request_conditions *ret)
{
	const struct {
		const char *name;
		char *field;
		size_t size;
	} rows[] = {
		{ "HTTP_IF_NONE_MATCH", ret->if_none_match, sizeof ret->if_none_match },
		{ "HTTP_IF_MATCH", ret->if_match, sizeof ret->if_match },
		{ "HTTP_IF_MODIFIED_SINCE", ret->if_modified_since, sizeof ret->if_modified_since },
		{ "HTTP_IF_UNMODIFIED_SINCE", ret->if_unmodified_since,
			sizeof ret->if_unmodified_since },
		{ "HTTP_RANGE", ret->range, sizeof ret->range },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (!copy_field(rows[i].field, rows[i].size, param(gw, rows[i].name)))
			rows[i].field[0] = '\0';
	/* A range whose condition is not understood could be a part of another version. */
	if (!copy_field(ret->if_range, sizeof ret->if_range, param(gw, "HTTP_IF_RANGE")))
		ret->if_range[0] = ret->range[0] = '\0';
}

/* Step through a list of names with commas and blanks between them. False at its end. */
static bool
next_name(const char **list, const char **ret, size_t *n)
{
	*ret = *list + strspn(*list, ", \t");
	*n = strcspn(*ret, ", \t");
	*list = *ret + *n;
	return *n > 0;
}

/* The variable a gateway keeps a header in: HTTP_X_NAME for X-Name. */
static void
cgi_name(const char *name, size_t n, char *ret, size_t size)
{
	(void)snprintf(ret, size, "HTTP_%.*s", (int)n, name);
	for (char *c = ret + 5; *c != '\0'; c++)
		*c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
}

/* Take what the origin's settings let through; what does not fit is left out whole. */
static void
read_forwarded(const struct gateway *gw, const struct config_origin *origin, char *ret, size_t size)
{
	const char *list = origin->forward_headers, *name;
	char variable[80], value[1024];
	size_t n, at = 0;

	while (next_name(&list, &name, &n)) {
		cgi_name(name, n, variable, sizeof variable);
		if (!copy_field(value, sizeof value, param(gw, variable)) || value[0] == '\0' ||
			at + n + strlen(value) + 4 > size)
			continue;
		at += (size_t)snprintf(ret + at, size - at, "%.*s: %s\n", (int)n, name, value);
	}
}

/* Make a value fit for the log: printable, without blanks. Too long is not an id of theirs. */
static void
read_cf_id(const struct gateway *gw, char *ret, size_t size)
{
	char *c;

	if (!text_copy(ret, size, param(gw, "HTTP_X_AMZ_CF_ID")))
		ret[0] = '\0';
	for (c = ret; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~')
			*c = '_';
}

static void
make_id(char ret[17])
{
	unsigned char bytes[8] = { 0 };

	/* Eight bytes never come in parts; before the pool is ready, zeroes serve as well. */
	if (getrandom(bytes, sizeof bytes, GRND_NONBLOCK) != (ssize_t)sizeof bytes)
		memset(bytes, 0, sizeof bytes);
	digest_hex(bytes, sizeof bytes, ret);
}

/* ---- The path ---- */

/* Split the target; the form with scheme and host (RFC 9112 3.2.2) is allowed. */
static void
split_target(const char *uri, struct target *ret)
{
	ret->decoded = false;
	if (strncasecmp(uri, "http://", 7) == 0 || strncasecmp(uri, "https://", 8) == 0) {
		size_t n;

		uri = strstr(uri, "://") + 3;
		n = strcspn(uri, "/?");
		if (n < sizeof ret->host) { /* wins over the Host field (RFC 9112 3.2.2) */
			memcpy(ret->host, uri, n);
			ret->host[n] = '\0';
		}
		uri += n;
	}
	ret->path = uri;
	ret->path_len = strcspn(uri, "?");
	ret->query = uri[ret->path_len] == '?' ? uri + ret->path_len + 1 : "";
	if (ret->path_len == 0) {
		ret->path = "/";
		ret->path_len = 1;
	}
}

/*
 * Put the target together from the older variables, which the server has decoded already.
 *
 * joined  memory for the path
 */
static bool
join_target(const struct gateway *gw, char *joined, size_t size, struct target *ret)
{
	const char *script = param(gw, "SCRIPT_NAME");
	const char *info = param(gw, "PATH_INFO");
	size_t n = strlen(script), m = strlen(info);

	if (n + m >= size)
		return false;
	memcpy(joined, script, n);
	memcpy(joined + n, info, m + 1);
	ret->path = joined;
	ret->path_len = n + m;
	ret->query = param(gw, "QUERY_STRING");
	ret->decoded = true;
	return true;
}

/* Tell whether the path is a mount and then this name: "" of a mount is the root's. */
static bool
is_below(const struct target *target, const char *mount, const char *name)
{
	size_t n = strlen(mount), m = strlen(name);

	return target->path_len == n + m && memcmp(target->path, mount, n) == 0 &&
	       memcmp(target->path + n, name, m) == 0;
}

/* Find which page about limner itself is meant; REQUEST_PICTURE: none. */
static enum request_kind
page_of(const struct config *cfg, const struct target *target)
{
	static const struct {
		const char *name;
		enum request_kind kind;
	} pages[] = {
		{ "-/health", REQUEST_HEALTH },
		{ "-/ready", REQUEST_READY },
		{ "-/metrics", REQUEST_METRICS },
		{ "-/explain", REQUEST_EXPLAIN },
	};

	for (size_t k = 0; k < sizeof pages / sizeof pages[0]; k++) {
		if (is_below(target, "/", pages[k].name))
			return pages[k].kind;
		for (size_t i = 0; i < cfg->origin_count; i++)
			if (is_below(target, cfg->origins[i].mount, pages[k].name))
				return pages[k].kind;
	}
	return REQUEST_PICTURE;
}

/*
 * Tell whether who asks may see how limner goes. A request that came through a proxy is somebody
 * else's, wherever the proxy is.
 */
static bool
may_see(const struct config *cfg, const struct gateway *gw)
{
	static const char *const marks[] = { "HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_VIA",
		"HTTP_X_REAL_IP", "HTTP_X_AMZ_CF_ID" };

	if (!networks_have(cfg->status_from, param(gw, "REMOTE_ADDR")))
		return false;
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (*param(gw, marks[i]) != '\0')
			return false;
	return true;
}

/* Segments are judged as they stand in the key, whoever wrote their slashes as %2F. */
static bool
has_dot_segment(const char *key)
{
	size_t n;

	for (;; key += n + 1) {
		n = strcspn(key, "/");
		if ((n == 1 && key[0] == '.') || (n == 2 && key[0] == '.' && key[1] == '.'))
			return true;
		if (key[n] == '\0')
			return false;
	}
}

static bool
read_key(const struct target *target, struct request *ret, struct err *err)
{
	const char *raw = target->path + strlen(ret->origin->mount);
	size_t raw_len = target->path_len - strlen(ret->origin->mount);
	char key[sizeof ret->key];
	size_t n = raw_len;

	if (target->decoded ? n > REQUEST_KEY_MAX
			    : !text_url_decode(raw, raw_len, true, key, sizeof key, &n))
		return err_set(
			err, ERR_BAD_PATH, "The key has more than %d bytes.", REQUEST_KEY_MAX);
	if (target->decoded)
		memcpy(key, raw, n);
	key[n] = '\0';
	if (n == 0)
		return err_set(err, ERR_BAD_PATH, "The path names no picture.");
	if (memchr(key, '\0', n) != NULL)
		return err_set(err, ERR_BAD_PATH, "The key has a NUL in it.");
	if (!text_is_utf8(key, n))
		return err_set(err, ERR_BAD_PATH, "The key is not UTF-8.");
	if (has_dot_segment(key))
		return err_set(err, ERR_BAD_PATH, "The key has a \".\" or \"..\" segment.");
	memcpy(ret->key, key, n + 1);
	return true;
}

/* ---- The query ---- */

/* Daangn's words for how a picture fits its box; NULL for any other. */
static const char *
daangn_fit(const char *t)
{
	static const char *const rows[][2] = { { "crop", "cover" }, { "inside", "inside" },
		{ "outside", "outside" }, { "cover", "cover" }, { "contain", "pad" },
		{ "fill", "fill" } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(t, rows[i][0]) == 0)
			return rows[i][1];
	return NULL;
}

/* Tell whether a list such as "t,q" has this word. */
static bool
names(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = strstr(list, word); at != NULL; at = strstr(at + 1, word))
		if ((at == list || at[-1] == ',') && (at[n] == ',' || at[n] == '\0'))
			return true;
	return false;
}

/*
 * Let client hints fill in what says auto, and decide whether there is a picture to make.
 *
 * preset  that lies under the query, or NULL
 */
static void
decide(const struct gateway *gw, const struct params *preset, struct request *ret)
{
	const struct config_policy *policy = &ret->origin->policy;
	struct hints hints = { 0 };
	char variable[80];

	if (policy->client_hints) {
		for (enum hints_kind i = 0; i < HINTS__COUNT; i++) {
			cgi_name(hints_names[i], strlen(hints_names[i]), variable, sizeof variable);
			hints_read(i, param(gw, variable), &hints);
		}
		ret->hinted = hints_apply(&hints, &policy->snaps, policy->save_data_quality,
			&ret->asked, preset, &ret->params);
	}
	hints_drop(&ret->params);
	ret->transform = params_acts(&ret->params);
}

/* Find what t means, and with it the effective parameters. */
static bool
resolve(const struct config *cfg, const struct gateway *gw, struct request *ret, bool asks,
	struct err *err)
{
	const struct config_policy *policy = &ret->origin->policy;
	const struct dialect *dialect = dialect_of(policy->dialect);
	bool only_t = policy->require_t || dialect->only_presets;
	const struct config_preset *preset;
	const char *fit;

	ret->params = ret->asked;
	if (dialect->presets && names(ret->notes.dropped, "t")) {
		ret->unknown_preset = true; /* no preset can have such a name */
		return true;
	}
	if (ret->asked.t[0] == '\0') {
		if (!only_t && asks)
			decide(gw, NULL, ret);
		return true;
	}
	preset = config_preset(cfg, ret->origin, ret->asked.t);
	fit = only_t ? NULL : daangn_fit(ret->asked.t);
	if (preset == NULL && fit == NULL) {
		ret->unknown_preset = true;
		if (policy->strict)
			return err_set(
				err, ERR_BAD_PARAMETER, "t: there is no preset of that name.");
		return true;
	}
	if (preset != NULL) {
		dialect_defaults(policy->dialect, &ret->params);
		params_overlay(&ret->params, &preset->params);
		params_overlay(&ret->params, &ret->asked);
	} else if (!params_given(&ret->params, "fit") &&
		   !params_set(&ret->params, "fit", fit, err)) {
		return false;
	}
	decide(gw, preset != NULL ? &preset->params : NULL, ret);
	return true;
}

bool
request_asked(const struct config_origin *origin, const char *query, struct params *asked,
	struct params_notes *notes, bool *ret_asks, struct err *err)
{
	asked->no_sign = origin->policy.sign_key[0] == '\0';
	if (!dialect_parse(origin->policy.dialect, query, origin->policy.strict, asked, notes,
		    ret_asks, err))
		return false;
	if (!origin->policy.client_hints)
		hints_drop(asked);
	snap_apply(&origin->policy.snaps, asked);
	return true;
}

/* Accept, or the word a cache in front has made of it, is read only where the answer then says
 * that it was (Vary). */
static void
negotiate(const struct config *cfg, const struct gateway *gw, struct request *ret)
{
	const char *word = cfg->accept_header;
	struct accept_weights weights;
	char variable[80];

	ret->negotiated = ret->transform && ret->params.f == PARAMS_F_AUTO;
	ret->accept_name = *word != '\0' ? word : "Accept";
	if (!ret->negotiated)
		return;
	cgi_name(ret->accept_name, strlen(ret->accept_name), variable, sizeof variable);
	if (*word == '\0')
		accept_read(param(gw, variable), &weights);
	else
		accept_read_word(param(gw, variable), &weights);
	ret->accepts = accept_bits(&weights);
	accept_order(&weights, ret->origin->policy.auto_formats, ret->auto_order);
	for (size_t i = 0; i < ACCEPT_FORMATS; i++)
		ret->auto_above[i] = accept_above(&weights, ret->auto_order[i]);
}

/* Find out whether the URL is signed as its origin wants it, and for how long. */
static bool
judge_signature(struct request *ret, struct err *err)
{
	const struct config_policy *policy = &ret->origin->policy;
	bool wanted = policy->sign_required == CONFIG_SIGN_ALL ||
		      (policy->sign_required == CONFIG_SIGN_PICTURES && ret->transform);
	int64_t now_s = now_unix_s();

	if (policy->sign_key[0] == '\0')
		return true;
	if (!sign_check(ret->origin, ret->key, &ret->asked, wanted, now_s, &ret->signature, err))
		return false;
	if (ret->signature == SIGN_GOOD && ret->asked.exp > 0)
		ret->left_s = (int64_t)ret->asked.exp - now_s;
	return true;
}

static bool
read_query(const struct config *cfg, const struct gateway *gw, const char *query,
	struct request *ret, struct err *err)
{
	const struct config_policy *policy = &ret->origin->policy;
	struct buf canonical = BUF_INIT(4096);
	bool asks, ok;

	if (!request_asked(ret->origin, query, &ret->asked, &ret->notes, &asks, err) ||
		!resolve(cfg, gw, ret, asks, err))
		return false;
	ret->other_type = ret->transform && !dialect_takes_key(policy->dialect, ret->key);
	ret->transform = ret->transform && !ret->other_type;
	if (ret->other_type)
		ret->hinted = 0;
	if (!judge_signature(ret, err))
		return false;
	negotiate(cfg, gw, ret);
	/* other services' queries have no canonical form of their own */
	if (policy->dialect != DIALECT_LIMNER)
		return true;
	ok = params_canonical(&ret->asked, &canonical, err);
	if (ok)
		ret->spelling = spelling_of(query, buf_text(&canonical));
	buf_done(&canonical);
	return ok;
}

/* ---- The whole ---- */

/* Find whose path it is, and whose pages may read the answer. False: nothing is mounted there. */
static bool
find_origin(const struct config *cfg, const struct gateway *gw, const struct target *target,
	struct request *ret)
{
	/* a mount holds no ?, so the query is not seen */
	ret->origin = config_origin(cfg, target->host, target->path);
	if (ret->origin == NULL)
		return false;
	cors_allow(ret->origin->policy.cors, param(gw, "HTTP_ORIGIN"), ret->allow_origin);
	return true;
}

/* A method that fetches nothing: what a browser asks beforehand, or a mistake. */
static bool
read_other_method(const struct config *cfg, const struct gateway *gw, const struct target *target,
	struct request *ret, struct err *err)
{
	if (page_of(cfg, target) != REQUEST_PICTURE || !find_origin(cfg, gw, target, ret) ||
		ret->origin->policy.cors[0] == '\0' ||
		strcmp(param(gw, "REQUEST_METHOD"), "OPTIONS") != 0 ||
		*param(gw, "HTTP_ACCESS_CONTROL_REQUEST_METHOD") == '\0')
		return err_set(err, ERR_METHOD, "%s", "");
	ret->kind = REQUEST_PREFLIGHT;
	return true;
}

static bool
read_request(
	const struct config *cfg, const struct gateway *gw, struct request *ret, struct err *err)
{
	const char *method = param(gw, "REQUEST_METHOD");
	char joined[2 * REQUEST_KEY_MAX];
	struct target target = { .host = "" };
	bool other;

	memset(ret, 0, sizeof *ret);
	params_init(&ret->asked);
	params_init(&ret->params);
	make_id(ret->id);
	read_cf_id(gw, ret->cf_id, sizeof ret->cf_id);
	ret->head_only = strcmp(method, "HEAD") == 0;
	/* No method at all is somebody trying the program by hand. */
	other = !ret->head_only && strcmp(method, "GET") != 0 && *method != '\0';
	if (!text_copy(target.host, sizeof target.host, param(gw, "HTTP_HOST")))
		target.host[0] = '\0';
	if (*param(gw, "REQUEST_URI") != '\0')
		split_target(param(gw, "REQUEST_URI"), &target);
	else if (!join_target(gw, joined, sizeof joined, &target))
		return err_set(err, other ? ERR_METHOD : ERR_BAD_PATH, "The path is too long.");
	if (other)
		return read_other_method(cfg, gw, &target, ret, err);
	ret->kind = page_of(cfg, &target);
	if (ret->kind != REQUEST_PICTURE && ret->kind != REQUEST_HEALTH && !may_see(cfg, gw)) {
		ret->kind = REQUEST_PICTURE;
		return err_set(err, ERR_NOT_FOUND, "%s", "");
	}
	if (ret->kind != REQUEST_PICTURE)
		return true;
	if (!find_origin(cfg, gw, &target, ret))
		return err_set(err, ERR_NOT_FOUND, "Nothing is mounted at this path.");
	read_conditions(gw, &ret->if_);
	read_forwarded(gw, ret->origin, ret->forwarded, sizeof ret->forwarded);
	return read_key(&target, ret, err) && read_query(cfg, gw, target.query, ret, err);
}

bool
request_parse(
	const struct config *cfg, const struct gateway *gw, struct request *ret, struct err *err)
{
	if (!read_request(cfg, gw, ret, err))
		return false;
	switch (ret->signature) {
	case SIGN_UNASKED:
	case SIGN_GOOD:
		break;
	case SIGN_MISSING:
		return err_set(err, ERR_UNSIGNED, "%s", "");
	case SIGN_WRONG:
		return err_set(err, ERR_SIGNATURE, "%s", "");
	case SIGN_EXPIRED:
		return err_set(err, ERR_EXPIRED, "%s", "");
	}
	return true;
}

static const char *
text_param(void *self, const char *name)
{
	if (strcmp(name, "REQUEST_METHOD") == 0)
		return "GET";
	return strcmp(name, "REQUEST_URI") == 0 ? *(const char *const *)self : NULL;
}

bool
request_from_text(const struct config *cfg, const char *uri, struct request *ret, struct err *err)
{
	struct gateway gw = { .self = &uri, .param = text_param };

	return read_request(cfg, &gw, ret, err);
}

/* Add a name to a list of them, where it is not there yet. The names are those of a request's
 * fields, 511 bytes together at most. */
static void
add_name(char ret[REQUEST_VARY], const char *name, size_t n)
{
	const char *list = ret, *other;
	size_t at = strlen(ret), m;

	while (next_name(&list, &other, &m))
		if (m == n && strncasecmp(name, other, n) == 0)
			return;
	(void)snprintf(ret + at, REQUEST_VARY - at, "%s%.*s", at > 0 ? ", " : "", (int)n, name);
}

/* Tell whether a list has a name, or is that of all. */
static bool
has_name(const char *list, const char *name, size_t n)
{
	const char *other;
	size_t m;

	while (next_name(&list, &other, &m))
		if ((m == 1 && *other == '*') || (m == n && strncasecmp(name, other, n) == 0))
			return true;
	return false;
}

void
request_vary(const struct request *req, const char *origin_vary, char ret[REQUEST_VARY])
{
	const char *list = req->origin != NULL ? req->origin->forward_headers : "", *name;
	size_t n;

	ret[0] = '\0';
	if (req->origin != NULL && cors_varies(req->origin->policy.cors))
		add_name(ret, "Origin", 6);
	if (origin_vary == NULL)
		return;
	if (req->negotiated)
		add_name(ret, req->accept_name, strlen(req->accept_name));
	for (enum hints_kind i = 0; i < HINTS__COUNT; i++)
		if ((req->hinted & HINTS_BIT(i)) != 0)
			add_name(ret, hints_names[i], strlen(hints_names[i]));
	while (next_name(&list, &name, &n))
		if (has_name(origin_vary, name, n))
			add_name(ret, name, n);
}
