# shellcheck shell=bash
# Every answer a script gets is judged by the rules of tests/headers/rules.h.
#
# lint      the program that does it, of the same build; an installed limner is tested without
# judged    where it is noted, for all subshells: a file's name of the script's choice

# Judge heads. What is found is told at once, and fails the script by all_judged.
judge_head() { # NAME LINT-OPTION... HEADS
	local found code
	[ -x "$lint" ] || return 0
	found=$("$lint" "${@:2}")
	code=$?
	printf . >>"$judged"
	[ "$code" -ne 0 ] || return 0
	printf '%s\n' "$1" >>"$judged.not"
	printf 'not ok - the head of %s\n' "$1"
	sed 's/^/#   /' <<<"${found:-there is none}"
}

# Judge the answer of limner as a CGI program, taken apart into $FOLDER/head and body.
judge_cgi() { # NAME FOLDER EXIT-STATUS METHOD
	local -a how=(-c -b "$2/body")
	[ -s "$2/head" ] || return 0
	[ "$3" = 0 ] || how+=(-p)
	[ "$4" != HEAD ] || how+=(-I)
	judge_head "$4 $1" "${how[@]}" "$2/head"
}

# Tell how many were judged. False: some were not as they must be, or, in a build of the tests, none
# was looked at, if only because what looks at them is missing.
all_judged() {
	if [ ! -x "$lint" ]; then
		# where it was named, and in the folder of a build, it must be
		[ -z "${LINT:-}" ] && [ ! -e "${lint%/*}/../../config.status" ] && return 0
		printf 'not ok - %s is not built\n' "$lint"
		return 1
	fi
	if [ ! -s "$judged" ]; then
		printf 'not ok - no head was judged\n'
		return 1
	fi
	[ ! -s "$judged.not" ] || return 1
	printf 'ok - the heads of %s answers\n' "$(wc -c <"$judged")"
}
