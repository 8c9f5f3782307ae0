#include "dialect.h"

#include "base/text.h"
#include "dialect_folds.h"

#include <math.h>
#include <string.h>

#define BIT(i) ((uint64_t)1 << (i))

const struct dialect *
dialect_of(int32_t id)
{
	return &dialect_table[id >= 0 && id < DIALECT__COUNT ? id : DIALECT_LIMNER];
}

static bool
is_called(const struct dialect_row *row, const char *name)
{
	return text_same(name, row->name) ||
	       (row->aliases[0] != NULL && text_same(name, row->aliases[0])) ||
	       (row->aliases[1] != NULL && text_same(name, row->aliases[1]));
}

/* The number of a row, or of the end. */
static size_t
find_row(const struct dialect *d, const char *name)
{
	size_t i = 0;

	while (d->rows[i].name != NULL && !is_called(&d->rows[i], name))
		i++;
	return i;
}

/* What a word stands for; NULL when it is none of theirs. */
static const char *
find_word(const struct dialect_row *row, const char *value)
{
	char first[32];

	if ((row->flags & DIALECT_FIRST) != 0) {
		size_t n = strcspn(value, ",");

		if (n >= sizeof first)
			return NULL;
		memcpy(first, value, n);
		first[n] = '\0';
		value = first;
	}
	for (const struct dialect_word *w = row->words; w != NULL && w->word != NULL; w++)
		if (text_same(value, w->word) || strcmp(w->word, "*") == 0)
			return w->sets;
	return NULL;
}

/* A number in their measure. What becomes more than there is here is held to that. */
static bool
put_scaled(struct dialect_reading *r, const struct dialect_row *row, const char *value)
{
	char text[32];
	double number;
	long long parts;

	if (!text_to_real(value, row->min, r->strict ? row->max : 1e9, &number))
		return false;
	parts = (long long)floor(number * row->scale * 100000 + 0.5);
	(void)snprintf(text, sizeof text, "%lld.%05lld", parts / 100000, parts % 100000);
	return params_put(&r->params, row->target, text, false);
}

static bool
fold_value(struct dialect_reading *r, const struct dialect_row *row, const char *value)
{
	const char *sets = find_word(row, value);

	if ((row->flags & (DIALECT_MUTE | DIALECT_ABSENT)) != 0)
		return (row->flags & DIALECT_MUTE) != 0;
	if (sets != NULL)
		return dialect_folds_put(r, sets);
	if (row->fold != NULL)
		return row->fold(r, row, value);
	if (row->target == NULL)
		return false;
	if (row->scale > 0)
		return put_scaled(r, row, value);
	return params_put(&r->params, row->target, value, r->strict);
}

/* Tell whether a value is good by itself. */
static bool
is_good(struct dialect_reading *r, const struct dialect_row *row, const char *value)
{
	bool ok;

	params_init(&r->params);
	ok = fold_value(r, row, value);
	params_init(&r->params);
	return ok;
}

void
dialect_allowed(const struct dialect_row *row, char ret[PARAMS_VALUE])
{
	const struct param_def *def = row->target != NULL ? params_find(row->target) : NULL;
	char allowed[PARAMS_ALLOWED];
	int at = 0;

	ret[0] = '\0';
	if (row->takes != NULL) {
		(void)snprintf(ret, PARAMS_VALUE, "%s", row->takes);
	} else if (row->words != NULL) {
		for (const struct dialect_word *w = row->words;
			w->word != NULL && at < PARAMS_VALUE; w++)
			at += snprintf(ret + at, PARAMS_VALUE - (size_t)at, "%s%s",
				at > 0 ? ", " : "one of ", w->word);
	} else if (row->max > row->min) {
		(void)snprintf(ret, PARAMS_VALUE, "a number from %.0f to %.0f", row->min, row->max);
	} else if (def != NULL) {
		params_allowed(def, allowed);
		(void)snprintf(ret, PARAMS_VALUE, "%s", allowed);
	}
}

static bool
refuse(const struct dialect_row *row, struct err *err)
{
	char allowed[PARAMS_VALUE];

	dialect_allowed(row, allowed);
	if ((row->flags & DIALECT_ABSENT) != 0)
		return err_set(err, ERR_BAD_PARAMETER, "%s has no counterpart here.", row->name);
	return err_set(err, ERR_BAD_PARAMETER, "%s must be %s.", row->name, allowed);
}

/* Keep a value: in the place of an earlier one, or behind it in a list. */
static bool
keep_value(struct dialect_reading *r, size_t i, const char *value)
{
	const struct dialect_row *row = &r->dialect->rows[i];
	size_t at = strlen(r->values[i]);

	if (!is_good(r, row, value))
		return false;
	if ((row->flags & DIALECT_JOINS) == 0 || (r->given & BIT(i)) == 0)
		at = 0;
	else if (at + strlen(value) + 2 > PARAMS_VALUE)
		return false;
	else
		r->values[i][at++] = ',';
	(void)snprintf(r->values[i] + at, PARAMS_VALUE - at, "%s", value);
	r->given |= BIT(i);
	return true;
}

