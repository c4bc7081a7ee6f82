#!/usr/bin/env python3
"""Prints objects at the edges of the rules that oracle.py reads, as YAML for `kubectl apply`. Standard library only: see README.md."""

RBAC = "rbac.authorization.k8s.io"
CORE = '""'
SHIPPED = "{kubernetes.io/bootstrapping: rbac-defaults}"


def show(api_version, kind, name, namespace=None, labels=None, body=""):
    fields = [f'name: "{name}"']
    fields += [f"namespace: {namespace}"] if namespace else []
    fields += [f"labels: {labels}"] if labels else []
    print(f"---\napiVersion: {api_version}\nkind: {kind}\nmetadata: {{{', '.join(fields)}}}\n{body}")


# ---- RBAC ----


def rule(groups, resources, verbs, names=None):
    limit = f", resourceNames: [{names}]" if names else ""
    return f"{{apiGroups: [{groups}], resources: [{resources}], verbs: [{verbs}]{limit}}}"


def role(name, *rules, namespace=None, labels=None):
    body = f"rules: [{', '.join(rules)}]"
    show(f"{RBAC}/v1", "Role" if namespace else "ClusterRole", name, namespace, labels, body)


def bind(name, role_name, *subjects, namespace=None, labels=None, kind="ClusterRole"):
    body = f'roleRef: {{apiGroup: {RBAC}, kind: {kind}, name: "{role_name}"}}\nsubjects: [{", ".join(subjects)}]'
    show(f"{RBAC}/v1", "RoleBinding" if namespace else "ClusterRoleBinding", name, namespace, labels, body)


def user(name, kind="User"):
    return f'{{kind: {kind}, name: "{name}", apiGroup: {RBAC}}}'


def group(name):
    return user(name, "Group")


def account(name, namespace):
    return f"{{kind: ServiceAccount, name: {name}, namespace: {namespace}}}"


EVE = user("eve")
MASTERS = group("system:masters")
CONTROLLER = account("deployment-controller", "kube-system")

RULES = {
    "secrets-get-named": rule(CORE, "secrets", "get", "one"),
    "secrets-list-named": rule(CORE, "secrets", "list", "one"),
    "secrets-watch": rule(CORE, "secrets", "watch"),
    "secrets-verb-star": rule(CORE, "secrets", '"*"'),
    "secrets-write": rule(CORE, "secrets", "create, update, delete"),
    "secrets-other-group": rule("apps", "secrets", "get"),
    "secrets-group-star": rule('"*"', "secrets", "get"),
    "secrets-slash-star": rule(CORE, '"secrets/*"', "get"),
    "star-slash-star-get": rule(CORE, '"*/*"', "get"),
    "core-star-get": rule(CORE, '"*"', "get"),
    "apps-star-create": rule("apps", '"*"', "create"),
    "pods-create": rule(CORE, "pods", "create"),
    "pods-update": rule(CORE, "pods", "update, patch"),
    "pods-slash-star-patch": rule(CORE, '"pods/*"', "patch"),
    "ephemeral-patch": rule(CORE, "pods/ephemeralcontainers", "patch"),
    "ephemeral-create": rule(CORE, "pods/ephemeralcontainers", "create"),
    "pods-exec": rule(CORE, "pods/exec", "create"),
    "jobs-patch": rule("batch", "jobs", "patch"),
    "cronjobs-update": rule("batch", "cronjobs", "update"),
    "deployments-scale": rule("apps", "deployments/scale", "patch, update"),
    "deployments-in-core": rule(CORE, "deployments", "create"),
    "deployments-in-extensions": rule("extensions", "deployments", "create"),
    "controllers-create": rule(CORE, "replicationcontrollers", "create"),
    "replicasets-delete": rule("apps", "replicasets", "delete, get"),
    "bind-clusterroles": rule(RBAC, "clusterroles", "bind"),
    "bind-named": rule(RBAC, "clusterroles", "bind", "view"),
    "bind-roles": rule(RBAC, "roles", "bind"),
    "bind-bindings": rule(RBAC, "rolebindings", "bind"),
    "bind-star": rule(RBAC, '"*"', "bind"),
    "escalate-roles": rule(RBAC, "roles", "escalate"),
    "escalate-clusterroles": rule(RBAC, "clusterroles", "escalate"),
    "verb-star-roles": rule(RBAC, "roles", '"*"'),
    "write-roles": rule(RBAC, "roles, clusterroles", "create, update, patch"),
    "nodes-proxy-get": rule(CORE, "nodes/proxy", "get"),
    "nodes-proxy-create": rule(CORE, "nodes/proxy", "create"),
    "nodes-proxy-connect": rule(CORE, "nodes/proxy", "connect"),
    "nodes-proxy-delete": rule(CORE, "nodes/proxy", "delete, update, patch"),
    "nodes-slash-star": rule(CORE, '"nodes/*"', "get"),
    "star-slash-proxy": rule(CORE, '"*/proxy"', "get"),
    "nodes": rule(CORE, "nodes", "get, list"),
    "pods-proxy": rule(CORE, "pods/proxy, services/proxy", "get"),
    "group-star": rule('"*"', "widgets", "get"),
    "star-slash-scale": rule("apps", '"*/scale"', "get"),
    "url-star": '{nonResourceURLs: ["*"], verbs: [get]}',
    "url-prefix": '{nonResourceURLs: ["/metrics/*"], verbs: [get]}',
    "url-verb-star": '{nonResourceURLs: ["/metrics"], verbs: ["*"]}',
}

