/*
 * Cache tags: words an answer carries, by which a cache can be told to drop it. Pure.
 *
 *   k-<hash>  the original
 *   f-<hash>  each folder it lies in, the origin's whole first
 *   p-<name>  the preset
 *
 * Hashes are of origin and key, so that no key reaches a tag's alphabet or length: at most 50 tags
 * (deeper folders have none), each of visible ASCII without commas and far below 256 bytes.
 *
 * Source
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-by-tags.html
 */
#ifndef LIMNER_TAGS_H
#define LIMNER_TAGS_H

#include "config.h"

#define TAGS_MAX 50

/*
 * Append the tags of an answer, with `separator` between them.
 *
 * key     decoded; of a folder (it ends with /) only its own tag is appended
 * preset  "" for none
 * Fails   ERR_INTERNAL, ERR_TOO_LARGE
 */
bool tags_print(const struct config_origin *origin, const char *key, const char *preset,
	const char *separator, struct buf *out, struct err *err) MUST_USE;

#endif
