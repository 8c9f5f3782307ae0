/*
 * What can be set: one row per setting, the presets, and the origins.
 *
 * Read once at start from an INI file and its drop-ins (libinih), systemd's credentials and
 * LIMNER_* environment variables; what is read later wins.
 * Mistakes stop the start; each names file, line, what is allowed and the nearest name.
 */
#ifndef LIMNER_CONFIG_H
#define LIMNER_CONFIG_H

#include "accept.h"
#include "cors.h"
#include "dialect.h"
#include "hints.h"

#define CONFIG_ORIGINS_MAX  16
#define CONFIG_PRESETS_MAX  256
#define CONFIG_MISTAKES_MAX 20         /* that are told at once */
#define CONFIG_PIECES_MAX   33         /* the file and its drop-ins */
#define CONFIG_NAME         33         /* bytes of a preset's or an origin's name, with its NUL */
#define CONFIG_AGE_MAX      86400      /* s; no failure is kept for longer */
#define CONFIG_PROFILE_MAX  (8u << 20) /* bytes; press profiles have one or two millions */

enum config_on_error { CONFIG_ORIGINAL, CONFIG_ERROR };
enum config_sign { CONFIG_SIGN_NO, CONFIG_SIGN_PICTURES, CONFIG_SIGN_ALL };
enum config_pass { CONFIG_PASS_ANY, CONFIG_PASS_IMAGES, CONFIG_PASS_NONE };
enum config_lossless { CONFIG_LOSSLESS_NO, CONFIG_LOSSLESS_AUTO };
enum config_log_format { CONFIG_LOG_KV, CONFIG_LOG_JSON };
enum config_addressing { CONFIG_ADDRESS_PATH, CONFIG_ADDRESS_VIRTUAL };
enum config_canonical { CONFIG_CANONICAL_OFF, CONFIG_CANONICAL_HEADER, CONFIG_CANONICAL_REDIRECT };
enum config_origin_kind { CONFIG_FILE, CONFIG_S3, CONFIG_HTTP };

/* How long caches keep failures, where that is set; zeroed: all as base/err.h's table has it. */
struct config_ages {
	uint64_t given;              /* bit i: of enum err_kind i */
	int32_t seconds[ERR__COUNT]; /* up to CONFIG_AGE_MAX, or ERR_NO_STORE */
};
_Static_assert(ERR__COUNT <= 64, "a bit for each kind");

/* What holds for every origin, unless an origin's section says otherwise for itself. */
struct config_policy {
	/* requests */
	uint64_t deadline_ms;
	bool strict;
	int32_t dialect; /* enum dialect_id */
	bool require_t;
	int32_t on_error;      /* enum config_on_error */
	int32_t pass;          /* enum config_pass */
	char sign_key[260];    /* of 16 to 128 bytes; two with a comma between them; "": none */
	int32_t sign_required; /* enum config_sign */
	/* limits */
	uint64_t max_original_bytes;
	int64_t max_pixels; /* of an original, before anything is decoded */
	int64_t max_result_pixels;
	int32_t max_frames;           /* of an animation */
	int64_t max_animation_pixels; /* of the original, on all frames together */
	/* pictures */
	int32_t jpeg_quality, webp_quality, avif_quality;
	int32_t avif_speed;      /* 0 slowest … 10 */
	int64_t avif_max_pixels; /* of a result that f=auto makes AVIF */
	char auto_formats[32];   /* as accept_order takes it */
	bool jpeg_progressive;
	int32_t webp_lossless;     /* enum config_lossless */
	bool linear;               /* resize amounts of light, not sRGB's values */
	bool client_hints;         /* fill in what says auto */
	int32_t save_data_quality; /* as hints_apply takes it */
	char cors[CORS_LIST];      /* as in cors.h */
	/* [cache] */
	uint64_t max_age_ms, swr_ms, sie_ms, immutable_ms;
	uint64_t shared_max_age_ms; /* of shared caches; 0: the same as max_age_ms */
	bool object_cache_control;  /* the object's own Cache-Control wins */
	bool object_expires;        /* so does its Expires, where it has no Cache-Control */
	struct config_ages error_ages;
	struct snap_rules snaps; /* what w, h, q and dpr of the query snap to */
	int32_t canonical;       /* enum config_canonical */
};

