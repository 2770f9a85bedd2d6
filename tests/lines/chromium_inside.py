"""Chromium with its network in a namespace: Playwright starts it by a script that goes in first."""

from __future__ import annotations

from pathlib import Path

from server.bench.line.namespaces import Namespace


def executable_inside(namespace: Namespace, chromium: str, trusted: str, script: Path, *switches: str) -> str:
    """Write `script` and give its path. `trusted`: the address whose pages may use camera and microphone."""
    trust = (
        f"--unsafely-treat-insecure-origin-as-secure={trusted}"  # there is no HTTPS proxy in front of the office
    )
    entered = " ".join(namespace.command(chromium, trust, *switches))
    script.write_text(f'#!/bin/sh\nexec {entered} "$@"\n')
    script.chmod(0o700)
    return str(script)
