"""An API that is told to end does not wait for streams, which their clients open again elsewhere."""

import signal
import time
from contextlib import ExitStack, closing

from tests.support.processes import Api
from tests.support.redis_server import RedisServer

#: gunicorn ends whoever is still connected after 35 s, in the midst of what is written.
WITHIN_S = 20.0
TEXTS = [{"text": "Das Essen war gut."}, {"text": "Der Service war langsam."}]


def test_streams_end_whole_when_the_api_is_told_to_end(quiet_broker: RedisServer) -> None:
    with closing(Api(quiet_broker.url)) as api, ExitStack() as stack:
        job = api.wait().submit("Das Essen war gut.")
        batch = api.http.post("/v1/batches", json={"reviews": TEXTS}).json()["id"]
        streams = []
        for path in ("/v1/events", f"/v1/jobs/{job}/events", f"/v1/batches/{batch}/results"):
            answer = stack.enter_context(api.http.stream("GET", path, headers={"Accept-Encoding": "identity"}))
            assert answer.status_code == 200, answer.read()
            streams.append(parts := answer.iter_bytes())
            next(parts)
        begun = time.monotonic()
        api.process.ask_to_stop(signal.SIGTERM)
        # Of one that is cut off the end of the last chunk is missing, which is an error.
        everything, of_job, lines = (b"".join(parts) for parts in streams)
        api.process.wait()
    assert time.monotonic() - begun < WITHIN_S
    assert everything.endswith(b'event: end\ndata: {"detail":"Come again."}\n\n')
    assert b"event: end" not in of_job, "something follows, and the client comes for it"
    assert lines.strip() == b""
