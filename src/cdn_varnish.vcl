# Varnish in front of limner, made by: limner cdn varnish @BACKEND@
# For Varnish 6.6 or later. Change settings and print it again, rather than this.
#
# What it does: one object for each picture, however its query is ordered, whatever else is in it
# and whichever alias is used; three variants at most where the answer depends on Accept; stale
# pictures while limner is asked again, and while it fails. Faults of limner's are never kept.
# What it does not, for VCL cannot compute: values stay as they are written (w=0300 and w=300 are
# two objects), and steps (snap_w) are limner's; canonical = redirect brings these together.
vcl 4.1;

import std;

backend limner {
	.host = "@HOST@";
	.port = "@PORT@";
	.connect_timeout = 2s;
	.first_byte_timeout = @PATIENCE@s;
	.between_bytes_timeout = 20s;
}

# Known names in one order. A query with a name in it twice, or one in escapes, is left alone: what
# it means depends on its order.
sub limner_query {
	set req.http.X-Limner-Query = regsub(req.url, "^[^?]*\??", "&");
	if (req.http.X-Limner-Query !~ "&[^=&]*%"@ONCE@) {
		set req.http.X-Limner-Made = "";
@NAMES@		set req.url = regsub(req.url, "\?.*$", "") +
			regsub(req.http.X-Limner-Made, "^&", "?");
		unset req.http.X-Limner-Made;
	}
	unset req.http.X-Limner-Query;
}

# Accept in three words. A format counts where it is named with a weight that is one, and not zero;
# which weight is the higher is lost. avif says WebP as well.
sub limner_accept {
	set req.http.X-Limner-Formats = "@NEITHER@";
	if (req.http.Accept ~ "(?i)(^|,)\s*image/webp\s*(?![^,]*;\s*q=(?!(1(\.0{0,3})?|0\.(?=0*[1-9])\d{1,3})\s*([,;]|$)))([,;]|$)") {
		set req.http.X-Limner-Formats = "@WEBP@";
		if (req.http.Accept ~ "(?i)(^|,)\s*image/avif\s*(?![^,]*;\s*q=(?!(1(\.0{0,3})?|0\.(?=0*[1-9])\d{1,3})\s*([,;]|$)))([,;]|$)") {
			set req.http.X-Limner-Formats = "@AVIF@";
		}
	}
	set req.http.@ACCEPT@ = req.http.X-Limner-Formats;
	unset req.http.X-Limner-Formats;
}

sub vcl_recv {
	if (req.restarts == 0) {
		unset req.http.X-Limner;
		unset req.http.X-Limner-Try;
	}
@ORIGINS@	if (req.http.X-Limner) {
		unset req.http.Cookie;
	}
	if (req.http.X-Limner-Try == "fetch") {
		set req.grace = 0s;
	} else {
		# as long as an object was told when it was made; vcl_hit takes less while all is well
		set req.grace = @GRACE@s;
	}
}

sub vcl_backend_fetch {
	unset bereq.http.X-Limner;
}

sub vcl_backend_response {
	if (beresp.status >= 500) {
		# an answer would take the place of the stale picture that is there
		if (bereq.is_bgfetch || bereq.http.X-Limner-Try == "fetch") {
			return (abandon);
		}
		set beresp.uncacheable = true;
		set beresp.ttl = 0s;
		set beresp.grace = 0s;
		return (deliver);
	}
	# Grace is the longer of both kinds of staleness; vcl_hit takes less while all is well.
	set beresp.grace = 0s;
	if (beresp.http.Cache-Control ~ "stale-while-revalidate=[0-9]") {
		set beresp.grace = std.duration(regsub(beresp.http.Cache-Control,
			"^.*stale-while-revalidate=([0-9]+).*$", "\1s"), 0s);
	}
	if (beresp.http.Cache-Control ~ "stale-if-error=[0-9]" &&
		std.duration(regsub(beresp.http.Cache-Control,
			"^.*stale-if-error=([0-9]+).*$", "\1s"), 0s) > beresp.grace) {
		set beresp.grace = std.duration(regsub(beresp.http.Cache-Control,
			"^.*stale-if-error=([0-9]+).*$", "\1s"), 0s);
	}
	# After that it can still be confirmed by a 304.
	set beresp.keep = 7d;
}

# An object's own Cache-Control may allow less staleness than the settings while limner is well, or
# none (only stale-if-error): then limner is asked first, and what is stale is for when it fails.
sub vcl_hit {
	if (req.http.X-Limner && !req.http.X-Limner-Try && obj.ttl +
		std.duration(regsub(obj.http.Cache-Control,
			"^.*stale-while-revalidate=([0-9]+).*$", "\1s"), 0s) < 0s) {
		set req.http.X-Limner-Try = "fetch";
		return (restart);
	}
}

sub vcl_synth {
	if (resp.status >= 500 && req.http.X-Limner-Try == "fetch") {
		set req.http.X-Limner-Try = "stale";
		return (restart);
	}
}

sub vcl_deliver {
	if (resp.status >= 500 && req.http.X-Limner-Try != "stale" && req.http.X-Limner) {
		set req.http.X-Limner-Try = "stale";
		return (restart);
	}
	if (obj.hits > 0) {
		set resp.http.X-Cache = "HIT";
	} else {
		set resp.http.X-Cache = "MISS";
	}
}
