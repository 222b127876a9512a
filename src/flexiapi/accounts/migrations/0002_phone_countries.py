"""Every region that libphonenumber knows, none of them accepted until an administrator says so."""

import phonenumbers
from django.db import migrations


def insert(apps, schema_editor):
    countries = apps.get_model("accounts", "PhoneCountry")
    countries.objects.using(schema_editor.connection.alias).bulk_create(
        countries(code=region, country_code=str(phonenumbers.country_code_for_region(region)))
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(insert, migrations.RunPython.noop, elidable=False)]
