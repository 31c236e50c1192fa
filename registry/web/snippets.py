"""How to use a model at exactly the commit that was measured, as text to copy."""

import shlex
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
