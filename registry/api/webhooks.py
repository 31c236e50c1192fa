"""Webhooks: each owner makes, reads and drives their own. A secret is in one answer only."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils.cache import patch_cache_control
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from drf_spectacular.utils import extend_schema_view as described
from rest_framework import exceptions, mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from registry.api import problems
from registry.api.filters import PAGING, DeclaredFilters, Filter, refuse_unknown
from registry.api.marks import Strict, token_user
from registry.api.permissions import OnlyScope
from registry.api.resource import Resource
from registry.api.schema import ResourceSchema
from registry.models import ApiToken, Delivery, Webhook
from registry.webhooks import registering

Made = TypeVar("Made")
_STATE = Filter("state", "Where it stands.", choices=tuple(Delivery.State.values))


class WebhookSerializer(serializers.ModelSerializer[Webhook]):
    """A webhook: where it leads, what it hears, and how it fares."""

    events = serializers.ListField(
        child=serializers.ChoiceField(choices=Webhook.On.choices), read_only=True
    )
    check = serializers.CharField(source="check_id", read_only=True)

    class Meta:
        model = Webhook
        fields: tuple[str, ...] = (
            "id",
            "url",
            "events",
            "repo",
            "author",
            "check",
            "state",
            "reason",
            "created_at",
            "delivered_at",
            "failing_since",
            "quiet_until",
        )


class NewWebhookSerializer(WebhookSerializer):
    """A webhook that was just made, with its secret."""

    secret = serializers.CharField(
        read_only=True, help_text="To verify signatures with. It is in no other answer."
    )

    class Meta(WebhookSerializer.Meta):
        fields = (*WebhookSerializer.Meta.fields, "secret")


class SecretSerializer(serializers.Serializer[Any]):
    """A new secret."""

    secret = serializers.CharField(help_text="It is in no other answer.")


class WebhookRequestSerializer(Strict):
    """Where a webhook leads and what it hears. A filter that is empty lets everything pass."""

    url = serializers.CharField(help_text="An https address in the public network.")
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=Webhook.On.choices), max_length=20
    )
    repo = serializers.CharField(
        default="", allow_blank=True, help_text="Only events about this model, `owner/name`."
    )
    author = serializers.CharField(
        default="", allow_blank=True, help_text="Only events about models of this author."
    )
    check = serializers.CharField(
        default="", allow_blank=True, help_text="Only what came of this check."
    )


class WebhookChangeSerializer(WebhookRequestSerializer):
    """What of a webhook is to change."""

    state = serializers.ChoiceField(
        choices=[Webhook.State.ACTIVE.value, Webhook.State.PAUSED.value],
        help_text="`active` also lets one go on that was disabled.",
    )


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """A message to a webhook, and the answer to the last attempt."""

    webhook = serializers.IntegerField(source="webhook_id", read_only=True)
    message = serializers.CharField(
        source="event.message_id", read_only=True, help_text="The header `webhook-id`."
    )
    event = serializers.CharField(source="event.type", read_only=True)
    at = serializers.DateTimeField(source="event.at", read_only=True, help_text="When it happened.")

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = (
            "id",
            "webhook",
            "message",
            "event",
            "at",
            "state",
            "attempt",
            "tried_at",
            "next_at",
            "status_code",
            "duration_ms",
            "error",
        )


class DeliveryDetailSerializer(DeliverySerializer):
    """A delivery with the message and the beginning of the answer."""

    body = serializers.CharField(source="event.body", read_only=True)

    class Meta(DeliverySerializer.Meta):
        fields = (*DeliverySerializer.Meta.fields, "excerpt", "body")


@described(
    list=extend_schema(
        summary="List your webhooks",
        description="Needs a token with the scope `webhooks`; nobody sees those of others.",
    ),
    retrieve=extend_schema(summary="Read a webhook of yours"),
)
class WebhookResource(Resource):
    """Webhooks: addresses that are told of what happens."""

    queryset = Webhook.objects.all()
    serializer_class = WebhookSerializer
    permission_classes = (OnlyScope,)
    scope = ApiToken.Scope.WEBHOOKS
    max_age_s = 0
    filters = {"state": Filter("state", "Whether it is told.", choices=tuple(Webhook.State.values))}

    def get_queryset(self) -> QuerySet[Webhook]:
        """Return those of whom the token belongs to; others are not there for him."""
        return Webhook.objects.filter(owner=token_user(self.request))

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Let nothing between here and the owner keep an answer."""
        finished = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(finished, private=True)
        return finished

    @extend_schema(
        summary="Make a webhook",
        description="The answer has the secret that messages are signed with: it is shown once.",
        request=WebhookRequestSerializer,
        responses={201: OpenApiResponse(NewWebhookSerializer, "Made; `Location` is its address.")},
    )
    @sensitive_variables()
    def create(self, request: Request) -> Response:
        """Make a webhook."""
        refuse_unknown(request, ())
        asked = WebhookRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wish = _laid_over(registering.Wish("", ()), asked.validated_data)
        made, secret = _kept_to(lambda: registering.create(token_user(request), wish))
        address = reverse("api:webhook-detail", args=[made.pk], request=request)
        body = WebhookSerializer(made).data | {"secret": secret}
        return Response(body, status=status.HTTP_201_CREATED, headers={"Location": address})

    @extend_schema(
        summary="Change a webhook",
        description="Only what the body names; `state` pauses it and lets it go on.",
        request=WebhookChangeSerializer(partial=True),
        responses={200: WebhookSerializer},
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a webhook."""
        refuse_unknown(request, ())
        webhook: Webhook = self.get_object()
        asked = WebhookChangeSerializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        wanted = dict(asked.validated_data)
        state = wanted.pop("state", "")
        if wanted:
            wish = _laid_over(registering.Wish.of(webhook), wanted)
            webhook = _kept_to(lambda: registering.change(webhook, wish))
        if state:
            act = registering.pause if state == Webhook.State.PAUSED else registering.resume
            webhook = act(webhook)
        return Response(WebhookSerializer(webhook).data)

    @extend_schema(
        summary="Remove a webhook", description="Its log goes with it.", responses={204: None}
    )
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a webhook."""
        refuse_unknown(request, ())
        registering.remove(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Send a test message",
        request=None,
        responses={202: OpenApiResponse(DeliverySerializer, "It waits; `Location` says more.")},
    )
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """Send a message of the type `webhook.test`, whatever the webhook hears."""
        refuse_unknown(request, ())
        webhook: Webhook = self.get_object()
        return _waits(request, _kept_to(lambda: registering.test(webhook)))

    @extend_schema(
        summary="Rotate the secret",
        description="For 24 hours messages are signed with the old secret, too.",
        request=None,
        responses={200: SecretSerializer},
    )
    @action(detail=True, methods=["post"])
    @sensitive_variables()
    def rotate(self, request: Request, pk: str) -> Response:
        """Give the webhook a new secret."""
        refuse_unknown(request, ())
        return Response({"secret": registering.rotate(self.get_object())})

    @extend_schema(
        summary="List the deliveries of a webhook",
        description="The newest first, of the last 30 days.",
        parameters=[OpenApiParameter("state", str, enum=Delivery.State.values)],
        responses=DeliverySerializer(many=True),
        filters=True,
    )
    @action(detail=True, filter_backends=[])
    def deliveries(self, request: Request, pk: str) -> Response:
        """List the deliveries."""
        refuse_unknown(request, (*PAGING, "state"))
        found = _deliveries().filter(webhook=self.get_object()).defer("event__body", "excerpt")
        if "state" in request.query_params:
            found = found.filter(state=_STATE.read("state", request.query_params["state"]))
        page = self.paginate_queryset(found)
        return self.get_paginated_response(DeliverySerializer(page, many=True).data)


class DeliveryResource(mixins.RetrieveModelMixin, viewsets.GenericViewSet[Delivery]):
    """Deliveries: messages to webhooks of yours."""

    schema = ResourceSchema()
    queryset = Delivery.objects.all()
    serializer_class = DeliveryDetailSerializer
    filter_backends = (DeclaredFilters,)
    lookup_value_regex = "[0-9]{1,18}"
    permission_classes = (OnlyScope,)
    scope = ApiToken.Scope.WEBHOOKS

    def get_queryset(self) -> QuerySet[Delivery]:
        """Return those to webhooks of whom the token belongs to."""
        return _deliveries().filter(webhook__owner=token_user(self.request))

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Let nothing between here and the owner keep an answer."""
        finished = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(finished, private=True, no_cache=True)
        return finished

    @extend_schema(summary="Read a delivery, with the message and the answer")
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read a delivery."""
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(
        summary="Send a message again",
        description="With the same id and body, whatever came of it before.",
        request=None,
        responses={202: OpenApiResponse(DeliverySerializer, "It waits; `Location` says more.")},
    )
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Send a message again."""
        refuse_unknown(request, ())
        delivery: Delivery = self.get_object()
        return _waits(request, _kept_to(lambda: registering.replay(delivery)))


def _deliveries() -> QuerySet[Delivery]:
    return Delivery.objects.select_related("event", "webhook")


def _waits(request: Request, delivery: Delivery) -> Response:
    address = reverse("api:delivery-detail", args=[delivery.pk], request=request)
    body = DeliverySerializer(delivery).data
    return Response(body, status=status.HTTP_202_ACCEPTED, headers={"Location": address})


def _laid_over(wish: registering.Wish, wanted: dict[str, Any]) -> registering.Wish:
    """Lay what the body names over a wish."""
    fields = {name: getattr(wish, name) for name in wish.__slots__} | wanted
    return registering.Wish(**fields | {"events": tuple(fields["events"])})


def _kept_to(act: Callable[[], Made]) -> Made:
    """Act; turn a refusal into the API's own."""
    try:
        return act()
    except registering.WebhookRefused as error:
        if "" in error.errors:
            raise problems.Refused(str(error)) from error
        raise exceptions.ValidationError({n: [said] for n, said in error.errors.items()}) from error
    except registering.NotNow as error:
        raise problems.Refused(str(error)) from error
