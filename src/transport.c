#include "transport.h"

#include "address.h"
#include "base/now.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define HEAD_MAX  65536 /* bytes of one answer's head, interim answers included */
#define PIECE_MAX 65536 /* bytes handed to the sink at once */

struct transport {
	CURLM *multi; /* owned; holds the connections */
	CURL *easy;   /* owned; one request at a time */
};

/* One try of one request. */
struct exchange {
	const struct transport_request *req;
	const struct source_sink *sink;
	struct source_head *head;
	struct buf *error;
	struct source_report *report;
	struct err *err;
	size_t head_bytes;
	size_t error_bytes;
	bool started;      /* a line of the answer came */
	bool chunked;      /* the length shows by itself */
	bool framed;       /* HTTP/2: the end does, whatever length was told */
	bool senseless;    /* contradicting or unreadable lengths */
	bool complete;     /* the final head is whole; what follows are trailers */
	bool streaming;    /* the stall limit holds instead of the deadline */
	bool failed;       /* err is filled */
	bool enough;       /* of an error's body: dropped, but no fault */
	char refused[64];  /* the last address that may not be connected to, and why */
	uint64_t begun_us; /* this try */
	uint64_t last_us;  /* when the last byte came, or the sink was done with it */
};

static bool
has_body(int status)
{
	return status == 200 || status == 206;
}

static bool
for_sink(int status)
{
	return has_body(status) || status == 304;
}

static bool
fail(struct exchange *x, const char *why)
{
	x->failed = true;
	(void)err_set(x->err, ERR_ORIGIN, "%s", "");
	return err_detail(x->err, "%s", why);
}

/* Begin a head; whatever an interim answer said is forgotten. */
static void
take_status(struct exchange *x, const char *line, size_t n)
{
	const char *space = memchr(line, ' ', n);
	int status = 0;

	memset(x->head, 0, sizeof *x->head);
	x->chunked = x->senseless = false;
	/* libcurl takes this line over HTTP/1.1 too; without TLS we never agree on HTTP/2 */
	x->framed = x->req->http2 && strncasecmp(x->req->url, "https:", 6) == 0 &&
		    strncmp(line, "HTTP/2 ", 7) == 0;
	if (space != NULL && n - (size_t)(space - line) >= 4)
		for (int i = 1; i <= 3; i++)
			status = status * 10 + (space[i] - '0');
	if (status < 100 || status > 999)
		x->senseless = true;
	else
		x->head->status = status;
}

/* Content-Length: digits only, and the same if it comes twice. */
static void
take_length(struct exchange *x, const char *value)
{
	int64_t length;

	if (value[0] == '+' || !text_to_int(value, 0, INT64_MAX, &length) ||
		(x->head->has_length && x->head->length != (uint64_t)length)) {
		x->senseless = true;
		return;
	}
	x->head->has_length = true;
	x->head->length = (uint64_t)length;
}

