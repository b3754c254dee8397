from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leaderboard', '0005_run_not_before'),
    ]

    operations = [
        migrations.AddField(
            model_name='standing',
            name='scores',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='standing',
            name='tally',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='standing',
            name='group',
            field=models.PositiveIntegerField(default=1),
        ),
    ]
