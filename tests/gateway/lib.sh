# shellcheck shell=bash
# What the gateway tests share: a scratch folder, the web servers, and words to check with.
#
# Every server runs the files of conf as they are shipped, but for paths and ports. LIMNER names the
# program (default: build/unit/src/limner); KEEP=1 leaves the scratch folder. The head of every answer
# is judged (tests/headers/rules.h) by the program LINT names, of the same build; an installed limner
# is tested without it.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
limner=${LIMNER:-$top/build/unit/src/limner}
lint=${LINT:-$(dirname "$limner")/../tests/headers/lint}
. "$top/tests/headers/judge.sh"
PATH=$PATH:/usr/sbin:/sbin
modules=/usr/lib/apache2/modules
passed=${passed:-0}
failed=${failed:-0}

# ---- Outcomes ----

ok() {
	passed=$((passed + 1))
	printf 'ok - %s: %s\n' "$server" "$1"
}

not_ok() { # NAME [WHY]
	failed=$((failed + 1))
	printf 'not ok - %s: %s\n' "$server" "$1"
	[ -z "${2:-}" ] || printf '#   %s\n' "$2"
}

is() { # NAME GOT WANT
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got '$2', not '$3'"; fi
}

like() { # NAME GOT PATTERN (bash's, extended)
	if [[ $2 =~ $3 ]]; then ok "$1"; else not_ok "$1" "'$2' is not like '$3'"; fi
}

yes() { # NAME COMMAND...
	local name=$1
	shift
	if "$@" >/dev/null; then ok "$name"; else not_ok "$name" "failed: $*"; fi
}

heads_are_right() { # all that came until now; before the scratch folder goes
	if all_judged; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

finish() {
	[ -z "${stop_with:-}" ] || stop
	[ ! -d "$dir" ] || [ "${heads:-}" = none ] || heads_are_right
	echo "# $server: $passed passed, $failed failed"
	[ "$failed" -eq 0 ]
	exit
}

need() { # COMMAND-OR-FILE...: without one of them there is nothing to test
	local thing
	for thing; do
		if [ ! -e "$thing" ] && ! command -v "$thing" >/dev/null; then
			echo "# skipped: $thing is not installed"
			exit 77
		fi
	done
}

# ---- The scratch folder ----

clean() {
	local pid
	for pid in ${stop_with:-} $(our_pids); do
		kill -KILL "$pid" 2>/dev/null
	done
	[ -n "${KEEP:-}" ] || rm -rf "$dir"
}

prepare() { # [LINE...]: lines for the top of limner.conf
	need "$limner" curl perl gm
	dir=$(mktemp -d "${TMPDIR:-/tmp}/limner-gateway.XXXXXX")
	trap clean EXIT
	chmod 755 "$dir"
	# A program and originals that any user can reach: Apache and others give root's rights away.
	# The socket's folder is theirs to write.
	mkdir "$dir/bin" "$dir/originals" "$dir/run" "$dir/www"
	cp "$limner" "$dir/bin/limner.fcgi"
	find "$top/tests/data/originals" "$top/www/samples" -type f -name '*.???*' ! -name '*.icc' \
		-exec cp -p {} "$dir/originals/" \;
	chmod -R a+rX "$dir/bin" "$dir/originals"
	judged=$dir/judged
	: >"$dir/limner.log"
	chmod 666 "$dir/limner.log"
	user=$(id -un)
	if [ "$(id -u)" -eq 0 ]; then
		user=www-data
		chown "$user" "$dir/run"
	fi
	configure "$@"
}

# The shipped limner.conf with these lines on top.
configure() {
	{
		printf 'log = %s/limner.log\n' "$dir"
		printf '%s\n' "$@"
		substitute "$top/conf/limner.conf"
		! declare -F table_origins >/dev/null || table_origins
	} >"$dir/limner.conf"
}

substitute() { # FILE: print it with the places of this test
	sed -e "s|/usr/lib/cgi-bin/limner\.fcgi|$dir/bin/limner.fcgi|g" \
		-e "s|/etc/limner/limner\.conf|$dir/limner.conf|g" \
		-e "s|/run/\(lighttpd/\)\{0,1\}limner\.\([a-z]*\)|$dir/run/limner.\2|g" \
		-e "s|^root = .*|root = $dir/originals|" "$1"
}

free_port() {
	perl -MIO::Socket::INET -e \
		'print IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 1)->sockport'
}

# ---- Processes ----

# Every process of this test's program: master, workers, cells, CGI. Zombies are none any more.
our_pids() {
	local link
	for link in /proc/[0-9]*/exe; do
		[ "$(readlink "$link" 2>/dev/null)" != "$dir/bin/limner.fcgi" ] || echo "${link//[!0-9]/}"
	done
}

cells() {
	local pid
	for pid in $(our_pids); do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != limner-cell ] || echo "$pid"
	done
}

