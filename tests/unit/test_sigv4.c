#include "base/digest.h"
#include "base/text.h"
#include "sigv4.h"
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAIRS   16
#define COLUMNS 12

/* A call being put together from test data. */
struct draft {
	struct buf path;
	char query_text[PAIRS * 2][512];
	struct sigv4_pair query[PAIRS];
	size_t query_count;
	struct sigv4_pair headers[PAIRS];
	size_t header_count;
};

/* clang-format off */
/* Six cases want a path tidied up as S3 never does: there our signature has to differ. */
static const struct {
	const char *name;
	bool same;
} cases[] = {
	{ "get-header-key-duplicate", true },
	{ "get-header-value-multiline", true },
	{ "get-header-value-order", true },
	{ "get-header-value-trim", true },
	{ "get-relative-normalized", false },
	{ "get-relative-relative-normalized", false },
	{ "get-relative-relative-unnormalized", true },
	{ "get-relative-unnormalized", true },
	{ "get-slash-dot-slash-normalized", false },
	{ "get-slash-dot-slash-unnormalized", true },
	{ "get-slash-normalized", false },
	{ "get-slash-pointless-dot-normalized", false },
	{ "get-slash-pointless-dot-unnormalized", true },
	{ "get-slash-unnormalized", true },
	{ "get-slashes-normalized", false },
	{ "get-slashes-unnormalized", true },
	{ "get-space-normalized", true },
	{ "get-space-unnormalized", true },
	{ "get-unreserved", true },
	{ "get-utf8", true },
	{ "get-vanilla", true },
	{ "get-vanilla-empty-query-key", true },
	{ "get-vanilla-query", true },
	{ "get-vanilla-query-order-encoded", true },
	{ "get-vanilla-query-order-key-case", true },
	{ "get-vanilla-query-unreserved", true },
	{ "get-vanilla-utf8-query", true },
	{ "get-vanilla-with-session-token", true },
	{ "post-header-key-case", true },
	{ "post-header-key-sort", true },
	{ "post-header-value-case", true },
	{ "post-sts-header-after", true },
	{ "post-sts-header-before", true },
	{ "post-vanilla", true },
	{ "post-vanilla-empty-query-value", true },
	{ "post-vanilla-query", true },
	{ "post-x-www-form-urlencoded", true },
	{ "post-x-www-form-urlencoded-parameters", true },
};
/* clang-format on */

static const struct sigv4_keys docs_keys = { "AKIAIOSFODNN7EXAMPLE",
	"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1", "s3" };
static const char docs_date[] = "20130524T000000Z";

/* Read a whole file of the test data; the caller frees. Lines may be missing their last end. */
static char *
read_data(const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[512], *text = calloc(1, 65536);
	FILE *f;

	ck_assert_ptr_nonnull(text);
	(void)snprintf(path, sizeof path, "%s/tests/data/sigv4/%s", top != NULL ? top : ".", name);
	f = fopen(path, "rb");
	ck_assert_msg(f != NULL, "%s is missing", path);
	ck_assert_uint_lt(fread(text, 1, 65535, f), 65535);
	(void)fclose(f);
	return text;
}

static char *
read_case(const char *name, const char *file)
{
	char path[256];

	(void)snprintf(path, sizeof path, "v4/%s/%s", name, file);
	return read_data(path);
}

/* Find a string member of a flat JSON text; "" when it is not there. */
static void
json_string(const char *json, const char *name, char *ret, size_t size)
{
	char wanted[64];
	const char *s;
	size_t n;

	ret[0] = '\0';
	(void)snprintf(wanted, sizeof wanted, "\"%s\": \"", name);
	s = strstr(json, wanted);
	if (s == NULL)
		return;
	s += strlen(wanted);
	n = strcspn(s, "\"");
	ck_assert_uint_lt(n, size);
	memcpy(ret, s, n);
	ret[n] = '\0';
}

static void
add_header(struct draft *d, const char *name, const char *value)
{
	ck_assert_uint_lt(d->header_count, PAIRS);
	d->headers[d->header_count++] = (struct sigv4_pair){ name, value };
}

