/*
 * What an S3 server means when its answer is no object.
 *
 * Pure: reads an answer's head and XML, and says which fault it is and what a second try would
 * need.
 */
#ifndef LIMNER_S3_ANSWER_H
#define LIMNER_S3_ANSWER_H

#include "source.h"

struct s3_answer {
	enum err_kind kind;
	char code[64];   /* S3's word, such as "SlowDown"; "" when there was none */
	char region[64]; /* where the server says the bucket is: letters, digits and -, or "" */
	bool moved;      /* sign for that region instead */
	bool skewed;     /* our clock differs from the server's, which is date_s */
	bool busy;       /* the same request may be answered a little later */
	int64_t date_s;  /* the server's clock, unix time; 0 when it did not say */
};

/*
 * Read one answer.
 *
 * clock_s  our own clock, as the request was signed: unix time
 * head     of the answer; its status is none of 200, 206, 304
 * xml      the beginning of its body, "" for HEAD
 * Source   https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
void s3_answer_read(const struct config_origin *origin, const struct source_call *call,
	int64_t clock_s, const struct source_head *head, const char *xml, struct s3_answer *ret);

/*
 * Tell whether an object's head says that its bytes lie in an archive and no copy of them is back.
 * GET is refused then, and HEAD is not.
 *
 * Source  https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 */
bool s3_answer_archived(const struct source_head *head);

#endif
