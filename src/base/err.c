#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct err_row rows[] = {
	[ERR_NONE]           = { "none", 200, 0, ERR_NO_ORIGINAL, "", "" },
	[ERR_BAD_PATH]       = { "bad-path", 400, 3600, ERR_NO_ORIGINAL, "The path names no picture.",
		"the path names nothing: . or .., NUL, not UTF-8, more than 1024 bytes" },
	[ERR_BAD_PARAMETER]  = { "bad-parameter", 400, 3600, ERR_NO_ORIGINAL, "A parameter is not valid.",
		"a mistake in the query (an unknown preset is one), under strict" },
	[ERR_METHOD]         = { "method", 405, 3600, ERR_NO_ORIGINAL, "Only GET and HEAD are answered.",
		"neither GET nor HEAD" },
	[ERR_UNSIGNED]       = { "unsigned", 403, 60, ERR_NO_ORIGINAL, "This URL needs a signature.",
		"the origin has a sign_key, and the URL no signature" },
	[ERR_SIGNATURE]      = { "bad-signature", 403, 60, ERR_NO_ORIGINAL, "The signature is not of this URL.",
		"the signature is another URL's, or made with another key" },
	[ERR_EXPIRED]        = { "expired", 403, 60, ERR_NO_ORIGINAL, "The time of this URL is over.",
		"the time for which the URL was signed is over" },
	[ERR_NOT_FOUND]      = { "not-found", 404, 60, ERR_NO_ORIGINAL, "There is no such picture.",
		"no such original, or nothing is mounted at this path" },
	[ERR_PRECONDITION]   = { "precondition", 412, ERR_NO_STORE, ERR_NO_ORIGINAL, "A condition of the request does not hold.",
		"If-Match or If-Unmodified-Since does not hold" },
	[ERR_RANGE]          = { "range", 416, ERR_NO_STORE, ERR_NO_ORIGINAL, "The range lies outside the answer.",
		"the range lies outside the picture or original" },
	[ERR_ORIGIN]         = { "origin", 502, ERR_NO_STORE, ERR_NO_ORIGINAL, "The origin gave no usable answer.",
		"the origin refused, broke off, made no sense" },
	[ERR_ARCHIVED]       = { "archived", 502, ERR_NO_STORE, ERR_NO_ORIGINAL, "The original lies in an archive.",
		"the original lies in an S3 archive and was not brought back" },
	[ERR_ORIGIN_LATE]    = { "origin-late", 504, ERR_NO_STORE, ERR_NO_ORIGINAL, "The origin did not answer in time.",
		"the origin did not answer in time" },
	[ERR_UNKNOWN_PRESET] = { "unknown-preset", 400, 60, 60, "There is no preset of that name.",
		"no preset has that name" },
	[ERR_OTHER_TYPE]     = { "other-type", 415, 60, 60, "No pictures are made of originals with such a name.",
		"the origin's dialect makes no pictures of names that end so" },
	[ERR_NOT_AN_IMAGE]   = { "not-an-image", 415, 60, 60, "The original is not a picture limner can read.",
		"not a picture, or in a format limner does not read" },
	[ERR_BROKEN]         = { "broken", 422, 60, 60, "The original is damaged or cut off.",
		"the original is damaged or cut off" },
	[ERR_PIXELS]         = { "pixels", 413, 60, 60, "The picture has more pixels than allowed.",
		"original or result have too many pixels" },
	[ERR_TOO_LARGE]      = { "too-large", 413, 600, 600, "The original has more bytes than allowed.",
		"the original has more than max_original bytes" },
	[ERR_CRASHED]        = { "crashed", 500, ERR_NO_STORE, 60, "The decoder failed.",
		"the decoder crashed" },
	[ERR_MEMORY]         = { "memory", 500, ERR_NO_STORE, 60, "The picture needs more memory than allowed.",
		"the decoder ran out of memory" },
	[ERR_LATE]           = { "late", 504, ERR_NO_STORE, 60, "The picture was not ready in time.",
		"the picture was not ready in time, waiting for a slot included" },
	[ERR_NO_ENCODER]     = { "no-encoder", 415, 60, 60, "This build cannot write that format.",
		"this build cannot write the format: the next best takes its place" },
	[ERR_LATE_FORMAT]    = { "late-format", 504, ERR_NO_STORE, 60, "The picture was not ready in time.",
		"there was no time for the format, or for the effort it is made with: less effort or a cheaper format (AVIF, WebP, JPEG or PNG) takes its place" },
	[ERR_OVER_BUDGET]    = { "over-budget", 200, 0, ERR_AS_DONE, "",
		"max cannot be met: these are the fewest bytes that could be made" },
	[ERR_NOT_SMALLER]    = { "not-smaller", 200, 0, ERR_AS_DONE, "",
		"the picture would be no smaller, and no different in size and format (with f=auto any format browsers show will do)" },
	[ERR_MAY_NOT_PASS]   = { "may-not-pass", 415, 60, ERR_NO_ORIGINAL, "Originals of this kind are not handed out.",
		"the original is the answer, but pass = images or none keeps it back" },
	[ERR_BUSY]           = { "busy", 503, ERR_NO_STORE, ERR_NO_ORIGINAL, "Too much to do at the moment.",
		"no slot came free in time (only where max_renders is set)" },
	[ERR_INTERNAL]       = { "internal", 500, ERR_NO_STORE, 60, "Something failed here.",
		"something failed here" },
	[ERR_PEER_GONE]      = { "peer-gone", 499, ERR_NO_STORE, ERR_NO_ORIGINAL, "",
		"the client left before there was an answer (in the log alone)" },
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