/* Keep a field we know; a value that does not fit, or holds control bytes, is as if absent. */
static void
take_field(struct exchange *x, const char *line, size_t n)
{
	const struct {
		const char *name;
		char *ret;
		size_t size;
	} fields[] = {
		{ "ETag", x->head->etag, sizeof x->head->etag },
		{ "Last-Modified", x->head->last_modified, sizeof x->head->last_modified },
		{ "Content-Type", x->head->content_type, sizeof x->head->content_type },
		{ "Content-Range", x->head->content_range, sizeof x->head->content_range },
		{ "Cache-Control", x->head->cache_control, sizeof x->head->cache_control },
		{ "Expires", x->head->expires, sizeof x->head->expires },
		{ "Content-Encoding", x->head->content_encoding, sizeof x->head->content_encoding },
		{ "Date", x->head->date, sizeof x->head->date },
		{ "x-amz-bucket-region", x->head->bucket_region, sizeof x->head->bucket_region },
		{ "x-amz-server-side-encryption", x->head->encryption, sizeof x->head->encryption },
		{ "x-amz-server-side-encryption-customer-algorithm", x->head->customer_encryption,
			sizeof x->head->customer_encryption },
#define SUM(name, i) "x-amz-checksum-" name, x->head->checksums[i], sizeof x->head->checksums[i]
		{ SUM("sha256", SOURCE_SHA256) },
		{ SUM("sha1", SOURCE_SHA1) },
		{ SUM("crc64nvme", SOURCE_CRC64NVME) },
		{ SUM("crc32c", SOURCE_CRC32C) },
		{ SUM("crc32", SOURCE_CRC32) },
#undef SUM
		{ "x-amz-checksum-type", x->head->checksum_type, sizeof x->head->checksum_type },
		{ "x-amz-storage-class", x->head->storage_class, sizeof x->head->storage_class },
		{ "x-amz-archive-status", x->head->archive_status, sizeof x->head->archive_status },
		{ "x-amz-restore", x->head->restore, sizeof x->head->restore },
		{ "Location", x->head->location, sizeof x->head->location },
		{ "Vary", x->head->vary, sizeof x->head->vary },
		{ "Age", x->head->age, sizeof x->head->age },
		{ "X-Cache", x->head->x_cache, sizeof x->head->x_cache },
		{ "Limner-Reason", x->head->reason, sizeof x->head->reason },
	};
	const char *colon = memchr(line, ':', n), *start;
	char value[sizeof x->head->location];
	size_t name, len;

	if (colon == NULL)
		return;
	name = (size_t)(colon - line);
	len = text_trim(colon + 1, n - name - 1, &start);
	if (len >= sizeof value)
		return;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)start[i] < 0x20 || start[i] == 0x7f)
			return;
	memcpy(value, start, len);
	value[len] = '\0';
	if (name == 14 && strncasecmp(line, "Content-Length", name) == 0)
		take_length(x, value);
	if (name == 17 && strncasecmp(line, "Transfer-Encoding", name) == 0)
		x->chunked = strcasestr(value, "chunked") != NULL;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (strlen(fields[i].name) == name &&
			strncasecmp(line, fields[i].name, name) == 0 &&
			!text_copy(fields[i].ret, fields[i].size, value))
			fields[i].ret[0] = '\0';
}

/* The head is whole: judge it, and show it to the sink when it brings an object. */
static bool
take_head(struct exchange *x)
{
	struct source_head *head = x->head;

	if (head->status < 200 && !x->senseless)
		return true;
	x->complete = true;
	x->report->status = head->status;
	if (x->senseless)
		return fail(x, "the head makes no sense");
	if (x->chunked || head->status == 304) {
		head->has_length = false;
		head->length = 0;
	}
	if (!for_sink(head->status))
		return true;
	if (has_body(head->status) && !x->req->head_only && !head->has_length && !x->chunked &&
		!x->framed)
		return fail(x, "neither a length nor chunks");
	if (!x->sink->head(x->sink->self, head, &x->streaming, x->err)) {
		x->failed = true;
		return false;
	}
	x->last_us = now_mono_us();
	return true;
}

/* libcurl's header callback: one line at a time, with its end. Returning less stops the transfer.
 */
static size_t
on_line(char *line, size_t one, size_t bytes, void *self)
{
	struct exchange *x = self;
	size_t n = bytes;

	(void)one;
	x->started = true;
	x->head_bytes += bytes;
	if (x->complete)
		return bytes;
	if (x->head_bytes > HEAD_MAX) {
		(void)fail(x, "the head is too long");
		return 0;
	}
	while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
		n--;
	if (n == 0)
		return take_head(x) ? bytes : 0;
	if (n > 5 && strncmp(line, "HTTP/", 5) == 0)
		take_status(x, line, n);
	else
		take_field(x, line, n);
	return bytes;
}

/* libcurl's body callback. */
static size_t
on_piece(char *piece, size_t one, size_t bytes, void *self)
{
	struct exchange *x = self;
	size_t n = bytes;

	(void)one;
	x->report->bytes += bytes;
	if (for_sink(x->head->status)) {
		x->failed = !x->sink->body(x->sink->self, piece, bytes, x->err);
		x->last_us = now_mono_us();
		return x->failed ? 0 : bytes;
	}
	if (n > TRANSPORT_ERROR_MAX - x->error_bytes)
		n = TRANSPORT_ERROR_MAX - x->error_bytes;
	x->error_bytes += n;
	x->failed = !buf_add(x->error, piece, n, x->err);
	x->enough = n < bytes;
	return x->failed || x->enough ? 0 : bytes;
}

/*
 * libcurl's way to a socket: called for each address a name has, before it is connected to. What
 * the URL says, or what the name meant a moment ago, does not count here.
 */
