//! `admission.*`; written by `cargo xtask gen`.

/// `admission.image-verification`.
pub mod image_verification;
/// `admission.policy-engine`.
pub mod policy_engine;
