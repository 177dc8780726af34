"""The table of what each key should rerun: complete, and a few keys of it tried on rules written by hand."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "measurements/soundness"))
import reruns
from reruns_cases import CASES, NOT_TRIED


def test_every_key_has_its_row() -> None:
    """A key that joins the schema needs a row, or a reason why it is not tried; none has both."""
    assert set(CASES) | set(NOT_TRIED) >= reruns.every_key()
    assert set(CASES) <= reruns.every_key()
    assert not set(CASES) & set(NOT_TRIED)


def test_what_is_too_much_and_too_little_is_said() -> None:
    """Both in one line; nothing where all is as it should be."""
    assert reruns.judged("m1.latents", {"a", "b"}, {"b", "c"}) == "m1.latents: too many: a; too few: c"
    assert reruns.judged("m1.latents", {"a"}, {"a"}) == ""
    assert reruns.overlay("m1.fit.epochs", 3) == {"m1": {"fit": {"epochs": 3}}}
