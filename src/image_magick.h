/*
 * The door to GraphicsMagick, for the image_* files alone.
 */
#ifndef LIMNER_IMAGE_MAGICK_H
#define LIMNER_IMAGE_MAGICK_H

/* GraphicsMagick's headers test macros that need not be defined. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wundef"
#include <magick/api.h>
#pragma GCC diagnostic pop

#endif
