"""Collars and surveys: places along a hole by minimum curvature."""

from pathlib import Path

import numpy as np
import pytest

from semispectral.drillholes.collars import Path3d, angles, directions, read_collars, read_surveys
from semispectral.errors import ConfigError

COLLAR = np.array([500_000.0, 6_500_000.0, 300.0])


def test_a_straight_hole_goes_straight() -> None:
    """Between stations, and below the last one."""
    course = Path3d(COLLAR, np.array([0.0, 100.0]), directions(np.array([60.0, 60.0]), np.array([90.0, 90.0])))
    place, direction = course.at(np.array([0.0, 50.0, 300.0]))
    np.testing.assert_allclose(place[1] - COLLAR, [25, 0, -50 * np.sqrt(0.75)], atol=1e-6)
    np.testing.assert_allclose(place[2] - COLLAR, [150, 0, -300 * np.sqrt(0.75)], atol=1e-6)
    np.testing.assert_allclose(angles(direction)[0], 60)


def test_a_hole_of_even_bend_is_a_circle() -> None:
    """From vertical to horizontal within a quarter of a circle, in any number of stations: the circle's own places."""
    radius, depth = 100.0, np.linspace(0, 50 * np.pi, 4)
    course = Path3d(COLLAR, depth, directions(90 - np.degrees(depth / radius), np.zeros(4)))
    at = np.linspace(0, 50 * np.pi, 23)
    place, direction = course.at(at)
    circle = np.stack([np.zeros(23), radius * (1 - np.cos(at / radius)), -radius * np.sin(at / radius)], axis=1)
    np.testing.assert_allclose(place - COLLAR, circle, atol=1e-6)
    np.testing.assert_allclose(angles(direction)[0], 90 - np.degrees(at / radius), atol=1e-6)


def test_tables_are_read(tmp_path: Path) -> None:
    """The sign of a dip is the setting's; from the collar to the first station a hole goes as there."""
    collar, survey = tmp_path / "collar.csv", tmp_path / "survey.csv"
    collar.write_text("BHID,Easting,Northing,RL,EOH\nA,500000.5,6500000.25,300,90\n", encoding="utf-8")
    survey.write_text("HoleID,Depth,Dip,Azi\nA,30,-60,90\nA,10,-90,0\nB,0,-90,0\n", encoding="utf-8")
    collars = read_collars(collar, key="intervals.collar")
    np.testing.assert_array_equal(collars["A"].collar, [500000.5, 6500000.25, 300])
    found = read_surveys(survey, collars, key="intervals.survey", dip_down="negative")
    assert set(found) == {"A"}
    np.testing.assert_array_equal(found["A"].depth_m, [0, 10, 30])
    np.testing.assert_allclose(found["A"].at(np.array([10.0]))[0][0], [500000.5, 6500000.25, 290])
    upwards = read_surveys(survey, collars, key="intervals.survey", dip_down="positive")
    assert upwards["A"].direction[0, 2] == pytest.approx(1)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("A,0,-91,0", "row 2: a depth from 0 m, a dip from -90 to 90"),
        ("A,0,-60,361", "row 2: a depth from 0 m"),
        ("A,-1,-60,0", "row 2: a depth from 0 m"),
        ("A,5,-60,0\nA,5,-61,0", "row 3: 'A' has the depth 5 m in a row above"),
        ("A,5,x,0", "row 2, column 'dip': a number is needed"),
    ],
)
def test_a_wrong_station_is_named_by_file_and_row(tmp_path: Path, rows: str, said: str) -> None:
    """Angles that are none, and a depth that stands twice."""
    path = tmp_path / "survey.csv"
    path.write_text(f"hole,depth,dip,azimuth\n{rows}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=f"survey.csv, {said}"):
        read_surveys(path, {"A": Path3d(COLLAR)}, key="intervals.survey", dip_down="negative")


def test_a_hole_has_one_collar(tmp_path: Path) -> None:
    """The second row of a hole is named."""
    path = tmp_path / "collar.csv"
    path.write_text("hole,x,y,z\nA,1,2,3\nA,1,2,4\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"collar.csv, row 3: a hole has one collar, but 'A' has another row"):
        read_collars(path, key="intervals.collar")
