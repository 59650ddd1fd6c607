"""`/v1/models`: which versions are served, and aliases that point at them; and what a job may name."""

import csv
import io
from dataclasses import asdict, replace
from typing import Any, cast

import orjson
import pytest
import redis
from flask.testing import FlaskClient

from access.scope import Scope
from api.models.schemas import WorkersAnswer
from jobs.agreement import Agreement
from jobs.choice import Choice
from jobs.differing import Difference, Differences
from jobs.job import Claim, Outcome
from jobs.line import decode_chunk, encode_results, error_line, success_line
from jobs.rollout_evidence import count_name
from jobs.served import ModelState, NetworkRun, ServedModel
from jobs.usage import Used
from store import keys
from store.aliases import AliasStore
from store.differing import DifferingStore
from store.served import Catalogue
from tests.support.factories import RESULT, claim, make_worker, succeeded
from tests.support.http import problem
from tests.support.keys import Doors

ONE, TWO = "fake/1", "fake/2"
RUN = NetworkRun(
    network="fake", backend="torchscript", dtype="float32",
    measured={"torch float32": 100.0, "torchscript float32": 120.0},
    unused={"aotinductor float32": "it was compiled for another kind of machine"},
)  # fmt: skip
VERSIONS = f"is not served; choose one of {ONE}, {TWO}"
THERE_IS = f"is not served; choose one of default, {ONE}, {TWO}"


@pytest.fixture
def doors(redis_client: redis.Redis) -> Doors:
    found = Doors(redis_client)
    models = (
        ServedModel(version=ONE, state=ModelState.LOADED, digest="ab", since=1_000, jobs=7, runs=(RUN,)),
        ServedModel(version=TWO, state=ModelState.UNLOADED),
        ServedModel(version="fake/3", state=ModelState.FAILED, error="It is cut off."),
    )
    found.jobs.report_worker(make_worker(models=models), alive_ms=60_000)
    return found


@pytest.fixture
def operator(doors: Doors) -> FlaskClient:
    return doors.client("default", Scope.MODELS_MANAGE, Scope.JOBS_READ, Scope.JOBS_WRITE)


def move(client: FlaskClient, alias: str, revision: int, **to: Any) -> Any:
    return client.post(f"/v1/models/{alias}", json={"revision": revision, **to})


def test_it_lists_where_each_version_is_and_why_not(operator: FlaskClient) -> None:
    found = operator.get("/v1/models").get_json()
    assert [(model["id"], model["workers"], model["jobs"]) for model in found["models"]] == [
        (ONE, 1, 7), (TWO, 0, 0), ("fake/3", 0, 0),
    ]  # fmt: skip
    assert found["models"][2]["serving"][0]["error"] == "It is cut off."
    assert [model["serving"][0]["runs"] for model in found["models"]] == [[asdict(RUN)], [], []]
    assert [(alias["alias"], alias["revision"], alias["versions"]) for alias in found["aliases"]] == [
        ("default", 0, {})
    ]


def test_what_workers_do_is_told_to_operators_alone(doors: Doors, operator: FlaskClient) -> None:
    """Jobs and agreement are those of all organisations, and an error may name a path."""
    move(operator, "candidate", 0, version=ONE, shadow=TWO)
    doors.jobs.count(Agreement(alias="candidate", version=TWO, answered=ONE, sentences=10, same=9).counts())
    for client in (doors.client("acme", *Scope), doors.client("default", Scope.JOBS_READ)):
        found = client.get("/v1/models").get_json()
        assert [(model["id"], model["jobs"], model["serving"]) for model in found["models"]] == [
            (ONE, None, []), (TWO, None, []), ("fake/3", None, []),
        ]  # fmt: skip
        assert all(alias["agreement"] == [] for alias in found["aliases"])


def test_a_shadow_is_another_version_and_a_served_one(operator: FlaskClient) -> None:
    for shadow, why in (("gone/1", "gone/1"), (ONE, f"{ONE} is what the alias stands for: it would judge twice alike")):
        told = problem(move(operator, "candidate", 0, version=ONE, shadow=shadow), 422)["errors"]
        assert [each["pointer"] for each in told] == ["#/shadow"]
        assert told[0]["detail"].startswith(why)


