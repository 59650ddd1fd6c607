// Made by `make types` from the OpenAPI document; not to be changed by hand.
// Document: 053f219488bb4977379da9c64a5227098afc307fe5919ab2451f0bfaad4a5148

export interface paths {
    "/api/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The old synchronous call
         * @description Judge a review while the client waits; the answer is the old service's, with its sentences and numbers. Members other than `text` are passed over. A text without a character that is not white space is `{}` at once.
         */
        post: operations["legacy_predict"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/home/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The old service's page
         * @description Always 200, for whoever looked here for the old service; `/readyz` says whether reviews can be judged.
         */
        get: operations["legacy_home"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is the process alive?
         * @description Always 200 while this process answers at all; it looks at nothing else.
         */
        get: operations["health_livez"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics
         * @description What all processes count, in Prometheus' text format: any process of the API tells it for all of them. Scale workers on waiting and running sentences and on messages of Celery clients.
         */
        get: operations["metrics_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Can reviews be judged?
         * @description 200 while Redis takes new jobs and at least one worker is up; else 503 with the reason.
         */
        get: operations["health_readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What ended lately?
         * @description Jobs of all organisations by how they ended, and how long single reviews took. Chunks of batches count as one. The numbers are a minute old at most; percentiles are read from a histogram, as Prometheus reads them.
         */
        get: operations["activity_activity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/attention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What needs a person?
         * @description Single jobs and webhooks that failed in the last three days, webhooks that are late, disabled endpoints. Of what the key may see: without `webhooks:manage` the last three are null.
         */
        get: operations["attention_attention"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what was done
         * @description Who changed something or was refused, newest first: which key, from where, what, and what came of it. Texts are never in it. It cannot be changed, and goes with its time (`KRITIQ_AUDIT_TTL_S`) or as more comes in than is kept (`KRITIQ_AUDIT_ENTRIES`). Requests by nobody knows whom are in no organisation's: `kritiq audit --unknown`.
         */
        get: operations["audit_list_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List batches
         * @description Batches newest first. New batches do not move what follows a page token. With an archive they are all of which it keeps a line, but for `restaurant`, which it does not know of them.
         */
        get: operations["batch_lists_list_batches"];
        put?: never;
        /**
         * Submit many reviews
         * @description Up to 10,000 reviews, as JSON, or as NDJSON (`application/x-ndjson`) with one review on each line. Or up to 50,000 of a file that was uploaded (`POST /v1/files`), named as `input_file_id`. Each may have a restaurant, a date, an author, metadata, a language, a model and an id of its own; what it leaves out is as the batch says. Reviews of a restaurant count in its summary as soon as they are judged.
         */
        post: operations["batches_submit_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{batch_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a batch
         * @description How far the batch is. With an archive one that has aged is there as long as a line of it is kept.
         */
        get: operations["batches_get_batch"];
        put?: never;
        post?: never;
        /**
         * Delete a batch
         * @description Purge the batch with its reviews and results, whatever the state. The id answers 410 from now on, to a second DELETE too: after an answer that was lost that means done.
         */
        delete: operations["batches_delete_batch"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{batch_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a batch
         * @description Stop what has not started. 202 while workers still have to let go of what they hold.
         */
        post: operations["batches_cancel_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{batch_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Listen to a batch
         * @description Server-sent events: `batch` with the batch as data at every change of its counts; `end` when it has ended.
         */
        get: operations["batches_batch_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{batch_id}/lines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a batch's lines
         * @description The lines in the order of the request, those that have not ended included; `?status=failed` finds the failed. With an archive those of a batch that has aged are there for as long as it keeps them.
         */
        get: operations["batch_lists_list_lines"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{batch_id}/lines/{line}/feedback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a line's feedback
         * @description All that was said of the line, by sentence and aspect; also when the batch itself is past its time. 409 while the line has no result.
         */
        get: operations["line_feedback_get_line_feedback"];
        put?: never;
        /**
         * Say how a sentence of a line was meant
         * @description Which polarity an aspect of one of the line's sentences has, as somebody says: as for a job. It may be said as soon as the line has its result, also while its batch goes on. It is kept for `KRITIQ_FEEDBACK_TTL_S`, longer than the batch; of a batch with a `ttl_s` of its own no longer than the batch. Deleting the batch deletes it, at any time, and so does erasing the line's author.
         */
        post: operations["line_feedback_give_line_feedback"];
        /**
         * Delete a line's feedback
         * @description Take back what was said of the line, or of one aspect of one of its sentences, as of a job.
         */
        delete: operations["line_feedback_delete_line_feedback"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{batch_id}/results": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a batch's results
         * @description A line for each review in the order of the request, each as soon as all before it are there. By `Accept` as NDJSON, as one JSON object, or as a table with a row for each aspect of each sentence: CSV, or Parquet where the service has pyarrow. Compressed when `Accept-Encoding` asks for gzip. While nothing is to be told, a line feed comes every 10 seconds: an empty line of NDJSON or CSV, white space in JSON. A stream ends after 10 minutes, when the service is restarted, or when the batch is deleted: NDJSON then has fewer lines, JSON `"complete": false` and an `error`, a table a last row with the status `incomplete`; `after` goes on behind the last line.
         */
        get: operations["batches_batch_results"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{batch_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry a batch's lines
         * @description Judge the lines that ended without a result once more: as a new batch of these lines alone, in their order. Its `retry_of` is the old batch, which stays as it is. However often it is called, and with whatever keys, nothing counts twice: while the new batch goes on, and once all of its lines have a result, it is the answer again; where it ended with lines that have none, those are tried again, and `retry_of` names it. A line without a text that could be judged is left out, for it would fail again. 409 while the batch goes on, and when there is no such line.
         */
        post: operations["batches_retry_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List deliveries
         * @description Deliveries of the last 30 days (KRITIQ_DELIVERY_LOG_TTL_S), newest first, without the log of their attempts.
         */
        get: operations["deliveries_list_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{delivery_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a delivery
         * @description The delivery with the log of its attempts.
         */
        get: operations["deliveries_get_delivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{delivery_id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a delivery again
         * @description One more attempt at once, under the same `webhook-id`, also where the endpoint is disabled, unless its owner did that (409). The schedule and the endpoint's health stay as they are, and so does the `reason` of a delivery that still waits: a 410 disables nothing.
         */
        post: operations["deliveries_replay_delivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{delivery_id}/request": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get what a delivery sends
         * @description The body as an attempt would send it now: for each, it is read anew from what it tells of. 410 when that was deleted or is past its time, or nothing would be sent to this endpoint any more. It has what a job has: a key needs `jobs:read`, too. Whoever opened a link gets it without the sentences' texts.
         */
        get: operations["deliveries_delivery_request"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhook endpoints
         * @description All endpoints, oldest first, without their health.
         */
        get: operations["endpoints_list_endpoints"];
        put?: never;
        /**
         * Add a webhook endpoint
         * @description Tell this URL of events from now on. The answer shows the secret that signs them, this once.
         */
        post: operations["endpoints_add_endpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{endpoint_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a webhook endpoint
         * @description The endpoint and what the last attempts showed of it.
         */
        get: operations["endpoints_get_endpoint"];
        put?: never;
        post?: never;
        /**
         * Delete a webhook endpoint
         * @description Nothing more is sent to it; what waits is dropped.
         */
        delete: operations["endpoints_delete_endpoint"];
        options?: never;
        head?: never;
        /**
         * Change a webhook endpoint
         * @description Change what the body names. Deliveries that wait go to the new URL; what the former one still answers does not count for it.
         */
        patch: operations["endpoints_change_endpoint"];
        trace?: never;
    };
    "/v1/endpoints/{endpoint_id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List an endpoint's deliveries
         * @description Deliveries to one endpoint, newest first.
         */
        get: operations["deliveries_endpoint_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{endpoint_id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enable a webhook endpoint
         * @description Send again, and forget past failures. What was missed comes with `recover`.
         */
        post: operations["endpoints_enable_endpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{endpoint_id}/ping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ping a webhook endpoint
         * @description Send an `endpoint.ping`, once, on the same way as everything else, also where the endpoint is disabled, unless its owner did that (409). The delivery tells what became of it; whatever is answered, a 410 too, the endpoint stays as it is.
         */
        post: operations["endpoints_ping_endpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{endpoint_id}/recover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send again what an endpoint missed
         * @description Failed deliveries, those dropped while it was disabled, ends of jobs and batches that it was never told of. Repeating is harmless. Nothing is sent that happened before the endpoint was made, or before its restaurant was granted to it.
         */
        post: operations["endpoints_recover_endpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{endpoint_id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate an endpoint's secret
         * @description A fresh secret, shown this once. Until the time of grace is over, both sign.
         */
        post: operations["endpoints_rotate_secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/erasures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List erasures
         * @description The last thousand that were asked for, newest first, for as long as their reports are kept.
         */
        get: operations["privacy_list_erasures"];
        put?: never;
        /**
         * Erase what there is of somebody
         * @description Have all reviews of a guest, of a restaurant or of your organisation deleted, wherever they lie, as `DELETE` does, and the records searched for what is left. Ask at `Location` what has become of it. Of a batch that others have lines in too a guest's lines go alone; one of other restaurants, too, is left and named. An uploaded file goes whole when a line of it is theirs. What comes while it is carried out is not deleted, but found; asked again, it goes. Killed processes are taken over from.
         */
        post: operations["privacy_erase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/erasures/{erasure_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an erasure
         * @description How far it is, and when it has ended its report, for `KRITIQ_ERASURE_TTL_S`; never which guest it was about.
         */
        get: operations["privacy_get_erasure"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Listen to all that changes
         * @description Server-sent events `changes`, at most one a second: which jobs, batches and deliveries have changed, what guests say of which restaurants, in which lists something has, and what waits when that has. Of what the key may see; of deliveries for keys with `webhooks:manage`. Nothing is kept for who is away. Where `complete` is false more may have changed than is told, as in the first event of each stream: read again what you show. A stream ends after five minutes with `end`, and is opened again.
         */
        get: operations["changes_all_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/exports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Export what there is of somebody
         * @description All reviews of a guest, of a restaurant or of your organisation, to be handed to whom they are about: a JSON object on a line for each, with text, metadata and result; with an archive what that alone has any more, too, marked as `archived`. The last line says whether all have come.
         */
        post: operations["privacy_export"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/feedback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List feedback
         * @description What was said, by job and by line of a batch, those first of which something was said last for the first time.
         */
        get: operations["feedback_list_feedback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/feedback/examples": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export feedback as training data
         * @description Every sentence that something was said of, as a JSON object on a line, in the order of the list: with all of its aspects as people left them, and where it is from. `kritiq train --train` reads it; `kritiq feedback export` writes the same. All come in one answer. One that breaks off, without the last chunk, has not all of them: begin it anew. The sentences are parts of reviews, so personal data: whoever keeps the file sees to its end.
         */
        get: operations["feedback_list_examples"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/feedback/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What should be labelled next?
         * @description The sentences that most need a person: what is said of them is feedback, and a model can learn most from it. First those of which two versions of a rollout or a split, or a model and its shadow, said different things, the newest first; then those of whose judgement the model is least sure, in the reviews that were sent last, lines of batches included. A sentence is here until somebody has spoken of each aspect that is in question: with `POST /v1/jobs/{job_id}/feedback`, or of a line under its batch and number. It shows reviews: a key needs `jobs:read`, too. For a key for certain restaurants lines are here only if all of their batch is theirs.
         */
        get: operations["feedback_queue_list_queue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List files
         * @description Uploaded files, newest first. The files of a batch are named by the batch.
         */
        get: operations["files_list_files"];
        put?: never;
        /**
         * Upload a file
         * @description Up to 50,000 reviews as NDJSON, to make batches of (`input_file_id`), as a form or as the body itself. It is kept for a day unless `ttl_s` (of OpenAI's library `expires_after`) says it; batches that were made of it stay. A line that is no review is one of the batch's, with its error: here nothing is looked at.
         */
        post: operations["files_upload_file"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/files/{file_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a file
         * @description What there is of it: an uploaded one, or one of a batch that has ended.
         */
        get: operations["files_get_file"];
        put?: never;
        post?: never;
        /**
         * Delete a file
         * @description Purge it. Batches that were made of it stay; the files of a batch go with the batch. The id answers 410 from now on, to a second DELETE too: after an answer that was lost that means done.
         */
        delete: operations["files_delete_file"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/files/{file_id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a file
         * @description What is in it, byte by byte as it was uploaded; of a batch its result lines, or its lines without a result. Compressed when `Accept-Encoding` asks for gzip.
         */
        get: operations["files_file_content"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List jobs
         * @description Jobs newest first, without results. New jobs do not move what follows a page token. With an archive they are all that it keeps; what was sent longer ago than results are kept comes on pages of its own, which answer 503 while the archive cannot be read.
         */
        get: operations["listing_list_jobs"];
        put?: never;
        /**
         * Submit a review, or a few
         * @description Store the review as a job and answer 202 with its address. It is judged soon; poll, wait or listen. With `texts` instead of `text` (1 to 100) they become a batch of the priority that is asked for: the answer is the batch, and with `Prefer: wait`, once it has ended, its result lines too.
         */
        post: operations["jobs_submit_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{job_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a job
         * @description The job in whatever state it is; with `?wait=n` as soon as it has ended. With an archive one that has aged is there for as long as that keeps it, marked as `archived`.
         */
        get: operations["jobs_get_job"];
        /**
         * Submit a review under your own id
         * @description Like POST, under an id of yours (1 to 64 letters, digits, `-`, `_`). Repeating the call gives the same job. 410 when the id's job was deleted or is past its time, 409 when it is another restaurant's that your key is not for.
         */
        put: operations["jobs_put_job"];
        post?: never;
        /**
         * Delete a job
         * @description Purge text, result and undelivered webhooks, whatever the state. The id answers 410 from now on, to a second DELETE too: after an answer that was lost that means done. A task that a Celery client sent and that no worker has taken yet is no job: it loses its text and is revoked, and 404 follows.
         */
        delete: operations["actions_delete_job"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{job_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a job
         * @description Call the job off: 200 when it is canceled, 202 while a worker still has to let go of it.
         */
        post: operations["actions_cancel_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{job_id}/course": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What became of a job's attempts?
         * @description Each attempt, the oldest first, with how it ended; and the job's trace, if it is traced. Which worker it was is told to keys with `admin`. The archive keeps none of it.
         */
        get: operations["course_job_course"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{job_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Listen to a job
         * @description Server-sent events: `job` with the job as data at every change, its version as id; `end` when it has ended.
         */
        get: operations["actions_job_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{job_id}/feedback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a job's feedback
         * @description All that was said of the job, by sentence and aspect; also when the job itself is past its time.
         */
        get: operations["feedback_get_feedback"];
        put?: never;
        /**
         * Say how a sentence was meant
         * @description Which polarity an aspect of one of the job's sentences has, as somebody says. Answers all that was said so far. Said again it is the same, and of an aspect the last word counts. It is kept with the sentence for `KRITIQ_FEEDBACK_TTL_S` from the first of it on, longer than the job, to be learned from (`kritiq feedback export`); of a job with a `ttl_s` of its own only as long as the job. Deleting the job deletes it, at any time.
         */
        post: operations["feedback_give_feedback"];
        /**
         * Delete a job's feedback
         * @description Take back what was said of the job, or of one aspect of one of its sentences. What was not said, or is taken back already, is no error; a sentence or an aspect that there is not is one.
         */
        delete: operations["feedback_delete_feedback"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{job_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try a job again
         * @description Make a new job of the same review, with `retry_of`, when this one failed, expired or was canceled. However often it is called, and with whatever keys, no review counts twice: while the new job goes on, and once it has succeeded, it is the answer again; when it ended without a result, too, that is what is tried again.
         */
        post: operations["actions_retry_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List keys
         * @description All keys of your organisation, oldest first, those that ended for 30 days more (KRITIQ_ENDED_KEY_TTL_S).
         */
        get: operations["keys_list_keys"];
        put?: never;
        /**
         * Make a key
         * @description A key of your organisation. The answer shows its text, this once.
         */
        post: operations["keys_make_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a key
         * @description The key, never its text.
         */
        get: operations["keys_get_key"];
        put?: never;
        post?: never;
        /**
         * Revoke a key
         * @description It opens nothing any more, within five seconds everywhere.
         */
        delete: operations["keys_revoke_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{key_id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate a key
         * @description A fresh text for the same key, shown this once. Until the time of grace is over, both are good.
         */
        post: operations["keys_rotate_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which models are served?
         * @description The versions of models that the workers serve, where they are in memory, and where each alias points. A job may name any of them as its `model`. `default` is what jobs get that name none; while nobody has moved it, it has the revision 0, and is each worker's own. What workers do is told to those alone who may move aliases: the `jobs` and the `agreement` are those of all organisations.
         */
        get: operations["models_list_models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{alias_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move an alias
         * @description Point an alias at a version, split it between several, or roll a version out; a new name makes a new alias. Jobs that a worker has taken keep the version that they were given then; all later ones get the new one. A version on offer that no worker has downloaded has to be loaded first: its store may be away. Aliases are those of the whole deployment: a key needs to be of the organisation `default`.
         */
        post: operations["models_move_alias"];
        /**
         * Delete an alias
         * @description Forget an alias, and the rollout that it is in. Without `default`, jobs that name no model get each worker's own. Jobs that a worker has taken keep their version; those that wait and name the alias get what `default` stands for. Aliases are those of the whole deployment: a key needs to be of the organisation `default`.
         */
        delete: operations["models_delete_alias"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{name}/card": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What does a model say of itself?
         * @description What each version of a model may say, how right it is on the data that it was measured on, and its card: of those that a worker has or had.
         */
        get: operations["cards_model_card"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{name}/drift": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Has a model's traffic shifted?
         * @description Whether the last reviews of your organisation, and what the model answered, differ from the model's reference by more than chance: aspects and polarities, confidence, length of sentences, language, and what the model does not know. The answer says by what, and which restaurants it mostly comes from, if it does from some. A key for certain restaurants gets 403: the figures are of all reviews of its organisation together.
         */
        get: operations["drift_model_drift"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{name}/load": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Load a model
         * @description Have all workers that serve a version load it now, and keep it until it is unloaded or jobs need its room; ask at `Location` how far each is. A worker in which it does not fit beside the models that aliases stand for refuses; one in which it is out of service tries it again. Models are the whole deployment's: a key needs to be of the organisation `default`.
         */
        post: operations["operations_load_model"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{name}/unload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Unload a model
         * @description Have all workers take a version out of memory; ask at `Location` how far each is. What is being judged with it is judged to its end, and its next job loads it again. 409 while an alias stands for it or jobs wait for it, unless `force` is true.
         */
        post: operations["operations_unload_model"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/{operation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an operation of a model
         * @description How far each worker is with loading or unloading a model. Kept for a day; `/v1/events` says `models` whenever it has got on.
         */
        get: operations["operations_get_operation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How long is the queue?
         * @description What waits and runs, in jobs and estimated sentences, and when it will be done. A task that a Celery client sent counts in `celery`, as a sentence, until a worker has looked at it.
         */
        get: operations["queue_queue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/restaurants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List restaurants
         * @description Restaurants that something was found about, by name.
         */
        get: operations["restaurants_list_restaurants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/restaurants/{restaurant}/reviews": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a restaurant's reviews
         * @description Judged reviews with their sentences, those sent last first: single ones, and lines of batches. The days are those that the summary counts them for. With an archive they are all that it keeps, else those that have not been deleted for their age. For a key for certain restaurants lines are here only if all of their batch is theirs.
         */
        get: operations["restaurants_list_reviews"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/restaurants/{restaurant}/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sum up a restaurant
         * @description Sentence counts per aspect and polarity over the succeeded jobs whose reviews date from those days. What is dated later than today counts only with a `to` that reaches so far. With an archive they are all that it keeps, else those that have not been deleted for their age.
         */
        get: operations["restaurants_summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/restaurants/{restaurant}/trend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A restaurant over time
         * @description The same counts for each period of those days; the first and the last may be shorter.
         */
        get: operations["restaurants_trend"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/retrainings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List retrainings
         * @description Those of the last 30 days, newest first.
         */
        get: operations["retrainings_list_retrainings"];
        put?: never;
        /**
         * Retrain a model
         * @description Have a trainer (`kritiq trainer run`) teach a model what people of these organisations said until now; ask at `Location` how far it is. What the gate lets pass goes into the store of models, and the alias stands for it. Of a version one retraining at a time. Retrainings are the whole deployment's: a key needs to be of the organisation `default`.
         */
        post: operations["retrainings_retrain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/retrainings/{retraining_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a retraining
         * @description How far it is, and what came of it.
         */
        get: operations["retrainings_get_retraining"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/retrainings/{retraining_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a retraining
         * @description Have it end, also one that has not begun; nothing of it is kept. 202 until its trainer has noticed.
         */
        post: operations["retrainings_cancel_retraining"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/retrainings/{retraining_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Listen to a retraining
         * @description Server-sent events: `retraining` with the retraining as data whenever it has got on; `end` when it has ended.
         */
        get: operations["retrainings_retraining_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who am I?
         * @description What the key or session of this request may do; without either, where none is asked for, what everybody may.
         */
        get: operations["session_get_session"];
        put?: never;
        /**
         * Log in
         * @description Show an API key in `Authorization`, and get a session for it: a cookie that no script can read. Whatever changes something by the cookie also shows the answer's `csrf_token` as `X-CSRF-Token`. The session whose cookie came with this call ends: the browser forgets it for the new one.
         */
        post: operations["session_log_in"];
        /**
         * Log out
         * @description End the session of the cookie, and take the cookie back.
         */
        delete: operations["session_log_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was used
         * @description What your organisation used in a month, by day, restaurant and model; with `Accept: text/csv` as a table. Requests are counted when they are accepted, reviews when they are judged; what came to no result costs nothing.
         */
        get: operations["usage_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List links to webhooks
         * @description Links that can be opened or whose sessions last, those first that end last; never what opens them.
         */
        get: operations["webhook_links_list_links"];
        put?: never;
        /**
         * Make a link to webhooks
         * @description A link that shows the endpoints and deliveries of some restaurants, opened once, to whoever has it. It opens a view for these restaurants alone, which manages their endpoints as a key with `webhooks:manage` would that is restricted to them, and does nothing else. It ends by itself, when it is revoked, or with the key that made it.
         */
        post: operations["webhook_links_make_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-links/{link_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a link to webhooks
         * @description The link, never what opens it.
         */
        get: operations["webhook_links_get_link"];
        put?: never;
        post?: never;
        /**
         * Revoke a link to webhooks
         * @description Neither it nor what it has opened is good any more, within five seconds everywhere. The endpoints that its session made or changed stay as they are. `GET /v1/audit` names them: entries with the link's id as `key_id` have theirs as `endpoint_id`.
         */
        delete: operations["webhook_links_revoke_link"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-links/{link_id}/open": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open a link to webhooks
         * @description Once: the answer has the token that lists, makes, changes, tries and deletes the endpoints of the link's restaurants, and sends their deliveries again, until `expires_at`.
         */
        post: operations["webhook_links_open_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make the secret of one-off webhooks
         * @description A fresh secret for the `webhook` of single jobs, shown this once; before the first there are none.
         */
        post: operations["endpoints_webhook_secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which workers are up?
         * @description Each worker with its model and device, how large its batches were and how busy it was in the last minute. Workers are those of the whole deployment: a key needs to be of the organisation `default`.
         */
        get: operations["workers_list_workers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "job.succeeded": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * job.succeeded
         * @description A job that has ended.
         */
        post: operations["on_job_succeeded"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "job.failed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * job.failed
         * @description A job that has ended.
         */
        post: operations["on_job_failed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "job.canceled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * job.canceled
         * @description A job that has ended.
         */
        post: operations["on_job_canceled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "job.expired": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * job.expired
         * @description A job that has ended.
         */
        post: operations["on_job_expired"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "batch.completed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * batch.completed
         * @description A batch, as far as it is.
         */
        post: operations["on_batch_completed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "batch.progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * batch.progress
         * @description A batch, as far as it is.
         */
        post: operations["on_batch_progress"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "batch.lines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * batch.lines
         * @description Lines of a batch that were judged, failed or had no text: at most `lines_per_event`, all of one chunk.
         */
        post: operations["on_batch_lines"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "job.deleted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * job.deleted
         * @description What was deleted, or is past the time that its client said (`ttl_s`): delete what you keep of it.
         */
        post: operations["on_job_deleted"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "batch.deleted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * batch.deleted
         * @description What was deleted, or is past the time that its client said (`ttl_s`): delete what you keep of it.
         */
        post: operations["on_batch_deleted"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "batch.lines_deleted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * batch.lines_deleted
         * @description Lines of a batch whose author was erased: delete what you keep of them. The batch and its other lines stay.
         */
        post: operations["on_batch_lines_deleted"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "endpoint.ping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * endpoint.ping
         * @description The endpoint itself that is tested, or another one that was disabled.
         */
        post: operations["on_endpoint_ping"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "endpoint.disabled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * endpoint.disabled
         * @description The endpoint itself that is tested, or another one that was disabled.
         */
        post: operations["on_endpoint_disabled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        /**
         * @description What is to be done.
         * @enum {string}
         */
        Action: "load" | "unload";
        /** @description What ended lately. */
        ActivityAnswer: {
            window: components["schemas"]["Window"];
            /** @description How long the next one of each queue that has any has waited, in seconds. */
            oldest_s: {
                [key: string]: number;
            };
            totals: components["schemas"]["EndedAnswer"];
            /** @description Oldest first; parts of which nothing is known are left out. */
            buckets: components["schemas"]["EndedPartAnswer"][];
        };
        /** @description How often a version that judges without being answered says what was answered. */
        AgreementAnswer: {
            version: string;
            sentences: number;
            /** @description Sentences in which it finds the same aspects, with the same polarities. */
            same: number;
        };
        /** @description Where an alias points. */
        AliasAnswer: {
            alias: string;
            revision: number;
            /** @description Version -> its share. */
            versions: {
                [key: string]: number;
            };
            shadow: string | null;
            /** @description Of a split: per cent of its jobs that another of its versions judges, too. */
            compare: number;
            moved_at: string | null;
            /** @description Of each shadow that it has had, and each version of a split that judged what another answered: how often it said what a version answered that the alias stands for now, since its last rollout began. */
            agreement: components["schemas"]["AgreementAnswer"][];
            rollout: components["schemas"]["RolloutAnswer"] | null;
        };
        /** @description Where an alias is to point: at one version, at several by share, or in steps from one to another. */
        AliasBody: {
            /** @description The revision that you know; 0: nobody has moved it yet. 409 when it is another one. */
            revision: number;
            /**
             * @description The version that all jobs go to.
             * @default null
             */
            version?: string | null;
            /**
             * @description Versions and their shares. The same restaurant, else the same job, falls to the same one.
             * @default null
             */
            split?: {
                [key: string]: number;
            } | null;
            /**
             * @description Go to another version in steps, as long as that keeps its bounds. Pointing the alias at either version ends it: at the candidate promotes it, at the other one stops it.
             * @default null
             */
            rollout?: components["schemas"]["RolloutBody"] | null;
            /**
             * @description A version that judges the same jobs, without its answers being given: they are compared.
             * @default null
             */
            shadow?: string | null;
            /**
             * @description Of a split without a shadow: per cent of the jobs that another of its versions judges, too, without being answered; they are compared. As many per cent more are to be judged. Default: 1.
             * @default null
             */
            compare?: number | null;
        };
        /** @description One version in a rollout. */
        ArmAnswer: {
            version: string;
            /** @description Reviews of its share that it has judged or failed on. */
            reviews: number;
            failed: number;
            /** @description Jobs of its share that were lost with their workers. */
            lost: number;
            /** @description Milliseconds that it takes for a sentence, at the 95th percentile, of what both judged. */
            high_ms: number | null;
        };
        /** @description How one aspect was judged. */
        AspectAnswer: {
            /** @enum {string} */
            polarity: "positive" | "neutral" | "negative" | "conflict" | "none";
            /** @description Calibrated probability of the polarity. */
            confidence: number;
            /**
             * @description Whether it is less sure than those of which at least 95 % are right; see the model's card.
             * @default null
             */
            low_confidence?: boolean | null;
            /**
             * @description The words that carry it, where `evidence` was asked for.
             * @default null
             */
            evidence?: components["schemas"]["SpanAnswer"][] | null;
        };
        /** @description How right a model is about one aspect, on the data that it was measured on. */
        AspectScoreAnswer: {
            /** @description Sentences that speak of it. */
            labels: number;
            /** @description F1 of whether a sentence speaks of it. */
            mentioned_f1: number;
            /** @description The same together with its polarity. */
            judged_f1: number;
        };
        /**
         * @description How an attempt ended.
         * @enum {string}
         */
        AttemptEnd: "lost" | "released" | "redone" | "succeeded" | "failed" | "canceled" | "expired";
        /** @description What waits for a person. */
        AttentionAnswer: {
            /**
             * Format: date-time
             * @description What was made before counts as failed no more.
             */
            since: string;
            /** @description Single jobs, of those that are not only in the archive. */
            failed_jobs: components["schemas"]["CountAnswer"];
            /** @description Webhooks that were given up. */
            failed_deliveries: components["schemas"]["CountAnswer"] | null;
            /** @description Webhooks that should have been sent, or tried again, a minute ago. */
            overdue_deliveries: components["schemas"]["CountAnswer"] | null;
            /** @description Those that nobody disabled on purpose. */
            disabled_endpoints: components["schemas"]["CountAnswer"] | null;
        };
        /** @description Some entries, newest first. */
        AuditAnswer: {
            entries: components["schemas"]["AuditEntryAnswer"][];
            next_page_token: string | null;
        };
        /** @description Something that was done or tried. */
        AuditEntryAnswer: {
            id: string;
            /** Format: date-time */
            at: string;
            /** @description An `operationId` of this document, or a command: `kritiq keys create`. */
            action: string;
            /**
             * @description `refused`: who asked may not, or was not known.
             * @enum {string}
             */
            outcome: "done" | "refused" | "failed";
            /** @description The HTTP status of the answer; null of a command. */
            status: number | null;
            /** @description The key that was shown, or whose session it was; by a link, the link. */
            key_id: string | null;
            /** @description Who asked, as the API saw it; null of a command. */
            address: string | null;
            /** @description Ids of what it was about, by kind: `job_id` and so on. */
            objects: {
                [key: string]: string;
            };
        };
        /** @description What waits and what runs. */
        BacklogAnswer: {
            /** @description By queue: high, normal, bulk, and long for single reviews of many sentences. */
            waiting: {
                [key: string]: components["schemas"]["QueueLevel"];
            };
            /** @description What waits for its time, in no queue yet. */
            scheduled: components["schemas"]["QueueLevel"];
            /** @description Tasks of Celery clients that no worker has looked at yet. */
            celery: number;
            running_sentences: number;
            /** @description No more may wait, and no more be scheduled: POST answers 503 then. 0: no limit. */
            capacity_sentences: number;
            /** @description What the workers measured, together. */
            sentences_per_second: number | null;
            /** @description Seconds until all of it is done; null while no worker has measured its rate, or none serves what some of it waits for. */
            eta_s: number | null;
            /** @description Versions of models that jobs wait for and no worker that is up serves. */
            waits_for: string[];
            /** @constant */
            estimated: true;
            workers: number;
        };
        /** @description A batch and how far it is. */
        BatchAnswer: {
            restaurant: string | null;
            reviewed_at: string | null;
            external_author: string | null;
            metadata: {
                [key: string]: unknown;
            } | null;
            id: string;
            status: components["schemas"]["BatchStatus"];
            version: number;
            counts: components["schemas"]["BatchCounts"];
            cancel_requested: boolean;
            /** Format: date-time */
            created_at: string;
            finished_at: string | null;
            expires_at: string | null;
            not_before: string | null;
            /** @description The batch, or the part of one, that this one repeats. */
            retry_of: string | null;
            /** @description The file that its reviews came from. */
            input_file_id: string | null;
            /** @description The file with its results, once it has ended; null if there are none. */
            output_file_id: string | null;
            /** @description The file with the lines that have no result, likewise. */
            error_file_id: string | null;
            /**
             * @description Present and true when only the archive has it any more: its counts are of the lines that are kept, and of what was said of it as a whole only `restaurant` is known. Its lines are there, but not its `results`.
             * @default false
             */
            archived?: boolean;
            links: components["schemas"]["BatchLinks"];
        };
        /** @description Reviews by what became of them. */
        BatchCounts: {
            total: number;
            waiting: number;
            succeeded: number;
            failed: number;
            canceled: number;
            expired: number;
            /** @description Reviews without a text, such as a rating without a word: no failure. */
            skipped: number;
        };
        /** @description One server-sent event: `batch`, or `end` when there is nothing more to tell. */
        BatchEventAnswer: {
            /** @default null */
            event?: ("batch" | "end") | null;
            /**
             * @description The batch as JSON.
             * @default null
             */
            data?: string | null;
            /**
             * @description The batch's version, for `Last-Event-ID`.
             * @default null
             */
            id?: string | null;
            /**
             * @description Milliseconds before coming back.
             * @default null
             */
            retry?: number | string | null;
        };
        /** @description One line of a batch's results, with what goes for the review, said by itself or by its batch. */
        BatchLineAnswer: {
            restaurant: string | null;
            reviewed_at: string | null;
            external_author: string | null;
            metadata: {
                [key: string]: unknown;
            } | null;
            line: number;
            custom_id: string | null;
            /** @description What was odd about it, and what was done. */
            warnings: string[];
            status: components["schemas"]["LineStatus"];
            result: components["schemas"]["ResultAnswer"] | null;
            error: components["schemas"]["ErrorAnswer"] | null;
            /**
             * @description What judged it, or failed on it.
             * @default null
             */
            model?: components["schemas"]["ModelAnswer"] | null;
        };
        /** @description A batch's results as one document. */
        BatchLines: {
            batch: string;
            lines: components["schemas"]["BatchLineAnswer"][];
            /** @description Whether every review that was asked for has its line. */
            complete: boolean;
            /** @description Why not: `gone`, `time_limit`, `unauthorized`, `unavailable`; null if no more was asked for. */
            error: components["schemas"]["ErrorAnswer"] | null;
        };
        /** @description Where to go from here. */
        BatchLinks: {
            self: string;
            events: string;
            results: string;
            lines: string;
            cancel: string;
            retry: string;
        };
        /** @description All reviews of an uploaded file, up to 50,000. */
        BatchOfFile: {
            /**
             * @description Your id of the restaurant, for grouping.
             * @default null
             */
            restaurant?: string | null;
            /**
             * @description When the review was written: RFC 3339 with an offset, or a day, which begins in UTC then.
             * @default null
             */
            reviewed_at?: string | null;
            /**
             * @description Your id of who wrote it, at most 200 characters: what there is of an author is found by it.
             * @default null
             */
            external_author?: string | null;
            /**
             * @description Your own data, up to 2 kB, returned as it came.
             * @default null
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description ISO 639 code of the text, or `auto`.
             * @default auto
             */
            language?: string;
            /**
             * @description An alias of a model, or an exact version (`kritiq-mini/1`), of those that `GET /v1/models` lists.
             * @default null
             */
            model?: string | null;
            /**
             * @description List aspects that are not mentioned, as `none`.
             * @default false
             */
            include_none?: boolean;
            /**
             * @description Begin no earlier than this (RFC 3339 with an offset, at most 30 days from now); until then it is `scheduled`. A time that has passed means now.
             * @default null
             */
            not_before?: string | null;
            /**
             * @description Seconds that it is kept once it has ended.
             * @default null
             */
            ttl_s?: number | null;
            /** @description The file. */
            input_file_id: string;
            /**
             * @description What does each line, as OpenAI's library says it; it changes nothing.
             * @default null
             */
            endpoint?: "/v1/jobs" | null;
            /**
             * @description As OpenAI's library says it; it changes nothing: what waits in a batch does not expire.
             * @default null
             */
            completion_window?: "24h" | null;
        };
        /** @description Some batches, newest first. */
        BatchPage: {
            batches: components["schemas"]["BatchAnswer"][];
            next_page_token: string | null;
        };
        /**
         * @description Many reviews at once. A bad one fails alone; an odd one is judged, and its result has a warning; one without a
         *     text is `skipped`.
         *
         *     Beside `text` a review may have `custom_id`, `restaurant`, `reviewed_at`, `external_author`, `metadata`,
         *     `language` and `model`; what it leaves out is as the batch says. One that names a model that there is not fails.
         */
        BatchRequest: {
            /**
             * @description Your id of the restaurant, for grouping.
             * @default null
             */
            restaurant?: string | null;
            /**
             * @description When the review was written: RFC 3339 with an offset, or a day, which begins in UTC then.
             * @default null
             */
            reviewed_at?: string | null;
            /**
             * @description Your id of who wrote it, at most 200 characters: what there is of an author is found by it.
             * @default null
             */
            external_author?: string | null;
            /**
             * @description Your own data, up to 2 kB, returned as it came.
             * @default null
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description ISO 639 code of the text, or `auto`.
             * @default auto
             */
            language?: string;
            /**
             * @description An alias of a model, or an exact version (`kritiq-mini/1`), of those that `GET /v1/models` lists.
             * @default null
             */
            model?: string | null;
            /**
             * @description List aspects that are not mentioned, as `none`.
             * @default false
             */
            include_none?: boolean;
            /**
             * @description Begin no earlier than this (RFC 3339 with an offset, at most 30 days from now); until then it is `scheduled`. A time that has passed means now.
             * @default null
             */
            not_before?: string | null;
            /**
             * @description Seconds that it is kept once it has ended.
             * @default null
             */
            ttl_s?: number | null;
            /** @description 1 to 10,000 reviews, each with a text and, if you like, an id of yours. */
            reviews: unknown[];
        };
        /**
         * @description Where a batch is.
         * @enum {string}
         */
        BatchStatus: "scheduled" | "running" | "completed" | "canceled";
        /** @description A batch that has ended, with its result lines in their order. */
        BatchWithResults: {
            restaurant: string | null;
            reviewed_at: string | null;
            external_author: string | null;
            metadata: {
                [key: string]: unknown;
            } | null;
            id: string;
            status: components["schemas"]["BatchStatus"];
            version: number;
            counts: components["schemas"]["BatchCounts"];
            cancel_requested: boolean;
            /** Format: date-time */
            created_at: string;
            finished_at: string | null;
            expires_at: string | null;
            not_before: string | null;
            /** @description The batch, or the part of one, that this one repeats. */
            retry_of: string | null;
            /** @description The file that its reviews came from. */
            input_file_id: string | null;
            /** @description The file with its results, once it has ended; null if there are none. */
            output_file_id: string | null;
            /** @description The file with the lines that have no result, likewise. */
            error_file_id: string | null;
            /**
             * @description Present and true when only the archive has it any more: its counts are of the lines that are kept, and of what was said of it as a whole only `restaurant` is known. Its lines are there, but not its `results`.
             * @default false
             */
            archived?: boolean;
            links: components["schemas"]["BatchLinks"];
            results: components["schemas"]["BatchLineAnswer"][];
        };
        /** @description What the candidate of a rollout has to keep; null: that is not looked at. */
        BoundsAnswer: {
            min_reviews: number;
            min_agreement: number | null;
            max_failures: number | null;
            max_slowdown: number | null;
            max_drift: number | null;
        };
        /** @description A version of a model. What nobody measured is null. */
        CardOfVersion: {
            version: string;
            method: string;
            languages: string[];
            /** @description What it may find in a sentence. */
            aspects: string[];
            /** @description What it may say of each; `none`: not mentioned. */
            polarities: string[];
            /** @description Sentences that it was measured on. */
            sentences: number | null;
            /** @description Micro-F1 of aspects. */
            mentioned_f1: number | null;
            /** @description Micro-F1 of aspects with their polarity. */
            judged_f1: number | null;
            /** @description By aspect. */
            scores: {
                [key: string]: components["schemas"]["AspectScoreAnswer"];
            };
            /** @description The model card, in Markdown; empty without one. */
            text: string;
        };
        /** @description The versions of a model that workers have had. */
        CardsAnswer: {
            name: string;
            versions: components["schemas"]["CardOfVersion"][];
        };
        /** @description A batch as it is now. */
        ChangedBatch: {
            id: string;
            status: components["schemas"]["BatchStatus"] | "deleted";
            /** @description 0 when it was deleted. */
            version: number;
            /** @description Null when it was deleted. */
            counts: components["schemas"]["BatchCounts"] | null;
        };
        /** @description A delivery as it is now. */
        ChangedDelivery: {
            id: string;
            status: components["schemas"]["DeliveryStatus"] | "deleted";
        };
        /** @description A job, single or a Celery client's, as it is now. */
        ChangedJob: {
            id: string;
            status: components["schemas"]["Status"] | "deleted";
            /** @description 0 when it was deleted. */
            version: number;
        };
        /** @description What has changed since the event before. */
        ChangesAnswer: {
            /** @description False: more may have changed than is told here. Read again what you show. */
            complete: boolean;
            jobs: components["schemas"]["ChangedJob"][];
            batches: components["schemas"]["ChangedBatch"][];
            deliveries: components["schemas"]["ChangedDelivery"][];
            /** @description Whose summaries have changed. */
            restaurants: string[];
            /** @description `GET /v1/audit` and so on have changed, or `GET /v1/models`, for keys that may read them; of endpoints and links to webhooks only for keys of all restaurants. Not told: what is counted or noted as time goes on, such as when a key was last used. */
            lists: components["schemas"]["Listed"][];
            /** @description As `GET /v1/queue`; null when it has not changed. */
            queue: components["schemas"]["BacklogAnswer"] | null;
        };
        /** @description One server-sent event: `changes`, or `end`, after which the stream is opened again. */
        ChangesEventAnswer: {
            /** @default null */
            event?: ("changes" | "end") | null;
            /**
             * @description A `ChangesAnswer` as JSON.
             * @default null
             */
            data?: string | null;
            /**
             * @description Milliseconds before coming back.
             * @default null
             */
            retry?: number | string | null;
        };
        /** @description What somebody said of one aspect of one sentence; the last word counts. */
        CorrectionAnswer: {
            sentence: number;
            /** @description The sentence. */
            text: string;
            aspect: string;
            /** @description The right one, as was said. */
            polarity: string;
            /** @description What the model had said; `none` when it had found nothing. */
            judged: string;
            /** @description How sure it was; null when it had found nothing. */
            confidence: number | null;
            by: string | null;
            /** Format: date-time */
            at: string;
        };
        /** @description How many there are. */
        CountAnswer: {
            count: number;
            /** @description Whether there may be more: not all were looked at. */
            at_least: boolean;
        };
        /** @description What became of a job's attempts, the oldest first; of very many the last ones. */
        CourseAnswer: {
            attempts: components["schemas"]["api__jobs__answer_schemas__AttemptAnswer"][];
            /** @description Null when it is not traced. */
            trace: components["schemas"]["TraceAnswer"] | null;
        };
        /** @description One webhook event on its way to one endpoint. `id` is the `webhook-id` of all its attempts. */
        DeliveryAnswer: {
            id: string;
            type: components["schemas"]["EventType"];
            /** @description Id of the job, batch or endpoint that the event is about. */
            subject: string;
            endpoint: string;
            status: components["schemas"]["DeliveryStatus"];
            /** @description Why the last attempt failed, those apart that were asked for by hand, or why nothing is sent. Null while one that has ended is sent again. */
            reason: string | null;
            attempts: number;
            /** Format: date-time */
            event_at: string;
            /** Format: date-time */
            created_at: string;
            next_attempt_at: string | null;
            ended_at: string | null;
            /**
             * @description Oldest first; in lists it is left out.
             * @default null
             */
            log?: components["schemas"]["api__webhooks__schemas__AttemptAnswer"][] | null;
        };
        /** @description Deliveries, newest first. */
        DeliveryListAnswer: {
            deliveries: components["schemas"]["DeliveryAnswer"][];
            next_page_token: string | null;
            /** @description All that was created after this time has been looked at by now; null at the end. */
            looked_back_to: string | null;
        };
        /** @description What the receiver is sent. */
        DeliveryRequestAnswer: {
            /** @constant */
            method: "POST";
            /** @description Names; the signature is made anew for each attempt. */
            headers: string[];
            /** @description JSON, byte for byte what is signed, unless texts are left out. */
            body: string;
            /** @description Whether sentences' texts that are sent are not shown: to whoever opened a link. */
            texts_left_out: boolean;
        };
        /**
         * @description Where a delivery is.
         * @enum {string}
         */
        DeliveryStatus: "pending" | "sending" | "succeeded" | "failed" | "dropped";
        /** @description What both say of one aspect; `none`: nothing. */
        DifferenceAnswer: {
            aspect: string;
            /** @description What the result has. */
            answered: string;
            other: string;
        };
        /** @description The versions of a model that are loaded. */
        DriftAnswer: {
            name: string;
            versions: components["schemas"]["DriftOfVersion"][];
        };
        /** @description Whether what a version of a model is asked, or answers, has become something else than in its reference. */
        DriftOfVersion: {
            version: string;
            drifted: boolean;
            /** @description What has become of it, the worst first, and which restaurants it mostly comes from, if any. */
            reasons: string[];
            /** @description What each of `reasons` says. */
            reason_codes: components["schemas"]["ReasonAnswer"][];
            /** @description Reviews of your organisation that were looked at, the last 500 at most. */
            reviews: number;
            /** @description Population stability index by feature: below 0.1 nothing to speak of, above 0.25 much. */
            indices: {
                [key: string]: number;
            };
            /** @description About the share of answers that are right, by how sure the model is. No labels are needed. */
            expected_right: number | null;
            /** @description The same in the reference. */
            reference_right: number | null;
            /** @description Share of the tokens that the model does not know, such as emoji or another script. */
            unknown_tokens: number | null;
            /** @description The same in the reference; null for one of an earlier release. */
            reference_unknown_tokens: number | null;
            /** @description Whether the model has a reference; without one nothing can be told. */
            reference: boolean;
        };
        /** @description Jobs by how they ended, and how long single reviews took from when they could have begun. */
        EndedAnswer: {
            succeeded: number;
            failed: number;
            canceled: number;
            expired: number;
            /** @description Half took no longer; null when none ended. */
            p50_ms: number | null;
            p95_ms: number | null;
        };
        /** @description The same of a part of the window. */
        EndedPartAnswer: {
            succeeded: number;
            failed: number;
            canceled: number;
            expired: number;
            /** @description Half took no longer; null when none ended. */
            p50_ms: number | null;
            p95_ms: number | null;
            /**
             * Format: date-time
             * @description When that part ended.
             */
            at: string;
        };
        /** @description An endpoint. Its secret is not here: it is shown once, when it is made. */
        EndpointAnswer: {
            id: string;
            url: string;
            events: components["schemas"]["EventType"][];
            restaurants: string[];
            description: string;
            include_text: boolean;
            progress_lines: number;
            lines_per_event: number;
            enabled: boolean;
            /** @description `gone`: it answered 410. `failing`: nothing but failures for five days. */
            disabled_reason: ("owner" | "gone" | "failing") | null;
            disabled_at: string | null;
            /** @enum {string} */
            signature: "hmac" | "ed25519";
            /** @description What verifies the signatures, for ed25519. */
            public_keys: string[];
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            version: number;
            /** @default null */
            health?: components["schemas"]["HealthOfEndpoint"] | null;
        };
        /** @description What to change; what is left out or null stays. */
        EndpointChange: {
            /** @default null */
            url?: string | null;
            /** @default null */
            events?: components["schemas"]["EventType"][] | null;
            /** @default null */
            restaurants?: string[] | null;
            /** @default null */
            description?: string | null;
            /** @default null */
            include_text?: boolean | null;
            /** @default null */
            progress_lines?: number | null;
            /** @default null */
            lines_per_event?: number | null;
            /**
             * @description False: nothing is sent any more, and what waits is dropped.
             * @default null
             */
            enabled?: boolean | null;
        };
        /** @description All endpoints, oldest first. */
        EndpointList: {
            endpoints: components["schemas"]["EndpointAnswer"][];
        };
        /** @description Where to tell of webhook events, and of which. */
        EndpointRequest: {
            /**
             * Format: uri
             * @description An https URL on a port that the operator allows, all of whose addresses are public.
             */
            url: string;
            /** @description Which events are sent. Pings are, anyway. */
            events?: components["schemas"]["EventType"][];
            /** @description The only restaurants whose events are sent, and none without a restaurant. Empty: all. */
            restaurants?: string[];
            /**
             * @description For you.
             * @default
             */
            description?: string;
            /**
             * @description Send the sentences' texts too, not offsets only. Not by a link to webhooks.
             * @default false
             */
            include_text?: boolean;
            /**
             * @description Of `batch.progress`: an event whenever so many more lines of a batch have ended; at most one for each of its chunks, and none while one waits to be sent.
             * @default 1000
             */
            progress_lines?: number;
            /**
             * @description Of `batch.lines`: most lines that one event tells. The lines of one chunk follow each other, each event when the one before it has been tried.
             * @default 10
             */
            lines_per_event?: number;
            /**
             * @description `hmac`: a secret that you keep. `ed25519`: a public key, nothing to keep secret.
             * @default hmac
             * @enum {string}
             */
            signature?: "hmac" | "ed25519";
        };
        /** @description How much was deleted by now. */
        ErasedAnswer: {
            jobs: number;
            /** @description Batches of theirs alone. */
            batches: number;
            /** @description A guest's lines of other batches: their text, result and details are gone, and they have `failed` with the error `erased`. */
            lines: number;
            /** @description Uploaded files with a review of theirs: they go whole. */
            files: number;
            /** @description Jobs and lines whose feedback outlived them, was on a line that was taken out of a batch, or was said by the author of others' reviews. */
            feedback: number;
            /** @description Messages of Celery clients that no worker had taken yet, or that were rejected: the tasks are revoked. */
            messages: number;
        };
        /** @description An erasure that was asked for. */
        ErasureAnswer: {
            id: string;
            /** @description `queued` and `running`, then `succeeded` (nothing is left), `incomplete` (the report says what is) or `failed` (it could not be carried out, and may be asked for again). */
            status: components["schemas"]["ErasureStatus"];
            /** @description Whose reviews: a guest's, whose id no answer repeats, or… */
            of: components["schemas"]["Of"];
            /** @description …this restaurant's, or all. */
            restaurant: string | null;
            created_at: string;
            started_at: string | null;
            finished_at: string | null;
            /** @description Until when it is kept; null before its end. */
            expires_at: string | null;
            erased: components["schemas"]["ErasedAnswer"];
            /** @description Null before the search. */
            report: components["schemas"]["ErasureReportAnswer"] | null;
            /** @description Why it failed. */
            error: components["schemas"]["ErrorAnswer"] | null;
            links: components["schemas"]["ErasureLinks"];
        };
        /** @description Where to go on. */
        ErasureLinks: {
            self: string;
        };
        /** @description Some erasures. */
        ErasureList: {
            erasures: components["schemas"]["ErasureAnswer"][];
            next_page_token: string | null;
        };
        /** @description What a search through the records found afterwards. */
        ErasureReportAnswer: {
            /** @description Whether nothing is left. */
            complete: boolean;
            /** @description Batches that other restaurants have lines in too: left as they are, for you to delete. */
            shared_batches: string[];
            /** @description Whether the archive was told to do the same, or has done it (files beside it follow within minutes); null where there is no archive. */
            archive: ("told" | "erased") | null;
            /** @description Reviews that the archive still had and deleted: those that it alone had, such as imported ones, and lines of other batches. Null before it has done so, and where there is no archive. */
            archived: number | null;
            /** @description Records that were searched. */
            searched: number;
            /** @description Those in which something was found. */
            found: string[];
        };
        /**
         * @description Where it is.
         * @enum {string}
         */
        ErasureStatus: "queued" | "running" | "succeeded" | "incomplete" | "failed";
        /** @description Why a job failed. */
        ErrorAnswer: {
            code: string;
            message: string;
        };
        /** @description One server-sent event: `job`, or `end` when there is nothing more to tell. */
        EventAnswer: {
            /** @default null */
            event?: ("job" | "end") | null;
            /**
             * @description The job as JSON.
             * @default null
             */
            data?: string | null;
            /**
             * @description The job's version, for `Last-Event-ID`.
             * @default null
             */
            id?: string | null;
            /**
             * @description Milliseconds before coming back.
             * @default null
             */
            retry?: number | string | null;
        };
        /**
         * @description The `type` of a webhook event.
         * @enum {string}
         */
        EventType: "job.succeeded" | "job.failed" | "job.canceled" | "job.expired" | "batch.completed" | "batch.progress" | "batch.lines" | "job.deleted" | "batch.deleted" | "batch.lines_deleted" | "endpoint.ping" | "endpoint.disabled";
        /** @description What is known of a rollout. */
        EvidenceAnswer: {
            /** @description The version before, then the candidate. */
            arms: components["schemas"]["ArmAnswer"][];
            /** @description Reviews of the candidate's that the version before judged, too. */
            compared: number;
            sentences: number;
            /** @description Sentences of which both say the same. */
            same: number;
            /** @description `high_ms` of the candidate, by that of the version before. */
            slowdown: number | null;
            /** @description Population stability index of what both say, by aspect. */
            drift: {
                [key: string]: number;
            };
            /** @description Reviews that the candidate has judged in this step. */
            reviews_of_step: number;
        };
        /** @description A sentence of a review that both versions judged, and of which they say different things. */
        ExampleAnswer: {
            /** @description Of a single review. */
            job_id: string | null;
            /** @description Of a batch's line. */
            batch_id: string | null;
            line: number | null;
            /** @description Its `index` in the result. */
            sentence: number;
            text: string;
            /** @description The one that was not answered. */
            version: string;
            differences: components["schemas"]["DifferenceAnswer"][];
        };
        /** @description What somebody said of one of the aspects. */
        ExampleCorrection: {
            aspect: string;
            /** @description What the model had said; `none` when it had found nothing. */
            judged: string;
            by: string | null;
            /** @description When, in milliseconds since the epoch. */
            at: number;
        };
        /** @description Where an example is from: a job, or a line of a batch. */
        ExampleSource: {
            /**
             * @description Left out for a line.
             * @default null
             */
            job_id?: string | null;
            /**
             * @description Of a line alone.
             * @default null
             */
            batch_id?: string | null;
            /**
             * @description Of a line alone: which of the batch it is, from 1.
             * @default null
             */
            line?: number | null;
            /** @description The sentence's `index` in the result. */
            sentence: number;
            language: string;
            /** @description The one that judged it. */
            model: components["schemas"]["ModelAnswer"] | null;
            corrections: components["schemas"]["ExampleCorrection"][];
        };
        /**
         * @description One line: a review with its text, what was sent with it, and its result, or what was said of one; or, at the end,
         *     how it ended.
         */
        ExportLine: {
            /**
             * @description Of a single review.
             * @default null
             */
            job_id?: string | null;
            /**
             * @description Of a batch's line.
             * @default null
             */
            batch_id?: string | null;
            /** @default null */
            text?: string | null;
            /**
             * @description Only the archive has it any more: the text is in the sentences of its result, if it is kept.
             * @default null
             */
            archived?: boolean | null;
            /**
             * @description A Celery client has sent it, as it is here, and no worker has taken it yet.
             * @default null
             */
            untaken?: boolean | null;
            /**
             * @description What was said of a job or a line, with the sentences.
             * @default null
             */
            feedback?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description On the last line alone: whether all lines have come.
             * @default null
             */
            complete?: boolean | null;
            /**
             * @description On the last line alone: how many.
             * @default null
             */
            reviews?: number | null;
        };
        /** @description What was said of one job, or of one line of a batch, by sentence and aspect. It may be kept longer than these. */
        FeedbackAnswer: {
            /** @description Null of a line. */
            job_id: string | null;
            /** @description Of a line; null of a job. */
            batch_id: string | null;
            /** @description Which line of the batch it is, from 1. */
            line: number | null;
            custom_id: string | null;
            restaurant: string | null;
            external_author: string | null;
            /** @description Null while nothing was said. */
            language: string | null;
            model: components["schemas"]["ModelAnswer"] | null;
            /** @description When the first was said; null while nothing was. */
            created_at: string | null;
            /** @description Until when all of it is kept; null while nothing was. */
            expires_at: string | null;
            corrections: components["schemas"]["CorrectionAnswer"][];
        };
        /** @description One line: a sentence that something was said of, as training data. */
        FeedbackExample: {
            /** @description The sentence. */
            text: string;
            /** @description Its polarity by aspect: as was said, otherwise as was judged. Without those that are `none`. */
            aspects: {
                [key: string]: string;
            };
            source: components["schemas"]["ExampleSource"];
        };
        /** @description What was said of some jobs and lines, newest first. */
        FeedbackPage: {
            feedback: components["schemas"]["FeedbackAnswer"][];
            /** @description Pass it as `page_token`; null at the end. */
            next_page_token: string | null;
        };
        /** @description The sentences that most need a person, those first that need one most. */
        FeedbackQueueAnswer: {
            sentences: components["schemas"]["QueuedSentence"][];
        };
        /** @description Which polarity an aspect of a sentence has. The same as was judged is feedback, too: somebody has checked it. */
        FeedbackRequest: {
            /** @description The sentence's `index` in the job's result. */
            sentence: number;
            /** @description One of the model's aspects. */
            aspect: string;
            /** @description The right one of the model's polarities; `none`: the sentence does not speak of the aspect. */
            polarity: string;
            /**
             * @description Your id of who says so, at most 200 characters.
             * @default null
             */
            by?: string | null;
        };
        /** @description A file: uploaded, or what became of a batch. */
        FileAnswer: {
            id: string;
            /** @enum {string} */
            purpose: "batch" | "batch_output";
            filename: string;
            /** @description Null for what became of a batch, which nobody has counted. */
            bytes: number | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
            links: components["schemas"]["FileLinks"];
        };
        /** @description Where to go from here. */
        FileLinks: {
            self: string;
            content: string;
        };
        /** @description Some uploaded files, newest first. */
        FilePage: {
            files: components["schemas"]["FileAnswer"][];
            next_page_token: string | null;
        };
        /** @description Whether the service can do its work, and what it sees. */
        HealthAnswer: {
            /** @enum {string} */
            status: "ok" | "unavailable";
            /** @default null */
            detail?: string | null;
            /** @default null */
            workers?: number | null;
        };
        /** @description What the last attempts showed. */
        HealthOfEndpoint: {
            consecutive_failures: number;
            failing_since: string | null;
            last_success_at: string | null;
            last_failure_at: string | null;
            /** @description After many failures nothing is sent until then. */
            held_until: string | null;
            /** @description Deliveries that have not ended. */
            pending: number;
        };
        /** @description A model in one worker. */
        InWorkerAnswer: {
            worker: string;
            /** @description `loaded`, `unloaded` (it is at its first job) or `failed`. */
            state: string;
            /** Format: date-time */
            since: string;
            /** @description Jobs and parts of batches that it has judged there. */
            jobs: number;
            /** @description About what it takes in memory. */
            bytes: number;
            error: string | null;
            /** @description Of each of its networks, while it is in memory. */
            runs: components["schemas"]["NetworkRunAnswer"][];
        };
        /**
         * @description How far one worker is.
         * @enum {string}
         */
        InWorkerState: "waiting" | "running" | "done" | "refused" | "failed" | "gone" | "overtaken";
        /** @description A job in any state. `result` is null until it succeeded. */
        JobAnswer: {
            restaurant: string | null;
            reviewed_at: string | null;
            external_author: string | null;
            metadata: {
                [key: string]: unknown;
            } | null;
            id: string;
            status: components["schemas"]["Status"];
            version: number;
            attempt: number;
            priority: components["schemas"]["Priority"];
            model: components["schemas"]["ModelAnswer"] | null;
            cancel_requested: boolean;
            /** Format: date-time */
            created_at: string;
            started_at: string | null;
            finished_at: string | null;
            expires_at: string | null;
            deadline_at: string | null;
            not_before: string | null;
            retry_of: string | null;
            /** @description Null until it succeeded, and for the old call's jobs. */
            result: components["schemas"]["ResultAnswer"] | null;
            error: components["schemas"]["ErrorAnswer"] | null;
            /**
             * @description Present and true when only the archive has it any more. It says the same as before, but for `expires_at`, and for texts that are not kept, which are empty. Of what was imported, or archived before schema 8, the rest is as at first (`attempt` 1, `priority` normal, `truncated` false), empty (an error's `message`), null, or left out (`overall`).
             * @default false
             */
            archived?: boolean;
            timings: components["schemas"]["TimingsAnswer"];
            /** @description Null when the job does not wait. */
            queue: components["schemas"]["QueueAnswer"] | null;
            /** @description Null but while a review of more than 64 sentences is judged. */
            progress: components["schemas"]["ProgressAnswer"] | null;
            links: components["schemas"]["LinksAnswer"];
        };
        /** @description A review to judge. */
        JobBody: {
            /**
             * @description Your id of the restaurant, for grouping.
             * @default null
             */
            restaurant?: string | null;
            /**
             * @description When the review was written: RFC 3339 with an offset, or a day, which begins in UTC then.
             * @default null
             */
            reviewed_at?: string | null;
            /**
             * @description Your id of who wrote it, at most 200 characters: what there is of an author is found by it.
             * @default null
             */
            external_author?: string | null;
            /**
             * @description Your own data, up to 2 kB, returned as it came.
             * @default null
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description The review, in Unicode.
             * @example Das Essen war super.
             */
            text: string;
            /**
             * @description Which queue it waits in. The default is another where a key is not for it.
             * @default normal
             * @enum {string}
             */
            priority?: "high" | "normal" | "bulk";
            /**
             * @description ISO 639 code of the text, or `auto`.
             * @default auto
             */
            language?: string;
            /**
             * @description An alias of a model, or an exact version (`kritiq-mini/1`), of those that `GET /v1/models` lists.
             * @default null
             */
            model?: string | null;
            /**
             * @description List aspects that are not mentioned, as `none`.
             * @default false
             */
            include_none?: boolean;
            /**
             * @description Also the words that carry each opinion. Each sentence is read some thirty times more, and counts as so many in queues and limits; the job waits behind other single reviews, whatever its `priority`.
             * @default false
             */
            evidence?: boolean;
            /**
             * @description Seconds from now after which the job is `expired`, whether it waits or is being judged, unless its result is there first.
             * @default null
             */
            deadline_s?: number | null;
            /**
             * @description Begin no earlier than this (RFC 3339 with an offset, at most 30 days from now); until then it is `scheduled`. A time that has passed means now.
             * @default null
             */
            not_before?: string | null;
            /**
             * @description Seconds that it is kept once it has ended.
             * @default null
             */
            ttl_s?: number | null;
            /**
             * @description Tell this URL when the job ends, beside the endpoints.
             * @default null
             */
            webhook?: components["schemas"]["WebhookRequest"] | null;
        };
        /** @description Some jobs, newest first, without their results. */
        JobPage: {
            jobs: components["schemas"]["JobAnswer"][];
            /** @description Pass it as `page_token`; null at the end. */
            next_page_token: string | null;
            /** @description All that was created after this time has been looked at by now; null at the end. */
            looked_back_to: string | null;
        };
        /** @description A review with what was found in it: of a job, or a line of a batch. */
        JudgedReview: {
            restaurant: string | null;
            reviewed_at: string | null;
            external_author: string | null;
            metadata: {
                [key: string]: unknown;
            } | null;
            job_id: string | null;
            batch_id: string | null;
            /** @description Which line of the batch it is, from 1. */
            line: number | null;
            custom_id: string | null;
            /** Format: date-time */
            created_at: string;
            model: components["schemas"]["ModelAnswer"] | null;
            result: components["schemas"]["ResultAnswer"];
        };
        /** @description A key. Its text is not here: it is shown once, when it is made. */
        KeyAnswer: {
            id: string;
            name: string;
            scopes: components["schemas"]["Scope"][];
            restaurants: string[];
            /** @description The only ones of its jobs; null: all. */
            priorities: components["schemas"]["Priority"][] | null;
            /** @description Requests within a second; null: as all keys. */
            rate: number | null;
            /** Format: date-time */
            created_at: string;
            expires_at: string | null;
            /** @description To the minute. */
            last_used_at: string | null;
            revoked_at: string | null;
        };
        /** @description All keys of the organisation, oldest first; those that ended for 30 days more (KRITIQ_ENDED_KEY_TTL_S). */
        KeyList: {
            keys: components["schemas"]["KeyAnswer"][];
        };
        /** @description A new key of your organisation. One with the scope `admin` is restricted to no restaurants and no priorities. */
        KeyRequest: {
            scopes: components["schemas"]["Scope"][];
            /**
             * @description For you.
             * @default
             */
            name?: string;
            /** @description The only restaurants that it is for: it sends, reads and sums up no other's reviews, and none without a restaurant. Left out: no restriction. */
            restaurants?: string[];
            /**
             * @description The only priorities that its jobs may have. Batches are `bulk`. A job that names none gets `normal`, or what the key may use instead. Left out: no restriction.
             * @default null
             */
            priorities?: components["schemas"]["Priority"][] | null;
            /**
             * @description Requests that it may make within a second; 0: any number.
             * @default null
             */
            rate?: number | null;
            /**
             * @description How it begins: `krt_live_`, `krt_test_`.
             * @default live
             * @enum {string}
             */
            kind?: "live" | "test";
            /**
             * @description Seconds from now that it is good for.
             * @default null
             */
            expires_in_s?: number | null;
        };
        /** @description How long the old text of the key goes on being good. */
        KeyRotation: {
            /**
             * @description Seconds that the old text is good beside the new one (0 to 7 days).
             * @default 86400
             */
            grace_seconds?: number;
        };
        /** @description What the old synchronous call took: of all that it was sent, the text. */
        LegacyRequest: {
            /** @description The review; without one in it, the answer is `{}`. */
            text: string;
        };
        /** @description Some lines of a batch, in order. */
        LinePageAnswer: {
            lines: components["schemas"]["ListedLineAnswer"][];
            /**
             * @description Present and true when only the archive has them any more: without texts, metadata and `warnings` if these are not kept.
             * @default false
             */
            archived?: boolean;
            next_page_token: string | null;
        };
        /**
         * @description Where a line of a batch is.
         * @enum {string}
         */
        LineStatus: "waiting" | "succeeded" | "failed" | "canceled" | "expired" | "skipped";
        /** @description Where to go from here. */
        LinksAnswer: {
            self: string;
            events: string;
            cancel: string;
        };
        /**
         * @description Lists of `/v1`; what is announced is the list's name.
         * @enum {string}
         */
        Listed: "audit" | "endpoints" | "keys" | "models" | "retrainings" | "webhook-links";
        /** @description One line of a batch in a list. */
        ListedLineAnswer: {
            restaurant: string | null;
            reviewed_at: string | null;
            external_author: string | null;
            metadata: {
                [key: string]: unknown;
            } | null;
            line: number;
            custom_id: string | null;
            /** @description What was odd about it, and what was done. */
            warnings: string[];
            status: components["schemas"]["LineStatus"];
            result: components["schemas"]["ResultAnswer"] | null;
            error: components["schemas"]["ErrorAnswer"] | null;
            /**
             * @description What judged it, or failed on it.
             * @default null
             */
            model?: components["schemas"]["ModelAnswer"] | null;
            /** @description What each of `warnings` says, for whoever says it otherwise; left out where there are none. */
            warning_codes?: (components["schemas"]["ReasonAnswer"] | null)[];
        };
        /** @description A version of a model that workers serve. */
        LoadedModel: {
            /** @description What `model` of a job may be: `name/version`. */
            id: string;
            name: string;
            version: string;
            /** @description SHA-256 over its files. */
            digest: string | null;
            devices: string[];
            /** @description Workers that have it in memory. */
            workers: number;
            /** @description Jobs and parts of batches that it has judged since these workers began; null for whoever does not look after the deployment. */
            jobs: number | null;
            /** @description Those that point at it. */
            aliases: string[];
            /** @description Empty for whoever does not look after the deployment. */
            serving: components["schemas"]["InWorkerAnswer"][];
        };
        /**
         * @description Which model judged it, and why that one: where the job named an exact version, and where nobody has moved the
         *     alias `default`, there is neither alias nor share.
         */
        ModelAnswer: {
            name: string;
            version: string;
            /**
             * @description The alias that stood for it.
             * @default null
             */
            alias?: string | null;
            /**
             * @description Its share of the alias, where that is split.
             * @default null
             */
            share?: number | null;
        };
        /** @description The models that are served now, and the aliases. */
        ModelsAnswer: {
            models: components["schemas"]["LoadedModel"][];
            aliases: components["schemas"]["AliasAnswer"][];
        };
        /** @description How one network of a model runs in a worker. */
        NetworkRunAnswer: {
            /** @description The name of its model; of one made of others, of the member. */
            network: string;
            /** @description `torch`, `onnx`, `torchscript`, `export`, `aotinductor`, or `linear`. */
            backend: string;
            /** @description In which numbers it computes. */
            dtype: string;
            /** @description Sentences a second of each way that was tried when it was loaded; empty without a choice. */
            measured: {
                [key: string]: number;
            };
            /** @description Ways that cannot be used there, and why. */
            unused: {
                [key: string]: string;
            };
        };
        /** @description An endpoint with its new secret, which is never shown again. */
        NewEndpointAnswer: {
            id: string;
            url: string;
            events: components["schemas"]["EventType"][];
            restaurants: string[];
            description: string;
            include_text: boolean;
            progress_lines: number;
            lines_per_event: number;
            enabled: boolean;
            /** @description `gone`: it answered 410. `failing`: nothing but failures for five days. */
            disabled_reason: ("owner" | "gone" | "failing") | null;
            disabled_at: string | null;
            /** @enum {string} */
            signature: "hmac" | "ed25519";
            /** @description What verifies the signatures, for ed25519. */
            public_keys: string[];
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            version: number;
            /** @default null */
            health?: components["schemas"]["HealthOfEndpoint"] | null;
            /** @description `whsec_…`; null for ed25519, where you need no secret. */
            secret: string | null;
        };
        /** @description A key with its new text, which is never shown again. */
        NewKeyAnswer: {
            id: string;
            name: string;
            scopes: components["schemas"]["Scope"][];
            restaurants: string[];
            /** @description The only ones of its jobs; null: all. */
            priorities: components["schemas"]["Priority"][] | null;
            /** @description Requests within a second; null: as all keys. */
            rate: number | null;
            /** Format: date-time */
            created_at: string;
            expires_at: string | null;
            /** @description To the minute. */
            last_used_at: string | null;
            revoked_at: string | null;
            /** @description `krt_…`: send it as `Authorization: Bearer krt_…`. */
            key: string;
        };
        /** @description A link with its address, which is never shown again. */
        NewWebhookLinkAnswer: {
            id: string;
            restaurants: string[];
            frame_origins: string[];
            session_s: number;
            /** @description The key that it was made with, and ends with. */
            key_id: string | null;
            /** Format: date-time */
            created_at: string;
            opened_at: string | null;
            /**
             * Format: date-time
             * @description Until when it can be opened; once it was, when that ends.
             */
            expires_at: string;
            /** @description To be opened once, by a browser or as the `src` of a frame. The code behind `#` opens it: send it to nobody else. */
            url: string;
        };
        /**
         * @description Whose reviews.
         * @enum {string}
         */
        Of: "author" | "restaurant" | "everything";
        /** @description All reviews of one guest, whichever restaurant they are about. */
        OfAuthor: {
            /** @description Your id of the guest, as the reviews were sent with it. */
            external_author: string;
        };
        /** @description All reviews of your organisation. */
        OfEverybody: {
            /**
             * @description So that nobody asks for it by leaving something out.
             * @constant
             */
            everything: true;
        };
        /** @description All reviews of a restaurant. */
        OfRestaurant: {
            /** @description Your id of the restaurant. */
            restaurant: string;
        };
        /** @description A version that is loaded or unloaded, in each worker that served it when that was asked. */
        OperationAnswer: {
            id: string;
            action: components["schemas"]["Action"];
            /** @description `name/version`. */
            model: string;
            /** @description `running` until all workers are through; `refused` if some refused and none failed. */
            status: components["schemas"]["OperationStatus"];
            force: boolean;
            /** Format: date-time */
            created_at: string;
            workers: components["schemas"]["WorkerOperationAnswer"][];
            links: components["schemas"]["OperationLinks"];
        };
        /** @description Of which version, and at what cost to others. */
        OperationBody: {
            /**
             * @description The version of the model, such as `1`; null: the only one that is served.
             * @default null
             */
            version?: string | null;
            /**
             * @description Load: also if models that aliases stand for have to make room. Unload: also if an alias stands for it or jobs wait for it; its next job loads it again.
             * @default false
             */
            force?: boolean;
        };
        /** @description Where it is to be found. */
        OperationLinks: {
            self: string;
        };
        /**
         * @description How far all of them are.
         * @enum {string}
         */
        OperationStatus: "running" | "succeeded" | "refused" | "failed";
        /** @description What the model says of an aspect. */
        OpinionAnswer: {
            polarity: string;
            /** @description Calibrated probability of the polarity. */
            confidence: number;
        };
        /**
         * @description How the review judges as a whole, by a rule over what its sentences say: `neutral` when three quarters of it take
         *     no side, else the side on which three quarters of the rest are, else `conflict`.
         */
        OverallAnswer: {
            /** @enum {string} */
            polarity: "positive" | "neutral" | "negative" | "conflict";
            /** @description The share of that polarity, doubts counted against it. */
            confidence: number;
        };
        /** @description The same of some days of it, both included. */
        PeriodAnswer: {
            /** Format: date */
            from: string;
            /** Format: date */
            to: string;
            aspects: {
                [key: string]: {
                    [key: string]: number;
                };
            };
        };
        /**
         * @description How urgent a job is. Each priority is a queue of its own; workers look in this order.
         * @enum {string}
         */
        Priority: "high" | "normal" | "bulk";
        /** @description Problem details, RFC 9457. */
        ProblemAnswer: {
            type: string;
            title: string;
            status: number;
            code: string;
            detail: string;
            /**
             * @description What `detail` says, for whoever says it in another language; missing where it has no code.
             * @default null
             */
            detail_code?: components["schemas"]["ReasonAnswer"] | null;
            /** @default [] */
            errors?: components["schemas"]["ProblemItem"][];
        };
        /** @description One member that is at fault. */
        ProblemItem: {
            /** @description Where it is: `#/text` in the body (a JSON pointer), `?wait` in the query, `{job_id}` in the path, or a header's name. */
            pointer: string;
            detail: string;
            /**
             * @description What `detail` says, for whoever says it in another language; missing where it has no code.
             * @default null
             */
            detail_code?: components["schemas"]["ReasonAnswer"] | null;
        };
        /**
         * @description How far a long review is, in sentences. It is told at most once a second, with a new `version`, and never less
         *     than before within an attempt.
         */
        ProgressAnswer: {
            /** @description Sentences that have been judged. */
            done: number;
            total: number;
        };
        /** @description Where a waiting job stands: an estimate from the workers' measured rate. */
        QueueAnswer: {
            /** @description 1 is next. */
            position: number;
            /** @description Seconds; null while no worker has measured its rate, or none serves what it waits for. */
            eta_s: number | null;
            /** @description The version of a model that it waits for and no worker that is up serves; null where that is not so. After a time that the operator sets (a day) without such a worker it fails with `unknown_model`. */
            waits_for: string | null;
            /** @constant */
            estimated: true;
            /** Format: date-time */
            as_of: string;
        };
        /** @description How much there is. */
        QueueLevel: {
            jobs: number;
            sentences: number;
        };
        /**
         * @description A sentence of a job, or of a line of a batch, with what is said of it. Of at least one of the aspects that it has
         *     in `aspects` or in `other` nobody has spoken.
         */
        QueuedSentence: {
            /** @description Null of a line. */
            job_id: string | null;
            /** @description Of a line; null of a job. */
            batch_id: string | null;
            /** @description Which line of the batch it is, from 1. */
            line: number | null;
            custom_id: string | null;
            restaurant: string | null;
            language: string;
            /** @description Which model judged it. */
            model: components["schemas"]["ModelAnswer"] | null;
            /** @description Its `index` in the result. */
            sentence: number;
            text: string;
            /** @description What the model says, by aspect, those it does not mention left out. */
            aspects: {
                [key: string]: components["schemas"]["OpinionAnswer"];
            };
            /** @description The other version of the model that says something else; null where none is known to. */
            version: string | null;
            /** @description What that one says of the aspects on which they differ; `none`: nothing. */
            other: {
                [key: string]: string;
            };
            /** @description What people have said of it so far, by aspect. */
            corrections: components["schemas"]["CorrectionAnswer"][];
        };
        /** @description What a sentence says that an answer has in English: for whoever says it in another language. */
        ReasonAnswer: {
            /** @description What is the case, of a list that may grow. */
            code: string;
            /** @description What the sentence has in its gaps: numbers, shares from 0 to 1, names. */
            figures: {
                [key: string]: number | string | string[];
            };
        };
        /** @description How many deliveries are sent again. */
        RecoverAnswer: {
            recovered: number;
        };
        /** @description From when on, and until when. */
        RecoverRequest: {
            /**
             * Format: date-time
             * @description Events at or after this time (RFC 3339 with an offset).
             */
            since: string;
            /**
             * @description Events at or before this time; left out: all since then.
             * @default null
             */
            until?: string | null;
        };
        /** @description A restaurant that something was found about. */
        RestaurantItem: {
            restaurant: string;
        };
        /** @description Some of them, by name. */
        RestaurantPage: {
            restaurants: components["schemas"]["RestaurantItem"][];
            /** @description Pass it as `page_token`; null at the end. */
            next_page_token: string | null;
        };
        /** @description What the model found. */
        ResultAnswer: {
            language: string;
            /**
             * @description Null when no sentence speaks of any aspect.
             * @default null
             */
            overall?: components["schemas"]["OverallAnswer"] | null;
            /**
             * @description Present and false when the model does not know it.
             * @default true
             */
            language_known?: boolean;
            sentences: components["schemas"]["SentenceAnswer"][];
        };
        /** @description One aspect in the data that was measured on. */
        RetrainedAspectAnswer: {
            labels: number;
            /** @description Before and after. */
            acsa_f1: number[];
        };
        /** @description A retraining that was asked for. */
        RetrainingAnswer: {
            /** @description Its task's in Celery, too. */
            id: string;
            /** @description `queued` until a trainer takes it, and `running`, then `succeeded` (there is a version that may be served), `refused` (the result says why), `failed` or `canceled`. */
            status: components["schemas"]["RetrainingStatus"];
            model: string;
            /** @description The version that learns. */
            base: string;
            tenants: string[];
            alias: string;
            /** @description Its steps and bounds; null: the alias moves at once. */
            rollout: {
                [key: string]: unknown;
            } | null;
            options: {
                [key: string]: number;
            };
            /**
             * Format: date-time
             * @description What people said until then is learned.
             */
            created_at: string;
            finished_at: string | null;
            /** @description Whether a trainer is at work on it. One that was killed is taken to be for half a minute more; then it waits for another one, which goes on. */
            at_work: boolean;
            /** @description Whether it is to end, and a trainer has still to notice. */
            cancel_requested: boolean;
            /** @description Null but while it is `running`. */
            progress: components["schemas"]["RetrainingProgressAnswer"] | null;
            /** @description When it has `succeeded` or was `refused`. */
            result: components["schemas"]["RetrainingResultAnswer"] | null;
            /** @description Why it failed. */
            error: string | null;
            links: components["schemas"]["RetrainingLinks"];
        };
        /** @description What is to be retrained, and on what. */
        RetrainingBody: {
            /** @description What learns: an alias that stands for one version, or an exact version. */
            model: string;
            /** @description The organisations whose feedback is learned from. */
            tenants: string[];
            /**
             * @description What stands for the new version afterwards, if nobody moves it meanwhile.
             * @default candidate
             */
            alias?: string;
            /**
             * @description The alias goes there in steps, as long as the new version keeps its bounds; an empty object has the usual ones. Null: at once.
             * @default null
             */
            rollout?: components["schemas"]["RolloutWay"] | null;
            options?: components["schemas"]["RetrainingOptions"];
        };
        /** @description One server-sent event: `retraining`, or `end` when there is nothing more to tell. */
        RetrainingEventAnswer: {
            /** @default null */
            event?: ("retraining" | "end") | null;
            /**
             * @description The retraining as JSON.
             * @default null
             */
            data?: string | null;
            /**
             * @description For `Last-Event-ID`.
             * @default null
             */
            id?: string | null;
            /**
             * @description Milliseconds before coming back.
             * @default null
             */
            retry?: number | string | null;
        };
        /** @description Where to go on. */
        RetrainingLinks: {
            self: string;
            events: string;
        };
        /** @description Some retrainings. */
        RetrainingList: {
            retrainings: components["schemas"]["RetrainingAnswer"][];
            next_page_token: string | null;
        };
        /** @description Numbers in place of the usual ones, which are those of `kritiq retrain`. */
        RetrainingOptions: {
            /**
             * @description Of the training.
             * @default null
             */
            epochs?: number | null;
            /**
             * @description Its highest.
             * @default null
             */
            learning_rate?: number | null;
            /** @default null */
            seed?: number | null;
            /**
             * @description Sentences of the corpus that are learned again.
             * @default null
             */
            replay?: number | null;
            /**
             * @description How often an epoch shows a corrected sentence, at most.
             * @default null
             */
            repeat?: number | null;
            /**
             * @description How far F1 may fall, of aspects and with polarity.
             * @default null
             */
            margin?: number | null;
            /**
             * @description How far F1 with polarity of one aspect may fall.
             * @default null
             */
            aspect_margin?: number | null;
            /**
             * @description Least share of the corrections that it has to judge as people said.
             * @default null
             */
            corrected?: number | null;
        };
        /** @description How far it is. */
        RetrainingProgressAnswer: {
            /** @description Of the training. */
            share: number;
            /** @description The last that was said of it, for people. */
            said: string;
        };
        /** @description The new version beside the one that it came from. */
        RetrainingResultAnswer: {
            version: string;
            /** @description Whether the gate let it pass. */
            passed: boolean;
            /** @description Why not, with numbers. */
            refusals: string[];
            /** @description The same, for whoever says it otherwise; empty of older workers. */
            refusal_codes: components["schemas"]["ReasonAnswer"][];
            /** @description Sentences that were kept out to measure on. */
            dev_sentences: number;
            /** @description F1 of aspects. */
            acd_f1: number[];
            /** @description F1 of aspects with their polarity. */
            acsa_f1: number[];
            aspects: {
                [key: string]: components["schemas"]["RetrainedAspectAnswer"];
            };
            /** @description Aspects that somebody spoke of. */
            corrections: number;
            /** @description Share of these that is judged as people said. */
            corrected: number[];
            /** @description In the store of models; null when it did not go there. */
            address: string | null;
            /** @description Whether the alias stands, or begins to stand, for it. */
            alias_moved: boolean;
            why_not_moved: string | null;
            /** @description The same, for whoever says it otherwise; null of older workers. */
            why_not_moved_code: components["schemas"]["ReasonAnswer"] | null;
        };
        /**
         * @description Where it is.
         * @enum {string}
         */
        RetrainingStatus: "queued" | "running" | "succeeded" | "refused" | "failed" | "canceled";
        /** @description Some reviews, those sent last first. */
        ReviewPage: {
            reviews: components["schemas"]["JudgedReview"][];
            next_page_token: string | null;
        };
        /** @description The last rollout of an alias. */
        RolloutAnswer: {
            stable: string;
            candidate: string;
            /** @description `running`, `promoted`, `rolled_back` or `overtaken`. */
            state: string;
            steps: number[];
            /** @description Which of `steps` it is in, from 0. */
            step: number;
            bounds: components["schemas"]["BoundsAnswer"];
            /** Format: date-time */
            began_at: string;
            /**
             * Format: date-time
             * @description Since when it is in this step.
             */
            step_at: string;
            ended_at: string | null;
            /** @description Why it is where it is, with what it has judged; null as `evidence` is. */
            why: string | null;
            /** @description What `why` says, a sentence each; null as it is. */
            why_codes: components["schemas"]["ReasonAnswer"][] | null;
            /** @description What the next step waits for. */
            waits_for: string | null;
            /** @description What `waits_for` says; null as it is. */
            waits_for_codes: components["schemas"]["ReasonAnswer"][] | null;
            /** @description Null for whoever does not look after the deployment. */
            evidence: components["schemas"]["EvidenceAnswer"] | null;
            /** @description The newest of the caller's organisation, while their reviews are kept; null as `evidence` is. */
            examples: components["schemas"]["ExampleAnswer"][] | null;
        };
        /** @description A version that an alias is to go to in steps. A bound that is null is not looked at. */
        RolloutBody: {
            /** @description Per cent of the jobs that the candidate gets, one step after the other; behind the last, all. */
            steps?: number[];
            /**
             * @description Reviews that it has to judge in each step.
             * @default 500
             */
            min_reviews?: number;
            /**
             * @description Share of sentences of which it has to say what the version before says.
             * @default 0.9
             */
            min_agreement?: number | null;
            /**
             * @description Share of its reviews that it may fail on, or that may be lost with workers.
             * @default 0.02
             */
            max_failures?: number | null;
            /**
             * @description How many times as long it may take for a sentence, at the 95th percentile.
             * @default 1.5
             */
            max_slowdown?: number | null;
            /**
             * @description Population stability index that what it says of an aspect may have, against what was said.
             * @default 0.25
             */
            max_drift?: number | null;
            /** @description The candidate; the alias stands for one other version now. */
            version: string;
        };
        /** @description How an alias is to go to another version. A bound that is null is not looked at. */
        RolloutWay: {
            /** @description Per cent of the jobs that the candidate gets, one step after the other; behind the last, all. */
            steps?: number[];
            /**
             * @description Reviews that it has to judge in each step.
             * @default 500
             */
            min_reviews?: number;
            /**
             * @description Share of sentences of which it has to say what the version before says.
             * @default 0.9
             */
            min_agreement?: number | null;
            /**
             * @description Share of its reviews that it may fail on, or that may be lost with workers.
             * @default 0.02
             */
            max_failures?: number | null;
            /**
             * @description How many times as long it may take for a sentence, at the 95th percentile.
             * @default 1.5
             */
            max_slowdown?: number | null;
            /**
             * @description Population stability index that what it says of an aspect may have, against what was said.
             * @default 0.25
             */
            max_drift?: number | null;
        };
        /** @description How long the old secret goes on signing. */
        RotateRequest: {
            /**
             * @description Seconds that the old secret signs beside the new one (0 to 7 days).
             * @default 86400
             */
            grace_seconds?: number;
        };
        /**
         * @description A right within one organisation.
         * @enum {string}
         */
        Scope: "jobs:read" | "jobs:write" | "webhooks:manage" | "models:manage" | "admin";
        /** @description A new secret, which is never shown again. */
        SecretAnswer: {
            secret: string;
        };
        /** @description One sentence of the review. `text` is the review from `start` to `end`, in Unicode code points. */
        SentenceAnswer: {
            index: number;
            start: number;
            end: number;
            text: string;
            /** @description The sentence was longer than the model reads. */
            truncated: boolean;
            /** @description By aspect: service, style, food, quality, price, restaurant, ambience, drinks, location. */
            aspects: {
                [key: string]: components["schemas"]["AspectAnswer"];
            };
        };
        /** @description Who makes this request. Of a session also what changes something by it, and until when it is good. */
        SessionAnswer: {
            tenant: string;
            /** @description null where no key is asked for. */
            key_id: string | null;
            scopes: components["schemas"]["Scope"][];
            /** @description The only ones that it may see and touch; none: all. */
            restaurants: string[];
            /** @description Those that its jobs may have, as its key and its organisation say. */
            priorities: components["schemas"]["Priority"][];
            /** @description To be sent as `X-CSRF-Token`; null without a session. */
            csrf_token: string | null;
            /** @description When the session ends; null without one. */
            expires_at: string | null;
        };
        /** @description A part of the review, in Unicode code points. */
        SpanAnswer: {
            start: number;
            end: number;
        };
        /**
         * @description Where a job is. Terminal states never change.
         * @enum {string}
         */
        Status: "scheduled" | "queued" | "running" | "succeeded" | "failed" | "canceled" | "expired";
        /**
         * @description How long the periods of a trend are. Weeks begin on Mondays.
         * @enum {string}
         */
        Step: "day" | "week" | "month";
        /** @description Sentences by aspect and polarity over a restaurant's succeeded jobs. */
        SummaryAnswer: {
            restaurant: string;
            /** Format: date */
            from: string;
            /** Format: date */
            to: string;
            aspects: {
                [key: string]: {
                    [key: string]: number;
                };
            };
        };
        /** @description A few reviews to judge together: a batch whose results come with the answer when the client waits for them. */
        TextsBody: {
            /**
             * @description Your id of the restaurant, for grouping.
             * @default null
             */
            restaurant?: string | null;
            /**
             * @description When the review was written: RFC 3339 with an offset, or a day, which begins in UTC then.
             * @default null
             */
            reviewed_at?: string | null;
            /**
             * @description Your id of who wrote it, at most 200 characters: what there is of an author is found by it.
             * @default null
             */
            external_author?: string | null;
            /**
             * @description Your own data, up to 2 kB, returned as it came.
             * @default null
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description ISO 639 code of the text, or `auto`.
             * @default auto
             */
            language?: string;
            /**
             * @description An alias of a model, or an exact version (`kritiq-mini/1`), of those that `GET /v1/models` lists.
             * @default null
             */
            model?: string | null;
            /**
             * @description List aspects that are not mentioned, as `none`.
             * @default false
             */
            include_none?: boolean;
            /**
             * @description Begin no earlier than this (RFC 3339 with an offset, at most 30 days from now); until then it is `scheduled`. A time that has passed means now.
             * @default null
             */
            not_before?: string | null;
            /**
             * @description Seconds that it is kept once it has ended.
             * @default null
             */
            ttl_s?: number | null;
            /** @description 1 to 100 texts. A bad one fails alone; an empty one is `skipped`. */
            texts: unknown[];
            /**
             * @description Which queue they wait in. The default is another where a key is not for it.
             * @default normal
             * @enum {string}
             */
            priority?: "high" | "normal" | "bulk";
        };
        /**
         * @description Where the time went, in whole milliseconds. `queue_ms` goes from `created_at` to `started_at`; the others add up
         *     to the time from there to `finished_at`, are those of all that was judged together, and null where nothing was.
         */
        TimingsAnswer: {
            queue_ms: number | null;
            /** @description Reading, splitting into sentences, tokens. */
            tokenize_ms: number | null;
            /** @description Waiting in the worker, for the device and for more urgent work. */
            wait_ms: number | null;
            /** @description The network at work. */
            inference_ms: number | null;
            /** @description The rest: putting the result together and storing it. */
            store_ms: number | null;
        };
        /** @description A batch, as far as it is. */
        ToldBatch: {
            restaurant: string | null;
            reviewed_at: string | null;
            external_author: string | null;
            metadata: {
                [key: string]: unknown;
            } | null;
            batch_id: string;
            status: components["schemas"]["BatchStatus"];
            version: number;
            finished_at: string | null;
            counts: components["schemas"]["BatchCounts"];
            results_url: string;
        };
        /** @description The endpoint itself that is tested, or another one that was disabled. */
        ToldEndpoint: {
            endpoint_id: string;
            /**
             * @description Why it was disabled; left out of a test.
             * @default null
             */
            reason?: string | null;
        };
        /** @description Lines of a batch whose author was erased: delete what you keep of them. The batch and its other lines stay. */
        ToldErasedLines: {
            batch_id: string;
            restaurant: string | null;
            /** @description Their numbers, all of one chunk; others may follow. */
            lines: number[];
        };
        /** @description What was deleted, or is past the time that its client said (`ttl_s`): delete what you keep of it. */
        ToldErasure: {
            /** @default null */
            job_id?: string | null;
            /** @default null */
            batch_id?: string | null;
            restaurant: string | null;
        };
        /** @description A job that has ended. */
        ToldJob: {
            restaurant: string | null;
            reviewed_at: string | null;
            external_author: string | null;
            metadata: {
                [key: string]: unknown;
            } | null;
            job_id: string;
            status: components["schemas"]["Status"];
            version: number;
            model: components["schemas"]["ModelAnswer"] | null;
            finished_at: string | null;
            /** @description The result was too long for a message: fetch it at `result_url`. */
            truncated: boolean;
            result_url: string;
            error: components["schemas"]["ErrorAnswer"] | null;
            result: components["schemas"]["ToldResult"] | null;
        };
        /** @description A line of a batch that has ended. */
        ToldLine: {
            restaurant: string | null;
            reviewed_at: string | null;
            external_author: string | null;
            metadata: {
                [key: string]: unknown;
            } | null;
            line: number;
            custom_id: string | null;
            warnings: string[];
            status: components["schemas"]["LineStatus"];
            /** @description Its result was too long for the message: fetch it at `results_url`. */
            truncated: boolean;
            result: components["schemas"]["ToldResult"] | null;
            error: components["schemas"]["ErrorAnswer"] | null;
            /**
             * @description What judged it, or failed on it.
             * @default null
             */
            model?: components["schemas"]["ModelAnswer"] | null;
        };
        /** @description Lines of a batch that were judged, failed or had no text: at most `lines_per_event`, all of one chunk. */
        ToldLines: {
            batch_id: string;
            restaurant: string | null;
            lines: components["schemas"]["ToldLine"][];
            /** @description The batch's results from the first of these lines on. */
            results_url: string;
        };
        /** @description What the model found. */
        ToldResult: {
            language: string;
            /** @default null */
            overall?: components["schemas"]["OverallAnswer"] | null;
            /** @default true */
            language_known?: boolean;
            sentences: components["schemas"]["ToldSentence"][];
        };
        /** @description A sentence of the result; its text only for endpoints with `include_text`. */
        ToldSentence: {
            index: number;
            start: number;
            end: number;
            /** @default null */
            text?: string | null;
            truncated: boolean;
            aspects: {
                [key: string]: components["schemas"]["AspectAnswer"];
            };
        };
        /** @description Where the job is in a trace. */
        TraceAnswer: {
            id: string;
            /** @description A page about it, as KRITIQ_TRACE_URL says. */
            url: string | null;
        };
        /** @description A restaurant's periods, oldest first; those without a sentence too. */
        TrendAnswer: {
            restaurant: string;
            /** Format: date */
            from: string;
            /** Format: date */
            to: string;
            by: components["schemas"]["Step"];
            periods: components["schemas"]["PeriodAnswer"][];
        };
        /**
         * @description What an attempt was made for.
         * @enum {string}
         */
        Trigger: "schedule" | "replay" | "recover" | "ping";
        /** @description What was used in a month. */
        UsageAnswer: {
            month: string;
            days: components["schemas"]["UsageRow"][];
        };
        /** @description What was used on one day. */
        UsageRow: {
            /** @description `YYYY-MM-DD`, in UTC. */
            day: string;
            restaurant: string | null;
            /** @description `name/version`; null for requests, which no model judges. */
            model: string | null;
            /** @description Accepted calls that made a job or a batch, and tasks of Celery. */
            requests: number;
            /** @description Reviews with a result, those of batches too. */
            reviews: number;
            sentences: number;
            /** @description Unicode code points of those reviews. */
            characters: number;
        };
        /** @description A link. What opens it is not here: it is shown once, when it is made. */
        WebhookLinkAnswer: {
            id: string;
            restaurants: string[];
            frame_origins: string[];
            session_s: number;
            /** @description The key that it was made with, and ends with. */
            key_id: string | null;
            /** Format: date-time */
            created_at: string;
            opened_at: string | null;
            /**
             * Format: date-time
             * @description Until when it can be opened; once it was, when that ends.
             */
            expires_at: string;
        };
        /** @description Links that can be opened, or whose sessions last: those first that end last. */
        WebhookLinkList: {
            links: components["schemas"]["WebhookLinkAnswer"][];
            next_page_token: string | null;
        };
        /** @description What opens a link. */
        WebhookLinkOpening: {
            /** @description What stands behind `#` in the link's `url`. */
            code: string;
        };
        /** @description A link to the endpoints and deliveries of some restaurants, for somebody without a key. */
        WebhookLinkRequest: {
            /** @description The only ones whose endpoints and deliveries it shows, and whose endpoints it may make. */
            restaurants: string[];
            /** @description Origins of pages that may show it in a frame, beside those of KRITIQ_FRAME_ORIGINS. */
            frame_origins?: string[];
            /**
             * @description Seconds that it may wait to be opened.
             * @default 300
             */
            open_s?: number;
            /**
             * @description Seconds that what it opens then lasts.
             * @default 3600
             */
            session_s?: number;
        };
        /** @description What a link was opened for. */
        WebhookLinkSession: {
            /** @description `krt_link_…`: send it as `Authorization: Bearer krt_link_…`. */
            token: string;
            restaurants: string[];
            /** Format: date-time */
            expires_at: string;
        };
        /** @description A URL that is told of one job's end. `POST /v1/webhook-secret` makes the secret that signs it. */
        WebhookRequest: {
            /**
             * Format: uri
             * @description An https URL on a port that the operator allows, all of whose addresses are public.
             */
            url: string;
        };
        /**
         * @description How far to look back.
         * @enum {string}
         */
        Window: "hour" | "day" | "week";
        /** @description A worker that is up, as of its last heartbeat. */
        WorkerAnswer: {
            worker: string;
            /** @description Its own model; `GET /v1/models` tells which others it serves. */
            model: string;
            device: string;
            /** @description Measured while its network was at work. */
            sentences_per_second: number | null;
            /** @description Share of the last minute in which it had something to do. */
            busy: number | null;
            /** @description Mean of its batches in the last minute; null when it had none. */
            batch_sentences: number | null;
        };
        /** @description An operation in one worker. */
        WorkerOperationAnswer: {
            worker: string;
            /** @description `waiting` (for its next heartbeat), `running`, `done`, `refused`, `failed`, `gone` (it ended before it had done it) or `overtaken` (by what was asked of the same version later). */
            state: components["schemas"]["InWorkerState"];
            /** Format: date-time */
            since: string;
            /** @description Why it refused or failed. */
            why: string | null;
            /** @description What `why` says, for whoever says it otherwise; null where it has none. */
            why_code: components["schemas"]["ReasonAnswer"] | null;
        };
        /** @description The workers that are up, by name. Plain ones tell nothing of themselves. */
        WorkersAnswer: {
            workers: components["schemas"]["WorkerAnswer"][];
        };
        /** @description An attempt at a job. */
        api__jobs__answer_schemas__AttemptAnswer: {
            /** @description From 1. */
            number: number;
            /** Format: date-time */
            started_at: string;
            /** @description Null while it goes on. */
            ended_at: string | null;
            /** @description `lost`: its worker was gone; `released`: its worker handed it back, as when it was stopped; `redone`: what was erased meanwhile is left out; else how the job ended. */
            end: components["schemas"]["AttemptEnd"] | null;
            /** @description Which worker it was, for keys with `admin`. Null where that is not kept: of a first attempt that succeeded, and of plain workers. */
            worker: string | null;
        };
        /** @description One attempt. */
        api__webhooks__schemas__AttemptAnswer: {
            number: number;
            trigger: components["schemas"]["Trigger"];
            /** Format: date-time */
            started_at: string;
            duration_ms: number | null;
            /** @description HTTP status; null when there was no complete answer. */
            status: number | null;
            /** @description Error class, such as `timeout`; null after a success. */
            error: string | null;
            next_attempt_at: string | null;
            /** @description The first 2 kB of what the receiver answered. */
            answer: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    legacy_predict: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LegacyRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    legacy_home: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    health_livez: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    metrics_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    health_readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthAnswer"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    activity_activity: {
        parameters: {
            query?: {
                /** @description How far to look back: hour (a part a minute), day (15 minutes) or week (an hour). */
                window?: "hour" | "day" | "week";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    attention_attention: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttentionAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    audit_list_audit: {
        parameters: {
            query?: {
                /** @description At most 100 (default 20). A page may hold fewer and still have a next one. */
                page_size?: number;
                /** @description `next_page_token` of the page before, of the same list with the same filters. */
                page_token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    batch_lists_list_batches: {
        parameters: {
            query?: {
                /** @description At most 100 (default 20). A page may hold fewer and still have a next one. */
                page_size?: number;
                /** @description `next_page_token` of the page before, of the same list with the same filters. */
                page_token?: string;
                /** @description Only batches in this state. */
                status?: "scheduled" | "running" | "completed" | "canceled";
                /** @description Only batches whose own `restaurant` is this one, whatever their lines say. */
                restaurant?: string;
                /** @description Only batches with a line of this author's. */
                external_author?: string;
                /** @description Created at or after this time (RFC 3339 with an offset). */
                since?: string;
                /** @description Created at or before this time (RFC 3339 with an offset). */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchPage"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    batches_submit_batch: {
        parameters: {
            query?: {
                /** @description What the JSON form says as `restaurant`, which goes before it; for NDJSON. */
                restaurant?: string;
                /** @description What the JSON form says as `reviewed_at`, which goes before it; for NDJSON. */
                reviewed_at?: string;
                /** @description What the JSON form says as `external_author`, which goes before it; for NDJSON. */
                external_author?: string;
                /** @description What the JSON form says as `language`, which goes before it; for NDJSON. */
                language?: string;
                /** @description What the JSON form says as `model`, which goes before it; for NDJSON. */
                model?: string;
                /** @description What the JSON form says as `include_none`, which goes before it; for NDJSON. */
                include_none?: "true" | "false";
                /** @description What the JSON form says as `not_before`, which goes before it; for NDJSON. */
                not_before?: string;
                /** @description What the JSON form says as `ttl_s`, which goes before it; for NDJSON. */
                ttl_s?: number;
            };
            header?: {
                /** @description The same key with the same request gives the first batch again, for 24 hours (KRITIQ_IDEMPOTENCY_TTL_S). */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BatchRequest"] | components["schemas"]["BatchOfFile"];
                "application/x-ndjson": unknown;
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    batches_get_batch: {
        parameters: {
            query?: never;
            header?: {
                /** @description Entity tags, or `*`: 412 when the version is none of them. */
                "If-Match"?: string;
                /** @description The `ETag` of your copy: 304 when nothing changed. */
                "If-None-Match"?: string;
            };
            path: {
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchAnswer"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    batches_delete_batch: {
        parameters: {
            query?: never;
            header?: {
                /** @description Entity tags: 412, and nothing is done, when the version is none of them. */
                "If-Match"?: string;
                /** @description Entity tags: 412, and nothing is done, when the version is one of them. */
                "If-None-Match"?: string;
            };
            path: {
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    batches_cancel_batch: {
        parameters: {
            query?: never;
            header?: {
                /** @description Entity tags: 412, and nothing is done, when the version is none of them. */
                "If-Match"?: string;
                /** @description Entity tags: 412, and nothing is done, when the version is one of them. */
                "If-None-Match"?: string;
            };
            path: {
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchAnswer"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    batches_batch_events: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `id` of the last event you have: the stream goes on behind it. */
                "Last-Event-ID"?: string;
            };
            path: {
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["BatchEventAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    batch_lists_list_lines: {
        parameters: {
            query?: {
                /** @description At most 100 (default 20). A page may hold fewer and still have a next one. */
                page_size?: number;
                /** @description `next_page_token` of the page before, of the same list with the same filters. */
                page_token?: string;
                /** @description Only lines in this state. */
                status?: "waiting" | "succeeded" | "failed" | "canceled" | "expired" | "skipped";
                /** @description Only lines of this author's. */
                external_author?: string;
            };
            header?: never;
            path: {
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinePageAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    line_feedback_get_line_feedback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                batch_id: string;
                line: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FeedbackAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    line_feedback_give_line_feedback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                batch_id: string;
                line: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FeedbackRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FeedbackAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    line_feedback_delete_line_feedback: {
        parameters: {
            query?: {
                /** @description Only what was said of this sentence's `aspect`. */
                sentence?: number;
                /** @description Of which aspect; with `sentence`. */
                aspect?: string;
            };
            header?: never;
            path: {
                batch_id: string;
                line: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    batches_batch_results: {
        parameters: {
            query?: {
                /** @description `false`: only what is there now. Otherwise the stream goes on until the batch has ended. */
                follow?: "true" | "false";
                /** @description Number of the last line that you have: the stream begins behind it. */
                after?: number;
            };
            header?: never;
            path: {
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["BatchLineAnswer"];
                    "application/json": components["schemas"]["BatchLines"];
                    "text/csv": string;
                    "application/vnd.apache.parquet": string;
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    batches_retry_batch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key gives the first batch again, for 24 hours (KRITIQ_IDEMPOTENCY_TTL_S). */
                "Idempotency-Key"?: string;
                /** @description Entity tags: 412, and nothing is done, when the version is none of them. */
                "If-Match"?: string;
                /** @description Entity tags: 412, and nothing is done, when the version is one of them. */
                "If-None-Match"?: string;
            };
            path: {
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    deliveries_list_deliveries: {
        parameters: {
            query?: {
                /** @description At most 100 (default 20). A page may hold fewer and still have a next one. */
                page_size?: number;
                /** @description `next_page_token` of the page before, of the same list with the same filters. */
                page_token?: string;
                /** @description Only deliveries in this state. */
                status?: "pending" | "sending" | "succeeded" | "failed" | "dropped";
                /** @description Only those to this endpoint. */
                endpoint?: string;
                /** @description Only those about this job or batch. */
                job?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryListAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    deliveries_get_delivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    deliveries_replay_delivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    deliveries_delivery_request: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryRequestAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    endpoints_list_endpoints: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndpointList"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    endpoints_add_endpoint: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EndpointRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewEndpointAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    endpoints_get_endpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                endpoint_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndpointAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    endpoints_delete_endpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                endpoint_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    endpoints_change_endpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                endpoint_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EndpointChange"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndpointAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    deliveries_endpoint_deliveries: {
        parameters: {
            query?: {
                /** @description At most 100 (default 20). A page may hold fewer and still have a next one. */
                page_size?: number;
                /** @description `next_page_token` of the page before, of the same list with the same filters. */
                page_token?: string;
                /** @description Only deliveries in this state. */
                status?: "pending" | "sending" | "succeeded" | "failed" | "dropped";
            };
            header?: never;
            path: {
                endpoint_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryListAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    endpoints_enable_endpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                endpoint_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndpointAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    endpoints_ping_endpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                endpoint_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    endpoints_recover_endpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                endpoint_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecoverRequest"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoverAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    endpoints_rotate_secret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                endpoint_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RotateRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewEndpointAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    privacy_list_erasures: {
        parameters: {
            query?: {
                /** @description At most 100 (default 20). A page may hold fewer and still have a next one. */
                page_size?: number;
                /** @description `next_page_token` of the page before, of the same list with the same filters. */
                page_token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureList"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    privacy_erase: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OfAuthor"] | components["schemas"]["OfRestaurant"] | components["schemas"]["OfEverybody"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    privacy_get_erasure: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                erasure_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    changes_all_events: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["ChangesEventAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    privacy_export: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OfAuthor"] | components["schemas"]["OfRestaurant"] | components["schemas"]["OfEverybody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["ExportLine"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    feedback_list_feedback: {
        parameters: {
            query?: {
                /** @description At most 100 (default 20). A page may hold fewer and still have a next one. */
                page_size?: number;
                /** @description `next_page_token` of the page before, of the same list with the same filters. */
                page_token?: string;
                /** @description Only on reviews of this restaurant. */
                restaurant?: string;
                /** @description Only on this author's reviews. */
                external_author?: string;
                /** @description Only on lines of this batch. */
                batch?: string;
                /** @description Created at or after this time (RFC 3339 with an offset). */
                since?: string;
                /** @description Created at or before this time (RFC 3339 with an offset). */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FeedbackPage"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    feedback_list_examples: {
        parameters: {
            query?: {
                /** @description Only on reviews of this restaurant. */
                restaurant?: string;
                /** @description Only on this author's reviews. */
                external_author?: string;
                /** @description Only on lines of this batch. */
                batch?: string;
                /** @description Created at or after this time (RFC 3339 with an offset). */
                since?: string;
                /** @description Created at or before this time (RFC 3339 with an offset). */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["FeedbackExample"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    feedback_queue_list_queue: {
        parameters: {
            query?: {
                /** @description Only sentences of reviews of this restaurant. */
                restaurant?: string;
                /** @description Sentences, at most 100 (default 20). */
                count?: number;
                /** @description Reviews that are looked through, those sent last; at most 1000 (default 500). */
                reviews?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FeedbackQueueAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    files_list_files: {
        parameters: {
            query?: {
                /** @description At most 100 (default 20). A page may hold fewer and still have a next one. */
                page_size?: number;
                /** @description `next_page_token` of the page before, of the same list with the same filters. */
                page_token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FilePage"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    files_upload_file: {
        parameters: {
            query?: {
                /** @description What you call it, when the body is the file itself. */
                filename?: string;
                /** @description Seconds that it is kept. */
                ttl_s?: number;
                /** @description `batch`, if you like. */
                purpose?: "batch";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /**
                     * Format: binary
                     * @description A review on each line, as `POST /v1/batches` takes them.
                     */
                    file: string;
                    /** @enum {string} */
                    purpose?: "batch";
                    /** @description Seconds that it is kept. */
                    ttl_s?: number;
                };
                "application/x-ndjson": unknown;
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    files_get_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    files_delete_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    files_file_content: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    listing_list_jobs: {
        parameters: {
            query?: {
                /** @description At most 100 (default 20). A page may hold fewer and still have a next one. */
                page_size?: number;
                /** @description `next_page_token` of the page before, of the same list with the same filters. */
                page_token?: string;
                /** @description Only jobs in this state. */
                status?: "scheduled" | "queued" | "running" | "succeeded" | "failed" | "canceled" | "expired";
                /** @description Only jobs of this restaurant. */
                restaurant?: string;
                /** @description Only jobs of this author's reviews. */
                external_author?: string;
                /** @description Only jobs that this model judged: its name, or its name and version (`kritiq-mini/1`). */
                model?: string;
                /** @description Only jobs that ended with this error, by its code. */
                error?: string;
                /** @description Created at or after this time (RFC 3339 with an offset). */
                since?: string;
                /** @description Created at or before this time (RFC 3339 with an offset). */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobPage"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    jobs_submit_job: {
        parameters: {
            query?: never;
            header?: {
                /** @description `wait=n`: answer 200 as soon as the job ends, at most n (30) seconds later. */
                Prefer?: string;
                /** @description The same key with the same request gives the first job again, for 24 hours (KRITIQ_IDEMPOTENCY_TTL_S). */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JobBody"] | components["schemas"]["TextsBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobAnswer"] | components["schemas"]["BatchWithResults"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobAnswer"] | components["schemas"]["BatchAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    jobs_get_job: {
        parameters: {
            query?: {
                /** @description Seconds to wait for the job to end, at most 30. */
                wait?: number;
            };
            header?: {
                /** @description Entity tags, or `*`: 412 when the version is none of them. */
                "If-Match"?: string;
                /** @description The `ETag` of your copy: 304 when nothing changed. */
                "If-None-Match"?: string;
            };
            path: {
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobAnswer"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    jobs_put_job: {
        parameters: {
            query?: never;
            header?: {
                /** @description `wait=n`: answer 200 as soon as the job ends, at most n (30) seconds later. */
                Prefer?: string;
                /** @description The same key with the same request gives the first job again, for 24 hours (KRITIQ_IDEMPOTENCY_TTL_S). */
                "Idempotency-Key"?: string;
                /** @description Entity tags, or `*`: 412 when there is no such job, or its version is none of them. */
                "If-Match"?: string;
                /** @description `*`: 412 when there is such a job already, also one of the same request. */
                "If-None-Match"?: string;
            };
            path: {
                job_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JobBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobAnswer"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    actions_delete_job: {
        parameters: {
            query?: never;
            header?: {
                /** @description Entity tags: 412, and nothing is done, when the version is none of them. */
                "If-Match"?: string;
                /** @description Entity tags: 412, and nothing is done, when the version is one of them. */
                "If-None-Match"?: string;
            };
            path: {
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    actions_cancel_job: {
        parameters: {
            query?: never;
            header?: {
                /** @description Entity tags: 412, and nothing is done, when the version is none of them. */
                "If-Match"?: string;
                /** @description Entity tags: 412, and nothing is done, when the version is one of them. */
                "If-None-Match"?: string;
            };
            path: {
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobAnswer"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    course_job_course: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CourseAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    actions_job_events: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `id` of the last event you have: the stream goes on behind it. */
                "Last-Event-ID"?: string;
            };
            path: {
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["EventAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    feedback_get_feedback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FeedbackAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    feedback_give_feedback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                job_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FeedbackRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FeedbackAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    feedback_delete_feedback: {
        parameters: {
            query?: {
                /** @description Only what was said of this sentence's `aspect`. */
                sentence?: number;
                /** @description Of which aspect; with `sentence`. */
                aspect?: string;
            };
            header?: never;
            path: {
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    actions_retry_job: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key gives the first new job again, for 24 hours (KRITIQ_IDEMPOTENCY_TTL_S). */
                "Idempotency-Key"?: string;
                /** @description Entity tags: 412, and nothing is done, when the version is none of them. */
                "If-Match"?: string;
                /** @description Entity tags: 412, and nothing is done, when the version is one of them. */
                "If-None-Match"?: string;
            };
            path: {
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobAnswer"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    keys_list_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyList"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    keys_make_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewKeyAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    keys_get_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    keys_revoke_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    keys_rotate_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["KeyRotation"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewKeyAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    models_list_models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelsAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    models_move_alias: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                alias_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AliasBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AliasAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    models_delete_alias: {
        parameters: {
            query?: {
                /** @description The revision of the alias that you know. */
                revision?: number;
            };
            header?: never;
            path: {
                alias_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    cards_model_card: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CardsAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    drift_model_drift: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DriftAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    operations_load_model: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OperationBody"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    operations_unload_model: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OperationBody"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    operations_get_operation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                operation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    queue_queue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BacklogAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    restaurants_list_restaurants: {
        parameters: {
            query?: {
                /** @description At most 100 (default 20). A page may hold fewer and still have a next one. */
                page_size?: number;
                /** @description `next_page_token` of the page before, of the same list with the same filters. */
                page_token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RestaurantPage"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    restaurants_list_reviews: {
        parameters: {
            query?: {
                /** @description At most 100 (default 20). A page may hold fewer and still have a next one. */
                page_size?: number;
                /** @description `next_page_token` of the page before, of the same list with the same filters. */
                page_token?: string;
                /** @description First day (YYYY-MM-DD; default: the beginning). */
                from?: string;
                /** @description Last day (default: today, in UTC). */
                to?: string;
            };
            header?: never;
            path: {
                restaurant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReviewPage"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    restaurants_summary: {
        parameters: {
            query?: {
                /** @description First day (YYYY-MM-DD; default: the beginning). */
                from?: string;
                /** @description Last day (default: today, in UTC). */
                to?: string;
            };
            header?: never;
            path: {
                restaurant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SummaryAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    restaurants_trend: {
        parameters: {
            query: {
                /** @description First day (YYYY-MM-DD); to the last at most 366 periods, else 422. */
                from: string;
                /** @description Last day (default: today, in UTC). */
                to?: string;
                /** @description How long a period is: day, week (from Monday on) or month (default: day). */
                by?: "day" | "week" | "month";
            };
            header?: never;
            path: {
                restaurant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrendAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    retrainings_list_retrainings: {
        parameters: {
            query?: {
                /** @description At most 100 (default 20). A page may hold fewer and still have a next one. */
                page_size?: number;
                /** @description `next_page_token` of the page before, of the same list with the same filters. */
                page_token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetrainingList"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    retrainings_retrain: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RetrainingBody"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetrainingAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    retrainings_get_retraining: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                retraining_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetrainingAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    retrainings_cancel_retraining: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                retraining_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetrainingAnswer"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetrainingAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    retrainings_retraining_events: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `id` of the last event you have: the stream goes on behind it. */
                "Last-Event-ID"?: string;
            };
            path: {
                retraining_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["RetrainingEventAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    session_get_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    session_log_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    session_log_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    usage_usage: {
        parameters: {
            query?: {
                /** @description Such as `2026-11`, in UTC; this one by default. Kept for 400 days (KRITIQ_USAGE_TTL_S). */
                month?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    webhook_links_list_links: {
        parameters: {
            query?: {
                /** @description At most 100 (default 20). A page may hold fewer and still have a next one. */
                page_size?: number;
                /** @description `next_page_token` of the page before, of the same list with the same filters. */
                page_token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookLinkList"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    webhook_links_make_link: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookLinkRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewWebhookLinkAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    webhook_links_get_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookLinkAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    webhook_links_revoke_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    webhook_links_open_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                link_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookLinkOpening"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookLinkSession"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    endpoints_webhook_secret: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RotateRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    workers_list_workers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkersAnswer"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemAnswer"];
                };
            };
        };
    };
    on_job_succeeded: {
        parameters: {
            query?: never;
            header: {
                /** @description The delivery's id: the same for each attempt. Treat a second one as done. */
                "webhook-id": string;
                /** @description Unix seconds of this attempt. */
                "webhook-timestamp": string;
                /** @description One signature for each active secret, separated by spaces, over `id.timestamp.body`. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "job.succeeded";
                    /** Format: date-time */
                    timestamp: string;
                    data: components["schemas"]["ToldJob"];
                };
            };
        };
        responses: {
            /** @description Send me nothing more. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    on_job_failed: {
        parameters: {
            query?: never;
            header: {
                /** @description The delivery's id: the same for each attempt. Treat a second one as done. */
                "webhook-id": string;
                /** @description Unix seconds of this attempt. */
                "webhook-timestamp": string;
                /** @description One signature for each active secret, separated by spaces, over `id.timestamp.body`. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "job.failed";
                    /** Format: date-time */
                    timestamp: string;
                    data: components["schemas"]["ToldJob"];
                };
            };
        };
        responses: {
            /** @description Send me nothing more. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    on_job_canceled: {
        parameters: {
            query?: never;
            header: {
                /** @description The delivery's id: the same for each attempt. Treat a second one as done. */
                "webhook-id": string;
                /** @description Unix seconds of this attempt. */
                "webhook-timestamp": string;
                /** @description One signature for each active secret, separated by spaces, over `id.timestamp.body`. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "job.canceled";
                    /** Format: date-time */
                    timestamp: string;
                    data: components["schemas"]["ToldJob"];
                };
            };
        };
        responses: {
            /** @description Send me nothing more. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    on_job_expired: {
        parameters: {
            query?: never;
            header: {
                /** @description The delivery's id: the same for each attempt. Treat a second one as done. */
                "webhook-id": string;
                /** @description Unix seconds of this attempt. */
                "webhook-timestamp": string;
                /** @description One signature for each active secret, separated by spaces, over `id.timestamp.body`. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "job.expired";
                    /** Format: date-time */
                    timestamp: string;
                    data: components["schemas"]["ToldJob"];
                };
            };
        };
        responses: {
            /** @description Send me nothing more. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    on_batch_completed: {
        parameters: {
            query?: never;
            header: {
                /** @description The delivery's id: the same for each attempt. Treat a second one as done. */
                "webhook-id": string;
                /** @description Unix seconds of this attempt. */
                "webhook-timestamp": string;
                /** @description One signature for each active secret, separated by spaces, over `id.timestamp.body`. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "batch.completed";
                    /** Format: date-time */
                    timestamp: string;
                    data: components["schemas"]["ToldBatch"];
                };
            };
        };
        responses: {
            /** @description Send me nothing more. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    on_batch_progress: {
        parameters: {
            query?: never;
            header: {
                /** @description The delivery's id: the same for each attempt. Treat a second one as done. */
                "webhook-id": string;
                /** @description Unix seconds of this attempt. */
                "webhook-timestamp": string;
                /** @description One signature for each active secret, separated by spaces, over `id.timestamp.body`. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "batch.progress";
                    /** Format: date-time */
                    timestamp: string;
                    data: components["schemas"]["ToldBatch"];
                };
            };
        };
        responses: {
            /** @description Send me nothing more. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    on_batch_lines: {
        parameters: {
            query?: never;
            header: {
                /** @description The delivery's id: the same for each attempt. Treat a second one as done. */
                "webhook-id": string;
                /** @description Unix seconds of this attempt. */
                "webhook-timestamp": string;
                /** @description One signature for each active secret, separated by spaces, over `id.timestamp.body`. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "batch.lines";
                    /** Format: date-time */
                    timestamp: string;
                    data: components["schemas"]["ToldLines"];
                };
            };
        };
        responses: {
            /** @description Send me nothing more. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    on_job_deleted: {
        parameters: {
            query?: never;
            header: {
                /** @description The delivery's id: the same for each attempt. Treat a second one as done. */
                "webhook-id": string;
                /** @description Unix seconds of this attempt. */
                "webhook-timestamp": string;
                /** @description One signature for each active secret, separated by spaces, over `id.timestamp.body`. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "job.deleted";
                    /** Format: date-time */
                    timestamp: string;
                    data: components["schemas"]["ToldErasure"];
                };
            };
        };
        responses: {
            /** @description Send me nothing more. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    on_batch_deleted: {
        parameters: {
            query?: never;
            header: {
                /** @description The delivery's id: the same for each attempt. Treat a second one as done. */
                "webhook-id": string;
                /** @description Unix seconds of this attempt. */
                "webhook-timestamp": string;
                /** @description One signature for each active secret, separated by spaces, over `id.timestamp.body`. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "batch.deleted";
                    /** Format: date-time */
                    timestamp: string;
                    data: components["schemas"]["ToldErasure"];
                };
            };
        };
        responses: {
            /** @description Send me nothing more. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    on_batch_lines_deleted: {
        parameters: {
            query?: never;
            header: {
                /** @description The delivery's id: the same for each attempt. Treat a second one as done. */
                "webhook-id": string;
                /** @description Unix seconds of this attempt. */
                "webhook-timestamp": string;
                /** @description One signature for each active secret, separated by spaces, over `id.timestamp.body`. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "batch.lines_deleted";
                    /** Format: date-time */
                    timestamp: string;
                    data: components["schemas"]["ToldErasedLines"];
                };
            };
        };
        responses: {
            /** @description Send me nothing more. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    on_endpoint_ping: {
        parameters: {
            query?: never;
            header: {
                /** @description The delivery's id: the same for each attempt. Treat a second one as done. */
                "webhook-id": string;
                /** @description Unix seconds of this attempt. */
                "webhook-timestamp": string;
                /** @description One signature for each active secret, separated by spaces, over `id.timestamp.body`. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "endpoint.ping";
                    /** Format: date-time */
                    timestamp: string;
                    data: components["schemas"]["ToldEndpoint"];
                };
            };
        };
        responses: {
            /** @description Send me nothing more. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    on_endpoint_disabled: {
        parameters: {
            query?: never;
            header: {
                /** @description The delivery's id: the same for each attempt. Treat a second one as done. */
                "webhook-id": string;
                /** @description Unix seconds of this attempt. */
                "webhook-timestamp": string;
                /** @description One signature for each active secret, separated by spaces, over `id.timestamp.body`. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "endpoint.disabled";
                    /** Format: date-time */
                    timestamp: string;
                    data: components["schemas"]["ToldEndpoint"];
                };
            };
        };
        responses: {
            /** @description Send me nothing more. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
