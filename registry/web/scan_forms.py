"""The form of a scan: what a person types, turned into a draft and back."""

from decimal import Decimal
from typing import Any

from django import forms

from analysis import catalog
from registry.models import Scan
from registry.models.scans import USUAL_WINDOW, WIDEST_WINDOW
from registry.scans import asked
from registry.scans.drafts import Draft, ScanRefused

GIB = Decimal(2**30)
LARGEST_GIB = Decimal(10**9)
# Fields that are called otherwise on the page than in the draft.
FIELD_OF = {"max_bytes": "max_gib"}


class ScanForm(forms.Form):
    """A scan as it is asked for. ``draft`` and ``columns`` are there once it is valid."""

    name = forms.CharField(max_length=200, label="Name")
    selection = forms.CharField(
        max_length=4000,
        required=False,
        label="Models",
        help_text="Search on the page Models and paste the address here.",
        widget=forms.TextInput(
            attrs={"placeholder": "/models?task=image-classification", "autocomplete": "off"}
        ),
    )
    checks = forms.MultipleChoiceField(label="Checks", widget=forms.CheckboxSelectMultiple)
    options = forms.CharField(
        max_length=4000,
        required=False,
        label="Options of the checks",
        help_text="One a line: check.option = value. The page Checks lists them.",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )
    schedule = forms.CharField(
        max_length=200,
        required=False,
        label="Schedule",
        help_text="Minute, hour, day of the month, month, day of the week, in UTC. Empty: only"
        " when somebody starts it.",
        widget=forms.TextInput(attrs={"placeholder": "0 3 * * 1", "autocomplete": "off"}),
    )
    max_repos = forms.IntegerField(required=False, label="Models at most")
    max_runs = forms.IntegerField(required=False, label="Runs")
    max_minutes = forms.IntegerField(required=False, label="Minutes of measuring")
    max_gib = forms.DecimalField(
        required=False, label="GiB to download", decimal_places=3, max_value=LARGEST_GIB
    )
    max_cost = forms.DecimalField(required=False, label="Money for GPU hours", decimal_places=2)
    gpu_hour_price = forms.DecimalField(required=False, label="Price of a GPU hour")
    window = forms.IntegerField(
        required=False,
        label="Runs at a time",
        help_text=f"1 to {WIDEST_WINDOW}. A single run that somebody asks for waits behind them.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entries = sorted(catalog.entries().values(), key=lambda entry: entry.id)
        checks = self.fields["checks"]
        assert isinstance(checks, forms.MultipleChoiceField)  # noqa: S101
        checks.choices = [(entry.id, f"{entry.title} ({entry.id})") for entry in entries]
        for name in self.fields:
            widget = self.fields[name].widget
            if isinstance(widget, forms.NumberInput):
                widget.attrs["inputmode"] = "decimal"

    @staticmethod
    def values(scan: Scan) -> dict[str, Any]:
        """Return what the form shows of a scan."""
        shown: dict[str, Any] = {name: getattr(scan, name) for name in _PLAIN}
        shown["options"] = "\n".join(asked.written(scan.options))
        size = scan.max_bytes
        shown["selection"] = f"/models?{scan.selection}" if scan.selection else "/models"
        shown["max_gib"] = (Decimal(size) / GIB).quantize(Decimal("0.001")) if size else None
        return shown

    def draft(self) -> Draft:
        """Return the draft of what was typed; only once the fields are valid."""
        typed = self.cleaned_data
        gib = typed["max_gib"]
        return Draft(
            name=typed["name"],
            selection=typed["selection"],
            checks=tuple(typed["checks"]),
            schedule=typed["schedule"],
            max_repos=typed["max_repos"],
            max_runs=typed["max_runs"],
            max_minutes=typed["max_minutes"],
            max_bytes=int(gib * GIB) if gib is not None else None,
            max_cost=typed["max_cost"],
            gpu_hour_price=typed["gpu_hour_price"] or Decimal(0),
            window=USUAL_WINDOW if typed["window"] is None else typed["window"],
            options=typed["options"],
        )

    def clean_options(self) -> asked.Options:
        """Read the lines."""
        try:
            return asked.read(self.cleaned_data["options"].splitlines())
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any] | None:
        """Ask the draft what is wrong, field by field."""
        typed = super().clean()
        if not self.errors:
            try:
                self.columns = self.draft().columns()
            except ScanRefused as error:
                self.refuse(error)
        return typed

    def refuse(self, error: ScanRefused) -> None:
        """Show each sentence at its field."""
        for name, said in error.errors.items():
            self.add_error(FIELD_OF.get(name, name), said)


_PLAIN = (
    "name",
    "checks",
    "schedule",
    "max_repos",
    "max_runs",
    "max_minutes",
    "max_cost",
    "gpu_hour_price",
    "window",
)
