/*
 * Stores objects in an S3 server, for the tests: any key the server takes, byte for byte.
 *
 *   put BUCKET                                           make a bucket
 *   put [-t TYPE] [-c CACHE-CONTROL] [-p] [-e KEY] BUCKET KEY [FILE]
 *                                                        store FILE or stdin; -p: all may read it;
 *                                                        -e: encrypted with this key (SSE-C)
 *   put -v BUCKET                                        keep versions; each put prints its version
 *   put -l BUCKET FILE                                   store an object for each key of FILE,
 * spelled as in a URL; that spelling is its content put -g BUCKET KEY fetch an object to stdout, as
 * limner would put -u KEY                                           print a key as a URL spells it
 *   put -f SERVICE FORM                                  post a form, signed; print the answer
 *   put -a ROLE                                          print credentials that end in 15 minutes
 *
 * S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY and S3_SECRET_KEY say where and who; S3_CA what to trust.
 * Signs with limner's own code, because curl's cannot send every key.
 */
#include "base/digest.h"
#include "base/now.h"
#include "base/text.h"
#include "sigv4.h"
#include "source.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIELDS 12

static char version[128]; /* of the object stored last */

struct upload {
	const char *method, *path; /* path: encoded */
	struct sigv4_pair query;   /* or no name */
	const char *service;
	const char *payload_hash;
	struct sigv4_pair fields[FIELDS]; /* signed, all of them */
	size_t field_count;
	FILE *body; /* or NULL */
	long long size;
};

static const char *
need(const char *name)
{
	const char *value = getenv(name);

	if (value == NULL || value[0] == '\0') {
		(void)fprintf(stderr, "put: %s is not set\n", name);
		exit(2);
	}
	return value;
}

static bool
complain(const struct err *err)
{
	(void)fprintf(stderr, "put: %s (%s)\n", err->say, err->detail);
	return false;
}

static size_t
keep(char *piece, size_t one, size_t n, void *self)
{
	struct err err = { 0 };

	(void)one;
	return buf_add(self, piece, n, &err) ? n : 0;
}

static size_t
keep_version(char *line, size_t one, size_t n, void *self)
{
	static const char name[] = "x-amz-version-id: ";

	(void)one;
	(void)self;
	if (n >= sizeof name && strncasecmp(line, name, sizeof name - 1) == 0)
		(void)snprintf(version, sizeof version, "%.*s", (int)strcspn(line + 18, "\r\n"),
			line + 18);
	return n;
}

/* Sign what is to be sent, and turn it into libcurl's list. */
static bool
make_fields(const struct upload *u, struct curl_slist **ret, struct err *err)
{
	const struct sigv4_keys keys = { need("S3_ACCESS_KEY"), need("S3_SECRET_KEY"),
		need("S3_REGION"), u->service };
	const char *host = strstr(need("S3_ENDPOINT"), "//");
	struct buf line = BUF_INIT(8192);
	struct sigv4_pair all[FIELDS + 3];
	struct sigv4_call call = { .method = u->method,
		.path = u->path,
		.query = &u->query,
		.query_count = u->query.name != NULL ? 1 : 0,
		.headers = all,
		.payload_hash = u->payload_hash };
	char date[17];
	bool ok = host != NULL;

	text_basic_date(now_unix_s(), date);
	all[call.header_count++] = (struct sigv4_pair){ "Host", host + 2 };
	all[call.header_count++] = (struct sigv4_pair){ "x-amz-date", date };
	all[call.header_count++] = (struct sigv4_pair){ "x-amz-content-sha256", u->payload_hash };
	for (size_t i = 0; i < u->field_count; i++)
		all[call.header_count++] = u->fields[i];
	for (size_t i = 0; ok && i < call.header_count; i++) {
		buf_reset(&line);
		ok = buf_addf(&line, err, "%s: %s", all[i].name, all[i].value);
		*ret = curl_slist_append(*ret, buf_text(&line));
	}
	buf_reset(&line);
	ok = ok && buf_adds(&line, "Authorization: ", err) &&
	     sigv4_authorization(&keys, &call, date, &line, err);
	*ret = curl_slist_append(*ret, buf_text(&line));
	*ret = curl_slist_append(*ret, "Expect:");
	buf_done(&line);
	return ok;
}

