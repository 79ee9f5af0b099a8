"""Pictures embedded per second by the built-in model and ViT-B/32, by threads and precision.

The pictures are the catalogue's own, in the batches of `python -m catalog embed`. They are decoded
beforehand, and the decoding rate is reported separately; resizing is included. ViT-B/32 has random
weights unless its name asks for others, since only speed is measured. ONNX Runtime is optional: if
it is installed with `onnx` and `onnxscript`, the image tower is exported and measured too.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterator, Sequence
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
from errors import WorkError
from evaluation.report.show import Figures, finish, machine, notice, table

if TYPE_CHECKING:
    from encoders.encoder import OpenClipEncoder

MODELS = {"builtin": 256, "ViT-B-32": 64}
"""Model -> how many pictures it is timed on."""
FP32, BF16, ONNX = "fp32", "bf16", "ONNX Runtime, fp32"
MAX_SECONDS = 8
"""Time in seconds after which no further batch is started."""
BATCH = 32
"""Pictures per pass of the encoder."""
Encode = Callable[[Sequence[Image.Image]], np.ndarray]
"""Pictures -> (n, dim) vectors."""
ONNX_MODULES = ("onnxruntime", "onnx", "onnxscript")


def run(
    catalog: Path, models: Sequence[str] | None = None, seed: int = 0, out: Path | None = None
) -> Figures:
    """Measure pictures per second by model, device, threads and precision; print a table and JSON.

    Also report how close each precision comes to fp32, as the lowest cosine of any slice. Raises
    CatalogMissingError if there is no catalogue, and InputError if a model is unknown.
    """
    import torch  # on demand: slow to import

    counts = {name: MODELS.get(name, 64) for name in models or MODELS}
    files = _files(catalog, max(counts.values()), seed)
    decoding = {n: _rate(len(files), partial(_opened, files, n)) for n in _threads()}
    pictures = _opened(files, os.cpu_count() or 1)
    measured = []
    before = torch.get_num_threads()
    try:
        for name, count in counts.items():
            notice(f"embedding {count} pictures with {name}")
            measured += _measured(name, pictures[:count])
    finally:
        torch.set_num_threads(before)
    missing = [name for name in ONNX_MODULES if find_spec(name) is None]
    notes = [f"ONNX Runtime not measured: {', '.join(missing)} not installed"] if missing else []
    if not torch.cuda.is_available():
        notes.append("no GPU here: bf16 autocast on one not measured")
    _show(measured, notes)
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


def _show(measured: Sequence[Figures], notes: Sequence[str]) -> None:
    table(
        f"Pictures a second, {machine()['cpu']}, {machine()['date']}",
        ["model", "device", "precision", "threads", "items/s", "cosine to fp32"],
        [
            [
                way["model"],
                way["device"],
                way["precision"],
                way["threads"],
                way["items_s"],
                f"{way['cosine']:.4f}",
            ]
            for way in measured
        ],
    )
    for note in notes:
        notice(note)


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


def _measured(name: str, pictures: Sequence[Image.Image]) -> list[Figures]:
    """Return one record per way in which this machine can run the model."""
    import torch

    records = []
    for device in ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",):
        encoder = load_encoder(name, device)
        exact = _encoded(encoder, FP32, pictures)
        for precision, threads, encode in _ways(encoder, device, pictures):
            torch.set_num_threads(threads)
            vectors, rate = _timed(pictures, encode)
            records.append(
                {
                    "model": name,
                    "device": device,
                    "precision": precision,
                    "threads": threads,
                    "items_s": round(rate, 1),
                    "cosine": _least_cosine(vectors, exact[: len(vectors)], encoder),
                }
            )
    return records


def _ways(
    encoder: OpenClipEncoder, device: str, pictures: Sequence[Image.Image]
) -> Iterator[tuple[str, int, Encode]]:
    """Yield (precision, threads, function) of each way to run the encoder on a device."""
    cores = os.cpu_count() or 1
    for threads in _threads() if device == "cpu" else [cores]:
        yield FP32, threads, partial(_encoded, encoder, FP32)
    yield BF16, cores, partial(_encoded, encoder, BF16)
    if device == "cpu" and all(find_spec(module) for module in ONNX_MODULES):
        model = _exported(encoder, pictures)
        for threads in _threads():
            yield ONNX, threads, _by_onnx(encoder, model, threads)


def _encoded(
    encoder: OpenClipEncoder, precision: str, pictures: Sequence[Image.Image]
) -> np.ndarray:
    encoder.bf16 = precision == BF16
    return encoder.encode_images(pictures)


def _timed(pictures: Sequence[Image.Image], encode: Encode) -> tuple[np.ndarray, float]:
    """Return (vectors of the first m pictures, pictures per second).

    Batches run for at most about MAX_SECONDS, after a warm-up with two pictures. If the warm-up
    alone takes half of that time, it serves as the measurement.
    """
    start, step = time.perf_counter(), min(2, len(pictures))
    first = encode(pictures[:step])
    taken = time.perf_counter() - start
    if taken > MAX_SECONDS / 2:
        return first, step / taken
    start, done = time.perf_counter(), 0
    parts: list[np.ndarray] = []
    while done < len(pictures) and (not parts or time.perf_counter() - start < MAX_SECONDS):
        parts.append(encode(pictures[done : done + BATCH]))
        done += len(parts[-1])
    return np.concatenate(parts), done / (time.perf_counter() - start)


def _least_cosine(vectors: np.ndarray, exact: np.ndarray, encoder: OpenClipEncoder) -> float:
    slices = [encoder.layout.slice(name) for name in encoder.layout.names]
    return round(
        min(float((vectors[:, part] * exact[:, part]).sum(axis=1).min()) for part in slices), 4
    )


def _exported(encoder: OpenClipEncoder, pictures: Sequence[Image.Image]) -> bytes:
    """Return the image tower as an ONNX model for batches of any size."""
    import torch

    class Tower(torch.nn.Module):
        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            return encoder.tower(pixels)

    example = encoder.pixels(pictures[:2]).clone()
    shapes = ({0: torch.export.Dim("batch", min=1, max=512)},)
    with redirect_stdout(io.StringIO()), torch.no_grad():
        program = torch.onnx.export(
            Tower().eval(), (example,), dynamo=True, dynamic_shapes=shapes, verbose=False
        )
    if program is None:
        raise WorkError("torch exported no ONNX model")
    return program.model_proto.SerializeToString()


def _by_onnx(encoder: OpenClipEncoder, model: bytes, threads: int) -> Encode:
    """Return a function that encodes pictures with ONNX Runtime instead of torch."""
    import onnxruntime  # type: ignore[import-not-found]  # optional, see the module docstring

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0].name
    return lambda part: encoder.split(
        session.run(None, {entry: encoder.pixels(part).contiguous().numpy()})[0]
    )


def _fastest(measured: Sequence[Figures]) -> dict[str, Figures]:
    """Return {model: its fastest way on this machine}."""
    best: dict[str, Figures] = {}
    for way in measured:
        if way["items_s"] > best.get(way["model"], {"items_s": 0.0})["items_s"]:
            best[way["model"]] = way
    return best
