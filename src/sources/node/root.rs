//! A directory that stands for `/`: whatever is looked at stays below it, as for a process that was started in it.

use rustix::fd::OwnedFd;
use rustix::fs::{self, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Links that are followed on one way; more are a loop.
const MOST_LINKS: usize = 40;
/// What is read of a file at most: certificates and configuration are smaller.
const MOST_BYTES: u64 = 1024 * 1024;
/// Looks and does not open: a pipe does not block, a device does not notice.
const LOOK: OFlags = OFlags::PATH.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
const READ: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

/// The directory.
#[derive(Debug)]
pub(super) struct Root(OwnedFd);

/// Something below the root, found at a path whose links were followed.
#[derive(Debug)]
pub(super) struct Entry {
    /// What the system says of it.
    pub stat: Stat,
    fd: OwnedFd,
    /// The directory that holds it, and its name there; None: the root itself.
    place: Option<(OwnedFd, Vec<u8>)>,
}

impl Root {
    /// Opens it.
    pub(super) fn open(path: &Path) -> Result<Self, Errno> {
        fs::open(path, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).map(Self)
    }

    /// Walks a path step by step. A link is read and walked from where it stands, an absolute one from the root; `..` does
    /// not lead above the root. Ok(None): nothing is there.
    pub(super) fn find(&self, path: &str) -> Result<Option<Entry>, Errno> {
        match self.walk(path) {
            Ok(entry) => Ok(Some(entry)),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn walk(&self, path: &str) -> Result<Entry, Errno> {
        let steps = |path: &[u8]| path.split(|byte| *byte == b'/').rev().map(<[u8]>::to_vec).collect::<Vec<_>>();
        let mut todo = steps(path.as_bytes());
        // the directories above, each with the name by which it was entered
        let mut way: Vec<(OwnedFd, Vec<u8>)> = Vec::new();
        let mut links = 0;
        while let Some(step) = todo.pop() {
            match step.as_slice() {
                b"" | b"." => continue,
                b".." => {
                    way.pop();
                    continue;
                }
                _ => {}
            }
            let here = way.last().map_or(&self.0, |(fd, _)| fd);
            let next = fs::openat(here, OsStr::from_bytes(&step), LOOK, Mode::empty())?;
            if kind(&fs::fstat(&next)?) != FileType::Symlink {
                way.push((next, step));
                continue;
            }
            links += 1;
            if links > MOST_LINKS {
                return Err(Errno::LOOP);
            }
            let target = fs::readlinkat(&next, "", Vec::new())?.into_bytes();
            if target.starts_with(b"/") {
                way.clear();
            }
            todo.extend(steps(&target));
        }
        let Some((fd, name)) = way.pop() else {
            let fd = self.0.try_clone().map_err(|_| Errno::MFILE)?;
            return Ok(Entry { stat: fs::fstat(&fd)?, fd, place: None });
        };
        let above = match way.pop() {
            Some((above, _)) => above,
            None => self.0.try_clone().map_err(|_| Errno::MFILE)?,
        };
        Ok(Entry { stat: fs::fstat(&fd)?, fd, place: Some((above, name)) })
    }

    /// The bytes of a regular file; None: there is none, or it is too large.
    pub(super) fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Errno> {
        match self.find(path)? {
            Some(entry) => entry.read(),
            None => Ok(None),
        }
    }
}

impl Entry {
    /// What it is.
    pub(super) fn kind(&self) -> FileType {
        kind(&self.stat)
    }

    /// The bytes of a regular file; None: it is none, it was replaced since, or it is too large.
    pub(super) fn read(&self) -> Result<Option<Vec<u8>>, Errno> {
        let Some((above, name)) = self.place.as_ref().filter(|_| self.kind() == FileType::RegularFile) else {
            return Ok(None);
        };
        let file = fs::openat(above, OsStr::from_bytes(name), OFlags::RDONLY | READ, Mode::empty())?;
        let stat = fs::fstat(&file)?;
        if identity(&stat) != identity(&self.stat) || kind(&stat) != FileType::RegularFile {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        let read = File::from(file).take(MOST_BYTES + 1).read_to_end(&mut bytes);
        read.map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
        Ok((bytes.len() as u64 <= MOST_BYTES).then_some(bytes))
    }

    /// Names in a directory, with what each is where the directory says so.
    pub(super) fn names(&self) -> Result<Vec<Vec<u8>>, Errno> {
        let open = fs::openat(&self.fd, ".", OFlags::RDONLY | OFlags::DIRECTORY | READ, Mode::empty())?;
        let mut names = Vec::new();
        for entry in Dir::new(open)? {
            let name = entry?.file_name().to_bytes().to_vec();
            if !matches!(name.as_slice(), b"." | b"..") {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// What a name in this directory stands for, a link not followed.
    pub(super) fn stat(&self, name: &[u8]) -> Result<Stat, Errno> {
        fs::statat(&self.fd, OsStr::from_bytes(name), fs::AtFlags::SYMLINK_NOFOLLOW)
    }
}

/// What a file is.
pub(super) fn kind(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

/// What tells two files apart.
pub(super) fn identity(stat: &Stat) -> (u64, u64) {
    #[allow(clippy::unnecessary_cast)] // other architectures have other widths
    (stat.st_dev as u64, stat.st_ino as u64)
}
