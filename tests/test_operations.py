"""The files for schedulers and monitoring hold what their tools know and what this program has, and open nothing."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from runpy import run_path
from types import ModuleType
from typing import Any

import pytest
import yaml
from click import Context
from prometheus_client.parser import text_string_to_metric_families

from pipeline.cli import main
from pipeline.reports import metrics
from pipeline.reports.morning_report import MorningReport
from pipeline.settings import Settings

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "operations"
STATUSES = ("done", "failed", "held", "pending", "refused", "waiting")
KNOWN = {
    "Unit": {"Description", "ConditionPathIsDirectory", "StartLimitIntervalSec", "StartLimitBurst"},
    "Timer": {"OnCalendar", "RandomizedDelaySec", "Persistent", "Unit"},
    "Install": {"WantedBy"},
    "Service": {
        *("Type", "User", "Group", "Environment", "ExecStart", "SuccessExitStatus", "RestartForceExitStatus"),
        *("RestartSec", "RuntimeMaxSec", "Nice", "IOSchedulingClass", "UMask"),
        *("ProtectSystem", "ReadWritePaths", "ReadOnlyPaths", "ProtectHome", "PrivateTmp", "PrivateNetwork"),
        *("PrivateDevices", "NoNewPrivileges", "CapabilityBoundingSet", "AmbientCapabilities", "ProtectClock"),
        *("ProtectControlGroups", "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules"),
        *("ProtectKernelTunables", "ProtectProc", "LockPersonality", "RestrictRealtime", "RestrictSUIDSGID"),
        *("RestrictAddressFamilies", "RestrictNamespaces", "SystemCallArchitectures", "SystemCallFilter"),
        *("SystemCallErrorNumber", "RemoveIPC"),
    },
}
"""The keys of systemd.unit(5), systemd.service(5), systemd.exec(5) and systemd.timer(5) that these files use."""


def text(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def unit(name: str) -> dict[str, list[tuple[str, str]]]:
    """The sections of a unit file with their keys and values; a key may stand several times."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for line in text(name).splitlines():
        if line.startswith("["):
            sections[current := line.strip("[]")] = []
        elif line and not line.startswith("#"):
            key, separator, value = line.partition("=")
            assert separator, line
            sections[current].append((key, value))
    return sections


def is_run(words: list[str]) -> bool:
    """Whether words end in a command of this program with arguments that it takes."""
    at = next(index for index, word in enumerate(words) if Path(word).name == "offrecord" and words[index + 1] == "run")
    command = main.get_command(Context(main), "run")
    assert command is not None
    command.make_context("run", [*words[at + 2 :], "-w", "x"], resilient_parsing=True)
    return True


@pytest.mark.parametrize("name", ["offrecord.service", "offrecord.timer"])
def test_a_unit_has_only_keys_that_systemd_documents(name: str) -> None:
    for section, entries in unit(name).items():
        assert {key for key, _ in entries} <= KNOWN[section]


def test_the_service_runs_this_program_and_writes_nowhere_else() -> None:
    service = dict(unit("offrecord.service")["Service"])
    assert is_run(service["ExecStart"].split())
    assert service["PrivateNetwork"] == service["NoNewPrivileges"] == "yes"
    assert (service["ProtectSystem"], service["ReadWritePaths"]) == ("strict", "/srv/offrecord")
    assert (service["SuccessExitStatus"], service["RestartForceExitStatus"]) == ("3", "75")
    assert dict(unit("offrecord.timer")["Timer"])["Unit"] == "offrecord.service"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
def test_systemd_itself_takes_both_units_and_finds_the_service_well_confined(tmp_path: Path) -> None:
    for name in ("offrecord.service", "offrecord.timer"):
        content = text(name).replace("/opt/offrecord/bin/offrecord", sys.executable)
        (tmp_path / name).write_text(content, "utf-8")
    units = [tmp_path / "offrecord.timer", tmp_path / "offrecord.service"]
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    own = [line for line in verified.stderr.splitlines() if str(tmp_path) in line or "offrecord" in line]
    assert (verified.returncode, own) == (0, [])
    confined = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=25", "--no-pager", units[1]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert confined.returncode == 0, confined.stdout[-400:]


