#include "params.h"
#include "base/text.h"
#include "format.h"
#include "params_kinds.h"

#include <string.h>

#define PARAMS_CROP_MAX 1000000 /* px; no format has longer sides that limits would allow */

/*
 * A row's field, checked when compiled: a field of another type is an array of negative size. An
 * array counts as the pointer it decays to.
 */
/* clang-format off */
#define FIELD(type, f) .size = sizeof ((struct params *)0)->f, \
	.offset = offsetof(struct params, f) + \
		0 * sizeof(char[_Generic(((struct params *)0)->f, type: 1, default: -1)])
#define INT(f, lo, hi)     .kind = PARAM_INT, FIELD(int32_t, f), .min = (lo), .max = (hi)
#define REAL(f, lo, hi, d) .kind = PARAM_REAL, FIELD(double, f), .min = (lo), .max = (hi), \
	.places = (d)
#define BOOL(f)            .kind = PARAM_BOOL, FIELD(bool, f)
#define CHOICE(f, list)    .kind = PARAM_CHOICE, FIELD(int32_t, f), .choices = (list)
#define COLOUR(f)          .kind = PARAM_COLOUR, FIELD(uint32_t, f)
#define RECT(f, d)         .kind = PARAM_RECT, FIELD(struct params_rect, f), .min = 0, \
	.max = PARAMS_CROP_MAX, .places = (d)
#define POINT(f, list, d)  .kind = PARAM_POINT, FIELD(struct params_point, f), .min = 0, .max = 1, \
	.places = (d), .choices = (list)
#define TEXT(f)            .kind = PARAM_TEXT, FIELD(char *, f)
#define SIZE(lo, hi)       .kind = PARAM_SIZE, .min = (lo), .max = (hi)

static const struct param_choice fits[] = {
	{ "inside", PARAMS_INSIDE }, { "cover", PARAMS_COVER }, { "pad", PARAMS_PAD },
	{ "fill", PARAMS_FILL }, { "outside", PARAMS_OUTSIDE }, { NULL, 0 },
};

static const struct param_choice points[] = {
	{ "c", 4 }, { "n", 1 }, { "s", 7 }, { "e", 5 }, { "w", 3 },
	{ "ne", 2 }, { "nw", 0 }, { "se", 8 }, { "sw", 6 },
	{ "center", 4 }, { "centre", 4 }, { "north", 1 }, { "south", 7 }, { "east", 5 },
	{ "west", 3 }, { "northeast", 2 }, { "northwest", 0 }, { "southeast", 8 },
	{ "southwest", 6 }, { "smart", PARAM_SMART }, { NULL, 0 },
};

static const struct param_choice turns[] = {
	{ "0", 0 }, { "90", 90 }, { "180", 180 }, { "270", 270 }, { NULL, 0 },
};

static const struct param_choice flips[] = {
	{ "h", PARAMS_FLIP_H }, { "v", PARAMS_FLIP_V }, { "hv", PARAMS_FLIP_HV },
	{ "vh", PARAMS_FLIP_HV }, { NULL, 0 },
};

static const struct param_choice metas[] = {
	{ "none", PARAMS_META_NONE }, { "copyright", PARAMS_META_COPYRIGHT },
	{ "keep", PARAMS_META_KEEP }, { NULL, 0 },
};

static const struct param_choice frames[] = {
	{ "all", PARAMS_FRAME_ALL }, { "first", 1 }, { NULL, 0 },
};

static const struct param_choice formats[] = {
	{ "jpg", FORMAT_JPEG }, { "jpeg", FORMAT_JPEG }, { "png", FORMAT_PNG },
	{ "webp", FORMAT_WEBP }, { "avif", FORMAT_AVIF }, { "gif", FORMAT_GIF },
	{ "jxl", FORMAT_JXL }, { "json", FORMAT_JSON }, { "blurhash", FORMAT_BLURHASH },
	{ "auto", PARAMS_F_AUTO }, { "original", PARAMS_F_ORIGINAL },
	{ NULL, 0 },
};

