#include "format.h"
#include "params.h"
#include "random.h"
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))
#define TEN         "abcdefghij"
#define BIT(i)      ((uint64_t)1 << (i))

/* clang-format off */
/* A query, its canonical form, and what was dropped. */
static const struct {
	const char *query, *want, *dropped;
} lenient[] = {
	{ "", "", "" }, { "&&&", "", "" }, { "w=300", "w=300", "" },
	{ "h=200&w=300", "w=300&h=200", "" }, { "WIDTH=300&hEight=200", "w=300&h=200", "" },
	{ "&w=300&&h=200&", "w=300&h=200", "" },
	/* the last of several wins; a bad one is as if it were not there; nothing unsets */
	{ "w=300&w=400", "w=400", "" }, { "w=300&width=400", "w=400", "" },
	{ "w=300&w=abc", "w=300", "w" }, { "w=abc&w=300", "w=300", "w" },
	{ "w=300&w=", "", "" }, { "w=300&w", "", "" }, { "q=50&q=", "", "" }, { "t=a&t=", "", "" },
	{ "bg=fff&bg=", "", "" }, { "g=n&g=", "", "" }, { "dpr=2&dpr=", "", "" },
	{ "v=1&v=", "", "" }, { "up=1&up=", "", "" }, { "fit=pad&fit=", "", "" },
	{ "w=1&q=x&w=y&q=z&w=a", "w=1", "w,q" },
	/* names */
	{ "foo=1&w=3", "w=3", "" }, { "foo", "", "" }, { "=5", "", "" }, { "w%00=5", "", "" },
	{ "heightheightheightheight=5", "", "" }, { "w;h=3", "", "" }, { "w =3", "", "" },
	{ "%77=300", "w=300", "" }, { "w=%33%30", "w=30", "" }, { "w=%2533", "", "w" },
	{ "w=3;h=4", "", "w" }, { "w=3=4", "", "w" },
	/* sides */
	{ "w=0", "", "" }, { "w=auto", "w=auto", "" }, { "w=AUTO&h=5", "w=auto&h=5", "" }, { "w=5&w=0", "", "" },
	{ "w=299.5", "w=300", "" }, { "w=299.49", "w=299", "" }, { "w=0.4", "", "" },
	{ "w=0.5", "w=1", "" }, { "w=+5", "w=5", "" }, { "w=007", "w=7", "" },
	{ "w=-5", "", "w" }, { "w=-0.1", "", "w" }, { "w=abc", "", "w" }, { "w=1e3", "", "w" },
	{ "w=%205", "", "w" }, { "w=5px", "", "w" }, { "w=0x10", "", "w" }, { "w=3%00", "", "w" },
	{ "w=8192&h=8192", "w=8192&h=8192", "" }, { "w=8193", "w=8192", "" },
	{ "w=9000&h=4500", "w=8192&h=4096", "" }, { "h=9000&w=4500", "w=4096&h=8192", "" },
	{ "w=16384&h=16384", "w=8192&h=8192", "" }, { "w=100000&h=1", "w=8192&h=1", "" },
	{ "w=100000000000&h=3", "w=8192&h=1", "" }, { "w=9999999999999999", "", "w" },
	{ "w=12000&h=9000&w=12&h=9", "w=12&h=9", "" },
	{ "s=300x200", "w=300&h=200", "" }, { "s=300X200", "w=300&h=200", "" },
	{ "s=300x", "w=300", "" }, { "s=x200", "h=200", "" }, { "s=300x&h=200", "w=300&h=200", "" },
	{ "h=200&s=300x", "w=300&h=200", "" }, { "w=100&s=300x200", "w=300&h=200", "" },
	{ "s=300x200&w=100", "w=100&h=200", "" }, { "s=0x200", "h=200", "" },
	{ "s=autox200", "w=auto&h=200", "" }, { "h=auto", "", "" }, { "w=3&h=4&s=", "", "" },
	{ "s=16384x8192", "w=8192&h=4096", "" },
	{ "s=300", "", "s" }, { "s=x", "", "s" }, { "s=axb", "", "s" }, { "s=300x-1", "", "s" },
	{ "s=3x4x5", "", "s" }, { "w=7&s=300xq", "w=7", "s" },
	/* choices and switches */
	{ "fit=COVER", "fit=cover", "" }, { "fit=inside", "", "" }, { "fit=contain", "", "fit" },
	{ "fit=cover&fit=inside", "", "" }, { "up=yes", "up=1", "" }, { "up=0", "", "" },
	{ "up=maybe", "", "up" }, { "f=jpeg", "f=jpg", "" }, { "format=WEBP", "f=webp", "" },
	{ "f=original", "", "" }, { "f=auto", "f=auto", "" }, { "f=heic", "", "f" },
	{ "f=none", "", "f" },
	/* the part to take, and turns of it */
	{ "crop=0.10,0,.5,1", "crop=0.1,0,0.5,1", "" }, { "crop=1,2,3,4&crop=", "", "" },
	{ "crop=1,2,3", "", "crop" }, { "crop=1,2,3,4,5", "", "crop" }, { "crop=1,2,0,4", "", "crop" },
	{ "crop=-1,2,3,4", "", "crop" }, { "crop=a,b,c,d", "", "crop" },
	{ "rot=0", "", "" }, { "rot=180", "rot=180", "" }, { "rot=45", "", "rot" },
	{ "flip=vh", "flip=hv", "" }, { "flip=1", "", "flip" }, { "flip=h&flip=", "", "" },
	{ "blur=0", "", "" }, { "blur=99", "blur=10", "" }, { "blur=0.333", "blur=0.33", "" },
	{ "sharp=-1", "", "" }, { "trim=0", "trim=1", "" }, { "trim=999", "trim=254", "" },
	{ "meta=none", "", "" }, { "meta=all", "", "meta" }, { "max=1", "max=1024", "" },
	{ "frame=all", "", "" }, { "frame=1", "frame=first", "" }, { "frame=3", "frame=3", "" },
	{ "g=smart", "g=smart", "" }, { "g=SMART&g=n", "g=n", "" },
	/* the part to keep */
	{ "g=ne", "g=ne", "" }, { "gravity=NorthEast", "g=ne", "" }, { "g=center", "", "" },
	{ "g=0.5,0.5", "", "" }, { "g=0.5,0", "g=n", "" }, { "g=0,0", "g=nw", "" },
	{ "g=1,0", "g=ne", "" }, { "g=0,1.0", "g=sw", "" }, { "g=1,1", "g=se", "" },
	{ "g=0,.5", "g=w", "" }, { "g=1,.5", "g=e", "" }, { "g=.5,1", "g=s", "" },
	{ "g=0.123456,0.9", "g=0.123,0.9", "" }, { "g=.25,.75", "g=0.25,0.75", "" },
	{ "g=0.3%2C0.4", "g=0.3,0.4", "" }, { "g=0.0004,0.9996", "g=sw", "" },
	{ "g=-1,2", "g=sw", "" }, { "g=0.3", "", "g" }, { "g=0.3,", "", "g" }, { "g=,", "", "g" },
	{ "g=0.3,0.4,0.5", "", "g" }, 
	/* numbers */
	{ "quality=80", "q=80", "" }, { "q=100", "q=100", "" }, { "q=101", "q=100", "" },
	{ "q=1", "q=1", "" }, { "q=0", "", "q" }, { "q=-3", "", "q" }, { "q=high", "", "q" },
	{ "q=auto", "", "q" }, { "dpr=auto", "dpr=auto", "" },
	{ "dpr=2&dpr=Auto", "dpr=auto", "" }, { "dpr=auto&dpr=1", "", "" },
	{ "w=300&w=auto&h=9000", "w=auto&h=8192", "" }, { "w=auto&w=0", "", "" },
	{ "t=A&w=auto&dpr=auto", "t=A&w=auto&dpr=auto", "" }, { "dpr=2", "dpr=2", "" }, { "dpr=2.0", "dpr=2", "" },
	{ "dpr=1", "", "" }, { "dpr=1.04", "", "" }, { "dpr=1.25", "dpr=1.3", "" },
	{ "dpr=0.1", "dpr=0.5", "" }, { "dpr=-1", "dpr=0.5", "" }, { "dpr=9", "dpr=5", "" },
	{ "dpr=two", "", "dpr" },
	/* colours: always printed */
	{ "bg=fff", "bg=ffffff", "" }, { "background=%23FAFAFA", "bg=fafafa", "" },
	{ "bg=White", "bg=ffffff", "" }, { "bg=ffff", "bg=ffffff", "" },
	{ "bg=0008", "bg=00000088", "" },
	{ "bg=transparent", "bg=00000000", "" }, { "bg=nope", "", "bg" },
	/* texts */
	{ "t=Card_1-a", "t=Card_1-a", "" }, { "t=" TEN TEN TEN "ab", "t=" TEN TEN TEN "ab", "" },
	{ "t=" TEN TEN TEN "abc", "", "t" }, { "t=a.b", "", "t" }, { "t=%EA%B0%80", "", "t" },
	{ "v=a%20b%26c", "v=a%20b%26c", "" }, { "v=1,2", "v=1,2", "" }, { "v=,", "v=,", "" },
	{ "v=a+b", "v=a%2Bb", "" }, { "v=%ea%b0%80", "v=%EA%B0%80", "" },
	{ "v=50%", "v=50%25", "" },
	{ "dl", "dl=1", "" }, { "dl=", "dl=1", "" }, { "DL=1", "dl=1", "" }, { "dl=0", "", "" },
	{ "dl=a.jpg&dl", "dl=1", "" }, { "dl=a.jpg&dl=0", "", "" }, { "dl=Cat 1.jpg", "dl=Cat%201.jpg", "" },
	{ "t=x&dl=0", "t=x&dl=0", "" }, { "dl=../a", "dl=..%2Fa", "" }, { "dl=a%0ab", "", "dl" },
	{ "dl=%ec%82%ac%EC%A7%84.jpg&v=1", "dl=%EC%82%AC%EC%A7%84.jpg&v=1", "" },
	{ "dl=" TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN,
	  "dl=" TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN, "" },
	{ "dl=" TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "a", "",
	  "dl" },
	{ "v=a%00b", "", "v" }, { "v=%0a", "", "v" }, { "v=%7f", "", "v" },
	{ "v=" TEN TEN TEN TEN TEN TEN "abcd", "v=" TEN TEN TEN TEN TEN TEN "abcd", "" },
	{ "v=" TEN TEN TEN TEN TEN TEN "abcde", "", "v" },
	/* everything at once, in one order whatever was asked */
	{ "v=7&bg=000&dpr=2&f=webp&q=70&g=n&up=1&fit=pad&h=2&w=1&t=x",
	  "t=x&w=1&h=2&fit=pad&up=1&g=n&q=70&f=webp&dpr=2&bg=000000&v=7", "" },
	{ "v=%01&bg=_&dpr=_&f=_&q=_&g=_&up=_&fit=_&s=_&h=_&w=_&t=.", "",
	  "t,w,h,s,fit,up,g,q,f,dpr,bg,v" },
};

