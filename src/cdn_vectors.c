/*
 * Queries, and what the canonical form makes of them: for whoever writes a function for another
 * CDN, and for the test that holds limner and the edge function together.
 */
#include "cdn.h"

#include "base/text.h"

#include <string.h>

#define QUERY_MAX 4096

/* What tables cannot tell: how pairs are read, and what lies around the edges. */
static const char *const queries[] = {
	"",
	"&",
	"&&w=300&&",
	"w",
	"w=",
	"=",
	"=300",
	"w==300",
	"w=300=",
	"?w=300",
	"w=300?",
	/* order, duplicates, aliases, case */
	"q=80&w=300&t=card",
	"w=200&w=300",
	"w=200&width=300",
	"width=300&w=200&WIDTH=250",
	"W=300",
	"F=WebP",
	"utm_source=mail&w=300&fbclid=x",
	"w=300&w=wide",
	"w=wide&w=300",
	"w=300&w=",
	"h=200&s=300x",
	"s=300x200&h=100",
	"s=300x200",
	"s=x200",
	"s=300x",
	"s=x",
	"s=300",
	"s=",
	"s=300X200",
	"s=autox200",
	"s=300x200x100",
	"w=1&s=",
	"s=0x0",
	"s=wx200",
	/* escapes */
	"%77=300",
	"w=%33%30%30",
	"w=3%300",
	"w=%",
	"w=%3",
	"w=%zz",
	"w%3D300",
	"w=300%26h=200",
	"v=%E2%82%AC",
	"v=\xe2\x82\xac",
	"v=%ff%fe",
	"v=a%00b",
	"v=a+b",
	"v=a%20b",
	"v=%7e%2D%5F",
	"v=%2C,",
	"v=a/b?c",
	"v=100%",
	"v=%C3%A9&v=%c3%a9",
	"v=%F0%9F%98%80",
	"v=%0a",
	"v=%7F",
	"dl",
	"dl=",
	"dl=0",
	"DL&w=300",
	"dl=cat.jpg&dl",
	"dl=Cat 1.jpg",
	"dl=%EC%82%AC%EC%A7%84.jpg",
	"t=card&dl=0",
	"dl=%0a",
	"t=%63ard",
	"t=Card",
	"t=b@d",
	"t=b@d&w=300",
	"w=300&t=",
	"t=a&t=b@d",
	/* numbers */
	"w=0",
	"w=-0",
	"w=0.4",
	"w=0.5",
	"w=1",
	"w=+300",
	"w=-300",
	"w=0300",
	"w=299.5",
	"w=299.4",
	"w=1e3",
	"w=0x10",
	"w=3,00",
	"w=%20300",
	"w=300%0a",
	"w=.5",
	"w=5.",
	"w=.",
	"w=-",
	"w=Infinity",
	"w=NaN",
	"w=8192",
	"w=8193",
	"w=9000&h=4500",
	"w=99999999999999&h=1",
	"w=999999999999999",
	"w=9999999999999999",
	"w=1&h=20000",
	"w=2147483648&h=2147483648",
	"w=auto&h=AUTO",
	"q=0",
	"q=0.5",
	"q=0.4",
	"q=101",
	"q=1000000000000",
	"dpr=0.1",
	"dpr=1.25",
	"dpr=1.24999",
	"dpr=9",
	"dpr=1.0",
	"dpr=2.0",
	"dpr=0.95",
	"blur=0.005",
	"blur=0.004",
	"blur=-1",
	"blur=10.1",
	"trim=0",
	"trim=300",
	"max=1",
	"frame=0",
	"frame=1",
	"frame=2",
	/* defaults, which a preset could override */
	"fit=inside",
	"t=card&fit=inside",
	"t=card&up=0&dpr=1&f=original",
	"g=0.5,0.5&w=300",
	/* several numbers */
	"g=0,0",
	"g=0.5,1",
	"g=1.5,-1",
	"g=0.1234,0.5",
	"g=0.0004,0.9996",
	"g=0.3",
	"g=0.3,0.4,0.5",
	"g=,",
	"g=smart",
	"g=SMART",
	"g=0.25,0.75",
	"g=0.3%2C0.4",
	"crop=0,0,1,1",
	"crop=0,0,0,1",
	"crop=10,20,300,400",
	"crop=0.123456,0,1,1",
	"crop=0,0,0.000001,1",
	"crop=-1,0,1,1",
	"crop=0,0,9999999,1",
	"crop=1,2,3",
	"crop=1,2,3,4,5",
	"crop=.1,.2,.3,.4",
	/* colours */
	"bg=FFF",
	"bg=%23fff",
	"bg=%23FFFF",
	"bg=f0f8",
	"bg=ffffffff",
	"bg=00000000",
	"bg=#fff",
	"bg=ff",
	"bg=fffff",
	"bg=ggg",
	"bg=%23red",
	"bg=LightGrey",
	"bg=slategrey",
	"bg=bad",
	"bg=greyx",
	"bg=constructor",
	"bg=lightgoldenrodyellow",
	"bg=transparent",
	"bg=%23",
	"constructor=1",
	"__proto__=1&w=300",
	"toString=1",
	/* steps, and sides that follow */
	"w=150",
	"h=150",
	"w=150&h=75",
	"w=401&h=1",
	"w=1&h=8192",
	"q=61&w=150",
	"dpr=1.6&h=150",
	"w=100&h=200",
	"w=5000&h=5000",
	"t=card&h=33",
};

