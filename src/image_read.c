#include "image_read.h"

#include "image_magick.h"
#include "image_ops.h"
#include "probe_bytes.h"
#include "probe_heif.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXTRA_MAX 16 /* bytes between JPEG segments that nobody misses */

/* What libjpeg, also the one inside libtiff, warned of during the decode that runs. */
static struct {
	bool seen;           /* a warning that means lost pixels */
	bool ended;          /* the file ended where a marker should be */
	unsigned long extra; /* most bytes it found where a marker should be */
	char text[128];
} jpeg_damage;

/* libjpeg's warnings that cost no pixel. */
static const char *const jpeg_harmless[] = { "Unknown Adobe color transform code",
	"unknown JFIF revision number", "Invalid SOS parameters for sequential JPEG" };

/*
 * Listen to the TIFF coder's log: libtiff calls damage an error, but that of a JPEG inside, where
 * it only repeats libjpeg's warning. Tags it does not know are its usual complaint.
 */
static void
hear_tiff(const char *text)
{
	const char *warning = strstr(text, "TIFF Warning: ");

	if (warning == NULL || (strstr(warning, "Corrupt JPEG data") == NULL &&
				       strstr(warning, "Premature ") == NULL))
		return;
	jpeg_damage.seen = true;
	(void)snprintf(jpeg_damage.text, sizeof jpeg_damage.text, "%.*s",
		(int)strcspn(warning, "\n"), warning);
}

/*
 * Listen to the JPEG coder's log: the exception it returns keeps only the first warning, which may
 * be a harmless one before the loss of half the picture.
 */
static void
hear_log(const ExceptionType type, const char *text)
{
	static const char extra[] = "\"Corrupt JPEG data: ";
	const char *warning = strstr(text, "JPEG Warning[");
	const char *bytes = warning != NULL ? strstr(warning, "extraneous bytes") : NULL;

	(void)type;
	if (jpeg_damage.seen)
		return;
	if (warning == NULL) {
		hear_tiff(text);
		return;
	}
	for (size_t i = 0; i < sizeof jpeg_harmless / sizeof jpeg_harmless[0]; i++)
		if (strstr(warning, jpeg_harmless[i]) != NULL)
			return;
	(void)snprintf(jpeg_damage.text, sizeof jpeg_damage.text, "%.*s",
		(int)strcspn(warning, "\n"), warning);
	if (strstr(warning, "Premature end of JPEG file") != NULL) {
		jpeg_damage.ended = true;
		return;
	}
	warning = strstr(warning, extra);
	if (warning != NULL && bytes != NULL) {
		unsigned long n = strtoul(warning + sizeof extra - 1, NULL, 10);

		jpeg_damage.extra = n > jpeg_damage.extra ? n : jpeg_damage.extra;
		return;
	}
	jpeg_damage.seen = true;
}

/*
 * Tell whether all pixels come in one scan. Only then is an end without its marker harmless, for
 * libjpeg reports data missing within a scan, but not a scan that never came.
 */
static bool
is_one_scan(const unsigned char *bytes, size_t n)
{
	unsigned components = 0;

	for (size_t at = 2; at + 10 <= n;) {
		unsigned marker = bytes[at + 1];

		if (bytes[at] != 0xff || marker == 0xff || marker == 0) {
			at++;
			continue;
		}
		if (marker == 0xda)
			return components != 0 && bytes[at + 4] == components;
		/* baseline, extended and arithmetic; the progressive ones have more than one scan
		 */
		if (marker == 0xc0 || marker == 0xc1 || marker == 0xc9)
			components = bytes[at + 9];
		at += 2u + ((size_t)bytes[at + 2] << 8 | bytes[at + 3]);
	}
	return false;
}

/*
 * Tell whether bytes that libjpeg skipped are no loss: a handful of them, or the zeros with which
 * cameras fill the space before the end marker. Many others are pixels it lost its way in.
 */
static bool
is_padding(const unsigned char *bytes, size_t n, size_t extra)
{
	size_t end = n;

	if (extra <= EXTRA_MAX)
		return true;
	while (end >= 2 && (bytes[end - 2] != 0xff || bytes[end - 1] != 0xd9))
		end--;
	if (end < 2 + extra)
		return false;
	for (size_t i = end - 2 - extra; i < end - 2; i++)
		if (bytes[i] != 0 && bytes[i] != 0xff)
			return false;
	return true;
}

void
image_read_open(void)
{
	/* with a listener of ours there is no log file to be configured or written */
	SetLogDefaultLogMethod(hear_log);
	SetLogDefaultFormat("%e");
	SetLogDefaultEventType("none");
}

