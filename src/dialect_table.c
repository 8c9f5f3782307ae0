/*
 * The dialects, a table of rows each. Sources: what each service documents for its users; the
 * addresses stand with the tests (tests/unit/test_dialect.c).
 */
#include "dialect_folds.h"

#define NUMBERS(lo, hi) .min = (lo), .max = (hi)
#define PX_MAX          1000000 /* longer than any side of an original */

/* clang-format off */
#define FOLD(f) .fold = dialect_folds_##f
#define ITS_VERSION { "v", { NULL }, .target = "v", \
	.meaning = "limner's own version, which no dialect lacks.", .example = "v=2" }
#define MUTE(...) { __VA_ARGS__, .flags = DIALECT_MUTE, .meaning = "", .example = "" }
#define ABSENT(...) { __VA_ARGS__, .flags = DIALECT_ABSENT, .meaning = "", .example = "" }

const struct param_choice dialect_table_choices[] = {
	{ "limner", DIALECT_LIMNER }, { "seed", DIALECT_SEED }, { "daangn", DIALECT_DAANGN },
	{ "imgix", DIALECT_IMGIX }, { "cloudflare", DIALECT_CLOUDFLARE },
	{ "weserv", DIALECT_WESERV }, { NULL, 0 },
};

static const struct dialect_word yes_is_nothing[] = {
	{ "1", "" }, { "true", "" }, { "0", "" }, { "false", "" }, { NULL, NULL },
};

/* ---- The Lambda@Edge function many began with: ?t=A&width=300&height=200 ---- */

static const struct dialect_row seed_rows[] = {
	{ "t", { NULL }, .target = "t", .meaning = "Preset; without one the original passes.",
	  .example = "t=A" },
	{ "width", { NULL }, .target = "w", .meaning = "Width of the box.", .example = "width=300" },
	{ "height", { NULL }, .target = "h", .meaning = "Height of the box.",
	  .example = "height=200" },
	{ "quality", { NULL }, .target = "q", .meaning = "Quality.", .example = "quality=80" },
	{ "format", { NULL }, .target = "f", .meaning = "Format.", .example = "format=webp" },
	ITS_VERSION,
	{ .name = NULL },
};

/* ---- Daangn: ?s=300x300&t=crop&q=82&f=webp ---- */

static const struct dialect_word daangn_fits[] = {
	{ "crop", "fit=cover" }, { "inside", "fit=inside" }, { "outside", "fit=outside" },
	{ "cover", "fit=cover" }, { "contain", "fit=pad" }, { "fill", "fit=fill" }, { NULL, NULL },
};

static const struct dialect_word daangn_formats[] = {
	{ "webp", "f=webp" }, { "*", "" }, { NULL, NULL },
};

static const struct dialect_row daangn_rows[] = {
	{ "s", { NULL }, .target = "s", .meaning = "The box.", .example = "s=300x300" },
	{ "t", { NULL }, .words = daangn_fits, .meaning = "Fit.", .example = "t=crop" },
	{ "q", { NULL }, .target = "q", .meaning = "Quality.", .example = "q=82" },
	{ "f", { NULL }, .words = daangn_formats, .takes = "webp; anything else means the original's",
	  .meaning = "Format.", .example = "f=webp" },
	MUTE("service", { NULL }),
	ITS_VERSION,
	{ .name = NULL },
};

/* ---- imgix ---- */

static const struct dialect_word imgix_fits[] = {
	{ "clip", "fit=inside&up=1" }, { "crop", "fit=cover&up=1" }, { "fill", "fit=pad&up=1" },
	{ "fillmax", "fit=pad&up=0" }, { "max", "fit=inside&up=0" }, { "min", "fit=cover&up=0" },
	{ "scale", "fit=fill" },
	/* nearest: no edges are stretched out, and no face is measured */
	{ "clamp", "fit=pad&up=0" }, { "facearea", "fit=cover&up=0&g=smart" }, { NULL, NULL },
};

static const struct dialect_word imgix_formats[] = {
	{ "jpg", "f=jpg" }, { "pjpg", "f=jpg" }, { "png", "f=png" }, { "png8", "f=png" },
	{ "png32", "f=png" }, { "gif", "f=gif" }, { "webp", "f=webp" }, { "avif", "f=avif" },
	{ "json", "f=json" }, { "blurhash", "f=blurhash" }, { NULL, NULL },
};

