"""The files that scores depend on: none, digits are drawn from the seed."""

from papers.data import File

FILES: dict[str, File] = {}
