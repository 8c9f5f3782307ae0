/*
 * Every answer a test gets is judged by the rules of tests/headers.
 */
#ifndef LIMNER_TESTS_JUDGED_H
#define LIMNER_TESTS_JUDGED_H

#include <stdbool.h>
#include <stddef.h>

enum judged_body {
	JUDGED_WHOLE,      /* the whole body follows the head */
	JUDGED_NONE,       /* of HEAD */
	JUDGED_BROKEN_OFF, /* the rest did not come, or was not waited for */
};

/* Fail the test when the head of a CGI program's answer breaks a rule. */
void judged(const char *answer, size_t n, enum judged_body body);

#endif