parent() { # PID
	sed -n 's/^PPid:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null
}

workers() { # processes that serve: no cells, and no master (which has workers for children)
	local pid pids masters=
	pids=$(our_pids)
	for pid in $pids; do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" = limner-cell ] || masters="$masters $(parent "$pid")"
	done
	for pid in $pids; do
		case " $masters $(cells | tr '\n' ' ')" in
		*" $pid "*) ;;
		*) echo "$pid" ;;
		esac
	done
}

peak_kb() { # the most memory any of them ever had
	local pid most=0 kb
	for pid in $(our_pids); do
		kb=$(sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$pid/status" 2>/dev/null)
		[ "${kb:-0}" -le "$most" ] || most=$kb
	done
	echo "$most"
}

within() { # SECONDS COMMAND...: until it succeeds
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05
	done
}

ended() {
	local state
	state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null)
	[ -z "$state" ] || [ "$state" = Z ]
}

none_left() {
	[ -z "$(our_pids)" ]
}

# ---- Servers: start_NAME sets base, stop_with (a pid) and stop_signal ----

up() {
	fetch -/health
	[ "$status" = 200 ]
}

started() {
	base=http://127.0.0.1:$port/img
	if ! within 10 up; then
		not_ok "starts" "no answer from $base/-/health"
		tail -n 20 "$dir"/*.error "$dir/limner.log" | sed 's/^/#   /'
		finish
	fi
}

apache_conf() { # MODULE...: the least around a shipped file
	cat <<CONF
ServerRoot $dir
ServerName localhost
Listen 127.0.0.1:$port
PidFile $dir/apache.pid
ErrorLog $dir/apache.error
DefaultRuntimeDir $dir
DocumentRoot $dir/www
KeepAliveTimeout 60
CONF
	[ "$(id -u)" -ne 0 ] || printf 'User %s\nGroup %s\n' "$user" "$user"
	local module
	for module in mpm_event authz_core alias env setenvif "$@"; do
		printf 'LoadModule %s_module %s/mod_%s.so\n' "$module" "$modules" "$module"
	done
}

start_apache() { # FILE MODULE...
	local conf=$dir/apache.conf
	port=$(free_port)
	apache_conf "${@:2}" >"$conf"
	case " $* " in
	*" fcgid "*)
		mkdir -p "$dir/ipc"
		chown "$user" "$dir/ipc"
		printf 'FcgidIPCDir %s/ipc\nFcgidProcessTableFile %s/ipc/table\n' "$dir" "$dir" >>"$conf"
		;;
	*) printf 'ScriptSock %s/cgisock\n' "$dir" >>"$conf" ;;
	esac
	{
		# mod_fcgid starts fewer processes the more have ended of late, and clears them away
		# every 3 s only. At 7 requests each, not 10000, that would be all the time.
		[ -z "${recycle_after:-}" ] ||
			printf 'FcgidSpawnScoreUpLimit 1000\nFcgidErrorScanInterval 1\n'
		[ -n "${whole_server:-}" ] || printf '<VirtualHost *:%s>\n' "$port"
		substitute "$top/conf/$1" |
			sed "s|MaxRequestsPerProcess .* |MaxRequestsPerProcess ${recycle_after:-10000} |"
		[ -z "${whole_server:-}" ] || printf '<VirtualHost *:%s>\n' "$port"
		printf '</VirtualHost>\n'
	} >>"$conf"
	apache2 -f "$conf" -k start || not_ok "starts"
	stop_signal=WINCH # graceful-stop
	within 10 test -s "$dir/apache.pid"
	stop_with=$(cat "$dir/apache.pid")
	started
}

start_apache_fcgid() {
	need apache2 "$modules/mod_fcgid.so"
	start_apache apache-fcgid.conf fcgid
}

start_apache_cgi() {
	need apache2 "$modules/mod_cgid.so"
	start_apache apache-cgi.conf cgid
}

# The .htaccess of shared hosting: the program lies in the web site's own folder.
start_apache_htaccess() {
	need apache2 "$modules/mod_cgid.so" "$modules/mod_rewrite.so"
	local conf=$dir/apache.conf
	port=$(free_port)
	mkdir -p "$dir/www/cgi-bin"
	ln -f "$dir/bin/limner.fcgi" "$dir/www/cgi-bin/limner.fcgi"
	substitute "$top/conf/htaccess" >"$dir/www/.htaccess"
	{
		apache_conf cgid rewrite
		printf 'ScriptSock %s/cgisock\n<Directory %s/www>\n' "$dir" "$dir"
		printf 'AllowOverride All\nRequire all granted\n</Directory>\n'
	} >"$conf"
	apache2 -f "$conf" -k start || not_ok "starts"
	stop_signal=WINCH
	within 10 test -s "$dir/apache.pid"
	stop_with=$(cat "$dir/apache.pid")
	started
}

start_lighttpd() {
	need lighttpd
	port=$(free_port)
	{
		printf 'server.bind = "127.0.0.1"\nserver.port = %s\n' "$port"
		printf 'server.document-root = "%s/www"\nserver.errorlog = "%s/lighttpd.error"\n' "$dir" "$dir"
		[ "$(id -u)" -ne 0 ] ||
			printf 'server.username = "%s"\nserver.groupname = "%s"\n' "$user" "$user"
		substitute "$top/conf/lighttpd.conf"
	} >"$dir/lighttpd.conf"
	: >"$dir/lighttpd.error"
	chmod 666 "$dir/lighttpd.error"
	lighttpd -D -f "$dir/lighttpd.conf" </dev/null 2>>"$dir/lighttpd.error" &
	stop_with=$!
	stop_signal=TERM
	started
}

# nginx does not start limner: the command in the shipped file's remark does.
start_spawn_fcgi() {
	substitute "$top/conf/nginx.conf" | sed -n '/^# *spawn-fcgi /,/[^\\]$/s/^# *//p' >"$dir/spawn"
	sed -i "s/--workers 4/--workers ${worker_count:-4}/" "$dir/spawn"
	[ "$(id -u)" -eq 0 ] || sed -i 's/-[Uug] www-data//g' "$dir/spawn"
	rm -f "$dir/run/limner.sock"
	sh "$dir/spawn" >"$dir/spawn.error" 2>&1 || not_ok "the command in the remark" "$(cat "$dir/spawn.error")"
	master=$(cat "$dir/run/limner.pid")
}

