#include "image.h"

#include "base/now.h"
#include "image_avif.h"
#include "image_describe.h"
#include "image_frames.h"
#include "image_look.h"
#include "image_magick.h"
#include "image_meta.h"
#include "image_ops.h"
#include "image_read.h"
#include "image_webp_anim.h"
#include "image_write.h"

#include <lcms2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What GraphicsMagick's own state is to this process: set up once, then only read. */
static struct {
	unsigned char *srgb, *cmyk; /* owned */
	size_t srgb_len, cmyk_len;
	const char *cmyk_path; /* borrowed from the configuration */
	uint32_t readable, writable;
	struct ladder_pace pace; /* the one thing that changes: how fast it encodes here */
} opened;

/* Faults come back in exceptions; nothing of a stranger's picture is printed. */
static void
say_nothing(const ExceptionType severity, const char *reason, const char *description)
{
	(void)severity;
	(void)reason;
	(void)description;
}

/* GraphicsMagick cannot go on after this, and the process it is in need not: it is the cell. */
static __attribute__((noreturn)) void
give_up(const ExceptionType severity, const char *reason, const char *description)
{
	say_nothing(severity, reason, description);
	_exit(EXIT_FAILURE);
}

static bool
make_srgb(struct err *err)
{
	cmsHPROFILE srgb = cmsCreate_sRGBProfile();
	cmsUInt32Number len = 0;
	bool ok = false;

	if (srgb == NULL || !cmsSaveProfileToMem(srgb, NULL, &len) || len == 0)
		goto out;
	opened.srgb = malloc(len);
	if (opened.srgb == NULL || !cmsSaveProfileToMem(srgb, opened.srgb, &len))
		goto out;
	opened.srgb_len = len;
	ok = true;
out:
	if (srgb != NULL)
		cmsCloseProfile(srgb);
	if (!ok) {
		err_set(err, ERR_INTERNAL, "%s", "");
		err_detail(err, "lcms2 makes no sRGB profile");
	}
	return ok;
}

static bool
is_cmyk_profile(const unsigned char *icc, size_t len)
{
	cmsHPROFILE profile = cmsOpenProfileFromMem(icc, (cmsUInt32Number)len);
	bool yes = profile != NULL && cmsGetColorSpace(profile) == cmsSigCmykData;

	if (profile != NULL)
		cmsCloseProfile(profile);
	return yes;
}

/* Read the press profile; without one, inks are converted by arithmetic. */
static bool
read_cmyk(const char *path)
{
	FILE *f = path[0] != '\0' ? fopen(path, "rbe") : NULL;
	unsigned char *icc = NULL;
	size_t len;

	if (f == NULL)
		return path[0] == '\0';
	icc = malloc(CONFIG_PROFILE_MAX + 1);
	len = icc != NULL ? fread(icc, 1, CONFIG_PROFILE_MAX + 1, f) : 0;
	(void)fclose(f);
	if (len > 0 && len <= CONFIG_PROFILE_MAX && is_cmyk_profile(icc, len)) {
		unsigned char *fitting = realloc(icc, len);

		opened.cmyk = fitting != NULL ? fitting : icc;
		opened.cmyk_len = len;
		opened.cmyk_path = path;
		return true;
	}
	free(icc);
	return false;
}

/* What a result may be; all else is only read. */
static const uint32_t results = FORMAT_BIT(FORMAT_JPEG) | FORMAT_BIT(FORMAT_PNG) |
				FORMAT_BIT(FORMAT_GIF) | FORMAT_BIT(FORMAT_WEBP) |
				FORMAT_BIT(FORMAT_AVIF) | FORMAT_BIT(FORMAT_JXL);

/*
 * Take GraphicsMagick's own settings out of the environment: folders with delegates and coders,
 * limits other than ours, a log.
 */
static void
clean_environment(void)
{
	static const char prefix[] = "MAGICK_";
	char name[128];

	for (char **at = environ; at != NULL && *at != NULL;) {
		size_t n = strcspn(*at, "=");

		at++;
		if (strncmp(at[-1], prefix, sizeof prefix - 1) != 0 || n >= sizeof name)
			continue;
		memcpy(name, at[-1], n);
		name[n] = '\0';
		(void)unsetenv(name);
		/* the rest has moved up */
		at = environ;
	}
}

static bool
is_ours(const char *magick)
{
	for (int f = FORMAT_NONE + 1; f < FORMAT__COUNT; f++) {
		const char *name = format_row((enum format)f)->magick;

		if (name != NULL && strcmp(name, magick) == 0)
			return true;
	}
	return false;
}

