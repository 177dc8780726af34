"""The comparison of absorption features with TSG's scalars of a window, on a dataset laid out as TSG writes one."""

import sys
from pathlib import Path

import numpy as np
import pytest

from cube_formats import write_tsg
from semispectral.scans.facts.tsg_holes import dataset_of
from semispectral.scans.formats.tsg import read_scalar
from semispectral.scans.labels.label_files import read_labels

sys.path.append(str(Path(__file__).parents[2] / "measurements/accuracy"))

import features

COUNT, BANDS = 60, 526
NM = np.linspace(380, 2500, BANDS)
NAMES = ("2200D", "2200W", "2250D", "2250W", "2320D3pfit", "2320W3pfit", "1400D3pfit", "1900D_3ptprof_d", "22000W")
FILL, WRONG = np.float32(-1.0e34), 6  # TSG's mark of no value; spectra whose wavelength is 3 nm off
CENTRES = (1400.0, 1915.0, 2200.0, 2345.0)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Test rocks without a hole's name but in their spectra, some of them without one of the features."""
    random = np.random.default_rng(11)
    depth, centre = random.uniform(0.15, 0.4, (COUNT, 4)), CENTRES + random.uniform(-4, 4, (COUNT, 4))
    away = (NM - centre[..., np.newaxis]) / 16
    spectra = 0.6 * (1 - (depth[..., np.newaxis] * np.exp(-(away**2) / 2)).sum(axis=1))
    groups = np.where(np.arange(COUNT) % 9 == 8, FILL, np.arange(COUNT) % 2).astype(np.float32)
    depths = 0.002252 + 0.004 * np.arange(COUNT)
    path = write_tsg(
        tmp_path_factory.mktemp("rocks") / "Testrocks_0001_tsg.tsg",
        spectra,
        codes=groups,
        names=("KAOLIN", "WHITE-MICA"),
        depth_m=depths,
        hole="Testrocks",
    )
    places = dict(zip(NAMES, range(125, 125 + len(NAMES)), strict=True))
    headers = "".join(f"{place}:{name};0.000000;1.000000;0;-1;0;0\r\n" for name, place in places.items())
    text = path.read_bytes().decode().replace("[sample headers]", headers + "[sample headers]")
    text = text.replace("[dbextra]\r\ndrillhole name = Testrocks\r\n", "")
    for number in range(COUNT):
        name = f"Testrocks_0001_{number + 1}  T=0001 L={1 + number // 20} P={1 + number % 20}"
        text = text.replace(f"{number}:Testrocks_{number} T=0001 L=1 P=1", f"{number}:{name}")
    path.write_bytes(text.replace(" X=4.0\r\n", " X=2.500000 H=Testrocks\r\n").encode())
    inside = (NM >= 2120) & (NM <= 2245)
    quotients = [features.hull_quotient(spectrum, NM[inside]) for spectrum in spectra.astype(np.float32)[:, inside]]
    place, deep = np.array([features.by_parabola(quotient, NM[inside]) for quotient in quotients]).T
    values = np.fromfile(path.with_suffix(".bip"), "<f4").reshape(2, COUNT, BANDS)
    values[1][:, list(places.values())] = FILL
    values[1][:, places["2200W"]] = place + 0.5 + 2.5 * (np.arange(COUNT) < WRONG)
    values[1][:, places["2200D"]] = 0.9 * deep
    values[1][-8:-4, [places["2200W"], places["2200D"]]] = FILL
    values[1][-4:, [places["2200W"], places["2200D"]]] = np.nan
    values[1][:, places["2320W3pfit"]] = centre[:, 3] + 5
    values[1][:, places["1900D_3ptprof_d"]] = depth[:, 1] / 2
    values.tofile(path.with_suffix(".bip"))
    return path


def test_scalars_of_one_ending_belong_together() -> None:
    """The wavelength and the depth of a feature are a pair; one without the other stands alone."""
    assert features.window_scalars(NAMES, 2200) == [("2200W", "2200D")]
    assert features.window_scalars((*NAMES, "2320D"), 2320) == [("2320W3pfit", "2320D3pfit"), ("", "2320D")]
    assert features.window_scalars(NAMES, 1900) == [("", "1900D_3ptprof_d")]
    assert features.window_scalars(NAMES, 900) == []


def test_the_dataset_is_read(dataset: Path) -> None:
    """Its hole is named by its spectra, depths below a metre and marks of no value are read, and groups are labels."""
    found = dataset_of(dataset)
    assert (found.hole, found.depth_from_m, found.usual_scalar) == ("Testrocks", 0.002252, "Grp1 sTSAS")
    assert np.isnan(read_scalar(dataset, "2200W")[-8:]).all()
    codes = read_labels(dataset, key="Grp1 sTSAS", shape=(COUNT, 1))
    assert np.bincount(codes.ravel()).tolist() == [6, 27, 27]


def test_positions_and_depths_are_compared_with_the_scalars(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What TSG's positions were made with is printed, the share within 2 nm, the correlation of depth."""
    features.compare(dataset)
    said = capsys.readouterr().out
    known = COUNT - 8
    of_2200 = next(line for line in said.splitlines() if "aloh_2200, depth > 0.1, against 2200W, 2200D" in line)
    assert f"{known} spectra, difference of position median -0.500 nm, largest 3.0" in of_2200
    assert f"{(known - WRONG) / known:.1%} within 2 nm; {known} spectra, correlation of depth 1.0000" in of_2200
    of_2320 = next(line for line in said.splitlines() if "depth > 0.1, against 2320W3pfit" in line)
    assert f"{COUNT} spectra" in of_2320
    assert "0.0% within 2 nm" in of_2320
    assert "correlation" not in of_2320  # TSG's depths of it are all missing
    of_1900 = next(line for line in said.splitlines() if "water_1900, depth > 0.1, against 1900D" in line)
    assert "position" not in of_1900
    assert "correlation of depth 1.0000" in of_1900
    assert "2250W" not in said  # no spectrum has it
