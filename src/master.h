/*
 * The small prefork master: holds the listening socket, keeps workers on it.
 *
 * Because the socket outlives any worker, a worker that leaves or dies loses no waiting connection.
 */
#ifndef LIMNER_MASTER_H
#define LIMNER_MASTER_H

#include "config.h"

/*
 * Open a listening socket.
 *
 * where   "unix:/run/limner.sock" (mode 0660, a stale socket file is replaced) or
 *         "tcp:127.0.0.1:9000", "tcp:[::1]:9000" (addresses, no names; port 0: any)
 * Fails   ERR_INTERNAL, the cause in err->detail
 */
bool master_listen(const char *where, int *ret_fd, struct err *err) MUST_USE;

/* Close a socket of master_listen, and remove its file if it has one. */
void master_close(int fd);

/*
 * Keep cfg->workers (at least 1) processes serving fd until SIGTERM, SIGINT or SIGQUIT, which is
 * passed on as SIGTERM; then wait for them. SIGHUP does nothing (settings are read at start only).
 *
 * A worker that ends is replaced at once, with growing pauses (up to 10 s) when workers die young.
 * A second signal kills. Returns the exit status; fd stays open.
 */
int master_run(const struct config *cfg, int fd);

#endif
