/* One program for all suites; CK_RUN_SUITE=plan runs one. */
#include "suites.h"

#include <signal.h>
#include <stdlib.h>

int
main(void)
{
	static Suite *(*const suites[])(void) = {
		suite_err,
		suite_buf,
		suite_text,
		suite_digest,
		suite_crc,
		suite_log,
		suite_format,
		suite_colour,
		suite_networks,
		suite_accept,
		suite_cors,
		suite_params,
		suite_dialect,
		suite_snap,
		suite_hints,
		suite_spelling,
		suite_config,
		suite_tags,
		suite_sign,
		suite_request,
		suite_probe,
		suite_plan,
		suite_etag,
		suite_condition,
		suite_headers,
		suite_sigv4,
		suite_source_file,
		suite_address,
		suite_transport,
		suite_source_http,
		suite_credentials,
		suite_source_s3,
		suite_ladder,
		suite_budget,
		suite_palette,
		suite_image_colour,
		suite_blurhash,
		suite_exif,
		suite_image_ops,
		suite_image_look,
		suite_image_effects,
		suite_image_read,
		suite_image,
		suite_image_write,
		suite_image_frames,
		suite_cell,
		suite_admission,
		suite_spool,
		suite_metrics,
		suite_disposition,
		suite_explain,
		suite_freshness,
		suite_response,
		suite_status,
		suite_cdn,
		suite_manual,
		suite_handler,
		suite_negotiate,
		suite_server,
		suite_master,
	};
	SRunner *runner = srunner_create(NULL);
	int failed;

	(void)signal(SIGPIPE, SIG_IGN);
	/* a shell starts what it puts into the background deaf to these */
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGQUIT, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++)
		srunner_add_suite(runner, suites[i]());
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