/* What is a mistake, and what the client reads about it; NULL: no mistake. */
static const struct {
	const char *query, *say;
} strict[] = {
	{ "", NULL }, { "w=300&h=200&fit=cover&q=80&f=webp&dpr=2&bg=fff&t=a&v=1&g=n&up=1", NULL },
	{ "w=&h=auto", NULL }, { "s=300x&h=200", NULL }, { "w=300&s=x200", NULL },
	{ "w=299.5", NULL }, { "w=8192.4", NULL },
	{ "foo=1", "Unknown parameter: foo." }, { "=1", "Unknown parameter: ." },
	{ "a\nb=1", "Unknown parameter: a?b." }, { "a%0ab=1", "Unknown parameter: a%0ab." },
	{ "\xea\xb0\x80", "Unknown parameter: ???." },
	{ TEN TEN "abcd=1", "Unknown parameter: " TEN TEN "abcd." },
	{ TEN TEN "abcde=1", "Unknown parameter: " TEN TEN "abcd..." },
	{ "w=3&w=4", "w is given twice." }, { "w=3&WIDTH=3", "w is given twice." },
	{ "s=3x4&w=5", "w is given twice." }, { "w=5&s=3x4", "s is given twice." },
	{ "s=3x&s=x4", "s is given twice." }, { "w=&w=3", "w is given twice." },
	{ "w=8193", "w must be a number from 1 to 8192, or auto." },
	{ "w=-1", "w must be a number from 1 to 8192, or auto." },
	{ "w=1%00", "w must be a number from 1 to 8192, or auto." },
	{ "s=8193x1", "s must be WxH, each from 1 to 8192, or one of them." },
	{ "s=9", "s must be WxH, each from 1 to 8192, or one of them." },
	{ "q=0", "q must be a number from 1 to 100." },
	{ "q=101", "q must be a number from 1 to 100." },
	{ "dpr=5.1", "dpr must be a number from 0.5 to 5, or auto." },
	{ "dpr=0.49", "dpr must be a number from 0.5 to 5, or auto." },
	{ "g=1.1,0",
	  "g must be one of c, n, s, e, w, ne, nw, se, sw, smart, or X,Y with each from 0 to 1." },
	{ "fit=contain", "fit must be one of inside, cover, pad, fill, outside." },
	{ "f=bmp", "f must be one of jpg, png, webp, avif, gif, jxl, json, blurhash, auto, original." },
	{ "up=2", "up must be 1 or 0." },
	{ "bg=12", "bg must be 3, 4, 6 or 8 hex digits, or a CSS colour name." },
	{ "t=a/b", "t must be 1 to 32 letters, digits, _ or -." },
	{ "v=%1f", "v must be 1 to 64 bytes without control characters." },
};

