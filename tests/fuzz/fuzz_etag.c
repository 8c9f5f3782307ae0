/* Fields of tags that clients send, against a tag of ours. */
#include "etag.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char field[2048], halves[ETAG_LIST], tag[ETAG_MADE];
	const char *hash = "0123456789abcdef";
	uint32_t formats = FORMAT_BIT(FORMAT_JPEG) | FORMAT_BIT(FORMAT_WEBP);

	if (n >= sizeof field)
		return 0;
	memcpy(field, bytes, n);
	field[n] = '\0';
	(void)etag_in_list(field, "\"x\"", true);
	(void)etag_in_list(field, "\"x\"", false);
	if (etag_origin_halves(field, hash, formats, halves)) {
		/* what goes to the origin comes back as the tag it was taken from */
		if (!etag_presented(field, halves, hash, formats, tag))
			abort();
		if (strstr(tag, hash) == NULL || strstr(field, tag) == NULL)
			abort();
	}
	return 0;
}
