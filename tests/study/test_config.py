"""The configuration: its schema, its words, its agreement with the classes of settings that stages build from it."""

import re
from collections.abc import Iterator, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from semispectral.classifiers.baselines import BASELINES, BaselineConfig
from semispectral.classifiers.svm import SvmConfig
from semispectral.errors import ConfigError, MissingFileError
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.pool.sample_settings import SampleConfig
from semispectral.sampling.labels_per_class import RunsConfig
from semispectral.sampling.split import SplitConfig
from semispectral.scans.tray_mask import MaskConfig
from semispectral.simulate import SimulateConfig
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.study import methods
from semispectral.study.config import complete, defaults, read_schema
from semispectral.study.config_file import RENAMED, main, read_config
from semispectral.study.stage_settings import settings

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = read_schema(ROOT / "config/config.schema.yaml")
SECTIONS: dict[str, Any] = {
    "simulate": SimulateConfig,
    "split": SplitConfig,
    "sample": SampleConfig,
    "mask": MaskConfig,
    "cleaning": CleanConfig,
    "runs": RunsConfig,
    "m1": M1Config,
    "m2": M2Config,
    "svm": SvmConfig,
    "baselines": BaselineConfig,
}
OVERLAYS = sorted(
    [*{*ROOT.glob("config/*.yaml")} - {ROOT / "config/config.schema.yaml"}, *ROOT.glob("tests/workflow/*.yaml")]
)


