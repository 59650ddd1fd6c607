"""All overlays render, are valid for Kubernetes, hardened, and keep the senders of webhooks outside."""

import copy
import ipaddress
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from jobs.settings import Settings
from ops.command import COMMANDS
from tests.support.factories import make_settings
from tests.unit.deploy.conftest import ROOT
from webhooks import ssrf

FOLDER = ROOT / "deploy/kubernetes"
SCHEMAS = json.loads((ROOT / "tests/unit/deploy/schemas/kubernetes.json").read_text(encoding="utf-8"))
PROCESSES = ("api", "worker", "delivery", "reconciler", "flower")
KEDA = "keda.sh/v1alpha1"
Manifest = dict[str, Any]


def resolve(folder: Path, found: dict[tuple[str, str], Manifest] | None = None) -> dict[tuple[str, str], Manifest]:
    """What `kustomize build` makes of the parts that we use; `found` is what a component is applied to."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    used = {"namespace", "resources", "components", "labels", "configMapGenerator", "images", "patches"}
    assert set(kustomization) <= used | {"apiVersion", "kind"}, "teach this test what else is used"
    found = dict(found or {})
    for name in kustomization.get("resources", []):
        path = folder / name
        if path.is_dir():
            found |= resolve(path.resolve())
        else:
            documents = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
            found |= {(item["kind"], item["metadata"]["name"]): copy.deepcopy(item) for item in documents}
    for name in kustomization.get("components", []):
        found = resolve((folder / name).resolve(), found)
    for patch in kustomization.get("patches", []):
        if "target" in patch:
            change_matching(found, patch)
            continue
        change = yaml.safe_load((folder / patch["path"]).read_text(encoding="utf-8"))
        key = (change["kind"], change["metadata"]["name"])
        found[key] = merge(found[key], change)
    names = {image["name"]: f"{image['newName']}:{image['newTag']}" for image in kustomization.get("images", [])}
    for item in found.values():
        for container in containers(item):
            container["image"] = names.get(container["image"], container["image"])
    return found


def change_matching(found: dict[tuple[str, str], Manifest], patch: Manifest) -> None:
    """Add to the ends of lists, in whatever the patch's target names."""
    target = patch["target"]
    for (kind, name), item in found.items():
        if kind == target["kind"] and re.fullmatch(target["name"], name):
            for change in yaml.safe_load(patch["patch"]):
                *path, last = change["path"].strip("/").split("/")
                assert (change["op"], last) == ("add", "-"), "teach this test what else is used"
                place: Any = item
                for step in path:
                    place = place[int(step)] if isinstance(place, list) else place[step]
                place.append(change["value"])


