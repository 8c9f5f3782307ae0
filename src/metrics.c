#include "metrics.h"

#include "base/digest.h"
#include "base/text.h"
#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(list) (sizeof(list) / sizeof(list)[0])
#define MAGIC       "limner metrics"
#define LOCK_MS     200 /* longest wait for a process that makes the file */

/* ------------------------------------------------------------------ what is counted */

static const char *const statuses[] = { "200", "206", "304", "308", "400", "403", "404", "405",
	"412", "413", "415", "416", "422", "499", "500", "502", "503", "504", "other" };
static const char *const answers[] = { "picture", "original", "instead", "not-modified", "redirect",
	"error", "broken-off" };
static const char *const classes[] = { "none", "1xx", "2xx", "3xx", "4xx", "5xx" };
static const char *const codes[] = { "AccessDenied", "AuthorizationHeaderMalformed", "ExpiredToken",
	"InternalError", "InvalidAccessKeyId", "InvalidArgument", "InvalidObjectState",
	"InvalidRange", "InvalidRequest", "InvalidToken", "MethodNotAllowed", "NoSuchBucket",
	"NoSuchKey", "NoSuchVersion", "PermanentRedirect", "PreconditionFailed",
	"RequestTimeTooSkewed", "RequestTimeout", "ServiceUnavailable", "SignatureDoesNotMatch",
	"SlowDown", "TemporaryRedirect", "TooManyRequests", "other" };
static const char *const causes[] = { "crashed", "memory", "late" };
static const char *const stages[] = { "fetch", "queue", "decode", "resize", "encode", "total" };
static const uint64_t bounds_us[] = { 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000,
	1000000, 2500000, 5000000, 10000000 };

_Static_assert(COUNT(answers) == METRICS__ANSWERS, "a word for each answer");
_Static_assert(COUNT(stages) == METRICS__STAGES, "a word for each stage");

static const char *
slug(size_t i)
{
	return err_row((enum err_kind)i)->slug;
}

static const char *
format_name(size_t i)
{
	return format_row((enum format)i)->name;
}

/* Where each family's numbers lie in an origin's row. */
enum {
	AT_STATUS,
	AT_ANSWER = AT_STATUS + COUNT(statuses),
	AT_REASON = AT_ANSWER + METRICS__ANSWERS,
	AT_FORMAT = AT_REASON + ERR__COUNT,
	AT_CLASS = AT_FORMAT + FORMAT__COUNT,
	AT_CODE = AT_CLASS + COUNT(classes),
	AT_CAUSE = AT_CODE + COUNT(codes),
	AT_RETRIES = AT_CAUSE + COUNT(causes),
	AT_RECEIVED,
	AT_SENT,
	AT_KEYS,
	AT__COUNT
};

/* clang-format off */
static const struct family {
	const char *name, *help;
	const char *label;               /* besides origin; NULL: none */
	const char *const *words;        /* its values, or */
	const char *(*word)(size_t i);
	size_t from, count;              /* of the values: 0 of an enum is none */
	size_t at;
} families[] = {
	{ "limner_requests_total", "Requests, by the status of the answer.",
	  "status", statuses, NULL, 0, COUNT(statuses), AT_STATUS },
	{ "limner_answers_total", "Requests, by what was sent; instead: the original in a picture's place.",
	  "kind", answers, NULL, 0, COUNT(answers), AT_ANSWER },
	{ "limner_reasons_total", "Requests whose answer was not what was asked for, by Limner-Reason.",
	  "reason", NULL, slug, 1, ERR__COUNT, AT_REASON },
	{ "limner_pictures_total", "Pictures made, by format.",
	  "format", NULL, format_name, 1, FORMAT__COUNT, AT_FORMAT },
	{ "limner_sent_bytes_total", "Bytes of bodies sent.", NULL, NULL, NULL, 0, 1, AT_SENT },
	{ "limner_cell_failures_total", "Cells that crashed, ran out of memory or were killed as late.",
	  "cause", causes, NULL, 0, COUNT(causes), AT_CAUSE },
	{ "limner_origin_answers_total", "Requests that asked the origin, by its last answer's status.",
	  "status", classes, NULL, 0, COUNT(classes), AT_CLASS },
	{ "limner_origin_errors_total", "Of these, those S3 refused, at last or on the way, by its last code.",
	  "code", codes, NULL, 0, COUNT(codes), AT_CODE },
	{ "limner_origin_retries_total", "Requests to the origin beyond the first of each.",
	  NULL, NULL, NULL, 0, 1, AT_RETRIES },
	{ "limner_origin_received_bytes_total", "Bytes of bodies received from the origin.",
	  NULL, NULL, NULL, 0, 1, AT_RECEIVED },
	{ "limner_key_requests_total", "Requests for temporary keys, to where they come from.",
	  NULL, NULL, NULL, 0, 1, AT_KEYS },
};
/* clang-format on */