HOLDERS = {
    "nobody": [],
    "masters": [MASTERS],
    "masters-as-user": [user("system:masters")],
    "controller": [CONTROLLER],
    "controller-and-eve": [CONTROLLER, EVE],
    "scheduler": [user("system:kube-scheduler")],
    "scheduler-as-group": [group("system:kube-scheduler")],
    "kube-system-other": [account("other", "kube-system")],
    "kube-system-default": [account("default", "kube-system")],
    "authenticated": [group("system:authenticated")],
    "unauthenticated": [group("system:unauthenticated")],
    "anonymous": [user("system:anonymous")],
    "accounts": [group("system:serviceaccounts")],
    "accounts-of-one": [group("system:serviceaccounts:edge")],
    "default-by-user-name": [user("system:serviceaccount:edge:default")],
    "defaults": [account("default", "edge"), account("default", "shop")],
}


def rbac():
    for name, text in RULES.items():
        role(f"unheld-{name}", text)
        role(f"cluster-{name}", text)
        bind(f"cluster-{name}", f"cluster-{name}", EVE)
        role(f"namespace-{name}", text)
        bind(f"namespace-{name}", f"namespace-{name}", EVE, namespace="edge")
        if "URL" not in text:
            role(f"role-{name}", text, namespace="edge")
            bind(f"role-{name}", f"role-{name}", EVE, namespace="edge", kind="Role")
    read = rule(CORE, "secrets", "get")
    everything = rule(CORE, "secrets, pods", '"*"')
    for name, subjects in HOLDERS.items():
        role(f"held-{name}", read)
        bind(f"held-{name}", f"held-{name}", *subjects)
    role("held-without-namespace", read)
    bind("held-without-namespace", "held-without-namespace", "{kind: ServiceAccount, name: default}", namespace="edge")
    # verbs of one rule, resources of another
    role("split", rule(CORE, "secrets", "create"), rule(CORE, "configmaps", "get"))
    bind("split", "split", EVE)
    # what Kubernetes ships, bound
    for name in ("admin", "edit", "view", "cluster-admin", "node", "kubelet-api-admin", "aggregate-to-admin",
                 "controller:clusterrole-aggregation-controller", "controller:deployment-controller"):
        shipped = name if name in ("admin", "edit", "view", "cluster-admin") else f"system:{name}"
        bind(f"shipped-{name}", shipped, EVE)
        bind(f"shipped-{name}", shipped, EVE, namespace="edge")
    bind("shipped-to-masters", "cluster-admin", MASTERS)
    bind("shipped-to-masters", "cluster-admin", MASTERS, namespace="edge")
    bind("shipped-to-nobody", "cluster-admin")
    bind("shipped-to-controller", "edit", CONTROLLER)
    bind("shipped-to-default", "cluster-admin", account("default", "edge"))
    # what only looks as if
    role("labelled", everything, labels=SHIPPED)
    bind("labelled", "labelled", EVE, labels=SHIPPED)
    role("system:labelled", everything, labels=SHIPPED)
    bind("labelled-role", "system:labelled", EVE)
    role("system:labelled", read, namespace="edge", labels=SHIPPED)
    bind("labelled-role", "system:labelled", EVE, namespace="edge", kind="Role")
    role("system:unlabelled", everything)
    bind("system:unlabelled", "system:unlabelled", EVE)
    role("for-labelled-binding", read)
    bind("system:labelled", "for-labelled-binding", EVE, labels=SHIPPED)
    role("cluster-admin", read, namespace="edge")
    bind("own-cluster-admin", "cluster-admin", EVE, namespace="edge", kind="Role")
    bind("kubeadm:cluster-admins", "cluster-admin", group("kubeadm:cluster-admins"))
    bind("also-admins", "cluster-admin", group("kubeadm:cluster-admins"))
    bind("kubeadm:node-proxier", "cluster-admin", account("kube-proxy", "kube-system"))
    # joins
    bind("dangling", "not-there", account("default", "edge"), namespace="edge", kind="Role")
    role("same-name", read, namespace="edge")
    role("same-name", rule(CORE, "configmaps", "get"))
    bind("same-name", "same-name", EVE, namespace="edge")
    selector = "aggregationRule: {clusterRoleSelectors: [{matchLabels: {edge: part}}]}"
    show(f"{RBAC}/v1", "ClusterRole", "aggregated", body=selector)
    bind("aggregated", "aggregated", EVE)
    role("aggregated-part", read, labels="{edge: part}")


