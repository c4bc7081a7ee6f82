//! YAML as text: documents and positions. One code path for files and for the YAML that plimsoll prints itself.
