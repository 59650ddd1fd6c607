"""Every key and channel of Kritiq in Redis: its name, type, owner and lifetime. Queues are in `store.queues`; keys of
webhooks, feedback, retrainings, models' operations, aliases and sums of bytes in `store.webhook_keys`,
`store.feedback_keys`, `store.retraining_keys`, `store.operation_keys`, `store.alias_keys` and `store.room_keys`.

The one place where names are spelled: scripts get them from here (`store.lua.load`), and a test holds the ACL to them.
"""

from collections.abc import Mapping

from store import alias_keys, feedback_keys, operation_keys, retraining_keys, room_keys, webhook_keys
from store.key import Key, Kind
from store.webhook_keys import ALL

#: Whatever counts what it does.
REPORTING = f"{ALL}, archive"

# Jobs.
JOB = Key(
    "kritiq:{tenant}:job:{id}", Kind.HASH, "api, worker, reconciler",
    "the record; its ttl, then KRITIQ_GONE_TTL_S as a mark",
)  # fmt: skip
JOBS = Key("kritiq:{tenant}:jobs", Kind.ZSET, "api, worker, reconciler", "job ids by creation; while the record lives")
RESTAURANT = Key("kritiq:{tenant}:restaurant:{id}", Kind.ZSET, "api, worker, reconciler", "its job ids by creation")
AUTHOR = Key("kritiq:{tenant}:author:{digest}", Kind.ZSET, "api, worker, reconciler", "an author's job ids by creation")
SUMMARY = Key(
    "kritiq:{tenant}:summary:{restaurant}", Kind.HASH, "worker, api, reconciler",
    "`day|aspect|polarity` -> sentences of succeeded jobs; each as long as its jobs",
)  # fmt: skip
RESTAURANTS = Key("kritiq:{tenant}:restaurants", Kind.ZSET, "worker, api, reconciler", "those with a summary, by name")
DEAD = Key("kritiq:{tenant}:dead", Kind.ZSET, "api, worker, reconciler", "jobs whose workers were lost, by time")
WITHOUT_RESULT = Key(
    "kritiq:{tenant}:without-result:{status}", Kind.ZSET, "api, worker, reconciler",
    "ids of jobs that ended so, by creation; while the record lives",
)  # fmt: skip
IDEMPOTENCY = Key(
    "kritiq:{tenant}:idem:{key}", Kind.STRING, "api", "digest of the request, space, job id; KRITIQ_IDEMPOTENCY_TTL_S"
)
BATCH = Key(
    "kritiq:{tenant}:batch:{id}", Kind.HASH, "api, worker, reconciler",
    "a batch: its ttl, then KRITIQ_GONE_TTL_S as a mark",
)  # fmt: skip
BATCH_AUTHORS = Key(
    "kritiq:{tenant}:batch:{id}:authors", Kind.HASH, "api, worker, reconciler",
    "author's digest -> chunks; as the record",
)  # fmt: skip
BATCHES = Key("kritiq:{tenant}:batches", Kind.ZSET, "api, reconciler", "batch ids by creation; while the record lives")
FILE = Key("kritiq:{tenant}:file:{id}", Kind.HASH, "api, reconciler", "an uploaded file's record; its time and a day")
FILE_PART = Key(
    "kritiq:{tenant}:file:{id}:part:{number}", Kind.STRING, "api, reconciler", "what is in it, in parts; its time"
)
FILES = Key("kritiq:{tenant}:files", Kind.ZSET, "api, reconciler", "ids of uploaded files by creation; as their last")
RESULT = Key(
    "celery-task-meta-{task}", Kind.STRING, "api, worker, reconciler", "the result as Celery's backend has it; the ttl"
)
CHANGES = Key("kritiq:job:{task}", Kind.CHANNEL, ALL, "a change of the job: `version status`")
LISTS = Key(
    "kritiq:lists:{tenant}", Kind.CHANNEL, ALL,
    "the name of a list of its that has changed, and of which restaurants; `restaurants name …`; `*`: of everybody's",
)  # fmt: skip
#: No job's id begins so.
ENDS = Key("kritiq:job:~{waiter}", Kind.CHANNEL, ALL, "to an API process: the end of a job that it waits for, whole")
UNSENT = Key(
    "kritiq:{tenant}:unsent:{about}:{id}", Kind.HASH, ALL,
    "of a job or batch past its time, what webhooks that are due tell; until the last has ended, at most"
    " KRITIQ_OVERDUE_TTL_S and KRITIQ_GONE_TTL_S",
)  # fmt: skip

