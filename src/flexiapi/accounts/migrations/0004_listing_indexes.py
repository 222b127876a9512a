from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_recovery_requests'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='account',
            index=models.Index(fields=['space', 'updated_at', 'id'], name='accounts_of_space_changed'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(fields=['updated_at', 'id'], name='accounts_changed'),
        ),
    ]
