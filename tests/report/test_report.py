"""The report: it holds everything it shows, says what is wrong, and shows names as text."""

import json
import re
import subprocess
from dataclasses import asdict, replace
from functools import partial
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from jinja2 import Environment

from browser import Tab, browse, in_a_browser
from semispectral.downhole.log import NOVEL, SHARE
from semispectral.errors import DataError
from semispectral.evaluation.alerts import Alert
from semispectral.evaluation.differences import wide_scores
from semispectral.evaluation.score_names import shown_in_report
from semispectral.evaluation.split_scores import LEAKAGE
from semispectral.features.feature_files import read_features
from semispectral.figures.methods import method_name
from semispectral.report import draw_training as training
from semispectral.report import tables
from semispectral.report import wording as words
from semispectral.report.benchmark.difference_tables import difference_table
from semispectral.report.captions import CAPTIONS, caption_of
from semispectral.report.chosen_models import best_of_each_family, strongest_control
from semispectral.report.deliverables import made_of, trust
from semispectral.report.draw import FIGURES, draw_figures, masks
from semispectral.report.feature_chapter import beside_classes
from semispectral.report.page import render, write_report
from semispectral.report.results import Paths, Study, read_study
from semispectral.report.stage_report import run_report
from semispectral.scans.sensor_bands import SensorBands
from semispectral.storage import provenance
from semispectral.study.classes import MASKED, ClassMap
from semispectral.study.scene import Remark
from tiny_models import BANDS
from tiny_study import CONFIG, write_study

pytestmark = pytest.mark.slow  # pages with all their figures are drawn

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    return write_study(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="module")
def study(paths: Paths) -> Study:
    return read_study(paths, CONFIG)


