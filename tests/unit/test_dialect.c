#include "base/text.h"
#include "dialect_folds.h"
#include "etag.h"
#include "plan.h"
#include "random.h"
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

static struct config cfg;
static struct request req;
static struct err err;

static void
setup(void)
{
	struct config_preset *preset = cfg.presets;

	memset(&cfg, 0, sizeof cfg);
	memset(&err, 0, sizeof err);
	cfg.origin_count = 1;
	(void)snprintf(cfg.origins[0].mount, sizeof cfg.origins[0].mount, "/");
	cfg.origins[0].policy.max_pixels = cfg.origins[0].policy.max_result_pixels = 100000000;
	cfg.preset_count = 2;
	(void)snprintf(preset[0].name, sizeof preset[0].name, "A");
	(void)snprintf(preset[1].name, sizeof preset[1].name, "pad");
	params_init(&preset[0].params);
	params_init(&preset[1].params);
	ck_assert(params_set(&preset[1].params, "fit", "pad", &err));
	ck_assert(params_set(&preset[1].params, "up", "0", &err));
}

/* The canonical form of what a request makes; good until asked again. */
static const char *
canonical(const struct params *p)
{
	static char text[4096];
	struct buf b = BUF_INIT(sizeof text - 1);

	ck_assert(params_canonical(p, &b, &err));
	memcpy(text, buf_text(&b), b.len + 1);
	buf_done(&b);
	return text;
}

static bool
ask(enum dialect_id id, const char *key, const char *query)
{
	char uri[4096];

	cfg.origins[0].policy.dialect = (int32_t)id;
	(void)snprintf(uri, sizeof uri, "/%s?%s", key, query);
	return request_from_text(&cfg, uri, &req, &err);
}

/* ---- What each service documents, and what it is here ---- */

struct golden {
	const char *query, *want, *dropped;
	bool passes; /* no picture is made */
};

/* clang-format off */

/* What the article's function does: only t makes pictures, sharp's resize covers and enlarges.
 * https://sharp.pixelplumbing.com/api-resize/ */
static const struct golden seed[] = {
	{ "t=A&width=300&height=200", "t=A&w=300&h=200&fit=cover&up=1", "", false },
	{ "height=200&t=A&width=300", "t=A&w=300&h=200&fit=cover&up=1", "", false },
	{ "t=A&width=300&quality=70&format=webp", "t=A&w=300&fit=cover&up=1&q=70&f=webp", "", false },
	{ "width=300&height=200", "w=300&h=200", "", true },
	{ "", "", "", true }, { "t=A", "t=A&fit=cover&up=1", "", true },
	{ "t=A&width=wide&height=9", "t=A&h=9&fit=cover&up=1", "width", false },
	{ "t=A&w=300", "t=A&fit=cover&up=1", "", true },
	{ "t=pad&width=300", "t=pad&w=300&fit=pad&up=0", "", false }, /* the preset knows better */
	{ "t=A&width=9000&height=4500&v=2", "t=A&w=8192&h=4096&fit=cover&up=1&v=2", "", false },
};

/* The addresses Daangn serves, and its function's rules.
 * https://medium.com/daangn/lambda-edge로-구현하는-on-the-fly-이미지-리사이징-f4e5052d49f3
 * https://gist.github.com/zzerjae/11c1b684eb671e0d2ca439070a5de472 */
static const struct golden daangn[] = {
	{ "q=95&s=1440x1440&t=inside", "w=1440&h=1440&q=95", "", false },
	{ "q=95&s=1440x1440&t=inside&f=webp", "w=1440&h=1440&q=95&f=webp", "", false },
	{ "f=webp&q=95&s=1440x1440&t=inside", "w=1440&h=1440&q=95&f=webp", "", false },
	{ "q=82&s=300x300&t=crop", "w=300&h=300&fit=cover&q=82", "", false },
	{ "q=82&s=300x300&t=crop&service=webapp&f=webp", "w=300&h=300&fit=cover&q=82&f=webp", "",
	  false },
	{ "q=82&s=300x300&t=cover", "w=300&h=300&fit=cover&q=82", "", false },
	{ "q=82&s=300x300&t=contain", "w=300&h=300&fit=pad&q=82", "", false },
	{ "q=82&s=300x300&t=fill", "w=300&h=300&fit=fill&q=82", "", false },
	{ "q=82&s=300x300&t=outside", "w=300&h=300&fit=outside&q=82", "", false },
	{ "q=82&s=300x300&t=crop&f=png", "w=300&h=300&fit=cover&q=82", "", false },
	{ "q=82&s=300x300", "w=300&h=300&q=82", "", true },
	{ "q=82&t=crop", "fit=cover&q=82", "", true },
	{ "s=300x300&t=crop", "w=300&h=300&fit=cover", "", true },
	{ "s=300x300&t=crops&q=82", "w=300&h=300&q=82", "t", true },
	{ "s=300&t=crop&q=82", "fit=cover&q=82", "s", true },
	{ "w=300", "", "", true },
};

