/*
 * CloudFront's pieces, in the shapes the AWS CLI takes as file://.
 *
 * Source  the API reference of CloudFront 2020-05-31: CachePolicyConfig, OriginRequestPolicyConfig,
 *         ResponseHeadersPolicyConfig, CustomErrorResponses, CacheTagConfig
 */
#include "cdn.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#define HEADERS_MAX 64

/* Names of request headers that answers depend on, each once. */
struct headers {
	char names[HEADERS_MAX][64];
	size_t count;
};

static void
add_header(struct headers *headers, const char *name, size_t n)
{
	for (size_t i = 0; i < headers->count; i++)
		if (strlen(headers->names[i]) == n && strncasecmp(headers->names[i], name, n) == 0)
			return;
	if (headers->count == HEADERS_MAX || n >= sizeof headers->names[0])
		return;
	(void)snprintf(
		headers->names[headers->count++], sizeof headers->names[0], "%.*s", (int)n, name);
}

static void
collect_headers(const struct config *cfg, struct headers *ret)
{
	const char *accept = cfg->accept_header[0] != '\0' ? cfg->accept_header : "Accept";

	ret->count = 0;
	add_header(ret, accept, strlen(accept));
	for (size_t i = 0; i < cfg->origin_count; i++) {
		const char *list = cfg->origins[i].forward_headers;
		size_t n;

		for (enum hints_kind k = 0; k < HINTS__COUNT && cfg->origins[i].policy.client_hints;
			k++)
			add_header(ret, hints_names[k], strlen(hints_names[k]));
		/* who may read an answer is part of it */
		if (cors_varies(cfg->origins[i].policy.cors))
			add_header(ret, "Origin", 6);
		/* one mount may be another origin's on another host */
		if (cfg->origins[i].host[0] != '\0')
			add_header(ret, "Host", 4);
		for (list += strspn(list, ", "); *list != '\0';
			list += n + strspn(list + n, ", ")) {
			n = strcspn(list, ", ");
			add_header(ret, list, n);
		}
	}
}

/* The longest of a time setting over all origins, in seconds. */
static uint64_t
longest(const struct config *cfg, size_t offset)
{
	uint64_t most = 0;

	for (size_t i = 0; i < cfg->origin_count; i++) {
		uint64_t ms;

		memcpy(&ms, (const char *)&cfg->origins[i].policy + offset, sizeof ms);
		if (ms > most)
			most = ms;
	}
	return most / 1000;
}

static uint64_t
larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static bool
print_cache_policy(const struct config *cfg, struct buf *out, struct err *err)
{
	uint64_t age = longest(cfg, offsetof(struct config_policy, max_age_ms));
	uint64_t immutable = longest(cfg, offsetof(struct config_policy, immutable_ms));
	uint64_t shared = longest(cfg, offsetof(struct config_policy, shared_max_age_ms));
	uint64_t year = 31536000;
	uint64_t most = larger(larger(age, shared), immutable);
	struct headers headers;

	collect_headers(cfg, &headers);
	if (!buf_addf(out, err,
		    "{\n  \"Name\": \"limner\",\n"
		    "  \"Comment\": \"Pictures by limner: its Cache-Control counts, and the query as "
		    "the function writes it\",\n"
		    "  \"DefaultTTL\": %" PRIu64 ",\n  \"MaxTTL\": %" PRIu64 ",\n  \"MinTTL\": 0,\n"
		    "  \"ParametersInCacheKeyAndForwardedToOrigin\": {\n"
		    "    \"EnableAcceptEncodingGzip\": false,\n"
		    "    \"EnableAcceptEncodingBrotli\": false,\n"
		    "    \"HeadersConfig\": {\n      \"HeaderBehavior\": \"whitelist\",\n"
		    "      \"Headers\": { \"Quantity\": %zu, \"Items\": [",
		    age, larger(most, year), headers.count))
		return false;
	for (size_t i = 0; i < headers.count; i++)
		if (!buf_addf(out, err, "%s\"%s\"", i > 0 ? ", " : "", headers.names[i]))
			return false;
	return buf_adds(out,
		"] }\n    },\n"
		"    \"CookiesConfig\": { \"CookieBehavior\": \"none\" },\n"
		"    \"QueryStringsConfig\": { \"QueryStringBehavior\": \"all\" }\n  }\n}\n",
		err);
}

