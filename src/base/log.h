/*
 * One line per event: key=value or JSON, to stderr, a file or syslog.
 *
 * Only handler, server, master, cli and main may log: rooms below report through struct err.
 */
#ifndef LIMNER_BASE_LOG_H
#define LIMNER_BASE_LOG_H

#include "base/buf.h"

/*
 * Choose where lines go, for the life of the process.
 *
 * target  "stderr", "syslog", "none", or a file's path (opened for appending, 0640)
 * Fails   ERR_INTERNAL when the file cannot be opened; lines go to stderr then.
 */
bool log_open(const char *target, bool json, struct err *err) MUST_USE;

/* A line under construction. Zero-initialised is empty. */
struct log_line {
	struct buf text; /* owned */
};

/* Add a field; empty values are left out. Values with blanks or quotes are quoted. */
void log_field(struct log_line *line, const char *name, const char *value);
void log_number(struct log_line *line, const char *name, int64_t value);
/* Microseconds, written as milliseconds with one decimal. */
void log_us(struct log_line *line, const char *name, uint64_t us);

/* Write the line (one write, so lines of several processes do not mix) and free it. */
void log_write(struct log_line *line);

/* The short way for events that are one sentence: event=NAME message="…". */
void log_event(const char *event, const char *format, ...) PRINTF(2, 3);

#endif