static const struct golden imgix[] = {
	/* https://docs.imgix.com/apis/rendering/size/image-width, …/image-height */
	{ "w=150&h=150", "w=150&h=150&up=1", "", false },
	{ "width=150&height=100", "w=150&h=100&up=1", "", false },
	{ "w=100&width=200&w=300", "w=300&up=1", "", false }, /* the last one, and good ones alone */
	{ "w=300&w=wide", "w=300&up=1", "w", false }, { "w=300&h=9&w=", "h=9&up=1", "", false },
	{ "w=0.5&h=100", "h=100&up=1", "w", false }, { "w=1.0", "", "w", true },
	/* https://docs.imgix.com/apis/rendering/size/resize-fit-mode */
	{ "fit=clip&w=100&h=100", "w=100&h=100&up=1", "", false },
	{ "fit=crop&w=300&h=100", "w=300&h=100&fit=cover&up=1", "", false },
	{ "f=crop&w=300&h=100", "w=300&h=100&fit=cover&up=1", "", false },
	{ "fit=fill&w=300&h=100&fill=solid&fill-color=FF8800", "w=300&h=100&fit=pad&up=1&bg=ff8800",
	  "", false },
	{ "fit=fillmax&w=300&h=100", "w=300&h=100&fit=pad", "", false },
	{ "fit=max&w=300&h=100", "w=300&h=100", "", false },
	{ "fit=min&w=300&h=100", "w=300&h=100&fit=cover", "", false },
	{ "fit=scale&w=300&h=100", "w=300&h=100&fit=fill&up=1", "", false },
	{ "fit=clamp&w=300&h=100", "w=300&h=100&fit=pad", "", false },
	{ "fit=facearea,fill&w=300&h=200", "w=300&h=200&fit=cover&g=smart", "", false },
	{ "fit=stretch&w=300", "w=300&up=1", "fit", false },
	{ "w=300&fill-color=red", "w=300&up=1", "", false },
	{ "w=300&fit=fill&fill=blur", "w=300&fit=pad&up=1", "fill", false },
	/* https://docs.imgix.com/apis/rendering/size/aspect-ratio */
	{ "w=280&ar=2:1&fit=crop", "w=280&h=140&fit=cover&up=1", "", false },
	{ "h=100&ar=9:1&fit=crop", "w=900&h=100&fit=cover&up=1", "", false },
	{ "w=280&h=9&ar=2:1&fit=crop", "w=280&h=9&fit=cover&up=1", "", false },
	{ "ar=9:1&fit=crop&fm=png", "fit=cover&up=1&f=png", "ar", false },
	{ "w=280&ar=0:1&fit=crop", "w=280&fit=cover&up=1", "ar", false },
	{ "h=8000&ar=9:1&fit=crop", "w=8192&h=910&fit=cover&up=1", "", false },
	/* https://docs.imgix.com/apis/rendering/size/crop-mode */
	{ "w=9&h=9&fit=crop&crop=top,left", "w=9&h=9&fit=cover&up=1&g=nw", "", false },
	{ "w=9&h=9&fit=crop&crop=left,top", "w=9&h=9&fit=cover&up=1&g=nw", "", false },
	{ "w=9&h=9&fit=crop&crop=bottom", "w=9&h=9&fit=cover&up=1&g=s", "", false },
	{ "w=9&h=9&fit=crop&crop=faces,top,right", "w=9&h=9&fit=cover&up=1&g=smart", "", false },
	{ "w=9&h=9&fit=crop&crop=entropy", "w=9&h=9&fit=cover&up=1&g=smart", "", false },
	{ "w=9&h=9&fit=crop&crop=edges", "w=9&h=9&fit=cover&up=1&g=smart", "", false },
	{ "w=9&h=9&fit=crop&crop=up", "w=9&h=9&fit=cover&up=1", "crop", false },
	{ "w=9&h=9&crop=top", "w=9&h=9&up=1", "", false }, /* only with a fit that cuts */
	/* https://docs.imgix.com/apis/rendering/focalpoint-crop */
	{ "w=9&h=9&fit=crop&crop=focalpoint&fp-x=.825&fp-y=.35",
	  "w=9&h=9&fit=cover&up=1&g=0.825,0.35", "", false },
	{ "fp-y=.55&fp-x=.12&crop=focalpoint&fit=crop&h=9&w=9",
	  "w=9&h=9&fit=cover&up=1&g=0.12,0.55", "", false },
	{ "w=9&h=9&fit=crop&crop=focalpoint&fp-x=0.2", "w=9&h=9&fit=cover&up=1&g=0.2,0.5", "", false },
	{ "w=9&h=9&fit=crop&fp-x=0.2", "w=9&h=9&fit=cover&up=1", "", false },
	{ "w=9&h=9&fit=crop&crop=focalpoint&fp-x=7&fp-z=2", "w=9&h=9&fit=cover&up=1", "fp-x,fp-z",
	  false },
	/* https://docs.imgix.com/apis/rendering/size/source-rectangle-region */
	{ "rect=10,20,300,200", "up=1&crop=10,20,300,200", "", false },
	{ "rect=0.25,0.5,0.5,0.5", "up=1&crop=0.25,0.5,0.5,0.5", "", false },
	{ "rect=center,middle,0.5,0.5", "up=1&crop=0.25,0.25,0.5,0.5", "", false },
	{ "rect=right,bottom,0.5,0.25", "up=1&crop=0.5,0.75,0.5,0.25", "", false },
	{ "rect=left,top,500,300", "up=1&crop=0,0,500,300", "", false },
	{ "rect=0,0.5,full,0.5", "up=1&crop=0,0.5,1,0.5", "", false },
	{ "rect=center,0,300,200", "", "rect", true }, { "rect=0,0,0.5,200", "", "rect", true },
	{ "rect=0,0,1,1", "", "rect", true }, { "rect=0,0,9", "", "rect", true },
	{ "rect=0,0,0,9", "", "rect", true },
	/* https://docs.imgix.com/apis/rendering/format/output-quality, …/output-format */
	{ "w=9&q=75&fm=jpg", "w=9&up=1&q=75&f=jpg", "", false },
	{ "fm=pjpg", "up=1&f=jpg", "", false }, { "fm=png8", "up=1&f=png", "", false },
	{ "fm=avif", "up=1&f=avif", "", false }, { "fm=blurhash", "up=1&f=blurhash", "", false },
	{ "fm=json", "up=1&f=json", "", false }, { "w=9&fm=mp4", "w=9&up=1", "fm", false },
	/* https://docs.imgix.com/apis/rendering/auto */
	{ "auto=format", "up=1&f=auto", "", false },
	{ "auto=format&fm=png", "up=1&f=auto", "", false },
	{ "auto=compress,format", "up=1&q=45&f=auto", "", false },
	{ "auto=compress&auto=format", "up=1&q=45&f=auto", "", false },
	{ "auto=compress&q=60", "up=1&q=60", "", false },
	{ "auto=compress,enhance&w=9", "w=9&up=1&q=45", "", false },
	{ "auto=enhance&w=9", "w=9&up=1", "auto", false },
	/* https://docs.imgix.com/apis/rendering/pixel-density/dpr */
	{ "w=9&dpr=2", "w=9&up=1&dpr=2", "", false }, { "w=9&dpr=8", "w=9&up=1&dpr=5", "", false },
	/* https://docs.imgix.com/apis/rendering/background-color */
	{ "w=9&bg=fff", "w=9&up=1&bg=ffffff", "", false },
	{ "w=9&bg=80ff0000", "w=9&up=1&bg=ff000080", "", false },
	{ "w=9&bg=8F00", "w=9&up=1&bg=ff000088", "", false },
	{ "w=9&bg=aliceblue", "w=9&up=1&bg=f0f8ff", "", false },
	/* https://docs.imgix.com/apis/rendering/rotation/rotation, …/flip-axis */
	{ "rot=90", "up=1&rot=270", "", false }, { "rot=180", "up=1&rot=180", "", false },
	{ "w=9&rot=45", "w=9&up=1", "rot", false }, { "flip=hv", "up=1&flip=hv", "", false },
	{ "w=9&orient=6", "w=9&up=1", "orient", false },
	/* https://docs.imgix.com/apis/rendering/stylize/gaussian-blur, …/adjustment/sharpen */
	{ "blur=50", "up=1&blur=5", "", false }, { "blur=2000", "up=1&blur=10", "", false },
	{ "blur=0&w=9", "w=9&up=1", "", false }, { "blur=-1&w=9", "w=9&up=1", "blur", false },
	{ "sharp=15", "up=1&sharp=1.5", "", false },
	/* https://docs.imgix.com/apis/rendering/format/download */
	{ "w=400&dl=medium.jpg", "w=400&up=1&dl=medium.jpg", "", false },
	{ "w=400&dl=", "w=400&up=1&dl=1", "", false }, { "dl&w=400", "w=400&up=1&dl=1", "", false },
	{ "dl=medium.jpg", "dl=medium.jpg", "", true },
	/* https://docs.imgix.com/apis/rendering/trim/trim-image, …/trim-mean-difference */
	{ "trim=auto", "up=1&trim=11", "", false },
	{ "trim=auto&trim-md=20", "up=1&trim=20", "", false },
	{ "trim-tol=5&trim=color", "up=1&trim=5", "", false },
	{ "trim=color&trim-color=fff", "up=1&trim=1", "trim-color", false },
	/* what signs and counts there says nothing here */
	{ "w=9&s=0123456789abcdef&ixlib=js-3.8&expires=9", "w=9&up=1", "", false },
	{ "w=9&v=3", "w=9&up=1&v=3", "", false }, { "w=9&quality=3", "w=9&up=1", "", false },
	{ "s=300x200", "", "", true },
};

