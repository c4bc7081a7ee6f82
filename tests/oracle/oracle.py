#!/usr/bin/env python3
"""An independent reading of sixteen checks over `kubectl get KINDS -A -o json` on stdin.

Prints {check: [[kind, namespace or null, name], ...]}: the resources that have a finding. Written from the rules, and not
from the program's source: see README.md. Standard library only.
"""

import json
import sys

SHIPPED_NAMES = {"admin", "edit", "view", "cluster-admin"}
KUBEADM_BINDINGS = {
    "kubeadm:get-nodes",
    "kubeadm:kubelet-bootstrap",
    "kubeadm:node-autoapprove-bootstrap",
    "kubeadm:node-autoapprove-certificate-rotation",
    "kubeadm:node-proxier",
    "kubeadm:cluster-admins",
}
RBAC = "rbac.authorization.k8s.io"
CLUSTER_SCOPED = {"nodes", "clusterroles"}  # of the resources that the RBAC checks ask for
TEMPLATES = {"Deployment", "StatefulSet", "DaemonSet", "ReplicationController", "ReplicaSet", "Job"}


# ---- objects ----


def meta(obj):
    return obj.get("metadata") or {}


def key(obj):
    return (obj["kind"], meta(obj).get("namespace"), meta(obj)["name"])


def spec_of(obj):
    return obj.get("spec") or {}


def controller(obj):
    for reference in meta(obj).get("ownerReferences") or []:
        if reference.get("controller"):
            return reference
    return None


# ---- workloads: every pod spec under the key of its top owner ----


def is_mirror(pod):
    return "kubernetes.io/config.mirror" in (meta(pod).get("annotations") or {})


def top_owner(pod, by_key):
    """Follows controllers upwards through what only stands between: ReplicaSets and Jobs."""
    if is_mirror(pod):
        return key(pod)
    at = pod
    while True:
        reference = controller(at)
        if reference is None:
            return key(at)
        above = (reference["kind"], meta(pod).get("namespace"), reference["name"])
        if reference["kind"] not in ("ReplicaSet", "Job") or above not in by_key:
            return above
        at = by_key[above]


def finished(job):
    conditions = (job.get("status") or {}).get("conditions") or []
    return any(c.get("type") in ("Complete", "Failed") and c.get("status") == "True" for c in conditions)


def pod_specs(objects, by_key):
    """Pairs of top owner and (pod spec, whether a kubelet's own pod)."""
    for obj in objects:
        kind, namespace, name = key(obj)
        if kind == "Pod":
            if (obj.get("status") or {}).get("phase") not in ("Succeeded", "Failed"):
                yield top_owner(obj, by_key), spec_of(obj), is_mirror(obj)
        elif kind == "CronJob":
            yield key(obj), spec_of(obj)["jobTemplate"]["spec"]["template"].get("spec") or {}, False
        elif kind in TEMPLATES:
            if kind in ("ReplicaSet", "Job") and controller(obj) is not None:
                continue
            if kind == "Job" and finished(obj):
                continue
            yield key(obj), (spec_of(obj).get("template") or {}).get("spec") or {}, False


def containers(spec):
    for name in ("containers", "initContainers", "ephemeralContainers"):
        yield from spec.get(name) or []


def windows(spec):
    if (spec.get("os") or {}).get("name"):
        return spec["os"]["name"] == "windows"
    return (spec.get("nodeSelector") or {}).get("kubernetes.io/os") == "windows"


def either(container, spec, field):
    """The container's value if set, else the pod's."""
    for context in (container.get("securityContext") or {}, spec.get("securityContext") or {}):
        if context.get(field) is not None:
            return context[field]
    return None


def privileged(spec):
    return any((c.get("securityContext") or {}).get("privileged") is True for c in containers(spec))


def runs_as_root(spec):
    for container in containers(spec):
        if windows(spec):
            user = None
            for context in (container.get("securityContext") or {}, spec.get("securityContext") or {}):
                user = user or (context.get("windowsOptions") or {}).get("runAsUserName")
            if (user or "").split("\\")[-1].lower() == "containeradministrator":
                return True
            continue
        user = either(container, spec, "runAsUser")
        if user == 0 or (user is None and either(container, spec, "runAsNonRoot") is not True):
            return True  # 0 with runAsNonRoot cannot start, and fails as well
    return False


