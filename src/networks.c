#include "networks.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <string.h>

struct network {
	unsigned char address[16]; /* IPv4 as ::ffff:a.b.c.d */
	int bits;
};

static bool
read_address(const char *text, unsigned char ret[16], bool *ret_v4)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	*ret_v4 = inet_pton(AF_INET, text, ret + 12) == 1;
	if (!*ret_v4)
		return inet_pton(AF_INET6, text, ret) == 1;
	memcpy(ret, mapped, sizeof mapped);
	return true;
}

static bool
bit(const unsigned char address[16], int i)
{
	return (address[i / 8] >> (7 - i % 8) & 1) != 0;
}

/* Read one network, n bytes long. */
static bool
read_network(const char *text, size_t n, struct network *ret)
{
	char copy[INET6_ADDRSTRLEN + 4], *slash;
	int64_t bits;
	bool v4;

	if (n >= sizeof copy)
		return false;
	memcpy(copy, text, n);
	copy[n] = '\0';
	slash = strchr(copy, '/');
	if (slash != NULL)
		*slash = '\0';
	if (!read_address(copy, ret->address, &v4))
		return false;
	bits = v4 ? 32 : 128;
	if (slash != NULL && (slash[1] == '+' || !text_to_int(slash + 1, 0, bits, &bits)))
		return false;
	ret->bits = (int)bits + (v4 ? 96 : 0);
	for (int i = ret->bits; i < 128; i++)
		if (bit(ret->address, i))
			return false;
	return true;
}

/* Step through a list. False at its end. */
static bool
next_network(const char **list, const char **ret, size_t *n)
{
	*ret = *list + strspn(*list, ", \t");
	*n = strcspn(*ret, ", \t");
	*list = *ret + *n;
	return *n > 0;
}

static bool
holds(const struct network *network, const unsigned char address[16])
{
	for (int i = 0; i < network->bits; i++)
		if (bit(network->address, i) != bit(address, i))
			return false;
	return true;
}

bool
networks_valid(const char *list)
{
	struct network network;
	const char *one;
	size_t n;

	while (next_network(&list, &one, &n))
		if (!read_network(one, n, &network))
			return false;
	return true;
}

bool
networks_have(const char *list, const char *address)
{
	unsigned char bytes[16];
	struct network network;
	const char *one;
	size_t n;
	bool v4;

	if (!read_address(address, bytes, &v4))
		return false;
	while (next_network(&list, &one, &n))
		if (read_network(one, n, &network) && holds(&network, bytes))
			return true;
	return false;
}
