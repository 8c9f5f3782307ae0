#include "base/crc.h"

/* The polynomials, lowest power first: all three kinds work from the low bit up. */
static const struct {
	uint64_t polynomial, flip;
} kinds[] = {
	[CRC_32] = { 0xedb88320, 0xffffffff },
	[CRC_32C] = { 0x82f63b78, 0xffffffff },
	[CRC_64NVME] = { 0x9a6c9329ac4bc9b5, UINT64_MAX },
};

void
crc_begin(struct crc *c, enum crc_kind kind)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		uint64_t rest = byte;

		for (int i = 0; i < 8; i++)
			rest = (rest & 1) != 0 ? rest >> 1 ^ kinds[kind].polynomial : rest >> 1;
		c->table[0][byte] = rest;
	}
	/* one more byte, a zero, behind it each time */
	for (int i = 1; i < 8; i++)
		for (unsigned byte = 0; byte < 256; byte++) {
			uint64_t rest = c->table[i - 1][byte];

			c->table[i][byte] = rest >> 8 ^ c->table[0][rest & 0xff];
		}
	c->rest = c->flip = kinds[kind].flip;
}

/* Eight bytes, the first one lowest; compilers make one load of it. */
static uint64_t
eight(const unsigned char *b)
{
	return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
	       (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
	       (uint64_t)b[7] << 56;
}

/* Eight bytes at once, each through a table of its own: byte by byte would take several times as
 * long. */
void
crc_add(struct crc *c, const void *bytes, size_t n)
{
	const unsigned char *b = bytes;
	uint64_t rest = c->rest;

	for (; n >= 8; b += 8, n -= 8) {
		rest ^= eight(b);
		rest = c->table[7][rest & 0xff] ^ c->table[6][rest >> 8 & 0xff] ^
		       c->table[5][rest >> 16 & 0xff] ^ c->table[4][rest >> 24 & 0xff] ^
		       c->table[3][rest >> 32 & 0xff] ^ c->table[2][rest >> 40 & 0xff] ^
		       c->table[1][rest >> 48 & 0xff] ^ c->table[0][rest >> 56];
	}
	for (; n > 0; b++, n--)
		rest = rest >> 8 ^ c->table[0][(rest ^ *b) & 0xff];
	c->rest = rest;
}

uint64_t
crc_end(const struct crc *c)
{
	return c->rest ^ c->flip;
}
