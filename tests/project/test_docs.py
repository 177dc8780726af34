"""The documentation says what the code says: generated pages, the picture of the rules, names, links, examples."""

import ast
import asyncio
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import yaml

import tiny_models as tiny
from browser import Tab, browse, in_a_browser
from semispectral.classifiers.baseline_settings import BaselineConfig
from semispectral.errors import SemispectralError
from semispectral.scans.facts.ground import Grid
from semispectral.spectra.shards import write_shard
from semispectral.study.config import read_schema

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SCHEMA = read_schema(ROOT / "config/config.schema.yaml")
LINKED = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "config/README.md", ROOT / "CHANGELOG.md"]
# Rules that neither `all` nor `explore` of the built-in study needs.
NOT_DRAWN = {
    "fetch",
    "scan_page",
    "pages",
    "cleaning_effect",
    "encode_unscored",
    "map_too",
    "interval_labels",
    "share_labels",
    "endmembers",
    "mixtures",
    "queue",
    "new_map",
    "new_features",
    "new_pixels",
    "new_paint",
    "new_downhole",
    "new_intervals",
    "new_hole_page",
    "predict_new",
}

TOOLS = {"api": "mkdocs", "docstrings": "griffe"}
NO_TOOLS = "the tools of make docs are not installed: make docs"


def generator(name: str) -> ModuleType:
    """A script of docs/generate as a module; the test is skipped where its tool is not installed."""
    if name in TOOLS:
        pytest.importorskip(TOOLS[name], reason=NO_TOOLS)
    spec = importlib.util.spec_from_file_location(name, DOCS / f"generate/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def code_of(page: str) -> dict[str, Any]:
    """What the one Python block of a page defines."""
    (code,) = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, page, "exec"), names)  # noqa: S102 - the page is ours
    return names


def test_the_configuration_page_is_what_the_schema_gives() -> None:
    """docs/configuration.md is current; `make docs` writes it."""
    page = generator("configuration")
    assert page.PAGE.read_text(encoding="utf-8") == page.page(SCHEMA), "run: make docs"


def keys(part: dict[str, Any], above: str = "") -> list[tuple[str, str]]:
    """Name and description of every key below a section, deeper ones with dots."""
    own = [(f"{above}{key}", inner) for key, inner in part.get("properties", {}).items()]
    deeper = [found for name, inner in own for found in keys(inner, f"{name}.")]
    return [(name, inner["description"]) for name, inner in own] + deeper


def test_the_configuration_page_has_every_key() -> None:
    """Each key at any depth has a row below its section that says what it is."""
    page = generator("configuration").PAGE.read_text(encoding="utf-8")
    for section, part in SCHEMA["properties"].items():
        alone = part.get("type") != "object"
        text = page.split("\n## Keys without a section\n" if alone else f"\n## {section}\n")[1].split("\n## ")[0]
        assert part["description"] in text
        for name, description in keys(part):
            (row,) = [line for line in text.splitlines() if line.startswith(f"| `{name}` |")]
            assert description.replace("|", "\\|") in row


def test_editors_find_the_schema() -> None:
    """The first line of each configuration names the schema, which is there, and says which draft it is of."""
    schema = ROOT / "config/config.schema.yaml"
    assert SCHEMA["$schema"].endswith("/schema")
    for path in set((ROOT / "config").glob("*.yaml")) - {schema}:
        named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text(encoding="utf-8"))
        assert named, path
        assert (path.parent / named[1]).resolve() == schema


