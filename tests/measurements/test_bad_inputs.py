"""The program that tries bad inputs: a few of each kind are good, and it sees what is not."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "measurements/soundness"))

from bad_inputs import Outcome, fault, outcome
from bad_inputs_cases import CASES, Case

EACH = 16  # every so many of the cases are tried here; `python measurements/soundness/bad_inputs.py` tries all
REFUSAL = "a1.h5: 3 axes are needed, got 2; name another array"


@pytest.mark.parametrize("case", CASES[::EACH], ids=lambda case: f"{case.kind}: {case.name}")
def test_an_input_is_refused_in_one_sentence_or_taken(case: Case) -> None:
    """As the case says: what is right is taken, what is not is refused in words of ours."""
    assert fault(case, outcome(case)) == ""


def test_the_cases_are_many_and_differ() -> None:
    """About 300 of every kind that was met, each with a name of its own, and some of them right."""
    names = [f"{case.kind}: {case.name}" for case in CASES]
    assert len(names) == len(set(names)) > 280
    assert len({case.kind for case in CASES}) == 28
    assert sum(case.taken for case in CASES) > 30


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Outcome(trace="Traceback\nKeyError: 'x'"), "traceback: KeyError"),
        (Outcome(), "taken without a word"),
        (Outcome([REFUSAL + "\nand more"]), "several lines"),
        (Outcome([REFUSAL + "\x1b[2J"]), "letters that control a terminal"),
        (Outcome(["[Errno 2] No such file; a1.h5"]), "the system's own words"),
        (Outcome(["a1.h5 is bad"]), "no instruction"),
        (Outcome([REFUSAL.replace("a1", "b1")]), "no 'a1.h5'"),
        (Outcome([REFUSAL + "x" * 2000]), "longer than a person reads"),
        (Outcome([REFUSAL]), ""),
    ],
)
def test_what_is_not_good_is_seen(found: Outcome, words: str) -> None:
    """Of an input that is to be refused: a traceback, silence, and every fault of the sentence."""
    said = fault(Case("HDF5", "an array of two axes", lambda study: None, "a1.h5"), found)
    assert said.startswith(words) if words else said == ""


def test_what_is_right_must_be_taken() -> None:
    """Of an input that is right: a refusal is a fault, and so is silence where something has to be said."""
    case = Case("HDF5", "wavelengths that fall", lambda study: None, "a1", taken=True)
    assert fault(case, Outcome([REFUSAL])).startswith("refused, though it is right")
    assert fault(case, Outcome(said=["b1"])).startswith("taken without 'a1'")
    assert fault(case, Outcome(said=["of a1"])) == ""
