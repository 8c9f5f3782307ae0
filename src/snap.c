#include "snap.h"

#include "base/text.h"
#include "params_kinds.h"

#include <math.h>
#include <string.h>

static double
scale_of(int places)
{
	return places > 0 ? 10 : 1;
}

bool
snap_parse(const char *text, double min, double max, int places, struct snap_steps *ret)
{
	struct snap_steps made = { 0 };
	char word[16];
	size_t n;

	for (text += strspn(text, ", "); *text != '\0'; text += n + strspn(text + n, ", ")) {
		double number;
		int32_t step;

		n = strcspn(text, ", ");
		if (n >= sizeof word || made.count == SNAP_STEPS)
			return false;
		memcpy(word, text, n);
		word[n] = '\0';
		if (!text_to_real(word, min, max, &number))
			return false;
		number *= scale_of(places);
		step = (int32_t)params_kinds_round(number, 0);
		if (fabs(number - step) > 1e-9 ||
			(made.count > 0 && step <= made.steps[made.count - 1]))
			return false;
		made.steps[made.count++] = step;
	}
	*ret = made;
	return true;
}

void
snap_print(const struct snap_steps *snap, int places, char ret[SNAP_TEXT])
{
	char number[PARAMS_KINDS_NUMBER];
	size_t at = 0;

	ret[0] = '\0';
	for (int32_t i = 0; i < snap->count && at < SNAP_TEXT; i++) {
		params_kinds_number(snap->steps[i] / scale_of(places), number);
		at += (size_t)snprintf(ret + at, SNAP_TEXT - at, "%s%s", i > 0 ? ", " : "", number);
	}
}

int32_t
snap_up(const struct snap_steps *snap, int32_t value)
{
	int32_t i = 0;

	while (i < snap->count - 1 && snap->steps[i] < value)
		i++;
	return snap->steps[i];
}

/* Make a side follow the other one, which was `from` and is `to` now. */
static int32_t
follow(int32_t side, int32_t from, int32_t to)
{
	double made = params_kinds_round((double)side * to / from, 0);

	return (int32_t)(made < 1 ? 1 : made > PARAMS_SIDE_MAX ? PARAMS_SIDE_MAX : made);
}

static void
snap_sides(const struct snap_rules *snaps, struct params *p)
{
	bool w = params_given(p, "w") && p->w > 0, h = params_given(p, "h");
	bool w_snaps = w && snaps->w.count > 0, h_snaps = h && snaps->h.count > 0;
	int32_t was_w = p->w, was_h = p->h;

	if (w_snaps)
		p->w = snap_up(&snaps->w, was_w);
	if (h_snaps)
		p->h = snap_up(&snaps->h, was_h);
	if (w_snaps && h && snaps->h.count == 0)
		p->h = follow(was_h, was_w, p->w);
	if (h_snaps && w && snaps->w.count == 0)
		p->w = follow(was_w, was_h, p->h);
}

void
snap_apply(const struct snap_rules *snaps, struct params *p)
{
	snap_sides(snaps, p);
	if (snaps->q.count > 0 && params_given(p, "q"))
		p->q = snap_up(&snaps->q, p->q);
	if (snaps->dpr.count > 0 && params_given(p, "dpr") && p->dpr > 0)
		p->dpr = snap_up(&snaps->dpr, (int32_t)params_kinds_round(p->dpr * 10, 0)) / 10.0;
}
