/*
 * What went wrong, and what the client is told.
 *
 * One struct, made where the fault is known, turned into HTTP in one place (response). One row per
 * kind says which status it has, how long a cache may keep it, and whether the original may be
 * sent in the picture's place: this is the failure table users rely on.
 */
#ifndef LIMNER_BASE_ERR_H
#define LIMNER_BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

#define MUST_USE     __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))

enum err_kind {
	ERR_NONE,
	/* the client's faults */
	ERR_BAD_PATH,      /* the path spells no key: dot segment, NUL, too long, not UTF-8 */
	ERR_BAD_PARAMETER, /* strict mode only */
	ERR_METHOD,
	ERR_UNSIGNED,  /* the origin wants signatures, and there is none */
	ERR_SIGNATURE, /* it is of another URL, or made with another key */
	ERR_EXPIRED,   /* it was good until a time that is over */
	/* the original */
	ERR_NOT_FOUND,
	ERR_PRECONDITION,
	ERR_RANGE,
	ERR_ORIGIN,      /* refused us, broke off, sent too little, made no sense */
	ERR_ARCHIVED,    /* there, but not to be read before somebody brings it back */
	ERR_ORIGIN_LATE, /* no complete original before the deadline */
	/* faults of the picture: the original takes its place */
	ERR_UNKNOWN_PRESET,
	ERR_OTHER_TYPE,   /* the dialect makes no pictures of keys that end so */
	ERR_NOT_AN_IMAGE, /* no known magic bytes, or a format limner does not decode */
	ERR_BROKEN,       /* does not decode, or only in part */
	ERR_PIXELS,       /* more pixels than the limits allow, before or after */
	ERR_TOO_LARGE,    /* original over the byte limit */
	ERR_CRASHED,      /* the cell died */
	ERR_MEMORY,       /* the cell ran out of memory */
	ERR_LATE,         /* deadline passed with the original in hand */
	ERR_NO_ENCODER,   /* answered in the next best format, not with the original */
	ERR_LATE_FORMAT,  /* for want of time in a cheaper format, or with less effort */
	ERR_OVER_BUDGET,  /* no failure: more bytes than asked, the fewest that could be made */
	ERR_NOT_SMALLER,  /* no failure: the original is the better answer */
	ERR_MAY_NOT_PASS, /* the original would take the place, but pass-through is restricted */
	/* ours */
	ERR_BUSY,
	ERR_INTERNAL,  /* 500 only when there is nothing to send */
	ERR_PEER_GONE, /* nobody is left to answer; never sent: 499 is nginx's number in its log */
	ERR__COUNT
};

#define ERR_NO_STORE    (-1) /* max_age_s: Cache-Control: no-store */
#define ERR_NO_ORIGINAL (-2) /* original_s: the original may not take its place */
#define ERR_AS_DONE     (-3) /* original_s: cached like a picture that was made */

struct err_row {
	const char *slug;   /* Limner-Reason, the log, and the JSON body */
	int status;         /* when answered as an error */
	int32_t max_age_s;  /* of that error answer, or ERR_NO_STORE */
	int32_t original_s; /* max-age of the original sent instead, ERR_NO_ORIGINAL or ERR_AS_DONE
			     */
	const char *say;    /* what the client reads when the fault says nothing better */
	const char *happened; /* what the manual says of it; lower case, no period */
};

struct err {
	enum err_kind kind;
	char say[160];    /* shown to the client: no paths, keys, hosts or library messages */
	char detail[256]; /* log only: errno, libcurl's or GraphicsMagick's reason, the S3 code */
};

/*
 * Record a fault; an empty format leaves the row's own sentence. Overwrites what was there.
 *
 * Returns false, so that `return err_set(err, …);` is the idiom. Text over the limit is cut.
 */
bool err_set(struct err *err, enum err_kind kind, const char *say, ...) PRINTF(3, 4);

/* Add what only the log may see (appended after "; " when there is some already). Returns false. */
bool err_detail(struct err *err, const char *detail, ...) PRINTF(2, 3);

/* Look up the row of a kind; never NULL. */
const struct err_row *err_row(enum err_kind kind);

/* Tell whether the original may be sent instead of this error. */
bool err_takes_original(enum err_kind kind);

#endif
