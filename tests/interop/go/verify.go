package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"os"
)

// question is one certificate to judge, with the key that belongs to it; the paths name PEM files.
type question struct {
	ID            string  `json:"id"`
	Certificate   string  `json:"certificate"`
	Key           *string `json:"key"`
	Intermediates *string `json:"intermediates"`
	Root          string  `json:"root"`
	Host          *string `json:"host"`
	Purpose       *string `json:"purpose"`
}

type answer struct {
	ID      string `json:"id"`
	Trusted bool   `json:"trusted"`
	Why     string `json:"why"`
}

var usages = map[string]x509.ExtKeyUsage{
	"client":       x509.ExtKeyUsageClientAuth,
	"code-signing": x509.ExtKeyUsageCodeSigning,
	"email":        x509.ExtKeyUsageEmailProtection,
	"ocsp":         x509.ExtKeyUsageOCSPSigning,
	"server":       x509.ExtKeyUsageServerAuth,
	"timestamping": x509.ExtKeyUsageTimeStamping,
}

// verify answers a JSON array of questions with one JSON object a line.
func verify(in io.Reader, out io.Writer) error {
	var questions []question
	if err := json.NewDecoder(in).Decode(&questions); err != nil {
		return err
	}
	for _, q := range questions {
		a := answer{ID: q.ID, Trusted: true}
		if err := q.ask(); err != nil {
			a.Trusted, a.Why = false, err.Error()
		}
		if err := json.NewEncoder(out).Encode(a); err != nil {
			return err
		}
	}
	return nil
}

func (q question) ask() error {
	text, err := os.ReadFile(q.Certificate)
	if err != nil {
		return err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return fmt.Errorf("%s is not PEM", q.Certificate)
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return err
	}
	if q.Key != nil {
		if _, err := tls.LoadX509KeyPair(q.Certificate, *q.Key); err != nil {
			return err
		}
	}
	options := x509.VerifyOptions{KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
	if options.Roots, err = pool(q.Root); err != nil {
		return err
	}
	if q.Intermediates != nil {
		if options.Intermediates, err = pool(*q.Intermediates); err != nil {
			return err
		}
	}
	if q.Host != nil {
		options.DNSName = *q.Host
	}
	if q.Purpose != nil {
		options.KeyUsages = []x509.ExtKeyUsage{usages[*q.Purpose]}
	}
	_, err = certificate.Verify(options)
	return err
}

func pool(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	certificates := x509.NewCertPool()
	if !certificates.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s has no certificate", file)
	}
	return certificates, nil
}
