"""What it costs a POST that it is asked whose it is: keys, an organisation's shares, and encryption, each in turns."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from access.api_key import ApiKey
from access.digests import TokenDigests
from access.scope import Scope
from access.text_keys import KeyFolder
from bench.figures import in_turns, ratio_of, rounded, significant
from bench.fleet import fleet
from bench.queue.rates import CLIENTS, posts
from bench.queue.run import CpuUse, Run
from bench.texts import reviews
from jobs.job import DEFAULT_TENANT
from store.api_keys import ApiKeyStore, issue

_SECRET = "k" * 32
#: An organisation may have all that it wants.
_NO_SHARES = {f"KRITIQ_MAX_TENANT_{what}": "0" for what in ("BACKLOG", "DAY", "BYTES", "RATE", "OPEN")}
#: One that is never reached, with the shares that hold where nothing is said.
_SHARES = {"KRITIQ_MAX_TENANT_RATE": "50000"}
_KEYS = {"KRITIQ_AUTH": "on", "KRITIQ_KEY_SECRET": _SECRET}


def guarded(run: Run) -> None:
    """`guarded_vs_bare`: POSTs a second that are accepted with a key of an organisation that has shares of all, against
    the same from anybody; `encrypted_vs_bare`: with texts encrypted, too. Of each there is the processor time as well.
    """
    texts = reviews(run.scale.requests)
    with TemporaryDirectory() as folder:
        KeyFolder(Path(folder) / "keys").make(DEFAULT_TENANT, 0)
        sealed = {"KRITIQ_ENCRYPT_TEXTS": "true", "KRITIQ_TEXT_KEYS": f"{folder}/keys"}
        with (
            run.stack.api(KRITIQ_AUTH="off", **_NO_SHARES) as bare,
            run.stack.api(**_KEYS, **_NO_SHARES) as keys,
            run.stack.api(**_KEYS, **_SHARES) as shares,
            run.stack.api(**_KEYS, **_SHARES, **sealed) as encrypted,
        ):
            ways = {"bare": bare, "keys": keys, "shares": shares, "encrypted": encrypted}
            cpu_ms: dict[str, list[float]] = {name: [] for name in ways}

            def per_s(name: str, most: int | None = None) -> float:
                process, port = ways[name]
                run.stack.client.flushall()
                more = ""
                # Of the organisation that anybody is of where nobody is asked: names are as long.
                if name != "bare":
                    wanted = ApiKey(id="", tenant=DEFAULT_TENANT, scopes=(Scope.JOBS_WRITE,))
                    _, token = issue(ApiKeyStore(run.stack.client), TokenDigests([_SECRET]), wanted)
                    more = f"Authorization: Bearer {token.text}\r\n"
                requests = posts(texts[:most], more=more)
                before = CpuUse(api=process, redis=run.stack.redis)
                seconds = fleet(port, requests, clients=CLIENTS, expect=202)
                cpu_ms[name].append(sum(before.per_job_ms(len(requests)).values()))
                return len(requests) / seconds

            for name in ways:
                per_s(name, 200)
                cpu_ms[name].clear()
            found = in_turns({name: partial(per_s, name) for name in ways}, 2 * run.scale.rounds + 1)
    run.stack.client.flushall()
    figures = {
        "requests": len(texts),
        "keys_vs_bare": significant(ratio_of(found, "keys", "bare")),
        "per_s": {name: rounded(rates) for name, rates in found.items()},
        "cpu_ms": {name: rounded(each) for name, each in cpu_ms.items()},
        "cpu_vs_bare": {name: significant(ratio_of(cpu_ms, name, "bare")) for name in ways},
    }
    run.keep("guarded_vs_bare", ratio_of(found, "shares", "bare"), **figures)
    run.keep("encrypted_vs_bare", ratio_of(found, "encrypted", "bare"))