/*
 * Take every coder out but those of our formats: what reads files, fetches addresses, runs scripts
 * or starts programs (PS, PDF, MVG, MSL, SVG, URLs, …) cannot be reached, not even by a fault here.
 */
static bool
forget_coders(void)
{
	MagickInfo **all;
	ExceptionInfo e;
	bool ok = true;

	GetExceptionInfo(&e);
	all = GetMagickInfoArray(&e);
	for (size_t i = 0; all != NULL && all[i] != NULL; i++) {
		char name[MaxTextExtent];

		if (is_ours(all[i]->name))
			continue;
		(void)snprintf(name, sizeof name, "%s", all[i]->name);
		ok = UnregisterMagickInfo(name) != MagickFail && ok;
	}
	ok = ok && all != NULL;
	MagickFree(all);
	DestroyExceptionInfo(&e);
	return ok;
}

static void
ask_formats(void)
{
	ExceptionInfo e;

	GetExceptionInfo(&e);
	for (int f = FORMAT_NONE + 1; f < FORMAT__COUNT; f++) {
		const char *name = format_row((enum format)f)->magick;
		const MagickInfo *row = name != NULL ? GetMagickInfo(name, &e) : NULL;

		if (row != NULL && row->decoder != NULL)
			opened.readable |= FORMAT_BIT(f);
		if (row != NULL && row->encoder != NULL && (results & FORMAT_BIT(f)) != 0)
			opened.writable |= FORMAT_BIT(f);
	}
	if (image_avif_version() != NULL)
		opened.writable |= FORMAT_BIT(FORMAT_AVIF);
	opened.writable |= FORMAT_BIT(FORMAT_JSON) | FORMAT_BIT(FORMAT_BLURHASH);
	DestroyExceptionInfo(&e);
	if ((opened.readable & opened.writable & FORMAT_BIT(FORMAT_GIF)) != 0)
		opened.writable |= FORMAT_MOVES(FORMAT_GIF);
	if (image_webp_anim_built())
		opened.writable |= FORMAT_MOVES(FORMAT_WEBP);
}

/*
 * Bound what a picture may cost. No disk and no map, or the pixel cache would silently go there
 * when memory is used up; a quarter of the cell's memory is left to decoders' own buffers and the
 * original's bytes. Sides are bounded by the probe, so the width and height limits only catch what
 * it was lied to about.
 */
static bool
set_limits(const struct config *cfg)
{
	uint64_t memory = cfg->cell_memory_bytes / 4 * 3;
	int64_t pixels = 1;

	/* the cell serves every origin; a plan keeps to the limits of its own */
	for (size_t i = 0; i < cfg->origin_count; i++) {
		const struct config_policy *policy = &cfg->origins[i].policy;

		if (pixels < policy->max_pixels)
			pixels = policy->max_pixels;
		/* resizing one axis first may briefly need more than the result: up to four */
		if (pixels < 4 * policy->max_result_pixels)
			pixels = 4 * policy->max_result_pixels;
	}
	return SetMagickResourceLimit(ThreadsResource, 1) &&
	       SetMagickResourceLimit(DiskResource, 0) && SetMagickResourceLimit(MapResource, 0) &&
	       SetMagickResourceLimit(MemoryResource, (magick_int64_t)memory) &&
	       SetMagickResourceLimit(PixelsResource, (magick_int64_t)pixels) &&
	       SetMagickResourceLimit(WidthResource, (magick_int64_t)pixels) &&
	       SetMagickResourceLimit(HeightResource, (magick_int64_t)pixels);
}

bool
image_open(const struct config *cfg, struct err *err)
{
	const uint32_t needed = FORMAT_BIT(FORMAT_JPEG) | FORMAT_BIT(FORMAT_PNG);

	memset(&opened, 0, sizeof opened);
	clean_environment();
	image_read_open();
	InitializeMagickEx(NULL, MAGICK_OPT_NO_SIGNAL_HANDER, NULL);
	(void)SetWarningHandler(say_nothing);
	(void)SetErrorHandler(say_nothing);
	(void)SetFatalErrorHandler(give_up);
	ask_formats();
	if (!make_srgb(err)) {
		image_close();
		return false;
	}
	if (!forget_coders()) {
		image_close();
		err_set(err, ERR_INTERNAL, "%s", "");
		return err_detail(err, "GraphicsMagick keeps coders that nobody wants");
	}
	if (!set_limits(cfg) || (opened.readable & opened.writable & needed) != needed) {
		image_close();
		err_set(err, ERR_INTERNAL, "%s", "");
		return err_detail(err, "GraphicsMagick lacks JPEG or PNG, or refuses its limits");
	}
	if (!read_cmyk(cfg->cmyk_profile)) {
		image_close();
		err_set(err, ERR_INTERNAL, "%s", "");
		return err_detail(err, "cmyk_profile %s is no CMYK profile", cfg->cmyk_profile);
	}
	return true;
}