start_nginx() {
	need nginx spawn-fcgi
	start_spawn_fcgi
	port=$(free_port)
	mkdir -p "$dir/temp"
	{
		[ "$(id -u)" -ne 0 ] || printf 'user %s;\n' "$user"
		printf 'daemon off;\npid %s/nginx.pid;\nerror_log %s/nginx.error;\n' "$dir" "$dir"
		printf 'worker_processes 2;\nevents { }\nhttp {\naccess_log off;\n'
		local kind
		for kind in client_body proxy fastcgi uwsgi scgi; do
			printf '%s_temp_path %s/temp/%s;\n' "$kind" "$dir" "$kind"
		done
		printf 'server {\nlisten 127.0.0.1:%s;\n' "$port"
		substitute "$top/conf/nginx.conf"
		printf '}\n}\n'
	} >"$dir/nginx.conf"
	nginx -p "$dir" -c "$dir/nginx.conf" 2>>"$dir/nginx.error" &
	stop_with=$!
	stop_signal=QUIT
	started
}

# Stop the server as an administrator would, and see that nothing of ours is left over.
stop() {
	kill "-$stop_signal" "$stop_with"
	[ -z "${master:-}" ] || kill "$master" 2>/dev/null
	yes "the server ends" within 20 ended "$stop_with"
	if within 15 none_left; then
		ok "no process is left over"
	else
		not_ok "no process is left over" "$(ps -o pid,ppid,args -p "$(our_pids | paste -sd,)")"
	fi
	stop_with=
	master=
}

