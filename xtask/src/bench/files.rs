//! Manifests: JSON in bytes a second on one core, YAML as a ratio to `serde_saphyr::from_multiple`, memory beside the
//! size of the file.

use super::release;
use crate::paths;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

/// What one process came to.
#[derive(Clone, Copy)]
struct Cost {
    /// Of the clock.
    seconds: f64,
    /// Of the processor.
    busy: f64,
    /// Read.
    bytes: f64,
    /// Peak of memory, kB.
    peak: u64,
}

pub(super) fn run(pods: u32, rounds: u32) -> Result<()> {
    let build = ["build", "--release", "--package", "plimsoll", "--no-default-features", "--example", "decode_files"];
    if !Command::new(env!("CARGO")).current_dir(paths::root()).args(build).status()?.success() {
        bail!("the release build failed");
    }
    let program = release().join("examples/decode_files");
    let folder = release().join("bench-files");
    let made = Command::new(&program).arg("write").arg(&folder).arg(pods.to_string()).status()?;
    if !made.success() {
        bail!("cannot write the pods to {}", folder.display());
    }
    // a tenth: memory that grows with the number of documents shows
    let small = folder.join("small");
    Command::new(&program).arg("write").arg(&small).arg((pods / 10).to_string()).status()?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from).to_string();
    println!("{pods} pods, best of {rounds}");
    println!("{:34} {:>8} {:>8} {:>8} {:>9}", "", "s", "cpu s", "MB/s", "peak MB");
    let best = |name: &str, args: &[&str]| -> Result<Cost> {
        let mut best: Option<Cost> = None;
        for _ in 0..rounds {
            let cost = one(&program, args)?;
            best = Some(match best {
                Some(known) if known.seconds < cost.seconds => Cost { peak: known.peak.max(cost.peak), ..known },
                _ => cost,
            });
        }
        let cost = best.context("at least one round is needed")?;
        let Cost { seconds, busy, bytes, peak } = cost;
        println!("{name:34} {seconds:8.2} {busy:8.2} {:8.0} {:9.1}", bytes / 1e6 / seconds, peak as f64 / 1e3);
        Ok(cost)
    };
    let path = |folder: &Path, name: &str| folder.join(name).display().to_string();
    let (json, yaml) = (path(&folder, "pods.json"), path(&folder, "pods.yaml"));
    best("JSON, serde_json alone", &["reference", &json])?;
    let json_one = best("JSON, plimsoll on one core", &["load", &json, "1"])?;
    best(&format!("JSON, plimsoll on {cores}"), &["load", &json, &cores])?;
    let json_small = best("JSON, a tenth of it, on one core", &["load", &path(&small, "pods.json"), "1"])?;
    let reference = best("YAML, serde_saphyr::from_multiple", &["reference", &yaml])?;
    let yaml_one = best("YAML, plimsoll on one core", &["load", &yaml, "1"])?;
    let yaml_all = best(&format!("YAML, plimsoll on {cores}"), &["load", &yaml, &cores])?;
    println!("JSON on one core     {:.0} MB/s", json_one.bytes / 1e6 / json_one.seconds);
    println!("YAML on one core     {:.2} times serde_saphyr::from_multiple", yaml_one.busy / reference.busy);
    println!("YAML on {cores} cores     {:.2} times one core", yaml_all.seconds / yaml_one.seconds);
    let grown = json_one.peak.saturating_sub(json_small.peak) as f64 * 1e3 / f64::from(pods - pods / 10);
    println!(
        "memory               {grown:.0} bytes more a pod, of {:.0} in the file",
        json_one.bytes / f64::from(pods)
    );
    Ok(())
}

fn one(program: &Path, args: &[&str]) -> Result<Cost> {
    let output = Command::new(program).args(args).output()?;
    let text = String::from_utf8(output.stdout)?;
    let fields: Vec<f64> = text.split_whitespace().filter_map(|field| field.parse().ok()).collect();
    match fields.as_slice() {
        [seconds, busy, bytes, peak, ..] => {
            Ok(Cost { seconds: *seconds, busy: *busy, bytes: *bytes, peak: *peak as u64 })
        }
        _ => bail!("{args:?} said {text:?}, and: {}", String::from_utf8_lossy(&output.stderr)),
    }
}
