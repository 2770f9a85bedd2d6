"""The README says what is there: every setting with its default, every command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from server.cli import app
from server.settings import Settings

README = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
COMMANDS = typer.main.get_group(app)
CONTEXT = COMMANDS.make_context("tiepdan", ["reception"])
OPERATIONS = (Path(__file__).parents[3] / "docs" / "operations.md").read_text("utf-8")


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_in_the_table_with_its_default(name: str) -> None:
    row = re.search(rf"^\| `TIEPDAN_{name.upper()}` \| (.*?) \|", README, re.MULTILINE)
    assert row, f"TIEPDAN_{name.upper()} is not in the README"
    default = Settings.model_fields[name].default
    said = "" if row[1] == "(empty)" else row[1].strip("`")
    assert said == (str(default).lower() if isinstance(default, bool) else str(default))


def test_the_table_names_no_setting_that_is_not_there() -> None:
    named = set(re.findall(r"^\| `TIEPDAN_([A-Z_]+)`", README, re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields}


def test_every_command_is_in_the_readme_and_every_one_in_the_readme_is_there() -> None:
    commands = {name: COMMANDS.get_command(CONTEXT, name) for name in COMMANDS.list_commands(CONTEXT)}
    assert set(re.findall(r"^\| `tiepdan ([a-z]+)`", README, re.MULTILINE)) == set(commands)
    assert all(command is not None and command.help for command in commands.values())


def test_every_button_is_in_the_readme_and_the_ones_shown_in_operations_exist() -> None:
    buttons = set(COMMANDS.get_command(CONTEXT, "reception").commands)  # type: ignore[union-attr]
    row = re.search(r"^\| `tiepdan reception` \|(.*)$", README, re.MULTILINE)
    assert row
    assert set(re.findall(r"`([a-z-]+)", row[1])) == buttons
    assert set(re.findall(r"tiepdan reception ([a-z-]+)", OPERATIONS)) <= buttons


def test_the_pictures_are_there() -> None:
    pictures = re.findall(r"\]\((docs/images/[^)]+)\)", README)
    assert pictures
    assert [p for p in pictures if not (Path(__file__).parents[3] / p).is_file()] == []
