#include "base/now.h"
#include "credentials.h"
#include "credentials_files.h"
#include "credentials_parse.h"
#include "scripted.h"
#include "suites.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define COUNT(rows) (int)(sizeof(rows) / sizeof(rows)[0])
#define HOUR        3600

/* clang-format off */
#define ACCEPT  { SCRIPTED_ACCEPT, NULL, 0 }
#define AWAIT   { SCRIPTED_AWAIT, NULL, 0 }
#define SEND(t) { SCRIPTED_SEND, t, 0 }
#define END     { SCRIPTED_END, NULL, 0 }
/* clang-format on */

static struct scripted server;
static struct config_origin origin;
static char folder[64], keys_answer[2][1024], xml_answer[2048];
static struct err err;

static void
setup(void)
{
	memset(&server, 0, sizeof server);
	memset(&err, 0, sizeof err);
	origin = (struct config_origin){ .kind = CONFIG_S3, .region = "eu-west-3" };
	(void)snprintf(folder, sizeof folder, "/tmp/limner-credentials.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void
teardown(void)
{
	char command[128];

	scripted_stop(&server);
	(void)snprintf(command, sizeof command, "rm -rf %s", folder);
	FILE *p = popen(command, "r");
	ck_assert_ptr_nonnull(p);
	(void)pclose(p);
}

/* Write a file in the folder; returns its path, static. */
static const char *
write_file(const char *name, const char *text)
{
	static char path[128];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	return path;
}

/* Say an answer of keys called `access` that live so long. */
static void
answer_keys(char *ret, size_t size, const char *access, int64_t life_s)
{
	time_t end = (time_t)(now_unix_s() + life_s);
	struct tm tm;
	char body[512], date[32];

	ck_assert_ptr_nonnull(gmtime_r(&end, &tm));
	ck_assert_uint_gt(strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &tm), 0);
	(void)snprintf(body, sizeof body,
		"{\n  \"Code\" : \"Success\",\n  \"AccessKeyId\" : \"%s\",\n"
		"  \"SecretAccessKey\" : \"secret\\/of+%s\",\n  \"Token\" : \"token==\",\n"
		"  \"Expiration\" : \"%s\"\n}",
		access, access, date);
	(void)snprintf(
		ret, size, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
}

/* Open with this environment; {0} in a variable stands for the folder, {1} for the server. */
static struct credentials *
open_with(const char *const *variables)
{
	static char text[8][256];
	char *env[9] = { NULL };
	struct credentials *c = NULL;

	for (size_t i = 0; variables[i] != NULL; i++) {
		const char *at = strchr(variables[i], '{');

		if (at == NULL)
			(void)snprintf(text[i], sizeof text[i], "%s", variables[i]);
		else if (at[1] == '0')
			(void)snprintf(text[i], sizeof text[i], "%.*s%s%s",
				(int)(at - variables[i]), variables[i], folder, at + 3);
		else
			(void)snprintf(text[i], sizeof text[i], "%.*shttp://127.0.0.1:%d%s",
				(int)(at - variables[i]), variables[i], server.port, at + 3);
		env[i] = text[i];
	}
	return credentials_open(&origin, env, &c, &err) ? c : NULL;
}

static bool
get_from(struct credentials *c, struct credentials_keys *ret)
{
	return credentials_get(c, now_mono_us() + 5000000, ret, &err);
}

/* Count how often the server heard this. */
static int
times_heard(const char *what)
{
	int n = 0;

	for (const char *s = server.text; (s = strstr(s, what)) != NULL; s++)
		n++;
	return n;
}

/* ------------------------------------------------------------------ answers */

/* clang-format off */
static const struct {
	const char *json, *want; /* NULL: none */
} members[] = {
	{ "{\"Token\":\"t\"}", "t" },
	{ " {\n\"a\" : 1 , \"Token\"\t:\r\n\"t\" }", "t" },
	{ "{\"Token\":\"\"}", "" },
	{ "{\"Token\":\"a\\/b\\\"c\\\\d\\u0041\\n\"}", "a/b\"c\\dA\n" },
	{ "{\"x\":{\"Token\":\"inner\"},\"y\":[\"Token\",{\"Token\":\"i\"}],\"Token\":\"outer\"}", "outer" },
	{ "{\"x\":\"\\\"Token\\\":\\\"fake\\\"\",\"Token\":\"t\"}", "t" },
	{ "{\"x\":\"}\",\"y\":true,\"z\":null,\"n\":-1.5e3,\"Token\":\"t\"}", "t" },
	{ "{\"a name that is longer than any of those that are looked for, and by far so\":1,\"Token\":\"t\"}", "t" },
	{ "{\"\\u00e9\":1,\"Token\":\"t\"}", "t" },
	{ "{\"Token\":null}", NULL },
	{ "{\"Token\":5}", NULL },
	{ "{\"token\":\"t\"}", NULL },
	{ "{\"Token\":\"sixteen letters!\"}", NULL },
	{ "{\"Token\":\"\\u00e9\"}", NULL },
	{ "{\"Token\":\"\\u0000\"}", NULL },
	{ "{\"Token\":\"t", NULL },
	{ "{\"Token\":\"t\\", NULL },
	{ "{\"x\":\"\\", NULL },
	{ "{\"x\":[[[", NULL },
	{ "{\"x\" \"Token\":\"t\"}", NULL },
	{ "{\"x\":,\"Token\":\"t\"}", NULL },
	{ "{x:1,\"Token\":\"t\"}", NULL },
	{ "[\"Token\",\"t\"]", NULL },
	{ "", NULL },
	{ "{", NULL },
	{ "<html>", NULL },
};

static const struct {
	const char *xml, *want;
} elements[] = {
	{ "<a><Token>t/+=</Token></a>", "t/+=" },
	{ "<Token></Token>", "" },
	{ "<Tokens>s</Tokens><Token>t</Token>", "t" },
	{ "<Token>a&amp;b</Token>", NULL },
	{ "<Token><b>t</b></Token>", NULL },
	{ "<Token>sixteen letters!</Token>", NULL },
	{ "<Token>t", NULL },
	{ "<Token>", NULL },
	{ "", NULL },
};

static const struct {
	const char *text;
	int64_t want; /* -1: none */
} dates[] = {
	{ "1970-01-01T00:00:01Z", 1 },
	{ "2026-11-22T15:04:05Z", 1795359845 },
	{ "2024-02-29T23:59:59Z", 1709251199 },
	{ "2026-11-22T15:04:05.123456789Z", 1795359845 },
	{ "2026-11-22T15:04:05+00:00", 1795359845 },
	{ "2023-02-29T00:00:00Z", -1 },
	{ "2026-11-31T00:00:00Z", -1 },
	{ "2026-13-01T00:00:00Z", -1 },
	{ "2026-11-22T24:00:00Z", -1 },
	{ "2026-11-22T15:04:05", -1 },
	{ "2026-11-22T15:04:05+01:00", -1 },
	{ "2026-11-22 15:04:05Z", -1 },
	{ "2026-1-22T15:04:05Z", -1 },
	{ "2026", -1 },
	{ "", -1 },
};
/* clang-format on */

START_TEST(finds_a_text_in_the_outermost_object)
{
	char text[16] = "old";
	bool ok = credentials_parse_json(members[_i].json, "Token", text, sizeof text);

	ck_assert_msg(ok == (members[_i].want != NULL), "%s", members[_i].json);
	ck_assert_msg(
		strcmp(text, ok ? members[_i].want : "") == 0, "%s: %s", members[_i].json, text);
}
END_TEST

START_TEST(finds_the_text_of_an_element)
{
	char text[16] = "old";
	bool ok = credentials_parse_xml(elements[_i].xml, "Token", text, sizeof text);

	ck_assert_msg(ok == (elements[_i].want != NULL), "%s", elements[_i].xml);
	ck_assert_msg(
		strcmp(text, ok ? elements[_i].want : "") == 0, "%s: %s", elements[_i].xml, text);
}
END_TEST

START_TEST(reads_the_end_of_keys)
{
	int64_t when = -1;
	bool ok = credentials_parse_date(dates[_i].text, &when);

	ck_assert_msg(ok == (dates[_i].want >= 0) && when == dates[_i].want, "%s: %lld",
		dates[_i].text, (long long)when);
}
END_TEST

/* ------------------------------------------------------------------ files */

/* clang-format off */
static const struct {
	const char *what, *text, *profile;
	bool config;
	const char *access, *secret, *token; /* access NULL: refused */
	bool found, foreign;
} profiles[] = {
#define PAIR "aws_access_key_id = A\naws_secret_access_key = S\n"
	{ "plain", "[default]\n" PAIR "aws_session_token = T\n", "default", false, "A", "S", "T", true, false },
	{ "the right one", "[x]\naws_access_key_id = X\naws_secret_access_key = X\n[p]\n" PAIR "[y]\naws_session_token = Y\n", "p", false, "A", "S", "", true, false },
	{ "blanks, colons, capitals", "[ p ]\r\n  AWS_Access_Key_ID:A\r\n  aws_secret_access_key  =  S  \r\n", "p", false, "A", "S", "", true, false },
	{ "remarks", "# [p]\n[p] # mine\n; x\naws_access_key_id = A # the id\naws_secret_access_key = S#1\n", "p", false, "A", "S#1", "", true, false },
	{ "equals within", "[p]\naws_access_key_id=A\naws_secret_access_key=a=b:c/+==\n", "p", false, "A", "a=b:c/+==", "", true, false },
	{ "deeper lines", "[p]\n" PAIR "s3 =\n  aws_access_key_id = no\n  aws_secret_access_key = no\n", "p", false, "A", "S", "", true, false },
	{ "in the second file", "[profile p]\n" PAIR, "p", true, "A", "S", "", true, false },
	{ "quoted there", "[profile \"p q\"]\n" PAIR, "p q", true, "A", "S", "", true, false },
	{ "default there", "[default]\n" PAIR, "default", true, "A", "S", "", true, false },
	{ "no word before it there", "[p]\n" PAIR, "p", true, "", "", "", false, false },
	{ "a word before it in the first", "[profile p]\n" PAIR, "p", false, "", "", "", false, false },
	{ "another name's beginning", "[pq]\n" PAIR, "p", false, "", "", "", false, false },
	{ "no end of the section", "[p\n" PAIR, "p", false, "", "", "", false, false },
	{ "nothing between", "[]\n" PAIR, "p", false, "", "", "", false, false },
	{ "no line's end", "[p]\naws_access_key_id=A\naws_secret_access_key=S", "p", false, "A", "S", "", true, false },
	{ "a role", "[profile p]\nrole_arn = r\nsource_profile = q\n", "p", true, "", "", "", true, true },
	{ "half a key", "[p]\naws_access_key_id = A\n", "p", false, NULL, NULL, NULL, true, false },
	{ "empty", "", "p", false, "", "", "", false, false },
#undef PAIR
};
/* clang-format on */

START_TEST(reads_a_profile_as_awss_tools_do)
{
	struct credentials_profile p = { .found = false };
	bool ok = credentials_files_read(write_file("f", profiles[_i].text), profiles[_i].config,
		profiles[_i].profile, &p, &err);

	ck_assert_msg(ok == (profiles[_i].access != NULL), "%s: %s", profiles[_i].what, err.detail);
	ck_assert_msg(p.found == profiles[_i].found && p.foreign == profiles[_i].foreign, "%s",
		profiles[_i].what);
	if (!ok)
		return;
	ck_assert_msg(strcmp(p.keys.access_key, profiles[_i].access) == 0, "%s: %s",
		profiles[_i].what, p.keys.access_key);
	ck_assert_msg(strcmp(p.keys.secret_key, profiles[_i].secret) == 0, "%s: %s",
		profiles[_i].what, p.keys.secret_key);
	ck_assert_msg(strcmp(p.keys.session_token, profiles[_i].token) == 0, "%s: %s",
		profiles[_i].what, p.keys.session_token);
}
END_TEST

START_TEST(reads_a_changed_file_again)
{
	static const char *const env[] = { "AWS_SHARED_CREDENTIALS_FILE={0}/c", NULL };
	struct credentials_keys keys, old;
	struct credentials *c;

	(void)write_file("c", "[default]\naws_access_key_id=A1\naws_secret_access_key=S1\n");
	c = open_with(env);
	ck_assert_msg(c != NULL, "%s", err.detail);
	ck_assert(get_from(c, &keys));
	ck_assert_str_eq(keys.access_key, "A1");
	old = keys;
	(void)write_file("c", "[default]\naws_access_key_id=A22\naws_secret_access_key=S2\n");
	ck_assert(get_from(c, &keys));
	ck_assert_str_eq(keys.access_key, "A22");
	/* one of the file's halves is not there yet: the keys before serve */
	(void)write_file("c", "[default]\naws_access_key_id=A333\n");
	ck_assert(get_from(c, &keys));
	ck_assert_str_eq(keys.access_key, "A22");
	ck_assert(credentials_refused(c, &old)); /* there are others by now */
	ck_assert(credentials_refused(c, &keys));
	ck_assert(!credentials_refused(c, &keys));
	credentials_close(c);
}
END_TEST

/* ------------------------------------------------------------------ order */

/* clang-format off */
#define ID "AWS_ACCESS_KEY_ID=A"
#define SECRET "AWS_SECRET_ACCESS_KEY=S"
#define FILES "AWS_SHARED_CREDENTIALS_FILE={0}/c"
#define WEB "AWS_WEB_IDENTITY_TOKEN_FILE={0}/t"
#define ROLE "AWS_ROLE_ARN=arn:aws:iam::1:role/r"
#define FULL(u) "AWS_CONTAINER_CREDENTIALS_FULL_URI=" u
#define OFF "AWS_EC2_METADATA_DISABLED=true"
static const struct {
	const char *env[6];
	const char *access, *profile; /* settings */
	const char *want; /* where from, or what is wrong */
	bool ok;
} orders[] = {
	{ { ID, SECRET, FILES }, "A", NULL, "settings", true },
	{ { ID, SECRET, FILES }, NULL, "other", "shared files", true },
	{ { ID, SECRET, WEB, ROLE, FILES }, NULL, NULL, "environment", true },
	{ { WEB, ROLE, FILES, FULL("https://x") }, NULL, NULL, "web identity", true },
	{ { FILES, FULL("https://x") }, NULL, NULL, "shared files", true },
	{ { FILES, "AWS_PROFILE=other" }, NULL, NULL, "shared files", true },
	{ { "HOME={0}/home" }, NULL, NULL, "shared files", true },
	{ { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/x" }, NULL, NULL, "container endpoint", true },
	{ { FULL("https://any.example.net/x") }, NULL, NULL, "container endpoint", true },
	{ { FULL("http://127.0.0.1:80/x") }, NULL, NULL, "container endpoint", true },
	{ { FULL("http://127.9.9.9/x") }, NULL, NULL, "container endpoint", true },
	{ { FULL("http://localhost/x") }, NULL, NULL, "container endpoint", true },
	{ { FULL("http://[::1]:80/x") }, NULL, NULL, "container endpoint", true },
	{ { FULL("http://[fd00:ec2::23]/x") }, NULL, NULL, "container endpoint", true },
	{ { FULL("http://169.254.170.2/x") }, NULL, NULL, "container endpoint", true },
	{ { FULL("http://169.254.170.23/x") }, NULL, NULL, "container endpoint", true },
	{ { "HTTP_AWS_ACCESS_KEY_ID=A", "HTTP_AWS_SECRET_ACCESS_KEY=S" }, NULL, NULL, "instance role", true },
	{ { NULL }, NULL, NULL, "instance role", true },
	{ { OFF }, NULL, NULL, "none", false },
	{ { ID, FILES }, NULL, NULL, "half", false },
	{ { SECRET }, NULL, NULL, "half", false },
	{ { ID, "AWS_SECRET_ACCESS_KEY=a b" }, NULL, NULL, "blank", false },
	{ { WEB }, NULL, NULL, "AWS_ROLE_ARN", false },
	{ { "AWS_WEB_IDENTITY_TOKEN_FILE={0}/none", ROLE }, NULL, NULL, "No such file", false },
	{ { WEB, ROLE, "AWS_ROLE_SESSION_NAME=x" }, NULL, NULL, "2 to 64", false },
	{ { WEB, ROLE, "AWS_ENDPOINT_URL_STS=sts.example.net" }, NULL, NULL, "address", false },
	{ { FILES, "AWS_PROFILE=nobody" }, NULL, NULL, "in none of the shared files", false },
	{ { FILES }, NULL, "nobody", "in none of the shared files", false },
	{ { FILES }, NULL, "assumed", "roles", false },
	{ { "AWS_SHARED_CREDENTIALS_FILE={0}/none" }, NULL, NULL, "No such file", false },
	{ { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=@evil.example.net/" }, NULL, NULL, "no path", false },
	{ { FULL("http://192.0.2.1/x") }, NULL, NULL, "http:// only", false },
	{ { FULL("http://any.example.net/x") }, NULL, NULL, "http:// only", false },
	{ { FULL("http://127.1/x") }, NULL, NULL, "http:// only", false },
	{ { FULL("http://127.0.0.1.example.net/x") }, NULL, NULL, "http:// only", false },
	{ { FULL("http://169.254.169.254/x") }, NULL, NULL, "http:// only", false },
	{ { FULL("http://[::1].example.net/x") }, NULL, NULL, "http:// only", false },
	{ { FULL("http://127.0.0.1@example.net/x") }, NULL, NULL, "address", false },
	{ { FULL("file:///etc/passwd") }, NULL, NULL, "address", false },
};
/* clang-format on */

START_TEST(takes_the_first_place_that_is_there)
{
	struct credentials *c;
	char path[128];

	(void)snprintf(path, sizeof path, "%s/home", folder);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof path, "%s/home/.aws", folder);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)write_file(
		"home/.aws/config", "[default]\naws_access_key_id=D\naws_secret_access_key=S\n");
	(void)write_file("c", "[default]\naws_access_key_id=D\naws_secret_access_key=S\n"
			      "[other]\naws_access_key_id=O\naws_secret_access_key=S\n"
			      "[assumed]\nrole_arn=r\n");
	(void)write_file("t", "token\n");
	if (orders[_i].access != NULL) {
		(void)snprintf(
			origin.access_key, sizeof origin.access_key, "%s", orders[_i].access);
		(void)snprintf(origin.secret_key, sizeof origin.secret_key, "S");
	}
	if (orders[_i].profile != NULL)
		(void)snprintf(origin.profile, sizeof origin.profile, "%s", orders[_i].profile);
	c = open_with(orders[_i].env);
	ck_assert_msg((c != NULL) == orders[_i].ok, "%s: %s", orders[_i].want, err.detail);
	if (c != NULL)
		ck_assert_str_eq(credentials_source(c), orders[_i].want);
	else
		ck_assert_msg(
			err.kind == ERR_INTERNAL && strstr(err.detail, orders[_i].want) != NULL,
			"%s: %s", orders[_i].want, err.detail);
	credentials_close(c);
}
END_TEST

/* ------------------------------------------------------------------ services */

static const char *const instance[] = { "AWS_EC2_METADATA_SERVICE_ENDPOINT={1}/", NULL };

#define SESSION SEND("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsess==")
#define ROLE_IS SEND("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nmy role")
#define NOT(s)  SEND("HTTP/1.1 " s "\r\nContent-Length: 0\r\n\r\n")

START_TEST(asks_an_instances_service_in_three_steps)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, SESSION, AWAIT, ROLE_IS, AWAIT,
		SEND(keys_answer[0]), END };
	struct credentials_keys keys;
	struct credentials *c;

	answer_keys(keys_answer[0], sizeof keys_answer[0], "ASIA1", HOUR);
	scripted_start(&server, steps);
	c = open_with(instance);
	ck_assert_msg(c != NULL && get_from(c, &keys), "%s", err.detail);
	ck_assert_str_eq(keys.access_key, "ASIA1");
	ck_assert_str_eq(keys.secret_key, "secret/of+ASIA1");
	ck_assert_str_eq(keys.session_token, "token==");
	ck_assert_int_le(llabs(keys.expires_s - now_unix_s() - HOUR), 2);
	/* and not a second time */
	ck_assert(get_from(c, &keys));
	credentials_close(c);
	scripted_stop(&server);
	ck_assert_msg(strncmp(server.text, "PUT /latest/api/token HTTP/1.1\r\n", 32) == 0, "%s",
		server.text);
	ck_assert_int_eq(times_heard("X-aws-ec2-metadata-token-ttl-seconds: 21600\r\n"), 1);
	ck_assert_int_eq(times_heard("Content-Length: 0\r\n"), 1);
	ck_assert_int_eq(times_heard("X-aws-ec2-metadata-token: sess==\r\n"), 2);
	ck_assert_int_eq(
		times_heard("GET /latest/meta-data/iam/security-credentials/ HTTP/1.1\r\n"), 1);
	ck_assert_int_eq(
		times_heard("GET /latest/meta-data/iam/security-credentials/my%20role HTTP"), 1);
}
END_TEST

START_TEST(begins_a_session_anew_once)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, SESSION, AWAIT, ROLE_IS, AWAIT,
		SEND(keys_answer[0]), AWAIT, NOT("401 Unauthorized"), AWAIT, SESSION, AWAIT,
		ROLE_IS, AWAIT, NOT("401 Unauthorized"), AWAIT, SESSION, AWAIT,
		NOT("401 Unauthorized"), END };
	struct credentials_keys keys;
	struct credentials *c;

	answer_keys(keys_answer[0], sizeof keys_answer[0], "ASIA1", HOUR);
	scripted_start(&server, steps);
	c = open_with(instance);
	ck_assert_msg(c != NULL && get_from(c, &keys), "%s", err.detail);
	ck_assert(credentials_refused(c, &keys));
	ck_assert(!get_from(c, &keys));
	ck_assert_int_eq(err.kind, ERR_ORIGIN);
	ck_assert_ptr_nonnull(strstr(err.detail, "401"));
	credentials_close(c);
	scripted_stop(&server);
	ck_assert_int_eq(times_heard("PUT "), 3);
	ck_assert_int_eq(times_heard("GET "), 6);
}
END_TEST

