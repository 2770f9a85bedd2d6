from __future__ import annotations

from tests.server.demo.fixtures import filled as filled