# ---- Requests ----

# fetch PATH [CURL OPTION]...: below the mount; fills status, $dir/head and $dir/body
fetch() {
	: >"$dir/body"
	status=$(curl -sg --path-as-is --max-time 60 -D "$dir/head" -o "$dir/body" \
		-w '%{http_code}' "${@:2}" "$base/$1")
	curl_status=$?
	[ "$status" = 000 ] || judge_fetched "$@"
}

judge_fetched() { # PATH [CURL OPTION]...
	local option
	local -a known=(-b "$dir/body") by=()
	for option in "${@:2}"; do
		case $option in
		-I | --head) known=(-I) ;; # the body is the head again
		HEAD) known=(-I) ;;
		esac
	done
	[ "$curl_status" -eq 0 ] || known+=(-p)
	[ "${base#"${front:-none}"}" = "$base" ] || by=(-C) # the cache in front
	[ -z "${error_age:-}" ] || by+=(-a "$error_age") # of the settings
	judge_head "$*" "${known[@]}" "${by[@]}" "$dir/head"
}

# The same by hand, without any web server: the environment is all CGI asks for. Knows -I, -X, -H.
by_hand() {
	local method=GET path=$1 query='' header
	local -a set=()
	shift
	while [ $# -gt 0 ]; do
		case $1 in # another option is curl's business
		-I) method=HEAD ;;
		-X) method=$2 && shift ;;
		-H)
			header=${2%%:*}
			header=${header^^}
			set+=("HTTP_${header//-/_}=${2#*: }")
			shift
			;;
		esac
		shift
	done
	case $path in
	*\?*) query=${path#*\?} ;;
	esac
	env -i GATEWAY_INTERFACE=CGI/1.1 SERVER_PROTOCOL=HTTP/1.1 LIMNER_CONFIG="$dir/limner.conf" \
		REQUEST_METHOD="$method" REQUEST_URI="/img/$path" QUERY_STRING="$query" \
		SCRIPT_NAME=/img "${set[@]}" "$dir/bin/limner.fcgi" </dev/null |
		perl -e 'open my $head, ">", shift; open my $body, ">", shift; binmode STDIN;
			while (<STDIN>) { s/^Status: /HTTP\/1.1 /; print $head $_; last if /^\r?\n$/ }
			print $body $_ while read STDIN, $_, 65536' "$dir/head" "$dir/body"
	curl_status=${PIPESTATUS[0]}
	status=$(sed -n '1s/^HTTP[^ ]* \([0-9]*\).*/\1/p' "$dir/head")
	judge_cgi "$path" "$dir" "$curl_status" "$method"
}

header() { # NAME
	sed -n "s/^$1: *//Ip" "$dir/head" | tr -d '\r'
}

size() { # WIDTHxHEIGHT and format of the body
	gm identify -format '%m %wx%h' "$dir/body" 2>&1
}

# The log's line about the last request for a key.
logged() {
	grep "key=\"\{0,1\}$1[\" ]" "$dir/limner.log" | tail -n 1
}
