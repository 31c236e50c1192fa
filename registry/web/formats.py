"""What a file is by its name, and whether loading such a file can run somebody's code.

A name proves nothing: it tells where to look, never that a file is harmless.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A format of files. ``warning`` says why loading one can run code, "" where it should not."""

    name: str
    warning: str = ""


_PICKLE = "A pickle can run any code when it is loaded."
_TORCH = "A PyTorch checkpoint is an archive with a pickle, which can run any code when loaded."
_CODE = "Code: it runs when somebody loads the model and trusts remote code."
_KERAS = "A Keras network can hold layers with code, which runs when it is loaded."
_ARCHIVE = "An archive can hold anything, a pickle among it."
_BINARY = Format("binary", "A bare binary: its name does not tell its format; often a checkpoint.")
_OTHER = Format("other")

_BY_ENDING: dict[str, Format] = {
    "safetensors": Format("safetensors"),
    "gguf": Format("GGUF"),
    "ggml": Format("GGML"),
    "onnx": Format("ONNX"),
    "tflite": Format("TensorFlow Lite"),
    "msgpack": Format("msgpack (Flax)"),
    "json": Format("JSON"),
    "jsonl": Format("JSON lines"),
    "yaml": Format("YAML"),
    "yml": Format("YAML"),
    "toml": Format("TOML"),
    "txt": Format("text"),
    "md": Format("Markdown"),
    "csv": Format("CSV"),
    "tsv": Format("TSV"),
    "parquet": Format("Parquet"),
    "arrow": Format("Arrow"),
    "model": Format("SentencePiece or other", "Its name does not tell its format."),
    "spm": Format("SentencePiece"),
    "png": Format("picture"),
    "jpg": Format("picture"),
    "jpeg": Format("picture"),
    "gif": Format("picture"),
    "webp": Format("picture"),
    "svg": Format("picture (SVG)"),
    "wav": Format("sound"),
    "mp3": Format("sound"),
    "flac": Format("sound"),
    "mp4": Format("video"),
    "pdf": Format("PDF"),
    "pkl": Format("pickle", _PICKLE),
    "pickle": Format("pickle", _PICKLE),
    "joblib": Format("joblib", _PICKLE),
    "dill": Format("dill", _PICKLE),
    "npy": Format("NumPy", "An array of objects inside of it is a pickle."),
    "npz": Format("NumPy", "An array of objects inside of it is a pickle."),
    "pt": Format("PyTorch", _TORCH),
    "pth": Format("PyTorch", _TORCH),
    "pt2": Format("PyTorch export", _TORCH),
    "ckpt": Format("checkpoint", _TORCH),
    "mar": Format("TorchServe archive", _CODE),
    "ptl": Format("TorchScript", _CODE),
    "h5": Format("HDF5", _KERAS),
    "hdf5": Format("HDF5", _KERAS),
    "keras": Format("Keras", _KERAS),
    "pb": Format("TensorFlow graph", "A graph can read and write files when it runs."),
    "py": Format("Python", _CODE),
    "ipynb": Format("notebook", _CODE),
    "sh": Format("shell script", _CODE),
    "so": Format("shared library", _CODE),
    "dll": Format("shared library", _CODE),
    "exe": Format("program", _CODE),
    "zip": Format("archive", _ARCHIVE),
    "tar": Format("archive", _ARCHIVE),
    "gz": Format("archive", _ARCHIVE),
    "tgz": Format("archive", _ARCHIVE),
    "bz2": Format("archive", _ARCHIVE),
    "xz": Format("archive", _ARCHIVE),
    "7z": Format("archive", _ARCHIVE),
    "rar": Format("archive", _ARCHIVE),
}  # fmt: skip
_TORCH_NAMES = (
    "pytorch_model", "adapter_model", "optimizer", "training_args", "scheduler", "rng_state",
)  # fmt: skip


def by_name(path: str) -> Format:
    """Return the format that a file's name tells, in capitals or not."""
    name = path.rpartition("/")[2].lower()
    stem, dot, ending = name.rpartition(".")
    if ending == "bin" and dot:
        return Format("PyTorch", _TORCH) if stem.startswith(_TORCH_NAMES) else _BINARY
    return _BY_ENDING.get(ending, _OTHER) if dot else _OTHER
