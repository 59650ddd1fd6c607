"""The fields of a job's record that tell of it, as Python reads them and as a script tells them."""

#: What `store.job_record.job_from` reads, in its order: everything but the text. What of it is packed
#: (`store.packed_record`) stands last, in one.
READ = (
    "status", "version", "attempt", "request", "weight", "created_at", "started_at", "finished_at", "expires_at",
    "deadline_at", "due_at", "queue", "ttl_ms", "cancel_requested", "model", "error", "timings", "queue_mark",
    "queue_place", "trace", "progress", "whole",
)  # fmt: skip
#: Where that is.
WHOLE_AT = READ.index("whole")
#: What `store.job_record.stored_from` reads, in its order.
READ_STORED = (*READ, "gone", "packed")
