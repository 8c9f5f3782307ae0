#include "cli_check_origin.h"

#include "base/now.h"
#include "credentials.h"
#include "source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOKED_AT 200 /* files of a folder */

struct look {
	const struct config_origin *origin;
	struct cli_findings *findings;
	char subject[600]; /* "origin s3 shop at img.example.com/shop/" */
	struct source_report report;
	struct err err;
};

/* ---- Folders ---- */

static void
advise_root(const struct look *look)
{
	const char *root = look->origin->root;
	struct stat st;
	bool there = stat(root, &st) == 0;

	if (!there && errno == ENOENT)
		cli_findings_advice(
			"Set root to the folder the originals are in, or make %s.", root);
	else if (there ? !S_ISDIR(st.st_mode) : errno == ENOTDIR)
		cli_findings_advice("Set root to a folder; the path leads through a file.");
	else
		cli_findings_advice("This user must be able to enter %s and every folder above it: "
				    "chmod o+x, or chgrp to the web server's group and chmod g+x.",
			root);
}

/* Look for a file that is there and cannot be read, among the first of the folder. */
static void
look_at_files(const struct look *look)
{
	DIR *folder = opendir(look->origin->root);
	const struct dirent *entry;
	int n = 0;

	if (folder == NULL) /* to serve files it need not be listed */
		return;
	while (n++ < LOOKED_AT && (entry = readdir(folder)) != NULL) {
		if (entry->d_type != DT_REG ||
			faccessat(dirfd(folder), entry->d_name, R_OK, AT_EACCESS) == 0)
			continue;
		cli_findings_warning(look->findings, look->subject, "%s/%.100s: %s",
			look->origin->root, entry->d_name, strerror(errno));
		cli_findings_advice("This user must be able to read the originals: chmod o+r, or "
				    "chgrp to the web server's group and chmod g+r.");
		break;
	}
	(void)closedir(folder);
}

/* ---- Networks ---- */

/* The setting that says where the server is. */
static const char *
where(const struct config_origin *origin)
{
	if (origin->kind == CONFIG_HTTP)
		return "url";
	return origin->endpoint[0] != '\0' ? "endpoint" : "region";
}

/* False: it was no trouble of the network. */
static bool
advise_network(const struct look *look)
{
	const char *key = where(look->origin);

	switch (look->report.trouble) {
	case SOURCE_NO_NAME:
		cli_findings_advice(
			"No name server knows this host: is it spelled right in %s, and "
			"can this host look up names (/etc/resolv.conf)?",
			key);
		return true;
	case SOURCE_NO_CONNECTION:
		cli_findings_advice(
			"Nothing listens there, or a firewall is in the way: compare host "
			"and port in %s, and try curl with it.",
			key);
		return true;
	case SOURCE_NOT_PUBLIC:
		cli_findings_advice(
			"If the server in this network is meant, set allow_private = yes.");
		return true;
	case SOURCE_NO_TLS:
		cli_findings_advice(
			"What listens there does not speak TLS as it should: is %s right in "
			"https:// and port?",
			key);
		return true;
	case SOURCE_NO_TRUST:
		cli_findings_advice(
			"Set ca_file to the certificates (PEM) of who signed the server's, or "
			"install ca-certificates; the host in %s must be one the "
			"certificate names.",
			key);
		return true;
	case SOURCE_NO_TROUBLE:
		break;
	}
	if (look->err.kind != ERR_ORIGIN_LATE)
		return false;
	cli_findings_advice(
		"The server is slow, or a firewall swallows what is sent to it: compare host "
		"and port in %s; connect_timeout%s and deadline say how long to wait.",
		key, look->origin->kind == CONFIG_S3 ? ", answer_timeout" : "");
	return true;
}

/* ---- S3 ---- */

static const struct {
	const char *code, *advice;
} s3_codes[] = {
	{ "AccessDenied",
		"The keys are good but may not read this, or may not list the bucket, so that a "
		"missing key looks forbidden: allow s3:GetObject and s3:ListBucket, or set "
		"forbidden_is_missing = yes if that is meant." },
	{ "SignatureDoesNotMatch",
		"The secret does not belong to the key's id: copy both again from where they were "
		"made, without blanks." },
	{ "InvalidAccessKeyId",
		"The server knows no key with this id: is it still there, and is this the server it "
		"was made for?" },
	{ "NoSuchBucket",
		"There is no such bucket there: compare bucket, region and endpoint with where it was "
		"made; addressing says where in a request its name stands." },
	{ "InvalidBucketName", "Set bucket to the name alone, without s3:// and folders." },
	{ "ExpiredToken", "Temporary keys that are over: renew access_key, secret_key and "
			  "session_token, or take keys that renew themselves (a role)." },
	{ "InvalidToken", "The session_token is of other keys: copy all three again." },
	{ "RequestTimeTooSkewed",
		"Set this host's clock, and keep it right: timedatectl set-ntp true." },
	{ "AuthorizationHeaderMalformed", "Set region to the one the bucket was made in." },
	{ "PermanentRedirect", "Set region to the one the bucket was made in." },
	{ "TemporaryRedirect", "The bucket is new: ask again in an hour." },
	{ "SlowDown", "The server has too much to do: ask again later." },
};

