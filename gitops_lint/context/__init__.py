"""Everything that a check imports: ``check``, ``Context`` and ``Hit``, and the words that it asks in."""

from gitops_lint import credentials
from gitops_lint.builders.kustomize import FILE_NAMES as KUSTOMIZATION_FILES
from gitops_lint.builders.kustomize import packed_files
from gitops_lint.builders.substitution import is_resolved
from gitops_lint.config import FILE_NAMES
from gitops_lint.context.hit import Hit, Policy
from gitops_lint.context.meant import ELSEWHERE, Meant, meant_by, written_of
from gitops_lint.context.seen import CHECKS, Context, check, is_namespaced, order_to
from gitops_lint.controllers import PRUNE, is_spared, is_suspended, leaves_alone
from gitops_lint.controllers.appsource import PINNED, sources
from gitops_lint.controllers.argocd import is_cluster_scoped
from gitops_lint.controllers.bootstrap import bootstraps, cluster_name, home_of, taken_from
from gitops_lint.document import Fault, File, read
from gitops_lint.environment import Environment, Environments, Overlay, has_word, reads_of, value_files_of, without_word
from gitops_lint.expression import ExpressionError as Unanswered
from gitops_lint.facts import assessed, charts, conventional
from gitops_lint.facts.appproject import (
    fits,
    is_literal,
    may_permit_destination,
    names_kind,
    permits_everything,
    permits_kind,
    permits_namespace,
    permits_source,
)
from gitops_lint.facts.podsecurity import violations
from gitops_lint.facts.references import references_of, storage_classes_of
from gitops_lint.facts.routing import Claim, claims_of, meet
from gitops_lint.facts.syncpolicy import AUTOMATED, is_automated, is_rolling, keeps_applications, prunes
from gitops_lint.facts.versions import Pinned, is_newer, tag_of, versions_of
from gitops_lint.finding import Confidence
from gitops_lint.fix import Change, Fix, Move, Put, Remove, Reword, Write, annotation
from gitops_lint.glob import crossing, glob, head
from gitops_lint.graph import Miss, Need, Ownership
from gitops_lint.history import Commit, FileChange
from gitops_lint.identity import is_built_in, normalise_url, objects
from gitops_lint.installation import Config
from gitops_lint.location import Location, Route, Span, describe
from gitops_lint.matrix import Clause, Component, Match, Traits
from gitops_lint.model import (
    OPAQUE,
    RELEASE,
    REMOTE_BASE,
    Build,
    Built,
    Controller,
    Data,
    Hop,
    Manifest,
    Node,
    Place,
    Problem,
    Reach,
    Reconciler,
    Ref,
    Spot,
    Subject,
    dig,
)
from gitops_lint.nearest import closest, did_you_mean, is_slip
from gitops_lint.paths import join, normalise, upwards
from gitops_lint.precedence import is_dry_run_skipped, waits_for_its_own, wave
from gitops_lint.providers import Provider, Providers, sets_namespace
from gitops_lint.refusal import readers, refuses
from gitops_lint.repo import MANIFEST_SUFFIXES as MANIFESTS
from gitops_lint.repo import looks_like_template
from gitops_lint.shape import list_at, mapping_at, mappings_at, text_at, words
from gitops_lint.snippet import MASK
from gitops_lint.texts.commands import Command, Word, value_of
from gitops_lint.texts.invocations import Call, Install, Thing, Work, argocd, helm, kubectl
from gitops_lint.texts.markdown import Markdown, Piece, Table
from gitops_lint.texts.scripts import Script, bases_of, commands_in
from gitops_lint.traits import POD_SPECS, containers_of, needed_by, traits_of
from gitops_lint.visibility import Shadow, homes_of_flux, may_be_hidden, shadow_beside, shadow_of
from gitops_lint.walk import Applied

__all__ = [
    "AUTOMATED",
    "CHECKS",
    "ELSEWHERE",
    "FILE_NAMES",
    "KUSTOMIZATION_FILES",
    "MANIFESTS",
    "MASK",
    "OPAQUE",
    "PINNED",
    "POD_SPECS",
    "PRUNE",
    "RELEASE",
    "REMOTE_BASE",
    "Applied",
    "Build",
    "Built",
    "Call",
    "Change",
    "Claim",
    "Clause",
    "Command",
    "Commit",
    "Component",
    "Confidence",
    "Config",
    "Context",
    "Controller",
    "Data",
    "Environment",
    "Environments",
    "Fault",
    "File",
    "FileChange",
    "Fix",
    "Hit",
    "Hop",
    "Install",
    "Location",
    "Manifest",
    "Markdown",
    "Match",
    "Meant",
    "Miss",
    "Move",
    "Need",
    "Node",
    "Overlay",
    "Ownership",
    "Piece",
    "Pinned",
    "Place",
    "Policy",
    "Problem",
    "Provider",
    "Providers",
    "Put",
    "Reach",
    "Reconciler",
    "Ref",
    "Remove",
    "Reword",
    "Route",
    "Script",
    "Shadow",
    "Span",
    "Spot",
    "Subject",
    "Table",
    "Thing",
    "Traits",
    "Unanswered",
    "Word",
    "Work",
    "Write",
    "annotation",
    "argocd",
    "assessed",
    "bases_of",
    "bootstraps",
    "charts",
    "check",
    "claims_of",
    "closest",
    "cluster_name",
    "commands_in",
    "containers_of",
    "conventional",
    "credentials",
    "crossing",
    "describe",
    "did_you_mean",
    "dig",
    "fits",
    "glob",
    "has_word",
    "head",
    "helm",
    "home_of",
    "homes_of_flux",
    "is_automated",
    "is_built_in",
    "is_cluster_scoped",
    "is_dry_run_skipped",
    "is_literal",
    "is_namespaced",
    "is_newer",
    "is_resolved",
    "is_rolling",
    "is_slip",
    "is_spared",
    "is_suspended",
    "join",
    "keeps_applications",
    "kubectl",
    "leaves_alone",
    "list_at",
    "looks_like_template",
    "mapping_at",
    "mappings_at",
    "may_be_hidden",
    "may_permit_destination",
    "meant_by",
    "meet",
    "names_kind",
    "needed_by",
    "normalise",
    "normalise_url",
    "objects",
    "order_to",
    "packed_files",
    "permits_everything",
    "permits_kind",
    "permits_namespace",
    "permits_source",
    "prunes",
    "read",
    "readers",
    "reads_of",
    "references_of",
    "refuses",
    "sets_namespace",
    "shadow_beside",
    "shadow_of",
    "sources",
    "storage_classes_of",
    "tag_of",
    "taken_from",
    "text_at",
    "traits_of",
    "upwards",
    "value_files_of",
    "value_of",
    "versions_of",
    "violations",
    "waits_for_its_own",
    "wave",
    "without_word",
    "words",
    "written_of",  # all that a check imports
]
