"""Croissant: a description of the data set for machines, so that catalogues find it and libraries load it.

Format 1.0 of MLCommons, a vocabulary of JSON-LD: https://docs.mlcommons.org/croissant/docs/croissant-spec.html
"""

from __future__ import annotations

import hashlib
import re
from typing import Any
from urllib.parse import quote

from lab.paths import EXAMPLES
from lab.reporting.documents import Results
from lab.settings import Project

CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
TYPES = {
    "int": "sc:Integer",
    "uint": "sc:Integer",
    "float": "sc:Float",
    "bool": "sc:Boolean",
    "datetime": "sc:DateTime",
}


def croissant(project: Project, results: Results) -> dict[str, Any]:
    """The content of ``croissant.json``: where the data come from, their table, and each of its columns."""
    source = results["provenance"]
    with EXAMPLES.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    slug = re.sub(r"[^a-z0-9]+", "-", source["title"].lower()).strip("-") or project.slug
    described = [source["notes"], *(warning["en"] for warning in results["validation"]["warnings"])]
    address = {"url": source["source"]} if source["source"].startswith("http") else {}
    return address | {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": slug,
        "description": " ".join(filter(None, described)) or source["title"],
        "alternateName": source["title"],
        **({"license": source["licence"]} if source["licence"] else {}),
        **({"citeAs": source["citation"]} if source["citation"] else {}),
        "creator": {"@type": "sc:Organization", "name": source["source"]},
        "version": "1.0.0",
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": "examples",
                "name": EXAMPLES.name,
                "contentUrl": f"../{EXAMPLES.as_posix()}",  # seen from deliverables/
                "encodingFormat": "application/x-parquet",
                "sha256": digest,
            }
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "rows",
                "name": "rows",
                "description": f"{source['rows']:,} examples, one a row.",
                "key": {"@id": "rows/id"},
                "field": [_field(name, kind) for name, kind in source["columns"].items()],
            }
        ],
    }


def _field(name: str, kind: str) -> dict[str, Any]:
    base = re.match(r"[a-z]+", kind.lower())
    return {
        "@type": "cr:Field",
        "@id": f"rows/{quote(name)}",
        "name": name,
        "description": f"Column {name} of examples.parquet.",
        "dataType": TYPES.get(base[0] if base else "", "sc:Text"),
        "source": {"fileObject": {"@id": "examples"}, "extract": {"column": name}},
    }