/* Send it; the answer's body goes into ret. False, and a word on stderr, unless it is 200. */
static bool
send_upload(const struct upload *u, struct buf *ret)
{
	static CURL *easy; /* one connection for all */
	struct curl_slist *fields = NULL;
	struct buf url = BUF_INIT(8192);
	const char *ca = getenv("S3_CA");
	struct err err = { 0 };
	long status = 0;
	CURLcode code;
	bool ok = false;

	if (easy == NULL)
		easy = curl_easy_init();
	curl_easy_reset(easy);
	version[0] = '\0';
	if (easy == NULL || !make_fields(u, &fields, &err) ||
		!buf_addf(&url, &err, "%s%s", need("S3_ENDPOINT"), u->path) ||
		(u->query.name != NULL && !buf_addf(&url, &err, "?%s=", u->query.name))) {
		(void)complain(&err);
		goto out;
	}
	(void)curl_easy_setopt(easy, CURLOPT_URL, buf_text(&url));
	(void)curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, u->method);
	(void)curl_easy_setopt(easy, CURLOPT_READDATA, u->body);
	(void)curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)u->size);
	(void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fields);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, ret);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, keep_version);
	if (ca != NULL && ca[0] != '\0')
		(void)curl_easy_setopt(easy, CURLOPT_CAINFO, ca);
	code = curl_easy_perform(easy);
	(void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	ok = code == CURLE_OK && status == 200;
	if (!ok)
		(void)fprintf(stderr, "put: %s %s: %s, %ld %s\n", u->method, u->path,
			curl_easy_strerror(code), status, buf_text(ret));
out:
	curl_slist_free_all(fields);
	buf_done(&url);
	return ok;
}

/* Open what is to be stored. stdin is copied first: S3 wants to know the length. */
static FILE *
open_body(const char *name, long long *ret_size)
{
	FILE *f = name != NULL ? fopen(name, "rb") : tmpfile();
	char piece[65536];
	struct stat st;
	size_t n;

	if (f == NULL) {
		perror(name != NULL ? name : "put");
		return NULL;
	}
	if (name == NULL) {
		for (;;) {
			n = fread(piece, 1, sizeof piece, stdin);
			if (n == 0)
				break;
			(void)fwrite(piece, 1, n, f);
		}
		(void)fflush(f);
		rewind(f);
	}
	if (fstat(fileno(f), &st) < 0) {
		(void)fclose(f);
		return NULL;
	}
	*ret_size = st.st_size;
	return f;
}

static bool
put(struct upload *u, const char *bucket, const char *key, const char *file)
{
	struct buf path = BUF_INIT(8192), answer = BUF_INIT(65536);
	struct err err = { 0 };
	bool ok = buf_addf(&path, &err, "/%s", bucket) &&
		  (key == NULL || (buf_adds(&path, "/", &err) &&
					  text_url_encode(&path, key, strlen(key), true, &err)));

	u->method = "PUT";
	u->service = "s3";
	u->path = buf_text(&path);
	u->payload_hash = key != NULL ? "UNSIGNED-PAYLOAD" : SIGV4_EMPTY;
	if (key != NULL)
		u->body = open_body(file, &u->size);
	else
		u->body = fopen("/dev/null", "rb");
	ok = ok ? u->body != NULL && send_upload(u, &answer) : complain(&err);
	if (u->body != NULL)
		(void)fclose(u->body);
	if (ok && version[0] != '\0')
		(void)puts(version);
	buf_done(&path);
	buf_done(&answer);
	return ok;
}

/* Store an object for each key of a list. */
static bool
put_list(const char *bucket, const char *list)
{
	FILE *f = fopen(list, "rb");
	char line[4096], path[8192];
	struct buf answer = BUF_INIT(65536);
	bool ok = f != NULL;

	while (ok && fgets(line, sizeof line, f) != NULL) {
		struct upload u = { .method = "PUT",
			.path = path,
			.service = "s3",
			.payload_hash = "UNSIGNED-PAYLOAD" };

		line[strcspn(line, "\n")] = '\0';
		(void)snprintf(path, sizeof path, "/%s/%s", bucket, line);
		u.size = (long long)strlen(line);
		u.body = fmemopen(line, strlen(line), "rb");
		ok = u.body != NULL && send_upload(&u, &answer);
		if (u.body != NULL)
			(void)fclose(u.body);
		buf_reset(&answer);
	}
	if (f != NULL)
		(void)fclose(f);
	buf_done(&answer);
	return ok;
}

