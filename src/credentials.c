#include "credentials.h"

#include "base/digest.h"
#include "base/now.h"
#include "base/text.h"
#include "credentials_sources.h"
#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define AHEAD_S   300     /* keys are renewed so long before their end, or in the last quarter */
#define SECOND    1000000 /* microseconds */
#define PAUSE_MS  20      /* between looks while another process asks */
#define REFUSED_S 5       /* a second refusal within this time is none of our keys' fault */
#define SHARED    8192    /* bytes of the shared file */

#define LOCK_BUSY   (-1)
#define LOCK_ABSENT (-2)

struct set {
	struct credentials_keys keys; /* access_key is "" while there are none */
	int64_t renew_s;              /* from then on they are renewed */
};

struct credentials {
	struct credentials_place place;
	struct transport *transport; /* owned; NULL until a service is asked */
	struct set set;
	bool refused;                     /* the server does not take the set */
	uint64_t refused_us;              /* the last time, 0 never */
	uint64_t pause_us;                /* the source is not asked before */
	struct err why;                   /* of the last failure */
	int asked;                        /* requests to the source */
	struct credentials_stamp seen[2]; /* the shared files, as they were read */
	char id[17];                      /* of the place, in the runtime folder; "" unshared */
	char folder[1024];
};

static bool
is_service(const struct credentials *c)
{
	return c->place.kind == CREDENTIALS_WEB_IDENTITY ||
	       c->place.kind == CREDENTIALS_CONTAINER || c->place.kind == CREDENTIALS_INSTANCE;
}

/* Tell whether there are keys that the server should still take. */
static bool
is_alive(const struct credentials *c, int64_t now_s)
{
	const struct credentials_keys *keys = &c->set.keys;

	return keys->access_key[0] != '\0' && !c->refused &&
	       (keys->expires_s == 0 || now_s < keys->expires_s);
}

static bool
is_fresh(const struct credentials *c, int64_t now_s)
{
	return is_alive(c, now_s) && (c->set.keys.expires_s == 0 || now_s < c->set.renew_s);
}

static bool
same_keys(const struct credentials_keys *a, const struct credentials_keys *b)
{
	return strcmp(a->access_key, b->access_key) == 0 &&
	       strcmp(a->secret_key, b->secret_key) == 0 &&
	       strcmp(a->session_token, b->session_token) == 0;
}

/* Take keys; a refusal is forgotten with the keys it was about. */
static void
adopt(struct credentials *c, const struct set *set)
{
	if (!same_keys(&c->set.keys, &set->keys))
		c->refused = false;
	c->set = *set;
}

/* ------------------------------------------------------------------ the runtime folder */

static void
name_file(const struct credentials *c, const char *end, char *ret, size_t size)
{
	(void)snprintf(ret, size, "%s/credentials.%s%s", c->folder, c->id, end);
}

/* Read one line of the shared file. */
static bool
next_line(char **at, char *ret, size_t size)
{
	char *line = *at, *end = strchr(line, '\n');

	if (end == NULL)
		return false;
	*end = '\0';
	*at = end + 1;
	return text_copy(ret, size, line);
}

/* Make keys of the shared file's text: the place, the keys, their times, and a word at the end. */
static bool
read_set(const struct credentials *c, char *text, struct set *ret)
{
	char id[sizeof c->id], end[8], expires[24], renew[24];

	return next_line(&text, id, sizeof id) && strcmp(id, c->id) == 0 &&
	       next_line(&text, ret->keys.access_key, sizeof ret->keys.access_key) &&
	       next_line(&text, ret->keys.secret_key, sizeof ret->keys.secret_key) &&
	       next_line(&text, ret->keys.session_token, sizeof ret->keys.session_token) &&
	       next_line(&text, expires, sizeof expires) && next_line(&text, renew, sizeof renew) &&
	       next_line(&text, end, sizeof end) && strcmp(end, "end") == 0 &&
	       text_to_int(expires, 1, INT64_MAX, &ret->keys.expires_s) &&
	       text_to_int(renew, 1, INT64_MAX, &ret->renew_s) && ret->keys.access_key[0] != '\0' &&
	       ret->keys.secret_key[0] != '\0';
}

/* Take newer keys than ours from the folder. Only a file that nobody else could write is believed.
 */
static void
load_shared(struct credentials *c)
{
	char path[sizeof c->folder + 64], text[SHARED];
	struct set set;
	struct stat st;
	ssize_t n = -1;
	int fd;

	if (c->id[0] == '\0')
		return;
	name_file(c, "", path, sizeof path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && runtime_is_ours(&st))
		n = read(fd, text, sizeof text - 1);
	(void)close(fd);
	if (n <= 0)
		return;
	text[n] = '\0';
	if (read_set(c, text, &set) && set.keys.expires_s > c->set.keys.expires_s)
		adopt(c, &set);
	explicit_bzero(text, sizeof text);
	explicit_bzero(&set, sizeof set);
}

