"""The stage `intervals`: one table of the intervals of all holes, for modelling programs."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.downhole.interval_settings import IntervalConfig
from semispectral.drillholes.collars import Path3d, angles, read_collars, read_surveys
from semispectral.errors import ConfigError
from semispectral.storage.atomic import write_atomically
from semispectral.storage.parquet import read_tables, write_table
from semispectral.study.names import quoted
from semispectral.study.stage_settings import settings

DECIMALS = 6
COLLAR, MIDDLE = ("CollarX", "CollarY", "CollarZ"), ("X", "Y", "Z")


def run_intervals(
    *,
    csv_file: str | Path,
    parquet_file: str | Path,
    composites: Sequence[str | Path],
    collar_files: Sequence[str | Path],
    survey_files: Sequence[str | Path],
    cfg: str,
) -> None:
    """Join the intervals of all holes, and place them by collars and surveys.

    Parameters
    ----------
    csv_file, parquet_file : str or Path
        Files to write.
    composites : sequence of str or Path
        The intervals of each hole, from `run_downhole`.
    collar_files, survey_files : sequence of str or Path
        The tables of collars and of surveys; empty: none.
    cfg : str
        JSON of the section ``intervals``.
    """
    config = settings(IntervalConfig, json.loads(cfg)["intervals"], where="intervals")
    write_intervals(
        Path(csv_file),
        Path(parquet_file),
        read_tables(composites),
        collars=[Path(path) for path in collar_files],
        surveys=[Path(path) for path in survey_files],
        dip_down=config.dip_down,
    )


def write_intervals(
    csv: Path, parquet: Path, table: pd.DataFrame, *, collars: Sequence[Path], surveys: Sequence[Path], dip_down: str
) -> None:
    """Write intervals, placed by the collars and surveys of their holes.

    Parameters
    ----------
    csv, parquet : files to write.
    table : intervals of all holes.
    collars, surveys : the tables of collars and of surveys; empty: none.
    dip_down : sign of a dip that points down, ``negative`` or ``positive``.
    """
    for path in collars:
        known = read_collars(path, key="intervals.collar")
        courses = known
        for survey in surveys:
            courses = {**known, **read_surveys(survey, known, key="intervals.survey", dip_down=dip_down)}
        table = placed(table, courses, where=str(path))
    write_table(parquet, table)
    # Twelve digits: coordinates of a map grid have seven before the point.
    text = table.round(DECIMALS).to_csv(index=False, float_format="%.12g", lineterminator="\n")
    write_atomically(csv, text.encode())


def placed(table: pd.DataFrame, courses: dict[str, Path3d], *, where: str) -> pd.DataFrame:
    """Return intervals with the collars of their holes and, where a hole has a survey, the place of their middles.

    Parameters
    ----------
    table : intervals, with HoleID, From and To.
    courses : collars and surveys by hole.
    where : file of the collars, for the error.

    Returns
    -------
    The table with CollarX, CollarY, CollarZ, and X, Y, Z in m, Dip (positive down) and Azimuth in degrees; NaN without
    a survey.

    Raises
    ------
    ConfigError : a hole has no collar.
    """
    added = pd.DataFrame(np.nan, index=table.index, columns=[*COLLAR, *MIDDLE, "Dip", "Azimuth"])
    middle = (table["From"] + table["To"]).to_numpy() / 2
    for hole, rows in table.groupby("HoleID").indices.items():
        if hole not in courses:
            raise ConfigError(
                f"{where}: a table of collars needs a row for each hole, and {quoted(hole)} has none; add it"
            )
        course = courses[str(hole)]
        added.iloc[rows, :3] = course.collar
        if len(course.depth_m):
            place, direction = course.at(middle[rows])
            added.iloc[rows, 3:] = np.column_stack([place, *angles(direction)])
    return pd.concat([table, added.dropna(axis=1, how="all")], axis=1)