/* https://developers.cloudflare.com/images/optimization/features/ */
static const struct golden cloudflare[] = {
	{ "width=80&quality=75", "w=80&q=75", "", false }, { "w=80&q=75", "w=80&q=75", "", false },
	{ "w=250&h=100", "w=250&h=100", "", false }, { "width=auto&h=5", "h=5", "", false },
	{ "fit=scale-down&width=1920", "w=1920", "", false },
	{ "fit=contain&w=9&h=8", "w=9&h=8&up=1", "", false },
	{ "fit=cover&w=9&h=8", "w=9&h=8&fit=cover&up=1", "", false },
	{ "fit=crop&w=9&h=8", "w=9&h=8&fit=cover", "", false },
	{ "fit=aspect-crop&w=1920&h=1120", "w=1920&h=1120&fit=cover", "", false },
	{ "fit=pad&w=9&h=8", "w=9&h=8&fit=pad&up=1", "", false },
	{ "fit=squeeze&w=9&h=8", "w=9&h=8&fit=fill", "", false },
	{ "fit=inside&w=9", "w=9", "fit", false },
	{ "fit=cover&w=9&h=8&gravity=auto", "w=9&h=8&fit=cover&up=1&g=smart", "", false },
	{ "fit=cover&w=9&h=8&g=face", "w=9&h=8&fit=cover&up=1&g=smart", "", false },
	{ "fit=cover&w=9&h=8&g=left", "w=9&h=8&fit=cover&up=1&g=w", "", false },
	{ "fit=crop&w=9&h=8&g=top", "w=9&h=8&fit=cover&g=n", "", false },
	{ "fit=cover&w=9&h=8&g=0x1", "w=9&h=8&fit=cover&up=1&g=sw", "", false },
	{ "fit=cover&w=9&h=8&g=0.5x0.33", "w=9&h=8&fit=cover&up=1&g=0.5,0.33", "", false },
	{ "fit=cover&w=9&h=8&g=0.5,0.33", "w=9&h=8&fit=cover&up=1", "gravity", false },
	{ "w=9&g=left", "w=9", "", false },
	{ "q=high", "q=90", "", false }, { "quality=medium-high", "q=80", "", false },
	{ "quality=medium-low", "q=65", "", false }, { "quality=low", "q=50", "", false },
	{ "quality=100", "q=100", "", false }, { "quality=best", "", "quality", true },
	{ "format=auto", "f=auto", "", false }, { "f=avif", "f=avif", "", false },
	{ "f=webp", "f=webp", "", false }, { "f=jpeg", "f=jpg", "", false },
	{ "f=baseline-jpeg", "f=jpg", "", false }, { "f=json", "f=json", "", false },
	{ "w=9&dpr=2", "w=9&dpr=2", "", false },
	{ "background=%23AABBCC", "bg=aabbcc", "", false }, { "background=red", "bg=ff0000", "", false },
	{ "background=rgb%28240%2C40%2C145%29", "bg=f02891", "", false },
	{ "background=rgb(255%20255%200)", "bg=ffff00", "", false },
	{ "background=rgba(240,40,145,0)", "bg=f0289100", "", false },
	{ "background=rgba(255 255 0 100)", "bg=ffff00", "", false },
	{ "background=rgb(100%25 0%25 50%25 / 50%25)", "bg=ff008080", "", false },
	{ "background=rgb(1,2)", "", "background", true },
	{ "background=rgb(1,2,3,4,5)", "", "background", true },
	{ "background=hsl(1,2,3)", "", "background", true },
	{ "trim.width=678&trim.height=678&trim.left=30&trim.top=40", "crop=30,40,678,678", "", false },
	{ "trim.width=678&trim.height=9", "crop=0,0,678,9", "", false },
	{ "w=9&trim.left=30&trim.height=9", "w=9", "trim.left,trim.height", false },
	{ "w=9&trim=20;30;20;0", "w=9", "trim", false },
	{ "rotate=90", "rot=90", "", false },
	{ "rotate=90&w=100&h=50", "w=100&h=50&rot=90", "", false }, /* of the turned picture */
	{ "rotate=270&w=100", "w=100&rot=270", "", false },
	{ "rotate=180&w=100&h=50", "w=100&h=50&rot=180", "", false },
	{ "flip=h", "flip=h", "", false }, { "flip=h&rotate=90", "rot=90&flip=v", "", false },
	{ "flip=hv&rotate=90", "rot=90&flip=hv", "", false },
	{ "blur=5", "blur=2.5", "", false }, { "blur=250", "blur=10", "", false },
	{ "sharpen=1", "sharp=1", "", false }, { "metadata=copyright", "meta=copyright", "", false },
	{ "metadata=none&w=9", "w=9", "", false }, { "anim=false", "frame=first", "", false },
	{ "anim=true&w=9", "w=9", "", false },
	{ "w=9&onerror=redirect&compression=fast&scq=50", "w=9", "", false },
	{ "w=9&brightness=0.5&zoom=0.5", "w=9", "zoom,brightness", false },
	{ "width=80,quality=75", "", "width", true }, /* the list is for paths */
};

