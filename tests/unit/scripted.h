/*
 * A server that says what a test tells it to, byte by byte, on a port of the kernel's choice.
 */
#ifndef LIMNER_TESTS_SCRIPTED_H
#define LIMNER_TESTS_SCRIPTED_H

#include <stddef.h>
#include <sys/types.h>

enum scripted_verb {
	SCRIPTED_END,    /* wait to be ended; connections stay open */
	SCRIPTED_ACCEPT, /* take the next connection; the one before is closed */
	SCRIPTED_AWAIT,  /* read to the empty line of a request */
	SCRIPTED_SEND,   /* text */
	SCRIPTED_FILL,   /* n times the letter x */
	SCRIPTED_PAUSE,  /* n milliseconds */
	SCRIPTED_RESET,  /* break the connection off with a reset */
	SCRIPTED_CLOSE,  /* end it properly */
};

struct scripted_step {
	enum scripted_verb verb;
	const char *text;
	int n;
};

struct scripted {
	pid_t pid;
	int port;
	int heard;        /* pipe: what the server read */
	char text[16384]; /* the same, once stopped */
};

/* Fork the server; the test fails when that cannot be done. Steps end with SCRIPTED_END. */
void scripted_start(struct scripted *s, const struct scripted_step *steps);

/* End it, and keep what it heard in text. May be called twice. */
void scripted_stop(struct scripted *s);

#endif
