"""Workers of a Ray cluster, of this machine or of many: a pool that keeps its models, with one call in flight for each.

Ray is given the path of a function and tasks, which are ids and paths, and gives back what the function makes of one,
or the type of an exception. It retries nothing: what is tried again, and what is not, is said in our own database.
"""

from __future__ import annotations

import atexit
import os
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pipeline import __version__
from pipeline.errors import ConfigurationError, TryAgain
from pipeline.executors.outcome import TaskDone, TaskFailed, node_lost, timed_out, worker_died
from pipeline.executors.ray_cluster import require_token
from pipeline.executors.worker_environment import run_task, set_worker_environment
from pipeline.files.run_folder import remove_left, run_folder
from pipeline.settings.ray import RaySettings

T = TypeVar("T")
R = TypeVar("R")

# Set before Ray is imported, which reads them then: it sends nothing anywhere, and lets in nobody without a token.
_ENVIRONMENT = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0", "RAY_AUTH_MODE": "token"}
_STORE_BYTES = 80 << 20
"""The least that Ray takes for its object store; ids and paths fill none of it."""
_BASE_LENGTH = 20
"""The path of a socket has at most 107 characters, 87 of which are those of the folders and names below this one."""
_POLL_S = 1.0
_PREFIX = "offrecord-"


@dataclass(frozen=True, slots=True)
class _Call(Generic[T]):
    """A task that a worker has, until when it may."""

    worker: _Worker
    task: T
    ends_at: float