/* Put our keys into the folder, whole or not at all; we hold the lock. */
static void
store_shared(const struct credentials *c)
{
	char path[sizeof c->folder + 64], fresh[sizeof path], text[SHARED];
	const struct credentials_keys *keys = &c->set.keys;
	int fd, n;
	bool ok;

	name_file(c, "", path, sizeof path);
	name_file(c, ".new", fresh, sizeof fresh);
	n = snprintf(text, sizeof text, "%s\n%s\n%s\n%s\n%" PRId64 "\n%" PRId64 "\nend\n", c->id,
		keys->access_key, keys->secret_key, keys->session_token, keys->expires_s,
		c->set.renew_s);
	(void)unlink(fresh); /* of a process that died here */
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0) {
		ok = n > 0 && (size_t)n < sizeof text && write(fd, text, (size_t)n) == n;
		ok = close(fd) == 0 && ok;
		if (!ok || rename(fresh, path) < 0)
			(void)unlink(fresh);
	}
	explicit_bzero(text, sizeof text);
}

/* Become the one process that asks. Returns a descriptor to close, or one of LOCK_. */
static int
try_lock(const struct credentials *c)
{
	char path[sizeof c->folder + 64];
	bool busy;
	int fd;

	if (c->id[0] == '\0' || !runtime_open_folder(c->folder))
		return LOCK_ABSENT;
	name_file(c, ".lock", path, sizeof path);
	fd = runtime_open_lock(path);
	if (fd < 0)
		return LOCK_ABSENT;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	busy = errno == EWOULDBLOCK;
	(void)close(fd);
	return busy ? LOCK_BUSY : LOCK_ABSENT;
}

/*
 * A byte in the lock's file says that asking failed when it was written: those who waited for the
 * lock need not find out one by one.
 */
static bool
just_failed(int lock)
{
	struct stat st;

	return lock >= 0 && fstat(lock, &st) == 0 && st.st_size > 0 &&
	       now_unix_s() == st.st_mtim.tv_sec;
}

static void
note_outcome(int lock, bool failed)
{
	if (lock < 0)
		return;
	if (failed)
		(void)!pwrite(lock, "x", 1, 0);
	else
		(void)!ftruncate(lock, 0);
}

/* Give the place a name of its own in the folder: what differs must not be mistaken. */
static bool
name_place(struct credentials *c, struct err *err)
{
	const struct credentials_place *p = &c->place;
	struct buf text = BUF_INIT(8192);
	unsigned char digest[DIGEST_SIZE];
	char hex[DIGEST_HEX];
	bool ok = buf_addf(&text, err, "%d\n%u\n%s\n%s\n%s\n%s\n%s", (int)p->kind,
			  (unsigned)geteuid(), p->url, p->token_file, p->token, p->role,
			  p->session) &&
		  digest_sha256(text.bytes, text.len, digest, err);

	if (ok) {
		digest_hex(digest, sizeof digest, hex);
		memcpy(c->id, hex, sizeof c->id - 1);
	}
	buf_done(&text);
	return ok;
}

/* ------------------------------------------------------------------ renewing */

/* How long to leave the source in peace when it had nothing new: longer, the longer there is time.
 */
static uint64_t
pause_us(const struct credentials *c, int64_t now_s)
{
	int64_t left = is_alive(c, now_s) ? (c->set.keys.expires_s - now_s) / 10 : 1;

	if (left < 1)
		left = 1;
	return (uint64_t)(left > 30 ? 30 : left) * SECOND;
}

/* Ask the service, and keep what it says. */
static bool
ask_service(struct credentials *c, uint64_t deadline_us, struct err *err)
{
	struct set set = { .renew_s = 0 };
	int64_t now_s, life_s;
	bool known;

	if (c->transport == NULL && !transport_open(&c->transport, err))
		return false;
	c->asked++;
	if (!credentials_sources_ask(&c->place, c->transport, deadline_us, &set.keys, err))
		return false;
	now_s = now_unix_s();
	life_s = set.keys.expires_s - now_s;
	if (life_s <= 0) {
		(void)err_set(err, ERR_ORIGIN, "%s", "");
		return err_detail(err, "keys: the source gave some that are over");
	}
	set.renew_s = set.keys.expires_s - (life_s / 4 < AHEAD_S ? (life_s + 3) / 4 : AHEAD_S);
	/* the same again: the service has not renewed them yet */
	known = same_keys(&c->set.keys, &set.keys);
	if (known)
		set.renew_s = c->set.renew_s;
	adopt(c, &set);
	c->why.kind = ERR_NONE;
	explicit_bzero(&set, sizeof set);
	if (known)
		c->pause_us = now_mono_us() + pause_us(c, now_s);
	return true;
}

/* With the lock, or without any folder: look once more, then ask. */
static bool
renew(struct credentials *c, int lock, uint64_t deadline_us, struct err *err)
{
	bool ok;

	load_shared(c);
	if (is_fresh(c, now_unix_s()))
		return true;
	if (just_failed(lock)) {
		(void)err_set(err, ERR_ORIGIN, "%s", "");
		ok = err_detail(err, "keys: another process was given none just now");
	} else {
		ok = ask_service(c, deadline_us, err);
		note_outcome(lock, !ok);
	}
	if (ok && lock >= 0)
		store_shared(c);
	if (!ok) {
		c->why = *err;
		c->pause_us = now_mono_us() + pause_us(c, now_unix_s());
	}
	return ok;
}