/* Take an encoded query apart, in place, into raw pairs. */
static void
add_query(struct draft *d, char *query)
{
	char *rest = query, *pair;
	size_t n;

	while (rest != NULL && rest[0] != '\0') {
		char *name = d->query_text[d->query_count * 2], *value = name + 512, *equals;

		pair = strsep(&rest, "&");
		equals = strchr(pair, '=');
		if (equals != NULL)
			*equals = '\0';
		ck_assert(text_url_decode(pair, strlen(pair), false, name, 511, &n));
		name[n] = '\0';
		n = 0;
		if (equals != NULL)
			ck_assert(text_url_decode(
				equals + 1, strlen(equals + 1), false, value, 511, &n));
		value[n] = '\0';
		ck_assert_uint_lt(d->query_count, PAIRS);
		d->query[d->query_count++] = (struct sigv4_pair){ name, value };
	}
}

/* Check the end of an Authorization value, and that it names what is signed. */
static void
check_authorization(const struct sigv4_keys *keys, const struct sigv4_call *call, const char *date,
	const char *signed_names, const char *signature, bool same, const char *what)
{
	struct buf out = BUF_INIT(8192), names = BUF_INIT(1024);
	struct err err = { 0 };
	const char *got;

	ck_assert_msg(
		sigv4_authorization(keys, call, date, &out, &err), "%s: %s", what, err.detail);
	got = strstr(buf_text(&out), "Signature=");
	ck_assert_ptr_nonnull(got);
	ck_assert_msg((strcmp(got + 10, signature) == 0) == same, "%s: %s, want %s", what,
		buf_text(&out), signature);
	if (signed_names != NULL) {
		ck_assert(buf_addf(&names, &err, "SignedHeaders=%s, ", signed_names));
		ck_assert_msg(strstr(buf_text(&out), buf_text(&names)) != NULL, "%s: %s", what,
			buf_text(&out));
	}
	ck_assert_msg(strncmp(buf_text(&out), "AWS4-HMAC-SHA256 Credential=", 28) == 0, "%s", what);
	buf_done(&out);
	buf_done(&names);
}

/* Fill path, query and headers from a case's request.txt, which is taken apart in place. */
static const char *
read_request(char *text, struct draft *d, const char **ret_body)
{
	struct err err = { 0 };
	char *rest = text, *line = strsep(&rest, "\n"), *query, *end, *name = NULL, *value = NULL;
	char *path = strchr(line, ' ');

	*path++ = '\0';
	end = strrchr(path, ' '); /* the path itself may hold blanks */
	ck_assert_str_eq(end, " HTTP/1.1");
	*end = '\0';
	query = strchr(path, '?');
	if (query != NULL)
		*query++ = '\0';
	ck_assert(text_url_encode(&d->path, path, strlen(path), true, &err));
	add_query(d, query);
	/* a line that begins with a blank goes on where the one before it ended */
	while (rest != NULL && rest[0] != '\0' && rest[0] != '\n') {
		name = rest;
		value = strchr(name, ':');
		ck_assert_ptr_nonnull(value);
		*value++ = '\0';
		for (rest = strchr(value, '\n'); rest != NULL && rest[1] == ' ';)
			rest = strchr(rest + 1, '\n');
		if (rest != NULL)
			*rest++ = '\0';
		add_header(d, name, value);
	}
	*ret_body = rest != NULL && rest[0] == '\n' ? rest + 1 : "";
	return text;
}

/* What a case's context.json says. */
struct context {
	char access_key[64], secret_key[128], region[32], service[32], token[1024];
	bool sign_body;
};

static void
read_context(const char *name, struct context *c)
{
	char *json = read_case(name, "context.json");

	json_string(json, "access_key_id", c->access_key, sizeof c->access_key);
	json_string(json, "secret_access_key", c->secret_key, sizeof c->secret_key);
	json_string(json, "region", c->region, sizeof c->region);
	json_string(json, "service", c->service, sizeof c->service);
	json_string(json, "token", c->token, sizeof c->token);
	ck_assert_ptr_nonnull(strstr(json, "\"timestamp\": \"2015-08-30T12:36:00Z\""));
	c->sign_body = strstr(json, "\"sign_body\": true") != NULL;
	if (strstr(json, "\"omit_session_token\": true") != NULL)
		c->token[0] = '\0';
	free(json);
}

