"""What is missing, and what is not known to work together, is said from the installed versions alone."""

import pytest

from semispectral.models.versions import missing, unknown

SOUND = {"tensorflow": "2.21.3", "tensorflow-probability": "0.25.0", "tf-keras": "2.21.0"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"tf-keras": ""}, "training needs tf-keras, which is"), ({"tensorflow": "", "tf-keras": ""}, "which are")],
)
def test_what_is_missing_is_named(changed: dict[str, str], words: str) -> None:
    """One package or several, with the command that installs them."""
    assert words in missing(SOUND | changed)
    assert unknown(SOUND | changed) == ""


def test_other_versions_are_no_known_combination() -> None:
    """The last number is free; another middle one is said, with both sides."""
    assert (missing(SOUND), unknown(SOUND)) == ("", "")
    said = unknown(SOUND | {"tensorflow": "2.210.0"})
    assert said.startswith("installed are tensorflow 2.210.0, tensorflow-probability 0.25.0")
    assert "known to work together are tensorflow 2.21, tensorflow-probability 0.25, tf-keras 2.21" in said