/* Have a bucket keep every version of its objects. */
static bool
keep_versions(const char *bucket)
{
	static char xml[] = "<VersioningConfiguration><Status>Enabled</Status>"
			    "</VersioningConfiguration>";
	char path[128];
	struct buf answer = BUF_INIT(65536);
	struct upload u = { .method = "PUT",
		.path = path,
		.query = { "versioning", "" },
		.service = "s3",
		.payload_hash = "UNSIGNED-PAYLOAD",
		.size = sizeof xml - 1 };
	bool ok;

	(void)snprintf(path, sizeof path, "/%s", bucket);
	u.body = fmemopen(xml, sizeof xml - 1, "rb");
	ok = u.body != NULL && send_upload(&u, &answer);
	if (u.body != NULL)
		(void)fclose(u.body);
	buf_done(&answer);
	return ok;
}

/* Ask for encryption with a key of ours: 32 bytes in base64. */
static bool
add_customer_key(struct upload *u, const char *text)
{
	static char sum[25];
	unsigned char key[32], md5[DIGEST_MD5_SIZE];
	struct err err = { 0 };

	if (!digest_from_base64(text, key, sizeof key) || !digest_md5(key, sizeof key, md5, &err) ||
		u->field_count + 3 > FIELDS)
		return false;
	digest_base64(md5, sizeof md5, sum);
#define SSE "x-amz-server-side-encryption-customer-"
	u->fields[u->field_count++] = (struct sigv4_pair){ SSE "algorithm", "AES256" };
	u->fields[u->field_count++] = (struct sigv4_pair){ SSE "key", text };
	u->fields[u->field_count++] = (struct sigv4_pair){ SSE "key-MD5", sum };
#undef SSE
	return true;
}

/* Print one element of the answer as a line for the shell. */
static bool
print_element(const char *xml, const char *tag, const char *name)
{
	const char *s = strstr(xml, tag);

	if (s == NULL)
		return false;
	s += strlen(tag);
	return printf("%s='%.*s'\n", name, (int)strcspn(s, "<"), s) > 0;
}

/* Post a form to the service, signed. */
static bool
post(const char *service, struct buf *form, struct buf *ret_answer)
{
	struct upload u = { .method = "POST", .path = "/", .service = service };
	unsigned char hash[DIGEST_SIZE];
	char hex[DIGEST_HEX];
	struct err err = { 0 };
	bool ok;

	if (!digest_sha256(form->bytes, form->len, hash, &err))
		return complain(&err);
	digest_hex(hash, sizeof hash, hex);
	u.payload_hash = hex;
	u.fields[u.field_count++] =
		(struct sigv4_pair){ "Content-Type", "application/x-www-form-urlencoded" };
	u.size = (long long)form->len;
	u.body = fmemopen(form->bytes, form->len, "rb");
	ok = u.body != NULL && send_upload(&u, ret_answer);
	if (u.body != NULL)
		(void)fclose(u.body);
	return ok;
}

static bool
post_form(const char *service, const char *text)
{
	struct buf form = BUF_INIT(65536), answer = BUF_INIT(65536);
	struct err err = { 0 };
	bool ok = buf_adds(&form, text, &err) ? post(service, &form, &answer) : complain(&err);

	if (ok)
		(void)puts(buf_text(&answer));
	buf_done(&form);
	buf_done(&answer);
	return ok;
}

static bool
assume(const char *role)
{
	struct buf form = BUF_INIT(4096), answer = BUF_INIT(65536);
	struct err err = { 0 };
	bool ok = buf_adds(&form,
			  "Action=AssumeRole&Version=2011-06-15&RoleSessionName=limner&RoleArn=",
			  &err) &&
		  text_url_encode(&form, role, strlen(role), false, &err);

	if (!ok)
		return complain(&err);
	ok = post("sts", &form, &answer) &&
	     print_element(buf_text(&answer), "<AccessKeyId>", "S3_ACCESS_KEY") &&
	     print_element(buf_text(&answer), "<SecretAccessKey>", "S3_SECRET_KEY") &&
	     print_element(buf_text(&answer), "<SessionToken>", "S3_SESSION_TOKEN");
	buf_done(&form);
	buf_done(&answer);
	return ok;
}

