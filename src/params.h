/*
 * What can be asked in the query string: one row per parameter.
 *
 * Parser, canonical form, preset sections, help, reference page and a unit test all read the same
 * row. Pure: no I/O, no clock, no globals. Must never know about HTTP or pictures.
 */
#ifndef LIMNER_PARAMS_H
#define LIMNER_PARAMS_H

#include "base/buf.h"

#include <stddef.h>
#include <stdio.h>

#define PARAMS_SIDE_MAX 8192 /* px; larger boxes are clamped with their aspect kept */

enum params_fit { PARAMS_INSIDE, PARAMS_COVER, PARAMS_PAD, PARAMS_FILL, PARAMS_OUTSIDE };

/* f: an enum format, or one of these two. FORMAT_NONE (0) never stands here but for "original". */
enum params_format { PARAMS_F_ORIGINAL = 0, PARAMS_F_AUTO = 100 };

enum params_flip { PARAMS_FLIP_NONE, PARAMS_FLIP_H, PARAMS_FLIP_V, PARAMS_FLIP_HV };

enum params_meta { PARAMS_META_NONE, PARAMS_META_COPYRIGHT, PARAMS_META_KEEP };

#define PARAMS_FRAME_ALL 0 /* frame: all; otherwise counted from 1 */

/*
 * A focal point: 0,0 top left to 1,1 bottom right; compass names are nine such points. "smart" (to
 * be found in the pixels) is x = y = -1.
 */
struct params_point {
	double x, y; /* in [0,1], three decimals */
};

/* A part of the oriented original, in px; in fractions of its sides when no number is above 1. */
struct params_rect {
	double x, y, w, h; /* five decimals; w and h above 0 */
};

struct params {
	uint64_t given; /* bit i: row i of param_table was given */
	char t[33];     /* preset name, or "" */
	int32_t w, h;   /* CSS px, 0 unset */
	int32_t fit;    /* enum params_fit */
	bool up;        /* may enlarge */
	struct params_point g;
	int32_t q;               /* 1…100, 0: the format's default */
	int32_t f;               /* enum format or enum params_format */
	double dpr;              /* 0.5…5, one decimal */
	uint32_t bg;             /* 0xRRGGBBAA; meaningful only when given */
	struct params_rect crop; /* w 0: whole */
	int32_t rot;             /* degrees clockwise: 0, 90, 180, 270 */
	int32_t flip;            /* enum params_flip */
	double blur, sharp;      /* sigma, CSS px; 0 off */
	int32_t trim;            /* tolerance 1…254, 0 off */
	int32_t meta;            /* enum params_meta */
	int32_t max;             /* bytes, 0 unset */
	int32_t frame;           /* of an animation, from 1; or PARAMS_FRAME_ALL */
	char dl[201];            /* a file's name; "1": the original's, "0": none */
	char v[65];
	double exp;   /* unix seconds, whole; 0 unset */
	char sig[44]; /* 32 bytes in base64url, or "" */
	bool no_sign; /* exp and sig are names that queries do not have here */
};

enum param_kind {
	PARAM_INT,
	PARAM_REAL,
	PARAM_BOOL,
	PARAM_CHOICE,
	PARAM_COLOUR,
	PARAM_POINT,
	PARAM_RECT,
	PARAM_TEXT,
	PARAM_SIZE, /* WxH: folds into w and h, has no field and no canonical form of its own */
};

enum param_flag {
	PARAM_ACTS = 1,  /* asks for a transformation by itself */
	PARAM_CLAMP = 2, /* numbers: a value below min becomes min (above max always becomes max) */
	PARAM_SIDE = 4,  /* INT: 0 and "auto" unset it; all sides over max shrink by one factor */
	PARAM_NAME = 8,  /* TEXT: letters, digits, _ and - alone */
	PARAM_BARE = 16, /* TEXT: an empty value is "1" */
	PARAM_AUTO = 32, /* numbers: "auto" does not, but is given, as zero: callers know more */
	PARAM_SIGN = 64, /* of a signed URL; says nothing of the picture */
};

struct param_choice {
	const char *name;
	int32_t value;
};

#define PARAM_ALIASES 3
#define PARAM_SMART   9 /* a POINT's choice */

struct param_def {
	const char *name;                   /* canonical; what ETags and logs see */
	const char *aliases[PARAM_ALIASES]; /* NULL after the last */
	enum param_kind kind;
	unsigned flags;                     /* enum param_flag */
	size_t offset;                      /* into struct params */
	size_t size;                        /* of that field, bytes; 0: has none (SIZE) */
	double min, max;                    /* inclusive; numbers only */
	int places;                         /* REAL: decimals kept */
	const struct param_choice *choices; /* CHOICE, INT (words for numbers), POINT (3 × row +
					       column of nine, or PARAM_SMART); ends with a NULL
					       name, a value's first name is canonical */
	const char *unset;                  /* what leaving it out means, as it would be typed */
	const char *unit, *group, *summary, *example;
};