#define ROW_NONE  0 /* no origin */
#define ROW_OTHER 1 /* origins beyond the number of rows */
#define ROWS      34

struct row {
	char title[sizeof(((struct config_origin *)0)->title)];
	_Atomic uint64_t n[AT__COUNT];
};

struct stage {
	_Atomic uint64_t sum_us;
	_Atomic uint64_t n[COUNT(bounds_us) + 1]; /* of each bucket alone; the last has no bound */
};

/* What the file holds. A row counts once `rows` says that it is there; it is never taken back. */
struct metrics_file {
	char magic[sizeof MAGIC];
	char layout[DIGEST_HEX]; /* of what the numbers mean */
	_Atomic uint32_t rows;
	struct row row[ROWS];
	struct stage stage[METRICS__STAGES];
};

static const char *
word_of(const struct family *f, size_t i)
{
	return f->words != NULL ? f->words[i] : f->word(i);
}

/* Digest what the numbers mean, so that no other version's are taken for ours. */
static bool
digest_layout(char ret[DIGEST_HEX], struct err *err)
{
	struct buf text = BUF_INIT(65536);
	unsigned char digest[DIGEST_SIZE];
	bool ok = buf_addf(&text, err, "%zu %d", sizeof(struct metrics_file), ROWS);

	for (const struct family *f = families; f < families + COUNT(families); f++) {
		ok = ok && buf_addf(&text, err, "\n%s %zu", f->name, f->at);
		for (size_t i = f->from; ok && f->label != NULL && i < f->count; i++)
			ok = buf_addf(&text, err, " %s", word_of(f, i));
	}
	for (size_t i = 0; ok && i < COUNT(stages); i++)
		ok = buf_addf(&text, err, "\n%s", stages[i]);
	for (size_t i = 0; ok && i < COUNT(bounds_us); i++)
		ok = buf_addf(&text, err, " %" PRIu64, bounds_us[i]);
	ok = ok && digest_sha256(text.bytes, text.len, digest, err);
	if (ok)
		digest_hex(digest, sizeof digest, ret);
	buf_done(&text);
	return ok;
}

/* ------------------------------------------------------------------ rows */

static uint32_t
count_rows(const struct metrics_file *file)
{
	uint32_t rows = atomic_load_explicit(&file->rows, memory_order_acquire);

	return rows <= ROWS ? rows : ROWS;
}

static struct row *
find_row(struct metrics_file *file, const char *title)
{
	uint32_t rows = count_rows(file);

	for (uint32_t i = ROW_OTHER + 1; i < rows; i++)
		if (strncmp(file->row[i].title, title, sizeof file->row[i].title) == 0)
			return &file->row[i];
	return NULL;
}

/* Give each origin a row; those that find no room are counted together. */
static void
add_rows(struct metrics_file *file, const struct config *cfg)
{
	for (size_t i = 0; i < cfg->origin_count; i++) {
		const char *title = cfg->origins[i].title;
		uint32_t rows = count_rows(file);

		if (rows == ROWS || find_row(file, title) != NULL)
			continue;
		memcpy(file->row[rows].title, title, sizeof file->row[rows].title);
		atomic_store_explicit(&file->rows, rows + 1, memory_order_release);
	}
}

static bool
has_rows(struct metrics_file *file, const struct config *cfg)
{
	for (size_t i = 0; i < cfg->origin_count; i++)
		if (count_rows(file) < ROWS && find_row(file, cfg->origins[i].title) == NULL)
			return false;
	return true;
}

/* Make an empty file's content: all numbers are 0 already. */
static void
begin(struct metrics_file *file, const char layout[DIGEST_HEX])
{
	memcpy(file->magic, MAGIC, sizeof file->magic);
	memcpy(file->layout, layout, sizeof file->layout);
	memcpy(file->row[ROW_NONE].title, "none", sizeof "none");
	memcpy(file->row[ROW_OTHER].title, "other", sizeof "other");
	atomic_store_explicit(&file->rows, ROW_OTHER + 1, memory_order_release);
}

