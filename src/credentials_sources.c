#include "credentials_sources.h"

#include "base/now.h"
#include "base/text.h"
#include "credentials_parse.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_MAX 16384   /* bytes of a service's answer */
#define FORM_MAX   32768   /* bytes of a question to STS: the token is the long part */
#define FIELD_MAX  4224    /* bytes of a header field */
#define SESSION_S  "21600" /* life of the session with the instance's service, its most */
#define PAUSE_US   100000  /* before asking a container's endpoint again */

/* Time for one answer; the instance's service never answers a container behind one hop too many. */
#define STS_MS       5000
#define CONTAINER_MS 2000
#define INSTANCE_MS  1000

/* What came back. */
struct answer {
	int status;
	struct buf body; /* owned */
};

static bool PRINTF(3, 4) fail(struct err *err, enum err_kind kind, const char *format, ...)
{
	char text[240];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	(void)err_set(err, kind, "%s", "");
	return err_detail(err, "keys: %s", text);
}

/* Visible ASCII only: keys and tokens go into header fields. */
static bool
is_graphic(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

static bool
on_body(void *self, const void *bytes, size_t n, struct err *err)
{
	struct answer *a = self;

	return buf_add(&a->body, bytes, n, err) ||
	       fail(err, ERR_ORIGIN, "the answer is longer than %d bytes", ANSWER_MAX);
}

/* Send a request and collect the answer, whatever its status. */
static bool
ask(const struct credentials_place *p, struct transport *transport, uint64_t deadline_us,
	uint64_t limit_ms, struct transport_request *req, struct answer *ret, struct err *err)
{
	const struct source_sink sink = { ret, source_ignore_head, on_body };
	struct source_head head = { 0 };
	struct source_report report = { 0 };
	struct buf refusal = BUF_INIT(TRANSPORT_ERROR_MAX);
	uint64_t until_us = now_mono_us() + limit_ms * 1000;
	bool ok;

	buf_reset(&ret->body);
	req->ca_file = p->ca_file;
	req->connect_ms = limit_ms;
	req->stall_ms = limit_ms;
	req->deadline_us = until_us < deadline_us ? until_us : deadline_us;
	ok = transport_fetch(transport, req, &sink, &head, &refusal, &report, err);
	ret->status = ok ? head.status : 0;
	if (ok && head.status != 200) {
		buf_reset(&ret->body);
		ok = buf_add(&ret->body, refusal.bytes, refusal.len, err);
	}
	/* the service's silence is not the picture's deadline */
	if (!ok && err->kind == ERR_ORIGIN_LATE && now_mono_us() < deadline_us)
		err->kind = ERR_ORIGIN;
	buf_done(&refusal);
	return ok;
}

/* Read a token from its file, without blanks and the end of its line. */
static bool
read_token(const char *path, struct buf *out, struct err *err)
{
	char piece[4096];
	const char *start;
	FILE *f = fopen(path, "re");
	size_t n;
	bool ok = f != NULL;

	while (ok && (n = fread(piece, 1, sizeof piece, f)) > 0)
		ok = buf_add(out, piece, n, err);
	if (f == NULL || ferror(f) != 0)
		ok = fail(err, ERR_ORIGIN, "%.150s: %s", path, strerror(errno));
	else if (!ok)
		ok = fail(err, ERR_ORIGIN, "%.150s is too long", path);
	if (f != NULL)
		(void)fclose(f);
	if (!ok)
		return false;
	while (out->len > 0 && strchr(" \t\r\n", out->bytes[out->len - 1]) != NULL)
		out->bytes[--out->len] = '\0';
	start = buf_text(out);
	if (*start == '\0' || strpbrk(start, "\r\n") != NULL || strlen(start) != out->len)
		return fail(err, ERR_ORIGIN, "%.150s holds no token", path);
	return true;
}

/* Take the four members of a service's JSON. */
static bool
take_json(const char *json, struct credentials_keys *ret, struct err *err)
{
	struct credentials_keys keys = { .expires_s = 0 };
	char code[64], end[64];

	if (credentials_parse_json(json, "Code", code, sizeof code) && strcmp(code, "Success") != 0)
		return fail(err, ERR_ORIGIN, "the service says %s", is_graphic(code) ? code : "no");
	if (!credentials_parse_json(json, "AccessKeyId", keys.access_key, sizeof keys.access_key) ||
		!credentials_parse_json(
			json, "SecretAccessKey", keys.secret_key, sizeof keys.secret_key) ||
		!credentials_parse_json(
			json, "Token", keys.session_token, sizeof keys.session_token) ||
		!credentials_parse_json(json, "Expiration", end, sizeof end) ||
		!credentials_parse_date(end, &keys.expires_s))
		return fail(err, ERR_ORIGIN, "the service's answer is not four texts of JSON");
	if (!credentials_place_check(&keys, ERR_ORIGIN, err))
		return false;
	*ret = keys;
	return true;
}

static bool
take_xml(const char *xml, struct credentials_keys *ret, struct err *err)
{
	struct credentials_keys keys = { .expires_s = 0 };
	char end[64];

	if (!credentials_parse_xml(xml, "AccessKeyId", keys.access_key, sizeof keys.access_key) ||
		!credentials_parse_xml(
			xml, "SecretAccessKey", keys.secret_key, sizeof keys.secret_key) ||
		!credentials_parse_xml(
			xml, "SessionToken", keys.session_token, sizeof keys.session_token) ||
		!credentials_parse_xml(xml, "Expiration", end, sizeof end) ||
		!credentials_parse_date(end, &keys.expires_s))
		return fail(err, ERR_ORIGIN, "STS's answer is not what AssumeRole says");
	if (!credentials_place_check(&keys, ERR_ORIGIN, err))
		return false;
	*ret = keys;
	return true;
}

static bool
ask_sts(const struct credentials_place *p, struct transport *transport, uint64_t deadline_us,
	struct answer *a, struct credentials_keys *ret, struct err *err)
{
	struct buf form = BUF_INIT(FORM_MAX), token = BUF_INIT(FORM_MAX / 2), url = BUF_INIT(1100);
	const char *const fields[] = { "Content-Type: application/x-www-form-urlencoded" };
	char code[64];
	bool ok = false;

	if (!read_token(p->token_file, &token, err) || !buf_addf(&url, err, "%s/", p->url) ||
		!buf_addf(&form, err,
			"Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=") ||
		!text_url_encode(&form, p->role, strlen(p->role), false, err) ||
		!buf_adds(&form, "&RoleSessionName=", err) ||
		!text_url_encode(&form, p->session, strlen(p->session), false, err) ||
		!buf_adds(&form, "&WebIdentityToken=", err) ||
		!text_url_encode(&form, buf_text(&token), token.len, false, err))
		goto out;
	struct transport_request req = { .url = buf_text(&url),
		.method = "POST",
		.body = buf_text(&form),
		.headers = fields,
		.header_count = 1 };
	if (!ask(p, transport, deadline_us, STS_MS, &req, a, err)) {
		(void)err_detail(err, "asking STS for keys");
		goto out;
	}
	if (a->status == 200) {
		ok = take_xml(buf_text(&a->body), ret, err);
		goto out;
	}
	if (!credentials_parse_xml(buf_text(&a->body), "Code", code, sizeof code) ||
		!is_graphic(code))
		code[0] = '\0';
	(void)fail(err, ERR_ORIGIN, "STS: %d %s", a->status, code);
out:
	buf_done(&form);
	buf_done(&token);
	buf_done(&url);
	return ok;
}

static bool
ask_container(const struct credentials_place *p, struct transport *transport, uint64_t deadline_us,
	struct answer *a, struct credentials_keys *ret, struct err *err)
{
	struct buf token = BUF_INIT(sizeof p->token), field = BUF_INIT(FIELD_MAX);
	struct transport_request req = { .url = p->url };
	const char *text = p->token, *line;
	bool ok = false;

	if (p->token_file[0] != '\0') {
		if (!read_token(p->token_file, &token, err))
			goto out;
		text = buf_text(&token);
	}
	if (strpbrk(text, "\r\n") != NULL) {
		(void)fail(err, ERR_ORIGIN, "the container's token has two lines");
		goto out;
	}
	if (text[0] != '\0') {
		if (!buf_addf(&field, err, "Authorization: %s", text))
			goto out;
		req.header_count = 1;
	}
	line = buf_text(&field);
	req.headers = &line;
	if (!ask(p, transport, deadline_us, CONTAINER_MS, &req, a, err))
		(void)err_detail(err, "asking the container's endpoint for keys");
	else if (a->status != 200)
		(void)fail(err, ERR_ORIGIN, "the container's endpoint says %d", a->status);
	else
		ok = take_json(buf_text(&a->body), ret, err);
out:
	buf_done(&token);
	buf_done(&field);
	return ok;
}

/* Begin a session with the instance's service. */
static bool
begin_session(struct credentials_place *p, struct transport *transport, uint64_t deadline_us,
	struct answer *a, struct err *err)
{
	const char *const fields[] = { "X-aws-ec2-metadata-token-ttl-seconds: " SESSION_S };
	char url[sizeof p->url + 32];
	struct transport_request req = {
		.url = url, .method = "PUT", .body = "", .headers = fields, .header_count = 1
	};

	(void)snprintf(url, sizeof url, "%s/latest/api/token", p->url);
	if (!ask(p, transport, deadline_us, INSTANCE_MS, &req, a, err))
		return err_detail(err, "asking the instance's metadata service for keys");
	if (a->status != 200)
		return fail(err, ERR_ORIGIN, "the instance's metadata service says %d to the PUT",
			a->status);
	if (a->body.len == 0 || !is_graphic(buf_text(&a->body)) ||
		!text_copy(p->token, sizeof p->token, buf_text(&a->body)))
		return fail(err, ERR_ORIGIN, "the instance's metadata service gives no token");
	return true;
}

/* Get one text of the instance's service; a session that is over is begun anew, once. */
static bool
get_metadata(struct credentials_place *p, struct transport *transport, const char *name,
	uint64_t deadline_us, struct answer *a, struct err *err)
{
	char url[sizeof p->url + 1024], field[FIELD_MAX];
	const char *const fields[] = { field };
	struct transport_request req = { .url = url, .headers = fields, .header_count = 1 };
	bool again = p->token[0] != '\0';

	(void)snprintf(
		url, sizeof url, "%s/latest/meta-data/iam/security-credentials/%s", p->url, name);
	for (;; again = false) {
		if (p->token[0] == '\0' && !begin_session(p, transport, deadline_us, a, err))
			return false;
		(void)snprintf(field, sizeof field, "X-aws-ec2-metadata-token: %s", p->token);
		if (!ask(p, transport, deadline_us, INSTANCE_MS, &req, a, err))
			return err_detail(err, "asking the instance's metadata service for keys");
		if (a->status == 200)
			return true;
		if (a->status == 401)
			p->token[0] = '\0';
		if (a->status != 401 || !again)
			return fail(err, ERR_ORIGIN, "the instance's metadata service says %d%s",
				a->status, a->status == 404 ? ": it has no role" : "");
	}
}

static bool
ask_instance(struct credentials_place *p, struct transport *transport, uint64_t deadline_us,
	struct answer *a, struct credentials_keys *ret, struct err *err)
{
	struct buf role = BUF_INIT(768);
	const char *name;
	size_t n;
	bool ok = false;

	if (!get_metadata(p, transport, "", deadline_us, a, err))
		return false;
	n = text_trim(buf_text(&a->body), strcspn(buf_text(&a->body), "\r\n"), &name);
	if (n == 0 || n > 128)
		return fail(err, ERR_ORIGIN, "the instance has no role");
	ok = text_url_encode(&role, name, n, false, err) &&
	     get_metadata(p, transport, buf_text(&role), deadline_us, a, err) &&
	     take_json(buf_text(&a->body), ret, err);
	buf_done(&role);
	return ok;
}

static bool
ask_files(const struct credentials_place *p, struct credentials_keys *ret, struct err *err)
{
	struct credentials_profile profile = { .found = false };
	bool ok = credentials_place_profile(p, &profile, err) &&
		  credentials_place_check(&profile.keys, ERR_INTERNAL, err);

	if (ok)
		*ret = profile.keys;
	else
		err->kind = ERR_ORIGIN;
	explicit_bzero(&profile, sizeof profile);
	return ok;
}

bool
credentials_sources_ask(struct credentials_place *place, struct transport *transport,
	uint64_t deadline_us, struct credentials_keys *ret, struct err *err)
{
	struct answer a = { .body = BUF_INIT(ANSWER_MAX) };
	int tries = 3;
	bool ok = false;

	switch (place->kind) {
	case CREDENTIALS_SETTINGS:
	case CREDENTIALS_ENVIRONMENT:
		*ret = place->fixed;
		return true;
	case CREDENTIALS_FILES:
		return ask_files(place, ret, err);
	case CREDENTIALS_WEB_IDENTITY:
		ok = ask_sts(place, transport, deadline_us, &a, ret, err);
		break;
	case CREDENTIALS_CONTAINER:
		do {
			a.status = 0;
			ok = ask_container(place, transport, deadline_us, &a, ret, err);
			if (ok || (a.status != 0 && a.status < 500) || --tries == 0)
				break;
			(void)usleep(PAUSE_US);
		} while (now_mono_us() < deadline_us);
		break;
	case CREDENTIALS_INSTANCE:
		ok = ask_instance(place, transport, deadline_us, &a, ret, err);
		break;
	}
	if (a.body.bytes != NULL)
		explicit_bzero(a.body.bytes, a.body.size);
	buf_done(&a.body);
	return ok;
}
