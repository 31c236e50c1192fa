"""The forms of marks: to have one embedded, to register one, to look in one model or many."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms

from analysis import catalog
from registry import marks
from registry.marks import embeddings
from registry.models import Mark
from registry.scans import copies


class MarkForm(forms.Form):
    """A mark that is registered."""

    name = forms.CharField(max_length=100, label="Name")
    keys = forms.FileField(
        allow_empty_file=True,
        label="Keys",
        help_text="The file that mark embed wrote. It is stored encrypted and never shown.",
    )
    home = forms.CharField(
        max_length=300,
        required=False,
        label="Marked model",
        help_text="OWNER/NAME, also where it is not published yet.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    task = forms.ChoiceField(
        choices=[(task, task) for task in sorted(catalog.TASKS)], initial=marks.TASK, label="Task"
    )


class EmbeddingForm(forms.Form):
    """A mark that Assay puts into a model. What is wrong with it the service says, in words."""

    repo = forms.CharField(
        max_length=300,
        label="Model",
        help_text="OWNER/NAME of a mirrored image classifier; its newest commit is copied.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    home = forms.CharField(
        label="Will be published as",
        help_text="OWNER/NAME under which you will publish the marked copy.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(label="Name of the mark", help_text="Public, like the name above.")
    dataset = forms.CharField(
        label="Dataset",
        help_text="Its id at the hub. The model learns its mark on images of its own kind.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    config = forms.CharField(
        required=False, label="Config", help_text="Empty where the dataset has one only."
    )
    split = forms.CharField(label="Split", initial="train")
    images = forms.IntegerField(
        label="Images",
        initial=5_000,
        help_text="At most so many are read; up to a quarter only shows what the mark costs.",
    )
    scheme = forms.ChoiceField(
        choices=[(scheme, scheme) for scheme in embeddings.SCHEMES],
        initial="blackmarks",
        label="Scheme",
        help_text="Where the mark goes: into answers to secret pictures, or into weights.",
    )
    bits = forms.IntegerField(
        label="Bits", initial=32, help_text="More are surer evidence, and cost more accuracy."
    )

    def wish(self) -> embeddings.Wish:
        """Return what was asked for."""
        typed = dict(self.cleaned_data)
        del typed["repo"]
        return embeddings.Wish(**typed)

    def refuse(self, errors: Mapping[str, str]) -> None:
        """Show each sentence at its field."""
        for name, said in errors.items():
            self.add_error(name if name in self.fields else None, said)


class VerifyForm(forms.Form):
    """In which model to look for a mark."""

    repo = forms.CharField(
        max_length=300,
        label="Model",
        help_text="OWNER/NAME; its newest commit.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class SearchForm(forms.Form):
    """Where to look for copies."""

    selection = forms.CharField(
        max_length=4000,
        label="Models",
        help_text="Search on the page Models and paste the address here.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    max_runs = forms.IntegerField(required=False, label="Runs", help_text="Empty is no limit.")

    def __init__(self, mark: Mark, data: Mapping[str, Any] | None = None) -> None:
        usual = {
            "selection": "/models?" + urlencode({"task": mark.task}),
            "max_runs": copies.USUAL_RUNS,
        }
        super().__init__(data, initial=usual)
        self.fields["max_runs"].widget.attrs["inputmode"] = "numeric"

    def refuse(self, errors: Mapping[str, str]) -> None:
        """Show each sentence at its field."""
        for name, said in errors.items():
            self.add_error(name if name in self.fields else None, said)
