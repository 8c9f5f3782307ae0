#include "probe_heif.h"

#define PROPERTIES_MAX 64 /* of one item; pictures have about six */
#define PLANES_MAX     16 /* that refer to the picture; alpha, depth and a few more */

/* The parts of the meta box that tell of the primary item; empty where they are missing. */
struct meta {
	struct span properties;   /* payload of ipco */
	struct span associations; /* of ipma */
	struct span references;   /* of iref */
	uint32_t primary;
	uint32_t transfer; /* characteristics by ITU-T H.273; 0 unknown */
};

/* One box: take it off the front of s. False when what is left is none. */
static bool
next_box(struct span *s, char ret_name[5], struct span *ret_body)
{
	uint64_t size;
	size_t head = 8;

	if (s->n < 8)
		return false;
	size = be32(s->at);
	memcpy(ret_name, s->at + 4, 4);
	ret_name[4] = '\0';
	if (size == 1 && s->n >= 16) {
		size = be64(s->at + 8);
		head = 16;
	}
	if (size == 0 || size > s->n)
		size = s->n;
	if (size < head)
		return false;
	*ret_body = span_from(*s, head, (size_t)size - head);
	*s = span_from(*s, (size_t)size, s->n);
	return true;
}

/* Find a box among its neighbours; an empty span when it is not there. */
static struct span
find_box(struct span s, const char *name)
{
	struct span body;
	char found[5];

	while (next_box(&s, found, &body))
		if (strcmp(found, name) == 0)
			return body;
	return (struct span){ s.at, 0 };
}

static bool
read_meta(struct span file, struct meta *m)
{
	/* all of these but iprp and ipco begin with a version and flags */
	struct span boxes = span_from(find_box(file, "meta"), 4, file.n);
	struct span pitm = find_box(boxes, "pitm");
	struct span iprp = find_box(boxes, "iprp");

	m->properties = find_box(iprp, "ipco");
	m->associations = find_box(iprp, "ipma");
	m->references = find_box(boxes, "iref");
	if (pitm.n >= 8 && pitm.at[0] > 0)
		m->primary = be32(pitm.at + 4);
	else if (pitm.n >= 6 && pitm.at[0] == 0)
		m->primary = be16(pitm.at + 4);
	else
		return false;
	return m->associations.n >= 8;
}

/*
 * List the properties of an item, numbered from 1 as the file does. Returns how many there are, at
 * most PROPERTIES_MAX.
 */
static size_t
list_properties(const struct meta *m, uint32_t item, uint32_t ret[PROPERTIES_MAX])
{
	struct span s = m->associations;
	bool wide = s.at[0] > 0, large = (s.at[3] & 1) != 0;
	size_t id_size = wide ? 4 : 2, at = 8, size = large ? 2 : 1;
	uint32_t items = be32(s.at + 4);

	for (; items > 0 && at <= s.n && s.n - at > id_size; items--) {
		uint32_t id = wide ? be32(s.at + at) : be16(s.at + at);
		size_t count = s.at[at + id_size], found = 0;

		at += id_size + 1;
		if (id != item) {
			at += count * size;
			continue;
		}
		for (; found < count && found < PROPERTIES_MAX && s.n - at >= size; at += size)
			ret[found++] = large ? be16(s.at + at) & 0x7fff : s.at[at] & 0x7fu;
		return found;
	}
	return 0;
}

/* The property of that number. */
static bool
find_property(const struct meta *m, uint32_t number, char ret_name[5], struct span *ret_body)
{
	struct span s = m->properties;

	while (number > 0 && next_box(&s, ret_name, ret_body))
		if (--number == 0)
			return true;
	return false;
}

/* A side after a crop to num/den of it. */
static int64_t
cropped(const unsigned char *fraction)
{
	uint64_t num = be32(fraction), den = be32(fraction + 4);

	return den == 0 ? 0 : (int64_t)((2 * num + den) / (2 * den));
}

static void
take_property(struct meta *m, const char *name, struct span body, int64_t *w, int64_t *h,
	struct image_info *info)
{
	if (strcmp(name, "ispe") == 0 && body.n >= 12) {
		*w = be32(body.at + 4);
		*h = be32(body.at + 8);
	} else if (strcmp(name, "clap") == 0 && body.n >= 16) {
		*w = cropped(body.at);
		*h = cropped(body.at + 8);
	} else if (strcmp(name, "irot") == 0 && body.n >= 1 && (body.at[0] & 1) != 0) {
		int64_t was = *w;

		*w = *h;
		*h = was;
	} else if (strcmp(name, "colr") == 0 && span_begins(body, "nclx", 4) && body.n >= 8) {
		m->transfer = be16(body.at + 6);
	} else if (strcmp(name, "colr") == 0) {
		info->icc =
			info->icc || span_begins(body, "prof", 4) || span_begins(body, "rICC", 4);
	} else if (strcmp(name, "pixi") == 0 && body.n >= 5) {
		info->grey = body.at[4] == 1;
	}
}

