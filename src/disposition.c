#include "disposition.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ENDING_MAX 64 /* bytes of a key's own ending, with the NUL */

/* ---- Names ---- */

/* A character's number; text_utf8_step has looked at its n bytes. */
static uint32_t
code_of(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;

	if (n == 1)
		return u[0];
	if (n == 2)
		return (u[0] & 0x1fu) << 6 | (u[1] & 0x3fu);
	if (n == 3)
		return (u[0] & 0x0fu) << 12 | (u[1] & 0x3fu) << 6 | (u[2] & 0x3fu);
	return (u[0] & 0x07u) << 18 | (u[1] & 0x3fu) << 12 | (u[2] & 0x3fu) << 6 | (u[3] & 0x3fu);
}

/* Controls; and marks of direction, with which an ending can be shown before the end. */
static bool
is_invisible(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* What follows the last separator of folders, on any system. */
static const char *
base_of(const char *path)
{
	const char *base = path;

	for (; *path != '\0'; path++)
		if (*path == '/' || *path == '\\')
			base = path + 1;
	return base;
}

/* End a name of n bytes before dots and blanks; the bytes that are left. */
static size_t
trim_end(char *name, size_t n)
{
	while (n > 0 && strchr(". ", name[n - 1]) != NULL)
		n--;
	name[n] = '\0';
	return n;
}

/*
 * Copy a path's last part as it may be a file's name, at most size - 1 bytes of whole characters:
 * no controls, none of what Windows forbids, and no dots or blanks at its ends. False: nothing is
 * left.
 */
static bool
clean(const char *path, char *ret, size_t size)
{
	const char *s = base_of(path);
	size_t at = 0, step;

	for (; *s != '\0'; s += step) {
		step = text_utf8_step(s, strlen(s));
		if (step == 0)
			return false;
		if (is_invisible(code_of(s, step)) || (at == 0 && strchr(". ", *s) != NULL))
			continue;
		if (at + step >= size)
			break;
		memcpy(ret + at, s, step);
		if (step == 1 && strchr("<>:\"|?*", *s) != NULL)
			ret[at] = '_';
		at += step;
	}
	return trim_end(ret, at) > 0;
}

/* What follows the last dot of a name; "" when there is no dot, or nothing before it. */
static const char *
ending_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL && dot > name ? dot + 1 : "";
}

/* ---- Endings ---- */

static enum format
format_of(const char *type)
{
	size_t n = strcspn(type, "; ");

	for (int f = FORMAT_NONE + 1; f < FORMAT__COUNT; f++) {
		const char *mime = format_row((enum format)f)->mime;

		if (strlen(mime) == n && strncasecmp(mime, type, n) == 0)
			return (enum format)f;
	}
	return FORMAT_NONE;
}

static bool
fits(const char *ending, enum format format)
{
	if (format == FORMAT_BLURHASH) /* plain text, whatever it is */
		return strcasecmp(ending, "txt") == 0;
	return format_by_name(ending) == format ||
	       (format == FORMAT_SVG && strcasecmp(ending, "svgz") == 0);
}

/* The ending of a key as a name may have it; "" for none, and for one that is too long. */
static void
own_ending(const char *key, char ret[ENDING_MAX])
{
	const char *had = ending_of(base_of(key));

	if (strlen(had) >= ENDING_MAX || !clean(had, ret, ENDING_MAX))
		ret[0] = '\0';
}

/* Give a name the ending of what was sent; it is cut where there is no room for both. */
static void
set_ending(char name[DISPOSITION_NAME + 1], const char *key, enum format format)
{
	const char *had = ending_of(name);
	char ending[ENDING_MAX];
	size_t n = strlen(name);

	if (format == FORMAT_NONE)
		own_ending(key, ending);
	else
		(void)snprintf(ending, sizeof ending, "%s",
			format == FORMAT_BLURHASH ? "txt" : format_row(format)->name);
	if (*ending == '\0') {
		/* any ending would be the stranger's choice of what the bytes are taken for */
		for (; *had != '\0'; had = ending_of(name))
			name[had - name - 1] = '\0';
		trim_end(name, strlen(name));
		return;
	}
	if (format != FORMAT_NONE ? fits(had, format) : strcasecmp(had, ending) == 0)
		return;
	if (format_by_name(had) != FORMAT_NONE)
		n -= strlen(had) + 1;
	if (n > DISPOSITION_NAME - strlen(ending) - 1)
		n = DISPOSITION_NAME - strlen(ending) - 1;
	while (n > 0 && ((unsigned char)name[n] & 0xc0) == 0x80) /* inside a character */
		n--;
	(void)snprintf(name + n, DISPOSITION_NAME + 1 - n, ".%s", ending);
}

/* ---- The field ---- */

/* The name for those who read no other: ASCII without what some of them take for an escape. */
static bool
add_ascii(const char *name, struct buf *out, struct err *err)
{
	for (const char *s = name; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c & 0xc0) == 0x80)
			continue; /* one _ for a character is enough */
		if (!buf_addf(out, err, "%c", c >= 0x7f || strchr("\"\\%", c) != NULL ? '_' : c))
			return false;
	}
	return true;
}

bool
disposition_print(
	const char *dl, const char *key, const char *type, struct buf *out, struct err *err)
{
	char name[DISPOSITION_NAME + 1];

	if (*dl == '\0' || strcmp(dl, "0") == 0)
		return true;
	if ((strcmp(dl, "1") == 0 || !clean(dl, name, sizeof name)) &&
		!clean(key, name, sizeof name))
		(void)snprintf(name, sizeof name, "picture");
	set_ending(name, key, format_of(type));
	return buf_adds(out, "attachment; filename=\"", err) && add_ascii(name, out, err) &&
	       buf_adds(out, "\"; filename*=UTF-8''", err) &&
	       text_url_encode(out, name, strlen(name), false, err);
}