def test_a_split_compares_one_per_cent_unless_it_is_said(operator: FlaskClient) -> None:
    split = {ONE: 90, TWO: 10}
    told, revisions = [], [0]
    for to in (
        {"split": split},
        {"split": split, "compare": 0},
        {"split": split, "compare": 20},
        {"split": split, "shadow": TWO},
        {"version": ONE},
        {"version": ONE, "compare": 0},
        {"split": split},
    ):
        moved = move(operator, "candidate", revisions[-1], **to).get_json()
        told.append(moved["compare"])
        revisions.append(moved["revision"])
    # What it was already is no other revision.
    assert revisions == [0, 1, 2, 3, 4, 5, 5, 6]
    assert told == [1, 0, 20, 0, 0, 0, 1]
    for wrong in ({"version": ONE, "compare": 1}, {"split": split, "shadow": TWO, "compare": 1},
                  {"split": split, "compare": 101}, {"rollout": {"version": TWO}, "compare": 1}):  # fmt: skip
        problem(move(operator, "candidate", 6, **wrong), 422)


def test_a_worker_of_before_there_were_several_is_listed_with_its_own(doors: Doors, operator: FlaskClient) -> None:
    doors.jobs.report_worker(make_worker(), alive_ms=0)
    doors.jobs.report_worker(make_worker("old@here"), alive_ms=60_000)
    [model] = operator.get("/v1/models").get_json()["models"]
    assert (model["name"], model["version"], model["devices"], model["workers"]) == ("fake", "1", ["cpu"], 1)


def test_an_alias_moves_once_and_the_second_operator_hears_where_it_points(operator: FlaskClient) -> None:
    moved = move(operator, "candidate", 0, version=TWO).get_json()
    assert (moved["alias"], moved["revision"], moved["versions"]) == ("candidate", 1, {TWO: 100})
    told = problem(move(operator, "candidate", 0, version=ONE), 409, "alias-moved")
    assert told["detail"] == f"The alias candidate has moved: its revision is 1, and it points at {TWO}."
    split = move(operator, "candidate", 1, split={ONE: 90, TWO: 10}, shadow=TWO).get_json()
    assert (split["versions"], split["shadow"]) == ({ONE: 90, TWO: 10}, TWO)
    models = {model["id"]: model["aliases"] for model in operator.get("/v1/models").get_json()["models"]}
    assert models == {ONE: ["candidate"], TWO: ["candidate"], "fake/3": []}


def delete(client: FlaskClient, alias: str, revision: object) -> Any:
    return client.delete(f"/v1/models/{alias}?revision={revision}")


def test_an_alias_is_deleted_once_by_whoever_knows_its_revision(doors: Doors, operator: FlaskClient) -> None:
    move(operator, "candidate", 0, version=ONE)
    move(operator, "candidate", 1, version=TWO)
    told = problem(delete(operator, "candidate", 1), 409, "alias-moved")
    assert told["detail"] == f"The alias candidate has moved: its revision is 2, and it points at {TWO}."
    for wrong in ("", "-1", "x", "1.0"):
        assert problem(delete(operator, "candidate", wrong), 422)["errors"][0]["pointer"] == "?revision"
    problem(delete(doors.client("acme", Scope.ADMIN), "candidate", 2), 403, "forbidden")
    problem(delete(doors.client("default", Scope.JOBS_WRITE), "candidate", 2), 403, "insufficient-scope")
    assert delete(operator, "candidate", 2).status_code == 204
    assert problem(delete(operator, "candidate", 2), 404)["detail"] == "There is no alias candidate."
    assert [alias["alias"] for alias in operator.get("/v1/models").get_json()["aliases"]] == ["default"]
    # Who knows one of before changes none of after.
    assert move(operator, "candidate", 0, version=ONE).get_json()["revision"] == 3
    problem(delete(operator, "candidate", 2), 409, "alias-moved")


def test_a_deleted_default_is_each_workers_own_again(operator: FlaskClient) -> None:
    move(operator, "default", 0, version=TWO)
    assert delete(operator, "default", 1).status_code == 204
    [default] = operator.get("/v1/models").get_json()["aliases"]
    assert (default["alias"], default["revision"], default["versions"]) == ("default", 0, {})


