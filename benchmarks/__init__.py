"""The bench: hot routes of the product against bare functions with the same SQL, under the same server."""
