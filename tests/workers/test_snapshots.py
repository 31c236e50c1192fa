import pytest

from workers.snapshots import chosen

BERT = ["README.md", "config.json", "model.safetensors", "tokenizer.json", "vocab.txt"]


@pytest.mark.parametrize(
    ("beside", "kept"),
    [
        ([], []),
        (["pytorch_model.bin", "tf_model.h5", "flax_model.msgpack", "rust_model.ot"], []),
        (["onnx/model.onnx", "openvino/openvino_model.xml", "runs/events.out"], []),
        (
            ["1_Pooling/config.json", "modeling_own.py"],
            ["1_Pooling/config.json", "modeling_own.py"],
        ),
        (["model-q4.gguf"], []),
    ],
)
def test_one_copy_of_the_weights_is_chosen_and_what_is_small_beside_it(beside, kept):
    assert chosen(dict.fromkeys([*BERT, *beside], 1)) == sorted([*BERT, *kept])


def test_pickles_are_chosen_where_there_is_nothing_better():
    files = ["config.json", "pytorch_model.bin", "net.th", "tf_model.h5"]
    assert chosen(dict.fromkeys(files, 1)) == ["config.json", "net.th", "pytorch_model.bin"]
