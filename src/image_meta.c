#include "image_meta.h"

#include "exif.h"
#include "image_magick.h"

static bool
copy(const Image *image, const char *name, struct buf *ret, struct err *err)
{
	size_t n = 0;
	const unsigned char *bytes = GetImageProfile(image, name, &n);

	return bytes == NULL || n == 0 || n > EXIF_MAX || buf_add(ret, bytes, n, err);
}

bool
image_meta_take(
	const Image *image, const struct plan *plan, struct image_meta *ret, struct err *err)
{
	size_t n = 0;
	const unsigned char *exif = GetImageProfile(image, "EXIF", &n);
	bool keep = plan->meta == PARAMS_META_KEEP, ok = true;

	ret->exif = ret->xmp = ret->iptc = BUF_INIT(EXIF_MAX + 6);
	if (plan->meta == PARAMS_META_NONE)
		return true;
	if (exif != NULL)
		ok = buf_add(&ret->exif, "Exif\0\0", 6, err) &&
		     (keep ? exif_keep(exif, n, &ret->exif, err)
			   : exif_copyright(exif, n, &ret->exif, err));
	if (ok && ret->exif.len == 6)
		buf_reset(&ret->exif);
	if (ok && keep)
		ok = copy(image, "XMP", &ret->xmp, err) && copy(image, "IPTC", &ret->iptc, err);
	if (!ok)
		image_meta_done(ret);
	return ok;
}

bool
image_meta_put(Image *image, const struct image_meta *meta, struct err *err)
{
	const struct {
		const char *name;
		const struct buf *from;
	} rows[] = { { "EXIF", &meta->exif }, { "XMP", &meta->xmp }, { "IPTC", &meta->iptc } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].from->len > 0 && !SetImageProfile(image, rows[i].name,
						     rows[i].from->bytes, rows[i].from->len))
			return err_set(err, ERR_MEMORY, "%s", "");
	return true;
}

void
image_meta_done(struct image_meta *meta)
{
	buf_done(&meta->exif);
	buf_done(&meta->xmp);
	buf_done(&meta->iptc);
}
