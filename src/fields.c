#include "fields.h"

#include "base/text.h"

#include <string.h>

bool
fields_given(const char *text)
{
	return text != NULL && text[0] != '\0';
}

/* Begin one more line. */
static bool
begin(struct fields *f, struct err *err)
{
	if (f->count == FIELDS_COUNT)
		return err_set(err, ERR_INTERNAL, "%s", "");
	f->at[f->count++] = f->text.len;
	return true;
}

bool
fields_add(struct fields *f, const char *name, const char *value, struct err *err)
{
	return begin(f, err) && buf_addf(&f->text, err, "%s: %s", name, value) &&
	       buf_add(&f->text, "", 1, err);
}

bool
fields_add_date(struct fields *f, const char *name, const char *value, struct err *err)
{
	char date[TEXT_HTTP_DATE];
	int64_t when;

	if (!fields_given(value) || !text_from_http_date(value, &when))
		return true;
	text_http_date(when, date);
	return fields_add(f, name, date, err);
}

bool
fields_add_lines(struct fields *f, const char *lines, struct err *err)
{
	size_t n;

	for (; fields_given(lines); lines += n + (lines[n] == '\n')) {
		n = strcspn(lines, "\n");
		if (!begin(f, err) || !buf_add(&f->text, lines, n, err) ||
			!buf_add(&f->text, "", 1, err))
			return false;
	}
	return true;
}

void
fields_lines(const struct fields *f, const char *ret[FIELDS_COUNT])
{
	for (size_t i = 0; i < f->count; i++)
		ret[i] = buf_text(&f->text) + f->at[i];
}

void
fields_done(struct fields *f)
{
	buf_done(&f->text);
}
