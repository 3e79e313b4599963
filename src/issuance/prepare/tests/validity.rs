//! From when until when.

use time::Duration;

use super::*;

fn with(validity: Validity) -> Request {
    Request { validity, ..leaf("www.corp.test") }
}

fn span(text: &str) -> Option<Span> {
    Some(Span::parse(text).unwrap())
}

fn times(issued: &Issued) -> (OffsetDateTime, OffsetDateTime) {
    (issued.certificate.not_before, issued.certificate.not_after)
}

/// A root that began before NOW.
fn old_root() -> Authority {
    Authority::root_with(|request| {
        request.validity.not_before = Some(NOW - Duration::days(400));
        request.validity.not_after = Some(NOW + Duration::days(4000));
    })
}

#[test]
fn it_begins_a_bit_early_and_ends_after_the_default() {
    let issued = old_root().issue("server", &leaf("www.corp.test"));
    assert_eq!(times(&issued), (NOW - Duration::minutes(5), NOW + Duration::days(90)));
}

#[test]
fn it_does_not_begin_before_its_issuer() {
    let root = Authority::root_with(|request| request.validity.not_before = Some(NOW - Duration::minutes(1)));
    let issued = root.issue("server", &leaf("www.corp.test"));
    assert_eq!(issued.certificate.not_before, NOW - Duration::minutes(1));
    let request = with(Validity { not_before: Some(NOW - Duration::minutes(2)), ..Validity::default() });
    assert!(root.refuse(&profile("server"), &request).contains("before its issuer"));
}

#[test]
fn a_default_end_is_cut_to_the_issuers_and_an_asked_one_refused() {
    let root = Authority::root_with(|request| request.validity.span = span("30d"));
    let issued = root.issue("server", &leaf("www.corp.test"));
    assert_eq!(issued.certificate.not_after, root.certificate.not_after);
    assert!(issued.report.notes[0].contains("cut to that of the issuer"), "{:?}", issued.report.notes);
    let reason = root.refuse(&profile("server"), &with(Validity { span: span("31d"), ..Validity::default() }));
    assert!(reason.contains("after its issuer") && !reason.contains(';'), "{reason}");
    let not_after = Some(NOW + Duration::days(31));
    assert!(
        root.refuse(&profile("server"), &with(Validity { not_after, ..Validity::default() }))
            .contains("after its issuer")
    );
}

#[test]
fn the_end_is_cut_to_the_earliest_of_the_chain() {
    let mut issuing = Authority::root().below("Outliving");
    issuing.chain[0].not_after = NOW + Duration::days(20);
    assert_eq!(issuing.issue("server", &leaf("www.corp.test")).certificate.not_after, NOW + Duration::days(20));
    let reason = issuing.refuse(&profile("server"), &with(Validity { span: span("21d"), ..Validity::default() }));
    assert!(reason.contains("after its issuer") && !reason.contains(';'), "{reason}");
}

#[test]
fn the_profile_has_a_maximum() {
    let root = old_root();
    let issued = root.issue("server", &with(Validity { span: span("825d"), ..Validity::default() }));
    assert_eq!(times(&issued), (NOW, NOW + Duration::days(825)));
    let reason = root.refuse(&profile("server"), &with(Validity { span: span("826d"), ..Validity::default() }));
    assert!(reason.contains("allows at most 825d"), "{reason}");
    let not_after = Some(NOW + Duration::days(825) - Duration::minutes(2));
    let issued = root.issue("server", &with(Validity { not_after, ..Validity::default() }));
    assert_eq!(issued.certificate.not_before, NOW - Duration::minutes(2));
}

#[test]
fn a_length_counts_from_the_beginning_asked_for() {
    let not_before = Some(NOW + Duration::days(10));
    let issued = old_root().issue("server", &with(Validity { not_before, span: span("1d"), not_after: None }));
    assert_eq!(times(&issued), (NOW + Duration::days(10), NOW + Duration::days(11)));
}

#[test]
fn an_expired_certificate_is_made_when_asked_for() {
    let root = old_root();
    let not_after = Some(NOW - Duration::days(1));
    let issued = root.issue("server", &with(Validity { not_after, ..Validity::default() }));
    assert_eq!(times(&issued), (NOW - Duration::days(91), NOW - Duration::days(1)));
    assert!(issued.report.notes[0].contains("expired at"), "{:?}", issued.report.notes);
    let fresh = Authority::root().refuse(&profile("server"), &with(Validity { not_after, ..Validity::default() }));
    assert!(fresh.contains("not after its beginning"), "{fresh}");
}

#[test]
fn contradictions_are_refused() {
    let validity = Validity { not_before: None, not_after: Some(NOW + Duration::days(3)), span: span("3d") };
    assert!(refuse("server", &with(validity)).contains("contradict"));
    let validity = Validity { not_before: Some(NOW), not_after: Some(NOW), span: None };
    assert!(refuse("server", &with(validity)).contains("not after its beginning"));
}

#[test]
fn nothing_is_issued_under_an_expired_issuer() {
    let root = Authority::root_with(|request| {
        request.validity.not_before = Some(NOW - Duration::days(40));
        request.validity.not_after = Some(NOW - Duration::days(10));
    });
    assert!(root.prepare(&profile("server"), &leaf("www.corp.test")).is_err());
}

#[test]
fn fractions_of_a_second_and_other_offsets_do_not_matter() {
    let not_after = Some((NOW + Duration::hours(5) + Duration::milliseconds(7)).to_offset(time::macros::offset!(+3)));
    let issued = issue("server", &with(Validity { not_after, ..Validity::default() }));
    assert_eq!(issued.certificate.not_after, NOW + Duration::hours(5));
}

#[test]
fn long_lives_reach_into_generalized_time() {
    let root = Authority::root_with(|request| request.validity.span = span("25y"));
    assert_eq!(root.certificate.not_after.year(), 2051);
}