/* theirs go the other way round */
static const struct dialect_word imgix_turns[] = {
	{ "0", "rot=0" }, { "90", "rot=270" }, { "180", "rot=180" }, { "270", "rot=90" },
	{ NULL, NULL },
};

static const struct dialect_word imgix_fills[] = { { "solid", "" }, { NULL, NULL } };

static const struct dialect_row imgix_rows[] = {
	{ "w", { "width" }, .target = "w", FOLD(pixels), .takes = "a number of px above 1",
	  .meaning = "Width. Ratios of the original (0 to 1) are dropped.", .example = "w=300" },
	{ "h", { "height" }, .target = "h", FOLD(pixels), .takes = "a number of px above 1",
	  .meaning = "Height. Ratios of the original (0 to 1) are dropped.", .example = "h=200" },
	{ "fit", { "f" }, .words = imgix_fits, .flags = DIALECT_FIRST,
	  .meaning = "Fit; left out, clip, which enlarges.", .example = "fit=crop" },
	{ "ar", { NULL }, FOLD(ratio), .takes = "W:H",
	  .meaning = "Gives the side that is missing, for fits that fill the box.",
	  .example = "ar=16:9" },
	{ "fp-x", { NULL }, FOLD(number), NUMBERS(0, 1), .meaning = "For crop=focalpoint.",
	  .example = "fp-x=0.3" },
	{ "fp-y", { NULL }, FOLD(number), NUMBERS(0, 1), .meaning = "For crop=focalpoint.",
	  .example = "fp-y=0.25" },
	{ "crop", { NULL }, FOLD(imgix_crop),
	  .takes = "top, bottom, left, right, faces, entropy, edges, auto, focalpoint; several with "
		   "commas",
	  .meaning = "The part to keep of fits that cut; faces, entropy, edges and auto are all "
		     "g=smart.",
	  .example = "crop=top,left" },
	{ "q", { NULL }, .target = "q", .meaning = "Quality.", .example = "q=75" },
	{ "fm", { NULL }, .words = imgix_formats, .meaning = "Format.", .example = "fm=webp" },
	{ "auto", { NULL }, FOLD(auto), .flags = DIALECT_JOINS,
	  .takes = "format, compress; several with commas",
	  .meaning = "format chooses by Accept; compress is q=45 where q is not given.",
	  .example = "auto=format" },
	{ "dpr", { NULL }, .target = "dpr", .meaning = "Device pixels.", .example = "dpr=2" },
	{ "bg", { NULL }, .target = "bg", FOLD(argb),
	  .takes = "3, 4 (ARGB), 6 or 8 (AARRGGBB) hex digits, or a CSS colour name",
	  .meaning = "Background.", .example = "bg=80ffffff" },
	{ "fill-color", { "fillcolor" }, .target = "bg", FOLD(fill_colour),
	  .takes = "a colour as for bg", .meaning = "The same, for fits that pad.",
	  .example = "fill-color=ff8800" },
	{ "fill", { NULL }, .words = imgix_fills, .meaning = "What to pad with.",
	  .example = "fill=solid" },
	{ "rect", { NULL }, .target = "crop", FOLD(imgix_rect),
	  .takes = "X,Y,W,H, all px or all parts; X and Y also left, center, right, top, middle, "
		   "bottom, W and H also full",
	  .meaning = "The part of the original. center and right need parts.",
	  .example = "rect=0.25,0.25,0.5,0.5" },
	{ "rot", { NULL }, .words = imgix_turns,
	  .meaning = "Turn anticlockwise, by quarters.", .example = "rot=90" },
	{ "flip", { NULL }, .target = "flip", .meaning = "Mirror.", .example = "flip=h" },
	{ "blur", { NULL }, .target = "blur", .scale = 0.1, NUMBERS(0, 2000),
	  .meaning = "Blur; a tenth of it is the sigma, 10 at most.", .example = "blur=50" },
	{ "sharp", { NULL }, .target = "sharp", .scale = 0.1, NUMBERS(0, 100),
	  .meaning = "Sharpen; a tenth of it is the sigma.", .example = "sharp=10" },
	{ "trim-md", { "trimmd" }, FOLD(number), NUMBERS(0, PX_MAX),
	  .meaning = "Tolerance for trim=auto; left out, 11.", .example = "trim-md=20" },
	{ "trim-tol", { "trimtol" }, FOLD(number), NUMBERS(0, PX_MAX),
	  .meaning = "Tolerance for trim=color; left out, 1.", .example = "trim-tol=5" },
	{ "trim", { NULL }, .target = "trim", FOLD(imgix_trim), .takes = "auto or color",
	  .meaning = "Cut off a border of the corner's colour.", .example = "trim=auto" },
	{ "dl", { NULL }, .target = "dl", .bare = "1",
	  .meaning = "Save as a file of that name; 1, and dl alone: of the original's.",
	  .example = "dl=medium.jpg" },
	ITS_VERSION,
	MUTE("ixlib", { "ixid" }), MUTE("s", { NULL }), MUTE("expires", { NULL }),
	MUTE("cs", { NULL }), MUTE("ch", { NULL }), MUTE("chromasub", { NULL }),
	MUTE("dpi", { NULL }), MUTE("iptc", { NULL }), MUTE("lossless", { NULL }),
	MUTE("faceindex", { NULL }), MUTE("facepad", { NULL }),
	ABSENT("orient", { "or" }), ABSENT("max-w", { "max-width" }),
	ABSENT("max-h", { "max-height" }), ABSENT("min-w", { "min-width" }),
	ABSENT("min-h", { "min-height" }), ABSENT("fp-z", { NULL }),
	ABSENT("trim-color", { "trimcolor" }), ABSENT("trim-pad", { "trimpad" }),
	ABSENT("trim-sd", { "trimsd" }), ABSENT("usm", { NULL }), ABSENT("pad", { NULL }),
	ABSENT("border", { NULL }), ABSENT("mask", { NULL }), ABSENT("mark", { "m" }),
	ABSENT("txt", { "t" }), ABSENT("blend", { "b" }), ABSENT("mono", { "monochrome" }),
	ABSENT("sepia", { NULL }), ABSENT("bri", { NULL }), ABSENT("con", { NULL }),
	ABSENT("sat", { NULL }),
	{ .name = NULL },
};

