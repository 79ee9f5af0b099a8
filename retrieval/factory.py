"""The index of one catalogue, as the settings name it."""

from __future__ import annotations

from hashlib import blake2b

from catalog.files import lists_file
from catalog.store import Catalog
from retrieval.index import Elsewhere, VectorIndex, build_index
from settings import Settings


def open_index(
    catalog: Catalog, settings: Settings, first: VectorIndex | None = None
) -> VectorIndex:
    """The index that the settings name, over a catalogue's vectors. first: the one of its first part, where that is there.

    Raises what `build_index` raises.
    """
    made_of = f"{catalog.manifest['encoder']['fingerprint']} {catalog.manifest['content']}"
    collection = "stylist_" + blake2b(made_of.encode(), digest_size=12).hexdigest()
    milvus = Elsewhere(settings.milvus_uri, settings.milvus_token, collection, catalog)
    kept = lists_file(catalog.folder, catalog.manifest)
    return build_index(catalog.vectors, settings.index, kept, first, settings.device, milvus)