const struct param_def param_table[] = {
	{ "t", { NULL }, TEXT(t), .flags = PARAM_NAME, .unset = "", .unit = "", .group = "preset",
	  .summary = "Preset: parameters from the configuration, which the others override.",
	  .example = "t=card" },
	{ "w", { "width" }, INT(w, 1, PARAMS_SIDE_MAX),
	  .flags = PARAM_ACTS | PARAM_SIDE | PARAM_AUTO,
	  .unset = "", .unit = "px", .group = "size",
	  .summary = "Width of the box the picture goes into; auto: as client hints say.", .example = "w=300" },
	{ "h", { "height" }, INT(h, 1, PARAMS_SIDE_MAX), .flags = PARAM_ACTS | PARAM_SIDE,
	  .unset = "", .unit = "px", .group = "size",
	  .summary = "Height of the box the picture goes into.", .example = "h=200" },
	{ "s", { NULL }, SIZE(1, PARAMS_SIDE_MAX), .flags = PARAM_ACTS, .unset = "",
	  .unit = "px", .group = "size",
	  .summary = "Width and height at once; the same as w and h.", .example = "s=300x200" },
	{ "fit", { NULL }, CHOICE(fit, fits), .unset = "inside", .unit = "", .group = "size",
	  .summary = "How the picture fills the box.", .example = "w=300&h=200&fit=cover" },
	{ "up", { NULL }, BOOL(up), .unset = "0", .unit = "", .group = "size",
	  .summary = "Whether a small picture may be enlarged.", .example = "w=3000&up=1" },
	{ "g", { "gravity" }, POINT(g, points, 3), .flags = PARAM_CLAMP, .unset = "c", .unit = "",
	  .group = "size",
	  .summary = "The part to keep when cover cuts, and where pad places the picture.",
	  .example = "w=300&h=300&fit=cover&g=0.3,0.25" },
	{ "q", { "quality" }, INT(q, 1, 100), .flags = PARAM_ACTS, .unset = "", .unit = "",
	  .group = "output",
	  .summary = "Quality of lossy formats; left out, the format's own setting.",
	  .example = "w=300&q=70" },
	{ "f", { "format" }, CHOICE(f, formats), .flags = PARAM_ACTS, .unset = "original",
	  .unit = "", .group = "output",
	  .summary = "Format; the original's if browsers show it, else jpg, or png with alpha.",
	  .example = "f=webp" },
	{ "dpr", { NULL }, REAL(dpr, 0.5, 5, 1), .flags = PARAM_CLAMP | PARAM_AUTO, .unset = "1", .unit = "x",
	  .group = "size", .summary = "Device pixels per CSS pixel; multiplies w and h.",
	  .example = "w=300&dpr=2" },
	{ "bg", { "background" }, COLOUR(bg), .flags = PARAM_ACTS, .unset = "", .unit = "",
	  .group = "output",
	  .summary = "Background; left out, white where the format has no transparency.",
	  .example = "w=300&h=300&fit=pad&bg=fafafa" },
	{ "crop", { NULL }, RECT(crop, 5), .flags = PARAM_ACTS, .unset = "", .unit = "px",
	  .group = "size",
	  .summary = "The part of the upright original to take, before it is fitted: left, top, width, height.",
	  .example = "w=300&crop=0.25,0.25,0.5,0.5" },
	{ "rot", { NULL }, CHOICE(rot, turns), .flags = PARAM_ACTS, .unset = "0", .unit = "degrees",
	  .group = "size", .summary = "Turn clockwise; w, h, fit and g mean the picture so turned.", .example = "rot=90" },
	{ "flip", { NULL }, CHOICE(flip, flips), .flags = PARAM_ACTS, .unset = "", .unit = "",
	  .group = "size", .summary = "Mirror, once turned: left and right, top and bottom, or both.",
	  .example = "flip=h" },
	{ "blur", { NULL }, REAL(blur, 0, 10, 2), .flags = PARAM_ACTS | PARAM_CLAMP, .unset = "0",
	  .unit = "px", .group = "effects", .summary = "Blur by a Gaussian of that sigma.",
	  .example = "w=300&blur=2.5" },
	{ "sharp", { NULL }, REAL(sharp, 0, 10, 2), .flags = PARAM_ACTS | PARAM_CLAMP, .unset = "0",
	  .unit = "px", .group = "effects", .summary = "Sharpen by a mask of that sigma.",
	  .example = "w=300&sharp=0.8" },
	{ "trim", { NULL }, INT(trim, 1, 254), .flags = PARAM_ACTS | PARAM_CLAMP, .unset = "",
	  .unit = "levels", .group = "size",
	  .summary = "Cut off a border of one colour, give or take so many levels of 255.",
	  .example = "w=300&trim=10" },
	{ "meta", { NULL }, CHOICE(meta, metas), .flags = PARAM_ACTS, .unset = "none", .unit = "",
	  .group = "output", .summary = "Metadata to keep: none, the copyright, or what there is.",
	  .example = "w=300&meta=copyright" },
	{ "max", { NULL }, INT(max, 1024, 1073741824), .flags = PARAM_ACTS | PARAM_CLAMP,
	  .unset = "", .unit = "bytes", .group = "output",
	  .summary = "Most bytes the picture may have: quality falls first, then size.",
	  .example = "w=1200&max=100000" },
	{ "frame", { NULL }, INT(frame, 1, 65535), .choices = frames, .flags = PARAM_ACTS | PARAM_CLAMP,
	  .unset = "all", .unit = "", .group = "output",
	  .summary = "Of an animation: all frames where the format moves, or one, counted from 1.",
	  .example = "w=300&frame=first" },
	{ "dl", { NULL }, TEXT(dl), .flags = PARAM_BARE, .unset = "0", .unit = "", .group = "output",
	  .summary = "Save the answer as a file: 1, or dl alone, by the original's name, else by this one.",
	  .example = "w=300&dl=cat.jpg" },
	{ "v", { NULL }, TEXT(v), .unset = "", .unit = "", .group = "cache",
	  .summary = "Version; no effect on pixels, but caches keep the answer for good.",
	  .example = "w=300&v=2" },
	{ "exp", { NULL }, REAL(exp, 1, 99999999999, 0), .flags = PARAM_SIGN, .unset = "",
	  .unit = "unix s", .group = "access",
	  .summary = "When a signed URL is over; where the origin has a sign_key.",
	  .example = "w=300&exp=1893456000" },
	{ "sig", { NULL }, TEXT(sig), .flags = PARAM_NAME | PARAM_SIGN, .unset = "", .unit = "",
	  .group = "access",
	  .summary = "Signature of path and query, made by limner sign; where the origin has a sign_key.",
	  .example = "w=300&sig=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" },
};
/* clang-format on */
const size_t param_count = sizeof param_table / sizeof param_table[0];
_Static_assert(sizeof param_table / sizeof param_table[0] <= 64, "a bit for each row");

