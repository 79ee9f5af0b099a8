"""How many pictures a second a catalogue is embedded at: the built-in model and ViT-B/32, on one and all cores, by precision.

Pictures are the catalogue's own, decoded beforehand (the rate of decoding is told apart), in the batches that `python -m catalog
embed` takes; resizing is included. ViT-B/32 has random weights where none are asked for: speed alone. ONNX Runtime is not a
requirement; where it is installed with `onnx` and `onnxscript`, the image tower is exported and measured too.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from catalog.pictures import open_picture
from catalog.store import Catalog
from encoders import load_encoder
from evaluation.report.show import finish, machine, notice, table

if TYPE_CHECKING:
    from encoders import Encoder

MODELS = {"builtin": 256, "ViT-B-32": 64}
"""Model -> pictures that it is timed on."""
FP32, BF16, ONNX = "fp32", "bf16", "ONNX Runtime, fp32"
SECONDS = 8
"""After which no further batch of a slow way is begun."""
BATCH = 32
"""Pictures a pass, as the encoder takes them."""
NEEDED = ("onnxruntime", "onnx", "onnxscript")


def run(
    catalog: Path, models: Sequence[str] | None = None, seed: int = 0, out: Path | None = None
) -> dict:
    """Items a second by model, device, threads and precision, and how near each comes to fp32 (least cosine of any slice).

    Prints a table and one JSON line. Raises CatalogMissingError, InputError for an unknown model.
    """
    import torch

    wanted = {name: MODELS.get(name, 64) for name in models or MODELS}
    files = _files(catalog, max(wanted.values()), seed)
    decoding = {
        threads: _rate(len(files), lambda threads=threads: _opened(files, threads))
        for threads in _threads()
    }
    pictures = _opened(files, os.cpu_count() or 1)
    measured = []
    before = torch.get_num_threads()
    try:
        for name, count in wanted.items():
            notice(f"embedding {count} pictures with {name}")
            measured += _model(name, pictures[:count])
    finally:
        torch.set_num_threads(before)
    missing = [name for name in NEEDED if find_spec(name) is None]
    notes = [f"ONNX Runtime not measured: {', '.join(missing)} not installed"] if missing else []
    notes += [] if torch.cuda.is_available() else ["no GPU here: bf16 autocast on one not measured"]
    table(
        f"Pictures a second, {machine()['cpu']}, {machine()['date']}",
        ["model", "device", "precision", "threads", "items/s", "cosine to fp32"],
        [
            [
                m["model"],
                m["device"],
                m["precision"],
                m["threads"],
                m["items_s"],
                f"{m['cosine']:.4f}",
            ]
            for m in measured
        ],
    )
    for note in notes:
        notice(note)
    return finish(
        {
            "benchmark": "embedding",
            "measured": measured,
            "decoding_items_s": decoding,
            "fastest": _fastest(measured),
            "notes": notes,
            "machine": machine(),
        },
        out,
    )


def _threads() -> list[int]:
    return sorted({1, os.cpu_count() or 1})


def _files(folder: Path, count: int, seed: int) -> list[Path]:
    catalog = Catalog.open(folder)
    rows = np.random.default_rng(seed).permutation(len(catalog))
    files = [catalog.image_path(int(rows[n % len(rows)])) for n in range(count)]
    catalog.close()
    return files


def _opened(files: Sequence[Path], threads: int) -> list[Image.Image]:
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(open_picture, files))


def _rate(count: int, work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return round(count / (time.perf_counter() - start), 1)


def _model(name: str, pictures: Sequence[Image.Image]) -> list[dict]:
    """One record for each way that this machine can run the model."""
    import torch

    found: list[dict] = []
    cores = os.cpu_count() or 1
    for device in ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",):
        encoder = load_encoder(name, device)
        exact = _encoded(encoder, FP32, pictures)
        ways = [(FP32, threads) for threads in (_threads() if device == "cpu" else [cores])] + [
            (BF16, cores)
        ]
        onnx = (
            _exported(encoder, pictures)
            if device == "cpu" and all(find_spec(module) for module in NEEDED)
            else None
        )
        ways += [(ONNX, threads) for threads in _threads()] if onnx is not None else []
        for precision, threads in ways:
            torch.set_num_threads(threads)
            encode = (
                _by_onnx(encoder, onnx, threads)
                if precision == ONNX
                else partial(_encoded, encoder, precision)
            )
            vectors, rate = _timed(pictures, encode)
            found.append(
                {
                    "model": name,
                    "device": device,
                    "precision": precision,
                    "threads": threads,
                    "items_s": round(rate, 1),
                    "cosine": _least_cosine(vectors, exact[: len(vectors)], encoder),
                }
            )
    return found


def _encoded(encoder: Encoder, precision: str, pictures: Sequence[Image.Image]) -> np.ndarray:
    encoder.bf16 = precision == BF16
    return encoder.encode_images(pictures)


def _timed(
    pictures: Sequence[Image.Image], encode: Callable[[Sequence[Image.Image]], np.ndarray]
) -> tuple[np.ndarray, float]:
    """(vectors of the first m pictures, items a second), batch after batch for about SECONDS at most, after two pictures that do
    not count. A way for which these take that long already is judged by them."""
    start, step = time.perf_counter(), min(2, len(pictures))
    first = encode(pictures[:step])
    taken = time.perf_counter() - start
    if taken > SECONDS / 2:
        return first, step / taken
    start, parts, done = time.perf_counter(), [], 0
    while done < len(pictures) and (not parts or time.perf_counter() - start < SECONDS):
        parts.append(encode(pictures[done : done + BATCH]))
        done += len(parts[-1])
    return np.concatenate(parts), done / (time.perf_counter() - start)


def _least_cosine(vectors: np.ndarray, exact: np.ndarray, encoder: Encoder) -> float:
    slices = [encoder.layout.slice(name) for name in encoder.layout.names]
    return round(
        min(float((vectors[:, part] * exact[:, part]).sum(axis=1).min()) for part in slices), 4
    )


def _exported(encoder: Encoder, pictures: Sequence[Image.Image]) -> bytes:
    """The image tower as an ONNX model of any number of pictures."""
    import torch

    class Tower(torch.nn.Module):
        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            return encoder.tower(pixels)

    graph, example = io.BytesIO(), encoder.pixels(pictures[:2]).clone()
    shapes = ({0: torch.export.Dim("batch", min=1, max=512)},)
    with redirect_stdout(io.StringIO()), torch.no_grad():
        torch.onnx.export(
            Tower().eval(), (example,), dynamo=True, dynamic_shapes=shapes, verbose=False
        ).save(graph)
    return graph.getvalue()


def _by_onnx(
    encoder: Encoder, model: bytes, threads: int
) -> Callable[[Sequence[Image.Image]], np.ndarray]:
    """Pictures to vectors with ONNX Runtime in place of torch, on as many threads."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0].name
    return lambda part: encoder.split(
        session.run(None, {entry: encoder.pixels(part).contiguous().numpy()})[0]
    )


def _fastest(measured: Sequence[dict]) -> dict[str, dict]:
    """{model: its fastest way here}."""
    best: dict[str, dict] = {}
    for way in measured:
        if way["items_s"] > best.get(way["model"], {"items_s": 0.0})["items_s"]:
            best[way["model"]] = way
    return best
