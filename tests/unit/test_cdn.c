#include "cdn.h"
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct config cfg;
static struct err err;

static void
load(void)
{
	const char *top = getenv("top_srcdir");
	char *const env[] = { NULL };
	char path[1024];

	memset(&cfg, 0, sizeof cfg);
	(void)snprintf(path, sizeof path, "%s/tests/data/conf/cdn.conf", top != NULL ? top : ".");
	ck_assert_msg(config_load(path, env, &cfg, &err), "%s", err.detail);
}

static const char *
canonical(const char *host, const char *uri)
{
	static char text[4096];
	struct buf b = BUF_INIT(sizeof text - 1);

	ck_assert(cdn_canonical(&cfg, host, uri, &b, &err));
	(void)snprintf(text, sizeof text, "%s", buf_text(&b));
	buf_done(&b);
	return text;
}

/* Undo JSON's escapes, up to the closing quote. */
static const char *
read_text(const char *c, char *ret)
{
	unsigned code;
	char *to = ret;

	for (; *c != '"'; c++) {
		if (*c != '\\') {
			*to++ = *c;
			continue;
		}
		c++;
		if (*c == 'u') {
			ck_assert_int_eq(sscanf(c + 1, "%4x", &code), 1);
			ck_assert_uint_lt(code, 0x80);
			*to++ = (char)code;
			c += 4;
		} else {
			*to++ = *c == 'n' ? '\n' : *c == 't' ? '\t' : *c;
		}
	}
	*to = '\0';
	return c;
}

START_TEST(agrees_with_the_vectors)
{
	const char *top = getenv("top_srcdir");
	char path[1024], line[8192], host[1024], uri[8192], want[8192];
	size_t count = 0;
	FILE *f;

	load();
	(void)snprintf(
		path, sizeof path, "%s/tests/data/cdn-vectors.json", top != NULL ? top : ".");
	f = fopen(path, "re");
	ck_assert_msg(f != NULL, "%s", path);
	while (fgets(line, sizeof line, f) != NULL) {
		const char *c = strstr(line, "\"host\": \"");

		if (c == NULL)
			continue;
		c = read_text(c + 9, host);
		c = strstr(c, "\"uri\": \"");
		ck_assert(c != NULL);
		c = read_text(c + 8, uri);
		c = strstr(c, "\"canonical\": \"");
		ck_assert(c != NULL);
		(void)read_text(c + 14, want);
		ck_assert_msg(strcmp(canonical(host, uri), want) == 0, "%s%s: %s, not %s", host,
			uri, canonical(host, uri), want);
		count++;
	}
	(void)fclose(f);
	ck_assert_uint_gt(count, 1000);
}
END_TEST

START_TEST(looks_at_origins_in_the_order_that_finds_them)
{
	static const char *const hosts[] = { "", "x", "img.example.com", "one.example.com" };
	static const char *const paths[] = { "/img/a", "/steps/a", "/", "/strict/img/" };
	const struct config_origin *order[CONFIG_ORIGINS_MAX];

	load();
	cdn_order(&cfg, order);
	for (size_t h = 0; h < 4; h++)
		for (size_t p = 0; p < 4; p++) {
			const struct config_origin *found = NULL;

			for (size_t i = 0; found == NULL && i < cfg.origin_count; i++) {
				const char *mine = order[i]->host;
				size_t n = strlen(mine), m = strlen(hosts[h]);
				bool fits = n == 0 || strcmp(mine, hosts[h]) == 0 ||
					    (*mine == '*' && m >= n &&
						    strcmp(hosts[h] + m - n + 1, mine + 1) == 0);

				if (fits && strncmp(paths[p], order[i]->mount,
						    strlen(order[i]->mount)) == 0)
					found = order[i];
			}
			ck_assert_msg(found == config_origin(&cfg, hosts[h], paths[p]), "%s%s",
				hosts[h], paths[p]);
		}
}
END_TEST

START_TEST(refuses_functions_cloudfront_would_not_take)
{
	struct buf out = BUF_INIT(65536);

	load();
	ck_assert(cdn_function(&cfg, &out, &err));
	ck_assert_uint_le(out.len, CDN_FUNCTION_MAX);
	for (size_t i = 0; i < cfg.origin_count; i++)
		ck_assert(snap_parse("1001 1002 1003 1004 1005 1006 1007 1008 1009 1010 1011 1012 "
				     "1013 1014 1015 1016 1017 1018 1019 1020 1021 1022 1023 1024",
			1, 8192, 0, &cfg.origins[i].policy.snaps.h));
	buf_reset(&out);
	ck_assert(!cdn_function(&cfg, &out, &err));
	ck_assert_int_eq(err.kind, ERR_TOO_LARGE);
	buf_done(&out);
}
END_TEST

START_TEST(needs_a_host_and_a_port)
{
	static const char *const bad[] = { "", "host", "host:", ":80", "host:0", "host:65536",
		"ho st:80", "host;:80", "a@b:80" };
	struct buf out = BUF_INIT(1048576);

	load();
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		ck_assert_msg(!cdn_caches_varnish(&cfg, bad[i], &out, &err), "%s", bad[i]);
		ck_assert_msg(!cdn_caches_nginx(&cfg, bad[i], &out, &err), "%s", bad[i]);
	}
	ck_assert(cdn_caches_varnish(&cfg, "[::1]:8080", &out, &err));
	ck_assert(strstr(buf_text(&out), ".host = \"::1\";") != NULL);
	buf_done(&out);
}
END_TEST

Suite *
suite_cdn(void)
{
	Suite *suite = suite_create("cdn");
	TCase *tc = tcase_create("cdn");

	tcase_add_test(tc, agrees_with_the_vectors);
	tcase_add_test(tc, looks_at_origins_in_the_order_that_finds_them);
	tcase_add_test(tc, refuses_functions_cloudfront_would_not_take);
	tcase_add_test(tc, needs_a_host_and_a_port);
	suite_add_tcase(suite, tc);
	return suite;
}
