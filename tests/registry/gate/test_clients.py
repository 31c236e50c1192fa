"""Real clients against a real server, with nothing but HF_ENDPOINT set.

Other versions of huggingface_hub are tried where ASSAY_OLD_CLIENTS names the interpreters of
environments that have them, separated by colons.
"""

import hashlib
import os
import re
import subprocess
import sys

import pytest

from tests.registry.gate.processes import hub_process, run_client
from tests.registry.gate.recorder import Recorder

pytestmark = pytest.mark.clients

OLD_CLIENTS = [path for path in os.environ.get("ASSAY_OLD_CLIENTS", "").split(":") if path]
MANY = 1_050
# Clients write what they have got every 10 MB.
WEIGHTS = 24_000_000
# datasets also looks for a counter of downloads and for a viewer; it goes on without either.
OTHERS = ("s3.amazonaws.com", "datasets-server.127.0.0.1")
SHA = re.compile(r"\b[0-9a-f]{40}\b")

BUILD_BERT = """
import sys
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast
letters = "abcdefghijklmnopqrstuvwxyz"
words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *("##" + c for c in letters)]
open("vocab.txt", "w").write("\\n".join(words))
BertTokenizerFast(vocab_file="vocab.txt").save_pretrained(sys.argv[1])
config = BertConfig(vocab_size=len(words), hidden_size=16, num_hidden_layers=1,
                    num_attention_heads=2, intermediate_size=16)
BertForSequenceClassification(config).save_pretrained(sys.argv[1])
"""


