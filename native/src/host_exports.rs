//! What JavaScript sees of `host`: JSON, made and used on a thread that no call waits for.
#![allow(unsafe_code, reason = "what #[napi] expands to; no block is written here")]

use std::path::PathBuf;

use napi::{Error, Result};
use napi_derive::napi;
use serde::Serialize;

use crate::host::HostCollector;

/// Looks at the host again and again; percents and rates are of the interval between two looks.
#[napi]
pub struct HostProbe {
    collector: HostCollector,
}

#[napi]
impl HostProbe {
    /// Opens what it reads below `root`, the real one unless given.
    #[napi(constructor)]
    pub fn new(root: Option<String>) -> Self {
        let root = root.map_or_else(|| PathBuf::from("/"), PathBuf::from);
        Self { collector: HostCollector::new(&root) }
    }

    /// A `HostSample`.
    #[napi]
    pub fn collect(&mut self) -> Result<String> {
        json(&self.collector.collect())
    }

    /// A `ProcessSample`, or null where the process has ended or never was.
    #[napi]
    pub fn process(&mut self, pid: u32) -> Result<Option<String>> {
        self.collector.process(pid).as_ref().map(json).transpose()
    }

    /// A list of `SocketSample`, or null where the kernel does not tell.
    #[napi]
    pub fn connections(&mut self) -> Result<Option<String>> {
        self.collector.connections().as_ref().map(json).transpose()
    }
}

fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::from_reason(error.to_string()))
}
