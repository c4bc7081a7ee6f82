//! Which workloads are parts of the cluster itself. Their images decide: a name or a label can be anybody's.

use super::super::Alike;
use crate::inventory::image::Image;

/// Repositories of what clusters and their distributions put into kube-system; one that ends with a slash stands for all
/// below it.
const REPOSITORIES: [&str; 31] = [
    "registry.k8s.io/kube-apiserver",
    "registry.k8s.io/kube-controller-manager",
    "registry.k8s.io/kube-scheduler",
    "registry.k8s.io/kube-proxy",
    "registry.k8s.io/etcd",
    "registry.k8s.io/coredns/",
    "registry.k8s.io/dns/",
    "registry.k8s.io/metrics-server/",
    "registry.k8s.io/node-problem-detector/",
    "registry.k8s.io/cpa/",
    "registry.k8s.io/sig-storage/",
    "registry.k8s.io/provider-aws/",
    "registry.k8s.io/provider-azure/",
    "registry.k8s.io/provider-os/",
    "registry.k8s.io/cloud-provider-gcp/",
    "docker.io/coredns/",
    "docker.io/kindest/",
    "docker.io/rancher/",
    "docker.io/calico/",
    "quay.io/calico/",
    "quay.io/cilium/",
    "docker.io/flannel/",
    "ghcr.io/flannel-io/",
    "docker.io/antrea/",
    "docker.io/cloudnativelabs/kube-router",
    "public.ecr.aws/eks-distro/",
    "public.ecr.aws/ebs-csi-driver/",
    "gke.gcr.io/",
    "mcr.microsoft.com/oss/",
    "mcr.microsoft.com/aks/",
    "mcr.microsoft.com/containernetworking/",
];

/// Whether every image of a workload is such a one.
pub(super) fn is_known(workload: &Alike<'_>) -> bool {
    let mut images = 0;
    let known = workload.specs().all(|spec| {
        spec.each_container().all(|(_, _, container)| {
            images += 1;
            is_of_the_system(&Image::parse(&container.image))
        })
    });
    known && images > 0
}

fn is_of_the_system(image: &Image<'_>) -> bool {
    // the account that EKS takes its own images from, in any region
    let eks =
        image.registry().strip_prefix("602401143452.dkr.ecr.").and_then(|rest| rest.strip_suffix(".amazonaws.com"));
    if eks.is_some_and(|region| !region.contains('.')) {
        return true;
    }
    let repository = image.repository();
    REPOSITORIES.iter().any(
        |known| {
            if known.ends_with('/') { repository.starts_with(known) } else { repository == *known }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_name_decides() {
        let known = |image: &str| is_of_the_system(&Image::parse(image));
        assert!(known("registry.k8s.io/kube-proxy:v1.36.0") && known("registry.k8s.io/coredns/coredns:v1.12"));
        assert!(known("602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/coredns:v1"));
        assert!(!known("602401143452.dkr.ecr.evil.example/eks/coredns:v1"));
        assert!(!known("602401143452.dkr.ecr.a.evil.example.amazonaws.com/eks/coredns:v1"));
        assert!(!known("registry.k8s.io/kube-proxy-evil:v1") && !known("evil.example/registry.k8s.io/coredns/coredns"));
    }
}
