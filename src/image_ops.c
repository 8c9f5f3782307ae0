#include "image_ops.h"

#include "image_colour.h"
#include "image_effects.h"
#include "image_magick.h"
#include "image_shrink.h"
#include "plan_geometry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COARSE 2 /* the last, good filter is left at least this factor per side */

bool
image_ops_fault(const ExceptionInfo *e, enum err_kind otherwise, struct err *err)
{
	int base = (int)e->severity % 100;
	bool memory = base == ResourceLimitBase || base == CacheBase;

	err_set(err, memory ? ERR_MEMORY : otherwise, "%s", "");
	return err_detail(err, "%d %s %s", (int)e->severity, e->reason != NULL ? e->reason : "",
		e->description != NULL ? e->description : "");
}

/* Put a step's result in the place of its source; false when the step failed. */
static bool
replace(Image **image, Image *made)
{
	if (made == NULL)
		return false;
	DestroyImageList(*image);
	*image = made;
	return true;
}

static bool
crop(Image **image, const struct plan_rect *r, ExceptionInfo *e)
{
	RectangleInfo box = { (unsigned long)r->w, (unsigned long)r->h, r->x, r->y };

	if (r->x == 0 && r->y == 0 && (*image)->columns == box.width &&
		(*image)->rows == box.height)
		return true;
	/* a canvas of its own would move the cut */
	(void)memset(&(*image)->page, 0, sizeof(*image)->page);
	if (!replace(image, CropImage(*image, &box, e)))
		return false;
	(void)memset(&(*image)->page, 0, sizeof(*image)->page);
	return true;
}

static bool
turn(Image **image, double degrees, ExceptionInfo *e)
{
	return replace(image, RotateImage(*image, degrees, e));
}

static bool
flop(Image **image, ExceptionInfo *e)
{
	return replace(image, FlopImage(*image, e));
}

/* Undo what the camera's orientation says (Exif 2.3, tag 0x0112). */
static bool
orient(Image **image, int orientation, ExceptionInfo *e)
{
	bool ok = true;

	switch (orientation) {
	case 2:
		ok = flop(image, e);
		break;
	case 3:
		ok = turn(image, 180, e);
		break;
	case 4:
		ok = replace(image, FlipImage(*image, e));
		break;
	case 5:
		ok = turn(image, 90, e) && flop(image, e);
		break;
	case 6:
		ok = turn(image, 90, e);
		break;
	case 7:
		ok = turn(image, 270, e) && flop(image, e);
		break;
	case 8:
		ok = turn(image, 270, e);
		break;
	default:
		break;
	}
	/* turning leaves a page behind */
	if (ok)
		(void)memset(&(*image)->page, 0, sizeof(*image)->page);
	return ok;
}

/*
 * Resize by two steps when much is taken away: exact means, cheap and free of ringing, to no less
 * than COARSE times the wanted size, then Lanczos. Enlarging uses Mitchell: Lanczos would draw
 * halos along edges and make the blocks of a JPEG stand out.
 */
static bool
resize_values(Image **image, int32_t width, int32_t height, ExceptionInfo *e)
{
	unsigned long w = (unsigned long)width, h = (unsigned long)height;
	unsigned long by_x = (*image)->columns / (COARSE * w), by_y = (*image)->rows / (COARSE * h);
	bool larger = w >= (*image)->columns && h >= (*image)->rows;

	by_x = by_x > 1 ? by_x : 1;
	by_y = by_y > 1 ? by_y : 1;
	if ((by_x > 1 || by_y > 1) &&
		!replace(image, image_shrink(*image, (int32_t)((*image)->columns / by_x),
					(int32_t)((*image)->rows / by_y), e)))
		return false;
	return replace(
		image, ResizeImage(*image, w, h, larger ? MitchellFilter : LanczosFilter, 1.0, e));
}

/* sRGB's curve, and back (IEC 61966-2-1). */
static double
bent(double v, bool to_light)
{
	if (to_light)
		return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
	return v <= 0.0031308 ? v * 12.92 : 1.055 * pow(v, 1 / 2.4) - 0.055;
}

