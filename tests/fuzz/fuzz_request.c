/* A request line and what follows from it in each dialect: parsing, canonical form, tag, plan. */
#include "etag.h"
#include "plan.h"
#include "request.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* The same again from its own canonical form, in limner's own words, must be the same. */
static void
check_canonical(struct config *cfg, const struct request *req)
{
	int32_t dialect = cfg->origins[0].policy.dialect;
	struct buf once = BUF_INIT(8192), uri = BUF_INIT(16384), twice = BUF_INIT(8192);
	struct request again;
	struct err err = { 0 };

	cfg->origins[0].policy.dialect = DIALECT_LIMNER;
	if (!params_canonical(&req->asked, &once, &err) ||
		!buf_addf(&uri, &err, "/img/x?%s", buf_text(&once)) ||
		!request_from_text(cfg, buf_text(&uri), &again, &err) ||
		!params_canonical(&again.asked, &twice, &err) ||
		strcmp(buf_text(&once), buf_text(&twice)) != 0 || again.notes.dropped[0] != '\0')
		abort();
	cfg->origins[0].policy.dialect = dialect;
	buf_done(&once);
	buf_done(&uri);
	buf_done(&twice);
}

static void
check_plan(const struct request *req)
{
	static const struct image_info infos[] = {
		{ .format = FORMAT_JPEG, .width = 4000, .height = 3000, .orientation = 6 },
		{ .format = FORMAT_PNG,
			.width = 1,
			.height = 65535,
			.orientation = 1,
			.alpha = true },
		{ .format = FORMAT_WEBP, .width = 16383, .height = 3, .orientation = 8 },
	};
	uint32_t writable = FORMAT_BIT(FORMAT_JPEG) | FORMAT_BIT(FORMAT_PNG) |
			    FORMAT_BIT(FORMAT_WEBP) | FORMAT_BIT(FORMAT_GIF);
	struct plan plan;
	struct err err = { 0 };
	bool lies;

	for (size_t i = 0; i < sizeof infos / sizeof infos[0]; i++) {
		if (!plan_resolve(req, &infos[i], writable, &plan, &err))
			continue;
		lies = plan.turn > 4; /* as orientations of EXIF count: the sides change places */
		if (plan.canvas_w < 1 || plan.canvas_h < 1 ||
			(int64_t)plan.canvas_w * plan.canvas_h >
				req->origin->policy.max_result_pixels ||
			plan.resize_w < 1 || plan.resize_h < 1 || plan.crop.x < 0 ||
			plan.crop.y < 0 || plan.crop.w < 1 || plan.crop.h < 1 ||
			plan.crop.x + plan.crop.w > plan.source_w ||
			plan.crop.y + plan.crop.h > plan.source_h || plan.extract.x < 0 ||
			plan.extract.y < 0 || plan.extract.x + plan.extract.w > plan.resize_w ||
			plan.extract.y + plan.extract.h > plan.resize_h ||
			plan.place_x + (lies ? plan.extract.h : plan.extract.w) > plan.canvas_w ||
			plan.place_y + (lies ? plan.extract.w : plan.extract.h) > plan.canvas_h)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct config cfg;
	static char *const no_env[] = { NULL };
	struct request req;
	struct err err = { 0 };
	char uri[8192], hash[ETAG_HASH];

	if (cfg.origin_count == 0 && !config_load("/dev/null", no_env, &cfg, &err))
		abort();
	if (n >= sizeof uri - 5)
		return 0;
	memcpy(uri, "/img/", 5);
	memcpy(uri + 5, bytes, n);
	uri[5 + n] = '\0';
	for (int32_t id = 0; id < DIALECT__COUNT; id++) {
		cfg.origins[0].policy.dialect = id;
		if (!request_from_text(&cfg, uri, &req, &err) || req.kind != REQUEST_PICTURE)
			return 0;
		if (req.key[0] == '\0' || strlen(req.key) > REQUEST_KEY_MAX)
			abort();
		check_canonical(&cfg, &req);
		if (!etag_hash(&cfg, &req, hash, &err))
			abort();
		check_plan(&req);
	}
	return 0;
}