def merge(old: Any, new: Any) -> Any:
    """A strategic merge: objects by key, lists of named things by name, other lists replaced."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {key: merge(old.get(key), value) for key, value in new.items()}
    lists = isinstance(old, list) and isinstance(new, list)
    if lists and all(isinstance(item, dict) and "name" in item for item in new):
        named = {item["name"]: item for item in old}
        return list((named | {item["name"]: merge(named.get(item["name"]), item) for item in new}).values())
    return copy.deepcopy(new)


def containers(item: Manifest) -> list[Manifest]:
    runs = item["kind"] in ("Deployment", "StatefulSet")
    found: list[Manifest] = item["spec"]["template"]["spec"]["containers"] if runs else []
    return found


@pytest.fixture(scope="module", params=["cpu", "gpu", "redundant"])
def overlay(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def rendered(overlay: str) -> dict[tuple[str, str], Manifest]:
    return resolve(FOLDER / "overlays" / overlay)


def problems(item: Manifest) -> list[str]:
    schema = {**SCHEMAS["kinds"][item["kind"]], "$defs": SCHEMAS["$defs"]}
    found = Draft202012Validator(schema).iter_errors(item)
    return [f"{item['kind']}: {error.json_path}: {error.message}" for error in found]


def test_every_object_is_what_kubernetes_allows(rendered: dict[tuple[str, str], Manifest]) -> None:
    assert [problem for item in rendered.values() if item["apiVersion"] != KEDA for problem in problems(item)] == []


def test_the_schema_would_see_a_mistake(rendered: dict[tuple[str, str], Manifest]) -> None:
    broken = copy.deepcopy(rendered["Deployment", "kritiq-api"])
    containers(broken)[0]["livenessprobe"] = {}
    assert problems(broken)


def test_the_component_for_a_managed_redis_is_valid_too() -> None:
    (item,) = yaml.safe_load_all((FOLDER / "components/managed-redis/network.yaml").read_text(encoding="utf-8"))
    assert problems(item) == []


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl: the resolver of this file stands in")
def test_kustomize_itself_makes_the_same_of_it(overlay: str, rendered: dict[tuple[str, str], Manifest]) -> None:
    done = subprocess.run(
        ["kubectl", "kustomize", str(FOLDER / "overlays" / overlay)], capture_output=True, text=True, check=True
    )
    items = {(item["kind"], item["metadata"]["name"]): item for item in yaml.safe_load_all(done.stdout)}
    generated = {key for key in items if key[0] == "ConfigMap"}
    assert len(generated) == (2 if overlay == "redundant" else 1)
    assert [problem for key in generated for problem in problems(items[key])] == []
    assert set(items) == {*rendered, *generated}
    for key, item in rendered.items():
        assert (items[key]["metadata"].get("namespace") == "kritiq") == (key[0] != "Namespace")
        if key[0] == "Deployment":
            assert containers(items[key])[0]["image"] == containers(item)[0]["image"]
            assert containers(items[key])[0]["resources"] == containers(item)[0]["resources"]
            secret = [volume for volume in item["spec"]["template"]["spec"]["volumes"] if "secret" in volume]
            assert [
                volume for volume in items[key]["spec"]["template"]["spec"]["volumes"] if "secret" in volume
            ] == secret
            assert items[key]["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/part-of"] == "kritiq"
        elif key[0] not in ("Namespace", "StatefulSet"):
            assert items[key]["spec"] == item["spec"]


@pytest.mark.parametrize("name", PROCESSES)
def test_every_process_is_hardened_and_probed(rendered: dict[tuple[str, str], Manifest], name: str) -> None:
    spec = rendered["Deployment", f"kritiq-{name}"]["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    assert container["args"][0] == name in COMMANDS
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip
    assert {"startupProbe", "livenessProbe"} <= set(container)
    assert {"cpu", "memory"} <= set(container["resources"]["requests"])
    assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("name", PROCESSES)
def test_every_variable_is_a_setting_and_every_secret_a_file(
    overlay: str, rendered: dict[tuple[str, str], Manifest], name: str
) -> None:
    known = {f"KRITIQ_{field.upper()}" for field in Settings.model_fields}
    spec = rendered["Deployment", f"kritiq-{name}"]["spec"]["template"]["spec"]
    assert {variable["name"] for variable in spec["containers"][0].get("env", [])} <= known
    (secret,) = [volume["secret"] for volume in spec["volumes"] if "secret" in volume]
    files = {item["path"]: item["key"] for item in secret["items"]}
    assert files.pop("kritiq_redis_url") == f"redis-url-{name}"
    assert {path.upper() for path in files} <= known
    if overlay == "redundant":
        assert files.pop("kritiq_redis_sentinel_password") == "sentinel-password"
        assert files.pop("kritiq_archive_url", None) == ("archive-url" if name == "api" else None)
    assert set(files.values()) <= {"secret-keys", "key-secret", "metrics-token", "flower-users"}
    assert secret["defaultMode"] == 0o440
    base = yaml.safe_load((FOLDER / "base/kustomization.yaml").read_text(encoding="utf-8"))
    literals = base["configMapGenerator"][0]["literals"]
    assert {line.partition("=")[0] for line in literals} <= known
    assert not any(item["kind"] == "Secret" for item in rendered.values())


def test_the_operator_s_shell_is_asleep_and_may_what_the_api_may_with_keys(
    rendered: dict[tuple[str, str], Manifest],
) -> None:
    shell = rendered["Deployment", "kritiq-operator"]["spec"]
    assert shell["replicas"] == 0
    mine, api = (
        {item["key"] for volume in spec["volumes"] for item in volume.get("secret", {}).get("items", [])}
        for spec in (shell["template"]["spec"], rendered["Deployment", "kritiq-api"]["spec"]["template"]["spec"])
    )
    assert mine - {"sentinel-password"} == {"redis-url-api", "key-secret"} < api


def test_the_gpu_overlay_asks_for_one_gpu_and_the_cpu_overlay_for_none(
    overlay: str, rendered: dict[tuple[str, str], Manifest]
) -> None:
    (worker,) = containers(rendered["Deployment", "kritiq-worker"])
    device = {variable["name"]: variable["value"] for variable in worker["env"]}["KRITIQ_DEVICE"]
    gpus = worker["resources"]["limits"].get("nvidia.com/gpu")
    assert (device, gpus) == {"gpu": ("cuda", "1")}.get(overlay, ("cpu", None))
    assert worker["image"].endswith("-cuda") == (overlay == "gpu")


def test_what_is_stopped_has_time_to_finish(rendered: dict[tuple[str, str], Manifest]) -> None:
    spec = rendered["Deployment", "kritiq-worker"]["spec"]["template"]["spec"]
    assert spec["terminationGracePeriodSeconds"] > Settings.model_fields["shutdown_s"].default + 10


def test_services_lead_to_the_ports_that_containers_open(rendered: dict[tuple[str, str], Manifest]) -> None:
    for name, port in (("api", Settings.model_fields["port"].default), ("flower", 5555)):
        (container,) = containers(rendered["Deployment", f"kritiq-{name}"])
        assert container["ports"] == [{"name": "http", "containerPort": port}]
        assert rendered["Service", f"kritiq-{name}"]["spec"]["ports"][0]["targetPort"] == "http"


def test_workers_scale_on_waiting_and_running_sentences_and_never_below_one(
    rendered: dict[tuple[str, str], Manifest],
) -> None:
    scaled = rendered["ScaledObject", "kritiq-worker"]
    assert scaled["apiVersion"] == KEDA
    spec = scaled["spec"]
    assert spec["scaleTargetRef"] == {"name": "kritiq-worker"}
    assert spec["minReplicaCount"] == 1 < spec["maxReplicaCount"]
    (trigger,) = spec["triggers"]
    assert trigger["type"] == "prometheus"
    assert {"serverAddress", "query", "threshold"} == set(trigger["metadata"])
    assert "kritiq_waiting_sentences" in trigger["metadata"]["query"]
    assert "kritiq_running_sentences" in trigger["metadata"]["query"]
    assert "kritiq_celery_messages" in trigger["metadata"]["query"]
    assert all(isinstance(value, str) for value in trigger["metadata"].values())


def test_every_process_that_must_go_on_has_a_disruption_budget(
    overlay: str, rendered: dict[tuple[str, str], Manifest]
) -> None:
    budgets = {item["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"]
               for (kind, _), item in rendered.items() if kind == "PodDisruptionBudget"}  # fmt: skip
    more = {"archive", "redis"} if overlay == "redundant" else set[str]()
    assert budgets == {f"kritiq-{name}" for name in {*PROCESSES, *more} - {"flower"}}


def test_nothing_is_open_by_default(rendered: dict[tuple[str, str], Manifest]) -> None:
    spec = rendered["NetworkPolicy", "nothing-else"]["spec"]
    assert spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_the_senders_of_webhooks_reach_the_public_internet_and_nothing_inside(
    rendered: dict[tuple[str, str], Manifest],
) -> None:
    spec = rendered["NetworkPolicy", "delivery"]["spec"]
    assert spec["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": "kritiq-delivery"}
    assert set(spec["policyTypes"]) == {"Ingress", "Egress"}
    assert "ingress" not in spec
    (rule,) = spec["egress"]
    assert {port["port"] for port in rule["ports"]} == Settings.model_fields["webhook_ports"].default
    four, six = (target["ipBlock"] for target in rule["to"])
    # The network and the SSRF guard in the code keep the same addresses out.
    assert {ipaddress.ip_network(block) for block in four["except"]} == set(ssrf._CLOSED_V4)
    assert ipaddress.ip_network(six["cidr"]) == ssrf._OPEN_V6
    assert {ipaddress.ip_network(block) for block in six["except"]} == set(ssrf._CLOSED_V6)


def test_the_outside_comes_in_by_tls_and_sees_neither_metrics_nor_flower(
    rendered: dict[tuple[str, str], Manifest],
) -> None:
    spec = rendered["Ingress", "kritiq"]["spec"]
    hosts = [host for entry in spec["tls"] for host in entry["hosts"]]
    assert hosts == [rule["host"] for rule in spec["rules"]]
    paths = [path for rule in spec["rules"] for path in rule["http"]["paths"]]
    assert {path["backend"]["service"]["name"] for path in paths} == {"kritiq-api"}
    exact = {path["path"] for path in paths if path["pathType"] == "Exact"}
    below = {path["path"] for path in paths if path["pathType"] == "Prefix"}
    assert (exact, below) == ({"/", "/openapi.json"}, {"/v1", "/api", "/home", "/docs", "/console", "/embed"})


def test_whatever_the_api_takes_gets_through_and_one_address_has_as_many_connections(
    rendered: dict[tuple[str, str], Manifest],
) -> None:
    annotations = rendered["Ingress", "kritiq"]["metadata"]["annotations"]
    settings = make_settings()
    most = int(annotations["nginx.ingress.kubernetes.io/proxy-body-size"].removesuffix("m")) * 1024 * 1024
    assert most >= max(settings.max_file_bytes, settings.max_batch_bytes, settings.max_body_bytes)
    assert int(annotations["nginx.ingress.kubernetes.io/limit-connections"]) == settings.max_address_connections


@pytest.fixture(scope="module")
def redundant() -> dict[tuple[str, str], Manifest]:
    return resolve(FOLDER / "overlays/redundant")


def test_a_server_and_a_sentinel_stand_on_each_of_three_nodes(redundant: dict[tuple[str, str], Manifest]) -> None:
    spec = redundant["StatefulSet", "kritiq-redis"]["spec"]
    pod = spec["template"]["spec"]
    assert spec["replicas"] == 3
    assert pod["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    given = []
    for container in pod["containers"]:
        assert container["command"][0] == "sh"
        assert (ROOT / "deploy/redis" / Path(container["command"][1]).name).exists()
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        given.append({variable["name"]: variable.get("value") for variable in container["env"]})
    assert given[0] == given[1]
    hosts = [f"kritiq-redis-{number}.kritiq-redis" for number in range(3)]
    assert given[0]["GROUP"] == ",".join(f"{host}:26379" for host in hosts)
    assert given[0]["FIRST"] == f"{hosts[0]}:6379"
    service = redundant["Service", "kritiq-redis"]["spec"]
    assert service["clusterIP"] == "None"
    assert service["publishNotReadyAddresses"] is True, "they find each other before they are ready"


def test_who_is_asked_how_it_is_can_answer_that_it_is_not_well(redundant: dict[tuple[str, str], Manifest]) -> None:
    """A port is open while its process is stopped, and redis-cli ends with 0 after an error, too."""
    for container in redundant["StatefulSet", "kritiq-redis"]["spec"]["template"]["spec"]["containers"]:
        asked = container["readinessProbe" if container["name"] == "redis" else "livenessProbe"]
        assert asked["exec"]["command"][-1].endswith("ping | grep -q PONG")
        assert "tcpSocket" not in container["livenessProbe"]


def test_a_primary_that_is_to_end_hands_over_within_its_grace(redundant: dict[tuple[str, str], Manifest]) -> None:
    pod = redundant["StatefulSet", "kritiq-redis"]["spec"]["template"]["spec"]
    assert pod["containers"][0]["lifecycle"]["preStop"] == {"exec": {"command": ["sh", "/opt/redis/hand-over.sh"]}}
    assert pod["terminationGracePeriodSeconds"] > 30
    merged = yaml.safe_load((FOLDER / "components/redis-group/kustomization.yaml").read_text(encoding="utf-8"))
    assert merged["configMapGenerator"][0]["literals"] == ["KRITIQ_REDIS_REPLICAS=2"], "any of them may be the next"


def test_the_archive_reads_its_database_from_a_file_and_reaches_it_alone(
    redundant: dict[tuple[str, str], Manifest],
) -> None:
    spec = redundant["Deployment", "kritiq-archive"]["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    assert container["args"] == ["archive"]
    (secret,) = [volume["secret"] for volume in spec["volumes"] if "secret" in volume]
    assert {item["path"]: item["key"] for item in secret["items"]} == {
        "kritiq_redis_url": "redis-url-archive", "kritiq_archive_url": "archive-url",
        "kritiq_redis_sentinel_password": "sentinel-password",
    }  # fmt: skip
    (rule,) = redundant["NetworkPolicy", "archive"]["spec"]["egress"]
    assert rule["ports"] == [{"protocol": "TCP", "port": 5432}]


def test_the_api_reads_the_archive_where_there_is_one(redundant: dict[tuple[str, str], Manifest]) -> None:
    for name in ("kritiq-api", "kritiq-archive"):
        volumes = redundant["Deployment", name]["spec"]["template"]["spec"]["volumes"]
        (secret,) = [volume["secret"] for volume in volumes if "secret" in volume]
        assert {"key": "archive-url", "path": "kritiq_archive_url"} in secret["items"]
    (selects,) = redundant["NetworkPolicy", "archive"]["spec"]["podSelector"]["matchExpressions"]
    assert (selects["operator"], set(selects["values"])) == ("In", {"kritiq-api", "kritiq-archive"})
    plain = resolve(FOLDER / "overlays/cpu")["Deployment", "kritiq-api"]
    assert "archive-url" not in yaml.safe_dump(plain), "without an archive the Secret need not have it"


def test_where_texts_are_encrypted_whoever_reads_them_has_the_keys_as_files() -> None:
    folder = FOLDER / "components/encrypted"
    plain = resolve(FOLDER / "overlays/cpu")
    rendered = resolve(folder, plain)
    for name in ("api", "worker", "delivery", "reconciler", "operator"):
        spec = rendered["Deployment", f"kritiq-{name}"]["spec"]["template"]["spec"]
        (volume,) = [volume for volume in spec["volumes"] if volume["name"] == "text-keys"]
        assert volume["secret"] == {"secretName": "kritiq-text-keys", "defaultMode": 0o440}
        (mount,) = [mount for mount in spec["containers"][0]["volumeMounts"] if mount["name"] == "text-keys"]
        assert mount["readOnly"] is True
        literals = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))["configMapGenerator"][0]
        assert literals["literals"] == ["KRITIQ_ENCRYPT_TEXTS=true", f"KRITIQ_TEXT_KEYS={mount['mountPath']}"]
    assert rendered["Deployment", "kritiq-flower"] == plain["Deployment", "kritiq-flower"]