@pytest.fixture(scope="module")
def index(paths: Paths, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, with inputs as Snakemake gives them: a text for one file, a list for several."""
    path = tmp_path_factory.mktemp("report") / "report" / "index.html"
    inputs = {name: str(files[0]) if len(files) == 1 else [*map(str, files)] for name, files in paths.items()}
    run_report(path, inputs=inputs, root=ROOT, threads=2, cfg=json.dumps(CONFIG))
    return path


@pytest.fixture(scope="module")
def doubtful(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, str]:
    """A study whose M2 predicts one class only, and its page."""
    folder = tmp_path_factory.mktemp("doubtful")
    found = read_study(write_study(folder, trusted=False), CONFIG)
    return found, render(found, {}, index=folder / "report/index.html", root=folder)


def test_every_figure_is_drawn_and_held_by_the_page(study: Study, index: Path) -> None:
    """Each figure of the table, and a map of each test scene, is a PNG beside the page and inside it."""
    scenes = study.predictions["scene"].unique()
    drawn = {str(path.relative_to(index.parent / "figures").with_suffix("")) for path in index.parent.rglob("*.png")}
    assert drawn == {*FIGURES, *(f"maps/{scene}" for scene in scenes)}
    taken_home = len(study.maps) + len(study.logs) + study.predictions["hole"].nunique()  # and the tested holes
    assert index.read_text(encoding="utf-8").count('<img src="data:image/png;base64,') == len(drawn) + taken_home


def test_m1_is_shown_on_the_scale_of_its_spectra(study: Study, index: Path) -> None:
    """The page names both scales, and what M1 rebuilds and draws has as many values as there are bands."""
    assert "<code>snv_standardise</code>, for M1 by\n<code>views</code>" in index.read_text(encoding="utf-8")
    for draw in (training.reconstructions, training.prior, training.class_draws):
        figure = draw(study)
        assert figure is not None
        assert {len(line.get_xdata()) for axis in figure.axes for line in axis.lines} == {BANDS}
    assert [len(line.get_xdata()) for line in training.latents(study).axes[1].lines] == [BANDS, BANDS]


def test_names_from_files_are_shown_as_text(index: Path) -> None:
    """A class called <script> is text in the page, which has no script at all."""
    html = index.read_text(encoding="utf-8")
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_the_page_needs_no_network(index: Path) -> None:
    """Every address is a picture's content, a place in the page, or a file of the results beside it."""
    html = index.read_text(encoding="utf-8")
    addresses = re.findall(r'(?:src|href)="([^"]{,40})', html)
    assert addresses
    assert all(address.startswith(("data:", "#", "../")) for address in addresses)
    assert "http:" not in html
    assert "https:" not in html


def test_paired_differences_are_those_of_the_benchmark(study: Study, index: Path) -> None:
    """The page has the benchmark's table of the same scores, with the mean difference of both seeds."""
    row = study.scored.differences.iloc[-1]
    wide = wide_scores(study.scores[study.scores["per_class"] == row["per_class"]])
    assert row["mean"] == pytest.approx((wide[row["first"]] - wide[row["second"]]).mean())
    assert difference_table(study.scored).caption in unescape(index.read_text(encoding="utf-8"))


def test_maps_and_logs_are_linked(study: Study, index: Path) -> None:
    """Each scene's page and rasters and each hole's log are linked, by addresses that exist beside the page."""
    html = index.read_text(encoding="utf-8")
    linked = {(index.parent / address).resolve() for address in re.findall(r'href="([.][^"]+)"', html)}
    assert {path.with_name("page.html").resolve() for path in study.maps} <= linked
    assert {path.with_suffix(".las").resolve() for path in study.logs} <= linked
    assert "1.5 % of its pixels" in html
    assert "guided: OA 1.000, macro-F1 1.000; none: OA 0.867" in html


def test_classes_library_and_features_stand_side_by_side(study: Study) -> None:
    """Pixel by pixel from the rasters: how many are labelled so, what the library names most, where features lie."""
    folder = next(folder for folder, facts in study.absorption.items() if facts["windows"])
    runs = study.predictions.assign(scene=folder.name)
    of_maps = (runs["method"] == "m2") & (runs["features"] == "latents") & (runs["seed"] == study.seed)
    mine = runs[of_maps & (runs["per_class"].astype(str) == study.headline)]
    library = mine.assign(method="library", features="bands", predicted=np.int16(1))
    table = beside_classes(replace(study, predictions=pd.concat([runs, library])))
    of_class, found = mine[mine["predicted"] == 2], read_features(folder)
    position_nm = found.values[found.names.index("aloh_2200_position_nm")][of_class["line"], of_class["sample"]]
    (row,) = (row for row in table.rows if row[0].text == study.classes.names[2])
    assert row[1].text == str(len(of_class))
    assert row[1].note == f"{(of_class['label'] == 2).mean():.0%} labelled so"
    assert (row[2].text, row[2].note) == (study.classes.names[1], "100%")
    place = [title for title, _ in table.head].index("aloh_2200, nm")
    assert row[place].text == f"{np.nanmedian(position_nm):.1f}"
    elsewhere = beside_classes(replace(study, predictions=runs.assign(line=runs["line"] + 10_000)))
    assert {cell.text for row in elsewhere.rows for cell in row[2:]} == {"none"}
    assert not beside_classes(replace(study, absorption={})).rows


def test_the_report_begins_with_what_was_found(study: Study, index: Path) -> None:
    """The tested holes by length of core, how far to trust it, and links; a study without depths begins otherwise."""
    html = index.read_text(encoding="utf-8")
    heads = re.findall(r"<h[12][^>]*>(.*?)</h[12]>", html)
    assert heads[:2] == ["What was found", "Which method maps best, and how far to trust it"]
    hole = sorted(study.predictions["hole"].astype(str).unique())[0]
    assert f"Hole {hole}, 10 to 12 m, 1 m of core: calcite 60 %, &lt;script&gt;" in html
    assert "2.0 % is unlike all that training saw" in html
    assert f"/holes/{hole}/index.html" in html
    assert html.index("How far to trust it") < html.index('id="data"')
    own = study.score("macro_f1", "all").set_index(["method", "features"]).loc[("m2", "latents")]
    said = f"M1+M2, which makes the maps, reaches macro-F1 {own['mean']:.2f}, between {own['low']:.2f}"
    assert said in html
    config = study.config | {"map": {"method": "svm", "features": "mnf", "labels_per_class": 5}}
    said = "was not scored on labelled pixels. To score it, name svm in compare.models and mnf in compare.features."
    assert said in trust(replace(study, config=config))
    average = study.config | {"map": {"method": "m2_svm", "features": "latents_mnf", "labels_per_class": 5}}
    assert trust(replace(study, config=average)).endswith("To score it, name m2_svm in compare.models.")
    bare = render(replace(study, composites=()), {}, index=index, root=ROOT)
    assert "What was found" not in bare


def test_sources_of_interval_labels_are_shown_with_their_weights(study: Study, index: Path) -> None:
    """A row for each source: its weight, its intervals, those with training pixels, and these; none without."""
    rows = {"source": ["log.csv", "log.csv", "xrd.csv"], "weight": [0.5, 0.5, 1.0], "pixels": [1200, 0, 30]}
    table = tables.interval_sources(replace(study, interval_labels=pd.DataFrame(rows)))
    shown = [[cell.text.replace("\N{NARROW NO-BREAK SPACE}", "") for cell in row] for row in table.rows]
    assert shown == [["log.csv", "0.5", "2", "1", "1200"], ["xrd.csv", "1", "1", "1", "30"]]
    html = render(replace(study, interval_labels=pd.DataFrame(rows)), {}, index=index, root=ROOT)
    assert "Labels of intervals, which M2 alone sees" in html
    assert "Labels of intervals" not in index.read_text(encoding="utf-8")


def test_shares_of_classes_are_shown_with_their_weights(study: Study, index: Path) -> None:
    """A row for each pattern of files: its weight, its pixels and how large the dominant share is; none without."""
    rows = {"source": ["sem/*", "sem/*", "other files"], "weight": [0.5, 0.5, 1.0], "share_0": [0.9, 0.2, 0.25]}
    found = replace(study, share_labels=pd.DataFrame(rows | {"share_1": [0.1, 0.8, 0.75]}))
    shown = [[cell.text for cell in row] for row in tables.share_sources(found).rows]
    assert shown == [["sem/*", "0.5", "2", "0.85"], ["other files", "1", "1", "0.75"]]
    assert "Shares of classes in labelled pixels" in render(found, {}, index=index, root=ROOT)
    assert "Shares of classes" not in index.read_text(encoding="utf-8")


def test_all_methods_stand_in_the_table(study: Study, index: Path) -> None:
    """Each method that was scored is named in the page as people call it."""
    html = index.read_text(encoding="utf-8")
    methods = study.scores[["method", "features"]].drop_duplicates().itertuples(index=False)
    assert all(method_name(*names) in html for names in methods)


def test_best_of_each_column_is_bold(study: Study) -> None:
    """Bold cells are the extremes of the scores, highest or lowest as the score wants it."""
    table = tables.results(study)[0]
    at_per_class = study.scores[study.scores["per_class"] == "all"]
    means = at_per_class.groupby(["method", "features"])[list(shown_in_report())].mean().round(tables.DIGITS)
    for place, (name, score) in enumerate(shown_in_report().items(), start=1):
        bold = {row[place].text for row in table.rows if row[place].best}
        assert bold == {f"{means[name].max() if score.higher else means[name].min():.3f}"}


def test_the_table_is_in_the_order_of_macro_f1_with_intervals(study: Study) -> None:
    """Rows fall in macro-F1, and with two seeds each figure has its interval."""
    rows = tables.results(study)[0].rows
    values = [float(row[3].text) for row in rows]
    assert values == sorted(values, reverse=True)
    assert all(" to " in row[3].note for row in rows[:-1])


def test_models_shown_are_chosen_on_the_validation_part(study: Study) -> None:
    """Turning the test scores upside down changes nothing; turning the validation scores does."""
    upside_down = study.scores.assign(macro_f1=1 - study.scores["macro_f1"])
    chosen = best_of_each_family(study)
    assert best_of_each_family(replace(study, scores=upside_down)) == chosen
    validation = study.validation.assign(macro_f1=1 - study.validation["macro_f1"])
    assert best_of_each_family(replace(study, validation=validation)) != chosen


def test_the_headline_compares_with_the_strongest_control(study: Study) -> None:
    """It is chosen on the validation part among all methods that are none of ours, not among SVMs alone."""
    others = study.validation[~study.validation["method"].isin(["m2", "mean_of_two"])]
    others = others[others["per_class"].astype(str) == study.headline]
    expected = others.groupby(["method", "features"])["macro_f1"].mean().idxmax()
    assert strongest_control(study) == expected
    one = study.validation.assign(macro_f1=(study.validation["method"] == "majority").astype(float))
    assert strongest_control(replace(study, validation=one)) == ("majority", "bands")
    assert any("largest class" in text for text in words.outcome(replace(study, validation=one)))


def test_a_sound_study_raises_no_alarm(index: Path) -> None:
    """Without errors there is no red box."""
    assert "Do not use these scores" not in index.read_text(encoding="utf-8")


def test_a_map_of_one_class_is_said_in_red_and_in_words(doubtful: tuple[Study, str]) -> None:
    """Where M2 predicts one class only, the page says so before anything else, with the class's name as text."""
    _, html = doubtful
    alarm = html[html.index('class="alarm"') : html.index("<nav>")]
    assert "nearly everything is predicted as &lt;script&gt;" in alarm
    assert "M1+M2" in alarm


def test_a_leaky_split_is_an_error(study: Study) -> None:
    """A split by random pixels is said among the errors, whatever the scores."""
    leaky = asdict(Alert(LEAKAGE, "error", "", "", "", "test", ()))
    assert any("it leaks" in text for text in words.errors(replace(study, alerts=(leaky,))))
    assert not any("it leaks" in text for text in words.errors(study))


def test_all_notes_stand_together_at_the_end(doubtful: tuple[Study, str]) -> None:
    """The chapter of warnings holds every note of the scans, the split and the scores, once each, errors as such."""
    found, html = doubtful[0], unescape(doubtful[1])
    chapter = html[html.index('id="alerts"') : html.index('id="made"')]
    noted = [*words.errors(found), *words.warnings(found), *words.census_warnings(found), *found.split["warnings"]]
    assert noted
    assert [note for note in noted if chapter.count(f"> {note}<") != 1] == []
    assert chapter.count("ERROR") == len(words.errors(found))


def test_many_notes_are_cut_where_they_are_not_the_matter(study: Study, tmp_path: Path) -> None:
    """The chapter of the split shows the first notes and leads to the others, which stand in their own chapter."""
    many = replace(study, split={**study.split, "warnings": [f"class {number} is odd" for number in range(9)]})
    html = render(many, {}, index=tmp_path / "report/index.html", root=tmp_path)
    chapter = html[html.index('id="split"') : html.index('id="spectra"')]
    assert chapter.count("is odd") == 3
    assert '<a href="#alerts">6 more warnings</a>' in chapter
    assert html.count("is odd") == 3 + 9


def test_a_study_without_fault_has_no_alerts(study: Study, tmp_path: Path) -> None:
    """Where nothing was noted, the chapter says so."""
    clean = replace(study, alerts=(), census=(), quotas=study.quotas[:0], split={**study.split, "warnings": []})
    assert words.everything_odd(clean) == []


@in_a_browser
@pytest.mark.parametrize("width", [390, 1300])
def test_the_page_fits_its_window(index: Path, width: int) -> None:
    """On a phone and on a desk nothing but tables and figures, in boxes of their own, can be moved sideways."""

    async def look(tab: Tab) -> tuple[int, list[str], list[str]]:
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
        await tab.call("Emulation.setDeviceMetricsOverride", **size)
        await tab.until("document.readyState === 'complete'")
        outside = await tab.value(
            "[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, pre, nav') &&"
            f" e.getBoundingClientRect().right > {width} + 1).map(e => e.outerHTML.slice(0, 90))"
        )
        return await tab.value("document.documentElement.scrollWidth"), outside, tab.errors()

    scrolled, outside, errors = browse(index, look)
    assert outside == []
    assert scrolled <= width
    assert errors == []


def test_census_is_put_in_words(study: Study) -> None:
    """A scene with a quarter of its values missing is named, and only that one."""
    said = words.census_warnings(study)
    assert [text.split(":")[0] for text in said if "missing" in text] == ["deep"]


def test_sensors_are_described_one_by_one(study: Study) -> None:
    """The bands of each sensor, how its tie points fit, and what lacks it; nothing of it where there is one sensor."""
    sensors = (SensorBands("vnir", 4), SensorBands("swir", BANDS - 4))
    said = (Remark("swir: it lies on the scene by 9 tie points"), Remark("vnir: odd", odd=True))
    two = replace(
        study,
        scaler=replace(study.scaler, sensors=sensors),
        census=tuple(replace(found, remarks=said, sensors=sensors) for found in study.census),
    )
    assert words.bands_words(two).startswith("2 sensors: vnir with 4 bands from ")
    assert words.bands_words(two).endswith(f"together {BANDS} bands")
    placed, of_svms = words.sensor_notes(two)
    assert placed.partition(": ")[2] == "swir: it lies on the scene by 9 tie points"
    assert "is fitted for each sensor by itself" in of_svms
    assert words.sensor_notes(study) == []


def test_a_mask_is_drawn_only_where_there_is_one(study: Study) -> None:
    """Its figure shows the masked scene alone, tray redder than its brightness; there is none for scenes without."""
    figure = masks(study)
    assert figure is not None
    (panel,) = [axis for axis in figure.axes if axis.images]
    image = np.asarray(panel.images[0].get_array()) / 255
    red = image[..., 0] - image[..., 2]
    assert set(np.unique(red.round(3))) > {0.0}  # core is grey
    masked = study.codes["deep"] == MASKED
    assert (red > 0.3).sum() == masked.sum()
    assert masks(replace(study, images={})) is None


def test_a_labels_per_class_that_no_class_can_fill_is_said(study: Study) -> None:
    """The classes with fewer labels than the most labels per class are named, with their numbers."""
    asked = study.scores.assign(per_class=study.scores["per_class"].replace({"all": "100000"}))
    said = words.census_warnings(replace(study, scores=asked))
    assert any(text.startswith("Classes with fewer labels than the 100000 asked for: <script>") for text in said)
    assert not any("asked for" in text for text in words.census_warnings(study))


def test_outcome_names_the_test_hole_and_both_figures(study: Study) -> None:
    """The first sentences name the hole that was tested, and M2 and SVM with their means as in the table."""
    said = " ".join(words.outcome(study))
    means = study.score("macro_f1", "all").set_index(["method", "features"])["mean"]
    assert "test pixels of B" in said
    assert all(f"{means[chosen]:.3f}" in said for chosen in best_of_each_family(study))


def test_a_class_that_only_the_test_part_has_is_no_share_of_a_hole() -> None:
    """Its map does not know it, so the log has no column; the others are counted by length of core."""
    table = pd.DataFrame(
        {"HoleID": "DH3", "From": [0.0, 1.0], "To": [1.0, 2.0], "Core": [1.0, 0.5]}
        | {f"{SHARE}a": [0.5, 0.8], f"{SHARE}b": [0.5, 0.2], NOVEL: [0.0, 0.3]}
    )
    said = made_of(table, ClassMap((1, 2, 3), ("a", "b", "new"), ("#000000", "#ffffff", "#336699")))
    assert said.endswith("1.5 m of core: a 60 %, b 40 %; 10.0 % is unlike all that training saw.")


def test_a_study_without_generative_models_still_has_a_report(study: Study, tmp_path: Path) -> None:
    """Where only baselines were run, figures of M1 and M2 are left out and the rest stands."""
    only = {name: getattr(study, name) for name in ("scores", "validation", "summary", "predictions", "class_scores")}
    kept: dict[str, pd.DataFrame] = {name: table[table["method"] == "majority"] for name, table in only.items()}
    bare = replace(study, m1={}, classifiers={}, alerts=(), **kept)
    write_report(tmp_path / "index.html", bare, root=tmp_path)
    assert not (tmp_path / "figures" / "training").exists()
    assert (tmp_path / "figures" / "results" / "confusion.png").is_file()


def test_what_several_processes_draw_is_the_same(study: Study, index: Path, tmp_path: Path) -> None:
    """Each figure has the bytes that one process draws."""
    keys = draw_figures(study, tmp_path, processes=1)
    drawn = [path.relative_to(tmp_path) for path in sorted(tmp_path.rglob("*.*"))]
    assert {path.with_suffix("").as_posix() for path in drawn} == set(keys)
    assert all((tmp_path / path).read_bytes() == (index.parent / "figures" / path).read_bytes() for path in drawn)


def test_a_figure_that_cannot_be_drawn_ends_the_report(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in another process than the one that asks."""
    monkeypatch.setattr(
        "semispectral.report.draw.FIGURES", {"a/first": lambda study: None, "a/second": lambda study: 1 / 0}
    )
    with pytest.raises(DataError, match="could not be drawn"):
        draw_figures(study, tmp_path, processes=2)


def test_snakemakes_captions_are_the_pages() -> None:
    """The caption file of Snakemake's report gives for each figure the text that stands in the page."""
    template = Environment(autoescape=False).from_string((ROOT / "workflow/report/figures.rst").read_text("utf-8"))  # noqa: S701
    for key in [*(key for key in CAPTIONS if key != "maps"), "maps/any scene"]:
        chapter, name = key.split("/")
        said = template.render(snakemake={"wildcards": {"chapter": chapter, "name": name}})
        assert said.strip() == caption_of(key)


def test_every_figure_has_a_caption() -> None:
    """Captions and figures name the same figures."""
    assert {*FIGURES, "maps"} == set(CAPTIONS)


@pytest.mark.parametrize("packed", [False, True])
def test_commit_is_read_from_a_branch(tmp_path: Path, packed: bool) -> None:
    """The commit of a branch is found as a file of its own and among packed references."""
    git, commit = tmp_path / ".git", "0123456789abcdef0123456789abcdef01234567"
    (git / "refs/heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    if packed:
        (git / "packed-refs").write_text(f"# pack-refs\n{commit} refs/heads/main\n")
    else:
        (git / "refs/heads/main").write_text(f"{commit}\n")
    assert provenance.commit(tmp_path) == commit


def test_no_commit_where_there_is_no_repository(tmp_path: Path) -> None:
    """A folder that is no working tree has no commit."""
    assert provenance.commit(tmp_path) == ""


def test_versions_are_those_installed() -> None:
    """The version of pandas is that of the one in use."""
    assert provenance.versions()["pandas"] == pd.__version__


def test_a_package_is_known_by_its_build_for_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """The version of a package that is installed under the name of another build is found."""
    monkeypatch.setattr(provenance, "PACKAGES", ("of-a-gpu",))
    monkeypatch.setattr(provenance, "CPU_BUILD", {"of-a-gpu": "pandas"})
    assert provenance.versions()["of-a-gpu"] == pd.__version__
    monkeypatch.setattr(provenance, "PACKAGES", ("of-nothing",))
    assert provenance.versions()["of-nothing"] == "not installed"


def test_the_page_says_which_study_of_which_day(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of the results and the day stand at its head, and what to send along, and how to smooth."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    index = tmp_path / "pines/report/index.html"
    page = " ".join(render(study, {}, index=index, root=tmp_path).split())
    assert "pines</code>" in page
    assert "from 2 holes; 2 January 1970</p>" in page
    assert "send these folders with the page" in page
    assert "These maps have smoothing none; the setting map.smoothing (none or guided)" in page
    assert "divides the logits" in page


def test_changes_of_the_code_that_were_not_committed_are_said(study: Study, tmp_path: Path) -> None:
    """A working tree whose sources differ from its commit is not called by the commit alone."""
    run = partial(subprocess.run, cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.py").write_text("1")
    for command in ("init -q", "add .", "-c user.name=a -c user.email=b commit -q -m c"):
        run(["git", *command.split()])
    assert "uncommitted" not in render(study, {}, index=tmp_path / "report/index.html", root=tmp_path)
    (tmp_path / "notes.txt").write_text("no code")
    assert not provenance.uncommitted(tmp_path)
    (tmp_path / "src/a.py").write_text("2")
    assert "with uncommitted changes" in render(study, {}, index=tmp_path / "report/index.html", root=tmp_path)


def test_results_of_other_versions_are_named(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever installed another TensorFlow in between reads so in the report; else it has no such line."""
    monkeypatch.setattr(provenance, "_others", {})
    index = tmp_path / "report/index.html"
    assert "made with other versions" not in render(study, {}, index=index, root=tmp_path)
    provenance.compare_versions(tmp_path / "m1/1", {"versions": {"tensorflow": "2.99.0"}})
    page = render(study, {}, index=index, root=tmp_path)
    assert "and maybe more, with tensorflow 2.99.0 (" in page
