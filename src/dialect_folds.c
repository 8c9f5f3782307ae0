#include "dialect_folds.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

#define NUMBER_MAX 1e9 /* larger numbers are no numbers of pixels, degrees or parts */

/* ---- What folds have in common ---- */

static size_t
find_row(const struct dialect *d, const char *name)
{
	size_t i = 0;

	while (d->rows[i].name != NULL && !text_same(d->rows[i].name, name))
		i++;
	return i;
}

const char *
dialect_folds_value(const struct dialect_reading *r, const char *name)
{
	size_t i = find_row(r->dialect, name);

	return r->dialect->rows[i].name != NULL && (r->given & (uint64_t)1 << i) != 0 ? r->values[i]
										      : NULL;
}

bool
dialect_folds_put(struct dialect_reading *r, const char *query)
{
	struct params_pair pair;

	while (params_next_pair(&query, &pair))
		if (!params_put(&r->params, pair.name, pair.value, r->strict))
			return false;
	return true;
}

/* What was given turns out to have no meaning beside the rest. */
static void
drop(struct dialect_reading *r, const char *name)
{
	size_t i = find_row(r->dialect, name);

	if (r->dialect->rows[i].name != NULL && (r->given & (uint64_t)1 << i) != 0)
		r->dropped |= (uint64_t)1 << i;
}

static bool
put(struct dialect_reading *r, const char *name, const char *value)
{
	return params_put(&r->params, name, value, r->strict);
}

static bool
put_number(struct dialect_reading *r, const char *name, double value)
{
	char text[32];

	/* whole numbers: the decimal point of printf follows the locale */
	(void)snprintf(text, sizeof text, "%lld", (long long)floor(value + 0.5));
	return put(r, name, text);
}

static bool
read_number(const char *text, double min, double max, double *ret)
{
	return text_to_real(text, min, max, ret);
}

/* A number given for a row, or what leaving it out means. */
static double
number_of(const struct dialect_reading *r, const char *name, double unset)
{
	const char *value = dialect_folds_value(r, name);
	double number;

	return value != NULL && read_number(value, -NUMBER_MAX, NUMBER_MAX, &number) ? number
										     : unset;
}

/* Cut text at its first separator; what follows it, or NULL. */
static char *
cut(char *text, const char *separators)
{
	char *at = strpbrk(text, separators);

	if (at != NULL)
		*at++ = '\0';
	return at;
}

/* The words of a list with commas, one after another. */
static bool
next_word(const char **list, char *ret, size_t size)
{
	size_t n;

	*list += strspn(*list, ", ");
	n = strcspn(*list, ", ");
	if (n == 0)
		return false;
	if (n < size) {
		memcpy(ret, *list, n);
		ret[n] = '\0';
	} else {
		ret[0] = '\0'; /* no word is that long */
	}
	*list += n;
	return true;
}

/* A point by two texts, "0.3" and "0.25". */
static bool
put_point(struct dialect_reading *r, const char *x, const char *y)
{
	char text[PARAMS_VALUE];
	int n = snprintf(text, sizeof text, "%s,%s", x, y);

	return n > 0 && (size_t)n < sizeof text && put(r, "g", text);
}

bool
dialect_folds_number(struct dialect_reading *r, const struct dialect_row *row, const char *value)
{
	double number;

	(void)r;
	return read_number(value, row->min, row->max, &number);
}

/* ---- imgix ---- */

/* Up to 1 it is a ratio of the original, which nothing here holds. */
bool
dialect_folds_pixels(struct dialect_reading *r, const struct dialect_row *row, const char *value)
{
	double number;

	if (read_number(value, -NUMBER_MAX, NUMBER_MAX, &number) && number > 0 && number <= 1)
		return false;
	return put(r, row->target, value);
}

/* Directions add up; the first word that looks into the picture, or at fp-x and fp-y, decides. */
bool
dialect_folds_imgix_crop(
	struct dialect_reading *r, const struct dialect_row *row, const char *value)
{
	static const struct {
		const char *word;
		double x, y; /* negative: says nothing */
	} sides[] = {
		{ "top", -1, 0 },
		{ "bottom", -1, 1 },
		{ "left", 0, -1 },
		{ "right", 1, -1 },
		{ "center", 0.5, 0.5 },
		{ "middle", 0.5, 0.5 },
	};
	static const char *const names[] = { "0", "0.5", "1" };
	double x = 0.5, y = 0.5;
	char word[16];

