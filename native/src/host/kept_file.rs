//! A file of `/proc` or `/sys` that stays open between readings: opening costs more than reading.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

const FIRST_BYTES: usize = 4096;
/// Nothing that is read here is larger; what comes after is not looked at.
const BYTES_MAX: usize = 4 << 20;

pub struct KeptFile {
    path: PathBuf,
    file: Option<File>,
    buffer: Vec<u8>,
}

impl KeptFile {
    pub fn new(path: PathBuf) -> Self {
        Self { path, file: None, buffer: vec![0; FIRST_BYTES] }
    }

    /// What the file says now; `None` where it is not there, or may not be read.
    pub fn read(&mut self) -> Option<&[u8]> {
        let length = self.fill().or_else(|| {
            // The device, group or process behind the open file may have been replaced.
            self.file = None;
            self.fill()
        })?;
        Some(&self.buffer[..length])
    }

    /// Opened again by the next reading.
    pub fn close(&mut self) {
        self.file = None;
    }

    pub fn file(&mut self) -> Option<&File> {
        if self.file.is_none() {
            self.file = File::open(&self.path).ok();
        }
        self.file.as_ref()
    }

    fn fill(&mut self) -> Option<usize> {
        if self.file.is_none() {
            self.file = Some(File::open(&self.path).ok()?);
        }
        let file = self.file.as_ref()?;
        let mut length = 0;
        loop {
            if length == self.buffer.len() {
                if length >= BYTES_MAX {
                    return Some(length);
                }
                self.buffer.resize(length * 2, 0);
            }
            // The kernel hands out a page or so at a time, so only an empty read is the end.
            match file.read_at(&mut self.buffer[length..], length as u64) {
                Ok(0) => return Some(length),
                Ok(read) => length += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
    }
}