/* One place where originals are: a section named after its kind, alone or with a name. */
struct config_origin {
	enum config_origin_kind kind;
	char title[CONFIG_NAME + 8]; /* "s3", or "s3 photos": as its section's head has it */
	char mount[256];             /* URL prefix, begins and ends with / */
	char host[256];              /* this host alone, "*.example.com" its subdomains; "" any */
	struct config_policy policy; /* what holds here */
	/* file */
	char root[1024];
	/* s3 */
	char bucket[64];
	char region[64];
	char endpoint[256]; /* http(s)://host[:port], no slash at the end; "" = AWS, by region */
	char prefix[256];   /* put before every key */
	char access_key[160];
	char secret_key[160];
	char session_token[4096];
	char profile[128];      /* of AWS's shared files; "" = where no profile is named */
	char runtime_dir[1024]; /* where processes share temporary keys: the configuration's */
	bool anonymous;
	char ca_file[1024];
	bool forbidden_is_missing;
	int32_t addressing; /* enum config_addressing */
	bool version;       /* v of the query is the object's version */
	bool requester_pays;
	bool verify;               /* bytes against the sum S3 keeps of them */
	char sse_customer_key[64]; /* 32 bytes in base64; "" without one */
	/* http */
	char url[512];             /* http(s)://host[:port]/path, put before every key */
	char forward_headers[256]; /* names, ", " between them */
	bool allow_private;        /* addresses that are not public */
	int32_t redirects;         /* to follow */
	bool http2;
	/* any network origin */
	uint64_t connect_ms, stall_ms;
	uint64_t answer_ms; /* to the first byte of an answer; 0: the deadline alone */
	int32_t retries;    /* after the first try */
};

struct config_preset {
	char name[CONFIG_NAME];
	char origin[CONFIG_NAME]; /* name of the only origin that has it, "" for all */
	struct params params;
};

/* One of the files the settings were read from. */
struct config_piece {
	char path[1024];
	bool secrets; /* there are some in it */
};

struct config {
	/* processes */
	int32_t workers;      /* 0: this process serves alone */
	int32_t max_requests; /* a worker under the master leaves after so many; 0 never */
	/* limits */
	uint64_t cell_memory_bytes;
	int32_t cell_pictures; /* after so many the cell is made anew */
	int32_t max_renders;   /* at the same time, host-wide; 0: no limit */
	uint64_t queue_ms;
	char runtime_dir[1024];
	uint64_t spool_above_bytes; /* larger originals wait in a file */
	char spool_dir[1024];
	/* pictures */
	char cmyk_profile[1024];
	char cmyk_digest[17]; /* of that file's bytes, in hex; "" without one */
	/* [cache], for all */
	char accept_header[64]; /* says avif, webp or -, in the place of Accept; "" none does */
	char tag_headers[256];  /* names, ", " between them */
	/* who may see how it goes */
	char status_from[256]; /* networks, as in networks.h */
	/* log */
	char log[1024];
	int32_t log_format; /* enum config_log_format */

	struct config_policy
		policy; /* of origins that say nothing else; requests ask their origin's */
	struct config_origin origins[CONFIG_ORIGINS_MAX];
	size_t origin_count; /* at least 1 once loaded */
	struct config_preset presets[CONFIG_PRESETS_MAX];
	size_t preset_count;
	char path[1024];                               /* of the file read, "" when none */
	struct config_piece pieces[CONFIG_PIECES_MAX]; /* that file, then its drop-ins */
	size_t piece_count;
	int credentials_why; /* errno: systemd's folder of credentials cannot be looked into */
};

/* What is wrong with the settings, in the order it was found: "limner.conf:12: …" each. */
struct config_mistakes {
	size_t count;    /* of those below */
	size_t left_out; /* of those there was no room for */
	char text[CONFIG_MISTAKES_MAX][384];
};

