//! When certificates run out, and what tells two apart; of a file nothing else is taken.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The certificates of a PEM file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Certificates {
    /// When the first of them runs out, RFC 3339.
    pub expires: Option<String>,
    /// Over all of them.
    pub sha256: String,
}

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// Those of a PEM text; keys beside them are passed over. None: it holds no certificate.
pub(super) fn of_pem(text: &str) -> Option<Certificates> {
    let (mut rest, mut sum, mut expires, mut any) = (text, Sha256::new(), None::<String>, false);
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let (body, after) = after.split_once(END)?;
        rest = after;
        let body: String = body.split_whitespace().collect();
        let der = STANDARD.decode(body).ok()?;
        sum.update(&der);
        any = true;
        let end = not_after(&der);
        expires = match (expires, end) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    let sha256 = sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    any.then_some(Certificates { expires, sha256 })
}

/// `notAfter` of a certificate (RFC 5280, 4.1): the second time of the fifth field, or the fourth of a version 1.
fn not_after(der: &[u8]) -> Option<String> {
    let mut certificate = enter(der, SEQUENCE)?;
    let mut fields = enter(take(&mut certificate)?.whole, SEQUENCE)?;
    let first = take(&mut fields)?;
    if first.tag == VERSION {
        take(&mut fields)?;
    }
    let (_algorithm, _issuer, mut validity) = (take(&mut fields)?, take(&mut fields)?, take(&mut fields)?.content);
    let (_from, to) = (take(&mut validity)?, take(&mut validity)?);
    time(to.tag, std::str::from_utf8(to.content).ok()?)
}

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

struct Element<'d> {
    tag: u8,
    content: &'d [u8],
    whole: &'d [u8],
}

/// The next element.
fn take<'d>(from: &mut &'d [u8]) -> Option<Element<'d>> {
    let begin = *from;
    let (tag, rest) = begin.split_first()?;
    let (first, mut rest) = rest.split_first()?;
    let length = if *first < 0x80 {
        usize::from(*first)
    } else {
        let (bytes, after) = rest.split_at_checked(usize::from(*first & 0x7f)).filter(|(bytes, _)| bytes.len() <= 4)?;
        rest = after;
        bytes.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte))
    };
    let (content, after) = rest.split_at_checked(length)?;
    *from = after;
    let whole = begin.get(..begin.len() - after.len())?;
    Some(Element { tag: *tag, content, whole })
}

/// The content of an element that must be of a kind.
fn enter(mut der: &[u8], tag: u8) -> Option<&[u8]> {
    take(&mut der).filter(|element| element.tag == tag).map(|element| element.content)
}

/// `491126140000Z`, or with four digits of the year, as RFC 3339.
fn time(tag: u8, text: &str) -> Option<String> {
    let text = match tag {
        // of years with two digits those from 50 on are of the last century
        UTC_TIME => format!("{}{text}", if text.get(..2)? < "50" { "20" } else { "19" }),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let digits = text.strip_suffix('Z').filter(|d| d.len() == 14 && d.bytes().all(|b| b.is_ascii_digit()))?;
    let part = |from: usize, to: usize| digits.get(from..to);
    let (date, clock) = ((part(0, 4)?, part(4, 6)?, part(6, 8)?), (part(8, 10)?, part(10, 12)?, part(12, 14)?));
    Some(format!("{}-{}-{}T{}:{}:{}Z", date.0, date.1, date.2, clock.0, clock.1, clock.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An element of DER.
    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = content.len();
        let head =
            if length < 128 { vec![tag, length as u8] } else { vec![tag, 0x82, (length >> 8) as u8, length as u8] };
        [head.as_slice(), content].concat()
    }

    /// As much of a certificate as is read.
    fn certificate(version: bool, tag: u8, end: &str) -> String {
        let times = [element(UTC_TIME, b"250101000000Z"), element(tag, end.as_bytes())].concat();
        let issuer = element(SEQUENCE, &[5; 200]);
        let mut fields = if version { element(VERSION, &[2, 1, 2]) } else { Vec::new() };
        for field in [element(2, &[1]), element(SEQUENCE, &[]), issuer, element(SEQUENCE, &times), vec![0x30, 0]] {
            fields.extend(field);
        }
        let der = element(SEQUENCE, &element(SEQUENCE, &fields));
        format!("{BEGIN}\n{}\n{END}\n", STANDARD.encode(der))
    }

    #[test]
    fn the_first_that_runs_out_counts() {
        let key = "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----\n";
        let (late, early) =
            (certificate(true, GENERALIZED_TIME, "20510102030405Z"), certificate(false, UTC_TIME, "260203040506Z"));
        let both = of_pem(&format!("{key}{late}{early}")).unwrap();
        assert_eq!(both.expires.as_deref(), Some("2026-02-03T04:05:06Z"));
        assert_eq!(of_pem(&late).unwrap().expires.as_deref(), Some("2051-01-02T03:04:05Z"));
        assert_eq!(
            of_pem(&certificate(true, UTC_TIME, "990101000000Z")).unwrap().expires.unwrap(),
            "1999-01-01T00:00:00Z"
        );
        assert_ne!(of_pem(&late).unwrap().sha256, of_pem(&early).unwrap().sha256);
        assert_eq!(of_pem(key), None);
    }

    #[test]
    fn what_is_no_certificate_has_no_end() {
        for body in ["", "AAAA", "MIIF", "MP////8="] {
            let found = of_pem(&format!("{BEGIN}\n{body}\n{END}\n")).unwrap();
            assert_eq!(found.expires, None, "{body}");
        }
        assert_eq!(of_pem(&format!("{BEGIN}\n%%%\n{END}")), None);
        assert_eq!(of_pem(&format!("{BEGIN}\nAAAA")), None);
    }
}
