/*
 * Is an IP address one that anybody on the internet may have?
 *
 * Pure: bytes in, a word out. What a URL of a stranger may lead to is decided by the address a
 * connection is about to be made to, not by how the URL spells it: 127.1, 0x7f000001, localhost
 * and a name that resolves to 127.0.0.1 are all the same four bytes here.
 */
#ifndef LIMNER_ADDRESS_H
#define LIMNER_ADDRESS_H

/*
 * Tell why an address is not public: "loopback", "private", … Static text; NULL when it is public.
 *
 * bytes   in network order: 4 of IPv4, 16 of IPv6
 * Source  IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890); each row has its RFC
 * Tests   tests/unit/test_address.c
 */
const char *address_not_public4(const unsigned char bytes[4]);
const char *address_not_public6(const unsigned char bytes[16]);

#endif