static void
advise_s3(const struct look *look)
{
	for (size_t i = 0; i < sizeof s3_codes / sizeof s3_codes[0]; i++) {
		if (strcmp(s3_codes[i].code, look->report.code) == 0) {
			cli_findings_advice("%s", s3_codes[i].advice);
			return;
		}
	}
	if (look->report.status >= 500)
		cli_findings_advice("The server itself is at fault: see its own log.");
	else if (look->report.status != 0)
		cli_findings_advice("Is %s the S3 server itself, not a web page in front of it?",
			where(look->origin));
	else if (strstr(look->err.detail, "keys") != NULL)
		cli_findings_advice(
			"Set access_key and secret_key, or a profile; or see that the place "
			"keys come from is there for this user, too. A public bucket "
			"needs anonymous = yes.");
}

/* What the server taught us at this first request, each process has to learn anew. */
static void
warn_of_lessons(const struct look *look)
{
	const struct source_report *report = &look->report;
	int64_t apart = report->clock_s;

	if (report->region[0] != '\0') {
		cli_findings_warning(look->findings, look->subject,
			"the bucket's region is %s, not %s: each process asks once in vain",
			report->region, look->origin->region);
		cli_findings_advice("Set region = %s.", report->region);
	}
	if (apart != 0) {
		cli_findings_warning(look->findings, look->subject,
			"this host's clock is %" PRId64 " minutes %s the server's",
			(apart < 0 ? -apart : apart) / 60, apart < 0 ? "ahead of" : "behind");
		cli_findings_advice(
			"Set it, and keep it right: timedatectl set-ntp true. Where the server says "
			"what time it is, limner goes by that.");
	}
}

/* Tell where the keys come from; what is wrong with them, its own try tells. */
static void
print_keys(const struct look *look)
{
	const struct config_origin *origin = look->origin;
	struct credentials *credentials = NULL;
	struct err err = { 0 };

	if (origin->kind != CONFIG_S3 || origin->anonymous ||
		!credentials_open(origin, environ, &credentials, &err))
		return;
	(void)printf("keys of %s: from %s\n", origin->title, credentials_source(credentials));
	if (credentials_shares(credentials) && access(origin->runtime_dir, W_OK | X_OK) != 0) {
		char subject[sizeof origin->title + 16];

		(void)snprintf(subject, sizeof subject, "keys of %s", origin->title);
		cli_findings_warning(look->findings, subject,
			"not shared: each process asks for its own: runtime_dir %s: %s",
			origin->runtime_dir, strerror(errno));
		cli_findings_advice("Make that folder writable for the web server's user.");
	}
	credentials_close(credentials);
}

/* ---- Each ---- */

static void
advise(const struct look *look)
{
	const struct source_report *report = &look->report;

	switch (look->origin->kind) {
	case CONFIG_FILE:
		advise_root(look);
		return;
	case CONFIG_S3:
		if (!advise_network(look))
			advise_s3(look);
		return;
	case CONFIG_HTTP:
		if (advise_network(look))
			return;
		if (report->status == 401)
			cli_findings_advice(
				"The server wants a login, and limner has none: let this host "
				"in without one.");
		else if (report->status >= 500)
			cli_findings_advice("The server itself is at fault: see its own log.");
		else
			cli_findings_advice("Ask the server for %s by hand: curl -I %sNAME.",
				"an original", look->origin->url);
		return;
	}
}

/* The server answers, and not with a fault; what of that may be other than it was meant? */
static void
accept_answer(const struct look *look)
{
	bool denied = strcmp(look->report.code, "AccessDenied") == 0;

	if (look->err.kind != ERR_NOT_FOUND && look->origin->kind == CONFIG_HTTP) {
		cli_findings_warning(look->findings, look->subject,
			"it answers %d to a name that nobody has", look->report.status);
		cli_findings_advice("%s",
			look->err.kind == ERR_NONE
				? "Have it answer 404 there: its page for that passes for an "
				  "original."
				: "Let this host in, or have it answer 404 there: what is missing is "
				  "502 as it is.");
		return;
	}
	(void)printf("%s: ok (it answers, and %s)\n", look->subject,
		denied ? "forbids what is missing, which counts as missing"
		       : "says so when a picture is missing");
	if (look->origin->kind == CONFIG_FILE)
		look_at_files(look);
}

void
cli_check_origin(const struct config_origin *origin, struct cli_findings *f)
{
	struct look look = { .origin = origin, .findings = f };
	struct source *source = NULL;
	uint64_t deadline_us = now_mono_us() + origin->policy.deadline_ms * 1000u;
	bool ok;

	(void)snprintf(look.subject, sizeof look.subject, "origin %s at %s%s", origin->title,
		origin->host, origin->mount);
	ok = source_open(origin, &source, &look.err) &&
	     source_try(source, deadline_us, &look.report, &look.err);
	source_close(source);
	print_keys(&look);
	/* a server that forbids is there, and yet nobody would learn that a picture is missing */
	if (origin->kind == CONFIG_S3 && look.err.kind == ERR_ORIGIN)
		ok = false;
	if (ok) {
		accept_answer(&look);
	} else {
		if (look.err.kind == ERR_NOT_FOUND)
			cli_findings_problem(
				f, look.subject, "something answers there, but not as S3 does");
		else
			cli_findings_problem(f, look.subject, "%s",
				look.err.detail[0] != '\0' ? look.err.detail : look.err.say);
		advise(&look);
	}
	warn_of_lessons(&look);
}