static const struct golden weserv[] = {
	/* https://wsrv.nl/docs/size.html */
	{ "url=wsrv.nl/lichtenstein.jpg&w=300", "w=300&up=1&frame=first", "", false },
	{ "h=144&dpr=2", "h=144&up=1&dpr=2&frame=first", "", false },
	{ "w=9&dpr=8", "w=9&up=1&dpr=5&frame=first", "", false },
	{ "w=50%25&h=9", "h=9&up=1&frame=first", "w", false },
	/* https://wsrv.nl/docs/fit.html */
	{ "w=300&h=300&fit=inside", "w=300&h=300&up=1&frame=first", "", false },
	{ "w=300&h=300&fit=outside", "w=300&h=300&fit=outside&up=1&frame=first", "", false },
	{ "w=300&h=300&fit=cover", "w=300&h=300&fit=cover&up=1&frame=first", "", false },
	{ "w=300&h=300&fit=fill", "w=300&h=300&fit=fill&up=1&frame=first", "", false },
	{ "w=300&h=300&fit=contain&cbg=black",
	  "w=300&h=300&fit=pad&up=1&bg=000000&frame=first", "", false },
	{ "w=300&cbg=black", "w=300&up=1&frame=first", "", false },
	{ "w=300&h=300&fit=inside&we", "w=300&h=300&frame=first", "", false },
	{ "we&w=300&h=300&fit=cover", "w=300&h=300&fit=cover&frame=first", "", false },
	{ "we=0&w=300", "w=300&up=1&frame=first", "", false },
	/* https://wsrv.nl/news/2019/09/01/introducing-api-5.html */
	{ "w=9&h=9&t=fit", "w=9&h=9&frame=first", "", false },
	{ "w=9&h=9&t=fitup", "w=9&h=9&up=1&frame=first", "", false },
	{ "w=9&h=9&t=square", "w=9&h=9&fit=cover&up=1&frame=first", "", false },
	{ "w=9&h=9&t=squaredown", "w=9&h=9&fit=cover&frame=first", "", false },
	{ "w=9&h=9&t=absolute", "w=9&h=9&fit=fill&up=1&frame=first", "", false },
	{ "w=9&h=9&t=letterbox", "w=9&h=9&fit=pad&up=1&frame=first", "", false },
	{ "w=9&h=9&fit=cover&t=fit", "w=9&h=9&fit=cover&up=1&frame=first", "", false },
	{ "w=9&h=9&t=A", "w=9&h=9&up=1&frame=first", "t", false },
	/* https://wsrv.nl/docs/crop.html */
	{ "w=9&h=9&fit=cover&a=top", "w=9&h=9&fit=cover&up=1&g=n&frame=first", "", false },
	{ "w=9&h=9&fit=contain&a=bottom-left", "w=9&h=9&fit=pad&up=1&g=sw&frame=first", "", false },
	{ "w=9&h=9&a=top", "w=9&h=9&up=1&frame=first", "", false },
	{ "w=9&h=9&fit=cover&a=focal&fpy=0.45", "w=9&h=9&fit=cover&up=1&g=0.5,0.45&frame=first", "",
	  false },
	{ "w=9&h=9&fit=cover&a=focal-25-75", "w=9&h=9&fit=cover&up=1&g=0.25,0.75&frame=first", "",
	  false },
	{ "w=9&h=9&fit=cover&a=crop-25%25-100%25", "w=9&h=9&fit=cover&up=1&g=0.25,1&frame=first", "",
	  false },
	{ "w=9&h=9&fit=cover&a=entropy", "w=9&h=9&fit=cover&up=1&g=smart&frame=first", "", false },
	{ "w=9&h=9&fit=cover&a=attention", "w=9&h=9&fit=cover&up=1&g=smart&frame=first", "", false },
	{ "w=9&h=9&fit=cover&a=middle", "w=9&h=9&fit=cover&up=1&frame=first", "a", false },
	{ "cx=680&cy=500&cw=300&ch=300", "up=1&crop=680,500,300,300&frame=first", "", false },
	{ "precrop&cx=680&cy=500&cw=300&ch=300&w=9",
	  "w=9&up=1&crop=680,500,300,300&frame=first", "", false },
	{ "cx=680&cy=500&cw=300&ch=300&w=900", "w=900&up=1&frame=first", "cx,cy,cw,ch", false },
	{ "w=300&trim=10", "w=300&up=1&trim=10&frame=first", "", false },
	{ "w=300&trim", "w=300&up=1&trim=10&frame=first", "", false },
	{ "w=300&trim=254", "w=300&up=1&trim=254&frame=first", "", false },
	/* https://wsrv.nl/docs/orientation.html */
	{ "h=300&flip", "h=300&up=1&flip=v&frame=first", "", false },
	{ "h=300&flop", "h=300&up=1&flip=h&frame=first", "", false },
	{ "flop&h=300&flip=1", "h=300&up=1&flip=hv&frame=first", "", false },
	{ "ro=-450", "up=1&rot=270&frame=first", "", false },
	{ "h=300&ro=90", "h=300&up=1&rot=90&frame=first", "", false },
	{ "h=300&ro=45&rbg=red", "h=300&up=1&frame=first", "ro", false },
	{ "h=300&ro", "h=300&up=1&frame=first", "", false },
	/* https://wsrv.nl/docs/adjustment.html */
	{ "w=400&bg=black", "w=400&up=1&bg=000000&frame=first", "", false },
	{ "w=400&bg=55CCCCCC", "w=400&up=1&bg=cccccc55&frame=first", "", false },
	{ "w=400&bg=5CCC", "w=400&up=1&bg=cccccc55&frame=first", "", false },
	{ "w=300&blur=5", "w=300&up=1&blur=5&frame=first", "", false },
	{ "w=300&blur=100", "w=300&up=1&blur=10&frame=first", "", false },
	{ "w=300&sharp=3", "w=300&up=1&sharp=3&frame=first", "", false },
	{ "w=300&filt=duotone&tint=red&con=25", "w=300&up=1&frame=first", "con,filt,tint", false },
	/* https://wsrv.nl/docs/format.html */
	{ "w=300&il&maxage=31d&l=9&af&default=1&filename=a", "w=300&up=1&frame=first", "", false },
	{ "h=300&output=gif&n=-1", "h=300&up=1&f=gif", "", false },
	{ "h=300&n=1", "h=300&up=1&frame=first", "", false },
	{ "h=300&n=3", "h=300&up=1&frame=first", "n", false },
	{ "h=300&page=0", "h=300&up=1&frame=first", "", false },
	{ "h=300&page=2", "h=300&up=1&frame=3", "", false },
	{ "h=300&page=-1", "h=300&up=1&frame=first", "page", false },
	{ "w=300&output=webp", "w=300&up=1&f=webp&frame=first", "", false },
	{ "w=300&output=tiff", "w=300&up=1&frame=first", "output", false },
	{ "w=300&q=20", "w=300&up=1&q=20&frame=first", "", false },
};