	(void)row;
	while (next_word(&value, word, sizeof word)) {
		size_t i = 0;

		if (text_same(word, "faces") || text_same(word, "entropy") ||
			text_same(word, "edges") || text_same(word, "auto"))
			return put(r, "g", "smart");
		if (text_same(word, "focalpoint")) {
			const char *fp_x = dialect_folds_value(r, "fp-x");
			const char *fp_y = dialect_folds_value(r, "fp-y");

			return put_point(
				r, fp_x != NULL ? fp_x : "0.5", fp_y != NULL ? fp_y : "0.5");
		}
		while (i < sizeof sides / sizeof sides[0] && !text_same(word, sides[i].word))
			i++;
		if (i == sizeof sides / sizeof sides[0])
			return false;
		x = sides[i].x >= 0 ? sides[i].x : x;
		y = sides[i].y >= 0 ? sides[i].y : y;
	}
	return put_point(r, names[(int)(x * 2)], names[(int)(y * 2)]);
}

/* Where colours of 4 and 8 digits begin with their alpha. */
bool
dialect_folds_argb(struct dialect_reading *r, const struct dialect_row *row, const char *value)
{
	const char *hex = value[0] == '#' ? value + 1 : value;
	size_t n = strlen(hex), alpha = n / 4;
	char text[16];

	if ((n != 4 && n != 8) || hex[strspn(hex, "0123456789abcdefABCDEF")] != '\0')
		return put(r, row->target, value);
	(void)snprintf(text, sizeof text, "%s%.*s", hex + alpha, (int)alpha, hex);
	return put(r, row->target, text);
}

/* The colour beside a padded picture; elsewhere it has no effect. */
bool
dialect_folds_fill_colour(
	struct dialect_reading *r, const struct dialect_row *row, const char *value)
{
	struct params kept = r->params;

	if (!dialect_folds_argb(r, row, value))
		return false;
	if (kept.fit != PARAMS_PAD)
		r->params = kept;
	return true;
}

/* One axis of rect: a place and a length, whole px or parts of the side. */
struct span {
	double at, length;
	bool px, parts; /* what its numbers are; neither for 0 and words */
};

static bool
read_length(const char *text, double *ret, struct span *s)
{
	if (!read_number(text, 0, NUMBER_MAX, ret))
		return false;
	if (*ret > 0 && *ret <= 1 && strchr(text, '.') != NULL)
		s->parts = true;
	else if (*ret > 0)
		s->px = true;
	return true;
}

static bool
read_span(const char *at, const char *length, struct span *s)
{
	bool middle = text_same(at, "center") || text_same(at, "middle");
	bool end = text_same(at, "right") || text_same(at, "bottom");
	bool start = text_same(at, "left") || text_same(at, "top");

	*s = (struct span){ .at = 0 };
	if (text_same(length, "full")) {
		s->length = 1;
		s->parts = true;
	} else if (!read_length(length, &s->length, s) || s->length <= 0) {
		return false;
	}
	if (middle || end)
		s->at = s->parts ? (1 - s->length) / (middle ? 2 : 1) : -1;
	else if (!start && !read_length(at, &s->at, s))
		return false;
	/* the middle of unknown px is not known here, nor px of a part */
	return s->at >= 0 && !(s->px && s->parts);
}

/* rect=x,y,w,h: px or parts, which must be the same all over. */
bool
dialect_folds_imgix_rect(
	struct dialect_reading *r, const struct dialect_row *row, const char *value)
{
	char text[PARAMS_VALUE], made[PARAMS_VALUE];
	char *x = text, *y, *w, *h;
	struct span across, down;
	double numbers[4];
	int at = 0;

	if (!text_copy(text, sizeof text, value) || (y = cut(x, ",")) == NULL ||
		(w = cut(y, ",")) == NULL || (h = cut(w, ",")) == NULL)
		return false;
	if (!read_span(x, w, &across) || !read_span(y, h, &down) || across.px != down.px ||
		across.parts != down.parts)
		return false;
	/* px of 1 at most would be taken for parts of a side */
	if (across.px && across.at <= 1 && across.length <= 1 && down.at <= 1 && down.length <= 1)
		return false;
	numbers[0] = across.at;
	numbers[1] = down.at;
	numbers[2] = across.length;
	numbers[3] = down.length;
	for (size_t i = 0; i < 4; i++) {
		long long n = (long long)floor(numbers[i] * 100000 + 0.5);

		at += snprintf(made + at, sizeof made - (size_t)at, "%s%lld.%05lld",
			i > 0 ? "," : "", n / 100000, n % 100000);
	}
	return put(r, row->target, made);
}

