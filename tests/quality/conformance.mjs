/*
 * Every file of a corpus' conformance/ and bad/ through `limner render`, judged by conformance.tsv.
 * Exit status 0 when all is as expected there.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { lab, meanDelta, picture, resample } from './pixels.mjs';
import { ask, render } from './limner.mjs';
import { decode, decodeGamma, sharp } from './peer.mjs';

const [corpus, table, report] = process.argv.slice(2);
const build = ask();
const SMALL = 160; /* px wide: far enough down for every picture's colours to be averaged */
const DELTA = 2;   /* mean CIEDE2000 that nobody sees */

/* Rows: file, format, outcome (WxH or a reason), reference, most ΔE, note. */
function expectations() {
	const rows = new Map();

	for (const line of fs.readFileSync(table, 'utf8').split('\n')) {
		if (line === '' || line.startsWith('#'))
			continue;
		const [file, format, outcome, reference, most, note = ''] = line.split('\t');
		rows.set(file, { format, outcome, reference, note,
			most: most === '-' ? Infinity : Number(most || DELTA) });
	}
	return rows;
}

function list(folder) {
	return fs.readdirSync(path.join(corpus, folder), { recursive: true, withFileTypes: true })
		.filter((e) => e.isFile())
		.map((e) => path.relative(corpus, path.join(e.parentPath, e.name)))
		.sort();
}

/* Two pictures of a size, thinned out to a million pixels. */
function delta(a, b) {
	const step = Math.max(1, Math.ceil(a.w * a.h / 1e6));
	const n = Math.floor(a.w * a.h / step);
	const thin = (p) => {
		const rgb = new Float32Array(3 * n);
		for (let i = 0; i < n; i++)
			rgb.set(p.rgb.subarray(3 * i * step, 3 * i * step + 3), 3 * i);
		return lab({ w: n, h: 1, rgb });
	};

	return meanDelta(thin(a), thin(b));
}

/* A JPEG in inks by Little CMS's own tool: its profile's perceptual way to sRGB. */
function decodeInks(file) {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'limner-inks-'));
	const out = path.join(folder, 'srgb.jpg');

	try {
		execFileSync('jpgicc', ['-q100', '-t0', file, out], { stdio: 'ignore' });
		return decode(fs.readFileSync(out));
	} finally {
		fs.rmSync(folder, { recursive: true });
	}
}

async function referenceOf(file, row) {
	if (row.reference === 'none')
		return null;
	if (row.reference === 'jpgicc')
		return decodeInks(path.join(corpus, file));
	if (row.reference.startsWith('gamma '))
		return decodeGamma(path.join(corpus, file), Number(row.reference.slice(6)));
	return decode(row.reference === 'sharp' ? path.join(corpus, file)
		: path.join(corpus, row.reference));
}

/* What came, in words, and what is wrong with it. */
async function judge(file, row) {
	const full = render(path.join(corpus, file), 'f=png');
	const small = render(path.join(corpus, file), `w=${SMALL}&f=png`);
	const wrong = [];
	const result = { outcome: '', size: '', full: null, small: null };

	for (const r of [full, small])
		if (r.crash !== undefined)
			return { ...result, outcome: 'crash', wrong: [`crash: ${r.crash}`] };
	if (full.reason !== small.reason)
		wrong.push(`${full.reason ?? 'a picture'} at full size, ${small.reason ?? 'a picture'} when small`);
	if (full.bytes === undefined) {
		const unread = row.format !== '-' && !build.reads.includes(row.format);

		result.outcome = unread ? `${full.reason} (this build does not read ${row.format})`
			: full.reason;
		if (!unread && !row.outcome.split('|').includes(full.reason))
			wrong.push(`expected ${row.outcome}`);
		return { ...result, wrong };
	}
	result.outcome = 'picture';
	const got = await decode(full.bytes);
	result.size = `${got.w}x${got.h}`;
	if (!row.outcome.split('|').includes(result.size)) {
		wrong.push(`expected ${row.outcome}`);
		return { ...result, wrong };
	}
	const wanted = await referenceOf(file, row).catch((e) => e.message.split('\n')[0]);
	if (wanted === null)
		return { ...result, wrong };
	if (typeof wanted === 'string' || wanted.w !== got.w || wanted.h !== got.h) {
		wrong.push(`reference: ${typeof wanted === 'string' ? wanted : `${wanted.w}x${wanted.h}`}`);
		return { ...result, wrong };
	}
	result.full = delta(picture(wanted), picture(got));
	if (small.bytes !== undefined) {
		const tiny = await decode(small.bytes);
		result.small = delta(resample(wanted, tiny.w, tiny.h, { linear: false }), picture(tiny));
	}
	if (result.full > row.most || result.small > row.most)
		wrong.push(`ΔE over ${row.most}`);
	return { ...result, wrong };
}

const rows = expectations();
const files = [...list('conformance'), ...list('bad')];
const out = [];
const tally = { files: files.length, pictures: 0, originals: 0, wrong: 0 };

for (const file of files) {
	const row = rows.get(file);
	const r = row === undefined ? { outcome: '?', size: '', wrong: ['not in the table'] }
		: await judge(file, row);
	const number = (v) => v === null || v === undefined ? '' : v.toFixed(2);

	tally.pictures += r.outcome === 'picture';
	tally.originals += r.outcome !== 'picture' && r.outcome !== 'crash';
	tally.wrong += r.wrong.length > 0;
	out.push(`| ${file} | ${r.outcome} | ${r.size} | ${number(r.full)} | ${number(r.small)} | ${
		[...r.wrong.map((w) => `**${w}**`), row?.note ?? ''].filter((t) => t !== '').join('; ')} |`);
	if (r.wrong.length > 0)
		console.error(`${file}: ${r.outcome} ${r.size} ${number(r.full)} ${number(r.small)}: ${r.wrong.join('; ')}`);
}
for (const file of rows.keys())
	if (!files.includes(file)) {
		tally.wrong++;
		console.error(`${file}: in the table, not in the corpus`);
	}
const summary = `${tally.files} files: ${tally.pictures} pictures made, ${
	tally.originals} answered with the original, ${tally.wrong} not as expected`;
fs.writeFileSync(report, `# What comes of every file of the corpus

Made by \`tests/quality/conformance\`; see README.md there. ${build.version}, ${build.library},
reads ${build.reads.join(' ')}; reference sharp ${sharp.versions.sharp} (libvips ${sharp.versions.vips}).

${summary}.

"ΔE" is the mean CIEDE2000 to the reference at full size, "small" that at ${SMALL} px wide. What is not a
picture is the reason with which the original would be sent.

| file | outcome | size | ΔE | small | notes |
|---|---|---|---|---|---|
${out.join('\n')}
`);
console.log(summary);
process.exit(tally.wrong > 0 ? 1 : 0);
