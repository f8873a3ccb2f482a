//! Where the control groups of this process lie: `/proc/self/cgroup` joined with
//! `/proc/self/mountinfo`, so that containers with and without a namespace of their own are found.

use std::path::{Path, PathBuf};

use super::scan::{lines, text, words};

/// Groups from the process's own up to the topmost that can be seen.
const DEPTH_MAX: usize = 32;

pub struct Place {
    /// The own group first.
    pub folders: Vec<PathBuf>,
    pub is_v2: bool,
}

pub struct Places {
    root: PathBuf,
    groups: Vec<Group>,
    mounts: Vec<Mount>,
}

struct Group {
    /// Empty for version 2.
    controllers: Vec<String>,
    path: String,
}

struct Mount {
    /// Which group the mount shows at its top.
    top: String,
    point: String,
    is_v2: bool,
    controllers: Vec<String>,
}

impl Places {
    pub fn read(root: &Path) -> Self {
        let file = |name: &str| std::fs::read(root.join(name)).unwrap_or_default();
        Self {
            root: root.to_owned(),
            groups: groups_of(&file("proc/self/cgroup")),
            mounts: mounts_of(&file("proc/self/mountinfo")),
        }
    }

    /// `None` where there are no control groups at all.
    pub fn version(&self) -> Option<&'static str> {
        let has_v1 = self.mounts.iter().any(|mount| !mount.is_v2 && is_resource(mount));
        let has_v2 = self.mounts.iter().any(|mount| mount.is_v2);
        match (has_v1, has_v2) {
            (true, true) => Some("hybrid"),
            (true, false) => Some("v1"),
            (false, true) => Some("v2"),
            (false, false) => None,
        }
    }

    /// A controller is in one version only: in the first where it is mounted.
    pub fn of(&self, controller: &str) -> Option<Place> {
        let named = |names: &[String]| names.iter().any(|name| name == controller);
        let v1 = self
            .mounts
            .iter()
            .find(|mount| !mount.is_v2 && named(&mount.controllers))
            .zip(self.groups.iter().find(|group| named(&group.controllers)));
        let (mount, group) = v1.or_else(|| {
            let mount = self.mounts.iter().find(|mount| mount.is_v2)?;
            let group = self.groups.iter().find(|group| group.controllers.is_empty())?;
            Some((mount, group))
        })?;
        Some(self.place(mount, group))
    }

    fn place(&self, mount: &Mount, group: &Group) -> Place {
        let top = self.root.join(mount.point.trim_start_matches('/'));
        let below = below(&group.path, &mount.top);
        let own = top.join(below.trim_matches('/'));
        // A group outside of the namespace is not shown; the topmost one stands for it.
        let own = if own.is_dir() { own } else { top.clone() };
        let folders = own
            .ancestors()
            .take_while(|folder| folder.starts_with(&top))
            .take(DEPTH_MAX)
            .map(Path::to_path_buf)
            .collect();
        Place { folders, is_v2: mount.is_v2 }
    }
}

/// A mount with no controller (systemd's own) limits nothing.
fn is_resource(mount: &Mount) -> bool {
    ["cpu", "memory", "pids", "cpuacct"]
        .iter()
        .any(|name| mount.controllers.iter().any(|one| one == name))
}

/// The group's path as the mount shows it.
fn below<'a>(path: &'a str, top: &str) -> &'a str {
    if path.contains("..") {
        return "";
    }
    if top == "/" {
        return path;
    }
    match path.strip_prefix(top) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
        _ => path,
    }
}

fn groups_of(file: &[u8]) -> Vec<Group> {
    lines(file)
        .filter_map(|line| {
            let mut parts = line.splitn(3, |byte| *byte == b':');
            let (_, names, path) = (parts.next()?, parts.next()?, parts.next()?);
            Some(Group { controllers: names_of(names), path: text(path) })
        })
        .collect()
}

fn mounts_of(file: &[u8]) -> Vec<Mount> {
    lines(file)
        .filter_map(|line| {
            let fields: Vec<_> = words(line).collect();
            let dash = fields.iter().position(|field| *field == b"-")?;
            let is_v2 = match *fields.get(dash + 1)? {
                b"cgroup2" => true,
                b"cgroup" => false,
                _ => return None,
            };
            Some(Mount {
                top: text(fields.get(3)?),
                point: text(fields.get(4)?),
                is_v2,
                controllers: names_of(fields.get(dash + 3)?),
            })
        })
        .collect()
}

fn names_of(list: &[u8]) -> Vec<String> {
    list.split(|byte| *byte == b',').filter(|name| !name.is_empty()).map(text).collect()
}
