"""Micro-batching of the pictures and words that several threads embed with a shared encoder.

A model that embeds one picture uses little of a GPU, and threads that each run it alone wait for
one another anyway. So one thread at a time runs the model, and calls that arrive meanwhile share
the next pass. No call waits for a batch to fill: a thread that comes alone is served at once.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from PIL import Image

from encoders.protocol import Encoder

MAX_BATCH = 64
"""Most pictures or texts of several callers in a pass; a larger call gets a pass of its own."""

T = TypeVar("T")
AskedImage = tuple[Image.Image, str | None]
"""A picture and the garment that is meant in it."""


@dataclass(eq=False)
class _Call(Generic[T]):
    """One caller's inputs, and their vectors or the error they raised."""

    inputs: list[T]
    vectors: np.ndarray | None = None
    error: BaseException | None = None

    @property
    def done(self) -> bool:
        return self.vectors is not None or self.error is not None


class MicroBatcher(Generic[T]):
    """Runs the calls of many threads through `embed` in shared passes.

    embed: n inputs -> (n, dim), each row independent of the others.
    """

    def __init__(self, embed: Callable[[list[T]], np.ndarray], max_batch: int = MAX_BATCH) -> None:
        self._embed, self._max_batch = embed, max_batch
        self._changed = threading.Condition()
        self._waiting: deque[_Call[T]] = deque()
        self._running = False

    def __call__(self, inputs: Sequence[T]) -> np.ndarray:
        """Return (n, dim) of these inputs, in order. Raises what they would raise alone."""
        call = _Call(list(inputs))
        with self._changed:
            self._waiting.append(call)
        while (batch := self._next_batch(call)) is not None:
            try:
                self._run(batch)
            finally:
                with self._changed:
                    self._running = False
                    self._changed.notify_all()
        if call.vectors is None:
            raise call.error or RuntimeError("a batch ended without a result")
        return call.vectors

    def _next_batch(self, call: _Call[T]) -> list[_Call[T]] | None:
        """Wait until no other thread runs; return what this one is to run, None if it is done."""
        with self._changed:
            while self._running and not call.done:
                self._changed.wait()
            if call.done:
                return None
            self._running = True
            batch = [self._waiting.popleft()]
            size = len(batch[0].inputs)
            while self._waiting and size + len(self._waiting[0].inputs) <= self._max_batch:
                batch.append(self._waiting.popleft())
                size += len(batch[-1].inputs)
            return batch

    def _run(self, batch: list[_Call[T]]) -> None:
        try:
            vectors = self._embed([item for call in batch for item in call.inputs])
            ends = np.cumsum([len(call.inputs) for call in batch])
            for call, rows in zip(batch, np.split(vectors, ends[:-1]), strict=True):
                call.vectors = rows
        except BaseException as error:
            if len(batch) == 1:
                batch[0].error = error
            else:
                # One input is at fault. Each call runs alone, so that no other call gets its error.
                for call in batch:
                    self._run([call])


class BatchedEncoder:
    """An encoder whose calls from many threads run together; all else is the encoder's own."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._images: MicroBatcher[AskedImage] = MicroBatcher(self._embed_images)
        self._texts: MicroBatcher[str] = MicroBatcher(encoder.encode_texts)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_encoder":
            raise AttributeError(name)
        return getattr(self._encoder, name)

    def encode_images(
        self, images: Sequence[Image.Image], garments: Sequence[str | None] | None = None
    ) -> np.ndarray:
        """Return (n, dim) float32 for n pictures, as `Encoder.encode_images`."""
        return self._images(list(zip(images, garments or [None] * len(images), strict=True)))

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Return (n, dim) float32 for n phrases."""
        return self._texts(list(texts))

    def _embed_images(self, asked: list[AskedImage]) -> np.ndarray:
        images = [image for image, _ in asked]
        garments = [garment for _, garment in asked]
        if any(garments):
            return self._encoder.encode_images(images, garments)
        return self._encoder.encode_images(images)
