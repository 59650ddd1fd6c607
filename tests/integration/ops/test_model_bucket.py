"""Versions of models in a bucket, pushed and pulled by processes of their own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis

from jobs.offer import Offer
from model.artifact.manifest import read_manifest
from model.artifact.model_cache import ModelCache
from model.artifact.model_store import ModelStore
from model.artifact.version_address import VersionAddress
from model.errors import HubAway, MissingFile
from store.aliases import AliasStore
from store.jobs import RedisStore
from store.offers import OfferStore
from tests.support.commands import Kritiq
from tests.support.factories import FakePredictor, make_settings, make_worker
from tests.support.linear_model import make_linear_model
from tests.support.s3_server import S3Server
from worker.consumer.models import WorkerModels

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
MINI = Path(__file__).parents[3] / "models" / "kritiq-mini"
PULL = """
import sys
from pathlib import Path
from model.artifact.model_cache import ModelCache
from model.artifact.version_address import VersionAddress
print(ModelCache(Path(sys.argv[2]), announce=lambda line: print(line, file=sys.stderr)).get(
    VersionAddress.parse(sys.argv[1])))
"""


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    with closing(S3Server("models")) as server:
        yield server.start()


def test_a_bucket_gives_what_it_got_and_one_of_two_processes_downloads_it(bucket: S3Server, tmp_path: Path) -> None:
    store = ModelStore(bucket.url.replace("any:any@", ""))
    version = store.push(MINI)
    assert store.push(MINI) == version
    size = sum(path.stat().st_size for path in MINI.iterdir())
    assert [(each.address, each.bytes) for each in store.versions()] == [(version, size)]
    # What a broken download left.
    part = tmp_path / "cache" / f".kritiq-mini@{version.digest}"
    part.mkdir(parents=True)
    (part / ".model.safetensors.partial").write_bytes((MINI / "model.safetensors").read_bytes()[:1_000_000])
    command = [sys.executable, "-c", PULL, str(version), str(tmp_path / "cache")]
    pulls = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))
        for _ in range(2)
    ]
    told = [pull.communicate(timeout=120) for pull in pulls]
    assert [pull.returncode for pull in pulls] == [0, 0], told
    assert sum("model.safetensors, from byte 1,000,000 on" in stderr for _, stderr in told) == 1
    directories = {Path(stdout.strip()) for stdout, _ in told}
    assert [read_manifest(each)[1] for each in directories] == [version.digest]
    unknown = VersionAddress(store=version.store, name="kritiq-mini", digest="0" * 64)
    with pytest.raises(MissingFile, match="has no kritiq-mini@0000"):
        ModelCache(tmp_path / "cache").get(unknown)
    bucket.stop()
    assert ModelCache(tmp_path / "cache").get(version) in directories
    with pytest.raises(HubAway):
        ModelCache(tmp_path / "other").get(version)


def test_an_alias_does_not_leave_its_version_for_one_that_a_bucket_which_is_away_has_alone(
    bucket: S3Server, redis_client: redis.Redis, kritiq: Kritiq, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its jobs would wait for the bucket; as it is the old version serves on, and the operator is told."""
    monkeypatch.setattr("model.artifact.model_cache.Path.home", lambda: tmp_path / "home")
    address, made = bucket.url.replace("any:any@", ""), make_linear_model(tmp_path / "counted")
    version = ModelStore(address).push(made)
    OfferStore(redis_client).make(Offer(version="counted/1", address=str(version)))
    settings = make_settings(model=str(MINI), model_store=address, device="cpu", token_budget=2048)
    own = FakePredictor()
    own.directory = MINI

    def started() -> WorkerModels:
        """A worker that has just started, and tells of its models."""
        models = WorkerModels(settings, redis_client, own.as_predictor(), worker="worker@here")
        tell(models)
        return models

    def tell(models: WorkerModels) -> None:
        RedisStore(redis_client).report_worker(make_worker(models=models.shelf.served()), alive_ms=600_000)

    aliases = AliasStore(redis_client)
    aliases.move("production", {"fake/1": 100}, revision=0)
    bucket.stop()
    worker = started()
    told = kritiq("models", "alias", "production", "counted/1", status=1)
    assert "counted/1 has not been downloaded by any worker: load it first" in told.output
    assert worker.shelf.load("counted/1", set()) is not None, "it cannot be had"
    tell(worker)
    assert "counted/1 is not served" in kritiq("models", "alias", "production", "counted/1", status=1).output
    assert aliases.all()["production"].versions == {"fake/1": 100}
    # The bucket is there again; as it is downloaded, it may go.
    bucket.start()
    ModelStore(address).push(made)
    worker = started()
    assert worker.shelf.load("counted/1", set()) is None
    bucket.stop()
    tell(worker)
    kritiq("models", "alias", "production", "counted/1")
    assert aliases.all()["production"].versions == {"counted/1": 100}
    started()
    kritiq("models", "alias", "other", "counted/1")
