/*
 * Run the generated function as CloudFront would, over lines of JSON.
 *
 *   node edge.js FUNCTION <REQUESTS >ANSWERS
 *   njs edge.js FUNCTION REQUESTS ANSWERS
 *
 * A request is [host, uri with query, accept or null]; its answer [query, accept, x-limner-accept].
 * Where an object of other headers follows, it does so in the answer too, as they are then.
 */
const fs = require('fs');
const argv = process.argv.slice(2);
const handler = new Function(fs.readFileSync(argv[0], 'utf8') + '\nreturn handler;')();

function run(line) {
	const asked = JSON.parse(line), at = asked[1].indexOf('?');
	const query = at < 0 ? undefined : asked[1].slice(at + 1);
	const request = {
		method: 'GET',
		uri: at < 0 ? asked[1] : asked[1].slice(0, at),
		querystring: {},
		headers: { host: { value: asked[0] } },
		cookies: {},
		rawQueryString: () => query,
	};
	if (asked[2] !== null)
		request.headers.accept = { value: asked[2] };
	for (const name in asked[3] || {})
		request.headers[name] = { value: asked[3][name] };
	const made = handler({ version: '1.0', context: {}, viewer: {}, request: request });
	const field = (name) => made.headers[name] ? made.headers[name].value : null;
	const others = {};
	for (const name in asked[3] || {})
		if (made.headers[name])
			others[name] = field(name);
	return JSON.stringify([typeof made.querystring === 'string' ? made.querystring : query || '',
		field('accept'), field('x-limner-accept')].concat(asked[3] ? [others] : []));
}

const lines = fs.readFileSync(argv[1] || '/dev/stdin', 'utf8').split('\n');
fs.writeFileSync(argv[2] || '/dev/stdout',
	lines.filter((line) => line !== '').map((line) => run(line) + '\n').join(''));
