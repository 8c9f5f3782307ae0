#include "credentials_place.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define CONTAINER "http://169.254.170.2"

static bool PRINTF(3, 4) fail(struct err *err, enum err_kind kind, const char *format, ...)
{
	char text[240];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	(void)err_set(err, kind, "%s", "");
	return err_detail(err, "keys: %s", text);
}

/* Visible ASCII only: keys and tokens go into header fields. */
static bool
is_graphic(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

bool
credentials_place_check(const struct credentials_keys *keys, enum err_kind kind, struct err *err)
{
	if (keys->access_key[0] == '\0' || keys->secret_key[0] == '\0')
		return fail(err, kind, "half of the key is missing");
	if (!is_graphic(keys->access_key) || !is_graphic(keys->secret_key) ||
		!is_graphic(keys->session_token))
		return fail(err, kind, "a key or the session token holds a blank");
	return true;
}

bool
credentials_place_profile(
	const struct credentials_place *p, struct credentials_profile *ret, struct err *err)
{
	struct credentials_profile second = { .found = false };

	if (!credentials_files_read(p->credentials_file, false, p->profile, ret, err) ||
		!credentials_files_read(p->config_file, true, p->profile, &second, err))
		return false;
	ret->found = ret->found || second.found;
	ret->foreign = ret->foreign || second.foreign;
	if (ret->keys.access_key[0] == '\0')
		ret->keys = second.keys;
	return true;
}

/* A variable that is not there is as good as empty. */
static const char *
variable(char *const env[], const char *name)
{
	size_t n = strlen(name);

	for (; env != NULL && *env != NULL; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return *env + n + 1;
	return "";
}

/* Copy a variable; one that does not fit is a mistake. */
static bool
take(char *const env[], const char *name, char *ret, size_t size, struct err *err)
{
	if (!text_copy(ret, size, variable(env, name)))
		return fail(err, ERR_INTERNAL, "%s has more than %zu bytes", name, size - 1);
	return true;
}

static bool
settle_settings(const struct config_origin *origin, struct credentials_place *p, struct err *err)
{
	struct credentials_keys *keys = &p->fixed;

	p->kind = CREDENTIALS_SETTINGS;
	if (!text_copy(keys->access_key, sizeof keys->access_key, origin->access_key) ||
		!text_copy(keys->secret_key, sizeof keys->secret_key, origin->secret_key) ||
		!text_copy(keys->session_token, sizeof keys->session_token, origin->session_token))
		return fail(err, ERR_INTERNAL, "too long");
	return credentials_place_check(keys, ERR_INTERNAL, err);
}

static bool
settle_environment(char *const env[], struct credentials_place *p, struct err *err)
{
	struct credentials_keys *keys = &p->fixed;

	p->kind = CREDENTIALS_ENVIRONMENT;
	return take(env, "AWS_ACCESS_KEY_ID", keys->access_key, sizeof keys->access_key, err) &&
	       take(env, "AWS_SECRET_ACCESS_KEY", keys->secret_key, sizeof keys->secret_key, err) &&
	       take(env, "AWS_SESSION_TOKEN", keys->session_token, sizeof keys->session_token,
		       err) &&
	       (credentials_place_check(keys, ERR_INTERNAL, err) ||
		       err_detail(err, "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"));
}

/* Take the name of a file that must be there. */
static bool
take_file(char *const env[], const char *name, char *ret, size_t size, struct err *err)
{
	if (!take(env, name, ret, size, err))
		return false;
	if (ret[0] != '\0' && access(ret, R_OK) < 0)
		return fail(err, ERR_INTERNAL, "%s: %.150s: %s", name, ret, strerror(errno));
	return true;
}

/* Take a service's address. base: a path is put behind it, so that it must not end with /. */
static bool
take_url(char *const env[], const char *name, bool base, char *ret, size_t size, struct err *err)
{
	size_t n;

	if (!take(env, name, ret, size, err) || ret[0] == '\0')
		return ret[0] == '\0';
	if ((strncasecmp(ret, "http://", 7) != 0 && strncasecmp(ret, "https://", 8) != 0) ||
		!is_graphic(ret) || strchr(ret, '@') != NULL)
		return fail(err, ERR_INTERNAL, "%s is no http:// or https:// address", name);
	n = strlen(ret);
	if (base && ret[n - 1] == '/')
		ret[n - 1] = '\0';
	return true;
}

static bool
settle_web_identity(const struct config_origin *origin, char *const env[],
	struct credentials_place *p, struct err *err)
{
	const char *china = strncmp(origin->region, "cn-", 3) == 0 ? ".cn" : "";
	size_t n;

	p->kind = CREDENTIALS_WEB_IDENTITY;
	if (!take_file(
		    env, "AWS_WEB_IDENTITY_TOKEN_FILE", p->token_file, sizeof p->token_file, err) ||
		!take(env, "AWS_ROLE_ARN", p->role, sizeof p->role, err) ||
		!take(env, "AWS_ROLE_SESSION_NAME", p->session, sizeof p->session, err) ||
		!take_url(env, "AWS_ENDPOINT_URL_STS", true, p->url, sizeof p->url, err))
		return false;
	if (p->role[0] == '\0')
		return fail(err, ERR_INTERNAL, "AWS_WEB_IDENTITY_TOKEN_FILE without AWS_ROLE_ARN");
	n = strlen(p->session);
	if (n == 0)
		(void)snprintf(p->session, sizeof p->session, "limner");
	else if (n < 2)
		return fail(err, ERR_INTERNAL, "AWS_ROLE_SESSION_NAME needs 2 to 64 letters");
	/* a server of one's own shows the certificate its S3 shows */
	if (p->url[0] != '\0')
		(void)snprintf(p->ca_file, sizeof p->ca_file, "%s", origin->ca_file);
	else
		(void)snprintf(p->url, sizeof p->url, "https://sts.%s.amazonaws.com%s",
			origin->region, china);
	return true;
}

/* Name a file of AWS's: the variable's, else the one in the home folder; "" without either. */
static bool
name_file(char *const env[], const char *name, const char *file, char *ret, size_t size,
	struct err *err)
{
	const char *home = variable(env, "HOME");
	int n;

	if (!take_file(env, name, ret, size, err))
		return false;
	if (ret[0] != '\0' || home[0] != '/')
		return true;
	n = snprintf(ret, size, "%s/.aws/%s", home, file);
	if (n < 0 || (size_t)n >= size)
		ret[0] = '\0';
	return true;
}

/* Look for the profile. *ret_there: it has keys, or was named and must have them. */
static bool
settle_files(const struct config_origin *origin, char *const env[], struct credentials_place *p,
	bool *ret_there, struct err *err)
{
	const char *named =
		origin->profile[0] != '\0' ? origin->profile : variable(env, "AWS_PROFILE");
	struct credentials_profile profile = { .found = false };
	bool ok = false;

	p->kind = CREDENTIALS_FILES;
	*ret_there = false;
	if (!text_copy(p->profile, sizeof p->profile, named[0] != '\0' ? named : "default"))
		return fail(err, ERR_INTERNAL, "the profile's name is too long");
	if (!name_file(env, "AWS_SHARED_CREDENTIALS_FILE", "credentials", p->credentials_file,
		    sizeof p->credentials_file, err) ||
		!name_file(env, "AWS_CONFIG_FILE", "config", p->config_file, sizeof p->config_file,
			err) ||
		!credentials_place_profile(p, &profile, err))
		goto out;
	*ret_there = profile.keys.access_key[0] != '\0';
	if (*ret_there)
		ok = credentials_place_check(&profile.keys, ERR_INTERNAL, err);
	else if (named[0] == '\0')
		ok = true;
	else
		(void)fail(err, ERR_INTERNAL, "profile %s %s", p->profile,
			profile.foreign ? "has no keys of its own, but roles, sign-on or a program"
			: profile.found ? "has no keys"
					: "is in none of the shared files");
out:
	explicit_bzero(&profile, sizeof profile);
	return ok;
}

/* The hosts that keys may be asked of without TLS: this one's own, and the services' addresses. */
static bool
may_be_plain(const char *url)
{
	static const char *const services[] = { "localhost", "169.254.170.2", "169.254.170.23" };
	char host[64];
	struct in_addr v4;
	struct in6_addr v6, eks;
	bool bracket = url[7] == '[';
	size_t n;

	url += bracket ? 8 : 7;
	n = strcspn(url, bracket ? "]/" : ":/?#\\@");
	if (n >= sizeof host)
		return false;
	memcpy(host, url, n);
	host[n] = '\0';
	if (bracket)
		return url[n] == ']' && strchr(":/", url[n + 1]) != NULL &&
		       inet_pton(AF_INET6, host, &v6) == 1 &&
		       inet_pton(AF_INET6, "fd00:ec2::23", &eks) == 1 &&
		       (IN6_IS_ADDR_LOOPBACK(&v6) || memcmp(&v6, &eks, sizeof v6) == 0);
	for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
		if (text_same(host, services[i]))
			return true;
	return inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127;
}

static bool
settle_container(char *const env[], struct credentials_place *p, struct err *err)
{
	const char *relative = variable(env, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	int n;

	p->kind = CREDENTIALS_CONTAINER;
	if (relative[0] != '\0') {
		n = snprintf(p->url, sizeof p->url, "%s%s", CONTAINER, relative);
		if (relative[0] != '/' || !is_graphic(relative) || n < 0 ||
			(size_t)n >= sizeof p->url)
			return fail(err, ERR_INTERNAL,
				"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is no path");
	} else if (!take_url(env, "AWS_CONTAINER_CREDENTIALS_FULL_URI", false, p->url,
			   sizeof p->url, err)) {
		return false;
	} else if (strncasecmp(p->url, "https://", 8) != 0 && !may_be_plain(p->url)) {
		return fail(err, ERR_INTERNAL,
			"AWS_CONTAINER_CREDENTIALS_FULL_URI: http:// only to this host or the "
			"container services");
	}
	return take_file(env, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", p->token_file,
		       sizeof p->token_file, err) &&
	       take(env, "AWS_CONTAINER_AUTHORIZATION_TOKEN", p->token, sizeof p->token, err);
}

static bool
settle_instance(char *const env[], struct credentials_place *p, struct err *err)
{
	const char *mode = variable(env, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");

	p->kind = CREDENTIALS_INSTANCE;
	if (text_same(variable(env, "AWS_EC2_METADATA_DISABLED"), "true"))
		return fail(err, ERR_INTERNAL,
			"none: not in the settings, the environment, the shared files or a container, "
			"and AWS_EC2_METADATA_DISABLED is set");
	if (!take_url(env, "AWS_EC2_METADATA_SERVICE_ENDPOINT", true, p->url, sizeof p->url, err))
		return false;
	if (p->url[0] == '\0')
		(void)snprintf(p->url, sizeof p->url, "%s",
			text_same(mode, "ipv6") ? "http://[fd00:ec2::254]"
						: "http://169.254.169.254");
	return true;
}

bool
credentials_place_settle(const struct config_origin *origin, char *const env[],
	struct credentials_place *ret, struct err *err)
{
	bool there = false;

	memset(ret, 0, sizeof *ret);
	if (origin->access_key[0] != '\0' || origin->secret_key[0] != '\0')
		return settle_settings(origin, ret, err);
	if (origin->profile[0] != '\0')
		return settle_files(origin, env, ret, &there, err);
	if (variable(env, "AWS_ACCESS_KEY_ID")[0] != '\0' ||
		variable(env, "AWS_SECRET_ACCESS_KEY")[0] != '\0')
		return settle_environment(env, ret, err);
	if (variable(env, "AWS_WEB_IDENTITY_TOKEN_FILE")[0] != '\0')
		return settle_web_identity(origin, env, ret, err);
	if (!settle_files(origin, env, ret, &there, err) || there)
		return there;
	memset(ret, 0, sizeof *ret);
	if (variable(env, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")[0] != '\0' ||
		variable(env, "AWS_CONTAINER_CREDENTIALS_FULL_URI")[0] != '\0')
		return settle_container(env, ret, err);
	return settle_instance(env, ret, err);
}
