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

/* What is left of a time, as directives write it: in quotes too. False when it is no number. */
static bool
aged(const char *value, size_t n, int64_t age, int64_t *ret)
{
	char text[24];
	int64_t seconds;

	if (n >= 2 && value[0] == '"' && value[n - 1] == '"') {
		value++;
		n -= 2;
	}
	if (n == 0 || n >= sizeof text)
		return false;
	memcpy(text, value, n);
	text[n] = '\0';
	if (!text_to_int(text, 0, INT64_MAX, &seconds))
		return false;
	*ret = seconds > age ? seconds - age : 0;
	return true;
}

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

/* Copy a Cache-Control with max-age and s-maxage shortened by an age. */
static void
copy_aged(const char *field, int64_t age, char ret[FRESHNESS_TEXT])
{
	size_t at = 0, n;

	ret[0] = '\0';
	for (; *field != '\0' && at < FRESHNESS_TEXT; field += n + (field[n] == ',')) {
		const char *directive, *equals;
		size_t len, name;
		int64_t left;

		n = directive_length(field);
		len = text_trim(field, n, &directive);
		equals = memchr(directive, '=', len);
		name = equals != NULL ? (size_t)(equals - directive) : len;
		if (len == 0)
			continue;
		if (at > 0)
			at += (size_t)snprintf(ret + at, FRESHNESS_TEXT - at, ", ");
		if (equals != NULL &&
			((name == 7 && strncasecmp(directive, "max-age", 7) == 0) ||
				(name == 8 && strncasecmp(directive, "s-maxage", 8) == 0)) &&
			aged(equals + 1, len - name - 1, age, &left))
			at += (size_t)snprintf(ret + at, FRESHNESS_TEXT - at, "%.*s=%" PRId64,
				(int)name, directive, left);
		else
			at += (size_t)snprintf(
				ret + at, FRESHNESS_TEXT - at, "%.*s", (int)len, directive);
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
		       strcasestr(head->cache_control, "no-store") != NULL);
}

enum freshness_rule
freshness_good(const struct config_policy *policy, bool versioned, const struct source_head *head,
	int64_t now_s, char ret[FRESHNESS_TEXT])
{
	if (versioned && !freshness_is_closed(policy, head)) {
		(void)snprintf(ret, FRESHNESS_TEXT, "public, max-age=%" PRIu64 ", immutable",
			policy->immutable_ms / 1000);
		return FRESHNESS_VERSION;
	}
	if (policy->object_cache_control && head->cache_control[0] != '\0') {
		int64_t age = age_of(head);

		if (age > 0)
			copy_aged(head->cache_control, age, ret);
		else
			(void)snprintf(ret, FRESHNESS_TEXT, "%s", head->cache_control);
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
	size_t n, size = strlen(name);

	for (; *control != '\0'; control += n + (control[n] == ',')) {
		const char *directive;
		size_t len;

		n = directive_length(control);
		len = text_trim(control, n, &directive);
		if (len > size && directive[size] == '=' &&
			strncasecmp(directive, name, size) == 0 &&
			aged(directive + size + 1, len - size - 1, 0, ret))
			return true;
	}
	return false;
}

void
freshness_limit(uint64_t max_age_s, int64_t left_s, char text[FRESHNESS_TEXT])
{
	int64_t age = (int64_t)max_age_s, shared;
	bool apart = stored_age(text, "s-maxage", &shared);
	size_t at;

	if (!stored_age(text, "max-age", &age) && apart && shared < age)
		age = shared;
	if (strcasestr(text, "no-cache") != NULL)
		left_s = 0;
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
