"""Statistics of calls, messages and conferences as Flexisip sends them."""
