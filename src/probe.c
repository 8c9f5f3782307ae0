#include "probe.h"

#include "probe_bytes.h"
#include "probe_heif.h"
#include "probe_jxl.h"
#include "probe_tiff.h"

#include <string.h>

/* How a bitmap is compressed, where that matters here. */
enum { BMP_MASKS = 3, BMP_JPEG = 4, BMP_PNG = 5, BMP_MASKS_ALPHA = 6 };

static bool
cut_off(struct err *err)
{
	err_set(err, ERR_BROKEN, "%s", "");
	return err_detail(err, "header is cut off or senseless");
}

static void
jpeg_app(struct span body, uint32_t marker, bool *saw_exif, struct image_info *info)
{
	if (marker == 0xe1 && !*saw_exif && span_begins(body, "Exif\0\0", 6)) {
		*saw_exif = true;
		info->orientation = probe_tiff_orientation(span_from(body, 6, body.n));
	} else if (marker == 0xe2 && span_begins(body, "ICC_PROFILE\0", 12)) {
		info->icc = true;
	}
}

/* SOF0…SOF15 without DHT, JPG and DAC, which lie among them. */
static bool
jpeg_is_frame(uint32_t marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
	       marker != 0xcc;
}

static bool
probe_jpeg(struct span s, struct image_info *info, struct err *err)
{
	bool saw_frame = false, saw_exif = false;
	size_t at = 2;

	while (at + 4 <= s.n) {
		uint32_t marker = s.at[at + 1];
		struct span body;
		size_t len;

		/* decoders skip what lies between segments, and fill bytes */
		if (s.at[at] != 0xff || marker == 0xff || marker == 0) {
			at++;
			continue;
		}
		if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
			at += 2;
			continue;
		}
		if (marker == 0xd9 || marker == 0xda)
			break;
		len = be16(s.at + at + 2);
		if (len < 2 || len > s.n - at - 2)
			break;
		body = span_from(s, at + 4, len - 2);
		if (jpeg_is_frame(marker) && !saw_frame) {
			if (body.n < 6)
				return cut_off(err);
			saw_frame = true;
			info->height = (int32_t)be16(body.at + 1);
			info->width = (int32_t)be16(body.at + 3);
			info->grey = body.at[5] == 1;
			info->cmyk = body.at[5] == 4;
		} else {
			jpeg_app(body, marker, &saw_exif, info);
		}
		at += 2 + len;
	}
	return saw_frame || cut_off(err);
}

static bool
probe_png(struct span s, struct image_info *info, struct err *err)
{
	uint32_t width, height;
	size_t at = 8;

	if (s.n < 33 || be32(s.at + 8) != 13 || memcmp(s.at + 12, "IHDR", 4) != 0)
		return cut_off(err);
	width = be32(s.at + 16);
	height = be32(s.at + 20);
	if (width > INT32_MAX || height > INT32_MAX)
		return cut_off(err);
	info->width = (int32_t)width;
	info->height = (int32_t)height;
	info->grey = s.at[25] == 0 || s.at[25] == 4;
	info->alpha = s.at[25] == 4 || s.at[25] == 6;
	/* eXIf may come after the pixels, so all chunks are walked; a cut one ends the walk */
	while (s.n - at >= 12) {
		size_t len = be32(s.at + at);
		struct span name = span_from(s, at + 4, 4);

		if (len > s.n - at - 12)
			break;
		if (span_begins(name, "tRNS", 4))
			info->alpha = true;
		else if (span_begins(name, "iCCP", 4))
			info->icc = true;
		else if (span_begins(name, "acTL", 4))
			info->animated = true;
		else if (span_begins(name, "eXIf", 4))
			info->orientation = probe_tiff_orientation(span_from(s, at + 8, len));
		else if (span_begins(name, "IEND", 4))
			break;
		at += 12 + len;
	}
	return true;
}

/* Find the end of a chain of GIF sub-blocks; s.n when it is cut off. */
static size_t
gif_skip(struct span s, size_t at)
{
	while (at < s.n && s.at[at] != 0)
		at += 1u + s.at[at];
	return at < s.n ? at + 1 : s.n;
}

/*
 * Take in the first frame. A frame beyond the screen enlarges it, as browsers do; where it leaves
 * screen uncovered, that stays transparent.
 */
static void
gif_first_frame(const unsigned char *frame, struct image_info *info)
{
	int32_t left = (int32_t)le16(frame + 1), top = (int32_t)le16(frame + 3);
	int32_t right = left + (int32_t)le16(frame + 5), bottom = top + (int32_t)le16(frame + 7);

	if (right > info->width)
		info->width = right;
	if (bottom > info->height)
		info->height = bottom;
	if (left > 0 || top > 0 || right < info->width || bottom < info->height)
		info->alpha = true;
}

