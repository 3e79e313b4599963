//! OCSP requests from anyone, and responses that are read again.

#![no_main]

use certwright::x509::ocsp::{BasicResponse, OcspRequest};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(request) = OcspRequest::from_der(bytes) {
        for certificate in &request.certificates {
            // What is asked again reads back as asked.
            let again = OcspRequest::for_one(certificate);
            let again = OcspRequest::from_der(&again).expect("a request made here is read");
            assert_eq!(again.certificates.len(), 1);
        }
    }
    if let Ok(response) = BasicResponse::from_der(bytes) {
        let again = BasicResponse::from_der(bytes).expect("what was read is read again");
        assert_eq!(again.responses.len(), response.responses.len());
    }
});
