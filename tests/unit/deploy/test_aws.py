"""deploy/aws/kritiq.yaml is what CloudFormation takes, hardened, and scales on our own backlog to zero and back."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import ManualArgs, lint
from cfnlint.decode import decode

from jobs.settings import Settings
from ops.command import COMMANDS
from tests.unit.deploy.conftest import ROOT

FILE, README = ROOT / "deploy/aws/kritiq.yaml", ROOT / "deploy/aws/README.md"
KNOWN = {f"KRITIQ_{name.upper()}" for name in Settings.model_fields}
REGIONS = ["eu-central-1", "us-east-1"]
Resource = dict[str, Any]


@pytest.fixture(scope="module")
def resources() -> dict[str, Resource]:
    template, problems = decode(str(FILE))
    assert problems == []
    assert template is not None
    found: dict[str, Resource] = copy.deepcopy(template["Resources"])
    return found


def of(resources: dict[str, Resource], kind: str) -> dict[str, Resource]:
    return {name: one["Properties"] for name, one in resources.items() if one["Type"] == f"AWS::{kind}"}


def containers(resources: dict[str, Resource]) -> list[Resource]:
    tasks = of(resources, "ECS::TaskDefinition").values()
    return [container for task in tasks for container in task["ContainerDefinitions"]]


def problems(text: str, regions: list[str] = REGIONS) -> list[str]:
    return [str(match) for match in lint(text, config=ManualArgs(regions=regions))]


def test_cloudformation_takes_it_in_europe_and_america() -> None:
    assert problems(FILE.read_text(encoding="utf-8")) == []


def test_the_check_would_see_a_mistake() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert "MultiAZEnabled" in text
    assert problems(text.replace("MultiAZEnabled", "MultiAzEnabled"), REGIONS[:1])


def test_every_process_of_kritiq_runs_with_settings_that_there_are(resources: dict[str, Resource]) -> None:
    found = {container["Name"]: container for container in containers(resources)}
    assert set(found) == {
        "api", "delivery", "reconciler", "reporter", "archive", "operator", "model", "worker", "worker-gpu",
    }  # fmt: skip
    for name, container in found.items():
        if name not in ("model", "operator"):
            assert container["Command"][0] in COMMANDS
        given = [one["Name"] for one in (*container.get("Environment", []), *container.get("Secrets", []))]
        assert set(given) <= KNOWN
        assert len(given) == len(set(given))


def test_only_the_operators_shell_can_write_to_its_root_and_has_capabilities(resources: dict[str, Resource]) -> None:
    """What `aws ecs execute-command` starts in it needs both, and is root whoever the image's user is. The copier of
    models writes for whoever the worker is."""
    for container in containers(resources):
        shell = container["Name"] == "operator"
        assert container["ReadonlyRootFilesystem"] is not shell
        if container["Name"] != "model":
            assert container.get("User") == (None if shell else "10001")
        if not shell:
            assert container["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}
    assert not any(
        resource["Properties"]["DesiredCount"] is not None and "Operator" in name
        for name, resource in resources.items()
        if resource["Type"] == "AWS::ECS::Service" and "DesiredCount" in resource["Properties"]
    )


def test_secrets_are_no_environment_variables_of_the_template(resources: dict[str, Resource]) -> None:
    secret = {
        "KRITIQ_REDIS_URL",
        "KRITIQ_SECRET_KEYS",
        "KRITIQ_KEY_SECRET",
        "KRITIQ_METRICS_TOKEN",
        "KRITIQ_ARCHIVE_URL",
    }
    for container in containers(resources):
        assert not secret & {one["Name"] for one in container.get("Environment", [])}
        if container["Name"] != "model":
            assert "KRITIQ_REDIS_URL" in {one["Name"] for one in container["Secrets"]}
    text = FILE.read_text(encoding="utf-8")
    assert "NoEcho" not in text, "no parameter is a secret"


def test_the_api_reads_what_the_archive_keeps(resources: dict[str, Resource]) -> None:
    secrets = {container["Name"]: container.get("Secrets", []) for container in containers(resources)}
    archive = [[one for one in secrets[name] if one["Name"] == "KRITIQ_ARCHIVE_URL"] for name in ("api", "archive")]
    assert archive[0] == archive[1] != []


def test_redis_has_two_replicas_tls_and_forgets_nothing(resources: dict[str, Resource]) -> None:
    redis = resources["Redis"]["Properties"]
    assert redis["NumCacheClusters"] == 3
    assert redis["TransitEncryptionEnabled"] is redis["AtRestEncryptionEnabled"] is True
    assert redis["MultiAZEnabled"] is redis["AutomaticFailoverEnabled"] is True
    assert resources["RedisSettings"]["Properties"]["Properties"]["maxmemory-policy"] == "noeviction"
    assert resources["RedisUrl"]["Properties"]["SecretString"]["Fn::Sub"].startswith("rediss://")
    for container in containers(resources):
        if container["Name"] != "model":
            assert {"Name": "KRITIQ_REDIS_REPLICAS", "Value": "2"} in container["Environment"]


def test_gpu_workers_go_to_zero_and_come_back_by_what_kritiq_itself_says(resources: dict[str, Resource]) -> None:
    (reporter,) = [container for container in containers(resources) if container["Name"] == "reporter"]
    assert reporter["Command"][:3] == ["backlog", "--every", "15"]
    names = {
        filter_["MetricTransformations"][0]["MetricName"]: filter_["MetricTransformations"][0]["MetricValue"]
        for filter_ in of(resources, "Logs::MetricFilter").values()
    }
    patterns = {filter_["FilterPattern"] for filter_ in of(resources, "Logs::MetricFilter").values()}
    assert patterns == {"{ $.sentences >= 0 && $.wanted >= 0 }"}, "workers log how many sentences they judged"
    assert names == {"Backlog": "$.sentences", "WorkersWanted": "$.wanted"}
    scaling = resources["GpuScaling"]["Properties"]
    assert scaling["MinCapacity"] == 0
    up, down = resources["WorkersWanted"]["Properties"], resources["NothingToDo"]["Properties"]
    assert (up["MetricName"], up["AlarmActions"]) == ("WorkersWanted", [{"Ref": "GpuByBacklog"}])
    assert (down["MetricName"], down["AlarmActions"]) == ("Backlog", [{"Ref": "GpuToZero"}])
    assert up["TreatMissingData"] == down["TreatMissingData"] == "ignore", "a silent reporter starts and ends nobody"
    for name in ("ApiService", "GpuWorkerService"):
        assert "DesiredCount" not in resources[name]["Properties"], "an update of the stack would set it back"


@pytest.mark.parametrize("wanted", range(1, 17))
def test_the_steps_give_as_many_workers_as_are_wanted(resources: dict[str, Resource], wanted: int) -> None:
    policy = resources["GpuByBacklog"]["Properties"]["StepScalingPolicyConfiguration"]
    above = wanted - resources["WorkersWanted"]["Properties"]["Threshold"]
    (step,) = [
        one for one in policy["StepAdjustments"]
        if one["MetricIntervalLowerBound"] <= above < one.get("MetricIntervalUpperBound", float("inf"))
    ]  # fmt: skip
    assert wanted <= step["ScalingAdjustment"] < 2 * wanted


def test_the_balancer_leads_where_the_ingress_leads(resources: dict[str, Resource]) -> None:
    rules = of(resources, "ElasticLoadBalancingV2::ListenerRule").values()
    paths = {value for rule in rules for value in rule["Conditions"][0]["PathPatternConfig"]["Values"]}
    assert paths == {"/", "/v1/*", "/api/*", "/home/*", "/openapi.json", "/docs*", "/console*", "/embed/*"}
    (nothing_else,) = resources["Https"]["Properties"]["DefaultActions"]
    assert nothing_else["FixedResponseConfig"]["StatusCode"] == "404"


def test_images_give_everybody_a_tmp_where_volumes_are_roots() -> None:
    """Fargate gives a volume its owner and rights only if the image names it."""
    for name in ("Dockerfile.api", "Dockerfile.worker"):
        assert "\nVOLUME /tmp\n" in Path(ROOT / name).read_text(encoding="utf-8")


def test_the_readme_names_the_outputs_that_there_are_and_only_them() -> None:
    template, _ = decode(str(FILE))
    assert template is not None
    named = set(re.findall(r"\{(\w+)\}", README.read_text(encoding="utf-8")))
    assert named == set(template["Outputs"]) - {"LogGroup"}


def test_nothing_that_its_commands_take_has_to_be_guessed() -> None:
    """A name in capitals would be one that nobody is told; `END` ends what Python reads."""
    commands = re.findall(r"^ {7}.*$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"\b[A-Z]{2,}(?:-[A-Z]+)*\b", "\n".join(commands))) == {"END"}
