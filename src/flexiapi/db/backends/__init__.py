"""Django's database backends, with cascades in the database.

Operators and Flexisip's own tools write to these tables by SQL: deleting a Space or an account must take what
belongs to it along, whoever deletes. Django 5.2 only emulates `on_delete` in Python, so every foreign key is
declared here with ON DELETE CASCADE, and models say `on_delete=CASCADE_IN_DATABASE`.
"""
