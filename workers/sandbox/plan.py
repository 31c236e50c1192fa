"""What a fork server sees and how it is walled in: made outside, read by launcher and zygote."""

import json
import os
import site
import sys
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
# Only what a check needs: no settings, no database, no web.
CODE = ("analysis", "workers/__init__.py", "workers/sandbox")
PRELOAD = (
    "numpy",
    "PIL.Image",
    "pyarrow.ipc",
    "tokenizers",
    "safetensors.torch",
    "torch",
    "transformers.modeling_utils",
    "transformers.models.auto.modeling_auto",
    "transformers.models.auto.processing_auto",
    "transformers.models.bert.modeling_bert",
)

# Inside bubblewrap; elsewhere the host's own paths are used.
CODE_INSIDE = "/assay"
STAGING_INSIDE = "/staging"
TEMPORARY_INSIDE = "/tmp"  # noqa: S108 - of the zygote, then of each run: never the host's
NEW_ROOT = "/newroot"

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SMALL = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/localtime",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
)
_CUDA_FOLDERS = ("/opt", "/sys")
CUDA_VARIABLES = ("LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES")  # where it is, which GPU to use
_CUDA_DEVICES = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools")


class Wall(StrEnum):
    """What the fork server sits in."""

    BUBBLEWRAP = "bubblewrap"
    LANDLOCK = "landlock"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Plan:
    """All that launcher and zygote need to know; no secret is ever in it.

    ``code`` maps a name below the code folder to a path of the host. ``runs`` is the folder in
    which each run's files are staged, ``links`` a folder with links to the code and
    ``temporary`` one to write to while importing, both for walls without mounts. ``uid`` is
    the user to become, None to stay.
    """

    wall: Wall
    python: str
    code: dict[str, str]
    runs: str
    links: str
    temporary: str
    uid: int | None
    cuda: bool
    preload: tuple[str, ...]
    control_fd: int

    def to_json(self) -> str:
        """As one line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        """Back from ``to_json``."""
        raw = json.loads(text)
        raw["wall"] = Wall(raw["wall"])
        raw["preload"] = tuple(raw["preload"])
        return cls(**raw)

    @property
    def code_folder(self) -> str:
        """Where the zygote finds its code."""
        return CODE_INSIDE if self.wall is Wall.BUBBLEWRAP else self.links

    @property
    def staging_folder(self) -> str:
        """Where the zygote's children find the runs' files."""
        return STAGING_INSIDE if self.wall is Wall.BUBBLEWRAP else self.runs

    def readable(self) -> list[str]:
        """Every host path that is shown, read-only, at its own place."""
        folders = [*interpreter_folders(), *_SMALL]
        if self.cuda:
            folders += _CUDA_FOLDERS
        return [path for path in dict.fromkeys(folders) if Path(path).exists()]

    def visible(self) -> list[str]:
        """What every run may read under Landlock: the system and the code, nothing else."""
        plain = ["/dev/null", "/dev/zero", "/dev/urandom", "/dev/random"]
        return [
            *_SYSTEM,
            *self.readable(),
            *self.code.values(),
            self.links,
            *plain,
            *self.devices(),
        ]

    def devices(self) -> list[str]:
        """Device nodes of the GPU that exist here."""
        if not self.cuda:
            return []
        gpus = [path.name for path in Path("/dev").glob("nvidia[0-9]*")]
        names = [*_CUDA_DEVICES, *sorted(gpus)]
        return [f"/dev/{name}" for name in names if Path("/dev", name).exists()]


def default_code(extra: dict[str, Path] | None = None) -> dict[str, str]:
    """The code that every zygote sees, and what a caller adds (name to path)."""
    code = {name: str(PROJECT / name) for name in CODE}
    return code | {name: str(path.resolve()) for name, path in (extra or {}).items()}


def interpreter_folders() -> list[str]:
    """The running Python and its packages, where they are not below /usr."""
    wanted = [sys.prefix, sys.base_prefix, sys.exec_prefix, *site.getsitepackages()]
    kept: list[str] = []
    for path in sorted({os.path.realpath(each) for each in wanted} | set(wanted), key=len):
        covered = ["/usr", *kept]
        if not any(path == each or path.startswith(f"{each}/") for each in covered):
            kept.append(path)
    return kept


def bubblewrap(plan: Plan, command: list[str]) -> list[str]:
    """The command line that starts ``command`` behind the first wall."""
    out = ["bwrap", "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net"]
    out += ["--unshare-uts", "--unshare-cgroup-try", "--uid", "65534", "--gid", "65534"]
    out += ["--hostname", "sandbox", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    for folder in _SYSTEM:
        if Path(folder).is_symlink():
            out += ["--symlink", os.readlink(folder), folder]  # noqa: PTH115 - exactly as it is
        elif Path(folder).is_dir():
            out += ["--ro-bind", folder, folder]
    # Before the interpreter: a checkout may lie below the host's /tmp, and is put back into ours.
    out += ["--proc", "/proc", "--dev", "/dev"]
    out += ["--size", str(16 << 20), "--tmpfs", TEMPORARY_INSIDE]
    for path in plan.readable():
        out += ["--ro-bind", path, path]
    for name, path in plan.code.items():
        out += ["--ro-bind", path, f"{CODE_INSIDE}/{name}"]
    for device in plan.devices():  # after --dev, which would hide them
        out += ["--dev-bind", device, device]
    out += ["--ro-bind", plan.runs, STAGING_INSIDE, "--dir", NEW_ROOT, "--remount-ro", "/"]
    return [*out, "--chdir", "/", "--", *command]


def environment(plan: Plan) -> dict[str, str]:
    """The whole environment inside. Nothing of the worker's own is passed but the CUDA path."""
    out = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": "/scratch",
        "TMPDIR": TEMPORARY_INSIDE if plan.wall is Wall.BUBBLEWRAP else plan.temporary,
        "HF_HOME": "/scratch/.hf",
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_DATASETS_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
        # The zygote must have one thread: these libraries start theirs when they are imported.
        "OPENBLAS_NUM_THREADS": "1",
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
    }
    for name in CUDA_VARIABLES if plan.cuda else ():
        if said := os.environ.get(name):
            out[name] = said
    return out
