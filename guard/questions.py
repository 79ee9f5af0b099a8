"""Question-answering verifier: BLIP or BLIP-2 answers yes or no about a picture.

Li et al., arXiv 2201.12086 (BLIP) and 2301.12597 (BLIP-2), through transformers. One token is
generated: the probability of "yes" is the softmax of its logit against that of "no".
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

_MODEL_TYPES = ("blip", "blip-2")
_YES, _NO = ("yes", " yes", "Yes", " Yes"), ("no", " no", "No", " No")
_PROMPT = {"blip": "{question}", "blip-2": "Question: {question} Answer:"}
_BATCH_SIZE = 8
_TEMPLATES: dict[str, str] = {
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
_VALUE_TEMPLATES: dict[tuple[str, str], str] = {
    ("sleeve_length", "sleeveless"): "is the {kind} sleeveless?",
    ("pattern", "solid"): "is the {kind} plain, without any print?",
    ("pattern", "patterned"): "does the {kind} have a print or a pattern?",
    ("details", "hood"): "does the {kind} have a hood?",
    ("details", "zipper"): "does the {kind} have a zipper?",
    ("details", "belt"): "is there a belt on the {kind}?",
}


def question(facet: str, value: str, kind: str | None) -> str:
    """Return the question that asks whether a picture shows a value."""
    return _VALUE_TEMPLATES.get((facet, value), _TEMPLATES[facet]).format(
        value=value, kind=kind or "garment"
    )


class Questions:
    """Verifier by a BLIP or BLIP-2 model: one question a picture."""

    def __init__(self, name: str, model: Any, processor: Any, device: str) -> None:
        self.name, self.device = f"vqa:{name}", device
        self._model, self._processor = model, processor
        self._prompt = _PROMPT[model.config.model_type]
        self._yes, self._no = _answers(processor.tokenizer, name)

    @torch.inference_mode()
    def probability(self, subjects: Sequence[Subject], facet: str, value: str) -> np.ndarray:
        """Return (n,) the probability of "yes"; NaN for shades.

        A value with children is asked about by its own name.
        """
        if facet == "color" and value in vocabulary.SHADES:
            return np.full(len(subjects), np.nan)
        parts = [
            self._ask(subjects[n : n + _BATCH_SIZE], facet, value)
            for n in range(0, len(subjects), _BATCH_SIZE)
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
        output = self._model.generate(
            **inputs,
            max_new_tokens=1,
            min_new_tokens=1,
            do_sample=False,
            num_beams=1,
            output_logits=True,
            return_dict_in_generate=True,
        )
        logits = output.logits[0].float()
        no_and_yes = torch.stack(
            [logits[:, self._no].logsumexp(1), logits[:, self._yes].logsumexp(1)], dim=1
        )
        return no_and_yes.softmax(1)[:, 1].cpu().numpy().astype(np.float64)


def _answers(tokenizer: Any, name: str) -> tuple[list[int], list[int]]:
    """Return the first tokens of "yes" and of "no", in all spellings that the tokenizer knows.

    Raises WorkError if it does not tell the two apart.
    """

    def first(words: Sequence[str]) -> set[int]:
        ids = {tokenizer(word, add_special_tokens=False).input_ids[:1][0] for word in words}
        return ids - {tokenizer.unk_token_id}

    yes, no = first(_YES), first(_NO)
    if not yes - no or not no - yes:
        raise WorkError(
            f"verifier vqa:{name}: its tokenizer does not tell yes from no; use another model"
        )
    return sorted(yes - no), sorted(no - yes)


def open_questions(name: str, device: str = "auto") -> Questions:
    """Load a model of the Hugging Face hub or of a folder as a verifier.

    Raises InputError for another type of model, WorkError where it cannot be loaded.
    """
    # transformers imports torchvision, which must be prepared first.
    import_torchvision()
    from transformers import AutoConfig, AutoModelForVisualQuestionAnswering, AutoProcessor

    torch_device = pick_device(device)
    try:
        model_type = AutoConfig.from_pretrained(name).model_type
        if model_type not in _MODEL_TYPES:
            raise InputError(
                f"verifier vqa:{name} is a {model_type} model; "
                f"use one of {', '.join(_MODEL_TYPES)}, such as vqa:Salesforce/blip-vqa-base"
            )
        model = AutoModelForVisualQuestionAnswering.from_pretrained(name)
        processor = AutoProcessor.from_pretrained(name)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        local = Path(name).exists()
        suspect = "folder" if local else "name and the connection to huggingface.co"
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise WorkError(
            f"verifier vqa:{name} could not be loaded: {reason}. Check the {suspect}, or "
            "switch it off: VERIFIER=none"
        ) from error
    processor.tokenizer.padding_side = "left" if model_type == "blip-2" else "right"
    return Questions(name, model.to(torch_device).eval(), processor, torch_device)