/* Renew the keys, or wait for the process that does. True without new ones while the old live. */
static bool
renew_service(struct credentials *c, uint64_t deadline_us, struct err *err)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	bool ok;
	int lock;

	for (;;) {
		load_shared(c);
		if (is_fresh(c, now_unix_s()))
			return true;
		if (now_mono_us() < c->pause_us) {
			if (is_alive(c, now_unix_s()) || (c->refused && c->why.kind == ERR_NONE))
				return true;
			if (c->why.kind != ERR_NONE) {
				*err = c->why;
				return false;
			}
		}
		lock = try_lock(c);
		if (lock != LOCK_BUSY)
			break;
		if (is_alive(c, now_unix_s()))
			return true;
		if (now_mono_us() >= deadline_us) {
			(void)err_set(err, ERR_ORIGIN_LATE, "%s", "");
			return err_detail(err, "keys: waited for another process to get them");
		}
		(void)nanosleep(&pause, NULL);
	}
	ok = renew(c, lock, deadline_us, err);
	if (lock >= 0)
		(void)close(lock);
	return ok || is_alive(c, now_unix_s());
}

/* Read the shared files again when one of them changed, or the server refused what they said. */
static bool
renew_files(struct credentials *c, struct err *err)
{
	struct credentials_stamp now[2];
	struct set set = { .renew_s = 0 };

	credentials_files_stamp(c->place.credentials_file, &now[0]);
	credentials_files_stamp(c->place.config_file, &now[1]);
	if (c->set.keys.access_key[0] != '\0' && !c->refused &&
		memcmp(now, c->seen, sizeof now) == 0)
		return true;
	if (!credentials_sources_ask(&c->place, NULL, 0, &set.keys, err))
		return c->set.keys.access_key[0] != '\0'; /* half-written, perhaps: the old ones */
	adopt(c, &set);
	c->refused = false;
	memcpy(c->seen, now, sizeof now);
	explicit_bzero(&set, sizeof set);
	return true;
}

/* ------------------------------------------------------------------ the door */

bool
credentials_open(const struct config_origin *origin, char *const env[], struct credentials **ret,
	struct err *err)
{
	struct credentials *c = calloc(1, sizeof *c);

	if (c == NULL)
		return err_set(err, ERR_INTERNAL, "%s", "");
	if (!credentials_place_settle(origin, env, &c->place, err) ||
		(is_service(c) && origin->runtime_dir[0] != '\0' && !name_place(c, err))) {
		credentials_close(c);
		return false;
	}
	(void)snprintf(c->folder, sizeof c->folder, "%s", origin->runtime_dir);
	*ret = c;
	return true;
}

bool
credentials_get(
	struct credentials *c, uint64_t deadline_us, struct credentials_keys *ret, struct err *err)
{
	switch (c->place.kind) {
	case CREDENTIALS_SETTINGS:
	case CREDENTIALS_ENVIRONMENT:
		*ret = c->place.fixed;
		return true;
	case CREDENTIALS_FILES:
		if (!renew_files(c, err))
			return false;
		break;
	case CREDENTIALS_WEB_IDENTITY:
	case CREDENTIALS_CONTAINER:
	case CREDENTIALS_INSTANCE:
		if (!is_fresh(c, now_unix_s()) && !renew_service(c, deadline_us, err))
			return false;
		break;
	}
	*ret = c->set.keys;
	return true;
}

bool
credentials_refused(struct credentials *c, const struct credentials_keys *keys)
{
	uint64_t now_us = now_mono_us();

	if (c->place.kind == CREDENTIALS_SETTINGS || c->place.kind == CREDENTIALS_ENVIRONMENT)
		return false;
	if (!same_keys(keys, &c->set.keys))
		return true; /* there are others by now */
	if (c->refused_us != 0 && now_us < c->refused_us + REFUSED_S * SECOND)
		return false;
	c->refused_us = now_us;
	c->refused = true;
	c->pause_us = 0;
	return true;
}

int
credentials_asked(const struct credentials *c)
{
	return c->asked;
}

const char *
credentials_source(const struct credentials *c)
{
	switch (c->place.kind) {
	case CREDENTIALS_SETTINGS:
		return "settings";
	case CREDENTIALS_ENVIRONMENT:
		return "environment";
	case CREDENTIALS_WEB_IDENTITY:
		return "web identity";
	case CREDENTIALS_FILES:
		return "shared files";
	case CREDENTIALS_CONTAINER:
		return "container endpoint";
	case CREDENTIALS_INSTANCE:
		return "instance role";
	}
	return "?";
}

bool
credentials_shares(const struct credentials *c)
{
	return is_service(c);
}

void
credentials_close(struct credentials *c)
{
	if (c == NULL)
		return;
	transport_close(c->transport);
	explicit_bzero(c, sizeof *c);
	free(c);
}