/* Turn values into amounts of light, or back. Alpha is an amount already. */
static bool
bend(Image *image, bool to_light, ExceptionInfo *e)
{
	uint16_t *table = malloc(65536 * sizeof *table);
	bool ok = table != NULL;

	for (uint32_t i = 0; ok && i < 65536; i++)
		table[i] = (uint16_t)(65535 * bent(i / 65535.0, to_light) + 0.5);
	image->storage_class = DirectClass;
	for (unsigned long y = 0; ok && y < image->rows; y++) {
		PixelPacket *row = GetImagePixelsEx(image, 0, (long)y, image->columns, 1, e);

		for (unsigned long x = 0; row != NULL && x < image->columns; x++) {
			row[x].red = ScaleShortToQuantum(table[ScaleQuantumToShort(row[x].red)]);
			row[x].green =
				ScaleShortToQuantum(table[ScaleQuantumToShort(row[x].green)]);
			row[x].blue = ScaleShortToQuantum(table[ScaleQuantumToShort(row[x].blue)]);
		}
		ok = row != NULL && SyncImagePixelsEx(image, e) != MagickFail;
	}
	if (table == NULL)
		ThrowException(e, ResourceLimitError, "no memory for a table", NULL);
	free(table);
	return ok;
}

static bool
resize(Image **image, int32_t width, int32_t height, bool linear, ExceptionInfo *e)
{
	if ((*image)->columns == (unsigned long)width && (*image)->rows == (unsigned long)height)
		return true;
	return (!linear || bend(*image, true, e)) && resize_values(image, width, height, e) &&
	       (!linear || bend(*image, false, e));
}

static Quantum
level(uint32_t rgba, int shift)
{
	return (Quantum)ScaleCharToQuantum(rgba >> shift & 0xff);
}

/* Lay one pixel over another (Porter and Duff's over, colours not premultiplied). */
static PixelPacket
over(PixelPacket top, PixelPacket below)
{
	double a = 1 - (double)top.opacity / MaxRGB;
	double b = (1 - a) * (1 - (double)below.opacity / MaxRGB), sum = a + b;

	if (a >= 1 || sum <= 0)
		return a >= 1 ? top : below;
	top.red = (Quantum)((top.red * a + below.red * b) / sum + 0.5);
	top.green = (Quantum)((top.green * a + below.green * b) / sum + 0.5);
	top.blue = (Quantum)((top.blue * a + below.blue * b) / sum + 0.5);
	top.opacity = (Quantum)((1 - sum) * MaxRGB + 0.5);
	return top;
}

/* A canvas to lay a picture on. */
struct canvas {
	long w, h;
	long x, y; /* of the picture; parts outside are cut off */
	PixelPacket bg;
	bool flatten; /* bg shines through the picture too */
};

static void
fill_row(PixelPacket *to, const Image *image, const PixelPacket *from, const struct canvas *c)
{
	for (long x = 0; x < c->w; x++) {
		long at = x - c->x;

		if (from == NULL || at < 0 || at >= (long)image->columns) {
			to[x] = c->bg;
			continue;
		}
		to[x] = from[at];
		if (!image->matte)
			to[x].opacity = OpaqueOpacity;
		if (c->flatten)
			to[x] = over(to[x], c->bg);
	}
}

static bool
lay(Image **image, const struct canvas *c, ExceptionInfo *e)
{
	Image *made = CloneImage(*image, (unsigned long)c->w, (unsigned long)c->h, MagickTrue, e);

	if (made == NULL)
		return false;
	made->storage_class = DirectClass;
	made->is_grayscale = made->is_monochrome = MagickFalse;
	made->matte = c->bg.opacity != OpaqueOpacity || ((*image)->matte && !c->flatten);
	for (long y = 0; y < c->h; y++) {
		const PixelPacket *from = NULL;
		PixelPacket *to = SetImagePixelsEx(made, 0, y, made->columns, 1, e);
		bool inside = y >= c->y && y - c->y < (long)(*image)->rows;

		if (inside)
			from = AcquireImagePixels(*image, 0, y - c->y, (*image)->columns, 1, e);
		if (to == NULL || (inside && from == NULL)) {
			DestroyImage(made);
			return false;
		}
		fill_row(to, *image, from, c);
		if (!SyncImagePixelsEx(made, e)) {
			DestroyImage(made);
			return false;
		}
	}
	return replace(image, made);
}

