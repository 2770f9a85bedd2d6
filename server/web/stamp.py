"""What somebody had before their eyes when they opened a form: who saves over what another has changed in the
meantime is told, and neither loses a word.

A fingerprint of the fields, so that no table needs a number for it. A form that was sent without one was opened by
nobody, and is not asked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from server.web.languages import N_

FIELD = "stamp"
CHANGED_MEANWHILE = N_(
    "Somebody else changed this in the meantime, so nothing was saved. What you typed is still here: open the"
    " page in a second window and compare. If you save now, what stands here takes its place."
)


def stamp_of(fields: Mapping[str, object]) -> str:
    told = {
        name: sorted(map(str, value)) if isinstance(value, frozenset) else str(value)
        for name, value in fields.items()
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def stamp_to_show(form: Mapping[str, object], mistakes: Mapping[str, str], present: str) -> str:
    """What goes with a form that is shown again: what came with it, until its sender was told of the change."""
    return present if FIELD in mistakes else str(form.get(FIELD, present))


def changed_meanwhile(form: Mapping[str, object], present: str) -> bool:
    """`form`: as it came."""
    return form.get(FIELD, present) != present
