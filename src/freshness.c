#include "freshness.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

/* How old the origin's answer was when it came, in seconds. Of several, the first counts (5.1). */
static int64_t
age_of(const struct source_head *head)
{
	char text[sizeof head->age];
	const char *first;
	int64_t age;
	size_t n = text_trim(head->age, strcspn(head->age, ","), &first);

	memcpy(text, first, n);
	text[n] = '\0';
	return text_to_int(text, 0, INT32_MAX, &age) ? age : 0;
}

/* One directive of a Cache-Control, borrowed. */
struct directive {
	const char *text, *value; /* value: NULL without an = */
	size_t len, name_len, value_len;
};

/* How long one directive is: up to the next comma that no quotes are around. */
static size_t
directive_length(const char *s)
{
	bool quoted = false;
	size_t n;

	for (n = 0; s[n] != '\0' && (quoted || s[n] != ','); n++) {
		if (s[n] == '\\' && quoted && s[n + 1] != '\0')
			n++;
		else if (s[n] == '"')
			quoted = !quoted;
	}
	return n;
}

/* Step to the next directive of a field; empty ones are passed by. False at its end. */
static bool
next_directive(const char **field, struct directive *ret)
{
	const char *equals;
	size_t n;

	do {
		if (**field == '\0')
			return false;
		n = directive_length(*field);
		ret->len = text_trim(*field, n, &ret->text);
		*field += n + ((*field)[n] == ',');
	} while (ret->len == 0);
	equals = memchr(ret->text, '=', ret->len);
	ret->name_len = equals != NULL ? (size_t)(equals - ret->text) : ret->len;
	ret->value = equals != NULL ? equals + 1 : NULL;
	ret->value_len = equals != NULL ? ret->len - ret->name_len - 1 : 0;
	return true;
}

static bool
is_called(const struct directive *d, const char *name)
{
	return d->name_len == strlen(name) && strncasecmp(d->text, name, d->name_len) == 0;
}

/* Read a time, in quotes too (RFC 9111 5.2). False when it is none. */
static bool
seconds_of(const struct directive *d, int64_t *ret)
{
	const char *value = d->value;
	size_t n = d->value_len;
	char text[24];

	if (n >= 2 && value[0] == '"' && value[n - 1] == '"') {
		value++;
		n -= 2;
	}
	if (n == 0 || n >= sizeof text)
		return false;
	memcpy(text, value, n);
	text[n] = '\0';
	return text_to_int(text, 0, INT64_MAX, ret);
}

/* Find a directive by its name. */
static bool
find_directive(const char *field, const char *name, struct directive *ret)
{
	while (next_directive(&field, ret))
		if (is_called(ret, name))
			return true;
	return false;
}

/* Copy a Cache-Control with max-age and s-maxage shortened by an age. */
static void
copy_aged(const char *field, int64_t age, char ret[FRESHNESS_TEXT])
{
	struct directive d;
	size_t at = 0;
	int64_t s;

	ret[0] = '\0';
	while (at < FRESHNESS_TEXT && next_directive(&field, &d)) {
		if (at > 0)
			at += (size_t)snprintf(ret + at, FRESHNESS_TEXT - at, ", ");
		if ((is_called(&d, "max-age") || is_called(&d, "s-maxage")) && seconds_of(&d, &s))
			at += (size_t)snprintf(ret + at, FRESHNESS_TEXT - at, "%.*s=%" PRId64,
				(int)d.name_len, d.text, s > age ? s - age : 0);
		else
			at += (size_t)snprintf(
				ret + at, FRESHNESS_TEXT - at, "%.*s", (int)d.len, d.text);
	}
}

/* Seconds until the object's Expires: by the origin's own clock, where it says what that is. */
static int64_t
left_until(const struct source_head *head, int64_t now_s)
{
	int64_t expires, date, left;

	if (!text_from_http_date(head->expires, &expires))
		return 0;
	if (!text_from_http_date(head->date, &date))
		date = now_s;
	left = expires - date - age_of(head);
	return left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : left;
}

static void
add_seconds(char ret[FRESHNESS_TEXT], const char *name, uint64_t ms)
{
	size_t at = strlen(ret);

	if (ms > 0)
		(void)snprintf(ret + at, FRESHNESS_TEXT - at, ", %s=%" PRIu64, name, ms / 1000);
}

