#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
buf_reserve(struct buf *b, size_t n, struct err *err)
{
	size_t want, size;
	unsigned char *bytes;

	if (n > b->limit || b->len > b->limit - n)
		return err_set(err, ERR_TOO_LARGE, "%s", "");
	want = b->len + n + 1;
	if (want <= b->size)
		return true;
	size = b->size < 256 ? 256 : b->size;
	while (size < want)
		size = size > SIZE_MAX / 2 ? want : size * 2;
	if (size > b->limit + 1)
		size = b->limit + 1;
	bytes = realloc(b->bytes, size);
	if (bytes == NULL)
		return err_set(err, ERR_INTERNAL, "%s", "");
	b->bytes = bytes;
	b->size = size;
	b->bytes[b->len] = '\0';
	return true;
}

bool
buf_add(struct buf *b, const void *bytes, size_t n, struct err *err)
{
	if (!buf_reserve(b, n, err))
		return false;
	if (n > 0)
		memcpy(b->bytes + b->len, bytes, n);
	b->len += n;
	b->bytes[b->len] = '\0';
	return true;
}

bool
buf_adds(struct buf *b, const char *text, struct err *err)
{
	return buf_add(b, text, strlen(text), err);
}

bool
buf_addf(struct buf *b, struct err *err, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (n < 0)
		return err_set(err, ERR_INTERNAL, "%s", "");
	if (!buf_reserve(b, (size_t)n, err))
		return false;
	va_start(ap, format);
	(void)vsnprintf((char *)b->bytes + b->len, (size_t)n + 1, format, ap);
	va_end(ap);
	b->len += (size_t)n;
	return true;
}

bool
buf_add_file(struct buf *b, const char *path, struct err *err)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
	char piece[65536];
	size_t n;
	bool ok = f != NULL;

	while (ok && (n = fread(piece, 1, sizeof piece, f)) > 0)
		ok = buf_add(b, piece, n, err);
	if (f == NULL || ferror(f))
		ok = err_set(err, ERR_INTERNAL, "cannot read %s: %s", path, strerror(errno));
	if (f != NULL && f != stdin)
		(void)fclose(f);
	return ok;
}

const char *
buf_text(const struct buf *b)
{
	return b->bytes != NULL ? (const char *)b->bytes : "";
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->bytes != NULL)
		b->bytes[0] = '\0';
}

void
buf_done(struct buf *b)
{
	free(b->bytes);
	b->bytes = NULL;
	b->len = b->size = 0;
}