static const struct {
	const char *query;
	bool want;
} acts[] = {
	{ "", false }, { "t=a", false }, { "v=1", false }, { "fit=cover", false },
	{ "up=1", false },
	{ "g=n", false }, { "dpr=2", false }, { "f=original", false }, { "w=0", false },
	{ "q=x", false }, { "foo=1", false }, { "t=a&v=1&fit=pad&up=1&g=n&dpr=3", false },
	{ "w=1", true }, { "h=1", true }, { "s=1x1", true }, { "s=x1", true }, { "q=80", true },
	{ "f=jpg", true }, { "w=auto", false }, { "dpr=auto", false }, { "f=auto", true }, { "bg=fff", true }, { "bg=transparent", true },
};
/* clang-format on */

/* The canonical form; good until asked again. */
static const char *
canonical(const struct params *p)
{
	static char text[4096];
	struct buf b = BUF_INIT(sizeof text - 1);
	struct err err;

	ck_assert(params_canonical(p, &b, &err));
	memcpy(text, buf_text(&b), b.len + 1);
	buf_done(&b);
	return text;
}

static struct params
parsed(const char *query, struct params_notes *notes)
{
	struct params p;
	struct err err;

	params_init(&p);
	ck_assert_msg(params_parse(&p, query, false, notes, &err), "%s", query);
	return p;
}