static uint32_t
le(const unsigned char *p, int n)
{
	uint32_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static bool
add_le(struct buf *b, uint32_t v, size_t n, struct err *err)
{
	unsigned char bytes[4];

	for (int i = 0; i < 4; i++)
		bytes[i] = (unsigned char)(v >> 8 * i);

	return buf_add(b, bytes, n, err);
}

/* Find a chunk of a WebP, NULL when there is none; *ret_len is its payload within the file. */
static const unsigned char *
webp_chunk(const unsigned char *bytes, size_t n, const char *name, size_t *ret_len)
{
	for (size_t at = 12; at <= n && n - at >= 8;) {
		size_t len = le(bytes + at + 4, 4);

		if (len > n - at - 8)
			return NULL;
		if (memcmp(bytes + at, name, 4) == 0) {
			*ret_len = len;
			return bytes + at + 8;
		}
		at += 8 + len + (len & 1);
	}
	return NULL;
}

/*
 * Make a still WebP of an animation's first frame, which GraphicsMagick would refuse.
 *
 * Source  RFC 9649 2.7: ANMF is offset, size, duration and flags (16 bytes), then the still's
 * chunks
 */
static bool
webp_first_frame(const unsigned char *bytes, size_t n, struct buf *ret, int64_t *ret_x,
	int64_t *ret_y, struct err *err)
{
	size_t len = 0, icc_len = 0;
	const unsigned char *frame = webp_chunk(bytes, n, "ANMF", &len);
	const unsigned char *icc = webp_chunk(bytes, n, "ICCP", &icc_len);
	uint32_t size, flags;

	if (frame == NULL || len < 24) {
		err_set(err, ERR_BROKEN, "%s", "");
		return err_detail(err, "an animation without a whole frame");
	}
	*ret_x = 2 * (int64_t)le(frame, 3);
	*ret_y = 2 * (int64_t)le(frame + 3, 3);
	flags = (icc != NULL ? 0x20u : 0) | (bytes[20] & 0x10u);
	size = 4 + 18 + (uint32_t)(len - 16);
	if (icc != NULL)
		size += 8 + (uint32_t)(icc_len + (icc_len & 1));
	if (!buf_adds(ret, "RIFF", err) || !add_le(ret, size, 4, err) ||
		!buf_adds(ret, "WEBPVP8X", err) || !add_le(ret, 10, 4, err) ||
		!add_le(ret, flags, 4, err) || !buf_add(ret, frame + 6, 6, err))
		return false;
	if (icc != NULL &&
		(!buf_adds(ret, "ICCP", err) || !add_le(ret, (uint32_t)icc_len, 4, err) ||
			!buf_add(ret, icc, icc_len, err) || !buf_add(ret, "", icc_len & 1, err)))
		return false;
	return buf_add(ret, frame + 16, len - 16, err);
}

/* Tell whether what a decoder reported means that pixels are missing or wrong. */
static bool
is_damage(const ExceptionInfo *e, enum format format, const unsigned char *bytes, size_t n)
{
	if (e->severity >= ErrorException)
		return true;
	if (format == FORMAT_JPEG)
		return jpeg_damage.seen || (jpeg_damage.ended && !is_one_scan(bytes, n)) ||
		       !is_padding(bytes, n, jpeg_damage.extra);
	if (format == FORMAT_TIFF && jpeg_damage.seen)
		return true;
	/* libpng's warnings (CoderWarning) are about profiles, text and checksums of side chunks */
	return e->severity == CorruptImageWarning;
}

static Image *
read_blob(const unsigned char *bytes, size_t n, enum format format, const struct plan *plan,
	ExceptionInfo *e)
{
	ImageInfo *info = CloneImageInfo(NULL);
	const char *magick = format_row(format)->magick;
	char hint[32];
	Image *image;

	/* both name the decoder, so that neither the bytes nor a name can choose another */
	(void)snprintf(info->magick, sizeof info->magick, "%s", magick);
	(void)snprintf(info->filename, sizeof info->filename, "%s:x", magick);
	/* the first frame only */
	info->subimage = 0;
	info->subrange = 1;
	if (plan->shrink > 1) {
		(void)snprintf(hint, sizeof hint, "%dx%d", plan->hint_w, plan->hint_h);
		(void)CloneString(&info->size, hint);
	}
	memset(&jpeg_damage, 0, sizeof jpeg_damage);
	if (format == FORMAT_JPEG || format == FORMAT_TIFF)
		(void)SetLogEventMask("coder");
	image = BlobToImage(info, bytes, n, e);
	if (format == FORMAT_JPEG || format == FORMAT_TIFF)
		(void)SetLogEventMask("none");
	DestroyImageInfo(info);
	return image;
}

/* Lay a first frame that does not cover the picture where it belongs; a GIF's page says where. */
static bool
place_frame(Image **image, const struct image_info *info, int64_t x, int64_t y, struct err *err)
{
	if (info->format == FORMAT_GIF) {
		x = (*image)->page.x;
		y = (*image)->page.y;
	} else if (!info->animated || info->format != FORMAT_WEBP) {
		return true;
	}
	return image_ops_place(image, x, y, info->width, info->height, err);
}

static bool
is_size_as_planned(
	const Image *image, const struct image_info *info, const struct plan *plan, struct err *err)
{
	unsigned long d = (unsigned long)plan->shrink;
	unsigned long w = ((unsigned long)info->width + d - 1) / d;
	unsigned long h = ((unsigned long)info->height + d - 1) / d;

	if (image->columns == w && image->rows == h)
		return true;
	err_set(err, ERR_PIXELS, "%s", "");
	return err_detail(err, "decoded to %lu x %lu instead of %lu x %lu px", image->columns,
		image->rows, w, h);
}

/*
 * Say why there is no picture. What a decoder has not learnt is no damage: several pictures in one
 * file, animations, odd depths.
 */
static bool
refuse(const ExceptionInfo *e, enum format format, struct err *err)
{
	bool younger = format != FORMAT_JPEG && format != FORMAT_PNG && format != FORMAT_GIF &&
		       format != FORMAT_WEBP;
	bool unknown = younger && e->severity == CoderError && e->reason != NULL &&
		       strstr(e->reason, "not supported") != NULL;

	image_ops_fault(e, unknown ? ERR_NOT_AN_IMAGE : ERR_BROKEN, err);
	if (jpeg_damage.text[0] != '\0')
		err_detail(err, "%s", jpeg_damage.text);
	return false;
}

/* Make the bytes one still picture, where GraphicsMagick would refuse them. */
static bool
make_single(const unsigned char *bytes, size_t n, const struct image_info *info, struct buf *ret,
	int64_t *ret_x, int64_t *ret_y, struct err *err)
{
	if (info->format == FORMAT_WEBP)
		return webp_first_frame(bytes, n, ret, ret_x, ret_y, err);
	if (!buf_add(ret, bytes, n, err))
		return false;
	probe_heif_single_out(ret->bytes, ret->len);
	return true;
}

/* Find a chunk of a PNG; empty when there is none. */
static struct span
png_chunk(const unsigned char *bytes, size_t n, const char *name)
{
	for (size_t at = 8; at < n && n - at >= 12;) {
		size_t len = be32(bytes + at);

		if (len > n - at - 12)
			break;
		if (memcmp(bytes + at + 4, name, 4) == 0)
			return (struct span){ bytes + at + 8, len };
		at += 12 + len;
	}
	return (struct span){ bytes, 0 };
}

static void
attach(Image *image, const char *name, struct span found)
{
	size_t len = 0;

	if (found.n > 0 && GetImageProfile(image, name, &len) == NULL)
		(void)SetImageProfile(image, name, found.at, found.n);
}

/* Attach what GraphicsMagick leaves in the file: profiles of AVIF and HEIC, EXIF and XMP of others.
 */
static void
attach_left(Image *image, const unsigned char *bytes, size_t n, enum format format)
{
	struct span found = { bytes, 0 };

	if (format == FORMAT_AVIF || format == FORMAT_HEIC) {
		attach(image, "ICM", probe_heif_profile(bytes, n));
	} else if (format == FORMAT_PNG) {
		attach(image, "EXIF", png_chunk(bytes, n, "eXIf"));
	} else if (format == FORMAT_WEBP) {
		found.at = webp_chunk(bytes, n, "EXIF", &found.n);
		if (found.at != NULL)
			attach(image, "EXIF", found);
		found.at = webp_chunk(bytes, n, "XMP ", &found.n);
		if (found.at != NULL)
			attach(image, "XMP", found);
	}
}

bool
image_read(const unsigned char *bytes, size_t n, const struct image_info *info,
	const struct plan *plan, Image **ret, struct err *err)
{
	struct buf still = BUF_INIT(n + 64);
	int64_t x = 0, y = 0;
	Image *image = NULL;
	ExceptionInfo e;
	bool ok = false;

	GetExceptionInfo(&e);
	if ((info->format == FORMAT_WEBP && info->animated) || info->format == FORMAT_AVIF ||
		info->format == FORMAT_HEIC) {
		if (!make_single(bytes, n, info, &still, &x, &y, err))
			goto out;
		bytes = still.bytes;
		n = still.len;
	}
	image = read_blob(bytes, n, info->format, plan, &e);
	if (image == NULL || is_damage(&e, info->format, bytes, n)) {
		(void)refuse(&e, info->format, err);
		goto out;
	}
	attach_left(image, bytes, n, info->format);
	/* the fourth byte of a pixel that nobody filled in */
	if (info->format == FORMAT_BMP && !info->alpha)
		image->matte = MagickFalse;
	if (!place_frame(&image, info, x, y, err) || !is_size_as_planned(image, info, plan, err))
		goto out;
	*ret = image;
	image = NULL;
	ok = true;
out:
	if (image != NULL)
		DestroyImageList(image);
	DestroyExceptionInfo(&e);
	buf_done(&still);
	return ok;
}
