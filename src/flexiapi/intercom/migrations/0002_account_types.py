"""The types of devices that the Linphone apps know."""

from django.db import migrations

KEYS = (
    "device_audio_intercom",
    "device_video_intercom",
    "device_security_camera",
    "device_internal_unit",
)


def insert(apps, schema_editor):
    types = apps.get_model("intercom", "AccountType")
    types.objects.using(schema_editor.connection.alias).bulk_create(types(key=key) for key in KEYS)


class Migration(migrations.Migration):
    dependencies = [("intercom", "0001_initial")]
    operations = [migrations.RunPython(insert, migrations.RunPython.noop, elidable=False)]
