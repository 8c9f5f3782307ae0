#include "base/buf.h"
#include "master.h"
#include "server.h"
#include "suites.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char folder[64], path[128], where[160];

static void
make_folder(void)
{
	(void)snprintf(folder, sizeof folder, "/tmp/limner-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/sock", folder);
	(void)snprintf(where, sizeof where, "unix:%s", path);
}

static void
remove_folder(void)
{
	(void)unlink(path);
	ck_assert_int_eq(rmdir(folder), 0);
}

START_TEST(refuses_what_is_no_address)
{
	static const char *const rows[] = {
		"",
		"9000",
		"/run/limner.sock",
		"UNIX:/run/limner.sock",
		"unix:",
		"tcp:",
		"tcp:9000",
		"tcp::9000",
		"tcp:*:9000",
		"tcp:localhost:9000",
		"tcp:127.0.0.1",
		"tcp:127.0.0.1:",
		"tcp:127.0.0.1:http",
		"tcp:127.0.0.1:65536x",
		"tcp:[]:9000",
		"tcp:[::1:9000",
		"tcp:::1:9000",
		"tcp:[::1]",
		"tcp:[0123456789012345678901234567890123456789012345678901234567890123]:1",
	};
	struct err err = { 0 };
	int fd = -7;

	ck_assert_msg(!master_listen(rows[_i], &fd, &err), "%s", rows[_i]);
	ck_assert_int_eq(err.kind, ERR_INTERNAL);
	ck_assert_msg(err.detail[0] != '\0', "%s: no word about it", rows[_i]);
	ck_assert_int_eq(fd, -7);
}
END_TEST

START_TEST(listens_on_tcp)
{
	static const char *const rows[] = { "tcp:127.0.0.1:0", "tcp:[127.0.0.1]:0", "tcp:[::1]:0" };
	struct err err = { 0 };
	int fd = -1;

	if (!master_listen(rows[_i], &fd, &err) && strstr(rows[_i], "::1") != NULL)
		return; /* a host without IPv6 */
	ck_assert_msg(fd >= 0, "%s: %s", rows[_i], err.detail);
	ck_assert_msg(server_is_listening(fd), "%s", rows[_i]);
	master_close(fd);
	ck_assert(!server_is_listening(fd));
}
END_TEST

START_TEST(makes_a_socket_file_and_removes_it)
{
	struct stat st;
	struct err err = { 0 };
	int fd = -1;

	make_folder();
	ck_assert_msg(master_listen(where, &fd, &err), "%s", err.detail);
	ck_assert(server_is_listening(fd));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert(S_ISSOCK(st.st_mode));
	ck_assert_int_eq(st.st_mode & 0777, 0660);
	master_close(fd);
	ck_assert_int_eq(stat(path, &st), -1);
	remove_folder();
}
END_TEST

START_TEST(takes_the_place_of_a_stale_socket)
{
	struct err err = { 0 };
	int dead = -1, fd = -1;

	make_folder();
	ck_assert(master_listen(where, &dead, &err));
	(void)close(dead); /* as by SIGKILL: the file stays */
	ck_assert_msg(master_listen(where, &fd, &err), "%s", err.detail);
	ck_assert(server_is_listening(fd));
	master_close(fd);
	remove_folder();
}
END_TEST

START_TEST(leaves_a_socket_in_use_alone)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct err err = { 0 };
	int first = -1, second = -1, peer;

	make_folder();
	ck_assert(master_listen(where, &first, &err));
	ck_assert(!master_listen(where, &second, &err));
	ck_assert_ptr_nonnull(strstr(err.detail, strerror(EADDRINUSE)));
	ck_assert_int_eq(second, -1);
	/* and the first can still be reached */
	memcpy(at.sun_path, path, strlen(path) + 1);
	peer = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(peer, (struct sockaddr *)&at, sizeof at), 0);
	ck_assert(!server_is_listening(peer));
	(void)close(peer);
	master_close(first);
	remove_folder();
}
END_TEST

START_TEST(never_removes_what_is_no_socket)
{
	struct stat st;
	struct err err = { 0 };
	int fd = -1;
	FILE *f;

	make_folder();
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs("precious", f), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert(!master_listen(where, &fd, &err));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 8);
	remove_folder();
}
END_TEST

START_TEST(refuses_a_path_that_does_not_fit)
{
	char longer[200] = "unix:/tmp/";
	struct err err = { 0 };
	int fd = -1;

	memset(longer + strlen(longer), 'x', sizeof longer - strlen(longer) - 1);
	ck_assert(!master_listen(longer, &fd, &err));
	ck_assert_ptr_nonnull(strstr(err.detail, strerror(ENAMETOOLONG)));
}
END_TEST

START_TEST(knows_a_listening_socket_from_others)
{
	int pair[2], pipes[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(pipe(pipes), 0);
	ck_assert(!server_is_listening(pair[0]));
	ck_assert(!server_is_listening(pipes[0]));
	ck_assert(!server_is_listening(-1));
	for (int i = 0; i < 2; i++) {
		(void)close(pair[i]);
		(void)close(pipes[i]);
	}
}
END_TEST

Suite *
suite_master(void)
{
	Suite *s = suite_create("master");
	TCase *t = tcase_create("listen");

	tcase_add_loop_test(t, refuses_what_is_no_address, 0, 19);
	tcase_add_loop_test(t, listens_on_tcp, 0, 3);
	tcase_add_test(t, makes_a_socket_file_and_removes_it);
	tcase_add_test(t, takes_the_place_of_a_stale_socket);
	tcase_add_test(t, leaves_a_socket_in_use_alone);
	tcase_add_test(t, never_removes_what_is_no_socket);
	tcase_add_test(t, refuses_a_path_that_does_not_fit);
	tcase_add_test(t, knows_a_listening_socket_from_others);
	suite_add_tcase(s, t);
	return s;
}
