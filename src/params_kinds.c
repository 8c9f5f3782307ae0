#include "params_kinds.h"
#include "base/text.h"
#include "colour.h"

#include <math.h>
#include <string.h>

#define PRINTED 64 /* room for a printed value that is no text */

double
params_kinds_round(double value, int places)
{
	double scale = 1;

	for (int i = 0; i < places; i++)
		scale *= 10;
	return floor(value * scale + 0.5) / scale;
}

/* Bring a number into its row's bounds, or refuse it. Sides are shrunk together, later. */
static bool
bound(const struct param_def *def, bool strict, double *value)
{
	if (*value < def->min) {
		if (strict || (def->flags & PARAM_CLAMP) == 0)
			return false;
		*value = def->min;
	}
	if (*value > def->max) {
		if (strict)
			return false;
		if ((def->flags & PARAM_SIDE) == 0)
			*value = def->max;
		else if (*value > INT32_MAX)
			*value = INT32_MAX;
	}
	return true;
}

static bool
read_number(const char *value, double *ret)
{
	return text_to_real(value, -1e15, 1e15, ret);
}

static const struct param_choice *
find_choice(const struct param_def *def, const char *name)
{
	for (const struct param_choice *c = def->choices; c->name != NULL; c++)
		if (text_same(name, c->name))
			return c;
	return NULL;
}

/* One setter per kind: value to field, which stays as it was when the value is refused. */

static bool
set_int(const struct param_def *def, const char *value, bool strict, void *field)
{
	const struct param_choice *choice = def->choices != NULL ? find_choice(def, value) : NULL;
	double number;

	if (choice != NULL) {
		*(int32_t *)field = choice->value;
		return true;
	}
	if (!read_number(value, &number))
		return false;
	number = params_kinds_round(number, 0);
	if (!bound(def, strict, &number))
		return false;
	*(int32_t *)field = (int32_t)number;
	return true;
}

static bool
set_real(const struct param_def *def, const char *value, bool strict, void *field)
{
	double number;

	if (!read_number(value, &number) || !bound(def, strict, &number))
		return false;
	*(double *)field = params_kinds_round(number, def->places);
	return true;
}

static bool
set_bool(const struct param_def *def, const char *value, bool strict, void *field)
{
	(void)def;
	(void)strict;
	return text_to_bool(value, field);
}

static bool
set_choice(const struct param_def *def, const char *value, bool strict, void *field)
{
	const struct param_choice *choice = find_choice(def, value);

	(void)strict;
	if (choice == NULL)
		return false;
	*(int32_t *)field = choice->value;
	return true;
}

static bool
set_colour(const struct param_def *def, const char *value, bool strict, void *field)
{
	(void)def;
	(void)strict;
	return colour_parse(value, field);
}

static bool
set_point(const struct param_def *def, const char *value, bool strict, void *field)
{
	const struct param_choice *choice = find_choice(def, value);
	struct params_point point;
	char x[64]; /* two numbers of 15 digits, at most */
	char *comma;

	if (choice != NULL && choice->value == PARAM_SMART) {
		point.x = point.y = -1;
	} else if (choice != NULL) {
		point.x = choice->value % 3 / 2.0;
		point.y = choice->value / 3 / 2.0;
	} else {
		if (!text_copy(x, sizeof x, value))
			return false;
		comma = strchr(x, ',');
		if (comma == NULL)
			return false;
		*comma = '\0';
		if (!read_number(x, &point.x) || !bound(def, strict, &point.x) ||
			!read_number(comma + 1, &point.y) || !bound(def, strict, &point.y))
			return false;
		point.x = params_kinds_round(point.x, def->places);
		point.y = params_kinds_round(point.y, def->places);
	}
	*(struct params_point *)field = point;
	return true;
}

/* Read four numbers with commas between them. */
static bool
set_rect(const struct param_def *def, const char *value, bool strict, void *field)
{
	double numbers[4];
	char text[128]; /* four numbers of 15 digits, at most */
	char *at = text;

	if (!text_copy(text, sizeof text, value))
		return false;
	for (size_t i = 0; i < 4; i++) {
		char *comma = strchr(at, ',');

		if ((comma == NULL) != (i == 3))
			return false;
		if (comma != NULL)
			*comma = '\0';
		if (!read_number(at, &numbers[i]) || !bound(def, strict, &numbers[i]))
			return false;
		numbers[i] = params_kinds_round(numbers[i], def->places);
		if (comma != NULL)
			at = comma + 1;
	}
	if (numbers[2] <= 0 || numbers[3] <= 0)
		return false;
	*(struct params_rect *)field =
		(struct params_rect){ numbers[0], numbers[1], numbers[2], numbers[3] };
	return true;
}

