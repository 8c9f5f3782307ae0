#include "blurhash.h"

#include <math.h>

#define PI 3.14159265358979323846

static const char digits[] =
	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

static double
to_linear(double level)
{
	double v = level / 255;

	return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static uint32_t
to_srgb(double linear)
{
	double v = linear < 0 ? 0 : linear > 1 ? 1 : linear;

	v = v <= 0.0031308 ? v * 12.92 : 1.055 * pow(v, 1 / 2.4) - 0.055;
	return (uint32_t)(v * 255 + 0.5);
}

/* Write a number in so many digits of base 83; returns what follows them. */
static char *
put(char *to, uint32_t value, int n)
{
	for (int i = n - 1; i >= 0; i--) {
		to[i] = digits[value % 83];
		value /= 83;
	}
	return to + n;
}

/* One component: how much of the wave with i half-turns across and j down is in each channel. */
static void
measure(const unsigned char *rgba, int32_t width, int32_t height, int i, int j,
	const double linear[256], double ret[3])
{
	double scale = (i == 0 && j == 0 ? 1.0 : 2.0) / ((double)width * height);

	ret[0] = ret[1] = ret[2] = 0;
	for (int32_t y = 0; y < height; y++) {
		double down = cos(PI * j * y / height);

		for (int32_t x = 0; x < width; x++) {
			const unsigned char *p = rgba + 4 * ((long)y * width + x);
			double wave = cos(PI * i * x / width) * down;

			for (int k = 0; k < 3; k++) {
				int level = (p[k] * p[3] + 255 * (255 - p[3]) + 127) / 255;

				ret[k] += wave * linear[level];
			}
		}
	}
	for (int k = 0; k < 3; k++)
		ret[k] *= scale;
}

static uint32_t
quantised(double v, double most)
{
	double root = v < 0 ? -sqrt(-v / most) : sqrt(v / most);
	double q = floor(root * 9 + 9.5);

	return (uint32_t)(q < 0 ? 0 : q > 18 ? 18 : q);
}

void
blurhash_write(const unsigned char *rgba, int32_t width, int32_t height, int x, int y,
	char ret[BLURHASH_SIZE])
{
	double parts[BLURHASH_ACROSS * BLURHASH_ACROSS][3], linear[256], most = 0, step;
	int n = x * y;
	char *to = ret;

	for (int level = 0; level < 256; level++)
		linear[level] = to_linear(level);
	for (int i = 0; i < n; i++)
		measure(rgba, width, height, i % x, i / x, linear, parts[i]);
	for (int i = 1; i < n; i++)
		for (int k = 0; k < 3; k++)
			most = fabs(parts[i][k]) > most ? fabs(parts[i][k]) : most;
	step = n > 1 ? floor(most * 166 - 0.5) : 0;
	step = step < 0 ? 0 : step > 82 ? 82 : step;
	to = put(to, (uint32_t)(x - 1 + 9 * (y - 1)), 1);
	to = put(to, (uint32_t)step, 1);
	to = put(to, to_srgb(parts[0][0]) << 16 | to_srgb(parts[0][1]) << 8 | to_srgb(parts[0][2]),
		4);
	for (int i = 1; i < n; i++)
		to = put(to,
			(quantised(parts[i][0], (step + 1) / 166) * 19 +
				quantised(parts[i][1], (step + 1) / 166)) *
					19 +
				quantised(parts[i][2], (step + 1) / 166),
			2);
	*to = '\0';
}
