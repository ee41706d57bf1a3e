"""The error tree and the exit codes.

::

    OffrecordError                1   unexpected
    ├── UsageProblem              2   wrong arguments, unknown keys
    │   └── VersionConflict       2   somebody else changed it meanwhile
    ├── ConfigurationError        4   settings, or a missing tool or model
    ├── LockHeld                  5   another run works in this workspace
    │   └── RunFenced             5   another run began, or this attempt was given up: nothing more is written
    ├── ConsentUnreadable         6   the consent store cannot be trusted; nothing was processed
    ├── RefusedByPolicy           7   a rule forbids what was asked
    │   └── FlaggedForLead        7   a proposal is left to a lead
    ├── WorkspaceDamaged          8   the vault, the ledger or the database is not as it was left
    ├── InputRefused              9   a file or folder that will not be processed as it is
    ├── ProofFailed              10   the result could not be proved; nothing was written
    └── TryAgain                 75   temporary: a file still being written, a clock that jumped
        └── StorageUnavailable   75   no space is left, or another command holds the database
            └── ObjectStorageUnavailable   75   the bucket does not answer
                └── ObjectStorageRefused    4   the bucket refuses the access key, or there is none

Exit code 0 is done, 3 is finished with some sessions held, refused or failed, 130 is interrupted. A message is one
line for a person: what is wrong, then what to do; it never holds a name, a term or a file's content.
"""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes of every command."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    SOME_STOPPED = 3
    CONFIGURATION = 4
    LOCKED = 5
    CONSENT_UNREADABLE = 6
    POLICY = 7
    DAMAGED = 8
    INPUT_REFUSED = 9
    PROOF_FAILED = 10
    TRY_AGAIN = 75
    INTERRUPTED = 130


class OffrecordError(Exception):
    """The root: carries the exit code and what the reader should do next."""

    code = Exit.UNEXPECTED

    def __init__(self, message: str, *, action: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.action = action

    def __str__(self) -> str:
        return f"{self.message}; {self.action}" if self.action else self.message

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.action))


def _rebuild(kind: type[OffrecordError], message: str, action: str) -> OffrecordError:
    return kind(message, action=action)


class UsageProblem(OffrecordError):
    """Wrong arguments, an unknown key, a value out of its range."""

    code = Exit.USAGE


class VersionConflict(UsageProblem):
    """Somebody else was quicker: what was to be changed is no longer what its reader saw."""

    def __init__(self, version: int) -> None:
        super().__init__("somebody else decided this meanwhile", action="look at their decision, then decide again")
        self.version = version

    def __reduce__(self) -> tuple[object, ...]:
        return (VersionConflict, (self.version,))


class ConfigurationError(OffrecordError):
    """Settings that cannot be read, or a tool or model that is missing."""

    code = Exit.CONFIGURATION


class LockHeld(OffrecordError):
    """Another run works in this workspace."""

    code = Exit.LOCKED


class RunFenced(LockHeld):
    """Another run has the workspace now, or somebody else has this task: whoever meets it writes nothing more."""

    def __init__(self) -> None:
        super().__init__("another run took over this workspace, and this one stopped", action="wait for that to end")

    def __reduce__(self) -> tuple[object, ...]:
        return (RunFenced, ())


class ConsentUnreadable(OffrecordError):
    """The consent store cannot be read or its chain is broken."""

    code = Exit.CONSENT_UNREADABLE


class RefusedByPolicy(OffrecordError):
    """A rule forbids what was asked."""

    code = Exit.POLICY


class FlaggedForLead(RefusedByPolicy):
    """Somebody left a proposal to a lead, and who decides it is none."""

    def __init__(self, actor: str) -> None:
        super().__init__(f"{actor} left this to a lead", action="ask a lead to decide it; until then it is redacted")
        self.actor = actor

    def __reduce__(self) -> tuple[object, ...]:
        return (FlaggedForLead, (self.actor,))


class WorkspaceDamaged(OffrecordError):
    """The vault, the ledger or the database is not as it was left."""

    code = Exit.DAMAGED


class InputRefused(OffrecordError):
    """A file or folder that will not be processed as it is."""

    code = Exit.INPUT_REFUSED


class ProofFailed(OffrecordError):
    """The result could not be proved."""

    code = Exit.PROOF_FAILED


class TryAgain(OffrecordError):
    """A temporary condition."""

    code = Exit.TRY_AGAIN


class StorageUnavailable(TryAgain):
    """Nothing can be written now, which says nothing of what was to be written: no attempt counts."""

    def __init__(self, message: str = "", *, action: str = "make room, then run again") -> None:
        super().__init__(message or "no space is left on the disk, or no larger file may be written", action=action)


class ObjectStorageUnavailable(StorageUnavailable):
    """The bucket does not answer, or is overloaded, for longer than a request is tried again."""

    def __init__(self, message: str = "", *, action: str = "check it with `offrecord doctor`, then run again") -> None:
        super().__init__(message or "object storage does not answer, or is overloaded", action=action)


class ObjectStorageRefused(ObjectStorageUnavailable):
    """The bucket or its access key is not what the settings need: no fault of a recording, so that nothing counts."""

    code = Exit.CONFIGURATION

    def __init__(self, message: str = "", *, action: str = "") -> None:
        super().__init__(
            message or "object storage refuses the access key",
            action=action or "check storage.credentials, the rights of the key on the bucket, and this machine's clock",
        )
