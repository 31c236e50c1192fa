"""From a snapshot folder to something that predicts: the only place that opens weights.

Whatever is in the folder is hostile. Safetensors come first; pickled weights are read with
``weights_only`` after the pickle gate passed them; a repo's own code is imported only where the
operator allows it, and nothing refers to another repo. torch is imported inside the functions.
"""

from analysis.loading.classifier import Classifier, load_classifier
from analysis.loading.encoder import SentenceEncoder, load_sentence_encoder

__all__ = ["Classifier", "SentenceEncoder", "load_classifier", "load_sentence_encoder"]
