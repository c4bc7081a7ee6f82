//! `admission.*`; written by `cargo xtask gen`.

/// `admission.image-verification`.
pub mod image_verification;
mod owners;
/// `admission.policy-engine`.
pub mod policy_engine;
/// `admission.violations`.
pub mod violations;
/// `admission.webhook-fail-open`.
pub mod webhook_fail_open;
/// `admission.webhook-inventory`.
pub mod webhook_inventory;
/// `admission.webhook-namespace-exempt`.
pub mod webhook_namespace_exempt;
