#include "s3_answer.h"

#include "base/text.h"

#include <string.h>

#define SKEW_MAX_S 300 /* a difference below this is not what a server objects to (S3: 15 min) */

/* Copy the text of an element of an S3 error: "" when it is missing or not a plain word. */
static void
take_element(const char *xml, const char *tag, char *ret, size_t size)
{
	const char *s = strstr(xml, tag);
	size_t n;

	ret[0] = '\0';
	if (s == NULL)
		return;
	s += strlen(tag);
	n = strcspn(s, "<& \t\r\n");
	if (s[n] != '<' || n >= size)
		return;
	memcpy(ret, s, n);
	ret[n] = '\0';
}

/* A region becomes part of AWS's host name: nothing may be in it that leads to another host. */
static bool
is_region(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n > 0 && s[n] == '\0';
}

static bool
is_code(const struct s3_answer *a, const char *const *codes)
{
	for (; *codes != NULL; codes++)
		if (strcmp(a->code, *codes) == 0)
			return true;
	return false;
}

/* The names of missing things; an answer to HEAD names nothing, and the object is likeliest. */
static bool
is_missing(const struct config_origin *origin, const struct source_call *call, int status,
	const struct s3_answer *a)
{
	static const char *const objects[] = { "", "NoSuchKey", NULL };
	static const char *const versions[] = { "NoSuchVersion", "InvalidArgument",
		"MethodNotAllowed", NULL };
	static const char *const denials[] = { "", "AccessDenied", NULL };
	bool versioned = call->version != NULL && call->version[0] != '\0';

	if (status == 404 && is_code(a, objects))
		return true;
	/* a version that never was is an invalid argument, one that marks a deletion has no method
	 */
	if (versioned &&
		((status == 404 || status == 400 || status == 405) && is_code(a, versions)))
		return true;
	if (versioned && call->head_only && (status == 400 || status == 405) && a->code[0] == '\0')
		return !a->moved;
	return status == 403 && origin->forbidden_is_missing && is_code(a, denials);
}

static bool
is_busy(int status, const struct s3_answer *a)
{
	static const char *const codes[] = { "SlowDown", "RequestTimeout", "InternalError",
		"ServiceUnavailable", NULL };

	return status == 429 || status == 500 || status == 502 || status == 503 || status == 504 ||
	       is_code(a, codes);
}

void
s3_answer_read(const struct config_origin *origin, const struct source_call *call, int64_t clock_s,
	const struct source_head *head, const char *xml, struct s3_answer *ret)
{
	static const char *const elsewhere[] = { "", "PermanentRedirect", "TemporaryRedirect",
		"AuthorizationHeaderMalformed", NULL };
	int status = head->status;
	int64_t apart;

	memset(ret, 0, sizeof *ret);
	take_element(xml, "<Code>", ret->code, sizeof ret->code);
	take_element(xml, "<Region>", ret->region, sizeof ret->region);
	if (!is_region(ret->region))
		(void)!text_copy(ret->region, sizeof ret->region,
			is_region(head->bucket_region) ? head->bucket_region : "");
	ret->moved = ret->region[0] != '\0' && is_code(ret, elsewhere) &&
		     (status == 301 || status == 307 || status == 400);
	if (!text_from_http_date(head->date, &ret->date_s))
		ret->date_s = 0;
	apart = ret->date_s > clock_s ? ret->date_s - clock_s : clock_s - ret->date_s;
	ret->skewed = status == 403 && ret->date_s != 0 && apart >= SKEW_MAX_S &&
		      (strcmp(ret->code, "RequestTimeTooSkewed") == 0 ||
			      (call->head_only && ret->code[0] == '\0'));
	ret->busy = is_busy(status, ret);
	ret->kind = is_missing(origin, call, status, ret)          ? ERR_NOT_FOUND
		    : strcmp(ret->code, "InvalidObjectState") == 0 ? ERR_ARCHIVED
		    : status == 412                                ? ERR_PRECONDITION
		    : status == 416                                ? ERR_RANGE
								   : ERR_ORIGIN;
}

bool
s3_answer_archived(const struct source_head *head)
{
	/* of intelligent tiering only the two archive tiers are told so; what was brought back is
	 * not */
	if (head->archive_status[0] != '\0')
		return true;
	return (strcmp(head->storage_class, "GLACIER") == 0 ||
		       strcmp(head->storage_class, "DEEP_ARCHIVE") == 0) &&
	       strstr(head->restore, "ongoing-request=\"false\"") == NULL;
}
