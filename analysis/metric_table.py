"""The metrics that are known here: names, direction, range, scale, and how finely they repeat.

Where definition, direction and range come from:

- scikit-learn's page "Metrics and scoring" (losses and errors are lower, all else higher): accuracy
  to balanced accuracy, F1, precision, recall, MCC, AUROC, average precision, Hamming loss, log
  loss, MSE, MAE, RMSE, R², V-measure, IoU (Jaccard), Dice (F1 of pixels); scipy for the three
  correlations;
- robust accuracy: RobustBench, Croce et al. (2021): right, and no attack in the ball changes it;
- the calibration error: Guo et al., "On Calibration of Modern Neural Networks" (2017), equation 3;
- SQuAD's official script (exact match, F1); sacrebleu (BLEU, chrF, chrF++: 0 to 100, higher; TER:
  from 0, lower); rouge-score; METEOR: Banerjee and Lavie (2005); BERTScore: Zhang et al. (2020);
- jiwer and Morris et al., "From WER and RIL to MER and WIL" (2004): WER and CER from 0 without an
  upper end, MER and WIL 0 to 1, lower; WIP 0 to 1, higher; the equal error rate: NIST's speaker
  recognition evaluations, lower;
- trec_eval (nDCG, MAP, MRR, precision, recall; success is the hit rate, which sentence-transformers
  calls accuracy@k); COCO's detection evaluation (mAP, mAP@.50, average recall);
- sentence-transformers' BinaryClassificationEvaluator, as in MTEB: the metrics of pairs;
- lm-eval (perplexity over tokens, words, bytes; bits per byte; normalised accuracy; MC1 and MC2 of
  TruthfulQA, Lin et al. 2022); pass@k: Chen et al. (2021).

The spellings are those that occur in the ``model-index`` and the result tables of 29,432 models of
2022 and 2,200 cards of 2024, of MTEB (``cos_sim_spearman``, ``ndcg_at_10``) and of timm
(``top1_err``). A metric that is not listed is unknown, and a claim of an unknown metric is not
comparable: neither of the Hub's result formats tells direction or range.

A metric has a scale of its own: shares and correlations live in 0 to 1 (or -1 to 1) here, however
a card writes them. ``analysis.metrics`` reads names and values, and is what others import.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf


class Shown(StrEnum):
    """How a value is written for people: 0.917 as ``91.7 %``, as ``91.7`` or as ``0.917``."""

    PERCENT = "percent"
    POINTS = "points"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Allowance:
    """How far an honest measurement may lie from an honest claim: policy, not arithmetic."""

    size: float  # in the metric's own scale, or as a part of the claim
    reason: str
    is_relative: bool = False

    def of(self, value: float) -> float:
        """Say how much is allowed around a claimed value."""
        return self.size * abs(value) if self.is_relative else self.size


SHARE = Allowance(
    0.005,
    "other versions of the libraries that prepare the inputs move a share by up to half a point",
)
GENERATED = Allowance(
    0.01, "decoding and tokenisation leave free what moves the scores of generated text by a point"
)
UNBOUNDED = Allowance(
    0.01, "a metric without bounds is allowed one per cent of the claim", is_relative=True
)


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric and what must be known to compare two values of it.

    ``low`` and ``high`` bound it in its own scale. ``percent``: people write it both as a fraction
    and times 100. ``unclear`` are values, written without a percent sign, that people mean in both
    ways. ``mean_type``: the mean of one 0/1 score a sample. ``numerics``: how far two honest runs
    over the same samples lie apart, in its own scale (for the mean type two samples count
    instead). ``complement_of``: the metric that is one minus this. ``family``: the metric that is
    meant where only the generic name is given. ``takes``: arguments that are part of its identity.
    ``allowance``: what is tolerated where nobody asked for another tolerance. ``at_most``: what is
    measured is an upper bound (an attack finds what it finds), so that nothing is understated.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    higher_is_better: bool
    low: float
    high: float
    percent: bool
    mean_type: bool
    numerics: float
    complement_of: str = ""
    family: str = ""
    unclear: tuple[float, float] | None = None
    shown: Shown = Shown.NUMBER
    takes: frozenset[str] = frozenset()
    allowance: Allowance = SHARE
    at_most: bool = False


def _share(
    id: str,
    name: str,
    *aliases: str,
    higher: bool = True,
    mean: bool = False,
    numerics: float = 0.001,
    complement_of: str = "",
    family: str = "",
    takes: Iterable[str] = (),
    shown: Shown = Shown.PERCENT,
    unclear: tuple[float, float] | None = None,
    low: float = 0.0,
    high: float = 1.0,
    at_most: bool = False,
) -> Metric:
    """Describe a metric that people write as a fraction and in percent."""
    # What repeats to a point only is what is generated.
    allowance = GENERATED if numerics >= GENERATED.size else SHARE
    return Metric(
        id, name, aliases, higher, low, high, True, mean, numerics,
        complement_of, family, unclear, shown, frozenset(takes), allowance, at_most,
    )  # fmt: skip


def _number(
    id: str,
    name: str,
    *aliases: str,
    higher: bool = False,
    numerics: float = 0.001,
    low: float = 0.0,
    high: float = inf,
) -> Metric:
    """Describe a metric that is written in one scale only."""
    return Metric(id, name, aliases, higher, low, high, False, False, numerics, allowance=UNBOUNDED)


def _correlation(id: str, name: str, *aliases: str) -> Metric:
    return _share(
        id, name, *aliases, low=-1.0, shown=Shown.NUMBER, numerics=5e-4, takes=["similarity"]
    )


def _rouge(id: str, name: str, *aliases: str, more: Iterable[str] = ()) -> Metric:
    return _share(
        id, name, *aliases, numerics=0.01, shown=Shown.POINTS, takes=["use_stemmer", *more]
    )


# An error of "0.3" is 0.3 % for MNIST and 30 % for ImageNet; a word error rate of "1.5" is a good
# one in percent and a failed training as a fraction; a BLEU of "0.3" is a failed training in
# sacrebleu's scale and a good one in NLTK's. A wrong guess would be a wrong verdict.
_ERROR_UNCLEAR = (0.1, 1.0)
_WER_UNCLEAR = (1.0, 2.0)
_BLEU_UNCLEAR = (0.0, 1.0)

METRICS: Mapping[str, Metric] = {
    metric.id: metric
    for metric in (
        _share("accuracy", "accuracy", "acc", "top 1", "top1", "top 1 accuracy", "top1 accuracy",
               "top 1 acc", "top1 acc", "accuracy top 1", "accuracy top1", "acc 1", "acc1",
               "acc at 1", "accuracy at 1", "classification accuracy", "categorical accuracy",
               "sparse categorical accuracy", "binary accuracy", "oa", mean=True),
        _share("robust_accuracy", "robust accuracy", "robust acc", "adversarial accuracy",
               "adversarial robust accuracy", "autoattack", "autoattack accuracy",
               "auto attack accuracy", "aa accuracy", mean=True, takes=["norm", "eps"],
               at_most=True),
        _share("error_rate", "error", "error rate", "classification error", "top 1 error",
               "top1 error", "top 1 err", "top1 err", "misclassification rate", "top 1 error rate",
               higher=False, mean=True, complement_of="accuracy", unclear=_ERROR_UNCLEAR),
        _share("top5_accuracy", "top-5 accuracy", "top 5", "top5", "top5 accuracy", "top 5 acc",
               "top5 acc", "accuracy top 5", "accuracy top5", "acc 5", "acc5", "acc at 5",
               "accuracy at 5",
               mean=True, family="accuracy"),
        _share("top5_error", "top-5 error", "top5 error", "top 5 err", "top5 err",
               "top 5 error rate", higher=False, mean=True, complement_of="top5_accuracy",
               unclear=_ERROR_UNCLEAR),
        _share("balanced_accuracy", "balanced accuracy", family="accuracy"),
        _share("acc_norm", "normalized accuracy", "normalised accuracy", "acc norm", mean=True,
               family="accuracy"),
        _share("exact_match", "exact match", "em", "exact", mean=True, takes=["normalizer"]),
        _share("f1", "F1", "f 1", "f score", "fscore", "f1 measure", "f measure", "fmeasure",
               takes=["average"]),
        _share("precision", "precision", takes=["average"]),
        _share("recall", "recall", takes=["average"]),
        _share("mcc", "Matthews correlation", "matthews correlation coefficient", "matthews",
               "matthews corrcoef", low=-1.0, shown=Shown.NUMBER),
        _share("auroc", "AUROC", "auc", "roc auc", "auc roc", "rocauc", "aucroc",
               "area under the roc curve",
               shown=Shown.NUMBER, takes=["average"]),
        _share("average_precision", "average precision", "ap", "auprc", "pr auc",
               takes=["average"]),
        _share("calibration_error", "calibration error", "ece", "expected calibration error",
               higher=False, unclear=_ERROR_UNCLEAR),
        _share("hamming_loss", "Hamming loss", higher=False, unclear=_ERROR_UNCLEAR),
        *(_share(f"pair_{id}", f"{name} of pairs", f"pair {name}", f"similarity {name}", *more,
                 takes=["similarity"])
          for id, name, *more in (("accuracy", "accuracy"), ("f1", "F1"),
                                  ("precision", "precision"), ("recall", "recall"),
                                  ("average_precision", "average precision", "similarity ap"))),
        _share("wer", "word error rate", higher=False, high=inf, numerics=0.003,
               unclear=_WER_UNCLEAR, takes=["normalizer"]),
        _share("cer", "character error rate", "char error rate", higher=False, high=inf,
               numerics=0.003, unclear=_WER_UNCLEAR, takes=["normalizer"]),
        _share("mer", "match error rate", higher=False, numerics=0.003, unclear=_ERROR_UNCLEAR,
               takes=["normalizer"]),
        _share("wil", "word information lost", higher=False, numerics=0.003,
               unclear=_ERROR_UNCLEAR, takes=["normalizer"]),
        _share("wip", "word information preserved", numerics=0.003, takes=["normalizer"]),
        _share("sentence_error_rate", "sentence error rate", "ser", higher=False, mean=True,
               unclear=_ERROR_UNCLEAR),
        _share("eer", "equal error rate", higher=False, unclear=_ERROR_UNCLEAR),
        _share("bleu", "BLEU", "sacrebleu", "sacre bleu", numerics=0.01, shown=Shown.POINTS,
               unclear=_BLEU_UNCLEAR, takes=["lowercase", "tokenize"]),
        _share("chrf", "chrF", "chr f", "chrf 2", numerics=0.01, shown=Shown.POINTS,
               takes=["lowercase"]),
        _share("chrf_plus_plus", "chrF++", numerics=0.01, shown=Shown.POINTS, takes=["lowercase"]),
        _share("ter", "TER", "translation edit rate", "translation error rate", higher=False,
               high=inf, numerics=0.01, shown=Shown.POINTS, unclear=_WER_UNCLEAR,
               takes=["case_sensitive", "normalized"]),
        _share("bertscore", "BERTScore", "bert score", "bertscore f1", "bert score f1",
               "bertscorer f1", numerics=0.003, shown=Shown.POINTS),
        _share("meteor", "METEOR", numerics=0.01, shown=Shown.POINTS),
        _rouge("rouge1", "ROUGE-1", "rogue 1", "rouge1 fmeasure"),
        _rouge("rouge2", "ROUGE-2", "rogue 2", "rouge2 fmeasure"),
        _rouge("rouge2_precision", "ROUGE-2 precision"),
        _rouge("rouge2_recall", "ROUGE-2 recall"),
        _rouge("rougel", "ROUGE-L", "rogue l", "rougel fmeasure"),
        _rouge("rougelsum", "ROUGE-Lsum", "rouge l sum", "rogue lsum", "rougelsum fmeasure",
               more=["lines"]),
        _correlation("spearman", "Spearman correlation", "spearman", "spearmanr", "spearman r",
                     "spearman rho", "spearman rank correlation", "spearman corr"),
        _correlation("pearson", "Pearson correlation", "pearson", "pearsonr", "pearson r",
                     "pearson correlation coefficient", "pearson corr"),
        _correlation("kendall", "Kendall correlation", "kendall", "kendall tau", "kendalltau",
                     "kendall rank correlation"),
        _share("map", "mean average precision", "map 50 95", "map 0 5 0 95", "map at 50 95",
               "map at 0 5 0 95", "coco map", takes=["similarity"]),
        _share("map_50", "mAP at IoU 0.5", "map50", "map 0 5", "map at 0 5", "ap50", "ap 50",
               family="map"),
        _share("average_recall", "average recall", "ar at 100", "ar 100", "mar 100",
               "mar at 100"),
        _share("map_at_k", "MAP@k", "mean average precision at k", takes=["similarity"]),
        _share("ndcg", "nDCG", takes=["similarity"]),
        _share("ndcg_at_k", "nDCG@k", takes=["similarity"]),
        _share("mrr", "MRR", "mean reciprocal rank", takes=["similarity"]),
        _share("mrr_at_k", "MRR@k", takes=["similarity"]),
        _share("precision_at_k", "precision@k", "p at k", takes=["similarity"]),
        _share("recall_at_k", "recall@k", "r at k", takes=["similarity"]),
        _share("hit_rate_at_k", "hit rate@k", "hits at k", "hit at k", "hr at k", "success at k",
               "accuracy at k", mean=True, takes=["similarity"]),
        _share("mc1", "MC1", mean=True),
        _share("mc2", "MC2"),
        _share("pass_at_k", "pass@k", numerics=0.01),
        _share("iou", "mean IoU", "miou", "iou", "jaccard"),
        _share("dice", "Dice", "dice coefficient"),
        _share("v_measure", "V-measure", numerics=0.003),
        _number("loss", "loss", "cross entropy loss", "cross entropy",
                "log loss", "logloss", "negative log likelihood", "nll", low=-inf),
        _number("perplexity", "perplexity", "ppl", low=1.0, numerics=0.01),
        _number("word_perplexity", "word perplexity", low=1.0, numerics=0.01),
        _number("byte_perplexity", "byte perplexity", low=1.0, numerics=0.01),
        _number("bits_per_byte", "bits per byte", "bpb"),
        _number("mse", "mean squared error"),
        _number("mae", "mean absolute error"),
        _number("rmse", "root mean squared error"),
        _number("r2", "R²", "r squared", "r2", higher=True, low=-inf, high=1.0),
    )
}  # fmt: skip
