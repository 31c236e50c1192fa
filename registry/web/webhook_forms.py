"""The form of a webhook."""

from collections.abc import Mapping
from typing import Any

from django import forms

from registry.models import Webhook
from registry.webhooks.registering import Wish

EVENTS = {
    Webhook.On.FINDING: "A finding is stored",
    Webhook.On.RUN: "A run ends",
    Webhook.On.SCAN: "A scan ends",
    Webhook.On.MARK: "A mark is found",
    Webhook.On.REPO: "A model has a new commit",
}


class WebhookForm(forms.Form):
    """Where a webhook leads and what it hears. What is wrong with it the service says, in words."""

    url = forms.CharField(
        label="Address",
        help_text="An https address in the public network.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
    events = forms.MultipleChoiceField(
        choices=[(value.value, f"{words} ({value})") for value, words in EVENTS.items()],
        label="Tell it when",
        widget=forms.CheckboxSelectMultiple,
    )
    repo = forms.CharField(
        required=False,
        label="Only this model",
        help_text="OWNER/NAME. Empty lets all pass.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    author = forms.CharField(
        required=False,
        label="Only this author",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    check = forms.CharField(
        required=False,
        label="Only this check",
        help_text="Its id, as the page Checks lists them.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    @staticmethod
    def values(webhook: Webhook) -> dict[str, Any]:
        """Return what the form shows of a webhook."""
        wish = Wish.of(webhook)
        return {name: getattr(wish, name) for name in Wish.__slots__}

    def wish(self) -> Wish:
        """Return what was asked for."""
        typed = dict(self.cleaned_data)
        return Wish(**typed | {"events": tuple(typed["events"])})

    def refuse(self, errors: Mapping[str, str]) -> None:
        """Show each sentence at its field."""
        for name, said in errors.items():
            self.add_error(name if name in self.fields else None, said)