# ---- NetworkPolicies: a namespace each ----

DENY = "podSelector: {}, policyTypes: [Ingress, Egress]"
POLICIES = {
    "none": [],
    "deny": [DENY],
    "types-absent": ["podSelector: {}"],
    "types-absent-egress": ["podSelector: {}, egress: [{ports: [{port: 53}]}]"],
    "egress-only": ["podSelector: {}, policyTypes: [Egress]"],
    "open": [f"{DENY}, ingress: [{{}}], egress: [{{}}]"],
    "empty-lists": ["podSelector: {}, ingress: [{from: [], ports: []}]"],
    "denied-and-opened": [DENY, "podSelector: {}, ingress: [{}]"],
    "opened-for-one": [DENY, "podSelector: {matchLabels: {app: a}}, ingress: [{}]"],
    "one-pod": ["podSelector: {matchLabels: {app: a}}, policyTypes: [Ingress, Egress]"],
    "expression": ["podSelector: {matchExpressions: [{key: app, operator: Exists}]}, policyTypes: [Ingress, Egress]"],
    "narrow": [f"{DENY}, ingress: [{{from: [{{podSelector: {{}}}}]}}], egress: [{{to: [{{podSelector: {{}}}}]}}]"],
    "ports-only": ["podSelector: {}, ingress: [{ports: [{port: 80}]}]"],
    "all-namespaces": ["podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]"],
    "any-address": ["podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]"],
    "any-address-on-port": ["podSelector: {}, ingress: [{ports: [{port: 80}], from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]"],
    "almost-any": ["podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]"],
}


def network():
    for name, specs in POLICIES.items():
        show("v1", "Namespace", f"net-{name}")
        for i, spec in enumerate(specs):
            show("networking.k8s.io/v1", "NetworkPolicy", f"p{i}", f"net-{name}", body=f"spec: {{{spec}}}")


# ---- workloads ----

ADMINISTRATOR = "windowsOptions: {runAsUserName: ContainerAdministrator}"


def pod(container="", init=None, **fields):
    """A PodSpec: fields of its container, of an init container, and its own."""
    own = {"containers": f"[{{name: c, image: x/c:1, {container}}}]"}
    if init is not None:
        own["initContainers"] = f"[{{name: i, image: x/i:1, {init}}}]"
    return "{" + ", ".join(f"{field}: {value}" for field, value in (own | fields).items()) + "}"


def context(fields):
    return f"securityContext: {{{fields}}}"