class RayExecutor:
    """Runs tasks on the workers of a cluster, which is started or joined when it is first needed."""

    def __init__(
        self, settings: RaySettings, has_room: Callable[[], bool] = lambda: True, *, owner: str = "nobody"
    ) -> None:
        """``has_room`` says whether one more task may start; while it does not, those that run end first.

        What a killed run of the same ``owner`` left of a cluster of this machine is removed when the next one starts.
        """
        self._settings = settings
        self._owner = owner
        self.has_room = has_room

    def __call__(
        self, tasks: Sequence[T], work: Callable[[T], R], *, workers: int, timeout_s: float
    ) -> Iterator[TaskDone[T, R] | TaskFailed[T]]:
        """Runs every task on a worker and yields each as it ends.

        ``workers`` 0 means as many as the cluster has cores for. Raises ``ConfigurationError`` where Ray is not
        installed or may not be used, and ``TryAgain`` where the cluster cannot be reached or gives no worker.
        """
        if not tasks:
            return
        ray = connected(self._settings, workers, self._owner)
        count = workers or int(ray.cluster_resources().get("CPU", 1) // self._settings.cpus_per_task) or 1
        pool = _Pool[T](ray, self._settings, min(count, len(tasks)), self.has_room, work)
        try:
            yield from pool.run(tasks, timeout_s)
        except ray.exceptions.RayError as error:
            raise _broke_off() from error
        finally:
            pool.end()


@dataclass(eq=False)
class _Worker:
    """One worker of the pool, and the node that it was last seen on."""

    actor: Any
    node: str = ""


@dataclass
class _Pool(Generic[T]):
    ray: Any
    settings: RaySettings
    size: int
    has_room: Callable[[], bool]
    work: Callable[[T], Any]
    idle: list[_Worker] = field(default_factory=list)
    starting: dict[Any, _Worker] = field(default_factory=dict)
    running: dict[Any, _Call[T]] = field(default_factory=dict)

    def run(self, tasks: Sequence[T], timeout_s: float) -> Iterator[TaskDone[T, Any] | TaskFailed[T]]:
        pending = deque(tasks)
        for _ in range(self.size):
            self._start(_Worker(self._actor()))
        seen_at = time.monotonic()
        while pending or self.running:
            while pending and self.idle and (not self.running or self.has_room()):
                self._call(pending.popleft(), timeout_s)
            if self.running or self.idle:
                seen_at = time.monotonic()
            elif time.monotonic() - seen_at > self.settings.start_timeout_s:
                raise _no_worker()
            yield from self._ended()

    def end(self) -> None:
        """Ends every worker, also one that is at work: whoever stopped asking wants nothing more of it."""
        for worker in (*self.idle, *self.starting.values(), *(call.worker for call in self.running.values())):
            self.ray.kill(worker.actor, no_restart=True)

    def _actor(self) -> Any:
        options = {"num_cpus": self.settings.cpus_per_task, "num_gpus": self.settings.gpus_per_task}
        return self.ray.remote(max_restarts=-1, max_task_retries=0, **options)(_Process).remote()

    def _start(self, worker: _Worker) -> None:
        """Has a worker say where it is, once it can: it is given nothing before.

        It imports the work for that: what this takes, on a busy machine many seconds, is not charged to its first task.
        """
        self.starting[worker.actor.node.remote(self.work)] = worker

    def _call(self, task: T, timeout_s: float) -> None:
        worker = self.idle.pop()
        self.running[worker.actor.run.remote(self.work, task)] = _Call(worker, task, time.monotonic() + timeout_s)

    def _ended(self) -> Iterator[TaskDone[T, Any] | TaskFailed[T]]:
        """What ended within a moment, or took too long."""
        soonest = min((call.ends_at for call in self.running.values()), default=float("inf")) - time.monotonic()
        calls = [*self.running, *self.starting]
        ended, _ = self.ray.wait(calls, num_returns=1, timeout=max(0.0, min(_POLL_S, soonest)))
        # All that ended meanwhile at once: to look at every call again for each costs more than the rest.
        for call in self.ray.wait(calls, num_returns=len(calls), timeout=0)[0] if ended else ():
            if call in self.starting:
                self._started(call, self.starting.pop(call))
            else:
                yield self._outcome(call, self.running.pop(call))
        for call in [each for each, late in self.running.items() if late.ends_at <= time.monotonic()]:
            late = self.running.pop(call)
            self.ray.kill(late.worker.actor, no_restart=False)
            self._start(late.worker)
            yield timed_out(late.task)

    def _started(self, call: Any, worker: _Worker) -> None:
        try:
            worker.node, version = self.ray.get(call)
            _require_same(version)
            self.idle.append(worker)
        except self.ray.exceptions.ActorUnavailableError:
            self._start(worker)
        except self.ray.exceptions.RayActorError:
            self._start(_Worker(self._actor()))

    def _outcome(self, call: Any, ended: _Call[T]) -> TaskDone[T, Any] | TaskFailed[T]:
        try:
            value, error = self.ray.get(call)
        except self.ray.exceptions.RayError:
            self._start(ended.worker)
            return worker_died(ended.task) if self._is_alive(ended.worker.node) else node_lost(ended.task)
        self.idle.append(ended.worker)
        return TaskFailed(ended.task, "an unexpected error", error) if error else TaskDone(ended.task, value)

    def _is_alive(self, node: str) -> bool:
        return any(each["NodeID"] == node and each["Alive"] for each in self.ray.nodes())


class _Process:
    """What runs in the process of a worker."""

    def __init__(self) -> None:
        set_worker_environment()

    def node(self, _: Callable[[T], R]) -> tuple[str, str]:
        """The id of the machine that it runs on, and the version of Offrecord there; takes the work, to import it."""
        import ray

        return ray.get_runtime_context().get_node_id(), __version__

    def run(self, work: Callable[[T], R], task: T) -> tuple[R | None, str]:
        """What becomes of a task, or the type of the exception: its words, and those of its lines, may be secret."""
        try:
            return run_task(work, task), ""
        except Exception as error:  # noqa: BLE001 - whatever it is fails this task alone
            return None, type(error).__name__


def connected(settings: RaySettings, workers: int, owner: str) -> Any:
    """Ray, connected to the cluster of the settings; one of this machine is started, in a folder that ends with it."""
    require_token(settings)
    os.environ.update(_ENVIRONMENT)
    set_worker_environment()
    try:
        import ray
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "Ray is not installed", action="pip install 'offrecord[ray]', or use --executor local"
        ) from error
    # What it says of a worker that died goes to standard output, which belongs to our own commands, and is no news.
    vars(ray._private.worker)["print_to_stdstream"] = lambda *_, **__: None
    if ray.is_initialized():
        return ray
    try:
        if settings.address:
            ray.init(address=settings.address, log_to_driver=False, configure_logging=False)
        else:
            cores = (workers or os.cpu_count() or 1) * settings.cpus_per_task
            ray.init(
                num_cpus=max(1, int(cores)),
                object_store_memory=_STORE_BYTES,
                include_dashboard=False,
                log_to_driver=False,
                configure_logging=False,
                _temp_dir=_folder(owner),
            )
    except (ray.exceptions.RayError, OSError, RuntimeError, ValueError) as error:
        raise _broke_off() from error
    return ray


def _require_same(version: str) -> None:
    if version != __version__:
        raise ConfigurationError(
            f"a machine of the Ray cluster has version {version} of Offrecord, this one {__version__}",
            action="install the same version on all of them",
        )


def remove_left_clusters(owner: str) -> None:
    """Removes the folders of clusters of this machine whose run was killed."""
    remove_left(_base(), _PREFIX, owner)


def _folder(owner: str) -> str:
    """A folder for what Ray writes, which nobody else can enter: Ray opens its own to everybody. It goes at the end."""
    until_the_end = ExitStack()
    folder = until_the_end.enter_context(run_folder(_base(), _PREFIX, owner))
    until_the_end.callback(_end_cluster)  # before the folder goes
    atexit.register(until_the_end.close)
    return str(folder / "r")


def _base() -> Path:
    base = tempfile.gettempdir()
    return Path(base if len(base) <= _BASE_LENGTH else "/tmp")


def _end_cluster() -> None:
    import ray

    ray.shutdown()


def _broke_off() -> TryAgain:
    return TryAgain(
        "the Ray cluster cannot be reached, or broke off",
        action="check ray.address, its token, and that Ray and Python have the same versions there; then run again",
    )


def _no_worker() -> TryAgain:
    return TryAgain(
        "the Ray cluster started no worker in time",
        action="check that a node has what ray.cpus_per_task and ray.gpus_per_task ask for, then run again",
    )
