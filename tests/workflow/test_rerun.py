"""What a stage depends on: its slice of the configuration and the code it uses."""

import shutil
from pathlib import Path

import pytest

from semispectral.workflow import rerun
from semispectral.workflow.rerun import NOT_DATA, PACKAGE_ROOT, Code, data_files, stage_cfg

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow/scripts"
ADAPTERS = sorted(SCRIPTS.glob("*.py"))
SOURCES = sorted(PACKAGE_ROOT.rglob("*.py"))
ADAPTER = "from semispectral.a import work\nwork()\n"
PACKAGE = {
    "__init__.py": '"""Root."""\n',
    "a.py": '"""A."""\n\nfrom semispectral.b import help\n\n\ndef work():\n    """Doc."""\n    return help()\n',
    "b.py": "def help():\n    from semispectral.sub.late import LATE\n    return LATE\n",
    "c.py": "from semispectral.b import help\n",
    "workflow/__init__.py": "",
    "workflow/logs.py": "FORMAT = 1\n",
    "storage/__init__.py": "",
    "table.py": "READERS = {'.x': 'semispectral.sub.reader'}\n",
    "sub/__init__.py": "from semispectral.sub.reader import READ\n",
    "sub/reader.py": "from ..c import help\nfrom . import near\nREAD = 1\n",
    "sub/near.py": "NEAR = 1\n",
    "sub/late.py": "LATE = 'data.json'\n",
    "sub/data.json": "{}\n",
    "sub/page.html": "<p>\n",
    "py.typed": "",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small package, and an adapter beside it."""
    root = tmp_path / "semispectral"
    for name, text in PACKAGE.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "adapter.py").write_text(ADAPTER)
    return root


def hash_after(package: Path, name: str, text: str) -> str:
    """The hash of the adapter once a file says something else."""
    path = package / name
    path.write_text(text)
    return Code(root=package).hash_of(package.parent / "adapter.py")


def used_by(package: Path, text: str) -> set[str]:
    """The modules that an adapter of this text uses, without the package's name."""
    script = package.parent / "script.py"
    script.write_text(text)
    return {name.removeprefix("semispectral.") for name in Code(root=package).modules_used(script)}


def test_key_order_and_number_style_do_not_count() -> None:
    """The same values give the same text, however they were written."""
    first = stage_cfg({"m1": {"a": 1.0, "b": [2, {"c": 3.0, "d": None}]}, "m2": {}}, "m1")
    second = stage_cfg({"m2": {"x": 1}, "m1": {"b": [2.0, {"d": None, "c": 3}], "a": 1}}, "m1")
    assert first == second == '{"m1":{"a":1,"b":[2,{"c":3,"d":null}]}}'


def test_every_nested_value_counts() -> None:
    """A nested change, a changed list and a fraction all show."""
    texts = {stage_cfg({"m1": {"net": {"hidden": hidden}}}, "m1") for hidden in ([8], [8, 8], [8.5], 8, "8")}
    assert len(texts) == 5


def test_truth_is_not_a_number() -> None:
    """True and 1 are different settings."""
    assert stage_cfg({"a": True}, "a") != stage_cfg({"a": 1}, "a")


def test_imports_are_followed(package: Path) -> None:
    """Imports inside functions, relative ones and names in tables count; a package's own __init__ when it is named."""
    assert used_by(package, "from semispectral.a import work") == {"a", "b", "sub.late"}
    assert used_by(package, "from semispectral import a\nfrom semispectral.workflow import logs") == {
        "a",
        "b",
        "sub.late",
    }
    assert used_by(package, "import semispectral.sub.near as near") == {"sub.near"}
    assert used_by(package, "from semispectral.sub import READ") == {
        "sub",
        "sub.reader",
        "sub.near",
        "c",
        "b",
        "sub.late",
    }
    assert "sub.reader" in used_by(package, "from semispectral.table import READERS")
    assert used_by(package, "import numpy") == set()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", PACKAGE["a.py"].replace('"""A."""', '"""Another docstring."""\n# and a comment')),
        ("a.py", PACKAGE["a.py"].replace('"""Doc."""', '"""Another."""').replace("return help()", "return (help())")),
        ("c.py", "def other():\n    return 7\n"),
        ("workflow/logs.py", "FORMAT = 2\n"),
        ("storage/atomic.py", "import semispectral.c\n"),
        ("sub/page.html", "<p>a template that no used module names\n"),
        ("data.json", "of the same name, but beside no module that names it\n"),
        ("py.typed", "partial\n"),
    ],
)
def test_what_does_not_count(package: Path, name: str, text: str) -> None:
    """Comments, docstrings, layout, the wording of logs and what is not used or not named change no hash."""
    before = Code(root=package).hash_of(package.parent / "adapter.py")
    assert hash_after(package, name, text) == before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", PACKAGE["a.py"].replace("return help()", "return help() + 1")),
        ("b.py", PACKAGE["b.py"] + "NEW = 1\n"),
        ("sub/late.py", "LATE = 2\n"),
        ("sub/data.json", '{"a": 1}\n'),
        ("../adapter.py", ADAPTER.replace("work()", "work(1)")),
    ],
)
def test_what_counts(package: Path, name: str, text: str) -> None:
    """The adapter, each module that it uses, however deep, and data that one of them names change the hash."""
    before = Code(root=package).hash_of(package.parent / "adapter.py")
    assert hash_after(package, name, text) != before


def test_touching_does_not_count(package: Path) -> None:
    """Writing the same text again changes nothing."""
    before = Code(root=package).hash_of(package.parent / "adapter.py")
    assert hash_after(package, "a.py", PACKAGE["a.py"]) == before


TRAINED_M2 = {"train_m2", "train_qy", "benchmark_train"}
READS_SCANS = {
    *("mask", "census", "labels", "draw", "features", "map", "pixels", "scan_page", "fetch"),
    *("new_map", "new_features", "new_pixels"),
    *("sample_m1", "sample", "fit_scaler", "encode"),  # they clean the pool, and cleaning looks into the scan
    *("benchmark_m1", "benchmark_input", "benchmark_fit", "benchmark_train"),
    "interval_labels",  # the depths that a scan states
    "share_labels",
    "learn_tray",
    "mixtures",
    *("cluster_map", "group_page", "describe_groups", "new_groups"),
    *("cleaning_effect", "match_library"),  # the library asks the scan for the widths of its bands
}
READS_LABELS = {"labels", "new_map", "fetch"}
READS_FEATURES = {
    *("pixels", "new_features", "new_pixels", "paint", "scan_page", "group_page"),
    *("downhole", "hole_page", "report", "benchmark_report"),
}
# The adapters that an edit of a file reaches, written by hand: what a person would expect, not what the imports give.
REACHED: dict[str, set[str]] = {
    "report/benchmark/page.html": {"benchmark_report"},
    "report/report.html": {"report"},
    "report/page.css": {"report", "benchmark_report", "contact_sheet"},
    "report/macros.html": {"report", "benchmark_report", "contact_sheet"},
    "holes/hole.js": {"hole_page"},
    "page/page.js": {"paint", "scan_page", "group_page"},
    "page/mapped.py": {"paint"},
    "page/tiles.py": {"pixels", "new_pixels"},
    "page/content.py": {"paint", "scan_page", "group_page"},
    "maps/picture.py": {"paint", "downhole", "report"},
    "maps/rasters.py": {
        "features",
        "cluster_map",
        "contact_sheet",
        "mixtures",
        "interval_labels",  # by the depths of logs
        *READS_FEATURES,
    },  # the sheet has shares by depth, as logs
    "maps/bundle_build.py": {"bundle", "pack"},
    "maps/stage_pack.py": {"pack"},
    "maps/map_files.py": {"paint", "report"},
    "simulate/minerals.json": {"simulate", "match_library", "benchmark_fit", "describe_groups", "new_groups"},
    "study/cells.py": {"downhole", "intervals", "interval_labels"},  # they read tables of drill holes
    "study/scenes.py": set(),
    "study/methods.py": {"evaluate", "report", "benchmark_report"},  # a new row, or another title, fits nothing anew
    "errors.py": set(),
    "storage/atomic.py": set(),
    "storage/provenance.py": set(),
    "scans/labels/png.py": READS_LABELS,
    "scans/labels/polygons.py": READS_LABELS,
    "scans/labels/label_files.py": READS_LABELS,
    "scans/formats/matlab.py": READS_SCANS,
    "census/count.py": {"labels"},
    "census/look.py": {"census", "labels"},
    "sampling/neighbours.py": TRAINED_M2,
    "sampling/split.py": {"split", "split_tested", "sample_m1", "report", "benchmark_report", "benchmark_split"},
    "sampling/labels_per_class.py": {"choose_labels", "benchmark_split"},
    "training/train_m2.py": TRAINED_M2,
    "classifiers/svm.py": {
        "train_svm",
        "train_lda",
        "baseline",
        "benchmark_fit",
        "learning_curve",
        "choose_input",
        "benchmark_input",
    },
    "classifiers/discriminants.py": {"train_lda", "train_svm", "baseline", "benchmark_fit"},
    "classifiers/baselines_semisupervised.py": {"baseline", "benchmark_fit"},
    "classifiers/baselines_supervised.py": {"baseline", "benchmark_fit"},
    "models/m1.py": {"train_m1", "benchmark_m1"},
    "models/settings_m1.py": {"train_m1", "benchmark_m1"},
    "models/sdgm.py": TRAINED_M2,
    "models/settings_m2.py": TRAINED_M2,
    "evaluation/alerts.py": {"evaluate"},
    "simulate/mixing.py": {"simulate"},
}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A copy of the package, and the hash of every adapter with it."""
    root = tmp_path_factory.mktemp("edited") / "semispectral"
    shutil.copytree(PACKAGE_ROOT, root, ignore=shutil.ignore_patterns("__pycache__"))
    return root, hashes(root)


def hashes(root: Path) -> dict[str, str]:
    """The hash of every adapter with the package in a folder."""
    code = Code(root=root)
    return {path.stem: code.hash_of(path) for path in ADAPTERS}


@pytest.mark.parametrize("name", REACHED)
def test_an_edit_reaches_what_a_person_expects(name: str, copied: tuple[Path, dict[str, str]]) -> None:
    """Of the real adapters, those and only those have another hash once that file of the package says more."""
    root, before = copied
    text = (root / name).read_text(encoding="utf-8")
    (root / name).write_text(text + "\nCHANGED = 1\n", encoding="utf-8")
    after = hashes(root)
    (root / name).write_text(text, encoding="utf-8")
    assert {rule for rule, code in after.items() if code != before[rule]} == REACHED[name]


def test_every_data_file_of_the_package_is_named() -> None:
    """One that no module beside it names would change no hash."""
    modules = {".".join(("semispectral", *path.relative_to(PACKAGE_ROOT).with_suffix("").parts)) for path in SOURCES}
    named = {path for name in modules for path in data_files(name.removesuffix(".__init__"), PACKAGE_ROOT)}
    there = {path for path in PACKAGE_ROOT.rglob("*") if path.is_file() and path.suffix not in NOT_DATA}
    assert {path for path in there if path.parent.name != "__pycache__"} == named


def test_m1_does_not_use_m2() -> None:
    """The core wish: editing M2 does not retrain M1."""
    m1, m2 = (Code().modules_used(SCRIPTS / f"train_{model}.py") for model in ("m1", "m2"))
    assert "semispectral.models.m1" in m1 - m2
    assert "semispectral.models.m2" in m2 - m1
    assert not any("m2" in module for module in m1)


def test_what_a_run_has_read_is_kept_for_the_next(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next parses nothing and finds the same hash; a damaged file is as none."""
    kept = tmp_path / "kept.json"
    monkeypatch.setattr(rerun, "_kept_file", lambda: kept)
    monkeypatch.setattr(rerun, "_new", [])
    monkeypatch.setattr(rerun.sys, "dont_write_bytecode", False)

    def hash_in_a_new_run() -> str:
        for known in (rerun._read, rerun._known, rerun._imports):
            known.cache_clear()
        return Code(root=package).hash_of(package.parent / "adapter.py")

    first = hash_in_a_new_run()
    rerun._keep()
    with monkeypatch.context() as patched:
        patched.setattr(rerun, "_parse", None)
        assert hash_in_a_new_run() == first
    for damaged in ("", "[]", '{"a": 1}', '{"a": ["b"]}'):
        kept.write_text(damaged)
        assert hash_in_a_new_run() == first
    hash_in_a_new_run()
