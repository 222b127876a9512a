"""Tools of the checkout: they are run by `make` and are not part of the product."""
