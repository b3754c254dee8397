"""A method's evaluation on its author's machine: what is asked for, what comes of it, where it stands, how it is shown."""