/* clang-format off */
static const struct scripted_step no_role[] = { ACCEPT, AWAIT, SESSION, AWAIT, NOT("404 Not Found"), END };
static const struct scripted_step no_session[] = { ACCEPT, AWAIT, NOT("403 Forbidden"), END };
static const struct scripted_step no_json[] = { ACCEPT, AWAIT, SESSION, AWAIT, ROLE_IS, AWAIT,
	SEND("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"), END };
static const struct scripted_step no_success[] = { ACCEPT, AWAIT, SESSION, AWAIT, ROLE_IS, AWAIT,
	SEND("HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{\"Code\":\"Failed\"}"), END };
static const struct scripted_step over[] = { ACCEPT, AWAIT, SESSION, AWAIT, ROLE_IS, AWAIT,
	SEND(keys_answer[0]), END };
static const struct scripted_step two_lines[] = { ACCEPT, AWAIT,
	SEND("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\na\r\nX:y"), END };
static const struct scripted_step too_long[] = { ACCEPT, AWAIT, SESSION, AWAIT,
	SEND("HTTP/1.1 200 OK\r\nContent-Length: 20480\r\n\r\n"), { SCRIPTED_FILL, NULL, 20480 }, END };
static const struct scripted_step silent[] = { ACCEPT, AWAIT, END };
static const struct {
	const struct scripted_step *steps;
	const char *why;
} faults[] = {
	{ no_role, "it has no role" },
	{ no_session, "says 403 to the PUT" },
	{ no_json, "not four texts" },
	{ no_success, "Failed" },
	{ over, "that are over" },
	{ two_lines, "no token" },
	{ too_long, "longer than" },
	{ silent, "the instance's metadata service" },
};
/* clang-format on */