@pytest.mark.parametrize(
    ("to", "pointer", "detail"),
    [
        ({"version": "fake/9"}, "#/version", f"fake/9 {VERSIONS}"),
        ({"version": "fake/3"}, "#/version", f"fake/3 {VERSIONS}"),
        ({"split": {ONE: 50, "fake/9": 50}}, "#/split", f"fake/9 {VERSIONS}"),
        ({}, "#", "should have a version, a split or a rollout"),
        ({"version": ONE, "split": {ONE: 1, TWO: 1}}, "#", "should have a version, a split or a rollout"),
    ],
)
def test_what_an_alias_cannot_point_at(operator: FlaskClient, to: dict[str, Any], pointer: str, detail: str) -> None:
    told = problem(move(operator, "candidate", 0, **to), 422)
    assert told["errors"] == [{"pointer": pointer, "detail": detail}]


def test_an_alias_stands_for_no_version_that_lies_in_a_store_alone(doors: Doors, operator: FlaskClient) -> None:
    """Its jobs would wait for a store that is away, where what it stands for now serves on."""
    move(operator, "candidate", 0, version=ONE)
    elsewhere = ServedModel(version="fake/4", state=ModelState.UNLOADED, here=False)
    told = (ServedModel(version=ONE, state=ModelState.LOADED), elsewhere)
    doors.jobs.report_worker(make_worker("worker@there", models=told), alive_ms=60_000)
    for to, pointer in (({"version": "fake/4"}, "#/version"), ({"split": {ONE: 50, "fake/4": 50}}, "#/split")):
        [error] = problem(move(operator, "candidate", 1, **to), 422)["errors"]
        assert error["pointer"] == pointer
        assert error["detail"].startswith("fake/4 has not been downloaded by any worker: load it first (kritiq models")
    # A rollout goes back by itself, and what a shadow says nobody waits for.
    assert move(operator, "candidate", 1, version=ONE, shadow="fake/4").status_code == 200
    doors.jobs.report_worker(make_worker(models=(replace(elsewhere, here=True),)), alive_ms=60_000)
    assert move(operator, "candidate", 2, version="fake/4").get_json()["versions"] == {"fake/4": 100}
    # Whoever names the version itself waits for it.
    assert operator.post("/v1/jobs", json={"text": "Gut.", "model": "fake/4"}).status_code == 202


def test_only_keys_of_the_default_organisation_with_the_scope_move_aliases(doors: Doors) -> None:
    problem(move(doors.client("acme", Scope.ADMIN), "default", 0, version=TWO), 403, "forbidden")
    problem(move(doors.client("default", Scope.JOBS_WRITE), "default", 0, version=TWO), 403, "insufficient-scope")


def test_an_alias_has_a_plain_name(operator: FlaskClient) -> None:
    problem(move(operator, "Candidate", 0, version=TWO), 422)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/jobs", {"text": "Gut."}), ("/v1/jobs", {"texts": ["Gut."]}),
        ("/v1/batches", {"reviews": [{"text": "Gut."}]}),
    ],
)  # fmt: skip
def test_whatever_is_submitted_may_name_a_model_that_there_is(
    operator: FlaskClient, path: str, body: dict[str, Any]
) -> None:
    assert operator.post(path, json={**body, "model": TWO}).status_code == 202
    told = problem(operator.post(path, json={**body, "model": "candidate"}), 422)
    assert told["errors"] == [{"pointer": "#/model", "detail": THERE_IS}]


