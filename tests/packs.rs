//! The packs against the tables of facts, and against the checks that there are.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stderr, missing_docs)]

use plimsoll::checks;
use plimsoll::frameworks::{Control, Edition, Pack, embedded};
use plimsoll::inventory::Version;
use std::collections::{BTreeMap, BTreeSet};

fn packs() -> Vec<Pack> {
    embedded().unwrap_or_else(|errors| panic!("{errors}"))
}

fn pack<'p>(packs: &'p [Pack], id: &str) -> &'p Pack {
    packs.iter().find(|pack| *pack.id == *id).unwrap()
}

fn newest(packs: &[Pack]) -> Vec<Edition> {
    packs.iter().map(|pack| pack.edition(&pack.newest(), Version::NEWEST)).collect()
}

/// Rows of a table of facts by column; None where there is none, and says so.
fn facts(test: &str, name: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let path = xtask::paths::shared().join("facts").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {test} (needs {})", path.display());
        return None;
    };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let columns = reader.headers().unwrap().clone();
    let row =
        |record: csv::StringRecord| columns.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect();
    Some(reader.records().map(|record| row(record.unwrap())).collect())
}

fn label(word: &str) -> &'static str {
    if word.starts_with('A') { "automated" } else { "manual" }
}

fn find<'e>(edition: &'e Edition, id: &str) -> &'e Control {
    let found = edition.controls().find(|(_, control)| *control.id == *id);
    found.unwrap_or_else(|| panic!("{} {} has no {id}", edition.framework, edition.version)).1
}

/// Ids, labels and what became of each id, version by version.
#[test]
fn cis_numbers_are_those_of_the_published_tables() {
    let Some(rows) = facts("cis_numbers_are_those_of_the_published_tables", "cis_numbering.csv") else { return };
    let packs = packs();
    let cis = pack(&packs, "cis");
    let mut versions: BTreeMap<String, Vec<&BTreeMap<String, String>>> = BTreeMap::new();
    for row in &rows {
        versions.entry(row["version"].clone()).or_default().push(row);
    }
    let published: BTreeSet<&str> = versions.keys().map(String::as_str).chain(["2.0.1"]).collect();
    assert_eq!(cis.versions.iter().map(|v| &**v).collect::<BTreeSet<_>>(), published);
    for (version, rows) in versions {
        let edition = cis.edition(&version, Version::NEWEST);
        let ours: BTreeSet<&str> = edition.controls().map(|(_, control)| &*control.id).collect();
        let theirs: BTreeSet<&str> = rows.iter().map(|row| row["id"].as_str()).collect();
        assert_eq!(ours, theirs, "{version}");
        for row in rows {
            let control = find(&edition, &row["id"]);
            assert_eq!(
                control.assessment.as_deref(),
                Some(label(&row["automated_or_manual"])),
                "{version} {}",
                row["id"]
            );
            match row["id_in_1.12"].as_str() {
                "" => assert!(control.key.starts_with('r'), "{version} {}: {} is retired", row["id"], control.key),
                key => assert_eq!(&*control.key, key, "{version} {}", row["id"]),
            }
            // what was turned round, and what is gone, is for a person, with lines to look at
            if row["note"].starts_with("opposite") || row["note"].starts_with("retired") {
                let decided = control.checks.checks();
                assert!(decided.is_empty() || *control.key == *"r1.2-insecure-port", "{version} {}", row["id"]);
                assert!(!control.collect.is_empty());
            }
        }
    }
}

/// Levels, labels and checks of the newest version; three deltas lead from 1.12 to it.
#[test]
fn cis_controls_are_those_of_the_newest_benchmark() {
    let Some(rows) = facts("cis_controls_are_those_of_the_newest_benchmark", "cis_controls.csv") else { return };
    let packs = packs();
    let newest = pack(&packs, "cis").edition("2.0.1", Version::NEWEST);
    let before = pack(&packs, "cis").edition("1.12", Version::NEWEST);
    assert_eq!(newest.controls().count(), rows.len());
    let mut levels = BTreeMap::new();
    for row in &rows {
        let control = find(&newest, &row["id"]);
        let level = if row["level"].starts_with("L2") { 2 } else { 1 };
        assert_eq!(control.level, Some(level), "{}", row["id"]);
        assert_eq!(control.assessment.as_deref(), Some(label(&row["auto_manual"])), "{}", row["id"]);
        *levels.entry(level).or_insert(0) += 1;
        let ours = control.checks.checks();
        for check in row["check_id"].split(" + ") {
            // 5.2.1 is decided namespace by namespace inside ns.pss-enforce: see the comment in the pack
            if check == "admission.policy-engine" {
                continue;
            }
            assert!(ours.iter().any(|id| **id == *check), "{}: {check} in {ours:?}", row["id"]);
        }
        let differs = find(&before, &row["id"]).level != control.level;
        assert_eq!(differs, row["id"] == "5.2.9", "{}: level of 1.12", row["id"]);
    }
    assert_eq!(levels, BTreeMap::from([(1, 116), (2, 15)]));
    let automated = |edition: &Edition| {
        edition.controls().filter(|(_, control)| control.assessment.as_deref() == Some("automated")).count()
    };
    assert_eq!((automated(&newest), automated(&before)), (64, 65), "4.3.1 is Manual since 2.0.1");
}

