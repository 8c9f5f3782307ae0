#include "judged.h"

#include "../headers/rules.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
add(void *self, const char *rule, const char *why)
{
	char *all = self;
	size_t len = strlen(all);

	(void)snprintf(all + len, 1024 - len, "%s: %s\n", rule, why);
}

void
judged(const char *answer, size_t n, enum judged_body body)
{
	char wrong[1024] = "", *head;
	const char *end = memmem(answer, n, "\r\n\r\n", 4);
	size_t head_len = end != NULL ? (size_t)(end - answer) + 4 : n;
	struct rules_answer a = { .cgi = true,
		.head_only = body == JUDGED_NONE,
		.broken_off = body == JUDGED_BROKEN_OFF,
		.has_body = true,
		.body = (const unsigned char *)answer + head_len,
		.body_len = n - head_len };

	/* a peer that left before there was an answer got none */
	if (n == 0 || (end == NULL && a.broken_off))
		return;
	head = strndup(answer, head_len);
	ck_assert_ptr_nonnull(head);
	a.head = head;
	rules_judge(&a, add, wrong);
	ck_assert_msg(wrong[0] == '\0', "%s%s", wrong, head);
	free(head);
}
