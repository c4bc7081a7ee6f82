//! Every check; written by `cargo xtask gen`.

use super::Check;

/// Every check, in order of id.
pub static ALL: &[&Check] = &[
    &super::container::privileged::CHECK,
    &super::netpol::namespace_none::CHECK,
    &super::pod::host_pid::CHECK,
    &super::pod::sa_token_automount::CHECK,
    &super::sa::default_automount::CHECK,
];
