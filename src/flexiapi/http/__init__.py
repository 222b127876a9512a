"""HTTP furniture: what every room's doors share and no room owns."""