@pytest.mark.parametrize("form", ["json", "ndjson", "file"])
def test_a_line_of_a_batch_may_name_its_own_and_one_that_there_is_not_costs_that_line_alone(
    doors: Doors, operator: FlaskClient, redis_client: redis.Redis, form: str
) -> None:
    rows = [{"text": "Gut.", "custom_id": name, "model": name} for name in (ONE, TWO, ONE, "fake/9", "No Model")]
    rows = [*rows, {"text": "Gut.", "custom_id": "as the batch says"}]
    ndjson = b"\n".join(orjson.dumps(row) for row in rows)
    if form == "json":
        made = operator.post("/v1/batches", json={"reviews": rows, "model": TWO})
    elif form == "ndjson":
        made = operator.post(f"/v1/batches?model={TWO}", content_type="application/x-ndjson", data=ndjson)
    else:
        file = {"purpose": "batch", "file": (io.BytesIO(ndjson), "reviews.jsonl")}
        uploaded = operator.post("/v1/files", data=file).get_json()
        made = operator.post("/v1/batches", json={"input_file_id": uploaded["id"], "model": TWO})
    assert made.status_code == 202, made.text
    for claimed in claim(doors.jobs, serves=[ONE]):
        assert claimed.choice == Choice(version=ONE)
        doors.jobs.complete([judged_by(claimed, ONE)])
    for claimed in claim(doors.jobs, serves=[TWO]):
        assert claimed.choice == Choice(version=TWO)
        doors.jobs.complete([judged_by(claimed, TWO)])
    results = f"{made.get_json()['links']['self']}/results"
    found = [orjson.loads(row) for row in operator.get(results).data.splitlines()]
    assert [row["line"] for row in found] == [1, 2, 3, 4, 5, 6]
    versions = [f"{row['model']['name']}/{row['model']['version']}" if row["model"] else None for row in found]
    assert versions == [ONE, TWO, ONE, None, None, TWO]
    assert found[3]["error"] == {"code": "invalid_line", "message": f"model fake/9 {THERE_IS}."}
    assert found[4]["error"]["message"].startswith("model should match")
    table = list(csv.DictReader(io.StringIO(operator.get(results, headers={"Accept": "text/csv"}).text)))
    assert [row["model"] for row in table] == [ONE, TWO, ONE, "", "", TWO]
    lines = operator.get(f"{made.get_json()['links']['self']}/lines").get_json()["lines"]
    # For a console, which says in its own language what was odd about a line.
    assert [line.pop("warning_codes", []) for line in lines][2] == [{"code": "id_twice", "figures": {"line": 1}}]
    assert lines == found
    days = [cast("Any", redis_client.hgetall(day)) for day in redis_client.scan_iter(keys.USAGE("default", "*"))]
    used = [sum(int(day.get(f"|{version}|reviews".encode(), 0)) for day in days) for version in (ONE, TWO)]
    assert used == [2, 2]


def test_an_alias_that_was_made_just_now_is_known_to_jobs_and_lines(doors: Doors, operator: FlaskClient) -> None:
    # Each API process has looked for itself a moment ago.
    assert operator.post("/v1/jobs", json={"text": "Gut.", "model": ONE}).status_code == 202
    move(operator, "first", 0, version=ONE)
    made = operator.post("/v1/batches", json={"reviews": [{"text": "Gut.", "model": name} for name in ("first", ONE)]})
    lines = operator.get(f"{made.get_json()['links']['self']}/lines").get_json()["lines"]
    assert [line["error"] for line in lines] == [None, None]
    move(operator, "second", 0, version=ONE)
    assert operator.post("/v1/jobs", json={"text": "Gut.", "model": "second"}).status_code == 202


