"""The command line: files, exit status and words."""

import logging
import os
import shlex
import subprocess
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

import tiny_models as tiny
from painted import classified, probabilities
from semispectral.commands.main import main, parser
from semispectral.commands.predict_run import _warn_of_tray
from semispectral.tray.tray_model import TrayModel


def _scan(path: Path, wavelengths_nm: np.ndarray) -> tuple[Path, Path]:
    """A scan as NumPy file, and a table of its wavelengths."""
    np.save(path, tiny.tiny_counts(seed=4)[:, :, : len(wavelengths_nm)])
    table = path.with_suffix(".csv")
    table.write_text("wavelength_nm\n" + "\n".join(f"{value:.3f}" for value in wavelengths_nm), encoding="utf-8")
    return path, table


def test_predict_maps_a_scan(tmp_path: Path) -> None:
    """Exit status 0, the files are there and agree with the model."""
    bundle = tiny.tiny_bundle(tmp_path / "model", seed=1)
    scan, table = _scan(tmp_path / "new.npy", tiny.WAVELENGTHS_NM)
    options = ["--model", str(tmp_path / "model"), "--out", str(tmp_path / "out"), "--wavelengths", str(table)]
    assert main(["predict", str(scan), *options, "--threads", "1", "--smoothing", "none"]) == 0
    expected = bundle.pipeline.scores(tiny.tiny_counts(seed=4).reshape(-1, tiny.BANDS)).probability
    np.testing.assert_allclose(probabilities(tmp_path / "out").reshape(expected.shape), expected, atol=1e-5)
    names = {"class.tif", "class.hdr", "class.img", "probability.tif", "confidence.tif", "map.png", "map.json"}
    assert names <= {path.name for path in (tmp_path / "out").iterdir()}


