"""What tells a scan from others, so that labels that were drawn on one scan are not laid over another."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Identity:
    """What tells a scan from others.

    Attributes
    ----------
    scene : str, its name in scenes.tsv. It may change, so it is not compared.
    lines, samples : int, its size.
    content : str, hash of a few of its lines as they are stored, from `semispectral.scans.identify.content_of`.
    """

    scene: str
    lines: int
    samples: int
    content: str

    def is_of(self, other: "Identity") -> bool:
        """Return whether both are of one scan, whatever its name.

        Parameters
        ----------
        other : Identity, to compare with.
        """
        return (self.lines, self.samples, self.content) == (other.lines, other.samples, other.content)
