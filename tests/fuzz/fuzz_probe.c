/* Headers of originals: no read outside the bytes, and what is reported keeps its bounds. */
#include "probe.h"
#include "probe_heif.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct image_info info = { 0 };
	struct err err = { 0 };

	if (!probe_image(bytes, n, &info, &err)) {
		if (err.kind != ERR_NOT_AN_IMAGE && err.kind != ERR_BROKEN)
			abort();
		return 0;
	}
	if (info.width < 1 || info.height < 1 || info.orientation < 1 || info.orientation > 8 ||
		format_row(info.format)->magick == NULL)
		abort();
	if (info.format == FORMAT_AVIF || info.format == FORMAT_HEIC) {
		unsigned char *copy = malloc(n);

		if (copy == NULL)
			return 0;
		memcpy(copy, bytes, n);
		probe_heif_single_out(copy, n);
		free(copy);
	}
	return 0;
}
