//! Programs that nobody should meet on the Internet: their interfaces run code, hold data or steer the cluster.

use super::super::Alike;
use crate::inventory::image::Image;
use crate::inventory::kinds::pod::PodSpec;

/// A program: what its workloads' names contain, and how the names of its images are.
struct Program {
    title: &'static str,
    /// A part of the workload's name.
    names: &'static [&'static str],
    /// How the repository of an image ends.
    images: &'static [&'static str],
}

const fn program(title: &'static str, names: &'static [&'static str], images: &'static [&'static str]) -> Program {
    Program { title, names, images }
}

/// Names are used where they stand for nothing else; common words (`redis`) go by image only.
#[rustfmt::skip] // a table
static PROGRAMS: &[Program] = &[
    program("Adminer", &[], &["adminer"]),
    program("Airflow", &[], &["airflow"]),
    program("Argo CD", &["argocd-server"], &[]),
    program("Argo Workflows", &["argo-server"], &["argocli"]),
    program("BentoML", &["bentoml"], &["bento-server"]),
    program("Elasticsearch", &[], &["elasticsearch", "opensearch"]),
    program("etcd", &[], &["etcd"]),
    program("GitLab", &[], &["gitlab-ce", "gitlab-ee", "gitlab-webservice-ce", "gitlab-webservice-ee"]),
    program("Grafana", &[], &["grafana", "grafana-oss", "grafana-enterprise"]),
    program("Harbor", &[], &["goharbor/harbor-core", "goharbor/harbor-portal", "goharbor/nginx-photon"]),
    program("Jenkins", &["jenkins"], &["jenkins"]),
    program("Jupyter", &["jupyterhub"], &["jupyterhub", "k8s-hub", "base-notebook", "minimal-notebook", "scipy-notebook", "datascience-notebook"]),
    program("Kibana", &[], &["kibana", "opensearch-dashboards"]),
    program("KServe", &["kserve"], &["kserve-controller"]),
    program("Kubeflow", &["kubeflow"], &[]),
    program("Kubernetes Dashboard", &["kubernetes-dashboard"], &["kubernetesui/dashboard", "kubernetesui/dashboard-web", "kubernetesui/dashboard-api", "kubernetes-dashboard-amd64"]),
    program("Longhorn", &["longhorn-ui"], &["longhorn-ui"]),
    program("MinIO", &[], &["minio"]),
    program("MLflow", &["mlflow"], &["mlflow"]),
    program("MongoDB", &[], &["mongo", "mongodb", "mongodb-community-server"]),
    program("NiFi", &["nifi"], &["nifi"]),
    program("Ollama", &["ollama"], &["ollama"]),
    program("phpMyAdmin", &[], &["phpmyadmin"]),
    program("Portainer", &[], &["portainer-ce", "portainer-ee"]),
    program("Prometheus", &["prometheus-deployment"], &["prom/prometheus", "prometheus/prometheus"]),
    program("RabbitMQ", &[], &["rabbitmq"]),
    program("Rancher", &[], &["rancher/rancher"]),
    program("Ray", &["ray-dashboard", "ray-head"], &["rayproject/ray", "rayproject/ray-ml"]),
    program("Redis", &[], &["redis", "valkey"]),
    program("Seldon", &["seldon"], &["seldon-core-operator"]),
    program("Spark", &[], &["apache/spark", "bitnami/spark"]),
    program("Triton", &["triton-inference-server"], &["tritonserver"]),
    program("vLLM", &["vllm"], &["vllm-openai"]),
    program("Weave Scope", &["weave-scope-app"], &["weaveworks/scope"]),
];

/// The parts of names that the table has.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    PROGRAMS.iter().flat_map(|program| program.names).copied()
}

/// The program that a workload is, by its name or an image.
pub(super) fn of(workload: &Alike<'_>, spec: &PodSpec) -> Option<&'static str> {
    let images: Vec<Image<'_>> = spec.each_container().map(|(_, _, c)| Image::parse(&c.image)).collect();
    let called = workload.telling_name();
    let is = |program: &&Program| {
        program.names.iter().any(|name| called.contains(name))
            || program.images.iter().any(|name| images.iter().any(|image| image.is_called(name)))
    };
    PROGRAMS.iter().find(is).map(|program| program.title)
}
