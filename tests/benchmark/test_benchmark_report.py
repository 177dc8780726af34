"""What people read of the benchmark: tables, figures and page say what the scores say, and show names as text."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from tiny_benchmark import NAMES, write_fits

from browser import Tab, browse, in_a_browser
from semispectral.evaluation.score_files import Scored, Where
from semispectral.evaluation.split_scores import evaluate
from semispectral.report.benchmark import figures, tables
from semispectral.report.benchmark.difference_tables import difference_table, mcnemar_table
from semispectral.report.benchmark.exports import as_latex, as_markdown, tidy
from semispectral.report.benchmark.page import asked, render, write_report
from semispectral.report.benchmark.table_markup import latex, latex_text, markdown, markdown_text
from semispectral.report.benchmark.wording import errors, outcome
from semispectral.report.table_cells import Cell, Table
from semispectral.storage.parquet import read_table

pytestmark = pytest.mark.slow  # pages with all their figures are drawn

ROOT = Path(__file__).parents[2]
FEW = ("m1+m2", "qy-latents", "svm-latents", "svm-bands", "majority")
HOSTILE = "[x] & 50% of_$y$ #1 {a} ~ ^ \\input{b} <b>|*c*"


def scored_of(folder: Path, where: Where, *, labels_per_class: Sequence[str], boost: float = 0.0) -> Scored:
    """Scores of a tiny benchmark whose classes have hostile names."""
    paths = write_fits(folder, methods=FEW, labels_per_class=labels_per_class, seeds=(1, 2), boost=boost, pixels=60)
    return evaluate(paths, where=where, class_names=NAMES, seed=1, resamples=20)


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Scored:
    return scored_of(
        tmp_path_factory.mktemp("honest"), Where("blocks", "blocks", "inductive"), labels_per_class=("5", "10")
    )


@pytest.fixture(scope="module")
def leaky(tmp_path_factory: pytest.TempPathFactory) -> Scored:
    return scored_of(
        tmp_path_factory.mktemp("leaky"), Where("random_50%", "leaky", "inductive"), labels_per_class=("5",), boost=1.0
    )


@pytest.fixture(scope="module")
def index(honest: Scored, leaky: Scored, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "index.html"
    write_report(path, [leaky, honest], config={"benchmark": {"seeds": [1, 2]}}, root=ROOT)
    return path


def test_the_table_of_scores_holds_the_summary(honest: Scored) -> None:
    """Each cell is mean and interval of its method and labels per class; only the best of a column is bold."""
    table = tables.score_table(honest)
    wide = honest.summary[honest.summary["score"] == "macro_f1"].set_index(["method", "features", "per_class"])
    row = wide.loc[("m2", "latents", "10")]
    assert table.rows[0][0].text == "M1+M2"
    assert table.rows[0][2].text == f"{row['mean']:.3f}"
    assert table.rows[0][2].note == f"[{row['low']:.3f}, {row['high']:.3f}]"
    for column in (1, 2):
        values = [float(cells[column].text) for cells in table.rows]
        assert [cells[column].best for cells in table.rows] == [value == max(values) for value in values]


def test_a_table_cannot_be_read_wrong(honest: Scored, leaky: Scored) -> None:
    """Its caption names split, regime, seeds and, where it leaks, that; so in Markdown and in LaTeX."""
    assert "LEAKY: do not quote alone" in tables.score_table(leaky).caption
    assert "LEAKY" not in tables.score_table(honest).caption
    for text in (as_markdown([leaky]), as_latex([leaky])):
        assert text.count("LEAKY") >= text.count("toprule") + text.count("\n\n| method")
    caption = tables.score_table(honest).caption
    assert all(words in caption for words in ("split blocks", "inductive", "2 seeds", "test pixels"))
    one = tables.class_table(honest, "5")
    assert "5 labels per class" in one.caption
    assert [cells[0].text for cells in one.rows] == list(NAMES)


def test_lower_is_better_in_calibration(honest: Scored) -> None:
    """The bold NLL is the lowest one, and the heads say so."""
    table = tables.calibration_table(honest, "5")
    values = [float(cells[1].text) for cells in table.rows]
    assert [cells[1].best for cells in table.rows] == [value == min(values) for value in values]
    assert all(text.endswith("\N{DOWNWARDS ARROW}") for text, _ in table.head[1:])


def test_differences_name_the_control(honest: Scored) -> None:
    """A difference has its sign, its interval, its p, and the name of the baseline that was the best."""
    table = difference_table(honest)
    assert table.rows[0][0].text == "M1+M2 \N{MINUS SIGN} best baseline"
    row = honest.differences.iloc[0]
    cell = table.rows[0][1]
    assert cell.text == f"{row['mean']:+.3f}".replace("-", "\N{MINUS SIGN}")
    assert f"p {row['probability_holm']:.3f}, against {tables.name_of(row['second'])}" in cell.note
    assert re.fullmatch(r"better in \d, worse in \d of 2", mcnemar_table(honest).rows[0][1].text)


def test_time_and_memory_are_those_of_the_runs(honest: Scored) -> None:
    """Number of fits, median and largest seconds, and the largest memory."""
    cells = [cell.text for cell in tables.cost_table(honest).rows[0][1:]]
    assert cells == ["4", "6.5", "7", "920"]


def test_one_seed_has_no_interval(tmp_path: Path) -> None:
    """Where one seed was run on one hole, no interval is made up, and the caption says so."""
    paths = write_fits(tmp_path, methods=FEW, labels_per_class=("5",), seeds=(4,), holes=1)
    scored = evaluate(paths, where=Where("h", "groups", "inductive"), class_names=NAMES, seed=1, resamples=20)
    table = tables.score_table(scored)
    assert "seed 4 alone" in table.caption
    assert all(not cell.note for cells in table.rows for cell in cells)
    assert "one seed: no interval" in outcome([scored])[-1]


def test_names_are_text_in_latex() -> None:
    """Special signs are escaped, braces stay balanced, and a row cannot begin with an option."""
    text = latex_text(HOSTILE)
    assert not re.search(r"(?<!\\)[%&#_]", text)
    assert r"\input" not in text
    assert "<" not in text
    bare = re.sub(r"\\[{}]", "", text)
    assert bare.count("{") == bare.count("}")
    table = Table("50 % of_it", (("a_b", ""), ("n", "")), ((Cell(HOSTILE), Cell("0.5", note="[0.4, 0.6]", best=True)),))
    drawn = latex(table, label="A b_c")
    assert r"\label{tab:a-b-c}" in drawn
    assert r"\textbf{0.5} {\scriptsize [0.4, 0.6]} \\" in drawn
    assert not re.search(r"(\\\\|rule)\s*\n\s*[\[*]", drawn)
    assert drawn.count(r"\begin{") == drawn.count(r"\end{") == 2


def test_names_are_text_in_markdown() -> None:
    """Nothing of a name is markup, a cell or a line; every row has as many cells as the head."""
    text = markdown_text("<script>|`a`\n*b* [c](d) _e_")
    assert "<" not in text
    assert "\n" not in text
    assert "](" not in text
    drawn = markdown(Table("c", (("a", ""), ("b", "")), ((Cell("x|y"), Cell("1", best=True)),)))
    rows = [line for line in drawn.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {3}
    assert "**1**" in drawn


def test_tidy_holds_every_score_once(honest: Scored, leaky: Scored) -> None:
    """One value per split, regime, run, label and score; overall scores have label -1 and no class."""
    table = tidy([honest, leaky])
    key = [name for name in table.columns if name not in ("value", "class")]
    assert not table.duplicated(key).any()
    overall = table[(table["label"] == -1) & (table["score"] == "macro_f1") & (table["split"] == "blocks")]
    np.testing.assert_allclose(sorted(overall["value"]), sorted(honest.scores["macro_f1"]))
    assert set(table.loc[table["label"] == 0, "class"]) == {NAMES[0]}
    assert {"seconds", "peak_mb", "ece"} <= set(table["score"])


def test_the_page_holds_its_figures_and_no_markup_of_others(index: Path) -> None:
    """Names are text, pictures are inside, and no address leads out but to the files beside it, which are there."""
    html = index.read_text(encoding="utf-8")
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert not re.search(r'(src|href)="(?!data:|#|results\.|scores\.)', html)
    for name in ("results.md", "results.tex", "scores.parquet"):
        assert f'href="{name}"' in html
        assert (index.parent / name).is_file()
    assert len(read_table(index.parent / "scores.parquet")) > 0
    drawn = {path.relative_to(index.parent / "figures").as_posix() for path in index.parent.rglob("*.png")}
    assert {"all/overview_inductive.png", "all/leaky_inductive.png", "blocks-inductive/confusion_5.png"} <= drawn


def test_the_page_says_in_red_what_is_wrong(honest: Scored, leaky: Scored) -> None:
    """The leak stands at the head, in the chapter of its split, and with the warnings; an honest page has no alarm."""
    assert any("it leaks" in message for message in errors([honest, leaky]))
    html = render([honest, leaky], {}, config={}, root=ROOT)
    assert html.index('class="alarm"') < html.index("it leaks") < html.index("<nav>")
    assert html.count("it leaks") == 3
    calm = render([honest], {}, config={}, root=ROOT)
    assert ('class="alarm"' in calm) == bool(errors([honest]))
    assert "No leaky split was run" in calm
    assert asked([honest]).rows[0][6].text == "60"


def test_the_outcome_is_of_an_honest_split(honest: Scored, leaky: Scored) -> None:
    """However good the leaky split looks."""
    said = " ".join(outcome([leaky, honest]))
    assert "split blocks" in said
    mean = honest.differences["mean"].iloc[0]
    assert f"M1+M2 against the best baseline, by macro-F1: with 5 labels per class {mean:+.3f}" in said


def test_every_line_of_a_figure_is_named(honest: Scored, leaky: Scored) -> None:
    """A legend under the panels, units at the axes, and the largest class left out where it says nothing."""
    figure = figures.against_labels({"a": honest, "b": leaky}, every=True)
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == [tables.name_of(method) for method in FEW if method != "majority"]
    few = figures.against_labels({"a": honest}, every=False)
    assert figures.REST in [text.get_text() for text in few.legends[0].get_texts()]
    assert few.axes[0].get_xlabel() == "labels per class"
    risk = figures.risk_coverage(honest)
    assert all("%" in axis.get_xlabel() for axis in risk.axes)


@in_a_browser
def test_the_page_fits_a_phone_without_network(index: Path) -> None:
    """Nothing but tables and pictures is wider than the screen, they scroll by themselves, and nothing is fetched."""

    async def story(tab: Tab) -> tuple[int, list[str]]:
        await tab.call("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=True)
        await tab.until("document.readyState == 'complete'")
        return await tab.value("document.documentElement.scrollWidth"), tab.errors()

    width, found = browse(index, story)
    assert width <= 390
    assert not found