NON_ROOT = "{runAsNonRoot: true}"
PODS = {
    "plain": pod(),
    "non-root": pod(securityContext=NON_ROOT),
    "container-false": pod(context("runAsNonRoot: false"), securityContext=NON_ROOT),
    "container-false-with-user": pod(context("runAsNonRoot: false, runAsUser: 7"), securityContext=NON_ROOT),
    "user-only": pod(context("runAsUser: 1000")),
    "zero-and-non-root": pod(context("runAsUser: 0, runAsNonRoot: true")),
    "container-zero": pod(context("runAsUser: 0"), securityContext="{runAsUser: 1000}"),
    "pod-zero": pod(context("runAsUser: 9"), securityContext="{runAsUser: 0}"),
    "init-root": pod(context("runAsNonRoot: true"), init=""),
    "init-privileged": pod(init=context("privileged: true")),
    "not-privileged": pod(context("privileged: false")),
    "windows": pod(os="{name: windows}"),
    "windows-administrator": pod(os="{name: windows}", securityContext=f"{{{ADMINISTRATOR}}}"),
    "windows-user": pod(
        context("windowsOptions: {runAsUserName: ContainerUser}"),
        os="{name: windows}",
        securityContext=f"{{{ADMINISTRATOR}}}",
    ),
    "windows-by-selector": pod(nodeSelector="{kubernetes.io/os: windows}"),
    "user-namespace": pod(hostUsers="false"),
    "env-from": pod("envFrom: [{secretRef: {name: s, optional: true}}]"),
    "env-config": pod(
        "env: [{name: A, valueFrom: {configMapKeyRef: {name: s, key: k}}}], envFrom: [{configMapRef: {name: s}}]"
    ),
    "init-env": pod(init="env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]"),
    "secret-volume": pod(volumes="[{name: s, secret: {secretName: s}}]"),
    "host-path": pod(volumes="[{name: h, hostPath: {path: /tmp}}]"),
    "token-off": pod(automountServiceAccountToken="false"),
    "account-off": pod(serviceAccountName='"off"'),
    "account-off-pod-on": pod(serviceAccountName='"off"', automountServiceAccountToken="true"),
    "account-on-pod-off": pod(serviceAccountName='"on"', automountServiceAccountToken="false"),
    "account-missing": pod(serviceAccountName="missing"),
    "account-legacy": pod(serviceAccount='"off"'),
}


def workloads():
    def show_with(api_version, kind, name, fields, restart="Always"):
        spec = pod(context("privileged: true"), restartPolicy=restart)
        template = f"template: {{metadata: {{labels: {{app: {name}}}}}, spec: {spec}}}"
        show(api_version, kind, name, "edge", body=f"spec: {{{fields.replace('TEMPLATE', template)}}}")

    show("v1", "ServiceAccount", "off", "edge", body="automountServiceAccountToken: false")
    show("v1", "ServiceAccount", "on", "edge", body="automountServiceAccountToken: true")
    for name, spec in PODS.items():
        selector = f"selector: {{matchLabels: {{app: {name}}}}}"
        template = f"template: {{metadata: {{labels: {{app: {name}}}}}, spec: {spec}}}"
        show("apps/v1", "Deployment", name, "edge", body=f"spec: {{replicas: 0, {selector}, {template}}}")
    show_with("apps/v1", "StatefulSet", "stateful", "serviceName: s, selector: {matchLabels: {app: stateful}}, TEMPLATE")
    show_with("apps/v1", "ReplicaSet", "alone", "selector: {matchLabels: {app: alone}}, TEMPLATE")
    show_with("v1", "ReplicationController", "controller", "replicas: 1, selector: {app: controller}, TEMPLATE")
    show_with("batch/v1", "Job", "once", "suspend: true, TEMPLATE", "Never")
    cron = 'suspend: true, schedule: "0 3 * * *", jobTemplate: {spec: {TEMPLATE}}'
    show_with("batch/v1", "CronJob", "nightly", cron, "Never")
    # no scheduler takes them, so that they stay as the test makes them
    for name in ("waiting", "succeeded", "failed"):
        spec = pod(context("privileged: true"), schedulerName="nobody")
        show("v1", "Pod", name, "edge", body=f"spec: {spec}")
    show("v1", "Pod", "debugged", "edge", body=f"spec: {pod(schedulerName='nobody', hostUsers='true')}")


if __name__ == "__main__":
    show("v1", "Namespace", "edge")
    rbac()
    network()
    workloads()
