#include "config.h"
#include "suites.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct config cfg;
static struct err err;
static const char *const nothing[] = { NULL };
static char *const no_env[] = { NULL };

/* A file made for one test; its folder too. */
static char folder[256], path[288];

static void
setup(void)
{
	const char *tmp = getenv("TMPDIR");
	char real[PATH_MAX];

	memset(&cfg, 0, sizeof cfg);
	memset(&err, 0, sizeof err);
	(void)snprintf(folder, sizeof folder, "%s/limner-conf-XXXXXX", tmp != NULL ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_ptr_nonnull(realpath(folder, real));
	(void)snprintf(folder, sizeof folder, "%.255s", real);
	(void)snprintf(path, sizeof path, "%s/limner.conf", folder);
}

static int
drop(const char *what, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(what);
}

static void
teardown(void)
{
	(void)nftw(folder, drop, 8, FTW_DEPTH | FTW_PHYS);
}

static void
write_bytes(const char *where, const char *bytes, size_t n)
{
	FILE *f = fopen(where, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes, 1, n, f), n);
	ck_assert_int_eq(fclose(f), 0);
}

/* Literals are const, environ is not; config_load writes to neither. */
static bool
load(const char *text, const char *const env[])
{
	write_bytes(path, text, strlen(text));
	memset(&cfg, 0, sizeof cfg);
	memset(&err, 0, sizeof err);
	return config_load(path, (char *const *)(uintptr_t)env, &cfg, &err);
}

/* Write a file below the folder, made with its own folder where that is not there. */
static void
write_below(const char *name, const char *text)
{
	char where[PATH_MAX];

	(void)snprintf(where, sizeof where, "%s/%s", folder, name);
	*strrchr(where, '/') = '\0';
	ck_assert(mkdir(where, 0700) == 0 || errno == EEXIST);
	(void)snprintf(where, sizeof where, "%s/%s", folder, name);
	write_bytes(where, text, strlen(text));
}

static void
data_path(const char *name, char ret[PATH_MAX])
{
	const char *top = getenv("top_srcdir");

	(void)snprintf(ret, PATH_MAX, "%s/%s", top != NULL ? top : ".", name);
}

/* Read a file. The caller frees. */
static char *
slurp(const char *name)
{
	char where[PATH_MAX], *text = NULL;
	size_t size = 0;
	FILE *f;
	ssize_t n;

	data_path(name, where);
	f = fopen(where, "r");
	ck_assert_msg(f != NULL, "%s", where);
	n = getdelim(&text, &size, '\0', f);
	ck_assert_msg(n > 0, "%s is empty", where);
	(void)fclose(f);
	return text;
}

/* The caller frees. NULL: what config_describe writes. */
static char *
printed(const struct config *settings)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	if (settings != NULL)
		config_print(settings, f);
	else
		config_describe(f);
	ck_assert_int_eq(fclose(f), 0);
	return text;
}

/* Put other text in the place of every `what`. The caller frees. */
static char *
replaced(const char *text, const char *what, const char *with)
{
	char *ret = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&ret, &n);
	const char *hit;

	for (; (hit = strstr(text, what)) != NULL; text = hit + strlen(what))
		(void)fprintf(f, "%.*s%s", (int)(hit - text), text, with);
	(void)fputs(text, f);
	(void)fclose(f);
	return ret;
}

/* Compare long texts and show only the first line that differs: Check's messages are short. */
static void
same_text(const char *got, const char *want)
{
	int line = 1;

	for (; *got != '\0' && strcspn(got, "\n") == strcspn(want, "\n") &&
		strncmp(got, want, strcspn(got, "\n")) == 0;
		line++) {
		got += strcspn(got, "\n");
		want += strcspn(want, "\n");
		got += *got == '\n';
		want += *want == '\n';
	}
	ck_assert_msg(strcmp(got, want) == 0, "line %d: \"%.*s\", not \"%.*s\"", line,
		(int)strcspn(got, "\n"), got, (int)strcspn(want, "\n"), want);
}

/* ---- The table ---- */

START_TEST(takes_every_default_and_bound_and_nothing_beyond)
{
	const struct setting *row = &settings_table[_i];
	static union {
		struct config config;
		struct config_origin origin;
	} base;
	char why[SETTINGS_WHY] = "", text[32];
	bool number = row->kind == SETTING_INT || row->kind == SETTING_INT64 ||
		      row->kind == SETTING_BYTES || row->kind == SETTING_MS;
	const char *unit = row->kind == SETTING_MS ? "ms" : "";

	ck_assert_msg(settings_set(row, &base, row->unset, "", why), "%s: %s", row->name, why);
	if (row->example != NULL)
		ck_assert_msg(
			settings_set(row, &base, row->example, "", why), "%s: %s", row->name, why);
	ck_assert_msg(row->summary[strlen(row->summary) - 1] == '.', "%s: no sentence", row->name);
	ck_assert_msg(
		!settings_set(row, &base, "\x01", "", why), "%s takes a control byte", row->name);
	if (!number)
		return;
	(void)snprintf(text, sizeof text, "%llu%s", (unsigned long long)row->min, unit);
	ck_assert_msg(settings_set(row, &base, text, "", why), "%s: %s", row->name, why);
	(void)snprintf(text, sizeof text, "%llu%s", (unsigned long long)row->max, unit);
	ck_assert_msg(settings_set(row, &base, text, "", why), "%s: %s", row->name, why);
	(void)snprintf(text, sizeof text, "%llu%s", (unsigned long long)row->max + 1, unit);
	ck_assert_msg(!settings_set(row, &base, text, "", why), "%s takes %s", row->name, text);
	if (row->min == 0)
		return;
	(void)snprintf(text, sizeof text, "%llu%s", (unsigned long long)row->min - 1, unit);
	ck_assert_msg(!settings_set(row, &base, text, "", why), "%s takes %s", row->name, text);
}
END_TEST

START_TEST(starts_with_the_documented_defaults)
{
	ck_assert_msg(load("", nothing), "%s", err.detail);
	ck_assert_int_eq(cfg.workers, 4);
	ck_assert_int_eq(cfg.max_requests, 10000);
	ck_assert_uint_eq(cfg.policy.deadline_ms, 8000);
	ck_assert(!cfg.policy.strict && !cfg.policy.require_t && cfg.policy.object_cache_control);
	ck_assert(cfg.policy.on_error == CONFIG_ORIGINAL && cfg.policy.pass == CONFIG_PASS_ANY);
	ck_assert_uint_eq(cfg.policy.max_original_bytes, 50u << 20);
	ck_assert(cfg.policy.max_pixels == 50000000 && cfg.policy.max_result_pixels == 36000000);
	ck_assert_uint_eq(cfg.cell_memory_bytes, 1u << 30);
	ck_assert_uint_eq(cfg.spool_above_bytes, 16u << 20);
	ck_assert_str_eq(cfg.spool_dir, "/var/tmp");
	ck_assert_int_eq(cfg.cell_pictures, 500);
	ck_assert(cfg.policy.jpeg_quality == 80 && cfg.policy.webp_quality == 80 &&
		  cfg.policy.avif_quality == 55);
	ck_assert_str_eq(cfg.cmyk_profile, "");
	ck_assert_str_eq(cfg.log, "stderr");
	ck_assert_int_eq(cfg.log_format, CONFIG_LOG_KV);
	ck_assert_uint_eq(cfg.policy.max_age_ms, 86400000);
	ck_assert(cfg.max_renders == 0 && cfg.queue_ms == 2000);
	ck_assert(cfg.policy.swr_ms == UINT64_C(30) * 86400000 &&
		  cfg.policy.sie_ms == cfg.policy.swr_ms);
	ck_assert_uint_eq(cfg.policy.immutable_ms, UINT64_C(365) * 86400000);
	ck_assert_uint_eq(cfg.origin_count, 1);
	ck_assert_int_eq(cfg.origins[0].kind, CONFIG_FILE);
	ck_assert_str_eq(cfg.origins[0].mount, "/img/");
	ck_assert_str_eq(cfg.origins[0].root, "/srv/limner");
	ck_assert_uint_eq(cfg.preset_count, 0);
}
END_TEST