def test_however_many_lines_name_models_that_there_are_not_redis_is_asked_once_and_few_are_named(
    doors: Doors, operator: FlaskClient, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        move(operator, f"alias-{number:02}", 0, version=ONE)
    asked = list[str]()
    whole = AliasStore.all
    monkeypatch.setattr(AliasStore, "all", lambda self: asked.append("") or whole(self))
    missing = Catalogue(redis_client, clock=lambda: 0.0).of_many()
    told = {missing(f"gone/{number}") for number in range(500)}
    assert (len(told), len(asked)) == (1, 2)
    assert told.pop() == f"is not served; choose one of {', '.join(f'alias-{n:02}' for n in range(20))} and 13 more"


def judged_by(taken: Claim, version: str) -> Outcome:
    name, _, number = version.partition("/")
    model = {"name": name, "version": number}
    lines = decode_chunk(taken.text)
    rows = [
        error_line(line, taken.request, line.problem_code, line.problem)
        if line.problem
        else success_line(line, taken.request, RESULT, model)
        for line in lines
    ]
    good = sum(line.problem is None for line in lines)
    return replace(
        succeeded(taken, encode_results(rows)), model=model, good=good, bad=len(lines) - good,
        used=(Used(restaurant=None, reviews=good, sentences=good, characters=1),),
    )  # fmt: skip


def test_ndjson_names_it_in_the_query(operator: FlaskClient) -> None:
    ndjson = {"content_type": "application/x-ndjson", "data": b'{"text": "Gut."}'}
    assert operator.post(f"/v1/batches?model={TWO}", **ndjson).status_code == 202
    assert problem(operator.post("/v1/batches?model=nope", **ndjson), 422)["errors"][0]["pointer"] == "?model"


def test_the_same_review_for_another_model_is_another_request(operator: FlaskClient) -> None:
    key = {"Idempotency-Key": "once"}
    assert operator.post("/v1/jobs", json={"text": "Gut.", "model": ONE}, headers=key).status_code == 202
    problem(operator.post("/v1/jobs", json={"text": "Gut.", "model": TWO}, headers=key), 422, "idempotency-mismatch")


def test_it_tells_how_often_a_shadow_agrees(doors: Doors, operator: FlaskClient) -> None:
    move(operator, "default", 0, version=ONE, shadow=TWO)
    doors.jobs.count(Agreement(alias="default", version=TWO, answered=ONE, sentences=10, same=9).counts())
    doors.jobs.count(Agreement(alias="default", version=TWO, answered="fake/0", sentences=5, same=0).counts())
    [alias] = operator.get("/v1/models").get_json()["aliases"]
    assert alias["agreement"] == [{"version": TWO, "sentences": 10, "same": 9}], "of what it stands for now"
    text = doors.client("default", Scope.ADMIN).get("/metrics").get_data(as_text=True)
    assert 'kritiq_shadow_same_total{alias="default",version="fake/2"} 9.0' in text
    assert 'kritiq_models{state="failed",version="fake/3"} 1.0' in text


def rolled_out(client: FlaskClient, **more: Any) -> Any:
    move(client, "candidate", 0, version=ONE)
    return move(client, "candidate", 1, rollout={"version": TWO, **more})


def test_a_rollout_tells_how_far_it_is_and_what_it_waits_for(doors: Doors, operator: FlaskClient) -> None:
    begun = rolled_out(operator, steps=[10, 50], min_reviews=2, max_slowdown=None).get_json()
    assert (begun["revision"], begun["versions"]) == (2, {ONE: 90, TWO: 10})
    doors.jobs.count({count_name("candidate", 2, TWO, "reviews"): 1, count_name("candidate", 2, ONE, "reviews"): 9})
    [default, alias] = operator.get("/v1/models").get_json()["aliases"]
    told = alias["rollout"]
    assert default["rollout"] is None
    assert (told["state"], told["step"], told["steps"], told["stable"], told["candidate"]) == (
        "running", 0, [10, 50], ONE, TWO,
    )  # fmt: skip
    assert told["bounds"]["max_slowdown"] is None
    assert told["waits_for"] == "Reviews judged in this step: 1 of 2."
    assert told["waits_for_codes"] == [{"code": "judged_of", "figures": {"judged": 1, "least": 2}}]
    assert (told["why"], told["why_codes"]) == ("It has begun.", [{"code": "begun", "figures": {}}])
    assert [(arm["version"], arm["reviews"]) for arm in told["evidence"]["arms"]] == [(ONE, 9), (TWO, 1)]
    text = doors.client("default", Scope.ADMIN).get("/metrics").get_data(as_text=True)
    assert 'kritiq_rollout_reviews_total{alias="candidate",version="fake/1"} 9.0' in text
    assert 'kritiq_rollout_share{alias="candidate",version="fake/2"} 10.0' in text
    assert 'kritiq_rollout_state{alias="candidate",state="running"} 1.0' in text


def test_sentences_on_which_both_differ_are_those_of_the_callers_organisation(
    doors: Doors, operator: FlaskClient, redis_client: redis.Redis
) -> None:
    rolled_out(operator)
    made = operator.post("/v1/jobs", json={"text": "Gut."})
    doors.client("acme", Scope.JOBS_WRITE).post("/v1/jobs", json={"text": "Gut."})
    sentence = {"index": 0, "text": "Gut.", "aspects": {"food": {"polarity": "positive", "confidence": 0.9}}}
    result = orjson.dumps({"language": "de", "sentences": [sentence]})
    found = Differences(
        alias="candidate",
        rollout=2,
        version=ONE,
        sentences=[Difference(line=0, sentence=0, other={"price": "neutral"})],
    )
    for held in claim(doors.jobs):
        doors.jobs.complete([succeeded(held, result)])
        assert DifferingStore(redis_client).keep(held, found)
    [_, alias] = operator.get("/v1/models").get_json()["aliases"]
    assert alias["rollout"]["examples"] == [
        {
            "job_id": made.get_json()["id"], "batch_id": None, "line": None, "sentence": 0, "text": "Gut.",
            "version": ONE,
            "differences": [
                {"aspect": "food", "answered": "positive", "other": "none"},
                {"aspect": "price", "answered": "none", "other": "neutral"},
            ],
        }
    ]  # fmt: skip
    told = doors.client("acme", *Scope).get("/v1/models").get_json()["aliases"][1]["rollout"]
    assert told["examples"] is None
    only = doors.client("default", Scope.MODELS_MANAGE, Scope.JOBS_READ, restaurants=("adler",))
    assert only.get("/v1/models").get_json()["aliases"][1]["rollout"]["examples"] in ([], None)


def test_of_a_rollout_others_hear_where_it_is_and_not_what_workers_do(doors: Doors, operator: FlaskClient) -> None:
    rolled_out(operator)
    told = doors.client("acme", *Scope).get("/v1/models").get_json()["aliases"][1]["rollout"]
    # Why it is where it is counts reviews of all organisations, and what a worker could not load names its path.
    assert (told["state"], told["evidence"], told["waits_for"], told["why"]) == ("running", None, None, None)
    assert (told["waits_for_codes"], told["why_codes"]) == (None, None)


@pytest.mark.parametrize(("to", "state"), [(ONE, "rolled_back"), (TWO, "promoted")])
def test_pointing_the_alias_at_either_version_ends_its_rollout(operator: FlaskClient, to: str, state: str) -> None:
    rolled_out(operator)
    assert move(operator, "candidate", 2, version=to).get_json()["rollout"]["state"] == state
    problem(move(operator, "candidate", 2, version=ONE), 409, "alias-moved")


def test_a_rollout_begins_from_what_all_workers_judge_with_where_nobody_has_moved_default(
    operator: FlaskClient,
) -> None:
    begun = move(operator, "default", 0, rollout={"version": TWO}).get_json()
    assert begun["versions"] == {ONE: 95, TWO: 5}
    problem(move(operator, "default", 1, rollout={"version": TWO}), 409, "not-one-version")


@pytest.mark.parametrize(
    ("rollout", "pointer"),
    [
        ({"version": "fake/9"}, "#/rollout/version"),
        ({"version": TWO, "steps": [50, 10]}, "#/rollout"),
        ({"version": TWO, "steps": [100]}, "#/rollout/steps/0"),
        ({"version": TWO, "min_reviews": 0}, "#/rollout/min_reviews"),
        ({"version": TWO, "max_failures": 2}, "#/rollout/max_failures"),
        # Never kept, and never broken by a candidate that does all as it should.
        ({"version": TWO, "max_failures": 0}, "#/rollout/max_failures"),
        ({"version": TWO, "min_agreement": 1}, "#/rollout/min_agreement"),
        ({"version": TWO, "max_slowdown": 0}, "#/rollout/max_slowdown"),
    ],
)
def test_what_no_rollout_can_be(operator: FlaskClient, rollout: dict[str, Any], pointer: str) -> None:
    told = problem(move(operator, "default", 0, rollout=rollout), 422)
    assert [each["pointer"] for each in told["errors"]] == [pointer]


def test_a_rollout_has_no_shadow(operator: FlaskClient) -> None:
    problem(move(operator, "default", 0, rollout={"version": TWO}, shadow=TWO), 422)


# Workers.


def test_each_worker_tells_its_batches_and_how_busy_it_was(operator: FlaskClient, doors: Doors) -> None:
    doors.jobs.report_worker(
        make_worker("a@b", device="cuda:0", rate=812.345, busy=0.25, batch_sentences=31.5), alive_ms=60_000
    )
    answer = operator.get("/v1/workers")
    WorkersAnswer.model_validate_json(answer.data)
    assert answer.get_json()["workers"] == [
        {
            "worker": "a@b",
            "model": ONE,
            "device": "cuda:0",
            "sentences_per_second": 812.3,
            "busy": 0.25,
            "batch_sentences": 31.5,
        },
        {
            "worker": "worker@here",
            "model": ONE,
            "device": "cpu",
            "sentences_per_second": None,
            "busy": None,
            "batch_sentences": None,
        },
    ]


def test_workers_are_the_operators_business(doors: Doors) -> None:
    problem(doors.client("acme", Scope.ADMIN).get("/v1/workers"), 403)
    problem(doors.client("default", Scope.JOBS_READ).get("/v1/workers"), 403)
