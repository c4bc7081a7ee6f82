//! `plimsoll gaps`: what of a framework is checked, collected, and left to others. Needs no cluster.

use super::args::{GapsArgs, GapsOutput};
use super::list::newest;
use super::{Exit, Failure, print};
use crate::exports::analysis;
use crate::frameworks;

pub(super) fn run(args: &GapsArgs) -> Result<Exit, Failure> {
    let packs = frameworks::embedded().map_err(|error| Failure::new(Exit::Internal, error))?;
    let pinned: Vec<(String, String)> = args.version.iter().map(|v| (args.framework.clone(), v.clone())).collect();
    let editions = newest(&packs, std::slice::from_ref(&args.framework), &pinned)?;
    let text = editions.iter().map(|edition| match args.output {
        GapsOutput::Table => Ok(analysis::table(edition)),
        GapsOutput::Markdown => Ok(analysis::markdown(edition)),
        GapsOutput::Csv => analysis::csv(edition),
        GapsOutput::Json => analysis::json(edition),
    });
    let text: Vec<String> = text.collect::<Result<_, _>>().map_err(|error| Failure::new(Exit::Internal, error))?;
    print(&text.concat())?;
    Ok(Exit::Ok)
}
