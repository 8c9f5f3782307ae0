#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct err_row rows[] = {
	[ERR_NONE]           = { "none", 200, 0, ERR_NO_ORIGINAL, "" },
	[ERR_BAD_PATH]       = { "bad-path", 400, 3600, ERR_NO_ORIGINAL, "The path names no picture." },
	[ERR_BAD_PARAMETER]  = { "bad-parameter", 400, 3600, ERR_NO_ORIGINAL, "A parameter is not valid." },
	[ERR_METHOD]         = { "method", 405, 3600, ERR_NO_ORIGINAL, "Only GET and HEAD are answered." },
	[ERR_UNSIGNED]       = { "unsigned", 403, 60, ERR_NO_ORIGINAL, "This URL needs a signature." },
	[ERR_SIGNATURE]      = { "bad-signature", 403, 60, ERR_NO_ORIGINAL, "The signature is not of this URL." },
	[ERR_EXPIRED]        = { "expired", 403, 60, ERR_NO_ORIGINAL, "The time of this URL is over." },
	[ERR_NOT_FOUND]      = { "not-found", 404, 60, ERR_NO_ORIGINAL, "There is no such picture." },
	[ERR_PRECONDITION]   = { "precondition", 412, ERR_NO_STORE, ERR_NO_ORIGINAL, "A condition of the request does not hold." },
	[ERR_RANGE]          = { "range", 416, ERR_NO_STORE, ERR_NO_ORIGINAL, "The range lies outside the answer." },
	[ERR_ORIGIN]         = { "origin", 502, ERR_NO_STORE, ERR_NO_ORIGINAL, "The origin gave no usable answer." },
	[ERR_ARCHIVED]       = { "archived", 502, ERR_NO_STORE, ERR_NO_ORIGINAL, "The original lies in an archive." },
	[ERR_ORIGIN_LATE]    = { "origin-late", 504, ERR_NO_STORE, ERR_NO_ORIGINAL, "The origin did not answer in time." },
	[ERR_UNKNOWN_PRESET] = { "unknown-preset", 400, 60, 60, "There is no preset of that name." },
	[ERR_OTHER_TYPE]     = { "other-type", 415, 60, 60, "No pictures are made of originals with such a name." },
	[ERR_NOT_AN_IMAGE]   = { "not-an-image", 415, 60, 60, "The original is not a picture limner can read." },
	[ERR_BROKEN]         = { "broken", 422, 60, 60, "The original is damaged or cut off." },
	[ERR_PIXELS]         = { "pixels", 413, 60, 60, "The picture has more pixels than allowed." },
	[ERR_TOO_LARGE]      = { "too-large", 413, 600, 600, "The original has more bytes than allowed." },
	[ERR_CRASHED]        = { "crashed", 500, ERR_NO_STORE, 60, "The decoder failed." },
	[ERR_MEMORY]         = { "memory", 500, ERR_NO_STORE, 60, "The picture needs more memory than allowed." },
	[ERR_LATE]           = { "late", 504, ERR_NO_STORE, 60, "The picture was not ready in time." },
	[ERR_NO_ENCODER]     = { "no-encoder", 415, 60, 60, "This build cannot write that format." },
	[ERR_LATE_FORMAT]    = { "late-format", 504, ERR_NO_STORE, 60, "The picture was not ready in time." },
	[ERR_OVER_BUDGET]    = { "over-budget", 200, 0, ERR_AS_DONE, "" },
	[ERR_NOT_SMALLER]    = { "not-smaller", 200, 0, ERR_AS_DONE, "" },
	[ERR_MAY_NOT_PASS]   = { "may-not-pass", 415, 60, ERR_NO_ORIGINAL, "Originals of this kind are not handed out." },
	[ERR_BUSY]           = { "busy", 503, ERR_NO_STORE, ERR_NO_ORIGINAL, "Too much to do at the moment." },
	[ERR_INTERNAL]       = { "internal", 500, ERR_NO_STORE, 60, "Something failed here." },
	[ERR_PEER_GONE]      = { "peer-gone", 499, ERR_NO_STORE, ERR_NO_ORIGINAL, "" },
};
/* clang-format on */
_Static_assert(sizeof rows / sizeof rows[0] == ERR__COUNT, "a row for each kind");

bool
err_set(struct err *err, enum err_kind kind, const char *say, ...)
{
	va_list ap;

	err->kind = kind;
	err->detail[0] = '\0';
	va_start(ap, say);
	(void)vsnprintf(err->say, sizeof err->say, say, ap);
	va_end(ap);
	if (err->say[0] == '\0')
		(void)snprintf(err->say, sizeof err->say, "%s", err_row(kind)->say);
	return false;
}

bool
err_detail(struct err *err, const char *detail, ...)
{
	va_list ap;
	size_t at = strlen(err->detail);

	if (at > 0 && at + 2 < sizeof err->detail) {
		err->detail[at++] = ';';
		err->detail[at++] = ' ';
		err->detail[at] = '\0';
	}
	va_start(ap, detail);
	(void)vsnprintf(err->detail + at, sizeof err->detail - at, detail, ap);
	va_end(ap);
	return false;
}

const struct err_row *
err_row(enum err_kind kind)
{
	return kind < ERR__COUNT ? &rows[kind] : &rows[ERR_INTERNAL];
}

bool
err_takes_original(enum err_kind kind)
{
	return err_row(kind)->original_s != ERR_NO_ORIGINAL;
}
