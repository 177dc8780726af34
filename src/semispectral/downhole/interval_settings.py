"""Settings of what leaves for other programs: the table of intervals of all holes, and the strip logs."""

from typing import Annotated, Literal

from pydantic import Field

from semispectral.study.setting_types import settings_class


@settings_class("intervals")
class IntervalConfig:
    """The table of intervals of all holes, for modelling programs, and the strip log of each hole."""

    table: str = ""
    """Table of intervals (hole, from, to), such as those of assays, as a file in data_root; its further columns are
    kept. Empty: intervals of one length."""
    length_m: Annotated[float, Field(ge=0.001)] = 1.0
    """Length of an interval in m, where no table gives them."""
    collar: str = ""
    """Table of collars (hole, x, y, z), to place the intervals; empty: none."""
    survey: str = ""
    """Table of surveys (hole, depth, dip, azimuth), which needs collars; empty: none."""
    dip_down: Literal["negative", "positive"] = "negative"
    """Sign of a dip that points down in the table of surveys."""
    paper: Literal["A4", "A3"] = "A4"
    """Pages of the strip logs."""
    page_m: Annotated[float, Field(ge=0.01)] = 20.0
    """Length of core on a page of a strip log, in m."""