/*
 * Read the settings.
 *
 * path    of the file; NULL or "": LIMNER_CONFIG, else limner.conf beside the program (for hosting
 *         without a system folder of one's own), else the system's (sysconfdir)/limner/limner.conf,
 *         else none (defaults and environment alone)
 * env     "NAME=value" strings, NULL at the end (environ); LIMNER_KEY sets a key of the first,
 *         unnamed section, LIMNER_SECTION_KEY one of another (LIMNER_S3_BUCKET), LIMNER_S3_NAME_KEY
 *         one of [s3 NAME], whose name is written in capitals and with _ for -. Empty values count
 *         as unset; names nobody knows are mistakes. For an S3 origin without a region,
 *         AWS_REGION serves (its keys: credentials.h). Nothing else is read, but for
 *         CREDENTIALS_DIRECTORY: HTTP_* of a CGI environment are a stranger's words.
 * ret     zeroed by the caller; without any origin section or override there is one `file` origin
 *
 * Drop-ins are limner.conf.d/NAME.conf beside the file limner.conf (of whatever name), 32 at most,
 * read by name; each may set again what an earlier file set, and add sections. Credentials are
 * files in CREDENTIALS_DIRECTORY that are called as a variable is (LIMNER_S3_SECRET_KEY) and hold
 * its value, line ends after it apart; the environment wins over them.
 *
 * Relative paths of files count from the first file's folder, others from the process's.
 *
 * Fails   ERR_INTERNAL, the first mistake in err->detail: "limner.conf:12: …"
 * Source  https://systemd.io/CREDENTIALS/
 */
bool config_load(const char *path, char *const env[], struct config *ret, struct err *err) MUST_USE;

/*
 * The same, with all mistakes; those that may only follow from another one are left out.
 *
 * ret_mistakes  zeroed by the caller
 */
bool config_load_all(const char *path, char *const env[], struct config *ret,
	struct config_mistakes *ret_mistakes) MUST_USE;

/* Find a preset by its exact name, or NULL. An origin's own come before everybody's. */
const struct config_preset *config_preset(
	const struct config *cfg, const struct config_origin *origin, const char *name);

/*
 * Find the origin a request is for, or NULL.
 *
 * Among those whose mount begins the raw URL path, one that names the host comes before one for a
 * whole domain, and that before one for any host; then the longest mount wins. Mounts are compared
 * byte by byte: an escape in one is not the letter it stands for.
 *
 * host  as the client sent it; letters' case, a port and a dot at the end do not count
 */
const struct config_origin *config_origin(
	const struct config *cfg, const char *host, const char *path);

/* What follows the kind in an origin's title: "photos"; "" for one without a name. */
const char *config_origin_name(const struct config_origin *origin);

/*
 * Tell how long caches may keep a failure: seconds, or ERR_NO_STORE; or ERR_AS_DONE, for what the
 * table calls none.
 *
 * policy   NULL: as base/err.h's table has it
 * instead  the original stands in; false: the answer is an error
 */
int32_t config_error_age(const struct config_policy *policy, enum err_kind kind, bool instead);

/* Print the settings in force, secrets as "(set)", in the file's own form. */
void config_print(const struct config *cfg, FILE *f);

/* Print the commented sample file, made from the table: conf/limner.conf. */
void config_describe(FILE *f);

/*
 * The table behind all that (settings.c): one row per setting, read by the loader (config_file.c,
 * config_env.c), by config_print, by config_describe and by a unit test.
 */
enum setting_section {
	SETTING_MAIN,
	SETTING_CACHE,
	SETTING_FILE,
	SETTING_S3,
	SETTING_HTTP,
	SETTING__SECTIONS
};

