"""A team's own phrases, ``cues.toml`` of the workspace, added to the shipped sets of ``pipeline.lexicon.cues``."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import ConfigurationError
from pipeline.files.invalid import problem_of
from pipeline.files.toml import BrokenToml, read_toml_file
from pipeline.lexicon.cues import CueFile, shipped_cues
from pipeline.records import SpokenCues

FILE_NAME = "cues.toml"


class _WorkspaceFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    add: CueFile = CueFile()
    remove: CueFile = CueFile()


def read_cues(root: Path) -> SpokenCues:
    """The sets of the workspace at ``root``: the shipped phrases, less those removed, and those added.

    Raises ``ConfigurationError`` naming the set and the number of the phrase that is wrong, or that removes nothing.
    """
    path, shipped = root / FILE_NAME, shipped_cues()
    if not path.exists():
        return shipped
    try:
        content = _WorkspaceFile.model_validate(read_toml_file(path))
    except BrokenToml as error:
        raise ConfigurationError(
            f"{FILE_NAME} is not valid TOML", action="correct it; see docs/detection.md"
        ) from error
    except ValidationError as error:
        problem = problem_of(error, _WorkspaceFile)
        raise ConfigurationError(f"{FILE_NAME}: {problem}", action="see docs/detection.md") from None
    return SpokenCues(
        **{
            name: _merged(name, getattr(shipped, name), getattr(content.add, name), getattr(content.remove, name))
            for name in CueFile.model_fields
        }
    )


def _merged(name: str, shipped: tuple[str, ...], added: tuple[str, ...], removed: tuple[str, ...]) -> tuple[str, ...]:
    for number, phrase in enumerate(removed, 1):
        if phrase not in shipped:
            raise ConfigurationError(
                f"{FILE_NAME}: remove.{name}: phrase {number} is not among the shipped phrases",
                action="copy it from cues.toml or secret_examples.toml in pipeline/lexicon/data",
            )
    return (*(phrase for phrase in shipped if phrase not in removed), *added)
