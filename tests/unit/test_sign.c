#include "base/digest.h"
#include "request.h"
#include "sign.h"
#include "suites.h"

#include <string.h>

#define NEW "0123456789abcdef"
#define OLD "fedcba9876543210"

static struct config cfg;
static struct config_origin *origin = &cfg.origins[0];
static struct err err;

/* One origin, with two keys; everything must be signed. */
static void
setup(void)
{
	memset(&cfg, 0, sizeof cfg);
	cfg.origin_count = 1;
	(void)snprintf(origin->title, sizeof origin->title, "file");
	(void)snprintf(origin->mount, sizeof origin->mount, "/img/");
	(void)snprintf(origin->policy.sign_key, sizeof origin->policy.sign_key, "%s,%s", NEW, OLD);
	origin->policy.sign_required = CONFIG_SIGN_ALL;
}

static struct params
parsed(const char *query)
{
	struct params_notes notes;
	struct params p;

	params_init(&p);
	ck_assert_msg(params_parse(&p, query, true, &notes, &err), "%s", err.say);
	return p;
}

/*
 * Made with printf %s TEXT | openssl dgst -sha256 -hmac KEY -binary | openssl base64 -A |
 * tr '+/' '-_' | tr -d =
 */
static const struct {
	const char *keys, *key, *query, *text, *want;
} vectors[] = {
	{ NEW, "a.jpg", "", "/img/a.jpg", "sCnKEYWtOu4DKne_RD4jY3PMdOSuniyEcHf5HOsLFFk" },
	{ NEW, "a.jpg", "w=300&exp=1893456000", "/img/a.jpg?w=300&exp=1893456000",
		"_M1q2ILPlk7T1FDv73xyZ1Q9zpdrFtIB7eCrHsmgOu4" },
	{ NEW, "a.jpg", "exp=1893456000&width=300&sig=x", "/img/a.jpg?w=300&exp=1893456000",
		"_M1q2ILPlk7T1FDv73xyZ1Q9zpdrFtIB7eCrHsmgOu4" },
	{ NEW "," OLD, "a.jpg", "EXP=01893456000&w=300", "/img/a.jpg?w=300&exp=1893456000",
		"_M1q2ILPlk7T1FDv73xyZ1Q9zpdrFtIB7eCrHsmgOu4" },
	{ OLD "," NEW, "a.jpg", "w=300&exp=1893456000", "/img/a.jpg?w=300&exp=1893456000",
		"esZf5QdsbntVDvfGlOpb-n7VZ5YxyOZGRFgupUmehgM" },
	{ NEW, "a b/\xed\x95\x9c+.jpg", "w=300", "/img/a%20b/%ED%95%9C%2B.jpg?w=300",
		"G1nsxiTL3upwTtSDLqFSo2waXwSTPGe4yJduv78QkDA" },
};

START_TEST(signs_as_anybody_would_with_openssl)
{
	struct params asked = parsed(vectors[_i].query);
	struct buf text = BUF_INIT(4096);
	char sig[SIGN_SIZE];

	(void)snprintf(
		origin->policy.sign_key, sizeof origin->policy.sign_key, "%s", vectors[_i].keys);
	ck_assert(sign_text(origin, vectors[_i].key, &asked, &text, &err));
	ck_assert_str_eq(buf_text(&text), vectors[_i].text);
	ck_assert(sign_make(origin, vectors[_i].key, &asked, sig, &err));
	ck_assert_str_eq(sig, vectors[_i].want);
	buf_done(&text);
}
END_TEST

/* Sign with one key, and check it at a time. */
static enum sign_verdict
verdict(const char *keys, const char *query, int64_t now_s)
{
	struct params asked = parsed(query);
	enum sign_verdict ret = SIGN_UNASKED;
	struct config_origin signer = *origin;

	(void)snprintf(signer.policy.sign_key, sizeof signer.policy.sign_key, "%s", keys);
	ck_assert(sign_make(&signer, "a.jpg", &asked, asked.sig, &err));
	asked.given |= parsed("sig=x").given;
	ck_assert(sign_check(origin, "a.jpg", &asked, true, now_s, &ret, &err));
	return ret;
}

