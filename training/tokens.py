"""A small byte-pair vocabulary for shop words, in the format of open_clip's SimpleTokenizer."""

from __future__ import annotations

import gzip
import heapq
import json
import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import vocabulary
from encoders.layout import FACET_SLICE

MERGES = 2600


def vocabulary_phrases() -> list[str]:
    """Return every word for the values of the facets that pictures show."""
    return [
        word
        for facet in FACET_SLICE
        for value in vocabulary.leaf_values(facet)
        for word in vocabulary.synonyms(facet, value)
    ]


def caption_texts(data: Path) -> list[str]:
    """Return FashionIQ's training captions, which show the words that people use.

    The list is empty if the folder is missing.
    """
    texts: list[str] = []
    for path in sorted((data / "fashioniq_captions").glob("cap.*.train.json")):
        for entry in json.loads(path.read_text(encoding="utf-8")):
            texts += entry["captions"]
    return texts


def learn_merges(texts: Iterable[str], merges: int = MERGES) -> list[tuple[str, str]]:
    """Return the byte-pair merges of the words in `texts` (Sennrich et al., arXiv 1508.07909).

    The last letter of a word is marked with `</w>`.
    """
    counts = Counter(word for text in texts for word in re.findall("[a-z]+", text.lower()))
    words = [((*word[:-1], word[-1] + "</w>"), count) for word, count in sorted(counts.items())]
    pairs: Counter[tuple[str, str]] = Counter()
    where: dict[tuple[str, str], set[int]] = {}
    for i, (parts, count) in enumerate(words):
        for pair in pairwise(parts):
            pairs[pair] += count
            where.setdefault(pair, set()).add(i)
    heap = [(-count, pair) for pair, count in pairs.items()]
    heapq.heapify(heap)
    learned: list[tuple[str, str]] = []
    while len(learned) < merges and heap:
        count, best = heapq.heappop(heap)
        if pairs.get(best, 0) != -count:
            continue  # stale: the pair's count has changed since
        if -count < 2:
            break
        learned.append(best)
        touched = {
            pair
            for i in sorted(where.pop(best))
            for pair in _merge_word(words, i, best, pairs, where)
        }
        pairs.pop(best, None)
        for pair in touched:
            if pair in pairs:
                heapq.heappush(heap, (-pairs[pair], pair))
    return learned


def _merge_word(
    words: list, i: int, best: tuple[str, str], pairs: Counter, where: dict
) -> set[tuple[str, str]]:
    """Join `best` in word i and return the pairs whose counts changed."""
    parts, count = words[i]
    touched = set(pairwise(parts))
    for pair in pairwise(parts):
        pairs[pair] -= count
        if pairs[pair] <= 0:
            del pairs[pair]
    joined: list[str] = []
    for part in parts:
        if joined and (joined[-1], part) == best:
            joined[-1] += part
        else:
            joined.append(part)
    words[i] = (tuple(joined), count)
    for pair in pairwise(joined):
        pairs[pair] += count
        where.setdefault(pair, set()).add(i)
    return touched | set(pairwise(joined))


def write_merges(path: Path, merges: list[tuple[str, str]]) -> None:
    """Write the merges after a version line, which SimpleTokenizer skips.

    The file has no time stamp, so the same merges give the same bytes.
    """
    text = "\n".join(["#version: 0.2", *(" ".join(pair) for pair in merges)])
    path.write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))


def vocabulary_size(merges: int) -> int:
    """Return the number of tokens of a SimpleTokenizer with this many merges.

    They are the bytes, the bytes at the end of a word, the merges, and start and end of text.
    """
    return 512 + merges + 2