START_TEST(signs_as_the_suite_of_aws)
{
	const char *name = cases[_i].name, *body;
	struct draft d = { .path = BUF_INIT(4096) };
	struct buf canonical = BUF_INIT(65536);
	char *request = read_case(name, "request.txt");
	char *want = read_case(name, "header-canonical-request.txt");
	char *signature = read_case(name, "header-signature.txt");
	char hex[DIGEST_HEX];
	struct context c;
	unsigned char hash[DIGEST_SIZE];
	struct err err = { 0 };
	struct sigv4_call call = { .method = read_request(request, &d, &body) };
	const struct sigv4_keys keys = { c.access_key, c.secret_key, c.region, c.service };

	read_context(name, &c);
	ck_assert(digest_sha256(body, strlen(body), hash, &err));
	digest_hex(hash, sizeof hash, hex);
	add_header(&d, "X-Amz-Date", "20150830T123600Z");
	if (c.sign_body)
		add_header(&d, "x-amz-content-sha256", hex);
	if (c.token[0] != '\0')
		add_header(&d, "X-Amz-Security-Token", c.token);
	call.path = buf_text(&d.path);
	call.query = d.query;
	call.query_count = d.query_count;
	call.headers = d.headers;
	call.header_count = d.header_count;
	call.payload_hash = hex;
	ck_assert(sigv4_canonical(&call, &canonical, &err));
	ck_assert_msg((strcmp(buf_text(&canonical), want) == 0) == cases[_i].same,
		"%s: got\n%s\nwant\n%s", name, buf_text(&canonical), want);
	check_authorization(
		&keys, &call, "20150830T123600Z", NULL, signature, cases[_i].same, name);
	buf_done(&canonical);
	buf_done(&d.path);
	free(request);
	free(want);
	free(signature);
}
END_TEST

/* Split a row of a table, in place. Returns the number of columns. */
static size_t
split(char *line, char *columns[COLUMNS])
{
	size_t n = 0;

	while (line != NULL && n < COLUMNS)
		columns[n++] = strsep(&line, "\t");
	return n;
}

START_TEST(signs_as_the_s3_reference)
{
	char *text = read_data("s3-docs.tsv"), *rest = text, *line, *c[COLUMNS];
	int rows = 0;

	(void)strsep(&rest, "\n");
	while (rest != NULL && rest[0] != '\0') {
		struct draft d = { .query_count = 0 };
		struct buf canonical = BUF_INIT(4096);
		unsigned char hash[DIGEST_SIZE];
		char hex[DIGEST_HEX];
		struct err err = { 0 };

		line = strsep(&rest, "\n");
		ck_assert_uint_eq(split(line, c), 11);
		add_query(&d, c[3]);
		add_header(&d, "X-Amz-Date", docs_date);
		add_header(&d, "Host", "examplebucket.s3.amazonaws.com");
		add_header(&d, "x-amz-content-sha256", c[8]);
		for (int i = 4; i <= 6; i += 2)
			if (c[i][0] != '\0')
				add_header(&d, c[i], c[i + 1]);
		const struct sigv4_call call = { c[1], c[2], d.query, d.query_count, d.headers,
			d.header_count, c[8] };

		ck_assert(sigv4_canonical(&call, &canonical, &err));
		ck_assert(digest_sha256(canonical.bytes, canonical.len, hash, &err));
		digest_hex(hash, sizeof hash, hex);
		ck_assert_msg(strcmp(hex, c[9]) == 0, "%s:\n%s", c[0], buf_text(&canonical));
		check_authorization(&docs_keys, &call, docs_date, NULL, c[10], true, c[0]);
		buf_done(&canonical);
		rows++;
	}
	ck_assert_int_eq(rows, 4);
	free(text);
}
END_TEST

/* The bytes that "612f62" stands for. */
static size_t
unhex(const char *hex, char *ret, size_t size)
{
	size_t n = strlen(hex) / 2;

	ck_assert_uint_lt(n, size);
	for (size_t i = 0; i < n; i++) {
		const char pair[3] = { hex[i * 2], hex[i * 2 + 1], '\0' };

		ret[i] = (char)strtoul(pair, NULL, 16);
	}
	ret[n] = '\0';
	return n;
}

