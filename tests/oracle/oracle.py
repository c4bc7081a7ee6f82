#!/usr/bin/env python3
"""An independent reading of sixteen checks over `kubectl get KINDS -A -o json` on stdin.

The argument is such a dump of the same cluster while it was empty: what Kubernetes ships is what it held then, and not what
a label or a name claims. Prints {check: [[kind, namespace or null, name], ...]}: the resources that have a finding. Written from the rules, and not
from the program's source: see README.md. Standard library only.
"""

import json
import sys

TOKENS = ("Group", None, "system:bootstrappers:kubeadm:default-node-token")
CSR = "system:certificates.k8s.io:certificatesigningrequests"
KUBEADM = {  # its ClusterRoleBindings, which carry no label: (binding, ClusterRole, subject)
    ("kubeadm:cluster-admins", "cluster-admin", ("Group", None, "kubeadm:cluster-admins")),
    ("kubeadm:get-nodes", "kubeadm:get-nodes", TOKENS),
    ("kubeadm:kubelet-bootstrap", "system:node-bootstrapper", TOKENS),
    ("kubeadm:node-autoapprove-bootstrap", f"{CSR}:nodeclient", TOKENS),
    ("kubeadm:node-autoapprove-certificate-rotation", f"{CSR}:selfnodeclient", ("Group", None, "system:nodes")),
    ("kubeadm:node-proxier", "system:node-proxier", ("ServiceAccount", "kube-system", "kube-proxy")),
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

    def world(peer):
        block = peer.get("ipBlock") or {}
        return block.get("cidr") in ("0.0.0.0/0", "::/0") and not block.get("except")

    return any(
        not rule.get("ports") and (not rule.get(peers) or any(map(world, rule[peers])))
        for rule in spec_of(policy).get(rules) or []
    )


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


def subjects(binding):
    """(kind, namespace, name); an account without a namespace means the binding's, or, in none, is invalid."""
    for subject in binding.get("subjects") or []:
        kind, name = subject["kind"], subject["name"]
        if kind == "ServiceAccount":
            namespace = subject.get("namespace") or meta(binding).get("namespace")
            if namespace:
                yield kind, namespace, name
        elif kind == "User" and name.startswith("system:serviceaccount:"):
            yield "ServiceAccount", *name.split(":", 3)[2:]  # the name that an account logs in with
        else:
            yield kind, None, name


def named(binding):
    """Whom it names by itself, as (binding, role, subject): comparable with what was there in the empty cluster."""
    role = binding["roleRef"]
    return {(key(binding), (role["kind"], role["name"]), subject) for subject in subjects(binding)}


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


def bindings(objects):
    return [obj for obj in objects if obj["kind"] in ("ClusterRoleBinding", "RoleBinding")]


def rbac_checks(objects, by_key, empty, found):
    shipped_roles = {key(obj) for obj in empty if obj["kind"] in ("ClusterRole", "Role")}
    shipped_bindings = set().union(*map(named, bindings(empty)))
    for binding in bindings(objects):
        reference = binding["roleRef"]
        namespace = meta(binding).get("namespace")
        added = {subject for _, _, subject in named(binding) - shipped_bindings}
        # `admin` and `edit` in the whole cluster are a note
        if reference["kind"] == "ClusterRole" and added:
            if reference["name"] == "cluster-admin" or (reference["name"] in ("admin", "edit") and not namespace):
                found["rbac.cluster-admin-bindings"].add(key(binding))
        if not namespace:
            names = (meta(binding)["name"], reference["name"])
            added = {subject for subject in added if (*names, subject) not in KUBEADM}
        if any(kind == "ServiceAccount" and name == "default" for kind, _, name in added):
            found["sa.default-bound"].add(key(binding))
        role = by_key.get((reference["kind"], namespace if reference["kind"] == "Role" else None, reference["name"]))
        if role is None or not added:
            continue
        stands_on = key(binding) if key(role) in shipped_roles else key(role)
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
        if role["kind"] in ("ClusterRole", "Role") and key(role) not in shipped_roles:
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


def judge(objects, empty):
    by_key = {key(obj): obj for obj in objects}
    found = {check: set() for check in CHECKS}
    workload_checks(objects, by_key, found)
    network_checks(objects, found)
    rbac_checks(objects, by_key, empty, found)
    account_checks(objects, found)
    return {check: sorted(map(list, keys), key=lambda k: (k[0], k[1] or "", k[2])) for check, keys in found.items()}


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        empty = json.load(file)["items"]
    json.dump(judge(json.load(sys.stdin)["items"], empty), sys.stdout, indent=1)
    print()
