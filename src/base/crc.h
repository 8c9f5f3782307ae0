/*
 * Cyclic redundancy checks, a piece at a time: against accidents, never for trust.
 *
 * Source  RFC 1952 8 (CRC-32), RFC 9260 appendix B (CRC-32C); NVM Express 64b CRC (CRC-64/NVME)
 */
#ifndef LIMNER_BASE_CRC_H
#define LIMNER_BASE_CRC_H

#include <stddef.h>
#include <stdint.h>

enum crc_kind { CRC_32, CRC_32C, CRC_64NVME };

struct crc {
	uint64_t table[8][256]; /* what a byte does, so many bytes before the end of eight */
	uint64_t rest;
	uint64_t flip; /* all bits of this kind's width */
};

void crc_begin(struct crc *c, enum crc_kind kind);
void crc_add(struct crc *c, const void *bytes, size_t n);

/* The sum of all bytes so far. */
uint64_t crc_end(const struct crc *c);

#endif
