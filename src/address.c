#include "address.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The first bits of a block of addresses, and what it is for. */
struct block {
	unsigned char start[16];
	int bits;
	const char *what;
};

/* clang-format off */
static const struct block blocks4[] = {
	{ { 0 },                8, "this network" },        /* RFC 791 3.2; Linux takes it for this host */
	{ { 10 },               8, "private" },             /* RFC 1918 */
	{ { 100, 64 },         10, "shared by a carrier" }, /* RFC 6598 */
	{ { 127 },              8, "loopback" },            /* RFC 1122 3.2.1.3 */
	{ { 169, 254 },        16, "link-local" },          /* RFC 3927; metadata of clouds too */
	{ { 172, 16 },         12, "private" },             /* RFC 1918 */
	{ { 192, 0, 0 },       24, "for protocols" },       /* RFC 6890 2.1 */
	{ { 192, 0, 2 },       24, "for documents" },       /* RFC 5737 */
	{ { 192, 88, 99 },     24, "a relay's" },           /* RFC 7526; 6to4, given up */
	{ { 192, 168 },        16, "private" },             /* RFC 1918 */
	{ { 198, 18 },         15, "for benchmarks" },      /* RFC 2544 */
	{ { 198, 51, 100 },    24, "for documents" },       /* RFC 5737 */
	{ { 203, 0, 113 },     24, "for documents" },       /* RFC 5737 */
	{ { 224 },              4, "multicast" },           /* RFC 5771 */
	{ { 255, 255, 255, 255 }, 32, "broadcast" },        /* RFC 919 */
	{ { 240 },              4, "reserved" },            /* RFC 1112 4 */
};

static const struct block blocks6[] = {
	{ { 0 },              128, "unspecified" },         /* RFC 4291 2.5.2 */
	{ { [15] = 1 },       128, "loopback" },            /* RFC 4291 2.5.3 */
	{ { 0 },               96, "IPv4-compatible" },     /* RFC 4291 2.5.5.1, given up */
	{ { 0, 0x64, 0xff, 0x9b, 0, 1 }, 48, "a local translator's" }, /* RFC 8215 */
	{ { 1 },               64, "for discarding" },      /* RFC 6666 */
	{ { 0xfc },             7, "private" },             /* RFC 4193; unique local */
	{ { 0xfe, 0x80 },      10, "link-local" },          /* RFC 4291 2.5.6 */
	{ { 0xfe, 0xc0 },      10, "site-local" },          /* RFC 3879 */
	{ { 0xff },             8, "multicast" },           /* RFC 4291 2.7 */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32, "for documents" },/* RFC 3849 */
	{ { 0x3f, 0xff },      20, "for documents" },       /* RFC 9637 */
	{ { 0x20, 0x01, 0, 2 }, 48, "for benchmarks" },     /* RFC 5180 */
};

/* What is given to networks of the world (RFC 4291 2.4, IANA); the rest is not, whatever it is. */
static const struct block global6 = { { 0x20 }, 3, "reserved" };

static const struct block protocols6 = { { 0x20, 0x01 }, 23, "for protocols" }; /* RFC 2928 */

/* Addresses that stand for an IPv4 address: what that is, they are. */
static const struct {
	struct block block;
	size_t at;   /* of the four bytes */
	bool turned; /* every bit of them */
} embedded[] = {
	{ { { [10] = 0xff, 0xff }, 96, "" }, 12, false },             /* mapped: RFC 4291 2.5.5.2 */
	{ { { 0, 0x64, 0xff, 0x9b }, 96, "" }, 12, false },           /* NAT64: RFC 6052 2.1 */
	{ { { 0x20, 0x02 }, 16, "" }, 2, false },                     /* 6to4: RFC 3056 2 */
	{ { { 0x20, 0x01, 0, 0 }, 32, "" }, 4, false },               /* Teredo's server: RFC 4380 4 */
	{ { { 0x20, 0x01, 0, 0 }, 32, "" }, 12, true },               /* and its client */
};
/* clang-format on */

static bool
lies_in(const unsigned char *bytes, const struct block *block)
{
	size_t whole = (size_t)block->bits / 8;
	int rest = block->bits % 8;

	if (memcmp(bytes, block->start, whole) != 0)
		return false;
	return rest == 0 || (bytes[whole] ^ block->start[whole]) >> (8 - rest) == 0;
}

const char *
address_not_public4(const unsigned char bytes[4])
{
	for (size_t i = 0; i < sizeof blocks4 / sizeof blocks4[0]; i++)
		if (lies_in(bytes, &blocks4[i]))
			return blocks4[i].what;
	return NULL;
}

const char *
address_not_public6(const unsigned char bytes[16])
{
	bool stands_for_another = false;
	unsigned char inner[4];
	const char *what;

	for (size_t i = 0; i < sizeof embedded / sizeof embedded[0]; i++) {
		if (!lies_in(bytes, &embedded[i].block))
			continue;
		stands_for_another = true;
		for (size_t k = 0; k < sizeof inner; k++)
			inner[k] = bytes[embedded[i].at + k] ^ (embedded[i].turned ? 0xff : 0);
		what = address_not_public4(inner);
		if (what != NULL)
			return what;
	}
	if (stands_for_another)
		return NULL;
	for (size_t i = 0; i < sizeof blocks6 / sizeof blocks6[0]; i++)
		if (lies_in(bytes, &blocks6[i]))
			return blocks6[i].what;
	if (lies_in(bytes, &protocols6))
		return protocols6.what;
	return lies_in(bytes, &global6) ? NULL : global6.what;
}
