/*
 * Colours as people write them in URLs.
 */
#ifndef LIMNER_COLOUR_H
#define LIMNER_COLOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Read hex digits (3, 4, 6 or 8, with or without #) or a CSS colour name, "transparent" included.
 *
 * ret     0xRRGGBBAA; 3 and 6 digits are opaque
 * Source  https://www.w3.org/TR/css-color-4/#named-colors and #hex-notation
 */
bool colour_parse(const char *s, uint32_t *ret);

#define COLOUR_TEXT 9
/* Write the canonical form: "rrggbb", or "rrggbbaa" when not opaque. */
void colour_print(uint32_t rgba, char ret[COLOUR_TEXT]);

/* Step through the names, from 0: the name and its colour, or NULL after the last. */
const char *colour_name(size_t i, uint32_t *ret);

#endif