extern const struct param_def param_table[];
extern const size_t param_count;

/* Leave no trace of what a URL is signed with. */
void params_unsign(struct params *p);

/* Set every field to its row's `unset` ("": zero); nothing is given. */
void params_init(struct params *p);

/* Names of parameters whose value was dropped, each once in table order, for the reason header. */
struct params_notes {
	char dropped[80]; /* "w,q", or "" */
};

/*
 * Read a raw query string (what follows the ?; still percent-encoded).
 *
 * Pairs are separated by & alone, names ignore case, the last duplicate wins. Lenient: unknown
 * names are ignored, a bad value is dropped and noted (what stood before it stays), numbers above
 * their bounds are clamped. Boxes over PARAMS_SIDE_MAX are clamped with the asked aspect kept. An
 * empty value unsets, but for PARAM_BARE.
 *
 * p       initialised; unchanged on failure
 * strict  each such mistake fails instead
 * Fails   ERR_BAD_PARAMETER, naming the parameter and what is allowed (strict only)
 */
bool params_parse(struct params *p, const char *query, bool strict, struct params_notes *notes,
	struct err *err) MUST_USE;

/*
 * Set one parameter by its name or alias, strictly. Empty and "auto" sizes unset.
 *
 * value   decoded
 * Fails   ERR_BAD_PARAMETER: unknown name, or the value is not valid (bounds in the text)
 */
bool params_set(struct params *p, const char *name, const char *value, struct err *err) MUST_USE;

/*
 * Set one parameter, leniently or strictly; sides are not yet held to PARAMS_SIDE_MAX when lenient
 * (params_settle). False when there is no such name, or the value is not valid.
 */
bool params_put(struct params *p, const char *name, const char *value, bool strict) MUST_USE;

/* Shrink sides that are too long by one factor, so that the box keeps its aspect. */
void params_settle(struct params *p);

/* Find a row by its name or alias; NULL when there is none. */
const struct param_def *params_find(const char *name);

#define PARAMS_ALLOWED 144
/* Say what a row allows, as the end of "w must be …": "a number from 1 to 100". */
void params_allowed(const struct param_def *def, char ret[PARAMS_ALLOWED]);

#define PARAMS_VALUE 256 /* bytes of a decoded value, with its NUL; no value is longer */

/* One name and value of a query, decoded once. */
struct params_pair {
	char name[32]; /* "" when it is too long to be any, or holds a NUL */
	char value[PARAMS_VALUE];
	bool whole;      /* false: the value is too long, or holds a NUL */
	const char *raw; /* the name as it stands, for complaints */
	size_t raw_len;
};

/* Step to a query's next pair, which & separate. False at its end. */
bool params_next_pair(const char **query, struct params_pair *ret);

/* Add a name to the notes, if there is room for it. */
void params_note(struct params_notes *notes, const char *name);

/* Name what is not known, safe to show: short, nothing but printable ASCII. Returns false. */
bool params_refuse_name(const char *name, size_t len, struct err *err);

/* Let what `over` was given win over `base`, field by field; both sets of given bits remain. */
void params_overlay(struct params *base, const struct params *over);

/* Tell whether a point has to be found in the pixels. */
static inline bool
params_is_smart(const struct params_point *point)
{
	return point->x < 0;
}

/* Tell whether a parameter was given, by its canonical name. */
bool params_given(const struct params *p, const char *name);

/* Tell whether a parameter was given as "auto", by its canonical name (PARAM_AUTO alone). */
bool params_is_auto(const struct params *p, const char *name);

/* Take a parameter back, by its name: as if it had not been given. */
void params_unset(struct params *p, const char *name);

/* Tell whether anything that changes pixels or format was asked (presets are not looked into). */
bool params_acts(const struct params *p);

/*
 * Append the canonical form: given parameters that differ from their defaults (with t: all given,
 * for the preset may say otherwise), canonical names, table order, values in one spelling,
 * percent-encoded: "t=card&w=300&q=80". Order, aliases and duplicates of the request leave no
 * trace, and a canonical form read again has the same one.
 */
bool params_canonical(const struct params *p, struct buf *out, struct err *err) MUST_USE;

/*
 * Describe the table for generators: "text" for people, "json", "md".
 *
 * Returns false when the form is unknown, or without memory.
 */
bool params_describe(FILE *f, const char *form) MUST_USE;

#endif
