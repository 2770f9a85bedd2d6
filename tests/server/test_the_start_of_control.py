"""Rooms wait for it when it was killed: nothing is imported that no page needs before somebody asks for a file."""

from __future__ import annotations

import subprocess
import sys

LATER = ("alembic", "av", "aiortc", "docx", "fontTools", "fpdf", "lxml", "numpy", "obstore", "openpyxl", "PIL")


def test_it_does_without_what_makes_files() -> None:
    script = f"import sys, server.app; print(*(name for name in {LATER!r} if name in sys.modules))"
    present = subprocess.run((sys.executable, "-c", script), capture_output=True, text=True, check=True)
    assert present.stdout.split() == []