static const struct {
	enum dialect_id id;
	const struct golden *rows;
	int count;
} goldens[] = {
	{ DIALECT_SEED, seed, COUNT(seed) }, { DIALECT_DAANGN, daangn, COUNT(daangn) },
	{ DIALECT_IMGIX, imgix, COUNT(imgix) },
	{ DIALECT_CLOUDFLARE, cloudflare, COUNT(cloudflare) },
	{ DIALECT_WESERV, weserv, COUNT(weserv) },
};

/* Foreign queries and the size of the picture of an original of that size: fit arithmetic. */
static const struct {
	enum dialect_id id;
	const char *query;
	int32_t w, h, want_w, want_h;
} sizes[] = {
	/* a small original is enlarged to cover the box */
	{ DIALECT_SEED, "t=A&width=300&height=300", 400, 200, 300, 300 },
	{ DIALECT_SEED, "t=A&width=800", 400, 200, 800, 400 },
	{ DIALECT_DAANGN, "s=300x300&t=inside&q=82", 200, 100, 200, 100 },
	{ DIALECT_DAANGN, "s=300x300&t=crop&q=82", 400, 200, 200, 200 },
	/* the examples of the pages above */
	{ DIALECT_IMGIX, "fit=clip&w=100&h=100", 300, 200, 100, 67 },
	{ DIALECT_IMGIX, "w=600", 300, 200, 600, 400 },
	{ DIALECT_IMGIX, "w=600&fit=max", 300, 200, 300, 200 },
	{ DIALECT_IMGIX, "w=300&h=100&fit=crop", 300, 200, 300, 100 },
	{ DIALECT_CLOUDFLARE, "w=500&h=500", 1080, 720, 500, 333 },
	{ DIALECT_CLOUDFLARE, "w=2000&h=2000", 1080, 720, 1080, 720 },
	{ DIALECT_CLOUDFLARE, "w=500&h=500&fit=cover", 1080, 720, 500, 500 },
	{ DIALECT_CLOUDFLARE, "w=1920&h=1120&fit=aspect-crop", 612, 613, 612, 357 },
	{ DIALECT_CLOUDFLARE, "w=1080&h=1080&fit=pad", 1080, 720, 1080, 1080 },
	{ DIALECT_CLOUDFLARE, "w=1080&h=540&fit=squeeze", 1080, 720, 1080, 540 },
	{ DIALECT_WESERV, "w=300&h=300&fit=cover", 200, 100, 300, 300 },
	{ DIALECT_WESERV, "w=300&h=300&fit=inside&we", 200, 100, 200, 100 },
	{ DIALECT_WESERV, "w=300&h=300&t=letterbox", 200, 100, 300, 300 },
};