START_TEST(signs_awkward_keys_as_two_other_signers_do)
{
	char *text = read_data("s3-extra.tsv"), *rest = text, *line, *c[COLUMNS];
	int rows = 0;

	(void)strsep(&rest, "\n");
	while (rest != NULL && rest[0] != '\0') {
		struct draft d = { .path = BUF_INIT(8192) };
		struct err err = { 0 };
		char key[1100];
		size_t n;

		line = strsep(&rest, "\n");
		ck_assert_uint_eq(split(line, c), 10);
		n = unhex(c[1], key, sizeof key);
		ck_assert(buf_adds(
			&d.path, strcmp(c[2], "127.0.0.1:8100") == 0 ? "/bucket/" : "/", &err));
		ck_assert(text_url_encode(&d.path, key, n, true, &err));
		ck_assert_str_eq(buf_text(&d.path), c[3]);
		add_query(&d, c[4]);
		add_header(&d, "host", c[2]);
		add_header(&d, "x-amz-date", docs_date);
		add_header(&d, "x-amz-content-sha256", SIGV4_EMPTY);
		if (c[5][0] != '\0')
			add_header(&d, c[5], c[6]);
		if (c[7][0] != '\0')
			add_header(&d, "x-amz-security-token", c[7]);
		const struct sigv4_call call = { "GET", buf_text(&d.path), d.query, d.query_count,
			d.headers, d.header_count, SIGV4_EMPTY };

		check_authorization(&docs_keys, &call, docs_date, c[8], c[9], true, c[3]);
		buf_done(&d.path);
		rows++;
	}
	ck_assert_int_eq(rows, 93);
	free(text);
}
END_TEST

START_TEST(sorts_the_query_by_encoded_name_then_value)
{
	static const struct sigv4_pair query[] = { { "b", "1" }, { "a-b", "2" }, { "a", "z" },
		{ "a", "\xed\x95\x9c" }, { "a", "" }, { "a/b", "3" }, { "A", "4" } };
	const struct sigv4_call call = { .query = query, .query_count = 7 };
	struct buf out = BUF_INIT(1024);
	struct err err = { 0 };

	ck_assert(sigv4_query(&call, &out, &err));
	ck_assert_str_eq(buf_text(&out), "A=4&a=&a=%ED%95%9C&a=z&a%2Fb=3&a-b=2&b=1");
	buf_done(&out);
}
END_TEST

START_TEST(signs_32_headers_and_refuses_33)
{
	char names[33][8];
	struct sigv4_pair headers[33];
	struct sigv4_call call = {
		.method = "GET", .path = "/", .headers = headers, .payload_hash = SIGV4_EMPTY
	};
	struct buf out = BUF_INIT(8192);
	struct err err = { 0 };

	for (int i = 0; i < 33; i++) {
		(void)snprintf(names[i], sizeof names[i], "h%02d", 33 - i);
		headers[i] = (struct sigv4_pair){ names[i], "v" };
	}
	call.header_count = 32;
	ck_assert(sigv4_authorization(&docs_keys, &call, docs_date, &out, &err));
	ck_assert_ptr_nonnull(strstr(buf_text(&out), "SignedHeaders=h02;h03;"));
	call.header_count = 33;
	buf_reset(&out);
	ck_assert(!sigv4_authorization(&docs_keys, &call, docs_date, &out, &err));
	ck_assert_int_eq(err.kind, ERR_INTERNAL);
	call.header_count = 1;
	call.query = headers;
	call.query_count = 33;
	err = (struct err){ 0 };
	ck_assert(!sigv4_authorization(&docs_keys, &call, docs_date, &out, &err));
	ck_assert_int_eq(err.kind, ERR_INTERNAL);
	buf_done(&out);
}
END_TEST

START_TEST(refuses_a_secret_it_cannot_hold)
{
	static const struct sigv4_pair host[] = { { "host", "h" } };
	const struct sigv4_call call = { "GET", "/", NULL, 0, host, 1, SIGV4_EMPTY };
	char secret[300];
	const struct sigv4_keys keys = { "A", secret, "us-east-1", "s3" };
	struct buf out = BUF_INIT(8192);
	struct err err = { 0 };

	memset(secret, 's', sizeof secret - 1);
	secret[sizeof secret - 1] = '\0';
	ck_assert(!sigv4_authorization(&keys, &call, docs_date, &out, &err));
	ck_assert_int_eq(err.kind, ERR_INTERNAL);
	ck_assert_msg(strstr(err.detail, "sss") == NULL, "%s", err.detail);
	buf_done(&out);
}
END_TEST

Suite *
suite_sigv4(void)
{
	Suite *s = suite_create("sigv4");
	TCase *t = tcase_create("sigv4");

	tcase_add_loop_test(t, signs_as_the_suite_of_aws, 0, sizeof cases / sizeof cases[0]);
	tcase_add_test(t, signs_as_the_s3_reference);
	tcase_add_test(t, signs_awkward_keys_as_two_other_signers_do);
	tcase_add_test(t, sorts_the_query_by_encoded_name_then_value);
	tcase_add_test(t, signs_32_headers_and_refuses_33);
	tcase_add_test(t, refuses_a_secret_it_cannot_hold);
	suite_add_tcase(s, t);
	return s;
}
