//! SPIFFE IDs: <https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md>.

/// Checks the syntax of a workload's SPIFFE ID; the error is a clause.
pub(super) fn check(uri: &str) -> Result<(), String> {
    let rest = uri.strip_prefix("spiffe://").ok_or("a SPIFFE ID begins with spiffe:// in lower case")?;
    if uri.len() > 2048 {
        return Err("a SPIFFE ID has at most 2048 octets".into());
    }
    let (domain, path) = rest.split_once('/').ok_or("the SPIFFE ID of a workload has a path after its trust domain")?;
    let domain_char = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    if domain.is_empty() || domain.len() > 255 || !domain.chars().all(domain_char) {
        return Err("the trust domain of a SPIFFE ID is made of a-z, 0-9, dots, hyphens and underscores".into());
    }
    let segment_char = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if path.split('/').any(|segment| matches!(segment, "" | "." | "..") || !segment.chars().all(segment_char)) {
        return Err(
            "the path of a SPIFFE ID is made of segments of letters, digits, dots, hyphens and underscores".into()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn ids() {
        for good in ["spiffe://corp.test/web", "spiffe://corp.test/ns/prod/sa/Web-1_a.b"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "SPIFFE://corp.test/web",
            "spiffe://corp.test",
            "spiffe://corp.test/",
            "spiffe:///web",
            "spiffe://Corp.test/web",
            "spiffe://corp.test:443/web",
            "spiffe://user@corp.test/web",
            "spiffe://corp.test/a//b",
            "spiffe://corp.test/a/../b",
            "spiffe://corp.test/a?x=1",
            "spiffe://corp.test/a#x",
            "spiffe://corp.test/a%20b",
            "https://corp.test/a",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