/* ------------------------------------------------------------------ the file */

static bool
fail(struct err *err, const char *path, const char *why)
{
	(void)err_set(err, ERR_INTERNAL, "%s", "");
	return err_detail(err, "metrics %.150s: %s", path, why);
}

static bool
is_sound(const struct metrics_file *file, const char layout[DIGEST_HEX])
{
	uint32_t rows = atomic_load_explicit(&file->rows, memory_order_acquire);

	if (memcmp(file->magic, MAGIC, sizeof file->magic) != 0 ||
		memcmp(file->layout, layout, sizeof file->layout) != 0 || rows <= ROW_OTHER ||
		rows > ROWS)
		return false;
	for (uint32_t i = 0; i < rows; i++)
		if (memchr(file->row[i].title, '\0', sizeof file->row[i].title) == NULL)
			return false;
	return true;
}

/* Map the file behind a descriptor, which is kept then. */
static bool
map(int fd, struct metrics *ret)
{
	void *file =
		mmap(NULL, sizeof(struct metrics_file), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (file == MAP_FAILED)
		return false;
	ret->file = file;
	ret->fd = fd;
	return true;
}

static void
unmap(struct metrics *m)
{
	if (m->file == NULL)
		return;
	(void)munmap(m->file, sizeof *m->file);
	(void)close(m->fd);
	m->file = NULL;
}

/*
 * Map the file that is there. ret->file: NULL when there is none, or none of use. False when there
 * is one that is not ours to use or to replace.
 */
static bool
map_old(const char *path, const char layout[DIGEST_HEX], struct metrics *ret, struct err *err)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return errno == ENOENT || fail(err, path, strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid()) {
		(void)close(fd);
		return fail(err, path, "is no file, or another user's");
	}
	if (!runtime_is_ours(&st) || st.st_size != (off_t)sizeof *ret->file || !map(fd, ret))
		(void)close(fd);
	else if (!is_sound(ret->file, layout))
		unmap(ret);
	return true;
}

