"""Settings of labels that are shares of classes in every pixel."""

from pathlib import Path, PurePath
from typing import Annotated

from semispectral.errors import ConfigError
from semispectral.study.setting_types import Positive, Unique, settings_class


@settings_class("share_labels.sources")
class ShareSource:
    """Files of labels with shares, and what they weigh."""

    files: str
    """Pattern of the files, as in `sem/*.tif`; the first one that fits a file counts."""
    weight: Positive = 1.0
    """How often a pixel of these files is drawn beside an ordinary label of the same class."""

    def __post_init__(self) -> None:
        """Check that the pattern has a name in it."""
        if not PurePath(self.files).name:
            raise ConfigError(
                f"share_labels.sources: a pattern of files such as sem/*.tif is needed, got {self.files!r}; name one"
            )

    def fits(self, file: str | Path) -> bool:
        """Return whether the pattern fits a file.

        Parameters
        ----------
        file : str or Path, file of labels that are shares.
        """
        return PurePath(file).match(self.files)


@settings_class("share_labels")
class ShareLabelConfig:
    """Weights of labels that are shares of classes (`labels_key` shares), for M2; files without a pattern weigh 1."""

    sources: Annotated[tuple[ShareSource, ...], Unique("files")] = ()
    """Patterns of files, with their weights; empty: all weigh 1."""