def secret_in_environment(spec):
    for container in containers(spec):
        if any((entry.get("valueFrom") or {}).get("secretKeyRef") for entry in container.get("env") or []):
            return True
        if any(entry.get("secretRef") for entry in container.get("envFrom") or []):
            return True
    return False


def host_path(spec):
    return any(volume.get("hostPath") is not None for volume in spec.get("volumes") or [])


def mounts_token(spec, namespace, by_key):
    if spec.get("automountServiceAccountToken") is not None:
        return spec["automountServiceAccountToken"]
    name = spec.get("serviceAccountName") or spec.get("serviceAccount") or "default"
    account = by_key.get(("ServiceAccount", namespace, name)) or {}
    return account.get("automountServiceAccountToken") is not False


def workload_checks(objects, by_key, found):
    for owner, spec, mirror in pod_specs(objects, by_key):
        for check, fails in (
            ("container.privileged", privileged(spec)),
            ("container.run-as-root", runs_as_root(spec)),
            ("container.secret-env", secret_in_environment(spec)),
            ("pod.host-path", host_path(spec)),
            ("pod.sa-token-automount", not mirror and mounts_token(spec, owner[1], by_key)),
        ):
            if fails:
                found[check].add(owner)


# ---- NetworkPolicies ----


def selects_all(policy):
    selector = spec_of(policy).get("podSelector") or {}
    return not selector.get("matchLabels") and not selector.get("matchExpressions")


def isolates(policy, direction):
    spec = spec_of(policy)
    types = spec.get("policyTypes") or (["Ingress"] + (["Egress"] if spec.get("egress") else []))
    return direction in types


def opens_everything(policy, direction):
    rules, peers = {"Ingress": ("ingress", "from"), "Egress": ("egress", "to")}[direction]
    return any(not rule.get(peers) and not rule.get("ports") for rule in spec_of(policy).get(rules) or [])


def network_checks(objects, found):
    for obj in objects:
        other = obj["kind"].endswith("NetworkPolicy") or obj["kind"] == "GlobalNetworkPolicy"
        if other and not obj["apiVersion"].startswith("networking.k8s.io/"):
            sys.exit(f"the oracle does not know {obj['apiVersion']} {obj['kind']}")
    policies = [obj for obj in objects if obj["kind"] == "NetworkPolicy"]
    for namespace in (obj for obj in objects if obj["kind"] == "Namespace"):
        own = [policy for policy in policies if meta(policy)["namespace"] == meta(namespace)["name"]]
        if not own:
            found["netpol.namespace-none"].add(key(namespace))
        for direction in ("Ingress", "Egress"):
            for_all = [policy for policy in own if selects_all(policy) and isolates(policy, direction)]
            if not for_all or any(opens_everything(policy, direction) for policy in for_all):
                found[f"netpol.default-deny-{direction.lower()}"].add(key(namespace))


# ---- RBAC ----


def shipped(obj):
    name = meta(obj)["name"]
    labelled = (meta(obj).get("labels") or {}).get("kubernetes.io/bootstrapping") == "rbac-defaults"
    return labelled and (name in SHIPPED_NAMES or name.startswith("system:"))


def default_binding(binding):
    return shipped(binding) or meta(binding)["name"] in KUBEADM_BINDINGS


def subjects(binding):
    """(kind, namespace, name); an account without a namespace means the binding's, or, in none, is invalid."""
    for subject in binding.get("subjects") or []:
        if subject["kind"] != "ServiceAccount":
            yield subject["kind"], None, subject["name"]
        elif subject.get("namespace") or meta(binding).get("namespace"):
            yield "ServiceAccount", subject.get("namespace") or meta(binding)["namespace"], subject["name"]


def everybody(subject):
    """Who is not a component of Kubernetes, although default bindings name it."""
    kind, _, name = subject
    if kind == "User":
        return name == "system:anonymous"
    return kind == "Group" and (
        name in ("system:authenticated", "system:unauthenticated", "system:serviceaccounts")
        or name.startswith("system:serviceaccounts:")
    )


def resource_matches(rule, group, resource):
    groups = rule.get("apiGroups") or []
    if group not in groups and "*" not in groups:
        return False
    wanted = {resource, "*"}
    if "/" in resource:
        parent, sub = resource.split("/")
        wanted |= {f"{parent}/*", f"*/{sub}", "*/*"}
    return any(name in wanted for name in rule.get("resources") or [])


def grants(rule, group, resource, verbs):
    return resource_matches(rule, group, resource) and any(v in verbs or v == "*" for v in rule.get("verbs") or [])