enum setting_kind {
	SETTING_INT,
	SETTING_INT64,
	SETTING_BYTES,
	SETTING_MS,
	SETTING_BOOL,
	SETTING_CHOICE,
	SETTING_TEXT,
	SETTING_WORD, /* letters, digits, ". _ -": goes into host names and paths */
	SETTING_PATH,
	SETTING_LOG,      /* a word of base/log, or a path */
	SETTING_MOUNT,    /* begins and ends with / */
	SETTING_HOST,     /* a name, or *. and a name */
	SETTING_URL,      /* http(s)://host[:port] */
	SETTING_BASE,     /* that, and a path */
	SETTING_KEYS,     /* one or two to sign with, comma between them */
	SETTING_NAMES,    /* of request headers, commas between them */
	SETTING_NETWORKS, /* addresses and networks, commas between them */
	SETTING_STEPS,    /* whole numbers, ascending */
	SETTING_TENTHS,   /* numbers with one decimal, ascending */
	SETTING_AGES,     /* reasons of failures, and times */
	SETTING_LIST,     /* text that `valid` takes */
};

#define SETTING_SECRET 1u /* flags: never printed */
#define SETTING_POLICY 2u /* may stand in an origin's section too; offset into config_policy */

#define SETTINGS_MAX 192 /* rows */

struct setting {
	const char *name; /* the key in the file */
	enum setting_section section;
	enum setting_kind kind;
	unsigned flags;
	size_t offset;     /* into struct config, or config_policy, or config_origin for origins */
	size_t size;       /* of a text field, with its NUL */
	uint64_t min, max; /* inclusive; numbers, byte counts and times (ms) only */
	const struct param_choice *choices; /* CHOICE: ends with a NULL name */
	bool (*valid)(const char *value);   /* LIST */
	const char *allowed;                /* LIST: what that takes, in words */
	const char *unset;                  /* what leaving it out means, as it would be typed */
	const char *summary, *example;
};

extern const struct setting settings_table[];
extern const size_t settings_table_count;

#define SETTINGS_WHY 160 /* bytes of a complaint, with its NUL */
#define SETTINGS_ENV 96  /* bytes of an environment name, with its NUL */

/* "cache", "file", "s3", "http"; "" for the first, unnamed section. */
const char *settings_section_name(enum setting_section section);

/* Tell whether a section is an origin's. */
bool settings_is_origin(enum setting_section section);

/* Tell whether a row's key may stand in a section: its own, or an origin's if so flagged. */
bool settings_belongs(const struct setting *row, enum setting_section section);

/*
 * Give every field of one section its row's `unset`. base: struct config, or struct config_origin
 * for an origin's section, whose policy is left as it is.
 */
void settings_init(enum setting_section section, void *base);

/* Copy one field from one struct to another of its kind. */
void settings_copy(const struct setting *row, const void *from, void *to);

/* Tell whether one field is the same in two structs. */
bool settings_same(const struct setting *row, const void *one, const void *other);

/*
 * Set one field from text.
 *
 * folder  that relative paths count from, no slash at the end; "" leaves them as they are
 * why     on failure what is wrong and what is allowed; a secret's value is not repeated
 */
bool settings_set(const struct setting *row, void *base, const char *value, const char *folder,
	char why[SETTINGS_WHY]) MUST_USE;

/*
 * Print the field's value in the file's own spelling, after a blank; nothing for an empty text and
 * "(set)" for a secret that is not empty.
 */
void settings_print(const struct setting *row, const void *base, FILE *f);

/* The same two for SETTING_AGES; an empty value sets none. */
bool settings_ages_read(
	const char *value, struct config_ages *ret, char why[SETTINGS_WHY]) MUST_USE;
void settings_ages_print(const struct config_ages *ages, FILE *f);

/* Say what is allowed: "a whole number from 0 to 1024". */
void settings_print_allowed(const struct setting *row, char ret[SETTINGS_WHY]);

/*
 * Write the environment variable's name.
 *
 * section  the row's own, or an origin's for a row that belongs there too
 * name     of the origin, "" for none
 */
void settings_env_name(const struct setting *row, enum setting_section section, const char *name,
	char ret[SETTINGS_ENV]);

/* The best of the names a mistyped one was compared with. Zero-initialised is none. */
struct settings_likeness {
	char name[SETTINGS_ENV]; /* "" while none is near enough */
	size_t distance;         /* letters to add, drop or change */
};

/* Compare one more name: two slips may be in it, three when it is long, but never half of it. */
void settings_liken(struct settings_likeness *best, const char *typed, const char *name);

#endif
