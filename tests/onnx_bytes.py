"""Write ONNX files by hand, as exporters would: the protobuf wire format and nothing else."""

from collections.abc import Sequence
from typing import Any

import numpy as np

FLOAT = 1
_INT, _INTS, _GRAPH = 2, 7, 5  # AttributeProto.AttributeType


def message(*fields: tuple[int, Any]) -> bytes:
    """Write (number, value) pairs: whole numbers as varints, texts and bytes with their length."""
    found = b""
    for number, value in fields:
        if isinstance(value, int):
            found += _varint(number << 3) + _varint(value)
        else:
            content = value.encode() if isinstance(value, str) else value
            found += _varint(number << 3 | 2) + _varint(len(content)) + content
    return found


def _varint(value: int) -> bytes:
    found = b""
    while value > 0x7F:
        found += bytes([value & 0x7F | 0x80])
        value >>= 7
    return found + bytes([value])


def tensor(name: str, values: Any, location: str = "") -> bytes:
    """Write an initializer; with ``location``, one whose numbers lie in another file."""
    array = np.asarray(values, dtype=np.float32)
    dims = [(1, side) for side in array.shape]
    if location:
        entry = message((1, "location"), (2, location))
        return message(*dims, (2, FLOAT), (8, name), (13, entry), (14, 1))
    return message(*dims, (2, FLOAT), (8, name), (9, array.tobytes()))


def node(
    operator: str, inputs: Sequence[str], outputs: Sequence[str], domain: str = "", **ints: Any
) -> bytes:
    """Write a node; attributes are whole numbers, lists of them, or graphs as bytes."""
    attributes = []
    for name, value in ints.items():
        if isinstance(value, bytes):
            attributes.append(message((1, name), (6, value), (20, _GRAPH)))
        elif isinstance(value, int):
            attributes.append(message((1, name), (3, value), (20, _INT)))
        else:
            attributes.append(message((1, name), *((8, each) for each in value), (20, _INTS)))
    return message(
        *((1, each) for each in inputs),
        *((2, each) for each in outputs),
        (4, operator),
        *((5, each) for each in attributes),
        *([(7, domain)] if domain else []),
    )


def value(name: str, *shape: int | str) -> bytes:
    """Describe an input or output of floats; sides are numbers or names."""
    sides = [(1, message((1, side) if isinstance(side, int) else (2, side))) for side in shape]
    kind = message((1, message((1, FLOAT), (2, message(*sides)))))
    return message((1, name), (2, kind))


def graph(
    nodes: Sequence[bytes],
    tensors: Sequence[bytes] = (),
    inputs: Sequence[bytes] = (),
    outputs: Sequence[bytes] = (),
) -> bytes:
    """Write a graph."""
    return message(
        *((1, each) for each in nodes),
        (2, "graph"),
        *((5, each) for each in tensors),
        *((11, each) for each in inputs),
        *((12, each) for each in outputs),
    )


def model(content: bytes, *domains: str, functions: Sequence[bytes] = ()) -> bytes:
    """Write a model of operator set 13."""
    sets = [message((1, domain), (2, 13 if not domain else 1)) for domain in ("", *domains)]
    rest = [(8, each) for each in sets] + [(25, each) for each in functions]
    return message((1, 8), (7, content), *rest)


def classifier(network: Any, *, batch: int | str = "n", location: str = "") -> bytes:
    """Write a torch network of a convolution and a linear layer, with pooling between them.

    With ``location`` the weights of the linear layer lie in that file; see ``linear_bytes``.
    """
    weights = {name: tensor.detach().numpy() for name, tensor in network.state_dict().items()}
    nodes = [
        node("Conv", ["pixels", "conv.weight", "conv.bias"], ["a"], strides=[2, 2]),
        node("Relu", ["a"], ["b"]),
        node("GlobalAveragePool", ["b"], ["c"]),
        node("Flatten", ["c"], ["d"]),
        node("Gemm", ["d", "head.weight", "head.bias"], ["logits"], transB=1),
    ]
    tensors = [
        tensor(name, values, location if name == "head.weight" else "")
        for name, values in weights.items()
    ]
    classes = len(weights["head.bias"])
    inputs = [value("pixels", batch, 3, 8, 8)]
    return model(graph(nodes, tensors, inputs, [value("logits", batch, classes)]))


def linear_bytes(network: Any) -> bytes:
    """Give the numbers of the linear layer as an external file holds them."""
    found: bytes = network.head.weight.detach().numpy().astype("<f4").tobytes()
    return found
