"""Account types, actions and dictionary entries: what intercoms and phones are told about an account."""
