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


@pytest.mark.parametrize(
    ("files", "dropped"),
    [
        (["config.json", "model.onnx", "training_args.bin"], []),
        (["config.json", "onnx/model.onnx", "onnx/model.onnx_data"], []),
        (
            ["onnx/model.onnx", "onnx/model_fp16.onnx", "onnx/model_fp16.onnx_data"],
            ["onnx/model_fp16.onnx", "onnx/model_fp16.onnx_data"],
        ),
        (["encoder.onnx", "decoder.onnx"], []),
        (["config.json", "pytorch_model.bin", "model.onnx"], ["model.onnx"]),
        (["config.json", "model.pt2"], []),
        (["model.safetensors", "model.pt2", "model.onnx"], ["model.pt2", "model.onnx"]),
        (["model.onnx", "model.pt2"], ["model.pt2"]),
        (
            ["config.json", "model.skops", "model.pkl", "model.joblib"],
            ["model.joblib", "model.pkl"],
        ),
        (["config.json", "model.joblib"], []),
    ],
)
def test_other_formats_are_chosen_where_they_are_all_there_is(files, dropped):
    assert chosen(dict.fromkeys(files, 1)) == sorted(set(files) - set(dropped))