#define BIT(i) ((uint64_t)1 << (i))

static size_t
find_row(const char *name)
{
	for (size_t i = 0; i < param_count; i++) {
		const struct param_def *def = &param_table[i];

		if (text_same(name, def->name))
			return i;
		for (size_t a = 0; a < PARAM_ALIASES && def->aliases[a] != NULL; a++)
			if (text_same(name, def->aliases[a]))
				return i;
	}
	return param_count;
}

static void *
field_of(struct params *p, const struct param_def *def)
{
	return (char *)p + def->offset;
}

static const void *
const_field_of(const struct params *p, const struct param_def *def)
{
	return (const char *)p + def->offset;
}

void
params_init(struct params *p)
{
	memset(p, 0, sizeof *p);
	for (size_t i = 0; i < param_count; i++) {
		const struct param_def *def = &param_table[i];

		/* That every `unset` is valid is a test; the field stays 0 where it says nothing.
		 */
		if (def->unset[0] != '\0' &&
			!params_kinds_set(def, def->unset, true, field_of(p, def)))
			memset(field_of(p, def), 0, def->size);
	}
}

static void
unset_row(struct params *p, size_t i)
{
	const struct param_def *def = &param_table[i];
	struct params fresh;

	params_init(&fresh);
	memcpy(field_of(p, def), const_field_of(&fresh, def), def->size);
	p->given &= ~BIT(i);
}

/* Tell whether a row was given as "auto": a zero, which no number of such a row is. */
static bool
is_auto(const struct params *p, size_t i)
{
	static const struct params none;

	return i < param_count && (param_table[i].flags & PARAM_AUTO) != 0 &&
	       (p->given & BIT(i)) != 0 &&
	       memcmp(const_field_of(p, &param_table[i]), const_field_of(&none, &param_table[i]),
		       param_table[i].size) == 0;
}

void
params_unsign(struct params *p)
{
	for (size_t i = 0; i < param_count; i++)
		if ((param_table[i].flags & PARAM_SIGN) != 0)
			unset_row(p, i);
}

static bool
means_unset(const struct param_def *def, const char *value)
{
	double number;

	if (value[0] == '\0')
		return true;
	if ((def->flags & PARAM_SIDE) == 0)
		return false;
	return text_same(value, "auto") || (text_to_real(value, 0, 1, &number) && number < 0.5);
}

static bool set_row(struct params *p, size_t i, const char *value, bool strict);