/* ---- error_ages ---- */

static const struct {
	const char *value, *want; /* of the complaint, "" for none */
} age_lists[] = {
	{ "", "" },
	{ " , ", "" },
	{ "not-found 1d", "" },
	{ "not-found 0", "" },
	{ "not-found   60s,origin no-store", "" },
	{ "not-found 86401s", "after \"not-found\" must come a time in whole seconds" },
	{ "not-found 2d", "after \"not-found\" must come" },
	{ "not-found 1500ms", "after \"not-found\" must come" },
	{ "not-found -1", "after \"not-found\" must come" },
	{ "not-found", "after \"not-found\" must come" },
	{ "not-found 5m 3", "after \"not-found\" must come" },
	{ "not-fuond 5m", "no reason \"not-fuond\"; did you mean \"not-found\"?" },
	{ "too_large 5m", "no reason \"too_large\"; did you mean \"too-large\"?" },
	{ "404 5m", "no reason \"404\"; such as not-found" },
	{ "pixels 1m, late 1m, pixels 2m", "\"pixels\" stands there twice" },
	{ "not-smaller 5m", "the age of \"not-smaller\" cannot be set" },
	{ "over-budget 5m", "the age of \"over-budget\" cannot be set" },
	{ "range 5m", "the age of \"range\" cannot be set" },
	{ "precondition 5m", "the age of \"precondition\" cannot be set" },
	{ "peer-gone 5m", "the age of \"peer-gone\" cannot be set" },
	{ "none 5m", "no reason \"none\"" },
};

START_TEST(names_what_is_wrong_in_a_list_of_ages)
{
	char text[256], want[256];
	bool good = age_lists[_i].want[0] == '\0';

	(void)snprintf(text, sizeof text, "[cache]\nerror_ages = %s\n", age_lists[_i].value);
	(void)snprintf(want, sizeof want, "limner.conf:2: error_ages: %s", age_lists[_i].want);
	ck_assert_msg(load(text, nothing) == good, "%s", age_lists[_i].value);
	if (!good)
		ck_assert_msg(strstr(err.detail, want) != NULL, "%s", err.detail);
}
END_TEST

/* Every reason that may be set can be, and is what counts then. */
START_TEST(sets_the_age_of_each_failure)
{
	struct config_policy policy = { 0 };
	char text[64], why[SETTINGS_WHY];
	int settable = 0;

	for (enum err_kind kind = ERR_NONE + 1; kind < ERR__COUNT; kind++) {
		const struct err_row *row = err_row(kind);

		ck_assert_int_eq(config_error_age(NULL, kind, false), row->max_age_s);
		policy.error_ages.given = 0;
		ck_assert_int_eq(config_error_age(&policy, kind, true), row->original_s);
		(void)snprintf(text, sizeof text, "%s 17s", row->slug);
		if (!settings_ages_read(text, &policy.error_ages, why))
			continue;
		settable++;
		ck_assert_int_eq(config_error_age(&policy, kind, true), 17);
		ck_assert_int_eq(config_error_age(&policy, kind, false), 17);
	}
	ck_assert_int_eq(settable, ERR__COUNT - 1 - 5);
	/* the table itself keeps the bound */
	for (enum err_kind kind = ERR_NONE; kind < ERR__COUNT; kind++)
		ck_assert(err_row(kind)->max_age_s <= CONFIG_AGE_MAX &&
			  err_row(kind)->original_s <= CONFIG_AGE_MAX);
}
END_TEST

START_TEST(keeps_an_origins_ages_apart)
{
	static const char *const env[] = { "LIMNER_FILE_SHOP_ERROR_AGES=late 5s", NULL };
	const char text[] = "[cache]\nerror_ages = not-found 5m, late 1s\n"
			    "[file]\n[file shop]\nmount = /shop/\nerror_ages = broken 2m\n";
	const struct config_origin *plain = &cfg.origins[0], *shop = &cfg.origins[1];

	ck_assert_msg(load(text, nothing), "%s", err.detail);
	ck_assert_int_eq(config_error_age(&plain->policy, ERR_NOT_FOUND, false), 300);
	ck_assert_int_eq(config_error_age(&plain->policy, ERR_BROKEN, true), 60);
	ck_assert_int_eq(config_error_age(&shop->policy, ERR_BROKEN, true), 120);
	ck_assert_int_eq(config_error_age(&shop->policy, ERR_NOT_FOUND, false), 60);
	ck_assert_msg(load(text, env), "%s", err.detail);
	ck_assert_int_eq(config_error_age(&shop->policy, ERR_LATE, true), 5);
	ck_assert_int_eq(config_error_age(&shop->policy, ERR_BROKEN, true), 60);
}
END_TEST

/* ---- Files ---- */

