"""Who is calling, and what that caller may reach."""