static bool
add_vector(const struct config *cfg, const char *host, const char *uri, bool first, struct buf *out,
	struct err *err)
{
	struct buf canonical = BUF_INIT(QUERY_MAX);
	bool ok = cdn_canonical(cfg, host, uri, &canonical, err) &&
		  buf_addf(out, err, "%s  { \"host\": \"", first ? "" : ",\n") &&
		  text_json(out, host, err) && buf_adds(out, "\", \"uri\": \"", err) &&
		  text_json(out, uri, err) && buf_adds(out, "\", \"canonical\": \"", err) &&
		  text_json(out, buf_text(&canonical), err) && buf_adds(out, "\" }", err);

	buf_done(&canonical);
	return ok;
}

/* A host an origin's setting is for: some host of the domain in the place of *. */
static void
host_for(const struct config_origin *origin, char ret[sizeof origin->host + 4])
{
	bool domain = origin->host[0] == '*';

	(void)snprintf(ret, sizeof origin->host + 4, "%s%s", domain ? "img" : "",
		origin->host + (domain ? 1 : 0));
}

/* One origin's: the queries above, and of each parameter its example and every word it knows. */
static bool
add_origin(const struct config *cfg, const struct config_origin *origin, bool first,
	struct buf *out, struct err *err)
{
	char host[sizeof origin->host + 4], uri[sizeof origin->mount + QUERY_MAX];

	host_for(origin, host);
	for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
		(void)snprintf(uri, sizeof uri, "%sa.jpg?%s", origin->mount, queries[i]);
		if (!add_vector(cfg, host, uri, first && i == 0, out, err))
			return false;
	}
	for (size_t i = 0; i < param_count; i++) {
		const struct param_def *def = &param_table[i];

		(void)snprintf(uri, sizeof uri, "%sa.jpg?%s", origin->mount, def->example);
		if (!add_vector(cfg, host, uri, false, out, err))
			return false;
		for (const struct param_choice *c = def->choices; c != NULL && c->name != NULL;
			c++) {
			(void)snprintf(uri, sizeof uri, "%sa.jpg?v=1&%s=%s", origin->mount,
				def->name, c->name);
			if (!add_vector(cfg, host, uri, false, out, err))
				return false;
		}
	}
	return true;
}

bool
cdn_vectors(const struct config *cfg, struct buf *out, struct err *err)
{
	if (!buf_adds(out, "[\n", err))
		return false;
	for (size_t i = 0; i < cfg->origin_count; i++)
		if (!add_origin(cfg, &cfg->origins[i], i == 0, out, err))
			return false;
	return buf_adds(out, "\n]\n", err);
}