@pytest.mark.parametrize(
    ("more", "said"), [(["--hole", "DH7"], "--hole: of one scan, but 2 are named"), ([], "would lie in one folder")]
)
def test_several_scans_that_cannot_be_told_apart(
    more: list[str], said: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A depth or a hole is of one scan, and two scans of one name would be written over each other."""
    (tmp_path / "other").mkdir()
    scans = [tmp_path / ("b.npy" if more else "a.npy"), tmp_path / "other/a.npy"]
    arguments = [*map(str, scans), "--model", str(tmp_path / "model"), "--out", str(tmp_path / "out"), *more]
    assert main(["predict", *arguments]) == 1
    assert said in caplog.text


def test_a_model_that_knows_no_tray_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where training left the tray out and the command does not, it warns; with a mask or --tray it does not."""
    bundle = tiny.tiny_bundle(tmp_path / "model", seed=1)
    wanted = Namespace(mask=None, tray="none", scan=Path("a.h5"))
    for facts, tray, knows, warns in (
        ({"masked": True}, "none", False, True),
        ({"masked": True}, "none", True, True),
        ({"masked": True}, "otsu", False, False),
        ({"masked": True}, "model", False, True),
        ({"masked": True}, "model", True, False),
        ({}, "none", False, False),
    ):
        caplog.clear()
        known = replace(bundle, facts=facts, tray=TrayModel(*tiny.tiny_tray(seed=1)) if knows else None)
        _warn_of_tray(Namespace(**vars(wanted) | {"tray": tray}), known)
        assert ("by the name of a mineral" in caplog.text) == warns


@pytest.mark.usefixtures("undrawn")
def test_a_mask_leaves_the_tray_out(tmp_path: Path) -> None:
    """Pixels where the mask is 0 are not classified."""
    tiny.tiny_bundle(tmp_path / "model", seed=1)
    scan, table = _scan(tmp_path / "new.npy", tiny.WAVELENGTHS_NM)
    mask = np.ones((tiny.LINES, tiny.SAMPLES), np.uint8)
    mask[:, 4] = 0
    np.save(tmp_path / "mask.npy", mask)
    options = ["--model", str(tmp_path / "model"), "--out", str(tmp_path / "out"), "--wavelengths", str(table)]
    assert main(["predict", str(scan), *options, "--mask", str(tmp_path / "mask.npy")]) == 0
    assert np.array_equal(classified(tmp_path / "out"), mask == 1)


@pytest.mark.usefixtures("undrawn")
def test_dark_pixels_can_be_left_out(tmp_path: Path) -> None:
    """A tray darker than 5 % of reflectance is left out of a scan that nobody has marked."""
    tiny.tiny_bundle(tmp_path / "model", seed=1)
    scan, table = _scan(tmp_path / "new.npy", tiny.WAVELENGTHS_NM)
    counts = tiny.tiny_counts(seed=4)
    counts[:, :3] //= 50
    np.save(scan, counts)
    options = ["--model", str(tmp_path / "model"), "--out", str(tmp_path / "out"), "--wavelengths", str(table)]
    assert main(["predict", str(scan), *options, "--tray", "threshold"]) == 0
    valid = classified(tmp_path / "out")
    assert not valid[:, :3].any()
    assert valid[:, 3:].all()


def test_predict_refuses_other_wavelengths(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Exit status 1, words that say which wavelengths are lacking, and nothing is written."""
    tiny.tiny_bundle(tmp_path / "model", seed=1)
    scan, table = _scan(tmp_path / "new.npy", tiny.WAVELENGTHS_NM + 500)
    options = ["--model", str(tmp_path / "model"), "--out", str(tmp_path / "out"), "--wavelengths", str(table)]
    with caplog.at_level(logging.ERROR):
        assert main(["predict", str(scan), *options]) == 1
    assert "do not cover those the model was trained on, 1000.0 to 1110.0 nm" in caplog.text
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("scan", "model", "words"), [("no.npy", "model", "no.npy"), ("new.npy", "no", "model directory")]
)
def test_predict_says_what_is_not_there(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, scan: str, model: str, words: str
) -> None:
    """An absent scan or model is one line and exit status 1."""
    tiny.tiny_bundle(tmp_path / "model", seed=1)
    _scan(tmp_path / "new.npy", tiny.WAVELENGTHS_NM)
    with caplog.at_level(logging.ERROR):
        assert (
            main(["predict", str(tmp_path / scan), "--model", str(tmp_path / model), "--out", str(tmp_path / "o")]) == 1
        )
    assert words in caplog.text


@pytest.mark.parametrize("command", [(), ("check",), ("explain",), ("predict",), ("scenes",)])
def test_help_has_an_example_and_the_exit_status(capsys: pytest.CaptureFixture[str], command: tuple[str, ...]) -> None:
    """Each command says how it is called and what its exit status means; the example is one that it takes."""
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "Exit status: 0 " in said
    examples = said[said.index("example") :].replace("\\\n", " ").splitlines()
    calls = [shlex.split(line) for line in examples if line.startswith("  semispectral ")]
    assert calls
    known = ("check", "explain", "new", "predict", "scenes")
    assert all(parser().parse_args(call[1:]).command in known for call in calls)


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    """--version needs no command and is status 0."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"semispectral {version('semispectral')}\n"


@pytest.mark.parametrize("arguments", [[], ["predict", "scan.h5"], ["chek"], ["explain"]])
def test_wrong_usage_is_2(arguments: list[str]) -> None:
    """As for any command line."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2


def test_a_folder_that_may_not_be_looked_into_is_a_sentence(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An error of the system names the file and what to do, without its number."""
    name = tmp_path / ("n" * 300)
    assert main(["explain", str(name)]) == 1
    assert f"{name}: cannot be opened or written (File name too long); see to its permissions" in caplog.text
    assert "Errno" not in caplog.text


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    """Piped into a program that reads no further, it ends in silence."""
    (tmp_path / "map.json").write_text('{"made": {"stage": "map"}}')
    program = "import sys; from semispectral.commands.main import main; sys.exit(main(sys.argv[1:]))"
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-c", program, "explain", str(tmp_path / "map.json")],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def every_parser(top: ArgumentParser) -> Iterator[ArgumentParser]:
    """A parser, and those of its subcommands and their actions."""
    yield top
    for action in top._actions:
        if isinstance(action, _SubParsersAction):
            for below in action.choices.values():
                yield from every_parser(below)


def test_each_help_has_an_example() -> None:
    """Of the command line, of each subcommand and of each action: lines that begin with the command itself."""
    parsers = list(every_parser(parser()))
    assert len(parsers) > 14
    assert [each.prog for each in parsers if f"\n  {each.prog}" not in (each.epilog or "")] == []
