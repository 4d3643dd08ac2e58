"""Read raw files of any known kind: bytes in, raw documents and rejections out."""

from transforms.readers.fields import mappable_fields, record_to_document
from transforms.readers.options import ReadOptions
from transforms.readers.reading import detect, read

__all__ = ["ReadOptions", "detect", "mappable_fields", "read", "record_to_document"]
