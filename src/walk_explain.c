/* A request asked once more by limner itself, to tell why it is answered as it is. */
#include "explain.h"
#include "walk.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 262144 /* bytes of an explanation */

/* A gateway that hands on who asks, but asks for another URL; only the head is kept. */
struct asker {
	const struct gateway *who; /* NULL: nobody */
	const char *url;
	struct buf head;
	bool whole; /* the head is; what follows is the body */
};

static const char *
asker_param(void *self, const char *name)
{
	const struct asker *a = self;
	/* what asks for less than the whole answer */
	static const char *const not [] = { "HTTP_IF_", "HTTP_RANGE", "PATH_INFO", "SCRIPT_NAME",
		"QUERY_STRING" };

	if (strcmp(name, "REQUEST_URI") == 0)
		return a->url;
	if (strcmp(name, "REQUEST_METHOD") == 0)
		return "GET";
	for (size_t i = 0; i < sizeof not / sizeof not [0]; i++)
		if (strncmp(name, not [i], strlen(not [i])) == 0)
			return NULL;
	return a->who != NULL ? a->who->param(a->who->self, name) : NULL;
}

/* The head is written first; a client that wants no more ends an original that streams. */
static bool
asker_write(void *self, const void *bytes, size_t n)
{
	struct asker *a = self;
	struct err ignored;
	const char *end;

	if (a->whole || !buf_add(&a->head, bytes, n, &ignored))
		return false;
	end = strstr(buf_text(&a->head), "\r\n\r\n");
	a->whole = end != NULL;
	return true;
}

static bool
asker_gone(void *self)
{
	const struct asker *a = self;

	return gateway_gone(a->who);
}

/* The value of a field of the head, without its end; "" when it is not there. */
static void
field_of(const char *head, const char *name, char *ret, size_t size)
{
	size_t n = strlen(name);

	ret[0] = '\0';
	for (const char *line = head; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, n) == 0 && line[n] == ':') {
			(void)snprintf(
				ret, size, "%.*s", (int)strcspn(line + n + 2, "\r"), line + n + 2);
			return;
		}
		if (*line == '\0')
			return;
	}
}

static void
print_head(const char *head, FILE *f)
{
	const char *end = strstr(head, "\r\n\r\n");

	for (; *head != '\0' && head != end; head++)
		if (*head != '\r')
			(void)fputc(*head, f);
	(void)fputc('\n', f);
}

/* Why there is nothing to plan, in words that only those see who may see the log. */
static void
print_fault(const struct walk *w, enum err_kind reason, FILE *f)
{
	const char *detail = w->detail[0] != '\0' ? w->detail : w->err.detail;

	(void)fprintf(f, "\n%s: %s%s", w->req.transform ? "no plan" : "no answer",
		err_row(reason)->slug, detail[0] != '\0' ? ": " : "");
	explain_text(detail, f);
	(void)fputc('\n', f);
}

static bool
print_all(const struct walk *w, const struct asker *a, FILE *f, struct err *err)
{
	const char *query = strchr(a->url, '?'), *head = buf_text(&a->head);
	enum err_kind reason = w->ok || w->head_sent ? w->reason : w->err.kind;
	char vary[REQUEST_VARY];

	/* a request that is refused is explained by its answer */
	if (w->understood) {
		field_of(head, "Vary", vary, sizeof vary);
		if (!explain_request(
			    w->h->cfg, &w->req, query != NULL ? query + 1 : "", vary, f, err))
			return false;
		if (w->head.status != 0)
			explain_original(&w->head, w->probed ? &w->info : NULL, f);
		explain_answer(walk_policy(w),
			w->ok || w->head_sent ? w->freshness : FRESHNESS_FAILURE, reason, f);
		if (w->planned)
			explain_plan(&w->plan, f);
		else if (reason != ERR_NONE && (w->req.transform || !w->ok))
			print_fault(w, reason, f);
		(void)fputc('\n', f);
	}
	print_head(head, f);
	return true;
}

bool
walk_explain(struct handler *h, const struct gateway *gw, const char *url, struct buf *out,
	struct err *err)
{
	struct asker asker = { .who = gw, .url = url, .head = BUF_INIT(TEXT_MAX) };
	const struct gateway inner = {
		.self = &asker, .param = asker_param, .write = asker_write, .gone = asker_gone
	};
	struct walk *w = calloc(1, sizeof *w);
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	bool ok = false;

	if (w == NULL || f == NULL) {
		(void)err_set(err, ERR_INTERNAL, "%s", "");
		goto out;
	}
	w->h = h;
	w->gw = &inner;
	w->explaining = true;
	(void)handler_walk(w);
	ok = print_all(w, &asker, f, err);
out:
	if (f != NULL && fclose(f) != 0 && ok)
		ok = err_set(err, ERR_INTERNAL, "%s", "");
	ok = ok && buf_add(out, text, n, err);
	free(text);
	if (w != NULL)
		handler_done(w);
	buf_done(&asker.head);
	return ok;
}
