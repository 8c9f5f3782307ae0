#include "cdn.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *
text_of(const struct cdn_field *fields, size_t n, const char *name, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(fields[i].name) == len && memcmp(fields[i].name, name, len) == 0)
			return fields[i].text;
	return NULL;
}

bool
cdn_fill(const char *const lines[], const struct cdn_field *fields, size_t n, struct buf *out,
	struct err *err)
{
	for (; *lines != NULL; lines++) {
		const char *at = *lines;

		for (;;) {
			size_t len = strcspn(at, "@");
			size_t name = at[len] == '@'
					      ? strspn(at + len + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_")
					      : 0;
			const char *text;

			if (!buf_add(out, at, len, err))
				return false;
			at += len;
			if (*at == '\0')
				break;
			text = name > 0 && at[name + 1] == '@' ? text_of(fields, n, at + 1, name)
							       : NULL;
			if (text == NULL)
				return err_set(err, ERR_INTERNAL,
					"A template's field is not filled: %.40s", at);
			if (!buf_adds(out, text, err))
				return false;
			at += name + 2;
		}
	}
	return true;
}

bool
cdn_may_normalise(const struct config_origin *origin)
{
	return origin->policy.dialect == DIALECT_LIMNER;
}

bool
cdn_knows(const struct config *cfg, const struct param_def *def)
{
	bool knows = (def->flags & PARAM_SIGN) == 0;

	for (size_t i = 0; i < cfg->origin_count; i++)
		knows = knows || cfg->origins[i].policy.sign_key[0] != '\0';
	return knows;
}

bool
cdn_forwards_accept(const struct config_origin *origin)
{
	const char *list = origin->forward_headers;
	size_t n;

	for (list += strspn(list, ", "); *list != '\0'; list += n + strspn(list + n, ", ")) {
		n = strcspn(list, ", ");
		if (n == 6 && strncasecmp(list, "Accept", n) == 0)
			return true;
	}
	return false;
}

bool
cdn_takes_hints(const struct config *cfg)
{
	for (size_t i = 0; i < cfg->origin_count; i++)
		if (cfg->origins[i].policy.client_hints)
			return true;
	return false;
}

bool
cdn_makes_avif(const struct config *cfg)
{
	struct accept_weights all;
	enum format order[ACCEPT_FORMATS];

	accept_read("image/avif", &all);
	for (size_t i = 0; i < cfg->origin_count; i++) {
		accept_order(&all, cfg->origins[i].policy.auto_formats, order);
		if (order[0] == FORMAT_AVIF)
			return true;
	}
	return false;
}

bool
cdn_auto_presets(const struct config *cfg, const struct config_origin *origin,
	const char *separator, struct buf *out, struct err *err)
{
	bool first = true;

	for (size_t i = 0; i < cfg->preset_count; i++) {
		const struct config_preset *preset = &cfg->presets[i];

		/* an origin's own comes before everybody's of that name */
		if (preset->params.f != PARAMS_F_AUTO ||
			config_preset(cfg, origin, preset->name) != preset)
			continue;
		if (!buf_addf(out, err, "%s%s", first ? "" : separator, preset->name))
			return false;
		first = false;
	}
	return true;
}

/* Exact hosts, then those of whole domains by length, then any; among them the longest mount. */
static int
compare(const void *one, const void *other)
{
	const struct config_origin *a = *(const struct config_origin *const *)one;
	const struct config_origin *b = *(const struct config_origin *const *)other;
	int rank_a = a->host[0] == '\0' ? 0 : a->host[0] == '*' ? (int)strlen(a->host) : 1000;
	int rank_b = b->host[0] == '\0' ? 0 : b->host[0] == '*' ? (int)strlen(b->host) : 1000;
	size_t len_a = strlen(a->mount), len_b = strlen(b->mount);

	if (rank_a != rank_b)
		return rank_a > rank_b ? -1 : 1;
	if (len_a != len_b)
		return len_a > len_b ? -1 : 1;
	return a < b ? -1 : a > b; /* as they stand in the file */
}

void
cdn_order(const struct config *cfg, const struct config_origin *ret[CONFIG_ORIGINS_MAX])
{
	for (size_t i = 0; i < cfg->origin_count; i++)
		ret[i] = &cfg->origins[i];
	qsort(ret, cfg->origin_count, sizeof ret[0], compare);
}

bool
cdn_canonical(const struct config *cfg, const char *host, const char *uri, struct buf *out,
	struct err *err)
{
	const struct config_origin *origin = config_origin(cfg, host, uri);
	const char *query = strchr(uri, '?');
	struct params_notes notes;
	struct params asked;
	struct err why = { 0 };
	bool asks;

	query = query != NULL ? query + 1 : "";
	params_init(&asked);
	if (origin == NULL || !cdn_may_normalise(origin) ||
		strncmp(uri + strlen(origin->mount), "-/", 2) == 0 ||
		!request_asked(origin, query, &asked, &notes, &asks, &why) ||
		strcmp(notes.dropped, "t") == 0 || strncmp(notes.dropped, "t,", 2) == 0)
		return buf_adds(out, query, err);
	return params_canonical(&asked, out, err);
}