bool
freshness_is_closed(const struct config_policy *policy, const struct source_head *head)
{
	return policy->object_cache_control &&
	       (strcasestr(head->cache_control, "private") != NULL ||
		       strcasestr(head->cache_control, "no-store") != NULL ||
		       strcasestr(head->cache_control, "no-cache") != NULL);
}

/* Write the object's own Cache-Control, with a time where it names none. */
static void
write_own(const struct config_policy *policy, const struct source_head *head, int64_t now_s,
	char ret[FRESHNESS_TEXT])
{
	static const char *const times[] = { "max-age", "s-maxage", "no-cache", "no-store" };
	struct directive ignored;
	int64_t age = age_of(head), s;
	size_t at;

	if (age > 0)
		copy_aged(head->cache_control, age, ret);
	else
		(void)snprintf(ret, FRESHNESS_TEXT, "%s", head->cache_control);
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
		if (find_directive(ret, times[i], &ignored))
			return;
	/* without one caches would guess (RFC 9111 4.2.1 and 4.2.2) */
	s = policy->object_expires && head->expires[0] != '\0'
		    ? left_until(head, now_s)
		    : (int64_t)(policy->max_age_ms / 1000);
	at = strlen(ret);
	(void)snprintf(ret + at, FRESHNESS_TEXT - at, ", max-age=%" PRId64, s);
}

enum freshness_rule
freshness_good(const struct config_policy *policy, bool versioned, const struct source_head *head,
	int64_t now_s, char ret[FRESHNESS_TEXT])
{
	struct directive ignored;

	if (versioned && !freshness_is_closed(policy, head)) {
		bool strict = policy->object_cache_control &&
			      find_directive(head->cache_control, "must-revalidate", &ignored);

		(void)snprintf(ret, FRESHNESS_TEXT, "public, max-age=%" PRIu64 ", immutable%s",
			policy->immutable_ms / 1000, strict ? ", must-revalidate" : "");
		return FRESHNESS_VERSION;
	}
	if (policy->object_cache_control && head->cache_control[0] != '\0') {
		write_own(policy, head, now_s, ret);
		return FRESHNESS_OBJECT;
	}
	if (policy->object_expires && head->cache_control[0] == '\0' && head->expires[0] != '\0') {
		(void)snprintf(
			ret, FRESHNESS_TEXT, "public, max-age=%" PRId64, left_until(head, now_s));
		return FRESHNESS_EXPIRES;
	}
	(void)snprintf(ret, FRESHNESS_TEXT, "public, max-age=%" PRIu64, policy->max_age_ms / 1000);
	add_seconds(ret, "s-maxage", policy->shared_max_age_ms);
	add_seconds(ret, "stale-while-revalidate", policy->swr_ms);
	add_seconds(ret, "stale-if-error", policy->sie_ms);
	return FRESHNESS_SETTINGS;
}

/* Read the seconds that a Cache-Control gives a directive. False when it gives none. */
static bool
stored_age(const char *control, const char *name, int64_t *ret)
{
	struct directive d;

	return find_directive(control, name, &d) && seconds_of(&d, ret);
}

void
freshness_limit(uint64_t max_age_s, int64_t left_s, char text[FRESHNESS_TEXT])
{
	int64_t age = (int64_t)max_age_s, shared;
	bool apart = stored_age(text, "s-maxage", &shared);
	size_t at;

	if (!stored_age(text, "max-age", &age) && apart && shared < age)
		age = shared;
	at = (size_t)snprintf(
		text, FRESHNESS_TEXT, "public, max-age=%" PRId64, left_s < age ? left_s : age);
	if (apart)
		at += (size_t)snprintf(text + at, FRESHNESS_TEXT - at, ", s-maxage=%" PRId64,
			left_s < shared ? left_s : shared);
	(void)snprintf(text + at, FRESHNESS_TEXT - at, ", must-revalidate");
}

void
freshness_failure(int32_t seconds, char ret[FRESHNESS_TEXT])
{
	if (seconds < 0)
		(void)snprintf(ret, FRESHNESS_TEXT, "no-store");
	else
		(void)snprintf(ret, FRESHNESS_TEXT, "public, max-age=%" PRId32, seconds);
}
