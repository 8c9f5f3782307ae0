#include "cors.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* The parts of http(s)://host[:port], borrowed. */
struct place {
	size_t scheme; /* bytes, slashes included */
	const char *host;
	size_t host_len;
	const char *port; /* digits, or "" */
};

static bool
everybody(const char *list)
{
	const char *word;

	return text_trim(list, strlen(list), &word) == 1 && *word == '*';
}

/* Read a port: digits, and none that browsers leave out. */
static bool
read_port(const char *text, bool secure)
{
	int64_t port;

	return strspn(text, "0123456789") == strlen(text) && text_to_int(text, 1, 65535, &port) &&
	       port != (secure ? 443 : 80);
}

/* Take an origin apart. wild: "*." may stand for the hosts below. */
static bool
take_apart(const char *text, bool wild, struct place *ret)
{
	bool secure = strncasecmp(text, "https://", 8) == 0;
	const char *c, *end;

	if (!secure && strncasecmp(text, "http://", 7) != 0)
		return false;
	ret->scheme = secure ? 8 : 7;
	ret->host = c = text + ret->scheme;
	if (wild && c[0] == '*' && c[1] == '.')
		c += 2;
	if (*c == '[') {
		end = c + 1 + strspn(c + 1, "0123456789abcdefABCDEF:.");
		if (end == c + 1 || *end++ != ']')
			return false;
	} else {
		for (end = c; isalnum((unsigned char)*end) || strchr(".-_", *end) != NULL; end++)
			if (*end == '\0')
				break;
		if (end == c)
			return false;
	}
	ret->host_len = (size_t)(end - ret->host);
	ret->port = *end == ':' ? end + 1 : "";
	return *end == '\0' || (*end == ':' && read_port(end + 1, secure));
}

static bool
is_one(const char *entry, const char *origin)
{
	struct place ours, theirs;
	size_t n;

	if (!take_apart(entry, true, &ours) || !take_apart(origin, false, &theirs) ||
		ours.scheme != theirs.scheme || strcmp(ours.port, theirs.port) != 0)
		return false;
	if (ours.host[0] != '*')
		return ours.host_len == theirs.host_len &&
		       strncasecmp(ours.host, theirs.host, ours.host_len) == 0;
	n = ours.host_len - 1; /* the dot, and what follows it */
	return theirs.host_len > n &&
	       strncasecmp(ours.host + 1, theirs.host + theirs.host_len - n, n) == 0;
}

/* Step to the list's next entry; one that is too long comes out as "". False at the end. */
static bool
next_entry(const char **list, char ret[CORS_ORIGIN])
{
	const char *entry = *list + strspn(*list, ", ");
	size_t n = strcspn(entry, ", ");

	*list = entry + n;
	if (n == 0)
		return false;
	if (n >= CORS_ORIGIN)
		n = 0;
	memcpy(ret, entry, n);
	ret[n] = '\0';
	return true;
}

bool
cors_valid(const char *list)
{
	char entry[CORS_ORIGIN];
	struct place place;

	if (everybody(list))
		return true;
	while (next_entry(&list, entry))
		if (!take_apart(entry, true, &place))
			return false;
	return true;
}

bool
cors_varies(const char *list)
{
	return list[strspn(list, ", ")] != '\0' && !everybody(list);
}

void
cors_allow(const char *list, const char *origin, char ret[CORS_ORIGIN])
{
	char entry[CORS_ORIGIN];

	ret[0] = '\0';
	if (everybody(list)) {
		memcpy(ret, "*", 2);
		return;
	}
	while (next_entry(&list, entry))
		if (is_one(entry, origin) && text_copy(ret, CORS_ORIGIN, origin))
			return;
}
