"""A parser of the command line that names the nearest subcommand, option or choice when one is misspelt."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from semispectral.study.suggestions import hint


class Parser(argparse.ArgumentParser):
    """As its parent, with a hint; what is misspelt is said before what is missing because of it."""

    def parse_known_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]
        """Parse, after a look for options that nobody knows."""
        given = list(sys.argv[1:] if args is None else args)
        if self._subparsers is None:  # else most of the options are a subcommand's
            self._refuse_unknown(given)
        return super().parse_known_args(given, namespace)

    def _refuse_unknown(self, given: list[str]) -> None:
        known = [option for option in self._option_string_actions if option.startswith("--")]
        before_values = given[: given.index("--")] if "--" in given else given
        for argument in before_values:
            name = argument.partition("=")[0]
            if name.startswith("--") and not any(option.startswith(name) for option in known):
                self.error(f"unknown option {name}; {hint(name, known)}")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, f"{value!r} is not known; {hint(str(value), action.choices)}")
