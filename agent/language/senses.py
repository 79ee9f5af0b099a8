"""Meanings of ambiguous words in context: "short" sleeves or hem, "belt" worn or sewn on.

The noun that a word modifies decides. It is searched for to the right inside the noun phrase
("longer, puffy sleeves"), then to the left across a verb ("the sleeves are longer").
"""

from __future__ import annotations

import vocabulary
from agent.language.heads import PHRASE_ENDS, REACH, head_noun
from agent.language.lexicon import Sense
from agent.language.marks import Mark

_LENGTHS = {
    "long": {"sleeve": Sense("sleeve_length", "long"), "": Sense("length", "maxi")},
    "short": {"sleeve": Sense("sleeve_length", "short"), "": Sense("length", "mini")},
}
_NECKS = {
    "high": Sense("neckline", "high"),
    "low": Sense("neckline", "low"),
    "square": Sense("neckline", "square"),
    "boat": Sense("neckline", "boat"),
    "deep": Sense("neckline", "low"),
    "round": Sense("neckline", "crew"),
}
_NECK_COMPARISONS = {
    "higher": Sense("neckline", "high", "more"),
    "lower": Sense("neckline", "low", "more"),
    "deeper": Sense("neckline", "low", "more"),
}
_STRAP_WIDTHS = {
    **dict.fromkeys(("thin", "skinny", "narrow"), Sense("details", "spaghetti straps")),
    **dict.fromkeys(("thinner", "narrower"), Sense("details", "spaghetti straps", "more")),
    **dict.fromkeys(("thicker", "wider"), Sense("details", "straps", "more")),
}
_SHADES = {"light": "light", "lite": "light", "deep": "dark"}
_LOOSE_PARTS = frozenset({"sleeve", "leg", "waist", "hem", "back", ""})
_TOPS = vocabulary.worn_in("upper") | {"jacket"}
_SEWN_AFTER = frozenset({"have", "with", "negation", "and", "more", "less", "instead_of"})
_PRINTS = frozenset(vocabulary.values("pattern")) - {"solid"}


def _category_near(marks: list[Mark]) -> str | None:
    return next(
        (s.value for m in marks if m.kind == "value" for s in m.senses if s.facet == "category"),
        None,
    )


def _length(marks: list[Mark], index: int) -> Mark:
    """Resolve "long" and "short" to the sleeves or the garment."""
    mark = marks[index]
    head = head_noun(marks, index)
    if head and head[0] == "sleeve":
        return mark.as_("value", _LENGTHS[mark.text]["sleeve"])
    earlier = {s.facet for m in marks[:index] if m.kind == "value" for s in m.senses}
    after_instead = any(m.kind == "instead_of" for m in marks[max(0, index - 2) : index])
    if (after_instead and "sleeve_length" in earlier) or (
        head is None
        and index + 2 < len(marks)
        and marks[index + 1].kind == "or"
        and any(m.kind == "part" and m.note == "sleeve" for m in marks[index + 1 : index + 5])
    ):
        return mark.as_("value", _LENGTHS[mark.text]["sleeve"])
    if head and head[0] not in ("hem", "leg", "back"):
        return mark.as_("word")
    if mark.text == "short" and _category_near(marks) in _TOPS:
        return mark.as_("value", Sense("length", "cropped"))
    return mark.as_("value", _LENGTHS[mark.text][""])


def _comparison(marks: list[Mark], index: int) -> Mark:
    """Resolve comparatives whose facet depends on the noun: longer, higher, wider, thicker."""
    mark = marks[index]
    head = head_noun(marks, index)
    part = head[0] if head else ""
    first = mark.text.split()[0]
    if mark.facets == {"length"} and part == "sleeve":
        return mark.as_("comparison", Sense("sleeve_length", "length", mark.senses[0].op))
    shown = index + 1 < len(marks) and marks[index + 1].facets & {"details", "pattern"}
    if mark.facets == {"pattern"} and mark.senses[0].value == "solid" and shown:
        return mark.as_("word")  # "a simpler graphic" is still a graphic
    if mark.facets == {"length"} and (part in ("strap", "neck", "waist") or shown):
        return mark.as_("word")
    if first in _NECK_COMPARISONS and part == "neck":
        return mark.as_("comparison", _NECK_COMPARISONS[first])
    return mark


