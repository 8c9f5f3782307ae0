/* Fields of tags that clients send, against a tag of ours. */
#include "etag.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char field[2048], half[ETAG_MAX], tag[ETAG_MADE], made[ETAG_MADE];
	const char *hash = "0123456789abcdef";

	if (n >= sizeof field)
		return 0;
	memcpy(field, bytes, n);
	field[n] = '\0';
	(void)etag_in_list(field, "\"x\"", true);
	(void)etag_in_list(field, "\"x\"", false);
	if (etag_origin_half(
		    field, hash, FORMAT_BIT(FORMAT_JPEG) | FORMAT_BIT(FORMAT_WEBP), half, tag)) {
		/* what counts as ours is what we would have made */
		if (!etag_make(half, hash, FORMAT_JPEG, made))
			abort();
		if (strstr(tag, hash) == NULL)
			abort();
	}
	return 0;
}
