/* Checks the arithmetic of pixels.mjs against published and computable values. */
import assert from 'node:assert/strict';
import { ciede2000, lab, meanDelta, picture, resample, ssimDistance, structuralDistance } from './pixels.mjs';

/* Sharma, Wu and Dalal 2005, table 1: pairs and their CIEDE2000 */
for (const [a, b, want] of [
	[[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
	[[50, -1.3802, -84.2814], [50, 0, -82.7485], 1.0000],
	[[50, 0, 0], [50, -1, 2], 2.3669],
	[[50, 2.49, -0.001], [50, -2.49, 0.0011], 7.2195],
	[[50, 2.5, 0], [73, 25, -18], 27.1492],
	[[50, 2.5, 0], [58, 24, 15], 19.4535],
	[[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
	[[22.7233, 20.0904, -46.6940], [23.0331, 14.9730, -42.5619], 2.0373],
	[[90.8027, -2.0831, 1.4410], [91.1528, -1.6435, 0.0447], 1.4441],
	[[2.0776, 0.0795, -1.1350], [0.9033, -0.0636, -0.5514], 0.9082],
])
	assert.ok(Math.abs(ciede2000(...a, ...b) - want) < 5e-5, `${a} ${b}`);

function raw(w, h, level) {
	const data = new Uint8Array(3 * w * h);

	for (let y = 0; y < h; y++)
		for (let x = 0; x < w; x++)
			data.fill(level(x, y), 3 * (y * w + x), 3 * (y * w + x) + 3);
	return { w, h, data };
}

const flat = raw(40, 30, () => 77);
for (const kernel of ['sinc', 'area'])
	for (const linear of [true, false])
		for (const v of resample(flat, 7, 5, { kernel, linear }).rgb)
			assert.ok(Math.abs(v - 77) < 0.01, `flat stays flat: ${v}`);
/* half black and half white light is level 188, not 128 */
const chess = raw(40, 40, (x, y) => (x + y) % 2 * 255);
assert.ok(Math.abs(resample(chess, 20, 20, { kernel: 'area' }).rgb[300] - 187.5) < 0.5);
assert.ok(Math.abs(resample(chess, 20, 20, { kernel: 'area', linear: false }).rgb[300] - 127.5) < 0.5);
/* the part shown: the right half of a ramp */
const ramp = raw(64, 8, (x) => 4 * x);
const right = resample(ramp, 4, 1, { kernel: 'area', linear: false, rect: { x: 32, y: 0, w: 32, h: 8 } });
assert.ok(Math.abs(right.rgb[0] - 4 * (32 + 3.5)) < 0.01);

const one = lab(picture(ramp)), other = lab(picture(raw(64, 8, (x) => 4 * x + 3)));
assert.equal(meanDelta(one, one), 0);
assert.ok(Math.abs(structuralDistance(one, one)) < 1e-3 && Math.abs(ssimDistance(one, one)) < 1e-3);
assert.ok(meanDelta(one, other) > 0.3 && meanDelta(one, other) < 3);
const white = lab(picture(raw(1, 1, () => 255))).planes;
assert.ok(Math.abs(white[0][0] - 100) < 0.01 && Math.abs(white[1][0]) < 0.02 && Math.abs(white[2][0]) < 0.02);
