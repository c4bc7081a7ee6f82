//! The project's own chores, as a library so that integration tests can start the test cluster.

pub mod agent;
pub mod bench;
pub mod cluster;
pub mod generate;
pub mod link;
pub mod new_check;
pub mod paths;
pub mod sandbox;
pub mod shots;
pub mod test;
pub mod tools;
