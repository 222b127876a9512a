import flexiapi.messaging.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0001_initial'),
    ]

    # The column stays as it is: what is in it is sealed from now on.
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='delivery',
                    name='payload',
                    field=flexiapi.messaging.fields.SealedJSONField(default=dict),
                ),
            ],
        ),
    ]