static bool
print_head(void *self, const struct source_head *head, bool *ret_stream, struct err *err)
{
	(void)self;
	(void)head;
	(void)err;
	*ret_stream = true;
	return true;
}

static bool
print_body(void *self, const void *bytes, size_t n, struct err *err)
{
	(void)self;
	return fwrite(bytes, 1, n, stdout) == n || err_set(err, ERR_PEER_GONE, "%s", "");
}

static bool
get(const char *bucket, const char *key)
{
	static struct config_origin origin = {
		.kind = CONFIG_S3, .connect_ms = 2000, .stall_ms = 5000
	};
	const struct source_sink sink = { NULL, print_head, print_body };
	const struct source_call call = { .key = key, .deadline_us = now_mono_us() + 5000000 };
	const char *ca = getenv("S3_CA");
	struct source_report report;
	struct source *source = NULL;
	struct err err = { 0 };
	bool ok = text_copy(origin.bucket, sizeof origin.bucket, bucket) &&
		  text_copy(origin.region, sizeof origin.region, need("S3_REGION")) &&
		  text_copy(origin.endpoint, sizeof origin.endpoint, need("S3_ENDPOINT")) &&
		  text_copy(origin.access_key, sizeof origin.access_key, need("S3_ACCESS_KEY")) &&
		  text_copy(origin.secret_key, sizeof origin.secret_key, need("S3_SECRET_KEY")) &&
		  text_copy(origin.ca_file, sizeof origin.ca_file, ca != NULL ? ca : "");

	if (!ok)
		return err_set(&err, ERR_INTERNAL, "too long") || complain(&err);
	ok = source_open(&origin, &source, &err) &&
	     source_fetch(source, &call, &sink, &report, &err);
	source_close(source);
	return ok || complain(&err);
}

static bool
print_encoded(const char *key)
{
	struct buf out = BUF_INIT(8192);
	struct err err = { 0 };
	bool ok = text_url_encode(&out, key, strlen(key), true, &err);

	if (ok)
		(void)puts(buf_text(&out));
	buf_done(&out);
	return ok;
}

int
main(int argc, char *argv[])
{
	struct upload u = { .field_count = 0 };
	char mode = 'p';
	bool ok = false;
	int option;

	(void)signal(SIGPIPE, SIG_IGN);
	while ((option = getopt(argc, argv, "t:c:e:pguavlf")) != -1) {
		if (option == 't')
			u.fields[u.field_count++] = (struct sigv4_pair){ "Content-Type", optarg };
		else if (option == 'c')
			u.fields[u.field_count++] = (struct sigv4_pair){ "Cache-Control", optarg };
		else if (option == 'p')
			u.fields[u.field_count++] =
				(struct sigv4_pair){ "x-amz-acl", "public-read" };
		else if (option == 'e' && !add_customer_key(&u, optarg))
			return 2;
		else if (option != '?' && option != 'e')
			mode = (char)option;
		if (option == '?' || u.field_count == FIELDS)
			return 2;
	}
	argc -= optind;
	argv += optind;
	if (mode == 'p' && argc >= 1 && argc <= 3)
		ok = put(&u, argv[0], argc > 1 ? argv[1] : NULL, argc > 2 ? argv[2] : NULL);
	else if (mode == 'l' && argc == 2)
		ok = put_list(argv[0], argv[1]);
	else if (mode == 'v' && argc == 1)
		ok = keep_versions(argv[0]);
	else if (mode == 'g' && argc == 2)
		ok = get(argv[0], argv[1]);
	else if (mode == 'u' && argc == 1)
		ok = print_encoded(argv[0]);
	else if (mode == 'f' && argc == 2)
		ok = post_form(argv[0], argv[1]);
	else if (mode == 'a' && argc == 1)
		ok = assume(argv[0]);
	else
		return 2;
	return ok ? 0 : 1;
}
