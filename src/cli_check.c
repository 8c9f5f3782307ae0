#include "cli_check.h"

#include "admission.h"
#include "base/log.h"
#include "base/now.h"
#include "cli_check_origin.h"
#include "cli_help.h"
#include "image.h"
#include "image_avif.h"
#include "runtime.h"
#include "spool.h"
#include "transport.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MB (UINT64_C(1) << 20)

/* ---- What this build can do ---- */

static void
print_formats(const char *what, uint32_t formats)
{
	(void)printf("%s", what);
	for (int f = FORMAT_NONE + 1; f < FORMAT__COUNT; f++)
		if (formats & FORMAT_BIT(f))
			(void)printf(" %s", format_row((enum format)f)->name);
	(void)printf("\n");
}

static void
print_abilities(void)
{
	(void)printf("limner %s\n%s\n%s\n", LIMNER_VERSION, image_version(), transport_version());
	(void)printf("animated WebP by %s\n",
		image_webp_version()[0] != '\0' ? image_webp_version() : "nothing: not built in");
	(void)printf("AVIF by %s\n",
		image_avif_version() != NULL ? image_avif_version() : "nothing: not built in");
	print_formats("reads ", image_readable());
	print_formats("writes", image_writable());
	print_formats("moves ", image_writable() >> 16);
	(void)printf("CMYK without a profile: %s\n\n",
		image_cmyk_profile()[0] != '\0' ? image_cmyk_profile() : "by arithmetic");
}

/* ---- Files ---- */

static void
check_pieces(const struct config *cfg, struct cli_findings *f)
{
	for (size_t i = 0; i < cfg->piece_count; i++) {
		const struct config_piece *piece = &cfg->pieces[i];
		struct stat st;

		if (stat(piece->path, &st) != 0)
			continue;
		if (piece->secrets && (st.st_mode & S_IROTH) != 0) {
			cli_findings_warning(f, piece->path,
				"it holds secrets, and everybody on this host may read it");
			cli_findings_advice("chmod 0640 %s; its group should be the web server's.",
				piece->path);
		}
		if ((st.st_mode & S_IWOTH) != 0) {
			cli_findings_warning(
				f, piece->path, "everybody on this host may change it");
			cli_findings_advice("chmod o-w %s", piece->path);
		}
	}
	if (cfg->credentials_why != 0) {
		cli_findings_warning(
			f, "CREDENTIALS_DIRECTORY", "not read: %s", strerror(cfg->credentials_why));
		cli_findings_advice(
			"What systemd keeps there counts in the unit's own processes alone.");
	}
}

static void
check_log(const struct config *cfg, struct cli_findings *f)
{
	struct err err = { 0 };

	if (log_open(cfg->log, false, &err))
		return;
	cli_findings_problem(f, "log", "%s", err.detail);
	cli_findings_advice("Set log to a file this user may write, or to stderr, syslog or none.");
}

/* Try what is shared as those who serve would. */
static void
check_runtime(const struct config *cfg, struct cli_findings *f)
{
	bool tried = runtime_open_folder(cfg->runtime_dir);
	struct err err = { 0 };
	char subject[sizeof cfg->runtime_dir + 16];
	int slot = -1;

	(void)snprintf(subject, sizeof subject, "runtime_dir %s", cfg->runtime_dir);
	if (access(cfg->runtime_dir, W_OK | X_OK) != 0) {
		if (cfg->max_renders > 0)
			cli_findings_problem(
				f, subject, "%s: max_renders cannot be in force", strerror(errno));
		else
			cli_findings_warning(f, subject,
				"%s: each process counts for itself, and /-/ready says 503",
				strerror(errno));
		cli_findings_advice(
			"install -d -o www-data -g www-data -m 700 %s, with the web server's "
			"user; or set runtime_dir to a folder of that user.",
			cfg->runtime_dir);
		return;
	}
	if (!tried) { /* as root there is nothing to be tried in a folder of those who serve */
		(void)printf("%s: not tried: it is another user's\n", subject);
		return;
	}
	if (admission_enter(cfg, NULL, now_mono_us() + 1000000u, &slot, &err) && slot < 0 &&
		cfg->max_renders > 0) {
		cli_findings_problem(f, "max_renders", "%s", err.detail);
		cli_findings_advice(
			"Files in runtime_dir must be the web server's user's own: remove "
			"what others made there.");
	}
	admission_leave(slot);
}

/* ---- Room ---- */

/* How many pictures may be in the making at the same time. */
static uint64_t
makers(const struct config *cfg)
{
	uint64_t n = cfg->workers > 0 ? (uint64_t)cfg->workers : 1;

	if (cfg->max_renders > 0 && (cfg->workers == 0 || (uint64_t)cfg->max_renders < n))
		n = (uint64_t)cfg->max_renders;
	return n;
}

