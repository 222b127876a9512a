"""Who sees whom: contacts, contacts lists and stored vCards."""

from django.db import models

from flexiapi.accounts.models import Account
from flexiapi.db.fields import CASCADE_IN_DATABASE, ExactCharField, Timestamped, UnsignedBigAutoField
from flexiapi.spaces.models import Space


class Contact(Timestamped):
    """An account has another one among its contacts; says nothing about the other way round."""

    id = UnsignedBigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="contacts", db_index=False)
    contact = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="contact_of")

    class Meta:
        db_table = "contacts"
        constraints = [
            models.UniqueConstraint(fields=["account", "contact"], name="contacts_account_id_contact_id_unique")
        ]


class ContactsList(Timestamped):
    """A named list of a Space's accounts."""

    id = UnsignedBigAutoField(primary_key=True)
    space = models.ForeignKey(Space, on_delete=CASCADE_IN_DATABASE, related_name="contacts_lists", db_index=False)
    title = models.CharField(max_length=255)
    description = models.TextField(null=True, default=None)

    class Meta:
        db_table = "contacts_lists"
        constraints = [models.UniqueConstraint(fields=["space", "title"], name="contacts_lists_space_id_title_unique")]


class ContactsListViewer(Timestamped):
    """An account sees a list."""

    id = UnsignedBigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="viewed_lists", db_index=False)
    contacts_list = models.ForeignKey(ContactsList, on_delete=CASCADE_IN_DATABASE, related_name="viewers")

    class Meta:
        db_table = "account_contacts_list"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "contacts_list"],
                name="account_contacts_list_account_id_contacts_list_id_unique",
            )
        ]


class ContactsListMember(Timestamped):
    """An account is in a list."""

    id = UnsignedBigAutoField(primary_key=True)
    contact = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="list_memberships", db_index=False)
    contacts_list = models.ForeignKey(ContactsList, on_delete=CASCADE_IN_DATABASE, related_name="members")

    class Meta:
        db_table = "contacts_list_contact"
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "contacts_list"],
                name="contacts_list_contact_contact_id_contacts_list_id_unique",
            )
        ]


class Vcard(Timestamped):
    """A vCard that an account keeps here; `uuid` is its UID as written (RFC 6350 §6.7.6)."""

    id = UnsignedBigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="vcards", db_index=False)
    uuid = ExactCharField(max_length=255, db_index=True)
    vcard = models.TextField()

    class Meta:
        db_table = "vcards_storage"
        constraints = [
            models.UniqueConstraint(fields=["account", "uuid"], name="vcards_storage_account_id_uuid_unique")
        ]