static bool
print_request_policy(const struct config *cfg, struct buf *out, struct err *err)
{
	bool asked = false; /* beforehand, by pages of other sites */

	for (size_t i = 0; i < cfg->origin_count; i++)
		asked |= cfg->origins[i].policy.cors[0] != '\0';
	return buf_addf(out, err,
		"{\n  \"Name\": \"limner\",\n"
		"  \"Comment\": \"Nothing beside what the cache policy names%s\",\n"
		"  \"HeadersConfig\": { %s },\n"
		"  \"CookiesConfig\": { \"CookieBehavior\": \"none\" },\n"
		"  \"QueryStringsConfig\": { \"QueryStringBehavior\": \"none\" }\n}\n",
		asked ? ", and what preflights are known by" : "",
		asked ? "\"HeaderBehavior\": \"whitelist\", \"Headers\": { \"Quantity\": 1, "
			"\"Items\": [\"Access-Control-Request-Method\"] }"
		      : "\"HeaderBehavior\": \"none\"");
}

static bool
print_response(const struct config *cfg, struct buf *out, struct err *err)
{
	(void)cfg;
	return buf_adds(out,
		"{\n  \"Name\": \"limner\",\n"
		"  \"Comment\": \"CloudFront's own times beside limner's in Server-Timing\",\n"
		"  \"SecurityHeadersConfig\": { \"ContentTypeOptions\": { \"Override\": true } },\n"
		"  \"ServerTimingHeadersConfig\": { \"Enabled\": true, \"SamplingRate\": 5.0 }\n}\n",
		err);
}

/* Seconds CloudFront keeps an error at least: as limner says, but never long. */
static int32_t
error_ttl(const struct config *cfg, int status)
{
	int32_t least = 10;

	for (enum err_kind kind = ERR_NONE + 1; kind < ERR__COUNT; kind++)
		for (size_t i = 0; i <= cfg->origin_count && err_row(kind)->status == status; i++) {
			/* what names no origin goes by the general policy */
			const struct config_policy *policy =
				i > 0 ? &cfg->origins[i - 1].policy : &cfg->policy;
			int32_t age = config_error_age(policy, kind, false);

			age = age == ERR_NO_STORE ? 1 : age;
			least = age < least ? age : least;
		}
	/* a fault nobody here answers with is the web server's: it passes */
	return status >= 500 ? 1 : least;
}

static bool
print_errors(const struct config *cfg, struct buf *out, struct err *err)
{
	/* what CloudFront takes here, of what it caches */
	static const int statuses[] = { 400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504 };
	size_t n = sizeof statuses / sizeof statuses[0];

	if (!buf_addf(out, err, "{\n  \"Quantity\": %zu,\n  \"Items\": [\n", n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!buf_addf(out, err,
			    "    { \"ErrorCode\": %d, \"ResponsePagePath\": \"\", \"ResponseCode\": "
			    "\"\", \"ErrorCachingMinTTL\": %d }%s\n",
			    statuses[i], (int)error_ttl(cfg, statuses[i]), i + 1 < n ? "," : ""))
			return false;
	return buf_adds(out, "  ]\n}\n", err);
}

static bool
print_tags(const struct config *cfg, struct buf *out, struct err *err)
{
	size_t n = strcspn(cfg->tag_headers, ", ");

	if (n == 0)
		return buf_adds(out, "null\n", err);
	return buf_addf(out, err, "{ \"HeaderName\": \"%.*s\" }\n", (int)n, cfg->tag_headers);
}

const struct cdn_piece cdn_policies[] = {
	{ "function", "function.js",
		"aws cloudfront create-function --name limner --function-config "
		"Comment=limner,Runtime=cloudfront-js-2.0 --function-code fileb://function.js",
		cdn_function },
	{ "cache-policy", "cache-policy.json",
		"aws cloudfront create-cache-policy --cache-policy-config file://cache-policy.json",
		print_cache_policy },
	{ "origin-request-policy", "origin-request-policy.json",
		"aws cloudfront create-origin-request-policy --origin-request-policy-config "
		"file://origin-request-policy.json",
		print_request_policy },
	{ "response", "response.json",
		"aws cloudfront create-response-headers-policy --response-headers-policy-config "
		"file://response.json",
		print_response },
	{ "errors", "errors.json", "CustomErrorResponses of the distribution's configuration",
		print_errors },
	{ "tags", "tags.json", "CacheTagConfig of the distribution's configuration", print_tags },
	{ NULL, NULL, NULL, NULL },
};