START_TEST(reads_every_setting_and_prints_it_without_secrets)
{
	char *want = slurp("tests/data/conf/full.printed");
	char relative[PATH_MAX], absolute[PATH_MAX], *got, *plain;

	data_path("tests/data/conf/full.conf", relative);
	ck_assert_ptr_nonnull(realpath(relative, absolute));
	ck_assert_msg(config_load(absolute, no_env, &cfg, &err), "%s", err.detail);
	*strrchr(absolute, '/') = '\0';
	got = printed(&cfg);
	plain = replaced(got, absolute, "FOLDER");
	same_text(plain, want);
	ck_assert_str_eq(cfg.origins[1].access_key, "AKIDEXAMPLE");
	ck_assert_str_eq(cfg.origins[1].secret_key, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
	ck_assert_str_eq(cfg.policy.sign_key, "a-key-that-is-new,a-key-that-is-old");
	ck_assert_str_eq(cfg.origins[1].policy.sign_key, cfg.policy.sign_key);
	/* longer than libinih's own line, and with its marks inside */
	ck_assert_uint_eq(strlen(cfg.origins[1].session_token), 251);
	ck_assert_str_eq(cfg.origins[1].session_token + 245, "=;:=ZZ");
	free(plain);
	free(got);
	free(want);
}
END_TEST

START_TEST(reads_back_what_it_prints)
{
	char *first, *second;

	ck_assert_msg(load("workers = 3\ndeadline = 5500ms\nmax_original = 1025KB\n"
			   "[cache]\nmax_age = 90m\n[file]\nroot = x\nmount = /a/\n"
			   "[s3]\nbucket = b\nanonymous = yes\n"
			   "[preset p]\nw = 10\nfit = pad\nbg = 10203040\nf = webp\n",
			      nothing),
		"%s", err.detail);
	first = printed(&cfg);
	ck_assert_msg(load(first, nothing), "%s", err.detail);
	second = printed(&cfg);
	same_text(second, first);
	free(first);
	free(second);
}
END_TEST

/* All mistakes of a text, a line each, with FILE for the path. The caller frees. */
static char *
mistakes_of(const char *text)
{
	static struct config_mistakes found;
	char *said = NULL, *plain;
	size_t n = 0;
	FILE *f = open_memstream(&said, &n);

	write_bytes(path, text, strlen(text));
	memset(&cfg, 0, sizeof cfg);
	memset(&found, 0, sizeof found);
	ck_assert_msg(!config_load_all(path, no_env, &cfg, &found), "taken: %s", text);
	for (size_t i = 0; i < found.count; i++)
		(void)fprintf(f, ">>> %s\n", found.text[i]);
	if (found.left_out > 0)
		(void)fprintf(f, "and %zu more\n", found.left_out);
	ck_assert_int_eq(fclose(f), 0);
	plain = replaced(said, path, "FILE");
	free(said);
	return plain;
}

/* Load one block of mistakes.txt and compare all that is said. A * at the end stands for any rest.
 */
static void
expect_mistakes(char *block)
{
	char *want = strstr(block, ">>> ");
	char *text, *said;
	size_t n = strlen(block);
	bool rest = block[n - 2] == '*';

	ck_assert_msg(want != NULL, "no >>> in: %s", block);
	text = strndup(block, (size_t)(want - block) - 1);
	said = mistakes_of(text);
	if (rest)
		ck_assert_msg(strncmp(said, want, strlen(want) - 2) == 0, "said: %s\nwant: %s",
			said, want);
	else
		same_text(said, want);
	/* who asks for one hears of the first */
	ck_assert(!load(text, nothing) && err.kind == ERR_INTERNAL);
	free(said);
	said = replaced(err.detail, path, "FILE");
	n = strcspn(want + 4, "\n") - rest;
	ck_assert_msg(strncmp(said, want + 4, n) == 0, "said: %s\nwant: %s", said, want);
	free(said);
	free(text);
}

START_TEST(says_where_a_mistake_is_and_what_is_allowed)
{
	char *all = slurp("tests/data/conf/mistakes.txt");
	char *block = strstr(all, "\n----\n");
	int blocks = 0;

	while (block != NULL) {
		char *next = strstr(block += 6, "\n----\n");

		if (next != NULL)
			next[1] = '\0';
		expect_mistakes(block);
		blocks++;
		block = next;
	}
	ck_assert_int_eq(blocks, 97);
	free(all);
}
END_TEST

START_TEST(tells_twenty_mistakes_and_counts_the_rest)
{
	char text[512], *said;
	int n = 0;

	for (int i = 0; i < CONFIG_MISTAKES_MAX + 3; i++)
		n += snprintf(text + n, sizeof text - (size_t)n, "nonsense\n");
	said = mistakes_of(text);
	ck_assert_ptr_nonnull(strstr(said, ">>> FILE:20: neither [section] nor name = value\n"
					   "and 3 more\n"));
	free(said);
}
END_TEST

START_TEST(cuts_no_line_but_refuses_what_is_too_long)
{
	static char text[20000], want[512];
	int n;

	/* the longest that fits its field, on a line libinih alone would cut */
	n = snprintf(text, sizeof text,
		"[s3]\nbucket = b\naccess_key=a\nsecret_key=s\nsession_token = %s", "");
	memset(text + n, 'x', 4095);
	text[n + 4095] = '\0';
	ck_assert_msg(load(text, nothing), "%s", err.detail);
	ck_assert_uint_eq(strlen(cfg.origins[0].session_token), 4095);
	memset(text + n, 'x', 4096);
	ck_assert(!load(text, nothing));
	(void)snprintf(want, sizeof want,
		"%s:5: session_token: the value is not text of at most 4095 bytes", path);
	ck_assert_str_eq(err.detail, want);
	memset(text + n, 'x', 10000);
	ck_assert(!load(text, nothing));
	(void)snprintf(want, sizeof want, "%s:5: the line is too long", path);
	ck_assert_str_eq(err.detail, want);
}
END_TEST

START_TEST(refuses_a_nul_byte_and_skips_a_byte_order_mark)
{
	char want[512];

	write_bytes(path, "strict = yes\nworkers = 4\0\n", 26);
	ck_assert(!config_load(path, no_env, &cfg, &err));
	(void)snprintf(want, sizeof want, "%s:2: a NUL byte", path);
	ck_assert_str_eq(err.detail, want);
	ck_assert_msg(load("\xEF\xBB\xBF[file]\r\nroot = /x\r\n", nothing), "%s", err.detail);
	ck_assert_str_eq(cfg.origins[0].root, "/x");
	ck_assert_msg(load("\xEF\xBB\xBFworkers = 2", nothing), "%s", err.detail);
	ck_assert_int_eq(cfg.workers, 2);
}
END_TEST

START_TEST(keeps_the_end_of_a_long_path_in_complaints)
{
	char deep[512];

	(void)snprintf(deep, sizeof deep, "%s/%0120d.conf", folder, 7);
	write_bytes(deep, "worker = 4\n", 11);
	ck_assert(!config_load(deep, no_env, &cfg, &err));
	(void)unlink(deep);
	ck_assert_msg(strncmp(err.detail, "...0", 4) == 0, "%s", err.detail);
	ck_assert_ptr_nonnull(strstr(
		err.detail, "0007.conf:1: no setting \"worker\" here; did you mean \"workers\"?"));
}
END_TEST

START_TEST(refuses_a_file_it_cannot_read)
{
	char want[512];

	ck_assert(!config_load("/nowhere/limner.conf", no_env, &cfg, &err));
	ck_assert_str_eq(
		err.detail, "/nowhere/limner.conf: cannot be opened: No such file or directory");
	memset(&cfg, 0, sizeof cfg);
	ck_assert(!config_load(folder, no_env, &cfg, &err));
	(void)snprintf(want, sizeof want, "%s: cannot be read: Is a directory", folder);
	ck_assert_str_eq(err.detail, want);
}
END_TEST

START_TEST(counts_relative_paths_from_the_files_folder)
{
	char want[512], here[PATH_MAX];

	/* also when the file itself was named relatively */
	write_bytes(path, "[file]\nroot = ./pictures\n", 25);
	ck_assert_ptr_nonnull(getcwd(here, sizeof here));
	ck_assert_int_eq(chdir(folder), 0);
	ck_assert_msg(config_load("limner.conf", no_env, &cfg, &err), "%s", err.detail);
	ck_assert_int_eq(chdir(here), 0);
	(void)snprintf(want, sizeof want, "%s/pictures", folder);
	ck_assert_str_eq(cfg.origins[0].root, want);
	/* words of the log are not paths */
	ck_assert_msg(load("log = syslog\n", nothing), "%s", err.detail);
	ck_assert_str_eq(cfg.log, "syslog");
	ck_assert_msg(load("log = limner.log\n", nothing), "%s", err.detail);
	(void)snprintf(want, sizeof want, "%s/limner.log", folder);
	ck_assert_str_eq(cfg.log, want);
}
END_TEST

START_TEST(finds_its_file_by_argument_then_variable_then_place)
{
	char variable[512], other[288], beside[PATH_MAX];
	char *env[] = { variable, NULL };
	ssize_t n;

	(void)snprintf(other, sizeof other, "%s/other.conf", folder);
	(void)snprintf(variable, sizeof variable, "LIMNER_CONFIG=%s", other);
	write_bytes(path, "workers = 1\n", 12);
	write_bytes(other, "workers = 2\n", 12);
	ck_assert(config_load(path, env, &cfg, &err));
	ck_assert_int_eq(cfg.workers, 1);
	memset(&cfg, 0, sizeof cfg);
	ck_assert(config_load("", env, &cfg, &err));
	ck_assert_int_eq(cfg.workers, 2);
	ck_assert_str_eq(cfg.path, other);
	ck_assert_int_eq(unlink(other), 0);
	memset(&cfg, 0, sizeof cfg);
	ck_assert(!config_load(NULL, env, &cfg, &err));

	n = readlink("/proc/self/exe", beside, sizeof beside - 16);
	ck_assert_int_gt(n, 0);
	beside[n] = '\0';
	(void)snprintf(strrchr(beside, '/'), 16, "/limner.conf");
	if (access(beside, F_OK) == 0)
		return; /* somebody's own; leave it alone */
	write_bytes(beside, "workers = 3\n", 12);
	memset(&cfg, 0, sizeof cfg);
	ck_assert(config_load(NULL, no_env, &cfg, &err));
	ck_assert_int_eq(unlink(beside), 0);
	ck_assert_int_eq(cfg.workers, 3);
	ck_assert_str_eq(cfg.path, beside);
}
END_TEST

START_TEST(ships_a_sample_that_loads_and_says_what_holds_anyway)
{
	char *want = slurp("conf/limner.conf");
	char *text = printed(NULL);
	char *got, *plain, where[PATH_MAX];

	same_text(text, want);
	data_path("conf/limner.conf", where);
	ck_assert_msg(config_load(where, no_env, &cfg, &err), "%s", err.detail);
	ck_assert_uint_eq(cfg.preset_count, 2);
	ck_assert(config_preset(&cfg, &cfg.origins[0], "A")->params.up);
	ck_assert_int_eq(config_preset(&cfg, &cfg.origins[0], "A")->params.fit, PARAMS_COVER);
	ck_assert_int_eq(config_preset(&cfg, &cfg.origins[0], "card")->params.w, 300);
	ck_assert_ptr_null(config_preset(&cfg, &cfg.origins[0], "a"));
	got = printed(&cfg);
	/* with each # before a setting taken away, up to the S3 part, it says the same */
	for (char *line = strstr(text, "\n#"); strncmp(line, "\n#[s3]", 6) != 0;
		line = strstr(line + 1, "\n#"))
		if (line[2] != ' ' && line[2] != '\n')
			line[1] = ' ';
	ck_assert_msg(load(text, nothing), "%s", err.detail);
	plain = printed(&cfg);
	same_text(strchr(plain, '\n'), strchr(got, '\n'));
	free(plain);
	free(got);
	free(text);
	free(want);
}
END_TEST

/* ---- Drop-ins ---- */

START_TEST(reads_drop_ins_by_name_and_the_last_wins)
{
	char want[PATH_MAX], *text;

	write_below("limner.conf.d/20-more.conf",
		"workers = 20\n[cache]\nmax_age = 2h\n[s3 shop]\nbucket = b\nmount = /shop/\n"
		"[preset card]\nh = 20\n[preset shop/big]\nw = 2000\n");
	write_below("limner.conf.d/10-first.conf",
		"workers = 10\nmax_requests = 10\n[file]\nroot = ten\n");
	write_below("limner.conf.d/9.conf", "workers = 9\n[s3 shop]\nregion = eu-west-9\n");
	write_below("limner.conf.d/.hidden.conf", "nonsense\n");
	write_below("limner.conf.d/.conf", "nonsense\n");
	write_below("limner.conf.d/30.conf~", "nonsense\n");
	write_below("limner.conf.d/30.CONF", "nonsense\n");
	ck_assert_msg(load("workers = 1\nqueue = 1s\nmax_requests = 1\n[cache]\nimmutable = 1h\n"
			   "[file]\nroot = one\nmount = /one/\n[preset card]\nw = 1\nh = 1\n",
			      nothing),
		"%s", err.detail);
	ck_assert_int_eq(cfg.workers, 9);
	ck_assert_int_eq(cfg.max_requests, 10);
	ck_assert_uint_eq(cfg.queue_ms, 1000);
	ck_assert(cfg.policy.max_age_ms == 7200000 && cfg.policy.immutable_ms == 3600000);
	/* one section, whichever files it stands in; paths count from the first file's folder */
	ck_assert_uint_eq(cfg.origin_count, 2);
	ck_assert_str_eq(cfg.origins[0].mount, "/one/");
	(void)snprintf(want, sizeof want, "%s/ten", folder);
	ck_assert_str_eq(cfg.origins[0].root, want);
	ck_assert_str_eq(cfg.origins[1].bucket, "b");
	ck_assert_str_eq(cfg.origins[1].region, "eu-west-9");
	ck_assert_uint_eq(cfg.preset_count, 2);
	ck_assert(cfg.presets[0].params.w == 1 && cfg.presets[0].params.h == 20);
	/* which files they were can be seen, and the path stays the first one's */
	ck_assert_uint_eq(cfg.piece_count, 4);
	ck_assert_str_eq(cfg.path, path);
	(void)snprintf(want, sizeof want, "# %s\n# %s.d/10-first.conf\n# %s.d/20-more.conf\n", path,
		path, path);
	text = printed(&cfg);
	ck_assert_int_eq(strncmp(text, want, strlen(want)), 0);
	free(text);
}
END_TEST

static const struct {
	const char *name, *text, *want;
} bad_drop_ins[] = {
	{ "a.conf", "\nworker = 4\n",
		">>> FILE.d/a.conf:2: no setting \"worker\" here; did you mean \"workers\"?\n" },
	{ "a.conf", "workers = 4\nworkers = 5\n", ">>> FILE.d/a.conf:2: workers is already set\n" },
	{ "a.conf", "[file]\n[file]\n", ">>> FILE.d/a.conf:2: section [file] is already there\n" },
	{ "a.conf", "[s3 one]\nbucket = b\n",
		">>> FILE.d/a.conf:1: [s3 one]: there is [file one] already\n" },
	{ "a.conf", "[preset card]\nw = 1\nwidth = 2\n",
		">>> FILE.d/a.conf:3: [preset card] width is already set\n" },
	{ "a.conf", "[preset card]\n[preset card]\n",
		">>> FILE.d/a.conf:2: [preset card] is already there\n" },
	{ "a.conf", "[cache]\n[cache]\n",
		">>> FILE.d/a.conf:2: section [cache] is already there\n" },
	/* a folder of that name, and a link to nothing */
	{ "a.conf/b", "", ">>> FILE.d/a.conf: cannot be read: Is a directory\n" },
	{ "a.conf", NULL, ">>> FILE.d/a.conf: cannot be opened: No such file or directory\n" },
	{ "a.conf", "[file two]\nmount = /one/\n",
		">>> FILE: [file one] and [file two] are both mounted at /one/: give one another "
		"mount\n" },
};

START_TEST(tells_mistakes_of_drop_ins)
{
	char below[PATH_MAX], *said;

	(void)snprintf(below, sizeof below, "limner.conf.d/%s", bad_drop_ins[_i].name);
	write_below("limner.conf.d/z", "");
	if (strchr(bad_drop_ins[_i].name, '/') != NULL)
		write_below("limner.conf.d/a.conf/b", "");
	else if (bad_drop_ins[_i].text != NULL)
		write_below(below, bad_drop_ins[_i].text);
	if (bad_drop_ins[_i].text == NULL) {
		(void)snprintf(below, sizeof below, "%s/limner.conf.d/a.conf", folder);
		ck_assert_int_eq(symlink("/nowhere/at/all", below), 0);
	}
	said = mistakes_of("[file one]\nmount = /one/\n[preset card]\nw = 3\n");
	ck_assert_str_eq(said, bad_drop_ins[_i].want);
	free(said);
}
END_TEST

START_TEST(reads_thirty_two_drop_ins_and_no_more)
{
	char name[64], want[64], *said;

	for (int i = 0; i < CONFIG_PIECES_MAX; i++) {
		if (i == CONFIG_PIECES_MAX - 1)
			ck_assert_msg(load("", nothing), "%s", err.detail);
		(void)snprintf(name, sizeof name, "limner.conf.d/%02d.conf", i);
		write_below(name, "[cache]\n");
	}
	ck_assert_uint_eq(cfg.piece_count, 33);
	said = mistakes_of("");
	(void)snprintf(want, sizeof want, ">>> FILE: more than 32 drop-ins\n");
	ck_assert_str_eq(said, want);
	free(said);
}
END_TEST

START_TEST(remembers_which_files_hold_secrets)
{
	write_below("limner.conf.d/1.conf", "[s3]\nsecret_key = s\n");
	write_below("limner.conf.d/2.conf", "[s3]\nsession_token =\n");
	ck_assert_msg(load("[s3]\nbucket = b\naccess_key = a\n", nothing), "%s", err.detail);
	ck_assert(cfg.pieces[0].secrets && cfg.pieces[1].secrets && !cfg.pieces[2].secrets);
}
END_TEST

/* ---- Credentials ---- */

START_TEST(takes_settings_from_credentials)
{
	char variable[PATH_MAX];
	const char *env[] = { variable, "LIMNER_S3_REGION=eu-env-1", NULL };

	(void)snprintf(variable, sizeof variable, "CREDENTIALS_DIRECTORY=%s/c", folder);
	write_below("c/LIMNER_S3_ACCESS_KEY", "AKID\n");
	write_below("c/LIMNER_S3_SECRET_KEY", "s3cr=t ;with\tno end\r\n\n");
	write_below("c/LIMNER_S3_REGION", "eu-cred-1");
	write_below("c/LIMNER_STRICT", "\n");
	write_below("c/LIMNER_CONFIG", "/nowhere");
	write_below("c/tls.key", "no business of ours");
	write_below("c/limner_workers", "many");
	ck_assert(!load("strict = yes\n[s3]\nbucket = b\n", env)); /* the tab */
	write_below("c/LIMNER_S3_SECRET_KEY", "s3cr=t ;with no end\r\n\n");
	ck_assert_msg(load("strict = yes\n[s3]\nbucket = b\nregion = eu-file-1\n", env), "%s",
		err.detail);
	ck_assert_str_eq(cfg.origins[0].access_key, "AKID");
	ck_assert_str_eq(cfg.origins[0].secret_key, "s3cr=t ;with no end");
	ck_assert_str_eq(cfg.origins[0].region, "eu-env-1"); /* the environment wins */
	ck_assert(cfg.policy.strict && cfg.credentials_why == 0);
	env[1] = NULL;
	ck_assert_msg(load("[s3]\nbucket = b\nregion = eu-file-1\n", env), "%s", err.detail);
	ck_assert_str_eq(cfg.origins[0].region, "eu-cred-1");
}
END_TEST

START_TEST(does_without_a_folder_of_credentials_it_may_not_read)
{
	const char *env[] = { "CREDENTIALS_DIRECTORY=/nowhere/at/all", NULL };

	ck_assert_msg(load("", env), "%s", err.detail);
	ck_assert_int_eq(cfg.credentials_why, ENOENT);
}
END_TEST

START_TEST(tells_mistakes_of_credentials)
{
	static char large[CONFIG_MISTAKES_MAX * 1000];
	char variable[PATH_MAX], where[PATH_MAX];
	char *env[] = { variable, NULL };
	static struct config_mistakes found;
	static const char *const want[] = {
		"CREDENTIALS_DIRECTORY/LIMNER_S3_BUKET: no such setting; did you mean "
		"LIMNER_S3_BUCKET?",
		"CREDENTIALS_DIRECTORY/LIMNER_S3_PREFIX: a NUL byte",
		"CREDENTIALS_DIRECTORY/LIMNER_S3_PROFILE: cannot be opened: No such file or "
		"directory",
		"CREDENTIALS_DIRECTORY/LIMNER_S3_SECRET_KEY: the value is not text of at most 159 "
		"bytes",
		"CREDENTIALS_DIRECTORY/LIMNER_S3_SESSION_TOKEN: longer than 8191 bytes",
		"CREDENTIALS_DIRECTORY/LIMNER_STRICT: cannot be read: Is a directory",
		"CREDENTIALS_DIRECTORY/LIMNER_WORKERS: \"two\" is not a whole number from 0 to 1024",
	};

	memset(large, 'x', sizeof large - 1);
	(void)snprintf(variable, sizeof variable, "CREDENTIALS_DIRECTORY=%s/c", folder);
	write_below("c/LIMNER_S3_BUKET", "b");
	write_below("c/LIMNER_S3_SECRET_KEY", "two\nlines\n");
	write_below("c/LIMNER_S3_SESSION_TOKEN", large);
	write_below("c/LIMNER_STRICT/x", "");
	write_below("c/LIMNER_WORKERS", "two\n");
	(void)snprintf(where, sizeof where, "%s/c/LIMNER_S3_PREFIX", folder);
	write_bytes(where, "a\0b", 3);
	(void)snprintf(where, sizeof where, "%s/c/LIMNER_S3_PROFILE", folder);
	ck_assert_int_eq(symlink("/nowhere/at/all", where), 0);
	write_bytes(path, "", 0);
	memset(&found, 0, sizeof found);
	ck_assert(!config_load_all(path, env, &cfg, &found));
	for (size_t i = 0; i < found.count && i < sizeof want / sizeof want[0]; i++)
		ck_assert_str_eq(found.text[i], want[i]);
	ck_assert_uint_eq(found.count, sizeof want / sizeof want[0]);
}
END_TEST

/* ---- The environment ---- */

/* A value the row takes that is not the one it has anyway. */
static const char *
another_value(const struct setting *row, char text[32])
{
	switch (row->kind) {
	case SETTING_INT:
	case SETTING_INT64:
	case SETTING_BYTES:
	case SETTING_MS:
		(void)snprintf(text, 32, "%llu%s", (unsigned long long)row->max,
			row->kind == SETTING_MS ? "ms" : "");
		return text;
	case SETTING_BOOL:
		return strcmp(row->unset, "yes") == 0 ? "no" : "yes";
	case SETTING_CHOICE:
		return row->choices[strcmp(row->unset, row->choices[0].name) == 0].name;
	case SETTING_TEXT:
	case SETTING_WORD:
		return "another";
	case SETTING_PATH:
		return strcmp(row->name, "cmyk_profile") == 0 ? "/dev/null" : "/another";
	case SETTING_LOG:
		return "/another.log";
	case SETTING_MOUNT:
		return "/another/";
	case SETTING_HOST:
		return "another.example.com";
	case SETTING_URL:
	case SETTING_BASE:
		return "https://another.example.com";
	case SETTING_KEYS:
		return "0123456789abcdef,another-key-of-old";
	case SETTING_NAMES:
		return "X-Another";
	case SETTING_NETWORKS:
		return "192.0.2.0/24";
	case SETTING_STEPS:
	case SETTING_TENTHS:
		return "1, 2";
	case SETTING_AGES:
		return "not-found 5m";
	case SETTING_LIST:
		return strcmp(row->name, "cors") == 0 ? "https://another.example.com" : "webp";
	}
	return NULL;
}

/* Each row, in each section it may stand in: for all, of an origin without and with a name. */
START_TEST(lets_a_variable_set_every_row)
{
	const char *text = "[file]\n[s3]\nbucket = b\nmount = /s/\n[http]\nmount = /h/\n"
			   "url = https://x/\n[file one]\nmount = /1/\n[s3 two]\n"
			   "bucket = b\nmount = /2/\n[http three]\nmount = /3/\n"
			   "url = https://x/\n";
	static const char *const names[] = { "", "one", "two", "three" };
	const struct setting *row = &settings_table[_i];
	static struct config before;
	char name[SETTINGS_ENV], variable[SETTINGS_ENV + 64], number[32];
	const char *value = another_value(row, number), *env[] = { variable, NULL, NULL };
	int tried = 0;

	ck_assert_ptr_nonnull(value);
	/* a key comes with its other half */
	text = replaced(text, "bucket = b\n",
		strstr(row->name, "_key") != NULL ? "bucket = b\naccess_key = a\nsecret_key = s\n"
						  : "bucket = b\n");
	if (strcmp(row->name, "sign_required") == 0)
		env[1] = "LIMNER_SIGN_KEY=0123456789abcdef";
	ck_assert_msg(load(text, env + 1), "%s", err.detail);
	before = cfg;
	for (int s = SETTING_MAIN; s < SETTING__SECTIONS; s++) {
		for (int i = 0; i < 4; i++) {
			enum setting_section section = (enum setting_section)s;
			size_t at = (size_t)(s - SETTING_FILE) + (i > 0 ? 3 : 0);
			const void *is, *was;

			if (!settings_belongs(row, section) ||
				(i > 0 && (!settings_is_origin(section) ||
						  i != s - SETTING_FILE + 1)))
				continue;
			settings_env_name(row, section, names[i], name);
			(void)snprintf(variable, sizeof variable, "%s=%s", name, value);
			ck_assert_msg(load(text, env), "%s: %s", variable, err.detail);
			is = settings_is_origin(section) ? (const void *)&cfg.origins[at] : &cfg;
			was = settings_is_origin(section) ? (const void *)&before.origins[at]
							  : &before;
			if ((row->flags & SETTING_POLICY) != 0) {
				is = settings_is_origin(section) ? &cfg.origins[at].policy
								 : &cfg.policy;
				was = settings_is_origin(section) ? &before.origins[at].policy
								  : &before.policy;
			}
			ck_assert_msg(!settings_same(row, is, was), "%s changes nothing", variable);
			tried++;
		}
	}
	ck_assert_int_ge(tried, (row->flags & SETTING_POLICY) != 0 ? 7 : 1);
	free((void *)(uintptr_t)text);
}
END_TEST

START_TEST(lets_the_environment_win)
{
	const char *env[] = { "PATH=/bin", "LIMNER_WORKERS=0", "LIMNER_CACHE_MAX_AGE=5m",
		"LIMNER_STRICT=", "LIMNER_FILE_ROOT=pictures", "HTTP_LIMNER_WORKERS=9",
		"limner_workers=9", "LIMNER_x=1", "LIMNER_CONFIG=/ignored", NULL };

	ck_assert_msg(load("workers = 7\nstrict = yes\n", env), "%s", err.detail);
	ck_assert_int_eq(cfg.workers, 0);
	ck_assert(cfg.policy.strict); /* empty is unset */
	ck_assert_uint_eq(cfg.policy.max_age_ms, 300000);
	ck_assert_str_eq(cfg.origins[0].root, "pictures"); /* as the shell meant it */
}
END_TEST

static const struct {
	const char *variable, *want;
} bad_variables[] = {
	{ "LIMNER_WORKRES=4", "LIMNER_WORKRES: no such setting; did you mean LIMNER_WORKERS?" },
	{ "LIMNER_S3_BUKET=b", "LIMNER_S3_BUKET: no such setting; did you mean LIMNER_S3_BUCKET?" },
	{ "LIMNER_BUCKET=b", "LIMNER_BUCKET: no such setting; did you mean LIMNER_S3_BUCKET?" },
	{ "LIMNER_ELEPHANT=b", "LIMNER_ELEPHANT: no such setting" },
	{ "LIMNER_WORKERS=x", "LIMNER_WORKERS: \"x\" is not a whole number from 0 to 1024" },
	{ "LIMNER_S3_MOUNT=x",
		"LIMNER_S3_MOUNT: \"x\" is not a path that begins and ends with /, as URLs spell it" },
	{ "LIMNER_S3_REGION=eu-west-1", "FILE: [s3] needs a bucket (or LIMNER_S3_BUCKET)" },
	{ "LIMNER_S3_SHOP_REGION=eu-west-1",
		"FILE: [s3 shop] needs a bucket (or LIMNER_S3_SHOP_BUCKET)" },
	{ "LIMNER_S3_SHOP_WORKERS=1", "LIMNER_S3_SHOP_WORKERS: no such setting" },
	{ "LIMNER_S3__BUCKET=b",
		"LIMNER_S3__BUCKET: no such setting; did you mean LIMNER_S3_BUCKET?" },
	{ "LIMNER_AN_EXTREMELY_LONG_NAME_THAT_NOBODY_WOULD_EVER_THINK_OF_GIVING_T"
	  "O_A_SETTING_OF_LIMNER_OR_OF_ANY_OTHER_PROGRAM=1",
		"LIMNER_AN_EXTREMELY_LONG_NAME_THAT_NOBODY_WOULD_EVER_THINK_OF_GIVING_T"
		"O_A_SETTING_OF_LIMNER_OR_: no such setting" },
};

START_TEST(refuses_a_mistyped_variable)
{
	const char *env[] = { bad_variables[_i].variable, NULL };
	char *said;

	ck_assert_msg(!load("", env), "%s", env[0]);
	said = replaced(err.detail, path, "FILE");
	ck_assert_str_eq(said, bad_variables[_i].want);
	free(said);
}
END_TEST

/* What the file lacks may be what the mistyped variable was for. */
START_TEST(tells_the_mistakes_of_file_and_environment_together)
{
	static const char text[] = "worker = 4\n[file photos]\nmount = /photos/\n";
	char *const env[] = { (char[]){ "LIMNER_S3_REGION=eu-west-1" },
		(char[]){ "LIMNER_S3_BUKET=b" }, (char[]){ "LIMNER_WORKERS=x" }, NULL };
	static struct config_mistakes found;
	char want[512];

	write_bytes(path, text, sizeof text - 1);
	memset(&found, 0, sizeof found);
	ck_assert(!config_load_all(path, env, &cfg, &found));
	ck_assert_uint_eq(found.count, 3);
	(void)snprintf(want, sizeof want,
		"%s:1: no setting \"worker\" here; did you mean \"workers\"?", path);
	ck_assert_str_eq(found.text[0], want);
	ck_assert_str_eq(
		found.text[1], "LIMNER_S3_BUKET: no such setting; did you mean LIMNER_S3_BUCKET?");
	ck_assert_str_eq(
		found.text[2], "LIMNER_WORKERS: \"x\" is not a whole number from 0 to 1024");
}
END_TEST

START_TEST(makes_an_origin_of_what_names_it)
{
	const char *bucket[] = { "LIMNER_S3_BUCKET=b", NULL };
	const char *both[] = { "LIMNER_S3_BUCKET=b", "LIMNER_FILE_MOUNT=/f/", NULL };

	ck_assert_msg(load("", bucket), "%s", err.detail);
	ck_assert_uint_eq(cfg.origin_count, 1);
	ck_assert_int_eq(cfg.origins[0].kind, CONFIG_S3);
	ck_assert_str_eq(cfg.origins[0].mount, "/img/");
	ck_assert_uint_eq(cfg.origins[0].connect_ms, 2000);
	ck_assert_uint_eq(cfg.origins[0].stall_ms, 10000);
	ck_assert_msg(load("", both), "%s", err.detail);
	ck_assert_uint_eq(cfg.origin_count, 2);
	ck_assert_msg(load("[file]\n", nothing), "%s", err.detail);
	ck_assert_uint_eq(cfg.origin_count, 1);
	ck_assert_str_eq(cfg.origins[0].root, "/srv/limner");
	ck_assert(!load("[file]\n", bucket)); /* both at /img/ */
}
END_TEST

/* ---- Many origins ---- */

static const char many[] = "deadline = 3s\njpeg_quality = 70\n"
			   "[cache]\nmax_age = 1h\n"
			   "[file]\n"
			   "[file wall-paper]\nmount = /wall/\nroot = w\nstrict = yes\n"
			   "max_age = 5m\njpeg_quality = 80\npass = none\n"
			   "[s3 shop]\nbucket = b\nmount = /shop/\ndeadline = 9s\n"
			   "object_cache_control = no\n"
			   "[preset card]\nw = 300\n[preset shop/card]\nw = 30\n"
			   "[preset wall-paper/big]\nw = 3000\n";

START_TEST(gives_each_origin_what_it_says_and_the_rest_as_for_all)
{
	const struct config_origin *plain = &cfg.origins[0], *wall = &cfg.origins[1],
				   *shop = &cfg.origins[2];

	ck_assert_msg(load(many, nothing), "%s", err.detail);
	ck_assert_uint_eq(cfg.origin_count, 3);
	ck_assert_str_eq(plain->title, "file");
	ck_assert_str_eq(wall->title, "file wall-paper");
	ck_assert_str_eq(shop->title, "s3 shop");
	ck_assert_str_eq(config_origin_name(plain), "");
	ck_assert_str_eq(config_origin_name(shop), "shop");
	ck_assert(shop->kind == CONFIG_S3 && wall->kind == CONFIG_FILE);
	ck_assert_mem_eq(&plain->policy, &cfg.policy, sizeof cfg.policy);
	ck_assert(wall->policy.strict && !shop->policy.strict && !cfg.policy.strict);
	ck_assert(wall->policy.max_age_ms == 300000 && shop->policy.max_age_ms == 3600000);
	ck_assert(wall->policy.jpeg_quality == 80 && shop->policy.jpeg_quality == 70);
	ck_assert(wall->policy.deadline_ms == 3000 && shop->policy.deadline_ms == 9000);
	ck_assert(wall->policy.pass == CONFIG_PASS_NONE && shop->policy.pass == CONFIG_PASS_ANY);
	ck_assert(!shop->policy.object_cache_control && wall->policy.object_cache_control);
	ck_assert_uint_eq(shop->policy.max_original_bytes, 50u << 20);
	ck_assert_uint_eq(shop->connect_ms, 2000);
}
END_TEST

START_TEST(wants_all_signed_where_there_is_a_key_unless_it_is_said)
{
	static const char text[] = "[file]\n[file key]\nmount = /key/\n"
				   "sign_key = 0123456789abcdef\n"
				   "[file said]\nmount = /said/\nsign_key = 0123456789abcdef\n"
				   "sign_required = pictures\n";
	const char *env[] = { "LIMNER_SIGN_KEY=for-everybody-16", NULL, NULL };

	ck_assert_msg(load(text, nothing), "%s", err.detail);
	ck_assert_int_eq(cfg.origins[0].policy.sign_required, CONFIG_SIGN_NO);
	ck_assert_int_eq(cfg.origins[1].policy.sign_required, CONFIG_SIGN_ALL);
	ck_assert_int_eq(cfg.origins[2].policy.sign_required, CONFIG_SIGN_PICTURES);
	ck_assert_msg(load(text, env), "%s", err.detail);
	ck_assert_str_eq(cfg.origins[0].policy.sign_key, "for-everybody-16");
	ck_assert_str_eq(cfg.origins[1].policy.sign_key, "0123456789abcdef");
	ck_assert_int_eq(cfg.origins[0].policy.sign_required, CONFIG_SIGN_ALL);
	ck_assert_int_eq(cfg.origins[2].policy.sign_required, CONFIG_SIGN_PICTURES);
	env[1] = "LIMNER_SIGN_REQUIRED=no";
	ck_assert_msg(load(text, env), "%s", err.detail);
	ck_assert_int_eq(cfg.origins[1].policy.sign_required, CONFIG_SIGN_NO);
	ck_assert_int_eq(cfg.origins[2].policy.sign_required, CONFIG_SIGN_PICTURES);
	/* whoever wants signatures and has no key is not served without */
	env[0] = "LIMNER_SIGN_REQUIRED=all";
	env[1] = NULL;
	ck_assert(!load(text, env));
	ck_assert_ptr_nonnull(strstr(err.detail, "[file] wants signatures"));
}
END_TEST

START_TEST(gives_an_origin_presets_of_its_own)
{
	const struct config_origin *plain = &cfg.origins[0], *wall = &cfg.origins[1],
				   *shop = &cfg.origins[2];

	ck_assert_msg(load(many, nothing), "%s", err.detail);
	ck_assert_int_eq(config_preset(&cfg, plain, "card")->params.w, 300);
	ck_assert_int_eq(config_preset(&cfg, wall, "card")->params.w, 300);
	ck_assert_int_eq(config_preset(&cfg, shop, "card")->params.w, 30);
	ck_assert_int_eq(config_preset(&cfg, wall, "big")->params.w, 3000);
	ck_assert_ptr_null(config_preset(&cfg, plain, "big"));
	ck_assert_ptr_null(config_preset(&cfg, shop, "big"));
	ck_assert_ptr_null(config_preset(&cfg, shop, "shop/card"));
}
END_TEST

START_TEST(reads_back_many_origins)
{
	char *first, *second;

	ck_assert_msg(load(many, nothing), "%s", err.detail);
	first = printed(&cfg);
	/* only what differs is said again */
	ck_assert_ptr_nonnull(strstr(first, "[s3 shop]\n"));
	ck_assert_ptr_nonnull(strstr(first, "\nobject_cache_control = no\n"));
	ck_assert_ptr_null(strstr(strstr(first, "[s3 shop]"), "jpeg_quality"));
	ck_assert_msg(load(first, nothing), "%s", err.detail);
	second = printed(&cfg);
	same_text(second, first);
	free(first);
	free(second);
}
END_TEST

START_TEST(names_origins_in_the_environment)
{
	const char *env[] = { "LIMNER_FILE_WALL_PAPER_ROOT=/other", "LIMNER_S3_SHOP_MAX_AGE=2h",
		"LIMNER_S3_SHOP_STALE_WHILE_REVALIDATE=3h", "LIMNER_S3_NEW_ONE_BUCKET=n",
		"LIMNER_S3_NEW_ONE_MOUNT=/new/", "LIMNER_S3_BUCKET=plain",
		"LIMNER_S3_MOUNT=/plain/", "LIMNER_FILE_MAX_AGE=7h", NULL };

	ck_assert_msg(load(many, env), "%s", err.detail);
	ck_assert_uint_eq(cfg.origin_count, 5);
	ck_assert_str_eq(cfg.origins[1].root, "/other");
	ck_assert_uint_eq(cfg.origins[2].policy.max_age_ms, 7200000);
	ck_assert_uint_eq(cfg.origins[2].policy.swr_ms, 3 * 3600000);
	ck_assert_str_eq(cfg.origins[3].title, "s3 new_one");
	ck_assert_str_eq(cfg.origins[3].bucket, "n");
	ck_assert_str_eq(cfg.origins[3].mount, "/new/");
	ck_assert_str_eq(cfg.origins[4].title, "s3");
	ck_assert_str_eq(cfg.origins[4].bucket, "plain");
	ck_assert_uint_eq(cfg.origins[0].policy.max_age_ms, 7 * 3600000);
	ck_assert_uint_eq(cfg.origins[1].policy.max_age_ms, 300000);
}
END_TEST

START_TEST(refuses_a_variable_that_means_two_origins)
{
	const char *env[] = { "LIMNER_FILE_A_B_ROOT=/x", NULL };
	char *said;

	ck_assert(!load("[file a-b]\nmount = /1/\n[file A_b]\nmount = /2/\n", env));
	said = replaced(err.detail, path, "FILE");
	ck_assert_str_eq(said, "LIMNER_FILE_A_B_ROOT: means both [file a-b] and [file A_b]");
	free(said);
}
END_TEST

START_TEST(holds_sixteen_origins_and_no_more)
{
	char text[2048];
	int n = 0;

	for (int i = 0; i <= CONFIG_ORIGINS_MAX; i++) {
		if (i == CONFIG_ORIGINS_MAX)
			ck_assert_msg(load(text, nothing), "%s", err.detail);
		n += snprintf(
			text + n, sizeof text - (size_t)n, "[file o%d]\nmount = /%d/\n", i, i);
	}
	ck_assert_uint_eq(cfg.origin_count, 16);
	ck_assert(!load(text, nothing));
	ck_assert_ptr_nonnull(strstr(err.detail, ":33: more than 16 origins"));
}
END_TEST

static const struct {
	const char *text, *variable, *region;
} regions[] = {
	{ "", NULL, "ap-aws-1" },
	{ "anonymous = yes\n", NULL, "ap-aws-1" },
	{ "access_key = a\nsecret_key = s\n", NULL, "ap-aws-1" },
	{ "region = us-east-1\n", NULL, "us-east-1" },
	{ "", "LIMNER_S3_REGION=eu-north-1", "eu-north-1" },
};

START_TEST(borrows_awss_region_and_leaves_its_keys)
{
	const char *env[] = { "AWS_ACCESS_KEY_ID=AWSID", "AWS_SECRET_ACCESS_KEY=AWSSECRET",
		"AWS_SESSION_TOKEN=AWSTOKEN", "AWS_REGION=ap-aws-1", regions[_i].variable, NULL };
	char text[256];

	(void)snprintf(
		text, sizeof text, "runtime_dir = /run/x\n[s3]\nbucket = b\n%s", regions[_i].text);
	ck_assert_msg(load(text, env), "%s", err.detail);
	ck_assert_str_eq(cfg.origins[0].region, regions[_i].region);
	ck_assert_str_eq(cfg.origins[0].runtime_dir, "/run/x");
	ck_assert_ptr_null(strstr(cfg.origins[0].access_key, "AWS"));
	ck_assert_str_eq(cfg.origins[0].session_token, "");
}
END_TEST

START_TEST(never_completes_a_half_key_with_awss)
{
	const char *env[] = { "AWS_ACCESS_KEY_ID=AWSID", "AWS_SECRET_ACCESS_KEY=AWSSECRET", NULL };

	ck_assert(!load("[s3]\nbucket = b\naccess_key = a\n", env));
	ck_assert(!load("[s3]\nbucket = b\nsecret_key = s\n", env));
	ck_assert_ptr_nonnull(strstr(err.detail, "only one of access_key and secret_key"));
	ck_assert(!load("[s3]\nbucket = b\naccess_key = a\nsecret_key = s\nprofile = p\n", env));
	ck_assert_ptr_nonnull(strstr(err.detail, "both an access_key and a profile"));
}
END_TEST

/* ---- Looking up ---- */

static const struct {
	const char *path;
	int want; /* index, or -1 */
} mounts[] = {
	{ "/img/a.jpg", 1 },
	{ "/img/s3/a.jpg", 0 },
	{ "/img/s3", 1 },
	{ "/img/", 1 },
	{ "/img", -1 },
	{ "/", -1 },
	{ "/IMG/a.jpg", -1 },
	{ "/%69mg/a.jpg", -1 },
	{ "", -1 },
};

START_TEST(finds_the_origin_with_the_longest_mount)
{
	const struct config_origin *got;

	ck_assert_msg(
		load("[s3]\nbucket = b\nmount = /img/s3/\n[file]\n", nothing), "%s", err.detail);
	got = config_origin(&cfg, "", mounts[_i].path);
	ck_assert_msg((got == NULL ? -1 : (int)(got - cfg.origins)) == mounts[_i].want, "%s",
		mounts[_i].path);
}
END_TEST

static const struct {
	const char *host, *path;
	const char *want; /* name, or NULL */
} hosts[] = {
	{ "", "/img/a.jpg", "any" },
	{ "elsewhere.net", "/img/a.jpg", "any" },
	{ "img.example.com", "/img/a.jpg", "img" },
	{ "IMG.Example.COM", "/img/a.jpg", "img" },
	{ "img.example.com:8080", "/img/a.jpg", "img" },
	{ "img.example.com.", "/img/a.jpg", "img" },
	{ "www.example.com", "/img/a.jpg", "domain" },
	{ "a.b.example.com:80", "/img/a.jpg", "domain" },
	{ "sub.img.example.com", "/img/a.jpg", "deeper" }, /* the longer domain is nearer */
	{ "example.com", "/img/a.jpg", "any" },
	{ ".example.com", "/img/a.jpg", "any" },
	{ "badexample.com", "/img/a.jpg", "any" },
	{ "img.example.com.evil.net", "/img/a.jpg", "any" },
	{ "img.example.com", "/img/long/a.jpg", "img" }, /* the host comes before the mount */
	{ "elsewhere.net", "/img/long/a.jpg", "long" },
	{ "img.example.com", "/other/a.jpg", "other" }, /* no mount of its own */
	{ "elsewhere.net", "/nothing/a.jpg", NULL },
};

START_TEST(finds_the_origin_by_host_then_mount)
{
	const struct config_origin *got;

	ck_assert_msg(
		load("[file any]\n[file img]\nhost = img.example.com\n"
		     "[file domain]\nhost = *.Example.com\n[file deeper]\nhost = *.img.example.com\n"
		     "[file long]\nmount = /img/long/\n[file other]\nmount = /other/\n",
			nothing),
		"%s", err.detail);
	got = config_origin(&cfg, hosts[_i].host, hosts[_i].path);
	ck_assert_msg((got == NULL) == (hosts[_i].want == NULL) &&
			      (got == NULL || strcmp(config_origin_name(got), hosts[_i].want) == 0),
		"%s %s: %s", hosts[_i].host, hosts[_i].path, got != NULL ? got->title : "none");
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(table)[0])

Suite *
suite_config(void)
{
	Suite *s = suite_create("config");
	TCase *t = tcase_create("config");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(
		t, takes_every_default_and_bound_and_nothing_beyond, 0, (int)settings_table_count);
	tcase_add_test(t, starts_with_the_documented_defaults);
	tcase_add_loop_test(t, names_what_is_wrong_in_a_list_of_ages, 0,
		sizeof age_lists / sizeof age_lists[0]);
	tcase_add_test(t, sets_the_age_of_each_failure);
	tcase_add_test(t, keeps_an_origins_ages_apart);
	tcase_add_test(t, reads_every_setting_and_prints_it_without_secrets);
	tcase_add_test(t, reads_back_what_it_prints);
	tcase_add_test(t, says_where_a_mistake_is_and_what_is_allowed);
	tcase_add_test(t, tells_twenty_mistakes_and_counts_the_rest);
	tcase_add_test(t, cuts_no_line_but_refuses_what_is_too_long);
	tcase_add_test(t, refuses_a_nul_byte_and_skips_a_byte_order_mark);
	tcase_add_test(t, keeps_the_end_of_a_long_path_in_complaints);
	tcase_add_test(t, refuses_a_file_it_cannot_read);
	tcase_add_test(t, counts_relative_paths_from_the_files_folder);
	tcase_add_test(t, finds_its_file_by_argument_then_variable_then_place);
	tcase_add_test(t, ships_a_sample_that_loads_and_says_what_holds_anyway);
	tcase_add_test(t, reads_drop_ins_by_name_and_the_last_wins);
	tcase_add_loop_test(t, tells_mistakes_of_drop_ins, 0, ROWS(bad_drop_ins));
	tcase_add_test(t, reads_thirty_two_drop_ins_and_no_more);
	tcase_add_test(t, remembers_which_files_hold_secrets);
	tcase_add_test(t, takes_settings_from_credentials);
	tcase_add_test(t, does_without_a_folder_of_credentials_it_may_not_read);
	tcase_add_test(t, tells_mistakes_of_credentials);
	tcase_add_loop_test(t, lets_a_variable_set_every_row, 0, (int)settings_table_count);
	tcase_add_test(t, lets_the_environment_win);
	tcase_add_loop_test(t, refuses_a_mistyped_variable, 0, ROWS(bad_variables));
	tcase_add_test(t, tells_the_mistakes_of_file_and_environment_together);
	tcase_add_test(t, makes_an_origin_of_what_names_it);
	tcase_add_test(t, gives_each_origin_what_it_says_and_the_rest_as_for_all);
	tcase_add_test(t, wants_all_signed_where_there_is_a_key_unless_it_is_said);
	tcase_add_test(t, gives_an_origin_presets_of_its_own);
	tcase_add_test(t, reads_back_many_origins);
	tcase_add_test(t, names_origins_in_the_environment);
	tcase_add_test(t, refuses_a_variable_that_means_two_origins);
	tcase_add_test(t, holds_sixteen_origins_and_no_more);
	tcase_add_loop_test(t, borrows_awss_region_and_leaves_its_keys, 0, ROWS(regions));
	tcase_add_test(t, never_completes_a_half_key_with_awss);
	tcase_add_loop_test(t, finds_the_origin_with_the_longest_mount, 0, ROWS(mounts));
	tcase_add_loop_test(t, finds_the_origin_by_host_then_mount, 0, ROWS(hosts));
	suite_add_tcase(s, t);
	return s;
}
