/*
 * What happened, counted: by all processes of a host together, in one mapped file.
 *
 * The file lies in the runtime folder and outlives the processes; adding is atomic, so that nobody
 * waits for anybody. Where the file cannot be used each process counts for itself: nothing that
 * goes wrong here costs an answer. Every set of labels is bounded.
 */
#ifndef LIMNER_METRICS_H
#define LIMNER_METRICS_H

#include "base/buf.h"
#include "config.h"
#include "format.h"

enum metrics_stage {
	METRICS_FETCH,
	METRICS_QUEUE,
	METRICS_DECODE,
	METRICS_RESIZE,
	METRICS_ENCODE,
	METRICS_TOTAL,
	METRICS__STAGES
};

/* What was sent. */
enum metrics_answer {
	METRICS_PICTURE,
	METRICS_ORIGINAL, /* as it was asked for */
	METRICS_INSTEAD,  /* the original in a picture's place */
	METRICS_NOT_MODIFIED,
	METRICS_REDIRECT,
	METRICS_ERROR,
	METRICS_BROKEN_OFF, /* the head was sent and the end was not, or nobody was left to take it
			     */
	METRICS__ANSWERS
};

/* One request, as it ended. Zero-initialised is one that nothing is known of. */
struct metrics_request {
	const char *origin; /* its title, or NULL */
	int status;         /* sent, or meant to be; 499: the client left before there was one */
	enum metrics_answer answer;
	enum err_kind reason;               /* ERR_NONE: all went well */
	enum format format;                 /* of the picture made, FORMAT_NONE: none was */
	bool in_cell;                       /* the reason is the cell's */
	uint64_t stage_us[METRICS__STAGES]; /* 0: did not take place */
	uint64_t received, sent;            /* bytes of bodies: from the origin, to the client */
	int origin_status;                  /* of its last answer, 0: none came */
	int origin_tries;                   /* requests to it */
	const char *origin_code;            /* S3's word, or "" */
	int key_requests;                   /* to where temporary keys come from */
};

struct metrics_file;

/* Zero-initialised counts nothing. */
struct metrics {
	struct metrics_file *file; /* owned; NULL without memory */
	bool shared;
	int fd;                   /* owned; of the file, where it is shared */
	const struct config *cfg; /* borrowed, for a file that has to be made anew */
};

/* Count for this process alone, from zero, with a row for each of the origins. */
void metrics_open(struct metrics *m, const struct config *cfg);

/*
 * Count together with the host's other processes, from here on. The file is made where there is
 * none, and made anew where it is another version's or damaged; also later, when somebody cuts it
 * off or deletes it. cfg has to outlive the counting.
 *
 * Fails   ERR_INTERNAL when cfg->runtime_dir or the file cannot be used: counting goes on for this
 *         process alone
 */
bool metrics_share(struct metrics *m, const struct config *cfg, struct err *err) MUST_USE;

void metrics_count(struct metrics *m, const struct metrics_request *r);

/*
 * Append all numbers in Prometheus's text format.
 *
 * Fails   as buf_add; ERR_INTERNAL when nothing was counted for want of memory
 * Source  https://prometheus.io/docs/instrumenting/exposition_formats/ (version 0.0.4)
 */
bool metrics_print(struct metrics *m, struct buf *out, struct err *err) MUST_USE;

/* Free; may be called twice. */
void metrics_close(struct metrics *m);

#endif