START_TEST(takes_both_keys_until_the_second_of_exp)
{
	ck_assert_int_eq(verdict(NEW, "w=300", 2000000000), SIGN_GOOD);
	ck_assert_int_eq(verdict(OLD, "w=300", 2000000000), SIGN_GOOD);
	ck_assert_int_eq(verdict("another-key-of-16", "w=300", 2000000000), SIGN_WRONG);
	ck_assert_int_eq(verdict(NEW "," OLD "x", "w=300", 2000000000), SIGN_GOOD);
	ck_assert_int_eq(verdict(NEW, "w=300&exp=2000000001", 2000000000), SIGN_GOOD);
	ck_assert_int_eq(verdict(NEW, "w=300&exp=2000000000", 2000000000), SIGN_EXPIRED);
	ck_assert_int_eq(verdict(OLD, "w=300&exp=1999999999", 2000000000), SIGN_EXPIRED);
	/* who cannot sign is not told that it would be over */
	ck_assert_int_eq(verdict("another-key-of-16", "exp=1", 2000000000), SIGN_WRONG);
}
END_TEST

START_TEST(refuses_a_signature_that_differs_anywhere)
{
	struct params asked = parsed("w=300&sig=x");
	enum sign_verdict got = SIGN_UNASKED;
	char good[SIGN_SIZE];

	ck_assert(sign_make(origin, "a.jpg", &asked, good, &err));
	for (size_t i = 0; i < SIGN_SIZE - 1; i++) {
		memcpy(asked.sig, good, sizeof good);
		ck_assert(sign_check(origin, "a.jpg", &asked, true, 0, &got, &err));
		ck_assert_int_eq(got, SIGN_GOOD);
		asked.sig[i] = asked.sig[i] == 'x' ? 'y' : 'x';
		ck_assert(sign_check(origin, "a.jpg", &asked, true, 0, &got, &err));
		ck_assert_msg(got == SIGN_WRONG, "byte %zu", i);
	}
}
END_TEST

/* ---- Requests ---- */

/* A URI with @ replaced by the signature of another one. */
static const char *
signed_uri(const char *uri, const char *of)
{
	static char text[512];
	const char *at = strchr(uri, '@');
	struct request req;

	if (at == NULL)
		return uri;
	ck_assert_msg(request_from_text(&cfg, of, &req, &err), "%s: %s", of, err.say);
	ck_assert(sign_make(origin, req.key, &req.asked, req.asked.sig, &err));
	(void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - uri), uri, req.asked.sig, at + 1);
	return text;
}

static const char *
uri_param(void *self, const char *name)
{
	return strcmp(name, "REQUEST_URI") == 0 ? *(const char *const *)self : NULL;
}

