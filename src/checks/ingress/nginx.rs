//! The community's ingress-nginx, known by its image.

use crate::inventory::image::{self, Image};

/// How the repository of the controller's image ends, at its own registry and as others build or copy it.
const IMAGES: [&str; 3] = ["ingress-nginx/controller", "ingress-nginx/controller-chroot", "nginx-ingress-controller"];

/// Whether an image is the controller.
pub(super) fn is_controller(written: &str) -> bool {
    let image = Image::parse(written);
    IMAGES.iter().any(|name| image.is_called(name))
}

/// Whether an image may be the controller under a name that stands for others too.
pub(super) fn may_be_controller(written: &str) -> bool {
    is_controller(written) || image::repository(written).ends_with("nginx-controller")
}

/// A version: major, minor, patch.
pub(super) type Release = (u32, u32, u32);

/// The version in the tag: `v1.12.1`, `1.11.3-hardened1`. None: no tag, or one that is no version.
pub(super) fn release(written: &str) -> Option<Release> {
    let name = written.split('@').next()?.rsplit('/').next()?;
    let tag = name.split_once(':')?.1.trim_start_matches(['v', 'V']);
    let mut parts = tag.split(['.', '-', '_', '+']).map(|part| part.parse().ok());
    let (major, minor) = (parts.next()??, parts.next()??);
    Some((major, minor, parts.next().flatten().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_controller_and_its_version() {
        for (written, is, version) in [
            ("registry.k8s.io/ingress-nginx/controller:v1.12.1@sha256:ab", true, Some((1, 12, 1))),
            ("mirror.example.com:5000/k8s/ingress-nginx/controller-chroot:v1.9.4", true, Some((1, 9, 4))),
            ("quay.io/kubernetes-ingress-controller/nginx-ingress-controller:0.33.0", true, Some((0, 33, 0))),
            ("nginx-controller:v1.0.0", false, Some((1, 0, 0))),
            ("rancher/nginx-ingress-controller:v1.10.1-hardened1", true, Some((1, 10, 1))),
            ("registry.k8s.io/ingress-nginx/controller@sha256:ab", true, None),
            ("registry.k8s.io/ingress-nginx/controller:latest", true, None),
            ("registry.k8s.io/ingress-nginx/kube-webhook-certgen:v1.4.1", false, Some((1, 4, 1))),
            ("nginx/nginx-ingress:3.7.0", false, Some((3, 7, 0))),
            ("kong/kubernetes-ingress-controller:3.1", false, Some((3, 1, 0))),
        ] {
            assert_eq!((is_controller(written), release(written)), (is, version), "{written}");
        }
    }
}
