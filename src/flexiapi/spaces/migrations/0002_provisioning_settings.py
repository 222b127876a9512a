from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("spaces", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="space",
            name="provisioning_carddav_twins",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="space",
            name="provisioning_reg_proxy",
            field=models.CharField(default=None, max_length=255, null=True),
        ),
    ]