def _bare(marks: list[Mark], index: int) -> Mark:
    """Resolve words that mean something only with their noun: high (neck), wide (straps)."""
    mark = marks[index]
    head = head_noun(marks, index)
    part = head[0] if head else ""
    if part == "neck" and mark.text in _NECK_COMPARISONS:
        return mark.as_("comparison", _NECK_COMPARISONS[mark.text])
    if part == "neck" and mark.text in _NECKS:
        return mark.as_("value", _NECKS[mark.text])
    if part == "strap" and mark.text in _STRAP_WIDTHS:
        sense = _STRAP_WIDTHS[mark.text]
        return mark.as_("comparison" if sense.op else "value", sense)
    if part in _LOOSE_PARTS and mark.text == "wider":
        return mark.as_("comparison", Sense("fit", "loose", "more"))
    if part in _LOOSE_PARTS and mark.text == "wide" and not _value_follows(marks, index):
        return mark.as_("value", Sense("fit", "loose"))
    if mark.text in _SHADES and part in ("", "back", "sleeve"):
        return _shade(marks, index)
    return mark


def _value_follows(marks: list[Mark], index: int) -> bool:
    """Return whether the next mark is a value of any facet except the kind of item."""
    following = marks[index + 1] if index + 1 < len(marks) else None
    return following is not None and following.kind == "value" and following.facets != {"category"}


def _shade(marks: list[Mark], index: int) -> Mark:
    """Resolve "light" and "deep" as shades; "deep" needs a colour or an item after it."""
    mark = marks[index]
    following = marks[index + 1] if index + 1 < len(marks) else None
    if mark.text == "deep" and not (
        following and ("color" in following.facets or following.kind == "item")
    ):
        return mark
    return mark.as_("value", Sense("color", _SHADES[mark.text]))


def _worn_or_sewn(marks: list[Mark], index: int) -> Mark:
    """Resolve "belt" and "tie" to a separate item or a detail of the garment."""
    mark = marks[index]
    value = "belt" if mark.text.startswith("belt") else "tie"
    detail = mark.as_("value", Sense("details", value))
    before = next(
        (m.kind for m in reversed(marks[:index]) if m.kind in _SEWN_AFTER | {"verb", "stop"}), ""
    )
    others = {
        s.value for m in marks if m.kind == "value" for s in m.senses if s.facet == "category"
    }
    keeps = any(m.text in ("keep", "keeps", "add") for m in marks[:index])
    if before in _SEWN_AFTER or others or keeps:
        return detail
    return mark.as_("value", Sense("category", value))


def settle(marks: list[Mark]) -> list[Mark]:
    """Return the marks with every ambiguous word resolved.

    "Sleeves" that only name the part stay a part; bare "sleeves" become a value.
    """
    settled = [_settled(marks, index) for index in range(len(marks))]
    settled = [_shown_on(settled, index) for index in range(len(settled))]
    return [
        _PARTS[m.note](settled, index) if m.kind == "part" and m.note in _PARTS else m
        for index, m in enumerate(settled)
    ]