def test_the_cron_line_is_one_of_a_system_table() -> None:
    lines = [line for line in text("offrecord.cron").splitlines() if line and not line.startswith("#")]
    assert text("offrecord.cron").endswith("\n"), "cron ignores a last line without its end"
    jobs = [line for line in lines if not re.fullmatch(r"[A-Z_]+=\S+", line)]
    (job,) = jobs
    minute, hour, *days, user, command = job.split(maxsplit=6)
    assert (0 <= int(minute) < 60, 0 <= int(hour) < 24, days, user) == (True, True, ["*", "*", "*"], "offrecord")
    assert is_run(command.split()) and "%" not in command


def documents() -> dict[str, Any]:
    return {each["kind"]: each for each in yaml.safe_load_all(text("cronjob.yaml"))}


def keys_within(value: Any, place: str = "") -> Iterator[str]:
    """The dotted place of every key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{place}.{key}".lstrip(".")
            yield from keys_within(inner, f"{place}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from keys_within(inner, place)


FIELDS = {
    "CronJobSpec": "schedule timeZone concurrencyPolicy startingDeadlineSeconds successfulJobsHistoryLimit "
    "failedJobsHistoryLimit jobTemplate",
    "JobSpec": "backoffLimit activeDeadlineSeconds podFailurePolicy template",
    "PodSpec": "restartPolicy automountServiceAccountToken enableServiceLinks securityContext containers volumes",
    "Container": "name image command env resources securityContext volumeMounts",
}
"""The fields of the Kubernetes API reference (batch/v1, core/v1) that the file uses."""


def test_the_cron_job_has_the_documented_fields_and_no_right_that_it_does_not_need() -> None:
    job = documents()["CronJob"]
    assert (job["apiVersion"], job["spec"]["concurrencyPolicy"]) == ("batch/v1", "Forbid")
    inner = job["spec"]["jobTemplate"]["spec"]
    pod = inner["template"]["spec"]
    (container,) = pod["containers"]
    for value, kind in ((job["spec"], "CronJobSpec"), (inner, "JobSpec"), (pod, "PodSpec"), (container, "Container")):
        assert set(value) <= set(FIELDS[kind].split()), kind
    rules = inner["podFailurePolicy"]["rules"]
    assert pod["restartPolicy"] == "Never", "podFailurePolicy is for such pods alone"
    assert [rule["onExitCodes"]["values"] for rule in rules] == [[75]]
    assert rules[0]["onExitCodes"]["containerName"] == container["name"]
    assert pod["securityContext"]["runAsNonRoot"] and pod["automountServiceAccountToken"] is False
    confined = container["securityContext"]
    assert confined["readOnlyRootFilesystem"] and not confined["allowPrivilegeEscalation"]
    assert confined["capabilities"] == {"drop": ["ALL"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    mounts = {mount["mountPath"]: mount.get("readOnly", False) for mount in container["volumeMounts"]}
    assert mounts == {"/srv/offrecord": False, "/srv/inbox": True, "/srv/models": True, "/tmp": False}
    shell = container["command"][2]
    assert is_run(shell.split(";")[0].split())
    for code, wanted in ((0, 0), (3, 0), (5, 5), (75, 75)):
        tried = shell.replace("offrecord run /srv/inbox", f"(exit {code})")
        assert subprocess.run(["/bin/sh", "-c", tried], check=False).returncode == wanted
    policy = documents()["NetworkPolicy"]["spec"]
    assert policy["podSelector"]["matchLabels"] == inner["template"]["metadata"]["labels"]
    assert policy["policyTypes"] == ["Ingress", "Egress"] and not {"ingress", "egress"} & set(policy)


RAY_FIELDS = {
    "RayJobSpec": "entrypoint submissionMode backoffLimit activeDeadlineSeconds shutdownAfterJobFinishes "
    "ttlSecondsAfterFinished rayClusterSpec",
    "RayClusterSpec": "rayVersion authOptions headGroupSpec workerGroupSpecs",
    "HeadGroupSpec": "rayStartParams template",
    "WorkerGroupSpec": "groupName replicas minReplicas maxReplicas rayStartParams template",
}
"""The fields of KubeRay's API reference (ray.io/v1) that the file uses."""


