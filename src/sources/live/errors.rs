use std::fmt;

/// Why a cluster cannot be used at all: exit code 3. A sentence, and what to do.
#[derive(Debug)]
pub struct ConnectError {
    /// What went wrong.
    pub what: String,
    /// What to do.
    pub hint: String,
    /// Whether it is for want of credentials, which a login may bring.
    pub login: bool,
}

impl ConnectError {
    pub(crate) fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into(), login: false }
    }

    fn for_want_of_credentials(self) -> Self {
        Self { login: true, ..self }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  {}", self.what, self.hint)
    }
}

impl std::error::Error for ConnectError {}

/// What a request came to, where it did not come to an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// An HTTP status and the server's message.
    Status(u16, String),
    /// No answer, or no more bytes, in time.
    TimedOut(String),
    /// The connection failed or broke.
    Broken(String),
    /// An answer beyond any measure.
    TooLarge,
}

/// What a login program of the kubeconfig said when it failed. Its command line and its standard output are not told: tokens
/// and variables stand in them.
fn login(error: &kube::Error) -> Option<String> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(kube::client::AuthError::AuthExecRun { out, .. }) = error.downcast_ref() {
            let said = String::from_utf8_lossy(&out.stderr);
            let said = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
            let said: String = said.chars().take(200).collect();
            let colon = if said.is_empty() { "" } else { ": " };
            return Some(format!("the exec plugin of this user ended with {}{colon}{said}", out.status));
        }
        next = error.source();
    }
    None
}

impl Problem {
    /// The HTTP status, where there was one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status(status, _) => Some(*status),
            Self::TimedOut(_) | Self::Broken(_) | Self::TooLarge => None,
        }
    }

    /// From kube: its error chain holds what a person needs, at the end.
    pub(crate) fn from_kube(error: &kube::Error) -> Self {
        if let Some(told) = login(error) {
            return Self::Broken(told);
        }
        let mut text = String::new();
        let mut next: Option<&dyn std::error::Error> = Some(error);
        while let Some(error) = next {
            let own = error.to_string();
            if !text.contains(&own) {
                if !text.is_empty() {
                    text.push_str(": ");
                }
                text.push_str(&own);
            }
            next = error.source();
        }
        if text.contains("deadline") || text.contains("timed out") || text.contains("timeout") {
            Self::TimedOut(text)
        } else {
            Self::Broken(text)
        }
    }

    /// As the reason why the whole cluster cannot be used.
    pub(crate) fn into_connect_error(self, server: &str) -> ConnectError {
        match self {
            Self::Status(401, message) => ConnectError::new(
                format!("{server} does not accept these credentials (401): {message}"),
                "Log in again, or check the user of this context: kubectl config view --minify",
            )
            .for_want_of_credentials(),
            Self::Status(403, message) => ConnectError::new(
                format!("{server} refuses every read (403): {message}"),
                "Ask for the role that `plimsoll role` prints, or choose a namespace with -n",
            ),
            Self::Status(status, message) => ConnectError::new(
                format!("{server} answers {status}: {message}"),
                "The API server is not healthy: kubectl get --raw '/readyz?verbose'",
            ),
            Self::TimedOut(_) => ConnectError::new(
                format!("{server} does not answer in time"),
                "Check VPN, proxy and address; --request-timeout gives it longer",
            ),
            Self::TooLarge => ConnectError::new(
                format!("{server} answers with more than any API server does"),
                "Check the address of the cluster in the kubeconfig",
            ),
            Self::Broken(message) if message.contains("ertificate") || message.contains("UnknownIssuer") => {
                ConnectError::new(
                    format!("{server} shows a certificate that is not trusted: {message}"),
                    "The certificate authority in the kubeconfig is another cluster's or out of date; fetch the \
                     kubeconfig again",
                )
            }
            Self::Broken(message) if message.contains("auth") || message.contains("exec") => ConnectError::new(
                format!("no credentials for {server}: {message}"),
                "Run the login command of your provider, then try again",
            )
            .for_want_of_credentials(),
            Self::Broken(message) => ConnectError::new(
                format!("cannot connect to {server}: {message}"),
                "Check that the cluster runs and that the context is the right one: kubectl config get-contexts",
            ),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status, message) => write!(f, "{status}: {message}"),
            Self::TimedOut(message) | Self::Broken(message) => f.write_str(message),
            Self::TooLarge => f.write_str("an answer of more bytes than any object has"),
        }
    }
}
