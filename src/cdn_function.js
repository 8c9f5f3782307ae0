// The template of the CloudFront Function (viewer request, JavaScript runtime 2.0: ES 5.1 with let,
// const and arrow functions; no for-of, no destructuring). cdn_function.c fills in what stands
// between @s; blanks and remarks are left out there, for CloudFront takes 10 KB at most.
//
// It does what params.c, params_kinds.c and snap.c do, step by step: change both.

// name, aliases, kind, left out, min, max, 1 clamp + 2 side + 4 name + 8 bare, places, words=values
const TABLE = [
@TABLE@
];
// names, each with its hex digits (in capitals) behind it; grey is gray
const COLOURS = '@COLOURS@';
// mount, host, strict (-1: another dialect), presets with f=auto, [steps of w h q dpr], Accept is left alone,
// client hints count, how many rows at the table's end it does not know; the first that matches counts
const ORIGINS = [
@ORIGINS@
];
const HEADER = '@HEADER@';

function row(name, hidden) {
	for (let i = 0; i < TABLE.length - (hidden || 0); i++)
		if (TABLE[i][0] === name || TABLE[i][1].indexOf(name) >= 0)
			return TABLE[i];
}

// One character stands for one byte from here on; a % that begins no escape is itself.
function decode(s) {
	return encodeURI(s).replace(/%25/g, '%')
		.replace(/%([0-9a-f]{2})/gi, (all, hex) => String.fromCharCode(parseInt(hex, 16)));
}

function encode(s) {
	return s.replace(/[^A-Za-z0-9._~,-]/g,
		(c) => '%' + ('0' + c.charCodeAt(0).toString(16).toUpperCase()).slice(-2));
}

// Of 'word=value word=value': a word's value (from 0), or the first word of a value (from 1).
function pick(words, key, from) {
	const list = words.split(' ');
	for (let i = 0; i < list.length; i++) {
		const pair = list[i].split('=');
		if (pair[from] === key)
			return pair[1 - from];
	}
}

function round(n, places) {
	const scale = +('1e' + places);
	return Math.floor(n * scale + 0.5) / scale;
}

function print(n) {
	const parts = Math.floor(n * 1e5 + 0.5);
	const rest = ('0000' + parts % 1e5).slice(-5).replace(/0+$/, '');
	return Math.floor(parts / 1e5) + (rest && '.' + rest);
}

// A plain decimal of at most 15 digits, or NaN.
function real(s) {
	const m = /^([-+]?)(\d*)(?:\.(\d+))?/.exec(s);
	const rest = m[3] || '', digits = m[2] + rest;
	if (m[0] !== s || digits === '' || digits.length > 15)
		return NaN;
	return (m[1] === '-' ? -1 : 1) * (+digits / +('1e' + rest.length));
}

function bound(r, n, strict) {
	if (n < r[4])
		return strict || !(r[6] & 1) ? NaN : r[4];
	if (n > r[5])
		return strict ? NaN : r[6] & 2 ? Math.min(n, 2147483647) : r[5];
	return n;
}

function colour(s) {
	const hash = s.charAt(0) === '#';
	let hex = hash ? s.slice(1) : s;
	if (/[^0-9a-f]/.test(hex) || [3, 4, 6, 8].indexOf(hex.length) < 0) {
		const m = !/[^a-z]/.test(s) && s && RegExp('(?:^|[0-9A-F])' +
			s.replace('grey', 'gray') + '([0-9A-F]+)').exec(COLOURS);
		if (!m)
			return undefined;
		hex = m[1].toLowerCase();
	}
	if (hex.length < 6)
		hex = hex.replace(/./g, '$&$&');
	return hex.length > 6 ? hex.replace(/ff$/, '') : hex;
}

// Numbers with commas between them, in the row's bounds.
function numbers(r, s, count, strict) {
	const list = s.split(',').map((one) => round(bound(r, real(one), strict), r[7]));
	return list.length === count && !list.some(isNaN) ? list : undefined;
}

// Read a value: a number, or text in its one spelling; NaN or undefined when it is not valid.
function read(r, s, strict) {
	const low = s.toLowerCase(), named = pick(r[8], low, 0);
	let list;
	if (named && r[2] !== 'point')
		return +named;
	switch (r[2]) {
	case 'int':
		return bound(r, round(real(s), 0), strict);
	case 'real':
		return round(bound(r, real(s), strict), r[7]);
	case 'colour':
		return colour(low);
	case 'point':
		list = named ? undefined : numbers(r, s, 2, strict);
		if (list && (list[0] * 2 % 1 || list[1] * 2 % 1))
			return list.map(print).join();
		return pick(r[8], list ? '' + (list[1] * 6 + list[0] * 2) : named, 1);
	case 'rect':
		list = numbers(r, s, 4, strict);
		return list && list[2] > 0 && list[3] > 0 ? list.map(print).join() : undefined;
	case 'text':
		return s.length > r[5] || (r[6] & 4 ? /[^A-Za-z0-9_-]/ : /[\x00-\x1f\x7f]/).test(s) ?
			undefined : s;
	}
}

// Set one parameter; an empty value, and a side without a length, unset it; auto is 0.
function set(got, r, s, strict) {
	const n = r[6] & 2 ? real(s) : NaN;
	let v;
	if (s === '' && r[6] & 8)
		s = '1';
	if (s !== '' && !(n >= 0 && n < 0.5)) {
		v = read(r, s, strict);
		if (v === undefined || v !== v)
			return false;
	}
	got[r[0]] = v;
	return true;
}

