#!/usr/bin/env python3
"""Makes the live half of the demo cluster from the hand-written half. Run it here after every edit:

    python3 generate-pods.py            # needs PyYAML

It does two things, and doing them twice changes nothing:
1. stamps the hand-written files NN-*.yaml in place with what only a server gives (uid, resourceVersion, creationTimestamp,
   a status where none is written), keeping their comments;
2. writes 80-replicasets.yaml (ReplicaSets and the Jobs of CronJobs), 85-volumes.yaml (claims and volumes of StatefulSets)
   and 90-pods.yaml.

A pod has its owner's template plus what a server adds: account, node, token volume, default tolerations, host ports
under hostNetwork, LimitRange defaults. Fields that the API server would default in a template too (restartPolicy, dnsPolicy and such) are left
out of both, so that the files stay readable. Where a pod differs from its template on purpose stands in the tables below.
"""
import copy, datetime as dt, glob, hashlib, json, os, re, sys, uuid
import yaml

os.chdir(os.path.dirname(os.path.abspath(__file__)))
NOW = dt.datetime(2026, 11, 24, 0, 0, 0)
BIRTH = dt.datetime(2025, 12, 1, 8, 0, 0)
WORKERS, MASTERS = ["worker-1", "worker-2", "worker-3"], ["cp-1", "cp-2", "cp-3"]
GENERATED = ("80-replicasets.yaml", "85-volumes.yaml", "90-pods.yaml")
SYSTEM_NS = ("default", "kube-system", "kube-public", "kube-node-lease")

# ---- drift: where live objects differ from what people wrote -------------------------------------------------------

# Deployment -> (an old spec, how many pods still have it). The rest have the template.
def old_checkout(template):
    spec = template["spec"]
    spec.pop("securityContext")
    c = spec["containers"][0]
    c.pop("securityContext")
    c["image"] = "registry.example.com/shop/checkout:6.9.4"

OLD_REVISIONS = {("shop", "checkout"): (old_checkout, 9)}

# Deployment -> what a mutating webhook (62-webhooks.yaml) adds to each of its pods.
def mesh(pod):
    pod["metadata"].setdefault("annotations", {})["mesh.example.com/status"] = "injected"
    spec = pod["spec"]
    spec.setdefault("initContainers", []).append({
        "name": "mesh-init",
        "image": "registry.example.com/mesh/init:1.8.2",
        "args": ["redirect", "--inbound=15006", "--outbound=15001"],
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"cpu": "100m", "memory": "32Mi"}},
        "securityContext": {"runAsUser": 0, "runAsNonRoot": False, "allowPrivilegeEscalation": False,
                            "capabilities": {"add": ["NET_ADMIN", "NET_RAW"], "drop": ["ALL"]}},
    })
    spec["containers"].append({
        "name": "mesh-proxy",
        "image": "registry.example.com/mesh/proxy:1.8.2",
        "ports": [{"name": "mesh-metrics", "containerPort": 15020}],
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"cpu": "500m", "memory": "128Mi"}},
        "securityContext": {"runAsUser": 0, "runAsNonRoot": False, "capabilities": {"add": ["NET_ADMIN"]}},
        "volumeMounts": [{"name": "mesh-run", "mountPath": "/run/mesh"}],
    })
    spec.setdefault("volumes", []).append({"name": "mesh-run", "emptyDir": {}})

INJECTED = {("payments", "card-gateway"): mesh}

# Deployment -> an ephemeral container that somebody left in its first pod.
DEBUGGED = {("shop", "orders"): {
    "name": "debugger-7xk2p",
    "image": "docker.io/nicolaka/netshoot:latest",
    "command": ["bash"], "stdin": True, "tty": True, "targetContainerName": "orders",
    "securityContext": {"privileged": True, "runAsUser": 0, "runAsNonRoot": False},
}}

# The rebuilt control-plane node: its API server starts without these flags.
LOST_FLAGS = {("kube-apiserver", "cp-3"): ("--audit-log-", "--audit-policy-file")}

# Deployments that keep an empty ReplicaSet of an older image.
HISTORY = {("shop", "catalog"): "5.1.4", ("shop", "frontend"): "9.1.2", ("shop", "cart"): "2.13.5", ("shop", "orders"): "3.8.0",
           ("payments", "payments-api"): "11.4.1", ("auth", "identity"): "4.8.0", ("monitoring", "grafana"): "12.0.0", ("web", "docs"): "2026.10.30"}

