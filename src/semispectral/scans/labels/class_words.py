"""Look up the classes that a person wrote, as names or codes, in the classes of the study."""

import re
from dataclasses import dataclass
from functools import cached_property

from semispectral.errors import DataError
from semispectral.study.classes import WHOLE, ClassMap
from semispectral.study.names import plain, quoted
from semispectral.study.scene import Scene
from semispectral.study.suggestions import hint

WITH_DECIMALS = re.compile(r"([0-9]{1,10})[.,]0{1,12}")  # a code, as programs write it that keep numbers so


@dataclass(frozen=True)
class ClassWords:
    """Codes of the classes that labels of a scene may name.

    Attributes
    ----------
    scene : Scene, row of ``scenes.tsv``, whose columns ``use`` and ``ignore`` list the codes that mean something.
    classes : ClassMap, all classes of classes.tsv.
    """

    scene: Scene
    classes: ClassMap

    @cached_property
    def _codes(self) -> dict[str, int]:
        """Codes by what may be written for them; a name goes before the code of another class."""
        named = dict(zip(self.classes.names, self.classes.codes, strict=True))
        return {str(code): code for code in self.classes.codes} | named

    @cached_property
    def _by_plain_name(self) -> dict[str, str]:
        """Names by the same in small letters with single blanks, but for those that are alike so."""
        known = [plain(name) for name in self.classes.names]
        return {own: name for own, name in zip(known, self.classes.names, strict=True) if known.count(own) == 1}

    def code(self, text: str, where: str, *, colour: str = "") -> int:
        """Return the code of a class.

        Parameters
        ----------
        text : str, its name or its code, as written; of a name, capitals and double blanks do not matter.
        where : str, file and row, for the error.
        colour : str, its colour where the file says one, like ``#1f77b4``; for the row that the error proposes.

        Raises
        ------
        DataError : classes.tsv has no such class, or the scene does not use its code.
        """
        number = WITH_DECIMALS.fullmatch(text)
        if number and text not in self._codes:
            text = number[1]
        if WHOLE.fullmatch(text) and text not in self._codes and int(text) in self.scene.ignore:
            return int(text)
        if text not in self._codes:
            text = self._by_plain_name.get(plain(text), text)
        if text not in self._codes:
            if not self.classes.names:
                raise DataError(
                    f"{where}: {quoted(text)} is looked up in classes.tsv, which names no class; write it with the "
                    "columns code, name and colour, or from the names in such labels: semispectral labels classes FILE"
                )
            row = f"{self._free_code()}, {text}, {colour or '#1f77b4'}" if not text.isdigit() else "code, name, colour"
            near = hint(text, self.classes.names)
            raise DataError(
                f"{where}: {quoted(text)} is no class of classes.tsv ({near}); correct it here or leave it out, or add "
                f"a row there: {quoted(row, limit=120)}, separated by tabs"
            )
        code = self._codes[text]
        if code not in self.scene.use and code not in self.scene.ignore:
            raise DataError(
                f"{where}: {quoted(text)} has the code {code}, which is in neither of the columns use and ignore of "
                f"scenes.tsv (scene {self.scene.name}), so that the label would mean nothing; add the code to use"
            )
        return code

    def _free_code(self) -> int:
        """Return the first free code after those of the classes in use."""
        used = [code for code in self.classes.codes if code in self.scene.use]
        code = max(used, default=0) + 1
        while code in self.classes.codes or code in self.scene.ignore:
            code += 1
        return code
