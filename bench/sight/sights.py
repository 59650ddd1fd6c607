"""The faults that somebody who looks only at Grafana is to see, and where."""

import signal
from itertools import count

import redis

from bench.faults.predictor import HANGS
from bench.harness import READY_S, until
from bench.sight.sight import Look, Scene, Sight
from store.traffic import TrafficStore, model_key
from watch.drift import LEAST, WINDOW

MEGABYTE = 1 << 20
#: How much Redis may take beyond what it has when a fault is prepared, in bytes.
ROOM = 64 * MEGABYTE
#: The stand-in of a model, see `bench.faults.predictor`.
MODEL = model_key("faulty", "0")


def usual(number: int) -> str:
    """What guests write, all of one length."""
    return f"Gericht {number:06} war gut."


def _longer(number: int) -> str:
    return usual(number).removesuffix(".") + ", und auch sonst hat uns an diesem Abend bei Ihnen alles sehr gefallen."


def _hanging(number: int) -> str:
    return f"{usual(number)} {HANGS}"


def kill_a_worker(scene: Scene) -> None:
    """One of two is killed, and nobody starts it again."""
    worker = scene.stage.cluster.kept["worker0"]
    worker.hold()
    worker.send(signal.SIGKILL)


def stick(scene: Scene) -> None:
    """Whatever is sent from now on, the model does not return from it: workers are up, and nothing moves."""
    scene.text = _hanging


def stop_the_receiver(scene: Scene) -> None:
    """Nobody listens where webhooks are sent."""
    assert scene.stage.receiver is not None
    scene.stage.receiver.__exit__()


def bound_memory(scene: Scene) -> None:
    """Redis may not take much more than it has."""
    client = scene.stage.cluster.direct
    client.config_set("maxmemory", int(client.info("memory")["used_memory"]) + ROOM)


def fill_memory(scene: Scene) -> None:
    """Somebody else's data fills it, to the last piece that has room."""
    client = scene.stage.cluster.direct
    for size in (MEGABYTE, MEGABYTE // 64):
        try:
            for number in count():
                client.set(f"bench:ballast:{size}:{number}", bytes(size))
        except redis.OutOfMemoryError:
            continue


def take_for_usual(scene: Scene) -> None:
    """What the model has been asked so far is what it is compared with."""
    traffic = TrafficStore(scene.stage.cluster.direct)

    def enough() -> bool:
        return any(window.reviews >= LEAST for window in traffic.windows(None, MODEL))

    until(enough, f"{LEAST} reviews", within_s=READY_S, every_s=0.5)
    traffic.set_reference(MODEL, max(traffic.windows(None, MODEL), key=lambda window: window.reviews))


def drift(scene: Scene) -> None:
    """Guests write longer sentences."""
    scene.text = _longer


SIGHTS = (
    Sight(
        name="killed-worker", says="SIGKILL of one of two workers, which does not come back", fault=kill_a_worker,
        looks=[Look(dashboard="kritiq", panel="Workers", by=-0.5)],
    ),
    Sight(
        name="stuck-queue", says="the model returns from nothing any more; the workers are up", fault=stick,
        looks=[
            Look(dashboard="kritiq", panel="Oldest job", line="normal", by=3.0),
            Look(dashboard="kritiq", panel="Waiting sentences", line="normal", by=50.0),
        ],
    ),
    Sight(
        name="dead-receiver", says="nobody listens where webhooks are sent", fault=stop_the_receiver,
        looks=[
            Look(dashboard="kritiq-webhooks", panel="Attempts", line="connect_error"),
            Look(dashboard="kritiq-webhooks", panel="Waiting", by=20.0),
        ],
    ),
    Sight(
        name="full-redis", says="Redis has used its maxmemory, all at once", prepare=bound_memory, fault=fill_memory,
        # No 503 need follow: finished jobs give way.
        looks=[Look(dashboard="kritiq-workers", panel="Redis' memory", line="used", by=ROOM / 2)],
    ),
    Sight(
        name="drifting-texts", says=f"sentences are three times as long as before; {WINDOW} reviews are a window",
        prepare=take_for_usual, fault=drift,
        looks=[Look(dashboard="kritiq-models", panel="Features that have shifted", line="faulty 0", by=0.5)],
    ),
)  # fmt: skip
