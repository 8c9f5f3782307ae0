#include "exif.h"

#include <string.h>

#define TAG_ORIENTATION 0x0112
#define TAG_ARTIST      0x013b
#define TAG_THUMBNAIL   0x0201 /* of the second directory: offset and length of a JPEG */
#define TAG_THUMBNAIL_N 0x0202
#define TAG_COPYRIGHT   0x8298
#define TYPE_ASCII      2
#define TYPE_SHORT      3
#define ENTRY           12 /* bytes */
#define TEXT_MAX        1000

struct tiff {
	unsigned char *bytes;
	size_t n;
	bool big_endian;
};

static uint32_t
get(const struct tiff *t, size_t at, size_t len)
{
	uint32_t v = 0;

	if (at > t->n || len > t->n - at)
		return 0;
	for (size_t i = 0; i < len; i++)
		v = v << 8 | t->bytes[at + (t->big_endian ? i : len - 1 - i)];
	return v;
}

static void
put(const struct tiff *t, size_t at, size_t len, uint32_t v)
{
	for (size_t i = 0; i < len && at + i < t->n; i++)
		t->bytes[at + i] = (unsigned char)(v >> 8 * (t->big_endian ? len - 1 - i : i));
}

/* The entries of a directory that lie within the block. */
static size_t
count_entries(const struct tiff *t, size_t directory)
{
	size_t count = get(t, directory, 2);

	if (directory < 8 || directory > t->n || t->n - directory < 2)
		return 0;
	return count <= (t->n - directory - 2) / ENTRY ? count : (t->n - directory - 2) / ENTRY;
}

/* Where a tag's entry lies, 0 when it is not there. */
static size_t
find_entry(const struct tiff *t, size_t directory, uint32_t tag)
{
	size_t count = count_entries(t, directory);

	for (size_t i = 0; i < count; i++)
		if (get(t, directory + 2 + ENTRY * i, 2) == tag)
			return directory + 2 + ENTRY * i;
	return 0;
}

/* Step over "Exif\0\0", and see whether a TIFF header follows. */
static bool
open_block(const unsigned char **bytes, size_t *n, bool *ret_big_endian)
{
	if (*n >= 6 && memcmp(*bytes, "Exif\0\0", 6) == 0) {
		*bytes += 6;
		*n -= 6;
	}
	if (*n < 8 || *n > EXIF_MAX)
		return false;
	*ret_big_endian = memcmp(*bytes, "MM\0*", 4) == 0;
	return *ret_big_endian || memcmp(*bytes, "II*\0", 4) == 0;
}

/* Blank the thumbnail, and cut the block where it ended with that. */
static size_t
drop_thumbnail(const struct tiff *t, size_t directory)
{
	size_t at_entry = find_entry(t, directory, TAG_THUMBNAIL);
	size_t n_entry = find_entry(t, directory, TAG_THUMBNAIL_N);
	size_t at = at_entry > 0 ? get(t, at_entry + 8, 4) : 0;
	size_t n = n_entry > 0 ? get(t, n_entry + 8, 4) : 0;

	if (at <= directory || at >= t->n || n > t->n - at)
		return t->n;
	memset(t->bytes + at, 0, n);
	return at + n == t->n ? at : t->n;
}

bool
exif_keep(const unsigned char *exif, size_t n, struct buf *ret, struct err *err)
{
	struct tiff t = { .n = 0 };
	size_t first, next_at, second, entry, from = ret->len;

	if (!open_block(&exif, &n, &t.big_endian))
		return true;
	if (!buf_add(ret, exif, n, err))
		return false;
	t.bytes = ret->bytes + from;
	t.n = n;
	first = get(&t, 4, 4);
	entry = find_entry(&t, first, TAG_ORIENTATION);
	if (entry > 0) {
		put(&t, entry + 2, 2, TYPE_SHORT);
		put(&t, entry + 4, 4, 1);
		put(&t, entry + 8, 4, 0);
		put(&t, entry + 8, 2, 1);
	}
	next_at = first + 2 + ENTRY * count_entries(&t, first);
	second = first >= 8 ? get(&t, next_at, 4) : 0;
	if (second >= 8 && second != first) {
		n = drop_thumbnail(&t, second);
		put(&t, next_at, 4, 0);
		ret->len = from + n;
	}
	return true;
}

/* A text of the first directory; its length, 0 when there is none. */
static size_t
find_text(const struct tiff *t, uint32_t tag, const unsigned char **ret)
{
	size_t entry = find_entry(t, get(t, 4, 4), tag), n, at;

	if (entry == 0 || get(t, entry + 2, 2) != TYPE_ASCII)
		return 0;
	n = get(t, entry + 4, 4);
	at = n <= 4 ? entry + 8 : get(t, entry + 8, 4);
	if (at > t->n || n > t->n - at)
		return 0;
	*ret = t->bytes + at;
	n = n > TEXT_MAX ? TEXT_MAX : n;
	/* two texts may stand in it, photographer's and editor's: the zero between them stays */
	while (n > 0 && ((*ret)[n - 1] == 0 || (*ret)[n - 1] == ' '))
		n--;
	return n;
}

bool
exif_copyright(const unsigned char *exif, size_t n, struct buf *ret, struct err *err)
{
	static const uint32_t tags[] = { TAG_ARTIST, TAG_COPYRIGHT };
	unsigned char made[8 + 2 + 2 * ENTRY + 4 + 2 * (TEXT_MAX + 1) + 8] = "II*\0\x08\0\0\0";
	struct tiff to = { .bytes = made, .n = sizeof made };
	struct buf copy = BUF_INIT(EXIF_MAX);
	struct tiff from = { .n = 0 };
	size_t lengths[2] = { 0 }, count, at, entry = 10;
	const unsigned char *texts[2] = { NULL };
	bool ok = true;

	if (!open_block(&exif, &n, &from.big_endian))
		return true;
	if (!buf_add(&copy, exif, n, err))
		return false;
	from.bytes = copy.bytes;
	from.n = n;
	for (int i = 0; i < 2; i++)
		lengths[i] = find_text(&from, tags[i], &texts[i]);
	count = (size_t)(lengths[0] > 0) + (lengths[1] > 0);
	put(&to, 8, 2, (uint32_t)count);
	at = 8 + 2 + ENTRY * count + 4;
	for (int i = 0; i < 2; i++) {
		/* shorter ones stand in the entry itself: at least five bytes, zeros behind */
		size_t len = lengths[i] + 1 > 5 ? lengths[i] + 1 : 5;

		if (lengths[i] == 0)
			continue;
		put(&to, entry, 2, tags[i]);
		put(&to, entry + 2, 2, TYPE_ASCII);
		put(&to, entry + 4, 4, (uint32_t)len);
		put(&to, entry + 8, 4, (uint32_t)at);
		memcpy(made + at, texts[i], lengths[i]);
		at += len + (len & 1);
		entry += ENTRY;
	}
	ok = count == 0 || buf_add(ret, made, at, err);
	buf_done(&copy);
	return ok;
}
