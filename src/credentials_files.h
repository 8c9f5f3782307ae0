/*
 * AWS's shared files: profiles of keys in ~/.aws/credentials and ~/.aws/config.
 *
 * Read by the rules of AWS's own tools: [name] in the first file, [profile name] or [default] in
 * the second, lines `name = value`; deeper lines below one belong to it and are passed over. Only
 * keys that are written out are taken: roles to assume, sign-on and programs are not run.
 */
#ifndef LIMNER_CREDENTIALS_FILES_H
#define LIMNER_CREDENTIALS_FILES_H

#include "credentials.h"

struct credentials_profile {
	bool found;   /* its section is there */
	bool foreign; /* it says to get keys in a way limner does not know (role_arn, sso_…) */
	struct credentials_keys keys; /* access_key is "" when the profile has none */
};

/*
 * Read one profile from one file, into what is known of it already.
 *
 * config   the file is of the second kind, with "profile " before the names
 * ret      keys are replaced as a whole or not at all
 * Fails    ERR_INTERNAL when the file is there but cannot be read, or a key does not fit, or one
 *          half of a key is missing; a file that is not there, or not ours to read, is an empty one
 */
bool credentials_files_read(const char *path, bool config, const char *profile,
	struct credentials_profile *ret, struct err *err) MUST_USE;

/* What changes with a file: compare two of them with memcmp. All zero when it is not there. */
struct credentials_stamp {
	uint64_t inode, size;
	int64_t s, ns;
};

void credentials_files_stamp(const char *path, struct credentials_stamp *ret);

#endif