/* Whose mistakes a strict origin names, and how; NULL: it is none. */
static const struct {
	enum dialect_id id;
	const char *query, *say;
} strict[] = {
	{ DIALECT_SEED, "t=A&width=300", NULL },
	{ DIALECT_SEED, "t=A&w=300", "Unknown parameter: w." },
	{ DIALECT_SEED, "t=A&width=300&width=300", "width is given twice." },
	{ DIALECT_SEED, "t=B&width=300", "t: there is no preset of that name." },
	{ DIALECT_SEED, "t=A&width=x", "width must be a number from 1 to 8192, or auto." },
	{ DIALECT_DAANGN, "s=3x4&t=crop&q=9&service=x", NULL },
	{ DIALECT_DAANGN, "t=A", "t must be one of crop, inside, outside, cover, contain, fill." },
	{ DIALECT_IMGIX, "w=300&auto=compress&auto=format&fit=crop&ar=2:1&trim=color", NULL },
	{ DIALECT_IMGIX, "blur=2000&bg=8fff", NULL },
	{ DIALECT_IMGIX, "w=0.5", "w must be a number of px above 1." },
	{ DIALECT_IMGIX, "blur=2001", "blur must be a number from 0 to 2000." },
	{ DIALECT_IMGIX, "ar=2:1&fit=crop", "ar must be W:H." },
	{ DIALECT_IMGIX, "w=3&width=4", "w is given twice." },
	{ DIALECT_IMGIX, "orient=6", "orient has no counterpart here." },
	{ DIALECT_CLOUDFLARE, "w=3&onerror=redirect&rotate=90", NULL },
	{ DIALECT_CLOUDFLARE, "trim.left=3", "trim.left must be a number from 0 to 1000000." },
	{ DIALECT_WESERV, "w=3&we&flip&trim", NULL },
	{ DIALECT_WESERV, "we&we", "we is given twice." },
};
/* clang-format on */

START_TEST(folds_what_the_service_documents)
{
	for (int i = 0; i < goldens[_i].count; i++) {
		const struct golden *g = &goldens[_i].rows[i];
		const char *got;

		ck_assert_msg(ask(goldens[_i].id, "a.jpg", g->query), "%s: %s", g->query, err.say);
		got = canonical(&req.params);
		ck_assert_msg(strcmp(got, g->want) == 0, "%s gives %s", g->query, got);
		ck_assert_msg(strcmp(req.notes.dropped, g->dropped) == 0, "%s drops %s", g->query,
			req.notes.dropped);
		ck_assert_msg(req.transform != g->passes, "%s", g->query);
		ck_assert(!req.other_type && !req.unknown_preset);
	}
}
END_TEST

START_TEST(comes_to_the_documented_size)
{
	struct image_info info = { .format = FORMAT_JPEG, .orientation = 1 };
	struct plan plan;

	info.width = sizes[_i].w;
	info.height = sizes[_i].h;
	ck_assert(ask(sizes[_i].id, "a.jpg", sizes[_i].query));
	ck_assert(req.transform);
	ck_assert(plan_resolve(
		&req, &info, FORMAT_BIT(FORMAT_JPEG) | FORMAT_BIT(FORMAT_PNG), &plan, &err));
	ck_assert_msg(plan.canvas_w == sizes[_i].want_w && plan.canvas_h == sizes[_i].want_h,
		"%s: %dx%d", sizes[_i].query, plan.canvas_w, plan.canvas_h);
}
END_TEST

START_TEST(names_the_mistake_when_strict)
{
	bool good;

	cfg.origins[0].policy.strict = true;
	good = ask(strict[_i].id, "a.jpg", strict[_i].query);
	ck_assert_msg(
		good == (strict[_i].say == NULL), "%s: %s", strict[_i].query, good ? "" : err.say);
	if (!good) {
		ck_assert_int_eq(err.kind, ERR_BAD_PARAMETER);
		ck_assert_str_eq(err.say, strict[_i].say);
	}
}
END_TEST

START_TEST(makes_pictures_of_its_endings_alone)
{
	static const struct {
		enum dialect_id id;
		const char *key;
		bool takes;
	} rows[] = {
		{ DIALECT_SEED, "a.jpg", true },
		{ DIALECT_SEED, "b/a.jpeg", true },
		{ DIALECT_SEED, "a.b.png", true },
		{ DIALECT_SEED, "a.JPG", false },
		{ DIALECT_SEED, "a.gif", false },
		{ DIALECT_SEED, "jpg", false },
		{ DIALECT_SEED, "a.jpgx", false },
		{ DIALECT_SEED, "a.jp", false },
		{ DIALECT_SEED, "a.jpg/b", false },
		{ DIALECT_SEED, "a.", false },
		{ DIALECT_DAANGN, "a.JPG", true },
		{ DIALECT_DAANGN, "a.tiff", true },
		{ DIALECT_DAANGN, "a.svg", true },
		{ DIALECT_DAANGN, "a.avif", false },
		{ DIALECT_IMGIX, "a", true },
		{ DIALECT_LIMNER, "a.txt", true },
	};
	const char *query = "t=A&width=3&s=3x4&q=9";

	for (int i = 0; i < COUNT(rows); i++) {
		if (rows[i].id == DIALECT_DAANGN)
			query = "s=3x4&t=crop&q=9";
		else if (rows[i].id != DIALECT_SEED)
			query = "w=3";
		ck_assert(ask(rows[i].id, rows[i].key, query));
		ck_assert_msg(req.other_type == !rows[i].takes && req.transform == rows[i].takes,
			"%s", rows[i].key);
		/* what asks for no picture passes without a word */
		ck_assert(ask(rows[i].id, rows[i].key, ""));
		ck_assert(!req.other_type && !req.transform);
	}
	ck_assert(ask(DIALECT_SEED, "a.gif", "t=B"));
	ck_assert(req.unknown_preset && !req.other_type);
}
END_TEST

