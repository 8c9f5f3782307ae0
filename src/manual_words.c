#include "manual_words.h"

#include <inttypes.h>

void
manual_words_age(int32_t age, char ret[MANUAL_WORDS_AGE])
{
	if (age == ERR_NO_STORE)
		(void)snprintf(ret, MANUAL_WORDS_AGE, "not kept");
	else if (age == ERR_NO_ORIGINAL)
		(void)snprintf(ret, MANUAL_WORDS_AGE, "never sent");
	else if (age == ERR_AS_DONE)
		(void)snprintf(ret, MANUAL_WORDS_AGE, "kept as any picture");
	else if (age % 3600 == 0)
		(void)snprintf(ret, MANUAL_WORDS_AGE, "kept %" PRId32 " h", age / 3600);
	else if (age % 60 == 0 && age > 60)
		(void)snprintf(ret, MANUAL_WORDS_AGE, "kept %" PRId32 " min", age / 60);
	else
		(void)snprintf(ret, MANUAL_WORDS_AGE, "kept %" PRId32 " s", age);
}

void
manual_words_allowed(const struct param_def *def, char ret[MANUAL_WORDS_ALLOWED])
{
	char allowed[PARAMS_ALLOWED] = "";

	params_allowed(def, allowed);
	(void)snprintf(ret, MANUAL_WORDS_ALLOWED, "%s%s%s%s", allowed,
		def->unit[0] != '\0' ? " (" : "", def->unit, def->unit[0] != '\0' ? ")" : "");
}

bool
manual_words_is_reason(enum err_kind kind)
{
	return kind != ERR_NONE && kind != ERR_PEER_GONE;
}

bool
manual_words_is_error(enum err_kind kind)
{
	return kind != ERR_NO_ENCODER && kind != ERR_LATE_FORMAT &&
	       err_row(kind)->original_s != ERR_AS_DONE;
}