def write(root, path, content):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    work = tmp_path_factory.mktemp("build")
    card = "---\npipeline_tag: text-classification\nlicense: mit\ntags: [tiny]\n---\n# Tiny\n"
    write(root, "models/org/bert/README.md", card)
    target = str(root / "models/org/bert")
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    words = [sys.executable, "-c", BUILD_BERT, target]
    subprocess.run(words, check=True, cwd=work, env=environment, capture_output=True)
    for i in range(MANY):
        write(root, f"models/org/many/files/f{i:04}.txt", str(i))
    write(root, "models/gpt/config.json", "{}")
    write(root, "models/org/mixed/empty.txt", b"")
    write(root, "models/org/mixed/a b/Grüße 文件.txt", "text")
    write(root, "models/org/mixed/weights.bin", bytes(range(256)) * (WEIGHTS // 256))
    for access in ("gated", "private", "disabled"):
        write(root, f"models/closed/{access}/x.txt", "x")
        write(root, f"models/closed/{access}.json", f'{{"{access}": {"true"}}}')
    write_datasets(root)
    return root


def write_datasets(root):
    import pyarrow as pa
    import pyarrow.parquet as pq

    write(root, "datasets/org/csv/train.csv", "a\n1\n")
    write(root, "datasets/org/csv/test.csv", "a\n1\n2\n")
    write(root, "datasets/org/jsonl/README.md", "# lines\n")
    write(root, "datasets/org/jsonl/train.jsonl", '{"a": 1}\n{"a": 2}\n')
    write(root, "datasets/org/parquet/README.md", "# table\n")
    path = root / "datasets/org/parquet/data/train-00000-of-00001.parquet"
    path.parent.mkdir()
    pq.write_table(pa.table({"a": [1, 2, 3]}), path)
    configs = "[{config_name: one, default: true, data_files: [{split: train, path: d/one.csv}]},"
    configs += " {config_name: two, data_files: [{split: test, path: d/two-*.csv}]}]"
    write(root, "datasets/org/configs/README.md", f"---\nconfigs: {configs}\n---\n")
    write(root, "datasets/org/configs/d/one.csv", "a\n1\n")
    write(root, "datasets/org/configs/d/two-0.csv", "b\n5\n")
    write(root, "datasets/org/configs/d/two-1.csv", "b\n6\n")


@pytest.fixture(scope="module")
def port(folder, tmp_path_factory):
    with hub_process(folder, tmp_path_factory.mktemp("hub-home")) as (port, _):
        yield port


@pytest.fixture
def recorder(port):
    """A proxy to the hub; afterwards no answer may have led a client to another server."""
    with Recorder(port) as recorder:
        yield recorder
    assert recorder.exchanges
    for exchange in recorder.exchanges:
        answer = (str(exchange.headers).encode() + exchange.body).lower()
        assert b"huggingface.co" not in answer, exchange.line
        assert b"xet" not in answer, exchange.line
        assert not exchange.headers_named("Content-Encoding"), exchange.line


@pytest.fixture(params=[sys.executable, *OLD_CLIENTS])
def python(request):
    return request.param


LISTING = """
from huggingface_hub import HfApi
api = HfApi()
tell([m.id for m in api.list_models(limit=2)])
tell(sorted(m.id for m in api.list_models(author="org")))
tell([m.id for m in api.list_models(filter=["tiny", "license:mit"], search="BERT")])
full = next(iter(api.list_models(search="bert", full=True, cardData=True, fetch_config=True)))
tell([full.sha, full.card_data.license, full.config["model_type"], len(full.siblings)])
for sort in ("downloads", "likes", "created_at", "last_modified", "trending_score"):
    key = {"created_at": "createdAt", "last_modified": "lastModified",
           "trending_score": "trendingScore"}.get(sort, sort)
    tell(len(list(api.list_models(sort=key if OLD else sort))))
one = next(iter(api.list_models(search="bert", expand=["sha", "gated"])))
tell([one.gated, one.tags])
tell(sorted(d.id for d in api.list_datasets(author="org", full=True)))
"""


def test_listings(recorder, python, tmp_path):
    program = "import huggingface_hub\nOLD = huggingface_hub.__version__ < '2'\n" + LISTING
    first, by_author, filtered, full, *sorts, one, datasets = run_client(
        recorder.url, tmp_path / "home", program, python
    )
    assert len(first) == 2
    assert by_author == ["org/bert", "org/many", "org/mixed"]
    assert filtered == ["org/bert"]
    assert full[1:] == ["mit", "bert", 5]
    assert sorts == [6, 6, 6, 6, 6]  # not the private one
    assert one == [False, None]
    assert datasets == ["org/configs", "org/csv", "org/jsonl", "org/parquet"]


DETAIL = """
from huggingface_hub import HfApi
api = HfApi()
info = api.model_info("org/mixed", files_metadata=True)
tell([[s.rfilename, s.size, bool(s.lfs)] for s in info.siblings])
tell(api.model_info("org/mixed", revision=info.sha).sha == info.sha)
tell(api.model_info("org/bert").safetensors.total > 0)
tell(api.model_info("gpt").id)
tell(api.dataset_info("org/csv").id)
tree = list(api.list_repo_tree("org/many", recursive=True))
tell([len(tree), type(tree[0]).__name__, type(tree[-1]).__name__])
tell([e.path for e in api.list_repo_tree("org/mixed", "a b", expand=True)])
tell(next(iter(api.list_repo_tree("org/mixed", expand=True))).last_commit.oid == info.sha)
tell([e.path for e in api.get_paths_info("org/mixed", ["empty.txt", "a b", "none"])])
tell([b.name for b in api.list_repo_refs("org/mixed").branches])
tell([c.commit_id == info.sha for c in api.list_repo_commits("org/mixed")])
tell(list(api.get_safetensors_metadata("org/bert").files_metadata))
tell(api.file_exists("org/mixed", "empty.txt"))
api.auth_check("org/mixed")
"""


def test_details_and_trees(recorder, python, tmp_path):
    (
        siblings, same, has_tensors, one_segment, dataset, tree, sub, commit, paths, branches,
        commits, shards, exists,
    ) = run_client(recorder.url, tmp_path / "home", DETAIL, python)  # fmt: skip
    assert siblings == [
        ["a b/Grüße 文件.txt", 4, False],
        ["empty.txt", 0, False],
        ["weights.bin", WEIGHTS, True],
    ]
    assert (same, has_tensors, one_segment, dataset) == (True, True, "gpt", "org/csv")
    assert tree == [MANY + 1, "RepoFolder", "RepoFile"]
    assert sub == ["a b/Grüße 文件.txt"]
    assert commit
    assert paths == ["empty.txt", "a b"]
    assert (branches, commits, shards) == (["main"], [True], ["model.safetensors"])
    assert exists


ERRORS = """
from huggingface_hub import HfApi, auth_check, hf_hub_download
def name(call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except Exception as error:
        return type(error).__name__
api = HfApi()
tell([
    name(api.model_info, "org/none"),
    name(api.model_info, "closed/private"),
    name(api.model_info, "org/mixed", revision="refs/pr/1"),
    name(hf_hub_download, "org/mixed", "none.txt"),
    name(hf_hub_download, "org/mixed", "empty.txt", revision="refs/pr/1"),
    name(hf_hub_download, "closed/gated", "x.txt"),
    name(api.model_info, "closed/disabled"),
    name(auth_check, "closed/gated"),
])
"""


def test_refusals_raise_the_right_exceptions(recorder, python, tmp_path):
    (names,) = run_client(recorder.url, tmp_path / "home", ERRORS, python)
    names[3] = names[3].replace("RemoteEntry", "Entry")
    assert names == [
        "RepositoryNotFoundError",
        "RepositoryNotFoundError",
        "RevisionNotFoundError",
        "EntryNotFoundError",
        "RevisionNotFoundError",
        "GatedRepoError",
        "DisabledRepoError",
        "GatedRepoError",
    ]


SNAPSHOT = """
import hashlib, pathlib
from huggingface_hub import snapshot_download
folder = pathlib.Path(snapshot_download({repo!r}, **{more!r}))
tell({{str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
      for p in folder.rglob("*") if p.is_file()}})
"""


def contents(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("kind", ["model", "dataset"])
def test_snapshots_are_the_folder_and_a_second_one_loads_nothing(
    folder, recorder, python, tmp_path, kind
):
    repo = {"model": "org/mixed", "dataset": "org/configs"}[kind]
    program = SNAPSHOT.format(repo=repo, more={"repo_type": kind})
    loads = []
    for _ in range(2):
        (found,) = run_client(recorder.url, tmp_path / "home", program, python)
        assert found == contents(folder / f"{kind}s" / repo)
        loads.append(sum(e.method == "GET" and "/resolve/" in e.target for e in recorder.exchanges))
    assert loads[0] == loads[1] > 1


def test_a_download_goes_on_where_it_was_cut(folder, recorder, python, tmp_path):
    program = """
from huggingface_hub import hf_hub_download
try:
    path = hf_hub_download("org/mixed", "weights.bin")
except Exception:  # clients before 1.0 leave the second attempt to the caller
    path = hf_hub_download("org/mixed", "weights.bin")
import hashlib
tell(hashlib.sha256(open(path, "rb").read()).hexdigest())
"""
    recorder.cut_after = 15_000_000
    (found,) = run_client(recorder.url, tmp_path / "home", program, python)
    assert found == contents(folder / "models/org/mixed")["weights.bin"]
    loads = [e for e in recorder.exchanges if e.method == "GET" and "/resolve/" in e.target]
    assert [e.status for e in loads] == [200, 206]
    assert {key.lower(): value for key, value in loads[1].request_headers.items()}[
        "range"
    ].startswith("bytes=")


TRANSFORMERS = """
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer, pipeline
tell(AutoConfig.from_pretrained("org/bert").model_type)
tell(AutoTokenizer.from_pretrained("org/bert")("a b")["input_ids"])
tell(type(AutoModelForSequenceClassification.from_pretrained("org/bert")).__name__)
tell(list(pipeline(model="org/bert", device="cpu")("a b")[0]))
"""


def test_transformers_load_configs_tokenizers_weights_and_pipelines(recorder, tmp_path):
    kind, ids, name, keys = run_client(recorder.url, tmp_path / "home", TRANSFORMERS)
    assert (kind, name, keys) == ("bert", "BertForSequenceClassification", ["label", "score"])
    assert len(ids) == 4
    commits = {sha for line in recorder.lines for sha in SHA.findall(line)}
    assert len(commits) == 1


DATASETS = """
from datasets import load_dataset
loaded = load_dataset({repo!r}, {config!r})
tell({{split: rows.to_list() for split, rows in loaded.items()}})
"""


def frozen(recorder, repo):
    """The calls in order, without the client's own probing, with the commit as SHA."""
    calls = [line for line in recorder.lines if repo in line]
    return [SHA.sub("SHA", line) for line in calls]


@pytest.mark.parametrize(
    ("repo", "config", "expected"),
    [
        ("org/csv", None, {"train": [{"a": 1}], "test": [{"a": 1}, {"a": 2}]}),
        ("org/jsonl", None, {"train": [{"a": 1}, {"a": 2}]}),
        ("org/parquet", None, {"train": [{"a": 1}, {"a": 2}, {"a": 3}]}),
        ("org/configs", None, {"train": [{"a": 1}]}),
        ("org/configs", "two", {"test": [{"b": 5}, {"b": 6}]}),
    ],
)  # fmt: skip
def test_datasets_load_every_kind(recorder, tmp_path, repo, config, expected):
    program = DATASETS.format(repo=repo, config=config)
    assert run_client(recorder.url, tmp_path / "home", program, others=OTHERS) == [expected]


def test_the_calls_of_load_dataset_are_known(recorder, tmp_path):
    program = DATASETS.format(repo="org/configs", config="two")
    run_client(recorder.url, tmp_path / "home", program, others=OTHERS)
    resolve, api = "/datasets/org/configs/resolve", "/api/datasets/org/configs"
    assert frozen(recorder, "org/configs") == [
        f"HEAD {resolve}/main/README.md 200",
        f"GET {resolve}/main/README.md 200",
        f"HEAD {resolve}/SHA/configs.py 404",
        f"GET {api}/revision/SHA 200",
        f"HEAD {resolve}/SHA/.huggingface.yaml 404",
        f"GET {api}/tree/SHA/d?recursive=false&expand=false 200",
        f"HEAD {resolve}/SHA/dataset_infos.json 404",
        f"GET {api}/tree/SHA?recursive=false&expand=false 200",
        f"HEAD {resolve}/SHA/d/two-0.csv 200",
        f"GET {resolve}/SHA/d/two-0.csv 200",
        f"HEAD {resolve}/SHA/d/two-1.csv 200",
        f"GET {resolve}/SHA/d/two-1.csv 200",
    ]


def test_datasets_stream_by_ranges(recorder, tmp_path):
    program = """
from datasets import load_dataset
tell([row["a"] for row in load_dataset("org/parquet", split="train", streaming=True)])
"""
    assert run_client(recorder.url, tmp_path / "home", program, others=OTHERS) == [[1, 2, 3]]
    assert any(exchange.status == 206 for exchange in recorder.exchanges)


def test_a_dataset_that_is_not_there_is_said_to_be_absent(recorder, tmp_path):
    program = """
from datasets import load_dataset
try:
    load_dataset("org/none")
except Exception as error:
    tell(type(error).__name__)
"""
    assert run_client(recorder.url, tmp_path / "home", program, others=OTHERS) == [
        "DatasetNotFoundError"
    ]
