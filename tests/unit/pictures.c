#include "pictures.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* GraphicsMagick's headers test macros that need not be defined. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wundef"
#include <magick/api.h>
#pragma GCC diagnostic pop

struct config pictures_cfg;

static void
in_data(const char *name, char *path, size_t size)
{
	const char *top = getenv("top_srcdir");

	(void)snprintf(path, size, "%s/tests/data/originals/%s", top != NULL ? top : ".", name);
	if (access(path, R_OK) != 0)
		(void)snprintf(path, size, "%s/www/samples/%s", top != NULL ? top : ".", name);
}

void
pictures_open(uint64_t memory, const char *cmyk_profile)
{
	struct err err = { 0 };

	memset(&pictures_cfg, 0, sizeof pictures_cfg);
	pictures_cfg.origins[0].policy.max_pixels = 100000000;
	pictures_cfg.origins[0].policy.max_result_pixels = 40000000;
	pictures_cfg.origins[0].policy.max_frames = 100;
	pictures_cfg.origins[0].policy.max_animation_pixels = 100000;
	pictures_cfg.cell_memory_bytes = memory;
	pictures_cfg.origins[0].policy.jpeg_quality = pictures_cfg.origins[0].policy.webp_quality =
		90;
	pictures_cfg.origins[0].policy.avif_quality = 55;
	pictures_cfg.origins[0].policy.avif_speed = 8;
	pictures_cfg.origin_count = 1;
	(void)snprintf(pictures_cfg.origins[0].mount, sizeof pictures_cfg.origins[0].mount, "/");
	if (cmyk_profile != NULL)
		in_data(cmyk_profile, pictures_cfg.cmyk_profile, sizeof pictures_cfg.cmyk_profile);
	ck_assert_msg(image_open(&pictures_cfg, &err), "%s", err.detail);
}

struct buf
pictures_read(const char *name)
{
	struct buf b = BUF_INIT(1 << 20);
	static unsigned char room[1 << 20];
	char path[512];
	struct err err;
	size_t n;
	FILE *f;

	in_data(name, path, sizeof path);
	f = fopen(path, "rb");
	ck_assert_msg(f != NULL, "%s is missing", path);
	n = fread(room, 1, sizeof room, f);
	ck_assert_uint_lt(n, sizeof room);
	(void)fclose(f);
	ck_assert(buf_add(&b, room, n, &err));
	return b;
}

struct buf
pictures_make(const unsigned char *rgba, long w, long h, const char *magick)
{
	ImageInfo *info = CloneImageInfo(NULL);
	struct buf ret = BUF_INIT(1 << 22);
	ExceptionInfo e;
	struct err err;
	size_t len = 0;
	Image *image;
	void *blob;

	GetExceptionInfo(&e);
	image = ConstituteImage((unsigned long)w, (unsigned long)h, "RGBA", CharPixel, rgba, &e);
	ck_assert_ptr_nonnull(image);
	(void)snprintf(image->magick, sizeof image->magick, "%s", magick);
	info->quality = 95;
	blob = ImageToBlob(info, image, &len, &e);
	ck_assert_ptr_nonnull(blob);
	ck_assert(buf_add(&ret, blob, len, &err));
	MagickFree(blob);
	DestroyImage(image);
	DestroyImageInfo(info);
	DestroyExceptionInfo(&e);
	return ret;
}

bool
pictures_render_bytes(const struct buf *original, const char *query, struct plan *plan,
	struct buf *ret, struct err *err)
{
	struct image_made made;
	struct image_info info;
	struct request req;
	char uri[4096];

	memset(&req, 0, sizeof req);
	memset(err, 0, sizeof *err);
	ck_assert_int_lt(snprintf(uri, sizeof uri, "/a?%s", query), (int)sizeof uri);
	ck_assert_msg(request_from_text(&pictures_cfg, uri, &req, err), "%s: %s", uri, err->say);
	return probe_image(original->bytes, original->len, &info, err) &&
	       plan_resolve(&req, &info, image_writable(), plan, err) &&
	       image_render(original->bytes, original->len, &info, plan, ret, &made, err);
}

