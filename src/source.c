#include "source.h"

#include <stdlib.h>

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

void
source_close(struct source *s)
{
	if (s == NULL)
		return;
	s->kind->close(s->state);
	free(s);
}