static const struct {
	const char *uri, *of;
	enum err_kind want;
} requests[] = {
	{ "/img/a.jpg?w=300&sig=@", "/img/a.jpg?w=300", ERR_NONE },
	{ "/img/a.jpg?sig=@", "/img/a.jpg", ERR_NONE },
	{ "/img/a.jpg?w=300&exp=99999999999&sig=@", "/img/a.jpg?w=300&exp=99999999999", ERR_NONE },
	/* any spelling of the same */
	{ "/img/a.jpg?sig=@&Width=%33%30%30", "/img/a.jpg?w=300", ERR_NONE },
	{ "/img/%61.jpg?utm_source=x&w=200&w=300&SIG=@", "/img/a.jpg?w=300", ERR_NONE },
	{ "/img/a.jpg?sig=&s=300x&fit=inside&sig=@", "/img/a.jpg?w=300", ERR_NONE },
	{ "/img/a%2Fb.jpg?w=300&sig=@", "/img/a/b.jpg?w=300", ERR_NONE },
	/* another URL */
	{ "/img/a.jpg?w=301&sig=@", "/img/a.jpg?w=300", ERR_SIGNATURE },
	{ "/img/b.jpg?w=300&sig=@", "/img/a.jpg?w=300", ERR_SIGNATURE },
	{ "/img/A.jpg?w=300&sig=@", "/img/a.jpg?w=300", ERR_SIGNATURE },
	{ "/img/a.jpg?w=300&h=3&sig=@", "/img/a.jpg?w=300", ERR_SIGNATURE },
	{ "/img/a.jpg?w=300&v=3&sig=@", "/img/a.jpg?w=300", ERR_SIGNATURE },
	{ "/img/a.jpg?sig=@", "/img/a.jpg?w=300", ERR_SIGNATURE },
	{ "/img/a.jpg?w=300&sig=@", "/img/a.jpg", ERR_SIGNATURE },
	{ "/img/a.jpg?w=300&sig=@", "/img/a.jpg?w=300&exp=99999999999", ERR_SIGNATURE },
	{ "/img/a.jpg?w=300&exp=99999999998&sig=@", "/img/a.jpg?w=300&exp=99999999999",
		ERR_SIGNATURE },
	{ "/img/a.jpg?w=300&exp=99999999999&sig=@", "/img/a.jpg?w=300", ERR_SIGNATURE },
	/* another signature */
	{ "/img/a.jpg?w=300&sig=A@", "/img/a.jpg?w=300", ERR_UNSIGNED },
	{ "/img/a.jpg?w=300&sig=@=", "/img/a.jpg?w=300", ERR_UNSIGNED },
	{ "/img/a.jpg?w=300&sig=a", "", ERR_SIGNATURE },
	{ "/img/a.jpg?w=300&sig=0000000000000000000000000000000000000000000", "", ERR_SIGNATURE },
	/* none */
	{ "/img/a.jpg?w=300", "", ERR_UNSIGNED },
	{ "/img/a.jpg?w=300&sig=", "", ERR_UNSIGNED },
	{ "/img/a.jpg", "", ERR_UNSIGNED },
	{ "/img/a.jpg?t=nobodys", "", ERR_UNSIGNED },
	{ "/img/a.jpg?w=300&exp=99999999999", "", ERR_UNSIGNED },
	/* over */
	{ "/img/a.jpg?w=300&exp=1&sig=@", "/img/a.jpg?w=300&exp=1", ERR_EXPIRED },
};

START_TEST(lets_in_who_has_the_signature_of_the_same_picture)
{
	const char *uri = signed_uri(requests[_i].uri, requests[_i].of);
	struct gateway gw = { .self = &uri, .param = uri_param };
	struct request req;
	struct err why = { 0 };
	bool ok = request_parse(&cfg, &gw, &req, &why);

	ck_assert_msg(why.kind == requests[_i].want && ok == (why.kind == ERR_NONE), "%s: %s", uri,
		ok ? "let in" : err_row(why.kind)->slug);
	if (strstr(uri, "exp=99") == NULL || !ok)
		ck_assert_int_eq(req.left_s, 0);
	else
		ck_assert_int_gt(req.left_s, 0);
}
END_TEST

static const struct {
	const char *uri, *of;
	enum config_sign required;
	enum err_kind want;
} required[] = {
	{ "/img/a.jpg", "", CONFIG_SIGN_PICTURES, ERR_NONE },
	{ "/img/a.jpg?v=3", "", CONFIG_SIGN_PICTURES, ERR_NONE },
	{ "/img/a.jpg?w=3", "", CONFIG_SIGN_PICTURES, ERR_UNSIGNED },
	{ "/img/a.jpg?f=webp", "", CONFIG_SIGN_PICTURES, ERR_UNSIGNED },
	{ "/img/a.jpg?w=3&sig=@", "/img/a.jpg?w=3", CONFIG_SIGN_PICTURES, ERR_NONE },
	{ "/img/a.jpg?sig=@", "/img/a.jpg?w=3", CONFIG_SIGN_PICTURES, ERR_SIGNATURE },
	{ "/img/a.jpg?w=3", "", CONFIG_SIGN_NO, ERR_NONE },
	{ "/img/a.jpg?w=3&sig=@", "/img/a.jpg?w=4", CONFIG_SIGN_NO, ERR_SIGNATURE },
	{ "/img/a.jpg?w=3&exp=1&sig=@", "/img/a.jpg?w=3&exp=1", CONFIG_SIGN_NO, ERR_EXPIRED },
};

