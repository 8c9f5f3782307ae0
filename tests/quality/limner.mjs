/* Running the limner that is judged: $LIMNER, or the one on the PATH. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const program = process.env.LIMNER ?? 'limner';
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'limner-quality-'));
process.on('exit', () => fs.rmSync(scratch, { recursive: true, force: true }));

function run(args, settings = {}) {
	return spawnSync(program, args, { encoding: 'utf8', timeout: 120000, maxBuffer: 1 << 24,
		env: { ...process.env, ...settings,
			ASAN_OPTIONS: `exitcode=99:${process.env.ASAN_OPTIONS ?? ''}` } });
}

/* What `limner check` says of the build: format names it reads and writes, and the library. */
export function ask() {
	/* its exit status is about settings and folders, which do not matter here */
	const { stdout, error } = run(['check']);

	if (error !== undefined || !/^writes /m.test(stdout))
		throw error ?? new Error(`${program} check does not say what the build writes`);
	const list = (name) => (new RegExp(`^${name} +(.*)$`, 'm').exec(stdout)?.[1] ?? '').split(' ');

	return { reads: list('reads'), writes: list('writes'),
		library: /^GraphicsMagick \S+/m.exec(stdout)?.[0] ?? '',
		version: /^limner \S+/m.exec(stdout)?.[0] ?? '' };
}

/*
 * Render a file; settings are variables of the environment. { bytes } when a picture came; else
 * { reason }, the slug of the answer; else { crash }: ended by a signal, by a sanitizer, or not at all.
 */
export function render(file, query, settings = {}) {
	const out = path.join(scratch, 'out');
	fs.rmSync(out, { force: true });
	const { status, signal, error, stderr } = run(['render', file, query, '-o', out], settings);

	if (error !== undefined && error.code === 'ENOENT')
		throw error;
	if (signal !== null || error !== undefined)
		return { crash: signal ?? error.code };
	if (/Sanitizer|runtime error:/.test(stderr) || (status !== 0 && status !== 3))
		return { crash: /(SUMMARY: .*|runtime error: .*)/.exec(stderr)?.[1] ?? `exit status ${status}` };
	if (status === 3)
		return { reason: /^limner: render: ([a-z-]+):/m.exec(stderr)?.[1] ?? stderr.trim() };
	return { bytes: fs.readFileSync(out) };
}
