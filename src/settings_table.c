/*
 * The settings, a row each.
 */
#include "config.h"

#define KB      ((uint64_t)1024)
#define MB      (1024 * KB)
#define GB      (1024 * MB)
#define SECOND  ((uint64_t)1000)
#define MINUTE  (60 * SECOND)
#define HOUR    (60 * MINUTE)
#define DAY     (24 * HOUR)
#define BILLION UINT64_C(1000000000)

/* These stop the compiler when a row's kind and its field's type do not belong together. */
/* clang-format off */
#define FIELD(type, in, f) (offsetof(struct in, f) + \
	0 * sizeof(char[_Generic(((struct in *)0)->f, type: 1, default: -1)]))
#define ROW(what, type, in, f) .kind = SETTING_##what, .offset = FIELD(type, in, f)
#define TEXT_OF(what, in, f) ROW(what, char *, in, f), .size = sizeof(((struct in *)0)->f)
#define INT(in, f, lo, hi)   ROW(INT, int32_t, in, f), .min = (lo), .max = (hi)
#define INT64(in, f, lo, hi) ROW(INT64, int64_t, in, f), .min = (lo), .max = (hi)
#define BYTES(in, f, lo, hi) ROW(BYTES, uint64_t, in, f), .min = (lo), .max = (hi)
#define MS(in, f, lo, hi)    ROW(MS, uint64_t, in, f), .min = (lo), .max = (hi)
#define AGES(in, f)          ROW(AGES, struct config_ages, in, f)
#define BOOL(in, f)          ROW(BOOL, bool, in, f)
#define CHOICE(in, f, list)  ROW(CHOICE, int32_t, in, f), .choices = (list)
#define LIST(in, f, check, what) TEXT_OF(LIST, in, f), .valid = (check), .allowed = (what)
#define STEPS(f, lo, hi)     .kind = SETTING_STEPS, \
	.offset = FIELD(struct snap_steps, config_policy, snaps.f), .min = (lo), .max = (hi)
#define TENTHS(f, lo, hi)    .kind = SETTING_TENTHS, \
	.offset = FIELD(struct snap_steps, config_policy, snaps.f), .min = (lo), .max = (hi)
#define EACH SETTING_POLICY /* origins may have their own */
/* clang-format on */

static const struct param_choice on_errors[] = {
	{ "original", CONFIG_ORIGINAL },
	{ "error", CONFIG_ERROR },
	{ NULL, 0 },
};
static const struct param_choice passes[] = {
	{ "any", CONFIG_PASS_ANY },
	{ "images", CONFIG_PASS_IMAGES },
	{ "none", CONFIG_PASS_NONE },
	{ NULL, 0 },
};
static const struct param_choice signs[] = {
	{ "no", CONFIG_SIGN_NO },
	{ "pictures", CONFIG_SIGN_PICTURES },
	{ "all", CONFIG_SIGN_ALL },
	{ NULL, 0 },
};
static const struct param_choice canonicals[] = {
	{ "off", CONFIG_CANONICAL_OFF },
	{ "header", CONFIG_CANONICAL_HEADER },
	{ "redirect", CONFIG_CANONICAL_REDIRECT },
	{ NULL, 0 },
};
static const struct param_choice addressings[] = {
	{ "path", CONFIG_ADDRESS_PATH },
	{ "virtual", CONFIG_ADDRESS_VIRTUAL },
	{ NULL, 0 },
};
static const struct param_choice lossless[] = {
	{ "no", CONFIG_LOSSLESS_NO },
	{ "auto", CONFIG_LOSSLESS_AUTO },
	{ NULL, 0 },
};
static const struct param_choice log_formats[] = {
	{ "kv", CONFIG_LOG_KV },
	{ "json", CONFIG_LOG_JSON },
	{ NULL, 0 },
};

/* clang-format off */
#define HOST_ROW \
	.summary = "Only requests to this host; *.example.com is every host below that one. Empty: any\n" \
	           "host, but for what an origin that names it takes."