def _settled(marks: list[Mark], index: int) -> Mark:
    mark = marks[index]
    if mark.kind == "taken":  # already read, such as the tie of "black tie"
        return mark
    if mark.text in _LENGTHS:
        return _length(marks, index)
    if mark.text in ("belt", "belts", "tie", "ties", "bow tie", "bow ties", "bowtie"):
        return _worn_or_sewn(marks, index)
    if mark.kind == "value" and _only_describes(marks, index):
        return mark.as_("word")
    if (
        mark.text in ("print", "prints")
        and index + 1 < len(marks)
        and marks[index + 1].facets == {"category"}
    ):
        return mark.as_("value", Sense("pattern", "patterned"))
    if mark.senses and mark.senses[0].value == "straight" and _of_a_part(marks, index):
        return mark.as_("word")
    if mark.kind == "comparison":
        return _comparison(marks, index)
    return _bare(marks, index) if mark.kind == "word" else mark


def _only_describes(marks: list[Mark], index: int) -> bool:
    """Return whether a word only describes its neighbour: "pumpkin yellow", "a knot design"."""
    mark = marks[index]
    before = marks[index - 1] if index else None
    after = marks[index + 1] if index + 1 < len(marks) else None
    if mark.text in ("design", "designs"):
        return bool(before and before.facets & {"details", "neckline", "material"})
    if mark.text in ("lines", "line"):
        return bool(after and after.text == "of")
    named = mark.facets == {"color"} and len(mark.senses) == 1 and mark.text != mark.senses[0].value
    return bool(
        named
        and after
        and after.facets == {"color"}
        and after.kind == "value"
        and mark.senses[0].value not in vocabulary.SHADES
        and mark.text != "gray"
    )


def _of_a_part(marks: list[Mark], index: int) -> bool:
    """Return whether "straight" describes a hem, a neckline or stripes."""
    head = head_noun(marks, index)
    following = marks[index + 1].facets if index + 1 < len(marks) else frozenset()
    return bool(head and head[0] != "leg") or bool(following & {"pattern"})


def _shown_on(marks: list[Mark], index: int) -> Mark:
    """Resolve an unknown thing "on it" or "on the front" as a picture."""
    mark, after = marks[index], [m.text for m in marks[index + 1 : index + 4]]
    where = after[2:3] if after[1:2] == ["the"] else after[1:2]
    if (
        mark.kind != "word"
        or after[:1] != ["on"]
        or where not in (["it"], ["front"], ["chest"], ["back"])
    ):
        return mark
    shown = {"text", "logo"} | _PRINTS
    near = [
        s.value for m in marks[max(0, index - 4) : index] if m.kind == "value" for s in m.senses
    ]
    return mark if shown & set(near) else mark.as_("value", Sense("pattern", "graphic"))


def _sleeves(marks: list[Mark], index: int) -> Mark:
    """Resolve "sleeves": with a length or colour it only names the part; bare, it asks for any."""
    mark = marks[index]
    if index and marks[index - 1].kind in ("and", "or", "nor"):
        return mark.as_("value", Sense("sleeve_length", "sleeves"))
    for before in reversed(marks[max(0, index - REACH) : index]):
        if before.kind in PHRASE_ENDS and before.kind != "negation":
            break
        if before.kind == "negation":
            return mark.as_("value", Sense("sleeve_length", "sleeves"))
        if (
            before.facets & {"sleeve_length", "color", "material", "pattern", "fit"}
            or before.kind == "word"
        ):
            return mark
    after = next((m for m in marks[index + 1 :] if m.kind not in ("slightly", "strongly")), None)
    compared = after and after.kind == "comparison" and "sleeve_length" in after.facets
    if compared or (after and after.kind == "verb" and after.text != "please"):
        return mark  # "the sleeves are ...", "sleeves longer"
    return mark.as_("value", Sense("sleeve_length", "sleeves"))


def _straps(marks: list[Mark], index: int) -> Mark:
    """Resolve "straps": thin or thick ones were read with that word; bare ones are the detail."""
    near = marks[max(0, index - REACH) : index]
    return (
        marks[index]
        if any(m.facets == {"details"} and m.senses[0].value.endswith("straps") for m in near)
        else marks[index].as_("value", Sense("details", "straps"))
    )


_PARTS = {"sleeve": _sleeves, "strap": _straps}