struct picture
pictures_look(const struct buf *b, const char *what)
{
	ImageInfo *info = CloneImageInfo(NULL);
	struct picture shot = { 0, 0, NULL };
	enum format format = format_sniff(b->bytes, b->len);
	Image *image;
	ExceptionInfo e;

	GetExceptionInfo(&e);
	(void)snprintf(info->magick, sizeof info->magick, "%s",
		format == FORMAT_AVIF  ? "AVIF"
		: format == FORMAT_JXL ? "JXL"
				       : format_row(format)->magick);
	image = BlobToImage(info, b->bytes, b->len, &e);
	ck_assert_msg(image != NULL && e.severity == UndefinedException, "%s: %s", what, e.reason);
	shot.w = (long)image->columns;
	shot.h = (long)image->rows;
	shot.rgba = malloc((size_t)(4 * shot.w * shot.h));
	ck_assert_ptr_nonnull(shot.rgba);
	ck_assert(DispatchImage(
		image, 0, 0, image->columns, image->rows, "RGBA", CharPixel, shot.rgba, &e));
	DestroyImageList(image);
	DestroyImageInfo(info);
	DestroyExceptionInfo(&e);
	return shot;
}

bool
pictures_readable(const char *name)
{
	return strcmp(name, "alpha.jxl") != 0 ||
	       strstr(image_version(), " 1.4 snapshot-20250331 ") == NULL;
}

struct picture
pictures_render(const char *name, const char *query)
{
	struct buf original = pictures_read(name), result = BUF_INIT(1 << 20);
	struct picture shot;
	struct plan plan;
	struct err err;

	ck_assert_msg(pictures_render_bytes(&original, query, &plan, &result, &err), "%s?%s: %s %s",
		name, query, err_row(err.kind)->slug, err.detail);
	ck_assert_int_eq(format_sniff(result.bytes, result.len), plan.format);
	shot = pictures_look(&result, name);
	ck_assert_msg(shot.w == plan.canvas_w && shot.h == plan.canvas_h, "%s?%s: %ld x %ld", name,
		query, shot.w, shot.h);
	buf_done(&original);
	buf_done(&result);
	return shot;
}

/* The largest difference of a channel; where both are clear, colours do not matter. */
static int
distance(const unsigned char *p, uint32_t rgba)
{
	int most = 0;

	if (p[3] == 0 && (rgba & 0xff) == 0)
		return 0;
	for (int c = 0; c < 4; c++) {
		int d = p[c] - (int)(rgba >> (24 - 8 * c) & 0xff);

		d = d < 0 ? -d : d;
		most = d > most ? d : most;
	}
	return most;
}

const unsigned char *
pictures_pixel(const struct picture *s, long x, long y)
{
	ck_assert_msg(x >= 0 && x < s->w && y >= 0 && y < s->h, "no pixel %ld,%ld", x, y);
	return s->rgba + 4 * (y * s->w + x);
}

void
pictures_expect(const struct picture *s, const char *what, long x, long y, uint32_t want, int most)
{
	const unsigned char *p = pictures_pixel(s, x, y);

	ck_assert_msg(distance(p, want) <= most, "%s: pixel %ld,%ld is %02x%02x%02x%02x, not %08x",
		what, x, y, p[0], p[1], p[2], p[3], want);
}

void
pictures_expect_quarters(
	const struct picture *s, const char *what, const uint32_t want[4], int most)
{
	for (int i = 0; i < 4; i++) {
		bool right = i % 2 == 1, low = i / 2 == 1;

		pictures_expect(s, what, (right ? 3 : 1) * s->w / 4, (low ? 3 : 1) * s->h / 4,
			want[i], most);
		pictures_expect(s, what, right ? s->w - 2 : 1, low ? s->h - 2 : 1, want[i], most);
	}
}

const uint32_t pictures_quarters[4] = { PICTURES_RED, PICTURES_GREEN, PICTURES_BLUE,
	PICTURES_YELLOW };
