/* Reading and writing pictures with sharp, which the shell scripts beside this file install. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { coded } from './pixels.mjs';

const home = process.env.SHARP_HOME ?? '.';

export const sharp = createRequire(path.join(home, 'package.json'))('sharp');

/* One thread and no cache: the same numbers on every host. */
sharp.concurrency(1);
sharp.cache(false);

/*
 * All pixels of a picture, upright, in sRGB, laid on white: { w, h, data }, three samples a pixel.
 * Of an animation the first frame.
 */
export async function decode(bytes, { page = 0 } = {}) {
	const { data, info } = await sharp(bytes, { limitInputPixels: 5e8, page })
		.autoOrient().flatten({ background: '#fff' }).toColourspace('srgb').raw()
		.toBuffer({ resolveWithObject: true });

	if (info.channels === 3)
		return { w: info.width, h: info.height, data };
	const three = new Uint8Array(3 * info.width * info.height);
	for (let i = 0; i < info.width * info.height; i++)
		three.fill(data[i * info.channels], 3 * i, 3 * i + 3);
	return { w: info.width, h: info.height, data: three };
}

/*
 * The same of a PNG whose numbers are light to that gamma (its gAMA chunk), which sharp leaves
 * alone: made sRGB here, then laid on white.
 */
export async function decodeGamma(bytes, gamma) {
	const { data, info } = await sharp(bytes).toColourspace('srgb').ensureAlpha().raw()
		.toBuffer({ resolveWithObject: true });
	const three = new Uint8Array(3 * info.width * info.height);

	for (let i = 0; i < info.width * info.height; i++)
		for (let c = 0; c < 3; c++) {
			const level = 255 * coded((data[4 * i + c] / 255) ** (1 / gamma));
			const seen = data[4 * i + 3] / 255;
			three[3 * i + c] = Math.round(level * seen + 255 * (1 - seen));
		}
	return { w: info.width, h: info.height, data: three };
}
