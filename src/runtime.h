/*
 * The folder that the processes of a host share: slots, numbers, temporary keys to S3.
 *
 * It belongs to the user who serves. What root makes in it, or the folder itself when root makes
 * it, would be of no use to those who serve; so root, who asks by a command of limner's now and
 * then, makes nothing but in a folder of his own.
 */
#ifndef LIMNER_RUNTIME_H
#define LIMNER_RUNTIME_H

#include <stdbool.h>
#include <sys/stat.h>

/*
 * Make the folder where it is not there, and tell whether files may be made in it.
 *
 * Fails   errno set: as root, there is none (ENOENT) or it is another user's (EPERM). To others
 *         the opening of a file says what is wrong.
 */
bool runtime_open_folder(const char *folder);

/* Open a file to lock, made where it is not there. Returns a descriptor to close; -1, errno set. */
int runtime_open_lock(const char *path);

/*
 * The same, locked. Fails also when another process holds it for longer than wait_ms (EWOULDBLOCK).
 */
int runtime_lock(const char *path, int wait_ms);

/* Tell whether it is a file that nobody but us can have written; only these are believed. */
bool runtime_is_ours(const struct stat *st);

#endif
