"""docker-compose.yml is valid, hardened, in order, and asks of Kritiq only what Kritiq has."""

import copy
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from deploy.env_example import COMPOSE
from examples.dashboard.settings import Settings as DashboardSettings
from jobs.settings import Settings
from ops.command import COMMANDS
from ops.redis_server import COMPACT
from tests.support.factories import make_settings
from tests.unit.deploy.conftest import ROOT

SCHEMA = json.loads((ROOT / "tests/unit/deploy/schemas/compose-spec.json").read_text(encoding="utf-8"))
#: Built here, from Dockerfile.api or Dockerfile.worker.
OURS = ("api", "worker", "worker-gpu", "webhooks", "reconciler", "archive", "flower")
EXTRA = ("dashboard", "prometheus", "grafana", "proxy")
SERVERS, SENTINELS = ("redis", "redis-2", "redis-3"), ("sentinel-1", "sentinel-2", "sentinel-3")
SERVICES = (*SERVERS, *SENTINELS, *OURS, *EXTRA)
KNOWN = {f"KRITIQ_{name.upper()}" for name in Settings.model_fields}
KNOWN_TO_DASHBOARD = {f"KRITIQ_DASHBOARD_{name.upper()}" for name in DashboardSettings.__dataclass_fields__}


def test_it_is_what_the_compose_specification_allows(compose: dict[str, Any]) -> None:
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(compose)] == []


def test_the_schema_would_see_a_mistake(compose: dict[str, Any]) -> None:
    broken = copy.deepcopy(compose)
    broken["services"]["api"]["helthcheck"] = {}
    assert list(Draft202012Validator(SCHEMA).iter_errors(broken))


def test_all_parts_of_kritiq_are_there(compose: dict[str, Any]) -> None:
    assert sorted(compose["services"]) == sorted(SERVICES)
    profiles = {name: service["profiles"] for name, service in compose["services"].items() if "profiles" in service}
    assert profiles == {
        "worker-gpu": ["gpu"], "dashboard": ["example"], "prometheus": ["monitoring"], "grafana": ["monitoring"],
        "archive": ["archive"], "proxy": ["tls"],
        **{name: ["redundant"] for name in ("redis-2", "redis-3", *SENTINELS)},
    }  # fmt: skip


