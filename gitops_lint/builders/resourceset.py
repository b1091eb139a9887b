"""ResourceSets of flux-operator: the objects that their templates make of each set of inputs.

flux-operator, docs/api/v1/resourceset.md. An object of ``resources`` is filled in as the YAML that it is written as, so
that ``<< inputs.replicas >>`` becomes a number; ``resourcesTemplate`` is one text of many objects. An object that
several inputs make is applied once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.kustomize.traced import Traced
from gitops_lint.builders.template import Template, Unsupported, as_json
from gitops_lint.document import read
from gitops_lint.identity import identify, objects
from gitops_lint.location import describe
from gitops_lint.marshalled import Malformed, rewritten, rewritten_key
from gitops_lint.model import Build, Built, Opaque, Places, dig
from gitops_lint.shape import list_at, mapping_at, mappings_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitops_lint.location import Route
    from gitops_lint.model import Data, Manifest, Ref, Subject

SWITCH = "fluxcd.controlplane.io/reconcile"
"""The annotation by which an object is left out of the set: its value may be a template."""
LEFT, RIGHT = "<<", ">>"
MAX_OBJECTS = 5_000
"""How many objects one set makes, those that several inputs make counted each time."""
MAX_RENDERED = 4_000_000
"""Values and characters that all objects of one set may consist of."""

Inputs = dict[str, "Data"]


class _TooLarge(Exception):
    """What was made is larger than anything that a person has written."""


class _Unclear(NamedTuple):
    """A template that cannot be filled in here: where, and why."""

    route: Route
    reason: str


def build(subject: Subject) -> Build:
    """What a ResourceSet applies, as far as its own inputs tell; what is made of other inputs is opaque."""
    return _Set(subject).build()


def templates(data: Data) -> Iterator[tuple[Route, Data]]:
    """The templates of a ResourceSet with their routes: those of the set itself, and those of its steps."""
    for top in ((), *(("steps", index) for index in range(len(list_at(data, ("spec", "steps")))))):
        route: Route = ("spec", *top)
        for index, template in enumerate(list_at(data, (*route, "resources"))):
            yield (*route, "resources", index), template
        if text_at(data, (*route, "resourcesTemplate")):
            yield (*route, "resourcesTemplate"), text_at(data, (*route, "resourcesTemplate"))


class _Set:
    """One ResourceSet, and what has been made of it so far."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.data = subject.data
        self.made: dict[Ref, Built] = {}
        self.opaque: dict[_Unclear, None] = {}
        self.count = 0
        self.left = MAX_RENDERED
        self.compiled: dict[str, Template] = {}

    def build(self) -> Build:
        inputs = self._inputs()
        try:
            for route, template in templates(self.data) if inputs else ():
                for one in inputs:
                    self._fill(route, template, one)
        except _TooLarge:
            self.opaque[_Unclear(("spec",), "what its templates make is too large")] = None
        opaque = [
            Opaque(self.subject.locate(unclear.route), f"{self.subject.ref}: {unclear.reason}")
            for unclear in self.opaque
        ]
        return Build([self._with_common_metadata(built) for built in self.made.values()], opaque=opaque)

    def _inputs(self) -> Sequence[Inputs]:
        """The sets of inputs that stand in the set itself; an empty one where it is to do without any."""
        elsewhere = list_at(self.data, ("spec", "inputsFrom"))
        if elsewhere:
            self.opaque[_Unclear(("spec", "inputsFrom"), "it takes inputs that a provider gives")] = None
        if dig(self.data, ("spec", "inputStrategy", "name")) == "Permute":
            self.opaque[_Unclear(("spec", "inputStrategy"), "it combines its inputs")] = None
            return ()
        ref = self.subject.ref
        provider = {"kind": ref.kind, "name": ref.name, "namespace": ref.namespace}
        provider["apiVersion"] = text_at(self.data, ("apiVersion",))
        own = [as_json({**entry, "provider": provider}) for entry in mappings_at(self.data, ("spec", "inputs"))]
        return own or ([] if elsewhere else [{}])

    def _fill(self, route: Route, template: Data, inputs: Inputs) -> None:
        """Make the objects of one template and one set of inputs. Raises _TooLarge."""
        try:
            if isinstance(template, str):
                self._take_text(route, self._render(template, inputs))
            else:
                self._take(route, self._filled(_at(self.subject, route), inputs))
        except (Unsupported, Malformed) as error:
            self.opaque[_Unclear(route, f"{describe(route)} cannot be filled in here: {error}")] = None

    def _take(self, route: Route, traced: Traced) -> None:
        ref = identify(traced.data)
        if ref is None:
            self.opaque[_Unclear(route, f"{describe(route)} makes what is no object")] = None
        else:
            self._keep(ref, traced)

    def _take_text(self, route: Route, text: str) -> None:
        file = read("", text.encode("utf-8", "surrogatepass"))
        if file.faults:
            raise Malformed("it makes no YAML")
        found: list[Manifest] = [one for document in file.documents for one in objects(document, document.data)]
        for manifest in found:
            self._keep(manifest.ref, Traced(manifest.data, Places(self.subject.locate(route))))

    def _keep(self, ref: Ref, traced: Traced) -> None:
        self.count += 1
        if self.count > MAX_OBJECTS:
            raise _TooLarge
        if dig(traced.data, ("metadata", "annotations", SWITCH)) != "disabled":
            self.made.setdefault(ref, Built(ref, traced.data, traced.places))

    # -- filling in --------------------------------------------------------------------------------------------

    def _filled(self, traced: Traced, inputs: Inputs, *, element: bool = False) -> Traced:
        """A value with its templates filled in. Raises Unsupported, Malformed and _TooLarge."""
        self._spend(1)
        data = traced.data
        if isinstance(data, str):
            if LEFT not in data:
                return traced
            value = rewritten(data, lambda text: self._render(text, inputs), element=element)
            return Traced(value, Places(traced.place))
        if isinstance(data, dict):
            return traced.with_fields(self._changed(traced, inputs))
        if isinstance(data, list):
            return traced.with_elements([self._filled(one, inputs, element=True) for one in traced.elements()])
        return traced

    def _changed(self, traced: Traced, inputs: Inputs) -> Mapping[str, Traced | None]:
        changed: dict[str, Traced | None] = {}
        for key in traced.data:
            filled = self._filled(traced.child(key), inputs)
            if LEFT in key:
                changed[key] = None
                changed[rewritten_key(key, lambda text: self._render(text, inputs))] = filled
            elif filled.data is not traced.data[key]:
                changed[key] = filled
        return changed

    def _render(self, text: str, inputs: Inputs) -> str:
        """A template filled in; an input that is not there is an error (``missingkey=error``)."""
        if text not in self.compiled:
            self.compiled[text] = Template(text, left=LEFT, right=RIGHT, strict=True, root="inputs")
        self._spend(len(text))
        rendered = self.compiled[text].render(inputs, self._spend)
        self._spend(len(rendered))
        return rendered

    def _spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise _TooLarge

    # -- common metadata ---------------------------------------------------------------------------------------

    def _with_common_metadata(self, built: Built) -> Built:
        """The object with the labels and annotations that the set gives to all that it makes."""
        traced = Traced(built.data, built.places)
        for field in ("labels", "annotations"):
            route: Route = ("spec", "commonMetadata", field)
            common = mapping_at(self.data, route)
            if common:
                metadata = traced.child("metadata")
                place = Places(self.subject.locate(route))
                old = metadata.field(field)
                base = old if old is not None and isinstance(old.data, dict) else Traced({}, place)
                added = {key: _at(self.subject, (*route, key)) for key in common}
                traced = traced.with_child("metadata", metadata.with_fields({field: base.with_fields(added)}))
        return Built(built.ref, traced.data, traced.places)


def _at(subject: Subject, route: Route) -> Traced:
    """The value at a route that exists, with the places of what is in it."""
    traced = Traced(subject.data, subject.places if isinstance(subject, Built) else Places(subject.locate(())))
    for step in route:
        traced = traced.child(step)
    return traced