START_TEST(wants_signatures_of_what_is_set_and_never_takes_a_wrong_one)
{
	const char *uri;
	struct gateway gw = { .self = &uri, .param = uri_param };
	struct request req;
	struct err why = { 0 };

	origin->policy.sign_required = (int32_t)required[_i].required;
	uri = signed_uri(required[_i].uri, required[_i].of);
	(void)!request_parse(&cfg, &gw, &req, &why);
	ck_assert_msg(why.kind == required[_i].want, "%s: %s", uri, err_row(why.kind)->slug);
}
END_TEST

/* Where nothing is signed the two names are strangers', as ever. */
START_TEST(knows_neither_name_without_a_key)
{
	const char *uri = "/img/a.jpg?w=300&exp=1&sig=x";
	struct gateway gw = { .self = &uri, .param = uri_param };
	struct buf canonical = BUF_INIT(256);
	struct request req;

	origin->policy.sign_key[0] = '\0';
	origin->policy.sign_required = CONFIG_SIGN_NO;
	ck_assert(request_parse(&cfg, &gw, &req, &err));
	ck_assert(params_canonical(&req.asked, &canonical, &err));
	ck_assert_str_eq(buf_text(&canonical), "w=300");
	origin->policy.strict = true;
	ck_assert(!request_parse(&cfg, &gw, &req, &err));
	ck_assert_int_eq(err.kind, ERR_BAD_PARAMETER);
	ck_assert_str_eq(err.say, "Unknown parameter: exp.");
	buf_done(&canonical);
}
END_TEST

/* Another service's words are signed by what they mean here. */
START_TEST(signs_in_every_dialect)
{
	const char *uri;
	struct gateway gw = { .self = &uri, .param = uri_param };
	struct request req;

	origin->policy.strict = true;
	origin->policy.dialect = DIALECT_CLOUDFLARE;
	uri = signed_uri("/img/a.jpg?height=20&width=30&exp=99999999999&sig=@",
		"/img/a.jpg?width=30&height=20&exp=99999999999");
	ck_assert_msg(request_parse(&cfg, &gw, &req, &err), "%s", err.say);
	uri = signed_uri("/img/a.jpg?height=20&width=31&exp=99999999999&sig=@",
		"/img/a.jpg?width=30&height=20&exp=99999999999");
	ck_assert(!request_parse(&cfg, &gw, &req, &err));
	ck_assert_int_eq(err.kind, ERR_SIGNATURE);
}
END_TEST

START_TEST(compares_bytes)
{
	ck_assert(digest_same("abc", "abc", 3));
	ck_assert(digest_same("abcd", "abce", 3));
	ck_assert(!digest_same("abc", "abd", 3));
	ck_assert(!digest_same("abc", "Abc", 3));
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(table)[0])

Suite *
suite_sign(void)
{
	Suite *s = suite_create("sign");
	TCase *t = tcase_create("sign");

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_loop_test(t, signs_as_anybody_would_with_openssl, 0, ROWS(vectors));
	tcase_add_test(t, takes_both_keys_until_the_second_of_exp);
	tcase_add_test(t, refuses_a_signature_that_differs_anywhere);
	tcase_add_loop_test(
		t, lets_in_who_has_the_signature_of_the_same_picture, 0, ROWS(requests));
	tcase_add_loop_test(
		t, wants_signatures_of_what_is_set_and_never_takes_a_wrong_one, 0, ROWS(required));
	tcase_add_test(t, knows_neither_name_without_a_key);
	tcase_add_test(t, signs_in_every_dialect);
	tcase_add_test(t, compares_bytes);
	suite_add_tcase(s, t);
	return s;
}
