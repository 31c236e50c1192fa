"""All measures, in the order of the pages. A new one is a new file and a line here."""

from registry.ecosystem.definitions import Measure
from registry.ecosystem.measures import (
    attributes,
    claims,
    documents,
    formats,
    lineage,
    names,
    overstatement,
    owners,
    reach,
)

MODULES = (
    overstatement,
    claims,
    attributes,
    documents,
    owners,
    reach,
    lineage,
    names,
    formats,
)
MEASURES: dict[str, Measure] = {
    measure.id: measure for module in MODULES for measure in module.MEASURES
}