void
image_close(void)
{
	free(opened.srgb);
	free(opened.cmyk);
	memset(&opened, 0, sizeof opened);
	DestroyMagick();
}

uint32_t
image_readable(void)
{
	return opened.readable;
}

uint32_t
image_writable(void)
{
	return opened.writable;
}

const char *
image_version(void)
{
	return GetMagickVersion(NULL);
}

const char *
image_webp_version(void)
{
	return image_webp_anim_version();
}

const char *
image_cmyk_profile(void)
{
	return opened.cmyk_path != NULL ? opened.cmyk_path : "";
}

/* Decode one frame. GraphicsMagick reads none but the first, and of WebP not that one. */
static bool
read_still(const unsigned char *bytes, size_t n, const struct image_info *info,
	const struct plan *plan, Image **ret, struct err *err)
{
	bool webp = info->format == FORMAT_WEBP && info->animated &&
		    (opened.writable & FORMAT_MOVES(FORMAT_WEBP)) != 0;

	return (plan->frame > 1 || webp ? image_frames_read : image_read)(
		bytes, n, info, plan, ret, err);
}

/* Encode, or describe. */
static bool
write_still(Image *image, const struct image_info *info, const struct plan *plan, size_t n,
	bool drawn, struct buf *ret, struct image_made *made, struct err *err)
{
	struct image_written written = { plan->format, (int32_t)image->columns,
		(int32_t)image->rows, 0, 1, false, false };

	if (!(format_is_text(plan->format)
			    ? image_describe(image, info, plan, n, ret, err)
			    : image_write(image, plan, &opened.pace, drawn, ret, &written, err)))
		return false;
	*made = (struct image_made){ .format = written.format,
		.wanted = plan->wanted,
		.width = written.width,
		.height = written.height,
		.frames = 1,
		.quality = written.quality,
		.encodes = written.encodes,
		.hurried = written.hurried,
		.over_budget = written.over_budget };
	return true;
}

static bool
render_still(const unsigned char *bytes, size_t n, const struct image_info *info,
	const struct plan *plan, const struct image_profiles *profiles, struct buf *ret,
	struct image_made *ret_made, struct err *err)
{
	uint64_t began = now_mono_us(), decoded, resized;
	struct plan seen = *plan;
	struct image_meta meta = { 0 };
	Image *image = NULL;
	bool ok = false, drawn;

	if (!read_still(bytes, n, info, plan, &image, err))
		return false;
	decoded = now_mono_us();
	drawn = (info->format == FORMAT_PNG || info->format == FORMAT_GIF) &&
		image->storage_class == PseudoClass;
	if (!image_look(image, &seen, err) || !image_meta_take(image, &seen, &meta, err) ||
		!image_ops_apply(&image, &seen, info, profiles, err))
		goto out;
	resized = now_mono_us();
	if (!image_meta_put(image, &meta, err) ||
		!write_still(image, info, &seen, n, drawn, ret, ret_made, err))
		goto out;
	ret_made->times =
		(struct image_times){ decoded - began, resized - decoded, now_mono_us() - resized };
	ok = true;
out:
	image_meta_done(&meta);
	if (image != NULL)
		DestroyImageList(image);
	return ok;
}

bool
image_render(const unsigned char *bytes, size_t n, const struct image_info *info,
	const struct plan *plan, struct buf *ret, struct image_made *ret_made, struct err *err)
{
	const struct image_profiles profiles = { opened.srgb, opened.cmyk, opened.srgb_len,
		opened.cmyk_len };

	if ((opened.writable & FORMAT_BIT(plan->format)) == 0)
		return err_set(err, ERR_INTERNAL, "%s", "");
	/* without a decoder of that name, GraphicsMagick would look for a program to do it */
	if ((opened.readable & FORMAT_BIT(info->format)) == 0) {
		err_set(err, ERR_NOT_AN_IMAGE, "%s", "");
		return err_detail(err, "this build reads no %s", format_row(info->format)->name);
	}
	return (plan->frames > 1 ? image_frames_render : render_still)(
		bytes, n, info, plan, &profiles, ret, ret_made, err);
}
