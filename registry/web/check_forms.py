"""The form of a check: a field for each of its options, as the catalog describes them."""

from collections.abc import Mapping
from typing import Any

from django import forms

from analysis import options as schema
from analysis.catalog import Entry
from analysis.contract import JSON
from analysis.options import LONGEST_TEXT, Option, OptionKind

_NUMBERS = frozenset({OptionKind.WHOLE, OptionKind.NUMBER, OptionKind.NUMBERS})


class CheckForm(forms.Form):
    """What a check is asked with. ``asked`` is there once it is valid."""

    asked: dict[str, JSON]

    def __init__(self, entry: Entry, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id=f"{entry.id}-%s")
        self.entry = entry
        for option in entry.options:
            self.fields[option.name] = _field(option)

    def clean(self) -> dict[str, Any] | None:
        """Read each field as its option does."""
        typed = super().clean() or {}
        self.asked, errors = {}, {}
        for option in self.entry.options:
            value = typed.get(option.name)
            try:
                self.asked[option.name] = option.parse(value) if isinstance(value, str) else value
            except ValueError as error:
                errors[option.name] = str(error)
        try:
            schema.kept(self.entry.options, self.asked)
        except schema.BadOptions as error:
            errors = error.errors | errors
        self.refuse({name: said for name, said in errors.items() if name not in self.errors})
        return typed

    def refuse(self, errors: Mapping[str, str]) -> None:
        """Show each sentence at its field."""
        for name, said in errors.items():
            self.add_error(name if name in self.fields else None, said)


def _field(option: Option) -> forms.Field:
    """Return the field of an option; what it may hold is for the option to say."""
    named: dict[str, Any] = {"label": option.title, "help_text": option.help, "required": False}
    if option.kind is OptionKind.FLAG:
        return forms.BooleanField(initial=option.default is True, **named)
    initial = option.written(option.default)
    if option.kind is OptionKind.CHOICE:
        choices = [(value, value) for value in option.choices]
        if not initial:
            choices.insert(0, ("", "as the check chooses"))
        return forms.ChoiceField(choices=choices, initial=initial, **named)
    attrs = {"autocomplete": "off"}
    if option.kind in _NUMBERS:
        attrs["inputmode"] = "decimal"
    widget = forms.TextInput(attrs=attrs)
    return forms.CharField(max_length=5 * LONGEST_TEXT, initial=initial, widget=widget, **named)
