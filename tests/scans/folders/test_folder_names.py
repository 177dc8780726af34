"""Patterns for the names of scans."""

import pytest

from semispectral.errors import ConfigError
from semispectral.scans.folders.names import metres, name_pattern


@pytest.mark.parametrize(
    ("pattern", "name", "cells"),
    [
        ("{hole}_{box}_{from}_{to}", "DH1_7_12_14.5", ("DH1", "12", "14.5")),
        ("{hole}_{box}_{from}_{to}_{any}", "Core_60_0m00_1m25_2025-06-03_16-44-28", ("Core", "0.00", "1.25")),
        ("{any}_{hole}-{from}-{to}", "2024_05_DH 7-3,5-4", ("DH 7", "3.5", "4")),
        ("{hole}_box{box}", "DH1_box12", ("DH1", None, None)),
        ("{hole}_{box}_{from}_{to}", "DH_1_7_12_14.5", None),  # one '_' too many: which is the hole's?
        ("{hole}_{box}_{from}_{to}", "DH1_7_deep_deeper", None),
    ],
)
def test_what_a_name_states(pattern: str, name: str, cells: tuple[str | None, ...] | None) -> None:
    """Fields are told apart by the signs between them; a name that does not fit as a whole states nothing."""
    found = name_pattern(pattern).cells(name)
    columns = ("hole", "depth_from_m", "depth_to_m")
    stated = None if found is None else tuple(found[c].text if c in found else None for c in columns)
    assert stated == cells


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("{hole}_{depth}", "unknown: 'depth'"),
        ("{hole}{box}", "a sign is needed between"),
        ("DH1", "no field"),
        ("{hole}_{hole}", "twice: hole"),
        ("{hole", "no field"),
    ],
)
def test_patterns_that_cannot_be(pattern: str, words: str) -> None:
    """What is wrong with a pattern, and what it may hold."""
    with pytest.raises(ConfigError, match=words):
        name_pattern(pattern)


def test_depths_in_names() -> None:
    """A metre sign may stand for the point or behind the number."""
    assert [metres(text) for text in ("12m50", "12,5", "12p5", "12.5m", "12")] == [
        "12.50",
        "12.5",
        "12.5",
        "12.5",
        "12",
    ]
