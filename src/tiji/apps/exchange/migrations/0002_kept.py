from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='import',
            name='kept',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='import',
            name='kept_count',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='import',
            name='state',
            field=models.CharField(choices=[('ready', 'Ready to load'), ('running', 'Loading'), ('done', 'Loaded'), ('failed', 'Not loaded'), ('undoing', 'Being undone'), ('undone', 'Undone')], default='ready', max_length=7, verbose_name='State'),
        ),
    ]
