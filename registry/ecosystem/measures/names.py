"""Names against architectures: does a model's name say what its configuration says?"""

from collections.abc import Mapping
from typing import Any

from django.db.backends.utils import CursorWrapper

from registry.ecosystem.definitions import Measure, Part

# A word of a name → the model_type values that it may stand for. Words that are also something else
# ("opt", "blip" in names of tools, "base") are left out. Written by hand in November 2026; the
# values are architectures of transformers 5.23, but for barthez, phi3_v, phi3small, RefinedWeb and
# RefinedWebModel.
FAMILIES: dict[str, str] = {
    "albert": "albert",
    "bart": "bart mbart plbart barthez",
    "barthez": "mbart bart barthez",
    "beit": "beit",
    "bert": "bert",
    "bigbird": "big_bird bigbird_pegasus",
    "bloom": "bloom",
    "camembert": "camembert",
    "clip": "clip clip_text_model clip_vision_model",
    "codebert": "roberta",
    "convnext": "convnext convnextv2",
    "deberta": "deberta deberta-v2",
    "deit": "deit vit",
    "detr": "detr",
    "distilbart": "bart",
    "distilbert": "distilbert",
    "distilgpt2": "gpt2",
    "distilroberta": "roberta",
    "dpr": "dpr",
    "electra": "electra",
    "ernie": "ernie bert",
    "falcon": "falcon RefinedWeb RefinedWebModel",
    "flaubert": "flaubert",
    "gemma": "gemma",
    "gemma2": "gemma2",
    "gemma3": "gemma3 gemma3_text",
    "gpt2": "gpt2",
    "gptj": "gptj",
    "hubert": "hubert",
    "layoutlm": "layoutlm",
    "layoutlmv2": "layoutlmv2",
    "layoutlmv3": "layoutlmv3",
    "led": "led",
    "llama": "llama",
    "llama2": "llama",
    "llama3": "llama mllama",
    "longformer": "longformer",
    "luke": "luke",
    "mamba": "mamba mamba2 falcon_mamba",
    "marian": "marian",
    "mbart": "mbart",
    "mbert": "bert",
    "mistral": "mistral mistral3",
    "mixtral": "mixtral",
    "mobilebert": "mobilebert",
    "mpnet": "mpnet",
    "mt5": "mt5",
    "pegasus": "pegasus bigbird_pegasus pegasus_x",
    "phi3": "phi3 phi3_v phi3small",
    "qwen2": "qwen2 qwen2_moe qwen2_vl qwen2_audio",
    "qwen3": "qwen3 qwen3_moe qwen3_vl",
    "reformer": "reformer",
    "resnet": "resnet timm_wrapper",
    "roberta": "roberta xlm-roberta camembert xlm-roberta-xl roberta-prelayernorm",
    "roformer": "roformer",
    "segformer": "segformer",
    "squeezebert": "squeezebert",
    "swin": "swin swinv2",
    "t5": "t5 mt5 umt5 longt5 switch_transformers",
    "tapas": "tapas",
    "vit": "vit vit_msn vit_mae",
    "wav2vec2": "wav2vec2 wav2vec2-conformer wav2vec2-bert",
    "wavlm": "wavlm",
    "whisper": "whisper",
    "xlmr": "xlm-roberta xlm-roberta-xl",
    "xlnet": "xlnet",
    "xlsr": "wav2vec2",
    "yolos": "yolos",
}
# Two networks in one: either word of the name may be right.
COMPOSITES = [
    "encoder-decoder", "vision-encoder-decoder", "speech-encoder-decoder",
    "vision-text-dual-encoder", "encoder_decoder", "llava", "blip-2", "multimodal",
]  # fmt: skip


def families(_: CursorWrapper) -> Mapping[str, Any]:
    """Return the words and the architectures that each allows, one pair a row."""
    pairs = [(word, kind) for word, kinds in FAMILIES.items() for kind in kinds.split()]
    return {
        "words": [word for word, _ in pairs],
        "kinds": [kind for _, kind in pairs],
        "composites": COMPOSITES,
    }


_SQL = """
WITH family AS MATERIALIZED (
    SELECT word, array_agg(kind) AS kinds
    FROM unnest(%(words)s::text[], %(kinds)s::text[]) AS x (word, kind) GROUP BY word
), named AS MATERIALIZED (
    SELECT a.id, a.model_type, a.revision_id IS NULL AND a.model_type = '' AS is_unread,
        array_agg(DISTINCT f.word) AS words, bool_or(a.model_type = ANY(f.kinds)) AS agrees
    FROM repo_at a, regexp_split_to_table(lower(regexp_replace(a.name, '^.*/', '')), '[^a-z0-9]+') w
    JOIN family f ON f.word = w
    GROUP BY a.id, a.model_type, 3
), judged AS MATERIALIZED (
    SELECT *, model_type <> '' AND model_type <> ALL(%(composites)s::text[]) AS told FROM named
), whole AS (
    SELECT count(*) FILTER (WHERE told AND NOT agrees) AS n, count(*) FILTER (WHERE told) AS told,
        count(*) FILTER (WHERE NOT told) AS unknown FROM judged
), words AS (
    SELECT w, count(*) FILTER (WHERE told AND NOT agrees) AS n,
        count(*) FILTER (WHERE told) AS told, count(*) FILTER (WHERE NOT told) AS unknown
    FROM judged, unnest(words) w GROUP BY w
)
SELECT '', '', n, told, unknown FROM whole
UNION ALL (SELECT 'word', w, n, told, unknown FROM words ORDER BY told DESC, w LIMIT 30)
UNION ALL (SELECT 'pair', w || ' in the name, ' || model_type || ' in the configuration', count(*),
    NULL, 0 FROM judged, unnest(words) w WHERE told AND NOT agrees
    GROUP BY w, model_type ORDER BY 3 DESC, 2 LIMIT 30)
UNION ALL SELECT 'untold', 'the configuration was not read', count(*) FILTER (WHERE is_unread),
    NULL, 0 FROM judged
UNION ALL SELECT 'untold', 'the configuration names no architecture',
    count(*) FILTER (WHERE model_type = '' AND NOT is_unread), NULL, 0 FROM judged
UNION ALL SELECT 'untold', 'two networks in one', count(*) FILTER (
    WHERE model_type = ANY(%(composites)s::text[])), NULL, 0 FROM judged
"""

MEASURES = (
    Measure(
        id="name-against-architecture",
        version=1,
        title="Names that say another architecture",
        definition=(
            "Models with a word in their name that stands for a family of architectures, while the "
            "model_type of their configuration is none of that family; of the models with such a "
            "word and such a configuration. A name with several such words agrees when one does."
        ),
        unit="models",
        numerator="models whose name says another architecture",
        denominator="models whose name and configuration both name one",
        unknown="models with such a name whose configuration does not say, or joins two networks",
        sql=_SQL,
        parts=(
            Part("word", "By word of the name"),
            Part("pair", "Which differ"),
            Part("untold", "Why it could not be told"),
        ),
        parameters=families,
        note=(
            f"{len(FAMILIES)} words are known. The configuration is believed here; whether it "
            "agrees with the weights is for a check to measure."
        ),
    ),
)
