"""Redis and its Sentinels behind TLS, with the users that are shipped: every process finds and trusts them."""

import datetime
import ipaddress
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ops.ports import free_port
from ops.process import ChildProcess
from tests.support.processes import Api, Process, start_worker
from tests.support.redis_server import require_server
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration
DEPLOY = Path(__file__).parents[3] / "deploy"


def make_certificate(folder: Path) -> list[str]:
    """A certificate for 127.0.0.1 that is its own authority; the options of a server that shows it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "redis")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "tls.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    (folder / "tls.key").write_bytes(key.private_bytes(*form, plain))
    return [
        "--tls-cert-file", f"{folder}/tls.pem", "--tls-key-file", f"{folder}/tls.key",
        "--tls-ca-cert-file", f"{folder}/tls.pem", "--tls-auth-clients", "no", "--tls-replication", "yes",
        "--port", "0", "--bind", "127.0.0.1",
    ]  # fmt: skip


class Group:
    """A server and the Sentinel that names it, both by TLS alone, with the users of `deploy/redis/roles.acl`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.secrets = folder, folder / "secrets"
        self.port, self.watcher = free_port(), free_port()
        given = {"REDIS_SCHEME": "rediss+sentinel", "REDIS_HOST": f"127.0.0.1:{self.watcher}/kritiq"}
        subprocess.run(["sh", str(DEPLOY / "secrets.sh"), str(self.secrets)], env=os.environ | given, check=True)
        self._tls = make_certificate(folder)

    def secret(self, name: str) -> str:
        return (self.secrets / name).read_text().strip()

    def start(self) -> Iterator[ChildProcess]:
        binary = require_server().path
        options = ["--tls-port", str(self.port), "--dir", str(self.folder), "--appendonly", "yes"]
        options += ["--aclfile", str(self.secrets / "redis-users.acl"), "--save", "", "--slowlog-log-slower-than", "-1"]
        yield ChildProcess([str(binary), *self._tls, *options], output=self.folder / "redis.log").start()
        told = self.folder / "sentinel.conf"
        told.write_text(
            f"tls-port {self.watcher}\nrequirepass {self.secret('sentinel-password')}\n"
            f"sentinel monitor kritiq 127.0.0.1 {self.port} 1\nsentinel auth-user kritiq sentinel\n"
            f"sentinel auth-pass kritiq {self.secret('redis-sentinel')}\n"
        )
        command = [str(binary), str(told), "--sentinel", *self._tls]
        yield ChildProcess(command, output=self.folder / "sentinel.log").start()

    def client(self, port: int, **login: str) -> redis.Redis:
        tls = {"ssl": True, "ssl_ca_certs": str(self.folder / "tls.pem")}
        return redis.Redis(host="127.0.0.1", port=port, socket_timeout=2, **tls, **login)  # type: ignore[arg-type]

    def is_up(self) -> bool:
        password = self.secret("sentinel-password")
        with self.client(self.watcher, password=password) as sentinel:
            try:
                return bool(sentinel.sentinel_master("kritiq")["flags"] == "master")  # type: ignore[index]
            except redis.RedisError:
                return False

    def url(self, role: str, authority: Path | None = None) -> str:
        return f"{self.secret(f'redis-url-{role}')}?ssl_ca_certs={authority or self.folder / 'tls.pem'}"


@pytest.fixture
def group(tmp_path: Path) -> Iterator[Group]:
    binary = require_server()
    probe = subprocess.run(
        [str(binary.path), "--tls-port", "0", "--port", "0", "--dir", "/nowhere"], capture_output=True
    )
    if b"tls-port" in probe.stdout + probe.stderr or shutil.which("sha256sum") is None:
        pytest.skip("needs a Redis that was built with TLS, and sha256sum")
    made = Group(tmp_path)
    with ExitStack() as started:
        for process in made.start():
            started.callback(process.stop, signal.SIGKILL)
        wait_for(made.is_up, "a Sentinel that names the server")
        yield made


def test_a_review_is_judged_over_tls_with_sentinels_and_users(group: Group) -> None:
    told = {"redis_sentinel_password": group.secret("sentinel-password")}
    with (
        closing(Api(group.url("api"), secret_keys=group.secret("secret-keys"), **told)) as api,
        closing(start_worker(group.url("worker"), **told)) as worker,
    ):
        api.wait()
        job = api.submit("Das Essen war gut.")
        # Its Celery part, which finds Redis by itself, is up as well.
        worker.wait_until(lambda: "worker@test ready." in worker.log, "Celery's part of the worker")
        assert api.ended(job)["status"] == "succeeded"


def test_a_process_that_does_not_trust_them_says_so(group: Group, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    make_certificate(other)
    env = {"KRITIQ_REDIS_URL": group.url("reconciler", other / "tls.pem")}
    env |= {"KRITIQ_REDIS_SENTINEL_PASSWORD": group.secret("sentinel-password")}
    with closing(Process("reconciler", env=env)) as reconciler:
        reconciler.wait_until(lambda: "waiting for Redis" in reconciler.log, "what it waits for")
        log = reconciler.log
    assert "certificate verify failed" in log, log
    assert len(log.splitlines()[0]) < 300
    assert "Traceback" not in log
