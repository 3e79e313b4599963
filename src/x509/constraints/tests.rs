use std::time::Instant;

use super::*;
use crate::x509::Extension;

fn permit(subtrees: &[&str]) -> NameConstraints {
    NameConstraints { permitted: subtrees.iter().map(|text| Subtree::parse(text).unwrap()).collect(), excluded: vec![] }
}

fn exclude(subtrees: &[&str]) -> NameConstraints {
    NameConstraints { permitted: vec![], excluded: permit(subtrees).permitted }
}

/// A name as it may stand in a foreign certificate: not checked.
fn foreign(text: &str) -> GeneralName {
    match text.split_once(':').unwrap() {
        ("dns", value) => GeneralName::Dns(value.into()),
        ("email", value) => GeneralName::Email(value.into()),
        ("uri", value) => GeneralName::Uri(value.into()),
        _ => text.parse().unwrap(),
    }
}

#[track_caller]
fn allowed(constraints: &NameConstraints, names: &[&str]) {
    for name in names {
        constraints.check(&foreign(name)).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[track_caller]
fn forbidden(constraints: &NameConstraints, names: &[&str]) {
    for name in names {
        assert!(constraints.check(&foreign(name)).is_err(), "{name} was allowed");
    }
}

#[test]
fn subtrees_are_typed_by_their_look_and_read_back() {
    for (text, shown) in [
        ("corp.test", "dns:corp.test"),
        (".Corp.test", "dns:corp.test"),
        ("dns:bücher.test.", "dns:xn--bcher-kva.test"),
        ("localhost", "dns:localhost"),
        ("10.0.0.0/8", "ip:10.0.0.0/8"),
        ("10.1.2.3", "ip:10.1.2.3/32"),
        ("ip:127.0.0.1", "ip:127.0.0.1/32"),
        ("0.0.0.0/0", "ip:0.0.0.0/0"),
        ("fd00::/8", "ip:fd00::/8"),
        ("ip:::1/128", "ip:::1/128"),
        ("::/0", "ip:::/0"),
        ("[::1]", "ip:::1/128"),
        ("ann@corp.test", "email:ann@corp.test"),
        ("email:corp.test", "email:corp.test"),
        ("email:.corp.test", "email:.corp.test"),
        ("uri:corp.test", "uri:corp.test"),
        ("uri:.corp.test", "uri:.corp.test"),
        ("dirname:O=Acme,OU=x", "dirname:O=Acme, OU=x"),
    ] {
        let subtree = Subtree::parse(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(subtree.to_string(), shown);
        assert_eq!(Subtree::parse(shown).unwrap(), subtree);
    }
}

#[test]
fn bad_subtrees_say_why() {
    for (text, why) in [
        ("", "empty"),
        ("dns:", "empty"),
        ("10.0.0.1/8", "write 10.0.0.0/8"),
        ("fd00::1/8", "write fd00::/8"),
        ("10.0.0.0/33", "0 to 32"),
        ("::/129", "0 to 128"),
        ("10.0.0.0/+8", "prefix length"),
        ("10.0.0.0/", "prefix length"),
        ("10.0.0.0/255.0.0.0", "prefix length"),
        ("10.0/8", "no IP address"),
        ("*.corp.test", "leave out the *"),
        ("a_b.test", "underscore"),
        ("https://corp.test", "host alone"),
        ("corp test", "white space"),
        ("corp\n", "white space"),
        ("upn:a@b", "cannot be constrained"),
        ("email:a b@c", "white space"),
        ("dirname:", "empty"),
        ("1.2.3", "IPv4"),
    ] {
        let error = Subtree::parse(text).unwrap_err().to_string();
        assert!(error.contains(why), "{text:?}: {error}");
    }
}

#[test]
fn dns_subtrees_cover_the_name_and_everything_below() {
    let constraints = permit(&["corp.test", "localhost"]);
    allowed(
        &constraints,
        &["dns:corp.test", "dns:a.CORP.test", "dns:a.b.corp.test", "dns:*.corp.test", "dns:localhost"],
    );
    forbidden(&constraints, &["dns:acorp.test", "dns:test", "dns:*.test", "dns:corp.test.evil", "dns:", "dns:*"]);
    forbidden(
        &constraints,
        &["dns:corp.test.", "dns:evil\0.corp.test", "dns:a b.corp.test", "dns:.corp.test", "dns:*.*.corp.test"],
    );
    allowed(&constraints, &["ip:10.0.0.1", "email:a@b", "uri:http://x/", "upn:a@b"]);
    let deep = permit(&["a.corp.test"]);
    forbidden(&deep, &["dns:*.corp.test"]);
    allowed(&deep, &["dns:*.a.corp.test"]);
}

#[test]
fn excluded_dns_subtrees_also_stop_wildcards_that_could_touch_them() {
    let constraints = exclude(&["db.corp.test"]);
    forbidden(
        &constraints,
        &["dns:db.corp.test", "dns:x.db.corp.test", "dns:*.corp.test", "dns:*.db.corp.test", "dns:*.CORP.test"],
    );
    forbidden(&constraints, &["dns:db.corp.test.", "dns:"]);
    allowed(&constraints, &["dns:corp.test", "dns:*.test", "dns:*.a.corp.test", "dns:adb.corp.test"]);
    let both = NameConstraints { permitted: permit(&["corp.test"]).permitted, excluded: constraints.excluded };
    let error = both.check(&foreign("dns:db.corp.test")).unwrap_err().to_string();
    assert_eq!(error, "dns:db.corp.test is inside the excluded subtree dns:db.corp.test");
    let error = both.check(&foreign("dns:x")).unwrap_err().to_string();
    assert_eq!(error, "dns:x is outside the permitted subtrees (dns:corp.test)");
}

#[test]
fn a_foreign_leading_dot_stands_for_subdomains_only() {
    let dotted = vec![Subtree::Dns(".corp.test".into())];
    let constraints = NameConstraints { permitted: dotted.clone(), excluded: vec![] };
    allowed(&constraints, &["dns:a.corp.test", "dns:*.corp.test"]);
    forbidden(&constraints, &["dns:corp.test"]);
    let constraints = NameConstraints { permitted: vec![], excluded: dotted };
    forbidden(&constraints, &["dns:a.corp.test", "dns:*.corp.test"]);
    allowed(&constraints, &["dns:corp.test", "dns:*.test"]);
    let all = NameConstraints { permitted: vec![], excluded: vec![Subtree::Dns(String::new())] };
    forbidden(&all, &["dns:x", "dns:*.x"]);
}

#[test]
fn email_subtrees() {
    let host = permit(&["email:corp.test"]);
    allowed(&host, &["email:a@corp.test", "email:a@CORP.test"]);
    forbidden(
        &host,
        &[
            "email:a@x.corp.test",
            "email:a@acorp.test",
            "email:corp.test",
            "email:a@corp.test.",
            "email:\"a\"@corp.test",
        ],
    );
    forbidden(&host, &["email:a@evil.test@corp.test"]);
    let below = permit(&["email:.corp.test"]);
    allowed(&below, &["email:a@x.corp.test"]);
    forbidden(&below, &["email:a@corp.test"]);
    let mailbox = permit(&["ann@corp.test"]);
    allowed(&mailbox, &["email:ann@Corp.test"]);
    forbidden(&mailbox, &["email:Ann@corp.test", "email:bob@corp.test", "email:ann@x.corp.test"]);
    forbidden(&exclude(&["ann@corp.test"]), &["email:ANN@corp.test", "email:\"ann\"@corp.test"]);
}

#[test]
fn uri_subtrees_look_at_the_host() {
    let host = permit(&["uri:corp.test"]);
    allowed(
        &host,
        &[
            "uri:https://corp.test/x",
            "uri:https://CORP.test:8443",
            "uri:https://u@corp.test/",
            "uri:spiffe://corp.test/a",
        ],
    );
    forbidden(
        &host,
        &[
            "uri:https://x.corp.test/",
            "uri:https://corp.test@evil.test/",
            "uri:https://evil.test/@corp.test",
            "uri:https://evil.test?@corp.test",
            "uri:https://evil.test#@corp.test",
            "uri:https://corp.test\\@evil.test/",
            "uri:https://evil.test\\@corp.test/",
            "uri:https://corp.test./",
            "uri:https:///x",
            "uri:urn:x",
            "uri:corp.test",
            "uri:https://corp.test%2eevil/",
        ],
    );
    let below = permit(&["uri:.corp.test"]);
    allowed(&below, &["uri:https://x.corp.test/"]);
    forbidden(&below, &["uri:https://corp.test/"]);
    let excluded = exclude(&["uri:corp.test"]);
    allowed(&excluded, &["uri:https://x.test/"]);
    for address in ["uri:https://10.0.0.1/", "uri:https://[::1]/", "uri:https://0x7f000001/", "uri:https://2130706433/"]
    {
        let error = excluded.check(&foreign(address)).unwrap_err().to_string();
        assert!(error.contains("address"), "{error}");
    }
}

#[test]
fn ip_subtrees() {
    let constraints = permit(&["10.0.0.0/8", "fd00::/8"]);
    allowed(&constraints, &["ip:10.255.0.1", "ip:fd12::1"]);
    forbidden(&constraints, &["ip:11.0.0.1", "ip:fe80::1", "ip:::ffff:10.0.0.1"]);
    let all = permit(&["0.0.0.0/0"]);
    allowed(&all, &["ip:255.0.0.1"]);
    forbidden(&all, &["ip:::1"]);
    forbidden(&exclude(&["10.0.0.0/8"]), &["ip:10.0.0.1", "ip:::ffff:10.0.0.1"]);
    forbidden(&exclude(&["::/0"]), &["ip:::1"]);
    allowed(&exclude(&["10.0.0.0/9"]), &["ip:10.128.0.1", "ip:::1"]);
    let sloppy = NameConstraints { permitted: vec![Subtree::Ip("10.1.2.3".parse().unwrap(), 8)], excluded: vec![] };
    allowed(&sloppy, &["ip:10.9.9.9"]);
}

#[test]
fn directory_names_and_the_subject() {
    let constraints = permit(&["dirname:C=DE,O=Acme", "email:corp.test"]);
    let subject = |text: &str| constraints.check_subject(&Name::parse(text).unwrap());
    subject("C=DE,O=ACME,CN=x").unwrap();
    subject("C=DE,O=Acme,CN=x,emailAddress=a@corp.test").unwrap();
    assert!(subject("O=Acme,C=DE,CN=x").is_err());
    assert!(subject("C=DE,O=Acme,emailAddress=a@evil.test").is_err());
    constraints.check_subject(&Name::empty()).unwrap();
    forbidden(&constraints, &["dirname:O=Evil"]);
    let error = exclude(&["dirname:O=Acme"]).check_subject(&Name::parse("O=acme,CN=x").unwrap()).unwrap_err();
    assert!(error.to_string().contains("excluded"), "{error}");
    // An emailAddress that is no text: a BOOLEAN.
    let mut attribute = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01".to_vec();
    tlv::push(&mut attribute, tlv::BOOLEAN, &[0xff]);
    let rdn = tlv::encode(tlv::SET, &tlv::encode(tlv::SEQUENCE, &attribute));
    let unreadable = tlv::encode(tlv::SEQUENCE, &rdn);
    let unreadable = Name::from_der(&unreadable).unwrap();
    assert!(permit(&["email:corp.test"]).check_subject(&unreadable).is_err());
    permit(&["corp.test"]).check_subject(&unreadable).unwrap();
}

/// Name constraints of one permitted subtree, from the contents of its `GeneralSubtree`.
fn read_one(contents: &[u8]) -> Subtree {
    let subtree = tlv::encode(tlv::SEQUENCE, contents);
    let der = tlv::encode(tlv::SEQUENCE, &tlv::encode(tlv::context_constructed(0), &subtree));
    let constraints = NameConstraints::from_der(&der).unwrap();
    assert_eq!(constraints.to_der().unwrap(), der, "what was read is written as it was");
    constraints.permitted[0].clone()
}

#[test]
fn what_cannot_be_applied_stops_every_name_of_its_form() {
    for (contents, name) in [
        (&b"\x87\x08\x0a\0\0\0\xff\0\xff\0"[..], "ip:10.0.0.1"),
        (b"\x87\x04\x0a\0\0\0", "ip:10.0.0.1"),
        (b"\x82\x01*", "dns:x"),
        (b"\x82\x02a\0", "dns:a"),
        (b"\x82\x02a.", "dns:a"),
        (b"\x82\x01a\x80\x01\x01", "dns:a"),
        (b"\x82\x01a\x81\x01\x01", "dns:a"),
        (b"\x81\x02@a", "email:x@a"),
        (b"\x88\x02\x2a\x03", "rid:1.2.3"),
        (b"\xa0\x13\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03\xa0\x05\x0c\x03@ab", "upn:x@ab"),
    ] {
        let subtree = read_one(contents);
        assert!(matches!(subtree, Subtree::Other(_)), "{subtree}");
        forbidden(&NameConstraints { permitted: vec![subtree.clone()], excluded: vec![] }, &[name]);
        let excluded = NameConstraints { permitted: vec![], excluded: vec![subtree.clone()] };
        forbidden(&excluded, &[name]);
        let unrelated = if name.starts_with("ip:") { "dns:other" } else { "ip:192.0.2.1" };
        allowed(&excluded, &[unrelated]);
    }
    let odd_address = GeneralName::Other(b"\x87\x03\x0a\0\0".to_vec());
    assert!(permit(&["10.0.0.0/8"]).check(&odd_address).is_err());
    assert!(exclude(&["10.0.0.0/8"]).check(&odd_address).is_err());
    assert!(permit(&["corp.test"]).check(&odd_address).is_ok());
}

#[test]
fn encoding_is_as_rfc_5280_has_it() {
    let mut constraints = permit(&["corp.test", "10.0.0.0/8", "dirname:O=x"]);
    constraints.excluded = exclude(&["ip:::/0"]).excluded;
    let extension = Extension::name_constraints(&constraints).unwrap();
    assert!(extension.critical);
    let name = Name::parse("O=x").unwrap();
    let mut permitted = b"\x30\x0b\x82\x09corp.test\x30\x0a\x87\x08\x0a\0\0\0\xff\0\0\0".to_vec();
    tlv::push(&mut permitted, 0x30, &tlv::encode(0xa4, name.der()));
    let excluded = [&b"\x30\x22\x87\x20"[..], &[0; 32]].concat();
    let contents = [tlv::encode(0xa0, &permitted), tlv::encode(0xa1, &excluded)].concat();
    assert_eq!(extension.value, tlv::encode(0x30, &contents));
    assert_eq!(NameConstraints::from_der(&extension.value).unwrap(), constraints);
}

#[test]
fn nothing_constrained_and_broken_values_are_refused() {
    assert!(NameConstraints::default().to_der().is_err());
    let too_long = NameConstraints { permitted: vec![Subtree::Ip("10.0.0.0".parse().unwrap(), 33)], excluded: vec![] };
    assert!(too_long.to_der().is_err());
    for der in [
        &b"\x30\x00"[..],
        b"\x30\x02\xa0\x00",
        b"\x30\x04\xa0\x02\x30\x00",
        b"\x30\x07\xa0\x05\x30\x03\x82\x01\xff",
        b"\x30\x07\xa2\x05\x30\x03\x82\x01a",
        b"\x31\x07\xa0\x05\x30\x03\x82\x01a",
        b"\x30\x07\xa0\x05\x30\x03\x82\x01a\x00",
    ] {
        let error = NameConstraints::from_der(der).unwrap_err().to_string();
        assert!(error.starts_with("nameConstraints: "), "{der:02x?}: {error}");
    }
}

#[test]
fn every_mask_is_its_prefix() {
    for prefix in 0..=32_u8 {
        let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0).to_be_bytes();
        assert_eq!(mask_octets(4, prefix), mask);
        let read = range(&[&[10, 1, 2, 3], &mask[..]].concat());
        assert_eq!(read, Some(Subtree::Ip("10.1.2.3".parse().unwrap(), prefix)));
    }
    assert_eq!(mask_octets(16, 128), [0xff; 16]);
}

#[test]
fn check_all_is_bounded() {
    let start = Instant::now();
    let names: Vec<_> = (0..100_000).map(|number| GeneralName::Dns(format!("h{number}.corp.test"))).collect();
    permit(&["a.test", "b.test", "corp.test"]).check_all(&Name::empty(), &names).unwrap();
    let mut many = permit(&["corp.test"]);
    many.permitted = (0..100_000).map(|number| Subtree::Dns(format!("x{number}.test"))).collect();
    let error = many.check_all(&Name::empty(), &names).unwrap_err().to_string();
    assert!(error.contains("too many"), "{error}");
    let error = permit(&["a.test"]).check_all(&Name::empty(), &names).unwrap_err().to_string();
    assert!(error.starts_with("dns:h0.corp.test is outside"), "{error}");
    assert!(permit(&["dirname:O=a"]).check_all(&Name::parse("O=b").unwrap(), &[]).is_err());
    assert!(start.elapsed().as_secs() < 10);
}

#[test]
fn a_name_is_covered_by_the_narrowest_subtree() {
    for (name, subtree) in [
        ("www.corp.test", "dns:www.corp.test"),
        ("*.corp.test", "dns:corp.test"),
        ("8.8.8.8", "ip:8.8.8.8/32"),
        ("::1", "ip:::1/128"),
        ("ann@corp.test", "email:ann@corp.test"),
        ("spiffe://corp.test/web", "uri:corp.test"),
    ] {
        let name: GeneralName = name.parse().unwrap();
        let covering = Subtree::covering(&name).unwrap();
        assert_eq!(covering.to_string(), subtree);
        let constraints = NameConstraints { permitted: vec![covering], excluded: Vec::new() };
        constraints.check(&name).unwrap();
    }
    for name in ["uri:urn:a:b", "upn:ann@corp.test"] {
        assert_eq!(Subtree::covering(&name.parse().unwrap()), None);
    }
}
