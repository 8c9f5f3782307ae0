/*
 * The photographs of a corpus through limner and through sharp at the same requests: dimensions,
 * bytes, and distances to references of our own making. Writes report.md and report.svg.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { lab, meanDelta, picture, resample, ssimDistance, structuralDistance } from './pixels.mjs';
import { ask, render } from './limner.mjs';
import { decode, sharp } from './peer.mjs';

const [corpus, outMd, outSvg] = process.argv.slice(2);
const build = ask();
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'limner-report-'));
process.on('exit', () => fs.rmSync(scratch, { recursive: true, force: true }));

const PHOTOGRAPHS = ['bench/web2.jpg', 'bench/photo.png', 'bench/photo.webp', 'bench/cam12.jpg',
	'bench/cam20.jpg', 'conformance/orientation/Landscape_6.jpg',
	'conformance/webp/4.webp', 'conformance/jpeg/q100-444.jpg'];
const ALPHA = ['bench/alpha.png'];

/* The same request twice: limner's query, and what it is for sharp. */
const JOBS = [
	{ name: 'thumb', of: PHOTOGRAPHS, query: 'w=400&h=300&fit=cover&f=jpg', quality: 80,
		format: 'jpg', box: { width: 400, height: 300, fit: 'cover' } },
	{ name: 'jpg 200', of: PHOTOGRAPHS, query: 'w=200&f=jpg', quality: 80, format: 'jpg',
		box: { width: 200 } },
	{ name: 'jpg 800', of: PHOTOGRAPHS, query: 'w=800&f=jpg', quality: 80, format: 'jpg',
		box: { width: 800 } },
	{ name: 'webp 800', of: PHOTOGRAPHS, query: 'w=800&f=webp', quality: 80, format: 'webp',
		box: { width: 800 } },
	{ name: 'avif 800', of: PHOTOGRAPHS, query: 'w=800&f=avif', quality: 50, format: 'avif',
		box: { width: 800 } },
	/* what sharp's default effort is to the encoder; limner's default takes a tenth of the time */
	{ name: 'avif 800, speed 5', of: PHOTOGRAPHS, query: 'w=800&f=avif', quality: 50,
		format: 'avif', box: { width: 800 }, settings: { LIMNER_AVIF_SPEED: '5' } },
	{ name: 'png 800', of: PHOTOGRAPHS.slice(0, 5), query: 'w=800&f=png', quality: null,
		format: 'png', box: { width: 800 } },
	{ name: 'alpha png', of: ALPHA, query: 'w=400&f=png', quality: null, format: 'png',
		box: { width: 400 } },
];
const SHARP_FORMAT = { jpg: 'jpeg', webp: 'webp', avif: 'avif', png: 'png' };

const n = (v, digits = 2) => Number.isFinite(v) ? v.toFixed(digits) : '–';

async function peer(bytes, job) {
	const quality = job.quality === null ? {} : { quality: job.quality };

	return sharp(bytes).autoOrient().resize({ withoutEnlargement: true, ...job.box })
		.toFormat(SHARP_FORMAT[job.format], quality).toBuffer();
}

function ours(file, job, quality) {
	const r = render(file, job.query + (quality === null ? '' : `&q=${quality}`), job.settings);

	if (r.bytes === undefined)
		throw new Error(`${file} ${job.query}: ${r.reason ?? r.crash}`);
	return r.bytes;
}

/*
 * What limner's distances are at the peer's bytes, where the asked quality takes more: between those
 * of the two neighbouring qualities that take more and no more. Null when that is over 15 lower.
 */
async function atBytes(source, file, job, most, same) {
	let above = same;

	for (let q = job.quality - 1; q >= job.quality - 15; q--) {
		const bytes = ours(file, job, q);
		const below = await distances(source, job, bytes);

		if (bytes.length <= most) {
			const part = (most - below.bytes) / (above.bytes - below.bytes);
			const mixed = { ...below };
			for (const key of Object.keys(below))
				mixed[key] += part * (above[key] - below[key]);
			return { quality: q + part, distances: { ...mixed, bytes: most } };
		}
		above = below;
	}
	return null;
}

/* The part of the source a request shows: all of it, or cover's cut from the middle. */
function shown(source, job) {
	if (job.box.fit !== 'cover')
		return { x: 0, y: 0, w: source.w, h: source.h };
	const r = Math.min(source.w / job.box.width, source.h / job.box.height);
	const w = r * job.box.width, h = r * job.box.height;

	return { x: (source.w - w) / 2, y: (source.h - h) / 2, w, h };
}