static const void *
field(const struct params *p, size_t row)
{
	return (const char *)p + param_table[row].offset;
}

START_TEST(folds_lenient_queries_into_one_form)
{
	struct params_notes notes = { "left over" };
	struct params p = parsed(lenient[_i].query, &notes);
	const char *got = canonical(&p);

	ck_assert_msg(strcmp(got, lenient[_i].want) == 0, "%s gives %s", lenient[_i].query, got);
	ck_assert_msg(strcmp(notes.dropped, lenient[_i].dropped) == 0, "%s drops %s",
		lenient[_i].query, notes.dropped);
}
END_TEST

START_TEST(names_the_mistake_when_strict)
{
	struct params p, before;
	struct params_notes notes;
	struct err err = { 0 };

	params_init(&p);
	ck_assert(params_set(&p, "q", "33", &err));
	before = p;
	if (strict[_i].say == NULL) {
		params_init(&p);
		ck_assert_msg(params_parse(&p, strict[_i].query, true, &notes, &err), "%s: %s",
			strict[_i].query, err.say);
		ck_assert_str_eq(notes.dropped, "");
		return;
	}
	ck_assert_msg(
		!params_parse(&p, strict[_i].query, true, &notes, &err), "%s", strict[_i].query);
	ck_assert_int_eq(err.kind, ERR_BAD_PARAMETER);
	ck_assert_str_eq(err.say, strict[_i].say);
	ck_assert_mem_eq(&p, &before, sizeof p);
}
END_TEST

START_TEST(tells_what_asks_for_a_transformation)
{
	struct params_notes notes;
	struct params p = parsed(acts[_i].query, &notes);

	ck_assert_msg(params_acts(&p) == acts[_i].want, "%s", acts[_i].query);
}
END_TEST

/* Every row of the table, whatever it is. */

START_TEST(row_example_parses_and_sets_the_row)
{
	const struct param_def *def = &param_table[_i];
	struct params p;
	struct params_notes notes;
	struct err err = { 0 };

	params_init(&p);
	ck_assert_msg(params_parse(&p, def->example, true, &notes, &err), "%s: %s", def->example,
		err.say);
	if (def->kind == PARAM_SIZE)
		ck_assert(params_given(&p, "w") && params_given(&p, "h"));
	else
		ck_assert_msg((p.given & BIT(_i)) != 0, "%s", def->example);
}
END_TEST

START_TEST(row_says_validly_what_leaving_it_out_means)
{
	const struct param_def *def = &param_table[_i];
	struct params fresh, p;
	struct params_notes notes;
	struct err err = { 0 };

	params_init(&fresh);
	ck_assert_uint_eq(fresh.given, 0);
	params_init(&p);
	ck_assert(params_parse(&p, def->example, true, &notes, &err));
	ck_assert_msg(params_set(&p, def->name, def->unset, &err), "%s=%s: %s", def->name,
		def->unset, err.say);
	ck_assert_msg(memcmp(field(&p, (size_t)_i), field(&fresh, (size_t)_i), def->size) == 0,
		"%s=%s", def->name, def->unset);
	if (def->kind == PARAM_SIZE)
		ck_assert(!params_given(&p, "w") && !params_given(&p, "h"));
}
END_TEST

/* Set a row's number strictly, in the form its kind is written. */
static bool
takes(const struct param_def *def, double number)
{
	char value[64];
	struct params p;
	struct err err;

	params_init(&p);
	if (def->kind == PARAM_POINT)
		(void)snprintf(value, sizeof value, "0.5,%.*f", def->places, number);
	else if (def->kind == PARAM_SIZE)
		(void)snprintf(value, sizeof value, "%.0fx5", number);
	else
		(void)snprintf(value, sizeof value, "%.*f", def->places, number);
	return params_set(&p, def->name, value, &err);
}

