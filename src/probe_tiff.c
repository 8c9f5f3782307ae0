#include "probe_tiff.h"

enum tag {
	TAG_SUBFILE = 0x00fe,
	TAG_WIDTH = 0x0100,
	TAG_LENGTH = 0x0101,
	TAG_PHOTOMETRIC = 0x0106,
	TAG_ORIENTATION = 0x0112,
	TAG_SAMPLES = 0x0115,
	TAG_ICC = 0x8773,
	TAG_DNG = 0xc612
};

/* How this block writes numbers, and where its first directory's entries are. */
struct directory {
	uint32_t (*u16)(const unsigned char *);
	uint32_t (*u32)(const unsigned char *);
	uint64_t (*u64)(const unsigned char *);
	bool big; /* BigTIFF: 64-bit counts and offsets */
	struct span entries;
};

static bool
find_directory(struct span tiff, struct directory *d)
{
	uint64_t at;

	if (tiff.n < 8)
		return false;
	if (span_begins(tiff, "II", 2)) {
		d->u16 = le16;
		d->u32 = le32;
		d->u64 = le64;
	} else if (span_begins(tiff, "MM", 2)) {
		d->u16 = be16;
		d->u32 = be32;
		d->u64 = be64;
	} else {
		return false;
	}
	d->big = d->u16(tiff.at + 2) == 43;
	if (!d->big && d->u16(tiff.at + 2) != 42)
		return false;
	if (d->big && (tiff.n < 16 || d->u16(tiff.at + 4) != 8 || d->u16(tiff.at + 6) != 0))
		return false;
	at = d->big ? d->u64(tiff.at + 8) : d->u32(tiff.at + 4);
	if (at > tiff.n - (d->big ? 8 : 2))
		return false;
	/* the count is left out: entries end where the bytes do, and the reader counts */
	d->entries = span_from(tiff, (size_t)at, tiff.n);
	return true;
}

/* The first value of an entry, which stands in its value field; false when it is no number there.
 */
static bool
entry_value(const struct directory *d, const unsigned char *entry, uint32_t *ret)
{
	const unsigned char *field = entry + (d->big ? 12 : 8);
	uint64_t count = d->big ? d->u64(entry + 4) : d->u32(entry + 4);

	if (count != 1)
		return false;
	switch (d->u16(entry + 2)) {
	case 1: /* BYTE */
		*ret = field[0];
		return true;
	case 3: /* SHORT */
		*ret = d->u16(field);
		return true;
	case 4: /* LONG */
		*ret = d->u32(field);
		return true;
	default:
		return false;
	}
}

/* Step to the next entry of a directory; NULL behind the last. *at begins as 0. */
static const unsigned char *
next_entry(const struct directory *d, size_t *at)
{
	size_t size = d->big ? 20 : 12, head = d->big ? 8 : 2;
	uint64_t count = d->big ? d->u64(d->entries.at) : d->u16(d->entries.at);
	const unsigned char *entry;

	if (*at == 0)
		*at = head;
	if ((*at - head) / size >= count || *at > d->entries.n || d->entries.n - *at < size)
		return NULL;
	entry = d->entries.at + *at;
	*at += size;
	return entry;
}

int
probe_tiff_orientation(struct span tiff)
{
	struct directory d;
	const unsigned char *entry;
	uint32_t value;
	size_t at = 0;

	if (!find_directory(tiff, &d) || d.big)
		return 1;
	for (entry = next_entry(&d, &at); entry != NULL; entry = next_entry(&d, &at)) {
		if (d.u16(entry) != TAG_ORIENTATION)
			continue;
		/* one SHORT, left-justified in the value field */
		if (d.u16(entry + 2) != 3 || !entry_value(&d, entry, &value) || value < 1 ||
			value > 8)
			return 1;
		return (int)value;
	}
	return 1;
}

enum photometric {
	WHITE_IS_ZERO = 0,
	BLACK_IS_ZERO = 1,
	RGB = 2,
	PALETTE = 3,
	INKS = 5,
	YCBCR = 6,
	CIE_LAB = 8
};

/* Colour channels; 0 for a colour space GraphicsMagick gets wrong (CIE L*a*b*, LogLuv) or no
 * picture (masks, sensor data).
 */
static uint32_t
channels(uint32_t photometric)
{
	switch (photometric) {
	case WHITE_IS_ZERO:
	case BLACK_IS_ZERO:
	case PALETTE:
		return 1;
	case RGB:
	case YCBCR:
	case CIE_LAB:
		return 3;
	case INKS:
		return 4;
	default:
		return 0;
	}
}

/* What the entries say of the picture. */
struct page {
	uint32_t width, length, samples, photometric;
	bool reduced, raw;
};

static void
take_entry(const struct directory *d, const unsigned char *entry, struct page *page,
	struct image_info *info)
{
	uint32_t value = 0;
	bool number = entry_value(d, entry, &value);

	switch ((enum tag)d->u16(entry)) {
	case TAG_SUBFILE:
		page->reduced = number && (value & 1) != 0;
		break;
	case TAG_WIDTH:
		page->width = number ? value : 0;
		break;
	case TAG_LENGTH:
		page->length = number ? value : 0;
		break;
	case TAG_PHOTOMETRIC:
		page->photometric = value;
		break;
	case TAG_ORIENTATION:
		if (number && value >= 1 && value <= 8)
			info->orientation = (int)value;
		break;
	case TAG_SAMPLES:
		page->samples = number ? value : 1;
		break;
	case TAG_ICC:
		info->icc = true;
		break;
	case TAG_DNG:
		page->raw = true;
		break;
	}
}

bool
probe_tiff_picture(struct span tiff, struct image_info *info, struct err *err)
{
	struct page page = { .samples = 1 };
	struct directory d;
	const unsigned char *entry;
	size_t at = 0;

	if (!find_directory(tiff, &d))
		return err_set(err, ERR_BROKEN, "%s", "");
	for (entry = next_entry(&d, &at); entry != NULL; entry = next_entry(&d, &at))
		take_entry(&d, entry, &page, info);
	if (page.raw || page.reduced) {
		err_set(err, ERR_NOT_AN_IMAGE, "%s", "");
		return err_detail(err, "a raw file's thumbnail is not its picture");
	}
	if (channels(page.photometric) == 0) {
		err_set(err, ERR_NOT_AN_IMAGE, "%s", "");
		return err_detail(err, "TIFF of photometric interpretation %u", page.photometric);
	}
	if (page.width > INT32_MAX || page.length > INT32_MAX)
		return err_set(err, ERR_BROKEN, "%s", "");
	info->width = (int32_t)page.width;
	info->height = (int32_t)page.length;
	info->grey = page.photometric == WHITE_IS_ZERO || page.photometric == BLACK_IS_ZERO;
	info->cmyk = page.photometric == INKS;
	info->alpha = page.samples > channels(page.photometric) && !info->cmyk;
	return true;
}
