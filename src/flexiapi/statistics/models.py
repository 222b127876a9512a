"""What Flexisip reports of calls, messages and conferences.

People are kept as user name and domain, not as accounts: the other side is often foreign.
"""

from django.db import models

from flexiapi.db.constraints import PrefixedUniqueConstraint
from flexiapi.db.fields import (
    CASCADE_IN_DATABASE,
    ExactCharField,
    IndexedTimestamped,
    Timestamped,
    UnsignedBigAutoField,
)


class Call(IndexedTimestamped):
    """A call, whatever the number of devices that rang.

    Each way of listing (by caller, by callee, by one of the domains) has the index that gives its rows in order.
    """

    id = ExactCharField(max_length=64, primary_key=True)  # given by Flexisip
    sip_call_id = ExactCharField(max_length=255, null=True, default=None)
    from_username = models.CharField(max_length=256)
    from_domain = models.CharField(max_length=256)
    to_username = models.CharField(max_length=256)
    to_domain = models.CharField(max_length=256)
    initiated_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True, default=None)
    conference_id = ExactCharField(max_length=255, null=True, default=None)

    class Meta:
        db_table = "statistics_calls"
        indexes = [
            models.Index(fields=["from_username", "from_domain", "initiated_at", "id"], name="calls_of_caller"),
            models.Index(fields=["to_username", "to_domain", "initiated_at", "id"], name="calls_of_callee"),
            models.Index(fields=["from_domain", "initiated_at", "id"], name="calls_from_domain"),
            models.Index(fields=["to_domain", "initiated_at", "id"], name="calls_to_domain"),
        ]


class CallDevice(Timestamped):
    """What one device did with a call."""

    id = UnsignedBigAutoField(primary_key=True)
    call = models.ForeignKey(Call, on_delete=CASCADE_IN_DATABASE, related_name="devices", db_index=False)
    device_id = ExactCharField(max_length=255)
    rang_at = models.DateTimeField(null=True, default=None)
    invite_terminated_at = models.DateTimeField(null=True, default=None)
    invite_terminated_state = models.CharField(max_length=255, null=True, default=None)

    class Meta:
        db_table = "statistics_call_devices"
        constraints = [
            models.UniqueConstraint(
                fields=["call", "device_id"], name="statistics_call_devices_call_id_device_id_unique"
            )
        ]


class Message(IndexedTimestamped):
    """A message, whatever the number of its recipients."""

    id = ExactCharField(max_length=64, primary_key=True)  # given by Flexisip
    from_username = models.CharField(max_length=256)
    from_domain = models.CharField(max_length=256)
    sent_at = models.DateTimeField(db_index=True)
    encrypted = models.BooleanField(default=False, db_default=False)
    conference_id = ExactCharField(max_length=255, null=True, default=None)

    class Meta:
        db_table = "statistics_messages"
        indexes = [
            models.Index(fields=["from_username", "from_domain", "sent_at"], name="messages_of_sender"),
            models.Index(fields=["from_domain", "sent_at"], name="messages_from_domain"),
        ]


class MessageDevice(Timestamped):
    """The last status of a message on one device of a recipient."""

    id = UnsignedBigAutoField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=CASCADE_IN_DATABASE, related_name="devices", db_index=False)
    to_username = models.CharField(max_length=256)
    to_domain = models.CharField(max_length=256, db_index=True)
    device_id = ExactCharField(max_length=255)
    last_status = models.IntegerField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "statistics_message_devices"
        indexes = [models.Index(fields=["to_username", "to_domain", "received_at"], name="messages_of_recipient")]
        constraints = [
            PrefixedUniqueConstraint(
                fields=["message", "to_username", "to_domain", "device_id"],
                name="statistics_message_devices_message_id_to_u_to_d_device_id_unique",
                mysql_prefixes={"to_username": 224, "to_domain": 224},
            )
        ]


class Conference(IndexedTimestamped):
    """A conference; `schedule` is what the conference server said of it, as written."""

    id = ExactCharField(max_length=64, primary_key=True)  # given by Flexisip
    started_at = models.DateTimeField(db_index=True)  # `created_at` on the wire
    ended_at = models.DateTimeField(null=True, default=None)
    schedule = models.TextField(null=True, default=None)

    class Meta:
        db_table = "statistics_conferences"


class ConferenceEvent(Timestamped):
    """Something that happened to a participant, or to one device of a participant (`device_id`)."""

    id = UnsignedBigAutoField(primary_key=True)
    conference = models.ForeignKey(Conference, on_delete=CASCADE_IN_DATABASE, related_name="events")
    participant_username = models.CharField(max_length=256)
    participant_domain = models.CharField(max_length=256)
    device_id = ExactCharField(max_length=255, null=True, default=None)
    type = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        db_table = "statistics_conference_events"
        indexes = [
            models.Index(
                fields=["participant_username", "participant_domain"],
                name="conference_events_participant",
            )
        ]