/// `verdicts.md`: which controls of section 5 are measured, and which a person decides.
#[test]
fn section_five_is_decided_as_the_rules_of_truth_say() {
    let packs = packs();
    let edition = pack(&packs, "cis").edition("2.0.1", Version::NEWEST);
    let measured = |id: &str| {
        let number = |prefix: &str| id.strip_prefix(prefix).and_then(|n| n.parse::<u32>().ok());
        matches!(id, "5.1.5" | "5.1.6" | "5.3.2" | "5.4.1")
            || number("5.2.").is_some()
            || number("5.6.").is_some_and(|n| (2..=4).contains(&n))
    };
    for (_, control) in edition.controls().filter(|(section, _)| section.starts_with('5')) {
        let wanted = if measured(&control.id) { "measured" } else { "review" };
        assert_eq!(control.decides.as_str(), wanted, "{}", control.id);
    }
}

#[test]
fn managed_numbers_are_those_of_the_published_tables() {
    let Some(rows) = facts("managed_numbers_are_those_of_the_published_tables", "managed_numbering.csv") else {
        return;
    };
    let packs = packs();
    let ids = [("eks-1.8.0", "cis-eks", "1.8"), ("gke-1.9.0", "cis-gke", "1.9"), ("aks-1.8", "cis-aks", "1.8")];
    for (theirs, ours, version) in ids {
        let edition = pack(&packs, ours).edition(version, Version::NEWEST);
        let rows: Vec<_> = rows.iter().filter(|row| row["pack"] == theirs).collect();
        assert_eq!(edition.controls().count(), rows.len(), "{ours}");
        for row in rows {
            let control = find(&edition, &row["id"]);
            assert_eq!(control.assessment.as_deref(), Some(label(&row["automated_or_manual"])), "{ours} {}", row["id"]);
            let like = control.like.as_deref().unwrap_or_default();
            let wanted = match row["id_in_cis_1.12"].as_str() {
                "" => String::new(),
                id => format!("cis/{id}"),
            };
            assert_eq!(like, wanted, "{ours} {}", row["id"]);
        }
        assert_eq!(edition.platforms.len(), 1, "{ours}");
    }
}

/// Every check that is named exists or is on the list of those to build, and every check serves a control.
#[test]
fn checks_and_controls_name_each_other() {
    let packs = packs();
    let mut named: BTreeSet<String> = BTreeSet::new();
    for control in packs.iter().flat_map(Pack::all_controls) {
        named.extend(control.all_checks().iter().map(|id| id.to_string()));
    }
    for pack in &packs {
        for version in &pack.versions {
            let edition = pack.edition(version, Version::NEWEST);
            named.extend(edition.controls().flat_map(|(_, c)| c.all_checks()).map(|id| id.to_string()));
        }
    }
    for check in checks::ALL {
        assert!(
            named.contains(check.id),
            "no control names {}: add it to a pack (hygiene, where nothing else asks)",
            check.id
        );
    }
    let Some(rows) = facts("checks_and_controls_name_each_other", "checks.csv") else { return };
    let listed: BTreeSet<&str> = rows.iter().map(|row| row["id"].as_str()).collect();
    let unknown: Vec<&String> =
        named.iter().filter(|id| !listed.contains(id.as_str()) && checks::find(id).is_none()).collect();
    assert!(unknown.is_empty(), "checks that nobody knows: {unknown:?}");
    let unused: Vec<&&str> = listed.iter().filter(|id| !named.contains(**id)).collect();
    assert!(unused.is_empty(), "checks that no control names: {unused:?}");
}

