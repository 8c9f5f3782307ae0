/*
 * Judge heads of answers (tests/headers/rules.h).
 *
 *   lint [-c] [-C] [-I] [-p] [-a SECONDS] [-b BODY] [-n BYTES] HEADS
 *
 * -c a CGI program's, -C a cache's, -I of HEAD, -p the body broke off; -a what error_ages sets; -b
 * the file its body is in, or -n how many bytes that had. HEADS may hold several, as curl writes
 * them; interim ones (1xx) are stepped over, and a body belongs to the last.
 *
 * Prints "RULE: WHY" for each that is broken, and the head. Exit status 0: none, 1: some, 2:
 * nothing to judge.
 */
#include "rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
tell(void *self, const char *rule, const char *why)
{
	int *faults = self;

	(void)printf("%s: %s\n", rule, why);
	++*faults;
}

/* Read a file, as far as it fits; the size of the whole. */
static long
read_file(const char *path, char *ret, size_t size, size_t *ret_len)
{
	FILE *f = fopen(path, "rb");
	long all = -1;

	*ret_len = 0;
	if (f == NULL)
		return -1;
	*ret_len = fread(ret, 1, size, f);
	if (fseek(f, 0, SEEK_END) == 0)
		all = ftell(f);
	(void)fclose(f);
	return all;
}

/* Read a whole file, with a NUL behind. NULL: it cannot be read. */
static char *
read_heads(const char *path, size_t *ret_len)
{
	long all = read_file(path, NULL, 0, ret_len);
	char *ret = all >= 0 ? calloc(1, (size_t)all + 1) : NULL;

	if (ret != NULL)
		(void)read_file(path, ret, (size_t)all, ret_len);
	return ret;
}

/* Where the head at s ends: behind its empty line. */
static char *
end_of(char *s)
{
	char *line = s, *next;

	for (; *line != '\0'; line = next) {
		next = line + strcspn(line, "\n");
		next += *next == '\n';
		if (line[0] == '\n' || (line[0] == '\r' && line[1] == '\n'))
			return next;
	}
	return line;
}

int
main(int argc, char **argv)
{
	static unsigned char first[64];
	struct rules_answer answer = { 0 };
	size_t len, seen = 0;
	long body = -1;
	char *text, *head, *end;
	int option, faults = 0, before;

	while ((option = getopt(argc, argv, "cCIpa:b:n:")) != -1)
		switch (option) {
		case 'c':
			answer.cgi = true;
			break;
		case 'C':
			answer.cached = true;
			break;
		case 'I':
			answer.head_only = true;
			break;
		case 'p':
			answer.broken_off = true;
			break;
		case 'a':
			answer.error_age = strtoul(optarg, NULL, 10);
			break;
		case 'b':
			body = read_file(optarg, (char *)first, sizeof first, &len);
			answer.body = first;
			break;
		case 'n':
			body = strtol(optarg, NULL, 10);
			break;
		default:
			return 2;
		}
	text = optind + 1 == argc ? read_heads(argv[optind], &len) : NULL;
	if (text == NULL)
		return 2;
	if (memchr(text, '\0', len) != NULL)
		tell(&faults, "bytes", "NUL in a head");
	for (head = text; *head != '\0'; head = end) {
		char kept;

		end = end_of(head);
		kept = *end;
		*end = '\0';
		if (strncmp(head, "HTTP/", 5) != 0 || strchr(head, ' ') == NULL ||
			strchr(head, ' ')[1] != '1') {
			answer.head = head;
			answer.has_body = kept == '\0' && body >= 0;
			answer.body_len = body >= 0 ? (size_t)body : 0;
			before = faults;
			rules_judge(&answer, tell, &faults);
			if (faults > before)
				(void)printf("%s", head);
			seen++;
		}
		*end = kept;
	}
	free(text);
	if (seen == 0)
		return 2;
	return faults > 0 ? 1 : 0;
}
