// What cdn_function.c puts behind cdn_function.js where an origin takes client hints.
//
// limner fills them in, and says in Vary which it looked at, as hints.c has it; a cache that goes by
// headers alone would split every object by all of them. So those that no answer to the query can
// depend on go, and the others go up to the steps limner will take.

const WIDTHS = @WIDTHS@, RATIOS = @RATIOS@;

// got: undefined where limner alone knows what is asked for
function hint(headers, got, origin) {
	const all = !got || got.t, auto = all || got.w === 0, save = headers['save-data'];
	const keep = (name, own, other, wanted) => {
		const key = 'sec-ch-' + name, n = wanted && origin[6] && headers[key] ? real(headers[key].value) : 0;
		delete headers[key];
		if (n > 0)
			headers[key] = { value: '' + up(own.length ? own : other, n) };
		return n > 0;
	};
	const own = keep('width', origin[4][0], WIDTHS, auto);
	keep('viewport-width', origin[4][0], WIDTHS, auto && !own);
	keep('dpr', origin[4][3], RATIOS, all || got.dpr === 0 || (auto && (!own || got.h || got.blur || got.sharp)));
	if (!origin[6] || (got && got.q) || (save && save.value.toLowerCase() !== 'on'))
		delete headers['save-data'];
}