READ, WRITE = ("get", "list", "watch"), ("create", "update", "patch")
CONTROLLERS = (
    [("", "replicationcontrollers")]
    + [("apps", name) for name in ("deployments", "daemonsets", "statefulsets", "replicasets")]
    + [("batch", name) for name in ("jobs", "cronjobs")]
)

# check: what it asks for, as (group, resource, verbs)
RIGHTS = {
    "rbac.secrets-read": [("", "secrets", READ)],
    "rbac.pods-create": [("", "pods", ("create",)), ("", "pods/ephemeralcontainers", ("update", "patch"))]
    + [(group, resource, WRITE) for group, resource in CONTROLLERS],
    "rbac.bind-escalate": [(RBAC, "roles", ("bind", "escalate")), (RBAC, "clusterroles", ("bind", "escalate"))],
    "rbac.nodes-proxy": [("", "nodes/proxy", READ + ("create", "connect"))],
}


def wildcard(rule):
    return (
        "*" in (rule.get("verbs") or [])
        or "*" in (rule.get("apiGroups") or [])
        or "*" in (rule.get("nonResourceURLs") or [])
        or any("*" in resource.split("/") for resource in rule.get("resources") or [])
    )


def rbac_checks(objects, by_key, found):
    bindings = [obj for obj in objects if obj["kind"] in ("ClusterRoleBinding", "RoleBinding")]
    components = {s for b in bindings if default_binding(b) for s in subjects(b) if not everybody(s)}
    for binding in bindings:
        reference = binding["roleRef"]
        namespace = meta(binding).get("namespace")
        if (reference["kind"], reference["name"]) == ("ClusterRole", "cluster-admin"):
            masters = {("Group", None, "system:masters")}
            if set(subjects(binding)) - masters if shipped(binding) else not default_binding(binding):
                found["rbac.cluster-admin-bindings"].add(key(binding))
        if default_binding(binding):
            continue
        if any(kind == "ServiceAccount" and name == "default" for kind, _, name in subjects(binding)):
            found["sa.default-bound"].add(key(binding))
        role = by_key.get((reference["kind"], namespace if reference["kind"] == "Role" else None, reference["name"]))
        if role is None or set(subjects(binding)) <= components:
            continue
        stands_on = key(binding) if shipped(role) else key(role)
        for check, asked in RIGHTS.items():
            for group, resource, verbs in asked:
                if namespace and resource.split("/")[0] in CLUSTER_SCOPED:
                    # In one namespace, nothing of the cluster's; but `bind` on a ClusterRole is asked there too, for a
                    # RoleBinding to it.
                    if resource != "clusterroles":
                        continue
                    verbs = ("bind",)
                if any(grants(rule, group, resource, verbs) for rule in role.get("rules") or []):
                    found[check].add(stands_on)
    for role in objects:
        if role["kind"] in ("ClusterRole", "Role") and not shipped(role):
            if any(wildcard(rule) for rule in role.get("rules") or []):
                found["rbac.wildcard-roles"].add(key(role))


def account_checks(objects, found):
    for obj in objects:
        if obj["kind"] == "ServiceAccount" and meta(obj)["name"] == "default":
            if obj.get("automountServiceAccountToken") is not False:
                found["sa.default-automount"].add(key(obj))


CHECKS = [
    "container.privileged",
    "container.run-as-root",
    "container.secret-env",
    "netpol.default-deny-egress",
    "netpol.default-deny-ingress",
    "netpol.namespace-none",
    "pod.host-path",
    "pod.sa-token-automount",
    "rbac.bind-escalate",
    "rbac.cluster-admin-bindings",
    "rbac.nodes-proxy",
    "rbac.pods-create",
    "rbac.secrets-read",
    "rbac.wildcard-roles",
    "sa.default-automount",
    "sa.default-bound",
]


def judge(objects):
    by_key = {key(obj): obj for obj in objects}
    found = {check: set() for check in CHECKS}
    workload_checks(objects, by_key, found)
    network_checks(objects, found)
    rbac_checks(objects, by_key, found)
    account_checks(objects, found)
    return {check: sorted(map(list, keys), key=lambda k: (k[0], k[1] or "", k[2])) for check, keys in found.items()}


if __name__ == "__main__":
    json.dump(judge(json.load(sys.stdin)["items"]), sys.stdout, indent=1)
    print()