static bool
set_text(const struct param_def *def, const char *value, bool strict, void *field)
{
	(void)strict;
	for (const char *s = value; *s != '\0'; s++) {
		bool named = (*s >= '0' && *s <= '9') || (*s >= 'A' && *s <= 'Z') ||
			     (*s >= 'a' && *s <= 'z') || *s == '_' || *s == '-';

		if ((def->flags & PARAM_NAME) != 0 ? !named : (unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	}
	if (strlen(value) >= def->size)
		return false;
	/* To the end: equal parameters are equal bytes. */
	memset(field, 0, def->size);
	return text_copy(field, def->size, value);
}

typedef bool setter(const struct param_def *def, const char *value, bool strict, void *field);

static setter *const setters[] = {
	[PARAM_INT] = set_int,
	[PARAM_REAL] = set_real,
	[PARAM_BOOL] = set_bool,
	[PARAM_CHOICE] = set_choice,
	[PARAM_COLOUR] = set_colour,
	[PARAM_POINT] = set_point,
	[PARAM_RECT] = set_rect,
	[PARAM_TEXT] = set_text,
};

const char *
params_kinds_name(enum param_kind kind)
{
	static const char *const names[] = {
		[PARAM_INT] = "int",
		[PARAM_REAL] = "real",
		[PARAM_BOOL] = "bool",
		[PARAM_CHOICE] = "choice",
		[PARAM_COLOUR] = "colour",
		[PARAM_POINT] = "point",
		[PARAM_RECT] = "rect",
		[PARAM_TEXT] = "text",
		[PARAM_SIZE] = "size",
	};

	return names[kind];
}

bool
params_kinds_set(const struct param_def *def, const char *value, bool strict, void *field)
{
	return setters[def->kind] != NULL && setters[def->kind](def, value, strict, field);
}

void
params_kinds_number(double value, char ret[PARAMS_KINDS_NUMBER])
{
	/* Whole numbers alone: the decimal point of printf follows the locale. */
	int64_t parts = (int64_t)floor(fabs(value) * 100000 + 0.5);
	int n = snprintf(ret, PARAMS_KINDS_NUMBER, "%s%lld.%05d", value < 0 && parts > 0 ? "-" : "",
		(long long)(parts / 100000), (int)(parts % 100000));

	while (ret[n - 1] == '0')
		ret[--n] = '\0';
	if (ret[n - 1] == '.')
		ret[--n] = '\0';
}

static void
list_choices(const struct param_def *def, char ret[PARAMS_KINDS_ALLOWED])
{
	size_t at = 0;

	ret[0] = '\0';
	for (const struct param_choice *c = def->choices; c->name != NULL; c++) {
		const struct param_choice *first = def->choices;

		while (first->value != c->value)
			first++;
		if (first == c && at < PARAMS_KINDS_ALLOWED)
			at += (size_t)snprintf(ret + at, PARAMS_KINDS_ALLOWED - at, "%s%s",
				at > 0 ? ", " : "", c->name);
	}
}

void
params_kinds_allowed(const struct param_def *def, char ret[PARAMS_KINDS_ALLOWED])
{
	char min[PARAMS_KINDS_NUMBER], max[PARAMS_KINDS_NUMBER], list[PARAMS_KINDS_ALLOWED];

	params_kinds_number(def->min, min);
	params_kinds_number(def->max, max);
	switch (def->kind) {
	case PARAM_INT:
	case PARAM_REAL:
		list[0] = '\0';
		if (def->choices != NULL)
			list_choices(def, list);
		(void)snprintf(ret, PARAMS_KINDS_ALLOWED, "%.60s%sa number from %s to %s%s", list,
			list[0] != '\0' ? ", or " : "", min, max,
			(def->flags & (PARAM_SIDE | PARAM_AUTO)) != 0 ? ", or auto" : "");
		break;
	case PARAM_BOOL:
		(void)snprintf(ret, PARAMS_KINDS_ALLOWED, "1 or 0");
		break;
	case PARAM_CHOICE:
		list_choices(def, list);
		(void)snprintf(ret, PARAMS_KINDS_ALLOWED, "one of %.100s", list);
		break;
	case PARAM_COLOUR:
		(void)snprintf(
			ret, PARAMS_KINDS_ALLOWED, "3, 4, 6 or 8 hex digits, or a CSS colour name");
		break;
	case PARAM_POINT:
		list_choices(def, list);
		(void)snprintf(ret, PARAMS_KINDS_ALLOWED,
			"one of %.60s, or X,Y with each from %s to %s", list, min, max);
		break;
	case PARAM_RECT:
		(void)snprintf(ret, PARAMS_KINDS_ALLOWED,
			"X,Y,W,H in px, or in fractions of the sides when none is above 1");
		break;
	case PARAM_TEXT:
		(void)snprintf(ret, PARAMS_KINDS_ALLOWED, "1 to %zu %s", def->size - 1,
			(def->flags & PARAM_NAME) != 0 ? "letters, digits, _ or -"
						       : "bytes without control characters");
		break;
	case PARAM_SIZE:
		(void)snprintf(ret, PARAMS_KINDS_ALLOWED, "WxH, each from %s to %s, or one of them",
			min, max);
		break;
	}
}

/* Append text percent-encoded, but for commas: they separate numbers and need no escape here. */
static bool
add_encoded(struct buf *out, const char *text, struct err *err)
{
	for (;;) {
		size_t len = strcspn(text, ",");

		if (!text_url_encode(out, text, len, false, err))
			return false;
		if (text[len] == '\0')
			return true;
		if (!buf_adds(out, ",", err))
			return false;
		text += len + 1;
	}
}

static const char *
choice_name(const struct param_def *def, int32_t value)
{
	for (const struct param_choice *c = def->choices; c->name != NULL; c++)
		if (c->value == value)
			return c->name;
	return "";
}

static void
print_point(const struct param_def *def, const struct params_point *point, char ret[PRINTED])
{
	double column = point->x * 2, row = point->y * 2;
	char x[PARAMS_KINDS_NUMBER], y[PARAMS_KINDS_NUMBER];

	if (params_is_smart(point)) {
		(void)snprintf(ret, PRINTED, "%s", choice_name(def, PARAM_SMART));
		return;
	}
	if (floor(column) == column && floor(row) == row) {
		(void)snprintf(ret, PRINTED, "%s", choice_name(def, (int32_t)(row * 3 + column)));
		return;
	}
	params_kinds_number(point->x, x);
	params_kinds_number(point->y, y);
	(void)snprintf(ret, PRINTED, "%s,%s", x, y);
}

static void
print_rect(const struct params_rect *r, char ret[PRINTED])
{
	const double numbers[] = { r->x, r->y, r->w, r->h };
	char text[PARAMS_KINDS_NUMBER];
	int n = 0;

	for (size_t i = 0; i < 4; i++) {
		params_kinds_number(numbers[i], text);
		n += snprintf(ret + n, PRINTED - (size_t)n, "%s%s", i > 0 ? "," : "", text);
	}
}

bool
params_kinds_print(const struct param_def *def, const void *field, struct buf *out, struct err *err)
{
	char text[PRINTED] = "";

	switch (def->kind) {
	case PARAM_INT:
		if (def->choices != NULL && choice_name(def, *(const int32_t *)field)[0] != '\0')
			return add_encoded(out, choice_name(def, *(const int32_t *)field), err);
		(void)snprintf(text, sizeof text, "%d", (int)*(const int32_t *)field);
		break;
	case PARAM_REAL:
		params_kinds_number(*(const double *)field, text);
		break;
	case PARAM_BOOL:
		(void)snprintf(text, sizeof text, "%d", *(const bool *)field);
		break;
	case PARAM_CHOICE:
		return add_encoded(out, choice_name(def, *(const int32_t *)field), err);
	case PARAM_COLOUR:
		colour_print(*(const uint32_t *)field, text);
		break;
	case PARAM_POINT:
		print_point(def, field, text);
		break;
	case PARAM_RECT:
		print_rect(field, text);
		break;
	case PARAM_TEXT:
		return add_encoded(out, field, err);
	case PARAM_SIZE:
		break; /* never given: its sides are */
	}
	return add_encoded(out, text, err);
}