/* Take one pair. seen: bits of rows that had a good one already. */
static bool
read_pair(
	struct dialect_reading *r, const struct params_pair *pair, uint64_t *seen, struct err *err)
{
	size_t i = find_row(r->dialect, pair->name);
	const struct dialect_row *row = &r->dialect->rows[i];
	const char *value = pair->value;

	if (row->name == NULL)
		return !r->strict || params_refuse_name(pair->raw, pair->raw_len, err);
	if (r->strict && (*seen & BIT(i)) != 0 && (row->flags & DIALECT_JOINS) == 0)
		return err_set(err, ERR_BAD_PARAMETER, "%s is given twice.", row->name);
	if (pair->whole && value[0] == '\0' && row->bare == NULL &&
		(row->flags & DIALECT_ABSENT) == 0) {
		r->given &= ~BIT(i);
		*seen |= BIT(i);
		return true;
	}
	if (pair->whole &&
		keep_value(r, i, value[0] != '\0' || row->bare == NULL ? value : row->bare)) {
		*seen |= BIT(i);
		return true;
	}
	r->dropped |= BIT(i);
	return !r->strict || refuse(row, err);
}

/* Fold everything that was given, in the table's order, so that the query's leaves no trace. */
static bool
fold_all(struct dialect_reading *r, struct err *err)
{
	params_init(&r->params);
	for (size_t i = 0; r->dialect->rows[i].name != NULL; i++)
		if ((r->given & BIT(i)) != 0 && !fold_value(r, &r->dialect->rows[i], r->values[i]))
			r->dropped |= BIT(i);
	if (r->dialect->finish != NULL)
		r->dialect->finish(r);
	params_settle(&r->params);
	for (size_t i = 0; r->strict && r->dialect->rows[i].name != NULL; i++)
		if ((r->dropped & BIT(i)) != 0)
			return refuse(&r->dialect->rows[i], err);
	return true;
}

/* Step through names with commas between them. */
static bool
next_name(const char **list, size_t *n)
{
	*list += strspn(*list, ",");
	*n = strcspn(*list, ",");
	return *n > 0;
}

static bool
has_all(const struct dialect_reading *r, const char *names)
{
	char name[16];
	size_t n;

	for (; next_name(&names, &n); names += n) {
		(void)snprintf(name, sizeof name, "%.*s", (int)n, names);
		if (dialect_folds_value(r, name) == NULL)
			return false;
	}
	return true;
}

void
dialect_defaults(int32_t id, struct params *p)
{
	const char *query = dialect_of(id)->defaults;
	struct params_pair pair;

	params_init(p);
	while (params_next_pair(&query, &pair))
		(void)!params_put(p, pair.name, pair.value, true); /* a test looks at each */
}

/* Take what a URL is signed with, which is limner's own in every dialect. What is not valid counts
 * as missing. */
static bool
takes_sign(struct params *signs, const struct params_pair *pair)
{
	const struct param_def *def = params_find(pair->name);

	if (def == NULL || (def->flags & PARAM_SIGN) == 0)
		return false;
	(void)!params_put(signs, def->name, pair->whole ? pair->value : "", false);
	return true;
}

bool
dialect_parse(int32_t id, const char *query, bool strict, struct params *p,
	struct params_notes *notes, bool *ret_asks, struct err *err)
{
	struct dialect_reading r = { .dialect = dialect_of(id), .strict = strict };
	struct params_pair pair;
	struct params made, signs;
	uint64_t seen = 0;

	*ret_asks = true;
	if (r.dialect->rows == NULL)
		return params_parse(p, query, strict, notes, err);
	params_init(&signs);
	while (params_next_pair(&query, &pair))
		if ((p->no_sign || !takes_sign(&signs, &pair)) && !read_pair(&r, &pair, &seen, err))
			return false;
	if (!fold_all(&r, err))
		return false;
	*ret_asks = has_all(&r, r.dialect->needs);
	notes->dropped[0] = '\0';
	for (size_t i = 0; r.dialect->rows[i].name != NULL; i++)
		if ((r.dropped & BIT(i)) != 0)
			params_note(notes, r.dialect->rows[i].name);
	made = r.params;
	if (!r.dialect->presets && params_acts(&r.params)) {
		dialect_defaults(id, &made);
		params_overlay(&made, &r.params);
	}
	params_overlay(&made, &signs);
	*p = made;
	return true;
}

bool
dialect_takes_key(int32_t id, const char *key)
{
	const struct dialect *d = dialect_of(id);
	const char *list = d->endings, *dot = strrchr(key, '.');
	char ending[16];
	size_t n;

	if (list == NULL)
		return true;
	for (; dot != NULL && next_name(&list, &n); list += n) {
		(void)snprintf(ending, sizeof ending, "%.*s", (int)n, list);
		if (d->exact_endings ? strcmp(dot + 1, ending) == 0 : text_same(dot + 1, ending))
			return true;
	}
	return false;
}
