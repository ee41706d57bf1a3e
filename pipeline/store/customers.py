"""The team's own list of customers, ``customers.toml``: the segment and weight of each; a secret like term lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import ConfigurationError
from pipeline.files.invalid import problem_of
from pipeline.files.toml import BrokenToml, read_toml_file
from pipeline.lexicon import company_key

FILE_NAME = "customers.toml"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Segment(_Section):
    name: str = Field(min_length=1)
    weight: float = Field(1.0, ge=0.0, allow_inf_nan=False)


class _Customer(_Section):
    name: str = Field(min_length=1)
    segment: str = ""


class _File(_Section):
    segment: tuple[_Segment, ...] = ()
    customer: tuple[_Customer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCustomer:
    """One customer of the list."""

    segment: str
    weight: float


def read_customers(root: Path) -> Mapping[str, ListedCustomer]:
    """The customers of the workspace at ``root`` by ``company_key`` of their names; none where there is no list.

    Raises ``ConfigurationError`` naming entry and key, never a customer.
    """
    content = _read(root)
    weights = {segment.name: segment.weight for segment in content.segment}
    return {
        company_key(customer.name): ListedCustomer(segment=customer.segment, weight=weights.get(customer.segment, 1.0))
        for customer in content.customer
    }


def customer_names(root: Path) -> tuple[str, ...]:
    """The customers' names as the list has them; raises ``ConfigurationError`` naming entry and key."""
    return tuple(customer.name for customer in _read(root).customer)


def _read(root: Path) -> _File:
    path = root / FILE_NAME
    if not path.exists():
        return _File()
    try:
        content = _File.model_validate(read_toml_file(path))
    except BrokenToml as error:
        raise ConfigurationError(f"{FILE_NAME} is not valid TOML", action="correct it") from error
    except ValidationError as error:
        problem = problem_of(error, _File)
        raise ConfigurationError(f"{FILE_NAME}: {problem}", action="see docs/product-managers.md") from None
    weights = {segment.name: segment.weight for segment in content.segment}
    unknown = next(
        (number for number, listed in enumerate(content.customer, 1) if listed.segment not in {"", *weights}), 0
    )
    if unknown:
        raise ConfigurationError(
            f"{FILE_NAME}: customer {unknown} is of a segment that is not there",
            action="add a [[segment]] of that name",
        )
    return content