START_TEST(row_takes_its_bounds_and_nothing_beyond)
{
	const struct param_def *def = &param_table[_i];
	/* 0 leaves a side out, so the first one it cannot be is below that */
	bool side = (def->flags & PARAM_SIDE) != 0 || def->kind == PARAM_SIZE;
	double step = 1;

	for (int i = 0; i < def->places; i++)
		step /= 10;
	if (def->kind == PARAM_INT || def->kind == PARAM_REAL || def->kind == PARAM_POINT ||
		def->kind == PARAM_SIZE) {
		ck_assert(def->min < def->max);
		ck_assert_msg(takes(def, def->min), "%s", def->name);
		ck_assert_msg(takes(def, def->max), "%s", def->name);
		ck_assert_msg(!takes(def, side ? -1 : def->min - step), "%s", def->name);
		ck_assert_msg(!takes(def, def->max + step), "%s", def->name);
	}
}
END_TEST

START_TEST(row_takes_each_of_its_choices)
{
	const struct param_def *def = &param_table[_i];
	const struct param_choice *c = def->choices;

	for (; c != NULL && c->name != NULL; c++) {
		struct params p;
		struct err err;

		params_init(&p);
		ck_assert_msg(
			params_set(&p, def->name, c->name, &err), "%s=%s", def->name, c->name);
		if (def->kind == PARAM_CHOICE)
			ck_assert_int_eq(*(const int32_t *)field(&p, (size_t)_i), c->value);
	}
	ck_assert_msg((def->kind != PARAM_CHOICE && def->kind != PARAM_POINT) || c != NULL, "%s",
		def->name);
}
END_TEST

START_TEST(row_answers_to_its_name_and_aliases_alone)
{
	const struct param_def *def = &param_table[_i];
	const char *value = strstr(def->example, def->name);
	const char *equals = strrchr(def->example, '=');
	struct params one, two;
	struct err err;

	ck_assert_ptr_nonnull(value);
	ck_assert_ptr_nonnull(equals);
	params_init(&one);
	ck_assert(params_set(&one, def->name, equals + 1, &err));
	for (int a = 0; a < PARAM_ALIASES && def->aliases[a] != NULL; a++) {
		params_init(&two);
		ck_assert(params_set(&two, def->aliases[a], equals + 1, &err));
		ck_assert_mem_eq(&one, &two, sizeof one);
	}
	for (size_t i = 0; i < param_count; i++) {
		if (i == (size_t)_i)
			continue;
		ck_assert_str_ne(def->name, param_table[i].name);
		for (int a = 0; a < PARAM_ALIASES && param_table[i].aliases[a] != NULL; a++)
			ck_assert_str_ne(def->name, param_table[i].aliases[a]);
	}
}
END_TEST

START_TEST(row_is_documented)
{
	const struct param_def *def = &param_table[_i];
	size_t n = strlen(def->summary);

	ck_assert_msg(n > 1 && def->summary[n - 1] == '.', "%s: %s", def->name, def->summary);
	ck_assert_msg(strchr(def->summary, '|') == NULL, "%s", def->name);
	ck_assert_msg(def->group[0] != '\0', "%s", def->name);
	ck_assert_ptr_nonnull(def->unit);
	ck_assert_msg(strspn(def->name, "abcdefghijklmnopqrstuvwxyz") == strlen(def->name), "%s",
		def->name);
}
END_TEST

START_TEST(row_is_laid_over_alone)
{
	struct params base, over, want;
	struct params_notes notes;

	over = parsed(param_table[_i].example, &notes);
	base = parsed("t=base&w=11&h=12&fit=outside&up=1&g=0.1,0.2&q=13&f=gif&dpr=3&bg=123&v=base",
		&notes);
	want = base;
	params_overlay(&base, &over);
	ck_assert_uint_eq(base.given, want.given | over.given);
	for (size_t i = 0; i < param_count; i++) {
		const struct params *from = (over.given & BIT(i)) != 0 ? &over : &want;

		ck_assert_msg(memcmp(field(&base, i), field(from, i), param_table[i].size) == 0,
			"%s over %s", param_table[_i].name, param_table[i].name);
	}
}
END_TEST

START_TEST(follows_the_documented_order)
{
	static const char *const names[] = { "t", "w", "h", "s", "fit", "up", "g", "q", "f", "dpr",
		"bg", "crop", "rot", "flip", "blur", "sharp", "trim", "meta", "max", "frame", "dl",
		"v", "exp", "sig" };

	ck_assert_uint_eq(param_count, COUNT(names));
	for (size_t i = 0; i < param_count; i++)
		ck_assert_str_eq(param_table[i].name, names[i]);
}
END_TEST

