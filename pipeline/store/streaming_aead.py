"""The door to Tink: files sealed with its streaming AEAD, AES256_GCM_HKDF_1MB, whose format is published.

Each segment of 1 MiB is authenticated by itself, with its number and whether it is the last: a byte that was changed,
a segment that was moved and a file that was cut off all fail to open.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import RawIOBase
from typing import IO, Any

from tink import TinkError, proto_keyset_format, secret_key_access, streaming_aead
from tink.proto import aes_gcm_hkdf_streaming_pb2, tink_pb2

from pipeline.errors import WorkspaceDamaged
from pipeline.store.key_encryption import derived

PURPOSE = "vault media"
_AT_ONCE = 1 << 20
_TEMPLATE = streaming_aead.streaming_aead_key_templates.AES256_GCM_HKDF_1MB


@contextmanager
def encrypting(target: IO[bytes], data_key: bytes) -> Iterator[IO[bytes]]:
    """A stream that takes a file's bytes; their sealed form is in ``target``, which is closed at the end."""
    with _primitive(data_key).new_encrypting_stream(target, b"") as stream:
        yield stream


def decrypted(source: IO[bytes] | RawIOBase, data_key: bytes) -> Iterator[bytes]:
    """The bytes of a sealed file, piece by piece; raises ``WorkspaceDamaged`` where it is not as it was sealed.

    What comes before that is as it was sealed, but not the whole: nothing of it may be used before the end.
    """
    try:
        with _primitive(data_key).new_decrypting_stream(source, b"") as stream:
            while content := stream.read(_AT_ONCE):
                yield content
    except TinkError as error:
        raise WorkspaceDamaged("vault: a sealed file was changed", action="restore it from a backup") from error


def _primitive(data_key: bytes) -> Any:
    _register()
    key_format = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKeyFormat.FromString(_TEMPLATE.value)
    key = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(
        version=0, params=key_format.params, key_value=derived(data_key, PURPOSE)
    )
    keyset = tink_pb2.Keyset(primary_key_id=1)
    keyset.key.add(
        key_data=tink_pb2.KeyData(
            type_url=_TEMPLATE.type_url,
            value=key.SerializeToString(),
            key_material_type=tink_pb2.KeyData.SYMMETRIC,
        ),
        status=tink_pb2.ENABLED,
        key_id=1,
        output_prefix_type=tink_pb2.RAW,
    )
    handle = proto_keyset_format.parse(keyset.SerializeToString(), secret_key_access.TOKEN)
    return handle.primitive(streaming_aead.StreamingAead)


@lru_cache(maxsize=1)
def _register() -> None:
    streaming_aead.register()
