"""How to use a model at exactly the commit that was measured, as text to copy."""

import shlex
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings

from registry.models import Revision

_CLASSES = {
    "image-classification": "AutoModelForImageClassification",
    "text-classification": "AutoModelForSequenceClassification",
    "token-classification": "AutoModelForTokenClassification",
    "question-answering": "AutoModelForQuestionAnswering",
    "fill-mask": "AutoModelForMaskedLM",
    "text-generation": "AutoModelForCausalLM",
    "automatic-speech-recognition": "AutoModelForSpeechSeq2Seq",
}


def pinned(revision: Revision) -> str:
    """Return Python that loads this revision and no other. Names are quoted as Python does."""
    name, sha = repr(revision.repo.name), repr(revision.sha)
    if revision.repo.library == "sentence-transformers":
        loads = (
            "from sentence_transformers import SentenceTransformer\n\nnetwork = SentenceTransformer"
        )
    elif revision.repo.library == "transformers":
        kind = _CLASSES.get(revision.repo.pipeline_tag, "AutoModel")
        loads = f"from transformers import {kind}\n\nnetwork = {kind}.from_pretrained"
    else:
        loads = "from huggingface_hub import snapshot_download\n\nfolder = snapshot_download"
    return f"{loads}(\n    {name},\n    revision={sha},\n)"


def api_call(revision: Revision) -> str:
    """Return a command that reads this revision's findings."""
    query = urlencode({"repo": revision.repo.name, "revision": revision.sha})
    return "curl " + shlex.quote(f"{settings.ASSAY_PUBLIC_URL}/api/v1/findings?{query}")


@dataclass(frozen=True, slots=True)
class Snippet:
    """Text to copy: what it does, and in which language it is."""

    id: str
    title: str
    about: str
    text: str


def all_of(revision: Revision) -> list[Snippet]:
    """Return how to load this revision, and how to read what is known of it."""
    return [
        Snippet("load", "Load it", "Python; this commit and no other.", pinned(revision)),
        Snippet("curl", "Findings by curl", "Every verdict with its evidence.", api_call(revision)),
        Snippet("python", "Findings in Python", "Standard library only.", _python(revision)),
        Snippet("cli", "On the command line", "Claims beside measurements.", _command(revision)),
    ]


def _python(revision: Revision) -> str:
    """Return Python that reads this revision's findings."""
    query = {"repo": revision.repo.name, "revision": revision.sha}
    return (
        "import json\nfrom urllib.parse import urlencode\nfrom urllib.request import urlopen\n\n"
        f"query = urlencode({query!r})\n"
        f"with urlopen({settings.ASSAY_PUBLIC_URL + '/api/v1/findings?'!r} + query) as answer:\n"
        '    for finding in json.load(answer)["results"]:\n'
        '        print(finding["verdict"], finding["summary"])'
    )


def _command(revision: Revision) -> str:
    """Return a command of the command line; ``--`` keeps a name from being read as an option."""
    return f"assay show -- {shlex.quote(revision.repo.name)}"