static bool
is_alpha_plane(const struct meta *m, uint32_t item)
{
	uint32_t numbers[PROPERTIES_MAX];
	size_t count = list_properties(m, item, numbers);
	struct span body;
	char name[5];

	for (size_t i = 0; i < count; i++) {
		if (!find_property(m, numbers[i], name, &body) || strcmp(name, "auxC") != 0)
			continue;
		body = span_from(body, 4, body.n);
		if (span_begins(body, "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", 43) ||
			span_begins(body, "urn:mpeg:hevc:2015:auxid:1", 26))
			return true;
	}
	return false;
}

/*
 * Tell whether the primary item has an alpha plane: an auxiliary item that refers to it. More
 * planes than anybody has count as if there were.
 */
static bool
has_alpha(const struct meta *m)
{
	size_t id_size = m->references.n > 0 && m->references.at[0] > 0 ? 4 : 2;
	struct span s = span_from(m->references, 4, m->references.n), body;
	char name[5];
	int planes = 0;

	while (next_box(&s, name, &body)) {
		uint32_t from, count;

		if (strcmp(name, "auxl") != 0 || body.n < id_size + 2)
			continue;
		from = id_size == 4 ? be32(body.at) : be16(body.at);
		count = be16(body.at + id_size);
		body = span_from(body, id_size + 2, body.n);
		for (; count > 0 && body.n >= id_size; count--) {
			uint32_t to = id_size == 4 ? be32(body.at) : be16(body.at);

			/* each look goes through all associations: many would take for ever */
			if (to == m->primary && (++planes > PLANES_MAX || is_alpha_plane(m, from)))
				return true;
			body = span_from(body, id_size, body.n);
		}
	}
	return false;
}

bool
probe_heif_picture(struct span file, struct image_info *info, struct err *err)
{
	struct meta m = { .primary = 0 };
	uint32_t numbers[PROPERTIES_MAX];
	int64_t w = 0, h = 0;
	size_t count;
	struct span body;
	char name[5];

	if (!read_meta(file, &m)) {
		err_set(err, ERR_BROKEN, "%s", "");
		return err_detail(err, "no primary picture");
	}
	count = list_properties(&m, m.primary, numbers);
	for (size_t i = 0; i < count; i++)
		if (find_property(&m, numbers[i], name, &body))
			take_property(&m, name, body, &w, &h, info);
	/* PQ and HLG: light beyond white, which the decoder would squeeze to a dull picture */
	if (m.transfer == 16 || m.transfer == 18) {
		err_set(err, ERR_NOT_AN_IMAGE, "%s", "");
		return err_detail(err, "high dynamic range");
	}
	if (w > INT32_MAX || h > INT32_MAX)
		return err_set(err, ERR_BROKEN, "%s", "");
	info->width = (int32_t)w;
	info->height = (int32_t)h;
	info->alpha = has_alpha(&m);
	/* a track beside the picture; the picture is what is made */
	info->animated = find_box(file, "moov").n > 0;
	return true;
}

struct span
probe_heif_profile(const unsigned char *bytes, size_t n)
{
	struct span file = { bytes, n }, body;
	struct meta m = { .primary = 0 };
	uint32_t numbers[PROPERTIES_MAX];
	size_t count = 0;
	char name[5];

	if (read_meta(file, &m))
		count = list_properties(&m, m.primary, numbers);
	for (size_t i = 0; i < count; i++)
		if (find_property(&m, numbers[i], name, &body) && strcmp(name, "colr") == 0 &&
			(span_begins(body, "prof", 4) || span_begins(body, "rICC", 4)))
			return span_from(body, 4, body.n);
	return (struct span){ bytes, 0 };
}

void
probe_heif_single_out(unsigned char *bytes, size_t n)
{
	struct span file = { bytes, n }, boxes = span_from(find_box(file, "meta"), 4, n), entries;
	struct meta m = { .primary = 0 };
	struct span body;
	char name[5];

	if (!read_meta(file, &m))
		return;
	entries = find_box(boxes, "iinf");
	if (entries.n < 6)
		return;
	entries = span_from(entries, entries.at[0] > 0 ? 8 : 6, n);
	while (next_box(&entries, name, &body)) {
		uint32_t id;

		if (strcmp(name, "infe") != 0 || body.n < 8 || body.at[0] < 2)
			continue;
		id = body.at[0] > 2 ? be32(body.at + 4) : be16(body.at + 4);
		if (id != m.primary)
			bytes[body.at - bytes + 3] |= 1;
	}
}
