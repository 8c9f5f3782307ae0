/*
 * Print random requests as lines of JSON, [host, uri], the same for the same seed; nasty on purpose.
 *
 *   node queries.js PARAMS-JSON ORIGINS-JSON COUNT SEED
 */
const fs = require('fs');
const params = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const origins = JSON.parse(process.argv[3]);
const count = +process.argv[4];
let state = +process.argv[5];

function random(n) { // 0 … n - 1 (mulberry32)
	state = (state + 0x6d2b79f5) | 0;
	let t = Math.imul(state ^ (state >>> 15), 1 | state);
	t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
	return Math.floor(((t ^ (t >>> 14)) >>> 0) / 4294967296 * n);
}

const one = (list) => list[random(list.length)];

function number() {
	const digits = (n) => Array.from({ length: n }, () => random(10)).join('');
	switch (random(9)) {
	case 0: return String(random(10000));
	case 1: return (random(200) / 10).toFixed(1);
	case 2: return random(3) + '.' + digits(1 + random(7));
	case 3: return '.' + digits(1 + random(4));
	case 4: return digits(1 + random(18));
	case 5: return one(['-', '+', '']) + random(300) + one(['', '.', '.5', '.49999', 'e3', 'px', ' ', '%']);
	case 6: return one(['0', '-0', '0.4', '0.5', '0.49', '1', '8192', '8193', '2147483648', '1e3', 'NaN', 'Infinity', '0x10', '١٢']);
	case 7: return String(random(100));
	default: return String(50 * random(60));
	}
}

function text() {
	const parts = ['a', 'Z', '9', '-', '_', '.', '~', ',', '+', '/', '?', '=', '%', '%2', '%zz', '%00', '%0a',
		'%7F', '%ff', '%C3%A9', '%e2%82%ac', 'é', '€', '😀', '한', '%20', '%26', '%3d', '"', "'", '<', '\\', '\t', '#', '*', '(', '!'];
	let s = '';
	for (let i = random(random(20) === 0 ? 120 : 8); i > 0; i--)
		s += one(parts);
	return s;
}

const names = ['red', 'LightGrey', 'slategrey', 'darkslategray', 'Transparent', 'rebeccapurple', 'navy', 'grey', 'bluered', 'aqu', 'constructor'];
const hex = () => one(['', '#', '%23', '%23']) + Array.from({ length: one([3, 4, 6, 8, 6, 3, 5, 0]) }, () => one('0123456789abcdefABCDEFfg'.split(''))).join('');

function value(p) {
	if (random(12) === 0)
		return text();
	if (random(20) === 0)
		return one(['', 'auto', 'AUTO', 'yes', 'Off', 'null', 'undefined', '__proto__']);
	switch (p.kind) {
	case 'int': case 'real':
		return p.choices && random(2) ? one(p.choices) : number();
	case 'bool':
		return one(['0', '1', 'yes', 'NO', 'true', 'False', 'on', 'off', '2']);
	case 'choice':
		return one(p.choices);
	case 'colour':
		return random(2) ? one(names) : hex();
	case 'point':
		return random(2) ? one(p.choices) : Array.from({ length: one([2, 2, 2, 2, 1, 3]) }, number).join(one([',', ',', '%2C']));
	case 'rect':
		return Array.from({ length: one([4, 4, 4, 4, 3, 5]) }, number).join(one([',', ',', '%2c']));
	case 'size':
		return number() + one(['x', 'X', 'x', '']) + one([number(), number(), '']);
	}
	return random(2) ? one(['card', 'auto', 'crop', 'A', 'a_b-c', 'Card']) : text();
}

function recase(s) {
	return random(4) ? s : s.split('').map((c) => random(2) ? c.toUpperCase() : c).join('');
}

function escape(s) {
	return random(8) ? s : s.replace(/[A-Za-z0-9.]/g,
		(c) => random(3) ? c : '%' + (random(2) ? c.charCodeAt(0).toString(16) : c.charCodeAt(0).toString(16).toUpperCase()));
}

function pair() {
	if (random(15) === 0)
		return one(['', '=', 'utm_source=mail', 'toString=1', '__proto__=x', 'constructor', text(), text() + '=' + text()]);
	const p = random(3) ? params[random(params.length)] : one(params.filter((q) => 'whsqt'.indexOf(q.name) >= 0));
	const name = escape(recase(random(4) ? p.name : one([p.name].concat(p.aliases))));
	return name + (random(25) === 0 ? '' : '=' + escape(recase(value(p))));
}

for (let i = 0; i < count; i++) {
	const origin = one(origins), pairs = [];
	for (let n = random(7); n >= 0; n--)
		pairs.push(pair());
	if (random(10) === 0)
		pairs.push(one(pairs));
	console.log(JSON.stringify([origin[0], origin[1] + 'a.jpg?' + pairs.join('&').replace(/[\n\0]/g, ''), null]));
}
