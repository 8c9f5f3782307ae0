/*
 * Lists of networks, such as "127.0.0.0/8, ::1", and whether an address is in one.
 */
#ifndef LIMNER_NETWORKS_H
#define LIMNER_NETWORKS_H

#include <stdbool.h>

/*
 * Tell whether a list makes sense: addresses, or networks with the number of bits that count,
 * commas or blanks between them. Bits beyond that number must be 0, so that a slip does not pass
 * for a network. An empty list makes sense.
 */
bool networks_valid(const char *list);

/*
 * Tell whether an address is in one of a list's networks.
 *
 * list     as networks_valid wants it; what makes no sense in it holds nothing
 * address  as web servers write it in REMOTE_ADDR; an IPv4 address in IPv6's clothes
 *          (::ffff:127.0.0.1) is that IPv4 address
 */
bool networks_have(const char *list, const char *address);

#endif
