"""What goes wrong in one build, in the words of whoever has to mend it. Each fault names what kustomize would do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize.entries import is_inline, looks_remote, relative
from gitops_lint.builders.kustomize.krm import what_is_missing
from gitops_lint.location import Location
from gitops_lint.model import Meant, Opaque, Place, Problem, dig
from gitops_lint.paths import join

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitops_lint.builders.kustomize.fieldspec import FieldFault, FieldSpec
    from gitops_lint.builders.kustomize.layer import Entry, Layer, Malformed
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.builders.kustomize.traced import Unpatchable
    from gitops_lint.document import Document
    from gitops_lint.location import Route
    from gitops_lint.model import Build, Data, Ref, Spot
    from gitops_lint.repo import Recorder

MAX_SIZE = 50_000
"""Kustomizations and objects that one build may take in, each as often as it is listed: two entries that name one
directory, some dozens of times inside each other, would be built for ever."""
MAX_PROBLEMS = 1_000
"""The faults of one build that are told."""

KUSTOMIZE_VERSION = "write apiVersion: kustomize.config.k8s.io/v1beta1"

LABELS = {
    "several-kustomization-files": "one too many",
    "several-documents": "not read",
    "patch-fails": "this patch",
    "duplicate-object": "again",
    "cycle": "back to what is being built",
    "no-kustomization-file": "no kustomization there",
    "file-outside-root": "outside",
    "not-an-object": "no object",
    "generator-without-base": "which one below?",
    "generator-fails": "not in a generator",
    "too-large": "too much",
    "ambiguous-reference": "which one?",
    "replacement-fails": "this replacement",
    "external-plugin": "never run here",
    "chart-not-enabled": "not inflated",
    "variable-fails": "this variable",
    "field-fails": "in the way",
    "namespace-conflict": "one too many",
    "malformed-field": "not what kustomize takes",
    "conflicting-fieldspecs": "contradicts another",
    "no-workload": "no workload of that name",
    "unknown-field": "no such field",
    "ignored-field": "dropped by Flux",
    "flux-field": "Flux's, not kustomize's",
    "wrong-kind": "not this one",
    "empty-kustomization": "nothing in it",
    "component-misused": "not listed here",
    "refused-text": "cannot be written",
}
"""The cases in which a build fails, and what stands beside the place."""


class Faults:
    """The faults of one build so far, and whether all of its objects are known."""

    def __init__(self, build: Build, reader: Recorder) -> None:
        self._build = build
        self._reader = reader
        self._size = 0
        self._told: set[tuple[Location, str]] = set()
        self.complete = True
        """False with remote bases and plugins: a patch may find there what we do not see."""

    def takes(self, spot: Spot) -> bool:
        """Whether the build has room for one more; if not, that is said once."""
        self._size += 1
        if self._size == MAX_SIZE + 1:
            message = f"this build takes in more than {MAX_SIZE:,} kustomizations and objects"
            self.refuse("too-large", message, spot, "split it: what is beyond is not looked at")
        return self._size <= MAX_SIZE

    def unknown(self, entry: Entry, reason: str) -> None:
        """Something that cannot be looked into."""
        self.complete = False
        self._build.opaque.append(Opaque(entry.place, reason))

    def chose(self, place: Place, *, any_object: bool) -> None:
        """Note whether an entry that chooses objects met one; it may meet one among those that are not known."""
        met = self._build.met
        met[place] = met.get(place, False) or any_object or not self.complete

    def missing(self, layer: Layer, entry: Entry, value: str, *, wants_directory: bool = False) -> None:
        """An entry names what is not there, or not what it must be."""
        path = join(layer.directory, value)
        if path is not None and (reason := self._reader.unkept(path)):
            self._unkept(entry, value, reason)
            return
        if path is not None and (reason := self._reader.left_out(path)):
            self.unknown(entry, f"{path}: {reason}")
            return
        exists = path is not None and (self._reader.is_file(path) or self._reader.is_directory(path))
        withheld = self._reader.withheld(path) if path is not None and not exists else None
        nearest = self._nearest(path, layer, entry) if path is not None and not exists and withheld is None else None
        if path is None:
            fault, advice = "lies outside of the repository", "name a path inside of it"
        elif withheld is not None:
            fault, advice = f"is not in the artifact: {withheld}", "take it in there, or take the entry out"
        elif exists:
            fault = "is a file, not a directory" if wants_directory else "is a directory, not a file"
            advice = "list it in resources" if wants_directory else "name the file in it"
        elif nearest is not None:
            fault, advice = "does not exist", f"did you mean {relative(nearest, layer.directory)}?"
        elif looks_remote(value):
            fault, advice = "does not exist", "a remote base begins with https://, ssh://, github.com/ or git@"
        else:
            fault, advice = "does not exist", "commit it, or take the entry out"
        message = f"{entry.place.path} names {value} in {entry.field}, but it {fault}"
        label = f"there is no {path}" if path is not None and not exists and withheld is None else fault
        cuts = (nearest,) if nearest else ()
        meant = None
        is_elsewhere = "/" in value  # a plain name means this directory, whatever stands in others
        if nearest and path and is_elsewhere and nearest.rpartition("/")[2] == path.rpartition("/")[2]:
            right = relative(nearest, layer.directory)
            meant = Meant(value, right, f"write {right}")
        problem = Problem("missing-kustomize-entry", message, entry.place, label=label, help=advice, cuts=cuts)
        self._note(replace(problem, meant=meant))

    def _unkept(self, entry: Entry, value: str, reason: str) -> None:
        """An entry names what lies on this disk and in no clone: the cluster's is one."""
        message = f"{entry.place.path} names {value} in {entry.field}, but {reason}: it is missing in every clone"
        advice = "commit it, if everybody may read it, or take the entry out"
        label = "here on this disk only"
        self._note(Problem("missing-kustomize-entry", message, entry.place, label=label, help=advice))

    def _nearest(self, path: str, layer: Layer, entry: Entry) -> str | None:
        """What may be meant; never what is listed as well."""
        listed = (join(layer.directory, one.value) for one in layer.entries(entry.field) if isinstance(one.value, str))
        return None if self._is_full else self._reader.nearest(path, frozenset(filter(None, listed)) - {path})

    def several_files(self, directory: str, files: list[str]) -> None:
        """More than one kustomization file in a directory."""
        names = " and ".join(path.rpartition("/")[2] for path in files)
        message = f"{directory or '.'} holds {names}, of which kustomize allows one"
        self.refuse("several-kustomization-files", message, Location(files[1]), "keep one of them")

    def kustomization_outside(self, path: str) -> None:
        """A kustomization file behind a link that the load restriction does not let through."""
        message = f"{path} is a link out of its directory, where kustomize looks for no kustomization"
        self.refuse("file-outside-root", message, Location(path), "put a file in the place of the link")

    def several_documents(self, document: Document) -> None:
        """A kustomization behind another one in the same file; no failure, but it has no effect."""
        message = f"kustomize drops all but the first document of {document.path}, without a word"
        advice = "make one kustomization of them; a manifest goes to a file of its own, listed in resources"
        self.refuse("several-documents", message, Place(document, ()), advice)

    def empty_kustomization(self, spot: Spot) -> None:
        """A kustomization without any field; the one that Flux starts from may be empty."""
        message = f"{spot.path} is empty, and kustomize refuses an empty kustomization"
        advice = "list what it is for, delete it, or write resources: [] if nothing is meant"
        self.refuse("empty-kustomization", message, spot, advice)

    def kustomization_of_flux(self, document: Document, fields: Sequence[str]) -> None:
        """A Flux Kustomization where kustomize looks for its own; ``fields`` of kustomize's tell that it is meant."""
        if fields:
            message = f"{document.path} calls itself a Flux Kustomization, but {fields[0]} is a field of kustomize's"
            self.refuse("flux-field", message, Place(document, ("apiVersion",)), KUSTOMIZE_VERSION)
        else:
            message = f"{document.path} is read by kustomize, but it holds a Flux Kustomization"
            advice = "give the file another name: kustomize takes this one for a kustomization of its own"
            self.refuse("flux-field", message, Place(document, ()), advice)

    def component_misused(self, entry: Entry, directory: str, *, is_component: bool) -> None:
        """A component among the resources, or a kustomization among the components."""
        what, where = ("component", "components") if is_component else ("kustomization", "resources")
        message = f"{entry.place.path} lists {directory or '.'} in {entry.field}, but it is a {what}"
        self.refuse("component-misused", message, entry.place, f"list it in {where}")

    def names_nothing(self, entry: Entry) -> None:
        """An entry that is empty."""
        message = f"{entry.place.path} has an empty entry in {entry.field}"
        self.refuse("malformed-field", message, entry.place, "name a file or directory, or take the entry out")

    def no_object(self, place: Place, data: Data, advice: str) -> None:
        """What is listed as a resource, where it is none."""
        reason = what_is_missing(data)
        if reason is not None:
            if dig(data, ("kind",)) == "Kustomization":
                advice = "list its directory, not the file"
            message = f"{place.path} is read as a Kubernetes object, but {reason}"
            self.refuse("not-an-object", message, place, advice)

    def refused_text(self, document: Document, whole: Place | None = None) -> None:
        """A document that the API server would take and a build does not; ``whole`` stands for one inside a text."""
        for fault in document.refusals:
            spot: Spot = whole or Location(document.path, fault.span)
            told = (spot.location, fault.message)
            if told not in self._told:
                self._told.add(told)
                message = f"kustomize cannot write what it reads in {document.path}: {fault.message}"
                self.refuse("refused-text", message, spot, fault.help or "write it in another way")

    def cycle(self, entry: Entry, directory: str) -> None:
        """An entry that leads back to what is being built, or to something around it."""
        message = f"{entry.place.path} closes a cycle: {directory or '.'} is being built, and this is a part of it"
        self.refuse("cycle", message, entry.place, "list what is needed of it, not the whole")

    def no_kustomization(self, entry: Entry, directory: str) -> None:
        """A directory that kustomize cannot build."""
        message = f"{entry.place.path} lists the directory {directory or '.'}, which has no kustomization file"
        self.refuse("no-kustomization-file", message, entry.place, "add one there, or list its files one by one")

    def outside(self, entry: Entry, path: str) -> None:
        """A file that the load restriction keeps out."""
        message = f"{entry.place.path} loads {path} from outside of its own directory, which kustomize forbids"
        advice = "give the directory of that file a kustomization and list that, or copy the file here"
        self.refuse("file-outside-root", message, entry.place, advice)

    def twin(self, layer: Layer, first: Resource, second: Resource) -> None:
        """Two objects of one identity: where the second is written, or the entry that brings the same one again."""
        if self._is_full:
            return
        origins = first.places.locate(()), second.places.locate(())
        if origins[0] == origins[1]:
            hops = second.via.walk() if second.via else ()
            spot = next((hop.place for hop in hops if hop.place.path == layer.path), origins[1])
            message = f"{second.ref} is brought in twice: {origins[1].path} is listed by more than one way"
            self.refuse("duplicate-object", message, spot, "take one of the two entries out")
        else:
            spot = second.places.locate(("metadata", "name"))
            message = f"{second.ref} stands twice in one build; the other one is at {origins[0].location}"
            advice = "rename one of them; a change to an object that is there belongs into patches"
            self.refuse("duplicate-object", message, spot, advice)

    def patch(self, entry: Entry, reason: str, place: Place, advice: str) -> None:
        """A patch that kustomize cannot read or apply."""
        path = entry.value.get("path") if isinstance(entry.value, dict) else entry.value
        what = f"the patch {path}" if isinstance(path, str) and path and not is_inline(path) else "a patch"
        message = f"{what} in {entry.place.path} cannot be applied: {reason}"
        self.refuse("patch-fails", message, place, advice)

    def field(self, entry: Entry, fault: FieldFault) -> None:
        """A field that a transformer cannot walk to or change."""
        message = f"{entry.field} in {entry.place.path} cannot be applied: {fault.message}"
        self.refuse("field-fails", message, fault.place, "mend the object, or the path of the fieldspec")

    def malformed(self, error: Malformed) -> None:
        """A value that kustomize cannot decode: it refuses the whole file."""
        message = f"kustomize cannot read {error.place.path}: {error.message}"
        self.refuse("malformed-field", message, error.place, "mend it: one such value fails every build that reads it")

    def conflicting(self, specs: Sequence[FieldSpec], spot: Spot) -> None:
        """Fieldspecs that say of one field both that it is created and that it is not."""
        message = f"two fieldspecs for {specs[0].path} contradict each other: one creates the field, one does not"
        self.refuse("conflicting-fieldspecs", message, spot, "give both the same create, or drop one")

    def no_workload(self, entry: Entry, name: str, kinds: Iterable[str]) -> None:
        """A replica count for what is not there."""
        workload = " or ".join(kind or "object" for kind in kinds)
        message = f"replicas in {entry.place.path} name {name!r}, and this build has no {workload} of that name"
        self.refuse("no-workload", message, entry.place, "name a workload of this build, or take the entry out")

    def reference(self, resource: Resource, fault: FieldFault) -> None:
        """A name in an object of which nobody can tell which object it means."""
        message = f"{resource.ref} names an object that got another name, and {fault.message}"
        self.refuse("ambiguous-reference", message, fault.place, "give the objects different names")

    def referrer(self, resource: Resource, fault: FieldFault) -> None:
        """A field of an object in which other objects are named, and which holds no names."""
        message = f"{resource.ref} cannot be searched for names of other objects: {fault.message}"
        self.refuse("field-fails", message, fault.place, "mend this field")

    def generator(self, message: str, place: Place) -> None:
        """Something inside of a generator that cannot be."""
        self.refuse("generator-fails", message, place, "mend this entry of the generator")

    def without_base(self, entry: Entry, ref: Ref, behavior: str) -> None:
        """A generator that is to change what is not there."""
        message = f"{ref} is to {behavior} one below it, and there is none"
        self.refuse("generator-without-base", message, entry.place, "create it below, or drop the behavior")

    def taken(self, entry: Entry, ref: Ref, former: Resource) -> None:
        """A generator that makes an object under a name that another one had before a layer renamed or moved it."""
        message = f"{ref} is made under a name that {former.ref} had before, and kustomize takes the two for one"
        advice = "name it otherwise, or give it the behavior merge or replace"
        self.refuse("duplicate-object", message, entry.place, advice)

    def several_bases(self, entry: Entry, ref: Ref, behavior: str, matches: Sequence[Resource]) -> None:
        """A generator that may change any of several objects."""
        listed = ", ".join(str(match.ref) for match in matches)
        message = f"{ref} is to {behavior} one below it, and may mean any of {listed}"
        self.refuse("generator-without-base", message, entry.place, "give it the namespace of the one that is meant")

    def replacement(self, entry: Entry, error: Unpatchable) -> None:
        """A replacement without a source, or with a target that it cannot set."""
        message = f"a replacement in {entry.place.path} cannot be made: {error.message}"
        place = Place(entry.place.document, (*entry.place.route, *error.route))
        self.refuse("replacement-fails", message, place, "mend the replacement, or take it out")

    def kustomization(self, layer: Layer, route: Route, reason: str) -> None:
        """A field of a kustomization that cannot be as it is."""
        spot: Spot = Place(layer.document, route) if layer.document else Location(layer.path)
        self.refuse("malformed-field", f"{layer.path}: {reason}", spot, "mend this field")

    def validator(self, entry: Entry, ref: Ref) -> None:
        """A plugin that may look at the objects only, and changes them."""
        message = f"{ref.kind} {ref.name} is a validator, and it changes objects, which kustomize refuses"
        self.refuse("external-plugin", message, entry.place, "list it in transformers")

    def plugin(self, entry: Entry, ref: Ref, *, is_builtin: bool, is_known: bool = False) -> None:
        """A plugin that is a program, or of a built-in kind that is not reproduced here: anything may come of it."""
        self.unknown(entry, f"what the plugin {ref.kind} does")
        if is_builtin and not is_known:
            message = f"kustomize has no built-in plugin of the kind {ref.kind} for {entry.field}"
            self.refuse("external-plugin", message, entry.place, "mend its kind, or move it to the list that it is for")
        elif not is_builtin:
            message = f"{ref.kind} {ref.name} is a plugin of its own, and kustomize runs no such program by itself"
            advice = "replace it by fields of the kustomization; neither Flux nor Argo CD runs it without being told to"
            self.refuse("external-plugin", message, entry.place, advice)

    def chart(self, entry: Entry) -> None:
        """A chart in a kustomization, where nobody may inflate it."""
        message = f"{entry.place.path} inflates a Helm chart, and this build may not: it has no --enable-helm"
        advice = "Flux: write a HelmRelease; Argo CD: set kustomize.buildOptions to --enable-helm"
        self.refuse("chart-not-enabled", message, entry.place, advice)

    def variable(self, entry: Entry, fault: str) -> None:
        """A variable of ``vars`` that has no value, or more than one."""
        self.refuse("variable-fails", fault, entry.place, "mend its objref, or use replacements")

    def namespace_conflict(self, entry: Entry, resource: Resource) -> None:
        """Two objects that the namespace transformer makes one of."""
        message = f"the namespace {entry.value} makes two of one object: {resource.ref} stands in this build already"
        advice = "put them into kustomizations of their own, or rename one of them"
        self.refuse("namespace-conflict", message, entry.place, advice)

    def refuse(self, case: str, message: str, spot: Spot, advice: str) -> None:
        """Note that kustomize would refuse to go on here."""
        self._note(Problem("kustomize-build-fails", message, spot, case=case, label=LABELS[case], help=advice))

    def _note(self, problem: Problem) -> None:
        if not self._is_full or problem.case == "too-large":
            self._build.problems.append(problem)

    @property
    def _is_full(self) -> bool:
        return len(self._build.problems) >= MAX_PROBLEMS