/* auto=format,compress; what else there is improves pictures by taste, which nothing here does. */
bool
dialect_folds_auto(struct dialect_reading *r, const struct dialect_row *row, const char *value)
{
	bool known = false;
	char word[16];

	(void)row;
	while (next_word(&value, word, sizeof word)) {
		if (text_same(word, "format")) {
			known = true;
			if (!put(r, "f", "auto"))
				return false;
		} else if (text_same(word, "compress")) {
			known = true;
			if (dialect_folds_value(r, "q") == NULL && !put(r, "q", "45"))
				return false;
		}
	}
	return known;
}

/* trim=auto or color; how far from the border's colour counts is another parameter. */
bool
dialect_folds_imgix_trim(
	struct dialect_reading *r, const struct dialect_row *row, const char *value)
{
	double tolerance;

	if (text_same(value, "auto"))
		tolerance = number_of(r, "trim-md", 11);
	else if (text_same(value, "color"))
		tolerance = number_of(r, "trim-tol", 0);
	else
		return false;
	return put_number(r, row->target, tolerance < 1 ? 1 : tolerance > 254 ? 254 : tolerance);
}

/* ar=W:H gives the side that is missing; with both or none there is nothing to give. */
bool
dialect_folds_ratio(struct dialect_reading *r, const struct dialect_row *row, const char *value)
{
	char text[PARAMS_VALUE];
	double w, h, made;
	char *other;
	bool whole;

	(void)row;
	if (!text_copy(text, sizeof text, value) || (other = cut(text, ":")) == NULL ||
		!read_number(text, 0.001, 100000, &w) || !read_number(other, 0.001, 100000, &h))
		return false;
	if ((r->params.w > 0) == (r->params.h > 0))
		return true;
	whole = r->params.w > 0;
	made = whole ? r->params.w * h / w : r->params.h * w / h;
	made = made < 1 ? 1 : made > INT32_MAX ? INT32_MAX : made;
	/* too long a side is not their mistake, and shrinks with the other one */
	return params_put(&r->params, whole ? "h" : "w", "1", false) &&
	       (*(whole ? &r->params.h : &r->params.w) = (int32_t)floor(made + 0.5)) > 0;
}

/* g matters where something is cut off (and where a picture is placed, if so said). */
static void
settle_gravity(struct dialect_reading *r, bool placed)
{
	if (r->params.fit != PARAMS_COVER && !(placed && r->params.fit == PARAMS_PAD))
		(void)!put(r, "g", "");
}

void
dialect_folds_finish_imgix(struct dialect_reading *r)
{
	const char *fit = dialect_folds_value(r, "fit");

	settle_gravity(r, false);
	/* ar needs a side, and a fit that fills the box */
	if ((r->params.w == 0 && r->params.h == 0) || fit == NULL ||
		(r->params.fit != PARAMS_COVER && r->params.fit != PARAMS_PAD))
		drop(r, "ar");
}

/* ---- Cloudflare ---- */

/* 0.5x0.33 */
bool
dialect_folds_point(struct dialect_reading *r, const struct dialect_row *row, const char *value)
{
	char text[PARAMS_VALUE];
	char *y;

	(void)row;
	return text_copy(text, sizeof text, value) && (y = cut(text, "xX")) != NULL &&
	       put_point(r, text, y);
}

/* One part of rgb(): 0…255, or per cent of that. */
static bool
read_channel(const char *text, double whole, int *ret)
{
	char number[16];
	size_t n = strlen(text);
	double value;

	if (n == 0 || n >= sizeof number)
		return false;
	memcpy(number, text, n + 1);
	if (number[n - 1] == '%') {
		number[n - 1] = '\0';
		whole = 100;
	}
	if (!read_number(number, 0, NUMBER_MAX, &value))
		return false;
	value = value > whole ? 1 : value / whole;
	*ret = (int)floor(value * 255 + 0.5);
	return true;
}

/* rgb(240,40,145), rgba(255 255 0 / 50%); every other spelling is params' own. */
bool
dialect_folds_css_colour(
	struct dialect_reading *r, const struct dialect_row *row, const char *value)
{
	char text[PARAMS_VALUE], hex[16];
	int channels[4] = { 0, 0, 0, 255 };
	char *part, *rest = NULL;
	size_t n = 0, len;

	if (!text_copy(text, sizeof text, value))
		return false;
	part = cut(text, "(");
	if (part == NULL)
		return put(r, row->target, value);
	len = strlen(part);
	if ((!text_same(text, "rgb") && !text_same(text, "rgba")) || len == 0 ||
		part[len - 1] != ')')
		return false;
	part[len - 1] = '\0';
	for (part = strtok_r(part, ", /", &rest); part != NULL;
		part = strtok_r(NULL, ", /", &rest), n++)
		if (n == 4 || !read_channel(part, n == 3 ? 1 : 255, &channels[n]))
			return false;
	if (n < 3)
		return false;
	(void)snprintf(hex, sizeof hex, "%02x%02x%02x%02x", (unsigned)channels[0] & 0xff,
		(unsigned)channels[1] & 0xff, (unsigned)channels[2] & 0xff,
		(unsigned)channels[3] & 0xff);
	return put(r, row->target, hex);
}