/* Fold WxH into w and h. A side left out says nothing; both left out is no size. */
static bool
set_size(struct params *p, const char *value, bool strict)
{
	struct params made = *p;
	char w[PARAMS_VALUE];
	char *h;

	if (value[0] == '\0') {
		unset_row(p, find_row("w"));
		unset_row(p, find_row("h"));
		return true;
	}
	if (!text_copy(w, sizeof w, value))
		return false;
	h = strpbrk(w, "xX");
	if (h == NULL)
		return false;
	*h++ = '\0';
	if ((w[0] == '\0' && *h == '\0') ||
		(w[0] != '\0' && !set_row(&made, find_row("w"), w, strict)) ||
		(*h != '\0' && !set_row(&made, find_row("h"), h, strict)))
		return false;
	*p = made;
	return true;
}

static bool
set_row(struct params *p, size_t i, const char *value, bool strict)
{
	const struct param_def *def = &param_table[i];

	if (def->kind == PARAM_SIZE)
		return set_size(p, value, strict);
	if ((def->flags & PARAM_BARE) != 0 && value[0] == '\0')
		value = "1";
	if ((def->flags & PARAM_AUTO) != 0 && text_same(value, "auto")) {
		memset(field_of(p, def), 0, def->size);
		p->given |= BIT(i);
		return true;
	}
	if (means_unset(def, value)) {
		unset_row(p, i);
		return true;
	}
	if (!params_kinds_set(def, value, strict, field_of(p, def)))
		return false;
	p->given |= BIT(i);
	return true;
}

void
params_allowed(const struct param_def *def, char ret[PARAMS_ALLOWED])
{
	ret[0] = '\0';
	params_kinds_allowed(def, ret);
}

static bool
refuse(const struct param_def *def, struct err *err)
{
	char allowed[PARAMS_ALLOWED];

	params_allowed(def, allowed);
	return err_set(err, ERR_BAD_PARAMETER, "%s must be %s.", def->name, allowed);
}

bool
params_refuse_name(const char *name, size_t len, struct err *err)
{
	char shown[25];
	size_t n = len < sizeof shown ? len : sizeof shown - 1;

	for (size_t i = 0; i < n; i++)
		shown[i] = name[i] > ' ' && name[i] < 0x7f ? name[i] : '?';
	shown[n] = '\0';
	return err_set(
		err, ERR_BAD_PARAMETER, "Unknown parameter: %s%s", shown, n < len ? "..." : ".");
}

bool
params_set(struct params *p, const char *name, const char *value, struct err *err)
{
	size_t i = find_row(name);

	if (i == param_count)
		return params_refuse_name(name, strlen(name), err);
	if (!set_row(p, i, value, true))
		return refuse(&param_table[i], err);
	return true;
}

bool
params_put(struct params *p, const char *name, const char *value, bool strict)
{
	size_t i = find_row(name);

	return i < param_count && set_row(p, i, value, strict);
}

const struct param_def *
params_find(const char *name)
{
	size_t i = find_row(name);

	return i < param_count ? &param_table[i] : NULL;
}

/* What reading a query keeps beside the parameters themselves. */
struct reading {
	struct params params;
	bool strict;
	uint64_t seen, dropped; /* bits of rows */
};

/* The rows a pair speaks about: its own, and for WxH the sides it names (none: both). */
static uint64_t
rows_touched(size_t i, const char *value)
{
	uint64_t w = BIT(find_row("w")), h = BIT(find_row("h"));
	const char *x;

	if (param_table[i].kind != PARAM_SIZE)
		return BIT(i);
	x = strpbrk(value, "xX");
	if (x == NULL)
		return BIT(i) | w | h;
	return BIT(i) | (x > value ? w : 0) | (x[1] != '\0' ? h : 0);
}

bool
params_next_pair(const char **query, struct params_pair *ret)
{
	const char *pair = *query + strspn(*query, "&"), *equals;
	size_t len = strcspn(pair, "&"), name_len, n;

	*query = pair + len;
	if (len == 0)
		return false;
	equals = memchr(pair, '=', len);
	name_len = equals != NULL ? (size_t)(equals - pair) : len;
	ret->raw = pair;
	ret->raw_len = name_len;
	if (!text_url_decode(pair, name_len, true, ret->name, sizeof ret->name, &n) ||
		n != strlen(ret->name))
		ret->name[0] = '\0';
	ret->value[0] = '\0';
	ret->whole = equals == NULL || (text_url_decode(equals + 1, len - name_len - 1, true,
						ret->value, sizeof ret->value, &n) &&
					       n == strlen(ret->value));
	return true;
}

