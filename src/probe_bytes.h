/*
 * Numbers and parts of a file's bytes, for the probe_* files alone.
 *
 * A number's caller has checked that its bytes are there; a span cut from another never reaches
 * beyond it.
 */
#ifndef LIMNER_PROBE_BYTES_H
#define LIMNER_PROBE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The bytes a parser may look at; every read is checked against n by the parser. */
struct span {
	const unsigned char *at;
	size_t n;
};

static inline uint32_t
be16(const unsigned char *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t
be32(const unsigned char *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static inline uint64_t
be64(const unsigned char *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

static inline uint32_t
le16(const unsigned char *p)
{
	return (uint32_t)p[1] << 8 | p[0];
}

static inline uint32_t
le24(const unsigned char *p)
{
	return (uint32_t)p[2] << 16 | le16(p);
}

static inline uint32_t
le32(const unsigned char *p)
{
	return le16(p + 2) << 16 | le16(p);
}

static inline uint64_t
le64(const unsigned char *p)
{
	return (uint64_t)le32(p + 4) << 32 | le32(p);
}

/* The n bytes at `from`, or as many of them as there are. */
static inline struct span
span_from(struct span s, size_t from, size_t n)
{
	if (from > s.n)
		from = s.n;
	if (n > s.n - from)
		n = s.n - from;
	return (struct span){ s.at + from, n };
}

static inline bool
span_begins(struct span s, const char *text, size_t n)
{
	return s.n >= n && memcmp(s.at, text, n) == 0;
}

#endif
