from typing import Literal

ListReposFormatItem = Literal[
    "coreml",
    "flax",
    "gguf",
    "keras",
    "nemo",
    "onnx",
    "openvino",
    "pickle",
    "safetensors",
    "tensorrt",
    "tflite",
]

LIST_REPOS_FORMAT_ITEM_VALUES: set[ListReposFormatItem] = {
    "coreml",
    "flax",
    "gguf",
    "keras",
    "nemo",
    "onnx",
    "openvino",
    "pickle",
    "safetensors",
    "tensorrt",
    "tflite",
}


def check_list_repos_format_item(value: str) -> ListReposFormatItem:
    if value in LIST_REPOS_FORMAT_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_REPOS_FORMAT_ITEM_VALUES!r}"
    )