/* What a graphic control extension says of the frame it stands before. */
struct gif_control {
	bool clear;   /* it has a clear colour */
	bool removes; /* it is taken away again, which may leave clear what it covered */
};

static struct gif_control
gif_control(struct span s, size_t at)
{
	uint32_t dispose = s.at[at + 3] >> 2 & 7;

	return (struct gif_control){ (s.at[at + 3] & 1) != 0, dispose >= 2 && dispose <= 4 };
}

/* Take in a frame; of those after the first only their number counts, and what that one leaves. */
static void
gif_frame(struct span s, size_t at, const struct gif_control *control, bool *removes,
	struct image_info *info)
{
	if (info->frames++ == 0) {
		info->alpha = control->clear;
		gif_first_frame(s.at + at, info);
	} else if (*removes) {
		info->alpha = true;
	}
	*removes = control->removes;
}

static bool
probe_gif(struct span s, struct image_info *info, struct err *err)
{
	struct gif_control control = { false, false };
	bool removes = false;
	size_t at = 13;

	if (s.n < 13)
		return cut_off(err);
	info->width = (int32_t)le16(s.at + 6);
	info->height = (int32_t)le16(s.at + 8);
	info->frames = 0;
	if ((s.at[10] & 0x80) != 0)
		at += (size_t)3 << ((s.at[10] & 7) + 1);
	while (at < s.n && s.at[at] != 0x3b) {
		if (s.at[at] == 0x21 && s.n - at >= 2) {
			if (s.at[at + 1] == 0xf9 && s.n - at >= 8)
				control = gif_control(s, at);
			at = gif_skip(s, at + 2);
		} else if (s.at[at] == 0x2c && s.n - at >= 10) {
			gif_frame(s, at, &control, &removes, info);
			control = (struct gif_control){ false, false };
			if ((s.at[at + 9] & 0x80) != 0)
				at += (size_t)3 << ((s.at[at + 9] & 7) + 1);
			/* descriptor and code size */
			at = gif_skip(s, at + 11);
		} else {
			at++;
		}
	}
	info->animated = info->frames > 1;
	return info->frames > 0 || cut_off(err);
}

/* The size and alpha in a WebP bit stream of either kind; false when it is none. */
static bool
webp_stream(struct span name, struct span body, struct image_info *info)
{
	if (span_begins(name, "VP8 ", 4)) {
		if (body.n < 10 || (body.at[0] & 1) != 0 ||
			memcmp(body.at + 3, "\x9d\x01\x2a", 3) != 0)
			return false;
		info->width = (int32_t)(le16(body.at + 6) & 0x3fff);
		info->height = (int32_t)(le16(body.at + 8) & 0x3fff);
		return true;
	}
	if (body.n < 5 || body.at[0] != 0x2f)
		return false;
	info->width = (int32_t)(le32(body.at + 1) & 0x3fff) + 1;
	info->height = (int32_t)(le32(body.at + 1) >> 14 & 0x3fff) + 1;
	if ((body.at[4] & 0x10) != 0)
		info->alpha = true;
	return true;
}

/* What the first frame of an animation leaves uncovered is transparent. */
static void
webp_first_frame(struct span frame, struct image_info *info)
{
	if (frame.n >= 12 && (le24(frame.at) != 0 || le24(frame.at + 3) != 0 ||
				     le24(frame.at + 6) + 1 < (uint32_t)info->width ||
				     le24(frame.at + 9) + 1 < (uint32_t)info->height))
		info->alpha = true;
}

/* The chunks after VP8X that matter here; the flags announce them, but only their bytes count. */
static void
webp_extended(struct span s, size_t at, struct image_info *info)
{
	int32_t frames = 0;

	while (at <= s.n && s.n - at >= 8) {
		size_t len = le32(s.at + at + 4);
		struct span name = span_from(s, at, 4);
		struct span body = span_from(s, at + 8, len);

		if (span_begins(name, "ICCP", 4)) {
			info->icc = true;
		} else if (span_begins(name, "ALPH", 4)) {
			info->alpha = true;
		} else if (span_begins(name, "ANMF", 4)) {
			if (frames++ == 0)
				webp_first_frame(body, info);
			/* taken away again; the flag before it is about blending */
			if (body.n >= 16 && (body.at[15] & 1) != 0)
				info->alpha = true;
		} else if (span_begins(name, "EXIF", 4)) {
			if (span_begins(body, "Exif\0\0", 6))
				body = span_from(body, 6, body.n);
			info->orientation = probe_tiff_orientation(body);
		}
		if (len > s.n - at - 8)
			break;
		at += 8 + len + (len & 1);
	}
	if (info->animated && frames > 1)
		info->frames = frames;
}

