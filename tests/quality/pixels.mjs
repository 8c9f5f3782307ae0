/*
 * Arithmetic on pictures for the reports: resampling in floating point, distances between pictures.
 *
 * A picture is { w, h, rgb } with rgb a Float32Array of sRGB levels, 0 to 255, three a pixel.
 * Nothing here comes from limner or from what it is compared with.
 */

/* IEC 61966-2-1: coded level in 0…1 to light and back. */
function light(v) {
	return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

export function coded(v) {
	return v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055;
}

const LIGHT_OF_BYTE = Float32Array.from({ length: 256 }, (_, i) => light(i / 255));
const PART_OF_BYTE = Float32Array.from({ length: 256 }, (_, i) => i / 255);
const LIGHT = Float32Array.from({ length: 65536 }, (_, i) => light(i / 65535));

/* ------------------------------------------------------------------ resampling */

function sinc(x) {
	return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function bessel0(x) {
	let sum = 1;
	for (let term = 1, k = 1; k < 40; k++) {
		term *= (x / 2 / k) ** 2;
		sum += term;
	}
	return sum;
}

/*
 * Kernels, in units of the coarser grid. "sinc" is the ideal low pass under a Kaiser window eight
 * lobes wide: longer than any kernel in use, so that it favours none. "area" is each new pixel's
 * exact share of the old ones: what a sensor with fewer, larger pixels would have seen.
 */
const KERNELS = {
	sinc: {
		radius: 8,
		at: (x) => sinc(x) * bessel0(6 * Math.sqrt(Math.max(0, 1 - (x / 8) ** 2))) / bessel0(6),
	},
	area: { radius: 0.5, at: null },
};

/* For each new sample, which old ones count and how much: from `start` on, `length` wide. */
function weights(kernel, size, start, length, n) {
	const step = length / n;
	const scale = Math.max(1, step);
	const { radius, at } = KERNELS[kernel];
	const rows = [];

	for (let i = 0; i < n; i++) {
		const centre = start + (i + 0.5) * step;
		const from = Math.floor(centre - radius * scale);
		const to = Math.ceil(centre + radius * scale);
		const taps = new Map();
		let sum = 0;

		for (let j = from; j < to; j++) {
			const w = at !== null ? at((j + 0.5 - centre) / scale)
				: Math.max(0, Math.min(j + 1, centre + scale / 2) -
					Math.max(j, centre - scale / 2));
			const inside = Math.min(size - 1, Math.max(0, j));

			sum += w;
			taps.set(inside, (taps.get(inside) ?? 0) + w);
		}
		rows.push([...taps].filter(([, w]) => w !== 0).map(([j, w]) => [j, w / sum]));
	}
	return rows;
}

/* One old row's share of a new one; `level` says what a byte stands for. */
function addRow(to, source, at, weight, level) {
	for (let x = 0; x < to.length; x++)
		to[x] += weight * level[source[at + x]];
}

/* Weighted sums of whole rows: the vertical pass, to light when `linear`. */
function shrinkRows(source, w, rows, linear) {
	const wide = 3 * w;
	const out = new Float32Array(rows.length * wide);
	const level = linear ? LIGHT_OF_BYTE : PART_OF_BYTE;

	for (let y = 0; y < rows.length; y++) {
		const to = out.subarray(y * wide, (y + 1) * wide);
		for (const [j, weight] of rows[y])
			addRow(to, source, j * wide, weight, level);
	}
	return out;
}

/* One new sample of three: where its taps begin in the row, and their weights. */
function addTaps(rgb, to, tall, at, taps) {
	let red = 0, green = 0, blue = 0;

	for (let k = 0; k < taps.length; k += 2) {
		const from = at + 3 * taps[k], weight = taps[k + 1];

		red += weight * tall[from];
		green += weight * tall[from + 1];
		blue += weight * tall[from + 2];
	}
	rgb[to] = red;
	rgb[to + 1] = green;
	rgb[to + 2] = blue;
}

/*
 * Resample raw samples, 8 bits each, to w x h; `rect` is the part of the source that is shown, in
 * its pixels, fractions allowed. Levels are rounded no earlier than by whoever compares. `raw.tall`,
 * a Map where there is one, keeps vertical passes.
 */
export function resample(raw, w, h, { kernel = 'sinc', linear = true, rect = null } = {}) {
	const r = rect ?? { x: 0, y: 0, w: raw.w, h: raw.h };
	const key = `${kernel} ${linear} ${r.y} ${r.h} ${h}`;
	const tall = raw.tall?.get(key) ??
		shrinkRows(raw.data, raw.w, weights(kernel, raw.h, r.y, r.h, h), linear);
	const columns = weights(kernel, raw.w, r.x, r.w, w).map((taps) => Float64Array.from(taps.flat()));
	const rgb = new Float32Array(3 * w * h);

	raw.tall?.set(key, tall);
	for (let y = 0; y < h; y++)
		for (let x = 0; x < w; x++)
			addTaps(rgb, 3 * (y * w + x), tall, 3 * y * raw.w, columns[x]);
	for (let i = 0; i < rgb.length; i++) {
		const v = Math.min(1, Math.max(0, rgb[i]));
		rgb[i] = 255 * (linear ? coded(v) : v);
	}
	return { w, h, rgb };
}

/* Raw samples as they are. */
export function picture(raw) {
	return { w: raw.w, h: raw.h, rgb: Float32Array.from(raw.data) };
}

/* ------------------------------------------------------------------- distances */

/* CIE Lab of sRGB under D65, three planes. */
export function lab(p) {
	const n = p.w * p.h;
	const planes = [new Float32Array(n), new Float32Array(n), new Float32Array(n)];
	const f = (t) => t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 * t + 16) / 116;

	for (let i = 0; i < n; i++) {
		const r = LIGHT[Math.round(257 * p.rgb[3 * i])];
		const g = LIGHT[Math.round(257 * p.rgb[3 * i + 1])];
		const b = LIGHT[Math.round(257 * p.rgb[3 * i + 2])];
		const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
		const y = f(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
		const z = f((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);

		planes[0][i] = 116 * y - 16;
		planes[1][i] = 500 * (x - y);
		planes[2][i] = 200 * (y - z);
	}
	return { w: p.w, h: p.h, planes };
}

/* CIEDE2000 of two colours (ISO/CIE 11664-6), all weights 1. */
export function ciede2000(l1, a1, b1, l2, a2, b2) {
	const rad = Math.PI / 180;
	const c7 = ((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2) ** 7;
	const g = 0.5 * (1 - Math.sqrt(c7 / (c7 + 25 ** 7)));
	const p1 = (1 + g) * a1, p2 = (1 + g) * a2;
	const C1 = Math.hypot(p1, b1), C2 = Math.hypot(p2, b2);
	const h1 = C1 === 0 ? 0 : (Math.atan2(b1, p1) / rad + 360) % 360;
	const h2 = C2 === 0 ? 0 : (Math.atan2(b2, p2) / rad + 360) % 360;
	const grey = C1 * C2 === 0;
	let dh = grey ? 0 : h2 - h1;

	if (dh > 180)
		dh -= 360;
	else if (dh < -180)
		dh += 360;
	let h = h1 + h2;
	if (!grey && Math.abs(h1 - h2) > 180)
		h = h < 360 ? h + 360 : h - 360;
	if (!grey)
		h /= 2;
	const L = (l1 + l2) / 2, C = (C1 + C2) / 2;
	const t = 1 - 0.17 * Math.cos(rad * (h - 30)) + 0.24 * Math.cos(rad * 2 * h) +
		0.32 * Math.cos(rad * (3 * h + 6)) - 0.2 * Math.cos(rad * (4 * h - 63));
	const sl = 1 + 0.015 * (L - 50) ** 2 / Math.sqrt(20 + (L - 50) ** 2);
	const sc = 1 + 0.045 * C, sh = 1 + 0.015 * C * t;
	const rt = -2 * Math.sqrt(C ** 7 / (C ** 7 + 25 ** 7)) *
		Math.sin(rad * 60 * Math.exp(-(((h - 275) / 25) ** 2)));
	const dl = (l2 - l1) / sl, dc = (C2 - C1) / sc;
	const dH = 2 * Math.sqrt(C1 * C2) * Math.sin(rad * dh / 2) / sh;

	return Math.sqrt(Math.max(0, dl * dl + dc * dc + dH * dH + rt * dc * dH));
}

/* Mean CIEDE2000 of two pictures in Lab. */
export function meanDelta(a, b) {
	const [l1, a1, b1] = a.planes, [l2, a2, b2] = b.planes;
	let sum = 0;

	for (let i = 0; i < l1.length; i++)
		sum += ciede2000(l1[i], a1[i], b1[i], l2[i], a2[i], b2[i]);
	return sum / l1.length;
}

const GAUSS = Array.from({ length: 11 }, (_, i) => Math.exp(-((i - 5) ** 2) / (2 * 1.5 ** 2)));
const GAUSS_SUM = GAUSS.reduce((a, b) => a + b);

/* Blur by a Gaussian of 1.5 px; edges repeat. */
function blur(plane, w, h) {
	const mid = new Float32Array(w * h), out = new Float32Array(w * h);

	for (let y = 0; y < h; y++)
		for (let x = 0; x < w; x++) {
			let sum = 0;
			for (let k = 0; k < 11; k++)
				sum += GAUSS[k] * plane[y * w + Math.min(w - 1, Math.max(0, x + k - 5))];
			mid[y * w + x] = sum / GAUSS_SUM;
		}
	for (let y = 0; y < h; y++)
		for (let k = 0; k < 11; k++) {
			const from = w * Math.min(h - 1, Math.max(0, y + k - 5)), g = GAUSS[k] / GAUSS_SUM;
			for (let x = 0; x < w; x++)
				out[y * w + x] += g * mid[from + x];
		}
	return out;
}

/* Means of SSIM's two factors over a plane whose values span `range`. */
function ssimFactors(a, b, w, h, range) {
	const c1 = (0.01 * range) ** 2, c2 = (0.03 * range) ** 2;
	const times = (p, q) => p.map((v, i) => v * q[i]);
	const ma = blur(a, w, h), mb = blur(b, w, h);
	const aa = blur(times(a, a), w, h), bb = blur(times(b, b), w, h), ab = blur(times(a, b), w, h);
	let whole = 0, contrast = 0;

	for (let i = 0; i < w * h; i++) {
		const va = aa[i] - ma[i] ** 2, vb = bb[i] - mb[i] ** 2, cov = ab[i] - ma[i] * mb[i];
		const cs = (2 * cov + c2) / (va + vb + c2);

		contrast += cs;
		whole += cs * (2 * ma[i] * mb[i] + c1) / (ma[i] ** 2 + mb[i] ** 2 + c1);
	}
	return { whole: whole / (w * h), contrast: contrast / (w * h) };
}

function halve(plane, w, h) {
	const W = w >> 1, H = h >> 1, out = new Float32Array(W * H);

	for (let y = 0; y < H; y++)
		for (let x = 0; x < W; x++) {
			const at = 2 * y * w + 2 * x;
			out[y * W + x] = (plane[at] + plane[at + 1] + plane[at + w] + plane[at + w + 1]) / 4;
		}
	return out;
}

/* Wang, Simoncelli and Bovik 2003: what each halving counts for. */
const SCALES = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/*
 * Multi-scale SSIM of lightness as a distance: 1000 (1 / MS-SSIM - 1), 0 for the same. Scales that
 * would be under 11 px are left out.
 */
export function structuralDistance(a, b) {
	let p = a.planes[0], q = b.planes[0], { w, h } = a;
	let log = 0, used = 0;

	for (let s = 0; s < SCALES.length; s++) {
		const last = s + 1 === SCALES.length || Math.min(w, h) < 22;
		const f = ssimFactors(p, q, w, h, 100);

		log += SCALES[s] * Math.log(Math.max(1e-6, last ? f.whole : f.contrast));
		used += SCALES[s];
		if (last)
			break;
		p = halve(p, w, h);
		q = halve(q, w, h);
		w >>= 1;
		h >>= 1;
	}
	return 1000 * (Math.exp(-log / used) - 1);
}

/* 1000 (1 - SSIM) of lightness at full size. */
export function ssimDistance(a, b) {
	return 1000 * (1 - ssimFactors(a.planes[0], b.planes[0], a.w, a.h, 100).whole);
}