/// No control refers to nothing; every relation leads somewhere; words are there, and no line writes.
#[test]
fn controls_are_sound() {
    let packs = packs();
    let editions = newest(&packs);
    let names: BTreeSet<String> = editions
        .iter()
        .flat_map(|e| e.controls().map(|(_, c)| format!("{}/{}", e.framework, c.id)).collect::<Vec<_>>())
        .collect();
    for pack in &packs {
        for control in pack.all_controls() {
            let name = format!("{}/{}", pack.id, control.key);
            assert!(!control.all_checks().is_empty() || !control.collect.is_empty(), "{name} refers to nothing");
            assert!(!control.title.is_empty() && !control.why.is_empty(), "{name}");
            assert!(control.title.chars().count() <= 100, "{name}: a long title");
            assert!(
                !control.title.ends_with('.') && control.why.ends_with('.'),
                "{name}: {} / {}",
                control.title,
                control.why
            );
            for target in &control.relates {
                assert!(names.contains(&**target), "{name} relates to {target}");
            }
            for line in &control.collect {
                let shell = !["attach: ", "provider: ", "node: "].iter().any(|who| line.starts_with(who));
                assert!(!shell || line.starts_with("kubectl "), "{name}: {line}");
                for word in [" delete", " apply", " patch ", " edit ", " create ", "get secrets", "secrets,", " cp "] {
                    let quoted = line.contains(&format!("\"{}", word.trim())) || !line.starts_with("kubectl");
                    assert!(!line.contains(word) || quoted, "{name} would write or read Secrets: {line}");
                }
            }
            for text in [&*control.title, &*control.why, control.note.as_deref().unwrap_or_default()] {
                assert!(!text.to_lowercase().contains("compliant"), "{name}: a word that is not used");
            }
        }
    }
}

#[test]
fn soc2_has_every_criterion_of_all_five_categories() {
    let packs = packs();
    let edition = pack(&packs, "soc2").edition("2017", Version::NEWEST);
    let ids: Vec<&str> = edition.controls().map(|(_, control)| &*control.id).collect();
    let series = [
        ("CC1", 5),
        ("CC2", 3),
        ("CC3", 4),
        ("CC4", 2),
        ("CC5", 3),
        ("CC6", 8),
        ("CC7", 5),
        ("CC8", 1),
        ("CC9", 2),
        ("A1", 3),
        ("C1", 2),
        ("PI1", 5),
        ("P1", 1),
        ("P2", 1),
        ("P3", 2),
        ("P4", 3),
        ("P5", 2),
        ("P6", 7),
        ("P7", 1),
        ("P8", 1),
    ];
    let wanted: Vec<String> = series.iter().flat_map(|(s, n)| (1..=*n).map(move |i| format!("{s}.{i}"))).collect();
    assert_eq!(ids, wanted, "in the order of the criteria");
    for (_, control) in edition.controls() {
        assert_eq!(control.criterion.as_deref(), Some(&*control.id));
        assert!(!control.collect.is_empty(), "{}: what people hand in", control.id);
    }
}

#[test]
fn matrices_have_every_technique() {
    let packs = packs();
    let ids = |id: &str| -> BTreeSet<String> { pack(&packs, id).all_controls().map(|c| c.id.to_string()).collect() };
    let numbers = (9001..=9041).filter(|n| *n != 9032).map(|n| format!("MS-TA{n}"));
    assert_eq!(ids("mitre-k8s"), numbers.collect(), "9032 is not in the current matrix");
    let attack = ids("mitre-attack");
    // sub-techniques as ATT&CK numbers them, not as an old list does
    for id in ["T1098.006", "T1204.003", "T1552.007", "T1053.007", "T1543.005", "T1136.001"] {
        assert!(attack.contains(id), "{id}");
    }
    assert!(!attack.contains("T1098.004") && !attack.contains("T1204.002") && !attack.contains("T1552.002"));
}

#[test]
fn the_audit_has_fifty_points_that_name_cis_and_soc2() {
    let packs = packs();
    let points: Vec<&Control> = pack(&packs, "audit-50").all_controls().collect();
    assert_eq!(points.len(), 50);
    for (i, point) in points.iter().enumerate() {
        assert_eq!(*point.id, *format!("{:02}", i + 1));
        let relates = |prefix: &str| point.relates.iter().any(|name| name.starts_with(prefix));
        assert!(relates("soc2/"), "{}: {:?}", point.id, point.relates);
        let told = point.note.as_deref().is_some_and(|note| note.starts_with("CIS has no control for it."));
        assert!(relates("cis") || told, "{}: which CIS control, or that there is none", point.id);
    }
}

/// Housekeeping holds what nothing else asks for.
#[test]
fn hygiene_repeats_no_other_framework() {
    let packs = packs();
    let of = |hygiene: bool| -> BTreeSet<String> {
        let chosen = packs.iter().filter(|pack| (*pack.id == *"hygiene") == hygiene);
        let deciding = chosen.flat_map(Pack::all_controls).flat_map(|control| control.checks.checks());
        deciding.map(|id| id.to_string()).collect()
    };
    let twice: Vec<String> = of(true).intersection(&of(false)).cloned().collect();
    assert!(twice.is_empty(), "{twice:?}");
}