static bool
probe_webp(struct span s, struct image_info *info, struct err *err)
{
	struct span name = span_from(s, 12, 4);

	if (s.n < 21)
		return cut_off(err);
	if (!span_begins(name, "VP8X", 4))
		return webp_stream(name, span_from(s, 20, le32(s.at + 16)), info) || cut_off(err);
	if (s.n < 30)
		return cut_off(err);
	info->alpha = (s.at[20] & 0x10) != 0;
	info->animated = (s.at[20] & 0x02) != 0;
	info->width = (int32_t)le24(s.at + 24) + 1;
	info->height = (int32_t)le24(s.at + 27) + 1;
	webp_extended(s, 30, info);
	return true;
}

/*
 * Tell whether a bitmap of 32 bits per pixel holds transparency. With masks, theirs says so.
 * Without them the fourth byte should not count, but programs write alpha there, or zeros: it
 * counts unless all are zero.
 */
static bool
bmp_has_alpha(struct span s, uint32_t header, uint32_t compression)
{
	struct span pixels = span_from(s, le32(s.at + 10), s.n);

	if (compression == BMP_MASKS || compression == BMP_MASKS_ALPHA)
		return (header >= 56 || compression == BMP_MASKS_ALPHA) && s.n >= 70 &&
		       le32(s.at + 66) != 0;
	if (compression != 0 || le16(s.at + 28) != 32)
		return false;
	for (size_t at = 3; at < pixels.n; at += 4)
		if (pixels.at[at] != 0)
			return true;
	return false;
}

/*
 * Compression by JPEG or PNG is for printers: their decoders would meet a picture nobody has
 * measured.
 */
static bool
probe_bmp(struct span s, struct image_info *info, struct err *err)
{
	uint32_t header, compression;

	if (s.n < 26)
		return cut_off(err);
	header = le32(s.at + 14);
	if (header == 12) {
		info->width = (int32_t)le16(s.at + 18);
		info->height = (int32_t)le16(s.at + 20);
		return true;
	}
	if (header < 40 || s.n < 54)
		return cut_off(err);
	if (le32(s.at + 18) > INT32_MAX || le32(s.at + 22) == 0x80000000)
		return cut_off(err);
	info->width = (int32_t)le32(s.at + 18);
	info->height = (int32_t)le32(s.at + 22);
	if (info->height < 0)
		info->height = -info->height; /* rows from the top down */
	compression = le32(s.at + 30);
	if (compression == BMP_JPEG || compression == BMP_PNG)
		return err_set(err, ERR_NOT_AN_IMAGE, "%s", "");
	info->alpha = bmp_has_alpha(s, header, compression);
	return true;
}

bool
probe_image(const unsigned char *bytes, size_t n, struct image_info *ret, struct err *err)
{
	struct image_info info = {
		.format = format_sniff(bytes, n), .orientation = 1, .frames = 1
	};
	struct span s = { bytes, n };
	bool ok = false;

	if (format_row(info.format)->magick == NULL)
		return err_set(err, ERR_NOT_AN_IMAGE, "%s", "");
	switch (info.format) {
	case FORMAT_JPEG:
		ok = probe_jpeg(s, &info, err);
		break;
	case FORMAT_PNG:
		ok = probe_png(s, &info, err);
		break;
	case FORMAT_GIF:
		ok = probe_gif(s, &info, err);
		break;
	case FORMAT_WEBP:
		ok = probe_webp(s, &info, err);
		break;
	case FORMAT_AVIF:
	case FORMAT_HEIC:
		ok = probe_heif_picture(s, &info, err);
		break;
	case FORMAT_JXL:
		ok = probe_jxl_picture(s, &info, err);
		break;
	case FORMAT_TIFF:
		ok = probe_tiff_picture(s, &info, err);
		break;
	case FORMAT_BMP:
		ok = probe_bmp(s, &info, err);
		break;
	case FORMAT_NONE:
	case FORMAT_ICO:
	case FORMAT_SVG:
	case FORMAT_JSON:
	case FORMAT_BLURHASH:
	case FORMAT__COUNT:
		/* no parser of ours, so no limit could hold before a decoder sees it */
		return err_set(err, ERR_NOT_AN_IMAGE, "%s", "");
	}
	if (!ok)
		return false;
	if (info.width < 1 || info.height < 1) {
		err_set(err, ERR_BROKEN, "%s", "");
		return err_detail(err, "a side of 0 px");
	}
	*ret = info;
	return true;
}

int32_t
probe_width(const struct image_info *info)
{
	return info->orientation >= 5 ? info->height : info->width;
}

int32_t
probe_height(const struct image_info *info)
{
	return info->orientation >= 5 ? info->width : info->height;
}