/* ---- Cloudflare ---- */

static const struct dialect_word cloudflare_fits[] = {
	{ "scale-down", "fit=inside&up=0" }, { "contain", "fit=inside&up=1" },
	{ "cover", "fit=cover&up=1" }, { "aspect-crop", "fit=cover&up=0" },
	/* nearest: of a small picture theirs leaves the shape */
	{ "crop", "fit=cover&up=0" },
	{ "pad", "fit=pad&up=1" }, { "squeeze", "fit=fill" }, { NULL, NULL },
};

static const struct dialect_word cloudflare_sides[] = {
	{ "auto", "g=smart" }, { "face", "g=smart" }, { "left", "g=w" }, { "right", "g=e" },
	{ "top", "g=n" }, { "bottom", "g=s" }, { "center", "g=c" }, { NULL, NULL },
};

/* they publish no numbers */
static const struct dialect_word cloudflare_qualities[] = {
	{ "high", "q=90" }, { "medium-high", "q=80" }, { "medium-low", "q=65" }, { "low", "q=50" },
	{ NULL, NULL },
};

static const struct dialect_word cloudflare_formats[] = {
	{ "auto", "f=auto" }, { "avif", "f=avif" }, { "webp", "f=webp" }, { "jpeg", "f=jpg" },
	{ "baseline-jpeg", "f=jpg" }, { "json", "f=json" }, { NULL, NULL },
};

static const struct dialect_word cloudflare_anims[] = {
	{ "true", "frame=all" }, { "false", "frame=first" }, { NULL, NULL },
};

