"""Training of the built-in model, from the ImageNet start to the model's folder.

It learns from photos and drawn pictures, in steps that resume after an interruption.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from datasets.photos import Photo, read_photos
from encoders import load_encoder
from encoders.openclip import MERGES
from encoders.torchvision_ops import import_open_clip
from errors import WorkError
from training.calibrate import run as calibrate
from training.card import write_card
from training.drawn import SEED, drawn_pictures
from training.export import build_clip, into_clip, prototype_table, write_folder
from training.fit import Trainer, log_line
from training.pixels import cached_arrays
from training.recipe import Recipe, Stage
from training.table import Table, accuracy, encode_rows, shop_classes
from training.team import Team, run_team
from training.tokens import caption_texts, learn_merges, vocabulary_phrases, write_merges
from training.tower import SliceTower, imagenet_tower
from training.words import WordsRecipe, fit_words, phrase_accuracy

MOST_BYTES = 10_000_000
CHECKPOINT = "checkpoint.pt"
TITLES = 2500
"""Number of product photos whose display names train the text tower against their pictures."""


@dataclass(frozen=True)
class Job:
    """Folders, settings and extent of one training run."""

    data: Path
    cache: Path
    """Folder of decoded photos and drawn pictures, outside the repository."""
    work: Path
    """Folder of this run's checkpoints."""
    out: Path
    """Folder of the model."""
    recipe: Recipe = field(default_factory=Recipe)
    words: WordsRecipe = field(default_factory=WordsRecipe)
    drawn: int = 3600
    drawn_seed: int = SEED
    side: int = 160
    """Side in pixels of the pictures at run time."""
    processes: int = 2
    device: str = "cpu"
    log: Path | None = None


def load_table(job: Job) -> Table:
    """Return all photos and drawn pictures with their labels, the same in every process."""
    photos = read_photos(job.data)
    arrays = cached_arrays(job.data, job.cache, photos)
    if any(stage.drawn for stage in job.recipe.stages):
        drawn, pictures = drawn_pictures(job.cache, job.drawn, job.drawn_seed)
        photos, arrays = photos + drawn, arrays | {"drawn": pictures}
    return Table(photos, arrays, shop_classes(photos, job.recipe.least))


def choosing_rows(table: Table, small: int = 600) -> np.ndarray:
    """Return the photos that choose among runs and epochs."""
    return np.concatenate([table.rows("product", "choose"), table.rows("small", "choose")[:small]])


def new_model(table: Table, seed: int) -> SliceTower:
    """Return the tower with its ImageNet weights and with heads initialised from the seed."""
    classes = {head: list(values) for head, values in table.classes.items()}
    return SliceTower(imagenet_tower(), classes, seed)


def train_pictures(team: Team, job: Job) -> None:
    """Train the image tower through all stages, resuming from a checkpoint if there is one."""
    table = load_table(job)
    trainer = Trainer(
        new_model(table, job.recipe.seed),
        table,
        job.recipe,
        job.work / CHECKPOINT,
        job.device,
        team,
    )
    if trainer.resume() and team.leads:
        tqdm.write(
            f"going on from {trainer.path}: stage {trainer.stage + 1}, step {trainer.step}",
            file=sys.stderr,
        )

    def after_epoch(model: SliceTower, stage: Stage, epoch: int) -> None:
        figures = accuracy(model, table, choosing_rows(table), stage.side, job.device)
        text = f"{stage.name} epoch {epoch + 1}/{stage.epochs}, choosing part: " + " ".join(
            f"{k} {v:.3f}" for k, v in figures.items()
        )
        tqdm.write(text, file=sys.stderr)
        log_line(job.log, text)

    trainer.run(after_epoch)


def load_pictures(job: Job, table: Table) -> SliceTower:
    """Return the averaged model of the last checkpoint, finished or not.

    Raises WorkError if there is none.
    """
    trainer = Trainer(
        new_model(table, job.recipe.seed), table, job.recipe, job.work / CHECKPOINT, job.device
    )
    if not trainer.resume():
        raise WorkError(f"no checkpoint in {job.work}: train first (`python -m training encoder`)")
    return trainer.averaged()


def text_corpus(data: Path, photos: list[Photo]) -> list[str]:
    """Return the texts that the merges are learned from.

    They are the display names of the training part, the captions, and the vocabulary.
    """
    return (
        [p.title for p in photos if p.role == "train"]
        + caption_texts(data)
        + vocabulary_phrases() * 20
    )


def export(job: Job, table: Table, model: SliceTower) -> dict[str, float]:
    """Fit the text tower to the finished picture slices and write the model's folder.

    Returns the accuracy on the vocabulary's words, see `phrase_accuracy`. Raises WorkError if the
    folder exceeds MOST_BYTES.
    """
    open_clip = import_open_clip(with_transformers=False)
    merges = learn_merges(text_corpus(job.data, table.photos))
    job.out.mkdir(parents=True, exist_ok=True)
    write_merges(job.out / MERGES, merges)
    clip = build_clip(job.side, len(merges), job.recipe.seed)
    into_clip(model, clip)
    tokenizer = open_clip.SimpleTokenizer(
        bpe_path=str(job.out / MERGES), context_length=clip.context_length
    )
    rows = table.rows("product", "train")
    rows = np.random.default_rng(job.recipe.seed).permutation(rows)[:TITLES]
    pictures = torch.cat(
        list(encode_rows(model, table, rows, job.side, job.device).values()), dim=1
    ).numpy()
    prototypes = prototype_table(model)
    fit_words(
        clip,
        tokenizer,
        [table.photos[row].title for row in rows],
        pictures,
        prototypes,
        job.words,
        job.recipe.seed,
        job.device,
    )
    figures = phrase_accuracy(clip, tokenizer, prototypes, job.device)
    size = write_folder(job.out, clip, merges, job.side, prototypes)
    if size > MOST_BYTES:
        raise WorkError(
            f"{job.out} came to {size} bytes, more than the {MOST_BYTES} that a plain push may "
            "carry"
        )
    return figures


def drawn_labels(encoder, job: Job, count: int = 500) -> tuple[np.ndarray, list[Photo]] | None:
    """Return vectors and labels of drawn pictures that the tower has not seen.

    They serve the heads that have no labelled photos. Returns None if the run uses no drawings.
    """
    if not job.drawn:
        return None
    from PIL import Image

    photos, pictures = drawn_pictures(job.cache, min(count, job.drawn), job.drawn_seed + 1)
    return encoder.encode_images([Image.fromarray(picture) for picture in pictures]), photos


def finish(job: Job, words: dict[str, float]) -> None:
    """Calibrate the written model, measure it and write its card."""
    name = f"local-dir:{job.out}"
    report = calibrate(
        load_encoder(name, job.device),
        job.data,
        job.out,
        drawn_labels(load_encoder(name, job.device), job),
    )
    write_card(load_encoder(name, job.device), job, words, report)


def run(job: Job) -> None:
    """Run the whole training, resuming from whatever the work folder already holds."""
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")  # see encoders.load_encoder
    load_table(job)  # decode and draw once, before several processes need it
    run_team(job.processes, train_pictures, job)
    export_and_finish(job)


def export_and_finish(job: Job) -> None:
    """Make the text tower, heads, figures and card from the last checkpoint."""
    table = load_table(job)
    words = export(job, table, load_pictures(job, table))
    finish(job, words)
