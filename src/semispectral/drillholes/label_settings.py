"""Settings of the labels of intervals."""

from typing import Annotated

from semispectral.study.setting_types import Positive, Unique, settings_class


@settings_class("interval_labels.sources")
class IntervalSource:
    """A table of labels by depth."""

    table: str
    """Table with hole, from and to (or depth and radius), and a class or shares of classes, as a file in data_root."""
    weight: Positive = 1.0
    """Weight of its intervals against ordinary labels and other sources."""


@settings_class("interval_labels")
class IntervalLabelConfig:
    """Labels of intervals, for M2: what a lithology log, XRD or assays as minerals say of a length of core."""

    sources: Annotated[tuple[IntervalSource, ...], Unique("table")] = ()
    """The tables; empty: none."""
