"""Settings of labels that are shares of classes in every pixel."""

from typing import Annotated

from semispectral.study.setting_types import Positive, Unique, settings_class


@settings_class("share_labels.sources")
class ShareSource:
    """Files of labels with shares, and what they weigh."""

    files: str
    """Pattern of the files, as in `sem/*.tif`; the first one that fits a file counts."""
    weight: Positive = 1.0
    """How often a pixel of these files is drawn beside an ordinary label of the same class."""


@settings_class("share_labels")
class ShareLabelConfig:
    """Weights of labels that are shares of classes (`labels_key` shares), for M2; files without a pattern weigh 1."""

    sources: Annotated[tuple[ShareSource, ...], Unique("files")] = ()
    """Patterns of files, with their weights; empty: all weigh 1."""