def test_the_ray_job_has_the_documented_fields_a_token_and_no_right_that_it_does_not_need() -> None:
    job, policy = yaml.safe_load_all(text("rayjob.yaml"))
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    spec, cluster = job["spec"], job["spec"]["rayClusterSpec"]
    head, (workers,) = cluster["headGroupSpec"], cluster["workerGroupSpecs"]
    kinds = ((spec, "RayJobSpec"), (cluster, "RayClusterSpec"), (head, "HeadGroupSpec"), (workers, "WorkerGroupSpec"))
    for value, kind in kinds:
        assert set(value) <= set(RAY_FIELDS[kind].split()), kind
    assert cluster["authOptions"] == {"mode": "token"}
    assert f"ray=={cluster['rayVersion']}" in (ROOT / "requirements.lock").read_text("utf-8")
    assert head["rayStartParams"] == {"num-cpus": "0"}, "the node of the coordinator works on no session"
    assert head["template"] == workers["template"], "every node has the same image, settings and volumes"
    pod = head["template"]["spec"]
    (container,) = pod["containers"]
    cron = documents()["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["securityContext"] == cron["securityContext"] and pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == cron["containers"][0]["securityContext"]
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    for each in container["env"]:
        section, _, name = each["name"].removeprefix("OFFRECORD_").lower().partition("__")
        known = not name or name in type(getattr(Settings(), section)).model_fields
        assert known, each["name"]
    _, _, shell = shlex.split(spec["entrypoint"])
    assert is_run(shell.split(";")[0].split())
    for code, wanted in ((0, 0), (3, 0), (75, 75)):
        tried = shell.replace("offrecord run /srv/inbox --executor ray", f"(exit {code})")
        assert subprocess.run(["/bin/sh", "-c", tried], check=False).returncode == wanted
    labels = head["template"]["metadata"]["labels"]
    assert policy["spec"]["podSelector"]["matchLabels"] == labels
    assert policy["spec"]["ingress"][0]["from"] == policy["spec"]["egress"][0]["to"], "its own pods reach one another"
    ports = [port["port"] for rule in policy["spec"]["egress"] for port in rule.get("ports", [])]
    assert sorted(set(ports)) == [53, 5432], "the database and names, beside its own pods"


class _Airflow(Exception):
    """What Airflow tries again."""


class _Fail(_Airflow):
    """What it does not."""


def _stand_ins(tasks: list[Callable[[], None]]) -> dict[str, ModuleType]:
    """Modules with the four names that the file imports; a task that is called is noted and not run."""

    def task(**options: Any) -> Callable[[Callable[[], None]], Callable[[], None]]:
        assert options["retries"] > 0
        return lambda work: lambda: tasks.append(work)

    def dag(**options: Any) -> Callable[[Callable[[], None]], Callable[[], None]]:
        assert options["max_active_runs"] == 1 and not options["catchup"], "one night at a time, and only the last"
        return lambda build: build

    sdk, exceptions = ModuleType("airflow.sdk"), ModuleType("airflow.sdk.exceptions")
    vars(sdk).update(dag=dag, task=task)
    vars(exceptions).update(AirflowException=_Airflow, AirflowFailException=_Fail)
    return {"airflow": ModuleType("airflow"), "airflow.sdk": sdk, "airflow.sdk.exceptions": exceptions}


@pytest.mark.parametrize(("code", "ends"), [(0, None), (3, None), (75, _Airflow), (5, _Fail), (8, _Fail), (1, _Fail)])
def test_the_airflow_task_runs_this_program_and_tries_again_after_75_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, ends: type[Exception] | None
) -> None:
    tasks: list[Callable[[], None]] = []
    for name, module in _stand_ins(tasks).items():
        monkeypatch.setitem(sys.modules, name, module)
    program = tmp_path / "offrecord"
    program.write_text(f'#!/bin/sh\necho "$@" > "{tmp_path}/arguments"\nexit {code}\n')
    program.chmod(0o755)
    loaded = run_path(str(FOLDER / "airflow_dag.py"))
    (run,) = tasks
    monkeypatch.setitem(run.__globals__, "OFFRECORD", str(program))
    ended: type[Exception] | None = None
    try:
        run()
    except _Airflow as error:
        ended = type(error)
    assert ended is ends
    assert is_run([loaded["OFFRECORD"], *(tmp_path / "arguments").read_text().split()])