def closure(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Arrows, and those that follow from them."""
    while True:
        more = {(first, last) for first, middle in arrows for begin, last in arrows if middle == begin} - arrows
        if not more:
            return arrows
        arrows = arrows | more


def arrows_of_dot(dot: str) -> set[tuple[str, str]]:
    """(from, to) by the names of the rules, of what snakemake says."""
    names = dict(re.findall(r'^\s*(\d+)\[label = "(\w+)"', dot, flags=re.MULTILINE))
    return {(names[first], names[last]) for first, last in re.findall(r"(\d+) -> (\d+)", dot)}


def arrows_of_picture() -> set[tuple[str, str]]:
    """The same, of docs/images/rules.svg."""
    svg = (DOCS / "images/rules.svg").read_text(encoding="utf-8")
    nodes = re.findall(r'class="node">\s*<title>(\d+)</title>.*?<text[^>]*>(\w+)</text>', svg, flags=re.DOTALL)
    names = dict(nodes)
    return {(names[first], names[last]) for first, last in re.findall(r"<title>(\d+)&#45;&gt;(\d+)</title>", svg)}


@pytest.mark.slow
def test_the_picture_of_the_rules_is_current() -> None:
    """Its rules are the workflow's, and so is what follows from what; `make dag` draws it."""
    shown = closure(arrows_of_picture())
    assert shown == closure(arrows_of_dot(generator("rules").rulegraph())), "run: make dag"


def rules() -> dict[str, str]:
    """The file of each rule of the workflow."""
    named = r"^\s*(?:rule|use rule \w+ as) (\w+)(?::| with:)"
    return {
        name: path.name
        for path in [*(ROOT / "rules").glob("*.smk"), ROOT / "Snakefile"]
        for name in re.findall(named, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    }


def test_every_rule_is_in_the_picture_and_in_the_table() -> None:
    """A new rule is drawn and described; one that went is gone there too."""
    drawn = {name for arrow in arrows_of_picture() for name in arrow}
    benchmark = {name for name in rules() if name.startswith("benchmark")}
    assert drawn | NOT_DRAWN | benchmark == set(rules())
    table = (DOCS / "architecture.md").read_text(encoding="utf-8").split("| rule | in |")[1].split("\n\n")[0]
    cells = [row.split("|") for row in table.splitlines()[2:]]
    named = [(re.findall(r"`(\w+)`", row[1]), set(re.findall(r"`(\w+\.smk|Snakefile)`", row[2]))) for row in cells]
    assert {name for names, _ in named for name in names} == set(rules()) - {"all"}
    assert all({rules()[name] for name in names} == files for names, files in named)


def test_the_navigation_has_every_page() -> None:
    """mkdocs.yml names each page once, and no other."""
    nav = json.dumps(yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"])
    named = re.findall(r'"([^"]+\.md)"', nav)
    there = [str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")]
    assert sorted(named) == sorted([*there, *(f"api/{page}.md" for page in generator("api").PAGES)])


def test_every_module_is_in_the_reference() -> None:
    """Each module of the package stands on one page, and what the pages name is there."""
    api = generator("api")
    listed = [module for page in api.PAGES for module in re.findall(r"^::: (\S+)$", api.text_of(page), re.MULTILINE)]
    found = sorted(
        ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / "src/semispectral").rglob("*.py")
    )
    assert sorted(listed) == [module for module in found if module != "semispectral"]
    tops = {module.split(".")[1] for module in listed}
    assert {name for _, _, names in api.PAGES.values() for name in names} <= tops


def test_docstrings_become_markdown() -> None:
    """Sections are headed by a bold word; entries are a list, with what is drawn in below them; examples are code."""
    text = "Draw.\n\nParameters\n----------\nx, y : float32 [pixel],\n    of all : scenes.\nReturns\n-------\nNothing."
    wanted = "Draw.\n\n**Parameters**\n\n- `x, y`: float32 [pixel], of all : scenes.\n\n**Returns**\n\nNothing."
    assert generator("docstrings").as_markdown(text) == wanted
    assert generator("docstrings").as_markdown("One line.") == "One line."
    example = generator("docstrings").as_markdown("Add.\n\nExamples\n--------\n>>> 1 + 1\n2")
    assert example == "Add.\n\n**Examples**\n\n```pycon\n>>> 1 + 1\n2\n```"


TYPED = """(field => {
    const search = document.querySelector('#__search');
    if (!search.checked) search.click();
    field.focus();
    field.value = 'polygons';
    for (const kind of ['input', 'keyup']) field.dispatchEvent(new Event(kind, {bubbles: true}));
})(document.querySelector('[data-md-component=search-query]'))"""


async def searched(tab: Tab) -> tuple[int, list[str]]:
    """How many pages a search for `polygons` finds, and what went wrong."""
    field = "document.querySelector('[data-md-component=search-query]')"
    await tab.until(f"document.readyState === 'complete' && {field} !== null")
    assert await tab.value(f"{field}.getBoundingClientRect().width") > 0
    found = "document.querySelectorAll('.md-search-result__item').length"
    for _ in range(60):  # what is typed before the page has its index is forgotten
        await tab.value(TYPED)
        await asyncio.sleep(1)
        if await tab.value(found):
            break
    return await tab.value(found), tab.errors()


@in_a_browser
def test_the_site_is_searched_from_a_file(tmp_path: Path) -> None:
    """Opened as a file, without a server and a network, the site's search is shown and finds pages.

    The reference of the package, which takes most of the time of `make docs`, is left out.
    """
    pytest.importorskip("mkdocs", reason=NO_TOOLS)
    smaller = {"INHERIT": str(ROOT / "mkdocs.yml"), "docs_dir": str(DOCS), "site_dir": str(tmp_path / "site")}
    settings = tmp_path / "mkdocs.yml"
    settings.write_text(yaml.safe_dump(smaller | {"hooks": [], "plugins": ["search", "offline"]}), encoding="utf-8")
    build = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--config-file", settings]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    for page in ("index.html", "howto/scene.html"):
        found, errors = browse(tmp_path / "site" / page, searched)
        assert found
        assert errors == []


def names_of(tree: ast.Module) -> set[str]:
    """``Class.method`` and ``Class.attribute`` of a module."""
    found = set()
    for outer in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        for node in ast.walk(outer):
            if isinstance(node, ast.FunctionDef):
                found.add(f"{outer.name}.{node.name}")
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                found.add(f"{outer.name}.{node.attr}")
    return found


def test_the_model_page_names_code_that_is_there() -> None:
    """Every ``M1.q_z`` of docs/model.md is a method or attribute of the models, and every equation is once there."""
    page = (DOCS / "model.md").read_text(encoding="utf-8")
    paths = [path for room in ("models", "training") for path in (ROOT / "src/semispectral" / room).glob("*.py")]
    there = set().union(*(names_of(ast.parse(path.read_text())) for path in paths))
    named = set(re.findall(r"`((?:M1|M2|M1Task|M2Task|M2Objective)\.\w+)`", page))
    assert len(named) >= 9
    assert named <= there, named - there
    for equation in range(1, 10):
        assert f"eq. {equation}" in page, equation


def test_the_model_page_names_keys_that_are_there() -> None:
    """Every departure's key is one of the configuration's."""
    page = (DOCS / "model.md").read_text(encoding="utf-8")
    for key in re.findall(r"`((?:m1|m2|fit)\.[a-z_.]+)`", page):
        part = SCHEMA["properties"]["m1"] if key.startswith("fit.") else SCHEMA
        for name in key.split("."):
            assert name in part["properties"], key
            part = part["properties"][name]


def test_links_outside_the_site_lead_somewhere() -> None:
    """Relative links and pictures of README and its neighbours are files of the project (mkdocs checks the site's)."""
    for path in LINKED:
        for target in re.findall(r"(?:\]\(|(?:src|href)=\")([^)\s\"]+)", path.read_text(encoding="utf-8")):
            assert "://" in target or (path.parent / target.split("#")[0]).exists(), f"{path.name}: {target}"


def test_the_format_of_the_page_is_read(tmp_path: Path) -> None:
    """The reader of docs/howto/format.md gives what was written, in any order of axes, and refuses a broken file."""
    reader = code_of("howto/format.md")
    data, labels = np.arange(24, dtype=np.uint16).reshape(4, 3, 2), np.arange(12).reshape(4, 3)
    np.savez(tmp_path / "a.npz", data=data.transpose(2, 0, 1), labels=labels, wavelengths_nm=[1000, 2000])
    cube = reader["open_cube"](tmp_path / "a.npz", key="", axes="band,line,sample", wavelengths="")
    np.testing.assert_array_equal(cube.read_lines(1, 3), data[1:3])
    assert cube.wavelengths_nm is not None
    np.testing.assert_array_equal(cube.wavelengths_nm, [1000, 2000])
    read = reader["read_labels"](tmp_path / "a.npz", key="", axes="line,sample", grid=Grid((4, 3)))
    np.testing.assert_array_equal(read.values, labels)
    (tmp_path / "b.npz").write_bytes(b"no archive")
    with pytest.raises(SemispectralError, match=r"b\.npz"):
        reader["open_cube"](tmp_path / "b.npz", key="", axes="line,sample,band", wavelengths="")


def test_the_baseline_of_the_page_answers() -> None:
    """The baseline of docs/howto/method.md gives probabilities, and nothing for a class without labels."""
    nearest = code_of("howto/method.md")["nearest"]
    x, label = np.array([[0.0, 0], [0, 1], [5, 5], [5, 6]]), np.array([0, 0, 2, 2])
    found = nearest(x, label, x, x, classes=4, shares=np.full(4, 0.25), seed=1, settings=BaselineConfig())
    assert (found.dtype, found.shape) == (np.float32, (4, 4))
    np.testing.assert_allclose(found.sum(axis=1), 1)
    np.testing.assert_array_equal(found.argmax(axis=1), label)
    assert (found[:, [1, 3]] == 0).all()


def test_the_spectra_of_a_shard_are_read_as_the_page_says(tmp_path: Path) -> None:
    """The reader of docs/numbers.md gives the spectra and the table that were written."""
    pixels = tiny.tiny_pixels(seed=5)
    write_shard(tmp_path / "A.parquet", pixels)
    spectra, table = code_of("numbers.md")["read_spectra"](tmp_path / "A.parquet")
    np.testing.assert_array_equal(spectra, pixels.x)
    assert spectra.dtype == pixels.x.dtype
    assert table["code"].tolist() == pixels.table["code"].tolist()
    assert table["part"].tolist() == pixels.table["part"].tolist()
