"""The kinds of custom resources whose health Argo CD can tell by itself, and some that it cannot.

argo-cd, resource_customizations/ (a directory a group, with a health.lua a kind) and gitops-engine, pkg/health. Where
a version has come to know a kind, it counts as known: nobody is told to write a check that exists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitops_lint.model import Ref

_BUILT_IN = frozenset(
    {"admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "apps", "autoscaling", "batch"}
    | {"certificates.k8s.io", "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "extensions"}
    | {"flowcontrol.apiserver.k8s.io", "networking.k8s.io", "node.k8s.io", "policy", "rbac.authorization.k8s.io"}
    | {"scheduling.k8s.io", "storage.k8s.io"}
)
"""The groups of Kubernetes itself, whose objects Argo CD knows or need no check."""

_GROUPS = (
    *("acid.zalan.do", "actions.github.com", "addons.cluster.x-k8s.io", "apps.3scale.net", "apps.kruise.io"),
    *("apps.open-cluster-management.io", "apps.openshift.io", "argoproj.io", "bitnami.com", "camel.apache.org"),
    *("capabilities.3scale.net", "cdi.kubevirt.io", "ceph.rook.io", "cert-manager.io", "certmanager.k8s.io"),
    *("clickhouse.altinity.com", "cluster.open-cluster-management.io", "cluster.x-k8s.io", "core.humio.com"),
    *("core.spinkube.dev", "databases.spotahome.com", "datadoghq.com", "db.atlasgo.io", "druid.apache.org"),
    *("eventing.knative.dev", "external-secrets.io", "flagger.app", "flink.apache.org", "fluxcd.controlplane.io"),
    *("gateway.networking.k8s.io", "gateway.solo.io", "getambassador.io", "grafana.integreatly.org"),
    *("hive.openshift.io", "image.openshift.io", "infra.contrib.fluxcd.io", "install.istio.io", "jaegertracing.io"),
    *("jobset.x-k8s.io", "k8s.keycloak.org", "k8s.mariadb.com", "kafka.strimzi.io", "karpenter.k8s.aws"),
    *("karpenter.sh", "keda.sh", "keycloak.org", "kubeflow.org", "kubevirt.io", "kueue.x-k8s.io", "kyverno.io"),
    *("longhorn.io", "machine.openshift.io", "messaging.knative.dev", "minio.min.io", "monitoring.coreos.com"),
    *("networking.istio.io", "numaflow.numaproj.io", "numaplane.numaproj.io", "opentelemetry.io"),
    *("operator.cluster.x-k8s.io", "operator.knative.dev", "operators.coreos.com", "platform.confluent.io"),
    *("policy.karmada.io", "policy.open-cluster-management.io", "postgres-operator.crunchydata.com"),
    *("postgresql.cnpg.io", "projectcontour.io", "promoter.argoproj.io", "psmdb.percona.com", "pxc.percona.com"),
    *("rabbitmq.com", "ray.io", "rollouts.kruise.io", "route.openshift.io", "secrets.hashicorp.com"),
    *("serving.knative.dev", "serving.kserve.io", "snapshot.storage.k8s.io", "sparkoperator.k8s.io", "tekton.dev"),
    *("temporal.io", "trust.cert-manager.io", "velero.io", "work.karmada.io"),
)
"""Groups that have checks for the kinds that need one."""
_FAMILIES = (
    *(".azure.com", ".cnrm.cloud.google.com", ".crossplane.io", ".k8s.elastic.co", ".services.k8s.aws"),
    *(".toolkit.fluxcd.io", ".upbound.io"),
)
"""How the groups end for which one check serves all kinds."""

_SLOW = frozenset(
    {
        "couchbase.com/CouchbaseCluster",
        "hazelcast.com/Hazelcast",
        "infinispan.org/Infinispan",
        "moco.cybozu.com/MySQLCluster",
        "mongodbcommunity.mongodb.com/MongoDBCommunity",
        "mysql.oracle.com/InnoDBCluster",
        "opensearch.opster.io/OpenSearchCluster",
        "planetscale.com/VitessCluster",
        "redis.redis.opstreelabs.in/Redis",
        "redis.redis.opstreelabs.in/RedisCluster",
        "redis.redis.opstreelabs.in/RedisReplication",
        "scylla.scylladb.com/ScyllaCluster",
        "solr.apache.org/SolrCloud",
        "volsync.backube/ReplicationDestination",
        "zookeeper.pravega.io/ZookeeperCluster",
    }
)
"""Databases and their like, which are there long before they work, and which Argo CD has no check for."""


def is_known(ref: Ref) -> bool:
    """Whether Argo CD can tell the health of a kind, or it needs no check."""
    return ref.group in _BUILT_IN or ref.group in _GROUPS or ref.group.endswith(_FAMILIES)


def takes_time(ref: Ref) -> bool:
    """Whether a kind is known to be there long before it works."""
    return f"{ref.group}/{ref.kind}" in _SLOW
