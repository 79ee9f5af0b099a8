"""Training of the text tower on the finished picture slices and prototypes, which stay fixed.

The loss pulls a phrase to the prototype of each value that it names, in that value's slice. It also
pulls a product's display name towards its photo over all slices (InfoNCE, van den Oord et al.,
arXiv 1807.03748).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from tqdm import tqdm

from encoders.layout import FACET_SLICE, SLICES
from encoders.prototypes import Prototypes
from training.phrases import Phrase, plain_phrases, random_phrase
from training.tower import allowed_matrix, set_loss

if TYPE_CHECKING:  # open_clip takes seconds to import
    from open_clip import CLIP

SCALE = 14.0
"""Scale of the cosines between a phrase and the prototypes of a facet."""
Tokenizer = Callable[[list[str]], torch.Tensor]
"""Function from n texts to (n, context) token ids, like open_clip's tokenizers."""
WARMUP_STEPS = 60


@dataclass(frozen=True)
class WordsRecipe:
    """Length, batch sizes and learning rate of the text tower's training."""

    steps: int = 1200
    phrases: int = 72
    titles: int = 48
    rate: float = 2e-3
    decay: float = 0.05
    contrast: float = 0.35
    """Weight of the display names' loss."""


def split_slices(raw: torch.Tensor) -> dict[str, torch.Tensor]:
    """Split raw vectors (n, 256) into {slice: unit vectors}."""
    return {
        name: functional.normalize(part, dim=-1)
        for name, part in zip(SLICES, raw.float().split(list(SLICES.values()), dim=-1), strict=True)
    }


def phrase_loss(
    slices: dict[str, torch.Tensor],
    phrases: list[Phrase],
    table: dict[str, Prototypes],
    vectors: dict[str, torch.Tensor],
) -> torch.Tensor:
    """Return the mean over facets of the set loss of the phrases that name the facet."""
    losses = []
    for facet in FACET_SLICE:
        wanted = [phrase.wants.get(facet) for phrase in phrases]
        if any(wanted):
            allowed = torch.from_numpy(allowed_matrix(wanted, list(table[facet].values))).to(
                vectors[facet].device
            )
            losses.append(
                set_loss(
                    SCALE * slices[FACET_SLICE[facet]] @ vectors[facet].T, allowed, smoothing=0.0
                )
            )
    return torch.stack(losses).mean()


def title_loss(slices: dict[str, torch.Tensor], pictures: torch.Tensor) -> torch.Tensor:
    """Return InfoNCE, in both directions, of titles (unit slices) and pictures (n, 256)."""
    words = torch.cat([slices[name] for name in SLICES], dim=-1)
    scores = 20.0 / len(SLICES) * words @ pictures.T
    target = torch.arange(len(scores), device=scores.device)
    return (
        functional.cross_entropy(scores, target) + functional.cross_entropy(scores.T, target)
    ) / 2


def fit_words(
    clip: CLIP,
    tokenizer: Tokenizer,
    titles: list[str],
    pictures: np.ndarray,
    table: dict[str, Prototypes],
    recipe: WordsRecipe,
    seed: int,
    device: str = "cpu",
) -> None:
    """Train the text tower of `clip` in place; `titles[i]` describes `pictures[i]` (n, 256)."""
    rng = np.random.default_rng([seed, 77])
    clip.to(device).train()
    vectors = {facet: torch.from_numpy(table[facet].vectors).to(device) for facet in FACET_SLICE}
    title_tokens = tokenizer(titles) if titles else torch.empty(0, dtype=torch.long)
    single_values = plain_phrases()
    parameters = [
        p
        for name, p in clip.named_parameters()
        if not name.startswith("visual.") and name != "logit_scale"
    ]
    optimizer = torch.optim.AdamW(parameters, lr=recipe.rate, weight_decay=recipe.decay)
    torch.manual_seed(seed)
    for step in tqdm(range(recipe.steps), desc="text tower", unit="step", mininterval=5):
        for group in optimizer.param_groups:
            group["lr"] = _learning_rate(recipe, step)
        phrases = _draw_phrases(single_values, recipe.phrases, rng)
        tokens = tokenizer([phrase.text for phrase in phrases])
        rows = (
            rng.choice(len(titles), min(recipe.titles, len(titles)), replace=False)
            if titles
            else np.array([], dtype=int)
        )
        if len(rows):
            tokens = torch.cat([tokens, title_tokens[rows]])
        slices = split_slices(clip.encode_text(tokens.to(device)))
        loss = phrase_loss(
            {name: part[: len(phrases)] for name, part in slices.items()}, phrases, table, vectors
        )
        if len(rows):
            loss = loss + recipe.contrast * title_loss(
                {name: part[len(phrases) :] for name, part in slices.items()},
                torch.from_numpy(pictures[rows]).to(device),
            )
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
    clip.eval()


def _learning_rate(recipe: WordsRecipe, step: int) -> float:
    """Return the rate of a step: a linear warm-up, then half a cosine down to zero."""
    warmup = min(1, (step + 1) / WARMUP_STEPS)
    return recipe.rate * warmup * 0.5 * (1 + math.cos(math.pi * step / recipe.steps))


def _draw_phrases(
    single_values: list[Phrase], count: int, rng: np.random.Generator
) -> list[Phrase]:
    """Draw phrases: a third name a single value, the others are composed at random."""
    third = count // 3
    return [single_values[i] for i in rng.integers(0, len(single_values), third)] + [
        random_phrase(rng) for _ in range(count - third)
    ]


@torch.inference_mode()
def phrase_accuracy(
    clip: CLIP, tokenizer: Tokenizer, table: dict[str, Prototypes], device: str = "cpu"
) -> dict[str, float]:
    """Return {facet: share of the vocabulary's words whose nearest prototype is their own}."""
    phrases = plain_phrases()
    raw = torch.cat(
        [
            clip.encode_text(tokenizer([p.text for p in phrases[i : i + 256]]).to(device))
            for i in range(0, len(phrases), 256)
        ]
    )
    slices = {name: part.cpu().numpy() for name, part in split_slices(raw).items()}
    right: dict[str, list[bool]] = {}
    for row, phrase in enumerate(phrases):
        ((facet, values),) = phrase.wants.items()
        best = table[facet].values[
            int((table[facet].vectors @ slices[FACET_SLICE[facet]][row]).argmax())
        ]
        right.setdefault(facet, []).append(best in values)
    return {facet: float(np.mean(hits)) for facet, hits in right.items()}