static const struct dialect_row cloudflare_rows[] = {
	{ "width", { "w" }, .target = "w", .meaning = "Width; auto is none, or what client hints say.",
	  .example = "width=300" },
	{ "height", { "h" }, .target = "h", .meaning = "Height.", .example = "height=200" },
	{ "fit", { NULL }, .words = cloudflare_fits, .meaning = "Fit; left out, scale-down.",
	  .example = "fit=cover" },
	{ "gravity", { "g" }, .words = cloudflare_sides, FOLD(point),
	  .takes = "auto, face, left, right, top, bottom, center, or XxY with each from 0 to 1",
	  .meaning = "The part to keep of fits that cut; auto and face are both g=smart.",
	  .example = "gravity=0.5x0.33" },
	{ "quality", { "q" }, .words = cloudflare_qualities, .target = "q",
	  .takes = "a number from 1 to 100, or high (90), medium-high (80), medium-low (65), low (50)",
	  .meaning = "Quality.", .example = "quality=75" },
	{ "format", { "f" }, .words = cloudflare_formats, .meaning = "Format.",
	  .example = "format=auto" },
	{ "dpr", { NULL }, .target = "dpr", .meaning = "Device pixels.", .example = "dpr=2" },
	{ "background", { NULL }, .target = "bg", FOLD(css_colour),
	  .takes = "a CSS colour: a name, hex digits, rgb() or rgba()", .meaning = "Background.",
	  .example = "background=%23fafafa" },
	{ "trim.left", { NULL }, FOLD(number), NUMBERS(0, PX_MAX),
	  .meaning = "Left edge of the part to take, in px of the original.",
	  .example = "trim.left=30" },
	{ "trim.top", { NULL }, FOLD(number), NUMBERS(0, PX_MAX), .meaning = "Top edge.",
	  .example = "trim.top=40" },
	{ "trim.width", { NULL }, FOLD(number), NUMBERS(1, PX_MAX),
	  .meaning = "Width; nothing is taken without both lengths.", .example = "trim.width=678" },
	{ "trim.height", { NULL }, FOLD(number), NUMBERS(1, PX_MAX), .meaning = "Height.",
	  .example = "trim.height=678" },
	{ "rotate", { NULL }, .target = "rot",
	  .meaning = "Turn clockwise; width and height are the turned picture's.",
	  .example = "rotate=90" },
	{ "flip", { NULL }, .target = "flip", .meaning = "Mirror, before turning.",
	  .example = "flip=h" },
	{ "blur", { NULL }, .target = "blur", .scale = 0.5, NUMBERS(0, 250),
	  .meaning = "Blur; half of it is the sigma, 10 at most.", .example = "blur=5" },
	{ "sharpen", { NULL }, .target = "sharp", .meaning = "Sharpen.", .example = "sharpen=1" },
	{ "metadata", { NULL }, .target = "meta", .meaning = "Metadata; left out, none.",
	  .example = "metadata=copyright" },
	{ "anim", { NULL }, .words = cloudflare_anims, .meaning = "Whether animations move.",
	  .example = "anim=false" },
	ITS_VERSION,
	MUTE("onerror", { NULL }), MUTE("compression", { NULL }),
	MUTE("slow-connection-quality", { "scq" }),
	ABSENT("trim", { NULL }), ABSENT("zoom", { NULL }), ABSENT("border", { NULL }),
	ABSENT("brightness", { NULL }), ABSENT("contrast", { NULL }), ABSENT("gamma", { NULL }),
	ABSENT("saturation", { NULL }), ABSENT("segment", { NULL }),
	{ .name = NULL },
};

/* ---- weserv ---- */

static const struct dialect_word weserv_old_fits[] = {
	{ "fit", "fit=inside&up=0" }, { "fitup", "fit=inside&up=1" }, { "square", "fit=cover&up=1" },
	{ "squaredown", "fit=cover&up=0" }, { "absolute", "fit=fill" },
	{ "letterbox", "fit=pad&up=1" }, { NULL, NULL },
};

static const struct dialect_word weserv_fits[] = {
	{ "inside", "fit=inside&up=1" }, { "outside", "fit=outside&up=1" },
	{ "cover", "fit=cover&up=1" }, { "fill", "fit=fill" }, { "contain", "fit=pad&up=1" },
	{ NULL, NULL },
};

static const struct dialect_word weserv_enlarge[] = {
	{ "1", "up=0" }, { "true", "up=0" }, { "0", "" }, { "false", "" }, { NULL, NULL },
};