# Queues and attempts.
CLAIMS = Key("kritiq:claims", Kind.HASH, "worker, reconciler", "delivery tag -> queue, line feed, message; while held")
LEASES = Key("kritiq:leases", Kind.ZSET, "worker, reconciler", "delivery tag -> until when it is held")
LIVE = Key("kritiq:live", Kind.ZSET, "api, worker, reconciler", "task id of what has not ended -> when to look at it")
MARKS = Key(
    "kritiq:{tenant}:marks:{queue}", Kind.ZSET, "api, worker, reconciler",
    "an organisation's jobs that wait in the queue -> their marks: what it has passed has lost its message",
)  # fmt: skip
SCHEDULED = Key("kritiq:scheduled", Kind.ZSET, "api, worker, reconciler", "task id -> when it goes into its queue")
UNTOLD = Key(
    "kritiq:untold", Kind.LIST, "api, worker, reconciler",
    "ends that no attempt tells to monitors, as JSON; until a worker does, at most KRITIQ_UNTOLD_TTL_S",
)  # fmt: skip
FOLLOW_UPS = Key(
    "kritiq:follow-ups", Kind.ZSET, "api, worker, reconciler",
    "task id of an ended job whose links, chain or chord Celery has not been told of -> when to try (again)",
)  # fmt: skip
REVOKED = Key("kritiq:revoked", Kind.ZSET, "worker", "Celery task id that was revoked -> until when")
REVOKED_STAMPS = Key(
    "kritiq:revoked-stamps", Kind.ZSET, "worker", "stamp whose Celery tasks are revoked, as JSON -> until when"
)
EXPIRING = Key("kritiq:expiring", Kind.ZSET, ALL, "an ended job -> when to purge it; a batch, while it goes")
ERASED = Key(
    "kritiq:erased", Kind.STRING, "api, worker, reconciler",
    "since when the append-only file may have what was deleted; until it is written anew",
)  # fmt: skip
ERASURE = Key(
    "kritiq:{tenant}:erasure:{id}", Kind.HASH, "api, reconciler",
    "an erasure that was asked for: until it has searched with a guest's id, then with its report; KRITIQ_ERASURE_TTL_S"
    " from its end on",
)  # fmt: skip
ERASURES = Key("kritiq:{tenant}:erasures", Kind.ZSET, "api", "their ids by creation; KRITIQ_ERASURE_TTL_S twice")
ERASING = Key(
    "kritiq:erasing", Kind.ZSET, "api, reconciler",
    "task id of an erasure that has not ended -> when a reconciler comes to it (again)",
)  # fmt: skip
ARCHIVE = Key(
    "kritiq:archive", Kind.HASH, "api, worker, reconciler, archive",
    "while there is an archive: `most` entries of the outbox, how many ends were `dropped`, and when its files last had"
    " all (`filed`); afterwards, that it was turned `off`; for ever",
)  # fmt: skip
OUTBOX = Key(
    "kritiq:outbox", Kind.STREAM, "api, worker, reconciler, archive",
    "ids of jobs that ended, were deleted or have feedback, for the archive; until it was told, KRITIQ_ARCHIVE_OUTBOX"
    " entries",
)  # fmt: skip
ARCHIVE_ERASED = Key(
    "kritiq:archive-erased:{place}", Kind.STRING, "archive",
    "how many reviews the archive deleted for an erasure that stands there in its outbox; a week",
)  # fmt: skip
FLOW = Key(
    "kritiq:flow", Kind.HASH, "api, worker, reconciler",
    "running totals of the queues (store/lua/lib/accounting.lua), and how often each MODEL_LIST has begun; for ever",
)  # fmt: skip
TENANT_FLOW = Key(
    "kritiq:{tenant}:flow", Kind.HASH, "api, worker, reconciler",
    "those of an organisation's own jobs, and the bytes that its records hold; for ever",
)  # fmt: skip
TENANT_FLOWS = Key("kritiq:tenant-flows", Kind.ZSET, "api, worker, reconciler", "who has such totals; for ever")
WAITING = Key(
    "kritiq:{tenant}:waiting:{queue}", Kind.LIST, "api, worker, reconciler",
    "an organisation's messages for a queue that wait for their turn (store/lua/lib/turns.lua)",
)  # fmt: skip
MODEL_LIST = Key(
    "kritiq:models:{lane}:{version}", Kind.LIST, "worker, reconciler",
    "messages of jobs of a lane that wait for a worker with this version of a model",
)  # fmt: skip
DIFFERING = Key(
    "kritiq:{tenant}:differing:{alias}", Kind.ZSET, "worker, api, reconciler", "jobs two versions differ on; as these"
)
ROLLOUT = Key(
    "kritiq:rollout:{alias}", Kind.HASH, "api, worker, reconciler",
    "`number|version|what` -> what was counted of the alias' rollout, and since then of its shadows (`jobs.agreement`);"
    " until the next one begins",
)  # fmt: skip
MODEL_OFFERS = Key(
    "kritiq:model-offers", Kind.HASH, "worker", "version -> where workers have it from, as JSON; until it is withdrawn"
)
TURNS = Key(
    "kritiq:turns:{queue}", Kind.ZSET, "api, worker, reconciler", "who waits -> when in a virtual time it is next"
)
TURN = Key(
    "kritiq:turn:{queue}", Kind.HASH, "api, worker, reconciler",
    "that time, and whose message was called up to the queue; while somebody waits",
)  # fmt: skip
PLAIN_RESULTS = Key(
    "kritiq:plain-results", Kind.ZSET, "worker, reconciler", "jobs whose result is in plain for Celery clients -> end"
)
UNPACKED = Key(
    "kritiq:unpacked", Kind.ZSET, "worker, reconciler", "jobs that came over HTTP whose result is to be packed -> end"
)
REJECTED = Key(
    "kritiq:rejected", Kind.LIST, "worker, reconciler",
    "what was in a queue and cannot be answered; the last 1,000, KRITIQ_RESULT_TTL_S",
)  # fmt: skip
KEPT = Key(
    "kritiq:kept", Kind.HASH, "reconciler",
    "kind of what is kept -> about how many bytes; `deliveries_indexed`, `ends_indexed`: see `ended_deliveries` and"
    " `without_result`; for ever",
)  # fmt: skip
NOTHING = Key("kritiq:nothing", Kind.ZSET, REPORTING, "never there: what a script touches to go on in a full Redis")
TENANT_LIMITS = Key(
    "kritiq:{tenant}:limits", Kind.HASH, "api", "what an organisation may have, where the operator said so; for ever"
)
TENANT_CLASSES = Key(
    "kritiq:tenant-classes", Kind.HASH, "operator", "organisation -> its class, a label of metrics; for ever"
)
TENANT_ARCHIVE_DAYS = Key(
    "kritiq:tenant-archive-days", Kind.HASH, "operator",
    "organisation -> days that the archive keeps its reviews; for ever",
)  # fmt: skip
RATE = Key(
    "kritiq:{tenant}:rate:{of}", Kind.LIST, "api",
    "times of the last requests of an organisation (`all`) or of one of its keys, as `limits` keeps them; a second",
)  # fmt: skip
USAGE = Key(
    "kritiq:{tenant}:usage:{day}", Kind.HASH, "api, worker, reconciler",
    "`restaurant|model|what` -> how much was used; KRITIQ_USAGE_TTL_S",
)  # fmt: skip
SCHEMA = Key("kritiq:schema", Kind.STRING, REPORTING, "the records' form (store/schema.py); for ever")