START_TEST(has_the_documented_defaults)
{
	struct params p;

	params_init(&p);
	ck_assert_str_eq(p.t, "");
	ck_assert_str_eq(p.v, "");
	ck_assert_int_eq(p.w, 0);
	ck_assert_int_eq(p.h, 0);
	ck_assert_int_eq(p.fit, PARAMS_INSIDE);
	ck_assert(!p.up);
	ck_assert_double_eq(p.g.x, 0.5);
	ck_assert_double_eq(p.g.y, 0.5);
	ck_assert_int_eq(p.q, 0);
	ck_assert_int_eq(p.f, PARAMS_F_ORIGINAL);
	ck_assert_double_eq(p.dpr, 1);
	ck_assert_uint_eq(p.bg, 0);
	ck_assert_double_eq(p.crop.w, 0);
	ck_assert_int_eq(p.rot, 0);
	ck_assert_int_eq(p.flip, PARAMS_FLIP_NONE);
	ck_assert_double_eq(p.blur, 0);
	ck_assert_double_eq(p.sharp, 0);
	ck_assert_int_eq(p.trim, 0);
	ck_assert_int_eq(p.meta, PARAMS_META_NONE);
	ck_assert_int_eq(p.max, 0);
	ck_assert_int_eq(p.frame, PARAMS_FRAME_ALL);
	ck_assert_str_eq(canonical(&p), "");
}
END_TEST

START_TEST(stores_what_was_asked)
{
	struct params_notes notes;
	struct params p = parsed("t=A&w=300&h=200&fit=pad&up=1&g=se&q=70&f=avif&dpr=1.5&bg=1234&v=x"
				 "&crop=1,2.5,300,0.25&rot=90&flip=vh&blur=0.35&sharp=1.5&trim=9"
				 "&meta=keep&max=5000&frame=7",
		&notes);

	ck_assert_str_eq(p.t, "A");
	ck_assert_str_eq(p.v, "x");
	ck_assert_int_eq(p.w, 300);
	ck_assert_int_eq(p.h, 200);
	ck_assert_int_eq(p.fit, PARAMS_PAD);
	ck_assert(p.up);
	ck_assert_double_eq(p.g.x, 1);
	ck_assert_double_eq(p.g.y, 1);
	ck_assert_int_eq(p.q, 70);
	ck_assert_int_eq(p.f, FORMAT_AVIF);
	ck_assert_double_eq(p.dpr, 1.5);
	ck_assert_uint_eq(p.bg, 0x11223344);
	ck_assert_double_eq(p.crop.x, 1);
	ck_assert_double_eq(p.crop.y, 2.5);
	ck_assert_double_eq(p.crop.w, 300);
	ck_assert_double_eq(p.crop.h, 0.25);
	ck_assert_int_eq(p.rot, 90);
	ck_assert_int_eq(p.flip, PARAMS_FLIP_HV);
	ck_assert_double_eq(p.blur, 0.35);
	ck_assert_double_eq(p.sharp, 1.5);
	ck_assert_int_eq(p.trim, 9);
	ck_assert_int_eq(p.meta, PARAMS_META_KEEP);
	ck_assert_int_eq(p.max, 5000);
	ck_assert_int_eq(p.frame, 7);
}
END_TEST

START_TEST(sets_one_parameter_strictly)
{
	struct params p;
	struct err err = { 0 };

	params_init(&p);
	ck_assert(params_set(&p, "Width", "300", &err));
	ck_assert_int_eq(p.w, 300);
	ck_assert(params_given(&p, "w"));
	ck_assert(!params_given(&p, "h"));
	ck_assert(!params_given(&p, "nothing"));
	ck_assert(params_set(&p, "s", "x40", &err));
	ck_assert_int_eq(p.h, 40);
	ck_assert(params_set(&p, "w", "auto", &err));
	ck_assert(params_is_auto(&p, "w"));
	ck_assert_int_eq(p.w, 0);
	params_unset(&p, "w");
	ck_assert(!params_is_auto(&p, "w"));
	ck_assert(!params_given(&p, "w"));
	params_unset(&p, "nothing");
	ck_assert(!params_is_auto(&p, "dpr")); /* a default is none */
	ck_assert(params_set(&p, "dpr", "auto", &err));
	ck_assert(params_is_auto(&p, "dpr"));
	ck_assert(params_set(&p, "dpr", "1", &err));
	ck_assert(!params_set(&p, "s", "50x9000", &err));
	ck_assert(!params_given(&p, "w")); /* nor the half that was valid */
	ck_assert(!params_set(&p, "colour", "red", &err));
	ck_assert_str_eq(err.say, "Unknown parameter: colour.");
	ck_assert_str_eq(canonical(&p), "h=40");
}
END_TEST

/* What is compared and hashed as bytes must not depend on what stood there before. */
START_TEST(leaves_nothing_of_a_longer_text_behind)
{
	struct params_notes notes;
	struct params once = parsed("t=a&v=b", &notes),
		      twice = parsed("t=abc&v=bcd&t=a&v=b", &notes);

	ck_assert_mem_eq(&once, &twice, sizeof once);
}
END_TEST