def parts(schema: dict[str, Any], where: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Every key of the schema with its own schema."""
    own = [(f"{where}.{key}".lstrip("."), part) for key, part in schema.get("properties", {}).items()]
    return own + [deeper for name, part in own for deeper in parts(part, name)]


def generator(name: str) -> ModuleType:
    """A program of docs/generate as a module."""
    spec = spec_from_file_location(f"generate_{name}", ROOT / f"docs/generate/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_schema_is_valid_and_closed() -> None:
    """The schema is one, no section of it takes unknown keys, and every key is described."""
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["additionalProperties"] is False
    for where, part in parts(SCHEMA):
        assert part.get("description"), where
        if "properties" in part:
            assert part["additionalProperties"] is False, where


def test_schema_and_reference_page_are_those_of_the_classes() -> None:
    """What stands in the repository is what `make docs` writes from the classes of settings."""
    schema, page = generator("schema"), generator("configuration")
    assert (ROOT / "config/config.schema.yaml").read_text(encoding="utf-8") == schema.as_text()
    assert (ROOT / "docs/configuration.md").read_text(encoding="utf-8") == page.page(schema.schema())


def test_defaults_of_an_empty_file_are_those_of_the_classes() -> None:
    """Each section of an empty configuration builds what its class gives without a word."""
    filled = defaults(SCHEMA)
    for section, cls in SECTIONS.items():
        assert settings(cls, filled[section], where=section) == cls(), section


def test_names_of_the_table_of_methods_are_registered() -> None:
    """Every baseline that a configuration may name is one that the package can fit, or the average of others."""
    assert set(methods.fitted_baselines()) == set(BASELINES)
    assert set(methods.baselines()) - set(BASELINES) == {"library", *set(methods.averages()) - set(methods.models())}


@pytest.mark.parametrize("path", OVERLAYS, ids=lambda path: path.stem)
def test_every_configuration_of_ours_is_accepted(path: Path) -> None:
    """The demo, the overlays and the tests' configuration fit the schema, and their stages' dataclasses."""
    full = complete(yaml.safe_load(path.read_text()), SCHEMA)
    for section, cls in SECTIONS.items():
        settings(cls, full[section], where=section)


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"splits": {}}, "unknown key 'splits'; did you mean 'split'?"),
        ({"m1": {"fit": {"epoch": 3}}}, "m1.fit: unknown key 'epoch'; did you mean 'epochs'?"),
        ({"m1": {"latents": "many"}}, "m1.latents: must be a whole number, got 'many'"),
        ({"m1": {"latents": 0}}, "m1.latents: must be 1 or more, got 0"),
        ({"m1": {"likelihood": "gausian"}}, "got 'gausian'; did you mean 'gaussian'?"),
        ({"split": {"method": "random"}}, "split.method: must be one of groups, blocks, leaky, got 'random'"),
        ({"split": "groups"}, "split: must be keys with values, got 'groups'"),
        (
            {"runs": {"labels_per_class": ["lots"]}},
            "runs.labels_per_class[0]: is not written as it should be, got 'lots'",
        ),
        ({"runs": {"seeds": []}}, "runs.seeds: needs at least 1 value(s), got []"),
        ({"runs": {"seeds": [1, 1]}}, "runs.seeds: must not repeat a value, got [1, 1]"),
        (
            {"normalise": {"windows": [[2400, 2080]]}},
            "normalise.windows[0]: needs numbers that rise, the smaller one first, got [2400, 2080]",
        ),
        ({"svm": {"cost": [1, -1]}}, "svm.cost[1]: must be above 0, got -1"),
        (
            {"benchmark": {"splits": [{"name": "a"}, {"name": "b"}, {"name": "a", "buffer": 1}]}},
            "benchmark.splits: each needs a name of its own, got 'a' more than once",
        ),
        ({"benchmark": {"splits": ["name", 3]}}, "benchmark.splits[0]: must be keys with values, got 'name'"),
    ],
)
def test_says_what_is_wrong(given: dict[str, Any], line: str) -> None:
    """A mistake is named with its key, what it needs and what came."""
    with pytest.raises(ConfigError) as caught:
        complete(given, SCHEMA)
    assert line in str(caught.value)


def test_every_mistake_is_named_at_once() -> None:
    """Two mistakes give two lines."""
    with pytest.raises(ConfigError) as caught:
        complete({"m1": {"latents": 0}, "m2": {"alpha": -1}}, SCHEMA)
    assert len(str(caught.value).splitlines()) == 3


def test_text_that_stands_for_a_number_is_one() -> None:
    """YAML reads 1e-3 as text, the command line everything: the schema knows better."""
    given = {"m1": {"fit": {"learning_rate": "1e-3", "epochs": "7"}}, "simulate": {"enabled": "false"}}
    full = complete(given, SCHEMA)
    assert full["m1"]["fit"]["learning_rate"] == 1e-3
    assert full["m1"]["fit"]["epochs"] == 7
    assert full["simulate"]["enabled"] is False


def test_written_out_defaults_change_nothing() -> None:
    """An empty file, an empty section and all defaults written out are the same configuration."""
    assert complete({}, SCHEMA) == complete({"m1": None}, SCHEMA) == complete(defaults(SCHEMA), SCHEMA)


def test_missing_schema_is_named(tmp_path: Path) -> None:
    """The message names the file."""
    with pytest.raises(MissingFileError, match=r"nothing\.yaml"):
        read_schema(tmp_path / "nothing.yaml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("m1:\n  latents: 4\nm2: {}\nm1:\n  latents: 5\n", "duplicate key 'm1' in one section, in lines 1 and 4"),
        ("m1:\n  latents: 4\n  net: {}\n  latents: 5\n", "duplicate key 'latents' in one section, in lines 2 and 4"),
        ("runs: {seeds: [1], seeds: [2]}\n", "duplicate key 'seeds' in one section, in lines 1 and 1"),
        ("report: [{a: 1}, {b: 1,\n 'b': 2}]\n", "duplicate key 'b' in one section, in lines 1 and 2"),
    ],
)
def test_a_key_that_stands_twice_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """YAML takes the last of two and loses the first; here both lines are named."""
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        read_config(tmp_path / "c.yaml")


def test_a_key_that_goes_before_a_merged_one_is_no_repetition(tmp_path: Path) -> None:
    """An anchor that is merged, and a key that stands in two sections, are sound."""
    text = "a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  x: 3\nc: *a\nd: {<<: *a, y: 4}\n"
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    found = read_config(tmp_path / "c.yaml")
    assert found["b"] == {"x": 3, "y": 2}
    assert found["c"] == {"x": 1, "y": 2}
    assert found["d"] == {"x": 1, "y": 4}


@pytest.mark.parametrize("text", ["1_000", "\u0661", "1e999", "0b1", "infinity"])
def test_text_that_only_python_takes_for_a_number_is_refused(text: str) -> None:
    """Numbers in quotes and on the command line are written with ASCII digits, and are finite."""
    with pytest.raises(ConfigError, match=r"runs\.valid_share.*number"):
        complete({"runs": {"valid_share": text}}, SCHEMA)


CODES = {
    "definitions": "__use_yte__: true\n__definitions__:\n  - import os\n  - os.system('touch ran')\n",
    "an expression": "__use_yte__: true\nmodel: ?open('ran', 'w')\n",
    "a key": "__use_yte__: true\n?if open('ran', 'w'):\n  model: a\n",
    "behind an escape": "\"__use\\x5fyte__\": true\n__variables__:\n  a: ?open('ran', 'w')\n",
    "merged in": "base: &b {__use_yte__: true}\n<<: *b\n",
    "JSON": '{"__use_yte__": true, "model": "?1"}',
}


@pytest.mark.parametrize("kind", CODES)
def test_code_in_a_configuration_is_refused_unrun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """By its file, in one sentence, before Snakemake sees it; nothing of it has run."""
    monkeypatch.chdir(tmp_path)
    Path("theirs.yaml").write_text(CODES[kind])
    assert main(["theirs.yaml"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("theirs.yaml: plain values are needed, but the key __")
    assert "Traceback" not in said
    assert not Path("ran").exists()


def test_our_configurations_hold_no_code(capsys: pytest.CaptureFixture[str]) -> None:
    """None is refused; what is no YAML is, by its name."""
    assert main([str(path) for path in sorted((ROOT / "config").glob("*.yaml")) if "schema" not in path.name]) == 0
    assert main(["nowhere.yaml"]) == 1
    assert "nowhere.yaml: the configuration does not exist" in capsys.readouterr().err


def known_keys(part: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """Yield every key of the schema with its sections; rows of a list have the key of the list."""
    for key, inner in part.get("properties", {}).items():
        yield f"{where}{key}"
        yield from known_keys(inner.get("items", inner), f"{where}{key}.")


@pytest.mark.parametrize("old", RENAMED)
def test_an_old_key_is_answered_with_its_new_name(tmp_path: Path, old: str) -> None:
    """In a file, where the file is named, and in what profiles and the command line give; the new name is a key."""
    assert RENAMED[old] in set(known_keys(SCHEMA))
    assert old not in set(known_keys(SCHEMA))
    given: Any = 5
    for key in reversed(old.split(".")):
        given = {key: given}
        if key == "splits":
            given = {key: [{"name": "own"}, given[key]]}
    said = f"the key {old} is called {RENAMED[old]} now; write the new name"
    with pytest.raises(ConfigError) as caught:
        complete(given, SCHEMA)
    assert [line.strip() for line in str(caught.value).splitlines()[1:]] == [said]
    path = tmp_path / "overlay.yaml"
    path.write_text(yaml.safe_dump(given), encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"^{path}: [\s\S]*{re.escape(said)}$"):
        read_config(path)
