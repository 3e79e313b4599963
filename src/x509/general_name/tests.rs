use std::time::Instant;

use super::*;
use crate::x509::tlv;

fn read(text: &str) -> String {
    text.parse::<GeneralName>().unwrap_or_else(|error| panic!("{text}: {error}")).to_string()
}

fn refusal(text: &str) -> String {
    match text.parse::<GeneralName>() {
        Ok(name) => panic!("{text:?} was read as {name}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn names_are_typed_by_their_look() {
    for (text, name) in [
        ("localhost", "dns:localhost"),
        ("*.localhost", "dns:*.localhost"),
        ("*.Example.TEST", "dns:*.example.test"),
        ("db", "dns:db"),
        ("a.example.test.", "dns:a.example.test"),
        ("1.2.3.4.example", "dns:1.2.3.4.example"),
        ("xn--bcher-kva.test", "dns:xn--bcher-kva.test"),
        ("Bücher.test", "dns:xn--bcher-kva.test"),
        ("*.bücher.test", "dns:*.xn--bcher-kva.test"),
        ("bücher。test", "dns:xn--bcher-kva.test"),
        ("faß.test", "dns:xn--fa-hia.test"),
        ("127.0.0.1", "ip:127.0.0.1"),
        ("::1", "ip:::1"),
        ("[::1]", "ip:::1"),
        ("[FD00::0:1]", "ip:fd00::1"),
        ("::ffff:1.2.3.4", "ip:::ffff:1.2.3.4"),
        ("ann@example.test", "email:ann@example.test"),
        ("Ann.B+c@Bücher.test", "email:Ann.B+c@xn--bcher-kva.test"),
        ("root@localhost", "email:root@localhost"),
        ("https://a.test/x?y#z", "uri:https://a.test/x?y#z"),
        ("HTTPS://bücher.test:8443/", "uri:https://xn--bcher-kva.test:8443/"),
        ("https://[::1]:8443/", "uri:https://[::1]:8443/"),
        ("spiffe://example.test/ns/a/sa/b", "uri:spiffe://example.test/ns/a/sa/b"),
        ("spiffe://example.test", "uri:spiffe://example.test"),
        ("dns:localhost", "dns:localhost"),
        ("DNS:localhost", "dns:localhost"),
        ("ip:10.0.0.1", "ip:10.0.0.1"),
        ("ip:[::1]", "ip:::1"),
        ("email:a@b", "email:a@b"),
        ("uri:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "uri:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
        ("upn:ann@corp.test", "upn:ann@corp.test"),
        ("upn:añn@corp.test", "upn:añn@corp.test"),
        ("rid:1.2.3.4", "rid:1.2.3.4"),
        ("dirname:CN=Ann B,O=Acme", "dirname:CN=Ann B, O=Acme"),
    ] {
        assert_eq!(read(text), name, "{text}");
        assert_eq!(read(name), name, "what is displayed reads back");
        name.parse::<GeneralName>().unwrap().check().unwrap();
    }
}

#[test]
fn refusals_say_why() {
    for (text, why) in [
        ("", "empty"),
        ("*", "needs a domain"),
        ("dns:*", "needs a domain"),
        ("a*.x", "whole first label"),
        ("*a.x", "whole first label"),
        ("*.*.x", "only the first label"),
        ("x.*.y", "whole first label"),
        ("*.", "empty"),
        ("foo_bar.x", "underscore"),
        ("_acme.x", "underscore"),
        ("-a.x", "hyphen"),
        ("a-.x", "hyphen"),
        ("a..x", "empty label"),
        (".x", "empty label"),
        (".", "empty"),
        ("a.x..", "empty label"),
        ("a b", "white space"),
        ("a\n", "white space"),
        ("a\0b", "control"),
        ("a\u{a0}b", "white space"),
        ("a\u{200b}b.x", "invisible"),
        ("300.1.1.1", "IPv4"),
        ("1.2.3", "IPv4"),
        ("010.0.0.1", "leading zeros"),
        ("0x7f", "IPv4"),
        ("*.1", "IPv4"),
        ("dns:1.2.3.4", "IPv4"),
        ("localhost:8443", "no port; write localhost"),
        ("[::1]:443", "no port"),
        ("[::1", "bracket"),
        ("[1.2.3.4]", "IPv6"),
        ("fe80::1%eth0", "colon"),
        ("ip:fe80::1%eth0", "zone"),
        ("10.0.0.0/8", "slash"),
        ("ip:10.0.0.0/8", "ranges"),
        ("ip:localhost", "no IPv4 or IPv6"),
        ("xn--a.test", "xn--"),
        ("xn--zzzzzzzzzzzz99999.test", "xn--"),
        ("ü_x.test", "UTS 46"),
        ("a!b", "other characters"),
        ("@x", "before the @"),
        ("a@", "empty"),
        ("email:a", "@"),
        ("a b@x.test", "white space"),
        ("a..b@x.test", "before the @"),
        ("\"a\"@x.test", "quoted"),
        ("añn@x.test", "before the @ must be ASCII"),
        ("a@b@c.test", "before the @"),
        ("a@*.test", "wildcard"),
        ("a@[1.2.3.4]", "brackets"),
        ("a@1.2.3.4", "IPv4"),
        ("://x", "scheme"),
        ("1http://x", "scheme"),
        ("http://", "nothing follows"),
        ("uri:foo", "scheme"),
        ("http://a_b/", "underscore"),
        ("http://x/ü", "percent-encoded"),
        ("http://x/%zz", "hex digits"),
        ("http://x/%4", "hex digits"),
        ("http://x\\y/", "percent-encoded"),
        ("http://x:99999/", "port"),
        ("http://x:+1/", "port"),
        ("http://[::1/", "bracket"),
        ("https://[::1]@a.test/", "[ and ]"),
        ("https://u[s@a.test/", "[ and ]"),
        ("https://a.test/x[1]", "[ and ]"),
        ("https://a.test/#b#c", "more than one #"),
        ("http://1.2.3/", "IPv4"),
        ("spiffe://Example.test/a", "lower-case"),
        ("spiffe:///a", "trust domain"),
        ("spiffe://a.test/b?c", "query"),
        ("spiffe://a.test/b#c", "fragment"),
        ("spiffe://a.test:1/b", "port"),
        ("http://x/ü@evil", "percent-encoded"),
        ("http://ü@ü.test/", "percent-encoded"),
        ("spiffe://u@a.test/b", "user"),
        ("spiffe://a.test/", "path"),
        ("spiffe://a.test/b/", "path"),
        ("spiffe://a.test/b/../c", "path"),
        ("spiffe://a.test/%41", "path"),
        ("upn:ann", "@"),
        ("upn:a@b@c", "single @"),
        ("upn:@c", "user@domain"),
        ("rid:x", "dotted"),
        ("other:0000", "not issued"),
        ("foo:bar", "colon"),
        ("dirname:", "empty"),
        ("dirname:XX=a", "no attribute type"),
    ] {
        let error = refusal(text);
        assert!(error.contains(why), "{text:?}: {error}");
        assert!(!error.chars().any(char::is_control), "{text:?}");
    }
}

#[test]
fn lengths_are_bounded() {
    let label = "a".repeat(63);
    read(&format!("{label}.x"));
    assert!(refusal(&format!("{label}a.x")).contains("at most 63"));
    let name = format!("{label}.{label}.{label}.{}", "b".repeat(61));
    assert_eq!(name.len(), 253);
    read(&name);
    assert!(refusal(&format!("{name}b")).contains("253"));
    assert!(refusal(&format!("*.{name}")).contains("253"));
    assert!(refusal(&"é".repeat(100_000)).contains("longer"));
    assert!(refusal(&format!("{}@x.test", "a".repeat(65))).contains("64"));
    assert!(refusal(&format!("http://x/{}", "a".repeat(9000))).contains("longer"));
    assert!(refusal(&format!("spiffe://x/{}", "a".repeat(2048))).contains("2048"));
}

fn foreign(tag: u8, value: &[u8]) -> Result<GeneralName, String> {
    let der = tlv::encode(tlv::SEQUENCE, &tlv::encode(tag, value));
    GeneralName::parse_all(&der).map(|mut names| names.remove(0)).map_err(|error| error.to_string())
}

#[test]
fn foreign_values_are_read_but_fail_the_check() {
    for (tag, value, shown, why) in [
        (0x82, &b"a.test\0.evil.test"[..], "dns:a.test\\u{0}.evil.test", "NUL"),
        (0x82, b"a.test, dns:b.test", "dns:a.test,\\u{20}dns:b.test", "other characters"),
        (0x82, b"\x1b[2J", "dns:\\u{1b}[2J", "other characters"),
        (0x82, b"", "dns:", "empty"),
        (0x82, b"a.test.", "dns:a.test.", "empty label"),
        (0x82, b"*", "dns:*", "needs a domain"),
        (0x82, b"*.*.a", "dns:*.*.a", "only the first"),
        (0x82, b"a_b.test", "dns:a_b.test", "underscore"),
        (0x82, b"10.0.0.1", "dns:10.0.0.1", "IPv4"),
        (0x82, b"xn--a", "dns:xn--a", "xn--"),
        (0x81, b"nobody", "email:nobody", "@"),
        (0x86, b"/relative", "uri:/relative", "scheme"),
        (0x87, b"\x01\x02\x03", "other:8703010203", "not issued"),
        (0xa5, b"\xa1\x03\x0c\x01x", "other:a505a1030c0178", "not issued"),
        (0xa0, b"\x06\x02\x2a\x03\xa0\x03\x0c\x01x", "other:a00906022a03a0030c0178", "not issued"),
        (0xa4, b"\x30\x00", "dirname:", "empty"),
    ] {
        let name = foreign(tag, value).unwrap();
        assert_eq!(name.to_string(), shown);
        let error = name.check().unwrap_err().to_string();
        assert!(error.contains(why) && !error.contains('\0'), "{shown}: {error}");
    }
    foreign(0x82, b"WWW.Example.test").unwrap().check().unwrap();
}

#[test]
fn what_is_no_general_name_is_malformed() {
    for (tag, value, why) in [
        (0x82, &b"b\xc3\xbccher.test"[..], "above 127"),
        (0x81, b"\xff@x", "above 127"),
        (0x86, b"http://\xff", "above 127"),
        (0xa4, b"\x31\x00", "name: "),
        (0xa0, b"", "too early"),
        (0x89, b"", "no form"),
        (0x0c, b"x", "no form"),
    ] {
        let error = foreign(tag, value).unwrap_err();
        assert!(error.starts_with("subjectAltName: name 1: ") && error.contains(why), "{error}");
    }
    assert!(GeneralName::parse_all(b"\x30\x00").unwrap_err().to_string().contains("empty"));
    assert!(GeneralName::parse_all(b"\x30\x03\x82\x01a\x00").is_err());
}

#[test]
fn encoding_round_trips() {
    let texts =
        ["a.test", "10.0.0.1", "fd00::1", "a@b.test", "https://a.test/", "upn:ü@b", "rid:1.2.3", "dirname:CN=x"];
    let names: Vec<GeneralName> = texts.iter().map(|text| text.parse().unwrap()).collect();
    let der = GeneralName::encode_all(&names).unwrap();
    assert_eq!(GeneralName::parse_all(&der).unwrap(), names);
    let dns = GeneralName::encode_all(&names[..2]).unwrap();
    assert_eq!(dns, b"\x30\x0e\x82\x06a.test\x87\x04\x0a\0\0\x01");
    let upn = GeneralName::encode_all(&[GeneralName::Upn("u@d".into())]).unwrap();
    assert_eq!(upn, b"\x30\x15\xa0\x13\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03\xa0\x05\x0c\x03u@d");
    let other = foreign(0xa5, b"\xa1\x03\x0c\x01x").unwrap();
    assert_eq!(
        GeneralName::parse_all(&GeneralName::encode_all(std::slice::from_ref(&other)).unwrap()).unwrap(),
        [other]
    );
}

#[test]
fn what_has_no_encoding_is_refused() {
    assert!(GeneralName::encode_all(&[]).is_err());
    assert!(GeneralName::encode_all(&[GeneralName::Dns("bücher".into())]).is_err());
    assert!(GeneralName::encode_all(&[GeneralName::Other(b"\x82\x05a".to_vec())]).is_err());
}

#[test]
fn a_hundred_thousand_names_take_linear_time() {
    let start = Instant::now();
    let names: Vec<GeneralName> = (0..100_000).map(|number| format!("host-{number}.test").parse().unwrap()).collect();
    let der = GeneralName::encode_all(&names).unwrap();
    let read = GeneralName::parse_all(&der).unwrap();
    read.iter().for_each(|name| name.check().unwrap());
    assert_eq!(read.len(), 100_000);
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}
