#include "status.h"

#include "base/now.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define METRICS_MAX 1048576 /* bytes of the page: 34 rows of about 100 lines */

static void
begin(struct response *r, int status, const char *type)
{
	response_start(r, status);
	buf_reset(&r->body);
	response_field(r, "Content-Type", "%s", type);
	response_field(r, "X-Content-Type-Options", "nosniff");
	response_cache_age(r, ERR_NO_STORE);
	if (status == 503)
		response_field(r, "Retry-After", "1");
}

static void
finish(struct response *r)
{
	r->bytes = r->body.bytes;
	r->len = r->body.len;
}

void
status_health(struct response *r)
{
	struct err err;

	begin(r, 200, "application/json");
	(void)!buf_adds(&r->body, "{\"status\":\"ok\",\"version\":\"" LIMNER_VERSION "\"}\n", &err);
	finish(r);
}

/* Say what one part is like: "ok", or the slug of its fault. No paths and hosts: the log has them.
 */
static bool
add_part(struct buf *b, const char *name, const char *state)
{
	struct err err;

	return buf_addf(b, &err, "%s\"", b->len > 1 ? "," : "") && text_json(b, name, &err) &&
	       buf_addf(b, &err, "\":\"%s\"", state);
}

static const char *
try_origin(const struct config_origin *origin, struct source **source, uint64_t deadline_us)
{
	struct source_report report = { 0 };
	struct err err = { 0 };

	if (*source == NULL && !source_open(origin, source, &err))
		return err_row(ERR_ORIGIN)->slug;
	if (source_try(*source, deadline_us, &report, &err))
		return "ok";
	/* what any web server calls missing an S3 server would have told more of */
	return err_row(err.kind == ERR_NOT_FOUND ? ERR_ORIGIN : err.kind)->slug;
}

/* Try all parts, each with its share of the time that is left. */
static void
look_at(const struct config *cfg, struct source **sources, struct status_look *look)
{
	uint64_t until_us = now_mono_us() + STATUS_READY_MS * 1000u, now_us;
	struct buf parts = BUF_INIT(sizeof look->text - 64);
	struct err err;
	bool ready = access(cfg->runtime_dir, W_OK | X_OK) == 0, ok;
	size_t left;

	ok = buf_adds(&parts, "{", &err) &&
	     add_part(&parts, "runtime_dir", ready ? "ok" : "unusable");
	for (size_t i = 0; i < cfg->origin_count; i++) {
		const char *state;

		now_us = now_mono_us();
		left = cfg->origin_count - i;
		state = try_origin(&cfg->origins[i], &sources[i],
			now_us + (until_us > now_us ? (until_us - now_us) / left : 0));
		ready = ready && strcmp(state, "ok") == 0;
		ok = ok && add_part(&parts, cfg->origins[i].title, state);
	}
	(void)snprintf(look->text, sizeof look->text, "{\"status\":\"%s\",\"parts\":%s}}\n",
		ready ? "ready" : "not-ready", ok ? buf_text(&parts) : "{");
	buf_done(&parts);
	look->ready = ready;
	look->looked = true;
	look->at_us = now_mono_us();
}

void
status_ready(struct response *r, const struct config *cfg, struct source **sources,
	struct status_look *look)
{
	struct err err;

	if (!look->looked || now_mono_us() - look->at_us >= STATUS_KEPT_MS * 1000u)
		look_at(cfg, sources, look);
	begin(r, look->ready ? 200 : 503, "application/json");
	(void)!buf_adds(&r->body, look->text, &err);
	finish(r);
}

void
status_explain(struct response *r)
{
	begin(r, 200, "text/plain; charset=utf-8");
	r->body.limit = METRICS_MAX;
}

bool
status_explained(struct response *r)
{
	finish(r);
	return true;
}

bool
status_metrics(struct response *r, struct metrics *metrics, struct err *err)
{
	begin(r, 200, "text/plain; version=0.0.4; charset=utf-8");
	r->body.limit = METRICS_MAX;
	if (!metrics_print(metrics, &r->body, err))
		return false;
	finish(r);
	return true;
}
