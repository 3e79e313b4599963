use super::*;

fn parse(text: &str) -> Name {
    Name::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refusal(text: &str) -> String {
    match Name::parse(text) {
        Ok(name) => panic!("{text:?} was read as {name}"),
        Err(error) => error.to_string(),
    }
}

/// A name of one RDN with one attribute of any type and value.
fn single(oid: &[u8], tag: u8, value: &[u8]) -> Name {
    let mut attribute = tlv::encode(tlv::OBJECT_IDENTIFIER, oid);
    tlv::push(&mut attribute, tag, value);
    let rdn = tlv::encode(tlv::SET, &tlv::encode(tlv::SEQUENCE, &attribute));
    Name::from_der(&tlv::encode(tlv::SEQUENCE, &rdn)).unwrap()
}

fn common_name(tag: u8, value: &[u8]) -> Name {
    single(b"\x55\x04\x03", tag, value)
}

fn pairs(name: &Name) -> Vec<(String, String)> {
    name.attributes()
}

fn pair(kind: &str, value: &str) -> (String, String) {
    (kind.to_owned(), value.to_owned())
}

#[test]
fn rdns_are_encoded_in_the_typed_order_with_their_string_types() {
    // As `openssl req -utf8 -string_mask utf8only -subj /C=DE/O=Acme/CN=x` encodes it.
    let expected =
        b"\x30\x28\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x13\x02DE\x31\x0d\x30\x0b\x06\x03\x55\x04\x0a\x0c\x04Acme\
                     \x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01x";
    assert_eq!(parse("C=de,O=Acme,CN=x").der(), expected);
    assert_eq!(parse("/C=DE/O=Acme/CN=x").der(), expected);
    assert_eq!(parse("CN=x, O=Acme").to_string(), "CN=x, O=Acme");
    assert_eq!(common_name(0x0c, b"x"), parse("CN=x"));
    assert_eq!(single(b"\x55\x04\x05", 0x13, b"42"), parse("serialNumber=42"));
    assert_eq!(single(b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", 0x16, b"a@b"), parse("emailAddress=a@b"));
    assert_eq!(single(b"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19", 0x16, b"corp"), parse("DC=corp"));
}

#[test]
fn repeated_and_multi_valued_rdns_are_kept() {
    let name = parse("DC=com,DC=corp,OU=a,OU=b,UID=u+CN=c");
    let expected =
        [pair("DC", "com"), pair("DC", "corp"), pair("OU", "a"), pair("OU", "b"), pair("CN", "c"), pair("UID", "u")];
    assert_eq!(pairs(&name), expected, "DER sorts a set");
    assert_eq!(name.to_string(), "DC=com, DC=corp, OU=a, OU=b, CN=c + UID=u");
    assert_eq!(parse("CN=c+UID=u").der(), parse("UID=u + CN=c").der());
    assert_eq!(parse("/CN=c+UID=u").der(), parse("CN=c+UID=u").der());
}

#[test]
fn escapes_and_quotes_of_rfc_4514() {
    for (text, value) in [
        (r"CN=a\,b", "a,b"),
        (r"CN=a\+b", "a+b"),
        (r"CN=a\=b", "a=b"),
        (r"CN=a=b", "a=b"),
        (r#"CN="a, b+c; d""#, "a, b+c; d"),
        (r#"CN="a \" b""#, "a \" b"),
        (r"CN=  a b  ", "a b"),
        (r"CN=\ a\ ", " a "),
        (r"CN=\#a", "#a"),
        (r"CN=L\C4\8Di\C4\87", "Lčić"),
        (r"CN=a\u{e9}", "aé"),
        (r"/CN=a\/b", "a/b"),
        (r"/CN=a, b", "a, b"),
        ("CN=東京", "東京"),
        (r"CN=a\\", r"a\"),
    ] {
        assert_eq!(parse(text).common_name().as_deref(), Some(value), "{text}");
    }
}

#[test]
fn types_by_any_name_or_number() {
    let name =
        parse("cn=a,S=b,E=c@d,2.5.4.10=o,OID.1.2.3=x,2.25.340282366920938463463374607431768211455=u,1.2.4=#0c0141");
    let uuid = "2.25.340282366920938463463374607431768211455";
    let kinds: Vec<_> = pairs(&name).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["CN", "ST", "emailAddress", "O", "1.2.3", uuid, "1.2.4"]);
    assert_eq!(pairs(&name)[6].1, "A");
}

#[test]
fn refusals_name_the_part_and_the_reason() {
    for (text, part, why) in [
        ("", "", "empty"),
        ("CN", "part 1", "TYPE=value"),
        ("CN=a,Acme Ltd", "part 2", "backslash"),
        ("/CN=a/b", "part 2", "backslash"),
        ("CN=a,", "part 2", "nothing is there"),
        ("CN=a,,O=b", "part 2", "nothing is there"),
        ("=a", "part 1", "no type"),
        ("CN=", "part 1", "CN: the value is empty"),
        ("CN=a,O=", "part 2", "O: the value is empty"),
        (r#"CN="""#, "part 1", "empty"),
        ("XX=a", "part 1", "no attribute type"),
        ("C=DEU", "part 1", "two letters"),
        ("C=D", "part 1", "two letters"),
        ("C=D1", "part 1", "two letters"),
        ("C=ÄÖ", "part 1", "two letters"),
        ("CN=a\u{7}", "part 1", "control"),
        ("CN=a\nb", "part 1", "control"),
        (r"CN=a\00", "part 1", "control"),
        (r"CN=a\u{9b}", "part 1", "control"),
        (r"CN=\ff", "part 1", "UTF-8"),
        (r"CN=a\", "part 1", "backslash"),
        (r"CN=a\q", "part 1", "backslash"),
        (r"CN=\u{d800}", "part 1", "backslash"),
        (r#"CN="a"#, "part 1", "closing quote"),
        (r#"CN="a"b"#, "part 1", "closing quote"),
        (r#"CN=a"b"#, "part 1", "quote"),
        ("SERIALNUMBER=a_b", "part 1", "only letters"),
        ("DC=ü", "part 1", "ASCII"),
        ("DC=corp.test", "part 1", "one label"),
        ("emailAddress=ü@x", "part 1", "ASCII"),
        ("CN=a+CN=b", "part 2", "twice"),
        ("CN=#0c0141", "part 1", "hex"),
        ("1.2.3=#0c", "part 1", "no DER"),
        ("1.2.3=#0c014", "part 1", "even number"),
    ] {
        let error = refusal(text);
        assert!(error.contains(part) && error.contains(why), "{text:?}: {error}");
    }
}

#[test]
fn upper_bounds_count_characters() {
    assert_eq!(parse(&format!("CN={}", "é".repeat(64))).common_name(), Some("é".repeat(64)));
    assert!(refusal(&format!("CN={}", "a".repeat(65))).contains("65 characters, at most 64"));
    assert!(refusal(&format!("O={}", "a".repeat(65))).contains("at most 64"));
    assert!(refusal(&format!("L={}", "a".repeat(129))).contains("at most 128"));
    assert!(refusal(&format!("CN=a,O={}", "a".repeat(70_000))).contains("longer"));
    assert!(Name::common_name_only(&"a".repeat(65)).is_err());
    assert!(Name::common_name_only("").is_err());
    assert!(Name::common_name_only("a\u{1b}").is_err());
    assert_eq!(Name::common_name_only("a,b=\\").unwrap().common_name().unwrap(), "a,b=\\");
}

#[test]
fn every_string_type_is_read() {
    for (tag, value, text) in [
        (0x0c, &b"\xc3\xa9"[..], "é"),
        (0x12, b"12", "12"),
        (0x13, b"a", "a"),
        (0x14, b"caf\xe9", "café"),
        (0x16, b"a@b", "a@b"),
        (0x1a, b"v", "v"),
        (0x1c, b"\0\0\0\xe9\0\x01\xf6\x00", "é😀"),
        (0x1e, b"\0\xe9\xd8\x3d\xde\x00", "é😀"),
        (0x0c, b"\xff", "#0c01ff"),
        (0x1e, b"\0\xe9\0", "#1e0300e900"),
        (0x1e, b"\xd8\x00", "#1e02d800"),
        (0x1c, b"\0\x11\0\0", "#1c0400110000"),
        (0x30, b"\x05\x00", "#30020500"),
        (0x0c, b"", ""),
    ] {
        assert_eq!(common_name(tag, value).common_name().unwrap(), text, "{tag:02x} {value:02x?}");
    }
}

#[test]
fn bytes_are_kept_and_structure_is_checked() {
    let der = common_name(0x14, b"caf\xe9").der().to_vec();
    assert_eq!(Name::from_der(&der).unwrap().der(), der);
    assert_eq!(Name::from_der(b"\x30\x00").unwrap(), Name::empty());
    for bad in [
        &b""[..],
        b"\x31\x00",
        b"\x30\x00\x00",
        b"\x30\x02\x31\x00",
        b"\x30\x04\x31\x02\x30\x00",
        b"\x30\x80\x00\x00",
        b"\x30\x81\x00",
        b"\x30\x0b\x31\x09\x30\x07\x06\x03\x55\x04\x83\x0c\x00",
        b"\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x00\x05\x00",
        b"\x30\x84\xff\xff\xff\xff",
    ] {
        let error = Name::from_der(bad).unwrap_err().to_string();
        assert!(error.starts_with("name: "), "{bad:02x?}: {error}");
    }
}

#[test]
fn display_cannot_be_forged() {
    let name = common_name(0x0c, "a, O=Evil\u{1b}[2J\r\n + \"x\" \u{202e}".as_bytes());
    assert_eq!(name.to_string(), "CN=a\\, O\\=Evil\\u{1b}[2J\\u{d}\\u{a} \\+ \\\"x\\\" \\u{202e}");
    assert_eq!(common_name(0x0c, b" a ").to_string(), "CN=\\ a\\ ");
    assert_eq!(common_name(0x0c, b"#0c00").to_string(), "CN=\\#0c00");
    assert_eq!(common_name(0x0c, b"\\u{1b}").to_string(), "CN=\\\\u{1b}");
    assert_eq!(format!("{:?}", common_name(0x0c, b"\x07")), "Name(CN=\\u{7})");
}

#[test]
fn display_reads_back_as_the_same_name() {
    for text in [
        "CN=a",
        "C=DE, O=Acme\\, Inc., CN=x + UID=y",
        "CN=\\ a\\ ",
        "CN=\\#x",
        "CN=\\/x",
        "CN=می\\u{200c}خواهم",
        "CN=a\\\\b\\\"c\\;d\\<e\\>",
        "1.2.3.4=x",
    ] {
        let name = parse(text);
        assert_eq!(parse(&name.to_string()), name, "{name}");
    }
}

#[test]
fn names_match_by_rfc_5280() {
    for (one, other) in [
        (common_name(0x13, b"Acme  Root"), common_name(0x0c, b" acme ROOT ")),
        (common_name(0x14, b"CAF\xc9"), common_name(0x0c, "café".as_bytes())),
        (common_name(0x0c, "e\u{301}".as_bytes()), common_name(0x1e, b"\0\xc9")),
        (common_name(0x0c, "Straße ﬁ".as_bytes()), common_name(0x0c, b"STRASSE FI")),
        (parse("CN=a+OU=b"), parse("OU=B+CN=A")),
        (Name::empty(), Name::empty()),
    ] {
        assert!(one.matches(&other) && other.matches(&one), "{one} / {other}");
    }
    for (one, other) in [
        ("CN=a", "CN=b"),
        ("CN=a", "OU=a"),
        ("CN=a,OU=b", "OU=b,CN=a"),
        ("CN=a", "CN=a,OU=b"),
        ("CN=a+OU=b", "CN=a,OU=b"),
        ("CN=ab", "CN=a b"),
    ] {
        assert!(!parse(one).matches(&parse(other)) && !parse(other).matches(&parse(one)), "{one} / {other}");
    }
    assert!(!common_name(0x04, b"a").matches(&common_name(0x04, b"A")), "what is no text is compared by its octets");
}

#[test]
fn a_name_is_within_its_first_rdns() {
    let name = parse("C=DE,O=Acme,OU=x,CN=y");
    for prefix in ["C=DE", "C=DE,O=acme", "C=DE,O=Acme,OU=x,CN=y"] {
        assert!(name.is_within(&parse(prefix)), "{prefix}");
    }
    assert!(name.is_within(&Name::empty()));
    for prefix in ["O=Acme", "C=DE,O=Acm", "C=DE,OU=x", "C=DE,O=Acme,OU=x,CN=y,CN=z", "C=DE+O=Acme"] {
        assert!(!name.is_within(&parse(prefix)), "{prefix}");
    }
}

#[test]
fn huge_names_are_read_in_linear_time() {
    let attribute = tlv::encode(tlv::SEQUENCE, b"\x06\x03\x55\x04\x0b\x0c\x01x");
    let many = tlv::encode(tlv::SEQUENCE, &tlv::encode(tlv::SET, &attribute).repeat(100_000));
    let one = tlv::encode(tlv::SEQUENCE, &tlv::encode(tlv::SET, &attribute.repeat(100_000)));
    for der in [many, one] {
        let name = Name::from_der(&der).unwrap();
        assert_eq!(name.attributes().len(), 100_000);
        assert_eq!(name.common_name(), None);
        assert!(name.matches(&name.clone()) && name.to_string().len() > 400_000);
    }
}
