from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("spaces", "0002_provisioning_settings")]

    operations = [
        migrations.AddField(
            model_name="oidcconfiguration",
            name="jwks",
            field=models.TextField(default=None, null=True),
        ),
        migrations.AddField(
            model_name="oidcconfiguration",
            name="jwks_fetched_at",
            field=models.DateTimeField(default=None, null=True),
        ),
        migrations.AddField(
            model_name="oidcconfiguration",
            name="jwks_tried_at",
            field=models.DateTimeField(default=None, null=True),
        ),
    ]
