"""Visual question answering as a verifier: BLIP and BLIP-2 through transformers, yes or no from the first token's logits.

Li et al., arXiv 2201.12086 (BLIP) and 2301.12597 (BLIP-2). Nothing is generated beyond one token: the probability of "yes"
is its softmax against "no".
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

import vocabulary
from encoders.device import pick_device
from encoders.torchvision_ops import import_torchvision
from errors import InputError, WorkError
from guard.verifier import Subject

_KINDS = ("blip", "blip-2")
_YES, _NO = ("yes", " yes", "Yes", " Yes"), ("no", " no", "No", " No")
_PROMPT = {"blip": "{question}", "blip-2": "Question: {question} Answer:"}
_BATCH = 8
_ASKED: dict[str, str] = {
    "color": "is the {kind} {value}?",
    "pattern": "is the {kind} {value}?",
    "sleeve_length": "does the {kind} have {value} sleeves?",
    "length": "is the {kind} {value} length?",
    "neckline": "does the {kind} have a {value} neckline?",
    "fit": "is the fit of the {kind} {value}?",
    "material": "is the {kind} made of {value}?",
    "category": "is this a {value}?",
    "gender": "is the {kind} for {value}?",
    "style": "is the style of the {kind} {value}?",
    "details": "does the {kind} have {value}?",
}
_WORDED: dict[tuple[str, str], str] = {
    ("sleeve_length", "sleeveless"): "is the {kind} sleeveless?",
    ("pattern", "solid"): "is the {kind} plain, without any print?",
    ("pattern", "patterned"): "does the {kind} have a print or a pattern?",
    ("details", "hood"): "does the {kind} have a hood?",
    ("details", "zipper"): "does the {kind} have a zipper?",
    ("details", "belt"): "is there a belt on the {kind}?",
}


def question(facet: str, value: str, kind: str | None) -> str:
    """What the model is asked about a value."""
    return _WORDED.get((facet, value), _ASKED[facet]).format(value=value, kind=kind or "garment")


class Questions:
    """A BLIP or BLIP-2 model that is asked one question a picture."""

    def __init__(self, name: str, model: Any, processor: Any, device: str) -> None:
        self.name, self.device = f"vqa:{name}", device
        self._model, self._processor = model, processor
        self._prompt = _PROMPT[model.config.model_type]
        self._yes, self._no = _answers(processor.tokenizer, name)

    @torch.inference_mode()
    def probability(self, subjects: Sequence[Subject], facet: str, value: str) -> np.ndarray:
        """(n,) probability of "yes"; a value with children is asked by its own name.

        NaN for shades.
        """
        if facet == "color" and value in vocabulary.SHADES:
            return np.full(len(subjects), np.nan)
        parts = [
            self._ask(subjects[n : n + _BATCH], facet, value)
            for n in range(0, len(subjects), _BATCH)
        ]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _ask(self, subjects: Sequence[Subject], facet: str, value: str) -> np.ndarray:
        texts = [
            self._prompt.format(question=question(facet, value, subject.kind))
            for subject in subjects
        ]
        inputs = self._processor(
            images=[subject.picture().convert("RGB") for subject in subjects],
            text=texts,
            padding=True,
            return_tensors="pt",
        ).to(self.device)
        made = self._model.generate(
            **inputs,
            max_new_tokens=1,
            min_new_tokens=1,
            do_sample=False,
            num_beams=1,
            output_logits=True,
            return_dict_in_generate=True,
        )
        logits = made.logits[0].float()
        sides = torch.stack(
            [logits[:, self._no].logsumexp(1), logits[:, self._yes].logsumexp(1)], dim=1
        )
        return sides.softmax(1)[:, 1].cpu().numpy().astype(np.float64)


def _answers(tokenizer: Any, name: str) -> tuple[list[int], list[int]]:
    """The first tokens of "yes" and of "no" in every spelling that the tokenizer tells apart."""

    def first(words: Sequence[str]) -> set[int]:
        found = {tokenizer(word, add_special_tokens=False).input_ids[:1][0] for word in words}
        return found - {tokenizer.unk_token_id}

    yes, no = first(_YES), first(_NO)
    if not yes - no or not no - yes:
        raise WorkError(
            f"verifier vqa:{name}: its tokenizer does not tell yes from no; use another model"
        )
    return sorted(yes - no), sorted(no - yes)


def open_questions(name: str, device: str = "auto") -> Questions:
    """A verifier by a model of the hub or in a folder. Raises InputError for another kind of model, WorkError where it
    cannot be loaded."""
    import_torchvision()  # transformers imports it too
    from transformers import AutoConfig, AutoModelForVisualQuestionAnswering, AutoProcessor

    where = pick_device(device)
    try:
        kind = AutoConfig.from_pretrained(name).model_type
        if kind not in _KINDS:
            raise InputError(
                f"verifier vqa:{name} is a {kind} model; use one of {', '.join(_KINDS)}, such as "
                "vqa:Salesforce/blip-vqa-base"
            )
        model = AutoModelForVisualQuestionAnswering.from_pretrained(name)
        processor = AutoProcessor.from_pretrained(name)
    except (OSError, ValueError) as error:
        what = "folder" if Path(name).exists() else "name and the connection to huggingface.co"
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise WorkError(
            f"verifier vqa:{name} could not be loaded: {reason}. Check the {what}, or switch it off: "
            "VERIFIER=none"
        ) from error
    processor.tokenizer.padding_side = "left" if kind == "blip-2" else "right"
    return Questions(name, model.to(where).eval(), processor, where)
