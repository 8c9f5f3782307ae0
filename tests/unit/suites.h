/* The suites, one per room, each in test_<room>.c. */
#ifndef LIMNER_TESTS_SUITES_H
#define LIMNER_TESTS_SUITES_H

#include <check.h>

Suite *suite_err(void);
Suite *suite_buf(void);
Suite *suite_text(void);
Suite *suite_digest(void);
Suite *suite_crc(void);
Suite *suite_log(void);
Suite *suite_format(void);
Suite *suite_colour(void);
Suite *suite_networks(void);
Suite *suite_params(void);
Suite *suite_dialect(void);
Suite *suite_snap(void);
Suite *suite_spelling(void);
Suite *suite_config(void);
Suite *suite_tags(void);
Suite *suite_cdn(void);
Suite *suite_request(void);
Suite *suite_probe(void);
Suite *suite_plan(void);
Suite *suite_etag(void);
Suite *suite_sigv4(void);
Suite *suite_source_file(void);
Suite *suite_transport(void);
Suite *suite_address(void);
Suite *suite_source_http(void);
Suite *suite_credentials(void);
Suite *suite_source_s3(void);
Suite *suite_ladder(void);
Suite *suite_budget(void);
Suite *suite_palette(void);
Suite *suite_image_colour(void);
Suite *suite_blurhash(void);
Suite *suite_exif(void);
Suite *suite_image_ops(void);
Suite *suite_image_look(void);
Suite *suite_image_effects(void);
Suite *suite_image_read(void);
Suite *suite_image(void);
Suite *suite_image_write(void);
Suite *suite_image_frames(void);
Suite *suite_cell(void);
Suite *suite_admission(void);
Suite *suite_spool(void);
Suite *suite_metrics(void);
Suite *suite_freshness(void);
Suite *suite_response(void);
Suite *suite_status(void);
Suite *suite_handler(void);
Suite *suite_server(void);
Suite *suite_master(void);

#endif
