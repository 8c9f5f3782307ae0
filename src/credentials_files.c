#include "credentials_files.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Where the reading of one file is. */
struct reader {
	const char *profile;
	bool config;
	bool inside;   /* the section is the profile's */
	size_t indent; /* of the last name: deeper lines go on with its value */
	bool named;    /* there was a name in this section */
	struct credentials_profile *ret;
	struct credentials_keys keys;
};

/* Tell whether the text between the brackets names our profile. */
static bool
is_ours(const struct reader *r, const char *s, size_t n)
{
	n = text_trim(s, n, &s);
	if (r->config && !(n == 7 && strncmp(s, "default", 7) == 0)) {
		if (n < 9 || strncmp(s, "profile", 7) != 0 || (s[7] != ' ' && s[7] != '\t'))
			return false;
		n = text_trim(s + 7, n - 7, &s);
	}
	if (n >= 2 && (*s == '"' || *s == '\'') && s[n - 1] == *s) {
		s++;
		n -= 2;
	}
	return n == strlen(r->profile) && strncmp(s, r->profile, n) == 0;
}

/* Take a value. What follows a blank and # is a remark. */
static bool
take_value(struct reader *r, const char *name, const char *value, struct err *err)
{
	static const char *const foreign[] = { "role_arn", "credential_process", "sso_session",
		"sso_start_url", "web_identity_token_file" };
	const struct {
		const char *name;
		char *ret;
		size_t size;
	} rows[] = {
		{ "aws_access_key_id", r->keys.access_key, sizeof r->keys.access_key },
		{ "aws_secret_access_key", r->keys.secret_key, sizeof r->keys.secret_key },
		{ "aws_session_token", r->keys.session_token, sizeof r->keys.session_token },
	};
	size_t n = 0;
	char text[sizeof r->keys.session_token];

	while (value[n] != '\0' && !(value[n] == '#' && n > 0 && strchr(" \t", value[n - 1])))
		n++;
	n = text_trim(value, n, &value);
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
		r->ret->foreign = r->ret->foreign || text_same(name, foreign[i]);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (!text_same(name, rows[i].name))
			continue;
		if (n < sizeof text) {
			memcpy(text, value, n);
			text[n] = '\0';
		}
		if (n >= sizeof text || !text_copy(rows[i].ret, rows[i].size, text)) {
			(void)err_set(err, ERR_INTERNAL, "%s", "");
			return err_detail(err, "profile %s: %s is too long", r->profile, name);
		}
	}
	return true;
}

static bool
take_line(struct reader *r, char *line, struct err *err)
{
	size_t indent = strspn(line, " \t"), name, n;
	const char *start;
	char *equals;

	line[strcspn(line, "\r\n")] = '\0';
	if (strchr("#;", line[indent]) != NULL) /* an empty line as well */
		return true;
	if (line[indent] == '[') {
		n = strcspn(line + indent, "]");
		r->inside = line[indent + n] == ']' && is_ours(r, line + indent + 1, n - 1);
		r->ret->found = r->ret->found || r->inside;
		r->named = false;
		return true;
	}
	if (!r->inside || (r->named && indent > r->indent))
		return true;
	equals = line + strcspn(line, "=:");
	if (*equals == '\0')
		return true;
	r->named = true;
	r->indent = indent;
	name = text_trim(line, (size_t)(equals - line), &start);
	line[(size_t)(start - line) + name] = '\0';
	return take_value(r, start, equals + 1, err);
}

bool
credentials_files_read(const char *path, bool config, const char *profile,
	struct credentials_profile *ret, struct err *err)
{
	struct reader r = { .profile = profile, .config = config, .ret = ret };
	FILE *f = path[0] != '\0' ? fopen(path, "re") : NULL;
	char *line = NULL;
	size_t size = 0;
	bool ok = true;

	if (f == NULL)
		return true;
	while (ok && getline(&line, &size, f) >= 0)
		ok = take_line(&r, line, err);
	if (ok && ferror(f) != 0) {
		(void)err_set(err, ERR_INTERNAL, "%s", "");
		ok = err_detail(err, "%.150s: %s", path, strerror(errno));
	}
	if (ok && (r.keys.access_key[0] == '\0') != (r.keys.secret_key[0] == '\0')) {
		(void)err_set(err, ERR_INTERNAL, "%s", "");
		ok = err_detail(err,
			"profile %s has only one of aws_access_key_id and "
			"aws_secret_access_key",
			profile);
	}
	if (ok && r.keys.access_key[0] != '\0')
		ret->keys = r.keys;
	if (line != NULL)
		explicit_bzero(line, size);
	free(line);
	(void)fclose(f);
	return ok;
}

void
credentials_files_stamp(const char *path, struct credentials_stamp *ret)
{
	struct stat st;

	memset(ret, 0, sizeof *ret);
	if (path[0] == '\0' || stat(path, &st) < 0)
		return;
	ret->inode = st.st_ino;
	ret->size = (uint64_t)st.st_size;
	ret->s = st.st_mtim.tv_sec;
	ret->ns = st.st_mtim.tv_nsec;
}