START_TEST(says_what_is_wrong_with_a_service)
{
	struct credentials_keys keys;
	struct credentials *c;
	uint64_t begun = now_mono_us();

	answer_keys(keys_answer[0], sizeof keys_answer[0], "ASIA1", -5);
	scripted_start(&server, faults[_i].steps);
	c = open_with(instance);
	ck_assert_msg(c != NULL && !get_from(c, &keys), "%s", faults[_i].why);
	ck_assert_msg(err.kind == ERR_ORIGIN, "%s: %d", faults[_i].why, (int)err.kind);
	ck_assert_msg(
		strstr(err.detail, faults[_i].why) != NULL, "%s: %s", faults[_i].why, err.detail);
	ck_assert_uint_lt(now_mono_us() - begun, 3000000);
	/* the next one is told the same at once */
	ck_assert(!get_from(c, &keys));
	ck_assert_ptr_nonnull(strstr(err.detail, faults[_i].why));
	credentials_close(c);
	scripted_stop(&server);
	ck_assert_int_eq(times_heard("PUT "), 1);
}
END_TEST

START_TEST(asks_a_container_with_its_token_up_to_three_times)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, NOT("500 Oops"), AWAIT,
		NOT("503 Busy"), AWAIT, SEND(keys_answer[0]), END };
	static const char *const env[] = { "AWS_CONTAINER_CREDENTIALS_FULL_URI={1}/v1/",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN=not this",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE={0}/t", NULL };
	struct credentials_keys keys;
	struct credentials *c;

	answer_keys(keys_answer[0], sizeof keys_answer[0], "ASIA1", HOUR);
	scripted_start(&server, steps);
	(void)write_file("t", "first\n");
	c = open_with(env);
	ck_assert_msg(c != NULL, "%s", err.detail);
	(void)write_file("t", "Basic second\n");
	ck_assert_msg(get_from(c, &keys), "%s", err.detail);
	ck_assert_str_eq(keys.access_key, "ASIA1");
	credentials_close(c);
	scripted_stop(&server);
	ck_assert_int_eq(times_heard("GET /v1/ HTTP/1.1\r\n"), 3);
	ck_assert_int_eq(times_heard("Authorization: Basic second\r\n"), 3);
}
END_TEST

