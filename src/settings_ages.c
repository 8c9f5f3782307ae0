/*
 * error_ages: a list of reasons and times, "not-found 5m, too-large no-store".
 */
#include "config.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

#define NO_STORE "no-store"

/* Ages nobody may set: of what is cached as if all were well, and of what must not be cached since
 * other headers of a request decide it. */
static bool
is_fixed(enum err_kind kind)
{
	return err_row(kind)->original_s == ERR_AS_DONE || kind == ERR_NONE ||
	       kind == ERR_PRECONDITION || kind == ERR_RANGE || kind == ERR_PEER_GONE;
}

/* Find the kind a slug stands for, or say which is meant. */
static bool
find_kind(const char *slug, enum err_kind *ret, char why[SETTINGS_WHY])
{
	struct settings_likeness best = { .distance = 0 };

	for (enum err_kind kind = ERR_NONE + 1; kind < ERR__COUNT; kind++) {
		const char *name = err_row(kind)->slug;

		if (strcmp(name, slug) == 0 && !is_fixed(kind)) {
			*ret = kind;
			return true;
		}
		if (strcmp(name, slug) == 0) {
			(void)snprintf(why, SETTINGS_WHY, "the age of \"%s\" cannot be set", name);
			return false;
		}
		if (!is_fixed(kind))
			settings_liken(&best, slug, name);
	}
	if (best.name[0] != '\0')
		(void)snprintf(why, SETTINGS_WHY, "no reason \"%.40s\"; did you mean \"%.40s\"?",
			slug, best.name);
	else
		(void)snprintf(why, SETTINGS_WHY,
			"no reason \"%.40s\"; such as not-found, broken or too-large", slug);
	return false;
}

/* Read "no-store", or whole seconds within the bound. */
static bool
read_age(const char *text, int32_t *ret)
{
	uint64_t ms;

	if (strcmp(text, NO_STORE) == 0) {
		*ret = ERR_NO_STORE;
		return true;
	}
	if (!text_to_ms(text, &ms) || ms % 1000 != 0 || ms / 1000 > CONFIG_AGE_MAX)
		return false;
	*ret = (int32_t)(ms / 1000);
	return true;
}

/* Read one member of the list, blanks trimmed. */
static bool
read_one(const char *text, size_t n, struct config_ages *ages, char why[SETTINGS_WHY])
{
	char member[64], *age;
	enum err_kind kind;

	if (n >= sizeof member) {
		(void)snprintf(why, SETTINGS_WHY, "\"%.40s...\" is no reason and a time", text);
		return false;
	}
	memcpy(member, text, n);
	member[n] = '\0';
	age = strpbrk(member, " \t");
	if (age != NULL) {
		*age++ = '\0';
		age += strspn(age, " \t");
	}
	if (!find_kind(member, &kind, why))
		return false;
	if (age == NULL || !read_age(age, &ages->seconds[kind])) {
		(void)snprintf(why, SETTINGS_WHY,
			"after \"%s\" must come a time in whole seconds, such as 60s, 5m or 1d, the "
			"longest; or " NO_STORE,
			member);
		return false;
	}
	if ((ages->given & (uint64_t)1 << kind) != 0) {
		(void)snprintf(why, SETTINGS_WHY, "\"%s\" stands there twice", member);
		return false;
	}
	ages->given |= (uint64_t)1 << kind;
	return true;
}

bool
settings_ages_read(const char *value, struct config_ages *ret, char why[SETTINGS_WHY])
{
	struct config_ages ages = { 0 };
	const char *member;
	size_t n, len;

	for (; *value != '\0'; value += n + (value[n] == ',')) {
		n = strcspn(value, ",");
		len = text_trim(value, n, &member);
		if (len > 0 && !read_one(member, len, &ages, why))
			return false;
	}
	*ret = ages;
	return true;
}

/* Print seconds with the largest unit that divides them. */
static void
print_age(int32_t seconds, FILE *f)
{
	static const struct {
		int32_t seconds;
		char name;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	size_t i = 0;

	while (units[i].seconds > 1 && (seconds == 0 || seconds % units[i].seconds != 0))
		i++;
	(void)fprintf(f, "%" PRId32 "%c", seconds / units[i].seconds, units[i].name);
}

void
settings_ages_print(const struct config_ages *ages, FILE *f)
{
	const char *separator = " ";

	for (enum err_kind kind = ERR_NONE + 1; kind < ERR__COUNT; kind++) {
		int32_t age = ages->seconds[kind];

		if ((ages->given & (uint64_t)1 << kind) == 0)
			continue;
		(void)fprintf(f, "%s%s ", separator, err_row(kind)->slug);
		if (age == ERR_NO_STORE)
			(void)fprintf(f, NO_STORE);
		else
			print_age(age, f);
		separator = ", ";
	}
}