static bool
place_on_canvas(Image **image, const struct plan *plan, ExceptionInfo *e)
{
	struct canvas c = { .w = plan->canvas_w,
		.h = plan->canvas_h,
		.x = plan->place_x,
		.y = plan->place_y,
		.bg = { .red = level(plan->bg, 24),
			.green = level(plan->bg, 16),
			.blue = level(plan->bg, 8),
			.opacity = (Quantum)(MaxRGB - level(plan->bg, 0)) } };

	/* the header may have promised less transparency than came */
	c.flatten = (*image)->matte && (plan->flatten || !format_row(plan->format)->alpha);
	if (!c.flatten && (long)(*image)->columns == c.w && (long)(*image)->rows == c.h)
		return true;
	return lay(image, &c, e);
}

/* Take away all that is not pixels, so that nothing private or changing reaches the result. */
static void
strip(Image *image)
{
	(void)ProfileImage(image, "*", NULL, 0, MagickFalse);
	DestroyImageAttributes(image);
	(void)memset(&image->page, 0, sizeof image->page);
	(void)memset(&image->chromaticity, 0, sizeof image->chromaticity);
	image->rendering_intent = UndefinedIntent;
	image->orientation = UndefinedOrientation;
	image->gamma = 0;
	image->x_resolution = image->y_resolution = 0;
	image->units = UndefinedResolution;
	image->delay = image->iterations = 0;
	image->dispose = UndefinedDispose;
	image->compression = UndefinedCompression;
	image->interlace = NoInterlace;
	image->depth = 8;
}

/* Cut out what is shown, make it small and turn it upright, in the cheaper order. */
static bool
crop_and_resize(Image **image, const struct plan *plan, ExceptionInfo *e)
{
	struct plan_rect stored = plan_geometry_as_stored(plan, &plan->crop);
	bool sideways = plan->orientation >= 5;
	int32_t w = plan->resize_w, h = plan->resize_h;

	if (!crop(image, &stored, e))
		return false;
	if ((int64_t)w * h < (int64_t)stored.w * stored.h)
		return resize(image, sideways ? h : w, sideways ? w : h, plan->linear, e) &&
		       orient(image, plan->orientation, e);
	return orient(image, plan->orientation, e) && resize(image, w, h, plan->linear, e);
}

bool
image_ops_apply(Image **image, const struct plan *plan, const struct image_info *info,
	const struct image_profiles *profiles, struct err *err)
{
	bool ok = false, sideways = plan->orientation >= 5;
	bool first = plan->linear || image_colour_is_first(*image);
	struct plan_rect shrunk = { 0, 0, sideways ? plan->source_h : plan->source_w,
		sideways ? plan->source_w : plan->source_h };
	ExceptionInfo e;

	GetExceptionInfo(&e);
	if (!crop(image, &shrunk, &e) ||
		(first && !image_colour_to_srgb(*image, info, profiles, &e)) ||
		!crop_and_resize(image, plan, &e) || !crop(image, &plan->extract, &e) ||
		(!first && !image_colour_to_srgb(*image, info, profiles, &e)) ||
		!orient(image, plan->turn, &e) || !place_on_canvas(image, plan, &e) ||
		!image_effects_apply(*image, plan, &e)) {
		/* some steps leave their reason with the image */
		if (e.severity == UndefinedException)
			GetImageException(*image, &e);
		image_ops_fault(&e, ERR_BROKEN, err);
		goto out;
	}
	strip(*image);
	ok = true;
out:
	DestroyExceptionInfo(&e);
	if (!ok) {
		DestroyImageList(*image);
		*image = NULL;
	}
	return ok;
}

bool
image_ops_place(
	Image **image, int64_t x, int64_t y, int32_t canvas_w, int32_t canvas_h, struct err *err)
{
	struct canvas c = { .w = canvas_w, .h = canvas_h, .x = (long)x, .y = (long)y };
	ExceptionInfo e;
	bool ok = true;

	if (x == 0 && y == 0 && (*image)->columns == (unsigned long)canvas_w &&
		(*image)->rows == (unsigned long)canvas_h)
		return true;
	c.bg = (PixelPacket){
		.red = MaxRGB, .green = MaxRGB, .blue = MaxRGB, .opacity = TransparentOpacity
	};
	GetExceptionInfo(&e);
	if (!lay(image, &c, &e)) {
		ok = image_ops_fault(&e, ERR_BROKEN, err);
		DestroyImageList(*image);
		*image = NULL;
	}
	DestroyExceptionInfo(&e);
	return ok;
}