static const struct dialect_word weserv_places[] = {
	{ "center", "g=c" }, { "top", "g=n" }, { "right", "g=e" }, { "bottom", "g=s" },
	{ "left", "g=w" }, { "top-left", "g=nw" }, { "bottom-left", "g=sw" },
	{ "bottom-right", "g=se" }, { "top-right", "g=ne" }, { "entropy", "g=smart" },
	{ "attention", "g=smart" }, { NULL, NULL },
};

static const struct dialect_word weserv_formats[] = {
	{ "jpg", "f=jpg" }, { "png", "f=png" }, { "gif", "f=gif" }, { "webp", "f=webp" },
	{ "avif", "f=avif" }, { "json", "f=json" }, { NULL, NULL },
};

static const struct dialect_word weserv_turns[] = { { "auto", "" }, { NULL, NULL } };

static const struct dialect_word weserv_flips[] = {
	{ "1", "flip=v" }, { "true", "flip=v" }, { "0", "" }, { "false", "" }, { NULL, NULL },
};

static const struct dialect_word weserv_counts[] = {
	{ "1", "frame=first" }, { "-1", "frame=all" }, { NULL, NULL },
};

static const struct dialect_row weserv_rows[] = {
	{ "w", { NULL }, .target = "w", .meaning = "Width in px.", .example = "w=300" },
	{ "h", { NULL }, .target = "h", .meaning = "Height in px.", .example = "h=300" },
	{ "t", { NULL }, .words = weserv_old_fits, .meaning = "Fit, as before 2019; fit wins.",
	  .example = "t=square" },
	{ "fit", { NULL }, .words = weserv_fits, .meaning = "Fit; all of them enlarge.",
	  .example = "fit=cover" },
	{ "we", { NULL }, .words = weserv_enlarge, .bare = "1", .meaning = "Not to enlarge.",
	  .example = "we" },
	{ "fpx", { NULL }, FOLD(number), NUMBERS(0, 1), .meaning = "For a=focal.",
	  .example = "fpx=0.6" },
	{ "fpy", { NULL }, FOLD(number), NUMBERS(0, 1), .meaning = "For a=focal.",
	  .example = "fpy=0.45" },
	{ "a", { NULL }, .words = weserv_places, FOLD(focal),
	  .takes = "center, top, right, bottom, left, top-left and the like, focal, entropy, "
		   "attention, or focal-X-Y in per cent",
	  .meaning = "The part to keep or the place to pad; entropy and attention are both g=smart.",
	  .example = "a=top-left" },
	{ "dpr", { NULL }, .target = "dpr", .meaning = "Device pixels; above 5 counts as 5.",
	  .example = "dpr=2" },
	{ "q", { NULL }, .target = "q", .meaning = "Quality.", .example = "q=20" },
	{ "output", { NULL }, .words = weserv_formats, .meaning = "Format.",
	  .example = "output=webp" },
	{ "bg", { NULL }, .target = "bg", FOLD(argb),
	  .takes = "3, 4 (ARGB), 6 or 8 (AARRGGBB) hex digits, or a CSS colour name",
	  .meaning = "Background.", .example = "bg=black" },
	{ "cbg", { NULL }, .target = "bg", FOLD(fill_colour), .takes = "a colour as for bg",
	  .meaning = "The same, for fit=contain.", .example = "cbg=black" },
	{ "cx", { NULL }, FOLD(number), NUMBERS(0, PX_MAX),
	  .meaning = "Left edge of the part to take, in px.", .example = "cx=680" },
	{ "cy", { NULL }, FOLD(number), NUMBERS(0, PX_MAX), .meaning = "Top edge.",
	  .example = "cy=500" },
	{ "cw", { NULL }, FOLD(number), NUMBERS(1, PX_MAX),
	  .meaning = "Width. Cutting after resizing (w or h without precrop) is dropped.",
	  .example = "cw=300" },
	{ "ch", { NULL }, FOLD(number), NUMBERS(1, PX_MAX), .meaning = "Height.",
	  .example = "ch=300" },
	{ "precrop", { NULL }, .words = yes_is_nothing, .bare = "1",
	  .meaning = "Cut before resizing.", .example = "precrop" },
	{ "trim", { NULL }, .target = "trim", .bare = "10",
	  .meaning = "Cut off a border; alone, with tolerance 10.", .example = "trim=10" },
	{ "ro", { "or" }, .target = "rot", .words = weserv_turns, FOLD(turn), .bare = "auto",
	  .takes = "a multiple of 90, negative too",
	  .meaning = "Turn clockwise; w and h are the turned picture's. Alone, no effect.",
	  .example = "ro=90" },
	{ "flip", { NULL }, .words = weserv_flips, .bare = "1", .meaning = "Mirror up and down.",
	  .example = "flip" },
	{ "flop", { NULL }, .target = "flip", FOLD(flop), .bare = "1", .takes = "1 or 0",
	  .meaning = "Mirror left and right.", .example = "flop" },
	{ "blur", { NULL }, .target = "blur", .scale = 1, NUMBERS(0, 100),
	  .meaning = "Blur; the sigma, 10 at most.", .example = "blur=5" },
	{ "sharp", { NULL }, .target = "sharp", .meaning = "Sharpen; the sigma.",
	  .example = "sharp=3" },
	{ "n", { NULL }, .words = weserv_counts, .meaning = "Frames; left out, the first alone.",
	  .example = "n=-1" },
	{ "page", { NULL }, .target = "frame", FOLD(page), .takes = "a number from 0",
	  .meaning = "One frame, counted from 0.", .example = "page=1" },
	ITS_VERSION,
	MUTE("url", { NULL }), MUTE("il", { NULL }), MUTE("l", { NULL }), MUTE("ll", { NULL }),
	MUTE("af", { NULL }), MUTE("maxage", { NULL }), MUTE("default", { "errorredirect" }),
	MUTE("filename", { NULL }), MUTE("rbg", { NULL }),
	ABSENT("crop", { NULL }), ABSENT("encoding", { NULL }), ABSENT("mask", { "shape" }),
	ABSENT("mtrim", { NULL }), ABSENT("mbg", { NULL }), ABSENT("con", { NULL }),
	ABSENT("filt", { NULL }), ABSENT("gam", { NULL }), ABSENT("mod", { NULL }),
	ABSENT("sat", { NULL }), ABSENT("hue", { NULL }), ABSENT("tint", { NULL }),
	{ .name = NULL },
};