// Take one pair; WxH speaks of the sides it names, both when it is empty.
function take(got, r, s, strict) {
	const size = r[2] === 'size', x = s.search(/x/i), made = {};
	const names = !size ? [r[0]] : (x < 0 ? 'swh' : x > 0 ? s.length - 1 > x ? 'swh' : 'sw' : 'sh').split('');
	if (s.length > 255 || s.indexOf('\0') >= 0 || (strict && names.some((name) => name in got)))
		return false;
	if (!size)
		return set(got, r, s, strict);
	if (s !== '' && (x < 0 || s.length < 2))
		return false;
	if (!set(made, row('w'), s.slice(0, Math.max(x, 0)), strict) || !set(made, row('h'), s.slice(x + 1), strict))
		return false;
	names.forEach((name) => {
		got[name] = made[name];
	});
	return true;
}

// Both sides shrink by one factor when one is too long.
function clamp(got, most) {
	let factor = 1;
	if (got.w > most)
		factor = most / got.w;
	if (got.h * factor > most)
		factor = most / got.h;
	['w', 'h'].forEach((side) => {
		if (factor < 1 && got[side])
			got[side] = Math.max(1, round(got[side] * factor, 0));
	});
}

// The first step that is not below a value, or the last.
function up(steps, n) {
	return steps.filter((step) => step >= n)[0] || steps[steps.length - 1];
}

function snap(got, snaps, most) {
	const w = got.w, h = got.h;
	const follow = (side, from, to) => Math.min(most, Math.max(1, round(side * to / from, 0)));
	['w', 'h', 'q', 'dpr'].forEach((name, i) => {
		if (got[name] && snaps[i].length)
			got[name] = up(snaps[i], got[name]);
	});
	if (w && h && snaps[0].length && !snaps[1].length)
		got.h = follow(h, w, got.w);
	if (w && h && snaps[1].length && !snaps[0].length)
		got.w = follow(w, h, got.h);
}

// What a query asks for; undefined when it is better left as it is, for limner to complain of: a
// mistake where limner is strict, and a t that no preset can have.
function parse(query, origin) {
	const got = {}, pairs = query.split('&'), most = row('w')[5];
	for (let i = 0; i < pairs.length; i++) {
		const at = (pairs[i] + '=').indexOf('=');
		const r = row(decode(pairs[i].slice(0, at)).toLowerCase(), origin[7]);
		if (pairs[i] && !(r && take(got, r, decode(pairs[i].slice(at + 1)), origin[2])) &&
			(origin[2] || (r && r[0] === 't')))
			return undefined;
	}
	// where client hints do not count auto says nothing, and of a height it never does
	['h', 'w', 'dpr'].forEach((name, j) => {
		if (got[name] === 0 && !(j && origin[6]))
			got[name] = undefined;
	});
	clamp(got, most);
	snap(got, origin[4], most);
	return got;
}

function write(got) {
	const out = [];
	TABLE.forEach((r) => {
		let s = got[r[0]];
		if (typeof s === 'number')
			s = pick(r[8], '' + s, 1) || print(s);
		if (s !== undefined && (got.t || s !== r[3]))
			out.push(r[0] + '=' + encode(s));
	});
	return out.join('&');
}

function find(request) {
	const host = ((request.headers.host || {}).value || '').toLowerCase()
		.split(':')[0].replace(/\.$/, '');
	for (let i = 0; i < ORIGINS.length; i++) {
		const o = ORIGINS[i];
		if ((o[1] === '' || o[1] === host || (o[1].charAt(0) === '*' &&
			host.slice(1 - o[1].length) === o[1].slice(1))) && request.uri.indexOf(o[0]) === 0)
			return o;
	}
}

// Named with a weight that is one, and not zero.
function accepts(field, type) {
	return RegExp('(^|,)\\s*image/' + type +
		'\\s*(?![^,]*;\\s*q=(?!(1(\\.0{0,3})?|0\\.(?=0*[1-9])\\d{1,3})\\s*([,;]|$)))([,;]|$)', 'i').test(field);
}

// avif says webp as well
function negotiate(request, asks) {
	const field = asks && request.headers.accept ? request.headers.accept.value : '';
	const webp = accepts(field, 'webp'), avif = webp && accepts(field, '@AVIF@');
	delete request.headers.accept;
	if (HEADER)
		request.headers[HEADER] = { value: avif ? 'avif' : webp ? 'webp' : '-' };
	else if (webp)
		request.headers.accept = { value: avif ? 'image/avif,image/webp' : 'image/webp' };
}

function handler(event) {
	const request = event.request;
	try {
		const origin = find(request);
		if (!origin || request.uri.indexOf(origin[0] + '-/') === 0)
			return request;
		const got = origin[2] < 0 ? undefined : parse(request.rawQueryString() || '', origin);
		if (got)
			request.querystring = write(got);
		@HINT@
		// of another service's words limner knows which leave the format open
		if (!origin[5])
			negotiate(request, origin[2] < 0 || (got && (got.f === undefined ?
				origin[3].indexOf(got.t) >= 0 : got.f === +pick(row('f')[8], 'auto', 0))));
	} catch (e) {
		// left as it came: limner reads any spelling
	}
	return request;
}