const struct setting settings_table[] = {
	{ "workers", SETTING_MAIN, INT(config, workers, 0, 1024), .unset = "4",
	  .summary = "Processes that answer side by side, one request each. 0: this process serves\n"
	             "alone, as mod_fcgid wants it." },
	{ "max_requests", SETTING_MAIN, INT(config, max_requests, 0, BILLION), .unset = "10000",
	  .summary = "A worker makes room for a fresh one after so many requests. 0: never." },
	{ "deadline", SETTING_MAIN, MS(config_policy, deadline_ms, 100, 10 * MINUTE),
	  .flags = EACH, .unset = "8s",
	  .summary = "Time for one picture, fetching included; stay below the CDN's own patience." },
	{ "strict", SETTING_MAIN, BOOL(config_policy, strict),
	  .flags = EACH, .unset = "no",
	  .summary = "Answer 400 to mistakes in the query, instead of doing what can be done." },
	{ "dialect", SETTING_MAIN, CHOICE(config_policy, dialect, dialect_table_choices),
	  .flags = EACH, .unset = "limner",
	  .summary = "Whose parameters queries speak: limner's own, or another service's." },
	{ "require_t", SETTING_MAIN, BOOL(config_policy, require_t),
	  .flags = EACH, .unset = "no",
	  .summary = "Only ?t=<preset> makes pictures; without it the original is handed out." },
	{ "on_error", SETTING_MAIN, CHOICE(config_policy, on_error, on_errors),
	  .flags = EACH, .unset = "original",
	  .summary = "What takes the place of a picture that cannot be made: the original, or an error." },
	{ "pass", SETTING_MAIN, CHOICE(config_policy, pass, passes),
	  .flags = EACH, .unset = "any",
	  .summary = "Which originals may be handed out as they are." },
	{ "cors", SETTING_MAIN,
	  LIST(config_policy, cors, cors_valid, "* or origins such as https://www.example.com, https://*.example.com"),
	  .flags = EACH, .unset = "",
	  .summary = "Whose pages may read answers by script (fetch, canvas, WebGL): * everybody's, or a list\n"
	             "of their origins, such as https://www.example.com, https://*.example.com. Empty: nobody's;\n"
	             "to show pictures no page needs it." },
	{ "sign_key", SETTING_MAIN, TEXT_OF(KEYS, config_policy, sign_key),
	  .flags = EACH | SETTING_SECRET, .unset = "",
	  .summary = "Key that URLs are signed with (limner sign); of two, such as NEW, OLD, the first\n"
	             "signs and both are good. Origins with keys of their own do not take each other's\n"
	             "URLs. Such as what openssl rand -base64 24 prints." },
	{ "sign_required", SETTING_MAIN, CHOICE(config_policy, sign_required, signs),
	  .flags = EACH, .unset = "no",
	  .summary = "Which URLs must be signed: none, those of pictures, or those of originals as they\n"
	             "are, too. Left out where there is a sign_key: all. A wrong signature is always\n"
	             "refused." },
	{ "max_original", SETTING_MAIN, BYTES(config_policy, max_original_bytes, KB, 4 * GB),
	  .flags = EACH, .unset = "50MB",
	  .summary = "Larger originals are not made into pictures." },
	{ "max_pixels", SETTING_MAIN, INT64(config_policy, max_pixels, 1, BILLION),
	  .flags = EACH, .unset = "50000000",
	  .summary = "Originals with more pixels are not decoded." },
	{ "max_result_pixels", SETTING_MAIN, INT64(config_policy, max_result_pixels, 1, BILLION),
	  .flags = EACH, .unset = "36000000",
	  .summary = "Pictures with more pixels are not made." },
	{ "max_frames", SETTING_MAIN, INT(config_policy, max_frames, 1, 65535),
	  .flags = EACH, .unset = "300",
	  .summary = "Animations with more frames are handed out as they are." },
	{ "max_animation_pixels", SETTING_MAIN, INT64(config_policy, max_animation_pixels, 1, BILLION),
	  .flags = EACH, .unset = "50000000",
	  .summary = "So are those with more pixels on all their frames together." },
	{ "cell_memory", SETTING_MAIN, BYTES(config, cell_memory_bytes, 16 * MB, 64 * GB), .unset = "1GB",
	  .summary = "Memory of the process that decodes; a picture that needs more is not made." },
	{ "cell_pictures", SETTING_MAIN, INT(config, cell_pictures, 1, BILLION), .unset = "500",
	  .summary = "That process is replaced after so many pictures." },
	{ "max_renders", SETTING_MAIN, INT(config, max_renders, 0, 1024), .unset = "0",
	  .summary = "Pictures made at the same time on this host by all processes together; more wait\n"
	             "in a queue. 0: no limit but the number of workers." },
	{ "queue", SETTING_MAIN, MS(config, queue_ms, 0, 10 * MINUTE), .unset = "2s",
	  .summary = "Longest wait in that queue; then the answer is 503." },
	{ "runtime_dir", SETTING_MAIN, TEXT_OF(PATH, config, runtime_dir), .unset = "/run/limner",
	  .summary = "Folder for what processes share (the queue's slots, the numbers of /-/metrics, temporary\n"
	             "keys to S3). It must be there and writable for the web server's user where\n"
	             "max_renders is set; limner check tells." },
	{ "spool_above", SETTING_MAIN, BYTES(config, spool_above_bytes, 64 * KB, 4 * GB), .unset = "16MB",
	  .summary = "Larger originals are kept in a file, not in memory, while their picture is made." },
	{ "spool_dir", SETTING_MAIN, TEXT_OF(PATH, config, spool_dir), .unset = "/var/tmp",
	  .summary = "Folder of those files, which have no name and go away by themselves; writable for the\n"
	             "web server's user, and better not in memory itself (tmpfs)." },
	{ "jpeg_quality", SETTING_MAIN, INT(config_policy, jpeg_quality, 1, 100),
	  .flags = EACH, .unset = "80",
	  .summary = "Quality of JPEG when the query names none." },
	{ "jpeg_progressive", SETTING_MAIN, BOOL(config_policy, jpeg_progressive),
	  .flags = EACH, .unset = "no",
	  .summary = "JPEG that is shown coarsely first; a little smaller, and slower to show as a whole." },
	{ "webp_quality", SETTING_MAIN, INT(config_policy, webp_quality, 1, 100),
	  .flags = EACH, .unset = "80",
	  .summary = "Quality of WebP when the query names none." },
	{ "webp_lossless", SETTING_MAIN, CHOICE(config_policy, webp_lossless, lossless),
	  .flags = EACH, .unset = "auto",
	  .summary = "auto: WebP without loss where there are few colours (drawings, logos) and that is\n"
	             "no larger. no: never." },
	{ "avif_quality", SETTING_MAIN, INT(config_policy, avif_quality, 1, 100),
	  .flags = EACH, .unset = "55",
	  .summary = "Quality of AVIF when the query names none." },
	{ "avif_speed", SETTING_MAIN, INT(config_policy, avif_speed, 0, 10),
	  .flags = EACH, .unset = "8",
	  .summary = "How AVIF is made: 0 takes longest, 10 is quickest. 6 takes up to twice as long as 8;\n"
	             "5 seven times as long, and is nearer to the original with fewer bytes." },
	{ "avif_max_pixels", SETTING_MAIN, INT64(config_policy, avif_max_pixels, 0, BILLION),
	  .flags = EACH, .unset = "2000000",
	  .summary = "f=auto makes larger pictures WebP, which takes a fraction of the time. 0: never AVIF." },
	{ "auto_formats", SETTING_MAIN,
	  LIST(config_policy, auto_formats, accept_list_valid, "a list of avif, webp and jxl, each once"),
	  .flags = EACH, .unset = "avif, webp",
	  .summary = "What f=auto may come to where Accept names it, best first; jxl is for builds that write it.\n"
	             "A higher weight in Accept (q=) goes before this order. Whoever accepts none of them gets\n"
	             "the original's own format, or JPEG or PNG." },
	{ "client_hints", SETTING_MAIN, BOOL(config_policy, client_hints), .flags = EACH, .unset = "no",
	  .summary = "Let the browser's client hints fill in w=auto and dpr=auto (Sec-CH-Width, or\n"
	             "Sec-CH-Viewport-Width and Sec-CH-DPR), and Save-Data lower the quality." },
	{ "save_data_quality", SETTING_MAIN, INT(config_policy, save_data_quality, 0, 100),
	  .flags = EACH, .unset = "45",
	  .summary = "Quality for clients with Save-Data: on, when the query names none; below the ones\n"
	             "above. Only with client_hints. 0: Save-Data changes nothing." },
	{ "linear", SETTING_MAIN, BOOL(config_policy, linear),
	  .flags = EACH, .unset = "no",
	  .summary = "Resize in linear light: fine patterns and bright points keep their brightness, thin\n"
	             "dark lines get thinner, and it takes longer." },
	{ "cmyk_profile", SETTING_MAIN, TEXT_OF(PATH, config, cmyk_profile), .unset = "",
	  .summary = "Colour profile (ICC, CMYK) of originals in inks that carry none. Empty: they are\n"
	             "converted by arithmetic, without knowing the press." },
	{ "status_from", SETTING_MAIN, TEXT_OF(NETWORKS, config, status_from), .unset = "127.0.0.0/8, ::1",
	  .summary = "Who may ask for /-/metrics, /-/ready and /-/explain: addresses or networks, as the web\n"
	             "server sees them; never what a proxy passed on. Others are told that there is nothing.\n"
	             "Empty: nobody." },
	{ "log", SETTING_MAIN, TEXT_OF(LOG, config, log), .unset = "stderr",
	  .summary = "Where the log goes." },
	{ "log_format", SETTING_MAIN, CHOICE(config, log_format, log_formats), .unset = "kv",
	  .summary = "One line per request, as key=value or as JSON." },

	{ "max_age", SETTING_CACHE, MS(config_policy, max_age_ms, 0, 3650 * DAY),
	  .flags = EACH, .unset = "1d",
	  .summary = "How long caches keep a good answer." },
	{ "shared_max_age", SETTING_CACHE, MS(config_policy, shared_max_age_ms, 0, 3650 * DAY),
	  .flags = EACH, .unset = "0",
	  .summary = "The same for caches that many share, as a CDN (s-maxage); 0: as for all. Strictly read\n"
	             "(RFC 9111 5.2.2.10), it keeps them from using what is stale." },
	{ "stale_while_revalidate", SETTING_CACHE, MS(config_policy, swr_ms, 0, 3650 * DAY),
	  .flags = EACH, .unset = "30d",
	  .summary = "How long they may use it after that while they ask again. 0: not said." },
	{ "stale_if_error", SETTING_CACHE, MS(config_policy, sie_ms, 0, 3650 * DAY),
	  .flags = EACH, .unset = "30d",
	  .summary = "How long they may use it after that while limner does not answer. 0: not said." },
	{ "immutable", SETTING_CACHE, MS(config_policy, immutable_ms, 0, 3650 * DAY),
	  .flags = EACH, .unset = "365d",
	  .summary = "max_age of URLs with v=<version>, whatever time the object names; not of what it calls\n"
	             "private, no-store or no-cache." },
	{ "object_cache_control", SETTING_CACHE, BOOL(config_policy, object_cache_control),
	  .flags = EACH, .unset = "yes",
	  .summary = "The Cache-Control stored with an object wins over the settings above (where it names no\n"
	             "time, max_age is added)." },
	{ "object_expires", SETTING_CACHE, BOOL(config_policy, object_expires),
	  .flags = EACH, .unset = "no",
	  .summary = "So does its Expires, where its Cache-Control names no time: what is left until then becomes\n"
	             "the max-age, and a date that is none has passed." },
	{ "error_ages", SETTING_CACHE, AGES(config_policy, error_ages), .flags = EACH, .unset = "",
	  .summary = "How long caches keep failures, by their reason (README.md lists them): an error, or the\n"
	             "original in a picture's place. A time up to 1d, or no-store; the rest stays as it is.\n"
	             "An origin's own list takes the place of this one. Such as not-found 5m, late no-store." },
	{ "snap_w", SETTING_CACHE, STEPS(w, 1, PARAMS_SIDE_MAX), .flags = EACH, .unset = "",
	  .summary = "Widths of pictures: w snaps up to the next step, or down to the last. A side with\n"
	             "steps snaps to them; a side without, when the other has some, follows in\n"
	             "proportion. What presets say stays. Such as 100, 200, 400, 800." },
	{ "snap_h", SETTING_CACHE, STEPS(h, 1, PARAMS_SIDE_MAX), .flags = EACH, .unset = "",
	  .summary = "The same for h." },
	{ "snap_dpr", SETTING_CACHE, TENTHS(dpr, 5, 50), .flags = EACH, .unset = "",
	  .summary = "The same for dpr. Such as 1, 1.5, 2, 3." },
	{ "snap_q", SETTING_CACHE, STEPS(q, 1, 100), .flags = EACH, .unset = "",
	  .summary = "The same for q. Such as 40, 60, 80, 90." },
	{ "canonical", SETTING_CACHE, CHOICE(config_policy, canonical, canonicals), .flags = EACH,
	  .unset = "header",
	  .summary = "What to do about a picture's query in another spelling than its canonical one: tell\n"
	             "that one in Content-Location, or redirect there (308), but for mere order." },
	{ "accept_header", SETTING_CACHE, TEXT_OF(WORD, config, accept_header), .unset = "",
	  .summary = "A header the cache in front makes of Accept, which f=auto then goes by: avif (WebP\n"
	             "included), webp or -. Such as X-Limner-Accept. Empty: Accept itself." },
	{ "tag_headers", SETTING_CACHE, TEXT_OF(NAMES, config, tag_headers), .unset = "",
	  .summary = "Headers that carry cache tags (original, its folders, preset), by which caches can\n"
	             "be told to drop answers: limner purge-tags. Such as Cache-Tag. Empty: no tags." },

	{ "mount", SETTING_FILE, TEXT_OF(MOUNT, config_origin, mount), .unset = "/img/",
	  .summary = "The part of the URL's path that is not part of the file's name." },
	{ "host", SETTING_FILE, TEXT_OF(HOST, config_origin, host), .unset = "", HOST_ROW },
	{ "root", SETTING_FILE, TEXT_OF(PATH, config_origin, root), .unset = "/srv/limner",
	  .summary = "The folder; nothing outside it is ever opened. Links in it must be relative and stay\n"
	             "inside." },

	{ "mount", SETTING_S3, TEXT_OF(MOUNT, config_origin, mount), .unset = "/img/",
	  .summary = "The part of the URL's path that is not part of the object's key." },
	{ "host", SETTING_S3, TEXT_OF(HOST, config_origin, host), .unset = "", HOST_ROW },
	{ "bucket", SETTING_S3, TEXT_OF(WORD, config_origin, bucket), .unset = "",
	  .summary = "The bucket; the one setting S3 cannot do without.", .example = "my-pictures" },
	{ "region", SETTING_S3, TEXT_OF(WORD, config_origin, region), .unset = "us-east-1",
	  .summary = "The bucket's region. Where neither this file nor LIMNER_S3_REGION has one,\n"
	             "AWS_REGION serves." },
	{ "endpoint", SETTING_S3, TEXT_OF(URL, config_origin, endpoint), .unset = "",
	  .summary = "The server, where it is not AWS (Ceph, MinIO, R2, B2). Empty: AWS, by region.",
	  .example = "https://s3.example.net" },
	{ "prefix", SETTING_S3, TEXT_OF(TEXT, config_origin, prefix), .unset = "",
	  .summary = "Put before every key as it stands; a folder ends with /.", .example = "originals/" },
	{ "access_key", SETTING_S3, TEXT_OF(TEXT, config_origin, access_key), .flags = SETTING_SECRET,
	  .unset = "",
	  .summary = "The key's id. Without a key or a profile here, keys come from where AWS's tools\n"
	             "look, in their order: AWS_ACCESS_KEY_ID, web identity, the shared files, the\n"
	             "container's endpoint, the instance's role. limner check says which it is." },
	{ "secret_key", SETTING_S3, TEXT_OF(TEXT, config_origin, secret_key), .flags = SETTING_SECRET,
	  .unset = "", .summary = "The secret half of the key." },
	{ "session_token", SETTING_S3, TEXT_OF(TEXT, config_origin, session_token),
	  .flags = SETTING_SECRET, .unset = "", .summary = "Comes with temporary keys." },
	{ "profile", SETTING_S3, TEXT_OF(TEXT, config_origin, profile), .unset = "",
	  .summary = "A profile with keys in AWS's shared files (~/.aws/credentials and ~/.aws/config, or\n"
	             "where AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE say); read again when they\n"
	             "change.", .example = "pictures" },
	{ "anonymous", SETTING_S3, BOOL(config_origin, anonymous), .unset = "no",
	  .summary = "Ask without signing, for public buckets." },
	{ "ca_file", SETTING_S3, TEXT_OF(PATH, config_origin, ca_file), .unset = "",
	  .summary = "Certificates (PEM) to trust for the endpoint. Empty: the system's." },
	{ "forbidden_is_missing", SETTING_S3, BOOL(config_origin, forbidden_is_missing), .unset = "no",
	  .summary = "Answer 404 where S3 says 403, as it does of missing objects to keys that may\n"
	             "not list the bucket." },
	{ "addressing", SETTING_S3, ROW(CHOICE, int32_t, config_origin, addressing),
	  .choices = addressings, .unset = "path",
	  .summary = "How a request names the bucket: first in the path, or first in the host's name\n"
	             "(my-pictures.s3.example.net)." },
	{ "version", SETTING_S3, BOOL(config_origin, version), .unset = "no",
	  .summary = "v=<version> in the query is the object's versionId: that version is fetched, and\n"
	             "one that is not there is 404." },
	{ "requester_pays", SETTING_S3, BOOL(config_origin, requester_pays), .unset = "no",
	  .summary = "Take the cost of requests to a bucket whose owner does not." },
	{ "sse_customer_key", SETTING_S3, TEXT_OF(TEXT, config_origin, sse_customer_key),
	  .flags = SETTING_SECRET, .unset = "",
	  .summary = "The key objects are encrypted with by S3 (SSE-C): 32 bytes in base64. Only over\n"
	             "https." },
	{ "verify", SETTING_S3, BOOL(config_origin, verify), .unset = "yes",
	  .summary = "Ask for the checksum S3 keeps of an original and compare the bytes with it; without\n"
	             "one, with the ETag where S3 makes that their MD5 (stored in one part, not encrypted\n"
	             "with KMS or customers' keys). For servers that do not like to be asked, or whose\n"
	             "ETags look like an MD5 but are not: no; lengths are compared all the same." },
	{ "retries", SETTING_S3, ROW(INT, int32_t, config_origin, retries), .min = 0, .max = 10,
	  .unset = "3",
	  .summary = "Further tries, each after a longer pause, when the server is too busy (429, 500,\n"
	             "502, 503, 504), cannot be reached or breaks off before its answer; the deadline\n"
	             "holds all the same." },
	{ "answer_timeout", SETTING_S3, MS(config_origin, answer_ms, 100, 10 * MINUTE),
	  .unset = "3s",
	  .summary = "Longest wait for the beginning of an answer; then another try, if there is one." },
	{ "connect_timeout", SETTING_S3, MS(config_origin, connect_ms, 10, MINUTE), .unset = "2s",
	  .summary = "Time for one connection, TLS included." },
	{ "stall_timeout", SETTING_S3, MS(config_origin, stall_ms, 100, 10 * MINUTE), .unset = "10s",
	  .summary = "Longest pause in a transfer." },

	{ "mount", SETTING_HTTP, TEXT_OF(MOUNT, config_origin, mount), .unset = "/img/",
	  .summary = "The part of the URL's path that is not part of the original's name." },
	{ "host", SETTING_HTTP, TEXT_OF(HOST, config_origin, host), .unset = "", HOST_ROW },
	{ "url", SETTING_HTTP, TEXT_OF(BASE, config_origin, url), .unset = "",
	  .summary = "Where originals are; the one setting HTTP cannot do without. Names of originals\n"
	             "follow after its last slash, and lead nowhere else.",
	  .example = "https://www.example.net/originals/" },
	{ "allow_private", SETTING_HTTP, BOOL(config_origin, allow_private), .unset = "no",
	  .summary = "Connect to addresses of this host and of local networks too. Leave it at no where\n"
	             "the server may redirect to places of others' choice." },
	{ "redirects", SETTING_HTTP, ROW(INT, int32_t, config_origin, redirects), .min = 0, .max = 10,
	  .unset = "3",
	  .summary = "Redirects to follow, one after another; never from https to http." },
	{ "forward_headers", SETTING_HTTP, TEXT_OF(NAMES, config_origin, forward_headers), .unset = "",
	  .summary = "Headers of a request that are handed on to this server, and to no other by redirect.",
	  .example = "Accept-Language, X-Api-Key" },
	{ "http2", SETTING_HTTP, BOOL(config_origin, http2), .unset = "yes",
	  .summary = "Use HTTP/2 where an https server offers it." },
	{ "ca_file", SETTING_HTTP, TEXT_OF(PATH, config_origin, ca_file), .unset = "",
	  .summary = "Certificates (PEM) to trust. Empty: the system's." },
	{ "connect_timeout", SETTING_HTTP, MS(config_origin, connect_ms, 10, MINUTE), .unset = "2s",
	  .summary = "Time for one connection, TLS included." },
	{ "stall_timeout", SETTING_HTTP, MS(config_origin, stall_ms, 100, 10 * MINUTE), .unset = "10s",
	  .summary = "Longest pause in a transfer." },
};
/* clang-format on */
const size_t settings_table_count = sizeof settings_table / sizeof settings_table[0];
_Static_assert(sizeof settings_table / sizeof settings_table[0] <= SETTINGS_MAX, "too many rows");
_Static_assert((int)SETTING_FILE + (int)CONFIG_S3 == (int)SETTING_S3 &&
		       (int)SETTING_FILE + (int)CONFIG_HTTP == (int)SETTING_HTTP,
	"kinds and sections");
