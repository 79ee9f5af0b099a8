"""Google Merchant XML (RSS 2.0 or Atom) -> rows. Declarations of entities are refused, so no bomb goes off."""

from __future__ import annotations

from pathlib import Path
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from catalog.feeds.lines import Row, field_name
from errors import InputError

_RECORDS = {"item", "entry"}
_DETAIL = ("section_name", "attribute_name", "attribute_value")


class _Rows(ContentHandler):
    """Collects the children of each <item> or <entry>, whatever their namespace, with the line of the record."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self._line = 0
        self._path: list[str] = []
        self._text: list[str] = []
        self._fields: dict[str, list[str]] | None = None
        self._nested: dict[str, str] = {}

    def startElementNS(self, name, qname, attrs) -> None:
        tag = field_name(name[1])
        if self._fields is None:
            if tag in _RECORDS:
                self._fields, self._path, self._line = {}, [], self._locator.getLineNumber()
            return
        self._path.append(tag)
        self._text = []
        link = attrs.get((None, "href"))
        if tag == "link" and link and attrs.get((None, "rel"), "alternate") == "alternate":  # Atom
            self._text = [link]
        if len(self._path) == 1:
            self._nested = {}

    def characters(self, content: str) -> None:
        if self._fields is not None and self._path:
            self._text.append(content)

    def endElementNS(self, name, qname) -> None:
        if self._fields is None:
            return
        if not self._path:
            self.rows.append(Row(self._line, self._fields))
            self._fields = None
            return
        tag, text = self._path.pop(), "".join(self._text).strip()
        self._text = []
        if self._path:
            self._nested[tag] = text
        elif self._nested:
            self._add(
                tag,
                ":".join(self._nested.get(part, "") for part in _DETAIL)
                if tag == "product_detail"
                else text,
            )
        else:
            self._add({"summary": "description"}.get(tag, tag), text)

    def _add(self, tag: str, text: str) -> None:
        assert self._fields is not None
        self._fields.setdefault(tag, []).append(text)


def read_xml_rows(path: Path) -> list[Row]:
    """The records of an XML feed, in order. Where the document breaks, the records before it stay, and the last row
    tells the line and the problem.

    Raises InputError: entity declarations, or no feed at all.
    """
    handler = _Rows()
    parser = make_parser()
    parser.setFeature(feature_namespaces, True)
    parser.forbid_dtd = True
    parser.setContentHandler(handler)
    try:
        with path.open("rb") as source:
            parser.parse(source)
    except DefusedXmlException:
        raise InputError(
            f"{path}: declares a document type or entities; a feed needs neither: take the <!DOCTYPE> out"
        ) from None
    except SAXParseException as error:
        if not handler.rows:
            raise InputError(
                f"{path}: line {error.getLineNumber()}: the XML breaks ({error.getMessage()}), so it is no product feed"
            ) from None
        handler.rows.append(
            Row(
                error.getLineNumber() or 1,
                problem=f"the XML breaks here ({error.getMessage()}); nothing after it was read",
            )
        )
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    if not handler.rows:
        raise InputError(
            f"{path}: no <item> (RSS 2.0) and no <entry> (Atom) in it, so it is no product feed"
        )
    return handler.rows