/* Four numbers of px, each a parameter of its own, to crop. Without both lengths they say nothing.
 */
static void
settle_crop(struct dialect_reading *r, const char *const names[4], bool possible)
{
	double numbers[4];
	char text[128];

	for (size_t i = 0; i < 4; i++)
		numbers[i] = floor(number_of(r, names[i], 0) + 0.5);
	/* px of 1 at most would be taken for parts of a side */
	if (possible && numbers[2] > 0 && numbers[3] > 0 &&
		(numbers[0] > 1 || numbers[1] > 1 || numbers[2] > 1 || numbers[3] > 1)) {
		(void)snprintf(text, sizeof text, "%.0f,%.0f,%.0f,%.0f", numbers[0], numbers[1],
			numbers[2], numbers[3]);
		if (put(r, "crop", text))
			return;
	}
	for (size_t i = 0; i < 4; i++)
		drop(r, names[i]);
}

void
dialect_folds_finish_cloudflare(struct dialect_reading *r)
{
	static const char *const names[] = { "trim.left", "trim.top", "trim.width", "trim.height" };
	int32_t flip = r->params.flip;

	settle_crop(r, names, true);
	settle_gravity(r, false);
	/* theirs are mirrored first: across the other axis, when that is done last */
	if ((flip == PARAMS_FLIP_H || flip == PARAMS_FLIP_V) &&
		(r->params.rot == 90 || r->params.rot == 270))
		(void)!put(r, "flip", flip == PARAMS_FLIP_H ? "v" : "h");
}

/* ---- weserv ---- */

/* focal with fpx and fpy, or focal-25-75 (per cent; once called crop-25-75). */
bool
dialect_folds_focal(struct dialect_reading *r, const struct dialect_row *row, const char *value)
{
	char text[PARAMS_VALUE], point[64];
	char *x, *y;
	double at_x, at_y;

	(void)row;
	if (text_same(value, "focal")) {
		const char *fpx = dialect_folds_value(r, "fpx");
		const char *fpy = dialect_folds_value(r, "fpy");

		return put_point(r, fpx != NULL ? fpx : "0.5", fpy != NULL ? fpy : "0.5");
	}
	if (!text_copy(text, sizeof text, value) || (x = cut(text, "-")) == NULL ||
		(y = cut(x, "-")) == NULL ||
		(!text_same(text, "focal") && !text_same(text, "crop")))
		return false;
	(void)cut(x, "%");
	(void)cut(y, "%");
	if (!read_number(x, 0, 100, &at_x) || !read_number(y, 0, 100, &at_y))
		return false;
	(void)snprintf(point, sizeof point, "%d.%03d,%d.%03d", (int)(at_x * 10 + 0.5) / 1000,
		(int)(at_x * 10 + 0.5) % 1000, (int)(at_y * 10 + 0.5) / 1000,
		(int)(at_y * 10 + 0.5) % 1000);
	return put(r, "g", point);
}

/* Any multiple of 90 degrees. */
bool
dialect_folds_turn(struct dialect_reading *r, const struct dialect_row *row, const char *value)
{
	int64_t degrees;

	if (!text_to_int(value, -1000000, 1000000, &degrees) || degrees % 90 != 0)
		return false;
	return put_number(r, row->target, (double)(((degrees % 360) + 360) % 360));
}

/* Mirrored left and right; together with flip, both ways. */
bool
dialect_folds_flop(struct dialect_reading *r, const struct dialect_row *row, const char *value)
{
	bool on;

	if (!text_to_bool(value, &on))
		return false;
	return !on || put(r, row->target, r->params.flip == PARAMS_FLIP_V ? "hv" : "h");
}

/* Counted from 0; negative ones choose by size, which nothing here does. */
bool
dialect_folds_page(struct dialect_reading *r, const struct dialect_row *row, const char *value)
{
	int64_t page;

	return text_to_int(value, 0, 65534, &page) && put_number(r, row->target, (double)page + 1);
}

void
dialect_folds_finish_weserv(struct dialect_reading *r)
{
	static const char *const names[] = { "cx", "cy", "cw", "ch" };

	/* they cut what has been resized, if it was and unless told otherwise */
	settle_crop(r, names,
		dialect_folds_value(r, "precrop") != NULL ||
			(r->params.w == 0 && r->params.h == 0));
	settle_gravity(r, true);
}
