#include "networks.h"
#include "suites.h"

/* clang-format off */
static const struct {
	const char *list, *address;
	bool has;
} rows[] = {
	{ "127.0.0.0/8, ::1", "127.0.0.1", true },
	{ "127.0.0.0/8, ::1", "127.255.255.255", true },
	{ "127.0.0.0/8, ::1", "128.0.0.1", false },
	{ "127.0.0.0/8, ::1", "126.255.255.255", false },
	{ "127.0.0.0/8, ::1", "::1", true },
	{ "127.0.0.0/8, ::1", "::2", false },
	{ "127.0.0.0/8, ::1", "::ffff:127.0.0.1", true },
	{ "127.0.0.0/8, ::1", "::127.0.0.1", false },
	{ "10.1.2.3", "10.1.2.3", true },
	{ "10.1.2.3", "10.1.2.2", false },
	{ "10.1.2.4/30", "10.1.2.7", true },
	{ "10.1.2.4/30", "10.1.2.8", false },
	{ "0.0.0.0/0", "203.0.113.9", true },
	{ "0.0.0.0/0", "2001:db8::1", false },
	{ "::/0", "2001:db8::1", true },
	{ "2001:db8::/33", "2001:db8:7fff::1", true },
	{ "2001:db8::/33", "2001:db8:8000::1", false },
	{ "192.0.2.1 192.0.2.9", "192.0.2.9", true },
	{ "", "127.0.0.1", false },
	{ "127.0.0.0/8", "", false },
	{ "127.0.0.0/8", "127.1", false },
	{ "127.0.0.0/8", "0x7f.0.0.1", false },
	{ "127.0.0.0/8", "localhost", false },
	{ "127.0.0.0/8", "127.0.0.1:80", false },
};
static const struct {
	const char *list;
	bool valid;
} lists[] = {
	{ "", true },
	{ "127.0.0.1", true },
	{ "127.0.0.0/8, ::1", true },
	{ "127.0.0.0/8,::1/128,fd00::/8", true },
	{ "0.0.0.0/0", true },
	{ "127.0.0.1/8", false }, /* bits that would not count */
	{ "10.0.0.0/33", false },
	{ "10.0.0.0/-1", false },
	{ "10.0.0.0/+8", false },
	{ "10.0.0.0/", false },
	{ "10.0.0.0/8/8", false },
	{ "::/129", false },
	{ "10.0.0", false },
	{ "localhost", false },
	{ "127.0.0.1, all", false },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/1280000", false },
};
/* clang-format on */

START_TEST(finds_an_address_in_its_network)
{
	ck_assert_msg(networks_have(rows[_i].list, rows[_i].address) == rows[_i].has, "%s in %s",
		rows[_i].address, rows[_i].list);
}
END_TEST

START_TEST(takes_networks_alone)
{
	ck_assert_msg(networks_valid(lists[_i].list) == lists[_i].valid, "%s", lists[_i].list);
}
END_TEST

Suite *
suite_networks(void)
{
	Suite *s = suite_create("networks");
	TCase *t = tcase_create("networks");

	tcase_add_loop_test(
		t, finds_an_address_in_its_network, 0, (int)(sizeof rows / sizeof rows[0]));
	tcase_add_loop_test(t, takes_networks_alone, 0, (int)(sizeof lists / sizeof lists[0]));
	suite_add_tcase(s, t);
	return s;
}
