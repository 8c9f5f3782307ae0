/*
 * What RFC 9110, 9111 and limner's own promises ask of the head of an answer.
 *
 * Pure, and on its own: nothing of src is used, so that a mistake there is not made here as well.
 */
#ifndef LIMNER_TESTS_HEADERS_RULES_H
#define LIMNER_TESTS_HEADERS_RULES_H

#include <stdbool.h>
#include <stddef.h>

/* What is known of one answer besides its head. */
struct rules_answer {
	const char
		*head; /* from the status line (or Status field) to the empty line, ends with NUL */
	bool cgi;      /* a CGI program's: no web server has added its own fields yet */
	bool cached;   /* a cache in front of the web server gave it: it may make up answers */
	bool head_only;            /* the method was HEAD */
	bool broken_off;           /* the rest of the body did not come, or was not waited for */
	bool has_body;             /* body and body_len are known */
	const unsigned char *body; /* its first bytes, at least 32 if it has so many */
	size_t body_len;           /* of the whole body */
	unsigned long error_age;   /* s that error_ages lets a stand-in be kept; 0: as unset, 600 */
};

typedef void rules_found(void *self, const char *rule, const char *why);

/*
 * Judge one answer: found is called for each rule it breaks.
 *
 * A web server's own error page (a status from 400 on, in text/html, without limner's fields) has
 * to keep the RFCs' rules only.
 */
void rules_judge(const struct rules_answer *answer, rules_found *found, void *self);

#endif