# Pods that are not simply running.
UNREADY = {("shop", "checkout")}           # its newest pod is not ready yet
PENDING = {("legacy", "label-printer"): "0/6 nodes are available: 6 node(s) didn't match Pod's node affinity/selector."}

# ---- deterministic values ------------------------------------------------------------------------------------------

ALPHABET = "bcdfghjklmnpqrstvwxz2456789"

def h(*parts):
    return int.from_bytes(hashlib.sha256("/".join(map(str, parts)).encode()).digest()[:16], "big")

def uid(kind, ns, name):
    return str(uuid.UUID(int=h("uid", kind, ns or "", name), version=4))

def word(n, *parts):
    v, out = h("word", *parts), ""
    for _ in range(n):
        v, r = divmod(v, len(ALPHABET))
        out += ALPHABET[r]
    return out

def iso(t):
    return t.strftime("%Y-%m-%dT%H:%M:%SZ")

def when(text):
    return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")

def between(a, b, *parts):
    return a + dt.timedelta(seconds=h("time", *parts) % max(1, int((b - a).total_seconds())))

def version(t, *parts):
    return str(1000 + int((t - BIRTH).total_seconds()) * 2 + h("rv", *parts) % 2)

def digest(image):
    return hashlib.sha256(image.encode()).hexdigest()

def namespace_born(ns):
    return BIRTH if ns in SYSTEM_NS else between(BIRTH + dt.timedelta(hours=2), BIRTH + dt.timedelta(days=20), "ns", ns)

def born(o):
    m = o["metadata"]
    kind, ns, name = o["kind"], m.get("namespace"), m["name"]
    if "creationTimestamp" in m:
        return when(m["creationTimestamp"])
    if kind == "Namespace":
        return namespace_born(name)
    if kind == "Node":
        return BIRTH + dt.timedelta(minutes=h("node", name) % 300)
    if kind == "ServiceAccount" and name == "default":
        return namespace_born(ns)
    if m.get("labels", {}).get("kubernetes.io/bootstrapping") and name != "ops-superuser" or name.startswith("kubeadm:"):
        return BIRTH + dt.timedelta(seconds=h("boot", name) % 8)
    if kind == "Pod" and "kubernetes.io/config.mirror" in m.get("annotations", {}):
        return dt.datetime(2026, 10, 12, 7, 41, 2)
    start = namespace_born(ns) if ns and ns not in SYSTEM_NS else BIRTH + dt.timedelta(days=2)
    return between(start + dt.timedelta(hours=1), NOW - dt.timedelta(days=2), kind, ns or "", name)

# ---- 1. stamping the hand-written files ----------------------------------------------------------------------------

def counts(o, pods):
    """A status for a workload that runs as it should."""
    n = pods
    if o["kind"] == "DaemonSet":
        return f"status: {{observedGeneration: 1, currentNumberScheduled: {n}, desiredNumberScheduled: {n}, updatedNumberScheduled: {n}, numberReady: {n}, numberAvailable: {n}, numberMisscheduled: 0}}"
    if (o["metadata"]["namespace"], o["metadata"]["name"]) in PENDING:
        return f"status: {{observedGeneration: 1, replicas: {n}, updatedReplicas: {n}, unavailableReplicas: {n}}}"
    extra = {"Deployment": f", updatedReplicas: {n}, availableReplicas: {n}",
             "StatefulSet": f", currentReplicas: {n}, updatedReplicas: {n}, availableReplicas: {n}",
             "ReplicaSet": f", fullyLabeledReplicas: {n}, availableReplicas: {n}"}[o["kind"]]
    return f"status: {{observedGeneration: 1, replicas: {n}, readyReplicas: {n}{extra}}}"

def flow_to_block(line):
    out = ["metadata:"]
    for k, v in yaml.safe_load(line)["metadata"].items():
        if isinstance(v, dict):
            out.append(f"  {k}:")
            out += [f"    {yaml.safe_dump({a: b}, width=9999).rstrip()}" for a, b in v.items()]
        else:
            out.append("  " + yaml.safe_dump({k: v}, width=9999).rstrip())
    return out

