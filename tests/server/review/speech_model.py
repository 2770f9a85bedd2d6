"""A speech model of three words, small enough to be written down: it hears the height of a tone.

A real transducer for sherpa-onnx, in the form of its Vietnamese models (encoder, decoder, joiner, tokens): the
library really loads it, makes features of sound, and searches. The encoder looks in which third of the features
the sound is; the decoder forbids to say the same word twice in a row; the joiner adds both.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

WORDS = ("đất", "đai", "ruộng")
TONES_HZ = (300, 1200, 4000)  # in the lower, middle and upper features
TOKENS = ("<blk>", *(f"▁{word}" for word in WORDS), "<unk>")
_FEATURES, _EVERY = 80, 4
_BANDS = ((0, 22), (22, 50), (50, 80))
_LOUD = 6.0  # of the mean of a band over that of all: a tone, and not a room


def write_model(directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    for name, graph, meta in (
        ("encoder-epoch-1", _encoder(), {"model_type": "zipformer2", "version": "1"}),
        ("decoder-epoch-1", _decoder(), {"vocab_size": str(len(TOKENS)), "context_size": "2"}),
        ("joiner-epoch-1", _joiner(), {"joiner_dim": str(len(TOKENS))}),
    ):
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        helper.set_model_props(model, meta)
        onnx.checker.check_model(model)
        onnx.save(model, str(directory / f"{name}.onnx"))
    tokens = "\n".join(f"{token} {number}" for number, token in enumerate(TOKENS))
    (directory / "tokens.txt").write_text(tokens + "\n", "utf-8")
    return directory


def _constant(name: str, value: NDArray[np.generic]) -> onnx.TensorProto:
    return numpy_helper.from_array(value, name)


def _encoder() -> onnx.GraphProto:
    """Features (N, T, 80) to scores (N, T / 4, words): blank 0, each word by how far its band stands out."""
    weights = np.zeros((_FEATURES, len(TOKENS)), np.float32)
    for number, (first, after) in enumerate(_BANDS, 1):
        weights[:, number] = -1.0 / _FEATURES
        weights[first:after, number] += 1.0 / (after - first)
    bias = np.full(len(TOKENS), -_LOUD / 2, np.float32)
    bias[0], bias[-1] = 0.0, -100.0
    nodes = [
        helper.make_node("Slice", ["x", "from", "to", "axis", "step"], ["thinned"]),
        helper.make_node("MatMul", ["thinned", "weights"], ["stands_out"]),
        helper.make_node("Add", ["stands_out", "bias"], ["encoder_out"]),
        helper.make_node("Add", ["x_lens", "three"], ["rounded"]),
        helper.make_node("Div", ["rounded", "four"], ["encoder_out_lens"]),
    ]
    return helper.make_graph(
        nodes,
        "encoder",
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", "T", _FEATURES]),
            helper.make_tensor_value_info("x_lens", TensorProto.INT64, ["N"]),
        ],
        [
            helper.make_tensor_value_info("encoder_out", TensorProto.FLOAT, ["N", "S", len(TOKENS)]),
            helper.make_tensor_value_info("encoder_out_lens", TensorProto.INT64, ["N"]),
        ],
        [
            _constant("weights", weights),
            _constant("bias", bias),
            *(_constant(name, np.array([value], np.int64)) for name, value in _SLICE.items()),
            _constant("three", np.array([_EVERY - 1], np.int64)),
            _constant("four", np.array([_EVERY], np.int64)),
        ],
    )


_SLICE = {"from": 0, "to": np.iinfo(np.int64).max, "axis": 1, "step": _EVERY}


def _decoder() -> onnx.GraphProto:
    """The last of two words that were said: it is not said again."""
    table = np.zeros((len(TOKENS), len(TOKENS)), np.float32)
    for number in range(1, len(TOKENS)):
        table[number, number] = -1000.0
    nodes = [
        helper.make_node("Gather", ["y", "one"], ["last"], axis=1),
        helper.make_node("Squeeze", ["last", "axes"], ["said"]),
        helper.make_node("Gather", ["table", "said"], ["decoder_out"], axis=0),
    ]
    return helper.make_graph(
        nodes,
        "decoder",
        [helper.make_tensor_value_info("y", TensorProto.INT64, ["N", 2])],
        [helper.make_tensor_value_info("decoder_out", TensorProto.FLOAT, ["N", len(TOKENS)])],
        [
            _constant("table", table),
            _constant("one", np.array([1], np.int64)),
            _constant("axes", np.array([1], np.int64)),
        ],
    )


def _joiner() -> onnx.GraphProto:
    return helper.make_graph(
        [helper.make_node("Add", ["encoder_out", "decoder_out"], ["logit"])],
        "joiner",
        [
            helper.make_tensor_value_info("encoder_out", TensorProto.FLOAT, ["N", len(TOKENS)]),
            helper.make_tensor_value_info("decoder_out", TensorProto.FLOAT, ["N", len(TOKENS)]),
        ],
        [helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["N", len(TOKENS)])],
    )
