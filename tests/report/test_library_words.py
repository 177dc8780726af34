"""What the report says of the mineral library, of labels that it doubts, and of the choice of a normalisation."""

from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from semispectral.library.judged import Judged, read_judged, write_judged
from semispectral.report.library_words import choice_table, choice_words, hull_words, library_words
from semispectral.report.page import render
from semispectral.report.results import Study, read_study
from semispectral.spectra.scaling_choice import Choice, read_choice, write_choice
from tiny_study import CONFIG, write_study

JUDGED = Judged(
    {"calcite": 2, "talc": 1},
    ("granite & <co>",),
    ("old sample",),
    ("7 of the 9 pixels labelled calcite look more like talc",),
)
SCORES = pd.DataFrame(
    {"input": ["snv_level", "hull"], "macro_f1": [0.5, 0.8], "standard_error": [0.1, 0.02], "pixels": [40, 40]}
)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A finished study without a library and with a normalisation that its configuration names."""
    return read_study(write_study(tmp_path_factory.mktemp("study")), CONFIG)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Both files come back as they were, a score that is missing as such."""
    write_judged(tmp_path / "judged.json", JUDGED)
    assert read_judged(tmp_path / "judged.json") == JUDGED
    write_choice(tmp_path / "choice.json", "hull", SCORES.assign(standard_error=np.nan), labels_per_class="5")
    found = read_choice(tmp_path / "choice.json")
    assert (found.chosen, found.labels_per_class) == ("hull", "5")
    pd.testing.assert_frame_equal(found.scores, SCORES.assign(standard_error=np.nan))


@pytest.mark.slow
def test_the_page_says_what_the_library_cannot_predict(study: Study, tmp_path: Path) -> None:
    """Its entries, the classes without one, and each label in doubt; text from files is text."""
    html = render(replace(study, judged=JUDGED), {}, index=tmp_path / "report/index.html", root=tmp_path)
    assert "granite &amp; &lt;co&gt; has no entry" in html
    assert "3 reference spectra of calcite, talc" in html
    assert "7 of the 9 pixels labelled calcite look more like talc." in html
    assert "Left out" in html


def test_a_silent_library_says_why(study: Study, tmp_path: Path) -> None:
    """One sentence with the reason, and no doubt."""
    silent = Judged.nothing(["calcite"], why="the scans have no wavelengths")
    assert library_words(silent) == ["The mineral library has nothing to say: the scans have no wavelengths."]
    html = render(replace(study, judged=silent), {}, index=tmp_path / "report/index.html", root=tmp_path)
    assert "mineral library doubts" not in html


def test_the_page_has_the_table_of_the_choice(study: Study, tmp_path: Path) -> None:
    """All candidates with their scores, of the bands and for M1, and how many labels spoke; else nothing of it."""
    choice = Choice("hull", SCORES, "5")
    both = replace(study, choices={"bands": choice, "m1": choice})
    html = unescape(render(both, {}, index=tmp_path / "report/index.html", root=tmp_path))
    assert "hull was chosen among the candidates of the bands" in html
    assert "hull was chosen among the candidates for M1" in html
    assert "40 labels of the training part" in html
    table = choice_table("bands", choice)
    assert [row[0].text for row in table.rows if row[1].best] == ["hull"]
    plain = render(study, {}, index=tmp_path / "report/index.html", root=tmp_path)
    assert "Candidates for the normalisation" not in plain


def test_an_svm_on_hull_quotients_without_a_say_is_named() -> None:
    """Only where it was asked for, and has no score beside others that have."""
    asked = {"compare": {"features": ["bands", "hull"]}}
    scores = pd.DataFrame({"features": ["bands", "hull"]})
    (said,) = hull_words(asked, scores.iloc[:1])
    assert said.startswith("The SVM on hull quotients has no say, for no sensor sees a window of normalise.windows")
    assert hull_words(asked, scores) == hull_words(asked, scores.iloc[:0]) == []
    assert hull_words({"compare": {"features": ["bands"]}}, scores.iloc[:1]) == []


def test_too_few_labels_to_choose_are_said() -> None:
    """The first candidate was taken, and not because of its score."""
    none = SCORES.assign(macro_f1=np.nan, standard_error=np.nan, pixels=0)
    assert "no label could be held out" in choice_words("m1", Choice("snv_level", none, "1"))
    table = choice_table("m1", Choice("snv_level", none, "1"))
    assert table.rows[0][1].text == "\N{EN DASH}"
