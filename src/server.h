/*
 * The loop that takes requests: FastCGI on a listening socket, or one CGI request.
 */
#ifndef LIMNER_SERVER_H
#define LIMNER_SERVER_H

#include "config.h"

/*
 * Accept FastCGI requests on fd until SIGTERM (the answer in hand is finished, and where
 * cfg->workers is 0, this process being alone, so are those that wait already) or, when
 * max_requests is not 0, until so many were served.
 *
 * Returns the process's exit status: 0 after an orderly end.
 */
int server_fcgi(const struct config *cfg, int fd, int32_t max_requests);

/* Serve the one request in this process's environment. Returns the exit status. */
int server_cgi(const struct config *cfg);

/* Tell whether fd is a listening socket. */
bool server_is_listening(int fd);

#endif