START_TEST(keeps_presets_to_the_dialects_that_have_them)
{
	cfg.origins[0].policy.require_t = true;
	ck_assert(ask(DIALECT_IMGIX, "a.jpg", "w=300"));
	ck_assert(!req.transform);
	ck_assert(ask(DIALECT_LIMNER, "a.jpg", "w=300&t=A"));
	ck_assert(req.transform);
	cfg.origins[0].policy.require_t = false;
	ck_assert(ask(DIALECT_IMGIX, "a.jpg", "w=300&t=no.body"));
	ck_assert(req.transform && !req.unknown_preset);
	ck_assert_str_eq(req.notes.dropped, "txt");
}
END_TEST

/* ---- Every row of every dialect ---- */

START_TEST(row_example_is_good)
{
	const struct dialect *d = dialect_of(_i);

	for (const struct dialect_row *row = d->rows; row != NULL && row->name != NULL; row++) {
		struct params p;
		struct params_notes notes;
		bool asks;
		size_t n = strlen(row->name);

		if ((row->flags & (DIALECT_MUTE | DIALECT_ABSENT)) != 0)
			continue;
		ck_assert_msg(strncmp(row->example, row->name, n) == 0 &&
				      (row->example[n] == '=' || row->bare != NULL),
			"%s", row->name);
		params_init(&p);
		ck_assert(dialect_parse(_i, row->example, false, &p, &notes, &asks, &err));
		/* trims and the like say nothing alone */
		if (row->fold != dialect_folds_number && row->fold != dialect_folds_ratio)
			ck_assert_msg(notes.dropped[0] == '\0', "%s", row->example);
	}
}
END_TEST

START_TEST(row_is_documented_and_means_something_here)
{
	const struct dialect *d = dialect_of(_i);

	for (const struct dialect_row *row = d->rows; row != NULL && row->name != NULL; row++) {
		char allowed[PARAMS_VALUE];
		size_t n = strlen(row->meaning);

		for (const struct dialect_row *other = d->rows; other < row; other++) {
			ck_assert_str_ne(row->name, other->name);
			for (int a = 0; a < 2 && row->aliases[a] != NULL; a++)
				ck_assert_str_ne(row->aliases[a], other->name);
		}
		ck_assert_msg(
			row->target == NULL || params_find(row->target) != NULL, "%s", row->name);
		for (const struct dialect_word *w = row->words; w != NULL && w->word != NULL; w++) {
			struct params p;
			struct params_notes notes;

			params_init(&p);
			ck_assert_msg(params_parse(&p, w->sets, true, &notes, &err), "%s: %s",
				w->word, w->sets);
		}
		if ((row->flags & (DIALECT_MUTE | DIALECT_ABSENT)) != 0)
			continue;
		dialect_allowed(row, allowed);
		ck_assert_msg(allowed[0] != '\0', "%s", row->name);
		ck_assert_msg(n > 1 && row->meaning[n - 1] == '.', "%s", row->name);
	}
}
END_TEST

START_TEST(defaults_are_valid)
{
	struct params p, q;
	struct params_notes notes;

	params_init(&p);
	ck_assert(params_parse(&p, dialect_of(_i)->defaults, true, &notes, &err));
	dialect_defaults(_i, &q);
	ck_assert_mem_eq(&p, &q, sizeof p);
	ck_assert_str_ne(dialect_table_choices[_i].name, "");
	ck_assert_int_eq(dialect_table_choices[_i].value, _i);
}
END_TEST

/* ---- One request, however it is written ---- */

/* A name among some, and a value. */
struct pair {
	const char *names[3];
	char value[RANDOM_VALUE];
	bool bare; /* the name alone says it */
};

static struct pair
own_pair(const struct param_def *def, uint64_t *state)
{
	struct pair pair = { .names = { def->name, def->aliases[0], NULL } };

	random_value(def, state, pair.value);
	if (def->kind == PARAM_TEXT && def->name[0] == 't')
		(void)snprintf(pair.value, sizeof pair.value, "pad");
	return pair;
}

/* A value of a row: one of its words, its example, or one of the parameter it becomes. */
static struct pair
foreign_pair(const struct dialect_row *row, uint64_t *state)
{
	struct pair pair = { .names = { row->name, row->aliases[0], row->aliases[1] } };
	const struct param_def *def = row->target != NULL ? params_find(row->target) : NULL;
	const char *equals = strchr(row->example, '=');
	size_t len;
	uint32_t n = 0;

	while (row->words != NULL && row->words[n].word != NULL)
		n++;
	if (def != NULL && def->name[0] == 't' && def->name[1] == '\0')
		(void)snprintf(pair.value, sizeof pair.value, "pad");
	else if (n > 0 && random_below(state, 4) > 0)
		(void)snprintf(pair.value, sizeof pair.value, "%s",
			row->words[random_below(state, n)].word);
	else if (def != NULL && row->fold == NULL && row->scale <= 0 && def->kind != PARAM_SIZE)
		random_value(def, state, pair.value);
	else if (row->bare != NULL)
		pair.bare = true;
	else if (row->max > row->min && row->max <= 1)
		(void)snprintf(pair.value, sizeof pair.value, "0.%03u", random_below(state, 1000));
	else if (row->max > row->min)
		(void)snprintf(pair.value, sizeof pair.value, "%u", 1 + random_below(state, 200));
	else
		ck_assert(text_url_decode(
			equals + 1, strlen(equals + 1), true, pair.value, sizeof pair.value, &len));
	return pair;
}