def test_only_the_gpu_worker_reserves_a_device(compose: dict[str, Any]) -> None:
    reserved = {
        name: service["deploy"]["resources"].get("reservations") for name, service in compose["services"].items()
    }
    devices = reserved.pop("worker-gpu")["devices"]
    assert devices == [{"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}]
    assert set(reserved.values()) == {None}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_hardened_limited_and_restarted(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["restart"] == "unless-stopped"
    assert {"memory", "pids"} <= set(service["deploy"]["resources"]["limits"])
    assert "privileged" not in service
    assert not any("docker.sock" in volume for volume in service.get("volumes", []))


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in ("api", "dashboard")])
def test_every_service_says_how_it_is(compose: dict[str, Any], name: str) -> None:
    """Those two have theirs in the image."""
    assert compose["services"][name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", OURS)
def test_nothing_of_kritiq_starts_before_redis_answers(compose: dict[str, Any], name: str) -> None:
    assert compose["services"][name]["depends_on"]["redis"] == {"condition": "service_healthy"}


@pytest.mark.parametrize("name", OURS)
def test_the_command_is_one_of_kritiqs(compose: dict[str, Any], name: str) -> None:
    assert compose["services"][name]["command"][0] in COMMANDS


def variables(compose: dict[str, Any], name: str) -> dict[str, str]:
    return {key: str(value) for key, value in compose["services"][name].get("environment", {}).items()}


@pytest.mark.parametrize("name", SERVICES)
def test_every_variable_is_one_that_somebody_reads(compose: dict[str, Any], name: str) -> None:
    given = {key for key in variables(compose, name) if key.startswith("KRITIQ_")}
    assert given <= (KNOWN_TO_DASHBOARD if name == "dashboard" else KNOWN)


@pytest.mark.parametrize("name", OURS)
def test_what_compose_sets_are_good_settings(
    compose: dict[str, Any], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = variables(compose, name)
    for key, value in given.items():
        monkeypatch.setenv(key, value)
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    assert settings.redis_url == make_settings().redis_url, "left to the secret"


def test_every_variable_that_compose_asks_for_is_explained_and_the_reverse() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    asked = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", text))
    assert asked == {name: value for name, (value, _) in COMPOSE.items() if name != "COMPOSE_PROFILES"}
    assert not re.search(r"(?<!\$)\$(?!\{|\$)\w", text), "a variable without a default"


def test_ports_are_those_of_the_processes_and_nothing_else_is_published(compose: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert published == {
        "api": ["${API_ADDRESS:-127.0.0.1}:${API_PORT:-5000}:5000"],
        "webhooks": ["127.0.0.1:${DASHBOARD_PORT:-5050}:5050"],
        "flower": ["127.0.0.1:${FLOWER_PORT:-5555}:5555"],
        "grafana": ["127.0.0.1:${GRAFANA_PORT:-3000}:3000"],
        "proxy": ["${TLS_ADDRESS:-0.0.0.0}:${TLS_PORT:-443}:8443"],
    }
    assert variables(compose, "api")["KRITIQ_PORT"] == "5000" == str(Settings.model_fields["port"].default)
    assert variables(compose, "flower")["KRITIQ_FLOWER_PORT"] == "5555"
    assert DashboardSettings.port == 5050


def test_the_senders_of_webhooks_reach_redis_and_the_outside_only(compose: dict[str, Any]) -> None:
    services, networks = compose["services"], compose["networks"]
    assert set(services["webhooks"]["networks"]) == {"delivery", "outside"}
    assert {name for name in SERVICES if "delivery" in services[name].get("networks", [])} == {
        "webhooks", *SERVERS, *SENTINELS,
    }  # fmt: skip
    assert {name for name in SERVICES if "outside" in services[name].get("networks", [])} == {"webhooks"}
    assert all(networks[name]["internal"] for name in ("inside", "delivery", "metrics"))
    assert set(services["redis"]["networks"]) == {"inside", "delivery"}


@pytest.mark.parametrize("name", SERVERS)
def test_redis_keeps_everything_and_asks_for_names(compose: dict[str, Any], name: str) -> None:
    command = compose["services"][name]["command"]
    assert command[:2] == ["sh", "/opt/redis/server.sh"]
    options = dict(zip(command[2::2], command[3::2], strict=True))
    assert options["--appendonly"] == "yes"
    assert options["--appendfsync"].startswith("${REDIS_APPENDFSYNC:-always")
    assert options["--maxmemory-policy"] == "noeviction"
    assert options["--hash-max-listpack-value"] == COMPACT[1]
    assert options["--aclfile"] == "/run/secrets/redis-users.acl"


def test_secrets_come_as_files_that_the_script_makes(compose: dict[str, Any]) -> None:
    script = (ROOT / "deploy/secrets.sh").read_text(encoding="utf-8")
    for name, secret in compose["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}
        assert name in script or name.startswith("redis-url-")
    roles = {"api": "api", "worker": "worker", "worker-gpu": "worker", "webhooks": "delivery",
             "reconciler": "reconciler", "archive": "archive", "flower": "flower"}  # fmt: skip
    for service, role in roles.items():
        mounted = {secret["target"]: secret["source"] for secret in compose["services"][service]["secrets"]}
        assert mounted["kritiq_redis_url"] == f"redis-url-{role}"
        assert mounted["kritiq_redis_sentinel_password"] == "sentinel-password"
        assert {target.upper() for target in mounted} <= KNOWN


def test_the_api_reads_what_the_archive_keeps_and_changes_nothing_there(compose: dict[str, Any]) -> None:
    for name in ("api", "archive"):
        assert {"source": "archive-url", "target": "kritiq_archive_url"} in compose["services"][name]["secrets"]
    assert compose["services"]["archive"]["volumes"] == ["archive:/data"]
    assert compose["services"]["api"]["volumes"] == ["archive:/data:ro"]


def test_where_texts_are_encrypted_whoever_reads_them_has_the_keys_and_only_commands_write_them(
    compose: dict[str, Any],
) -> None:
    beside = yaml.safe_load((ROOT / "deploy/encrypted.yml").read_text(encoding="utf-8"))
    services: dict[str, Any] = beside["services"]
    assert set(services) == set(OURS) - {"flower"} <= set(compose["services"])
    for name, service in services.items():
        assert service["environment"] == {"KRITIQ_ENCRYPT_TEXTS": "true", "KRITIQ_TEXT_KEYS": "/keys"}
        assert set(service["environment"]) <= KNOWN
        assert service["volumes"] == ["keys:/keys" if name == "api" else "keys:/keys:ro"]
    for image in ("api", "worker"):
        assert "/keys" in (ROOT / f"Dockerfile.{image}").read_text(encoding="utf-8"), (
            "a volume has its owner from there"
        )


@pytest.mark.parametrize("path", ["docker-compose.yml", "deploy/encrypted.yml", "deploy/README.md", "docs/privacy.md"])
def test_no_command_is_run_without_the_redis_that_it_asks(path: str) -> None:
    commands = re.findall(r"docker compose run .*", (ROOT / path).read_text(encoding="utf-8"))
    assert not [command for command in commands if "--no-deps" in command]


def test_an_address_that_is_given_again_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    def made(**given: str) -> tuple[str, str]:
        command = ["sh", str(ROOT / "deploy/secrets.sh"), str(tmp_path)]
        subprocess.run(command, env={"PATH": os.environ["PATH"], **given}, check=True, timeout=60)
        return tuple((tmp_path / name).read_text(encoding="utf-8").strip() for name in ("archive-url", "redis-url-api"))

    archive, redis = made()
    password = redis.removeprefix("redis://api:").partition("@")[0]
    assert archive == "sqlite:////data/archive.sqlite"
    archive, redis = made(ARCHIVE_URL="postgresql://me@db/x", REDIS_HOST="there:1")
    assert (archive, redis) == ("postgresql://me@db/x", f"redis://api:{password}@there:1/0")
    archive, redis = made(REDIS_SCHEME="rediss")
    assert (archive, redis) == ("postgresql://me@db/x", f"rediss://api:{password}@there:1/0")


def test_a_group_of_three_servers_is_watched_by_three_sentinels(compose: dict[str, Any]) -> None:
    """What the scripts do with this: tests/integration/way/test_redis_group.py."""
    services = compose["services"]
    for name in (*SERVERS, *SENTINELS):
        assert variables(compose, name) == {
            "GROUP": "${REDIS_GROUP:-}", "FIRST": "redis:6379", "DATA": "/data", "SECRETS": "/run/secrets",
            "NAME": name,
        }  # fmt: skip
        assert services[name]["volumes"] == [f"{name}:/data", "./deploy/redis:/opt/redis:ro"]
        assert "depends_on" not in services[name], "after a pause of everything they wait for each other"
    assert all(services[name]["command"] == ["sh", "/opt/redis/sentinel.sh"] for name in SENTINELS)
    _, sentinels = COMPOSE["REDIS_GROUP"]
    assert sentinels.split()[0] == ",".join(f"{name}:26379" for name in SENTINELS)


SECRET = re.compile(r"(?i)(password|secret|token|key)s?(__file|_file|_dir)?$")


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_has_a_value_in_the_file(compose: dict[str, Any], name: str) -> None:
    for key, value in variables(compose, name).items():
        if SECRET.search(key):
            assert value == "" or value.startswith("/run/secrets"), key
    assert "@" not in variables(compose, name).get("KRITIQ_REDIS_URL", "")
