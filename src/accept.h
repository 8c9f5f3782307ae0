/*
 * Which formats a client takes, and in which order f=auto tries them. Pure.
 *
 * Ranges of several types promise none of these formats: browsers that cannot show AVIF send them
 * too. JPEG, PNG and GIF are what is left when no other will do; a client that takes one of them
 * with more weight than a format prefers it (of these a range tells the weight as well, and what
 * neither names is not asked for).
 *
 * Source  RFC 9110, 12.4.2 (weights) and 12.5.1 (Accept)
 */
#ifndef LIMNER_ACCEPT_H
#define LIMNER_ACCEPT_H

#include "format.h"

#define ACCEPT_FORMATS   3    /* AVIF, WebP, JPEG XL: what not every client takes */
#define ACCEPT_FIELD_MAX 4096 /* bytes; a longer field says nothing */

#define ACCEPT_PLAIN 3 /* JPEG, PNG, GIF: what is left */

/* Weights in thousandths, 0 not taken. */
struct accept_weights {
	int32_t of[ACCEPT_FORMATS];
	int32_t plain[ACCEPT_PLAIN];
};

/*
 * Read the field. Members that are no media range with a weight are as if they were not there; of
 * one format named twice the higher weight counts. NULL and "" name none.
 */
void accept_read(const char *field, struct accept_weights *ret);

/* Read the word a cache in front has made of it: avif (WebP included), webp, or any other: none. */
void accept_read_word(const char *word, struct accept_weights *ret);

/* The FORMAT_BIT()s of what is taken. */
uint32_t accept_bits(const struct accept_weights *weights);

/* The FORMAT_BIT()s of JPEG, PNG and GIF that are taken with more weight than this format is. */
uint32_t accept_above(const struct accept_weights *weights, enum format format);

/*
 * Tell whether a text is a list of these formats: names with commas or blanks between them, each
 * once; "" is none.
 */
bool accept_list_valid(const char *list);

/*
 * Find the order in which formats are tried: by weight, among equals as the list has them. What is
 * not taken or not in the list is left out, and FORMAT_NONE stands after the last.
 */
void accept_order(
	const struct accept_weights *weights, const char *list, enum format ret[ACCEPT_FORMATS]);

#endif
