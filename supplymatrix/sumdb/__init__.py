"""The checksum database as a transparency log, without any I/O."""