# Processes.
WORKERS = Key("kritiq:workers", Kind.ZSET, "worker", "live workers: name -> heartbeat expiry")
WORKER_INFO = Key("kritiq:worker-info", Kind.HASH, "worker", "name -> model, device and rate, as JSON")
WORKER_MODELS = Key("kritiq:worker-models", Kind.HASH, "worker", "name -> the models that it serves, as JSON")
RECONCILERS = Key("kritiq:reconcilers", Kind.ZSET, "reconciler", "live reconcilers: name -> heartbeat expiry")
DELIVERERS = Key("kritiq:deliverers", Kind.ZSET, "delivery", "live delivery workers: name -> heartbeat expiry")
COUNTERS = Key("kritiq:counters", Kind.HASH, "worker", "what workers count: batches, tokens, hits of the cache")
PROCESSES = Key("kritiq:processes", Kind.ZSET, REPORTING, "live processes: name -> heartbeat expiry")
PROCESS_INFO = Key(
    "kritiq:process-info", Kind.HASH, REPORTING,
    "name -> the number of its last call, line feed, what it says of itself, as JSON",
)  # fmt: skip
METRICS = Key(
    "kritiq:metrics", Kind.HASH, REPORTING, "what all processes counted, by field (telemetry/meter.py); for ever"
)
ACTIVITY = Key("kritiq:activity", Kind.ZSET, "reconciler", "what was counted, as JSON, by minute; a week")
QUEUE_HEADS = Key(
    "kritiq:queue-heads", Kind.HASH, "reconciler", "queue -> digest of its next message; `queue_at` -> since when"
)
TRAFFIC = Key(
    "kritiq:traffic:{model}", Kind.HASH, "worker",
    "what a model was asked and answered, in windows; KRITIQ_TRAFFIC_TTL_S",
)  # fmt: skip
TRAFFIC_OF = Key(
    "kritiq:{tenant}:traffic:{model}", Kind.HASH, "worker, reconciler",
    "the same of an organisation; KRITIQ_TRAFFIC_TTL_S, or until it is erased",
)  # fmt: skip
TRAFFIC_RESTAURANTS = Key(
    "kritiq:{tenant}:traffic:restaurants:{model}", Kind.HASH, "worker, reconciler",
    "`window|restaurant` -> the same of the 10 with most reviews; `~digest` -> until when one was erased; as these",
)  # fmt: skip
TRAFFIC_REFERENCES = Key("kritiq:traffic-references", Kind.HASH, "worker", "model -> what its traffic is compared with")
ANSWERS = Key("kritiq:answers", Kind.HASH, "worker", "model -> the aspects and polarities that it has; for ever")
MODEL_CARDS = Key("kritiq:model-cards", Kind.HASH, "worker", "model -> its scores and its card; for ever")
CACHE = Key(
    "kritiq:cache:{digest}", Kind.STRING, "worker, reconciler", "the judgement of a sentence; KRITIQ_CACHE_TTL_S"
)
CACHE_USES = Key("kritiq:cache-uses", Kind.ZSET, "worker, reconciler", "digest -> last use; KRITIQ_CACHE_SENTENCES")

