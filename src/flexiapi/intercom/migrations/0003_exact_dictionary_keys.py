from django.db import migrations

import flexiapi.db.fields


class Migration(migrations.Migration):
    """`Color` and `color` are two keys on every engine."""

    dependencies = [("intercom", "0002_account_types")]

    operations = [
        migrations.AlterField(
            model_name="dictionaryentry",
            name="key",
            field=flexiapi.db.fields.ExactCharField(db_index=True, max_length=255),
        ),
    ]