static bool
read_pair(struct reading *r, const struct params_pair *pair, struct err *err)
{
	size_t i = find_row(pair->name);

	if (i == param_count || (r->params.no_sign && (param_table[i].flags & PARAM_SIGN) != 0))
		return !r->strict || params_refuse_name(pair->raw, pair->raw_len, err);
	if (r->strict && pair->whole && (r->seen & rows_touched(i, pair->value)) != 0)
		return err_set(err, ERR_BAD_PARAMETER, "%s is given twice.", param_table[i].name);
	if (pair->whole && set_row(&r->params, i, pair->value, r->strict)) {
		r->seen |= rows_touched(i, pair->value);
		return true;
	}
	r->dropped |= BIT(i);
	return !r->strict || refuse(&param_table[i], err);
}

void
params_settle(struct params *p)
{
	double factor = 1;

	for (size_t i = 0; i < param_count; i++) {
		const struct param_def *def = &param_table[i];

		if ((def->flags & PARAM_SIDE) != 0) {
			double side = *(const int32_t *)const_field_of(p, def);

			if (side * factor > def->max)
				factor = def->max / side;
		}
	}
	for (size_t i = 0; i < param_count && factor < 1; i++) {
		const struct param_def *def = &param_table[i];

		if ((def->flags & PARAM_SIDE) != 0 && (p->given & BIT(i)) != 0 && !is_auto(p, i)) {
			int32_t *side = field_of(p, def);
			double made = params_kinds_round(*side * factor, 0);

			*side = (int32_t)(made < def->min ? def->min : made);
		}
	}
}

void
params_note(struct params_notes *notes, const char *name)
{
	size_t at = strlen(notes->dropped);

	if (at + strlen(name) + 2 <= sizeof notes->dropped)
		(void)snprintf(notes->dropped + at, sizeof notes->dropped - at, "%s%s",
			at > 0 ? "," : "", name);
}

bool
params_parse(struct params *p, const char *query, bool strict, struct params_notes *notes,
	struct err *err)
{
	struct reading r = { .params = *p, .strict = strict };
	struct params_pair pair;

	while (params_next_pair(&query, &pair))
		if (!read_pair(&r, &pair, err))
			return false;
	params_settle(&r.params);
	notes->dropped[0] = '\0';
	for (size_t i = 0; i < param_count; i++)
		if ((r.dropped & BIT(i)) != 0)
			params_note(notes, param_table[i].name);
	*p = r.params;
	return true;
}

void
params_overlay(struct params *base, const struct params *over)
{
	for (size_t i = 0; i < param_count; i++) {
		const struct param_def *def = &param_table[i];

		if ((over->given & BIT(i)) != 0)
			memcpy(field_of(base, def), const_field_of(over, def), def->size);
	}
	base->given |= over->given;
}

bool
params_given(const struct params *p, const char *name)
{
	size_t i = find_row(name);

	return i < param_count && (p->given & BIT(i)) != 0;
}

bool
params_is_auto(const struct params *p, const char *name)
{
	return is_auto(p, find_row(name));
}

void
params_unset(struct params *p, const char *name)
{
	size_t i = find_row(name);

	if (i < param_count)
		unset_row(p, i);
}

/* Tell whether a row was given and says something else than leaving it out would by itself. */
static bool
matters(const struct params *p, const struct params *fresh, size_t i)
{
	const struct param_def *def = &param_table[i];

	if ((p->given & BIT(i)) == 0)
		return false;
	/* No colour is the default: it depends on the format. */
	return def->kind == PARAM_COLOUR ||
	       memcmp(const_field_of(p, def), const_field_of(fresh, def), def->size) != 0;
}

bool
params_acts(const struct params *p)
{
	struct params fresh;

	params_init(&fresh);
	for (size_t i = 0; i < param_count; i++)
		if ((param_table[i].flags & PARAM_ACTS) != 0 && matters(p, &fresh, i))
			return true;
	return false;
}

bool
params_canonical(const struct params *p, struct buf *out, struct err *err)
{
	const char *separator = "";
	struct params fresh;

	params_init(&fresh);
	for (size_t i = 0; i < param_count; i++) {
		const struct param_def *def = &param_table[i];

		/* a preset could say something else than the default */
		if (!matters(p, &fresh, i) && !is_auto(p, i) &&
			(p->t[0] == '\0' || (p->given & BIT(i)) == 0))
			continue;
		if (!buf_addf(out, err, "%s%s=", separator, def->name) ||
			!(is_auto(p, i) ? buf_adds(out, "auto", err)
					: params_kinds_print(
						  def, const_field_of(p, def), out, err)))
			return false;
		separator = "&";
	}
	return true;
}
