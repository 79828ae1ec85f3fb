//! The common name of a certificate's subject.
//!
//! `rustls` does not read it, because names belong in the alternative names. A crate for X.509 would add half a dozen
//! others for this one string.

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const PRINTABLE_STRING: u8 = 0x13;
const IA5_STRING: u8 = 0x16;

/// 2.5.4.3
const COMMON_NAME: [u8; 3] = [0x55, 0x04, 0x03];

/// The common name, if there is exactly one.
pub(super) fn of(certificate: &[u8]) -> Option<String> {
    let (body, _) = expect(SEQUENCE, certificate)?;
    let (mut rest, _) = expect(SEQUENCE, body)?;
    if let Some((_, after)) = expect(VERSION, rest) {
        rest = after;
    }
    // Serial number, signature algorithm, issuer, validity.
    for _ in 0..4 {
        (_, _, rest) = element(rest)?;
    }
    let (mut subject, _) = expect(SEQUENCE, rest)?;
    let mut found = None;
    while !subject.is_empty() {
        let (mut set, after) = expect(SET, subject)?;
        subject = after;
        while !set.is_empty() {
            let (attribute, after) = expect(SEQUENCE, set)?;
            set = after;
            let (key, value) = expect(OBJECT_IDENTIFIER, attribute)?;
            if key != COMMON_NAME {
                continue;
            }
            let (tag, text, _) = element(value)?;
            if !matches!(tag, UTF8_STRING | PRINTABLE_STRING | IA5_STRING) || found.is_some() {
                return None;
            }
            found = Some(std::str::from_utf8(text).ok()?.to_owned());
        }
    }
    found
}

/// The content of an element with a tag, and the rest of the data.
fn expect(tag: u8, data: &[u8]) -> Option<(&[u8], &[u8])> {
    element(data).filter(|(found, ..)| *found == tag).map(|(_, contents, rest)| (contents, rest))
}

/// The tag and the content of a DER element, and the rest of the data.
fn element(data: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, data) = data.split_first()?;
    let (&first, mut data) = data.split_first()?;
    let mut length = usize::from(first);
    if first >= 0x80 {
        let count = usize::from(first & 0x7f);
        if !(1..=3).contains(&count) {
            return None;
        }
        let (bytes, rest) = data.split_at_checked(count)?;
        length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        data = rest;
    }
    let (contents, rest) = data.split_at_checked(length)?;
    Some((tag, contents, rest))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair};

    use super::of;

    fn certificate(names: &[(DnType, &str)]) -> Vec<u8> {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, name) in names {
            params.distinguished_name.push(kind.clone(), *name);
        }
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn the_common_name_is_found_among_others() {
        let whole = certificate(&[(DnType::OrganizationName, "Corp"), (DnType::CommonName, "sense.corp")]);
        assert_eq!(of(&whole).as_deref(), Some("sense.corp"));
        assert_eq!(of(&certificate(&[(DnType::OrganizationName, "Corp")])), None);
    }

    #[test]
    fn truncated_certificates_have_no_common_name_and_do_not_panic() {
        let whole = certificate(&[(DnType::CommonName, "sense.corp")]);
        for end in 0..whole.len() {
            assert_eq!(of(&whole[..end]), None);
        }
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0xff;
            of(&changed);
        }
    }
}