static curl_socket_t
on_socket(void *self, curlsocktype purpose, struct curl_sockaddr *at)
{
	struct exchange *x = self;
	struct sockaddr_storage copy = { 0 };
	char text[INET6_ADDRSTRLEN] = "";
	const char *what = "of another family";

	(void)purpose;
	if (at->addrlen <= sizeof copy)
		memcpy(&copy, &at->addr, at->addrlen);
	if (copy.ss_family == AF_INET) {
		unsigned char *bytes = (unsigned char *)&((struct sockaddr_in *)&copy)->sin_addr;

		what = address_not_public4(bytes);
		(void)inet_ntop(AF_INET, bytes, text, sizeof text);
	} else if (copy.ss_family == AF_INET6) {
		unsigned char *bytes = ((struct sockaddr_in6 *)&copy)->sin6_addr.s6_addr;

		what = address_not_public6(bytes);
		(void)inet_ntop(AF_INET6, bytes, text, sizeof text);
	}
	if (what == NULL)
		return socket(at->family, at->socktype | SOCK_CLOEXEC, at->protocol);
	(void)snprintf(x->refused, sizeof x->refused, "%s is %s", text, what);
	return CURL_SOCKET_BAD;
}

static bool
set_up(CURL *easy, struct exchange *x, const struct curl_slist *fields, char *text)
{
	const struct transport_request *req = x->req;
	long connect_ms = now_left_ms(req->deadline_us);
	CURLcode bad = CURLE_OK;

	if (req->connect_ms > 0 && req->connect_ms < (uint64_t)connect_ms)
		connect_ms = (long)req->connect_ms;
	if (connect_ms < 1)
		connect_ms = 1; /* 0 would be libcurl's own five minutes */
	curl_easy_reset(easy);
#define SET(option, value) bad = bad != CURLE_OK ? bad : curl_easy_setopt(easy, option, value)
	SET(CURLOPT_URL, req->url);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_HTTP_VERSION,
		(long)(req->http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
	/* dot segments belong to a key; removed, they could name an object of another bucket */
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NOSIGNAL, 1L);
	/* do not wait for a resolver thread that outlives the deadline */
	SET(CURLOPT_QUICK_EXIT, 1L);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
	SET(CURLOPT_USERAGENT, "limner");
	SET(CURLOPT_HTTPHEADER, fields);
	SET(CURLOPT_NOBODY, req->head_only ? 1L : 0L);
	if (req->method != NULL)
		SET(CURLOPT_CUSTOMREQUEST, req->method);
	if (req->body != NULL) {
		SET(CURLOPT_POSTFIELDSIZE, (long)strlen(req->body));
		SET(CURLOPT_POSTFIELDS, req->body);
	}
	SET(CURLOPT_FRESH_CONNECT, x->report->tries > 1 ? 1L : 0L);
	SET(CURLOPT_ERRORBUFFER, text);
	SET(CURLOPT_HEADERFUNCTION, on_line);
	SET(CURLOPT_HEADERDATA, x);
	SET(CURLOPT_WRITEFUNCTION, on_piece);
	SET(CURLOPT_WRITEDATA, x);
	if (req->public_only) {
		SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
		SET(CURLOPT_OPENSOCKETDATA, x);
	}
	if (req->ca_file != NULL && req->ca_file[0] != '\0') {
		/* the bundle instead of the system's authorities, not beside them */
		SET(CURLOPT_CAINFO, req->ca_file);
		SET(CURLOPT_CAPATH, NULL);
	}
#undef SET
	/* refused after a name that was not found (7.88.1): the buffer is still there, and as large
	 */
	(void)curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)PIECE_MAX);
	return bad == CURLE_OK;
}

/* Tell how long to wait for the next event; 0 when the time is over. */
static int
left_ms(const struct exchange *x)
{
	uint64_t until_us = x->req->deadline_us;

	if (x->streaming)
		until_us = x->last_us + x->req->stall_ms * 1000;
	else if (!x->started && x->req->answer_ms > 0 &&
		 x->begun_us + x->req->answer_ms * 1000 < until_us)
		until_us = x->begun_us + x->req->answer_ms * 1000;
	return now_left_ms(until_us);
}

