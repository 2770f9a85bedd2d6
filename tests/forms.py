"""The forms of a page as a browser without scripts has them: fields, what is in them, what they offer."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

Value = str | tuple[str, ...]


@dataclass
class Form:
    """`values`: what would be sent if nobody touched it. `offers`: of a choice, what may be chosen."""

    action: str  # empty: the page itself
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    offers: dict[str, set[str]] = field(default_factory=dict)
    buttons: set[tuple[str, str]] = field(default_factory=set)

    def filled(self, **chosen: Value) -> list[tuple[str, str]]:
        """As it is sent when these fields were filled in. Raises AssertionError for what the page does not have:
        no person could have done that."""
        sent = {name: list(values) for name, values in self.values.items()}
        for name, value in chosen.items():
            values = [value] if isinstance(value, str) else list(value)
            assert name in self.names or (name, value) in self.buttons, (
                f"no field {name}, only {sorted(self.names)}"
            )
            for each in values:
                offered = self.offers.get(name)
                assert offered is None or each in offered, f"{name} offers {sorted(offered or ())}, not {each}"
            sent[name] = values
        return [(name, value) for name, values in sent.items() for value in values]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = ""
        self._text = ""  # of a textarea; its name

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._form = Form(has.get("action", ""), has.get("method", "get").lower())
            self.forms.append(self._form)
        form, name = self._form, has.get("name", "")
        if form is None:
            return
        if tag == "option" and self._select:
            form.offers[self._select].add(has.get("value", ""))
            if "selected" in has or not form.values[self._select]:
                form.values[self._select] = [has.get("value", "")]
        elif not name or "disabled" in has:
            return
        elif tag == "button":
            form.buttons.add((name, has.get("value", "")))
        elif tag == "select":
            self._select = name
            form.names.add(name)
            form.offers[name], form.values[name] = set(), []
        elif tag == "textarea":
            self._text = name
            form.names.add(name)
            form.values[name] = [""]
        elif tag == "input":
            form.names.add(name)
            self._input(form, name, has)

    def _input(self, form: Form, name: str, has: dict[str, str]) -> None:
        if has.get("type") in ("radio", "checkbox"):
            form.offers.setdefault(name, set()).add(has.get("value", "on"))
            if "checked" in has:
                form.values.setdefault(name, []).append(has.get("value", "on"))
        elif has.get("type") not in ("file", "submit"):
            form.values.setdefault(name, []).append(has.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text = ""

    def handle_data(self, data: str) -> None:
        if self._text and self._form is not None:
            self._form.values[self._text][0] += data


def forms_of(page: str) -> list[Form]:
    reader = _Reader()
    reader.feed(page)
    return reader.forms


def form_for(page: str, action: str, **holding: str) -> Form:
    """The form that sends to `action`; of several, the one in which these values stand."""
    found = [
        form
        for form in forms_of(page)
        if form.method == "post"
        and form.action == action
        and all(form.values.get(name) == [value] for name, value in holding.items())
    ]
    actions = sorted({form.action for form in forms_of(page)})
    assert len(found) == 1, f"{len(found)} forms send to {action!r} with {holding}; the page has {actions}"
    return found[0]