def stamp(path):
    text = re.sub(r"image: (\S+)@sha256:DIGEST", lambda m: f"image: {m[1]}@sha256:{digest(m[1])}", open(path).read())
    docs = []
    for doc in text.rstrip("\n").split("\n---\n"):
        o = yaml.safe_load(doc)
        lines = []
        for line in doc.split("\n"):
            lines += flow_to_block(line) if line.startswith("metadata: {") else [line]
        m, t = o["metadata"], born(o)
        kind, ns, name = o["kind"], m.get("namespace"), m["name"]
        at = next(i for i, l in enumerate(lines) if l == "metadata:") + 1
        while at < len(lines) and lines[at].startswith(("  name:", "  namespace:")):
            at += 1
        new = []
        if "uid" not in m:
            new.append(f"  uid: {uid(kind, ns, name)}")
        if "resourceVersion" not in m:
            new.append(f'  resourceVersion: "{version(t, kind, ns, name)}"')
        if "creationTimestamp" not in m:
            new.append(f'  creationTimestamp: "{iso(t)}"')
        if kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet") and "generation" not in m:
            new.append("  generation: 1")
        if kind == "Pod" and "ownerReferences" not in m and "kubernetes.io/config.mirror" in m.get("annotations", {}):
            node = o["spec"]["nodeName"]
            new += ["  ownerReferences:", f"  - {{apiVersion: v1, kind: Node, name: {node}, uid: {uid('Node', None, node)}, controller: true}}"]
        lines[at:at] = new
        if "status" not in o:
            if kind == "Namespace":
                lines += ["status:", "  phase: Active"]
            elif kind in ("Deployment", "StatefulSet", "ReplicaSet"):
                lines.append(counts(o, o["spec"].get("replicas", 1)))
            elif kind == "DaemonSet":
                lines.append(counts(o, len(daemon_nodes(o["spec"]["template"]["spec"]))))
            elif kind == "Pod":
                lines += yaml.safe_dump({"status": status(o, t)}, sort_keys=False).rstrip().split("\n")
        docs.append("\n".join(lines))
    open(path, "w").write("\n---\n".join(docs) + "\n")

# ---- 2. the live half ----------------------------------------------------------------------------------------------

def daemon_nodes(spec):
    everywhere = any(t.get("operator") == "Exists" and "key" not in t or t.get("key") == "node-role.kubernetes.io/control-plane"
                     for t in spec.get("tolerations", []))
    return MASTERS + WORKERS if everywhere else list(WORKERS)

def node_ip(node):
    return f"10.20.{0 if node in MASTERS else 1}.{11 + (MASTERS + WORKERS).index(node) % 3}"

