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

/* Eight bytes at once, each through a table of its own: a loop per byte would cost a JPEG of 5 MB
 * more time than its smaller picture's encoding. */
void
crc_add(struct crc *c, const void *bytes, size_t n)
{
	const unsigned char *b = bytes;
	uint64_t rest = c->rest;

	for (; n >= 8; b += 8, n -= 8) {
		uint64_t next = 0;

		for (int i = 0; i < 8; i++)
			rest ^= (uint64_t)b[i] << (8 * i);
		for (int i = 0; i < 8; i++)
			next ^= c->table[7 - i][rest >> (8 * i) & 0xff];
		rest = next;
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
