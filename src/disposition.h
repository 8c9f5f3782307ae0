/*
 * Content-Disposition: what a browser calls the file that an answer with dl is saved as.
 *
 * Pure. A stranger chooses the name, so that nothing in it may lead to a folder, hide, break the
 * field or show an ending in another place than its end.
 */
#ifndef LIMNER_DISPOSITION_H
#define LIMNER_DISPOSITION_H

#include "base/buf.h"
#include "format.h"

#define DISPOSITION_NAME 200 /* bytes of a name, with its ending */

/*
 * Append the value of the field: attachment; filename="…"; filename*=UTF-8''…
 *
 * The first is for what knows no other, in ASCII with _ for the rest. A name ends as what was sent:
 * the ending of another format is replaced, a missing one added.
 *
 * dl      of the parameters: "1" for the original's own name; nothing is appended for "" and "0"
 * key     the original's, UTF-8
 * type    the answer's Content-Type. Where no format has it the ending is the key's own, or none:
 *         what dl names would be the stranger's choice of what the bytes are taken for
 * Fails   ERR_INTERNAL, ERR_TOO_LARGE as buf_add
 * Source  RFC 6266 4 and appendix D, RFC 8187 3.2
 */
bool disposition_print(const char *dl, const char *key, const char *type, struct buf *out,
	struct err *err) MUST_USE;

#endif
