//! The API server going away and coming back, where all that it knows stays in etcd.

use super::binaries::Binaries;
use super::wait::until;
use super::{Cluster, START_LIMIT};

use anyhow::{Context, Result};

const API_SERVER: &str = "kube-apiserver";

impl Cluster {
    /// Ends the API server without warning.
    ///
    /// # Errors
    /// It does not run, or not under this value.
    pub fn stop_api_server(&mut self) -> Result<()> {
        self.processes.as_mut().context("the cluster runs elsewhere")?.end(API_SERVER)
    }

    /// Removes its certificate, so that it makes another when it starts.
    ///
    /// # Errors
    /// There is none.
    pub fn change_certificate(&self) -> Result<()> {
        // what trusts the old one goes on to do so: a copy, beside what is removed
        let old = self.state.join("old-ca.crt");
        std::fs::copy(self.certificates().join("apiserver.crt"), &old)?;
        let kubeconfig = std::fs::read_to_string(&self.kubeconfig)?;
        let current = self.certificates().join("apiserver.crt").display().to_string();
        std::fs::write(&self.kubeconfig, kubeconfig.replace(&current, &old.display().to_string()))?;
        for name in ["apiserver.crt", "apiserver.key"] {
            std::fs::remove_file(self.certificates().join(name))?;
        }
        Ok(())
    }

    /// Starts it at the same address, and waits until it listens.
    ///
    /// # Errors
    /// It does not listen in time.
    pub fn start_api_server_listening(&mut self) -> Result<()> {
        let port = self.spawn_api_server()?;
        until("the API server listens again", START_LIMIT, || {
            Ok(std::net::TcpStream::connect((std::net::Ipv4Addr::LOCALHOST, port)).is_ok())
        })
    }

    /// Starts it again at the same address, and waits until it is ready.
    ///
    /// # Errors
    /// It does not become ready.
    pub fn start_api_server(&mut self) -> Result<()> {
        self.spawn_api_server()?;
        until("the API server is ready again", START_LIMIT, || Ok(self.ready()))
    }

    fn spawn_api_server(&mut self) -> Result<u16> {
        let port = self.server.rsplit(':').next().and_then(|port| port.parse().ok()).context("no port")?;
        let mut command = self.apiserver(&Binaries::find_or_build()?, port);
        self.processes.as_mut().context("the cluster runs elsewhere")?.spawn(API_SERVER, &mut command)?;
        self.pids = self.processes.as_ref().map(super::Processes::pids).unwrap_or_default();
        Ok(port)
    }
}