/* A reference for a result of that size; `shift` moves the cut, in new pixels. */
function reference(source, job, options, got, shift) {
	const base = shown(source, job);
	const step = shift * base.w / got.w;
	const rect = base.w < source.w ? { ...base, x: base.x + step } : { ...base, y: base.y + step };
	const key = `${job.name} ${got.w}x${got.h} ${options.kernel} ${options.linear} ${shift}`;
	let p = source.made.get(key);

	if (p === undefined) {
		p = resample(source, got.w, got.h, { ...options, rect });
		source.made.set(key, p);
	}
	return p;
}

/* Where a cut falls between two pixels, either is right: the shift that is nearest to a result. */
function nearestShift(source, job, got) {
	let best = { shift: 0, sum: Infinity };

	if (job.box.fit !== 'cover')
		return 0;
	for (const shift of [-0.5, -0.25, 0, 0.25, 0.5]) {
		const p = reference(source, job, { kernel: 'area', linear: false }, got, shift);
		let sum = 0;

		for (let i = 0; i < p.rgb.length; i++)
			sum += (p.rgb[i] - got.rgb[i]) ** 2;
		if (sum < best.sum)
			best = { shift, sum };
	}
	return best.shift;
}

function butteraugli(a, b) {
	const write = (name, p) => fs.writeFileSync(path.join(scratch, name), Buffer.concat([
		Buffer.from(`P6\n${p.w} ${p.h}\n255\n`), Buffer.from(p.rgb.map((v) => Math.round(v)))]));
	write('a.ppm', a);
	write('b.ppm', b);
	const { stdout, status } = spawnSync('butteraugli_main',
		[path.join(scratch, 'a.ppm'), path.join(scratch, 'b.ppm')], { encoding: 'utf8' });

	if (status !== 0)
		return NaN;
	return Number(/3-norm: ([\d.]+)/.exec(stdout)?.[1] ?? NaN);
}

/* Distances of an encoded picture to what it should show. */
async function distances(source, job, bytes) {
	const raw = await decode(bytes);
	const got = picture(raw);
	const seen = lab(got);
	const shift = nearestShift(source, job, got);
	const ref = reference(source, job, { kernel: 'sinc', linear: true }, got, shift);
	const area = reference(source, job, { kernel: 'area', linear: true }, got, shift);
	const coded = reference(source, job, { kernel: 'sinc', linear: false }, got, shift);
	const wanted = lab(ref);

	return { w: got.w, h: got.h, bytes: bytes.length, structure: structuralDistance(wanted, seen),
		ssim: ssimDistance(wanted, seen), delta: meanDelta(wanted, seen),
		butteraugli: butteraugli(ref, got), area: structuralDistance(lab(area), seen),
		coded: structuralDistance(lab(coded), seen) };
}

const rows = [];

/* ---------------------------------------------------------------------- report */

const METRICS = [['structure', 'structure'], ['ssim', 'SSIM'], ['delta', 'ΔE'],
	['butteraugli', 'butteraugli'], ['area', 'to area'], ['coded', 'to coded']];
const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;
const done = () => JOBS.filter((j) => rows.some((r) => r.job === j.name));

function verdicts() {
	return done().map((job) => {
		const mine = rows.filter((r) => r.job === job.name);
		const cells = METRICS.map(([key]) => `${n(mean(mine.map((r) => r.theirs[key])))} / ${
			n(mean(mine.map((r) => r.fair[key])))}`);
		const bytes = mean(mine.map((r) => r.fair.bytes / r.theirs.bytes));
		const kept = mean(mine.map((r) => r.fair.structure)) <= mean(mine.map((r) => r.theirs.structure));
		const fewer = mine.every((r) => r.fair.bytes <= r.theirs.bytes);

		return `| ${job.name} | ${mine.length} | ${n(bytes)} | ${cells.join(' | ')} | ${
			kept && fewer ? 'kept' : `**not kept${fewer ? '' : ', more bytes'}**`} |`;
	});
}

function details() {
	return rows.map((r) => `| ${r.file} | ${r.job} | ${r.theirs.w}x${r.theirs.h}${
		r.theirs.w === r.same.w && r.theirs.h === r.same.h ? '' : ` / **${r.same.w}x${r.same.h}**`
	} | ${r.theirs.bytes} | ${r.same.bytes} | ${r.quality === null ? '' : n(r.quality, 1)} | ${n(r.fair.bytes, 0)} | ${
		n(r.theirs.structure)} | ${n(r.same.structure)} | ${n(r.fair.structure)} | ${
		n(r.theirs.delta)} | ${n(r.fair.delta)} | ${n(r.theirs.butteraugli)} | ${
		n(r.fair.butteraugli)} |`);
}

