"""The font of our papers, and which characters it can print. It is read when somebody asks for it: the control
process starts without the libraries that make files (docs/decisions.md, 75)."""

from __future__ import annotations

from functools import cache

from server.web.statics import MODULES

FAMILY = "Tinos"
_FOLDER = MODULES / "@expo-google-fonts" / "tinos"
FACES = {
    "": _FOLDER / "400Regular/Tinos_400Regular.ttf",
    "B": _FOLDER / "700Bold/Tinos_700Bold.ttf",
    "I": _FOLDER / "400Regular_Italic/Tinos_400Regular_Italic.ttf",
    "BI": _FOLDER / "700Bold_Italic/Tinos_700Bold_Italic.ttf",
}
"""The file of each style, named as fpdf2 names them."""


@cache
def _letters() -> frozenset[int]:
    """What every face can print."""
    from fontTools.ttLib import TTFont

    faces = [TTFont(path, lazy=True) for path in FACES.values()]
    try:
        return frozenset.intersection(*(frozenset(face.getBestCmap() or ()) for face in faces))
    finally:
        for face in faces:
            face.close()


def unprintable(text: str) -> str:
    """The characters of `text` that the font lacks, each once: they would be empty boxes on paper."""
    return "".join(dict.fromkeys(letter for letter in text if letter != "\n" and ord(letter) not in _letters()))