static size_t
random_pairs(int32_t id, struct pair pairs[64], uint64_t *state)
{
	const struct dialect *d = dialect_of(id);
	size_t n = 0;

	for (size_t i = 0; d->rows == NULL && i < param_count; i++)
		if (param_table[i].kind != PARAM_SIZE && random_below(state, 2) == 0)
			pairs[n++] = own_pair(&param_table[i], state);
	for (const struct dialect_row *row = d->rows; row != NULL && row->name != NULL; row++)
		if ((row->flags & (DIALECT_MUTE | DIALECT_ABSENT)) == 0 &&
			random_below(state, 2) == 0)
			pairs[n++] = foreign_pair(row, state);
	return n;
}

/* Write pairs in some order and spelling, between names that say nothing. */
static void
write_shuffled(struct buf *b, struct pair *pairs, size_t n, uint64_t *state)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = random_below(state, (uint32_t)i);
		struct pair swapped = pairs[i - 1];

		pairs[i - 1] = pairs[k];
		pairs[k] = swapped;
	}
	ck_assert(buf_adds(b, "/a.jpg?", &err));
	for (size_t i = 0; i < n; i++) {
		const char *name = pairs[i].names[random_below(state, 3)];
		bool cased =
			strcmp(pairs[i].names[0], "t") != 0 && strcmp(pairs[i].names[0], "v") != 0;

		if (random_below(state, 5) == 0)
			ck_assert(buf_adds(b, "utm_x=1&", &err));
		if (random_below(state, 5) == 0) /* overridden later, so without trace */
			ck_assert(buf_addf(
				b, &err, "%s=1&%s=&", pairs[i].names[0], pairs[i].names[0]));
		random_spelling(b, name != NULL ? name : pairs[i].names[0], state);
		if (!pairs[i].bare) {
			ck_assert(buf_adds(b, "=", &err));
			if (cased)
				random_spelling(b, pairs[i].value, state);
			else
				ck_assert(buf_adds(b, pairs[i].value, &err));
		}
		ck_assert(buf_adds(b, "&", &err));
	}
}

START_TEST(gives_one_form_and_one_tag_whatever_order_and_spelling)
{
	uint64_t state = 20260102 + (uint64_t)_i;
	int pictures = 0;

	cfg.origins[0].policy.dialect = _i;
	for (int round = 0; round < 2000; round++) {
		struct pair pairs[64];
		struct buf one = BUF_INIT(16384), two = BUF_INIT(16384);
		size_t n = random_pairs(_i, pairs, &state);
		struct request other;
		struct params again;
		struct params_notes notes;
		char form[4096], hash[ETAG_HASH], hash_other[ETAG_HASH];

		write_shuffled(&one, pairs, n, &state);
		write_shuffled(&two, pairs, n, &state);
		ck_assert_msg(
			request_from_text(&cfg, buf_text(&one), &req, &err), "%s", buf_text(&one));
		ck_assert(request_from_text(&cfg, buf_text(&two), &other, &err));
		ck_assert_msg(memcmp(&req.params, &other.params, sizeof req.params) == 0 &&
				      req.transform == other.transform,
			"round %d: %s and %s", round, buf_text(&one), buf_text(&two));
		ck_assert(etag_hash(&cfg, &req, hash, &err));
		ck_assert(etag_hash(&cfg, &other, hash_other, &err));
		ck_assert_str_eq(hash, hash_other);
		/* and the form says the same in limner's own words */
		(void)snprintf(form, sizeof form, "%s", canonical(&req.params));
		params_init(&again);
		ck_assert_msg(params_parse(&again, form, true, &notes, &err), "round %d: %s: %s",
			round, form, err.say);
		ck_assert_str_eq(canonical(&again), form);
		pictures += req.transform;
		buf_done(&one);
		buf_done(&two);
	}
	ck_assert_int_gt(pictures, 200); /* requests that say something were among them */
}
END_TEST

/* ---- Pages ---- */

START_TEST(describes_every_row)
{
	char *text = NULL, *page = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	ck_assert_ptr_nonnull(f);
	ck_assert(dialect_describe(f, _i));
	(void)fclose(f);
	f = open_memstream(&page, &n);
	ck_assert_ptr_nonnull(f);
	dialect_describe_page(f);
	(void)fclose(f);
	for (const struct dialect_row *row = dialect_of(_i)->rows; row != NULL && row->name != NULL;
		row++) {
		char code[64];

		(void)snprintf(code, sizeof code, "<code>%s</code>", row->name);
		ck_assert_msg(strstr(page, code) != NULL, "%s", row->name);
		if ((row->flags & (DIALECT_MUTE | DIALECT_ABSENT)) == 0)
			ck_assert_msg(strstr(text, row->example) != NULL, "%s", row->name);
	}
	free(text);
	free(page);
}
END_TEST

Suite *
suite_dialect(void)
{
	Suite *suite = suite_create("dialect");
	TCase *tc = tcase_create("dialect");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, folds_what_the_service_documents, 0, COUNT(goldens));
	tcase_add_loop_test(tc, comes_to_the_documented_size, 0, COUNT(sizes));
	tcase_add_loop_test(tc, names_the_mistake_when_strict, 0, COUNT(strict));
	tcase_add_test(tc, makes_pictures_of_its_endings_alone);
	tcase_add_test(tc, keeps_presets_to_the_dialects_that_have_them);
	tcase_add_loop_test(tc, row_example_is_good, 0, DIALECT__COUNT);
	tcase_add_loop_test(tc, row_is_documented_and_means_something_here, 0, DIALECT__COUNT);
	tcase_add_loop_test(tc, defaults_are_valid, 0, DIALECT__COUNT);
	tcase_add_loop_test(
		tc, gives_one_form_and_one_tag_whatever_order_and_spelling, 0, DIALECT__COUNT);
	tcase_add_loop_test(tc, describes_every_row, 0, DIALECT__COUNT);
	suite_add_tcase(suite, tc);
	return suite;
}
