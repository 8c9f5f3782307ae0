/*
 * Settings that lie in folders: drop-ins beside the file, and systemd's credentials.
 */
#include "base/text.h"
#include "config_loader.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define VARIABLE_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

/* In the order of bytes, whatever the language of the host. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
is_drop_in(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	/* a dot before it hides a file, and editors keep theirs so */
	return n > 5 && entry->d_name[0] != '.' && strcmp(entry->d_name + n - 5, ".conf") == 0;
}

void
config_folder_drop_ins(struct config_loader *l)
{
	char folder[sizeof l->cfg->path + 2], path[sizeof folder + NAME_MAX + 1];
	struct dirent **entries;
	int i, n;

	(void)snprintf(folder, sizeof folder, "%s.d", l->cfg->path);
	n = scandir(folder, &entries, is_drop_in, by_name);
	if (n < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return;
		l->lost_section = l->lost_variable = true;
		(void)config_load_fail(
			l, "its folder of drop-ins, %.100s: %s", folder, strerror(errno));
		return;
	}
	for (i = 0; i < n; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
		/* one complaint of too many is enough */
		if (i < CONFIG_PIECES_MAX)
			config_file_read(l, path);
		free(entries[i]);
	}
	free(entries);
}

static int
is_credential(const struct dirent *entry)
{
	return strncmp(entry->d_name, "LIMNER_", 7) == 0 &&
	       entry->d_name[strspn(entry->d_name, VARIABLE_LETTERS)] == '\0';
}

/* Read a file's one line into l->line; line ends after it do not count. */
static bool
read_credential(struct config_loader *l, const char *path)
{
	FILE *f = fopen(path, "re");
	size_t n;
	bool broken;

	if (f == NULL)
		return config_load_fail(l, "cannot be opened: %s", strerror(errno));
	errno = 0;
	n = fread(l->line, 1, sizeof l->line, f);
	broken = ferror(f) != 0;
	(void)fclose(f);
	if (broken)
		return config_load_fail(l, "cannot be read: %s", strerror(errno));
	if (n == sizeof l->line)
		return config_load_fail(l, "longer than %zu bytes", sizeof l->line - 1);
	while (n > 0 && (l->line[n - 1] == '\n' || l->line[n - 1] == '\r'))
		n--;
	l->line[n] = '\0';
	return strlen(l->line) == n || config_load_fail(l, "a NUL byte");
}

void
config_folder_credentials(struct config_loader *l, char *const env[])
{
	const char *folder = config_env_variable(env, "CREDENTIALS_DIRECTORY");
	char path[PATH_MAX];
	struct dirent **entries;
	int i, n;

	if (folder == NULL)
		return;
	n = scandir(folder, &entries, is_credential, by_name);
	if (n < 0) {
		/* may be the web server's own, for its TLS keys, and not for its programs to read
		 */
		l->cfg->credentials_why = errno;
		return;
	}
	l->holder = "CREDENTIALS_DIRECTORY/";
	for (i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;

		l->variable = name;
		(void)snprintf(path, sizeof path, "%s/%s", folder, name);
		if (!read_credential(l, path))
			l->lost_variable = true;
		else if (l->line[0] != '\0' && strcmp(name, "LIMNER_CONFIG") != 0)
			config_env_set(l, name, l->line);
		free(entries[i]);
	}
	free(entries);
	explicit_bzero(l->line, sizeof l->line);
	l->variable = NULL;
	l->holder = "";
}