/* Drive the transfer to its end. Returns libcurl's verdict; CURLE_OPERATION_TIMEDOUT when late. */
static CURLcode
drive(CURLM *multi, struct exchange *x)
{
	CURLcode verdict = CURLE_RECV_ERROR;
	int running = 1, rest;

	for (;;) {
		CURLMsg *message;
		int wait_ms;

		if (curl_multi_perform(multi, &running) != CURLM_OK)
			return CURLE_FAILED_INIT;
		if (running == 0) {
			message = curl_multi_info_read(multi, &rest);
			if (message != NULL && message->msg == CURLMSG_DONE)
				verdict = message->data.result;
			return verdict;
		}
		wait_ms = left_ms(x);
		if (wait_ms == 0)
			return CURLE_OPERATION_TIMEDOUT;
		/* a signal ends the wait early, and nothing else */
		wait_ms = gateway_wait_ms(x->req->peer, wait_ms);
		if (curl_multi_poll(multi, NULL, 0, wait_ms, NULL) != CURLM_OK)
			return CURLE_FAILED_INIT;
		if (gateway_gone(x->req->peer)) {
			x->failed = true;
			(void)err_set(x->err, ERR_PEER_GONE, "%s", "");
			return CURLE_ABORTED_BY_CALLBACK;
		}
	}
}

/* Turn libcurl's verdict into ours. */
static bool
judge(struct exchange *x, CURLcode verdict, const char *text)
{
	if (x->failed)
		return false;
	if (x->enough)
		return true;
	if (verdict == CURLE_COULDNT_CONNECT && x->refused[0] != '\0') {
		(void)err_set(x->err, ERR_ORIGIN, "%s", "");
		return err_detail(x->err, "not connected: %s", x->refused);
	}
	if (verdict != CURLE_OK) {
		bool late = verdict == CURLE_OPERATION_TIMEDOUT;
		const char *ours = !late          ? curl_easy_strerror(verdict)
				   : x->streaming ? "stalled"
				   : !x->started  ? "no answer in time"
						  : "the deadline passed";

		(void)err_set(x->err, late ? ERR_ORIGIN_LATE : ERR_ORIGIN, "%s", "");
		return err_detail(
			x->err, "curl %d: %s", (int)verdict, text[0] != '\0' ? text : ours);
	}
	if (!x->complete)
		return fail(x, "no head");
	if (has_body(x->head->status) && x->head->has_length && !x->req->head_only &&
		x->report->bytes != x->head->length)
		return fail(x, "another length than promised");
	return true;
}

/* Send the request once. */
static CURLcode
attempt(struct transport *t, struct exchange *x, const struct curl_slist *fields, char *text)
{
	CURLcode verdict;

	text[0] = '\0';
	if (!set_up(t->easy, x, fields, text))
		return CURLE_FAILED_INIT;
	if (curl_multi_add_handle(t->multi, t->easy) != CURLM_OK)
		return CURLE_FAILED_INIT;
	verdict = drive(t->multi, x);
	(void)curl_multi_remove_handle(t->multi, t->easy);
	return verdict;
}

/* A connection that ended before the answer began: often one the origin had closed as idle. */
static bool
worth_another(CURL *easy, const struct exchange *x, CURLcode verdict)
{
	long why = 0;

	if (x->started || x->failed || now_left_ms(x->req->deadline_us) == 0)
		return false;
	/* a reset can even be quicker than the connection */
	if (verdict == CURLE_COULDNT_CONNECT)
		return curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &why) == CURLE_OK &&
		       why == ECONNRESET;
	return verdict == CURLE_GOT_NOTHING || verdict == CURLE_SEND_ERROR ||
	       verdict == CURLE_RECV_ERROR || verdict == CURLE_HTTP2 ||
	       verdict == CURLE_HTTP2_STREAM;
}

/* Tell whether a fault may be gone on another try: nothing of the answer was believed yet. */
static bool
is_fleeting(const struct exchange *x, CURLcode verdict)
{
	static const CURLcode codes[] = { CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT,
		CURLE_OPERATION_TIMEDOUT, CURLE_SSL_CONNECT_ERROR, CURLE_GOT_NOTHING,
		CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE };

	if (verdict == CURLE_OK) /* to libcurl half a head is an answer */
		return !x->complete && !x->failed;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (verdict == codes[i])
			return (!x->complete || !for_sink(x->head->status)) && !x->failed;
	return false;
}

