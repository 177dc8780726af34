"""Argument parser that suggests the nearest subcommand, option or choice for a misspelt one."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from semispectral.study.suggestions import hint


class Parser(argparse.ArgumentParser):
    """Argument parser with suggestions. Misspelt options are reported before the missing ones that they cause."""

    def parse_known_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]
        """Parse arguments, after a check for unknown options.

        Parameters
        ----------
        args : arguments; None takes those of the process.
        namespace : object that takes the values; None makes a new one.
        """
        given = list(sys.argv[1:] if args is None else args)
        if self._subparsers is None:  # else most of the options are a subcommand's
            self._refuse_unknown(given)
        return super().parse_known_args(given, namespace)

    def _refuse_unknown(self, given: list[str]) -> None:
        """End with an error if an option is unknown."""
        known = [option for option in self._option_string_actions if option.startswith("--")]
        before_values = given[: given.index("--")] if "--" in given else given
        for argument in before_values:
            name = argument.partition("=")[0]
            if name.startswith("--") and not any(option.startswith(name) for option in known):
                self.error(f"unknown option {name}; {hint(name, known)}")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Raise an error with a suggestion if a value is not among the choices."""
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, f"{value!r} is not known; {hint(str(value), action.choices)}")
