"""What the office's story needs everywhere: the office, and what the system gave a number to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import count

from tests.scenarios.half_year.office import Office


@dataclass
class Story:
    """What the system gave a number to, by the diary's names; of registrations the addresses."""

    office: Office
    petitions: dict[str, int] = field(default_factory=dict)
    sittings: dict[str, int] = field(default_factory=dict)
    registrations: list[str] = field(default_factory=list)
    tasks: list[int] = field(default_factory=list)
    numbers: count[int] = field(default_factory=lambda: count(1))


def number_in(address: str) -> int:
    found = re.search(r"/(\d+)(?:[/?#]|$)", address)
    assert found is not None, address
    return int(found[1])