START_TEST(lets_the_url_win_over_a_preset)
{
	struct params_notes notes;
	struct params preset = parsed("w=100&h=100&fit=cover&up=1&f=webp&q=50", &notes);
	struct params url = parsed("t=a&width=300&height=200&up=0&f=original&q=", &notes);

	params_overlay(&preset, &url);
	ck_assert_str_eq(canonical(&preset), "t=a&w=300&h=200&fit=cover&up=0&q=50&f=original");
	ck_assert(!preset.up);
	ck_assert_int_eq(preset.f, PARAMS_F_ORIGINAL);
}
END_TEST

START_TEST(fails_when_the_canonical_form_has_no_room)
{
	struct params_notes notes;
	struct params p = parsed("w=300&h=200", &notes);
	struct buf b = BUF_INIT(10);
	struct err err = { 0 };

	ck_assert(!params_canonical(&p, &b, &err));
	ck_assert_int_eq(err.kind, ERR_TOO_LARGE);
	buf_done(&b);
	b.limit = 11;
	ck_assert(params_canonical(&p, &b, &err));
	ck_assert_str_eq(buf_text(&b), "w=300&h=200");
	buf_done(&b);
}
END_TEST

START_TEST(gives_one_form_whatever_order_and_spelling)
{
	uint64_t state = 20260101;

	for (int round = 0; round < 10000; round++) {
		struct random_pair pairs[64];
		struct buf one = BUF_INIT(8192), two = BUF_INIT(8192);
		struct params p, q, again;
		struct params_notes notes;
		struct err err;
		char want[4096];
		size_t n = 0;

		for (size_t i = 0; i < param_count; i++) {
			if (param_table[i].kind == PARAM_SIZE || random_below(&state, 2) == 0)
				continue;
			pairs[n].row = i;
			random_value(&param_table[i], &state, pairs[n++].value);
		}
		random_query(&one, pairs, n, &state);
		random_query(&two, pairs, n, &state);
		p = parsed(buf_text(&one), &notes);
		ck_assert_str_eq(notes.dropped, "");
		q = parsed(buf_text(&two), &notes);
		(void)snprintf(want, sizeof want, "%s", canonical(&p));
		ck_assert_msg(memcmp(&p, &q, sizeof p) == 0, "round %d: %s and %s", round,
			buf_text(&one), buf_text(&two));
		/* and the form is a query that means the same, strictly */
		params_init(&again);
		ck_assert_msg(params_parse(&again, want, true, &notes, &err), "round %d: %s: %s",
			round, want, err.say);
		ck_assert_msg(strcmp(canonical(&again), want) == 0, "round %d: %s", round, want);
		again.given = p.given; /* defaults that were spelled out are left out */
		ck_assert_mem_eq(&again, &p, sizeof p);
		buf_done(&one);
		buf_done(&two);
	}
}
END_TEST

START_TEST(survives_any_bytes)
{
	static const char *const crumbs[] = { "w", "h", "s", "=", "=", "&", "&", "x", ",", ".", "-",
		"%", "%00", "%3", "9", "8192", "99999999", "0",
		"q=", "g=", "dpr=", "bg=", "v=", "t=", "fit=", "cover", "up=1", "f=auto", "#fff",
		"\xff", "\x01", "\n", "auto", "e5", "+" };
	uint64_t state = 4711;

	for (int round = 0; round < 10000; round++) {
		struct buf b = BUF_INIT(4096);
		struct params p, again;
		struct params_notes notes;
		struct err err;
		char form[4096];

		for (uint32_t n = random_below(&state, 40); n > 0; n--)
			ck_assert(buf_adds(&b, crumbs[random_below(&state, COUNT(crumbs))], &err));
		p = parsed(buf_text(&b), &notes);
		ck_assert_msg(p.w >= 0 && p.w <= PARAMS_SIDE_MAX && p.h >= 0 &&
				      p.h <= PARAMS_SIDE_MAX && p.q >= 0 && p.q <= 100 &&
				      (p.dpr >= 0.5 || params_is_auto(&p, "dpr")) && p.dpr <= 5 &&
				      p.g.x >= 0 && p.g.x <= 1 && p.g.y >= 0 && p.g.y <= 1,
			"round %d: %s", round, buf_text(&b));
		ck_assert_msg((p.w > 0) == (params_given(&p, "w") && !params_is_auto(&p, "w")) &&
				      (p.h > 0) == params_given(&p, "h"),
			"round %d: %s", round, buf_text(&b));
		(void)snprintf(form, sizeof form, "%s", canonical(&p));
		params_init(&again);
		ck_assert_msg(params_parse(&again, form, true, &notes, &err),
			"round %d: %s gives %s: %s", round, buf_text(&b), form, err.say);
		ck_assert_str_eq(canonical(&again), form);
		params_init(&again);
		if (!params_parse(&again, buf_text(&b), true, &notes, &err))
			ck_assert_int_eq(err.kind, ERR_BAD_PARAMETER);
		buf_done(&b);
	}
}
END_TEST

static char *
described(const char *form)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	ck_assert_ptr_nonnull(f);
	ck_assert(params_describe(f, form));
	(void)fclose(f);
	return text;
}

