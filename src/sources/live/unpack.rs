//! Bodies that came packed: gzip, in one member or in several (a watch of Kubernetes 1.37 has one an event), unpacked as
//! they come and never beyond a limit.

use flate2::write::MultiGzDecoder;
use std::io::Write;

/// Bytes that are unpacked before the limit is looked at: a packed byte is a thousand at most.
const STEP: usize = 4096;

/// What a body is unpacked with.
#[derive(Debug)]
pub(super) struct Unpack {
    /// None: it came as it is.
    gzip: Option<MultiGzDecoder<Vec<u8>>>,
    came: usize,
    total: usize,
    limit: usize,
}

/// A body is larger than anything that is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// More than the limit.
    TooLarge,
    /// No gzip.
    Broken(String),
}

impl Unpack {
    /// For a body of at most so many bytes, unpacked.
    pub(super) fn new(is_gzip: bool, limit: usize) -> Self {
        Self { gzip: is_gzip.then(|| MultiGzDecoder::new(Vec::new())), came: 0, total: 0, limit }
    }

    /// Adds what a chunk of the body holds.
    pub(super) fn push(&mut self, chunk: &[u8], mut out: impl FnMut(&[u8])) -> Result<(), Refused> {
        self.came += chunk.len();
        let Some(gzip) = &mut self.gzip else {
            self.total += chunk.len();
            if self.total > self.limit {
                return Err(Refused::TooLarge);
            }
            out(chunk);
            return Ok(());
        };
        for part in chunk.chunks(STEP) {
            let unpacked = gzip.write_all(part).and_then(|()| gzip.flush());
            unpacked.map_err(|error| Refused::Broken(format!("the answer is no gzip: {error}")))?;
            let bytes = gzip.get_mut();
            self.total += bytes.len();
            if self.total > self.limit {
                return Err(Refused::TooLarge);
            }
            out(bytes);
            bytes.clear();
        }
        Ok(())
    }

    /// Whether it ended where its packing ends.
    pub(super) fn finish(mut self, mut out: impl FnMut(&[u8])) -> Result<(), Refused> {
        let Some(gzip) = self.gzip.as_mut().filter(|_| self.came > 0) else { return Ok(()) };
        gzip.try_finish().map_err(|error| Refused::Broken(format!("the answer ends inside its gzip: {error}")))?;
        out(gzip.get_ref());
        if self.total + gzip.get_ref().len() > self.limit { Err(Refused::TooLarge) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn unpacked(body: &[u8], limit: usize, chunk: usize) -> Result<Vec<u8>, Refused> {
        let (mut unpack, mut all) = (Unpack::new(true, limit), Vec::new());
        for part in body.chunks(chunk) {
            unpack.push(part, |bytes| all.extend_from_slice(bytes))?;
        }
        unpack.finish(|bytes| all.extend_from_slice(bytes)).map(|()| all)
    }

    #[test]
    fn one_member_or_several_however_they_are_cut() {
        let body = [packed(b"one "), packed(b""), packed(b"two")].concat();
        for chunk in [1, 7, 4096] {
            assert_eq!(unpacked(&body, 100, chunk), Ok(b"one two".to_vec()));
        }
        assert_eq!(unpacked(b"", 100, 1), Ok(Vec::new()));
    }

    /// Each event of a watch is there when its member is, not when the next one comes.
    #[test]
    fn nothing_is_held_back() {
        let (mut unpack, mut all) = (Unpack::new(true, 100), Vec::new());
        for text in ["first", "second"] {
            all.clear();
            unpack.push(&packed(text.as_bytes()), |bytes| all.extend_from_slice(bytes)).unwrap();
            assert_eq!(all, text.as_bytes());
        }
    }

    #[test]
    fn what_grows_without_measure_is_refused() {
        let bomb = packed(&vec![0; 50 << 20]);
        assert!(bomb.len() < 1 << 20);
        assert_eq!(unpacked(&bomb, 10 << 20, 16 << 10), Err(Refused::TooLarge));
        let (mut plain, mut taken) = (Unpack::new(false, 10), 0);
        assert_eq!(plain.push(&[0; 8], |bytes| taken += bytes.len()), Ok(()));
        assert_eq!(plain.push(&[0; 8], |bytes| taken += bytes.len()), Err(Refused::TooLarge));
        assert_eq!(taken, 8);
    }

    #[test]
    fn what_is_cut_or_wrong_is_said() {
        let whole = packed(b"some text that is packed");
        assert!(matches!(unpacked(&whole[..whole.len() - 3], 100, 64), Err(Refused::Broken(_))));
        assert!(matches!(unpacked(b"not packed at all", 100, 64), Err(Refused::Broken(_))));
    }
}
