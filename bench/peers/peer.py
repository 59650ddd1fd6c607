"""Who is compared: each peer's processes, its HTTP, and what it needs."""

from dataclasses import dataclass, field

from bench.peers.dialect import KRITIQ, LIST_OF_ONE, PLAIN, TORCHSERVE, Dialect

#: The row without a server.
DIRECT = "direct"
#: Of peers with a process for each core.
_ONE_CORE = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """One row of the table."""

    name: str
    title: str
    #: What each of its processes runs, after `python -m`.
    processes: tuple[tuple[str, ...], ...] = ()
    dialect: Dialect = PLAIN
    #: Whether it has an environment of its own, made from `requirements/NAME.txt`.
    own_environment: bool = True
    #: Whether it queues in Redis.
    redis: bool = False
    #: A program that must be there, and where it comes from.
    program: tuple[str, str] | None = None
    #: Further variables of its processes.
    variables: dict[str, str] = field(default_factory=dict)


def _adapter(name: str, *roles: str) -> tuple[tuple[str, ...], ...]:
    module = f"bench.peers.adapters.{name}"
    return tuple((module, role) for role in roles) or ((module,),)


PEERS = (
    Peer(name=DIRECT, title="direct prediction, in batches", own_environment=False),
    Peer(
        name="kritiq", title="**Kritiq, `Prefer: wait`**", processes=(("ops", "api"), ("ops", "worker")),
        dialect=KRITIQ, own_environment=False, redis=True,
    ),
    Peer(
        name="torchserve", title="TorchServe, batch 32", processes=_adapter("torchserve_handler"),
        dialect=TORCHSERVE, program=("java", "Debian has it as default-jre-headless"),
    ),
    Peer(name="litserve", title="LitServe, batch 64", processes=_adapter("litserve_batched")),
    Peer(name="bentoml", title="BentoML, batch 64", processes=_adapter("bentoml_service"), dialect=LIST_OF_ONE),
    Peer(name="fastapi", title="FastAPI, synchronous", processes=_adapter("fastapi_sync")),
    Peer(
        name="celery", title="Celery, prefork 2", processes=_adapter("celery_prefork", "worker", "front"), redis=True,
        variables=_ONE_CORE,
    ),
    Peer(
        name="celery-batches", title="celery-batches, 64",
        processes=_adapter("celery_batches_pool", "worker", "front"), redis=True,
    ),
    Peer(
        name="dramatiq", title="Dramatiq, 2 processes",
        processes=_adapter("dramatiq_actors", "worker", "worker", "front"), redis=True, variables=_ONE_CORE,
    ),
    Peer(
        name="rq", title="RQ, 2 workers", processes=_adapter("rq_workers", "worker", "worker", "front"), redis=True,
        variables=_ONE_CORE,
    ),
    Peer(name="ray", title="Ray Serve, batch 64", processes=_adapter("ray_serve")),
)  # fmt: skip
