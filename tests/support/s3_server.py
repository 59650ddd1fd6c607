"""A real S3 over HTTP: moto's server, a process of its own on loopback, forgotten when the tests end."""

import subprocess
import sys
import urllib.request
from contextlib import suppress

from ops.ports import free_port
from tests.support.waiting import wait_for


class S3Server:
    """It has one bucket; `stop` and `start` again is a new one, empty, at the same port."""

    def __init__(self, bucket: str = "reviews") -> None:
        self.bucket, self.port = bucket, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """As pyarrow takes it, with any login."""
        return f"s3://any:any@{self.bucket}/kritiq?endpoint_override=127.0.0.1:{self.port}&scheme=http&region=us-east-1"

    def start(self) -> "S3Server":
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self._made, "the S3 server is ready", deadline_s=60)
        return self

    def _made(self) -> bool:
        """Whether the bucket is there now."""
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}/{self.bucket}", method="PUT")
        with suppress(OSError), urllib.request.urlopen(asked, timeout=10) as answer:
            return bool(answer.status == 200)
        return False

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)

    def close(self) -> None:
        """As `stop`, for `contextlib.closing`."""
        self.stop()
