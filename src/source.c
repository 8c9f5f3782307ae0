#include "source.h"

#include <stdlib.h>
#include <string.h>

struct source {
	const struct source_kind *kind;
	void *state; /* owned by the kind */
};

static const struct source_kind *const kinds[] = {
	[CONFIG_FILE] = &source_file_kind,
	[CONFIG_S3] = &source_s3_kind,
	[CONFIG_HTTP] = &source_http_kind,
};

bool
source_open(const struct config_origin *origin, struct source **ret, struct err *err)
{
	struct source *s = calloc(1, sizeof *s);

	if (s == NULL)
		return err_set(err, ERR_INTERNAL, "%s", "");
	s->kind = kinds[origin->kind];
	if (!s->kind->open(origin, &s->state, err)) {
		free(s);
		return false;
	}
	*ret = s;
	return true;
}

bool
source_fetch(struct source *s, const struct source_call *call, const struct source_sink *sink,
	struct source_report *report, struct err *err)
{
	*report = (struct source_report){ 0 };
	return s->kind->fetch(s->state, call, sink, report, err);
}

bool
source_ignore_head(void *self, const struct source_head *head, bool *ret_stream, struct err *err)
{
	(void)self;
	(void)head;
	(void)ret_stream;
	(void)err;
	return true;
}

bool
source_ignore_body(void *self, const void *bytes, size_t n, struct err *err)
{
	(void)self;
	(void)bytes;
	(void)n;
	(void)err;
	return true;
}

bool
source_try(struct source *s, uint64_t deadline_us, struct source_report *report, struct err *err)
{
	const struct source_sink sink = { NULL, source_ignore_head, source_ignore_body };
	const struct source_call call = {
		.key = SOURCE_NOBODYS,
		.deadline_us = deadline_us,
	};

	if (source_fetch(s, &call, &sink, report, err))
		return true;
	if (s->kind != &source_s3_kind)
		return err->kind == ERR_NOT_FOUND || report->status == 403;
	/* any web server says 404; only S3 says why */
	return report->code[0] != '\0' &&
	       (err->kind == ERR_NOT_FOUND || strcmp(report->code, "AccessDenied") == 0);
}

bool
source_senseless(struct err *err, const char *why)
{
	(void)err_set(err, ERR_ORIGIN, "%s", "");
	return err_detail(err, "%s", why);
}

void
source_close(struct source *s)
{
	if (s == NULL)
		return;
	s->kind->close(s->state);
	free(s);
}
