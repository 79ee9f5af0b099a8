"""Reader of Google Merchant XML (RSS 2.0 or Atom) as rows with line numbers.

Entity declarations are refused, to prevent entity bombs. Used instead of a tree parser: a rejected
row is reported with its line number, and the rows before a syntax error still load.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.xmlreader import AttributesNSImpl, Locator

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from catalog.feeds.lines import Row, field_name
from errors import InputError

_RECORDS = {"item", "entry"}
_DETAIL_PARTS = ("section_name", "attribute_name", "attribute_value")


class _RowHandler(ContentHandler):
    """A SAX handler that collects the children of each <item> or <entry>, in any namespace."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self._locator: Locator | None = None
        self._line = 0
        self._path: list[str] = []
        self._text: list[str] = []
        self._fields: dict[str, list[str]] | None = None
        self._nested: dict[str, str] = {}

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802, the name is xml.sax's
        """Store the parser's locator."""
        self._locator = locator

    def startElementNS(  # noqa: N802, the name is xml.sax's
        self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl
    ) -> None:
        """Begin a record or a field."""
        tag = field_name(name[1])
        if self._fields is None:
            if tag in _RECORDS:
                self._fields, self._path = {}, []
                self._line = (self._locator and self._locator.getLineNumber()) or 0
            return
        self._path.append(tag)
        self._text = []
        # Atom gives links as attributes.
        link = attrs.get((None, "href"))
        if tag == "link" and link and attrs.get((None, "rel"), "alternate") == "alternate":
            self._text = [link]
        if len(self._path) == 1:
            self._nested = {}

    def characters(self, content: str) -> None:
        """Add text to the current field."""
        if self._fields is not None and self._path:
            self._text.append(content)

    def endElementNS(  # noqa: N802, the name is xml.sax's
        self, name: tuple[str | None, str], qname: str | None
    ) -> None:
        """End a field or a record."""
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
            return
        if self._nested and tag == "product_detail":
            text = ":".join(self._nested.get(part, "") for part in _DETAIL_PARTS)
        elif not self._nested and tag == "summary":
            tag = "description"
        self._fields.setdefault(tag, []).append(text)


def read_xml_rows(path: Path) -> list[Row]:
    """Return the records of an XML feed, in order.

    If the document is malformed, the records before the error are kept, and a last row gives the
    line and the problem. Raises InputError on entity declarations or if the file is not a feed.
    """
    handler = _RowHandler()
    parser = make_parser()
    parser.setFeature(feature_namespaces, True)
    parser.forbid_dtd = True
    parser.setContentHandler(handler)
    try:
        with path.open("rb") as source:
            parser.parse(source)
    except DefusedXmlException:
        raise InputError(
            f"{path}: declares a document type or entities; a feed needs neither: "
            "take the <!DOCTYPE> out"
        ) from None
    except SAXParseException as error:
        if not handler.rows:
            raise InputError(
                f"{path}: line {error.getLineNumber()}: the XML breaks ({error.getMessage()}), "
                "so it is no product feed"
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