/* Tell what kept us from the server. */
static enum source_trouble
trouble_of(const struct exchange *x, CURLcode verdict)
{
	static const struct {
		CURLcode code;
		enum source_trouble trouble;
	} troubles[] = {
		{ CURLE_COULDNT_RESOLVE_HOST, SOURCE_NO_NAME },
		{ CURLE_COULDNT_CONNECT, SOURCE_NO_CONNECTION },
		{ CURLE_SSL_CONNECT_ERROR, SOURCE_NO_TLS },
		{ CURLE_PEER_FAILED_VERIFICATION, SOURCE_NO_TRUST },
		{ CURLE_SSL_CACERT_BADFILE, SOURCE_NO_TRUST },
	};

	if (verdict == CURLE_COULDNT_CONNECT && x->refused[0] != '\0')
		return SOURCE_NOT_PUBLIC;
	for (size_t i = 0; i < sizeof troubles / sizeof troubles[0]; i++)
		if (troubles[i].code == verdict)
			return troubles[i].trouble;
	return SOURCE_NO_TROUBLE;
}

bool
transport_fetch(struct transport *t, const struct transport_request *req,
	const struct source_sink *sink, struct source_head *ret_head, struct buf *ret_error,
	struct source_report *report, struct err *err)
{
	struct exchange x = { .req = req,
		.sink = sink,
		.head = ret_head,
		.error = ret_error,
		.report = report,
		.err = err };
	struct curl_slist *fields = NULL;
	char text[CURL_ERROR_SIZE];
	CURLcode verdict;
	bool ok = false;

	report->status = report->tries = 0;
	report->fleeting = false;
	report->bytes = 0;
	for (size_t i = 0; i < req->header_count; i++) {
		struct curl_slist *longer = curl_slist_append(fields, req->headers[i]);

		if (longer == NULL) {
			(void)err_set(err, ERR_INTERNAL, "%s", "");
			goto out;
		}
		fields = longer;
	}
	do {
		memset(ret_head, 0, sizeof *ret_head);
		report->tries++;
		x.begun_us = now_mono_us();
		verdict = attempt(t, &x, fields, text);
	} while (report->tries < 2 && worth_another(t->easy, &x, verdict));
	report->fleeting = is_fleeting(&x, verdict);
	report->trouble = trouble_of(&x, verdict);
	ok = judge(&x, verdict, text);
	curl_easy_reset(t->easy);
out:
	curl_slist_free_all(fields);
	return ok;
}

bool
transport_open(struct transport **ret, struct err *err)
{
	struct transport *t = calloc(1, sizeof *t);

	if (t == NULL)
		return err_set(err, ERR_INTERNAL, "%s", "");
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(t);
		return err_set(err, ERR_INTERNAL, "%s", "");
	}
	t->multi = curl_multi_init();
	t->easy = curl_easy_init();
	if (t->multi == NULL || t->easy == NULL) {
		transport_close(t);
		return err_set(err, ERR_INTERNAL, "%s", "");
	}
	*ret = t;
	return true;
}

void
transport_close(struct transport *t)
{
	if (t == NULL)
		return;
	curl_easy_cleanup(t->easy);
	(void)curl_multi_cleanup(t->multi);
	curl_global_cleanup();
	free(t);
}

bool
transport_resolve(const char *url, const char *location, struct buf *ret, struct err *err)
{
	const unsigned flags = CURLU_DISALLOW_USER | CURLU_URLENCODE;
	CURLU *u = curl_url();
	char *text = NULL;
	bool ok = false;

	if (u == NULL)
		return err_set(err, ERR_INTERNAL, "%s", "");
	if (curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
		curl_url_set(u, CURLUPART_URL, location, flags) != CURLUE_OK ||
		curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0) != CURLUE_OK ||
		curl_url_get(u, CURLUPART_URL, &text, CURLU_NO_DEFAULT_PORT) != CURLUE_OK ||
		(strncmp(text, "http://", 7) != 0 && strncmp(text, "https://", 8) != 0) ||
		strlen(text) > ret->limit - ret->len) {
		(void)err_set(err, ERR_ORIGIN, "%s", "");
		(void)err_detail(err, "a redirect to no http URL, or with a name in it");
		goto out;
	}
	ok = buf_adds(ret, text, err);
out:
	curl_free(text);
	curl_url_cleanup(u);
	return ok;
}

const char *
transport_version(void)
{
	return curl_version();
}
