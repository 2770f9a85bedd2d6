"""A whole control process, as the live tests have it."""

from __future__ import annotations

from tests.server.receptions_live.conftest import chosen, control, data_directory

__all__ = ["chosen", "control", "data_directory"]
