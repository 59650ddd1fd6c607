"""`python -m tests.support.fork_server FD`: has imported the large libraries, and forks who is asked for over FD.

It says when it has. Each request is one message (see `Request`) with the descriptor that the new process writes to; the
answer is the id of the process, or 0 where it cannot be the asker's child. It goes on as `python -m MODULE ARGUMENT...`
does: with its own arguments, environment, folder, umask, session and output, as `__main__`, and as the asker's own
child, who waits for it and sends it signals as to any other. Of Kritiq those modules are imported before that which
only define things: what names a process by its id at import does so in each.
"""

import array
import atexit
import contextlib
import ctypes
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

#: What workers and APIs import of others, as far as it takes long.
LIBRARIES = (
    "celery.apps.worker", "celery.backends.redis", "celery.bin.celery", "celery.concurrency.solo",
    "celery.events.state", "celery.worker.consumer.consumer", "celery.worker.strategy", "click", "cryptography.fernet",
    "flask", "flower.command", "gunicorn.app.base", "gunicorn.workers.gthread", "kombu.pidbox", "kombu.transport.redis",
    "markdown_it", "nltk.tokenize.punkt", "numpy", "opentelemetry.trace", "orjson", "prometheus_client", "psycopg",
    "pydantic", "pydantic_settings", "pythonjsonlogger.json", "redis", "redis.sentinel", "requests", "sqlalchemy.orm",
    "tokenizers", "torch", "transformers.modeling_utils", "transformers.models.auto.modeling_auto",
    "transformers.models.auto.tokenization_auto", "transformers.models.bert.modeling_bert",
    "transformers.models.bert.tokenization_bert", "ulid", "yaml",
)  # fmt: skip
#: What nltk imports where it is, for measures and classifiers that nobody asks of it: a second of the server's nine.
#: The images have neither.
BESIDE_NLTK = ("scipy.stats", "sklearn")
#: What most of them import of Kritiq.
OURS = (
    "api.app", "api.server.worker", "ops.command", "store.checks", "worker.consumer.consumer",
    "worker.predict.pipeline",
)  # fmt: skip
#: What must not be among it: each has the process's id in the default of an option.
NAMED_BY_ID = {"worker.cli", "worker.delivery.cli", "worker.reconciler.cli", "worker.retrain.trainer"}
MOST_BYTES = 1 << 18
#: What it says when it has imported the libraries.
READY = b"ready"
#: Linux' prctl: the signal that a process gets when its parent is gone, and its name, of up to 15 bytes.
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A module that runs as the main one, its arguments, its whole environment, where it is and its umask."""

    module: str
    arguments: Sequence[str]
    env: Mapping[str, str]
    folder: str
    umask: int

    def encode(self) -> bytes:
        return json.dumps(asdict(self)).encode()


def serve(channel: socket.socket) -> None:
    """Fork for each request, until nobody is there any more to ask; in a new process, do what was asked for."""
    request = _forked(channel)
    if request is not None:
        _end(_status(request.module))


def _status(module: str) -> int:
    """Run the module as the main one; what the process would end with by itself, negative for a signal."""
    try:
        runpy._run_module_as_main(module)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return (end.code or 0) & 0xFF
        print(end.code, file=sys.stderr)
        return 1
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
        return -signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _end(status: int) -> None:
    """As Python ends, but for taking each module apart: of what the server has imported that is two seconds of work,
    and a copy of each page of memory that is shared until then."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        # Whoever reads it may have gone.
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


def _forked(channel: socket.socket) -> Request | None:
    """Returns a request in its new process, and None here in the end."""
    asker = os.getppid()
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, MOST_BYTES, 1)
        if not message:
            return None
        [output] = descriptors
        moved, moving = os.pipe()
        between = os.fork()
        if between == 0:
            # Whose parent ends goes to its next ancestor that takes such: to the asker.
            if os.fork():
                os._exit(0)
            os.close(moving)
            os.read(moved, 1)
            os.close(moved)
            if _settle(channel, asker, output):
                return _become(Request(**json.loads(message)))
            os._exit(1)
        os.close(output)
        os.waitpid(between, 0)
        os.close(moving)
        os.close(moved)


def _settle(channel: socket.socket, asker: int, output: int) -> bool:
    """Say who this is, and end with the asker; False when it is not the asker's child."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    ours = os.getppid() == asker
    os.setsid()
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    channel.send(array.array("q", [os.getpid() if ours else 0]))
    channel.close()
    return ours


def _become(request: Request) -> Request:
    # Its command line stays the server's: by this name it is told from others.
    ctypes.CDLL(None).prctl(_PR_SET_NAME, " ".join((request.module, *request.arguments)).encode())
    os.environ.clear()
    os.environ.update(request.env)
    os.chdir(request.folder)
    os.umask(request.umask)
    # As `python -m` has it.
    sys.path[0] = request.folder
    sys.argv[1:] = request.arguments
    return request


def main() -> None:
    channel = socket.socket(fileno=int(sys.argv[1]))
    gc.disable()
    # Python's own way to say that a module is not there.
    sys.modules.update(dict.fromkeys(BESIDE_NLTK))  # type: ignore[arg-type]
    importlib.import_module("nltk")
    for name in BESIDE_NLTK:
        del sys.modules[name]
    for name in (*LIBRARIES, *OURS):
        importlib.import_module(name)
    assert NAMED_BY_ID.isdisjoint(sys.modules), "all processes would have one name"
    assert len(os.listdir("/proc/self/task")) == 1, "a library has started a thread, which no fork would have"
    # What is here already is neither looked through nor copied by the processes.
    gc.collect()
    gc.freeze()
    gc.enable()
    channel.send(READY)
    serve(channel)


if __name__ == "__main__":
    main()
