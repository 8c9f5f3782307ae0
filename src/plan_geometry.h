/*
 * The lengths of a plan: which part of the original, how large, turned which way, and where on the
 * canvas. Pure.
 *
 * Whole numbers and ratios of them throughout, so that a size comes out the same on every machine.
 */
#ifndef LIMNER_PLAN_GEOMETRY_H
#define LIMNER_PLAN_GEOMETRY_H

#include "plan.h"

/*
 * Fill in everything from shrink to place, and turn, trim and smart.
 *
 * plan   wish and orientation are read
 * Fails  ERR_PIXELS, as plan_resolve
 */
bool plan_geometry(struct plan *plan, const struct plan_sight *sight, struct err *err) MUST_USE;

/* Where a part of the oriented source lies in the source as stored. */
struct plan_rect plan_geometry_as_stored(const struct plan *plan, const struct plan_rect *oriented);

#endif
