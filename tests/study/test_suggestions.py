"""The hint at the end of a message: the nearest name that is known."""

from pathlib import Path

import pytest

from semispectral.commands.main import main
from semispectral.errors import ConfigError
from semispectral.study.classes import ClassMap
from semispectral.study.config import complete, read_schema
from semispectral.study.scenes import REQUIRED, read_scenes
from semispectral.study.suggestions import hint, nearest

ROOT = Path(__file__).resolve().parents[2]


def test_the_nearest_name_is_found_whatever_its_case() -> None:
    """A slip, or capitals, give the name; something else gives none."""
    assert nearest("latnets", ["latents", "layers"]) == "latents"
    assert nearest("LATENTS", ["latents"]) == "latents"
    assert nearest("zzz", ["latents"]) == ""


def test_without_a_near_name_all_are_said() -> None:
    """Up to a number, and how many there are more."""
    assert hint("zzz", ["b", "a"]) == "known are: a, b"
    assert hint("zzz", []) == "known are: none"
    assert hint("zzz", [f"name{number}" for number in range(40)]).endswith("and 10 more")


def misspelt(key: str) -> str:
    """A key with its first two letters swapped; a short one with its last letter twice."""
    return key[1] + key[0] + key[2:] if len(key) > 3 and key[0] != key[1] else key + key[-1]


def sections(schema: dict, where: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], list[str]]]:
    """Every section of the schema, nested ones too, with its keys."""
    properties = schema.get("properties", {})
    inner = [each for key, part in properties.items() for each in sections(part, (*where, key)) if "properties" in part]
    return [(where, list(properties)), *inner]


SCHEMA = read_schema(ROOT / "config/config.schema.yaml")


def test_every_key_of_every_section_is_found_again() -> None:
    """Whatever key is misspelt, at whatever depth, the message names it as it should be."""
    for where, key in [(where, key) for where, keys in sections(SCHEMA) for key in keys]:
        wrong = misspelt(key)
        given: dict = {wrong: 1}
        for section in reversed(where):
            given = {section: given}
        with pytest.raises(ConfigError) as caught:
            complete(given, SCHEMA)
        line = next(line for line in str(caught.value).splitlines() if f"unknown key {wrong!r}" in line)
        assert f"did you mean {key!r}" in line, line
        assert line.strip().startswith(".".join(where))


def test_a_key_of_another_section_is_sent_there() -> None:
    """A key that stands in the wrong place is named with its place."""
    with pytest.raises(ConfigError, match=r"unknown key 'alpha'; did you mean 'm2.alpha'\?"):
        complete({"alpha": 1}, SCHEMA)
    with pytest.raises(ConfigError, match=r"split: unknown key 'interval_m'; did you mean 'map.downhole.interval_m'\?"):
        complete({"split": {"interval_m": 1}}, SCHEMA)


def test_a_column_of_scenes_is_found_again(tmp_path: Path) -> None:
    """A misspelt column is named with the one that is meant."""
    header = ["wavelenghts" if name == "wavelengths" else name for name in REQUIRED]
    (tmp_path / "scenes.tsv").write_text("\t".join(header) + "\n")
    with pytest.raises(ConfigError, match=r"unknown column\(s\) 'wavelenghts' \(did you mean 'wavelengths' for"):
        read_scenes(tmp_path / "scenes.tsv", data_root=tmp_path)


def test_a_column_of_classes_is_found_again(tmp_path: Path) -> None:
    """The American spelling is taken for what it means."""
    (tmp_path / "classes.tsv").write_text("code\tname\tcolor\n1\ttalc\t#00ff00\n")
    with pytest.raises(ConfigError, match=r"colour \(is 'color' for 'colour' meant\?\)"):
        ClassMap.read(tmp_path / "classes.tsv")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["chek"], "'chek' is not known; did you mean 'check'?"),
        (["predict", "a.h5", "--modle", "m"], "unknown option --modle; did you mean '--model'?"),
        (["predict", "a.h5", "--smoothing=guidd"], "'guidd' is not known; did you mean 'guided'?"),
        (["check", "--configs", "a.yaml"], "unknown option --configs; did you mean '--config'?"),
    ],
)
def test_the_command_line_is_found_again(capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    """A misspelt subcommand, option or choice is exit status 2 and named as it should be, before what it lacks."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err
