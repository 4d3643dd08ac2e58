"""Read raw files of any known kind: bytes in, raw documents and rejections out."""

from transforms.readers.format_dispatch import read
from transforms.readers.read_options import ReadOptions
from transforms.readers.record_fields import mappable_fields, record_to_document

# Rises when a file can come out read otherwise than before: files read under another one can be read again.
READERS_VERSION = 3

__all__ = ["READERS_VERSION", "ReadOptions", "mappable_fields", "read", "record_to_document"]
