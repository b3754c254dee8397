"""The verbs that speak to a site: name -> (where its command is, "module:name"; what it does, in a line)."""

CLIENT: dict[str, tuple[str, str]] = {}