#define FITS_IN(rows) _Static_assert(sizeof rows / sizeof rows[0] - 1 <= DIALECT_ROWS, "a bit each")
FITS_IN(seed_rows);
FITS_IN(daangn_rows);
FITS_IN(imgix_rows);
FITS_IN(cloudflare_rows);
FITS_IN(weserv_rows);

/* ---- The dialects ---- */

const struct dialect dialect_table[DIALECT__COUNT] = {
	[DIALECT_LIMNER] = { .summary = "limner's own.", .defaults = "", .needs = "",
		.presets = true },
	[DIALECT_SEED] = { .rows = seed_rows,
		.summary = "Only t=<preset> makes pictures, of keys that end in jpg, jpeg or png. The "
			   "box is covered and small pictures are enlarged, unless the preset says "
			   "otherwise.",
		.defaults = "fit=cover&up=1", .needs = "", .endings = "jpg,jpeg,png",
		.exact_endings = true, .presets = true, .only_presets = true },
	[DIALECT_DAANGN] = { .rows = daangn_rows,
		.summary = "Only s, t and q together make pictures, of keys that end in jpg, jpeg, "
			   "png, gif, webp, svg or tiff. Nothing is enlarged.",
		.defaults = "", .needs = "s,t,q", .endings = "jpg,jpeg,png,gif,webp,svg,tiff" },
	[DIALECT_IMGIX] = { .rows = imgix_rows,
		.summary = "As imgix's rendering API. Small pictures are enlarged where it does.",
		.defaults = "up=1", .needs = "", .finish = dialect_folds_finish_imgix },
	[DIALECT_CLOUDFLARE] = { .rows = cloudflare_rows,
		.summary = "As the options of Cloudflare's images, each a parameter of the query.",
		.defaults = "", .needs = "", .finish = dialect_folds_finish_cloudflare },
	[DIALECT_WESERV] = { .rows = weserv_rows,
		.summary = "As wsrv.nl (images.weserv.nl), but for url: the path names the original. "
			   "Small pictures are enlarged unless we is given, and animations stand "
			   "still unless n=-1.",
		.defaults = "up=1&frame=first", .needs = "", .finish = dialect_folds_finish_weserv },
};
/* clang-format on */
