"""Nothing here yet."""

routes: list[object] = []
