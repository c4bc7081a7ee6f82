//! The demo: a cluster that the program carries, written by hand.

use super::files::{Loader, Note, pick};
use crate::inventory::{Inventory, Kind, Medium, ReadState, Version};
use crate::model::{Cluster, FindingSource};
use include_dir::{Dir, include_dir};
use serde::Deserialize;

static DEMO: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets/demo");

#[derive(Deserialize)]
struct About {
    version: String,
    context: String,
    server: String,
    id: String,
}

/// Loads it. The notes are empty: a test says so.
pub fn load() -> (Inventory, Vec<Note>) {
    let about = DEMO.get_file("_cluster.yaml").and_then(|file| file.contents_utf8()).unwrap_or_default();
    let about: Option<About> = serde_saphyr::from_str(about).ok();
    let version = about.as_ref().and_then(|about| about.version.parse().ok()).unwrap_or(Version::NEWEST);
    let mut loader = Loader::new(Medium::Cluster, version, None);
    for file in DEMO.files().filter(|file| is_manifest(file.path())) {
        let name = file.path().display().to_string();
        // embedded text parses: a test holds it
        let _ = loader.text(&name, file.contents_utf8().unwrap_or_default());
    }
    let (mut inventory, notes) = loader.finish();
    for kind in Kind::every() {
        inventory.set_state(kind, ReadState::Complete);
    }
    // documents of the demo are no files of the user
    if let Some(about) = about {
        inventory.cluster = Cluster {
            context: Some(about.context.into()),
            server: Some(about.server.into()),
            version: Some(version.to_string().into()),
            id: Some(about.id.into()),
        };
    }
    (inventory, notes)
}

fn is_manifest(path: &std::path::Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(|c: char| c.is_ascii_digit()) && name.ends_with(".yaml")
}

/// The text of one document of the demo.
///
/// # Errors
/// A document that the demo does not have.
pub fn document(source: &FindingSource) -> std::io::Result<String> {
    let file = DEMO.get_file(&*source.file).and_then(|file| file.contents_utf8());
    pick(file.ok_or_else(|| std::io::Error::other("the demo has no such file"))?, source.document)
}