static uint64_t
largest_original(const struct config *cfg)
{
	uint64_t most = 0;

	for (size_t i = 0; i < cfg->origin_count; i++)
		if (cfg->origins[i].policy.max_original_bytes > most)
			most = cfg->origins[i].policy.max_original_bytes;
	return most;
}

static void
check_memory(const struct config *cfg, struct cli_findings *f)
{
	uint64_t n = makers(cfg), original = largest_original(cfg), each, has;
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);

	if (original > cfg->spool_above_bytes)
		original = cfg->spool_above_bytes;
	each = cfg->cell_memory_bytes + original;
	has = pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : 0;
	if (has == 0 || n * each <= has)
		return;
	cli_findings_warning(f, "memory",
		"%" PRIu64 " pictures at a time may take %" PRIu64
		" MB each (cell_memory, and an original): %" PRIu64 " MB; this host has %" PRIu64
		" MB",
		n, each / MB, n * each / MB, has / MB);
	cli_findings_advice("Lower cell_memory or workers, or set max_renders to %" PRIu64 ".",
		has / each > 0 ? has / each : 1);
}

static void
check_spool(const struct config *cfg, struct cli_findings *f)
{
	struct spool spool = { .limit = 1, .folder = cfg->spool_dir };
	uint64_t original = largest_original(cfg), need = makers(cfg) * original, room;
	char subject[sizeof cfg->spool_dir + 16];
	struct err err = { 0 };
	struct statvfs space;
	struct statfs kind;

	(void)snprintf(subject, sizeof subject, "spool_dir %s", cfg->spool_dir);
	/* without a file the originals stay in memory */
	if (!spool_add(&spool, "x", 1, &err) || !spool.filed) {
		cli_findings_warning(f, subject,
			"no file can be made there (%s): large originals stay in memory",
			access(cfg->spool_dir, W_OK | X_OK) != 0 ? strerror(errno) : "no room");
		cli_findings_advice(
			"Set spool_dir to a folder on a disk that this user may write.");
	} else if (original > cfg->spool_above_bytes) {
		if (statfs(cfg->spool_dir, &kind) == 0 && kind.f_type == TMPFS_MAGIC) {
			cli_findings_warning(f, subject, "it lies in memory (tmpfs)");
			cli_findings_advice(
				"Set spool_dir to a folder on a disk, such as /var/tmp.");
		}
		room = statvfs(cfg->spool_dir, &space) == 0 ? space.f_bavail * space.f_frsize
							    : UINT64_MAX;
		if (need > room) {
			cli_findings_warning(f, subject,
				"%" PRIu64 " originals of max_original may take %" PRIu64
				" MB; %" PRIu64 " MB are free",
				makers(cfg), need / MB, room / MB);
			cli_findings_advice(
				"Make room, lower max_original, or set spool_dir to another disk.");
		}
	}
	spool_done(&spool);
}

/* ---- The whole ---- */

static int
conclude(const struct cli_findings *f)
{
	if (f->problems == 0 && f->warnings == 0)
		(void)printf("\nAll is well.\n");
	else
		(void)printf("\n%d problem%s, %d warning%s.\n", f->problems,
			f->problems == 1 ? "" : "s", f->warnings, f->warnings == 1 ? "" : "s");
	if (geteuid() == 0)
		(void)printf(
			"Root may do what the web server's user may not. As that user:\n  setpriv "
			"--reuid=www-data --regid=www-data --init-groups limner check\n");
	return f->problems > 0 ? CLI_HELP_FAILED : 0;
}

int
cli_check(int argc, char *argv[], struct config *cfg)
{
	struct cli_findings findings = { 0 };
	struct err err = { 0 };

	bool quiet = argc == 2 && strcmp(argv[1], "-q") == 0;

	if (argc > 1 && !quiet)
		return cli_help_usage(CLI_HELP_CHECK);
	if (!image_open(cfg, &err)) {
		(void)fprintf(stderr, "limner: check: %s\n",
			err.detail[0] != '\0' ? err.detail : err.say);
		return CLI_HELP_FAILED;
	}
	if (!quiet) {
		print_abilities();
		config_print(cfg, stdout);
		(void)printf("\n");
	}
	check_pieces(cfg, &findings);
	check_log(cfg, &findings);
	check_runtime(cfg, &findings);
	check_memory(cfg, &findings);
	check_spool(cfg, &findings);
	for (size_t i = 0; i < cfg->origin_count; i++)
		cli_check_origin(&cfg->origins[i], &findings);
	image_close();
	return conclude(&findings);
}
