"""The names of the webhooks' keys; `jobs/lua/webhooks.lua` spells them too."""

#: Endpoints -> when a delivery worker should look at them (`tenant:endpoint`, Redis milliseconds).
DUE = "kritiq:due"
#: Every delivery that has not ended -> when its attempt is or was due (`tenant:delivery`). Neither leases nor
#: breakers move it, so that what is held back is seen too.
PENDING = "kritiq:pending"
#: Has an entry when something may be due: what idle delivery workers wait on.
BELL = "kritiq:bell"
#: Running totals (hash).
STATS = "kritiq:delivery-stats"
#: Delivery workers that are up: name -> until when that is believed.
DELIVERERS = "kritiq:deliverers"


def endpoint_key(tenant: str, endpoint_id: str) -> str:
    """The record of an endpoint (hash); with `:health`, `:window`, `:due`, `:manual`, `:inflight`, `:deliveries`."""
    return f"kritiq:{tenant}:endpoint:{endpoint_id}"


def endpoints_key(tenant: str) -> str:
    """The endpoints of a tenant by time of creation (sorted set)."""
    return f"kritiq:{tenant}:endpoint-ids"


def delivery_key(tenant: str, delivery_id: str) -> str:
    """The record of a delivery (hash); with `:attempts`, its log."""
    return f"kritiq:{tenant}:delivery:{delivery_id}"


def deliveries_key(tenant: str, *, endpoint: str | None = None, subject: str | None = None) -> str:
    """Deliveries by time (sorted set): an endpoint's, those about a job, or all of the tenant's."""
    if subject is not None:
        return f"kritiq:{tenant}:deliveries-of:{subject}"
    if endpoint is not None:
        return f"{endpoint_key(tenant, endpoint)}:deliveries"
    return f"kritiq:{tenant}:deliveries"