START_TEST(describes_every_row_in_every_form)
{
	static const char *const forms[] = { "text", "json", "md" };
	static const char *const before[] = { "  ", "{\"name\":\"", "\n| `" };
	static const char *const after[] = { " ", "\",\"aliases\":[", "` | " };
	char *text = described(forms[_i]);

	for (size_t i = 0; i < param_count; i++) {
		char name[64];

		(void)snprintf(name, sizeof name, "%s%s%s", before[_i], param_table[i].name,
			_i == 0 && param_table[i].aliases[0] != NULL ? ", " : after[_i]);
		ck_assert_msg(strstr(text, name) != NULL, "%s in %s", name, forms[_i]);
		ck_assert_msg(strstr(text, param_table[i].summary) != NULL, "%s in %s",
			param_table[i].name, forms[_i]);
		ck_assert_msg(strstr(text, param_table[i].example) != NULL, "%s in %s",
			param_table[i].name, forms[_i]);
	}
	free(text);
}
END_TEST

/* What one row says as JSON, whole: the playground builds its form from it. */
START_TEST(describes_facts_as_json)
{
	char *text = described("json");

	ck_assert_msg(
		strncmp(text, "[\n{", 3) == 0 && strcmp(text + strlen(text) - 4, "}\n]\n") == 0,
		"%s", text);
	ck_assert_ptr_nonnull(strstr(text,
		"{\"name\":\"dpr\",\"aliases\":[],\"kind\":\"real\",\"acts\":false,\"clamp\":true,"
		"\"min\":0.5,\"max\":5,\"places\":1,\"allowed\":\"a number from 0.5 to 5, or auto\","
		"\"unset\":\"1\",\"unit\":\"x\",\"group\":\"size\","
		"\"summary\":\"Device pixels per CSS pixel; multiplies w and h.\","
		"\"example\":\"w=300&dpr=2\"},\n"));
	ck_assert_ptr_nonnull(
		strstr(text, "\"name\":\"w\",\"aliases\":[\"width\"],\"kind\":\"int\""));
	ck_assert_ptr_nonnull(
		strstr(text, "\"choices\":[\"inside\",\"cover\",\"pad\",\"fill\",\"outside\"]"));
	ck_assert_ptr_nonnull(strstr(text, "\"kind\":\"text\",\"acts\":false,\"clamp\":false,"
					   "\"length\":32,"));
	free(text);
}
END_TEST

START_TEST(knows_no_other_form)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	ck_assert_ptr_nonnull(f);
	ck_assert(!params_describe(f, "xml"));
	(void)fclose(f);
	ck_assert_str_eq(text, "");
	free(text);
}
END_TEST

Suite *
suite_params(void)
{
	Suite *suite = suite_create("params");
	TCase *tc = tcase_create("params"), *rows = tcase_create("rows");
	int count = (int)param_count;

	tcase_set_timeout(tc, 60); /* a busy machine is no failure */
	tcase_add_loop_test(tc, folds_lenient_queries_into_one_form, 0, COUNT(lenient));
	tcase_add_loop_test(tc, names_the_mistake_when_strict, 0, COUNT(strict));
	tcase_add_loop_test(tc, tells_what_asks_for_a_transformation, 0, COUNT(acts));
	tcase_add_test(tc, follows_the_documented_order);
	tcase_add_test(tc, has_the_documented_defaults);
	tcase_add_test(tc, stores_what_was_asked);
	tcase_add_test(tc, sets_one_parameter_strictly);
	tcase_add_test(tc, leaves_nothing_of_a_longer_text_behind);
	tcase_add_test(tc, lets_the_url_win_over_a_preset);
	tcase_add_test(tc, fails_when_the_canonical_form_has_no_room);
	tcase_add_test(tc, gives_one_form_whatever_order_and_spelling);
	tcase_add_test(tc, survives_any_bytes);
	tcase_add_loop_test(tc, describes_every_row_in_every_form, 0, 3);
	tcase_add_test(tc, describes_facts_as_json);
	tcase_add_test(tc, knows_no_other_form);
	suite_add_tcase(suite, tc);
	tcase_add_loop_test(rows, row_example_parses_and_sets_the_row, 0, count);
	tcase_add_loop_test(rows, row_says_validly_what_leaving_it_out_means, 0, count);
	tcase_add_loop_test(rows, row_takes_its_bounds_and_nothing_beyond, 0, count);
	tcase_add_loop_test(rows, row_takes_each_of_its_choices, 0, count);
	tcase_add_loop_test(rows, row_answers_to_its_name_and_aliases_alone, 0, count);
	tcase_add_loop_test(rows, row_is_documented, 0, count);
	tcase_add_loop_test(rows, row_is_laid_over_alone, 0, count);
	suite_add_tcase(suite, rows);
	return suite;
}
