"""Write the classes as a QGIS style: a colour for each class, and a list of classes to choose from."""

import sqlite3
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as Xml

from semispectral.study.classes import ClassMap

QGIS = "3.22"  # a long-term release; others read its styles
OPACITY = "0.6"
STYLES = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME DEFAULT CURRENT_TIMESTAMP
)
"""
CONTENT = "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('layer_styles', 'attributes', '')"
STYLE = """
INSERT INTO layer_styles
    (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD, useAsDefault)
VALUES ('', '', ?, ?, 'classes', ?, '', 1)
"""


def add_style(geopackage: Path, classes: ClassMap, *, layer: str, geometry: str, attribute: str) -> None:
    """Add the style that QGIS takes for a layer of a GeoPackage, as QGIS itself keeps it there.

    Parameters
    ----------
    geopackage : file that has the layer and no style.
    classes : names and colours.
    layer : name of the layer.
    geometry : name of its column of shapes.
    attribute : attribute that holds the names of classes.
    """
    style = style_of(classes, attribute=attribute)
    with closing(sqlite3.connect(geopackage)) as database, database:
        database.execute(STYLES)
        database.execute(CONTENT)
        database.execute(STYLE, (layer, geometry, style))


def style_of(classes: ClassMap, *, attribute: str) -> str:
    """Return a QGIS style (QML): polygons in the colours of their classes; the attribute is chosen from a list.

    Parameters
    ----------
    classes : names and colours.
    attribute : attribute that holds the names of classes.
    """
    root = Xml.Element("qgis", version=QGIS, styleCategories="Symbology|Fields|Forms")
    renderer = Xml.SubElement(root, "renderer-v2", type="categorizedSymbol", attr=attribute, forceraster="0")
    categories, symbols = Xml.SubElement(renderer, "categories"), Xml.SubElement(renderer, "symbols")
    for number, (name, colour) in enumerate(zip(classes.names, classes.colours, strict=True)):
        row = {"symbol": str(number), "value": name, "label": name, "type": "string", "render": "true"}
        Xml.SubElement(categories, "category", row)
        symbol = Xml.SubElement(symbols, "symbol", type="fill", name=str(number), alpha=OPACITY)
        layer = Xml.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "locked": "0", "pass": "0"})
        options = Xml.SubElement(layer, "Option", type="Map")
        for key, value in {"color": _rgba(colour), "outline_color": "0,0,0,255", "style": "solid"}.items():
            Xml.SubElement(options, "Option", type="QString", name=key, value=value)
            Xml.SubElement(layer, "prop", k=key, v=value)  # as releases before 3.22 read it
    fields = Xml.SubElement(root, "fieldConfiguration")
    widget = Xml.SubElement(Xml.SubElement(fields, "field", name=attribute), "editWidget", type="ValueMap")
    config = Xml.SubElement(Xml.SubElement(widget, "config"), "Option", type="Map")
    listed = Xml.SubElement(config, "Option", type="List", name="map")
    for name in classes.names:
        entry = Xml.SubElement(listed, "Option", type="Map")
        Xml.SubElement(entry, "Option", type="QString", name=name, value=name)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + Xml.tostring(root, encoding="unicode")


def _rgba(colour: str) -> str:
    """Return a colour like ``#1f77b4`` as QGIS writes it."""
    return ",".join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5)) + ",255"
