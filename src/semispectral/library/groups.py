"""Groups of minerals: what a geologist calls them together, and the minerals that belong to each."""

import re

from semispectral.study.names import FORMULA, LONGEST_NAME, printable

GROUPS: dict[str, tuple[str, ...]] = {
    "kaolin": ("kaolinite", "dickite", "nacrite", "halloysite"),
    "white mica": ("muscovite", "phengite", "paragonite", "illite", "sericite", "celadonite", "roscoelite"),
    "smectite": ("montmorillonite", "nontronite", "saponite", "hectorite", "beidellite", "smectite", "sauconite"),
    "pyrophyllite": ("pyrophyllite",),
    "chlorite": ("chlorite", "clinochlore", "chamosite", "thuringite", "ripidolite", "prochlorite", "cookeite"),
    "dark mica": ("biotite", "phlogopite", "annite"),
    "amphibole": ("actinolite", "tremolite", "hornblende", "riebeckite", "glaucophane", "cummingtonite"),
    "talc": ("talc",),
    "serpentine": ("serpentine", "antigorite", "chrysotile", "lizardite"),
    "epidote": ("epidote", "zoisite", "clinozoisite", "allanite"),
    "tourmaline": ("tourmaline", "elbaite", "dravite", "schorl", "rubellite"),
    "carbonate": ("calcite", "dolomite", "siderite", "ankerite", "magnesite", "rhodochrosite", "aragonite"),
    "sulphate": ("gypsum", "alunite", "jarosite", "anhydrite", "buddingtonite", "barite"),
    "iron oxide": ("hematite", "goethite", "magnetite", "lepidocrocite", "maghemite", "ferrihydrite"),
    "silica": ("quartz", "chalcedony", "opal"),
    "feldspar": ("albite", "orthoclase", "microcline", "oligoclase", "anorthite", "sanidine", "labradorite"),
    "sulphide": ("pyrite", "chalcopyrite", "galena", "sphalerite", "pyrrhotite", "bornite"),
}
GROUP_OF = {mineral: group for group, minerals in GROUPS.items() for mineral in minerals}
WORD = re.compile(r"[^\W\d_]+")
OF_SEVERAL = re.compile(r"[+&]|\bmix|mixture|_mix", re.IGNORECASE)  # a name with these is of a mixture


def mineral_of(name: str) -> str:
    """Return the mineral that the name of a spectrum says, in lower case; the first word where none is known.

    Parameters
    ----------
    name : str, such as ``Kaolinite CM9 BECKa`` or ``Muscovite_GDS107``.

    Examples
    --------
    >>> mineral_of("Kaolinite_CM9_NIC4bbb"), mineral_of("Core dust 7")
    ('kaolinite', 'core')
    """
    words = [word.lower() for word in WORD.findall(name)]
    if OF_SEVERAL.search(name):
        return name.strip().lower()
    return next((word for word in words if word in GROUP_OF), words[0] if words else name.strip().lower())


def group_of(mineral: str) -> str:
    """Return the group of a mineral; empty for one that is in no group.

    Parameters
    ----------
    mineral : str, name of the mineral, in lower case.
    """
    return GROUP_OF.get(mineral, "")


def shown_name(text: str) -> str:
    """Return the name of a spectrum from a file as it is shown: in one line, not too long, and no formula.

    Parameters
    ----------
    text : str, name as the file writes it.
    """
    words = " ".join(text.replace("_", " ").split())
    return printable(words.lstrip(FORMULA + " "), limit=LONGEST_NAME)