def status(pod, t, phase="Running", ready=True, message=None):
    spec = pod["spec"]
    if phase == "Pending":
        return {"phase": "Pending", "conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message, "lastTransitionTime": iso(t)}]}
    node = spec["nodeName"]
    ip = node_ip(node) if spec.get("hostNetwork") else f"10.42.{(MASTERS + WORKERS).index(node)}.{2 + h('ip', pod['metadata']['name']) % 250}"
    up = iso(min(t + dt.timedelta(seconds=9), NOW))
    s = {"phase": phase, "hostIP": node_ip(node), "podIP": ip, "startTime": iso(t), "conditions": [
        {"type": "Ready", "status": "True" if ready and phase == "Running" else "False", "lastTransitionTime": up}]}
    if phase == "Succeeded":
        s["conditions"][0]["reason"] = "PodCompleted"
    return s

def owner_ref(o):
    return [{"apiVersion": o["apiVersion"], "kind": o["kind"], "name": o["metadata"]["name"], "uid": o["metadata"]["uid"],
             "controller": True, "blockOwnerDeletion": True}]

def meta(kind, ns, name, t, labels=None, annotations=None, owner=None, generate=None):
    m = {"name": name}
    if generate:
        m["generateName"] = generate
    if ns:
        m["namespace"] = ns
    m.update(uid=uid(kind, ns, name), resourceVersion=version(t, kind, ns, name), creationTimestamp=iso(t))
    if labels:
        m["labels"] = labels
    if annotations:
        m["annotations"] = annotations
    if owner:
        m["ownerReferences"] = owner_ref(owner)
    return m

TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"

class Cluster:
    def __init__(self, objects):
        self.objects = objects
        self.accounts = {(o["metadata"]["namespace"], o["metadata"]["name"]): o for o in objects if o["kind"] == "ServiceAccount"}
        self.limits = {o["metadata"]["namespace"]: o["spec"]["limits"][0] for o in objects if o["kind"] == "LimitRange"}
        self.sets, self.volumes, self.pods = [], [], []

    def admit(self, pod):
        """What the API server's admission adds to a pod."""
        m, spec = pod["metadata"], pod["spec"]
        ns = m["namespace"]
        spec.setdefault("serviceAccountName", "default")
        account = self.accounts[ns, spec["serviceAccountName"]]
        every = spec.get("initContainers", []) + spec["containers"]
        limit = self.limits.get(ns)
        if limit:
            said = []
            for c in every:
                r = c.setdefault("resources", {})
                for what, key in (("request", "defaultRequest"), ("limit", "default")):
                    have = r.setdefault(what + "s", {})
                    missing = [k for k in limit.get(key, {}) if k not in have and not (what == "request" and k in r.get("limits", {}))]
                    have.update({k: limit[key][k] for k in missing})
                    if missing:
                        said.append(f"{', '.join(missing)} {what} for container {c['name']}")
            if said:
                m.setdefault("annotations", {})["kubernetes.io/limit-ranger"] = "LimitRanger plugin set: " + "; ".join(said)
        if spec.get("automountServiceAccountToken", account.get("automountServiceAccountToken", True)):
            name = "kube-api-access-" + word(5, "token", m["name"])
            spec.setdefault("volumes", []).append({"name": name, "projected": {"defaultMode": 420, "sources": [
                {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
                {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
                {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}}]}})
            for c in every:
                c.setdefault("volumeMounts", []).append({"name": name, "mountPath": TOKEN_PATH, "readOnly": True})
        if spec.get("hostNetwork"):
            for c in every:
                for p in c.get("ports", []):
                    p["hostPort"] = p["containerPort"]

    def pod(self, owner, template, name, generate, t, node, labels=None, phase="Running", ready=True, daemon=False, top=None):
        ns = owner["metadata"]["namespace"]
        tm = template["metadata"]
        pod = {"apiVersion": "v1", "kind": "Pod",
               "metadata": meta("Pod", ns, name, t, {**tm.get("labels", {}), **(labels or {})}, dict(tm.get("annotations", {})) or None, owner, generate),
               "spec": copy.deepcopy(template["spec"])}
        spec = pod["spec"]
        if top in INJECTED:
            INJECTED[top](pod)
        self.admit(pod)
        tolerations = spec.setdefault("tolerations", [])
        if daemon:
            spec.setdefault("affinity", {})["nodeAffinity"] = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
                {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}]}}
            tolerations += [{"key": "node.kubernetes.io/" + k, "operator": "Exists", "effect": e} for k, e in
                            (("not-ready", "NoExecute"), ("unreachable", "NoExecute"), ("disk-pressure", "NoSchedule"))]
        elif not any(x.get("operator") == "Exists" and "key" not in x for x in tolerations):
            tolerations += [{"key": "node.kubernetes.io/" + k, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
                            for k in ("not-ready", "unreachable")]
        if not tolerations:
            del spec["tolerations"]
        if top in PENDING:
            pod["status"] = status(pod, t, "Pending", message=PENDING[top])
        else:
            spec["nodeName"] = node
            pod["status"] = status(pod, t, phase, ready)
        self.pods.append(pod)
        return pod

    def replica_set(self, d, template, replicas, revision, t):
        ns, name = d["metadata"]["namespace"], d["metadata"]["name"]
        tag = word(10, "rs", ns, name, json.dumps(template, sort_keys=True))
        template = copy.deepcopy(template)
        template["metadata"]["labels"]["pod-template-hash"] = tag
        selector = copy.deepcopy(d["spec"]["selector"])
        selector["matchLabels"]["pod-template-hash"] = tag
        s = {"observedGeneration": 1, "replicas": replicas}
        if replicas:
            s.update(fullyLabeledReplicas=replicas, readyReplicas=replicas, availableReplicas=replicas)
        rs = {"apiVersion": "apps/v1", "kind": "ReplicaSet",
              "metadata": meta("ReplicaSet", ns, f"{name}-{tag}", t, dict(template["metadata"]["labels"]),
                               {"deployment.kubernetes.io/desired-replicas": str(d["spec"]["replicas"]), "deployment.kubernetes.io/revision": str(revision)}, d),
              "spec": {"replicas": replicas, "selector": selector, "template": template}, "status": s}
        self.sets.append(rs)
        return rs

    def fill(self, rs, top, n, t_from, t_to, unready_last=False, node_of=None):
        name, ns = rs["metadata"]["name"], rs["metadata"]["namespace"]
        masters = "node-role.kubernetes.io/control-plane" in json.dumps(rs["spec"]["template"]["spec"].get("nodeSelector", {}))
        for i in range(n):
            pn = f"{name}-{word(5, 'pod', ns, name, i)}"
            node = (MASTERS if masters else WORKERS)[(h("spread", ns, name) + i) % 3]
            p = self.pod(rs, rs["spec"]["template"], pn, name + "-", between(t_from, t_to, pn), node, top=top,
                         ready=not (unready_last and i == n - 1))
            if i == 0 and top in DEBUGGED:
                e = copy.deepcopy(DEBUGGED[top])
                p["spec"]["ephemeralContainers"] = [e]
                p["status"]["ephemeralContainerStatuses"] = [{"name": e["name"], "image": e["image"], "imageID": "", "ready": False, "restartCount": 0,
                                                              "state": {"running": {"startedAt": "2026-11-21T13:27:44Z"}}}]

    def deployment(self, d):
        top = (d["metadata"]["namespace"], d["metadata"]["name"])
        made, template, n = when(d["metadata"]["creationTimestamp"]), d["spec"]["template"], d["spec"]["replicas"]
        fresh = made > NOW - dt.timedelta(days=1)
        t = made + dt.timedelta(seconds=1) if fresh else between(max(made, NOW - dt.timedelta(days=60)), NOW - dt.timedelta(days=2), "rs", *top)
        end = t + dt.timedelta(seconds=3) if fresh else NOW - dt.timedelta(hours=30)
        if top in OLD_REVISIONS:
            change, left = OLD_REVISIONS[top]
            old = copy.deepcopy(template)
            change(old)
            self.fill(self.replica_set(d, old, left, 41, t), top, left, t, end)
            t = dt.datetime(2026, 11, 23, 23, 36, 5)
            new = self.replica_set(d, template, n - left, 42, t)
            if top in UNREADY:
                new["status"].update(readyReplicas=n - left - 1, availableReplicas=n - left - 1)
            self.fill(new, top, n - left, t, dt.datetime(2026, 11, 23, 23, 52), unready_last=top in UNREADY)
            return
        if top in HISTORY:
            old = copy.deepcopy(template)
            c = old["spec"]["containers"][0]
            c["image"] = re.sub(r":[^:@/]+(@.*)?$", ":" + HISTORY[top], c["image"])
            self.replica_set(d, old, 0, 1, made + (t - made) / 2)
        rs = self.replica_set(d, template, n, 2 if top in HISTORY else 1, t)
        if top in PENDING:
            rs["status"] = {"observedGeneration": 1, "replicas": n, "fullyLabeledReplicas": n}
        self.fill(rs, top, n, t, end)

    def stateful_set(self, s):
        ns, name = s["metadata"]["namespace"], s["metadata"]["name"]
        made = when(s["metadata"]["creationTimestamp"])
        rev = f"{name}-{word(9, 'sts', ns, name)}"
        claims = s["spec"].get("volumeClaimTemplates", [])
        for i in range(s["spec"]["replicas"]):
            pn = f"{name}-{i}"
            template = copy.deepcopy(s["spec"]["template"])
            sp = template["spec"]
            sp["hostname"], sp["subdomain"] = pn, s["spec"]["serviceName"]
            for c in claims:
                claim = f"{c['metadata']['name']}-{pn}"
                sp.setdefault("volumes", []).insert(0, {"name": c["metadata"]["name"], "persistentVolumeClaim": {"claimName": claim}})
                self.claim(s, c, claim, made + dt.timedelta(seconds=20 * i))
            t = between(max(made, NOW - dt.timedelta(days=60)), NOW - dt.timedelta(hours=30), "sts", ns, pn)
            self.pod(s, template, pn, name + "-", t, WORKERS[(h("spread", ns, name) + i) % 3],
                     {"apps.kubernetes.io/pod-index": str(i), "controller-revision-hash": rev, "statefulset.kubernetes.io/pod-name": pn}, top=(ns, name))

    def claim(self, s, c, name, t):
        ns, spec = s["metadata"]["namespace"], c["spec"]
        size, modes, cls = spec["resources"]["requests"]["storage"], spec["accessModes"], spec["storageClassName"]
        pv = "pvc-" + uid("PersistentVolumeClaim", ns, name)
        self.volumes.append({"apiVersion": "v1", "kind": "PersistentVolumeClaim",
                             "metadata": meta("PersistentVolumeClaim", ns, name, t, dict(s["spec"]["selector"]["matchLabels"])),
                             "spec": {**copy.deepcopy(spec), "volumeMode": "Filesystem", "volumeName": pv},
                             "status": {"phase": "Bound", "accessModes": list(modes), "capacity": {"storage": size}}})
        self.volumes.append({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": meta("PersistentVolume", None, pv, t + dt.timedelta(seconds=4)),
                             "spec": {"capacity": {"storage": size}, "accessModes": list(modes),
                                      "persistentVolumeReclaimPolicy": "Retain" if cls == "encrypted" else "Delete", "storageClassName": cls,
                                      "claimRef": {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": ns, "name": name, "uid": uid("PersistentVolumeClaim", ns, name)},
                                      "csi": {"driver": "disk.csi.demo.example", "volumeHandle": f"vol-{h('vol', ns, name) % 10**12:012d}", "fsType": "ext4"}},
                             "status": {"phase": "Bound"}})

    def daemon_set(self, d):
        ns, name = d["metadata"]["namespace"], d["metadata"]["name"]
        made = when(d["metadata"]["creationTimestamp"])
        for node in daemon_nodes(d["spec"]["template"]["spec"]):
            pn = f"{name}-{word(5, 'ds', ns, name, node)}"
            t = between(max(made, NOW - dt.timedelta(days=60)), NOW - dt.timedelta(hours=30), pn)
            self.pod(d, d["spec"]["template"], pn, name + "-", t, node, {"controller-revision-hash": word(9, "dsrev", ns, name), "pod-template-generation": "1"},
                     daemon=True, top=(ns, name))

    def job_pods(self, job, n, phase, top, indexed=False):
        ns, name, t = job["metadata"]["namespace"], job["metadata"]["name"], when(job["metadata"]["creationTimestamp"])
        masters = "node-role.kubernetes.io/control-plane" in job["spec"]["template"]["spec"].get("nodeSelector", {})
        for i in range(n):
            generate = f"{name}-{i}-" if indexed else name + "-"
            pn = generate + word(5, "job", ns, name, i)
            labels = {"batch.kubernetes.io/controller-uid": job["metadata"]["uid"], "batch.kubernetes.io/job-name": name}
            if indexed:
                labels["batch.kubernetes.io/job-completion-index"] = str(i)
            self.pod(job, job["spec"]["template"], pn, generate, t, (MASTERS if masters else WORKERS)[(h("spread", ns, top) + i) % 3], labels, phase, top=(ns, top))

    def cron_job(self, c):
        s, ns, name = c.get("status", {}), c["metadata"]["namespace"], c["metadata"]["name"]
        if c["spec"].get("suspend") or "lastScheduleTime" not in s:
            return
        last, done = when(s["lastScheduleTime"]), when(s["lastSuccessfulTime"])
        runs = [(last, done, True)] if done >= last else [(last - dt.timedelta(minutes=10), done, True), (last, None, False)]
        for start, end, finished in runs:
            jn = f"{name}-{int((start - dt.datetime(1970, 1, 1)).total_seconds()) // 60}"
            spec = copy.deepcopy(c["spec"]["jobTemplate"]["spec"])
            u = uid("Job", ns, jn)
            spec["selector"] = {"matchLabels": {"batch.kubernetes.io/controller-uid": u}}
            spec["template"]["metadata"]["labels"].update({"batch.kubernetes.io/controller-uid": u, "batch.kubernetes.io/job-name": jn})
            st = {"startTime": iso(start)}
            st.update({"succeeded": 1, "completionTime": iso(end), "conditions": [{"type": "Complete", "status": "True", "lastTransitionTime": iso(end)}]} if finished else {"active": 1, "ready": 1})
            job = {"apiVersion": "batch/v1", "kind": "Job",
                   "metadata": meta("Job", ns, jn, start, dict(spec["template"]["metadata"]["labels"]), {"batch.kubernetes.io/cronjob-scheduled-timestamp": iso(start)}, c),
                   "spec": spec, "status": st}
            self.sets.append(job)
            self.job_pods(job, 1, "Succeeded" if finished else "Running", name)

    def static(self, p):
        """The mirror pods of cp-2 and cp-3."""
        component = p["metadata"]["labels"]["component"]
        for i, node in ((2, "cp-2"), (3, "cp-3")):
            text = json.dumps({k: v for k, v in p.items() if k != "status"})
            keep = re.findall(r"--initial-cluster=[^\"]*", text)
            text = text.replace("cp-1", node).replace("10.20.0.11", f"10.20.0.1{i}")
            for k in keep:
                text = re.sub(r"--initial-cluster=[^\"]*", k, text)
            new = json.loads(text)
            t = dt.datetime(2026, 11, 18, 15, 4, 37) if node == "cp-3" else dt.datetime(2026, 10, 12, 8, 10, 51)
            m = new["metadata"]
            m.update(uid=uid("Pod", "kube-system", m["name"]), resourceVersion=version(t, m["name"]), creationTimestamp=iso(t))
            mirror = f"{h('static', m['name']):032x}"
            m["annotations"].update({"kubernetes.io/config.hash": mirror, "kubernetes.io/config.mirror": mirror, "kubernetes.io/config.seen": iso(t)[:-1] + ".201Z"})
            m["ownerReferences"] = [{"apiVersion": "v1", "kind": "Node", "name": node, "uid": uid("Node", None, node), "controller": True}]
            for lost in LOST_FLAGS.get((component, node), ()):
                c = new["spec"]["containers"][0]
                c["command"] = [a for a in c["command"] if not a.startswith(lost)]
            new["status"] = status(new, t)
            self.pods.append(new)

    def run(self):
        for o in self.objects:
            kind, m = o["kind"], o["metadata"]
            if kind == "Deployment":
                self.deployment(o)
            elif kind == "StatefulSet":
                self.stateful_set(o)
            elif kind == "DaemonSet":
                self.daemon_set(o)
            elif kind == "ReplicaSet":
                self.fill(o, (m["namespace"], m["name"]), o["spec"]["replicas"], when(m["creationTimestamp"]), NOW - dt.timedelta(days=3))
            elif kind == "CronJob":
                self.cron_job(o)
            elif kind == "Job":
                done = o["status"].get("succeeded")
                self.job_pods(o, o["spec"]["completions"], "Succeeded" if done else "Running", m["name"], o["spec"].get("completionMode") == "Indexed")
            elif kind == "Pod" and "kubernetes.io/config.mirror" in m.get("annotations", {}):
                self.static(o)

class Plain(yaml.SafeDumper):
    def ignore_aliases(self, _):
        return True

def write(path, says, docs):
    with open(path, "w") as f:
        f.write(f"# Generated by generate-pods.py from the hand-written files; do not edit. {says}\n")
        f.write("---\n".join(yaml.dump(d, Dumper=Plain, sort_keys=False, width=9999) for d in docs))

def main():
    files = sorted(f for f in glob.glob("[0-9][0-9]-*.yaml") if f not in GENERATED)
    for f in files:
        stamp(f)
    cluster = Cluster([o for f in files for o in yaml.safe_load_all(open(f))])
    cluster.run()
    write("80-replicasets.yaml", "ReplicaSets of Deployments, Jobs of CronJobs.", cluster.sets)
    write("85-volumes.yaml", "Claims and volumes of StatefulSets.", cluster.volumes)
    write("90-pods.yaml", "Every pod that is not written by hand.", cluster.pods)
    with open("_cluster.yaml", "w") as f:
        f.write(f"# What the header says of the demo cluster; not a Kubernetes object.\nversion: v1.35.2\ncontext: demo\nserver: demo\nid: {uid('Namespace', None, 'kube-system')}\n")
    print(len(files), "files,", len(cluster.objects), "objects,", len(cluster.sets), "sets,", len(cluster.pods), "pods")

if __name__ == "__main__":
    main()
