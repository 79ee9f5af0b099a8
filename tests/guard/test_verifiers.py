"""Verifiers behind one Protocol: open_clip, BLIP and BLIP-2 models, tiny, with random weights."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from encoders.torchvision_ops import import_torchvision
from errors import InputError, WorkError
from guard.factory import open_verifier
from guard.questions import Questions, open_questions, question
from guard.verifier import Subject
from guard.zero_shot import ZeroShot, prompts

WORDS = (
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "[DEC]",
    "[ENC]",
    "yes",
    "no",
    "does",
    "the",
    "have",
    "a",
    "hood",
    "?",
    "hoodie",
)


def subjects(n: int) -> list[Subject]:
    pictures = [
        Image.fromarray(np.random.default_rng(k).integers(0, 255, (60, 40, 3), dtype=np.uint8))
        for k in range(n)
    ]
    return [Subject(np.zeros(3), lambda k=k: pictures[k], "hoodie") for k in range(n)]


def test_an_attribute_is_asked_against_its_alternatives_never_against_its_negation() -> None:
    texts, speaks = prompts("pattern", "patterned", "shirt")
    assert (
        "a plain shirt in one color" in texts
        and not speaks[texts.index("a plain shirt in one color")]
    )
    assert sum(speaks) == len(texts) - 1
    texts, speaks = prompts("details", "hood", "jacket")
    assert texts[0] == "a jacket with a hood" and speaks == [True, False, False]
    for facet, value in (
        ("details", "pockets"),
        ("sleeve_length", "sleeveless"),
        ("color", "blue"),
        ("neckline", "crew"),
    ):
        assert not any(
            " without " in text or " no " in text for text in prompts(facet, value, "shirt")[0]
        )


class _Clip(torch.nn.Module):
    """Red pictures lie where phrases with "red" lie."""

    logit_scale = torch.tensor(3.0)

    def encode_image(self, pixels: torch.Tensor, normalize: bool) -> torch.Tensor:
        red = (pixels.mean((2, 3))[:, 0] > 0.5).float()
        return torch.stack([red, 1 - red], 1)

    def encode_text(self, tokens: torch.Tensor, normalize: bool) -> torch.Tensor:
        return tokens


def test_zero_shot_weighs_the_value_against_the_others() -> None:
    def pixels(picture: Image.Image) -> torch.Tensor:
        return torch.from_numpy(np.asarray(picture, dtype=np.float32) / 255).permute(2, 0, 1)

    def tokens(texts: list[str]) -> torch.Tensor:
        return torch.tensor(
            [[1.0, 0.0] if " red " in f" {text} " else [0.0, 1.0] for text in texts]
        )

    verifier = ZeroShot("tiny", _Clip(), pixels, tokens, "cpu")
    pictures = [Image.new("RGB", (8, 8), (255, 0, 0)), Image.new("RGB", (8, 8), (0, 0, 255))]
    dresses = [Subject(np.zeros(3), lambda k=k: pictures[k], "dress") for k in range(2)]
    probability = verifier.probability(dresses, "color", "red")
    assert probability[0] > 0.4 > 0.05 > probability[1]
    assert np.isnan(verifier.probability(dresses, "color", "dark")).all()


@pytest.fixture(scope="module")
def blip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import_torchvision()
    from transformers import (
        BertTokenizerFast,
        BlipConfig,
        BlipForQuestionAnswering,
        BlipImageProcessor,
        BlipProcessor,
    )

    folder = tmp_path_factory.mktemp("blip")

    tokenizer = BertTokenizerFast(vocab={word: number for number, word in enumerate(WORDS)})
    BlipProcessor(BlipImageProcessor(size={"height": 32, "width": 32}), tokenizer).save_pretrained(
        folder
    )
    small = {
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "initializer_range": 0.5,
    }
    config = BlipConfig(
        text_config={
            **small,
            "vocab_size": len(WORDS),
            "encoder_hidden_size": 16,
            "bos_token_id": 5,
            "pad_token_id": 0,
            "eos_token_id": 3,
            "sep_token_id": 3,
            "projection_dim": 16,
        },
        vision_config={**small, "image_size": 32, "patch_size": 16, "projection_dim": 16},
        projection_dim=16,
    )
    torch.manual_seed(0)
    BlipForQuestionAnswering(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def blip2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import_torchvision()
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import (
        Blip2Config,
        Blip2ForConditionalGeneration,
        Blip2Processor,
        BlipImageProcessor,
        PreTrainedTokenizerFast,
    )

    folder = tmp_path_factory.mktemp("blip2")
    words = [
        "<pad>",
        "<unk>",
        "</s>",
        "<image>",
        "yes",
        "no",
        "Question",
        ":",
        "Answer",
        "hood",
        "?",
    ]
    inner = Tokenizer(
        models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="<unk>")
    )
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner,
        pad_token="<pad>",
        unk_token="<unk>",
        eos_token="</s>",
        additional_special_tokens=["<image>"],
    )
    Blip2Processor(
        BlipImageProcessor(size={"height": 32, "width": 32}), tokenizer, num_query_tokens=2
    ).save_pretrained(folder)
    small = {
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "initializer_range": 0.5,
    }
    config = Blip2Config(
        vision_config={**small, "image_size": 32, "patch_size": 16},
        qformer_config={
            **small,
            "vocab_size": 20,
            "encoder_hidden_size": 16,
            "cross_attention_frequency": 1,
        },
        text_config={
            "model_type": "opt",
            "vocab_size": len(words),
            "hidden_size": 16,
            "num_hidden_layers": 1,
            "ffn_dim": 32,
            "num_attention_heads": 2,
            "init_std": 0.5,
            "max_position_embeddings": 64,
            "word_embed_proj_dim": 16,
            "pad_token_id": 0,
            "bos_token_id": 2,
            "eos_token_id": 2,
        },
        num_query_tokens=2,
        image_token_index=3,
    )
    torch.manual_seed(0)
    Blip2ForConditionalGeneration(config).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("kind", ["blip", "blip2"])
def test_a_question_is_answered_from_the_first_tokens_logits(
    kind: str, request: pytest.FixtureRequest
) -> None:
    verifier = open_verifier(f"vqa:{request.getfixturevalue(kind)}", "cpu")
    assert isinstance(verifier, Questions)
    batch = verifier.probability(subjects(3), "details", "hood")
    assert batch.shape == (3,)
    assert ((batch > 0) & (batch < 1)).all()
    assert len(set(batch.round(7))) > 1, "pictures count"
    single = verifier.probability(subjects(1), "details", "hood")
    np.testing.assert_allclose(single, batch[:1], atol=1e-5)
    assert np.isnan(verifier.probability(subjects(1), "color", "dark")).all()


def test_what_blip_answers_is_its_decoders_first_step(blip: Path) -> None:
    verifier = open_questions(str(blip), "cpu")
    model, hoodies = verifier._model, subjects(1)
    inputs = verifier._processor(
        images=hoodies[0].picture(), text=question("details", "hood", "hoodie"), return_tensors="pt"
    )
    with torch.inference_mode():
        image = model.vision_model(inputs["pixel_values"])[0]
        words = model.text_encoder(
            inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            encoder_hidden_states=image,
        )[0]
        start = torch.full((1, 1), model.decoder_start_token_id)
        logits = model.text_decoder(start, encoder_hidden_states=words).logits[0, -1]
    expected = logits[[WORDS.index("no"), WORDS.index("yes")]].softmax(0)[1]
    assert verifier.probability(hoodies, "details", "hood")[0] == pytest.approx(
        float(expected), abs=1e-5
    )


def test_clear_words_for_verifiers_that_do_not_exist(tmp_path: Path) -> None:
    assert open_verifier("none") is None
    with pytest.raises(InputError, match="vqa:ORG/REPO"):
        open_verifier("blip")
    with pytest.raises(WorkError, match="VERIFIER=none"):
        open_verifier(f"vqa:{tmp_path}")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(InputError, match="is a bert model"):
        open_verifier(f"vqa:{tmp_path}")