/* Make the file, and put it into its place whole. We hold the lock. */
static bool
map_new(const char *path, const char layout[DIGEST_HEX], struct metrics *ret, struct err *err)
{
	char fresh[sizeof(((struct config *)0)->runtime_dir) + 32];
	int fd, why;

	(void)snprintf(fresh, sizeof fresh, "%s.new", path);
	(void)unlink(fresh); /* of a process that died here */
	fd = open(fresh, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail(err, fresh, strerror(errno));
	/* with room for all of it: a page that finds none later would kill whoever counts */
	why = posix_fallocate(fd, 0, sizeof *ret->file);
	if (why != 0 || !map(fd, ret)) {
		why = why != 0 ? why : errno;
		(void)close(fd);
	} else {
		begin(ret->file, layout);
		if (rename(fresh, path) == 0)
			return true;
		why = errno;
		unmap(ret);
	}
	(void)unlink(fresh);
	return fail(err, path, strerror(why));
}

/* Become the one process that changes the file. Returns a descriptor to close, or -1. */
static int
lock_file(const char *path, struct err *err)
{
	char name[sizeof(((struct config *)0)->runtime_dir) + 32];
	int fd;

	(void)snprintf(name, sizeof name, "%s.lock", path);
	fd = runtime_lock(name, LOCK_MS);
	if (fd < 0)
		(void)fail(err, name, strerror(errno));
	return fd;
}

/* ------------------------------------------------------------------ the door */

void
metrics_open(struct metrics *m, const struct config *cfg)
{
	char layout[DIGEST_HEX] = "";

	m->cfg = cfg;
	m->shared = false;
	m->file = calloc(1, sizeof *m->file);
	if (m->file == NULL)
		return;
	begin(m->file, layout);
	add_rows(m->file, cfg);
}

/* As metrics_share; replace: put ours in the place of a file that we cannot read. */
static bool
share(struct metrics *m, const struct config *cfg, bool replace, struct err *err)
{
	char path[sizeof cfg->runtime_dir + 16], layout[DIGEST_HEX];
	struct metrics now = { .cfg = cfg, .shared = true };
	bool ok = false;
	int lock = -1;

	if (!digest_layout(layout, err))
		return false;
	(void)snprintf(path, sizeof path, "%s/metrics", cfg->runtime_dir);
	if (cfg->runtime_dir[0] == '\0' || !runtime_open_folder(cfg->runtime_dir))
		return fail(err, path, "no folder, or one of a user that root would shut out");
	if (!map_old(path, layout, &now, err))
		return false;
	if (now.file == NULL || !has_rows(now.file, cfg)) {
		lock = lock_file(path, err);
		if (lock < 0)
			goto out;
		/* somebody may have been faster */
		if (now.file == NULL && !map_old(path, layout, &now, err))
			goto out;
		if (now.file == NULL && !replace && access(path, F_OK) == 0) {
			(void)fail(err, path, "another version's");
			goto out;
		}
		if (now.file == NULL && !map_new(path, layout, &now, err))
			goto out;
		add_rows(now.file, cfg);
	}
	metrics_close(m);
	*m = now;
	ok = true;
out:
	if (!ok)
		unmap(&now);
	if (lock >= 0)
		(void)close(lock);
	return ok;
}

bool
metrics_share(struct metrics *m, const struct config *cfg, struct err *err)
{
	_Atomic uint64_t word = 0;

	if (!atomic_is_lock_free(&word)) /* locks of one process say nothing to others */
		return fail(err, cfg->runtime_dir, "this machine cannot add between processes");
	return share(m, cfg, true, err);
}

void
metrics_close(struct metrics *m)
{
	if (m->file != NULL && m->shared)
		unmap(m);
	else
		free(m->file);
	m->file = NULL;
	m->shared = false;
}

/*
 * Look whether the shared file is still whole: to touch what was cut off would kill us. One that
 * was cut off or deleted is shared anew; one in whose place another version's lies is left to it.
 */
static void
mend(struct metrics *m)
{
	const struct config *cfg = m->cfg;
	struct stat st = { .st_size = 0 };
	struct err ignored;

	if (!m->shared)
		return;
	if (fstat(m->fd, &st) == 0 && st.st_size == (off_t)sizeof *m->file && st.st_nlink > 0)
		return;
	if (!share(m, cfg, st.st_nlink > 0, &ignored)) {
		metrics_close(m);
		metrics_open(m, cfg);
	}
}

/* ------------------------------------------------------------------ counting */

static void
add(_Atomic uint64_t *n, uint64_t more)
{
	if (more > 0)
		(void)atomic_fetch_add_explicit(n, more, memory_order_relaxed);
}

/* Find a word in a list whose last one stands for all others. */
static size_t
find_word(const char *const *words, size_t count, const char *word)
{
	size_t i = 0;

	while (i < count - 1 && strcmp(words[i], word) != 0)
		i++;
	return i;
}

static void
count_origin(struct row *row, const struct metrics_request *r)
{
	size_t class = r->origin_status / 100 < (int)COUNT(classes) && r->origin_status > 0
			       ? (size_t)r->origin_status / 100
			       : 0;

	add(&row->n[AT_KEYS], r->key_requests > 0 ? (uint64_t)r->key_requests : 0);
	if (r->origin_tries <= 0)
		return;
	add(&row->n[AT_CLASS + class], 1);
	if (r->origin_code != NULL && r->origin_code[0] != '\0')
		add(&row->n[AT_CODE + find_word(codes, COUNT(codes), r->origin_code)], 1);
	add(&row->n[AT_RETRIES], (uint64_t)r->origin_tries - 1);
	add(&row->n[AT_RECEIVED], r->received);
}

static void
count_stage(struct stage *stage, uint64_t us)
{
	size_t i = 0;

	while (i < COUNT(bounds_us) && us > bounds_us[i])
		i++;
	add(&stage->n[i], 1);
	add(&stage->sum_us, us);
}

void
metrics_count(struct metrics *m, const struct metrics_request *r)
{
	struct row *row;
	char status[16];

	mend(m);
	if (m->file == NULL)
		return;
	row = r->origin != NULL ? find_row(m->file, r->origin) : &m->file->row[ROW_NONE];
	if (row == NULL)
		row = &m->file->row[ROW_OTHER];
	(void)snprintf(status, sizeof status, "%d", r->status);
	add(&row->n[AT_STATUS + find_word(statuses, COUNT(statuses), status)], 1);
	add(&row->n[AT_ANSWER + r->answer], 1);
	if (r->reason != ERR_NONE)
		add(&row->n[AT_REASON + r->reason], 1);
	if (r->format != FORMAT_NONE)
		add(&row->n[AT_FORMAT + r->format], 1);
	for (size_t i = 0; i < COUNT(causes); i++)
		if (r->in_cell && strcmp(slug(r->reason), causes[i]) == 0)
			add(&row->n[AT_CAUSE + i], 1);
	add(&row->n[AT_SENT], r->sent);
	count_origin(row, r);
	for (size_t i = 0; i < METRICS__STAGES; i++)
		if (r->stage_us[i] > 0)
			count_stage(&m->file->stage[i], r->stage_us[i]);
}

/* ------------------------------------------------------------------ printing */

static uint64_t
read_number(const _Atomic uint64_t *n)
{
	return atomic_load_explicit(n, memory_order_relaxed);
}

/* Append a label's value: no title has what must be escaped, but the file might. */
static bool
print_label(struct buf *out, const char *text, size_t size, struct err *err)
{
	bool ok = true;

	for (; ok && size > 0 && *text != '\0'; text++, size--)
		if (*text != '\n')
			ok = buf_addf(
				out, err, "%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
	return ok;
}

static bool
print_family(
	const struct metrics_file *file, const struct family *f, struct buf *out, struct err *err)
{
	uint32_t rows = count_rows(file);
	bool ok =
		buf_addf(out, err, "# HELP %s %s\n# TYPE %s counter\n", f->name, f->help, f->name);

	for (uint32_t i = 0; ok && i < rows; i++) {
		const struct row *row = &file->row[i];

		for (size_t k = f->from; ok && k < f->count; k++) {
			uint64_t n = read_number(&row->n[f->at + k]);

			/* what is told from zero on shows its first step; these two are rare */
			if (n == 0 && i <= ROW_OTHER)
				continue;
			ok = buf_addf(out, err, "%s{origin=\"", f->name) &&
			     print_label(out, row->title, sizeof row->title, err) &&
			     (f->label == NULL ||
				     buf_addf(out, err, "\",%s=\"%s", f->label, word_of(f, k))) &&
			     buf_addf(out, err, "\"} %" PRIu64 "\n", n);
		}
	}
	return ok;
}

static bool
print_stage(const struct stage *stage, const char *name, struct buf *out, struct err *err)
{
#define STAGE "limner_stage_duration_seconds"
	uint64_t sum_us = read_number(&stage->sum_us), n = 0;
	bool ok = true;

	for (size_t i = 0; ok && i < COUNT(bounds_us); i++) {
		n += read_number(&stage->n[i]);
		ok = buf_addf(out, err, STAGE "_bucket{stage=\"%s\",le=\"%g\"} %" PRIu64 "\n", name,
			(double)bounds_us[i] / 1e6, n);
	}
	n += read_number(&stage->n[COUNT(bounds_us)]);
	return ok &&
	       buf_addf(out, err, STAGE "_bucket{stage=\"%s\",le=\"+Inf\"} %" PRIu64 "\n", name,
		       n) &&
	       buf_addf(out, err, STAGE "_sum{stage=\"%s\"} %" PRIu64 ".%06" PRIu64 "\n", name,
		       sum_us / 1000000, sum_us % 1000000) &&
	       buf_addf(out, err, STAGE "_count{stage=\"%s\"} %" PRIu64 "\n", name, n);
}

bool
metrics_print(struct metrics *m, struct buf *out, struct err *err)
{
	bool ok;

	mend(m);
	if (m->file == NULL)
		return err_set(err, ERR_INTERNAL, "%s", "");
	ok = buf_adds(out,
		     "# HELP limner_build_info The version that answered.\n"
		     "# TYPE limner_build_info gauge\n"
		     "limner_build_info{version=\"" LIMNER_VERSION "\"} 1\n"
		     "# HELP limner_metrics_shared Whether these are the numbers of all processes (1) or "
		     "of one (0).\n"
		     "# TYPE limner_metrics_shared gauge\n",
		     err) &&
	     buf_addf(out, err, "limner_metrics_shared %d\n", m->shared ? 1 : 0);
	for (const struct family *f = families; ok && f < families + COUNT(families); f++)
		ok = print_family(m->file, f, out, err);
	ok = ok && buf_adds(out,
			   "# HELP " STAGE " Time of each stage, where it took place.\n"
			   "# TYPE " STAGE " histogram\n",
			   err);
	for (size_t i = 0; ok && i < METRICS__STAGES; i++)
		ok = print_stage(&m->file->stage[i], stages[i], out, err);
#undef STAGE
	return ok;
}
