#include "address.h"
#include "suites.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

/* clang-format off */
static const struct {
	const char *text, *what; /* "": public */
} rows[] = {
	/* each block's first and last address, and its neighbours */
	{ "0.0.0.0", "this network" }, { "0.255.255.255", "this network" }, { "1.0.0.0", "" },
	{ "9.255.255.255", "" }, { "10.0.0.0", "private" }, { "10.255.255.255", "private" }, { "11.0.0.0", "" },
	{ "100.63.255.255", "" }, { "100.64.0.0", "shared by a carrier" },
	{ "100.127.255.255", "shared by a carrier" }, { "100.128.0.0", "" },
	{ "126.255.255.255", "" }, { "127.0.0.1", "loopback" }, { "127.255.255.255", "loopback" }, { "128.0.0.0", "" },
	{ "169.253.255.255", "" }, { "169.254.0.0", "link-local" }, { "169.254.169.254", "link-local" },
	{ "169.254.255.255", "link-local" }, { "169.255.0.0", "" },
	{ "172.15.255.255", "" }, { "172.16.0.0", "private" }, { "172.31.255.255", "private" }, { "172.32.0.0", "" },
	{ "191.255.255.255", "" }, { "192.0.0.0", "for protocols" }, { "192.0.0.255", "for protocols" },
	{ "192.0.1.0", "" }, { "192.0.1.255", "" }, { "192.0.2.0", "for documents" },
	{ "192.0.2.255", "for documents" }, { "192.0.3.0", "" },
	{ "192.88.98.255", "" }, { "192.88.99.1", "a relay's" }, { "192.88.100.0", "" },
	{ "192.167.255.255", "" }, { "192.168.0.0", "private" }, { "192.168.255.255", "private" }, { "192.169.0.0", "" },
	{ "198.17.255.255", "" }, { "198.18.0.0", "for benchmarks" }, { "198.19.255.255", "for benchmarks" },
	{ "198.20.0.0", "" }, { "198.51.99.255", "" }, { "198.51.100.7", "for documents" }, { "198.51.101.0", "" },
	{ "203.0.112.255", "" }, { "203.0.113.255", "for documents" }, { "203.0.114.0", "" },
	{ "223.255.255.255", "" }, { "224.0.0.0", "multicast" }, { "239.255.255.255", "multicast" },
	{ "240.0.0.0", "reserved" }, { "255.255.255.254", "reserved" }, { "255.255.255.255", "broadcast" },
	{ "8.8.8.8", "" }, { "93.184.215.14", "" },

	{ "::", "unspecified" }, { "::1", "loopback" }, { "::2", "IPv4-compatible" },
	{ "::127.0.0.1", "IPv4-compatible" }, { "::8.8.8.8", "IPv4-compatible" }, { "::1:0:0", "reserved" },
	{ "fbff:ffff::1", "reserved" }, { "fc00::", "private" }, { "fd12:3456:789a::1", "private" },
	{ "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "private" }, { "fe00::", "reserved" },
	{ "fe80::1", "link-local" }, { "febf:ffff::1", "link-local" }, { "fec0::1", "site-local" },
	{ "feff::1", "site-local" }, { "ff00::", "multicast" }, { "ff02::1", "multicast" },
	{ "100::1", "for discarding" }, { "100:0:0:1::", "reserved" }, { "5f00::1", "reserved" },
	{ "1fff:ffff::1", "reserved" }, { "2000::1", "" }, { "2606:4700:4700::1111", "" },
	{ "2a00:1450:4001:800::200e", "" }, { "4000::", "reserved" },
	{ "2001:db7:ffff::1", "" }, { "2001:db8::1", "for documents" }, { "2001:db9::1", "" },
	{ "2001:2::1", "for benchmarks" }, { "2001:2:1::1", "for protocols" }, { "2001:20::1", "for protocols" },
	{ "2001:1ff:ffff::1", "for protocols" }, { "2001:200::1", "" },
	{ "3ffe:ffff::1", "" }, { "3fff::1", "for documents" }, { "3fff:fff:ffff::1", "for documents" },
	{ "3fff:1000::1", "" },

	{ "::ffff:127.0.0.1", "loopback" }, { "::ffff:7f00:1", "loopback" }, { "::ffff:10.1.2.3", "private" },
	{ "::ffff:169.254.169.254", "link-local" }, { "::ffff:0.0.0.0", "this network" },
	{ "::ffff:8.8.8.8", "" }, { "::ffff:0:127.0.0.1", "reserved" },
	{ "64:ff9b::127.0.0.1", "loopback" }, { "64:ff9b::192.168.1.1", "private" }, { "64:ff9b::8.8.8.8", "" },
	{ "64:ff9b::1:7f00:1", "reserved" }, { "64:ff9b:1::8.8.8.8", "a local translator's" },
	{ "2002:7f00:1::", "loopback" }, { "2002:a9fe:a9fe::1", "link-local" }, { "2002:ac10:1::", "private" },
	{ "2002:808:808::1", "" },
	/* Teredo: the server is readable, the client has every bit turned */
	{ "2001:0:7f00:1:8000:63bf:f7f7:f7f7", "loopback" },
	{ "2001:0:808:808:8000:63bf:80ff:fffe", "loopback" },
	{ "2001:0:808:808:8000:63bf:f5ff:fffe", "private" },
	{ "2001:0:808:808:8000:63bf:f7f7:f7f7", "" },
};
/* clang-format on */

START_TEST(knows_what_is_public)
{
	unsigned char bytes[16];
	bool six = strchr(rows[_i].text, ':') != NULL;
	const char *what;

	ck_assert_msg(inet_pton(six ? AF_INET6 : AF_INET, rows[_i].text, bytes) == 1, "%s",
		rows[_i].text);
	what = six ? address_not_public6(bytes) : address_not_public4(bytes);
	ck_assert_msg(strcmp(what != NULL ? what : "", rows[_i].what) == 0, "%s: %s, not %s",
		rows[_i].text, what != NULL ? what : "public", rows[_i].what);
}
END_TEST

Suite *
suite_address(void)
{
	Suite *s = suite_create("address");
	TCase *t = tcase_create("address");

	tcase_add_loop_test(t, knows_what_is_public, 0, sizeof rows / sizeof rows[0]);
	suite_add_tcase(s, t);
	return s;
}