/* One panel a job: each picture's structural distance, sharp's to the right, limner's upwards. */
function svg() {
	const side = 220, gap = 50, panels = [], jobs = done();

	jobs.forEach((job, i) => {
		const mine = rows.filter((r) => r.job === job.name);
		const most = 1.1 * Math.max(...mine.flatMap((r) => [r.theirs.structure, r.fair.structure]));
		const x0 = gap + i % 4 * (side + gap), y0 = gap + Math.floor(i / 4) * (side + gap + 10);
		const at = (v) => side * v / most;

		panels.push(`<g transform="translate(${x0} ${y0})">
<rect width="${side}" height="${side}" fill="none" stroke="#888"/>
<path d="M0 ${side}L${side} 0" stroke="#888" stroke-dasharray="4 4"/>
<text x="${side / 2}" y="-8" text-anchor="middle">${job.name}</text>
<text x="${side / 2}" y="${side + 16}" text-anchor="middle">sharp</text>
<text transform="translate(-8 ${side / 2}) rotate(-90)" text-anchor="middle">limner</text>
<text x="${side - 4}" y="${side - 6}" text-anchor="end">0…${n(most, 1)}</text>
${mine.map((r) => `<circle cx="${n(at(r.theirs.structure), 1)}" cy="${
		n(side - at(r.fair.structure), 1)}" r="4" fill="${
		r.fair.structure <= r.theirs.structure ? '#2a7' : '#c33'}"><title>${
		r.file}: sharp ${n(r.theirs.structure)}, limner ${n(r.fair.structure)}</title></circle>`).join('\n')}
</g>`);
	});
	const high = gap + Math.ceil(jobs.length / 4) * (side + gap + 10);
	return `<svg xmlns="http://www.w3.org/2000/svg" width="${gap + 4 * (side + gap)}" height="${high}"
 font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${panels.join('\n')}
</svg>
`;
}

/* After each picture, so that a long run may be looked at. */
function write() {
	const left = JOBS.filter((j) => !build.writes.includes(j.format)).map((j) => j.name);

	fs.writeFileSync(outSvg, svg());
	fs.writeFileSync(outMd, `# Quality beside sharp

Made by \`tests/quality/report\`; README.md there says how, and what the distances are. ${build.version},
${build.library}; sharp ${sharp.versions.sharp} (libvips ${sharp.versions.vips}).
${left.length > 0 ? `\nNot written by this build, and left out: ${left.join(', ')}.\n` : ''}
Rule: at the same request and no more bytes, limner's mean distance ("structure") is not worse than
sharp's. Where limner's result has more bytes at the same quality, its distance at sharp's bytes is taken,
between those of the two neighbouring qualities that have more and fewer.

Means, sharp / limner; "bytes" is limner's share of sharp's.

| job | pictures | bytes | ${METRICS.map(([, name]) => name).join(' | ')} | rule |
|---|---|---|${'---|'.repeat(METRICS.length)}---|
${verdicts().join('\n')}

![Structural distance of each picture: sharp's to the right, limner's upwards; below the line limner is
nearer](report.svg)

Each picture: bytes of sharp (s), of limner at the same quality (=), and those compared (l), at quality q;
distances likewise.

| picture | job | size | bytes s | bytes = | q | bytes l | structure s | = | l | ΔE s | l | butteraugli s | l |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
${details().join('\n')}
`);
}

for (const file of [...new Set(JOBS.flatMap((j) => j.of))]) {
	const full = path.join(corpus, file);
	const bytes = fs.readFileSync(full);
	const source = { ...await decode(bytes), made: new Map(), tall: new Map() };

	for (const job of JOBS.filter((j) => j.of.includes(file))) {
		source.tall.clear();
		source.made.clear();
		/* where nothing is made smaller, there is no resampling to judge */
		if (!build.writes.includes(job.format) || source.w < job.box.width)
			continue;
		const theirs = await peer(bytes, job);
		const same = ours(full, job, job.quality);
		const row = { file: path.basename(file), job: job.name, quality: job.quality,
			theirs: await distances(source, job, theirs),
			same: await distances(source, job, same) };

		row.fair = row.same;
		if (job.quality !== null && same.length > theirs.length) {
			const at = await atBytes(source, full, job, theirs.length, row.same);
			row.quality = at?.quality ?? row.quality;
			row.fair = at?.distances ?? row.fair;
		}
		rows.push(row);
		write();
		console.error(`${row.file} ${row.job}: ${row.theirs.structure.toFixed(2)} sharp, ${
			row.fair.structure.toFixed(2)} limner at q ${n(row.quality, 1)}`);
	}
}
