"""Every key of webhooks in Redis: endpoints, deliveries, and what is due. The others are in `store.keys`."""

from store.key import Key, Kind

#: Whatever ends a job writes its deliveries too.
ALL = "api, worker, delivery, reconciler"

ENDPOINT = Key("kritiq:{tenant}:endpoint:{id}", Kind.HASH, "api, delivery", "an endpoint's record; until it is deleted")
ENDPOINTS = Key(
    "kritiq:{tenant}:endpoints", Kind.HASH, "api, delivery", "enabled endpoint -> its events, its restaurants"
)
ENDPOINT_IDS = Key("kritiq:{tenant}:endpoint-ids", Kind.ZSET, "api, delivery", "endpoint ids by creation")
HEALTH = Key(
    "kritiq:{tenant}:endpoint:{id}:health", Kind.HASH, "api, delivery",
    "failures and breaker; KRITIQ_DELIVERY_LOG_TTL_S, or KRITIQ_OVERDUE_TTL_S where that is more",
)  # fmt: skip
WINDOW = Key("kritiq:{tenant}:endpoint:{id}:window", Kind.HASH, "api, delivery", "attempts by minute; six minutes")
ENDPOINT_DUE = Key("kritiq:{tenant}:endpoint:{id}:due", Kind.ZSET, ALL, "delivery -> when it is due; while it waits")
MANUAL = Key("kritiq:{tenant}:endpoint:{id}:manual", Kind.ZSET, ALL, "pings and replays that wait")
INFLIGHT = Key("kritiq:{tenant}:endpoint:{id}:inflight", Kind.ZSET, ALL, "delivery -> until when it is leased")
ENDPOINT_DELIVERIES = Key(
    "kritiq:{tenant}:endpoint:{id}:deliveries", Kind.ZSET, ALL, "its deliveries; as their records"
)
ASKED = Key("kritiq:{tenant}:endpoint:{id}:asked", Kind.HASH, "api", "pings and recoveries of a minute; a minute")
DELIVERY = Key(
    "kritiq:{tenant}:delivery:{id}", Kind.HASH, ALL, "a delivery's record; KRITIQ_DELIVERY_LOG_TTL_S after its end"
)
ATTEMPTS = Key("kritiq:{tenant}:delivery:{id}:attempts", Kind.LIST, ALL, "its log, at most 50; as the record")
DELIVERIES = Key("kritiq:{tenant}:deliveries", Kind.ZSET, ALL, "those with a record, by time; as their records")
DELIVERIES_OF = Key(
    "kritiq:{tenant}:deliveries-of:{subject}", Kind.ZSET, ALL, "those about a job or batch; as their records"
)
DELIVERY_CHANGES = Key("kritiq:delivery:{tenant}", Kind.CHANNEL, ALL, "a change of one of its deliveries: `id status`")
DUE = Key("kritiq:due", Kind.ZSET, ALL, "`tenant:endpoint` -> when a delivery worker should look at it")
PENDING = Key(
    "kritiq:pending", Kind.ZSET, ALL,
    "`tenant:delivery` that has not ended -> when its attempt is or was due; neither leases nor breakers move it",
)  # fmt: skip
ENDED_DELIVERIES = Key(
    "kritiq:ended-deliveries", Kind.ZSET, ALL, "`tenant:delivery` that has ended -> when; as their records"
)
DELIVERY_SIGNAL = Key("kritiq:delivery-signal", Kind.LIST, ALL, "an entry when something may be due")
TOLD = Key(
    "kritiq:{tenant}:told:{bucket}", Kind.HASH, ALL,
    "rest of a job's id -> deliveries that arrived at once (lib/told.lua); KRITIQ_DELIVERY_LOG_TTL_S after the last",
)  # fmt: skip
TOLD_TO = Key("kritiq:{tenant}:told-to", Kind.ZSET, ALL, "endpoint that has such -> when the last ended; as its list")
TOLD_PLACES = Key("kritiq:told", Kind.ZSET, ALL, "`tenant:bucket` of these -> when the last of them ended; as they")
STATS = Key("kritiq:delivery-stats", Kind.HASH, ALL, "running totals of deliveries; for ever")