START_TEST(never_lets_a_token_add_a_field)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, END };
	static const char *const env[] = { "AWS_CONTAINER_CREDENTIALS_FULL_URI={1}/v1/",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE={0}/t", NULL };
	struct credentials_keys keys;
	struct credentials *c;

	scripted_start(&server, steps);
	(void)write_file("t", "a\r\nX: y\n");
	c = open_with(env);
	ck_assert(c != NULL && !get_from(c, &keys));
	ck_assert_ptr_nonnull(strstr(err.detail, "holds no token"));
	credentials_close(c);
	scripted_stop(&server);
	ck_assert_str_eq(server.text, "");
}
END_TEST

START_TEST(shows_a_web_identity_for_a_role)
{
	static const struct scripted_step steps[] = { ACCEPT, AWAIT, SEND(xml_answer), AWAIT,
		SEND("HTTP/1.1 403 Forbidden\r\nContent-Length: 54\r\n\r\n"
		     "<ErrorResponse><Code>ExpiredIdp</Code></ErrorResponse>"),
		END };
	static const char *const env[] = { "AWS_WEB_IDENTITY_TOKEN_FILE={0}/t",
		"AWS_ROLE_ARN=arn:aws:iam::1:role/r", "AWS_ENDPOINT_URL_STS={1}", NULL };
	static const char body[] =
		"<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
		"<AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s/+</SecretAccessKey>"
		"<SessionToken>t==</SessionToken><Expiration>2099-01-01T00:00:00.5Z</Expiration>"
		"</Credentials></AssumeRoleWithWebIdentityResult>"
		"</AssumeRoleWithWebIdentityResponse>";
	struct credentials_keys keys;
	struct credentials *c;

	(void)snprintf(xml_answer, sizeof xml_answer,
		"HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
	scripted_start(&server, steps);
	(void)write_file("t", "head.body+/.sig\n");
	c = open_with(env);
	ck_assert_msg(c != NULL && get_from(c, &keys), "%s", err.detail);
	ck_assert_str_eq(keys.access_key, "ASIA1");
	ck_assert_str_eq(keys.secret_key, "s/+");
	ck_assert_str_eq(keys.session_token, "t==");
	ck_assert(credentials_refused(c, &keys));
	ck_assert(!get_from(c, &keys));
	ck_assert_ptr_nonnull(strstr(err.detail, "STS: 403 ExpiredIdp"));
	credentials_close(c);
	scripted_stop(&server);
	ck_assert_msg(strncmp(server.text, "POST / HTTP/1.1\r\n", 17) == 0, "%s", server.text);
	ck_assert_int_eq(times_heard("Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn="
				     "arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName=limner&"
				     "WebIdentityToken=head.body%2B%2F.sig"),
		1);
	ck_assert_int_eq(times_heard("POST / HTTP/1.1\r\n"), 2);
}
END_TEST

/* ------------------------------------------------------------------ lives */

/* The one file in the folder that shares keys. */
static void
shared_path(char ret[256])
{
	char command[128];
	FILE *p;

	(void)snprintf(command, sizeof command, "ls %s/credentials.* | grep -v lock", folder);
	p = popen(command, "r");
	ck_assert_ptr_nonnull(p);
	ck_assert_ptr_nonnull(fgets(ret, 256, p));
	ret[strcspn(ret, "\n")] = '\0';
	ck_assert_int_eq(pclose(p), 0);
}

static const struct scripted_step once[] = { ACCEPT, AWAIT, SESSION, AWAIT, ROLE_IS, AWAIT,
	SEND(keys_answer[0]), ACCEPT, AWAIT, NOT("500 Oops"), END };

/* Have keys in the folder from a process that is gone. Returns another that has asked nothing yet.
 */
static struct credentials *
share(int64_t life_s)
{
	struct credentials_keys keys;
	struct credentials *c;

	(void)snprintf(origin.runtime_dir, sizeof origin.runtime_dir, "%s", folder);
	answer_keys(keys_answer[0], sizeof keys_answer[0], "ASIA1", life_s);
	scripted_start(&server, once);
	c = open_with(instance);
	ck_assert_msg(c != NULL && get_from(c, &keys), "%s", err.detail);
	credentials_close(c);
	c = open_with(instance);
	ck_assert_ptr_nonnull(c);
	return c;
}

START_TEST(shares_keys_between_processes)
{
	struct credentials *c = share(HOUR);
	struct credentials_keys keys;
	struct stat st;
	char path[256];

	ck_assert_msg(get_from(c, &keys), "%s", err.detail);
	ck_assert_str_eq(keys.access_key, "ASIA1");
	ck_assert_str_eq(keys.session_token, "token==");
	credentials_close(c);
	shared_path(path);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	scripted_stop(&server);
	ck_assert_int_eq(times_heard("PUT "), 1);
}
END_TEST

/* clang-format off */
static const struct {
	const char *what, *command; /* with the file's path in $f */
} forgeries[] = {
	{ "others may read it", "chmod 640 $f" },
	{ "a link", "mv $f $f.moved; ln -s $f.moved $f" },
	{ "cut off", "head -c -4 $f >$f.cut; cat $f.cut >$f" },
	{ "of another place", "sed -i 1s/./-/ $f" },
	{ "empty", ": >$f" },
	{ "a folder", "rm $f; mkdir $f" },
	{ "a number that is none", "sed -i 5s/.*/soon/ $f" },
};
/* clang-format on */

START_TEST(believes_no_file_that_is_not_whole_and_ours)
{
	struct credentials *c = share(HOUR);
	struct credentials_keys keys;
	char path[256], command[512];
	FILE *p;

	shared_path(path);
	(void)snprintf(command, sizeof command, "f=%s; %s", path, forgeries[_i].command);
	p = popen(command, "r");
	ck_assert_ptr_nonnull(p);
	ck_assert_int_eq(pclose(p), 0);
	ck_assert_msg(!get_from(c, &keys), "%s", forgeries[_i].what);
	credentials_close(c);
	scripted_stop(&server);
	ck_assert_int_eq(times_heard("PUT "), 2);
}
END_TEST

/* Make the shared keys due for renewal: as if they had been there for long. */
static void
make_due(void)
{
	char path[256], command[512];
	FILE *p;

	shared_path(path);
	(void)snprintf(command, sizeof command, "sed -i 6s/.*/1000/ %s", path);
	p = popen(command, "r");
	ck_assert_ptr_nonnull(p);
	ck_assert_int_eq(pclose(p), 0);
}

START_TEST(goes_on_with_old_keys_while_the_source_fails)
{
	struct credentials *c = share(HOUR);
	struct credentials_keys keys;

	make_due();
	ck_assert_msg(get_from(c, &keys), "%s", err.detail);
	ck_assert_str_eq(keys.access_key, "ASIA1");
	/* and leaves it in peace for a while */
	ck_assert(get_from(c, &keys));
	/* until the server wants others */
	ck_assert(credentials_refused(c, &keys));
	ck_assert(!get_from(c, &keys));
	credentials_close(c);
	scripted_stop(&server);
	ck_assert_int_eq(times_heard("PUT "), 2);
}
END_TEST

START_TEST(waits_for_the_one_that_asks)
{
	struct credentials *c = share(HOUR);
	struct credentials_keys keys;
	uint64_t begun;
	char path[256];
	size_t n;
	int lock;

	shared_path(path);
	n = strlen(path);
	(void)snprintf(path + n, sizeof path - n, ".lock");
	lock = open(path, O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(lock, 0);
	ck_assert_int_eq(flock(lock, LOCK_EX), 0);
	make_due();
	/* the old keys live: no waiting */
	ck_assert_msg(get_from(c, &keys), "%s", err.detail);
	/* nothing to go on with: waiting, to the end */
	ck_assert(credentials_refused(c, &keys));
	begun = now_mono_us();
	ck_assert(!credentials_get(c, begun + 100000, &keys, &err));
	ck_assert_int_eq(err.kind, ERR_ORIGIN_LATE);
	ck_assert_uint_ge(now_mono_us() - begun, 100000);
	credentials_close(c);
	(void)close(lock);
	scripted_stop(&server);
	ck_assert_int_eq(times_heard("PUT "), 1);
}
END_TEST

START_TEST(asks_by_itself_where_the_folder_cannot_be_used)
{
	struct credentials_keys keys;
	struct credentials *c;

	(void)snprintf(origin.runtime_dir, sizeof origin.runtime_dir, "/dev/null/limner");
	answer_keys(keys_answer[0], sizeof keys_answer[0], "ASIA1", HOUR);
	scripted_start(&server, once);
	c = open_with(instance);
	ck_assert_msg(c != NULL && get_from(c, &keys), "%s", err.detail);
	ck_assert_str_eq(keys.access_key, "ASIA1");
	credentials_close(c);
}
END_TEST

START_TEST(makes_nothing_as_root_where_others_serve)
{
	struct credentials_keys keys;
	struct credentials *c;
	struct stat st;
	char path[256];

	if (geteuid() != 0)
		return;
	/* no folder the first time, another user's the second */
	(void)snprintf(path, sizeof path, "%s/run", folder);
	if (_i == 1) {
		ck_assert_int_eq(mkdir(path, 0700), 0);
		ck_assert_int_eq(chown(path, 65534, (gid_t)-1), 0);
	}
	(void)snprintf(origin.runtime_dir, sizeof origin.runtime_dir, "%s", path);
	answer_keys(keys_answer[0], sizeof keys_answer[0], "ASIA1", HOUR);
	scripted_start(&server, once);
	c = open_with(instance);
	ck_assert_msg(c != NULL && get_from(c, &keys), "%s", err.detail);
	credentials_close(c);
	/* rmdir takes no folder with a file in it */
	if (_i == 1)
		ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_lt(stat(path, &st), 0);
}
END_TEST

Suite *
suite_credentials(void)
{
	Suite *s = suite_create("credentials");
	TCase *t = tcase_create("credentials");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 20);
	tcase_add_loop_test(t, finds_a_text_in_the_outermost_object, 0, COUNT(members));
	tcase_add_loop_test(t, finds_the_text_of_an_element, 0, COUNT(elements));
	tcase_add_loop_test(t, reads_the_end_of_keys, 0, COUNT(dates));
	tcase_add_loop_test(t, reads_a_profile_as_awss_tools_do, 0, COUNT(profiles));
	tcase_add_test(t, reads_a_changed_file_again);
	tcase_add_loop_test(t, takes_the_first_place_that_is_there, 0, COUNT(orders));
	tcase_add_test(t, asks_an_instances_service_in_three_steps);
	tcase_add_test(t, begins_a_session_anew_once);
	tcase_add_loop_test(t, says_what_is_wrong_with_a_service, 0, COUNT(faults));
	tcase_add_test(t, asks_a_container_with_its_token_up_to_three_times);
	tcase_add_test(t, never_lets_a_token_add_a_field);
	tcase_add_test(t, shows_a_web_identity_for_a_role);
	tcase_add_test(t, shares_keys_between_processes);
	tcase_add_loop_test(t, believes_no_file_that_is_not_whole_and_ours, 0, COUNT(forgeries));
	tcase_add_test(t, goes_on_with_old_keys_while_the_source_fails);
	tcase_add_test(t, waits_for_the_one_that_asks);
	tcase_add_test(t, asks_by_itself_where_the_folder_cannot_be_used);
	tcase_add_loop_test(t, makes_nothing_as_root_where_others_serve, 0, 2);
	suite_add_tcase(s, t);
	return s;
}
