"""ONNX files → networks, by onnxruntime on the CPU, from plain operators only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from analysis.contract import CheckError, Refused, Unsupported
from analysis.files.onnx_graph import Malformed, read_graph
from analysis.loading.configs import Config
from analysis.loading.foreign import foreign
from analysis.loading.formats import Format, find_file
from analysis.loading.networks import Loaded

if TYPE_CHECKING:
    import torch

_TYPES = {"tensor(float)": "float32", "tensor(float16)": "float16", "tensor(double)": "float64"}
_LARGEST_BATCH = 1_024
_QUIET = 4  # onnxruntime's level "fatal": what goes wrong is raised


@dataclass(frozen=True, slots=True)
class PictureGraph:
    """An ONNX graph of one input for pictures, called like a network of torch."""

    session: Any
    input: str
    output: str
    dtype: str
    batch: int | None  # where the graph was made for one size of batch only

    def __call__(self, pixel_values: "torch.Tensor") -> "torch.Tensor":
        """Run a batch; a graph of a fixed batch gets pieces, the last one filled up."""
        import numpy as np
        import torch

        pixels = pixel_values.contiguous().numpy().astype(self.dtype)
        found = []
        size = self.batch or len(pixels)
        for start in range(0, len(pixels), size):
            piece = pixels[start : start + size]
            lack = size - len(piece)
            if lack:
                piece = np.concatenate([piece, np.zeros((lack, *piece.shape[1:]), piece.dtype)])
            answer = np.asarray(self.session.run([self.output], {self.input: piece})[0])
            if answer.ndim < 1 or len(answer) != size:
                raise CheckError("The network did not answer each picture of its batch.")
            found.append(answer[: size - lack])
        return torch.from_numpy(np.concatenate(found))


def load_onnx_pictures(snapshot: Path, config: Config) -> Loaded:
    """Load the snapshot's ONNX file as a network for pictures; raise Refused or Unsupported."""
    import torch

    name = find_file(snapshot, Format.ONNX)
    path = snapshot / name
    files = (name, *_vet(path, name))
    session = _session(path, torch.get_num_threads())
    graph = _for_pictures(session)
    return Loaded(
        graph, config, files, ran_own_code=False, loader=f"onnxruntime {version('onnxruntime')}"
    )


def _vet(path: Path, name: str) -> list[str]:
    """Refuse operators that are not of the standard and data outside; list the data's files."""
    try:
        seen = read_graph(path)
    except Malformed as fault:
        raise Unsupported(f"{path.name} is not a valid ONNX file: {fault}.", "weights") from fault
    except OSError as fault:
        raise Unsupported(f"{path.name} could not be read.", "weights") from fault
    unusual = seen.unusual()
    if unusual:
        raise Unsupported(
            f"{path.name} needs the operator {unusual[0][:80]!a}, which is not of the ONNX"
            " standard.",
            "code",
        )
    return [_external(path, name, location) for location in sorted(seen.external)]


def _external(path: Path, name: str, location: str) -> str:
    """Accept data in a file of the repo beside the graph or below it; give its path there."""
    place = PurePosixPath(location)
    is_inside = not place.is_absolute() and ".." not in place.parts and "\\" not in location
    if not location or not is_inside or "\0" in location:
        raise Refused(
            f"{path.name} takes weights from {location[:80]!a}, outside of the repo.", "weights"
        )
    if not (path.parent / place).is_file():
        raise Unsupported(f"The repo has no {location[:80]!a}, which {path.name} names.", "weights")
    return str(PurePosixPath(name).parent / place)


def _session(path: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.use_deterministic_compute = True
    options.log_severity_level = _QUIET
    with foreign(f"{path.name} could not be loaded", "weights"):
        return onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=["CPUExecutionProvider"]
        )


def _for_pictures(session: Any) -> PictureGraph:
    """Take the only input, which must be pictures, and the logits or the first output."""
    inputs: Sequence[Any] = session.get_inputs()
    outputs: Mapping[str, Any] = {output.name: output for output in session.get_outputs()}
    if len(inputs) != 1 or len(inputs[0].shape) != 4 or inputs[0].type not in _TYPES:
        shown = ", ".join(f"{each.name}: {each.type}{each.shape}" for each in inputs[:3])
        raise Unsupported(
            f"The ONNX graph does not take a batch of pictures alone, but {shown[:120]!a}.", "code"
        )
    first = inputs[0].shape[0]
    if isinstance(first, int) and first > _LARGEST_BATCH:
        raise Unsupported(f"The ONNX graph takes {first:,} pictures at a time.", "weights")
    return PictureGraph(
        session,
        inputs[0].name,
        "logits" if "logits" in outputs else next(iter(outputs)),
        _TYPES[inputs[0].type],
        first if isinstance(first, int) and first > 0 else None,
    )
