//! Paths of its node that a pod mounts.

use super::super::{ContainerCx, SpecCx};
use crate::inventory::kinds::pod::VolumeMount;
use crate::model::FieldPath;

/// A hostPath volume.
pub(super) struct HostPath<'a> {
    /// Position in `volumes`.
    index: usize,
    /// Name of the volume.
    pub(super) name: &'a str,
    /// The path as it is written.
    pub(super) written: &'a str,
    /// The path without what makes one place look like two.
    pub(super) path: String,
}

impl HostPath<'_> {
    /// The path of the field that names it, from the PodSpec.
    pub(super) fn at(&self) -> FieldPath {
        FieldPath::of("volumes").named(self.index, self.name).fields("hostPath.path")
    }
}

/// The hostPath volumes of a pod.
pub(super) fn paths<'a>(cx: &SpecCx<'a>) -> impl Iterator<Item = HostPath<'a>> {
    cx.spec.volumes.iter().enumerate().filter_map(|(index, volume)| {
        let written = volume.source.host_path.as_ref()?.path.as_str();
        Some(HostPath { index, name: &volume.name, written, path: clean(written) })
    })
}

/// Who mounts a volume, with the position of the mount.
pub(super) fn mounts<'a>(
    cx: SpecCx<'a>,
    volume: &str,
) -> impl Iterator<Item = (ContainerCx<'a>, usize, &'a VolumeMount)> {
    cx.containers().flat_map(move |container| {
        let of_volume = container.container.volume_mounts.iter().enumerate().filter(move |(_, m)| m.name == volume);
        of_volume.map(move |(index, mount)| (container, index, mount))
    })
}

/// Whether a path is a folder, or lies inside it.
pub(super) fn within(path: &str, folder: &str) -> bool {
    folder == "/" || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// `/var/./log//x/..` is `/var/log`; on Windows so is `C:\var\log`.
fn clean(path: &str) -> String {
    let path = path.replace('\\', "/");
    let path = match path.split_once(':') {
        Some((drive, rest)) if drive.len() == 1 => rest,
        _ => path.as_str(),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_has_one_path() {
        for (written, path) in [
            ("/var/run/", "/var/run"),
            ("//var/./run/x/..", "/var/run"),
            ("/", "/"),
            ("/../", "/"),
            (r"C:\var\log", "/var/log"),
            (r"\\.\pipe\docker_engine", "/pipe/docker_engine"),
        ] {
            assert_eq!(clean(written), path);
        }
    }

    #[test]
    fn a_neighbour_with_the_same_beginning_lies_outside() {
        assert!(within("/etc", "/etc") && within("/etc/ssl", "/etc") && within("/etc", "/"));
        assert!(!within("/etcd", "/etc") && !within("/", "/etc"));
    }
}