@pytest.mark.skipif(find_spec("airflow") is None, reason="Airflow is not installed here")
def test_airflow_itself_takes_the_dag(tmp_path: Path) -> None:
    environment = os.environ | {"AIRFLOW_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, FOLDER / "airflow_dag.py"], env=environment, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def instructions() -> list[tuple[str, str]]:
    joined = re.sub(r"\\\n\s*", " ", text("Containerfile"))
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines]


def test_the_image_is_built_from_the_lock_and_runs_as_nobody_special() -> None:
    found = instructions()
    assert {name for name, _ in found} <= {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "ENTRYPOINT", "CMD"}
    assert all(":" in value and ":latest" not in value for name, value in found if name == "FROM")
    assert any("--require-hashes -r requirements.lock" in value for name, value in found if name == "RUN")
    last = dict(found)
    assert last["USER"].split(":")[0] not in ("", "0", "root")
    assert last["USER"].split(":")[0] == str(
        documents()["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]["securityContext"]["runAsUser"]
    )
    words = yaml.safe_load(last["ENTRYPOINT"]) + yaml.safe_load(last["CMD"])
    assert is_run(words)
    if shutil.which("hadolint"):
        subprocess.run(["hadolint", str(FOLDER / "Containerfile")], check=True)


def written_metrics(tmp_path: Path) -> set[str]:
    report = MorningReport(
        made_at=datetime(2026, 11, 23, tzinfo=UTC),
        version="0",
        counts=dict.fromkeys(STATUSES, 1),
        unfinished=1,
        lines=(),
    )
    metrics.write(report, tmp_path / "metrics.prom", seconds=1.0)
    families = text_string_to_metric_families((tmp_path / "metrics.prom").read_text("utf-8"))
    return {sample.name for family in families for sample in family.samples}


def test_every_alert_is_about_a_figure_that_a_run_writes(tmp_path: Path) -> None:
    (group,) = yaml.safe_load(text("alerts.yml"))["groups"]
    there, used = written_metrics(tmp_path), set[str]()
    for rule in group["rules"]:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(r"Offrecord[A-Za-z]+", rule["alert"]) and rule["annotations"]["action"]
        assert re.fullmatch(r"\d+[mhd]", rule.get("for", "1h"))
        named = set(re.findall(r"\boffrecord_\w+", rule["expr"]))
        assert named and named <= there, rule["alert"]
        for statuses in re.findall(r'status=~?"([^"]+)"', rule["expr"]):
            assert set(statuses.split("|")) <= set(STATUSES)
        used |= named
    assert used == there, "every figure is watched"
    if shutil.which("promtool"):
        subprocess.run(["promtool", "check", "rules", str(FOLDER / "alerts.yml")], check=True)


def test_log_rotation_names_the_log_and_keeps_it_private() -> None:
    content = text("offrecord.logrotate")
    block = re.fullmatch(r"(?:#.*\n)*(\S+) \{\n((?:    .+\n)+)\}\n", content)
    assert block is not None and block[1].endswith("/log/offrecord.jsonl")
    pairs = (line.strip().partition(" ") for line in block[2].splitlines())
    words = {word: value for word, _, value in pairs}
    known = ["su", "monthly", "rotate", "dateext", "compress", "delaycompress", "missingok", "notifempty", "create"]
    assert list(words) == known and words["create"].startswith("0600 ")
    if shutil.which("logrotate"):
        subprocess.run(["logrotate", "--debug", str(FOLDER / "offrecord.logrotate")], check=True)


def test_the_page_names_every_file() -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert {path.name for path in FOLDER.iterdir()} == set(re.findall(r"\(operations/([\w.]+)\)", page))