# Organisations and their API keys.
TENANTS = Key("kritiq:tenants", Kind.ZSET, "api", "organisations by when they were given their first key; for ever")
API_KEY = Key("kritiq:api-key:{id}", Kind.HASH, "api", "an API key's record; KRITIQ_ENDED_KEY_TTL_S after its end")
AUDIT = Key(
    "kritiq:{tenant}:audit", Kind.STREAM, "api, archive, reconciler", "the audit log; KRITIQ_AUDIT_TTL_S, and _ENTRIES"
)
SESSION = Key("kritiq:session:{digest}", Kind.HASH, "api", "a browser's session; KRITIQ_SESSION_S")
SESSIONS = Key("kritiq:api-key:{id}:sessions", Kind.ZSET, "api", "digests of a key's sessions by their end; as these")
WEBHOOK_LINK = Key("kritiq:webhook-link:{id}", Kind.HASH, "api", "a link to webhooks, and its session; until they end")
WEBHOOK_LINKS = Key("kritiq:{tenant}:webhook-links", Kind.ZSET, "api", "ids of the organisation's links by their end")
API_KEYS = Key("kritiq:{tenant}:api-keys", Kind.ZSET, "api", "ids of an organisation's API keys by creation")


def catalogue() -> Mapping[str, Key]:
    """All keys by their constant's name in lower case."""
    others = webhook_keys, feedback_keys, retraining_keys, operation_keys, alias_keys, room_keys
    named = globals() | {name: key for module in others for name, key in vars(module).items()}
    return {name.lower(): key for name, key in named.items() if isinstance(key, Key)}
