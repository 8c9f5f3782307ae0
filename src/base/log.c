#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

/* A key of 1024 bytes takes four times that when every byte is escaped. */
#define LINE_MAX_BYTES 16384

enum target { TO_STDERR, TO_FILE, TO_SYSLOG, TO_NOTHING };

/* Set once at start, the one state of this room. */
static enum target target = TO_STDERR;
static bool as_json;
static int file = -1;

bool
log_open(const char *name, bool json, struct err *err)
{
	if (file >= 0)
		(void)close(file);
	file = -1;
	as_json = json;
	target = TO_STDERR;
	if (strcmp(name, "stderr") == 0)
		return true;
	if (strcmp(name, "none") == 0) {
		target = TO_NOTHING;
		return true;
	}
	if (strcmp(name, "syslog") == 0) {
		openlog("limner", LOG_PID, LOG_DAEMON);
		target = TO_SYSLOG;
		return true;
	}
	file = open(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
	if (file < 0) {
		int reason = errno;

		(void)err_set(err, ERR_INTERNAL, "%s", "");
		return err_detail(err, "cannot open the log %s: %s", name, strerror(reason));
	}
	target = TO_FILE;
	return true;
}

/* Values go bare only when no reader could take them for something else. */
static bool
needs_quotes(const char *value)
{
	for (const char *s = value; *s != '\0'; s++)
		if (*s <= ' ' || *s >= 0x7f || strchr("\"=\\", *s) != NULL)
			return true;
	return false;
}

/*
 * Append the inside of a quoted value. Whatever could end the line, move a cursor or is not text
 * becomes \xNN, so that no key and no header can forge a line.
 */
static bool
add_escaped(struct buf *out, const char *value, struct err *err)
{
	size_t left = strlen(value);
	bool ok = true;

	while (left > 0 && ok) {
		size_t step = text_utf8_step(value, left);
		unsigned char c = (unsigned char)*value;
		bool control = c < 0x20 || c == 0x7f ||
			       (step == 2 && c == 0xc2 && (unsigned char)value[1] < 0xa0);

		if (c == '"' || c == '\\')
			ok = buf_addf(out, err, "\\%c", c);
		else if (step == 0 || (control && step == 1))
			ok = buf_addf(out, err, "\\x%02x", c);
		else if (control)
			ok = buf_addf(out, err, "\\x%02x\\x%02x", c, (unsigned char)value[1]);
		else
			ok = buf_add(out, value, step, err);
		step = step == 0 ? 1 : step;
		value += step;
		left -= step;
	}
	return ok;
}

static bool
add_value(struct buf *out, const char *value, bool bare, struct err *err)
{
	if (bare)
		return buf_adds(out, value, err);
	return buf_adds(out, "\"", err) &&
	       (as_json ? text_json(out, value, err) : add_escaped(out, value, err)) &&
	       buf_adds(out, "\"", err);
}

/* Add a field whole or not at all: a line must stay readable when memory or its room runs out. */
static void
add_field(struct log_line *line, const char *name, const char *value, bool bare)
{
	struct buf *out = &line->text;
	struct err err;
	size_t len = out->len;

	if (out->limit == 0)
		out->limit = LINE_MAX_BYTES;
	if (!buf_addf(out, &err, as_json ? "%s\"%s\":" : "%s%s=",
		    len == 0  ? ""
		    : as_json ? ","
			      : " ",
		    name) ||
		!add_value(out, value, bare, &err)) {
		out->len = len;
		if (out->bytes != NULL)
			out->bytes[len] = '\0';
	}
}

void
log_field(struct log_line *line, const char *name, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	add_field(line, name, value, !as_json && !needs_quotes(value));
}

void
log_number(struct log_line *line, const char *name, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%lld", (long long)value);
	add_field(line, name, text, true);
}

void
log_us(struct log_line *line, const char *name, uint64_t us)
{
	char text[24];
	uint64_t tenths = us / 100 + (us % 100 >= 50 ? 1 : 0);

	(void)snprintf(text, sizeof text, "%llu.%u", (unsigned long long)(tenths / 10),
		(unsigned)(tenths % 10));
	add_field(line, name, text, true);
}

/* The time of writing, as the line begins. */
static void
print_time(char *ret, size_t size)
{
	struct timespec now = { 0 };
	struct tm tm = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)gmtime_r(&now.tv_sec, &tm);
	(void)snprintf(ret, size, "%s%04d-%02d-%02dT%02d:%02d:%02d.%03dZ%s",
		as_json ? "{\"time\":\"" : "time=", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(now.tv_nsec / 1000000),
		as_json ? "\"," : " ");
}

static void
write_once(int fd, const struct buf *text)
{
	char head[128], tail[] = "}\n";
	struct iovec parts[3];
	ssize_t n;

	print_time(head, sizeof head);
	parts[0].iov_base = head;
	parts[0].iov_len = strlen(head);
	parts[1].iov_base = text->bytes;
	parts[1].iov_len = text->len;
	parts[2].iov_base = as_json ? tail : tail + 1;
	parts[2].iov_len = as_json ? 2 : 1;
	do
		n = writev(fd, parts, 3);
	while (n < 0 && errno == EINTR);
	/* Nobody is left to be told when a log cannot be written. */
}

void
log_write(struct log_line *line)
{
	if (line->text.len > 0) {
		switch (target) {
		case TO_STDERR:
			write_once(STDERR_FILENO, &line->text);
			break;
		case TO_FILE:
			write_once(file, &line->text);
			break;
		case TO_SYSLOG:
			/* syslog has its own time and its own line ends */
			syslog(LOG_INFO, as_json ? "{%s}" : "%s", buf_text(&line->text));
			break;
		case TO_NOTHING:
			break;
		}
	}
	buf_done(&line->text);
}

void
log_event(const char *event, const char *format, ...)
{
	struct log_line line = { 0 };
	char message[1024];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(message, sizeof message, format, ap);
	va_end(ap);
	log_field(&line, "event", event);
	log_field(&line, "message", message);
	log_write(&line);
}
