"""DirectoryBolt: puts a business into online directories and proves what happened to each."""

__version__ = "0.1.0"
