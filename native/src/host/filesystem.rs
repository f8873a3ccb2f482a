//! `/proc/self/mounts` and what each local file system has left. Network and FUSE file systems are
//! left out: asking one whose server is gone would never come back.

use std::collections::{BTreeMap, HashSet};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::statvfs::statvfs;

use super::kept_file::KeptFile;
use super::sample::Filesystem;
use super::scan::{double, lines, rounded, words};

const LOCAL: [&[u8]; 16] = [
    b"ext2",
    b"ext3",
    b"ext4",
    b"xfs",
    b"btrfs",
    b"f2fs",
    b"zfs",
    b"bcachefs",
    b"vfat",
    b"exfat",
    b"ntfs3",
    b"jfs",
    b"reiserfs",
    b"overlay",
    b"nilfs2",
    b"hfsplus",
];
const FILESYSTEMS_MAX: usize = 64;

struct Mount {
    point: String,
    path: PathBuf,
    device: String,
    fstype: String,
    readonly: bool,
}

pub struct FilesystemReader {
    root: PathBuf,
    file: KeptFile,
    mounts: Option<Vec<Mount>>,
}

impl FilesystemReader {
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            file: KeptFile::new(root.join("proc/self/mounts")),
            mounts: None,
        }
    }

    pub fn read(&mut self) -> Option<BTreeMap<String, Filesystem>> {
        if self.mounts.is_none() || self.has_changed() {
            self.mounts = self.file.read().map(|text| mounts_of(&self.root, text));
        }
        let mounts = self.mounts.as_ref()?;
        let told = mounts.iter().filter_map(|mount| {
            let filesystem = filesystem_of(mount)?;
            Some((mount.point.clone(), filesystem))
        });
        Some(told.collect())
    }

    /// The kernel marks the open file when a file system is mounted or unmounted.
    fn has_changed(&mut self) -> bool {
        let Some(file) = self.file.file() else {
            return false;
        };
        let mut asked = [PollFd::new(file.as_fd(), PollFlags::POLLPRI)];
        poll(&mut asked, PollTimeout::ZERO).is_ok_and(|ready| ready > 0)
    }
}

fn mounts_of(root: &Path, text: &[u8]) -> Vec<Mount> {
    let mut devices = HashSet::new();
    let mut mounts = Vec::new();
    for line in lines(text) {
        let mut fields = words(line);
        let (Some(device), Some(point), Some(fstype), Some(options)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        // One device bound to many places is one file system: the first mount stands for it.
        if !LOCAL.contains(&fstype) || mounts.len() == FILESYSTEMS_MAX {
            continue;
        }
        if fstype != b"overlay" && !devices.insert(device) {
            continue;
        }
        let point = unescape(point);
        mounts.push(Mount {
            path: root.join(point.trim_start_matches('/')),
            point,
            device: unescape(device),
            fstype: unescape(fstype),
            readonly: options.split(|byte| *byte == b',').any(|option| option == b"ro"),
        });
    }
    mounts
}

/// Blanks and backslashes stand there as three octal digits.
fn unescape(word: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some((&first, after)) = rest.split_first() {
        let octal = after
            .get(..3)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match octal {
            Some(byte) if first == b'\\' => {
                bytes.push(byte);
                rest = &after[3..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn filesystem_of(mount: &Mount) -> Option<Filesystem> {
    let told = statvfs(&mount.path).ok()?;
    let unit = told.fragment_size();
    let bytes = |blocks: u64| blocks.saturating_mul(unit);
    let size_bytes = bytes(told.blocks());
    if size_bytes == 0 {
        return None;
    }
    let free_bytes = bytes(told.blocks_free());
    let avail_bytes = bytes(told.blocks_available());
    let used = double(size_bytes.saturating_sub(free_bytes));
    let usable = used + double(avail_bytes);
    Some(Filesystem {
        device: mount.device.clone(),
        fstype: mount.fstype.clone(),
        readonly: mount.readonly,
        size_bytes,
        free_bytes,
        avail_bytes,
        used_percent: (usable > 0.0).then(|| rounded(used * 100.0 / usable)),
        files: told.files(),
        files_free: told.files_free(),
    })
}

#[cfg(test)]
mod tests {
    use super::mounts_of;
    use std::path::Path;

    #[test]
    fn local_file_systems_are_told_once_each_and_network_ones_never() {
        let text = br"proc /proc proc rw 0 0
/dev/vda1 / ext4 ro,relatime 0 0
/dev/vda1 /etc/hosts ext4 rw 0 0
server:/share /mnt/share nfs4 rw 0 0
overlay /var/lib/a overlay rw 0 0
/dev/sdb /mnt/a\040b xfs rw 0 0
garbage
";
        let mounts = mounts_of(Path::new("/root"), text);
        let told: Vec<_> =
            mounts.iter().map(|mount| (mount.point.as_str(), mount.readonly)).collect();
        assert_eq!(told, [("/", true), ("/var/lib/a", false), ("/mnt/a b", false)]);
        assert_eq!(mounts[2].path, Path::new("/root/mnt/a b"));
    }
}
